"""Dead-letter queues: RedrivePolicy, RedriveAllowPolicy and what happens to a message that is moved."""

import json
from typing import Any

from behaviours.book import behaviour, refused
from behaviours.labs import Lab

DAY = 86_400
VALIDITY = "localstack test_sqs.py test_redrive_policy_attribute_validity (validated on AWS)"
ALLOW = "SQS API reference, SetQueueAttributes RedriveAllowPolicy"


def _policy(target_arn: str, most: Any = 1) -> str:
    """Return a redrive policy's text."""
    return json.dumps({"deadLetterTargetArn": target_arn, "maxReceiveCount": most})


def _pair(lab: Lab, most: int = 1, suffix: str = "") -> tuple[str, str]:
    """Create a queue with a dead-letter queue; return the URLs of both."""
    dead = lab.queue(f"dead{suffix}")
    return lab.queue(f"orders{suffix}", RedrivePolicy=_policy(lab.arn(dead), most)), dead


def _set(lab: Lab, queue_url: str, **attributes: str) -> Any:
    """Set attributes and return "ok", or what the error says."""
    return lab.attempt(lab.sqs.set_queue_attributes, QueueUrl=queue_url, Attributes=attributes)


def _code(outcome: Any) -> str:
    """Return the code of what `_set` returned."""
    return outcome if outcome == "ok" else outcome["Code"]


def _fail(lab: Lab, queue_url: str, times: int) -> list[list[str]]:
    """Receive and give back at once, so often; return the bodies of each receive."""
    return [lab.bodies(queue_url, VisibilityTimeout=0) for _ in range(times)]


def _send_fifo(lab: Lab, queue_url: str, body: str, group: str = "g", dedup: str = "") -> str:
    """Send to a FIFO queue and return the message's id."""
    ids = {"MessageGroupId": group, "MessageDeduplicationId": dedup or body}
    return lab.sqs.send_message(QueueUrl=queue_url, MessageBody=body, **ids)["MessageId"]


# --- what a RedrivePolicy must say -------------------------------------------------------------------------------


@behaviour(
    aws={
        "deadLetterTargetArn": "arn:aws:sqs:us-east-1:<account>:dead",
        "maxReceiveCount": 10,
    },
    source="localstack test_sqs.py test_get_specific_queue_attribute_response",
)
def a_redrive_policy_is_read_back(lab: Lab) -> object:
    """A redrive policy comes back as JSON with the numbers it was given."""
    url, _ = _pair(lab, 10)
    found = lab.sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["RedrivePolicy"])["Attributes"]
    return json.loads(found["RedrivePolicy"])


@behaviour(
    aws=refused(
        "InvalidParameterValue",
        'Value {"maxReceiveCount": "42"} for parameter RedrivePolicy is invalid. '
        "Reason: Redrive policy does not contain mandatory attribute: deadLetterTargetArn.",
    ),
    source=f"{VALIDITY}; text: crossplane-contrib/provider-aws issue 443",
)
def a_redrive_policy_without_a_target(lab: Lab) -> object:
    """A redrive policy needs a deadLetterTargetArn."""
    return _set(lab, lab.queue(), RedrivePolicy=json.dumps({"maxReceiveCount": "42"}))


@behaviour(
    aws=refused(
        "InvalidParameterValue",
        'Value {"deadLetterTargetArn": "arn:aws:sqs:us-east-1:<account>:dead"} for parameter RedrivePolicy is '
        "invalid. Reason: Redrive policy does not contain mandatory attribute: maxReceiveCount.",
    ),
    source=f"{VALIDITY}; text: crossplane-contrib/provider-aws issue 443 (the same for the other attribute)",
)
def a_redrive_policy_without_a_count(lab: Lab) -> object:
    """A redrive policy needs a maxReceiveCount, though the documentation names a default."""
    return _set(lab, lab.queue(), RedrivePolicy=json.dumps({"deadLetterTargetArn": lab.arn(lab.queue("dead"))}))


@behaviour(
    aws=refused(
        "InvalidParameterValue",
        "Value {} for parameter RedrivePolicy is invalid. Reason: Redrive policy does not contain mandatory attribute: "
        "maxReceiveCount.",
    ),
    source="community.aws issue 2321 (reply of AWS)",
)
def an_empty_object_is_no_redrive_policy(lab: Lab) -> object:
    """The empty JSON object is refused; it is the empty string that takes a redrive policy away."""
    return _set(lab, lab.queue(), RedrivePolicy="{}")


