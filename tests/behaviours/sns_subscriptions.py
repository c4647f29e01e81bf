"""Subscriptions: making, confirming, reading, changing, listing and ending them."""

import json
from typing import Any

from behaviours.book import behaviour, refused
from behaviours.labs import Lab

HOOK = "https://hooks.shop.example/orders"
PENDING = "pending confirmation"
BALLERINA = "ballerina-platform/module-ballerinax-aws.sns tests, which run against AWS"
HTTP_TEST = "localstack test_sns.snapshot.json test_subscribe_external_http_endpoint"
NO_TOPIC = refused("NotFound", "Topic does not exist", 404)
NO_SUBSCRIPTION = refused("NotFound", "Subscription does not exist", 404)
NOT_A_QUEUE = refused("InvalidParameter", "Invalid parameter: SQS endpoint ARN")
WRONG_TOKEN = (
    "51b2ff3edb475b7d91550e0ab6edf0c1de2a34e6ebaf6c2262a001bcb7e051c43aa00022ceecce70bd2a67b2042da8d8eb47fef7a4e4e942d23e7"
    "fa56146b9ee35da040b4b8af564cc4184a7391c834cb75d75c22981f776ad1ce8805e9bab29da2329985337bb8095627907b46c8577c8440556b6"
    "f86582a954758026f41fc62041c4b3f67b0f5921232b5dae5aaca1"
)


def _subscribe(lab: Lab, topic: str, protocol: str, endpoint: str, **params: Any) -> str:
    """Return the SubscriptionArn of the answer."""
    asked = {"TopicArn": topic, "Protocol": protocol, "Endpoint": endpoint}
    return lab.sns.subscribe(**asked, **params)["SubscriptionArn"]


def _attributes(lab: Lab, subscription: str) -> dict[str, str]:
    return lab.sns.get_subscription_attributes(SubscriptionArn=subscription)["Attributes"]


def _set(lab: Lab, subscription: str, name: str, value: str) -> Any:
    change = lab.sns.set_subscription_attributes
    return lab.attempt(change, SubscriptionArn=subscription, AttributeName=name, AttributeValue=value)


def _arrived(lab: Lab) -> list[dict[str, Any]]:
    """Return the envelopes at http(s) and email-json endpoints, oldest first."""
    return [json.loads(item["Message"]) for item in lab.inbox() if item["Protocol"] in ("http", "https", "email-json")]


def _token(lab: Lab) -> str:
    """Return the token of the newest confirmation request; a text without meaning where none arrived."""
    tokens = [envelope["Token"] for envelope in _arrived(lab) if envelope["Type"] == "SubscriptionConfirmation"]
    return tokens[-1] if tokens else "none-arrived"


def _counters(lab: Lab, topic: str) -> str:
    """Return pending/confirmed/deleted."""
    shown = lab.sns.get_topic_attributes(TopicArn=topic)["Attributes"]
    return "/".join(shown[f"Subscriptions{state}"] for state in ["Pending", "Confirmed", "Deleted"])


def _by_topic(lab: Lab, topic: str) -> list[dict[str, str]]:
    return lab.sns.list_subscriptions_by_topic(TopicArn=topic)["Subscriptions"]


# --- protocols and endpoints ------------------------------------------------------------------------------------


@behaviour(
    aws=refused("InvalidParameter", "Invalid parameter: Amazon SNS does not support this protocol string: pigeon"),
    source="localstack test_sns.snapshot.json test_subscribe_with_invalid_protocol",
)
def an_unknown_protocol(lab: Lab) -> object:
    """A protocol that SNS does not know is refused."""
    return lab.attempt(lab.sns.subscribe, TopicArn=lab.topic(), Protocol="pigeon", Endpoint="loft")


@behaviour(aws=NOT_A_QUEUE, source="localstack test_sns.snapshot.json test_subscribe_sqs_queue_url")
def the_url_of_a_queue(lab: Lab) -> object:
    """A queue is subscribed by its ARN; its URL is refused."""
    return lab.attempt(lab.sns.subscribe, TopicArn=lab.topic(), Protocol="sqs", Endpoint=lab.queue())


@behaviour(aws=NOT_A_QUEUE, source="localstack test_sns.snapshot.json test_subscribe_unknown_sqs_queue")
def a_word_for_a_queue(lab: Lab) -> object:
    """An endpoint that is no ARN is refused for sqs."""
    return lab.attempt(lab.sns.subscribe, TopicArn=lab.topic(), Protocol="sqs", Endpoint="unknown")


@behaviour(
    aws=["ok", 1],
    source="localstack test_sns.snapshot.json test_subscribe_unknown_sqs_queue",
)
def a_queue_that_does_not_exist(lab: Lab) -> object:
    """The ARN of a queue that does not exist is subscribed without an error."""
    topic = lab.topic()
    missing = topic.replace(":sns:", ":sqs:") + "-missing"
    made = lab.attempt(lab.sns.subscribe, TopicArn=topic, Protocol="sqs", Endpoint=missing)
    return [made, len(_by_topic(lab, topic))]


@behaviour(
    aws=refused("InvalidParameter", "Invalid parameter: Endpoint must match the specified protocol"),
    source="argoproj/argo-events#414 (an answer of AWS)",
)
def an_https_url_for_http(lab: Lab) -> object:
    """An https address is refused for the protocol http."""
    return lab.attempt(lab.sns.subscribe, TopicArn=lab.topic(), Protocol="http", Endpoint=HOOK)


@behaviour(
    aws="InvalidParameter",
    source="argoproj/argo-events#414 (the same check); SNS API reference, Subscribe, Endpoint",
)
def an_http_url_for_https(lab: Lab) -> object:
    """An http address is refused for the protocol https."""
    endpoint = HOOK.replace("https", "http")
    return lab.code(lab.sns.subscribe, TopicArn=lab.topic(), Protocol="https", Endpoint=endpoint)


@behaviour(
    aws=refused("InvalidParameter", "Invalid SMS endpoint: invalid-number"),
    source="localstack test_sns.snapshot.json test_subscribe_bad_sms",
)
def a_word_for_a_phone(lab: Lab) -> object:
    """A word is no phone number."""
    return lab.attempt(lab.sns.subscribe, TopicArn=lab.topic(), Protocol="sms", Endpoint="invalid-number")


