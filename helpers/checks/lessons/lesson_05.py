"""The checks of lesson 05. Each gets a helpers.checks.case.Case and calls `case.not_yet(...)` at the first fault."""

import json
import re
from collections import Counter

from helpers.checks.lessons import shop

DOCUMENTED, LONGEST_SUBJECT = 99, 100  # AWS documents less than 100 characters, and accepts 100
PART = 70  # characters that fit into one part of a text message, whatever the alphabet
BATCH, BATCH_BYTES = 10, 262_144
PAGE = 100
PENDING = "PendingConfirmation"
NEWS = [
    "Honey & jam are back!",
    'Closed on "Monday"',
    "Tea from Assam: 5 €",
    "A café ☕ in the shop",
    "New <big> mugs",
    "It's candles (of beeswax)",
]
# Texts and addresses that look like something else, for answers that search where they should read.
LOOKALIKE = '{"default": "no", "TopicArn": "no", "Subject": "no"}'


def _topics(case):
    """Return a topic's ARN, the URL of its reader, and that of a reader of the topics before and after it."""
    stems = case.draw.sample(["shop-news", "other-news", "news"], 3)
    first, topic_arn, last = (shop.topic(case, case.name(stem)) for stem in stems)
    return topic_arn, _reader(case, topic_arn), _reader(case, first, last)


def _reader(case, *topic_arns):
    """Return the URL of a queue that listens to these topics."""
    queue_url = case.queue("reader")
    queue_arn = case.queue_arn(queue_url)
    allowed = [shop.statement(queue_arn, topic_arn) for topic_arn in topic_arns]
    policy = json.dumps({"Version": "2012-10-17", "Statement": allowed})
    case.sqs.set_queue_attributes(QueueUrl=queue_url, Attributes={"Policy": policy})
    for topic_arn in topic_arns:
        case.sns.subscribe(TopicArn=topic_arn, Protocol="sqs", Endpoint=queue_arn)
    return queue_url


def _read(case, queue_url):
    """Return the envelopes in the queue, and take them out."""
    return [json.loads(body) for body in case.drain(queue_url)]


def _subscribe(case, topic_arn, protocol, endpoint, confirm=False):
    """Subscribe an endpoint, which can confirm at once, and return the ARN."""
    asked = {"TopicArn": topic_arn, "Protocol": protocol, "Endpoint": endpoint, "ReturnSubscriptionArn": True}
    if protocol == "firehose":  # a stream needs a role that lets SNS write into it
        asked["Attributes"] = {"SubscriptionRoleArn": f"arn:aws:iam::{topic_arn.split(':')[4]}:role/news"}
    arn = case.sns.subscribe(**asked)["SubscriptionArn"]
    if confirm:
        token = case.inbox()[-1].confirm_url.partition("&Token=")[2]
        case.sns.confirm_subscription(TopicArn=topic_arn, Token=token)
    return arn


def _refused(calls):
    """Return the parameters of the last of these calls that AWS refused, or {}."""
    return next((call.params for call in reversed(calls) if call.error_code), {})


def _expect_message_id(case, returned, envelope):
    """The returned id is the one that Publish gave."""
    if returned == envelope["MessageId"]:
        return
    reason, why = "not-the-message-id", "The response has the id under MessageId. That's what the function returns."
    if isinstance(returned, dict) and returned.get("MessageId") == envelope["MessageId"]:
        reason, why = "whole-response", "That's the whole response. Return only what it has under MessageId."
    case.not_yet(reason, got=returned, expected=f"the message id, {envelope['MessageId']!r}", why=why)


def _times(count):
    """Return how often something was published, as a sentence."""
    return f"Your code published {count} times." if count else "Your code published nothing."


def _expect_nothing_at(case, others):
    """Nothing was published to another topic."""
    if _read(case, others):
        case.not_yet(
            "other-topic",
            got=case.said("A message was published to another topic."),
            expected="a message to the topic that your function was given",
            why="topic_arn says which topic to publish to.",
        )


# --- 05.1 ------------------------------------------------------------------------------------------------------------


def announce(case):
    """Subjects that fit, with each kind of line break, too long, and at the limit; texts with all that one can have."""
    topic_arn, reader, others = _topics(case)
    words = shop.shuffled(case, NEWS)
    goods = "-".join(case.draw.choices(shop.GOODS, k=30))
    long = f"{words[0]}, and {goods}"
    for subject in (
        words[1],
        f"{words[2]}\n{words[3]}\nand {words[4]}",
        long,
        f"\n{words[5]}\r\n{words[1]}\r\n",
        f"{words[1]}\r{words[2]}\n\n{words[3]}\n",
        f"{words[3]}\r\nand {goods}",
        *(long[: LONGEST_SUBJECT + more] for more in (-1, 0, 1)),
        # Longer than it looks: in bytes, and before each line break is a space.
        f"{'é' * 20}-{goods}"[:LONGEST_SUBJECT],
        long[:LONGEST_SUBJECT].replace(" ", "\r\n"),
    ):
        text = _untidy_text(case)
        if subject == long:
            text += "and so on" * 12_000 + "."
        _expect_announced(case, topic_arn, reader, subject, text, others)


def _untidy_text(case):
    """Return a text with spaces at its ends, tabs, line breaks, accents, signs and what looks like an envelope."""
    return f"  {case.draw.choice(NEWS)}!\r\n\n\t{LOOKALIKE}\n" + "  It's so.\n" * case.draw.randrange(20, 40) + "é☕  "


def _expect_announced(case, topic_arn, reader, subject, text, others):
    """The text is published once, with the subject in one line."""
    made = len(case.calls)
    result = case.attempt(topic_arn=topic_arn, subject=subject, text=text)
    if result.error:
        _explain_subject(case, result.error, shop.of(case.calls[made:], "Publish", "PublishBatch"))
    _expect_nothing_at(case, others)
    found = _read(case, reader)
    if len(found) != 1:
        reason, why = "published-twice", "Every publish sends one more message to every subscriber."
        if not found:
            reason, why = "not-published", "Whatever the subject looks like, the news has to be published."
        case.not_yet(reason, got=case.said(_times(len(found))), expected="one message", why=why)
    [envelope] = found
    published = envelope.get("Subject", "")
    if not _is_kept(published, subject):
        reason, why = _why_not_subject(published, subject)
        case.not_yet(
            reason,
            got=case.said(
                f"The subject that arrived was {published!r}, which has {len(published)} characters."
                if published
                else "The message arrived without a subject."
            ),
            expected=repr(_tidy(subject)[:LONGEST_SUBJECT]),
            why=why,
        )
    if envelope["Message"] != text:
        case.not_yet(
            "text-changed",
            got=case.said(f"The text that arrived was {_around(envelope['Message'], text)}."),
            expected=f"the text as it was given: {_around(text, envelope['Message'])}",
            why="Only the subject has to be short and on one line. The text is published as it is.",
        )
    _expect_message_id(case, result.value, envelope)


