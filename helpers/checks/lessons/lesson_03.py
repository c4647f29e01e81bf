"""The checks of lesson 03. Each gets a helpers.checks.case.Case and calls `case.not_yet(...)` at the first fault."""

import contextlib
import json

from helpers.checks.lessons import shop

TOWNS = ["Bath", "Derby", "Leeds", "Truro", "Wells", "York"]
NO_MESSAGES = "When there is nothing to receive, the response has no key Messages at all."
NOTHING_RECEIVED = [
    ("no-messages-key", "KeyError", "Messages", NO_MESSAGES),
    ("no-messages-key", "IndexError", "", NO_MESSAGES),
]
NO_LABELS = "A message without labels comes without the key MessageAttributes."


def _send(case, queue_url, body, labels):
    """Send a message, and return its id."""
    body = body if isinstance(body, str) else json.dumps(body)
    return case.sqs.send_message(QueueUrl=queue_url, MessageBody=body, MessageAttributes=labels)["MessageId"]


def _take(case, queue_url):
    """Receive and delete all that is visible, and return pairs of body and labels."""
    found = []
    ten = {"QueueUrl": queue_url, "MaxNumberOfMessages": 10, "MessageAttributeNames": ["All"]}
    while messages := case.sqs.receive_message(**ten).get("Messages"):
        for message in messages:
            found.append((message["Body"], message.get("MessageAttributes", {})))
            case.sqs.delete_message(QueueUrl=queue_url, ReceiptHandle=message["ReceiptHandle"])
    return found


def _expect_settings(case, before, *queue_urls):
    """The queues' settings are those of before."""
    for queue_url, settings in zip(queue_urls, before, strict=True):
        if shop.settings(case, queue_url) != settings:
            case.not_yet(
                "settings-changed",
                got=case.said("The queue's settings are not what they were."),
                expected="the settings as they were",
                why="An attribute of a queue is for everybody who uses it. A receive can ask for a lease of its own, "
                "and change_message_visibility changes one.",
            )


def _expect_untouched(case, queue_url, message_id):
    """Another message of the queue was not received."""
    found = shop.messages_in(case, queue_url).get(message_id)
    if found is None or found["receives"]:
        case.not_yet(
            "others-received",
            got=case.said("Another message was received too, and is hidden from the others or counted."),
            expected="one message is received",
            why="Each receive leases and counts every message that it brings. MaxNumberOfMessages is 1 unless you say "
            "more.",
        )


def _expect_only(case, allowed):
    """The answer called no other operations than these, by the beginnings of their names."""
    others = sorted({call.operation for call in case.calls if not call.operation.startswith(allowed)})
    if others:
        case.not_yet(
            "forbidden-call",
            got=case.said(f"Your code called {', '.join(others)}."),
            expected="nothing of that kind",
            why="The exercise asks to leave the messages in the queue, and the queue as it is.",
        )


# --- 03.1 ------------------------------------------------------------------------------------------------------------


def next_parcel(case):
    """Messages with the label, with others, and with none, one at a time; and an empty queue."""
    speeds = case.draw.sample(["express", "overnight", "same day"], 2)
    kinds = [
        shop.labels(speed=speeds[0], gift="yes"),
        {},
        shop.labels(gift="express", Speed="express"),
        shop.labels(speed=speeds[1]),
        shop.labels(speedy="yes"),
    ]
    case.draw.shuffle(kinds)
    for labels in kinds:
        _expect_parcel(case, labels)
    queue_url = case.queue()
    result = case.attempt(queue_url=queue_url)
    case.did += " on an empty queue"
    if result.error:
        shop.explain(case, result.error, "None", NOTHING_RECEIVED)
    if result.value is not None:
        case.not_yet("not-none", got=result.value, expected="None", why="There was no message, and None says so.")
    _expect_only(case, ("Receive", "Get", "ChangeMessageVisibility"))


