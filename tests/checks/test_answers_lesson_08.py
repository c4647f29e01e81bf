"""The checks of lesson 08 accept right answers and refuse each wrong one for its fault; see answer_tests.py."""

from answer_tests import *  # noqa: F403

LESSON = "08"
