"""Wrong answers to the exercises of lesson 05, as learners write them. Each says the reason id of its refusal."""

import json

# --- announce ---------------------------------------------------------------------------------------------------------


def announce__as_it_is(sns, topic_arn, subject, text):
    """Says: line-break-in-subject"""
    return sns.publish(TopicArn=topic_arn, Subject=subject, Message=text)["MessageId"]


def announce__only_cuts(sns, topic_arn, subject, text):
    """Says: line-break-in-subject"""
    return sns.publish(TopicArn=topic_arn, Subject=subject[:99], Message=text)["MessageId"]


def announce__only_one_line(sns, topic_arn, subject, text):
    """Says: subject-too-long"""
    return sns.publish(TopicArn=topic_arn, Subject=" ".join(subject.split()), Message=text)["MessageId"]


def announce__strips(sns, topic_arn, subject, text):
    """Says: line-break-in-subject"""
    return sns.publish(TopicArn=topic_arn, Subject=subject.strip()[:99], Message=text)["MessageId"]


def announce__a_hundred(sns, topic_arn, subject, text):
    """Says: hundred-characters"""
    return sns.publish(TopicArn=topic_arn, Subject=" ".join(subject.split())[:100], Message=text)["MessageId"]


def announce__first_line(sns, topic_arn, subject, text):
    """Says: subject-lost"""
    return sns.publish(TopicArn=topic_arn, Subject=subject.splitlines()[0][:99], Message=text)["MessageId"]


def announce__much_shorter(sns, topic_arn, subject, text):
    """Says: subject-too-short"""
    return sns.publish(TopicArn=topic_arn, Subject=" ".join(subject.split())[:60], Message=text)["MessageId"]


def announce__glues_the_lines(sns, topic_arn, subject, text):
    """Says: subject-changed"""
    return sns.publish(TopicArn=topic_arn, Subject=subject.replace("\n", "")[:99], Message=text)["MessageId"]


def announce__ascii(sns, topic_arn, subject, text):
    """Says: subject-changed"""
    subject = " ".join(subject.split()).encode("ascii", "ignore").decode()[:99]
    return sns.publish(TopicArn=topic_arn, Subject=subject, Message=text)["MessageId"]


def announce__no_subject(sns, topic_arn, subject, text):
    """Says: no-subject"""
    return sns.publish(TopicArn=topic_arn, Message=text)["MessageId"]


def announce__empty_when_refused(sns, topic_arn, subject, text):
    """Says: empty-subject"""
    subject = subject if "\n" not in subject and len(subject) < 100 else ""
    return sns.publish(TopicArn=topic_arn, Subject=subject, Message=text)["MessageId"]


def announce__text_too(sns, topic_arn, subject, text):
    """Says: text-changed"""
    one_line = " ".join(subject.split())[:99]
    return sns.publish(TopicArn=topic_arn, Subject=one_line, Message=" ".join(text.split()))["MessageId"]


def announce__response(sns, topic_arn, subject, text):
    """Says: whole-response"""
    return sns.publish(TopicArn=topic_arn, Subject=" ".join(subject.split())[:99], Message=text)


def announce__request_id(sns, topic_arn, subject, text):
    """Says: not-the-message-id"""
    reply = sns.publish(TopicArn=topic_arn, Subject=" ".join(subject.split())[:99], Message=text)
    return reply["ResponseMetadata"]["RequestId"]


def announce__returns_nothing(sns, topic_arn, subject, text):
    """Says: not-the-message-id"""
    sns.publish(TopicArn=topic_arn, Subject=" ".join(subject.split())[:99], Message=text)


def announce__first_topic(sns, topic_arn, subject, text):
    """Says: other-topic"""
    topic_arn = sns.list_topics()["Topics"][0]["TopicArn"]
    return sns.publish(TopicArn=topic_arn, Subject=" ".join(subject.split())[:99], Message=text)["MessageId"]


