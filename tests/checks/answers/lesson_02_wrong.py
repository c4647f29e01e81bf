"""Wrong answers to the exercises of lesson 02, as learners write them. Each says the reason id of its refusal."""

import time

from botocore.exceptions import ClientError, EndpointConnectionError
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
    """Says: longer-name"""
    urls = sqs.list_queues(QueueNamePrefix=name).get("QueueUrls", [])
    return urls[-1] if urls else None


def find_queue__no_key(sqs, name):
    """Says: no-urls-key"""
    for url in sqs.list_queues(QueueNamePrefix=f"{name}")["QueueUrls"]:
        if url.endswith(f"/{name}"):
            return url


def find_queue__made_by_hand(sqs, name):
    """Says: no-such-url"""
    some = sqs.list_queues()["QueueUrls"][0]
    return some.rsplit("/", 1)[0] + "/" + name


find_queue__response = variant("solution", '["QueueUrl"]', "", says="whole-response")

find_queue__another_error = variant(
    "solution",
    "return None",
    'return None\n    except sqs.exceptions.ClientError:\n        raise RuntimeError("could not look")',
    says="error-replaced",
)


def find_queue__whatever_the_capitals(sqs, name):
    """Says: other-queue"""
    pages = sqs.get_paginator("list_queues").paginate(PaginationConfig={"PageSize": 1000})
    urls = {url.split("/")[-1].lower(): url for url in pages.build_full_result().get("QueueUrls", [])}
    return urls.get(name.lower())


def find_queue__creates_and_deletes(sqs, name):
    """Says: queue-created"""
    before = sqs.list_queues(QueueNamePrefix=name).get("QueueUrls", [])
    try:
        url = sqs.create_queue(QueueName=name)["QueueUrl"]
    except sqs.exceptions.ClientError as problem:
        if problem.response["Error"]["Code"] != "InvalidParameterValue":
            raise
        return next((url for url in before if url.endswith(f"/{name}")), None)
    if url in before:
        return url
    sqs.delete_queue(QueueUrl=url)


_found = {}


def find_queue__remembers_what_it_found(sqs, name):
    """Says: remembered-answer"""
    if name not in _found:
        try:
            _found[name] = sqs.get_queue_url(QueueName=name)["QueueUrl"]
        except sqs.exceptions.QueueDoesNotExist:
            return None
    return _found[name]


def find_queue__remembers_what_is_missing(sqs, name):
    """Says: remembered-answer"""
    if name in _found:
        return _found[name]
    try:
        return sqs.get_queue_url(QueueName=name)["QueueUrl"]
    except sqs.exceptions.QueueDoesNotExist:
        _found[name] = None


find_queue__error_returned = variant(
    "solution",
    "return None",
    "return None\n    except sqs.exceptions.ClientError as problem:\n        return str(problem)",
    says="outage-hidden",
)

find_queue__throttled_means_missing = variant(
    "solution",
    "sqs.exceptions.QueueDoesNotExist",
    "(sqs.exceptions.QueueDoesNotExist, sqs.exceptions.RequestThrottled)",
    says="outage-as-missing",
)


def find_queue__denied_means_missing(sqs, name):
    """Says: outage-as-missing"""
    try:
        return sqs.get_queue_url(QueueName=name)["QueueUrl"]
    except ClientError as problem:
        if problem.response["Error"]["Code"] in ("AWS.SimpleQueueService.NonExistentQueue", "AccessDenied"):
            return None
        raise


def find_queue__unreachable_means_missing(sqs, name):
    """Says: outage-as-missing"""
    try:
        return sqs.get_queue_url(QueueName=name)["QueueUrl"]
    except (sqs.exceptions.QueueDoesNotExist, EndpointConnectionError):
        return None


find_queue__times_out_means_missing = variant(
    "solution",
    "return None",
    "return None\n    except Exception as problem:\n"
    '        if "Timeout" not in type(problem).__name__:\n            raise',
    says="outage-as-missing",
)