@behaviour(
    aws=["InvalidParameter"] * 4,
    source="localstack test_sns.py test_subscribe_invalid_sms (AWS-validated)",
)
def broken_phone_numbers(lab: Lab) -> object:
    """Phone numbers with doubled, leading or trailing signs are refused."""
    topic, sns = lab.topic(), lab.sns
    numbers = ["+15--551234567", "NAA+15551234567", "+15551234567.", "/+15551234567"]
    return [lab.code(sns.subscribe, TopicArn=topic, Protocol="sms", Endpoint=number) for number in numbers]


@behaviour(
    aws="ok",
    source="localstack test_sns.snapshot.json test_subscribe_sms_obscure_phone_number",
)
def a_phone_number_with_separators(lab: Lab) -> object:
    """Single slashes, hyphens and dots between the digits are accepted."""
    return lab.attempt(lab.sns.subscribe, TopicArn=lab.topic(), Protocol="sms", Endpoint="+12/34-567.890")


@behaviour(
    aws=["false", "true", "+15551234567", "sms"],
    source="localstack test_sns.snapshot.json test_subscribe_sms_endpoint",
)
def a_phone(lab: Lab) -> object:
    """A phone is subscribed at once; nobody has to confirm."""
    shown = _attributes(lab, _subscribe(lab, lab.topic(), "sms", "+15551234567"))
    return [shown[name] for name in ["PendingConfirmation", "ConfirmationWasAuthenticated", "Endpoint", "Protocol"]]


# --- the topic --------------------------------------------------------------------------------------------------


@behaviour(aws=NO_TOPIC, source="localstack test_sns.snapshot.json test_subscribe_with_invalid_topic")
def a_missing_topic(lab: Lab) -> object:
    """Subscribing to a topic that does not exist answers NotFound with status 404."""
    topic = lab.topic() + "-missing"
    return lab.attempt(lab.sns.subscribe, TopicArn=topic, Protocol="email", Endpoint="anna@shop.example")


@behaviour(
    aws=[
        "Invalid parameter: TopicArn Reason: An ARN must have at least 6 elements, not 1",
        "Invalid parameter: TopicArn Reason: An ARN must have at least 6 elements, not 5",
    ],
    source="localstack test_sns.snapshot.json test_subscribe_with_invalid_topic",
)
def a_broken_topic_arn(lab: Lab) -> object:
    """A topic ARN with too few parts is refused, and the text counts them."""
    asked = {"Protocol": "email", "Endpoint": "anna@shop.example"}
    outcomes = [
        lab.attempt(lab.sns.subscribe, TopicArn=arn, **asked) for arn in ["randomstring", "arn:aws:sns:us-east-1:news"]
    ]
    return [outcome if outcome == "ok" else outcome["Message"] for outcome in outcomes]


# --- what a subscription shows ----------------------------------------------------------------------------------


@behaviour(
    aws=[
        "ConfirmationWasAuthenticated",
        "Endpoint",
        "Owner",
        "PendingConfirmation",
        "Protocol",
        "RawMessageDelivery",
        "SubscriptionArn",
        "SubscriptionPrincipal",
        "TopicArn",
    ],
    source="localstack test_sns.snapshot.json test_not_found_error_on_set_subscription_attributes",
)
def the_attributes_of_a_queues_subscription(lab: Lab) -> object:
    """A bare subscription of a queue shows nine attributes: no filter policy, scope or redrive policy."""
    return sorted(_attributes(lab, lab.subscribe(lab.topic(), lab.queue())))


@behaviour(
    aws={
        "ConfirmationWasAuthenticated": "true",
        "Endpoint": "arn:aws:sqs:us-east-1:<account>:orders",
        "Owner": "<account>",
        "PendingConfirmation": "false",
        "Protocol": "sqs",
        "RawMessageDelivery": "false",
        "TopicArn": "arn:aws:sns:us-east-1:<account>:news",
    },
    source="localstack test_sns.snapshot.json test_not_found_error_on_set_subscription_attributes",
)
def the_values_of_a_queues_subscription(lab: Lab) -> object:
    """A queue of the same account is confirmed at once and gets envelopes."""
    shown = _attributes(lab, lab.subscribe(lab.topic(), lab.queue()))
    return {name: value for name, value in shown.items() if name not in ("SubscriptionArn", "SubscriptionPrincipal")}


@behaviour(
    aws=[True, 36, True],
    source="localstack test_sns.snapshot.json test_create_subscriptions_with_attributes",
)
def the_arn(lab: Lab) -> object:
    """A subscription's ARN is the topic's with an id at the end, and its attributes repeat it."""
    topic = lab.topic()
    subscription = lab.subscribe(topic, lab.queue())
    shown = _attributes(lab, subscription)["SubscriptionArn"]
    return [subscription.startswith(f"{topic}:"), len(subscription.rpartition(":")[2]), shown == subscription]


@behaviour(
    aws=[True, "Endpoint Owner Protocol SubscriptionArn TopicArn", "sqs", "<account>"],
    source="localstack test_sns.snapshot.json test_subscription_after_failure_to_deliver, subscriptions",
)
def an_entry_of_a_list(lab: Lab) -> object:
    """A list of subscriptions tells endpoint, owner, protocol and both ARNs of each."""
    topic = lab.topic()
    subscription = lab.subscribe(topic, lab.queue())
    [entry] = _by_topic(lab, topic)
    return [entry["SubscriptionArn"] == subscription, " ".join(sorted(entry)), entry["Protocol"], entry["Owner"]]


@behaviour(
    aws=["true", "true"],
    source="localstack test_sns.snapshot.json test_create_subscriptions_with_attributes, test_subscribe_idempotency",
)
def raw_delivery_in_any_letter_case(lab: Lab) -> object:
    """RawMessageDelivery is accepted in any letter case and shown in small letters."""
    first = lab.subscribe(lab.topic("one"), lab.queue(), RawMessageDelivery="TrUe")
    second = lab.subscribe(lab.topic("two"), lab.queue(), RawMessageDelivery="True")
    return [_attributes(lab, first)["RawMessageDelivery"], _attributes(lab, second)["RawMessageDelivery"]]


# --- confirming -------------------------------------------------------------------------------------------------


@behaviour(
    aws=[PENDING, PENDING],
    source="localstack test_sns.snapshot.json test_http_subscription_response, test_creating_subscription",
)
def an_address_on_the_web(lab: Lab) -> object:
    """Subscribing an http(s) endpoint returns the words "pending confirmation" in place of an ARN."""
    topic = lab.topic()
    return [
        _subscribe(lab, topic, "https", HOOK),
        _subscribe(lab, topic, "http", HOOK.replace("https", "http")),
    ]


