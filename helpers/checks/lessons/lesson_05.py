"""The checks of lesson 05. Each gets a helpers.checks.case.Case and calls `case.not_yet(...)` at the first fault."""

import json
from collections import Counter

from helpers.checks.lessons import shop

LONGEST_SUBJECT = 99
PART = 140  # characters of a text message here
BATCH, BATCH_BYTES = 10, 262_144
PENDING = "PendingConfirmation"
NEWS = ["Honey is back", "Closed on Monday", "Tea from Assam", "A café in the shop", "New mugs", "Candles of beeswax"]


def _reader(case, topic_arn):
    """Return the URL of a queue that listens to the topic."""
    queue_url = case.queue("reader")
    shop.allow_topic(case, topic_arn, queue_url)
    case.sns.subscribe(TopicArn=topic_arn, Protocol="sqs", Endpoint=case.queue_arn(queue_url))
    return queue_url


def _read(case, queue_url):
    """Return the envelopes in the queue, and take them out."""
    return [json.loads(body) for body in case.drain(queue_url)]


def _subscribe(case, topic_arn, protocol, endpoint, confirm=False):
    """Subscribe an endpoint, which may confirm at once, and return the ARN."""
    asked = {"TopicArn": topic_arn, "Protocol": protocol, "Endpoint": endpoint, "ReturnSubscriptionArn": True}
    arn = case.sns.subscribe(**asked)["SubscriptionArn"]
    if confirm:
        token = case.inbox()[-1].confirm_url.partition("&Token=")[2]
        case.sns.confirm_subscription(TopicArn=topic_arn, Token=token)
    return arn


def _expect_message_id(case, returned, envelope):
    """The returned id is the one that Publish gave."""
    if returned == envelope["MessageId"]:
        return
    reason, why = "not-the-message-id", "Publish answers with a MessageId; it is in every envelope, too."
    if isinstance(returned, dict):
        reason, why = "whole-response", "That is the whole response. Of its keys, MessageId is what the caller needs."
    case.not_yet(reason, got=returned, expected=f"the message id, {envelope['MessageId']!r}", why=why)


def _expect_nothing_at(case, others):
    """Nothing was published on the neighbours' topic."""
    if _read(case, others):
        case.not_yet(
            "other-topic",
            got=case.said("Something was published on another topic."),
            expected="a message on the topic that your function was given",
            why="topic_arn says which topic it is.",
        )


# --- 05.1 ------------------------------------------------------------------------------------------------------------


def announce(case):
    """Subjects that are fine, that have line breaks, that are too long, and just at the limit; a text of many lines."""
    others = _reader(case, shop.topic(case, case.name("other-news")))
    topic_arn = shop.topic(case, case.name("shop-news"))
    reader = _reader(case, topic_arn)
    words = shop.shuffled(case, NEWS)
    goods = "-".join(case.draw.choices(shop.GOODS, k=30))
    long = f"{words[0]}, and {goods}"
    for subject in (
        words[1],
        f"{words[2]}\n{words[3]}\nand {words[4]}",
        f"{words[5]}\n",
        long,
        f"{words[3]}\nand {goods}",
        long[:LONGEST_SUBJECT],
        long[: LONGEST_SUBJECT + 1],
    ):
        _expect_announced(case, topic_arn, reader, subject, others)


def _expect_announced(case, topic_arn, reader, subject, others):
    """The text is published once, with the subject in one line."""
    text = f"{case.draw.choice(NEWS)}!\n\n" + "  It is so.\n" * case.draw.randrange(20, 40)
    made = len(case.calls)
    result = case.attempt(topic_arn=topic_arn, subject=subject, text=text)
    if result.error:
        _explain_subject(case, result.error, shop.of(case.calls[made:], "Publish", "PublishBatch"))
    _expect_nothing_at(case, others)
    found = _read(case, reader)
    if len(found) != 1:
        reason, why = "published-twice", "Each publish is a message to everybody."
        if not found:
            reason, why = "not-published", "Nobody hears what is not published."
        case.not_yet(reason, got=case.said(f"Messages on the topic: {len(found)}."), expected="one message", why=why)
    [envelope] = found
    wanted = " ".join(subject.split())[:LONGEST_SUBJECT]
    published = envelope.get("Subject", "")
    if published.split() != wanted.split() or len(published) > LONGEST_SUBJECT:
        reason, why = _why_not_subject(published, wanted, subject)
        case.not_yet(
            reason,
            got=case.said(f"The subject is {published!r}, of {len(published)} characters."),
            expected=f"{wanted!r}",
            why=why,
        )
    if envelope["Message"] != text:
        case.not_yet(
            "text-changed",
            got=envelope["Message"],
            expected="the text as it was given",
            why="Only a subject has to be short and in one line. A text may have line breaks, and 262,144 bytes.",
        )
    _expect_message_id(case, result.value, envelope)


