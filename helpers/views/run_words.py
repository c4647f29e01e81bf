"""A run of several programs in words, and how full its queues were."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from helpers.views.time_axis import TimeAxis
from helpers.views.words import LONGEST, columns, counted, cut, span

Points = list[tuple[float, float]]  # seconds of the run and values
_LONGEST_MOMENT, _LONGEST_NAME = 400, 24
_MOST_MOMENTS = 12
_MOST_NAMED = 15  # messages that a program received, so that the words tell each; of more only the number
_MOST_RECEIVES = 40  # receives that are told; of more none
_AT_ONCE = 0.05  # seconds
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
_TONES = {"crashes": "dead", "moves": "dead", "expires": "dead", "again": "held", "starts": "wait"}
_ENDS = ("crashes", "is stopped", "exits", "returns", "moves", "expires")  # square badges


@dataclass(frozen=True)
class RunWords:
    """The words for a run. run: as helpers.backends.run_report.RunReport.to_dict returns it."""

    run: Mapping[str, Any]

    @property
    def title(self) -> str:
        """How long the run took, when it began and when it ended."""
        return f"A run of {span(self.run['seconds'])}, {self.from_to}"

    @property
    def from_to(self) -> str:
        """When the run began and ended."""
        return f"from {self.clock(0)} to {self.clock(self.run['seconds'])}"

    @cached_property
    def axis(self) -> TimeAxis:
        """The axis of time on which all of it happened."""
        run = self.run
        times = [at for pairs in run["waiting"].values() for at, _ in pairs]
        times += [each["at"] for each in (*run["sent"], *run["moments"])]
        times += [each[key] for each in run["held"] for key in ("begin", "end")]
        times += [at for one in run["programs"].values() for at in (one["end"]["began"], one["end"]["at"]) if at]
        busy = [(each["begin"], each["end"]) for each in run["held"]]
        return TimeAxis.around(datetime.fromisoformat(run["start"]), run["seconds"], times, busy)

    def clock(self, seconds: float) -> str:
        """Return a second of the run as "09:00:25", with the day if the run goes past midnight."""
        return self.axis.clock(seconds)

    def programs(self) -> list[list[str]]:
        """Return a table of the programs, head first. A count that's 0 for all of them is left out."""
        run = self.run["programs"]
        columns = [key for key in _COLUMNS if key == "calls" or any(one[key] for one in run.values())]
        counts = [[key.replace("_", " "), *(f"{one[key]:,}" for one in run.values())] for key in columns]
        aligned = [[f"{cell:>{max(map(len, column))}}" for cell in column] for column in counts]
        names = ["program", *(cut(name, LONGEST) for name in run)]
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
        return f"{cut(how, LONGEST)} at {self.clock(end['at'])}"

    def queues(self) -> list[str]:
        """Return a sentence for each queue."""
        return [f"{cut(name, 80)}: {_queue(one)}." for name, one in self.run["queues"].items()]

    def levels(self) -> list[str]:
        """Return how full the busiest queue was, in a sentence; none without a queue."""
        name = busiest(self.run)
        if not name:
            return []
        of_it = [each for each in self.run["held"] if each["queue"] == name]
        (most, at), (held, then) = (
            max((count, -at) for at, count in points) for points in (waiting(self.run, name), in_flight(of_it))
        )
        told = [f"At most {most:,} waiting in {cut(name, 80)}" + (f", at {self.clock(-at)}" if most else "")]
        told.append(f"at most {held:,} in flight" + (f", at {self.clock(-then)}" if held else ""))
        if old := ages(self.run, name):
            told.append(f"the oldest was at most {span(max(age for _, age in old))} old")
        return ["; ".join(told) + "."]

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

    def received(self) -> list[list[str]]:
        """Return who received which messages when, by receive; none of programs that received many."""
        held = self.run["held"]
        count = Counter(each["program"] for each in held)
        found: dict[tuple[float, str], list[str]] = {}
        for each in held:
            if count[each["program"]] <= _MOST_NAMED:
                how = "" if each["how"] == "deleted" else f" ({how_it_ended(each)})"
                name = cut(each["name"], _LONGEST_NAME) + how
                found.setdefault((each["begin"], each["program"]), []).append(name)
        told = [
            [self.clock(at), cut(program, LONGEST), cut(", ".join(names), _LONGEST_MOMENT - LONGEST)]
            for (at, program), names in sorted(found.items())
        ]
        return told if len(told) <= _MOST_RECEIVES else []

    @cached_property
    def story(self) -> list[Mapping[str, Any]]:
        """The moments to tell, in order: all of them, or those that matter most."""
        moments: Sequence[Mapping[str, Any]] = self.run["moments"]
        rank = list(_KINDS)
        chosen = sorted(range(len(moments)), key=lambda n: (rank.index(moments[n]["kind"]), n))[:_MOST_MOMENTS]
        return [
            {
                **moments[n],
                "number": number,
                "clock": self.clock(moments[n]["at"]),
                "text": cut(moments[n]["text"], _LONGEST_MOMENT),
                "tone": _TONES.get(moments[n]["kind"], "quiet"),
                "square": moments[n]["kind"] in _ENDS,
            }
            for number, n in enumerate(sorted(chosen), 1)
        ]

    def untold(self) -> str:
        """Return how many moments the story leaves out, by kind; "" for none."""
        kinds = Counter(moment["kind"] for moment in self.run["moments"])
        kinds.subtract(moment["kind"] for moment in self.story)
        left = [counted(kinds[kind], *words) for kind, words in _KINDS.items() if kinds[kind]]
        if len(left) == 1:
            return f"+ {left[0].replace(' ', ' more ', 1)}"
        return f"+ {sum(kinds.values()):,} more: {', '.join(left)}" if left else ""

    def text(self) -> str:
        """Return all of it."""
        told = [f"  {moment['clock']}  {moment['text']}" for moment in self.story]
        if self.untold():
            told.append(f"  {self.untold()}")
        facts = [
            *self.queues(),
            *self.levels(),
            *filter(None, [self.waited()]),
            f"AWS would bill {counted(self.run['requests'], 'request')}.",
        ]
        received = ["", "Received:", columns(self.received(), "  ")] if self.received() else []
        story = ["", *told] if told else []
        return "\n".join([self.title, "", columns(self.programs(), "  "), "", *facts, *received, *story])


