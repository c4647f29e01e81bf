"""The checks of lesson 02. Each gets a helpers.checks.case.Case and calls `case.not_yet(...)` at the first fault."""

import json
from collections.abc import Iterator
from contextlib import contextmanager

from botocore import exceptions

from helpers.checks.lessons import shop

LONGEST = 43_200  # seconds of a visibility timeout
MOST_TAGS = 50  # of a queue that AWS recommends
A_FEW = 5  # tags that a message quotes
A_PAGE = 1000  # queues that one response of ListQueues can hold
FEWER_THAN = 50  # queues that the shop has in 02.4
STRINGS = "SQS's attributes are strings. Convert the value with int(...) before you calculate with it."
TO_STRING = "SQS's attributes are strings, even those that hold a number. Convert the number with str(...)."
READS = "GetQueueUrl", "ListQueues", "GetQueueAttributes", "ListQueueTags"
WRITES = "CreateQueue", "SetQueueAttributes", "TagQueue", "UntagQueue"
MOST_TRIES = 5  # of boto3 for one call, unless it's configured to try more often
LEFT_OUT = "A response leaves out what's empty, so .get(...) without a default returns None."
DENIED = "AccessDenied", "User is not authorized to perform this action on this resource.", 403
RETRIED = [  # refusals of any request, with the status, after which boto3 tries again
    ("RequestThrottled", "Rate exceeded", 400),
    ("ThrottlingException", "Rate exceeded", 400),
    ("InternalError", "We encountered an internal error. Please try again.", 500),
    ("ServiceUnavailable", "The request failed due to a temporary failure of the server.", 503),
]
REFUSALS = [
    *RETRIED,
    DENIED,
    ("NotAuthorized", "You do not have permission to perform this action.", 400),
    ("IncompleteSignature", "The request signature does not conform to AWS standards.", 403),
    ("RequestExpired", "The request reached the service more than 15 minutes after its date stamp.", 400),
    ("ExpiredToken", "The security token included in the request is expired", 403),
    ("InvalidClientTokenId", "The security token included in the request is invalid.", 403),
    ("SignatureDoesNotMatch", "The request signature we calculated does not match the signature you provided.", 403),
    ("OptInRequired", "The AWS Access Key Id needs a subscription for the service", 403),
    ("InvalidAddress", "The address https://sqs.us-east-1.amazonaws.com/ is not valid for this endpoint.", 404),
    ("InvalidSecurity", "The request was not made over HTTPS or did not use SigV4 for signing.", 403),
]
BROKEN = ["EndpointConnectionError", "ConnectTimeoutError", "ReadTimeoutError", "ConnectionClosedError"]
TOWNS = ["bath", "derby", "york", "leeds", "truro", "wells"]


def _names(case, prefix=""):
    """Return the names of the shop's queues with this prefix; at most 1,000."""
    return [_name(url) for url in case.sqs.list_queues(QueueNamePrefix=prefix).get("QueueUrls", [])]


def _name(queue_url):
    return queue_url.rsplit("/", 1)[-1]


def _url(case, name):
    return case.sqs.get_queue_url(QueueName=name)["QueueUrl"]


def _tags(case, queue_url):
    return case.sqs.list_queue_tags(QueueUrl=queue_url).get("Tags", {})


def _messages(case, queue_url):
    """Return the queue's messages by their ids, each with its body and how often it was received."""
    return {key: (one["body"], one["receives"]) for key, one in shop.messages_in(case, queue_url).items()}


def _everything(case, prefix=""):
    """Return all queues with this prefix by their names: each one's attributes, tags and messages."""
    urls = case.sqs.list_queues(QueueNamePrefix=prefix).get("QueueUrls", [])
    return {_name(url): (shop.settings(case, url), _tags(case, url), _messages(case, url)) for url in urls}


def _fill(case, queue_url, visible, in_flight, delayed=0):
    """Send this many messages, and bring them into these states."""

    def send(count, **more):
        for number in range(count):
            if queue_url.endswith(".fifo"):
                more = {"MessageGroupId": f"shopper-{number}", "MessageDeduplicationId": case.name("order")}
            case.sqs.send_message(QueueUrl=queue_url, MessageBody="order", **more)

    send(in_flight)
    for _ in range(0, in_flight, 10):
        case.sqs.receive_message(QueueUrl=queue_url, MaxNumberOfMessages=10, VisibilityTimeout=LONGEST)
    send(visible)
    send(delayed, DelaySeconds=900)


def _change_everything(case, queue_url, dead_letters, but=()):
    """Give the queue other attributes, as another program could, and return them. but: attributes that stay."""
    number = case.draw.randrange(1, 9)
    kind = ".fifo" if queue_url.endswith(".fifo") else ""
    dead_letters_arn = case.queue_arn(_url(case, dead_letters + kind))
    foreign = {
        "Sid": f"branch {number}",
        "Effect": "Allow",
        "Principal": {"AWS": f"arn:aws:iam::{case.draw.randrange(10**11, 10**12)}:root"},
        "Action": "sqs:SendMessage",
        "Resource": case.queue_arn(queue_url),
    }
    attributes = {
        "DelaySeconds": str(number),
        "MaximumMessageSize": str(case.draw.randrange(2_000, 9_000)),
        "MessageRetentionPeriod": str(case.draw.randrange(90_000, 99_000)),
        "Policy": json.dumps({"Version": "2012-10-17", "Statement": foreign}),
        "ReceiveMessageWaitTimeSeconds": str(number),
        "RedrivePolicy": json.dumps({"maxReceiveCount": number, "deadLetterTargetArn": dead_letters_arn}),
        "RedriveAllowPolicy": json.dumps({"redrivePermission": "denyAll"}),
        "KmsMasterKeyId": f"alias/branch-{number}",
        "KmsDataKeyReusePeriodSeconds": str(number * 100),
    }
    if kind:
        attributes |= {"ContentBasedDeduplication": "true", "DeduplicationScope": "messageGroup"}
        attributes |= {"FifoThroughputLimit": "perMessageGroupId"}
    attributes = {name: value for name, value in attributes.items() if name not in but}
    case.sqs.set_queue_attributes(QueueUrl=queue_url, Attributes=attributes)
    told = shop.settings(case, queue_url)
    return {name: told[name] for name in (*attributes, "SqsManagedSseEnabled")}  # a KMS key turns that off