def _why_not_subject(published, wanted, subject):
    """Return why this is not the subject."""
    if not published:
        return "no-subject", "Without Subject the message has none."
    if len(published) == LONGEST_SUBJECT + 1:
        return "hundred-characters", "AWS says: less than 100 characters. So 99 are the most."
    if wanted.startswith(published.strip()):
        if len(wanted) < LONGEST_SUBJECT or "\n" in subject[: len(published) + 2]:
            return (
                "subject-lost",
                "The rest of the subject is lost. A line break becomes a space; only what is too long is cut.",
            )
        return "subject-too-short", "A subject may have 99 characters, so more of it fits."
    return (
        "subject-changed",
        "Apart from line breaks, which become spaces, and from what is too long, the subject stays as it is.",
    )


def _explain_subject(case, error, published):
    """Say what SNS refused about the subject."""
    subject = str(published[-1].params.get("Subject", "")) if published else ""
    reason, why = "subject-too-long", "A subject has less than 100 characters. Cut it off, at 99."
    if "\n" in subject:
        reason = "line-break-in-subject"
        why = "A subject is one line: SNS refuses line breaks and other control characters in it."
    elif not subject:
        reason, why = "empty-subject", "A subject may be left out, but it must not be empty."
    shop.explain(case, error, "the message id", [(reason, "InvalidParameter", "Invalid parameter: Subject", why)])


# --- 05.2 ------------------------------------------------------------------------------------------------------------


def subscribe_all(case):
    """A list with everything twice that can be; some are subscribed already; then a shorter list, and an empty one."""
    topic_arn, others = (shop.topic(case, case.name(stem)) for stem in case.draw.sample(["shop-news", "other-news"], 2))
    first, second = _contacts(case), _contacts(case)
    for contact, protocol in first.items():
        _subscribe(case, others, protocol, contact)
    mailbox = next(contact for contact, protocol in first.items() if protocol == "email")
    queue = next(contact for contact, protocol in first.items() if protocol == "sqs")
    _subscribe(case, topic_arn, "email", mailbox, confirm=True)
    arn = _subscribe(case, topic_arn, "sqs", queue)
    raw = {"AttributeName": "RawMessageDelivery", "AttributeValue": "true"}
    case.sns.set_subscription_attributes(SubscriptionArn=arn, **raw)
    before = shop.subscriptions(case, others)

    twice = list(first) + case.draw.sample(list(first), 5) + [contact for contact in first if "@" in contact]
    case.draw.shuffle(twice)
    _expect_subscribed(case, topic_arn, twice, first)
    _expect_subscribed(case, topic_arn, list(second), first | second)
    _expect_subscribed(case, topic_arn, [], first | second)
    if shop.subscriptions(case, others) != before:
        case.not_yet(
            "other-topic-changed",
            got=case.said("The subscriptions of another topic have changed."),
            expected="subscriptions of the topic that your function was given, and no others",
            why="topic_arn says which topic it is.",
        )


def _contacts(case):
    """Return contacts, each with its protocol, in any order."""
    mailbox, house = (case.name(name.lower()) for name in case.draw.sample(shop.SHOPPERS, 2))
    made = {
        f"{mailbox}@shop.example": "email",
        f"https-{mailbox}@shop.example": "email",
        f"arn.{house}+news@sqs.example": "email",
        f"+44{case.draw.randrange(7700900000, 7700900999)}": "sms",
        f"+1555{case.draw.randrange(1000000, 9999999)}": "sms",
        f"https://{house}.example/news": "https",
        f"https://{mailbox}@{house}.example/sqs?to=+44": "https",
        f"http://{house}.example/news": "http",
        case.queue_arn(case.queue("till")): "sqs",
        case.queue_arn(case.queue("warehouse")): "sqs",
    }
    return dict(shop.shuffled(case, list(made.items())))


