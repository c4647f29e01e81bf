"""The offline cloud over HTTP, for a workshop: any SDK, any language, an account of its own for every learner.

A learner's access key is a number of twelve digits, and that is the account. Accounts meet only where a policy lets
them. On this computer signatures are not checked; beyond it each has to be made with the token that the server printed.
"""

import re
import secrets
import socket
import time
import traceback
import uuid
from collections.abc import Callable
from random import Random
from typing import Any
from urllib.parse import urlencode

from helpers.aws_rules.common import dispatch, signatures, wire
from helpers.aws_rules.common.accounts import Account, Accounts
from helpers.aws_rules.common.refusals import Refused
from helpers.aws_rules.common.regions import regions
from helpers.aws_rules.sns import signing
from helpers.aws_rules.sqs.region import SqsRegion
from helpers.backends.addresses import is_loopback
from helpers.errors import CloudError
from helpers.simulation.clock import Clock
from helpers.simulation.journal import Journal
from helpers.simulation.worlds import World
from helpers.workshop import control, unsupported_services
from helpers.workshop.connections import Answers, Asked, Response, Server, Unreadable

PORT = 4577
_STEPS = 2_000  # that are kept of each account
_EVERYWHERE = ("", "0.0.0.0", "::")
_NUMBER = re.compile(r"[0-9]{12}")
_HOST = re.compile(r"[\w.-]+(:\d+)?|\[[0-9a-fA-F:.]+\](:\d+)?", re.ASCII)
_QUEUE_PATH = re.compile(r"/\d{12}/[\w.-]+/?", re.ASCII)


class ServedCloud:
    """One simulated AWS whose accounts open when they are first seen. Each has a clock of its own, at real time.

    token: the secret key with which requests have to be signed; "" checks no signature. still: whether the clocks
    stand, for tests; a long poll then jumps to its end.
    """

    def __init__(self, token: str = "", still: bool = False):
        self.token, self.still, self.accounts = token, still, Accounts(trusting=False)
        self.answers = Answers(self.answer, self._unreadable)

    def answer(self, asked: Asked) -> Response:
        """Return the response to a request, whatever it is."""
        try:
            if asked.path.startswith(control.PREFIX):
                return control.answer(self, asked)
            return self._answer_aws(asked)
        except Refused as problem:
            return self._refusal(asked, problem)
        except Exception:
            traceback.print_exc()
            return self._refusal(asked, Refused("InternalFailure", "The course's server made a mistake.", 500))

    def caller(self, asked: Asked) -> tuple[Account, str]:
        """Return the account that signs the request, opened if it is new, and its identity; Refused when none does."""
        signed = self._signed(asked)
        key = signed.access_key
        known = self.accounts.of_key(key)
        if known is None and not _NUMBER.fullmatch(key):
            text = f"The security token included in the request is invalid. {self._how_to_sign()}"
            raise Refused("InvalidClientTokenId", text, 403)
        if self.token:
            signatures.check(
                signed, known.secret if known else self.token, asked.method, asked.target, asked.headers, asked.body
            )
        number = known.account.number if known else key
        identity = known.identity if known else f"arn:aws:iam::{number}:user/learner"
        with self.accounts.changed:
            return self.accounts.get(number) or self._open(number), identity

    def reset(self, number: str, still: bool = False, seed: int | None = None) -> Account:
        """Return this account, new and empty; polls that still wait in the old one end.

        still: whether its time stands, at the moment at which the offline cloud begins. seed: draws its ids.
        """
        with self.accounts.changed:
            if old := self.accounts.get(number):
                for region in regions():
                    old.service(SqsRegion, region).queues.clear()
            new = self._open(number, still, seed)
            self.accounts.changed.notify_all()
            return new

    def _open(self, number: str, still: bool = False, seed: int | None = None) -> Account:
        clock = Clock(self.still or still)
        if not clock.still:
            # Programs on the other side compare with the time of their own computer, as whether a key has expired.
            clock.advance(max(0.0, time.time() - clock.time()))
            clock.run()
        return self.accounts.open(number, World(clock, Journal(_STEPS), Random(seed), _send, self.accounts))

    def _signed(self, asked: Asked) -> signatures.Signed:
        authorization = asked.headers.get("authorization", "")
        if not authorization:
            text = f"Request is missing Authentication Token. {self._how_to_sign()}"
            raise Refused("MissingAuthenticationToken", text, 403)
        signed = signatures.read(authorization)
        if signed is None:
            raise Refused("IncompleteSignature", f"The signature cannot be read. {self._how_to_sign()}", 403)
        return signed

    def _how_to_sign(self) -> str:
        secret = "the token of this course server" if self.token else "any text"
        return f"Use your number of 12 digits as AWS_ACCESS_KEY_ID, and as AWS_SECRET_ACCESS_KEY {secret}."

    def _answer_aws(self, asked: Asked) -> Response:
        host = asked.headers.get("host", "")
        if not _HOST.fullmatch(host):
            raise Refused("MalformedHttpRequest", "The request has no Host that is one.", 400)
        if asked.method == "GET" and signing.is_certificate(asked.path):
            return 200, {"Content-Type": "application/x-x509-ca-cert"}, signing.certificate()
        body = asked.body or asked.query.encode()  # the query protocol may put all into the URL
        unsigned = asked.method == "GET" and "authorization" not in asked.headers
        if unsigned and (followed := dispatch.follow(self.accounts, f"http://{host}/?{asked.query}")):
            return followed
        signed = self._signed(asked)
        if signed.service not in dispatch.OPERATIONS:
            known = ", ".join(dispatch.OPERATIONS)
            text = f"This course's server has no service {signed.service!r}; it knows {known}."
            raise Refused("UnknownService", text, 400)
        account, identity = self.caller(asked)
        if signed.region not in regions():
            text = f"Credential should be scoped to a valid region; AWS has no region {signed.region!r}."
            raise Refused("SignatureDoesNotMatch", text, 403)
        if _QUEUE_PATH.fullmatch(asked.path) and "x-amz-target" not in asked.headers and b"QueueUrl=" not in body:
            body += b"&" + urlencode({"QueueUrl": f"http://{host}{asked.path}"}).encode()
        return dispatch.answer(account, identity, signed.service, signed.region, f"http://{host}", asked.headers, body)

    def _refusal(self, asked: Asked, problem: Refused) -> Response:
        signed = signatures.read(asked.headers.get("authorization", ""))
        service = signed.service if signed else _guess(asked)
        if service in dispatch.OPERATIONS:
            return wire.reply(None, service, asked.headers, problem, str(uuid.uuid4()))
        return unsupported_services.refusal(
            service, asked.headers, problem.code, problem.message, problem.status or 400
        )

    def _unreadable(self, asked: Asked, problem: Unreadable) -> Response:
        return self._refusal(asked, Refused(problem.code, problem.text, problem.status))


