"""Every behaviour in the book, in three clouds: the offline cloud, the same over HTTP, and plain moto.

The quick run tries nearly all of them in the offline cloud, and a few over HTTP and in plain moto. CI tries all of
them, with the lowest versions of boto3 and moto too.
`pytest tests/aws_rules/test_behaviours.py -m full -s -k table` prints the table. --update-differences writes the page
for learners.
"""

import importlib
import pkgutil
import re
from collections import Counter
from collections.abc import Iterable
from functools import cache
from itertools import groupby
from pathlib import Path
from typing import Any

import behaviours
import differences_page
import pytest
from behaviours.book import BOOK, Behaviour
from behaviours.labs import MotoLab, OfflineLab
from served_lab import ServedLab

from helpers.aws_rules import absent, dispatch
from helpers.aws_rules.common.refusals import Refused

for module in pkgutil.iter_modules(behaviours.__path__):
    importlib.import_module(f"behaviours.{module.name}")

# The first of each family, and what differs over HTTP.
SAMPLE = set(ServedLab.differs)
for _, family in groupby(BOOK, lambda name: BOOK[name].family):
    SAMPLE.add(next(family))

# More than a hundred calls each.
LONG = {
    "differences.a_standard_queue",
    "differences.many_sends_to_a_fifo_queue_in_a_second",
    "sns_subscriptions.a_full_page_of_subscriptions",
    "sns_subscriptions.a_page_of_subscriptions",
    "sns_topics.a_page_of_topics",
    "sns_topics.large_messages_for_more_than_a_hundred",
    "sns_topics.the_form_of_a_token_for_a_page",
}


def quick(names: Iterable[str]) -> list[Any]:
    """Return all experiments as parameters of a test; those that aren't among these names are left to CI."""
    kept = set(names)
    return [pytest.param(name, marks=() if name in kept else pytest.mark.full) for name in BOOK]


@cache
def outcome(make_lab: Any, name: str) -> Any:
    """Return the result of the experiment in this kind of lab; after a Python error, a text that starts with !."""
    with make_lab() as lab:
        try:
            return lab.scrubbed(BOOK[name].run(lab))
        except Exception as problem:
            return f"!{type(problem).__name__}: {problem}"


def agrees(make_lab: Any, behaviour: Behaviour) -> bool:
    """Return whether the experiment has the same result as on AWS."""
    return outcome(make_lab, behaviour.name) == behaviour.aws


@pytest.mark.parametrize("name", quick(BOOK.keys() - LONG))
def test_the_offline_cloud_behaves_as_aws(name: str) -> None:
    """The result is the same as on AWS, and differs where the book says that it does."""
    found, behaviour = outcome(OfflineLab, name), BOOK[name]
    if behaviour.differs:
        assert found != behaviour.aws, f"{name} agrees now: take its `differs` out"
    else:
        assert found == behaviour.aws, behaviour.says


@pytest.mark.parametrize("name", quick(SAMPLE))
def test_over_http_it_behaves_the_same(name: str) -> None:
    """The served cloud has the same result as the offline cloud, except for two texts that include the host."""
    if name in ServedLab.differs:
        assert outcome(ServedLab, name) != outcome(OfflineLab, name), "take it out of ServedLab.differs"
    else:
        assert outcome(ServedLab, name) == outcome(OfflineLab, name)


@pytest.mark.full
def test_the_table() -> None:
    """Print how many behaviours of each family agree with AWS, in each of the three clouds."""
    families = Counter(behaviour.family for behaviour in BOOK.values())
    agreeing = {
        lab: Counter(behaviour.family for behaviour in BOOK.values() if agrees(lab, behaviour))
        for lab in (MotoLab, OfflineLab, ServedLab)
    }
    rows = [[family, count, *(agreeing[lab][family] for lab in agreeing)] for family, count in families.items()]
    rows.append(["all", len(BOOK), *(sum(agreeing[lab].values()) for lab in agreeing)])
    print(f"\n{'family':20}{'behaviours':>11}{'plain moto':>11}{'offline':>11}{'over HTTP':>11}")
    for family, *counts in rows:
        print(f"{family:20}" + "".join(f"{count:11}" for count in counts))
    for family, _, moto, offline, served in rows[:-1]:
        assert moto <= offline or family == "differences"
        assert served >= offline - len(ServedLab.differs)
    differing = sum(bool(behaviour.differs) for behaviour in BOOK.values())
    assert rows[-1][3] == len(BOOK) - differing


