"""The process in which an answer runs behind the seam: `python -m helpers.checks.child FILE FUNCTION`.

It speaks JSON lines on its standard input and output. It holds no check, no cloud and no key; each boto3 request is
written to the other side, and its reply read back.
"""

import base64
import contextlib
import importlib.util
import io
import json
import sys
import threading
from typing import Any

from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.httpsession import URLLib3Session

from helpers.checks.answer_side import AnswerSide
from helpers.checks.answer_time import AnswerTime
from helpers.cloud import environment, transport
from helpers.errors import CloudError, Stopped

_turn = threading.Lock()  # one question at a time; the answer may have threads


class _OtherSide:
    """The line to the check's side; also the clock that the answer sees."""

    def __init__(self) -> None:
        self._in, self._out = sys.stdin, sys.stdout

    def read(self) -> dict[str, Any]:
        """Return the next message; ends the process when the other side is gone."""
        line = self._in.readline()
        if not line:
            raise SystemExit
        return json.loads(line)

    def write(self, message: dict[str, Any]) -> None:
        """Send a message."""
        self._out.write(json.dumps(message) + "\n")
        self._out.flush()

    def ask(self, message: dict[str, Any]) -> dict[str, Any]:
        """Send a message and return the answer to it."""
        with _turn:
            self.write(message)
            return self.read()

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
        if "stopped" in reply:
            raise Stopped(reply["stopped"])
        if "refused" in reply:
            raise CloudError(reply["refused"])
        status, reply_headers, content = reply["response"]
        return AWSResponse(request.url, status, dict(reply_headers), _Raw(base64.b64decode(content)))


class _Raw(io.BytesIO):
    """A body as botocore reads it."""

    def stream(self, **_: Any) -> Any:
        yield self.read()


def main(source: str, name: str) -> None:
    """Define the answer and serve commands until the other side closes the line."""
    line = _OtherSide()
    environment.replace(environment.offline())
    URLLib3Session.send = lambda session, request: line.send(session, request)  # type: ignore[method-assign]
    printed = io.StringIO()
    spec = importlib.util.spec_from_file_location("answer", source)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    with contextlib.redirect_stdout(printed), contextlib.redirect_stderr(printed):
        spec.loader.exec_module(module)
        side = AnswerSide(getattr(module, name))
        with AnswerTime(lambda: line, vars(module)):
            while True:
                reply = side.handle(line.read())
                line.write({"reply": reply, "printed": printed.getvalue()[-10_000:]})


if __name__ == "__main__":
    main(*sys.argv[1:])