def _around(text, other):
    """Return a short text itself, and of a long one the place where it differs from the other text."""
    if len(text) < 60:
        return repr(text)
    others = (place for place, pair in enumerate(zip(text, other, strict=False)) if pair[0] != pair[1])
    place = next(others, min(len(text), len(other)))
    return f"{text[max(0, place - 20) : place + 20]!r} around character {place + 1} ({len(text)} characters in all)"


def _tidy(subject):
    """Return the subject's words on one line."""
    return " ".join(subject.split())


def _is_kept(published, subject):
    """Return whether this is the subject on one line, whole or cut off where it has to be."""
    wanted, mine = _tidy(subject), _tidy(published)
    if mine == wanted:
        return True
    gaps = re.findall(r"\s+", subject.strip())
    spaces = len(gaps[len(mine.split()) - 1]) if wanted[len(mine) : len(mine) + 1] == " " else 0
    return bool(mine) and wanted.startswith(mine) and len(published.rstrip()) + spaces >= DOCUMENTED


def _why_not_subject(published, subject):
    """Return why this is not the subject."""
    wanted, mine = _tidy(subject), _tidy(published)
    if not mine:
        return "no-subject", "Your function gets a subject that has at least one word. Pass it on as Subject."
    if not wanted.startswith(mine):
        return (
            "subject-changed",
            "Each line break becomes a space, and what's too long is cut off at the end. Nothing else changes.",
        )
    if mine in [_tidy("\n".join(subject.splitlines()[:count])) for count in range(1, len(subject.splitlines()))]:
        return "subject-lost", "What's after a line break is missing. The line break has to become a space."
    if len(wanted) < DOCUMENTED:
        return "end-of-subject-missing", "The end of the subject is missing. It's short enough to be published whole."
    return (
        "subject-too-short",
        "More of the subject fits. Cut off only what's after 99 or 100 characters, and count them when each line break "
        "has become a space.",
    )


def _explain_subject(case, error, published):
    """Say what SNS refused about the subject."""
    subject = str(_refused(published).get("Subject", ""))
    reason, why = "control-character-in-subject", "SNS refuses every control character in a subject, such as a tab."
    if not subject:
        reason = "empty-subject"
        why = "Your code sent an empty subject. SNS refuses it, and your function always gets one with words."
    elif re.search(r"[\r\n]", subject):
        reason = "line-break-in-subject"
        why = "The subject that your code sent still has a line break: \\n, \\r or both. SNS refuses line breaks there."
    elif len(subject) > LONGEST_SUBJECT:
        reason = "subject-too-long"
        why = (
            f"The subject that your code sent has {len(subject)} characters. SNS accepts 100, so cut it off at the end."
        )
    shop.explain(case, error, "the message id", [(reason, "InvalidParameter", "Invalid parameter: Subject", why)])


# --- 05.2 ------------------------------------------------------------------------------------------------------------


def subscribe_all(case):
    """A list with repeats; another on a topic with two full pages of subscriptions; the same again; and an empty list.

    Some of the contacts are subscribed already: confirmed, pending, and with an attribute of their own.
    """
    stems = case.draw.sample(["shop-news", "other-news", "news"], 3)
    others, topic_arn, _ = (shop.topic(case, case.name(stem)) for stem in stems)
    first, second = _contacts(case), _contacts(case)
    at_once = {contact: protocol for contact, protocol in first.items() if protocol in ("sms", "sqs")}
    arns = [_subscribe(case, others, protocol, contact) for contact, protocol in at_once.items()]
    before = {arn: _attributes(case, arn) for arn in arns}

    known = dict(first)
    own = _some_subscribed(case, topic_arn, first)
    twice = list(first) + case.draw.sample(list(first), 5) + [contact for contact in first if "@" in contact]
    case.draw.shuffle(twice)
    neighbours = twice[:1] * 2 + twice[1:]
    _expect_subscribed(case, topic_arn, neighbours, known, own)

    known |= second
    own |= _some_subscribed(case, topic_arn, second)
    for number in range(2 * PAGE - len(shop.subscriptions(case, topic_arn))):
        known[f"+44770100{number:04}"] = "sms"
        _subscribe(case, topic_arn, "sms", f"+44770100{number:04}")
    for _ in range(2):
        _expect_subscribed(case, topic_arn, list(second), known, own)
    _expect_subscribed(case, topic_arn, [], known, own)
    if {
        one["SubscriptionArn"]: _attributes(case, one["SubscriptionArn"]) for one in shop.subscriptions(case, others)
    } != before:
        case.not_yet(
            "other-topic-changed",
            got=case.said("The subscriptions of another topic changed."),
            expected="changes at the topic that your function was given, and at no other",
            why="topic_arn says which topic to subscribe the contacts to.",
        )
    _expect_subscribed(case, others, [contact for contact in at_once if contact.startswith("+")], at_once, before)


def _contacts(case):
    """Return contacts, each with its protocol, in any order. Some look like others, or differ in a suffix only."""
    mailbox, house = (case.name(name) for name in case.draw.sample(shop.SHOPPERS, 2))
    till = case.queue("Till")
    name = till.rpartition("/")[2]
    alike = case.sqs.create_queue(QueueName=name.lower())["QueueUrl"]
    arns = [case.queue_arn(queue_url) for queue_url in (till, alike)]
    arns.append(f"{arns[0].replace('us-east-1', case.draw.choice(['eu-west-1', 'eu-central-1']))}-DLQ")
    country = case.draw.choice(["32", "33", "49", "61", "81"])
    made = {
        f"{mailbox}@shop.example": "email",
        f"https-{mailbox.lower()}@shop.example": "email",
        f"arn.{house}+news@sqs.example": "email",
        f"+44{case.draw.randrange(7700900000, 7700900999)}": "sms",
        f"+{country}{case.draw.randrange(100000000, 999999999)}": "sms",
        f"https://{mailbox.lower()}@{house.lower()}.example/arn:aws:sqs?to=+44": "https",
        f"https://{mailbox.lower()}@{house.lower()}.example/Arn:aws:sqs?to=+44": "https",
        f"http://{house.lower()}.example/?from=https://shop.example/": "http",
        **dict.fromkeys(arns, "sqs"),
    }
    return dict(shop.shuffled(case, list(made.items())))


