"""What pictures call a message."""

import json
from typing import Any

import pytest

from helpers.views.message_name import inside, name_of


def envelope(message: str) -> str:
    """Return what SNS puts around a published message."""
    return json.dumps({"Type": "Notification", "MessageId": "1", "TopicArn": "arn:aws:sns:::news", "Message": message})


@pytest.mark.parametrize(
    ("body", "name"),
    [
        ("A-101", "A-101"),
        ("two\n jars   of honey", "two jars of honey"),
        ("x" * 500, "x" * 23 + "…"),
        ('{"order_id": "A-101", "id": 7}', "A-101"),
        ('{"orderId": "A-102"}', "A-102"),
        ('{"id": 7}', "7"),
        ('{"order": {"id": "A-103", "item": "honey"}}', "A-103"),
        ('{"order_id": "A-101", "event": "paid"}', "A-101 paid"),
        ('{"order_id": "A-101", "event": ["paid"]}', "A-101"),
        ('{"event": "paid"}', '{"event": "paid"}'),
        ('{"order_id": "", "id": "A-104"}', "A-104"),
        ('{"id": true, "item": "tea"}', '{"id": true, "item": "t…'),
        (envelope("A-105"), "A-105"),
        (envelope('{"order_id": "A-106"}'), "A-106"),
        (envelope(envelope("A-107")), "A-107"),
        ('{"order_id": ', '{"order_id":'),
        ("  ", "a message"),
    ],
)
def test_a_message_is_called_what_people_call_it(body: str, name: str) -> None:
    """That's its order's id, wherever it is, or else the beginning of the text."""
    assert name_of(body) == name


@pytest.mark.parametrize("body", ['{"id":' * 100_000, '{"id": [' + "[" * 100_000, '{"id": 1' + "0" * 9_999 + "}"])
def test_no_text_is_too_strange_to_be_named(body: str) -> None:
    """Deep or endless JSON is a text like any other."""
    assert len(name_of(body)) == 24


@pytest.mark.parametrize(("body", "text"), [(envelope("A-101"), "A-101"), ('{"Message": "A"}', '{"Message": "A"}')])
def test_the_message_inside_sns_s_envelope_is_what_somebody_published(body: str, text: Any) -> None:
    """Only a notification has one."""
    assert inside(body) == text
