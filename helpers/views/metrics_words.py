"""Metrics in words: what each one is, a table of its values, the states of its alarms, and the marks in order."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timezone
from functools import cached_property
from itertools import groupby

from helpers.views.time_axis import TimeAxis
from helpers.views.words import LONGEST, columns, counted, cut, span

_MOST_ROWS, _MOST_STORY, _MOST_STRETCHES = 14, 16, 8  # of a table, of the list of marks, and of an alarm's states
_MOST_CHANGES = 6  # between values and none, for which a table has rows of their own
_STEPS = (1, 2, 3, 5, 10, 15, 20, 30, 60, 120, 180, 240, 360, 720, 1440)  # periods that a row of a table sums up
_COMPARISONS = {
    "GreaterThanThreshold": "above",
    "GreaterThanOrEqualToThreshold": "at least",
    "LessThanThreshold": "below",
    "LessThanOrEqualToThreshold": "at most",
}
_TONES = {"ALARM": "dead", "OK": "good"}


@dataclass(frozen=True)
class Alarm:
    """An alarm on a panel's metric.

    comparison: AWS's word, such as "GreaterThanThreshold". threshold: None for an alarm without a fixed one. states:
    (state, from, until) in seconds since 1970, in order; what it was in before the first isn't known.
    """

    name: str
    comparison: str
    threshold: float | None
    states: Sequence[tuple[str, float, float]] = ()


@dataclass(frozen=True)
class Mark:
    """A moment that's marked in all panels. at: in seconds since 1970. text: a sentence, for the list below.

    short: a word or two beside the mark. tone: wait, held, good, dead or quiet. is_end: whether something ends with it.
    """

    at: float
    text: str
    short: str = ""
    tone: str = "quiet"
    is_end: bool = False


@dataclass(frozen=True)
class Panel:
    """One metric. of: whose, such as a queue's name. metric, unit, statistic: as CloudWatch writes them.

    values: (beginning of a period in seconds since 1970, value), in order. A period without a value is left out, which
    isn't the same as 0.
    """

    of: str
    metric: str
    unit: str
    statistic: str
    values: Sequence[tuple[float, float]] = ()
    alarms: Sequence[Alarm] = ()

    @property
    def is_count(self) -> bool:
        """Whether it counts what happened in each period, so that its values add up."""
        return self.statistic in ("Sum", "SampleCount")

    @property
    def counts_samples(self) -> bool:
        """Whether its values are numbers of measurements, which have no unit."""
        return self.statistic == "SampleCount"

    @property
    def name(self) -> str:
        """The metric's name, on one line and not too long."""
        return cut(self.metric, 64)

    def say(self, value: float) -> str:
        """Return a value with its unit."""
        digits = 0 if value == round(value) else 3 if abs(value) < 1 else 1
        number = f"{value:,.{digits}f}"
        if self.unit in ("Count", "None", "") or self.counts_samples:
            return number
        if self.unit == "Seconds":
            return span(value) if value >= 1 or not value else f"{number} s"
        return f"{number} {cut(self.unit.lower(), 16)}"

    def condition(self, alarm: Alarm) -> str:
        """Return what sets off this alarm: "above 3 min"."""
        if alarm.threshold is None:
            return cut(alarm.comparison, LONGEST)
        compared = _COMPARISONS.get(alarm.comparison) or cut(alarm.comparison, LONGEST)
        return f"{compared} {self.say(alarm.threshold)}"


@dataclass(frozen=True)
class Told:
    """A mark in the list below the charts."""

    number: int
    clock: str
    text: str
    mark: Mark


