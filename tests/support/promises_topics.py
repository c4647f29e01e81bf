"""What SNS promises about deliveries, as a small model that knows nothing of how the offline cloud works.

Sources: SNS developer guide, "Message filtering", "Raw message delivery", "Dead-letter queues", "FIFO topics: message
deduplication"; SNS API reference, Publish, Subscribe.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

DEDUPLICATION = 300  # seconds in which a FIFO topic remembers a deduplication id


@dataclass(frozen=True)
class Note:
    """What is published. colour, price, sizes: message attributes; None where it has none of that name."""

    body: str
    colour: str | None = None
    price: float | None = None
    sizes: tuple[str, ...] | None = None

    def attributes(self) -> dict[str, dict[str, str]]:
        """Return the message attributes as Publish takes them."""
        made = {}
        if self.colour is not None:
            made["colour"] = {"DataType": "String", "StringValue": self.colour}
        if self.price is not None:
            made["price"] = {"DataType": "Number", "StringValue": str(self.price)}
        if self.sizes is not None:
            made["sizes"] = {"DataType": "String.Array", "StringValue": json.dumps(self.sizes)}
        return made

    def kind(self) -> Any:
        """Return what a body in JSON says of its kind; None where it does not, or is no JSON object."""
        try:
            found = json.loads(self.body)
        except ValueError:
            return None
        return found.get("kind") if isinstance(found, dict) else None


@dataclass(frozen=True)
class Filter:
    """A filter policy, and what it lets through, in Python."""

    policy: dict[str, Any]
    lets: Callable[[Note], bool]
    scope: str = "MessageAttributes"

    def settings(self) -> dict[str, str]:
        """Return the subscription's attributes."""
        return {"FilterPolicy": json.dumps(self.policy), "FilterPolicyScope": self.scope} if self.policy else {}


FILTERS = [
    Filter({}, lambda note: True),
    Filter({"colour": ["red"]}, lambda note: note.colour == "red"),
    Filter({"colour": ["red", "Blue"]}, lambda note: note.colour in ("red", "Blue")),
    Filter({"colour": [{"anything-but": ["red"]}]}, lambda note: note.colour not in (None, "red")),
    Filter({"colour": [{"prefix": "re"}]}, lambda note: note.colour is not None and note.colour.startswith("re")),
    Filter({"colour": [{"suffix": "d"}]}, lambda note: note.colour is not None and note.colour.endswith("d")),
    Filter(
        {"colour": [{"equals-ignore-case": "blue"}]},
        lambda note: note.colour is not None and note.colour.lower() == "blue",
    ),
    # A message without any attribute does not match it: SNS developer guide, "Key matching".
    Filter({"colour": [{"exists": False}]}, lambda note: note.colour is None and bool(note.attributes())),
    Filter({"price": [{"exists": True}]}, lambda note: note.price is not None),
    Filter({"price": [5]}, lambda note: note.price == 5),
    Filter({"price": [{"numeric": [">=", 5, "<", 10]}]}, lambda note: note.price is not None and 5 <= note.price < 10),
    Filter({"sizes": ["L"]}, lambda note: note.sizes is not None and "L" in note.sizes),
    Filter(
        {"colour": ["red"], "price": [{"numeric": ["<", 10]}]},
        lambda note: note.colour == "red" and note.price is not None and note.price < 10,
    ),
    Filter(
        {"$or": [{"colour": ["red"]}, {"price": [{"numeric": ["=", 10]}]}]},
        lambda note: note.colour == "red" or note.price == 10,
    ),
    Filter({"kind": ["order"]}, lambda note: note.kind() == "order", "MessageBody"),
    Filter({"kind": [{"anything-but": "order"}]}, lambda note: note.kind() not in (None, "order"), "MessageBody"),
]


@dataclass
class SubscriberModel:
    """A subscription of a queue.

    allowed, dead_allowed: whether the policy of the queue, or of the subscription's dead-letter queue, lets SNS send.
    there, dead_there: whether these queues exist.
    """

    raw: bool
    filter: Filter
    allowed: bool
    dead_allowed: bool = False
    there: bool = True
    dead_there: bool = False
    came: list[Note] = field(default_factory=list)  # what waits in the queue
    dead: list[Note] = field(default_factory=list)  # what waits in the dead-letter queue

    def deliver(self, note: Note) -> None:
        """A message was published: it is in the queue, in the dead-letter queue, or lost."""
        if not self.filter.lets(note):
            return
        if self.there and self.allowed:
            self.came.append(note)
        elif self.dead_there and self.dead_allowed:
            self.dead.append(note)


@dataclass
class TopicModel:
    """A topic with its subscriptions."""

    fifo: bool = False
    content_based: bool = False
    subscribers: list[SubscriberModel] = field(default_factory=list)
    seen: dict[str, tuple[str, float]] = field(default_factory=dict)  # deduplication ids: message id, and until when
    ids: set[str] = field(default_factory=set)
    number: int = 0  # the last sequence number

    def publish(self, note: Note, deduplication_id: str | None, reply: dict[str, Any], now: float) -> None:
        """A message was accepted."""
        if self.fifo:
            key = deduplication_id or note.body
            first, until = self.seen.get(key, ("", 0))
            if now < until:
                assert reply["MessageId"] == first, "a duplicate gets the first one's id"
                return
            self.seen[key] = reply["MessageId"], now + DEDUPLICATION
            assert int(reply["SequenceNumber"]) > self.number, "sequence numbers grow"
            self.number = int(reply["SequenceNumber"])
        assert reply["MessageId"] not in self.ids
        self.ids.add(reply["MessageId"])
        for subscriber in self.subscribers:
            subscriber.deliver(note)
