"""Wrong answers to the exercises of lesson 02, as learners write them. Each docstring says what the check must say."""

import time

from botocore.exceptions import ClientError

# --- find_queue -------------------------------------------------------------------------------------------------------


def find_queue__lets_it_raise(sqs, name):
    """Says: That error is the answer: there is no such queue."""
    return sqs.get_queue_url(QueueName=name)["QueueUrl"]


def find_queue__compares_the_class_s_name(sqs, name):
    """Says: so a comparison of the code with "QueueDoesNotExist" is never true."""
    try:
        return sqs.get_queue_url(QueueName=name)["QueueUrl"]
    except ClientError as problem:
        if problem.response["Error"]["Code"] == "QueueDoesNotExist":
            return None
        raise


def find_queue__any_client_error(sqs, name):
    """Says: This answer means that nobody knows"""
    try:
        return sqs.get_queue_url(QueueName=name)["QueueUrl"]
    except ClientError:
        return None


def find_queue__bare_except(sqs, name):
    """Says: This answer means that nobody knows"""
    try:
        return sqs.get_queue_url(QueueName=name)["QueueUrl"]
    except:
        return None


def find_queue__creates(sqs, name):
    """Says: Who only wants to know must not create"""
    return sqs.create_queue(QueueName=name)["QueueUrl"]


def find_queue__first_of_the_prefix(sqs, name):
    """Says: The first of them is another one."""
    urls = sqs.list_queues(QueueNamePrefix=name).get("QueueUrls", [])
    return urls[0] if urls else None


def find_queue__last_of_the_prefix(sqs, name):
    """Says: That is another queue, whose name is alike."""
    urls = sqs.list_queues(QueueNamePrefix=name).get("QueueUrls", [])
    return urls[-1] if urls else None


def find_queue__no_key(sqs, name):
    """Says: the response has no key QueueUrls."""
    for url in sqs.list_queues(QueueNamePrefix=f"{name}")["QueueUrls"]:
        if url.endswith(f"/{name}"):
            return url


def find_queue__made_by_hand(sqs, name):
    """Says: A URL that is put together from its parts says nothing about whether there is a queue."""
    some = sqs.list_queues()["QueueUrls"][0]
    return some.rsplit("/", 1)[0] + "/" + name


def find_queue__response(sqs, name):
    """Says: That is the whole response."""
    try:
        return sqs.get_queue_url(QueueName=name)
    except sqs.exceptions.QueueDoesNotExist:
        return None


def find_queue__another_error(sqs, name):
    """Says: The caller can no longer tell what happened."""
    try:
        return sqs.get_queue_url(QueueName=name)["QueueUrl"]
    except sqs.exceptions.QueueDoesNotExist:
        return None
    except ClientError:
        raise RuntimeError("could not look")


def find_queue__any_status_of_400(sqs, name):
    """Says: This answer means that nobody knows"""
    try:
        return sqs.get_queue_url(QueueName=name)["QueueUrl"]
    except ClientError as problem:
        if problem.response["ResponseMetadata"]["HTTPStatusCode"] == 400:
            return None
        raise


def find_queue__says_it_in_words(sqs, name):
    """Says: There is no such queue, and None says so."""
    try:
        return sqs.get_queue_url(QueueName=name)["QueueUrl"]
    except sqs.exceptions.QueueDoesNotExist:
        return "no such queue"


# --- queue_names ------------------------------------------------------------------------------------------------------


def queue_names__one_call(sqs, prefix):
    """Says: One response holds 1,000 queues at most"""
    urls = sqs.list_queues(QueueNamePrefix=prefix).get("QueueUrls", [])
    return sorted(url.split("/")[-1] for url in urls)


def queue_names__paginator_without_size(sqs, prefix):
    """Says: a paginator gives it only with a PageSize."""
    names = []
    for page in sqs.get_paginator("list_queues").paginate(QueueNamePrefix=prefix):
        names += [url.split("/")[-1] for url in page.get("QueueUrls", [])]
    return sorted(names)


