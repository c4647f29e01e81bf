"""Labs, in which experiments run: a fresh simulated AWS with two accounts and a clock that can be moved."""

import json
from functools import lru_cache
from itertools import count
from types import SimpleNamespace
from typing import Any

import boto3
from botocore import UNSIGNED
from botocore.config import Config
from botocore.exceptions import ClientError

from behaviours.book import ACCOUNT, OTHER

REGION = "us-east-1"
_NUMBERS = count(1)  # of queues


class Lab:
    """What an experiment gets. Each kind of cloud has its own way to make clients, move the time and read the inbox."""

    account = other_account = ""  # two accounts' numbers
    endpoint: str | None = None  # the URL of a server

    # --- what each kind of lab provides -------------------------------------------------------------------------

    def client(self, service: str, region: str = REGION, account: str = "own") -> Any:
        """Return a boto3 client of the lab's account, or of "other"."""
        raise NotImplementedError

    def resource(self, service: str) -> Any:
        """Return a boto3 resource of the lab's account."""
        raise NotImplementedError

    def advance(self, seconds: float) -> None:
        """Move the cloud's time."""
        raise NotImplementedError

    def inbox(self) -> list[dict[str, Any]]:
        """Return what was delivered to anything but queues, oldest first: {"Protocol", "Endpoint", "Message", ...}.

        [] if the cloud has no inbox. Message is what the endpoint got: the JSON of the envelope for http(s) and
        email-json, the text for email and sms. Confirmation requests are in the list too.
        """
        return []

    def with_keys(self, service: str, key: str, secret: str, token: str) -> Any:
        """Return a boto3 client with these temporary keys from STS."""
        return boto3.Session(key, secret, token, REGION).client(service, config=_ONCE, endpoint_url=self.endpoint)

    # --- shorthands that every lab has --------------------------------------------------------------------------

    @property
    def sqs(self) -> Any:
        return self.client("sqs")

    @property
    def sns(self) -> Any:
        return self.client("sns")

    @property
    def cloudwatch(self) -> Any:
        return self.client("cloudwatch")

    def now(self) -> float:
        """Return the cloud's time, in seconds since 1970, as a new queue has it."""
        url = self.queue(f"clock-{next(_NUMBERS)}")
        reply = self.sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["CreatedTimestamp"])
        return float(reply["Attributes"]["CreatedTimestamp"])

    def queue(self, name: str = "orders", account: str = "own", region: str = REGION, **attributes: str) -> str:
        """Create a queue, FIFO if its name ends in .fifo, and return its URL."""
        if name.endswith(".fifo"):
            attributes = {"FifoQueue": "true"} | attributes
        client = self.client("sqs", region, account)
        return client.create_queue(QueueName=name, Attributes=attributes)["QueueUrl"]

    def arn(self, queue_url: str, region: str = REGION) -> str:
        """Return a queue's ARN, made from its URL."""
        account, name = queue_url.rstrip("/").split("/")[-2:]
        return f"arn:aws:sqs:{region}:{account}:{name}"

    def topic(self, name: str = "news", account: str = "own", region: str = REGION, **attributes: str) -> str:
        """Create a topic, FIFO if its name ends in .fifo, and return its ARN."""
        if name.endswith(".fifo"):
            attributes = {"FifoTopic": "true"} | attributes
        return self.client("sns", region, account).create_topic(Name=name, Attributes=attributes)["TopicArn"]

    def allow(self, queue_url: str, topic_arn: str, account: str = "own", region: str = REGION) -> None:
        """Give the queue a policy that allows SNS to deliver from this topic."""
        statement = {
            "Effect": "Allow",
            "Principal": {"Service": "sns.amazonaws.com"},
            "Action": "sqs:SendMessage",
            "Resource": self.arn(queue_url, region),
            "Condition": {"ArnEquals": {"aws:SourceArn": topic_arn}},
        }
        policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
        self.client("sqs", region, account).set_queue_attributes(QueueUrl=queue_url, Attributes={"Policy": policy})

    def subscribe(self, topic_arn: str, queue_url: str, allow: bool = True, **attributes: str) -> str:
        """Subscribe the queue and return the new ARN. allow: whether to set the queue policy that this needs."""
        if allow:
            self.allow(queue_url, topic_arn)
        return self.sns.subscribe(
            TopicArn=topic_arn,
            Protocol="sqs",
            Endpoint=self.arn(queue_url),
            Attributes=attributes,
            ReturnSubscriptionArn=True,
        )["SubscriptionArn"]

    def receive(self, queue_url: str, **params: Any) -> list[dict[str, Any]]:
        """Return the messages of one receive of up to ten, with all their attributes."""
        asked = {"MaxNumberOfMessages": 10, "MessageAttributeNames": ["All"], "MessageSystemAttributeNames": ["All"]}
        return self.sqs.receive_message(QueueUrl=queue_url, **(asked | params)).get("Messages", [])

    def bodies(self, queue_url: str, **params: Any) -> list[str]:
        """Return the bodies of one receive of up to ten."""
        return [message["Body"] for message in self.receive(queue_url, **params)]

    def counts(self, queue_url: str) -> str:
        """Return the numbers visible/in flight/delayed, such as "2/1/0"."""
        names = ["", "NotVisible", "Delayed"]
        reply = self.sqs.get_queue_attributes(QueueUrl=queue_url, AttributeNames=["All"])["Attributes"]
        return "/".join(reply[f"ApproximateNumberOfMessages{name}"] for name in names)

    def attempt(self, call: Any, **params: Any) -> Any:
        """Return "ok", or the ClientError as {"Code", "Message", "Status"}. Other exceptions are raised."""
        try:
            call(**params)
        except ClientError as problem:
            error, status = problem.response["Error"], problem.response["ResponseMetadata"]["HTTPStatusCode"]
            return {"Code": error["Code"], "Message": error.get("Message"), "Status": status}
        return "ok"

    def code(self, call: Any, **params: Any) -> str:
        """Return "ok", or the error's code."""
        outcome = self.attempt(call, **params)
        return outcome if outcome == "ok" else outcome["Code"]

    def scrubbed(self, result: Any) -> Any:
        """Return the result after a round trip through JSON, with the account numbers replaced."""
        text = json.dumps(result).replace(self.account, ACCOUNT).replace(self.other_account, OTHER)
        return json.loads(text)


