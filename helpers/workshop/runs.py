"""Runs of programs in learners' kernels, as the server sees them: which accounts follow which run's time.

During a run the clocks of its accounts are frozen, and each request of a program tells the run's time.
helpers.backends.endpoint.workshop_run is the client's side.
"""

import json
import math
import threading
from collections.abc import Callable, Hashable
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

from helpers.aws_rules import dispatch
from helpers.aws_rules.common.accounts import Account, Accounts
from helpers.aws_rules.common.refusals import Refused
from helpers.aws_rules.common.request import LookAgain, Request
from helpers.aws_rules.common.steps import Step
from helpers.backends.endpoint.workshop_client import CHANGED, LOOK_AGAIN, POLL
from helpers.backends.offline.offline_cloud import identify_program
from helpers.simulation.clock import END, Clock
from helpers.simulation.scheduler import Scheduler
from helpers.workshop.http_server import HttpResponse
from helpers.workshop.storage import check_jump

LONGEST = 150.0  # real seconds; a kernel ends a run earlier, so after that the kernel must have died
_LONGEST_NAME = 2_000  # characters
_MOST_POLLS = 1_000  # that wait at the same time


class _Run(Scheduler):
    """One run. To its accounts' worlds it's a scheduler whose members are elsewhere.

    owner: the secret of its accounts, since whoever knows a run's name could otherwise move its clocks.
    changed: whether something that long polls wait for has changed since the last response. polls: the requests of
    long polls that have to look again, by id. parts: the accounts' parts, by account number.
    """

    is_going = True  # so that nobody moves the clock by waiting, except the run's programs

    def __init__(self, name: str, owner: str | None, clock: Clock):
        super().__init__(clock)
        self.name, self.owner, self.changed = name, owner, False
        self.polls: dict[str, Request] = {}
        self.parts: dict[str, _Part] = {}

    def notify(self, key: Hashable) -> None:
        """Note that something changed."""
        self.changed = True

    def move_to(self, time: float) -> None:
        """Move the clocks of all accounts to this time, unless they are there already."""
        for part in self.parts.values():
            part.clock.advance(max(0.0, time - part.clock.time()))


@dataclass(frozen=True)
class _Part:
    """An account's part in a run. end: closing it ends the part. entries: the account's journal since the run began."""

    run: _Run
    clock: Clock
    end: ExitStack
    entries: list[Any]


class Runs:
    """The runs in a server's accounts. All methods except `answer` are called with the accounts' lock.

    secret_of: returns an account's secret. Only accounts of one secret, such as a learner's two, can be in one run.
    """

    def __init__(self, accounts: Accounts, secret_of: Callable[[str], str | None] = lambda number: None):
        self._accounts, self._secret_of = accounts, secret_of
        self._parts: dict[str, _Part] = {}  # by the account's number

    def is_going(self, account: Account) -> bool:
        """Return whether the account has a part in a run."""
        return account.number in self._parts

    def begin(self, account: Account, name: str) -> None:
        """Have an account follow the run with this name. Refused if it's following another."""
        if account.number in self._parts:
            text = "Another cloud.run is using this account. Wait until it's over, or start() again."
            raise Refused("RunIsGoing", text, 409)
        world, end = account.world, ExitStack()
        assert isinstance(world.clock, Clock)
        owner = self._secret_of(account.number)
        runs = (part.run for part in self._parts.values())
        run = next((run for run in runs if (run.name, run.owner) == (name, owner)), None)
        run = world.scheduler = run or _Run(name, owner, world.clock)
        end.callback(setattr, world, "scheduler", None)
        end.enter_context(world.clock.frozen())
        part = _Part(run, world.clock, end, end.enter_context(world.journal.copied()))
        self._parts[account.number] = run.parts[account.number] = part
        give_up = threading.Timer(LONGEST, self._give_up, [account.number, part])
        give_up.daemon = True
        end.callback(give_up.cancel)
        give_up.start()

    def end(self, account: Account, name: str, time: float) -> list[Step]:
        """End an account's part in a run at this time of the run, and return its messages' steps during the run."""
        part = self._part(account, name)
        check_jump(account, time - account.time())
        part.run.move_to(time)
        self.leave(account.number)
        return [entry for entry in part.entries if isinstance(entry, Step)]

    def leave(self, number: str) -> None:
        """End an account's part in a run, if it has one."""
        if part := self._parts.pop(number, None):
            del part.run.parts[number]
            part.end.close()

    def _give_up(self, number: str, part: _Part) -> None:
        with self._accounts.changed:
            if self._parts.get(number) is part:
                self.leave(number)
                self._accounts.wake(number)

    def _part(self, account: Account, name: str) -> _Part:
        part = self._parts.get(account.number)
        if part is None or part.run.name != name:
            raise Refused("RunIsOver", "This cloud.run is over, or it isn't using this account.", 409)
        return part

    def answer(self, request: Request, header: str) -> HttpResponse:
        """Return the response to a program's request. Its headers tell the kernel what it needs to know."""
        told = _read(header)
        with self._accounts.changed:
            run = self._part(request.account, told["run"]).run
            check_jump(request.account, told["time"] - request.account.time())
            run.move_to(told["time"])
            if told["poll"]:
                request = run.polls.pop(told["poll"], request)
        request.program = told["program"]
        identify_program(request)
        try:
            status, headers, body = dispatch.answer_now(request)
        except LookAgain as later:
            if len(run.polls) >= _MOST_POLLS:
                raise Refused("LimitExceeded", f"More than {_MOST_POLLS:,} long polls of one run.") from None
            run.polls[request.id] = request
            status, headers, body = 200, {LOOK_AGAIN: repr(later.until), POLL: request.id}, b""
        with self._accounts.changed:
            changed, run.changed = run.changed, False
        return status, headers | ({CHANGED: "yes"} if changed else {}), body


def _read(header: str) -> dict[str, Any]:
    """Return what the header of a program's request contains; Refused if a kernel wouldn't write that."""
    try:
        found = json.loads(header)
        names, found["time"] = [found["run"], found["program"], found["poll"]], moment(found["time"])
    except (ValueError, TypeError, KeyError, RecursionError):
        raise Refused("ValidationError", "The header about the run is malformed.") from None
    if not all(isinstance(name, str) and len(name) <= _LONGEST_NAME for name in names):
        raise Refused("ValidationError", f"A name in a run can have up to {_LONGEST_NAME:,} characters.")
    return found


def moment(value: Any) -> float:
    """Return a moment in seconds since 1970; Refused if no clock can show it."""
    try:
        seconds = float(value)
    except (ValueError, TypeError, OverflowError):
        seconds = math.nan
    if not 0 <= seconds < END:
        raise Refused("ValidationError", "The time of a run has to be a number of seconds since 1970.")
    return seconds
