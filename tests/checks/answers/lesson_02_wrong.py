"""Wrong answers to the exercises of lesson 02, as learners write them. Each says the reason id of its refusal."""

import time

from botocore.exceptions import ClientError
from variants import variant

# --- find_queue -------------------------------------------------------------------------------------------------------


def find_queue__lets_it_raise(sqs, name):
    """Says: error-not-caught"""
    return sqs.get_queue_url(QueueName=name)["QueueUrl"]


def find_queue__compares_the_class_s_name(sqs, name):
    """Says: error-not-caught"""
    try:
        return sqs.get_queue_url(QueueName=name)["QueueUrl"]
    except ClientError as problem:
        if problem.response["Error"]["Code"] == "QueueDoesNotExist":
            return None
        raise


find_queue__any_client_error = variant("solution", "QueueDoesNotExist", "ClientError", says="outage-as-missing")
find_queue__bare_except = variant("solution", " sqs.exceptions.QueueDoesNotExist", "", says="outage-as-missing")


def find_queue__creates(sqs, name):
    """Says: queue-created"""
    return sqs.create_queue(QueueName=name)["QueueUrl"]


def find_queue__first_of_the_prefix(sqs, name):
    """Says: longer-name"""
    urls = sqs.list_queues(QueueNamePrefix=name).get("QueueUrls", [])
    return urls[0] if urls else None


def find_queue__last_of_the_prefix(sqs, name):
    """Says: other-queue"""
    urls = sqs.list_queues(QueueNamePrefix=name).get("QueueUrls", [])
    return urls[-1] if urls else None


def find_queue__no_key(sqs, name):
    """Says: no-urls-key"""
    for url in sqs.list_queues(QueueNamePrefix=f"{name}")["QueueUrls"]:
        if url.endswith(f"/{name}"):
            return url


def find_queue__made_by_hand(sqs, name):
    """Says: url-made-up"""
    some = sqs.list_queues()["QueueUrls"][0]
    return some.rsplit("/", 1)[0] + "/" + name


find_queue__response = variant("solution", '["QueueUrl"]', "", says="whole-response")

find_queue__another_error = variant(
    "solution",
    "return None",
    'return None\n    except sqs.exceptions.ClientError:\n        raise RuntimeError("could not look")',
    says="error-replaced",
)


def find_queue__any_status_of_400(sqs, name):
    """Says: outage-as-missing"""
    try:
        return sqs.get_queue_url(QueueName=name)["QueueUrl"]
    except ClientError as problem:
        if problem.response["ResponseMetadata"]["HTTPStatusCode"] == 400:
            return None
        raise


find_queue__says_it_in_words = variant("solution", "return None", 'return "no such queue"', says="not-none")


# --- queue_names ------------------------------------------------------------------------------------------------------


def queue_names__one_call(sqs, prefix):
    """Says: pages-missing"""
    urls = sqs.list_queues(QueueNamePrefix=prefix).get("QueueUrls", [])
    return sorted(url.split("/")[-1] for url in urls)


queue_names__paginator_without_size = variant(
    "solution", ', PaginationConfig={"PageSize": 1000}', "", says="pages-missing"
)


def queue_names__first_page(sqs, prefix):
    """Says: pages-missing"""
    page = sqs.list_queues(QueueNamePrefix=prefix, MaxResults=1000)
    return sorted(url.split("/")[-1] for url in page.get("QueueUrls", []))


def queue_names__two_pages(sqs, prefix):
    """Says: pages-missing"""
    page = sqs.list_queues(QueueNamePrefix=prefix, MaxResults=500)
    urls = page.get("QueueUrls", [])
    if "NextToken" in page:
        urls += sqs.list_queues(QueueNamePrefix=prefix, MaxResults=500, NextToken=page["NextToken"])["QueueUrls"]
    return sorted(url.split("/")[-1] for url in urls)


def queue_names__same_page_again(sqs, prefix):
    """Says: page-twice"""
    page = sqs.list_queues(QueueNamePrefix=prefix, MaxResults=600)
    urls = page.get("QueueUrls", [])
    if "NextToken" in page:
        urls = urls + sqs.list_queues(QueueNamePrefix=prefix, MaxResults=600).get("QueueUrls", [])
    return sorted(url.split("/")[-1] for url in urls)


