"""What `start` reports: an option that a cloud doesn't have, and an error inside a cloud's own start-up.

And what it makes faster.
"""

from typing import Any

import boto3
import botocore.loaders
import botocore.session
import pytest

from helpers import cloud, start
from helpers.backends import running, transport
from helpers.errors import CloudError

KINDS = {"offline": "OfflineCloud", "aws": "AwsCloud", "http://127.0.0.1:9": "EndpointCloud"}


@pytest.mark.parametrize(("which", "name"), KINDS.items(), ids=KINDS.values())
def test_an_option_that_a_cloud_does_not_have_is_named(no_cloud: None, which: str, name: str) -> None:
    """It's a CloudError with the cloud and the option."""
    with pytest.raises(CloudError) as caught:
        start(which, speed=2)
    option = f"{name}.__init__() got an unexpected keyword argument 'speed'"
    assert str(caught.value).startswith(f"The cloud {which!r} doesn't have that option: {option}")


@pytest.mark.parametrize("which", ["offline", "http://127.0.0.1:9"])
def test_a_type_error_inside_the_start_up_is_raised_as_it_is(
    no_cloud: None, monkeypatch: pytest.MonkeyPatch, which: str
) -> None:
    """A mistake in a cloud's own code isn't reported as the learner's option, and the cloud before goes on running."""
    before = start()

    def broken() -> None:
        raise TypeError("'NoneType' object is not iterable")

    monkeypatch.setattr(transport, "install", broken)
    with pytest.raises(TypeError, match="'NoneType' object is not iterable"):
        start(which)
    assert cloud.world is before.world


def test_starting_again_says_that_all_is_gone(
    no_cloud: None, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A learner who runs the first cell once more hears that the queues are gone; an unused cloud goes silently."""
    monkeypatch.delenv(running.COMPARED, raising=False)
    start("offline")
    start("offline")
    assert capsys.readouterr().out == ""
    boto3.client("sqs").create_queue(QueueName="orders")
    start("offline")
    assert capsys.readouterr().out == f"{running.STARTED_AGAIN}\n"


def test_what_boto3_reads_of_the_services_is_read_once(no_cloud: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """A learner's second session makes its client without opening a file of botocore's data."""
    plain, read = botocore.loaders.JSONFileLoader.load_file, []

    def load_file(loader: Any, path: str) -> Any:
        read.append(path)
        return plain(loader, path)

    monkeypatch.setattr(botocore.session, "create_loader", botocore.loaders.create_loader)
    start("offline")
    boto3.Session().client("sqs")
    monkeypatch.setattr(botocore.loaders.JSONFileLoader, "load_file", load_file)
    boto3.Session().client("sqs")
    assert read == []
