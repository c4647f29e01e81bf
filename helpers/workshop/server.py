"""The offline cloud over HTTP, for a workshop: any AWS SDK can use it, and every learner gets an account.

The access key is the account's number, twelve digits. Accounts are isolated unless a policy gives access. If only this
computer can connect, signatures needn't be checked; otherwise requests have to be signed with a token.
"""

import re
import threading
import time
import traceback
import uuid
from random import Random
from typing import Any
from urllib.parse import urlencode

from helpers.aws_rules import absent, dispatch
from helpers.aws_rules.common import signatures, wire
from helpers.aws_rules.common.accounts import Account, Accounts
from helpers.aws_rules.common.identities import LEARNER, user_arn
from helpers.aws_rules.common.refusals import Refused
from helpers.aws_rules.common.regions import regions
from helpers.aws_rules.common.request import QUERY, Request, name_in_boto3
from helpers.aws_rules.sns import signing
from helpers.aws_rules.sqs.region import SqsRegion
from helpers.backends.endpoint.workshop_client import OF_A_RUN
from helpers.errors import CloudError
from helpers.simulation.clock import Clock
from helpers.simulation.journal import Journal
from helpers.simulation.worlds import World
from helpers.workshop import control_api, unsupported_services
from helpers.workshop.fair_shares import Shares
from helpers.workshop.hosts import Hosts
from helpers.workshop.http_server import Handlers, HttpRequest, HttpResponse, UnreadableRequest
from helpers.workshop.room.board import Board
from helpers.workshop.runs import Runs
from helpers.workshop.storage import Storage
from helpers.workshop.tokens import Tokens

_MOST_ACCOUNTS = 10_000
_MOST_FIELDS = 5_000
_LONGEST_POLL = 20.0  # seconds
_STRETCH, _BREATH = 0.01, 0.001  # seconds that a long request computes at a time, and pauses at least
_JOURNAL_LIMIT = 2_000  # entries for each account
_OF_A_RUN = OF_A_RUN.lower()
_NUMBER = re.compile(r"[0-9]{12}")
_QUEUE_PATH = re.compile(r"/\d{12}/[\w.-]+/?", re.ASCII)