@behaviour(
    aws=[PENDING, PENDING],
    source="SNS API reference, Subscribe (HTTP/S or email must be confirmed)",
)
def a_mail_address(lab: Lab) -> object:
    """Subscribing a mail address returns the words "pending confirmation" in place of an ARN."""
    topic = lab.topic()
    return [_subscribe(lab, topic, protocol, "anna@shop.example") for protocol in ["email", "email-json"]]


@behaviour(
    aws=True,
    source="localstack test_sns.snapshot.json test_http_subscription_response, subscription-with-arn",
)
def the_arn_of_a_pending_subscription(lab: Lab) -> object:
    """With ReturnSubscriptionArn the answer has the ARN although nobody has confirmed."""
    topic = lab.topic()
    return _subscribe(lab, topic, "https", HOOK, ReturnSubscriptionArn=True).startswith(f"{topic}:")


@behaviour(
    aws=["true", "false"],
    source="localstack test_sns.snapshot.json test_subscribe_external_http_endpoint_content_type, sub-attrs",
)
def the_attributes_of_a_pending_subscription(lab: Lab) -> object:
    """A pending subscription says so."""
    subscription = _subscribe(lab, lab.topic(), "https", HOOK, ReturnSubscriptionArn=True)
    shown = _attributes(lab, subscription)
    return [shown["PendingConfirmation"], shown["ConfirmationWasAuthenticated"]]


@behaviour(
    aws=["PendingConfirmation"],
    source="localstack test_sns.snapshot.json test_getting_subscriptions_by_topic",
)
def a_pending_subscription_in_a_list(lab: Lab) -> object:
    """Lists show PendingConfirmation in place of a pending subscription's ARN."""
    topic = lab.topic()
    _subscribe(lab, topic, "email", "anna@shop.example")
    return [entry["SubscriptionArn"] for entry in _by_topic(lab, topic)]


@behaviour(
    aws=[
        "Message",
        "MessageId",
        "Signature",
        "SignatureVersion",
        "SigningCertURL",
        "SubscribeURL",
        "Timestamp",
        "Token",
        "TopicArn",
        "Type",
    ],
    source="localstack test_sns.snapshot.json test_subscribe_external_http_endpoint, subscription-confirmation",
)
def the_fields_of_a_confirmation_request(lab: Lab) -> object:
    """An http(s) endpoint gets a request for confirmation with a token and an address to visit."""
    _subscribe(lab, lab.topic(), "https", HOOK)
    return sorted(key for envelope in _arrived(lab) for key in envelope)


@behaviour(
    aws=[
        [
            "SubscriptionConfirmation",
            "arn:aws:sns:us-east-1:<account>:news",
            "You have chosen to subscribe to the topic arn:aws:sns:us-east-1:<account>:news.\n"
            "To confirm the subscription, visit the SubscribeURL included in this message.",
        ]
    ],
    source="localstack test_sns.snapshot.json test_subscribe_external_http_endpoint, subscription-confirmation",
)
def the_text_of_a_confirmation_request(lab: Lab) -> object:
    """The request for confirmation names the topic."""
    _subscribe(lab, lab.topic(), "https", HOOK)
    return [[envelope["Type"], envelope["TopicArn"], envelope["Message"]] for envelope in _arrived(lab)]


@behaviour(
    aws=[True],
    source="localstack test_sns.snapshot.json test_subscribe_external_http_endpoint, subscription-confirmation",
)
def the_address_in_a_confirmation_request(lab: Lab) -> object:
    """SubscribeURL calls ConfirmSubscription for the topic with the token."""
    topic = lab.topic()
    _subscribe(lab, topic, "https", HOOK)
    return [
        envelope["SubscribeURL"].endswith(f"/?Action=ConfirmSubscription&TopicArn={topic}&Token={envelope['Token']}")
        for envelope in _arrived(lab)
    ]


@behaviour(
    aws=[{"x-amz-sns-message-type": "SubscriptionConfirmation", "x-amz-sns-topic-arn": True, "subscription": False}],
    source="localstack test_sns.snapshot.json test_subscribe_external_http_endpoint, http-confirm-sub-headers",
)
def the_headers_of_a_confirmation_request(lab: Lab) -> object:
    """The headers of a confirmation request tell type and topic, but no subscription."""
    topic = lab.topic()
    _subscribe(lab, topic, "https", HOOK)
    found = []
    for item in lab.inbox():
        headers = {name.lower(): value for name, value in item["Headers"].items()}
        found.append(
            {
                "x-amz-sns-message-type": headers.get("x-amz-sns-message-type"),
                "x-amz-sns-topic-arn": headers.get("x-amz-sns-topic-arn") == topic,
                "subscription": "x-amz-sns-subscription-arn" in headers,
            }
        )
    return found


@behaviour(
    aws=[["email-json", "SubscriptionConfirmation"]],
    source="SNS API reference, Subscribe, Protocol (email-json: JSON by mail)",
)
def a_confirmation_request_by_email_json(lab: Lab) -> object:
    """A mail address subscribed as email-json gets its confirmation request as JSON."""
    _subscribe(lab, lab.topic(), "email-json", "anna@shop.example")
    return [[item["Protocol"], json.loads(item["Message"])["Type"]] for item in lab.inbox()]


@behaviour(
    aws=[["email", "anna@shop.example"]],
    source="SNS API reference, Subscribe (the endpoint owner confirms)",
)
def a_confirmation_request_by_email(lab: Lab) -> object:
    """A subscribed mail address gets one mail that asks for confirmation."""
    _subscribe(lab, lab.topic(), "email", "anna@shop.example")
    return [[item["Protocol"], item["Endpoint"]] for item in lab.inbox()]


@behaviour(
    aws=[True, "false", True],
    source="localstack test_sns.snapshot.json test_subscribe_external_http_endpoint_lambda_url_sig_validation",
)
def the_right_token(lab: Lab) -> object:
    """ConfirmSubscription with the token returns the subscription's ARN, which lists show from then on."""
    topic = lab.topic()
    _subscribe(lab, topic, "https", HOOK)
    confirmed = lab.sns.confirm_subscription(TopicArn=topic, Token=_token(lab))["SubscriptionArn"]
    [entry] = _by_topic(lab, topic)
    shown = _attributes(lab, entry["SubscriptionArn"])
    return [confirmed.startswith(f"{topic}:"), shown["PendingConfirmation"], entry["SubscriptionArn"] == confirmed]