def _some_subscribed(case, topic_arn, contacts):
    """Subscribe some of the contacts, and return the attributes of their subscriptions by ARN."""
    mail, other_mail, _ = (contact for contact, protocol in contacts.items() if protocol == "email")
    web, other_web = (contact for contact, protocol in contacts.items() if protocol == "https")
    queue, raw_queue, _ = (contact for contact, protocol in contacts.items() if protocol == "sqs")
    arns = [_subscribe(case, topic_arn, "email", other_mail), _subscribe(case, topic_arn, "https", other_web)]
    arns.append(_subscribe(case, topic_arn, "email", mail, confirm=True))
    arns.append(_subscribe(case, topic_arn, "https", web, confirm=True))
    arns += [_subscribe(case, topic_arn, "sqs", contact) for contact in (queue, raw_queue)]
    raw = {"AttributeName": "RawMessageDelivery", "AttributeValue": "true"}
    case.sns.set_subscription_attributes(SubscriptionArn=arns[-1], **raw)
    return {arn: _attributes(case, arn) for arn in arns}


def _attributes(case, arn):
    """Return the attributes of the subscription, or {} when there is none."""
    try:
        return case.sns.get_subscription_attributes(SubscriptionArn=arn)["Attributes"]
    except (case.sns.exceptions.NotFoundException, case.sns.exceptions.InvalidParameterException):
        return {}


def _expect_subscribed(case, topic_arn, contacts, known, own):
    """Each contact is subscribed once, by its protocol, and its real ARN is returned.

    known: all that can be there, with their protocols. own: the subscriptions that must stay as they are.
    """
    there, inbox, made = shop.subscriptions(case, topic_arn), len(case.inbox()), len(case.calls)
    result = case.attempt(topic_arn=topic_arn, contacts=contacts)
    if result.error:
        _explain_subscribe_error(case, result.error, case.calls[made:])
    listed = shop.subscriptions(case, topic_arn)
    _expect_protocols(case, listed, contacts, known)
    found = [(one["Endpoint"], one["SubscriptionArn"]) for one in listed]
    lost = [one["Endpoint"] for one in there if (one["Endpoint"], one["SubscriptionArn"]) not in found]
    if lost:
        case.not_yet(
            "subscription-replaced",
            got=case.said(f"The subscription that {min(lost)} had isn't there any more."),
            expected="the subscriptions that existed, as they were",
            why="No subscription has to end here: subscribing a contact again returns the ARN of the subscription that "
            "it has.",
        )
    for arn, attributes in own.items():
        now = _attributes(case, arn)
        if changed := sorted(name for name in now | attributes if now.get(name) != attributes.get(name)):
            name, values = changed[0], [repr(one.get(changed[0], "not set")) for one in (attributes, now)]
            whose = f"the existing subscription of {attributes['Endpoint']}"
            case.not_yet(
                "subscription-changed",
                got=case.said(f"{name} of {whose} was {values[0]}, and is {values[1]} now."),
                expected="the subscriptions that existed, as they were",
                why="Your function needs only the ARN. Called without Attributes, subscribe returns it and changes "
                "nothing.",
            )
    _expect_asked_once(case, inbox, contacts)
    _expect_arns(case, result.value, topic_arn, contacts, {one["Endpoint"] for one in there})


def _explain_subscribe_error(case, error, calls):
    """Say which endpoint or ARN did not fit."""
    asked = _refused(calls)
    told = f"Your code tried to subscribe {asked.get('Endpoint')} with the protocol {asked.get('Protocol')}."
    web = f"{told} Addresses that start with https:// have the protocol https, and those with http:// have http."
    queue = f"{told} The protocol sqs is for ARNs of queues, which start with arn: and name sqs as the service."
    phone = f"{told} The protocol sms is for phone numbers, which start with +."
    mail = f"{told} That's for email addresses: every contact that doesn't start with arn:, +, https:// or http://."
    whys = [
        ("wrong-web-protocol", "InvalidParameter", "must match the specified protocol", web),
        ("not-a-queue", "InvalidParameter", "SQS endpoint ARN", queue),
        ("not-a-phone", "InvalidParameter", "Invalid SMS endpoint", phone),
        ("not-a-mail-address", "InvalidParameter", "Email address", mail),
        ("unknown-protocol", "InvalidParameter", "does not support this protocol",
         f"{told} SNS calls the protocols of these contacts email, sms, https, http and sqs."),
        ("other-attributes", "InvalidParameter", "already exists with different attributes",
         "This contact has a subscription with different attributes. Call subscribe without Attributes to keep them."),
    ]  # fmt: skip
    if _is_pending(asked.get("SubscriptionArn")):
        whys.append(
            (
                "pending-as-arn",
                "InvalidParameter",
                "An ARN must have at least 6 elements",
                f"{asked['SubscriptionArn']!r} isn't an ARN. With ReturnSubscriptionArn=True, subscribe returns the "
                "real one.",
            )
        )
    shop.explain(case, error, "a dictionary from contact to subscription ARN", whys)


def _is_pending(arn):
    """Return whether these are the words that take the place of an ARN until somebody confirms."""
    return str(arn).replace(" ", "").lower() == PENDING.lower()


