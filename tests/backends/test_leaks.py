"""In the offline cloud no request leaves the process, whatever keys, profiles, endpoints and proxies a machine has.

Each test runs in a new Python, since what a learner made before start() can be made only there. The guard is on in it.
The quick run has clients and keys; CI has every other place where a machine keeps such settings.
"""

import hashlib
import json
import os
import re
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest
from conftest import Guard

ELSEWHERE = "203.0.113.1"  # an address for documentation; nobody has it

# `case` runs what gives a queue's URL, and keeps in `outcomes` who answered.
_BEFORE = """
import json, sys
sys.path.insert(0, TESTS)
from conftest import _guard as guard
guard.on = True
import boto3
from botocore import UNSIGNED
from botocore.config import Config
from helpers import cloud, start

outcomes = {}

def case(name, create_queue):
    calls = len(cloud.calls())
    try:
        url = create_queue()
        answered = "/123456789012/" in url and len(cloud.calls()) == calls + 1
        outcomes[name] = "offline" if answered else f"elsewhere: {url}"
    except Exception as problem:
        outcomes[name] = f"{type(problem).__name__}: {problem}"

def refused(name, call):
    try:
        outcomes[name] = f"answered: {call()}"
    except Exception as problem:
        last = cloud.calls()[-1]
        outcomes[name] = f"{type(problem).__name__}, {last.service} {last.error_code} {last.params}"

def queue_of(client):
    return lambda: client.create_queue(QueueName="orders")["QueueUrl"]
"""
_AFTER = """
print(json.dumps({"outcomes": outcomes, "attempts": guard.attempts}))
"""

Run = Callable[..., dict[str, Any]]


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """Runs code in a new Python on a machine that has these variables, and returns its outcomes and attempts."""

    def run(code: str, **variables: str) -> dict[str, Any]:
        strange = re.compile("(AWS|BOTO|MOTO|COURSE)_|.*_proxy$", re.IGNORECASE)
        machine = {name: value for name, value in os.environ.items() if not strange.match(name)}
        machine |= {"HOME": str(tmp_path), "USERPROFILE": str(tmp_path)} | variables
        tests = f"TESTS = {str(Path(__file__).parents[1])!r}"
        script = "\n".join([tests, _BEFORE, dedent(code), _AFTER])
        done = subprocess.run([sys.executable, "-c", script], env=machine, capture_output=True, text=True, timeout=60)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout.splitlines()[-1])

    return run


KEYS = {
    "AWS_ACCESS_KEY_ID": "AKIAIOSFODNN7EXAMPLE",
    "AWS_SECRET_ACCESS_KEY": "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
    "AWS_DEFAULT_REGION": "us-east-1",
}


def test_the_guard_refuses_and_records_what_would_leave(guard: Guard) -> None:
    """A connection, a datagram and a look-up of a name elsewhere are each refused and recorded; loopback is free."""
    with socket.socket() as tcp, pytest.raises(ConnectionRefusedError, match="guard"):
        tcp.connect((ELSEWHERE, 80))
    with socket.socket(type=socket.SOCK_DGRAM) as udp, pytest.raises(ConnectionRefusedError, match="guard"):
        udp.sendto(b"x", (ELSEWHERE, 53))
    with pytest.raises(ConnectionRefusedError, match="guard"):
        socket.getaddrinfo("sqs.us-east-1.amazonaws.com", 443)
    seen = [("socket.connect", ELSEWHERE), ("socket.sendto", ELSEWHERE)]
    assert guard.attempts == [*seen, ("socket.getaddrinfo", "sqs.us-east-1.amazonaws.com")]
    guard.attempts.clear()

    with socket.create_server(("127.0.0.1", 0)) as server, socket.create_connection(server.getsockname()):
        pass
    assert guard.attempts == []


