"""The HTTP server of `course serve`: the standard library's, with persistent connections and a thread for each."""

import contextlib
import http.client
import socket
import sys
import threading
import time
import traceback
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple

LARGEST_BODY = 12 * 1024 * 1024  # four messages of 1 MiB with every byte escaped, as forms do it
_MOST_DRAINED = 10 * LARGEST_BODY  # how much of a body that is too large is read, so that the client sees the response
_READING = 120.0  # seconds for a whole request to arrive, from the response to the one before
_MOST_CONNECTIONS, _MOST_OF_ONE = 800, 250  # at a time: of all clients, and of one address
_MOST_BYTES, _MOST_BYTES_OF_ONE = 16 * LARGEST_BODY, 4 * LARGEST_BODY  # of bodies at a time, both ways, likewise
_LARGEST_HEAD = 2 * 65_536  # bytes of a request's first line and its headers together
_TOO_BUSY = b"HTTP/1.1 503 Service Unavailable\r\nRetry-After: 1\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
_monotonic = time.monotonic  # while an answer is checked in this process, the module `time` shows another time
_LARGE = 256 * 1024  # bytes
_PART = 65_536  # bytes that are read at once; a body that isn't longer is never refused because memory is used up
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


class Quota:
    """How much of something there can be at a time, in all and for each address. Every method is safe for threads."""

    def __init__(self, most: int, most_of_one: int):
        self._most, self._most_of_one = most, most_of_one
        self._used: Counter[str] = Counter()
        self._lock = threading.Lock()

    def take(self, address: str, count: int) -> bool:
        """Count more for an address, and return True; False, with nothing counted, if that's too much."""
        with self._lock:
            if self._used.total() + count > self._most or self._used[address] + count > self._most_of_one:
                return False
            self._used[address] += count
            return True

    def is_used_up(self, address: str) -> bool:
        """Return whether an address has all that it can have."""
        with self._lock:
            return self._used[address] >= self._most_of_one

    def give_back(self, address: str, count: int) -> None:
        """Count less for an address."""
        with self._lock:
            self._used[address] -= count
            if not self._used[address]:
                del self._used[address]


class Waits:
    """Which connections wait, and since when on the monotonic clock. Every method is safe for threads.

    A dict alone isn't: while it's being listed, Python can clean up, and then another thread can change it.
    """

    def __init__(self) -> None:
        self._since: dict[_Connection, float] = {}
        self._lock = threading.Lock()

    def begin(self, connection: "_Connection", since: float | None = None) -> None:
        """Note that this connection waits, from now on unless `since` says something else."""
        since = _monotonic() if since is None else since
        with self._lock:
            self._since[connection] = since

    def end(self, connection: "_Connection") -> None:
        """Note that this connection doesn't wait, or no longer."""
        with self._lock:
            self._since.pop(connection, None)

    def list(self) -> list[tuple["_Connection", float]]:
        """Return all that wait, and since when."""
        with self._lock:
            return list(self._since.items())


class HttpServer(ThreadingHTTPServer):
    """Listens at one address from its creation on, and responds while `serve_forever` runs.

    port: 0 for any free port; `server_address` has the number. OSError if the address isn't available. There are limits
    on connections, on the bodies in memory, and on the time that a request takes to arrive.
    """

    block_on_close = False  # so that a long poll doesn't delay the end
    request_queue_size = 128
    delay = 1.0  # seconds until a long request is refused, so that it isn't sent again and again
    pace = 0.001  # seconds from one part of a long body to the next, of whichever: reading them all takes few turns
    allow_reuse_address = sys.platform != "win32"  # on Windows it would allow sharing a port that is in use

    def __init__(self, host: str, port: int, handlers: Handlers):
        self.address_family = socket.AF_INET6 if ":" in host else socket.AF_INET
        self.handlers = handlers
        self.connections = Quota(_MOST_CONNECTIONS, _MOST_OF_ONE)
        self.bytes = Quota(_MOST_BYTES, _MOST_BYTES_OF_ONE)
        self.next_part = threading.Lock()
        self.reading = Waits()  # for a whole request
        self.writing = Waits()  # for the client to take the response
        self._counted: dict[Any, str] = {}  # the address of each socket that counts
        super().__init__((host, port), _Connection)

    def process_request(self, request: Any, client_address: Any) -> None:
        """Respond in a thread of its own. With too many connections, one that waits for a request ends, if there's any.

        SDKs keep a connection for each client that was ever used, and connect again when they find it closed.
        """
        address = client_address[0]
        if self.connections.take(address, 1) or (self._end_a_silent_one(address) and self.connections.take(address, 1)):
            self._counted[request] = address
            super().process_request(request, client_address)
            return
        with contextlib.suppress(OSError):
            request.setblocking(False)
            request.send(_TOO_BUSY)
        self.shutdown_request(request)

    def _end_a_silent_one(self, address: str) -> bool:
        """End the connection that has waited longest: of this address if it has its share, else of any.

        Return whether there was one.
        """
        ours_only = self.connections.is_used_up(address)
        waits = [*self.reading.list(), *self.writing.list()]
        waiting = [each for each in waits if not ours_only or each[0].client_address[0] == address]
        for connection, _ in sorted(waiting, key=lambda each: each[1]):
            if self._uncount(connection.request):
                connection.hang_up()
                return True
        return False

    def _uncount(self, request: Any) -> bool:
        """Count a connection no longer. Return whether it counted until now."""
        address = self._counted.pop(request, None)
        if address is not None:
            self.connections.give_back(address, 1)
        return address is not None

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        """Respond until the connection ends."""
        try:
            super().process_request_thread(request, client_address)
        finally:
            self._uncount(request)

    def service_actions(self) -> None:
        """End connections that are silent or too slow. `serve_forever` calls this twice a second."""
        now = _monotonic()
        for connection, since in self.reading.list():
            if now - since > _READING:
                connection.hang_up()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Print the error of a connection, unless the client just closed it."""
        if not isinstance(sys.exc_info()[1], OSError):
            traceback.print_exc()


class _Lines:
    """What arrives on a connection. left: bytes that may still come in lines, which only a request's head does."""

    def __init__(self, file: Any):
        self._file, self.left = file, 0

    def readline(self, limit: int) -> bytes:
        """Return the next line; LineTooLong when the head of the request is too long."""
        line: bytes = self._file.readline(limit)
        self.left -= len(line)
        if self.left < 0:
            raise http.client.LineTooLong("all headers together")
        return line

    def __getattr__(self, name: str) -> Any:
        return getattr(self._file, name)


