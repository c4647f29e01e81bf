"""The checks of lesson 03. Each gets a helpers.checks.case.Case and calls `case.not_yet(...)` at the first fault."""

import contextlib
import json

from helpers.checks.lessons import shop

TOWNS = ["Bath", "Derby", "Leeds", "Truro", "Wells", "York"]
LONGEST, LARGEST, SMALLEST = 43_200, 1_048_576, 1024  # a visibility timeout in seconds, a queue's limits in bytes
SLACK = 0.9  # seconds that an answer's own calls can take
SENDS, DELETES = ("SendMessage", "SendMessageBatch"), ("DeleteMessage", "DeleteMessageBatch")
CHANGES = ("ChangeMessageVisibility", "ChangeMessageVisibilityBatch")
FAILURES = {  # what fails, the operations with which that begins, and those with which it ends
    "every call from the send on fails": (SENDS, ()),
    "every call from the delete on fails": (DELETES, ()),
    "the send fails": (SENDS, DELETES),
}
TOO_LARGE = "the message is too large for the other queue"
NO_MESSAGES = "When no message is waiting, the response has no key Messages at all."
EMPTY_LIST = "No message was waiting, so the list of messages was empty."
NOTHING_RECEIVED = [
    ("no-messages-key", "KeyError", "Messages", NO_MESSAGES),
    ("no-messages-key", "TypeError", "NoneType", NO_MESSAGES),
    ("empty-list", "IndexError", "", EMPTY_LIST),
    ("empty-list", "ValueError", "not enough values to unpack", EMPTY_LIST),
]
NO_ATTRIBUTES = (
    "A message has the key MessageAttributes only when it was sent with attributes and your receive asked for them."
)
NO_TEXT = "An attribute of the type Binary has a BinaryValue and no StringValue."


def _orders(case, count, letter="A"):
    """Return orders that only a JSON parser can read: their texts say true, false and null."""
    more = {"gift": case.draw.choice([True, False]), "note": None, "card": 'For Zoë, "with tea"'}
    return [order | more for order in shop.orders(case, count, letter)]


def _written(case, order):
    """Return the order's JSON as some program might write it: white space around it, or its keys in another order."""
    turned = dict(reversed(order.items()))
    return case.draw.choice([
        f" \r\n\t{json.dumps(order)}\t\n ",
        json.dumps(turned, indent=2).replace("\n", "\r\n") + "\r\n",
        " " + json.dumps(turned, separators=(",", ":"), ensure_ascii=False),
    ])  # fmt: skip


def _untidy():
    """Return message attributes of each type."""
    return shop.labels(to=" Zoë\t", Speed="express") | {
        "parcels": {"DataType": "Number", "StringValue": "3"},
        "weight": {"StringValue": "12.5", "DataType": "Number.kg"},
        "seal": {"DataType": "Binary", "BinaryValue": b"\x00\r\n\xff"},
    }


def _ten():
    """Return as many message attributes as a message can have."""
    return shop.labels(**{f"note{number}": "seen" for number in range(10)})


def _send(case, queue_url, body, attributes):
    """Send a message, and return its id."""
    return case.sqs.send_message(QueueUrl=queue_url, MessageBody=body, MessageAttributes=attributes)["MessageId"]


def _take(case, queue_url):
    """Receive and delete all that is visible, and return pairs of body and message attributes."""
    found = []
    ten = {"QueueUrl": queue_url, "MaxNumberOfMessages": 10, "MessageAttributeNames": ["All"]}
    while messages := case.sqs.receive_message(**ten).get("Messages"):
        for message in messages:
            found.append((message["Body"], message.get("MessageAttributes", {})))
            case.sqs.delete_message(QueueUrl=queue_url, ReceiptHandle=message["ReceiptHandle"])
    return found


def _named(attributes):
    """Return the attributes' names in words."""
    return ", ".join(attributes) or "no attributes"


def _receives(case, before=0):
    """Return the answer's receives since it had made so many calls."""
    return shop.of(case.calls[before:], "ReceiveMessage")


def _brought(case, message_id, before=0):
    """Return the message attributes with which the answer's last receive of this message brought it."""
    for call in reversed(_receives(case, before)):
        for message in (call.response or {}).get("Messages", []):
            if message["MessageId"] == message_id:
                return message.get("MessageAttributes", {})
    return {}


def _expect_settings(case, calls):
    """None of these calls changed a queue."""
    if writes := shop.of(calls, "SetQueueAttributes", "AddPermission", "RemovePermission"):
        case.not_yet(
            "settings-changed",
            got=case.said(f"I saw your code call {writes[0].operation} with {writes[0].params.get('Attributes', '')}."),
            expected="the queue attributes stay as they are, all the time",
            why="A queue attribute applies to everybody who uses the queue. For one receive there's its own "
            "VisibilityTimeout, and for one message there's change_message_visibility.",
        )


def _expect_untouched(case, queue_url, message_id):
    """Another message of the queue was not received."""
    found = shop.messages_in(case, queue_url).get(message_id)
    if found is None:
        case.not_yet(
            "others-gone",
            got=case.said("I saw that another message is gone from the queue."),
            expected="it stays as it is",
            why="Nobody has packed that order yet, and now nobody will.",
        )
    if found["receives"]:
        case.not_yet(
            "others-received",
            got=case.said("I saw that your code received another message as well."),
            expected="one message is received, and the other stays as it is",
            why="A receive hides and counts all that it brings: one message, unless MaxNumberOfMessages asks for more.",
        )


def _expect_only(case, allowed):
    """The answer called no other operations than these, by the beginnings of their names."""
    others = sorted({call.operation for call in case.calls if not call.operation.startswith(allowed)})
    if others:
        case.not_yet(
            "forbidden-call",
            got=case.said(f"I saw your code call {', '.join(others)}."),
            expected="no such call",
            why="The exercise asks for a function that leaves the messages in the queue, and the queue as it is.",
        )