def _expect_subscribed(case, topic_arn, contacts, known):
    """Each contact is subscribed once, by its protocol, and its real ARN is returned. known: all that may be there."""
    before = {one["Endpoint"]: one["SubscriptionArn"] for one in shop.subscriptions(case, topic_arn)}
    made = len(case.calls)
    result = case.attempt(topic_arn=topic_arn, contacts=contacts)
    if result.error:
        _explain_subscribe_error(case, result.error)
    listed = shop.subscriptions(case, topic_arn)
    _expect_protocols(case, listed, contacts, known)
    lost = [endpoint for endpoint, arn in before.items() if arn not in {one["SubscriptionArn"] for one in listed}]
    if lost:
        case.not_yet(
            "subscription-replaced",
            got=case.said(f"The subscription that {lost[0]} had is gone."),
            expected="what was subscribed stays so",
            why="Whoever had confirmed would have to confirm again. Subscribing again is no error: SNS returns the "
            "ARN of the subscription that is there.",
        )
    _expect_asked_once(case, case.calls[made:], contacts, before, known)
    _expect_arns(case, result.value, topic_arn, contacts)


def _explain_subscribe_error(case, error):
    """Say which protocol did not fit."""
    web = "An https:// address has the protocol https, and an http:// address has http."
    queue = 'Something that is no queue\'s ARN was subscribed as sqs. Look at how a contact begins: "arn:" is a queue.'
    phone = 'Something that is no phone number was subscribed as sms. A phone number begins with "+".'
    mail = "Something that is no mail address was subscribed as email: +, arn:, https:// or http:// begins it."
    shop.explain(case, error, "a dictionary from contact to subscription ARN", [
        ("wrong-web-protocol", "InvalidParameter", "must match the specified protocol", web),
        ("not-a-queue", "InvalidParameter", "SQS endpoint ARN", queue),
        ("not-a-phone", "InvalidParameter", "Invalid SMS endpoint", phone),
        ("not-a-mail-address", "InvalidParameter", "Email address", mail),
        ("unknown-protocol", "InvalidParameter", "does not support this protocol",
         "There are email, sms, https, http and sqs."),
        ("other-attributes", "InvalidParameter", "already exists with different attributes",
         "A contact is subscribed already, with settings of its own. Without Attributes SNS leaves them alone."),
        ("pending-as-arn", "InvalidParameter", "An ARN must have at least 6 elements",
         '"pending confirmation" is no ARN. ReturnSubscriptionArn=True brings the real one.'),
    ])  # fmt: skip


def _expect_protocols(case, listed, contacts, known):
    """Every contact is there by its own protocol, and nobody else."""
    found = {(one["Protocol"], one["Endpoint"]) for one in listed}
    for protocol, endpoint in sorted(found):
        if known.get(endpoint) != protocol:
            reason = "not-asked-for"
            why = "Nobody asked for this subscription. The endpoint is the contact, letter by letter."
            if endpoint in known:
                reason = "wrong-protocol"
                why = f"Look at how a contact begins, not at what is in it: this one is for {known[endpoint]}."
            case.not_yet(
                reason,
                got=case.said(f"{endpoint} is subscribed by the protocol {protocol}."),
                expected="each contact by the protocol that fits",
                why=why,
            )
    for contact in contacts:
        if (known[contact], contact) not in found:
            case.not_yet(
                "not-subscribed",
                got=case.said(f"{contact} is not subscribed to the topic."),
                expected=f"a subscription by {known[contact]}",
                why="Each contact of the list is to hear the news.",
            )


def _expect_asked_once(case, calls, contacts, before, known):
    """Nobody gets two requests to confirm."""
    asked = Counter(call.params.get("Endpoint") for call in shop.of(calls, "Subscribe") if not call.error_code)
    for contact, times in asked.items():
        if times > 1 and contact not in before and known.get(contact) in ("email", "https", "http"):
            reason, why = "asked-again", "Each Subscribe of somebody who has yet to confirm sends the request again."
            if contacts.count(contact) > 1:
                reason = "asked-for-each-mention"
                why += " The contact stands in the list more than once: keep in mind whom you have had."
            case.not_yet(
                reason,
                got=case.said(f"{contact} got {times} requests to confirm."),
                expected="one request to confirm",
                why=why,
            )


