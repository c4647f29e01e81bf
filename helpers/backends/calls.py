"""The API calls in a journal: each request as it was parsed, and what came back, parsed when it's first read.

Parsing follows botocore's own service models, so parameters, responses and errors read as boto3's documentation does.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from botocore.parsers import create_parser

from helpers.aws_rules.common import models
from helpers.aws_rules.common.reading import Unreadable
from helpers.aws_rules.common.request import Request, lower_case

BILLED_PART = 64 * 1024  # bytes
_BRINGING = ("ReceiveMessage",)  # operations that carry messages in the response


class Exchange:
    """One request and what came back.

    at: when it began, by the cloud's clock; `ended`: when it was over. seconds: real ones. status: None where no
    answer came; `error` then names what went wrong.
    """

    def __init__(
        self,
        request: Request,
        at: datetime,
        seconds: float,
        status: int | None = None,
        reply_headers: Mapping[str, Any] | None = None,
        reply: bytes = b"",
        error: str = "",
        ended: datetime | None = None,
    ):
        self.request, self.at, self.seconds, self.status = request, at, seconds, status
        self.ended = ended or at
        self.reply, self.error = reply, error
        self._reply_headers = reply_headers or {}

    @property
    def service(self) -> str:
        """The service's name in boto3: "sqs", "sns"."""
        return self.request.service

    @property
    def region(self) -> str:
        """The region that the request was signed for."""
        return self.request.region

    @property
    def headers(self) -> dict[str, str]:
        """The request's headers, with their names in lower case."""
        return self.request.headers

    @property
    def body(self) -> bytes:
        """The request's body."""
        return self.request.body

    @cached_property
    def invocation(self) -> str:
        """botocore's id of the call, which the retries of one call share; "" for none."""
        return self.request.header("amz-sdk-invocation-id")

    @property
    def invites_a_retry(self) -> bool:
        """Whether boto3 tries again after this: no response, an error of the service, or throttling."""
        if self.status is None or self.status >= 429:
            return True
        return self.status >= 400 and "Throttl" in self.parsed.get("Error", {}).get("Code", "")

    def is_repeated_by(self, later: "Exchange") -> bool:
        """Whether the later one is boto3's next try of the same call: it has the same id and asks for the same."""
        one, other = self.request, later.request
        return self.invites_a_retry and (one.service, one.region, one.target, one.body) == (
            other.service,
            other.region,
            other.target,
            other.body,
        )

    @cached_property
    def reply_headers(self) -> dict[str, str]:
        """The response's headers, with their names in lower case."""
        return lower_case(self._reply_headers)

    @cached_property
    def parsed(self) -> dict[str, Any]:
        """The response as botocore parses it: the result's members, or "Error", with "ResponseMetadata"."""
        if self.status is None:
            return {"Error": {"Code": self.error, "Message": self.error}}
        model = models.operation_model(self.service, self.request.operation)
        if model is None:
            return {"Error": {"Code": str(self.status)}} if self.status >= 400 else {}
        parser = create_parser(self.request.protocol)
        reply = {"status_code": self.status, "headers": self.reply_headers, "body": self.reply}
        return parser.parse(reply, model.output_shape)


@dataclass(frozen=True)
class Call:
    """One call of an operation: one exchange, or several when boto3 had to try again."""

    exchanges: tuple[Exchange, ...]

    @property
    def service(self) -> str:
        """The service's name in boto3: "sqs", "sns"."""
        return self.exchanges[-1].service

    @property
    def region(self) -> str:
        """The region that the request was signed for."""
        return self.exchanges[-1].region

    @property
    def at(self) -> datetime:
        """When the call was first made, by the cloud's clock, in UTC."""
        return self.exchanges[0].at

    @property
    def ended(self) -> datetime:
        """When the last exchange was over, by the cloud's clock, in UTC."""
        return self.exchanges[-1].ended

    @property
    def seconds(self) -> float:
        """How long its exchanges took together, in real seconds."""
        return sum(exchange.seconds for exchange in self.exchanges)

    @property
    def retries(self) -> int:
        """How often boto3 tried again."""
        return len(self.exchanges) - 1

    @property
    def requests(self) -> int:
        """As how many requests the call counts on a bill: one for every 64 KiB of messages that it carried, each try.

        Source: the pricing pages of SQS and SNS.
        """
        entries = self.params.get("Entries") or self.params.get("PublishBatchRequestEntries") or [self.params]
        carried = entries if self.operation not in _BRINGING else (self.response or {}).get("Messages", [])
        size = sum(_size(message) for message in carried)
        return len(self.exchanges) * max(1, -(-size // BILLED_PART))

    @property
    def operation(self) -> str:
        """The operation's name, as in "SendMessage"; "?" for a request that names none."""
        return self.exchanges[-1].request.operation or "?"

    @cached_property
    def params(self) -> dict[str, Any]:
        """The parameters as boto3 takes them; {} for a request that is not of a known operation, or cannot be read."""
        try:
            return _copy(self.exchanges[-1].request.params)
        except Unreadable:
            return {}

    @cached_property
    def response(self) -> dict[str, Any] | None:
        """What boto3 returned, without ResponseMetadata; None when the call failed."""
        if self.error_code is not None:
            return None
        return {key: _copy(value) for key, value in self.exchanges[-1].parsed.items() if key != "ResponseMetadata"}

    @property
    def error_code(self) -> str | None:
        """The error's code as boto3 gives it in `e.response["Error"]["Code"]`; None when the call succeeded."""
        error = self.exchanges[-1].parsed.get("Error")
        return error.get("Code") if error else None


def _copy(value: Any) -> Any:
    """Return the value with its dicts and lists copied: the journal's stays as it is, whatever its reader changes."""
    if isinstance(value, dict):
        return {name: _copy(item) for name, item in value.items()}
    return [_copy(item) for item in value] if isinstance(value, list) else value


def _size(message: dict[str, Any]) -> int:
    """Return how many bytes a message's text and attributes are."""
    from helpers.aws_rules.common.message_contents import size  # imports moto, which other clouds do without

    text = message.get("MessageBody") or message.get("Message") or message.get("Body") or ""
    return size(text, message.get("MessageAttributes", {}))


def calls(entries: Iterable[Any]) -> list[Call]:
    """Return the calls of a journal's entries, in order; an exchange and boto3's next try of it are one call."""
    made: list[list[Exchange]] = []
    newest: dict[str, list[Exchange]] = {}  # by invocation id
    for exchange in entries:
        if not isinstance(exchange, Exchange):
            continue
        group = newest.get(exchange.invocation) if exchange.invocation else None
        if group and group[-1].is_repeated_by(exchange):
            group.append(exchange)
            continue
        made.append([exchange])
        newest[exchange.invocation] = made[-1]
    return [Call(tuple(group)) for group in made]
