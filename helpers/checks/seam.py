"""The one seam between check and answer: a command goes in, a reply comes out, both plain JSON.

InProcess runs the answer in a thread of this kernel. ChildProcess runs it in a process of its own, whose requests come
back here to be answered. In both, cloud, clock, journal and verdict stay on the check's side.
"""

import base64
import contextlib
import ctypes
import inspect
import io
import json
import queue
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Protocol

from botocore.awsrequest import AWSPreparedRequest
from botocore.compat import HTTPHeaders

from helpers.checks.answer_side import AnswerSide
from helpers.checks.answer_time import AnswerTime
from helpers.cloud import transport
from helpers.errors import Stopped
from helpers.world import worlds

_monotonic = time.monotonic
TIME_IS_UP, TOO_MANY_CALLS = "time", "calls"


class Seam(Protocol):
    """How a check reaches an answer."""

    printed: str  # what the answer printed so far

    def ask(self, command: dict[str, Any], seconds: float) -> dict[str, Any]:
        """Return the reply to the command, {"stopped": "time"} when it takes longer than `seconds` real ones."""

    def close(self) -> None:
        """End the answer, whatever it is doing."""


class InProcess:
    """The answer in a thread of its own, which belongs to the check's world; so do threads that it starts.

    A thread needs no signal, so a time limit works on every system. One that does not end is given up: its world is
    closed, so it can reach nothing.
    """

    def __init__(self, answer: Callable[..., Any], world: worlds.World):
        self._side, self._world = AnswerSide(answer), world
        self._commands: queue.Queue[dict[str, Any]] = queue.Queue()
        self._replies: queue.Queue[dict[str, Any]] = queue.Queue()
        self._output, self._checker = io.StringIO(), threading.current_thread()
        self._time = AnswerTime(self._clock, getattr(inspect.unwrap(answer), "__globals__", {}))
        self._send, world.send = world.send, self._send_in_real_time
        self._ended, self._gate = threading.Event(), threading.Event()
        self._thread = threading.Thread(target=self._work, name="answer", daemon=True)
        self._thread.start()

    @property
    def printed(self) -> str:
        """What the answer printed so far."""
        return self._output.getvalue()

    def _is_answer(self) -> bool:
        return worlds.current() is self._world and threading.current_thread() is not self._checker

    def _clock(self) -> Any:
        return self._world.clock if self._is_answer() else None

    def _send_in_real_time(self, request: Any, network: Any) -> Any:
        with self._time.lifted() if self._is_answer() else contextlib.nullcontext():
            return self._send(request, network)

    def _work(self) -> None:
        try:
            while (command := self._commands.get())["do"] != "end":
                self._replies.put(self._side.handle(command))
        except Stopped:
            pass
        while not self._gate.is_set():  # `close` may throw one exception more than it took to end the answer
            with contextlib.suppress(Stopped):
                self._ended.set()
                self._gate.wait()

    def ask(self, command: dict[str, Any], seconds: float) -> dict[str, Any]:
        """Return the reply to the command; see Seam."""
        deadline = _monotonic() + seconds
        with self._time, _output_of(self._is_answer, self._output):
            self._commands.put(command)
            while (left := deadline - _monotonic()) > 0 and self._world.open:
                with contextlib.suppress(queue.Empty):
                    return self._replies.get(timeout=min(left, 0.1))
            reason = TIME_IS_UP if self._world.open else TOO_MANY_CALLS
            self.close()  # here, while what it prints is still collected
            return {"stopped": reason}

    def close(self) -> None:
        """End the thread: by a command, else by exceptions, else it is left behind with nothing that it can reach.

        An answer may catch everything it is thrown, `except: pass` in an endless loop. So exceptions come faster than
        it can handle them, until one meets it outside its `try`.
        """
        if self._gate.is_set():
            return
        self._world.open = False
        self._commands.put({"do": "end"})
        if not self._ended.wait(0.02):
            self._throw_until_it_ends()
        self._gate.set()
        if self._ended.is_set():
            self._thread.join()

    def _throw_until_it_ends(self) -> None:
        thread = ctypes.c_ulong(self._thread.ident or 0)
        interval = sys.getswitchinterval()
        sys.setswitchinterval(1e-5)
        try:
            give_up = _monotonic() + 1
            while not self._ended.is_set() and _monotonic() < give_up:
                ctypes.pythonapi.PyThreadState_SetAsyncExc(thread, ctypes.py_object(Stopped))
            ctypes.pythonapi.PyThreadState_SetAsyncExc(thread, None)
        finally:
            sys.setswitchinterval(interval)


@contextlib.contextmanager
def _output_of(is_answer: Callable[[], bool], into: io.StringIO) -> Iterator[None]:
    """Collect what the answer's threads print; everybody else's output goes where it went."""

    class Split:
        """Not an io class: those flush when they are collected, in whatever thread that happens."""

        def __init__(self, other: Any):
            self._other = other

        def write(self, text: str) -> int:
            return into.write(text) if is_answer() else self._other.write(text)

        def flush(self) -> None:
            if not is_answer():
                self._other.flush()

        def __getattr__(self, name: str) -> Any:
            return getattr(self._other, name)

    with contextlib.redirect_stdout(Split(sys.stdout)), contextlib.redirect_stderr(Split(sys.stderr)):
        yield


class ChildProcess:
    """The answer in a process of its own, which has no cloud: its requests, and its time, come from here.

    source: a Python file that defines the answer. name: the function's name in it.
    """

    def __init__(self, source: Path, name: str, world: worlds.World):
        self._world, self.printed = world, ""
        self._process = subprocess.Popen(
            [sys.executable, "-m", "helpers.checks.child", str(source), name],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        self._lines: queue.Queue[bytes] = queue.Queue()
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            self._lines.put(line)
        self._lines.put(b"")

    def _tell(self, message: dict[str, Any]) -> None:
        assert self._process.stdin is not None
        with contextlib.suppress(BrokenPipeError):
            self._process.stdin.write(json.dumps(message).encode() + b"\n")
            self._process.stdin.flush()

    def ask(self, command: dict[str, Any], seconds: float) -> dict[str, Any]:
        """Return the reply to the command; see Seam. Meanwhile the child's requests are answered."""
        deadline = _monotonic() + seconds
        self._tell(command)
        while True:
            try:
                line = self._lines.get(timeout=max(0.0, deadline - _monotonic()))
            except queue.Empty:
                return {"stopped": TIME_IS_UP}
            if not line:
                return {"error": {"type": "SystemExit", "message": "the process ended", "number": None, "line": ""}}
            message = json.loads(line)
            if "reply" in message:
                self.printed = message.get("printed", "")
                return message["reply"]
            self._tell(self._serve(message))

    def _serve(self, message: dict[str, Any]) -> dict[str, Any]:
        """Answer what the child needs while its function runs: the time, a sleep, or a request to the cloud."""
        if "sleep" in message:
            self._world.clock.sleep(float(message["sleep"]))
        if "request" not in message:
            return {"time": self._world.clock.time()}
        method, url, headers, body = message["request"]
        fields = HTTPHeaders()
        for name, value in headers:
            fields[name] = value
        try:
            response = transport.send(
                self._world, AWSPreparedRequest(method, url, fields, base64.b64decode(body), False)
            )
        except Stopped as stop:
            return {"stopped": str(stop)}
        except Exception as problem:
            return {"refused": str(problem)}
        content = base64.b64encode(response.content).decode()
        return {"response": [response.status_code, list(response.headers.items()), content]}

    def close(self) -> None:
        """End the process."""
        self._process.kill()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            with contextlib.suppress(OSError):
                pipe.close()
