"""Queues: creating, naming, deleting, purging, listing, tags and attributes."""

import json
from typing import Any

from behaviours.book import behaviour, refused
from behaviours.labs import Lab

NO_QUEUE = "AWS.SimpleQueueService.NonExistentQueue"
RANGES = "SQS API reference, CreateQueue (valid values); code: apache/airflow issue 65592"
READ_BACK = ["ApproximateNumberOfMessages", "QueueArn", "CreatedTimestamp", "LastModifiedTimestamp"]
POLICY = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Principal": "*", "Action": "sqs:SendMessage", "Resource": "*"}],
    }
)


def _attributes(lab: Lab, queue_url: str, *names: str) -> dict[str, str]:
    """Return the named attributes, all without names; {} where AWS leaves the key out."""
    reply = lab.sqs.get_queue_attributes(QueueUrl=queue_url, AttributeNames=list(names) or ["All"])
    return reply.get("Attributes", {})


def _settings(lab: Lab, queue_url: str) -> dict[str, str]:
    """Return all attributes except the counters, the ARN and the timestamps."""
    everything = _attributes(lab, queue_url)
    return {name: value for name, value in sorted(everything.items()) if not name.startswith(tuple(READ_BACK))}


def _set(lab: Lab, queue_url: str, **attributes: str) -> Any:
    """Set attributes and return "ok", or what the error says."""
    return lab.attempt(lab.sqs.set_queue_attributes, QueueUrl=queue_url, Attributes=attributes)


def _creation(lab: Lab, name: str, **attributes: str) -> str:
    """Create a queue and return "ok", or the error's code."""
    return lab.code(lab.sqs.create_queue, QueueName=name, Attributes=attributes)


def _codes_around(lab: Lab, attribute: str, lowest: int, highest: int) -> list[str]:
    """Return the outcomes of creating a queue one below, at, at and one above the limits."""
    values = [lowest - 1, lowest, highest, highest + 1]
    return [_creation(lab, f"q{i}", **{attribute: str(value)}) for i, value in enumerate(values)]


IN_RANGE = ["InvalidAttributeValue", "ok", "ok", "InvalidAttributeValue"]  # what _codes_around should return


# --- creating ---------------------------------------------------------------------------------------------------


@behaviour(aws=["<account>", "orders"], source="SQS developer guide, queue and message identifiers")
def a_queue_url_ends_with_account_and_name(lab: Lab) -> object:
    """A queue's URL ends with the owner's account number and the queue's name."""
    return lab.queue("orders").split("/")[-2:]


@behaviour(aws=True, source="localstack test_sqs.py test_create_queue_without_attributes_is_idempotent")
def creating_twice_gives_the_same_url(lab: Lab) -> object:
    """Creating a queue again without attributes returns the URL of the one that is there."""
    return lab.queue() == lab.queue()


@behaviour(aws=True, source="localstack test_sqs.py test_create_queue_with_same_attributes_is_idempotent")
def creating_twice_with_the_same_attributes(lab: Lab) -> object:
    """Creating a queue again with the same attributes returns the URL of the one that is there."""
    return lab.queue(VisibilityTimeout="69") == lab.queue(VisibilityTimeout="69")


@behaviour(aws=True, source="localstack test_sqs.py test_create_fifo_queue_with_same_attributes_is_idempotent")
def creating_a_fifo_queue_twice(lab: Lab) -> object:
    """Creating a FIFO queue again with the same attributes returns the URL of the one that is there."""
    return lab.queue("orders.fifo") == lab.queue("orders.fifo")


@behaviour(aws=True, source="localstack test_sqs.py test_create_queue_with_default_attributes_is_idempotent")
def creating_again_without_attributes(lab: Lab) -> object:
    """Creating without attributes returns an existing queue whatever its attributes are."""
    return lab.queue(VisibilityTimeout="69", ReceiveMessageWaitTimeSeconds="1") == lab.queue()


@behaviour(
    aws=True, source="localstack test_sqs.py test_create_queue_with_different_attributes_raises_exception (inline)"
)
def creating_again_with_some_of_the_attributes(lab: Lab) -> object:
    """Creating again with a part of the existing queue's attributes returns its URL."""
    return lab.queue(ReceiveMessageWaitTimeSeconds="1", DelaySeconds="1") == lab.queue(DelaySeconds="1")


@behaviour(
    aws=[True, "1/0/1"], source="localstack test_sqs.py test_create_queue_after_internal_attributes_changes_works"
)
def creating_again_with_messages_inside(lab: Lab) -> object:
    """Messages in the queue do not make it a different queue for CreateQueue."""
    url = lab.queue()
    lab.sqs.send_message(QueueUrl=url, MessageBody="a")
    lab.sqs.send_message(QueueUrl=url, MessageBody="b", DelaySeconds=60)
    return [lab.queue() == url, lab.counts(url)]


@behaviour(
    aws=refused(
        "QueueAlreadyExists",
        "A queue already exists with the same name and a different value for attribute DelaySeconds",
    ),
    source="localstack snapshot test_create_queue_with_different_attributes_raises_exception[sqs]",
)
def creating_again_with_another_value(lab: Lab) -> object:
    """Creating an existing queue with another value for an attribute is refused and names the attribute."""
    lab.queue(ReceiveMessageWaitTimeSeconds="1", DelaySeconds="1")
    wanted = {"ReceiveMessageWaitTimeSeconds": "1", "DelaySeconds": "2"}
    return lab.attempt(lab.sqs.create_queue, QueueName="orders", Attributes=wanted)


@behaviour(
    aws=refused(
        "QueueAlreadyExists",
        "A queue already exists with the same name and a different value for attribute ContentBasedDeduplication",
    ),
    source="localstack snapshot test_create_fifo_queue_with_different_attributes_raises_error[sqs]",
)
def creating_a_fifo_queue_again_with_another_value(lab: Lab) -> object:
    """The same holds for FIFO attributes."""
    lab.queue("orders.fifo", ContentBasedDeduplication="true")
    wanted = {"FifoQueue": "true", "ContentBasedDeduplication": "false"}
    return lab.attempt(lab.sqs.create_queue, QueueName="orders.fifo", Attributes=wanted)


