"""The checks of lesson 07. Each gets a helpers.checks.case.Case and calls `case.not_yet(...)` at the first fault."""

import heapq
import json
import re
from collections import Counter
from itertools import pairwise

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
    "other": ["orders.exported", "stocktaking.done", "customers.counted", "order", "stock", "newsletter.sent", "page"],
}
TIMES = {"order": 6, "stock": 2, "customer": 3, "other": 1}  # that something has events
KEYS = {"order": "order_id", "stock": "article", "customer": "customer_id"}
SHORT = ["?", " ", "0"]  # names of products
TWIN = "e-17"  # a product's name, and the id of an event that's about no product
HASH = re.compile("[0-9]{17,20}|(0x)?(?=[0-9]*[a-f])[0-9a-f]{14,16}")
LONG = 300  # characters of the longest product's name


def group_of(case):
    """A hidden stream of untidy events: each one's group. If one is wrong, four workers show what happens then."""
    stream = _stream(case)
    groups = [_group(case, event) for _, event in stream]
    _expect_accepted(case, stream, groups)
    _expect_no_salt(case, stream, groups)
    _expect_no_numbers(case, stream, groups)
    _expect_together(case, stream, groups)
    _expect_apart(case, stream, groups)
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
    articles += ["Th\u00e9", "The\u0301", "Th\u00e8", "Th", "The", "\u8336", "\u2615", *SHORT, ""]
    articles += [orders[0], f"order-{orders[0]}", str(second), TWIN]
    customers = [second, first, int(f"{second}1"), 1, 11, 10**9 + first]
    return {"order": orders, "stock": articles, "customer": customers, "other": range(12)}


def _event(case, thing, number):
    """Return an event about this thing, with its name written in any way. number: of the event about it.

    An order's first two are written the same way, and only the first has a customer and an article.
    """
    kind, name = thing
    event = {"event_id": f"e-{case.draw.randrange(10**9)}-{number}", "kind": case.draw.choice(KINDS[kind])}
    others, chance = {"order_id": "A-999", "article": "tea", "customer_id": 999, "note": ""}, 0.5
    if kind == "other":  # two of each that looks like another kind, and these have its key
        event["kind"], chance = KINDS[kind][name // 2 if name < 10 else name - 5], 0.5 + (name < 10)
        event["event_id"] = TWIN if name == 8 else event["event_id"]  # the first of the kind "stock"
    chance = 1 - number if kind == "order" and number < 2 else chance
    event |= {key: value for key, value in others.items() if key != KEYS.get(kind) and case.draw.random() < chance}
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
            ("no-such-key", "KeyError", "", "Not every event has this key. Its kind says what it's about."),
            ("number-not-text", "AttributeError", "'int' object has no attribute",
             "A customer's id can be an int or a string of digits. str(...) turns both into the same text."),
            ("number-not-text", "TypeError", "int",
             "A customer's id can be an int or a string of digits. str(...) turns both into the same text."),
            ("not-in-ascii", "UnicodeEncodeError", "",
             "A product's name can contain any characters. UTF-8 can encode all of them, and the bytes can be hashed."),
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
    return result.value


def _expect_no_salt(case, stream, groups):
    """No id has Python's own hash in it, as far as one can tell.

    It's 0 for "" and a large number for other texts, and half of these numbers are negative.
    """
    ids = {event["article"]: group for (thing, event), group in zip(stream, groups, strict=True) if thing[0] == "stock"}
    parts = {name: [*reversed(re.split("[^0-9A-Za-z]+", ids[name]))] for name in ("", *SHORT)}
    is_salted = False
    for place, part in enumerate(parts[""]):
        others = [parts[name][place] for name in SHORT if place < len(parts[name])]
        is_salted |= part in ("0", "0x0") and sum(bool(HASH.fullmatch(other)) for other in others) > 1
    heads = Counter(found[1] for group in ids.values() if (found := re.fullmatch("(.*?)[0-9]{15,19}", group)))
    few, many = min(heads, key=len, default=""), max(heads, key=len, default="")
    is_salted |= len(heads) == 2 and many == f"{few}-" and min(heads.values()) > 3 and heads.total() > len(ids) - 4
    if is_salted:
        case.not_yet(
            "salted-hash",
            did=f"group_of(event), for events about the products {SHORT[0]!r} and {SHORT[1]!r}",
            got=case.said(
                f"Your code returned {ids[SHORT[0]]!r} and {ids[SHORT[1]]!r}. They look like Python's hash()."
            ),
            expected="the same id in any program",
            why="Python's hash() of a string is a different number in each process, so two programs would put events "
            "about the same thing into different groups. hashlib has hashes that stay the same.",
        )


def _expect_no_numbers(case, stream, groups):
    """The things aren't numbered in the sequence of their first events."""
    known = {}
    for (thing, _), group in zip(stream, groups, strict=True):
        known.setdefault(thing, group)
    firsts = list(known.values())
    numbers = [int(found[-1]) if (found := re.findall("[0-9]+", group)) else None for group in firsts]
    if numbers == list(range(numbers[0] or 0, (numbers[0] or 0) + len(numbers))):
        case.not_yet(
            "numbered-as-they-come",
            did="group_of(event), for many events",
            got=case.said(f"Your ids have numbers that go up with each new thing: {firsts[0]!r}, {firsts[1]!r}, ..."),
            expected="the same id in any program",
            why="Another program gets different events first, so it would number things differently. The id has to "
            "come from the event alone.",
        )


ACCEPTED = (
    "A message group id is made of 1 to 128 ASCII letters, digits and punctuation marks, with no spaces. Any other "
    "name has to be turned into something like that, and different names have to stay different."
)


def _expect_accepted(case, stream, groups):
    """SQS accepts each group id."""
    queue_url = _fifo(case)
    for group, (_, event) in dict(zip(groups, stream, strict=True)).items():
        sent = {"QueueUrl": queue_url, "MessageBody": "a test", "MessageGroupId": group}
        try:
            case.sqs.send_message(**sent, MessageDeduplicationId=event["event_id"])
        except case.sqs.exceptions.ClientError as problem:
            reason, why = "id-with-other-characters", ACCEPTED
            if len(group) > 128:
                reason, why = "id-too-long", ACCEPTED
            elif not group:
                reason, why = "empty-id", ACCEPTED
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
    "Events about the same thing have to be handled in sequence. SQS preserves the sequence within a group, but not "
    "between groups."
)
APART = (
    "While a message of a group is in flight, the rest of the group waits. Events about different things needn't wait "
    "for each other."
)


def _expect_together(case, stream, groups):
    """Events about the same thing have the same group. Those that write its name the same way are looked at first."""
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
    reason_found = next(each for each in [*KEPT_APART, *apart] if each in apart)
    first, place = apart[reason_found]
    began, ended = _work_off(case, stream, groups)
    kind, one, other = stream[place][0][0], stream[first][1], stream[place][1]
    key = KEYS[kind]
    got = f"The events {one['kind']} and {other['kind']} are about the same thing, {key} {shop.show(one[key], 60)}"
    got += f", also written {shop.show(other[key], 60)}" if one[key] != other[key] else ""
    got += f", and their groups are {shop.show(groups[first], 60)} and {shop.show(groups[place], 60)}."
    if began[place] < ended[first]:
        got += " When four workers handled a stream of events, the first of these two was done after "
        got += f"{ended[first]} s, and work on the second one had begun after {began[place]} s."
    case.not_yet(reason_found, did=_call(other), got=case.said(got), expected="one group for both", why=TOGETHER)


KEPT_APART = [f"{kind}-events-apart" for kind in KEYS]
PLURALS = {"order": "orders", "stock": "articles", "customer": "customers", "other": "other-events"}


def _expect_apart(case, stream, groups):
    """Events about different things have different groups."""
    known, together = {}, {}
    for place, (thing, _) in enumerate(stream):
        first = known.setdefault(groups[place], place)
        kind, other = thing[0], stream[first][0][0]
        if stream[first][0] != thing:
            found = f"{PLURALS[kind]}-in-one-group" if kind == other else "different-kinds-in-one-group"
            together.setdefault(found, (first, place))
    if not together:
        return
    reason_found = "one-group-for-everything" if len(set(groups)) == 1 else min(together)
    first, place = next(iter(together.values())) if len(set(groups)) == 1 else together[reason_found]
    one, other = stream[first][1], stream[place][1]
    things = list(dict.fromkeys(thing for thing, _ in stream))
    took = _seconds(case, stream, groups)
    needed = _seconds(case, stream, [str(things.index(thing)) for thing, _ in stream])
    got = f"The events {one['kind']} ({_named(one)}) and {other['kind']} ({_named(other)}) have the same group, "
    got += f"{shop.show(groups[place], 60)}. Four workers needed {took} s for a stream of {len(stream)} events."
    got += f" With a group for each thing, they need {needed} s." if took > needed else ""
    case.not_yet(
        reason_found,
        did=_call(other),
        got=case.said(got),
        expected="a group for each of the two",
        why=_why_apart(one, other),
    )


def _why_apart(one, other):
    """Return why these two events have nothing to do with each other."""
    kinds = list(dict.fromkeys(event["kind"] for event in (one, other) if _key(event) == "event_id"))
    if not kinds:
        return APART
    subject = f"The kinds {kinds[0]!r} and {kinds[1]!r} don't" if len(kinds) == 2 else f"The kind {kinds[0]!r} doesn't"
    return f'{subject} begin with "order.", "stock." or "customer.", so such an event is only about itself. {APART}'


def _named(event):
    """Say what an event is about."""
    return f"{_key(event)} {shop.show(event[_key(event)], 60)}"


def _key(event):
    """Return the key of what an event is about."""
    return next((key for kind, key in KEYS.items() if event["kind"].startswith(f"{kind}.")), "event_id")


def _seconds(case, stream, groups):
    """Return how many seconds the workers need."""
    return max(_work_off(case, stream, groups)[1].values())


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


# --- 07.2 ------------------------------------------------------------------------------------------------------------

LIMIT = 1024  # bytes of a message that the warehouse's queue accepts at first
CAUSES = {"too long": LIMIT + 1, "just fits": LIMIT}


