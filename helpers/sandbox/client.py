"""The hand-in's end of the channel to the grader, for its requests, its time and its replies."""

import base64
import io
import json
import os
import queue
import signal
import socket
import threading
from collections.abc import Callable
from typing import Any, NoReturn

from botocore import exceptions
from botocore.awsrequest import AWSPreparedRequest, AWSResponse

from helpers import errors
from helpers.aws_rules.common.request import as_text
from helpers.backends import transport
from helpers.checks.runners.base import TOO_MUCH_COMPUTING
from helpers.errors import Stopped
from helpers.simulation import clock as clocks
from helpers.simulation.kernel_run import CALL_TAKES
from helpers.simulation.worlds import World

CHANGES = "the cloud has changed"  # what a member waits for in a long poll


class SandboxClient(clocks._Clock):
    """The connection to the grader, and the clock that the hand-in's scheduler moves.

    The check's clock moves only when nothing of the hand-in goes on, or while the grader answers. What the clock is
    moved by here is added up, and the grader gets the sum with the next request or reply.
    """

    still = True

    def __init__(self, connection: socket.socket) -> None:
        self._now = self._slept = 0.0
        self._in, self._out = connection.makefile("rb"), connection.makefile("wb")
        self.commands: queue.Queue[dict[str, Any]] = queue.Queue()
        self._answers: queue.SimpleQueue[dict[str, Any]] = queue.SimpleQueue()
        # One question and one line at a time, also of threads that know nothing of the scheduler.
        self._asking, self._writing, self._moving = threading.Lock(), threading.Lock(), threading.Lock()
        # Taken once, because the hand-in can replace it. Windows has none; there the grader's limit ends the process.
        self._setitimer, self.loading = getattr(signal, "setitimer", None), False
        self._where: Callable[[], dict[str, Any]] = lambda: {"number": None, "line": ""}

    def listen(self) -> None:
        """Pass on commands and responses until the grader asks where the answer is; end the process after the last."""
        for line in self._in:
            message = json.loads(line)
            with self._moving:
                self._now = message.get("time", self._now) + self._slept
            if message.get("do") == "where":
                return
            (self.commands if "do" in message else self._answers).put(message)
        os._exit(0)

    def wait_for_the_end(self) -> NoReturn:
        """Wait until the grader closes the connection, and end this process."""
        while self._in.read(1):
            pass
        os._exit(0)

    def write(self, *messages: dict[str, Any]) -> None:
        """Send messages."""
        text = b"".join(json.dumps(message).encode() + b"\n" for message in messages)
        with self._writing:
            self._out.write(text)
            self._out.flush()

    def reply(self, message: dict[str, Any]) -> None:
        """Send the reply to a command."""
        self.write(*self._sleep_so_far(), {"reply": message})

    def ask(self, message: dict[str, Any]) -> dict[str, Any]:
        """Send a message and return the answer to it; an error on the grader's side is raised here."""
        with self._asking:
            self.write(*self._sleep_so_far(), message)
            answer = self._answers.get()
        if "stopped" in answer:
            raise Stopped(answer["stopped"])
        if "refused" in answer:
            raise getattr(errors, answer["type"], errors.CloudError)(answer["refused"])
        return answer

    def _sleep_so_far(self) -> list[dict[str, Any]]:
        with self._moving:
            slept, self._slept = self._slept, 0.0
        return [{"sleep": slept}] if slept else []

    def stop_when_it_computes_too_much(self, where: Callable[[], dict[str, Any]]) -> None:
        """Have this process say where it is and end, when the time of `allow_computing` is used up.

        where: returns the line at which the answer is now.
        """

        self._where = where
        if self._setitimer:
            signal.signal(signal.SIGPROF, lambda *_: self._stop())

    def _stop(self) -> NoReturn:
        self.write({"reply": {"stopped": TOO_MUCH_COMPUTING, "waiting": []} | self._where()})
        os._exit(0)

    def start(self, thread: threading.Thread) -> None:
        """Start a thread that doesn't receive the signal, nor do those that it starts.

        Only a signal to the main thread wakes it while it listens.
        """
        if not self._setitimer:
            thread.start()
            return
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGPROF})
        thread.start()
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGPROF})

    def allow_computing(self, seconds: float) -> None:
        """Allow this much of the processor's time from now on; 0 removes the limit."""
        if self._setitimer:
            self._setitimer(signal.ITIMER_PROF, seconds)

    def time(self) -> float:
        """Return the time of the check's clock."""
        return self._now

    def sleep(self, seconds: float) -> None:
        """Move the check's clock."""
        with self._moving:
            moved = round(self._now + clocks._seconds(seconds), 6)
            if moved > clocks.END:
                raise errors.ClockError(clocks.TOO_LATE.format(seconds))
            self._slept = round(self._slept + moved - self._now, 6)
            self._now = moved

    def advance(self, seconds: float) -> None:
        """Move the clock for a cell of the notebook; ClockError from within an answer, as in the notebook."""
        if not self.loading:
            raise errors.ClockError(clocks.NOT_BY_A_PROGRAM)
        self.sleep(seconds)

    def send(self, request: AWSPreparedRequest, world: World) -> AWSResponse:
        """Have the grader answer the request; this replaces botocore's sending. world: whose time passes meanwhile."""
        world.sleep(CALL_TAKES)
        headers = [[name, as_text(value)] for name, value in request.headers.items()]
        body = base64.b64encode(transport.body(request)).decode()
        reply = self.ask({"request": [request.method, request.url, headers, body]})
        while "again" in reply:  # a long poll that has found nothing so far
            world.wait(reply["until"], CHANGES)
            reply = self.ask({"again": reply["again"]})
        if reply.get("changed") and world.scheduler is not None:
            world.scheduler.notify(CHANGES)
        if "unreachable" in reply:
            raise getattr(exceptions, reply["unreachable"])(endpoint_url=request.url)
        status, reply_headers, content = reply["response"]
        return AWSResponse(request.url, status, dict(reply_headers), _Raw(base64.b64decode(content)))


class _Raw(io.BytesIO):
    """A body as botocore reads it."""

    def stream(self, **_: Any) -> Any:
        yield self.read()
