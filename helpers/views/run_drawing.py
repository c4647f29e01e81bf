"""The lanes of a run's picture, as plain numbers: one for each program and queue, over a common axis of time."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from typing import Any

from helpers.views import charts, run_levels, time_axis
from helpers.views.run_words import LONGEST, RunWords
from helpers.views.words import counted, cut, initial, span

MOST_BARS = 60  # in a lane, as many marks for what was sent; more than that are counted in stretches of time
_MOST_BARS_OF_ALL = 300  # in all lanes, and as many marks for what was sent
_LONGEST_LABEL, _SHORTEST_BAR = 24, 2.0  # characters of a message's name, and percent of the axis that it needs
_MOST_ROWS = 10  # messages that a program has at the same time
_MOST_LANES = {"programs": 16, "queues": 6}  # one queue more with charts
_CLOSE_SENT = 0.7  # percent of the axis between two marks for what was sent
_STRETCHES = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10800, 21600, 43200, 86400)  # seconds
_HEIGHTS = (24, 16, 12, 9, 8, 7, 6)  # of a bar, by how many are one below the other
_CURVE = 32  # the height of a curve in a lane
_UNITS = {86_400: "days", 3_600: "h", 60: "min", 1: "s"}
_OF_QUEUES = ("moves", "expires")
_HOWS = {"deleted": "del", "came back": "back", "given back": "given", "still held": "still"}
_KEY = {
    "dot": "sent",
    "area wait": "waiting in the queue",
    "bar del": "received and deleted",
    "bar back": "not deleted in time, so it came back",
    "bar given": "given back",
    "bar still": "still in flight at the end",
    "columns wait": "sent",
    "columns held": "received and deleted",
    "columns lost": "received, and not deleted in time",
}


class RunDrawing:
    """What the template `run` draws."""

    def __init__(self, words: RunWords):
        self.words, self.run = words, words.run
        self.axis, self._charted, self._used = words.axis, run_levels.busiest(self.run), set[str]()
        run, names = self.run, list(self.run["programs"])[: _MOST_LANES["programs"]]
        shown = self.axis.seconds - sum(end - begin for begin, end in self.axis.breaks)
        self._step = next((step for step in _STRETCHES if shown / step <= MOST_BARS), shown / MOST_BARS)
        self._held = {name: [each for each in run["held"] if each["program"] == name] for name in names}
        self._sent = {name: [each for each in run["sent"] if each["program"] == name] for name in names}
        self._rows = {name: _rows(held) for name, held in self._held.items()}
        self._summed = (
            any(len(held) > MOST_BARS for held in self._held.values())
            or sum(map(len, self._held.values())) > _MOST_BARS_OF_ALL
            or any(max(rows, default=0) >= _MOST_ROWS for rows in self._rows.values())
        )
        self._most_held = max((max(self._counts(held).values()) for held in self._held.values() if held), default=1)

    def data(self) -> Mapping[str, Any]:
        """Return all of it."""
        lanes, multiples = self._lanes(), self._charts()
        key = [(look, says) for look, says in _KEY.items() if look in self._used]
        charted = self._queue(self._charted, self.run["queues"][self._charted], False) if multiples else None
        more = f"each column: {span(self._step)}" if any(look.startswith("columns") for look in self._used) else ""
        return {
            "axis": self.axis.drawn(),
            "lanes": lanes,
            "charts_of": multiples,
            "charted": charted,
            "badges": time_axis.merged(self.axis, self._moments()) if multiples else [],
            "left_out": self._left_out(),
            "key": key,
            "more": more,
        }

    def _left_out(self) -> str:
        left = [(kind[:-1], len(self.run[kind]) - most) for kind, most in _MOST_LANES.items()]
        told = " and ".join(counted(count, kind) for kind, count in left if count > 0)
        return f"Not drawn: {told}." if told else ""

    def _lanes(self) -> list[Mapping[str, Any]]:
        """Return the senders, the queues, the receivers, and the queues that hold dead letters, without the charts'."""
        queues = [each for each in self.run["queues"].items() if each[0] != self._charted][: _MOST_LANES["queues"]]
        dead = [name for name, one in queues if one["dead_letters"] and not one["sent"]]
        senders = [name for name in self._held if self._sent[name] and not self._held[name]]
        return [
            *(self._program(name) for name in senders),
            *(self._queue(name, one, False) for name, one in queues if name not in dead),
            *(self._program(name) for name in self._held if name not in senders),
            *(self._queue(name, one, True) for name, one in queues if name in dead),
        ]

    # --- a program ----------------------------------------------------------------------------------------------------

    def _program(self, name: str) -> Mapping[str, Any]:
        one, held, sent = self.run["programs"][name], self._held[name], self._sent[name]
        counts = [f"{one[key]:,} {key}" for key in ("sent", "received", "deleted") if one[key]]
        says = ", ".join(counts) or counted(one["calls"], "call")
        badges = self._badges(name, of_queue=False)
        top = 26 if badges else 7
        marks = self._send_marks(name, sent, top, 14 if held else 24, says) if sent else {}
        below = marks.get("below", top)
        bars = self._bars(held, self._rows[name], below) if held and not self._summed else {}
        sums = self._sums(name, held, below, says) if held and self._summed else {}
        return {
            "name": cut(name, LONGEST),
            "face": initial(name),
            "place": list(self._held).index(name),
            "says": says,
            "label": "" if "svg" in marks or sums else f"{cut(name, LONGEST)}: {says}, {self.words.end(one['end'])}",
            "height": (sums or bars or {"below": below if sent else below + 24})["below"] + 7,
            "life": self._life(one["end"]),
            "dots": marks.get("dots", []),
            "bars": bars.get("bars", []),
            "drawings": [found["svg"] for found in (marks, sums) if "svg" in found],
            "badges": badges,
        }

    def _life(self, end: Mapping[str, Any]) -> Mapping[str, Any] | None:
        if end["began"] is None:
            return None
        goes_on = end["how"] == "still going"
        return {
            "look": "" if goes_on else "crash" if end["how"] == "raised" else "end",
            "begin": self.axis.x(end["began"]) if end["began"] else None,
            "end": None if goes_on else 100 - self.axis.x(end["at"]),
        }

    def _bars(self, held: Sequence[Mapping[str, Any]], rows: Sequence[int], top: int) -> dict[str, Any]:
        count = max(rows) + 1
        height = _HEIGHTS[min(count, len(_HEIGHTS)) - 1]
        space = height + (3 if height > 8 else 2)
        bars = []
        for each, row in zip(held, rows, strict=True):
            look = f"bar {_HOWS.get(each['how'], 'given')}"
            self._used.add(look)
            name, width = cut(each["name"], _LONGEST_LABEL), self.axis.width(each["begin"], each["end"])
            bars.append(
                {
                    "look": look,
                    "x": self.axis.x(each["begin"]),
                    "width": width,
                    "top": top + row * space,
                    "height": height,
                    "title": f"{name}: {span(each['end'] - each['begin'])}, {each['how']}",
                    "label": name if height >= 16 and width >= _SHORTEST_BAR else "",
                }
            )
        return {"bars": bars, "below": top + (count - 1) * space + height}

    def _sums(self, name: str, held: Sequence[Mapping[str, Any]], top: int, says: str) -> dict[str, Any]:
        """Draw how many messages were received in each stretch of time, with those not deleted in time on top."""
        kept = self._counts(each for each in held if each["how"] == "deleted")
        lost = self._counts(each for each in held if each["how"] != "deleted")
        scale, most = (_CURVE - 1) / self._most_held, max(self._counts(held).values())
        title = f"{cut(name, LONGEST)}: messages received in each {span(self._step)}, at most {most}."
        paths = self._columns("columns held", kept, {}, scale) + self._columns("columns lost", lost, kept, scale)
        return {"svg": self._svg(title, f"{says}.", top, paths), "below": top + _CURVE}

    def _send_marks(
        self, name: str, sent: Sequence[Mapping[str, Any]], top: int, height: int, says: str
    ) -> dict[str, Any]:
        x = self.axis.x
        near = min((x(after["at"]) - x(before["at"]) for before, after in pairwise(sent)), default=100) < _CLOSE_SENT
        if near or len(sent) > MOST_BARS or sum(map(len, self._sent.values())) > _MOST_BARS_OF_ALL:
            counts: Counter[int] = Counter()
            for each in sent:
                counts[self._stretch(each["at"])] += each["count"]
            most = max(counts.values())
            title = f"{cut(name, LONGEST)}: messages sent in each {span(self._step)}, at most {most}."
            paths = self._columns("columns wait", counts, {}, (_CURVE - 1) / most)
            below = top + _CURVE + (6 if height < 24 else 0)
            return {"svg": self._svg(title, f"{says}.", top, paths), "below": below}
        self._used.add("dot")
        dots = [
            {
                "x": x(each["at"]),
                "top": top + height // 2,
                "title": f"{self.words.clock(each['at'])}: {each['count']} sent to {cut(each['to'], LONGEST)}",
            }
            for each in sent
        ]
        return {"dots": dots, "below": top + height}

    # --- a queue ------------------------------------------------------------------------------------------------------

    def _queue(self, name: str, one: Mapping[str, Any], dead: bool) -> Mapping[str, Any]:
        waiting = run_levels.waiting(self.run, name)
        most = max(count for _, count in waiting)
        says = [f"up to {most:,} waiting"] if most and not dead else []
        says += [counted(one["dead_letters"], "dead letter")] if one["dead_letters"] else []
        says += [f"{one['left']:,} left"] if one["left"] and not dead else []
        badges = self._badges(name, of_queue=True)
        top, drawings = 26 if badges else 7, []
        if most:
            look = "area dead" if dead else "area wait"
            self._used |= {look} & set(_KEY)
            path = charts.curve([(self.axis.x(at), count) for at, count in waiting], most, height=_CURVE)
            title = f"{cut(name, LONGEST)}: messages waiting."
            drawings = [self._svg(title, self._most(waiting), top, [(look, path)])]
        return {
            "name": cut(name, LONGEST),
            "place": None,
            "says": ", ".join(says) or "none waiting",
            "label": "",
            "height": top + _CURVE + 7,
            "life": {"look": "", "begin": None, "end": None},
            "dots": [],
            "bars": [],
            "drawings": drawings,
            "badges": badges,
        }

    # --- the charts below the lanes -----------------------------------------------------------------------------------

    def _charts(self) -> list[Mapping[str, Any]]:
        """Return three charts of the busiest queue: how many wait, how many are in flight, how old the oldest is."""
        run, name = self.run, self._charted
        if not name:
            return []
        found = [
            self._counted("Waiting", run_levels.waiting(run, name), "wait"),
            self._counted("In flight", run_levels.in_flight(run, name), "held"),
        ]
        if ages := run_levels.ages(run, name):
            most, last = max(age for _, age in ages), ages[-1][1]
            of = next((unit for unit in (86_400, 3_600, 60) if most >= 2 * unit), 1)
            now = (f"{last / of:.0f}", f"{_UNITS[of]} at the end")
            says = f"At most {span(most)}; {span(last)} at the end."
            found.append(
                charts.small_multiple(
                    self.axis, "Age of the oldest", ages, now=now, tone="late", kind="line", of=of, says=says
                )
            )
        return found

    def _counted(self, name: str, points: run_levels.Points, tone: str) -> Mapping[str, Any]:
        now = (f"{points[-1][1]:,}", "at the end")
        return charts.small_multiple(self.axis, name, points, now=now, tone=tone, says=self._most(points))

    def _most(self, points: run_levels.Points) -> str:
        most = max(count for _, count in points)
        at = next(at for at, count in points if count == most)
        return f"At most {most:,}, at {self.words.clock(at)}; {points[-1][1]:,} at the end."

    # --- what lanes share ---------------------------------------------------------------------------------------------

    def _moments(self) -> list[Mapping[str, Any]]:
        return [moment for moment in self.words.story() if 0 <= moment["at"] <= self.run["seconds"]]

    def _badges(self, name: str, of_queue: bool) -> list[Mapping[str, Any]]:
        found = [
            moment
            for moment in self._moments()
            if moment["where"] == name and (moment["kind"] in _OF_QUEUES) == of_queue
        ]
        return time_axis.merged(self.axis, found)

    def _svg(self, title: str, says: str, top: int, paths: Sequence[tuple[str, str]]) -> Mapping[str, Any]:
        return {"title": title, "says": says, "top": top, "paths": paths}

    def _stretch(self, at: float) -> int:
        return min(int(at / self._step), int(-(-self.axis.seconds // self._step)) - 1)

    def _counts(self, held: Iterable[Mapping[str, Any]]) -> Counter[int]:
        return Counter(self._stretch(each["begin"]) for each in held)

    def _columns(
        self, look: str, counts: Mapping[int, int], below: Mapping[int, int], scale: float
    ) -> list[tuple[str, str]]:
        if not counts:
            return []
        self._used.add(look)
        x, step = self.axis.x, self._step
        bars = [(x(n * step), x((n + 1) * step), counts[n], below.get(n, 0)) for n in sorted(counts)]
        return [(look, charts.stacked(bars, scale, _CURVE))]


def _rows(held: Sequence[Mapping[str, Any]]) -> list[int]:
    """Return the row in which each message is drawn, so that no two overlap."""
    ends: list[float] = []
    found = []
    for each in held:
        row = next((n for n, end in enumerate(ends) if end <= each["begin"]), len(ends))
        ends[row : row + 1] = [each["end"]]
        found.append(row)
    return found
