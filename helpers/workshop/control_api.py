"""The control API of `course serve`, under /_course/: each account's clock, inbox, snapshots, unkindness, runs, reset,
and what its learner's checks said.

GET /_course/ is open to everybody. Everything else concerns the account that signs the request, and no other.
helpers.backends.endpoint.workshop_client is the client.
"""

import json
from collections.abc import Callable, Iterable
from dataclasses import asdict, fields, replace
from importlib.metadata import version
from typing import Any, Protocol

from helpers.aws_rules.common.accounts import Account, Accounts
from helpers.aws_rules.common.refusals import Refused
from helpers.aws_rules.common.regions import regions
from helpers.aws_rules.common.steps import Step
from helpers.aws_rules.common.unkindness import Unkindness
from helpers.backends import metrics_snapshot
from helpers.backends.offline import metrics_look, snapshot
from helpers.errors import ClockError, CloudError
from helpers.simulation.worlds import World
from helpers.workshop.fair_shares import Shares
from helpers.workshop.http_server import HttpRequest, HttpResponse
from helpers.workshop.room.board import Board
from helpers.workshop.runs import Runs, moment
from helpers.workshop.storage import check_addresses, check_jump

PREFIX = "/_course/"
_LONGEST_SPAN = 10**9  # seconds
_LARGEST_BODY = 256 * 1024  # bytes
_LONGEST_TEXT = 2_000  # characters of a URL or region
_MOST_MESSAGES = 1_000  # in a picture of a queue
_MOST_METRICS, _MOST_VALUES = 500, 100_800  # in a picture of metrics
_SETTABLE = {kind.name for kind in fields(Unkindness)} - {"done"}


class Cloud(Protocol):
    """What the control API needs from the cloud."""

    accounts: Accounts
    runs: Runs
    shares: Shares
    board: Board | None

    def caller(self, http: HttpRequest) -> tuple[Account, str]:
        """Return the account that signs the request, and the caller's identity; Refused if the signature is invalid."""

    def reset(self, number: str, still: bool = False, seed: int | None = None) -> Account:
        """Return this account, new and empty. still: whether its clock is frozen. seed: for its ids."""


def respond(cloud: Cloud, http: HttpRequest) -> HttpResponse:
    """Return the response: JSON, with "__type" and "message" if the request is refused."""
    try:
        return _response(200, _result(cloud, http))
    except Refused as problem:
        return _response(problem.status or 400, {"__type": problem.code, "message": problem.message})


def _result(cloud: Cloud, http: HttpRequest) -> dict[str, Any]:
    what = http.path.removeprefix(PREFIX)
    if not what and http.method == "GET":
        about = {"course": version("mastering-aws-messaging"), "accounts": len(cloud.accounts.all())}
        return about | {"room": cloud.board is not None}
    account, _ = cloud.caller(http)
    route = _ROUTES.get((http.method, what))
    if route is None:
        raise Refused("NotFound", f"There's no {http.method} {http.path} here.", 404)
    if len(http.body) > _LARGEST_BODY:
        raise Refused("RequestEntityTooLarge", f"The body can have at most {_LARGEST_BODY:,} bytes here.", 413)
    params = _params(http.body)
    with cloud.shares.turn(account.number, len(http.body)), cloud.accounts.changed:
        account.catch_up()
        return route(cloud, account, params)


def _params(body: bytes) -> dict[str, Any]:
    try:
        params = json.loads(body or b"{}")
    except (ValueError, RecursionError):
        params = None
    if not isinstance(params, dict):
        raise Refused("SerializationException", "The body isn't a JSON object.")
    return params


def _time(cloud: Cloud, account: Account, params: dict[str, Any]) -> dict[str, Any]:
    clock = account.world.clock
    return {"time": clock.time(), "now": clock.now().isoformat(), "still": clock.still}


