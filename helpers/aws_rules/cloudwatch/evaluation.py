"""How an alarm's state follows from data points: M out of N, and what becomes of missing ones.

AWS: looks at a few periods more than the evaluation periods. If as many data points as those are there, the latest of
them decide, however far apart they are. Otherwise missing ones count as the alarm's TreatMissingData says, yet as few
of them as possible. With "missing", an alarm whose only data points are breaching is in ALARM once the oldest of them
is as old as DatapointsToAlarm; with "ignore" it keeps its state then. Without any data point "missing" is
INSUFFICIENT_DATA. Source: CloudWatch user guide, "Configuring how CloudWatch alarms treat missing data", with its two
tables; for percentiles, "Percentile-based alarms and low data samples"; API reference, PutMetricAlarm.
moto: never evaluates an alarm.

AWS leaves open: how many periods more it looks at (here two, as in its tables), and the state in which an alarm with
"missing" is while its only, breaching data points are younger than that: here OK, as with any other data point.
"""

from dataclasses import dataclass

OK, ALARM, INSUFFICIENT_DATA = "OK", "ALARM", "INSUFFICIENT_DATA"
BREACHING, NOT_BREACHING, IGNORE, MISSING = TREATMENTS = ("breaching", "notBreaching", "ignore", "missing")
_MORE = 2  # periods that are looked at beyond the evaluation periods
# The marks of a period: no data point, one within the threshold, one beyond it, and one of too few samples.
NONE, GOOD, BAD, FEW = b"-0X?"
COMPARISONS = {
    "GreaterThanOrEqualToThreshold": "greater than or equal to",
    "GreaterThanThreshold": "greater than",
    "LessThanThreshold": "less than",
    "LessThanOrEqualToThreshold": "less than or equal to",
}


@dataclass(frozen=True)
class Rule:
    """When an alarm changes its state: M out of N. periods: the N. needed: the M. treatment: of missing data."""

    periods: int
    needed: int
    treatment: str

    @property
    def range(self) -> int:
        """How many periods are looked at."""
        return self.periods + _MORE


def decide(marks: bytes, rule: Rule) -> str | None:
    """Return the state that the marks of the range's periods lead to, oldest first; None to keep the present state."""
    used = marks.replace(b"-", b"")[-rule.periods :]
    breaching, missing = used.count(BAD), rule.periods - len(used)
    if FEW in used:
        return None
    if breaching >= rule.needed:
        return ALARM
    if missing and rule.treatment == BREACHING:
        return ALARM if breaching + missing >= rule.needed else OK
    if not missing or rule.treatment == NOT_BREACHING or GOOD in used:
        return OK
    if rule.treatment == IGNORE:
        return None
    if not used:
        return INSUFFICIENT_DATA
    return ALARM if len(marks) - marks.index(BAD) >= rule.needed else OK


def is_breaching(value: float, comparison: str, threshold: float) -> bool:
    """Return whether a data point is beyond the threshold."""
    if comparison == "GreaterThanOrEqualToThreshold":
        return value >= threshold
    if comparison == "GreaterThanThreshold":
        return value > threshold
    return value < threshold if comparison == "LessThanThreshold" else value <= threshold


def has_few_samples(samples: float, percentile: float) -> bool:
    """Return whether a data point has too few samples to tell this percentile, between 0 and 100."""
    share = min(percentile, 100 - percentile) / 100
    return 0 < share * samples < 10 * (1 - 1e-12)
