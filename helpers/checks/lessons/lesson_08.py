"""The checks of lesson 08. Each gets a helpers.checks.case.Case and calls `case.not_yet(...)` at the first fault."""

import builtins
import contextlib
import json
from collections import Counter
from itertools import groupby
from operator import ge, gt, le, lt

from helpers.checks.lessons import shop

FIFO = ".fifo"
TWO_WEEKS = 14 * 24 * 60 * 60


def _count(number, thing):
    """Return the number with its noun, as in "1 order" and "no orders"."""
    return f"{number or 'no'} {thing}{'s' * (number != 1)}"


def _name(queue_url):
    return queue_url.rpartition("/")[2]


def _create(case, name, **attributes):
    """Create a queue with this name, and return its URL. Values that aren't strings are made to JSON."""
    texts = {key: value if isinstance(value, str) else json.dumps(value) for key, value in attributes.items()}
    texts |= {"FifoQueue": "true"} if name.endswith(FIFO) else {}
    return case.sqs.create_queue(QueueName=name, Attributes=texts)["QueueUrl"]


def _set(case, queue_url, **attributes):
    """Set attributes of a queue. Values that aren't strings are made to JSON."""
    texts = {key: value if isinstance(value, str) else json.dumps(value) for key, value in attributes.items()}
    case.sqs.set_queue_attributes(QueueUrl=queue_url, Attributes=texts)


def _redrive(case, dead_url, receives):
    """Return a redrive policy."""
    return {"deadLetterTargetArn": case.queue_arn(dead_url), "maxReceiveCount": receives}


def _send(case, queue_url, body, group="", **attributes):
    """Send a message, to a FIFO queue with a group and a deduplication id of its own. Return its id."""
    more = {"MessageAttributes": attributes} if attributes else {}
    if queue_url.endswith(FIFO):
        more |= {"MessageGroupId": group or "g", "MessageDeduplicationId": case.name("send")}
    return case.sqs.send_message(QueueUrl=queue_url, MessageBody=body, **more)["MessageId"]


def _fail(case, queue_url, receives):
    """Receive what's in the queue and give it back at once, so often."""
    for _ in range(receives):
        case.sqs.receive_message(QueueUrl=queue_url, MaxNumberOfMessages=10, VisibilityTimeout=0)


def _settings(case, queue_url):
    """Return the queue's attributes and tags."""
    return shop.settings(case, queue_url) | {"tags": case.sqs.list_queue_tags(QueueUrl=queue_url).get("Tags", {})}


def _messages(case, queue_url):
    """Return the messages in the queue by their ids, with what receiving would change."""
    found = shop.messages_in(case, queue_url)
    return {key: (one["body"], one["state"] == "in flight", one["receives"]) for key, one in found.items()}


def _parsed(text):
    """Return what the JSON text says; None for what is no JSON."""
    try:
        return json.loads(text)
    except (TypeError, ValueError):
        return None


# --- 08.1 ------------------------------------------------------------------------------------------------------------

REDRIVE = (
    "The queue's RedrivePolicy names the ARN of its dead-letter queue, and the maxReceiveCount after which a message "
    "moves there at the next receive."
)
ALLOW = (
    "Unless a dead-letter queue has a RedriveAllowPolicy, any queue of its type, account and region can use it. With "
    "the redrivePermission byQueue, only the queues in sourceQueueArns can."
)
SUBSCRIPTION = (
    "The RedrivePolicy of a subscription names the ARN of the queue that gets what SNS can't deliver, and that queue's "
    "policy has to let SNS send to it for this topic."
)
NO_ARN = "deadLetterTargetArn is the ARN of the dead-letter queue, which is its attribute QueueArn."
MOST_RECEIVES = 5


def wire_dead_letters(case):
    """One plain queue; then queues in all states, with a topic of all kinds of subscriptions, and again."""
    system = _System(case)
    system.add_queue(case.name("orders"))
    system.subscribe(1)
    _expect_wired(system, "a queue that has nothing yet", ())
    system = _System(case)
    system.add_all_kinds()
    system.subscribe(3)
    system.add_odd_subscriptions()
    kept = system.prepare_undelivered()
    _expect_wired(system, "queues in all states", kept)
    system = _System(case)
    system.subscribe(1)
    system.add_emails(101)
    system.subscribe(1)
    _expect_wired(system, "a topic with 103 subscriptions, and no queue", ())


class _System:
    """Queues by name, a topic, and what its subscriptions were made with.

    owed: the ARNs of the subscriptions that have to have the redrive policy. former: other queues that could use one
    of the dead-letter queues before, by their names. calls: those of the answer's last run.
    """

    def __init__(self, case):
        self.case, self.urls, self.owed, self.endpoints, self.former = case, {}, [], [], {}
        self.calls = []
        self.topic_arn = shop.topic(case, case.name("orders-placed"))
        self.undelivered = f"{self.topic_arn.split(':')[-1]}-undelivered"

    def dead(self, name):
        """Return the name that the queue's dead-letter queue has to have."""
        return f"{name.removesuffix(FIFO)}-dead{FIFO * name.endswith(FIFO)}"

    def add_queue(self, name, **attributes):
        """Create a queue that gets a dead-letter queue, with a message in it."""
        self.urls[name] = _create(self.case, name, **attributes)
        _send(self.case, self.urls[name], "was there before")

    def add_by_hand(self, name, **attributes):
        """Create the dead-letter queue of this name by hand, with a message in it; return its URL."""
        url = _create(self.case, self.dead(name), **attributes)
        _send(self.case, url, "a dead letter from before")
        return url

    def add_all_kinds(self):
        """Create standard and FIFO queues, with and without dead-letter queues."""
        case = self.case
        name = case.name("Tea_Room")
        self.add_queue(name, VisibilityTimeout=str(case.draw.randrange(40, 90)), ReceiveMessageWaitTimeSeconds="3")
        self.add_queue(f"{case.name('returns')}{FIFO}", ContentBasedDeduplication="true")
        name = case.name("denies")
        self.add_queue(name)
        self.add_by_hand(name, RedriveAllowPolicy={"redrivePermission": "denyAll"}, VisibilityTimeout="7")
        shared = _create(case, case.name("shared"))
        for stem in ("one", "two"):  # they share a dead-letter queue
            self.add_queue(case.name(stem), RedrivePolicy=_redrive(case, shared, 1))
        name = case.name("used")
        self.add_queue(name)
        url = self.add_by_hand(name, MessageRetentionPeriod="60000", KmsMasterKeyId="alias/aws/sqs")
        self.former[_name(shared)] = shared
        arns = [case.queue_arn(each) for each in (shared, self.urls[name])]
        _set(case, url, RedriveAllowPolicy={"redrivePermission": "byQueue", "sourceQueueArns": arns})
        _set(case, self.urls[name], RedrivePolicy=_redrive(case, url, 1000))
        name = f"{case.name('fifo')}{FIFO}"
        self.add_queue(name)
        self.add_by_hand(name, RedriveAllowPolicy={"redrivePermission": "allowAll"}, DelaySeconds="1")

    def subscribe(self, count):
        """Subscribe so many more queues."""
        case = self.case
        for number in range(len(self.owed), len(self.owed) + count):
            url = _create(case, f"{self.topic_arn.split(':')[-1]}-{number}")
            shop.allow_topic(case, self.topic_arn, url)
            more = {"Attributes": {"RawMessageDelivery": "true"}} if number == 1 else {}
            asked = {"TopicArn": self.topic_arn, "Protocol": "sqs", "Endpoint": case.queue_arn(url)}
            self.owed.append(case.sns.subscribe(**asked, **more)["SubscriptionArn"])
            self.endpoints.append(url)

    def add_emails(self, count):
        """Subscribe so many email addresses, none of which is confirmed."""
        for number in range(count):
            address = f"team{number}@example.com"
            self.case.sns.subscribe(TopicArn=self.topic_arn, Protocol="email", Endpoint=address)

    def add_odd_subscriptions(self):
        """Add an email address that isn't confirmed, and a redrive policy from before."""
        case, sns = self.case, self.case.sns
        self.add_emails(1)
        arn = case.queue_arn(_create(case, case.name("old")))
        sns.set_subscription_attributes(
            SubscriptionArn=self.owed[2],
            AttributeName="RedrivePolicy",
            AttributeValue=json.dumps({"deadLetterTargetArn": arn}),
        )

    def prepare_undelivered(self):
        """Create the topic's dead-letter queue by hand, open to SNS for any topic. Return its messages."""
        statement = shop.statement("*", self.topic_arn)
        del statement["Condition"]
        policy = {"Version": "2012-10-17", "Statement": [statement | {"Resource": "*"}]}
        url = _create(self.case, self.undelivered, Policy=policy, MessageRetentionPeriod="86400", DelaySeconds="3")
        self.case.sqs.tag_queue(QueueUrl=url, Tags={"by": "hand"})
        _send(self.case, url, "a notification from before")
        return _messages(self.case, url)

    def state(self):
        """Return all that a call can change: of each queue and each subscription."""
        case = self.case
        urls = case.sqs.list_queues().get("QueueUrls", [])
        queues = {_name(url): (_settings(case, url), _messages(case, url)) for url in urls}
        arns = [one["SubscriptionArn"] for one in shop.subscriptions(case, self.topic_arn)]
        told = [case.sns.get_subscription_attributes(SubscriptionArn=arn) for arn in arns if arn.startswith("arn:")]
        return queues, {attributes["Endpoint"]: attributes for attributes in (each["Attributes"] for each in told)}


def _expect_wired(system, told, kept):
    """Each queue and each subscription has its dead-letter queue. kept: messages of the one for the topic."""
    case, names = system.case, shop.shuffled(system.case, list(system.urls))
    before = system.state()
    value = _wire(system, names, f", with {told}")
    dead = _expect_dead_queues(system, value, names)
    after = system.state()
    _expect_rest_kept(system, before, after)
    for name in names:
        _expect_own(system, name, dead[name])
    _expect_only_topic(system, dead[system.undelivered])
    _expect_subscriptions(system, before[1], after[1])
    if names:
        _wire(system, names, f", called again with {told}")
        _expect_unchanged(case, after, system.state())
    for name in names:
        _expect_moved(system, name, dead[name])
    if names:
        case.reach("queues")
    _expect_undelivered(system, dead[system.undelivered], kept)


def _wire(system, names, told):
    """Run the answer; a known error is explained."""
    case, made = system.case, len(system.case.calls)
    result = case.attempt(names=list(names), topic_arn=system.topic_arn)
    system.calls = case.calls[made:]
    case.did += told
    if result.error:
        shop.explain(case, result.error, "all dead-letter queues, and a dictionary of their URLs", [
            ("created-again", "QueueAlreadyExists", "",
             "create_queue refuses attributes that differ from those of an existing queue. Create it by its name, "
             "and set its attributes afterwards."),
            ("no-fifo-attribute", "InvalidParameterValue", "Can only include alphanumeric",
             "A name with .fifo needs the attribute FifoQueue, which is \"true\"."),
            ("fifo-false", "InvalidAttributeName", "FifoQueue",
             "SQS doesn't accept a FifoQueue of \"false\". Leave the attribute out for a standard queue."),
            ("other-type", "InvalidParameterValue", "must be same type",
             "The dead-letter queue of a FIFO queue is a FIFO queue, and its name ends in .fifo."),
            ("not-allowed-yet", "InvalidParameterValue", "see the RedriveAllowPolicy",
             "The dead-letter queue existed before, and its RedriveAllowPolicy doesn't let any queue use it. Change "
             "that first."),
            ("policy-not-json", "InvalidAttributeValue", "RedrivePolicy", "A redrive policy is JSON text, which "
             "json.dumps makes."),
            ("policy-not-text", "ParamValidationError", "", "Attributes are strings. json.dumps turns a "
             "dictionary into one."),
            ("url-as-arn", "InvalidParameterValue", "deadLetterTargetArn", NO_ARN),
            ("url-as-arn", "InvalidParameter", "invalid arn", NO_ARN),
            ("count-in-subscription", "InvalidParameter", "maxReceiveCount",
             "A subscription's redrive policy has no maxReceiveCount, since SNS has its own rules for trying again."),
            ("pending-subscription", "InvalidParameter", "SubscriptionArn",
             "A subscription that isn't confirmed yet is listed as PendingConfirmation, which isn't an ARN."),
            ("policy-of-topic", "InvalidParameter", "AttributeName",
             "A topic has no redrive policy. Each of its subscriptions has one."),
        ])  # fmt: skip
    return result.value