def _advance(cloud: Cloud, account: Account, params: dict[str, Any]) -> dict[str, Any]:
    seconds = params.get("seconds")
    if isinstance(seconds, bool) or not isinstance(seconds, (int, float)):
        raise Refused("ValidationError", 'The body has to be {"seconds": <a number>}.')
    if cloud.runs.is_going(account):
        raise Refused("RunIsGoing", "Only the cloud.run that's using this account can move its clock.", 409)
    check_jump(account, seconds)
    try:
        account.world.clock.advance(seconds)
    except (ClockError, OverflowError) as problem:
        raise Refused("ValidationError", str(problem)) from None
    account.catch_up()
    cloud.accounts.wake(account.number)  # wakes long polls that may be over now, or have a message
    return _time(cloud, account, params)


def _reset(cloud: Cloud, account: Account, params: dict[str, Any]) -> dict[str, Any]:
    still, seed = params.get("still", False), params.get("seed")
    if not isinstance(still, bool) or isinstance(seed, bool) or not isinstance(seed, (int, type(None))):
        raise Refused("ValidationError", 'The body can be {"still": <true or false>, "seed": <a whole number>}.')
    return _time(cloud, cloud.reset(account.number, still, seed), params)


def _steps(cloud: Cloud, account: Account, params: dict[str, Any]) -> dict[str, Any]:
    steps = [entry for entry in account.world.journal if isinstance(entry, Step)]
    return _rows(steps) | {"endpoints": snapshot.endpoints(_world_of_only(account), steps)}


def _rows(steps: Iterable[Step]) -> dict[str, Any]:
    return {"steps": [asdict(step) | {"at": step.at.isoformat()} for step in steps]}


def _begin(cloud: Cloud, account: Account, params: dict[str, Any]) -> dict[str, Any]:
    cloud.runs.begin(account, _text(params, "run"))
    return _time(cloud, account, params)


def _end(cloud: Cloud, account: Account, params: dict[str, Any]) -> dict[str, Any]:
    steps = cloud.runs.end(account, _text(params, "run"), moment(params.get("time")))
    cloud.accounts.wake(account.number)  # wakes long polls that may be over now
    return _time(cloud, account, params) | _rows(steps)


def _queue(cloud: Cloud, account: Account, params: dict[str, Any]) -> dict[str, Any]:
    try:
        found = snapshot.queue(_world_of_only(account), _text(params, "region"), _text(params, "url"), _most(params))
        return {"queue": found}
    except CloudError as problem:
        raise Refused("NotFound", str(problem), 404) from None


def _topics(cloud: Cloud, account: Account, params: dict[str, Any]) -> dict[str, Any]:
    return {"rows": snapshot.fan_out(_world_of_only(account), _text(params, "region"))}


def _metrics(cloud: Cloud, account: Account, params: dict[str, Any]) -> dict[str, Any]:
    period, span = _number(params, "period"), _number(params, "span")
    try:
        source = metrics_snapshot.source(_text(params, "of"), _text(params, "region"))
        if source.region not in regions():
            raise CloudError(f"AWS has no region {source.region!r}.")
        wanted = metrics_snapshot.wanted([source], _texts(params, "names"), _text(params, "statistic"))
        values = len(wanted) * (span or metrics_snapshot.LONGEST) / max(60, period)
        if len(wanted) > _MOST_METRICS or values > _MOST_VALUES:
            raise CloudError("That's too much for one picture. Ask for fewer metrics, less time or a longer period.")
        return metrics_look.metrics(_world_of_only(account), wanted, int(period), span)
    except CloudError as problem:
        raise Refused("ValidationError", str(problem)) from None


def _web(cloud: Cloud, account: Account, params: dict[str, Any]) -> dict[str, Any]:
    url, status = _text(params, "url"), params.get("status")
    if isinstance(status, bool) or not isinstance(status, int) or not 0 <= status <= 599:
        raise Refused("ValidationError", "status has to be an HTTP status, or 0 for an address that works.")
    if status:
        check_addresses(account, url)
    account.down.pop(url, None)
    if status:
        account.down[url] = status
    return {"down": account.down}


