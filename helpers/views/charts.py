"""Small multiples: charts with one number each, one below the other over the same axis of time.

They're drawn by the kit and not by Vega-Lite through Altair. JupyterLab and JupyterLite can draw such charts offline,
but GitHub and nbconvert's HTML can't. They don't follow the theme, have no text twin, and can't share an axis with the
lanes above them or mark the same moments. Altair and what it needs would add 1.3 MB and more for learners to download.
All that's needed here is areas.
"""

from collections.abc import Sequence
from math import ceil
from typing import Any

from helpers.views.time_axis import TimeAxis

HEIGHT, WIDE = 48, 1000  # of a drawing; its width is stretched to that of the axis
_SAMPLES = 200  # of a curve
_TOPS = (1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10)  # of a scale, times a power of ten
_OUT = 20  # beyond the drawing, where the edge of an area isn't seen
_UNITS = ((86_400, "days"), (3_600, "h"), (60, "min"), (1, "s"))
_MOST_PERIODS = 240  # in a chart
_COLUMN = 0.8  # of a period's width for its column, where there are few
_FEW = 100
_SEEN = 0.7  # how far a line of zeros is from the lower edge


def small_multiple(
    axis: TimeAxis,
    name: str,
    points: Sequence[tuple[float, float]],
    *,
    now: tuple[str, str],
    tone: str,
    says: str,
    steps: bool = True,
    of: float = 1,
) -> dict[str, Any]:
    """Return a chart as plain numbers for the macro `small_multiple` of the template `time`.

    points: seconds and values, in order. now: the number at the left, and what it counts. tone: wait, held, good, dead
    or late. says: more, for a screen reader. steps: whether each value holds until the next, as a count does. of: how
    much of the points' unit is one on the scale, such as 60 for seconds that are shown in minutes.
    """
    top = _top(max([value / of for _, value in points], default=0))
    path = curve([(axis.x(second), value / of) for second, value in points], top, steps)
    return {"name": name, "now": now, "tone": tone, "path": path, "top": f"{top:,g}", "says": says}


def of_periods(
    axis: TimeAxis,
    values: Sequence[tuple[float, float]],
    period: float,
    *,
    columns: bool,
    levels: Sequence[float] = (),
    of: float = 1,
) -> dict[str, Any]:
    """Return a chart of what was measured in each period: columns or a line, and nothing where there's no value.

    values: seconds at which a period begins and its value, in order. Where there are more periods than can be seen,
    several are drawn as one that shows the most of them. levels: values that have to be on the scale; they come back as
    percent of the height. gaps: the places of periods without a value.
    """
    period *= together(axis.seconds / period)
    most: dict[int, float] = {}
    for second, value in values:
        place = int(second // period)
        most[place] = max(most.get(place, value), value)
    top = _top(max([value / of for value in (*most.values(), *levels)], default=0))
    stretches = _stretches(sorted(most))
    places = [[(axis.x(n * period), axis.x((n + 1) * period), most[n] / of) for n in stretch] for stretch in stretches]
    draw = _columns if columns else _line
    drawn = [draw(stretch, top, axis.seconds / period) for stretch in places]
    ends = [
        0,
        *(end for stretch in stretches for end in (stretch[0] * period, (stretch[-1] + 1) * period)),
        axis.seconds,
    ]
    return {
        "top": _compact(top),
        "area": "".join(area for area, _ in drawn),
        "line": "".join(line for _, line in drawn),
        "levels": [100 - 100 * _y(value / of, top, HEIGHT) / HEIGHT for value in levels],
        "gaps": [axis.place(a, b) for a, b in zip(ends[::2], ends[1::2], strict=True) if b - a > period / 100],
    }


def time_scale(most: float) -> tuple[int, str]:
    """Return in which unit a chart shows lengths of time of up to so many seconds: its seconds, and its name."""
    return next((of, unit) for of, unit in _UNITS if most >= 2 * of or of == 1)


def together(periods: float) -> int:
    """Return how many periods are drawn as one."""
    return max(1, ceil(periods / _MOST_PERIODS))


def _stretches(numbers: Sequence[int]) -> list[list[int]]:
    """Return the numbers without gaps, one list for each."""
    found: list[list[int]] = []
    for number in numbers:
        if found and number == found[-1][-1] + 1:
            found[-1].append(number)
        else:
            found.append([number])
    return found


def _columns(stretch: Sequence[tuple[float, float, float]], top: float, periods: float) -> tuple[str, str]:
    """Return the areas and the outlines of columns; where there are many, they touch. A column of 0 is a line."""
    area, line = "", ""
    for begin, end, value in stretch:
        rim = (end - begin) * (1 - _COLUMN) / 2 if periods <= _FEW else 0
        left, right, y = _short(10 * (begin + rim)), _short(10 * (end - rim)), _short(_y(value, top, HEIGHT))
        area += f"M{left} {HEIGHT}V{y}H{right}V{HEIGHT}Z"
        line += f"M{left} {_short(min(_y(value, top, HEIGHT), HEIGHT - _SEEN))}H{right}"
    return area, line


def _line(stretch: Sequence[tuple[float, float, float]], top: float, _: float) -> tuple[str, str]:
    """Return the area below a line and the line, which passes through the middle of each period."""
    first, last = stretch[0], stretch[-1]
    points = [(first[0], first[2]), *(((a + b) / 2, value) for a, b, value in stretch), (last[1], last[2])]
    places = [(_short(10 * x), min(_y(value, top, HEIGHT), HEIGHT - _SEEN)) for x, value in points]
    line = "L".join(f"{x} {_short(y)}" for x, y in places)
    return f"M{_short(10 * first[0])} {HEIGHT}L{line}V{HEIGHT}Z", f"M{line}"


def curve(points: Sequence[tuple[float, float]], top: float, steps: bool = True, height: float = HEIGHT) -> str:
    """Return the SVG path of an area. points: places in percent and values, in order.

    Each of a few hundred stretches shows the most there was in it.
    """
    most = [0.0] * _SAMPLES
    for (x, value), (until, end) in zip(points, [*points[1:], (100.0, points[-1][1] if points else 0)], strict=True):
        first, last = (min(_SAMPLES - 1, int(_SAMPLES * place / 100)) for place in (x, until))
        for n in range(first, last + 1):
            part = 0 if steps or last == first else (n - first) / (last - first)
            most[n] = max(most[n], value + (end - value) * part)
    path, before = f"M-{_OUT} {height}H0", 0.0
    for n, value in enumerate(most):
        x, y = WIDE * n // _SAMPLES, _short(_y(value, top, height))
        if steps and value != before:
            path += f"H{x}V{y}"
        elif not steps and (value or before):
            path += f"L{x} {y}"
        before = value
    return f"{path}H{WIDE + _OUT}V{height}Z"


def _y(value: float, top: float, height: float) -> float:
    """Return how far below the drawing's upper edge a value is."""
    return height - (height - 2) * value / (top or 1)


def _compact(number: float) -> str:
    """Return the end of a scale, short: "1,500", "20k", "1.5M"."""
    for power, letter in ((1e12, "T"), (1e9, "G"), (1e6, "M"), (1e4, "k")):
        if number >= power:
            return f"{number / (power if letter != 'k' else 1e3):g}{letter}"
    return f"{number:,g}"


def _top(most: float) -> float:
    """Return the end of a scale: a round number that's not below this one."""
    power = 1.0
    while most > 10 * power:
        power *= 10
    return next(top * power for top in _TOPS if most <= top * power and (power > 1 or top == int(top)))


def _short(number: float) -> str:
    text = f"{number:.1f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text