def _dead_letters(case):
    """Create a dead-letter queue of each kind, and return their name without the suffix."""
    name = case.name("dead-letters")
    case.sqs.create_queue(QueueName=name)
    case.sqs.create_queue(QueueName=f"{name}.fifo", Attributes={"FifoQueue": "true"})
    return name


@contextmanager
def _failing(case, error, *operations) -> Iterator[None]:
    """Have each of the answer's calls of these operations, or of any, end with an error: a refusal or a network's."""

    def fail(operation):
        if isinstance(error, tuple):
            raise shop.Refused(*error)
        raise getattr(exceptions, error)(endpoint_url="https://sqs.us-east-1.amazonaws.com/")

    over = shop.before_each(case, operations or (*READS, *WRITES), fail)
    try:
        yield
    finally:
        over()


@contextmanager
def _refused(case, operation, after=0, calls=4) -> Iterator[str]:
    """Have SQS refuse the answer's next calls of this operation, with boto3's retries; after so many that it may.

    Yields the error's code.
    """
    error, met = case.draw.choice(REFUSALS), []
    tries = calls * (MOST_TRIES if error in RETRIED else 1)

    def refuse(_):
        met.append(1)
        if after < len(met) <= after + tries:
            raise shop.Refused(*error)

    over = shop.before_each(case, [operation], refuse)
    try:
        yield error[0]
    finally:
        over()


def _expect_error_or(case, operation, code, wanted, found, expected):
    """An answer that went on after this operation was refused has done what it should nevertheless."""
    if found != wanted:
        case.not_yet(
            "error-hidden",
            did=f"{case.did}, while SQS refused {operation} with {code}",
            got=case.said(f"Your function raised no error. I saw {repr(found)[:200]}."),
            expected=f"the error, as boto3 raised it, or {expected}",
            why="A failed call tells you nothing and changes nothing. Let its error reach the caller, or try again.",
        )


# --- 02.1 ------------------------------------------------------------------------------------------------------------


def find_queue(case):
    """Queues that are there, and some that aren't, among look-alikes; later changes; and a service with a fault."""
    there, missing, unasked = (case.name(stem) for stem in case.draw.sample(shop.GOODS, 3))
    fifo = f"{there}.fifo"
    for name in [fifo, f"{missing}.fifo"]:
        case.sqs.create_queue(QueueName=name, Attributes={"FifoQueue": "true"})
    look_alikes = [f"{missing}-room", f"old-{missing}", f"{missing}-{missing}", missing.upper(), missing[:-1]]
    for name in [f"{there}-room", there, *look_alikes, unasked]:
        case.sqs.create_queue(QueueName=name)
    _expect_url(case, there)
    _expect_url(case, fifo)
    _expect_missing(case, missing)
    _expect_missing(case, f"{unasked}.fifo")
    _expect_missing(case, case.name("nothing"))
    case.sqs.create_queue(QueueName=missing)
    _expect_url(case, missing, "after this queue was created")
    case.sqs.delete_queue(QueueUrl=_url(case, there))
    _expect_missing(case, there, "after this queue was deleted")
    for error in shop.shuffled(case, [*REFUSALS, *BROKEN]):
        with _failing(case, error):
            result = case.attempt(name=case.draw.choice([unasked, there]))
        code = error if isinstance(error, str) else error[0]
        _expect_outage(case, result, code, f"every call ends with {code}")
    for error in (DENIED, case.draw.choice(REFUSALS)):
        made = len(case.calls)
        with _failing(case, error, "GetQueueUrl"):
            result = case.attempt(name=unasked)
        if shop.of(case.calls[made:], "GetQueueUrl"):  # a list is another way to know
            why = f"Your GetQueueUrl ended with {error[0]}. That doesn't mean that the queue is missing."
            _expect_outage(case, result, error[0], f"every GetQueueUrl ends with {error[0]}", why)
    many = case.name(case.draw.choice(shop.GOODS))
    case.queues([*(f"{many}-{number}" for number in range(A_PAGE)), many])
    _expect_url(case, many, f"with this queue and {A_PAGE:,} others whose names start with its name")


def _expect_url(case, name, since=""):
    """The URL of the queue that's there."""
    url, before = _url(case, name), len(case.calls)
    returned = case.run(name=name)
    if returned == url:
        return
    did = f"{case.did}, {since or 'with a queue of this name'}"
    reason, why = "not-the-url", "get_queue_url returns the QueueUrl of the queue with this name."
    if since and len(case.calls) == before:
        reason, why = _remembered()
    elif returned is None:
        reason, why = "none-for-a-queue", "The queue exists, so the caller needs its URL."
        if shop.of(case.calls[before:], "ListQueues"):
            why += f" One response of ListQueues holds at most {A_PAGE:,} queues. GetQueueUrl looks for a single one."
    elif isinstance(returned, dict):
        reason, why = "whole-response", "That's a dictionary. The caller needs the string under its key QueueUrl."
    elif isinstance(returned, str) and returned.startswith("https://") and _name(returned) in _names(case):
        reason, why = _other_queue(_name(returned), name)
    case.not_yet(reason, did=did, got=returned, expected=url, why=why)


def _remembered():
    return "remembered-answer", "Your function didn't call SQS this time. Queues come and go, so ask SQS every time."


def _other_queue(found, name):
    """Return the refusal of a queue whose name isn't the one that was asked for."""
    if found.startswith(name):
        return "longer-name", f"That's the queue {found}, whose name only starts with {name}."
    return "other-queue", f"That's the queue {found}. The name has to match exactly, capital letters included."


