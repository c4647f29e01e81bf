"""Message move tasks: moving messages back from a dead-letter queue, or to another queue."""

import base64
import json
from typing import Any

from behaviours.book import behaviour, refused
from behaviours.labs import Lab

SNAPSHOT = "localstack snapshot test_sqs_move_task.py"
DAY = 86_400


def _pair(lab: Lab, suffix: str = "", name: str = "orders") -> tuple[str, str]:
    """Create a queue whose messages move to a dead-letter queue after one receive; return the URLs of both."""
    dead = lab.queue(f"dead{suffix}")
    policy = json.dumps({"deadLetterTargetArn": lab.arn(dead), "maxReceiveCount": 1})
    return lab.queue(f"{name}{suffix}", RedrivePolicy=policy), dead


def _fail(lab: Lab, queue_url: str, *bodies: str) -> None:
    """Send these messages and receive until all are in the dead-letter queue."""
    sqs = lab.sqs
    for body in bodies:
        sqs.send_message(QueueUrl=queue_url, MessageBody=body)
    for _ in range(2 * len(bodies)):
        sqs.receive_message(QueueUrl=queue_url, VisibilityTimeout=0, MaxNumberOfMessages=10)


def _broken(lab: Lab, many: int) -> tuple[str, str]:
    """Create a queue and a dead-letter queue that holds so many of its messages; return the URLs of both."""
    url, dead = _pair(lab)
    _fail(lab, url, *(f"m{number}" for number in range(many)))
    return url, dead


def _start(lab: Lab, source: str, destination: str = "", **params: Any) -> str:
    """Start a task between two queues' URLs and return its handle."""
    if destination:
        params["DestinationArn"] = lab.arn(destination)
    return lab.sqs.start_message_move_task(SourceArn=lab.arn(source), **params)["TaskHandle"]


def _tasks(lab: Lab, source: str, **params: Any) -> list[dict[str, Any]]:
    """Return the tasks that are listed for a queue."""
    return lab.sqs.list_message_move_tasks(SourceArn=lab.arn(source), **params).get("Results", [])


def _told(entry: dict[str, Any]) -> dict[str, Any]:
    """Return an entry without its timestamp and handle."""
    return {name: value for name, value in entry.items() if name not in ("StartedTimestamp", "TaskHandle")}


def _handle(task: str, source_arn: str) -> str:
    """Return a task handle as AWS makes them: base64 of a small JSON document."""
    return base64.b64encode(f'{{"taskId":"{task}","sourceArn":"{source_arn}"}}'.encode()).decode()


# --- moving -------------------------------------------------------------------------------------------------------


@behaviour(
    aws={"back": ["m0", "m1"], "dead": []}, source=f"{SNAPSHOT} test_move_task_workflow_with_default_destination"
)
def messages_go_back_where_they_came_from(lab: Lab) -> object:
    """Without a destination the messages go back to their source queue."""
    url, dead = _broken(lab, 2)
    _start(lab, dead)
    lab.advance(60)
    return {"back": sorted(lab.bodies(url)), "dead": lab.bodies(dead)}


@behaviour(
    aws={"SourceArn": "arn:aws:sqs:us-east-1:<account>:dead", "Status": "COMPLETED"}
    | {"ApproximateNumberOfMessagesMoved": 2, "ApproximateNumberOfMessagesToMove": 2},
    source=f"{SNAPSHOT} test_move_task_workflow_with_default_destination",
)
def a_finished_task_without_destination(lab: Lab) -> object:
    """A finished task is listed with its counts; a destination that was not given is left out."""
    _, dead = _broken(lab, 2)
    _start(lab, dead)
    lab.advance(60)
    return _told(_tasks(lab, dead)[0])


@behaviour(
    aws={
        "ApproximateNumberOfMessagesMoved": 2,
        "ApproximateNumberOfMessagesToMove": 2,
        "DestinationArn": "arn:aws:sqs:us-east-1:<account>:repair",
        "SourceArn": "arn:aws:sqs:us-east-1:<account>:dead",
        "Status": "COMPLETED",
    },
    source=f"{SNAPSHOT} test_basic_move_task_workflow",
)
def a_finished_task_with_destination(lab: Lab) -> object:
    """A destination that was given is listed."""
    _, dead = _broken(lab, 2)
    _start(lab, dead, lab.queue("repair"))
    lab.advance(60)
    return _told(_tasks(lab, dead)[0])