@behaviour(
    aws={"as created": "QueueAlreadyExists", "as set": "ok", "nothing said": "ok"},
    source="localstack test_sqs.py test_create_queue_after_modified_attributes (validated on AWS)",
)
def creating_again_after_a_change(lab: Lab) -> object:
    """CreateQueue compares with the attributes as they are now, not as they were at creation."""
    url = lab.queue(VisibilityTimeout="1")
    lab.sqs.set_queue_attributes(QueueUrl=url, Attributes={"VisibilityTimeout": "2"})
    return {
        "as created": _creation(lab, "orders", VisibilityTimeout="1"),
        "as set": _creation(lab, "orders", VisibilityTimeout="2"),
        "nothing said": _creation(lab, "orders"),
    }


@behaviour(
    aws="QueueAlreadyExists",
    source="localstack test_sqs.py test_create_queue_with_default_arguments_works_with_modified_attributes (validated)",
)
def creating_again_with_a_value_where_a_default_was(lab: Lab) -> object:
    """An attribute that was left at its default counts in the comparison."""
    lab.queue()
    return _creation(lab, "orders", VisibilityTimeout="1")


# --- names ------------------------------------------------------------------------------------------------------


@behaviour(
    aws={
        "space": "InvalidParameterValue",
        "slash": "InvalidParameterValue",
        "dot": "InvalidParameterValue",
        "accent": "InvalidParameterValue",
        "all kinds": "ok",
    },
    source="localstack test_sqs.py test_disallow_queue_name_with_slashes; SQS API reference, CreateQueue QueueName",
)
def characters_of_a_queue_name(lab: Lab) -> object:
    """A queue name has letters, digits, hyphens and underscores only."""
    names = {"space": "my orders", "slash": "my/orders/", "dot": "my.orders", "accent": "é", "all kinds": "-My_0rders-"}
    return {kind: _creation(lab, name) for kind, name in names.items()}


@behaviour(aws=["ok", "InvalidParameterValue"], source="SQS API reference, CreateQueue QueueName")
def a_queue_name_has_80_characters_at_most(lab: Lab) -> object:
    """A queue name has up to 80 characters."""
    return [_creation(lab, "q" * 80), _creation(lab, "q" * 81)]


@behaviour(aws=["ok", "InvalidParameterValue"], source="SQS developer guide, FIFO queue quotas")
def the_fifo_suffix_counts_towards_the_80(lab: Lab) -> object:
    """The .fifo suffix counts towards the 80 characters."""
    return [_creation(lab, "q" * 75 + ".fifo", FifoQueue="true"), _creation(lab, "q" * 76 + ".fifo", FifoQueue="true")]


@behaviour(aws=["Orders", "orders"], source="SQS API reference, CreateQueue: names are case-sensitive")
def queue_names_are_case_sensitive(lab: Lab) -> object:
    """Names that differ in case only are two queues."""
    lab.queue("orders")
    lab.queue("Orders")
    return sorted(url.split("/")[-1] for url in lab.sqs.list_queues()["QueueUrls"])


@behaviour(aws="InvalidParameterValue", source="localstack test_sqs.py test_fifo_queue_requires_suffix")
def a_fifo_queue_needs_the_suffix(lab: Lab) -> object:
    """FifoQueue=true with a name that does not end with .fifo is refused."""
    return _creation(lab, "orders", FifoQueue="true")


@behaviour(aws="InvalidParameterValue", source="localstack test_sqs.py test_standard_queue_cannot_have_fifo_suffix")
def a_standard_queue_may_not_have_the_suffix(lab: Lab) -> object:
    """A name that ends with .fifo without FifoQueue=true is refused."""
    return lab.code(lab.sqs.create_queue, QueueName="orders.fifo")


@behaviour(
    aws=refused("InvalidAttributeName", "Unknown Attribute FifoQueue."),
    source="localstack snapshot test_create_standard_queue_with_fifo_attribute_raises_error[sqs]",
)
def fifo_queue_false_is_refused(lab: Lab) -> object:
    """A standard queue is one without FifoQueue: FifoQueue=false is refused."""
    return lab.attempt(lab.sqs.create_queue, QueueName="orders", Attributes={"FifoQueue": "false"})


@behaviour(
    aws=[
        refused("InvalidAttributeName", "Unknown Attribute ContentBasedDeduplication."),
        refused("InvalidAttributeName", "You can specify the DeduplicationScope only when FifoQueue is set to true."),
        refused("InvalidAttributeName", "You can specify the FifoThroughputLimit only when FifoQueue is set to true."),
    ]
    * 2,
    source="localstack snapshot test_create_standard_queue_with_fifo_attribute_raises_error[sqs]; local-aws-sqs "
    "project (SetQueueAttributes)",
)
def texts_about_fifo_attributes_on_a_standard_queue(lab: Lab) -> object:
    """Two of the attributes of FIFO queues are refused in words of their own, at creation and later."""
    sqs, url = lab.sqs, lab.queue("old")
    wrong = [
        {"ContentBasedDeduplication": "true"},
        {"DeduplicationScope": "queue"},
        {"FifoThroughputLimit": "perQueue"},
    ]
    created = [lab.attempt(sqs.create_queue, QueueName="new", Attributes=each) for each in wrong]
    return created + [_set(lab, url, **each) for each in wrong]


# --- deleting ---------------------------------------------------------------------------------------------------


@behaviour(
    aws=refused(
        "AWS.SimpleQueueService.QueueDeletedRecently",
        "You must wait 60 seconds after deleting a queue before you can create another with the same name.",
    ),
    source="localstack test_sqs.py test_create_queue_recently_deleted (inline)",
)
def creating_a_queue_again_too_soon(lab: Lab) -> object:
    """A name is locked for 60 seconds after its queue was deleted."""
    lab.sqs.delete_queue(QueueUrl=lab.queue())
    return lab.attempt(lab.sqs.create_queue, QueueName="orders")


@behaviour(aws=["ok", "0/0/0"], source="SQS API reference, DeleteQueue: wait at least 60 seconds")
def creating_a_queue_again_after_a_minute(lab: Lab) -> object:
    """More than 60 seconds after the deletion the name is free again, and the new queue is empty."""
    url = lab.queue()
    lab.sqs.send_message(QueueUrl=url, MessageBody="old")
    lab.sqs.delete_queue(QueueUrl=url)
    lab.advance(61)
    return [_creation(lab, "orders"), lab.counts(url)]


@behaviour(aws="30", source="SQS API reference, DeleteQueue")
def a_recreated_queue_has_default_attributes(lab: Lab) -> object:
    """A queue that is created again has nothing of the one that was deleted."""
    lab.sqs.delete_queue(QueueUrl=lab.queue(VisibilityTimeout="5"))
    lab.advance(61)
    return _attributes(lab, lab.queue())["VisibilityTimeout"]