def queue_names__first_page(sqs, prefix):
    """Says: Follow every token."""
    page = sqs.list_queues(QueueNamePrefix=prefix, MaxResults=1000)
    return sorted(url.split("/")[-1] for url in page.get("QueueUrls", []))


def queue_names__two_pages(sqs, prefix):
    """Says: Follow every token."""
    page = sqs.list_queues(QueueNamePrefix=prefix, MaxResults=500)
    urls = page.get("QueueUrls", [])
    if "NextToken" in page:
        urls += sqs.list_queues(QueueNamePrefix=prefix, MaxResults=500, NextToken=page["NextToken"])["QueueUrls"]
    return sorted(url.split("/")[-1] for url in urls)


def queue_names__same_page_again(sqs, prefix):
    """Says: a page was taken twice"""
    page = sqs.list_queues(QueueNamePrefix=prefix, MaxResults=600)
    urls = page.get("QueueUrls", [])
    if "NextToken" in page:
        urls = urls + sqs.list_queues(QueueNamePrefix=prefix, MaxResults=600).get("QueueUrls", [])
    return sorted(url.split("/")[-1] for url in urls)


def queue_names__no_key(sqs, prefix):
    """Says: Where no queue matches, the response has no key QueueUrls at all."""
    names = []
    for page in sqs.get_paginator("list_queues").paginate(QueueNamePrefix=prefix, PaginationConfig={"PageSize": 1000}):
        names += [url.split("/")[-1] for url in page["QueueUrls"]]
    return sorted(names)


def queue_names__none_for_none(sqs, prefix):
    """Says: A list was asked for, an empty one"""
    result = sqs.get_paginator("list_queues").paginate(QueueNamePrefix=prefix, PaginationConfig={"PageSize": 1000})
    urls = result.build_full_result().get("QueueUrls")
    return sorted(url.split("/")[-1] for url in urls) if urls else None


def queue_names__urls(sqs, prefix):
    """Says: These are URLs."""
    pages = sqs.get_paginator("list_queues").paginate(QueueNamePrefix=prefix, PaginationConfig={"PageSize": 1000})
    return sorted(pages.build_full_result().get("QueueUrls", []))


def queue_names__unsorted(sqs, prefix):
    """Says: SQS promises no order"""
    pages = sqs.get_paginator("list_queues").paginate(QueueNamePrefix=prefix, PaginationConfig={"PageSize": 1000})
    return [url.split("/")[-1] for url in pages.build_full_result().get("QueueUrls", [])]


def queue_names__anywhere(sqs, prefix):
    """Says: that do not start with"""
    pages = sqs.get_paginator("list_queues").paginate(PaginationConfig={"PageSize": 1000})
    names = [url.split("/")[-1] for url in pages.build_full_result().get("QueueUrls", [])]
    return sorted(name for name in names if prefix.lower() in name.lower())


# --- lengthen_lease ---------------------------------------------------------------------------------------------------


def _lease(sqs, queue_url):
    reply = sqs.get_queue_attributes(QueueUrl=queue_url, AttributeNames=["VisibilityTimeout"])
    return reply["Attributes"]["VisibilityTimeout"]


def lengthen_lease__replaces(sqs, queue_url, seconds):
    """Says: The seconds are to be added to what the queue has."""
    sqs.set_queue_attributes(QueueUrl=queue_url, Attributes={"VisibilityTimeout": str(seconds)})
    return seconds


def lengthen_lease__strings(sqs, queue_url, seconds):
    """Says: Two texts were put one behind the other."""
    lease = _lease(sqs, queue_url) + str(seconds)
    sqs.set_queue_attributes(QueueUrl=queue_url, Attributes={"VisibilityTimeout": lease})
    return lease


def lengthen_lease__string_and_int(sqs, queue_url, seconds):
    """Says: int(...) makes a number of it"""
    lease = _lease(sqs, queue_url) + seconds
    sqs.set_queue_attributes(QueueUrl=queue_url, Attributes={"VisibilityTimeout": str(lease)})
    return lease