queue_names__no_key = variant("solution", 'page.get("QueueUrls", [])', 'page["QueueUrls"]', says="no-urls-key")
queue_names__none_for_none = variant("solution", "return sorted(names)", "return sorted(names) or None", says="no-list")
queue_names__urls = variant("solution", 'url.split("/")[-1]', "url", says="urls-returned")
queue_names__unsorted = variant("solution", "return sorted(names)", "return names", says="not-sorted")


def queue_names__anywhere(sqs, prefix):
    """Says: other-prefix"""
    pages = sqs.get_paginator("list_queues").paginate(PaginationConfig={"PageSize": 1000})
    names = [url.split("/")[-1] for url in pages.build_full_result().get("QueueUrls", [])]
    return sorted(name for name in names if prefix.lower() in name.lower())


# --- lengthen_lease ---------------------------------------------------------------------------------------------------


def _lease(sqs, queue_url):
    reply = sqs.get_queue_attributes(QueueUrl=queue_url, AttributeNames=["VisibilityTimeout"])
    return reply["Attributes"]["VisibilityTimeout"]


lengthen_lease__replaces = variant(
    "solution",
    'min(int(reply["Attributes"]["VisibilityTimeout"]) + seconds, 43_200)',
    "seconds",
    says="timeout-replaced",
)

lengthen_lease__strings = variant(
    "solution",
    'min(int(reply["Attributes"]["VisibilityTimeout"]) + seconds, 43_200)',
    'reply["Attributes"]["VisibilityTimeout"] + str(seconds)',
    says="texts-joined",
)

lengthen_lease__string_and_int = variant(
    "solution",
    'int(reply["Attributes"]["VisibilityTimeout"])',
    'reply["Attributes"]["VisibilityTimeout"]',
    says="text-and-number",
)

lengthen_lease__sets_an_int = variant("solution", "str(lease)", "lease", says="number-as-attribute")

lengthen_lease__no_limit = variant(
    "solution",
    'min(int(reply["Attributes"]["VisibilityTimeout"]) + seconds, 43_200)',
    'int(reply["Attributes"]["VisibilityTimeout"]) + seconds',
    says="timeout-too-long",
)

lengthen_lease__gives_up_at_the_limit = variant(
    "solution",
    "    sqs.set_queue_attributes",
    "    if lease < 43_200:\n        sqs.set_queue_attributes",
    says="limit-not-set",
)

lengthen_lease__default_thirty = variant(
    "solution", 'int(reply["Attributes"]["VisibilityTimeout"])', "30", says="timeout-not-set"
)


def lengthen_lease__writes_everything_back(sqs, queue_url, seconds):
    """Says: other-setting-changed"""
    attributes = sqs.get_queue_attributes(QueueUrl=queue_url, AttributeNames=["All"])["Attributes"]
    lease = min(int(attributes["VisibilityTimeout"]) + seconds, 43200)
    keep = ("DelaySeconds", "MessageRetentionPeriod", "ReceiveMessageWaitTimeSeconds")
    attributes = {name: attributes[name] for name in keep} | {"VisibilityTimeout": str(lease)}
    sqs.set_queue_attributes(QueueUrl=queue_url, Attributes=attributes)
    return lease


lengthen_lease__returns_the_string = variant("solution", "return lease", "return str(lease)", says="text-returned")
lengthen_lease__returns_nothing = variant("solution", "return lease", "print(lease)", says="not-the-timeout")


def lengthen_lease__of_messages(sqs, queue_url, seconds):
    """Says: timeout-not-set"""
    lease = min(int(_lease(sqs, queue_url)) + seconds, 43200)
    for message in sqs.receive_message(QueueUrl=queue_url, MaxNumberOfMessages=10).get("Messages", []):
        sqs.change_message_visibility(
            QueueUrl=queue_url, ReceiptHandle=message["ReceiptHandle"], VisibilityTimeout=lease
        )
    return lease


lengthen_lease__asks_for_nothing = variant(
    "solution", ', AttributeNames=["VisibilityTimeout"]', "", says="attributes-not-asked-for"
)


def lengthen_lease__creates_it_anew(sqs, queue_url, seconds):
    """Says: queue-touched"""
    attributes = sqs.get_queue_attributes(QueueUrl=queue_url, AttributeNames=["All"])["Attributes"]
    lease = min(int(attributes["VisibilityTimeout"]) + seconds, 43200)
    kept = {name: attributes[name] for name in ("MessageRetentionPeriod", "DelaySeconds")}
    sqs.delete_queue(QueueUrl=queue_url)
    time.sleep(60)
    name = queue_url.split("/")[-1]
    sqs.create_queue(QueueName=name, Attributes=kept | {"VisibilityTimeout": str(lease)})
    return lease