def pass_on(case):
    """All is accepted; one event is refused, in the middle; at each place, in several groups; later all fit; none."""
    one = case.name("A")
    two, three, four = f"{one}2", f"{one[:-1]}", f"x{one}"  # each has another one's name in it
    dock = _Dock(case, [(one, ""), (two, ""), (one, ""), (three, "just fits"), (two, ""), (one, "like the one before")])
    _pass_on(dock)
    case.reach("passed")
    dock = _Dock(
        case, [(one, ""), (two, ""), (one, "too long"), (two, ""), (one, ""), (three, ""), (one, ""), (two, "")]
    )
    with case.unkind(disorder=1):  # the last event of the first group comes behind the other groups
        _pass_on(dock)
    dock.raise_limit()
    _pass_on_all(dock)
    rows = [(one, "too long"), (two, ""), (three, "too long"), (two, "too long"), (one, ""), (four, "")]
    rows += [(four, "like the one before"), (two, ""), (three, ""), (four, "too long")]
    dock = _Dock(case, rows, ContentBasedDeduplication="true")
    with case.unkind(disorder=1):
        _pass_on(dock)
    dock.raise_limit()
    _pass_on_all(dock)
    groups = shop.shuffled(case, [one, two, three, four] * 4)
    refused = {case.draw.randrange(6), case.draw.randrange(6, 10)}
    dock = _Dock(case, [(group, "too long" if place in refused else "") for place, group in enumerate(groups)])
    _pass_on(dock)
    _pass_on(dock)  # what was given back comes again, and so does what wasn't received the first time
    dock.raise_limit()
    _pass_on_all(dock)
    _pass_on(_Dock(case, []))


class _Dock:
    """The queue of the shop's events, with a few in it, and the warehouse's queue.

    rows: for each event its group, and what's special about its body. sent: each event's group, body and deduplication
    id, by message id, in sequence. arrived: what got into the warehouse's queue, in sequence; the warehouse deletes it.
    """

    def __init__(self, case, rows, **attributes):
        self.case, self.sent, self.arrived, self.limit = case, {}, [], LIMIT
        self.events_url = _fifo(case, "events", VisibilityTimeout=case.draw.randrange(60, 600))
        self.warehouse_url = _fifo(case, "warehouse", MaximumMessageSize=LIMIT, **attributes)
        for group, special in rows:
            body = list(self.sent.values())[-1][1] if special == "like the one before" else self._body(special)
            ids = {"MessageGroupId": group, "MessageDeduplicationId": case.name("d")}
            reply = case.sqs.send_message(QueueUrl=self.events_url, MessageBody=body, **ids)
            self.sent[reply["MessageId"]] = group, body, ids["MessageDeduplicationId"]

    def _body(self, special):
        """Return an event as a text that isn't tidy, and as long as asked for."""
        [order] = shop.orders(self.case, 1)
        order["note"] = "Gru\u00df \u2615"
        text = f" {json.dumps(order, ensure_ascii=False)}\r\n"
        return text + "." * (CAUSES[special] - len(text.encode())) if special else text

    def raise_limit(self):
        """Let the warehouse's queue accept all events from now on."""
        self.limit *= 8
        settings = {"MaximumMessageSize": str(self.limit)}
        self.case.sqs.set_queue_attributes(QueueUrl=self.warehouse_url, Attributes=settings)

    def arrivals(self):
        """Return what's in the warehouse's queue, as in `sent`, and delete it."""
        case, found = self.case, []
        ask = {"QueueUrl": self.warehouse_url, "MaxNumberOfMessages": BATCH, "MessageSystemAttributeNames": ["All"]}
        while messages := case.sqs.receive_message(**ask, VisibilityTimeout=shop.LEASE).get("Messages"):
            for message in messages:
                ids = message["Attributes"]
                found.append((ids["MessageGroupId"], message["Body"], ids["MessageDeduplicationId"]))
                case.sqs.delete_message(QueueUrl=self.warehouse_url, ReceiptHandle=message["ReceiptHandle"])
        return found


def _pass_on_all(dock):
    """Call the answer until all events that are left have been passed on."""
    for _ in range(3):
        if shop.messages_in(dock.case, dock.events_url):
            _pass_on(dock)


def _pass_on(dock):
    """Call the answer once, and see whether it did what it should."""
    case, urls = dock.case, (dock.events_url, dock.warehouse_url)
    made, known = len(case.calls), len(case.steps(dock.events_url))
    waiting, settings = shop.messages_in(case, dock.events_url), [shop.settings(case, url) for url in urls]
    result = case.attempt(events_url=dock.events_url, warehouse_url=dock.warehouse_url)
    calls = case.calls[made:]
    case.did += f", with {_count(len(waiting), 'event')} in the queue"
    if result.error:
        _explain_passing_error(case, result.error, calls)
    if [shop.settings(case, url) for url in urls] != settings:
        case.not_yet(
            "queue-changed",
            got=case.said("After your call, one of the queues has different settings."),
            expected="the settings of both queues as they were",
            why="A queue's settings affect everybody who uses it.",
        )
    steps = [step for step in case.steps(dock.events_url)[known:] if step.what == shop.RECEIVED]
    received = list(dict.fromkeys(step.message for step in steps))
    _expect_one_receive(case, calls, received, min(BATCH, len(waiting)))
    new = dock.arrivals()
    dock.arrived += new
    stopped, back = set(), []
    for message in received:
        group, body, _ = dock.sent[message]
        if group in stopped or len(body.encode()) > dock.limit:
            stopped.add(group)
            back.append(message)
    passed = [message for message in received if message not in back]
    _expect_arrived(dock, new, passed, back, stopped, calls)
    _expect_one_try(dock, calls)
    _expect_left(dock, passed, back)
    _expect_ids(case, result.value, back)


def _expect_arrived(dock, new, passed, back, stopped, calls):
    """What arrived is what could be passed on, unchanged and in sequence within each group."""
    case, late = dock.case, [dock.sent[message] for message in back]
    wanted = [dock.sent[message] for message in passed]
    for one in new:
        if one in late and one not in wanted:
            refused = next(other for other in late if other[0] == one[0])
            case.not_yet(
                "overtook-a-refused-event",
                got=case.said(
                    f"In the group {one[0]}, the warehouse's queue refused {_short(refused)}, but it got a later "
                    f"event, {_short(one)}."
                ),
                expected="nothing from a group passed on after one of its events was refused",
                why="The refused event will be received again, and then the warehouse would get it too late: after an "
                "event that should follow it. The rest of its group has to wait.",
            )
        if one not in wanted:
            _explain_change(dock, one, wanted)
    for place, one in enumerate(wanted):
        if one not in new:
            reason, why = "event-not-passed-on", "The warehouse's queue accepts this event."
            if one[0] not in stopped and stopped:
                reason = "other-group-held-up"
                why = "No event of its group was refused, and one group needn't wait for another."
            elif stopped:
                why = "It came before the refused event of its group, so nothing was in its way."
            reason, why = _why_not_sent(one, calls) or (reason, why)
            case.not_yet(
                reason,
                got=case.said(
                    f"The event {_short(one)} of the group {one[0]} isn't in the warehouse's queue. It's number "
                    f"{place + 1} of {len(wanted)} that could be passed on."
                ),
                expected="every event passed on, unless it or an earlier one of its group was refused",
                why=why,
            )
    for group in dict.fromkeys(one[0] for one in wanted):
        arrived, sent = ([one for one in row if one[0] == group] for row in (new, wanted))
        if arrived != sent:
            case.not_yet(
                "sequence-changed",
                got=case.said(
                    f"Events of the group {group} arrived in the sequence {[_short(one) for one in arrived]}."
                ),
                expected=f"{[_short(one) for one in sent]}",
                why="Within a group, the warehouse needs the events in the sequence in which they were sent. A "
                "receive returns them in that sequence.",
            )


ASKED = (
    "receive_message only returns the message group id and the deduplication id if MessageSystemAttributeNames asks "
    "for them."
)


def _why_not_sent(event, calls):
    """Return a reason and why this event never got into the warehouse's queue, if an error that was caught says it."""
    tries = [call for call in shop.of(calls, "SendMessage") if call.params.get("MessageBody") == event[1]]
    for call in tries:
        if call.error_code:
            answer = call.exchanges[-1].parsed["Error"]["Message"].rstrip(".")
            return "own-send-refused", f"When your code sent it, SQS answered: {answer}. Your code caught that error."
    asked = {name for call in shop.of(calls, *RECEIVES) for name in _names_asked_for(call.params)}
    if not tries and not shop.of(calls, "SendMessageBatch") and not asked >= {"MessageGroupId", DEDUPLICATION_ID}:
        return "ids-left-out", f"Your code didn't try to send it. {ASKED}"
    return None


DEDUPLICATION_ID = "MessageDeduplicationId"


def _names_asked_for(params):
    """Return the system attributes that a receive asked for, under the new name of the parameter or the old one."""
    names = {*params.get("MessageSystemAttributeNames", []), *params.get("AttributeNames", [])}
    return names | {"MessageGroupId", DEDUPLICATION_ID} if "All" in names else names


def _explain_change(dock, one, wanted):
    """End the check, since something arrived that wasn't sent like that."""
    case, (group, body, dedup) = dock.case, one
    reason, what, why = "body-changed", f"the body {shop.show(body, 80)}", "None of the events has this body."
    if any((group, body) == known[:2] for known in wanted):
        reason, what = "other-deduplication-id", f"an event with the deduplication id {shop.show(dedup, 80)}"
        why = "An event that's passed on again within five minutes is recognised by the id that it had before."
    elif any(body == known[1] for known in dock.sent.values()):
        reason, what = "other-group-id", f"an event with the message group id {shop.show(group, 80)}"
        why = "It belongs to the same group as before. receive_message returns the group's id if you ask for it."
    case.not_yet(
        reason,
        got=case.said(f"In the warehouse's queue there's {what}."),
        expected="events with the same body, message group id and deduplication id as before",
        why=why,
    )


