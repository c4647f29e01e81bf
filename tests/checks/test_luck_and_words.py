"""No mark depends on luck, and what a refusal says agrees with what happened."""

import pytest
from answer_files import answers

from helpers.checks.engine import examine
from helpers.checks.outcome import CORRECT
from helpers.checks.runners.in_process import InProcess

pytestmark = pytest.mark.full
SEEDS = range(1, 41)


def outcome_of(name, seed=1):
    """Return what the check of its exercise says of one of the answers in the files of a lesson."""
    answer = next(found[name] for found in map(answers, ("04", "08")) if name in found)
    function = answer.load()
    return examine(answer.exercise, lambda world: InProcess(function, world), seed)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("name", ["drain__three_tries", "sort_dead_letters__three_tries"])
def test_three_tries_of_an_entry_are_always_enough(name, seed):
    """Entries of batches fail at random. An answer that tries each three times is right, whatever the seed draws."""
    outcome = outcome_of(name, seed)
    assert outcome.status == CORRECT, (outcome.reason, outcome.got)


@pytest.mark.parametrize("seed", SEEDS)
def test_two_tries_of_an_entry_are_never_enough(seed):
    """Nor is an answer that gives up after two tries right with luck."""
    assert outcome_of("sort_dead_letters__two_tries", seed).reason == "gave-up"


def test_an_answer_that_gives_up_is_told_which_entries_failed():
    """The refusal names the error, the batch and its failures, and says that a further try would have worked."""
    outcome = outcome_of("sort_dead_letters__one_try")
    assert outcome.did.endswith("with messages of all kinds in the dead-letter queue")
    assert "three tries weren't enough, raised by your line" in outcome.got
    assert "In your last call, of SendMessageBatch, " in outcome.got
    assert outcome.got.endswith("had failed with InternalError.")
    assert "worked at the third try at the latest" in outcome.why
    assert outcome.expected


def test_a_source_without_a_redrive_policy_still_exists():
    """The refusal says why a list of the dead-letter queue's sources isn't enough."""
    outcome = outcome_of("sort_dead_letters__listed_sources")
    assert "was sent to the queue parked-" in outcome.got
    assert "which still exists. It has no redrive policy any more" in outcome.why


def test_an_alarm_s_comparison_is_shown_with_the_metric():
    """What was observed isn't the reason of a state from before the message."""
    outcome = outcome_of("watch_dead_letters__more_than_one")
    assert outcome.got.endswith(
        "is in OK. ApproximateNumberOfMessagesVisible is 1, and it's compared by GreaterThanThreshold with 1."
    )
    assert outcome.why == "The queue has 1 message, and 1 isn't greater than the alarm's Threshold of 1."


def test_a_page_that_is_not_read_is_named():
    """Of one subscription that's left out, the refusal says that it was on a later page."""
    outcome = outcome_of("wire_dead_letters__first_page")
    assert "1 of 2 confirmed subscriptions has no redrive policy with the ARN of " in outcome.got
    assert outcome.why.startswith("Your code listed 100 subscriptions, and this one is on a later page.")
    assert "NextToken" in outcome.why


def test_pages_are_not_named_where_they_are_not_the_reason():
    """An answer that leaves out subscriptions on its only page is told what a redrive policy is."""
    outcome = outcome_of("wire_dead_letters__first_subscription")
    assert outcome.reason == "subscription-without-policy"
    assert "NextToken" not in outcome.why
