"""The stacks of a browser tab, with threads in the place of stacks: one goes on at a time, and is left only to wait.

tests/site/test_runs_in_a_tab.py has the real ones.
"""

import threading
from typing import Any

import pytest

from helpers.simulation.tab_threads import StackCondition, StackLock, Stacks


class Tab:
    """Does what a tab does: whoever has `here` goes on."""

    def __init__(self) -> None:
        self.here, self.gates = threading.Lock(), dict[int, threading.Event]()

    def begin(self, run: Any) -> None:
        """Begin a stack, once the others are left."""

        def stack() -> None:
            with self.here:
                run()

        threading.Thread(target=stack, daemon=True).start()

    def wait(self, gate: int, seconds: float) -> tuple[threading.Event, float | None]:
        """Return what `run_sync` waits for."""
        return self.gates.setdefault(gate, threading.Event()), seconds if seconds >= 0 else None

    def open(self, gate: int, turn: bool) -> None:
        """Let who waits there go on, once the others are left."""
        if gate in self.gates:
            self.gates.pop(gate).set()

    def run_sync(self, promise: tuple[threading.Event, float | None]) -> None:
        """Leave a stack and come back."""
        event, seconds = promise
        self.here.release()
        event.wait(seconds)
        self.here.acquire()


@pytest.fixture
def stacks() -> Stacks:
    """Stacks, of which this thread is the kernel's."""
    tab = Tab()
    tab.here.acquire()
    return Stacks(tab, tab.run_sync)


def test_locks_pass_from_stack_to_stack(stacks: Stacks) -> None:
    """Each knows which one it is; a new one goes on until it waits, before its starter does."""
    batons, said = [StackLock(stacks) for _ in range(2)], list[tuple[int, int]]()
    for baton in batons:
        baton.acquire()

    def work(ident: int) -> None:
        for number in range(3):
            batons[ident - 1].acquire()
            said.append((stacks.ident, number))
            batons[ident % 2].release()

    for ident in (1, 2):
        stacks.begin(ident, lambda ident=ident: work(ident))  # type: ignore[misc]
    assert (said, stacks.ident, stacks.left, sorted(stacks.places)) == ([], 0, 2, [1, 2])
    assert [frame.f_code.co_name for frame in stacks.places[1]][:3] == ["acquire", "work", "<lambda>"]
    ended = StackCondition(stacks)
    batons[0].release()
    while stacks.left:
        ended.wait_for(lambda: stacks.left == 0, 0.01)
    assert said == [(1, 0), (2, 0), (1, 1), (2, 1), (1, 2), (2, 2)]
    assert (stacks.ident, stacks.places) == (0, {})


def test_a_condition_waits_for_as_long_as_it_may(stacks: Stacks) -> None:
    """It looks again when it's notified, by another stack, and after its time."""
    condition, found = StackCondition(stacks), list[int]()
    assert not condition.wait_for(lambda: bool(found), 0.01)

    def other() -> None:
        found.append(1)
        condition.notify_all()

    stacks.begin(1, other)
    assert condition.wait_for(lambda: bool(found), 5)


def test_a_lock_that_nobody_has_is_taken_at_once(stacks: Stacks) -> None:
    """And can be given back before anybody waits for it."""
    lock = StackLock(stacks)
    assert lock.acquire()
    assert lock.locked()
    lock.release()
    assert not lock.locked()