def _expect_one_try(dock, calls):
    """Each event was sent once at most in this call."""
    keys = [(entry.get("MessageBody"), entry.get("MessageDeduplicationId")) for entry in _entries(calls)]
    again = [key for key, times in Counter(keys).items() if times > 1]
    if again:
        dock.case.not_yet(
            "tried-again",
            got=dock.case.said(
                f"Your code sent the event {shop.show(again[0][0].strip(), 40)} {keys.count(again[0])} times."
            ),
            expected="one try for each event",
            why="It's just as long as before. The next call can try it again.",
        )


def _expect_left(dock, passed, back):
    """What was passed on is deleted, and what wasn't can be received at once."""
    case, left = dock.case, shop.messages_in(dock.case, dock.events_url)
    anew = [one["body"] for message, one in left.items() if message not in dock.sent]
    if sent_anew := [message for message in back if dock.sent[message][1] in anew]:
        case.not_yet(
            "sent-to-the-events-queue",
            got=case.said(f"The event {_short(dock.sent[sent_anew[0]])} is in the events queue as a new message."),
            expected="the message itself given back",
            why="A new message is behind everything that was sent before it, so its group is out of sequence.",
        )
    if lost := [message for message in back if message not in left]:
        case.not_yet(
            "event-lost",
            got=case.said(f"The event {_short(dock.sent[lost[0]])} is in neither of the two queues now."),
            expected="an event that couldn't be passed on still in the events queue",
            why="A deleted message never comes back. Only delete an event once the warehouse's queue has accepted it.",
        )
    if kept := [message for message in passed if message in left]:
        case.not_yet(
            "passed-on-but-left",
            got=case.said(
                f"The event {_short(dock.sent[kept[0]])} is in the warehouse's queue, and in the events queue too."
            ),
            expected="events deleted once they're passed on",
            why="An event that isn't deleted comes back, and is passed on a second time.",
        )
    for place, message in enumerate(back):
        if left[message]["state"] != "visible":
            group = dock.sent[message][0]
            first = not [other for other in back[:place] if dock.sent[other][0] == group]
            which = "was refused" if first else "came after a refused one in its group"
            case.not_yet(
                "not-given-back" if first else "rest-not-given-back",
                got=case.said(
                    f"The event {_short(dock.sent[message])} {which}, and stays in flight for another "
                    f"{left[message]['left']:.0f} s."
                ),
                expected="events that can be received again at once",
                why="While a message of a group is in flight, nobody can receive what comes after it in the group. "
                "change_message_visibility with 0 gives a message back.",
            )


def _short(event):
    """Return an event in a few characters: the order's id, from its body."""
    return _parsed(event[1].rstrip(" \r\n."))["order_id"]


def _expect_one_receive(case, calls, received, available):
    """One receive asked for ten messages."""
    receives = shop.of(calls, *RECEIVES)
    if len(receives) != 1:
        case.not_yet(
            "not-one-receive",
            got=case.said(f"Your code made {_count(len(receives), 'receive request')}."),
            expected="one, for up to ten messages",
            why="The caller calls your function again and again. What you give back could be received again in the "
            "same call.",
        )
    if len(received) < available:
        case.not_yet(
            "fewer-than-ten",
            got=case.said(f"Your code received {_count(len(received), 'event')}, and {available} could be received."),
            expected=f"{available} of them",
            why="A receive returns one message unless MaxNumberOfMessages says more. Ten is the limit.",
        )


def _explain_passing_error(case, error, calls):
    """Say which call, or which part of a response, the answer stumbled over."""
    prefix = "AWS.SimpleQueueService."
    refused = (
        "The warehouse's queue refuses an event that's too long, and boto3 raises an error. Catch that error: the "
        "events of the other groups still have to be passed on."
    )
    gone = {call.params.get("ReceiptHandle") for call in shop.of(calls, "DeleteMessage") if not call.error_code}
    gone |= {
        entry["ReceiptHandle"] for call in shop.of(calls, "DeleteMessageBatch") for entry in call.params["Entries"]
    }
    handle = calls[-1].params.get("ReceiptHandle") if calls else None
    again, lost = handle in gone, handle in gone and not _is_passed_on(handle, calls)
    shop.explain(case, error, "events passed on or given back, and a list of ids", [
        ("no-messages-key", "KeyError", "'Messages'",
         "When a receive finds nothing, its response has no Messages, which isn't an error."),
        ("ids-not-asked-for", "KeyError", "Attributes", ASKED),
        ("ids-not-asked-for", "KeyError", "Message", ASKED),
        ("ids-not-asked-for", "ParamValidationError", "type: <class 'NoneType'>", ASKED),
        ("no-group-id", "MissingParameter", "MessageGroupId", "A message in a FIFO queue needs a message group id."),
        ("no-deduplication-id", "InvalidParameterValue", "ContentBasedDeduplication",
         "The warehouse's queue doesn't compute ids from bodies. Give each event the deduplication id that it had."),
        ("refusal-not-caught", "InvalidParameterValue", "must be shorter than", refused),
        *([("deleted-before-it-was-passed-on", "InvalidParameterValue", "ChangeMessageVisibility operation",
            "Your code deleted that event, but the warehouse's queue hasn't accepted it. It's in neither of the two "
            "queues now, so it's lost. Only delete an event once the warehouse's queue has accepted it.")]
          if lost else []),
        *([("given-back-after-delete", "InvalidParameterValue", "ChangeMessageVisibility operation",
            "That event has been passed on and deleted, so there's nothing left to give back.")] if again else []),
        ("not-in-flight-any-more", "InvalidParameterValue", "ReceiptHandle",
         "On a FIFO queue, a receipt handle only works while its message is in flight."),
        ("empty-batch", f"{prefix}EmptyBatchRequest", "", "SQS refuses an empty batch."),
        ("ids-not-distinct", f"{prefix}BatchEntryIdsNotDistinct", "",
         "Each entry needs an Id that no other entry of its batch has."),
    ])  # fmt: skip


def _is_passed_on(handle, calls):
    """Return whether the warehouse's queue accepted the event that was received with this handle."""
    received = [message for call in shop.of(calls, *RECEIVES) for message in (call.response or {}).get("Messages", [])]
    bodies = {message["Body"] for message in received if message["ReceiptHandle"] == handle}
    for call in shop.of(calls, *SENDS):
        accepted = {entry["Id"] for entry in (call.response or {}).get("Successful", [])}
        for entry in call.params.get("Entries") or [call.params]:
            is_accepted = entry["Id"] in accepted if "Id" in entry else not call.error_code
            if is_accepted and entry.get("MessageBody") in bodies:
                return True
    return False


def _expect_ids(case, value, back):
    """The value is a list of the ids of these messages."""
    if isinstance(value, list) and sorted(map(str, value)) == sorted(back):
        return
    reason, why = "other-ids-returned", "These aren't the message ids of the events that went back."
    if not isinstance(value, list):
        reason, why = "no-list", "The exercise asks for a list of ids, which can be empty."
    elif set(map(str, value)) < set(back):
        reason, why = "ids-missing", "The rest of a refused event's group was given back too, and belongs in the list."
    expected = f"a list with the {len(back)} message ids of what was given back" if back else "an empty list"
    case.not_yet(reason, got=value, expected=expected, why=why)


# --- 07.3 ------------------------------------------------------------------------------------------------------------


def send_day(case):
    """A day without trouble; days on which the program stops partway, or SQS refuses; other tills and other days."""
    draw = case.draw.randrange
    counter = _Counter(case, "false")
    _send_and_look(counter, draw(20, 90), "2026-12-24", _sold(case, draw(8, 14)))
    counter = _Counter(case, "true")
    orders, day = _sold(case, draw(16, 20)), f"2026-12-{draw(10, 22)}"
    _send_and_look(counter, 1, day, orders, break_off=[0.25], more=_sold(case, 3))
    others = [(11, day), (1, f"{day[:-2]}09"), (2, day), (12, day), (1, f"2027{day[4:]}"), (1, f"2026-11{day[7:]}")]
    for place, (till, when) in enumerate(others):
        _send_and_look(counter, till, when, orders[: draw(4, 7)], break_off=[0.15] * (place % 2))
    counter = _Counter(case, "false", keep=True)
    _send_and_look(counter, 111, day, orders[:14], break_off=[REFUSED, 0.25], more=orders[:2])
    _send_and_look(counter, 11, day, orders[:13])
    long, place = {"note": "x" * LONG_NOTE}, draw(2, 8)
    _send_and_look(counter, 21, day, [*orders[: draw(12, 15)], long], break_off=[TOO_LONG])
    for till, before in ((31, place), (41, place + 1)):  # in batches of any size, one of the two isn't the last entry
        _send_and_look(counter, till, day, [*orders[:before], long, *orders[before:12]], break_off=[TOO_LONG])
    _send_and_look(counter, 1, f"{day[:-2]}01", orders[:1])
    _send_and_look(counter, 5, day, [])


REFUSED, TOO_LONG = 0, -1  # in place of the seconds after which somebody interrupts the program
LONG_NOTE = 5_000  # characters


def _sold(case, count):
    """Return orders without ids. The second is equal to the first, and so is the last."""
    rows = [{name: value for name, value in order.items() if name != "order_id"} for order in shop.orders(case, count)]
    return [rows[0] | {"note": "\u2615"}, rows[0] | {"note": "\u2615"}, *rows[2:-1], rows[0] | {"note": "\u2615"}]


def _shuffled_keys(case, orders):
    """Return equal orders, with their keys in another sequence."""
    return [{name: order[name] for name in shop.shuffled(case, list(order))} for order in orders]


