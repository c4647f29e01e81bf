"""Snapshots of the offline cloud as plain data for pictures. They make no call, draw no id and move no time."""

import heapq
import json
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from helpers.aws_rules.common import steps
from helpers.aws_rules.policies.conditions import as_list
from helpers.aws_rules.sqs import redrive
from helpers.aws_rules.sqs.region import SqsRegion
from helpers.backends.calls import Call
from helpers.backends.run_story import names_of
from helpers.errors import CloudError
from helpers.simulation.worlds import World

STATES = {"visible": "", "in flight": "NotVisible", "delayed": "Delayed"}


def queue(world: World, region: str, url: str, most: int) -> dict[str, Any]:
    """Return what a queue holds now; CloudError when there is no queue at this URL.

    most: how many messages of each state to describe.
    """
    return _drawn(find_queue(world, region, url), most)


def find_queue(world: World, region: str, url: str) -> Any:
    """Return the queue at this URL, or with this name in the first account; CloudError when there is none."""
    number, _, name = urlsplit(url).path.strip("/").rpartition("/")
    account = world.accounts.get(number) if number else world.accounts.all()[0]
    found = account.service(SqsRegion, region).queues.get(name) if account else None
    if found is None:
        raise CloudError(f"There's no queue {url!r} in {region}.")
    return found


def _drawn(queue: Any, most: int) -> dict[str, Any]:
    now, time = queue.now(), queue.owner.world.clock.now()
    with queue.owner.accounts.changed:
        stored = _kept(queue)
        states = [_state(message, now) for message in stored]
        counts = {state: states.count(state) for state in STATES}
        described = _choose(queue, stored, states, most)
        return {
            "name": queue.name,
            "kind": "FIFO" if queue.fifo_queue else "standard",
            "at": f"{time:%H:%M:%S}, {time.day} {time:%b}",
            "counts": counts,
            "reported": _reported(queue, counts),
            "messages": [_message(message, now) for message in described],
            "groups": _groups(stored, states, now, most) if queue.fifo_queue else [],
            "deleted": queue.deleted,
            "visibility_timeout": queue.visibility_timeout,
            "retention": queue.message_retention_period,
            "dead_letters": _dead_letters(queue, most),
            "sources": [source.name for source in redrive.sources(queue)],
            "policy": policy_in_words(queue.policy),
        }


def _kept(queue: Any) -> list[Any]:
    return [message for message in queue.stored.values() if not queue.is_expired(message)]


def _choose(queue: Any, stored: list[Any], states: list[str], most: int) -> list[Any]:
    """Return up to `most` messages of each state, in the queue's sequence.

    Those in flight or delayed are the ones that can be received soonest; of a FIFO queue's others each group has some.
    """
    places: Counter[str] = Counter()
    ranked: dict[str, list[tuple[float, int]]] = {state: [] for state in STATES}
    for number, (message, state) in enumerate(zip(stored, states, strict=True)):
        rank = max(message.visible_at, message.delayed_until)
        if state == "visible":
            group = message.group_id if queue.fifo_queue else ""
            places[group] += 1
            rank = places[group]
        ranked[state].append((rank, number))
    chosen = [number for each in ranked.values() for _, number in heapq.nsmallest(most, each)]
    return [stored[number] for number in sorted(chosen)]


def _groups(stored: list[Any], states: list[str], now: float, most: int) -> list[dict[str, Any]]:
    """Return up to `most` message groups: how many of their messages are visible, and what these are blocked by."""
    visible: Counter[str] = Counter()
    first: dict[str, Any] = {}
    for message, state in zip(stored, states, strict=True):
        first.setdefault(message.group_id, message)
        visible[message.group_id] += state == "visible"
    names = [name for name in first if visible[name]][:most]
    blocked = {name: _message(first[name], now) for name in names if _state(first[name], now) != "visible"}
    return [{"name": name, "visible": visible[name], "behind": blocked.get(name)} for name in names]