@behaviour(aws=[NO_QUEUE, NO_QUEUE, "no key"], source="SQS API reference, DeleteQueue (after its 60 seconds)")
def a_deleted_queue_is_gone(lab: Lab) -> object:
    """A minute after its deletion a queue can neither be found nor used nor listed."""
    url = lab.queue()
    lab.sqs.delete_queue(QueueUrl=url)
    lab.advance(61)
    return [
        lab.code(lab.sqs.get_queue_url, QueueName="orders"),
        lab.code(lab.sqs.send_message, QueueUrl=url, MessageBody="late"),
        lab.sqs.list_queues().get("QueueUrls", "no key"),
    ]


@behaviour(
    aws=refused(NO_QUEUE, "The specified queue does not exist."),
    source="localstack snapshot test_non_existent_queue (JSON protocol)",
)
def the_url_of_a_missing_queue(lab: Lab) -> object:
    """GetQueueUrl of a name that nobody has is refused; the code still has the old prefix."""
    return lab.attempt(lab.sqs.get_queue_url, QueueName="nowhere")


@behaviour(
    aws=refused(NO_QUEUE, "The specified queue does not exist."),
    source="localstack snapshot test_non_existent_queue (JSON protocol)",
)
def the_attributes_of_a_missing_queue(lab: Lab) -> object:
    """GetQueueAttributes with the URL of a queue that is not there is refused alike."""
    url = lab.queue().replace("orders", "nowhere")
    return lab.attempt(lab.sqs.get_queue_attributes, QueueUrl=url, AttributeNames=["All"])


@behaviour(
    aws=dict.fromkeys(["delete", "purge", "tag", "tags", "sources", "set", "permission"], NO_QUEUE),
    source="SQS API reference, errors of each action: QueueDoesNotExist",
)
def every_action_on_a_missing_queue(lab: Lab) -> object:
    """Every action that takes a queue's URL answers with the same code for a missing queue."""
    url = lab.queue().replace("orders", "nowhere")
    permission = {"Label": "l", "AWSAccountIds": [lab.account], "Actions": ["SendMessage"]}
    return {
        "delete": lab.code(lab.sqs.delete_queue, QueueUrl=url),
        "purge": lab.code(lab.sqs.purge_queue, QueueUrl=url),
        "tag": lab.code(lab.sqs.tag_queue, QueueUrl=url, Tags={"a": "b"}),
        "tags": lab.code(lab.sqs.list_queue_tags, QueueUrl=url),
        "sources": lab.code(lab.sqs.list_dead_letter_source_queues, QueueUrl=url),
        "set": lab.code(lab.sqs.set_queue_attributes, QueueUrl=url, Attributes={"DelaySeconds": "1"}),
        "permission": lab.code(lab.sqs.add_permission, QueueUrl=url, **permission),
    }


@behaviour(aws=["ok", "by name"], source="localstack test_sqs.py test_posting_to_queue_via_queue_name")
def a_bare_name_serves_as_queue_url(lab: Lab) -> object:
    """AWS takes a bare queue name where a QueueUrl is asked for."""
    url = lab.queue()
    sent = lab.code(lab.sqs.send_message, QueueUrl="orders", MessageBody="by name")
    return [sent, *lab.bodies(url)]


# --- purging ----------------------------------------------------------------------------------------------------


@behaviour(
    aws=["0/0/0", []],
    source="localstack test_sqs.py test_purge_queue, test_purge_queue_deletes_inflight_messages, ..._delayed_messages",
)
def a_purge_removes_all_messages(lab: Lab) -> object:
    """A purge removes waiting, delayed and in-flight messages for good."""
    url = lab.queue()
    lab.sqs.send_message(QueueUrl=url, MessageBody="in flight")
    lab.receive(url)
    lab.sqs.send_message(QueueUrl=url, MessageBody="waiting")
    lab.sqs.send_message(QueueUrl=url, MessageBody="delayed", DelaySeconds=60)
    lab.sqs.purge_queue(QueueUrl=url)
    lab.advance(61)
    return [lab.counts(url), lab.bodies(url)]


@behaviour(aws=["new"], source="localstack test_sqs.py test_purge_queue")
def messages_sent_after_a_purge_stay(lab: Lab) -> object:
    """Once the purge is over, the queue takes messages as before."""
    url = lab.queue()
    lab.sqs.send_message(QueueUrl=url, MessageBody="old")
    lab.sqs.purge_queue(QueueUrl=url)
    lab.advance(61)
    lab.sqs.send_message(QueueUrl=url, MessageBody="new")
    return lab.bodies(url)


@behaviour(
    aws=refused(
        "AWS.SimpleQueueService.PurgeQueueInProgress",
        "Only one PurgeQueue operation on orders is allowed every 60 seconds.",
        403,
    ),
    source="localstack snapshot test_successive_purge_calls_fail[sqs]",
)
def a_second_purge_within_a_minute(lab: Lab) -> object:
    """A queue can be purged once every 60 seconds; the refusal has HTTP status 403."""
    url = lab.queue()
    lab.sqs.purge_queue(QueueUrl=url)
    return lab.attempt(lab.sqs.purge_queue, QueueUrl=url)


@behaviour(aws="ok", source="SQS API reference, PurgeQueueInProgress")
def a_second_purge_after_a_minute(lab: Lab) -> object:
    """More than 60 seconds later the next purge is accepted."""
    url = lab.queue()
    lab.sqs.purge_queue(QueueUrl=url)
    lab.advance(61)
    return lab.code(lab.sqs.purge_queue, QueueUrl=url)


@behaviour(aws="ok", source="SQS API reference, PurgeQueueInProgress: one per queue")
def purging_another_queue_meanwhile(lab: Lab) -> object:
    """The 60 seconds hold per queue."""
    lab.sqs.purge_queue(QueueUrl=lab.queue("a"))
    return lab.code(lab.sqs.purge_queue, QueueUrl=lab.queue("b"))


