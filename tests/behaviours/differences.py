"""Where the offline cloud's result differs from AWS, and why. The page for learners is made from these."""

import json

from behaviours.book import behaviour
from behaviours.labs import Lab

KMS_ALIAS = "alias/aws/sqs"


@behaviour(
    aws="up to 60 seconds later",
    source="SQS API reference, SetQueueAttributes",
    differs="a new attribute counts at once, so you can see right away what it does",
)
def a_changed_attribute(lab: Lab) -> str:
    """A changed attribute of a queue can take up to 60 seconds to take effect."""
    url = lab.queue()
    lab.sqs.send_message(QueueUrl=url, MessageBody="m")
    lab.sqs.set_queue_attributes(QueueUrl=url, Attributes={"VisibilityTimeout": "0"})
    lab.receive(url)
    return "at once" if lab.bodies(url) else "up to 60 seconds later"


@behaviour(
    aws="up to 15 minutes later",
    source="SQS API reference, SetQueueAttributes",
    differs="a new retention period counts at once, so you can see right away what it does",
)
def a_changed_retention_period(lab: Lab) -> str:
    """A changed retention period can take up to 15 minutes to take effect."""
    url = lab.queue()
    lab.sqs.send_message(QueueUrl=url, MessageBody="m")
    lab.advance(120)
    lab.sqs.set_queue_attributes(QueueUrl=url, Attributes={"MessageRetentionPeriod": "60"})
    return "up to 15 minutes later" if lab.bodies(url) else "at once"


@behaviour(
    aws="up to 15 minutes later",
    source="SNS developer guide, message filtering",
    differs="a new filter policy counts at once, so you can see right away what it does",
)
def a_changed_filter_policy(lab: Lab) -> str:
    """A changed filter policy can take up to 15 minutes to take full effect."""
    topic, url = lab.topic(), lab.queue()
    arn = lab.subscribe(topic, url)
    policy = json.dumps({"kind": ["paid"]})
    lab.sns.set_subscription_attributes(SubscriptionArn=arn, AttributeName="FilterPolicy", AttributeValue=policy)
    lab.sns.publish(TopicArn=topic, Message="m")
    return "up to 15 minutes later" if lab.bodies(url) else "at once"


@behaviour(
    aws="for up to 60 seconds it may still be there",
    source="SQS API reference, DeleteQueue",
    differs="a deleted queue is gone at once, so that every run of a lesson shows the same",
)
def a_deleted_queue(lab: Lab) -> str:
    """For up to 60 seconds after DeleteQueue, sends to the queue may still succeed."""
    url = lab.queue()
    lab.sqs.delete_queue(QueueUrl=url)
    code = lab.code(lab.sqs.send_message, QueueUrl=url, MessageBody="m")
    return "for up to 60 seconds it may still be there" if code == "ok" else "gone at once"


@behaviour(
    aws="up to 60 seconds",
    source="SQS API reference, PurgeQueue",
    differs="a purge is done at once, so that every run of a lesson shows the same",
)
def a_purge(lab: Lab) -> str:
    """A purge takes up to 60 seconds, and messages sent meanwhile may vanish with the others."""
    url = lab.queue()
    lab.sqs.send_message(QueueUrl=url, MessageBody="m")
    lab.sqs.purge_queue(QueueUrl=url)
    return "up to 60 seconds" if lab.bodies(url) else "done at once"


@behaviour(
    aws="a minute or more after the last change",
    source="SQS API reference, GetQueueAttributes",
    differs="the counters are exact, so that every run of a lesson shows the same, unless `cloud.unkind(lag=60)` "
    "asks for the lag",
)
def the_counters(lab: Lab) -> str:
    """The counters of a queue settle a minute or more after the last change."""
    url = lab.queue()
    lab.sqs.send_message(QueueUrl=url, MessageBody="m")
    return "at once" if lab.counts(url) == "1/0/0" else "a minute or more after the last change"


@behaviour(
    aws="now and then twice",
    source="SQS developer guide, standard queues",
    differs="a message is delivered once, so that every run of a lesson shows the same, unless "
    "`cloud.unkind(duplicates=...)` asks for duplicates",
)
def a_standard_queue(lab: Lab) -> str:
    """A standard queue delivers a message at least once: now and then it comes twice."""
    url = lab.queue()
    for number in range(100):
        lab.sqs.send_message(QueueUrl=url, MessageBody=str(number))
    came = []
    while messages := lab.receive(url):
        for message in messages:
            came.append(message["Body"])
            lab.sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
    return "once" if len(came) == 100 else "now and then twice"