def _expect_arns(case, returned, topic_arn, contacts):
    """The value leads from each contact to the ARN of its subscription to this topic."""
    expected = "a dictionary from contact to subscription ARN"
    if not isinstance(returned, dict) or set(returned) != set(contacts):
        why = "Each contact of the list is a key, and nothing else is."
        case.not_yet("wrong-keys", got=returned, expected=expected, why=why)
    for contact, arn in returned.items():
        if str(arn).replace(" ", "").lower() == PENDING.lower():
            case.not_yet(
                "pending-returned",
                got={contact: arn},
                expected=expected,
                why="That is no ARN, only the word that stands in place of one until somebody confirms. Subscribe has "
                "a parameter that has the ARN returned all the same: ReturnSubscriptionArn.",
            )
        if not isinstance(arn, str) or not arn.startswith("arn:"):
            case.not_yet(
                "no-text", got={contact: arn}, expected=expected, why="The value is the SubscriptionArn, as a text."
            )
        if not arn.startswith(f"{topic_arn}:"):
            why = "That is not the ARN of a subscription to this topic. It begins with the topic's own ARN."
            case.not_yet("arn-of-other-topic", got={contact: arn}, expected=expected, why=why)
        if _endpoint(case, arn) != contact:
            why = "That is not the ARN of this contact's subscription."
            case.not_yet("arn-of-other-contact", got={contact: arn}, expected=expected, why=why)


def _endpoint(case, arn):
    """Return the endpoint of the subscription, or "" when there is none."""
    try:
        return case.sns.get_subscription_attributes(SubscriptionArn=arn)["Attributes"]["Endpoint"]
    except case.sns.exceptions.NotFoundException:
        return ""


# --- 05.3 ------------------------------------------------------------------------------------------------------------


def by_channel(case):
    """Texts for all, for some and for mail alone; mails longer and shorter than a text message; quotes and accents."""
    others = _reader(case, shop.topic(case, case.name("other-news")))
    topic_arn = shop.topic(case, case.name("shop-news"))
    reader = _reader(case, topic_arn)
    name = case.name("ada")
    for _ in range(2):
        _subscribe(case, topic_arn, "sms", f"+44{case.draw.randrange(7700900000, 7700900999)}")
    _subscribe(case, topic_arn, "email", f"{name}@shop.example", confirm=True)
    _subscribe(case, topic_arn, "https", f"https://{name}.example/news", confirm=True)

    short, other = case.draw.sample(NEWS, 2)
    long = f'"{short}", says Ada.\n' + " ".join(case.draw.choices(["Thé", "honey", "mugs", '"jam"', "{soap}"], k=60))
    facts = json.dumps({"news": case.draw.choice(NEWS)})
    for texts in (
        {"email": long, "sms": other},
        {"email": long},
        {"email": short},
        {"email": long, "sqs": facts, "https": other},
        {"email": short, "sms": long[: PART + 30], "https": facts},
    ):
        _expect_channels(case, topic_arn, reader, texts)
        _expect_nothing_at(case, others)


def _expect_channels(case, topic_arn, reader, texts):
    """One publish, and each protocol has its text."""
    inbox, made = len(case.inbox()), len(case.calls)
    result = case.attempt(topic_arn=topic_arn, texts=texts)
    calls = shop.of(case.calls[made:], "Publish", "PublishBatch")
    if result.error:
        _explain_structure(case, result.error)
    if len(calls) != 1:
        reason, why = "not-published", "Nobody hears what is not published."
        if calls:
            reason = "published-twice"
            why = "Each publish goes to all subscribers. One publish can hold a text for each protocol."
        case.not_yet(reason, got=case.said(f"Publishes: {len(calls)}."), expected="one publish", why=why)
    arrived = case.inbox()[inbox:]
    found = [(one.protocol, one.message) for one in arrived if one.protocol in ("sms", "email")]
    found += [("https", json.loads(one.message)["Message"]) for one in arrived if one.protocol == "https"]
    envelopes = _read(case, reader)
    found += [("sqs", envelope["Message"]) for envelope in envelopes]
    missing = {"sms", "email", "https", "sqs"} - {protocol for protocol, _ in found}
    if missing:
        case.not_yet(
            "not-delivered",
            got=case.said(f"Nothing arrived by {sorted(missing)[0]}."),
            expected="the text for its protocol for every subscriber of the topic",
            why="A publish to TopicArn reaches all subscribers of that topic; one to PhoneNumber reaches one phone.",
        )
    for protocol, text in found:
        wanted = texts.get(protocol, texts["email"][:PART] if protocol == "sms" else texts["email"])
        if text != wanted:
            structured = calls[0].params.get("MessageStructure") == "json"
            reason, why = _why_not_text(protocol, text, texts, structured)
            case.not_yet(reason, got=case.said(f"By {protocol} came {text!r}."), expected=repr(wanted), why=why)
    _expect_message_id(case, result.value, envelopes[0])