def _expect_dead_queues(system, value, names):
    """The queues exist, keep messages for long enough, and are what the answer returned. Return their URLs."""
    case, found = system.case, {}
    expected = {name: system.dead(name) for name in names} | {system.topic_arn.split(":")[-1]: system.undelivered}
    for name, dead in expected.items():
        try:
            found[name] = case.sqs.get_queue_url(QueueName=dead)["QueueUrl"]
        except case.sqs.exceptions.QueueDoesNotExist:
            case.not_yet(
                "no-dead-letter-queue",
                got=case.said(f"There's no queue called {dead}."),
                expected="a dead-letter queue for each queue, and one for the topic",
                why=f"It's the dead-letter queue for {name}, and it's named after {name}.",
            )
        period = shop.settings(case, found[name])["MessageRetentionPeriod"]
        if int(period) != TWO_WEEKS:
            case.not_yet(
                "wrong-retention",
                got=case.said(f"The queue {dead} keeps messages for {period} seconds."),
                expected=f"14 days, which is {TWO_WEEKS} seconds",
                why="A queue keeps messages for four days unless its MessageRetentionPeriod says otherwise. In a "
                "standard queue they count from the first send, so a dead letter has even less time.",
            )
    if value != found:
        case.not_yet(
            "wrong-dictionary",
            got=value,
            expected="a dictionary from each queue's name, and the topic's, to the URL of its dead-letter queue",
            why="The caller looks up where the dead letters of a queue are, by the queue's name.",
        )
    return found | {system.undelivered: found[system.topic_arn.split(":")[-1]]}


SET_HERE = {"MessageRetentionPeriod", "RedriveAllowPolicy", "RedrivePolicy", "Policy"}


def _expect_rest_kept(system, before, after):
    """All messages and all other settings are as they were, and no other queue was created."""
    case, dead = system.case, {*map(system.dead, system.urls), system.undelivered}
    for name, (settings, messages) in before[0].items():
        if name not in after[0]:
            case.not_yet(
                "queue-gone",
                got=case.said(f"The queue {name} doesn't exist any more."),
                expected="all queues that were there",
                why="delete_queue deletes the messages too. set_queue_attributes changes an existing queue.",
            )
        now, left = after[0][name]
        if left != messages:
            case.not_yet(
                "messages-touched",
                got=case.said(f"The messages in the queue {name} aren't as they were: {_changed(messages, left)}."),
                expected="all queues keep their messages",
                why="Nothing has to be sent, received or deleted for this. A receive hides a message and raises its "
                "receive count.",
            )
        allowed = SET_HERE - {"RedrivePolicy"} if name in dead else {"RedrivePolicy"} if name in system.urls else set()
        changed = [key for key in sorted(now | settings) if now.get(key) != settings.get(key) and key not in allowed]
        if changed:
            case.not_yet(
                "settings-changed",
                got=case.said(
                    f"The queue {name} existed before. Its {changed[0]} was {settings.get(changed[0])}, and now it's "
                    f"{now.get(changed[0])}."
                ),
                expected="its other settings as they were",
                why="set_queue_attributes only changes the attributes that you pass.",
            )
    if more := sorted(set(after[0]) - set(before[0]) - dead):
        case.not_yet(
            "other-queue-created",
            got=case.said(f"There's a new queue called {more[0]}."),
            expected="a dead-letter queue for each of the given queues and for the topic, and no other new queue",
            why="Each given queue has one dead-letter queue, and all subscriptions of the topic share one.",
        )
    for name in dead & set(after[0]) - set(before[0]):
        if after[0][name][1]:
            case.not_yet(
                "message-in-new-queue",
                got=case.said(f"There's a message in the new queue {name}."),
                expected="new queues that are empty",
                why="Nothing has to be sent for this. A test message stays until somebody deletes it.",
            )


def _changed(before, after):
    """Say which message isn't as it was. before, after: as `_messages` returns them."""
    if gone := before.keys() - after:
        return f"{_count(len(gone), 'message')} gone"
    if new := after.keys() - before:
        return f"{_count(len(new), 'message')} more than before"
    return "they were received"


def _expect_own(system, name, dead_url):
    """No other queue of the same type can use it as its dead-letter queue."""
    case, fifo = system.case, FIFO * name.endswith(FIFO)
    others = [f"{name.removesuffix(FIFO)}-2{fifo}", f"{case.name('other')}{fifo}"]
    others += [other for other in system.urls if other != name and other.endswith(FIFO) == bool(fifo)][:2]
    known = system.urls | ({} if fifo else system.former)
    for other in [*others, *set(known) - set(system.urls)]:
        new = other not in known
        url = _create(case, other) if new else known[other]
        before = shop.settings(case, url).get("RedrivePolicy", "")
        try:
            _set(case, url, RedrivePolicy=_redrive(case, dead_url, 3))
        except case.sqs.exceptions.ClientError:
            continue
        finally:
            if new:
                case.sqs.delete_queue(QueueUrl=url)
            else:
                _set(case, url, RedrivePolicy=before)
        case.not_yet(
            "others-can-use-it",
            got=case.said(f"I made {_name(dead_url)} the dead-letter queue of the queue {other}, and SQS accepted it."),
            expected=f"a dead-letter queue that only {name} can use",
            why=ALLOW,
        )


def _expect_only_topic(system, dead_url):
    """SNS can't send to the topic's dead-letter queue for another topic, nor can another account by itself."""
    case = system.case
    policy, arn = shop.policy(case, dead_url), case.queue_arn(dead_url)
    *start, region, account, name = system.topic_arn.split(":")
    others = [(region, account, f"{name}-2"), (region, account, f"my-{name}"), (region, account, f"{name[:-1]}a")]
    others += [("eu-west-1", account, name), (region, str(case.draw.randrange(10**11, 10**12)), name)]
    for other in [":".join([*start, *parts]) for parts in others]:
        if not shop.refusal_by(policy, arn, other):
            case.not_yet(
                "other-topic-let-in",
                got=case.said(f"The policy of {_name(dead_url)} lets SNS send for {other}, too."),
                expected="SNS can send for this topic, and for no other",
                why="Without a condition, a statement lets SNS send for any topic of any account. What the policy "
                "said before your call counts too.",
            )
    named = shop.senders(policy, arn)
    if not named:
        try:
            case.client("sqs", profile="partner").send_message(QueueUrl=dead_url, MessageBody="from a stranger")
        except case.sqs.exceptions.ClientError:
            return
    case.not_yet(
        "anybody-can-send",
        got=case.said(f"Another account can send to {_name(dead_url)} with send_message."),
        expected="only SNS can send, for this topic",
        why="The Principal says who can send: the service sns.amazonaws.com. A star means everybody.",
    )


def _expect_subscriptions(system, before, after):
    """The subscriptions have their other attributes as before, and their redrive policies name the queue."""
    case = system.case
    for endpoint, attributes in before.items():
        now = after.get(endpoint, {})
        changed = [key for key in {**attributes, **now} if attributes.get(key) != now.get(key)]
        changed = [key for key in changed if key not in ("RedrivePolicy", "EffectiveDeliveryPolicy")]
        if changed:
            case.not_yet(
                "subscription-changed",
                got=case.said(
                    f"The {changed[0]} of a subscription was {attributes.get(changed[0])}, and now it's "
                    f"{now.get(changed[0])}."
                )
                if now
                else case.said(f"{endpoint.split(':')[-1]} isn't subscribed any more."),
                expected="subscriptions as they were, with a redrive policy",
                why="set_subscription_attributes sets one attribute of a subscription and leaves the others alone.",
            )
        arn = f"{endpoint.rpartition(':')[0]}:{system.undelivered}"
        policy = json.loads(now.get("RedrivePolicy", "{}"))
        if policy.get("deadLetterTargetArn") != arn:
            missing = len([1 for each in after.values() if arn not in each.get("RedrivePolicy", "")])
            case.not_yet(
                "subscription-without-policy",
                got=case.said(
                    f"{missing} of {_count(len(after), 'confirmed subscription')} {'has' if missing == 1 else 'have'} "
                    f"no redrive policy with the ARN of {system.undelivered}"
                    f"{': the' if missing == 1 else ', such as the'} one of {endpoint.split(':')[-1]}."
                ),
                expected="a redrive policy for each subscription that's confirmed",
                why=_more_pages(system.calls, endpoint) or SUBSCRIPTION,
            )


def _more_pages(calls, endpoint):
    """Return that this subscription was on a page that the answer didn't ask for; "" if it listed it, or no page."""
    pages = [call for call in shop.of(calls, "ListSubscriptionsByTopic", "ListSubscriptions") if call.response]
    listed = [one for page in pages for one in page.response["Subscriptions"]]
    tokens = [page.response["NextToken"] for page in pages if "NextToken" in page.response]
    left = set(tokens) - {page.params.get("NextToken") for page in pages}
    if not left or endpoint in [one["Endpoint"] for one in listed]:
        return ""
    return (
        f"Your code listed {len(listed)} subscriptions, and this one is on a later page. A response has up to 100. If "
        "there are more, it has a NextToken, with which the next call returns the next page."
    )


def _expect_unchanged(case, before, after):
    """A second call changed nothing."""
    for kind, one, other in zip(("queue", "subscription"), before, after, strict=True):
        for name in sorted(one | other):
            if one.get(name) != other.get(name):
                case.not_yet(
                    "changed-again",
                    got=case.said(f"Called again, your function changed the {kind} {name.split(':')[-1]}."),
                    expected="a second call that changes nothing",
                    why="Everything was in place already.",
                )


def _expect_moved(system, name, dead_url):
    """A message is delivered five times, and moves at the next receive."""
    case, url = system.case, system.urls[name]
    case.sqs.purge_queue(QueueUrl=url)
    case.clock.advance(61)
    case.did += f", and then a message in {name} is received {MOST_RECEIVES} times"
    message = _send(case, url, "hello?")
    _fail(case, url, MOST_RECEIVES)
    if message not in _messages(case, url):
        case.not_yet(
            "moved-early",
            got=case.said(f"The message isn't in {name} any more."),
            expected=f"a message that's delivered {MOST_RECEIVES} times, and moves at the next receive",
            why=REDRIVE,
        )
    _fail(case, url, 1)
    if message not in _messages(case, dead_url):
        policy = shop.settings(case, url).get("RedrivePolicy")
        case.not_yet(
            "not-moved",
            got=case.said(
                f"At the sixth receive it didn't move to {_name(dead_url)}. The redrive policy of {name} is {policy}."
            ),
            expected=f"a message that's delivered {MOST_RECEIVES} times, and moves at the next receive",
            why=REDRIVE,
        )


def _expect_undelivered(system, dead_url, kept):
    """What SNS can't deliver because the queues are gone arrives, once for each subscription."""
    case = system.case
    for url in system.endpoints:
        case.sqs.delete_queue(QueueUrl=url)
    text = case.name("undeliverable")
    case.sns.publish(TopicArn=system.topic_arn, Message=text)
    case.did += ", and then the subscribed queues are deleted and I publish a message"
    arrived = [key for key, (body, *_) in _messages(case, dead_url).items() if text in body and key not in kept]
    if len(arrived) != len(system.owed):
        refusal = shop.refusal_of_sns(case, dead_url, system.topic_arn)
        case.not_yet(
            "undelivered-lost",
            got=case.said(
                f"{len(arrived)} of {len(system.owed)} notifications arrived in {_name(dead_url)}."
                + (f" Its policy refuses them: {refusal}." if refusal else "")
            ),
            expected="one for each subscription that SNS couldn't deliver to",
            why=SUBSCRIPTION,
        )


# --- 08.2 ------------------------------------------------------------------------------------------------------------

KINDS = ("back", "repaired", "parked")
LONGEST_DELAY = 900  # seconds