@behaviour(
    aws="mostly as they were sent",
    source="SQS developer guide, standard queues: best-effort ordering, messages occasionally arrive out of order",
    differs="messages come in the sequence in which they were sent, so that every run of a lesson shows the same, "
    "unless `cloud.unkind(disorder=...)` asks for disorder",
)
def the_sequence_of_a_standard_queue(lab: Lab) -> str:
    """A standard queue tries to return messages in the sequence in which they were sent, and sometimes fails to."""
    url, bodies = lab.queue(), [f"m{number:02}" for number in range(30)]
    for body in bodies:
        lab.sqs.send_message(QueueUrl=url, MessageBody=body)
    received = [body for _ in range(3) for body in lab.bodies(url)]
    return "as they were sent" if received == bodies else "mostly as they were sent"


@behaviour(
    aws="AccessDenied",
    source="IAM user guide, policy evaluation logic",
    differs="IAM isn't simulated, because the course is about messaging: in its own account a caller can do everything",
)
def a_role_without_permissions(lab: Lab) -> str:
    """A role to which no IAM policy allows anything may do nothing."""
    sts = lab.client("sts")
    role = sts.assume_role(RoleArn=f"arn:aws:iam::{lab.account}:role/nobody", RoleSessionName="anna")["Credentials"]
    as_role = lab.with_keys("sqs", role["AccessKeyId"], role["SecretAccessKey"], role["SessionToken"])
    return lab.code(as_role.list_queues)


@behaviour(
    aws="nothing",
    source="SNS developer guide, encryption with a queue as subscriber",
    differs="KMS isn't simulated, because the course is about messaging: keys are stored, and nothing is encrypted",
)
def a_queue_with_the_managed_key(lab: Lab) -> str:
    """SNS cannot deliver to a queue that is encrypted with the AWS managed key for SQS."""
    topic, url = lab.topic(), lab.queue(KmsMasterKeyId=KMS_ALIAS)
    lab.subscribe(topic, url)
    lab.sns.publish(TopicArn=topic, Message="m")
    return "the message" if lab.bodies(url) else "nothing"


@behaviour(
    aws="delivered",
    source="SNS developer guide, fan-out to Lambda functions",
    differs="there are no Lambda functions or Firehose streams, because the course is about messaging: what should "
    "go there is lost, or becomes a dead letter",
)
def a_lambda_function_that_subscribed(lab: Lab) -> str:
    """A Lambda function that is subscribed to a topic gets its messages."""
    topic, dead = lab.topic(), lab.queue("dead")
    lab.allow(dead, topic)
    lab.sns.subscribe(
        TopicArn=topic,
        Protocol="lambda",
        Endpoint=f"arn:aws:lambda:us-east-1:{lab.account}:function:pack",
        Attributes={"RedrivePolicy": json.dumps({"deadLetterTargetArn": lab.arn(dead)})},
    )
    lab.sns.publish(TopicArn=topic, Message="m")
    return "a dead letter" if lab.bodies(dead) else "delivered"


@behaviour(
    aws="ok",
    source="SNS API reference, CreateTopic, DataProtectionPolicy; "
    "SNS developer guide, message data protection (closed to new customers)",
    differs="there are no data protection policies, because AWS has closed them to new customers: CreateTopic refuses "
    "one by name",
)
def a_data_protection_policy(lab: Lab) -> str:
    """An account that used data protection before AWS closed it can create a topic with a policy."""
    return lab.code(lab.sns.create_topic, Name="news", DataProtectionPolicy='{"Name": "p", "Statement": []}')


@behaviour(
    aws="not delivered",
    source="SNS developer guide, SMS sandbox",
    differs="SMS arrive in the inbox for every number, verified or not, because no phone gets them",
)
def an_sms_to_a_number_that_is_not_verified(lab: Lab) -> str:
    """As long as an account is in the SMS sandbox, only verified numbers get its messages."""
    lab.code(lab.sns.publish, PhoneNumber="+15551234567", Message="m")
    return "delivered" if lab.inbox() else "not delivered"