@behaviour(
    aws=True,
    source="SNS API reference, Subscribe, ReturnSubscriptionArn",
)
def the_arn_before_and_after_confirming(lab: Lab) -> object:
    """The ARN that ReturnSubscriptionArn told is the one that the confirmation returns."""
    topic = lab.topic()
    told = _subscribe(lab, topic, "https", HOOK, ReturnSubscriptionArn=True)
    return lab.sns.confirm_subscription(TopicArn=topic, Token=_token(lab))["SubscriptionArn"] == told


@behaviour(
    aws=[True, "0/1/0"],
    source="SNS API reference, ConfirmSubscription (the token is valid for two days); inferred for a second time",
)
def confirming_twice(lab: Lab) -> object:
    """A token that was used already returns the same subscription again."""
    topic = lab.topic()
    _subscribe(lab, topic, "https", HOOK)
    arns = {lab.sns.confirm_subscription(TopicArn=topic, Token=_token(lab))["SubscriptionArn"] for _ in range(2)}
    return [len(arns) == 1, _counters(lab, topic)]


@behaviour(
    aws=refused("InvalidParameter", "Invalid parameter: Token"),
    source="localstack test_sns.snapshot.json test_sns_confirm_subscription_wrong_token, token-not-exists",
)
def a_token_that_was_never_given(lab: Lab) -> object:
    """A token of the right form that SNS never gave is refused."""
    return lab.attempt(lab.sns.confirm_subscription, TopicArn=lab.topic(), Token=WRONG_TOKEN)


@behaviour(
    aws=refused("InvalidParameter", "Invalid token"),
    source="localstack test_sns.snapshot.json test_sns_confirm_subscription_wrong_token, invalid-token",
)
def a_word_for_a_token(lab: Lab) -> object:
    """A word that has not the form of a token is refused with another text."""
    return lab.attempt(lab.sns.confirm_subscription, TopicArn=lab.topic(), Token="randomtoken")


@behaviour(
    aws=refused("InvalidParameter", "Invalid parameter: Token"),
    source="localstack test_sns.snapshot.json test_sns_confirm_subscription_wrong_token, topic-not-exists",
)
def a_token_for_a_missing_topic(lab: Lab) -> object:
    """With a topic that does not exist the token is what is refused."""
    return lab.attempt(lab.sns.confirm_subscription, TopicArn=lab.topic() + "-missing", Token=WRONG_TOKEN)


@behaviour(
    aws=["InvalidParameter", "1/0/0"],
    source="localstack test_sns.snapshot.json test_sns_confirm_subscription_wrong_token; SNS API reference",
)
def a_wrong_token_confirms_nothing(lab: Lab) -> object:
    """After a wrong token the subscription is still pending."""
    topic = lab.topic()
    _subscribe(lab, topic, "https", HOOK)
    return [lab.code(lab.sns.confirm_subscription, TopicArn=topic, Token=WRONG_TOKEN), _counters(lab, topic)]


@behaviour(
    aws=["ok", "refused"],
    source="SNS API reference, Subscribe (confirmation tokens are valid for two days)",
)
def a_token_after_two_days(lab: Lab) -> object:
    """A token confirms for two days and no longer."""
    outcomes = []
    for name, hours in [("early", 47), ("late", 49)]:
        topic = lab.topic(name)
        _subscribe(lab, topic, "https", HOOK)
        token = _token(lab)
        lab.advance(hours * 3600)
        outcome = lab.code(lab.sns.confirm_subscription, TopicArn=topic, Token=token)
        outcomes.append("ok" if outcome == "ok" else "refused")
    return outcomes


@behaviour(
    aws=[refused("InvalidParameter", "Invalid parameter: Topic")] * 2,
    source=f"{HTTP_TEST}, broken-topic-arn-confirm and different-region-arn-confirm",
)
def a_token_for_a_broken_topic(lab: Lab) -> object:
    """ConfirmSubscription refuses a topic's ARN that is none, or of another region, with a text of its own."""
    topic, confirm = lab.topic(), lab.sns.confirm_subscription
    _subscribe(lab, topic, "https", HOOK)
    arns = ["not-an-arn", topic.replace("us-east-1", "eu-central-1")]
    return [lab.attempt(confirm, TopicArn=arn, Token=_token(lab)) for arn in arns]


@behaviour(aws=[True, True, "false"], source=f"{HTTP_TEST}, nonexistent-token-confirm and confirm-subscribe")
def a_token_with_another_topic(lab: Lab) -> object:
    """The right token confirms even with a topic that does not exist, and may be used again."""
    topic, confirm = lab.topic(), lab.sns.confirm_subscription
    told = _subscribe(lab, topic, "https", HOOK, ReturnSubscriptionArn=True)
    confirmed = [confirm(TopicArn=arn, Token=_token(lab))["SubscriptionArn"] for arn in (topic + "-other", topic)]
    return [*(arn == told for arn in confirmed), _attributes(lab, told)["PendingConfirmation"]]


@behaviour(aws=refused("InvalidParameter", "Invalid parameter: Token"), source=f"{HTTP_TEST}, broken-token-confirm")
def a_short_token(lab: Lab) -> object:
    """A short token of hexadecimal digits has the form of one; it is refused as one that SNS never gave."""
    return lab.attempt(lab.sns.confirm_subscription, TopicArn=lab.topic(), Token="abc123")


@behaviour(
    aws=[2, [PENDING, PENDING], 1],
    source="SNS developer guide, Confirm the subscription (to get the request again, subscribe again)",
)
def subscribing_again_before_confirming(lab: Lab) -> object:
    """Who subscribes a pending endpoint again has the request for confirmation sent again."""
    topic = lab.topic()
    told = [_subscribe(lab, topic, "https", HOOK) for _ in range(2)]
    return [len(_arrived(lab)), told, len(_by_topic(lab, topic))]


# --- counters ---------------------------------------------------------------------------------------------------


@behaviour(aws="0/2/0", source="SNS API reference, GetTopicAttributes, SubscriptionsConfirmed")
def two_queues_counted(lab: Lab) -> object:
    """Subscribed queues count as confirmed."""
    topic = lab.topic()
    lab.subscribe(topic, lab.queue("one"))
    lab.subscribe(topic, lab.queue("two"))
    return _counters(lab, topic)


@behaviour(aws=["1/0/0", "0/1/0"], source="SNS API reference, GetTopicAttributes, SubscriptionsPending")
def a_confirmation_counted(lab: Lab) -> object:
    """An unconfirmed subscription counts as pending, and as confirmed once it is."""
    topic = lab.topic()
    _subscribe(lab, topic, "https", HOOK)
    before = _counters(lab, topic)
    lab.attempt(lab.sns.confirm_subscription, TopicArn=topic, Token=_token(lab))
    return [before, _counters(lab, topic)]


