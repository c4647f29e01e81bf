"""Live pictures and what their buttons do: each click makes a boto3 call or moves the clock, then redraws."""

from collections.abc import Callable
from typing import Any

import botocore.session
from botocore.exceptions import ClientError

from helpers.backends import environment, running
from helpers.backends.base import Cloud
from helpers.backends.offline import snapshot
from helpers.errors import ClockError, CloudError
from helpers.simulation.clock import Clock
from helpers.views.live_inbox import LiveInbox
from helpers.views.live_queue import LiveQueue
from helpers.views.live_switch import LiveSwitch
from helpers.views.queue_picture import MOST

ADVANCE, EXTEND = 10, 30  # seconds


def queue(cloud: Cloud, region: str, url: str) -> LiveQueue:
    """Return a live picture of an offline queue. Its buttons make the learner's own calls, journal entries included."""
    sqs, clock = cloud.client("sqs", region), cloud.world.clock
    assert isinstance(clock, Clock), "only the offline cloud has live pictures of queues"

    def handle(message: str) -> str:
        return snapshot.receipt_handle(cloud.world, region, url, message)

    def receive(message: str) -> str:
        found = sqs.receive_message(QueueUrl=url).get("Messages")
        return f"Received {found[0]['Body'][:60]!r}." if found else "Nothing to receive."

    def delete(message: str) -> str:
        sqs.delete_message(QueueUrl=url, ReceiptHandle=handle(message))
        return "Deleted."

    def extend(message: str) -> str:
        left = snapshot.time_left(cloud.world, region, url, message)
        sqs.change_message_visibility(
            QueueUrl=url, ReceiptHandle=handle(message), VisibilityTimeout=round(left) + EXTEND
        )
        return f"{EXTEND} seconds more."

    def advance(message: str) -> str:
        clock.advance(ADVANCE)
        return f"The clock moved by {ADVANCE} seconds."

    def run(message: str) -> str:
        clock.run()
        return "The clock is running."

    def hold(message: str) -> str:
        clock.stand()
        return "The clock stands still."

    actions: dict[str, Callable[[str], str]] = {
        "receive": receive,
        "delete": delete,
        "extend": extend,
        "advance": advance,
        "run": run,
        "hold": hold,
        "look": lambda message: picture.status,
    }

    def on_click(action: str, message: str) -> None:
        if action not in actions:
            return
        try:
            result = actions[action](message)
        except ClientError as problem:
            result = f"SQS refused: {problem.response['Error']['Message']}"
        except (CloudError, ClockError) as problem:  # the queue has been deleted, or polls long while time stands
            result = str(problem)
        try:
            draw(result)
        except CloudError:
            picture.status = result

    def draw(result: str) -> None:
        picture.show(snapshot.queue(cloud.world, region, url, MOST), clock.runs, result)

    picture = LiveQueue(on_click)
    # Time still passes in the cell that asks for the picture, but may have stopped by the time somebody sees it.
    picture.show(snapshot.queue(cloud.world, region, url, MOST), clock.runs_between_cells is True, "")
    return picture


def inbox(cloud: Cloud) -> LiveInbox:
    """Return the live inbox of the offline cloud. Confirm follows the link, as the receiver of the message would."""

    def confirm(number: int) -> str:
        arrived = cloud.inbox[number]
        try:
            cloud.follow(arrived.confirm_url)
        except CloudError as problem:
            return str(problem)
        return f"{arrived.endpoint} has confirmed."

    return LiveInbox(confirm, lambda: snapshot.inbox(cloud.inbox))


def switch() -> LiveSwitch:
    """Return a form that calls `start` with what was filled in."""
    with environment.kept(), environment.of_this_machine():  # this machine's profiles, not the offline cloud's
        session = botocore.session.get_session()
        profiles, regions = session.available_profiles, session.get_available_regions("sqs")

    def start(form: dict[str, Any]) -> str:
        which, options = form["which"], {}
        if which == "endpoint":
            which = form["url"]
            if "://" not in which:
                return "An endpoint needs its URL, such as http://127.0.0.1:4577"
        if which == "aws":
            if not form["account"]:
                return "Nothing was sent. Type the twelve digits of the account that you mean."
            options = {
                "yes": form["account"],
                "prefix": form["prefix"] or None,
                "remember": form["remember"] or None,
            }
            options |= {"profile_name": form["profile"] or None, "region_name": form["region"] or None}
        try:
            return str(running.start(which, **options))
        except CloudError as problem:
            return str(problem)

    return LiveSwitch(start, profiles, regions, repr(running.cloud), running.WAYS_TO_START)
