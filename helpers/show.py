"""Pictures and panels of what happened: gathers the data and hands it to a view. Makes no call and moves no time."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from helpers import progress as kept
from helpers.backends import not_available
from helpers.backends.offline import snapshot
from helpers.backends.running import COMPARED, WAYS, running
from helpers.course import course
from helpers.errors import CloudError, CourseError, ExpectedErrorMissing
from helpers.views.call_table import CallTable
from helpers.views.card import Card, error_card, show_card
from helpers.views.fan_out_map import FanOutMap
from helpers.views.inbox_list import InboxList
from helpers.views.progress_table import ProgressTable
from helpers.views.queue_picture import QueuePicture
from helpers.views.quiz_card import QuizCard
from helpers.views.timeline import Timeline


@contextmanager
def error(expected: type[BaseException] | str) -> Iterator[None]:
    """Show the error that this block is to raise, as boto3 raised it, and go on with the next cell.

    expected: the error's class (`sqs.exceptions.QueueDoesNotExist`), its name, or the code that AWS gives it.
    ExpectedErrorMissing is raised when the block ends without an error; another error than the expected one passes
    through as it is.
    """
    name = expected if isinstance(expected, str) else expected.__name__
    try:
        yield
    except Exception as problem:
        if not _is(problem, expected):
            raise
        show_card(error_card(f"{type(problem).__name__}: {problem}"))
    else:
        raise ExpectedErrorMissing(f"This block was to show {name}, but nothing was raised.")


def _is(problem: Exception, expected: type[BaseException] | str) -> bool:
    if not isinstance(expected, str):
        return isinstance(problem, expected)
    names = {cls.__name__ for cls in type(problem).__mro__}
    response = getattr(problem, "response", None)
    code = response.get("Error", {}).get("Code") if isinstance(response, dict) else None  # requests has another one
    return expected in names or expected == code


def calls(last: int = 5) -> CallTable:
    """Return a table of the last calls that boto3 made: operation, parameters, outcome, retries, and the bill."""
    made = running().calls()
    return CallTable(tuple(_row(call) for call in made[max(0, len(made) - last) :]))


def queue(queue_url: str = "") -> Any:
    """Return a picture of a queue now: its messages with their leases, its counters, its policy and dead letters.

    In a notebook it is live: it follows the clock, and has buttons to receive, delete, extend and to move the clock.

    queue_url: without it the queue that a call named last. On another cloud than the offline one, what the API reports.
    CloudError when no call named a queue yet, or there is none at this URL.
    """
    cloud = running()
    url, region = (queue_url, cloud.region) if queue_url else _last_queue()
    if cloud.name == "offline" and _has_hands():
        from helpers import live  # widgets are imported where somebody can click

        return live.queue(cloud, region, url)
    return QueuePicture(cloud.look_at_queue(region, url))


def _has_hands() -> bool:
    """Return whether somebody may click: in a notebook, and not where outputs are compared or stored."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython else None
    return hasattr(shell, "kernel") and not os.environ.get(COMPARED)


def _last_queue() -> tuple[str, str]:
    """Return the URL and the region of the queue that a call named last."""
    for call in reversed(running().calls()):
        url = call.params.get("QueueUrl") or (call.response or {}).get("QueueUrl")
        if call.service == "sqs" and url:
            return url, call.region
    raise CloudError("No call named a queue yet. Say which one: show.queue(queue_url)")


def timeline(message_id: str = "") -> Timeline | Card:
    """Return the life of one message: each step with its moment and reason, as the offline cloud's journal has it.

    message_id: of SendMessage or Publish; without it the message to which something happened last. A cloud that keeps
    none says so.
    """
    cloud = running()
    if not cloud.can("steps"):
        return Card("note", "", (("", not_available.TIMELINE),))
    steps = cloud.steps()
    found = message_id or next((step.message for step in reversed(steps) if step.message), "")
    return Timeline(found, tuple(snapshot.timeline(steps, found, cloud.world.clock.now())))


def fan_out(region_name: str = "") -> FanOutMap:
    """Return a map of topics and subscriptions, and what the last publish came to on each way, with the reason.

    region_name: without it the cloud's own. On another cloud than the offline one, what the API reports.
    """
    cloud = running()
    return FanOutMap(cloud.look_at_topics(region_name or cloud.region))


def inbox() -> Any:
    """Return what SNS sent elsewhere than to queues, and how to confirm a subscription. A cloud without inbox says so.

    In a notebook it is live: a request to confirm has a button.
    """
    if not running().can("inbox"):
        return Card("note", "", (("", not_available.INBOX),))
    arrived = running().inbox
    if _has_hands():
        from helpers import live  # widgets are imported where somebody can click

        return live.inbox(running())
    return InboxList(tuple(snapshot.inbox(arrived)))


def switch() -> Any:
    """Return a form to choose the cloud: the offline one, an endpoint, or a real account. Looking at it starts none.

    Where nobody can click, it is a sentence with the calls that do the same.
    """
    if _has_hands():
        from helpers import live  # widgets are imported where somebody can click

        return live.switch()
    return Card("note", "Which cloud", (("", WAYS),))


def quiz(question_id: str) -> QuizCard:
    """Return a question of the course, with a reason behind each choice. CourseError names the known ones."""
    asked = course().quiz(question_id)
    return QuizCard(asked.question, tuple((choice.text, choice.why, choice.right) for choice in asked.choices))


def progress() -> ProgressTable:
    """Return where the learner stands with each exercise, as `check` recorded it in the working copy."""
    if os.environ.get(COMPARED):
        return ProgressTable(
            (), "In your own copy of the course a table stands here: where you are with each exercise."
        )
    folder = kept.find()
    if folder is None:
        text = "No progress is kept here, because this folder is not in your working copy of the course."
        return ProgressTable((), f"{text} `course lab` makes one and opens it; there each check is recorded.")
    try:
        return ProgressTable(kept.by_lesson(course(), kept.read(folder)))
    except CourseError as problem:
        return ProgressTable((), str(problem))


def _row(call: Any) -> dict[str, Any]:
    params = ", ".join(f"{name}={_short(value)}" for name, value in call.params.items())
    return {
        "service": call.service,
        "region": call.region,
        "operation": call.operation,
        "params": params,
        "outcome": call.error_code or _came_back(call.operation, call.response or {}),
        "retries": call.retries,
        "at": f"{call.at:%H:%M:%S}",
        "requests": call.requests,
    }


def _came_back(operation: str, response: dict[str, Any]) -> str:
    """Return in words what a call brought."""
    if operation == "ReceiveMessage":
        count = len(response.get("Messages", []))
        return f"{count or 'no'} message{'s' * (count != 1)}"
    if "Successful" in response or "Failed" in response:
        failed = len(response.get("Failed", []))
        return f"{len(response.get('Successful', []))} ok" + (f", {failed} failed" if failed else "")
    return "ok"


def _short(value: Any) -> str:
    """Return the value as code; of a long text, such as a URL, the end, which tells it from others."""
    if isinstance(value, str) and len(value) > 30:
        return f"'…{value[-18:]}'"
    return repr(value)