def _expect_in_flight(case, found, seconds):
    """This message is in the queue, and in flight for so many seconds, less those that calls take.

    found: the message as Case.state has it; None when it's gone.
    """
    if found is None:
        case.not_yet(
            "order-deleted",
            got=case.said("I saw that the order's message is gone from the queue."),
            expected="it stays in the queue, in flight",
            why="The order isn't packed yet. Once its message is deleted, a crash of the packer's program loses it.",
        )
    if not found["receives"]:
        case.not_yet(
            "order-not-received",
            got=case.said("I saw that nobody received the order's message."),
            expected=f"your code receives it, and it stays in flight for {seconds} s",
            why="Only a receive brings a message and its receipt handle.",
        )
    if found["state"] != "in flight":
        case.not_yet(
            "order-visible",
            got=case.said("I saw that the order's message is visible, so the next packer gets the order too."),
            expected=f"it stays in flight for {seconds} s",
            why="A message that was received stays in flight for its visibility timeout. 0 makes it visible at once.",
        )
    if not seconds - SLACK <= found["left"] <= seconds:
        case.not_yet(
            "another-timeout",
            got=case.said(f"I saw the order's message in flight for {found['left']:g} s more."),
            expected=f"{seconds} s, which is the queue's visibility timeout",
            why="Without a VisibilityTimeout of its own, a receive uses the queue's.",
        )


def _expect_deletes(case, queue_url, message_ids, handle):
    """The receipt handle deletes one of these messages."""
    with contextlib.suppress(case.sqs.exceptions.ClientError):
        case.sqs.delete_message(QueueUrl=queue_url, ReceiptHandle=str(handle))
    if message_ids <= set(shop.messages_in(case, queue_url)):
        _refuse_handle(case, "handle-does-not-delete", "delete_message", message_ids, handle)


def _expect_extends(case, queue_url, message_id, handle):
    """The receipt handle sets the message's visibility timeout."""
    with contextlib.suppress(case.sqs.exceptions.ClientError):
        case.sqs.change_message_visibility(QueueUrl=queue_url, ReceiptHandle=str(handle), VisibilityTimeout=7200)
    if shop.messages_in(case, queue_url)[message_id]["left"] != 7200:
        _refuse_handle(case, "handle-does-not-extend", "change_message_visibility", {message_id}, handle)


def _refuse_handle(case, reason, method, message_ids, handle):
    """End the check: this handle did nothing to the message."""
    why = "Use the ReceiptHandle that the receive brought with this very message."
    case.not_yet(
        reason,
        did=f"{case.did}, then {method} with its receipt handle, {handle!r:.40}",
        got=case.said(f"I saw that {method} changed nothing about the message."),
        expected="a receipt handle that works",
        why=f"That's the message id. {why}" if str(handle) in message_ids else why,
    )


# --- 03.1 ------------------------------------------------------------------------------------------------------------


def next_parcel(case):
    """A message with the attribute, of any type and value; with others; with none. And nothing that can be received."""
    known = case.draw.choice(["express", "overnight"])
    kinds = [
        {},
        shop.labels(speed=known, gift="yes"),
        shop.labels(gift=known, Speed=known, speedy="yes"),
        _untidy() | shop.labels(speed=f" {case.name('By').title()}\t"),
        {"speed": {"StringValue": case.name("by"), "DataType": "String.level"}},
        {"speed": {"DataType": "Number", "StringValue": str(case.draw.randrange(2, 99))}, "seal": _untidy()["seal"]},
    ]
    timeouts = case.draw.sample([5, 30, LONGEST, *case.draw.sample(range(60, 900), 3)], len(kinds))
    for attributes, timeout in zip(shop.shuffled(case, kinds), timeouts, strict=True):
        _expect_parcel(case, attributes, timeout)
    for taken in (0, 1):
        _expect_no_parcel(case, taken)


def _expect_parcel(case, attributes, timeout):
    """The order, its speed and its handle; and the message stays in flight for the queue's visibility timeout."""
    queue_url = shop.queue(case, "orders", VisibilityTimeout=timeout)
    order, other = _orders(case, 2)
    order["speed"] = "as fast as you can"  # in the body, where it's nothing but a wish
    message_id = _send(case, queue_url, _written(case, order), attributes)
    other_id = _send(case, queue_url, json.dumps(other), {})
    before = len(case.calls)
    result = case.attempt(queue_url=queue_url)
    case.did += f", where the message has {_named(attributes)}"
    speed = attributes.get("speed", {}).get("StringValue", "normal")
    wanted = f"the order, the speed {speed!r} and the receipt handle, in a dictionary"
    if result.error:
        shop.explain(case, result.error, wanted, [
            ("no-message-attributes-key", "KeyError", "MessageAttributes", NO_ATTRIBUTES),
            ("message-attribute-missing", "KeyError", "'speed'",
             "A message can have other attributes than speed, and a receive brings only those that it asks for."),
            ("no-string-value", "KeyError", "StringValue", NO_TEXT),
        ])  # fmt: skip
    _expect_in_flight(case, shop.messages_in(case, queue_url).get(message_id), timeout)
    _expect_untouched(case, queue_url, other_id)
    _expect_only(case, ("Receive", "Get", "ChangeMessageVisibility"))
    _expect_three_keys(case, result.value, order, wanted)
    if result.value["speed"] != speed:
        reason, why = _why_not_speed(result.value["speed"], attributes, _brought(case, message_id, before))
        case.not_yet(reason, got=result.value["speed"], expected=f"{speed!r} under speed", why=why)
    _expect_deletes(case, queue_url, {message_id}, result.value["receipt_handle"])


def _expect_three_keys(case, returned, order, wanted):
    """A dictionary with the order as it is, and two more keys."""
    keys = ("order", "speed", "receipt_handle")
    if not isinstance(returned, dict) or set(returned) != set(keys):
        why = f"Return a dictionary with the keys {', '.join(keys)}."
        case.not_yet("no-dictionary", got=returned, expected=wanted, why=why)
    _expect_order(case, returned, order, wanted)