def lengthen_lease__sets_an_int(sqs, queue_url, seconds):
    """Says: Attributes are strings, numbers too"""
    lease = min(int(_lease(sqs, queue_url)) + seconds, 43200)
    sqs.set_queue_attributes(QueueUrl=queue_url, Attributes={"VisibilityTimeout": lease})
    return lease


def lengthen_lease__no_limit(sqs, queue_url, seconds):
    """Says: from 0 to 43,200 seconds (twelve hours)"""
    lease = int(_lease(sqs, queue_url)) + seconds
    sqs.set_queue_attributes(QueueUrl=queue_url, Attributes={"VisibilityTimeout": str(lease)})
    return lease


def lengthen_lease__gives_up_at_the_limit(sqs, queue_url, seconds):
    """Says: is the longest lease, and the sum is at least that much."""
    lease = int(_lease(sqs, queue_url)) + seconds
    if lease < 43200:
        sqs.set_queue_attributes(QueueUrl=queue_url, Attributes={"VisibilityTimeout": str(lease)})
    return min(lease, 43200)


def lengthen_lease__default_thirty(sqs, queue_url, seconds):
    """Says: sets a queue's VisibilityTimeout for every later receive."""
    lease = min(30 + seconds, 43200)
    sqs.set_queue_attributes(QueueUrl=queue_url, Attributes={"VisibilityTimeout": str(lease)})
    return lease


def lengthen_lease__writes_everything_back(sqs, queue_url, seconds):
    """Says: Whoever writes back everything that was read overwrites what others have changed since"""
    attributes = sqs.get_queue_attributes(QueueUrl=queue_url, AttributeNames=["All"])["Attributes"]
    lease = min(int(attributes["VisibilityTimeout"]) + seconds, 43200)
    keep = ("DelaySeconds", "MessageRetentionPeriod", "ReceiveMessageWaitTimeSeconds")
    attributes = {name: attributes[name] for name in keep} | {"VisibilityTimeout": str(lease)}
    sqs.set_queue_attributes(QueueUrl=queue_url, Attributes=attributes)
    return lease


def lengthen_lease__returns_the_string(sqs, queue_url, seconds):
    """Says: The caller counts with it: return an int."""
    lease = str(min(int(_lease(sqs, queue_url)) + seconds, 43200))
    sqs.set_queue_attributes(QueueUrl=queue_url, Attributes={"VisibilityTimeout": lease})
    return lease


def lengthen_lease__returns_nothing(sqs, queue_url, seconds):
    """Says: Return the queue's new visibility timeout"""
    lease = str(min(int(_lease(sqs, queue_url)) + seconds, 43200))
    sqs.set_queue_attributes(QueueUrl=queue_url, Attributes={"VisibilityTimeout": lease})


def lengthen_lease__of_messages(sqs, queue_url, seconds):
    """Says: sets a queue's VisibilityTimeout for every later receive."""
    lease = min(int(_lease(sqs, queue_url)) + seconds, 43200)
    for message in sqs.receive_message(QueueUrl=queue_url, MaxNumberOfMessages=10).get("Messages", []):
        sqs.change_message_visibility(
            QueueUrl=queue_url, ReceiptHandle=message["ReceiptHandle"], VisibilityTimeout=lease
        )
    return lease


def lengthen_lease__asks_for_nothing(sqs, queue_url, seconds):
    """Says: Without AttributeNames the response has no Attributes."""
    lease = int(sqs.get_queue_attributes(QueueUrl=queue_url)["Attributes"]["VisibilityTimeout"]) + seconds
    return lease


def lengthen_lease__creates_it_anew(sqs, queue_url, seconds):
    """Says: nothing but the lease has changed"""
    attributes = sqs.get_queue_attributes(QueueUrl=queue_url, AttributeNames=["All"])["Attributes"]
    lease = min(int(attributes["VisibilityTimeout"]) + seconds, 43200)
    kept = {name: attributes[name] for name in ("MessageRetentionPeriod", "DelaySeconds")}
    sqs.delete_queue(QueueUrl=queue_url)
    time.sleep(60)
    name = queue_url.split("/")[-1]
    sqs.create_queue(QueueName=name, Attributes=kept | {"VisibilityTimeout": str(lease)})
    return lease


