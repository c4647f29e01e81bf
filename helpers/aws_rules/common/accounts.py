"""Who owns what: the accounts of one simulated AWS, and what each has in each region.

Nothing here is shared between two simulated AWSs, so a check's private cloud and the learner's never meet.
"""

import base64
import threading
import uuid
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

from helpers.aws_rules.common.unkindness import Unkindness
from helpers.simulation.worlds import World


class Web(Protocol):
    """Where a delivery to a web address may really go."""

    def reaches(self, url: str) -> bool:
        """Return whether requests to this address are made."""

    def post(self, url: str, headers: dict[str, str], body: bytes) -> int:
        """Make a POST and return the HTTP status; 0 when nobody answered."""


class Account:
    """One account: its number, the world whose clock, ids and journal it uses, and its regions."""

    def __init__(self, number: str, world: World, accounts: "Accounts"):
        self.number, self.world, self.accounts = number, world, accounts
        self.unkindness = Unkindness()
        self.inbox: list[Any] = []  # what arrived outside queues; see helpers.aws_rules.sns.inbox
        self.down: dict[str, int] = {}  # web addresses that fail now, and the HTTP status with which
        self._due: list[tuple[float, Callable[[], None]]] = []
        self._services: dict[tuple[Any, str], Any] = {}

    def service(self, kind: Callable[["Account", str], Any], region: str) -> Any:
        """Return the account's one object of this kind in this region, made when it is first asked for."""
        key = (kind, region)
        if key not in self._services:
            self._services[key] = kind(self, region)
        return self._services[key]

    def time(self) -> float:
        """Return the account's time, in seconds since 1970-01-01 UTC."""
        return self.world.clock.time()

    def post(self, arrived: Any) -> None:
        """Put something that arrived into the account's inbox."""
        self.inbox.append(arrived)

    def later(self, seconds: float, do: Callable[[], None]) -> None:
        """Do something when so many seconds of the account's time have passed, before the next request is answered."""
        self._due.append((self.time() + seconds, do))

    def catch_up(self) -> None:
        """Do what has become due, in the order of its time."""
        while due := sorted((thing for thing in self._due if thing[0] <= self.time()), key=lambda thing: thing[0]):
            self._due.remove(due[0])
            due[0][1]()

    def new_id(self) -> str:
        """Return a new id, as AWS gives them to messages, subscriptions and requests."""
        return str(uuid.UUID(int=self.world.ids.getrandbits(128), version=4))

    def new_token(self, size: int) -> str:
        """Return letters and digits that nobody can guess, made from this many random bytes."""
        return base64.b64encode(self.world.ids.getrandbits(8 * size).to_bytes(size, "big")).decode()


@dataclass(frozen=True)
class Key:
    """A temporary key: whose it is, and its two parts."""

    account: Account
    identity: str
    access_key: str
    secret: str


class Accounts:
    """The accounts of one simulated AWS.

    changed: the lock of all that they own. It is held while a request is answered, and let go of while a long poll
    waits; whoever changes a queue notifies it. web: what reaches web addresses really, None where nothing does.
    trusting: whether a caller of one account may assume roles of another; roles have no trust policies here.
    errands: what is to be done once the lock is free, such as asking a web address, which may call back.
    """

    def __init__(self, web: Web | None = None, trusting: bool = True) -> None:
        self.web, self.trusting = web, trusting
        self.errands: deque[Callable[[], None]] = deque()
        self.changed = threading.Condition(threading.RLock())
        self._accounts: dict[str, Account] = {}
        self._keys: dict[str, Key] = {}

    def open(self, number: str, world: World) -> Account:
        """Open an account, empty, and return it; one that had the number is gone."""
        self._accounts[number] = Account(number, world, self)
        return self._accounts[number]

    def get(self, number: str) -> Account | None:
        """Return the account of this number, or None."""
        return self._accounts.get(number)

    def run_errands(self) -> None:
        """Do what waits for the lock to be free."""
        while True:
            try:
                errand = self.errands.popleft()
            except IndexError:
                return
            errand()

    def all(self) -> list[Account]:
        """Return the accounts."""
        return list(self._accounts.values())

    def new_key(self, account: Account, identity: str) -> "Key":
        """Return a new key with which a caller is this identity of the account."""
        access_key = f"ASIA{account.world.ids.getrandbits(80):016X}"[:20]
        self._keys[access_key] = Key(account, identity, access_key, account.new_token(30))
        return self._keys[access_key]

    def of_key(self, key: str) -> "Key | None":
        """Return the key that `new_key` made, by its access key, or None."""
        return self._keys.get(key)
