"""One request, parsed once: the object that rules, policies, the journal, budgets and hooks share.

It holds what was sent (headers, body), whom the signature names (service, region, access key), what is asked for
(operation, parameters), and, in a cloud that answers requests itself, who the caller is. Operation and parameters are
decoded when they are first read. Everybody who looks at the same request afterwards sees the same reading of its bytes.
"""

import re
import zlib
from collections.abc import Hashable, Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from helpers.aws_rules.common import cbor, reading
from helpers.aws_rules.common.accounts import Account
from helpers.aws_rules.common.identities import LEARNER

ANONYMOUS = "anonymous"  # the identity of a caller who follows a link without signing
JSON, QUERY, CBOR = "json", "query", "smithy-rpc-v2-cbor"  # protocols, with botocore's names
# Credential=KEY/20260105/us-east-1/sqs/aws4_request: what the request was signed with and for.
_APP_ID = re.compile(r"(?:^| )app/(\S+)")  # how botocore writes an app id into the User-Agent
_SCOPE = re.compile(r"Credential=([^/]+)/\d{8}/([^/]+)/([^/]+)/aws4_request")
_OPERATION_IN_PATH = re.compile(r"/service/[^/]+/operation/(\w+)$", re.ASCII)  # where CBOR has it
_SIGNED_AS = {"monitoring": "cloudwatch"}  # services that sign with another name than the one that boto3 has
_PACKED = ("cloudwatch",)  # services to which boto3 compresses long requests
_LARGEST_UNPACKED = 1024 * 1024  # bytes of a compressed body, as PutMetricData accepts


if TYPE_CHECKING:
    from functools import cached_property
else:

    class cached_property:  # noqa: N801
        """What functools has, without its lock: before Python 3.12 all objects of a class share it."""

        def __init__(self, compute):
            self.compute = compute

        def __set_name__(self, owner, name):
            self.name = name

        def __get__(self, instance, owner=None):
            if instance is None:
                return self
            found = instance.__dict__[self.name] = self.compute(instance)
            return found


class LookAgain(Exception):
    """A long poll found nothing yet. The caller waits, holding no lock, and then makes the call again.

    until: the moment, in seconds since 1970. changes: what announces that the cloud has changed before.
    """

    def __init__(self, until: float, changes: Hashable):
        super().__init__("nothing yet")
        self.until, self.changes = until, changes


