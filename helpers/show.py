"""Pictures and panels of what happened: takes a snapshot and hands it to a view, without changing the cloud."""

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from helpers import progress as recorded_progress
from helpers import questions
from helpers.backends import call_snapshot, not_available
from helpers.backends.front_end import can_click as _is_interactive
from helpers.backends.running import COMPARED, WAYS_TO_START, running
from helpers.course import course
from helpers.errors import CloudError, CourseError, ExpectedErrorMissing
from helpers.views.call_table import CallTable
from helpers.views.card import Card, error_card, show_card
from helpers.views.fan_out import FanOut
from helpers.views.inbox_list import InboxList
from helpers.views.metrics_picture import Alarm, MetricsPicture, Panel
from helpers.views.progress_table import ProgressTable
from helpers.views.queue_picture import MOST, QueuePicture
from helpers.views.timeline import Timeline


@contextmanager
def error(expected: type[BaseException] | str = "") -> Iterator[None]:
    """Show the error that this block raises, as boto3 raised it, and go on.

    expected: the error's class (`sqs.exceptions.QueueDoesNotExist`), its name, or AWS's code for it. Without it any
    error is shown, but for the course's own: those say that something has to be put right first.
    ExpectedErrorMissing if the block raises nothing; any other error is raised as it is.
    """
    try:
        yield
    except Exception as problem:
        if not _matches(problem, expected):
            raise
        show_card(error_card(f"{type(problem).__name__}: {problem}"))
    else:
        name = expected if isinstance(expected, str) else expected.__name__
        wanted = f"This block should have raised {name}" if name else "This block should have raised an error"
        raise ExpectedErrorMissing(f"{wanted}, but nothing was raised.")


def _matches(problem: Exception, expected: type[BaseException] | str) -> bool:
    if not isinstance(expected, str):
        return isinstance(problem, expected)
    if not expected:
        return not isinstance(problem, CourseError)
    names = {cls.__name__ for cls in type(problem).__mro__}
    response = getattr(problem, "response", None)  # botocore's is a dict; in other libraries it can be anything
    code = response.get("Error", {}).get("Code") if isinstance(response, dict) else None
    return expected in names or expected == code


def calls(last: int = 5, wire: bool = False) -> CallTable:
    """Return a table of boto3's last calls: operation, parameters, outcome, retries, and billed requests.

    wire: show the HTTP requests and responses as well, without keys and signature.
    """
    made = running().calls()
    return CallTable(tuple(call_snapshot.calls(made[max(0, len(made) - last) :], wire)))


def queue(queue_url: str = "") -> Any:
    """Return a picture of a queue: its messages with their visibility timeouts, its counters, policy and dead letters.

    In a notebook it's live: it plays in a private copy of the cloud as it stands now. There you can send, receive and
    delete messages and move the clock, and nothing of that changes your own queue. On clouds other than the offline one
    it shows what the API reports.

    queue_url: by default the queue of the latest call that names one. CloudError if there is none.
    """
    cloud = running()
    url, region = (queue_url, cloud.region) if queue_url else _last_queue("show.queue")
    if cloud.name == "offline" and _is_interactive():
        from helpers import live  # importing widgets takes time, so only where somebody can click

        return live.queue(cloud, region, url)
    return QueuePicture(cloud.look_at_queue(region, url, MOST))


def _last_queue(picture: str) -> tuple[str, str]:
    """Return the URL and region of the queue in the latest call that names one. picture: what asks for it."""
    for call in reversed(running().calls()):
        url = call.params.get("QueueUrl") or (call.response or {}).get("QueueUrl")
        if call.service == "sqs" and url:
            return url, call.region
    raise CloudError(f"No call named a queue yet. Say which one: {picture}(queue_url)")


def timeline(message_id: str = "") -> Timeline | Card:
    """Return the life of one message, from the journal: where it was when, and each step with its time and reason.

    message_id: from SendMessage or Publish; by default the message to which something happened last. On a cloud that
    keeps no steps, return a note about that.
    """
    cloud = running()
    if not cloud.can("steps"):
        return Card("note", "", (("", not_available.TIMELINE),))
    return Timeline(**cloud.look_at_message(message_id))