def _expect_missing(case, name, since=""):
    """None for a queue that isn't there; and it isn't there afterwards either."""
    before, made = _names(case), len(case.calls)
    result = case.attempt(name=name)
    did = f"{case.did}, {since or 'with no queue of this name'}"
    if any(call.error_code is None for call in shop.of(case.calls[made:], "CreateQueue")):
        case.not_yet(
            "queue-created",
            did=did,
            got=case.said("Your function created a queue."),
            expected="None, and no new queue",
            why="create_queue creates the queue if it doesn't exist. To find out whether it exists, use get_queue_url.",
        )
    if result.error and result.error.code.endswith("NonExistentQueue"):
        case.not_yet(
            "error-not-caught",
            did=did,
            got=case.said(f"{result.error.type} was raised, by your line {result.error.line!r}."),
            expected="None",
            why="That error means that there's no such queue. Catch it by its class, sqs.exceptions.QueueDoesNotExist. "
            "Its code has an older name, AWS.SimpleQueueService.NonExistentQueue.",
        )
    if result.error:
        case.did = did
        whys = [("no-urls-key", "KeyError", "QueueUrls", "If no queue matches, the response has no key QueueUrls.")]
        shop.explain(case, result.error, "None", whys)
    if result.value is None:
        return
    reason, why = "not-none", "There's no such queue, so return None."
    if since and len(case.calls) == made:
        reason, why = _remembered()
    elif isinstance(result.value, str) and "://" in result.value:
        reason, why = "no-such-url", "No queue has this URL. A URL that looks right doesn't mean that the queue exists."
        if _name(result.value) in before:
            reason, why = _other_queue(_name(result.value), name)
    case.not_yet(reason, did=did, got=result.value, expected="None", why=why)


def _expect_outage(case, result, code, trouble, why=""):
    """The error of a service that can't answer goes on to the caller."""
    did = f"{case.did}, while {trouble}"
    expected = "the error, as boto3 raised it"
    if result.error is None:
        reason, hidden = (
            "outage-hidden",
            "Your function couldn't find out whether the queue exists. So the caller needs the error.",
        )
        if result.value is None:
            reason, hidden = "outage-as-missing", "None means that there's no such queue. SQS never said that."
        why = why or hidden
        case.not_yet(reason, did=did, got=result.value, expected=expected, why=why)
    said = case.calls[-1].exchanges[-1].parsed.get("Error", {}).get("Message", "") if result.error.code else ""
    its_type = result.error.type in ("ClientError", code) and code in (result.error.code, result.error.type)
    if not its_type or said not in result.error.message:
        case.not_yet(
            "error-replaced",
            did=did,
            got=case.said(f"{result.error.type}: {result.error.message}"),
            expected=expected,
            why="That isn't the error that boto3 raised. Catch only the error that means there's no such queue, and "
            "let every other one reach the caller.",
        )


# --- 02.2 ------------------------------------------------------------------------------------------------------------


def queue_names(case):
    """A town with a few queues, and later others; one without any; and one with exactly a page, two, and more."""
    few, none, many = (case.name(town) for town in case.draw.sample(TOWNS, 3))
    for name in (f"new-{few}-orders", f"{few.upper()}-orders", few[:-1]):
        case.sqs.create_queue(QueueName=name)
    a_few = ["", "room", "-tills", "-returns-9", "-returns-10", "-gifts", "-Photos", "_mail"]
    names = [few + ending for ending in a_few]
    _create(case, names)
    _expect_names(case, few, names)
    _expect_names(case, none, [])
    case.sqs.create_queue(QueueName=f"{few}-returns.fifo", Attributes={"FifoQueue": "true"})
    case.sqs.delete_queue(QueueUrl=_url(case, names[-1]))
    names[-1] = f"{few}-returns.fifo"
    _expect_names(case, few, names)
    with _refused(case, "ListQueues") as code:
        result = case.attempt(prefix=few)
    if not result.error:
        _expect_error_or(case, "ListQueues", code, sorted(names), result.value, "all names")
    numbered = [f"{many}-{number:04}" for number in range(2 * A_PAGE)]
    others = [f"{many}new-{number}" for number in range(case.draw.randrange(1, 30))]
    _create(case, numbered[:A_PAGE] + others)
    _expect_names(case, f"{many}-", numbered[:A_PAGE])
    _expect_names(case, many, numbered[:A_PAGE] + others)
    with _refused(case, "ListQueues", after=1) as code:
        result = case.attempt(prefix=many)
    if not result.error:
        names = sorted(numbered[:A_PAGE] + others)
        _expect_error_or(case, "a later call of ListQueues", code, names, result.value, "all names")
    _create(case, numbered[A_PAGE:])
    made = len(case.calls)
    _expect_names(case, f"{many}-", numbered)
    pages = len(case.calls) - made
    if pages < case.most_calls / 3:  # tiny pages are slow, but not wrong, and a run has so many calls
        more = [f"{many}-{number}" for number in range(10_000, 11_000 + case.draw.randrange(200))]
        _create(case, more)
        others += more
    _expect_names(case, many, numbered + others)
    with _refused(case, "ListQueues", after=2) as code:
        result = case.attempt(prefix=many)
    if not result.error:
        names = sorted(numbered + others)
        _expect_error_or(case, "a later call of ListQueues", code, names, result.value, "all names")


def _create(case, names):
    case.queues(shop.shuffled(case, names))


def _expect_names(case, prefix, wanted):
    """The answer returns these names in the order of `sorted`."""
    names, before = sorted(wanted), len(case.calls)
    result = case.attempt(prefix=prefix)
    did = f"{case.did}, with {f'{len(names):,}' if names else 'no'} queues of this prefix"
    expected = f"{len(names):,} names, in the sequence that sorted() gives" if names else "an empty list"
    if result.error:
        case.did = did
        no_urls = "If no queue matches, the response has no key QueueUrls at all."
        none_found = f"{no_urls} A .get without a default then returns None."
        shop.explain(case, result.error, expected, [
            ("no-urls-key", "KeyError", "QueueUrls", no_urls),
            ("nothing-for-empty", "TypeError", "NoneType", none_found),
            ("nothing-for-empty", "AttributeError", "NoneType", none_found),
            ("no-next-token", "KeyError", "NextToken",
             "A response has a NextToken only if there are more queues. The last page has none, even if it's full."),
        ])  # fmt: skip
    if result.value == names:
        return
    reason, why = _why_not_names(result.value, names, prefix, case.calls[before:])
    case.not_yet(reason, did=did, got=result.value, wanted=names, expected=expected, why=why)