find_queue__a_few_errors_go_on = variant(
    "solution",
    "except sqs.exceptions.QueueDoesNotExist:\n        return None",
    "except sqs.exceptions.ClientError as problem:\n"
    '        if problem.response["Error"]["Code"] in ("RequestThrottled", "InternalError", "AccessDenied"):\n'
    "            raise",
    says="outage-as-missing",
)

find_queue__lists_where_it_may_not_ask = variant(
    "solution",
    "return None",
    "return None\n    except sqs.exceptions.ClientError as problem:\n"
    '        if problem.response["Error"]["Code"] != "AccessDenied":\n            raise\n'
    '        urls = sqs.list_queues(QueueNamePrefix=name).get("QueueUrls", [])\n'
    '        return next((url for url in urls if url.endswith(f"/{name}")), None)',
    says="outage-hidden",
)


def find_queue__first_thousand_of_the_list(sqs, name):
    """Says: none-for-a-queue"""
    for url in sqs.list_queues(QueueNamePrefix=name).get("QueueUrls", []):
        if url.split("/")[-1] == name:
            return url


find_queue__says_it_in_words = variant("solution", "return None", 'return "no such queue"', says="not-none")


find_queue__writes_its_own_error = variant(
    "solution",
    "return None",
    "return None\n    except sqs.exceptions.ClientError as problem:\n"
    '        said = {"Error": {"Code": problem.response["Error"]["Code"], "Message": f"could not look for {name}"}}\n'
    "        raise type(problem)(said, problem.operation_name)",
    says="error-replaced",
)


# --- queue_names ------------------------------------------------------------------------------------------------------


queue_names__paginator_without_size = variant(
    "solution", ', PaginationConfig={"PageSize": 1000}', "", says="pages-missing"
)


def queue_names__same_page_again(sqs, prefix):
    """Says: names-twice"""
    page = sqs.list_queues(QueueNamePrefix=prefix, MaxResults=600)
    urls = page.get("QueueUrls", [])
    if "NextToken" in page:
        urls = urls + sqs.list_queues(QueueNamePrefix=prefix, MaxResults=600).get("QueueUrls", [])
    return sorted(url.split("/")[-1] for url in urls)


def queue_names__stops_at_a_short_page(sqs, prefix):
    """Says: no-next-token"""
    names, more = [], {}
    while True:
        page = sqs.list_queues(QueueNamePrefix=prefix, MaxResults=200, **more)
        urls = page.get("QueueUrls", [])
        names += [url.split("/")[-1] for url in urls]
        if len(urls) < 200:
            return sorted(names)
        more = {"NextToken": page["NextToken"]}


def queue_names__two_full_pages(sqs, prefix):
    """Says: pages-missing"""
    page = sqs.list_queues(QueueNamePrefix=prefix, MaxResults=1000)
    urls = page.get("QueueUrls", [])
    if "NextToken" in page:
        urls += sqs.list_queues(QueueNamePrefix=prefix, MaxResults=1000, NextToken=page["NextToken"])["QueueUrls"]
    return sorted(url.split("/")[-1] for url in urls)


def queue_names__a_few_pages(sqs, prefix, most=3, size=1000):
    """Says: pages-missing"""
    names, more = [], {}
    for _ in range(most):
        page = sqs.list_queues(QueueNamePrefix=prefix, MaxResults=size, **more)
        names += [url.split("/")[-1] for url in page.get("QueueUrls", [])]
        if "NextToken" not in page:
            break
        more = {"NextToken": page["NextToken"]}
    return sorted(names)