def _expect_parcel(case, labels):
    """The order and its speed; and the message stays in flight."""
    queue_url, [order] = case.queue(), shop.orders(case, 1)
    message_id = _send(case, queue_url, order, labels)
    other_id = _send(case, queue_url, shop.orders(case, 1, "Z")[0], {})
    result = case.attempt(queue_url=queue_url)
    case.did += f" with a message whose labels are {', '.join(labels) or 'none'}"
    wanted = {"order": order, "speed": labels.get("speed", {}).get("StringValue", "normal")}
    if result.error:
        why = "A message may have no labels, or others: then the response has no such key."
        shop.explain(
            case,
            result.error,
            str(wanted),
            [("message-attribute-missing", "KeyError", key, why) for key in ("MessageAttributes", "speed")],
        )
    found = shop.messages_in(case, queue_url).get(message_id)
    if found is None:
        case.not_yet(
            "order-deleted",
            got=case.said("The message is not in the queue any more."),
            expected="it stays, leased",
            why="Packing comes later. Whoever deletes first loses the order if packing fails.",
        )
    if found["state"] != "in flight":
        case.not_yet(
            "order-visible",
            got=case.said("The message is visible, so the next packer is given it too."),
            expected="it stays leased",
            why="A timeout of 0 is a lease of no time, or gives the message back.",
        )
    _expect_untouched(case, queue_url, other_id)
    if result.value != wanted:
        reason, why = _why_not_parcel(result.value, wanted)
        case.not_yet(reason, got=result.value, expected=str(wanted), why=why)


def _why_not_parcel(returned, wanted):
    """Return why this is not order and speed."""
    if not isinstance(returned, dict) or set(returned) != {"order", "speed"}:
        return "no-dictionary", "A dictionary with the two keys order and speed was asked for."
    if isinstance(returned["order"], str):
        return "text-returned", "The body is JSON text; json.loads makes a dictionary of it."
    if returned["order"] != wanted["order"]:
        return "other-order", "The order is what the message's body says."
    if returned["speed"] == "normal":
        return (
            "message-attributes-not-asked-for",
            "The label was there. It comes only to a receive that asks for it, with MessageAttributeNames.",
        )
    if isinstance(returned["speed"], dict):
        return "message-attribute-with-type", "That is the whole label, with its type. Its text is under StringValue."
    return (
        "other-message-attribute",
        "Only the label called speed says it, letter by letter; without it an order is normal.",
    )


# --- 03.2 ------------------------------------------------------------------------------------------------------------


def fits(case):
    """Around the limit of two queues: plain letters, other letters, labels; then all of them together."""
    small, usual = case.draw.randrange(1024, 3000), 1_048_576
    queues = {usual: case.queue("cards"), small: shop.queue(case, "cards", MaximumMessageSize=small)}
    plain, number = shop.labels(speed="express"), {"weight.kg": {"DataType": "Number.grams", "StringValue": "12"}}
    greek = shop.labels(town="Αθήνα")
    for limit in queues:
        of_queue = "limit-of-another-queue", "The limit is that of the queue, its MaximumMessageSize."
        _expect_fits(case, queues, limit, "x", {}, of_queue)
    for letter in case.draw.sample("éü☕", 3):
        in_bytes = "characters-counted", "SQS counts bytes, and such a letter takes two or three."
        _expect_fits(case, queues, small, letter, {}, in_bytes)
    for labels in (plain, number, greek):
        label_too = "message-attributes-not-counted", "A label counts too: its name, its type and its value, in bytes."
        _expect_fits(case, queues, small, "x", labels, label_too)
    together = "not-everything-counted", "Everything counts, in bytes: the body, and each label's name, type and value."
    for labels in (plain | number, greek | number):
        _expect_fits(case, queues, case.draw.choice(list(queues)), "é", labels, together)
    _expect_only(case, ("Get", "List"))


def _expect_fits(case, queues, limit, letter, labels, above):
    """Just at the limit, and a little above and below, in an order that is drawn.

    above: the reason id and the text for an answer that says yes to what is too large.
    """
    for spare in case.draw.sample([0, -1, 1, len(letter.encode())], 4):
        body = _body(limit - _size(labels) + spare, letter)
        _expect_fit(case, queues[limit], limit, body, labels, above)


def _size(labels):
    """Return how many bytes the labels are."""
    texts = [text for name, value in labels.items() for text in (name, value["DataType"], value["StringValue"])]
    return len("".join(texts).encode())