def _why_not_names(returned, names, prefix, calls):
    """Return why these aren't the names."""
    if not isinstance(returned, list):
        return "no-list", "Return a list, and an empty one if there's nothing to list."
    if any(isinstance(name, str) and "://" in name for name in returned):
        return "urls-returned", "These are URLs. A queue's name is the last part of its URL."
    if sorted(map(str, returned)) == names:
        return "not-sorted", "SQS lists queues in no particular sequence. Sort all the names, as `sorted(names)` does."
    if any(not str(name).startswith(prefix) for name in returned):
        return "other-prefix", f"Some of these names don't start with exactly {prefix!r}."
    if not calls:
        return _remembered()
    if unknown := {str(name) for name in returned} - set(names):
        return "no-such-names", f"There's no queue with the name {min(unknown)!r}. Return each name as it is."
    if len(set(map(str, returned))) < len(returned):
        return "names-twice", "Some names are in your list more than once. Each queue belongs in it once."
    listed = {_name(url) for call in calls for url in (call.response or {}).get("QueueUrls", [])}
    missing = set(names) - set(returned)
    if missing & listed or len(names) < A_PAGE:
        return "names-missing", f"{min(missing)} starts with {prefix!r}, too, and isn't in your list."
    return (
        "pages-missing",
        f"SQS never listed {len(missing):,} of the queues. One response holds at most 1,000, and it has a "
        "NextToken only if MaxResults was given, as a paginator does if it has a PageSize. Follow every NextToken.",
    )


# --- 02.3 ------------------------------------------------------------------------------------------------------------


def lengthen_lease(case):
    """Queues with different settings, one of them twice; and sums below the limit, at it and beyond it."""
    dead_letters = _dead_letters(case)
    kept = case.draw.randrange(40, 90)
    one = _furnished(case, kept)
    _expect_timeout(case, dead_letters, one, 60 + case.draw.randrange(30))
    _expect_timeout(case, dead_letters, one, 7)
    _expect_timeout(case, dead_letters, case.queue(), 1)
    _expect_timeout(case, dead_letters, _furnished(case, 0), 1)
    _expect_timeout(case, dead_letters, _furnished(case, kept, ".fifo"), 45)
    near = LONGEST - case.draw.randrange(100, 200)
    for timeout, seconds in (
        (near, LONGEST - near),
        (near, LONGEST - near + 1),
        (LONGEST, 600),
        (0, LONGEST),
        (30, 10**6),
    ):
        queue_url = _furnished(case, timeout)
        _expect_timeout(case, dead_letters, queue_url, seconds)
        case.sqs.delete_queue(QueueUrl=queue_url)  # the fewer, the sooner they're compared
    for operation, calls in (("GetQueueAttributes", 4), ("SetQueueAttributes", 4), ("SetQueueAttributes", 1)):
        queue_url = _furnished(case, kept)
        with _refused(case, operation, calls=calls) as code:
            result = case.attempt(queue_url=queue_url, seconds=7)
        if not result.error:
            wanted = {"returned": kept + 7, "set": str(kept + 7)}
            found = {"returned": result.value, "set": shop.settings(case, queue_url)["VisibilityTimeout"]}
            _expect_error_or(case, operation, code, wanted, found, str(wanted))


def _furnished(case, timeout, suffix=""):
    """Return the URL of a queue with settings, tags and messages in it."""
    attributes = {"VisibilityTimeout": timeout, "DelaySeconds": 0, "MessageRetentionPeriod": 86_400 + timeout}
    queue_url = case.sqs.create_queue(
        QueueName=case.name("packing") + suffix,
        Attributes={name: str(value) for name, value in attributes.items()} | ({"FifoQueue": "true"} if suffix else {}),
        tags={"team": "packing"},
    )["QueueUrl"]
    _fill(case, queue_url, 2, 1, 0 if suffix else 1)
    return queue_url


def _expect_timeout(case, dead_letters, queue_url, seconds):
    """The visibility timeout is longer. Nothing else has changed, except for what somebody else changed meanwhile."""
    before, name = _everything(case), _name(queue_url)
    settings, tags, messages = before.pop(name)
    had = int(settings["VisibilityTimeout"])
    wanted = min(had + seconds, LONGEST)
    meanwhile = {}

    def change():
        meanwhile.update(_change_everything(case, queue_url, dead_letters))

    case.during("SetQueueAttributes", change)
    result = case.attempt(queue_url=queue_url, seconds=seconds)
    case.did += f" for a queue with a visibility timeout of {had} s"
    if result.error:
        _explain_timeout_error(case, result.error, wanted)
    after = _everything(case)
    found, *inside = after.pop(name, ({}, {}, {}))
    if not found:
        case.not_yet(
            "queue-gone",
            got=case.said("The queue doesn't exist any more."),
            expected="the queue, with everything that was in it",
            why="A queue that exists can be changed in place, with set_queue_attributes.",
        )
    _expect_new_timeout(case, found["VisibilityTimeout"], had, seconds, wanted)
    _expect_rest_untouched(case, settings | meanwhile | {"VisibilityTimeout": str(wanted)}, found, meanwhile)
    if inside != [tags, messages] or after != before:
        touched = "the queue's messages or tags" if after == before else "another queue"
        case.not_yet(
            "queue-touched",
            got=case.said(f"Your function changed {touched}."),
            expected="the same as before, except for the visibility timeout",
            why="It's enough to read the timeout and to set it. Neither changes any message, tag or other queue.",
        )
    if result.value != wanted or type(result.value) is not int:
        reason, why = "not-the-timeout", "Return the queue's new visibility timeout, as an int."
        if result.value == str(wanted):
            reason, why = "text-returned", "That's a string. The caller calculates with it, so return an int."
        case.not_yet(reason, got=result.value, expected=str(wanted), why=why)


