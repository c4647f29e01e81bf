"""Wrong answers to the exercises of lesson 02, as learners write them. Each says the reason id of its refusal."""

import time

from botocore.exceptions import ClientError

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


def find_queue__any_client_error(sqs, name):
    """Says: outage-as-missing"""
    try:
        return sqs.get_queue_url(QueueName=name)["QueueUrl"]
    except ClientError:
        return None


def find_queue__bare_except(sqs, name):
    """Says: outage-as-missing"""
    try:
        return sqs.get_queue_url(QueueName=name)["QueueUrl"]
    except:
        return None


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


def find_queue__response(sqs, name):
    """Says: whole-response"""
    try:
        return sqs.get_queue_url(QueueName=name)
    except sqs.exceptions.QueueDoesNotExist:
        return None


def find_queue__another_error(sqs, name):
    """Says: error-replaced"""
    try:
        return sqs.get_queue_url(QueueName=name)["QueueUrl"]
    except sqs.exceptions.QueueDoesNotExist:
        return None
    except ClientError:
        raise RuntimeError("could not look")


def find_queue__any_status_of_400(sqs, name):
    """Says: outage-as-missing"""
    try:
        return sqs.get_queue_url(QueueName=name)["QueueUrl"]
    except ClientError as problem:
        if problem.response["ResponseMetadata"]["HTTPStatusCode"] == 400:
            return None
        raise


def find_queue__says_it_in_words(sqs, name):
    """Says: not-none"""
    try:
        return sqs.get_queue_url(QueueName=name)["QueueUrl"]
    except sqs.exceptions.QueueDoesNotExist:
        return "no such queue"


# --- queue_names ------------------------------------------------------------------------------------------------------


def queue_names__one_call(sqs, prefix):
    """Says: pages-missing"""
    urls = sqs.list_queues(QueueNamePrefix=prefix).get("QueueUrls", [])
    return sorted(url.split("/")[-1] for url in urls)


def queue_names__paginator_without_size(sqs, prefix):
    """Says: pages-missing"""
    names = []
    for page in sqs.get_paginator("list_queues").paginate(QueueNamePrefix=prefix):
        names += [url.split("/")[-1] for url in page.get("QueueUrls", [])]
    return sorted(names)


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


def queue_names__no_key(sqs, prefix):
    """Says: no-urls-key"""
    names = []
    for page in sqs.get_paginator("list_queues").paginate(QueueNamePrefix=prefix, PaginationConfig={"PageSize": 1000}):
        names += [url.split("/")[-1] for url in page["QueueUrls"]]
    return sorted(names)


def queue_names__none_for_none(sqs, prefix):
    """Says: no-list"""
    result = sqs.get_paginator("list_queues").paginate(QueueNamePrefix=prefix, PaginationConfig={"PageSize": 1000})
    urls = result.build_full_result().get("QueueUrls")
    return sorted(url.split("/")[-1] for url in urls) if urls else None


def queue_names__urls(sqs, prefix):
    """Says: urls-returned"""
    pages = sqs.get_paginator("list_queues").paginate(QueueNamePrefix=prefix, PaginationConfig={"PageSize": 1000})
    return sorted(pages.build_full_result().get("QueueUrls", []))


def queue_names__unsorted(sqs, prefix):
    """Says: not-sorted"""
    pages = sqs.get_paginator("list_queues").paginate(QueueNamePrefix=prefix, PaginationConfig={"PageSize": 1000})
    return [url.split("/")[-1] for url in pages.build_full_result().get("QueueUrls", [])]


def queue_names__anywhere(sqs, prefix):
    """Says: other-prefix"""
    pages = sqs.get_paginator("list_queues").paginate(PaginationConfig={"PageSize": 1000})
    names = [url.split("/")[-1] for url in pages.build_full_result().get("QueueUrls", [])]
    return sorted(name for name in names if prefix.lower() in name.lower())


# --- lengthen_lease ---------------------------------------------------------------------------------------------------


def _lease(sqs, queue_url):
    reply = sqs.get_queue_attributes(QueueUrl=queue_url, AttributeNames=["VisibilityTimeout"])
    return reply["Attributes"]["VisibilityTimeout"]


def lengthen_lease__replaces(sqs, queue_url, seconds):
    """Says: lease-replaced"""
    sqs.set_queue_attributes(QueueUrl=queue_url, Attributes={"VisibilityTimeout": str(seconds)})
    return seconds


def lengthen_lease__strings(sqs, queue_url, seconds):
    """Says: texts-joined"""
    lease = _lease(sqs, queue_url) + str(seconds)
    sqs.set_queue_attributes(QueueUrl=queue_url, Attributes={"VisibilityTimeout": lease})
    return lease


