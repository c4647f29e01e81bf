"""Every way in which boto3 finds keys, with the real boto3 and servers on loopback: no key is used without consent."""

import json
import os
import sys
import time
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta, timezone
from hashlib import sha1
from pathlib import Path

import boto3
import botocore.session
import fake_identity
import pytest
from botocore.tokens import SSOTokenProvider
from fake_aws import ACCOUNT, FakeAws

from helpers import start
from helpers.errors import CloudError

REGION = "eu-central-1"
KEYS = f"aws_access_key_id = {ACCOUNT}\naws_secret_access_key = any\n"


@pytest.fixture(scope="module")
def server() -> Iterator[FakeAws]:
    """One fake AWS for all tests."""
    fake = FakeAws()
    yield fake
    fake.close()


@pytest.fixture
def aws(server: FakeAws, no_cloud: None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> FakeAws:
    """The fake AWS with every source of keys, on a machine that has none yet."""
    server.start_anew()
    server.others = fake_identity.answer
    # botocore determines the home folder during its import.
    monkeypatch.setattr(SSOTokenProvider, "_SSO_TOKEN_CACHE_DIR", str(tmp_path / ".aws" / "sso" / "cache"))
    os.environ.update(AWS_ENDPOINT_URL=server.url, AWS_DEFAULT_REGION=REGION, no_proxy="127.0.0.1")
    return server


def variables(aws: FakeAws, home: Path) -> None:
    """Keys in environment variables."""
    os.environ.update(AWS_ACCESS_KEY_ID=ACCOUNT, AWS_SECRET_ACCESS_KEY="any")


def credentials_file(aws: FakeAws, home: Path) -> None:
    """Keys of a named profile, which a variable selects."""
    _files(home, credentials=f"[work]\n{KEYS}")
    os.environ["AWS_PROFILE"] = "work"


def config_file(aws: FakeAws, home: Path) -> None:
    """Keys in the config file."""
    _files(home, config=f"[default]\n{KEYS}")


def role(aws: FakeAws, home: Path) -> None:
    """A profile's role, assumed with another profile's keys. STS dates the new keys by the account's clock."""
    clock = aws.account().world.clock
    clock.advance(max(0.0, time.time() - clock.time()))
    _files(
        home,
        config=f"[profile learner]\nrole_arn = {fake_identity.ROLE}\nsource_profile = work\n",
        credentials=f"[work]\n{KEYS}",
    )
    os.environ["AWS_PROFILE"] = "learner"


def web_identity(aws: FakeAws, home: Path) -> None:
    """A token in a file, as a cluster gives it to its containers."""
    (home / "token").write_text("a-token")
    os.environ.update(AWS_WEB_IDENTITY_TOKEN_FILE=str(home / "token"), AWS_ROLE_ARN=fake_identity.ROLE)


def sso(aws: FakeAws, home: Path) -> None:
    """A profile of IAM Identity Center after login: its token is in the cache."""
    _files(
        home,
        config=(
            f"[profile work]\nsso_session = shop\nsso_account_id = {ACCOUNT}\nsso_role_name = learner\n"
            f"[sso-session shop]\nsso_region = {REGION}\nsso_start_url = https://shop.awsapps.example/start\n"
        ),
    )
    end = (datetime.now(timezone.utc) + timedelta(hours=6)).strftime("%Y-%m-%dT%H:%M:%SZ")
    cache = home / ".aws" / "sso" / "cache"
    cache.mkdir(parents=True)
    token = {
        "accessToken": "a-token",
        "expiresAt": end,
        "region": REGION,
        "startUrl": "https://shop.awsapps.example/start",
    }
    (cache / f"{sha1(b'shop').hexdigest()}.json").write_text(json.dumps(token))
    os.environ["AWS_PROFILE"] = "work"


def container(aws: FakeAws, home: Path) -> None:
    """A container's credential service."""
    os.environ["AWS_CONTAINER_CREDENTIALS_FULL_URI"] = f"{aws.url}/container"


def metadata(aws: FakeAws, home: Path) -> None:
    """The metadata service of a virtual machine, which boto3 tries last."""
    os.environ["AWS_EC2_METADATA_SERVICE_ENDPOINT"] = f"{aws.url}/"


def process(aws: FakeAws, home: Path) -> None:
    """A program that prints keys, and leaves a trace when it runs."""
    said = json.dumps({"Version": 1, "AccessKeyId": ACCOUNT, "SecretAccessKey": "any"})
    program = home / "keys.py"
    program.write_text(f"open({str(home / 'ran')!r}, 'w').close()\nprint({said!r})\n")
    _files(home, config=f'[default]\ncredential_process = "{sys.executable}" "{program}"\n')


def boto_config(aws: FakeAws, home: Path) -> None:
    """The configuration file of the old boto."""
    (home / "boto").write_text(f"[Credentials]\n{KEYS}")
    os.environ["BOTO_CONFIG"] = str(home / "boto")


def _files(home: Path, config: str = "", credentials: str = "") -> None:
    for variable, name, text in (
        ("AWS_CONFIG_FILE", "config", config),
        ("AWS_SHARED_CREDENTIALS_FILE", "credentials", credentials),
    ):
        (home / name).write_text(text)
        os.environ[variable] = str(home / name)


WAYS = [variables, credentials_file, config_file, role, web_identity, sso, container, metadata, process, boto_config]
Way = Callable[[FakeAws, Path], None]


def test_these_are_all_the_ways_that_boto3_has(aws: FakeAws) -> None:
    """If a newer botocore adds a way, it has to be added here.

    Two aren't tested: `login`, whose keys are in the cache of `aws login`, and the file of the old EC2 tools.
    """
    resolver = botocore.session.get_session().get_component("credential_provider")
    played = {"env", "shared-credentials-file", "config-file", "assume-role", "assume-role-with-web-identity", "sso"}
    played |= {"container-role", "iam-role", "custom-process", "boto-config"}
    assert {provider.METHOD for provider in resolver.providers} - {"login", "ec2-credentials-file"} == played
    assert len(played) == len(WAYS)


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__)
def test_without_a_yes_nobody_is_asked(aws: FakeAws, tmp_path: Path, way: Way) -> None:
    """Whatever keys there are, neither the offline cloud nor start("aws") without consent sends a request."""
    way(aws, tmp_path)
    start()
    boto3.client("sqs").create_queue(QueueName="orders")
    assert boto3.client("sts").get_caller_identity()["Account"] == "123456789012"
    with pytest.raises(CloudError, match="Nothing has been sent yet"):
        start("aws")
    os.environ["COURSE_CLOUD"] = "aws"
    with pytest.raises(CloudError, match="Nothing has been sent yet"):
        start()
    boto3.client("sqs").list_queues()  # the offline cloud is still running
    assert aws.all == []
    assert not (tmp_path / "ran").exists()


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__)
def test_a_yes_opens_the_account(aws: FakeAws, tmp_path: Path, way: Way) -> None:
    """With consent, boto3's own chain finds the keys, and what is created is in that account."""
    way(aws, tmp_path)
    start()  # the machine's variables come back afterwards
    started = start("aws", yes=ACCOUNT)
    assert (started.account, started.region) == (ACCOUNT, REGION)
    boto3.client("sqs").create_queue(QueueName="orders")
    assert aws.names() == [f"{REGION} orders"]
    assert started.find().resources
    started.clean_up()
    assert aws.names() == []


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__)
def test_a_yes_to_another_account_makes_nothing(aws: FakeAws, tmp_path: Path, way: Way) -> None:
    """STS returns whose keys they are; SQS and SNS get no request."""
    way(aws, tmp_path)
    with pytest.raises(CloudError, match="yes to account 222222222222, but these credentials belong to 111111111111"):
        start("aws", yes="222222222222")
    assert aws.asked == []