def _expect_protocols(case, listed, contacts, known):
    """Every contact is there by its own protocol, and nobody else."""
    found = {(one["Protocol"], one["Endpoint"]) for one in listed}
    for protocol, endpoint in sorted(found):
        if known.get(endpoint) != protocol:
            reason, expected = "not-asked-for", "subscriptions of the contacts on the list, and no others"
            why = "This isn't on the list of contacts. The endpoint is the contact as it is, letter by letter."
            if endpoint in known:
                reason, expected = "wrong-protocol", f"each contact with its own protocol, here {known[endpoint]}"
                why = (
                    "How a contact starts tells you its protocol: arn:, +, https:// or http://. Anything else is an "
                    "email address."
                )
            got = case.said(f"{endpoint} is subscribed with the protocol {protocol}.")
            case.not_yet(reason, got=got, expected=expected, why=why)
    for contact in contacts:
        if (known[contact], contact) not in found:
            case.not_yet(
                "not-subscribed",
                got=case.said(f"{contact} isn't subscribed to the topic."),
                expected=f"a subscription with the protocol {known[contact]}",
                why="Every contact on the list has to get the news.",
            )


def _expect_asked_once(case, inbox, contacts):
    """Nobody gets two requests to confirm, and nobody gets one who isn't on the list."""
    asked = Counter(arrived.endpoint for arrived in case.inbox()[inbox:] if arrived.confirm_url)
    for contact, times in sorted(asked.items()):
        if contact not in contacts:
            case.not_yet(
                "others-asked",
                got=case.said(f"{contact} got a request to confirm."),
                expected="requests to contacts on the list, and to no others",
                why="This contact was pending already, but it isn't on the list of this call.",
            )
        if times > 1:
            reason = "asked-again"
            why = "Until somebody confirms, each subscribe sends them another request."
            if all(asked[one] == contacts.count(one) for one in asked):
                reason = "asked-for-each-mention"
                why = f"This contact is on the list {times} times, and each subscribe sends a request."
            case.not_yet(
                reason,
                got=case.said(f"{contact} got {times} requests to confirm."),
                expected="one request to confirm",
                why=why,
            )


def _expect_arns(case, returned, topic_arn, contacts, there):
    """The value leads from each contact to the ARN of its subscription to this topic.

    there: those who were subscribed before.
    """
    expected = "a dictionary from contact to subscription ARN"
    if not isinstance(returned, dict) or set(returned) != set(contacts):
        got, why = returned, "The function returns a dictionary whose keys are the contacts on the list."
        if isinstance(returned, dict):
            missing, more = sorted(set(contacts) - set(returned)), sorted(set(returned) - set(contacts))
            got = case.said(f"The key {missing[0]!r} is missing." if missing else f"There's a key {more[0]!r}.")
            why = "The keys are the contacts on the list, each as it is, and nothing else."
            if not more and set(missing) == there & set(contacts):
                why = "Contacts that were subscribed before your function was called belong in the dictionary, too."
        case.not_yet("wrong-keys", got=got, expected=expected, why=why)
    for contact, arn in sorted(returned.items()):
        if _is_pending(arn):
            case.not_yet(
                "pending-returned",
                got={contact: arn},
                expected=expected,
                why="SNS shows these words in place of the ARN until somebody confirms. Even then subscribe returns "
                "the real ARN if you pass ReturnSubscriptionArn=True.",
            )
        if not isinstance(arn, str) or not arn.startswith("arn:"):
            why = "The value has to be the SubscriptionArn, which is a string."
            case.not_yet("no-text", got={contact: arn}, expected=expected, why=why)
        if not arn.startswith(f"{topic_arn}:"):
            why = "That isn't the ARN of a subscription to this topic, which starts with the topic's own ARN."
            case.not_yet("arn-of-other-topic", got={contact: arn}, expected=expected, why=why)
        attributes = _attributes(case, arn)
        if attributes.get("Endpoint") != contact:
            why = "No subscription of this contact has that ARN."
            case.not_yet("arn-of-other-contact", got={contact: arn}, expected=expected, why=why)
        if "FilterPolicy" in attributes:
            case.not_yet(
                "subscription-filtered",
                got=case.said(f"The subscription of {contact} has the filter policy {attributes['FilterPolicy']}."),
                expected="subscriptions that get all the news",
                why="A filter policy filters out what doesn't match it, and these contacts want all the news.",
            )


# --- 05.3 ------------------------------------------------------------------------------------------------------------


def by_channel(case):
    """Texts for all, for some and for email alone; emails that just fill a text message's part; untidy texts."""
    topic_arn, reader, others = _topics(case)
    name = case.name("ada")
    for _ in range(2):
        _subscribe(case, topic_arn, "sms", f"+44{case.draw.randrange(7700900000, 7700900999)}")
    for protocol in ("email", "email-json"):
        _subscribe(case, topic_arn, protocol, f"{name}@shop.example", confirm=True)
    for protocol in ("https", "http"):
        _subscribe(case, topic_arn, protocol, f"{protocol}://{name}.example/news", confirm=True)

    short, other = case.draw.sample(NEWS, 2)
    words = case.draw.choices(["Thé", "honey ☕", "& mugs", '"jam"', "<soap>"], k=60)
    long = f'"{short}", says Ada.\n{" ".join(words)}'
    untidy = f"  \r\n\t{LOOKALIKE} {'é' * 50} {long}  "
    facts = json.dumps({"news": case.draw.choice(NEWS), "default": "no"})
    longest = (long * 20)[:2000]
    for texts in (
        {"email": long, "sms": other},
        {"email": long},
        {"email": short},
        {"email": untidy},
        {"sqs": facts, "email": long, "https": other},
        {"http": other, "lambda": facts, "email": untidy, "email-json": short},
        {"sms": f"  {long[: PART + 30]}\n", "email": short, "https": untidy, "firehose": other},
        {"email": longest, "sqs": "!", "sms": longest[200:1800], "lambda": longest[::-1], "https": longest[::-1]},
        *({"email": long[:length]} for length in (PART, PART + 1)),
    ):
        _expect_channels(case, topic_arn, reader, texts, others)


