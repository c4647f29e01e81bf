"""The checks of lesson 07. Each gets a helpers.checks.case.Case and calls `case.not_yet(...)` at the first fault."""

import heapq
import itertools
import json
from collections import Counter

from helpers.checks.lessons import shop

BATCH = 10
SENDS = ("SendMessage", "SendMessageBatch")
RECEIVES = ("ReceiveMessage",)


# --- what several exercises of this lesson share ----------------------------------------------------------------------


def _fifo(case, stem="events", **attributes):
    """Create a FIFO queue with these attributes and return its URL."""
    texts = {name: str(value) for name, value in attributes.items()}
    return case.sqs.create_queue(
        QueueName=f"{case.name(stem)}.fifo", Attributes={"FifoQueue": "true"} | texts
    )["QueueUrl"]  # fmt: skip


def _count(number, thing):
    """Return the number with its noun, as in "1 order" and "no orders"."""
    return f"{number or 'no'} {thing}{'s' * (number != 1)}"


def _entries(calls):
    """Yield what was sent in these calls, a dictionary for each message, whether SQS accepted it or not."""
    for call in shop.of(calls, *SENDS):
        yield from call.params.get("Entries") or [call.params]


def _parsed(text):
    """Return what the JSON text says; None for what is no JSON."""
    try:
        return json.loads(text)
    except ValueError:
        return None


# --- 07.1 ------------------------------------------------------------------------------------------------------------

WORKERS = 4
KINDS = {
    "order": ["order.placed", "order.paid", "order.address", "order.cancelled", "order.stock.reserved"],
    "stock": ["stock.sold", "stock.counted", "stock.arrived", "stock.order.placed"],
    "customer": ["customer.moved", "customer.renamed", "customer.order.asked"],
    "other": ["newsletter.opened", "orders.exported", "stocktaking.done", "customers.counted", "page"],
}
TIMES = {"order": 6, "stock": 2, "customer": 4, "other": 1}  # that something has events
KEYS = {"order": "order_id", "stock": "article", "customer": "customer_id"}
LONG = 300  # characters of the longest article's name


def group_of(case):
    """A hidden stream of untidy events: each one's group, and then four workers who work on it."""
    stream = _stream(case)
    groups = [_group(case, event) for _, event in stream]
    _expect_accepted(case, stream, groups)
    began, ended = _work_off(case, stream, groups)
    _expect_together(case, stream, groups, began, ended)
    _expect_apart(case, stream, groups, ended)
    for kind in shop.shuffled(case, list(KINDS)):  # later, and in another sequence
        places = [place for place, (thing, _) in enumerate(stream) if thing[0] == kind]
        for place in case.draw.sample(places, 3):
            _expect_same_again(case, stream[place][1], groups[place])


def _stream(case):
    """Return the events, each as a pair of what it's about and the event. What it's about: a kind and a name.

    Events about the same thing come close to each other, with some about other things in between.
    """
    things = [(kind, name) for kind, names in _names(case).items() for name in names]
    things, stream = shop.shuffled(case, things), []
    for start in range(0, len(things), 6):
        numbers = Counter()
        few = [thing for thing in things[start : start + 6] for _ in range(TIMES[thing[0]])]
        for thing in shop.shuffled(case, few):
            stream.append((thing, _event(case, thing, numbers[thing])))
            numbers[thing] += 1
    return stream


def _names(case):
    """Return names of things, by kind. Some look like one another, or like things of another kind."""
    first, second = case.draw.sample(range(100, 900), 2)
    orders = [f"A-{first}", f"A-{first}0", f"A-{first // 10}", f"B-{first}", f"A-{second}"]
    ink, end = case.name("ink"), case.draw.sample("bcdfghjkmnpqrstvwxz", 2)
    long = (f"{ink} " * LONG)[: LONG - 1]
    articles = [f"{long}{end[0]}", f"{long}{end[1]}", f"{end[0]}{long}", f"{end[1]}{long}", long[:128], long[:129]]
    articles += [ink, f"{ink} ", ink.upper(), f"{ink} blue", f"{ink}-blue", f"{ink}_blue", f"{ink}blue", f"{ink}/blue"]
    articles += ["Th\u00e9", "The\u0301", "Th\u00e8", "Th", "The", "\u8336", "\u2615", "?", " ", "0"]
    articles += [orders[0], f"order-{orders[0]}", str(second), f"e-{second}"]
    customers = [second, first, int(f"{second}1"), 1, 11, 10**9 + first]
    return {"order": orders, "stock": articles, "customer": customers, "other": range(8)}