def _dead_letters(queue: Any, most: int) -> dict[str, Any] | None:
    target = redrive.target(queue)
    if target is None:
        return None
    kept = _kept(target)
    return {
        "name": target.name,
        "after": queue.redrive_policy["maxReceiveCount"],
        "count": len(kept),
        "messages": [{"id": message.id, "body": message.body} for message in kept[:most]],
    }


def _reported(queue: Any, counts: dict[str, int]) -> dict[str, int]:
    """Return the counters that GetQueueAttributes would report now; an unkind cloud's lag."""
    exact = (counts["visible"], counts["in flight"], counts["delayed"])
    told = queue.owner.unkindness.would_tell(queue.queue_arn, lambda: exact, queue.owner.time())
    return dict(zip(STATES, told, strict=True))


def _state(message: Any, now: float) -> str:
    if message.visible_at > now:
        return "in flight"
    return "delayed" if message.delayed_until > now else "visible"


def _message(message: Any, now: float) -> dict[str, Any]:
    until = max(message.visible_at, message.delayed_until)
    began = message.hidden_from if message.visible_at > now else message.sent_timestamp
    return {
        "id": message.id,
        "body": message.body,
        "state": _state(message, now),
        "left": max(0.0, (until - now) / 1000),
        "of": max(0.0, (until - began) / 1000),
        "receives": message.approximate_receive_count,
        "by": message.receiver,
        "group": message.group_id or "",
    }


def policy_in_words(text: str | None) -> list[str]:
    """Return who the policy allows to do what, in a few words for each statement."""
    told = []
    for statement in as_list(json.loads(text).get("Statement")) if text else ():
        keys = dict.fromkeys(key for each in statement.get("Condition", {}).values() for key in each)
        condition = f", on a condition about {', '.join(keys)}" if keys else ""
        verb = "denies" if statement.get("Effect") == "Deny" else "allows"
        told.append(f"{verb} {_element(statement, 'Principal')} {_element(statement, 'Action')}{condition}")
    return told


def _element(statement: dict[str, Any], name: str) -> str:
    """Return the values of a statement's element, such as Action, or of its negated form."""
    values = statement.get(name, statement.get(f"Not{name}"))
    values = [one for many in values.values() for one in as_list(many)] if isinstance(values, dict) else as_list(values)
    everything = "everyone" if name == "Principal" else "everything"
    said = ", ".join(everything if one == "*" else str(one) for one in values)
    return f"all but {said}" if f"Not{name}" in statement else said