def _expect_channels(case, topic_arn, reader, texts, others):
    """One publish, and each protocol has its text."""
    inbox, made = len(case.inbox()), len(case.calls)
    result = case.attempt(topic_arn=topic_arn, texts=texts)
    if result.error:
        _explain_structure(case, result.error)
    calls = [call for call in shop.of(case.calls[made:], "Publish", "PublishBatch") if not call.error_code]
    entries = [entry for call in calls for entry in call.params.get("PublishBatchRequestEntries", [call.params])]
    if len(entries) != 1:
        reason, why = "not-published", "The subscribers get only what's published."
        if entries:
            reason = "published-twice"
            why = "One publish is enough: its message can hold a text for each protocol."
        case.not_yet(reason, got=case.said(_times(len(entries))), expected="one publish", why=why)
    _expect_nothing_at(case, others)
    envelopes = _read(case, reader)
    found = [("sqs", envelope["Message"]) for envelope in envelopes]
    for arrived in case.inbox()[inbox:]:
        in_envelope = arrived.protocol in ("https", "http", "email-json")
        found.append((arrived.protocol, json.loads(arrived.message)["Message"] if in_envelope else arrived.message))
    missing = {"sms", "email", "email-json", "https", "http", "sqs"} - {protocol for protocol, _ in found}
    if missing:
        case.not_yet(
            "not-delivered",
            got=case.said(f"Nothing arrived by {sorted(missing)[0]}."),
            expected="a text for every subscriber of the topic",
            why="A publish with this topic as TopicArn reaches all its subscribers.",
        )
    structured = entries[0].get("MessageStructure") == "json"
    if structured:  # what SNS sends by the protocols that the offline cloud has no endpoints for
        message = json.loads(entries[0]["Message"])
        devices = [("application", platform) for platform in shop.PUSH_PLATFORMS]
        for protocol, key in (("lambda", "lambda"), ("firehose", "firehose"), *devices):
            own = message.get(key)
            found.append((protocol, own if isinstance(own, str) else message["default"]))
    for protocol, text in found:
        wanted = texts.get(protocol, texts["email"][:PART] if protocol == "sms" else texts["email"])
        if text != wanted:
            reason, why = _why_not_text(protocol, text, texts, structured)
            got = case.said(f"The text for {protocol} was {_around(text, wanted)}.")
            case.not_yet(reason, got=got, expected=_around(wanted, text), why=why)
    _expect_message_id(case, result.value, envelopes[0])


def _why_not_text(protocol, text, texts, structured):
    """Return why this is not the text for the protocol."""
    if not structured:
        return (
            "not-structured",
            'This message is one text for all. SNS looks for several texts in it only with MessageStructure="json".',
        )
    if protocol == "sms" and texts.get("sms", "").startswith(text):
        return "text-for-phones-cut", "Your function was given a text for phones. It's sent as it is, however long."
    if protocol in texts:
        return (
            "own-text-missing",
            "Your function was given a text for this protocol. Send it as it is, under the protocol's name as its key.",
        )
    if protocol == "sms":
        return (
            "no-text-for-phones",
            f'There\'s no text for phones, so they get the first {PART} characters of the text for "email".',
        )
    return (
        "default-missing",
        'There\'s no text for this protocol, so it gets the text for "email" as it is.',
    )


def _explain_structure(case, error):
    """Say what SNS or Python refused about the message."""
    default = 'With MessageStructure="json" the message needs a key default: the text for protocols without their own.'
    shop.explain(case, error, "the message id", [
        ("no-default", "InvalidParameter", "No default entry", default),
        ("no-json", "InvalidParameter", "failed to parse",
         'With MessageStructure="json" the message has to be JSON. json.dumps writes it, and takes care of quotes and '
         "line breaks."),
        ("dictionary-as-message", "ParamValidationError", "parameter Message,",
         "Message has to be a string. json.dumps turns a dictionary into one."),
        ("sms-expected", "KeyError", "sms", "Your function isn't always given a text for phones."),
        ("default-expected", "KeyError", "default",
         "The dictionary that your function is given has no text for default. Your function has to choose one."),
    ])  # fmt: skip


# --- 05.4 ------------------------------------------------------------------------------------------------------------


def publish_all(case):
    """Short items, some refused; none; long ones, in bytes more than in characters; full batches; all refused; one."""
    topic_arn, reader, others = _topics(case)
    for news in (
        _short_news(case, case.draw.randrange(23, 29), 5),
        [],
        _half_batches(),
        _long_news(case),
        _short_news(case, 2 * BATCH, 0),
        _short_news(case, BATCH + 1, BATCH + 1),
        _short_news(case, BATCH, 6),
        [{"subject": "All", "text": "x" * BATCH_BYTES}],
    ):
        _expect_all_published(case, topic_arn, reader, news, others)


def _short_news(case, count, wrong):
    """Return so many items, some of them equal, and so many of them with subjects that SNS refuses."""
    made = [
        {"subject": case.draw.choice(NEWS), "text": f" {case.draw.choice(shop.GOODS)} & é.\r\n"} for _ in range(count)
    ]
    if count > wrong:
        made[case.draw.randrange(1, count - 1)] = {"subject": "x" * LONGEST_SUBJECT, "text": LOOKALIKE}
        made[-1] = dict(made[0])
    lines, sign = "two\nlines", chr(case.draw.choice([*range(1, 9), 11, 12, *range(14, 32), 127]))
    refused = [
        lines,
        lines,
        lines,
        f"strange {sign}",
        "x" * (LONGEST_SUBJECT + 1),
        "return\r",
        "tab\tin it",
        "long " * 30,
    ]
    places = case.draw.sample([place for place in range(count) if made[place]["text"] != LOOKALIKE], wrong)
    for number, place in enumerate(places):
        text = "Equal items can be refused, too." if number < 2 else f"{case.draw.choice(NEWS)}, {number}"
        made[place] = {"subject": refused[number % len(refused)], "text": text}
    return made


def _long_news(case):
    """Return items of which few fit into a request, among short ones.

    The first two fit together by their characters, even if each counts twice, but not by their bytes. Only a short text
    has accents, since boto3 takes a while to write them.
    """
    lengths = [60_000, 70_000, 80_000, 90_000]
    made = [
        {"subject": case.draw.choice(NEWS), "text": "x" * (length * case.draw.choice((2, 1)))} for length in lengths
    ]
    made += _short_news(case, 8, 2)
    case.draw.shuffle(made)
    return [{"subject": "é", "text": text} for text in ("☕" * 60, "x" * (BATCH_BYTES - 121))] + made