def _explain_timeout_error(case, error, wanted):
    """Say why SQS, boto3 or Python refused."""
    shop.explain(case, error, f"a visibility timeout of {wanted:,} s", [
        ("number-as-attribute", "ParamValidationError", "<class 'int'>", TO_STRING),
        ("text-and-number", "TypeError", "can only concatenate str", STRINGS),
        ("text-and-number", "TypeError", "'str' and 'int'", STRINGS),
        ("text-and-number", "TypeError", "'int' and 'str'", STRINGS),
        ("timeout-too-long", "InvalidAttributeValue", "VisibilityTimeout",
         f"A visibility timeout is a whole number from 0 to {LONGEST:,} seconds (twelve hours), written as a string. "
         "If the sum is more, the queue gets the longest one."),
        ("attributes-not-asked-for", "KeyError", "Attributes",
         "Without AttributeNames the response has no Attributes."),
        *(("read-only-attribute", "InvalidAttributeName", name,
           "Counters, times and the ARN of a queue can be read, but not set. Name only what you change.")
          for name in ("Approximate", "CreatedTimestamp", "LastModifiedTimestamp", "QueueArn")),
    ])  # fmt: skip


def _expect_new_timeout(case, found, had, seconds, wanted):
    """The queue's visibility timeout is the wanted one."""
    if found == str(wanted):
        return
    reason = "timeout-not-set"
    why = (
        f"{had} + {seconds} is {had + seconds}. set_queue_attributes sets the VisibilityTimeout of all later receives."
    )
    if found == str(seconds) and had:
        reason = "timeout-replaced"
        why = f"SQS replaces the old value with the one you set, so set the sum: {had} + {seconds}."
    elif found == f"{had}{seconds}":
        reason = "texts-joined"
        why = f'Joined as strings, "{had}" and "{seconds}" are "{found}". Make ints of them to add them.'
    elif wanted == LONGEST:
        reason = "limit-not-set"
        why = f"The sum is {had + seconds:,} s. SQS allows up to {LONGEST:,} s (twelve hours), so that's what you set."
    case.not_yet(
        reason, got=case.said(f"The queue's visibility timeout is {found} s."), expected=f"{wanted} s", why=why
    )


def _expect_rest_untouched(case, wanted, settings, meanwhile):
    """All other settings are as they were, or as somebody else has set them meanwhile."""
    for name in wanted | settings:
        if settings.get(name) == wanted.get(name):
            continue
        since, why = "as before", "set_queue_attributes leaves alone what you don't name."
        if name in meanwhile:
            since = "as another program set it while your function ran"
            why += " If you write back what you read earlier, you overwrite what somebody else has changed since."
        case.not_yet(
            "other-setting-changed",
            got=case.said(f"{name} is {settings.get(name, 'not set')}."),
            expected=f"{name} is {wanted.get(name, 'not set')}, {since}",
            why=why,
        )


# --- 02.4 ------------------------------------------------------------------------------------------------------------


def backlog(case):
    """Queues of two teams and of nobody, in all states; a team without any; an account without any, and with many."""
    team, other = case.draw.sample(["packing", "billing", "returns", "photos"], 2)
    look_alikes = [
        {"team": team.upper()},
        {"team": f" {team}"},
        {"team": f"{team} "},
        {"Team": team},
        {"owner": team},
        {"team": other, "note": team},
        {},
    ]
    ours = [(3, 2, 1), (0, 1, 2), (0, 0, 0), (11, 0, 0), (0, 12, 0), (0, 0, 3)]
    furniture = [
        *((tags, (1, 1, 1)) for tags in look_alikes),
        *(({"stage": "test", "team": team}, fill) for fill in ours),
    ]
    case.draw.shuffle(furniture)
    fills = {}
    for tags, fill in [({"note": "first"}, (0, 0, 1)), ({}, (1, 0, 0)), *furniture]:
        stem = case.draw.choice([team, other, "orders"]) if fills else team  # one that isn't the team's has its name
        _furnish(case, case.queue(stem), tags, fill, fills)
    for suffix in ("", ".fifo"):
        kind = {"FifoQueue": "true"} if suffix else {}
        queue_url = case.sqs.create_queue(QueueName=f"{team}-twin{suffix}", Attributes=kind)["QueueUrl"]
        _furnish(case, queue_url, {"team": team}, (4, 3, 0) if suffix else (2, 0, 0), fills)
    before = _everything(case)
    _expect_backlog(case, team, _of_team(fills, team), before)
    _delete_all(case)
    _expect_backlog(case, team, {}, {})
    queue_url = case.queue()
    _furnish(case, queue_url, {"team": team}, (1, 1, 1), {})
    for operation in ("ListQueues", "ListQueueTags", "GetQueueAttributes"):
        with _refused(case, operation) as code:
            result = case.attempt(team=team)
        if not result.error:
            wanted = {_name(queue_url): 3}
            _expect_error_or(case, operation, code, wanted, result.value, str(wanted))
    case.sqs.tag_queue(QueueUrl=queue_url, Tags={"team": other})
    _expect_backlog(case, team, {}, _everything(case))
    _delete_all(case)
    fills = {}
    for number in range(FEWER_THAN - 1):
        _furnish(case, case.queue(), {"team": case.draw.choice([team, other])}, (number % 3, number % 2, 0), fills)
    _expect_backlog(case, team, _of_team(fills, team), _everything(case))


def _of_team(fills, team):
    """Return how many messages are in which state, by the names of this team's queues."""
    return {name: fill for name, (tags, fill) in fills.items() if tags.get("team") == team}


def _delete_all(case):
    for name in _names(case):
        case.sqs.delete_queue(QueueUrl=_url(case, name))


