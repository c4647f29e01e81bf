"""Where an answer lives: calls the learner's function, and has the boto3 objects that it returned make calls.

It is the same code in a notebook's kernel and in the sandbox. It holds no check.
"""

import inspect
import json
import os
import threading
from collections.abc import Callable, Mapping
from typing import Any

import boto3

from helpers.checks.values import ADDRESS, encode, kind
from helpers.errors import Stopped
from helpers.simulation import stopping
from helpers.simulation.scheduler import WAITS, Scheduler
from helpers.simulation.source_lines import line, line_of, namespace_of, place

_dumps, _loads = json.dumps, json.loads  # the answer can replace those in the module
CLIENTS = ("sqs", "sns", "cloudwatch")  # an answer that has a parameter of this name is given a client


class AnswerHost:
    """One answer, and the boto3 objects that it returned so far.

    clients: those that it is given, by the parameter's name. A client that isn't among them is made when it's needed.
    """

    def __init__(self, answer: Callable[..., Any], clients: Mapping[str, Any] | None = None):
        self.answer, self.namespace = answer, namespace_of(answer)
        self._kept: list[Any] = []
        self._clients: dict[str, Any] = dict(clients or {})

    def handle(self, command: dict[str, Any]) -> dict[str, Any]:
        """Return the reply to a command, both plain JSON.

        {"do": "run", "arguments": {...}, "session": {...}} and {"do": "call", "object", "service", "operation",
        "params"}. session: what the session of the answer's clients is made with; {} for the default session.
        {"do": "set", "variables": {...}} sets environment variables; the value is all that there are then.
        Replies: {"value": ...}, {"error": {"type", "message", "number", "line"}} or {"stopped": why, "number", "line"}.
        Beside a value "changed" names the arguments that the answer changed, if there are any.
        """
        try:
            return stopping.stoppable(lambda: self._value(command))
        except Stopped as stop:
            return {"stopped": str(stop)} | line_of(stop, self.namespace)
        except BaseException as problem:  # SystemExit too: whatever the answer raises is the answer's error
            if isinstance(problem, NotImplementedError) and _raised_in(problem, self.namespace):
                return {"value": encode(..., self._kept)}  # the other way to write a stub
            error = describe(problem, self.namespace)
            if command["do"] == "run" and error["number"] is None:
                error |= self._first_line()  # it can't be called with the exercise's arguments
            return {"error": error}

    def _value(self, command: dict[str, Any]) -> dict[str, Any]:
        arguments = command.get("arguments", {})
        before = _loads(_dumps(arguments))
        value = {"run": self._run, "call": self._call, "set": self._set}[command["do"]](command)
        changed = [name for name, given in arguments.items() if given != before[name]]
        # Through JSON in every runner: no object with methods that the learner wrote ever reaches the check.
        return _loads(_dumps({"value": encode(value, self._kept)} | ({"changed": changed} if changed else {})))

    def _run(self, command: dict[str, Any]) -> Any:
        parameters = inspect.signature(self.answer).parameters
        wanted, session = [name for name in CLIENTS if name in parameters], command.get("session")
        make = boto3.Session(**session).client if session else self._client
        return self.answer(**command["arguments"], **{name: make(name) for name in wanted})

    def _set(self, command: dict[str, Any]) -> Any:
        os.environ.update(command["variables"])
        return dict(os.environ)

    def _client(self, service: str) -> Any:
        if service not in self._clients:
            self._clients[service] = boto3.client(service)
        return self._clients[service]

    def _call(self, command: dict[str, Any]) -> Any:
        """Return the response to a call that one of the answer's boto3 objects makes, or a new client if none is named.

        A session's "get_credentials" returns how boto3 got them: "explicit" when code gave them. ValueError when the
        object is for another service.
        """
        service = command["service"]
        maker = boto3.client(service) if command["object"] is None else self._kept[command["object"]]
        if kind(maker) == "session":
            if command["operation"] == "get_credentials":
                return maker.get_credentials().method
            client = maker.client(service)
        else:
            client = maker if kind(maker) == "client" else maker.meta.client
        if client.meta.service_model.service_name != service:
            raise ValueError(f"it's a client for {client.meta.service_model.service_name}, not for {service}")
        response = getattr(client, command["operation"])(**command["params"])
        return {key: value for key, value in response.items() if key != "ResponseMetadata"}

    def _first_line(self) -> dict[str, Any]:
        code = getattr(getattr(self.answer, "__wrapped__", self.answer), "__code__", None)
        return line(code.co_filename, code.co_firstlineno) if code else {}


def describe(problem: BaseException, namespace: dict[str, Any]) -> dict[str, Any]:
    """Return the error as plain data, with the last line of the learner's own code that led to it."""
    try:
        message = stopping.stoppable(lambda: str(problem))[:1000]
    except Exception as worse:  # a __str__ that the learner wrote can fail in any way
        message = f"(its text can't be shown: {type(worse).__name__})"
    message = ADDRESS.sub("", str.__str__(message))
    return {"type": type(problem).__name__, "message": message} | line_of(problem, namespace)


def stopped(
    scheduler: Scheduler, thread: threading.Thread, namespace: dict[str, Any], replies: list[dict[str, Any]]
) -> dict[str, Any]:
    """Return the reply of a run that was stopped.

    thread: in which it began. replies: what it replied itself, at its end, if it came to that.
    """
    waiting = scheduler.who_waits() if scheduler.outcome == WAITS else []
    where = place(scheduler.at() or thread, namespace)
    if replies and "stopped" in replies[0]:
        where = {name: replies[0][name] for name in where}
    return {"stopped": scheduler.outcome, "waiting": waiting} | where


def _raised_in(problem: BaseException, namespace: dict[str, Any]) -> bool:
    """Return whether code of this namespace raised it, and not a library that it called."""
    step = problem.__traceback__
    while step is not None and step.tb_next is not None:
        step = step.tb_next
    return step is not None and step.tb_frame.f_globals is namespace
