"""The checks of lesson 02. Each gets a helpers.checks.case.Case and calls `case.not_yet(...)` at the first fault."""

from helpers.checks.lessons import shop

LONGEST_LEASE = 43_200
TEXT_AND_NUMBER = "The attribute comes as a string. int(...) makes a number of it, with which you can count."
TOWNS = ["bath", "derby", "york", "leeds", "truro", "wells"]


def _names(case, prefix=""):
    """Return the names of the shop's queues with this prefix; at most 1,000."""
    return [_name(url) for url in case.sqs.list_queues(QueueNamePrefix=prefix).get("QueueUrls", [])]


def _name(queue_url):
    return queue_url.rsplit("/", 1)[-1]


def _counted(case, queue_url):
    """Return the queue's counters."""
    told = case.sqs.get_queue_attributes(QueueUrl=queue_url, AttributeNames=["All"])["Attributes"]
    return {name: value for name, value in told.items() if name.startswith("Approximate")}


def _tags(case, queue_url):
    """Return the queue's tags."""
    return case.sqs.list_queue_tags(QueueUrl=queue_url).get("Tags", {})


# --- 02.1 ------------------------------------------------------------------------------------------------------------


def find_queue(case):
    """A queue that is there, with a neighbour; one that is not, with neighbours; and a service that has a fault."""
    there, missing, unasked = (case.name(stem) for stem in case.draw.sample(shop.GOODS, 3))
    for name in (f"{there}-room", there, f"{missing}-room", f"old-{missing}", missing.upper(), unasked):
        case.sqs.create_queue(QueueName=name)
    before = sorted(_names(case))
    _expect_url(case, there)
    for name in (missing, case.name("nothing")):
        _expect_missing(case, name, before)
    for trouble, code in (("throttling", "RequestThrottled"), ("errors", "InternalError")):
        with case.unkind(**{trouble: 1}):
            result = case.attempt(name=unasked)
        _expect_outage(case, result, code)


def _expect_url(case, name):
    """The URL of the queue that is there."""
    url = case.sqs.get_queue_url(QueueName=name)["QueueUrl"]
    returned = case.run(name=name)
    if returned == url:
        return
    reason, why = "not-the-url", "get_queue_url answers with a QueueUrl for the name."
    if returned is None:
        reason, why = "none-for-a-queue", "The queue is there."
    elif isinstance(returned, dict):
        reason, why = "whole-response", "That is the whole response. Of its keys, QueueUrl is what the caller needs."
    elif returned == f"{url}-room":
        reason = "longer-name"
        why = "A list by prefix brings every queue whose name starts like this one. The first of them is another one."
    case.not_yet(reason, got=returned, expected=url, why=why)


def _expect_missing(case, name, before):
    """None for a queue that is not there; and it is not there afterwards either."""
    result = case.attempt(name=name)
    did = f"{case.did}, with no queue of this name"
    if sorted(_names(case)) != before:
        case.not_yet(
            "queue-created",
            did=did,
            got=case.said("There is a queue of this name now."),
            expected="None, and no new queue",
            why="create_queue makes what it does not find. Who only wants to know must not create: ask get_queue_url.",
        )
    if result.error and result.error.code.endswith("NonExistentQueue"):
        case.not_yet(
            "error-not-caught",
            did=did,
            got=case.said(f"{result.error.type} was raised, by your line {result.error.line!r}."),
            expected="None",
            why="That error is the answer: there is no such queue. Its class is sqs.exceptions.QueueDoesNotExist; its "
            "code is another, older name, AWS.SimpleQueueService.NonExistentQueue, so a comparison of the code with "
            '"QueueDoesNotExist" is never true.',
        )
    if result.error:
        whys = [("no-urls-key", "KeyError", "QueueUrls", "Where nothing matches, the response has no key QueueUrls.")]
        shop.explain(case, result.error, "None", whys)
    if result.value is not None:
        reason, why = "not-none", "There is no such queue, and None says so."
        if isinstance(result.value, str) and result.value.endswith(f"/{name}"):
            reason = "url-made-up"
            why = "A URL that is put together from its parts says nothing about whether there is a queue. Ask SQS."
        elif "://" in str(result.value):
            reason = "other-queue"
            why = "That is another queue, whose name is alike. Names count letter by letter, capitals too."
        case.not_yet(reason, did=did, got=result.value, expected="None", why=why)