def sort_dead_letters(case):
    """All kinds of messages from three queues; many of one kind; calls that fail; and no message at all."""
    office = _Morning(case)
    orders = shop.orders(case, 3)
    office.fail("orders", *[_text(case, order) for order in orders[:2]])
    office.fail("orders", _envelope(case, orders[2]))
    office.fail("orders", "hello?")
    _expect_sorted(office, "four of a plain kind")
    office = _Morning(case)
    _add_all_kinds(office)
    with case.unkind(entries=0.6, entry_errors=2):
        _expect_sorted(office, "messages of all kinds")
    case.reach("sorted")
    if shop.of(case.calls, "SendMessageBatch"):
        _expect_failed_entries_kept(case, "SendMessageBatch")
    if shop.of(case.calls, "DeleteMessageBatch"):
        _expect_failed_entries_kept(case, "DeleteMessageBatch")
    _expect_nothing_lost(case, "SendMessage", "SendMessageBatch")
    _expect_nothing_lost(case, "DeleteMessage", "DeleteMessageBatch")
    office = _Morning(case)
    office.fail("returns", *[_text(case, order) for order in shop.orders(case, case.draw.randrange(21, 29))])
    with case.unkind(missed=0.6, disorder=0.4):
        _expect_sorted(office, "more than twenty orders, in a cloud whose short polls miss messages")
    _expect_sorted(_Morning(case), "no message")


SEND_FIRST = (
    "Only a delete takes a message out of its queue. So the delete comes after the send, and only if the send has "
    "worked. A batch raises nothing when some of its entries fail."
)


def _text(case, value):
    """Return JSON of this, with white space around it that has to be kept."""
    return case.draw.choice(["", " ", "\r\n"]) + json.dumps(value, indent=case.draw.choice([None, 2]))


def _envelope(case, value, **more):
    """Return SNS's envelope with this order or this text in it."""
    text = value if isinstance(value, str) else _text(case, value)
    envelope = {
        "Type": "Notification",
        "MessageId": case.name("id"),
        "TopicArn": "arn:aws:sns:us-east-1:123456789012:orders-placed",
        "Message": text,
        "Timestamp": "2030-01-01T12:00:00.000Z",
    }
    return json.dumps(envelope | more, indent=2)


class _Morning:
    """A dead-letter queue of several queues, and a queue for parked messages.

    wanted: for each message by its id in the dead-letter queue: the kind, the URL of the queue that it belongs to, the
    body, and the message attributes. unbound: the URLs of queues whose redrive policy was removed afterwards.
    """

    def __init__(self, case):
        self.case, self.urls, self.wanted, self.unbound = case, {}, {}, []
        self.dead_url, self.parked_url = shop.queue(case, "dead", VisibilityTimeout=20), case.queue("parked")

    def url(self, stem):
        """Return the URL of a queue whose messages move to the dead-letter queue after one receive."""
        if stem not in self.urls:
            self.urls[stem] = _create(
                self.case, self.case.name(stem), RedrivePolicy=_redrive(self.case, self.dead_url, 1)
            )
        return self.urls[stem]

    def fail(self, stem, *bodies, kind="", text="", **attributes):
        """Have messages with these bodies move from a queue to the dead-letter queue.

        kind: what becomes of them, worked out if it's not given. text: what's sent on, if it isn't the body.
        """
        case, url = self.case, self.url(stem)
        for body in bodies:
            message = _send(case, url, body, **attributes)
            self.wanted[message] = self._what(kind, body, text, url, attributes)
        while _messages(case, url):
            _fail(case, url, 1)

    def _what(self, kind, body, text, url, attributes):
        parsed = _parsed(body)
        inner = _parsed(parsed.get("Message")) if isinstance(parsed, dict) and "TopicArn" in parsed else None
        found = "back" if isinstance(parsed, dict) and "order_id" in parsed else "parked"
        if isinstance(parsed, dict) and "TopicArn" in parsed:
            found = "repaired" if isinstance(inner, dict) and "order_id" in inner else "parked"
        kind = kind or found
        sent = parsed["Message"] if kind == "repaired" else body
        return kind, self.parked_url if kind == "parked" else url, text or sent, attributes

    def park(self, body, **attributes):
        """Send a message to the dead-letter queue itself."""
        message = _send(self.case, self.dead_url, body, **attributes)
        self.wanted[message] = "parked", self.parked_url, body, attributes

    def wait(self):
        """Send a message to each queue, which nobody may receive. Return what ends it: the messages are gone then."""
        self.waiting = {url: _send(self.case, url, self.case.name("waits")) for url in self.live()}

    def unbind(self, stem):
        """Remove the redrive policy of a queue."""
        _set(self.case, self.url(stem), RedrivePolicy="")
        self.unbound.append(self.url(stem))

    def live(self):
        """Return the URLs of the queues that exist, without the dead-letter queue."""
        there = self.case.sqs.list_queues()["QueueUrls"]
        return [url for url in [*self.urls.values(), self.parked_url] if url in there]

    def expected(self):
        """Return how often each queue has to hold which body with which message attributes."""
        return Counter((url, body, _key(attributes)) for _, url, body, attributes in self.wanted.values())

    def found(self):
        """Return the same of what the queues hold now."""
        case, found = self.case, Counter()
        case.clock.advance(LONGEST_DELAY + 1)
        for url in self.live():
            policy = shop.settings(case, url).get("RedrivePolicy", "")
            _set(case, url, RedrivePolicy="")  # the check's own receives move nothing
            ten = {"QueueUrl": url, "MaxNumberOfMessages": 10, "MessageAttributeNames": ["All"], "WaitTimeSeconds": 1}
            while messages := case.sqs.receive_message(**ten).get("Messages"):
                for one in messages:
                    if one["MessageId"] not in self.waiting.values():
                        found[url, one["Body"], _key(one.get("MessageAttributes", {}))] += 1
            _set(case, url, RedrivePolicy=policy)
        return found

    def waited(self):
        """No message that waits in its queue was received."""
        for url, message in self.waiting.items():
            now = _messages(self.case, url).get(message)
            if now is None or now[1] or now[2]:
                self.case.not_yet(
                    "other-queue-received",
                    got=self.case.said(
                        f"A message that was waiting in the queue {_name(url)} was received"
                        f"{'' if now else ', and is gone'}."
                    ),
                    expected="no receive from any queue but the dead-letter queue",
                    why="Each receive counts, and when there are too many, a good order becomes a dead letter.",
                )


def _key(attributes):
    """Return message attributes as a text that's the same for equal ones."""
    return json.dumps(attributes, sort_keys=True, default=repr)


def _add_all_kinds(office):
    """Have dead letters of all kinds: from two queues, one that's gone, and one without a redrive policy today."""
    case = office.case
    first, second, third, fourth, *more = shop.orders(case, 11)
    ten = shop.labels(**{f"a{number}": case.name("value") for number in range(9)})
    ten["weight"] = {"DataType": "Number", "StringValue": "12.50"}
    some = {"scan": {"DataType": "Binary", "BinaryValue": b"\x00\xff"}} | shop.labels(channel="web")
    office.fail("orders", _text(case, first), _text(case, first), "hello?", "null")
    office.fail("returns", _text(case, second | {"Message": "Thanks!", "Type": "Notification"}), **ten)
    office.fail("orders", _text(case, third | {"note": "na\u00efve \u2615"}), **some)
    office.fail("returns", json.dumps({"order_id": 0, "customer": "Ada"}), json.dumps({"order_id": None}))
    office.fail("orders", "[]", '"order_id"', "17", json.dumps([fourth]), '{"customer": "Ada"}', "{'order_id': 'A-1'}")
    office.fail("returns", _text(case, "order_id"), **some)
    office.fail("returns", _envelope(case, more[0]), _envelope(case, more[1], Subject="TopicArn"))
    office.fail("orders", _envelope(case, more[2] | {"Message": "{}"}), **some)
    office.fail("orders", *[_envelope(case, text) for text in ("We close at six", "[]", "17", '"order_id"')])
    office.fail("returns", _envelope(case, json.dumps({"customer": "Ada"})), _envelope(case, _envelope(case, fourth)))
    office.fail("orders", json.dumps({"TopicArn": "arn:aws:sns:us-east-1:123456789012:orders-placed"}))
    office.fail("returns", json.dumps({"Type": "Notification", "Message": _text(case, fourth)}))
    gone = office.url("closed")
    office.fail("closed", _text(case, more[3]), _envelope(case, more[4]), kind="parked")
    case.sqs.delete_queue(QueueUrl=gone)
    office.fail("gifts", _text(case, more[5]), _envelope(case, more[6]), "hello?")
    office.unbind("gifts")
    office.park(_text(case, fourth), **some)
    office.park(_envelope(case, fourth))


def _sort(office, told):
    """Return the answer's result and its calls. A known error ends the check."""
    case, made = office.case, len(office.case.calls)
    result = case.attempt(dead_url=office.dead_url, parked_url=office.parked_url)
    case.did += f", with {told} in the dead-letter queue"
    return result, case.calls[made:]


def _explain_sorting(case, error, calls):
    """Say which message, or which call, ended the answer."""
    _explain_giving_up(case, error, calls)
    body = "Some bodies aren't JSON, or aren't objects. They have to be parked, and the function has to go on."
    no_key = "A message that SQS didn't move has no DeadLetterQueueSourceArn. It has to be parked."
    shop.explain(case, error, "all messages sent on, and a dictionary of counts", [
        ("no-messages-key", "KeyError", "'Messages'", "When a receive finds nothing, its response has no Messages."),
        ("no-source", "KeyError", "DeadLetterQueueSourceArn", no_key),
        ("no-attributes-asked", "KeyError", "'Attributes'",
         "A message has no Attributes unless the receive asks for some."),
        ("no-attributes-key", "KeyError", "'MessageAttributes'", "A message without message attributes has no such "
         "key."),
        ("broken-body", "JSONDecodeError", "", body),
        ("broken-body", "KeyError", "order_id", body),
        ("envelope-without-message", "KeyError", "'Message'",
         "An object can have a TopicArn and no Message. It has to be parked."),
        ("broken-body", "TypeError", "", body),
        ("broken-body", "AttributeError", "object has no attribute", body),
        ("source-gone", "AWS.SimpleQueueService.NonExistentQueue", "",
         "One of the queues that SQS moved messages from doesn't exist any more. Its messages have to be parked."),
        ("arn-as-url", "InvalidAddress", "", "DeadLetterQueueSourceArn is an ARN. get_queue_url returns the URL of the "
         "queue whose name is at its end."),
        ("task-started", "ResourceNotFoundException", "", "A move task can neither choose nor repair."),
        ("empty-batch", "AWS.SimpleQueueService.EmptyBatchRequest", "", "SQS refuses an empty batch."),
        ("batch-too-large", "AWS.SimpleQueueService.TooManyEntriesInBatchRequest", "",
         "A batch can have up to ten entries."),
    ])  # fmt: skip


def _explain_giving_up(case, error, calls):
    """End the check if the answer raised because entries of its last batch failed."""
    failed = (calls[-1].response or {}).get("Failed", []) if calls else []
    is_slip = issubclass(getattr(builtins, error.type, Exception), (NameError, TypeError, AttributeError, LookupError))
    if not failed or error.code or is_slip:
        return
    case.not_yet(
        "gave-up",
        got=case.said(
            f"{error.type}: {error.message.rstrip('.')}, raised by your line {error.line!r}. In your last call, of "
            f"{calls[-1].operation}, {_count(len(failed), 'message')} had failed with {failed[0]['Code']}."
        ),
        expected="all messages sent on, and a dictionary of counts",
        why="These entries hadn't failed for good: each of them would have worked at the third try at the latest.",
    )


def _expect_sorted(office, told):
    """Everything is where it belongs, once, and the counts are right."""
    case = office.case
    office.wait()
    result, calls = _sort(office, told)
    if result.error:
        _explain_sorting(case, result.error, calls)
    office.waited()
    _expect_none_left(office)
    _expect_places(office)
    counts = Counter(kind for kind, *_ in office.wanted.values())
    wanted = {kind: counts[kind] for kind in KINDS}
    if result.value != wanted:
        case.not_yet(
            "wrong-counts",
            got=result.value,
            expected=f"{wanted}",
            why="The dictionary counts each message once, under one of the three keys, and has 0 where there's none.",
        )
    _expect_shown_empty(case, calls)


