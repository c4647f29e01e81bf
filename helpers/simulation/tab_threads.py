"""Threads for the members of a run in a browser tab, which has none: each is a Python stack of its own.

Where the browser can suspend WebAssembly, Pyodide can leave a stack where it waits, go on with another one, and come
back. Nothing runs at the same time, and a stack is left only at `Stacks.wait`. That's enough for members, of which one
goes on at a time.

Python can't look into a stack that was left, because its memory may hold another one's by then. What walks over all
stacks therefore crashes the tab: a full garbage collection does, and so does changing what sys.monitoring watches. So
neither happens while there are several stacks.
"""

import asyncio
import gc
import itertools
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from types import CodeType, FrameType
from typing import Any, NamedTuple

from helpers.errors import CloudError
from helpers.simulation import stopping
from helpers.simulation.threads import Threads
from helpers.simulation.watching import kept, watched

_perf_counter = time.perf_counter
_real_new_loop, _real_set_loop, _real_get_loop = asyncio.new_event_loop, asyncio.set_event_loop, asyncio.get_event_loop
_collect = gc.collect
_AT_MOST = 0.05  # real seconds until the browser has a turn
# `pass` lets what waits at a gate go on: at once, or once the browser has had a turn, for its timers and messages.
_SCRIPT = """() => {
    const waiting = new Map();
    const pass = gate => { waiting.get(gate)?.(); waiting.delete(gate); };
    return {
        begin(run) { const own = run.copy(); own.callPromising().finally(() => own.destroy()); },
        wait(gate, seconds) {
            return new Promise(go => {
                waiting.set(gate, go);
                if (seconds >= 0) setTimeout(go, 1000 * seconds);
            });
        },
        open(gate, turn) { turn ? setTimeout(pass, 0, gate) : pass(gate); },
    };
}"""

NOT_ENDED = (
    "A program catches every exception, also the one that should end it, so a part of it is still in this tab. Before "
    "you go on, restart the kernel: Kernel, Restart Kernel."
)


def can_suspend() -> bool:
    """Return whether this tab's browser can leave a Python stack and come back to it. CloudError after NOT_ENDED."""
    from pyodide.ffi import can_run_sync

    if kept:
        raise CloudError(NOT_ENDED)
    return bool(can_run_sync())


class _Frame(NamedTuple):
    """What is asked of a frame. The real ones of a stack that was left don't know any more who called them."""

    f_code: CodeType
    f_lineno: int | None
    f_globals: dict[str, Any]
    f_back: "_Frame | None"


def _frames_from(frame: FrameType | None) -> Iterator[FrameType]:
    while frame is not None:
        yield frame
        frame = frame.f_back


class Stacks:
    """All stacks of a tab: the kernel's, and one for each thread. ident: of the one that goes on; 0 for the kernel's.

    script: what _SCRIPT returns. run_sync: Pyodide's.
    """

    def __init__(self, script: Any, run_sync: Callable[[Any], Any]):
        self._script, self._run_sync = script, run_sync
        self._gates, self._turn = itertools.count(1), _perf_counter()
        self.ident = 0
        self.places: dict[int, list[FrameType]] = {}  # where each of the others is: its frames, the innermost first
        self.left = 0  # how many threads have not ended
        self._beginning: dict[int, int] = {}  # by identity: a gate that opens when this stack waits or ends

    def new_gate(self) -> int:
        """Return the number of a gate, at which one stack can wait."""
        return next(self._gates)

    def wait(self, gate: int, seconds: float = -1) -> None:
        """Leave this stack until the gate opens, or for so many real seconds."""
        ident = self.ident
        self._has_begun(ident)
        self.places[ident], self.ident = list(_frames_from(sys._getframe(1))), 0
        loop = asyncio._get_running_loop()
        try:
            asyncio._set_running_loop(None)  # else the promise would be a future of this loop
            self._run_sync(self._script.wait(gate, seconds))
        finally:
            asyncio._set_running_loop(loop)
            self.ident = ident
            del self.places[ident]

    def open(self, gate: int) -> None:
        """Let the stack that waits at this gate go on, once this one is left; nothing where none does."""
        now = _perf_counter()
        turn = now - self._turn > _AT_MOST
        if turn:
            self._turn = now
            _collect(0)  # looks at what is new, and into no stack
        self._script.open(gate, turn)

    def begin(self, ident: int, run: Callable[[], Any]) -> None:
        """Begin a stack with this function, and return when it waits for the first time or has ended."""

        def stack() -> None:
            self.ident = ident
            asyncio._set_running_loop(None)
            try:
                run()
            finally:
                self._has_begun(ident)
                self.ident, self.left = 0, self.left - 1

        self.left += 1
        gate = self._beginning[ident] = self.new_gate()
        self._script.begin(stack)
        self.wait(gate)

    def _has_begun(self, ident: int) -> None:
        if ident in self._beginning:
            self.open(self._beginning.pop(ident))


class StackLock:
    """A lock at which a stack waits."""

    def __init__(self, stacks: Stacks):
        self._stacks, self._gate, self._taken = stacks, stacks.new_gate(), False

    def acquire(self) -> bool:
        """Take the lock, as soon as it can be had."""
        while self._taken:
            self._stacks.wait(self._gate)
        self._taken = True
        return True

    def release(self) -> None:
        """Give the lock back."""
        self._taken = False
        self._stacks.open(self._gate)

    def locked(self) -> bool:
        """Return whether somebody has it."""
        return self._taken