@behaviour(aws={"repair": ["m0", "m1"], "orders": [], "dead": []}, source=f"{SNAPSHOT} test_basic_move_task_workflow")
def messages_go_to_the_destination(lab: Lab) -> object:
    """With a destination all messages go there."""
    url, dead = _broken(lab, 2)
    repair = lab.queue("repair")
    _start(lab, dead, repair)
    lab.advance(60)
    return {"repair": sorted(lab.bodies(repair)), "orders": lab.bodies(url), "dead": lab.bodies(dead)}


@behaviour(
    aws={"orders": ["a", "b"], "returns": ["c"], "moved": 3},
    source=f"{SNAPSHOT} test_move_task_workflow_with_multiple_sources_as_default_destination",
)
def each_message_goes_back_to_its_own_source(lab: Lab) -> object:
    """A dead-letter queue of two sources gives each message back to the queue it came from."""
    orders, dead = _pair(lab)
    returns, _ = _pair(lab, name="returns")
    _fail(lab, orders, "a", "b")
    _fail(lab, returns, "c")
    _start(lab, dead)
    lab.advance(60)
    moved = _tasks(lab, dead)[0]["ApproximateNumberOfMessagesMoved"]
    return {"orders": sorted(lab.bodies(orders)), "returns": lab.bodies(returns), "moved": moved}


@behaviour(
    aws={"same id": False, "sent anew": True, "receives": "1", "attributes": {"size": "9"}},
    source="SQS developer guide, dead-letter queue redrive: messages get a new id and enqueue time",
)
def a_redriven_message_is_a_new_message(lab: Lab) -> object:
    """A redriven message has a new id and a new sent time; body and attributes are the old ones."""
    url, dead = _pair(lab)
    attributes = {"size": {"StringValue": "9", "DataType": "Number"}}
    lab.sqs.send_message(QueueUrl=url, MessageBody="m", MessageAttributes=attributes)
    before = lab.receive(url, VisibilityTimeout=0)[0]
    lab.receive(url)
    lab.advance(5)
    _start(lab, dead)
    lab.advance(60)
    after = lab.receive(url)[0]
    return {
        "same id": before["MessageId"] == after["MessageId"],
        "sent anew": int(after["Attributes"]["SentTimestamp"]) > int(before["Attributes"]["SentTimestamp"]),
        "receives": after["Attributes"]["ApproximateReceiveCount"],
        "attributes": {name: value["StringValue"] for name, value in after.get("MessageAttributes", {}).items()},
    }


@behaviour(aws=["m0"], source="SQS developer guide, dead-letter queue redrive: resets the retention period")
def a_redrive_resets_the_retention(lab: Lab) -> object:
    """A redriven message has the whole retention period again."""
    url, dead = _broken(lab, 1)
    lab.advance(3 * DAY)
    _start(lab, dead)
    lab.advance(2 * DAY)
    return lab.bodies(url)


@behaviour(aws=["first", "second"], source="SQS developer guide, dead-letter queue redrive: oldest first")
def a_fifo_dead_letter_queue_is_redriven_in_order(lab: Lab) -> object:
    """The messages of a FIFO dead-letter queue go back in their order."""
    url, dead = _pair(lab, ".fifo")
    for body in ("first", "second"):
        lab.sqs.send_message(QueueUrl=url, MessageBody=body, MessageGroupId="g", MessageDeduplicationId=body)
        for _ in range(2):
            lab.receive(url, VisibilityTimeout=0)
    _start(lab, dead)
    lab.advance(60)
    return lab.bodies(url)


