"""A timeline of one message: where it was when, over a true axis of time, and each moment in words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from helpers.views import kit, time_axis
from helpers.views.message_life import Lane, MessageLife, Moment, Stretch
from helpers.views.time_axis import TimeAxis
from helpers.views.words import LONGEST, columns, counted, cut, ordinal, span

_EMPTY = "Nothing has happened to a message yet."
_MOST_MOMENTS = 30  # in the list, half of them from the beginning
_MOST_STRETCHES = 600
_SHORTEST = 10.0  # seconds of an axis, so that what happens at once is in one place
_KINDS = {"topic": "topic", "subscription": "subscription", "queue": "queue", "": ""}
_KEY = {
    "wait": "waiting in the queue",
    "late": "not yet: delayed, or before the next attempt",
    "bar": "in flight, for as long as the visibility timeout lasts",
    "rest": "visibility timeout not needed any more",
}
_WIDE_LABEL = 12.0  # percent of the axis for "2nd · 30 s"


@dataclass(frozen=True)
class Timeline:
    """The timeline of a message.

    message: its id. name: what people call it; "" if that isn't known. start: the moment of its first step, in ISO
    8601. now: how many seconds later it is now. steps: at (seconds since the first), what ("sent", "received", ...),
    kind and where (such as "queue" and "orders"), reason, hidden (seconds) and by (who).
    """

    message: str
    steps: Sequence[Mapping[str, Any]] = ()
    name: str = ""
    start: str = "2026-01-05T09:00:00+00:00"
    now: float = 0.0

    def __repr__(self) -> str:
        if not self.steps:
            return _EMPTY
        rows = [[str(row["number"]), row["clock"], row["title"], row["text"]] for row in self._story() if row["title"]]
        half = _MOST_MOMENTS // 2
        first, last = rows[:half] if self._left_out else rows, rows[half:] if self._left_out else []
        lines = columns([*first, *last], "  ").split("\n")
        if self._left_out:
            lines.insert(half, f"  … {self._left_out}")
        named = [f"Message {self._name}: {', '.join(self._facts)}", *lines]
        return "\n".join([*named, *([f"Its id is {self.message}."] if self._name != self.message else [])])

    def _repr_html_(self) -> str:
        if not self.steps:
            return kit.draw("timeline", kind="Message", label=_EMPTY, empty=_EMPTY)
        return kit.draw(
            "timeline",
            sheets=("time",),
            kind="Message",
            name=self._name,
            facts=self._facts,
            label=f"Message {self._name}: {', '.join(self._facts)}, told below",
            twin=repr(self),
            empty="",
            axis=self._axis.drawn(),
            now=self._axis.x(self.now) if not self._life.is_over and self.now < self._axis.seconds else None,
            lanes=[self._lane(lane) for lane in self._lanes],
            ways=self._ways(),
            key=[(f"stretch {look}", says) for look, says in _KEY.items() if look in self._looks],
            story=self._story(),
        )

    @cached_property
    def _life(self) -> MessageLife:
        return MessageLife(self.steps, self.now)

    @cached_property
    def _axis(self) -> TimeAxis:
        life = self._life
        times = [moment.at for moment in life.moments]
        times += [at for stretch in life.stretches for at in (stretch.begin, stretch.end)]
        busy = [(each.begin, each.end) for each in life.stretches if each.look == "bar"]
        start = datetime.fromisoformat(self.start)
        return TimeAxis.around(
            start, max(life.seconds, _SHORTEST), [*times, *([] if life.is_over else [self.now])], busy
        )

    @property
    def _name(self) -> str:
        return cut(self.name, LONGEST) or self.message[:8]

    @property
    def _facts(self) -> list[str]:
        life = self._life
        took = life.moments[-1].at - life.moments[0].at
        within = f" in {span(took)}" if took >= 0.95 else " within a second" if len(life.moments) > 1 else ""
        facts = [counted(len(life.moments), "step") + within]
        if any(kind == "queue" for kind, _ in life.lanes) and not any(kind == "topic" for kind, _ in life.lanes):
            times = {0: "never received", 1: "received once", 2: "received twice"}
            facts.append(times.get(life.receives, f"received {life.receives:,} times"))
        return [*facts, *([life.end] if life.end else [])]

    # --- in words -----------------------------------------------------------------------------------------------------

    @property
    def _numbered(self) -> list[tuple[int, Moment]]:
        """Return the moments that are told, with their numbers."""
        found = list(enumerate(self._life.moments, 1))
        half = _MOST_MOMENTS // 2
        return found if len(found) <= _MOST_MOMENTS else found[:half] + found[-half:]

    @property
    def _left_out(self) -> str:
        left = len(self._life.moments) - _MOST_MOMENTS
        return f"{counted(left, 'more step')}, not told here" if left > 0 else ""

    def _story(self) -> list[Mapping[str, Any]]:
        rows: list[Mapping[str, Any]] = [
            {"number": number, "clock": self._axis.clock(moment.at), **vars(moment)}
            for number, moment in self._numbered
        ]
        if self._left_out:
            rows.insert(_MOST_MOMENTS // 2, {"title": "", "text": self._left_out})
        return rows

    # --- as a drawing -------------------------------------------------------------------------------------------------

    @cached_property
    def _lanes(self) -> list[Lane]:
        """The lanes from top to bottom: where it came from, who received it, and where it was moved to."""
        moved = [moment.lane for moment in self._life.moments if moment.what == "moved"]
        first = self._life.moments[0].lane
        rank = {"topic": 0, "queue": 2, "receiver": 3}
        return sorted(self._life.lanes, key=lambda lane: 4 if lane in moved and lane != first else rank.get(lane[0], 1))

    @cached_property
    def _looks(self) -> set[str]:
        return {stretch.look for stretch in self._life.stretches}

    def _lane(self, lane: Lane) -> Mapping[str, Any]:
        kind, name = lane
        moved = {moment.lane for moment in self._life.moments if moment.what == "moved"}
        badges = [{"number": number, **vars(moment)} for number, moment in self._numbered if moment.lane == lane]
        return {
            "name": cut(name, LONGEST),
            "kind": "dead-letter queue" if lane in moved and lane == self._lanes[-1] else _KINDS.get(kind, ""),
            "receives": kind == "receiver",
            "marks": [self._mark(each) for each in self._life.stretches[-_MOST_STRETCHES:] if each.lane == lane],
            "badges": time_axis.merged(self._axis, badges),
        }

    def _mark(self, stretch: Stretch) -> Mapping[str, Any]:
        """Return a stretch as drawn; a bar is labelled with its length, and with the number of the receive."""
        place = self._axis.place(stretch.begin, stretch.end)
        label = span(stretch.end - stretch.begin) if stretch.look == "bar" else ""
        if stretch.number and self._life.receives > 1 and place["width"] >= _WIDE_LABEL:
            label = f"{ordinal(stretch.number)} · {label}"
        return {"look": f"stretch {stretch.look}", "label": label, **place}

    def _ways(self) -> list[Mapping[str, Any]]:
        """Return the lines between lanes: their rows, and where they are."""
        row = {lane: number for number, lane in enumerate(self._lanes, 2)}
        found: list[Mapping[str, Any]] = [
            {"x": self._axis.x(at), "look": "dead", "row": min(row[a], row[b]), "rows": abs(row[b] - row[a]) + 1}
            for a, b, at in self._life.ways
        ]
        for moment in self._life.moments:
            reached = [row[lane] for lane in self._lanes if lane[0] == "subscription"]
            if moment.what == "published" and reached:
                rows = max(reached) - row[moment.lane] + 1
                found.append({"x": self._axis.x(moment.at), "look": "wait", "row": row[moment.lane], "rows": rows})
        return found
