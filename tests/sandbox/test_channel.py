"""What the grader takes for a request of a hand-in, and what for an attack."""

import base64
import json

import pytest

from helpers.sandbox import channel


def request(text):
    """Return the line with which the sandbox hands on a SendMessage of this text, as boto3 writes it."""
    body = json.dumps({"QueueUrl": "https://sqs.us-east-1.amazonaws.com/123456789012/orders", "MessageBody": text})
    headers = [["X-Amz-Target", "AmazonSQS.SendMessage"]]
    written = base64.b64encode(body.encode()).decode()
    return json.dumps({"request": ["POST", "https://sqs.us-east-1.amazonaws.com/", headers, written]}).encode()


def test_the_largest_message_passes_whatever_its_letters_are():
    """1 MiB of letters of two bytes each is a message that SQS takes, although JSON writes three times as many."""
    line = request("é" * (1 << 19))
    assert channel.message(line) == json.loads(line)


def test_what_no_message_can_be_ends_the_process():
    """Nothing of four times that size is a message of anybody's."""
    with pytest.raises(channel.Broken):
        channel.message(request("é" * (1 << 21)))


def test_a_long_line_of_many_parts_is_not_even_read(monkeypatch):
    """In memory, the lists of such a line take thirty times its length."""
    monkeypatch.setattr(channel.json, "loads", lambda *_, **__: pytest.fail("it was read"))
    with pytest.raises(channel.Broken):
        channel.message(b'{"request": [' + b"[]," * 1_000_000 + b"[]]}")