class _Connection(BaseHTTPRequestHandler):
    server: HttpServer
    protocol_version = "HTTP/1.1"
    server_version, sys_version = "course", ""
    disable_nagle_algorithm = True
    timeout = _READING
    wbufsize = 65_536  # so that head and body are sent together

    def __getattr__(self, name: str) -> Any:
        if name.startswith("do_"):  # every HTTP method is handled, known or not
            return self._respond
        raise AttributeError(name)

    def setup(self) -> None:
        """Begin with the connection."""
        super().setup()
        self.rfile: Any = _Lines(self.rfile)

    def handle_one_request(self) -> None:
        """Read a request and respond to it."""
        self.server.reading.begin(self)
        self.rfile.left = _LARGEST_HEAD
        try:
            super().handle_one_request()
        finally:
            self.server.reading.end(self)

    def hang_up(self) -> None:
        """End the connection, from another thread."""
        with contextlib.suppress(OSError):
            self.connection.shutdown(socket.SHUT_RDWR)

    def _respond(self) -> None:
        request, self._taken = self._request_without_body(), 0
        try:
            self._send(self._answer(request))
        except UnreadableRequest as problem:
            self._reject(request, problem)

    def _answer(self, request: HttpRequest) -> HttpResponse:
        """Return the response. Its body no longer counts when the client sees that, so it can send the next one."""
        try:
            request.body = self._read_body(request.headers)
            self.server.reading.end(self)  # what takes long now is the response, such as one to a long poll
            response = self.server.handlers.respond(request)
            if response[0] >= 400 and len(request.body) > _LARGE:
                time.sleep(self.server.delay)
            return response
        finally:
            self.server.bytes.give_back(self.client_address[0], self._taken)

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
        body = bytearray()
        while len(body) < length:
            if not (part := self.rfile.read1(min(_PART, length - len(body)))):
                raise ConnectionResetError("the connection ended within a body")
            if len(body) + len(part) > _PART:
                self._take(len(part))
            if (len(body) + len(part)) // _PART > len(body) // _PART:
                self._wait_for_the_next_part()
            body += part
        return bytes(body)

    def _take(self, count: int) -> None:
        if not self.server.bytes.take(self.client_address[0], count):
            raise UnreadableRequest(503, "SlowDown", "Too many long requests are being sent at once. Try again.")
        self._taken += count

    def _wait_for_the_next_part(self) -> None:
        with self.server.next_part:
            time.sleep(self.server.pace)

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        """Reject a request that the standard library can't read, with an error in AWS's form."""
        text = f"This server can't read the request: {message or explain or code}."
        self.request_version = self.protocol_version  # without this an unreadable first line gets an HTTP/0.9 response
        self._reject(
            self._request_without_body(), UnreadableRequest(code, _ERROR_CODES.get(code, "MalformedHttpRequest"), text)
        )

    def _reject(self, request: HttpRequest, problem: UnreadableRequest) -> None:
        self.close_connection = True
        if problem.status in (413, 503):
            time.sleep(self.server.delay)
        self._write(self.server.handlers.reject(request, problem))
        self.wfile.flush()
        self._drain()

    def _send(self, response: HttpResponse) -> None:
        """Send the response, which counts as a body does until it's taken. Who doesn't take it soon gives way."""
        address, size = self.client_address[0], len(response[2])
        size = size if size > _PART else 0
        if not self.server.bytes.take(address, size):
            raise UnreadableRequest(503, "SlowDown", "Too many long responses are being sent at once. Try again.")
        self.server.writing.begin(self)
        try:
            self._write(response)
            self.wfile.flush()
        finally:
            self.server.writing.end(self)
            self.server.bytes.give_back(address, size)

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
        while left > 0 and (read := self.rfile.read1(_PART)):
            left -= len(read)
            self._wait_for_the_next_part()

    def log_message(self, format: str, *args: Any) -> None:
        """Print nothing for each request."""