@behaviour(
    aws=["FAILED", "CouldNotDetermineMessageSource", "1/0/0"],
    source="SQS developer guide, troubleshooting dead-letter queue redrive",
)
def a_message_sent_directly_has_no_way_back(lab: Lab) -> object:
    """A message that was sent to the dead-letter queue directly cannot go back: the task fails."""
    _, dead = _pair(lab)
    lab.sqs.send_message(QueueUrl=dead, MessageBody="direct")
    _start(lab, dead)
    lab.advance(60)
    entry = _tasks(lab, dead)[0]
    return [entry["Status"], entry.get("FailureReason"), lab.counts(dead)]


@behaviour(aws=["direct"], source="SQS developer guide, troubleshooting dead-letter queue redrive: custom destination")
def a_message_sent_directly_can_go_elsewhere(lab: Lab) -> object:
    """With a destination, messages that were sent directly are moved as well."""
    _, dead = _pair(lab)
    repair = lab.queue("repair")
    lab.sqs.send_message(QueueUrl=dead, MessageBody="direct")
    _start(lab, dead, repair)
    lab.advance(60)
    return lab.bodies(repair)


# --- rate and cancelling ------------------------------------------------------------------------------------------


@behaviour(
    aws={
        "ApproximateNumberOfMessagesToMove": 10,
        "DestinationArn": "arn:aws:sqs:us-east-1:<account>:repair",
        "MaxNumberOfMessagesPerSecond": 1,
        "SourceArn": "arn:aws:sqs:us-east-1:<account>:dead",
        "Status": "RUNNING",
    },
    source=f"{SNAPSHOT} test_move_task_cancel list-while",
)
def a_running_task(lab: Lab) -> object:
    """A running task is listed with its rate and with the number of messages at its start."""
    _, dead = _broken(lab, 10)
    _start(lab, dead, lab.queue("repair"), MaxNumberOfMessagesPerSecond=1)
    lab.advance(2)
    entry = _told(_tasks(lab, dead)[0])
    entry.pop("ApproximateNumberOfMessagesMoved")
    return entry


@behaviour(
    aws=[True, False], source=f"{SNAPSHOT} test_move_task_cancel (list-while has TaskHandle, list-after has not)"
)
def only_a_running_task_shows_its_handle(lab: Lab) -> object:
    """The handle is listed while the task runs, and not afterwards."""
    _, dead = _broken(lab, 4)
    handle = _start(lab, dead, MaxNumberOfMessagesPerSecond=1)
    running = _tasks(lab, dead)[0].get("TaskHandle") == handle
    lab.advance(60)
    return [running, "TaskHandle" in _tasks(lab, dead)[0]]


@behaviour(aws=[True, ["m0", "m1", "m2", "m3"]], source=f"{SNAPSHOT} test_move_task_with_throughput_limit (inline)")
def one_message_a_second(lab: Lab) -> object:
    """At one message a second, four messages take at least three seconds."""
    _, dead = _broken(lab, 4)
    repair = lab.queue("repair")
    _start(lab, dead, repair, MaxNumberOfMessagesPerSecond=1)
    lab.advance(1)
    early = int(lab.counts(repair).split("/")[0])
    lab.advance(30)
    return [early < 4, sorted(lab.bodies(repair))]


@behaviour(
    aws={"keys": ["ApproximateNumberOfMessagesMoved"], "status": "CANCELLED", "all still there": True, "left": True},
    source=f"{SNAPSHOT} test_move_task_cancel",
)
def a_cancelled_task(lab: Lab) -> object:
    """Cancelling stops a task; what was moved stays moved and the rest stays in the dead-letter queue."""
    _, dead = _broken(lab, 10)
    repair = lab.queue("repair")
    handle = _start(lab, dead, repair, MaxNumberOfMessagesPerSecond=1)
    lab.advance(2)
    reply = lab.sqs.cancel_message_move_task(TaskHandle=handle)
    lab.advance(60)
    moved, left = (int(lab.counts(url).split("/")[0]) for url in (repair, dead))
    return {
        "keys": [key for key in reply if key != "ResponseMetadata"],
        "status": _tasks(lab, dead)[0]["Status"],
        "all still there": moved + left == 10,
        "left": left > 0,
    }


