"""The process in which an answer runs behind the seam: `python -m helpers.checks.child FILE FUNCTION`.

It speaks JSON lines on what were its standard input and output. It holds no check, no cloud and no key; each boto3
request is written to the other side, and its reply read back. The answer runs in a thread, as in the notebook, while
the main thread listens, so that it can be ended.
"""

import base64
import importlib.util
import io
import json
import os
import queue
import random
import sys
import threading
from typing import Any

from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.exceptions import EndpointConnectionError
from botocore.httpsession import URLLib3Session

from helpers import errors
from helpers.checks.answer_side import AnswerSide, describe, place
from helpers.checks.answer_time import AnswerTime
from helpers.checks.answer_waits import ThreadsOf
from helpers.checks.console import Printed, console, functions_kept
from helpers.cloud import environment, transport
from helpers.errors import Stopped
from helpers.world import clock as clocks
from helpers.world import worlds
from helpers.world.journal import Journal


class _OtherSide(clocks._Clock):
    """The line to the check's side; also the clock that the answer sees."""

    still = True

    def __init__(self) -> None:
        # Taken away from standard input and output: the answer may read from one and write to the other.
        self._in, self._out = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
        for number, how in ((0, os.O_RDONLY), (1, os.O_WRONLY)):
            os.dup2(os.open(os.devnull, how), number)
        self.commands: queue.Queue[dict[str, Any]] = queue.Queue()
        self._answers: queue.SimpleQueue[dict[str, Any]] = queue.SimpleQueue()
        # One question, and one line, at a time: the answer may have threads.
        self._asking, self._writing = threading.Lock(), threading.Lock()

    def listen(self) -> None:
        """Hand on commands, and the answers to `ask`, until somebody wants to know where the answer is, or nobody."""
        for line in self._in:
            message = json.loads(line)
            if message.get("do") == "where":
                return
            (self.commands if "do" in message else self._answers).put(message)
        os._exit(0)

    def write(self, message: dict[str, Any]) -> None:
        """Send a message."""
        with self._writing:
            self._out.write(json.dumps(message).encode() + b"\n")
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

    def time(self) -> float:
        """Return the time of the check's clock."""
        return self.ask({"now": True})["time"]

    def sleep(self, seconds: float) -> None:
        """Move the check's clock."""
        self.ask({"sleep": seconds})

    def send(self, session: URLLib3Session, request: AWSPreparedRequest) -> AWSResponse:
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


class _FromFile:
    """The answer's side for a function in a file, which is run when the first command comes."""

    def __init__(self, source: str, name: str):
        self._spec, self._name = importlib.util.spec_from_file_location("answer", source), name
        assert self._spec is not None
        self.module = sys.modules["answer"] = importlib.util.module_from_spec(self._spec)
        self._side: AnswerSide | None = None

    def handle(self, command: dict[str, Any]) -> dict[str, Any]:
        """Return the reply to the command, see AnswerSide; an error in the file is the reply."""
        try:
            self._side = self._side or self._load()
        except BaseException as problem:  # SystemExit too
            return {"error": describe(problem, vars(self.module))}
        return self._side.handle(command)

    def _load(self) -> AnswerSide:
        assert self._spec is not None
        assert self._spec.loader is not None
        self._spec.loader.exec_module(self.module)
        return AnswerSide(getattr(self.module, self._name))


def _work(line: _OtherSide, side: _FromFile, threads: ThreadsOf) -> None:
    time = AnswerTime(lambda: line, threads, vars(side.module))
    with console(lambda: True, Printed(lambda text: line.write({"printed": text}))):
        while True:
            command = line.commands.get()
            with functions_kept(), time:
                reply = side.handle(command)
            line.write({"reply": reply})


def main(source: str, name: str) -> None:
    """Serve commands until the other side closes the line or ends this process."""
    line, side = _OtherSide(), _FromFile(source, name)
    environment.replace(environment.offline())
    URLLib3Session.send = lambda session, request: line.send(session, request)  # type: ignore[method-assign]
    # All threads of the answer belong to one world, as in the notebook; of this one they need no more than the clock.
    world = worlds.World(line, Journal(), random.Random(), lambda request, network: None)  # type: ignore[arg-type]

    def threads() -> list[threading.Thread]:
        return [thread for thread in worlds.threads(world) if thread is not threading.main_thread()]

    with worlds.visit(world):
        answer = threading.Thread(target=_work, args=(line, side, threads), name="answer")
        line.write({"ready": True})
        answer.start()
        line.listen()
        line.write({"reply": place(answer, vars(side.module))})
        threading.Event().wait()  # the other side has what it wants, and ends this process


if __name__ == "__main__":
    main(*sys.argv[1:])
