"""Topics and their subscriptions as a graph: what became of the last publishes on each way, and why."""

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
    "email": "e-mail",
    "email-json": "e-mail (JSON)",
    "sms": "SMS",
    "application": "phone app",
    "http": "web address",
    "https": "web address",
    "lambda": "Lambda function",
    "firehose": "Firehose stream",
}
_ICONS = {"email-json": "email", "http": "web", "https": "web"}
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
class _Edge:
    """The way from a topic to one subscription."""

    data: Mapping[str, Any]
    published: bool  # whether anything was

    @cached_property
    def kind(self) -> str:
        """What subscribes."""
        return _KINDS.get(self.data["protocol"], self.data["protocol"])

    @property
    def icon(self) -> str:
        """The name of the drawing of what subscribes."""
        return _ICONS.get(self.data["protocol"], self.data["protocol"])

    @property
    def name(self) -> str:
        """Who subscribes, on one line."""
        return cut(self.data["endpoint"])

    @property
    def short_name(self) -> str:
        """The same beside the word "web address", which needs no "https://"."""
        return self.name.partition("://")[2] or self.name

    @property
    def owner(self) -> str:
        """Whose queue it is, if it's not the topic's account; otherwise ""."""
        return f"account {self.data['account']}" if self.data["account"] else ""

    @cached_property
    def seen(self) -> list[Mapping[str, Any]]:
        """The outcomes of the publishes since it subscribed, oldest first."""
        return [outcome for outcome in self.data["outcomes"] or () if outcome["what"]]

    @cached_property
    def word(self) -> str:
        """What became of the last publish; "" on a cloud that doesn't say."""
        if self.seen:
            return _word(self.seen[-1])
        if self.data["pending"]:
            return "not confirmed"
        if self.data["outcomes"] is None:
            return ""
        return "subscribed since" if self.published else "nothing published yet"

    @property
    def state(self) -> str:
        """How the way is drawn."""
        return _STATES[self.word][0]

    @property
    def words(self) -> list[str]:
        """What became of each of the last publishes."""
        return [_word(outcome) for outcome in self.data["outcomes"] or ()]

    @property
    def marks(self) -> list[tuple[str, str]]:
        """A glyph and a word for each of the publishes since it subscribed."""
        states = [(_STATES[word][0], word) for word in map(_word, self.seen)]
        return [(_GLYPHS.get(state, state), word) for state, word in states]

    @property
    def count(self) -> str:
        """How many of the publishes since it subscribed were delivered."""
        if not self.seen:
            return ""
        return f"{sum(outcome['what'] == 'delivered' for outcome in self.seen)} of {len(self.seen)}"

    @property
    def count_in_words(self) -> str:
        """The count where no marks stand beside it."""
        return f"{self.count} delivered" if self.count and self.word != "delivered" else self.count

    @property
    def raw(self) -> str:
        """Whether messages come without SNS's envelope, in words; "" if they don't."""
        return "raw delivery" if self.data["raw"] else ""

    @property
    def filter(self) -> str:
        """The filter policy, on one line."""
        return cut(self.data["filter"])

    @property
    def scope(self) -> str:
        """What the filter policy looks at."""
        return "the body" if self.data["scope"] == "MessageBody" else "message attributes"

    @property
    def why(self) -> str:
        """Why the last publish wasn't delivered, as a sentence; "" if it was."""
        if not self.seen:
            return "It gets the next publish." if self.word == "subscribed since" else ""
        last = self.seen[-1]
        if last["what"] == "not confirmed" and not self.data["pending"]:
            return "The subscription wasn't confirmed yet."
        why = cut(last["why"]).removeprefix(f"{self.name} ")
        if last["what"] == "retrying":
            so_far = counted(last["tries"], "attempt")
            why += (
                f", {so_far} so far. SNS tries again {'at ' + last['next'] if last['next'] else 'with your next call'}"
            )
        elif self.word == "gave up":
            why += f". SNS gave up after {last['tries']} attempts"
        return f"{why[:1].upper()}{why[1:]}." if why else ""

    @property
    def short_why(self) -> str:
        """The reason beside a filter policy that says half of it already: only what the message has."""
        wants, mark, has = self.why.partition("; the message has ")
        alone = wants.startswith("The filter wants ") and len(self.filter) <= _LONGEST_NAME
        return f"The message has {has}" if mark and alone and self.filter.count(":") == 1 else self.why

    @property
    def fate(self) -> str:
        """Where an undelivered message went: what stands before the dead-letter queue's name, if there's one."""
        what = self.seen[-1]["what"] if self.seen else ""
        if what == "lost":
            return "lost, refused by" if self.data["dead_letters"] else "lost: no dead-letter queue"
        return "" if not self.data["dead_letters"] else "moved to" if what == "moved" else "dead letters go to"

    @property
    def end(self) -> str:
        """Why the dead-letter queue didn't get it; "" if it did."""
        return cut(self.seen[-1]["end"]) if self.seen and self.data["dead_letters"] else ""

    def lines(self) -> list[str]:
        """Return what the text says below the subscription."""
        found = [f"filter policy on {self.scope}: {self.filter}"] if self.filter else []
        found += [self.raw] if self.raw else []
        found += [self.why] if self.why else []
        fate = f"{self.fate} {self.data['dead_letters']}".strip() if self.fate else ""
        return found + ([fate] if fate else []) + ([self.end] if self.end else [])