lengthen_lease__thirty_for_nothing = variant(
    "solution",
    'int(reply["Attributes"]["VisibilityTimeout"])',
    '(int(reply["Attributes"]["VisibilityTimeout"]) or 30)',
    says="timeout-not-set",
)

lengthen_lease__float = variant(
    "solution", "int(reply", "float(reply", "str(lease)", "str(int(lease))", says="not-the-timeout"
)


# --- backlog ----------------------------------------------------------------------------------------------------------

COUNTERS = [
    "ApproximateNumberOfMessages",
    "ApproximateNumberOfMessagesNotVisible",
    "ApproximateNumberOfMessagesDelayed",
]


def _counted(sqs, url, counters=COUNTERS):
    found = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=list(counters))["Attributes"]
    return [int(value) for value in found.values()]


def _of_team(sqs, team):
    urls = sqs.list_queues().get("QueueUrls", [])
    return [url for url in urls if sqs.list_queue_tags(QueueUrl=url).get("Tags", {}).get("team") == team]


backlog__visible_only = variant(
    "solution", "AttributeNames=counters", "AttributeNames=counters[:1]", says="states-missing"
)

backlog__without_delayed = variant(
    "solution", "AttributeNames=counters", "AttributeNames=counters[:2]", says="states-missing"
)

backlog__strings = variant(
    "solution", "sum(int(number) for number in counted.values())", '"".join(counted.values())', says="texts-joined"
)

backlog__sum_of_strings = variant(
    "solution", "sum(int(number) for number in counted.values())", "sum(counted.values())", says="text-counters"
)

backlog__no_queues_at_all = variant("solution", '.get("QueueUrls", [])', '["QueueUrls"]', says="no-urls-key")
backlog__tags_key = variant("solution", '.get("Tags", {})', '["Tags"]', says="no-tags-key")
backlog__team_key = variant("solution", 'tags.get("team")', 'tags["team"]', says="no-team-tag")


def backlog__by_name(sqs, team):
    """Says: other-team"""
    urls = sqs.list_queues(QueueNamePrefix=team).get("QueueUrls", [])
    return {url.split("/")[-1]: sum(_counted(sqs, url)) for url in urls}


backlog__any_value = variant("solution", 'tags.get("team") == team', "team in tags.values()", says="other-team")

backlog__leaves_out_empty_ones = variant(
    "solution", "return left", "return {name: count for name, count in left.items() if count}", says="queue-missing"
)


def backlog__counts_by_receiving(sqs, team):
    """Says: messages-touched"""
    report = {}
    for url in _of_team(sqs, team):
        report[url.split("/")[-1]] = 0
        while messages := sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages"):
            report[url.split("/")[-1]] += len(messages)
    return report


backlog__urls = variant("solution", 'left[url.split("/")[-1]]', "left[url]", says="urls-returned")


def backlog__gives_up_at_the_first_without(sqs, team):
    """Says: queue-missing"""
    report = {}
    try:
        for url in sqs.list_queues().get("QueueUrls", []):
            if sqs.list_queue_tags(QueueUrl=url)["Tags"]["team"] == team:
                report[url.split("/")[-1]] = sum(_counted(sqs, url))
    except KeyError:
        pass
    return report


backlog__whatever_the_capitals = variant(
    "solution", 'tags.get("team") == team', 'tags.get("team", "").lower() == team', says="other-team"
)

backlog__waits_until_all_is_visible = variant(
    "solution",
    "    left = {}",
    "    time.sleep(43_200)\n    left = {}",
    "AttributeNames=counters",
    "AttributeNames=counters[:1]",
    says="waited-for-states",
)


# --- ensure_queue -----------------------------------------------------------------------------------------------------


def _texts(attributes):
    return {name: str(value) for name, value in attributes.items()}


def _kind(name):
    return {"FifoQueue": "true"} if name.endswith(".fifo") else {}


def _retag(sqs, url, tags):
    extra = set(sqs.list_queue_tags(QueueUrl=url).get("Tags", {})) - set(tags)
    if extra:
        sqs.untag_queue(QueueUrl=url, TagKeys=list(extra))
    if tags:
        sqs.tag_queue(QueueUrl=url, Tags=tags)
    return url


