"""Wrong answers to the exercises of lesson 05, as learners write them. Each says the reason id of its refusal."""

import json

from variants import variant

# --- announce ---------------------------------------------------------------------------------------------------------


announce__as_it_is = variant("solution", "Subject=one_line", "Subject=subject", says="line-break-in-subject")
announce__only_one_line = variant("solution", "[:100]", "", says="subject-too-long")
announce__first_line = variant("solution", '" ".join(subject.split())', "subject.splitlines()[0]", says="subject-lost")
announce__98 = variant("solution", "[:100]", "[:98]", says="subject-too-short")

announce__newline_only = variant(
    "solution", '" ".join(subject.split())', 'subject.replace("\\n", " ")', says="line-break-in-subject"
)

announce__no_old_line_break = variant(
    "solution",
    '" ".join(subject.split())',
    'subject.replace("\\r\\n", " ").replace("\\n", " ")',
    says="line-break-in-subject",
)

announce__cuts_before_it_joins = variant(
    "solution", '" ".join(subject.split())[:100]', '" ".join(subject[:100].split())', says="subject-too-short"
)

announce__counts_bytes = variant(
    "solution", "[:100]", '.encode()[:100].decode(errors="ignore")', says="subject-too-short"
)

announce__whole_words = variant("solution", "[:100]", '[:101].rpartition(" ")[0]', says="end-of-subject-missing")

announce__dots_at_the_end = variant(
    "solution",
    "    return",
    '    if len(" ".join(subject.split())) > 100:\n        one_line = one_line[:97] + "..."\n    return',
    says="subject-changed",
)


announce__glues_the_lines = variant(
    "solution", '" ".join(subject.split())', '"".join(subject.splitlines())', says="subject-changed"
)

announce__tabs = variant(
    "solution", '" ".join(subject.split())', '"\\t".join(subject.splitlines())', says="control-character-in-subject"
)

announce__no_subject = variant("solution", " Subject=one_line,", "", says="no-subject")


def announce__empty_when_refused(sns, topic_arn, subject, text):
    """Says: empty-subject"""
    subject = subject if subject.isprintable() and len(subject) <= 100 else ""
    return sns.publish(TopicArn=topic_arn, Subject=subject, Message=text)["MessageId"]


announce__text_on_one_line = variant("solution", "Message=text", 'Message=" ".join(text.split())', says="text-changed")

announce__text_with_one_kind_of_line_break = variant(
    "solution", "Message=text", 'Message=text.replace("\\r\\n", "\\n")', says="text-changed"
)

announce__response = variant("solution", '["MessageId"]', "", says="whole-response")


announce__returns_nothing = variant("solution", "return sns", "sns", says="not-the-message-id")


def announce__gives_up(sns, topic_arn, subject, text):
    """Says: not-published"""
    try:
        return sns.publish(TopicArn=topic_arn, Subject=subject, Message=text)["MessageId"]
    except sns.exceptions.InvalidParameterException:
        return None


announce__asks_whether_it_works = variant(
    "solution",
    "    return",
    "    sns.publish(TopicArn=topic_arn, Subject=one_line, Message=text)\n    return",
    says="published-twice",
)


announce__for_a_web_page = variant(
    "solution",
    "    one_line",
    "    from html import escape\n\n    subject = escape(subject)\n    one_line",
    says="subject-changed",
)

announce__letters_only = variant(
    "solution",
    "[:100]",
    '\n    one_line = "".join(sign for sign in one_line if sign.isalnum() or sign in " ,-")[:100]',
    says="subject-changed",
)

announce__western_letters = variant(
    "solution", "[:100]", '.encode("latin-1", "ignore").decode("latin-1")[:100]', says="subject-changed"
)

announce__western_text = variant(
    "solution", "Message=text", 'Message=text.encode("cp1252", "replace").decode("cp1252")', says="text-changed"
)

announce__text_as_for_phones = variant("solution", "Message=text", "Message=text[:1600]", says="text-changed")

announce__newest_topic = variant(
    "solution",
    "    one_line",
    '    topic_arn = sns.list_topics()["Topics"][-1]["TopicArn"]\n    one_line',
    says="other-topic",
)

announce__no_news_is_news = variant(
    "solution",
    "    one_line",
    '    if not subject.splitlines()[0]:\n        subject = "News"\n    one_line',
    says="subject-changed",
)


# --- subscribe_all ----------------------------------------------------------------------------------------------------


