"""A real AWS account, which starts only with consent that names it: the twelve digits of its id."""

import atexit
import os
from collections.abc import Collection
from contextlib import suppress
from random import Random
from typing import Any

import boto3
import botocore.session
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from helpers.backends import environment, state_folder, transport
from helpers.backends.aws import cleanup, consent, tags
from helpers.backends.aws.aws_resources import AwsResource
from helpers.backends.aws.cleanup import Cleaned, Found
from helpers.backends.aws.creation_log import CreationLog
from helpers.backends.aws.gate import Gate
from helpers.backends.aws.limits import DEFAULT_REQUEST_LIMIT, RequestCounter
from helpers.backends.aws.ownership import Ownership
from helpers.backends.base import Cloud, longest_wait
from helpers.errors import CloudError
from helpers.simulation.clock import RealClock
from helpers.simulation.journal import Journal
from helpers.simulation.worlds import World, enter

# For the course's own calls: short timeouts, so that an unreachable service is reported soon, and three retries.
_OWN_CALLS = Config(connect_timeout=5, read_timeout=20, retries={"mode": "standard", "total_max_attempts": 4})
_KEYS = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN")


class AwsCloud(Cloud):
    """Real AWS. Calls are real, take real time and may cost money.

    yes: the id of the account to use; by default COURSE_YES, or the accounts that were remembered. Nothing is sent to
        AWS without it, and if the credentials belong to another account, the cloud doesn't start.
    remember: True saves this consent for later starts, False removes it.
    prefix: what the name of every queue, topic and alarm begins with, for an account that others use too.
    limit: how many requests may be sent.
    send_to: the email addresses and phone numbers to which SNS may really send.
    tidy: whether to delete first what earlier kernels left behind.
    command: the command that starts this cloud, for advice in its terms; "" where it's `start`.
    """

    name = "aws"

    def __init__(
        self,
        yes: str | int | None = None,
        region_name: str | None = None,
        profile_name: str | None = None,
        *,
        remember: bool | None = None,
        prefix: str | None = None,
        limit: int | None = None,
        send_to: Collection[str] = (),
        tidy: bool = True,
        command: str = "",
    ):
        allowed = consent.accounts(yes)
        if not allowed:
            raise CloudError(
                "This would use a real AWS account. Nothing has been sent yet. If you mean it, say which account: "
                'start("aws", yes="<the twelve digits of its id>")'
            )
        wait, self.creation_log = longest_wait(), CreationLog(state_folder.folder() / "made.jsonl")
        # The cloud that ran before has replaced this machine's environment variables with its own.
        with environment.of_this_machine():
            session = self._session(region_name, profile_name, command)
            account, arn = identity(session)
            if account not in allowed:
                known = f"You said yes to account {' and '.join(allowed)}"
                advice = f" If you have a profile for it: {command} --profile NAME" if command else ""
                raise CloudError(
                    f"{known}, but these credentials belong to {account} ({arn}). Nothing else was sent.{advice}"
                )
            transport.install()
            boto3.setup_default_session(profile_name=profile_name, region_name=session.region_name)
        self.account, self.caller_arn, self.learner = account, arn, tags.learner()
        self.profile = profile_name or os.environ.get("AWS_PROFILE") or os.environ.get("AWS_DEFAULT_PROFILE") or ""
        self.prefix = prefix if prefix is not None else os.environ.get("COURSE_PREFIX", "")
        self._clients: dict[tuple[str, str], Any] = {}
        self._reported_requests = 0
        self._counter = RequestCounter(DEFAULT_REQUEST_LIMIT if limit is None else limit)
        self._session_for_own_calls = session
        owners = Ownership(account, self.learner, self._own_client)
        self._gate = Gate(account, owners, self.creation_log, self._counter, self._account_of, self.prefix, send_to)
        self._gate.trust_key(session.get_credentials().get_frozen_credentials().access_key)
        world = World(RealClock(wait), Journal(), Random(), self._gate.send, around=self._gate.around)
        super().__init__(world, session.region_name)
        if remember is not None:
            (consent.remember if remember else consent.forget)(account)
        if tidy:
            self._tidy()
            atexit.register(self._at_exit)

    def _session(self, region_name: str | None, profile_name: str | None, command: str) -> boto3.Session:
        self._know_profile(profile_name or os.environ.get("AWS_PROFILE") or os.environ.get("AWS_DEFAULT_PROFILE"))
        self._know_region(region_name)
        # So that sessions that a lesson creates find the same keys and region.
        if profile_name:
            for key in _KEYS:  # boto3 prefers them to the profile in AWS_PROFILE
                os.environ.pop(key, None)
            os.environ["AWS_PROFILE"] = profile_name
        if region_name:
            os.environ.pop("AWS_REGION", None)
            os.environ["AWS_DEFAULT_REGION"] = region_name
        session = boto3.Session(profile_name=profile_name, region_name=region_name)
        if not session.region_name:
            advice = f"{command} --region us-east-1" if command else 'start("aws", region_name="us-east-1", ...)'
            raise CloudError(f"AWS needs a region, and none is set. Choose one: {advice}")
        return session

    def _own_client(self, service: str, region: str) -> Any:
        """Return a client for the course's own calls."""
        if (service, region) not in self._clients:
            client = self._session_for_own_calls.client(service, region_name=region, config=_OWN_CALLS)
            self._clients[service, region] = client
        return self._clients[service, region]

    def _account_of(self, credentials: Any) -> str:
        frozen = credentials.get_frozen_credentials()
        session = boto3.Session(frozen.access_key, frozen.secret_key, frozen.token, self.region)
        return identity(session)[0]

    # ---- Clean-up

    def find(
        self, regions: Collection[str] = (), everybody: bool = False, on_region: Any = lambda region: None
    ) -> Found:
        """Return what carries the course's tag in these regions, by default those where the course created something.

        everybody: whether to include other learners' resources. on_region: called with each region before it is
        searched.
        """
        known = regions or sorted({self.region, *self.creation_log.regions(self.account)})
        with self._gate.own_calls():
            return cleanup.find(self._own_client, known, None if everybody else self.learner, on_region)

    def delete(self, resources: Collection[AwsResource], everybody: bool = False) -> Cleaned:
        """Delete those of the resources that carry the tag; return what was deleted and what is left."""
        with self._gate.own_calls():
            return cleanup.delete(self._own_client, self.creation_log, resources, None if everybody else self.learner)

    def clean_up(self) -> Cleaned:
        """Delete what this kernel created; return what was deleted and what is left."""
        entries = self.creation_log.present(self.account)
        return self.delete([entry.resource for entry in entries if entry.by_this_process])

    def _tidy(self) -> None:
        """Delete what this kernel and kernels that have ended left behind, and wait until the names are free again."""
        present = self.creation_log.present(self.account)
        leftovers = [entry.resource for entry in present if entry.by_this_process or not entry.in_use]
        if leftovers:
            print(f"An earlier kernel left something behind. {self.delete(leftovers)}")
        cleanup.wait_for_names(self.creation_log.deleted_queues(self.account, self.region), print)

    def _at_exit(self) -> None:
        with suppress(Exception):  # what couldn't be deleted stays in the log, for the next start
            self.clean_up()

    # ---- What the learner sees

    @property
    def limit(self) -> int:
        """How many requests may be sent; it can be set."""
        return self._counter.limit

    @limit.setter
    def limit(self, value: int) -> None:
        self._counter.limit = value

    @property
    def requests(self) -> int:
        """How many requests were sent to the account since the start, including retries and the course's own."""
        return self._counter.count

    def after_cell(self) -> str:
        """Return a line with the number of requests if it has grown since the last cell, or ""."""
        if self.requests == self._reported_requests:
            return ""
        self._reported_requests = self.requests
        return f"Requests to your account: {self.requests:,} of {self.limit:,}."

    def __str__(self) -> str:
        place = f" All of them go to {endpoint()}, not to AWS." if endpoint() else ""
        by = f" (profile {self.profile})" if self.profile else ""
        names = f'Every name gets the prefix "{self.prefix}".' if self.prefix else "Names are sent as you type them."
        return (
            f"REAL AWS, account {self.account}, region {self.region}, as {self.caller_arn}{by}. Calls may cost money. "
            f"{names} What you create gets the tag {tags.KEY}={self.learner} and is deleted when the kernel ends. "
            f"Requests: {self.requests:,} of {self.limit:,}.{place}"
        )


def endpoint() -> str:
    """Return the URL to which this machine's settings send boto3 instead of to AWS, or ""."""
    session = botocore.session.get_session()
    if session.get_config_variable("ignore_configured_endpoint_urls"):
        return ""
    found = os.environ.get("AWS_ENDPOINT_URL_SQS") or os.environ.get("AWS_ENDPOINT_URL")
    return found or session.get_scoped_config().get("endpoint_url", "")


def identity(session: boto3.Session) -> tuple[str, str]:
    """Return the caller's account id and ARN; CloudError if there are no valid credentials."""
    # In a world that reaches the network: if the offline cloud is running, it would answer instead of AWS.
    world = World(RealClock(), Journal(), Random(), lambda request, network: network())
    try:
        with enter(world):
            caller = session.client("sts", config=_OWN_CALLS).get_caller_identity()
    except (BotoCoreError, ClientError, RuntimeError) as problem:  # RuntimeError: new keys that have expired
        raise CloudError(f"AWS couldn't tell who you are: {problem} Check your profile, or log in again.") from problem
    return caller["Account"], caller["Arn"]
