"""The checks of lesson 02 accept right answers and refuse each wrong one for its fault; see answer_tests.py."""

from answer_tests import *  # noqa: F403

from helpers.checks.lessons import lesson_02

LESSON = "02"


def test_a_message_quotes_a_few_tags():
    """Those that differ come first, and of many only a few."""
    tags = {f"note-{number}": "mine" for number in range(20)} | {"owner": "me"}
    assert lesson_02._a_few({"stage": "test"}, {"stage": "production"}) == "{'stage': 'test'}"
    quoted = lesson_02._a_few(tags, tags | {"owner": "you"})
    assert quoted.startswith("{'owner': 'me', 'note-0': 'mine',")
    assert quoted.endswith("'note-3': 'mine'} and 16 more")
