"""A request as the rules see it: decoded, with who asks and where."""

from dataclasses import dataclass
from typing import Any

from helpers.aws_rules.common.accounts import Account

ANONYMOUS = "anonymous"  # who follows a link without signing


@dataclass
class Request:
    """One call of one operation.

    params: as boto3 takes them. account: the caller's. host: what a new queue's URL begins with, as in
    "https://sqs.us-east-1.amazonaws.com".
    """

    service: str
    operation: str
    params: dict[str, Any]
    account: Account
    region: str
    host: str = ""
    identity: str = ""  # the caller's ARN
    trace: str = ""  # X-Ray's header: what the call is a part of

    @property
    def action(self) -> str:
        """The operation as policies write it: "sqs:SendMessage"."""
        return f"{self.service}:{self.operation}"
