"""What the programs that this process starts get instead of its cloud, and why its forks are refused.

The offline cloud lives in this process's memory, so a program started from a notebook can't reach it, and its boto3
would send everything to AWS. While a cloud's variables replace this machine's own (helpers.backends.environment), every
program that's started gets those variables, and with them an endpoint where nobody listens. If the cloud has an
endpoint itself, programs get that one and use the same cloud. A fork has a copy of the cloud, which would go its own
way, so its requests are refused.

Python starts programs in many ways, but all of them end in the few functions that are replaced here. Three things get
past them: a program started by a library in C, a function that was imported from `os` by its name before the cloud
started, and a pool's process that was already running by then.
"""

import os
import socket
import subprocess
import sys
from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any, NoReturn

from helpers.backends import environment
from helpers.errors import CloudError
from helpers.simulation import browser_tab, worlds

# boto3's error shows the whole address, so the address can explain the error.
_EXPLANATION = "the-cloud-is-only-in-the-process-that-called-start"
_A_COPY = (
    "This process was forked from the one that called start(), so it only has a copy of the cloud, and nothing you do "
    "here would show up in the original. Use threads instead (cloud.run runs several programs side by side), or call "
    "start() in this process to give it an empty cloud of its own, which no other process sees."
)
_REGION = ("AWS_REGION", "AWS_DEFAULT_REGION")  # these stay as they are, since no region leads anywhere by itself

_nobody: socket.socket | None = None  # holds a port without listening, so that no other program can listen there
_address = ""  # its URL, kept as text since a fork may close the socket


def install() -> None:
    """Make programs started from now on get the running cloud's variables; to be called whenever a cloud starts."""
    global _nobody, _address
    if browser_tab.IN_A_TAB:
        return
    if _nobody is None:
        _nobody = socket.socket()
        _nobody.bind(("127.0.0.1", 0))
        _address = f"http://127.0.0.1:{_nobody.getsockname()[1]}/{_EXPLANATION}"
        _replace_functions()
        if hasattr(os, "register_at_fork"):
            os.register_at_fork(after_in_child=_refuse_copies)
    _forget_fork_server()


def variables(given: Mapping[Any, Any] | None) -> dict[str, str]:
    """Return the environment that a program gets when it's started with this one; None means this process's own."""
    found = {os.fsdecode(name): os.fsdecode(value) for name, value in (os.environ if given is None else given).items()}
    replacement = environment.replacement()
    if replacement is None:
        return found
    kept = {name: value for name, value in found.items() if name in _REGION or not environment.is_read_by_boto3(name)}
    reached = replacement if "AWS_ENDPOINT_URL" in replacement else _without_endpoint(replacement)
    return {**reached, **kept, **environment.no_proxy(reached["AWS_ENDPOINT_URL"], kept)}


def _without_endpoint(replacement: dict[str, str]) -> dict[str, str]:
    """Return the variables with an endpoint where nobody listens, and have boto3 give up after its first attempt."""
    changed = {**replacement, "AWS_ENDPOINT_URL": _address, "AWS_MAX_ATTEMPTS": "1"}
    del changed["AWS_IGNORE_CONFIGURED_ENDPOINT_URLS"]
    return changed


def _replace_functions() -> None:
    if sys.platform == "win32":
        import _winapi

        _winapi.CreateProcess = _with_variables(_winapi.CreateProcess, 6)  # subprocess and multiprocessing call it
        os.spawnve = _with_variables(os.spawnve, 3)
        os.spawnv = _with_explicit_variables(os.spawnv, os.spawnve)
    else:
        import _posixsubprocess

        # subprocess calls it, and so does multiprocessing for its processes and its fork server.
        _posixsubprocess.fork_exec = _with_variables(_posixsubprocess.fork_exec, 5, _as_bytes)
        if hasattr(subprocess, "_fork_exec"):
            subprocess._fork_exec = _posixsubprocess.fork_exec
        os.posix_spawn = _with_variables(os.posix_spawn, 2)
        os.posix_spawnp = _with_variables(os.posix_spawnp, 2)
    os.execve = _with_variables(os.execve, 2)
    os.execv = _with_explicit_variables(os.execv, os.execve)
    os.system = _with_subprocess(os.system)  # type: ignore[assignment]


def _with_variables(plain: Callable[..., Any], place: int, form: Callable[..., Any] = variables) -> Callable[..., Any]:
    """Return the function, with the environment among its arguments replaced: the one at this place, or named `env`.

    form: returns the new environment in the form that the function takes.
    """

    @wraps(plain)
    def start(*arguments: Any, **named: Any) -> Any:
        if environment.replacement() is not None:
            if "env" in named:
                named["env"] = form(named["env"])
            else:
                arguments = (*arguments[:place], *map(form, arguments[place : place + 1]), *arguments[place + 1 :])
        return plain(*arguments, **named)

    return start


def _as_bytes(given: list[bytes] | None) -> list[bytes]:
    pairs = None if given is None else dict(entry.split(b"=", 1) for entry in given)
    return [os.fsencode(f"{name}={value}") for name, value in variables(pairs).items()]


def _with_explicit_variables(plain: Callable[..., Any], explicit: Callable[..., Any]) -> Callable[..., Any]:
    """Return a function that does what `plain` does, through the one whose last argument is the environment."""

    @wraps(plain)
    def start(*arguments: Any) -> Any:
        return plain(*arguments) if environment.replacement() is None else explicit(*arguments, os.environ)

    return start


def _with_subprocess(plain: Callable[[Any], int]) -> Callable[[Any], int]:
    """Return os.system, built on subprocess: the C function hands on this process's environment and no other."""

    @wraps(plain)
    def system(command: Any) -> int:
        if environment.replacement() is None:
            return plain(command)
        code = subprocess.call(command, shell=True, close_fds=False)
        if os.name == "nt":
            return code
        return -code if code < 0 else code << 8  # as os.waitpid encodes them

    return system


def _forget_fork_server() -> None:
    """Have multiprocessing start a new fork server: the children of the old one get the environment that it has.

    The old one ends together with its last child.
    """
    if module := sys.modules.get("multiprocessing.forkserver"):
        server = module._forkserver
        with server._lock:
            if server._forkserver_pid is not None:
                os.close(server._forkserver_alive_fd)
                server._forkserver_address = server._forkserver_alive_fd = server._forkserver_pid = None


def _refuse_copies() -> None:
    """Refuse every request to the clouds that this process, a fork, has copies of."""
    for world in {worlds.default(), worlds.current()} - {None}:
        if world is not None and world.accounts is not None:
            if world.scheduler is not None:
                world.scheduler.leave_to_the_original()
            world.send, world.around, world.scheduler = _refuse, None, None


def _refuse(request: Any, network: Any) -> NoReturn:
    raise CloudError(_A_COPY)