def _body(size, letter):
    """Return a text of this letter that is so many bytes, filled up with a's."""
    count, rest = divmod(size, len(letter.encode()))
    return "a" * rest + letter * count


def _expect_fit(case, queue_url, limit, body, labels, above):
    """True or False, as SQS would say."""
    size = len(body.encode()) + _size(labels)
    result = case.attempt(queue_url=queue_url, body=body, attributes=labels)
    about = f"a body of {len(body)} characters, {len(body.encode())} bytes"
    if labels:
        about += f", with labels of {_size(labels)} bytes"
    case.did = f"fits(...) with {about}, for a queue whose limit is {limit}"
    if result.error:
        shop.explain(case, result.error, "True or False", [
            ("text-and-number", "TypeError", "not supported between",
             "Attributes of a queue come as strings: int(...) makes a number."),
            ("attributes-not-asked-for", "KeyError", "Attributes",
             "Without AttributeNames the response has no Attributes."),
            ("sent-to-count", "InvalidParameterValue", "shorter than", "Nothing is to be sent, only counted."),
        ])  # fmt: skip
    if result.value is (size <= limit):
        return
    reason, why = above
    if not isinstance(result.value, bool):
        reason, why = "no-bool", "True or False was asked for."
    elif size == limit:
        reason = "at-the-limit"
        why = (
            "That is just the limit, and the limit itself is fine, although the error says shorter than. Count what "
            "SQS counts, and nothing else."
        )
    elif size < limit:
        reason, why = "below-the-limit", "That is below the limit: count what SQS counts, and nothing else."
    case.not_yet(reason, got=result.value, expected=str(size <= limit), why=why)


# --- 03.3 ------------------------------------------------------------------------------------------------------------


def pick(case):
    """Some of a few; none of a few; all of ten, with more waiting; and an empty queue."""
    town, other = case.draw.sample(TOWNS, 2)
    decoys = [
        shop.labels(town=other),
        shop.labels(town=town.lower()),
        shop.labels(Town=town, to=town),
        shop.labels(town=f"{town} 2"),
    ]
    some = [*decoys, {}, *[shop.labels(town=town, speed="express")] * 3]
    for labels in (some, decoys, [shop.labels(town=town)] * 12, []):
        _expect_picked(case, town, shop.shuffled(case, labels))


def _expect_picked(case, town, labels):
    """The town's messages are hidden for ten minutes, the others can be received, and nothing is gone."""
    queue_url = case.queue()
    orders = shop.orders(case, len(labels), case.draw.choice("ABC"))
    sent = {_send(case, queue_url, order, label): (order, label) for order, label in zip(orders, labels, strict=True)}
    before, settings = len(case.calls), [shop.settings(case, queue_url)]
    own = {key: order for key, (order, label) in sent.items() if label.get("town", {}).get("StringValue") == town}
    exposed = _watch_leases(case, queue_url, set(own))
    result = case.attempt(queue_url=queue_url, town=town)
    case.did += f" with {len(sent) or 'no'} messages in the queue"
    if result.error:
        shop.explain(
            case,
            result.error,
            "the packer's own messages",
            [
                ("no-messages-key", "KeyError", "Messages", NO_MESSAGES),
                ("no-message-attributes-key", "KeyError", "MessageAttributes", NO_LABELS),
                ("town-missing", "KeyError", "town", "A message may have other labels than town."),
            ],
        )
    calls = case.calls[before:]
    _expect_one_receive(case, [call for call in calls if call.operation == "ReceiveMessage"])
    found = shop.messages_in(case, queue_url)
    _expect_all_there(case, sent, found)
    received = {key for key, message in found.items() if message["receives"]}
    kept = {key: order for key, order in own.items() if key in received}
    if own and not kept:
        case.not_yet(
            "too-few-received",
            got=case.said(f"{len(received)} messages were received, and none of them was of this town."),
            expected="a receive of up to ten messages",
            why="A receive brings one message, unless MaxNumberOfMessages asks for more, up to ten.",
        )
    if exposed:
        case.not_yet(
            "visible-at-first",
            got=case.said("Before your code asked for a lease, a message of this town could be received by others."),
            expected="it is leased from the receive on",
            why="A receive with a timeout of 0 leases nothing. Another packer may be quicker than the next call.",
        )
    _expect_leases(case, found, kept, sent, town)
    _expect_settings(case, settings, queue_url)
    _expect_list(case, queue_url, result.value, kept)


