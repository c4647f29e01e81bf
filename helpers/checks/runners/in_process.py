"""The runner of a notebook: the answer runs in a thread of this kernel."""

import contextlib
import json
import queue
import threading
import time
from collections.abc import Callable
from typing import Any

import boto3

from helpers.checks.runners.answer_host import AnswerHost, place
from helpers.checks.runners.answer_time import AnswerTime
from helpers.checks.runners.base import TIME_IS_UP, TOO_MANY_CALLS
from helpers.checks.runners.console import Printed, console, exits_raise, functions_kept
from helpers.checks.runners.fresh_session import fresh_session
from helpers.simulation import stopping, worlds

_monotonic = time.monotonic


class KernelRunner:
    """What the runners within this kernel share: the answer's console, its time and its default session."""

    def __init__(self, answer: Callable[..., Any], world: worlds.World):
        self._host, self._world = AnswerHost(answer), world
        self._parts: list[str] = []
        self._output = Printed(self._parts.append)
        self._time = AnswerTime(self._clock, self._threads, self._host.namespace)
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
        """Return whether the calling thread runs the answer."""
        raise NotImplementedError

    def _reply(self, command: dict[str, Any], seconds: float) -> dict[str, Any]:
        """Return the reply to the command, while console and time are the answer's; see AnswerRunner.ask."""
        raise NotImplementedError

    def close(self) -> None:
        """Stop the answer, whatever it is doing."""
        raise NotImplementedError

    def _clock(self) -> Any:
        return self._world.clock if self._is_answer() and not getattr(self._within, "cloud", False) else None

    def _send_in_real_time(self, request: Any, network: Any) -> Any:
        """Return the cloud's response. The cloud's code works for the answer here, but sees real time."""
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
        exits = exits_raise(self._is_answer, self._host.namespace)
        with functions_kept(), self._time, console(self._is_answer, self._output), exits:
            try:
                reply = self._reply(json.loads(json.dumps(command)), seconds)  # the answer may change what it is given
            except BaseException:
                self.close()
                raise
            if "stopped" in reply:
                self.close()  # here, while what it prints is still collected
            return reply


class InProcess(KernelRunner):
    """Runs the answer in a thread of its own. That thread, and all that it starts, belong to the check's world.

    A thread needs no signal, so its time limit works on every system. A thread that doesn't end is abandoned: its world
    is closed, so it can't reach anything.
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
            self._replies.put(self._host.handle(command))

    def _reply(self, command: dict[str, Any], seconds: float) -> dict[str, Any]:
        self._commands.put(command)
        deadline = _monotonic() + seconds
        while (left := deadline - _monotonic()) > 0:
            last = not self._world.open  # the calls are used up, so a reply comes soon or never
            with contextlib.suppress(queue.Empty):
                return self._replies.get(timeout=min(left, 0.1))
            if last:
                break
        reason = TIME_IS_UP if self._world.open else TOO_MANY_CALLS
        return {"stopped": reason} | place(self._thread, self._host.namespace)

    def close(self) -> None:
        """End the thread by a command or, if it doesn't listen, by exceptions; then the threads that it started."""
        if self._closed:
            return
        self._closed, self._world.open = True, False
        self._commands.put(None)
        stopping.stop(self._threads, lambda frame: frame.f_globals is self._host.namespace, self.GIVE_UP)
