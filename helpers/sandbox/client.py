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

from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.exceptions import EndpointConnectionError

from helpers import errors
from helpers.aws_rules.common.request import as_text
from helpers.backends import transport
from helpers.checks.runners.base import TIME_IS_UP, TOO_MUCH_COMPUTING
from helpers.errors import Stopped
from helpers.simulation import clock as clocks

MOST_SLEEPS = 100_000  # one after another without a request; that many seconds are more than a day
TOO_LATE = "The clock cannot go beyond the year 9998; {:g} seconds would take it there."


class SandboxClient(clocks._Clock):
    """The connection to the grader, and the clock that the hand-in sees.

    The check's clock moves only when this process sleeps, or while the grader answers. So the sleeps of a hand-in with
    one thread are added up here, and the grader gets the sum with the next request or reply. With more threads, each
    sleep waits for its turn among their requests, as a request does: a thread that sleeps until another one is done
    would otherwise move the clock without end while that one waits for a response.
    """

    still = True

    def __init__(self, connection: socket.socket, has_one_thread: Callable[[], bool]) -> None:
        self._has_one_thread = has_one_thread  # whether nothing else of the hand-in can happen while it sleeps
        self._now = self._slept = 0.0
        self._sleeps = 0  # since the last request or reply
        self._in, self._out = connection.makefile("rb"), connection.makefile("wb")
        self.commands: queue.Queue[dict[str, Any]] = queue.Queue()
        self._answers: queue.SimpleQueue[dict[str, Any]] = queue.SimpleQueue()
        # One question, one line and one sleep at a time: the answer may have threads.
        self._asking, self._writing, self._sleeping = threading.Lock(), threading.Lock(), threading.Lock()
        # Taken once, because the hand-in can replace it. Windows has none; there the grader's limit ends the process.
        self._setitimer, self.loading = getattr(signal, "setitimer", None), False
        self._where: Callable[[], dict[str, Any]] = lambda: {"number": None, "line": ""}

    def listen(self) -> None:
        """Pass on commands and responses until the grader asks where the answer is; end the process after the last."""
        for line in self._in:
            message = json.loads(line)
            with self._sleeping:
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
        with self._sleeping:
            slept, self._slept, self._sleeps = self._slept, 0.0, 0
        return [{"sleep": slept}] if slept else []

    def stop_when_it_computes_too_much(self, where: Callable[[], dict[str, Any]]) -> None:
        """Have this process say where it is and end, when the time of `allow_computing` is used up.

        where: returns the line at which the answer is now.
        """

        self._where = where
        if self._setitimer:
            signal.signal(signal.SIGPROF, lambda *_: self._stop())

    def _stop(self, reason: str = TOO_MUCH_COMPUTING) -> NoReturn:
        self.write({"reply": {"stopped": reason} | self._where()})
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
        """Move the check's clock. For a loop that does nothing but sleep, the time is up after MOST_SLEEPS of them."""
        alone = self._has_one_thread()
        with self._sleeping:
            moved = self._now + clocks._seconds(seconds)
            if moved > clocks._END:
                raise errors.ClockError(TOO_LATE.format(seconds))
            if alone:
                self._slept += moved - self._now  # exact, since both are near each other
                self._now, self._sleeps = moved, self._sleeps + 1
        if not alone:
            self.ask({"wait": float(seconds)})
        elif self._sleeps > MOST_SLEEPS:
            self._stop(TIME_IS_UP)

    def advance(self, seconds: float) -> None:
        """Move the clock for a cell of the notebook; ClockError from within an answer, as in the notebook."""
        if not self.loading:
            raise errors.ClockError(clocks.NOT_BY_AN_ANSWER)
        self.sleep(seconds)

    def send(self, request: AWSPreparedRequest) -> AWSResponse:
        """Have the grader answer the request; this replaces botocore's sending."""
        headers = [[name, as_text(value)] for name, value in request.headers.items()]
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
