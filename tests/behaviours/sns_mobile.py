"""Mobile push: applications and their devices, and what is published to a device."""

import json
from typing import Any

from behaviours.book import behaviour, refused
from behaviours.labs import Lab

BALLERINA = "ballerina-platform/module-ballerinax-aws.sns tests, which run against AWS"
MOTO = "getmoto/moto test_application_boto3.py (aws_verified)"
NO_APPLICATION = refused("NotFound", "PlatformApplication does not exist", 404)
NO_DEVICE = refused("NotFound", "Endpoint does not exist", 404)
ID = "00000000-0000-4000-8000-000000000000"
WRONG = "Attributes Reason: Invalid value for attribute: "
WRONG_ID = "Reason: ARN specifies an invalid endpointId: UUID must be encoded in exactly 36 characters."


def _application(lab: Lab, platform: str = "GCM", **attributes: str) -> str:
    """Return the ARN of an application for Android, or another platform."""
    asked = {"PlatformCredential": "key", "PlatformPrincipal": "id"} | attributes
    made = lab.sns.create_platform_application(Name="shop", Platform=platform, Attributes=asked)
    return made["PlatformApplicationArn"]


def _device(lab: Lab, application: str, token: str = "token", **params: Any) -> str:
    made = lab.sns.create_platform_endpoint(PlatformApplicationArn=application, Token=token, **params)
    return made["EndpointArn"]


def _missing(application: str) -> str:
    """Return an ARN as a device of the application could have it."""
    return application.replace(":app/", ":endpoint/") + f"/{ID}"


def _invalid(reason: str) -> dict[str, Any]:
    return refused("InvalidParameter", f"Invalid parameter: {reason}")


# --- applications -----------------------------------------------------------------------------------------------


@behaviour(
    aws=["arn:aws:sns:us-east-1:<account>:app/GCM/shop", {"Enabled": "true"}],
    source=f"{BALLERINA}; localstack v2 provider (credentials are not shown)",
)
def an_application(lab: Lab) -> object:
    """An application's attributes say that it is enabled, and not its credentials."""
    arn = _application(lab)
    return [arn, lab.sns.get_platform_application_attributes(PlatformApplicationArn=arn)["Attributes"]]


@behaviour(aws=[["5", "true"], ["5", "true"]], source=f"{BALLERINA}, setPlatformApplicationAttributesTest")
def attributes_of_an_application(lab: Lab) -> object:
    """Attributes that were set show alone and in the list of applications."""
    arn, sns = _application(lab), lab.sns
    sns.set_platform_application_attributes(PlatformApplicationArn=arn, Attributes={"SuccessFeedbackSampleRate": "5"})
    alone = sns.get_platform_application_attributes(PlatformApplicationArn=arn)["Attributes"]
    [entry] = sns.list_platform_applications()["PlatformApplications"]
    return [[one.get("SuccessFeedbackSampleRate"), one.get("Enabled")] for one in (alone, entry["Attributes"])]


@behaviour(
    aws=refused(
        "ValidationError",
        "1 validation error detected: Value null at 'attributes' failed to satisfy constraint: Member must not be null",
    ),
    source="SNS API reference, CreatePlatformApplication, Attributes (required; boto3 sends an empty map as nothing)",
)
def an_application_without_attributes(lab: Lab) -> object:
    """An application needs attributes; none at all is refused."""
    return lab.attempt(lab.sns.create_platform_application, Name="shop", Platform="GCM", Attributes={})


@behaviour(
    aws=[
        True,
        _invalid("Name Reason: An application with the same name but different properties already exists"),
    ],
    source=f"{BALLERINA}, createPlatformApplicationAlreadyExists",
)
def an_application_made_again(lab: Lab) -> object:
    """Creating an application again is fine with the same attributes only."""
    same = _application(lab) == _application(lab)
    asked = {"PlatformCredential": "key", "PlatformPrincipal": "id", "SuccessFeedbackSampleRate": "5"}
    return [same, lab.attempt(lab.sns.create_platform_application, Name="shop", Platform="GCM", Attributes=asked)]