class StackCondition:
    """A condition for which the kernel's stack waits. It needs no lock: nothing runs at the same time."""

    def __init__(self, stacks: Stacks):
        self._stacks, self._gate = stacks, stacks.new_gate()

    def wait_for(self, holds: Callable[[], bool], seconds: float) -> bool:
        """Wait until it holds, for so many real seconds at most; return whether it does."""
        deadline = _perf_counter() + seconds
        while not (found := holds()) and (left := deadline - _perf_counter()) > 0:
            self._stacks.wait(self._gate, left)
        return found

    def notify_all(self) -> None:
        """Let the stack that waits look again."""
        self._stacks.open(self._gate)

    def __enter__(self) -> None:
        pass

    def __exit__(self, *_: object) -> None:
        pass


class _Handle:
    """What threading.Thread knows of the thread that carries it."""

    def __init__(self, stacks: Stacks, ident: int):
        self._ended, self.ident = StackCondition(stacks), ident
        self._done = False

    def is_done(self) -> bool:
        return self._done

    def set_done(self) -> None:
        self._done = True
        self._ended.notify_all()

    def join(self, seconds: float | None = None) -> None:
        self._ended.wait_for(self.is_done, 1e9 if seconds is None or seconds < 0 else seconds)


class _NoSelector:
    """What an event loop asks for news of its sockets, of which there are none."""

    def select(self, seconds: float | None = None) -> list[Any]:
        return []

    def get_map(self) -> dict[Any, Any]:
        return {}

    def close(self) -> None:
        pass


class _MemberLoop(asyncio.SelectorEventLoop):
    """An event loop of a member. It waits as helpers.simulation.member_waits makes it wait."""

    def __init__(self) -> None:
        super().__init__(_NoSelector())  # type: ignore[arg-type]

    def _make_self_pipe(self) -> None:
        self._ssock = self._csock = None

    def _close_self_pipe(self) -> None:
        pass


class TabThreads(Threads):
    """Threads that are stacks. Within the block they are what `threading` starts, and what its functions tell of."""

    def __init__(self) -> None:
        from pyodide.code import run_js
        from pyodide.ffi import run_sync

        self._stacks = Stacks(run_js(_SCRIPT)(), run_sync)
        self._kernel, self._idents = Threads.get_ident(), itertools.count(Threads.get_ident() + 1)
        self._loops: dict[int, Any] = {}  # by the identities of their threads
        self._blocks = ExitStack()

    def lock(self) -> StackLock:  # type: ignore[override]
        """Return a new lock."""
        return StackLock(self._stacks)

    def condition(self) -> StackCondition:
        """Return a new condition for the kernel's stack."""
        return StackCondition(self._stacks)

    def get_ident(self) -> int:
        """Return the identity of the thread that goes on."""
        return self._stacks.ident or self._kernel

    def _start_joinable(self, bootstrap: Callable[[], Any], handle: Any = None, daemon: bool = True) -> Any:
        thread: Any = bootstrap.__self__  # type: ignore[attr-defined]
        ident = next(self._idents)
        thread._os_thread_handle = done = _Handle(self._stacks, ident)

        def run() -> None:
            try:
                bootstrap()
            finally:
                done.set_done()

        self._stacks.begin(ident, run)
        return done

    def _frames(self) -> dict[int, Any]:
        found: dict[int, Any] = {self.get_ident(): sys._getframe(1)}
        for ident, frames in self._stacks.places.items():
            frame = None
            for each in reversed(frames):
                frame = _Frame(each.f_code, each.f_lineno, each.f_globals, frame)
            found[ident or self._kernel] = frame
        return found

    def _new_loop(self) -> Any:
        return _MemberLoop() if self._stacks.ident else _real_new_loop()

    def _set_loop(self, loop: Any) -> None:
        # What Python keeps is the tab's own loop, which Pyodide needs.
        if not self._stacks.ident:
            _real_set_loop(loop)
        elif loop is None:
            self._loops.pop(self._stacks.ident, None)
        else:
            self._loops[self._stacks.ident] = loop

    def _get_loop(self) -> Any:
        if not self._stacks.ident:
            return _real_get_loop()
        found = asyncio._get_running_loop() or self._loops.get(self._stacks.ident)
        if found is None:
            raise RuntimeError(f"There is no current event loop in thread {threading.current_thread().name!r}.")
        return found

    def __enter__(self) -> "TabThreads":
        self._collected = gc.isenabled()
        gc.disable()
        loops = {"new_event_loop": self._new_loop, "set_event_loop": self._set_loop, "get_event_loop": self._get_loop}
        for place, name, new in (
            (threading, "_start_joinable_thread", self._start_joinable),
            (threading, "get_ident", self.get_ident),
            (sys, "_current_frames", self._frames),
            (stopping, "_real_lock", self.lock),
            (gc, "collect", lambda generation=0: _collect(0)),
            (gc, "enable", lambda: None),
            *((place, name, new) for name, new in loops.items() for place in (asyncio, asyncio.events)),
        ):
            self._blocks.callback(setattr, place, name, getattr(place, name))
            setattr(place, name, new)
        return self

    def __exit__(self, *_: object) -> None:
        if self._stacks.left:
            print(NOT_ENDED)
            return
        self._blocks.close()
        if self._collected:
            gc.enable()

    @contextmanager
    def watched(self, namespaces: Sequence[dict[str, Any]], look: Callable[[], None]) -> Iterator[None]:
        """Call `look` within the block wherever code of these namespaces starts or jumps."""
        with ExitStack() as stack:
            stack.enter_context(watched(namespaces, look))
            try:
                yield
            finally:
                if self._stacks.left:
                    kept.append(stack.pop_all())
