"""A picture of a queue at one moment: which messages are visible, in flight or delayed, and for how long."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from helpers.views import parts

_STATES = {"visible": ("●", "good"), "in flight": ("◐", "waits"), "delayed": ("○", "plain")}
_LONGEST_BODY = 48  # characters
MOST = 50  # messages that a picture shows


@dataclass(frozen=True)
class QueuePicture:
    """The picture of a snapshot from helpers.backends.offline.snapshot.queue."""

    data: Mapping[str, Any]

    def __repr__(self) -> str:
        lines = [self.title, *(f"  {fact}" for fact in self.facts)]
        rows = [[_mark(m["state"]), m["state"], _left(m), _receives(m), _body(m)] for m in self.data["messages"]]
        lines.append(parts.columns(rows, "  ") if rows else "  no messages")
        if self.data["more"]:
            lines.append(f"  … and {self.data['more']} more")
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        rows = [self._row(message) for message in self.data["messages"]]
        if self.data["more"]:
            rows.append(["", "", "", f"… and {self.data['more']} more"])
        if not rows:
            rows = [["no messages", "", "", ""]]
        return parts.table(self.title, ["message", "time left", "received", "body"], rows, self.facts)

    def _row(self, message: Mapping[str, Any]) -> list[str]:
        mark, tone = _STATES[message["state"]]
        left = parts.share(message["left"], message["of"], _left(message)) if message["left"] else ""
        return [
            parts.chip(f"{mark} {message['state']}", tone),
            left,
            parts.text(_receives(message)),
            f"<code>{parts.text(_body(message))}</code>",
        ]

    @property
    def title(self) -> str:
        """The queue's name and kind, and the number of messages in each state."""
        counts = self.data["counts"]
        by_state = ", ".join(f"{counts[state]} {state}" for state in _STATES)
        return f"Queue {self.data['name']} ({self.data['kind']}): {by_state}"

    @property
    def facts(self) -> list[str]:
        """The lines below the title: time, counters, visibility timeout, retention, dead-letter queue, policy."""
        data, facts = self.data, [f"at {self.data['at']}"] if self.data["at"] else []
        if data["reported"] != data["counts"]:
            reported = ", ".join(f"{data['reported'][state]} {state}" for state in _STATES)
            facts.append(f"GetQueueAttributes reports {reported}: its counters lag")
        facts.append(f"lease {parts.seconds(data['lease'])}, kept {parts.seconds(data['retention'])}")
        if data["dead_letters"]:
            dead = data["dead_letters"]
            has = "" if dead["count"] is None else f", which has {dead['count']}"
            facts.append(f"after {dead['after']} receives a message moves to {dead['name']}{has}")
        if data["sources"]:
            facts.append(f"dead-letter queue of {', '.join(data['sources'])}")
        facts.append(f"policy: {data['policy']}")
        return facts


def _mark(state: str) -> str:
    return _STATES[state][0]


def _left(message: Mapping[str, Any]) -> str:
    if not message["left"]:
        return ""
    return f"{'back' if message['state'] == 'in flight' else 'comes'} in {parts.seconds(message['left'])}"


def _receives(message: Mapping[str, Any]) -> str:
    times = {0: "never", 1: "once"}.get(message["receives"], f"{message['receives']} times")
    return f"{times}, group {message['group']}" if message["group"] else times


def _body(message: Mapping[str, Any]) -> str:
    return parts.cut(message["body"], _LONGEST_BODY)
