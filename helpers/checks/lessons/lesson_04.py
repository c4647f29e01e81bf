"""The checks of lesson 04. Each gets a helpers.checks.case.Case and calls `case.not_yet(...)` at the first fault."""

import json
from collections import Counter

from helpers.checks.lessons import shop

LONGEST_POLL = 20
BATCH = 10
NO_MESSAGES = "An empty receive has no key Messages. That is an ordinary answer."


def _brought(call):
    """Return the messages that a receive brought."""
    return (call.response or {}).get("Messages", [])


def _bodies(case, queue_url):
    """Return the bodies of all messages in the queue, whatever state they are in."""
    return [message["body"] for message in shop.messages_in(case, queue_url).values()]


# --- 04.1 ------------------------------------------------------------------------------------------------------------


def wait_for_order(case):
    """Orders that are there; that come while it waits, early and late; that come too late; and none."""
    draw = case.draw.randrange
    _expect_arrival(case, draw(5, 16), 0)
    _expect_arrival(case, draw(45, 59), draw(22, 38))
    _expect_arrival(case, 120, draw(115, 120))
    _expect_nobody(case, draw(42, 58))
    short = draw(3, 18)
    _expect_nobody(case, short, delay=short + 2)
    _expect_nobody(case, 1)


def _expect_arrival(case, seconds, delay):
    """One of the orders that come after the delay is returned at once, and is in flight."""
    queue_url = case.queue()
    orders = shop.orders(case, 3)
    for order in orders:
        case.sqs.send_message(QueueUrl=queue_url, MessageBody=json.dumps(order), DelaySeconds=delay)
    result, waited, calls = _wait(case, queue_url, seconds)
    case.did += f" with orders that come after {delay} s" if delay else " with orders in the queue"
    if result.value is None:
        reason, why = "order-not-returned", "The response of a receive that found something has Messages."
        if waited < delay:
            reason = "gave-up-after-one-poll"
            why = f"It gave up after {waited:g} s. One poll lasts {LONGEST_POLL} s at most; a longer wait is several."
        case.not_yet(reason, got=None, expected="an order, as a dictionary", why=why)
    _expect_leased(case, queue_url, result.value, orders)
    if waited > delay + 1:
        case.not_yet(
            "returned-late",
            got=case.said(f"Your code returned after {waited:g} s."),
            expected=f"the order, after {delay} s",
            why="An order lay there, and your code was waiting elsewhere. A long poll (WaitTimeSeconds) returns as "
            "soon as there is a message.",
        )
    _expect_few_polls(case, calls, seconds)


def _wait(case, queue_url, seconds):
    """Return the answer's result, how long it took, and the calls that it made."""
    made, started = len(case.calls), case.clock.now()
    result = case.attempt(queue_url=queue_url, seconds=seconds)
    if result.error:
        too_long = f"WaitTimeSeconds is {LONGEST_POLL} at most. A longer wait is several polls, one after the other."
        whys = [
            ("no-messages-key", "KeyError", "Messages", NO_MESSAGES),
            ("poll-too-long", "InvalidParameterValue", "WaitTimeSeconds", too_long),
            ("no-messages-key", "TypeError", "NoneType", NO_MESSAGES),
            ("empty-list", "IndexError", "", "The list is empty where a receive found nothing."),
        ]
        shop.explain(case, result.error, "an order, or None", whys)
    return result, shop.seconds_since(case, started), case.calls[made:]


def _expect_leased(case, queue_url, value, orders):
    """The value is one of the orders; its message is in flight, and the others are visible."""
    state = case.state(queue_url)
    if value not in orders:
        reason, why = "other-order", "This is none of the orders in the queue."
        if isinstance(value, str):
            reason, why = (
                "text-returned",
                "That is a text. The caller needs the dictionary that json.loads makes of it.",
            )
        elif isinstance(value, list):
            reason, why = "list-returned", "Messages is a list. The caller needs one order."
        elif isinstance(value, dict) and ("Body" in value or "Messages" in value):
            reason, why = (
                "message-returned",
                "That is what SQS said about the message. The order is in its Body, as JSON.",
            )
        case.not_yet(reason, got=value, expected="an order, as a dictionary", why=why)
    if len(state["messages"]) < len(orders):
        case.not_yet(
            "order-deleted",
            got=case.said(f"{len(orders) - len(state['messages'])} of {len(orders)} orders are deleted."),
            expected="the order leased, and still in the queue",
            why="Nobody has packed it yet. If the caller fails now, the order is lost.",
        )
    leased = [json.loads(message["body"]) for message in state["messages"] if message["state"] == "in flight"]
    if leased != [value]:
        case.not_yet(
            "others-received",
            got=case.said(f"{len(leased)} of {len(orders)} orders are leased."),
            expected="one order leased, the one that was returned",
            why="The caller packs what it gets, under its lease. What else was received is hidden from all others, "
            "and nobody packs it.",
        )