class OfflineLab(Lab):
    """The offline cloud, in process, in a private world with a frozen clock."""

    account, other_account = "111122223333", "444455556666"

    def __enter__(self) -> "OfflineLab":
        from helpers.backends import transport
        from helpers.backends.offline.offline_cloud import make_world
        from helpers.simulation import worlds

        transport.install()
        self._world = make_world(True, 1, self.account, self.other_account)
        self._visit = worlds.enter(self._world)
        self._visit.__enter__()
        return self

    def __exit__(self, *problem: Any) -> None:
        self._visit.__exit__(*problem)

    def client(self, service: str, region: str = REGION, account: str = "own") -> Any:
        return _keyed(service, region, "OFFLINESHOP" if account == "own" else "OFFLINEPARTNER")

    def resource(self, service: str) -> Any:
        return boto3.Session("OFFLINESHOP", "-", region_name=REGION).resource(service)

    def advance(self, seconds: float) -> None:
        self._world.clock.advance(seconds)

    def inbox(self) -> list[dict[str, Any]]:
        arrived = self._world.accounts.get(self.account).inbox
        return [
            {"Protocol": a.protocol, "Endpoint": a.endpoint, "Headers": a.headers, "Message": a.message}
            | {"Subject": a.subject}
            for a in arrived
        ]


class MotoLab(Lab):
    """Plain moto, as `mock_aws` gives it, with a time that can be moved."""

    account, other_account = "123456789012", "444455556666"

    def __enter__(self) -> "MotoLab":
        import moto
        import moto.core.utils
        import moto.sns.models
        from moto.core.utils import utcnow

        self._offset, self._utcnow = 0.0, utcnow
        moto.core.utils.utcnow = self._now
        self._posts: list[dict[str, Any]] = []
        self._requests, moto.sns.models.requests = moto.sns.models.requests, SimpleNamespace(post=self._post)
        self._mock = moto.mock_aws(config={"core": {"service_whitelist": ["sqs", "sns", "sts", "cloudwatch"]}})
        self._mock.start()
        return self

    def __exit__(self, *problem: Any) -> None:
        import moto.core.utils
        import moto.sns.models

        self._mock.stop()
        moto.sns.models.requests = self._requests
        moto.core.utils.utcnow = self._utcnow

    def _now(self) -> Any:
        from datetime import datetime, timedelta, timezone

        return datetime.now(timezone.utc).replace(tzinfo=None) + timedelta(seconds=self._offset)

    def client(self, service: str, region: str = REGION, account: str = "own") -> Any:
        number = self.account if account == "own" else self.other_account
        return _of_account(service, region, number)

    def resource(self, service: str) -> Any:
        return boto3.Session("AKIAIOSFODNN7EXAMPLE", "-", region_name=REGION).resource(service)

    def advance(self, seconds: float) -> None:
        self._offset += seconds

    def _post(self, url: str, json: Any, headers: dict[str, str]) -> None:
        """Replace the network, because moto makes real requests to web addresses."""
        protocol = url.partition(":")[0]
        self._posts.append({"Protocol": protocol, "Endpoint": url, "Headers": headers, "Message": _as_json(json)})

    def inbox(self) -> list[dict[str, Any]]:
        return self._posts


_as_json = json.dumps
_ONCE = Config(retries={"total_max_attempts": 1})


@lru_cache
def _session() -> boto3.Session:
    return boto3.Session("OFFLINESHOP", "-", region_name=REGION)  # kept, since a new one costs 0.1 s


@lru_cache
def _keyed(service: str, region: str, key: str) -> Any:
    """Return a client whose requests name the key but have no valid signature: to sign takes a third of a call."""
    config = _ONCE.merge(Config(signature_version=UNSIGNED))
    client = _session().client(service, region_name=region, config=config)
    scope = f"{key}/20260105/{region}/{client.meta.service_model.signing_name}/aws4_request"
    header = {"Authorization": f"AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host, Signature={'0' * 64}"}
    client.meta.events.register("before-call", lambda params, **_: params["headers"].update(header))
    return client


@lru_cache
def _of_account(service: str, region: str, account: str) -> Any:
    """Return a client whose requests moto counts as this account's."""
    import moto.core.models  # noqa: F401  # it has to be there before the session: it registers moto's handler

    client = boto3.Session("AKIAIOSFODNN7EXAMPLE", "-", region_name=region).client(service, config=_ONCE)
    client.meta.events.register(
        "before-call", lambda params, **_: params["headers"].update({"x-moto-account-id": account})
    )
    return client
