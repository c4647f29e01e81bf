"""The life of a message: from its steps, where it was when, and the moments of it in words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from helpers.views.words import LONGEST, counted, cut, ordinal, span

_LONGEST_REASON = 200
_MOST_RECEIVERS = 10  # with a lane of their own
_OTHERS = "others"
_AT_ONCE = 0.5  # seconds

# Steps that are told with their reason and change nothing else: the tone, the title, and whether it's an end.
_TOLD = {
    "published": ("wait", "published to {}", False),
    "filtered out": ("late", "filtered out for {}", True),
    "not confirmed": ("late", "not delivered for {}", True),
    "paused": ("late", "not delivered for {}", True),
    "lost": ("dead", "lost for {}", True),
    "refused as a duplicate": ("quiet", "refused as a duplicate", False),
    "unkindness": ("dead", "unkindness", False),
}

Lane = tuple[str, str]  # its kind ("topic", "subscription", "queue", "receiver" or "") and its name


@dataclass
class Moment:
    """Something that happened at this second. tone: of its badge, which is square if it's an end."""

    at: float
    what: str
    lane: Lane
    tone: str
    title: str
    text: str = ""
    square: bool = False


@dataclass
class Stretch:
    """What was so from one second to another.

    look: "wait", "late" (delayed, or until the next attempt), "bar" (in flight), or "rest" (of a visibility timeout
    that wasn't needed any more). number: of the receive that began here.
    """

    lane: Lane
    look: str
    begin: float
    end: float
    number: int = 0


@dataclass
class _Receive:
    """A message in flight. who: the receiver. queue: from which. until: when its visibility timeout ends.

    bar: the stretch since the receive, or since the visibility timeout was changed.
    """

    who: str
    lane: Lane
    queue: Lane
    begin: float
    until: float
    bar: Stretch