def _expect_none_left(office):
    """The dead-letter queue is empty."""
    case = office.case
    if left := _messages(case, office.dead_url):
        case.not_yet(
            "messages-left",
            got=case.said(
                f"{_count(len(left), 'message')} left in the dead-letter queue, such as {min(left.values())[0][:60]!r}."
            ),
            expected="an empty dead-letter queue",
            why="Each message has to be sent on and then deleted. A receive can find fewer than there are, a delete "
            "in a batch can fail on its own, and a short poll doesn't ask all servers.",
        )


def _expect_places(office, repeats=False):
    """Each queue holds what it should. repeats: whether a message may have been sent on more than once."""
    case, expected, found = office.case, office.expected(), office.found()
    missing, extra = expected - found, found - expected
    kinds = {(url, body, _key(attributes)): kind for kind, url, body, attributes in office.wanted.values()}
    for url, body, attributes in missing:
        kind, said = kinds[url, body, attributes], f"{body[:200]!r}"
        others = [(other, text, more) for other, text, more in extra if text == body]
        if any(other == url for other, *_ in others):
            now = next(more for other, _, more in others if other == url)
            case.not_yet(
                "attributes-lost",
                got=case.said(f"The message {said} had the message attributes {attributes}, and now it has {now}."),
                expected="messages with the message attributes that they had",
                why="A receive returns message attributes only if it asks for them, and a new message only has those "
                "that it's sent with.",
            )
        if others and url in office.unbound:
            case.not_yet(
                "source-without-policy",
                got=case.said(f"The message {said} was sent to the queue {_name(others[0][0])}."),
                expected=f"a message in the queue {_name(url)}",
                why=f"SQS moved it from the queue {_name(url)}, which still exists. It has no redrive policy any more, "
                "so list_dead_letter_source_queues doesn't return it.",
            )
        if others:
            case.not_yet(
                f"{kind}-elsewhere",
                got=case.said(f"The message {said} was sent to the queue {_name(others[0][0])}."),
                expected=f"a message in the queue {_name(url)}",
                why=_WHY[kind],
            )
        parsed = _parsed(body)
        inside = parsed.get("Message") if kind == "parked" and isinstance(parsed, dict) else None
        if taken := [other for other, text, _ in extra if text == inside]:
            case.not_yet(
                "parked-repaired",
                got=case.said(f"Of the message {said}, only the Message was sent on, to the queue {_name(taken[0])}."),
                expected=f"the message as it is in the queue {_name(url)}",
                why=_WHY[kind],
            )
        unknown = [text for other, text, more in extra if other == url and (other, text, more) not in expected]
        alike = [text for text in unknown if _alike(body, text)]
        source = next((text for _, text, _ in extra if kind == "repaired" and _alike(body, _inner(text))), "")
        if source:
            case.not_yet(
                "envelope-left",
                got=case.said(f"A message went on with its envelope: {source[:200]!r}."),
                expected="the order that was in it, alone",
                why=_WHY[kind],
            )
        if alike:
            case.not_yet(
                "text-changed",
                got=case.said(f"The queue {_name(url)} holds {alike[0][:200]!r}, and the text was {said}."),
                expected="the text as it is",
                why="Reading JSON and writing it again can change its text. The text itself can be sent.",
            )
        case.not_yet(
            "message-lost",
            got=case.said(f"The message {said} isn't in any queue."),
            expected=f"it's in the queue {_name(url)}",
            why=SEND_FIRST,
        )
    if extra and not (repeats and set(extra) <= set(expected)):
        url, body, attributes = next(iter(extra))
        again = (url, body, attributes) in expected
        case.not_yet(
            "sent-twice" if again else "unknown-message",
            got=case.said(f"In the queue {_name(url)} there's {'another message' if again else 'a message'} with the "
            f"body {body[:200]!r}."),
            expected="each message sent on once",
            why="What has been sent on and isn't deleted comes back when its visibility timeout is over."
            if again
            else "Nothing in the dead-letter queue leads to this message.",
        )  # fmt: skip


_WHY = {
    "back": "An order goes back to the queue that SQS moved it from. The system attribute DeadLetterQueueSourceArn "
    "says which one that is, and there can be several.",
    "repaired": "An envelope has a TopicArn. What was published is the text in its Message, and only that belongs "
    "in the queue.",
    "parked": "Only an order that SQS moved here from a queue that exists has a way back. A JSON object with "
    "the key order_id is an order. It can also be in the Message of an envelope, which has a TopicArn.",
}


def _alike(one, other):
    """Return whether two texts differ and say the same in JSON."""
    return isinstance(other, str) and _parsed(one) is not None and _parsed(one) == _parsed(other)


def _inner(text):
    """Return the Message of an envelope; None of another text."""
    parsed = _parsed(text)
    return parsed.get("Message") if isinstance(parsed, dict) and "TopicArn" in parsed else None


def _expect_shown_empty(case, calls):
    """The last receive was a long poll that found nothing."""
    polls = shop.of(calls, "ReceiveMessage")
    last = polls[-1] if polls else None
    if last is None or (last.response or {}).get("Messages") or not last.params.get("WaitTimeSeconds"):
        said = "a short poll, which found nothing" if last else "none at all"
        said = "one that found messages" if last and (last.response or {}).get("Messages") else said
        case.not_yet(
            "not-shown-empty",
            got=case.said(f"The last receive was {said}."),
            expected="a long poll that finds nothing, at the end",
            why="A receive can return fewer messages than there are, a short poll can miss some, and the counters can "
            "be out of date. A long poll (WaitTimeSeconds) asks all servers.",
        )


def _expect_none_lost(office):
    """Each message is in the dead-letter queue, or where it belongs."""
    case, sent, left = office.case, office.found(), _messages(office.case, office.dead_url)
    kinds = {message: (url, body, _key(more)) for message, (_, url, body, more) in office.wanted.items()}
    if lost := Counter(kinds.values()) - sent - Counter(kinds[message] for message in left if message in kinds):
        case.not_yet(
            "message-lost",
            got=case.said(f"{next(iter(lost))[1][:200]!r} is neither in the dead-letter queue nor in another one."),
            expected="what hasn't been sent on still in the dead-letter queue",
            why=SEND_FIRST,
        )


def _expect_nothing_lost(case, *operations):
    """After the first of these calls all fail for good. Nothing's lost then, and the next run does the rest."""
    office, made = _Morning(case), []
    orders = shop.orders(case, 5)
    office.fail("orders", *[_text(case, order) for order in orders[:2]])
    office.fail("returns", *[_envelope(case, order) for order in orders[2:]], "hello?")
    office.wait()

    def happening(operation):
        made.append(operation)
        if len(made) > 1:
            raise shop.Refused("InternalError", "We encountered an internal error. Please try again.", 500)

    end = shop.before_each(case, operations, happening)
    _sort(office, "six messages")
    end()
    case.did += f", while every call of {operations[0]} except the first fails"
    _expect_none_lost(office)
    case.after_every_lease()
    result, calls = _sort(office, "the rest")
    if result.error:
        _explain_sorting(case, result.error, calls)
    case.after_every_lease()
    _expect_places(office, repeats="DeleteMessage" in operations)


FAILING_BATCHES = 6  # in which each entry fails, longer than most answers try


def _expect_failed_entries_kept(case, operation):
    """Each entry of the first batches of this kind fails. Nothing's lost, nor sent twice unless the answer raises."""
    office, made, outage = _Morning(case), [], contextlib.ExitStack()
    orders = shop.orders(case, 5)
    office.fail("orders", *[_text(case, order) for order in orders[:3]], "hello?")
    office.fail("returns", *[_envelope(case, order) for order in orders[3:]])
    office.wait()

    def happening(called):
        outage.close()
        made.append(called)
        if called == operation and made.count(operation) <= FAILING_BATCHES:
            outage.enter_context(case.unkind(entries=1))

    end = shop.before_each(case, ("SendMessageBatch", "DeleteMessageBatch"), happening)
    with outage:
        result, _ = _sort(office, "six messages")
    end()
    case.did += f", while each entry fails in the first {FAILING_BATCHES} calls of {operation}"
    _expect_none_lost(office)
    if not result.error:
        _expect_none_left(office)
        case.after_every_lease()
        _expect_places(office)


# --- 08.3 ------------------------------------------------------------------------------------------------------------

VISIBLE_AGAIN = 30  # seconds, the orders queue's visibility timeout
FIRST_WAIT, LONGEST_WAIT, LATEST_RETURN = 5, 60, 90
LONGEST_REST = 2  # seconds after an order that the topic doesn't accept, in which an answer can do its sums
# The contract says 60. Random waits that have fewer on average can come above that, decorrelated ones by a lot.
MOST_CALLS, WINDOW = 90, 600
OUTAGES = [
    ("InternalError", "We encountered an internal error. Please try again.", 500),
    ("ServiceUnavailable", "Service is temporarily unavailable.", 503),
]
LONGEST_BODY = 2048  # that the topic accepts
STORM = (
    "A provider that's in trouble doesn't recover while everybody keeps calling. Wait before you call again, and "
    "longer each time."
)
DOWN = "The provider is down while the status is 500 or more. Then every order fails, and no order is at fault."


def charge_orders(case):
    """A provider that's up; one that's down for ten minutes and again for a moment; and stops while it's down."""
    office = _Charging(case)
    office.send(2)
    office.send_too_long()
    office.send(3)
    office.send(1, delay=case.draw.randrange(100, 140))
    office.send_beyond(201, 205)
    shift = office.work(200, "with a provider that's up")
    _expect_charged(office, shift, at_once=True)
    case.reach("charged")
    _expect_refused_one_moved(office)
    _expect_given_back(office, shift, office.beyond)
    case.reach("told_apart")
    office = _Charging(case)
    office.send(4)
    office.send_too_long()
    office.send(2)
    office.send(1, delay=780)
    office.outages = [(1, 600), (6, 4)]
    shift = office.work(960, "with a provider that's down for ten minutes, and later for 4 seconds")
    _expect_none_dead(office, shift)
    _expect_patience(office, shift)
    _expect_charged(office, shift)
    _expect_recovery(office, shift)
    _expect_refused_one_moved(office)
    _expect_stop_while_down(case)


