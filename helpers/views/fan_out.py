"""Topics and their subscriptions as a graph: what became of the latest publishes for each subscriber, and why."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from helpers.views import kit
from helpers.views.message_name import name_of
from helpers.views.words import columns, counted, cut

MOST_EDGES, MOST_TOPICS = 12, 8  # that a picture draws
_LONGEST_WHY, _LONGEST_NAME = 170, 60  # characters in the drawing
NO_TOPIC = "There is no topic yet."
ELSEWHERE = "These are the subscriptions and their settings. This cloud doesn't say what became of each message."
DIRECT = "Straight to phones, without a topic"
_KINDS = {
    "sqs": "queue",
    "email": "email",
    "email-json": "email (JSON)",
    "sms": "SMS",
    "application": "phone app",
    "http": "web address",
    "https": "web address",
    "lambda": "Lambda function",
    "firehose": "Firehose stream",
}
# What became of a message on its way, those that need a look first: a state of the drawing and a mark in the text.
_STATES = {
    "refused": ("dead", "✕"),
    "gave up": ("dead", "✕"),
    "retrying": ("again", "↻"),
    "not confirmed": ("wait", "○"),
    "filtered out": ("skip", "○"),
    "paused": ("skip", "○"),
    "nothing published yet": ("idle", "·"),
    "subscribed since": ("idle", "·"),
    "": ("idle", "·"),
    "delivered": ("good", "✓"),
}
_GLYPHS = {"skip": "none", "wait": "none"}  # where the state has no glyph of its own
_MEANINGS = {"good": "delivered", "none": "not sent on", "again": "retrying", "dead": "not delivered"}


def _soft(name: str) -> str:
    """Return a name that can go on in a new line after its punctuation."""
    return re.sub(r"(?<=[-_.:/@?&=,])(?=\w)", "\u200b", cut(name, _LONGEST_NAME))


@dataclass(frozen=True)
class FanOut:
    """The picture of topics as helpers.backends.offline.snapshot.fan_out returns them."""

    topics: Sequence[Mapping[str, Any]]

    def __repr__(self) -> str:
        if not self.topics:
            return NO_TOPIC
        return "\n".join([*map(_text, self._drawn), *self._notes])

    def _repr_html_(self) -> str:
        drawn = self._drawn
        edges = [edge for topic in drawn for edge in topic["edges"]]
        glyphs = {glyph for edge in edges for glyph, _ in edge["marks"]}
        most = max((len(edge["marks"]) for edge in edges), default=0)
        head: dict[str, Any] = {
            "kind": "Fan-out",
            "name": "",
            "facts": [counted(len(self.topics), "topic")] if drawn else [],
        }
        if len(drawn) == 1:
            head = {"kind": drawn[0]["heading"], "name": drawn[0]["name"], "facts": drawn[0]["facts"]}
        return kit.draw(
            "fan_out",
            **head,
            label=" ".join(topic["label"] for topic in drawn) or NO_TOPIC,
            twin=repr(self) if drawn else "",
            topics=drawn,
            key=[(glyph, word) for glyph, word in _MEANINGS.items() if glyph in glyphs],
            key_says="The last publish:" if most == 1 else f"The last {most} publishes, newest right:",
            notes=self._notes if drawn else [NO_TOPIC],
            longest_why=_LONGEST_WHY,
            longest_name=_LONGEST_NAME,
            soft=_soft,
        )

    @cached_property
    def _drawn(self) -> list[dict[str, Any]]:
        accounts = {topic["account"] for topic in self.topics if topic["name"]}
        return [_topic(topic, len(accounts) > 1) for topic in self.topics[:MOST_TOPICS]]

    @property
    def _notes(self) -> list[str]:
        left = self.topics[MOST_TOPICS:]
        names = ", ".join(cut(topic["name"], _LONGEST_NAME) for topic in left if topic["name"])
        notes = [f"+ {counted(len(left), 'more topic')}: {names}"] if left else []
        return notes + ([ELSEWHERE] if any(topic["publishes"] is None for topic in self.topics) else [])


def _topic(data: Mapping[str, Any], accounts: bool) -> dict[str, Any]:
    """Return what's drawn of a topic, or of what was published without one. accounts: whether to name its account."""
    name, publishes = data["name"], data["publishes"] or []
    edges = [_edge(one, bool(publishes)) for one in data["subscriptions"]]
    kind = "FIFO topic" if data["kind"] == "FIFO" else "topic"
    heading = f"{kind[:1].upper()}{kind[1:]}" if name else DIRECT
    size = counted(len(edges), "subscription" if name else "receiver") if edges else "no subscription"
    facts = [f"account {data['account']}"] if accounts and data["account"] else []
    facts += [f"last publish {name_of(publishes[-1]['text'])} at {publishes[-1]['at']}"] if publishes else []
    # Those that need a look first are drawn, in the order of the subscriptions.
    ranked = sorted(range(len(edges)), key=lambda n: (list(_STATES).index(edges[n]["word"]), n))
    left = _by_word([edges[n] for n in ranked[MOST_EDGES:]])
    more = f"+ {counted(len(edges) - MOST_EDGES, 'more subscription')}{': ' if left else ''}{left}."
    gone = ", so what was published is gone" if publishes else ""
    title, told = f"{heading} {name}".strip(), _by_word(edges)
    return {
        "name": name,
        "kind": kind,
        "heading": heading,
        "title": title,
        "facts": [*facts, size],
        "label": f"{title}, {size}" + (f": {told}." if told else "."),
        "published": [name_of(one["text"]) for one in publishes],
        "publishers": ", ".join(dict.fromkeys(cut(one["by"]) or "this notebook" for one in publishes)) or "publisher",
        "edges": [edges[n] for n in sorted(ranked[:MOST_EDGES])],
        "more": more if len(edges) > MOST_EDGES else "",
        "empty": "" if edges else f"It has no subscriptions{gone}.",
    }