def _expect_outage(case, result, code):
    """The error of a service that cannot answer goes on to the caller."""
    did = f"{case.did}, while SQS refuses every call with {code}"
    if result.error is None:
        reason = "outage-as-missing"
        why = "None means that the queue is not there. This answer means that nobody knows; the queue is there."
        if result.value is not None:
            reason = "outage-hidden"
            why = "The service was not asked, or its error was dropped. A caller must learn that nobody knows."
        case.not_yet(reason, did=did, got=result.value, expected="the error, as boto3 raised it", why=why)
    if result.error.code != code or result.error.type not in ("ClientError", code):
        case.not_yet(
            "error-replaced",
            did=did,
            got=case.said(f"{result.error.type}: {result.error.message}"),
            expected="the error, as boto3 raised it",
            why="Your code met the fault and raised an error of another kind. The caller can no longer tell what "
            "happened. Catch only the error that means something to you, and let the others pass.",
        )


# --- 02.2 ------------------------------------------------------------------------------------------------------------


def queue_names(case):
    """A town with a few queues, one without any, and one with more than a response holds."""
    few, none, many = (case.name(town) for town in case.draw.sample(TOWNS, 3))
    for name in (f"new-{few}-orders", f"{few.upper()}-orders"):
        case.sqs.create_queue(QueueName=name)
    _expect_names(case, few, case.draw.sample(["tills", "returns", "orders", "gifts", "Photos", "mail"], 6))
    _expect_names(case, none, [])
    count = 1000 + case.draw.randrange(1, 30)
    _expect_names(case, many, [f"{number:04}" for number in case.draw.sample(range(2000), count)])


def _expect_names(case, prefix, endings):
    """Create a queue for each ending; the answer returns the names of all of them in order."""
    for ending in endings:
        case.sqs.create_queue(QueueName=f"{prefix}-{ending}")
    names = sorted(f"{prefix}-{ending}" for ending in endings)
    result = case.attempt(prefix=prefix)
    did = f"{case.did}, with {len(names) or 'no'} such queues"
    if result.error and result.error.type in ("KeyError", "TypeError") and not names:
        case.not_yet(
            "no-urls-key",
            did=did,
            got=case.said(f"{result.error.type}: {result.error.message}, raised by your line {result.error.line!r}."),
            expected="an empty list",
            why="Where no queue matches, the response has no key QueueUrls at all. That is an ordinary answer.",
        )
    if result.error:
        raise result.error
    if result.value == names:
        return
    expected = "an empty list" if not names else f"{len(names)} names, in the order of sorted()"
    reason, why = _why_not_names(result.value, names, prefix)
    case.not_yet(reason, did=did, got=result.value, wanted=names, expected=expected, why=why)


def _why_not_names(returned, names, prefix):
    """Return why these are not the names."""
    if not isinstance(returned, list):
        return "no-list", "A list was asked for, an empty one where there is nothing to list."
    if any(isinstance(name, str) and "://" in name for name in returned):
        return "urls-returned", "These are URLs. The name is the last part of a queue's URL."
    if sorted(map(str, returned)) == names:
        return "not-sorted", "SQS promises no order; put the names into that of `sorted`, which has capitals first."
    if any(not str(name).startswith(prefix) for name in returned):
        return "other-prefix", f"There are names among them that do not start with {prefix!r}, letter by letter."
    if {str(name) for name in returned} - set(names):
        return "no-such-names", "There are names among them that no queue has, letter by letter."
    if len(set(map(str, returned))) < len(returned):
        return "page-twice", "There are names that stand in it twice: a page was taken twice."
    if len(names) < 1000:
        return "names-missing", "There are more queues of this prefix than these."
    return (
        "pages-missing",
        f"Missing queues: {len(names) - len(returned)}. One response holds 1,000 queues at most, and it has a "
        "NextToken only if MaxResults was given; a paginator gives it only with a PageSize. Follow every token.",
    )