def test_keys_proxies_and_clients_from_before_start_reach_nobody(run: Run) -> None:
    """Before start() boto3 would send a request by the proxy, and the guard sees that, so its later silence counts.

    From then on clients, sessions and resources from before reach the offline cloud, whatever endpoint they have, as do
    new ones. A client for a service that the course does not teach is refused. Neither the machine's key nor its
    session token is in a request of what is made after start().
    """
    found = run(
        """
        def client(**options):
            return boto3.client("sqs", **options)

        session, resource, s3 = boto3.Session(), boto3.resource("sqs"), boto3.client("s3")
        clients = {
            "client": client(),
            "another region": client(region_name="eu-west-1"),
            "dual stack": client(config=Config(use_dualstack_endpoint=True)),
            "FIPS": client(config=Config(use_fips_endpoint=True)),
            "unsigned": client(config=Config(signature_version=UNSIGNED)),
            "endpoint_url": client(endpoint_url="http://203.0.113.1:4566"),
        }
        try:
            clients["client"].list_queues()
        except Exception as problem:
            outcomes["before start"] = type(problem).__name__, guard.attempts[:]
            guard.attempts.clear()
        start()
        case("new client", queue_of(client()))
        case("session", queue_of(session.client("sqs")))
        for call in cloud.calls():
            headers = call.exchanges[0].headers
            assert "authorization" in headers
            assert "x-amz-security-token" not in headers
            for secret in ("AKIAIOSFODNN7EXAMPLE", "TOKEN-OF-THIS-MACHINE"):
                assert not any(secret in text for text in headers.values()), headers
        assert len(cloud.calls()) == 2
        for name, made in clients.items():
            case(name, queue_of(made))
        case("resource", lambda: resource.create_queue(QueueName="orders").url)
        refused("s3", s3.list_buckets)
        """,
        **KEYS,
        AWS_SESSION_TOKEN="TOKEN-OF-THIS-MACHINE",
        AWS_MAX_ATTEMPTS="1",
        HTTP_PROXY="http://203.0.113.1:3128",
        HTTPS_PROXY="http://203.0.113.1:3128",
        ALL_PROXY="http://203.0.113.1:3128",
    )
    names = ("client", "another region", "dual stack", "FIPS", "unsigned", "endpoint_url", "resource")
    outcomes = dict.fromkeys(("new client", "session", *names), "offline") | {"s3": "CloudError, s3 CloudError {}"}
    outcomes["before start"] = ["ProxyConnectionError", [["socket.getaddrinfo", ELSEWHERE]]]
    assert found == {"outcomes": outcomes, "attempts": []}


def test_what_is_made_after_start_is_answered_offline(run: Run) -> None:
    """So do clients from after start(): with other endpoints, with keys of their own, and in every partition.

    Clients for S3 and Lambda are refused, and the journal records that. A message to HTTP subscribers is not sent.
    """
    found = run(
        """
        start()

        def client(**options):
            return queue_of(boto3.client("sqs", **options))

        case("client", client())
        case("dual stack", client(config=Config(use_dualstack_endpoint=True)))
        case("FIPS", client(config=Config(use_fips_endpoint=True)))
        case("dual stack and FIPS", client(config=Config(use_dualstack_endpoint=True, use_fips_endpoint=True)))
        case("unsigned", client(config=Config(signature_version=UNSIGNED)))
        case("endpoint_url", client(endpoint_url="http://203.0.113.1:4566"))
        case("China", client(region_name="cn-north-1"))
        case("keys", client(aws_access_key_id="AKIAIOSFODNN7EXAMPLE", aws_secret_access_key="secret"))
        case("proxy", client(config=Config(proxies={"https": "http://203.0.113.1:3128"})))

        s3 = boto3.client("s3")
        refused("s3", s3.list_buckets)
        refused("s3 upload", lambda: s3.put_object(Bucket="orders", Key="1", Body=b"book"))
        refused("lambda", boto3.client("lambda").list_functions)

        sns = boto3.client("sns")
        topic = sns.create_topic(Name="orders")["TopicArn"]
        for protocol in ("http", "https"):
            sns.subscribe(TopicArn=topic, Protocol=protocol, Endpoint=f"{protocol}://203.0.113.1/orders")
        outcomes["HTTP subscriptions"] = len(sns.list_subscriptions_by_topic(TopicArn=topic)["Subscriptions"])
        outcomes["published to them"] = "MessageId" in sns.publish(TopicArn=topic, Message="42")
        """
    )
    names = ("client", "dual stack", "FIPS", "dual stack and FIPS", "unsigned", "endpoint_url")
    outcomes = dict.fromkeys((*names, "China", "keys", "proxy"), "offline")
    outcomes |= {"s3": "CloudError, s3 CloudError {}", "s3 upload": "CloudError, s3 CloudError {}"}
    outcomes |= {"lambda": "CloudError, lambda CloudError {}", "HTTP subscriptions": 2, "published to them": True}
    assert found == {"outcomes": outcomes, "attempts": []}