@behaviour(
    aws=10,
    source="AWS re:Post knowledge center, disabled email subscription",
    differs="email has no limit, because it goes to a simulated inbox",
)
def eleven_mails_in_a_second(lab: Lab) -> int:
    """An email subscription that gets more than 10 messages a second is disabled."""
    topic = lab.topic()
    lab.sns.subscribe(TopicArn=topic, Protocol="email-json", Endpoint="anna@shop.example")
    token = json.loads(lab.inbox()[0]["Message"])["Token"]
    lab.sns.confirm_subscription(TopicArn=topic, Token=token)
    for _ in range(11):
        lab.sns.publish(TopicArn=topic, Message="m")
    return len(lab.inbox()) - 1


@behaviour(
    aws=["a", "b", "poison"],
    source="SQS developer guide, Available CloudWatch metrics for Amazon SQS, ApproximateAgeOfOldestMessage",
    differs="a message keeps its place however often it was received, so you can see what it does to those behind it",
)
def a_message_that_was_received_three_times(lab: Lab) -> list[str]:
    """A standard queue moves a message to its back that was received three times or more and not deleted."""
    url = lab.queue()
    for body in ("poison", "a", "b"):
        lab.sqs.send_message(QueueUrl=url, MessageBody=body)
    for _ in range(3):
        lab.receive(url, MaxNumberOfMessages=1, VisibilityTimeout=1)
        lab.advance(2)
    return lab.bodies(url)


@behaviour(
    aws="RequestThrottled",
    source="SQS developer guide, FIFO queue quotas",
    differs="there are no quotas of calls a second, because the simulated time says nothing about speed, unless "
    "`cloud.unkind(throttling=...)` throttles",
)
def many_sends_to_a_fifo_queue_in_a_second(lab: Lab) -> str:
    """A FIFO queue takes 300 sends a second, and throttles those beyond, unless it is set to high throughput."""
    url = lab.queue("orders.fifo", ContentBasedDeduplication="true")
    codes = {lab.code(lab.sqs.send_message, QueueUrl=url, MessageBody=str(n), MessageGroupId="g") for n in range(330)}
    return "RequestThrottled" if "RequestThrottled" in codes else "all accepted"


def _alarm(lab: Lab, **more: object) -> None:
    """Create an alarm on a metric of the shop's, of which a missing value is breaching."""
    metric = {"Namespace": "Shop", "MetricName": "orders", "Statistic": "Sum", "Period": 60, "Threshold": 1.0}
    how = {"EvaluationPeriods": 1, "ComparisonOperator": "LessThanThreshold", "TreatMissingData": "breaching"}
    lab.cloudwatch.put_metric_alarm(AlarmName="quiet", **metric | how | more)


@behaviour(
    aws="Successfully executed action",
    source="CloudWatch user guide, alarm actions",
    differs="an alarm can only publish to topics; other actions are accepted, and its history says that they weren't "
    "done",
)
def an_action_that_is_no_topic(lab: Lab) -> str:
    """An alarm can call a Lambda function, scale a group or open an incident."""
    _alarm(lab, AlarmActions=[f"arn:aws:lambda:us-east-1:{lab.account}:function:page"])
    lab.cloudwatch.set_alarm_state(AlarmName="quiet", StateValue="ALARM", StateReason="test")
    (item,) = lab.cloudwatch.describe_alarm_history(HistoryItemType="Action")["AlarmHistoryItems"]
    return item["HistorySummary"].partition(" arn:")[0]


@behaviour(
    aws="at a second of its own",
    source="times in AWS's mails and histories of alarms",
    differs="alarms are evaluated at full minutes, so that every run of a lesson shows the same",
)
def when_an_alarm_is_evaluated(lab: Lab) -> str:
    """An alarm is evaluated once a minute, at a second that AWS chooses."""
    _alarm(lab)
    lab.advance(60 - lab.now() % 60)
    (alarm,) = lab.cloudwatch.describe_alarms()["MetricAlarms"]
    at = alarm["StateTransitionedTimestamp"].timestamp()
    return "at the full minute" if alarm["StateValue"] == "ALARM" and at % 60 == 0 else "at a second of its own"
