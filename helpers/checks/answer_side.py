"""The answer's side of the seam: runs the learner's function, or makes one of its boto3 objects call.

The same code stands on this side in the notebook (in a thread) and in a child process. It holds no check.
"""

import inspect
import linecache
from collections.abc import Callable
from typing import Any

import boto3

from helpers.checks.values import encode, kind
from helpers.errors import Stopped

CLIENTS = ("sqs", "sns")  # the parameters that stand for a client, made on this side


class AnswerSide:
    """One answer, and the boto3 objects that it returned so far."""

    def __init__(self, answer: Callable[..., Any]):
        self.answer = answer
        self._kept: list[Any] = []
        self._clients: dict[str, Any] = {}

    def handle(self, command: dict[str, Any]) -> dict[str, Any]:
        """Return the reply to a command, both plain JSON.

        {"do": "run", "arguments": {...}} and {"do": "call", "object", "service", "operation", "params"}.
        Replies: {"value": ...}, {"error": {"type", "message", "number", "line"}} or {"stopped": why}.
        """
        try:
            value = self._run(command["arguments"]) if command["do"] == "run" else self._call(command)
            return {"value": encode(value, self._kept)}
        except Stopped as stop:
            return {"stopped": str(stop)}
        except BaseException as problem:  # SystemExit too: whatever the answer raises is the answer's error
            return {"error": self._describe(problem)}

    def _run(self, arguments: dict[str, Any]) -> Any:
        wanted = inspect.signature(self.answer).parameters
        return self.answer(**arguments, **{name: self._client(name) for name in CLIENTS if name in wanted})

    def _client(self, service: str) -> Any:
        if service not in self._clients:
            self._clients[service] = boto3.client(service)
        return self._clients[service]

    def _call(self, command: dict[str, Any]) -> Any:
        """Let one of the answer's boto3 objects make a call, or a new default client when none is named.

        ValueError when the object speaks to another service.
        """
        service = command["service"]
        thing = boto3.client(service) if command["object"] is None else self._kept[command["object"]]
        if kind(thing) == "session":
            client = thing.client(service)
        else:
            client = thing if kind(thing) == "client" else thing.meta.client
        if client.meta.service_model.service_name != service:
            raise ValueError(f"it speaks to {client.meta.service_model.service_name}, not to {service}")
        response = getattr(client, command["operation"])(**command["params"])
        return {key: value for key, value in response.items() if key != "ResponseMetadata"}

    def _describe(self, problem: BaseException) -> dict[str, Any]:
        """Return the error with the last line of the learner's own code that led to it."""
        number, line, step = None, "", problem.__traceback__
        code_globals = getattr(inspect.unwrap(self.answer), "__globals__", None)
        while step is not None:
            if step.tb_frame.f_globals is code_globals:
                number = step.tb_lineno
                line = linecache.getline(step.tb_frame.f_code.co_filename, number).strip()
            step = step.tb_next
        return {"type": type(problem).__name__, "message": str(problem)[:1000], "number": number, "line": line}