@behaviour(aws=["InvalidParameterValue", "ok"], source=VALIDITY)
def a_count_that_is_no_number(lab: Lab) -> object:
    """maxReceiveCount must be a number, which may be written as a string."""
    url, dead = lab.queue(), lab.queue("dead")
    return [_code(_set(lab, url, RedrivePolicy=_policy(lab.arn(dead), most))) for most in ("invalid", "42")]


@behaviour(
    aws={"0": "InvalidParameterValue", "1": "ok", "1000": "ok", "1001": "InvalidParameterValue"},
    source="SQS developer guide, dead-letter queues: maxReceiveCount 1 to 1,000 (code as for other wrong policies)",
)
def range_of_max_receive_count(lab: Lab) -> object:
    """maxReceiveCount is 1 to 1,000."""
    url, dead = lab.queue(), lab.queue("dead")
    return {str(n): _code(_set(lab, url, RedrivePolicy=_policy(lab.arn(dead), n))) for n in (0, 1, 1000, 1001)}


@behaviour(
    aws=refused(
        "InvalidParameterValue",
        'Value {"deadLetterTargetArn": "dummy", "maxReceiveCount": 42} for parameter RedrivePolicy is invalid. '
        "Reason: Invalid value for deadLetterTargetArn.",
    ),
    source="localstack snapshot test_invalid_dead_letter_arn_rejected_before_lookup[sqs]",
)
def a_target_that_is_no_arn(lab: Lab) -> object:
    """A deadLetterTargetArn that is no ARN is refused."""
    attributes = {"RedrivePolicy": _policy("dummy", 42)}
    return lab.attempt(lab.sqs.create_queue, QueueName="orders", Attributes=attributes)


@behaviour(
    aws=[
        refused(
            "InvalidParameterValue",
            'Value {"deadLetterTargetArn": "arn:aws:sqs:us-east-1:<account>:nowhere", "maxReceiveCount": 3} for '
            "parameter RedrivePolicy is invalid. Reason: Dead letter target does not exist.",
        )
    ]
    * 2,
    source="serverless/serverless issue 5215 (a real deployment's error)",
)
def a_target_that_does_not_exist(lab: Lab) -> object:
    """The dead-letter queue must exist when the policy is set, at creation and later."""
    url = lab.queue()
    policy = _policy(lab.arn(url).replace("orders", "nowhere"), 3)
    create = lab.attempt(lab.sqs.create_queue, QueueName="other", Attributes={"RedrivePolicy": policy})
    return [create, _set(lab, url, RedrivePolicy=policy)]


@behaviour(
    aws=[["InvalidParameterValue", "Dead-letter queue must be same type of queue as the source.."]] * 2,
    source="SQS API reference, CreateQueue RedrivePolicy; code: a public terraform log of CreateQueue; text: handel "
    "issue 253 (reply of AWS)",
)
def a_dead_letter_queue_is_of_the_same_type(lab: Lab) -> object:
    """The dead-letter queue of a FIFO queue is FIFO, that of a standard queue standard."""
    standard, fifo = lab.arn(lab.queue("dead")), lab.arn(lab.queue("dead.fifo"))
    outcomes = [
        _set(lab, lab.queue("orders.fifo"), RedrivePolicy=_policy(standard)),
        _set(lab, lab.queue("orders"), RedrivePolicy=_policy(fifo)),
    ]
    return [[_code(each), each if each == "ok" else each["Message"].partition("Reason: ")[2]] for each in outcomes]


@behaviour(aws=["refused", "refused"], source="SQS developer guide, dead-letter queues: same account and region")
def a_dead_letter_queue_is_of_the_same_account_and_region(lab: Lab) -> object:
    """The dead-letter queue is in the account and the region of its source."""
    url = lab.queue()
    elsewhere = [
        lab.arn(lab.queue("dead", account="other")),
        lab.arn(lab.queue("dead", region="eu-west-1"), "eu-west-1"),
    ]
    outcomes = [_set(lab, url, RedrivePolicy=_policy(arn)) for arn in elsewhere]
    return [outcome if outcome == "ok" else "refused" for outcome in outcomes]


