"""Math expressions on metrics: AWS's documented examples, what is refused, and that no expression does harm."""

import time
from random import Random
from typing import Any

import pytest

from helpers.aws_rules.cloudwatch import math_functions, metric_math
from helpers.aws_rules.cloudwatch.math_functions import Context, MathError, TimeSeries

PERIOD = 60
NOTHING = "-"


def series(*values: Any) -> TimeSeries:
    """Return a metric with these values, a minute each; NOTHING for a minute without one."""
    return TimeSeries(
        {at * PERIOD: float(value) for at, value in enumerate(values) if value != NOTHING}, PERIOD, "", True
    )


def values(found: TimeSeries, count: int) -> list[Any]:
    """Return the values of so many minutes."""
    return [found.values.get(at * PERIOD, NOTHING) for at in range(count)]


def calculate(expression: str, minutes: int = 5, **metrics: TimeSeries) -> Any:
    """Return what an expression makes of metrics, minute by minute; of an array a list for each."""
    context = Context(0, minutes * PERIOD, PERIOD, metrics)
    found = metric_math.calculate(metric_math.parse(expression), metrics, context)
    if isinstance(found, list):
        return [values(one, minutes) for one in found]
    return values(found, minutes)


# The examples of the CloudWatch user guide, "Using math expressions with CloudWatch metrics".
COMPARED = {"metric1": series(30, 20, 0, 0), "metric2": series(20, NOTHING, 20, NOTHING)}
CHOSEN = {
    "metric1": series(1, 1, 0, 0, NOTHING),
    "metric2": series(30, NOTHING, 0, 0, 30),
    "metric3": series(0, 0, 20, NOTHING, 20),
}


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("(metric1 < metric2)", [0, 0, 1, 0]),
        ("(metric1 >= 30)", [1, 0, 0, 0]),
        ("(metric1 > 15 AND metric2 > 15)", [1, 0, 0, 0]),
    ],
)
def test_the_documented_comparisons(expression: str, expected: list[float]) -> None:
    """A missing value of one of two time series counts as 0."""
    assert calculate(expression, 4, **COMPARED) == expected


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("IF(metric1, metric2, metric3)", [30, 0, 20, NOTHING, NOTHING]),
        ("IF(metric1, 5, metric3)", [5, 5, 20, NOTHING, NOTHING]),
        ("IF(metric1, metric2, 5)", [30, 0, 5, 5, NOTHING]),
        ("IF(metric1, metric2)", [30, 0, NOTHING, NOTHING, NOTHING]),
        ("IF(1, metric2, metric3)", [30, NOTHING, 0, 0, 30]),
        ("IF(0, metric2, metric3)", [0, 0, 20, NOTHING, 20]),
        ("IF(0, metric2)", [NOTHING] * 5),
    ],
)
def test_the_documented_conditions(expression: str, expected: list[Any]) -> None:
    """A point without a condition is dropped, as the text of the page says."""
    assert calculate(expression, **CHOSEN) == expected


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("m1 / m2", [0.5, NOTHING, 0, NOTHING]),
        ("m1 + m2", [3, 4, 8, 6]),
        ("-m1", [-1, -4, NOTHING, -6]),
        ("2 - m1 * 2 ^ 2", [-2, -14, NOTHING, -22]),
        ("m1 * PERIOD(m1) / 60", [1, 4, NOTHING, 6]),
        ("m1 - MIN(m1)", [0, 3, NOTHING, 5]),
        ("MAX(m1) / m1", [6, 1.5, NOTHING, 1]),
        ("SUM(METRICS())", [3, 4, 8, 6]),
        ("SUM([m1, m2]) / AVG(m2)", [3 / (10 / 3), 4 / (10 / 3), 8 / (10 / 3), 6 / (10 / 3)]),
        ("AVG([m1, m2])", [1.5, 2, 4, 3]),
        ("MIN(METRICS())", [1, 0, 8, 6]),
        ("MAX([m1, m2])", [2, 4, 8, 6]),
        ("METRICS('2') * 100", [[200, 0, 800, NOTHING]]),
        ("100 / [m1, m2]", [[100, 25, NOTHING, 100 / 6], [50, NOTHING, 12.5, NOTHING]]),
        ("FILL(m1, 10)", [1, 4, 10, 6]),
        ("FILL(METRICS(), 0)", [[1, 4, 0, 6], [2, 0, 8, 0]]),
        ("FILL(m1, REPEAT)", [1, 4, 4, 6]),
        ("FILL(m1, LINEAR)", [1, 4, 5, 6]),
        ("FILL(m2, LINEAR)", [2, 0, 8, NOTHING]),
        ("FILL(m1, m2)", [1, 4, 8, 6]),
        ("FILL(m1, MIN(m1))", [1, 4, 1, 6]),
        ("RATE(m1)", [NOTHING, 3 / 60, NOTHING, 2 / 120]),
        ("DIFF(m1)", [NOTHING, 3, NOTHING, 2]),
        ("RUNNING_SUM(m1)", [1, 5, NOTHING, 11]),
        ("TIME_SERIES(7)", [7, 7, 7, 7]),
        ("ABS(m1 - 4)", [3, 0, NOTHING, 2]),
        ("CEIL(m1 / 4)", [1, 1, NOTHING, 2]),
        ("FLOOR(m1 / 4)", [0, 1, NOTHING, 1]),
        ("m1 > 3 || m2 == 2", [1, 1, 0, 1]),
        ("m1 > 3 OR m2 != 2 && 0 > 1", [0, 1, 0, 1]),
        ("IF(m1 < 5, m1)", [1, 4, NOTHING, NOTHING]),
        ("m1 / 0", [NOTHING] * 4),
        ("m1 * 9 ^ 999", [NOTHING] * 4),
        ("m1 * .5 + 1.5e1", [15.5, 17, NOTHING, 18]),
    ],
)
def test_operators_and_functions(expression: str, expected: list[Any]) -> None:
    """What each makes of two metrics with gaps."""
    assert calculate(expression, 4, m1=series(1, 4, NOTHING, 6), m2=series(2, 0, 8, NOTHING)) == expected


