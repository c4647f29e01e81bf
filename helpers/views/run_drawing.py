"""The lanes of a run's picture: one for each program and queue, with a common axis of time.

A mark's label is an attribute that the style sheet shows, so no loose words are left in viewers that strip styles.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from helpers.views import parts
from helpers.views.run_words import LONGEST, RunWords, counted, day, span

MOST_BARS = 60  # in a lane, as many marks for what was sent; more than that are counted in stretches of time
_MOST_BARS_OF_ALL = 300  # in all lanes, and as many marks for what was sent
_LONGEST_LABEL, _SHORTEST_BAR = 24, 2.0  # characters of a message's name, and percent of the axis that it needs
_MOST_ROWS = 10  # messages that a program has at the same time
_MOST_LANES = {"programs": 16, "queues": 6}
# A time without events is drawn short if it's longer than this share of the run and so many seconds; percent for it.
_LONG, _SHORTEST_GAP, _GAP = 0.3, 2.0, 5.0
# Percent of the axis between two badges, two labels of the axis, and two marks for what was sent.
_CLOSE, _CLOSE_LABELS, _CLOSE_SENT = 6.0, 12.0, 0.7
_STEPS = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10800, 21600, 43200, 86400)  # seconds
_HEIGHTS = (24, 16, 12, 9, 8, 7, 6)  # of a bar, by how many are one below the other
_CURVE, _WIDE, _POINTS = 32, 1000, 200  # height, width and points of a drawing
_LONGEST_BADGE = 7  # characters
_ENDS = ("crashes", "is stopped", "exits", "returns", "moves", "expires")  # square badges
_OF_QUEUES = ("moves", "expires")
_TONES = {"crashes": "dead", "moves": "dead", "expires": "dead", "again": "held", "starts": "wait"}
_HOWS = {"deleted": "del", "came back": "back", "given back": "given", "still held": "still"}
_SAW = (
    '<svg viewBox="0 0 8 96" preserveAspectRatio="none"><path d="M1 0'
    + "".join(f"L{1 if n % 2 else 7} {8 * n}" for n in range(1, 13))
    + '"/></svg>'
)
_KEY = (
    ("dot", "sent"),
    ("area", "waiting in the queue"),
    ("bar del", "received and deleted"),
    ("bar back", "not deleted in time, so it came back"),
    ("bar given", "given back"),
    ("bar still", "still in flight at the end"),
    ("column went", "sent"),
    ("column kept", "received and deleted"),
    ("column lost", "received, and not deleted in time"),
)


@dataclass
class _Lane:
    """One lane. name, says: HTML of its left side. marks: HTML in the order of drawing, so later ones are on top."""

    where: str
    name: str
    says: str
    label: str = ""
    height: int = 0
    life: str = ""
    marks: list[str] = field(default_factory=list)
    badges: str = ""


def draw(words: RunWords) -> str:
    """Return the drawing of a run."""
    return _Drawing(words).html()


def badge(numbers: Sequence[int], kinds: Sequence[str], look: str, style: str = "") -> str:
    """Return the badge of a moment, or of several that are close to each other."""
    shape = " sq" if kinds[-1] in _ENDS else ""
    tone = next((_TONES[kind] for kind in reversed(kinds) if kind in _TONES), "quiet")
    says = ",".join(map(str, numbers))
    if len(says) > _LONGEST_BADGE:
        says = f"{numbers[0]}…"
    return f'<span class="{look}{shape} {tone}"{style} aria-hidden="true" data-t="{says}"></span>'


class _Drawing:
    def __init__(self, words: RunWords):
        self.words, self.run, self.used = words, words.run, set[str]()
        self.story = words.story()
        self.seconds = max(self.run["seconds"], 0.001)
        self.gaps = self._find_gaps()
        shown = self.seconds - sum(end - begin for begin, end in self.gaps)
        self.step = next((step for step in _STEPS if shown / step <= MOST_BARS), shown / MOST_BARS)
        self.names = list(self.run["programs"])[: _MOST_LANES["programs"]]
        self.held = {name: [each for each in self.run["held"] if each["program"] == name] for name in self.names}
        self.sent = {name: [each for each in self.run["sent"] if each["program"] == name] for name in self.names}
        self.rows = {name: _rows(held) for name, held in self.held.items()}
        self.summed = (
            any(len(held) > MOST_BARS for held in self.held.values())
            or sum(map(len, self.held.values())) > _MOST_BARS_OF_ALL
            or any(max(rows, default=0) >= _MOST_ROWS for rows in self.rows.values())
        )
        self.most_held = max((max(self._counts(held).values()) for held in self.held.values() if held), default=1)

    def html(self) -> str:
        lanes = self._lanes()
        rows = "".join(self._row(lane, number) for number, lane in enumerate(lanes, 2))
        lines = f"{self._breaks(len(lanes))}{self._ticks(len(lanes))}"
        grid = f'<div class="run">{lines}{rows}{self._axis(len(lanes) + 2)}</div>'
        return f"{grid}{self._left_out()}{self._key()}"

    def _left_out(self) -> str:
        left = [(kind[:-1], len(self.run[kind]) - most) for kind, most in _MOST_LANES.items()]
        told = " and ".join(counted(count, kind) for kind, count in left if count > 0)
        return f'<p class="more">Not drawn: {told}.</p>' if told else ""

    def _lanes(self) -> list[_Lane]:
        """Return the senders, the queues, the receivers, and last the queues that hold dead letters."""
        queues = list(self.run["queues"].items())[: _MOST_LANES["queues"]]
        dead = [name for name, one in queues if one["dead_letters"] and not one["sent"]]
        senders = [name for name in self.names if self.sent[name] and not self.held[name]]
        return [
            *(self._program(name) for name in senders),
            *(self._queue(name, one, False) for name, one in queues if name not in dead),
            *(self._program(name) for name in self.names if name not in senders),
            *(self._queue(name, one, True) for name, one in queues if name in dead),
        ]

    # --- a program ----------------------------------------------------------------------------------------------------

    def _program(self, name: str) -> _Lane:
        one = self.run["programs"][name]
        held, sent = self.held[name], self.sent[name]
        says = [f"{one[key]:,} {key}" for key in ("sent", "received", "deleted") if one[key]]
        lane = _Lane(name, _who(name, self.names.index(name)), ", ".join(says) or counted(one["calls"], "call"))
        label = parts.text(f"{parts.cut(name, LONGEST)}: {lane.says}, {self.words.end(one['end'])}")
        lane.label = f' role="img" aria-label="{label}"'
        self._life(lane, one["end"])
        self._badges(lane, of_queue=False)
        if sent:
            self._send_marks(lane, sent, 14 if held else 24)
        if held and self.summed:
            self._sums(lane, held)
        elif held:
            self._bars(lane, held, self.rows[name])
        if not sent and not held:
            lane.height += 24
        return lane

    def _life(self, lane: _Lane, end: Mapping[str, Any]) -> None:
        if end["began"] is None:
            return
        goes_on = end["how"] == "still going"
        begins = "-12px" if not end["began"] else f"{self._percent(end['began'])}%"
        ends = "-12px" if goes_on else f"{_short(100 - self._x(end['at']), 2)}%"
        look = "" if goes_on else " crash" if end["how"] == "raised" else " end"
        lane.life = f'<i class="life{look}" style="left:{begins};right:{ends}"></i>'

    def _bars(self, lane: _Lane, held: Sequence[Mapping[str, Any]], rows: Sequence[int]) -> None:
        count = max(rows) + 1
        height = _HEIGHTS[min(count, len(_HEIGHTS)) - 1]
        gap = 3 if height > 8 else 2
        for each, row in zip(held, rows, strict=True):
            look = _HOWS.get(each["how"], "given")
            self.used.add(f"bar {look}")
            name = parts.cut(each["name"], _LONGEST_LABEL)
            title = parts.text(f"{name}: {span(each['end'] - each['begin'])}, {each['how']}")
            fits = height >= 16 and self._x(each["end"]) - self._x(each["begin"]) >= _SHORTEST_BAR
            label = f' data-t="{parts.text(name)}"' if fits else ""
            top = lane.height + row * (height + gap)
            place = f"{self._across(each['begin'], each['end'])};top:{top}px;height:{height}px"
            lane.marks.append(f'<i class="bar {look}" style="{place}" title="{title}"{label}></i>')
        lane.height += count * (height + gap) - gap

    def _sums(self, lane: _Lane, held: Sequence[Mapping[str, Any]]) -> None:
        """Draw how many messages were received in each stretch of time, with those not deleted in time on top."""
        kept = self._counts(each for each in held if each["how"] == "deleted")
        lost = self._counts(each for each in held if each["how"] != "deleted")
        self.used |= {f"column {look}" for look, found in (("kept", kept), ("lost", lost)) if found}
        scale = _CURVE / self.most_held
        most = max(self._counts(held).values())
        title = f"{parts.text(lane.where, LONGEST)}: messages received in each {span(self.step)}, at most {most}."
        drawn = self._columns(kept, {}, scale, "kept") + self._columns(lost, kept, scale, "lost")
        lane.marks.append(_svg(drawn, title, f"{lane.says}.", lane.height))
        lane.height += _CURVE

    def _send_marks(self, lane: _Lane, sent: Sequence[Mapping[str, Any]], height: int) -> None:
        gaps = [self._x(b["at"]) - self._x(a["at"]) for a, b in pairwise(sent)]
        total = sum(map(len, self.sent.values()))
        if len(sent) > MOST_BARS or total > _MOST_BARS_OF_ALL or min(gaps, default=100) < _CLOSE_SENT:
            counts: dict[int, int] = {}
            for each in sent:
                counts[self._stretch(each["at"])] = counts.get(self._stretch(each["at"]), 0) + each["count"]
            most = max(counts.values())
            title = f"{parts.text(lane.where, LONGEST)}: messages sent in each {span(self.step)}, at most {most}."
            drawn = self._columns(counts, {}, _CURVE / most, "went")
            lane.marks.append(_svg(drawn, title, f"{lane.says}.", lane.height))
            lane.height += _CURVE + (6 if height < 24 else 0)
            self.used.add("column went")
            return
        self.used.add("dot")
        for each in sent:
            title = f"{self.words.clock(each['at'])}: {each['count']} sent to {parts.text(each['to'], LONGEST)}"
            place = f"left:{self._percent(each['at'])}%;top:{lane.height + height // 2}px"
            lane.marks.append(f'<i class="dot" style="{place}" title="{title}"></i>')
        lane.height += height

    # --- a queue ------------------------------------------------------------------------------------------------------

    def _queue(self, name: str, one: Mapping[str, Any], dead: bool) -> _Lane:
        waiting = self.run["waiting"].get(name) or [[0, 0]]
        most = max(count for _, count in waiting)
        says = [f"up to {most:,} waiting"] if most and not dead else []
        says += [counted(one["dead_letters"], "dead letter")] if one["dead_letters"] else []
        says += [f"{one['left']:,} left"] if one["left"] and not dead else []
        lane = _Lane(name, f"<code>{parts.text(name, LONGEST)}</code>", ", ".join(says) or "none waiting")
        self._badges(lane, of_queue=True)
        lane.life = '<i class="life" style="left:-12px;right:-12px"></i>'
        if most:
            self.used.add("area")
            at = next(at for at, count in waiting if count == most)
            title = f"{parts.text(name, LONGEST)}: messages waiting."
            says_more = f"At most {most}, at {self.words.clock(at)}; {waiting[-1][1]} at the end."
            drawn = f'<path class="{"deads" if dead else "waits"}" d="{self._curve(waiting, most)}"/>'
            lane.marks.append(_svg(drawn, title, says_more, lane.height))
        lane.height += _CURVE
        return lane

    def _curve(self, waiting: Sequence[Sequence[float]], most: int) -> str:
        """Return the path of the area: the most that are waiting in each of a few hundred stretches of time."""
        heights = [0.0] * _POINTS
        for (at, count), until in zip(waiting, [*(at for at, _ in waiting[1:]), self.seconds], strict=True):
            first, last = (min(_POINTS - 1, int(_POINTS * self._x(second) / 100)) for second in (at, until))
            for n in range(first, last + 1):
                heights[n] = max(heights[n], count)
        path, before = [], 0.0
        for n, count in enumerate([*heights, 0]):
            x = n * _WIDE // _POINTS if n < _POINTS else _WIDE + 20  # where the edge isn't seen
            if count != before:
                path.append(f"H{x}" if before else f"M{x} {_CURVE}")
                path.append(f"V{_short(_CURVE - count * (_CURVE - 2) / most)}" + ("" if count else "Z"))
                before = count
        return "".join(path)

    # --- what lanes share ---------------------------------------------------------------------------------------------

    def _badges(self, lane: _Lane, of_queue: bool) -> None:
        """Put the badges of the lane's moments above its marks. Badges that would touch become one."""
        found = [
            (number, moment)
            for number, moment in enumerate(self.story, 1)
            if moment["where"] == lane.where
            and (moment["kind"] in _OF_QUEUES) == of_queue
            and 0 <= moment["at"] <= self.run["seconds"]
        ]
        lane.height = 26 if found else 7
        groups: list[list[tuple[int, Mapping[str, Any]]]] = []
        for each in found:
            near = _CLOSE * (1.7 if groups and len(groups[-1]) > 1 else 1)
            if groups and self._x(each[1]["at"]) - self._x(groups[-1][0][1]["at"]) < near:
                groups[-1].append(each)
            else:
                groups.append([each])
        for group in groups:
            numbers, moments = [number for number, _ in group], [moment for _, moment in group]
            left = f"left:{self._percent(moments[0]['at'])}%"
            lane.badges += f'<i class="stem" style="{left}"></i>'
            lane.badges += badge(numbers, [moment["kind"] for moment in moments], "bad", f' style="{left}"')

    def _row(self, lane: _Lane, number: int) -> str:
        marks = "".join(lane.marks)
        label = lane.label if "<svg" not in marks else ""
        says = f'<span class="quiet">{parts.text(lane.says)}</span>'
        return (
            f'<div class="name" style="--r:{number}">{lane.name} {says}</div>'
            f'<div class="track" style="--r:{number};--h:{lane.height + 7}px"{label}>'
            f'<div class="in">{lane.life}{marks}{lane.badges}</div></div>'
        )

    def _ticks_at(self) -> list[tuple[float, str]]:
        """Return the second and label of each line of the axis."""
        shown = self.seconds - sum(end - begin for begin, end in self.gaps)
        days = 86_400 * max(1, round(shown / 604_800))
        step = next((step for step in _STEPS if shown / step <= 7), days)
        start = self.words.moment(0)
        since_midnight = (start - start.replace(hour=0, minute=0, second=0, microsecond=0)).total_seconds()
        at = -(-since_midnight // step) * step - since_midnight
        found: list[tuple[float, str]] = []
        today = None
        while at <= self.seconds:
            gap = next((gap for gap in self.gaps if gap[0] < at < gap[1]), None)
            if gap:  # go to the first line behind it
                at += -(-(gap[1] - at) // step) * step
            elif not found or self._x(at) - self._x(found[-1][0]) > _CLOSE_LABELS:
                moment = self.words.moment(at)
                text = f"{moment:%H:%M}" if step >= 60 else f"{moment:%H:%M:%S}"
                found.append((at, f"{day(moment)} {text}" if self.words.has_days and moment.date() != today else text))
                today = moment.date()
                at += step
            else:
                at += step
        return found or [(0.0, self.words.clock(0))]

    def _ticks(self, lanes: int) -> str:
        lines = "".join(f'<i style="left:{self._percent(at)}%"></i>' for at, _ in self._ticks_at())
        return f'<div class="ticks" style="--n:{lanes}" aria-hidden="true"><div class="in">{lines}</div></div>'

    def _axis(self, row: int) -> str:
        labels = "".join(f'<i style="left:{self._percent(at)}%" data-t="{text}"></i>' for at, text in self._ticks_at())
        return f'<div class="axis" style="--r:{row}" aria-hidden="true"><div class="in">{labels}</div></div>'

    def _breaks(self, lanes: int) -> str:
        """Return two saw lines, and a length of time, for each time in which nothing happens."""
        found = ""
        for begin, end in self.gaps:
            left, right = self._x(begin), self._x(end)
            place = f"left:{_short(left, 2)}%;width:{_short(right - left, 2)}%"
            found += f'<i class="break" style="{place}" data-t="{span(end - begin)}">{_SAW * 2}</i>'
        if not found:
            return ""
        return f'<div class="breaks" style="--n:{lanes}" aria-hidden="true"><div class="in">{found}</div></div>'

    def _key(self) -> str:
        items = [f'<span data-t="{words}"><i class="{look}"></i></span>' for look, words in _KEY if look in self.used]
        if any(look.startswith("column") for look in self.used):
            items.append(f'<span data-t="each column: {span(self.step)}"></span>')
        return f'<p class="key" aria-hidden="true">{"".join(items)}</p>' if items else ""

    def _stretch(self, at: float) -> int:
        return min(int(at / self.step), int(-(-self.seconds // self.step)) - 1)

    def _counts(self, held: Iterable[Mapping[str, Any]]) -> dict[int, int]:
        found: dict[int, int] = {}
        for each in held:
            found[self._stretch(each["begin"])] = found.get(self._stretch(each["begin"]), 0) + 1
        return found

    def _columns(self, counts: Mapping[int, int], below: Mapping[int, int], scale: float, look: str) -> str:
        if not counts:
            return ""
        path = ""
        for n in sorted(counts):
            left, right = (self._x((n + part) * self.step) * _WIDE / 100 for part in (0.14, 0.86))
            up = _short(counts[n] * scale)
            path += f"M{_short(left)} {_short(_CURVE - below.get(n, 0) * scale)}v-{up}h{_short(right - left)}v{up}z"
        return f'<path class="{look}" d="{path}"/>'

    def _across(self, begin: float, end: float) -> str:
        return f"left:{self._percent(begin)}%;width:{_short(max(0.0, self._x(end) - self._x(begin)), 2)}%"

    def _percent(self, seconds: float) -> str:
        return _short(self._x(seconds), 2)

    def _x(self, second: float) -> float:
        """Return where a second is on the axis, in percent. A time in which nothing happens is drawn short."""
        gone = sum(min(second, end) - begin for begin, end in self.gaps if second > begin)
        passed = sum((min(second, end) - begin) / (end - begin) for begin, end in self.gaps if second > begin)
        shown = self.seconds - sum(end - begin for begin, end in self.gaps)
        return _GAP * passed + (100 - _GAP * len(self.gaps)) * (min(second, self.seconds) - gone) / shown

    def _find_gaps(self) -> list[tuple[float, float]]:
        """Return the times in which nothing happens for long, each from one second to another."""
        run = self.run
        times = {0.0, self.seconds, *(at for pairs in run["waiting"].values() for at, _ in pairs)}
        times |= {each["at"] for each in (*run["sent"], *run["moments"])}
        times |= {each[key] for each in run["held"] for key in ("begin", "end")}
        times |= {at for one in run["programs"].values() for at in (one["end"]["began"], one["end"]["at"]) if at}
        margin = 0.03 * self.seconds
        return [
            (begin + margin, end - margin)
            for begin, end in pairwise(sorted(at for at in times if at <= self.seconds))
            if end - begin > max(_SHORTEST_GAP, _LONG * self.seconds)
        ]


def _svg(drawn: str, title: str, says: str, top: int) -> str:
    return (
        f'<svg role="img" viewBox="0 0 {_WIDE} {_CURVE}" preserveAspectRatio="none" style="top:{top}px">'
        f"<title>{title} </title><desc>{parts.text(says)}</desc>{drawn}</svg>"
    )


def _who(name: str, place: int) -> str:
    """Return a program's face and name. The face has the number that the name ends with, or its first letter."""
    number = re.search(r"\d{1,2}$", name)
    letter = number[0] if number else name.strip()[:1].upper()
    square = " square" if place % 2 else ""
    face = f'<span class="face{square}" aria-hidden="true" data-t="{parts.text(letter)}"></span>'
    return f"{face}<b>{parts.text(name, LONGEST)}</b>"


def _rows(held: Sequence[Mapping[str, Any]]) -> list[int]:
    """Return the row in which each message is drawn, so that no two overlap."""
    ends: list[float] = []
    found = []
    for each in held:
        row = next((n for n, end in enumerate(ends) if end <= each["begin"]), len(ends))
        ends[row : row + 1] = [each["end"]]
        found.append(row)
    return found


def _short(number: float, digits: int = 1) -> str:
    """Return a number with at most this many decimals."""
    text = f"{number:.{digits}f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text