@behaviour(aws=["ok", False], source="localstack snapshot test_set_empty_redrive_policy[sqs]")
def an_empty_redrive_policy_removes_it(lab: Lab) -> object:
    """An empty string as the redrive policy removes it."""
    url, _ = _pair(lab)
    outcome = _set(lab, url, RedrivePolicy="")
    names = lab.sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
    return [outcome, "RedrivePolicy" in names]


# --- when a message is moved --------------------------------------------------------------------------------------


@behaviour(
    aws={"receives": [["m"], ["m"], []], "dead": ["m"]},
    source="localstack snapshot test_dead_letter_queue_message_attributes; test_dead_letter_queue_max_receive_count",
)
def a_message_moves_after_max_receive_count(lab: Lab) -> object:
    """A message is delivered maxReceiveCount times; the receive after that moves it."""
    url, dead = _pair(lab, 2)
    lab.sqs.send_message(QueueUrl=url, MessageBody="m")
    return {"receives": _fail(lab, url, 3), "dead": lab.bodies(dead)}


@behaviour(aws=["0/1/0", "0/0/0"], source="SQS developer guide, dead-letter queues")
def the_last_delivery_is_still_a_delivery(lab: Lab) -> object:
    """While the last allowed delivery is being worked on, the message is in its queue."""
    url, dead = _pair(lab, 1)
    lab.sqs.send_message(QueueUrl=url, MessageBody="m")
    lab.receive(url)
    return [lab.counts(url), lab.counts(dead)]


@behaviour(aws=[[], ["m"]], source="SQS developer guide, dead-letter queues")
def a_timeout_that_ends_counts_as_well(lab: Lab) -> object:
    """It does not matter whether a consumer gives the message back or lets its time run out."""
    url, dead = _pair(lab, 1)
    lab.sqs.send_message(QueueUrl=url, MessageBody="m")
    lab.receive(url)
    lab.advance(31)
    return [lab.bodies(url), lab.bodies(dead)]


@behaviour(aws=["0/0/0", "0/0/0"], source="SQS developer guide, dead-letter queues")
def a_message_deleted_in_time_does_not_move(lab: Lab) -> object:
    """A message that is deleted within its last delivery never reaches the dead-letter queue."""
    url, dead = _pair(lab, 1)
    lab.sqs.send_message(QueueUrl=url, MessageBody="m")
    lab.sqs.delete_message(QueueUrl=url, ReceiptHandle=lab.receive(url)[0]["ReceiptHandle"])
    lab.advance(31)
    lab.receive(url)
    return [lab.counts(url), lab.counts(dead)]


@behaviour(
    aws=[[], "0/0/0"],
    source="SQS API reference, DeleteMessage: SQS deletes messages left in a queue longer than the retention period; "
    "CreateQueue: RedrivePolicy, which counts receives",
)
def an_expired_message_does_not_become_a_dead_letter(lab: Lab) -> object:
    """A message that has used up its receives and isn't asked for until it expires is gone from both queues."""
    url, dead = _pair(lab, 1)
    _set(lab, url, MessageRetentionPeriod="60")
    _set(lab, dead, MessageRetentionPeriod="1209600")
    lab.sqs.send_message(QueueUrl=url, MessageBody="m")
    _fail(lab, url, 1)
    lab.advance(61)
    return [lab.bodies(url), lab.counts(dead)]


@behaviour(aws=[["fresh"], ["worn"]], source="SQS developer guide, dead-letter queues")
def other_messages_are_received_meanwhile(lab: Lab) -> object:
    """The receive that moves one message returns the others."""
    url, dead = _pair(lab, 1)
    lab.sqs.send_message(QueueUrl=url, MessageBody="worn")
    _fail(lab, url, 1)
    lab.sqs.send_message(QueueUrl=url, MessageBody="fresh")
    return [lab.bodies(url), lab.bodies(dead)]


@behaviour(
    aws=[[], ["m"]],
    source="SQS API reference, SetQueueAttributes: moved when the receive count exceeds maxReceiveCount",
)
def a_policy_set_later_counts_earlier_receives(lab: Lab) -> object:
    """The receives before the policy was set count."""
    url, dead = lab.queue(), lab.queue("dead")
    lab.sqs.send_message(QueueUrl=url, MessageBody="m")
    _fail(lab, url, 3)
    _set(lab, url, RedrivePolicy=_policy(lab.arn(dead), 2))
    return [lab.bodies(url), lab.bodies(dead)]