# --- 02.3 ------------------------------------------------------------------------------------------------------------


def lengthen_lease(case):
    """Queues with different settings, one of them twice; and sums at the limit and beyond it."""
    one = _furnished(case, case.draw.randrange(40, 90))
    _expect_lease(case, one, 60 + case.draw.randrange(30))
    _expect_lease(case, one, 7)
    _expect_lease(case, case.queue(), 45)
    _expect_lease(case, _furnished(case, 0), 20)
    at_limit = LONGEST_LEASE - case.draw.randrange(100, 200)
    _expect_lease(case, _furnished(case, at_limit), LONGEST_LEASE - at_limit)
    _expect_lease(case, _furnished(case, at_limit), LONGEST_LEASE - at_limit + 1)
    _expect_lease(case, _furnished(case, LONGEST_LEASE), 600)


def _furnished(case, timeout):
    """Return the URL of a queue with settings, a tag and orders in it."""
    attributes = {"VisibilityTimeout": timeout, "DelaySeconds": 0, "MessageRetentionPeriod": 86_400 + timeout}
    queue_url = case.sqs.create_queue(
        QueueName=case.name("packing"),
        Attributes={name: str(value) for name, value in attributes.items()},
        tags={"team": "packing"},
    )["QueueUrl"]
    shop.send(case, queue_url, shop.orders(case, 2))
    return queue_url


def _expect_lease(case, queue_url, seconds):
    """The visibility timeout is so much longer. Nothing else has changed, and what others changed meanwhile is kept."""
    before = shop.settings(case, queue_url)
    inside = _tags(case, queue_url), _counted(case, queue_url)
    had = int(before["VisibilityTimeout"])
    wanted = min(had + seconds, LONGEST_LEASE)
    delay = str(case.draw.randrange(3, 9))
    meanwhile = {}

    def change():
        meanwhile["DelaySeconds"] = delay
        case.sqs.set_queue_attributes(QueueUrl=queue_url, Attributes=meanwhile)

    case.during("SetQueueAttributes", change)
    result = case.attempt(queue_url=queue_url, seconds=seconds)
    case.did += f" for a queue with a lease of {had} s"
    if result.error:
        _explain_lease_error(case, result.error, wanted)
    settings = shop.settings(case, queue_url)
    _expect_new_lease(case, settings["VisibilityTimeout"], had, seconds, wanted)
    _expect_rest_untouched(case, before | meanwhile | {"VisibilityTimeout": str(wanted)}, settings)
    if (_tags(case, queue_url), _counted(case, queue_url)) != inside:
        case.not_yet(
            "queue-touched",
            got=case.said("The orders in the queue, or its tags, are not what they were."),
            expected="nothing but the lease has changed",
            why="set_queue_attributes needs nothing else: no receive, which leases messages, and no new queue.",
        )
    if result.value != wanted or type(result.value) is not int:
        reason, why = "not-the-timeout", "Return the queue's new visibility timeout, as an int."
        if result.value == str(wanted):
            reason, why = "text-returned", "That is a text. The caller counts with it: return an int."
        case.not_yet(reason, got=result.value, expected=str(wanted), why=why)


def _explain_lease_error(case, error, wanted):
    """Say why SQS, boto3 or Python refused."""
    shop.explain(case, error, f"a lease of {wanted} s", [
        ("number-as-attribute", "ParamValidationError", "<class 'int'>",
         "Attributes are strings, numbers too: str(...) makes one of it."),
        ("text-and-number", "TypeError", "concatenate", TEXT_AND_NUMBER),
        ("text-and-number", "TypeError", "unsupported operand", TEXT_AND_NUMBER),
        ("text-and-number", "TypeError", "not supported between", TEXT_AND_NUMBER),
        ("timeout-too-long", "InvalidAttributeValue", "VisibilityTimeout",
         f"A lease is a whole number from 0 to {LONGEST_LEASE:,} seconds (twelve hours), written as a string. "
         "Where the sum is more, the queue is to get the longest."),
        ("attributes-not-asked-for", "KeyError", "Attributes",
         "Without AttributeNames the response has no Attributes."),
        ("counter-set", "InvalidAttributeName", "",
         "What SQS counts or notes itself cannot be set. Name only what you change."),
    ])  # fmt: skip