class _Counter:
    """The queue that the tills send to, and what arrived there.

    content_based: whether the queue makes a deduplication id from a body that has none. keep: whether orders stay in
    the queue; otherwise somebody works on them and deletes them in between. ids: whose order each deduplication id was
    sent with first: till, day, place in the day, and text.
    """

    def __init__(self, case, content_based, keep=False):
        self.case, self.keep, self.ids, self.before = case, keep, {}, 0
        self.queue_url = _fifo(case, "orders", ContentBasedDeduplication=content_based)

    def arrivals(self):
        """Return the bodies and group ids that have come since the last time, in sequence."""
        case, found = self.case, []
        if self.keep:
            messages = case.state(self.queue_url)["messages"]
            found = [(message["body"], message.get("group")) for message in messages[self.before :]]
            self.before = len(messages)
            return found
        ask = {"QueueUrl": self.queue_url, "MaxNumberOfMessages": BATCH, "MessageSystemAttributeNames": ["All"]}
        while messages := case.sqs.receive_message(**ask).get("Messages"):
            for message in messages:
                found.append((message["Body"], message["Attributes"]["MessageGroupId"]))
                case.sqs.delete_message(QueueUrl=self.queue_url, ReceiptHandle=message["ReceiptHandle"])
        return found

    def note(self, till, day, sent):
        for place, entry in enumerate(sent):
            owner = till, day, place, _text(_parsed(entry["MessageBody"]))
            self.ids.setdefault(entry.get("MessageDeduplicationId"), owner)


def _send_and_look(counter, till, day, orders, break_off=(), more=()):
    """Let the till's program send its day: it breaks off after these seconds, runs, and runs again with more."""
    case, arrived, tried = counter.case, [], []
    for after in break_off:
        if after == REFUSED:
            tried.append(_send_refused(counter, till, day, orders, arrived))
            continue
        if after == TOO_LONG:
            tried.append(_send_too_long(counter, till, day, orders, arrived))
            continue
        case.interrupt(after=after)
        tried.append(_send_once(counter, till, day, _shuffled_keys(case, orders), f"interrupted after {after} s"))
        arrived += counter.arrivals()
    for rows in [orders, [*orders, *more]] if more else [orders]:
        made = len(case.calls)
        tried.append(_send_once(counter, till, day, _shuffled_keys(case, rows)))
        case.did += ", after it had stopped partway" if break_off else ""
        _expect_untouched(counter, case.calls[made:])
        arrived += counter.arrivals()
        _expect_orders(counter, till, day, rows, arrived, tried)
        _expect_one_by_one(case, shop.of(case.calls[made:], *SENDS))
        counter.note(till, day, tried[-1])


def _send_refused(counter, till, day, orders, arrived):
    """Let SQS refuse the second request of the program, and return what it sent. What arrives is added to `arrived`."""
    case, sends, made = counter.case, [], len(counter.case.calls)

    def refuse(operation):
        sends.append(operation)
        if len(sends) == 2:
            raise shop.Refused("AccessDenied", "User is not authorized to perform this action on this resource.", 403)

    over = shop.before_each(case, SENDS, refuse)
    ends_with_error = []
    sent = _send_once(counter, till, day, orders, "while SQS refused the second send", ends_with_error)
    over()
    new = counter.arrivals()
    arrived += new
    texts, wanted = [_text(_parsed(body)) for body, _ in new], [_text(order) for order in orders]
    if texts == wanted:  # it tried again
        return sent
    _expect_stopped(case, "a request", texts, wanted, case.calls[made:])
    if not ends_with_error[0]:
        case.not_yet(
            "refusal-kept-quiet",
            got=case.said(
                f"SQS refused a request, {_count(len(texts), 'order')} of {len(wanted)} arrived, and your function "
                "returned as if all was well."
            ),
            expected="the error, or all orders sent",
            why="If a program stops with an error, somebody restarts it. If it hides the error, nobody notices that "
            "orders are missing.",
        )
    return sent


def _expect_stopped(case, refused, texts, wanted, calls):
    """No order arrived behind one that's missing. refused: what SQS refused. texts, wanted: of the orders."""
    if texts == wanted[: len(texts)]:
        return
    reason, did = "went-on-after-a-refusal", "your code went on sending"
    why = "The restarted program sends the missing order, which is then behind later ones."
    if any(_is_accepted_after_a_failed_one(call) for call in shop.of(calls, "SendMessageBatch")):
        reason, did = "later-entries-accepted", "accepted later orders of the same batch"
        why = "SQS accepts or refuses each entry of a batch on its own, so your code can't stop at an order that has "
        why += "later ones in its batch. The restarted program sends the missing order, which is then behind them. "
        why += "Send one order with each request."
    case.not_yet(
        reason,
        got=case.said(
            f"SQS refused {refused}, and {did}: {_count(len(texts), 'order')} of {len(wanted)} arrived, and a missing "
            "one comes before one that arrived."
        ),
        expected="no order sent after one that couldn't be sent",
        why=why,
    )


def _is_accepted_after_a_failed_one(call):
    """Return whether SQS accepted an entry of this batch that comes after one that failed."""
    failed = {entry["Id"] for entry in (call.response or {}).get("Failed", [])}
    results = [entry["Id"] in failed for entry in call.params["Entries"]]
    return bool(call.response) and True in results and not all(results[results.index(True) :])


def _send_too_long(counter, till, day, orders, arrived):
    """Let SQS refuse the longest order alone, since it's too long for the queue, and return what the program sent.

    A batch raises no error then. Afterwards the queue accepts the order.
    """
    case, texts = counter.case, [_text(order) for order in orders]
    refused = f"order {texts.index(max(texts, key=len)) + 1}"
    limits = {"QueueUrl": counter.queue_url}
    limit = shop.settings(case, counter.queue_url)["MaximumMessageSize"]
    case.sqs.set_queue_attributes(**limits, Attributes={"MaximumMessageSize": str(LONG_NOTE - 500)})
    ends_with_error, made = [], len(case.calls)
    did = f"while {refused} was longer than the queue accepts"
    sent = _send_once(counter, till, day, orders, did, ends_with_error)
    new = counter.arrivals()
    arrived += new
    _expect_stopped(case, refused, [_text(_parsed(body)) for body, _ in new], texts, case.calls[made:])
    if not ends_with_error[0]:
        why = "If a program stops with an error, somebody restarts it. If it hides the error, nobody notices that an "
        why += "order is missing."
        if shop.of(case.calls[made:], "SendMessageBatch"):
            why += " send_message_batch raises no error for an entry that SQS refuses. The entry is under Failed in "
            why += "the response."
        case.not_yet(
            "refused-entry-kept-quiet",
            got=case.said(
                f"SQS refused {refused}, {_count(len(new), 'order')} of {len(orders)} arrived, and your function "
                "returned as if all was well."
            ),
            expected="an error, since an order couldn't be sent",
            why=why,
        )
    case.sqs.set_queue_attributes(**limits, Attributes={"MaximumMessageSize": limit})
    return sent


def _send_once(counter, till, day, orders, did="", ends_with_error=None):
    """Call the answer, and return what it sent, a dictionary for each message.

    did: what happened to it in the meantime. ends_with_error: a list that's told whether it raised, which it may.
    """
    case, settings = counter.case, shop.settings(counter.case, counter.queue_url)
    made = len(case.calls)
    result = case.attempt(queue_url=counter.queue_url, till=till, day=day, orders=orders)
    case.did += f", {did}" if did else ""
    if ends_with_error is not None and not (result.error and result.error.stopped):
        ends_with_error.append(bool(result.error))
    elif result.error and not (did and result.error.type == "KeyboardInterrupt"):
        _explain_sending_error(case, result.error)
    if shop.settings(case, counter.queue_url) != settings:
        case.not_yet(
            "queue-changed",
            got=case.said("After your call, the queue has different settings."),
            expected="the queue's settings as they were",
            why="A deduplication id for each message is all that's needed.",
        )
    sent = list(_entries(case.calls[made:]))
    if not did and len(sent) < len(orders):
        case.not_yet(
            "not-all-sent",
            got=case.said(f"Your code sent {_count(len(sent), 'message')} for {_count(len(orders), 'order')}."),
            expected="every order sent in each call",
            why="A program that was restarted knows nothing about the first try, and the queue's counters don't say "
            "which orders are in it. So send everything again, and let SQS recognise what it already has.",
        )
    return sent


AT_ONCE = 0.005  # seconds between two calls; a call takes longer


def _expect_one_by_one(case, sends):
    """Each send was made when the one before it had been answered."""
    count = sum((other.at - one.at).total_seconds() < AT_ONCE for one, other in pairwise(sends))
    if count:
        case.not_yet(
            "sent-side-by-side",
            got=case.said(
                f"Your code began {_count(count, 'send request')} before it had a response to the previous one."
            ),
            expected="one send after the other",
            why="SQS keeps messages in the sequence in which it accepts them. If several are on their way at the same "
            "time, any of them can arrive first.",
        )


def _expect_untouched(counter, calls):
    """Nothing was received, deleted or purged."""
    if others := shop.of(calls, "ReceiveMessage", "DeleteMessage", "DeleteMessageBatch", "PurgeQueue"):
        counter.case.not_yet(
            "queue-touched",
            got=counter.case.said(f"Your code called {others[0].operation}."),
            expected="the messages in the queue as they were",
            why="Somebody else receives the orders. What you receive stays hidden from them, and looking in the "
            "queue doesn't show the orders that they've deleted.",
        )