@dataclass(frozen=True)
class _Topic:
    """One topic, or what was published without one."""

    data: Mapping[str, Any]

    @cached_property
    def edges(self) -> list[_Edge]:
        """The ways to its subscriptions."""
        return [_Edge(one, bool(self.data["publishes"])) for one in self.data["subscriptions"]]

    @cached_property
    def drawn(self) -> list[_Edge]:
        """The ways that are drawn: all, or those that need a look first, in the order of their subscriptions."""
        ranks = list(_STATES)
        first = sorted(range(len(self.edges)), key=lambda n: (ranks.index(self.edges[n].word), n))[:MOST_EDGES]
        return [self.edges[n] for n in sorted(first)]

    @property
    def more(self) -> str:
        """How many subscriptions aren't drawn, by outcome; "" if all are."""
        drawn = {id(edge) for edge in self.drawn}
        left = [edge for edge in self.edges if id(edge) not in drawn]
        told = _by_word(left)
        return f"+ {counted(len(left), 'more subscription')}{': ' if told else ''}{told}." if left else ""

    @property
    def kind(self) -> str:
        """What it is."""
        return "FIFO topic" if self.data["kind"] == "FIFO" else "topic"

    @property
    def heading(self) -> str:
        """What stands before its name, or says that there's none."""
        return f"{self.kind[:1].upper()}{self.kind[1:]}" if self.data["name"] else DIRECT

    @property
    def title(self) -> str:
        """Its heading and its name."""
        return f"{self.heading} {self.data['name']}".strip()

    @property
    def last(self) -> str:
        """The last publish: its message and when."""
        publishes = self.data["publishes"]
        return f"last publish {name_of(publishes[-1]['text'])} at {publishes[-1]['at']}" if publishes else ""

    @property
    def size(self) -> str:
        """How many subscriptions, or phones, there are."""
        if not self.data["name"]:
            return counted(len(self.edges), "receiver")
        return counted(len(self.edges), "subscription") if self.edges else "no subscription"

    @property
    def publishers(self) -> str:
        """Who published the last messages."""
        names = dict.fromkeys(cut(one["by"]) or "this notebook" for one in self.data["publishes"] or ())
        return ", ".join(names) or "publisher"

    @property
    def empty(self) -> str:
        """What to say without subscriptions."""
        if self.edges:
            return ""
        return "It has no subscriptions" + (", so what was published is gone." if self.data["publishes"] else ".")

    @property
    def label(self) -> str:
        """All of it in a sentence."""
        told = _by_word(self.edges)
        return f"{self.title}, {self.size}" + (f": {told}." if told else ".")

    def facts(self, accounts: bool) -> list[str]:
        """Return what stands beside its name. accounts: whether to name its account."""
        account = f"account {self.data['account']}" if accounts and self.data["account"] else ""
        return list(filter(None, [account, self.last, self.size]))

    def text(self, accounts: bool) -> str:
        """Return it in words."""
        lines = [f"{self.title}: {', '.join(self.facts(accounts))}"]
        if self.data["publishes"]:
            names = ", ".join(name_of(one["text"]) for one in self.data["publishes"])
            lines.append(f"  {self.publishers} published {names}")
        rows = [
            [edge.kind, edge.name, edge.word, "".join(_STATES[word][1] for word in edge.words), edge.count_in_words]
            for edge in self.drawn
        ]
        for edge, line in zip(self.drawn, columns(rows, "  ").splitlines(), strict=True):
            notes = [edge.owner, *edge.lines()]
            lines += [line, *(f"      {note}" for note in notes if note)]
        return "\n".join(filter(None, [*lines, self.empty and f"  {self.empty}", self.more and f"  {self.more}"]))