@behaviour(
    aws=_invalid(
        "Attributes Reason: Invalid value for attribute: SuccessFeedbackSampleRate: "
        "101 value provided is not an integer between 0-100"
    ),
    source=f"{BALLERINA}, setPlatformApplicationAttributesNegativeTest",
)
def a_sample_rate_over_a_hundred(lab: Lab) -> object:
    """A sample rate is a percentage."""
    change, arn = lab.sns.set_platform_application_attributes, _application(lab)
    return lab.attempt(change, PlatformApplicationArn=arn, Attributes={"SuccessFeedbackSampleRate": "101"})


@behaviour(
    aws=[
        _invalid("a b Reason: must contain only characters 'a'-'z', 'A'-'Z', '0'-'9', '_', '-', and '.'"),
        _invalid(f"{'a' * 257} Reason: must be at most 256 characters long"),
        _invalid("Platform Reason: PAGER is not supported"),
    ],
    source="localstack v2 provider, written after recorded answers",
)
def wrong_names_of_applications(lab: Lab) -> object:
    """An application's name has its signs and its length, and its platform is a known one."""
    asked = {"PlatformCredential": "key", "PlatformPrincipal": "id"}
    return [
        lab.attempt(lab.sns.create_platform_application, Name=name, Platform=platform, Attributes=asked)
        for name, platform in [("a b", "GCM"), ("a" * 257, "GCM"), ("shop", "PAGER")]
    ]


@behaviour(
    aws=[_invalid(f"{WRONG}PlatformCredential: cannot be empty")] * 2
    + [_invalid(f"{WRONG}PlatformPrincipal: cannot be empty"), "ok"],
    source="SNS API reference, CreatePlatformApplication (both are needed, and GCM has no principal); text inferred",
)
def applications_without_credentials(lab: Lab) -> object:
    """An application needs a credential, and a principal unless it is for GCM."""
    create = lab.sns.create_platform_application
    asked = [
        ("ADM", {"PlatformPrincipal": "id"}),
        ("GCM", {"Enabled": "true"}),
        ("ADM", {"PlatformCredential": "key"}),
        ("GCM", {"PlatformCredential": "key"}),
    ]
    return [
        lab.attempt(create, Name="shop", Platform=platform, Attributes=attributes) for platform, attributes in asked
    ]


@behaviour(aws=[NO_APPLICATION, NO_APPLICATION, "ok"], source=f"{MOTO}; {BALLERINA}")
def a_missing_application(lab: Lab) -> object:
    """An application that is not there has no attributes and no devices, and may be deleted."""
    arn, sns = _application(lab) + "2", lab.sns
    calls = [
        sns.get_platform_application_attributes,
        sns.list_endpoints_by_platform_application,
        sns.delete_platform_application,
    ]
    return [lab.attempt(call, PlatformApplicationArn=arn) for call in calls]


# --- devices ----------------------------------------------------------------------------------------------------


@behaviour(
    aws=["arn:aws:sns:us-east-1:<account>:endpoint/GCM/shop/", {"Enabled": "true", "Token": "token"}],
    source=f"{MOTO}; {BALLERINA}, getEndpointAttributesTest",
)
def a_device(lab: Lab) -> object:
    """A device is enabled and knows its token; its ARN is the application's with an id."""
    arn = _device(lab, _application(lab))
    return [arn[:-36], lab.sns.get_endpoint_attributes(EndpointArn=arn)["Attributes"]]


@behaviour(
    aws=[{"CustomUserData": "Anna", "Enabled": "false", "Token": "new"}, 1],
    source=f"{BALLERINA}, setEndpointAttributesTest; {MOTO}",
)
def attributes_of_a_device(lab: Lab) -> object:
    """A device's attributes can be changed, and the list of the application's devices shows them."""
    application, sns = _application(lab), lab.sns
    arn = _device(lab, application)
    sns.set_endpoint_attributes(
        EndpointArn=arn, Attributes={"Enabled": "false", "Token": "new", "CustomUserData": "Anna"}
    )
    listed = sns.list_endpoints_by_platform_application(PlatformApplicationArn=application)["Endpoints"]
    return [listed[0]["Attributes"], len(listed)]


@behaviour(aws=[True, True], source=f"{MOTO}, test_create_duplicate_default_platform_endpoint")
def a_device_made_again(lab: Lab) -> object:
    """Creating a device again with the same token and attributes, or a default besides, returns the same ARN."""
    application = _application(lab)
    first = _device(lab, application)
    again = [_device(lab, application), _device(lab, application, Attributes={"Enabled": "true"})]
    return [arn == first for arn in again]