def _event(case, thing, number):
    """Return an event about this thing, with its name written in any way. number: of the event about it."""
    kind, name = thing
    event = {"event_id": f"e-{case.draw.randrange(10**9)}-{number}", "kind": case.draw.choice(KINDS[kind])}
    others = {"order_id": "A-999", "article": "tea", "customer_id": 999, "note": ""}
    event |= {key: value for key, value in others.items() if key != KEYS.get(kind) and case.draw.random() < 0.5}
    if kind == "order":
        event["order_id"] = [name, name, name.lower(), f" {name}", f"{name.lower()}\r\n", f"\t{name} "][number]
    elif kind == "stock":
        event["article"] = name
    elif kind == "customer":
        event["customer_id"] = str(name) if number > 1 else name
    return {key: event[key] for key in shop.shuffled(case, list(event))}


def _group(case, event):
    """Return the answer's group id for this event."""
    result = case.attempt(event=event)
    if result.error:
        shop.explain(case, result.error, "a message group id", [
            ("no-such-key", "KeyError", "", "Not every event has this key. Its kind says which one it's about."),
            ("number-not-text", "AttributeError", "'int' object has no attribute",
             "A customer's id can be an int or a string of digits. str(...) makes both the same."),
            ("number-not-text", "TypeError", "int",
             "A customer's id can be an int or a string of digits. str(...) makes both the same."),
            ("not-in-ascii", "UnicodeEncodeError", "",
             "An article's name can have any characters. UTF-8 has bytes for all of them, which can be hashed."),
        ])  # fmt: skip
    if result.changed:
        case.not_yet(
            "event-changed",
            got=case.said("Your code changed the event itself."),
            expected="the event as it was",
            why="The caller is about to send this event. A tidy copy of a value is enough to find its group.",
        )
    if not isinstance(result.value, str):
        case.not_yet("no-text", got=result.value, expected="a string", why="A MessageGroupId is a string.")
    for kind, key in KEYS.items():
        value = event.get(key)
        if event["kind"].startswith(f"{kind}.") and isinstance(value, str) and _salted(value) & {*result.value.split("-")}:
            case.not_yet(
                "salted-hash",
                got=case.said(f"Your id {result.value!r} has Python's hash({value[:40]!r}) in it."),
                expected="the same id in every program",
                why="Python's hash() of a string is another number in each process, so two programs would put events "
                "about the same thing into different groups. hashlib has hashes that stay the same.",
            )
    return result.value


def _salted(text):
    """Return how Python's own hash of this text is mostly written."""
    number = hash(text)
    return {str(number), str(abs(number)), f"{number:x}", f"{abs(number):x}", hex(number)}


def _expect_accepted(case, stream, groups):
    """SQS accepts each group id."""
    queue_url = _fifo(case)
    for (_, event), group in zip(stream, groups, strict=True):
        sent = {"QueueUrl": queue_url, "MessageBody": "a test", "MessageGroupId": group}
        try:
            case.sqs.send_message(**sent, MessageDeduplicationId=event["event_id"])
        except case.sqs.exceptions.ClientError as problem:
            reason = "id-too-long" if len(group) > 128 else "id-with-other-characters" if group else "empty-id"
            why = "A message group id has 1 to 128 letters, digits and punctuation marks, all of them in ASCII, and no "
            why += "space. What isn't like that has to be written in another way, and not so that two become one."
            case.not_yet(
                reason,
                did=_call(event),
                got=case.said(f"With your id {shop.show(group, 60)}, SQS answers: {str(problem)[:300]}"),
                expected="an id that SQS accepts",
                why=why,
            )


def _call(event):
    """Return the call of the answer for this event, in words."""
    return f"group_of(event={shop.show(event, 240)})"


def _work_off(case, stream, groups):
    """Let four workers receive the stream from a FIFO queue. Return when each event's work began and ended, by place.

    The work on the first event about a thing takes ten seconds, and every other one second. The workers' time isn't
    the cloud's: an event stays in flight until its worker deletes it.
    """
    queue_url, first = _fifo(case, VisibilityTimeout=43_200), set()
    work = [1 if thing in first else first.add(thing) or 10 for thing, _ in stream]
    for place, group in enumerate(groups):
        ids = {"MessageGroupId": group, "MessageDeduplicationId": str(place)}
        case.sqs.send_message(QueueUrl=queue_url, MessageBody=str(place), **ids)
    began, ended, busy, now = {}, {}, [], 0
    while True:
        while len(busy) < WORKERS and (found := case.sqs.receive_message(QueueUrl=queue_url).get("Messages")):
            place = int(found[0]["Body"])
            began[place] = now
            heapq.heappush(busy, (now + work[place], place, found[0]["ReceiptHandle"]))
        if not busy:
            return began, ended
        now, place, handle = heapq.heappop(busy)
        ended[place] = now
        case.sqs.delete_message(QueueUrl=queue_url, ReceiptHandle=handle)