@behaviour(aws=["second"], source="localstack test_sqs.py test_purge_queue_clears_fifo_deduplication_cache")
def a_purge_forgets_deduplication_ids(lab: Lab) -> object:
    """After a purge a FIFO queue takes a deduplication id again that it had seen before."""
    url = lab.queue("orders.fifo")
    ids = {"MessageGroupId": "g", "MessageDeduplicationId": "d"}
    lab.sqs.send_message(QueueUrl=url, MessageBody="first", **ids)
    lab.sqs.purge_queue(QueueUrl=url)
    lab.sqs.send_message(QueueUrl=url, MessageBody="second", **ids)
    return lab.bodies(url)


# --- finding and listing ----------------------------------------------------------------------------------------


@behaviour(aws=True, source="SQS API reference, GetQueueUrl")
def get_queue_url_finds_what_create_returned(lab: Lab) -> object:
    """GetQueueUrl returns the URL that CreateQueue returned."""
    return lab.queue() == lab.sqs.get_queue_url(QueueName="orders")["QueueUrl"]


@behaviour(aws=False, source="localstack test_sqs.py test_list_queues (validated); boto3 issue 2811")
def listing_no_queues_has_no_key(lab: Lab) -> object:
    """ListQueues without a match has no QueueUrls key at all."""
    lab.queue("orders")
    return "QueueUrls" in lab.sqs.list_queues(QueueNamePrefix="nothing")


@behaviour(aws=["a-1", "a-2"], source="localstack test_sqs.py test_list_queues")
def listing_with_a_prefix(lab: Lab) -> object:
    """QueueNamePrefix picks the queues whose names begin with it."""
    for name in ("a-1", "a-2", "b-a-"):
        lab.queue(name)
    return sorted(url.split("/")[-1] for url in lab.sqs.list_queues(QueueNamePrefix="a-")["QueueUrls"])


@behaviour(aws=[2, 2, 1], source="SQS API reference, ListQueues: MaxResults and NextToken")
def listing_in_pages(lab: Lab) -> object:
    """With MaxResults, ListQueues returns pages that NextToken connects."""
    for number in range(5):
        lab.queue(f"q{number}")
    pages = lab.sqs.get_paginator("list_queues").paginate(PaginationConfig={"PageSize": 2})
    return [len(page["QueueUrls"]) for page in pages]


@behaviour(aws=False, source="SQS API reference, ListQueues: no NextToken without MaxResults")
def listing_without_max_results_has_no_token(lab: Lab) -> object:
    """Without MaxResults no NextToken is returned."""
    for number in range(5):
        lab.queue(f"q{number}")
    return "NextToken" in lab.sqs.list_queues()


@behaviour(
    aws={"us-east-1": ["here"], "eu-central-1": ["there"]},
    source="localstack test_sqs.py test_list_queues_multi_region_with_endpoint_strategy_domain",
)
def each_region_has_its_own_queues(lab: Lab) -> object:
    """ListQueues shows the queues of the client's region."""
    lab.queue("here")
    lab.queue("there", region="eu-central-1")
    urls = {region: lab.client("sqs", region).list_queues()["QueueUrls"] for region in ("us-east-1", "eu-central-1")}
    return {region: [url.split("/")[-1] for url in found] for region, found in urls.items()}


@behaviour(aws=False, source="localstack test_sqs.py test_get_queue_url_multi_region")
def the_same_name_in_two_regions(lab: Lab) -> object:
    """The same name in two regions is two queues with two URLs."""
    return lab.queue("orders") == lab.queue("orders", region="eu-central-1")


# --- tags -------------------------------------------------------------------------------------------------------


@behaviour(aws={"tag1": "VALUE1", "tag2": "value2", "tag3": ""}, source="localstack snapshot test_tag_untag_queue")
def tagging_adds_and_overwrites(lab: Lab) -> object:
    """TagQueue adds tags and overwrites the ones that are there; a value may be empty."""
    url = lab.queue()
    lab.sqs.tag_queue(QueueUrl=url, Tags={"tag1": "value1", "tag2": "value2"})
    lab.sqs.tag_queue(QueueUrl=url, Tags={"tag1": "VALUE1", "tag3": ""})
    return lab.sqs.list_queue_tags(QueueUrl=url)["Tags"]


@behaviour(aws={"MyTag": "1", "mytag": "2"}, source="localstack test_sqs.py test_tags_case_sensitive")
def tags_are_case_sensitive(lab: Lab) -> object:
    """Tag keys that differ in case only are two tags."""
    url = lab.queue()
    lab.sqs.tag_queue(QueueUrl=url, Tags={"MyTag": "1", "mytag": "2"})
    return lab.sqs.list_queue_tags(QueueUrl=url)["Tags"]


@behaviour(aws={"tag2": "value2"}, source="localstack test_sqs.py test_untag_queue_ignores_non_existing_tag")
def untagging_ignores_unknown_keys(lab: Lab) -> object:
    """UntagQueue removes the keys it finds and says nothing of the others."""
    url = lab.queue()
    lab.sqs.tag_queue(QueueUrl=url, Tags={"tag1": "value1", "tag2": "value2"})
    lab.sqs.untag_queue(QueueUrl=url, TagKeys=["tag1", "tag3"])
    return lab.sqs.list_queue_tags(QueueUrl=url)["Tags"]


@behaviour(aws={"stage": "test"}, source="localstack test_sqs.py test_create_queue_with_tags")
def tags_at_creation(lab: Lab) -> object:
    """CreateQueue takes tags; its parameter is written in lower case."""
    url = lab.sqs.create_queue(QueueName="orders", tags={"stage": "test"})["QueueUrl"]
    return lab.sqs.list_queue_tags(QueueUrl=url)["Tags"]


@behaviour(aws=["0/1/0", ["a"]], source="SQS developer guide, delay queues: a message is hidden when it is first sent")
def a_changed_delay_and_a_message_in_flight(lab: Lab) -> object:
    """A new DelaySeconds of a FIFO queue does not concern messages that were received already."""
    url = lab.queue("orders.fifo", ContentBasedDeduplication="true")
    lab.sqs.send_message(QueueUrl=url, MessageBody="a", MessageGroupId="g")
    lab.receive(url)
    _set(lab, url, DelaySeconds="900")
    counts = lab.counts(url)
    lab.advance(40)
    return [counts, lab.bodies(url)]


