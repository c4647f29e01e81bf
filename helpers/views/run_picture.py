"""A run of several programs: what each did, how long messages waited, and the moments that matter."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from helpers.views import parts

_MOST_MOMENTS = 12


@dataclass(frozen=True)
class RunPicture:
    """The picture of a run. run: as helpers.backends.run_report.RunReport.to_dict returns it."""

    run: Mapping[str, Any]

    def __repr__(self) -> str:
        rows = [["program", "calls", "sent", "received", "deleted", "came again", "how it ended"], *self._programs()]
        text = [self._title(), parts.columns(rows, "  "), *self._facts()]
        return "\n".join([*text, *(f"  {line}" for line in self._moments())])

    def _repr_html_(self) -> str:
        return f"<pre>{parts.raw(repr(self))}</pre>"

    def _title(self) -> str:
        run = self.run
        return f"{parts.seconds(run['seconds'])} of the cloud's time, {self._clock(0)} to {self._clock(run['seconds'])}"

    def _clock(self, seconds: float) -> str:
        return f"{datetime.fromisoformat(self.run['start']) + timedelta(seconds=seconds):%H:%M:%S}"

    def _programs(self) -> list[list[str]]:
        return [
            [
                name,
                *(str(one[key]) for key in ("calls", "sent", "received", "deleted", "came_again")),
                self._end(one["end"]),
            ]
            for name, one in self.run["programs"].items()
        ]

    def _end(self, end: Mapping[str, Any]) -> str:
        if end["how"] == "still going":
            return "still going at the end"
        kind = f" {end['error'].partition(':')[0]}" if end["how"] == "raised" else ""
        return f"{end['how']}{kind} at {self._clock(end['at'])}"

    def _facts(self) -> list[str]:
        run, waited = self.run, self.run["waited"]
        facts = [
            f"{name}: {one['sent']} sent, {one['deleted']} deleted, {one['expired']} expired, {one['moved']} moved"
            for name, one in run["queues"].items()
        ]
        if waited["median"] is not None:
            facts.append(
                f"Messages waited {waited['median']:g} s (median), 95 % at most {waited['p95']:g} s, "
                f"the longest {waited['oldest']:g} s."
            )
        return [*facts, f"{run['requests']} requests on a bill."]

    def _moments(self) -> list[str]:
        told = [f"{self._clock(at)} {text}" for at, text in self.run["moments"]]
        more = len(told) - _MOST_MOMENTS
        return [*told[:_MOST_MOMENTS], *([f"+ {more} more"] if more > 0 else [])]