def _furnish(case, queue_url, tags, fill, fills):
    """Give the queue tags and messages, and note both under its name."""
    if tags:
        case.sqs.tag_queue(QueueUrl=queue_url, Tags=tags)
    _fill(case, queue_url, *fill)
    fills[_name(queue_url)] = tags, fill


def _expect_backlog(case, team, fills, before):
    """The team's queues with the number of messages in each, and every queue as it was before."""
    started, made = case.clock.now(), len(case.calls)
    result = case.attempt(team=team)
    if result.error:
        _explain_backlog_error(case, result.error)
    if (waited := shop.seconds_since(case, started)) >= 600:
        case.not_yet(
            "waited-for-states",
            got=case.said(f"Your function waited for {waited:,.0f} s."),
            expected="what's left now, at closing time",
            why="Messages that are in flight or delayed count, too, so there's nothing to wait for. Each state has its "
            "own counter.",
        )
    if _everything(case) != before:
        called = sorted(
            {call.operation for call in case.calls[made:] if not call.operation.startswith(("List", "Get"))}
        )
        why = "The queues' attributes and tags tell you everything that the report needs."
        if "ReceiveMessage" in called:
            why = "A receive hides messages, raises their receive count, and misses those in flight or delayed. " + why
        case.not_yet(
            "messages-touched",
            got=case.said(f"Queues or messages have changed. Your function called {', '.join(called) or 'nothing'}."),
            expected="a report that leaves every queue and every message as it is",
            why=why,
        )
    wanted = {name: sum(fill) for name, fill in fills.items()}
    if isinstance(result.value, dict) and set(result.value) == set(wanted):
        case.reach("found")
    if result.value != wanted or any(type(count) is not int for count in result.value.values()):
        reason, why = _why_not_backlog(case, team, result.value, fills)
        case.not_yet(reason, got=result.value, expected=str(wanted), why=why)


def _explain_backlog_error(case, error):
    """Say which key a response did not have."""
    shop.explain(case, error, "a dictionary with this team's queues", [
        ("no-urls-key", "KeyError", "QueueUrls", "If there are no queues, the response has no key QueueUrls."),
        ("no-tags-key", "KeyError", "'Tags'", "If a queue has no tags, the response has no key Tags."),
        ("no-team-tag", "KeyError", "'team'", 'Some queues have no tag "team".'),
        ("attributes-not-asked-for", "KeyError", "'Attributes'",
         "Without AttributeNames the response has no Attributes."),
        ("text-counters", "TypeError", "'int' and 'str'", STRINGS),
        ("nothing-for-empty", "AttributeError", "NoneType", LEFT_OUT),
        ("nothing-for-empty", "TypeError", "NoneType", LEFT_OUT),
    ])  # fmt: skip


def _why_not_backlog(case, team, returned, fills):
    """Return why this isn't the report. fills: how many messages are visible, in flight and delayed in each queue."""
    if not isinstance(returned, dict):
        return "no-dictionary", "Return a dictionary from a queue's name to an int, and {} if there are no queues."
    if any("://" in name for name in returned):
        return "urls-returned", "The keys are URLs. A queue's name is the last part of its URL."
    if unknown := sorted(set(returned) - set(_names(case))):
        return "unknown-queue", f"There's no queue with the name {unknown[0]!r}."
    if more := sorted(set(returned) - set(fills)):
        tags = _tags(case, _url(case, more[0]))
        return (
            "other-team",
            f"The tags of {more[0]} are {tags}. Only a tag with the key 'team' and the value {team!r} counts.",
        )
    if missing := sorted(set(fills) - set(returned)):
        empty = " Nothing is left in it, so its number is 0." * (not any(fills[missing[0]]))
        return "queue-missing", f"{missing[0]} has this team's tag, too.{empty}"
    odd = next(name for name, count in returned.items() if type(count) is not int or count != sum(fills[name]))
    if isinstance(returned[odd], str):
        return "texts-joined", f'{STRINGS} Added as strings, "2" + "1" is "21".'
    if type(returned[odd]) is not int:
        return "no-numbers", "The number of messages has to be an int."
    visible, in_flight, delayed = fills[odd]
    return (
        "states-missing",
        f"{odd} has {visible} visible messages, {in_flight} in flight and {delayed} delayed. Each state has its own "
        "counter, and ApproximateNumberOfMessages counts only the visible ones.",
    )


# --- 02.5 ------------------------------------------------------------------------------------------------------------