def _watch_leases(case, queue_url, own):
    """Return a list that gets each of these messages that was received and is visible when a timeout is changed."""
    exposed = []

    def look():
        for key, message in shop.messages_in(case, queue_url).items():
            if key in own and message["receives"] and message["state"] == "visible":
                exposed.append(key)

    for operation in ("ChangeMessageVisibility", "ChangeMessageVisibilityBatch"):
        case.during(operation, look)
    return exposed


def _expect_one_receive(case, receives):
    """One receive, for up to ten."""
    if len(receives) > 1:
        case.not_yet(
            "received-again",
            got=case.said(f"Your code received {len(receives)} times."),
            expected="one receive",
            why="What was given back can be received again, by the same loop too; and each receive leases more.",
        )
    asked = receives[0].params.get("MessageAttributeNames", []) if receives else ["All"]
    if not any(name in ("All", "*", "town") or "town".startswith(name.removesuffix(".*")) for name in asked):
        case.not_yet(
            "message-attributes-not-asked-for",
            got=case.said(
                f"Your receive asked for the labels {', '.join(asked)}."
                if asked
                else "Your receive asked for no labels."
            ),
            expected="the messages with their label town",
            why="Message attributes come only to a receive that asks for them by name, or for All, with "
            "MessageAttributeNames.",
        )
    if receives and receives[0].params.get("MaxNumberOfMessages", 1) != 10:
        case.not_yet(
            "not-ten",
            got=case.said(f"Your code asked for {receives[0].params.get('MaxNumberOfMessages', 1)} of the messages."),
            expected="up to ten",
            why="A receive brings one message, unless MaxNumberOfMessages asks for more; ten are the most.",
        )


def _expect_all_there(case, sent, found):
    """Every message is in the queue, as the one that was sent."""
    if set(found) != set(sent):
        gone, new = len(set(sent) - set(found)), len(set(found) - set(sent))
        case.not_yet(
            "messages-gone",
            got=case.said(f"Messages that are gone from the queue: {gone}; new ones: {new}."),
            expected="every message still in the queue, as it was",
            why="Nothing is packed yet, so nothing is deleted. And whoever deletes a message and sends it again makes "
            "another message, without its age and its receive count.",
        )


def _expect_leases(case, found, kept, sent, town):
    """What is kept is hidden for 600 seconds, all others can be received."""
    for key, message in found.items():
        label = sent[key][1].get("town", {}).get("StringValue")
        if key in kept and message["state"] != "in flight":
            case.not_yet(
                "own-visible",
                got=case.said(f"A message whose town is {label!r} can be received by others."),
                expected=f"a lease of 600 s on it, since {town!r} was asked for",
                why="With a timeout of 0 a receive leases nothing, and giving back is for the messages of other towns.",
            )
        if key in kept and message["left"] != 600:
            case.not_yet(
                "timeout-too-short",
                got=case.said(f"A message whose town is {label!r} is leased for {message['left']:g} s more."),
                expected="600 s, from the receive on",
                why="A receive leases for its VisibilityTimeout, and without one for that of the queue. Ask for 600.",
            )
        if key not in kept and message["state"] != "visible":
            case.not_yet(
                "others-hidden",
                got=case.said(f"A message whose town is {label!r} is hidden for {message['left']:g} s more."),
                expected=f"it can be received at once, since {town!r} was asked for",
                why="The receive leased it. change_message_visibility with a VisibilityTimeout of 0 gives it back. "
                "Towns are compared whole, letter by letter.",
            )