def _protocol(contact):
    for start, protocol in (("arn:", "sqs"), ("+", "sms"), ("https://", "https"), ("http://", "http")):
        if contact.startswith(start):
            return protocol
    return "email"


def _subscribe(sns, topic_arn, contact, protocol=None, **more):
    asked = {"TopicArn": topic_arn, "Protocol": protocol or _protocol(contact), "Endpoint": contact}
    return sns.subscribe(**asked, **more)["SubscriptionArn"]


subscribe_all__words = variant("solution", ", ReturnSubscriptionArn=True", "", says="pending-returned")
subscribe_all__twice = variant("solution", "set(contacts)", "contacts", says="asked-for-each-mention")


def subscribe_all__asks_again_for_the_arn(sns, topic_arn, contacts):
    """Says: asked-again"""
    arns = {}
    for contact in sorted(set(contacts), key=contacts.count):
        arns[contact] = _subscribe(sns, topic_arn, contact)
        if not arns[contact].startswith("arn:"):
            arns[contact] = _subscribe(sns, topic_arn, contact, ReturnSubscriptionArn=True)
    return arns


subscribe_all__at_sign = variant(
    "solution",
    "        endpoint =",
    '        protocol = "email" if "@" in contact else protocol\n        endpoint =',
    says="wrong-protocol",
)

subscribe_all__only_https = variant(
    "solution", '("http://", "http")', '("http://", "https")', says="wrong-web-protocol"
)

subscribe_all__no_http = variant("solution", ', ("http://", "http")', "", says="not-a-mail-address")

subscribe_all__starts_like_https = variant(
    "solution", '("https://", "https")', '("https", "https")', says="wrong-web-protocol"
)

subscribe_all__starts_like_an_arn = variant("solution", '("arn:", "sqs")', '("arn", "sqs")', says="not-a-queue")

subscribe_all__plus_in_it = variant(
    "solution",
    "        endpoint =",
    '        protocol = "sms" if "+" in contact else protocol\n        endpoint =',
    says="not-a-phone",
)

subscribe_all__mail_by_another_name = variant(
    "solution", 'protocol = "email"', 'protocol = "mail"', says="unknown-protocol"
)

subscribe_all__mail_as_json = variant(
    "solution", 'protocol = "email"', 'protocol = "email-json"', says="wrong-protocol"
)


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


subscribe_all__with_settings = variant(
    "solution",
    "ReturnSubscriptionArn=True",
    'ReturnSubscriptionArn=True, Attributes={"RawMessageDelivery": "false"}',
    says="other-attributes",
)


def subscribe_all__starts_anew(sns, topic_arn, contacts):
    """Says: subscription-replaced"""
    for one in sns.list_subscriptions_by_topic(TopicArn=topic_arn)["Subscriptions"]:
        if one["SubscriptionArn"] != "PendingConfirmation":
            sns.unsubscribe(SubscriptionArn=one["SubscriptionArn"])
    return {contact: _subscribe(sns, topic_arn, contact, ReturnSubscriptionArn=True) for contact in set(contacts)}


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


def subscribe_all__first_page_of_the_list(sns, topic_arn, contacts):
    """Says: wrong-keys"""
    arns = {contact: _subscribe(sns, topic_arn, contact, ReturnSubscriptionArn=True) for contact in set(contacts)}
    listed = sns.list_subscriptions_by_topic(TopicArn=topic_arn)["Subscriptions"]
    return {one["Endpoint"]: arns[one["Endpoint"]] for one in listed if one["Endpoint"] in arns}


def subscribe_all__trusts_the_list(sns, topic_arn, contacts):
    """Says: pending-returned"""
    pages = sns.get_paginator("list_subscriptions_by_topic").paginate(TopicArn=topic_arn)
    there = {one["Endpoint"]: one["SubscriptionArn"] for page in pages for one in page["Subscriptions"]}
    new = set(contacts) - set(there)
    arns = {contact: _subscribe(sns, topic_arn, contact, ReturnSubscriptionArn=True) for contact in new}
    return arns | {contact: arn for contact, arn in there.items() if contact in contacts}


def subscribe_all__an_arn_of_its_own(sns, topic_arn, contacts):
    """Says: arn-of-other-contact"""
    arns = {}
    for contact in set(contacts):
        arn = _subscribe(sns, topic_arn, contact)
        arns[contact] = arn if arn.startswith("arn:") else f"{topic_arn}:00000000-0000-0000-0000-000000000000"
    return arns