def _expect_orders(counter, till, day, orders, arrived, tried):
    """All orders of the day have arrived, once, in sequence. tried: what was sent, in this call and before."""
    case = counter.case
    if odd := [body for body, _ in arrived if _parsed(body) not in orders]:
        case.not_yet(
            "other-body",
            got=case.said(f"In the queue there's a message {shop.show(odd[0], 100)}."),
            expected="an order as JSON in each message",
            why="None of the orders looks like that.",
        )
    if others := [group for _, group in arrived if group != f"till-{till}"]:
        case.not_yet(
            "other-group-id",
            got=case.said(f"In the queue there's a message of the group {others[0]!r}."),
            expected=f"the group till-{till} for all orders of this till",
            why="Within a group the orders stay in sequence. The number of the till says which group it is.",
        )
    texts, wanted = [_text(_parsed(body)) for body, _ in arrived], [_text(order) for order in orders]
    ids = [str(entry.get("MessageDeduplicationId")) for entry in tried[-1]]
    is_random = len(tried) > 1 and len(ids) > 7 and all(RANDOM.search(key.replace("-", "")) for key in ids)
    lost, extra = Counter(wanted) - Counter(texts), Counter(texts) - Counter(wanted)
    if lost:
        _explain_loss(counter, till, day, wanted, lost, tried[-1])
    if extra:
        place = wanted.index(next(iter(extra)))
        ids = [sent[place].get("MessageDeduplicationId") for sent in tried if len(sent) > place]
        got = f"{_count(extra.total(), 'order')} of till {till} got into the queue a second time, such as number "
        got += f"{place + 1}: {shop.show(orders[place], 80)}."
        if len(set(ids)) > 1:
            got += f" Your code sent it with the id {ids[0]!r}, and after the restart with {ids[-1]!r}."
        case.not_yet(
            "order-there-twice",
            got=case.said(got),
            expected="each order in the queue once, however often the program is restarted",
            why="SQS recognises a message by its deduplication id. So an order needs the same id in each call. An id "
            "that depends on the time, on chance, on the number of orders or on the sequence of the keys "
            "doesn't stay the same.",
        )
    if is_random:
        case.not_yet(
            "remembered-random-ids",
            got=case.said(f"Your ids contain UUIDs of version 4, such as {ids[0]!r}. Those are random."),
            expected="ids that a restarted program can make again",
            why="They were the same in each call here, so your code kept them somewhere. A restart loses them.",
        )
    if texts != wanted:
        case.not_yet(
            "sequence-changed",
            got=case.said("The orders in the queue are in a different sequence."),
            expected="the sequence of the list",
            why="A FIFO queue keeps a group's messages in the sequence in which they're sent.",
        )


RANDOM = re.compile("[0-9a-f]{12}4[0-9a-f]{3}[89ab][0-9a-f]{15}")  # a UUID of version 4, without hyphens

SAME_ID = "To SQS, a second message with the same deduplication id within five minutes is the first one, sent again."


def _explain_loss(counter, till, day, wanted, lost, sent):
    """End the check, since these orders aren't in the queue: say whose id they were sent with."""
    case, place = counter.case, max(place for place, text in enumerate(wanted) if text in lost)
    got = f"{_count(lost.total(), 'order')} of till {till} on {day} didn't get into the queue, such as number "
    got += f"{place + 1}."
    places = [number for number, entry in enumerate(sent) if _text(_parsed(entry.get("MessageBody", ""))) in lost]
    reason, why = "order-lost", "Each order is a message of its own, even if another one is equal to it."
    owners = {}
    for number in places:
        owner = till, day, number, _text(_parsed(sent[number]["MessageBody"]))
        key = sent[number].get("MessageDeduplicationId")
        first = counter.ids.get(key, owners.setdefault(key, owner))
        if first == owner:
            continue
        got = f"Order {number + 1} of till {till} on {day} didn't get into the queue. Your code sent it with the id "
        got += f"{key!r}, the same as order {first[2] + 1} of till {first[0]} on {first[1]}."
        reason, why = "orders-share-an-id", SAME_ID
        if first[0] != till:
            reason, why = "tills-share-an-id", SAME_ID
        elif first[1] != day:
            reason, why = "days-share-an-id", SAME_ID
        elif first[3] == owner[3]:
            reason, why = "equal-orders-share-an-id", SAME_ID
        break
    if sent and not any("MessageDeduplicationId" in entry for entry in sent):
        reason = "id-left-to-the-body"
        why = "Your code sends no deduplication id, so this queue computes one from the body, and equal orders get "
        why += "the same one. Grace meant to order twice."
    case.not_yet(reason, got=case.said(got), expected="every order in the queue, including equal ones", why=why)


def _text(order):
    """Return a text that's the same for equal orders."""
    return json.dumps(order, sort_keys=True)


def _explain_sending_error(case, error):
    """Say what SQS refused."""
    prefix = "AWS.SimpleQueueService."
    shop.explain(case, error, "all orders sent", [
        ("no-group-id", "MissingParameter", "MessageGroupId", "A message in a FIFO queue needs a message group id."),
        ("no-deduplication-id", "InvalidParameterValue", "ContentBasedDeduplication",
         "A queue that doesn't compute the id from the body needs one with every message."),
        ("id-not-valid", "InvalidParameterValue", "MessageDeduplicationId can only include",
         "A deduplication id is made of 1 to 128 ASCII letters, digits and punctuation marks, with no spaces."),
        ("id-not-text", "ParamValidationError", "MessageDeduplicationId", "A deduplication id is a string."),
        ("body-not-text", "ParamValidationError", "MessageBody", "A body is a string. json.dumps makes one."),
        ("empty-batch", f"{prefix}EmptyBatchRequest", "", "SQS refuses an empty batch."),
        ("batch-too-large", f"{prefix}TooManyEntriesInBatchRequest", "", f"A batch can have up to {BATCH} entries."),
        ("ids-not-distinct", f"{prefix}BatchEntryIdsNotDistinct", "",
         "Each entry needs an Id that no other entry of its batch has. That isn't the deduplication id."),
    ])  # fmt: skip


# --- 07.4 ------------------------------------------------------------------------------------------------------------

STATUSES = ["placed", "paid", "packed", "sent", "delivered", "returned", "refunded", "closed", "cancelled", "lost"]
MANY = 130  # events; a record that's cut off is cut off at fewer
EVENT_KEYS = ("event_id", "order_id", "version", "status", "customer", "points")
# No events, though some have all the words in them.
NO_EVENTS = ["hello?", "[]", "null", "17", "{}", json.dumps(" ".join(EVENT_KEYS)), json.dumps(EVENT_KEYS), "{'a': 1}"]


def apply_messages(case):
    """New orders; old versions; repeats; numbers as text; no events; a worker that stops partway; all at once; many."""
    draw = case.draw.randrange
    office = _Office(case)
    first, second = office.event("A", 1, 5), office.event("A", 2, draw(1, 9))
    office.send(first, office.event("B", draw(2, 9), 7), second, office.event("E", 1, 0))
    _work(office, "four events of three orders")
    _work(office, "no messages at all", empty=True)
    repeated = office.event("A", 3, draw(10, 90))
    alike = {"event_id": repeated["event_id"].upper()}
    office.send(repeated, office.event("C", 4, 20), repeated, office.event("C", 4 + draw(1, 9), 20) | alike)
    _work(office, "an event that the publisher sent twice", delete=False)
    _work(office, "the same messages again, since the worker stopped before it deleted them", again=True)
    office.send(repeated)
    _work(office, "an event that the publisher sends once more")
    case.reach("once")
    office.send(office.event("D", 8, 3))
    _work(office, "one more order")
    office.send(office.event("D", 7, draw(10, 90)))
    _work(office, "an old version of an order that's known")
    office.send(office.event("A", 2, second["points"]))
    _work(office, "an event that says the same as another one, and is one of its own")
    office.send(first)
    _work(office, "the very first event, once more")
    for one, two, three in ((9, "10", 8), ("99", 100, "25"), (10, "9", "11"), ("7", "30", 201), (3, 12, "4")):
        office = _Office(case)
        for version in (one, two, three):
            office.send(office.event("E", version, draw(-5, 6)))
            _work(office, "versions that are numbers or strings of digits")
    _expect_no_events_ignored(case)
    _expect_break_offs_survived(case)
    _expect_busy_day_survived(case)
    _expect_long_memory(case)


def _expect_no_events_ignored(case):
    """What's no event changes nothing and stays, next to events; and later an event has its id."""
    office = _Office(case)
    office.send(office.event("A", 1, 5), *shop.shuffled(case, NO_EVENTS), office.event("B", 1, 6))
    _work(office, "messages that aren't events")
    events = [office.event("C", number + 2, 10 + number) for number in range(len(EVENT_KEYS))]
    for event, key in zip(events, EVENT_KEYS, strict=True):
        office = _Office(case)
        office.send(
            office.event("C", 1, 1), {name: event[name] for name in event if name != key}, office.event("D", 1, 1)
        )
        _work(office, f"an object without {key}")
        office.send(event)
        _work(office, f"an event whose event_id an object without {key} had")


def _expect_break_offs_survived(case):
    """What the worker didn't save didn't happen: the messages come again, with the state from before."""
    office = _Office(case)
    office.send(office.event("A", 1, 5))
    _work(office, "an event")
    office.send(office.event("A", 2, 7), office.event("B", 1, 9))
    _work(office, "two more", save=False)
    _work(office, "the same messages and the same state again, since the worker stopped before it saved", again=True)
    one = office.sent[-1]
    other = _Office(case)  # of another shop, which has the same event too
    other.send(one)
    _work(other, "an event that another shop's worker has received too")


def _expect_busy_day_survived(case):
    """Duplicates and events in any sequence, while the worker stops partway now and then."""
    office, draw = _Office(case), case.draw
    events = [office.event(draw.choice("ABC"), version, draw.randrange(-9, 30)) for version in range(1, 9)]
    events += [office.event("D", str(version), draw.randrange(1, 9)) for version in range(8, 12)]
    broken = [draw.choice(NO_EVENTS), {name: events[0][name] for name in EVENT_KEYS[:5]}]
    with case.unkind(duplicates=0.4, disorder=0.4):
        office.send(*shop.shuffled(case, [*events, *draw.sample(events, 4), *broken]))
        for turn in range(14):
            fate = draw.choice(["", "", "save", "delete"]) if turn < 8 else ""
            _work(office, "events in any sequence, some of them again", save=fate != "save", delete=fate != "delete")
            case.clock.advance(office.TIMEOUT + 1)


def _expect_long_memory(case):
    """After many events, each still counts once. They come without a queue, which takes less time."""
    office, sent = _Office(case), []
    for start in range(0, MANY, BATCH):
        events = [office.event("ABCDE"[number % 5], number, 1) for number in range(start + 1, start + BATCH + 1)]
        _work_by_hand(office, events, f"the next ten of {MANY} events")
        sent += events
    _work_by_hand(office, [sent[0], sent[-2]], f"the first of {MANY} events and one of the last once more")


def _work_by_hand(office, events, did):
    """Let the worker apply these events, as if it had received them."""
    messages = [
        {"MessageId": f"m-{event['event_id']}", "ReceiptHandle": f"r-{event['event_id']}", "Body": json.dumps(event)}
        for event in events
    ]
    _apply(office, messages, did)


