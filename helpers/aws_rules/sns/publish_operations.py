"""Publish and PublishBatch: each takes a request and returns AWS's answer, or raises Refused."""

import re
from typing import Any

from helpers.aws_rules.common import message_contents, steps
from helpers.aws_rules.common.refusals import Refused, invalid
from helpers.aws_rules.common.request import Request
from helpers.aws_rules.common.unkindness import INTERNAL_ERROR
from helpers.aws_rules.policies import access
from helpers.aws_rules.sns import deliveries, mobile_push, publishing
from helpers.aws_rules.sns.inbox import Arrived
from helpers.aws_rules.sns.region import OPTED_OUT, find_topic, region_of, topic_of
from helpers.aws_rules.sns.topics import Topic

Answer = dict[str, Any]
_MAX_ENTRIES, _MAX_ID = 10, 80  # of a batch, and the longest id of one of them
_ID = re.compile(rf"[A-Za-z0-9_\-]{{1,{_MAX_ID}}}")


def publish(request: Request) -> Answer:
    """Publish to a topic, a phone number or a device."""
    params = request.params
    targets = [name for name in ("TopicArn", "TargetArn", "PhoneNumber") if name in params]
    if len(targets) != 1:
        raise invalid(
            "TopicArn or TargetArn Reason: no value for required parameter"
            if not targets
            else f"{' and '.join(targets)} are mutually exclusive"
        )
    arn = params[targets[0]]
    if targets == ["TargetArn"] and ":endpoint/" in arn:
        return _to_device(request, arn)
    publishing.check_message(params)
    publishing.check_subject(params)
    if targets == ["PhoneNumber"]:
        return _to_phone(request)
    topic = find_topic(request.account, request.region, arn, targets[0])
    access.check_topic(request, topic)
    publishing.check_for_topic(topic, params)
    return _publish(topic, params, request)


def _publish(topic: Topic, entry: dict[str, Any], request: Request) -> Answer:
    return publishing.answer(deliveries.publish(topic, entry, request.trace, request.who, breathe=True))


def _to_phone(request: Request) -> Answer:
    account, number, text = request.account, request.params["PhoneNumber"], request.params["Message"]
    publishing.check_phone_number(number)
    if request.params.get("MessageStructure") == "json":
        texts = publishing.parts(text)
        text = texts.get("sms", texts["default"])
    if len(text) > publishing.MAX_SMS_CHARACTERS:
        raise invalid("Message too long")
    message_id = account.new_id()
    if region_of(request).opted_out(number):
        steps.record_publish(account, steps.REFUSED, number, message_id, request.who, text, OPTED_OUT)
        return {"MessageId": message_id}
    account.post(Arrived(account.world.clock.now(), "sms", number, text))
    steps.record_publish(account, steps.DELIVERED, number, message_id, request.who, text)
    return {"MessageId": message_id}


def _to_device(request: Request, arn: str) -> Answer:
    account, params = request.account, request.params
    platform = mobile_push.target(region_of(request), arn).application.platform
    publishing.check_message(params, needed=platform)
    publishing.check_subject(params)
    text = params["Message"]
    if params.get("MessageStructure") == "json":
        texts = publishing.parts(text, needed=platform)
        text = texts.get(platform, texts.get("default", ""))
    message_id = account.new_id()
    account.post(Arrived(account.world.clock.now(), "application", arn, text, params.get("Subject") or ""))
    steps.record_publish(account, steps.DELIVERED, arn, message_id, request.who, text)
    return {"MessageId": message_id}


def publish_batch(request: Request) -> Answer:
    """Publish up to ten messages to a topic.

    An invalid subject and an error of the service fail one of them, any other error fails all of them.
    """
    topic, entries = topic_of(request), request.params["PublishBatchRequestEntries"]
    _check_batch(topic, entries)
    answer: dict[str, list[Answer]] = {"Successful": [], "Failed": []}
    for entry in entries:
        if topic.owner.unkindness.strikes_entry((topic.arn, entry.get("MessageGroupId"), entry["Message"])):
            topic.owner.unkindness.tell(f"entry {entry['Id']} of a batch met an error of the service")
            reason = {"Code": "InternalError", "Message": INTERNAL_ERROR, "SenderFault": False}
            answer["Failed"].append({"Id": entry["Id"]} | reason)
            continue
        try:
            publishing.check_subject(entry)
            answer["Successful"].append({"Id": entry["Id"]} | _publish(topic, entry, request))
        except Refused as problem:
            reason = {"Code": problem.code, "Message": problem.message, "SenderFault": True}
            answer["Failed"].append({"Id": entry["Id"]} | reason)
    return answer


def _check_batch(topic: Topic, entries: list[dict[str, Any]]) -> None:
    if not entries:
        raise Refused("EmptyBatchRequest", "The batch request doesn't contain any entries.")
    if len(entries) > _MAX_ENTRIES:
        raise Refused("TooManyEntriesInBatchRequest", "The batch request contains more entries than permissible.")
    ids = [entry["Id"] for entry in entries]
    if len(set(ids)) != len(ids):
        raise Refused("BatchEntryIdsNotDistinct", "Two or more batch entries in the request have the same Id.")
    for one in ids:
        if not _ID.fullmatch(one):
            wrong = "is too long" if len(one) > _MAX_ID else "contains an impermissible character"
            raise Refused("InvalidBatchEntryId", f"The Id of a batch entry in the batch request {wrong}: {one}")
    total = sum(message_contents.size(e["Message"], e.get("MessageAttributes", {})) for e in entries)
    if total > topic.max_bytes:
        raise Refused("BatchRequestTooLong", "The length of all the messages put together is more than the limit.")
    for entry in entries:
        publishing.check_message(entry)
        publishing.check_for_topic(topic, entry)
