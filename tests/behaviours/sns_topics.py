"""Topics: making, reading, changing, tagging, listing and deleting them; permissions; SMS settings of the account."""

import base64
import json
from typing import Any

from behaviours.book import behaviour, refused
from behaviours.labs import REGION, Lab

EXISTS = "Invalid parameter: Attributes Reason: Topic already exists with different attributes"
OTHER_TAGS = "Invalid parameter: Tags Reason: Topic already exists with different tags"
NO_TOPIC = refused("NotFound", "Topic does not exist", 404)
BAD_NAME = refused("InvalidParameter", "Invalid parameter: Topic Name")
BAD_ATTRIBUTE = refused("InvalidParameter", "Invalid parameter: AttributeName")
BAD_ARN = refused("InvalidParameter", "Invalid parameter: TopicArn")
RETRIES = {
    "minDelayTarget": 20,
    "maxDelayTarget": 20,
    "numRetries": 3,
    "numMaxDelayRetries": 0,
    "numNoDelayRetries": 0,
    "numMinDelayRetries": 0,
    "backoffFunction": "linear",
}
FEW_RETRIES = {"http": {"defaultHealthyRetryPolicy": {"minDelayTarget": 5, "maxDelayTarget": 6, "numRetries": 1}}}
BALLERINA = "ballerina-platform/module-ballerinax-aws.sns tests, which run against AWS"
LONG = (
    "1 validation error detected: Value '{}' at 'tags.1.member.key' failed to satisfy constraint: "
    "Member must have length less than or equal to 128"
)


def _attributes(lab: Lab, topic: str) -> dict[str, str]:
    return lab.sns.get_topic_attributes(TopicArn=topic)["Attributes"]


def _set(lab: Lab, topic: str, name: str, value: str) -> Any:
    return lab.attempt(lab.sns.set_topic_attributes, TopicArn=topic, AttributeName=name, AttributeValue=value)


def _set_code(lab: Lab, topic: str, name: str, value: str) -> str:
    return lab.code(lab.sns.set_topic_attributes, TopicArn=topic, AttributeName=name, AttributeValue=value)


def _effective_retries(shown: dict[str, str]) -> Any:
    return json.loads(shown["EffectiveDeliveryPolicy"]).get("http", {}).get("defaultHealthyRetryPolicy")


def _tags(lab: Lab, topic: str) -> dict[str, str]:
    tags = lab.sns.list_tags_for_resource(ResourceArn=topic)["Tags"]
    return {tag["Key"]: tag["Value"] for tag in sorted(tags, key=lambda tag: tag["Key"])}


def _tag_list(**tags: str) -> list[dict[str, str]]:
    return [{"Key": key, "Value": value} for key, value in tags.items()]


def _sids(lab: Lab, topic: str) -> list[str]:
    return [statement["Sid"] for statement in json.loads(_attributes(lab, topic)["Policy"])["Statement"]]


def _before_and_after(lab: Lab, name: str, value: str) -> list[Any]:
    """Return what a new topic shows of this attribute, and what it shows once it's set."""
    topic = lab.topic()
    before = _attributes(lab, topic).get(name)
    _set(lab, topic, name, value)
    return [before, _attributes(lab, topic).get(name)]


# --- creating ---------------------------------------------------------------------------------------------------


@behaviour(
    aws="arn:aws:sns:us-east-1:<account>:news",
    source="localstack test_sns.snapshot.json test_create_topic_test_arn",
)
def the_arn(lab: Lab) -> object:
    """A topic's ARN is made of the region, the account and the name."""
    return lab.topic("news")


@behaviour(
    aws=[
        "DisplayName",
        "EffectiveDeliveryPolicy",
        "Owner",
        "Policy",
        "SubscriptionsConfirmed",
        "SubscriptionsDeleted",
        "SubscriptionsPending",
        "TopicArn",
    ],
    source="localstack test_sns.snapshot.json test_create_topic_test_arn",
)
def the_attributes_of_a_new_topic(lab: Lab) -> object:
    """A bare standard topic shows eight attributes: no DeliveryPolicy, SignatureVersion, FifoTopic or size."""
    return sorted(_attributes(lab, lab.topic()))


@behaviour(
    aws=["", "<account>", "0", "0", "0"],
    source="localstack test_sns.snapshot.json test_create_topic_test_arn",
)
def the_values_of_a_new_topic(lab: Lab) -> object:
    """A bare topic has an empty display name, belongs to the caller and counts no subscriptions, each as a text."""
    shown = _attributes(lab, lab.topic())
    counters = ["SubscriptionsPending", "SubscriptionsConfirmed", "SubscriptionsDeleted"]
    return [shown[name] for name in ["DisplayName", "Owner", *counters]]


@behaviour(
    aws={
        "Version": "2008-10-17",
        "Id": "__default_policy_ID",
        "Statement": [
            {
                "Sid": "__default_statement_ID",
                "Effect": "Allow",
                "Principal": {"AWS": "*"},
                "Action": [
                    "SNS:GetTopicAttributes",
                    "SNS:SetTopicAttributes",
                    "SNS:AddPermission",
                    "SNS:RemovePermission",
                    "SNS:DeleteTopic",
                    "SNS:Subscribe",
                    "SNS:ListSubscriptionsByTopic",
                    "SNS:Publish",
                ],
                "Resource": "arn:aws:sns:us-east-1:<account>:news",
                "Condition": {"StringEquals": {"AWS:SourceOwner": "<account>"}},
            }
        ],
    },
    source="localstack test_sns.snapshot.json test_create_topic_test_arn",
)
def the_policy_of_a_new_topic(lab: Lab) -> object:
    """A new topic has a policy that lets its owner do everything with it."""
    return json.loads(_attributes(lab, lab.topic())["Policy"])


@behaviour(
    aws={
        "http": {
            "defaultHealthyRetryPolicy": RETRIES,
            "disableSubscriptionOverrides": False,
            "defaultRequestPolicy": {"headerContentType": "text/plain; charset=UTF-8"},
        }
    },
    source="localstack test_sns.snapshot.json test_create_topic_test_arn",
)
def the_delivery_policy_of_a_new_topic(lab: Lab) -> object:
    """A new topic tries http endpoints three more times, 20 seconds apart, and sends plain text."""
    return json.loads(_attributes(lab, lab.topic())["EffectiveDeliveryPolicy"])