def lengthen_lease__string_and_int(sqs, queue_url, seconds):
    """Says: text-and-number"""
    lease = _lease(sqs, queue_url) + seconds
    sqs.set_queue_attributes(QueueUrl=queue_url, Attributes={"VisibilityTimeout": str(lease)})
    return lease


def lengthen_lease__sets_an_int(sqs, queue_url, seconds):
    """Says: number-as-attribute"""
    lease = min(int(_lease(sqs, queue_url)) + seconds, 43200)
    sqs.set_queue_attributes(QueueUrl=queue_url, Attributes={"VisibilityTimeout": lease})
    return lease


def lengthen_lease__no_limit(sqs, queue_url, seconds):
    """Says: lease-too-long"""
    lease = int(_lease(sqs, queue_url)) + seconds
    sqs.set_queue_attributes(QueueUrl=queue_url, Attributes={"VisibilityTimeout": str(lease)})
    return lease


def lengthen_lease__gives_up_at_the_limit(sqs, queue_url, seconds):
    """Says: limit-not-set"""
    lease = int(_lease(sqs, queue_url)) + seconds
    if lease < 43200:
        sqs.set_queue_attributes(QueueUrl=queue_url, Attributes={"VisibilityTimeout": str(lease)})
    return min(lease, 43200)


def lengthen_lease__default_thirty(sqs, queue_url, seconds):
    """Says: lease-not-set"""
    lease = min(30 + seconds, 43200)
    sqs.set_queue_attributes(QueueUrl=queue_url, Attributes={"VisibilityTimeout": str(lease)})
    return lease


def lengthen_lease__writes_everything_back(sqs, queue_url, seconds):
    """Says: other-setting-changed"""
    attributes = sqs.get_queue_attributes(QueueUrl=queue_url, AttributeNames=["All"])["Attributes"]
    lease = min(int(attributes["VisibilityTimeout"]) + seconds, 43200)
    keep = ("DelaySeconds", "MessageRetentionPeriod", "ReceiveMessageWaitTimeSeconds")
    attributes = {name: attributes[name] for name in keep} | {"VisibilityTimeout": str(lease)}
    sqs.set_queue_attributes(QueueUrl=queue_url, Attributes=attributes)
    return lease


def lengthen_lease__returns_the_string(sqs, queue_url, seconds):
    """Says: text-returned"""
    lease = str(min(int(_lease(sqs, queue_url)) + seconds, 43200))
    sqs.set_queue_attributes(QueueUrl=queue_url, Attributes={"VisibilityTimeout": lease})
    return lease


def lengthen_lease__returns_nothing(sqs, queue_url, seconds):
    """Says: not-the-lease"""
    lease = str(min(int(_lease(sqs, queue_url)) + seconds, 43200))
    sqs.set_queue_attributes(QueueUrl=queue_url, Attributes={"VisibilityTimeout": lease})


def lengthen_lease__of_messages(sqs, queue_url, seconds):
    """Says: lease-not-set"""
    lease = min(int(_lease(sqs, queue_url)) + seconds, 43200)
    for message in sqs.receive_message(QueueUrl=queue_url, MaxNumberOfMessages=10).get("Messages", []):
        sqs.change_message_visibility(
            QueueUrl=queue_url, ReceiptHandle=message["ReceiptHandle"], VisibilityTimeout=lease
        )
    return lease


def lengthen_lease__asks_for_nothing(sqs, queue_url, seconds):
    """Says: attributes-not-asked-for"""
    lease = int(sqs.get_queue_attributes(QueueUrl=queue_url)["Attributes"]["VisibilityTimeout"]) + seconds
    return lease


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


def lengthen_lease__thirty_for_nothing(sqs, queue_url, seconds):
    """Says: lease-not-set"""
    lease = min((int(_lease(sqs, queue_url)) or 30) + seconds, 43200)
    sqs.set_queue_attributes(QueueUrl=queue_url, Attributes={"VisibilityTimeout": str(lease)})
    return lease


def lengthen_lease__float(sqs, queue_url, seconds):
    """Says: not-the-lease"""
    lease = min(float(_lease(sqs, queue_url)) + seconds, 43200)
    sqs.set_queue_attributes(QueueUrl=queue_url, Attributes={"VisibilityTimeout": str(int(lease))})
    return lease


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


def backlog__visible_only(sqs, team):
    """Says: states-missing"""
    return {url.split("/")[-1]: sum(_counted(sqs, url, COUNTERS[:1])) for url in _of_team(sqs, team)}