def subscribe_all__settings_of_its_own(sns, topic_arn, contacts):
    """Says: subscription-changed"""
    arns = {contact: _subscribe(sns, topic_arn, contact, ReturnSubscriptionArn=True) for contact in set(contacts)}
    for contact, arn in arns.items():
        if contact.startswith("arn:"):
            sns.set_subscription_attributes(
                SubscriptionArn=arn, AttributeName="RawMessageDelivery", AttributeValue="false"
            )
    return arns


subscribe_all__small_letters = variant(
    "solution", '"Endpoint": contact', '"Endpoint": contact.lower()', says="not-asked-for"
)

subscribe_all__capitals_do_not_count = variant(
    "solution",
    "set(contacts)",
    "{contact.lower(): contact for contact in contacts}.values()",
    says="not-subscribed or wrong-keys",
)


def subscribe_all__only_who_is_on_the_list(sns, topic_arn, contacts):
    """Says: subscription-replaced"""
    arns = {contact: _subscribe(sns, topic_arn, contact, ReturnSubscriptionArn=True) for contact in set(contacts)}
    for page in sns.get_paginator("list_subscriptions_by_topic").paginate(TopicArn=topic_arn):
        for one in page["Subscriptions"]:
            if one["Endpoint"] not in arns and one["SubscriptionArn"] != "PendingConfirmation":
                sns.unsubscribe(SubscriptionArn=one["SubscriptionArn"])
    return arns


subscribe_all__names_of_queues = variant(
    "solution", "arns[contact]", 'arns[contact.rpartition(":")[2]]', says="wrong-keys"
)

subscribe_all__neighbours_only = variant(
    "solution",
    "    for contact in set(contacts):",
    "    for number, contact in enumerate(contacts):\n        if number and contacts[number - 1] == contact:\n"
    "            continue",
    says="asked-again or asked-for-each-mention",
)

subscribe_all__pending_ones_twice = variant(
    "solution",
    "    arns = {}",
    "    arns = {}\n"
    '    pages = sns.get_paginator("list_subscriptions_by_topic").paginate(TopicArn=topic_arn)\n'
    '    for one in [one for page in pages for one in page["Subscriptions"] if one["Endpoint"] in contacts]:\n'
    '        sns.subscribe(TopicArn=topic_arn, Protocol=one["Protocol"], Endpoint=one["Endpoint"])',
    says="asked-again",
)

subscribe_all__last_topic = variant(
    "solution",
    "    arns = {}",
    '    arns = {}\n    topic_arn = sns.list_topics()["Topics"][-1]["TopicArn"]',
    says="not-subscribed",
)


subscribe_all__returns_nothing = variant("solution", "    return arns", "    pass", says="wrong-keys")
subscribe_all__responses = variant("solution", 'response["SubscriptionArn"]', "response", says="no-text")
subscribe_all__topic_arns = variant("solution", 'response["SubscriptionArn"]', "topic_arn", says="arn-of-other-topic")


def subscribe_all__only_queues_nearby(sns, topic_arn, contacts):
    """Says: wrong-keys or not-subscribed"""
    here = f"arn:aws:sqs:{sns.meta.region_name}:"
    mine = [contact for contact in set(contacts) if _protocol(contact) != "sqs" or contact.startswith(here)]
    return {contact: _subscribe(sns, topic_arn, contact, ReturnSubscriptionArn=True) for contact in mine}


subscribe_all__two_countries = variant(
    "solution",
    "        endpoint =",
    '        if protocol == "sms" and not contact.startswith(("+1", "+44")):\n            continue\n        endpoint =',
    says="not-subscribed",
)


def subscribe_all__reminds(sns, topic_arn, contacts):
    """Says: others-asked"""
    for page in sns.get_paginator("list_subscriptions_by_topic").paginate(TopicArn=topic_arn):
        for one in page["Subscriptions"]:
            if one["SubscriptionArn"] == "PendingConfirmation" and one["Endpoint"] not in contacts:
                _subscribe(sns, topic_arn, one["Endpoint"])
    return {contact: _subscribe(sns, topic_arn, contact, ReturnSubscriptionArn=True) for contact in set(contacts)}


def subscribe_all__remembers(sns, topic_arn, contacts, known={}):
    """Says: arn-of-other-topic"""
    for contact in contacts:
        if contact not in known:
            known[contact] = _subscribe(sns, topic_arn, contact, ReturnSubscriptionArn=True)
    return {contact: known[contact] for contact in contacts}


