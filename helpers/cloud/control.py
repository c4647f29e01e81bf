"""What `course serve` answers under /_course/: each learner's clock, inbox and unkindness, and starting again.

GET /_course/ is open to all. Everything else is for the account that signs the request, and for no other.
"""

import json
from collections.abc import Callable
from dataclasses import asdict, fields
from importlib.metadata import version
from typing import Any, Protocol

from helpers.cloud.connections import Asked, Response
from helpers.errors import ClockError
from helpers.rules.accounts import Account, Accounts
from helpers.rules.refusals import Refused
from helpers.rules.unkindness import Unkindness

PREFIX = "/_course/"
_SETTABLE = {kind.name for kind in fields(Unkindness)} - {"done"}


class Served(Protocol):
    """What the control API needs of the cloud."""

    accounts: Accounts

    def caller(self, asked: Asked) -> tuple[Account, str]:
        """Return the account that signs the request, and its identity; Refused when none does."""

    def reset(self, number: str) -> Account:
        """Return this account, new and empty."""


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
    return {"time": account.time(), "now": account.world.clock.now().isoformat()}


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
    return _time(served, served.reset(account.number), given)


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
}


def _response(status: int, result: dict[str, Any]) -> Response:
    return status, {"Content-Type": "application/json"}, json.dumps(result).encode()