def _expect_list(case, queue_url, returned, kept):
    """One entry for each message kept; and the handles are good."""
    expected = f"a list of {len(kept)} entries, each with order_id and receipt_handle"
    if not isinstance(returned, list) or not all(isinstance(entry, dict) for entry in returned):
        case.not_yet("no-list", got=returned, expected=expected, why="The packer goes through a list, of dictionaries.")
    ids = sorted(str(entry.get("order_id")) for entry in returned)
    if ids != sorted(order["order_id"] for order in kept.values()):
        case.not_yet(
            "other-messages",
            got=returned,
            expected=expected,
            why="The order_id stands in the body's JSON; only messages whose label town is this town are kept.",
        )
    if any(set(entry) != {"order_id", "receipt_handle"} for entry in returned):
        case.not_yet("wrong-keys", got=returned, expected=expected, why="Each entry has the two keys.")
    by_order = {order["order_id"]: key for key, order in kept.items()}
    for entry in returned:
        with contextlib.suppress(case.sqs.exceptions.ReceiptHandleIsInvalid):
            case.sqs.delete_message(QueueUrl=queue_url, ReceiptHandle=str(entry["receipt_handle"]))
        if by_order[entry["order_id"]] in shop.messages_in(case, queue_url):
            case.not_yet(
                "handle-does-not-delete",
                did=f"{case.did}, then delete_message with a receipt_handle of the list",
                got=case.said("The message is still in the queue."),
                expected="it is deleted",
                why="Only the newest receipt handle of that same message deletes it; a message id is none.",
            )


# --- 03.4 ------------------------------------------------------------------------------------------------------------


def take_or_set_aside(case):
    """A good order; poison before a good one, twice, with counts of one digit and of two; then nothing but poison."""
    for tries in (case.draw.randrange(2, 5), 9, 10):
        queue_url, aside_url = case.queue("orders"), case.queue("aside")
        good, tired, fresh = shop.orders(case, 3)
        poison = [(json.dumps(tired), shop.labels(speed="express"))]
        if tries < 9:  # with counts of one digit only; there a comparison of texts reads none of them
            poison += [(" <order/>\n", {}), ('{"order_id":', shop.labels(to="York"))]
        for body, labels in shop.shuffled(case, poison):
            _send(case, queue_url, body, labels)
        _receive_often(case, queue_url, tries)
        good_id = _send(case, queue_url, good, shop.labels(speed="normal"))
        _receive_often(case, queue_url, tries - 1, good_id)
        fresh_id = _send(case, queue_url, fresh, {})
        _expect_next(case, queue_url, aside_url, tries, good, [tired])
        _expect_untouched(case, queue_url, fresh_id)
        _expect_left(case, queue_url, {good_id, fresh_id}, visible=fresh_id)
        _expect_aside(case, aside_url, poison)
        case.after_every_lease()
        _expect_next(case, queue_url, aside_url, tries, fresh, [good, tired])
        _expect_left(case, queue_url, {fresh_id})
        case.sqs.purge_queue(QueueUrl=queue_url)
        _expect_next(case, queue_url, aside_url, tries, None, [good, tired])
        _expect_left(case, queue_url, set())
        _expect_aside(case, aside_url, [(json.dumps(good), shop.labels(speed="normal"))])
    _expect_sent_first(case)


def _receive_often(case, queue_url, times, only=None):
    """Have all messages received so many times, or only the one with this id, and visible again."""
    for _ in range(times):
        ten = {"QueueUrl": queue_url, "MaxNumberOfMessages": 10, "VisibilityTimeout": 60}
        for message in case.sqs.receive_message(**ten).get("Messages", []):
            if only in (None, message["MessageId"]):
                case.sqs.change_message_visibility(
                    QueueUrl=queue_url, ReceiptHandle=message["ReceiptHandle"], VisibilityTimeout=0
                )
    case.clock.advance(61)