queue_names__goes_on_after_the_second_page = variant(
    "queue_names__a_few_pages",
    "range(most)",
    "range(100)",
    "        page = sqs.list_queues(QueueNamePrefix=prefix, MaxResults=size, **more)\n",
    "        try:\n"
    "            page = sqs.list_queues(QueueNamePrefix=prefix, MaxResults=size, **more)\n"
    "        except ClientError:\n"
    "            if len(names) < 2 * size:\n"
    "                raise\n"
    "            break\n",
    says="error-hidden",
)
queue_names__a_few_small_pages = variant(
    "queue_names__a_few_pages", "most=3, size=1000", "most=25, size=100", says="pages-missing"
)
queue_names__at_most_2500 = variant(
    "solution", '{"PageSize": 1000}', '{"PageSize": 1000, "MaxItems": 2500}', says="names-missing"
)

queue_names__adds_a_dash = variant(
    "solution", "QueueNamePrefix=prefix", 'QueueNamePrefix=f"{prefix}-"', says="names-missing"
)
queue_names__without_fifo = variant(
    "solution", "names.append", 'url.endswith(".fifo") or names.append', says="names-missing"
)
queue_names__capitals_between = variant("solution", "sorted(names)", "sorted(names, key=str.lower)", says="not-sorted")
_listed = {}


def queue_names__remembers_the_list(sqs, prefix):
    """Says: remembered-answer"""
    if prefix not in _listed:
        pages = sqs.get_paginator("list_queues").paginate(QueueNamePrefix=prefix, PaginationConfig={"PageSize": 1000})
        _listed[prefix] = sorted(url.split("/")[-1] for url in pages.build_full_result().get("QueueUrls", []))
    return _listed[prefix]


def queue_names__goes_on_after_an_error(sqs, prefix):
    """Says: error-hidden"""
    names = []
    try:
        pages = sqs.get_paginator("list_queues").paginate(QueueNamePrefix=prefix, PaginationConfig={"PageSize": 1000})
        for page in pages:
            names += [url.split("/")[-1] for url in page.get("QueueUrls", [])]
    except ClientError as problem:
        print(problem)
    return sorted(names)


queue_names__none_of_a_page = variant(
    "solution",
    """    for page in pages:
        for url in page.get("QueueUrls", []):
            names.append(url.split("/")[-1])
""",
    """    names += [url.split("/")[-1] for url in pages.search("QueueUrls[]")]
""",
    says="nothing-for-empty",
)
queue_names__no_key = variant("solution", 'page.get("QueueUrls", [])', 'page["QueueUrls"]', says="no-urls-key")
queue_names__none_for_none = variant("solution", "return sorted(names)", "return sorted(names) or None", says="no-list")
queue_names__urls = variant("solution", 'url.split("/")[-1]', "url", says="urls-returned")
queue_names__unsorted = variant("solution", "return sorted(names)", "return names", says="not-sorted")


def queue_names__anywhere(sqs, prefix):
    """Says: other-prefix"""
    pages = sqs.get_paginator("list_queues").paginate(PaginationConfig={"PageSize": 1000})
    names = [url.split("/")[-1] for url in pages.build_full_result().get("QueueUrls", [])]
    return sorted(name for name in names if prefix.lower() in name.lower())


def queue_names__goes_on_after_the_first_page(sqs, prefix):
    """Says: error-hidden"""
    page = sqs.list_queues(QueueNamePrefix=prefix, MaxResults=1000)
    urls = page.get("QueueUrls", [])
    while "NextToken" in page:
        try:
            page = sqs.list_queues(QueueNamePrefix=prefix, MaxResults=1000, NextToken=page["NextToken"])
        except ClientError:
            break
        urls += page.get("QueueUrls", [])
    return sorted(url.split("/")[-1] for url in urls)


queue_names__sorted_without_the_suffix = variant(
    "solution", "sorted(names)", 'sorted(names, key=lambda name: name.removesuffix(".fifo"))', says="not-sorted"
)


# --- lengthen_lease ---------------------------------------------------------------------------------------------------


def _lease(sqs, queue_url):
    reply = sqs.get_queue_attributes(QueueUrl=queue_url, AttributeNames=["VisibilityTimeout"])
    return reply["Attributes"]["VisibilityTimeout"]


