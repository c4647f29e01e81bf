"""Whether this machine can take the course, and how to mend what it can't."""

import os
import socket
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib import metadata
from urllib.parse import urlsplit

from packaging.requirements import Requirement
from packaging.version import Version

from helpers.desk.working_copy import DISTRIBUTION
from helpers.errors import CourseError

_PYTHON = f'"{sys.executable}"' if " " in sys.executable else sys.executable


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at. mend: what to do, empty when all is well."""

    what: str
    found: str
    mend: str = ""

    @property
    def well(self) -> bool:
        """Whether nothing has to be done."""
        return not self.mend


def examine(port: int = 8888) -> Iterator[Finding]:
    """Yield what was found, one after the other. Nothing leaves this computer unless COURSE_CLOUD names a cloud elsewhere."""
    yield _python()
    yield from _packages()
    yield _kernel()
    yield _port(port)
    yield _cloud()


def _python() -> Finding:
    found = ".".join(map(str, sys.version_info[:3]))
    if sys.version_info < (3, 10):
        return Finding("Python", found, "Install Python 3.10 or newer, and make the virtual environment with it.")
    return Finding("Python", found)


def _packages() -> Iterator[Finding]:
    try:
        lines = metadata.requires(DISTRIBUTION) or []
    except metadata.PackageNotFoundError:
        yield Finding("course", "not installed", f"In the clone: {_PYTHON} -m pip install -e .")
        return
    for wanted in map(Requirement, lines):
        if wanted.marker and not wanted.marker.evaluate({"extra": ""}):
            continue
        # Double quotes, since cmd knows no others.
        repair = f'{_PYTHON} -m pip install "{wanted.name}{wanted.specifier}"'
        try:
            found = metadata.version(wanted.name)
        except metadata.PackageNotFoundError:
            yield Finding(wanted.name, "not installed", repair)
            continue
        inside = wanted.specifier.contains(Version(found), prereleases=True)
        yield Finding(wanted.name, found, "" if inside else repair)


def _kernel() -> Finding:
    """Start a kernel, since that is what fails where a machine is odd, and ask which Python it is."""
    try:
        # Its folder, since a virtual environment's `python` may be a link to the Python that it was made with.
        found = _said_by_kernel("import sys, helpers; print(sys.prefix)")
    except Exception as problem:  # whatever keeps a kernel from starting is what is to be told
        return Finding("kernel", f"does not start: {problem}", f"{_PYTHON} -m pip install --force-reinstall ipykernel")
    if os.path.normcase(found) != os.path.normcase(sys.prefix):
        told = f"is another Python: {found}" if found else "cannot import helpers"
        return Finding("kernel", told, f"{_PYTHON} -m ipykernel install --sys-prefix")
    return Finding("kernel", "starts, with this Python")


def _said_by_kernel(source: str) -> str:
    """Return what this source prints in a new kernel."""
    from jupyter_client.manager import start_new_kernel  # takes long to import, as all of Jupyter

    from helpers.kernels import quiet