@behaviour(
    aws=["Orders", "2"],
    source="localstack test_sns.snapshot.json test_create_topic_with_attributes",
)
def attributes_at_creation(lab: Lab) -> object:
    """Attributes given at creation are shown as they were given."""
    shown = _attributes(lab, lab.topic(DisplayName="Orders", SignatureVersion="2"))
    return [shown.get("DisplayName"), shown.get("SignatureVersion")]


@behaviour(
    aws=[True, "AlreadySet"],
    source="localstack test_sns.snapshot.json test_create_topic_should_be_idempotent",
)
def creating_again_without_attributes(lab: Lab) -> object:
    """Creating a topic again without attributes returns the same ARN and leaves what was set since."""
    topic = lab.topic()
    _set(lab, topic, "DisplayName", "AlreadySet")
    again = lab.topic()
    return [again == topic, _attributes(lab, again)["DisplayName"]]


@behaviour(
    aws=True,
    source="localstack test_create_topic_different_attrs; SNS API reference, CreateTopic (idempotent)",
)
def creating_again_with_the_same_attributes(lab: Lab) -> object:
    """Creating a topic again with the attributes it has returns the same ARN."""
    return lab.topic(DisplayName="Orders") == lab.topic(DisplayName="Orders")


@behaviour(
    aws="same",
    source="localstack test_create_topic_different_attrs, create-topic-no-attrs",
)
def creating_again_with_fewer_attributes(lab: Lab) -> object:
    """A topic made with attributes is found again by a CreateTopic without any."""
    topic = lab.topic(DisplayName="Orders")
    return "same" if lab.topic() == topic else "another"


@behaviour(
    aws=refused("InvalidParameter", EXISTS),
    source="localstack test_create_topic_different_attrs",
)
def creating_again_with_other_attributes(lab: Lab) -> object:
    """Creating a topic again with another value for an attribute is refused."""
    lab.topic("news", DisplayName="Orders")
    return lab.attempt(lab.sns.create_topic, Name="news", Attributes={"DisplayName": "Parcels"})


@behaviour(
    aws="Orders",
    source="localstack test_create_topic_different_attrs",
)
def the_refused_creation_changes_nothing(lab: Lab) -> object:
    """The CreateTopic that is refused for other attributes leaves the topic as it was."""
    topic = lab.topic("news", DisplayName="Orders")
    lab.attempt(lab.sns.create_topic, Name="news", Attributes={"DisplayName": "Parcels"})
    return _attributes(lab, topic)["DisplayName"]


@behaviour(
    aws=refused("InvalidParameter", OTHER_TAGS),
    source="localstack test_sns.snapshot.json test_create_duplicate_topic_with_more_tags",
)
def creating_again_with_more_tags(lab: Lab) -> object:
    """Creating a topic again with a tag that it does not have is refused."""
    lab.topic("news")
    return lab.attempt(lab.sns.create_topic, Name="news", Tags=_tag_list(team="shop"))


@behaviour(
    aws=[True, True, True],
    source="localstack test_sns.snapshot.json test_create_duplicate_topic_check_idempotency",
)
def creating_again_with_the_same_or_fewer_tags(lab: Lab) -> object:
    """Creating a topic again with all, some or none of its tags returns the same ARN."""
    sns = lab.sns
    first = sns.create_topic(Name="news", Tags=_tag_list(a="1", b="2"))["TopicArn"]
    repeated = [_tag_list(a="1", b="2"), _tag_list(a="1"), []]
    return [sns.create_topic(Name="news", Tags=tags)["TopicArn"] == first for tags in repeated]


@behaviour(
    aws={"stage": "new"},
    source="localstack test_sns.snapshot.json test_create_topic_after_delete_with_new_tags",
)
def a_deleted_topic_made_again_with_other_tags(lab: Lab) -> object:
    """The name of a deleted topic is free at once, other tags included."""
    sns = lab.sns
    sns.delete_topic(TopicArn=sns.create_topic(Name="news", Tags=_tag_list(stage="old"))["TopicArn"])
    return _tags(lab, sns.create_topic(Name="news", Tags=_tag_list(stage="new"))["TopicArn"])


# --- names ------------------------------------------------------------------------------------------------------


@behaviour(aws="ok", source="localstack test_sns.snapshot.json test_create_topic_name_constraints")
def the_longest_name(lab: Lab) -> object:
    """A topic's name may have 256 characters."""
    return lab.attempt(lab.sns.create_topic, Name="n" * 256)


@behaviour(aws=BAD_NAME, source="localstack test_sns.snapshot.json test_create_topic_name_constraints")
def a_name_that_is_too_long(lab: Lab) -> object:
    """A name of 257 characters is refused."""
    return lab.attempt(lab.sns.create_topic, Name="n" * 257)


@behaviour(aws=BAD_NAME, source="localstack test_sns.snapshot.json test_create_topic_name_constraints")
def an_empty_name(lab: Lab) -> object:
    """An empty name is refused."""
    return lab.attempt(lab.sns.create_topic, Name="")


@behaviour(aws=BAD_NAME, source="localstack test_sns.snapshot.json test_create_topic_name_constraints")
def a_name_with_a_space(lab: Lab) -> object:
    """A name with a space is refused."""
    return lab.attempt(lab.sns.create_topic, Name="bad name")


@behaviour(
    aws=["InvalidParameter"] * 7,
    source="localstack test_sns.snapshot.json test_create_topic_name_constraints",
)
def names_with_other_signs(lab: Lab) -> object:
    """Signs other than letters, digits, hyphens and underscores are refused in a name."""
    sns = lab.sns
    return [lab.code(sns.create_topic, Name=f"bad{sign}name") for sign in ":;!@|^%"]


@behaviour(aws="InvalidParameter", source="SNS API reference, CreateTopic, Name")
def a_dot_in_a_name(lab: Lab) -> object:
    """The only dot that a topic's name may have is the one of .fifo."""
    return lab.code(lab.sns.create_topic, Name="shop.orders")


