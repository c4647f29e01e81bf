"""Message move tasks: moving dead letters back (redrive).

AWS: the source is the dead-letter queue of some queue. Without a destination each message goes back to the queue that
it came from. A moved message is a new one, with a new id and time. A queue has one running task at a time, and a
rate, if set, is at most 500 messages per second. Source: SQS API reference, StartMessageMoveTask, ListMessageMoveTasks,
CancelMessageMoveTask; recorded answers; the local-aws-sqs project for texts that are recorded nowhere else.
moto: has none of the three operations.

Messages move as time passes, whether somebody calls or not. AWS doesn't say how a rate is kept: here the messages of a
second are spread evenly over it.
"""

import base64
import json
from dataclasses import dataclass, field
from functools import partial
from itertools import islice
from typing import Any

from helpers.aws_rules.common import message_contents, steps
from helpers.aws_rules.common.accounts import Account
from helpers.aws_rules.common.refusals import Refused
from helpers.aws_rules.sqs import redrive
from helpers.aws_rules.sqs.messages import Message
from helpers.aws_rules.sqs.meters import DELETED
from helpers.aws_rules.sqs.queues import Queue

_MAX_RATE, _MAX_RESULTS = 500, 10
RUNNING, COMPLETED, CANCELLED, FAILED = "RUNNING", "COMPLETED", "CANCELLED", "FAILED"
NO_QUEUE, NO_SOURCE = "AWS.SimpleQueueService.NonExistentQueue", "CouldNotDetermineMessageSource"


@dataclass
class Task:
    """One message move task.

    rate: messages per second, None for as fast as possible. started: in seconds since 1970-01-01 UTC.
    """

    handle: str
    source: str
    destination: str | None
    rate: int | None
    started: float
    to_move: int
    moved: int = 0
    status: str = RUNNING
    failure: str = ""

    def as_listed(self) -> dict[str, Any]:
        """Return the task as ListMessageMoveTasks returns it."""
        found: dict[str, Any] = {
            "Status": self.status,
            "SourceArn": self.source,
            "ApproximateNumberOfMessagesMoved": self.moved,
            "ApproximateNumberOfMessagesToMove": self.to_move,
            "StartedTimestamp": int(self.started * 1000),
        }
        if self.status == RUNNING:
            found["TaskHandle"] = self.handle
        if self.failure:
            found["FailureReason"] = self.failure
        if self.destination:
            found["DestinationArn"] = self.destination
        if self.rate:
            found["MaxNumberOfMessagesPerSecond"] = self.rate
        return found


@dataclass
class Tasks:
    """The move tasks of one account in one region, oldest first."""

    all: list[Task] = field(default_factory=list)

    def of(self, source: str) -> list[Task]:
        """Return the tasks of one source queue, newest first."""
        return [task for task in reversed(self.all) if task.source == source]


def _tasks(account: Account, region: str) -> Tasks:
    return account.service(_no_tasks, region)


def _no_tasks(account: Account, region: str) -> Tasks:
    return Tasks()


def start(
    account: Account, region: str, queues: dict[str, Queue], source: str, destination: str | None, rate: int | None
) -> str:
    """Start a task and return its handle. rate: messages per second; None for as fast as possible."""
    queue = _find(queues, source, "SourceArn")
    if not redrive.sources(queue):
        raise _invalid("Source queue must be configured as a Dead Letter Queue.")
    if destination is not None:
        target = _find(queues, destination, "DestinationArn")
        if target is queue:
            raise _invalid("Source queue arn and destination queue arn cannot be the same.")
        if bool(target.fifo_queue) != bool(queue.fifo_queue):
            raise _invalid("The source queue and destination queue must be of the same queue type.")
    if rate is not None:
        _check_number(rate, "MaxNumberOfMessagesPerSecond", _MAX_RATE)
    tasks = _tasks(account, region)
    if any(task.status == RUNNING for task in tasks.of(source)):
        raise _invalid(
            "There is already a task running. Only one active task is allowed for a source queue arn at a given time."
        )
    secret = json.dumps({"taskId": account.new_id(), "sourceArn": source})
    handle = base64.b64encode(secret.encode()).decode()
    task = Task(handle, source, destination, rate, account.time(), len(queue.stored))
    tasks.all.append(task)
    _go_on(account, queues, task, task.to_move if rate is None else 0)
    return handle