def _why_not_text(protocol, text, texts, structured):
    """Return why this is not the text for the protocol."""
    if not structured:
        return (
            "not-structured",
            'Everybody got the same. Only with MessageStructure="json" does SNS look for texts in the message.',
        )
    if protocol != "sms":
        if protocol in texts:
            return (
                "own-text-missing",
                "There is a text for this protocol. Its key in the message is the protocol's name.",
            )
        return (
            "default-missing",
            "There is no text for this protocol, so it gets the default: the text for email, as it is.",
        )
    if "sms" in texts:
        return (
            "text-for-phones-cut",
            "There is a text for phones. It goes out as it is; only a text that you make up has a limit.",
        )
    return (
        "no-text-for-phones",
        f"There is no text for phones, so they get the first {PART} characters of the text for email.",
    )


def _explain_structure(case, error):
    """Say what SNS or Python refused about the message."""
    default = 'With MessageStructure="json" there must be a key default: a text for all protocols without their own.'
    shop.explain(case, error, "the message id", [
        ("no-default", "InvalidParameter", "No default entry", default),
        ("no-json", "InvalidParameter", "failed to parse",
         'With MessageStructure="json" the message is JSON. json.dumps writes it, with all that quotes and line '
         "breaks need; str() and f-strings do not."),
        ("dictionary-as-message", "ParamValidationError", "parameter Message,",
         "A message is text. json.dumps makes text of a dictionary."),
        ("sms-expected", "KeyError", "sms", "There need not be a text for phones."),
        ("default-expected", "KeyError", "default",
         "A text for default is nothing that your function gets: it has to make one."),
    ])  # fmt: skip


# --- 05.4 ------------------------------------------------------------------------------------------------------------


def publish_all(case):
    """Many short items; long ones, in bytes more than in characters; full batches; wrong subjects; one, and none."""
    others = _reader(case, shop.topic(case, case.name("other-news")))
    topic_arn = shop.topic(case, case.name("shop-news"))
    reader = _reader(case, topic_arn)
    for news in (
        _short_news(case, case.draw.randrange(23, 29), 4),
        _long_news(case),
        _short_news(case, 2 * BATCH, 0),
        _half_batches(0),
        _half_batches(2),
        [{"subject": "All", "text": "x" * BATCH_BYTES}],
        [],
    ):
        _expect_all_published(case, topic_arn, reader, news)
        _expect_nothing_at(case, others)


def _short_news(case, count, wrong):
    """Return so many items, some of them equal, and so many of them with subjects that SNS refuses."""
    made = [{"subject": case.draw.choice(NEWS), "text": f"{case.draw.choice(shop.GOODS)}."} for _ in range(count)]
    places = case.draw.sample(range(count), wrong)
    for place, subject in zip(places, ["two\nlines", "two\nlines", "long " * 30, "tab\tin it"], strict=False):
        made[place] = {"subject": subject, "text": case.draw.choice(NEWS)}
    return made


def _long_news(case):
    """Return items of which few fit into a request, by their bytes, among short ones."""
    lengths = [60_000, 70_000, 80_000, 90_000, 100_000, 110_000]
    made = [
        {"subject": case.draw.choice(NEWS), "text": _text(length * case.draw.choice((2, 1)), accents=20_000)}
        for length in case.draw.sample(lengths, 6)
    ]
    made += [{"subject": "é", "text": _text(160_000, accents=45_000)} for _ in range(3)] + _short_news(case, 8, 2)
    case.draw.shuffle(made)
    return made


def _text(size, accents):
    """Return a text of so many bytes, with so many letters that take two. In a request each takes six."""
    return "é" * accents + "x" * (size - 2 * accents)


def _half_batches(place):
    """Return items of which two just fill a request, but for the one in this place, which is a byte longer."""
    half = BATCH_BYTES // 2
    texts = [letter + "x" * (half - 2) for letter in "éèàù"]
    texts.insert(place, "x" * (half + 1))
    return [{"subject": "Half", "text": text} for text in texts]