@behaviour(aws="ok", source="SNS API reference, CreateTopic, Name")
def a_name_of_all_allowed_kinds_of_signs(lab: Lab) -> object:
    """Letters of both cases, digits, hyphens and underscores make a name."""
    return lab.attempt(lab.sns.create_topic, Name="Shop_orders-2026")


@behaviour(aws="InvalidParameter", source="SNS API reference, CreateTopic, Name and FifoTopic")
def a_fifo_topic_without_the_suffix(lab: Lab) -> object:
    """FifoTopic with a name that does not end in .fifo is refused."""
    return lab.code(lab.sns.create_topic, Name="orders", Attributes={"FifoTopic": "true"})


@behaviour(aws="InvalidParameter", source="SNS API reference, CreateTopic, Name and FifoTopic")
def the_suffix_without_fifo_topic(lab: Lab) -> object:
    """A name that ends in .fifo without FifoTopic is refused."""
    return lab.code(lab.sns.create_topic, Name="orders.fifo")


@behaviour(
    aws=[False, True],
    source="localstack test_sns.snapshot.json test_topic_get_attributes_with_fifo_false",
)
def fifo_topic_false(lab: Lab) -> object:
    """A topic made with FifoTopic=false is a standard topic, which does not show the attribute."""
    shown = _attributes(lab, lab.topic(FifoTopic="false"))
    return ["FifoTopic" in shown, "ContentBasedDeduplication" not in shown]


# --- reading, other regions -------------------------------------------------------------------------------------


@behaviour(aws=NO_TOPIC, source="localstack test_sns.snapshot.json test_create_topic_with_attributes")
def the_attributes_of_a_missing_topic(lab: Lab) -> object:
    """GetTopicAttributes of a topic that does not exist answers NotFound with status 404."""
    return lab.attempt(lab.sns.get_topic_attributes, TopicArn=lab.topic() + "-missing")


@behaviour(
    aws=refused("InvalidParameter", "Invalid parameter: TopicArn Reason: An ARN must have at least 6 elements, not 1"),
    source="localstack test_sns.snapshot.json test_create_topic_with_attributes",
)
def a_name_where_an_arn_is_wanted(lab: Lab) -> object:
    """A topic's bare name is no ARN."""
    return lab.attempt(lab.sns.get_topic_attributes, TopicArn="news")


@behaviour(
    aws=[BAD_ARN] * 5,
    source="localstack test_sns.snapshot.json test_cross_region_access",
)
def a_topic_of_another_region(lab: Lab) -> object:
    """A client can neither read, change, subscribe to, list nor delete a topic of another region."""
    topic, far = lab.topic(), lab.client("sns", "eu-west-1")
    return [
        lab.attempt(far.get_topic_attributes, TopicArn=topic),
        lab.attempt(far.set_topic_attributes, TopicArn=topic, AttributeName="DisplayName", AttributeValue="x"),
        lab.attempt(far.subscribe, TopicArn=topic, Protocol="sms", Endpoint="+15551234567"),
        lab.attempt(far.list_subscriptions_by_topic, TopicArn=topic),
        lab.attempt(far.delete_topic, TopicArn=topic),
    ]


@behaviour(
    aws=[["arn:aws:sns:us-east-1:<account>:news"], ["arn:aws:sns:eu-west-1:<account>:news"]],
    source="localstack test_sns.snapshot.json test_create_topic_in_multiple_regions",
)
def the_same_name_in_two_regions(lab: Lab) -> object:
    """Topics of one name in two regions are two topics, and ListTopics shows its own region's."""
    lab.topic("news")
    lab.topic("news", region="eu-west-1")
    clients = [lab.client("sns", REGION), lab.client("sns", "eu-west-1")]
    return [[topic["TopicArn"] for topic in client.list_topics()["Topics"]] for client in clients]


@behaviour(aws=[], source="SNS API reference, ListTopics")
def topics_of_another_account(lab: Lab) -> object:
    """ListTopics shows only the caller's own topics."""
    lab.topic("news")
    return lab.client("sns", account="other").list_topics()["Topics"]


# --- changing ---------------------------------------------------------------------------------------------------


@behaviour(aws=["ok", "Parcels"], source="SNS API reference, SetTopicAttributes")
def a_new_display_name(lab: Lab) -> object:
    """An attribute can be set after creation and reads back."""
    topic = lab.topic(DisplayName="Orders")
    return [_set(lab, topic, "DisplayName", "Parcels"), _attributes(lab, topic)["DisplayName"]]


@behaviour(
    aws=BAD_ATTRIBUTE,
    source="localstack test_sns.snapshot.json test_topic_get_attributes_with_fifo_false",
)
def fifo_topic_set_later(lab: Lab) -> object:
    """FifoTopic cannot be set after creation, not even to the value that it has."""
    return _set(lab, lab.topic(), "FifoTopic", "false")


@behaviour(aws="InvalidParameter", source="SNS API reference, SetTopicAttributes, AttributeName")
def an_unknown_attribute(lab: Lab) -> object:
    """An attribute that topics do not have is refused."""
    return _set_code(lab, lab.topic(), "Colour", "blue")


@behaviour(aws=NO_TOPIC, source="SNS API reference, SetTopicAttributes, errors; localstack (text of NotFound)")
def an_attribute_of_a_missing_topic(lab: Lab) -> object:
    """SetTopicAttributes of a topic that does not exist answers NotFound."""
    return _set(lab, lab.topic() + "-missing", "DisplayName", "Orders")


@behaviour(aws=[None, "2"], source="SNS API reference, GetTopicAttributes, SignatureVersion")
def the_signature_version(lab: Lab) -> object:
    """SignatureVersion is not shown until it is set; without it, it is 1."""
    return _before_and_after(lab, "SignatureVersion", "2")


@behaviour(aws=[None, "alias/aws/sns"], source="SNS API reference, SetTopicAttributes, KmsMasterKeyId")
def a_key_for_encryption(lab: Lab) -> object:
    """KmsMasterKeyId is shown only once it is set."""
    return _before_and_after(lab, "KmsMasterKeyId", "alias/aws/sns")