@behaviour(aws=[[["m"], ["m"], ["m"]], []], source="localstack snapshot test_set_empty_redrive_policy[sqs]")
def without_its_policy_a_queue_moves_nothing(lab: Lab) -> object:
    """After the redrive policy is removed, a message is delivered again and again."""
    url, dead = _pair(lab, 1)
    _set(lab, url, RedrivePolicy="")
    lab.sqs.send_message(QueueUrl=url, MessageBody="m")
    return [_fail(lab, url, 3), lab.bodies(dead)]


# --- what is kept -------------------------------------------------------------------------------------------------


@behaviour(
    aws={
        "same id": True,
        "same sent time": True,
        "receives": "2",
        "source": "arn:aws:sqs:us-east-1:<account>:orders",
        "attributes": {"size": {"StringValue": "9", "DataType": "Number"}},
    },
    source="localstack snapshot test_dead_letter_queue_message_attributes",
)
def what_a_moved_message_keeps(lab: Lab) -> object:
    """A moved message keeps id, sent time, receive count and attributes, and says where it came from."""
    url, dead = _pair(lab, 1)
    attributes = {"size": {"StringValue": "9", "DataType": "Number"}}
    lab.sqs.send_message(QueueUrl=url, MessageBody="m", MessageAttributes=attributes)
    before = lab.receive(url, VisibilityTimeout=0)[0]
    lab.advance(5)
    lab.receive(url)
    after = lab.receive(dead)[0]
    return {
        "same id": before["MessageId"] == after["MessageId"],
        "same sent time": before["Attributes"]["SentTimestamp"] == after["Attributes"]["SentTimestamp"],
        "receives": after["Attributes"]["ApproximateReceiveCount"],
        "source": after["Attributes"].get("DeadLetterQueueSourceArn"),
        "attributes": after["MessageAttributes"],
    }


@behaviour(aws=False, source="SQS API reference, ReceiveMessage: DeadLetterQueueSourceArn of moved messages only")
def a_message_that_was_not_moved_has_no_source(lab: Lab) -> object:
    """A message sent to the dead-letter queue directly has no DeadLetterQueueSourceArn."""
    _, dead = _pair(lab)
    lab.sqs.send_message(QueueUrl=dead, MessageBody="direct")
    return "DeadLetterQueueSourceArn" in lab.receive(dead)[0]["Attributes"]


@behaviour(
    aws=["3 days: ['m']", "4 days: []"],
    source="SQS developer guide, setting up dead-letter queue retention: standard queues",
)
def a_standard_message_keeps_its_age(lab: Lab) -> object:
    """On standard queues the retention counts from the first sending: a day spent before is gone."""
    url, dead = _pair(lab, 1)
    lab.sqs.send_message(QueueUrl=url, MessageBody="m")
    lab.advance(DAY)
    _fail(lab, url, 2)
    lab.advance(2 * DAY - 60)
    third = _fail(lab, dead, 1)[0]
    lab.advance(DAY + 120)
    return [f"3 days: {third}", f"4 days: {lab.bodies(dead)}"]


@behaviour(
    aws=["4 days: ['m']", "5 days: []"],
    source="SQS developer guide, setting up dead-letter queue retention: FIFO queues",
)
def a_fifo_message_starts_anew(lab: Lab) -> object:
    """On FIFO queues the retention counts anew from the move."""
    url, dead = _pair(lab, 1, ".fifo")
    _send_fifo(lab, url, "m")
    lab.advance(DAY)
    _fail(lab, url, 2)
    lab.advance(3 * DAY + 120)
    fourth = _fail(lab, dead, 1)[0]
    lab.advance(DAY)
    return [f"4 days: {fourth}", f"5 days: {lab.bodies(dead)}"]


# --- FIFO ---------------------------------------------------------------------------------------------------------