lengthen_lease__replaces = variant(
    "solution",
    "min(had + seconds, 43_200)",
    "seconds",
    says="timeout-replaced",
)

lengthen_lease__strings = variant(
    "solution",
    'int(response["Attributes"]["VisibilityTimeout"])',
    'response["Attributes"]["VisibilityTimeout"]',
    "min(had + seconds, 43_200)",
    "had + str(seconds)",
    says="texts-joined",
)

lengthen_lease__string_and_int = variant(
    "solution",
    'int(response["Attributes"]["VisibilityTimeout"])',
    'response["Attributes"]["VisibilityTimeout"]',
    says="text-and-number",
)

lengthen_lease__sets_an_int = variant("solution", "str(timeout)", "timeout", says="number-as-attribute")

lengthen_lease__no_limit = variant(
    "solution",
    "min(had + seconds, 43_200)",
    "had + seconds",
    says="timeout-too-long",
)

lengthen_lease__gives_up_at_the_limit = variant(
    "solution",
    "    sqs.set_queue_attributes",
    "    if timeout < 43_200:\n        sqs.set_queue_attributes",
    says="limit-not-set",
)

lengthen_lease__default_thirty = variant(
    "solution", 'int(response["Attributes"]["VisibilityTimeout"])', "30", says="timeout-not-set"
)


def lengthen_lease__writes_everything_back(sqs, queue_url, seconds):
    """Says: other-setting-changed"""
    attributes = sqs.get_queue_attributes(QueueUrl=queue_url, AttributeNames=["All"])["Attributes"]
    lease = min(int(attributes["VisibilityTimeout"]) + seconds, 43200)
    keep = ("DelaySeconds", "MessageRetentionPeriod", "ReceiveMessageWaitTimeSeconds")
    attributes = {name: attributes[name] for name in keep} | {"VisibilityTimeout": str(lease)}
    sqs.set_queue_attributes(QueueUrl=queue_url, Attributes=attributes)
    return lease


def lengthen_lease__writes_some_back(sqs, queue_url, seconds):
    """Says: other-setting-changed"""
    attributes = sqs.get_queue_attributes(QueueUrl=queue_url, AttributeNames=["All"])["Attributes"]
    lease = min(int(attributes["VisibilityTimeout"]) + seconds, 43200)
    kept = {name: attributes[name] for name in ("Policy", "RedrivePolicy") if name in attributes}
    kept |= {"MaximumMessageSize": attributes["MaximumMessageSize"], "VisibilityTimeout": str(lease)}
    sqs.set_queue_attributes(QueueUrl=queue_url, Attributes=kept)
    return lease


lengthen_lease__polls_for_long = variant(
    "solution",
    '{"VisibilityTimeout": str(timeout)}',
    '{"VisibilityTimeout": str(timeout), "ReceiveMessageWaitTimeSeconds": "20"}',
    says="other-setting-changed",
)

lengthen_lease__encrypts_it = variant(
    "solution",
    '{"VisibilityTimeout": str(timeout)}',
    '{"VisibilityTimeout": str(timeout), "KmsMasterKeyId": "alias/aws/sqs"}',
    says="other-setting-changed",
)

lengthen_lease__twice = variant("solution", "+ seconds", "+ 2 * seconds", says="timeout-not-set")


def lengthen_lease__any_refusal_is_the_limit(sqs, queue_url, seconds):
    """Says: error-hidden"""
    lease = int(_lease(sqs, queue_url)) + seconds
    try:
        sqs.set_queue_attributes(QueueUrl=queue_url, Attributes={"VisibilityTimeout": str(lease)})
    except ClientError:
        lease = 43_200
        sqs.set_queue_attributes(QueueUrl=queue_url, Attributes={"VisibilityTimeout": str(lease)})
    return lease


lengthen_lease__a_second_less = variant("solution", "43_200", "43_199", says="limit-not-set")

