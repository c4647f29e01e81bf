"""Whether this machine can take the course, and how to mend what it can't."""

import os
import socket
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib import metadata

from packaging.requirements import Requirement
from packaging.version import Version

from helpers.desk.working_copy import DISTRIBUTION
from helpers.errors import CourseError


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
    """Yield what was found, one after the other. Nothing is sent anywhere unless COURSE_CLOUD is "aws"."""
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
    for line in metadata.requires(DISTRIBUTION) or []:
        wanted = Requirement(line)
        if wanted.marker and not wanted.marker.evaluate({"extra": ""}):
            continue
        repair = f"{os.path.basename(sys.executable)} -m pip install '{wanted.name}{wanted.specifier}'"
        try:
            found = metadata.version(wanted.name)
        except metadata.PackageNotFoundError:
            yield Finding(wanted.name, "not installed", repair)
            continue
        inside = wanted.specifier.contains(Version(found), prereleases=True)
        yield Finding(wanted.name, found, "" if inside else repair)


def _kernel() -> Finding:
    """Start a kernel, since that is what fails where a machine is odd, and ask which Python it is."""
    from jupyter_client.manager import KernelManager

    from helpers.kernels import quiet

    manager = KernelManager(kernel_name="python3")
    quiet(manager)
    try:
        manager.start_kernel()
        client = manager.blocking_client()
        client.start_channels()
        client.wait_for_ready(timeout=30)
    except Exception as problem:  # whatever keeps a kernel from starting is what is to be told
        return Finding("kernel", f"does not start: {problem}", "python -m pip install --force-reinstall ipykernel")
    try:
        answers: list[str] = []
        client.execute_interactive(
            "import sys, helpers; print(sys.executable)",
            timeout=30,
            output_hook=lambda message: answers.append(str(message["content"].get("text", ""))),
        )
        found = "".join(answers).strip()
        if not found or not os.path.samefile(found, sys.executable):
            return Finding("kernel", found or "cannot import helpers", "python -m ipykernel install --sys-prefix")
        return Finding("kernel", "starts, with this Python")
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)


def _port(port: int) -> Finding:
    with socket.socket() as probe:
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            # JupyterLab takes the next free one by itself.
            return Finding("port", f"{port} is in use; JupyterLab will take the next one")
    return Finding("port", f"{port} is free")


def _cloud() -> Finding:
    which = os.environ.get("COURSE_CLOUD") or "offline"
    if which == "offline":
        return Finding("cloud", "offline: no account, no keys, no network")
    if which != "aws":
        return Finding("cloud", f"the endpoint {which}", "" if "://" in which else "Unset COURSE_CLOUD, or give a URL.")
    import boto3

    from helpers.cloud.aws import identity

    try:
        session = boto3.Session()
        account, who = identity(session)
    except CourseError as problem:
        return Finding("cloud", "real AWS", str(problem))
    if not session.region_name:
        return Finding("cloud", f"real AWS, account {account}", "Set AWS_DEFAULT_REGION, or a region in your profile.")
    return Finding("cloud", f"real AWS, account {account}, region {session.region_name}, as {who}")


def all_well(findings: list[Finding], say: Callable[[str], None]) -> bool:
    """Say the verdict and return whether nothing has to be mended."""
    broken = [finding for finding in findings if not finding.well]
    say(f"{len(broken)} to mend." if broken else "This machine can take the course.")
    return not broken