@behaviour(
    aws=["QueueAlreadyExists", "QueueAlreadyExists", "ok", "ok"],
    source="dramatiq_sqs pull request 13 and amazon-sqs-java-temporary-queues-client pull request 70 (replies of AWS)",
)
def creating_again_with_other_tags(lab: Lab) -> object:
    """CreateQueue compares the tags as well: with other ones it is refused, without any it is not."""
    untagged, tagged = {"QueueName": "a"}, {"QueueName": "b", "tags": {"stage": "test"}}
    for queue in (untagged, tagged):
        lab.sqs.create_queue(**queue)
    again = [untagged | {"tags": {"stage": "test"}}, tagged | {"tags": {"stage": "live"}}, tagged, {"QueueName": "b"}]
    return [lab.code(lab.sqs.create_queue, **each) for each in again]


@behaviour(
    aws={"short enough": "ok", "key": "refused", "value": "refused", "prefix": "refused", "51st": "refused"},
    source="SQS developer guide, queue quotas: tags",
)
def tags_that_are_refused(lab: Lab) -> object:
    """A key has 128 characters, a value 256, a queue 50 tags; the prefix aws: is reserved."""
    url = lab.queue()
    tags = {
        "short enough": {"k" * 128: "v" * 256},
        "key": {"k" * 129: "v"},
        "value": {"k": "v" * 257},
        "prefix": {"aws:k": "v"},
        "51st": {str(number): "v" for number in range(50)},
    }
    codes = {name: lab.code(lab.sqs.tag_queue, QueueUrl=url, Tags=each) for name, each in tags.items()}
    return {name: code if code == "ok" else "refused" for name, code in codes.items()}


@behaviour(
    aws=[refused("InvalidParameterValue", "Too many tags added for queue orders."), ["1"]],
    source="getmoto/moto test_sqs.py test_tag_queue_errors; ydb-platform/ydb ymq tag_queue (the same text)",
)
def fifty_one_tags(lab: Lab) -> object:
    """A queue has 50 tags at most. If one call has too many, none of them is added."""
    url = lab.sqs.create_queue(QueueName="orders", tags={"1": "v"})["QueueUrl"]
    outcome = lab.attempt(lab.sqs.tag_queue, QueueUrl=url, Tags={f"k{number}": "v" for number in range(51)})
    return [outcome, list(lab.sqs.list_queue_tags(QueueUrl=url)["Tags"])]


@behaviour(aws=[False, False], source="localstack test_sqs.py test_tag_untag_queue, test_queue_list_nonexistent_tags")
def no_tags_no_key(lab: Lab) -> object:
    """A queue that has no tags, or none any more, is answered without a Tags key."""
    url = lab.queue()
    before = "Tags" in lab.sqs.list_queue_tags(QueueUrl=url)
    lab.sqs.tag_queue(QueueUrl=url, Tags={"a": "b"})
    lab.sqs.untag_queue(QueueUrl=url, TagKeys=["a"])
    return [before, "Tags" in lab.sqs.list_queue_tags(QueueUrl=url)]


# --- reading attributes -----------------------------------------------------------------------------------------


@behaviour(
    aws={
        "DelaySeconds": "0",
        "MaximumMessageSize": "1048576",
        "MessageRetentionPeriod": "345600",
        "ReceiveMessageWaitTimeSeconds": "0",
        "SqsManagedSseEnabled": "true",
        "VisibilityTimeout": "30",
    },
    source="localstack snapshot test_set_queue_attributes_default_values[sqs] (10-12-2025)",
)
def defaults_of_a_standard_queue(lab: Lab) -> object:
    """A new standard queue's settings, all strings; nothing that was not set is listed."""
    return _settings(lab, lab.queue())


@behaviour(
    aws={
        "ContentBasedDeduplication": "false",
        "DeduplicationScope": "queue",
        "DelaySeconds": "0",
        "FifoQueue": "true",
        "FifoThroughputLimit": "perQueue",
        "MaximumMessageSize": "1048576",
        "MessageRetentionPeriod": "345600",
        "ReceiveMessageWaitTimeSeconds": "0",
        "SqsManagedSseEnabled": "true",
        "VisibilityTimeout": "30",
    },
    source="localstack snapshot test_fifo_set_content_based_deduplication_strategy[sqs]",
)
def defaults_of_a_fifo_queue(lab: Lab) -> object:
    """A new FIFO queue has four settings more."""
    return _settings(lab, lab.queue("orders.fifo"))


@behaviour(
    aws=[
        "ApproximateNumberOfMessages",
        "ApproximateNumberOfMessagesDelayed",
        "ApproximateNumberOfMessagesNotVisible",
        "CreatedTimestamp",
        "DelaySeconds",
        "LastModifiedTimestamp",
        "MaximumMessageSize",
        "MessageRetentionPeriod",
        "QueueArn",
        "ReceiveMessageWaitTimeSeconds",
        "SqsManagedSseEnabled",
        "VisibilityTimeout",
    ],
    source="localstack snapshot test_create_and_update_queue_attributes[sqs]",
)
def names_of_all_attributes(lab: Lab) -> object:
    """The attribute names that a new standard queue answers to All."""
    return sorted(_attributes(lab, lab.queue()))


@behaviour(
    aws={"QueueArn": "arn:aws:sqs:us-east-1:<account>:orders", "VisibilityTimeout": "30"},
    source="localstack test_sqs.py test_create_queue_and_get_attributes, test_get_specific_queue_attribute_response",
)
def single_attributes(lab: Lab) -> object:
    """Asked for names, GetQueueAttributes answers just these."""
    return _attributes(lab, lab.queue(), "QueueArn", "VisibilityTimeout")


@behaviour(aws=False, source="SQS API reference, GetQueueAttributes AttributeNames")
def no_attributes_without_names(lab: Lab) -> object:
    """Without AttributeNames the answer has no Attributes key."""
    return "Attributes" in lab.sqs.get_queue_attributes(QueueUrl=lab.queue())


@behaviour(
    aws={}, source="localstack snapshot test_sqs_permission_lifecycle[sqs] get-queue-policy-attribute-after-removal"
)
def an_attribute_that_is_not_set(lab: Lab) -> object:
    """An attribute that was never set is left out, not refused."""
    return _attributes(lab, lab.queue(), "Policy")


@behaviour(
    aws=refused("InvalidAttributeName", "Unknown Attribute Foobar."),
    source="localstack test_sqs.py test_get_queue_attributes_with_invalid_arg_returns_error",
)
def reading_an_unknown_attribute(lab: Lab) -> object:
    """Asking for an attribute that does not exist is refused."""
    return lab.attempt(lab.sqs.get_queue_attributes, QueueUrl=lab.queue(), AttributeNames=["Foobar"])