class Request:
    """One call of one operation.

    Made from what is known already, as here, or by `received` from what was sent.

    params: as boto3 takes them. account: the caller's. region: the one that the request is signed for. host: what a new
    queue's URL begins with, as in "https://sqs.us-east-1.amazonaws.com". identity: the caller's ARN. trace: X-Ray's
    header, which says what the call is part of.
    """

    account: Account  # only in a cloud that answers requests itself; others don't know it
    target: str | None = None  # the header X-Amz-Target, which names the operation of a request in JSON
    access_key, url, body = "", "", b""
    is_valid = False  # whether the parameters, once read, are known to be what the operation's model describes
    id = ""  # which its response has, once it is drawn
    program = ""  # the name of the program that sends it, in a run of several
    poll: Any = None  # what a receive asks, and until when; None until it's first executed

    def __init__(
        self,
        service: str,
        operation: str,
        params: dict[str, Any],
        account: Account,
        region: str,
        host: str = "",
        identity: str = "",
        trace: str = "",
    ):
        self.service, self.operation, self.params, self.account = service, operation, params, account
        self.region, self.host, self.identity = region, host, identity
        self._sent: Mapping[str, Any] = {"x-amzn-trace-id": trace} if trace else {}

    @classmethod
    def received(cls, service: str, region: str, headers: Mapping[str, Any], body: bytes, url: str = "") -> "Request":
        """Return the request that these headers and this body are.

        headers: a mapping that ignores case, or one with names in lower case; values as text or bytes.
        """
        new = cls.__new__(cls)
        new.service, new.region, new.url, new._sent = name_in_boto3(service), region, url, headers
        is_packed = new.service in _PACKED and headers.get("content-encoding") in ("gzip", b"gzip")
        new.body = _unpacked(body) if is_packed else body
        new.host = new.identity = ""
        target = headers.get("x-amz-target")
        if target is not None:
            new.target = as_text(target)
        return new

    @classmethod
    def signed(cls, headers: Mapping[str, Any], body: bytes, url: str) -> "Request":
        """Return the request that botocore sends, for the service and region that its signature names.

        They don't depend on the host, so no endpoint setting can mislead. An unsigned request is for those that the
        host's name begins with.
        """
        found = _SCOPE.search(as_text(headers.get("authorization", "")))
        if found:
            new = cls.received(found[3], found[2], headers, body, url)
            new.access_key = found[1]
            return new
        labels = (urlsplit(url).hostname or "").split(".")
        return cls.received(labels[0], labels[1] if len(labels) > 1 else "", headers, body, url)

    @cached_property
    def protocol(self) -> str:
        """How the request is written: JSON names its operation in a header, CBOR in the path, QUERY is a form."""
        if self.target is not None:
            return JSON
        return CBOR if self.header("smithy-protocol") == "rpc-v2-cbor" else QUERY

    @cached_property
    def operation(self) -> str:
        """The operation's name, as in "SendMessage"; "" when the request names none."""
        if self.target is not None:
            return self.target.rpartition(".")[2]
        if self.protocol == QUERY:
            return self.form.get("Action", "")
        found = _OPERATION_IN_PATH.search(urlsplit(self.url).path)
        return found[1] if found else ""

    @property
    def who(self) -> str:
        """Who sends it, in one word: a program of `cloud.run`, its client's app id, or an IAM user or role's session.

        "" for the learner's own calls.
        """
        name = re.split("[:/]", self.identity)[-1]
        return self.program or self.app_id or ("" if name == LEARNER else name)

    @cached_property
    def app_id(self) -> str:
        """The app id of the client that sends it, as `Config(user_agent_appid="Kim")` sets it; "" for none."""
        found = _APP_ID.search(self.header("user-agent"))
        return found[1] if found else ""

    @property
    def action(self) -> str:
        """The operation as policies write it: "sqs:SendMessage"."""
        return f"{self.service}:{self.operation}"

    @cached_property
    def form(self) -> dict[str, str]:
        """The fields of a request in the query protocol, by name."""
        return dict(self._fields)

    @property
    def repeats_a_field(self) -> bool:
        """Whether the form has two fields of one name, so that it could be read in two ways."""
        return self.protocol == QUERY and len(self.form) < len(self._fields)

    @cached_property
    def _fields(self) -> list[tuple[str, str]]:
        return reading.fields(self.body)

    @cached_property
    def params(self) -> dict[str, Any]:
        """The parameters as boto3 takes them; Unreadable when the body is not what the operation's model describes.

        Rules read them and change nothing in them: the journal has the same object.
        """
        if self.protocol == CBOR:
            return cbor.parameters(self.service, self.operation, self.body)
        form = self.form if self.target is None else None
        params, self.is_valid = reading.parameters(self.service, self.operation, self.body, form)
        return params

    @cached_property
    def headers(self) -> dict[str, str]:
        """The headers, with their names in lower case."""
        return lower_case(self._sent)

    def header(self, name: str) -> str:
        """Return one header's value, "" for none. name: in lower case."""
        return as_text(self._sent.get(name, ""))

    @property
    def trace(self) -> str:
        """X-Ray's header: what the call is part of; "" for none."""
        return self.header("x-amzn-trace-id")


def name_in_boto3(signing_name: str) -> str:
    """Return the service's name in boto3, for the name that its requests are signed with."""
    return _SIGNED_AS.get(signing_name, signing_name)


def _unpacked(body: bytes) -> bytes:
    """Return what a body is that boto3 compressed; the body itself if it can't be that."""
    try:
        unpacking = zlib.decompressobj(wbits=zlib.MAX_WBITS | 16)
        found = unpacking.decompress(body, _LARGEST_UNPACKED)
    except zlib.error:
        return body
    return found if unpacking.eof else body


def as_text(value: str | bytes) -> str:
    """Return a header's value as text; botocore keeps some as bytes."""
    return value if isinstance(value, str) else value.decode()


def lower_case(headers: Mapping[str, Any]) -> dict[str, str]:
    """Return headers with their names in lower case and their values as text."""
    return {name.lower(): as_text(value) for name, value in headers.items()}
