"""Playing with a copy of a queue: its calls, its clock, and a log of what happened."""

import math
from collections import deque
from collections.abc import Iterable
from datetime import datetime, timezone
from itertools import count
from typing import Any

from helpers.aws_rules import dispatch
from helpers.aws_rules.common.refusals import Refused
from helpers.aws_rules.common.request import Request
from helpers.aws_rules.common.steps import Step
from helpers.aws_rules.sqs import redrive
from helpers.aws_rules.sqs.messages import Message
from helpers.aws_rules.sqs.queues import Queue
from helpers.backends.offline import snapshot
from helpers.backends.offline.copies import freeze, thaw
from helpers.backends.offline.offline_cloud import caller
from helpers.simulation.clock import Clock
from helpers.simulation.worlds import World
from helpers.views.message_life import MessageLife, Moment
from helpers.views.message_name import UNKNOWN, name_of

RECEIVERS = ("Kim", "Lee")
RATES = (0, 1, 10, 60)  # seconds of the copy's clock in a real one; at 0 it stands still
DELAY = 10  # seconds, of a message that's sent with a delay
_SLIDER = 60  # seconds that the slider covers at least
_MOST_LINES, _MOST_NAMED = 8, 3  # of the log, and of messages in one event


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
        self._start, self._mark = self._clock.now(), self._world.journal.mark()
        self._told: dict[str, int] = {}  # moments of messages
        self.log: deque[tuple[str, str]] = deque(maxlen=_MOST_LINES)
        self._drag: tuple[Any, float] = None, 0.0
        self._names: dict[str, str] = {}  # of messages, by their ids
        self._queue: Queue = snapshot.find_queue(self._world, self._region, self._url)
        self._numbers = count(1)
        return "Everything is as it was at first."

    def look(self, most: int) -> dict[str, Any]:
        """Return a snapshot of the queue in the copy, for its picture. most: messages to describe."""
        return snapshot.queue(self._world, self._region, self._url, most)

    def controls(self) -> dict[str, Any]:
        """Return what the picture's controls show."""
        left = [until / 1000 - self._clock.time() for until, _ in self._hidden()]
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
        """Send another order: P-1, P-2 and so on."""
        name = f"P-{next(self._numbers)}"
        params: dict[str, Any] = {"MessageBody": name}
        if delayed:
            params["DelaySeconds"] = DELAY
        if self._queue.fifo_queue:
            groups = {message.group_id for message in self._queue.stored.values()} or {"orders"}
            group = groups.pop() if len(groups) == 1 else name  # where there are several, it's one of its own
            params |= {"MessageGroupId": group, "MessageDeduplicationId": name}
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
        return self._handle("DeleteMessage", message_id)

    def extend(self, message_id: str) -> str:
        """Make a message's visibility timeout end as many seconds from now as the queue's takes."""
        seconds = int(self._queue.visibility_timeout)
        return self._handle("ChangeMessageVisibility", message_id, VisibilityTimeout=seconds)

    def _handle(self, operation: str, message_id: str, **params: Any) -> str:
        """Do this with the newest receipt handle of a message."""
        found = [m for m in self._queue.stored.values() if m.id == message_id and m.receipt_handle]
        if not found:
            return ""
        self._name(message_id)
        return self._call(operation, ReceiptHandle=found[-1].receipt_handle, **params)[1]

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
            said = f"{said} {self._say(f'SQS refuses: {error}')}".strip()
        return reply, said

    # ---- time

    @property
    def _clock(self) -> Clock:
        assert isinstance(self._world.clock, Clock)
        return self._world.clock

    def advance(self, seconds: float) -> str:
        """Move the copy's clock, and let happen what is due then."""
        mark, hidden = self._world.journal.mark(), self._hidden()
        self._clock.advance(seconds)
        now = self._queue.now()
        with self._world.accounts.changed:
            for account in self._world.accounts.all():
                account.catch_up()
            self._queue.remove_expired()
        return self._say_since(mark, [message.id for until, message in hidden if until <= now])

    def drag(self, seconds: float, number: Any) -> str:
        """Move the clock to so many seconds after the moment when this drag began, unless it's there already.

        number: which drag of the slider it is.
        """
        if number != self._drag[0]:
            self._drag = number, self._clock.time()
        ahead = self._drag[1] + seconds - self._clock.time()
        return self.advance(ahead) if ahead > 0 else ""

    def _hidden(self) -> list[tuple[float, Message]]:
        """Return the messages that are in flight or delayed, and until when, in milliseconds."""
        untils = ((max(m.visible_at, m.delayed_until), m) for m in self._queue.stored.values())
        return [(until, message) for until, message in untils if until > self._queue.now()]

    # ---- the log

    def _say_since(self, mark: int, others: Iterable[str] = ()) -> str:
        """Tell what happened to messages since the mark, each thing at its moment. others: messages without steps."""
        here = {queue.queue_arn for queue in self._queues}
        stepped = [step.message for step in self._world.journal.since(mark) if step.message and step.where in here]
        steps: dict[str, list[Step]] = {message: [] for message in (*others, *stepped)}
        for step in self._world.journal if steps else ():
            if step.message in steps:
                steps[step.message].append(step)
        news: dict[tuple[float, str, str], list[str]] = {}
        for message, of_it in ((message, of_it) for message, of_it in steps.items() if of_it):
            begin, moments = of_it[0].at.timestamp(), self._moments(of_it, self._clock.now())
            if message not in self._told:
                since = sum(step.message == message for step in self._world.journal.since(self._mark))
                earlier = of_it[: len(of_it) - since]
                self._told[message] = len(self._moments(earlier, self._start)) if earlier else 0
            for moment in moments[self._told[message] :]:
                key = round(begin + moment.at, 3), moment.title, moment.text
                news.setdefault(key, []).append(self._name(message))
            self._told[message] = len(moments)
        said = []
        for (at, title, text), names in sorted(news.items(), key=lambda each: each[0][0]):
            who = ", ".join(names) if len(names) <= _MOST_NAMED else f"{len(names):,} messages"
            said.append(self._say(f"{who}: {title}. {text}".strip(), datetime.fromtimestamp(at, timezone.utc)))
        return " ".join(said)

    @staticmethod
    def _moments(of_it: list[Step], now: datetime) -> list[Moment]:
        """Return the moments of a message's life, given its steps."""
        found = snapshot.timeline(of_it, of_it[0].message, now)
        return MessageLife(found["steps"], found["now"]).moments

    def _say(self, sentence: str, at: datetime | None = None) -> str:
        self.log.append((self._in_words(at or self._clock.now()), sentence))
        return sentence

    def _in_words(self, moment: datetime) -> str:
        """Return a time of day, and which day it is, if it isn't the copy's first one."""
        return f"{moment:%H:%M:%S}" if moment.date() == self._start.date() else f"{moment:%d %b, %H:%M:%S}"

    @property
    def _queues(self) -> list[Queue]:
        """The queue, and its dead-letter queue if it has one."""
        return [queue for queue in (self._queue, redrive.target(self._queue)) if queue]

    def _name(self, message_id: str) -> str:
        """Return what people call the message, for a sentence."""
        if message_id not in self._names:
            stored = (message for queue in self._queues for message in queue.stored.values())
            self._names[message_id] = next((name_of(m.body) for m in stored if m.id == message_id), UNKNOWN)
        return _quoted(self._names[message_id])


def _quoted(name: str) -> str:
    return f'"{name}"' if " " in name and name != UNKNOWN else name