def _expect_nobody(case, seconds, delay=0):
    """None after just these seconds, in which no order comes."""
    queue_url = case.queue()
    if delay:
        order = shop.orders(case, 1)[0]
        case.sqs.send_message(QueueUrl=queue_url, MessageBody=json.dumps(order), DelaySeconds=delay)
    result, waited, calls = _wait(case, queue_url, seconds)
    case.did += f" with an order that comes after {delay} s" if delay else " with an empty queue"
    if waited > seconds + 1:
        case.not_yet(
            "waited-too-long",
            got=case.said(f"Your code returned after {waited:g} s."),
            expected=f"None after {seconds} s",
            why="The last poll must not be longer than the time that is left.",
        )
    if result.value is not None:
        case.not_yet("not-none", got=result.value, expected="None", why="No order came in this time, and None says so.")
    if waited < seconds - 0.5:
        case.not_yet(
            "gave-up-early",
            got=case.said(f"Your code gave up after {waited:g} s."),
            expected=f"None after {seconds} s",
            why="An order that comes in the last second counts as well.",
        )
    _expect_few_polls(case, calls, seconds)


def _expect_few_polls(case, calls, seconds):
    """No more receives than polls of twenty seconds in this time."""
    made, needed = len(shop.of(calls, "ReceiveMessage")), -(-seconds // LONGEST_POLL)
    if made > needed:
        case.not_yet(
            "too-many-receives",
            got=case.said(f"Your code made {made} receives."),
            expected=f"{needed} at most",
            why=f"Every receive is a request, an empty one too. One can wait for up to {LONGEST_POLL} s "
            "(WaitTimeSeconds).",
        )


# --- 04.2 ------------------------------------------------------------------------------------------------------------


def send_all(case):
    """Good texts, of which some are equal; good and bad ones mixed; just ten; bad ones alone; and none."""
    most = 1024 + case.draw.randrange(500)
    good = [f"{case.draw.choice(shop.SHOPPERS)} wants {case.draw.choice(shop.GOODS)}" for _ in range(12)]
    good += [good[0], good[1], "x" * most, "line\nbreak\tand tab", "☕" * (most // 3)]
    bad = ["", "", "x" * (most + 1), "☕" * (most // 3 + 1), f"{case.name('note')}\x0b", f"\x00{case.name('note')}"]
    _expect_sent(case, most, shop.shuffled(case, good), [])
    case.reach("sent")
    for extra in (good + good, good[:8]):
        bodies = shop.shuffled(case, extra + bad)
        bodies.insert(case.draw.randrange(1, 9), bad[2])  # in the first batch for certain, and not alone
        _expect_sent(case, most, bodies, bad)
    _expect_sent(case, most, shop.shuffled(case, good)[:10], [])
    _expect_sent(case, most, shop.shuffled(case, bad), bad)
    _expect_sent(case, most, [], [])


def _expect_sent(case, most, bodies, bad):
    """The good texts are in the queue, each as often as it was given; the bad ones come back, in their order."""
    queue_url = shop.queue(case, "orders", MaximumMessageSize=most)
    refused = [body for body in bodies if body in bad]
    made = len(case.calls)
    result = case.attempt(queue_url=queue_url, bodies=bodies)
    case.did += f" with {len(bodies) or 'no'} texts, of which SQS refuses {len(refused) or 'none'}"
    if result.error:
        _explain_send_error(case, result.error, refused)
    _expect_texts(case, Counter(body for body in bodies if body not in bad), Counter(_bodies(case, queue_url)))
    if result.value != refused:
        expected = f"the {len(refused)} refused texts, in the order they had" if refused else "an empty list"
        reason, why = _why_not_refused(result.value, refused)
        case.not_yet(reason, got=result.value, wanted=refused, expected=expected, why=why)
    calls, needed = shop.of(case.calls[made:], "SendMessage", "SendMessageBatch"), -(-len(bodies) // BATCH)
    if len(calls) > needed:
        case.not_yet(
            "too-many-requests",
            got=case.said(f"Your code made {len(calls)} requests to send."),
            expected=f"{needed} at most",
            why=f"send_message_batch takes {BATCH} texts in one request. And what SQS refused for the sender's fault "
            "it refuses again.",
        )


def _explain_send_error(case, error, refused):
    """Say why SQS, boto3 or Python refused."""
    prefix = "AWS.SimpleQueueService."
    single = (
        "send_message raises for a text that SQS refuses. In a batch each text succeeds or fails by itself, and the "
        "response tells which."
    )
    shop.explain(case, error, f"the {len(refused)} refused texts" if refused else "an empty list", [
        ("batch-too-large", f"{prefix}TooManyEntriesInBatchRequest", "",
         f"One batch takes {BATCH} entries, and no more."),
        ("ids-not-distinct", f"{prefix}BatchEntryIdsNotDistinct", "",
         "Each entry needs an Id that no other entry of its batch has. Texts may be equal; their places are "
         "not."),
        ("invalid-id", f"{prefix}InvalidBatchEntryId", "",
         "An Id has 1 to 80 letters, digits, hyphens and underscores. A text will not do; its place will."),
        ("empty-batch", f"{prefix}EmptyBatchRequest", "",
         "SQS refuses a batch without entries. With no texts, send nothing."),
        ("no-failed-key", "KeyError", "Failed", "Where nothing failed, the response has no key Failed."),
        ("no-successful-key", "KeyError", "Successful", "Where everything failed, the response has no key Successful."),
        ("number-as-id", "ParamValidationError", "Id", "An Id is a string: str(...) makes one of a number."),
        ("error-not-caught", "InvalidMessageContents", "SendMessage operation", single),
        ("error-not-caught", "InvalidParameterValue", "SendMessage operation", single),
        ("error-not-caught", "MissingParameter", "SendMessage operation", single),
    ])  # fmt: skip


def _expect_texts(case, wanted, found):
    """The queue holds these texts, each so many times."""
    if lost := (wanted - found).total():
        case.not_yet(
            "texts-lost",
            got=case.said(f"{lost} texts that SQS would have taken are not in the queue."),
            expected="all that SQS takes, equal ones too",
            why="Every text is a message of its own. One text that is refused does not keep the others of its batch "
            "from being sent.",
        )
    if extra := (found - wanted).total():
        case.not_yet(
            "texts-sent-twice",
            got=case.said(f"There are {extra} messages too many in the queue."),
            expected="each text as often as it was given",
            why="What stands under Successful is in the queue. Whoever sends the whole batch again sends it twice.",
        )


def _why_not_refused(returned, refused):
    """Return why these are not the refused texts."""
    if not isinstance(returned, list):
        return "no-list", "A list was asked for, an empty one where nothing was refused."
    if any(isinstance(item, dict) for item in returned):
        return (
            "entries-returned",
            "That is what SQS said about them. The colleague needs the texts; the Id of an entry leads back to one.",
        )
    if not returned:
        return (
            "failed-ignored",
            "A batch raises nothing when some of its entries fail: the status is 200. The response lists them under "
            "Failed, and they are not in the queue.",
        )
    if not refused:
        return "nothing-was-refused", "SQS took every text."
    if sorted(map(str, returned)) == sorted(refused):
        return "other-order-of-texts", "They have another order than the texts had that were given."
    if not set(map(str, returned)) & set(refused):
        return (
            "not-refused",
            "None of these was refused. The Id under Failed is the one that you gave the entry in this batch.",
        )
    if set(map(str, returned)) == set(refused):
        return "equal-texts-once", "Equal texts are several messages, and each of them was refused."
    return (
        "other-response",
        "Failed lists the entries of one response by the Id that you gave them; each response has its own.",
    )


# --- 04.3 ------------------------------------------------------------------------------------------------------------


def drain(case):
    """Many orders, some sent twice, in a cloud that misses everything, much, or nothing; few, with newcomers; none."""
    count = 42 + case.draw.randrange(7)
    _expect_drained(case, count, case.draw.randrange(4, 9), missed=1)
    _expect_drained(case, count + 1, 0, missed=0.6, disorder=0.4)
    _expect_drained(case, 7, 1, newcomers=3)
    _expect_drained(case, 0, 0)
    _expect_drained(case, 3, 1, missed=0.8, disorder=0.5)


def _expect_drained(case, count, twice, newcomers=0, **kinds):
    """All orders are returned, each once, and nothing is left in the queue."""
    queue_url = case.queue()
    orders = shop.orders(case, count + newcomers)
    late, made = orders[count:], len(case.calls)
    sent = shop.shuffled(case, orders[:count] + case.draw.sample(orders[:count], twice))
    with case.unkind(lag=60, **kinds):
        # A first look at the counters, before anything is sent: with the lag they tell the same for a minute.
        case.sqs.get_queue_attributes(QueueUrl=queue_url, AttributeNames=["ApproximateNumberOfMessages"])
        shop.send(case, queue_url, sent)
        second = lambda: case.during("ReceiveMessage", lambda: shop.send(case, queue_url, late))  # noqa: E731
        case.during("ReceiveMessage", second)
        result = case.attempt(queue_url=queue_url)
    case.did += f" with {len(sent) or 'no'} messages in the queue"
    calls = case.calls[made:]
    if result.error:
        _explain_drain_error(case, result.error)
    _expect_no_shortcut(case, calls)
    _expect_seen_empty(case, queue_url, calls)
    _expect_all_deleted(case, queue_url)
    _expect_each_once(case, result.value, orders)
    requests = shop.of(calls, "ReceiveMessage", "DeleteMessage", "DeleteMessageBatch")
    if len(requests) > len(sent) / 2 + 9:
        case.not_yet(
            "too-many-requests",
            got=case.said(f"Your code made {len(requests)} requests for {len(sent)} messages."),
            expected="receives and deletes of ten at a time",
            why="MaxNumberOfMessages=10 brings up to ten with one receive, and delete_message_batch deletes ten.",
        )


def _explain_drain_error(case, error):
    """Say which response or which batch was not as the answer expected."""
    prefix = "AWS.SimpleQueueService."
    shop.explain(case, error, "the list of orders", [
        ("no-messages-key", "KeyError", "Messages", NO_MESSAGES),
        ("empty-batch", f"{prefix}EmptyBatchRequest", "",
         "SQS refuses a batch without entries. With nothing to delete, stop."),
        ("batch-too-large", f"{prefix}TooManyEntriesInBatchRequest", "",
         f"One batch takes {BATCH} entries, and no more."),
        ("ids-not-distinct", f"{prefix}BatchEntryIdsNotDistinct", "",
         "Each entry needs an Id that no other entry of its batch has. The same order can be in two messages."),
        ("invalid-id", f"{prefix}InvalidBatchEntryId", "",
         "An Id has 1 to 80 letters, digits, hyphens and underscores."),
    ])  # fmt: skip


def _expect_no_shortcut(case, calls):
    """Neither a purge nor a delete of the queue itself."""
    for operation in ("PurgeQueue", "DeleteQueue"):
        if shop.of(calls, operation):
            case.not_yet(
                "not-received",
                got=case.said(f"Your code called {operation}."),
                expected="a delete of each message that was received",
                why="That takes away what nobody has received, too: an order that came in the meantime is lost.",
            )


def _expect_seen_empty(case, queue_url, calls):
    """The last receive was a long poll that found nothing."""
    polls = shop.of(calls, "ReceiveMessage")
    if not polls:
        case.not_yet(
            "never-received",
            got=case.said("Your code received nothing."),
            expected="receives, until the queue has shown itself empty",
            why="The counters of a queue are approximate and lag behind. Only a receive shows what is there.",
        )
    if count := len(_brought(polls[-1])):
        case.not_yet(
            "stopped-early",
            got=case.said(f"The last receive brought {count} message{'s' * (count != 1)}, and then your code stopped."),
            expected="receives, until one of them finds nothing",
            why="A receive brings up to ten messages. Fewer than ten, or a counter that says 0, do not mean that "
            "nothing else is there.",
        )
    reply = case.sqs.get_queue_attributes(QueueUrl=queue_url, AttributeNames=["ReceiveMessageWaitTimeSeconds"])
    if not polls[-1].params.get("WaitTimeSeconds", int(reply["Attributes"]["ReceiveMessageWaitTimeSeconds"])):
        left = len(shop.messages_in(case, queue_url))
        case.not_yet(
            "short-poll-at-the-end",
            got=case.said(f"Your code stopped after an empty short poll, with {left or 'no'} messages in the queue."),
            expected="an empty long poll at the end",
            why="A short poll asks some of the servers only, and may find nothing although messages are there. With "
            "WaitTimeSeconds a receive asks all of them.",
        )


def _expect_all_deleted(case, queue_url):
    """Nothing is left in the queue."""
    if left := len(shop.messages_in(case, queue_url)):
        case.not_yet(
            "messages-left",
            got=case.said(f"{left} message{'s are' if left != 1 else ' is'} left in the queue."),
            expected="an empty queue",
            why="What was received and not deleted comes again when its lease is over. That goes for every message, "
            "also for the second one with the same order.",
        )


def _expect_each_once(case, value, orders):
    """The value is the list of these orders, each once, in any order."""
    expected = f"a list of {len(orders)} orders, each once" if orders else "an empty list"
    if not isinstance(value, list):
        case.not_yet(
            "no-list", got=value, expected=expected, why="A list was asked for, an empty one where there was nothing."
        )
    texts, wanted = Counter(map(_text, value)), Counter(map(_text, orders))
    if texts == wanted:
        return
    reason, why = "orders-missing", "Some orders that were in the queue are not in the list."
    if any(not isinstance(item, dict) or "Body" in item for item in value):
        reason = "no-dictionaries"
        why = "A dictionary was asked for each order: json.loads makes it of a message's Body."
    elif set(texts) == set(wanted):
        reason = "order-twice"
        why = "An order is in the list twice. Two messages can hold the same order; its order_id tells."
    case.not_yet(reason, got=value, expected=expected, why=why)


def _text(order):
    """Return a text that is the same for equal orders."""
    return json.dumps(order, sort_keys=True)


# --- 04.4 ------------------------------------------------------------------------------------------------------------

LONGEST_HEARTBEAT = 120
RENEWALS = ("ChangeMessageVisibility", "ChangeMessageVisibilityBatch")
DELETES = ("DeleteMessage", "DeleteMessageBatch")


def pack_slowly(case):
    """Queues with different visibility timeouts, steps short and long, and an empty queue."""
    draw = case.draw.randrange
    _expect_packed(case, 30, draw(8, 11), draw(21, 27))
    case.reach("packed")
    _expect_packed(case, 70, draw(4, 7), draw(50, 60))
    _expect_packed(case, 13, draw(14, 19), draw(10, 12))
    started, queue_url = case.clock.now(), case.queue("baskets")
    result = _pack(case, queue_url, 4, 50)
    case.did += " with an empty queue"
    if result.value is not None:
        case.not_yet("not-none", got=result.value, expected="None", why="There is nothing to pack, and None says so.")
    if (waited := shop.seconds_since(case, started)) > LONGEST_POLL + 1:
        case.not_yet(
            "packed-nothing",
            got=case.said(f"Your code returned after {waited:g} s."),
            expected="None, without packing",
            why="With nothing to pack there are no steps to wait for.",
        )


def _pack(case, queue_url, steps, seconds):
    """Return the answer's result; an error that is known ends the check."""
    result = case.attempt(queue_url=queue_url, steps=steps, seconds=seconds)
    if result.error:
        gone = "A message that was deleted has no lease any more. The delete comes last."
        whys = [
            ("no-messages-key", "KeyError", "Messages", NO_MESSAGES),
            ("empty-list", "IndexError", "", "The list is empty where a receive found nothing."),
            ("renewed-after-delete", "InvalidParameterValue", "does not exist or is not available", gone),
            ("timeout-over-twelve-hours", "InvalidParameterValue", "Total VisibilityTimeout",
             "No lease lasts longer than twelve hours in all."),
        ]  # fmt: skip
        shop.explain(case, result.error, "the order, packed and deleted, or None", whys)
    return result


def _expect_packed(case, lease, steps, seconds):
    """One order is hidden without a gap until it is deleted, after its last step; the others are as before."""
    queue_url = shop.queue(case, "baskets", VisibilityTimeout=lease)
    orders = shop.orders(case, 3)
    shop.send(case, queue_url, orders)
    made = len(case.calls)
    result = _pack(case, queue_url, steps, seconds)
    case.did += f" with a lease of {lease} s"
    received = [call for call in shop.of(case.calls[made:], "ReceiveMessage") if _brought(call)]
    if not received or result.value is None:
        case.not_yet(
            "nothing-packed",
            got=result.value,
            expected="the order, as a dictionary",
            why="There are orders in the queue.",
        )
    deleted = _expect_no_gap(case, received[0], case.calls[made:], lease)
    taken = [message for call in received for message in _brought(call)]
    if len(taken) > 1:
        case.not_yet(
            "others-received",
            got=case.said(f"Your code received {len(taken)} messages."),
            expected="one",
            why="The others are hidden from all packers, and nobody packs them.",
        )
    _expect_delete_at_the_end(case, deleted, steps * seconds)
    _expect_rest(case, queue_url, lease, len(orders) - 1)
    if result.value != json.loads(taken[0]["Body"]):
        why = "The order is in the message's Body, as JSON: json.loads makes a dictionary of it."
        case.not_yet("text-returned", got=result.value, expected="the order that was packed, as a dictionary", why=why)


def _expect_no_gap(case, receive, calls, lease):
    """Every renewal, and the delete, came while the timeout before it still ran, and no timeout was too long.

    Return after how many seconds the delete came.
    """
    given = receive.params.get("VisibilityTimeout", lease)
    _expect_short(case, given)
    until, over = 0, given
    for call in shop.of(calls, *RENEWALS, *DELETES):
        if call.error_code or "Failed" in call.response:
            continue
        at = (call.at - receive.at).total_seconds()
        if at >= over:
            case.not_yet(
                "gap-between-timeouts",
                got=case.said(f"The lease was over after {over:g} s, and {call.operation} came at {at:g} s."),
                expected="a lease without a gap, from the receive to the delete",
                why="From then on anybody could receive the order, and pack it too. A renewal counts from its own "
                "moment: it has to come before the lease is over, and to last longer than the next step. (A thread "
                "does not beat in a check, where no real time passes: renew between the steps.)",
            )
        if call.operation in DELETES:
            return at
        entry = call.params.get("Entries", [call.params])[0]
        _expect_short(case, entry["VisibilityTimeout"])
        until, over = at, at + entry["VisibilityTimeout"]
    return case.not_yet(
        "not-deleted",
        got=case.said(f"Nothing was deleted. The last lease began {until:g} s after the receive."),
        expected="the order deleted after its last step",
        why="What is not deleted comes again when the lease is over, and is packed once more.",
    )


def _expect_short(case, given):
    if given > LONGEST_HEARTBEAT:
        case.not_yet(
            "timeout-too-long",
            got=case.said(f"Your code asked for a lease of {given} s."),
            expected=f"leases of at most {LONGEST_HEARTBEAT} s",
            why="If the packer crashes now, nobody can take the order for all that time. A new timeout counts from its "
            "call and is not added to the old one, so a short one, again and again, will do.",
        )


def _expect_delete_at_the_end(case, deleted, work):
    """The delete came when the work was done."""
    if deleted < work - 0.5:
        case.not_yet(
            "deleted-early",
            got=case.said(f"The order was deleted {deleted:g} s after the receive. Packing takes {work} s."),
            expected="the delete after the last step",
            why="If the packer crashes after the delete, the order is lost: it is neither packed nor in the queue.",
        )


def _expect_rest(case, queue_url, lease, others):
    """The other orders wait, and the queue's visibility timeout is as before."""
    state = case.state(queue_url)
    if state["counts"]["visible"] != others or len(state["messages"]) != others:
        case.not_yet(
            "others-touched",
            got=case.said(f"{state['counts']['visible']} of {others} other orders can be received."),
            expected="the packed order deleted, the others as they were",
            why="Only the newest receipt handle of the one message that was packed is yours to delete.",
        )
    if state["lease"] != lease:
        case.not_yet(
            "queue-changed",
            got=case.said(f"The queue's lease is {state['lease']} s."),
            expected=f"{lease} s, as before",
            why="The queue's VisibilityTimeout is for all its messages and all its workers. "
            "change_message_visibility changes the lease of one message.",
        )


# --- 04.5 ------------------------------------------------------------------------------------------------------------

REQUESTS_OF_A_CALL = 5  # that boto3 makes at most, in whichever mode, before it raises
ALL_CALLS = ("ReceiveMessage", "SendMessage", "SendMessageBatch", *RENEWALS, *DELETES)
SENDS, RECEIVES = ALL_CALLS[1:3], ALL_CALLS[:1]
LEASE = 10
BROKEN = ["hello?", '{"customer": "Ada"}', "[]", "null", '"order_id"']


def bill_orders(case):
    """Repeats and broken messages; a fault in each kind of call; and three unkind clouds, each with a second run."""
    known, *orders = shop.orders(case, 4)
    sent = [_text(known), *map(_text, orders), _text(orders[0])]
    _run_worker(case, _two_queues(case), sent, [known["order_id"]], orders, [], LONGEST_POLL + 5)
    case.reach("billed")
    _run_worker(case, _two_queues(case), shop.shuffled(case, [*BROKEN, _text(known)]), [], [known], BROKEN, 1)
    case.reach("kept")
    for operations, when in ((RECEIVES, "a receive"), (SENDS, "the send of a bill"), (DELETES, "a delete")):
        _expect_fault_survived(case, operations, when)
    for _ in range(3):
        _expect_unkindness_survived(case, case.draw.choice(BROKEN))


def _two_queues(case):
    """Return the URLs of a queue for orders, with a short visibility timeout, and of one for bills."""
    return shop.queue(case, "orders", VisibilityTimeout=LEASE), case.queue("bills")


def _expect_unkindness_survived(case, bad):
    """Duplicates, missed messages, and orders that come while it works; then some of the orders once more."""
    urls, orders = _two_queues(case), shop.orders(case, 6)
    seconds = 24 + case.draw.randrange(5)  # a duplicate comes within two visibility timeouts
    with case.unkind(duplicates=0.5, missed=0.5, disorder=0.4):
        for order, delay in zip(orders[3:5], (LEASE + 3, seconds - 2), strict=True):
            case.sqs.send_message(QueueUrl=urls[0], MessageBody=_text(order), DelaySeconds=delay)
        sent = [bad, *map(_text, orders[:3])]
        done = _run_worker(case, urls, sent, [], orders[:5], [bad], seconds, ", in an unkind cloud")
        case.after_every_lease()
        again = [*map(_text, case.draw.sample(orders[:5], 2)), _text(orders[5])]
        _run_worker(case, urls, again, done, orders, [bad], 1, ", in a second run")


def _expect_fault_survived(case, operations, when):
    """One call fails; after a second run each order has its bill."""
    urls, orders = _two_queues(case), shop.orders(case, 3)
    end = _let_fail(case, operations)
    did = f", while {when} fails with InternalError"
    done = _run_worker(case, urls, map(_text, orders), [], orders, [], LEASE + 4, did, may_wait=True)
    end()
    case.after_every_lease()
    _run_worker(case, urls, [], done, orders, [], 1, f", after a run in which {when} failed")


def _let_fail(case, operations):
    """Let the answer's next call of one of these operations fail, whatever boto3 tries. Return what ends the fault."""
    fault, requests = [], []

    def begin():
        requests.append(1)
        if len(requests) > REQUESTS_OF_A_CALL:
            end()
            return
        if not fault:
            fault.append(case.unkind(errors=1))
            for operation in ALL_CALLS:
                case.during(operation, end)
        for operation in operations:
            case.during(operation, begin)

    def end():
        for operation in ALL_CALLS:
            case.during(operation, lambda: None)
        if fault:
            fault.pop().__exit__()

    for operation in operations:
        case.during(operation, begin)
    return end


def _run_worker(case, urls, sent, done, orders, broken, seconds, did="", may_wait=False):
    """Send the texts, let the worker run, and look at bills, list and queue. Return the list.

    orders: those that have a bill afterwards, from this run or one before; or, if they may wait, are still in the
    queue. broken: texts that stay in the queue.
    """
    for text in sent:
        case.sqs.send_message(QueueUrl=urls[0], MessageBody=text)
    started = case.clock.now()
    result = case.attempt(orders_url=urls[0], bills_url=urls[1], done=done, seconds=seconds)
    took = shop.seconds_since(case, started)
    case.did += did
    if result.error:
        _explain_billing_error(case, result.error)
    billed = _expect_bills(case, urls[1], orders, done)
    _expect_kept(case, urls[0], [order for order in orders if order["order_id"] not in billed], broken)
    _expect_time(case, took, seconds)
    missing = [order for order in orders if order["order_id"] not in billed]
    if missing and not may_wait:
        ids = [order["order_id"] for order in missing]
        seen = [message for message in case.state(urls[0])["messages"] if message["receives"]]
        reason = "orders-not-billed"
        why = "They could be received in this time: at once, after a delay, or when a lease was over. A short poll may "
        why += "miss them."
        if any(order_id in message["body"] for message in seen for order_id in ids):
            reason = "others-given-up"
            why = "One of them was received, and then left. An error at one message must not end the work on the "
            why += "others: one try for each."
        case.not_yet(
            reason,
            got=case.said(f"Orders without a bill: {len(missing)} of {len(orders)}."),
            expected="a bill for each order that came while the worker ran",
            why=why,
        )
    _expect_list(case, result.value, {*done, *billed}, billed)
    if not may_wait:
        _expect_finished_deleted(case, urls[0], result.value)
    return result.value


def _explain_billing_error(case, error):
    """Say which message, or which fault, ended the worker."""
    broken = (
        "One message that is no order has ended the worker, and all orders behind it wait. Catch what goes wrong "
        "message by message, and leave that message where it is."
    )
    fault = "An error of SQS in one call has ended the worker. It passes; catch it and go on. The message comes again."
    shop.explain(case, error, "a worker that goes on until its time is over", [
        ("no-messages-key", "KeyError", "Messages", NO_MESSAGES),
        ("broken-message-ends-worker", "JSONDecodeError", "", broken),
        ("broken-message-ends-worker", "KeyError", "order_id", broken),
        ("broken-message-ends-worker", "KeyError", "customer", broken),
        ("broken-message-ends-worker", "TypeError", "indices must be", broken),
        ("broken-message-ends-worker", "TypeError", "not subscriptable", broken),
        ("broken-message-ends-worker", "TypeError", "not iterable", broken),
        ("broken-message-ends-worker", "AttributeError", "object has no attribute", broken),
        ("fault-ends-worker", "InternalError", "", fault),
        ("poll-too-long", "InvalidParameterValue", "WaitTimeSeconds", f"WaitTimeSeconds is {LONGEST_POLL} at most."),
    ])  # fmt: skip


def _expect_bills(case, bills_url, orders, done):
    """No order has two bills, none that was billed before has one, and each says what it should. Return the ids."""
    wanted = {order["order_id"]: {name: order[name] for name in ("order_id", "customer")} for order in orders}
    billed = []
    for body in _bodies(case, bills_url):
        bill = _parsed(body)
        order_id = bill.get("order_id") if isinstance(bill, dict) else None
        if order_id in done and order_id not in wanted:
            case.not_yet(
                "billed-again",
                got=case.said(f"{order_id} has a new bill."),
                expected="no bill for an order in `done`",
                why="It was billed in a run before. An order that comes again is known by its own id, and is deleted.",
            )
        if order_id not in wanted or bill != wanted[order_id]:
            case.not_yet(
                "wrong-bill",
                got=case.said(f"A bill says {body[:80]!r}."),
                expected='{"order_id": ..., "customer": ...} of an order, as JSON',
                why="Whoever sends the bills by post reads just these two from the message.",
            )
        if order_id in billed:
            case.not_yet(
                "two-bills",
                got=case.said(f"{order_id} has two bills."),
                expected="one bill for each order",
                why="The order came twice: from SQS, from the web shop, or since it was not deleted. Look into the "
                "record for each single message, and note the id as soon as its bill is out, before anything else "
                "can fail.",
            )
        billed.append(order_id)
    return billed


def _parsed(text):
    """Return what the JSON text says; None for what is no JSON."""
    try:
        return json.loads(text)
    except ValueError:
        return None


def _expect_kept(case, orders_url, unbilled, broken):
    """Broken messages, and orders without a bill, are still in the queue."""
    bodies = _bodies(case, orders_url)
    if gone := [text for text in broken if text not in bodies]:
        case.not_yet(
            "broken-message-deleted",
            got=case.said(f"The message {gone[0]!r} is gone."),
            expected="it is still in the queue",
            why="Delete says that the work is done. A human, or lesson 08, has to see what was wrong with this one.",
        )
    lost = [order["order_id"] for order in unbilled if _text(order) not in bodies]
    if lost:
        case.not_yet(
            "order-lost",
            got=case.said(f"{lost[0]} has no bill, and is not in the queue any more."),
            expected="an order is deleted when its bill is out, and not before",
            why="What was deleted never comes again. What was not deleted does, and can be done then.",
        )


def _expect_time(case, took, seconds):
    """The worker ran for its time, and stopped soon after."""
    if took < seconds - 0.5:
        case.not_yet(
            "stopped-early",
            got=case.said(f"The worker stopped after {took:g} s."),
            expected=f"it works for {seconds} s",
            why="An empty receive is no reason to go: orders come later, or a lease ends. Go by the time.",
        )
    if took > seconds + LONGEST_POLL + 1:
        case.not_yet(
            "stopped-late",
            got=case.said(f"The worker stopped after {took:g} s."),
            expected=f"{seconds} s, and {LONGEST_POLL} more at most",
            why="Look at the time again after each receive; what is left in the queue is there for the next run.",
        )


def _expect_list(case, value, expected, billed):
    """The value lists each id once, that of every order that is billed by now."""
    if isinstance(value, list) and sorted(map(str, value)) == sorted(expected):
        return
    reason = "ids-missing"
    why = "The next run goes by this list: it has to name all orders that are billed, from before and from this run."
    if not isinstance(value, list):
        reason, why = "no-list", "A list of ids was asked for."
    elif extra := [order_id for order_id in value if order_id not in expected]:
        reason = "noted-without-bill"
        why = f"{extra[0]} has no bill. Whoever notes an order before its bill is out never bills it."
    elif len(set(value)) < len(value):
        reason, why = "id-twice", "An id is in it twice."
    elif not set(billed) & set(value) and billed:
        reason = "ids-of-this-run-missing"
        why = "The orders of this run are missing: the next run would bill them again."
    case.not_yet(reason, got=value, expected=f"a list of {len(expected)} ids", why=why)


def _expect_finished_deleted(case, orders_url, value):
    """No message with a billed order is left that was received."""
    for message in case.state(orders_url)["messages"]:
        order = _parsed(message["body"])
        if message["receives"] and isinstance(order, dict) and order.get("order_id") in value:
            case.not_yet(
                "billed-but-left",
                got=case.said(f"{order['order_id']} is billed, and still in the queue."),
                expected="what is billed is deleted, each time that it comes",
                why="It comes again and again until it is deleted, in this run and in the next.",
            )
