"""Playing with a copy of a queue: its calls, its clock, and a log of what happened."""

import json
import math
import re
from collections import deque
from datetime import datetime
from typing import Any

from helpers.aws_rules import dispatch
from helpers.aws_rules.common import steps
from helpers.aws_rules.common.refusals import Refused
from helpers.aws_rules.common.request import Request
from helpers.aws_rules.sqs import move_tasks, redrive
from helpers.aws_rules.sqs.messages import Message
from helpers.aws_rules.sqs.queues import Queue
from helpers.backends.offline import snapshot
from helpers.backends.offline.copies import freeze, thaw
from helpers.backends.offline.offline_cloud import caller
from helpers.simulation.clock import Clock
from helpers.simulation.worlds import World
from helpers.views.message_name import IDS, UNKNOWN, inside, name_of
from helpers.views.words import span

RECEIVERS = ("Kim", "Lee")
RATES = (0, 1, 10, 60)  # seconds of the copy's clock in a real one; at 0 it stands still
DELAY = 10  # seconds, of a message that's sent with a delay
_SLIDER = 60  # seconds that the slider covers at least
_MOST_LINES, _MOST_NAMES, _MOST_NAMED = 8, 1000, 3  # of the log, of messages, of messages in one event
_NOISE = 0.000_001  # seconds; two floats of one moment differ by less
_FOREVER = float("inf")