def subscribe_all__prepares_pending_ones(sns, topic_arn, contacts):
    """Says: subscription-changed"""
    pages = sns.get_paginator("list_subscriptions_by_topic").paginate(TopicArn=topic_arn)
    waiting = [
        one["Endpoint"] for page in pages for one in page["Subscriptions"] if one["SubscriptionArn"].startswith("P")
    ]
    arns = {contact: _subscribe(sns, topic_arn, contact, ReturnSubscriptionArn=True) for contact in set(contacts)}
    for contact in arns.keys() & set(waiting):
        sns.set_subscription_attributes(
            SubscriptionArn=arns[contact], AttributeName="FilterPolicy", AttributeValue='{"kind": ["news"]}'
        )
    return arns


def subscribe_all__only_news(sns, topic_arn, contacts):
    """Says: subscription-filtered"""
    pages = sns.get_paginator("list_subscriptions_by_topic").paginate(TopicArn=topic_arn)
    there = {one["Endpoint"] for page in pages for one in page["Subscriptions"]}
    arns = {}
    for contact in set(contacts):
        more = {} if contact in there else {"Attributes": {"FilterPolicy": '{"kind": ["news"]}'}}
        arns[contact] = _subscribe(sns, topic_arn, contact, ReturnSubscriptionArn=True, **more)
    return arns


def subscribe_all__silences_other_topics(sns, topic_arn, contacts):
    """Says: other-topic-changed"""
    for page in sns.get_paginator("list_subscriptions").paginate():
        for one in page["Subscriptions"]:
            if one["TopicArn"] != topic_arn:
                sns.set_subscription_attributes(
                    SubscriptionArn=one["SubscriptionArn"], AttributeName="FilterPolicy", AttributeValue='{"to": ["x"]}'
                )
    return {contact: _subscribe(sns, topic_arn, contact, ReturnSubscriptionArn=True) for contact in set(contacts)}


subscribe_all__web_addresses_without_capitals = variant(
    "solution",
    "set(contacts)",
    "{one.lower() if one[:4] == 'http' else one: one for one in contacts}.values()",
    says="not-subscribed or wrong-keys",
)


# --- by_channel -------------------------------------------------------------------------------------------------------


by_channel__no_structure = variant("solution", ', MessageStructure="json"', "", says="not-structured")
by_channel__no_default = variant("solution", '"default": mail, ', "", says="no-default")
by_channel__str = variant("solution", "json.dumps(message)", "str(message)", says="no-json")


by_channel__dictionary = variant("solution", "json.dumps(message)", "message", says="dictionary-as-message")
by_channel__sms_always_there = variant("solution", "mail[:70]", 'texts["sms"]', says="sms-expected")

by_channel__default_always_there = variant(
    "solution", '"default": mail', '"default": texts["default"]', says="default-expected"
)

by_channel__mail_to_phones = variant("solution", ', "sms": mail[:70]', "", says="no-text-for-phones")

by_channel__cuts_for_all = variant(
    "solution", '"default": mail, "sms": mail[:70]', '"default": mail[:70]', says="default-missing"
)

by_channel__phones_get_less = variant("solution", "[:70]", "[:69]", says="no-text-for-phones")
by_channel__seven_bits = variant("solution", "[:70]", "[:160]", says="no-text-for-phones")
by_channel__bytes_are_characters = variant("solution", "[:70]", "[:140]", says="no-text-for-phones")

by_channel__one_line_for_phones = variant(
    "solution", "mail[:70]", '" ".join(mail.split())[:70]', says="no-text-for-phones"
)

by_channel__bytes_for_phones = variant(
    "solution", "mail[:70]", 'mail.encode()[:70].decode(errors="ignore")', says="no-text-for-phones"
)

by_channel__strips_what_is_given = variant(
    "solution",
    "} | texts",
    "} | {protocol: text.strip() for protocol, text in texts.items()}",
    says="own-text-missing",
)

by_channel__strips_the_default = variant(
    "solution", '"default": mail', '"default": mail.strip()', says="default-missing"
)

by_channel__protocols_it_knows = variant(
    "solution",
    "} | texts",
    '} | {protocol: texts[protocol] for protocol in ("email", "sms", "sqs", "https") if protocol in texts}',
    says="own-text-missing",
)

by_channel__short_for_the_rest = variant(
    "solution",
    '{"default": mail, "sms": mail[:70]}',
    '{protocol: mail for protocol in ("email", "email-json", "http", "https", "sqs", "lambda", "firehose")}'
    ' | {"default": mail[:70]}',
    says="default-missing",
)

