"""What the runners of a kernel give an answer: a new session at little cost, and modules that are mended afterwards."""

import json

import boto3
import botocore.session
import pytest
from botocore.loaders import JSONFileLoader

from helpers.checks.runners.fresh_session import fresh_session
from helpers.simulation.member_console import functions_kept


@pytest.fixture(autouse=True)
def _offline(offline):
    """A cloud, so that clients can be made and make calls."""


def sent_by(session):
    """Return the parts of the request that a call in this session sends, but for its signature and its times."""
    seen = []
    client = session.client("sqs")
    client.meta.events.register("before-send", lambda request, **_: seen.append(request))
    client.create_queue(QueueName="orders")
    names = {name.lower() for name in seen[0].headers}
    return seen[0].method, seen[0].url, seen[0].body, names, seen[0].headers["User-Agent"]


def test_a_fresh_session_is_like_any_other():
    """Its clients send what those of a plain session send, and raise what those raise."""
    assert sent_by(fresh_session()) == sent_by(boto3.Session())
    client = fresh_session().client("sqs")
    with pytest.raises(client.exceptions.QueueDoesNotExist) as caught:
        client.get_queue_url(QueueName="no")
    assert caught.value.response["Error"]["QueryErrorCode"] == "QueueDoesNotExist"
    assert fresh_session().resource("sns").meta.service_name == "sns"


def test_what_an_answer_does_to_its_session_ends_with_it():
    """A handler that it registers is in no later session."""
    seen = []
    fresh_session().events.register("before-send", lambda **_: seen.append(1))
    fresh_session().client("sqs").list_queues()
    assert seen == []


def test_models_are_read_once(monkeypatch):
    """Sessions that an answer makes for itself read no file that was read before; one with models elsewhere does."""
    fresh_session()
    boto3.Session().client("sqs"), boto3.Session().resource("sqs")
    read, plain = [], JSONFileLoader.load_file
    monkeypatch.setattr(JSONFileLoader, "load_file", lambda self, path: read.append(path) or plain(self, path))
    boto3.Session().client("sqs"), boto3.Session(region_name="eu-west-1").resource("sqs")
    assert read == []
    elsewhere = botocore.session.Session({"data_path": (None, None, "/nowhere", None)})
    boto3.Session(botocore_session=elsewhere).client("sqs")
    assert read


def test_functions_that_an_answer_replaces_are_put_back():
    """Those that it replaced and those that it deleted."""
    before = json.dumps, boto3.client
    with functions_kept():
        json.dumps = boto3.resource = len
        del boto3.client
    assert (json.dumps, boto3.client) == before
    assert boto3.resource is not len