def _expect_new_lease(case, found, had, seconds, wanted):
    """The queue's visibility timeout is the wanted one."""
    if found == str(wanted):
        return
    reason, why = "timeout-not-set", "set_queue_attributes sets a queue's VisibilityTimeout for every later receive."
    if found == str(seconds) and had:
        reason = "timeout-replaced"
        why = "The seconds are to be added to what the queue has. An attribute that is set is replaced."
    elif found == f"{had}{seconds}":
        reason = "texts-joined"
        why = "Two texts were put one behind the other. int(...) makes numbers of them, which can be added."
    elif wanted == LONGEST_LEASE:
        reason = "limit-not-set"
        why = f"Twelve hours, {LONGEST_LEASE:,} seconds, is the longest lease, and the sum is at least that much."
    case.not_yet(reason, got=case.said(f"The queue's lease is {found} s."), expected=f"{wanted} s", why=why)


def _expect_rest_untouched(case, wanted, settings):
    """All other settings are as they were, or as somebody else has set them meanwhile."""
    for name in wanted:
        if settings.get(name) != wanted[name]:
            case.not_yet(
                "other-setting-changed",
                got=case.said(f"{name} is {settings.get(name)}."),
                expected=f"{name} is {wanted[name]}, as before or as another program set it a moment ago",
                why="set_queue_attributes leaves alone what you do not name. Whoever writes back everything that was "
                "read overwrites what others have changed since; whoever creates the queue anew loses it.",
            )


# --- 02.4 ------------------------------------------------------------------------------------------------------------


def backlog(case):
    """Queues of two teams and of nobody, with messages in all states; a team without any; an account without any."""
    team, other = case.draw.sample(["packing", "billing", "returns", "photos"], 2)
    wanted = {}
    of_others = [
        {"team": team.upper()},
        {"team": f"{team}-night"},
        {"Team": team},
        {"owner": team},
        {"team": other},
        {},
    ]
    ours = [(3, 2, 1), (0, 1, 2), (0, 0, 0), (11, 0, 0)]
    furniture = [
        *((tags, (1, 1, 1)) for tags in of_others),
        *(({"team": team, "stage": "test"}, fill) for fill in ours),
    ]
    case.draw.shuffle(furniture)
    for tags, fill in [({"note": "first"}, (0, 0, 1)), ({}, (1, 0, 0)), *furniture]:
        queue_url = case.queue(case.draw.choice([team, other, "orders"]))
        if tags:
            case.sqs.tag_queue(QueueUrl=queue_url, Tags=tags)
        _fill(case, queue_url, *fill)
        if tags.get("team") == team:
            wanted[_name(queue_url)] = sum(fill)
    _expect_backlog(case, team, wanted)
    _expect_backlog(case, case.name("nobody"), {})
    for name in _names(case):
        case.sqs.delete_queue(QueueUrl=case.sqs.get_queue_url(QueueName=name)["QueueUrl"])
    _expect_backlog(case, team, {})


def _fill(case, queue_url, visible, in_flight, delayed):
    """Send so many messages, and bring them into these states."""
    ten = {"QueueUrl": queue_url, "MaxNumberOfMessages": 10}
    for _ in range(in_flight):
        case.sqs.send_message(QueueUrl=queue_url, MessageBody="order")
    if in_flight:
        case.sqs.receive_message(**ten, VisibilityTimeout=LONGEST_LEASE)
    for _ in range(visible):
        case.sqs.send_message(QueueUrl=queue_url, MessageBody="order")
    for _ in range(delayed):
        case.sqs.send_message(QueueUrl=queue_url, MessageBody="order", DelaySeconds=900)


