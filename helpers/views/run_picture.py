"""A run of several programs: who had which message when, what each program did, and the moments that matter."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from helpers.views import charts, kit, run_words, time_axis
from helpers.views.run_words import Points, RunWords
from helpers.views.words import LONGEST, counted, cut, span

MOST_BARS = 60  # in a lane; of more messages the lane shows how many the program had
_MOST_BARS_OF_ALL = 300  # in all lanes
_LONGEST_LABEL, _SHORTEST_BAR = 24, 2.0  # characters of a message's name, and percent of the axis that it needs
_CHARACTER, _AROUND_LABEL = 0.9, 1.2  # percent of an axis of medium width for a character of a name, and beside it
_MOST_ROWS = 10  # messages that a program has at the same time
_FEW = 10  # received messages, below which their waits are no distribution
_MOST_LANES = {"programs": 16, "queues": 6}
_CLOSE_SENT = 0.7  # percent of the axis between two marks for what was sent
_HEIGHTS = (24, 18, 15, 15, 13)  # of a bar, by how many are one below the other
_SMALL = 15  # the height of a bar below which its message's name is in smaller letters
_CURVE = 32  # the height of a curve in a lane
_CLOSE_ASKED = 0.2  # percent of the axis that's between two receives which brought nothing, so that both can be seen
_HOWS = {
    "deleted": "del",
    "gone": "gone",
    "came back": "back",
    "put off": "off",
    "moved": "moved",
    "given back": "given",
    "still held": "still",
}
_KEY = {
    "dot": "sent",
    "area held": "in flight",
    "bar del": "received and deleted",
    "asked": "a receive that brought nothing",
    "bar gone": "deleted by another program",
    "late": "worked on, and deleted late",
    "bar back": "not deleted in time, so it came back",
    "bar off": "put off on purpose",
    "bar moved": "not deleted, and moved to the dead-letter queue",
    "bar given": "given back",
    "bar still": "still in flight at the end",
}


@dataclass(frozen=True)
class RunPicture:
    """The picture of a run. run: as helpers.backends.run_report.RunReport.to_dict returns it."""

    run: Mapping[str, Any]

    def __repr__(self) -> str:
        return self._words.text()

    def _repr_html_(self) -> str:
        words, lanes = self._words, [self._program(name) for name in self._held]
        moments = [counted(len(words.story), "moment") + " told below"] if words.story else []
        used = {one["look"].removesuffix(" small") for lane in lanes for one in (*lane["marks"], *lane["areas"])}
        return kit.draw(
            "run",
            sheets=("time",),
            kind="Run",
            name=span(self.run["seconds"]),
            facts=[words.from_to],
            label=f"{words.title}: {', '.join([*self._totals(), *moments])}",
            twin=repr(self),
            totals=self._numbers(),
            axis=words.axis.drawn(),
            lanes=lanes,
            queues=[self._queue(name) for name in list(self.run["queues"])[: _MOST_LANES["queues"]]],
            left_out=self._left_out(),
            key=[(look, says) for look, says in _KEY.items() if look in used],
            story=words.story,
            untold=words.untold(),
        )

    @cached_property
    def _words(self) -> RunWords:
        return RunWords(self.run)

    def _totals(self) -> list[str]:
        programs = self.run["programs"].values()
        total = {key: sum(one[key] for one in programs) for key in ("sent", "deleted", "came_again")}
        again = [f"{total['came_again']:,} received again"] if total["came_again"] else []
        sent = [f"{total['sent']:,} sent"] if total["sent"] else []
        return [*sent, f"{total['deleted']:,} deleted", *again]

    def _numbers(self) -> list[tuple[str, str]]:
        """Return the numbers above the drawing, each with what it counts."""
        waited = self.run["waited"]
        facts = [*self._totals(), counted(self.run["requests"], "request") + " billed"]
        items = [(number, what) for number, _, what in (fact.partition(" ") for fact in facts)]
        names = {"median": "half were received within", "p95": "95 of 100 within", "oldest": "longest wait"}
        few = sum(one["received"] for one in self.run["programs"].values()) < _FEW
        kept = ("oldest",) if few else names
        return items + [(span(waited[key]), names[key]) for key in kept if waited[key] is not None]

    def _left_out(self) -> str:
        left = [(kind[:-1], len(self.run[kind]) - most) for kind, most in _MOST_LANES.items()]
        told = " and ".join(counted(count, kind) for kind, count in left if count > 0)
        return f"Not drawn: {told}." if told else ""

    # --- the lanes ----------------------------------------------------------------------------------------------------

    @cached_property
    def _held(self) -> dict[str, list[Mapping[str, Any]]]:
        """What each program that has a lane received."""
        names = list(self.run["programs"])[: _MOST_LANES["programs"]]
        return {name: [each for each in self.run["held"] if each["program"] == name] for name in names}

    @cached_property
    def _rows(self) -> dict[str, list[int]]:
        return {name: _rows(held) for name, held in self._held.items()}

    @cached_property
    def _are_many(self) -> bool:
        """Whether there are too many messages to draw each."""
        counts = [len(held) for held in self._held.values()]
        too_high = any(max(rows, default=0) >= _MOST_ROWS for rows in self._rows.values())
        return too_high or max(counts, default=0) > MOST_BARS or sum(counts) > _MOST_BARS_OF_ALL

    def _program(self, name: str) -> Mapping[str, Any]:
        one, held = self.run["programs"][name], self._held[name]
        badges = time_axis.merged(self._words.axis, [moment for moment in self._moments if moment["where"] == name])
        counts = [f"{one[key]:,} {key}" for key in ("sent", "received", "deleted") if one[key]]
        says = ", ".join(counts) or counted(one["calls"], "call")
        top = 26 if badges else 7
        asked = self._asked(name, top)
        top += 8 if asked and (held or one["sent"]) else 0
        dots = self._dots(name, top + (7 if held else 12))
        top += 0 if held and not dots else 14 if held else 24
        bars: Sequence[Mapping[str, Any]] = ()
        areas: Sequence[Mapping[str, Any]] = ()
        if held and self._are_many:
            points = run_words.in_flight(held)
            placed = [(self._words.axis.x(at), count) for at, count in points]
            path = charts.curve(placed, max(count for _, count in points), height=_CURVE)
            title = f"{cut(name, LONGEST)}: messages in flight."
            areas = [{"look": "area held", "title": title, "says": self._most(points), "top": top, "path": path}]
            top += _CURVE
        elif held:
            bars, top = self._bars(held, self._rows[name], top)
        return {
            "name": cut(name, LONGEST),
            "says": says,
            "label": f"{cut(name, LONGEST)}: {says}, {self._words.end(one['end'])}",
            "height": top + 7,
            "marks": [*self._life(one["end"]), *asked, *dots, *bars],
            "areas": areas,
            "badges": badges,
        }

    def _life(self, end: Mapping[str, Any]) -> list[Mapping[str, Any]]:
        if end["began"] is None:
            return []
        look = {"still going": "", "raised": "crash"}.get(end["how"], "end")
        until = self.run["seconds"] if end["how"] == "still going" else end["at"]
        return [{"look": f"life {look}", **self._words.axis.place(end["began"], until)}]

    def _asked(self, name: str, top: int) -> Sequence[Mapping[str, Any]]:
        """Return a line for each receive that brought nothing; those that can't be told apart share one."""
        axis = self._words.axis
        found: list[dict[str, Any]] = []
        begin = end = -1.0
        for each in (each for each in self.run.get("asked", ()) if each["program"] == name):
            if begin >= 0 and axis.x(each["begin"]) - axis.x(end) < _CLOSE_ASKED:
                end = each["end"]
                found[-1] = {"look": "asked", "top": top, **axis.place(begin, end)}
                continue
            begin, end = each["begin"], each["end"]
            title = f"{self._words.clock(begin)}: a receive that brought nothing, after {span(end - begin)}"
            found.append({"look": "asked", "top": top, "title": title, **axis.place(begin, end)})
        return found

    def _dots(self, name: str, top: int) -> Sequence[Mapping[str, Any]]:
        """Return a mark for what was sent; what was sent at almost the same time shares one."""
        found: list[dict[str, Any]] = []
        for each in (each for each in self.run["sent"] if each["program"] == name):
            x, says = self._words.axis.x(each["at"]), f"{each['count']:,} sent to {cut(each['to'], LONGEST)}"
            if found and x - found[-1]["x"] < _CLOSE_SENT:
                found[-1]["count"] += each["count"]
                found[-1]["title"] = f"{self._words.clock(each['at'])}: {found[-1]['count']:,} sent by then"
            else:
                title = f"{self._words.clock(each['at'])}: {says}"
                found.append({"look": "dot", "x": x, "top": top, "count": each["count"], "title": title})
        return found

    def _bars(
        self, held: Sequence[Mapping[str, Any]], rows: Sequence[int], top: int
    ) -> tuple[Sequence[Mapping[str, Any]], int]:
        """Return a bar for each message, and where the lowest ends."""
        count = max(rows) + 1
        height = _HEIGHTS[min(count, len(_HEIGHTS)) - 1]
        space = height + (3 if height >= _SMALL else 2)
        bars = []
        for n, (each, row) in enumerate(zip(held, rows, strict=True)):
            name, place = cut(each["name"], _LONGEST_LABEL), self._words.axis.place(each["begin"], each["end"])
            following = (other["begin"] for other, its in zip(held[n + 1 :], rows[n + 1 :], strict=True) if its == row)
            free_until = self._words.axis.x(next(following, self.run["seconds"]))
            room = 0.0 if each.get("late") is not None else max(0.0, free_until - place["x"] - place["width"])
            inside, beside = _label(name, place["width"], room)
            small = " small" if height < _SMALL or len(inside + beside) < len(name) else ""
            bars.append(
                {
                    "look": f"bar {_HOWS.get(each['how'], 'given')}{small}",
                    **place,
                    "top": top + row * space,
                    "height": height,
                    "title": f"{name}: {span(each['end'] - each['begin'])}, {run_words.how_it_ended(each)}",
                    "label": inside,
                }
            )
            if beside:
                where = {"x": place["x"] + place["width"], "width": room, "top": top + row * space, "height": height}
                bars.append({"look": f"beside{small}", **where, "label": beside})
            if each.get("late") is not None:
                title = f"{name}: worked on without it until {self._words.clock(each['late'])}, and deleted it then"
                late = {"look": "late", "top": top + row * space, "height": height, "title": title}
                bars.append(late | self._words.axis.place(each["end"], each["late"]))
        return bars, top + (count - 1) * space + height

    @cached_property
    def _moments(self) -> list[Mapping[str, Any]]:
        return [moment for moment in self._words.story if 0 <= moment["at"] <= self.run["seconds"]]

    # --- the charts below the lanes -----------------------------------------------------------------------------------

    def _queue(self, name: str) -> Mapping[str, Any]:
        """Return a queue's name and charts: how many wait, and of the busiest how many are in flight, and how old."""
        run, axis, one = self.run, self._words.axis, self.run["queues"][name]
        waiting, is_busiest = run_words.waiting(run, name), name == run_words.busiest(run)
        most = max(count for _, count in waiting)
        says = [f"up to {most:,} waiting"] if most else []
        says += [counted(one["dead_letters"], "dead letter")] if one["dead_letters"] else []
        says += [f"{one['left']:,} left"] if one["left"] else []
        held = [each for each in run["held"] if each["queue"] == name]
        curves = [("Waiting", "dead" if one["dead_letters"] else "wait", waiting)] if most or is_busiest else []
        curves += [("In flight", "held", run_words.in_flight(held))] if is_busiest else []
        found = []
        for title, tone, points in curves:
            now = (f"{points[-1][1]:,}", "at the end")
            found.append(charts.small_multiple(axis, title, points, now=now, tone=tone, says=self._most(points)))
        if is_busiest and (ages := run_words.ages(run, name)):
            most, last = max(age for _, age in ages), ages[-1][1]
            of, unit = charts.time_scale(most)
            now, most_and_last = (
                (f"{last / of:.0f}", f"{unit} at the end"),
                f"At most {span(most)}; {span(last)} at the end.",
            )
            found.append(
                charts.small_multiple(
                    axis, "Age of the oldest", ages, now=now, tone="late", says=most_and_last, steps=False, of=of
                )
            )
        moments = [moment for moment in self._moments if is_busiest or moment["where"] == name]
        badges, told = time_axis.merged(axis, moments), ", ".join(says) or "none waiting"
        return {"name": cut(name, LONGEST), "says": told, "badges": badges, "charts": found}

    def _most(self, points: Points) -> str:
        most = max(count for _, count in points)
        at = next(at for at, count in points if count == most)
        return f"At most {most:,}, at {self._words.clock(at)}; {points[-1][1]:,} at the end."


def _label(name: str, width: float, room: float) -> tuple[str, str]:
    """Return what's written in a bar, and what's written beside it. room: percent of the axis that's free there.

    Of "A-100 paid" it's "paid" where there's no more room.
    """
    event = re.fullmatch(r"\S*\d\S* (\S+)", name)
    names = [name, event[1]] if event else [name]
    for text in names:
        needs = _AROUND_LABEL + _CHARACTER * len(text)
        if needs <= width:
            return text, ""
        if needs <= room:
            return "", text
    return (names[-1] if width >= _SHORTEST_BAR else ""), ""


def _rows(held: Sequence[Mapping[str, Any]]) -> list[int]:
    """Return the row in which each message is drawn, so that no two overlap."""
    ends: list[float] = []
    found = []
    for each in held:
        row = next((n for n, end in enumerate(ends) if end <= each["begin"]), len(ends))
        ends[row : row + 1] = [max(each["end"], each.get("late") or 0)]
        found.append(row)
    return found
