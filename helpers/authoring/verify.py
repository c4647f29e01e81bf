"""Running lessons and solutions on another cloud, and comparing what should be the same."""

import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from copy import deepcopy
from pathlib import Path

import nbformat

from helpers import kernels
from helpers.authoring.comparing import Row, compare
from helpers.backends.running import COMPARED
from helpers.course import HOME, Lesson

KINDS = ("lessons", "solutions")
ACCOUNT = "123456789012"  # on a course server, as in the stored outputs
LONGEST = 600  # seconds


def verify(
    lessons: Iterable[Lesson],
    cloud: str,
    kinds: Iterable[str] = KINDS,
    env: Mapping[str, str] | None = None,
    say: Callable[[str], None] = lambda name: None,
    longest: int = LONGEST,
) -> Iterator[tuple[str, list[Row]]]:
    """Yield the name of each notebook and its rows.

    cloud: "offline", "aws", or an endpoint's URL. kinds: of KINDS. env: variables besides this process's. say: is told
    each notebook's name before it runs. longest: seconds for a cell, waits among them. A cell that raises, or takes
    longer, does not keep the next from running.
    """
    for lesson in lessons:
        for kind in kinds:
            name = f"{kind}/{lesson.slug}.ipynb"
            say(name)
            yield name, _run(HOME / name, cloud, env or {}, longest)


def _run(path: Path, cloud: str, more: Mapping[str, str], longest: int) -> list[Row]:
    stored = nbformat.read(path, as_version=4)
    notebook = deepcopy(stored)
    env = {"COURSE_ACCOUNT": ACCOUNT, **os.environ, COMPARED: "1", "COURSE_CLOUD": cloud, **more}
    kernels.execute(notebook, path.parent, env, timeout=longest, interrupt_on_timeout=True, allow_errors=True)
    return compare(stored, notebook)