TOGETHER = (
    "Events about the same thing have to be worked on in sequence. SQS keeps the sequence within a group, and between "
    "two groups there's none."
)
APART = (
    "While a message of a group is in flight, the rest of the group waits. Events about different things needn't wait "
    "for each other."
)


def _expect_together(case, stream, groups, began, ended):
    """Events about the same thing have the same group. Where its name is written the same way, that's looked at first."""
    known, written, apart = {}, {}, {}
    for place, (thing, event) in enumerate(stream):
        kind = thing[0]
        first, before = known.setdefault(thing, place), written.setdefault((thing, event.get(KEYS.get(kind))), place)
        if groups[before] != groups[place]:
            apart.setdefault(f"{kind}-events-apart", (before, place))
        elif groups[first] != groups[place]:
            apart.setdefault("same-thing-written-otherwise", (first, place))
    if not apart:
        return
    reason = next(each for each in [*KEPT_APART, *apart] if each in apart)
    first, place = apart[reason]
    (kind, name), one, other = stream[place][0], stream[first][1], stream[place][1]
    got = f"The events {one['kind']} and {other['kind']} are about the same thing, {KEYS[kind]} {shop.show(name, 60)}, and "
    got += f"have the groups {shop.show(groups[first], 60)} and {shop.show(groups[place], 60)}."
    if began[place] < ended[first]:
        got += f" When four workers worked on a stream of events, the first one's work ended after {ended[first]} s, "
        got += f"and the second one's had begun after {began[place]} s."
    case.not_yet(reason, did=_call(other), got=case.said(got), expected="one group for both", why=TOGETHER)


KEPT_APART = [f"{kind}-events-apart" for kind in KEYS]
PLURALS = {"order": "orders", "stock": "articles", "customer": "customers", "other": "other-events"}


def _expect_apart(case, stream, groups, ended):
    """Events about different things have different groups."""
    known, together, took = {}, {}, max(ended.values())
    for place, (thing, _) in enumerate(stream):
        first = known.setdefault(groups[place], place)
        kind, other = thing[0], stream[first][0][0]
        if stream[first][0] != thing:
            reason = f"{PLURALS[kind]}-in-one-group" if kind == other else "different-kinds-in-one-group"
            together.setdefault(reason, (first, place))
    if not together:
        return
    reason = "one-group-for-everything" if len(set(groups)) == 1 else min(together)
    first, place = next(iter(together.values())) if len(set(groups)) == 1 else together[reason]
    one, other = stream[first][1], stream[place][1]
    got = f"The events {one['kind']} ({_named(one)}) and {other['kind']} ({_named(other)}) have the same group, "
    got += f"{shop.show(groups[place], 60)}. Four workers needed {took} s for a stream of {len(stream)} events."
    needed = _shortest(case, stream)
    got += f" With a group for each thing they need {needed} s." if took > needed else ""
    case.not_yet(reason, did=_call(other), got=case.said(got), expected="a group for each", why=APART)


def _named(event):
    """Say what an event is about."""
    key = next((key for kind, key in KEYS.items() if event["kind"].startswith(f"{kind}.")), "event_id")
    return f"{key} {shop.show(event[key], 60)}"


def _shortest(case, stream):
    """Return how many seconds the workers need if each thing has a group."""
    things = list(dict.fromkeys(thing for thing, _ in stream))
    _, ended = _work_off(case, stream, [str(things.index(thing)) for thing, _ in stream])
    return max(ended.values())


def _expect_same_again(case, event, group):
    """The answer returns the same id for an equal event."""
    again = _group(case, event)
    if again != group:
        case.not_yet(
            "other-id-at-the-next-call",
            got=case.said(f"The first call with this event returned {group!r}, and the second one {again!r}."),
            expected="the same id whenever it's called",
            why="Programs call this function at different times, and somebody may send an event again. The group "
            "depends on the event alone.",
        )