@behaviour(
    aws=[
        {
            "http": {
                "defaultHealthyRetryPolicy": {"minDelayTarget": 5, "maxDelayTarget": 6, "numRetries": 1},
                "disableSubscriptionOverrides": False,
            }
        },
        {**RETRIES, "minDelayTarget": 5, "maxDelayTarget": 6, "numRetries": 1},
    ],
    source="localstack test_sns.snapshot.json test_topic_delivery_policy_crud",
)
def a_delivery_policy(lab: Lab) -> object:
    """A delivery policy is shown once it is set, and the effective one fills the rest from the defaults."""
    topic = lab.topic()
    _set(lab, topic, "DeliveryPolicy", json.dumps(FEW_RETRIES))
    shown = _attributes(lab, topic)
    return [json.loads(shown.get("DeliveryPolicy", "null")), _effective_retries(shown)]


@behaviour(
    aws=[False, RETRIES],
    source="localstack test_sns.snapshot.json test_topic_delivery_policy_crud",
)
def an_emptied_delivery_policy(lab: Lab) -> object:
    """Setting DeliveryPolicy to an empty text takes it away and the defaults hold again."""
    topic = lab.topic()
    _set(lab, topic, "DeliveryPolicy", json.dumps(FEW_RETRIES))
    _set(lab, topic, "DeliveryPolicy", "")
    shown = _attributes(lab, topic)
    return ["DeliveryPolicy" in shown, _effective_retries(shown)]


# --- the greatest size of a message -----------------------------------------------------------------------------


@behaviour(
    aws=[None, "1048576"],
    source="SNS API reference, GetTopicAttributes, MaximumMessageSize (botocore 1.44 model)",
)
def the_maximum_message_size(lab: Lab) -> object:
    """MaximumMessageSize is shown only once it is set."""
    return _before_and_after(lab, "MaximumMessageSize", "1048576")


@behaviour(aws="2048", source="SNS API reference, CreateTopic, MaximumMessageSize (botocore 1.44 model)")
def the_maximum_message_size_at_creation(lab: Lab) -> object:
    """MaximumMessageSize may be given at creation."""
    return _attributes(lab, lab.topic(MaximumMessageSize="2048")).get("MaximumMessageSize")


@behaviour(
    aws=["ok", "ok", "InvalidParameter", "InvalidParameter", "InvalidParameter"],
    source="SNS API reference, SetTopicAttributes, MaximumMessageSize (botocore 1.44 model); floci-io/floci#3953",
)
def the_range_of_the_maximum_message_size(lab: Lab) -> object:
    """MaximumMessageSize goes from 1024 to 1048576 bytes."""
    topic, sns = lab.topic(), lab.sns
    sizes = ["1024", "1048576", "1023", "1048577", "much"]
    asked = {"TopicArn": topic, "AttributeName": "MaximumMessageSize"}
    return [lab.code(sns.set_topic_attributes, **asked, AttributeValue=size) for size in sizes]


@behaviour(
    aws="InvalidParameter",
    source="SNS API reference, CreateTopic, MaximumMessageSize (botocore 1.44 model); floci-io/floci#3953",
)
def a_maximum_message_size_out_of_range_at_creation(lab: Lab) -> object:
    """CreateTopic refuses a MaximumMessageSize over 1 MiB."""
    return lab.code(lab.sns.create_topic, Name="news", Attributes={"MaximumMessageSize": "1048577"})


@behaviour(
    aws=["ok", "InvalidParameter", "ok"],
    source="SNS API reference, SetTopicAttributes, MaximumMessageSize (botocore 1.44 model)",
)
def large_messages_with_a_phone_subscribed(lab: Lab) -> object:
    """A topic with an SMS subscription cannot be raised over 256 KiB, but may be set to 256 KiB or less."""
    topic, sns = lab.topic(), lab.sns
    sns.subscribe(TopicArn=topic, Protocol="sms", Endpoint="+15551234567")
    asked = {"TopicArn": topic, "AttributeName": "MaximumMessageSize"}
    return [lab.code(sns.set_topic_attributes, **asked, AttributeValue=size) for size in ["262144", "262145", "4096"]]


@behaviour(
    aws=["InvalidParameter", "InvalidParameter", "ok"],
    source="SNS developer guide, Publishing large messages, supported endpoint types; floci-io/floci#3953",
)
def subscribers_of_a_topic_for_large_messages(lab: Lab) -> object:
    """A topic over 256 KiB takes queues as subscribers, but neither phones nor mail."""
    topic, queue, sns = lab.topic(MaximumMessageSize="1048576"), lab.queue(), lab.sns
    return [
        lab.code(sns.subscribe, TopicArn=topic, Protocol="sms", Endpoint="+15551234567"),
        lab.code(sns.subscribe, TopicArn=topic, Protocol="email", Endpoint="anna@shop.example"),
        lab.code(sns.subscribe, TopicArn=topic, Protocol="sqs", Endpoint=lab.arn(queue)),
    ]


@behaviour(
    aws="InvalidParameter",
    source="SNS API reference, SetTopicAttributes, MaximumMessageSize (botocore 1.44 model)",
)
def large_messages_for_more_than_a_hundred(lab: Lab) -> object:
    """A topic with 101 subscriptions cannot be raised over 256 KiB."""
    topic, sns = lab.topic(), lab.sns
    queue = f"arn:aws:sqs:{REGION}:{topic.split(':')[4]}:orders-"
    for number in range(101):
        sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=f"{queue}{number}")
    return _set_code(lab, topic, "MaximumMessageSize", "1048576")


@behaviour(
    aws=[
        refused("InvalidParameter", f"Invalid parameter: {start}DeliveryPolicy: {reason}")
        for start in ["", "Attributes Reason: "]
        for reason in [
            "http.defaultHealthyRetryPolicy.numRetries must be less than or equal to 100",
            "Unexpected JSON member: throttlePolicy",
        ]
    ],
    source=f"{BALLERINA}, topics tests; the second reason from a project's test of an answer",
)
def wrong_delivery_policies(lab: Lab) -> object:
    """A delivery policy has at most 100 retries and known members; at creation the text begins otherwise."""
    topic, retries = lab.topic(), {"minDelayTarget": 10, "maxDelayTarget": 20, "numRetries": 300}
    wrong = [
        json.dumps({"http": {"defaultHealthyRetryPolicy": retries}}),
        json.dumps({"throttlePolicy": {"maxReceivesPerSecond": 10}}),
    ]
    return [
        *(_set(lab, topic, "DeliveryPolicy", policy) for policy in wrong),
        *(lab.attempt(lab.sns.create_topic, Name="new", Attributes={"DeliveryPolicy": policy}) for policy in wrong),
    ]


