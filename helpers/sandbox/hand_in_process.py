"""A hand-in's process as the grader sees it: the cells run there, and each answer gets a runner for its check."""

import base64
import contextlib
import time
from collections.abc import Iterator, Sequence
from typing import Any

from botocore.awsrequest import AWSPreparedRequest, HeadersDict
from botocore.exceptions import ConnectionError, HTTPClientError

from helpers.backends import transport
from helpers.checks.runners.base import TIME_IS_UP, TOO_MANY_CALLS, TOO_MUCH_COMPUTING, TOO_MUCH_MEMORY
from helpers.errors import ClockError, CloudError, Stopped
from helpers.sandbox.channel import Broken, Channel, TooMuch
from helpers.sandbox.grader_limits import in_memory
from helpers.simulation.member_console import LONGEST as MOST_PRINTED
from helpers.simulation.worlds import World

_monotonic = time.monotonic
LAST_WORDS = 1.0  # real seconds for the process to say where the answer is
MEMORY = 128 << 20  # bytes that the cloud of a hand-in can grow by in the grader's own memory; a right one takes 15 MB
MOST_POLLS = 1000  # long polls that wait at the same time
LONGEST_CHECK = 20.0  # real seconds in which an answer may work, in one check; nearly all of it is waiting
# On a busy machine a call takes several times its few milliseconds. So each adds to the time of a run and of a check.
A_CALL, ALL_CALLS = 0.05, 30.0  # real seconds, for a call and at most for those of one check


class _TimeIsUp(TooMuch):
    """The process sleeps without end."""


class HandInProcess:
    """The process of one hand-in: commands go in, replies come out, and its requests are answered meanwhile."""

    def __init__(self, channel: Channel):
        self._channel, self.ended, self.printed, self.cell = channel, "", "", -1
        self._most, self._closed_by = in_memory() + MEMORY, TOO_MANY_CALLS
        self._polls: dict[int, Any] = {}  # long polls that wait, by their number
        self._count = 0  # of requests
        self.added = 0.0  # real seconds that calls have added in this check

    def load(self, cells: Sequence[str], skip: Sequence[int], answers: Sequence[str], world: World) -> dict[str, Any]:
        """Run the notebook's cells against this world; return {"failed": [[place, {...}], ...], "found": {name: n}}.

        skip: places of cells to leave out. Broken when a cell ended the process, or had to be stopped; `cell` is its
        place.
        """
        command = {"do": "load", "cells": list(cells), "skip": list(skip), "answers": list(answers)}
        reply = self.ask(command, LONGEST_CHECK, world)
        if "failed" not in reply or "stopped" in reply:
            self.close()
            raise Broken(f"it was stopped: {reply.get('stopped', 'it said what no notebook says')}")
        return reply

    def begin(self, answer: str, back: int, world: World) -> "Answer":
        """Return the runner of an answer; back: 0 for its newest definition, 1 for the one before, ..."""
        with _closed(world):  # a call that is made now would be missing in the check's journal
            command = {"do": "begin", "answer": answer, "back": back, "keys": world.profile_keys}
            reply = self.ask(command, LAST_WORDS + PATIENCE, world)
        if "value" not in reply or "stopped" in reply:
            self.close()
            raise Broken("it didn't get ready")
        self.printed, self.added = "", 0.0
        return Answer(self, world)

    def end(self, world: World) -> None:
        """End the answer's threads; the process, too, when they do not end."""
        with contextlib.suppress(Broken), _closed(world):
            if not self.ended and self.ask({"do": "end"}, PATIENCE, world) != {"left": 0}:
                self.close()

    def ask(self, command: dict[str, Any], seconds: float, world: World) -> dict[str, Any]:
        """Return the reply to the command; see AnswerRunner. Meanwhile the process's requests are answered.

        Broken when the process ended, or sent something that it must not; then it is ended.
        """
        if self.ended:
            raise Broken(self.ended)
        try:
            self._channel.begin()
            self._channel.send({**command, "time": world.clock.time()})
            reply = self._reply(seconds, world)
            if self._closed_by == TOO_MUCH_MEMORY:  # whatever the process says of it
                reply = {"number": None, "line": ""} | reply | {"stopped": TOO_MUCH_MEMORY}
            if "stopped" in reply:
                self.close()
        except Broken as problem:
            self.close(str(problem))
            raise
        return reply

    def _reply(self, seconds: float, world: World) -> dict[str, Any]:
        why = TIME_IS_UP
        try:
            if reply := self._converse(_monotonic() + seconds, world):
                return reply
        except _TimeIsUp:
            pass
        except TooMuch:
            why = TOO_MUCH_COMPUTING
        reply = {"stopped": why if world.open else self._closed_by, "number": None, "line": "", "waiting": []}
        world.open = False
        self._channel.begin()
        self._channel.send({"do": "where"})
        return reply | self._converse(_monotonic() + LAST_WORDS, world)

    def close(self, why: str = "it was stopped") -> None:
        """End the process."""
        if not self.ended:
            self.ended = why
            self._channel.close()

    def _converse(self, deadline: float, world: World) -> dict[str, Any]:
        """Serve the process until it replies; return the reply, {} when there is none by then.

        When the calls are used up meanwhile, it has to reply soon.
        """
        while _monotonic() < deadline:
            message = self._channel.receive(deadline)
            if "reply" in message:
                return message["reply"]
            if "printed" in message:
                self.printed += message["printed"][: MOST_PRINTED - len(self.printed)]
            elif "cell" in message:
                self.cell = message["cell"]
            elif "sleep" in message:
                _sleep(message["sleep"], world)
            elif message:
                was_open = world.open
                self._channel.send({**self._served(message, world), "time": world.clock.time()})
                if world.open and self.added < ALL_CALLS:
                    self.added += A_CALL
                    deadline += A_CALL
                if world.open and in_memory() >= self._most:
                    world.open, self._closed_by = False, TOO_MUCH_MEMORY
                if was_open and not world.open:
                    deadline = min(deadline, _monotonic() + 0.2)
        return {}

    def _served(self, message: dict[str, Any], world: World) -> dict[str, Any]:
        """Return the cloud's response to a process's request, or when to look again, for a long poll."""
        before = world.accounts.changes
        try:
            if not world.open:
                return {"stopped": TOO_MANY_CALLS}
            if "again" in message:
                number, poll = message["again"], self._polls.pop(message["again"])
            else:
                method, url, headers, body = message["request"]
                request = AWSPreparedRequest(method, url, HeadersDict(headers), base64.b64decode(body), False)
                self._count += 1
                number, poll = self._count, transport.sending(world, request)
            later = next(poll)
            if len(self._polls) >= MOST_POLLS:
                raise CloudError(f"More than {MOST_POLLS:,} long polls at a time.")
            self._polls[number] = poll
            return {"again": number, "until": later.until}
        except StopIteration as done:
            response = done.value
            content = base64.b64encode(response.content).decode()
            changed = world.accounts.changes != before
            return {"response": [response.status_code, list(response.headers.items()), content], "changed": changed}
        except Stopped as stop:
            world.open = False
            return {"stopped": str(stop)}
        except (ConnectionError, HTTPClientError) as problem:  # botocore's: nothing answered
            return {"unreachable": type(problem).__name__}
        except Exception as problem:  # boto3's clients make no such request
            return {"refused": str(problem)[:1000], "type": type(problem).__name__}