@behaviour(aws=[True, True, 10], source="SQS API reference, GetQueueAttributes: CreatedTimestamp in epoch seconds")
def timestamps_of_a_queue(lab: Lab) -> object:
    """CreatedTimestamp and LastModifiedTimestamp are whole epoch seconds."""
    found = _attributes(lab, lab.queue(), "CreatedTimestamp", "LastModifiedTimestamp")
    created, modified = found["CreatedTimestamp"], found["LastModifiedTimestamp"]
    return [created.isdigit(), modified.isdigit(), len(created)]


@behaviour(aws=[True, True], source="SQS API reference, GetQueueAttributes: LastModifiedTimestamp")
def a_change_moves_last_modified_only(lab: Lab) -> object:
    """Setting an attribute moves LastModifiedTimestamp and leaves CreatedTimestamp."""
    url = lab.queue()
    before = _attributes(lab, url)
    lab.advance(100)
    lab.sqs.set_queue_attributes(QueueUrl=url, Attributes={"DelaySeconds": "1"})
    after = _attributes(lab, url)
    return [
        before["CreatedTimestamp"] == after["CreatedTimestamp"],
        float(after["LastModifiedTimestamp"]) - float(before["LastModifiedTimestamp"]) >= 99,
    ]


@behaviour(aws="1/1/1", source="SQS API reference, GetQueueAttributes: ApproximateNumberOfMessages...")
def the_three_counters(lab: Lab) -> object:
    """Visible, in-flight and delayed messages are counted apart."""
    url = lab.queue()
    lab.sqs.send_message(QueueUrl=url, MessageBody="a")
    lab.receive(url)
    lab.sqs.send_message(QueueUrl=url, MessageBody="b")
    lab.sqs.send_message(QueueUrl=url, MessageBody="c", DelaySeconds=60)
    return lab.counts(url)


# --- setting attributes -----------------------------------------------------------------------------------------


@behaviour(
    aws={
        "DelaySeconds": "420",
        "MaximumMessageSize": "2048",
        "MessageRetentionPeriod": "604800",
        "ReceiveMessageWaitTimeSeconds": "10",
        "SqsManagedSseEnabled": "true",
        "VisibilityTimeout": "69",
    },
    source="localstack snapshot test_create_and_update_queue_attributes[sqs] (SSE default as of 2023)",
)
def setting_some_attributes_keeps_the_others(lab: Lab) -> object:
    """SetQueueAttributes changes what it is given and keeps the rest."""
    url = lab.queue(MessageRetentionPeriod="604800", ReceiveMessageWaitTimeSeconds="10", VisibilityTimeout="20")
    _set(lab, url, MaximumMessageSize="2048", VisibilityTimeout="69", DelaySeconds="420")
    return _settings(lab, url)


@behaviour(aws=True, source="SQS API reference, SetQueueAttributes: sets the attributes that are given")
def setting_an_attribute_keeps_the_policy(lab: Lab) -> object:
    """Changing another attribute leaves the queue's policy alone."""
    url = lab.queue(Policy=POLICY)
    _set(lab, url, VisibilityTimeout="5")
    return _attributes(lab, url).get("Policy") is not None


@behaviour(aws=True, source="SQS API reference, SetQueueAttributes: sets the attributes that are given")
def setting_an_attribute_keeps_the_redrive_policy(lab: Lab) -> object:
    """Changing another attribute leaves the queue's redrive policy alone."""
    target = lab.arn(lab.queue("dead"))
    url = lab.queue(RedrivePolicy=json.dumps({"deadLetterTargetArn": target, "maxReceiveCount": 3}))
    _set(lab, url, VisibilityTimeout="5")
    return "RedrivePolicy" in _attributes(lab, url)


@behaviour(aws="77", source="SQS API reference, SetQueueAttributes: sets the attributes that are given")
def setting_the_policy_keeps_other_attributes(lab: Lab) -> object:
    """Setting the policy leaves the other attributes alone."""
    url = lab.queue(VisibilityTimeout="77")
    _set(lab, url, Policy=POLICY)
    return _attributes(lab, url)["VisibilityTimeout"]


@behaviour(aws="sqs:SendMessage", source="localstack test_sqs.py test_set_queue_policy")
def a_policy_is_read_back(lab: Lab) -> object:
    """The policy is a JSON text that comes back with the action as it was written."""
    url = lab.queue()
    _set(lab, url, Policy=POLICY)
    return json.loads(_attributes(lab, url, "Policy")["Policy"])["Statement"][0]["Action"]


@behaviour(aws=["ok", False, "ok", False], source="localstack test_sqs.py test_set_empty_queue_policy")
def an_empty_policy_removes_it(lab: Lab) -> object:
    """An empty string as the policy removes it, and is accepted where there was none."""
    url = lab.queue()
    first = [_set(lab, url, Policy=""), "Policy" in _attributes(lab, url)]
    _set(lab, url, Policy=POLICY)
    return [*first, _set(lab, url, Policy=""), "Policy" in _attributes(lab, url)]


@behaviour(
    aws=refused("InvalidAttributeValue", "Invalid value for the parameter Policy."),
    source="hashicorp/terraform-provider-aws queue policy (the error it waits for); SQS API reference",
)
def a_policy_that_is_not_json(lab: Lab) -> object:
    """A policy that is not JSON is refused."""
    return _set(lab, lab.queue(), Policy="not json")


@behaviour(
    aws=["InvalidAttributeValue", "ok"],
    source="IAM user guide, policy elements: Resource (a statement has Resource or NotResource)",
)
def a_policy_without_a_resource(lab: Lab) -> object:
    """A statement of a policy has to say which resource it's for."""
    url, statement = lab.queue(), {"Effect": "Allow", "Principal": "*", "Action": "sqs:SendMessage"}
    policies = ({"Statement": [each]} for each in (statement, statement | {"Resource": lab.arn(url)}))
    outcomes = [_set(lab, url, Policy=json.dumps(policy)) for policy in policies]
    return [outcome if outcome == "ok" else outcome["Code"] for outcome in outcomes]


@behaviour(
    aws="InvalidAttributeValue",
    source="hashicorp/terraform-provider-aws queue policy (the error it waits for); SQS API reference",
)
def a_policy_without_statements(lab: Lab) -> object:
    """JSON that is no policy is refused, too."""
    outcome = _set(lab, lab.queue(), Policy=json.dumps({"hello": "world"}))
    return outcome if outcome == "ok" else outcome["Code"]