def lengthen_lease__thirty_for_nothing(sqs, queue_url, seconds):
    """Says: sets a queue's VisibilityTimeout for every later receive."""
    lease = min((int(_lease(sqs, queue_url)) or 30) + seconds, 43200)
    sqs.set_queue_attributes(QueueUrl=queue_url, Attributes={"VisibilityTimeout": str(lease)})
    return lease


def lengthen_lease__float(sqs, queue_url, seconds):
    """Says: as an int."""
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
    """Says: ApproximateNumberOfMessages counts the visible ones alone."""
    return {url.split("/")[-1]: sum(_counted(sqs, url, COUNTERS[:1])) for url in _of_team(sqs, team)}


def backlog__without_delayed(sqs, team):
    """Says: visible, in flight or delayed"""
    return {url.split("/")[-1]: sum(_counted(sqs, url, COUNTERS[:2])) for url in _of_team(sqs, team)}


def backlog__strings(sqs, team):
    """Says: + puts strings one behind the other."""
    report = {}
    for url in _of_team(sqs, team):
        found = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=COUNTERS)["Attributes"]
        report[url.split("/")[-1]] = found[COUNTERS[0]] + found[COUNTERS[1]] + found[COUNTERS[2]]
    return report


def backlog__sum_of_strings(sqs, team):
    """Says: int(...) makes numbers of them."""
    report = {}
    for url in _of_team(sqs, team):
        found = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=COUNTERS)["Attributes"]
        report[url.split("/")[-1]] = sum(found.values())
    return report


def backlog__no_queues_at_all(sqs, team):
    """Says: An account without queues answers without the key QueueUrls."""
    urls = sqs.list_queues()["QueueUrls"]
    mine = [url for url in urls if sqs.list_queue_tags(QueueUrl=url).get("Tags", {}).get("team") == team]
    return {url.split("/")[-1]: sum(_counted(sqs, url)) for url in mine}


def backlog__tags_key(sqs, team):
    """Says: A queue without tags answers without the key Tags."""
    urls = sqs.list_queues().get("QueueUrls", [])
    mine = [url for url in reversed(urls) if sqs.list_queue_tags(QueueUrl=url)["Tags"].get("team") == team]
    return {url.split("/")[-1]: sum(_counted(sqs, url)) for url in mine}


def backlog__team_key(sqs, team):
    """Says: Some queues have tags, but no tag "team"."""
    urls = sqs.list_queues().get("QueueUrls", [])
    mine = [url for url in urls if sqs.list_queue_tags(QueueUrl=url).get("Tags", {})["team"] == team]
    return {url.split("/")[-1]: sum(_counted(sqs, url)) for url in mine}


def backlog__by_name(sqs, team):
    """Says: is no queue of this team"""
    urls = sqs.list_queues(QueueNamePrefix=team).get("QueueUrls", [])
    return {url.split("/")[-1]: sum(_counted(sqs, url)) for url in urls}


def backlog__any_value(sqs, team):
    """Says: is no queue of this team"""
    urls = sqs.list_queues().get("QueueUrls", [])
    mine = [url for url in urls if team in sqs.list_queue_tags(QueueUrl=url).get("Tags", {}).values()]
    return {url.split("/")[-1]: sum(_counted(sqs, url)) for url in mine}


def backlog__leaves_out_empty_ones(sqs, team):
    """Says: A queue in which nothing is left is reported with 0."""
    report = {url.split("/")[-1]: sum(_counted(sqs, url)) for url in _of_team(sqs, team)}
    return {name: count for name, count in report.items() if count}


def backlog__counts_by_receiving(sqs, team):
    """Says: A receive leases the messages"""
    report = {}
    for url in _of_team(sqs, team):
        report[url.split("/")[-1]] = 0
        while messages := sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages"):
            report[url.split("/")[-1]] += len(messages)
    return report


def backlog__urls(sqs, team):
    """Says: The name is the last part of a queue's URL."""
    return {url: sum(_counted(sqs, url)) for url in _of_team(sqs, team)}