def _expect_next(case, queue_url, aside_url, tries, wanted, too_often=()):
    """The order, or None; `too_often` are orders that were received more than `tries` times."""
    result = case.attempt(queue_url=queue_url, aside_url=aside_url, tries=tries)
    if result.error:
        _explain_aside_error(case, result.error)
    if result.value == wanted:
        return
    passed_over = f"There is an order that has been received {tries} times, this receive included: not too often."
    reason = "not-the-next"
    why = "The next order that was not received too often, as a dictionary; None when none is left."
    if result.value in too_often:
        reason = "received-too-often"
        why = f"That order was received more than {tries} times, this receive included. Compare numbers: as a text the "
        why += "count 10 comes before 9."
    elif result.value is None:
        reason, why = "none-too-early", f"{passed_over} After setting one message aside, go on to the next."
    elif isinstance(result.value, str):
        reason, why = "text-returned", "The body is JSON text; json.loads makes a dictionary of it."
    elif isinstance(result.value, dict):
        reason, why = "passed-over", f"{passed_over} It comes before this one."
    case.not_yet(reason, got=result.value, expected=str(wanted), why=why)


def _explain_aside_error(case, error):
    """Say what the answer was not ready for."""
    raw = "A body may be anything, which may be the reason why packing fails. Read it as JSON only to return an order."
    shop.explain(case, error, "the next order, or None", [
        ("no-messages-key", "KeyError", "Messages", NO_MESSAGES),
        ("no-message-attributes-key", "KeyError", "MessageAttributes", NO_LABELS),
        ("attributes-not-asked-for", "KeyError", "Attributes",
         "System attributes come to a receive that asks: MessageSystemAttributeNames."),
        ("body-read-as-json", "JSONDecodeError", "", raw),
        ("text-and-number", "TypeError", "not supported between",
         "The receive count comes as a string: int(...) makes a number of it."),
        ("wrong-handle", "ReceiptHandleIsInvalid", "", "Deleting takes the receipt handle of this receive."),
    ])  # fmt: skip


def _expect_left(case, queue_url, wanted, visible=""):
    """These messages are in the queue, all but one of them in flight; no others are."""
    found = shop.messages_in(case, queue_url)
    if set(found) - wanted:
        case.not_yet(
            "moved-but-left",
            got=case.said(
                f"Messages that were received too often and are still in the queue: {len(set(found) - wanted)}."
            ),
            expected="they are in the queue for what is set aside, and only there",
            why="To move a message is to send it there and to delete it here.",
        )
    if wanted - set(found):
        case.not_yet(
            "order-deleted",
            got=case.said("The order that was returned is not in the queue any more."),
            expected="its message stays leased",
            why="It is not packed yet. Deleted now, it would be lost if the program fails.",
        )
    if any(message["state"] != "in flight" for key, message in found.items() if key != visible):
        case.not_yet(
            "order-visible",
            got=case.said("The order that was returned can be received by others."),
            expected="its message stays leased",
            why="A receive with a timeout of 0, or a change to 0, leaves it to everybody.",
        )


def _expect_aside(case, aside_url, wanted):
    """Exactly these bodies, with their labels, were set aside."""
    found = _take(case, aside_url)
    if sorted(body for body, _ in found) != sorted(body for body, _ in wanted):
        case.not_yet(
            "set-aside-wrong",
            got=case.said(f"Set aside were {sorted(body for body, _ in found)}."),
            expected=f"{sorted(body for body, _ in wanted)}",
            why="Every message that was received too often is set aside once, with its body as it is.",
        )
    case.reach("moved")
    labels = dict(wanted)
    if any(label != labels[body] for body, label in found):
        case.not_yet(
            "message-attributes-lost",
            got=case.said("A message that was set aside has lost labels, or has others than it had."),
            expected="body and labels as they were",
            why="Labels come to a receive that asks for them (MessageAttributeNames), and a send makes a new message: "
            "it has only the labels that are given to it.",
        )


def _expect_sent_first(case):
    """When the send fails, the message is still in the queue."""
    queue_url, aside_url = case.queue("orders"), case.queue("aside")
    _send(case, queue_url, "<order/>", {})
    _receive_often(case, queue_url, 3)
    _break_down(case, ("SendMessage", "SendMessageBatch"), queue_url=queue_url, aside_url=aside_url, tries=3)
    if not case.state(queue_url)["messages"] and not case.state(aside_url)["messages"]:
        case.not_yet(
            "lost-in-a-crash",
            did=f"{case.did}, whose computer failed before the message was sent",
            got=case.said("The message is in neither queue: it is lost."),
            expected="it is in one of them, or in both",
            why="It was deleted before it was sent. Send first, then delete: a crash in between leaves two copies.",
        )