PATIENCE = 5.0  # real seconds for commands that run no answer


class Answer:
    """The runner of one answer in the process; see helpers.checks.runners.base.AnswerRunner."""

    unable = ""

    def __init__(self, process: HandInProcess, world: World):
        self._process, self._world, self._left = process, world, LONGEST_CHECK

    @property
    def printed(self) -> str:
        """What the answer printed so far, from the beginning."""
        return self._process.printed

    def ask(self, command: dict[str, Any], seconds: float) -> dict[str, Any]:
        """Return the reply to the command; an error when the process has ended."""
        started, added = _monotonic(), self._process.added
        try:
            reply = self._process.ask(command, min(seconds, self._left), self._world)
        except Broken as problem:
            error = {"type": "SystemExit", "message": str(problem), "number": None, "line": ""}
            return {"error": error}
        finally:
            self._left -= _monotonic() - started - (self._process.added - added)
        expected = ("value", "error", "stopped")
        return reply if any(key in reply for key in expected) else self._end_after_invalid_reply()

    def _end_after_invalid_reply(self) -> dict[str, Any]:
        self._process.close("it said what no answer says")
        return {"error": {"type": "SystemExit", "message": self._process.ended, "number": None, "line": ""}}

    def close(self) -> None:
        """End what the answer left running."""
        self._process.end(self._world)


@contextlib.contextmanager
def _closed(world: World) -> Iterator[None]:
    """Have the world take no calls for a while."""
    was_open, world.open = world.open, False
    try:
        yield
    finally:
        world.open = was_open


def _sleep(seconds: float, world: World) -> None:
    """Move the check's clock by what the process slept, unless that goes where the process's own clock can't."""
    try:
        world.clock.sleep(seconds)
    except ClockError as problem:
        raise _TimeIsUp(str(problem)) from None
