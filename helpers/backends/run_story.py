"""What's worth telling about a run: who had which message, and the moments that matter."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from helpers.aws_rules.common import steps
from helpers.aws_rules.common.steps import Step
from helpers.backends.calls import Call
from helpers.backends.run_messages import TO_DEAD_LETTERS, key_of, name_of_arn
from helpers.views.message_name import UNKNOWN, name_of
from helpers.views.words import cut, span

if TYPE_CHECKING:
    from helpers.backends.run_report import ProgramEnd

_LONGEST, _LONGEST_ERROR = 48, 200
_NAMED = 2  # messages of a batch that are named; the rest are counted


@dataclass(frozen=True)
class Held:
    """A message that a program has received, from one second of the run to another.

    message: its id. name: what people call it, which is the order's id or else the beginning of the text. how: how that
    ended: "deleted", "gone" (somebody else deleted it), "came back" (its visibility timeout was over), "put off" (by a
    change of the timeout, which was over then), "given back" (by a timeout of 0), "moved" (to the dead-letter queue,
    once its timeout was over), "purged", "expired" or "still held". late: when the program deleted it although it
    didn't have it any more; None if it didn't. by: who deleted it, if somebody else did. off: for how many seconds it
    was put off.
    """

    program: str
    queue: str
    message: str
    name: str
    begin: float
    end: float
    how: str
    late: float | None = None
    by: str = ""
    off: float = 0


@dataclass(frozen=True)
class Moment:
    """Something worth telling. at: the second of the run. where: the program or queue that it happened to.

    kind: "starts", "told to stop", "crashes", "is stopped", "exits", "returns", "again", "moves" or "expires".
    """

    at: float
    kind: str
    where: str
    text: str


def names_of(made: Iterable[Call]) -> dict[str, str]:
    """Return what people call the messages that were sent or received, by their ids."""
    found: dict[str, str] = {}
    for call in made:
        response = call.response or {}
        for message in response.get("Messages", []):
            found[message["MessageId"]] = name_of(message["Body"])
        if "MessageId" in response:
            found[response["MessageId"]] = name_of(call.params.get("MessageBody") or call.params.get("Message", ""))
        entries = call.params.get("Entries") or call.params.get("PublishBatchRequestEntries") or []
        texts = {
            entry["Id"]: entry.get("MessageBody") or entry.get("Message", "") for entry in entries if "Id" in entry
        }
        for entry in response.get("Successful", []):
            if "MessageId" in entry:
                found[entry["MessageId"]] = name_of(texts.get(entry["Id"], ""))
    return found


def find_held(
    happened: Sequence[Step],
    names: Mapping[str, str],
    ends: Mapping[str, "ProgramEnd"],
    start: datetime,
    seconds: float,
) -> list[Held]:
    """Return who had which message, in the sequence of the receives."""
    # By queue, message and copy: when received, until when hidden, by whom, place, the seconds of each change.
    now: dict[tuple[str, str, int], list[Any]] = {}
    found: list[Held | None] = []

    def close(key: tuple[str, str, int], at: float, how: str, deleter: str = "") -> None:
        begin, until, by, place, changes = now.pop(key)
        if at > until:
            at, how, deleter = until, how if how == "moved" else "came back", ""
        # Changes again and again are a heartbeat.
        off = changes[0] if how == "came back" and len(changes) == 1 else 0
        how = "put off" if off else how
        name, end = names.get(key[1], UNKNOWN), round(at, 3)
        found[place] = Held(by, name_of_arn(key[0]), key[1], name, begin, end, how, by=deleter, off=off)

    def close_all(queue: str, at: float) -> None:
        for each in [each for each in now if each[0] == queue]:
            close(each, at, "purged")

    last: dict[tuple[str, str, int, str], int] = {}  # the place of the latest receive of each program
    for step in happened:
        key, at = key_of(step), _second(step, start)
        if step.what == steps.RECEIVED:
            if key in now:
                close(key, at, "came back")
            now[key] = [at, at + step.hidden, step.by, len(found), []]
            last[(*key, step.by)] = len(found)
            found.append(None)
        elif key in now and step.what == steps.HIDDEN:
            if at <= now[key][1]:
                now[key][1] = at + step.hidden
                now[key][4].append(step.hidden)
            if not step.hidden:
                close(key, at, "given back")
        elif step.what == steps.MOVED:
            for each in [each for each in now if each[1] == step.message and each[0] != step.where]:
                close(each, at, "moved")
        elif step.what in (steps.DELETED, steps.EXPIRED):
            stranger = step.by if key in now and step.by != now[key][2] else ""
            if key in now:
                close(key, at, "gone" if stranger else step.what, stranger)
            earlier = last.get((*key, step.by)) if step.by else None
            if earlier is not None and (held := found[earlier]) is not None and held.how != "deleted":
                found[earlier] = replace(_not_put_off(held), late=at)
        elif step.what == steps.PURGED:
            close_all(step.where, at)
    for key in list(now):
        close(key, seconds, "still held")
    return [
        _not_put_off(held) if held.program in ends and _left_with(held, ends[held.program]) else held
        for held in found
        if held is not None
    ]


def _not_put_off(held: Held) -> Held:
    """Return it as one whose program went on with the message: the timeout was changed to have more time."""
    return replace(held, how="came back" if held.how == "put off" else held.how, off=0)


def find_moments(
    happened: Sequence[Step],
    held: Sequence[Held],
    names: Mapping[str, str],
    ends: Mapping[str, "ProgramEnd"],
    start: datetime,
) -> list[Moment]:
    """Return what's worth telling, in sequence: programs that came and went, messages that came again or moved."""
    told = [moment for name, end in ends.items() for moment in _of_program(name, end, held)]
    told += _received_again(held, ends)
    for step in happened:
        name, queue = _said(names.get(step.message, UNKNOWN)), name_of_arn(step.where)
        if step.what == steps.MOVED:
            why = f"it was {step.reason}" if step.reason.startswith(TO_DEAD_LETTERS) else step.reason
            told.append(Moment(_second(step, start), "moves", queue, f"{name} moves to {cut(queue, 80)}: {why}"))
        elif step.what == steps.EXPIRED:
            text = f"{name} expires in {cut(queue, 80)}: {step.reason}"
            told.append(Moment(_second(step, start), "expires", queue, text))
    return sorted(told, key=lambda moment: moment.at)