def _room(cloud: Cloud, account: Account, params: dict[str, Any]) -> dict[str, Any]:
    if cloud.board is None:
        raise Refused("NotFound", "Nobody looks on at this server.", 404)
    if params.get("forget") is True:
        cloud.board.forget(account.number)
    else:
        cloud.board.tell(account.number, params.get("tried"), params.get("counted") is True)
    return {}


def _text(params: dict[str, Any], name: str) -> str:
    value = params.get(name)
    if not isinstance(value, str) or len(value) > _LONGEST_TEXT:
        raise Refused("ValidationError", f"{name} has to be text.")
    return value


def _texts(params: dict[str, Any], name: str) -> list[str]:
    values = params.get(name)
    if not isinstance(values, list) or len(values) > _MOST_METRICS:
        raise Refused("ValidationError", f"{name} has to be a list of at most {_MOST_METRICS} texts.")
    return [_text({name: value}, name) for value in values]


def _number(params: dict[str, Any], name: str) -> float:
    value = params.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) < _LONGEST_SPAN:
        raise Refused("ValidationError", f"{name} has to be a number of seconds.")
    return value


def _most(params: dict[str, Any]) -> int:
    value = params.get("most", _MOST_MESSAGES)
    if type(value) is not int or not 0 <= value <= _MOST_MESSAGES:
        raise Refused("ValidationError", f"most has to be a whole number up to {_MOST_MESSAGES:,}.")
    return value


def _world_of_only(account: Account) -> World:
    """Return the account's world without the other accounts."""
    return replace(account.world, accounts=_OneAccount(account))


class _OneAccount:
    """The part of Accounts that a snapshot uses, for one account."""

    def __init__(self, account: Account):
        self._account, self.changed = account, account.accounts.changed

    def get(self, number: str) -> Account | None:
        return self._account if number == self._account.number else None

    def all(self) -> list[Account]:
        return [self._account]


def _inbox(cloud: Cloud, account: Account, params: dict[str, Any]) -> dict[str, Any]:
    mails = [asdict(arrived) | {"at": arrived.at.isoformat()} for arrived in account.inbox]
    return {"inbox": mails, "confirmed": snapshot.confirmed(_world_of_only(account), account.inbox)}


def _be_unkind(cloud: Cloud, account: Account, params: dict[str, Any]) -> dict[str, Any]:
    if unknown := set(params) - _SETTABLE:
        raise Refused("ValidationError", f"There's no unkindness called {sorted(unknown)}. Known: {sorted(_SETTABLE)}.")
    try:
        account.unkindness = Unkindness(**params)
    except (ValueError, TypeError) as problem:
        raise Refused("ValidationError", str(problem)) from None
    return _unkindness(cloud, account, params)


def _unkindness(cloud: Cloud, account: Account, params: dict[str, Any]) -> dict[str, Any]:
    return asdict(account.unkindness)


_ROUTES: dict[tuple[str, str], Callable[[Cloud, Account, dict[str, Any]], dict[str, Any]]] = {
    ("GET", "clock"): _time,
    ("POST", "clock"): _advance,
    ("POST", "reset"): _reset,
    ("POST", "begin"): _begin,
    ("POST", "end"): _end,
    ("GET", "inbox"): _inbox,
    ("GET", "unkind"): _unkindness,
    ("POST", "unkind"): _be_unkind,
    ("GET", "steps"): _steps,
    ("POST", "queue"): _queue,
    ("POST", "topics"): _topics,
    ("POST", "metrics"): _metrics,
    ("POST", "web"): _web,
    ("POST", "room"): _room,
}


def _response(status: int, result: dict[str, Any]) -> HttpResponse:
    return status, {"Content-Type": "application/json"}, json.dumps(result).encode()
