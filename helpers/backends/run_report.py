"""What happened in a run of several programs, counted from the journal: attributes, plain data, and a picture."""

import json
import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

from helpers.aws_rules.common import steps
from helpers.aws_rules.common.steps import Step
from helpers.backends.calls import Call, calls
from helpers.views.run_picture import RunPicture

_SENDING = ("SendMessage", "SendMessageBatch", "Publish", "PublishBatch")
_LONGEST_NAME = 24  # characters
_DELETING = ("DeleteMessage", "DeleteMessageBatch")


@dataclass
class ProgramEnd:
    """How a program ended, and when it began: seconds of the run.

    how: "returned", "raised", "was stopped" (by a SIGTERM that it doesn't handle), "still going" when the time was
    over, or "ended with exit code 1". error: the last line of the traceback. line, number: of its code.
    """

    began: float | None = None
    at: float = 0
    how: str = ""
    error: str = ""
    line: str = ""
    number: int | None = None


@dataclass(frozen=True)
class ProgramReport:
    """What one program did: its calls, and how many messages it sent, received and deleted.

    came_again: how many of the received ones had been received before, by whomever.
    """

    calls: int
    sent: int
    received: int
    deleted: int
    came_again: int
    end: ProgramEnd


@dataclass(frozen=True)
class QueueReport:
    """What happened to a queue's messages. expired: those whose retention period was over. moved: to its dead-letter
    queue. received counts each receive."""

    sent: int
    received: int
    deleted: int
    expired: int
    moved: int


@dataclass(frozen=True)
class Waits:
    """How many seconds messages waited until they were first received; None where none were.

    p95: 95 of 100 waited no longer. oldest: the longest wait, of those that nobody received, too.
    """

    median: float | None
    p95: float | None
    oldest: float | None


@dataclass(frozen=True)
class Held:
    """A message in a program's hands: from one second of the run to another.

    message: its id. name: what people call it: the order's id if its text has one, or the beginning of the text.
    how: "deleted", "came back" (its visibility timeout was over), "given back" (by a timeout of 0) or "still held".
    """

    program: str
    queue: str
    message: str
    name: str
    begin: float
    end: float
    how: str


@dataclass(frozen=True, repr=False)
class RunReport:
    """What happened in a run.

    start: by the cloud's clock. seconds: how long it took of the cloud's time. programs, queues: by name. requests: as
    how many a bill would count the calls. held: who had which message, in order. moments: what is worth telling, with
    its second of the run, in order.
    """

    start: datetime
    seconds: float
    programs: Mapping[str, ProgramReport]
    queues: Mapping[str, QueueReport]
    waited: Waits
    requests: int
    held: Sequence[Held] = field(default_factory=tuple)
    moments: Sequence[tuple[float, str]] = field(default_factory=tuple)

    def to_dict(self) -> dict[str, Any]:
        """Return all of it as plain data: dicts, lists, texts and numbers, with `start` in ISO 8601."""
        found = asdict(self) | {"start": self.start.isoformat()}
        return found | {"held": [asdict(each) for each in self.held], "moments": [list(each) for each in self.moments]}

    def __repr__(self) -> str:
        return repr(RunPicture(self.to_dict()))

    def _repr_html_(self) -> str:
        return RunPicture(self.to_dict())._repr_html_()


def make_report(
    start: datetime, seconds: float, ends: Mapping[str, ProgramEnd], entries: Sequence[Any], before: Iterable[Any]
) -> RunReport:
    """Return the report of a run.

    entries: of the journal, since the run began. before: those that were there then.
    """
    made, happened = calls(entries), [entry for entry in entries if isinstance(entry, Step)]
    known = {(step.where, step.message) for step in before if isinstance(step, Step) and step.what == steps.RECEIVED}
    again = _came_again(happened, known)
    programs = {
        name: _program([call for call in made if _program_of(call) == name], again[name], end)
        for name, end in ends.items()
    }
    names = _names(made)
    held = _held(happened, names, start, seconds)
    return RunReport(
        start,
        seconds,
        programs,
        _queues(happened),
        _waits(happened, start, seconds),
        sum(call.requests for call in made if _program_of(call)),
        tuple(held),
        tuple(_moments(happened, held, names, ends, start)),
    )


def _program_of(call: Call) -> str:
    return call.exchanges[-1].request.program


def _program(made: list[Call], again: int, end: ProgramEnd) -> ProgramReport:
    sent = sum(_successes(call) for call in made if call.operation in _SENDING)
    received = sum(
        len((call.response or {}).get("Messages", [])) for call in made if call.operation == "ReceiveMessage"
    )
    deleted = sum(_successes(call) for call in made if call.operation in _DELETING)
    return ProgramReport(len(made), sent, received, deleted, again, end)


def _successes(call: Call) -> int:
    if call.response is None:
        return 0
    return len(call.response.get("Successful", [])) if call.operation.endswith("Batch") else 1


def _came_again(happened: Sequence[Step], known: set[tuple[str, str]]) -> Counter[str]:
    found: Counter[str] = Counter()
    for step in happened:
        if step.what == steps.RECEIVED:
            found[step.by] += (step.where, step.message) in known
            known.add((step.where, step.message))
    return found