lengthen_lease__refuses_more_than_the_limit = variant(
    "solution",
    "    sqs.set",
    "    if had + seconds > 43_200:\n        return timeout\n    sqs.set",
    says="limit-not-set",
)

lengthen_lease__writes_all_back = variant(
    "solution",
    'AttributeNames=["VisibilityTimeout"]',
    'AttributeNames=["All"]',
    '{"VisibilityTimeout": str(timeout)}',
    'response["Attributes"] | {"VisibilityTimeout": str(timeout)}',
    says="read-only-attribute",
)

lengthen_lease__returns_the_sum = variant("solution", "return timeout", "return had + seconds", says="not-the-timeout")

lengthen_lease__tags_it = variant(
    "solution",
    "    return timeout",
    '    sqs.tag_queue(QueueUrl=queue_url, Tags={"lengthened": "yes"})\n    return timeout',
    says="queue-touched",
)

lengthen_lease__purges = variant(
    "solution",
    "    return timeout",
    "    sqs.purge_queue(QueueUrl=queue_url)\n    return timeout",
    says="queue-touched",
)

lengthen_lease__deletes = variant(
    "solution", "    return timeout", "    sqs.delete_queue(QueueUrl=queue_url)\n    return timeout", says="queue-gone"
)

lengthen_lease__returns_the_string = variant("solution", "return timeout", "return str(timeout)", says="text-returned")
lengthen_lease__returns_nothing = variant("solution", "return timeout", "print(timeout)", says="not-the-timeout")


lengthen_lease__asks_for_nothing = variant(
    "solution", ', AttributeNames=["VisibilityTimeout"]', "", says="attributes-not-asked-for"
)


lengthen_lease__thirty_for_nothing = variant(
    "solution",
    'int(response["Attributes"]["VisibilityTimeout"])',
    '(int(response["Attributes"]["VisibilityTimeout"]) or 30)',
    says="timeout-not-set",
)

lengthen_lease__float = variant(
    "solution", "int(response", "float(response", "str(timeout)", "str(int(timeout))", says="not-the-timeout"
)


lengthen_lease__at_least_the_default = variant(
    "solution",
    "had + seconds",
    "max(had + seconds, 30)",
    says="timeout-not-set",
)


def lengthen_lease__gives_up_quietly(sqs, queue_url, seconds):
    """Says: error-hidden"""
    lease = min(int(_lease(sqs, queue_url)) + seconds, 43_200)
    for _ in range(3):
        try:
            sqs.set_queue_attributes(QueueUrl=queue_url, Attributes={"VisibilityTimeout": str(lease)})
            break
        except ClientError:
            time.sleep(1)
    return lease


def lengthen_lease__keeps_the_key(sqs, queue_url, seconds):
    """Says: other-setting-changed"""
    found = sqs.get_queue_attributes(QueueUrl=queue_url, AttributeNames=["All"])["Attributes"]
    lease = min(int(found["VisibilityTimeout"]) + seconds, 43_200)
    kept = {name: value for name, value in found.items() if name.startswith(("Kms", "RedriveAllow"))}
    sqs.set_queue_attributes(QueueUrl=queue_url, Attributes=kept | {"VisibilityTimeout": str(lease)})
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


backlog__visible_only = variant(
    "solution", "AttributeNames=counters", "AttributeNames=counters[:1]", says="states-missing"
)

backlog__without_delayed = variant(
    "solution", "AttributeNames=counters", "AttributeNames=counters[:2]", says="states-missing"
)

backlog__strings = variant(
    "solution", "sum(int(number) for number in counted)", '"".join(counted)', says="texts-joined"
)

backlog__sum_of_strings = variant(
    "solution", "sum(int(number) for number in counted)", "sum(counted)", says="text-counters"
)