def list_tasks(account: Account, region: str, queues: dict[str, Queue], source: str, most: int) -> list[dict[str, Any]]:
    """Return up to `most` tasks of a source queue, newest first."""
    _find(queues, source, "SourceArn")
    _check_number(most, "MaxResults", _MAX_RESULTS)
    return [task.as_listed() for task in _tasks(account, region).of(source)[:most]]


def cancel(account: Account, region: str, queues: dict[str, Queue], handle: str) -> int:
    """Stop a running task and return how many messages it has moved. They stay where they are."""
    try:
        source = str(json.loads(base64.b64decode(handle, validate=True))["sourceArn"])
    except (ValueError, TypeError, KeyError, RecursionError):
        raise _invalid("Value for parameter TaskHandle is invalid.") from None
    _find(queues, source, "SourceArn")
    running = [task for task in _tasks(account, region).of(source) if task.handle == handle and task.status == RUNNING]
    if not running:
        raise Refused("ResourceNotFoundException", "Task does not exist.", 404)
    running[0].status = CANCELLED
    return running[0].moved


def _go_on(account: Account, queues: dict[str, Queue], task: Task, count: int) -> None:
    """Move up to so many messages now, and one more each time that the task's rate allows it."""
    if task.status != RUNNING:
        return
    queue = redrive.find(queues, task.source)
    visible = list(islice(queue.visible(queue.now()), max(1, count))) if queue else []
    for message in visible[:count]:
        _move(queue, queues, message, task)
    if task.status == RUNNING and (task.rate is None or task.moved >= task.to_move or not visible):
        task.status = COMPLETED
    if task.status == RUNNING and task.rate is not None:
        moment = task.started + (task.moved + 1) / task.rate
        account.later(moment - account.time(), partial(_go_on, account, queues, task, 1))


def _move(queue: Queue | None, queues: dict[str, Queue], message: Message, task: Task) -> None:
    if queue is None or task.status != RUNNING:
        return
    target = redrive.find(queues, task.destination or message.source_arn or "")
    if target is None:  # or the message was sent to the dead-letter queue directly, so there is no queue to go back to
        task.status = FAILED
        task.failure = NO_QUEUE if task.destination or message.source_arn else NO_SOURCE
        return
    task.moved += 1
    queue.remove(message)
    reason = "a message move task sent it on, as a new message"
    steps.record(queue.owner, steps.DELETED, queue.queue_arn, message.id, reason)
    message.id = queue.owner.new_id()
    now = queue.now()
    message.sent_timestamp, message.enqueued_at, message.joined_at = int(now), now, now
    message.source_arn, message.approximate_receive_count, message.received_elsewhere = None, 0, 0
    message.approximate_first_receive_timestamp = None
    target.add(message)
    queue.meters.received(now, 1)
    queue.meters.count(DELETED, now)
    target.meters.sent(now, message_contents.size(message.body, message.message_attributes))
    steps.record(queue.owner, steps.MOVED, target.queue_arn, message.id, "by a message move task")


def _find(queues: dict[str, Queue], arn: str, parameter: str) -> Queue:
    """Return the queue with this ARN. Raise Refused if there is none. parameter: where the ARN is from."""
    if not arn.startswith("arn:") or arn.count(":") != 5:
        form = "arn:<partition>:<service>:<region>:<account-id>:<resource-id>"
        raise _invalid(f"You must use this format to specify the {parameter}: {form}")
    queue = redrive.find(queues, arn)
    if queue is None:
        text = f"The resource that you specified for the {parameter} parameter doesn't exist."
        raise Refused("ResourceNotFoundException", text, 404)
    queue.meters.touch(queue.now())
    return queue


def _check_number(number: int, parameter: str, most: int) -> None:
    """Raise Refused if the number isn't between 1 and `most`."""
    if not 1 <= number <= most:
        reason = f"You must enter a number that's between 1 and {most}."
        raise _invalid(f"Value for parameter {parameter} is invalid. Reason: {reason}")


def _invalid(text: str) -> Refused:
    return Refused("InvalidParameterValue", text)
