"""A fake AWS on loopback: the workshop's server, which can refuse, throttle, stay silent or die at any request."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from urllib3.connection import HTTPConnection

from helpers.aws_rules.cloudwatch.alarms import AlarmsRegion
from helpers.aws_rules.common.accounts import Account
from helpers.aws_rules.common.refusals import Refused
from helpers.aws_rules.common.regions import regions
from helpers.aws_rules.sns.region import SnsRegion
from helpers.aws_rules.sqs.region import SqsRegion
from helpers.workshop.http_server import Handlers, HttpRequest, HttpResponse, HttpServer
from helpers.workshop.server import WorkshopCloud

ACCOUNT = "111111111111"
_SILENCE = "x-silence"  # in a response: there is none
FAULTS = ("refuses", "throttles", "is silent", "dies before it", "dies after it")


class FakeAws:
    """Responds for any account whose number is the access key, unless `faults` prevents it.

    faults: gets the number of a request that isn't to STS, from 1, and the request; returns one of FAULTS, "is closed"
        (as in a region that isn't enabled), or "".
    others: responds to requests that aren't for AWS, such as one to a metadata service; returns None for all others.
    asked, all: the requests to SQS, SNS and CloudWatch, and all requests.
    """

    def __init__(self) -> None:
        self.cloud = WorkshopCloud(still=True)
        self.asked: list[HttpRequest] = []
        self.all: list[HttpRequest] = []
        self.others: Callable[[HttpRequest], HttpResponse | None] = lambda asked: None
        self.faults: Callable[[int, HttpRequest], str] = lambda number, asked: ""
        self._lock = threading.Lock()
        self.server = HttpServer("127.0.0.1", 0, Handlers(self._answer, self.cloud.handlers.reject))
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, args=(0.01,), daemon=True).start()

    def _answer(self, asked: HttpRequest) -> HttpResponse:
        self.all.append(asked)
        if other := self.others(asked):
            return other
        if "/sts/aws4_request" in asked.headers.get("authorization", ""):
            return self.cloud.respond(asked)
        with self._lock:
            self.asked.append(asked)
            fault = self.faults(len(self.asked), asked)
        if fault == "refuses":
            return self.cloud._refusal(asked, Refused("AccessDenied", "You are not authorized to do this.", 403))
        if fault == "is closed":
            refused = Refused("InvalidClientTokenId", "The security token included in the request is invalid.", 403)
            return self.cloud._refusal(asked, refused)
        if fault == "throttles":
            return self.cloud._refusal(asked, Refused("ThrottlingException", "Rate exceeded", 400))
        if fault == "is silent":
            return 200, {_SILENCE: "yes"}, b""
        if fault == "dies before it":
            raise ConnectionResetError("the fake AWS died before it did anything")
        response = self.cloud.respond(asked)
        if fault == "dies after it":
            raise ConnectionResetError("the fake AWS died before it could say so")
        return response

    def account(self, number: str = ACCOUNT) -> Account:
        """Return an account, with everything in it."""
        return self.cloud.accounts.get(number) or self.cloud.reset(number)

    def names(self, number: str = ACCOUNT) -> list[str]:
        """Return the names of all queues, topics and alarms of an account, with their regions."""
        account, found = self.account(number), []
        for region in regions():
            found += [f"{region} {name}" for name in account.service(SqsRegion, region).queues]
            found += [f"{region} {topic.name}" for topic in account.service(SnsRegion, region).topics.values()]
            found += [f"{region} {name}" for name in account.service(AlarmsRegion, region).alarms]
        return found

    def start_anew(self) -> None:
        """Empty the account, and respond to everything again."""
        self.cloud.reset(ACCOUNT)
        self.asked.clear()
        self.all.clear()
        self.others = lambda asked: None
        self.faults = lambda number, asked: ""

    @staticmethod
    @contextmanager
    def silence() -> Iterator[None]:
        """Within the block, what a request that gets no response waits for is over at once: boto3's timeout."""
        plain = HTTPConnection.getresponse

        def hear(connection: HTTPConnection) -> Any:
            heard = plain(connection)
            if _SILENCE in heard.headers:
                raise TimeoutError("timed out")  # as the socket does
            return heard

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(HTTPConnection, "getresponse", hear)
            yield

    def close(self) -> None:
        """Stop the server."""
        self.server.shutdown()
        self.server.server_close()
