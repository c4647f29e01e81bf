"""Right answers to the exercises of lesson 02, each in another style than the solution."""

import time
from concurrent.futures import ThreadPoolExecutor

import boto3
from botocore.exceptions import ClientError

# --- find_queue -------------------------------------------------------------------------------------------------------


def find_queue__by_code(sqs, name):
    """Catches ClientError and compares the code; any other code goes on."""
    try:
        reply = sqs.get_queue_url(QueueName=name)
    except ClientError as problem:
        if problem.response["Error"]["Code"] == "AWS.SimpleQueueService.NonExistentQueue":
            return None
        raise
    return reply["QueueUrl"]


def find_queue__by_query_error_code(sqs, name):
    """Goes by the other name that boto3 gives."""
    try:
        return sqs.get_queue_url(QueueName=name).get("QueueUrl")
    except ClientError as problem:
        if problem.response["Error"].get("QueryErrorCode") != "QueueDoesNotExist":
            raise


def find_queue__listed(sqs, name):
    """Lists by prefix, and takes the one whose name is the whole name."""
    for page in sqs.get_paginator("list_queues").paginate(QueueNamePrefix=name, PaginationConfig={"PageSize": 100}):
        for url in page.get("QueueUrls", []):
            if url.split("/")[-1] == name:
                return url
    return None


def find_queue__resource(sqs, name):
    """Through the resource, whose client has classes of its own."""
    service = boto3.resource("sqs")
    try:
        return service.get_queue_by_name(QueueName=name).url
    except service.meta.client.exceptions.QueueDoesNotExist:
        return None


def find_queue__tries_again(sqs, name):
    """Asks again after a while if SQS couldn't answer, and gives up after the fourth time."""
    for pause in (1, 2, 4, None):
        try:
            return sqs.get_queue_url(QueueName=name)["QueueUrl"]
        except sqs.exceptions.QueueDoesNotExist:
            return None
        except ClientError:
            if pause is None:
                raise
            time.sleep(pause)


def find_queue__raises_it_from_itself(sqs, name):
    """Notes the error before it lets it go on."""
    try:
        url = sqs.get_queue_url(QueueName=name)["QueueUrl"]
    except ClientError as problem:
        if isinstance(problem, sqs.exceptions.QueueDoesNotExist):
            return None
        print("SQS could not answer:", problem)
        raise problem
    else:
        return url


# --- queue_names ------------------------------------------------------------------------------------------------------


def queue_names__tokens(sqs, prefix):
    """Follows the tokens by hand."""
    names, more = [], {}
    while True:
        page = sqs.list_queues(QueueNamePrefix=prefix, MaxResults=500, **more)
        names += [url.split("/")[-1] for url in page.get("QueueUrls", [])]
        if "NextToken" not in page:
            names.sort()
            return names
        more = {"NextToken": page["NextToken"]}


def queue_names__search(sqs, prefix):
    """With the paginator's own search, which brings None for a page without queues."""
    pages = sqs.get_paginator("list_queues").paginate(QueueNamePrefix=prefix, PaginationConfig={"PageSize": 999})
    return sorted(url.split("/")[-1] for url in pages.search("QueueUrls[]") if url)


def queue_names__all_and_sift(sqs, prefix):
    """Lists everything and sifts."""
    found = set()
    for page in sqs.get_paginator("list_queues").paginate(PaginationConfig={"PageSize": 1000}):
        found |= {url.split("/")[-1] for url in page.get("QueueUrls", ())}
    return [name for name in sorted(found) if name.startswith(prefix)]


# --- lengthen_lease ---------------------------------------------------------------------------------------------------


def lengthen_lease__all_read(sqs, queue_url, seconds):
    """Reads everything, writes the one."""
    attributes = sqs.get_queue_attributes(QueueUrl=queue_url, AttributeNames=["All"])["Attributes"]
    new = int(attributes["VisibilityTimeout"]) + seconds
    if new > 12 * 60 * 60:
        new = 12 * 60 * 60
    sqs.set_queue_attributes(QueueUrl=queue_url, Attributes={"VisibilityTimeout": f"{new}"})
    return new


def lengthen_lease__only_if_it_changes(sqs, queue_url, seconds):
    """Leaves a queue alone that has the longest lease already."""
    names = ["VisibilityTimeout"]
    had = int(sqs.get_queue_attributes(QueueUrl=queue_url, AttributeNames=names)["Attributes"][names[0]])
    lease = min(43_200, had + seconds)
    if lease != had:
        sqs.set_queue_attributes(QueueUrl=queue_url, Attributes={names[0]: str(lease)})
    return lease


def lengthen_lease__reads_it_back(sqs, queue_url, seconds):
    """Sets it, and returns what SQS says afterwards."""

    def timeout():
        reply = sqs.get_queue_attributes(QueueUrl=queue_url, AttributeNames=["VisibilityTimeout"])
        return int(reply["Attributes"]["VisibilityTimeout"])

    longer = str(min(43_200, timeout() + seconds))
    sqs.set_queue_attributes(QueueUrl=queue_url, Attributes={"VisibilityTimeout": longer})
    return timeout()


# --- backlog ----------------------------------------------------------------------------------------------------------


def backlog__all_attributes(sqs, team):
    """Reads all attributes, and adds what starts like a counter."""
    report = {}
    for url in sqs.list_queues().get("QueueUrls", []):
        if sqs.list_queue_tags(QueueUrl=url).get("Tags", {}).get("team") != team:
            continue
        attributes = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
        counts = [int(value) for name, value in attributes.items() if name.startswith("ApproximateNumberOfMessages")]
        report[url.split("/")[-1]] = sum(counts)
    return report