def _half_batches():
    """Return items of which the second to the fourth, one with accents, just fill a request; no other neighbours do."""
    half, accents = BATCH_BYTES // 2, "é☕" * 20
    size = len(accents.encode())
    texts = [
        "x" * (half + 1),
        "a" * half,
        accents,
        "b" * (half - size),
        "c" * (half + size + 1),
        "y" * half,
        "z" * (half + 1),
    ]
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
    return len(item["subject"]) > LONGEST_SUBJECT or not item["subject"].isprintable()


def _expect_all_published(case, topic_arn, reader, news, others):
    """All that can be is published once, in few requests; the others are returned in their sequence."""
    made = len(case.calls)
    result = case.attempt(topic_arn=topic_arn, news=news)
    case.did = f"publish_all with {len(news) or 'no'} items"
    calls = shop.of(case.calls[made:], "Publish", "PublishBatch")
    if result.error:
        _explain_batch_error(case, result.error, calls, news)
    _expect_nothing_at(case, others)
    refused = [item for item in news if _is_refused(item)]
    good = Counter((item["subject"], item["text"]) for item in news if not _is_refused(item))
    found = Counter((one.get("Subject"), one["Message"]) for one in _read(case, reader))
    expected = f"{good.total()} messages, one for each item that SNS accepts"
    if more := found - good:
        reason, why = (
            "published-twice",
            "Publish each item once. Every entry sends one more message to every subscriber.",
        )
        told = f"{_many(more, 'message')} too many arrived."
        if good - found and not _texts(good) - _texts(found):
            reason, why = "subjects-changed", "The texts are there. Each has to go out with its own subject, as it is."
        elif not _texts(more) - Counter(item["text"] for item in refused):
            reason = "refused-subjects-mended"
            why = (
                "SNS refuses the subjects that these items have. Subjects stay as they are, and the items are returned."
            )
        elif set(more) - set(good):
            reason = "texts-changed"
            why = "Subjects and texts are published as they are, spaces and line breaks included."
        if reason != "published-twice":
            told = f"{_many(more, 'message')} arrived with a subject or text that isn't in the list."
        case.not_yet(reason, got=case.said(f"{told} {_first(more)}"), expected=expected, why=why)
    if lost := good - found:
        why = "SNS accepts all of these, so each has to be published."
        if not set(lost) - set(found):
            why = "There are equal items in the list, and each of them has to be published."
        told = f"{_many(lost, 'item')} didn't arrive. {_first(lost)}"
        case.not_yet("items-lost", got=case.said(told), expected=expected, why=why)
    case.reach("published")
    _expect_refused(case, result.value, refused)
    if len(calls) > _fewest(news):
        reason = "too-many-requests"
        why = (
            f"A request has room for {BATCH} entries, and for {BATCH_BYTES:,} bytes of texts in all of them. Start "
            "another one only when the next item doesn't fit."
        )
        if _sent(calls, refused) > len(refused):
            reason = "refused-items-sent-again"
            why = "Items that SNS refused were sent more than once. It refuses the same subject every time."
        case.not_yet(
            reason,
            got=case.said(f"Your code made {len(calls)} requests to publish."),
            expected=f"{_fewest(news)} at most for these items",
            why=why,
        )


def _texts(messages):
    """Return how many of these messages have each text."""
    return Counter(text for _, text in messages.elements())


def _many(messages, what):
    """Return how many of these there are, such as "2 items"."""
    return f"{messages.total()} {what}{'s' if messages.total() > 1 else ''}"


def _first(messages):
    """Return how the first of these messages or items starts."""
    (subject, text), _ = next(iter(messages.items()))
    first = "It" if messages.total() == 1 else "The first one"
    begins = f"has the subject {_start(subject)}" if subject else "has no subject,"
    return f"{first} {begins} and the text {_start(text)}."


def _start(text):
    """Return a short text, or how a long one starts."""
    return repr(text) if len(text) <= 40 else f"{text[:40]!r}…"


def _sent(calls, items):
    """Return how often these items were sent."""
    done = [call.params for call in calls if not call.error_code or call.operation == "Publish"]
    entries = [entry for params in done for entry in params.get("PublishBatchRequestEntries", [params])]
    keys = [(item["subject"], item["text"]) for item in items]
    return sum((entry.get("Subject"), entry.get("Message")) in keys for entry in entries)


def _explain_batch_error(case, error, calls, news):
    """Say what SNS refused about the batch."""
    entries = _refused(calls).get("PublishBatchRequestEntries", [])
    texts = [str(entry.get("Message", "")) for entry in entries]
    size, characters = sum(len(text.encode()) for text in texts), sum(map(len, texts))
    reason = "batch-too-large"
    too_long = f"The texts of a batch can have {BATCH_BYTES:,} bytes in all. These had {size:,}."
    if characters <= BATCH_BYTES:
        reason = "characters-counted"
        too_long = (
            f"The texts of a batch can have {BATCH_BYTES:,} bytes in all. These had {size:,} bytes in {characters:,} "
            "characters: a character can take up to four bytes. len(text.encode()) counts bytes."
        )
    ids = [str(entry.get("Id")) for entry in entries]
    wrong = next((one for one in ids if not re.fullmatch(r"[A-Za-z0-9_-]{1,80}", one)), "")
    twice = next((one for one in ids if ids.count(one) > 1), "")
    shop.explain(case, error, "a list of the items that SNS refused" if news else "an empty list", [
        (reason, "BatchRequestTooLong", "", too_long),
        ("too-many-entries", "TooManyEntriesInBatchRequest", "",
         f"A batch can have {BATCH} entries, and this one had {len(entries)}. SNS published none of them."),
        ("empty-batch", "EmptyBatchRequest", "",
         "SNS refuses a batch without entries. When there's nothing to publish, leave it out."),
        ("invalid-id", "InvalidBatchEntryId", "",
         f"{wrong!r} can't be an Id. An Id has 1 to 80 characters: letters, digits, hyphens and underscores."),
        ("ids-not-distinct", "BatchEntryIdsNotDistinct", "",
         f"More than one entry of this batch has the Id {twice!r}. Ids have to differ within a batch, even those of "
         "equal items."),
        ("error-not-caught", "InvalidParameter", "Invalid parameter: Subject",
         "publish raises an error for a subject that SNS refuses. publish_batch doesn't: it lists the entry under "
         "Failed, and publishes the others."),
    ])  # fmt: skip


