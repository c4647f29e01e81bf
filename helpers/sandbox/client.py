"""The hand-in's end of the line to the grader: its requests, its time and its replies go through it."""

import base64
import io
import json
import os
import queue
import signal
import socket
import threading
from collections.abc import Callable
from typing import Any

from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.exceptions import EndpointConnectionError

from helpers import errors
from helpers.backends import transport
from helpers.checks.runners.base import TOO_MUCH_COMPUTING
from helpers.errors import Stopped
from helpers.simulation import clock as clocks


class SandboxClient(clocks._Clock):
    """The line to the grader; also the clock that the hand-in sees."""

    still = True

    def __init__(self, line: socket.socket) -> None:
        self._now = 0.0
        self._in, self._out = line.makefile("rb"), line.makefile("wb")
        self.commands: queue.Queue[dict[str, Any]] = queue.Queue()
        self._answers: queue.SimpleQueue[dict[str, Any]] = queue.SimpleQueue()
        # One question, and one line, at a time: the answer may have threads.
        self._asking, self._writing = threading.Lock(), threading.Lock()
        # Taken once: the hand-in may replace it. Windows has none; there the grader's own limit is what ends it.
        self._setitimer, self.loading = getattr(signal, "setitimer", None), False

    def listen(self) -> None:
        """Hand on commands, and the answers to `ask`, until somebody wants to know where the answer is, or nobody."""
        for line in self._in:
            message = json.loads(line)
            self._now = message.get("time", self._now)
            if message.get("do") == "where":
                return
            (self.commands if "do" in message else self._answers).put(message)
        os._exit(0)

    def write(self, message: dict[str, Any]) -> None:
        """Send a message."""
        text = json.dumps(message).encode() + b"\n"
        with self._writing:
            self._out.write(text)
            self._out.flush()

    def ask(self, message: dict[str, Any]) -> dict[str, Any]:
        """Send a message and return the answer to it; an error of the other side is raised here."""
        with self._asking:
            self.write(message)
            answer = self._answers.get()
        if "stopped" in answer:
            raise Stopped(answer["stopped"])
        if "refused" in answer:
            raise getattr(errors, answer["type"], errors.CloudError)(answer["refused"])
        return answer

    def stop_when_it_computes_too_much(self, where: Callable[[], dict[str, Any]]) -> None:
        """Have this process say where it is and end, when the time of `allow_computing` is used up."""

        def stop(*_: Any) -> None:
            self.write({"reply": {"stopped": TOO_MUCH_COMPUTING} | where()})
            os._exit(0)

        if self._setitimer:
            signal.signal(signal.SIGPROF, stop)

    def start(self, thread: threading.Thread) -> None:
        """Start a thread to which the signal does not go, nor to those that it starts.

        Only a signal that goes to the main thread wakes it while it listens.
        """
        if not self._setitimer:
            thread.start()
            return
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGPROF})
        thread.start()
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGPROF})

    def allow_computing(self, seconds: float) -> None:
        """Allow so much of the processor's time from now on; 0 takes the limit away."""
        if self._setitimer:
            self._setitimer(signal.ITIMER_PROF, seconds)

    def time(self) -> float:
        """Return the time of the check's clock. It moves only while the other side is asked, which tells it then."""
        return self._now

    def sleep(self, seconds: float) -> None:
        """Move the check's clock."""
        self.ask({"sleep": seconds})

    def advance(self, seconds: float) -> None:
        """Move the clock for a cell of the notebook; ClockError from within an answer, as in the notebook."""
        if not self.loading:
            raise errors.ClockError(clocks.NOT_BY_AN_ANSWER)
        self.sleep(seconds)

    def send(self, request: AWSPreparedRequest) -> AWSResponse:
        """Have the request answered on the other side; takes the place of botocore's own sending."""
        headers = [[name, transport.text(value)] for name, value in request.headers.items()]
        body = base64.b64encode(transport.body(request)).decode()
        reply = self.ask({"request": [request.method, request.url, headers, body]})
        if "unreachable" in reply:
            raise EndpointConnectionError(endpoint_url=reply["unreachable"])
        status, reply_headers, content = reply["response"]
        return AWSResponse(request.url, status, dict(reply_headers), _Raw(base64.b64decode(content)))


class _Raw(io.BytesIO):
    """A body as botocore reads it."""

    def stream(self, **_: Any) -> Any:
        yield self.read()
