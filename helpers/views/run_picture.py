"""A run of several programs: who had which message when, what each program did, and the moments that matter."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from helpers.views import parts, run_drawing
from helpers.views.run_words import RunWords, counted, span


@dataclass(frozen=True)
class RunPicture:
    """The picture of a run. run: as helpers.backends.run_report.RunReport.to_dict returns it."""

    run: Mapping[str, Any]

    def __repr__(self) -> str:
        return RunWords(self.run).text()

    def _repr_html_(self) -> str:
        words = RunWords(self.run)
        label = f"{words.title}: {', '.join([*self._totals(), *_moments(words)])}"
        first, table, *rest = words.text().split("\n\n")
        scrolls = f'<pre class="wide" tabindex="0"{parts.KEYS}>{parts.raw(table)}</pre>'
        twin = f"<pre>{parts.raw(first)}</pre>{scrolls}" + "".join(f"<pre>{parts.raw(block)}</pre>" for block in rest)
        return (
            f'<style>{_style()}</style><figure class="pic" data-pic="" role="group" aria-label="{parts.text(label)}">'
            f'<header class="pic-head"><span class="pic-kind">Run</span> <span class="pic-name">{words.length}</span> '
            f'<span class="pic-facts">{words.from_to}</span></header>'
            f'<div class="pic-body">{self._facts()}{run_drawing.draw(words)}{_story(words)}</div>'
            f'<details class="twin"><summary{parts.KEYS}>The same in words</summary>{twin}</details></figure>'
        )

    def _totals(self) -> list[str]:
        programs = self.run["programs"].values()
        total = {key: sum(one[key] for one in programs) for key in ("sent", "deleted", "came_again")}
        again = [f"{total['came_again']:,} received again"] if total["came_again"] else []
        return [f"{total['sent']:,} sent", f"{total['deleted']:,} deleted", *again]

    def _facts(self) -> str:
        waited, facts = self.run["waited"], self._totals()
        facts.append(counted(self.run["requests"], "request") + " billed")
        items = [tuple(fact.split(" ", 1)) for fact in facts]
        if waited["median"] is not None:
            items += [(span(waited["median"]), "median wait"), (span(waited["p95"]), "95th percentile")]
        if waited["oldest"] is not None:
            items.append((span(waited["oldest"]), "longest wait"))
        drawn = "".join(f"<li><b>{number.replace(' ', chr(160))}</b> {what}</li>" for number, what in items)
        return f'<ul class="facts">{drawn}</ul>'


def _moments(words: RunWords) -> list[str]:
    """Return how many moments are told, for a label."""
    return [counted(len(words.story()), "moment") + " told below"] if words.story() else []


def _story(words: RunWords) -> str:
    items = "".join(
        f'<li>{run_drawing.badge([number], [moment["kind"]], "num")} <span class="at">{moment["clock"]}</span> '
        f"<span>{parts.text(moment['text'])}</span></li>"
        for number, moment in enumerate(words.story(), 1)
    )
    more = f'<p class="more">{words.untold()}</p>' if words.untold() else ""
    return (f'<ol class="story">{items}</ol>' if items else "") + more


@lru_cache
def _style() -> str:
    """Return the style sheet on one line.

    It holds for cards with `data-pic`. Viewers strip that attribute from outputs that they don't trust, along with much
    of the drawing; without it, the style sheet of a trusted output on the same page would show the rest as a wreck.
    """
    text = re.sub(r"/\*.*?\*/", "", Path(__file__).with_suffix(".css").read_text(encoding="utf-8"), flags=re.DOTALL)
    return " ".join(text.split())