@pytest.mark.full
def test_metrics_are_answered_offline(run: Run) -> None:
    """Every operation of CloudWatch stays in the process, whichever client makes the call and however time goes on.

    Operations that only AWS has are refused here too.
    """
    found = run(
        """
        from datetime import datetime, timezone
        from helpers import clock, show

        def made(**options):
            return boto3.client("cloudwatch", **options)

        session = boto3.Session()
        clients = {
            "client": made(),
            "another region": made(region_name="eu-west-1"),
            "dual stack": made(config=Config(use_dualstack_endpoint=True)),
            "FIPS": made(config=Config(use_fips_endpoint=True)),
            "unsigned": made(config=Config(signature_version=UNSIGNED)),
            "endpoint_url": made(endpoint_url="http://203.0.113.1:4566"),
            "proxy": made(config=Config(proxies={"https": "http://203.0.113.1:3128"})),
        }
        start()
        clients |= {"session": session.client("cloudwatch"), "after start": made()}
        clients["China"] = made(region_name="cn-north-1")

        def use(client):
            calls, now = len(cloud.calls()), clock.now()
            times = {"StartTime": datetime(2026, 1, 5, tzinfo=timezone.utc), "EndTime": now}
            metric = {"Namespace": "Shop", "MetricName": "orders"}
            query = {"Id": "m1", "MetricStat": {"Metric": metric, "Period": 3600, "Stat": "Sum"}}
            client.put_metric_data(Namespace="Shop", MetricData=[{"MetricName": "orders", "Value": 1}])
            client.list_metrics()
            client.get_metric_statistics(**metric, **times, Period=3600, Statistics=["Sum"])
            client.get_metric_data(MetricDataQueries=[query], **times)
            clock.advance(minutes=5)
            return len(cloud.calls()) - calls

        clients |= {"of the course": cloud.client("cloudwatch"), "resource": boto3.resource("cloudwatch").meta.client}
        clients["profile"] = boto3.Session(profile_name="partner").client("cloudwatch")
        clients["keys"] = made(aws_access_key_id="AKIAIOSFODNN7EXAMPLE", aws_secret_access_key="secret")
        clients["dual stack and FIPS"] = made(config=Config(use_dualstack_endpoint=True, use_fips_endpoint=True))
        for name, client in clients.items():
            try:
                outcomes[name] = use(client)
            except Exception as problem:
                outcomes[name] = f"{type(problem).__name__}: {problem}"
        clock.run()
        outcomes["a clock that runs"] = use(clients["client"])
        clock.stand()

        def watch():
            calls = len(cloud.calls())
            boto3.client("cloudwatch").list_metrics()
            outcomes["a run's clock"] = len(cloud.calls()) - calls

        cloud.run({"watch": watch}, minutes=1)
        sqs = boto3.client("sqs")
        sqs.send_message(QueueUrl=sqs.create_queue(QueueName="orders")["QueueUrl"], MessageBody="tea")
        clock.advance(minutes=5)
        calls = len(cloud.calls())
        outcomes["picture"] = len(show.metrics().panels)
        outcomes["calls of a picture"] = len(cloud.calls()) - calls
        client = clients["after start"]
        operations = client.meta.service_model.operation_names
        for name in operations:
            try:
                client._make_api_call(name, {})
            except Exception:
                pass  # refused here, or by botocore
        outcomes["services"] = sorted({call.service for call in cloud.calls()})
        """,
        **KEYS,
    )
    names = ("client", "another region", "dual stack", "FIPS", "unsigned", "endpoint_url", "proxy", "session", "China")
    more = ("after start", "of the course", "resource", "profile", "keys", "dual stack and FIPS", "a clock that runs")
    outcomes = dict.fromkeys((*names, *more), 4) | {"services": ["cloudwatch", "sqs"]}
    outcomes |= {"a run's clock": 1, "picture": 6, "calls of a picture": 0}
    assert found == {"outcomes": outcomes, "attempts": []}