def _edge(data: Mapping[str, Any], published: bool) -> dict[str, Any]:
    """Return what's drawn of a topic's way to one subscription. published: whether anything was."""
    name, outcomes, dead_letters = cut(data["endpoint"]), data["outcomes"] or (), data["dead_letters"]
    seen = [outcome for outcome in outcomes if outcome["what"]]  # since it subscribed, oldest first
    last = seen[-1] if seen else {"what": "", "end": ""}
    word = _word(last)
    if not seen and data["pending"]:
        word = "not confirmed"
    elif not seen and data["outcomes"] is not None:
        word = "subscribed since" if published else "nothing published yet"
    states = [(_STATES[each][0], each) for each in map(_word, seen)]
    count = f"{sum(outcome['what'] == 'delivered' for outcome in seen)} of {len(seen)}" if seen else ""
    fates = {"lost": "lost, refused by" if dead_letters else "lost: no dead-letter queue", "moved": "moved to"}
    return {
        "protocol": data["protocol"],
        "kind": _KINDS.get(data["protocol"], data["protocol"]),
        "name": name,
        "short_name": name.partition("://")[2] or name,  # beside the word "web address"
        "owner": f"account {data['account']}" if data["account"] else "",
        "raw": "raw delivery" if data["raw"] else "",
        "word": word,
        "state": _STATES[word][0],
        "signs": "".join(_STATES[_word(outcome)][1] for outcome in outcomes),
        "marks": [(_GLYPHS.get(state, state), each) for state, each in states],
        "count": f"{count} delivered" if count and word != "delivered" else count,
        "filter": cut(data["filter"]),
        "scope": "the body" if data["scope"] == "MessageBody" else "message attributes",
        "why": _why(data, last, word),
        "fate": fates.get(last["what"], "dead letters go to" if dead_letters else ""),
        "dead_letters": dead_letters,
        "end": cut(last["end"]) if dead_letters else "",
    }


def _why(data: Mapping[str, Any], last: Mapping[str, Any], word: str) -> str:
    """Return why the last publish wasn't delivered, as a sentence; "" if it was."""
    if word == "subscribed since":
        return "It gets the next publish."
    if last["what"] == "not confirmed" and not data["pending"]:
        return "The subscription wasn't confirmed yet."
    why = cut(last.get("why", "")).removeprefix(f"{cut(data['endpoint'])} ")
    if word == "retrying":
        why += f", {counted(last['tries'], 'attempt')} so far. SNS tries again at {last['next']}"
    elif word == "gave up":
        why += f". SNS gave up after {last['tries']} attempts"
    return f"{why[:1].upper()}{why[1:]}." if why else ""


def _text(topic: Mapping[str, Any]) -> str:
    """Return a topic in words."""
    lines = [f"{topic['title']}: {', '.join(topic['facts'])}"]
    lines += [f"  {topic['publishers']} published {', '.join(topic['published'])}"] if topic["published"] else []
    rows = [[edge[key] for key in ("kind", "name", "word", "signs", "count")] for edge in topic["edges"]]
    for edge, line in zip(topic["edges"], columns(rows, "  ").splitlines(), strict=True):
        policy = f"filter policy on {edge['scope']}: {edge['filter']}" if edge["filter"] else ""
        fate = f"{edge['fate']} {edge['dead_letters']}".strip() if edge["fate"] else ""
        notes = (edge["owner"], policy, edge["raw"], edge["why"], fate, edge["end"])
        lines += [line, *(f"      {note}" for note in notes if note)]
    return "\n".join([*lines, *(f"  {topic[key]}" for key in ("empty", "more") if topic[key])])


def _word(outcome: Mapping[str, Any]) -> str:
    """Return the outcome of a delivery in a word or two."""
    if outcome["what"] in ("refused", "lost", "moved"):
        return "gave up" if outcome["tries"] > 1 else "refused"
    return outcome["what"]


def _by_word(edges: Sequence[Mapping[str, Any]]) -> str:
    """Return how many ways there are with each outcome."""
    counts = Counter(edge["word"] for edge in edges)
    return ", ".join(f"{counts[word]} {word}" for word in reversed(_STATES) if word and counts[word])
