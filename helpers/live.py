"""What a hand may do with a live picture: each click is a call of boto3 or moves the clock, and the picture follows."""

from collections.abc import Callable

from botocore.exceptions import ClientError

from helpers.cloud import looking
from helpers.cloud.base import Cloud
from helpers.errors import CloudError
from helpers.views.live_inbox import LiveInbox
from helpers.views.live_queue import LiveQueue

ADVANCE, EXTEND = 10, 30  # seconds


def queue(cloud: Cloud, region: str, url: str) -> LiveQueue:
    """Return a live picture of an offline queue. Its clicks are calls as a learner makes them, in the journal too."""
    sqs, clock = cloud.client("sqs", region), cloud.world.clock

    def handle(message: str) -> str:
        return looking.receipt_handle(cloud.world, region, url, message)

    def receive(message: str) -> str:
        found = sqs.receive_message(QueueUrl=url).get("Messages")
        return f"Received {found[0]['Body'][:60]!r}." if found else "Nothing to receive."

    def delete(message: str) -> str:
        sqs.delete_message(QueueUrl=url, ReceiptHandle=handle(message))
        return "Deleted."

    def extend(message: str) -> str:
        left = looking.time_left(cloud.world, region, url, message)
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
        made.show(looking.queue(cloud.world, region, url), clock.runs, said)

    made = LiveQueue(act)
    # Time passes in the cell that asks for the picture, and stands when somebody sees it.
    made.show(looking.queue(cloud.world, region, url), False, "")
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

    return LiveInbox(confirm, lambda: looking.inbox(cloud.inbox))