def _fewest(news):
    """Return how many requests the items take when each is filled in their order."""
    requests, count, size = 0, BATCH, 0
    for item in news:
        length = len(item["text"].encode())
        if count == BATCH or size + length > BATCH_BYTES:
            requests, count, size = requests + 1, 0, 0
        count, size = count + 1, size + length
    return requests


def _is_refused(item):
    """Return whether SNS refuses the subject."""
    return len(item["subject"]) > LONGEST_SUBJECT + 1 or not item["subject"].isprintable()


def _expect_all_published(case, topic_arn, reader, news):
    """All that can be is published once, in few requests; the others are returned in order."""
    made = len(case.calls)
    result = case.attempt(topic_arn=topic_arn, news=news)
    case.did = f"publish_all with {len(news) or 'no'} items"
    calls = shop.of(case.calls[made:], "Publish", "PublishBatch")
    if result.error:
        _explain_batch_error(case, result.error, calls)
    refused = [item for item in news if _is_refused(item)]
    good = Counter((item["subject"], item["text"]) for item in news if item not in refused)
    found = Counter((one.get("Subject"), one["Message"]) for one in _read(case, reader))
    expected = f"{good.total()} messages on the topic, each item once"
    if lost := (good - found).total():
        reason, why = _why_lost(good, found)
        case.not_yet(reason, got=case.said(f"Not published: {lost}."), expected=expected, why=why)
    if more := (found - good).total():
        reason = "published-twice"
        why = "Some were published twice: each publish and each entry is a message to everybody."
        if set(found) - set(good):
            reason = "texts-changed"
            why = "What SNS refused goes back as it is; nobody asked for other texts or subjects."
        case.not_yet(reason, got=case.said(f"More messages than items: {more}."), expected=expected, why=why)
    case.reach("published")
    _expect_refused(case, result.value, refused)
    if len(calls) > _fewest(news):
        reason = "too-many-requests"
        why = "publish_batch takes ten at once, as long as all together have no more than 262,144 bytes."
        if any(call.operation == "PublishBatch" for call in calls) and refused:
            reason = "refused-items-sent-again"
            why += " And what SNS refused for the sender's fault is refused again."
        case.not_yet(
            reason,
            got=case.said(f"Your code made {len(calls)} requests to publish."),
            expected=f"{_fewest(news)} at most",
            why=why,
        )


def _why_lost(good, found):
    """Return why some of the items are not on the topic."""
    if {text for _, text in good} <= {text for _, text in found} and {text for _, text in found - good}:
        return "subjects-changed", "The texts are there, but with other subjects. Each entry has a Subject of its own."
    return (
        "items-lost",
        "Each of them fits into a request, alone or with others. An entry that fails stops only itself; all others of "
        "its batch are published.",
    )


def _explain_batch_error(case, error, calls):
    """Say what SNS refused about the batch."""
    entries = calls[-1].params.get("PublishBatchRequestEntries", []) if calls else []
    reason, too_long = (
        "batch-too-large",
        "All entries of a batch together may have 262,144 bytes. Begin a new batch before it is more.",
    )
    if sum(len(str(entry.get("Message", ""))) for entry in entries) <= BATCH_BYTES:
        reason = "characters-counted"
        too_long += " Bytes, not characters: len(text.encode())."
    shop.explain(case, error, "a list of the items that SNS refused", [
        (reason, "BatchRequestTooLong", "", too_long),
        ("too-many-entries", "TooManyEntriesInBatchRequest", "",
         f"A batch takes up to {BATCH} entries; of more it takes none."),
        ("empty-batch", "EmptyBatchRequest", "",
         "A batch with no entry is refused. Without items there is nothing to publish."),
        ("invalid-id", "InvalidBatchEntryId", "",
         "An Id has up to 80 letters, digits, hyphens and underscores, and no other characters."),
        ("ids-not-distinct", "BatchEntryIdsNotDistinct", "",
         "Two entries of a batch have the same Id. An item's words do not tell it apart: equal ones may occur."),
        ("error-not-caught", "InvalidParameter", "Invalid parameter: Subject",
         "A single publish raises an error for a wrong subject. A batch goes on, and lists it under Failed."),
    ])  # fmt: skip


