"""Where a program is, or was when it raised: the line of its own code, which its author knows."""

import functools
import inspect
import linecache
import sys
import threading
from typing import Any


def namespace_of(function: Any) -> dict[str, Any]:
    """Return the globals of the module or notebook that a function was written in; {} if it has none."""
    while isinstance(function, functools.partial):
        function = function.func
    try:
        found = getattr(inspect.unwrap(function), "__globals__", None)  # of a function or method
    except ValueError:  # it wraps itself
        found = None
    if isinstance(found, dict):
        return found
    module = sys.modules.get(str(getattr(function, "__module__", None)))
    return vars(module) if module else {}


def line_of(problem: BaseException, namespace: dict[str, Any]) -> dict[str, Any]:
    """Return {"number", "line"}: the last line of this namespace that led to the exception; None and "" if none did."""
    found: dict[str, Any] = {"number": None, "line": ""}
    step = problem.__traceback__
    while step is not None:
        if step.tb_frame.f_globals is namespace:
            found = line(step.tb_frame.f_code.co_filename, step.tb_lineno)
        step = step.tb_next
    return found


def place(thread: threading.Thread, namespace: dict[str, Any]) -> dict[str, Any]:
    """Return {"number", "line"}: the line of this namespace where the thread is now; None and "" if it's elsewhere."""
    frame = sys._current_frames().get(thread.ident or 0)
    while frame is not None and frame.f_globals is not namespace:
        frame = frame.f_back
    return line(frame.f_code.co_filename, frame.f_lineno) if frame else {"number": None, "line": ""}


def line(file: str, number: int) -> dict[str, Any]:
    """Return {"number", "line"}: this line, at most 1,000 characters of it."""
    return {"number": number, "line": linecache.getline(file, number or 0).strip()[:1000]}
