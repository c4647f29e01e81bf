"""The archive of a FIFO topic, and what a subscription has replayed from it.

AWS: with an archive policy a FIFO topic keeps its messages for 1 to 365 days. The policy {} ends the archive with its
messages, and until then the topic can't be deleted. A replay policy delivers the messages of a time again, as far as
they pass the filter policy, with their ids and times, and marked as replayed. With an ending point the subscription
gets nothing that's published later, until a new replay policy has no ending point. Source: SNS developer guide,
"Message archiving for FIFO topic owners" and "Message replay for FIFO topic subscribers"; SNS API reference, Subscribe
and GetTopicAttributes; tests of the Terraform provider, which run against AWS. Inferred: the texts of the refusals,
that a replay is done at once, that one from before the archive begins is accepted, and that a FIFO queue doesn't take a
replayed message for a duplicate.
moto: stores both policies without reading them.
"""

import re
from collections import deque
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Any

from helpers.aws_rules.common.numbers import is_between
from helpers.aws_rules.common.refusals import invalid
from helpers.aws_rules.sns.json_texts import load_object
from helpers.aws_rules.sns.notifications import Notification, timestamp

_DAY, _MOST_DAYS = 86_400, 365
_TIME = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?(Z|[+-]\d\d:\d\d)")
_REPLAY_MEMBERS = ("PointType", "StartingPoint", "EndingPoint")


@dataclass(frozen=True)
class Replay:
    """What a replay policy asks for. start, end: in milliseconds since 1970; no end means that it catches up."""

    start: int
    end: int | None

    def covers(self, notification: Notification) -> bool:
        """Return whether the message was published in the time that's replayed."""
        return self.start <= _milliseconds(notification.at) and not self.is_past(notification.at)

    def is_past(self, at: datetime) -> bool:
        """Return whether this is after the ending point, so that the subscription is paused."""
        return self.end is not None and _milliseconds(at) > self.end


class Archive:
    """The messages that a FIFO topic keeps. days: for how long."""

    def __init__(self, days: int, now: float):
        self.days, self._since = days, now
        self._kept: deque[Notification] = deque()

    def beginning(self, now: float) -> str:
        """Return the earliest time from which messages can be replayed, as GetTopicAttributes shows it."""
        self._forget(now)
        return timestamp(datetime.fromtimestamp(self._since, timezone.utc))

    def add(self, notification: Notification, now: float) -> None:
        """Keep a message that was published now."""
        self._forget(now)
        self._kept.append(notification)

    def replayed(self, replay: Replay, now: float) -> list[Notification]:
        """Return the messages to replay, oldest first."""
        self._forget(now)
        return [notification for notification in self._kept if replay.covers(notification)]

    def texts(self) -> list[str]:
        """Return the texts of all messages that are kept."""
        return [notification.message for notification in self._kept]

    def _forget(self, now: float) -> None:
        self._since = max(self._since, now - self.days * _DAY)
        while self._kept and self._kept[0].at.timestamp() < self._since:
            self._kept.popleft()


# --- which policies AWS accepts ---------------------------------------------------------------------------------------


def retention_days(text: str, name: str) -> int:
    """Return how long an archive policy keeps messages; 0 for {}. Raise Refused if AWS refuses it.

    name: what the error calls the policy.
    """
    policy = load_object(text, name)
    if not policy:
        return 0
    _check_members(policy, ("MessageRetentionPeriod",), name)
    days = str(policy["MessageRetentionPeriod"])
    if not is_between(days, 1, _MOST_DAYS):
        raise invalid(f"{name}: MessageRetentionPeriod must be a number of days between 1 and {_MOST_DAYS}")
    return int(days)


def parse_replay(text: str, name: str) -> Replay | None:
    """Return what a replay policy asks for; None for "" and {}. Raise Refused if AWS refuses it. name: as above."""
    policy = load_object(text, name) if text else {}
    if not policy:
        return None
    _check_members(policy, _REPLAY_MEMBERS, name)
    if policy.get("PointType") != "Timestamp":
        raise invalid(f"{name}: PointType must be Timestamp")
    if "StartingPoint" not in policy:
        raise invalid(f"{name}: StartingPoint is required")
    start = _parse_time(policy["StartingPoint"], f"{name}: StartingPoint")
    end = _parse_time(policy["EndingPoint"], f"{name}: EndingPoint") if "EndingPoint" in policy else None
    if end is not None and end < start:
        raise invalid(f"{name}: EndingPoint must be later than StartingPoint")
    return Replay(start, end)


def _check_members(policy: dict[str, Any], known: tuple[str, ...], name: str) -> None:
    for member in policy:
        if member not in known:
            raise invalid(f"{name}: Unexpected JSON member: {member}")


def _parse_time(value: Any, what: str) -> int:
    """Return milliseconds since 1970. Raise Refused if this isn't a time in ISO 8601 with its zone."""
    found = _TIME.fullmatch(value) if isinstance(value, str) and value.isascii() else None
    if found:
        second, fraction, zone = found.groups()
        try:
            at = datetime.fromisoformat(second + (zone if zone != "Z" else "+00:00"))
            return int(at.timestamp()) * 1000 + int((fraction or "0")[:3].ljust(3, "0"))
        except (ValueError, OverflowError):
            pass
    raise invalid(f"{what} must be a timestamp such as 2026-01-05T10:00:00.000Z")


def _milliseconds(at: datetime) -> int:
    return int(at.timestamp()) * 1000 + at.microsecond // 1000
