"""The grader's end of the line to a hand-in's process. What comes in is hostile until it was looked at.

A message is one line of JSON with one of a few forms; anything else ends the process. Nothing is unpickled, nothing
is run, and what is not read in time is not waited for.
"""

import contextlib
import json
import math
import queue
import socket
import struct
import sys
import threading
import time
from typing import Any, Protocol

from helpers.checks.values import decode

_monotonic = time.monotonic
LONGEST = 8 << 20  # bytes of one message
MOST, MOST_BYTES = 20_000, 64 << 20  # messages, and their bytes, in answer to one command
PATIENCE = 5  # real seconds for the process to read what it is told


class Broken(Exception):
    """The process ended, or said what no process of ours says; the text tells which."""


class Leash(Protocol):
    """What ends a process, when it is closed."""

    def close(self) -> None:
        """End it."""


class Line:
    """A line to one process, and the leash that ends it.

    line: a socket, whose other end the process holds.
    """

    def __init__(self, line: socket.socket, leash: Leash):
        self._line, self._leash = line, leash
        if sys.platform != "win32":  # a process that reads nothing must not hold up who writes to it
            line.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, struct.pack("ll", PATIENCE, 0))
        # Few, so that a process that floods us waits itself.
        self._messages: queue.Queue[dict[str, Any] | Broken] = queue.Queue(4)
        self._count = self._bytes = 0
        self._open = True
        threading.Thread(target=self._listen, daemon=True).start()

    def tell(self, message: dict[str, Any]) -> None:
        """Send a message; what went wrong is read on the line."""
        with contextlib.suppress(OSError):
            self._line.sendall(json.dumps(message).encode() + b"\n")

    def begin(self) -> None:
        """Count the messages anew: another command was given."""
        self._count = self._bytes = 0

    def next(self, deadline: float) -> dict[str, Any]:
        """Return the next message; {} when there is none by then. Broken when there will be none."""
        with contextlib.suppress(queue.Empty):
            message = self._messages.get(timeout=max(0.0, deadline - _monotonic()))
            if isinstance(message, Broken):
                raise message
            return message
        return {}

    def close(self) -> None:
        """End the process, and all that it started."""
        self._open = False
        self._leash.close()
        with contextlib.suppress(OSError):
            self._line.shutdown(socket.SHUT_RDWR)  # wakes who listens
        self._line.close()
        with contextlib.suppress(queue.Empty):
            while True:
                self._messages.get_nowait()  # who listens may wait for room

    def _listen(self) -> None:
        try:
            with self._line.makefile("rb") as lines:
                while line := lines.readline(LONGEST + 1):
                    self._count, self._bytes = self._count + 1, self._bytes + len(line)
                    if len(line) > LONGEST or self._count > MOST or self._bytes > MOST_BYTES:
                        raise Broken("it said too much")
                    self._messages.put(message(line))
            self._put_last(Broken("the process ended"))
        except Broken as problem:
            self._put_last(problem)
        except (OSError, ValueError):  # closed on this side
            self._put_last(Broken("the process ended"))

    def _put_last(self, problem: Broken) -> None:
        while self._open:
            with contextlib.suppress(queue.Full):
                self._messages.put(problem, timeout=0.1)
                return


def message(line: bytes) -> dict[str, Any]:
    """Return the message in this line; Broken when it is none."""
    try:
        found = json.loads(line, parse_constant=_no_constant)
        ((kind, value),) = found.items()
        if _FORMS[kind](value):
            return found
    except (ValueError, TypeError, AttributeError, KeyError, RecursionError):
        pass
    raise Broken("it said what no answer says")


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is no JSON")


def _is_number(value: Any) -> bool:
    return type(value) in (int, float) and math.isfinite(value) and value >= 0


def _is_request(value: Any) -> bool:
    method, url, headers, body = value
    texts = [method, url, body, *(part for header in headers for part in header)]
    return all(isinstance(text, str) for text in texts) and all(len(header) == 2 for header in headers)


def _is_reply(value: Any) -> bool:
    """Return whether this is a reply of AnswerSide.handle, or to `load`, `begin` and `end`."""
    keys = set(value)
    if keys == {"value"}:
        decode(value["value"])
        return True
    if keys == {"error"}:
        return _is_error(value["error"])
    if keys == {"stopped", "number", "line"}:
        return isinstance(value["stopped"], str) and _is_place(value)
    if keys == {"number", "line"}:
        return _is_place(value)
    if keys == {"failed", "found"}:
        errors = all(type(cell) is int and isinstance(text, str) for cell, text in value["failed"])
        return errors and all(type(count) is int and 0 <= count <= 100 for count in value["found"].values())
    return keys == {"left"} and type(value["left"]) is int


def _is_error(error: Any) -> bool:
    texts = [error["type"], error["message"], error["line"]]
    return set(error) == {"type", "message", "number", "line"} and _is_place(error) and _are_short(texts)


def _is_place(value: Any) -> bool:
    number = value["number"]
    return (number is None or (type(number) is int and abs(number) < 10**9)) and _are_short([value["line"]])


def _are_short(texts: list[Any]) -> bool:
    return all(isinstance(text, str) and len(text) <= 2000 for text in texts)


_FORMS = {
    "reply": _is_reply,
    "printed": lambda text: isinstance(text, str),
    "now": lambda value: value is True,
    "sleep": _is_number,
    "request": _is_request,
    "cell": lambda place: type(place) is int,
}