# Each rule, with behaviours that plain moto lacks. Once moto has the same result by itself, the rule can be deleted.
RULES = {
    "policies.access": ["sqs_permissions.the_owner_can_be_denied", "sns_topics.a_policy_that_denies_publishing"],
    "common.identities": ["sts.the_id_of_a_session", "sts.the_sender_of_a_message"],
    "common.sts_operations": ["sts.keys_after_their_end", "partitions.a_role_of_another_partition"],
    "aws_rules.dispatch": ["sns_topics.a_number_for_the_sandbox"],
    "cloudwatch.alarm_actions": [
        "cloudwatch_alarms.the_message_of_an_alarm",
        "cloudwatch_alarms.the_mail_of_an_alarm",
        "cloudwatch_alarms.a_topic_that_does_not_allow_alarms",
    ],
    "cloudwatch.alarm_definitions": [
        "cloudwatch_alarms.definitions_that_are_refused",
        "cloudwatch_alarms.how_many_queries_return_data",
    ],
    "cloudwatch.alarm_operations": ["cloudwatch_alarms.finding_alarms", "cloudwatch_alarms.alarms_on_a_metric"],
    "cloudwatch.alarms": ["cloudwatch_alarms.a_state_that_is_set", "cloudwatch_alarms.the_history_of_an_alarm"],
    "cloudwatch.evaluation": [
        "cloudwatch_alarms.three_out_of_three",
        "cloudwatch_alarms.two_out_of_three",
        "cloudwatch_alarms.not_too_early",
        "cloudwatch_alarms.a_percentile_of_few_samples",
    ],
    "cloudwatch.custom_metrics": [
        "cloudwatch_metrics.two_units_of_one_metric",
        "cloudwatch_metrics.a_metric_of_high_resolution",
    ],
    "cloudwatch.dimensions": ["cloudwatch_metrics.names_and_dimensions_that_are_refused"],
    "cloudwatch.math_functions": ["cloudwatch_metrics.missing_values_in_metric_math"],
    "cloudwatch.metric_math": ["cloudwatch_metrics.a_quotient_of_two_metrics", "cloudwatch_metrics.no_expression"],
    "cloudwatch.metric_operations": [
        "cloudwatch_metrics.a_start_after_the_end",
        "cloudwatch_metrics.more_than_1440_points",
        "cloudwatch_metrics.points_in_no_order",
        "cloudwatch_metrics.pages_of_data",
        "cloudwatch_metrics.a_metric_of_two_weeks_ago",
    ],
    "cloudwatch.publishing": [
        "cloudwatch_metrics.values_that_are_refused",
        "cloudwatch_metrics.a_value_and_a_list_of_values",
    ],
    "cloudwatch.queries": ["cloudwatch_metrics.labels_by_default", "cloudwatch_metrics.queries_that_are_refused"],
    "cloudwatch.statistics": [
        "cloudwatch_metrics.where_periods_begin",
        "cloudwatch_metrics.percentiles",
        "cloudwatch_metrics.percentiles_of_statistic_sets",
    ],
    "common.meters": ["reported_metrics.the_metrics_of_an_idle_queue_end"],
    "sqs.meters": [
        "reported_metrics.the_age_without_a_poison_message",
        "reported_metrics.every_delete_with_a_valid_handle_counts",
    ],
    "sns.meters": ["reported_metrics.what_filters_reject", "reported_metrics.what_cannot_be_delivered"],
    "common.arns": ["sns_mobile.no_attributes_to_set", "sns_mobile.wrong_devices"],
    "common.constraints": ["sns_topics.constraints_of_the_model", "sts.characters_of_a_sessions_name"],
    "sqs.batches": ["sqs_batches.one_entry_that_is_too_long", "sqs_batches.an_id_twice_with_receipt_handles"],
    "common.deduplication": ["sqs_fifo.an_id_is_remembered_after_the_delete", "sqs_fifo.sequence_numbers_grow"],
    "sns.archives": ["sns_fifo.a_replay_from_a_time_to_a_time", "sns_fifo.values_of_an_archive_policy"],
    "sns.delivery_policies": ["sns_topics.wrong_delivery_policies", "sns_subscriptions.a_delivery_policy"],
    "sns.deliveries": [
        "sns_deliveries.a_queue_without_a_policy",
        "sns_deliveries.a_dead_letter_in_an_envelope",
        "sns_deliveries.the_headers_at_a_web_endpoint",
    ],
    "sqs.fairness": [
        "sqs_fair_queues.quiet_tenants_first",
        "sqs_fair_queues.a_slow_tenant_is_noisy",
        "sqs_fair_queues.the_noisy_tenant_with_the_fewest_in_flight",
    ],
    "sns.filter_matching": ["sns_filters.an_address_range", "sns_filters.equal_in_any_case"],
    "sns.filter_policies": ["sns_filters.a_policy_that_is_no_json", "sns_filters.a_range_that_begins_with_less"],
    "common.message_contents": ["sqs_messages.sizes_are_bytes_not_characters", "sqs_messages.ten_attributes_at_most"],
    "sqs.messages": ["sqs_messages.the_md5_of_a_trace_header", "sqs_receiving.asking_for_all_attributes"],
    "sns.mobile_push": ["sns_mobile.an_application", "sns_mobile.wrong_devices"],
    "sqs.move_tasks": ["sqs_move_tasks.messages_go_back_where_they_came_from"],
    "sns.notifications": ["sns_deliveries.the_address_to_unsubscribe", "sns_fifo.the_sequence_number_in_the_envelope"],
    "policies.permissions": [
        "sqs_permissions.characters_of_a_label",
        "sqs_permissions.the_policy_that_add_permission_writes",
        "sns_topics.a_permission_for_no_account",
        "sns_topics.actions_of_a_permission",
    ],
    "policies.documents": ["sqs_queues.a_policy_that_is_not_json", "sns_topics.a_policy_about_queues"],
    "sns.publishing": ["sns_publish.json_without_a_default", "sns_fifo.the_same_id_again"],
    "sqs.queue_attributes": [
        "sqs_queues.range_of_visibility_timeout",
        "sqs_queues.setting_an_unknown_attribute",
        "sqs_queues.tags_that_are_refused",
    ],
    "sqs.queues": ["sqs_receiving.a_message_past_its_retention", "sqs_queues.setting_an_attribute_keeps_the_policy"],
    "sqs.receiving": ["sqs_receiving.a_message_that_waited_long", "sqs_receiving.deleting_late_from_a_fifo_queue"],
    "sqs.redrive": ["sqs_redrive.what_a_moved_message_keeps", "sqs_redrive.deny_all_and_allow_all"],
    "policies.evaluation": ["sqs_permissions.deny_beats_allow", "sqs_permissions.principals_of_a_policy"],
    "sqs.sending": ["sqs_messages.an_empty_body", "sqs_fifo.a_space_in_a_deduplication_id"],
    "sns.signing": ["sns_topics.the_signature_version"],
    "sqs.region": ["sqs_queues.creating_a_queue_again_too_soon"],
    "sns.region": ["sns_topics.creating_again_with_other_attributes"],
    "sns.subscriptions": [
        "sns_subscriptions.a_confirmation_counted",
        "sns_subscriptions.again_with_other_attributes",
        "sns_subscriptions.an_unknown_protocol",
        "sns_mobile.subscribing_what_is_no_device",
    ],
    "sns.topics": ["sns_topics.the_range_of_the_maximum_message_size", "sns_topics.the_attributes_of_a_new_topic"],
}
# No experiment with boto3 alone can show these.
ABOUT_MOTO_ITSELF = {"common.untracked", "common.unkindness", "common.json_types"}