@dataclass(frozen=True)
class FanOut:
    """The picture of topics as helpers.backends.offline.snapshot.fan_out returns them."""

    topics: Sequence[Mapping[str, Any]]

    def __repr__(self) -> str:
        if not self.topics:
            return NO_TOPIC
        told = [topic.text(self._accounts) for topic in self._drawn]
        return "\n".join([*told, *filter(None, [self._more, self._note])])

    def _repr_html_(self) -> str:
        drawn = self._drawn
        only = drawn[0] if len(drawn) == 1 else None
        if only:
            kind, name, facts = only.heading, only.data["name"], only.facts(self._accounts)
        else:
            kind, name, facts = "Fan-out", "", [counted(len(self.topics), "topic")] if drawn else []
        glyphs = {glyph for topic in drawn for edge in topic.drawn for glyph, _ in edge.marks}
        most = max((len(edge.seen) for topic in drawn for edge in topic.drawn), default=0)
        return kit.draw(
            "fan_out",
            kind=kind,
            name=name,
            facts=facts,
            label=" ".join(topic.label for topic in drawn) or NO_TOPIC,
            twin=repr(self) if drawn else "",
            topics=drawn,
            alone=only is not None,
            accounts=self._accounts,
            key=[(glyph, word) for glyph, word in _MEANINGS.items() if glyph in glyphs],
            key_says="The last publish:" if most == 1 else f"The last {most} publishes, newest right:",
            notes=list(filter(None, [self._more, self._note])) or ([] if drawn else [NO_TOPIC]),
            longest_why=_LONGEST_WHY,
            longest_name=_LONGEST_NAME,
            soft=_soft,
        )

    @cached_property
    def _drawn(self) -> list[_Topic]:
        return [_Topic(topic) for topic in self.topics[:MOST_TOPICS]]

    @property
    def _accounts(self) -> bool:
        """Whether the topics are of several accounts."""
        return len({topic["account"] for topic in self.topics if topic["name"]}) > 1

    @property
    def _more(self) -> str:
        left = self.topics[MOST_TOPICS:]
        names = ", ".join(cut(topic["name"], _LONGEST_NAME) for topic in left if topic["name"])
        return f"+ {counted(len(left), 'more topic')}: {names}" if left else ""

    @property
    def _note(self) -> str:
        return ELSEWHERE if any(topic["publishes"] is None for topic in self.topics) else ""


def _word(outcome: Mapping[str, Any]) -> str:
    """Return the outcome of a delivery in a word or two."""
    if outcome["what"] in ("refused", "lost", "moved"):
        return "gave up" if outcome["tries"] > 1 else "refused"
    return outcome["what"]


def _by_word(edges: Sequence[_Edge]) -> str:
    """Return how many ways there are with each outcome."""
    counts = Counter(edge.word for edge in edges)
    return ", ".join(f"{counts[word]} {word}" for word in reversed(_STATES) if word and counts[word])