@behaviour(
    aws=[True, True],
    source=f"{BALLERINA}, getTopicAttributesTest2",
)
def a_delivery_policy_that_forbids_others(lab: Lab) -> object:
    """A full delivery policy is shown as it was set, disableSubscriptionOverrides too."""
    retries = RETRIES | {"minDelayTarget": 10, "numNoDelayRetries": 1, "numMinDelayRetries": 1, "numMaxDelayRetries": 1}
    request = {"headerContentType": "application/json"}
    http = {"defaultHealthyRetryPolicy": retries, "disableSubscriptionOverrides": True, "defaultRequestPolicy": request}
    shown = _attributes(lab, lab.topic(DeliveryPolicy=json.dumps({"http": http})))
    effective = json.loads(shown["EffectiveDeliveryPolicy"])["http"]
    return [json.loads(shown["DeliveryPolicy"])["http"] == http, effective["disableSubscriptionOverrides"]]


@behaviour(
    aws=[
        refused(
            "InvalidParameter",
            f"Invalid parameter: {start}SQSSuccessFeedbackSampleRate: 500 value provided is not an integer between "
            "0-100",
        )
        for start in ["", "Attributes Reason: "]
    ],
    source=f"{BALLERINA}, createTopicWithInvalidAttributesTest",
)
def a_sample_rate_of_500(lab: Lab) -> object:
    """The share of deliveries that are logged is a percentage."""
    name = "SQSSuccessFeedbackSampleRate"
    later = _set(lab, lab.topic(), name, "500")
    return [later, lab.attempt(lab.sns.create_topic, Name="new", Attributes={name: "500"})]


@behaviour(
    aws=refused(
        "InvalidParameter", "Invalid parameter: Attributes Reason: Policy statement action out of service scope!"
    ),
    source=f"{BALLERINA}, createTopicWithInvalidPolicy",
)
def a_wrong_policy_at_creation(lab: Lab) -> object:
    """CreateTopic says that the attributes are wrong, and then why."""
    statement = {"Sid": "s", "Effect": "Allow", "Principal": "*", "Action": "SNS:Publishx", "Resource": "*"}
    policy = json.dumps({"Version": "2008-10-17", "Statement": [statement]})
    return lab.attempt(lab.sns.create_topic, Name="new", Attributes={"Policy": policy})


# --- deleting ---------------------------------------------------------------------------------------------------


@behaviour(aws=["ok", "ok"], source="localstack test_sns.snapshot.json test_delete_topic_idempotency")
def deleting_twice(lab: Lab) -> object:
    """DeleteTopic may be repeated without an error."""
    topic, sns = lab.topic(), lab.sns
    return [lab.attempt(sns.delete_topic, TopicArn=topic), lab.attempt(sns.delete_topic, TopicArn=topic)]


@behaviour(aws="ok", source="localstack test_sns.snapshot.json test_delete_non_existent_topic")
def deleting_what_never_was(lab: Lab) -> object:
    """DeleteTopic of a topic that never existed is no error."""
    return lab.attempt(lab.sns.delete_topic, TopicArn=lab.topic() + "-missing")


@behaviour(aws=NO_TOPIC, source="localstack test_sns.snapshot.json test_create_topic_test_arn")
def the_attributes_of_a_deleted_topic(lab: Lab) -> object:
    """A deleted topic is gone for GetTopicAttributes."""
    topic, sns = lab.topic(), lab.sns
    sns.delete_topic(TopicArn=topic)
    return lab.attempt(sns.get_topic_attributes, TopicArn=topic)


# --- tags -------------------------------------------------------------------------------------------------------


@behaviour(
    aws=refused("InvalidParameter", "Invalid parameter: Duplicated keys are not allowed."),
    source="localstack test_sns.snapshot.json test_tags",
)
def the_same_tag_key_twice(lab: Lab) -> object:
    """TagResource with one key twice is refused."""
    tags = [*_tag_list(k1="v1"), *_tag_list(k2="v2"), *_tag_list(k2="v2")]
    return lab.attempt(lab.sns.tag_resource, ResourceArn=lab.topic(), Tags=tags)


@behaviour(
    aws=[{"k1": "v1", "k2": "v2"}, {"k2": "v2"}, {"k2": "v2b"}],
    source="localstack test_sns.snapshot.json test_tags",
)
def tags_added_removed_and_changed(lab: Lab) -> object:
    """Tags can be added, removed by key and overwritten."""
    topic, sns = lab.topic(), lab.sns
    sns.tag_resource(ResourceArn=topic, Tags=_tag_list(k1="v1", k2="v2"))
    added = _tags(lab, topic)
    sns.untag_resource(ResourceArn=topic, TagKeys=["k1"])
    removed = _tags(lab, topic)
    sns.tag_resource(ResourceArn=topic, Tags=_tag_list(k2="v2b"))
    return [added, removed, _tags(lab, topic)]


@behaviour(aws=[], source="localstack test_sns.snapshot.json test_tags (an empty list stays a list)")
def no_tags(lab: Lab) -> object:
    """A topic without tags answers with an empty list."""
    return lab.sns.list_tags_for_resource(ResourceArn=lab.topic()).get("Tags")


@behaviour(aws=["ResourceNotFound", 404], source="SNS API reference, TagResource, errors")
def tags_for_a_missing_topic(lab: Lab) -> object:
    """TagResource of a topic that does not exist answers ResourceNotFound, not NotFound."""
    outcome = lab.attempt(lab.sns.tag_resource, ResourceArn=lab.topic() + "-missing", Tags=_tag_list(k="v"))
    return "ok" if outcome == "ok" else [outcome["Code"], outcome["Status"]]