class _Charging:
    """A queue of orders with a dead-letter queue, the provider's topic, and a queue that shows what was published.

    sent: the messages' ids by their bodies. late: the bodies of those that arrive later. beyond: as sent, of orders
    that arrive after the end. outages: after how many
    charges the provider is down, and for how many seconds. failed: when each outage began, and how many were left then.
    """

    def __init__(self, case):
        self.case, self.sent, self.late, self.too_long, self.outages, self.failed = case, {}, set(), [], [], []
        self.beyond, self.dead_url = {}, case.queue("orders-dead")
        policy = _redrive(case, self.dead_url, 3)
        self.orders_url = _create(case, case.name("orders"), VisibilityTimeout=str(VISIBLE_AGAIN), RedrivePolicy=policy)
        self.topic_arn = shop.topic(case, case.name("charges"))
        case.sns.set_topic_attributes(
            TopicArn=self.topic_arn, AttributeName="MaximumMessageSize", AttributeValue=str(LONGEST_BODY)
        )

    def send(self, count, delay=0):
        """Send so many orders that the topic accepts."""
        for order in shop.orders(self.case, count, "AB"[delay > 0]):
            body = _text(self.case, order)
            self.late |= {body} if delay else set()
            reply = self.case.sqs.send_message(QueueUrl=self.orders_url, MessageBody=body, DelaySeconds=delay)
            self.sent[body] = reply["MessageId"]

    def send_beyond(self, *delays):
        """Send orders that arrive after the time has passed, while the last poll can still go on."""
        for order, delay in zip(shop.orders(self.case, len(delays), "C"), delays, strict=True):
            body = _text(self.case, order)
            reply = self.case.sqs.send_message(QueueUrl=self.orders_url, MessageBody=body, DelaySeconds=delay)
            self.beyond[body] = reply["MessageId"]

    def send_too_long(self):
        """Send an order that's too long for the topic."""
        [order] = shop.orders(self.case, 1, "L")
        body = json.dumps(order | {"items": {f"item {number}": 1 for number in range(200)}})
        self.too_long.append(_send(self.case, self.orders_url, body))

    def work(self, seconds, did):
        """Let the worker run and return its shift. An error ends the check."""
        case, self.began = self.case, self.case.clock.now()
        end = shop.before_each(case, ("Publish", "PublishBatch"), self._before_publish)
        made = len(case.calls)
        try:
            urls = {"orders_url": self.orders_url, "topic_arn": self.topic_arn}
            result = case.attempt(**urls, seconds=seconds)
        except shop.AnswerError as stop:
            case.did += f", {did}"
            if stop.stopped == "calls":
                self._expect_no_storm(made)
            raise
        finally:
            end()
        case.did += f", {did}"
        if result.error:
            _explain_charging(case, result.error)
        return _Shift(self, case.calls[made:], seconds)

    def _before_publish(self, operation):
        """Answer with an error while the provider is down."""
        done = len([1 for call in shop.of(self.case.calls, "Publish") if call.at >= self.began and not call.error_code])
        if self.outages and done >= self.outages[0][0]:
            since = self.failed[-1][0] if self.failed and self.failed[-1][1] == len(self.outages) else None
            if since is None:
                since = self.case.clock.now()
                self.failed.append((since, len(self.outages)))
            if shop.seconds_since(self.case, since) <= self.outages[0][1]:
                raise shop.Refused(*self.case.draw.choice(OUTAGES))
            self.outages.pop(0)

    def _expect_no_storm(self, made):
        """The worker wasn't stopped because of its calls to a provider that's down."""
        calls = shop.of(self.case.calls[made:], "Publish")
        failed = [call for call in calls if call.error_code]
        if len(failed) > len(self.case.calls[made:]) / 4:
            took = (failed[-1].at - failed[0].at).total_seconds()
            self.case.not_yet(
                "retry-storm",
                got=self.case.said(
                    f"Your code called publish {len(failed)} times in {took:.0f} s, and each call failed."
                ),
                expected="no more than 60 calls in ten minutes",
                why=STORM,
            )


class _Shift:
    """What one run of the worker did. publishes: its calls of publish. charged: when it published each body."""

    def __init__(self, office, calls, seconds):
        self.case, self.calls, self.seconds = office.case, calls, seconds
        self.began, self.took = office.began, shop.seconds_since(office.case, office.began)
        self.publishes = sorted(shop.of(calls, "Publish"), key=lambda call: call.at)
        self.charged = {}
        for call in self.publishes:
            if not call.error_code:
                self.charged.setdefault(call.params["Message"], []).append(self.after(call.exchanges[-1].at))
        for call in shop.of(calls, "PublishBatch"):
            texts = {entry["Id"]: entry["Message"] for entry in call.params["PublishBatchRequestEntries"]}
            for one in (call.response or {}).get("Successful", []):
                self.charged.setdefault(texts[one["Id"]], []).append(self.after(call.exchanges[-1].at))

    def after(self, moment):
        """Return how many seconds after the run's begin this was."""
        return (moment - self.began).total_seconds()

    def rows(self):
        """Return the calls of publish that the provider answered while it was down, in rows, one for each outage."""
        found = []
        for down, row in groupby(self.publishes, key=_is_down):
            found += [list(row)] if down else []
        return found

    def waits(self):
        """Return rows of the waits after each call that failed because the provider was down."""
        found = []
        for number, call in enumerate(self.publishes):
            if _is_down(call):
                if not number or not _is_down(self.publishes[number - 1]):
                    found.append([])
                if number + 1 < len(self.publishes):
                    found[-1].append((self.publishes[number + 1].at - call.exchanges[-1].at).total_seconds())
        return found


def _is_down(call):
    """Return whether this call failed because the provider was down."""
    return call.error_code in [code for code, *_ in OUTAGES]


def _explain_charging(case, error):
    """Say which call ended the worker."""
    shop.explain(case, error, "a worker that goes on until the time has passed, and then returns", [
        *[("outage-ends-worker", code, "", f"That ended the worker. {DOWN}") for code, *_ in OUTAGES],
        ("refused-order-ends-worker", "InvalidParameter", "too long",
         "The topic doesn't accept this order. That's no reason to stop: its message stays, and the others go on."),
        ("no-messages-key", "KeyError", "'Messages'", "When a receive finds nothing, its response has no Messages."),
        ("no-messages-key", "TypeError", "NoneType", "When a receive finds nothing, its response has no Messages."),
    ])  # fmt: skip


def _expect_none_dead(office, shift):
    """No order that the topic accepts is in the dead-letter queue uncharged."""
    case = office.case
    dead = {message["id"] for message in case.state(office.dead_url)["messages"]}
    for body, message in office.sent.items():
        if message in dead and body not in shift.charged:
            case.not_yet(
                "good-order-dead",
                got=case.said(f"The order {body.strip()[:60]!r} is in the dead-letter queue, and it isn't charged."),
                expected="no order in the dead-letter queue because the provider was down",
                why="Nothing's wrong with it. Every receive counts, so don't receive orders while the provider is "
                "down. You can try again with one that you already have.",
            )


def _expect_charged(office, shift, at_once=False):
    """Each order was charged once, while it was in flight, and deleted then. at_once: whether nothing delayed it."""
    case = office.case
    _expect_none_dead(office, shift)
    strange = [body for body in shift.charged if body not in office.sent | office.beyond]
    if strange:
        case.not_yet(
            "other-text",
            got=case.said(f"Your code published {strange[0][:80]!r}."),
            expected="the body of the message, as it is",
            why="No message in the orders queue has this body.",
        )
    for body, message in office.sent.items():
        _expect_one_charge(office, shift, body, message, at_once)
    if at_once:
        _expect_no_rest(office, shift)
    left = shop.messages_in(case, office.orders_url)
    _expect_not_early(shift, "Orders can still arrive, so go by the clock.")
    if [message for message in office.sent.values() if message in left]:
        case.not_yet(
            "charged-but-left",
            got=case.said("An order was charged, and its message is still in the orders queue."),
            expected="the message deleted",
            why="It comes back when its visibility timeout is over, and is charged again.",
        )
    _expect_returned(shift)


def _expect_one_charge(office, shift, body, message, at_once):
    """The order was charged once, while nobody else could receive it."""
    case, said = office.case, body.strip()[:60]
    charged = shift.charged.get(body, [])
    if len(charged) > 1:
        case.not_yet(
            "charged-twice",
            got=case.said(f"The order {said!r} was published {len(charged)} times."),
            expected="each order charged once",
            why="A message that comes back while its order is in hand is received again.",
        )
    if not charged:
        gone = message not in shop.messages_in(case, office.orders_url)
        case.not_yet(
            "deleted-uncharged" if gone else "not-charged",
            got=case.said(f"The order {said!r} was never charged{', and its message is deleted' if gone else ''}."),
            expected="all orders charged",
            why="Delete a message only after publish has worked."
            if gone
            else "There was enough time for it, and an order that the topic doesn't accept mustn't be in its way.",
        )
    over, lapsed = None, None
    for step in case.steps(office.orders_url):
        if step.message == message and step.what in (shop.RECEIVED, shop.HIDDEN):
            moment = shift.after(step.at)
            if moment > charged[0]:
                break
            kept = step.what == shop.HIDDEN and step.hidden  # giving it back late is no fault
            lapsed = over if kept and over is not None and over < moment else lapsed
            over = moment + step.hidden
    lapsed = over if over is not None and over < charged[0] else lapsed
    if lapsed is not None:
        case.not_yet(
            "charged-while-visible",
            got=case.said(
                f"The visibility timeout of the order {said!r} was over {lapsed:.1f} s after the start, while your "
                f"code still had it. It charged the order at {charged[0]:.1f} s."
            ),
            expected="an order that's in flight until it has been charged and deleted",
            why="In between, another worker can receive it and charge it too. Before each wait, extend the visibility "
            "timeout to more than you're going to wait.",
        )
    if at_once and body not in office.late and charged[0] > 25:
        case.not_yet(
            "charged-late",
            got=case.said(f"The order {said!r} was charged {charged[0]:.1f} s after the start."),
            expected="all orders charged at once, since the provider is up",
            why="An order that the topic doesn't accept is no reason to wait.",
        )


def _expect_no_rest(office, shift):
    """After an order that the topic didn't accept, the worker went on with those that were there."""
    there = [charged[0] for body, charged in shift.charged.items() if body in office.sent and body not in office.late]
    for number, call in enumerate(shift.calls[:-1]):
        if call.operation != "Publish" or not call.error_code or _is_down(call):
            continue
        ended, following = shift.after(call.exchanges[-1].at), shift.calls[number + 1]
        rest = shift.after(following.at) - ended
        if rest > LONGEST_REST and max(there, default=0) > ended:
            office.case.not_yet(
                "rests-after-refused",
                got=office.case.said(
                    f"The topic didn't accept an order, and your code's next call came {rest:.1f} s later, although "
                    "other orders were waiting."
                ),
                expected="the other orders at once",
                why="The order is at fault, and the provider is up. So there's nothing to wait for.",
            )


def _expect_not_early(shift, why):
    """The worker went on for as long as it should."""
    if shift.took < shift.seconds - 1.5:
        shift.case.not_yet(
            "stopped-early",
            got=shift.case.said(f"The worker returned after {shift.took:.1f} s."),
            expected=f"a worker that goes on for {shift.seconds} s",
            why=why,
        )


def _expect_refused_one_moved(office):
    """The order that the topic doesn't accept is in the dead-letter queue."""
    case = office.case
    dead = {message["id"] for message in case.state(office.dead_url)["messages"]}
    for message in office.too_long:
        there = shop.messages_in(case, office.orders_url).get(message)
        if message not in dead:
            case.not_yet(
                "refused-order-not-moved" if there else "refused-order-deleted",
                got=case.said(
                    f"The order that the topic doesn't accept is still in the orders queue, received "
                    f"{there['receives']} times."
                    if there
                    else "The order that the topic doesn't accept is in no queue."
                ),
                expected="it's in the dead-letter queue",
                why="SQS moves it there after three receives, if it isn't deleted and its visibility timeout isn't "
                "extended for long.",
            )


def _expect_returned(shift):
    if shift.took > shift.seconds + LATEST_RETURN + 2:
        shift.case.not_yet(
            "stopped-late",
            got=shift.case.said(f"The worker returned after {shift.took:.1f} s."),
            expected=f"a return within {LATEST_RETURN} s after {shift.seconds} s",
            why="Look at the time after each wait, and before each receive.",
        )


def _expect_patience(office, shift):
    """While the provider was down, there were short waits at first, longer ones then, and few calls."""
    case = office.case
    waits = [row for row in shift.waits() if row]
    for row in shift.rows():
        for number, call in enumerate(row):
            later = [each for each in row[number:] if (each.at - call.at).total_seconds() <= WINDOW]
            if len(later) > MOST_CALLS:
                case.not_yet(
                    "retry-storm",
                    got=case.said(f"Your code called publish {len(later)} times in ten minutes, and each call failed."),
                    expected="no more than 60 calls in ten minutes",
                    why=STORM,
                )
    for row in waits:
        if row[0] > FIRST_WAIT + 1:
            case.not_yet(
                "first-wait-too-long",
                got=case.said(f"The first wait of an outage was {row[0]:.1f} s."),
                expected=f"at most {FIRST_WAIT} s at first, in each outage",
                why="Most outages are short. After a publish that works, the waits start short again.",
            )
        if max(row) > LONGEST_WAIT + 2:
            case.not_yet(
                "wait-too-long",
                got=case.said(f"Your code waited {max(row):.1f} s between two calls of publish."),
                expected=f"at most {LONGEST_WAIT} s",
                why="Nobody knows when the provider is up again. With a limit, it takes no longer than that to notice.",
            )