def _expect_order(case, returned, order, wanted):
    """The dictionary has the order as it is under "order"."""
    if isinstance(returned["order"], str):
        why = "That's the body's text. json.loads makes a dictionary of it."
        case.not_yet("text-returned", got=returned, expected=wanted, why=why)
    if returned["order"] != order:
        why = f"The order is what the message's body says: {json.dumps(order)}."
        case.not_yet("other-order", got=returned, expected=wanted, why=why)


def _why_not_speed(returned, attributes, brought):
    """Return a reason id, and why this isn't the speed.

    attributes: of the message. brought: those with which the answer received it.
    """
    if isinstance(returned, dict):
        return "message-attribute-with-type", "That's the whole attribute with its type. Its text is the StringValue."
    if "speed" in attributes and "speed" not in brought:
        return (
            "message-attributes-not-asked-for",
            "The message has the attribute speed, and your receive didn't bring it: a receive brings only the "
            "attributes that it asks for in MessageAttributeNames.",
        )
    if "speed" in attributes:
        return "other-message-attribute", "The speed is the StringValue of the attribute speed, whatever it says."
    return (
        "not-normal",
        "This message has no attribute that's called exactly speed, so the order is normal.",
    )


def _expect_no_parcel(case, taken):
    """None where no message is in the queue, or where another packer has it."""
    queue_url = case.queue()
    for order in _orders(case, taken):
        _send(case, queue_url, json.dumps(order), shop.labels(speed="express"))
        case.sqs.receive_message(QueueUrl=queue_url, VisibilityTimeout=600)
    result = case.attempt(queue_url=queue_url)
    case.did += ", where another packer has the only message" if taken else " with an empty queue"
    if result.error:
        shop.explain(case, result.error, "None", NOTHING_RECEIVED)
    if result.value is not None:
        why = "No message was waiting, so there's nothing to return."
        case.not_yet("not-none", got=result.value, expected="None", why=why)
    _expect_only(case, ("Receive", "Get", "ChangeMessageVisibility"))


# --- 03.2 ------------------------------------------------------------------------------------------------------------


def fits(case):
    """At a limit and one byte above: letters, white space, attributes, all of them. Then far off, and the largest."""
    drawn = case.draw.randrange(2000, 3000)
    queues = {limit: shop.queue(case, "cards", MaximumMessageSize=limit) for limit in (drawn, SMALLEST, LARGEST)}
    for limit in (drawn, SMALLEST):
        _expect_fits(case, queues, limit, "x", {}, _of_the_queue(limit))
    _expect_only(case, ("Get", "List"))
    for letter in shop.shuffled(case, ["ü", "e\u0301", "☕", "🎁"]):
        why = "SQS counts bytes, in UTF-8, not characters."
        _expect_fits(case, queues, drawn, letter, {}, ("characters-counted", why))
    why = "White space counts like any other character, and this body is full of it."
    _expect_fits(case, queues, drawn, " \r\n\t", {}, ("white-space-not-counted", why))
    for attributes in shop.shuffled(case, [*_cards(), _ten()]):
        why = "An attribute counts too: its name, its type and its value, each in bytes."
        _expect_fits(case, queues, drawn, "x", attributes, ("message-attributes-not-counted", why))
    why = "Everything counts, in bytes: the body, and each attribute's name, type and value."
    together = {name: value for attributes in _cards() for name, value in attributes.items()}
    _expect_fits(case, queues, SMALLEST, "é ☕🎁", together, ("not-everything-counted", why))
    for size in (1, 9, 99, 999, 10_000):
        _expect_fit(case, queues[drawn], drawn, "x" * size, {}, ("far-above-the-limit", f"{size} is above {drawn}."))
    _expect_fits(case, queues, LARGEST, "x", {}, _of_the_queue(LARGEST))
    _expect_only(case, ("Get", "List"))


def _of_the_queue(limit):
    """Return a reason id and a text, for an answer that says yes to what's above this limit."""
    return "limit-of-another-queue", f"The limit is the queue's own, its MaximumMessageSize: here it's {limit} bytes."


def _cards():
    """Return attributes that a card can have, each alone."""
    return [
        shop.labels(speed="express"),
        shop.labels(town="Αθήνα", note=" mit Grüßen \r\n"),
        {"weight.kg": {"StringValue": "12", "DataType": "Number.grams"}},
        {"parcels": {"DataType": "Number", "StringValue": "3"}},
        {"pi": {"DataType": "Number", "StringValue": "3.14159265358979323846"}},
    ]


def _expect_fits(case, queues, limit, letter, attributes, above):
    """Just at the limit, and one byte above, one or the other first.

    above: the reason id and the text for an answer that says yes to what's too large.
    """
    for spare in case.draw.sample([0, 1], 2):
        body = _body(limit - _size(attributes) + spare, letter)
        _expect_fit(case, queues[limit], limit, body, attributes, above)


def _size(attributes):
    """Return how many bytes the attributes are."""
    texts = [text for name, value in attributes.items() for text in (name, *value.values())]
    return len("".join(texts).encode())


def _body(size, letter):
    """Return a text of this letter that is so many bytes, filled up with a's."""
    count, rest = divmod(size, len(letter.encode()))
    return "a" * rest + letter * count


