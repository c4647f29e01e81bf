"""The sandbox child: the isolated process of one hand-in, which runs its cells and answers and speaks with the grader.

It has no cloud and no check: each boto3 request goes to the grader, and the response comes back. Messages are JSON, one
a line. The grader believes nothing that is said here.

The hand-in's code runs in a thread, as in the notebook, while the main thread listens, so that it can say where it is.
"""

import os
import random
import shutil
import socket
import sys
import tempfile
import threading
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import boto3
from botocore.httpsession import URLLib3Session

from helpers.backends import environment, transport
from helpers.checks.limits import COMPUTING
from helpers.checks.runners.answer_host import CLIENTS, AnswerHost, place, stopped
from helpers.checks.runners.fresh_session import fresh_session
from helpers.sandbox.cells import Definitions, Shell, run_all
from helpers.sandbox.client import SandboxClient
from helpers.sandbox.vocabulary import vocabulary
from helpers.simulation import stopping, worlds
from helpers.simulation.journal import Journal
from helpers.simulation.member_console import Printed, console, functions_kept
from helpers.simulation.member_time import MemberTime
from helpers.simulation.scheduler import ENDED, Member, Program, Scheduler, Signals

SESSIONS = 6  # of boto3, made in the fork server; one for each answer of a hand-in, since making one takes long
LONGEST = 3600.0  # real seconds of one run; the grader ends it long before
ENDING = 0.5  # real seconds to end the threads that an answer left

_sessions: list[tuple[boto3.Session, dict[str, Any]]] = []
_computing = COMPUTING


def prepare(home: Path, profiles: Path, computing: float) -> Shell:
    """Import and make what every hand-in needs, in a process that will be forked for each of them.

    home: the hand-in's home folder. profiles: a new folder for the course's profiles of boto3, since the folder of the
    course is hidden. computing: seconds of the processor's time for one cell, or one run of an answer.
    """
    global _computing
    _computing = computing
    shutil.copytree(environment.PROFILES, profiles)
    environment.replace(environment.offline(profiles))
    transport.install()
    shell = Shell(home)
    boto3.DEFAULT_SESSION = fresh_session()
    for service in ("sqs", "sns", "sts"):
        boto3.client(service)
    boto3.resource("sqs"), boto3.resource("sns")
    for _ in range(SESSIONS):
        _sessions.append(_session())
    return shell


def _session() -> tuple[boto3.Session, dict[str, Any]]:
    """Return a new default session that has looked for no credentials yet, and the clients that an answer is given."""
    other = fresh_session()
    return fresh_session(), {service: other.client(service) for service in CLIENTS}


def serve(connection: socket.socket, shell: Shell) -> None:
    """Do what the grader asks for until it closes the connection."""
    client = SandboxClient(connection)
    # All threads of the hand-in belong to one world; they need only its time.
    world = worlds.World(client, Journal(), random.Random(1), lambda request, network: None)  # type: ignore[arg-type]
    world.scheduler = scheduler = Scheduler(client, world.adopt)
    URLLib3Session.send = lambda session, request: client.send(request, world)
    work = threading.Thread(target=_Work(client, shell, scheduler, world).go, name="commands")
    where = lambda: place(scheduler.at() or work, shell.namespace)  # noqa: E731
    client.stop_when_it_computes_too_much(where)
    _hide_the_course(client)
    client.start(work)
    client.listen()
    client.write({"reply": where()})
    client.wait_for_the_end()


def _hide_the_course(client: SandboxClient) -> None:
    for name in [name for name in sys.modules if name.partition(".")[0] == "helpers"]:
        del sys.modules[name]
    sys.modules["helpers"] = vocabulary(client.advance)


class _Work:
    """Does the commands, one after another, each as a run whose first member is a thread of its own."""

    def __init__(self, client: SandboxClient, shell: Shell, scheduler: Scheduler, world: worlds.World):
        self._client, self._shell, self._scheduler, self._world = client, shell, scheduler, world
        self._found, self._host = Definitions(()), AnswerHost(lambda: None)
        self._of_the_notebook: list[Member] = []  # the threads that its cells started
        self._environment, self._folder = dict(os.environ), os.getcwd()

    def go(self) -> None:
        scheduler = self._scheduler
        time = MemberTime(lambda: scheduler if scheduler.member() else None, [self._shell.namespace])
        printed = Printed(lambda text: self._client.write({"printed": text}))
        with console(lambda: printed):
            while True:
                command = self._client.commands.get()
                self._client.allow_computing(_computing)
                if command["do"] == "load":
                    with time:
                        reply = self._in_a_run(partial(self._load, command))
                    self._of_the_notebook = scheduler.members
                elif command["do"] in ("begin", "end"):
                    reply = self._begin(command) if command["do"] == "begin" else self._end()
                else:
                    with functions_kept(), time:
                        reply = self._in_a_run(partial(self._host.handle, command), command.pop("signals", ()))
                self._client.allow_computing(0)
                self._client.reply(reply)

    def _in_a_run(self, do: Callable[[], dict[str, Any]], signals: Signals = ()) -> dict[str, Any]:
        """Return what `do` replies, or that it was stopped."""
        self._world.pauses = random.Random(1)
        replies: list[dict[str, Any]] = []
        target = lambda: replies.append(do())  # noqa: E731
        thread = threading.Thread(target=stopping.shielded, args=(target,), name="your function")
        outcome = self._scheduler.run([Program(thread, signals)], LONGEST)
        if outcome == ENDED and replies:
            return replies[0]
        return stopped(self._scheduler, thread, self._shell.namespace, replies)

    def _load(self, command: dict[str, Any]) -> dict[str, Any]:
        """Run the notebook's cells; reply with those that raised, and with how often each answer is defined."""

        def begin(place: int) -> None:
            self._client.write({"cell": place})
            self._client.allow_computing(_computing)

        self._found, self._client.loading = Definitions(command["answers"]), True
        failed = stopping.stoppable(
            lambda: run_all(self._shell, command["cells"], set(command["skip"]), self._found, begin)
        )
        self._client.loading = False
        return {"failed": failed, "found": self._found.counts()}

    def _begin(self, command: dict[str, Any]) -> dict[str, Any]:
        """Make ready for one answer: everything is as in a new kernel, whatever cells and other answers changed."""
        os.environ.clear()
        os.environ.update(self._environment)
        os.chdir(self._folder)
        if keys := command["keys"]:
            credentials = Path(tempfile.mkdtemp(dir=self._environment["HOME"]), "credentials")
            environment.write_credentials(credentials, keys)
            os.environ["AWS_SHARED_CREDENTIALS_FILE"] = str(credentials)
        boto3.DEFAULT_SESSION, clients = _sessions.pop() if _sessions else _session()
        self._host = AnswerHost(self._found.get(command["answer"], command["back"]), clients)
        return {"value": None}

    def _end(self) -> dict[str, Any]:
        """End the threads that the answer left; reply with how many did not end."""
        keep, scheduler = self._of_the_notebook, self._scheduler

        if scheduler.end(keep):
            left = partial(scheduler.end, keep, 0)
            stopping.stop(left, lambda frame: frame.f_globals is self._shell.namespace, ENDING)
        return {"left": len(scheduler.end(keep, 0))}