def _queues(happened: Sequence[Step]) -> dict[str, QueueReport]:
    counted: dict[str, Counter[str]] = {}
    for step in happened:
        if ":sqs:" in step.where and step.what in (
            steps.SENT,
            steps.RECEIVED,
            steps.DELETED,
            steps.EXPIRED,
            steps.MOVED,
        ):
            counted.setdefault(_name(step.where), Counter())[step.what] += 1
    return {
        name: QueueReport(
            *(found[what] for what in (steps.SENT, steps.RECEIVED, steps.DELETED, steps.EXPIRED, steps.MOVED))
        )
        for name, found in counted.items()
    }


def _name(arn: str) -> str:
    return arn.rpartition(":")[2]


def _waits(happened: Sequence[Step], start: datetime, seconds: float) -> Waits:
    visible: dict[tuple[str, str], float] = {}
    waited: list[float] = []
    for step in happened:
        key, at = (step.where, step.message), (step.at - start).total_seconds()
        if step.what == steps.SENT:
            visible[key] = at + step.hidden
        elif step.what == steps.RECEIVED and key in visible:
            waited.append(max(0.0, at - visible.pop(key)))
        elif step.what in (steps.DELETED, steps.EXPIRED, steps.PURGED):
            visible.pop(key, None)
    left = [seconds - at for at in visible.values() if at <= seconds]
    rank = lambda share: round(sorted(waited)[math.ceil(share * len(waited)) - 1], 3) if waited else None  # noqa: E731
    return Waits(rank(0.5), rank(0.95), round(max([*waited, *left]), 3) if waited or left else None)


def _names(made: Iterable[Call]) -> dict[str, str]:
    """Return what people call the messages that were sent or received, by their ids."""
    found: dict[str, str] = {}
    for call in made:
        response = call.response or {}
        for message in response.get("Messages", []):
            found[message["MessageId"]] = name_of(message["Body"])
        if "MessageId" in response:
            found[response["MessageId"]] = name_of(call.params.get("MessageBody") or call.params.get("Message", ""))
        texts = {entry["Id"]: entry.get("MessageBody", "") for entry in call.params.get("Entries", []) if "Id" in entry}
        for entry in response.get("Successful", []):
            if "MessageId" in entry:
                found[entry["MessageId"]] = name_of(texts.get(entry["Id"], ""))
    return found


def name_of(text: str) -> str:
    """Return what people call a message with this text: its order's id, or the beginning of the text."""
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        found = None
    if isinstance(found, dict):
        if "TopicArn" in found and isinstance(found.get("Message"), str):
            return name_of(found["Message"])
        for key in ("order_id", "order", "id"):
            if isinstance(found.get(key), (str, int)):
                return str(found[key])[:_LONGEST_NAME]
    line = " ".join(text.split())
    return line if len(line) <= _LONGEST_NAME else line[: _LONGEST_NAME - 1] + "…"


def _held(happened: Sequence[Step], names: Mapping[str, str], start: datetime, seconds: float) -> list[Held]:
    """Return who had which message, in the order of receiving."""
    now: dict[tuple[str, str], list[Any]] = {}  # by queue and message: when received, until when hidden, by whom, place
    found: list[Held | None] = []

    def close(key: tuple[str, str], at: float, how: str) -> None:
        begin, until, by, place = now.pop(key)
        if at > until:
            at, how = until, "came back"
        found[place] = Held(by, _name(key[0]), key[1], names.get(key[1], "a message"), begin, round(at, 3), how)

    for step in happened:
        key, at = (step.where, step.message), round((step.at - start).total_seconds(), 3)
        if step.what == steps.RECEIVED:
            if key in now:
                close(key, at, "came back")
            now[key] = [at, at + step.hidden, step.by, len(found)]
            found.append(None)
        elif key in now and step.what == steps.HIDDEN:
            if at <= now[key][1]:
                now[key][1] = at + step.hidden
            if not step.hidden:
                close(key, at, "given back")
        elif key in now and step.what == steps.DELETED:
            close(key, at, "deleted")
    for key in list(now):
        close(key, seconds, "still held")
    return [held for held in found if held is not None]


def _moments(
    happened: Sequence[Step],
    held: Sequence[Held],
    names: Mapping[str, str],
    ends: Mapping[str, ProgramEnd],
    start: datetime,
) -> list[tuple[float, str]]:
    """Return what is worth telling, in order: ends that aren't returns, and messages that came again or moved."""
    told: list[tuple[float, str]] = []
    for name, end in ends.items():
        if end.began and end.began > 0:
            told.append((end.began, f"{name} begins"))
        if end.how == "raised":
            told.append(
                (end.at, f"{name} raised {end.error}" + (f", in line {end.number}: {end.line}" if end.line else ""))
            )
        elif end.how not in ("returned", "still going"):
            told.append((end.at, f"{name} {end.how}"))
    last: dict[tuple[str, str], Held] = {}
    for each in held:
        before = last.get((each.queue, each.message))
        if before is not None:
            why = (
                f"{before.program} gave it back" if before.how == "given back" else f"{before.program} never deleted it"
            )
            told.append((each.begin, f"{each.program} receives {each.name} again: {why}"))
        last[each.queue, each.message] = each
    for step in happened:
        at = round((step.at - start).total_seconds(), 3)
        if step.what == steps.MOVED:
            told.append((at, f"{names.get(step.message, 'a message')} moves to {_name(step.where)}: {step.reason}"))
        elif step.what == steps.EXPIRED:
            told.append((at, f"{names.get(step.message, 'a message')} expires in {_name(step.where)}: {step.reason}"))
    return sorted(told, key=lambda each: each[0])