NOT_SAVED = (
    "The worker called your function with these messages before, and stopped before it saved the state. Now it called "
    "your function with the same state again, and got a different result. What your code remembers has to be in the "
    "state."
)


class _Office:
    """A standard queue with events, the worker's state, and what it should say.

    sent: all that was sent, oldest first. orders: of each order the highest version, and the status of that. points:
    by customer. seen: the ids of the events that count already. failed: those that weren't saved, or were no events.
    """

    TIMEOUT = 30

    def __init__(self, case):
        self.case, self.sent, self.failed = case, [], {}
        self.queue_url = shop.queue(case, "events", VisibilityTimeout=self.TIMEOUT)
        self.state = {"orders": {}, "points": {}}
        self.orders, self.points, self.seen = {}, {}, set()
        self.letters = {letter: f"{letter}-{case.draw.randrange(100, 999)}" for letter in "ABE"}
        self.letters |= {"C": self.letters["A"].lower(), "D": f"{self.letters['A']} "}
        one, other = case.draw.sample(shop.SHOPPERS, 2)
        self.customers = {"A": one, "B": one, "C": one.lower(), "D": f"{one} ", "E": other}
        self.statuses = {letter: shop.shuffled(case, STATUSES) for letter in "ABCDE"}

    def event(self, letter, version, points):
        """Return an event of one of five orders. A and B have one customer; C and D look like A."""
        customer, number = self.customers[letter], int(version) % 10
        event = {"event_id": self.case.name("e"), "order_id": self.letters[letter], "version": version}
        event |= {"note": "☕"} if letter in "BD" else {}
        return event | {"status": self.statuses[letter][number], "customer": customer, "points": points}

    def send(self, *things):
        """Send events, or texts, in any writing."""
        for thing in things:
            text = thing
            if isinstance(thing, dict):
                names = shop.shuffled(self.case, list(thing))
                text = json.dumps({name: thing[name] for name in names}, indent=self.case.draw.choice([None, 1]))
            self.case.sqs.send_message(QueueUrl=self.queue_url, MessageBody=text)
            self.sent.append(thing)

    def applied(self, events):
        """Return orders and points as they are after these events."""
        orders, points, seen = dict(self.orders), dict(self.points), set(self.seen)
        for event in events:
            if event["event_id"] in seen:
                continue
            seen.add(event["event_id"])
            points[event["customer"]] = points.get(event["customer"], 0) + event["points"]
            if int(event["version"]) > orders.get(event["order_id"], (0, ""))[0]:
                orders[event["order_id"]] = int(event["version"]), event["status"]
        return orders, points


def _work(office, did, again=False, save=True, delete=True, empty=False):
    """Let the worker go through its steps once, and look at what the answer returns.

    again: the messages of the last time come back first. save, delete: whether it got that far.
    """
    case = office.case
    if again:
        case.clock.advance(office.TIMEOUT + 1)
    ten = {"QueueUrl": office.queue_url, "MaxNumberOfMessages": BATCH}
    messages = [] if empty else case.sqs.receive_message(**ten).get("Messages", [])
    if not messages and not empty:
        return
    good = _apply(office, messages, did, save)
    for _, handle in good if save and delete else ():
        case.sqs.delete_message(QueueUrl=office.queue_url, ReceiptHandle=handle)


def _apply(office, messages, did, save=True):
    """Call the answer, and return the events with their receipt handles. save: whether the worker got that far."""
    case = office.case
    result = case.attempt(state=office.state, messages=messages)
    case.did = f"apply_messages(state, messages), with {did}"
    if result.error:
        _explain_applying_error(case, result.error)
    value = result.value
    _expect_form(office, value)
    events = [(_parsed(message["Body"]), message["ReceiptHandle"]) for message in messages]
    good = [(event, handle) for event, handle in events if isinstance(event, dict) and event.keys() >= {*EVENT_KEYS}]
    orders, points = office.applied([event for event, _ in good])
    _expect_points(office, value["state"], points, good, events)
    _expect_statuses(office, value["state"], orders, good, events)
    _expect_handles(office, value["delete"], orders, good, events)
    office.failed |= {event.get("event_id"): "no-event" for event, _ in events if isinstance(event, dict)}
    if not save:
        office.failed |= {event["event_id"]: "not-saved" for event, _ in good}
        return good
    office.state, office.orders, office.points = value["state"], orders, points
    office.seen |= {event["event_id"] for event, _ in good}
    return good


def _expect_form(office, value):
    """The value has a state with orders and points, and a list."""
    case = office.case
    if not isinstance(value, dict) or set(value) != {"state", "delete"}:
        case.not_yet(
            "other-form",
            got=value,
            expected='a dictionary with the keys "state" and "delete"',
            why="The worker saves what's under state, and deletes the messages whose receipt handles are under delete.",
        )
    state = value["state"]
    if not isinstance(state, dict) or not all(isinstance(state.get(name), dict) for name in ("orders", "points")):
        case.not_yet(
            "other-state",
            got=state,
            expected='a state with a dictionary under "orders" and one under "points"',
            why="The rest of the shop reads them there.",
        )
    try:
        json.dumps(state)
    except TypeError:
        case.not_yet(
            "state-not-json",
            got=state,
            expected="a state that can be stored as JSON",
            why="JSON has dictionaries with strings as keys, lists, strings, numbers, true, false and null. It has "
            "no sets, for example.",
        )


def _expect_points(office, state, points, good, events):
    """Each customer has the points of all events, each counted once."""
    case, got = office.case, state["points"]
    _expect_names_as_written(case, "points", got, points)
    for customer in sorted({*points, *map(str, got)}):
        if (has := got.get(customer)) == points.get(customer):
            continue
        reason, why = "other-points", "The points of a customer are the sum over all events that name the customer."
        own = [event for event, _ in good if event["customer"] == customer]
        ids = [event["event_id"] for event in own]
        known = [event for place, event in enumerate(own) if ids[place] in {*office.seen, *ids[:place]}]
        new = [event for place, event in enumerate(own) if ids[place] not in {*office.seen, *ids[:place]}]
        off = (has if isinstance(has, (int, float)) else 0) - points.get(customer, 0)
        if customer not in points:
            reason, why = "no-event-counted", "None of the events names this customer."
        elif off and off in (_points(known), _points({event["event_id"]: event for event in known}.values())):
            reason = "counted-twice"
            why = f"The event {known[0]['event_id']} has been counted already. It arrived again, as its event_id shows."
        elif off and (missing := next((row for row in (new, *([one] for one in new)) if -off == _points(row)), [])):
            reason, why = "event-not-counted", _why_missing(office, missing[0], good)
            if _is_overtaken(office, missing[0], good):
                reason = "old-version-not-counted"
                why = "It's too old to change its order's status. But points add up, so it counts all the same."
            if office.failed.get(missing[0]["event_id"]) == "not-saved":
                reason, why = "remembered-outside-the-state", NOT_SAVED
        got_points = f"has {has} points" if customer in got else "isn't under points"
        case.not_yet(
            reason,
            got=case.said(
                f"{customer!r} {got_points}. The events: {_events_shown([(event, '') for event in own] or events)}."
            ),
            expected=f"{points.get(customer, 'no entry')}",
            why=why,
        )


def _expect_names_as_written(case, where, got, wanted):
    """No name was made like another one. got, wanted: what's under `where`, by name."""
    for name in wanted:
        values = [value for other, value in wanted.items() if _tidied(other) == _tidied(name)]
        found = {other: value for other, value in got.items() if _tidied(other) == _tidied(name)}
        if name in found or all(wanted.get(other) == value for other, value in found.items()):
            continue
        if where == "points":
            is_moved = _are_numbers(found) and sum(found.values()) == sum(values)
        else:
            is_moved = all(status in values for status in found.values())
        if is_moved:
            case.not_yet(
                "name-rewritten",
                got=case.said(f"Under {where} there's {next(iter(found))!r}, but no {name!r}."),
                expected=f"an entry {name!r}, as the events have it",
                why="Don't tidy up the events. Programs that read the state look for the name that's in them.",
            )


def _tidied(name):
    return str(name).strip().casefold()


def _are_numbers(found):
    return all(isinstance(value, (int, float)) for value in found.values())


def _of_the_same_version(office, event, good):
    """Return the event_id of an earlier event of the same order and version; "" if there's none."""
    earlier = [each for each in office.sent if _is_event(each) and each["event_id"] in office.seen]
    for each in [*earlier, *(each for each, _ in good)]:
        if each is event:
            break
        is_same = each["order_id"] == event["order_id"] and int(each["version"]) == int(event["version"])
        if is_same and each["event_id"] != event["event_id"]:
            return each["event_id"]
    return ""


def _is_overtaken(office, event, good):
    """Return whether a higher version of this event's order came before it, and no other event of its own version."""
    highest = office.orders.get(event["order_id"], (0, ""))[0]
    for each, _ in good:
        if each is event:
            break
        if each["order_id"] == event["order_id"]:
            highest = max(highest, int(each["version"]))
    return int(event["version"]) < highest and not _of_the_same_version(office, event, good)


def _why_missing(office, event, good):
    """Return why this event counts. good: what arrived in this call."""
    before = office.failed.get(event["event_id"])
    if before == "no-event":
        return "The earlier message with this event_id wasn't an event, since it lacked a key. This one has all keys."
    if other := _of_the_same_version(office, event, good):
        return (
            f"The event {other} has the same order_id and version. But they're two events, as their event_ids show, "
            "and each counts once."
        )
    return "Its event_id is a new one, so it counts, even if another event looks like it."


