"""What a check works with: a private cloud, and the answer, which it reaches through a runner.

Everything public on Case is for the checks of custom exercise sets too, and keeps its name and its meaning.
"""

import re
import signal
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from random import Random
from typing import Any, NoReturn

from helpers.aws_rules.common import wire
from helpers.aws_rules.common.refusals import Refused
from helpers.aws_rules.common.request import Request
from helpers.aws_rules.common.steps import Step
from helpers.aws_rules.sqs.region import SqsRegion
from helpers.backends import transport
from helpers.backends.calls import Call, calls
from helpers.backends.offline import snapshot
from helpers.backends.offline.unkind import Unkind
from helpers.checks import limits
from helpers.checks.direct_client import direct_client
from helpers.checks.runners.base import (
    NOT_ENDED,
    TERMINATED,
    TIME_IS_UP,
    TOO_MANY_CALLS,
    TOO_MUCH_COMPUTING,
    TOO_MUCH_MEMORY,
    WAITS_FOR_EVER,
    AnswerRunner,
)
from helpers.checks.values import NOT_WRITTEN, Boto3Object, decode, show, show_difference
from helpers.errors import Stopped
from helpers.simulation.scheduler import MOST_WAITS
from helpers.simulation.worlds import World

_monotonic = time.monotonic

# What is said of an answer that was stopped, by the reason.
_STOPPED = {
    TOO_MANY_CALLS: "Your function made more than {limits.CALLS} calls to AWS in a minute, so I stopped it. Is there "
    "a loop that never ends, or one that retries without a pause?",
    TIME_IS_UP: "Your function ran too long or waited too often, so I stopped it. A run can take {limits.SECONDS:g} "
    "seconds and wait {waits:,} times. Is there a loop that never ends?",
    TOO_MUCH_COMPUTING: "Your function was still busy when I stopped it. A run can compute for {limits.COMPUTING:g} "
    "seconds. Is there a loop that never ends?",
    TOO_MUCH_MEMORY: "What your function sent and left in the cloud needs more memory than a check has, so I stopped "
    "it.",
    WAITS_FOR_EVER: "Your function was waiting for something that never happens, so I stopped it: {waiting}.",
    TERMINATED: "SIGTERM ended your function, because it hadn't set a handler by that moment.",
}
_STILL_CALLING = (
    "Your function was still running after {limits.MOST_CALLS:,} calls to AWS, so I stopped it. Is there a loop that "
    "never ends?"
)
_WAITED_TOO_OFTEN = f"Your function waited {MOST_WAITS:,} times, so I stopped it. Is there a loop that never ends?"


class NotYet(Exception):
    """The answer didn't do what the exercise asks for."""

    def __init__(self, reason: str, did: str, got: str, expected: str, why: str):
        super().__init__(why)
        self.said = {"reason": reason, "did": did, "got": got, "expected": expected, "why": why}


class NotAttempted(Exception):
    """The answer is still the stub."""


@dataclass
class AnswerError(Exception):
    """The answer raised, or was stopped.

    did: the call of the answer. type, message: of the exception. number, line: the learner's line that led to it.
    stopped: "calls", "time", "computing", "memory", "waiting" or "terminated" when it was stopped; "" when it raised.
    """

    did: str
    type: str
    message: str
    number: int | None = None
    line: str = ""
    stopped: str = ""

    @property
    def reason(self) -> str:
        """The stable id that an outcome has for this error, see Outcome."""
        return f"stopped:{self.stopped}" if self.stopped else f"error:{self.code or self.type}"

    @property
    def code(self) -> str:
        """The code of an error of AWS, which boto3 writes into the error's text; "" for any other error."""
        found = re.match(r"An error occurred \((\S+)\) when calling", self.message)
        return found[1] if found else ""


@dataclass(frozen=True)
class Result:
    """The outcome of a run: a value, or an error. changed: the arguments that aren't as the answer was given them."""

    value: Any = None
    error: AnswerError | None = None
    changed: tuple[str, ...] = ()


