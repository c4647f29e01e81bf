"""The checks of lesson 03. Each gets a helpers.checks.case.Case and calls `case.not_yet(...)` at the first fault."""

import contextlib
import json

from helpers.checks.lessons import shop

TOWNS = ["Bath", "Derby", "Leeds", "Truro", "Wells", "York"]
LONGEST, LARGEST, SMALLEST = 43_200, 1_048_576, 1024  # a visibility timeout in seconds, a queue's limits in bytes
MANY = 11  # messages to set aside in one run, which is more than a receive can return
SLACK = 0.9  # seconds that an answer's own calls can take
SENDS, DELETES = ("SendMessage", "SendMessageBatch"), ("DeleteMessage", "DeleteMessageBatch")
CHANGES = ("ChangeMessageVisibility", "ChangeMessageVisibilityBatch")
MOVES = {  # what fails, the operations with which that begins, and those with which it ends
    "every call from the send on fails": (SENDS, ()),
    "every call from the delete on fails": (DELETES, ()),
    "the send fails": (SENDS, DELETES),
}
NOTHING_RECEIVES = "every receive fails at first"
NOTHING_ANSWERS = "every call fails at first"
NOTHING_CHANGES = "every change of a visibility timeout fails at first"
FAILURES = MOVES | {
    NOTHING_RECEIVES: (("ReceiveMessage",), ()),
    NOTHING_ANSWERS: (("GetQueueAttributes",), ()),
    NOTHING_CHANGES: (CHANGES, ()),
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
NO_PYTHON = "The body is JSON, which isn't Python. json.loads reads it."
READ_AS_PYTHON = [
    ("read-as-python", "NameError", "name 'true'", NO_PYTHON),
    ("read-as-python", "NameError", "name 'false'", NO_PYTHON),
    ("read-as-python", "NameError", "name 'null'", NO_PYTHON),
    ("read-as-python", "IndentationError", "", NO_PYTHON),
    ("read-as-python", "ValueError", "malformed node or string", NO_PYTHON),
]


def _orders(case, count, letter="A"):
    """Return orders that only a JSON parser can read.

    They say true, false and null, within a text too, and have another order's order_id one level down.
    """
    more = {
        "gift": case.draw.choice([True, False]),
        "note": None,
        "card": 'For Zoë,  "a true friend" (null)',
        "replaces": {"order_id": case.name("old")},
    }
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
    """Return the message attributes' names in words."""
    *others, last = attributes
    return f"the attribute{'s' * bool(others)} {', '.join(others)}{' and ' * bool(others)}{last}"


def _count(messages):
    """Return in words how many messages these are."""
    return f"{len(messages) or 'no'} message{'s' * (len(messages) != 1)}"


def _receives(case, before=0):
    """Return the answer's receives since it had made so many calls."""
    return shop.of(case.calls[before:], "ReceiveMessage")


def _returned_attributes(case, message_id, before=0):
    """Return the message attributes that the answer's last receive of this message returned with it."""
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
            got=case.said(f"Your code called {writes[0].operation} with {writes[0].params.get('Attributes', '')}."),
            expected="the queue attributes stay as they are, all the time",
            why="A queue attribute applies to everyone who uses the queue. For a single receive there's its own "
            "VisibilityTimeout, and for a single message there's change_message_visibility.",
        )


def _expect_untouched(case, queue_url, message_id):
    """Another message of the queue was not received."""
    found = shop.messages_in(case, queue_url).get(message_id)
    if found is None:
        case.not_yet(
            "others-gone",
            got=case.said("Another message is gone from the queue."),
            expected="it stays as it is",
            why="Nobody has packed that order yet, and now nobody will.",
        )
    if found["receives"]:
        case.not_yet(
            "others-received",
            got=case.said("Your code received another message as well."),
            expected="one message is received, and the other stays as it is",
            why="Every message that a receive returns is hidden and counted. It returns one message, unless "
            "MaxNumberOfMessages asks for more.",
        )


def _expect_only(case, allowed, why):
    """The answer called no other operations than these, by the beginnings of their names.

    why: what the exercise says about it.
    """
    others = sorted({call.operation for call in case.calls if not call.operation.startswith(allowed)})
    if others:
        case.not_yet(
            "forbidden-call",
            got=case.said(f"Your code called {', '.join(others)}."),
            expected="no such call",
            why=why,
        )