def announce__gives_up(sns, topic_arn, subject, text):
    """Says: not-published"""
    try:
        return sns.publish(TopicArn=topic_arn, Subject=subject, Message=text)["MessageId"]
    except sns.exceptions.InvalidParameterException:
        return None


# --- subscribe_all ----------------------------------------------------------------------------------------------------


def _protocol(contact):
    for start, protocol in (("arn:", "sqs"), ("+", "sms"), ("https://", "https"), ("http://", "http")):
        if contact.startswith(start):
            return protocol
    return "email"


def _subscribe(sns, topic_arn, contact, protocol=None, **more):
    asked = {"TopicArn": topic_arn, "Protocol": protocol or _protocol(contact), "Endpoint": contact}
    return sns.subscribe(**asked, **more)["SubscriptionArn"]


def subscribe_all__words(sns, topic_arn, contacts):
    """Says: pending-returned"""
    return {contact: _subscribe(sns, topic_arn, contact) for contact in set(contacts)}


def subscribe_all__twice(sns, topic_arn, contacts):
    """Says: asked-for-each-mention"""
    return {contact: _subscribe(sns, topic_arn, contact, ReturnSubscriptionArn=True) for contact in contacts}


def subscribe_all__asks_again_for_the_arn(sns, topic_arn, contacts):
    """Says: asked-for-each-mention"""
    arns = {}
    for contact in set(contacts):
        arns[contact] = _subscribe(sns, topic_arn, contact)
        if not arns[contact].startswith("arn:"):
            arns[contact] = _subscribe(sns, topic_arn, contact, ReturnSubscriptionArn=True)
    return arns


def subscribe_all__at_sign(sns, topic_arn, contacts):
    """Says: wrong-protocol"""
    arns = {}
    for contact in set(contacts):
        protocol = "email" if "@" in contact else _protocol(contact)
        arns[contact] = _subscribe(sns, topic_arn, contact, protocol, ReturnSubscriptionArn=True)
    return arns


def subscribe_all__only_https(sns, topic_arn, contacts):
    """Says: wrong-web-protocol"""
    arns = {}
    for contact in set(contacts):
        protocol = "https" if contact.startswith("http:") else _protocol(contact)
        arns[contact] = _subscribe(sns, topic_arn, contact, protocol, ReturnSubscriptionArn=True)
    return arns


def subscribe_all__no_http(sns, topic_arn, contacts):
    """Says: not-a-mail-address"""
    arns = {}
    for contact in set(contacts):
        protocol = "email" if contact.startswith("http:") else _protocol(contact)
        arns[contact] = _subscribe(sns, topic_arn, contact, protocol, ReturnSubscriptionArn=True)
    return arns


def subscribe_all__starts_like_https(sns, topic_arn, contacts):
    """Says: wrong-web-protocol"""
    arns = {}
    for contact in set(contacts):
        protocol = "https" if contact.startswith("https") else _protocol(contact)
        arns[contact] = _subscribe(sns, topic_arn, contact, protocol, ReturnSubscriptionArn=True)
    return arns


def subscribe_all__starts_like_an_arn(sns, topic_arn, contacts):
    """Says: not-a-queue"""
    arns = {}
    for contact in set(contacts):
        protocol = "sqs" if contact.startswith("arn") else _protocol(contact)
        arns[contact] = _subscribe(sns, topic_arn, contact, protocol, ReturnSubscriptionArn=True)
    return arns


def subscribe_all__plus_in_it(sns, topic_arn, contacts):
    """Says: not-a-phone"""
    arns = {}
    for contact in set(contacts):
        protocol = "sms" if "+" in contact else _protocol(contact)
        arns[contact] = _subscribe(sns, topic_arn, contact, protocol, ReturnSubscriptionArn=True)
    return arns


def subscribe_all__mail_by_another_name(sns, topic_arn, contacts):
    """Says: unknown-protocol"""
    arns = {}
    for contact in set(contacts):
        protocol = _protocol(contact).replace("email", "mail")
        arns[contact] = _subscribe(sns, topic_arn, contact, protocol, ReturnSubscriptionArn=True)
    return arns