def _create(sqs, name, attributes, **tags):
    try:
        return sqs.create_queue(QueueName=name, Attributes=attributes, **tags)["QueueUrl"]
    except sqs.exceptions.QueueDeletedRecently:
        time.sleep(60)
        return sqs.create_queue(QueueName=name, Attributes=attributes, **tags)["QueueUrl"]


def ensure_queue__creates_only(sqs, name, attributes, tags):
    """Says: created-again"""
    return _create(sqs, name, _texts(attributes) | _kind(name), tags=tags)


ensure_queue__ints = variant("solution", "str(value)", "value", says="number-as-attribute")


def ensure_queue__deletes_first(sqs, name, attributes, tags):
    """Says: messages-lost"""
    try:
        sqs.delete_queue(QueueUrl=sqs.get_queue_url(QueueName=name)["QueueUrl"])
    except sqs.exceptions.QueueDoesNotExist:
        pass
    return _create(sqs, name, _texts(attributes) | _kind(name), tags=tags)


def ensure_queue__swallows_that_it_exists(sqs, name, attributes, tags):
    """Says: attribute-not-set"""
    try:
        return _create(sqs, name, _texts(attributes) | _kind(name), tags=tags)
    except sqs.exceptions.QueueNameExists:
        return sqs.get_queue_url(QueueName=name)["QueueUrl"]


ensure_queue__adds_tags = variant(
    "solution", "    if extra:\n        sqs.untag_queue(QueueUrl=url, TagKeys=extra)\n", "", says="undeclared-tag-left"
)

ensure_queue__no_tags = variant(
    "solution", "    if tags:\n        sqs.tag_queue(QueueUrl=url, Tags=tags)\n", "", says="tag-not-set"
)

ensure_queue__does_not_wait = variant("solution", "time.sleep(60)", "raise", says="deleted-recently")

ensure_queue__always_waits = variant(
    "solution",
    "    try:\n        url = sqs.get",
    "    time.sleep(60)\n    try:\n        url = sqs.get",
    says="waited-for-nothing",
)

ensure_queue__waits_too_short = variant("solution", "time.sleep(60)", "time.sleep(5)", says="deleted-recently")

ensure_queue__forgets_fifo = variant(
    "solution", '{"FifoQueue": "true"} if name.endswith(".fifo") else {}', "{}", says="suffix-without-fifo"
)

ensure_queue__starts_from_defaults = variant(
    "solution",
    "Attributes={key",
    'Attributes={"MessageRetentionPeriod": "345600"} | {key',
    says="undeclared-attribute-changed",
)

ensure_queue__tags_nothing = variant("solution", "if tags:", "if True:", says="nothing-to-send")
ensure_queue__untags_nothing = variant("solution", "if extra:", "if True:", says="nothing-to-send")
ensure_queue__tags_key = variant("solution", '.get("Tags", {})', '["Tags"]', says="no-tags-key")
ensure_queue__only_existing = variant("solution", "QueueDoesNotExist", "QueueNameExists", says="queue-missing")


def ensure_queue__purges(sqs, name, attributes, tags):
    """Says: messages-lost"""
    url = _create(sqs, name, _kind(name))
    if attributes:
        sqs.set_queue_attributes(QueueUrl=url, Attributes=_texts(attributes))
    try:
        sqs.purge_queue(QueueUrl=url)
    except sqs.exceptions.PurgeQueueInProgress:
        pass
    return _retag(sqs, url, tags)


ensure_queue__returns_the_name = variant("solution", "return url", "return name", says="not-the-url")


def ensure_queue__first_of_the_prefix(sqs, name, attributes, tags):
    """Says: no-queue"""
    url = sqs.list_queues(QueueNamePrefix=name).get("QueueUrls", [""])[0] or _create(sqs, name, _kind(name))
    if attributes:
        sqs.set_queue_attributes(QueueUrl=url, Attributes=_texts(attributes))
    return _retag(sqs, url, tags)


ensure_queue__fifo_anywhere = variant(
    "solution", 'name.endswith(".fifo")', '"fifo" in name', says="fifo-without-suffix"
)


def ensure_queue__writes_everything_back(sqs, name, attributes, tags):
    """Says: undeclared-attribute-changed"""
    url = _create(sqs, name, _kind(name))
    found = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
    kept = {key: found[key] for key in ("VisibilityTimeout", "DelaySeconds", "MaximumMessageSize")}
    sqs.set_queue_attributes(QueueUrl=url, Attributes=kept | _texts(attributes))
    return _retag(sqs, url, tags)
