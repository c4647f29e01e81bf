"""A real account. Reached only by a yes that names it: the twelve digits of the account id."""

import os
from random import Random

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from helpers.cloud import environment, transport
from helpers.cloud.base import Cloud
from helpers.errors import CloudError
from helpers.world.clock import RealClock
from helpers.world.journal import Journal
from helpers.world.worlds import World, visit


class AwsCloud(Cloud):
    """Real AWS. Calls are real, take real time and may cost money.

    yes: the account id that the learner means; before it is given nothing is asked of AWS, and if the credentials
    belong to another account the cloud does not start.
    """

    name = "aws"

    def __init__(self, yes: str | None = None, region_name: str | None = None, profile_name: str | None = None):
        if not yes:
            raise CloudError(
                "This would use a real AWS account. Nothing was sent yet. If you mean it, say which account: "
                'start("aws", yes="<the twelve digits of its id>")'
            )
        # A cloud that ran before has put its own variables in the place of this machine's.
        with environment.of_this_machine():
            self._know_profile(profile_name or os.environ.get("AWS_PROFILE") or os.environ.get("AWS_DEFAULT_PROFILE"))
            self._know_region(region_name)
            session = boto3.Session(profile_name=profile_name, region_name=region_name)
            if not session.region_name:
                raise CloudError('No region is set for AWS. Name one: start("aws", region_name="us-east-1", ...)')
            account, who = identity(session)
            if account != str(yes):
                raise CloudError(f"You said yes to account {yes}, but these credentials belong to {account} ({who}).")
            transport.install()
            boto3.setup_default_session(profile_name=profile_name, region_name=session.region_name)
        self.account, self.who = account, who
        super().__init__(_world(), session.region_name)

    def __str__(self) -> str:
        return f"REAL AWS, account {self.account}, region {self.region}, as {self.who}. Calls may cost money."


def _world() -> World:
    return World(RealClock(), Journal(), Random(), lambda request, network: network())


def identity(session: boto3.Session) -> tuple[str, str]:
    """Return account id and ARN of the caller; CloudError when there are no valid credentials."""
    try:
        with visit(_world()):  # else an offline cloud that runs would answer, and say yes
            caller = session.client("sts").get_caller_identity()
    except (BotoCoreError, ClientError) as problem:
        raise CloudError(f"AWS did not say who you are: {problem} Check your profile or log in again.") from problem
    return caller["Account"], caller["Arn"]