def _expect_fit(case, queue_url, limit, body, attributes, above):
    """True or False, as SQS would decide."""
    size = len(body.encode()) + _size(attributes)
    result = case.attempt(queue_url=queue_url, body=body, attributes=attributes)
    about = f"a body of {len(body.encode())} bytes ({len(body)} characters)"
    if attributes:
        about += f" and attributes of {_size(attributes)} bytes"
    case.did = f"fits(...) with {about}, for a queue with a limit of {limit} bytes"
    if result.error:
        shop.explain(case, result.error, "True or False", [
            ("text-and-number", "TypeError", "not supported between",
             "A queue's attributes are strings. int(...) makes a number of one."),
            ("attributes-not-asked-for", "KeyError", "'Attributes'",
             "Without AttributeNames the response of get_queue_attributes has no Attributes."),
            ("sent-to-count", "InvalidParameterValue", "shorter than", "Count the bytes instead of sending them."),
        ])  # fmt: skip
    if result.value is (size <= limit):
        return
    reason, why = above
    if not isinstance(result.value, bool):
        reason, why = "no-bool", "Return True or False."
    elif size == limit:
        reason = "at-the-limit"
        why = (
            f"These are {size} bytes, and a message of exactly the limit fits, although SQS's error says shorter than."
        )
    elif size < limit:
        reason, why = "below-the-limit", f"These are {size} bytes, counted as SQS counts, and {size} is below {limit}."
    case.not_yet(reason, got=result.value, expected=str(size <= limit), why=why)


# --- 03.3 ------------------------------------------------------------------------------------------------------------


def pick(case):
    """Some of ten; none; all of ten, with more waiting; a single one; and an empty queue."""
    town, other = case.draw.sample(TOWNS, 2)
    decoys = [
        shop.labels(town=other),
        shop.labels(town=town.lower()),
        shop.labels(Town=town, to=town),
        shop.labels(town=f"{town} 2"),
        shop.labels(town=f" {town} "),
        _untidy(),
        {},
    ]
    own = [
        shop.labels(town=town),
        _untidy() | shop.labels(town=town),
        {"town": {"StringValue": town, "DataType": "String.city"}},
    ]
    for attributes in shop.shuffled(case, [own + decoys, decoys, own[:1] * 12, own[:1], []]):
        _expect_picked(case, town, shop.shuffled(case, attributes))
    _expect_given_back_at_last(case, town, decoys)