@behaviour(
    aws=[refused("TagLimitExceeded", "Could not complete request: tag quota of per resource exceeded")] * 2,
    source=f"{BALLERINA}, createTopicWithTagsNegative2 and tagResourceTooManyTest",
)
def fifty_one_tags(lab: Lab) -> object:
    """A topic has at most 50 tags, at creation and later."""
    tags = _tag_list(**{f"tag{number}": "v" for number in range(51)})
    created = lab.attempt(lab.sns.create_topic, Name="new", Tags=tags)
    return [created, lab.attempt(lab.sns.tag_resource, ResourceArn=lab.topic(), Tags=tags)]


@behaviour(
    aws=[refused("ValidationError", LONG.format("k" * 129))] * 2,
    source=f"{BALLERINA}, createTopicWithTagsNegative1 (the code as in localstack's recorded answers of this form)",
)
def a_tag_key_of_129(lab: Lab) -> object:
    """The key of a tag has at most 128 characters."""
    tags = _tag_list(**{"k" * 129: "v"})
    created = lab.attempt(lab.sns.create_topic, Name="new", Tags=tags)
    return [created, lab.attempt(lab.sns.tag_resource, ResourceArn=lab.topic(), Tags=tags)]


# --- listing ----------------------------------------------------------------------------------------------------


@behaviour(
    aws=[100, True, 5, False],
    source="localstack test_sns.py test_list_topic_paging (AWS-validated); SNS API reference, ListTopics",
)
def a_page_of_topics(lab: Lab) -> object:
    """ListTopics returns at most 100 topics and a token for the rest."""
    sns = lab.sns
    for number in range(105):
        sns.create_topic(Name=f"topic-{number}")
    first = sns.list_topics()
    rest = sns.list_topics(NextToken=first["NextToken"])
    return [len(first["Topics"]), "NextToken" in first, len(rest["Topics"]), "NextToken" in rest]


@behaviour(aws=[], source="SNS API reference, ListTopics (a list in the XML answer is never missing)")
def no_topics(lab: Lab) -> object:
    """An account without topics gets an empty list."""
    return lab.sns.list_topics().get("Topics")


@behaviour(
    aws=True,
    source="localstack test_sns.py test_list_subscriptions_by_topic_pagination (AWS-validated; base64)",
)
def the_form_of_a_token_for_a_page(lab: Lab) -> object:
    """NextToken is a text in base64, and no number."""
    for number in range(101):
        lab.sns.create_topic(Name=f"topic-{number}")
    token = lab.sns.list_topics()["NextToken"]
    return len(base64.b64decode(token, validate=True)) > 0 and not token.isdigit()


# --- permissions ------------------------------------------------------------------------------------------------


@behaviour(
    aws=[["__default_statement_ID", "partner"], ["__default_statement_ID"]],
    source="SNS API reference, AddPermission and RemovePermission",
)
def a_permission_added_and_removed(lab: Lab) -> object:
    """AddPermission adds a statement to the topic's policy under its label; RemovePermission takes it away."""
    topic, sns = lab.topic(), lab.sns
    sns.add_permission(TopicArn=topic, Label="partner", AWSAccountId=[lab.other_account], ActionName=["Publish"])
    added = _sids(lab, topic)
    sns.remove_permission(TopicArn=topic, Label="partner")
    return [added, _sids(lab, topic)]


@behaviour(
    aws={"Effect": "Allow", "Action": "SNS:Publish", "Resource": "arn:aws:sns:us-east-1:<account>:news"},
    source="SNS API reference, AddPermission",
)
def the_statement_of_a_permission(lab: Lab) -> object:
    """The added statement allows the action on the topic."""
    topic, sns = lab.topic(), lab.sns
    sns.add_permission(TopicArn=topic, Label="partner", AWSAccountId=[lab.other_account], ActionName=["Publish"])
    statement = json.loads(_attributes(lab, topic)["Policy"])["Statement"][-1]
    return {name: statement[name] for name in ["Effect", "Action", "Resource"]}


@behaviour(
    aws=["ok", "InvalidParameter"],
    source="SNS API reference, AddPermission, Label (a unique identifier)",
)
def a_label_used_twice(lab: Lab) -> object:
    """A second statement under the same label is refused."""
    topic, sns = lab.topic(), lab.sns
    asked = {"TopicArn": topic, "Label": "partner", "AWSAccountId": [lab.other_account], "ActionName": ["Publish"]}
    return [lab.code(sns.add_permission, **asked), lab.code(sns.add_permission, **asked)]


@behaviour(aws="NotFound", source="SNS API reference, AddPermission, errors")
def a_permission_for_a_missing_topic(lab: Lab) -> object:
    """AddPermission to a topic that does not exist answers NotFound."""
    return lab.code(
        lab.sns.add_permission,
        TopicArn=lab.topic() + "-missing",
        Label="partner",
        AWSAccountId=[lab.other_account],
        ActionName=["Publish"],
    )


@behaviour(
    aws=[["AuthorizationError", 403], "ok"],
    source="SNS API reference, AddPermission and Publish, errors; SNS developer guide, access control use cases",
)
def another_account_publishes(lab: Lab) -> object:
    """Another account may not publish to a topic until a permission lets it."""
    topic, other = lab.topic(), lab.client("sns", account="other")
    before = lab.attempt(other.publish, TopicArn=topic, Message="m")
    lab.sns.add_permission(TopicArn=topic, Label="partner", AWSAccountId=[lab.other_account], ActionName=["Publish"])
    after = lab.attempt(other.publish, TopicArn=topic, Message="m")
    return [before if before == "ok" else [before["Code"], before["Status"]], after]


@behaviour(
    aws=["ok", "AuthorizationError"],
    source="SNS developer guide, access control use cases; SNS API reference, errors",
)
def another_account_does_what_was_not_permitted(lab: Lab) -> object:
    """A permission for one action does not allow another one."""
    topic, other = lab.topic(), lab.client("sns", account="other")
    lab.sns.add_permission(TopicArn=topic, Label="partner", AWSAccountId=[lab.other_account], ActionName=["Publish"])
    return [
        lab.code(other.publish, TopicArn=topic, Message="m"),
        lab.code(other.set_topic_attributes, TopicArn=topic, AttributeName="DisplayName", AttributeValue="x"),
    ]