@behaviour(
    aws=_invalid("Token Reason: Endpoint <device> already exists with the same Token, but different attributes."),
    source=f"{MOTO}, test_create_duplicate_platform_endpoint_with_attrs",
)
def a_device_made_again_otherwise(lab: Lab) -> object:
    """A device's token with other attributes is refused, and the text has the ARN of the device."""
    application = _application(lab)
    arn, create = _device(lab, application), lab.sns.create_platform_endpoint
    outcome = lab.attempt(create, PlatformApplicationArn=application, Token="token", CustomUserData="Anna")
    return outcome if outcome == "ok" else outcome | {"Message": outcome["Message"].replace(arn, "<device>")}


@behaviour(
    aws=[
        _invalid("Token Reason: cannot be empty"),
        _invalid("Attributes Reason: Invalid value for attribute: Token: cannot be empty"),
        _invalid("PlatformApplicationArn Reason: Wrong number of slashes in relative portion of the ARN."),
    ],
    source=f"{BALLERINA}, endpoint tests",
)
def wrong_devices(lab: Lab) -> object:
    """A device has a token, and an application, whose ARN a device's is not."""
    application, create = _application(lab), lab.sns.create_platform_endpoint
    return [
        lab.attempt(create, PlatformApplicationArn=application, Token=""),
        lab.attempt(create, PlatformApplicationArn=application, Token="t", Attributes={"Token": ""}),
        lab.attempt(create, PlatformApplicationArn=_missing(application), Token="t"),
    ]


@behaviour(
    aws=[NO_DEVICE, NO_DEVICE, "ok", _invalid(f"EndpointArn {WRONG_ID}"), _invalid(f"EndpointArn {WRONG_ID}")],
    source=f"{MOTO}; {BALLERINA}, endpoint tests",
)
def a_missing_device(lab: Lab) -> object:
    """A device that is not there may be deleted, not more; an ARN whose id is none is refused."""
    missing, sns = _missing(_application(lab)), lab.sns
    return [
        lab.attempt(sns.get_endpoint_attributes, EndpointArn=missing),
        lab.attempt(sns.set_endpoint_attributes, EndpointArn=missing, Attributes={"Token": "t"}),
        lab.attempt(sns.delete_endpoint, EndpointArn=missing),
        lab.attempt(sns.get_endpoint_attributes, EndpointArn=missing + "x"),
        lab.attempt(sns.delete_endpoint, EndpointArn=missing + "x"),
    ]


@behaviour(
    aws=[
        _invalid("PlatformApplicationArn Reason: An ARN must have at least 6 elements, not 1"),
        _invalid("EndpointArn Reason: An ARN must have at least 6 elements, not 1"),
        _invalid("EndpointArn Reason: Wrong number of slashes in relative portion of the ARN."),
        refused(
            "ValidationError",
            "1 validation error detected: Value null at 'attributes' failed to satisfy constraint: "
            "Member must not be null",
        ),
    ],
    source="localstack v2 tests of platform applications and endpoints (recorded answers)",
)
def no_attributes_to_set(lab: Lab) -> object:
    """An empty map of attributes counts as missing, and a wrong ARN is complained about before that."""
    sns, application = lab.sns, _application(lab)
    return [
        lab.attempt(sns.set_platform_application_attributes, PlatformApplicationArn="junk", Attributes={}),
        lab.attempt(sns.set_endpoint_attributes, EndpointArn="junk", Attributes={}),
        lab.attempt(sns.set_endpoint_attributes, EndpointArn=application, Attributes={}),
        lab.attempt(sns.set_platform_application_attributes, PlatformApplicationArn=application, Attributes={}),
    ]


# --- publishing to devices --------------------------------------------------------------------------------------


@behaviour(
    aws=[["application", "m"]],
    source="SNS API reference, Publish, TargetArn",
)
def a_message_for_a_device(lab: Lab) -> object:
    """A message can be published to one device."""
    arn = _device(lab, _application(lab))
    lab.sns.publish(TargetArn=arn, Message="m")
    return [[item["Protocol"], item["Message"]] for item in lab.inbox() if item["Endpoint"] == arn]