def _expect_refused(case, returned, refused):
    """The value is the list of the refused items, in their order."""
    if returned == refused:
        return
    expected = f"a list of the {len(refused)} items that SNS refused" if refused else "an empty list"
    reason = "not-the-items"
    why = "Each entry under Failed has the Id that you gave it. That Id leads back to the item."
    if not isinstance(returned, list):
        reason, why = "no-list", "A list was asked for, an empty one where nothing was refused."
    elif not returned:
        reason = "failed-ignored"
        why = "No error is raised for an entry that fails. The response lists it under Failed, by its Id."
    elif all(isinstance(item, dict) and "subject" in item for item in returned):
        reason = "other-items"
        why = "Some are missing, or were not refused. An Id means something in one response only."
        if sorted(map(str, returned)) == sorted(map(str, refused)):
            reason, why = "other-order-of-items", "They are to stand in the order that they had in the list."
    case.not_yet(reason, got=returned, expected=expected, why=why)


# --- 05.5 ------------------------------------------------------------------------------------------------------------


def who_listens(case):
    """No topics at all; then many, with names that are alike; many subscribers, some pending, none, and no topic."""
    few, many, nobody, missing = (case.name(stem) for stem in case.draw.sample(["news", "alarms", "jobs", "tips"], 4))
    _expect_report(case, missing, None)
    alike = [f"old-{name}" for name in (few, many, missing)] + [f"{name}-2" for name in (few, many, missing)]
    alike += [few.upper(), missing.upper()]
    _fill(case, alike, 4)
    early = {few: shop.topic(case, few), nobody: shop.topic(case, nobody)}
    for number in case.draw.sample(range(1000), 95):
        shop.topic(case, f"{case.draw.choice(alike)}-{number}")
    late = shop.topic(case, many)
    case.client("sns", "eu-west-1").create_topic(Name=missing)

    wanted = _listeners(case, early[few], {"sms": 2, "https": 1}, 2)
    _expect_report(case, few, wanted)
    case.reach("listed")
    _expect_report(case, nobody, {"confirmed": {}, "pending": []})
    _expect_report(case, many, _listeners(case, late, {"email": 40, "sms": 35, "https": 3, "sqs": 4}, 30))
    _expect_report(case, missing, None)
    _expect_report(case, nobody, _listeners(case, early[nobody], {}, 3))


def _fill(case, names, count):
    """Create topics of these names, with a few subscribers that nobody asks for."""
    for name in names:
        _listeners(case, shop.topic(case, name), {"sms": count}, 1)


def _listeners(case, topic_arn, counts, pending):
    """Subscribe so many by each protocol, and so many that do not confirm; return the report that is wanted."""
    numbers = case.draw.sample(range(10_000, 99_999), sum(counts.values()) + pending)
    plan = [(protocol, True) for protocol, count in counts.items() for _ in range(count)]
    plan += [(case.draw.choice(["email", "https"]), False) for _ in range(pending)]
    case.draw.shuffle(plan)
    arn = topic_arn.replace(":sns:", ":sqs:")
    forms = {"email": "ada{}@shop.example", "sms": "+447700{}", "https": "https://c{}.example/", "sqs": arn + "-q{}"}
    report = {"confirmed": {}, "pending": []}
    for number, (protocol, confirms) in zip(numbers, plan, strict=True):
        endpoint = forms[protocol].format(number)
        _subscribe(case, topic_arn, protocol, endpoint, confirm=confirms and protocol in ("email", "https"))
        where = report["confirmed"].setdefault(protocol, []) if confirms else report["pending"]
        where.append(endpoint)
    report["confirmed"] = {protocol: sorted(found) for protocol, found in report["confirmed"].items()}
    return report | {"pending": sorted(report["pending"])}


def _world(case):
    """Return what a report must not change: topics, subscriptions, and what was sent to anybody."""
    pages = case.sns.get_paginator("list_topics").paginate()
    topics = [topic["TopicArn"] for page in pages for topic in page["Topics"]]
    pages = case.sns.get_paginator("list_subscriptions").paginate()
    return topics, [one for page in pages for one in page["Subscriptions"]], len(case.inbox())


def _expect_report(case, name, wanted):
    """The report on the topic, and nothing is changed."""
    before = _world(case)
    result = case.attempt(topic_name=name)
    if wanted is None:
        case.did += " with no topic of this name"
    after = _world(case)
    _expect_unchanged(case, before, after)
    if result.error:
        _explain_report_error(case, result.error, wanted)
    if result.value == wanted:
        return
    expected = "None" if wanted is None else _in_short(wanted)
    reason, why = _why_not_report(result.value, wanted)
    case.not_yet(reason, got=result.value, expected=expected, why=why)