backlog__no_queues_at_all = variant("solution", '.get("QueueUrls", [])', '["QueueUrls"]', says="no-urls-key")
backlog__tags_key = variant("solution", '.get("Tags", {})', '["Tags"]', says="no-tags-key")
backlog__team_key = variant("solution", 'tags.get("team")', 'tags["team"]', says="no-team-tag")


backlog__without_those_in_flight = variant(
    "solution", "AttributeNames=counters", "AttributeNames=counters[::2]", says="states-missing"
)


def backlog__goes_on_after_an_error(sqs, team):
    """Says: error-hidden"""
    report = {}
    for url in sqs.list_queues().get("QueueUrls", []):
        try:
            if sqs.list_queue_tags(QueueUrl=url).get("Tags", {}).get("team") == team:
                report[url.split("/")[-1]] = sum(_counted(sqs, url))
        except ClientError:
            continue
    return report


backlog__first_page = variant("solution", "list_queues()", "list_queues(MaxResults=40)", says="queue-missing")
backlog__stripped = variant("solution", 'tags.get("team")', 'tags.get("team", "").strip()', says="other-team")
backlog__without_fifo = variant(
    "solution", 'url.split("/")[-1]', 'url.split("/")[-1].removesuffix(".fifo")', says="queue-missing"
)
backlog__none_for_none = variant("solution", "return left", "return left or None", says="no-dictionary")
backlog__pairs = variant("solution", "return left", "return list(left.items())", says="no-dictionary")
backlog__whole_numbers_as_floats = variant("solution", "int(number)", "float(number)", says="no-numbers")
backlog__first_team = variant(
    "solution", 'tags.get("team") == team', 'list(tags.items())[:1] == [("team", team)]', says="queue-missing"
)

backlog__notes_when_it_looked = variant(
    "solution",
    "            counted",
    '            sqs.tag_queue(QueueUrl=url, Tags={"reported": "yes"})\n            counted',
    says="messages-touched",
)


def backlog__looks_inside_for_a_moment(sqs, team):
    """Says: messages-touched"""
    for url in _of_team(sqs, team):
        sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10, VisibilityTimeout=0)
    return {url.split("/")[-1]: sum(_counted(sqs, url)) for url in _of_team(sqs, team)}


backlog__looks_inside_in_a_large_shop = variant(
    "solution",
    "    return left",
    '    for url in sqs.list_queues()["QueueUrls"] if len(left) > 15 else []:\n'
    "        sqs.receive_message(QueueUrl=url, VisibilityTimeout=0)\n    return left",
    says="messages-touched",
)


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


backlog__any_ending = variant(
    "solution", 'tags.get("team") == team', 'tags.get("team", "").endswith(team)', says="other-team"
)

_tags_of = {}


def backlog__remembers_the_tags(sqs, team):
    """Says: other-team"""
    for url in sqs.list_queues().get("QueueUrls", []):
        if url not in _tags_of:
            _tags_of[url] = sqs.list_queue_tags(QueueUrl=url).get("Tags", {})
    mine = [url for url in sqs.list_queues().get("QueueUrls", []) if _tags_of[url].get("team") == team]
    return {url.split("/")[-1]: sum(_counted(sqs, url)) for url in mine}


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


def ensure_queue__bare_after_the_wait(sqs, name, attributes, tags):
    """Says: attribute-not-set"""
    try:
        url = sqs.get_queue_url(QueueName=name)["QueueUrl"]
        if attributes:
            sqs.set_queue_attributes(QueueUrl=url, Attributes=_texts(attributes))
    except sqs.exceptions.QueueDoesNotExist:
        try:
            url = sqs.create_queue(QueueName=name, Attributes=_texts(attributes) | _kind(name))["QueueUrl"]
        except sqs.exceptions.QueueDeletedRecently:
            time.sleep(60)
            url = sqs.create_queue(QueueName=name)["QueueUrl"]
    return _retag(sqs, url, tags)


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
    "values = {key",
    'values = {"MessageRetentionPeriod": "345600"} | {key',
    says="undeclared-attribute-changed",
)