def backlog__without_delayed(sqs, team):
    """Says: states-missing"""
    return {url.split("/")[-1]: sum(_counted(sqs, url, COUNTERS[:2])) for url in _of_team(sqs, team)}


def backlog__strings(sqs, team):
    """Says: texts-joined"""
    report = {}
    for url in _of_team(sqs, team):
        found = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=COUNTERS)["Attributes"]
        report[url.split("/")[-1]] = found[COUNTERS[0]] + found[COUNTERS[1]] + found[COUNTERS[2]]
    return report


def backlog__sum_of_strings(sqs, team):
    """Says: text-counters"""
    report = {}
    for url in _of_team(sqs, team):
        found = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=COUNTERS)["Attributes"]
        report[url.split("/")[-1]] = sum(found.values())
    return report


def backlog__no_queues_at_all(sqs, team):
    """Says: no-urls-key"""
    urls = sqs.list_queues()["QueueUrls"]
    mine = [url for url in urls if sqs.list_queue_tags(QueueUrl=url).get("Tags", {}).get("team") == team]
    return {url.split("/")[-1]: sum(_counted(sqs, url)) for url in mine}


def backlog__tags_key(sqs, team):
    """Says: no-tags-key"""
    urls = sqs.list_queues().get("QueueUrls", [])
    mine = [url for url in reversed(urls) if sqs.list_queue_tags(QueueUrl=url)["Tags"].get("team") == team]
    return {url.split("/")[-1]: sum(_counted(sqs, url)) for url in mine}


def backlog__team_key(sqs, team):
    """Says: no-team-tag"""
    urls = sqs.list_queues().get("QueueUrls", [])
    mine = [url for url in urls if sqs.list_queue_tags(QueueUrl=url).get("Tags", {})["team"] == team]
    return {url.split("/")[-1]: sum(_counted(sqs, url)) for url in mine}


def backlog__by_name(sqs, team):
    """Says: other-team"""
    urls = sqs.list_queues(QueueNamePrefix=team).get("QueueUrls", [])
    return {url.split("/")[-1]: sum(_counted(sqs, url)) for url in urls}


def backlog__any_value(sqs, team):
    """Says: other-team"""
    urls = sqs.list_queues().get("QueueUrls", [])
    mine = [url for url in urls if team in sqs.list_queue_tags(QueueUrl=url).get("Tags", {}).values()]
    return {url.split("/")[-1]: sum(_counted(sqs, url)) for url in mine}


def backlog__leaves_out_empty_ones(sqs, team):
    """Says: queue-missing"""
    report = {url.split("/")[-1]: sum(_counted(sqs, url)) for url in _of_team(sqs, team)}
    return {name: count for name, count in report.items() if count}


def backlog__counts_by_receiving(sqs, team):
    """Says: messages-touched"""
    report = {}
    for url in _of_team(sqs, team):
        report[url.split("/")[-1]] = 0
        while messages := sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages"):
            report[url.split("/")[-1]] += len(messages)
    return report


def backlog__urls(sqs, team):
    """Says: urls-returned"""
    return {url: sum(_counted(sqs, url)) for url in _of_team(sqs, team)}


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


def backlog__whatever_the_capitals(sqs, team):
    """Says: other-team"""
    urls = sqs.list_queues().get("QueueUrls", [])
    tags = {url: sqs.list_queue_tags(QueueUrl=url).get("Tags", {}).get("team", "") for url in urls}
    return {url.split("/")[-1]: sum(_counted(sqs, url)) for url in urls if tags[url].lower() == team}


def backlog__waits_until_all_is_visible(sqs, team):
    """Says: waited-for-states"""
    time.sleep(43_200)
    return {url.split("/")[-1]: sum(_counted(sqs, url, COUNTERS[:1])) for url in _of_team(sqs, team)}


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


def ensure_queue__ints(sqs, name, attributes, tags):
    """Says: number-as-attribute"""
    return _create(sqs, name, attributes | _kind(name), tags=tags)


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


def ensure_queue__adds_tags(sqs, name, attributes, tags):
    """Says: undeclared-tag-left"""
    url = _create(sqs, name, _kind(name))
    if attributes:
        sqs.set_queue_attributes(QueueUrl=url, Attributes=_texts(attributes))
    if tags:
        sqs.tag_queue(QueueUrl=url, Tags=tags)
    return url


def ensure_queue__no_tags(sqs, name, attributes, tags):
    """Says: tag-not-set"""
    url = _create(sqs, name, _kind(name))
    if attributes:
        sqs.set_queue_attributes(QueueUrl=url, Attributes=_texts(attributes))
    return url


