"""The checks of lesson 04. Each gets a helpers.checks.case.Case and calls `case.not_yet(...)` at the first fault."""

import json
from collections import Counter
from dataclasses import replace
from datetime import timedelta
from itertools import groupby, pairwise

from helpers.checks.lessons import shop

LONGEST_POLL = 20
BATCH = 10
RENEWALS = ("ChangeMessageVisibility", "ChangeMessageVisibilityBatch")
DELETES = ("DeleteMessage", "DeleteMessageBatch")
SENDS, RECEIVES = ("SendMessage", "SendMessageBatch"), ("ReceiveMessage",)
ALL_CALLS = (*RECEIVES, *SENDS, *RENEWALS, *DELETES)
BILLED = "billed"  # the send of its bill, as a step of the order's message
LONGEST_TIMEOUT = 120  # seconds for which an exercise lets a message be in flight ahead


def _orders(case, count):
    """Return orders with values that JSON writes in its own way."""
    return [order | {"gift": case.draw.random() < 0.5, "note": None} for order in shop.orders(case, count)]


def _written(case, order):
    """Return the order as JSON, with its keys in any sequence and any white space around them."""
    names = shop.shuffled(case, list(order))
    text = json.dumps({name: order[name] for name in names}, indent=case.draw.choice([None, None, 1]))
    return case.draw.choice(["", " ", "\r\n\t"]) + text + case.draw.choice(["", " \n"])


def _brought(call):
    """Return the messages that a receive brought."""
    return (call.response or {}).get("Messages", [])


def _bodies(case, queue_url):
    """Return the bodies of all messages in the queue, whatever state they are in."""
    return [message["body"] for message in shop.messages_in(case, queue_url).values()]


def _slack(calls):
    """Return how many seconds these calls can have taken by themselves."""
    return 0.3 + 0.06 * sum(call.retries + 1 for call in calls)


def _expect_settings(case, queue_url, settings, calls):
    """The queue's settings are as before, and were all the time."""
    rule = "A queue's settings are for everybody who works with it. A call's own parameters are for that call."
    if set_to := [call.params.get("Attributes") for call in shop.of(calls, "SetQueueAttributes")]:
        case.not_yet(
            "queue-changed",
            got=case.said(f"Your code called set_queue_attributes with {set_to[0]}."),
            expected="the queue's settings as before, all the time",
            why=rule,
        )
    now = shop.settings(case, queue_url)
    if changed := [name for name in {**settings, **now} if settings.get(name) != now.get(name)]:
        case.not_yet(
            "queue-changed",
            got=case.said(f"The queue's {changed[0]} is {now.get(changed[0])}, and it was {settings.get(changed[0])}."),
            expected="the queue's settings as before",
            why=rule,
        )


def _on_empty_receive(calls):
    """Return rows for `shop.explain` about an answer whose last call was a receive that found nothing."""
    if not calls or calls[-1].operation not in RECEIVES or calls[-1].error_code or _brought(calls[-1]):
        return []
    why = "The last receive found nothing. Then its response has no Messages key, and that's no error."
    return [
        ("no-messages-key", "KeyError", "'Messages'", why),
        ("no-messages-key", "TypeError", "NoneType", why),
        ("empty-list", "IndexError", "", "The last receive found nothing, so there's no first message."),
    ]


def _count(number, thing):
    """Return the number with its noun, as in "1 order" and "no orders"."""
    return f"{number or 'no'} {thing}{'s' * (number != 1)}"


# --- 04.1 ------------------------------------------------------------------------------------------------------------


def wait_for_order(case):
    """Orders that are there, that arrive early and late while it waits, that arrive too late; and none."""
    draw = case.draw.randrange
    whole = LONGEST_POLL * draw(1, 6)  # as many polls, and nothing left over
    repeated = _orders(case, 3)  # the same orders come again, in another queue
    _expect_arrival(case, draw(5, 16), 0, repeated)
    _expect_arrival(case, 1, 0, repeated, timeout=draw(600, 9000))
    _expect_arrival(case, draw(45, 59), draw(21, 30))
    _expect_arrival(case, whole, whole - 1)
    _expect_arrival(case, 120, draw(115, 120))
    _expect_none(case, draw(42, 58))
    short = draw(3, 18)
    _expect_none(case, short, delay=short + 2)
    for seconds in (1, whole, 120):
        _expect_none(case, seconds)


def _expect_arrival(case, seconds, delay, orders=(), timeout=0):
    """One of the orders that arrive after the delay is returned at once, and is in flight."""
    timeout = timeout or 20 + case.draw.randrange(200)
    queue_url = shop.queue(case, "orders", VisibilityTimeout=timeout)
    orders = orders or _orders(case, 3)
    for order in orders:
        case.sqs.send_message(QueueUrl=queue_url, MessageBody=_written(case, order), DelaySeconds=delay)
    result, waited, calls = _wait(case, queue_url, seconds)
    case.did += f", with orders that arrive after {delay} s" if delay else ", with orders in the queue"
    if result.value is None:
        reason, why = "order-not-returned", "There were orders to receive in that time."
        if waited < delay:
            reason = "gave-up-before-it-came"
            why = f"One poll waits {LONGEST_POLL} s at most. A longer wait takes several, one after the other."
        case.not_yet(
            reason,
            got=case.said(f"Your code returned None after {waited:.1f} s."),
            expected="an order, as a dictionary",
            why=why,
        )
    _expect_one_in_flight(case, queue_url, result.value, orders, timeout)
    if waited > delay + _slack(calls):
        case.not_yet(
            "returned-late",
            got=case.said(f"Your code returned an order after {waited:.1f} s."),
            expected=f"an order after {delay} s",
            why="The order was there earlier. A long poll (WaitTimeSeconds) returns as soon as there's a message.",
        )
    _expect_few_polls(case, calls, seconds, waited)


def _wait(case, queue_url, seconds):
    """Return the answer's result, how long it took, and the calls that it made."""
    made, started, settings = len(case.calls), case.clock.now(), shop.settings(case, queue_url)
    result = case.attempt(queue_url=queue_url, seconds=seconds)
    calls = case.calls[made:]
    if result.error:
        too_long = f"WaitTimeSeconds is {LONGEST_POLL} at most. A longer wait takes several polls, one after the other."
        too_short = "WaitTimeSeconds is a whole number of seconds, and 0 is the smallest."
        shop.explain(case, result.error, "an order, or None", [
            *_on_empty_receive(calls),
            ("poll-too-long", "InvalidParameterValue", "must be <= 20", too_long),
            ("poll-too-long", "InvalidParameterValue", "Must be >= 0 and <= 20", too_long),
            ("poll-is-no-whole-number", "ParamValidationError", "WaitTimeSeconds", too_short),
        ])  # fmt: skip
    _expect_settings(case, queue_url, settings, calls)
    return result, shop.seconds_since(case, started), calls


def _expect_one_in_flight(case, queue_url, value, orders, timeout):
    """The value is one of the orders. Its message is in flight, and the others weren't received."""
    state = case.state(queue_url)
    if value not in orders:
        reason, why = "other-order", "None of the orders in the queue is equal to that."
        if isinstance(value, str):
            reason, why = "text-returned", "That's a text. json.loads makes the dictionary of it that the caller needs."
        elif isinstance(value, list):
            reason, why = "list-returned", "That's a list. The caller needs one order, as a dictionary."
        elif isinstance(value, dict) and ("Body" in value or "Messages" in value):
            reason, why = "message-returned", "That's what SQS returned. The order is in the message's Body, as JSON."
        case.not_yet(reason, got=value, expected="an order, as a dictionary", why=why)
    if len(state["messages"]) < len(orders):
        case.not_yet(
            "order-deleted",
            got=case.said(f"{_count(len(orders) - len(state['messages']), 'message')} of {len(orders)} got deleted."),
            expected="all messages in the queue, and one of them in flight",
            why="Nobody has packed the order yet. If the caller fails now, it's lost.",
        )
    received = [message for message in state["messages"] if message["receives"]]
    if [json.loads(message["body"]) for message in received] != [value]:
        case.not_yet(
            "others-received",
            got=case.said(f"Your code received {_count(len(received), 'order')} and returned one."),
            expected="one order received, and the same one returned",
            why="The caller packs one order. Nobody else can receive the others until you give them back or their "
            "visibility timeout ends.",
        )
    if received[0]["left"] < timeout - 1:
        case.not_yet(
            "not-in-flight",
            got=case.said(f"The order stays in flight for {received[0]['left']:.0f} s."),
            expected=f"{timeout} s, which is the queue's visibility timeout",
            why="The caller is about to pack it, and nobody else should get it meanwhile.",
        )