def backlog__gives_up_at_the_first_without(sqs, team):
    """Says: is the team's queue as well."""
    report = {}
    try:
        for url in sqs.list_queues().get("QueueUrls", []):
            if sqs.list_queue_tags(QueueUrl=url)["Tags"]["team"] == team:
                report[url.split("/")[-1]] = sum(_counted(sqs, url))
    except KeyError:
        pass
    return report


def backlog__whatever_the_capitals(sqs, team):
    """Says: letter by letter"""
    urls = sqs.list_queues().get("QueueUrls", [])
    tags = {url: sqs.list_queue_tags(QueueUrl=url).get("Tags", {}).get("team", "") for url in urls}
    return {url.split("/")[-1]: sum(_counted(sqs, url)) for url in urls if tags[url].lower() == team}


def backlog__waits_until_all_is_visible(sqs, team):
    """Says: the team wants to go home"""
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
    """Says: create_queue never changes a queue that is there"""
    return _create(sqs, name, _texts(attributes) | _kind(name), tags=tags)


def ensure_queue__ints(sqs, name, attributes, tags):
    """Says: Attributes are strings, numbers too"""
    return _create(sqs, name, attributes | _kind(name), tags=tags)


def ensure_queue__deletes_first(sqs, name, attributes, tags):
    """Says: Deleting a queue deletes what is in it"""
    try:
        sqs.delete_queue(QueueUrl=sqs.get_queue_url(QueueName=name)["QueueUrl"])
    except sqs.exceptions.QueueDoesNotExist:
        pass
    return _create(sqs, name, _texts(attributes) | _kind(name), tags=tags)


def ensure_queue__swallows_that_it_exists(sqs, name, attributes, tags):
    """Says: set_queue_attributes changes a queue that is there; creating again does not."""
    try:
        return _create(sqs, name, _texts(attributes) | _kind(name), tags=tags)
    except sqs.exceptions.QueueNameExists:
        return sqs.get_queue_url(QueueName=name)["QueueUrl"]


def ensure_queue__adds_tags(sqs, name, attributes, tags):
    """Says: A tag that nobody declared stays until untag_queue takes it away"""
    url = _create(sqs, name, _kind(name))
    if attributes:
        sqs.set_queue_attributes(QueueUrl=url, Attributes=_texts(attributes))
    if tags:
        sqs.tag_queue(QueueUrl=url, Tags=tags)
    return url


def ensure_queue__no_tags(sqs, name, attributes, tags):
    """Says: tag_queue adds and overwrites; untag_queue takes away"""
    url = _create(sqs, name, _kind(name))
    if attributes:
        sqs.set_queue_attributes(QueueUrl=url, Attributes=_texts(attributes))
    return url


def ensure_queue__does_not_wait(sqs, name, attributes, tags):
    """Says: A name is free 60 seconds after its queue was deleted."""
    url = sqs.create_queue(QueueName=name, Attributes=_kind(name))["QueueUrl"]
    if attributes:
        sqs.set_queue_attributes(QueueUrl=url, Attributes=_texts(attributes))
    return _retag(sqs, url, tags)


def ensure_queue__always_waits(sqs, name, attributes, tags):
    """Says: SQS says so itself: QueueDeletedRecently."""
    time.sleep(60)
    return ensure_queue__does_not_wait(sqs, name, attributes, tags)


def ensure_queue__waits_too_short(sqs, name, attributes, tags):
    """Says: Until then creating is refused"""
    try:
        return ensure_queue__does_not_wait(sqs, name, attributes, tags)
    except sqs.exceptions.QueueDeletedRecently:
        time.sleep(5)
        return ensure_queue__does_not_wait(sqs, name, attributes, tags)


def ensure_queue__forgets_fifo(sqs, name, attributes, tags):
    """Says: has a name that ends with .fifo."""
    url = _create(sqs, name, {})
    if attributes:
        sqs.set_queue_attributes(QueueUrl=url, Attributes=_texts(attributes))
    return _retag(sqs, url, tags)