def ensure_queue(case):
    """A new queue; the same again; changed by hand; with nothing declared; deleted a moment ago; and a FIFO queue."""
    name, dead_letters = case.name("orders"), _dead_letters(case)
    for look_alike in (f"{name}-archive", name.upper()):
        case.sqs.create_queue(QueueName=look_alike, tags={"team": "archive"})
    shop.send(case, _url(case, f"{name}-archive"), shop.orders(case, 1))

    def expect(state, name, attributes, tags, may_wait=False):
        return _expect_ensured(case, dead_letters, state, name, attributes, tags, may_wait)

    attributes = {"VisibilityTimeout": case.draw.randrange(40, 90), "DelaySeconds": case.draw.randrange(1, 9)}
    tags = {"team": case.draw.choice(["packing", "billing"]), "stage": "production"}
    queue_url = expect("no queue of this name", name, attributes, tags)
    _fill(case, queue_url, 2, 1, 1)
    expect("the queue as it was declared", name, attributes, tags)
    case.reach("made")

    by_hand = {"VisibilityTimeout": "5"}
    _change_everything(case, queue_url, dead_letters)
    case.sqs.set_queue_attributes(QueueUrl=queue_url, Attributes=by_hand)
    many = {f"note-{number}": "mine" for number in range(case.draw.randrange(20, MOST_TAGS - 5))}
    case.sqs.tag_queue(QueueUrl=queue_url, Tags={"stage": "test", "Team": "mine", "owner": "me"} | many)
    expect("a queue that somebody changed by hand", name, attributes, tags)
    expect("another declared value", name, {"VisibilityTimeout": 0}, {"Team": "x y", "seen": ""} | many)
    extremes = {
        "VisibilityTimeout": LONGEST,
        "DelaySeconds": 0,
        "MaximumMessageSize": 1024,
        "MessageRetentionPeriod": 1_209_600,
        "ReceiveMessageWaitTimeSeconds": 20,
        "KmsDataKeyReusePeriodSeconds": 60,
    }
    expect("a declaration of extremes", name, extremes, tags)
    case.reach("changed")
    expect("an empty declaration", name, {}, {})
    expect("no queue, and nothing declared", case.name("fifo-mail"), {}, {})
    mail = f"{case.name('mail')}-fifo"
    mail_url = expect("no queue, and a name that ends with fifo but not with .fifo", mail, {}, tags)
    _change_everything(case, mail_url, dead_letters)
    case.sqs.tag_queue(QueueUrl=mail_url, Tags={"stage": "test"})
    expect("an empty queue that somebody changed by hand", mail, {}, tags)
    fifo = f"{name}.fifo"
    fifo_url = expect("no FIFO queue of this name", fifo, {"VisibilityTimeout": 120}, tags)
    _fill(case, fifo_url, 1, 1)
    _change_everything(case, fifo_url, dead_letters)
    expect("a FIFO queue that somebody changed by hand", fifo, {"VisibilityTimeout": 9}, {})

    for its_name, seconds in ((name, 0), (fifo, case.draw.randrange(1, 50))):
        case.sqs.delete_queue(QueueUrl=_url(case, its_name))
        case.clock.advance(seconds)
        state = f"a queue that was deleted {f'{seconds} seconds' if seconds else 'a moment'} ago"
        expect(state, its_name, attributes, tags, may_wait=True)

    for operation in shop.shuffled(case, [*READS, "SetQueueAttributes", "TagQueue", "UntagQueue"]):
        case.sqs.set_queue_attributes(QueueUrl=queue_url, Attributes={"DelaySeconds": "9"})
        case.sqs.tag_queue(QueueUrl=queue_url, Tags={"note": "mine", "stage": "test"})
        with _refused(case, operation) as code:
            result = case.attempt(name=name, attributes=attributes, tags=tags)
        if not result.error:
            wanted = {"DelaySeconds": str(attributes["DelaySeconds"]), "tags": tags}
            found = {"DelaySeconds": shop.settings(case, queue_url)["DelaySeconds"], "tags": _tags(case, queue_url)}
            _expect_error_or(case, operation, code, wanted, found, str(wanted))
    new = case.name("new")
    with _refused(case, "CreateQueue") as code:
        result = case.attempt(name=new, attributes={}, tags={})
    if not result.error:
        _expect_error_or(case, "CreateQueue", code, [new], _names(case, new), f"the queue {new}")
    _expect_an_end(case, case.name("new"))


def _expect_an_end(case, name):
    """An answer that may not create the queue doesn't try for ever."""
    try:
        with _failing(case, DENIED, "CreateQueue"):
            result = case.attempt(name=name, attributes={}, tags={})
    except shop.AnswerError as stopped:
        case.not_yet(
            "tries-for-ever",
            did=f"{stopped.did}, while SQS refuses every CreateQueue with {DENIED[0]}",
            got=case.said(stopped.message),
            expected="the error, as boto3 raised it",
            why="Trying again helps against QueueDeletedRecently. It doesn't help if you can't create queues at all.",
        )
    if not result.error:
        _expect_error_or(case, "every CreateQueue", DENIED[0], [name], _names(case, name), f"the queue {name}")


def _expect_ensured(case, dead_letters, state, name, attributes, tags, may_wait):
    """The queue is as declared; what wasn't declared, and what's in it, is as before. Return its URL."""
    stem = name.removesuffix(".fifo")
    before = _everything(case, stem)
    new = name not in before
    had, _, waiting = before.pop(name, ({}, {}, {}))
    if new:
        had = shop.settings(case, _url(case, dead_letters + name.removeprefix(stem)))
    started, made = case.clock.now(), len(case.calls)
    meanwhile = {}

    def change():
        if not new and name in _names(case, name):
            meanwhile.update(_change_everything(case, _url(case, name), dead_letters, but=attributes))

    case.during("SetQueueAttributes", change)
    result = case.attempt(name=name, attributes=attributes, tags=tags)
    waited = shop.seconds_since(case, started)
    case.did += f" with {state}"
    if result.error:
        _explain_ensure_error(case, result.error)
    after = _everything(case, stem)
    if name not in after:
        why = "Create the queue if it doesn't exist. A queue's name has to match exactly."
        if isinstance(result.value, str) and _name(result.value) in after:
            why = f"You returned the URL of {_name(result.value)}. A queue's name has to match exactly."
        case.not_yet(
            "no-queue", got=case.said("There's no queue of this name."), expected="the queue as declared", why=why
        )
    queue_url = _url(case, name)
    settings, found_tags, messages = after.pop(name)
    _expect_messages(case, waiting, messages, {call.operation for call in case.calls[made:]})
    declared = {key: str(value) for key, value in attributes.items()}
    named = {
        key for call in shop.of(case.calls[made:], "SetQueueAttributes") for key in call.params.get("Attributes", {})
    }
    had = had | {"QueueArn": settings["QueueArn"]}
    _expect_attributes(case, had, meanwhile, declared, settings, new, named)
    _expect_tags(case, found_tags, tags)
    if after != before:
        odd = min(key for key in after.keys() | before.keys() if after.get(key) != before.get(key))
        case.not_yet(
            "other-queue-changed",
            got=case.said(f"The queue {odd} isn't as it was before."),
            expected=f"{name} as declared, and every other queue as it was",
            why="Names have to match exactly. A list by prefix also returns queues with longer names.",
        )
    if result.value != queue_url:
        case.not_yet("not-the-url", got=result.value, expected=queue_url, why="Return the URL of the queue.")
    if result.changed:
        case.not_yet(
            "dictionary-changed",
            got=case.said(f"Your function changed its argument {result.changed[0]}."),
            expected="both dictionaries as they were given",
            why="The next call gets the same dictionaries, so change a copy.",
        )
    if waited > 2 and not may_wait:  # a second after creating is what AWS asks for
        case.not_yet(
            "waited-for-nothing",
            got=case.said(f"Your function waited for {waited:.0f} s."),
            expected="a wait only if the queue was deleted a moment ago",
            why="The only name you can't use right away is that of a queue deleted less than 60 seconds ago, and then "
            "SQS raises QueueDeletedRecently.",
        )
    case.clock.advance(90)  # a queue can be purged once a minute
    return queue_url