def _expect_refused(case, returned, refused):
    """The value is the list of the refused items, in their sequence."""
    if returned == refused:
        return
    expected = f"a list of the {len(refused)} items that SNS refused" if refused else "an empty list"
    reason = "not-the-items"
    why = "The list has to hold the items themselves, as they were given. A failure's Id leads back to its item."
    if not isinstance(returned, list):
        reason, why = "no-list", "The function returns a list, and an empty one when nothing was refused."
    elif not returned:
        reason = "failed-ignored"
        why = "Your list is empty. An entry that fails raises no error: the response has it under Failed, with its Id."
    elif all(isinstance(item, dict) and set(item) == {"subject", "text"} for item in returned):
        mine, right = (Counter((item["subject"], item["text"]) for item in items) for items in (returned, refused))
        reason, why = (
            "other-order-of-items",
            "These are the right items, but not in the sequence that they have in news.",
        )
        if mine != right:
            reason = "other-items"
            why = (
                "The list has every item that SNS refused, equal ones too, and no others. Each response lists its "
                "failures under Failed, by the Ids of its own batch."
            )
            more, lost = mine - right, right - mine
            told = f"Your list has {_many(more, 'item')} too many. {_first(more)}" if more else ""
            returned = case.said(told or f"Your list lacks {_many(lost, 'refused item')}. {_first(lost)}")
    case.not_yet(reason, got=returned, expected=expected, why=why)


# --- 05.5 ------------------------------------------------------------------------------------------------------------


def who_listens(case):
    """No topics; a few with names that are alike; a full page of them, and a third page; subscribers on all pages."""
    few, edge, many, nobody, missing = (
        case.name(stem) for stem in case.draw.sample(["news", "alarms", "jobs", "tips", "Offers"], 5)
    )
    _expect_report(case, missing, None)
    alike = [one for name in (few, many, missing) for one in (f"old-{name}", f"{name}-2", name.swapcase())]
    _alike_topics(case, alike)
    arns = {name: shop.topic(case, name) for name in (few, nobody)}
    after = [f"new-{few}", f"{few}-3", few.title()]
    _alike_topics(case, after)
    alike += after
    _expect_report(case, few, _listeners(case, arns[few], {"sms": 2, "https": 1}, 2))
    case.reach("listed")

    more = [f"{case.draw.choice(alike)}-{number}" for number in case.draw.sample(range(1000), 2 * PAGE)]
    for _ in range(len(alike) + len(arns), PAGE - 1):
        shop.topic(case, more.pop())
    arns[edge] = shop.topic(case, edge)  # the last one on a full page
    case.client("sns", "eu-west-1").create_topic(Name=missing)
    _expect_report(case, nobody, {"confirmed": {}, "pending": []})
    _expect_report(case, missing, None)
    _expect_report(case, edge, _listeners(case, arns[edge], {"sqs": 90, "email": 3, "http": 1}, PAGE - 94))
    for _ in range(PAGE):
        shop.topic(case, more.pop())
    arns[many] = shop.topic(case, many)  # on the third page
    _alike_topics(case, [f"new-{many}", f"{many}-3", many.title()])
    kinds = {"email": 4, "email-json": 2, "sms": 138, "https": 3, "sqs": 50, "lambda": 2, "firehose": 2}
    _expect_report(case, many, _listeners(case, arns[many], kinds, 9))
    _expect_report(case, missing, None)
    _expect_report(case, nobody, _listeners(case, arns[nobody], {}, 3))


def _alike_topics(case, names):
    """Create topics of these names, with listeners."""
    for name in names:
        _listeners(case, shop.topic(case, name), {"sms": 2}, 0)


def _listeners(case, topic_arn, counts, pending):
    """Subscribe so many by each protocol, and so many that don't confirm; return the report that's expected.

    Mailboxes that confirmed have a subscription by email-json as well, pending or confirmed. Some endpoints look like
    the word that takes the place of an ARN. The same endpoints can occur on several topics.
    """
    plan = [(protocol, True) for protocol, count in counts.items() for _ in range(count)]
    twin = pending and "email" in counts
    kinds = shop.shuffled(case, ["email", "https", "http", "queue of another account"])
    plan += [(kinds[number % len(kinds)], False) for number in range(pending - bool(twin))]
    case.draw.shuffle(plan)
    owner, region = topic_arn.split(":")[4], topic_arn.split(":")[3]
    forms = {
        "email": "{1}{0}@shop.example",
        "email-json": "{1}{0}@json.example",
        "sms": "+447700{0}",
        "https": "https://{1}{0}.example/",
        "http": "http://{1}{0}.example/",
        "sqs": f"arn:aws:sqs:{region}:{owner}:{{1}}-{{0}}",
        "queue of another account": f"arn:aws:sqs:{region}:111122223333:{{1}}-{{0}}",
        "lambda": f"arn:aws:lambda:{region}:{owner}:function:{{1}}-{{0}}",
        "firehose": f"arn:aws:firehose:{region}:{owner}:deliverystream/{{1}}-{{0}}",
    }
    words = ["ada", "Grace", PENDING]
    confirmed, waiting = {}, []
    numbers = case.draw.sample([*range(100, 999), *range(10_000, 10_999)], len(plan))
    for number, (protocol, confirms) in zip(numbers, plan, strict=True):
        endpoint = forms[protocol].format(number, case.draw.choice(words))
        protocol = "sqs" if protocol == "queue of another account" else protocol
        must_confirm = protocol in ("email", "email-json", "https", "http")
        _subscribe(case, topic_arn, protocol, endpoint, confirm=confirms and must_confirm)
        (confirmed.setdefault(protocol, []) if confirms else waiting).append(endpoint)
    if twin:
        _subscribe(case, topic_arn, "email-json", confirmed["email"][0])
        waiting.append(confirmed["email"][0])
    if "email-json" in counts:
        _subscribe(case, topic_arn, "email-json", confirmed["email"][-1], confirm=True)
        confirmed["email-json"].append(confirmed["email"][-1])
    return {"confirmed": {protocol: sorted(found) for protocol, found in confirmed.items()}, "pending": sorted(waiting)}


def _topic_arns(case):
    """Return the ARNs of all topics."""
    pages = case.sns.get_paginator("list_topics").paginate()
    return {topic["TopicArn"] for page in pages for topic in page["Topics"]}