@behaviour(
    aws="AuthorizationError",
    source="IAM user guide, policy evaluation logic (an explicit deny wins); SNS API reference, Publish, errors",
)
def a_policy_that_denies_publishing(lab: Lab) -> object:
    """A topic policy that denies Publish to everybody stops the topic's owner, too."""
    topic = lab.topic()
    statement = {"Effect": "Deny", "Principal": "*", "Action": "SNS:Publish", "Resource": topic}
    _set(lab, topic, "Policy", json.dumps({"Version": "2012-10-17", "Statement": [statement]}))
    return lab.code(lab.sns.publish, TopicArn=topic, Message="m")


@behaviour(
    aws=refused("InvalidParameter", "Invalid parameter: Policy statement action out of service scope!"),
    source="hashicorp/terraform#12740 (an answer of AWS)",
)
def a_policy_about_queues(lab: Lab) -> object:
    """A topic policy with an action that topics do not have is refused."""
    topic = lab.topic()
    statement = {"Sid": "s", "Effect": "Allow", "Principal": "*", "Action": "SNS:CreateTopic", "Resource": topic}
    return _set(lab, topic, "Policy", json.dumps({"Version": "2012-10-17", "Statement": [statement]}))


@behaviour(aws="InvalidParameter", source="SNS API reference, SetTopicAttributes, errors")
def a_policy_that_is_no_json(lab: Lab) -> object:
    """A topic policy that is not JSON is refused."""
    return _set_code(lab, lab.topic(), "Policy", "everybody may")


@behaviour(
    aws=refused("InvalidParameter", "Invalid parameter: A provided account ID is not valid"),
    source=f"{BALLERINA}, addPermissionInvalidAccountIdTest; bahrmichael/aws-scheduler#5",
)
def a_permission_for_no_account(lab: Lab) -> object:
    """AddPermission wants the numbers of accounts."""
    asked = {"TopicArn": lab.topic(), "Label": "partner", "ActionName": ["Publish"]}
    return lab.attempt(lab.sns.add_permission, **asked, AWSAccountId=["partner"])


@behaviour(aws="ok", source=f"{BALLERINA}, removePermissionDoesNotExistTest")
def a_permission_that_was_never_given(lab: Lab) -> object:
    """RemovePermission of a label that is not there is no error."""
    return lab.attempt(lab.sns.remove_permission, TopicArn=lab.topic(), Label="missing")


@behaviour(
    aws=["ok", refused("InvalidParameter", "Invalid parameter: Policy statement action out of service scope!")],
    source=f"{BALLERINA}, addPermissionComplexTest; aws/aws-cli#3143",
)
def actions_of_a_permission(lab: Lab) -> object:
    """A permission may be for each action that a topic has, and for none of its subscriptions."""
    topic, other = lab.topic(), [lab.other_account]
    own = ["AddPermission", "DeleteTopic", "GetDataProtectionPolicy", "GetTopicAttributes", "ListSubscriptionsByTopic"]
    own += ["ListTagsForResource", "Publish", "PutDataProtectionPolicy", "RemovePermission", "SetTopicAttributes"]
    own += ["Subscribe", "Receive"]
    return [
        lab.attempt(lab.sns.add_permission, TopicArn=topic, Label=label, AWSAccountId=other, ActionName=actions)
        for label, actions in [("one", own), ("two", ["SetSubscriptionAttributes"])]
    ]


@behaviour(
    aws=["Sid", "Effect", "Principal", "Action", "Resource", "Condition"],
    source="localstack test_sns.snapshot.json test_create_topic_test_arn",
)
def the_order_in_the_policy_of_a_new_topic(lab: Lab) -> object:
    """The statement of a new topic's policy begins with its Sid."""
    return list(json.loads(_attributes(lab, lab.topic())["Policy"])["Statement"][0])


# --- SMS settings -----------------------------------------------------------------------------------------------


@behaviour(
    aws="1",
    source="localstack test_get_sms_attributes_from_unmodified_region",
)
def the_spend_limit_of_an_untouched_account(lab: Lab) -> object:
    """An account may spend one dollar a month for SMS until it asks for more."""
    return lab.sns.get_sms_attributes()["attributes"].get("MonthlySpendLimit")


@behaviour(
    aws=["Transactional", "Shop"],
    source="SNS API reference, SetSMSAttributes and GetSMSAttributes",
)
def sms_attributes_set_and_read(lab: Lab) -> object:
    """SMS attributes are set for the account and read back."""
    sns = lab.sns
    sns.set_sms_attributes(attributes={"DefaultSMSType": "Transactional", "DefaultSenderID": "Shop"})
    shown = sns.get_sms_attributes()["attributes"]
    return [shown.get("DefaultSMSType"), shown.get("DefaultSenderID")]


@behaviour(
    aws={"DefaultSMSType": "Promotional"},
    source="SNS API reference, GetSMSAttributes, attributes",
)
def one_sms_attribute_asked_for(lab: Lab) -> object:
    """GetSMSAttributes with names returns those only."""
    sns = lab.sns
    sns.set_sms_attributes(attributes={"DefaultSMSType": "Promotional", "DefaultSenderID": "Shop"})
    return sns.get_sms_attributes(attributes=["DefaultSMSType"])["attributes"]


@behaviour(aws=True, source="SNS API reference, GetSMSSandboxAccountStatus")
def the_sandbox(lab: Lab) -> object:
    """A new account is in the SMS sandbox."""
    return lab.sns.get_sms_sandbox_account_status()["IsInSandbox"]


@behaviour(
    aws=[{"PhoneNumber": "+15551234567", "Status": "Pending"}],
    source="SNS API reference, CreateSMSSandboxPhoneNumber and ListSMSSandboxPhoneNumbers",
)
def a_number_for_the_sandbox(lab: Lab) -> object:
    """A number added to the sandbox is pending until its one-time password comes back."""
    sns = lab.sns
    sns.create_sms_sandbox_phone_number(PhoneNumber="+15551234567")
    return sns.list_sms_sandbox_phone_numbers()["PhoneNumbers"]