def _expect_backlog(case, team, wanted):
    """The team's queues with the number of messages in each, of which none was touched."""
    started = case.clock.now()
    result = case.attempt(team=team)
    if result.error:
        _explain_backlog_error(case, result.error)
    if (waited := shop.seconds_since(case, started)) >= 60:
        case.not_yet(
            "waited-for-states",
            got=case.said(f"Your code waited for {waited:g} s."),
            expected="what is left now, at closing time",
            why="A message in flight or delayed becomes visible in time, but the team wants to go home. Each state has "
            "a counter of its own.",
        )
    touched = {call.operation for call in case.calls if not call.operation.startswith(("List", "Get"))}
    if touched:
        case.not_yet(
            "messages-touched",
            got=case.said(f"Your code called {', '.join(sorted(touched))}."),
            expected="a report that leaves every queue and every message as it is",
            why="A receive leases the messages, counts as a receive, and sees neither those in flight nor those that "
            "are delayed. The queue's attributes tell how many there are.",
        )
    if isinstance(result.value, dict) and set(result.value) == set(wanted):
        case.reach("found")
    if result.value != wanted or any(type(count) is not int for count in result.value.values()):
        reason, why = _why_not_backlog(result.value, wanted, _names(case))
        case.not_yet(reason, got=result.value, expected=str(wanted), why=why)


def _explain_backlog_error(case, error):
    """Say which key a response did not have."""
    shop.explain(case, error, "the report", [
        ("no-urls-key", "KeyError", "QueueUrls", "An account without queues answers without the key QueueUrls."),
        ("no-tags-key", "KeyError", "Tags", "A queue without tags answers without the key Tags."),
        ("no-team-tag", "KeyError", "team", 'Some queues have tags, but no tag "team".'),
        ("attributes-not-asked-for", "KeyError", "Attributes",
         "Without AttributeNames the response has no Attributes."),
        ("text-counters", "TypeError", "unsupported operand",
         "Attributes come as strings. int(...) makes numbers of them."),
        ("nothing-for-empty", "AttributeError", "NoneType",
         "What is empty is left out of a response: .get then needs a default, {} or []."),
        ("nothing-for-empty", "TypeError", "NoneType",
         "What is empty is left out of a response: .get then needs a default, {} or []."),
    ])  # fmt: skip


def _why_not_backlog(returned, wanted, names):
    """Return why this is not the report."""
    if not isinstance(returned, dict):
        return "no-dictionary", "A dictionary was asked for: from a queue's name to a number."
    if any("://" in name for name in returned):
        return "urls-returned", "The keys are URLs. The name is the last part of a queue's URL."
    if unknown := sorted(set(returned) - set(names)):
        return "unknown-queue", f"{unknown[0]} is not the name of a queue."
    if more := sorted(set(returned) - set(wanted)):
        return (
            "other-team",
            f"{more[0]} is no queue of this team: the tag must have the key team and this value, letter by letter.",
        )
    if missing := sorted(set(wanted) - set(returned)):
        return (
            "queue-missing",
            f"{missing[0]} is the team's queue as well. A queue in which nothing is left is reported with 0.",
        )
    if any(isinstance(count, str) for count in returned.values()):
        return (
            "texts-joined",
            "The counters come as strings, and + puts strings one behind the other. Make them int, then add.",
        )
    if any(type(count) is not int for count in returned.values()):
        return "no-numbers", "The number of messages is an int."
    return (
        "states-missing",
        "A message that was not deleted is in one of three states: visible, in flight or delayed. Each state has a "
        "counter of its own, and ApproximateNumberOfMessages counts the visible ones alone.",
    )


# --- 02.5 ------------------------------------------------------------------------------------------------------------


