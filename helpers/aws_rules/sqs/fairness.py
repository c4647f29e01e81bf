"""Fair queues: on a standard queue, the messages of a noisy tenant don't keep other tenants' messages waiting.

AWS: a tenant is what has one MessageGroupId, and a message without one is a tenant of its own. A tenant is noisy if it
has more than 10% of all messages in flight and at least 30 of them, or if its recent share of the consumers' total
processing time is above 10%. Receives return messages of quiet tenants as long as there are any, then those of the
noisy tenant with the fewest messages in flight. A noisy tenant is quiet again once its shares are like the others', its
backlog is consumed, or none of its messages was in flight for five minutes. All of it is approximate. Source: SQS
developer guide, "How Amazon SQS fair queues work".

AWS leaves some of this open. Here:

- Processing time is the time in flight, from a receive to the delete or the end of the visibility timeout. Recent are
  the last five minutes, so a tenant with nothing in flight for that long has used nothing.
- A share is like the others' as soon as it's no longer above its threshold.
- A backlog is what waits to be received. Neither messages in flight nor delayed ones are part of it. When a receive
  returns a tenant's last waiting message, what was received for the tenant up to then no longer counts towards its own
  processing time. The total keeps it, and messages that are still in flight still count as in flight.
- A tenant that's alone has all of both shares. With a backlog it's noisy, and gets everything.
- A message without MessageGroupId is never noisy. It has no name that a metric could count, and waits again only after
  its visibility timeout.
- Which tenants are noisy is decided at the beginning of a receive, and which has the fewest messages in flight anew for
  each message of it.

moto: returns messages as they were sent, whatever their groups.
"""

from collections import defaultdict, deque
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from helpers.aws_rules.sqs.messages import Message
    from helpers.aws_rules.sqs.queues import Queue

RECENT = 300_000  # milliseconds
_PARTS = 10  # a share of more than one in ten is above 10%
_LEAST_IN_FLIGHT = 30
_SECOND = 1000  # milliseconds


class ProcessingTime:
    """How long the tenants of a queue had messages in flight within the last five minutes, to the second.

    It holds the times in flight that are over; messages still in flight have their own. Under the tenant None it keeps
    everything that counts only towards the total. settled: numbers of messages whose time does that.
    """

    def __init__(self) -> None:
        self.settled: set[int] = set()
        self._by_second: dict[int, dict[str | None, int]] = {}
        self._sums: dict[str | None, int] = {}

    def remember(self, message: "Message", now: float) -> None:
        """Add the time that the message has been in flight, before that is changed."""
        for second in [second for second in self._by_second if _is_over(second, now)]:
            for tenant, used in self._by_second.pop(second).items():
                self._sums[tenant] -= used
                if not self._sums[tenant]:
                    del self._sums[tenant]
        begins, end = round(max(message.hidden_from, now - RECENT)), round(min(message.visible_at, now))
        tenant = self.tenant_of(message)
        while begins < end:
            second = begins // _SECOND
            until = min(end, (second + 1) * _SECOND)
            each = self._by_second.setdefault(second, {})
            each[tenant] = each.get(tenant, 0) + until - begins
            self._sums[tenant] = self._sums.get(tenant, 0) + until - begins
            begins = until

    def end(self, message: "Message", now: float) -> None:
        """Add the time of a message that's received anew, or removed."""
        self.remember(message, now)
        self.settled.discard(message.number)

    def settle(self, tenant: str) -> None:
        """Count what the tenant has used towards the total only."""
        for each in self._by_second.values():
            if tenant in each:
                each[None] = each.get(None, 0) + each.pop(tenant)
        if tenant in self._sums:
            self._sums[None] = self._sums.get(None, 0) + self._sums.pop(tenant)

    def tenant_of(self, message: "Message") -> str | None:
        """Return whose processing time this message's is."""
        return None if message.number in self.settled else message.group_id

    def recent(self, now: float) -> dict[str | None, int]:
        """Return the milliseconds that each tenant has used, in a new dictionary."""
        sums = dict(self._sums)
        for second, each in self._by_second.items():
            if _is_over(second, now):
                for tenant, used in each.items():
                    sums[tenant] -= used
        return sums


def _is_over(second: int, now: float) -> bool:
    """Return whether this second since 1970 is no longer recent."""
    return (second + 1) * _SECOND <= now - RECENT


def noisy(queue: "Queue", now: float) -> frozenset[str]:
    """Return the message group ids of the noisy tenants. Looking changes nothing.

    now: in milliseconds, a moment between the queue's last change and the present.
    """
    busy = busy_tenants(queue, now)
    waiting: set[str] = set()
    if busy:
        oldest = now - queue.message_retention_period * 1000
        for message in queue.visible(now):
            if message.group_id in busy and message.enqueued_at > oldest:
                waiting.add(message.group_id)
                if len(waiting) == len(busy):
                    break
    return frozenset(waiting)


def busy_tenants(queue: "Queue", now: float) -> dict[str, int]:
    """Return how many messages those tenants have in flight that are noisy if any of their messages wait."""
    processing = queue.processing
    if processing is None:
        return {}
    used, in_flight, since = processing.recent(now), dict[str | None, int](), now - RECENT
    for message in queue.stored.values():
        if message.visible_at > since:
            tenant = processing.tenant_of(message)
            used[tenant] = used.get(tenant, 0) + round(min(message.visible_at, now) - max(message.hidden_from, since))
            if message.visible_at > now:
                in_flight[message.group_id] = in_flight.get(message.group_id, 0) + 1
    all_used, all_in_flight = sum(used.values()), sum(in_flight.values())
    busy = {tenant: in_flight.get(tenant, 0) for tenant, time in used.items() if tenant and time * _PARTS > all_used}
    for tenant, count in in_flight.items():
        if tenant and count >= _LEAST_IN_FLIGHT and count * _PARTS > all_in_flight:
            busy[tenant] = count
    return busy


def quiet_first(waiting: Iterable["Message"], busy: dict[str, int]) -> Iterator["Message"]:
    """Yield what waits: the quiet tenants' messages, then those of the tenant that has the fewest in flight.

    busy: the noisy tenants' messages in flight.
    """
    behind: defaultdict[str, deque[Message]] = defaultdict(deque)
    for message in waiting:
        tenant = message.group_id
        if tenant in busy:
            behind[tenant].append(message)
        else:
            yield message
    in_flight = {tenant: busy[tenant] for tenant in behind}
    while behind:
        tenant = min(behind, key=in_flight.__getitem__)
        in_flight[tenant] += 1
        yield behind[tenant].popleft()
        if not behind[tenant]:
            del behind[tenant]


def settle(queue: "Queue", taken: Iterable["Message"], now: float) -> None:
    """Settle what those tenants have used whose backlog these messages were the last of."""
    processing = queue.processing
    assert processing is not None
    tenants = {message.group_id for message in taken if message.group_id}
    for message in queue.visible(now):
        tenants.discard(message.group_id or "")
        if not tenants:
            return
    for tenant in tenants:
        processing.settle(tenant)
    processing.settled |= {number for number, message in queue.stored.items() if message.group_id in tenants}