def subscribe_all__mail_as_json(sns, topic_arn, contacts):
    """Says: wrong-protocol"""
    arns = {}
    for contact in set(contacts):
        protocol = _protocol(contact).replace("email", "email-json")
        arns[contact] = _subscribe(sns, topic_arn, contact, protocol, ReturnSubscriptionArn=True)
    return arns


def subscribe_all__tries_all_protocols(sns, topic_arn, contacts):
    """Says: wrong-protocol"""
    arns = {}
    for contact in set(contacts):
        for protocol in ("email", "sms", "https", "http", "sqs"):
            try:
                arns[contact] = _subscribe(sns, topic_arn, contact, protocol, ReturnSubscriptionArn=True)
                break
            except sns.exceptions.InvalidParameterException:
                continue
    return arns


def subscribe_all__with_settings(sns, topic_arn, contacts):
    """Says: other-attributes"""
    plain = {"Attributes": {"RawMessageDelivery": "false"}, "ReturnSubscriptionArn": True}
    return {contact: _subscribe(sns, topic_arn, contact, **plain) for contact in set(contacts)}


def subscribe_all__starts_anew(sns, topic_arn, contacts):
    """Says: subscription-replaced"""
    for one in sns.list_subscriptions_by_topic(TopicArn=topic_arn)["Subscriptions"]:
        if one["SubscriptionArn"] != "PendingConfirmation":
            sns.unsubscribe(SubscriptionArn=one["SubscriptionArn"])
    return {contact: _subscribe(sns, topic_arn, contact, ReturnSubscriptionArn=True) for contact in set(contacts)}


def subscribe_all__from_the_list(sns, topic_arn, contacts):
    """Says: pending-returned"""
    for contact in set(contacts):
        _subscribe(sns, topic_arn, contact)
    listed = sns.list_subscriptions_by_topic(TopicArn=topic_arn)["Subscriptions"]
    return {one["Endpoint"]: one["SubscriptionArn"] for one in listed if one["Endpoint"] in contacts}


def subscribe_all__unconfirmed_asked(sns, topic_arn, contacts):
    """Says: pending-as-arn"""
    arns = {}
    for contact in set(contacts):
        arn = _subscribe(sns, topic_arn, contact)
        arns[contact] = sns.get_subscription_attributes(SubscriptionArn=arn)["Attributes"]["SubscriptionArn"]
    return arns


def subscribe_all__skips_who_is_there(sns, topic_arn, contacts):
    """Says: wrong-keys"""
    there = {one["Endpoint"] for one in sns.list_subscriptions_by_topic(TopicArn=topic_arn)["Subscriptions"]}
    new = set(contacts) - there
    return {contact: _subscribe(sns, topic_arn, contact, ReturnSubscriptionArn=True) for contact in new}


def subscribe_all__finds_others(sns, topic_arn, contacts):
    """Says: not-subscribed"""
    arns = {}
    there = {one["Endpoint"]: one["SubscriptionArn"] for one in sns.list_subscriptions()["Subscriptions"]}
    for contact in set(contacts):
        arns[contact] = there.get(contact) or _subscribe(sns, topic_arn, contact, ReturnSubscriptionArn=True)
    return arns


def subscribe_all__list(sns, topic_arn, contacts):
    """Says: wrong-keys"""
    return [_subscribe(sns, topic_arn, contact, ReturnSubscriptionArn=True) for contact in sorted(set(contacts))]


def subscribe_all__responses(sns, topic_arn, contacts):
    """Says: no-text"""
    made = {}
    for contact in set(contacts):
        made[contact] = sns.subscribe(
            TopicArn=topic_arn, Protocol=_protocol(contact), Endpoint=contact, ReturnSubscriptionArn=True
        )
    return made


def subscribe_all__topic_arns(sns, topic_arn, contacts):
    """Says: arn-of-other-topic"""
    for contact in set(contacts):
        _subscribe(sns, topic_arn, contact)
    return dict.fromkeys(contacts, topic_arn)


