"""The gate between boto3 and a real account, where the limits on it are applied.

Everything passes it twice. `around` sees the call with its parameters: it checks the operation, the recipient and the
owner, and adds prefix and tag. `send` sees the signed request, no matter which code sends it: it checks keys and
operation again, counts, and stops a change that `around` hasn't checked. What is allowed is in
helpers.backends.aws.limits.
"""

import threading
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from random import Random
from typing import Any

from botocore.awsrequest import AWSResponse
from botocore.exceptions import ClientError

from helpers.aws_rules.common.reading import Unreadable
from helpers.aws_rules.common.request import Request
from helpers.backends.aws import aws_resources, door, limits, names, tags
from helpers.backends.aws.aws_resources import AwsResource
from helpers.backends.aws.creation_log import CreationLog
from helpers.backends.aws.ownership import Ownership
from helpers.errors import CloudError
from helpers.simulation.clock import RealClock
from helpers.simulation.journal import Journal
from helpers.simulation.worlds import World, enter

_CREATING = {"CreateQueue": "sqs", "CreateTopic": "sns", "PutMetricAlarm": "cloudwatch"}
_DELETING = ("DeleteQueue", "DeleteTopic", "DeleteAlarms")


@dataclass(frozen=True)
class _Checked:
    """A call that was checked: what it changes, and the phone that it sends to."""

    operation: str
    changed: frozenset[AwsResource | str]
    phone: str | None


