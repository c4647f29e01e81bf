"""What happened in a run of several programs, counted from the journal: attributes, plain data, and a picture."""

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

from helpers.aws_rules.common import steps
from helpers.aws_rules.common.steps import Step
from helpers.backends.calls import Call, calls
from helpers.backends.run_messages import Ways, follow, name_of_arn
from helpers.backends.run_story import Held, Moment, find_held, find_moments, names_of
from helpers.views.run_picture import RunPicture

_SENDING = ("SendMessage", "SendMessageBatch", "Publish", "PublishBatch")
_DELETING = ("DeleteMessage", "DeleteMessageBatch")


@dataclass
class ProgramEnd:
    """How a program ended. Times are seconds of the run.

    began: when it started; None if it never did. at: when it ended. told: when it got a SIGTERM. how: "returned",
    "raised", "was stopped" (by a SIGTERM that it doesn't handle), "still going" at the end of the run, or "ended with
    exit code 1". error: the last line of the traceback. number, line: where in its code that was.
    """

    began: float | None = None
    at: float = 0
    told: float | None = None
    how: str = ""
    error: str = ""
    line: str = ""
    number: int | None = None


@dataclass(frozen=True)
class ProgramReport:
    """What one program did: its calls, and how many messages it sent, received and deleted.

    deleted: those that a call really deleted; deleting a message again deletes nothing.
    came_again: how many of the received ones had been received before, by any program.
    """

    calls: int
    sent: int
    received: int
    deleted: int
    came_again: int
    end: ProgramEnd


@dataclass(frozen=True)
class QueueReport:
    """What happened to a queue's messages.

    received: a message counts each time. expired: those whose retention period was over. moved: those that went to its
    dead-letter queue. dead_letters: those that arrived here as dead letters. left: how many are in it at the end.
    """

    sent: int
    received: int
    deleted: int
    expired: int
    moved: int
    dead_letters: int
    left: int


@dataclass(frozen=True)
class Waits:
    """How many seconds messages waited until they were first received; None if none were.

    p95: 95 of 100 messages waited no longer than that. oldest: the longest wait, including messages that were never
    received.
    """

    median: float | None
    p95: float | None
    oldest: float | None


@dataclass(frozen=True)
class Sent:
    """What one call of a program sent: how many messages, at which second of the run, to which queue or topic."""

    program: str
    at: float
    to: str
    count: int


@dataclass(frozen=True)
class Asked:
    """A receive of a program that brought nothing, from one second of the run to another."""

    program: str
    begin: float
    end: float


@dataclass(frozen=True, repr=False)
class RunReport:
    """What happened in a run.

    start: when it began, by the cloud's clock. seconds: how much of the cloud's time it took. programs, queues: what
    each did, by name. waited: how long messages waited. requests: how many AWS would bill. sent: what programs sent, in
    sequence. held: who had which message, in the sequence of the receives. waiting: how many messages could be
    received, by queue: pairs of a second of the run and the number from then on. oldest: the same with the second
    since which the oldest message has been there, or None; {} in a report that was stored without it. asked: the
    receives that brought nothing. moments: what's worth telling.
    """

    start: datetime
    seconds: float
    programs: Mapping[str, ProgramReport]
    queues: Mapping[str, QueueReport]
    waited: Waits
    requests: int
    sent: Sequence[Sent] = field(default_factory=tuple)
    held: Sequence[Held] = field(default_factory=tuple)
    waiting: Mapping[str, Sequence[tuple[float, int]]] = field(default_factory=dict)
    moments: Sequence[Moment] = field(default_factory=tuple)
    oldest: Mapping[str, Sequence[tuple[float, float | None]]] = field(default_factory=dict)
    asked: Sequence[Asked] = field(default_factory=tuple)

    def to_dict(self) -> dict[str, Any]:
        """Return all of it as plain data: dicts, lists, texts and numbers, with `start` in ISO 8601."""
        found = asdict(self) | {"start": self.start.isoformat()}
        for name in ("sent", "held", "moments", "asked"):
            found[name] = list(found[name])
        for name in ("waiting", "oldest"):
            found[name] = {queue: [list(pair) for pair in pairs] for queue, pairs in found[name].items()}
        return found

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> "RunReport":
        """Return the report that `to_dict` made this of."""
        programs = {
            name: ProgramReport(**{**found, "end": ProgramEnd(**found["end"])})
            for name, found in data["programs"].items()
        }
        return cls(
            start=datetime.fromisoformat(data["start"]),
            seconds=data["seconds"],
            programs=programs,
            queues={name: QueueReport(**found) for name, found in data["queues"].items()},
            waited=Waits(**data["waited"]),
            requests=data["requests"],
            sent=tuple(Sent(**found) for found in data["sent"]),
            held=tuple(Held(**found) for found in data["held"]),
            waiting={name: tuple((at, count) for at, count in pairs) for name, pairs in data["waiting"].items()},
            moments=tuple(Moment(**found) for found in data["moments"]),
            oldest={name: tuple((at, sent) for at, sent in pairs) for name, pairs in data.get("oldest", {}).items()},
            asked=tuple(Asked(**found) for found in data.get("asked", ())),
        )

    def __repr__(self) -> str:
        return repr(RunPicture(self.to_dict()))

    def _repr_html_(self) -> str:
        return RunPicture(self.to_dict())._repr_html_()