# --- by_channel -------------------------------------------------------------------------------------------------------


def by_channel__no_structure(sns, topic_arn, texts):
    """Says: not-structured"""
    message = {"default": texts["email"], "sms": texts["email"][:140]} | texts
    return sns.publish(TopicArn=topic_arn, Message=json.dumps(message))["MessageId"]


def by_channel__no_default(sns, topic_arn, texts):
    """Says: no-default"""
    message = {"sms": texts["email"][:140]} | texts
    return sns.publish(TopicArn=topic_arn, Message=json.dumps(message), MessageStructure="json")["MessageId"]


def by_channel__str(sns, topic_arn, texts):
    """Says: no-json"""
    message = {"default": texts["email"], "sms": texts["email"][:140]} | texts
    return sns.publish(TopicArn=topic_arn, Message=str(message), MessageStructure="json")["MessageId"]


def by_channel__by_hand(sns, topic_arn, texts):
    """Says: no-json"""
    message = f'{{"default": "{texts["email"]}", "sms": "{texts.get("sms", texts["email"][:140])}"}}'
    return sns.publish(TopicArn=topic_arn, Message=message, MessageStructure="json")["MessageId"]


def by_channel__dictionary(sns, topic_arn, texts):
    """Says: dictionary-as-message"""
    message = {"default": texts["email"], "sms": texts["email"][:140]} | texts
    return sns.publish(TopicArn=topic_arn, Message=message, MessageStructure="json")["MessageId"]


def by_channel__sms_always_there(sns, topic_arn, texts):
    """Says: sms-expected"""
    message = {"default": texts["email"], "sms": texts["sms"], **texts}
    return sns.publish(TopicArn=topic_arn, Message=json.dumps(message), MessageStructure="json")["MessageId"]


def by_channel__default_always_there(sns, topic_arn, texts):
    """Says: default-expected"""
    message = {"default": texts["default"], "sms": texts["email"][:140]} | texts
    return sns.publish(TopicArn=topic_arn, Message=json.dumps(message), MessageStructure="json")["MessageId"]


def by_channel__mail_to_phones(sns, topic_arn, texts):
    """Says: no-text-for-phones"""
    message = {"default": texts["email"]} | texts
    return sns.publish(TopicArn=topic_arn, Message=json.dumps(message), MessageStructure="json")["MessageId"]


def by_channel__cuts_for_all(sns, topic_arn, texts):
    """Says: default-missing"""
    message = {"default": texts["email"][:140]} | texts
    return sns.publish(TopicArn=topic_arn, Message=json.dumps(message), MessageStructure="json")["MessageId"]


def by_channel__cuts_what_is_given(sns, topic_arn, texts):
    """Says: text-for-phones-cut"""
    message = {"default": texts["email"]} | texts
    message["sms"] = texts.get("sms", texts["email"])[:140]
    return sns.publish(TopicArn=topic_arn, Message=json.dumps(message), MessageStructure="json")["MessageId"]


def by_channel__phones_get_the_mail(sns, topic_arn, texts):
    """Says: text-for-phones-cut"""
    message = texts | {"default": texts["email"], "sms": texts["email"][:140]}
    return sns.publish(TopicArn=topic_arn, Message=json.dumps(message), MessageStructure="json")["MessageId"]


def by_channel__two_protocols(sns, topic_arn, texts):
    """Says: own-text-missing"""
    message = {"default": texts["email"], "sms": texts.get("sms", texts["email"][:140])}
    return sns.publish(TopicArn=topic_arn, Message=json.dumps(message), MessageStructure="json")["MessageId"]


def by_channel__a_word_for_default(sns, topic_arn, texts):
    """Says: default-missing"""
    message = {"default": "News", "sms": texts["email"][:140]} | texts
    return sns.publish(TopicArn=topic_arn, Message=json.dumps(message), MessageStructure="json")["MessageId"]


def by_channel__one_publish_each(sns, topic_arn, texts):
    """Says: published-twice"""
    for text in texts.values():
        response = sns.publish(TopicArn=topic_arn, Message=text)
    return response["MessageId"]