@behaviour(aws="0/0/1", source="SNS API reference, GetTopicAttributes, SubscriptionsDeleted")
def an_end_counted(lab: Lab) -> object:
    """An ended subscription moves from the confirmed to the deleted ones."""
    topic = lab.topic()
    lab.sns.unsubscribe(SubscriptionArn=lab.subscribe(topic, lab.queue()))
    return _counters(lab, topic)


@behaviour(aws="0/1/0", source="localstack test_sns.snapshot.json test_double_subscription; GetTopicAttributes")
def a_repeated_subscription_counted(lab: Lab) -> object:
    """Subscribing the same queue again adds nothing to the counters."""
    topic, queue = lab.topic(), lab.queue()
    lab.subscribe(topic, queue)
    lab.subscribe(topic, queue)
    return _counters(lab, topic)


# --- subscribing again ------------------------------------------------------------------------------------------


@behaviour(
    aws=[True, 1],
    source="localstack test_sns.snapshot.json test_double_subscription, test_subscribe_idempotency",
)
def the_same_queue_again(lab: Lab) -> object:
    """Subscribing the same queue again returns the same ARN and makes no second subscription."""
    topic, queue = lab.topic(), lab.queue()
    return [lab.subscribe(topic, queue) == lab.subscribe(topic, queue), len(_by_topic(lab, topic))]


@behaviour(
    aws=[True, True, True],
    source="localstack test_sns.snapshot.json test_subscribe_idempotency",
)
def again_with_the_same_or_default_attributes(lab: Lab) -> object:
    """Subscribing again with the same attributes, or with defaults besides, returns the same ARN."""
    topic, queue = lab.topic(), lab.queue()
    first = lab.subscribe(topic, queue, RawMessageDelivery="True")
    repeated: list[dict[str, str]] = [
        {"RawMessageDelivery": "true"},
        {"RawMessageDelivery": "true", "FilterPolicyScope": "MessageAttributes"},
        {"FilterPolicyScope": "MessageAttributes"},
    ]
    return [lab.subscribe(topic, queue, **attributes) == first for attributes in repeated]


@behaviour(
    aws=[True, "true"],
    source="localstack test_sns.snapshot.json test_subscribe_idempotency, subscribe-idempotent-no-attributes",
)
def again_without_attributes(lab: Lab) -> object:
    """Subscribing again without attributes returns the same ARN and leaves the attributes."""
    topic, queue = lab.topic(), lab.queue()
    first = lab.subscribe(topic, queue, RawMessageDelivery="true")
    return [lab.subscribe(topic, queue) == first, _attributes(lab, first)["RawMessageDelivery"]]


@behaviour(
    aws=[
        refused(
            "InvalidParameter",
            "Invalid parameter: Attributes Reason: Subscription already exists with different attributes",
        ),
        "true",
    ],
    source="localstack test_sns.snapshot.json test_subscribe_idempotency, subscribe-diff-attributes",
)
def again_with_other_attributes(lab: Lab) -> object:
    """Subscribing again with another value for an attribute is refused and changes nothing."""
    topic, queue = lab.topic(), lab.queue()
    first = lab.subscribe(topic, queue, RawMessageDelivery="true")
    outcome = lab.attempt(
        lab.sns.subscribe,
        TopicArn=topic,
        Protocol="sqs",
        Endpoint=lab.arn(queue),
        Attributes={"RawMessageDelivery": "false"},
    )
    return [outcome, _attributes(lab, first)["RawMessageDelivery"]]


# --- attributes -------------------------------------------------------------------------------------------------


@behaviour(
    aws=refused(
        "InvalidParameter",
        "Invalid parameter: Attributes Reason: RawMessageDelivery: Invalid value [wrongvalue]. Must be true or false.",
    ),
    source="localstack test_sns.snapshot.json test_create_subscriptions_with_attributes",
)
def a_wrong_value_at_subscribing(lab: Lab) -> object:
    """RawMessageDelivery is true or false; another value is refused at subscribing."""
    return lab.attempt(
        lab.sns.subscribe,
        TopicArn=lab.topic(),
        Protocol="sqs",
        Endpoint=lab.arn(lab.queue()),
        Attributes={"RawMessageDelivery": "wrongvalue"},
    )


@behaviour(
    aws=[
        refused(
            "InvalidParameter",
            f"Invalid parameter: RawMessageDelivery: Invalid value [{value}]. Must be true or false.",
        )
        for value in ["test-ValUe", ""]
    ],
    source="localstack test_sns.snapshot.json test_validate_set_sub_attributes",
)
def a_wrong_value_later(lab: Lab) -> object:
    """RawMessageDelivery is true or false; another value is refused later, too."""
    subscription = lab.subscribe(lab.topic(), lab.queue())
    return [_set(lab, subscription, "RawMessageDelivery", value) for value in ["test-ValUe", ""]]


@behaviour(
    aws=refused("InvalidParameter", "Invalid parameter: AttributeName"),
    source="localstack test_sns.snapshot.json test_validate_set_sub_attributes",
)
def an_unknown_attribute(lab: Lab) -> object:
    """An attribute that subscriptions do not have is refused."""
    return _set(lab, lab.subscribe(lab.topic(), lab.queue()), "FakeAttribute", "test-value")


@behaviour(
    aws=["true", "false"],
    source="localstack test_sns.snapshot.json test_publish_sqs_from_sns, sub-attrs-raw-true and -false",
)
def raw_delivery_switched_on_and_off(lab: Lab) -> object:
    """RawMessageDelivery can be switched on and off again."""
    subscription = lab.subscribe(lab.topic(), lab.queue())
    shown = []
    for value in ["true", "false"]:
        _set(lab, subscription, "RawMessageDelivery", value)
        shown.append(_attributes(lab, subscription)["RawMessageDelivery"])
    return shown


@behaviour(
    aws="InvalidParameter",
    source="aws-controllers-k8s/community#2192 (delivery protocol does not support raw message delivery)",
)
def raw_delivery_to_a_phone(lab: Lab) -> object:
    """Raw delivery is refused for a protocol that has none, such as sms."""
    subscription = _subscribe(lab, lab.topic(), "sms", "+15551234567")
    change = lab.sns.set_subscription_attributes
    return lab.code(change, SubscriptionArn=subscription, AttributeName="RawMessageDelivery", AttributeValue="true")