def _expect_report(case, name, wanted):
    """The report on the topic, and nothing is changed."""
    made, there = len(case.calls), _topic_arns(case)
    result = case.attempt(topic_name=name)
    if wanted is None:
        case.did += " with no topic of this name"
    calls = case.calls[made:]
    _expect_only_read(case, calls, there)
    if result.error:
        _explain_report_error(case, result.error, wanted, calls)
    if result.value == wanted:
        return
    expected = "None" if wanted is None else _report_in_short(wanted)
    reason, why = _why_not_report(result.value, wanted, len(there))
    case.not_yet(reason, got=result.value, expected=expected, why=why)


def _expect_only_read(case, calls, there):
    """Nothing was created or changed. Creating a topic that's there only returns its ARN."""
    for call in calls:
        if call.operation.startswith(("Get", "List")) or call.error_code:
            continue
        reason, why = "something-changed", "A report only reads: list_... and get_... are enough for it."
        if call.operation == "CreateTopic":
            if call.response["TopicArn"] in there:
                continue
            reason = "topic-created"
            why = "When there's no topic of this name, create_topic makes one. The list of topics shows what's there."
        case.not_yet(
            reason, got=case.said(f"Your code called {call.operation}."), expected="a report that only reads", why=why
        )


def _report_in_short(report):
    """Return what the report should hold, in words."""
    if not report["confirmed"] and not report["pending"]:
        return repr(report)
    protocols = ", ".join(f"{len(found)} by {protocol}" for protocol, found in sorted(report["confirmed"].items()))
    return f"a report with {len(report['pending'])} pending, and confirmed {protocols or 'none'}"


def _explain_report_error(case, error, wanted, calls):
    """Say why the answer could not make its report."""
    pending = f"Until somebody confirms, the list has the word {PENDING} in place of the ARN."
    whys = [("no-next-token-key", "KeyError", "NextToken", "The last page has no NextToken.")]
    if wanted is None:
        missing = "There's no topic of this name. The function returns None then."
        errors = ("NotFound", "IndexError", "StopIteration", "UnboundLocalError")
        whys += [("no-topic", kind, "", missing) for kind in errors]
        whys += [
            ("no-topic", "TypeError", "NoneType", missing),
            ("no-topic", "ParamValidationError", "TopicArn, value: None", missing),
        ]
    elif error.message.strip("'\"") in wanted["confirmed"]:
        new_key = "This protocol isn't in the dictionary yet. setdefault puts a key there, if it's missing."
        whys.append(("protocol-key-missing", "KeyError", "", new_key))
    if _refused(calls).get("SubscriptionArn") == PENDING:
        whys.append(("pending-as-arn", "InvalidParameter", "An ARN must have at least 6 elements", pending))
    shop.explain(case, error, "None" if wanted is None else _report_in_short(wanted), whys)


def _why_not_report(returned, wanted, topics):
    """Return why this is not the report."""
    if wanted is None:
        return "not-none", "There's no topic with exactly this name. The function returns None then."
    if returned is None and wanted == {"confirmed": {}, "pending": []}:
        return (
            "none-for-nobody",
            "The topic is there. Nobody is subscribed to it, so the report is empty, but not None.",
        )
    if returned is None:
        why = "The topic is there. Its name is the last part of its ARN, letter by letter."
        if topics > PAGE:
            why = f"The topic is there. There are {topics} topics, and SNS lists them in pages of {PAGE}."
        return "topic-not-found", why
    if not isinstance(returned, dict) or set(returned) != {"confirmed", "pending"}:
        return "wrong-report-keys", 'The report is a dictionary with the keys "confirmed" and "pending".'
    confirmed, pending = returned["confirmed"], returned["pending"]
    if not isinstance(confirmed, dict) or not isinstance(pending, list):
        return (
            "wrong-report-types",
            '"confirmed" is a dictionary from protocol to endpoints, and "pending" is a list of endpoints.',
        )
    if any(not isinstance(found, list) for found in confirmed.values()):
        return "no-list-of-endpoints", "Each protocol has a list of endpoints."
    return _why_not_listeners(confirmed, pending, wanted)


def _why_not_listeners(confirmed, pending, wanted):
    """Return why these are not the ones who listen."""
    mine = Counter(_places(confirmed, pending))
    right = Counter(_places(wanted["confirmed"], wanted["pending"]))
    more, lost = mine - right, right - mine
    endpoints = {endpoint for _, endpoint in right}
    if strangers := [endpoint for _, endpoint in more if endpoint not in endpoints]:
        return "other-listeners", f"{min(strangers)} isn't subscribed to the topic with exactly this name."
    for place, endpoint in sorted(more):
        if place != "pending" and ("pending", endpoint) in lost:
            why = f"{endpoint} still has to confirm: its SubscriptionArn in the list is the word {PENDING}."
            return "pending-as-confirmed", why
        if place == "pending" and any(there == endpoint for _, there in lost):
            why = f"{endpoint} gets messages: its SubscriptionArn in the list is an ARN."
            return "confirmed-as-pending", why
    if more:
        place, endpoint = min(more)
        if right[place, endpoint]:
            return (
                "listed-twice",
                f"{endpoint} is more than once under {place!r}, but has one subscription of that kind.",
            )
        return "wrong-place", f"{endpoint} is under {place!r}, but has no subscription of that kind."
    if lost and mine and mine.total() % PAGE == 0:
        why = f"SNS lists subscriptions in pages of {PAGE}. Your report has {mine.total()} of the {right.total()}."
        return ("first-page-only", why) if mine.total() == PAGE else ("pages-missing", why)
    if lost:
        place, endpoint = min(lost)
        why = f"Your report lacks {lost.total()} of {right.total()} endpoints, for example {endpoint} under {place!r}."
        return "listeners-missing", why
    if any(not found for found in confirmed.values()):
        return "empty-protocols", "A protocol is in the report only if some endpoint gets messages by it."
    return "not-sorted", "The lists have the right endpoints, but not all of them in the order of sorted()."


def _places(confirmed, pending):
    """Yield each endpoint of a report, with the protocol that it's under, or "pending"."""
    yield from ((protocol, str(endpoint)) for protocol, found in confirmed.items() for endpoint in found)
    yield from (("pending", str(endpoint)) for endpoint in pending)
