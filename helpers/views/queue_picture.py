"""A picture of a queue at one moment: which messages are waiting, delayed or in flight, for how long and with whom."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from helpers.views import kit
from helpers.views.message_name import inside, name_of
from helpers.views.words import LONGEST, columns, counted, cut, ordinal, span

MOST = 24  # messages of each state that a snapshot for a picture describes
_WAITING, _DELAYED, _IN_FLIGHT, _DEAD = 12, 5, 12, 6  # messages that a lane shows
_OF_ONE = 5  # messages in flight with one receiver that are shown
_GROUPS, _IN_GROUP = 8, 6  # message groups that a lane shows, and messages in each
_LONGEST_TEXT, _LONGEST_POLICY = 300, 200  # characters
_IN_A_RING = 100  # seconds from which on a number is too long for a ring
_LOG = 6  # lines of what happened last

THIS_NOTEBOOK = "this notebook"  # who receives with a client that has no name
_LATER = "a duplicate that SQS delivers later"
_STATES = {"delayed": "delayed", "visible": "waiting", "in flight": "in flight"}  # as a snapshot and as people say it
_RATES = {0: "Hold", 1: "×1", 10: "×10", 60: "×60"}


@dataclass(frozen=True)
class QueuePicture:
    """The picture of a snapshot from helpers.backends.offline.snapshot.queue.

    controls: for a live picture, what its buttons and clock show: `clock` (the time as text), `rate` (0 while the clock
    is held), `receivers` (names), `next` (seconds to the next event, or None), `log` (pairs of a time and a sentence,
    newest last), and `span` (seconds that the slider covers).
    """

    data: Mapping[str, Any]
    controls: Mapping[str, Any] | None = None

    def __repr__(self) -> str:
        lines = ["; ".join(self._facts[1:]), self._rule(), *self._notes()]
        lines += [f"group {group['name']}: {group['blocked']}" for group in self._groups if group["blocked"]]
        lines += [*columns(list(self._rows())).splitlines(), *self._more()]
        return "\n".join([self._title, *(f"  {line}" for line in lines if line)])

    def _repr_html_(self) -> str:
        counts = self.data["counts"]
        return kit.draw(
            "queue",
            kind="Queue",
            name=self.data["name"],
            facts=self._facts,
            label=self._title,
            twin=repr(self),
            counts=counts,
            delayed=self._lane("delayed", _DELAYED),
            look="dead-letters" if self.data["sources"] else "",
            groups=self._groups,
            receivers=self._receivers,
            more_of=self._left_out,
            dead=self._dead,
            gone=self.data["deleted"],
            is_known=self._is_known,
            rule=self._rule(),
            notes=self._notes(),
            timeout=span(self.data["visibility_timeout"]),
            play=self.controls and self._play(self.controls),
        )

    @staticmethod
    def _counts(counts: Mapping[str, int]) -> str:
        return ", ".join(f"{counts[state]:,} {word}" for state, word in _STATES.items())

    @property
    def _title(self) -> str:
        return f"Queue {self.data['name']} ({self.data['kind']}): {self._counts(self.data['counts'])}"

    @property
    def _facts(self) -> list[str]:
        data = self.data
        facts = [data["kind"], f"visibility timeout {span(data['visibility_timeout'])}"]
        facts.append(f"kept {span(data['retention'])}")
        return [*facts, f"at {data['at']}"] if data["at"] and not self.controls else facts

    def _notes(self) -> list[str]:
        """Return sentences that aren't about any single message."""
        data, notes = self.data, []
        if data["reported"] != data["counts"]:
            notes.append(f"GetQueueAttributes reports {self._counts(data['reported'])}: its counters lag.")
        if data["sources"]:
            notes.append(f"This is the dead-letter queue of {', '.join(data['sources'])}.")
        notes += [f"The queue's policy {cut(each, _LONGEST_POLICY)}." for each in data["policy"]]
        notes += [] if self._is_known else ["The API reports how many messages there are, but not which."]
        return notes

    # --- the lanes ----------------------------------------------------------------------------------------------------

    def _lane(self, state: str, most: int) -> list[dict[str, Any]]:
        """Return the messages of a lane: the waiting ones in the queue's sequence, others by when that's over."""
        found = [message for message in self._messages if message["state"] == state]
        return (found if state == "visible" else sorted(found, key=lambda message: message["seconds"]))[:most]

    @cached_property
    def _messages(self) -> list[dict[str, Any]]:
        return [_shown(message, self.data["visibility_timeout"]) for message in self.data["messages"]]

    @cached_property
    def _groups(self) -> list[dict[str, Any]]:
        """The waiting messages in sequence: a FIFO queue's by message groups, another's as a group without a name."""
        data, waiting, shown = self.data, self._lane("visible", len(self._messages)), []
        for group in data["groups"][:_GROUPS] or [{"name": "", "visible": data["counts"]["visible"], "behind": None}]:
            of_it = [message for message in waiting if message["group"] == group["name"] or not data["groups"]]
            of_it = of_it[: _IN_GROUP if data["groups"] else _WAITING]
            behind, name = group["behind"], cut(group["name"], LONGEST)
            blocked = f"blocked, because {name_of(behind['body'])} is {behind['state']}" if behind else ""
            shown.append({"name": name, "messages": of_it, "more": group["visible"] - len(of_it), "blocked": blocked})
        return shown

    @cached_property
    def _receivers(self) -> list[dict[str, Any]]:
        """Who receives, with their messages in flight: those with buttons first, the nameless last."""
        can_receive = list(self.controls["receivers"]) if self.controls else []
        held: dict[str | None, list[dict[str, Any]]] = {name: [] for name in can_receive}
        for message in self._lane("in flight", len(self._messages)):
            of_it = held.setdefault(message["by"], [])
            if len(of_it) < _OF_ONE and sum(map(len, held.values())) < _IN_FLIGHT:
                of_it.append(message)
        return [
            {"name": _who(by), "is_known": by is not None, "can_receive": by in can_receive, "messages": of_them}
            for by, of_them in sorted(held.items(), key=lambda each: _place(each[0], can_receive))
            if of_them or by in can_receive
        ]

    @cached_property
    def _left_out(self) -> dict[str, int]:
        """How many messages of each state the lanes don't show."""
        shown = {
            "delayed": self._lane("delayed", _DELAYED),
            "visible": [message for group in self._groups for message in group["messages"]],
            "in flight": [message for receiver in self._receivers for message in receiver["messages"]],
        }
        return {state: self.data["counts"][state] - len(shown[state]) for state in _STATES}

    @cached_property
    def _dead(self) -> dict[str, Any] | None:
        dead = self.data["dead_letters"]
        if not dead:
            return None
        shown = [_named(message) for message in dead["messages"][:_DEAD]]
        return {**dead, "messages": shown, "more": (dead["count"] or 0) - len(shown), "times": _times(dead["after"])}

    def _rule(self) -> str:
        """Return when a message becomes a dead letter; "" if that never happens."""
        dead = self.data["dead_letters"]
        if not dead:
            return ""
        return f"A message that was received {_times(dead['after'])} moves to {dead['name']} at the next receive."

    # --- the same in words --------------------------------------------------------------------------------------------

    def _rows(self) -> Iterable[list[str]]:
        for message in self._lane("delayed", _DELAYED):
            yield ["delayed", message["name"], f"comes in {message['left']}{_in_group(message)}"]
        for message in (message for group in self._groups for message in group["messages"]):
            yield ["waiting", message["name"], (message["before"] + _in_group(message)).removeprefix(", ")]
        for receiver in self._receivers:
            for message in receiver["messages"]:
                told = f"{receiver['name']}, {message['left']} left, {message['note']}{_in_group(message)}"
                yield ["in flight", message["name"], told]
        dead = self._dead
        for message in dead["messages"] if dead else ():
            yield ["dead letter", message["name"], ""]

    def _more(self) -> list[str]:
        """Return the last lines: what isn't shown, and where messages ended."""
        lines, dead = [], self._dead
        if self._is_known:
            lines += [f"+ {left:,} more {_STATES[state]}" for state, left in self._left_out.items() if left]
            lines += ["Nothing to receive."] if not self.data["counts"]["visible"] else []
        if dead and dead["count"] is not None:
            lines += [f"+ {counted(dead['more'], 'more dead letter')}"] if dead["more"] else []
            lines.append(f"{counted(dead['count'], 'dead letter')} in {dead['name']}")
        return [*lines, f"{self.data['deleted']:,} deleted so far"] if self.data["deleted"] is not None else lines

    @property
    def _is_known(self) -> bool:
        """Whether the snapshot knows which messages there are, and not just how many."""
        return bool(self.data["messages"]) or not sum(self.data["counts"].values())

    # --- the live picture ---------------------------------------------------------------------------------------------

    @staticmethod
    def _play(controls: Mapping[str, Any]) -> dict[str, Any]:
        soon = controls["next"]
        return {
            **controls,
            "rates": _RATES,
            "log": controls["log"][-_LOG:],
            "soon": "" if soon is None else f"the next change comes in {span(math.ceil(soon))}",
        }