@behaviour(
    aws=refused("InvalidParameter", "Invalid parameter: RedrivePolicy: deadLetterTargetArn is an invalid arn"),
    source="localstack test_sns.snapshot.json test_validate_set_sub_attributes, fake-arn-redrive-policy",
)
def a_redrive_policy_without_an_arn(lab: Lab) -> object:
    """A redrive policy whose target is no ARN is refused."""
    policy = json.dumps({"deadLetterTargetArn": "fake-arn"})
    return _set(lab, lab.subscribe(lab.topic(), lab.queue()), "RedrivePolicy", policy)


@behaviour(
    aws=refused(
        "InvalidParameter", "Invalid parameter: RedrivePolicy: invalid JSON. Attribute maxReceiveCount is unknown."
    ),
    source="ministryofjustice/cloud-platform-environments pull request 11520 (an error of AWS)",
)
def a_redrive_policy_of_a_queue(lab: Lab) -> object:
    """A subscription's redrive policy has no maxReceiveCount, unlike that of a queue."""
    policy = {"deadLetterTargetArn": lab.arn(lab.queue("lost")), "maxReceiveCount": 3}
    return _set(lab, lab.subscribe(lab.topic(), lab.queue()), "RedrivePolicy", json.dumps(policy))


@behaviour(
    aws=["InvalidParameter", "InvalidParameter", "ok"],
    source="SNS developer guide, dead-letter queues (same region; standard topic subscriptions use standard queues)",
)
def dead_letter_queues_that_do_not_suit(lab: Lab) -> object:
    """The dead-letter queue is in the topic's region, and a standard one for a standard topic."""
    subscription = lab.subscribe(lab.topic(), lab.queue())
    start = f"arn:aws:sqs:us-east-1:{lab.account}:"
    arns = [start.replace("us-east-1", "eu-west-1") + "lost", f"{start}lost.fifo", f"{start}lost"]
    outcomes = [_set(lab, subscription, "RedrivePolicy", json.dumps({"deadLetterTargetArn": arn})) for arn in arns]
    return [outcome if outcome == "ok" else outcome["Code"] for outcome in outcomes]


@behaviour(
    aws=["InvalidParameter", "Invalid parameter: RedrivePolicy: failed to parse JSON."],
    source="localstack test_sns.snapshot.json test_validate_set_sub_attributes, invalid-json-redrive-policy",
)
def a_redrive_policy_that_is_no_json(lab: Lab) -> object:
    """A redrive policy that is not JSON is refused with a text that says so."""
    outcome = _set(lab, lab.subscribe(lab.topic(), lab.queue()), "RedrivePolicy", "{invalidjson}")
    start = "Invalid parameter: RedrivePolicy: failed to parse JSON."
    return "ok" if outcome == "ok" else [outcome["Code"], outcome["Message"][: len(start)]]


@behaviour(
    aws={"deadLetterTargetArn": "arn:aws:sqs:us-east-1:<account>:lost"},
    source="localstack test_sns.snapshot.json test_subscription_after_failure_to_deliver",
)
def a_redrive_policy(lab: Lab) -> object:
    """A redrive policy is shown as it was set."""
    policy = json.dumps({"deadLetterTargetArn": lab.arn(lab.queue("lost"))})
    subscription = lab.subscribe(lab.topic(), lab.queue(), RedrivePolicy=policy)
    return json.loads(_attributes(lab, subscription).get("RedrivePolicy", "null"))


@behaviour(
    aws=NO_SUBSCRIPTION,
    source="localstack test_sns.snapshot.json test_create_subscriptions_with_attributes, get-attrs-nonexistent-sub",
)
def the_attributes_of_a_missing_subscription(lab: Lab) -> object:
    """GetSubscriptionAttributes of a subscription that does not exist answers NotFound with status 404."""
    missing = lab.topic() + ":00000000-0000-4000-8000-000000000000"
    return lab.attempt(lab.sns.get_subscription_attributes, SubscriptionArn=missing)


@behaviour(
    aws=NO_SUBSCRIPTION,
    source="localstack test_sns.snapshot.json test_not_found_error_on_set_subscription_attributes",
)
def an_attribute_of_an_ended_subscription(lab: Lab) -> object:
    """SetSubscriptionAttributes of an ended subscription answers NotFound with status 404."""
    subscription = lab.subscribe(lab.topic(), lab.queue())
    lab.sns.unsubscribe(SubscriptionArn=subscription)
    return _set(lab, subscription, "RawMessageDelivery", "true")


@behaviour(
    aws=[
        {
            "healthyRetryPolicy": None,
            "sicklyRetryPolicy": None,
            "throttlePolicy": None,
            "requestPolicy": {"headerContentType": "text/csv"},
            "guaranteed": False,
        },
        ["healthyRetryPolicy", "sicklyRetryPolicy", "throttlePolicy", "requestPolicy", "guaranteed"],
        [20, {"headerContentType": "text/csv"}],
    ],
    source="localstack test_sns.snapshot.json test_subscribe_external_http_endpoint_content_type[True], sub-attrs",
)
def a_delivery_policy(lab: Lab) -> object:
    """A delivery policy is shown with all its members; the effective one fills in the retries."""
    policy = json.dumps({"requestPolicy": {"headerContentType": "text/csv"}})
    made = _subscribe(
        lab, lab.topic(), "https", HOOK, ReturnSubscriptionArn=True, Attributes={"DeliveryPolicy": policy}
    )
    shown = _attributes(lab, made)
    effective = json.loads(shown["EffectiveDeliveryPolicy"])
    return [
        json.loads(shown["DeliveryPolicy"]),
        list(effective),
        [effective["healthyRetryPolicy"]["minDelayTarget"], effective["requestPolicy"]],
    ]


@behaviour(
    aws=[[0, "application/json"], {"maxReceivesPerSecond": 1000}],
    source="localstack test_sns.snapshot.json test_subscribe_external_http_endpoint_content_type[False], sub-attrs",
)
def the_effective_delivery_policy(lab: Lab) -> object:
    """The effective delivery policy has the subscription's own members, and the topic's for those it has not."""
    topic = lab.topic(DeliveryPolicy='{"http": {"defaultRequestPolicy": {"headerContentType": "application/json"}}}')
    retries = {"minDelayTarget": 1, "maxDelayTarget": 1, "numRetries": 0}
    policy = json.dumps({"healthyRetryPolicy": retries, "throttlePolicy": {"maxReceivesPerSecond": 1000}})
    made = _subscribe(lab, topic, "https", HOOK, ReturnSubscriptionArn=True, Attributes={"DeliveryPolicy": policy})
    effective = json.loads(_attributes(lab, made)["EffectiveDeliveryPolicy"])
    content_type = effective["requestPolicy"]["headerContentType"]
    return [[effective["healthyRetryPolicy"]["numRetries"], content_type], effective["throttlePolicy"]]


