"""A real account. Reached only by a yes that names it: the twelve digits of the account id."""

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

from helpers.backends import environment, transport
from helpers.backends.aws import cleanup, consent, deleted_names, state_folder, tags
from helpers.backends.aws.bounds import LIMIT, Meter
from helpers.backends.aws.cleanup import Cleaned, Found
from helpers.backends.aws.gate import Gate
from helpers.backends.aws.owners import Owners
from helpers.backends.aws.record import Record
from helpers.backends.base import Cloud, longest_wait
from helpers.errors import CloudError
from helpers.simulation.clock import RealClock
from helpers.simulation.journal import Journal
from helpers.simulation.worlds import World, enter

# Of the course's own calls: a service that does not answer is told of soon, and is tried again three times.
_PATIENT = Config(connect_timeout=5, read_timeout=20, retries={"mode": "standard", "total_max_attempts": 4})
_KEYS = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN")


class AwsCloud(Cloud):
    """Real AWS. Calls are real, take real time and may cost money.

    yes: the account id that the learner means, else COURSE_YES, else what was remembered; before it is given nothing is
    asked of AWS, and if the credentials belong to another account the cloud does not start. remember: whether this yes
    counts from now on (True) or is forgotten (False). prefix: what the name of every queue and topic begins with, in an
    account that others use, too. limit: how many requests may be sent. send_to: e-mail addresses and phone numbers to
    which SNS may really send. tidy: whether what earlier kernels left is deleted first.
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
    ):
        allowed = consent.yeses(yes)
        if not allowed:
            raise CloudError(
                "This would use a real AWS account. Nothing was sent yet. If you mean it, say which account: "
                'start("aws", yes="<the twelve digits of its id>")'
            )
        wait, self.record = longest_wait(), Record(state_folder.folder() / "made.jsonl")
        # A cloud that ran before has put its own variables in the place of this machine's.
        with environment.of_this_machine():
            session = self._session(region_name, profile_name)
            account, who = identity(session)
            if account not in allowed:
                known = f"You said yes to account {' and '.join(allowed)}"
                raise CloudError(f"{known}, but these credentials belong to {account} ({who}). Nothing else was sent.")
            transport.install()
            boto3.setup_default_session(profile_name=profile_name, region_name=session.region_name)
        self.account, self.who, self.learner = account, who, tags.learner()
        self.profile = profile_name or os.environ.get("AWS_PROFILE") or os.environ.get("AWS_DEFAULT_PROFILE") or ""
        self.prefix = prefix if prefix is not None else os.environ.get("COURSE_PREFIX", "")
        self._clients: dict[tuple[str, str], Any] = {}
        self._told = 0
        self._meter = Meter(LIMIT if limit is None else limit)
        owners = Owners(account, self.learner, self._own_client)
        self._gate = Gate(account, owners, self.record, self._meter, self._account_of, self.prefix, send_to)
        self._gate.knows(session.get_credentials().get_frozen_credentials().access_key)
        self._made_from = session
        world = World(RealClock(wait), Journal(), Random(), self._gate.send, around=self._gate.around)
        super().__init__(world, session.region_name)
        if remember is not None:
            (consent.remember if remember else consent.forget)(account)
        if tidy:
            self._tidy()
            atexit.register(self._at_exit)

    def _session(self, region_name: str | None, profile_name: str | None) -> boto3.Session:
        self._know_profile(profile_name or os.environ.get("AWS_PROFILE") or os.environ.get("AWS_DEFAULT_PROFILE"))
        self._know_region(region_name)
        # Sessions that a lesson makes find the same keys and region.
        if profile_name:
            for key in _KEYS:  # boto3 would take them before a profile that a variable names
                os.environ.pop(key, None)
            os.environ["AWS_PROFILE"] = profile_name
        if region_name:
            os.environ.pop("AWS_REGION", None)
            os.environ["AWS_DEFAULT_REGION"] = region_name
        session = boto3.Session(profile_name=profile_name, region_name=region_name)
        if not session.region_name:
            raise CloudError('No region is set for AWS. Name one: start("aws", region_name="us-east-1", ...)')
        return session

    def _own_client(self, service: str, region: str) -> Any:
        """Return a client for the course's own calls."""
        if (service, region) not in self._clients:
            made = self._made_from.client(service, region_name=region, config=_PATIENT)
            self._clients[service, region] = made
        return self._clients[service, region]

    def _account_of(self, credentials: Any) -> str:
        frozen = credentials.get_frozen_credentials()
        session = boto3.Session(frozen.access_key, frozen.secret_key, frozen.token, self.region)
        return identity(session)[0]

    # ---- What was made, and its end

    def find(self, regions: Collection[str] = (), everybody: bool = False, say: Any = lambda region: None) -> Found:
        """Return what carries the course's tag in these regions; without any: in those where the course made something.

        everybody: other learners' things, too. say: is told each region before it is looked through.
        """
        known = regions or sorted({self.region, *self.record.regions(self.account)})
        with self._gate.own_calls():
            return cleanup.find(self._own_client, known, None if everybody else self.learner, say)

    def delete(self, things: Collection[Any], everybody: bool = False) -> Cleaned:
        """Delete these queues and topics where they carry the tag, and return what was deleted and what is left."""
        with self._gate.own_calls():
            return cleanup.delete(self._own_client, self.record, things, None if everybody else self.learner)

    def clean_up(self) -> Cleaned:
        """Delete what this kernel made, and return what was deleted and what is left."""
        return self.delete([entry.thing for entry in self.record.present(self.account) if entry.mine])

    def _tidy(self) -> None:
        """Delete what is left from kernels that are gone, and from this one, and wait until its names are free."""
        entries = [entry for entry in self.record.present(self.account) if entry.mine or not entry.in_use]
        if entries:
            print(f"From before: {self.delete([entry.thing for entry in entries])}")
        deleted_names.wait(self.record.deleted(self.account, self.region), print)

    def _at_exit(self) -> None:
        with suppress(Exception):  # what could not be deleted stays in the record, for the next start
            self.clean_up()

    # ---- What the learner sees

    @property
    def limit(self) -> int:
        """How many requests may be sent; it can be set."""
        return self._meter.limit

    @limit.setter
    def limit(self, value: int) -> None:
        self._meter.limit = value

    @property
    def requests(self) -> int:
        """How many requests were sent to SQS and SNS since the start, the course's own and each retry among them."""
        return self._meter.count

    def after_cell(self) -> str:
        """Return how far the count is, when it has grown since the last time."""
        if self.requests == self._told:
            return ""
        self._told = self.requests
        return f"Requests to your account: {self.requests:,} of {self.limit:,}."

    def __str__(self) -> str:
        place = f" All of them go to {endpoint()}, not to AWS." if endpoint() else ""
        by = f" (profile {self.profile})" if self.profile else ""
        names = f'Every name gets the prefix "{self.prefix}".' if self.prefix else "Names go out as you type them."
        return (
            f"REAL AWS, account {self.account}, region {self.region}, as {self.who}{by}. Calls may cost money. {names} "
            f"What you make carries the tag {tags.KEY}={self.learner}, and goes when the kernel ends. "
            f"Requests: {self.requests:,} of {self.limit:,}.{place}"
        )


def endpoint() -> str:
    """Return where this machine's settings send boto3 instead of to AWS; "" where they do not."""
    session = botocore.session.get_session()
    if session.get_config_variable("ignore_configured_endpoint_urls"):
        return ""
    found = os.environ.get("AWS_ENDPOINT_URL_SQS") or os.environ.get("AWS_ENDPOINT_URL")
    return found or session.get_scoped_config().get("endpoint_url", "")


def identity(session: boto3.Session) -> tuple[str, str]:
    """Return account id and ARN of the caller; CloudError when there are no valid credentials."""
    # Not in the world of a cloud that runs: an offline one would answer, and say yes.
    world = World(RealClock(), Journal(), Random(), lambda request, network: network())
    try:
        with enter(world):
            caller = session.client("sts", config=_PATIENT).get_caller_identity()
    except (BotoCoreError, ClientError, RuntimeError) as problem:  # the last where new keys have expired already
        raise CloudError(f"AWS did not say who you are: {problem} Check your profile or log in again.") from problem
    return caller["Account"], caller["Arn"]