def _expect_recovery(office, shift):
    """Once the provider was up again, all that were in the queue were charged without further waits."""
    case, row = office.case, shift.rows()
    if not row:
        return
    back = next((shift.after(call.at) for call in shift.publishes if call.at > row[0][-1].at), None)
    waiting = [charged[0] for body, charged in shift.charged.items() if body not in office.late]
    if back is not None and waiting and max(waiting) > back + VISIBLE_AGAIN + 5:
        case.not_yet(
            "slow-recovery",
            got=case.said(
                f"{back:.0f} s after the start the provider was up again, and the last of the orders that were waiting "
                f"was charged at {max(waiting):.0f} s."
            ),
            expected="no more waits after a publish that works",
            why="A publish that works shows that the provider is up.",
        )


def _expect_given_back(office, shift, sent):
    """Those of these orders that weren't charged can be received."""
    case, now = office.case, shop.messages_in(office.case, office.orders_url)
    for body, message in sent.items():
        there = now.get(message)
        if body in shift.charged or (there is not None and there["state"] in ("visible", "delayed")):
            continue
        case.not_yet(
            "not-given-back" if there else "deleted-at-the-end",
            got=case.said(
                f"The order {body.strip()[:60]!r} is in flight for another {there['left']:.0f} s."
                if there
                else f"The order {body.strip()[:60]!r} isn't charged, and it isn't in the orders queue any more."
            ),
            expected="all orders that aren't charged can be received when the worker returns",
            why="Nobody is working on it now. change_message_visibility with 0 gives it back. A delete would lose it.",
        )


def _expect_stop_while_down(case):
    """The time passes while the provider is down. Two workers don't wait for the same times."""
    seen = []
    for orders, seconds in ((3, case.draw.randrange(150, 190)), (1, 420)):
        office = _Charging(case)
        office.send(orders)
        office.outages = [(0, seconds + 600)]
        shift = office.work(seconds, "with a provider that's down all the time")
        _expect_patience(office, shift)
        _expect_not_early(
            shift, "The provider can be up again at any moment, so keep trying until the time has passed."
        )
        _expect_returned(shift)
        _expect_none_dead(office, shift)
        _expect_given_back(office, shift, office.sent)
        seen.append([wait for row in shift.waits() for wait in row])
    one, other = seen
    both = list(zip(one, other, strict=False))[:-1]  # the last wait can be cut off
    if both and all(abs(a - b) < 0.05 for a, b in both):
        case.not_yet(
            "no-random-share",
            got=case.said(f"Two workers waited for the same times: {', '.join(f'{wait:.1f}' for wait in one[:8])} s."),
            expected="waits that are partly random",
            why="All workers notice an outage at the same moment. If all wait for the same times, they all come back "
            "at the same time, and the provider gets all their calls at once, again and again.",
        )


# --- 08.4 ------------------------------------------------------------------------------------------------------------

REMEMBERED = 300  # seconds for which SQS remembers a deduplication id
ARTICLES = ["tea", "honey", "mug", "candle", "puzzle"]
SEQUENCE = (
    "Events of one group have to be handled in sequence, so an event can't go back while one in front of it stays."
)
NOT_ASKED = "A receive returns a message's system attributes only if it asks for them."
NO_EVENT = "Some bodies aren't JSON, aren't objects or don't name a product. They aren't fixed, and they have to stay."


def redrive_fixed(case):
    """Few events, many of all kinds, those that are fixed later or fail again, and runs that stop partway."""
    house = _Warehouse(case)
    tea, honey, mug = case.draw.sample(ARTICLES, 3)
    house.fail([("A", tea), ("A", honey), ("B", tea), ("B", tea), ("C", honey)])
    _expect_redriven(house, [tea, mug], "five events")
    case.reach("redriven")
    house = _Warehouse(case)
    house.fail(_many_events(case, tea, honey))
    _expect_redriven(house, [honey, mug, honey], "events of all kinds")
    _expect_redriven(house, [tea, honey], "events of all kinds, called again with one more product")
    house.fail_again()
    _expect_redriven(house, [honey, tea], "events that went back once and failed again")
    _expect_redriven(house, [honey, tea], "events that aren't fixed, called again")
    for operations in (("DeleteMessage", "DeleteMessageBatch"), ("SendMessage", "SendMessageBatch")):
        _expect_break_survived(case, operations=operations)
    if shop.of(case.calls, "SendMessageBatch"):
        _expect_entries_that_fail_kept(case, tea)
    for _ in range(2):
        _expect_break_survived(case, after=round(case.draw.uniform(0.1, 0.6), 3))
    _expect_redriven(_Warehouse(case), ARTICLES, "no event")


def _many_events(case, tea, honey):
    """Return events as pairs of a group and a product, or a body: long groups, equal events, and other bodies."""
    long = [("long", honey)] * 11 + [("long", tea), ("long", honey), ("long", tea)]
    odd = ["hello?", "[]", "null", '{"item": "tea"}', f'{{"article": ["{honey}"]}}', f'"{honey}"', '{"article": null}']
    odd += [json.dumps({"article": honey.title()}), json.dumps({"article": f"{honey} "}), f"{{'article': '{honey}'}}"]
    rest = [(f"odd{number}", {"body": body}) for number, body in enumerate(odd)]
    rest += [(f"odd{number}", honey) for number in range(0, len(odd), 2)]
    rest += [("equal", {"body": _text(case, {"article": honey, "count": 1})})] * 3
    rest += [("head", tea), ("head", honey), ("fine", honey)]
    return long[:6] + rest + long[6:]


class _Warehouse:
    """A FIFO queue of events, whose messages move to a dead-letter queue after one receive.

    dead: the events in the dead-letter queue by group, in sequence. back: those that went back. articles: what the
    answer was given last.
    """

    def __init__(self, case):
        self.case, self.dead, self.back, self.articles = case, {}, {}, []
        self.dead_url = _create(case, f"{case.name('dead')}{FIFO}", VisibilityTimeout="900")
        policy, by_content = _redrive(case, self.dead_url, 1), case.draw.choice(["true", "false"])
        name = f"{case.name('events')}{FIFO}"
        self.events_url = _create(case, name, RedrivePolicy=policy, ContentBasedDeduplication="true")
        _set(case, self.dead_url, ContentBasedDeduplication=by_content)

    def fail(self, events):
        """Have events, as pairs of a group and a product, move to the dead-letter queue."""
        case = self.case
        for number, (group, article) in enumerate(events):
            body = article["body"] if isinstance(article, dict) else _text(case, {"article": article, "event": number})
            _send(case, self.events_url, body, group)
            self.dead.setdefault(group, []).append(body)
        self._fail_all()

    def _fail_all(self):
        while _messages(self.case, self.events_url):
            _fail(self.case, self.events_url, 1)

    def fail_again(self):
        """Have all events that went back move to the dead-letter queue once more."""
        self.case.clock.advance(20)
        self._fail_all()
        for group, bodies in self.back.items():
            self.dead.setdefault(group, []).extend(bodies)
        self.back = {}

    def take_fixed(self, articles):
        """Note that the events which are fixed go back, and return their number."""
        count = 0
        for group, bodies in self.dead.items():
            while bodies and _is_fixed(bodies[0], articles):
                self.back.setdefault(group, []).append(bodies.pop(0))
                count += 1
        return count

    def in_queue(self, queue_url):
        """Return the bodies in a queue by group, in sequence."""
        found = {}
        for message in self.case.state(queue_url)["messages"]:
            found.setdefault(message["group"], []).append(message["body"])
        return found


def _is_fixed(body, articles):
    parsed = _parsed(body)
    return isinstance(parsed, dict) and parsed.get("article") in articles


def _run_redrive(house, articles, told):
    """Return the answer's result."""
    urls, house.articles = {"dead_url": house.dead_url, "events_url": house.events_url}, articles
    result = house.case.attempt(**urls, articles=articles)
    house.case.did += f", with {told} in the dead-letter queue"
    return result


def _explain_redrive(case, error):
    shop.explain(case, error, "the fixed events in the events queue, and their number", [
        ("no-messages-key", "KeyError", "'Messages'", "When a receive finds nothing, its response has no Messages."),
        ("no-group-asked", "KeyError", "'Attributes'", NOT_ASKED),
        ("no-group-asked", "KeyError", "'MessageGroupId'", NOT_ASKED),
        ("no-group-sent", "MissingParameter", "MessageGroupId", "Every message in a FIFO queue has a message group."),
        ("body-breaks", "JSONDecodeError", "", NO_EVENT),
        ("body-breaks", "KeyError", "'article'", NO_EVENT),
        ("body-breaks", "TypeError", "", NO_EVENT),
        ("body-breaks", "AttributeError", "object has no attribute", NO_EVENT),
        ("handle-expired", "InvalidParameterValue", "ReceiptHandle",
         "The visibility timeout was over. After that, a FIFO queue refuses the receipt handle."),
        ("empty-batch", "AWS.SimpleQueueService.EmptyBatchRequest", "", "SQS refuses an empty batch."),
        ("batch-too-large", "AWS.SimpleQueueService.TooManyEntriesInBatchRequest", "", "A batch can have up to ten "
         "entries."),
    ])  # fmt: skip


def _expect_redriven(house, articles, told):
    """What's fixed went back, in sequence, and all the rest can be received in the dead-letter queue."""
    case = house.case
    result = _run_redrive(house, articles, told)
    if result.error:
        _explain_redrive(case, result.error)
    count = house.take_fixed(articles)
    _expect_where_they_belong(house)
    _expect_number(case, result.value, count)


def _expect_number(case, value, count):
    """The answer returned how many events left the dead-letter queue."""
    if type(value) is not int or value != count:
        case.not_yet(
            "wrong-number",
            got=value,
            expected=f"{count}",
            why="It's the number of events that this call took out of the dead-letter queue.",
        )


def _expect_where_they_belong(house, stays=True):
    """Both queues hold what they should. stays: whether what's in the dead-letter queue can be received."""
    case, events, dead = house.case, house.in_queue(house.events_url), house.in_queue(house.dead_url)
    for group in sorted({*house.back, *house.dead, *events}):
        wanted, left = Counter(house.back.get(group, [])), Counter(house.dead.get(group, []))
        found, kept = Counter(events.get(group, [])), Counter(dead.get(group, []))
        for body in found - wanted:
            _explain_extra(house, group, body, known=body in wanted, left=body in left)
        for body in (wanted + left) - (found + kept):
            _explain_loss(house, group, body)
        for body in wanted - found:
            case.not_yet(
                "not-redriven",
                got=case.said(f"The event {body.strip()!r} of the group {group!r} is still in the dead-letter queue."),
                expected="all events that are fixed in the events queue",
                why="Its product is in the list, and so are those of all events that were in front of it. A receive "
                "returns up to ten messages, and none from a group that has a message in flight.",
            )
        if events.get(group, []) != house.back.get(group, []):
            case.not_yet(
                "out-of-sequence",
                got=case.said(f"The events of the group {group!r} went back as {_bodies_in_words(events[group])}."),
                expected=f"the sequence {_bodies_in_words(house.back[group])}",
                why=SEQUENCE,
            )
        for body in kept - left:
            case.not_yet(
                "still-there",
                got=case.said(f"The event {body.strip()!r} went back, and it's in the dead-letter queue too."),
                expected="events that went back gone from the dead-letter queue",
                why="The next run sends back what it finds there.",
            )
        if dead.get(group, []) != house.dead.get(group, []):
            case.not_yet(
                "dead-letters-out-of-sequence",
                got=case.said(f"The dead letters of the group {group!r} are {_bodies_in_words(dead[group])} now."),
                expected=f"the sequence {_bodies_in_words(house.dead[group])}",
                why="A message that's sent to the dead-letter queue again is behind all others.",
            )
    hidden = [message for message in case.state(house.dead_url)["messages"] if message["state"] != "visible"]
    if stays and hidden:
        case.not_yet(
            "left-in-flight",
            got=case.said(
                f"{_count(len(hidden), 'message')} in the dead-letter queue can't be received for another "
                f"{hidden[0]['left']:.0f} s."
            ),
            expected="dead letters that can be received when the function returns",
            why="Somebody wants to look at them, or to call the function again. change_message_visibility with 0 gives "
            "a message back.",
        )


def _bodies_in_words(bodies):
    return ", ".join(body.strip()[:40] for body in bodies[:8]) + (" ..." if len(bodies) > 8 else "")