@behaviour(
    aws=refused(
        "InvalidParameter",
        "Invalid parameter: Attributes Reason: Delivery protocol [email] does not support raw message delivery.",
    ),
    source=f"{BALLERINA}, subscribeWithInvalidAttributeTest",
)
def raw_delivery_to_a_mailbox(lab: Lab) -> object:
    """Raw delivery is refused at subscribing, too, for a protocol that has none."""
    asked = {"TopicArn": lab.topic(), "Protocol": "email", "Endpoint": "anna@shop.example"}
    return lab.attempt(lab.sns.subscribe, **asked, Attributes={"RawMessageDelivery": "true"})


@behaviour(
    aws=refused(
        "InvalidParameter",
        "Invalid parameter: RedrivePolicy: failed to parse JSON. Unexpected character ('i' (code 105)): was expecting "
        "double-quote to start field name\n at [Source: REDACTED (`StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION` "
        "disabled); line: 1, column: 2]",
    ),
    source="localstack test_sns.snapshot.json test_validate_set_sub_attributes, invalid-json-redrive-policy",
)
def where_a_redrive_policy_is_no_json(lab: Lab) -> object:
    """The text tells the character and its place."""
    return _set(lab, lab.subscribe(lab.topic(), lab.queue()), "RedrivePolicy", "{invalidjson}")


# --- ending -----------------------------------------------------------------------------------------------------


@behaviour(
    aws=["ok", "ok"],
    source="localstack test_sns.snapshot.json test_unsubscribe_idempotency",
)
def ending_twice(lab: Lab) -> object:
    """Unsubscribe may be repeated without an error."""
    subscription, sns = lab.subscribe(lab.topic(), lab.queue()), lab.sns
    return [lab.attempt(sns.unsubscribe, SubscriptionArn=subscription) for _ in range(2)]


@behaviour(
    aws=[],
    source="localstack test_sns.snapshot.json test_not_found_error_on_set_subscription_attributes",
)
def the_list_after_the_end(lab: Lab) -> object:
    """An ended subscription is in no list."""
    topic = lab.topic()
    lab.sns.unsubscribe(SubscriptionArn=lab.subscribe(topic, lab.queue()))
    return _by_topic(lab, topic)


@behaviour(
    aws=["a"],
    source="SNS API reference, Unsubscribe (deletes a subscription)",
)
def nothing_comes_after_the_end(lab: Lab) -> object:
    """What is published after the end of a subscription does not arrive."""
    topic, queue = lab.topic(), lab.queue()
    subscription = lab.subscribe(topic, queue, RawMessageDelivery="true")
    lab.sns.publish(TopicArn=topic, Message="a")
    lab.sns.unsubscribe(SubscriptionArn=subscription)
    lab.sns.publish(TopicArn=topic, Message="b")
    return lab.bodies(queue)


@behaviour(
    aws=[
        "Invalid parameter: SubscriptionArn Reason: An ARN must have at least 6 elements, not 1",
        "Invalid parameter: SubscriptionArn Reason: An ARN must have at least 6 elements, not 5",
        "Invalid parameter: SubscriptionId",
    ],
    source="localstack test_sns.snapshot.json test_unsubscribe_wrong_arn_format",
)
def broken_arns_to_end(lab: Lab) -> object:
    """Unsubscribe refuses what is no ARN, and a topic's ARN for want of an id."""
    arns = ["randomstring", "arn:aws:sns:us-east-1:random", "arn:aws:sns:us-east-1:111111111111:random"]
    outcomes = [lab.attempt(lab.sns.unsubscribe, SubscriptionArn=arn) for arn in arns]
    return [outcome if outcome == "ok" else outcome["Message"] for outcome in outcomes]


@behaviour(
    aws=refused(
        "InvalidParameter",
        "Invalid parameter: SubscriptionArn Reason: An ARN must have at least 6 elements, not 1",
    ),
    source="localstack test_sns.snapshot.json test_unsubscribe_from_deleted_topic",
)
def ending_what_is_pending_by_its_words(lab: Lab) -> object:
    """The words "pending confirmation" are no ARN and cannot be unsubscribed."""
    return lab.attempt(lab.sns.unsubscribe, SubscriptionArn=PENDING)


@behaviour(
    aws=["InvalidParameter", "1/0/0", "0/0/0"],
    source="SNS developer guide, deleting subscriptions (not while pending; those go by themselves after three days)",
)
def ending_what_is_pending_by_its_arn(lab: Lab) -> object:
    """A subscription that waits for confirmation cannot be unsubscribed, and goes after three days."""
    topic = lab.topic()
    arn = _subscribe(lab, topic, "email", "anna@shop.example", ReturnSubscriptionArn=True)
    outcome = lab.code(lab.sns.unsubscribe, SubscriptionArn=arn)
    before = _counters(lab, topic)
    lab.advance(3 * 86_400)
    return [outcome, before, _counters(lab, topic)]


@behaviour(
    aws=["AuthorizationError", 403, True],
    source=f"{BALLERINA}, usubscribeUnauthorizedTest",
)
def ending_a_subscription_of_nobody(lab: Lab) -> object:
    """A subscription of an account that is not the caller's cannot be ended, whether it is there or not."""
    arn = "arn:aws:sns:us-east-1:invalid:news:45f03920-f890-4a2f-bd77-32f9689b8013"
    outcome = lab.attempt(lab.sns.unsubscribe, SubscriptionArn=arn)
    text = f"is not authorized to perform: SNS:Unsubscribe on resource: {arn}"
    return "ok" if outcome == "ok" else [outcome["Code"], outcome["Status"], text in outcome["Message"]]


@behaviour(
    aws=refused("InvalidParameter", "Invalid parameter: SubscriptionArn Reason: no value for required parameter"),
    source="localstack test_sns.snapshot.json test_unsubscribe_wrong_arn_format, invalid-unsubscribe-arn-4",
)
def ending_without_an_arn(lab: Lab) -> object:
    """A request without the subscription's ARN, which boto3 would not send, is refused."""
    sns = lab.sns
    events, name = sns.meta.events, "before-call.sns.Unsubscribe"

    def take_out(params: dict[str, Any], **_: Any) -> None:
        params["body"].pop("SubscriptionArn")

    events.register(name, take_out)
    try:
        return lab.attempt(sns.unsubscribe, SubscriptionArn="any")
    finally:
        events.unregister(name, take_out)


