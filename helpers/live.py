"""What a hand may do with a live picture: each click is a call of boto3 or moves the clock, and the picture follows."""

from collections.abc import Callable
from typing import Any

import botocore.session
from botocore.exceptions import ClientError

from helpers.backends import environment, running
from helpers.backends.base import Cloud
from helpers.backends.offline import snapshot
from helpers.errors import CloudError
from helpers.views.live_inbox import LiveInbox
from helpers.views.live_queue import LiveQueue
from helpers.views.live_switch import LiveSwitch

ADVANCE, EXTEND = 10, 30  # seconds


def queue(cloud: Cloud, region: str, url: str) -> LiveQueue:
    """Return a live picture of an offline queue. Its clicks are calls as a learner makes them, in the journal too."""
    sqs, clock = cloud.client("sqs", region), cloud.world.clock

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
        return "The clock runs."

    def hold(message: str) -> str:
        clock.hold()
        return "The clock stands."

    acts: dict[str, Callable[[str], str]] = {
        "receive": receive,
        "delete": delete,
        "extend": extend,
        "advance": advance,
        "run": run,
        "hold": hold,
        "look": lambda message: made.said,
    }

    def act(name: str, message: str) -> None:
        if name not in acts:
            return
        try:
            said = acts[name](message)
        except ClientError as problem:
            said = f"SQS refused: {problem.response['Error']['Message']}"
        except CloudError as problem:  # the queue was deleted since
            said = str(problem)
        try:
            draw(said)
        except CloudError:
            made.said = said

    def draw(said: str) -> None:
        made.show(snapshot.queue(cloud.world, region, url), clock.runs, said)

    made = LiveQueue(act)
    # Time passes in the cell that asks for the picture, and stands when somebody sees it.
    made.show(snapshot.queue(cloud.world, region, url), False, "")
    return made


def inbox(cloud: Cloud) -> LiveInbox:
    """Return the live inbox of the offline cloud: Confirm follows the link, as the one who got the mail would."""

    def confirm(number: int) -> str:
        arrived = cloud.inbox[number]
        try:
            cloud.follow(arrived.confirm_url)
        except CloudError as problem:
            return str(problem)
        return f"{arrived.endpoint} has confirmed."

    return LiveInbox(confirm, lambda: snapshot.inbox(cloud.inbox))


def switch() -> LiveSwitch:
    """Return a form that starts another cloud, as `start` does with what was filled in."""
    with environment.kept(), environment.of_this_machine():  # else the profiles were those of the offline cloud
        session = botocore.session.get_session()
        profiles, regions = session.available_profiles, session.get_available_regions("sqs")

    def begin(given: dict[str, Any]) -> str:
        which, options = given["which"], {}
        if which == "endpoint":
            which = given["url"]
            if "://" not in which:
                return "An endpoint needs its URL, such as http://127.0.0.1:4577"
        if which == "aws":
            if not given["account"]:
                return "Nothing was sent. Type the twelve digits of the account that you mean."
            options = {
                "yes": given["account"],
                "prefix": given["prefix"] or None,
                "remember": given["remember"] or None,
            }
            options |= {"profile_name": given["profile"] or None, "region_name": given["region"] or None}
        try:
            return str(running.start(which, **options))
        except CloudError as problem:
            return str(problem)

    return LiveSwitch(begin, profiles, regions, repr(running.cloud), running.WAYS)