@behaviour(
    aws={"dead": ["m"], "same id": True, "group": "g"},
    source="localstack test_sqs.py test_dead_letter_queue_with_fifo_and_content_based_deduplication",
)
def a_fifo_message_moves_with_its_group(lab: Lab) -> object:
    """A FIFO message moves to its FIFO dead-letter queue with its id and its group."""
    dead = lab.queue("dead.fifo", ContentBasedDeduplication="true")
    url = lab.queue("orders.fifo", ContentBasedDeduplication="true", RedrivePolicy=_policy(lab.arn(dead), 2))
    sent = lab.sqs.send_message(QueueUrl=url, MessageBody="m", MessageGroupId="g")["MessageId"]
    _fail(lab, url, 3)
    moved = lab.receive(dead)
    return {
        "dead": [message["Body"] for message in moved],
        "same id": [message["MessageId"] for message in moved] == [sent],
        "group": moved[0]["Attributes"]["MessageGroupId"] if moved else None,
    }


@behaviour(aws=True, source="SQS developer guide, dead-letter queue redrive: the deduplication id is replaced")
def a_moved_fifo_message_gets_its_id_as_deduplication_id(lab: Lab) -> object:
    """In a FIFO dead-letter queue a message's deduplication id is its message id."""
    url, dead = _pair(lab, 1, ".fifo")
    sent = _send_fifo(lab, url, "m", dedup="mine")
    _fail(lab, url, 2)
    return lab.receive(dead)[0]["Attributes"]["MessageDeduplicationId"] == sent


@behaviour(
    aws=["one", "two"], source="SQS developer guide, dead-letter queue redrive: the deduplication id is replaced"
)
def a_fifo_dead_letter_queue_keeps_both(lab: Lab) -> object:
    """Two messages from two queues with one deduplication id both arrive in a FIFO dead-letter queue."""
    dead = lab.queue("dead.fifo")
    for name in ("one", "two"):
        url = lab.queue(f"{name}.fifo", RedrivePolicy=_policy(lab.arn(dead)))
        _send_fifo(lab, url, name, group=name, dedup="same")
        _fail(lab, url, 2)
    return sorted(lab.bodies(dead))


@behaviour(
    aws=["first", "second"],
    source="SQS API reference, CreateQueue: RedrivePolicy, maxReceiveCount counts receives; inferred for a group",
)
def what_goes_back_with_a_failed_message_moves_with_it(lab: Lab) -> object:
    """A message that is given back whenever the one before it fails has been received as often, and moves, too."""
    url, dead = _pair(lab, 2, ".fifo")
    for body in ("first", "second"):
        _send_fifo(lab, url, body)
    _fail(lab, url, 3)
    return lab.bodies(dead)


@behaviour(aws=["second"], source="SQS developer guide, FIFO delivery logic: only a message in flight blocks its group")
def a_moved_message_frees_its_group(lab: Lab) -> object:
    """Once the message at the head of a group is moved, the group goes on with the next one."""
    url, _ = _pair(lab, 1, ".fifo")
    _send_fifo(lab, url, "first")
    lab.bodies(url, VisibilityTimeout=0)
    _send_fifo(lab, url, "second")
    return [body for _ in range(2) for body in lab.bodies(url)]


# --- RedriveAllowPolicy -------------------------------------------------------------------------------------------


@behaviour(aws={"redrivePermission": "denyAll"}, source=ALLOW)
def a_redrive_allow_policy_is_read_back(lab: Lab) -> object:
    """A redrive allow policy is stored and comes back as JSON."""
    dead = lab.queue("dead", RedriveAllowPolicy=json.dumps({"redrivePermission": "denyAll"}))
    found = lab.sqs.get_queue_attributes(QueueUrl=dead, AttributeNames=["All"])["Attributes"]
    return json.loads(found.get("RedriveAllowPolicy", "null"))


@behaviour(aws=["refused", "ok", "ok"], source=ALLOW)
def deny_all_and_allow_all(lab: Lab) -> object:
    """denyAll refuses every source queue; allowAll is what holds without a policy."""
    dead, url = lab.queue("dead"), lab.queue()
    without = _code(_set(lab, url, RedrivePolicy=_policy(lab.arn(dead), 2)))
    codes = []
    for permission in ("denyAll", "allowAll"):
        _set(lab, url, RedrivePolicy="")
        _set(lab, dead, RedriveAllowPolicy=json.dumps({"redrivePermission": permission}))
        codes.append(_code(_set(lab, url, RedrivePolicy=_policy(lab.arn(dead), 3))))
    return [code if code == "ok" else "refused" for code in [*codes, without]]