def _expect_none(case, seconds, delay=0):
    """None after just these seconds, in which no order arrives."""
    queue_url = case.queue()
    if delay:
        order = shop.orders(case, 1)[0]
        case.sqs.send_message(QueueUrl=queue_url, MessageBody=json.dumps(order), DelaySeconds=delay)
    result, waited, calls = _wait(case, queue_url, seconds)
    case.did += f", with an order that arrives after {delay} s" if delay else ", with an empty queue"
    if waited > seconds + _slack(calls):
        case.not_yet(
            "waited-too-long",
            got=case.said(f"Your code returned after {waited:.1f} s."),
            expected=f"None after {seconds} s",
            why="The caller doesn't want to wait any longer. The last poll can only last for the time that's left.",
        )
    if result.value is not None:
        case.not_yet("not-none", got=result.value, expected="None", why="No order arrived in that time.")
    if waited < seconds - 0.5:
        case.not_yet(
            "gave-up-early",
            got=case.said(f"Your code returned None after {waited:.1f} s."),
            expected=f"None after {seconds} s",
            why="An order can still arrive in the seconds that are left.",
        )
    _expect_few_polls(case, calls, seconds, waited)


def _expect_few_polls(case, calls, seconds, waited):
    """No more receives than polls of twenty seconds in this time.

    One more is all right in the last second: a deadline in whole seconds leaves a fraction of one.
    """
    polls, needed = shop.of(calls, *RECEIVES), -(-seconds // LONGEST_POLL)
    last = timedelta(seconds=min(1.5, waited))
    rounded = len(polls) == needed + 1 and polls[-1].at > polls[0].at + timedelta(seconds=seconds) - last
    if rounded and polls[-1].params.get("WaitTimeSeconds"):
        return
    if len(polls) > needed:
        case.not_yet(
            "too-many-receives",
            got=case.said(f"Your code made {len(polls)} receive requests."),
            expected=f"{needed} at most",
            why=f"AWS bills every receive, an empty one too. One can wait up to {LONGEST_POLL} s (WaitTimeSeconds).",
        )


# --- 04.2 ------------------------------------------------------------------------------------------------------------


def send_all(case):
    """Good texts, of which some are equal; good and bad ones mixed; whole batches; bad ones alone; and none."""
    most = 1024 + case.draw.randrange(500)
    good = [f"{case.draw.choice(shop.SHOPPERS)} wants {case.draw.choice(shop.GOODS)}" for _ in range(12)]
    good += [
        good[0],
        good[1],
        "x" * most,
        "line\nbreak\tand tab",
        "☕" * (most // 3),
        f" {case.name('note')}",
        f"{case.name('note')}\r\n",
    ]
    good += ["cafe\u0301, caf\u00e9", json.dumps({"Failed": [{"Id": "0", "Message": good[2]}]}), " ", "0"]
    good += [f"{letter}{case.name('note')}" for letter in "\x7f\x85\u2028\ud7ff\ue000\ufffd\U00010000\U0010ffff"]
    bad = ["", "", "x" * (most + 1), "☕" * (most // 3 + 1)]
    bad += [f"{case.name('note')}{letter}" for letter in "\x0b\x00\ufffe\uffff"] + [f"\x1f{good[0]}"]
    _expect_sent(case, most, shop.shuffled(case, good), [])
    case.reach("sent")
    for extra in (good, good[:8]):
        bodies = shop.shuffled(case, extra + bad)
        bodies.insert(case.draw.randrange(1, 9), bad[2])  # in the first batch for certain, and not alone
        _expect_sent(case, most, bodies, bad)
    many = [f"{case.name('note')} {number}" for number in range(case.draw.randrange(90, 130))]
    _expect_sent(case, most, shop.shuffled(case, [*many, *bad]), bad)
    whole = shop.shuffled(case, good)[:BATCH]
    _expect_sent(case, most, whole, [])
    _expect_sent(case, most, [*shop.shuffled(case, [*bad, bad[2]]), *whole], bad)  # a batch that SQS refuses entirely
    _expect_sent(case, most, shop.shuffled(case, [*bad[2:8], *whole[:4]]), bad)
    _expect_sent(case, most, shop.shuffled(case, bad), bad)
    _expect_sent(case, most, bad[:1], bad)
    _expect_sent(case, most, whole[:1], bad)
    _expect_sent(case, most, [], [])


def _expect_sent(case, most, bodies, bad):
    """The good texts are in the queue, each as often as it was given; the bad ones are returned, in their sequence."""
    queue_url = shop.queue(case, "orders", MaximumMessageSize=most)
    refused = [body for body in bodies if body in bad]
    made, settings = len(case.calls), shop.settings(case, queue_url)
    result = case.attempt(queue_url=queue_url, bodies=bodies)
    calls = case.calls[made:]
    case.did += f", with {_count(len(bodies), 'text')}"
    case.did += f", of which SQS refuses {len(refused) or 'none'}" if bodies else ""
    if result.error:
        _explain_send_error(case, result.error, refused)
    if result.changed:
        case.not_yet(
            "list-changed",
            got=case.said("Your code changed the list `bodies` itself."),
            expected="the caller's list as it was",
            why="The caller can still need it. Whatever your code removes or adds, it can do in a list of its own.",
        )
    _expect_settings(case, queue_url, settings, calls)
    _expect_texts(case, Counter(body for body in bodies if body not in bad), Counter(_bodies(case, queue_url)))
    _expect_visible(case, queue_url)
    if result.value != refused:
        expected = f"the {len(refused)} refused texts, in their sequence" if refused else "an empty list"
        reason, why = _why_not_refused(result.value, refused, Counter(_texts_under_failed(calls)))
        case.not_yet(reason, got=result.value, wanted=refused, expected=expected, why=why)
    requests, needed = shop.of(calls, *SENDS), -(-len(bodies) // BATCH)
    if len(requests) > needed:
        case.not_yet(
            "too-many-requests",
            got=case.said(f"Your code made {len(requests)} requests to send {len(bodies)} texts."),
            expected=f"{needed} at most",
            why=f"send_message_batch takes {BATCH} texts in one request, and a refused text stays refused.",
        )


def _expect_visible(case, queue_url):
    """All messages in the queue can be received now."""
    if hidden := [one for one in case.state(queue_url)["messages"] if one["state"] != "visible"]:
        case.not_yet(
            "texts-not-visible",
            got=case.said(
                f"{_count(len(hidden), 'message')} can't be received yet, such as {hidden[0]['body'][:60]!r}: it's "
                f"{hidden[0]['state']} for another {hidden[0]['left']:.0f} s."
            ),
            expected="messages that can be received right after your function returns",
            why="The queue's own settings delay nothing.",
        )


def _explain_send_error(case, error, refused):
    """Say why SQS, boto3 or Python refused."""
    prefix = "AWS.SimpleQueueService."
    single = "send_message raises when SQS refuses the text. In a batch, each text succeeds or fails on its own."
    shop.explain(case, error, f"the {len(refused)} refused texts" if refused else "an empty list", [
        ("batch-too-large", f"{prefix}TooManyEntriesInBatchRequest", "", f"A batch takes {BATCH} entries at most."),
        ("ids-not-distinct", f"{prefix}BatchEntryIdsNotDistinct", "",
         "Each entry needs an Id that no other entry of its batch has."),
        ("invalid-id", f"{prefix}InvalidBatchEntryId", "",
         "An Id has 1 to 80 letters, digits, hyphens and underscores. The place of a text in its batch will do."),
        ("empty-batch", f"{prefix}EmptyBatchRequest", "",
         "SQS refuses a batch without entries. When there are no texts, there's nothing to send."),
        ("no-failed-key", "KeyError", "'Failed'", "When no entry fails, the response has no Failed key."),
        ("no-successful-key", "KeyError", "'Successful'", "When all entries fail, the response has no Successful key."),
        ("number-as-id", "ParamValidationError", ".Id,", "An Id is a string, and str(...) makes one of a number."),
        ("error-not-caught", "InvalidMessageContents", "SendMessage operation", single),
        ("error-not-caught", "InvalidParameterValue", "SendMessage operation", single),
        ("error-not-caught", "MissingParameter", "SendMessage operation", single),
    ])  # fmt: skip


def _expect_texts(case, wanted, found):
    """The queue holds these texts, each so many times."""
    lost, extra = wanted - found, found - wanted
    if changed := [text for text in extra if text not in wanted]:
        case.not_yet(
            "text-changed",
            got=case.said(f"The queue holds the text {changed[0][:80]!r}."),
            expected="the texts exactly as they were given",
            why="None of the texts that were given is equal to that.",
        )
    if lost:
        verb = "isn't" if lost.total() == 1 else "aren't"
        case.not_yet(
            "texts-lost",
            got=case.said(f"{_count(lost.total(), 'good text')} {verb} in the queue, such as {min(lost)[:60]!r}."),
            expected="all texts that SQS accepts, each as often as it was given",
            why="Each text is a message of its own. SQS accepts it whatever happens to the other texts of its batch.",
        )
    if extra:
        case.not_yet(
            "texts-sent-twice",
            got=case.said(f"The queue holds {_count(extra.total(), 'message')} too many, such as {min(extra)[:60]!r}."),
            expected="each text as often as it was given",
            why="Entries listed under Successful are in the queue. Sending them again sends them twice.",
        )


def _texts_under_failed(calls):
    """Yield the texts that SQS refused in these calls."""
    for call in shop.of(calls, "SendMessageBatch"):
        texts = {entry["Id"]: entry["MessageBody"] for entry in call.params.get("Entries", [])}
        yield from (texts[failure["Id"]] for failure in (call.response or {}).get("Failed", []))


def _why_not_refused(returned, refused, failed):
    """Return why these aren't the refused texts. failed: how often responses had a text under Failed."""
    if not isinstance(returned, list):
        return "no-list", "The exercise asks for a list, and for an empty one when SQS refused nothing."
    if any(isinstance(item, dict) for item in returned):
        return (
            "entries-returned",
            "These aren't texts. Under Failed there's the Id that you gave the entry, and it leads back to the text.",
        )
    if not refused:
        return "nothing-was-refused", "SQS accepted every text."
    texts = Counter(map(str, returned))
    if texts == Counter(refused):
        return "other-order-of-texts", "The texts are the right ones, in another sequence than they were given."
    if returned and not set(texts) & set(refused):
        return "not-refused", "SQS refused none of these. An Id under Failed is the one that you gave the entry."
    if set(texts) == set(refused):
        return "equal-texts-once", "The same text can be refused several times, and each time counts."
    if set(texts) - set(refused):
        return "other-response", "SQS accepted some of these. An Id under Failed counts in its own response only."
    if failed - texts:
        return (
            "failed-ignored",
            "The responses listed more texts under Failed. A batch raises nothing when some of its entries fail, so "
            "reading Failed is the only way to know.",
        )
    return "refused-missing", "SQS would refuse more of the texts, and they aren't in the list."


# --- 04.3 ------------------------------------------------------------------------------------------------------------


def drain(case):
    """Many orders, some sent twice, in a cloud that misses everything, much, or nothing; few, with newcomers; none."""
    draw = case.draw.randrange
    twice = draw(4, 9)
    _expect_drained(case, 40 - twice, twice, failing=0.8, missed=1)
    _expect_drained(case, draw(101, 119), 0, missed=0.6, disorder=0.4)
    _expect_drained(case, BATCH, 0, newcomers=3)
    _expect_drained(case, 0, 0)
    _expect_drained(case, 3, 1, failing=1, missed=0.8, disorder=0.5)


def _expect_drained(case, count, twice, newcomers=0, failing=0.0, **kinds):
    """All orders are returned, each once, and nothing is left in the queue.

    twice: how many are sent twice. newcomers: how many arrive during the second receive. failing: the chance of an
    entry to fail in each of the first two delete batches, so some of them fail twice, and none fails three times.
    """
    queue_url = case.queue()
    orders = shop.orders(case, count + newcomers)
    sent = shop.shuffled(case, orders[:count])
    for number, order in enumerate(case.draw.sample(orders[:count], twice)):
        place = sent.index(order)  # the second one comes far away from the first, or right after it, or anywhere
        far = 0 if 2 * place >= len(sent) else len(sent)
        sent.insert([far, place + 1, case.draw.randrange(len(sent) + 1)][min(number, 2)], order)
    made, settings = len(case.calls), shop.settings(case, queue_url)
    with case.unkind(lag=60, **kinds):
        # A first look at the counters before anything is sent: with the lag, they don't change for a minute.
        case.sqs.get_queue_attributes(QueueUrl=queue_url, AttributeNames=["ApproximateNumberOfMessages"])
        _send(case, queue_url, sent)
        late = lambda: case.during("ReceiveMessage", lambda: _send(case, queue_url, orders[count:]))  # noqa: E731
        case.during("ReceiveMessage", late)
        if failing:
            _fail_entries(case, "DeleteMessageBatch", failing, 2)
        result = case.attempt(queue_url=queue_url)
    case.did += f", with {_count(len(sent), 'message')} in the queue"
    case.did += f" and {newcomers} more that arrive during the second receive" if newcomers else ""
    calls = case.calls[made:]
    if result.error:
        _explain_drain_error(case, result.error, calls)
    _expect_no_shortcut(case, calls)
    _expect_settings(case, queue_url, settings, calls)
    _expect_seen_empty(case, queue_url, calls)
    _expect_all_deleted(case, queue_url, calls)
    _expect_each_once(case, result.value, orders)
    _expect_ten_at_a_time(case, calls)


def _send(case, queue_url, orders):
    for order in orders:
        case.sqs.send_message(QueueUrl=queue_url, MessageBody=_written(case, order))


def _fail_entries(case, operation, chance, count):
    """Let entries meet an error of SQS in so many of the answer's next calls of this batch operation."""
    faults, made = [], []

    def happening(called):
        if faults:
            faults.pop().__exit__()
        if called == operation:
            made.append(called)
            if len(made) <= count:
                faults.append(case.unkind(entries=chance))
        if len(made) > count:
            end()

    end = shop.before_each(case, ALL_CALLS, happening)


def _explain_drain_error(case, error, calls):
    """Say which response or which batch the answer stumbled over."""
    prefix = "AWS.SimpleQueueService."
    shop.explain(case, error, "the list of orders", [
        *_on_empty_receive(calls),
        ("empty-batch", f"{prefix}EmptyBatchRequest", "",
         "SQS refuses a batch without entries. When there's nothing to delete, don't call it."),
        ("batch-too-large", f"{prefix}TooManyEntriesInBatchRequest", "", f"A batch takes {BATCH} entries at most."),
        ("ids-not-distinct", f"{prefix}BatchEntryIdsNotDistinct", "",
         "Each entry needs an Id that no other entry of its batch has. Two messages can hold the same order."),
        ("invalid-id", f"{prefix}InvalidBatchEntryId", "",
         "An Id has 1 to 80 letters, digits, hyphens and underscores."),
        ("no-failed-key", "KeyError", "'Failed'", "When no entry fails, the response has no Failed key."),
    ])  # fmt: skip


def _expect_no_shortcut(case, calls):
    """Neither a purge nor a delete of the queue itself."""
    for operation in ("PurgeQueue", "DeleteQueue"):
        if shop.of(calls, operation):
            case.not_yet(
                "not-received",
                got=case.said(f"Your code called {operation}."),
                expected="a delete for each message that was received",
                why="That also removes messages that nobody has received, and an order that arrives just then is lost.",
            )


def _expect_seen_empty(case, queue_url, calls):
    """The last receive was a long poll that found nothing."""
    polls = shop.of(calls, *RECEIVES)
    if not polls:
        case.not_yet(
            "never-received",
            got=case.said("Your code received nothing."),
            expected="receives, until the queue has shown that it's empty",
            why="The counters of a queue are approximate and out of date. Only a receive shows what's there.",
        )
    if count := len(_brought(polls[-1])):
        case.not_yet(
            "stopped-early",
            got=case.said(f"The last receive returned {_count(count, 'message')}, and then your code stopped."),
            expected="receives, until one finds nothing",
            why=f"A receive returns up to {BATCH} messages, and sometimes fewer although there are more. A counter "
            "that says 0 can be out of date.",
        )
    reply = case.sqs.get_queue_attributes(QueueUrl=queue_url, AttributeNames=["ReceiveMessageWaitTimeSeconds"])
    if not polls[-1].params.get("WaitTimeSeconds", int(reply["Attributes"]["ReceiveMessageWaitTimeSeconds"])):
        left = len(shop.messages_in(case, queue_url))
        case.not_yet(
            "short-poll-at-the-end",
            got=case.said(
                f"Your code stopped after a short poll found nothing. The queue holds {_count(left, 'message')}."
            ),
            expected="a long poll that finds nothing, at the end",
            why="A short poll asks only some of the servers, so it can find nothing although messages are there. With "
            "WaitTimeSeconds, a receive asks all of them.",
        )


def _expect_all_deleted(case, queue_url, calls):
    """Nothing is left in the queue."""
    left = set(shop.messages_in(case, queue_url))
    if not left:
        return
    ids = {message["ReceiptHandle"]: message["MessageId"] for call in calls for message in _brought(call)}
    failed = {ids.get(handle) for call in calls for handle in _handles_under_failed(call)}
    if left <= failed:
        case.not_yet(
            "failed-deletes-left",
            got=case.said(f"{_count(len(left), 'message')} left in the queue, all from entries listed under Failed."),
            expected="an empty queue",
            why="A delete batch raises nothing when some of its entries fail. What's under Failed isn't deleted.",
        )
    case.not_yet(
        "messages-left",
        got=case.said(f"{_count(len(left), 'message')} left in the queue."),
        expected="an empty queue",
        why="A message that was received and not deleted can be received again once its visibility timeout ends. "
        "That's true for the second message with the same order too.",
    )


def _handles_under_failed(call):
    """Yield the receipt handles of the entries that this call of delete_message_batch didn't delete."""
    if call.operation == "DeleteMessageBatch":
        handles = {entry["Id"]: entry["ReceiptHandle"] for entry in call.params.get("Entries", [])}
        yield from (handles[failure["Id"]] for failure in (call.response or {}).get("Failed", []))


def _expect_each_once(case, value, orders):
    """The value is the list of these orders, each once, in any sequence."""
    expected = f"a list of {len(orders)} orders, each once" if orders else "an empty list"
    if not isinstance(value, list):
        case.not_yet("no-list", got=value, expected=expected, why="The exercise asks for a list, whatever is in it.")
    texts, wanted = Counter(map(_text, value)), Counter(map(_text, orders))
    if texts == wanted:
        return
    reason, why = "orders-missing", "The list differs from the orders that were in the queue."
    if any(not isinstance(item, dict) or "Body" in item for item in value):
        reason = "no-dictionaries"
        why = "Each order should be a dictionary. json.loads makes it from a message's Body."
    elif (missing := wanted - texts) and not texts - wanted:
        first = json.loads(min(missing))["order_id"]
        why = f"The list lacks {_count(missing.total(), 'order')} that the queue held, such as {first}."
    elif set(texts) == set(wanted):
        reason = "order-twice"
        why = "An order is in the list twice. Two messages can hold the same order. Its order_id shows that."
    case.not_yet(reason, got=value, expected=expected, why=why)


def _text(order):
    """Return a text that is the same for equal orders."""
    return json.dumps(order, sort_keys=True, default=repr)


def _expect_ten_at_a_time(case, calls):
    """Receives ask for ten messages, and deletes take what a receive brought, or ten."""
    received = [call for call in shop.of(calls, *RECEIVES) if _brought(call)]
    if (asked := min((call.params.get("MaxNumberOfMessages", 1) for call in received), default=BATCH)) < BATCH:
        case.not_yet(
            "fewer-than-ten-asked",
            got=case.said(f"Your code asked for up to {_count(asked, 'message')} with a receive."),
            expected=f"up to {BATCH}",
            why="Every receive is a request on the bill. MaxNumberOfMessages says how many it can return.",
        )
    tried, deletes = set(), 0
    for call in shop.of(calls, *DELETES):
        handles = {entry.get("ReceiptHandle") for entry in call.params.get("Entries", [call.params])}
        deletes += not handles & tried  # a delete that failed may be tried again in any way
        tried |= handles
    if deletes > len(received) + 3:
        case.not_yet(
            "too-many-requests",
            got=case.said(f"Your code made {deletes} requests to delete {len(tried)} messages."),
            expected=f"deletes of {BATCH} at a time",
            why=f"delete_message_batch deletes up to {BATCH} messages with one request.",
        )


# --- 04.4 ------------------------------------------------------------------------------------------------------------


def pack_slowly(case):
    """Short and long visibility timeouts and steps, renewals that fail, and an empty queue."""
    draw = case.draw.randrange
    repeated = _orders(case, 3)  # the same orders come again, in another queue
    _expect_packed(case, 30, draw(7, 9), draw(21, 27), repeated)
    case.reach("packed")
    _expect_packed(case, draw(61, 76), draw(4, 7), 60, repeated)
    _expect_packed(case, LONGEST_TIMEOUT, draw(3, 5), 60)
    _expect_packed(case, draw(11, 16), draw(14, 17), 10)
    _expect_kept_after_an_error(case)
    _expect_kept_after_a_crash(case)
    started, queue_url = case.clock.now(), case.queue("baskets")
    result = _pack(case, queue_url, 4, 50)
    case.did += ", with an empty queue"
    if result.value is not None:
        case.not_yet("not-none", got=result.value, expected="None", why="The queue was empty, so nothing was packed.")
    if (waited := shop.seconds_since(case, started)) > LONGEST_POLL + 1:
        case.not_yet(
            "packed-nothing",
            got=case.said(f"Your code returned after {waited:.1f} s."),
            expected="None, after one receive",
            why=f"One receive waits {LONGEST_POLL} s at most, and without an order there's nothing to pack.",
        )


def _pack(case, queue_url, steps, seconds):
    """Return the answer's result; an error that is known ends the check."""
    made = len(case.calls)
    result = case.attempt(queue_url=queue_url, steps=steps, seconds=seconds)
    if result.error:
        shop.explain(case, result.error, "the order, packed and deleted, or None", [
            *_on_empty_receive(case.calls[made:]),
            ("renewed-after-delete", "InvalidParameterValue", "does not exist or is not available",
             "That message is deleted, so it has no visibility timeout any more."),
            ("timeout-over-twelve-hours", "InvalidParameterValue", "Total VisibilityTimeout",
             "A message can be in flight for twelve hours in all, counted from its receive."),
        ])  # fmt: skip
    return result


def _baskets(case, timeout, orders=()):
    """Return the URL of a queue with this visibility timeout, and its orders by the ids of their messages."""
    queue_url = shop.queue(case, "baskets", VisibilityTimeout=timeout)
    sent = {}
    for order in orders or _orders(case, 3):
        sent[case.sqs.send_message(QueueUrl=queue_url, MessageBody=_written(case, order))["MessageId"]] = order
    return queue_url, sent


def _expect_packed(case, timeout, steps, seconds, orders=()):
    """One order is in flight without a gap until it's deleted, after its last step; the others are as before."""
    queue_url, sent = _baskets(case, timeout, orders)
    settings = shop.settings(case, queue_url)
    made = len(case.calls)
    result = _pack(case, queue_url, steps, seconds)
    case.did += f", where the queue's visibility timeout is {timeout} s"
    history = case.steps(queue_url)
    received = [step for step in history if step.what == shop.RECEIVED]
    if not received or result.value is None:
        case.not_yet(
            "nothing-packed",
            got=result.value,
            expected="an order, as a dictionary",
            why="There were three orders in the queue.",
        )
    if others := {step.message for step in received} - {received[0].message}:
        case.not_yet(
            "others-received",
            got=case.said(f"Your code received {1 + len(others)} orders."),
            expected="one order",
            why="The function packs one. No other packer can receive the rest until you give it back or its "
            "visibility timeout ends.",
        )
    _expect_no_gap(case, history)
    _expect_deleted_at_the_end(case, history, steps * seconds, _slack(case.calls[made:]))
    _expect_rest(case, queue_url, settings, len(sent) - 1, case.calls[made:])
    if result.value != sent[received[0].message]:
        case.not_yet(
            "text-returned" if isinstance(result.value, str) else "other-order-returned",
            got=result.value,
            expected=f"the order that was packed, {sent[received[0].message]}",
            why="The order is in the message's Body, as JSON. json.loads makes a dictionary of it.",
        )


def _expect_no_gap(case, history):
    """Every renewal, and the delete, came while the message was in flight, and no timeout was too long."""
    if found := _lapse(history):
        step, over = found
        case.not_yet(
            "gap-between-timeouts",
            got=case.said(
                f"{_after(history, over)} after the receive the visibility timeout ended, and {_CALLS[step.what]} came "
                f"at {_after(history, step.at)}."
            ),
            expected="an order that's in flight from the receive to the delete",
            why="From then on, anybody could receive the order and pack it too. A visibility timeout counts from its "
            "own call, and has to last until well after the next one.",
        )
    _expect_short_timeouts(case, history)


_CALLS = {shop.HIDDEN: "the next change of it", shop.DELETED: "the delete", BILLED: "its bill"}


def _after(history, moment):
    """Return how long after the first receive this was, as in "60.1 s"."""
    first = next(step for step in history if step.what == shop.RECEIVED)
    return f"{(moment - first.at).total_seconds():.1f} s"


def _lapse(history):
    """Return the first step at which a message should still have been in flight, and when that had ended; or None.

    history: steps of one message. Giving a message back late is no such step, nor is receiving it again.
    """
    over = None
    for step in history:
        kept = step.what in (shop.DELETED, BILLED) or (step.what == shop.HIDDEN and step.hidden)
        if kept and over is not None and step.at >= over:
            return step, over
        if step.what in (shop.RECEIVED, shop.HIDDEN):
            over = step.at + timedelta(seconds=step.hidden)
        elif step.what == shop.DELETED:
            over = None
    return None


def _expect_short_timeouts(case, history):
    longest = max((step.hidden for step in history if step.what in (shop.RECEIVED, shop.HIDDEN)), default=0)
    if longest > LONGEST_TIMEOUT:
        case.not_yet(
            "timeout-too-long",
            got=case.said(f"Your code asked for a visibility timeout of {longest:g} s."),
            expected=f"at most {LONGEST_TIMEOUT} s at a time",
            why="If your program crashes right after that call, nobody can receive the message for all that time. A "
            "new timeout counts from its own call and isn't added to the old one, so short ones are enough.",
        )


def _expect_deleted_at_the_end(case, history, work, slack):
    """The delete came when the work was done, and not long after."""
    received = next(step.at for step in history if step.what == shop.RECEIVED)
    deleted = [(step.at - received).total_seconds() for step in history if step.what == shop.DELETED]
    if not deleted:
        case.not_yet(
            "not-deleted",
            got=case.said("Your code deleted nothing."),
            expected="the order deleted after its last step",
            why="Without the delete, the order can be received again and gets packed once more.",
        )
    if deleted[0] < work - 0.5:
        case.not_yet(
            "deleted-early",
            got=case.said(f"Your code deleted the order {deleted[0]:.1f} s after the receive. Packing takes {work} s."),
            expected="the delete after the last step",
            why="Packing is as many steps as `steps` says, one after the other. If the packer crashes after an early "
            "delete, the order is neither packed nor in the queue.",
        )
    if deleted[0] > work + slack + 2:
        case.not_yet(
            "deleted-late",
            got=case.said(f"Your code deleted the order {deleted[0]:.1f} s after the receive. Packing takes {work} s."),
            expected="the delete right after the last step",
            why="Packing is as many steps as `steps` says, and each of them takes `seconds` seconds.",
        )


def _expect_rest(case, queue_url, settings, others, calls):
    """The other orders are visible, and the queue's settings are as before."""
    state = case.state(queue_url)
    if state["counts"]["visible"] != others or len(state["messages"]) != others:
        case.not_yet(
            "others-touched",
            got=case.said(f"{state['counts']['visible']} of {others} other orders can be received."),
            expected="the packed order deleted, and the others as they were",
            why="Your code received one message, and that's the only one it should delete.",
        )
    _expect_settings(case, queue_url, settings, calls)


def _expect_kept_after_an_error(case):
    """When a renewal fails, the order is packed to the end and stays in flight, or it's not deleted."""
    steps, seconds = 4, 20
    queue_url, _ = _baskets(case, 50)
    end = _let_fail(case, RENEWALS, since={RENEWALS: seconds * 2.5})
    result = case.attempt(queue_url=queue_url, steps=steps, seconds=seconds)
    end()
    case.did += ", while SQS answers a change of the visibility timeout with an error"
    case.did += f" (your code raised {result.error.type})" if result.error else ""
    history = case.steps(queue_url)
    _expect_not_deleted_unpacked(case, history, steps * seconds)
    _expect_no_gap(case, history)


def _expect_kept_after_a_crash(case):
    """When packing breaks off, the order isn't deleted, and nothing hides it from then on."""
    steps, seconds, after = 4, 40, 60
    queue_url, _ = _baskets(case, 50)
    case.interrupt(after=after)
    case.attempt(queue_url=queue_url, steps=steps, seconds=seconds)
    case.did += f", interrupted by Ctrl+C after {after} s"
    did, over, history = case.did, case.clock.now(), case.steps(queue_url)
    _expect_not_deleted_unpacked(case, history, steps * seconds)
    case.attempt(queue_url=queue_url, steps=steps, seconds=seconds)  # the next order, while a thread may go on
    first = history[0].message if history else ""
    later = [step for step in case.steps(queue_url) if step.message == first and step.at > over]
    if later and later[0].what == shop.HIDDEN and later[0].hidden:
        case.not_yet(
            "extended-after-the-crash",
            did=did,
            got=case.said(
                f"{_after(history, later[0].at)} after the receive, your code extended the visibility timeout."
            ),
            expected="an order that's left alone once packing has broken off",
            why="Nobody's packing it any more. As long as its visibility timeout gets extended, no other packer can "
            "receive it.",
        )


def _expect_not_deleted_unpacked(case, history, work):
    received = next((step.at for step in history if step.what == shop.RECEIVED), None)
    for step in history:
        if step.what == shop.DELETED and (took := (step.at - received).total_seconds()) < work - 0.5:
            case.not_yet(
                "deleted-unpacked",
                got=case.said(f"Your code deleted the order after {took:.1f} s. Packing takes {work} s."),
                expected="an order that stays in the queue until it's packed",
                why="The order isn't packed yet, and once it's deleted, nobody will ever pack it.",
            )


REQUESTS_OF_A_CALL = 5  # that boto3 makes at most, in whichever mode, before it raises


def _let_fail(case, *kinds, since=None):
    """Let the answer's next call of each kind fail, whatever boto3 tries. Return what ends the faults.

    kinds: groups of operations. since: after how many seconds from now the next call of a kind is meant, if not now.
    """
    started, left, requests, fault = case.clock.now(), list(kinds), [], []

    def happening(operation):
        kind = next((kind for kind in left if operation in kind), None)
        if requests and (kind is not requests[0] or len(requests) == REQUESTS_OF_A_CALL):
            left.remove(requests[0])  # boto3 has given up, or the answer goes on with another call
            kind = None if kind is requests[0] else kind
            recover()
        if kind and shop.seconds_since(case, started) >= (since or {}).get(kind, 0):
            requests.append(kind)
            if not fault:
                fault.append(case.unkind(errors=1))

    def recover():
        requests.clear()
        if fault:
            fault.pop().__exit__()

    disarm = shop.before_each(case, ALL_CALLS, happening)
    return lambda: (disarm(), recover())


# --- 04.5 ------------------------------------------------------------------------------------------------------------

MOST_FAILURES = 60  # requests in an outage, for an answer that hardly waits
PAGE = 5  # seconds to prepare a page of a bill
FIRST_PAUSE, LONGEST_PAUSE = 5, 20  # seconds, at most
AT_ONCE = 0.05  # seconds between calls, on average, without a pause
# A pause can be any random share of its limit, so only the longest of many says what the limit is. In 10 minutes, the
# longest of all pauses from 0 to 10 seconds is shorter than this about once in a hundred million times.
GROWN = 8.5
# Messages that are no orders: no JSON, no object, or one that lacks something.
BROKEN = ["hello?", "[]", "null", '"order_id"', '{"customer": "Ada", "pages": 1}', '{"order_id": "A-1", "pages": 1}']
BROKEN += ['{"order_id": "A-2", "customer": "Ada"}', '{"order_id": "A-3", "customer": "Ada", "pages": "two"}']
CUSTOMERS = [" Ada", "Grace\t", "ludwig van B.", "ZO\u00cb", "Jose\u0301", 'O\'Neill, "Tip"', "0", "Mary  Ann"]


def bill_orders(case):
    """Repeats, messages that are no orders, long work, a fault in each kind of call, unkind clouds, and stops."""
    known, *orders = _to_bill(case, 2, 1, 3)
    office = _Office(case, 40)
    office.send([known, *orders, orders[0], orders[0]])
    _expect_billed(office, office.work([known["order_id"]], 150), orders, plain=True)
    case.reach("billed")
    office = _Office(case, 60)
    office.send([*shop.shuffled(case, [*BROKEN, known]), orders[0]])
    _expect_billed(office, office.work([known["order_id"]], 90), orders[:1], BROKEN)
    case.reach("kept")
    for by_signal in (False, True):
        _expect_nothing_started(case, by_signal)
        _expect_clean_stop(case, by_signal)
    _expect_pauses(case, "each send of a bill fails for 30 s", {SENDS: [(0, 30)]})
    _expect_pauses(case, "each delete fails for 25 s", {DELETES: [(0, 25)]})
    _expect_faults_survived(case)
    _expect_long_work_done(case)
    _expect_clean_stop(case, by_signal=True, failing=True)
    _expect_unkindness_survived(case)
    # Last, because boto3 tries calls again less often once many have failed.
    did = "each change of a visibility timeout fails for 15 s, and later each receive for 40 s, twice"
    _expect_pauses(case, did, {RENEWALS: [(0, 15)], RECEIVES: [(1, 40), (2, 40)]}, 260, 14)
    shift = _expect_pauses(case, "each receive fails for 10 minutes", {RECEIVES: [(0, 600)]}, 680, most=250)
    _expect_grown(case, shop.of(shift.calls, *RECEIVES))


def _to_bill(case, *pages):
    """Return orders with this many pages each, of customers whose names aren't tidy."""
    orders = zip(shop.orders(case, len(pages)), pages, case.draw.sample(CUSTOMERS, len(pages)), strict=True)
    return [order | {"pages": count, "customer": customer} for order, count, customer in orders]


def _expect_long_work_done(case):
    """One order outlasts every visibility timeout, and a few short ones together outlast the queue's."""
    office = _Office(case, 20)
    orders = _to_bill(case, 2, 30, 1)
    office.send(orders)
    _expect_billed(office, office.work([], 200), orders)


def _expect_faults_survived(case):
    """One call of each kind fails. All orders get their bills, and all messages are deleted in the end."""
    office = _Office(case, 60)
    orders = _to_bill(case, 14, 1)
    office.send(orders[:1])
    office.send(orders[1:], delay=85)
    # The send fails of the short order, which has little work to do again.
    end = _let_fail(case, RECEIVES, RENEWALS, SENDS, DELETES, since={SENDS: 80})
    did = "while the first receive, send, delete and change of the visibility timeout fail"
    _expect_billed(office, office.work([], 420, did, afterwards=end), orders)


def _expect_pauses(case, did, outages, seconds=260, pages=1, most=MOST_FAILURES):
    """While calls of a kind keep failing, the worker waits between them. Return its shift.

    outages: for each kind of call, after how many that succeed it fails, and for how many seconds. pages: of the first
    order. most: requests that fail in an outage.
    """
    office, fault, failing = _Office(case, 60), [], {kind: [] for kind in outages}
    left = {kind: [list(outage) for outage in row] for kind, row in outages.items()}
    orders = _to_bill(case, pages, 1)
    office.send(orders[:1])
    office.send(orders[1:], delay=20)

    def fails(kind):
        if not left[kind]:
            return False
        outage, begun = left[kind][0], failing[kind]
        if outage[0]:
            outage[0] -= 1
            return False
        begun.append(case.clock.now())
        if len(begun) <= most and shop.seconds_since(case, begun[0]) < outage[1]:
            return True
        left[kind].pop(0)
        begun.clear()
        return False

    def happening(operation):
        end()
        if any(fails(kind) for kind in outages if operation in kind):
            fault.append(case.unkind(errors=1))

    def end():
        if fault:
            fault.pop().__exit__()

    disarm = shop.before_each(case, ALL_CALLS, happening)
    shift = office.work([], seconds, f"while {did}", afterwards=lambda: (disarm(), end()))
    _expect_pauses_between(case, shift.calls)
    # A visibility timeout that can't be extended for a while may end.
    _expect_billed(office, shift, orders, held=RENEWALS not in outages)
    return shift


def _pauses(row):
    """Return the pauses in seconds between these calls.

    There's a list for each call that can be on at the same time, as a pool of workers makes them. boto3's own waits,
    between the tries of one call, aren't pauses.
    """
    lines = []
    for call in sorted(row, key=lambda call: call.at):
        waiting = [line for line in lines if line[-1].exchanges[-1].at <= call.at]
        line = min(waiting, key=lambda line: line[-1].exchanges[-1].at, default=[])
        lines += [] if line else [line]
        line.append(call)
    return [[(b.at - a.exchanges[-1].at).total_seconds() for a, b in pairwise(line)] for line in lines]


def _failed_rows(calls):
    """Return the pauses of each row of calls that failed one after the other, and had pauses between them."""
    rows = [_pauses(row) for failed, row in groupby(calls, key=lambda call: bool(call.error_code)) if failed]
    return [lines for lines in rows if any(lines)]


def _expect_pauses_between(case, calls):
    """There are pauses between calls that failed one after the other, short ones at first, and never too long ones."""
    for lines in _failed_rows(calls):
        # An answer that tries again at once fails twenty times. One whose pauses are random has a long one by then.
        late = [pause for line in lines for pause in line[len(line) // 2 :]]
        if len(late) > 4 and sum(late) < AT_ONCE * len(late):
            case.not_yet(
                "no-pauses",
                got=case.said(_row(lines)),
                expected="a pause after each failure",
                why="When a service is in trouble, everybody who keeps calling makes it worse. Waiting longer after "
                "each failure (back-off) gives it time.",
            )
        if max(map(max, filter(None, lines))) > LONGEST_PAUSE + 1:
            case.not_yet(
                "pause-too-long",
                got=case.said(_row(lines)),
                expected=f"pauses of at most {LONGEST_PAUSE} s",
                why="Pauses that double without a limit soon last longer than the trouble itself.",
            )
    # Between two receives that fail there's nothing else to do, so what's between them is the pause.
    for lines in _failed_rows(shop.of(calls, *RECEIVES)):
        first = min(line[0] for line in lines if line)
        if first > FIRST_PAUSE + 0.5:
            case.not_yet(
                "first-pause-too-long",
                got=case.said(f"{_row(lines)} The first of them was {first:.1f} s."),
                expected=f"a first pause of at most {FIRST_PAUSE} s, whenever calls begin to fail",
                why="Most trouble is over after a moment. A call that worked shows that it's over, and the next error "
                "gets a short pause again.",
            )


def _expect_grown(case, receives):
    """In a long outage, pauses have got long, and didn't start over after a few tries.

    Nothing is judged by a single pause. A random one can be short at any time.
    """
    lines = max(_failed_rows(receives), key=lambda lines: sum(map(len, lines)))
    longest = max(map(max, filter(None, lines)))
    for line in lines:
        for tries in range(2, 6):
            shares = [line[start::tries] for start in range(tries)]
            if len(line) > 10 * tries and longest > 2 * FIRST_PAUSE > 2 * min(map(max, shares)):
                case.not_yet(
                    "pauses-start-over",
                    got=case.said(f"{_row(lines)} Every {_NTH[tries]} one was short."),
                    expected="a limit that goes on growing until a call works",
                    why="Don't start over after a few tries. Count the failures in a row, also from one call to the "
                    "next.",
                )
    if longest < GROWN:
        case.not_yet(
            "pauses-do-not-grow",
            got=case.said(f"{_row(lines)} The longest of all was {longest:.1f} s."),
            expected=f"pauses whose limit grows with each failure, to at least 10 and at most {LONGEST_PAUSE} s",
            why="When a service is in trouble, everybody who keeps calling makes it worse. Waiting longer after each "
            "failure (back-off) gives it time. Count the failures in a row, also from one call to the next.",
        )


_NTH = {2: "second", 3: "third", 4: "fourth", 5: "fifth"}


def _row(lines):
    pauses = " and ".join(
        ", ".join([f"{pause:.1f}" for pause in line[:8]] + ["..."] * (len(line) > 8)) for line in lines
    )
    return f"{sum(map(len, lines)) + len(lines)} calls failed in a row, and the pauses between them were {pauses} s."


def _expect_unkindness_survived(case):
    """Duplicates, missed messages, and orders that arrive while it works; then some of the orders once more."""
    office, bad = _Office(case, 20), case.draw.choice(BROKEN)
    orders = _to_bill(case, *[1] * 6)
    with case.unkind(duplicates=0.5, missed=0.5, disorder=0.4):
        office.send(orders[3:4], delay=33)
        office.send(orders[4:5], delay=70)
        office.send([bad, *orders[:3]])
        shift = office.work([], 95, "in a cloud that delivers some messages twice")
        _expect_billed(office, shift, orders[:5], [bad], held=False)
        case.after_every_lease()
        office.send([case.draw.choice(orders[:5]), orders[5]])
        shift = office.work(shift.value, 40, "in a second run")
        _expect_billed(office, shift, orders, [bad], held=False)


def _stop(office, after, by_signal, did, afterwards=lambda: None):
    """Return a run of the worker that has to stop after so many seconds."""
    if not by_signal:
        return office.work([], after, did, after, afterwards)
    office.case.terminate(after=after)
    return office.work([], 600, f"{did}, and SIGTERM comes after {after} s", after, afterwards)


def _expect_nothing_started(case, by_signal):
    """An order that arrives after the stop, in a poll from before, is given back."""
    office, after = _Office(case, 60), case.draw.randrange(5, 10)
    orders = _to_bill(case, 2)
    delay = after + case.draw.randrange(3, 9)
    office.send([case.draw.choice(BROKEN)], delay=after - 1)  # a worker can't rest long because of it
    office.send(orders, delay=delay)
    shift = _stop(office, after, by_signal, f"with an order that arrives after {delay} s")
    _expect_stopped(office, shift)
    _expect_given_back(office, shift)


def _expect_clean_stop(case, by_signal, failing=False):
    """The order in work gets its bill, no other is started, and those that were received are visible.

    failing: whether the first change of a visibility timeout fails after the stop. Then giving back is left out.
    """
    office, after = _Office(case, 60), case.draw.randrange(26, 35)
    orders = _to_bill(case, *[4] * 5)
    office.send(orders)
    end = _let_fail(case, RENEWALS, since={RENEWALS: after}) if failing else lambda: None
    did = "with five orders" + ", while a change of the visibility timeout fails" * failing
    shift = _stop(office, after, by_signal, did, end)
    _expect_stopped(office, shift, spare=LONGEST_PAUSE + 5 if failing else 0)
    if not failing:
        _expect_given_back(office, shift)
        _expect_current_finished(office, shift, orders)


class _Shift:
    """What one run of the worker did.

    done: the ids that it was given. stop: after how many seconds it had to stop. steps: of the messages in the orders
    queue. bills: after how many seconds which order got a bill in this run.
    """

    def __init__(self, office, value, done, started, stop):
        case = office.case
        self.value, self.done, self.stop = value, done, stop
        self.started, self.took = started, shop.seconds_since(case, started)
        self.calls = [call for call in case.calls if call.at >= started]
        self.steps = [step for step in case.steps(office.orders_url) if step.at >= started]
        bodies = {message["id"]: shop.parsed(message["body"]) for message in case.state(office.bills_url)["messages"]}
        sent = [step for step in case.steps(office.bills_url) if step.what == shop.SENT and step.at >= started]
        named = [(self.after(step), bodies.get(step.message)) for step in sent]
        self.bills = [(after, bill.get("order_id")) for after, bill in named if isinstance(bill, dict)]

    def after(self, step):
        """Return how many seconds after the run's begin this was."""
        return (step.at - self.started).total_seconds()

    @property
    def last(self):
        """When it had nothing to finish any more, in seconds."""
        return max([self.stop, *(after for after, _ in self.bills)])


class _Office:
    """A queue for orders and one for bills, and what was sent to the first one, by message id."""

    def __init__(self, case, timeout):
        self.case, self.sent = case, {}
        self.orders_url = shop.queue(case, "orders", VisibilityTimeout=timeout)
        self.bills_url = case.queue("bills")

    def send(self, orders, delay=0):
        """Send orders, or texts that are none."""
        for order in orders:
            text = order if isinstance(order, str) else _written(self.case, order)
            reply = self.case.sqs.send_message(QueueUrl=self.orders_url, MessageBody=text, DelaySeconds=delay)
            self.sent[reply["MessageId"]] = order

    def work(self, done, seconds, did="", stop=None, afterwards=lambda: None):
        """Let the worker run and return its shift. An error ends the check.

        afterwards: is called right after the run, to end a fault.
        """
        case = self.case
        started = case.clock.now()
        urls = {"orders_url": self.orders_url, "bills_url": self.bills_url}
        did = f", {did}" if did else ""
        try:
            result = case.attempt(**urls, done=done, seconds=seconds)
        except Exception as stop:
            if getattr(stop, "stopped", "") != "terminated":
                raise
            case.not_yet(
                "no-signal-handler",
                did=case.did + did,
                got=case.said("SIGTERM ended your function on the spot."),
                expected="the current order finished, the others given back, and a list returned",
                why="A process without a handler for SIGTERM ends at once, and not even `finally` runs. signal.signal "
                "sets a handler.",
            )
        finally:
            afterwards()
        case.did += did
        if result.error:
            _explain_billing_error(case, self, result.error)
        return _Shift(self, result.value, done, started, seconds if stop is None else stop)

    def bills(self):
        """Return all bills: what the messages in their queue say."""
        return _bodies(self.case, self.bills_url)

    def history(self, shift):
        """Yield the steps of each message in this shift, with the order that it holds."""
        for message, order in self.sent.items():
            if steps := [step for step in shift.steps if step.message == message]:
                yield order, steps


def _explain_billing_error(case, office, error):
    """Say which message, or which call, ended the worker."""
    last = case.calls[-1:]
    failed = last[0].operation if last and last[0].error_code else ""
    fault = f"The call {failed} failed, and that ended the worker. Errors like that pass: wait, and try again."
    stop = "That ended your function, so nobody gets the list. When it's time to stop, the worker has to return."
    whys = [
        ("fault-ends-worker", "InternalError", "", fault),
        ("error-ends-worker", "KeyboardInterrupt", "", stop),
        ("error-ends-worker", "SystemExit", "", stop),
        *_on_empty_receive(last),
        ("poll-too-long", "InvalidParameterValue", "WaitTimeSeconds", f"WaitTimeSeconds is {LONGEST_POLL} at most."),
    ]
    broken = "A message that isn't an order ended the worker. It has to stay in the queue, and the worker has to go on."
    if any(isinstance(order, str) for order in office.sent.values()):
        whys += [
            ("broken-message-ends-worker", "JSONDecodeError", "", broken),
            ("broken-message-ends-worker", "KeyError", "order_id", broken),
            ("broken-message-ends-worker", "KeyError", "customer", broken),
            ("broken-message-ends-worker", "KeyError", "pages", broken),
            ("broken-message-ends-worker", "ValueError", "invalid literal", broken),
            ("broken-message-ends-worker", "TypeError", "indices must be", broken),
            ("broken-message-ends-worker", "TypeError", "not subscriptable", broken),
            ("broken-message-ends-worker", "TypeError", "not iterable", broken),
            ("broken-message-ends-worker", "TypeError", "as an integer", broken),
            ("broken-message-ends-worker", "AttributeError", "object has no attribute", broken),
        ]
    shop.explain(case, error, "a worker that goes on until it's time to stop, and then returns", whys)


def _expect_billed(office, shift, orders, broken=(), held=True, plain=False):
    """After this shift each order has its bill, messages that are no orders are left, and the rest is deleted.

    held: whether each order has to be in flight all the time, which can't be told of duplicates with one id.
    plain: whether nothing but the work itself took time.
    """
    case = office.case
    billed = _expect_bills(office, orders)
    _expect_kept(office, [order for order in orders if order["order_id"] not in billed], broken)
    _expect_prepared(office, shift, plain)
    if held:
        _expect_held(office, shift)
    if shift.took < shift.stop - 1.5:  # the last second can be lost in rounding
        case.not_yet(
            "stopped-early",
            got=case.said(f"The worker stopped after {shift.took:.1f} s."),
            expected=f"a worker that goes on for {shift.stop} s",
            why="Orders can still arrive, or come back when a visibility timeout ends. Go by the time.",
        )
    _expect_stopped_in_time(office, shift)
    if missing := [order["order_id"] for order in orders if order["order_id"] not in billed]:
        why = "There was enough time for them: all could be received at once, after a delay, or when a visibility "
        why += "timeout ended."
        case.not_yet(
            "orders-not-billed",
            got=case.said(f"{len(missing)} of {len(orders)} bills never arrived, such as the one for {missing[0]}."),
            expected="a bill for each order that arrived while the worker ran",
            why=why,
        )
    _expect_list(case, shift.value, {*shift.done, *billed}, billed)
    # What a last poll brings after the time is over may be given back.
    late = {step.message for step in shift.steps if step.what == shop.RECEIVED and shift.after(step) > shift.stop - 0.5}
    for message in case.state(office.orders_url)["messages"]:
        order = office.sent[message["id"]]
        if message["receives"] and isinstance(order, dict) and message["id"] not in late:
            case.not_yet(
                "billed-but-left",
                got=case.said(f"{order['order_id']} has its bill, and a message with it is still in the orders queue."),
                expected="the message deleted, whenever it arrives",
                why="It keeps coming back until it's deleted.",
            )


def _expect_bills(office, orders):
    """No order has two bills, no other one has a bill, and each bill says what it should. Return the ids."""
    case = office.case
    wanted = {order["order_id"]: {name: order[name] for name in ("order_id", "customer")} for order in orders}
    known = {order["order_id"] for order in office.sent.values() if isinstance(order, dict)} - set(wanted)
    billed = []
    for body in office.bills():
        bill = shop.parsed(body)
        order_id = bill.get("order_id") if isinstance(bill, dict) else None
        if order_id in known:
            case.not_yet(
                "billed-again",
                got=case.said(f"{order_id} has a new bill."),
                expected="no bill for an order in `done`",
                why="It was billed in an earlier run. Its order_id shows that it has arrived again.",
            )
        if order_id not in wanted or bill != wanted[order_id]:
            case.not_yet(
                "wrong-bill",
                got=case.said(f"A bill says {body[:80]!r}."),
                expected='{"order_id": ..., "customer": ...} of an order, as JSON',
                why="A bill has just these two, with what the order says. A message that lacks one isn't an order.",
            )
        if order_id in billed:
            case.not_yet(
                "two-bills",
                got=case.said(f"{order_id} has two bills."),
                expected="one bill for each order",
                why="An order can arrive more than once: from SQS, from the online shop, or because it wasn't deleted.",
            )
        billed.append(order_id)
    return billed


def _expect_kept(office, unbilled, broken):
    """Messages that are no orders, and orders without a bill, are still in the queue."""
    case, left = office.case, set(shop.messages_in(office.case, office.orders_url))
    kept = [order for message, order in office.sent.items() if message in left]
    if gone := [text for text in broken if text not in kept]:
        case.not_yet(
            "broken-message-deleted",
            got=case.said(f"The message {gone[0]!r} isn't in the orders queue any more."),
            expected="every message that isn't an order still in the queue",
            why="Somebody has to see what's wrong with it. Deleting it says that the work is done.",
        )
    if lost := [order for order in unbilled if order not in kept]:
        case.not_yet(
            "order-lost",
            got=case.said(f"{lost[0]['order_id']} has no bill, and its message isn't in the orders queue any more."),
            expected="an order that's deleted once its bill is sent",
            why="A deleted message never comes back. One that isn't deleted does, and can be billed then.",
        )


def _expect_prepared(office, shift, plain=False):
    """Each bill was sent when it was prepared, and before its order was deleted. plain: see _expect_billed."""
    case, waited = office.case, []
    for order_id, sent in {order_id: after for after, order_id in reversed(shift.bills)}.items():
        of_order = [step for order, steps in office.history(shift) for step in steps if _id(order) == order_id]
        received = min((shift.after(step) for step in of_order if step.what == shop.RECEIVED), default=sent)
        deleted = min((shift.after(step) for step in of_order if step.what == shop.DELETED), default=sent)
        if deleted < sent:
            case.not_yet(
                "deleted-before-bill",
                got=case.said(f"Your code deleted {order_id} {sent - deleted:.2f} s before it sent the bill."),
                expected="the bill first, then the delete",
                why="If the send fails, or the worker crashes before it, there's neither an order nor a bill.",
            )
        work = PAGE * next(order["pages"] for order in office.sent.values() if _id(order) == order_id)
        between = [call for call in shift.calls if received <= shift.after(call) <= sent]
        waited.append((sent - received - work, _slack(between), work, order_id))
    if not waited:
        return
    over, slack, work, order_id = min(waited)
    reason, why = (
        "bill-not-prepared",
        f"It has {_count(work // PAGE, 'page')}, and each takes {PAGE} seconds of time.sleep.",
    )
    if plain and over > slack:
        reason = "prepared-too-long"
        why += " No other bill of this run came with less delay, so this one didn't just wait its turn."
    elif over > -0.5:
        return
    case.not_yet(
        reason,
        got=case.said(f"The bill of {order_id} was sent {work + over:.1f} s after your code received the order."),
        expected=f"{work} s to prepare it",
        why=why,
    )


def _id(order):
    """Return the id of an order; None for a text that is none."""
    return order["order_id"] if isinstance(order, dict) else None


def _expect_held(office, shift):
    """Each order was in flight while the worker had it, and never for too long ahead."""
    case = office.case
    for order, steps in office.history(shift):
        if not isinstance(order, dict):
            continue  # what isn't an order can be put off for longer
        if found := _lapse(_with_bill(office, shift, order, steps)):
            step, over = found
            ended = (over - shift.started).total_seconds()
            case.not_yet(
                "visible-while-in-work",
                got=case.said(
                    f"The visibility timeout of {order['order_id']} ended {ended:.1f} s after the start. Your code "
                    f"still had the order: {_CALLS[step.what]} came at {shift.after(step):.1f} s."
                ),
                expected="an order that's in flight from the receive to the delete",
                why="In between, another worker could receive the order and bill it too. Extend the visibility timeout "
                "in time, or receive fewer orders at once.",
            )
        _expect_short_timeouts(case, steps)


def _with_bill(office, shift, order, steps):
    """Return the steps, with the send of the order's bill if no other message holds this order."""
    if [_id(sent) for sent in office.sent.values()].count(_id(order)) > 1:
        return steps
    moments = [shift.started + timedelta(seconds=after) for after, order_id in shift.bills if order_id == _id(order)]
    bills = [replace(steps[0], what=BILLED, at=moment) for moment in moments]
    return sorted([*steps, *bills], key=lambda step: step.at)


def _expect_stopped_in_time(office, shift, spare=0):
    """The worker returned soon after it had to stop, and started no order after that.

    spare: how many seconds a call that failed can have taken, with the pause after it.
    """
    case, spare = office.case, spare + _slack(shift.calls)
    pages = {order["order_id"]: order["pages"] for order in office.sent.values() if isinstance(order, dict)}
    for after, order_id in shift.bills:
        began = after - PAGE * pages.get(order_id, 0)
        if began > shift.stop + spare:
            case.not_yet(
                "started-after-stop",
                got=case.said(f"The bill of {order_id} was sent {after:.1f} s after the start, so it was started at "
                f"{began:.1f} s."),
                expected=f"no order started after {shift.stop} s",
                why="It was time to stop. What's left in the queue is there for the next worker.",
            )  # fmt: skip
    if shift.took > shift.last + LONGEST_POLL + spare + 1:
        begin = "sent its last bill" if shift.last > shift.stop else "had to stop"
        case.not_yet(
            "stopped-late",
            got=case.said(f"The worker stopped {shift.took:.1f} s after the start. It {begin} at {shift.last:.1f} s."),
            expected=f"a return within {LONGEST_POLL} s of that",
            why="After each receive and each order, check whether it's time to stop.",
        )  # fmt: skip


def _expect_stopped(office, shift, spare=0):
    """What holds after every stop: bills and list are right, nothing is lost, and it returned in time."""
    orders = [order for order in office.sent.values() if isinstance(order, dict)]
    _expect_stopped_in_time(office, shift, spare)
    billed = _expect_bills(office, orders)
    _expect_kept(office, [order for order in orders if order["order_id"] not in billed], ())
    _expect_prepared(office, shift)
    _expect_held(office, shift)
    _expect_list(office.case, shift.value, set(billed), billed)


def _expect_given_back(office, shift):
    """No order without a bill is in flight."""
    case, billed = office.case, {order_id for _, order_id in shift.bills}
    for message in case.state(office.orders_url)["messages"]:
        order = office.sent[message["id"]]
        if message["state"] == "in flight" and isinstance(order, dict) and order["order_id"] not in billed:
            case.not_yet(
                "not-given-back",
                got=case.said(
                    f"{order['order_id']} has no bill, and is in flight for another {message['left']:.0f} s."
                ),
                expected="orders that weren't started can be received at once",
                why="Nobody works on it now, and no other worker can receive it. change_message_visibility with 0 "
                "gives it back.",
            )


def _expect_current_finished(office, shift, orders):
    """An order that was in work at the stop has its bill."""
    case, billed = office.case, len({order_id for _, order_id in shift.bills})
    if billed < len(orders) and not [after for after, _ in shift.bills if after > shift.stop]:
        case.not_yet(
            "current-order-dropped",
            got=case.said(f"{_count(billed, 'bill')} arrived for {len(orders)} orders, and none after {shift.stop} s."),
            expected="a bill for the order that was being prepared at the stop",
            why="Each of these orders takes 20 s to prepare. The worker was in the middle of one.",
        )


def _expect_list(case, value, expected, billed):
    """The value lists each id once, that of every order that is billed by now."""
    if isinstance(value, list) and sorted(map(str, value)) == sorted(expected):
        return
    reason = "ids-missing"
    why = "The next run goes by this list, so it has to name every order that's billed, in this run or before."
    if not isinstance(value, list):
        reason, why = "no-list", "The exercise asks for a list of ids."
    elif extra := [order_id for order_id in value if order_id not in expected]:
        reason = "noted-without-bill"
        why = f"{extra[0]} has no bill. If it's in the list, the next run doesn't bill it either."
    elif len(set(value)) < len(value):
        reason, why = "id-twice", "An id is in the list twice."
    elif not set(billed) & set(value) and billed:
        reason = "ids-of-this-run-missing"
        why = "The orders of this run are missing, so the next run would bill them again."
    case.not_yet(reason, got=value, expected=f"a list of {len(expected)} ids", why=why)
