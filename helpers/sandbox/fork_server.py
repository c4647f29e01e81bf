"""The fork server: it has imported everything that hand-ins need, and forks for each of them.

It holds no check, no answer, no other hand-in and no key, since each of its children can read what it holds. It starts
as a new program and receives two file descriptors at a time: the channel to speak on, and a process handle. Closing the
other end of the handle ends the child and all that it started, and so does the end of the process that holds it. The
server itself ends with the last process that holds the other end of its control socket.
"""

import contextlib
import ctypes
import gc
import importlib.util
import json
import os
import platform
import select
import shutil
import signal
import site
import socket
import sys
import tempfile
import warnings
from functools import partial
from pathlib import Path

from helpers.sandbox import child
from helpers.sandbox.isolation.import_places import (
    copies_of_the_course,
    import_places,
    names_of_places,
)
from helpers.sandbox.isolation.layers import Isolation, holes
from helpers.sandbox.isolation.limits import THREADS
from helpers.sandbox.launcher import FILE_DESCRIPTORS
from helpers.sandbox.parent_death import end_with_parent

SHOWN_AS = b"course grade: runs hand-ins"  # in lists of this computer's processes
# The environment of a hand-in: its language and time zone, and what the course sets for boto3.
_KEPT = ("LANG", "LC_", "TZ", "HOME", "AWS_", "PYTHONHASHSEED")
THREAD_CHECK_SECONDS = 0.1  # seconds after which the guard counts its child's threads


def main() -> None:
    """Say what holes the isolation has, then serve until the other end closes the control socket."""
    warnings.simplefilter("ignore")  # library warnings about threads and forks don't apply here
    control = socket.socket(fileno=int(sys.argv[1]))
    options = json.loads(_line(control))
    hidden = [Path(path) for path in options["hidden"]]
    home = Path(os.path.expanduser("~"))  # before it becomes the hand-in's
    with contextlib.suppress(KeyboardInterrupt), tempfile.TemporaryDirectory(prefix="course-grade-") as name:
        folder = Path(name)
        scratch, secret, profiles = folder / "scratch", folder / "secret", folder / "profiles"
        scratch.mkdir()
        secret.touch()
        shell = child.prepare(scratch, profiles, options["computing"])
        _list_import_places()
        isolation = None
        if options["isolated"]:
            places = import_places(hidden, home)
            away = [*hidden, *copies_of_the_course(places)]
            isolation = Isolation(scratch, [profiles, *places], away, names_of_places())
            del places, away
        del hidden, options, home
        _forget_the_machine()
        gc.collect()
        gc.freeze()  # so that a child's collector does not touch, and so copy, what is shared
        found = holes(isolation, secret) if isolation else ["do whatever you can do"]
        control.sendall(json.dumps({"holes": found}).encode() + b"\n")
        _serve(control, shell, isolation, scratch)


def _line(control: socket.socket) -> bytes:
    """Return the first line that the other end sends: arguments, which every program of the computer could see."""
    found = bytearray()
    while not found.endswith(b"\n") and (part := control.recv(1)):
        found += part
    return bytes(found)


def _forget_the_machine() -> None:
    """Leave nothing in this process that says how it was started, and where."""
    sys.argv[:], sys.orig_argv[:] = [""], ["python"]
    kept = {name: value for name, value in os.environ.items() if name.startswith(_KEPT)}
    os.environ.clear()
    os.environ.update(kept, PATH=os.defpath)
    platform._uname_cache = None  # type: ignore[attr-defined]  # with the computer's name
    site.USER_BASE = site.USER_SITE = None  # below the user's home
    with contextlib.suppress(OSError):
        _wipe_what_it_was_started_with()


def _wipe_what_it_was_started_with() -> None:
    """Overwrite the arguments and the environment as the system put them into memory. OSError where it isn't Linux.

    Nothing refers to them any more: Python and the C library have copies of what they still need.
    """
    with open("/proc/self/stat", encoding="ascii", errors="replace") as file:
        fields = file.read().rpartition(")")[2].split()
    # proc_pid_stat(5): arg_start, arg_end, env_start and env_end are the fields 48 to 51, of which these begin at 3.
    arguments, arguments_end, variables, variables_end = (int(field) for field in fields[45:49])
    if 0 < arguments < arguments_end and 0 < variables < variables_end:
        shown = SHOWN_AS[: arguments_end - arguments - 1]
        ctypes.memset(arguments, 0, arguments_end - arguments)
        ctypes.memset(variables, 0, variables_end - variables)
        ctypes.memmove(arguments, shown, len(shown))


def _list_import_places() -> None:
    """Have Python note what is in each folder of `sys.path`, since a hand-in can't list those that aren't all open."""
    with contextlib.suppress(Exception):  # whatever hooks for imports are installed here
        importlib.util.find_spec("no_module_has_this_name")


def _serve(control: socket.socket, shell: child.Shell, isolation: Isolation | None, scratch: Path) -> None:
    while True:
        message, descriptors, _, _ = socket.recv_fds(control, 1, FILE_DESCRIPTORS)
        if not message:
            return
        if not os.fork():
            control.close()
            channel, process_handle = descriptors
            _exit_after(partial(_guard, channel, process_handle, shell, isolation, scratch))
        for descriptor in descriptors:
            os.close(descriptor)
        with contextlib.suppress(ChildProcessError):
            while os.waitpid(-1, os.WNOHANG)[0]:
                pass


def _guard(channel: int, process_handle: int, shell: child.Shell, isolation: Isolation | None, scratch: Path) -> None:
    """Start the process of a hand-in, and end it when its handle is closed; runs none of the hand-in's code itself."""
    os.setsid()
    private = isolation is not None and isolation.own_scratch
    folder = scratch if private else Path(tempfile.mkdtemp(dir=scratch))
    if isolation:
        isolation.apply_in_parent()
    guard = 0 if private else os.getpid()  # in a namespace of process ids the guard can't be seen
    child = os.fork()
    if not child:
        os.close(process_handle)
        _exit_after(lambda: _hand_in(channel, shell, isolation, folder, guard))
    os.close(channel)
    ended = os.pidfd_open(child) if hasattr(os, "pidfd_open") else None
    watched = [process_handle] if ended is None else [process_handle, ended]
    while not select.select(watched, [], [], THREAD_CHECK_SECONDS)[0] and _threads(child) <= THREADS:
        pass
    with contextlib.suppress(ProcessLookupError):
        os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    if not private:
        shutil.rmtree(folder, ignore_errors=True)


def _threads(child: int) -> int:
    """Return how many threads a process has; 0 where the system doesn't tell. The system's limit doesn't bind root."""
    try:
        return os.stat(f"/proc/{child}/task").st_nlink - 2
    except OSError:
        return 0


def _hand_in(channel: int, shell: child.Shell, isolation: Isolation | None, folder: Path, guard: int) -> None:
    devnull = os.open(os.devnull, os.O_RDWR)
    for number in (0, 1, 2):
        os.dup2(devnull, number)
    os.dup2(channel, 3)
    os.closerange(4, 1024)
    os.environ["HOME"] = tempfile.tempdir = str(folder)
    if isolation:
        isolation.apply_in_process(folder)
    else:
        os.chdir(folder)
    end_with_parent(guard)
    child.serve(socket.socket(fileno=3), shell)


def _exit_after(step) -> None:
    """Do the step and end this process, whatever happens, with no clean-up for the one that it was forked from."""
    try:
        step()
    finally:
        os._exit(0)