class Gate:
    """Passes only what belongs to one account, one learner and this course.

    account_of: returns the account that credentials belong to; called once for each access key.
    prefix: what every name begins with; "" leaves names as they are typed.
    send_to: the email addresses and phone numbers that SNS may really send to.
    """

    def __init__(
        self,
        account: str,
        owners: Ownership,
        creation_log: CreationLog,
        counter: limits.RequestCounter,
        account_of: Callable[[Any], str],
        prefix: str = "",
        send_to: Collection[str] = (),
    ):
        self.account, self.owners, self.creation_log, self.counter = account, owners, creation_log, counter
        self.prefix, self.send_to, self._account_of = prefix, send_to, account_of
        self._accounts_of_keys: dict[str, str] = {}
        self._lookup_lock = threading.Lock()
        self._own_calls = threading.local()
        self._checked = threading.local()

    @contextmanager
    def own_calls(self) -> Iterator[None]:
        """Pass this thread's calls in the block as the course's own: no prefix, no limit, not in the journal."""
        before = getattr(self._own_calls, "on", False)
        self._own_calls.on = True
        try:
            with enter(World(RealClock(), Journal(), Random(), self.send, around=self.around)):
                yield
        finally:
            self._own_calls.on = before

    @property
    def _is_own(self) -> bool:
        return getattr(self._own_calls, "on", False)

    def trust_key(self, access_key: str) -> None:
        """Accept this key as one of the account, without asking AWS again."""
        self._accounts_of_keys[access_key] = self.account

    # ---- The call, with its parameters

    def around(self, client: Any, operation: str, params: Mapping[str, Any], proceed: Callable[[Any], Any]) -> Any:
        """Return what the call returns; CloudError if it isn't allowed. proceed: makes the call with parameters."""
        service = client.meta.service_model.service_name
        limits.check_operation(service, operation)
        if service in limits.CREDENTIAL_OPERATIONS:
            return proceed(params)
        self._check_keys(client)
        if self._is_own:
            return proceed(params)
        region = client.meta.region_name
        proceed = self._noting(operation, region, proceed)
        params = names.with_prefix(service, operation, params, self.prefix)
        limits.check_recipient(operation, params, self.send_to)
        if operation in _CREATING:
            # What the parameters name would receive messages, so it has to be the learner's: a dead-letter queue, an
            # alarm's topics. And CloudWatch replaces an alarm of that name, even somebody else's.
            self._check_owner(operation, params, region)
            return self._create(operation, params, region, proceed)
        if not aws_resources.only_reads(operation):
            self._check_owner(operation, params, region)
        if tags.changes_course_tag(operation, params):
            raise CloudError(
                f"The tag {tags.KEY!r} marks what the course created and may delete, so it has to stay as it is. All "
                "other tags are yours. Nothing was sent."
            )
        response = proceed(params)
        if operation in _DELETING:
            for resource in aws_resources.changed_by(params, region, self.account):
                self._forget(resource)
        return response

    def _noting(self, operation: str, region: str, proceed: Callable[[Any], Any]) -> Callable[[Any], Any]:
        """Return a function that makes a call which was checked, and has `send` know what it may change meanwhile."""

        def call(params: Any) -> Any:
            before = getattr(self._checked, "call", None)
            self._checked.call = _Checked(operation, self._changed(params, region), params.get("PhoneNumber"))
            try:
                return proceed(params)
            finally:
                self._checked.call = before

        return call

    def _changed(self, params: Mapping[str, Any], region: str) -> frozenset[AwsResource | str]:
        return frozenset(aws_resources.changed_by(params, region, self.account))

    def _check_keys(self, client: Any) -> None:
        credentials = client._request_signer._credentials
        if credentials is None:
            return  # boto3 raises its own error for that
        key = credentials.get_frozen_credentials().access_key
        with self._lookup_lock:
            if key not in self._accounts_of_keys:
                self._accounts_of_keys[key] = self._account_of(credentials)
        if self._accounts_of_keys[key] != self.account:
            raise CloudError(
                f"You said yes to account {self.account}, but these keys belong to account "
                f"{self._accounts_of_keys[key]}. Nothing was sent to it."
            )

    def _create(self, operation: str, params: Mapping[str, Any], region: str, proceed: Callable[[Any], Any]) -> Any:
        name = params.get(names.NAME_PARAMETERS[operation])
        if not isinstance(name, str):
            return proceed(params)  # boto3 explains what's wrong with it
        resource = AwsResource(_CREATING[operation], region, self.account, name)
        # Logged before it is created, so that clean-up finds it even if the kernel is killed now.
        self.creation_log.created(resource)
        try:
            response = proceed(tags.with_course_tag(operation, params, self.owners.learner))
        except ClientError as problem:
            if "different tags" in str(problem) and self._is_someone_elses(resource):
                raise CloudError(
                    f"The {resource.kind} {resource.name} in {region} already exists, and this course didn't "
                    f"create it for {self.owners.learner}. It was left as it is. A prefix keeps your names apart from "
                    f'other people\'s: start("aws", ..., prefix="{self.owners.learner}-"). AWS said: {problem}'
                ) from problem
            raise
        self.owners.created(resource)
        return response

    def _is_someone_elses(self, resource: AwsResource) -> bool:
        with self.own_calls():
            return self.owners.is_someone_elses(resource)

    def _check_owner(self, operation: str, params: Mapping[str, Any], region: str) -> None:
        for resource in aws_resources.changed_by(params, region, self.account):
            if isinstance(resource, str):
                raise CloudError(
                    f"{operation} names {resource[:100]!r}, which isn't a queue, topic or alarm. Nothing was sent."
                )
            if self._is_someone_elses(resource):
                raise CloudError(
                    f"The {resource.kind} {resource.name} in {resource.region} (account {resource.account}) doesn't "
                    f"have the tag {tags.KEY}={self.owners.learner}, so {operation} wasn't sent. The course changes "
                    "and deletes only what it created for you."
                )

    def _forget(self, resource: AwsResource | str) -> None:
        if isinstance(resource, AwsResource):
            self.owners.deleted(resource)
            self.creation_log.gone(resource)

    # ---- The signed request

    def send(self, request: Request, network: Callable[[], AWSResponse]) -> AWSResponse:
        """Send the request and return the response; CloudError if it isn't allowed."""
        if door.is_for_credentials(request):
            return network()
        limits.check_operation(request.service, request.operation or "?")
        if request.service in limits.CREDENTIAL_OPERATIONS:
            return network()
        door.check_form(request)
        if self._accounts_of_keys.get(request.access_key) != self.account:
            raise CloudError(
                "This request is signed with keys that the course hasn't checked yet, so it wasn't sent. If your keys "
                "were just renewed, run the cell again."
            )
        if not (self._is_own or aws_resources.only_reads(request.operation)):
            self._check_checked(request)
        self.counter.add(limited=not self._is_own)
        return network()

    def _check_checked(self, request: Request) -> None:
        try:
            params = request.params
            sent = _Checked(request.operation, self._changed(params, request.region), params.get("PhoneNumber"))
        except (Unreadable, AttributeError):
            sent = None
        if sent is None or sent != getattr(self._checked, "call", None):
            raise CloudError(
                f"This {request.operation} didn't come from a client's method as it is now, so the course couldn't "
                "check whether it changes only what is yours. It wasn't sent."
            )
