"""A run of several programs: who had which message when, what each program did, and the moments that matter."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from helpers.views import kit
from helpers.views.run_drawing import RunDrawing
from helpers.views.run_words import RunWords
from helpers.views.words import counted, span


@dataclass(frozen=True)
class RunPicture:
    """The picture of a run. run: as helpers.backends.run_report.RunReport.to_dict returns it."""

    run: Mapping[str, Any]

    def __repr__(self) -> str:
        return RunWords(self.run).text()

    def _repr_html_(self) -> str:
        words = RunWords(self.run)
        story = words.story()
        moments = [counted(len(story), "moment") + " told below"] if story else []
        return kit.draw(
            "run",
            sheets=("time",),
            kind="Run",
            name=words.length,
            facts=[words.from_to],
            label=f"{words.title}: {', '.join([*self._totals(), *moments])}",
            twin=words.text(),
            totals=self._numbers(),
            story=story,
            untold=words.untold(),
            **RunDrawing(words).data(),
        )

    def _totals(self) -> list[str]:
        programs = self.run["programs"].values()
        total = {key: sum(one[key] for one in programs) for key in ("sent", "deleted", "came_again")}
        again = [f"{total['came_again']:,} received again"] if total["came_again"] else []
        return [f"{total['sent']:,} sent", f"{total['deleted']:,} deleted", *again]

    def _numbers(self) -> list[tuple[str, str]]:
        """Return the numbers above the drawing, each with what it counts."""
        waited = self.run["waited"]
        facts = [*self._totals(), counted(self.run["requests"], "request") + " billed"]
        items = [(number, what) for number, _, what in (fact.partition(" ") for fact in facts)]
        if waited["median"] is not None:
            items += [(span(waited["median"]), "median wait"), (span(waited["p95"]), "95th percentile")]
        if waited["oldest"] is not None:
            items.append((span(waited["oldest"]), "longest wait"))
        return items