@behaviour(
    aws=refused(
        "InvalidAttributeValue",
        "Invalid value for the parameter RedrivePolicy. Reason: Redrive policy is not a valid JSON map.",
    ),
    source="error of SetQueueAttributes in a public repository's incident note (terraform, 2025)",
)
def a_redrive_policy_that_is_not_json(lab: Lab) -> object:
    """A redrive policy that is not JSON is refused."""
    return _set(lab, lab.queue(), RedrivePolicy="not json")


@behaviour(aws=True, source="SQS API reference, SetQueueAttributes: RedriveAllowPolicy is a JSON object")
def a_redrive_allow_policy_that_is_not_json(lab: Lab) -> object:
    """A redrive allow policy that is not JSON is refused."""
    return _set(lab, lab.queue(), RedriveAllowPolicy="not json") != "ok"


@behaviour(aws=IN_RANGE, source=RANGES)
def range_of_visibility_timeout(lab: Lab) -> object:
    """VisibilityTimeout is 0 to 43,200 seconds."""
    return _codes_around(lab, "VisibilityTimeout", 0, 43_200)


@behaviour(aws=IN_RANGE, source=RANGES)
def range_of_delay_seconds(lab: Lab) -> object:
    """DelaySeconds is 0 to 900 seconds."""
    return _codes_around(lab, "DelaySeconds", 0, 900)


@behaviour(aws=IN_RANGE, source=RANGES)
def range_of_message_retention_period(lab: Lab) -> object:
    """MessageRetentionPeriod is 60 seconds to 14 days."""
    return _codes_around(lab, "MessageRetentionPeriod", 60, 1_209_600)


@behaviour(aws=IN_RANGE, source=RANGES)
def range_of_receive_message_wait_time_seconds(lab: Lab) -> object:
    """ReceiveMessageWaitTimeSeconds is 0 to 20 seconds."""
    return _codes_around(lab, "ReceiveMessageWaitTimeSeconds", 0, 20)


@behaviour(aws=IN_RANGE, source=RANGES)
def range_of_maximum_message_size(lab: Lab) -> object:
    """MaximumMessageSize is 1,024 bytes to 1 MiB."""
    return _codes_around(lab, "MaximumMessageSize", 1_024, 1_048_576)


@behaviour(aws=["refused", "ok", "ok", "refused"], source="SQS API reference, CreateQueue: 60 to 86,400 seconds")
def range_of_kms_data_key_reuse_period_seconds(lab: Lab) -> object:
    """KmsDataKeyReusePeriodSeconds is 60 to 86,400 seconds."""
    key = {"KmsMasterKeyId": "alias/aws/sqs"}
    values = ["59", "60", "86400", "86401"]
    codes = [_creation(lab, f"q{v}", KmsDataKeyReusePeriodSeconds=v, **key) for v in values]
    return [code if code == "ok" else "refused" for code in codes]


@behaviour(
    aws=dict.fromkeys(
        [
            "DelaySeconds",
            "MaximumMessageSize",
            "MessageRetentionPeriod",
            "ReceiveMessageWaitTimeSeconds",
            "VisibilityTimeout",
        ],
        "InvalidAttributeValue",
    ),
    source="SQS API reference, SetQueueAttributes (valid values)",
)
def ranges_when_setting(lab: Lab) -> object:
    """The same ranges hold for SetQueueAttributes."""
    url = lab.queue()
    wrong = {
        "DelaySeconds": "901",
        "MaximumMessageSize": "1023",
        "MessageRetentionPeriod": "59",
        "ReceiveMessageWaitTimeSeconds": "21",
        "VisibilityTimeout": "43201",
    }
    found = {name: _set(lab, url, **{name: value}) for name, value in wrong.items()}
    return {name: answer if answer == "ok" else answer["Code"] for name, answer in found.items()}


@behaviour(
    aws=refused("InvalidAttributeValue", "Invalid value for the parameter VisibilityTimeout."),
    source="apache/airflow issue 65592 (traceback of a real call)",
)
def text_of_a_value_out_of_range(lab: Lab) -> object:
    """The refusal of a value names the attribute."""
    return _set(lab, lab.queue(), VisibilityTimeout="43201")


@behaviour(aws=["InvalidAttributeValue"] * 3, source="SQS API reference, SetQueueAttributes: an integer")
def values_that_are_no_integers(lab: Lab) -> object:
    """Words, fractions and an empty string are no integers."""
    url = lab.queue()
    outcomes = [_set(lab, url, VisibilityTimeout=value) for value in ("soon", "1.5", "")]
    return [outcome if outcome == "ok" else outcome["Code"] for outcome in outcomes]


@behaviour(
    aws=[refused("InvalidAttributeName", "Unknown Attribute Foo.")] * 2,
    source="localstack snapshot test_set_unsupported_attribute_standard[sqs] (form of the text)",
)
def setting_an_unknown_attribute(lab: Lab) -> object:
    """An unknown attribute is refused, at creation and later."""
    create = lab.attempt(lab.sqs.create_queue, QueueName="a", Attributes={"Foo": "1"})
    return [create, _set(lab, lab.queue("b"), Foo="1")]


@behaviour(
    aws=refused("MissingParameter", "The request must contain the parameter Attribute.Name."),
    source="local-aws-sqs project (test of the reply)",
)
def setting_nothing(lab: Lab) -> object:
    """SetQueueAttributes without any attribute is refused."""
    return _set(lab, lab.queue())


@behaviour(
    aws=refused("InvalidAttributeName", "Unknown Attribute FifoQueue."),
    source="localstack snapshot test_set_unsupported_attribute_fifo[sqs] invalid-attr-name-1",
)
def making_a_standard_queue_fifo(lab: Lab) -> object:
    """A standard queue does not become a FIFO queue later."""
    return _set(lab, lab.queue(), FifoQueue="true")


@behaviour(aws="ok", source="localstack test_sqs.py test_set_unsupported_attribute_fifo (inline)")
def setting_fifo_queue_to_what_it_is(lab: Lab) -> object:
    """Setting FifoQueue=true on a FIFO queue is accepted."""
    return _set(lab, lab.queue("orders.fifo"), FifoQueue="true")


@behaviour(
    aws=refused(
        "InvalidAttributeValue",
        "Invalid value for the parameter FifoQueue. Reason: Modifying queue type is not supported.",
    ),
    source="localstack snapshot test_set_unsupported_attribute_fifo[sqs] invalid-attr-name-2",
)
def making_a_fifo_queue_standard(lab: Lab) -> object:
    """A FIFO queue does not become a standard queue later."""
    return _set(lab, lab.queue("orders.fifo"), FifoQueue="false")


