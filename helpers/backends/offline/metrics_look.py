"""The offline cloud's metrics as plain data for a picture. Looking makes no call, draws no id and moves no time."""

from collections.abc import Mapping, Sequence
from typing import Any

from helpers.aws_rules.cloudwatch import dimensions, statistics, store
from helpers.aws_rules.cloudwatch.alarms import AlarmsRegion
from helpers.backends import metrics_snapshot
from helpers.backends.metrics_snapshot import Points, Wanted
from helpers.errors import CloudError
from helpers.simulation.worlds import World


def metrics(world: World, wanted: Sequence[Wanted], period: int, span: float) -> dict[str, Any]:
    """Return what a MetricsPicture is made of; CloudError for a queue or topic of an account that isn't there."""

    def read(metrics: Sequence[Wanted], period: int, start: int, end: int) -> list[tuple[str, Points]]:
        return [_points(world, one, period, start, end) for one in metrics]

    def alarms(one: Wanted, now: float) -> Sequence[Mapping[str, Any]]:
        return _alarms(world, one, now)

    with world.accounts.changed:
        return metrics_snapshot.snapshot(world.clock.time(), wanted, period, span, read, alarms)


def _points(world: World, one: Wanted, period: int, start: int, end: int) -> tuple[str, Points]:
    source = one.source
    account = world.accounts.get(source.account)
    if account is None:
        raise CloudError(f"There's no account {source.account!r} here, so {source.name!r} has no metrics.")
    series = store.find(account, source.region, source.namespace, one.metric, one.dimensions)
    if series is None:
        return "Count", []
    return series.unit, statistics.points(series, one.statistic, period, start, end)


def _alarms(world: World, one: Wanted, now: float) -> Sequence[Mapping[str, Any]]:
    """Return the alarms on a metric, as `metrics_snapshot.Alarms` says."""
    account = world.accounts.get(one.source.account)
    region = account.service(AlarmsRegion, one.source.region)
    return [
        {
            "name": alarm.name,
            "comparison": alarm.settings["ComparisonOperator"],
            "threshold": alarm.settings["Threshold"],
            "states": metrics_snapshot.states(region.states(alarm), now),
        }
        for _, alarm in sorted(region.alarms.items())
        if (alarm.settings.get("Namespace"), alarm.settings.get("MetricName")) == (one.source.namespace, one.metric)
        and dimensions.of(alarm.settings.get("Dimensions")) == one.dimensions
    ]
