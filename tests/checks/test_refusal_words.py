"""What a refusal says is true of the very answer that it refuses, where one reason has several causes."""

import pytest
from answer_files import answers

from helpers.checks.engine import examine
from helpers.checks.runners.in_process import InProcess

# Words of what a wrong answer is told, and words that would be untrue of it or mean nothing to its author.
WORDS = {
    "group_of__others_by_kind": ("doesn't begin with \"order.\", \"stock.\" or \"customer.\"", "The kinds"),
    "group_of__others_together": ("don't begin with \"order.\", \"stock.\" or \"customer.\"", "The kind "),
    "group_of__ten_groups": ("Events about different things needn't wait", "begin with"),
    "send_day__tens": ("accepted later orders of the same batch", "your code went on sending"),
    "send_day__goes_on_after_a_long_one": ("your code went on sending", "batch"),
    "apply_messages__old_versions_ignored": ("points add up", "the same order_id and version"),
    "apply_messages__record_of_orders_and_versions": ("has the same order_id and version", "too old"),
    "apply_messages__notes_first": ("isn't under points", "None"),
    "apply_messages__orders_in_capitals": ("isn't under orders", "None"),
    "open_events__scope_of_the_topic": ("is Topic, which is the default", "With this"),
    "open_events__scope_of_the_queue": ("is queue, which is the default", "With this"),
    "open_events__any_topic_of_the_account": ("compares aws:SourceAccount, and not", "Without a Condition"),
    "open_events__any_topic": ("Without a Condition", "compares"),
}  # fmt: skip


EXERCISES = {name: name.partition("__")[0] for name in WORDS}
FIRST = {exercise: name for name, exercise in reversed(EXERCISES.items())}


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=() if name in FIRST.values() else pytest.mark.full) for name in WORDS]
)
def test_a_refusal_says_what_is_true_of_the_answer(name):
    """It has these words, and not those."""
    answer = answers("07")[name]
    function = answer.load()
    outcome = examine(answer.exercise, lambda world: InProcess(function, world), seed=1)
    told = f"{outcome.got} {outcome.why}"
    said, left_out = WORDS[name]
    assert said in told
    assert left_out not in told
