"""What `course serve` answers under /_course/: each learner's clock, inbox, pictures, unkindness, and a new start.

GET /_course/ is open to all. Everything else is for the account that signs the request, and for no other.
"""

import json
from collections.abc import Callable
from dataclasses import asdict, fields, replace
from importlib.metadata import version
from typing import Any, Protocol

from helpers.aws_rules.common.accounts import Account, Accounts
from helpers.aws_rules.common.refusals import Refused
from helpers.aws_rules.common.steps import Step
from helpers.aws_rules.common.unkindness import Unkindness
from helpers.backends.offline import snapshot
from helpers.errors import ClockError, CloudError
from helpers.simulation.worlds import World
from helpers.workshop.connections import Asked, Response

PREFIX = "/_course/"
_LONGEST = 2_000  # characters of a URL or region
_SETTABLE = {kind.name for kind in fields(Unkindness)} - {"done"}


class Served(Protocol):
    """What the control API needs of the cloud."""

    accounts: Accounts

    def caller(self, asked: Asked) -> tuple[Account, str]:
        """Return the account that signs the request, and its identity; Refused when none does."""

    def reset(self, number: str, still: bool = False, seed: int | None = None) -> Account:
        """Return this account, new and empty. still: whether its time stands. seed: draws its ids."""


def answer(served: Served, asked: Asked) -> Response:
    """Return the response: JSON, with "__type" and "message" when the request is refused."""
    try:
        return _response(200, _result(served, asked))
    except Refused as problem:
        return _response(problem.status or 400, {"__type": problem.code, "message": problem.message})


def _result(served: Served, asked: Asked) -> dict[str, Any]:
    what = asked.path.removeprefix(PREFIX)
    if not what and asked.method == "GET":
        return {"course": version("mastering-aws-messaging"), "accounts": len(served.accounts.all())}
    account, _ = served.caller(asked)
    act = _ACTS.get((asked.method, what))
    if act is None:
        raise Refused("NotFound", f"There is no {asked.method} {asked.path} here.", 404)
    given = _given(asked.body)
    with served.accounts.changed:
        account.catch_up()
        return act(served, account, given)


def _given(body: bytes) -> dict[str, Any]:
    try:
        given = json.loads(body or b"{}")
    except (ValueError, RecursionError):
        given = None
    if not isinstance(given, dict):
        raise Refused("SerializationException", "The body is no JSON object.")
    return given


def _time(served: Served, account: Account, given: dict[str, Any]) -> dict[str, Any]:
    clock = account.world.clock
    return {"time": clock.time(), "now": clock.now().isoformat(), "still": clock.still}


def _advance(served: Served, account: Account, given: dict[str, Any]) -> dict[str, Any]:
    seconds = given.get("seconds")
    if isinstance(seconds, bool) or not isinstance(seconds, (int, float)):
        raise Refused("ValidationError", 'The body has to be {"seconds": <a number>}.')
    try:
        account.world.clock.advance(seconds)
    except (ClockError, OverflowError) as problem:
        raise Refused("ValidationError", str(problem)) from None
    account.catch_up()
    served.accounts.changed.notify_all()  # long polls, whose end or whose messages may have come
    return _time(served, account, given)


def _reset(served: Served, account: Account, given: dict[str, Any]) -> dict[str, Any]:
    still, seed = given.get("still", False), given.get("seed")
    if not isinstance(still, bool) or isinstance(seed, bool) or not isinstance(seed, (int, type(None))):
        raise Refused("ValidationError", 'The body may be {"still": <true or false>, "seed": <a whole number>}.')
    return _time(served, served.reset(account.number, still, seed), given)


def _steps(served: Served, account: Account, given: dict[str, Any]) -> dict[str, Any]:
    noted = [entry for entry in account.world.journal if isinstance(entry, Step)]
    return {"steps": [asdict(step) | {"at": step.at.isoformat()} for step in noted]}


def _queue(served: Served, account: Account, given: dict[str, Any]) -> dict[str, Any]:
    try:
        return {"queue": snapshot.queue(_own(account), _text(given, "region"), _text(given, "url"))}
    except CloudError as problem:
        raise Refused("NotFound", str(problem), 404) from None


def _topics(served: Served, account: Account, given: dict[str, Any]) -> dict[str, Any]:
    return {"rows": snapshot.fan_out(_own(account), _text(given, "region"))}


def _web(served: Served, account: Account, given: dict[str, Any]) -> dict[str, Any]:
    url, status = _text(given, "url"), given.get("status")
    if isinstance(status, bool) or not isinstance(status, int) or not 0 <= status <= 599:
        raise Refused("ValidationError", "status has to be an HTTP status, or 0 for an address that works.")
    account.down.pop(url, None)
    if status:
        account.down[url] = status
    return {"down": account.down}


def _text(given: dict[str, Any], name: str) -> str:
    value = given.get(name)
    if not isinstance(value, str) or len(value) > _LONGEST:
        raise Refused("ValidationError", f"{name} has to be a text.")
    return value


def _own(account: Account) -> World:
    """Return the account's world with no other account in it."""
    return replace(account.world, accounts=_Alone(account))


class _Alone:
    """Accounts of which there is one."""

    def __init__(self, account: Account):
        self._account = account

    def get(self, number: str) -> Account | None:
        return self._account if number == self._account.number else None

    def all(self) -> list[Account]:
        return [self._account]


def _inbox(served: Served, account: Account, given: dict[str, Any]) -> dict[str, Any]:
    return {"inbox": [asdict(arrived) | {"at": arrived.at.isoformat()} for arrived in account.inbox]}


def _be_unkind(served: Served, account: Account, given: dict[str, Any]) -> dict[str, Any]:
    if unknown := set(given) - _SETTABLE:
        raise Refused("ValidationError", f"No unkindness is called {sorted(unknown)}. Known: {sorted(_SETTABLE)}.")
    try:
        account.unkindness = Unkindness(**given)
    except (ValueError, TypeError) as problem:
        raise Refused("ValidationError", str(problem)) from None
    return _unkindness(served, account, given)


def _unkindness(served: Served, account: Account, given: dict[str, Any]) -> dict[str, Any]:
    return asdict(account.unkindness)


_ACTS: dict[tuple[str, str], Callable[[Served, Account, dict[str, Any]], dict[str, Any]]] = {
    ("GET", "clock"): _time,
    ("POST", "clock"): _advance,
    ("POST", "reset"): _reset,
    ("GET", "inbox"): _inbox,
    ("GET", "unkind"): _unkindness,
    ("POST", "unkind"): _be_unkind,
    ("GET", "steps"): _steps,
    ("POST", "queue"): _queue,
    ("POST", "topics"): _topics,
    ("POST", "web"): _web,
}


def _response(status: int, result: dict[str, Any]) -> Response:
    return status, {"Content-Type": "application/json"}, json.dumps(result).encode()
