"""China and GovCloud: every ARN and every host's name is of the region's partition."""

import json

from behaviours.book import behaviour
from behaviours.labs import Lab

SOURCE = "AWS general reference, Amazon Resource Names; botocore's partitions.json"
CHINA, GOVERNMENT = "cn-north-1", "us-gov-west-1"


def _arns(lab: Lab, region: str) -> list[str]:
    """Return the beginnings of all ARNs that SQS, SNS and STS give in this region."""
    sqs, sns, sts = (lab.client(service, region) for service in ("sqs", "sns", "sts"))
    url, topic = lab.queue(region=region), lab.topic(region=region)
    queue = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    sqs.add_permission(QueueUrl=url, Label="x", AWSAccountIds=[lab.account], Actions=["SendMessage"])
    policy = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["Policy"])["Attributes"]["Policy"]
    statement = json.loads(policy)["Statement"][0]
    asked = {"TopicArn": topic, "Protocol": "sqs", "Endpoint": queue, "ReturnSubscriptionArn": True}
    subscription = sns.subscribe(**asked)["SubscriptionArn"]
    shown = sns.get_subscription_attributes(SubscriptionArn=subscription)["Attributes"]
    default = json.loads(sns.get_topic_attributes(TopicArn=topic)["Attributes"]["Policy"])["Statement"][0]["Resource"]
    platform = {"Name": "app", "Platform": "GCM", "Attributes": {"PlatformCredential": "key"}}
    app = sns.create_platform_application(**platform)["PlatformApplicationArn"]
    device = sns.create_platform_endpoint(PlatformApplicationArn=app, Token="t")["EndpointArn"]
    caller, name = sts.get_caller_identity()["Arn"], queue.split(":")[1]
    role = f"arn:{name}:iam::{lab.account}:role/packer"
    session = sts.assume_role(RoleArn=role, RoleSessionName="anna")["AssumedRoleUser"]["Arn"]
    found = [queue, topic, statement["Principal"]["AWS"], statement["Resource"], subscription, default, app, device]
    return sorted({":".join(arn.split(":")[:4]) for arn in [*found, shown["SubscriptionPrincipal"], caller, session]})


@behaviour(
    aws=["arn:aws-cn:iam:", "arn:aws-cn:sns:cn-north-1", "arn:aws-cn:sqs:cn-north-1", "arn:aws-cn:sts:"], source=SOURCE
)
def the_arns_of_china(lab: Lab) -> object:
    """In China every ARN begins with arn:aws-cn."""
    return _arns(lab, CHINA)


@behaviour(
    aws=[
        *("arn:aws-us-gov:iam:", "arn:aws-us-gov:sns:us-gov-west-1", "arn:aws-us-gov:sqs:us-gov-west-1"),
        "arn:aws-us-gov:sts:",
    ],
    source=SOURCE,
)
def the_arns_of_govcloud(lab: Lab) -> object:
    """In GovCloud every ARN begins with arn:aws-us-gov."""
    return _arns(lab, GOVERNMENT)


def _hosts(lab: Lab, region: str) -> list[str]:
    """Return the hosts of a queue, and of the links in a notification and in a request to confirm."""
    sqs, sns = lab.client("sqs", region), lab.client("sns", region)
    url, topic = lab.queue(region=region), lab.topic(region=region)
    lab.allow(url, topic, region=region)
    queue = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    statement = {"Effect": "Allow", "Principal": {"Service": "sns.amazonaws.com"}, "Action": "sqs:SendMessage"}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement | {"Resource": queue}]})
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": policy})
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=queue)
    sns.subscribe(TopicArn=topic, Protocol="email-json", Endpoint="anna@shop.example")
    sns.publish(TopicArn=topic, Message="m")
    envelope = json.loads(sqs.receive_message(QueueUrl=url)["Messages"][0]["Body"])
    asked = json.loads(lab.inbox()[0]["Message"])
    links = [url, envelope["SigningCertURL"], envelope["UnsubscribeURL"], asked["SubscribeURL"]]
    return [link.split("/")[2] for link in links]


@behaviour(
    aws=[f"sqs.{CHINA}.amazonaws.com.cn", *[f"sns.{CHINA}.amazonaws.com.cn"] * 3],
    source="AWS general reference for China, SQS and SNS endpoints; botocore's partitions.json",
)
def the_hosts_of_china(lab: Lab) -> object:
    """In China the names of hosts end with amazonaws.com.cn, in queue URLs and in every link."""
    return _hosts(lab, CHINA)


@behaviour(
    aws=[f"sqs.{GOVERNMENT}.amazonaws.com", *[f"sns.{GOVERNMENT}.amazonaws.com"] * 3],
    source="AWS general reference, SQS and SNS endpoints; botocore's partitions.json",
)
def the_hosts_of_govcloud(lab: Lab) -> object:
    """In GovCloud the names of hosts end as in other regions."""
    return _hosts(lab, GOVERNMENT)


def _refusal(lab: Lab, region: str, role: str) -> object:
    return lab.attempt(lab.client("sts", region).assume_role, RoleArn=role, RoleSessionName="anna")


@behaviour(
    aws=[
        {
            "Code": "AccessDenied",
            "Message": f"User: arn:{mine}:iam::<account>:user/learner is not authorized to perform: sts:AssumeRole on "
            f"resource: arn:{other}:iam::<account>:role/packer",
            "Status": 403,
        }
        for mine, other in [("aws-cn", "aws"), ("aws", "aws-us-gov")]
    ],
    source="corymhall/cdk-diff-action issues 70 and 79 (AWS's answers)",
)
def a_role_of_another_partition(lab: Lab) -> object:
    """A role can't be assumed from another partition, even in an account of the same number."""
    return [
        _refusal(lab, region, f"arn:{name}:iam::{lab.account}:role/packer")
        for region, name in [(CHINA, "aws"), ("us-east-1", "aws-us-gov")]
    ]