by_channel__some_other_text = variant(
    "solution", '"default": mail', '"default": list(texts.values())[-1]', says="default-missing"
)

by_channel__ascii = variant(
    "solution",
    "json.dumps(message)",
    'json.dumps(message).replace("\\\\u00e9", "e")',
    says="own-text-missing or default-missing",
)

by_channel__cuts_what_is_given = variant(
    "solution", "    response", '    message["sms"] = message["sms"][:70]\n    response', says="text-for-phones-cut"
)

by_channel__phones_get_the_mail = variant(
    "solution",
    '{"default": mail, "sms": mail[:70]} | texts',
    'texts | {"default": mail, "sms": mail[:70]}',
    says="own-text-missing",
)


def by_channel__one_publish_each(sns, topic_arn, texts):
    """Says: published-twice"""
    for text in texts.values():
        response = sns.publish(TopicArn=topic_arn, Message=text)
    return response["MessageId"]


by_channel__response = variant("solution", '["MessageId"]', "", says="whole-response")
by_channel__returns_nothing = variant("solution", "    return response", "    response", says="not-the-message-id")


def by_channel__phones_apart(sns, topic_arn, texts):
    """Says: published-twice"""
    message = {"default": texts["email"]} | texts
    for page in sns.get_paginator("list_subscriptions_by_topic").paginate(TopicArn=topic_arn):
        for one in page["Subscriptions"]:
            if one["Protocol"] == "sms":
                sns.publish(PhoneNumber=one["Endpoint"], Message=texts.get("sms", texts["email"][:70]))
    return sns.publish(TopicArn=topic_arn, Message=json.dumps(message), MessageStructure="json")["MessageId"]


def by_channel__one_phone(sns, topic_arn, texts):
    """Says: not-delivered"""
    [phone, *_] = [
        one["Endpoint"]
        for one in sns.list_subscriptions_by_topic(TopicArn=topic_arn)["Subscriptions"]
        if one["Protocol"] == "sms"
    ]
    return sns.publish(PhoneNumber=phone, Message=texts.get("sms", texts["email"][:70]))["MessageId"]


def by_channel__prints(sns, topic_arn, texts):
    """Says: not-published"""
    message = {"default": texts["email"], "sms": texts["email"][:70]} | texts
    print(topic_arn, json.dumps(message))


by_channel__cuts_long_texts_for_phones = variant(
    "solution", "| texts", '| texts | {"sms": texts.get("sms", mail[:70])[:500]}', says="text-for-phones-cut"
)

by_channel__cuts_long_texts_for_others = variant(
    "solution",
    "| texts",
    '| {name: text if name in ("sms", "email") else text[:500] for name, text in texts.items()}',
    says="own-text-missing",
)

by_channel__for_a_web_page = variant(
    "solution",
    "json.dumps(message)",
    'json.dumps(message).replace("&", "&amp;").replace("<", "&lt;")',
    says="default-missing or no-text-for-phones or own-text-missing",
)

by_channel__newest_topic = variant(
    "solution",
    "    mail",
    '    topic_arn = sns.list_topics()["Topics"][-1]["TopicArn"]\n    mail',
    says="other-topic",
)

by_channel__short_for_apps = variant(
    "solution", '"sms": mail', '"APNS": mail[:70], "sms": mail', says="default-missing"
)


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


publish_all__all_at_once = variant(
    "solution", "len(batches[-1]) == 10 or size + length > 262_144", "False", says="too-many-entries"
)

publish_all__counts_to_ten_only = variant("solution", " or size + length > 262_144", "", says="batch-too-large")
publish_all__characters = variant("solution", 'item["text"].encode()', 'item["text"]', says="characters-counted")
publish_all__nine = variant("solution", "== 10", "== 9", says="too-many-requests")
publish_all__no_news = variant("solution", "    if not news:\n        return []\n", "", says="empty-batch")

publish_all__none_for_no_news = variant("solution", "return []", "return None", says="no-list")

publish_all__full_is_too_much = variant("solution", "size + length >", "size + length >=", says="too-many-requests")

publish_all__counts_subjects = variant(
    "solution", 'len(item["text"].encode())', 'len((item["subject"] + item["text"]).encode())', says="too-many-requests"
)

publish_all__long_ones_apart = variant(
    "solution",
    "size + length > 262_144",
    "batches[-1] and max(length, size) > 100_000",
    says="too-many-requests",
)