def by_channel__one_text(sns, topic_arn, texts):
    """Says: not-structured"""
    return sns.publish(TopicArn=topic_arn, Message=texts["email"])["MessageId"]


def by_channel__response(sns, topic_arn, texts):
    """Says: whole-response"""
    message = {"default": texts["email"], "sms": texts["email"][:140]} | texts
    return sns.publish(TopicArn=topic_arn, Message=json.dumps(message), MessageStructure="json")


# --- publish_all ------------------------------------------------------------------------------------------------------


def _entries(batch):
    return [{"Id": str(n), "Subject": item["subject"], "Message": item["text"]} for n, item in enumerate(batch)]


def _batches(news, most=262_144, count=10, size=lambda text: len(text.encode())):
    batches = [[]]
    for item in news:
        if len(batches[-1]) == count or sum(size(one["text"]) for one in [*batches[-1], item]) > most:
            batches.append([])
        batches[-1].append(item)
    return [batch for batch in batches if batch]


def _publish(sns, topic_arn, batch, refused):
    reply = sns.publish_batch(TopicArn=topic_arn, PublishBatchRequestEntries=_entries(batch))
    refused += [batch[int(failure["Id"])] for failure in reply["Failed"]]


def publish_all__one_by_one(sns, topic_arn, news):
    """Says: too-many-requests"""
    refused = []
    for item in news:
        try:
            sns.publish(TopicArn=topic_arn, Subject=item["subject"], Message=item["text"])
        except sns.exceptions.InvalidParameterException:
            refused.append(item)
    return refused


def publish_all__single_stops(sns, topic_arn, news):
    """Says: error-not-caught"""
    for item in news:
        sns.publish(TopicArn=topic_arn, Subject=item["subject"], Message=item["text"])
    return []


def publish_all__all_at_once(sns, topic_arn, news):
    """Says: too-many-entries"""
    refused = []
    _publish(sns, topic_arn, news, refused)
    return refused


def publish_all__counts_to_ten_only(sns, topic_arn, news):
    """Says: batch-too-large"""
    refused = []
    for first in range(0, len(news), 10):
        _publish(sns, topic_arn, news[first : first + 10], refused)
    return refused


def publish_all__characters(sns, topic_arn, news):
    """Says: characters-counted"""
    refused = []
    for batch in _batches(news, size=len):
        _publish(sns, topic_arn, batch, refused)
    return refused


def publish_all__a_mebibyte(sns, topic_arn, news):
    """Says: batch-too-large"""
    refused = []
    for batch in _batches(news, most=1_048_576):
        _publish(sns, topic_arn, batch, refused)
    return refused


def publish_all__smaller_batches(sns, topic_arn, news):
    """Says: refused-items-sent-again"""
    refused = []
    for batch in _batches(news, most=200_000):
        _publish(sns, topic_arn, batch, refused)
    return refused


def publish_all__nine(sns, topic_arn, news):
    """Says: too-many-requests"""
    refused = []
    for batch in _batches(news, count=9):
        _publish(sns, topic_arn, batch, refused)
    return refused


def publish_all__no_news(sns, topic_arn, news):
    """Says: empty-batch"""
    refused = []
    for batch in _batches(news) or [[]]:
        _publish(sns, topic_arn, batch, refused)
    return refused


def publish_all__failed_unread(sns, topic_arn, news):
    """Says: failed-ignored"""
    for batch in _batches(news):
        sns.publish_batch(TopicArn=topic_arn, PublishBatchRequestEntries=_entries(batch))
    return []


def publish_all__last_response(sns, topic_arn, news):
    """Says: other-items"""
    refused = []
    for batch in _batches(news):
        refused = []
        _publish(sns, topic_arn, batch, refused)
    return refused or [{"subject": "none", "text": "none"}]


