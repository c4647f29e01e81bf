"""The accounts of one simulated AWS, and what each has in each region.

Two simulated AWSs share nothing, so a check's private cloud and the learner's can't affect each other.
"""

import base64
import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

from helpers.aws_rules.common.unkindness import Unkindness
from helpers.simulation.worlds import World

_Service = TypeVar("_Service")
METRICS_DELAY = 120.0  # seconds; AWS says minutes, and no number
_UUID_MASK, _UUID_4 = 0xF000 << 64 | 0xC000 << 48, 4 << 76 | 0x8000 << 48  # the bits of version and variant


class Web(Protocol):
    """Makes real HTTP requests for deliveries to web addresses."""

    def reaches(self, url: str) -> bool:
        """Return whether requests to this address are really made."""

    def post(self, url: str, headers: dict[str, str], body: bytes) -> int:
        """Make a POST request and return the HTTP status; 0 if there was no response."""


class Watch(Protocol):
    """Something that has to be looked at as time goes by.

    at: the next moment, in seconds since 1970. acts_at: when it changes something, as far as that's known; otherwise
    infinity.
    """

    at: float
    acts_at: float

    def look(self, until: float) -> None:
        """Look at it as of `at`, or at as much as it likes from then on, and set `at` to a later moment.

        until: everything else that's due until this moment has happened. It's `at` or later.
        """


class Account:
    """One account: its number, its services per region, and the world that gives it a clock, ids and a journal."""

    def __init__(self, number: str, world: World, accounts: "Accounts"):
        self.number, self.world, self.accounts = number, world, accounts
        self.unkindness = Unkindness()
        self.inbox: list[Any] = []  # what SNS delivered to anything but queues; see helpers.aws_rules.sns.inbox
        self.down: dict[str, int] = {}  # web addresses that fail now, each with its HTTP status
        self.watches: list[Watch] = []
        self._due: list[tuple[float, Callable[[], None]]] = []
        self._services: dict[tuple[Any, str], Any] = {}

    def service(self, kind: Callable[["Account", str], _Service], region: str) -> _Service:
        """Return the account's only object of this kind in this region. It's created on first use."""
        key = (kind, region)
        if key not in self._services:
            self._services[key] = kind(self, region)
        return self._services[key]

    def services(self, kind: Callable[["Account", str], _Service]) -> list[_Service]:
        """Return the account's objects of this kind, of those regions that it has used."""
        return [service for (known, _), service in self._services.items() if known is kind]

    def time(self) -> float:
        """Return the account's time, in seconds since 1970-01-01 UTC."""
        return self.world.clock.time()

    def post(self, arrived: Any) -> None:
        """Add a delivery to the account's inbox."""
        self.inbox.append(arrived)

    def tell_of_change(self) -> None:
        """Have long polls look again, those of other threads and those of a run's members."""
        self.accounts.changes += 1
        self.accounts.wake(self.number)
        if self.world.scheduler is not None:
            self.world.scheduler.notify(self.accounts)

    def later(self, seconds: float, do: Callable[[], None]) -> None:
        """Schedule a call: it happens after this many seconds of the account's time, as if at that very moment.

        do: a function of a module, or a `partial` of one, since a copy of the cloud (helpers.backends.offline.copies)
        can't copy what a lambda holds.
        """
        self._due.append((self.time() + seconds, do))

    def next_due(self) -> float:
        """Return when the next scheduled call or look is due, in seconds since 1970; infinity if there is none."""
        return min(self._next_call(), self._next_look())

    def _next_call(self) -> float:
        return min((at for at, _ in self._due), default=float("inf"))

    def _next_look(self) -> float:
        return min((watch.at for watch in self.watches), default=float("inf"))

    def catch_up(self) -> None:
        """Make the scheduled calls and looks that are due, earliest first, each at its own time by the clock."""
        while (self._due or self.watches) and (at := self.next_due()) <= self.time():
            next_call = self._next_call()
            self.accounts.breathe()
            if next_call > at:
                watch = min(self.watches, key=lambda each: each.at)
                next_act = min((each.acts_at for each in self.watches if each is not watch), default=next_call)
                watch.look(min(next_call, next_act, self.time()))
                continue
            due = min(self._due, key=lambda call: call[0])
            self._due.remove(due)
            with self.world.clock.as_of(at):  # type: ignore[union-attr]  # an offline cloud's can be moved
                due[1]()

    def new_id(self) -> str:
        """Return a new id for a message, a subscription or a request: a UUID, as on AWS."""
        drawn = self.world.ids.getrandbits(128)
        text = f"{drawn & ~_UUID_MASK | _UUID_4:032x}"  # as uuid.UUID(int=drawn, version=4) is written, but faster
        return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"

    def new_token(self, size: int) -> str:
        """Return this many random bytes in base64."""
        return base64.b64encode(self.world.ids.getrandbits(8 * size).to_bytes(size, "big")).decode()