def ensure_queue__does_not_wait(sqs, name, attributes, tags):
    """Says: deleted-recently"""
    url = sqs.create_queue(QueueName=name, Attributes=_kind(name))["QueueUrl"]
    if attributes:
        sqs.set_queue_attributes(QueueUrl=url, Attributes=_texts(attributes))
    return _retag(sqs, url, tags)


def ensure_queue__always_waits(sqs, name, attributes, tags):
    """Says: waited-for-nothing"""
    time.sleep(60)
    return ensure_queue__does_not_wait(sqs, name, attributes, tags)


def ensure_queue__waits_too_short(sqs, name, attributes, tags):
    """Says: deleted-recently"""
    try:
        return ensure_queue__does_not_wait(sqs, name, attributes, tags)
    except sqs.exceptions.QueueDeletedRecently:
        time.sleep(5)
        return ensure_queue__does_not_wait(sqs, name, attributes, tags)


def ensure_queue__forgets_fifo(sqs, name, attributes, tags):
    """Says: suffix-without-fifo"""
    url = _create(sqs, name, {})
    if attributes:
        sqs.set_queue_attributes(QueueUrl=url, Attributes=_texts(attributes))
    return _retag(sqs, url, tags)


def ensure_queue__starts_from_defaults(sqs, name, attributes, tags):
    """Says: undeclared-attribute-changed"""
    url = _create(sqs, name, _kind(name))
    usual = {"VisibilityTimeout": "30", "MessageRetentionPeriod": "345600", "DelaySeconds": "0"}
    sqs.set_queue_attributes(QueueUrl=url, Attributes=usual | _texts(attributes))
    return _retag(sqs, url, tags)


def ensure_queue__tags_nothing(sqs, name, attributes, tags):
    """Says: nothing-to-send"""
    url = _create(sqs, name, _kind(name))
    if attributes:
        sqs.set_queue_attributes(QueueUrl=url, Attributes=_texts(attributes))
    extra = set(sqs.list_queue_tags(QueueUrl=url).get("Tags", {})) - set(tags)
    if extra:
        sqs.untag_queue(QueueUrl=url, TagKeys=list(extra))
    sqs.tag_queue(QueueUrl=url, Tags=tags)
    return url


def ensure_queue__untags_nothing(sqs, name, attributes, tags):
    """Says: nothing-to-send"""
    url = _create(sqs, name, _kind(name))
    if attributes:
        sqs.set_queue_attributes(QueueUrl=url, Attributes=_texts(attributes))
    extra = set(sqs.list_queue_tags(QueueUrl=url).get("Tags", {})) - set(tags)
    sqs.untag_queue(QueueUrl=url, TagKeys=list(extra))
    return _retag(sqs, url, tags)


def ensure_queue__tags_key(sqs, name, attributes, tags):
    """Says: no-tags-key"""
    url = _create(sqs, name, _kind(name))
    extra = set(sqs.list_queue_tags(QueueUrl=url)["Tags"]) - set(tags)
    if extra:
        sqs.untag_queue(QueueUrl=url, TagKeys=list(extra))
    return url


def ensure_queue__only_existing(sqs, name, attributes, tags):
    """Says: queue-missing"""
    url = sqs.get_queue_url(QueueName=name)["QueueUrl"]
    sqs.set_queue_attributes(QueueUrl=url, Attributes=_texts(attributes))
    return _retag(sqs, url, tags)


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


def ensure_queue__returns_the_name(sqs, name, attributes, tags):
    """Says: not-the-url"""
    ensure_queue__does_not_wait(sqs, name, attributes, tags)
    return name


def ensure_queue__first_of_the_prefix(sqs, name, attributes, tags):
    """Says: no-queue"""
    url = sqs.list_queues(QueueNamePrefix=name).get("QueueUrls", [""])[0] or _create(sqs, name, _kind(name))
    if attributes:
        sqs.set_queue_attributes(QueueUrl=url, Attributes=_texts(attributes))
    return _retag(sqs, url, tags)


def ensure_queue__fifo_anywhere(sqs, name, attributes, tags):
    """Says: fifo-without-suffix"""
    url = _create(sqs, name, {"FifoQueue": "true"} if "fifo" in name else {})
    if attributes:
        sqs.set_queue_attributes(QueueUrl=url, Attributes=_texts(attributes))
    return _retag(sqs, url, tags)


def ensure_queue__writes_everything_back(sqs, name, attributes, tags):
    """Says: undeclared-attribute-changed"""
    url = _create(sqs, name, _kind(name))
    found = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
    kept = {key: found[key] for key in ("VisibilityTimeout", "DelaySeconds", "MaximumMessageSize")}
    sqs.set_queue_attributes(QueueUrl=url, Attributes=kept | _texts(attributes))
    return _retag(sqs, url, tags)
