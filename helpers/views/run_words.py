"""A run of several programs in words, for its picture and for the text below it."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from helpers.views import parts

LONGEST = 48  # characters of a name
_LONGEST_MOMENT = 400
_MOST_MOMENTS = 12
_AT_ONCE = 0.05  # seconds
_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_COLUMNS = ("calls", "sent", "received", "deleted", "came_again")
# The kinds of moments, most important first, and what those are called that are only counted.
_KINDS = {
    "crashes": ("crash", "crashes"),
    "is stopped": ("stop", "stops"),
    "exits": ("exit", "exits"),
    "starts": ("start", "starts"),
    "told to stop": ("SIGTERM", "SIGTERMs"),
    "returns": ("return", "returns"),
    "moves": ("move", "moves"),
    "expires": ("expired message", "expired messages"),
    "again": ("repeated receive", "repeated receives"),
}


@dataclass(frozen=True)
class RunWords:
    """The words for a run. run: as helpers.backends.run_report.RunReport.to_dict returns it."""

    run: Mapping[str, Any]

    @property
    def title(self) -> str:
        """How long the run took, when it began and when it ended."""
        return f"A run of {self.length}, {self.from_to}"

    @property
    def length(self) -> str:
        """How long the run took."""
        return parts.seconds(self.run["seconds"]) if self.run["seconds"] >= 0.95 else span(self.run["seconds"])

    @property
    def from_to(self) -> str:
        """When the run began and ended."""
        return f"from {self.clock(0)} to {self.clock(self.run['seconds'])}"

    def moment(self, seconds: float) -> datetime:
        """Return a second of the run by the cloud's clock."""
        return datetime.fromisoformat(self.run["start"]) + timedelta(seconds=seconds)

    @property
    def has_days(self) -> bool:
        """Whether the run goes past midnight."""
        return self.moment(0).date() != self.moment(self.run["seconds"]).date()

    def clock(self, seconds: float) -> str:
        """Return a second of the run as "09:00:25", with the day if the run goes past midnight."""
        at = self.moment(seconds)
        return f"{day(at)} {at:%H:%M:%S}" if self.has_days else f"{at:%H:%M:%S}"

    def programs(self) -> list[list[str]]:
        """Return a table of the programs, head first. A count that's 0 for all of them is left out."""
        run = self.run["programs"]
        columns = [key for key in _COLUMNS if key == "calls" or any(one[key] for one in run.values())]
        counts = [[key.replace("_", " "), *(f"{one[key]:,}" for one in run.values())] for key in columns]
        aligned = [[f"{cell:>{max(map(len, column))}}" for cell in column] for column in counts]
        names = ["program", *(parts.cut(name, LONGEST) for name in run)]
        ends = ["how it ended", *(self.end(one["end"]) for one in run.values())]
        return [list(row) for row in zip(names, *aligned, ends, strict=True)]

    def end(self, end: Mapping[str, Any]) -> str:
        """Return how a program ended, and when."""
        if end["began"] is None:
            early = end["how"] == "was stopped"
            return f"stopped at {self.clock(end['at'])}, before it started" if early else "never started"
        if end["how"] == "still going":
            return "still running at the end"
        how = {"raised": "crashed", "was stopped": "stopped"}.get(end["how"], end["how"])
        return f"{parts.cut(how, LONGEST)} at {self.clock(end['at'])}"

    def queues(self) -> list[str]:
        """Return a sentence for each queue."""
        return [f"{parts.cut(name, 80)}: {_queue(one)}." for name, one in self.run["queues"].items()]

    def waited(self) -> str:
        """Return how long messages waited; "" if there were none."""
        waited = self.run["waited"]
        if waited["oldest"] is None:
            return ""
        longest = f"The longest wait was {span(waited['oldest'])}."
        if waited["median"] is None:
            return f"No message was received. {longest}"
        if waited["oldest"] < _AT_ONCE:
            return "Each message was received at once."
        half, most = (_within(waited[key]) for key in ("median", "p95"))
        return f"Half of the messages were received {half}, 95 of 100 {most}. {longest}"

    def bill(self) -> str:
        """Return how many requests AWS would bill."""
        return f"AWS would bill {counted(self.run['requests'], 'request')}."

    def story(self) -> list[Mapping[str, Any]]:
        """Return the moments to tell, in order: all of them, or those that matter most."""
        moments: Sequence[Mapping[str, Any]] = self.run["moments"]
        rank = list(_KINDS)
        chosen = sorted(range(len(moments)), key=lambda n: (rank.index(moments[n]["kind"]), n))[:_MOST_MOMENTS]
        return [
            {
                **moments[n],
                "clock": self.clock(moments[n]["at"]),
                "text": parts.cut(moments[n]["text"], _LONGEST_MOMENT),
            }
            for n in sorted(chosen)
        ]

    def untold(self) -> str:
        """Return how many moments the story leaves out, by kind; "" for none."""
        kinds = Counter(moment["kind"] for moment in self.run["moments"])
        kinds.subtract(moment["kind"] for moment in self.story())
        left = [counted(kinds[kind], *words) for kind, words in _KINDS.items() if kinds[kind]]
        if len(left) == 1:
            return f"+ {left[0].replace(' ', ' more ', 1)}"
        return f"+ {sum(kinds.values()):,} more: {', '.join(left)}" if left else ""

    def text(self) -> str:
        """Return all of it."""
        told = [f"  {moment['clock']}  {moment['text']}" for moment in self.story()]
        if self.untold():
            told.append(f"  {self.untold()}")
        facts = [*self.queues(), *filter(None, [self.waited()]), self.bill()]
        return "\n".join(
            [self.title, "", parts.columns(self.programs(), "  "), "", *facts, *([""] if told else []), *told]
        )


def _within(seconds: float) -> str:
    return "at once" if seconds < _AT_ONCE else f"within {span(seconds)}"


def day(at: datetime) -> str:
    """Return the day of the week."""
    return _DAYS[at.weekday()]


def span(seconds: float) -> str:
    """Return a length of time the way people say it: "0.4 s", "60 s", "2 min 30 s", "25 min"."""
    if seconds < 119.5:
        return f"{seconds:.1f} s" if _AT_ONCE <= seconds < 0.95 else f"{round(seconds)} s"
    rounded = 1 if seconds < 600 else 60 if seconds < 36_000 else 3600
    return parts.seconds(round(seconds / rounded) * rounded)


def counted(count: int, one: str, several: str = "") -> str:
    """Return a number and what it counts."""
    return f"{count:,} {one if count == 1 else several or one + 's'}"


def _queue(one: Mapping[str, Any]) -> str:
    told = {
        "sent": "sent",
        "dead_letters": "dead letter arrived" if one["dead_letters"] == 1 else "dead letters arrived",
        "deleted": "deleted",
        "expired": "expired",
        "moved": "moved to its dead-letter queue",
        "left": "left at the end",
    }
    found = [f"{one[key]:,} {words}" for key, words in told.items() if one[key]]
    return ", ".join(found) or "empty all the time"
