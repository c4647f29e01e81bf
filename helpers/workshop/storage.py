"""How much an account can cost the server: the messages that it keeps, and what a jump of its clock has to look at."""

import threading
from collections.abc import Iterator

from helpers.aws_rules.common.accounts import Account
from helpers.aws_rules.common.refusals import Refused
from helpers.aws_rules.sns.region import SnsRegion
from helpers.aws_rules.sqs.region import SqsRegion

MOST = 256 * 1024 * 1024  # bytes of an account
_EACH = 500  # bytes that a message needs beside its text
_MOST_DOWN = 1_000  # web addresses that fail
_MOST_LOOKS = 400_000  # minutes that alarms together pass in one jump of the clock: half a second of computing
_EVERY = 20  # short requests after which an account is measured again
_SHORT = 1_000  # bytes; a longer request counts as several
_FREEING = ("Delete", "Purge", "Receive", "Get", "List", "Describe", "Unsubscribe", "Change")


class Storage:
    """Refuses what could add to an account that is full. Measuring looks at every message, so it isn't always done."""

    def __init__(self, most: int = MOST):
        self._most, self._lock = most, threading.Lock()
        self._since: dict[str, float] = {}  # requests since an account was measured

    def check(self, account: Account, operation: str, size: int) -> None:
        """Refused if the account is full, unless the operation adds nothing. size: of the request, in bytes."""
        if operation.startswith(_FREEING):
            return
        with self._lock:
            since = self._since.get(account.number, 0) + 1 + size / _SHORT
            self._since[account.number] = 0 if since >= _EVERY else since
        if since < _EVERY:
            return
        with account.accounts.changed:
            stored = measure(account)
        if stored > self._most:
            with self._lock:
                self._since[account.number] = _EVERY  # it's measured again at once
            text = f"This account already keeps {self._most:,} bytes. Delete or purge a queue, or reset the account."
            raise Refused("OverLimit", text, 403)


def check_addresses(account: Account, url: str) -> None:
    """Refused if the account has too many web addresses that fail to add this one."""
    if url not in account.down and len(account.down) >= _MOST_DOWN:
        raise Refused("LimitExceeded", f"At most {_MOST_DOWN:,} addresses can fail at a time.")


def check_jump(account: Account, seconds: float) -> None:
    """Refused if the account's alarms would have too much to look at when its clock jumps so far at once."""
    if len(account.watches) * seconds > 60 * _MOST_LOOKS:
        days = max(1, int(_MOST_LOOKS * 60 / len(account.watches) / 86_400))
        text = f"With {len(account.watches):,} alarms, the clock can jump at most {days:,} days at once."
        raise Refused("ValidationError", text)


def measure(account: Account) -> int:
    """Return about how many bytes the account keeps. Called with the accounts' lock."""
    return sum(len(text) + _EACH for text in _texts(account))


def _texts(account: Account) -> Iterator[str]:
    for sqs in account.services(SqsRegion):
        for queue in sqs.queues.values():
            for message in queue.stored.values():
                yield message.body
                yield from (str(value) for value in message.message_attributes.values())
    for sns in account.services(SnsRegion):
        for topic in sns.topics.values():
            yield from topic.archive.texts() if topic.archive else ()
    yield from (arrived.message for arrived in account.inbox)