def _expect_statuses(office, state, orders, good, events):
    """Each order has the status of the highest version."""
    case, got = office.case, state["orders"]
    _expect_names_as_written(case, "orders", got, {order_id: status for order_id, (_, status) in orders.items()})
    for order_id in sorted({*orders, *map(str, got)}):
        version, status = orders.get(order_id, (0, None))
        if (has := got.get(order_id)) == status and order_id in orders:
            continue
        reason, why = "other-status", "Under orders, each order's id has the status of its highest version so far."
        known = [event for event, _ in good] + [event for event in office.sent if _is_event(event)]
        older = [event for event in known if (event["order_id"], event["status"]) == (order_id, has)]
        if older and status is not None:
            reason = "older-version-won"
            why = f"That's the status of version {older[0]['version']}. Messages arrive in any sequence, so the one "
            why += "that's received last needn't be the newest. Versions are numbers, even when they're strings."
            now = [event for event, _ in good if event["status"] == status]
            if now and office.failed.get(now[0]["event_id"]) == "not-saved":
                reason, why = "remembered-outside-the-state", NOT_SAVED
        elif _is_of_no_event(order_id, has, events):
            reason, why = "no-event-applied", "That's from an object that lacks a key, so it shouldn't change anything."
        got_status = f"has the status {shop.show(has, 60)}" if order_id in got else "isn't under orders"
        case.not_yet(
            reason,
            got=case.said(f"The order {order_id!r} {got_status}. The events: {_events_shown(events)}."),
            expected=f"{status!r}, of version {version}" if status else "no such order",
            why=why,
        )


def _is_of_no_event(order_id, status, events):
    others = [event for event, _ in events if isinstance(event, dict) and not _is_event(event)]
    return any(event.get("order_id") == order_id or event.get("status") == status for event in others)


def _expect_handles(office, value, orders, good, events):
    """The list has the receipt handles of all messages with an event, and no others. orders: as they are now."""
    case, wanted = office.case, [handle for _, handle in good]
    if isinstance(value, list) and sorted(map(str, value)) == sorted(wanted):
        return
    reason, why = "other-handles", "delete_message needs the receipt handle that came with the message."
    texts, known, left = list(map(str, value)) if isinstance(value, list) else [], set(office.seen), []
    for event, handle in good:
        if handle not in texts:
            is_old = int(event["version"]) < orders[event["order_id"]][0]
            left.append("repeat" if event["event_id"] in known else "old" if is_old else "new")
        known.add(event["event_id"])
    if any(handle in texts for event, handle in events if not _is_event(event)):
        reason, why = "no-event-deleted", "Somebody has to see what's wrong with a message that isn't an event."
    elif not isinstance(value, list) or not {*texts} <= {*wanted}:
        pass
    elif "new" in left:
        reason, why = "event-left", "This event counts now, so its message has to go."
    elif "repeat" in left:
        reason, why = (
            "repeat-left",
            "An event that has been counted is done, too. Its message keeps coming back until it's deleted.",
        )
    elif left:
        reason = "old-version-left"
        why = "There's nothing more to do for an old version. It keeps coming back until it's deleted."
    case.not_yet(
        reason,
        got=case.said(f"Under delete there's {shop.show(value, 100)}. The events: {_events_shown(events)}."),
        expected=f"a list with the receipt {'handle' if len(wanted) == 1 else 'handles'} of "
        f"{_count(len(wanted), 'message')}" if wanted else "an empty list",
        why=why,
    )  # fmt: skip


def _points(events):
    """Return the sum of the points of these events."""
    return sum(event["points"] for event in events)


def _is_event(value):
    """Return whether this is an object with all keys."""
    return isinstance(value, dict) and value.keys() >= {*EVENT_KEYS}


def _events_shown(events):
    """Return the bodies of the messages, as far as there's room."""
    shown = [
        shop.show({key: event[key] for key in EVENT_KEYS if key in event} if isinstance(event, dict) else event, 240)
        for event, _ in events
    ]
    return ", ".join(shown[:3]) + (f" and {len(shown) - 3} more" if len(shown) > 3 else "") if shown else "none"


def _explain_applying_error(case, error):
    """Say what the answer stumbled over."""
    broken = "Not every message is an event, and one that isn't changes nothing. The worker has to go on."
    number = "A version is an int, or the same digits as a string. int(...) turns both into a number."
    shop.explain(case, error, "a state and a list of receipt handles", [
        ("version-as-text", "TypeError", "not supported between instances", number),
        ("not-asked-for", "KeyError", "'Attributes'", "The worker didn't ask for any system attributes."),
        ("key-not-there", "KeyError", "",
         "A state begins with two empty dictionaries, and a message can lack any of an event's keys."),
        ("no-event-ends-worker", "JSONDecodeError", "", broken),
        ("no-event-ends-worker", "TypeError", "indices must be", broken),
        ("no-event-ends-worker", "TypeError", "not subscriptable", broken),
        ("no-event-ends-worker", "TypeError", "not iterable", broken),
        ("no-event-ends-worker", "AttributeError", "object has no attribute", broken),
        ("no-messages", "IndexError", "", "A receive can find nothing, and then there's nothing to apply."),
    ])  # fmt: skip


# --- 07.5 ------------------------------------------------------------------------------------------------------------

SETTLED = 120  # seconds after which a queue's attributes count for certain

POLICY = (
    "A statement lets the topic send if its Principal is the service sns.amazonaws.com, its Action is sqs:SendMessage, "
    "its Resource is the queue's ARN, and its Condition compares aws:SourceArn with the topic's ARN."
)


def open_events(case):
    """The topic and its queues: what they are, what gets through, who else could send, and a second call."""
    for _ in range(2):  # a second set of names, beside the first one
        names = [case.name(stem) for stem in ("shop.events", "warehouse", "analytics")]
        names[0] = names[0].replace(".", "-")
        _make_neighbours(case, names)
        value = _open(case, names)
        case.clock.advance(SETTLED)
        topic_arn, urls = value[0], value[1:]
        _expect_kinds(case, topic_arn, urls)
        _expect_subscribed_raw(case, topic_arn, urls)
        case.reach("delivered")
        _expect_each_delivered(case, topic_arn, urls)
        _expect_limit_per_group(case, urls[0])
        _expect_no_other_sender(case, topic_arn, urls)
        before = _everything(case, topic_arn, urls)
        if (again := _open(case, names, second=True)) != value:
            case.not_yet(
                "other-result-the-second-time",
                got=again,
                expected=f"{value}, like the first time",
                why="A script that runs every morning has to get the same topic and queues each time.",
            )
        after = _everything(case, topic_arn, urls)
        if changed := [name for name in {**before, **after} if before.get(name) != after.get(name)]:
            case.not_yet(
                "changed-again",
                got=case.said(f"Called a second time, your function changed {changed[0]}."),
                expected="the second call changes nothing",
                why="Everything is in place by then, and the queues have messages in them that somebody needs.",
            )


def _make_neighbours(case, names):
    """Create topics and queues with names that look like these."""
    topic_name, warehouse_name, analytics_name = names
    for name in (f"my-{topic_name}.fifo", f"{topic_name}-2.fifo"):
        case.sns.create_topic(Name=name, Attributes={"FifoTopic": "true"})
    for name in (f"{warehouse_name}-2.fifo", f"my-{warehouse_name}.fifo"):
        case.sqs.create_queue(QueueName=name, Attributes={"FifoQueue": "true"})
    case.queues([f"{analytics_name}-dlq", f"my-{analytics_name}"])


def _open(case, names, second=False):
    """Return what the answer returns: a list of the topic's ARN and two URLs, with these names."""
    topic_name, warehouse_name, analytics_name = names
    called = {"topic_name": topic_name, "warehouse_name": warehouse_name, "analytics_name": analytics_name}
    result = case.attempt(**called)
    case.did += ", called a second time" if second else ""
    if result.error:
        _explain_opening_error(case, result.error)
    value, wanted = result.value, [f"{topic_name}.fifo", f"{warehouse_name}.fifo", analytics_name]
    expected = f"a list of the ARN of {wanted[0]}, and the URLs of {wanted[1]} and {wanted[2]}"
    if not isinstance(value, list) or len(value) != 3 or not all(isinstance(one, str) for one in value):
        case.not_yet("no-list-of-three", got=value, expected=expected, why="The caller unpacks three values.")
    found = [one.replace("/", ":").rpartition(":")[2] for one in value]
    if taken := [one for one, name in zip(found, wanted, strict=True) if one != name and name in (one[3:], _stem(one))]:
        case.not_yet(
            "another-one-taken",
            got=value,
            expected=expected,
            why=f"{taken[0]} existed before, and its name is only similar to the one that's asked for. create_topic "
            "and create_queue return what has exactly the given name.",
        )
    if found != wanted or "://" in value[0] or not all(one.startswith("https://") for one in value[1:]):
        case.not_yet(
            "other-names",
            got=value,
            expected=expected,
            why='The names of FIFO topics and FIFO queues end in ".fifo", and a standard queue\'s name has no dot.',
        )
    return value


def _stem(name):
    """Return a neighbour's name without what makes it another one."""
    return name.replace("-2.fifo", ".fifo").removesuffix("-dlq")


def _expect_kinds(case, topic_arn, urls):
    """The three exist."""
    if topic_arn not in {one["TopicArn"] for one in case.sns.list_topics()["Topics"]}:
        case.not_yet(
            "no-topic",
            got=case.said(f"There's no topic {topic_arn}."),
            expected="a FIFO topic",
            why="You returned its ARN.",
        )
    queues = case.sqs.list_queues().get("QueueUrls", [])
    if gone := [url for url in urls if url not in queues]:
        case.not_yet(
            "no-queue",
            got=case.said(f"There's no queue {gone[0]}."),
            expected="both queues",
            why="You returned its URL.",
        )


def _expect_subscribed_raw(case, topic_arn, urls):
    """Each queue is subscribed once, raw, without a filter, and lets SNS send."""
    found = shop.subscriptions(case, topic_arn)
    for url in urls:
        name, arn = url.rpartition("/")[2], case.queue_arn(url)
        own = [one["SubscriptionArn"] for one in found if one["Endpoint"] == arn]
        if len(own) != 1:
            case.not_yet(
                "not-subscribed",
                got=case.said(f"The queue {name} has {_count(len(own), 'subscription')} to the topic."),
                expected="one subscription for each queue",
                why="A topic delivers to its subscriptions.",
            )
        if refusal := shop.refusal_of_sns(case, url, topic_arn):
            case.not_yet(
                "sns-refused",
                got=case.said(f"The policy of the queue {name} doesn't let SNS send for this topic: {refusal}."),
                expected="a queue that lets SNS send for this topic",
                why=POLICY,
            )
        attributes = case.sns.get_subscription_attributes(SubscriptionArn=own[0])["Attributes"]
        if attributes.get("RawMessageDelivery") != "true":
            case.not_yet(
                "envelope-left",
                got=case.said(f"The subscription of {name} has raw delivery off."),
                expected="raw messages in both queues",
                why='RawMessageDelivery is "false" unless it\'s set to "true".',
            )