@dataclass(frozen=True)
class Key:
    """An access key of an identity: the ARN of a role's session, or "" for the learner's user.

    token: the session token that temporary keys need. until: when they expire, in seconds since 1970.
    """

    account: Account
    identity: str
    access_key: str
    secret: str
    token: str = ""
    until: float = float("inf")


class Accounts:
    """The accounts of one simulated AWS.

    changed: the lock of everything in them. It's held while a request is answered, released while a long poll waits.
    `wake` ends the waits of an account's. web: makes requests to real web addresses; None if there are none. trusting:
    whether callers can assume roles of other accounts, since roles have no trust policies here. errands: calls to make
    once the lock is free, such as requests to a web address, which could call back. metrics_delay: seconds after the
    end of a minute until CloudWatch has its metrics.
    """

    metrics_delay = METRICS_DELAY

    def __init__(self, web: Web | None = None, trusting: bool = True) -> None:
        self.web, self.trusting = web, trusting
        self.errands: deque[Callable[[], None]] = deque()
        self.changed = threading.Condition(threading.RLock())
        self.changes = 0  # how often something changed that a long poll can wait for
        self._waiting: dict[str, threading.Condition] = {}  # over the same lock, by account number
        self._accounts: dict[str, Account] = {}
        self._keys: dict[str, Key] = {}

    def open(self, number: str, world: World) -> Account:
        """Return a new, empty account, which replaces any account of this number."""
        self._accounts[number] = Account(number, world, self)
        return self._accounts[number]

    def get(self, number: str) -> Account | None:
        """Return the account of this number, or None."""
        return self._accounts.get(number)

    def wait(self, number: str, seconds: float) -> None:
        """Give the lock free until `wake` is called for this account, for so many real seconds at most."""
        self._waiting.setdefault(number, threading.Condition(self.changed)).wait(seconds)  # type: ignore[arg-type]

    def breathe(self) -> None:
        """Let others have the lock in the middle of a long request, where they are other people's."""

    def wake(self, number: str) -> None:
        """Have the long polls look again that wait in this account, and no others."""
        if waiting := self._waiting.get(number):
            waiting.notify_all()

    def catch_up(self) -> None:
        """Make the scheduled calls of all accounts that are due; for after the clock has moved."""
        with self.changed:
            for account in self.all():
                account.catch_up()
        self.run_errands()

    def run_errands(self) -> None:
        """Make the calls that were put off until the lock is free."""
        while True:
            try:
                errand = self.errands.popleft()
            except IndexError:
                return
            errand()

    def take_over(self, other: "Accounts", world: World) -> None:
        """Hold what the other one holds, from now on, in this world. The other one can't be used any more."""
        self._accounts, self._keys = other._accounts, other._keys
        self.metrics_delay = other.metrics_delay
        self.errands.clear()
        for account in self._accounts.values():
            account.world, account.accounts = world, self
        self.changes += 1
        for number in self._waiting:
            self.wake(number)

    def all(self) -> list[Account]:
        """Return the accounts."""
        return list(self._accounts.values())

    def new_key(self, account: Account, identity: str, seconds: float) -> Key:
        """Return a new temporary access key of this identity of the account."""
        access_key = f"ASIA{account.world.ids.getrandbits(80):016X}"[:20]
        secret, token = account.new_token(30), account.new_token(120)
        return self.add_key(Key(account, identity, access_key, secret, token, account.time() + seconds))

    def add_key(self, key: Key) -> Key:
        """Return the key, which opens its account from now on."""
        self._keys[key.access_key] = key
        return key

    def of_key(self, key: str) -> Key | None:
        """Return the key with this access key id, or None if `new_key` never made it."""
        return self._keys.get(key)