def test_a_profile_that_is_named_goes_before_keys_in_variables(aws: FakeAws, tmp_path: Path) -> None:
    """That is true in sessions that a lesson creates as well."""
    credentials_file(aws, tmp_path)
    os.environ.update(AWS_ACCESS_KEY_ID="222222222222", AWS_SECRET_ACCESS_KEY="any")
    assert start("aws", yes=ACCOUNT, profile_name="work").profile == "work"
    boto3.Session(region_name="eu-west-1").client("sqs").create_queue(QueueName="returns")
    assert aws.names() == ["eu-west-1 returns"]


def test_the_region_that_is_named_counts_in_every_session(aws: FakeAws, tmp_path: Path) -> None:
    """The region named at the start wins over the machine's; a session can name another one."""
    variables(aws, tmp_path)
    os.environ["AWS_REGION"] = "ap-south-1"
    start("aws", yes=ACCOUNT, region_name="eu-west-1")
    boto3.client("sqs").create_queue(QueueName="one")
    boto3.Session().client("sqs").create_queue(QueueName="two")
    boto3.Session(region_name="us-west-2").client("sqs").create_queue(QueueName="three")
    assert sorted(aws.names()) == ["eu-west-1 one", "eu-west-1 two", "us-west-2 three"]


def test_expired_logins_say_what_to_do(aws: FakeAws, tmp_path: Path) -> None:
    """An expired SSO login is a CloudError with boto3's reason, and the cloud before goes on running."""
    sso(aws, tmp_path)
    [cached] = (tmp_path / ".aws" / "sso" / "cache").iterdir()
    cached.write_text(cached.read_text().replace(str(datetime.now(timezone.utc).year), "2020"))
    start()
    with pytest.raises(CloudError, match=r"AWS couldn't tell who you are: .*expired.*log in again"):
        start("aws", yes=ACCOUNT)
    assert boto3.client("sts").get_caller_identity()["Account"] == "123456789012"
    assert aws.asked == []


def test_no_keys_at_all_say_so(aws: FakeAws) -> None:
    """The error of a machine without keys, whose metadata service is disabled, is boto3's."""
    os.environ["AWS_EC2_METADATA_DISABLED"] = "true"
    with pytest.raises(CloudError, match="Unable to locate credentials"):
        start("aws", yes=ACCOUNT)
    assert aws.all == []


@pytest.mark.parametrize(("mode", "tries"), [("legacy", 5), ("standard", 3)])
def test_retries_are_boto3_s_own(
    aws: FakeAws, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, mode: str, tries: int
) -> None:
    """The retry mode decides how often a throttled call is tried; every try counts, and the error is AWS's."""
    variables(aws, tmp_path)
    os.environ["AWS_RETRY_MODE"] = mode
    started = start("aws", yes=ACCOUNT)
    monkeypatch.setattr("time.sleep", lambda seconds: None)  # the start puts its own in place
    aws.faults = lambda number, asked: "throttles"
    sqs = boto3.client("sqs")
    with pytest.raises(sqs.exceptions.ClientError) as caught:
        sqs.list_queues()
    assert caught.value.response["Error"]["Code"] == "ThrottlingException"
    assert (len(aws.asked), started.requests) == (tries, tries)
    [call] = started.calls()
    assert call.retries == tries - 1


def test_an_endpoint_of_the_machine_is_said(aws: FakeAws, tmp_path: Path) -> None:
    """If a config file sends boto3 to another endpoint, the start shows it."""
    del os.environ["AWS_ENDPOINT_URL"]
    _files(tmp_path, config=f"[default]\nendpoint_url = {aws.url}\n{KEYS}")
    assert f"All of them go to {aws.url}, not to AWS." in str(start("aws", yes=ACCOUNT))
