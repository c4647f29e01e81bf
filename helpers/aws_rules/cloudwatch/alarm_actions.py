"""What an alarm does when its state changes: it publishes to topics.

AWS: publishes as the service cloudwatch.amazonaws.com, which a topic's policy has to allow. A new topic's policy does,
since the topic's own account asks. A topic that's encrypted with AWS's own key can't be used. A failed action is in the
alarm's history, and nowhere else. Source: CloudWatch user guide, "Notifying users on alarm changes"; SNS
developer guide, "Example cases for Amazon SNS access control"; AWS's answers as quoted by people whose mails didn't
come.
moto: runs no action.

This cloud has only topics to act on. An alarm with other actions, such as a Lambda function, is accepted, and its
history says that they aren't simulated.
"""

from typing import TYPE_CHECKING, Any

from helpers.aws_rules.cloudwatch import alarm_texts
from helpers.aws_rules.common.refusals import Refused
from helpers.aws_rules.policies import access
from helpers.aws_rules.sns import deliveries, publishing
from helpers.aws_rules.sns.region import find_topic

if TYPE_CHECKING:
    from helpers.aws_rules.cloudwatch.alarms import Alarm

_PUBLISHER = "CloudWatch"  # who publishes, in the journal
_AWS_KEY = "alias/aws/sns"
_NO_KEY = "CloudWatch Alarms does not have authorization to access the SNS topic encryption key."
_NOT_SIMULATED = "This course's offline cloud simulates no actions but publishing to SNS topics."


def execute(alarm: "Alarm", action: str, before: str) -> tuple[str, str]:
    """Do one action of the alarm for its new state, and return the history's summary and data.

    before: the state before.
    """
    if action.split(":")[2] != "sns":
        return f"Did not execute action {action}", _data(alarm, action, "NotSimulated", None, _NOT_SIMULATED)
    try:
        published = _publish(alarm, action, before)
    except Refused as problem:
        summary = f'Failed to execute action {action}. Received error: "{problem.message}"'
        return summary, _data(alarm, action, "Failed", None, problem.message)
    return f"Successfully executed action {action}", _data(alarm, action, "Succeeded", published, None)


def _data(alarm: "Alarm", action: str, outcome: str, published: str | None, error: str | None) -> str:
    found: dict[str, Any] = {
        "actionState": outcome,
        "stateUpdateTimestamp": int(alarm.changed * 1000),
        "notificationResource": action,
        "publishedMessage": published,
        "error": error,
    }
    return alarm_texts.as_json(found)


def _publish(alarm: "Alarm", arn: str, before: str) -> str:
    """Publish the alarm's state to a topic, and return the message; Refused as by SNS."""
    topic = find_topic(alarm.owner, alarm.region, arn)
    access.check_alarm(topic, alarm.arn, alarm.owner.number)
    if topic.settings.get("KmsMasterKeyId") == _AWS_KEY:
        raise Refused("KMSAccessDenied", _NO_KEY)
    subject = alarm_texts.subject(alarm)
    texts = {"default": alarm_texts.message(alarm, before), "sms": subject, "email": alarm_texts.mail(alarm, before)}
    entry = {"Message": alarm_texts.as_json(texts), "MessageStructure": "json", "Subject": subject}
    publishing.check_for_topic(topic, entry)
    deliveries.publish(topic, entry, "", _PUBLISHER)
    return entry["Message"]