@behaviour(
    aws={
        "ApproximateNumberOfMessagesToMove": 10,
        "DestinationArn": "arn:aws:sqs:us-east-1:<account>:repair",
        "MaxNumberOfMessagesPerSecond": 1,
        "SourceArn": "arn:aws:sqs:us-east-1:<account>:dead",
        "Status": "CANCELLED",
    },
    source=f"{SNAPSHOT} test_move_task_cancel list-after",
)
def a_cancelled_task_in_the_list(lab: Lab) -> object:
    """A cancelled task keeps its entry: rate, destination and number of messages at the start."""
    _, dead = _broken(lab, 10)
    handle = _start(lab, dead, lab.queue("repair"), MaxNumberOfMessagesPerSecond=1)
    lab.sqs.cancel_message_move_task(TaskHandle=handle)
    lab.advance(60)
    entry = _told(_tasks(lab, dead)[0])
    entry.pop("ApproximateNumberOfMessagesMoved")
    return entry


@behaviour(
    aws=["FAILED", "AWS.SimpleQueueService.NonExistentQueue", True],
    source=f"{SNAPSHOT} test_move_task_delete_destination_queue_while_running",
)
def a_task_whose_destination_disappears(lab: Lab) -> object:
    """A task whose destination is deleted fails and says why; the other messages stay where they are."""
    _, dead = _broken(lab, 10)
    repair = lab.queue("repair")
    _start(lab, dead, repair, MaxNumberOfMessagesPerSecond=1)
    lab.sqs.delete_queue(QueueUrl=repair)
    lab.advance(120)
    entry = _tasks(lab, dead)[0]
    return [entry["Status"], entry.get("FailureReason"), lab.bodies(dead) != []]


@behaviour(aws="refused", source="SQS API reference, CancelMessageMoveTask: only while RUNNING")
def cancelling_a_finished_task(lab: Lab) -> object:
    """A task that is done can no longer be cancelled."""
    _, dead = _broken(lab, 1)
    handle = _start(lab, dead)
    lab.advance(60)
    code = lab.code(lab.sqs.cancel_message_move_task, TaskHandle=handle)
    return code if code == "ok" else "refused"


PROJECT = "local-aws-sqs project (test of the text)"


@behaviour(
    aws=[
        "ok",
        refused(
            "InvalidParameterValue",
            "Value for parameter MaxNumberOfMessagesPerSecond is invalid. Reason: You must enter a number that's "
            "between 1 and 500.",
        ),
    ],
    source=f"SQS API reference, StartMessageMoveTask: 500 at most; {PROJECT}",
)
def range_of_the_rate(lab: Lab) -> object:
    """The rate is 500 messages a second at most."""
    _, dead = _broken(lab, 1)
    codes = []
    for rate in (500, 501):
        params = {"SourceArn": lab.arn(dead), "MaxNumberOfMessagesPerSecond": rate}
        codes.append(lab.attempt(lab.sqs.start_message_move_task, **params))
        lab.advance(60)
    return codes


# --- one at a time ------------------------------------------------------------------------------------------------


@behaviour(
    aws=refused(
        "InvalidParameterValue",
        "There is already a task running. Only one active task is allowed for a source queue arn at a given time.",
    ),
    source=f"{SNAPSHOT} test_start_multiple_move_tasks",
)
def a_second_task_while_one_runs(lab: Lab) -> object:
    """A queue has one active task at a time."""
    _, dead = _broken(lab, 10)
    params = {"SourceArn": lab.arn(dead), "MaxNumberOfMessagesPerSecond": 1}
    lab.sqs.start_message_move_task(**params)
    return lab.attempt(lab.sqs.start_message_move_task, **params)


@behaviour(aws=["COMPLETED", "ok"], source="SQS API reference, StartMessageMoveTask: one active task per queue")
def a_second_task_after_the_first(lab: Lab) -> object:
    """After a task is done the next one may start."""
    _, dead = _broken(lab, 1)
    _start(lab, dead)
    lab.advance(60)
    status = _tasks(lab, dead)[0]["Status"]
    return [status, lab.code(lab.sqs.start_message_move_task, SourceArn=lab.arn(dead))]


