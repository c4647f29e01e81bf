"""The one runner between check and answer: a command goes in, a reply comes out, both plain JSON.

InProcess runs the answer in a thread of this kernel. helpers.checks.runners.one_thread has the runner for a browser tab, which
has no threads, and helpers.grading the one to a process of its own. In all of them cloud, clock, journal and verdict
stay on the check's side.
"""

import contextlib
import json
import queue
import threading
import time
from collections.abc import Callable
from typing import Any, Protocol

import boto3

from helpers.checks.runners.answer_host import AnswerHost, place
from helpers.checks.runners.answer_time import AnswerTime
from helpers.checks.runners.console import Printed, console, functions_kept
from helpers.checks.runners.fresh_session import fresh_session
from helpers.simulation import stopping, worlds

_monotonic = time.monotonic
TIME_IS_UP, TOO_MANY_CALLS, TOO_MUCH_COMPUTING = "time", "calls", "computing"
NOT_ENDED = "it did not end"  # stands where the name of an error does


class AnswerRunner(Protocol):
    """How a check reaches an answer."""

    @property
    def printed(self) -> str:
        """What the answer printed so far, from the beginning."""

    def ask(self, command: dict[str, Any], seconds: float) -> dict[str, Any]:
        """Return the reply to the command, as AnswerHost.handle describes it.

        When it takes longer than `seconds` real ones, or too many calls, the answer is ended, and the reply is
        {"stopped": TIME_IS_UP, TOO_MANY_CALLS or TOO_MUCH_COMPUTING, "number", "line"}: where it was, as far as that
        can be found.
        """

    def close(self) -> None:
        """End the answer, whatever it is doing."""


class KernelRunner:
    """What the runners within this kernel share: the answer's console and its time."""

    def __init__(self, answer: Callable[..., Any], world: worlds.World):
        self._side, self._world = AnswerHost(answer), world
        self._parts: list[str] = []
        self._output = Printed(self._parts.append)
        self._time = AnswerTime(self._clock, self._threads, self._side.namespace)
        self._send, world.send = world.send, self._send_in_real_time
        boto3.DEFAULT_SESSION = fresh_session()  # the engine puts the kernel's own back
        self._within = threading.local()

    @property
    def printed(self) -> str:
        """What the answer printed so far, from the beginning."""
        return "".join(self._parts)

    def _threads(self) -> list[threading.Thread]:
        """Return the answer's threads."""
        raise NotImplementedError

    def _is_answer(self) -> bool:
        """Return whether it is the answer that asks."""
        raise NotImplementedError

    def _reply(self, command: dict[str, Any], seconds: float) -> dict[str, Any]:
        """Return the reply to the command, while console and time are the answer's; see AnswerRunner.ask."""
        raise NotImplementedError

    def close(self) -> None:
        """End the answer, whatever it is doing."""
        raise NotImplementedError

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

    def ask(self, command: dict[str, Any], seconds: float) -> dict[str, Any]:
        """Return the reply to the command; see AnswerRunner."""
        with functions_kept(), self._time, console(self._is_answer, self._output):
            try:
                reply = self._reply(json.loads(json.dumps(command)), seconds)  # the answer may change what it is given
            except BaseException:
                self.close()
                raise
            if "stopped" in reply:
                self.close()  # here, while what it prints is still collected
            return reply


class InProcess(KernelRunner):
    """The answer in a thread of its own, which belongs to the check's world; so do threads that it starts.

    A thread needs no signal, so a time limit works on every system. One that does not end is given up: its world is
    closed, so it can reach nothing.
    """

    GIVE_UP = 0.5  # real seconds to end its threads

    def __init__(self, answer: Callable[..., Any], world: worlds.World):
        super().__init__(answer, world)
        self._checker, self._closed = threading.current_thread(), False
        self._commands: queue.Queue[dict[str, Any] | None] = queue.Queue()
        self._replies: queue.Queue[dict[str, Any]] = queue.Queue()
        self._thread = threading.Thread(target=stopping.shielded, args=(self._work,), name="answer", daemon=True)
        self._thread.start()

    def _threads(self) -> list[threading.Thread]:
        return [thread for thread in worlds.threads(self._world) if thread is not self._checker]

    def _is_answer(self) -> bool:
        return worlds.current() is self._world and threading.current_thread() is not self._checker

    def _work(self) -> None:
        while (command := self._commands.get()) is not None:
            self._replies.put(self._side.handle(command))

    def _reply(self, command: dict[str, Any], seconds: float) -> dict[str, Any]:
        self._commands.put(command)
        deadline = _monotonic() + seconds
        while (left := deadline - _monotonic()) > 0:
            last = not self._world.open  # the calls are used up; soon afterwards there is a reply, or never
            with contextlib.suppress(queue.Empty):
                return self._replies.get(timeout=min(left, 0.1))
            if last:
                break
        reason = TIME_IS_UP if self._world.open else TOO_MANY_CALLS
        return {"stopped": reason} | place(self._thread, self._side.namespace)

    def close(self) -> None:
        """End the thread by a command, else by exceptions, and so the threads that the answer started."""
        if self._closed:
            return
        self._closed, self._world.open = True, False
        self._commands.put(None)
        stopping.stop(self._threads, lambda frame: frame.f_globals is self._side.namespace, self.GIVE_UP)
