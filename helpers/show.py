"""Pictures and panels of what happened: gathers the data and hands it to a view. Makes no call and moves no time."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from helpers.cloud.running import running
from helpers.errors import ExpectedErrorMissing
from helpers.views.call_table import CallTable
from helpers.views.card import error_card, show_card


@contextmanager
def error(expected: type[BaseException] | str) -> Iterator[None]:
    """Show the error that this block is to raise, as boto3 raised it, and go on with the next cell.

    expected: the error's class (`sqs.exceptions.QueueDoesNotExist`), its name, or the code that AWS gives it.
    ExpectedErrorMissing is raised when the block ends without an error; another error than the expected one passes
    through as it is.
    """
    name = expected if isinstance(expected, str) else expected.__name__
    try:
        yield
    except Exception as problem:
        if not _is(problem, expected):
            raise
        show_card(error_card(f"{type(problem).__name__}: {problem}"))
    else:
        raise ExpectedErrorMissing(f"This block was to show {name}, but nothing was raised.")


def _is(problem: Exception, expected: type[BaseException] | str) -> bool:
    if not isinstance(expected, str):
        return isinstance(problem, expected)
    names = {cls.__name__ for cls in type(problem).__mro__}
    response = getattr(problem, "response", None)
    code = response.get("Error", {}).get("Code") if isinstance(response, dict) else None  # requests has another one
    return expected in names or expected == code


def calls(last: int = 5) -> CallTable:
    """Return a table of the last calls that boto3 made: operation, parameters, outcome, retries."""
    made = running().calls()
    return CallTable(tuple(_row(call) for call in made[max(0, len(made) - last) :]))


def _row(call: Any) -> dict[str, Any]:
    params = ", ".join(f"{name}={_short(value)}" for name, value in call.params.items())
    return {
        "service": call.service,
        "region": call.region,
        "operation": call.operation,
        "params": params,
        "outcome": call.error_code or "ok",
        "retries": call.retries,
    }


def _short(value: Any) -> str:
    """Return the value as code; of a long text, such as a URL, the end, which tells it from others."""
    if isinstance(value, str) and len(value) > 30:
        return f"'…{value[-18:]}'"
    return repr(value)