publish_all__strips_texts = variant("solution", 'item["text"]}', 'item["text"].strip()}', says="texts-changed")
publish_all__strips_the_subject = variant(
    "solution", 'item["subject"], "M', '" ".join(item["subject"].split()), "M', says="refused-subjects-mended"
)


def publish_all__strips_in_place(sns, topic_arn, news):
    """Says: texts-changed"""
    refused = []
    batches = _batches(news)
    for item in news:
        item["text"] = item["text"].strip()
    for batch in batches:
        _publish(sns, topic_arn, batch, refused)
    return refused


def publish_all__knows_what_fails(sns, topic_arn, news):
    """Says: items-lost"""
    wrong = [item for item in news if len(item["subject"]) >= 100 or not item["subject"].isprintable()]
    for batch in _batches([item for item in news if item not in wrong]):
        _publish(sns, topic_arn, batch, [])
    return wrong


def publish_all__line_breaks_fail(sns, topic_arn, news):
    """Says: other-items"""
    for batch in _batches(news):
        _publish(sns, topic_arn, batch, [])
    return [item for item in news if "\n" in item["subject"]]


def publish_all__by_subject(sns, topic_arn, news):
    """Says: other-items"""
    refused, by_subject = [], {item["subject"]: item for item in news}
    for batch in _batches(news):
        reply = sns.publish_batch(TopicArn=topic_arn, PublishBatchRequestEntries=_entries(batch))
        refused += [by_subject[batch[int(failure["Id"])]["subject"]] for failure in reply["Failed"]]
    return refused


publish_all__each_refused_once = variant(
    "solution",
    "    return refused",
    "    return [item for place, item in enumerate(refused) if item not in refused[:place]]",
    says="other-items",
)

publish_all__five_failures_at_most = variant(
    "solution", 'response["Failed"]]', 'response["Failed"][:5]]', says="other-items"
)


publish_all__until_one_fails = variant(
    "solution", "    return refused", "        if refused:\n            break\n    return refused", says="items-lost"
)

publish_all__returns_nothing = variant("solution", "    return refused", "    print(refused)", says="no-list")

publish_all__failed_unread = variant(
    "solution", '[failure["Id"] for failure in response["Failed"]]', "[]", says="failed-ignored"
)


publish_all__ids_of_the_batch = variant(
    "solution", "for place, item in enumerate(batch) if", "for place, item in enumerate(news) if", says="other-items"
)

publish_all__the_failures = variant(
    "solution",
    "[item for place, item in enumerate(batch) if str(place) in failed]",
    'response["Failed"]',
    says="not-the-items",
)

publish_all__reversed = variant("solution", "return refused", "return refused[::-1]", says="other-order-of-items")

publish_all__subject_is_the_id = variant(
    "solution", '"Id": str(place)', '"Id": item["subject"]', says="ids-not-distinct"
)

publish_all__subject_in_the_id = variant(
    "solution", '"Id": str(place)', '"Id": f"{place}: {item[\'subject\']}"[:80]', says="invalid-id"
)


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
    """Says: subjects-changed"""
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


publish_all__no_subject = variant("solution", ' "Subject": item["subject"],', "", says="subjects-changed")


def publish_all__forgets_the_rest(sns, topic_arn, news):
    """Says: items-lost"""
    refused, batch = [], []
    for item in news:
        batch.append(item)
        if len(batch) == 10:
            _publish(sns, topic_arn, batch, refused)
            batch = []
    return refused


def publish_all__a_rule_of_its_own(sns, topic_arn, news):
    """Says: other-items"""
    for batch in _batches(news):
        _publish(sns, topic_arn, batch, [])
    return [item for item in news if len(item["subject"]) > 100 or any(sign in item["subject"] for sign in "\n\r\t")]


publish_all__size_of_the_json = variant(
    "solution", 'len(item["text"].encode())', 'len(json.dumps(item["text"])) - 2', says="too-many-requests"
)

publish_all__two_bytes_at_most = variant(
    "solution",
    'len(item["text"].encode())',
    'sum(1 if sign.isascii() else 2 for sign in item["text"][:999]) + len(item["text"][999:])',
    says="characters-counted",
)

publish_all__newest_topic = variant(
    "solution",
    "    batches, size",
    '    topic_arn = sns.list_topics()["Topics"][-1]["TopicArn"]\n    batches, size',
    says="other-topic",
)

