"""`course doctor`: whether this machine can take the course, and how to repair what is missing."""

import os
import socket
import sys
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path
from tempfile import gettempdir
from urllib.parse import urlsplit

from packaging.requirements import Requirement
from packaging.version import Version

from helpers.errors import CourseError
from helpers.findings import Finding
from helpers.learner.working_copy import DISTRIBUTION

_PYTHON = f'"{sys.executable}"' if " " in sys.executable else sys.executable


def examine(port: int = 8888) -> Iterator[Finding]:
    """Yield one finding after the other. No request leaves the machine, unless COURSE_CLOUD is "aws" and had a yes."""
    yield _python()
    yield from _packages()
    yield _kernel()
    yield _port(port)
    yield _cloud()
    yield from _joined_class()


def _python() -> Finding:
    found = ".".join(map(str, sys.version_info[:3]))
    if sys.version_info < (3, 10):  # noqa: UP036 - ruff trusts pip, which has an option to ignore it
        return Finding("Python", found, "Install Python 3.10 or newer, and create the virtual environment with it.")
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
        install = f'{_PYTHON} -m pip install "{wanted.name}{wanted.specifier}"'
        try:
            found = metadata.version(wanted.name)
        except metadata.PackageNotFoundError:
            yield Finding(wanted.name, "not installed", install)
            continue
        inside = wanted.specifier.contains(Version(found), prereleases=True)
        yield Finding(wanted.name, found, "" if inside else install)


def _kernel() -> Finding:
    """Start a kernel, which is what fails on an unusual machine, and see which Python it runs."""
    try:
        # Compare folders: a virtual environment's `python` can be a link to the Python that it was made with.
        found = _printed_by_kernel("import sys, helpers; print(sys.prefix)")
    except Exception as problem:  # whatever keeps a kernel from starting is the finding
        return Finding("kernel", f"doesn't start: {problem}", f"{_PYTHON} -m pip install --force-reinstall ipykernel")
    if not found or not os.path.samefile(found, sys.prefix):
        wrong = f"runs another Python: {found}" if found else "can't import helpers"
        return Finding("kernel", wrong, f"{_PYTHON} -m ipykernel install --sys-prefix")
    return Finding("kernel", "starts, with this Python")


def _printed_by_kernel(source: str) -> str:
    """Return what this source prints in a kernel that starts outside of any clone, as the kernel of a check does."""
    from nbformat.v4 import new_code_cell, new_notebook

    from helpers import kernels

    cell = new_code_cell(source)
    notebook = new_notebook(cells=[cell])
    kernels.execute(notebook, Path(gettempdir()), dict(os.environ), timeout=30, allow_errors=True)
    return "".join(output.text for output in cell.outputs if output.get("name") == "stdout").strip()


def _port(port: int) -> Finding:
    with socket.socket() as probe:
        try:
            probe.bind(("127.0.0.1", port))
        except PermissionError:
            return Finding("port", f"{port} is reserved for system services", "Choose a port from 1024 up.")
        except OSError:
            # JupyterLab takes the next free one by itself.
            return Finding("port", f"{port} is in use, so JupyterLab will use the next free one")
    return Finding("port", f"{port} is free")


def _cloud() -> Finding:
    which = os.environ.get("COURSE_CLOUD") or "offline"
    if which == "offline":
        return Finding("cloud", "offline: no account, no keys, no network")
    if which == "aws":
        return _aws()
    if "://" in which:
        return _endpoint(which)
    return Finding("cloud", f"unknown: {which}", "Unset COURSE_CLOUD, or set it to offline, aws or an endpoint's URL.")


def _aws() -> Finding:
    import boto3
    import botocore.session
    from botocore.config import Config

    from helpers.backends.aws import consent
    from helpers.backends.aws.aws_cloud import identity

    meant = consent.accounts()
    if not meant:
        repair = "To say which account you mean, set COURSE_YES to its twelve digits."
        return Finding("cloud", "real AWS, but you haven't said yes, so I sent nothing", repair)

    try:
        core = botocore.session.get_session()
        # Without a network, the defaults would keep a learner waiting for minutes.
        core.set_default_client_config(Config(connect_timeout=5, read_timeout=5, retries={"total_max_attempts": 1}))
        session = boto3.Session(botocore_session=core)
        if not session.region_name:
            return Finding(
                "cloud", "real AWS, without a region", "Set AWS_DEFAULT_REGION, or a region in your profile."
            )
        account, who = identity(session)
    except CourseError as problem:
        return Finding("cloud", "real AWS", str(problem))
    except Exception as problem:  # boto3 raises many kinds of errors for a machine's files and variables
        repair = f"{type(problem).__name__}: {problem} Check your profile and the AWS_... environment variables."
        return Finding("cloud", "real AWS", repair)
    found = f"real AWS, account {account}, region {session.region_name}, as {who}"
    repair = (
        "" if account in meant else f"You said yes to account {' and '.join(meant)}. Change COURSE_YES or your profile."
    )
    return Finding("cloud", found, repair)


def _joined_class() -> Iterator[Finding]:
    """Yield whether a class's cloud answers, if the command runs in a working copy that has joined it."""
    from helpers import progress
    from helpers.backends.endpoint import joined_class

    copy = progress.find()
    line = joined_class.find(copy) if copy else None
    if line is not None:
        found = f"this working copy has joined {line.url}, with account {line.account}"
        ask = 'Ask your instructor whether the cloud is running. To work without it: start("offline")'
        yield Finding("class", found) if _answers(line.url) else Finding("class", f"{found}; it doesn't answer", ask)
    elif copy and joined_class.elsewhere(copy):
        yield Finding("class", "joined from another folder, so here start() is the offline cloud")


def _endpoint(url: str) -> Finding:
    from helpers.backends import environment
    from helpers.backends.endpoint.endpoint_cloud import EndpointCloud

    try:
        with environment.kept():
            EndpointCloud(url)
    except CourseError as problem:
        return Finding("cloud", f"an endpoint, {url}", str(problem))
    if not _answers(url):
        return Finding("cloud", f"an endpoint, {url}, which doesn't answer", "Start its server, or unset COURSE_CLOUD.")
    return Finding("cloud", f"an endpoint, {url}")


def _answers(url: str) -> bool:
    """Return whether something listens there."""
    parts = urlsplit(url)
    try:
        socket.create_connection(
            (parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80)), timeout=3
        ).close()
    except OSError:
        return False
    return True