@behaviour(aws="ok", source="SQS API reference, StartMessageMoveTask: one active task per queue")
def a_second_task_after_a_cancelled_one(lab: Lab) -> object:
    """After a task was cancelled the next one may start."""
    _, dead = _broken(lab, 10)
    handle = _start(lab, dead, MaxNumberOfMessagesPerSecond=1)
    lab.sqs.cancel_message_move_task(TaskHandle=handle)
    lab.advance(60)
    return lab.code(lab.sqs.start_message_move_task, SourceArn=lab.arn(dead))


# --- listing ------------------------------------------------------------------------------------------------------


@behaviour(aws=[[2], [2, 1], [2, 1]], source="SQS API reference, ListMessageMoveTasks: the most recent, 1 by default")
def tasks_are_listed_newest_first(lab: Lab) -> object:
    """The list shows the newest task, or up to MaxResults of them, newest first."""
    url, dead = _pair(lab)
    for many in (1, 2):
        _fail(lab, url, *(f"{many}.{number}" for number in range(many)))
        _start(lab, dead, lab.queue(f"repair{many}"))
        lab.advance(60)
    lists = [_tasks(lab, dead), _tasks(lab, dead, MaxResults=2), _tasks(lab, dead, MaxResults=10)]
    return [[entry["ApproximateNumberOfMessagesToMove"] for entry in found] for found in lists]


@behaviour(aws=[], source="SQS API reference, ListMessageMoveTasks")
def no_tasks(lab: Lab) -> object:
    """A dead-letter queue without tasks lists none."""
    _, dead = _pair(lab)
    return _tasks(lab, dead)


@behaviour(
    aws=refused(
        "InvalidParameterValue",
        "Value for parameter MaxResults is invalid. Reason: You must enter a number that's between 1 and 10.",
    ),
    source=f"SQS API reference, ListMessageMoveTasks: the upper limit is 10; {PROJECT}",
)
def more_than_ten_tasks_at_once(lab: Lab) -> object:
    """MaxResults is 10 at most."""
    _, dead = _pair(lab)
    return lab.attempt(lab.sqs.list_message_move_tasks, SourceArn=lab.arn(dead), MaxResults=11)


@behaviour(aws=[True, 13], source="AWS CLI reference, list-message-move-tasks (example output)")
def when_a_task_was_started(lab: Lab) -> object:
    """StartedTimestamp is a number of milliseconds since 1970."""
    _, dead = _broken(lab, 1)
    _start(lab, dead)
    lab.advance(60)
    started = _tasks(lab, dead)[0]["StartedTimestamp"]
    return [isinstance(started, int), len(str(started))]


# --- refusals -----------------------------------------------------------------------------------------------------


@behaviour(
    aws=refused("InvalidParameterValue", "Source queue must be configured as a Dead Letter Queue."),
    source=f"{SNAPSHOT} test_source_needs_redrive_policy",
)
def the_source_must_be_a_dead_letter_queue(lab: Lab) -> object:
    """A task starts at a queue that some queue names as its dead-letter queue, and at no other."""
    params = {"SourceArn": lab.arn(lab.queue()), "DestinationArn": lab.arn(lab.queue("repair"))}
    return lab.attempt(lab.sqs.start_message_move_task, **params)


@behaviour(
    aws="ResourceNotFoundException",
    source="SQS API reference, StartMessageMoveTask errors; text of the cancel snapshot for SourceArn",
)
def the_source_must_exist(lab: Lab) -> object:
    """A source that is not there is refused."""
    arn = lab.arn(lab.queue()).replace("orders", "nowhere")
    return lab.code(lab.sqs.start_message_move_task, SourceArn=arn)


@behaviour(
    aws=refused(
        "ResourceNotFoundException",
        "The resource that you specified for the DestinationArn parameter doesn't exist.",
        404,
    ),
    source=f"{SNAPSHOT} test_destination_needs_to_exist",
)
def the_destination_must_exist(lab: Lab) -> object:
    """A destination that is not there is refused; the HTTP status is 404."""
    _, dead = _pair(lab)
    params = {"SourceArn": lab.arn(dead), "DestinationArn": lab.arn(dead) + "doesntexist"}
    return lab.attempt(lab.sqs.start_message_move_task, **params)