def ensure_queue(case):
    """A new queue; the same again; changed by hand; with nothing declared; deleted a moment ago; and a FIFO queue."""
    name = case.name("orders")
    case.sqs.create_queue(QueueName=f"{name}-archive")
    attributes = {"VisibilityTimeout": case.draw.randrange(40, 90), "DelaySeconds": case.draw.randrange(1, 9)}
    tags = {"team": case.draw.choice(["packing", "billing"]), "stage": "production"}
    queue_url = _expect_ensured(case, "no queue of this name", name, attributes, tags)
    waiting = set(shop.send(case, queue_url, shop.orders(case, 3)))
    _expect_ensured(case, "the queue as it was declared", name, attributes, tags, waiting)
    case.reach("made")

    by_hand = {
        "VisibilityTimeout": "5",
        "MessageRetentionPeriod": str(case.draw.randrange(90_000, 99_000)),
        "ReceiveMessageWaitTimeSeconds": "7",
    }
    case.sqs.set_queue_attributes(QueueUrl=queue_url, Attributes=by_hand)
    case.sqs.tag_queue(QueueUrl=queue_url, Tags={"stage": "test", "note": "mine"})
    _expect_ensured(case, "a queue that somebody changed by hand", name, attributes, tags, waiting)
    _expect_ensured(case, "a declaration with another value", name, {"VisibilityTimeout": 300}, {"team": "x"}, waiting)
    case.reach("changed")
    _expect_ensured(case, "a declaration with nothing in it", name, {}, {}, waiting)
    _expect_ensured(case, "the same again", name, {}, {}, waiting)

    _expect_ensured(case, "no queue, and nothing declared", case.name("fifo-mail"), {}, {})
    fifo = f"{case.name('payments')}.fifo"
    fifo_url = ""
    for state in ("no FIFO queue of this name", "a FIFO queue that somebody changed by hand"):
        fifo_url = _expect_ensured(case, state, fifo, {"VisibilityTimeout": 120}, tags)
        by_hand = {"VisibilityTimeout": "9", "ContentBasedDeduplication": "true"}
        case.sqs.set_queue_attributes(QueueUrl=fifo_url, Attributes=by_hand)

    for gone, its_name in ((queue_url, name), (fifo_url, fifo)):
        case.sqs.delete_queue(QueueUrl=gone)
        _expect_ensured(case, "a queue that was deleted a moment ago", its_name, attributes, tags, may_wait=True)


def _expect_ensured(case, state, name, attributes, tags, waiting=frozenset(), may_wait=False):
    """The queue is as declared; what was not declared, and what is in it, is as before. Return its URL."""
    before = _settings_of(case, name)
    started = case.clock.now()
    meanwhile = _meanwhile(case, name)
    result = case.attempt(name=name, attributes=attributes, tags=tags)
    waited = shop.seconds_since(case, started)
    case.did += f" with {state}"
    if result.error:
        _explain_ensure_error(case, result.error)
    if name not in _names(case, name):
        case.not_yet(
            "no-queue",
            got=case.said("There is no queue of this name."),
            expected="the queue as declared",
            why="A queue's name counts letter by letter. A list by prefix brings queues with longer names, too.",
        )
    queue_url = case.sqs.get_queue_url(QueueName=name)["QueueUrl"]
    _expect_messages(case, queue_url, waiting)
    declared = {key: str(value) for key, value in attributes.items()}
    _expect_attributes(case, before | meanwhile | declared, shop.settings(case, queue_url), declared)
    _expect_tags(case, _tags(case, queue_url), tags)
    if result.value != queue_url:
        case.not_yet(
            "not-the-url", got=result.value, expected=queue_url, why="The caller goes on with the URL of this queue."
        )
    if waited >= 10 and not may_wait:  # a second after creating is what AWS asks for
        case.not_yet(
            "waited-for-nothing",
            got=case.said(f"Your code waited for {waited:g} s."),
            expected="a wait only where the name was deleted a moment ago",
            why="Only the name of a queue that was deleted less than 60 seconds ago cannot be used at once. SQS says "
            "so itself: QueueDeletedRecently.",
        )
    return queue_url


def _meanwhile(case, name):
    """Have somebody change what nobody declares when the answer sets attributes; return what was changed."""
    meanwhile = {}

    def change():
        if name in _names(case, name):  # an answer may set attributes of another queue
            meanwhile["MaximumMessageSize"] = str(case.draw.randrange(2_000, 9_000))
            url = case.sqs.get_queue_url(QueueName=name)["QueueUrl"]
            case.sqs.set_queue_attributes(QueueUrl=url, Attributes=meanwhile)

    case.during("SetQueueAttributes", change)
    return meanwhile