def how_it_ended(each: Mapping[str, Any]) -> str:
    """Return how it ended that a program had a message."""
    if each["how"] == "put off":
        return f"put off for {span(each['off'])}"
    return f"deleted by {cut(each['by'], LONGEST)}" if each["how"] == "gone" else str(each["how"])


def _within(seconds: float) -> str:
    return "at once" if seconds < _AT_ONCE else f"within {span(seconds)}"


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


def busiest(run: Mapping[str, Any]) -> str:
    """Return the queue that most was sent to and received from; "" for none."""
    done = {name: one["sent"] + one["received"] for name, one in run["queues"].items() if run["waiting"].get(name)}
    best = max(done, key=lambda name: done[name], default="")
    return best if done.get(best) else ""


def waiting(run: Mapping[str, Any], queue: str) -> Points:
    """Return how many messages could be received, each number from its second on."""
    return [(at, count) for at, count in run["waiting"].get(queue) or [(0.0, 0)]]


def in_flight(held: Sequence[Mapping[str, Any]]) -> Points:
    """Return how many of these messages a program had, each number from its second on."""
    changes: Counter[float] = Counter({0.0: 0})
    for each in held:
        changes[each["begin"]] += 1
        changes[each["end"]] -= each["how"] != "still held"
    found, count = Points(), 0
    for at in sorted(changes):
        count += changes[at]
        found.append((at, count))
    return found


def ages(run: Mapping[str, Any], queue: str) -> Points:
    """Return the age of the oldest message that could be received, from point to point; [] where it isn't known."""
    oldest = run.get("oldest", {}).get(queue) or []
    ends = [*(at for at, _ in oldest[1:]), run["seconds"]]
    found = Points()
    for (at, sent), until in zip(oldest, ends, strict=False):
        found += [(at, 0.0), (until, 0.0)] if sent is None else [(at, at - sent), (until, until - sent)]
    return found