def _expect_each_delivered(case, topic_arn, urls):
    """Each event gets into both queues: into the warehouse's once, and in sequence within its group."""
    orders = [case.name(letter) for letter in "ABC"]
    rows = [(order, str(number)) for number in (1, 2, 3) for order in shop.shuffled(case, orders)]
    rows.insert(case.draw.randrange(4, 8), rows[0])  # sent again by its publisher
    rows += [(orders[0], "4"), (orders[0], "5"), rows[-1]]
    bodies = {row: json.dumps({"order": row[0], "number": row[1], "is": case.name("x")}) for row in rows}
    bodies[rows[1]] += " " * 50_000  # a long one
    bodies[orders[0], "5"] = bodies[orders[0], "4"]  # two honest events that say the same
    for row in rows:
        ids = {"MessageGroupId": row[0], "MessageDeduplicationId": row[1]}
        case.sns.publish(TopicArn=topic_arn, Message=bodies[row], **ids)
    wanted = [(row[0], bodies[row]) for row in dict.fromkeys(rows)]
    warehouse = [(one["group"], one["body"]) for one in case.state(urls[0])["messages"]]
    analytics = [one["body"] for one in case.state(urls[1])["messages"]]
    _expect_in_warehouse(case, topic_arn, urls[0], wanted, warehouse)
    if missed := Counter(body for _, body in wanted) - Counter(analytics):
        case.not_yet(
            "analytics-misses-events",
            got=case.said(
                f"Analytics' queue is missing {_count(missed.total(), 'event')}, such as {min(missed).strip()}."
            ),
            expected="everything that's published in both queues",
            why="It was published to the topic, and the topic accepted it.",
        )


def _expect_in_warehouse(case, topic_arn, queue_url, wanted, found):
    """The warehouse's queue has these events, each once, and in sequence within its group."""
    missed, extra = Counter(wanted) - Counter(found), Counter(found) - Counter(wanted)
    if missed:
        topic = case.sns.get_topic_attributes(TopicArn=topic_arn)["Attributes"]
        queue = shop.settings(case, queue_url)
        event = next(one for one in wanted if one in missed)
        got = (
            f"I published nine events of three orders, and two more that are alike. {_count(missed.total(), 'event')} "
        )
        got += f"didn't get into the warehouse's queue, such as {event[1].strip()}, in the group {event[0]}."
        reason, why = "warehouse-misses-events", "The publisher gave it a deduplication id that's new in its group."
        if topic.get("FifoThroughputScope", "Topic") != "MessageGroup":
            reason = "deduplicated-in-the-whole-topic"
            why = "Another order has an event with this deduplication id too. The topic's FifoThroughputScope is "
            why += "Topic, which is the default, and then an id applies to the whole topic. With MessageGroup, it "
            why += "applies to its message group only."
        elif queue.get("DeduplicationScope", "queue") != "messageGroup":
            reason = "deduplicated-in-the-whole-queue"
            why = "Another order has an event with this deduplication id too. The queue's DeduplicationScope is "
            why += "queue, which is the default, and then an id applies to the whole queue. With messageGroup, it "
            why += "applies to its message group only."
        case.not_yet(reason, got=case.said(got), expected="each event in the warehouse's queue, once", why=why)
    if extra:
        case.not_yet(
            "warehouse-gets-more",
            got=case.said(
                f"The warehouse's queue has {_count(extra.total(), 'message')} too many, such as {min(extra)[1]}."
            ),
            expected="each event once",
            why="Nothing but what's published to the topic belongs there.",
        )
    for group in dict.fromkeys(group for group, _ in wanted):
        if [one for one in found if one[0] == group] != [one for one in wanted if one[0] == group]:
            case.not_yet(
                "sequence-lost",
                got=case.said(f"The events of the group {group} aren't in the sequence in which they were published."),
                expected="the publisher's sequence within each group",
                why="A FIFO topic with a FIFO queue preserves it.",
            )


def _expect_limit_per_group(case, queue_url):
    """The queue's throughput quota applies to each group."""
    limit = shop.settings(case, queue_url).get("FifoThroughputLimit")
    if limit != "perMessageGroupId":
        case.not_yet(
            "queue-limited-as-a-whole",
            got=case.said(f"The FifoThroughputLimit of the warehouse's queue is {limit}."),
            expected="perMessageGroupId",
            why="The scope of deduplication alone doesn't change the limit. High throughput needs both attributes.",
        )


def _expect_no_other_sender(case, topic_arn, urls):
    """No other topic, and no other account, can send to the queues."""
    *start, region, account, name = topic_arn.split(":")
    stem, stranger = name.removesuffix(".fifo"), str(case.draw.randrange(10**11, 10**12))
    others = [(region, account, other) for other in (f"{stem}-2.fifo", f"my-{name}", f"{stem[:-4]}aeio.fifo", stem)]
    others += [("eu-west-1", account, name), (region, stranger, name)]
    for url in urls:
        policy, arn = shop.policy(case, url), case.queue_arn(url)
        for other in (":".join([*start, *parts]) for parts in others):
            if not shop.refusal_by(policy, arn, other):
                reason = "other-topic-let-in"
                why = "Without a Condition, a statement lets SNS send for any topic of any account. With one, SNS "
                why += "can send for every topic that meets it."
                keys = _keys_compared(policy, arn, other)
                if keys and "aws:sourcearn" not in map(str.casefold, keys):
                    reason = "source-arn-not-compared"
                    why = f"The statement's Condition compares {' and '.join(keys)}, and not aws:SourceArn. Only "
                    why += "aws:SourceArn tells this topic from the others of its account."
                case.not_yet(
                    reason,
                    got=case.said(f"The policy of {url.rpartition('/')[2]} lets SNS send for {other}, too."),
                    expected="SNS can send for this topic, and for no other",
                    why=why,
                )
        if accounts := shop.senders(policy, arn):
            case.not_yet(
                "other-account-let-in",
                got=case.said(f"The policy of the queue {url.rpartition('/')[2]} lets the account {accounts[0]} send."),
                expected="only SNS may send, on behalf of this topic",
                why="The Principal says who may send: the service sns.amazonaws.com.",
            )


def _keys_compared(policy, queue_arn, topic_arn):
    """Return the keys in the Condition of the statement that lets SNS send for this topic; none without a Condition."""
    statements = policy["Statement"] if isinstance(policy["Statement"], list) else [policy["Statement"]]
    alone = [policy | {"Statement": [statement]} for statement in statements]
    allowed = next((one for one in alone if not shop.refusal_by(one, queue_arn, topic_arn)), {"Statement": [{}]})
    condition = allowed["Statement"][0].get("Condition", {})
    return sorted({key for compared in condition.values() for key in compared})


def _everything(case, topic_arn, urls):
    """Return all that a second call has to leave as it is, by what it's called."""
    found = {"the list of queues": sorted(case.sqs.list_queues().get("QueueUrls", []))}
    found["the list of topics"] = sorted(one["TopicArn"] for one in case.sns.list_topics()["Topics"])
    found["the topic's attributes"] = case.sns.get_topic_attributes(TopicArn=topic_arn)["Attributes"]
    subscriptions = [one["SubscriptionArn"] for one in shop.subscriptions(case, topic_arn)]
    found["the subscriptions"] = {
        arn: case.sns.get_subscription_attributes(SubscriptionArn=arn)["Attributes"] for arn in sorted(subscriptions)
    }
    for name, url in zip(("the warehouse's queue", "analytics' queue"), urls, strict=True):
        settings = shop.settings(case, url)
        found[f"the attributes of {name}"] = settings | {"Policy": json.loads(settings.get("Policy", "{}"))}
        messages = shop.messages_in(case, url).values()
        found[f"the messages in {name}"] = [(one["id"], one["receives"], one["state"]) for one in messages]
    return found


def _explain_opening_error(case, error):
    """Say what SQS, SNS, boto3 or Python refused."""
    texts = 'Attributes are strings, so true is "true", and a policy goes through json.dumps.'
    again = (
        "That exists already. create_queue, create_topic and subscribe return what exists if the attributes are the "
    )
    again += "same, and refuse different ones."
    shop.explain(case, error, "a topic's ARN and two queues' URLs", [
        ("fifo-topic-incomplete", "InvalidParameter", "Topic Name",
         'A FIFO topic needs both: a name that ends in ".fifo", and the attribute FifoTopic.'),
        ("fifo-queue-name", "InvalidParameterValue", "must end with .fifo",
         'A queue with the attribute FifoQueue needs a name that ends in ".fifo".'),
        ("fifo-queue-attribute", "InvalidParameterValue", "Can only include alphanumeric",
         'A name with ".fifo" is for FIFO queues only, and those have the attribute FifoQueue.'),
        ("limit-without-scope", "InvalidAttributeValue", "the DeduplicationScope must be messageGroup",
         "High throughput by message group needs deduplication by message group."),
        ("standard-topic", "InvalidParameter", "FIFO SQS Queues", "Only a FIFO topic delivers to a FIFO queue."),
        ("attribute-not-text", "ParamValidationError", "Attributes", texts),
        ("url-as-endpoint", "InvalidParameter", "SQS endpoint ARN", "Subscribe a queue by its ARN."),
        ("exists-already", "QueueAlreadyExists", "", again),
        ("exists-already", "InvalidParameter", "already exists with different attributes", again),
        ("exists-already", "InvalidParameterValue", "already exists", again),
        ("unknown-scope", "InvalidParameter", "FifoThroughputScope",
         "A topic's value is MessageGroup, with a capital M, and a queue's is messageGroup, with a lowercase m."),
        ("unknown-attribute", "InvalidAttributeName", "", "SQS doesn't know an attribute of this name."),
        ("unknown-value", "InvalidAttributeValue", "", "SQS doesn't know this value of the attribute."),
    ])  # fmt: skip