def _expect_picked(case, town, attributes):
    """The town's messages are in flight for ten minutes, the others are visible, and nothing is gone."""
    queue_url = shop.queue(case, "orders", VisibilityTimeout=case.draw.choice([30, 900, LONGEST]))
    sent, own = {}, {}
    orders = _orders(case, len(attributes), case.draw.choice("ABC"))
    orders[1::2] = orders[: len(orders) // 2 * 2 : 2]  # each comes twice, as a sender that tries again would have it
    for order, one in zip(orders, attributes, strict=True):
        order["town"] = case.draw.choice(TOWNS)  # in the body, where the shopper lives
        key = _send(case, queue_url, _written(case, order), one)
        sent[key] = one
        if one.get("town", {}).get("StringValue") == town:
            own[key] = order
    before = len(case.calls)
    exposed = _watch_exposed(case, queue_url, set(own))
    result = case.attempt(queue_url=queue_url, town=town)
    case.did += f" with {len(sent) or 'no'} message{'s' * (len(sent) != 1)} in the queue, {len(own)} for {town}"
    if result.error:
        _explain_pick_error(case, result.error)
    _expect_one_receive(case, before, sent)
    found = shop.messages_in(case, queue_url)
    _expect_all_there(case, sent, found, case.calls[before:])
    kept = {key: order for key, order in own.items() if found[key]["receives"]}
    if exposed:
        case.not_yet(
            "visible-at-first",
            got=case.said(f"I saw a message for {town} that you had received and that was still visible."),
            expected="it's in flight from the receive on",
            why="Another packer can be quicker than your next call. Let the receive itself hide the messages.",
        )
    for key, message in found.items():
        _expect_kept(case, message, sent[key]) if key in kept else _expect_given_back(case, message, sent[key])
    _expect_settings(case, case.calls[before:])
    _expect_list(case, queue_url, result.value, kept)


def _explain_pick_error(case, error):
    """Say what the answer wasn't ready for."""
    shop.explain(case, error, "a list of the town's orders", [
        ("no-messages-key", "KeyError", "'Messages'", NO_MESSAGES),
        ("no-message-attributes-key", "KeyError", "'MessageAttributes'", NO_ATTRIBUTES),
        ("town-missing", "KeyError", "'town'",
         "A message can have other attributes than town, and a receive brings only those that it asks for."),
        ("no-string-value", "KeyError", "'StringValue'", NO_TEXT),
        ("ids-not-distinct", "BatchEntryIdsNotDistinct", "",
         "Each entry of a batch needs an Id of its own, and an order can be in the queue twice."),
        ("empty-batch", "EmptyBatchRequest", "", "There was nothing to give back, and a batch needs an entry."),
    ])  # fmt: skip


def _watch_exposed(case, queue_url, own):
    """Return a list that gets each of these messages that was received and is visible when a timeout is changed."""
    exposed = []

    def look():
        for key, message in shop.messages_in(case, queue_url).items():
            if key in own and message["receives"] and message["state"] == "visible":
                exposed.append(key)

    for operation in CHANGES:
        case.during(operation, look)
    return exposed


def _expect_one_receive(case, before, sent):
    """One receive, for up to ten messages and their attribute town."""
    receives = _receives(case, before)
    if len(receives) > 1 or (sent and not receives):
        case.not_yet(
            "received-again" if receives else "not-received",
            got=case.said(f"I saw {len(receives) or 'no'} receives."),
            expected="one receive",
            why="A message that you've given back is visible, so the next receive can bring it again."
            if receives
            else "Only a receive brings messages.",
        )
    for call in receives:
        asked = call.params.get("MaxNumberOfMessages", 1)
        if asked != 10:
            case.not_yet(
                "not-ten",
                got=case.said(f"I saw a receive that asked for at most {asked}."),
                expected="a receive of up to ten",
                why="A receive brings one message, unless MaxNumberOfMessages asks for more. Ten is the most.",
            )
        for message in (call.response or {}).get("Messages", []):
            if "town" in sent[message["MessageId"]] and "town" not in message.get("MessageAttributes", {}):
                names = ", ".join(call.params.get("MessageAttributeNames", []))
                case.not_yet(
                    "message-attributes-not-asked-for",
                    got=case.said(f"I saw a receive that asked for {f'the attributes {names}' * bool(names) or 'no'}"
                                  f"{' message attributes' * (not names)}."),
                    expected="the attribute town with each message that has it",
                    why="A receive brings only the attributes that it asks for in MessageAttributeNames.",
                )  # fmt: skip


def _expect_all_there(case, sent, found, calls):
    """Every message is in the queue, as the one that was sent, and nothing was sent."""
    if set(found) != set(sent) or shop.of(calls, *SENDS, *DELETES):
        gone, new = len(set(sent) - set(found)), len(set(found) - set(sent))
        called = sorted({call.operation for call in shop.of(calls, *SENDS, *DELETES)})
        case.not_yet(
            "messages-gone",
            got=case.said(
                f"I saw {gone} of the {len(sent)} messages gone from the queue, and {new} new ones in it."
                if gone or new
                else f"I saw your code call {', '.join(called)}."
            ),
            expected="the same messages in the queue, and nothing deleted or sent",
            why="Nothing is packed yet. And a copy of a message is another message, which starts with a new age and a "
            "receive count of 0.",
        )


def _expect_kept(case, message, attributes):
    """This message is in flight for 600 seconds from the receive on."""
    town = attributes["town"]["StringValue"]
    if message["state"] != "in flight":
        case.not_yet(
            "own-visible",
            got=case.said(f"I saw a message for {town!r} that you had received, and it's visible."),
            expected="it's in flight for 600 s",
            why="It's for this town, so it's kept: no other packer should receive it.",
        )
    if not 600 - SLACK <= message["left"] <= 600:
        case.not_yet(
            "timeout-too-short" if message["left"] < 600 else "timeout-too-long",
            got=case.said(f"I saw a message for {town!r} in flight for {message['left']:g} s more."),
            expected="600 s from the receive on",
            why="VisibilityTimeout on the receive decides; without one, the receive uses the queue's.",
        )


def _expect_given_back(case, message, attributes):
    """This message is visible."""
    if message["state"] != "visible":
        town = attributes.get("town", {}).get("StringValue")
        whose = f"a message whose town is {town!r}" if town else "a message that has no attribute town"
        case.not_yet(
            "others-hidden",
            got=case.said(f"I saw {whose} in flight for {message['left']:g} s more."),
            expected="it's visible, so that other packers can receive it",
            why="It isn't exactly this town, letter by letter. change_message_visibility with 0 gives it back.",
        )


def _expect_given_back_at_last(case, town, attributes):
    """Where the entries of a first batch fail, all messages are visible in the end, or the answer raises."""
    queue_url, outage = case.queue(), contextlib.ExitStack()
    for order, one in zip(_orders(case, len(attributes)), attributes, strict=True):
        _send(case, queue_url, json.dumps(order), one)

    def fail():
        outage.enter_context(case.unkind(entries=1))
        for operation in CHANGES:
            case.during(operation, outage.close)

    case.during(CHANGES[1], fail)
    with outage:
        result = case.attempt(queue_url=queue_url, town=town)
    hidden = [message for message in shop.messages_in(case, queue_url).values() if message["state"] != "visible"]
    if hidden and not result.error:
        case.not_yet(
            "failed-entries-ignored",
            did=f"{case.did}, where the entries of your first batch fail",
            got=case.said(f"I saw {len(hidden)} messages still in flight when your function returned."),
            expected="they're visible, or your function raises",
            why="A batch that fails in part raises nothing. Its response lists under Failed what wasn't done.",
        )


def _expect_list(case, queue_url, returned, kept):
    """One entry for each message kept; and the handles are good."""
    expected = f"a list of {len(kept)}, each a dictionary with order_id and receipt_handle" if kept else "an empty list"
    keys = {"order_id", "receipt_handle"}
    if not isinstance(returned, list) or not all(isinstance(entry, dict) for entry in returned):
        case.not_yet("no-list", got=returned, expected=expected, why="Return a list with a dictionary for each order.")
    if any(set(entry) != keys for entry in returned):
        case.not_yet("wrong-keys", got=returned, expected=expected, why="Each dictionary has these two keys.")
    ids = sorted(order["order_id"] for order in kept.values())
    if sorted(str(entry["order_id"]) for entry in returned) != ids:
        why = f"The messages kept are {', '.join(ids) or 'none'}, by the order_id in the JSON of their bodies."
        case.not_yet("other-messages", got=returned, expected=expected, why=why)
    for entry in returned:
        same = {key for key, order in kept.items() if order["order_id"] == entry["order_id"]}
        _expect_deletes(case, queue_url, same & set(shop.messages_in(case, queue_url)), entry["receipt_handle"])


# --- 03.4 ------------------------------------------------------------------------------------------------------------


def take_or_set_aside(case):
    """Poison before a good order, with counts of one digit and of two; no JSON; failing sends."""
    for tries in (9, case.draw.randrange(2, 5), 1):  # as texts, "10" comes before "9"
        _expect_the_good_one(case, tries)
    _expect_raises(case, case.draw.randrange(2, 4))
    for failing in (*FAILURES, TOO_LARGE):
        queue_url, aside_url = case.queue("orders"), case.queue("aside")
        _send(case, queue_url, f"<order>{'x' * SMALLEST}</order>", {})
        _receive_often(case, queue_url, 3)
        _expect_survived(case, failing, queue_url, aside_url, queue_url=queue_url, aside_url=aside_url, tries=3)


def _expect_the_good_one(case, tries):
    """The poison is set aside and the good order returned; at its next receive it's set aside for the next one."""
    timeout = case.draw.choice([30, LONGEST, case.draw.randrange(60, 900)])
    queue_url, aside_url = shop.queue(case, "orders", VisibilityTimeout=timeout), case.queue("aside")
    tired, good, fresh = _orders(case, 3)
    poison = [(_written(case, tired), shop.labels(speed="express"))]
    if tries == 1:
        poison += [(" <order/>\r\n", {}), ('\t{"order_id":', _untidy()), ("null", _ten())]
        poison += [(f"<order number='{number}'/>", {}) for number in range(7)]  # more than a receive brings
    for body, attributes in poison:
        _send(case, queue_url, body, attributes)
        _receive_often(case, queue_url, 1)  # the first is received most often
    good_body = _written(case, good)
    good_id = _send(case, queue_url, good_body, _untidy())
    _receive_often(case, queue_url, tries - 1)
    fresh_id = _send(case, queue_url, _written(case, fresh), {})

    handle = _expect_next(case, queue_url, aside_url, tries, good)
    _expect_untouched(case, queue_url, fresh_id)
    _expect_left(case, queue_url, {good_id, fresh_id}, {good_id: timeout})
    _expect_aside(case, aside_url, poison)
    _expect_extends(case, queue_url, good_id, handle)
    case.after_every_lease()
    handle = _expect_next(case, queue_url, aside_url, tries, fresh)
    _expect_left(case, queue_url, {fresh_id}, {fresh_id: timeout})
    _expect_deletes(case, queue_url, {fresh_id}, handle)
    _expect_next(case, queue_url, aside_url, tries, None)
    _expect_aside(case, aside_url, [(good_body, _untidy())])


def _receive_often(case, queue_url, times):
    """Have all messages received so many times, and visible again."""
    for _ in range(times):
        shop.visible(case, queue_url)
        case.clock.advance(shop.LEASE + 1)


def _expect_next(case, queue_url, aside_url, tries, order):
    """Return the receipt handle that comes with this order; or None is returned, where it is None."""
    wanted = "the order and the receipt handle, in a dictionary" if order else "None"
    counts = {message["body"]: message["receives"] + 1 for message in shop.messages_in(case, queue_url).values()}
    result = case.attempt(queue_url=queue_url, aside_url=aside_url, tries=tries)
    case.did += f" with {len(counts) or 'no'} message{'s' * (len(counts) != 1)} in the queue"
    if result.error:
        _explain_aside_error(case, result.error, wanted)
    if order is None:
        if result.value is not None:
            why = "No message that can be returned was left."
            case.not_yet("not-none", got=result.value, expected=wanted, why=why)
        return None
    aside = [message["body"] for message in case.state(aside_url)["messages"]]
    if early := [body for body, count in counts.items() if count <= tries and body in aside]:
        case.not_yet(
            "set-aside-too-early",
            got=case.said(f"I saw a message set aside at receive number {counts[early[0]]}: {early[0]!r:.60}"),
            expected=f"with tries={tries} it's set aside at receive number {tries + 1}",
            why="tries is the highest receive count, this receive included, at which an order is still returned.",
        )
    _expect_handed_out(case, result.value, order, tries, wanted, _read(counts))
    return result.value["receipt_handle"]


def _read(counts):
    """Return pairs of an order and its receive count, of those bodies that are JSON."""
    found = []
    for body, count in counts.items():
        with contextlib.suppress(ValueError):
            found.append((json.loads(body), count))
    return found


def _expect_handed_out(case, returned, order, tries, wanted, counts):
    """A dictionary of this order and a receipt handle.

    counts: pairs of an order that was waiting, and how often it has been received, this receive included.
    """
    if returned is None:
        why = f"This order was waiting, and its receive count isn't above {tries}: {order}."
        case.not_yet("none-too-early", got=None, expected=wanted, why=why)
    if not isinstance(returned, dict) or set(returned) != {"order", "receipt_handle"}:
        why = "Return a dictionary with the keys order and receipt_handle."
        case.not_yet("no-dictionary", got=returned, expected=wanted, why=why)
    count = next((count for other, count in counts if other == returned["order"]), 0)
    if count > tries:
        why = f"This receive was number {count} of that order, and tries is {tries}. It has to be set aside."
        case.not_yet("received-too-often", got=returned, expected=wanted, why=why)
    if count and returned["order"] != order:
        why = f"This order comes first, and its receive count isn't above {tries}: {order}."
        case.not_yet("passed-over", got=returned, expected=wanted, why=why)
    _expect_order(case, returned, order, wanted)


def _explain_aside_error(case, error, wanted):
    """Say what the answer wasn't ready for."""
    raw = "I had put a message into the queue whose body isn't JSON and that was received too often. Such a body is "
    shop.explain(case, error, wanted, [
        ("no-messages-key", "KeyError", "'Messages'", NO_MESSAGES),
        ("no-message-attributes-key", "KeyError", "'MessageAttributes'", NO_ATTRIBUTES),
        ("attributes-not-asked-for", "KeyError", "'Attributes'",
         "A receive brings the system attributes that it asks for in MessageSystemAttributeNames."),
        ("attributes-not-asked-for", "KeyError", "ApproximateReceiveCount",
         "A receive brings the system attributes that it asks for in MessageSystemAttributeNames."),
        ("no-string-value", "KeyError", "'StringValue'", NO_TEXT),
        ("body-read-as-json", "JSONDecodeError", "", f"{raw}set aside without being read."),
        ("text-and-number", "TypeError", "not supported between",
         "ApproximateReceiveCount is a string. int(...) makes a number of it."),
        ("wrong-handle", "ReceiptHandleIsInvalid", "",
         "Only a receipt handle deletes a message, the one that its receive brought."),
    ])  # fmt: skip


def _expect_left(case, queue_url, wanted, in_flight):
    """These messages are in the queue and no others.

    in_flight: for how many seconds each of them that was returned is in flight, by its id.
    """
    found = shop.messages_in(case, queue_url)
    for key, timeout in in_flight.items():
        _expect_in_flight(case, found.get(key), timeout)
    if left := set(found) - wanted:
        case.not_yet(
            "moved-but-left",
            got=case.said(f"I saw {len(left)} more message{'s' * (len(left) > 1)} in the queue than should be there."),
            expected="what was received too often is in the queue `aside` alone",
            why="All of it is sent there and deleted here.",
        )


def _expect_aside(case, aside_url, wanted):
    """Exactly these bodies, with their attributes, were set aside."""
    found = _take(case, aside_url)
    if sorted(body for body, _ in found) != sorted(body for body, _ in wanted):
        case.not_yet(
            "set-aside-wrong",
            got=case.said(f"I saw these bodies in the queue `aside`: {sorted(body for body, _ in found)}."),
            expected=f"{sorted(body for body, _ in wanted)}",
            why="Each order that was received too often is set aside once, with its body exactly as it is.",
        )
    case.reach("moved")
    attributes = dict(wanted)
    for body, brought in found:
        _expect_attributes(case, brought, attributes[body], f"the message {body!r:.30} set aside")


def _expect_attributes(case, found, wanted, message):
    """These are the attributes that the message had before it was moved."""
    for name in sorted(found.keys() | wanted.keys()):
        if found.get(name) != wanted.get(name):
            value = f"as {found[name]}" if name in found else "missing"
            case.not_yet(
                "message-attributes-lost",
                got=case.said(f"I saw {message} with the message attribute {name} {value}."),
                expected=f"{name} as {wanted[name]}" if name in wanted else f"no {name}, since it came without one",
                why="A receive brings the attributes that it asks for in MessageAttributeNames. A send makes a new "
                "message, with the attributes that it's given in MessageAttributes.",
            )


def _expect_raises(case, tries):
    """A body that isn't JSON raises each time, until it's been received often enough; then it's set aside."""
    queue_url, aside_url = case.queue("orders"), case.queue("aside")
    body, [good] = case.draw.choice(["<order/>", "{'order_id': 'A-100'}", '{"order_id":']), _orders(case, 1)
    bad_id = _send(case, queue_url, body, _untidy())
    for turn in range(1, tries + 1):
        result = case.attempt(queue_url=queue_url, aside_url=aside_url, tries=tries)
        case.did += f", where the order's body is {body!r}, at its receive number {turn}"
        found = shop.messages_in(case, queue_url).get(bad_id)
        if found is None:
            case.not_yet(
                "bad-order-gone",
                got=case.said("I saw that its message is gone from the queue."),
                expected="an error, and the message stays in the queue",
                why=f"With tries={tries} it's set aside at receive number {tries + 1}, and nothing else takes it out.",
            )
        if not result.error:
            case.not_yet(
                "no-error",
                got=result.value,
                expected="an error, such as json.loads raises",
                why="This order is to be returned, and its body isn't JSON. The program that calls you has to notice.",
            )
        if found["receives"] != turn or case.state(aside_url)["messages"]:
            aside = len(case.state(aside_url)["messages"])
            case.not_yet(
                "bad-order-moved",
                got=case.said(f"I saw a receive count of {found['receives']}, and {aside} messages set aside."),
                expected=f"a receive count of {turn}, and nothing set aside",
                why="One call of your function receives it once, and leaves it in the queue.",
            )
        case.after_every_lease()
    good_id = _send(case, queue_url, json.dumps(good), {})
    _expect_next(case, queue_url, aside_url, tries, good)
    _expect_left(case, queue_url, {good_id}, {good_id: 30})
    _expect_aside(case, aside_url, [(body, _untidy())])


def _expect_survived(case, failing, here, there, **arguments):
    """After failed calls the message is in one of the queues, and the next run leaves it in the other one alone."""
    _run_failing(case, failing, there, **arguments)
    if not case.state(here)["messages"] and not case.state(there)["messages"]:
        case.not_yet(
            "lost-in-a-crash",
            got=case.said("I saw the order's message in neither queue, so it's lost."),
            expected="it's in one of them, or in both",
            why="Delete a message only when you know that it's in the other queue.",
        )
    case.after_every_lease()
    case.run(**arguments)
    if case.state(here)["messages"] or not case.state(there)["messages"]:
        case.not_yet(
            "not-finished",
            got=case.said("I saw that the order's message isn't in the other queue alone after the next run."),
            expected="the next run finishes what the first one began",
            why="What's left in the queue comes again when its visibility timeout is over.",
        )


def _run_failing(case, failing, other_url, **arguments):
    """Run the answer while something fails: a key of FAILURES, or TOO_LARGE.

    It lasts for 50 requests at most, so that an answer which tries again without end can come to one.
    """
    begins, ends = FAILURES.get(failing, (SENDS, ()))
    outage, seen = contextlib.ExitStack(), []

    def look(operation):
        if seen or operation in begins:
            seen.append(operation)
        if len(seen) == 1 and failing == TOO_LARGE:
            _limit(case, other_url, SMALLEST)
            outage.callback(_limit, case, other_url, LARGEST)
        elif len(seen) == 1:
            outage.enter_context(case.unkind(errors=1))
        elif operation in ends or len(seen) > 50:
            outage.close()

    stop = shop.before_each(case, ("ReceiveMessage", *SENDS, *DELETES, *CHANGES), look)
    with outage:
        case.attempt(**arguments)
    stop()
    case.did += f", where {failing}"


def _limit(case, queue_url, size):
    case.sqs.set_queue_attributes(QueueUrl=queue_url, Attributes={"MaximumMessageSize": str(size)})


# --- 03.5 ------------------------------------------------------------------------------------------------------------


def pack_and_pass_on(case):
    """Nothing to do; the shortest work, the longest, and some between; calls that fail."""
    _expect_nothing_packed(case)
    kinds = [{}, _untidy(), _ten(), shop.labels(speed="express")]
    lengths = [1, case.draw.randrange(31, 60), case.draw.randrange(100, 200), 7200]
    for seconds, attributes in zip(lengths, shop.shuffled(case, kinds), strict=True):
        _expect_passed_on(case, seconds, attributes)
    for failing in (*FAILURES, TOO_LARGE):
        urls = {"orders_url": case.queue("orders"), "packed_url": case.queue("packed")}
        [order] = _orders(case, 1)
        _send(case, urls["orders_url"], json.dumps(order | {"card": "x" * SMALLEST}), {})
        _expect_survived(case, failing, *urls.values(), **urls, seconds=case.draw.randrange(40, 80))
        case.reach("survived")


def _expect_nothing_packed(case):
    """None for an empty queue, at once."""
    orders_url, packed_url = case.queue("orders"), case.queue("packed")
    started, seconds = case.clock.now(), 3000
    result = case.attempt(orders_url=orders_url, packed_url=packed_url, seconds=seconds)
    case.did += " with an empty queue"
    if result.error:
        _explain_pack_error(case, result.error, "None", NOTHING_RECEIVED)
    if result.value is not None or case.state(packed_url)["messages"]:
        got = result.value if result.value is not None else case.said("I saw a message in the queue of packed orders.")
        why = "No order was waiting, so there's nothing to pack and nothing to return."
        case.not_yet("not-none", got=got, expected="None, and nothing passed on", why=why)
    took = shop.seconds_since(case, started)
    if took >= seconds:
        case.not_yet(
            "packed-nothing",
            got=case.said(f"I saw your code take {took:.0f} s, although no order was waiting."),
            expected="None, without packing",
            why="Receive first, and pack only when there's an order.",
        )


def _expect_passed_on(case, seconds, attributes):
    """The order is packed, nobody else could receive it, and afterwards it is in the other queue alone."""
    orders_url, packed_url = case.queue("orders"), case.queue("packed")
    order, other = _orders(case, 2)
    body = _written(case, order)
    order_id = _send(case, orders_url, body, attributes)
    other_id = _send(case, orders_url, json.dumps(other), shop.labels(speed="express"))
    before = len(case.calls)
    seen = _watch(case, orders_url, order_id)
    result = case.attempt(orders_url=orders_url, packed_url=packed_url, seconds=seconds)
    if result.error:
        _explain_pack_error(case, result.error, "the order's id")
    _expect_hidden(case, seen, seconds)
    _expect_packed(case, seen, seconds)
    _expect_untouched(case, orders_url, other_id)
    _expect_moved(case, orders_url, packed_url, body, attributes, order_id)
    _expect_settings(case, case.calls[before:])
    if result.value != order["order_id"]:
        case.not_yet(
            "not-the-order-id",
            got=result.value,
            expected=repr(order["order_id"]),
            why="Return the order_id from the body's JSON.",
        )


def _watch(case, orders_url, order_id):
    """Return a list that gets what the answer is about to call, the order's message, and the seconds since now."""
    seen, started = [], case.clock.now()

    def look(operation):
        message = shop.messages_in(case, orders_url).get(order_id)
        seen.append((operation, message, shop.seconds_since(case, started)))

    shop.before_each(case, ("ReceiveMessage", *SENDS, *DELETES, *CHANGES), look)
    return seen


def _explain_pack_error(case, error, wanted, whys=()):
    """Say what the answer wasn't ready for."""
    shop.explain(case, error, wanted, [
        *whys,
        ("no-message-attributes-key", "KeyError", "'MessageAttributes'", NO_ATTRIBUTES),
        ("no-string-value", "KeyError", "'StringValue'", NO_TEXT),
        ("timeout-above-12-hours", "InvalidParameterValue", "VisibilityTimeout",
         f"A visibility timeout is {LONGEST} s at most."),
        ("wrong-handle", "ReceiptHandleIsInvalid", "",
         "Only a receipt handle deletes a message, the one that its receive brought, with its own queue's URL."),
    ])  # fmt: skip


def _expect_hidden(case, seen, seconds):
    """Whenever the answer called SQS, nobody else could have received the order."""
    for operation, message, took in seen:
        if message and message["receives"] and message["state"] == "visible":
            case.not_yet(
                "timeout-too-short",
                got=case.said(
                    f"I saw the order visible when your code called {operation}, {took:.1f} s after it began."
                ),
                expected="it stays in flight until it's deleted",
                why=f"Its visibility timeout was over. Packing takes {seconds} s, and calls take time too.",
            )


def _expect_packed(case, seen, seconds):
    """So many seconds went by between the receive and the send, and no more than a minute in addition."""
    received = next((at for operation, _, at in seen if operation == "ReceiveMessage"), 0)
    took = next((at - received for operation, _, at in seen if operation in SENDS), seconds)
    if not seconds <= took <= seconds + 60:
        case.not_yet(
            "passed-on-early" if took < seconds else "passed-on-late",
            got=case.said(f"I saw your code send a message {took:.1f} s after it received one."),
            expected=f"the order is packed for {seconds} s in between",
            why="Packing is time.sleep(seconds). Pass the order on when it's packed.",
        )


def _expect_moved(case, orders_url, packed_url, body, attributes, order_id):
    """The message is in the queue of packed orders as it came, and there alone."""
    if order_id in shop.messages_in(case, orders_url):
        case.not_yet(
            "order-left",
            got=case.said("I saw the order still in the queue of orders."),
            expected="it's in the queue of packed orders alone",
            why="Only a delete takes it out, with the receipt handle that your receive brought.",
        )
    found = _take(case, packed_url)
    if len(found) != 1:
        case.not_yet(
            "not-one-passed-on",
            got=case.said(f"I could receive {len(found) or 'no'} messages from the queue of packed orders."),
            expected="one: the order",
            why="Passing on is one send to the queue whose URL is packed_url.",
        )
    [(text, brought)] = found
    if text != body:
        why = "The body is passed on as it came, character by character."
        case.not_yet("body-changed", got=text, expected=repr(body), why=why)
    case.reach("passed")
    _expect_attributes(case, brought, attributes, "the order passed on")