def _explain_ensure_error(case, error):
    """Say which state the answer was not ready for."""
    recently = "SQS refuses to create a queue whose name was deleted less than 60 seconds ago. Wait, then create it."
    fifo = 'A queue whose name ends with .fifo has to be created with FifoQueue="true", and only such a queue.'
    shop.explain(case, error, "the queue as declared", [
        ("number-as-attribute", "ParamValidationError", "<class 'int'>", TO_STRING),
        ("created-again", "QueueAlreadyExists", "",
         "create_queue never changes a queue that exists, and refuses other attributes or tags. set_queue_attributes, "
         "tag_queue and untag_queue change it."),
        ("deleted-recently", "AWS.SimpleQueueService.QueueDeletedRecently", "", recently),
        ("no-tags-key", "KeyError", "'Tags'", "If a queue has no tags, the response has no key Tags."),
        ("nothing-for-empty", "TypeError", "NoneType", LEFT_OUT),
        ("nothing-for-empty", "AttributeError", "NoneType", LEFT_OUT),
        ("code-as-class", "AttributeError", "QueueAlreadyExists",
         "QueueAlreadyExists is the error's code. Its class is QueueNameExists."),
        ("fifo-attribute-on-standard", "InvalidAttributeName", "FifoQueue",
         "A standard queue doesn't have the attribute FifoQueue, not even as \"false\"."),
        ("truth-as-attribute", "ParamValidationError", "<class 'bool'>",
         'SQS\'s attributes are strings: "true", not True.'),
        ("queue-missing", "AWS.SimpleQueueService.NonExistentQueue", "",
         "There's no such queue right now. Create it."),
        ("fifo-without-suffix", "InvalidParameterValue", "must end with .fifo", fifo),
        ("suffix-without-fifo", "InvalidParameterValue", "alphanumeric", fifo),
        ("no-tag-to-remove", "InvalidParameterValue", "UntagQueue operation: Tag keys",
         "untag_queue needs at least one key. If no tag has to go, leave the call out."),
        ("no-attribute-to-set", "MissingParameter", "Attribute.Name",
         "set_queue_attributes needs at least one attribute. If none is declared, leave the call out."),
        ("no-tag-to-add", "MissingParameter", "Tags",
         "tag_queue needs at least one tag. If none is declared, leave the call out."),
    ])  # fmt: skip


def _expect_messages(case, waiting, found, called):
    """All messages that were in the queue still are, and no others. called: the operations that the answer called."""
    if lost := len(waiting.keys() - found.keys()):
        why = "A queue that exists can be changed in place."
        if called & {"DeleteQueue", "PurgeQueue"}:
            why = f"Deleting or purging a queue deletes its messages. {why}"
        elif called & {"SendMessage", "SendMessageBatch"}:
            why = f"A copy that you send is another message, with an id of its own. {why}"
        case.not_yet(
            "messages-lost",
            got=case.said(f"{lost} of the {len(waiting)} messages that were in the queue aren't there any more."),
            expected="every message still in the queue",
            why=why,
        )
    if found != waiting:
        more = len(found) - len(waiting)
        case.not_yet(
            "messages-touched",
            got=case.said(f"{more} more messages are in the queue." if more else "Messages have been received."),
            expected="the messages in the queue as they were, and no others",
            why="Neither sending nor receiving helps to bring a queue to its declared state.",
        )


def _expect_attributes(case, had, meanwhile, declared, settings, new, named):
    """What was declared is set. What wasn't is as before, or has SQS's default in a new queue.

    had: the attributes before, or the defaults. meanwhile: those that somebody else set. named: those that the answer
    set.
    """
    wanted = had | meanwhile | declared
    for name in wanted | settings:
        if settings.get(name) == wanted.get(name):
            continue
        found, value = (state.get(name, "not set") for state in (settings, wanted))
        expected = f"{name} is {value}" + ", as another program set it while your function ran" * (name in meanwhile)
        reason, why = "attribute-not-set", "It's declared, so the queue has to have this value."
        if name not in named and not new:
            why = f"No call of set_queue_attributes names {name}. Creating a queue that exists doesn't change it."
        if name not in declared:
            reason, why = "undeclared-attribute-changed", "It isn't declared, so it has to stay as it is."
            if name in named:
                why = f"Your call of set_queue_attributes names {name}, which isn't declared. Set only what's declared."
            elif new:
                reason, why = "not-the-default", "It isn't declared, so in a new queue it has SQS's default."
        case.not_yet(reason, got=case.said(f"{name} is {found}."), expected=expected, why=why)


def _expect_tags(case, found, wanted):
    """The queue has the declared tags and no others."""
    if found == wanted:
        return
    reason, why = "tag-not-set", "tag_queue adds tags and overwrites them. untag_queue removes those you name."
    if set(found) - set(wanted):
        reason = "undeclared-tag-left"
        why = "tag_queue only adds. A tag that isn't declared stays until you remove it with untag_queue, by its key."
    seen, expected = (_a_few(*tags) for tags in ((found, wanted), (wanted, found)))
    case.not_yet(reason, got=case.said(f"The queue's tags are {seen}."), expected=f"its tags are {expected}", why=why)


def _a_few(tags, others):
    """Return in words the tags of which the other dictionary knows nothing, then the rest: a few of them all."""
    different = {key: value for key, value in tags.items() if others.get(key) != value}
    first = dict(list((different | tags).items())[:A_FEW])
    return f"{first} and {len(tags) - len(first)} more" if len(tags) > len(first) else str(first)
