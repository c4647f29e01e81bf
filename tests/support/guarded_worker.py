"""A program that sends a request by boto3, and notes how that ended and where Python's sockets tried to go."""

import json
import sys

attempts: list[str] = []


def _see(event: str, arguments: tuple) -> None:
    """Refuse what isn't this computer, and note it."""
    if event in ("socket.connect", "socket.getaddrinfo"):
        host = arguments[0] if event == "socket.getaddrinfo" else arguments[1][0]
        if host != "127.0.0.1":
            attempts.append(str(host))
            raise ConnectionRefusedError("the guard lets nothing out")


def work(report: str) -> None:
    """Send the request and write the report into this file."""
    sys.addaudithook(_see)
    import boto3

    try:
        outcome = f"answered: {boto3.client('sqs').list_queues()}"
    except Exception as problem:
        outcome = f"{type(problem).__name__}: {problem}"
    with open(report, "w", encoding="utf-8") as file:
        json.dump({"outcome": outcome, "attempts": attempts}, file)


def nothing() -> None:
    """Do nothing: for a process that starts its pool's server."""


if __name__ == "__main__":
    work(sys.argv[1])