@pytest.mark.parametrize(
    ("expression", "says"),
    [
        ("", "Invalid syntax"),
        ("m1 +", "Invalid syntax"),
        ("m1 m1", "Invalid syntax"),
        ("(m1", "Invalid syntax"),
        ("[m1", "Invalid syntax"),
        ("m1 $ 2", "Invalid syntax"),
        ("m1.real", "Invalid syntax"),
        ("SUM(m1)", "time series"),
        ("5", "time series"),
        ('"m1"', "time series"),
        ("SUM(5)", "argument type"),
        ("SUM()", "number of arguments"),
        ("METRICS() + METRICS()", "Unsupported operand"),
        ("m1 + 'text'", "Unsupported operand"),
        ("PERIOD(m1 + 1)", "metric"),
        ("FILL(m1, SOMETHING)", "SOMETHING"),
        ("FILL(m1, 'text')", "argument type"),
        ("TIME_SERIES(m1)", "argument type"),
        ("IF(METRICS(), 1, 0)", "argument type"),
        ("METRICS(m1)", "argument type"),
        ("[1, 2]", "array"),
        ("SEARCH('x', 'Sum')", "SEARCH is a function of metric math that this course's offline cloud doesn't have"),
        ("ANOMALY_DETECTOR(m1)", "Function 'ANOMALY_DETECTOR' not found"),
        ("__import__('os')", "Function '__import__' not found"),
        ("(" * 100 + "m1" + ")" * 100, "nested"),
        ("-" * 2000 + "m1", "nested"),
        ("2 ^ " * 500 + "m1", "nested"),
    ],
)
def test_what_is_no_expression_is_refused(expression: str, says: str) -> None:
    """With what's wrong, as far as anybody knows AWS's words."""
    with pytest.raises((MathError, KeyError), match=says if "(" not in says else None) as refused:
        calculate(expression, m1=series(1, 2))
    assert says in str(refused.value)


def test_a_long_expression_needs_no_deep_stack() -> None:
    """A sum of 1,000 numbers is calculated one after the other."""
    assert calculate("m1" + "+1" * 1_000, 1, m1=series(1)) == [1001]


def test_how_much_a_request_can_calculate_has_a_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    """A few characters can ask for any number of points."""
    monkeypatch.setattr(math_functions, "_MOST_POINTS", 1_000)
    with pytest.raises(MathError, match="too many data points"):
        calculate("SUM([" + ",".join(["METRICS()"] * 100) + "])", 50, m1=series(*range(50)))
    with pytest.raises(MathError, match="too many data points"):
        calculate("TIME_SERIES(1)", 10**9)


def test_no_expression_does_anything_but_calculate_or_refuse() -> None:
    """Random pieces of expressions, quickly: a number of time series, or a MathError."""
    draw, started = Random("expressions"), time.perf_counter()
    pieces = [*["m1"] * 9, *["m2"] * 5, *"+-*/^<,,()[]01$x\x00", "==", "&&", "AND", "OR", "2.5", "1e308", "'m'"]
    pieces += ["REPEAT", "LINEAR", *(f"{name}(" for name in math_functions.FUNCTIONS)]
    metrics = {"m1": series(1, NOTHING, -3, 0, 1e300), "m2": series(0, 2)}
    found = 0
    for _ in range(3_000):
        expression = "".join(draw.choice(pieces) for _ in range(draw.randint(1, 9)))
        expression += ")" * (expression.count("(") - expression.count(")"))
        try:
            program = metric_math.parse(expression)
            if program.names <= metrics.keys():
                metric_math.calculate(program, metrics, Context(0, 300, 60, metrics))
                found += 1
        except MathError:
            pass
    assert found > 50
    assert time.perf_counter() - started < 5
