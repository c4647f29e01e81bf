"""The prefix of names in an account that others use too: queues, topics and alarms, and what metrics are about.

AWS: the metrics of a queue or topic have its name as a dimension, so there it has the prefix as well.
"""

from collections.abc import Mapping
from typing import Any

# The parameter with the name of one thing, or the beginning of names, by operation.
NAME_PARAMETERS = {
    "CreateQueue": "QueueName",
    "GetQueueUrl": "QueueName",
    "CreateTopic": "Name",
    "PutMetricAlarm": "AlarmName",
    "SetAlarmState": "AlarmName",
    "DescribeAlarmHistory": "AlarmName",
}
_SEVERAL = "AlarmNames"
_LISTING = {"ListQueues": "QueueNamePrefix", "DescribeAlarms": "AlarmNamePrefix"}
_DIMENSIONS = ("QueueName", "TopicName")


def with_prefix(service: str, operation: str, params: Mapping[str, Any], prefix: str) -> Mapping[str, Any]:
    """Return the parameters with the prefix added to each name in them that doesn't have it."""
    if not prefix:
        return params
    changed = dict(params)
    key, listing = NAME_PARAMETERS.get(operation), _LISTING.get(operation)
    if key and isinstance(params.get(key), str):
        changed[key] = _prefixed(params[key], prefix)
    if service == "cloudwatch":
        if isinstance(names := params.get(_SEVERAL), list | tuple):
            changed[_SEVERAL] = [_prefixed(name, prefix) if isinstance(name, str) else name for name in names]
        changed = _of_metrics(changed, prefix)
    if listing and not params.get(_SEVERAL):
        changed[listing] = _prefixed(params.get(listing, ""), prefix)
    return changed


def _of_metrics(value: Any, prefix: str) -> Any:
    """Return parameters, or a part of them, with the prefix in every dimension that names a queue or topic."""
    if isinstance(value, list | tuple):
        return [_of_metrics(item, prefix) for item in value]
    if not isinstance(value, Mapping):
        return value
    if value.get("Name") in _DIMENSIONS and isinstance(value.get("Value"), str):
        return {**value, "Value": _prefixed(value["Value"], prefix)}
    return {key: _of_metrics(item, prefix) for key, item in value.items()}


def _prefixed(name: str, prefix: str) -> str:
    return name if name.startswith(prefix) else f"{prefix}{name}"
