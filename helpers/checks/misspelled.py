"""A mistyped name in `check(...)`, `hint(...)` or `solution(...)`: one line says which name was probably meant."""

import linecache
import re
import sys
from typing import Any

from helpers.course import course, nearest

_CALL = re.compile(r"\s*(check|hint|solution)\(\s*(\w+)")


def watch() -> None:
    """In IPython, have one line in place of a traceback where such a call names what isn't defined."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython else None
    if shell is not None and not shell.custom_exceptions:  # somebody else's stay
        shell.set_custom_exc((NameError,), _show)


def _show(shell: Any, kind: type[BaseException], problem: Any, traceback: Any, tb_offset: int | None = None) -> None:
    try:
        line = _line(shell.user_ns, problem, traceback)
    except Exception:  # a cell of the learner's can be anything, and its error has to be shown all the same
        line = ""
    if line:
        problem._render_traceback_ = lambda: [f"NameError: {line}"]
    shell.showtraceback((kind, problem, traceback), tb_offset=tb_offset)


def _line(namespace: dict[str, Any], problem: NameError, traceback: Any) -> str:
    """Return what to say in place of the traceback; "" for any other error than a name in such a call of a cell."""
    while traceback.tb_next is not None:
        traceback = traceback.tb_next
    code = traceback.tb_frame.f_code
    called = _CALL.match(linecache.getline(code.co_filename, traceback.tb_lineno))
    if code.co_name != "<module>" or called is None or called[2] != problem.name:
        return ""
    answers = {exercise.answer for exercise in course().exercises}
    own = {name for name, value in namespace.items() if callable(value) and not name.startswith("_")}
    if called[2] in answers:
        near = nearest(called[2], own - answers)
        other = f"You have {near}, but the exercise needs the name {problem.name}."
        return (
            f"There's no function {problem.name} here yet. {other if near else 'Run the cell that defines it first.'}"
        )
    near = nearest(called[2], own & answers) or nearest(called[2], answers | own)
    return f"There's no function {problem.name} here. Did you mean {called[1]}({near})?" if near else ""
