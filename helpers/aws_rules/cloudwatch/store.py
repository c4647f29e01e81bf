"""The metrics of one region of an account: those of its queues and topics, and those that programs published.

AWS: a metric is a namespace, a name and a set of dimensions; other dimensions are another metric. Queues and topics
report to AWS/SQS with the dimension QueueName and to AWS/SNS with TopicName, and minutes late. Source: CloudWatch user
guide, "Metrics concepts"; SQS developer guide, "Available CloudWatch metrics"; SNS developer guide, "Monitoring topics
using CloudWatch".

AWS doesn't say how late: a minute of a queue or topic is here `Accounts.metrics_delay` seconds after its end. What
programs publish is here at once. AWS may take minutes, and hours for values that are hours old.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from helpers.aws_rules.cloudwatch.custom_metrics import CustomMetrics
from helpers.aws_rules.common.accounts import Account
from helpers.aws_rules.common.meters import Meters
from helpers.aws_rules.common.series import STEP, Point, Series
from helpers.aws_rules.sns.region import SnsRegion
from helpers.aws_rules.sqs.region import SqsRegion

OF_AWS = "AWS/"  # how the namespaces of AWS's services begin
SQS, SNS = "AWS/SQS", "AWS/SNS"
_DIMENSIONS = {SQS: "QueueName", SNS: "TopicName"}


@dataclass(frozen=True)
class Metric:
    """A metric's identity. dimensions: name and value of each, sorted."""

    namespace: str
    name: str
    dimensions: tuple[tuple[str, str], ...]


class _Late:
    """A series of AWS, of which only those minutes can be seen that have arrived."""

    def __init__(self, series: Series, now: float, delay: float):
        self._series, self.unit = series, series.unit
        self._end = int((now - delay - STEP) // 1) + 1

    def between(self, start: int, end: int) -> Iterator[tuple[int, Point]]:
        """Yield (beginning of a step, its values), oldest first; see Series."""
        return self._series.between(start, min(end, self._end))


def find(account: Account, region: str, namespace: str, name: str, dimensions: dict[str, str]) -> Series | None:
    """Return a metric's values; None if there has never been one. Of several units it's the first one's."""
    found = find_units(account, region, namespace, name, dimensions)
    return found[0] if found else None


def find_units(account: Account, region: str, namespace: str, name: str, dimensions: dict[str, str]) -> list[Series]:
    """Return a metric's values, one series for each unit that they were published with, sorted by unit."""
    if not namespace.startswith(OF_AWS):
        return account.service(CustomMetrics, region).find(namespace, name, dimensions)
    if set(dimensions) != {_DIMENSIONS.get(namespace)}:
        return []
    meters = _meters(account, region, namespace).get(*dimensions.values())
    series = meters.series().get(name) if meters is not None else None
    return [_late(account, series)] if series is not None else []


def listed(account: Account, region: str) -> Iterator[tuple[Metric, Series]]:
    """Yield the region's metrics, sorted; one of several units comes once for each."""
    for namespace, dimension in _DIMENSIONS.items():
        for owner, meters in sorted(_meters(account, region, namespace).items()):
            for name, series in sorted(meters.series().items()):
                yield Metric(namespace, name, ((dimension, owner),)), _late(account, series)
    for namespace, name, dimensions, series in account.service(CustomMetrics, region).all():
        yield Metric(namespace, name, dimensions), series


def _late(account: Account, series: Series) -> Series:
    return _Late(series, account.time(), account.accounts.metrics_delay)


def _meters(account: Account, region: str, namespace: str) -> Mapping[str, Meters]:
    """Return what counts for the queues or topics, by the queue's or topic's name."""
    if namespace == SQS:
        return account.service(SqsRegion, region).meters
    return account.service(SnsRegion, region).meters
