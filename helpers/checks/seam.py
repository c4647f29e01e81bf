"""The one seam between check and answer: a command goes in, a reply comes out, both plain JSON.

InProcess runs the answer in a thread of this kernel; helpers.grading has the seam to one in a process of its own. In
both, cloud, clock, journal and verdict stay on the check's side.
"""

import contextlib
import json
import queue
import threading
import time
from collections.abc import Callable
from typing import Any, Protocol

import boto3

from helpers.checks.answer_side import AnswerSide, place
from helpers.checks.answer_time import AnswerTime
from helpers.checks.console import Printed, console, functions_kept
from helpers.checks.fresh_session import fresh_session
from helpers.world import stopping, worlds

_monotonic = time.monotonic
TIME_IS_UP, TOO_MANY_CALLS, TOO_MUCH_COMPUTING = "time", "calls", "computing"
NOT_ENDED = "it did not end"  # stands where the name of an error does


class Seam(Protocol):
    """How a check reaches an answer."""

    @property
    def printed(self) -> str:
        """What the answer printed so far, from the beginning."""

    def ask(self, command: dict[str, Any], seconds: float) -> dict[str, Any]:
        """Return the reply to the command, as AnswerSide.handle describes it.

        When it takes longer than `seconds` real ones, or too many calls, the answer is ended, and the reply is
        {"stopped": TIME_IS_UP, TOO_MANY_CALLS or TOO_MUCH_COMPUTING, "number", "line"}: where it was, as far as that
        can be found.
        """

    def close(self) -> None:
        """End the answer, whatever it is doing."""


class InProcess:
    """The answer in a thread of its own, which belongs to the check's world; so do threads that it starts.

    A thread needs no signal, so a time limit works on every system. One that does not end is given up: its world is
    closed, so it can reach nothing.
    """

    GIVE_UP = 0.5  # real seconds to end its threads

    def __init__(self, answer: Callable[..., Any], world: worlds.World):
        self._side, self._world, self._checker = AnswerSide(answer), world, threading.current_thread()
        self._commands: queue.Queue[dict[str, Any] | None] = queue.Queue()
        self._replies: queue.Queue[dict[str, Any]] = queue.Queue()
        self._parts: list[str] = []
        self._output = Printed(self._parts.append)
        self._time = AnswerTime(self._clock, self._threads, self._side.namespace)
        self._send, world.send = world.send, self._send_in_real_time
        boto3.DEFAULT_SESSION = fresh_session()  # the engine puts the kernel's own back
        self._within, self._closed = threading.local(), False
        self._thread = threading.Thread(target=stopping.shielded, args=(self._work,), name="answer", daemon=True)
        self._thread.start()

    @property
    def printed(self) -> str:
        """What the answer printed so far, from the beginning."""
        return "".join(self._parts)

    def _threads(self) -> list[threading.Thread]:
        return [thread for thread in worlds.threads(self._world) if thread is not self._checker]

    def _is_answer(self) -> bool:
        return worlds.current() is self._world and threading.current_thread() is not self._checker

    def _clock(self) -> Any:
        return self._world.clock if self._is_answer() and not getattr(self._within, "cloud", False) else None

    def _send_in_real_time(self, request: Any, network: Any) -> Any:
        """Let the cloud answer; what works in it is not the answer and sees real time."""
        if not self._is_answer():
            return self._send(request, network)
        before = getattr(self._within, "cloud", False)
        self._within.cloud = True
        try:
            with self._time.lifted():
                return self._send(request, network)
        finally:
            self._within.cloud = before

    def _work(self) -> None:
        while (command := self._commands.get()) is not None:
            self._replies.put(self._side.handle(command))

    def ask(self, command: dict[str, Any], seconds: float) -> dict[str, Any]:
        """Return the reply to the command; see Seam."""
        with functions_kept(), self._time, console(self._is_answer, self._output):
            try:
                self._commands.put(json.loads(json.dumps(command)))  # the answer may change what it is given
                reply = self._reply(_monotonic() + seconds)
            except BaseException:
                self.close()
                raise
            if reply is None:
                reason = TIME_IS_UP if self._world.open else TOO_MANY_CALLS
                reply = {"stopped": reason} | place(self._thread, self._side.namespace)
                self.close()  # here, while what it prints is still collected
            return reply

    def _reply(self, deadline: float) -> dict[str, Any] | None:
        """Return the reply, None when there is none by then, or none soon after the calls are used up."""
        while (left := deadline - _monotonic()) > 0:
            last = not self._world.open
            with contextlib.suppress(queue.Empty):
                return self._replies.get(timeout=min(left, 0.1))
            if last:
                break
        return None

    def close(self) -> None:
        """End the thread by a command, else by exceptions, and so the threads that the answer started."""
        if self._closed:
            return
        self._closed, self._world.open = True, False
        self._commands.put(None)
        stopping.stop(self._threads, lambda frame: frame.f_globals is self._side.namespace, self.GIVE_UP)