@behaviour(
    aws=refused("InvalidParameterValue", "The source queue and destination queue must be of the same queue type."),
    source=f"SQS developer guide, dead-letter queue redrive: both queues of the same type; {PROJECT}",
)
def the_destination_is_of_the_same_type(lab: Lab) -> object:
    """A FIFO dead-letter queue is not redriven to a standard queue."""
    _, dead = _pair(lab, ".fifo")
    params = {"SourceArn": lab.arn(dead), "DestinationArn": lab.arn(lab.queue("repair"))}
    return lab.attempt(lab.sqs.start_message_move_task, **params)


@behaviour(
    aws=refused("InvalidParameterValue", "Source queue arn and destination queue arn cannot be the same."),
    source=PROJECT,
)
def the_destination_is_another_queue(lab: Lab) -> object:
    """The messages of a dead-letter queue cannot be moved to itself."""
    _, dead = _pair(lab)
    params = {"SourceArn": lab.arn(dead), "DestinationArn": lab.arn(dead)}
    return lab.attempt(lab.sqs.start_message_move_task, **params)


@behaviour(
    aws=refused(
        "InvalidParameterValue",
        "You must use this format to specify the SourceArn: arn:<partition>:<service>:<region>:<account-id>:"
        "<resource-id>",
    ),
    source=f"{PROJECT}; localstack's provider has the same text",
)
def a_url_in_place_of_an_arn(lab: Lab) -> object:
    """A move task wants ARNs, not URLs."""
    _, dead = _pair(lab)
    return lab.attempt(lab.sqs.start_message_move_task, SourceArn=dead)


@behaviour(aws="ResourceNotFoundException", source="SQS API reference, ListMessageMoveTasks errors")
def listing_tasks_of_a_missing_queue(lab: Lab) -> object:
    """The tasks of a queue that is not there cannot be listed."""
    arn = lab.arn(lab.queue()).replace("orders", "nowhere")
    return lab.code(lab.sqs.list_message_move_tasks, SourceArn=arn)


@behaviour(
    aws=refused("InvalidParameterValue", "Value for parameter TaskHandle is invalid."),
    source=f"{SNAPSHOT} test_cancel_with_invalid_task_handle",
)
def cancelling_with_garbage(lab: Lab) -> object:
    """A handle that is none is refused."""
    return lab.attempt(lab.sqs.cancel_message_move_task, TaskHandle="foobared")


@behaviour(
    aws=refused("ResourceNotFoundException", "Task does not exist.", 404),
    source=f"{SNAPSHOT} test_cancel_with_invalid_task_id_in_task_handle",
)
def cancelling_an_unknown_task(lab: Lab) -> object:
    """A handle with an unknown task of an existing queue is refused with 404."""
    handle = _handle("10f57157-fc38-4da9-a113-4de7e12d05aa", lab.arn(lab.queue()))
    return lab.attempt(lab.sqs.cancel_message_move_task, TaskHandle=handle)


@behaviour(
    aws=refused(
        "ResourceNotFoundException",
        "The resource that you specified for the SourceArn parameter doesn't exist.",
        404,
    ),
    source=f"{SNAPSHOT} test_cancel_with_invalid_source_arn_in_task_handle",
)
def cancelling_a_task_of_a_missing_queue(lab: Lab) -> object:
    """A handle that names a queue that is not there is refused with 404."""
    arn = f"arn:aws:sqs:us-east-1:{lab.account}:nowhere"
    handle = _handle("10f57157-fc38-4da9-a113-4de7e12d05dd", arn)
    return lab.attempt(lab.sqs.cancel_message_move_task, TaskHandle=handle)


@behaviour(
    aws=["sourceArn", "taskId", "arn:aws:sqs:us-east-1:<account>:dead"],
    source=f"{SNAPSHOT} test_basic_move_task_workflow (inline)",
)
def what_a_task_handle_holds(lab: Lab) -> object:
    """A task handle is base64 of a JSON text with the task's id and the source's ARN."""
    _, dead = _broken(lab, 1)
    document = json.loads(base64.b64decode(_start(lab, dead)))
    return [*sorted(document), document["sourceArn"]]