@pytest.mark.full
def test_endpoints_in_the_environment_are_not_used(run: Run) -> None:
    """AWS_ENDPOINT_URL, for all services or for one, leads nobody away: not after start(), and not before it."""
    found = run(
        """
        before, metrics = boto3.client("sqs"), boto3.client("cloudwatch")
        outcomes["before start"] = [before.meta.endpoint_url, metrics.meta.endpoint_url]
        session = boto3.Session()
        start()
        case("client made before", queue_of(before))
        case("session made before", queue_of(session.client("sqs")))
        case("client", queue_of(boto3.client("sqs")))
        boto3.client("sns").create_topic(Name="orders")
        outcomes["topic"] = cloud.calls()[-1].operation
        for name, client in {"metrics": boto3.client("cloudwatch"), "metrics before": metrics}.items():
            client.list_metrics()
            outcomes[name] = cloud.calls()[-1].operation
        """,
        **KEYS,
        AWS_ENDPOINT_URL="http://203.0.113.1:4566",
        AWS_ENDPOINT_URL_SQS="http://203.0.113.2:4566",
        AWS_ENDPOINT_URL_CLOUDWATCH="http://203.0.113.3:4566",
    )
    offline = dict.fromkeys(("client made before", "session made before", "client"), "offline")
    # The first entry shows that boto3 did read the variables.
    read = ["http://203.0.113.2:4566", "http://203.0.113.3:4566"]
    others = {"topic": "CreateTopic", "metrics": "ListMetrics", "metrics before": "ListMetrics"}
    assert found["outcomes"] == {"before start": read, **offline, **others}
    assert found["attempts"] == []


@pytest.mark.full
def test_endpoints_in_a_config_file_are_not_used(run: Run, tmp_path: Path) -> None:
    """An endpoint in the user's config file, of a profile or of a services section, leads nobody away."""
    config = tmp_path / "config"
    config.write_text(
        dedent(
            """
            [default]
            region = us-east-1
            endpoint_url = http://203.0.113.1:4566
            [profile work]
            region = us-east-1
            services = elsewhere
            [services elsewhere]
            sqs =
              endpoint_url = http://203.0.113.2:4566
            cloudwatch =
              endpoint_url = http://203.0.113.3:4566
            """
        )
    )
    found = run(
        """
        early, work = boto3.client("sqs"), boto3.Session(profile_name="work")
        made, metrics = work.client("sqs"), work.client("cloudwatch")
        outcomes["before start"] = [each.meta.endpoint_url for each in (early, made, metrics)]
        start()
        for name, client in {"before": metrics, "session": work.client("cloudwatch")}.items():
            client.list_metrics()
            outcomes[f"metrics of a profile: {name}"] = "offline" if cloud.calls()[-1].service == "cloudwatch" else "?"
        case("client made before", queue_of(early))
        case("client of a profile made before", queue_of(made))
        case("session of a profile made before", queue_of(work.client("sqs")))
        case("client", queue_of(boto3.client("sqs")))
        """,
        **KEYS,
        AWS_CONFIG_FILE=str(config),
        AWS_SHARED_CREDENTIALS_FILE=str(_credentials(tmp_path, "work")),
    )
    outcomes, before = found["outcomes"], [f"http://203.0.113.{number}:4566" for number in (1, 2, 3)]
    assert outcomes.pop("before start") == before
    assert set(outcomes.values()) == {"offline"}, outcomes
    assert found["attempts"] == []


def _credentials(folder: Path, profile: str) -> Path:
    file = folder / "credentials"
    file.write_text(f"[{profile}]\naws_access_key_id = AKIAIOSFODNN7EXAMPLE\naws_secret_access_key = secret\n")
    return file