def test_every_rule_that_moto_lacks_is_listed() -> None:
    """Every module that says how moto differs has behaviours that show it."""
    modules = Path(behaviours.__file__).parents[2] / "helpers" / "aws_rules"
    tell = {
        f"{path.parent.name}.{path.stem}"
        for path in modules.rglob("*.py")
        if "\nmoto: " in path.read_text(encoding="utf-8")
    }
    assert tell == set(RULES) | ABOUT_MOTO_ITSELF


# The first rule of each kind; what plain moto does depends on its version alone.
QUICK_RULES = {rule.partition(".")[0]: rule for rule in reversed(RULES)}.values()


@pytest.mark.parametrize(
    ("rule", "name"),
    [
        pytest.param(rule, name, marks=() if rule in QUICK_RULES and name == names[0] else pytest.mark.full)
        for rule, names in RULES.items()
        for name in names
    ],
)
def test_plain_moto_still_lacks_the_rule(rule: str, name: str) -> None:
    """Plain moto has another result. If this fails, moto has caught up: check whether the rule can be deleted."""
    assert not agrees(MotoLab, BOOK[name]), f"plain moto does now what helpers/aws_rules/{rule}.py is for"


def test_as_many_operations_are_there_as_the_page_says() -> None:
    """All of SQS's operations and all but two of SNS's are there; the page has a line for each other, or for all."""
    found = {service: differences_page.operations(service) for service in dispatch.OPERATIONS}
    assert not any(found[service].get(name) for service, name in absent.OPERATIONS)
    assert all(found["sqs"].values())
    assert sum(found["sns"].values()) >= len(found["sns"]) - 2
    missing = {(service, name) for service, each in found.items() for name, is_here in each.items() if not is_here}
    assert missing <= set(absent.OPERATIONS)  # an older botocore has fewer
    text = differences_page.PATH.read_text(encoding="utf-8")
    for service, name in missing:
        why, line = absent.OPERATIONS[service, name], absent.line(service, name)
        with pytest.raises(Refused, match=re.escape(f"{why} {absent.see(line)}")):
            dispatch.find(service, name)
        assert (f": {name} | {why} |" if line == name else f"| {line} | ") in text
    assert absent.see(absent.OTHER_SERVICES) in absent.no_service("The offline cloud", "s3", ["sqs"])
    assert f"| {absent.OTHER_SERVICES} |" in text


def test_the_page_of_differences_is_made_from_the_book(request: pytest.FixtureRequest) -> None:
    """lessons/differences_from_aws.md lists exactly the operations that are missing and the behaviours that differ."""
    made = differences_page.page(list(BOOK.values()))
    if request.config.getoption("--update-differences"):
        differences_page.PATH.write_text(made, encoding="utf-8", newline="\n")
    assert differences_page.PATH.read_text(encoding="utf-8") == made