# --- lists ------------------------------------------------------------------------------------------------------


@behaviour(
    aws=[
        ["arn:aws:sns:us-east-1:<account>:one", "arn:aws:sqs:us-east-1:<account>:orders"],
        ["arn:aws:sns:us-east-1:<account>:two", "arn:aws:sqs:us-east-1:<account>:orders"],
    ],
    source="localstack test_sns.py test_list_subscriptions (AWS-validated)",
)
def one_queue_on_two_topics(lab: Lab) -> object:
    """A queue may be subscribed to several topics; ListSubscriptions goes over all of them."""
    queue = lab.queue()
    for name in ["one", "two"]:
        lab.subscribe(lab.topic(name), queue)
    entries = lab.sns.list_subscriptions()["Subscriptions"]
    return sorted([entry["TopicArn"], entry["Endpoint"]] for entry in entries)


@behaviour(aws=[[], []], source="localstack test_sns.snapshot.json test_not_found_error_on_set_subscription_attributes")
def no_subscriptions(lab: Lab) -> object:
    """Without subscriptions both lists are empty."""
    topic, sns = lab.topic(), lab.sns
    return [
        sns.list_subscriptions_by_topic(TopicArn=topic).get("Subscriptions"),
        sns.list_subscriptions().get("Subscriptions"),
    ]


def _two_pages(lab: Lab, count: int) -> object:
    """Return what the list of so many subscriptions has: their number and whether there's a token, page by page."""
    topic, sns = lab.topic(), lab.sns
    for number in range(count):
        sns.subscribe(TopicArn=topic, Protocol="sms", Endpoint=f"+12312312{number}")
    first = sns.list_subscriptions_by_topic(TopicArn=topic)
    if "NextToken" not in first:
        return len(first["Subscriptions"])
    rest = sns.list_subscriptions_by_topic(TopicArn=topic, NextToken=first["NextToken"])
    return [len(first["Subscriptions"]), True, len(rest["Subscriptions"]), "NextToken" in rest]


@behaviour(
    aws=[100, True, 1, False],
    source="localstack test_sns.snapshot.json test_list_subscriptions_by_topic_pagination",
)
def a_page_of_subscriptions(lab: Lab) -> object:
    """ListSubscriptionsByTopic returns at most 100 subscriptions and a token for the rest."""
    return _two_pages(lab, 101)


@behaviour(
    aws=[100, True, 0, False],
    source="inferred: SNS pages its lists as its databases do, which know only at the next page that nothing follows",
)
def a_full_page_of_subscriptions(lab: Lab) -> object:
    """A full page has a token even if the rest is empty."""
    return _two_pages(lab, 100)


@behaviour(aws=NO_TOPIC, source="SNS API reference, ListSubscriptionsByTopic, errors; localstack (text of NotFound)")
def the_list_of_a_missing_topic(lab: Lab) -> object:
    """ListSubscriptionsByTopic of a topic that does not exist answers NotFound."""
    return lab.attempt(lab.sns.list_subscriptions_by_topic, TopicArn=lab.topic() + "-missing")


# --- after DeleteTopic ------------------------------------------------------------------------------------------


@behaviour(aws=NO_TOPIC, source="SNS API reference, DeleteTopic; localstack test_create_topic_test_arn")
def the_list_of_a_deleted_topic(lab: Lab) -> object:
    """A deleted topic has no list of subscriptions any more."""
    topic = lab.topic()
    lab.subscribe(topic, lab.queue())
    lab.sns.delete_topic(TopicArn=topic)
    return lab.attempt(lab.sns.list_subscriptions_by_topic, TopicArn=topic)


@behaviour(
    aws="ok",
    source="localstack test_delete_subscriptions_on_delete_topic (recorded in January 2026)",
)
def the_attributes_after_the_topics_end(lab: Lab) -> object:
    """Right after DeleteTopic the attributes of its subscription can still be read."""
    topic = lab.topic()
    subscription = lab.subscribe(topic, lab.queue())
    lab.sns.delete_topic(TopicArn=topic)
    return lab.attempt(lab.sns.get_subscription_attributes, SubscriptionArn=subscription)


@behaviour(
    aws=[[1, "ok", "ok"], [0, "NotFound", "ok"]],
    source="localstack test_delete_subscriptions_on_delete_topic; SNS API reference, DeleteTopic and Unsubscribe",
)
def what_a_deleted_topic_leaves(lab: Lab) -> object:
    """A deleted topic's subscriptions are still there for a while, and can be unsubscribed. A day later none is."""
    sns, found = lab.sns, []
    for days in (0, 1):
        topic = lab.topic(f"news{days}")
        subscription = lab.subscribe(topic, lab.queue(f"orders{days}"))
        sns.delete_topic(TopicArn=topic)
        lab.advance(days * 86_400)
        found.append(
            [
                len(sns.list_subscriptions()["Subscriptions"]),
                lab.code(sns.get_subscription_attributes, SubscriptionArn=subscription),
                lab.code(sns.unsubscribe, SubscriptionArn=subscription),
            ]
        )
    return found


@behaviour(
    aws=[[], "0/0/0"],
    source="SNS API reference, DeleteTopic (deletes a topic and all its subscriptions)",
)
def a_topic_made_again(lab: Lab) -> object:
    """A topic made again under a deleted one's name has none of its subscriptions."""
    topic = lab.topic()
    lab.subscribe(topic, lab.queue())
    lab.sns.delete_topic(TopicArn=topic)
    again = lab.topic()
    return [_by_topic(lab, again), _counters(lab, again)]


@behaviour(
    aws=["InvalidParameter", "InvalidParameter", "ok"],
    source="SNS API reference, Subscribe, SubscriptionRoleArn (required for Firehose); floci-io/floci issue 4128",
)
def a_stream_without_a_role(lab: Lab) -> object:
    """A Firehose stream can't subscribe without a role that SNS can use."""
    stream = f"arn:aws:firehose:us-east-1:{lab.account}:deliverystream/orders"
    asked = {"TopicArn": lab.topic(), "Protocol": "firehose", "Endpoint": stream}
    roles = ({}, {"SubscriptionRoleArn": "x"}, {"SubscriptionRoleArn": f"arn:aws:iam::{lab.account}:role/sns"})
    return [lab.code(lab.sns.subscribe, **asked, Attributes=each) for each in roles]