def publish_all__ids_of_the_batch(sns, topic_arn, news):
    """Says: other-items"""
    refused = []
    for batch in _batches(news):
        reply = sns.publish_batch(TopicArn=topic_arn, PublishBatchRequestEntries=_entries(batch))
        refused += [news[int(failure["Id"])] for failure in reply["Failed"]]
    return refused


def publish_all__the_failures(sns, topic_arn, news):
    """Says: not-the-items"""
    refused = []
    for batch in _batches(news):
        refused += sns.publish_batch(TopicArn=topic_arn, PublishBatchRequestEntries=_entries(batch))["Failed"]
    return refused


def publish_all__reversed(sns, topic_arn, news):
    """Says: other-order-of-items"""
    refused = []
    for batch in _batches(news):
        _publish(sns, topic_arn, batch, refused)
    return refused[::-1]


def publish_all__how_many(sns, topic_arn, news):
    """Says: no-list"""
    refused = []
    for batch in _batches(news):
        _publish(sns, topic_arn, batch, refused)
    return len(refused)


def publish_all__subject_is_the_id(sns, topic_arn, news):
    """Says: ids-not-distinct"""
    refused = []
    for batch in _batches(news):
        entries = [{"Id": item["subject"], "Subject": item["subject"], "Message": item["text"]} for item in batch]
        reply = sns.publish_batch(TopicArn=topic_arn, PublishBatchRequestEntries=entries)
        failed = [failure["Id"] for failure in reply["Failed"]]
        refused += [item for item in batch if item["subject"] in failed]
    return refused


def publish_all__subject_in_the_id(sns, topic_arn, news):
    """Says: invalid-id"""
    refused = []
    for batch in _batches(news):
        entries = [entry | {"Id": f"{entry['Id']}: {entry['Subject']}"[:80]} for entry in _entries(batch)]
        refused += sns.publish_batch(TopicArn=topic_arn, PublishBatchRequestEntries=entries)["Failed"]
    return refused


def publish_all__each_once(sns, topic_arn, news):
    """Says: items-lost"""
    refused, seen = [], []
    for item in news:
        if item not in seen:
            seen.append(item)
    for batch in _batches(seen):
        _publish(sns, topic_arn, batch, refused)
    return refused


def publish_all__mends(sns, topic_arn, news):
    """Says: texts-changed"""
    refused = []
    clean = [item | {"subject": " ".join(item["subject"].split())[:99]} for item in news]
    for batch in _batches(clean):
        _publish(sns, topic_arn, batch, refused)
    return [item for item in news if "\n" in item["subject"]]


def publish_all__tries_again(sns, topic_arn, news):
    """Says: refused-items-sent-again"""
    refused = []
    for batch in _batches(news):
        reply = sns.publish_batch(TopicArn=topic_arn, PublishBatchRequestEntries=_entries(batch))
        again = [batch[int(failure["Id"])] for failure in reply["Failed"]]
        if again:
            _publish(sns, topic_arn, again, refused)
    return refused


def publish_all__whole_batch_again(sns, topic_arn, news):
    """Says: published-twice"""
    refused = []
    for batch in _batches(news):
        reply = sns.publish_batch(TopicArn=topic_arn, PublishBatchRequestEntries=_entries(batch))
        if reply["Failed"]:
            _publish(sns, topic_arn, batch, refused)
    return refused


def publish_all__no_subject(sns, topic_arn, news):
    """Says: subjects-changed"""
    for batch in _batches(news):
        entries = [{"Id": str(n), "Message": item["text"]} for n, item in enumerate(batch)]
        sns.publish_batch(TopicArn=topic_arn, PublishBatchRequestEntries=entries)
    return []


def publish_all__forgets_the_rest(sns, topic_arn, news):
    """Says: items-lost"""
    refused, batch = [], []
    for item in news:
        batch.append(item)
        if len(batch) == 10:
            _publish(sns, topic_arn, batch, refused)
            batch = []
    return refused


# --- who_listens ------------------------------------------------------------------------------------------------------


def _arn(sns, name):
    for page in sns.get_paginator("list_topics").paginate():
        for topic in page["Topics"]:
            if topic["TopicArn"].split(":")[-1] == name:
                return topic["TopicArn"]