@dataclass(frozen=True)
class MetricsWords:
    """The words for metrics: see MetricsPicture."""

    start: float
    end: float
    period: int
    panels: Sequence[Panel]
    marks: Sequence[Mark] = ()

    def text(self) -> str:
        """Return all of it."""
        panels = [[self.empty]] if self.empty else [self.lines(panel) for panel in self.panels]
        marks = [] if self.empty else [f"  {one.clock}  {one.text}" for one in self.story]
        untold = [self.untold] if self.untold else []
        parts = [[self.title], *panels, *([["Marked:", *marks, *untold]] if marks else [])]
        return "\n\n".join("\n".join(lines) for lines in parts)

    @cached_property
    def axis(self) -> TimeAxis:
        """The axis of time below the charts."""
        return TimeAxis(datetime.fromtimestamp(self.start, timezone.utc), max(self.end - self.start, 1))

    @property
    def title(self) -> str:
        """Whose metrics these are, from when to when."""
        of = f" of {self.of}" if self.of else ""
        return f"Metrics{of}, {self.from_to}, one value {self.every}"

    @property
    def every(self) -> str:
        """What a value is for: "per minute", "per 5 min"."""
        one = {60: "minute", 3_600: "hour", 86_400: "day"}
        return f"per {one.get(self.period) or length_of(self.period)}"

    @property
    def from_to(self) -> str:
        """The day and the times of the axis."""
        day = "" if self.axis.has_days else f"{self.axis.start.day} {self.axis.start:%b}, "
        return f"{day}{self.clock(self.start)} to {self.clock(self.end)}"

    @property
    def of(self) -> str:
        """The names of the queues and topics, or the first of them."""
        names = list(self.groups)
        more = f" and {len(names) - 2} more" if len(names) > 3 else ""
        shown = names[:2] if more else names
        return cut(" and ".join(shown) if len(shown) == 2 and not more else ", ".join(shown), 100) + more

    @cached_property
    def groups(self) -> Mapping[str, list[Panel]]:
        """The panels of each queue or topic."""
        found: dict[str, list[Panel]] = {}
        for panel in self.panels:
            found.setdefault(cut(panel.of, LONGEST), []).append(panel)
        return found

    def clock(self, at: float) -> str:
        """Return a moment as "09:25", with seconds if it has some and with the day if the axis has several."""
        clock = self.axis.clock(at - self.start)
        return clock.removesuffix(":00") if at % 60 < 1 else clock

    @property
    def empty(self) -> str:
        """A sentence instead of charts that would all be empty; "" where there's something to draw."""
        if any(panel.values or panel.alarms for panel in self.panels):
            return ""
        names = f" for {self.of}" if self.of else ""
        return f"CloudWatch has no values{names} in this time. Those of a minute arrive some minutes after it."

    def numbers(self, panel: Panel) -> list[tuple[str, str]]:
        """Return the numbers beside a chart's name, each with what it is."""
        if not panel.values:
            return []
        values = [value for _, value in panel.values]
        found = [(panel.say(values[-1]), "last"), (panel.say(max(values)), "at most")]
        return [*found, (panel.say(sum(values)), "in all")] if panel.is_count else found

    def kind(self, panel: Panel) -> str:
        """Return a panel's statistic, period and unit."""
        return f"{cut(panel.statistic, 24)} {self.every}, {cut(panel.unit, 24) or 'no unit'}"

    def summary(self, panel: Panel) -> str:
        """Return a panel's last and largest value, with their moments."""
        if not panel.values:
            return "No values in this time."
        values = [value for _, value in panel.values]
        total = f"; {panel.say(sum(values))} in all" if panel.is_count else ""
        if min(values) == max(values):
            return f"Always {panel.say(values[0])}, in {counted(len(values), 'value')}{total}."
        (last_at, last), (most_at, most) = panel.values[-1], max(panel.values, key=lambda one: (one[1], -one[0]))
        at_last, at_most = self.clock(last_at), self.clock(most_at)
        return f"Last {panel.say(last)} at {at_last}; at most {panel.say(most)} at {at_most}{total}."

    def lines(self, panel: Panel) -> list[str]:
        """Return a panel as lines of text: what it is, its table, and its alarms."""
        of = f"{cut(panel.of, LONGEST)}: " if len(self.groups) > 1 else ""
        lines = [f"{of}{panel.name} ({self.kind(panel)}). {self.summary(panel)}"]
        lines += [columns(self._table(panel), "  ")] if panel.values else []
        return lines + [f"  {self.states(panel, alarm)}" for alarm in panel.alarms]

    def states(self, panel: Panel, alarm: Alarm) -> str:
        """Return an alarm's condition and states in a sentence."""
        states = [one for one in alarm.states if one[2] > self.start and one[1] < self.end]
        said = [
            f"{state} from {self.clock(max(begin, self.start))} to {self.clock(min(end, self.end))}"
            for state, begin, end in states
        ]
        left = len(said) - _MOST_STRETCHES
        more = [f"and {counted(left, 'more change')}"] if left > 0 else []
        told = ", ".join([*said[:_MOST_STRETCHES], *more]) or "no state in this time"
        return f"Alarm {cut(alarm.name, LONGEST)}, {panel.condition(alarm)}: {told}."

    def _table(self, panel: Panel) -> list[list[str]]:
        """Return rows of when and what: equal values in one, and where that gives too many, ranges of values."""
        known = {round((at - self.start) // self.period): value for at, value in panel.values}
        count = max([*known, -(-int(self.end - self.start) // self.period) - 1]) + 1
        cells = [known.get(n) for n in range(count)]
        for step in [*_STEPS, count]:
            rows, at = [], 0
            for said, alike in groupby(_chunks(cells, step), key=lambda chunk: self._range(panel, chunk)):
                until = at + sum(map(len, alike))
                rows.append([self._when(at, until), said])
                at = until
                if len(rows) > _MOST_ROWS:
                    break
            else:
                return rows
        return rows

    def _range(self, panel: Panel, chunk: Sequence[float | None]) -> str:
        values = [value for value in chunk if value is not None]
        if not values:
            return "no value"
        low, high = panel.say(min(values)), panel.say(max(values))
        gap = len(chunk) - len(values)
        return (low if low == high else f"{low} to {high}") + (f", {counted(gap, 'gap')}" if gap else "")

    def _when(self, first: int, until: int) -> str:
        begin, end = (self.start + n * self.period for n in (first, until))
        return self.clock(begin) if until == first + 1 else f"{self.clock(begin)} to {self.clock(min(end, self.end))}"

    @cached_property
    def _all_marks(self) -> list[Mark]:
        """The marks in order, with those for alarms that change their state."""
        found = [*self.marks]
        for alarm in {alarm.name: alarm for panel in self.panels for alarm in panel.alarms}.values():
            for n, (state, begin, _) in enumerate(alarm.states):
                if begin <= self.start:
                    continue
                change = f"changes from {alarm.states[n - 1][0]} to" if n else "is in"
                text = f"{cut(alarm.name, LONGEST)} {change} {state}."
                found.append(Mark(begin, text, state, _TONES.get(state, "quiet"), state == "OK"))
        return sorted((mark for mark in found if self.start <= mark.at <= self.end), key=lambda mark: mark.at)

    @cached_property
    def story(self) -> list[Told]:
        """The marks to tell, in order."""
        marks = self._all_marks[:_MOST_STORY]
        return [Told(n, self.clock(mark.at), cut(mark.text, 200), mark) for n, mark in enumerate(marks, 1)]

    @property
    def untold(self) -> str:
        """How many marks the story leaves out; "" for none."""
        left = len(self._all_marks) - len(self.story)
        return f"+ {counted(left, 'more mark')}" if left else ""


def _chunks(cells: Sequence[float | None], step: int) -> Iterator[Sequence[float | None]]:
    """Yield the cells in pieces of this length; where gaps are few, a piece is either a gap or has all its values."""
    changes = [n for n in range(1, len(cells)) if (cells[n] is None) != (cells[n - 1] is None)]
    apart = set(changes) if len(changes) <= _MOST_CHANGES else set()
    begin = 0
    for n in range(1, len(cells) + 1):
        if n == len(cells) or n % step == 0 or n in apart:
            yield cells[begin:n]
            begin = n


def length_of(seconds: int) -> str:
    """Return the length of a period: "5 min", "1 h"."""
    for unit, length in (("days", 86_400), ("h", 3_600), ("min", 60)):
        if seconds >= length and not seconds % length:
            return f"{seconds // length} {unit}"
    return f"{seconds} s"
