"""The HTTP server of `course serve`: the standard library's, with persistent connections and a thread for each."""

import socket
import sys
import traceback
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple

LARGEST_BODY = 12 * 1024 * 1024  # four messages of 1 MiB with every byte escaped, as forms do it
_MOST_DRAINED = 10 * LARGEST_BODY  # how much of a body that is too large is read, so that the client sees the response
_IDLE_TIMEOUT = 300  # seconds
_ERROR_CODES = {411: "MissingContentLength", 413: "RequestEntityTooLarge", 431: "RequestHeaderSectionTooLarge"}
HttpResponse = tuple[int, dict[str, str], bytes]  # status, headers, body


@dataclass
class HttpRequest:
    """One HTTP request. target: path and query as received. headers: with their names in lower case."""

    method: str = ""
    target: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""

    @property
    def path(self) -> str:
        """The part before the question mark."""
        return self.target.partition("?")[0]

    @property
    def query(self) -> str:
        """The part after the question mark."""
        return self.target.partition("?")[2]


@dataclass
class UnreadableRequest(Exception):
    """A request that is rejected before it is read completely. The connection is closed afterwards."""

    status: int
    code: str
    text: str


class Handlers(NamedTuple):
    """The functions that return the response: to a request, and to an unreadable one."""

    respond: Callable[[HttpRequest], HttpResponse]
    reject: Callable[[HttpRequest, UnreadableRequest], HttpResponse]


class HttpServer(ThreadingHTTPServer):
    """Listens at one address from its creation on, and responds while `serve_forever` runs.

    port: 0 for any free port; `server_address` has the number. OSError if the address isn't available.
    """

    block_on_close = False  # so that a long poll doesn't delay the end
    request_queue_size = 128
    allow_reuse_address = sys.platform != "win32"  # on Windows it would allow sharing a port that is in use

    def __init__(self, host: str, port: int, handlers: Handlers):
        self.address_family = socket.AF_INET6 if ":" in host else socket.AF_INET
        self.handlers = handlers
        super().__init__((host, port), _Connection)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Print the error of a connection, unless the client just closed it."""
        if not isinstance(sys.exc_info()[1], OSError):
            traceback.print_exc()


class _Connection(BaseHTTPRequestHandler):
    server: HttpServer
    protocol_version = "HTTP/1.1"
    server_version, sys_version = "course", ""
    disable_nagle_algorithm = True
    timeout = _IDLE_TIMEOUT
    wbufsize = 65_536  # so that head and body are sent together

    def __getattr__(self, name: str) -> Any:
        if name.startswith("do_"):  # every HTTP method is handled, known or not
            return self._respond
        raise AttributeError(name)

    def _respond(self) -> None:
        request = self._request_without_body()
        try:
            request.body = self._read_body(request.headers)
        except UnreadableRequest as problem:
            self._reject(request, problem)
        else:
            self._write(self.server.handlers.respond(request))

    def _request_without_body(self) -> HttpRequest:
        headers: dict[str, str] = {}
        for name, value in (getattr(self, "headers", None) or {}).items():
            name = name.lower()
            headers[name] = f"{headers[name]},{value}" if name in headers else value
        return HttpRequest(self.command or "", getattr(self, "path", ""), headers)

    def _read_body(self, headers: dict[str, str]) -> bytes:
        if "transfer-encoding" in headers:
            raise UnreadableRequest(
                411, _ERROR_CODES[411], "This server needs the whole body at once, with a Content-Length."
            )
        stated = headers.get("content-length", "0")
        if not (stated.isascii() and stated.isdigit()):
            raise UnreadableRequest(400, "MalformedHttpRequest", "Its Content-Length isn't a number.")
        length = int(stated[:20])
        if length > LARGEST_BODY:
            raise UnreadableRequest(413, _ERROR_CODES[413], f"A body can have at most {LARGEST_BODY:,} bytes here.")
        body = self.rfile.read(length) if length else b""
        if len(body) < length:
            raise ConnectionResetError("the connection ended within a body")
        return body

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        """Reject a request that the standard library can't read, with an error in AWS's form."""
        text = f"This server can't read the request: {message or explain or code}."
        self.request_version = self.protocol_version  # without this an unreadable first line gets an HTTP/0.9 response
        self._reject(
            self._request_without_body(), UnreadableRequest(code, _ERROR_CODES.get(code, "MalformedHttpRequest"), text)
        )

    def _reject(self, request: HttpRequest, problem: UnreadableRequest) -> None:
        self.close_connection = True
        self._write(self.server.handlers.reject(request, problem))
        self.wfile.flush()
        self._drain()

    def _write(self, response: HttpResponse) -> None:
        status, headers, body = response
        self.send_response(status)
        for name, value in (headers | {"Content-Length": str(len(body))}).items():
            self.send_header(name, value)
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def _drain(self) -> None:
        """Read what a rejected client is still sending; if the connection closed now, it wouldn't see the response."""
        self.connection.shutdown(socket.SHUT_WR)
        self.connection.settimeout(2)
        left = _MOST_DRAINED
        while left > 0 and (read := self.rfile.read1(65_536)):
            left -= len(read)

    def log_message(self, format: str, *args: Any) -> None:
        """Print nothing for each request."""