def _explain_extra(house, group, body, known, left):
    """End the check, since an event is in the events queue and shouldn't be, or not so often."""
    case, said = house.case, f"The event {body.strip()!r}"
    if known and body not in house.dead.get(group, []):
        sends = [call for call in shop.of(case.calls, "SendMessage") if call.params.get("MessageBody") == body]
        ids = {call.params.get("MessageDeduplicationId") for call in sends[-2:]}
        why = "Each send of an event needs the same deduplication id as the one before."
        if len(sends) > 1 and len(ids) == 1:
            passed = (sends[-1].at - sends[-2].at).total_seconds()
            why = f"The second send came {passed:.0f} s after the first one, and SQS remembers a deduplication id for "
            why += f"{REMEMBERED} s."
        case.not_yet(
            "went-back-twice",
            got=case.said(f"{said} is in the events queue twice."),
            expected="each event once, even if a run stops partway and there's another one",
            why=why,
        )
    other = next((name for name, bodies in house.back.items() if body in bodies and name != group), None)
    if not known and not left and other is not None:
        case.not_yet(
            "other-group",
            got=case.said(f"{said} of the group {other!r} went back with the group {group!r}."),
            expected="each event with its own message group",
            why="SQS only preserves the sequence within a group.",
        )
    overtook = left and _is_fixed(body, house.articles)
    rows = [
        ("event-overtakes", overtook, SEQUENCE),
        ("not-fixed", left, NO_EVENT),
    ]
    reason, why = shop.first_that_applies(
        rows, ("unknown-event", "No message in the dead-letter queue had this body and this group.")
    )
    case.not_yet(
        reason,
        got=case.said(f"{said} of the group {group!r} is in the events queue."),
        expected="only events that are fixed, like all those in front of them in their group",
        why=why,
    )


def _explain_loss(house, group, body):
    """End the check, since an event is in neither queue, or in the events queue with another group."""
    case = house.case
    for other, bodies in house.in_queue(house.events_url).items():
        if body in bodies and other != group and body not in house.back.get(other, []):
            case.not_yet(
                "other-group",
                got=case.said(f"The event {body.strip()!r} of the group {group!r} went back with the group {other!r}."),
                expected="each event with its own message group",
                why="SQS only preserves the sequence within a group.",
            )
    duplicate = [step for step in case.steps(house.events_url) if step.what == shop.DUPLICATE]
    case.not_yet(
        "taken-for-a-duplicate" if duplicate else "event-lost",
        got=case.said(
            f"The event {body.strip()!r} of the group {group!r} is in neither queue."
            + (" SQS took a message that your code sent for a duplicate, and didn't deliver it." if duplicate else "")
        ),
        expected="each event in one of the two queues",
        why="SQS remembers a deduplication id for five minutes, even of messages that have been deleted. Equal events, "
        "and one that goes back again, need different ids."
        if duplicate
        else "Only a delete takes a message out of its queue. So it comes after the send, and only if that has worked. "
        "A batch raises nothing when some of its entries fail.",
    )


def _expect_break_survived(case, operations=(), after=0):
    """A run stops partway, and when all dead letters are visible again, another one does the rest.

    operations: calls that fail for good from the third one on. after: seconds until Ctrl+C ends the run.
    """
    house, made = _Warehouse(case), []
    tea, honey = case.draw.sample(ARTICLES, 2)
    house.fail([("A", tea), ("A", tea), ("B", honey), ("B", tea), ("C", tea), ("A", tea), ("D", tea)])

    def happening(operation):
        made.append(operation)
        if len(made) > 2:
            raise shop.Refused("InternalError", "We encountered an internal error. Please try again.", 500)

    end = shop.before_each(case, operations, happening)
    if after:
        case.interrupt(after=after)
    result = _run_redrive(house, [tea], "seven events")
    end()
    if result.error and not after and result.error.code != "InternalError":
        _explain_redrive(case, result.error)
    told = f"Ctrl+C ends a run after {after:g} s" if after else f"all calls of {operations[0]} but two fail in a run"
    hidden = [message["left"] for message in case.state(house.dead_url)["messages"]]
    case.clock.advance(max([0, *hidden]) + case.draw.randrange(45, 59))
    there = len(house.case.state(house.dead_url)["messages"])
    result = _run_redrive(house, [tea], "seven events")
    case.did += f", called again in the minute after everything is visible again; before that, {told}"
    if result.error:
        _explain_redrive(case, result.error)
    house.take_fixed([tea])
    _expect_where_they_belong(house)
    _expect_number(case, result.value, there - len(case.state(house.dead_url)["messages"]))


def _expect_entries_that_fail_kept(case, tea):
    """Of batches, many entries fail. Nothing's lost."""
    house = _Warehouse(case)
    house.fail([(group, tea) for group in "ABCDEF" for _ in range(2)])
    with case.unkind(entries=0.5):
        _run_redrive(house, [tea], "twelve events")
    case.did += ", while some entries of batches fail"
    there = [house.in_queue(url) for url in (house.events_url, house.dead_url)]
    for group, bodies in house.dead.items():
        for body in bodies:
            if not any(body in queue.get(group, []) for queue in there):
                _explain_loss(house, group, body)


# --- 08.5 ------------------------------------------------------------------------------------------------------------

SOON = 5 * 60  # seconds after which an alarm has to have noticed
LATE = 2 * 60  # seconds that a metric is late
NO_DATA = (
    "A queue that nobody has used for six hours reports nothing. TreatMissingData says what an alarm makes of that: "
    "without it, the state is INSUFFICIENT_DATA. With breaching it's ALARM, and with ignore it stays as it was."
)
WHICH_METRIC = (
    "ApproximateNumberOfMessagesVisible says how many messages are in a queue. NumberOfMessagesSent counts only what "
    "programs send, and not what SQS moves. An alarm sees each period's statistic, so one message in a minute has to "
    "be enough."
)
IN_ALARM, IN_OK = "ALARM", "OK"


def watch_dead_letters(case):
    """One queue; then queues that share a dead-letter queue, a FIFO queue, one without, and alarms that exist."""
    office = _Alerts(case)
    office.add(case.name("dead"), case.name("orders"))
    _expect_told(office, "one queue")
    case.reach("told")
    office = _Alerts(case)
    office.add_all_kinds()
    _expect_told(office, "queues of all kinds", unused=8)


class _Alerts:
    """Queues, their dead-letter queues, the team's topic, and a queue that shows what's published there.

    sources: for each dead-letter queue's name the names of its sources. without: the names of queues that have none.
    by_hand: the settings of the alarms that existed before the first call.
    """

    def __init__(self, case):
        self.case, self.sources, self.without, self.names, self.others = case, {}, [], [], []
        self.by_hand = {}
        self.topic_arn, self.inbox_url = shop.topic(case, case.name("team")), case.queue("inbox")
        shop.allow_topic(case, self.topic_arn, self.inbox_url)
        raw = {"RawMessageDelivery": "true"}
        case.sns.subscribe(
            TopicArn=self.topic_arn, Protocol="sqs", Endpoint=case.queue_arn(self.inbox_url), Attributes=raw
        )
        self.cloudwatch = case.client("cloudwatch")

    def add(self, dead, *names):
        """Create a dead-letter queue and its sources."""
        dead_url = _create(self.case, dead)
        self.sources[dead] = list(names)
        for name in names:
            _create(self.case, name, RedrivePolicy=_redrive(self.case, dead_url, 1))
            self.names.append(name)

    def add_without(self, name):
        """Create a queue that has no dead-letter queue."""
        _create(self.case, name)
        self.names.append(name)
        self.without.append(name)

    def add_all_kinds(self):
        """Create queues of all kinds, alarms that have to change, each in its own way, and two that mustn't."""
        case, others_arn = self.case, shop.topic(self.case, self.case.name("others"))
        shared, changed = case.name("parked"), case.name("returns-dead")
        self.add(shared, case.name("orders"), case.name("gifts"))
        self.add_without(case.name("orders-dead"))
        self.add(changed, case.name("returns"))
        fifo, heard = f"{case.name('events-dead')}{FIFO}", case.name("heard")
        self.add(fifo, f"{case.name('events')}{FIFO}")
        self.add(heard, case.name("letters"))
        self.add_without(f"{case.name('plain')}{FIFO}")
        wrong = {"MetricName": "NumberOfMessagesSent", "Threshold": 100.0, "Period": 3600, "ActionsEnabled": False}
        wrong |= {"AlarmActions": [others_arn], "OKActions": [self.topic_arn], "TreatMissingData": "breaching"}
        self._put(self.alarm(changed), changed, **wrong)
        right = {"Statistic": "Maximum", "Threshold": 1.0, "ComparisonOperator": "GreaterThanOrEqualToThreshold"}
        right |= {"TreatMissingData": "notBreaching", "AlarmActions": [self.topic_arn]}
        self._put(self.alarm(shared), shared, **right | {"TreatMissingData": "missing"})
        self._put(self.alarm(fifo), fifo, **right, ActionsEnabled=False)
        self._put(self.alarm(heard), heard, **right, OKActions=[others_arn])
        self._put(f"age of {shared}", shared, MetricName="ApproximateAgeOfOldestMessage", Threshold=86_400.0)
        self._put(f"many in {changed}", changed, Threshold=1000.0, TreatMissingData="ignore")
        self.others = [f"age of {shared}", f"many in {changed}"]
        self.add_without(case.name("stock"))
        while self.without in (sorted(self.without), sorted(self.without, reverse=True)):
            self.names = shop.shuffled(case, self.names)
            self.without = [name for name in self.names if name in self.without]

    def _put(self, alarm, queue, **settings):
        """Create an alarm on a queue by hand."""
        asked = {
            "Namespace": "AWS/SQS",
            "MetricName": "ApproximateNumberOfMessagesVisible",
            "Dimensions": [{"Name": "QueueName", "Value": queue}],
            "Statistic": "Sum",
            "Period": 60,
            "EvaluationPeriods": 1,
            "ComparisonOperator": "GreaterThanThreshold",
        }
        self.cloudwatch.put_metric_alarm(AlarmName=alarm, **asked | settings)

    @staticmethod
    def alarm(dead):
        """Return the name that the alarm of a dead-letter queue has to have."""
        return f"dead letters in {dead}"

    def alarms(self):
        """Return all alarms by name, as they're described."""
        told = self.cloudwatch.describe_alarms()
        found = told["MetricAlarms"] + told.get("CompositeAlarms", [])
        return {alarm["AlarmName"]: alarm for alarm in found}

    def state(self, dead):
        """Return the state of a dead-letter queue's alarm."""
        return self.alarms()[self.alarm(dead)]["StateValue"]

    def told(self):
        """Return what the team was told: the name and the new state of each alarm, oldest first."""
        found = [_parsed(message["body"]) for message in self.case.state(self.inbox_url)["messages"]]
        return [(one.get("AlarmName"), one.get("NewStateValue")) if isinstance(one, dict) else one for one in found]

    def url(self, name):
        """Return a queue's URL."""
        return self.case.sqs.get_queue_url(QueueName=name)["QueueUrl"]

    def move(self, dead, body="hello?"):
        """Have SQS move a message to a dead-letter queue."""
        url = self.url(self.sources[dead][-1])
        _send(self.case, url, body)
        _fail(self.case, url, 2)


def _watch(office, told):
    """Run the answer and check what it returns."""
    case = office.case
    result = case.attempt(names=list(office.names), topic_arn=office.topic_arn)
    case.did += f", with {told}"
    if result.error:
        shop.explain(case, result.error, "an alarm for each dead-letter queue", [
            ("no-redrive-policy", "KeyError", "RedrivePolicy", "A queue without a dead-letter queue has no such "
             "attribute."),
            ("no-attributes-key", "KeyError", "Attributes", "SQS leaves out what's empty. If a queue has no "
             "RedrivePolicy and you ask for it alone, the response has no Attributes."),
            ("policy-not-parsed", "TypeError", "string indices must be", "A redrive policy is JSON text. json.loads "
             "turns it into a dictionary."),
            ("alarm-refused", "ValidationError", "", "CloudWatch doesn't accept these settings."),
            ("alarm-refused", "ValidationException", "", "CloudWatch doesn't accept these settings."),
            ("alarm-refused", "InvalidParameterCombination", "", "CloudWatch doesn't accept these settings."),
            ("parameter-refused", "ParamValidationError", "", "boto3 doesn't accept this parameter of the call."),
        ])  # fmt: skip
    if result.value != office.without:
        case.not_yet(
            "wrong-list",
            got=result.value,
            expected=f"{office.without}",
            why="These queues have no redrive policy, so nobody would hear about their poison messages. Their names "
            "come in the sequence in which they were given.",
        )