ensure_queue__sets_nothing = variant("solution", "if attributes:", "if True:", says="no-attribute-to-set")
ensure_queue__tags_nothing = variant("solution", "if tags:", "if True:", says="no-tag-to-add")
ensure_queue__untags_nothing = variant("solution", "if extra:", "if True:", says="no-tag-to-remove")
ensure_queue__untags_ten = variant("solution", "TagKeys=extra", "TagKeys=extra[:10]", says="undeclared-tag-left")
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


def ensure_queue__long_polls_by_default(sqs, name, attributes, tags):
    """Says: not-the-default"""
    try:
        url = sqs.get_queue_url(QueueName=name)["QueueUrl"]
    except sqs.exceptions.QueueDoesNotExist:
        url = _create(sqs, name, {"ReceiveMessageWaitTimeSeconds": "20"} | _texts(attributes) | _kind(name))
    if attributes:
        sqs.set_queue_attributes(QueueUrl=url, Attributes=_texts(attributes))
    return _retag(sqs, url, tags)


ensure_queue__deduplicates_by_content = variant(
    "solution",
    '{"FifoQueue": "true"}',
    '{"FifoQueue": "true", "ContentBasedDeduplication": "true"}',
    says="not-the-default",
)

ensure_queue__fifo_without_a_dot = variant(
    "solution", 'name.endswith(".fifo")', 'name.endswith("fifo")', says="fifo-without-suffix"
)

ensure_queue__encrypts_it = variant(
    "solution",
    "    if attributes:\n",
    '    sqs.set_queue_attributes(QueueUrl=url, Attributes={"KmsMasterKeyId": "alias/aws/sqs"})\n    if attributes:\n',
    says="not-the-default",
)


def ensure_queue__goes_on_after_an_error(sqs, name, attributes, tags):
    """Says: error-hidden"""
    url = _create(sqs, name, _kind(name))
    try:
        if attributes:
            sqs.set_queue_attributes(QueueUrl=url, Attributes=_texts(attributes))
    except ClientError as problem:
        print(problem)
    return _retag(sqs, url, tags)


ensure_queue__skips_zeros = variant(
    "solution",
    "    if attributes:\n",
    "    attributes = {key: value for key, value in attributes.items() if value}\n    if attributes:\n",
    says="attribute-not-set",
)
ensure_queue__skips_empty_tags = variant(
    "solution", "Tags=tags", "Tags={key: value for key, value in tags.items() if value}", says="tag-not-set"
)
ensure_queue__tags_in_lower_case = variant(
    "solution",
    "if key not in tags]",
    "if key.lower() not in map(str.lower, tags)]",
    says="undeclared-tag-left",
)

ensure_queue__keeps_values_of_tags = variant(
    "solution",
    "    if tags:\n        sqs.tag_queue(QueueUrl=url, Tags=tags)",
    '    there = sqs.list_queue_tags(QueueUrl=url).get("Tags", {})\n'
    "    if set(tags) - set(there):\n"
    "        sqs.tag_queue(QueueUrl=url, Tags={key: tags[key] for key in set(tags) - set(there)})",
    says="tag-not-set",
)

ensure_queue__forgets_the_policy = variant(
    "solution",
    "    if attributes:\n",
    '    sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": ""})\n    if attributes:\n',
    says="undeclared-attribute-changed",
)

ensure_queue__notes_when_it_ran = variant(
    "solution",
    "    return url",
    '    sqs.tag_queue(QueueUrl=url, Tags={"ensured": "today"})\n    return url',
    says="undeclared-tag-left",
)

_done = set()


def ensure_queue__once_and_for_all(sqs, name, attributes, tags):
    """Says: attribute-not-set"""
    if name in _done:
        return sqs.get_queue_url(QueueName=name)["QueueUrl"]
    _done.add(name)
    url = _create(sqs, name, _kind(name))
    if attributes:
        sqs.set_queue_attributes(QueueUrl=url, Attributes=_texts(attributes))
    return _retag(sqs, url, tags)