@pytest.mark.full
def test_a_profile_that_does_not_exist_does_not_matter(run: Run) -> None:
    """AWS_PROFILE may name a profile that does not exist: before start() boto3 refuses it, afterwards it is gone."""
    found = run(
        """
        try:
            boto3.client("sqs")
        except Exception as problem:
            outcomes["before start"] = type(problem).__name__
        start()
        case("client", queue_of(boto3.client("sqs")))
        case("resource", lambda: boto3.resource("sqs").create_queue(QueueName="orders").url)
        """,
        AWS_PROFILE="missing",
    )
    assert found["outcomes"] == {"before start": "ProfileNotFound", "client": "offline", "resource": "offline"}
    assert found["attempts"] == []


@pytest.mark.full
def test_a_single_sign_on_is_not_used(run: Run, tmp_path: Path) -> None:
    """A profile with single sign-on in ~/.aws is not seen after start(); a client with it from before is refused."""
    start_url = "https://shop.awsapps.com/start"
    cache = tmp_path / ".aws" / "sso" / "cache"
    cache.mkdir(parents=True)
    token = {"startUrl": start_url, "region": "us-east-1", "accessToken": "TOKEN", "expiresAt": "2999-01-01T00:00:00Z"}
    (cache / f"{hashlib.sha1(start_url.encode()).hexdigest()}.json").write_text(json.dumps(token))
    (tmp_path / ".aws" / "config").write_text(
        f"[profile work]\nregion = us-east-1\nsso_start_url = {start_url}\nsso_region = us-east-1\n"
        "sso_account_id = 111111111111\nsso_role_name = developer\n"
    )
    found = run(
        """
        early = boto3.client("sqs")
        start()
        case("client made before", queue_of(early))
        case("client", queue_of(boto3.client("sqs")))
        outcomes["profiles"] = boto3.Session().available_profiles
        """,
        AWS_PROFILE="work",
    )
    # It would fetch its keys at its first call, from a service that the offline cloud does not have.
    assert found["outcomes"]["client made before"].startswith("CloudError: ")
    assert found["outcomes"]["client"] == "offline"
    assert found["outcomes"]["profiles"] == ["shop", "partner"]
    assert found["attempts"] == []


@pytest.mark.full
def test_keys_of_a_machine_in_the_cloud_are_not_fetched(run: Run) -> None:
    """On a machine whose keys come over the network, as in EC2 or a container, nothing asks for them after start()."""
    found = run(
        """
        session = boto3.Session()
        start()
        case("client", queue_of(boto3.client("sqs")))
        case("session made before", queue_of(session.client("sqs")))
        """,
        AWS_CONTAINER_CREDENTIALS_FULL_URI="http://169.254.170.23/v1/credentials",
        AWS_WEB_IDENTITY_TOKEN_FILE="/token",
        AWS_ROLE_ARN="arn:aws:iam::111111111111:role/developer",
    )
    assert found == {"outcomes": {"client": "offline", "session made before": "offline"}, "attempts": []}


@pytest.mark.full
def test_a_program_that_gives_keys_is_not_asked(run: Run, tmp_path: Path) -> None:
    """The credential_process of the profile in AWS_PROFILE is not run after start(), nor for a session from before."""
    asked = tmp_path / "asked"
    program = tmp_path / "program.py"
    program.write_text(
        f"open({str(asked)!r}, 'w').close()\n"
        'print(\'{"Version": 1, "AccessKeyId": "AKIAIOSFODNN7EXAMPLE", "SecretAccessKey": "secret"}\')\n'
    )
    config = tmp_path / "config"
    config.write_text(f"[profile work]\nregion = us-east-1\ncredential_process = {sys.executable} {program}\n")
    found = run(
        f"""
        import os
        from pathlib import Path

        session = boto3.Session()
        start()
        case("client", queue_of(boto3.client("sqs")))
        case("session made before", queue_of(session.client("sqs")))
        outcomes["asked"] = Path({str(asked)!r}).exists()

        os.environ["AWS_CONFIG_FILE"] = {str(config)!r}
        boto3.Session(profile_name="work").get_credentials()
        outcomes["asked by who wants it"] = Path({str(asked)!r}).exists()
        """,
        AWS_PROFILE="work",
        AWS_CONFIG_FILE=str(config),
    )
    offline = {"client": "offline", "session made before": "offline"}
    # The last entry shows that the program would have been seen.
    assert found["outcomes"] == offline | {"asked": False, "asked by who wants it": True}
    assert found["attempts"] == []