def _settings_of(case, name):
    """Return the settings of the queue with this name; none where there is no such queue."""
    if name not in _names(case, name):
        return {}
    return shop.settings(case, case.sqs.get_queue_url(QueueName=name)["QueueUrl"])


def _explain_ensure_error(case, error):
    """Say which state the answer was not ready for."""
    recently = (
        "A name is free 60 seconds after its queue was deleted. Until then creating is refused: wait, and create."
    )
    fifo = 'Only a queue that is created with the attribute FifoQueue="true" has a name that ends with .fifo.'
    empty = "Nothing was declared, so there is nothing to send: SQS and boto3 refuse a call without its tags or keys."
    shop.explain(case, error, "the queue as declared", [
        ("number-as-attribute", "ParamValidationError", "<class 'int'>",
         "Attributes are strings, numbers too: str(...) makes one of it."),
        ("created-again", "QueueAlreadyExists", "",
         "create_queue never changes a queue that is there: with other attributes or tags it is refused. "
         "set_queue_attributes, tag_queue and untag_queue change it."),
        ("deleted-recently", "AWS.SimpleQueueService.QueueDeletedRecently", "", recently),
        ("no-tags-key", "KeyError", "Tags", "A queue without tags answers without the key Tags."),
        ("nothing-for-empty", "TypeError", "NoneType",
         "What is empty is left out of a response: .get then needs a default, {} or []."),
        ("nothing-for-empty-attribute", "AttributeError", "NoneType",
         "What is empty is left out of a response: .get then needs a default."),
        ("code-as-class", "AttributeError", "QueueAlreadyExists",
         "That is the error's code. Its class is QueueNameExists."),
        ("fifo-attribute-on-standard", "InvalidAttributeName", "FifoQueue",
         "A standard queue does not know the attribute FifoQueue, not even as false."),
        ("truth-as-attribute", "ParamValidationError", "<class 'bool'>", 'Attributes are strings: "true", not True.'),
        ("queue-missing", "AWS.SimpleQueueService.NonExistentQueue", "", "There is no such queue just now: create it."),
        ("fifo-without-suffix", "InvalidParameterValue", "must end with .fifo", fifo),
        ("suffix-without-fifo", "InvalidParameterValue", "alphanumeric", fifo),
        ("nothing-to-send", "InvalidParameterValue", "Tag keys", empty),
        ("nothing-to-send", "MissingParameter", "Tags", empty),
    ])  # fmt: skip


def _expect_messages(case, queue_url, waiting):
    """All messages that were in the queue still are."""
    found = set(shop.visible(case, queue_url))
    case.clock.advance(shop.LEASE)  # no longer: the queue may keep messages for a day only
    found |= set(shop.visible(case, queue_url))
    case.clock.advance(shop.LEASE)
    if lost := len(waiting - found):
        case.not_yet(
            "messages-lost",
            got=case.said(f"{lost} of the {len(waiting)} orders in the queue are lost."),
            expected="all orders still wait",
            why="Deleting a queue deletes what is in it, and a purge does too. A queue that is there can be changed "
            "where it stands.",
        )


def _expect_attributes(case, wanted, settings, declared):
    """What was declared is set, and what was not declared is as before."""
    for name, value in wanted.items():
        if settings.get(name) == value:
            continue
        reason = "attribute-not-set"
        why = "set_queue_attributes changes a queue that is there; creating again does not."
        if name not in declared:
            reason = "undeclared-attribute-changed"
            why = "It was not declared, so it stays as it is: set only what is declared, and never start from defaults."
        case.not_yet(reason, got=case.said(f"{name} is {settings.get(name)}."), expected=f"{name} is {value}", why=why)


def _expect_tags(case, found, wanted):
    """The queue has the declared tags and no others."""
    if found == wanted:
        return
    reason, why = "tag-not-set", "tag_queue adds and overwrites; untag_queue takes away what it is given."
    if set(found) - set(wanted):
        reason = "undeclared-tag-left"
        why = "tag_queue only adds. A tag that nobody declared stays until untag_queue takes it away, by its key."
    case.not_yet(reason, got=case.said(f"The queue's tags are {found}."), expected=f"its tags are {wanted}", why=why)