def timeline(
    journal: Sequence[steps.Step],
    message_id: str,
    now: datetime,
    made: Iterable[Call] = (),
    endpoints: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """Return the fields of a Timeline for one message.

    message_id: "" for the one to which something happened last. made: the journal's calls, which can hold the message's
    text. endpoints: of subscriptions, by their ARNs, where they're known.
    """
    message_id = message_id or next((step.message for step in reversed(journal) if step.message), "")
    of_it: list[steps.Step] = []
    for step in journal:
        purged = step.what == steps.PURGED and step.where in {earlier.where for earlier in of_it}
        if purged or step.message == message_id:
            of_it.append(step)
    carried = (call for call in made if message_id.encode() in call.exchanges[-1].reply) if of_it else ()
    start = of_it[0].at if of_it else now
    return {
        "message": message_id,
        "name": names_of(carried).get(message_id, ""),
        "start": start.isoformat(),
        "now": (now - start).total_seconds(),
        "steps": tuple(
            {
                "at": (step.at - start).total_seconds(),
                "what": step.what,
                **_place(step.where, endpoints or {}),
                "reason": step.reason,
                "hidden": step.hidden,
                "by": _who(step),
            }
            for step in of_it
        ),
    }


def endpoints(world: World, journal: Iterable[steps.Step]) -> dict[str, str]:
    """Return the endpoints of the subscriptions that these steps name and that still exist, by their ARNs."""
    from helpers.aws_rules.sns.region import SnsRegion

    found = {}
    for where in {step.where for step in journal if step.where.startswith("arn:") and step.where.count(":") == 6}:
        _, _, _, region, number, _ = where.split(":", 5)
        account = world.accounts.get(number)
        one = account.service(SnsRegion, region).subscriptions.get(where) if account else None
        if one:
            found[where] = _endpoint(one.protocol, one.endpoint)
    return found


def _place(where: str, endpoints: Mapping[str, str]) -> dict[str, str]:
    """Return the kind and name of where a step happened."""
    if not where.startswith("arn:"):
        return {"kind": "", "where": where}  # a phone number
    service, name = where.split(":")[2], where.split(":")[5]
    if service == "sqs":
        return {"kind": "queue", "where": name}
    if where.count(":") == 5:
        return {"kind": "topic" if "/" not in name else "", "where": name}
    return {"kind": "subscription", "where": endpoints.get(where, f"{name} {where[-4:]}")}


def _who(step: steps.Step) -> str:
    """Return who did it, by the name that a learner knows."""
    return "this notebook" if step.what == steps.RECEIVED and not step.by else step.by


def inbox(arrived: Sequence[Any], confirmed: Sequence[bool]) -> list[dict[str, Any]]:
    """Return what arrived outside queues, for a picture. confirmed: for each whether what it asks for has been done."""
    return [
        {
            "at": f"{mail.at:%H:%M:%S}",
            "protocol": mail.protocol,
            "endpoint": mail.endpoint,
            "subject": mail.subject,
            "message": mail.message,
            "link": mail.confirm_url,
            "confirmed": done,
        }
        for mail, done in zip(arrived, confirmed, strict=True)
    ]


def confirmed(world: World, arrived: Iterable[Any]) -> list[bool]:
    """Return for each delivery whether it asked to confirm a subscription that has been confirmed by now."""
    return [bool(mail.confirm_url) and _is_confirmed(world, mail.confirm_url) for mail in arrived]


def _is_confirmed(world: World, link: str) -> bool:
    from helpers.aws_rules.sns.region import SnsRegion

    asked = dict(parse_qsl(urlsplit(link).query))
    _, _, _, region, number, _ = asked["TopicArn"].split(":")
    owner = world.accounts.get(number)
    subscriptions = owner.service(SnsRegion, region).subscriptions.values() if owner else ()
    return any(one.token == asked["Token"] and not one.pending for one in subscriptions)


PUBLISHES = 5  # of a topic, whose fate a picture shows
_FAILED = (steps.REFUSED, steps.RETRYING)


def fan_out(world: World, region: str) -> list[dict[str, Any]]:
    """Return the topics of this region with their subscriptions, and what became of each topic's last publishes.

    What was sent straight to phones and devices comes last, as a topic without a name.
    """
    from helpers.aws_rules.sns.region import SnsRegion
    from helpers.aws_rules.sns.subscriptions import of_topic

    published: dict[str, list[steps.Step]] = {}  # by the topic's ARN
    about: dict[str, list[steps.Step]] = {}  # by the message's id
    direct = []
    for step in world.journal:
        if isinstance(step, steps.Step) and step.message:
            about.setdefault(step.message, []).append(step)
            if step.what == steps.PUBLISHED:
                published.setdefault(step.where, []).append(step)
            elif step.text and (step.where.startswith("+") or f":{region}:" in step.where):
                direct.append(step)
    topics = [t for account in world.accounts.all() for t in account.service(SnsRegion, region).topics.values()]
    drawn = []
    for topic in topics:
        last = published.get(topic.arn, [])[-PUBLISHES:]
        edges = [
            subscription_in_words(topic.arn, one.protocol, one.endpoint, one.settings, one.pending)
            | {"outcomes": [_outcome(about[step.message], one.arn, topic.arn) for step in last]}
            for one in of_topic(topic)
        ]
        drawn.append(topic_in_words(topic.arn) | {"publishes": _publishes(last), "subscriptions": edges})
    return drawn + ([_straight(direct[-PUBLISHES:])] if direct else [])


def topic_in_words(arn: str) -> dict[str, Any]:
    """Return what its ARN tells about a topic. A cloud that doesn't tell about deliveries has no publishes."""
    *_, account, name = arn.split(":")
    kind = "FIFO" if name.endswith(".fifo") else "standard"
    return {"name": name, "account": account, "kind": kind, "publishes": None}


def subscription_in_words(
    topic_arn: str, protocol: str, endpoint: str, settings: Mapping[str, str], pending: bool
) -> dict[str, Any]:
    """Return a subscription and its settings, without the fate of messages. account: of a queue, if not the topic's."""
    dead_letters = json.loads(settings.get("RedrivePolicy") or "{}").get("deadLetterTargetArn", "")
    account = endpoint.split(":")[4] if endpoint.startswith("arn:") else ""
    return {
        "protocol": protocol,
        "endpoint": _endpoint(protocol, endpoint),
        "account": "" if account in topic_arn.split(":") else account,
        "pending": pending,
        "raw": settings.get("RawMessageDelivery") == "true",
        "filter": settings.get("FilterPolicy", ""),
        "scope": settings.get("FilterPolicyScope", "MessageAttributes"),
        "dead_letters": dead_letters.rpartition(":")[2],
        "outcomes": None,
    }


def _endpoint(protocol: str, endpoint: str) -> str:
    """Return where a subscription delivers to: an address, or the name of a queue, a stream, or a device's app."""
    parts = re.split("[:/]", endpoint) if endpoint.startswith("arn:") else [endpoint]
    return parts[-2] if protocol == "application" and len(parts) > 1 else parts[-1]


def _publishes(last: list[steps.Step]) -> list[dict[str, str]]:
    return [{"text": step.text, "by": step.by, "at": f"{step.at:%H:%M:%S}"} for step in last]


def _straight(last: list[steps.Step]) -> dict[str, Any]:
    """Return what was published without a topic, as a topic whose name is ""."""
    edges = []
    for where in dict.fromkeys(step.where for step in last):
        protocol = "application" if where.startswith("arn:") else "sms"
        outcomes = [_outcome([step], where, where) for step in last]
        edges.append(subscription_in_words(where, protocol, where, {}, False) | {"outcomes": outcomes})
    return {"name": "", "account": "", "kind": "", "publishes": _publishes(last), "subscriptions": edges}


def _outcome(about: list[steps.Step], arn: str, topic_arn: str) -> dict[str, Any]:
    """Return what became of one message on its way to one subscription; `what` is "" if it didn't go this way.

    why: the reason. tries: how often SNS tried in vain. next: when it tries again, or "". end: why
    the message is lost.
    """
    own, last = [], ""
    for step in about:
        last = last if step.what == steps.MOVED else step.where  # that step is at the dead-letter queue
        own += [step] if last == arn else []
    if not own:
        return {"what": "", "why": "", "tries": 0, "next": "", "end": ""}
    failed = [step for step in own if step.what in _FAILED]
    reason = failed[-1].reason if failed and own[-1].what != steps.DELIVERED else own[-1].reason
    again = own[-1].at + timedelta(seconds=own[-1].wait)
    return {
        "what": own[-1].what,
        "why": ""
        if own[-1].what == steps.DELIVERED
        else _with_names(reason.partition(steps.TRIES_AGAIN)[0], topic_arn),
        "tries": len(failed),
        "next": f"{again:%H:%M:%S}" if own[-1].what == steps.RETRYING else "",
        "end": _with_names(own[-1].reason, topic_arn) if own[-1].what == steps.LOST else "",
    }


def _with_names(reason: str, topic_arn: str) -> str:
    """Return the reason with names in place of ARNs of the topic's own region and account, which everybody knows."""
    _, _, _, region, account, *_ = f"{topic_arn}::::".split(":")
    return re.sub(rf"arn:[\w-]+:\w+:{re.escape(region)}:{re.escape(account)}:", "", reason) if account else reason