publish_all__for_a_web_page = variant(
    "solution",
    '"Subject": item["subject"]',
    '"Subject": item["subject"].replace("&", "&amp;").replace("<", "&lt;")',
    says="subjects-changed",
)


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


who_listens__end_of_the_arn = variant(
    "solution",
    '.split(":")[-1] == topic_name',
    ".endswith(topic_name)",
    "topic_arn = topic[",
    "topic_arn = topic_arn or topic[",
    says="other-listeners",
)


who_listens__any_capitals = variant(
    "solution",
    '.split(":")[-1] == topic_name',
    '.split(":")[-1].lower() == topic_name',
    "topic_arn = topic[",
    "topic_arn = topic_arn or topic[",
    says="other-listeners or topic-not-found",
)

who_listens__first_page_of_topics = variant(
    "solution", 'sns.get_paginator("list_topics").paginate()', "[sns.list_topics()]", says="topic-not-found"
)

who_listens__first_page_of_subscriptions = variant(
    "solution",
    "paginator.paginate(TopicArn=topic_arn)",
    "[sns.list_subscriptions_by_topic(TopicArn=topic_arn)]",
    says="first-page-only",
)


def who_listens__no_such_topic(sns, topic_name):
    """Says: no-topic"""
    arns = [t["TopicArn"] for page in sns.get_paginator("list_topics").paginate() for t in page["Topics"]]
    mine = [arn for arn in arns if arn.split(":")[-1] == topic_name]
    return _report(_all(sns, mine[0]))


def who_listens__arn_of_another(sns, topic_name):
    """Says: no-topic"""
    arn = sns.list_topics()["Topics"][0]["TopicArn"]
    return _report(_all(sns, arn.rpartition(":")[0] + ":" + topic_name))


who_listens__lists_none = variant("solution", "    if topic_arn is None:\n        return None\n", "", says="no-topic")

who_listens__an_empty_report = variant(
    "solution", "        return None", '        return {"confirmed": {}, "pending": []}', says="not-none"
)

who_listens__none_for_nobody = variant(
    "solution",
    "    return {\n",
    "    if not confirmed and not pending:\n        return None\n    return {\n",
    says="none-for-nobody",
)

who_listens__all_confirmed = variant(
    "solution", 'one["SubscriptionArn"] == "PendingConfirmation"', "False", says="pending-as-confirmed"
)

who_listens__mail_is_pending = variant(
    "solution",
    'one["SubscriptionArn"] == "PendingConfirmation"',
    'one["Protocol"] not in ("sms", "sqs")',
    says="confirmed-as-pending",
)

who_listens__the_other_words = variant(
    "solution", '"PendingConfirmation"', '"pending confirmation"', says="pending-as-confirmed"
)

who_listens__asks_each = variant(
    "solution",
    'one["SubscriptionArn"] == "PendingConfirmation"',
    'sns.get_subscription_attributes(SubscriptionArn=one["SubscriptionArn"])["Attributes"]["PendingConfirmation"] == "true"',
    says="pending-as-arn",
)


def _two_pages(operation, **params):
    first = operation(**params)
    yield first
    if "NextToken" in first:
        yield operation(**params, NextToken=first["NextToken"])


def who_listens__two_pages_of_topics(sns, topic_name):
    """Says: topic-not-found"""
    arns = [topic["TopicArn"] for page in _two_pages(sns.list_topics) for topic in page["Topics"]]
    mine = [arn for arn in arns if arn.split(":")[-1] == topic_name]
    return _report(_all(sns, mine[0])) if mine else None


def who_listens__two_pages_of_subscriptions(sns, topic_name):
    """Says: pages-missing"""
    arn = _arn(sns, topic_name)
    if arn is None:
        return None
    pages = _two_pages(sns.list_subscriptions_by_topic, TopicArn=arn)
    return _report([one for page in pages for one in page["Subscriptions"]])


def who_listens__expects_a_token_on_each_page(sns, topic_name):
    """Says: no-next-token-key"""
    page = sns.list_topics()
    arns = [topic["TopicArn"] for topic in page["Topics"]]
    while page["NextToken"]:
        page = sns.list_topics(NextToken=page["NextToken"])
        arns += [topic["TopicArn"] for topic in page["Topics"]]
    mine = [arn for arn in arns if arn.split(":")[-1] == topic_name]
    return _report(_all(sns, mine[0])) if mine else None


who_listens__pending_mail_only = variant(
    "solution",
    'pending.append(one["Endpoint"])',
    'pending.extend([one["Endpoint"]] if one["Protocol"] == "email" else [])',
    says="listeners-missing",
)

