"""Small multiples: charts with one number each, one below the other over the same axis of time.

They're drawn by the kit and not by Vega-Lite through Altair. JupyterLab and JupyterLite can draw such charts offline,
but GitHub and nbconvert's HTML can't. They don't follow the theme, have no text twin, and can't share an axis with the
lanes above them or mark the same moments. Altair and what it needs would add 1.3 MB and more for learners to download.
All that's needed here is areas.
"""

from collections.abc import Sequence
from typing import Any

from helpers.views.time_axis import TimeAxis

HEIGHT, WIDE = 48, 1000  # of a drawing; its width is stretched to that of the axis
_SAMPLES = 200  # of a curve
_TOPS = (1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10)  # of a scale, times a power of ten
_OUT = 20  # beyond the drawing, where the edge of an area isn't seen


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
        x, y = WIDE * n // _SAMPLES, _short(height - (height - 2) * value / (top or 1))
        if steps and value != before:
            path += f"H{x}V{y}"
        elif not steps and (value or before):
            path += f"L{x} {y}"
        before = value
    return f"{path}H{WIDE + _OUT}V{height}Z"


def _top(most: float) -> float:
    """Return the end of a scale: a round number that's not below this one."""
    power = 1.0
    while most > 10 * power:
        power *= 10
    return next(top * power for top in _TOPS if most <= top * power and (power > 1 or top == int(top)))


def _short(number: float) -> str:
    text = f"{number:.1f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text
