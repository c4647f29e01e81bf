"""The runner of a notebook: the answer runs in a thread of this kernel."""

import json
import threading
from collections.abc import Callable
from random import Random
from typing import Any

import boto3

from helpers.checks.runners.answer_host import AnswerHost, stopped
from helpers.checks.runners.base import TOO_MANY_CALLS
from helpers.checks.runners.fresh_session import fresh_session
from helpers.simulation import stopping, worlds
from helpers.simulation.kernel_run import KernelRun
from helpers.simulation.member_console import Printed, console, exits_raise, functions_kept
from helpers.simulation.scheduler import ENDED, Program


class KernelRunner:
    """What the runners within this kernel share: the answer's console, its time and its default session.

    look: called now and then while the answer runs.
    """

    unable = ""

    def __init__(self, answer: Callable[..., Any], world: worlds.World, look: Callable[[], None] = lambda: None):
        self._host, self._world, self._look = AnswerHost(answer), world, look
        self._parts: list[str] = []
        self._output = Printed(self._parts.append)
        self._run = KernelRun(world, [self._host.namespace], self._before_call)
        boto3.DEFAULT_SESSION = fresh_session()  # the engine puts the kernel's own back

    @property
    def printed(self) -> str:
        """What the answer printed so far, from the beginning."""
        return "".join(self._parts)

    def _before_call(self, request: Any) -> None:
        """Do what has to be done before each call of the answer."""

    def _reply(self, command: dict[str, Any], seconds: float) -> dict[str, Any]:
        """Return the reply to the command, while console and time are the answer's; see AnswerRunner.ask."""
        raise NotImplementedError

    def close(self) -> None:
        """Stop the answer, whatever it is doing."""
        raise NotImplementedError

    def ask(self, command: dict[str, Any], seconds: float) -> dict[str, Any]:
        """Return the reply to the command; see AnswerRunner."""
        is_answer = self._run.is_member
        exits = exits_raise(is_answer, self._host.namespace)
        self._world.pauses = Random(1)
        with functions_kept(), self._run.time, console(lambda: self._output if is_answer() else None), exits:
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

    def __init__(self, answer: Callable[..., Any], world: worlds.World, look: Callable[[], None] = lambda: None):
        super().__init__(answer, world, look)
        self._closed = False

    def _reply(self, command: dict[str, Any], seconds: float) -> dict[str, Any]:
        replies: list[dict[str, Any]] = []
        thread = threading.Thread(
            target=stopping.shielded, args=(lambda: replies.append(self._host.handle(command)),), name="your function"
        )
        scheduler, signals = self._run.scheduler, command.pop("signals", ())
        outcome = scheduler.run([Program(thread, signals)], seconds, self._is_over)
        if outcome == ENDED and replies:
            return replies[0]
        reason = outcome if self._world.open else TOO_MANY_CALLS
        return stopped(scheduler, thread, self._host.namespace, replies) | {"stopped": reason}

    def _is_over(self) -> bool:
        self._look()
        return not self._world.open

    def close(self) -> None:
        """End the threads where they wait; those that do not wait by exceptions."""
        if self._closed:
            return
        self._closed, self._world.open = True, False
        if (scheduler := self._run.scheduler).end():
            threads = lambda: [member.thread for member in scheduler.members]  # noqa: E731
            stopping.stop(threads, lambda frame: frame.f_globals is self._host.namespace, self.GIVE_UP)