@behaviour(
    aws=[],
    source="SNS API reference, DeleteSMSSandboxPhoneNumber",
)
def a_number_taken_from_the_sandbox(lab: Lab) -> object:
    """A pending number can be taken from the sandbox again."""
    sns = lab.sns
    sns.create_sms_sandbox_phone_number(PhoneNumber="+15551234567")
    sns.delete_sms_sandbox_phone_number(PhoneNumber="+15551234567")
    return sns.list_sms_sandbox_phone_numbers()["PhoneNumbers"]


@behaviour(
    aws=["ResourceNotFound", "ResourceNotFound"],
    source="SNS API reference, VerifySMSSandboxPhoneNumber and DeleteSMSSandboxPhoneNumber, errors",
)
def a_number_that_the_sandbox_does_not_know(lab: Lab) -> object:
    """A number that was never added can be neither verified nor deleted."""
    sns = lab.sns
    return [
        lab.code(sns.verify_sms_sandbox_phone_number, PhoneNumber="+15551234567", OneTimePassword="123456"),
        lab.code(sns.delete_sms_sandbox_phone_number, PhoneNumber="+15551234567"),
    ]


@behaviour(aws=[], source="localstack test_sns.snapshot.json test_list_opted_out")
def nobody_opted_out(lab: Lab) -> object:
    """An account whose receivers never opted out gets an empty list."""
    return lab.sns.list_phone_numbers_opted_out()["phoneNumbers"]


@behaviour(aws=False, source="SNS API reference, CheckIfPhoneNumberIsOptedOut")
def a_number_that_has_not_opted_out(lab: Lab) -> object:
    """A number from which nobody opted out is not opted out."""
    return lab.sns.check_if_phone_number_is_opted_out(phoneNumber="+15551234567")["isOptedOut"]


@behaviour(
    aws=[
        refused("InvalidParameter", "DefaultSenderID is invalid"),
        refused("InvalidParameter", "DeliveryStatusSuccessSamplingRate is not an integer between 0-100"),
        refused("InvalidParameter", "DefaultSMSType is invalid"),
        refused("InvalidParameter", "Colour is not a valid attribute"),
        refused(
            "InvalidParameter", "Invalid parameter: UsageReportS3Bucket Reason: The bucket you provided does not exist"
        ),
    ],
    source=f"{BALLERINA}, sms-attributes tests; localstack v2 provider, written after recorded answers",
)
def wrong_sms_attributes(lab: Lab) -> object:
    """A sender has 11 letters and digits, a rate is a percentage, a type is one of two, a bucket is there."""
    wrong = {
        "DefaultSenderID": "testSenderID",
        "DeliveryStatusSuccessSamplingRate": "101",
        "DefaultSMSType": "Private",
        "Colour": "red",
        "UsageReportS3Bucket": "this-bucket-does-not-exist",
    }
    return [lab.attempt(lab.sns.set_sms_attributes, attributes={name: value}) for name, value in wrong.items()]


@behaviour(
    aws=[refused("InvalidParameter", "Invalid parameter: PhoneNumber Reason: input incorrectly formatted")] * 2,
    source=f"{BALLERINA}, phone-number tests",
)
def opting_in_with_a_broken_number(lab: Lab) -> object:
    """Asking about a broken number is refused with another text than publishing to it; so is opting it in."""
    sns, number = lab.sns, "+1555123456x"
    calls = [sns.check_if_phone_number_is_opted_out, sns.opt_in_phone_number]
    return [lab.attempt(call, phoneNumber=number) for call in calls]


@behaviour(
    aws=[
        "ok",
        r"Member must satisfy regular expression pattern: ^(\+[0-9]{8,}|[0-9]{0,9})$",
        "Member must have length less than or equal to 20",
    ],
    source=f"{BALLERINA}, sms-sandbox tests",
)
def numbers_that_the_sandbox_takes(lab: Lab) -> object:
    """The sandbox takes nine digits without a plus, not ten, and 20 characters at most."""
    outcomes = [
        lab.attempt(lab.sns.create_sms_sandbox_phone_number, PhoneNumber=number)
        for number in ["123456789", "1234567890", "+" + "1" * 20]
    ]
    return [one if one == "ok" else one["Message"].partition("constraint: ")[2] for one in outcomes]


@behaviour(
    aws=[
        ["phoneNumber", "languageCode"],
        ["oneTimePassword"],
        ["oneTimePassword", "oneTimePassword"],
        ["maxResults"],
        ["maxResults"],
        ["tags.1.member.key", "tags.2.member.value"],
        ["tagKeys.1.member"],
    ],
    source="SNS API reference and service model, constraints; that all are named is inferred from other services",
)
def constraints_of_the_model(lab: Lab) -> object:
    """Whatever is too long or large, or of a wrong form, is named in one error."""
    sns, number, topic = lab.sns, "+15551234567", lab.topic()
    tags = [{"Key": "k" * 129, "Value": "v"}, {"Key": "k", "Value": "v" * 257}]
    outcomes = [
        lab.attempt(sns.create_sms_sandbox_phone_number, PhoneNumber="home", LanguageCode="eo"),
        lab.attempt(sns.verify_sms_sandbox_phone_number, PhoneNumber=number, OneTimePassword="12345x"),
        lab.attempt(sns.verify_sms_sandbox_phone_number, PhoneNumber=number, OneTimePassword="12345678x"),
        lab.attempt(sns.list_sms_sandbox_phone_numbers, MaxResults=101),
        lab.attempt(sns.list_origination_numbers, MaxResults=31),
        lab.attempt(sns.tag_resource, ResourceArn=topic, Tags=tags),
        lab.attempt(sns.untag_resource, ResourceArn=topic, TagKeys=["k" * 129]),
    ]
    return [one if one == "ok" else [each.split("'")[3] for each in one["Message"].split("; ")] for one in outcomes]


@behaviour(aws=[], source="SNS API reference, ListOriginationNumbers")
def numbers_to_send_from(lab: Lab) -> object:
    """An account that bought no numbers has none to send from."""
    return lab.sns.list_origination_numbers()["PhoneNumbers"]
