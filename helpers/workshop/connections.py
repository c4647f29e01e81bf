"""The standard library's HTTP server as the served cloud uses it: connections that stay open, a thread for each."""

import socket
import sys
import traceback
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple

LARGEST_BODY = 12 * 1024 * 1024  # a message of 1 MiB with every byte escaped, as forms do it, four times over
_READ_AWAY = 10 * LARGEST_BODY  # so much of a body that is too large is read, so that the client gets to the answer
_IDLE = 300  # seconds after which a silent connection is closed
_CODES = {411: "MissingContentLength", 413: "RequestEntityTooLarge", 431: "RequestHeaderSectionTooLarge"}
Response = tuple[int, dict[str, str], bytes]


@dataclass
class Asked:
    """One request. target: path and query as they came. headers: with their names in lower case."""

    method: str = ""
    target: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""

    @property
    def path(self) -> str:
        """What stands before the question mark."""
        return self.target.partition("?")[0]

    @property
    def query(self) -> str:
        """What stands behind the question mark."""
        return self.target.partition("?")[2]


@dataclass
class Unreadable(Exception):
    """A request that is refused before it is read to its end; the connection is closed then."""

    status: int
    code: str
    text: str


class Answers(NamedTuple):
    """What answers. to: a request. refusal: one that is Unreadable."""

    to: Callable[[Asked], Response]
    refusal: Callable[[Asked, Unreadable], Response]


class Server(ThreadingHTTPServer):
    """Listens at one address from the moment it is made, and answers while `serve_forever` runs.

    port: 0 for any free one; `server_address` says which. OSError when the address cannot be had.
    """

    block_on_close = False  # a long poll does not hold up the end
    request_queue_size = 128
    allow_reuse_address = sys.platform != "win32"  # on Windows this would share a port that is in use

    def __init__(self, host: str, port: int, answers: Answers):
        self.address_family = socket.AF_INET6 if ":" in host else socket.AF_INET
        self.answers = answers
        super().__init__((host, port), _Connection)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say what went wrong with a connection, unless the other side just left."""
        if not isinstance(sys.exc_info()[1], OSError):
            traceback.print_exc()


class _Connection(BaseHTTPRequestHandler):
    server: Server
    protocol_version = "HTTP/1.1"
    server_version, sys_version = "course", ""
    disable_nagle_algorithm = True
    timeout = _IDLE
    wbufsize = 65_536  # head and body go out together

    def __getattr__(self, name: str) -> Any:
        if name.startswith("do_"):  # whatever the method is, the cloud says what it is worth
            return self._answer
        raise AttributeError(name)

    def _answer(self) -> None:
        asked = self._asked()
        try:
            asked.body = self._read_body(asked.headers)
        except Unreadable as problem:
            self._refuse(asked, problem)
        else:
            self._write(self.server.answers.to(asked))

    def _asked(self) -> Asked:
        headers: dict[str, str] = {}
        for name, value in (getattr(self, "headers", None) or {}).items():
            name = name.lower()
            headers[name] = f"{headers[name]},{value}" if name in headers else value
        return Asked(self.command or "", getattr(self, "path", ""), headers)

    def _read_body(self, headers: dict[str, str]) -> bytes:
        if "transfer-encoding" in headers:
            raise Unreadable(411, _CODES[411], "This server wants bodies whole, with a Content-Length.")
        told = headers.get("content-length", "0")
        if not (told.isascii() and told.isdigit()):
            raise Unreadable(400, "MalformedHttpRequest", "Its Content-Length is no number.")
        length = int(told[:20])
        if length > LARGEST_BODY:
            raise Unreadable(413, _CODES[413], f"A body has at most {LARGEST_BODY:,} bytes here.")
        body = self.rfile.read(length) if length else b""
        if len(body) < length:
            raise ConnectionResetError("the connection ended within a body")
        return body

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        """Refuse what the standard library cannot read, in AWS's form."""
        text = f"This is no request that this server reads: {message or explain or code}."
        self.request_version = self.protocol_version  # for a line that it cannot read it would answer as in 1991
        self._refuse(self._asked(), Unreadable(code, _CODES.get(code, "MalformedHttpRequest"), text))

    def _refuse(self, asked: Asked, problem: Unreadable) -> None:
        self.close_connection = True
        self._write(self.server.answers.refusal(asked, problem))
        self.wfile.flush()
        self._read_away()

    def _write(self, response: Response) -> None:
        status, headers, body = response
        self.send_response(status)
        for name, value in (headers | {"Content-Length": str(len(body))}).items():
            self.send_header(name, value)
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def _read_away(self) -> None:
        """Read what a refused client still sends; closing at once would take the answer from it."""
        self.connection.shutdown(socket.SHUT_WR)
        self.connection.settimeout(2)
        left = _READ_AWAY
        while left > 0 and (read := self.rfile.read1(65_536)):  # type: ignore[attr-defined]
            left -= len(read)

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing of each request."""
