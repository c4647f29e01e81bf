"""The gate between boto3 and a real account. Twice each call passes it: as a call, with its parameters, where names get
their prefix and creations their tag; and as a request at the door, signed and whole, where nothing else gets out."""

import threading
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from random import Random
from typing import Any

from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.exceptions import ClientError

from helpers.backends import transport
from helpers.backends.aws import aws_resources, bounds, tags
from helpers.backends.aws.aws_resources import Thing
from helpers.backends.aws.owners import Owners
from helpers.backends.aws.record import Record
from helpers.backends.calls import operation as operation_of
from helpers.errors import CloudError
from helpers.simulation.clock import RealClock
from helpers.simulation.journal import Journal
from helpers.simulation.worlds import World, enter

_NAMES = {"CreateQueue": "QueueName", "GetQueueUrl": "QueueName", "CreateTopic": "Name"}
_CREATING = {"CreateQueue": "sqs", "CreateTopic": "sns"}
_DELETING = ("DeleteQueue", "DeleteTopic")


class Gate:
    """Lets through what belongs to one account, one learner and this course.

    account_of: returns the account of credentials, asked of AWS once for each access key. prefix: what every name
    begins with; "" leaves names as they are typed. send_to: e-mail addresses and phone numbers that had a second yes.
    """

    def __init__(
        self,
        account: str,
        owners: Owners,
        record: Record,
        meter: bounds.Meter,
        account_of: Callable[[Any], str],
        prefix: str = "",
        send_to: Collection[str] = (),
    ):
        self.account, self.owners, self.record, self.meter = account, owners, record, meter
        self.prefix, self.send_to, self._account_of = prefix, send_to, account_of
        self._known_keys: dict[str, str] = {}  # access keys and their accounts
        self._asking = threading.Lock()
        self._own_calls = threading.local()

    @contextmanager
    def own_calls(self) -> Iterator[None]:
        """Let this thread's calls in the block pass as the course's own: names as they are, no limit, no journal."""
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

    def knows(self, access_key: str) -> None:
        """Take the word of who calls that this key is of the gate's account."""
        self._known_keys[access_key] = self.account

    # ---- As a call

    def around(self, client: Any, operation: str, params: Mapping[str, Any], proceed: Callable[[Any], Any]) -> Any:
        """Return what the call returns; CloudError when it may not go out. proceed: makes it, with the parameters."""
        service = client.meta.service_model.service_name
        bounds.know(service, operation)
        if service in bounds.OF_CREDENTIALS:
            return proceed(params)
        self._know_keys(client)
        if self._is_own:
            return proceed(params)
        region = client.meta.region_name
        params = self._named(operation, params)
        bounds.refuse_to_people(operation, params, self.send_to)
        if operation in _CREATING:
            # A queue for dead letters gets messages from then on, so it has to be the learner's, too.
            self._refuse_others(operation, params, region)
            return self._create(operation, params, region, proceed)
        if not aws_resources.is_read(operation):
            self._refuse_others(operation, params, region)
        if tags.touched(operation, params):
            raise CloudError(
                f"The tag {tags.KEY!r} says that the course made this and may delete it. It stays as it is; all other "
                "tags are yours. Nothing was sent."
            )
        response = proceed(params)
        if operation in _DELETING:
            for thing in aws_resources.changed(params, region):
                self._forget(thing)
        return response

    def _know_keys(self, client: Any) -> None:
        credentials = client._request_signer._credentials
        if credentials is None:
            return  # boto3 says so itself
        key = credentials.get_frozen_credentials().access_key
        with self._asking:
            if key not in self._known_keys:
                self._known_keys[key] = self._account_of(credentials)
        if self._known_keys[key] != self.account:
            raise CloudError(
                f"You said yes to account {self.account}; these keys belong to account {self._known_keys[key]}. "
                "Nothing was sent to it."
            )

    def _named(self, operation: str, params: Mapping[str, Any]) -> Mapping[str, Any]:
        """Return the parameters with the prefix before the name that they hold."""
        key = _NAMES.get(operation)
        if operation == "ListQueues" and self.prefix:
            return {**params, "QueueNamePrefix": self._prefixed(params.get("QueueNamePrefix", ""))}
        if key is None or not isinstance(params.get(key), str):
            return params
        return {**params, key: self._prefixed(params[key])}

    def _prefixed(self, name: str) -> str:
        return name if name.startswith(self.prefix) else f"{self.prefix}{name}"

    def _create(self, operation: str, params: Mapping[str, Any], region: str, proceed: Callable[[Any], Any]) -> Any:
        name = params.get(_NAMES[operation])
        if not isinstance(name, str):
            return proceed(params)  # boto3 says what is wrong with it
        thing = Thing(_CREATING[operation], region, self.account, name)
        # Before it is made: a kernel that is killed now leaves a name to look for.
        self.record.made(thing)
        try:
            response = proceed(tags.added(operation, params, self.owners.learner))
        except ClientError as problem:
            if "different tags" in str(problem) and self._is_others(thing):
                raise CloudError(
                    f"The {thing.kind} {thing.name} in {region} is there already and was not made by this course for "
                    f"{self.owners.learner}. It was left as it is. A prefix keeps your names apart from others: "
                    f'start("aws", ..., prefix="{self.owners.learner}-"). AWS said: {problem}'
                ) from problem
            raise
        self.owners.made(thing)
        return response

    def _is_others(self, thing: Thing) -> bool:
        with self.own_calls():
            return self.owners.others(thing)

    def _refuse_others(self, operation: str, params: Mapping[str, Any], region: str) -> None:
        for thing in aws_resources.changed(params, region):
            if isinstance(thing, str):
                raise CloudError(f"{operation} names {thing[:100]!r}, which is no queue or topic. Nothing was sent.")
            if self._is_others(thing):
                raise CloudError(
                    f"The {thing.kind} {thing.name} in {thing.region} (account {thing.account}) does not carry the tag "
                    f"{tags.KEY}={self.owners.learner}, so it is not of this course, and {operation} was not sent. "
                    "The course changes and deletes only what it made for you."
                )

    def _forget(self, thing: Thing | str) -> None:
        if isinstance(thing, Thing):
            self.owners.gone(thing)
            self.record.gone(thing)

    # ---- At the door

    def send(self, request: AWSPreparedRequest, network: Callable[[], AWSResponse]) -> AWSResponse:
        """Send the request and return the response; CloudError when it may not go out."""
        target = transport.scope(request)
        if not target.access_key and target.service not in bounds.taught():
            return network()  # in search of credentials, as of a metadata service: what is not signed binds nobody
        headers = {name.lower(): transport.text(value) for name, value in request.headers.items()}
        bounds.know(target.service, operation_of(headers.get("x-amz-target", ""), transport.body(request)))
        if target.service in bounds.OF_CREDENTIALS:
            return network()
        if self._known_keys.get(target.access_key) != self.account:
            raise CloudError(
                "This request is signed with keys whose account the course has not asked for, so it was not sent. If "
                "your keys were just renewed, run the cell again."
            )
        self.meter.tick(stop=not self._is_own)
        return network()