def _second(step: Step, start: datetime) -> float:
    return round((step.at - start).total_seconds(), 3)


def _of_program(name: str, end: "ProgramEnd", held: Sequence[Held]) -> Iterable[Moment]:
    who = cut(name, _LONGEST)
    if end.began:
        yield Moment(end.began, "starts", name, f"{who} starts")
    was_told = end.began is not None and end.told is not None and end.told <= end.at
    if was_told and end.how != "was stopped":
        yield Moment(end.told or 0, "told to stop", name, f"{who} gets a SIGTERM")
    mine = [each.name for each in held if each.program == name and _had(each, end)]
    holding = f", holding {_listed(mine)}" if mine else ""
    where = f", in line {end.number}: {cut(end.line, _LONGEST)}" if end.line else ""
    if end.how == "raised":
        error = cut(end.error.rstrip("."), _LONGEST_ERROR)
        yield Moment(end.at, "crashes", name, f"{who} crashes{holding}: {error}{where}")
    elif end.how == "was stopped":
        yield Moment(end.at, "is stopped", name, f"{who} is stopped by a SIGTERM{holding}{where}")
    elif end.how.startswith("ended"):
        yield Moment(end.at, "exits", name, f"{who} {end.how}{holding}")
    elif was_told and end.how == "returned":
        yield Moment(end.at, "returns", name, f"{who} returns{holding}")


def _received_again(held: Sequence[Held], ends: Mapping[str, "ProgramEnd"]) -> Iterable[Moment]:
    last: dict[tuple[str, str], Held] = {}
    found: dict[tuple[float, str, str], list[str]] = {}  # the messages, by when, who, and why
    for each in held:
        before = last.get((each.queue, each.message))
        if before is not None:
            found.setdefault((each.begin, each.program, _why_again(before, each, ends)), []).append(each.name)
        last[each.queue, each.message] = each
    for (at, program, why), messages in found.items():
        it = "it" if len(messages) == 1 else "them"
        text = f"{cut(program, _LONGEST)} receives {_listed(messages)} again: {why.format(it=it)}"
        yield Moment(at, "again", program, text)


def _why_again(before: Held, now: Held, ends: Mapping[str, "ProgramEnd"]) -> str:
    """Return why a message came again, with {it} for the message."""
    who = cut(before.program, _LONGEST).replace("{", "{{").replace("}", "}}")
    end = ends.get(before.program)
    if before.how == "given back":
        return f"{who} gave {{it}} back"
    if before.how in ("deleted", "gone") or now.begin < before.end:
        return "SQS delivered {it} twice"
    if end is not None and _left_with(before, end):
        how = {"raised": "crashed", "was stopped": "was stopped", "returned": "returned"}.get(end.how, "ended")
        return f"{who} {how} before deleting {{it}}"
    if before.how == "put off":
        return f"{who} put {{it}} off for {span(before.off)}"
    return f"{who} didn't delete {{it}} within {span(before.end - before.begin)}"


def _had(each: Held, end: "ProgramEnd") -> bool:
    """Return whether its program had the message when it ended."""
    return each.begin <= end.at and (end.at < each.end or each.how == "still held")


def _left_with(each: Held, end: "ProgramEnd") -> bool:
    """Return whether its program ended while it had the message."""
    return end.how != "still going" and _had(each, end)


def _said(name: str) -> str:
    """Return a message's name for a sentence: in quotes if it's a text of several words."""
    return f'"{name}"' if " " in name and name != UNKNOWN else name


def _listed(messages: Sequence[str]) -> str:
    names = [_said(name) for name in messages]
    if len(names) <= _NAMED + 1:
        return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)
    return f"{', '.join(names[:_NAMED])} and {len(names) - _NAMED} more"