def ensure_queue__starts_from_defaults(sqs, name, attributes, tags):
    """Says: It was not declared, so it stays as it is"""
    url = _create(sqs, name, _kind(name))
    usual = {"VisibilityTimeout": "30", "MessageRetentionPeriod": "345600", "DelaySeconds": "0"}
    sqs.set_queue_attributes(QueueUrl=url, Attributes=usual | _texts(attributes))
    return _retag(sqs, url, tags)


def ensure_queue__tags_nothing(sqs, name, attributes, tags):
    """Says: Nothing was declared, so there is nothing to send"""
    url = _create(sqs, name, _kind(name))
    if attributes:
        sqs.set_queue_attributes(QueueUrl=url, Attributes=_texts(attributes))
    extra = set(sqs.list_queue_tags(QueueUrl=url).get("Tags", {})) - set(tags)
    if extra:
        sqs.untag_queue(QueueUrl=url, TagKeys=list(extra))
    sqs.tag_queue(QueueUrl=url, Tags=tags)
    return url


def ensure_queue__untags_nothing(sqs, name, attributes, tags):
    """Says: Nothing was declared, so there is nothing to send"""
    url = _create(sqs, name, _kind(name))
    if attributes:
        sqs.set_queue_attributes(QueueUrl=url, Attributes=_texts(attributes))
    extra = set(sqs.list_queue_tags(QueueUrl=url).get("Tags", {})) - set(tags)
    sqs.untag_queue(QueueUrl=url, TagKeys=list(extra))
    return _retag(sqs, url, tags)


def ensure_queue__tags_key(sqs, name, attributes, tags):
    """Says: A queue without tags answers without the key Tags."""
    url = _create(sqs, name, _kind(name))
    extra = set(sqs.list_queue_tags(QueueUrl=url)["Tags"]) - set(tags)
    if extra:
        sqs.untag_queue(QueueUrl=url, TagKeys=list(extra))
    return url


def ensure_queue__only_existing(sqs, name, attributes, tags):
    """Says: There is no such queue just now: create it."""
    url = sqs.get_queue_url(QueueName=name)["QueueUrl"]
    sqs.set_queue_attributes(QueueUrl=url, Attributes=_texts(attributes))
    return _retag(sqs, url, tags)


def ensure_queue__purges(sqs, name, attributes, tags):
    """Says: and a purge does too"""
    url = _create(sqs, name, _kind(name))
    if attributes:
        sqs.set_queue_attributes(QueueUrl=url, Attributes=_texts(attributes))
    try:
        sqs.purge_queue(QueueUrl=url)
    except sqs.exceptions.PurgeQueueInProgress:
        pass
    return _retag(sqs, url, tags)


def ensure_queue__returns_the_name(sqs, name, attributes, tags):
    """Says: The caller goes on with the URL of this queue."""
    ensure_queue__does_not_wait(sqs, name, attributes, tags)
    return name


def ensure_queue__first_of_the_prefix(sqs, name, attributes, tags):
    """Says: There is no queue of this name."""
    url = sqs.list_queues(QueueNamePrefix=name).get("QueueUrls", [""])[0] or _create(sqs, name, _kind(name))
    if attributes:
        sqs.set_queue_attributes(QueueUrl=url, Attributes=_texts(attributes))
    return _retag(sqs, url, tags)


def ensure_queue__fifo_anywhere(sqs, name, attributes, tags):
    """Says: must end with .fifo"""
    url = _create(sqs, name, {"FifoQueue": "true"} if "fifo" in name else {})
    if attributes:
        sqs.set_queue_attributes(QueueUrl=url, Attributes=_texts(attributes))
    return _retag(sqs, url, tags)


def ensure_queue__writes_everything_back(sqs, name, attributes, tags):
    """Says: It was not declared, so it stays as it is"""
    url = _create(sqs, name, _kind(name))
    found = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
    kept = {key: found[key] for key in ("VisibilityTimeout", "DelaySeconds", "MaximumMessageSize")}
    sqs.set_queue_attributes(QueueUrl=url, Attributes=kept | _texts(attributes))
    return _retag(sqs, url, tags)