class MessageLife:
    """What the steps of a message tell.

    steps: each with at (seconds), what, kind and where (as a lane), reason, hidden and by. now: seconds as well.
    lanes, moments, stretches: in the sequence in which they came. ways: a move from lane to lane, and its second.
    end: what became of it, in a word or two. receives: how many. is_over: whether it's gone.
    """

    def __init__(self, steps: Sequence[Mapping[str, Any]], now: float):
        self.now, self.end, self.receives, self.is_over = now, "", 0, False
        self.lanes: dict[Lane, None] = {}
        self.moments: list[Moment] = []
        self.stretches: list[Stretch] = []
        self.ways: list[tuple[Lane, Lane, float]] = []
        self._waits: dict[Lane, tuple[float, Moment]] = {}  # since when, and what began that
        self._delays: dict[Lane, tuple[float, float]] = {}  # in a queue
        self._held: list[_Receive] = []
        self._tries: dict[Lane, list[float]] = {}
        for step in steps:
            self._pass_time(step["at"])
            lane = step["kind"], step["where"]
            if step["what"] in _TOLD:
                tone, title, square = _TOLD[step["what"]]
                self._tell(step, lane, tone, title.format(_name(lane)), sentence(step["reason"]), square)
            else:
                getattr(self, "_" + step["what"])(step, lane)
        self._pass_time(now)
        self._stop()

    @property
    def seconds(self) -> float:
        """The last second that there's something to draw for."""
        ends = [stretch.end for stretch in self.stretches] + [moment.at for moment in self.moments]
        return max(ends if self.is_over else [*ends, self.now], default=0.0)

    # --- in a queue ---------------------------------------------------------------------------------------------------

    def _sent(self, step: Mapping[str, Any], lane: Lane) -> None:
        moment = self._tell(step, lane, "wait", f"sent to {_name(lane)}")
        if step["hidden"]:
            self._delays[lane] = (step["at"], step["at"] + step["hidden"])
            moment.text = f"Delayed: it can't be received for {span(step['hidden'])}."
        else:
            self._waits[lane] = (step["at"], moment)

    def _received(self, step: Mapping[str, Any], queue: Lane) -> None:
        self.receives += 1
        name = cut(step["by"], LONGEST)
        known = [each[1] for each in self.lanes if each[0] == "receiver"]
        lane = ("receiver", name if name in known or len(known) < _MOST_RECEIVERS else _OTHERS)
        self.lanes.setdefault(queue)
        waited = self._end_wait(queue, step["at"])
        moment = self._tell(step, lane, "held", f"received by {name}")
        after = f", after {span(waited)} in the queue" if waited is not None and waited >= _AT_ONCE else ""
        hides, count = span(step["hidden"]), f"The {ordinal(self.receives)} receive{after}."
        if not step["hidden"]:
            moment.text = "Its visibility timeout is 0, so it can be received again at once."
            self._waits[queue] = (step["at"], moment)
            return
        first = f"It's in flight: no other receive returns it for {hides}."
        moment.text = first if self.receives == 1 else f"{count} It's in flight for {hides}."
        self._hold(name, lane, queue, step, self.receives)

    def _hidden(self, step: Mapping[str, Any], queue: Lane) -> None:
        """The visibility timeout was changed."""
        at, hidden = step["at"], step["hidden"]
        held = self._held[-1] if self._held else None
        if held is None:  # it was visible, and an earlier receipt handle was used
            lane = next((each for each in reversed(self.lanes) if each[0] == "receiver"), queue)
            if hidden:
                self._end_wait(queue, at)
                self._hold(lane[1], lane, queue, step)
            text = f"It was waiting in the queue. No receive returns it for {span(hidden)}." if hidden else ""
            self._tell(step, lane, "held", f"visibility timeout set to {span(hidden)}", text)
        elif not hidden:
            moment = self._tell(step, held.lane, "wait", f"returned to {_name(queue)}")
            moment.text = "Its visibility timeout was set to 0, so it can be received again at once."
            self._release(held, at)
            self._waits[queue] = (at, moment)
        else:
            longer = at + hidden >= held.until
            title = f"visibility timeout {'extended' if longer else 'shortened'}"
            text = f"It ends {span(hidden)} from now. Before, {span(held.until - at)} were left."
            self._tell(step, held.lane, "held", title, text)
            held.bar.end = at
            held.until, held.bar = at + hidden, Stretch(held.lane, "bar", at, at + hidden)
            self.stretches.append(held.bar)

    def _deleted(self, step: Mapping[str, Any], queue: Lane) -> None:
        who = cut(step["by"], LONGEST)
        title = f"deleted by {who}" if who else "deleted"
        if self._held:
            held = self._held[-1]
            whose = f"{held.who}'s" if who else "its"
            text = f"{span(held.until - step['at'])} before {whose} visibility timeout would have ended."
            text = f"With an earlier receipt handle, {text}" if who else text
            lane = ("receiver", who) if ("receiver", who) in self.lanes else held.lane
            self._tell(step, lane, "good", title, text, square=True)
            self._release(held, step["at"])
        else:
            still_worked = "It was waiting in the queue. A receipt handle from before still worked."
            text = sentence(step["reason"]) or still_worked
            self._tell(step, queue, "good", title, text, square=True)
            self._end_wait(queue, step["at"])
        self._over("deleted")

    def _moved(self, step: Mapping[str, Any], lane: Lane) -> None:
        at = step["at"]
        sources = [queue for queue in (*self._waits, *(held.queue for held in self._held)) if queue != lane]
        for queue in sources:
            self._leave(queue, at)
        source = sources[-1] if sources else next((m.lane for m in reversed(self.moments) if m.what == "refused"), None)
        moment = self._tell(step, lane, "dead", f"moved to {_name(lane)}", sentence(step["reason"]), square=True)
        if source:
            self.ways.append((source, lane, at))
        self._waits[lane] = (at, moment)
        self.end = f"moved to {_name(lane)}"

    def _expired(self, step: Mapping[str, Any], queue: Lane) -> None:
        self._end(step, queue, f"Its retention period was over, {span(step['at'])} after it was sent.")

    def _purged(self, step: Mapping[str, Any], queue: Lane) -> None:
        self._end(step, queue, f"PurgeQueue deleted all messages of {_name(queue)}.")

    def _end(self, step: Mapping[str, Any], queue: Lane, text: str) -> None:
        self._tell(step, queue, "dead", step["what"], text, square=True)
        self._leave(queue, step["at"])
        self._over(step["what"])

    # --- from a topic -------------------------------------------------------------------------------------------------

    def _delivered(self, step: Mapping[str, Any], lane: Lane) -> None:
        tries = self._try(lane, step["at"])
        text = "At the first attempt." if tries == 1 else f"The {ordinal(tries)} attempt worked."
        self._tell(step, lane, "good", f"delivered to {_name(lane)}", text, square=True)

    def _refused(self, step: Mapping[str, Any], lane: Lane) -> None:
        tries = self._try(lane, step["at"])
        title = f"{ordinal(tries) + ' ' if tries > 1 else ''}delivery to {_name(lane)} failed"
        self._tell(step, lane, "dead", title, sentence(step["reason"]), square=True)

    def _retrying(self, step: Mapping[str, Any], lane: Lane) -> None:
        title = f"{ordinal(self._try(lane, step['at']))} delivery to {_name(lane)} failed"
        self._tell(step, lane, "dead", title, sentence(step["reason"]))
        self._tries[lane].append(step["at"])

    def _try(self, lane: Lane, at: float) -> int:
        """Draw that the lane waited for this attempt. Return its number."""
        tries = self._tries.setdefault(lane, [])
        if tries:
            self.stretches.append(Stretch(lane, "late", tries[-1], at))
        return len(tries) + 1

    # --- time passes --------------------------------------------------------------------------------------------------

    def _pass_time(self, now: float) -> None:
        """Go on to this second: delays and visibility timeouts end on the way."""
        for queue, (begin, until) in [(queue, each) for queue, each in self._delays.items() if each[1] <= now]:
            del self._delays[queue]
            self.stretches.append(Stretch(queue, "late", begin, until))
            text = f"Its delay of {span(until - begin)} is over."
            step = {"at": until, "what": "visible"}
            self._waits[queue] = (until, self._tell(step, queue, "wait", "visible", text))
        for held in sorted((each for each in self._held if each.until <= now), key=lambda each: each.until):
            self._release(held, held.until)
            text = sentence(f"{held.who} hadn't deleted it within {span(held.until - held.begin)}.")
            moment = self._tell({"at": held.until, "what": "visible"}, held.lane, "wait", "visible again", text)
            self._waits.setdefault(held.queue, (held.until, moment))

    def _stop(self) -> None:
        """Draw what is so now. Say what became of it."""
        for queue, (begin, until) in self._delays.items():
            self.stretches.append(Stretch(queue, "late", begin, until))
        state = "in flight" if self._held else "delayed" if self._delays else "waiting" if self._waits else ""
        for queue in list(self._waits):
            since, moment = self._waits[queue]
            waited = self._end_wait(queue, self.now)
            if moment.what == "sent":
                moment.text = f"It has been waiting for {span(waited or 0)}." if self.now - since >= _AT_ONCE else ""
        subscriptions = [lane for lane in self.lanes if lane[0] == "subscription"]
        got = {moment.lane for moment in self.moments if moment.what == "delivered"}
        if subscriptions:
            state = self.end = f"delivered to {len(got)} of {len(subscriptions)}"
        for moment in self.moments:
            if moment.what == "published":
                moment.text = f"The topic has {counted(len(subscriptions), 'subscription')}."
                moment.text = moment.text if subscriptions else "No subscription was there to deliver it to."
        self.is_over = not state or bool(subscriptions)
        self.end = state if state == "in flight" else self.end or state

    def _over(self, end: str) -> None:
        """Say how it ended, unless there's still another copy of it."""
        self.end = "" if self._waits or self._held else end

    def _leave(self, queue: Lane, at: float) -> None:
        self._end_wait(queue, at)
        for held in [each for each in self._held if each.queue == queue]:
            self._release(held, at)

    def _hold(self, who: str, lane: Lane, queue: Lane, step: Mapping[str, Any], number: int = 0) -> None:
        """Draw that it's in flight."""
        until = step["at"] + step["hidden"]
        self.stretches.append(Stretch(lane, "bar", step["at"], until, number))
        self._held.append(_Receive(who, lane, queue, step["at"], until, self.stretches[-1]))

    def _release(self, held: _Receive, at: float) -> None:
        """Draw that it isn't in flight any more."""
        self._held.remove(held)
        held.bar.end = at
        if held.until > at:
            self.stretches.append(Stretch(held.lane, "rest", at, held.until))

    def _end_wait(self, queue: Lane, at: float) -> float | None:
        """Draw that it waited until now. Return for how long, or None if it didn't."""
        if queue not in self._waits:
            return None
        since, moment = self._waits.pop(queue)
        waited = at - since
        if waited > 0:
            self.stretches.append(Stretch(queue, "wait", since, at))
        if moment.what == "sent":
            moment.text = "It waits for less than a second." if waited < _AT_ONCE else f"It waits for {span(waited)}."
        return waited

    def _tell(
        self, step: Mapping[str, Any], lane: Lane, tone: str, title: str, text: str = "", square: bool = False
    ) -> Moment:
        self.lanes.setdefault(lane)
        moment = Moment(step["at"], step["what"], lane, tone, title, text, square)
        self.moments.append(moment)
        return moment


def sentence(text: str) -> str:
    """Return a reason as a sentence: with a full stop, and a capital letter unless it begins with an address."""
    line = cut(text, _LONGEST_REASON)
    first = line[:1] if "://" in line.partition(" ")[0] else line[:1].upper()
    return line and first + line[1:] + ("" if line[-1] in ".…!?" else ".")


def _name(lane: Lane) -> str:
    return cut(lane[1], LONGEST)