def _all(sns, arn):
    pages = sns.get_paginator("list_subscriptions_by_topic").paginate(TopicArn=arn)
    return [one for page in pages for one in page["Subscriptions"]]


def _report(subscriptions):
    report = {"confirmed": {}, "pending": []}
    for one in sorted(subscriptions, key=lambda one: one["Endpoint"]):
        if one["SubscriptionArn"] == "PendingConfirmation":
            report["pending"].append(one["Endpoint"])
        else:
            report["confirmed"].setdefault(one["Protocol"], []).append(one["Endpoint"])
    return report


def who_listens__creates(sns, topic_name):
    """Says: topic-created"""
    return _report(_all(sns, sns.create_topic(Name=topic_name)["TopicArn"]))


def who_listens__creates_and_deletes(sns, topic_name):
    """Says: not-none"""
    arn = sns.create_topic(Name=topic_name)["TopicArn"]
    report = _report(_all(sns, arn))
    if report == {"confirmed": {}, "pending": []}:
        sns.delete_topic(TopicArn=arn)
    return report


def who_listens__end_of_the_arn(sns, topic_name):
    """Says: other-listeners"""
    for page in sns.get_paginator("list_topics").paginate():
        for topic in page["Topics"]:
            if topic["TopicArn"].endswith(topic_name):
                return _report(_all(sns, topic["TopicArn"]))


def who_listens__name_in_it(sns, topic_name):
    """Says: other-listeners"""
    arns = [t["TopicArn"] for page in sns.get_paginator("list_topics").paginate() for t in page["Topics"]]
    mine = [arn for arn in arns if topic_name in arn]
    exact = [arn for arn in arns if arn.split(":")[-1] == topic_name]
    return _report(_all(sns, mine[0])) if exact else None


def who_listens__any_capitals(sns, topic_name):
    """Says: other-listeners"""
    for page in sns.get_paginator("list_topics").paginate():
        for topic in page["Topics"]:
            if topic["TopicArn"].split(":")[-1].lower() == topic_name:
                return _report(_all(sns, topic["TopicArn"]))


def who_listens__first_page_of_topics(sns, topic_name):
    """Says: topic-not-found"""
    for topic in sns.list_topics()["Topics"]:
        if topic["TopicArn"].split(":")[-1] == topic_name:
            return _report(_all(sns, topic["TopicArn"]))


def who_listens__first_page_of_subscriptions(sns, topic_name):
    """Says: first-page-only"""
    arn = _arn(sns, topic_name)
    return arn and _report(sns.list_subscriptions_by_topic(TopicArn=arn)["Subscriptions"])


def who_listens__no_such_topic(sns, topic_name):
    """Says: no-topic"""
    arns = [t["TopicArn"] for page in sns.get_paginator("list_topics").paginate() for t in page["Topics"]]
    mine = [arn for arn in arns if arn.split(":")[-1] == topic_name]
    return _report(_all(sns, mine[0]))


def who_listens__arn_of_another(sns, topic_name):
    """Says: no-topic"""
    arn = sns.list_topics()["Topics"][0]["TopicArn"]
    return _report(_all(sns, arn.rpartition(":")[0] + ":" + topic_name))


def who_listens__lists_none(sns, topic_name):
    """Says: no-topic"""
    return _report(_all(sns, _arn(sns, topic_name)))


def who_listens__an_empty_report(sns, topic_name):
    """Says: not-none"""
    arn = _arn(sns, topic_name)
    return _report(_all(sns, arn) if arn else [])


def who_listens__none_for_nobody(sns, topic_name):
    """Says: topic-not-found"""
    arn = _arn(sns, topic_name)
    found = _all(sns, arn) if arn else None
    return _report(found) if found else None


