"""The one seam between check and answer: a command goes in, a reply comes out, both plain JSON.

InProcess runs the answer in a thread of this kernel. ChildProcess runs it in a process of its own, whose requests come
back here to be answered. In both, cloud, clock, journal and verdict stay on the check's side.
"""

import base64
import contextlib
import json
import queue
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol

from botocore.awsrequest import AWSPreparedRequest, HeadersDict
from botocore.exceptions import EndpointConnectionError

from helpers.checks.answer_side import AnswerSide, place
from helpers.checks.answer_time import AnswerTime
from helpers.checks.console import Printed, console, functions_kept
from helpers.cloud import transport
from helpers.errors import CourseError, Stopped
from helpers.world import stopping, worlds

_monotonic = time.monotonic
TIME_IS_UP, TOO_MANY_CALLS = "time", "calls"
START_SECONDS = 60  # real ones, for a child process to start


class Seam(Protocol):
    """How a check reaches an answer."""

    @property
    def printed(self) -> str:
        """What the answer printed so far, from the beginning."""

    def ask(self, command: dict[str, Any], seconds: float) -> dict[str, Any]:
        """Return the reply to the command, as AnswerSide.handle describes it.

        When it takes longer than `seconds` real ones, or too many calls, the answer is ended, and the reply is
        {"stopped": TIME_IS_UP or TOO_MANY_CALLS, "number", "line"}: where it was, as far as that can be found.
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


class ChildProcess:
    """The answer in a process of its own, which has no cloud: its requests, and its time, come from here.

    source: a Python file that defines the answer. name: the function's name in it. CourseError when no process starts.
    """

    LAST_WORDS = 1.0  # real seconds for the process to say where the answer is

    def __init__(self, source: Path, name: str, world: worlds.World):
        self._world, self.printed = world, ""
        self._process = subprocess.Popen(
            [sys.executable, "-m", "helpers.checks.child", str(source), name],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        self._messages: queue.Queue[dict[str, Any]] = queue.Queue()
        threading.Thread(target=self._listen, daemon=True).start()
        if "ready" not in self._next(_monotonic() + START_SECONDS):
            self.close()
            raise CourseError("The process for the answer does not start.")

    def _listen(self) -> None:
        assert self._process.stdout is not None
        # A line that was cut off by the process's end is no JSON.
        with self._process.stdout as lines, contextlib.suppress(ValueError):
            for line in lines:
                self._messages.put(json.loads(line))
        self._messages.put({"reply": {"error": {"type": "SystemExit", "message": "the process ended"}}})

    def _next(self, deadline: float) -> dict[str, Any]:
        """Return the child's next message; {} when there is none by then."""
        with contextlib.suppress(queue.Empty):
            return self._messages.get(timeout=max(0.0, deadline - _monotonic()))
        return {}

    def _tell(self, message: dict[str, Any]) -> None:
        assert self._process.stdin is not None
        with contextlib.suppress(OSError):  # it has ended; that is read on the other pipe
            self._process.stdin.write(json.dumps(message).encode() + b"\n")
            self._process.stdin.flush()

    def ask(self, command: dict[str, Any], seconds: float) -> dict[str, Any]:
        """Return the reply to the command; see Seam. Meanwhile the child's requests are answered."""
        self._tell(command)
        reply = self._converse(_monotonic() + seconds)
        if not reply:
            reason = TIME_IS_UP if self._world.open else TOO_MANY_CALLS
            self._world.open = False
            self._tell({"do": "where"})
            reply = {"stopped": reason} | self._converse(_monotonic() + self.LAST_WORDS)
        return reply

    def _converse(self, deadline: float) -> dict[str, Any]:
        """Serve the child until it replies; return the reply, {} when there is none by then.

        When the calls are used up meanwhile, it has to reply soon.
        """
        while _monotonic() < deadline:
            message = self._next(deadline)
            if "reply" in message:
                return message["reply"]
            if "printed" in message:
                self.printed += message["printed"]
            elif message:
                was_open = self._world.open
                self._tell(self._serve(message))
                if was_open and not self._world.open:
                    deadline = min(deadline, _monotonic() + 0.2)
        return {}

    def _serve(self, message: dict[str, Any]) -> dict[str, Any]:
        """Answer what the child needs while its function runs: the time, a sleep, or a request to the cloud."""
        try:
            if "sleep" in message:
                self._world.clock.sleep(message["sleep"])
            if "request" not in message:
                return {"time": self._world.clock.time()}
            if not self._world.open:
                return {"stopped": TOO_MANY_CALLS}
            method, url, headers, body = message["request"]
            request = AWSPreparedRequest(method, url, HeadersDict(headers), base64.b64decode(body), False)
            response = transport.send(self._world, request)
        except Stopped as stop:
            return {"stopped": str(stop)}
        except EndpointConnectionError:
            return {"unreachable": url}
        except Exception as problem:
            return {"refused": str(problem), "type": type(problem).__name__}
        content = base64.b64encode(response.content).decode()
        return {"response": [response.status_code, list(response.headers.items()), content]}

    def close(self) -> None:
        """End the process."""
        assert self._process.stdin is not None
        self._process.kill()
        self._process.wait()
        with contextlib.suppress(OSError):
            self._process.stdin.close()