def _in_short(report):
    """Return what the report should hold, in words."""
    protocols = ", ".join(f"{len(found)} by {protocol}" for protocol, found in sorted(report["confirmed"].items()))
    confirmed = f"confirmed {protocols or 'nobody'}; pending {len(report['pending'])}"
    return f'{{"confirmed": {{...}}, "pending": [...]}}: {confirmed}'


def _expect_unchanged(case, before, after):
    """Topics, subscriptions and mailboxes are as before."""
    if len(after[0]) > len(before[0]):
        case.not_yet(
            "topic-created",
            got=case.said("There is a topic more than before."),
            expected="a report, and nothing changed",
            why="create_topic makes what it does not find. Whoever only wants to know looks into the list.",
        )
    if after != before:
        case.not_yet(
            "something-changed",
            got=case.said("Topics, subscriptions or mailboxes are not as they were."),
            expected="a report, and nothing changed",
            why="A report only reads. Subscribing again, say, sends a request to confirm.",
        )


def _explain_report_error(case, error, wanted):
    """Say why the answer could not make its report."""
    missing = "There is no such topic, and your code is to say so: None. Look for the name in the list first."
    pending = f"Where somebody has yet to confirm, the list has the word {PENDING} in place of the ARN."
    whys = [
        ("no-topic", "NotFound", "", missing),
        ("no-next-token-key", "KeyError", "NextToken", "The last page has no NextToken."),
    ]
    if wanted is None:
        whys += [("no-topic", kind, "", missing) for kind in ("IndexError", "StopIteration", "UnboundLocalError")]
        whys += [
            ("no-topic", "TypeError", "NoneType", missing),
            ("no-topic", "ParamValidationError", "TopicArn, value: None", missing),
        ]
    new_key = "A key that is not in a dictionary yet has to be put there first: setdefault does it."
    whys += [
        ("protocol-key-missing", "KeyError", repr(protocol), new_key) for protocol in ("email", "sms", "https", "sqs")
    ]
    whys += [("pending-as-arn", "InvalidParameter", "An ARN must have at least 6 elements", pending)]
    shop.explain(case, error, "None" if wanted is None else _in_short(wanted), whys)


def _why_not_report(returned, wanted):
    """Return why this is not the report."""
    if wanted is None:
        return (
            "not-none",
            "There is no topic of this name. Names that only contain it, or have other capitals, are other topics.",
        )
    if returned is None:
        return (
            "topic-not-found",
            "The topic is there. The list of topics comes in pages of 100, and the name is the last part of an ARN.",
        )
    if not isinstance(returned, dict) or set(returned) != {"confirmed", "pending"}:
        return "wrong-report-keys", 'The report is a dictionary with the keys "confirmed" and "pending".'
    confirmed, pending = returned["confirmed"], returned["pending"]
    if not isinstance(confirmed, dict) or not isinstance(pending, list):
        return (
            "wrong-report-types",
            '"confirmed" is a dictionary from protocol to endpoints, and "pending" is a list of endpoints.',
        )
    if any(not isinstance(found, list) for found in confirmed.values()):
        return "no-list-of-endpoints", "To each protocol belongs a list of endpoints."
    return _why_not_listeners(confirmed, pending, wanted)


def _why_not_listeners(confirmed, pending, wanted):
    """Return why these are not the ones who listen."""
    listed = [str(endpoint) for found in confirmed.values() for endpoint in found]
    everybody = {endpoint for found in wanted["confirmed"].values() for endpoint in found} | set(wanted["pending"])
    if set(listed) & set(wanted["pending"]):
        return (
            "pending-as-confirmed",
            f"Some of the confirmed have yet to confirm. In the list they have {PENDING} in place of the ARN.",
        )
    if set(listed + [str(one) for one in pending]) - everybody:
        return "other-listeners", "Some of these do not listen to this topic. Names count as a whole, capitals too."
    if len(everybody) > 100 and len(listed) + len(pending) == 100:
        return "first-page-only", "The list of subscriptions comes in pages of 100. This is the first page."
    if set(listed + list(map(str, pending))) < everybody:
        return "listeners-missing", "Some are missing."
    if any(not found for found in confirmed.values()):
        return "empty-protocols", "Only protocols by which somebody gets messages are in the report."
    return (
        "not-sorted",
        "Each endpoint stands in the report once, under its own protocol, and each list is in the order of sorted().",
    )