def _guess(asked: Asked) -> str:
    return "sqs" if asked.headers.get("x-amz-target", "").startswith("AmazonSQS.") else "sns"


def _send(request: Any, network: Any) -> Any:
    raise CloudError("Nothing is sent from within the course's server.")


def serve(host: str, port: int, say: Callable[[str], None]) -> None:
    """Serve until Ctrl-C, and say to what learners have to connect. CloudError when the port cannot be had.

    Beyond this computer a new token is made, and needed.
    """
    token = "" if is_loopback(host) else secrets.token_urlsafe(18)
    try:
        server = Server(host, port, ServedCloud(token).answers)
    except OSError as problem:
        raise CloudError(
            f"Port {port} of {host} cannot be had: {problem.strerror or problem}. Something else may use it, perhaps "
            f"another `course serve`. Choose another: course serve --port {port + 1 if port < 65_535 else PORT}"
        ) from None
    with server:
        say(instructions(_url(host, server.server_address[1]), token))
        if host in _EVERYWHERE:
            say(f"Where the name {socket.gethostname()} is not known, write this computer's IP address in its place.")
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            say("Stopped. What was in the accounts is gone.")


def _url(host: str, port: int) -> str:
    if host in _EVERYWHERE:
        host = socket.gethostname()
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def instructions(url: str, token: str) -> str:
    """Return what learners type."""
    secret, remote = (token, f', allow_remote=True, token="{token}"') if token else ("anything", "")
    return f"""The course's cloud (SQS, SNS, STS) is at {url}

In a terminal, with 12 digits of your own for the account:
  export AWS_ENDPOINT_URL={url}
  export AWS_ACCESS_KEY_ID=000000000001
  export AWS_SECRET_ACCESS_KEY={secret}
  export AWS_DEFAULT_REGION=us-east-1
In a notebook of the course:
  start("{url}", account="000000000001"{remote})

Ctrl-C stops it."""
