"""The one axis of time: where a second is, which silences are drawn short, what the ticks say, which badges merge."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

from helpers.views import words

_STEPS = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10800, 21600, 43200, 86400)  # seconds
_MOST_TICKS = 7
# A silence of so many seconds is drawn short if it's so many times as long as everything that's shorter. A time in
# which somebody has the message has to be longer for that, since its bar is what people compare.
_SILENCE, _TIMES, _TIMES_BUSY = 120.0, 5.0, 10.0
_BREAK, _AROUND = 5.0, 0.05  # percent of the axis for a silence, and how much of it is seen before and after
_CLOSE, _CLOSE_LABELS = 4.0, 11.0  # percent of the axis between two badges, and between two labels
_LONGEST_BADGE = 7  # characters
_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


@dataclass(frozen=True)
class TimeAxis:
    """An axis from `start` on, with places in percent of its width.

    seconds: its length. breaks: silences that are drawn short, from one second to another. margin: how many seconds of
    a silence are still drawn before and after its break.
    """

    start: datetime
    seconds: float
    breaks: Sequence[tuple[float, float]] = ()
    margin: float = 0.0

    @classmethod
    def around(
        cls, start: datetime, seconds: float, moments: Iterable[float], busy: Iterable[tuple[float, float]] = ()
    ) -> "TimeAxis":
        """Return the axis on which these moments can be told apart. busy: times that are better not drawn short."""
        seconds = max(seconds, 0.001)
        marks = sorted({0.0, seconds, *(at for at in moments if 0 < at < seconds)})
        pieces = sorted(pairwise(marks), key=lambda piece: piece[0] - piece[1])
        held, silent = list(busy), []
        for begin, end in pieces:
            length = end - begin
            if length < _SILENCE:
                break
            shorter = sum(b - a for a, b in pieces if b - a < length / 3)
            times = _TIMES_BUSY if any(a <= begin and end <= b for a, b in held) else _TIMES
            if 0 < shorter * times < length:
                silent.append((begin, end))
        shown = seconds - sum(end - begin for begin, end in silent)
        margin = min([_AROUND * shown, *((end - begin) / 4 for begin, end in silent)])
        breaks = tuple((begin + margin, end - margin) for begin, end in sorted(silent))
        return cls(start, seconds, breaks, margin)

    def x(self, second: float) -> float:
        """Return where a second is."""
        second = min(max(second, 0.0), self.seconds)
        passed = [(min(second, end) - begin, end - begin) for begin, end in self.breaks if second > begin]
        gone, short = sum(part for part, _ in passed), sum(part / whole for part, whole in passed)
        return _BREAK * short + (100 - _BREAK * len(self.breaks)) * (second - gone) / self._shown

    def place(self, begin: float, end: float) -> dict[str, float]:
        """Return where a stretch of time is, and how wide."""
        x = self.x(begin)
        return {"x": x, "width": max(0.0, self.x(end) - x)}

    def drawn(self) -> Mapping[str, Any]:
        """Return the ticks and breaks for a template."""
        breaks = [self.place(begin, end) | {"text": _roughly(end - begin)} for begin, end in self.breaks]
        return {"ticks": self.ticks(), "breaks": breaks}

    def ticks(self) -> list[Mapping[str, Any]]:
        """Return the ticks: x, text, and the day where that's another one than before; "" where a day is no news.

        The text is a time, as in "09:00", or how many seconds after the last time, as in "+15 s".
        """
        step = next((step for step in _STEPS if self._shown / step <= _MOST_TICKS), 0)
        step = step or 86_400 * max(1, round(self._shown / (_MOST_TICKS * 86_400)))
        found: list[Mapping[str, Any]] = []
        today = "" if self.has_days else self._day(0)
        for begin, end in self._sections():
            at, relative = self._first(begin, end, step)
            base = at
            while at <= end:
                x, plus = self.x(at), relative or (step < 60 and self._moment(at).second)
                if not found or x - found[-1]["x"] >= _CLOSE_LABELS:
                    base = base if plus else at
                    text, day = f"+{round(at - base)} s" if plus and at > base else self._time(at), self._day(at)
                    if step >= 86_400 and text == "00:00":
                        text, day, today = day, "", day
                    found.append({"x": x, "text": text, "day": "" if day == today else day})
                    today = day or today
                at += step
        return found

    @property
    def has_days(self) -> bool:
        """Whether it passes midnight, so that a time needs a day."""
        return self._moment(0).date() != self._moment(self.seconds).date()

    def clock(self, second: float) -> str:
        """Return a second as "09:00:25", with the day if the axis has several."""
        day = f"{self._day(second)} " if self.has_days else ""
        return f"{day}{self._moment(second):%H:%M:%S}"

    @property
    def _shown(self) -> float:
        return self.seconds - sum(end - begin for begin, end in self.breaks)

    def _moment(self, second: float) -> datetime:
        return self.start + timedelta(seconds=second)

    def _day(self, second: float) -> str:
        """Return the day: of the week, or as in "9 Jan" where the axis has a day of the week twice."""
        moment = self._moment(second)
        return f"{moment.day} {moment:%b}" if self.seconds > 6 * 86_400 else _DAYS[moment.weekday()]

    def _time(self, second: float) -> str:
        moment = self._moment(second)
        return f"{moment:%H:%M}" if not moment.second else f"{moment:%H:%M:%S}"

    def _sections(self) -> Iterable[tuple[float, float]]:
        """Return the stretches between breaks. What follows a break begins with the first thing that happens."""
        begins = [0.0]
        for n, (begin, end) in enumerate(self.breaks):
            yield begins[n], begin
            begins.append(end + self.margin)
        yield begins[-1], self.seconds

    def _first(self, begin: float, end: float, step: float) -> tuple[float, bool]:
        """Return where a stretch has its first tick, and whether the others are told relative to it."""
        moment = self._moment(begin)
        since_midnight = (moment - moment.replace(hour=0, minute=0, second=0, microsecond=0)).total_seconds()
        if step < 60:
            return begin, since_midnight % 60 != 0
        first = begin + -since_midnight % step
        return (first, False) if first <= end else (begin, False)


def _roughly(seconds: float) -> str:
    """Return a length of time in one unit."""
    unit = next((unit for unit in (86_400, 3_600, 60) if seconds > 1.95 * unit), 1)
    return words.span(round(seconds / unit) * unit)


def merged(axis: TimeAxis, moments: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Return the badges of moments with number, at, tone and square; those that would touch become one."""
    groups: list[list[Mapping[str, Any]]] = []
    for moment in moments:
        near = _CLOSE * _width(_says(groups[-1])) if groups else 0
        if groups and axis.x(moment["at"]) - axis.x(groups[-1][0]["at"]) < near:
            groups[-1].append(moment)
        else:
            groups.append([moment])
    found: list[Mapping[str, Any]] = []
    for group in groups:
        tone = next((moment["tone"] for moment in reversed(group) if moment["tone"] != "quiet"), "quiet")
        found.append(
            {
                "x": axis.x(group[0]["at"]),
                "says": _says(group),
                "tone": tone,
                "square": group[-1]["square"],
            }
        )
    return found


def _says(group: Sequence[Mapping[str, Any]]) -> str:
    """Return the numbers of these moments, or the first one if that would be long."""
    says = ",".join(str(moment["number"]) for moment in group)
    return says if len(says) <= _LONGEST_BADGE else f"{group[0]['number']}…"


def _width(says: str) -> float:
    """Return how wide a badge is, as a multiple of one with a single number."""
    return 1 if says.isdecimal() else 1.7 if len(says) < 6 else 2.3