def backlog__small_functions(sqs, team):
    """One step, one function."""
    urls = sqs.get_paginator("list_queues").paginate(PaginationConfig={"PageSize": 50}).build_full_result()
    mine = [url for url in urls.get("QueueUrls", []) if _team(sqs, url) == team]
    return {url.rsplit("/", 1)[1]: _left(sqs, url) for url in mine}


def _team(sqs, url):
    try:
        return sqs.list_queue_tags(QueueUrl=url)["Tags"]["team"]
    except KeyError:
        return None


def _left(sqs, url):
    total = 0
    for state in ("", "NotVisible", "Delayed"):
        name = f"ApproximateNumberOfMessages{state}"
        total += int(sqs.get_queue_attributes(QueueUrl=url, AttributeNames=[name])["Attributes"][name])
    return total


def backlog__threads(sqs, team):
    """Asks about all queues side by side."""

    def look(url):
        tags = sqs.list_queue_tags(QueueUrl=url).get("Tags", {})
        return url.split("/")[-1], _left(sqs, url) if tags.get("team") == team else None

    with ThreadPoolExecutor(max_workers=4) as pool:
        found = list(pool.map(look, sqs.list_queues().get("QueueUrls", [])))
    return {name: count for name, count in found if count is not None}


def backlog__counts_before_it_looks_whose(sqs, team):
    """Waits, because on AWS the counters can be a minute behind, then counts in every queue, and looks for tags last."""
    time.sleep(90)
    report = {}
    for url in sqs.list_queues().get("QueueUrls", []):
        left = _left(sqs, url)
        if sqs.list_queue_tags(QueueUrl=url).get("Tags", {}).get("team") == team:
            report[url.split("/")[-1]] = left
    return report


# --- ensure_queue -----------------------------------------------------------------------------------------------------


def ensure_queue__only_what_differs(sqs, name, attributes, tags):
    """Compares first and sends only what differs; waits the second that AWS asks for after a create."""
    wanted = {key: f"{value}" for key, value in attributes.items()}
    try:
        url = sqs.get_queue_url(QueueName=name)["QueueUrl"]
    except sqs.exceptions.QueueDoesNotExist:
        url = _create_patiently(sqs, name, wanted, tags)
        time.sleep(1)
    found = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
    other = {key: value for key, value in wanted.items() if found.get(key) != value}
    if other:
        sqs.set_queue_attributes(QueueUrl=url, Attributes=other)
    labels = sqs.list_queue_tags(QueueUrl=url).get("Tags", {})
    if labels != tags:
        if labels:
            sqs.untag_queue(QueueUrl=url, TagKeys=list(labels))
        if tags:
            sqs.tag_queue(QueueUrl=url, Tags=tags)
    return url


def _create_patiently(sqs, name, attributes, tags):
    if name[-5:] == ".fifo":
        attributes = attributes | {"FifoQueue": "true"}
    for _ in range(70):
        try:
            return sqs.create_queue(QueueName=name, Attributes=attributes, tags=tags)["QueueUrl"]
        except ClientError as problem:
            if "QueueDeletedRecently" not in problem.response["Error"]["Code"]:
                raise
            time.sleep(1)
    raise TimeoutError(name)


def ensure_queue__try_then_mend(sqs, name, attributes, tags):
    """Creates with everything, and mends where that is refused."""
    kind = {"FifoQueue": "true"} if name.endswith(".fifo") else {}
    wanted = {key: str(value) for key, value in attributes.items()}
    try:
        sqs.create_queue(QueueName=name, Attributes=wanted | kind, tags=tags)
    except sqs.exceptions.QueueDeletedRecently:
        time.sleep(61)
        sqs.create_queue(QueueName=name, Attributes=wanted | kind, tags=tags)
    except sqs.exceptions.QueueNameExists:
        pass
    url = sqs.get_queue_url(QueueName=name)["QueueUrl"]
    if wanted:
        sqs.set_queue_attributes(QueueUrl=url, Attributes=wanted)
    for key in sqs.list_queue_tags(QueueUrl=url).get("Tags", {}):
        if key not in tags:
            sqs.untag_queue(QueueUrl=url, TagKeys=[key])
    for key, value in tags.items():
        sqs.tag_queue(QueueUrl=url, Tags={key: value})
    return url


def ensure_queue__backs_off(sqs, name, attributes, tags):
    """Tries to create it after longer and longer waits, and sets each attribute and tag in a call of its own."""
    kind = {"FifoQueue": "true"} if name.endswith(".fifo") else {}
    pause = 1
    while True:
        try:
            url = sqs.create_queue(QueueName=name, Attributes=kind)["QueueUrl"]
        except ClientError as problem:
            if problem.response["Error"]["Code"] != "AWS.SimpleQueueService.QueueDeletedRecently":
                raise
            time.sleep(pause)
            pause *= 2
        else:
            break
    for key in attributes:
        sqs.set_queue_attributes(QueueUrl=url, Attributes={key: f"{attributes[key]:d}"})
    found = sqs.list_queue_tags(QueueUrl=url).get("Tags", {})
    for key in found.keys() - tags.keys():
        sqs.untag_queue(QueueUrl=url, TagKeys=[key])
    for key in tags.keys() - {key for key, value in found.items() if tags.get(key) == value}:
        sqs.tag_queue(QueueUrl=url, Tags={key: tags[key]})
    return url