def _break_down(case, operations, recovers=(), **arguments):
    """Run the answer, and have every call fail from its next call of one of these operations on, as if it had died.

    recovers: operations from which on calls work again, as if only the one before them had failed.
    """
    down = []

    def up():
        while down:
            down.pop().__exit__()

    for operation in operations:
        case.during(operation, lambda: down.append(case.unkind(errors=1)))
    for operation in recovers:
        case.during(operation, up)
    try:
        return case.attempt(**arguments)
    finally:
        up()


# --- 03.5 ------------------------------------------------------------------------------------------------------------


SENDS, DELETES = ("SendMessage", "SendMessageBatch"), ("DeleteMessage", "DeleteMessageBatch")
CHANGES = ("ChangeMessageVisibility", "ChangeMessageVisibilityBatch")


def pack_and_pass_on(case):
    """Nothing to do; short and long work, with labels and without; breakdowns, of everything and of one call."""
    _expect_nothing_packed(case)
    labels = [{}, shop.labels(speed="express") | {"seal": {"DataType": "Binary", "BinaryValue": b"\x00\x01"}}]
    case.draw.shuffle(labels)
    for seconds, label in (
        (case.draw.randrange(3, 20), labels[0]),
        (case.draw.randrange(100, 200), labels[1]),
        (case.draw.randrange(3700, 4500), labels[0]),  # not more: a timeout can be renewed every half minute
    ):
        _expect_passed_on(case, seconds, label)
    for operations, recovers in ((SENDS, ()), (DELETES, ()), (SENDS, DELETES)):
        _expect_survived(case, operations, recovers, case.draw.randrange(40, 80))
        case.reach("survived")


def _expect_nothing_packed(case):
    """None for an empty queue, at once."""
    orders_url, packed_url = case.queue("orders"), case.queue("packed")
    started, seconds = case.clock.now(), 3000
    result = case.attempt(orders_url=orders_url, packed_url=packed_url, seconds=seconds)
    case.did += " on an empty queue"
    if result.error:
        shop.explain(case, result.error, "None", NOTHING_RECEIVED)
    if result.value is not None or case.state(packed_url)["messages"]:
        case.not_yet("not-none", got=result.value, expected="None", why="There was no order, and None says so.")
    if shop.seconds_since(case, started) >= seconds:
        case.not_yet(
            "packed-nothing",
            got=case.said("Your code packed, although there was nothing to pack."),
            expected="None, at once",
            why="Receive first, then pack.",
        )


def _expect_passed_on(case, seconds, labels):
    """The order is packed, nobody else saw it meanwhile, and afterwards it is in the other queue alone."""
    orders_url, packed_url = case.queue("orders"), case.queue("packed")
    order, other = shop.orders(case, 2)
    body = json.dumps(order, indent=case.draw.choice([None, 2]))
    order_id, other_id = _send(case, orders_url, body, labels), _send(case, orders_url, other, {})
    settings = [shop.settings(case, orders_url), shop.settings(case, packed_url)]
    seen = _watch(case, orders_url, order_id)
    result = case.attempt(orders_url=orders_url, packed_url=packed_url, seconds=seconds)
    if result.error:
        _explain_pack_error(case, result.error)
    if any(state == "visible" for _, state, _ in seen):
        case.not_yet(
            "timeout-too-short",
            got=case.said("Before the order was passed on and deleted, another packer could receive it."),
            expected=f"a lease that lasts longer than {seconds} s of packing",
            why="Without a timeout of its own a receive leases for the queue's 30 seconds. A lease of just the length "
            "of the work ends when the work does, with the calls after it still to come; give it some time more.",
        )
    _expect_packed(case, seen, seconds)
    _expect_untouched(case, orders_url, other_id)
    _expect_moved(case, orders_url, packed_url, body, labels, order_id)
    _expect_settings(case, settings, orders_url, packed_url)
    if result.value != order["order_id"]:
        case.not_yet(
            "not-the-order-id",
            got=result.value,
            expected=repr(order["order_id"]),
            why="Return the order_id of the body's JSON.",
        )