@behaviour(aws={"orders": "ok", "stranger": "refused"}, source=ALLOW)
def by_queue_allows_the_listed_sources(lab: Lab) -> object:
    """byQueue lets the listed source queues use the queue, and no others."""
    url, stranger = lab.queue(), lab.queue("stranger")
    allow = {"redrivePermission": "byQueue", "sourceQueueArns": [lab.arn(url)]}
    dead = lab.queue("dead", RedriveAllowPolicy=json.dumps(allow))
    outcomes = {"orders": _set(lab, url, RedrivePolicy=_policy(lab.arn(dead)))}
    outcomes["stranger"] = _set(lab, stranger, RedrivePolicy=_policy(lab.arn(dead)))
    return {name: outcome if outcome == "ok" else "refused" for name, outcome in outcomes.items()}


@behaviour(
    aws={"none": "refused", "ten": "ok", "eleven": "refused", "with allowAll": "refused", "unknown word": "refused"},
    source=ALLOW,
)
def what_a_redrive_allow_policy_may_say(lab: Lab) -> object:
    """byQueue needs one to ten source ARNs, the other permissions take none."""
    dead = lab.queue("dead")
    arns = [lab.arn(lab.queue(f"q{number}")) for number in range(11)]
    policies = {
        "none": {"redrivePermission": "byQueue"},
        "ten": {"redrivePermission": "byQueue", "sourceQueueArns": arns[:10]},
        "eleven": {"redrivePermission": "byQueue", "sourceQueueArns": arns},
        "with allowAll": {"redrivePermission": "allowAll", "sourceQueueArns": arns[:1]},
        "unknown word": {"redrivePermission": "someOfThem"},
    }
    outcomes = {kind: _set(lab, dead, RedriveAllowPolicy=json.dumps(policy)) for kind, policy in policies.items()}
    return {kind: outcome if outcome == "ok" else "refused" for kind, outcome in outcomes.items()}


# --- listing the sources ------------------------------------------------------------------------------------------


def _sources(lab: Lab, dead: str) -> list[str]:
    """Return the names of the queues that use this one as their dead-letter queue."""
    urls = lab.sqs.list_dead_letter_source_queues(QueueUrl=dead).get("queueUrls", [])
    return sorted(url.split("/")[-1] for url in urls)


@behaviour(aws=["a", "b"], source="localstack test_sqs.py test_dead_letter_queue_list_sources")
def the_sources_of_a_dead_letter_queue(lab: Lab) -> object:
    """ListDeadLetterSourceQueues lists the queues that name this one, under a key that begins in lower case."""
    dead = lab.queue("dead")
    lab.queue("c")
    for name in ("a", "b"):
        lab.queue(name, RedrivePolicy=_policy(lab.arn(dead), 50))
    return _sources(lab, dead)


@behaviour(aws=[[], ["orders"], []], source="SQS API reference, ListDeadLetterSourceQueues")
def sources_come_and_go_with_the_policy(lab: Lab) -> object:
    """A queue is a source as long as it has a redrive policy."""
    dead, url = lab.queue("dead"), lab.queue()
    found = [_sources(lab, dead)]
    for policy in (_policy(lab.arn(dead)), ""):
        _set(lab, url, RedrivePolicy=policy)
        found.append(_sources(lab, dead))
    return found


@behaviour(
    aws={"pages": [2, 1], "token without MaxResults": False},
    source="SQS API reference, ListDeadLetterSourceQueues: MaxResults and NextToken",
)
def sources_in_pages(lab: Lab) -> object:
    """With MaxResults the list comes in pages."""
    dead = lab.queue("dead")
    for name in ("a", "b", "c"):
        lab.queue(name, RedrivePolicy=_policy(lab.arn(dead)))
    pages = lab.sqs.get_paginator("list_dead_letter_source_queues").paginate(
        QueueUrl=dead, PaginationConfig={"PageSize": 2}
    )
    return {
        "pages": [len(page["queueUrls"]) for page in pages],
        "token without MaxResults": "NextToken" in lab.sqs.list_dead_letter_source_queues(QueueUrl=dead),
    }