@behaviour(
    aws=["true", "false", "queue", "perQueue"],
    source="localstack snapshot test_fifo_set_content_based_deduplication_strategy[sqs]",
)
def switching_content_based_deduplication_off(lab: Lab) -> object:
    """ContentBasedDeduplication of a FIFO queue can be changed; the other settings stay."""
    url = lab.queue("orders.fifo", ContentBasedDeduplication="true")
    before = _attributes(lab, url)["ContentBasedDeduplication"]
    _set(lab, url, ContentBasedDeduplication="false")
    found = _attributes(lab, url)
    return [before, found["ContentBasedDeduplication"], found["DeduplicationScope"], found["FifoThroughputLimit"]]


@behaviour(
    aws=["messageGroup", "perMessageGroupId"],
    source="localstack snapshot test_fifo_change_to_high_throughput_after_creation[sqs]",
)
def high_throughput_after_creation(lab: Lab) -> object:
    """A FIFO queue can be changed to high throughput later."""
    url = lab.queue("orders.fifo")
    _set(lab, url, DeduplicationScope="messageGroup", FifoThroughputLimit="perMessageGroupId")
    found = _attributes(lab, url)
    return [found["DeduplicationScope"], found["FifoThroughputLimit"]]


@behaviour(aws=["refused", "refused"], source="SQS API reference, CreateQueue: valid values")
def values_of_the_throughput_settings(lab: Lab) -> object:
    """DeduplicationScope and FifoThroughputLimit take their two words only."""
    codes = [
        _creation(lab, "a.fifo", FifoQueue="true", DeduplicationScope="group"),
        _creation(lab, "b.fifo", FifoQueue="true", DeduplicationScope="messageGroup", FifoThroughputLimit="high"),
    ]
    return [code if code == "ok" else "refused" for code in codes]


# --- encryption -------------------------------------------------------------------------------------------------


@behaviour(
    aws={"KmsDataKeyReusePeriodSeconds": "6000", "KmsMasterKeyId": "testKeyId", "SqsManagedSseEnabled": "false"},
    source="localstack snapshot test_sse_queue_attributes[sqs] sse_kms_attributes",
)
def encryption_with_a_kms_key(lab: Lab) -> object:
    """A queue with a KMS key has it listed and SqsManagedSseEnabled off."""
    url = lab.queue()
    _set(lab, url, KmsMasterKeyId="testKeyId", KmsDataKeyReusePeriodSeconds="6000", SqsManagedSseEnabled="false")
    return _attributes(lab, url, "KmsMasterKeyId", "KmsDataKeyReusePeriodSeconds", "SqsManagedSseEnabled")


@behaviour(aws="false", source="SQS API reference, SqsManagedSseEnabled: one encryption option per queue")
def a_kms_key_switches_managed_encryption_off(lab: Lab) -> object:
    """Setting a KMS key alone turns SqsManagedSseEnabled to false."""
    url = lab.queue()
    _set(lab, url, KmsMasterKeyId="alias/aws/sqs")
    return _attributes(lab, url)["SqsManagedSseEnabled"]


@behaviour(aws=["SqsManagedSseEnabled"], source="localstack snapshot test_sse_queue_attributes[sqs] sse_sqs_attributes")
def encryption_managed_by_sqs(lab: Lab) -> object:
    """With encryption by SQS no KMS attributes are listed."""
    url = lab.queue()
    _set(lab, url, SqsManagedSseEnabled="true")
    return sorted(_attributes(lab, url, "KmsMasterKeyId", "KmsDataKeyReusePeriodSeconds", "SqsManagedSseEnabled"))


@behaviour(
    aws=refused(
        "InvalidAttributeName",
        "You can use one type of server-side encryption (SSE) at one time. You can either enable KMS SSE or SQS SSE.",
    ),
    source="localstack snapshot test_sse_kms_and_sqs_are_mutually_exclusive[sqs]",
)
def both_kinds_of_encryption(lab: Lab) -> object:
    """A KMS key and SqsManagedSseEnabled=true in one call are refused."""
    return _set(lab, lab.queue(), KmsMasterKeyId="testKeyId", SqsManagedSseEnabled="true")


@behaviour(aws="false", source="SQS API reference, SqsManagedSseEnabled")
def encryption_can_be_switched_off(lab: Lab) -> object:
    """SqsManagedSseEnabled=false switches the encryption by SQS off."""
    return _attributes(lab, lab.queue(SqsManagedSseEnabled="false"))["SqsManagedSseEnabled"]


# --- what changed attributes do to messages ----------------------------------------------------------------------


@behaviour(aws=[], source="SQS API reference, SetQueueAttributes: impacts existing messages")
def a_shorter_retention_expires_waiting_messages(lab: Lab) -> object:
    """A retention period below the age of waiting messages removes them (AWS takes up to 15 minutes)."""
    url = lab.queue()
    lab.sqs.send_message(QueueUrl=url, MessageBody="old")
    lab.advance(120)
    _set(lab, url, MessageRetentionPeriod="60")
    lab.advance(900)
    return lab.bodies(url)


@behaviour(aws=[[], ["sent before"]], source="SQS developer guide, delay queues: not retroactive for standard queues")
def a_changed_delay_on_a_standard_queue(lab: Lab) -> object:
    """On a standard queue a new DelaySeconds does not concern the messages that are in the queue."""
    url = lab.queue(DelaySeconds="600")
    lab.sqs.send_message(QueueUrl=url, MessageBody="sent before")
    _set(lab, url, DelaySeconds="0")
    lab.advance(61)
    early = lab.bodies(url)
    lab.advance(600)
    return [early, lab.bodies(url)]


@behaviour(aws=["sent before"], source="SQS developer guide, delay queues: retroactive for FIFO queues")
def a_changed_delay_on_a_fifo_queue(lab: Lab) -> object:
    """On a FIFO queue a new DelaySeconds concerns the messages that are in the queue."""
    url = lab.queue("orders.fifo", DelaySeconds="600")
    lab.sqs.send_message(QueueUrl=url, MessageBody="sent before", MessageGroupId="g", MessageDeduplicationId="d")
    _set(lab, url, DelaySeconds="0")
    lab.advance(61)
    return lab.bodies(url)