def _expect_in_flight(case, found, seconds):
    """This message is in the queue, and in flight for so many seconds, less those that calls take.

    found: the message as Case.state has it; None when it's gone.
    """
    if found is None:
        case.not_yet(
            "order-deleted",
            got=case.said("The order's message is gone from the queue."),
            expected="it stays in the queue, in flight",
            why="The order isn't packed yet. Once its message is deleted, a crash of the packer's program loses it.",
        )
    if not found["receives"]:
        case.not_yet(
            "order-not-received",
            got=case.said("The order's message wasn't received at all."),
            expected=f"your code receives it, and it stays in flight for {seconds} s",
            why="Only a receive returns a message and its receipt handle.",
        )
    if found["state"] != "in flight":
        case.not_yet(
            "order-visible",
            got=case.said("The order's message is visible, so another packer can receive the order too."),
            expected=f"it stays in flight for {seconds} s",
            why="A message that was received stays in flight for its visibility timeout. With 0 it's visible at once.",
        )
    if not seconds - SLACK <= found["left"] <= seconds:
        case.not_yet(
            "another-timeout",
            got=case.said(f"The order's message is in flight for {found['left']:g} s more."),
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
    why = "Use the ReceiptHandle that your receive returned with this very message."
    case.not_yet(
        reason,
        did=f"{case.did}, then {method} with its receipt handle, {handle!r:.40}",
        got=case.said(f"{method} changed nothing about the message."),
        expected="a receipt handle that works",
        why=f"That's the message id. {why}" if str(handle) in message_ids else why,
    )


# --- 03.1 ------------------------------------------------------------------------------------------------------------

NOTHING_BUT_RECEIVES = (
    ("Receive", "Get", "ChangeMessageVisibility"),
    "Your function only receives a message. Everything else about the queue and its messages stays as it is.",
)


def next_parcel(case):
    """A message with the attribute, of any type and value; with others; with none. And nothing that can be received."""
    known = case.draw.choice(["express", "overnight"])
    kinds = [
        {},
        shop.labels(speed=known, gift="yes"),
        shop.labels(gift=known, Speed=known, speedy="yes") | shop.labels(**{"top-speed": known}),
        _untidy() | shop.labels(speed=f" {case.name('By').title()}\t"),
        {"speed": {"StringValue": case.name("by"), "DataType": "String.level"}},
        {"speed": {"DataType": "Number", "StringValue": f"{case.draw.randrange(2, 99)}.50"}, "seal": _untidy()["seal"]},
    ]
    timeouts = case.draw.sample([5, 30, LONGEST, *case.draw.sample(range(60, 900), 3)], len(kinds))
    for attributes, timeout in zip(shop.shuffled(case, kinds), timeouts, strict=True):
        _expect_parcel(case, attributes, timeout)
    for taken in (0, 1):
        _expect_no_parcel(case, taken)
    queue_url = case.queue()
    _send(case, queue_url, json.dumps(_orders(case, 1)[0]), {})
    _expect_no_none(case, queue_url=queue_url)


def _expect_parcel(case, attributes, timeout):
    """The order, its speed and its handle; and the message stays in flight for the queue's visibility timeout."""
    queue_url = shop.queue(case, "orders", VisibilityTimeout=timeout)
    order, other = _orders(case, 2)
    order["speed"] = "as fast as you can"  # in the body, where it's nothing but a wish
    message_id = _send(case, queue_url, _written(case, order), attributes)
    other_id = _send(case, queue_url, json.dumps(other), {})
    before = len(case.calls)
    result = case.attempt(queue_url=queue_url)
    case.did += f", where the message has {_named(attributes)}" if attributes else ", without message attributes"
    speed = attributes.get("speed", {}).get("StringValue", "normal")
    wanted = f"the order, the speed {speed!r} and the receipt handle, in a dictionary"
    if result.error:
        shop.explain(case, result.error, wanted, [
            *READ_AS_PYTHON,
            ("no-message-attributes-key", "KeyError", "MessageAttributes", NO_ATTRIBUTES),
            ("message-attribute-missing", "KeyError", "'speed'",
             "A message can have other attributes than speed, and a receive returns only those that it asks for."),
            ("no-string-value", "KeyError", "StringValue", NO_TEXT),
        ])  # fmt: skip
    found = shop.messages_in(case, queue_url).get(message_id)
    _expect_in_flight(case, found, timeout)
    if found["receives"] > 1:
        case.not_yet(
            "received-twice",
            got=case.said(f"Your code received the order's message {found['receives']} times."),
            expected="one receive, which keeps it in flight",
            why="It was visible in between, so another packer could have received it. And each receive counts.",
        )
    _expect_untouched(case, queue_url, other_id)
    _expect_only(case, *NOTHING_BUT_RECEIVES)
    _expect_three_keys(case, result.value, order, wanted)
    if result.value["speed"] != speed:
        reason, why = _why_not_speed(result.value["speed"], attributes, _returned_attributes(case, message_id, before))
        case.not_yet(reason, got=result.value["speed"], expected=f"{speed!r} under speed", why=why)
    _expect_deletes(case, queue_url, {message_id}, result.value["receipt_handle"])


def _expect_three_keys(case, returned, order, wanted):
    """A dictionary with the order as it is, and two more keys."""
    keys = ("order", "speed", "receipt_handle")
    if not isinstance(returned, dict) or set(returned) != set(keys):
        why = f"Return a dictionary with the keys {', '.join(keys[:-1])} and {keys[-1]}."
        case.not_yet("no-dictionary", got=returned, expected=wanted, why=why)
    _expect_order(case, returned, order, wanted)


def _expect_order(case, returned, order, wanted):
    """The dictionary has the order as it is under "order"."""
    text = returned["order"] if isinstance(returned["order"], str) else ""
    with contextlib.suppress(ValueError):
        if json.loads(text) == order:
            why = "The order is still text, in JSON. json.loads turns it into a dictionary."
            case.not_yet("text-returned", got=returned, expected=wanted, why=why)
    if returned["order"] != order:
        found = returned["order"] if isinstance(returned["order"], dict) else {}
        differs = next((key for key in order | found if found.get(key) != order.get(key)), "order_id")
        why = f"In the message's body, {differs} is {json.dumps(order.get(differs), ensure_ascii=False)}."
        case.not_yet("other-order", got=returned["order"], expected="the order as the body has it", why=why)


def _why_not_speed(returned, attributes, brought):
    """Return a reason id, and why this isn't the speed.

    attributes: of the message. brought: those with which the answer received it.
    """
    if isinstance(returned, dict):
        return "message-attribute-with-type", "That's the whole attribute. Return its StringValue."
    if "speed" in attributes and "speed" not in brought:
        return (
            "message-attributes-not-asked-for",
            "The message has the attribute speed, but your receive didn't return it. A receive returns only the "
            "attributes that it asks for by name in MessageAttributeNames.",
        )
    if "speed" in attributes:
        return "other-message-attribute", "The speed is the StringValue of the attribute speed, whatever it says."
    return (
        "not-normal",
        "This message has no attribute with exactly the name speed, so the order is normal.",
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
    _expect_only(case, *NOTHING_BUT_RECEIVES)


# --- 03.2 ------------------------------------------------------------------------------------------------------------

NOTHING_BUT_QUESTIONS = ("Get", "List"), "The exercise asks for a function that sends nothing and changes nothing."


def fits(case):
    """At a limit and one byte above: letters, white space, attributes, all of them. Then far off, and the largest."""
    drawn = case.draw.randrange(2000, 3000)
    queues = {limit: shop.queue(case, "cards", MaximumMessageSize=limit) for limit in (drawn, SMALLEST, LARGEST)}
    for limit in (drawn, SMALLEST):
        _expect_fits(case, queues, limit, "x", {}, _of_the_queue(limit))
    _expect_only(case, *NOTHING_BUT_QUESTIONS)
    for letter in shop.shuffled(case, ["ü", "e\u0301", "☕", "🎁"]):
        why = "SQS counts bytes, in UTF-8, not characters."
        _expect_fits(case, queues, drawn, letter, {}, ("characters-counted", why))
    why = "White space counts like any other character, and this body has a lot of it."
    _expect_fits(case, queues, drawn, " \r\n\t", {}, ("white-space-not-counted", why))
    for attributes in shop.shuffled(case, [*_cards(), _ten()]):
        why = "An attribute counts too: its name, its type and its value, each in bytes."
        _expect_fits(case, queues, drawn, "x", attributes, ("message-attributes-not-counted", why))
    why = "Everything counts, in bytes: the body, and each attribute's name, type and value."
    together = {name: value for attributes in _cards() for name, value in attributes.items()}
    _expect_fits(case, queues, SMALLEST, 'é ☕🎁&<"', together, ("not-everything-counted", why))
    for size in (1, 9, 99, 999, 10_000):
        _expect_fit(case, queues[drawn], drawn, "x" * size, {}, ("far-above-the-limit", f"{size} is above {drawn}."))
    _expect_fits(case, queues, LARGEST, "x", {}, _of_the_queue(LARGEST))
    _limit(case, queues[drawn], drawn - 9)
    why = f"The queue's limit was {drawn} bytes before. It's {drawn - 9} bytes now, so ask for it in each call."
    _expect_fit(case, queues[drawn], drawn - 9, "x" * drawn, {}, ("limit-from-before", why))
    for body in ("x", "x" * drawn):
        _expect_no_guess(case, queues[drawn], body, len(body) < drawn)
    _expect_only(case, *NOTHING_BUT_QUESTIONS)


def _expect_no_guess(case, queue_url, body, right):
    """Where the queue's limit can't be read, the answer raises, or tries again."""
    result = _run_failing(case, NOTHING_ANSWERS, "", queue_url=queue_url, body=body, attributes={})
    if not result.error and result.value is not right:
        case.not_yet(
            "guessed-after-an-error",
            got=result.value,
            expected=f"an error, or {right} once a call succeeds",
            why="Your function couldn't read the queue's limit, so it can't know whether the message fits.",
        )


def _of_the_queue(limit):
    """Return a reason id and a text, for an answer that says yes to what's above this limit."""
    return (
        "limit-of-another-queue",
        f"Each queue has a limit of its own, its MaximumMessageSize. For this one it's {limit} bytes.",
    )


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
             "The values of queue attributes are strings. Turn this one into a number with int(...)."),
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
        did, fewer = case.did, body[:-1] + "a" * (len(body[-1].encode()) - 1)
        _expect_fit(case, queue_url, limit, fewer, attributes, above)  # does it refuse what's below the limit as well?
        case.did = did
        reason = "at-the-limit"
        why = f"These are {size} bytes. A message of exactly the limit fits, although SQS's error says shorter than."
    elif size < limit:
        reason, why = "below-the-limit", f"SQS counts {size} bytes here, which is less than {limit}."
    case.not_yet(reason, got=result.value, expected=str(size <= limit), why=why)


# --- 03.3 ------------------------------------------------------------------------------------------------------------


def pick(case):
    """Some of ten; none of ten; all of ten; with more waiting; a single one; an empty queue; and calls that fail."""
    town, other = case.draw.sample(TOWNS, 2)
    decoys = [
        shop.labels(town=other),
        shop.labels(town=town.lower()),
        _untidy() | shop.labels(Town=town, to=town),
        shop.labels(town=f"{town} 2"),
        shop.labels(town=f" {town} "),
        shop.labels(town=town[:-1]),
        {},
    ]
    own = [
        shop.labels(town=town),
        _untidy() | shop.labels(town=town),
        {"town": {"StringValue": town, "DataType": "String.city"}},
    ]
    for attributes in shop.shuffled(case, [own + decoys, decoys + decoys, own[:1] * 12, own[:1], []]):
        _expect_picked(case, town, shop.shuffled(case, attributes))
    _expect_given_back_at_last(case, town, decoys)
    _expect_given_back_or_raised(case, town, decoys[:2])


def _expect_picked(case, town, attributes):
    """The town's messages are in flight for ten minutes, the others are visible, and nothing is gone."""
    queue_url = shop.queue(case, "orders", VisibilityTimeout=case.draw.choice([30, 900, LONGEST]))
    sent, own = {}, {}
    orders = _orders(case, len(attributes), case.draw.choice("ABC"))
    orders[1::2] = orders[: len(orders) // 2 * 2 : 2]  # each comes twice, as a sender that tries again would have it
    for order, one in zip(orders, attributes, strict=True):
        mine = one.get("town", {}).get("StringValue") == town
        order |= {"town": case.draw.choice([other for other in TOWNS if other != town]) if mine else town}  # misleads
        key = _send(case, queue_url, _written(case, order), one)
        sent[key] = one
        if mine:
            own[key] = order
    before = len(case.calls)
    exposed = _watch_exposed(case, queue_url, set(own))
    result = case.attempt(queue_url=queue_url, town=town)
    case.did += f" with {_count(sent)} in the queue" + f", {len(own) or 'none'} for {town}" * bool(sent)
    if result.error:
        _explain_pick_error(case, result.error)
    _expect_one_receive(case, before, sent)
    found = shop.messages_in(case, queue_url)
    _expect_all_there(case, sent, found, case.calls[before:])
    kept = {key: order for key, order in own.items() if found[key]["receives"]}
    if exposed:
        case.not_yet(
            "visible-at-first",
            got=case.said(f"A message for {town} that your code had received was visible."),
            expected="it's in flight from the receive on",
            why="Another packer can be quicker than your next call. Have the receive itself hide the messages.",
        )
    for key, message in found.items():
        _expect_kept(case, message, sent[key]) if key in kept else _expect_given_back(case, message, sent[key], town)
    _expect_settings(case, case.calls[before:])
    _expect_list(case, queue_url, result.value, kept, town)


def _explain_pick_error(case, error):
    """Say what the answer wasn't ready for."""
    shop.explain(case, error, "a list of the town's orders", [
        *READ_AS_PYTHON,
        ("no-messages-key", "KeyError", "'Messages'", NO_MESSAGES),
        ("no-message-attributes-key", "KeyError", "'MessageAttributes'", NO_ATTRIBUTES),
        ("town-missing", "KeyError", "'town'",
         "A message can have other attributes than town, and a receive returns only those that it asks for."),
        ("no-string-value", "KeyError", "'StringValue'", NO_TEXT),
        ("ids-not-distinct", "BatchEntryIdsNotDistinct", "",
         "Each entry of a batch needs its own Id, and the same order can be in the queue twice."),
        ("empty-batch", "EmptyBatchRequest", "", "There was nothing to give back, and a batch can't be empty."),
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
            got=case.said(
                f"Your code called receive_message {len(receives)} times."
                if receives
                else "Your code received nothing."
            ),
            expected="one call",
            why="A message that you've given back is visible, so the next receive can return it again."
            if receives
            else "Only a receive returns messages.",
        )
    for call in receives:
        asked = call.params.get("MaxNumberOfMessages", 1)
        if asked != 10:
            case.not_yet(
                "not-ten",
                got=case.said(f"A receive asked for {asked} message{'s' * (asked != 1)} at most."),
                expected="a receive of up to ten",
                why="A receive returns one message, unless MaxNumberOfMessages asks for more. Ten is the most.",
            )
        for message in (call.response or {}).get("Messages", []):
            if "town" in sent[message["MessageId"]] and "town" not in message.get("MessageAttributes", {}):
                names = call.params.get("MessageAttributeNames")
                asked = f"with MessageAttributeNames={names}" if names else "without MessageAttributeNames"
                case.not_yet(
                    "message-attributes-not-asked-for",
                    got=case.said(f"Your code received {asked}."),
                    expected="the attribute town with each message that has it",
                    why="A receive returns only the attributes that it asks for by name in MessageAttributeNames.",
                )


def _expect_all_there(case, sent, found, calls):
    """Every message is in the queue, as the one that was sent, and nothing was sent."""
    if set(found) != set(sent) or shop.of(calls, *SENDS, *DELETES):
        gone, new = len(set(sent) - set(found)), len(set(found) - set(sent))
        called = sorted({call.operation for call in shop.of(calls, *SENDS, *DELETES)})
        seen = [f"Your code called {' and '.join(called)}."] * bool(called)
        seen += [f"The queue has lost {gone} of {_count(sent)}."] * bool(gone)
        seen += [f"The queue has {new} new message{'s' * (new != 1)}."] * bool(new)
        why = "Nothing is packed yet. An order whose message is deleted is never packed."
        if shop.of(calls, *SENDS):
            why = "A copy of a message is another message, which starts with a new age and a receive count of 0."
        case.not_yet(
            "messages-gone",
            got=case.said(" ".join(seen)),
            expected="the same messages in the queue, and nothing deleted or sent",
            why=why,
        )


def _expect_kept(case, message, attributes):
    """This message is in flight for 600 seconds from the receive on."""
    town = attributes["town"]["StringValue"]
    if message["state"] != "in flight":
        case.not_yet(
            "own-visible",
            got=case.said(f"A message whose town is {town!r} is visible, although your code received it."),
            expected="it's in flight for 600 s",
            why="It's for exactly this town, so it's kept. No other packer should receive it.",
        )
    if not 600 - SLACK <= message["left"] <= 600:
        case.not_yet(
            "timeout-too-short" if message["left"] < 600 else "timeout-too-long",
            got=case.said(f"A message for {town!r} is in flight for {message['left']:g} s more."),
            expected="600 s from the receive on",
            why="The receive's VisibilityTimeout decides. Without one, a receive uses the queue's visibility timeout.",
        )


def _expect_given_back(case, message, attributes, town):
    """This message is visible, since it's not for the packer's town."""
    if message["state"] != "visible":
        its = attributes.get("town", {}).get("StringValue")
        whose = f"A message whose town is {its!r}" if its else "A message that has no attribute town"
        case.not_yet(
            "others-hidden",
            got=case.said(f"{whose} is in flight for {message['left']:g} s more."),
            expected="it's visible, so that other packers can receive it",
            why=f"Keep only what's for exactly {town!r}. change_message_visibility with 0 gives the rest back.",
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
            got=case.said(f"{_count(hidden)} still in flight when your function returned."),
            expected="all are visible, or your function raises",
            why="A batch that fails in part raises nothing. Its response lists under Failed what wasn't done.",
        )


def _expect_given_back_or_raised(case, town, attributes):
    """Where no visibility timeout can be changed for a while, the answer gives the messages back later, or raises."""
    queue_url = case.queue()
    for order, one in zip(_orders(case, len(attributes)), attributes, strict=True):
        _send(case, queue_url, json.dumps(order), one)
    result = _run_failing(case, NOTHING_CHANGES, queue_url, queue_url=queue_url, town=town)
    hidden = [message for message in shop.messages_in(case, queue_url).values() if message["state"] != "visible"]
    if hidden and not result.error:
        case.not_yet(
            "errors-ignored",
            got=case.said(f"{_count(hidden)} still in flight when your function returned."),
            expected="all are visible, or your function raises",
            why="Your function returned as if all had gone well. The other packers have to wait for these orders.",
        )


def _expect_list(case, queue_url, returned, kept, town):
    """One entry for each message kept; and the handles are good."""
    expected = f"a list of {len(kept)}, each a dictionary with order_id and receipt_handle" if kept else "an empty list"
    keys = {"order_id", "receipt_handle"}
    if not isinstance(returned, list) or not all(isinstance(entry, dict) for entry in returned):
        case.not_yet("no-list", got=returned, expected=expected, why="Return a list with a dictionary for each order.")
    if any(set(entry) != keys for entry in returned):
        why = "Each dictionary has these two keys and no others."
        case.not_yet("wrong-keys", got=returned, expected=expected, why=why)
    ids = sorted(order["order_id"] for order in kept.values())
    if sorted(str(entry["order_id"]) for entry in returned) != ids:
        why = f"These order_ids are to be returned, once for each message: {', '.join(ids)}."
        if not ids:
            why = f"I had no message for {town} in the queue, so there's nothing to return."
        case.not_yet("other-messages", got=returned, expected=expected, why=why)
    for entry in returned:
        same = {key for key, order in kept.items() if order["order_id"] == entry["order_id"]}
        _expect_deletes(case, queue_url, same & set(shop.messages_in(case, queue_url)), entry["receipt_handle"])


# --- 03.4 ------------------------------------------------------------------------------------------------------------

NO_JSON = [  # as a mark-up language, as Python, with something behind it, and cut off
    "<order/>",
    "{'order_id': 'A-100'}",
    '{"order_id": "A-100"};',
    '{"order_id":',
]


def take_or_set_aside(case):
    """Poison before a good order, with counts of one digit and of two; no JSON; failing sends; a lot of poison."""
    for tries in (9, case.draw.randrange(2, 5), 1):  # as texts, "10" comes before "9"
        _expect_the_good_one(case, tries)
    tries, (body, *more) = case.draw.randrange(2, 4), shop.shuffled(case, NO_JSON)
    _expect_raises(case, body, tries)
    for body in more:
        _expect_raises(case, body, tries, turns=1)
    why = "The order can't be set aside now, and it's had enough tries. So there's nothing to return."
    for failing, message in _failing_moves(case):
        urls = {"queue_url": case.queue("orders"), "aside_url": case.queue("aside")}
        _send(case, urls["queue_url"], *message)
        _receive_often(case, urls["queue_url"], 3)
        _expect_survived(case, failing, *urls.values(), message, why, (None,), **urls, tries=3)
    _expect_the_next_one(case)
    urls = {"queue_url": case.queue("orders"), "aside_url": case.queue("aside")}
    _send(case, urls["queue_url"], json.dumps(_orders(case, 1)[0]), {})
    _expect_no_none(case, **urls, tries=3)
    _expect_all_set_aside(case)


def _expect_the_good_one(case, tries):
    """The poison is set aside and the good order returned; at its next receive it's set aside for the next one."""
    timeout = case.draw.choice([30, LONGEST, case.draw.randrange(60, 900)])
    queue_url, aside_url = shop.queue(case, "orders", VisibilityTimeout=timeout), case.queue("aside")
    tired, good, fresh = _orders(case, 3)
    poison = [(_written(case, tired), shop.labels(speed="express"))]
    if tries == 1:
        poison += [(" <order/>\r\n", {}), ('\t{"order_id":', _untidy()), ("null", _ten())]
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
    _expect_aside(case, aside_url, [(good_body, _untidy())])
    _expect_deletes(case, queue_url, {fresh_id}, handle)
    _expect_next(case, queue_url, aside_url, tries, None)
    _expect_aside(case, aside_url, [])


def _expect_the_next_one(case):
    """Where the send fails and a good order is waiting, the answer raises, or returns the good one."""
    queue_url, aside_url = case.queue("orders"), case.queue("aside")
    tired, good = _orders(case, 2)
    _send(case, queue_url, _written(case, tired), {})
    _receive_often(case, queue_url, 1)
    _send(case, queue_url, _written(case, good), {})
    result = _run_failing(case, "the send fails", aside_url, queue_url=queue_url, aside_url=aside_url, tries=1)
    if not result.error and (not isinstance(result.value, dict) or result.value.get("order") != good):
        case.not_yet(
            "good-order-withheld",
            got=case.said("Your function returned nothing.") if result.value is None else result.value,
            expected=f"an error, or the order {good['order_id']}",
            why=f"The order {good['order_id']} is still waiting for its first try, so the function can't return as if "
            "it weren't there.",
        )


def _expect_all_set_aside(case):
    """A good order is found, however many others have to be set aside before it."""
    queue_url, aside_url = case.queue("orders"), case.queue("aside")
    poison = [f"<order number='{number}'/>" for number in range(MANY)]
    for body in poison:
        _send(case, queue_url, body, {})
    _receive_often(case, queue_url, 1)
    [good] = _orders(case, 1)
    _send(case, queue_url, _written(case, good), {})
    _expect_next(case, queue_url, aside_url, 1, good)
    _expect_aside(case, aside_url, [(body, {}) for body in poison])


def _receive_often(case, queue_url, times):
    """Have all messages received so many times, and visible again."""
    for _ in range(times):
        shop.visible(case, queue_url)
        case.clock.advance(shop.LEASE + 1)


def _expect_next(case, queue_url, aside_url, tries, order):
    """Return the receipt handle that comes with this order; or None is returned, where it is None."""
    wanted = f"the order {order['order_id']} and its receipt handle, in a dictionary" if order else "None"
    counts = {message["body"]: message["receives"] + 1 for message in shop.messages_in(case, queue_url).values()}
    before = len(case.calls)
    result = case.attempt(queue_url=queue_url, aside_url=aside_url, tries=tries)
    case.did += f" with {_count(counts)} in the queue"
    if result.error:
        _explain_aside_error(case, result.error, wanted)
    most = max((len((call.response or {}).get("Messages", [])) for call in _receives(case, before)), default=0)
    if most > 1:
        case.not_yet(
            "more-than-one-at-a-time",
            got=case.said(f"A receive returned {most} messages."),
            expected="one message at a time",
            why="Every message that a receive returns is hidden and counted, even one that you never get to.",
        )
    if order is None:
        if result.value is not None:
            why = "There was no message left to return."
            case.not_yet("not-none", got=result.value, expected=wanted, why=why)
        return None
    aside = [message["body"] for message in case.state(aside_url)["messages"]]
    if early := [body for body, count in counts.items() if count <= tries and body in aside]:
        case.not_yet(
            "set-aside-too-early",
            got=case.said(f"A message was set aside on receive number {counts[early[0]]}: {shop.show(early[0], 60)}"),
            expected=f"with tries={tries} it's set aside on receive number {tries + 1}",
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
        why = (
            f"None means that no message is left. But the order {order['order_id']} was waiting, and its receive count "
            f"wasn't above {tries}."
        )
        case.not_yet("none-too-early", got=None, expected=wanted, why=why)
    if not isinstance(returned, dict) or set(returned) != {"order", "receipt_handle"}:
        why = "Return a dictionary with the keys order and receipt_handle."
        case.not_yet("no-dictionary", got=returned, expected=wanted, why=why)
    count = next((count for other, count in counts if other == returned["order"]), 0)
    if count > tries:
        tired = returned["order"]
        name = tired["order_id"] if isinstance(tired, dict) and "order_id" in tired else shop.show(tired, 40)
        why = f"This was receive number {count} of that order, and tries is {tries}. So it has to be set aside."
        if str(count) < str(tries):
            why += f' A receive count arrives as a string, and as strings "{count}" comes before "{tries}".'
        case.not_yet(
            "received-too-often",
            got=case.said(f"Your function returned the order {name}."),
            expected=f"that order in the `aside` queue, and {wanted}",
            why=why,
        )
    if count and returned["order"] != order:
        why = f"The order {order['order_id']} came first, and its receive count wasn't above {tries}."
        case.not_yet("passed-over", got=returned, expected=wanted, why=why)
    _expect_order(case, returned, order, wanted)


def _explain_aside_error(case, error, wanted):
    """Say what the answer wasn't ready for."""
    raw = "A message in the queue had a body that isn't JSON, and it had been received too often. Such a body is "
    asked = "A receive returns only the system attributes that it asks for in MessageSystemAttributeNames."
    shop.explain(case, error, wanted, [
        *READ_AS_PYTHON,
        ("no-messages-key", "KeyError", "'Messages'", NO_MESSAGES),
        ("no-message-attributes-key", "KeyError", "'MessageAttributes'", NO_ATTRIBUTES),
        ("attributes-not-asked-for", "KeyError", "'Attributes'", asked),
        ("attributes-not-asked-for", "KeyError", "ApproximateReceiveCount", asked),
        ("no-string-value", "KeyError", "'StringValue'", NO_TEXT),
        ("body-read-as-json", "JSONDecodeError", "", f"{raw}set aside without being read."),
        ("text-and-number", "TypeError", "not supported between",
         "ApproximateReceiveCount is a string. Turn it into a number with int(...)."),
        ("wrong-handle", "ReceiptHandleIsInvalid", "",
         "A message is deleted with the receipt handle that its receive returned."),
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
            got=case.said(f"{_count(left)} in the queue that shouldn't be there."),
            expected="what was received too often is in the `aside` queue alone",
            why="To set a message aside, send it to the `aside` queue and then delete it from this one.",
        )


def _expect_aside(case, aside_url, wanted):
    """Exactly these bodies, with their attributes, were set aside."""
    found = _take(case, aside_url)
    bodies, right = sorted(body for body, _ in found), sorted(body for body, _ in wanted)
    if bodies != right:
        here, there = shop.show_difference(bodies, right)
        case.not_yet(
            "set-aside-wrong",
            got=case.said(f"These bodies are in the `aside` queue: {here}" if bodies else "No message was set aside."),
            expected=f"these: {there}" if right else "no message there",
            why="Each order that was received too often is set aside once, with its body exactly as it is.",
        )
    case.reach("moved")
    attributes = dict(wanted)
    for body, those in found:
        _expect_attributes(case, those, attributes[body], f"The message {shop.show(body, 40)} in the `aside` queue")


def _expect_attributes(case, found, wanted, message):
    """These are the attributes that the message had before it was moved."""
    for name in sorted(found.keys() | wanted.keys()):
        if found.get(name) == wanted.get(name):
            continue
        seen = f"{message} with the message attribute {name} as {found.get(name)}"
        expected = f"{name} as {wanted.get(name)}"
        why = "A message attribute is moved as it is, with its type and its value."
        if name not in found:
            seen = f"{message} without its message attribute {name}"
            why = (
                "A receive returns the attributes that it asks for in MessageAttributeNames. A send makes a new "
                "message, with just the attributes that it's given in MessageAttributes."
            )
        elif name not in wanted:
            expected = f"no message attribute {name}, since it had none before"
            why = "A message is moved with its own message attributes and no others. Ten are the most it can have."
        case.not_yet("message-attributes-lost", got=case.said(f"{seen}."), expected=expected, why=why)


def _expect_raises(case, body, tries, turns=0):
    """A body that isn't JSON raises each time, until it's been received often enough; then it's set aside.

    turns: how often it's received before the end; without it, as often as the order is worth a try, and once more.
    """
    queue_url, aside_url = case.queue("orders"), case.queue("aside")
    bad_id = _send(case, queue_url, body, _untidy())
    for turn in range(1, (turns or tries) + 1):
        result = case.attempt(queue_url=queue_url, aside_url=aside_url, tries=tries)
        case.did += f", where the order's body is {body!r}, on receive number {turn}"
        found = shop.messages_in(case, queue_url).get(bad_id)
        if found is None:
            case.not_yet(
                "bad-order-gone",
                got=case.said("The order's message is gone from the queue."),
                expected="an error, and the message stays in the queue",
                why=f"With tries={tries} it's set aside on receive number {tries + 1}, and it stays until then.",
            )
        if not result.error:
            case.not_yet(
                "no-error",
                got=result.value,
                expected="an error, such as json.loads raises",
                why=f"With tries={tries} this order is still worth a try, but its body isn't JSON. The program that "
                "calls your function has to notice.",
            )
        if found["receives"] != turn or case.state(aside_url)["messages"]:
            aside = _count(case.state(aside_url)["messages"])
            case.not_yet(
                "bad-order-moved",
                got=case.said(f"A receive count of {found['receives']}, and {aside} set aside."),
                expected=f"a receive count of {turn}, and no message set aside",
                why="Each call of your function receives it once and leaves it in the queue.",
            )
        case.after_every_lease()
    if turns:
        return
    [good] = _orders(case, 1)
    good_id = _send(case, queue_url, json.dumps(good), {})
    _expect_next(case, queue_url, aside_url, tries, good)
    _expect_left(case, queue_url, {good_id}, {good_id: 30})
    _expect_aside(case, aside_url, [(body, _untidy())])


def _failing_moves(case):
    """Return pairs of what fails and a message, as its body and its attributes.

    Of those that are too large, one would fit if it were cut, and the other without its attributes.
    """
    [order] = _orders(case, 1)
    long = _written(case, order | {"card": "x" * SMALLEST})
    just_right = json.dumps(order).ljust(SMALLEST)
    failing = [(name, (long, _untidy())) for name in MOVES]
    return [*failing, (TOO_LARGE, (long, {})), (TOO_LARGE, (just_right, _untidy()))]


def _expect_survived(case, failing, here, there, message, why, may_return=(), **arguments):
    """After failed calls the message is in one of the queues, and the next run leaves it in the other one alone.

    message: its body and attributes. may_return: values that an answer can return though it didn't move the message.
    why: the reason that it can't return others.
    """
    body, attributes = message
    result = _run_failing(case, failing, there, **arguments)
    did = case.did
    moved = case.state(there)["messages"]
    bodies = [one["body"] for one in [*moved, *case.state(here)["messages"]]]
    if body not in bodies:
        instead = f" Instead, there's this one: {shop.show(bodies[0], 80)}" if bodies else ""
        case.not_yet(
            "lost-in-a-crash",
            got=case.said(f"The order's message is in neither queue, so it's lost.{instead}"),
            expected="it's in one of them, or in both",
            why="Delete a message only when you know that all of it is in the other queue.",
        )
    if not moved and not result.error and result.value not in may_return:
        got = case.said("Your function returned nothing.") if result.value is None else result.value
        case.not_yet("returned-as-if-moved", got=got, expected="an error", why=why)
    case.after_every_lease()
    case.run(**arguments)
    case.did = f"{did}, and then once more, where nothing fails"
    if case.state(here)["messages"] or not case.state(there)["messages"]:
        case.not_yet(
            "not-finished",
            got=case.said("The order's message still isn't in the other queue alone."),
            expected="the second run finishes what the first one began",
            why="What's left in the queue can be received again when its visibility timeout is over.",
        )
    for text, those in _take(case, there):
        if text != body:
            case.not_yet(
                "changed-after-a-failure",
                got=case.said(f"This body is in the other queue: {shop.show(text, 80)}"),
                expected=f"the order's own: {shop.show(body, 80)}",
                why="After a failure, too, the order is moved as it is, and nothing in its place.",
            )
        _expect_attributes(case, those, attributes, "The order in the other queue")


def _expect_no_none(case, **arguments):
    """Where a message is waiting and every receive fails, the answer raises, or tries again."""
    result = _run_failing(case, NOTHING_RECEIVES, "", **arguments)
    if not result.error and result.value is None:
        case.not_yet(
            "none-after-an-error",
            got=case.said("Your function returned nothing."),
            expected="an error, or what it returns once a receive succeeds",
            why="A message was waiting, and None tells the caller that there was none.",
        )


def _run_failing(case, failing, other_url, **arguments):
    """Return the result of the answer while something fails: a key of FAILURES, or TOO_LARGE.

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

    stop = shop.before_each(case, ("GetQueueAttributes", "ReceiveMessage", *SENDS, *DELETES, *CHANGES), look)
    with outage:
        result = case.attempt(**arguments)
    stop()
    case.did += f", where {failing}"
    return result


def _limit(case, queue_url, size):
    case.sqs.set_queue_attributes(QueueUrl=queue_url, Attributes={"MaximumMessageSize": str(size)})


# --- 03.5 ------------------------------------------------------------------------------------------------------------


def pack_and_pass_on(case):
    """Nothing to do; the shortest work, the longest, and some between; calls that fail."""
    for taken in (0, 1):
        _expect_nothing_packed(case, taken)
    kinds = [{}, _untidy(), _ten(), shop.labels(speed="express")]
    lengths = [1, case.draw.randrange(31, 60), case.draw.randrange(100, 200), 7200]
    for seconds, attributes in zip(lengths, shop.shuffled(case, kinds), strict=True):
        _expect_passed_on(case, seconds, attributes)
    why = (
        "The order was waiting, and it isn't in the queue of packed orders now. An order_id tells the caller that it "
        "is, and None that no order was waiting."
    )
    urls = {"orders_url": case.queue("orders"), "packed_url": case.queue("packed")}
    _send(case, urls["orders_url"], json.dumps(_orders(case, 1)[0]), {})
    _expect_no_none(case, **urls, seconds=40)
    for failing, message in _failing_moves(case):
        urls = {"orders_url": case.queue("orders"), "packed_url": case.queue("packed")}
        _send(case, urls["orders_url"], *message)
        _expect_survived(case, failing, *urls.values(), message, why, **urls, seconds=case.draw.randrange(40, 80))
        case.reach("survived")


def _expect_nothing_packed(case, taken):
    """None, without packing, where no order is in the queue, or where another packer has it."""
    orders_url, packed_url = case.queue("orders"), case.queue("packed")
    for order in _orders(case, taken):
        _send(case, orders_url, json.dumps(order), {})
        case.sqs.receive_message(QueueUrl=orders_url, VisibilityTimeout=LONGEST)
    started, seconds = case.clock.now(), 3000
    result = case.attempt(orders_url=orders_url, packed_url=packed_url, seconds=seconds)
    case.did += ", where another packer has the only order" if taken else " with an empty queue"
    if result.error:
        _explain_pack_error(case, result.error, "None", NOTHING_RECEIVED)
    if result.value is not None or case.state(packed_url)["messages"]:
        got = result.value if result.value is not None else case.said("A message in the queue of packed orders.")
        why = "No order was waiting, so there's nothing to pack and nothing to return."
        case.not_yet("not-none", got=got, expected="None, and nothing passed on", why=why)
    took = shop.seconds_since(case, started)
    if took >= seconds:
        case.not_yet(
            "packed-nothing",
            got=case.said(f"Your code took {took:.0f} s, although no order was waiting."),
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
    before, started = len(case.calls), case.clock.now()
    seen = _watch(case, orders_url, order_id)
    try:
        result = case.attempt(orders_url=orders_url, packed_url=packed_url, seconds=seconds)
    except shop.AnswerError as stopped:
        if stopped.stopped != "calls":
            raise
        case.not_yet(
            "too-many-calls",
            did=stopped.did,
            got=case.said(stopped.message),
            expected="the order is passed on, with fewer calls to AWS",
            why="If your function renews the visibility timeout while it packs, choose a longer one, so that a few "
            "calls are enough.",
        )
    ended = shop.seconds_since(case, started)
    if result.error:
        _explain_pack_error(case, result.error, "the order's id")
    _expect_hidden(case, seen, seconds)
    _expect_packed(case, seen, seconds, ended)
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
        *READ_AS_PYTHON,
        ("no-message-attributes-key", "KeyError", "'MessageAttributes'", NO_ATTRIBUTES),
        ("no-string-value", "KeyError", "'StringValue'", NO_TEXT),
        ("timeout-above-12-hours", "InvalidParameterValue", "VisibilityTimeout",
         f"A visibility timeout can be {LONGEST:,} s at most."),
        ("wrong-handle", "ReceiptHandleIsInvalid", "",
         "A message is deleted with the receipt handle that its receive returned, and with its own queue's URL."),
    ])  # fmt: skip


def _expect_hidden(case, seen, seconds):
    """Whenever the answer called SQS, nobody else could have received the order."""
    for operation, message, took in seen:
        if message and message["receives"] and message["state"] == "visible":
            case.not_yet(
                "timeout-too-short",
                got=case.said(f"The order was visible when your code called {operation}, {took:.1f} s after it began."),
                expected="it stays in flight until it's deleted",
                why=f"Its visibility timeout had ended. Packing takes {seconds} s, and calls take time too.",
            )


def _expect_packed(case, seen, seconds, ended):
    """So many seconds went by between the receive and the send, and no more than a minute in addition, up to the end.

    ended: when the answer returned.
    """
    tried = [at for operation, message, at in seen if operation == "ReceiveMessage" and not _received(message)]
    received = tried[-1] if tried else 0  # the last receive before which it was never received
    took = next((at - received for operation, _, at in seen if operation in SENDS), seconds)
    if not seconds <= took <= seconds + 60:
        case.not_yet(
            "passed-on-early" if took < seconds else "passed-on-late",
            got=case.said(f"Your code sent a message {took:.1f} s after it received the order."),
            expected=f"the order is packed for {seconds} s in between",
            why="Packing is time.sleep(seconds). Pass the order on when it's packed.",
        )
    if ended - received > seconds + 60:
        case.not_yet(
            "packed-too-long",
            got=case.said(f"Your code returned {ended - received:.1f} s after it received the order."),
            expected=f"{seconds} s of packing, and little more",
            why="An order is packed once, with time.sleep(seconds), before it's passed on.",
        )


def _received(message):
    """Return whether the message, as Case.state has it, was received, or is gone."""
    return message is None or message["receives"] > 0


def _expect_moved(case, orders_url, packed_url, body, attributes, order_id):
    """The message is in the queue of packed orders as it came, and there alone."""
    if order_id in shop.messages_in(case, orders_url):
        case.not_yet(
            "order-left",
            got=case.said("The order is still in the queue of orders."),
            expected="it's in the queue of packed orders alone",
            why="A message stays until it's deleted, with the receipt handle that your receive returned.",
        )
    found = _take(case, packed_url)
    if len(found) != 1:
        case.not_yet(
            "not-one-passed-on",
            got=case.said(f"I could receive {_count(found)} from the queue of packed orders."),
            expected="one: the order",
            why="Send the order once, to the queue whose URL is packed_url.",
        )
    [(text, brought)] = found
    if text != body:
        why = "Pass the body on as it came, character by character."
        case.not_yet("body-changed", got=text, expected=repr(body), why=why)
    case.reach("passed")
    _expect_attributes(case, brought, attributes, "The order passed on")