@behaviour(
    aws=['{"data": 1}', "d"],
    source="SNS developer guide, platform-specific payloads (a message with the platform's key alone)",
)
def a_text_for_the_platform(lab: Lab) -> object:
    """With MessageStructure=json a device gets the text of its platform, and needs no default."""
    arn = _device(lab, _application(lab))
    for texts in [{"GCM": json.dumps({"data": 1}), "APNS": "other"}, {"default": "d", "APNS": "other"}]:
        lab.sns.publish(TargetArn=arn, Message=json.dumps(texts), MessageStructure="json")
    return [item["Message"] for item in lab.inbox()]


@behaviour(
    aws=[refused("EndpointDisabled", "Endpoint is disabled"), _invalid(f"TargetArn {WRONG_ID}")],
    source=f"{MOTO}, test_publish_to_disabled_platform_endpoint; {BALLERINA}, publishToInvalidApplication",
)
def devices_that_get_nothing(lab: Lab) -> object:
    """A disabled device is refused before its message is looked at; so is an ARN whose id is none."""
    arn, sns = _device(lab, _application(lab), Attributes={"Enabled": "false"}), lab.sns
    return [
        lab.attempt(sns.publish, TargetArn=arn, Message="no JSON", MessageStructure="json"),
        lab.attempt(sns.publish, TargetArn=arn + "x", Message="m"),
    ]


@behaviour(
    aws=["for Android"],
    source="SNS developer guide, platform-specific payloads; SNS API reference, Publish, MessageStructure",
)
def a_subscribed_device(lab: Lab) -> object:
    """A device that subscribed to a topic gets the text of its platform."""
    topic, arn = lab.topic(), _device(lab, _application(lab))
    lab.sns.subscribe(TopicArn=topic, Protocol="application", Endpoint=arn)
    message = json.dumps({"default": "d", "GCM": "for Android"})
    lab.sns.publish(TopicArn=topic, Message=message, MessageStructure="json")
    return [item["Message"] for item in lab.inbox()]


@behaviour(
    aws=[1, "ok", 1, ["m"], "InvalidParameter"],
    source="SNS API reference, DeleteEndpoint (its subscriptions stay); SNS developer guide, dead-letter queues",
)
def a_deleted_device_that_subscribed(lab: Lab) -> object:
    """A deleted device leaves its subscription, whose messages are dead letters; it cannot subscribe again."""
    topic, arn, dead, sns = lab.topic(), _device(lab, _application(lab)), lab.queue("dead"), lab.sns
    lab.allow(dead, topic)
    redrive = {"RedrivePolicy": json.dumps({"deadLetterTargetArn": lab.arn(dead)})}
    asked = {"TopicArn": topic, "Protocol": "application", "Endpoint": arn}
    sns.subscribe(**asked, Attributes=redrive)
    sns.delete_endpoint(EndpointArn=arn)
    left = [len(sns.list_subscriptions_by_topic(TopicArn=topic)["Subscriptions"])]
    left += [lab.attempt(sns.publish, TopicArn=topic, Message="m")]
    left += [len(sns.list_subscriptions_by_topic(TopicArn=topic)["Subscriptions"])]
    return [*left, [json.loads(body)["Message"] for body in lab.bodies(dead)], lab.code(sns.subscribe, **asked)]


@behaviour(
    aws=[True, _invalid("Endpoint Reason: Endpoint does not exist for endpoint arn<device>")],
    source=f"{BALLERINA}, subscribeWithInvalidArnTest; {MOTO}, test_publish_to_deleted_platform_endpoint",
)
def subscribing_what_is_no_device(lab: Lab) -> object:
    """What is no device's ARN, or that of none that is there, cannot subscribe."""
    asked = {"TopicArn": lab.topic(), "Protocol": "application"}
    missing = _missing(_application(lab))
    broken = lab.attempt(lab.sns.subscribe, **asked, Endpoint="invalid arn")
    gone = lab.attempt(lab.sns.subscribe, **asked, Endpoint=missing)
    start = "Invalid parameter: Application endpoint arn invalid:invalid arn"
    return [
        broken != "ok" and broken["Message"].startswith(start),
        gone if gone == "ok" else gone | {"Message": gone["Message"].replace(missing, "<device>")},
    ]