class WorkshopCloud:
    """A simulated AWS that opens each account with its first request. Each account has a clock, set to real time.

    tokens: the secrets with which requests have to be signed. still: whether the clocks are frozen, for tests; a long
    poll then ends at once, with the clock moved to its end. hosts: the names by which requests can address it. board:
    gets what the learners' checks said, if somebody looks on.
    """

    def __init__(
        self,
        tokens: Tokens | None = None,
        still: bool = False,
        hosts: Hosts | None = None,
        board: Board | None = None,
    ):
        self.board = board
        self.tokens, self.still, self.hosts = tokens or Tokens(), still, hosts or Hosts()
        self.shares = Shares()
        self.accounts: Accounts = _SharingAccounts(self)
        self.runs, self.storage = Runs(self.accounts, self.tokens.of), Storage()
        self.handlers = Handlers(self.respond, self._reject_unreadable)

    def respond(self, http: HttpRequest) -> HttpResponse:
        """Return the response to a request. No exception leaves this method."""
        try:
            self._check_host(http)
            if http.path.startswith(control_api.PREFIX):
                return control_api.respond(self, http)
            return self._answer_aws(http)
        except Refused as problem:
            return self._refusal(http, problem)
        except Exception:
            traceback.print_exc()
            return self._refusal(http, Refused("InternalFailure", "Something went wrong in the course's server.", 500))

    def _check_host(self, http: HttpRequest) -> None:
        host = http.headers.get("host", "")
        if not self.hosts.accepts(host):
            text = (
                f"This server isn't known as {host[:100]!r}, so the request may come from a web page that pretends it "
                "is. If that's its name: course serve --url http://NAME:PORT"
            )
            raise Refused("MisdirectedRequest" if host else "MalformedHttpRequest", text, 421 if host else 400)

    def caller(self, http: HttpRequest) -> tuple[Account, str]:
        """Return the account that signs the request, opened if it is new, and the caller's identity.

        Refused if the signature is missing or invalid.
        """
        return self._caller(http, self._signed(http))

    def _caller(self, http: HttpRequest, signed: signatures.Signed) -> tuple[Account, str]:
        key = signed.access_key
        known = self.accounts.of_key(key)
        if known is None and not _NUMBER.fullmatch(key):
            text = f"The security token included in the request is invalid. {self._how_to_sign()}"
            raise Refused("InvalidClientTokenId", text, 403)
        secret = known.secret if known else self.tokens.of(key)
        if secret is None:
            text = f"{key} isn't an account of this class. {self._how_to_sign()}"
            raise Refused("InvalidClientTokenId", text, 403)
        if self.tokens.are_needed:
            signatures.check(signed, secret, http.method, http.target, http.headers, http.body)
        number = known.account.number if known else key
        identity = known.identity if known else user_arn(number, LEARNER, signed.region)
        with self.accounts.changed:
            return self.accounts.get(number) or self._open_another(number), identity

    def reset(self, number: str, still: bool = False, seed: int | None = None) -> Account:
        """Return this account, new and empty. Long polls that are waiting in the old one end.

        still: whether its clock is frozen, at the offline cloud's start. seed: for its ids.
        """
        with self.accounts.changed:
            self.runs.leave(number)
            if old := self.accounts.get(number):
                for region in regions():
                    old.service(SqsRegion, region).queues.clear()
            new = self._open(number, still, seed)
            self.accounts.wake(number)
            return new

    def _open_another(self, number: str) -> Account:
        if len(self.accounts.all()) >= _MOST_ACCOUNTS:
            text = f"This server already has {_MOST_ACCOUNTS:,} accounts. Use one of them, or start it again."
            raise Refused("LimitExceeded", text, 403)
        return self._open(number)

    def _open(self, number: str, still: bool = False, seed: int | None = None) -> Account:
        clock = Clock(self.still or still)
        if not clock.still:
            # Clients compare with their own computer's time, for example to see whether a key has expired.
            clock.advance(max(0.0, time.time() - clock.time()))
            clock.run()
        return self.accounts.open(
            number, World(clock, Journal(_JOURNAL_LIMIT), Random(seed), _send_nothing, self.accounts)
        )

    def _signed(self, http: HttpRequest) -> signatures.Signed:
        authorization = http.headers.get("authorization", "")
        if not authorization:
            text = f"Request is missing Authentication Token. {self._how_to_sign()}"
            raise Refused("MissingAuthenticationToken", text, 403)
        signed = signatures.read(authorization)
        if signed is None:
            raise Refused("IncompleteSignature", f"The signature can't be read. {self._how_to_sign()}", 403)
        return signed

    def _how_to_sign(self) -> str:
        secret = "your token" if self.tokens.are_needed else "any text"
        return f"Set AWS_ACCESS_KEY_ID to your account's 12 digits, and AWS_SECRET_ACCESS_KEY to {secret}."

    def _answer_aws(self, http: HttpRequest) -> HttpResponse:
        host = http.headers["host"]
        if http.method == "GET" and signing.is_certificate(http.path):
            return 200, {"Content-Type": "application/x-x509-ca-cert"}, signing.certificate()
        body = http.body or http.query.encode()  # the query protocol also allows all parameters in the URL
        unsigned = http.method == "GET" and "authorization" not in http.headers
        if unsigned and (followed := dispatch.follow(self.accounts, f"http://{host}/?{http.query}")):
            return followed
        signed = self._signed(http)
        if name_in_boto3(signed.service) not in dispatch.OPERATIONS:
            text = absent.no_service("This course's server", signed.service, dispatch.OPERATIONS)
            raise Refused("UnknownService", text, 400)
        account, identity = self._caller(http, signed)
        if signed.region not in regions():
            text = f"Credential should be scoped to a valid region; AWS has no region {signed.region!r}."
            raise Refused("SignatureDoesNotMatch", text, 403)
        if _QUEUE_PATH.fullmatch(http.path) and "x-amz-target" not in http.headers and b"QueueUrl=" not in body:
            body += b"&" + urlencode({"QueueUrl": f"http://{host}{http.path}"}).encode()
        request = Request.received(signed.service, signed.region, http.headers, body, http.path)
        if request.protocol == QUERY and body.count(b"&") >= _MOST_FIELDS:
            text = f"A form can have at most {_MOST_FIELDS:,} fields here."
            raise Refused("RequestEntityTooLarge", text, 413)
        request.account, request.identity, request.host = account, identity, f"http://{host}"
        request.access_key = signed.access_key
        with self.shares.turn(account.number, len(body)):
            self.storage.check(account, request.operation, len(body))
            if header := http.headers.get(_OF_A_RUN):
                return self.runs.answer(request, header)
            return dispatch.answer(request)

    def _refusal(self, http: HttpRequest, problem: Refused) -> HttpResponse:
        signed = signatures.read(http.headers.get("authorization", ""))
        service = name_in_boto3(signed.service) if signed else _guess_service(http)
        if service in dispatch.OPERATIONS:
            protocol = Request.received(service, "", http.headers, b"").protocol
            return wire.refusal(service, protocol, problem, str(uuid.uuid4()))
        return unsupported_services.error_response(
            service, http.headers, problem.code, problem.message, problem.status or 400
        )

    def _reject_unreadable(self, http: HttpRequest, problem: UnreadableRequest) -> HttpResponse:
        return self._refusal(http, Refused(problem.code, problem.text, problem.status))


class _SharingAccounts(Accounts):
    """Accounts whose long polls and fan-outs go on only as often as their share of the server's time allows."""

    def __init__(self, cloud: WorkshopCloud):
        super().__init__(trusting=False)
        self._cloud, self._no_news = cloud, threading.Condition(self.changed)  # type: ignore[arg-type]

    def breathe(self) -> None:
        """Let others go on, for as long as the share says, or at least those who wait: they can't show up before."""
        if self._cloud.shares.uncounted() > _STRETCH:
            self._no_news.wait(min(max(self._cloud.shares.look(), _BREATH), _LONGEST_POLL))

    def wait(self, number: str, seconds: float) -> None:
        """Wait as others do, or for longer."""
        if pause := self._cloud.shares.look():
            self._no_news.wait(min(pause, _LONGEST_POLL))
        else:
            super().wait(number, seconds)


def _guess_service(http: HttpRequest) -> str:
    if "smithy-protocol" in http.headers or http.headers.get("x-amz-target", "").startswith("Granite"):
        return "cloudwatch"
    return "sqs" if http.headers.get("x-amz-target", "").startswith("AmazonSQS.") else "sns"


def _send_nothing(request: Any, network: Any) -> Any:
    raise CloudError("Nothing is sent from within the course's server.")