class QueuePlay:
    """A queue in a private copy of the cloud, as it stood when this was made. Time passes there by `advance` alone.

    Each method that does something returns sentences about what happened. Errors of AWS are among them. rate: one of
    RATES, for whoever calls `advance` as real time passes. log: the latest of those sentences, each with its time.
    """

    def __init__(self, world: World, region: str, url: str):
        self._frozen, self._region, self._url = freeze(world), region, url
        self.start_over()

    def start_over(self) -> str:
        """Take a new copy of the cloud as it stood."""
        self._world, self.rate = thaw(self._frozen), 0
        self._first_day = self._clock.now().date()
        self.log: deque[tuple[str, str]] = deque(maxlen=_MOST_LINES)
        self._drag: tuple[Any, float] = None, 0.0
        self._names: dict[str, str] = {}  # of messages, by their ids
        self._queue: Queue = snapshot.find_queue(self._world, self._region, self._url)
        stored = list(self._queue.stored.values())[-_MOST_NAMES:]
        self._taken = {name_of(message.body, 0) for message in stored}
        self._newest = stored[-1] if stored else None
        return "Everything is as it was at first."

    def look(self, most: int) -> dict[str, Any]:
        """Return a snapshot of the queue in the copy, for its picture. most: messages to describe."""
        return snapshot.queue(self._world, self._region, self._url, most)

    def controls(self) -> dict[str, Any]:
        """Return what the picture's controls show."""
        left = [until / 1000 - self._clock.time() for until, _, _ in self._hidden()]
        return {
            "clock": self._in_words(self._clock.now()),
            "rate": self.rate,
            "receivers": list(RECEIVERS),
            "next": math.ceil(min(left) * 1000) / 1000 if left else None,
            "log": [list(line) for line in self.log],
            "span": max(_SLIDER, self._queue.visibility_timeout),
        }

    # ---- calls

    def send(self, delayed: bool = False) -> str:
        """Send another order like the newest one."""
        newest, name = self._newest, self._next_name()
        params: dict[str, Any] = {"MessageBody": _renamed(newest.body if newest else "", name)}
        if delayed:
            params["DelaySeconds"] = DELAY
        if self._queue.fifo_queue:
            params |= {"MessageGroupId": (newest and newest.group_id) or "orders", "MessageDeduplicationId": name}
        _, said = self._call("SendMessage", **params)
        return said

    def receive(self, receiver: str) -> str:
        """Receive one message, without waiting for it."""
        if receiver not in RECEIVERS:
            return ""
        reply, said = self._call("ReceiveMessage", receiver, MaxNumberOfMessages=1, WaitTimeSeconds=0)
        if reply == {}:
            said = f"{said} {self._say('Nothing to receive.')}".strip()
        return said

    def delete(self, message_id: str) -> str:
        """Delete a message with its newest receipt handle."""
        handle = self._handle(message_id)
        return self._call("DeleteMessage", ReceiptHandle=handle)[1] if handle else ""

    def extend(self, message_id: str) -> str:
        """Make a message's visibility timeout end as many seconds from now as the queue's takes."""
        handle, seconds = self._handle(message_id), int(self._queue.visibility_timeout)
        if not handle:
            return ""
        return self._call("ChangeMessageVisibility", ReceiptHandle=handle, VisibilityTimeout=seconds)[1]

    def _handle(self, message_id: str) -> str:
        found = [m for m in self._queue.stored.values() if m.id == message_id and m.receipt_handle]
        for message in found:
            self._names[message.id] = name_of(message.body)
        return found[-1].receipt_handle or "" if found else ""

    def _call(self, operation: str, program: str = "", **params: Any) -> tuple[dict[str, Any] | None, str]:
        """Return what the operation returned, None after an error, and sentences about what happened."""
        mark = self._world.journal.mark()
        account, identity = caller(self._world.accounts, "", self._region)
        request = Request("sqs", operation, {"QueueUrl": self._url, **params}, account, self._region, "", identity)
        request.program = program
        try:
            reply, error = dispatch.run(request), ""
        except Refused as problem:
            reply, error = None, problem.message
        said = self._say_since(mark)
        if error:
            said.append(self._say(f"SQS refuses: {error}"))
        return reply, " ".join(said)

    def _next_name(self) -> str:
        """Return a name that no message here has had: the next free one after the newest message's."""
        newest = name_of(self._newest.body, 0) if self._newest else ""
        found = re.fullmatch(r"(.{0,20}?)(\d{1,9})", newest)
        stem, number = (found[1], int(found[2])) if found else ("P-", 0)
        while (name := f"{stem}{number + 1}") in self._taken:
            number += 1
        self._taken.add(name)
        return name

    # ---- time

    @property
    def _clock(self) -> Clock:
        assert isinstance(self._world.clock, Clock)
        return self._world.clock

    def advance(self, seconds: float) -> str:
        """Move the copy's clock. It stops at each thing that happens on the way, which is told at its own moment."""
        end, said = self._clock.time() + seconds, list[str]()
        while True:
            hidden = self._hidden()
            moment = min(
                [*(until / 1000 for until, _, _ in hidden), self._next_expiry(end)]
                + [account.next_due() for account in self._world.accounts.all()]
            )
            if moment > end + _NOISE:
                break
            self._clock.advance(max(moment - self._clock.time(), _NOISE))
            said += self._catch_up(hidden)
        self._clock.advance(max(end - self._clock.time(), 0))
        return " ".join(said)

    def drag(self, seconds: float, number: Any) -> str:
        """Move the clock to so many seconds after the moment when this drag began, unless it's there already.

        number: which drag of the slider it is.
        """
        if number != self._drag[0]:
            self._drag = number, self._clock.time()
        ahead = self._drag[1] + seconds - self._clock.time()
        return self.advance(ahead) if ahead > 0 else ""

    def _hidden(self) -> list[tuple[float, Message, bool]]:
        """Return the messages that are hidden: until when, in milliseconds, and whether it is in flight."""
        now = self._queue.now()
        untils = ((max(m.visible_at, m.delayed_until), m) for m in self._queue.stored.values())
        return [(until, message, message.visible_at > now) for until, message in untils if until > now]

    def _next_expiry(self, end: float) -> float:
        """Return when the next message expires, if that's before the end; otherwise infinity."""
        kept = self._queue.message_retention_period
        expiring = [m for m in self._queue.stored.values() if m.enqueued_at / 1000 + kept <= end]
        for message in expiring:
            self._names[message.id] = name_of(message.body)  # while it's there
        return min((message.enqueued_at / 1000 + kept for message in expiring), default=_FOREVER)

    def _catch_up(self, hidden: list[tuple[float, Message, bool]]) -> list[str]:
        """Let happen what is due now, and return sentences about it. hidden: the messages that were until now."""
        mark, now = self._world.journal.mark(), self._queue.now()
        over = [(message, in_flight) for until, message, in_flight in hidden if until <= now]
        said = self._say_back([message for message, in_flight in over if in_flight])
        said += self._say_come([message for message, in_flight in over if not in_flight])
        with self._world.accounts.changed:
            for account in self._world.accounts.all():
                account.catch_up()
            move_tasks.catch_up(self._queue.owner, self._region, self._queue.siblings)
            self._queue.remove_expired()
        return said + self._say_since(mark)

    # ---- the log

    def _say_back(self, messages: list[Message]) -> list[str]:
        if len(messages) > _MOST_NAMED:
            text = f"{len(messages):,} messages were never deleted. Their visibility timeouts are over, and they wait"
            return [self._say(f"{text} again.")]
        said = []
        for message in messages:
            who, name = self._receiver(message.id), _quoted(name_of(message.body))
            why = f"{who} never deleted {name}" if who else f"{name} was never deleted"
            said.append(self._say(f"{why}. Its visibility timeout is over, and it waits again."))
        return said

    def _say_come(self, messages: list[Message]) -> list[str]:
        if len(messages) > _MOST_NAMED:
            return [self._say(f"The delay of {len(messages):,} messages is over, and they wait.")]
        names = [_quoted(name_of(message.body)) for message in messages]
        return [self._say(f"The delay of {name} is over, and it waits.") for name in names]

    def _say_since(self, mark: int) -> list[str]:
        """Tell what happened to the queue's messages since the mark."""
        dead_letters = redrive.target(self._queue)
        here = {self._queue.queue_arn, dead_letters.queue_arn if dead_letters else ""}
        found = [step for step in self._world.journal.since(mark) if step.where in here]
        expired = [step for step in found if step.what == steps.EXPIRED]
        if len(expired) > _MOST_NAMED:
            text = f"{len(expired):,} messages expire, because their retention period is over."
            return [self._say(text, expired[-1].at)]
        told = [(self._sentence(step), step.at) for step in found]
        return [self._say(sentence, at) for sentence, at in told if sentence]

    def _sentence(self, step: steps.Step) -> str:
        name, what = self._name(step.message), step.what
        if what == steps.SENT:
            return (
                f"{name} is sent with a delay of {span(step.hidden)}." if step.hidden else f"{name} is sent, and waits."
            )
        if what == steps.RECEIVED:
            for_how_long = (
                f"Nobody else can receive it for {span(step.hidden)}." if step.hidden else "It can be received again."
            )
            return f"{step.by} receives {name}. {for_how_long}"
        if what == steps.HIDDEN:
            return f"The visibility timeout of {name} now ends in {span(step.hidden)}."
        if what == steps.DELETED:
            who = self._receiver(step.message)
            return f"{who} deletes {name}. It's gone for good." if who else f"{name} is deleted. It's gone for good."
        if what == steps.MOVED:
            why = f"because it was {step.reason}" if step.reason.startswith("received") else step.reason
            why = why.replace(" 1 times,", " once,").replace(" 2 times,", " twice,")
            return f"{name} moves to {step.where.rpartition(':')[2]}, {why}."
        if what == steps.EXPIRED:
            return f"{name} expires, because its retention period is over."
        return f"{name}: {step.reason}." if what in (steps.DUPLICATE, steps.UNKIND) else ""

    def _say(self, sentence: str, at: datetime | None = None) -> str:
        self.log.append((self._in_words(at or self._clock.now()), sentence))
        return sentence

    def _in_words(self, moment: datetime) -> str:
        """Return a time of day, and which day it is, if it isn't the copy's first one."""
        return f"{moment:%H:%M:%S}" if moment.date() == self._first_day else f"{moment:%d %b, %H:%M:%S}"

    def _receiver(self, message_id: str) -> str:
        """Return who received the message last, if that has a name."""
        found = [step for step in self._world.journal if step.message == message_id and step.what == steps.RECEIVED]
        return found[-1].by if found else ""

    def _name(self, message_id: str) -> str:
        """Return what people call the message, for a sentence."""
        if message_id not in self._names:
            dead_letters = redrive.target(self._queue)
            stored = [*self._queue.stored.values(), *(dead_letters.stored.values() if dead_letters else ())]
            self._names[message_id] = next((name_of(m.body) for m in stored if m.id == message_id), UNKNOWN)
        return _quoted(self._names[message_id])


def _quoted(name: str) -> str:
    return f'"{name}"' if " " in name and name != UNKNOWN else name


def _renamed(body: str, name: str) -> str:
    """Return a body of the same shape for another order: JSON, SNS's envelope around it, or else the name alone."""
    published = inside(body)
    if published != body:
        return json.dumps(json.loads(body) | {"Message": _renamed(published, name)}, ensure_ascii=False)
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        found = None
    made = _with_id(found, name) if isinstance(found, dict) else None
    return json.dumps(made, ensure_ascii=False) if made else name


def _with_id(found: dict[str, Any], name: str) -> dict[str, Any] | None:
    """Return the JSON object with this name as its id; None if it has no id."""
    for key in IDS:
        value = found.get(key)
        if isinstance(value, dict) and (made := _with_id(value, name)):
            return found | {key: made}
        if isinstance(value, (str, int)) and not isinstance(value, bool):
            return found | {key: int(name) if isinstance(value, int) and name.isdecimal() else name}
    return None