def _watch(case, orders_url, order_id):
    """Return a list that gets what the answer is about to call, the order's state, and the seconds since now."""
    seen, started = [], case.clock.now()

    def look(operation):
        message = shop.messages_in(case, orders_url).get(order_id)
        seen.append((operation, message and message["state"], shop.seconds_since(case, started)))

    shop.before_each(case, (*SENDS, *DELETES, *CHANGES), look)
    return seen


def _explain_pack_error(case, error):
    """Say what the answer was not ready for."""
    shop.explain(case, error, "the order's id", [
        ("no-message-attributes-key", "KeyError", "MessageAttributes", NO_LABELS),
        ("wrong-handle", "ReceiptHandleIsInvalid", "",
         "Deleting takes the receipt handle of this receive, and its queue's URL."),
    ])  # fmt: skip


def _expect_packed(case, seen, seconds):
    """So many seconds went by before the order was passed on."""
    sent = [took for operation, _, took in seen if operation in SENDS]
    if sent and sent[0] < seconds:
        case.not_yet(
            "passed-on-early",
            got=case.said(f"The order was passed on {sent[0]:g} s after your function began."),
            expected=f"it is passed on after {seconds} s of packing",
            why="Packing is time.sleep(seconds), and shipping must not be given an order that is not packed yet.",
        )


def _expect_moved(case, orders_url, packed_url, body, labels, order_id):
    """The message is in the queue of packed orders as it came, and there alone."""
    if order_id in shop.messages_in(case, orders_url):
        case.not_yet(
            "order-left",
            got=case.said("The order is still in the queue of orders."),
            expected="it is in the queue of packed orders alone",
            why="Only deleting takes it out, with the receipt handle of this receive. Until then it comes again.",
        )
    found = _take(case, packed_url)
    if len(found) != 1:
        case.not_yet(
            "not-one-passed-on",
            got=case.said(f"The queue of packed orders has {len(found) or 'no'} messages."),
            expected="one: the order",
            why="Passing on is one send, to the queue whose URL is packed_url.",
        )
    if found[0][0] != body:
        case.not_yet(
            "body-changed",
            got=found[0][0],
            expected=body,
            why="It is passed on as it came: the body's text, unchanged.",
        )
    case.reach("passed")
    if found[0][1] != labels:
        case.not_yet(
            "message-attributes-lost",
            got=case.said(f"The labels of what was passed on: {', '.join(found[0][1]) or 'none'}."),
            expected=f"the labels {', '.join(labels) or 'none'}, as they came",
            why="Labels come to a receive that asks for them (MessageAttributeNames), and a send makes a new message: "
            "it has only the labels that are given to it.",
        )


def _expect_survived(case, operations, recovers, seconds):
    """After a breakdown the order is in one of the queues, and the next run finishes it."""
    orders_url, packed_url = case.queue("orders"), case.queue("packed")
    [order] = shop.orders(case, 1)
    _send(case, orders_url, order, {})
    _break_down(case, operations, recovers, orders_url=orders_url, packed_url=packed_url, seconds=seconds)
    case.did += (
        f", whose {operations[0]} failed" if recovers else f", whose computer failed just before {operations[0]}"
    )
    if not case.state(orders_url)["messages"] and not case.state(packed_url)["messages"]:
        case.not_yet(
            "lost-in-a-crash",
            got=case.said("The order is in neither queue: it is lost."),
            expected="it is in one of them, or in both",
            why="Deleting says that everything is done. Pass the order on first, then delete; and delete only if that "
            "has worked.",
        )
    case.after_every_lease()
    case.run(orders_url=orders_url, packed_url=packed_url, seconds=seconds)
    if case.state(orders_url)["messages"] or not case.state(packed_url)["messages"]:
        case.not_yet(
            "not-finished",
            got=case.said("After the next packer's run the order is not where it should be."),
            expected="it is in the queue of packed orders, and no longer in that of orders",
            why="What the first packer left behind comes again when its lease is over, and is packed like any other.",
        )