def fan_out(region_name: str = "") -> FanOut:
    """Return a graph of topics and subscriptions: what became of the latest publishes for each subscriber, and why.

    region_name: by default the cloud's own. On clouds other than the offline one it shows what the API reports.
    """
    cloud = running()
    return FanOut(cloud.look_at_topics(region_name or cloud.region))


def metrics(
    *queue_urls_and_topic_arns: str,
    names: str | Sequence[str] = (),
    statistic: str = "",
    period: int = 60,
    minutes: float = 0,
    hours: float = 0,
) -> MetricsPicture:
    """Return charts of what queues and topics reported to CloudWatch, one below the other over the same time.

        show.metrics(queue_url, topic_arn, hours=1)
        show.metrics(queue_url, names=["NumberOfEmptyReceives", "SentMessageSize"])

    Alarms on these metrics are shown as bands. On a real account this asks CloudWatch's API, and AWS bills each metric.

    queue_urls_and_topic_arns: by default the queue of the latest call that names one. names: metrics by the name that
    AWS gives them; by default the usual ones. statistic: for all of them, such as "Average" or "p95"; by default Sum
    for what happened and Maximum for what was there. period: seconds for one value. minutes, hours: how far to look
    back, added up; by default to the first value, at most three hours. CloudError if an argument is wrong.
    """
    cloud = running()
    what, region = queue_urls_and_topic_arns, cloud.region
    if not what:
        url, region = _last_queue("show.metrics")
        what = (url,)
    chosen = [names] if isinstance(names, str) else list(names)
    data = cloud.look_at_metrics(region, what, chosen, statistic, period, 60 * minutes + 3_600 * hours)
    panels = [
        Panel(**{**panel, "alarms": [Alarm(**alarm) for alarm in panel["alarms"]]}) for panel in data.pop("panels")
    ]
    return MetricsPicture(panels=panels, **data)


def inbox() -> Any:
    """Return what SNS delivered to anything but queues, and how to confirm a subscription.

    In a notebook it's live: a request to confirm has a button, which confirms it in a private copy of the cloud. On a
    cloud without an inbox, return a note about that.
    """
    cloud = running()
    if not cloud.can("inbox"):
        return Card("note", "", (("", not_available.INBOX),))
    if _is_interactive():
        from helpers import live

        return live.inbox(cloud)
    return InboxList(tuple(cloud.look_at_inbox()))


def switch() -> Any:
    """Return a form to choose the cloud: offline, an endpoint, or a real account. Showing it starts none.

    Where nobody can click, return a note with the calls that do the same.
    """
    still = Card("note", "Which cloud", (("", WAYS_TO_START),))
    if _is_interactive():
        from helpers import live

        return live.switch(still)
    return still


def quiz(question_id: str) -> Any:
    """Return one of the course's questions, with a reason for each choice. CourseError lists the ids if unknown."""
    return questions.ask(course().quiz(question_id))


def predict(prediction_id: str) -> Any:
    """Return a question to answer before running the cell below, which opens its answer. CourseError as for `quiz`."""
    return questions.ask(course().prediction(prediction_id))


def progress() -> ProgressTable:
    """Return the learner's progress in each exercise and what's next, as `check` recorded it in the working copy."""
    if os.environ.get(COMPARED):
        return ProgressTable((), "In your own copy of the course you see here how far you are with each exercise.")
    folder = recorded_progress.find()
    if folder is None:
        text = "No progress is kept here, because this folder isn't in your working copy of the course."
        return ProgressTable((), f"{text} `course lab` makes one and opens it. There, every check is recorded.")
    try:
        return ProgressTable(recorded_progress.by_lesson(course(), recorded_progress.read(folder)))
    except CourseError as problem:
        return ProgressTable((), str(problem))