def make_report(
    start: datetime, seconds: float, ends: Mapping[str, ProgramEnd], entries: Sequence[Any], before: Iterable[Any]
) -> RunReport:
    """Return the report of a run.

    entries: the journal's, since the run began. before: the earlier ones.
    """
    seconds = round(seconds, 3)
    made, happened = calls(entries), [entry for entry in entries if isinstance(entry, Step)]
    earlier = [entry for entry in before if isinstance(entry, Step)]
    known = {(step.where, step.message) for step in earlier if step.what == steps.RECEIVED}
    again, deleted = _came_again(happened, known), _deleted(made, happened)
    programs = {
        name: _program([call for call in made if _program_of(call) == name], deleted[name], again[name], end)
        for name, end in ends.items()
    }
    names = names_of(made)
    held = find_held(happened, names, ends, start, seconds)
    ways = follow(earlier, happened, start, seconds)
    return RunReport(
        start=start,
        seconds=seconds,
        programs=programs,
        queues={name: _queue(name, found, ways) for name, found in _counted(happened, ways).items()},
        waited=_waits(earlier, happened, start, seconds),
        requests=sum(call.requests for call in made if _program_of(call)),
        sent=tuple(_sent(made, start)),
        held=tuple(held),
        waiting=ways.waiting,
        oldest=ways.oldest,
        asked=tuple(_asked(made, start)),
        moments=tuple(find_moments(happened, held, names, ends, start)),
    )


def _sent(made: Sequence[Call], start: datetime) -> Iterable[Sent]:
    for call in made:
        count = _successes(call) if call.operation in _SENDING else 0
        if count and _program_of(call):
            to = call.params.get("QueueUrl", "").rpartition("/")[2] or name_of_arn(call.params.get("TopicArn", ""))
            at = max(0.0, (call.at - start).total_seconds())
            yield Sent(_program_of(call), round(at, 3), to, count)


def _asked(made: Sequence[Call], start: datetime) -> Iterable[Asked]:
    for call in made:
        if call.operation == "ReceiveMessage" and call.response == {} and _program_of(call):
            begin, end = (round(max(0.0, (at - start).total_seconds()), 3) for at in (call.at, call.ended))
            yield Asked(_program_of(call), begin, end)


def _program_of(call: Call) -> str:
    return call.exchanges[-1].request.program


def _program(made: list[Call], deleted: int, again: int, end: ProgramEnd) -> ProgramReport:
    sent = sum(_successes(call) for call in made if call.operation in _SENDING)
    received = sum(
        len((call.response or {}).get("Messages", [])) for call in made if call.operation == "ReceiveMessage"
    )
    return ProgramReport(len(made), sent, received, deleted, again, end)


def _successes(call: Call) -> int:
    if call.response is None:
        return 0
    return len(call.response.get("Successful", [])) if call.operation.endswith("Batch") else 1


def _deleted(made: Sequence[Call], happened: Sequence[Step]) -> Counter[str]:
    """Return how many messages each program deleted: of the calls for a message, the one at the moment of its end."""
    messages: dict[str, str] = {}  # by receipt handle
    tries: dict[str, list[tuple[datetime, str]]] = {}  # by message; "" for those with handles from before the run
    for call in made:
        for message in (call.response or {}).get("Messages", []):
            messages[message["ReceiptHandle"]] = message["MessageId"]
        if call.operation in _DELETING and call.response is not None:
            for entry in call.params.get("Entries", [call.params]):
                of = tries.setdefault(messages.get(entry.get("ReceiptHandle", ""), ""), [])
                of.append((call.at, _program_of(call)))
    found: Counter[str] = Counter()
    for step in happened:
        if step.what == steps.DELETED:
            of = tries.get(step.message) or tries.get("", [])
            nearest = min(of, key=lambda each: abs((each[0] - step.at).total_seconds()), default=None)
            found[nearest[1] if nearest else ""] += 1
    return found


def _came_again(happened: Sequence[Step], known: set[tuple[str, str]]) -> Counter[str]:
    found: Counter[str] = Counter()
    for step in happened:
        if step.what == steps.RECEIVED:
            found[step.by] += (step.where, step.message) in known
            known.add((step.where, step.message))
    return found


def _counted(happened: Sequence[Step], ways: Ways) -> dict[str, Counter[str]]:
    found: dict[str, Counter[str]] = {}
    for step in happened:
        if ":sqs:" in step.where:
            found.setdefault(name_of_arn(step.where), Counter())[step.what] += 1
    return {name: found.get(name, Counter()) for name in dict.fromkeys([*found, *ways.moved])}


def _queue(name: str, found: Counter[str], ways: Ways) -> QueueReport:
    return QueueReport(
        sent=found[steps.SENT],
        received=found[steps.RECEIVED],
        deleted=found[steps.DELETED],
        expired=found[steps.EXPIRED],
        moved=ways.moved[name],
        dead_letters=ways.came[name],
        left=ways.left[name],
    )


def _waits(earlier: Sequence[Step], happened: Sequence[Step], start: datetime, seconds: float) -> Waits:
    visible: dict[tuple[str, str], float] = {}
    waited: list[float] = []
    for during, step in [*((False, step) for step in earlier), *((True, step) for step in happened)]:
        key, at = (step.where, step.message), (step.at - start).total_seconds()
        if step.what == steps.SENT:
            visible[key] = at + step.hidden
        elif step.what == steps.RECEIVED and key in visible:
            since = visible.pop(key)
            if during:
                waited.append(max(0.0, at - since))
        elif step.what in (steps.DELETED, steps.EXPIRED):
            visible.pop(key, None)
        elif step.what == steps.PURGED:
            visible = {each: since for each, since in visible.items() if each[0] != step.where}
    used = {step.where for step in happened}  # what lies in other queues is nobody's business here
    left = [seconds - since for (where, _), since in visible.items() if since <= seconds and where in used]
    rank = lambda share: round(sorted(waited)[math.ceil(share * len(waited)) - 1], 3) if waited else None  # noqa: E731
    return Waits(rank(0.5), rank(0.95), round(max([*waited, *left]), 3) if waited or left else None)