who_listens__the_word_anywhere = variant(
    "solution",
    'one["SubscriptionArn"] == "PendingConfirmation"',
    '"PendingConfirmation" in str(one)',
    says="confirmed-as-pending",
)

who_listens__each_endpoint_once = variant(
    "solution",
    '"pending": sorted(pending)',
    '"pending": sorted(set(pending) - {one for found in confirmed.values() for one in found})',
    says="listeners-missing",
)


def who_listens__one_protocol_for_each_endpoint(sns, topic_name):
    """Says: listeners-missing"""
    arn = _arn(sns, topic_name)
    if arn is None:
        return None
    listed = _all(sns, arn)
    waiting = [one for one in listed if one["SubscriptionArn"] == "PendingConfirmation"]
    return _report(waiting + list({one["Endpoint"]: one for one in listed if one not in waiting}.values()))


who_listens__sorted_without_capitals = variant(
    "solution", "sorted(endpoints)", "sorted(endpoints, key=str.lower)", says="not-sorted"
)


who_listens__pending_by_protocol = variant(
    "solution", '"pending": sorted(pending)', '"pending": {"email": sorted(pending)}', says="wrong-report-types"
)

who_listens__twice = variant("solution", "sorted(pending)", "sorted(pending * 2)", says="listed-twice")

who_listens__phones_are_mail = variant("solution", 'one["Protocol"], [])', '"email", [])', says="wrong-place")


def who_listens__marks_the_topic(sns, topic_name):
    """Says: something-changed"""
    arn = _arn(sns, topic_name)
    if arn is None:
        return None
    sns.set_topic_attributes(TopicArn=arn, AttributeName="DisplayName", AttributeValue="Shop")
    return _report(_all(sns, arn))


who_listens__no_list_yet = variant(
    "solution", 'confirmed.setdefault(one["Protocol"], [])', 'confirmed[one["Protocol"]]', says="protocol-key-missing"
)

who_listens__unsorted = variant("solution", "sorted(pending)", "sorted(pending)[::-1]", says="not-sorted")

who_listens__all_protocols = variant(
    "solution",
    "confirmed, pending = {}",
    'confirmed, pending = {protocol: [] for protocol in ("email", "sms", "https", "sqs")}',
    says="empty-protocols",
)

who_listens__counts = variant("solution", "sorted(endpoints)", "len(endpoints)", says="no-list-of-endpoints")

who_listens__flat = variant("solution", '"confirmed": {\n', "**{\n", says="wrong-report-keys")

who_listens__subscriptions_of_all = variant(
    "solution",
    '"list_subscriptions_by_topic"',
    '"list_subscriptions"',
    "paginate(TopicArn=topic_arn)",
    "paginate()",
    says="other-listeners",
)

who_listens__seven_protocols = variant(
    "solution",
    "            else:",
    '            elif one["Protocol"] in ("email", "email-json", "sms", "sqs", "http", "https", "lambda"):',
    says="listeners-missing",
)

who_listens__only_mail_and_https_wait = variant(
    "solution",
    'one["SubscriptionArn"] == "PendingConfirmation"',
    'one["SubscriptionArn"] == "PendingConfirmation" and one["Protocol"] in ("email", "email-json", "https")',
    says="pending-as-confirmed",
)

who_listens__queues_never_wait = variant(
    "solution",
    'one["SubscriptionArn"] == "PendingConfirmation"',
    'one["SubscriptionArn"] == "PendingConfirmation" and one["Protocol"] not in ("sqs", "sms", "lambda")',
    says="pending-as-confirmed",
)


def _last_that(sns, fits, name):
    arns = [topic["TopicArn"] for page in sns.get_paginator("list_topics").paginate() for topic in page["Topics"]]
    names = [arn.split(":")[-1] for arn in arns]
    return [arn for arn, one in zip(arns, names, strict=True) if fits(one)][-1] if name in names else None


def who_listens__last_that_starts_so(sns, topic_name):
    """Says: other-listeners"""
    arn = _last_that(sns, lambda name: name.startswith(topic_name), topic_name)
    return _report(_all(sns, arn)) if arn else None


def who_listens__last_in_any_capitals(sns, topic_name):
    """Says: other-listeners"""
    arn = _last_that(sns, lambda name: name.lower() == topic_name.lower(), topic_name)
    return _report(_all(sns, arn)) if arn else None
