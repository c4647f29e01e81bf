"""Private copies of the offline cloud, to play in: whatever happens in one changes nothing in the other.

A copy goes through bytes, so the two can't share anything. What isn't written into them is made anew: the locks, and
the clock, which is frozen at the moment of the copy. The journal of a copy begins with the steps of the messages, but
without boto3's calls. Nothing leaves a copy: it reaches no web address, not even on this computer.
"""

import copyreg
import io
import pickle
import threading
from collections import deque
from typing import Any

from helpers.aws_rules.common.accounts import Accounts
from helpers.aws_rules.common.steps import Step
from helpers.simulation.clock import START, Clock
from helpers.simulation.journal import Journal
from helpers.simulation.worlds import World


def freeze(world: World) -> bytes:
    """Return all that is in a world of the offline cloud now, for `thaw`. It takes a few milliseconds."""
    found = io.BytesIO()
    with world.accounts.changed:
        _Writer(found, pickle.HIGHEST_PROTOCOL).dump(world)
    return found.getvalue()


def thaw(frozen: bytes) -> World:
    """Return a new world as it was when it was frozen. Each time that's the same one, which draws the same ids."""
    made: World = pickle.loads(frozen)  # our own bytes, which have never left this process
    return made


class _Writer(pickle.Pickler):
    def reducer_override(self, thing: Any) -> Any:
        """Return how to make the copy's own of what it mustn't share, or can't."""
        if isinstance(thing, World):
            return _filled(thing, around=None, scheduler=None, call_takes=0.0, open=True)
        if isinstance(thing, Accounts):
            return _filled(thing, web=None, errands=deque(), _waiting={})
        if isinstance(thing, Clock):
            return _clock_at, (thing.time(),)
        if isinstance(thing, Journal):
            return _journal_of, ([entry for entry in thing if isinstance(entry, Step)],)
        if isinstance(thing, threading.Condition):
            return threading.Condition, ()
        return NotImplemented


def _filled(thing: Any, **other: Any) -> Any:
    """Return how to make an object like this one, with other values for some of its attributes."""
    return copyreg.__newobj__, (type(thing),), vars(thing) | other  # type: ignore[attr-defined]


def _clock_at(moment: float) -> Clock:
    return Clock(still=True).advance(moment - START.timestamp())


def _journal_of(steps: list[Step]) -> Journal:
    made = Journal()
    for step in steps:
        made.keep(step)
    return made