def _named(message: Mapping[str, Any]) -> dict[str, str]:
    """Return a message's id, its name, and the text that it stands for, if that says more."""
    name, text = name_of(message["body"]), cut(inside(message["body"])[: 2 * _LONGEST_TEXT], _LONGEST_TEXT)
    return {"id": message["id"], "name": name, "title": "" if text == name else text}


def _shown(message: Mapping[str, Any], usual: int) -> dict[str, Any]:
    """Return what's drawn of a message. usual: the queue's visibility timeout."""
    left, receives = math.ceil(round(message["left"], 3)), message["receives"]
    other = receives and message["state"] == "in flight" and round(message["of"]) not in (usual, left)
    return {
        **_named(message),
        "state": message["state"],
        "left": span(left),
        "in_ring": str(left) if left < _IN_A_RING else "",
        "seconds": message["left"],
        "of": message["of"],
        "by": message["by"],
        "group": cut(message["group"], LONGEST),
        "note": (f"{ordinal(receives)} receive" if receives else "not received yet")
        + (f", of {span(message['of'])}" if other else ""),
        "before": counted(receives, "receive") if receives else "",
    }


def _who(by: str | None) -> str:
    return _LATER if by is None else cut(by, LONGEST) or THIS_NOTEBOOK


def _place(by: str | None, first: Sequence[str]) -> tuple[int, str]:
    """Return a sort key for a receiver."""
    return (first.index(by) - len(first), "") if by in first else (not by, by or "\uffff" * (by is None))


def _times(number: int) -> str:
    return {1: "once", 2: "twice"}.get(number, f"{number:,} times")


def _in_group(message: Mapping[str, Any]) -> str:
    return f", group {message['group']}" if message["group"] else ""