def _expect_told(office, told, unused=0):
    """The team is told of each dead letter, in time and once. unused: for how many hours nobody used the queues."""
    case, before = office.case, office.alarms()
    office.by_hand = {name: _settings_of(alarm) for name, alarm in before.items()}
    case.clock.advance(unused * 3600)
    _watch(office, told)
    case.clock.advance(SOON)
    after = office.alarms()
    _expect_alarms(office, before, after)
    did, expected = case.did, []
    for hours, when in ((0, "nothing happens for five minutes"), (8, "nobody has used any queue for eight hours")):
        case.clock.advance(hours * 3600)
        for dead in office.sources:
            _expect_state(office, dead, IN_OK, when)
        _expect_nothing_more(office, expected, when)
    first, *rest = office.sources
    office.move(first)
    _expect_heard(office, first, expected, f"SQS moves a message to {first}")
    for _ in range(3):
        _fail(case, office.url(first), 1)
    case.clock.advance(45 * 60)
    _expect_state(office, first, IN_ALARM, f"somebody looks at the dead letter in {first} three times, and it stays")
    _expect_nothing_more(office, expected, f"there's still one in {first}")
    case.did = did
    settings = _comparable_alarms(office)
    _watch(office, f"{told}, called again")
    case.clock.advance(SOON)
    _expect_same_alarms(office, settings)
    _expect_nothing_more(office, expected, "the function is called again")
    for dead in rest:
        office.move(dead)
        _expect_heard(office, dead, expected, f"SQS moves a message to {dead}")
    for message in _messages_with_handles(case, office.url(first)):
        case.sqs.delete_message(QueueUrl=office.url(first), ReceiptHandle=message)
    case.clock.advance(SOON)
    _expect_state(office, first, IN_OK, f"the dead letter in {first} is deleted")
    _expect_nothing_more(office, expected, f"the dead letter in {first} is deleted")
    for number in range(2):
        _send(case, office.url(first), f"by hand {number}")
    _expect_heard(office, first, expected, f"somebody sends two messages to {first}")
    _expect_no_other_action(office)


def _expect_no_other_action(office):
    """The alarms do nothing but publish to the team's topic."""
    case, alarms = office.case, office.alarms()
    for name in map(office.alarm, office.sources):
        for kind in ("AlarmActions", "OKActions", "InsufficientDataActions"):
            if more := sorted(set(alarms[name].get(kind, [])) - {office.topic_arn}):
                case.not_yet(
                    "other-action",
                    got=case.said(f"The {kind} of the alarm {name!r} include {more[0]}."),
                    expected="an alarm that publishes to the topic when it goes into ALARM, and does nothing else",
                    why="put_metric_alarm replaces all settings of an alarm that exists. Actions of the old one are "
                    "gone unless your code passes them, or leaves the alarm as it is.",
                )


def _messages_with_handles(case, queue_url):
    """Receive all messages and return their receipt handles."""
    found = case.sqs.receive_message(QueueUrl=queue_url, MaxNumberOfMessages=10).get("Messages", [])
    return [message["ReceiptHandle"] for message in found]


STATE_OF_ALARM = ["StateValue", "StateReason", "StateReasonData", "StateUpdatedTimestamp", "StateTransitionedTimestamp"]
STATE_OF_ALARM += ["AlarmConfigurationUpdatedTimestamp"]


def _settings_of(alarm):
    """Return an alarm's settings alone."""
    return {name: value for name, value in alarm.items() if name not in STATE_OF_ALARM}


def _comparable_alarms(office):
    return {name: _settings_of(alarm) for name, alarm in office.alarms().items()}


def _expect_alarms(office, before, after):
    """There's an alarm for each dead-letter queue, and none but that has changed."""
    case, wanted = office.case, {office.alarm(dead): dead for dead in office.sources}
    for name in wanted:
        if name not in after:
            case.not_yet(
                "alarm-missing",
                got=case.said(f"There's no alarm called {name!r}."),
                expected="one alarm for each dead-letter queue",
                why=f"{wanted[name]} is the dead-letter queue of {' and '.join(office.sources[wanted[name]])}, as the "
                "redrive policy says.",
            )
    for name in office.others:
        if name not in after or _settings_of(after[name]) != _settings_of(before[name]):
            case.not_yet(
                "other-alarm-changed",
                got=case.said(f"The alarm {name!r} {'has different settings' if name in after else 'is gone'}."),
                expected="other alarms as they were",
                why="Somebody needs it, and it isn't one of those that the exercise asks for.",
            )
    if more := sorted(set(after) - set(wanted) - set(before)):
        case.not_yet(
            "other-alarm-created",
            got=case.said(f"There's another new alarm, called {more[0]!r}."),
            expected="one alarm for each dead-letter queue, and no other new one",
            why="Only these queues are dead-letter queues of the given ones. If two alarms watch a queue, the team is "
            "told twice.",
        )


def _expect_state(office, dead, state, when):
    """The alarm of a dead-letter queue is in this state. when: what happened, in words."""
    case, alarm = office.case, office.alarms().get(office.alarm(dead), {})
    now = alarm.get("StateValue")
    if now == state:
        return
    whys = [
        ("no-data", "nobody has used" in when or now == "INSUFFICIENT_DATA", NO_DATA),
        ("alarm-stays", state == IN_OK, "The queue is empty, so there's nothing to report. " + WHICH_METRIC),
        ("alarm-ends", "looks" in when, "The message can still be received. A message that's received three times and "
         "isn't deleted no longer counts in ApproximateAgeOfOldestMessage, and a counter of what happened goes back "
         "to 0. ApproximateNumberOfMessagesVisible counts what's there."),
    ]  # fmt: skip
    reason, why = shop.first_that_applies(whys, ("no-alarm", WHICH_METRIC))
    slow = _minutes_until(alarm, state) > SOON / 60 and "nobody has used" not in when and "looks" not in when
    fault = _fault_of(office, alarm, dead, state, slow)
    compared, no_match = ("", "") if fault else _comparison(office, alarm, dead, state)
    case.not_yet(
        reason,
        did=f"{case.did}. Then {when}",
        got=case.said(
            f"The alarm {office.alarm(dead)!r} is in {now}"
            f"{compared or ': ' + alarm.get('StateReason', 'it does not exist')}"
        ),
        expected=f"{state} within five minutes" if slow else state,
        why=fault or no_match or why,
    )


_COMPARED = {
    "GreaterThanOrEqualToThreshold": ("greater than or equal to", ge),
    "GreaterThanThreshold": ("greater than", gt),
    "LessThanOrEqualToThreshold": ("less than or equal to", le),
    "LessThanThreshold": ("less than", lt),
}


def _minutes_until(alarm, state):
    """Return after how many minutes an alarm is in this state at the latest, by its periods; 0 if it has none."""
    periods = alarm.get("EvaluationPeriods", 0)
    periods = alarm.get("DatapointsToAlarm", periods) if state == IN_ALARM else periods
    return (alarm["Period"] * periods + LATE) / 60 if "Period" in alarm else 0


def _fault_of(office, alarm, dead, state, slow):
    """Return what's wrong with the settings of an alarm on one metric, if they say it; "" if they don't.

    slow: whether it would have been in this state later.
    """
    if _settings_of(alarm) == office.by_hand.get(office.alarm(dead)):
        return "This alarm existed before your call, and it still has its old settings."
    if "MetricName" not in alarm:
        return ""
    if alarm["Namespace"] != "AWS/SQS":
        return (
            f"The alarm watches a metric of {alarm['Namespace']}. The metrics of queues are in the namespace AWS/SQS."
        )
    watched = {one["Name"]: one["Value"] for one in alarm.get("Dimensions", [])}
    if watched != {"QueueName": dead}:
        said = ", ".join(f"{name}: {value}" for name, value in watched.items()) or "empty"
        return f"The alarm's Dimensions are {said}. This queue's metrics have one dimension, QueueName: {dead}."
    if alarm["MetricName"] != "ApproximateNumberOfMessagesVisible":
        return ""
    if slow:
        return (
            f"With a Period of {alarm['Period']} s, EvaluationPeriods of {alarm['EvaluationPeriods']} and metrics that "
            f"are two minutes late, this alarm can take {_minutes_until(alarm, state):.0f} minutes."
        )
    return ""


def _comparison(office, alarm, dead, state):
    """Return what an alarm on the right metric compares, and why that isn't this state; two times "" if it's no reason.

    The reason of its state can be from before the last message, since it only changes with the state.
    """
    if alarm.get("MetricName") != "ApproximateNumberOfMessagesVisible" or alarm["ComparisonOperator"] not in _COMPARED:
        return "", ""
    (words, holds), threshold = _COMPARED[alarm["ComparisonOperator"]], alarm["Threshold"]
    count = len(office.case.state(office.url(dead))["messages"])
    if holds(count, threshold) == (state == IN_ALARM):
        return "", ""
    verb = "isn't" if state == IN_ALARM else "is"
    said = f". {alarm['MetricName']} is {count}, and it's compared by {alarm['ComparisonOperator']} with {threshold:g}."
    return said, (
        f"The queue has {_count(count, 'message')}, and {count} {verb} {words} the alarm's Threshold of {threshold:g}."
    )


def _expect_heard(office, dead, expected, when):
    """The alarm goes into ALARM in time, and the team is told of it, once. expected: what it was told; it grows."""
    case = office.case
    case.clock.advance(SOON)
    _expect_state(office, dead, IN_ALARM, when)
    expected.append((office.alarm(dead), IN_ALARM))
    if len(office.told()) < len(expected):
        alarm = office.alarms()[office.alarm(dead)]
        actions = alarm["AlarmActions"] if alarm.get("ActionsEnabled", True) else "none, they're disabled"
        case.not_yet(
            "team-not-told",
            did=f"{case.did}. Then {when}",
            got=case.said(
                f"The alarm is in ALARM, and nothing was published to the topic. Its AlarmActions: {actions}."
            ),
            expected="a message to the topic",
            why="An alarm does what its AlarmActions say when it goes into ALARM: publish to a topic, if it's the "
            "topic's ARN.",
        )
    _expect_nothing_more(office, expected, when)


def _expect_nothing_more(office, expected, when):
    """The team was told this and nothing else."""
    case, told = office.case, office.told()
    if told != expected:
        more = list((Counter(told) - Counter(expected)).elements())
        name, state = more[0] if more else (None, None)
        reason, why = shop.first_that_applies(
            [
                ("told-of-other-states", state != IN_ALARM, "OKActions and InsufficientDataActions are for teams that "
                 "want to hear about these states, too. This one doesn't."),
                ("told-again", (name, state) in expected, "An alarm acts when its state changes. One that's deleted "
                 "and created again starts over, and one whose metric goes up and down acts each time."),
            ],
            ("told-of-nothing", "There was no message in that queue. An alarm also goes into ALARM if 0 reaches its "
             "threshold, if TreatMissingData is breaching while a queue has no metrics, or if it's set by hand."),
        )  # fmt: skip
        case.not_yet(
            reason,
            did=f"{case.did}. Then {when}",
            got=case.said(f"The team got {_count(len(told), 'message')}. One says that {name!r} is in {state}."),
            expected=f"{_count(len(expected), 'message')} by then",
            why=why,
        )


def _expect_same_alarms(office, settings):
    """A second call changed no alarm's settings."""
    case, now = office.case, _comparable_alarms(office)
    if now != settings:
        name = next(name for name in now | settings if now.get(name) != settings.get(name))
        case.not_yet(
            "changed-again",
            got=case.said(f"Called again, your function changed the alarm {name!r}."),
            expected="the second call changes nothing",
            why="A script that runs every morning finds everything in place.",
        )