def who_listens__all_confirmed(sns, topic_name):
    """Says: pending-as-confirmed"""
    arn = _arn(sns, topic_name)
    if arn is None:
        return None
    report = {}
    for one in _all(sns, arn):
        report.setdefault(one["Protocol"], []).append(one["Endpoint"])
    return {"confirmed": {key: sorted(value) for key, value in report.items()}, "pending": []}


def who_listens__mail_is_pending(sns, topic_name):
    """Says: not-sorted"""
    arn = _arn(sns, topic_name)
    if arn is None:
        return None
    known = [one for one in _all(sns, arn) if one["Protocol"] in ("sms", "sqs")]
    pending = [one["Endpoint"] for one in _all(sns, arn) if one["Protocol"] not in ("sms", "sqs")]
    return _report(known) | {"pending": sorted(pending)}


def who_listens__the_other_words(sns, topic_name):
    """Says: pending-as-confirmed"""
    arn = _arn(sns, topic_name)
    if arn is None:
        return None
    words = [
        one | {"SubscriptionArn": "arn" if one["SubscriptionArn"] != "pending confirmation" else "PendingConfirmation"}
        for one in _all(sns, arn)
    ]
    return _report(words)


def who_listens__asks_each(sns, topic_name):
    """Says: pending-as-arn"""
    arn = _arn(sns, topic_name)
    if arn is None:
        return None
    report = {"confirmed": {}, "pending": []}
    for one in _all(sns, arn):
        shown = sns.get_subscription_attributes(SubscriptionArn=one["SubscriptionArn"])["Attributes"]
        if shown["PendingConfirmation"] == "true":
            report["pending"].append(one["Endpoint"])
        else:
            report["confirmed"].setdefault(one["Protocol"], []).append(one["Endpoint"])
    return report


def who_listens__subscribes_to_see(sns, topic_name):
    """Says: something-changed"""
    arn = _arn(sns, topic_name)
    if arn is None:
        return None
    confirmed = {}
    for one in _all(sns, arn):
        asked = {"TopicArn": arn, "Protocol": one["Protocol"], "Endpoint": one["Endpoint"]}
        if sns.subscribe(**asked)["SubscriptionArn"].startswith("arn:"):
            confirmed.setdefault(one["Protocol"], []).append(one["Endpoint"])
    return {"confirmed": confirmed, "pending": []}


def who_listens__no_list_yet(sns, topic_name):
    """Says: protocol-key-missing"""
    arn = _arn(sns, topic_name)
    if arn is None:
        return None
    report = {"confirmed": {}, "pending": []}
    for one in _all(sns, arn):
        if one["SubscriptionArn"] == "PendingConfirmation":
            report["pending"].append(one["Endpoint"])
        else:
            report["confirmed"][one["Protocol"]].append(one["Endpoint"])
    return report


def who_listens__unsorted(sns, topic_name):
    """Says: not-sorted"""
    arn = _arn(sns, topic_name)
    report = arn and _report(_all(sns, arn))
    return report and report | {"pending": report["pending"][::-1]}


def who_listens__all_protocols(sns, topic_name):
    """Says: empty-protocols"""
    arn = _arn(sns, topic_name)
    report = arn and _report(_all(sns, arn))
    empty = {protocol: [] for protocol in ("email", "sms", "https", "sqs")}
    return report and report | {"confirmed": empty | report["confirmed"]}


def who_listens__counts(sns, topic_name):
    """Says: no-list-of-endpoints"""
    arn = _arn(sns, topic_name)
    report = arn and _report(_all(sns, arn))
    return report and report | {"confirmed": {key: len(value) for key, value in report["confirmed"].items()}}


def who_listens__flat(sns, topic_name):
    """Says: wrong-report-keys"""
    arn = _arn(sns, topic_name)
    report = arn and _report(_all(sns, arn))
    return report and report["confirmed"] | {"pending": report["pending"]}


def who_listens__subscriptions_of_all(sns, topic_name):
    """Says: other-listeners"""
    if _arn(sns, topic_name) is None:
        return None
    pages = sns.get_paginator("list_subscriptions").paginate()
    return _report([one for page in pages for one in page["Subscriptions"]])