class CallWatch:
    """Stops an answer that calls AWS without end, and makes things happen while it calls.

    The check's own calls, which aren't in the journal, don't count and cause nothing. during: what happens, once, just
    before the answer's next call of an operation; Refused is AWS's answer to the call. made: the answer's calls in this
    run.
    """

    def __init__(self, world: World):
        self.during: dict[str, Callable[[], Any]] = {}
        self.made = 0
        self._minute, self._in_minute = 0, 0
        self._world, self._send, world.send = world, world.send, self.send

    def send(self, request: Request, network: Any) -> Any:
        """Return the cloud's response; Stopped after too many calls."""
        journal = self._world.journal
        if journal.records() and request.poll is None:
            self.made += 1
            if self._without_end():
                self._world.open = False
                raise Stopped(TOO_MANY_CALLS)
            if happening := self.during.pop(request.operation, None):
                try:
                    with journal.paused():
                        happening()
                except Refused as problem:
                    made = wire.refusal(request.service, request.protocol, problem, self._new_id())
                    return transport.response(request.url, *made)
        return self._send(request, network)

    def _without_end(self) -> bool:
        minute = int(self._world.clock.time() // 60)
        self._in_minute = self._in_minute + 1 if minute == self._minute and self.made > 1 else 1
        self._minute = minute
        return self._in_minute > limits.CALLS or self.made > limits.MOST_CALLS

    def _new_id(self) -> str:
        return self._world.accounts.all()[0].new_id()


class Case:
    """One check of one answer.

    sqs, sns: the check's own clients, whose calls aren't in `calls`. clock: the private cloud's clock. draw: random
    numbers, for names, counts and orders. did: the last call of the answer, in words. reached: the milestones that the
    answer got to. most_calls: that an answer can make at once; it can make more if it waits in between.
    """

    most_calls = limits.CALLS

    def __init__(
        self,
        answer: str,
        world: World,
        runner: AnswerRunner,
        draw: Random,
        watch: CallWatch,
    ):
        self._answer, self._world, self._runner, self._watch = answer, world, runner, watch
        self._signals: list[tuple[float, int]] = []
        self.draw, self.clock = draw, world.clock
        self.did = self._printed = ""
        self.reached: tuple[str, ...] = ()

    def reach(self, milestone: str) -> None:
        """Note that the answer got this far. course.toml says under `partial` how many points that's worth."""
        if milestone not in self.reached:
            self.reached += (milestone,)

    @property
    def sqs(self) -> Any:
        """A client for SQS in us-east-1."""
        return self.client("sqs")

    @property
    def sns(self) -> Any:
        """A client for SNS in us-east-1."""
        return self.client("sns")

    @staticmethod
    def client(service: str, region: str = "us-east-1", profile: str = "shop") -> Any:
        """Return a client of the check's own. It's boto3's, only faster; see helpers.checks.direct_client."""
        return direct_client(service, region, profile)

    def key(self, profile: str) -> str:
        """Return the access key that boto3's files have for a profile during this check; no other one has it."""
        return self._world.profile_keys[profile]

    @property
    def calls(self) -> list[Call]:
        """The calls that the answer made so far, oldest first."""
        return calls(self._world.journal)

    def name(self, stem: str) -> str:
        """Return a name that no answer can know: the stem and four letters."""
        return f"{stem}-{''.join(self.draw.choices('bcdfghjkmnpqrstvwxz', k=4))}"

    def queue(self, stem: str = "orders") -> str:
        """Create a queue and return its URL."""
        return self.sqs.create_queue(QueueName=self.name(stem))["QueueUrl"]

    def queues(self, names: list[str]) -> None:
        """Create queues with these names and SQS's defaults. Thousands of them take less time so than by calls."""
        region = self._world.accounts.all()[0].service(SqsRegion, "us-east-1")
        for name in names:
            region.create(name, {}, {})

    def queue_arn(self, queue_url: str) -> str:
        """Return the queue's ARN."""
        reply = self.sqs.get_queue_attributes(QueueUrl=queue_url, AttributeNames=["QueueArn"])
        return reply["Attributes"]["QueueArn"]

    def state(self, queue_url: str, region: str = "us-east-1") -> dict[str, Any]:
        """Return what the queue holds now, without receiving anything; see helpers.backends.offline.snapshot.queue.

        For older exercise sets `lease` is the visibility timeout too, and `policy` is one text.
        """
        found = snapshot.queue(self._world, region, queue_url, most=sys.maxsize)
        return {**found, "lease": found["visibility_timeout"], "policy": "; ".join(found["policy"]) or "none"}

    def steps(self, queue_url: str) -> list[Step]:
        """Return what the answer did to the queue's messages, oldest first; see helpers.aws_rules.common.steps."""
        arn = self.queue_arn(queue_url)
        return [entry for entry in self._world.journal if isinstance(entry, Step) and entry.where == arn]

    def inbox(self) -> list[Any]:
        """Return what SNS sent to everything but queues, oldest first; see helpers.aws_rules.sns.inbox."""
        return [arrived for account in self._world.accounts.all() for arrived in account.inbox]

    def drain(self, queue_url: str) -> list[str]:
        """Receive and delete what is visible now, and return the bodies."""
        bodies = []
        while messages := self.sqs.receive_message(QueueUrl=queue_url, MaxNumberOfMessages=10).get("Messages"):
            for message in messages:
                bodies.append(message["Body"])
                self.sqs.delete_message(QueueUrl=queue_url, ReceiptHandle=message["ReceiptHandle"])
        return bodies

    def unkind(self, **kinds: Any) -> Unkind:
        """Make the cloud unkind within a `with` block, to the check's own calls too.

        kinds: see helpers.aws_rules.common.unkindness.
        """
        return Unkind(self._world.accounts, {"seed": self.draw.randrange(1 << 30)} | kinds)

    def after_every_lease(self) -> None:
        """Move the clock past the end of every visibility timeout. The longest one is twelve hours."""
        self.clock.advance(timedelta(hours=12, seconds=1).total_seconds())

    def during(self, operation: str, happening: Callable[[], Any]) -> None:
        """Call `happening` once, just before the answer's next call of this operation, such as "SendMessage".

        If it raises Refused (helpers.aws_rules.common.refusals), that's AWS's answer to the call. It can raise what
        botocore raises where the network fails, too: an error whose only argument is `endpoint_url`.
        """
        self._watch.during[operation] = happening

    def terminate(self, after: float) -> None:
        """Have the system ask the answer to end (SIGTERM) so many seconds after the next run begins.

        The answer's handler runs where it waits then, as in a process of its own. Without one, the run ends at once,
        with an AnswerError that says `stopped` "terminated".
        """
        self._signals.append((after, signal.SIGTERM))

    def interrupt(self, after: float) -> None:
        """Have somebody press Ctrl+C (SIGINT) so many seconds after the next run begins.

        Without a handler of the answer's own, Python raises KeyboardInterrupt where it waits then.
        """
        self._signals.append((after, signal.SIGINT))

    def run(self, session: dict[str, str] | None = None, /, **arguments: Any) -> Any:
        """Return the answer's value for these arguments.

        If it has parameters sqs, sns or cloudwatch, it's given clients for them.

        session: what boto3.Session gets for these clients, such as {"profile_name": "partner"}; None for clients with
        nothing but defaults. An error in the answer ends the check with "error in your code"; see `attempt` to look at
        the error instead.
        """
        result = self.attempt(session, **arguments)
        if result.error:
            raise result.error
        return result.value

    def attempt(self, session: dict[str, str] | None = None, /, **arguments: Any) -> Result:
        """Return the answer's value, or the error that it raised, for these arguments; see `run`."""
        shown = ", ".join(f"{name}={show(value, 60)}" for name, value in arguments.items())
        self.did = f"{self._answer}({shown})"
        if session:
            made_with = ", ".join(f"{name}={value!r}" for name, value in session.items())
            self.did += f", with clients of boto3.Session({made_with})"
        return self._ask({"do": "run", "arguments": arguments, "session": session or {}})

    def let(self, boto3_object: Boto3Object | None, service: str, operation: str, **params: Any) -> Result:
        """Have a boto3 object that the answer returned make a call; return its value or error.

        boto3_object: None for a new client with nothing but defaults, as another part of the learner's program
        would make it. operation: the method of boto3's client, such as "send_message".
        """
        number = None if boto3_object is None else boto3_object.number
        command = {"do": "call", "object": number, "service": service, "operation": operation, "params": params}
        return self._ask(command)

    def environment(self, **variables: str) -> dict[str, str]:
        """Set these environment variables of the answer's program, and return all that it has then."""
        return self._ask({"do": "set", "variables": variables}).value

    def _ask(self, command: dict[str, Any]) -> Result:
        self._watch.made, signalled = 0, bool(self._signals)
        command |= {"signals": self._signals} if self._signals else {}
        self._signals = []
        before, self._world.journal.recording = len(self._runner.printed), True
        started = _monotonic()
        try:
            reply = self._runner.ask(command, limits.SECONDS)
        finally:
            self._world.journal.recording = False
        self._printed = self._runner.printed[before:].strip() if reply.get("value", "") is None else ""
        if "stopped" in reply or not self._world.open:
            stopped = reply["stopped"] if reply.get("stopped") in _STOPPED else TOO_MANY_CALLS
            waiting = "; ".join(reply.get("waiting", []))
            message = _STOPPED[stopped].format(limits=limits, waits=MOST_WAITS, waiting=waiting)
            if stopped == TOO_MANY_CALLS and self._watch.made > limits.MOST_CALLS:
                message = _STILL_CALLING.format(limits=limits)
            if stopped == TIME_IS_UP and not signalled and _monotonic() - started < limits.SECONDS / 2:
                message = _WAITED_TOO_OFTEN
            raise AnswerError(self.did, NOT_ENDED, message, reply.get("number"), reply.get("line", ""), stopped)
        if error := reply.get("error"):
            return Result(error=AnswerError(self.did, **error))
        value = decode(reply["value"])
        if value is NOT_WRITTEN:
            raise NotAttempted
        return Result(value, changed=tuple(reply.get("changed", ())))

    def not_yet(
        self, reason: str = "", *, got: Any, expected: str, why: str, did: str = "", wanted: list[Any] | None = None
    ) -> NoReturn:
        """End the check: say what was seen, what was expected, and why in AWS's terms.

        reason: a stable id of this refusal, such as "message-left-behind", for tests and reports. The words can change,
        the id can't. got: a value, or a sentence about what happened, made by `said`. did: what was done, if it wasn't
        the last run. wanted: the list that was expected instead of `got`; of two long lists only the place where they
        differ is shown.
        """
        shown = got.text if isinstance(got, Said) else show(got)
        if wanted and got and isinstance(got, list):
            shown, place = show_difference(got, wanted)
            expected = f"{expected}: {place}"
        if self._printed and re.search(r"\bNone\b", shown):  # the answer returned None in its last run, and printed
            printed = show(self._printed.splitlines()[-1], 80)
            why = f"Your function printed {printed} and returned None. Did you mean `return` in place of `print`? {why}"
        raise NotYet(reason, did or self.did, shown, expected, why)

    @staticmethod
    def said(text: str) -> "Said":
        """Return a sentence for `got`, when there's no value to show."""
        return Said(text)


@dataclass(frozen=True)
class Said:
    """A sentence in place of a value."""

    text: str


Check = Callable[[Case], None]