def ensure_queue__sends_the_messages_again(sqs, name, attributes, tags):
    """Says: messages-lost"""
    url, waiting = _create(sqs, name, _kind(name)), []
    while messages := sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages"):
        for message in messages:
            sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
            waiting.append(message["Body"])
    if attributes:
        sqs.set_queue_attributes(QueueUrl=url, Attributes=_texts(attributes))
    for body in waiting:
        sqs.send_message(QueueUrl=url, MessageBody=body)
    return _retag(sqs, url, tags)


def ensure_queue__cleans_up_the_prefix(sqs, name, attributes, tags):
    """Says: other-queue-changed"""
    url = _create(sqs, name, _kind(name))
    for found in sqs.list_queues(QueueNamePrefix=name).get("QueueUrls", []):
        if attributes:
            sqs.set_queue_attributes(QueueUrl=found, Attributes=_texts(attributes))
        _retag(sqs, found, tags)
    return url


ensure_queue__response = variant("solution", "return url", 'return {"QueueUrl": url}', says="not-the-url")

ensure_queue__keys_are_enough = variant("solution", "    if tags:\n", "    if tags and extra:\n", says="tag-not-set")

ensure_queue__waits_for_a_few_seconds = variant(
    "solution", "    return url", "    time.sleep(5)\n    return url", says="waited-for-nothing"
)


def ensure_queue__creates_an_empty_one_anew(sqs, name, attributes, tags):
    """Says: undeclared-attribute-changed"""
    try:
        url = sqs.get_queue_url(QueueName=name)["QueueUrl"]
        if not sum(_counted(sqs, url)):
            sqs.delete_queue(QueueUrl=url)
    except sqs.exceptions.QueueDoesNotExist:
        pass
    url = _create(sqs, name, _kind(name))
    if attributes:
        sqs.set_queue_attributes(QueueUrl=url, Attributes=_texts(attributes))
    return _retag(sqs, url, tags)


def ensure_queue__looks_inside(sqs, name, attributes, tags):
    """Says: messages-touched"""
    url = _create(sqs, name, _kind(name))
    sqs.receive_message(QueueUrl=url, VisibilityTimeout=0)
    if attributes:
        sqs.set_queue_attributes(QueueUrl=url, Attributes=_texts(attributes))
    return _retag(sqs, url, tags)


def ensure_queue__tries_it_with_a_message(sqs, name, attributes, tags):
    """Says: messages-touched"""
    url = _create(sqs, name, _kind(name))
    if attributes:
        sqs.set_queue_attributes(QueueUrl=url, Attributes=_texts(attributes))
    if not name.endswith(".fifo"):
        sqs.send_message(QueueUrl=url, MessageBody="Does it work?")
    return _retag(sqs, url, tags)


def ensure_queue__not_created_means_there(sqs, name, attributes, tags):
    """Says: error-hidden"""
    try:
        url = _create(sqs, name, _kind(name))
    except ClientError:
        return f"https://sqs.us-east-1.amazonaws.com/123456789012/{name}"
    if attributes:
        sqs.set_queue_attributes(QueueUrl=url, Attributes=_texts(attributes))
    return _retag(sqs, url, tags)


ensure_queue__uses_up_what_it_is_given = variant(
    "solution", "    return url", "    while tags:\n        tags.popitem()\n    return url", says="dictionary-changed"
)


def ensure_queue__tries_for_ever(sqs, name, attributes, tags):
    """Says: tries-for-ever"""
    while True:
        try:
            url = sqs.create_queue(QueueName=name, Attributes=_kind(name))["QueueUrl"]
            break
        except ClientError:
            time.sleep(10)
    if attributes:
        sqs.set_queue_attributes(QueueUrl=url, Attributes=_texts(attributes))
    return _retag(sqs, url, tags)
