"""Kernels for the tests' notebooks that start fast, because one process has imported for all of them.

Most of what a notebook takes is starting: Python, Jupyter, boto3 and moto. So a fork server, which never runs a cell,
imports these once, and each kernel is a fork of it. Kernels share imported modules and files that were read, and no
more. Where there's no fork, or a kernel's environment isn't the server's, Jupyter starts a process as always.
"""

import contextlib
import gc
import json
import os
import pkgutil
import signal
import subprocess
import sys
import threading
from typing import Any

from jupyter_client.manager import KernelManager

_SERVE = "import sys; del sys.path[0]; from helpers.forked_kernels import serve; serve()"
_OF_ONE_KERNEL = {"JPY_PARENT_PID", "PYTEST_CURRENT_TEST"}  # variables that no import looks at
_ROOMS = ("aws_rules", "backends", "checks", "simulation", "views")
_MODULES = (
    "ipykernel.debugger",
    "ipykernel.kernelapp",
    "IPython.core.completerlib",
    "IPython.extensions.storemagic",
    "tornado.platform.asyncio",
    "moto.sns.models",
    "helpers.show",
)


class ForkServer:
    """The process that forks kernels. It's asked and answers in lines of JSON.

    spent: the CPU seconds that it and its ended kernels had used at its latest answer.
    """

    def __init__(self, python: list[str], env: dict[str, str]):
        self.starts, self.spent = (python, _shared(env)), 0.0
        self._process = subprocess.Popen(
            [*python, "-c", _SERVE],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=self.starts[1],
            start_new_session=True,  # Ctrl-C is for pytest, which then stops the kernels
        )

    def ask(self, **question: Any) -> Any:
        """Return its answer; OSError when it's gone."""
        to, answers = self._process.stdin, self._process.stdout
        assert to is not None
        assert answers is not None
        to.write(json.dumps(question).encode() + b"\n")
        to.flush()
        answer = answers.readline()
        if not answer:
            raise ConnectionError("The fork server is gone.")
        said, self.spent = json.loads(answer)
        return said

    def close(self) -> None:
        """End it. It's gone when this returns."""
        self._process.kill()
        self._process.wait()


class ForkedProcess:
    """A forked kernel, with what Jupyter uses of a subprocess.Popen."""

    stdin = stdout = stderr = None

    def __init__(self, server: ForkServer, pid: int):
        self.pid, self._server = pid, server
        self.returncode: int | None = None

    def poll(self, wait: bool = False) -> int | None:
        """Return how the kernel ended, or None while it runs. It doesn't run without its server."""
        if self.returncode is None:
            try:
                self.returncode = self._server.ask(ended=self.pid, wait=wait)
            except OSError:
                self.returncode = -signal.SIGKILL
        return self.returncode

    def wait(self) -> int | None:
        """Return how the kernel ended, once it has."""
        return self.poll(wait=True)

    def send_signal(self, number: int) -> None:
        """Send the kernel a signal, if it runs."""
        if self.poll() is None:
            os.kill(self.pid, number)

    def kill(self) -> None:
        """Kill the kernel."""
        self.send_signal(signal.SIGKILL)


class ForkingKernelManager(KernelManager):
    """Has Python's kernels forked by one server, and starts other kernels as Jupyter does."""

    server: ForkServer | None = None  # of all managers in this process, from the first kernel on

    async def _async_launch_kernel(self, kernel_cmd: list[str], **kw: Any) -> None:
        process = fork(kernel_cmd, kw["env"], kw.get("cwd"))
        if process is None:
            await super()._async_launch_kernel(kernel_cmd, **kw)
        else:
            self.provisioner.process, self.provisioner.pgid = process, process.pid  # type: ignore[union-attr]


def fork(command: list[str], env: dict[str, str], cwd: str | None) -> ForkedProcess | None:
    """Return the kernel that this command would have started; None if the command has to start it."""
    python, module, arguments = command[:-4], command[-4:-2], command[-2:]
    if sys.platform != "linux" or python[:1] != [sys.executable] or module != ["-m", "ipykernel_launcher"]:
        return None
    server = ForkingKernelManager.server = ForkingKernelManager.server or ForkServer(python, env)
    if server.starts == (python, _shared(env)):
        with contextlib.suppress(OSError):
            return ForkedProcess(server, server.ask(arguments=arguments, env=env, cwd=cwd))
    return None


def _shared(env: dict[str, str]) -> dict[str, str]:
    return {name: value for name, value in env.items() if name not in _OF_ONE_KERNEL}


def spent() -> float:
    """Return the CPU seconds of the server and of its kernels that ended, none of which this process waits for."""
    return ForkingKernelManager.server.spent if ForkingKernelManager.server else 0.0


def close() -> None:
    """End the server, if there is one."""
    if ForkingKernelManager.server is not None:
        ForkingKernelManager.server.close()
        ForkingKernelManager.server = None


# ---- The server


def serve() -> None:
    """Answer until nobody is left to ask. In a fork, be a kernel instead."""
    import resource

    with os.fdopen(os.dup(0)) as questions, os.fdopen(os.dup(1), "w") as answers:
        nowhere = os.open(os.devnull, os.O_RDWR)
        for number in (0, 1, 2):
            os.dup2(nowhere, number)
        _import_everything()
        gc.collect()
        gc.freeze()  # no kernel has to look through it again
        assert threading.active_count() == 1, "a fork has this thread alone"
        for line in questions:
            question = json.loads(line)
            if "ended" in question:
                pid, status = os.waitpid(question["ended"], 0 if question["wait"] else os.WNOHANG)
                answer = os.waitstatus_to_exitcode(status) if pid else None
            elif not (answer := os.fork()):
                break
            used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
            answers.write(json.dumps([answer, sum(usage.ru_utime + usage.ru_stime for usage in used)]) + "\n")
            answers.flush()
        else:
            return
    _become_kernel(**question)


def _import_everything() -> None:
    """Import what kernels and lessons import, and read the files that are read once. No cloud is started."""
    from helpers import secret_scan
    from helpers.aws_rules import dispatch
    from helpers.aws_rules.common.regions import regions
    from helpers.backends import transport
    from helpers.checks.runners.fresh_session import fresh_session
    from helpers.course import course
    from helpers.views import kit

    for name in _MODULES:
        pkgutil.resolve_name(name)
    for room in _ROOMS:
        for module in pkgutil.walk_packages(pkgutil.resolve_name(f"helpers.{room}").__path__, f"helpers.{room}."):
            pkgutil.resolve_name(module.name)
    secret_scan.find("password = 'not-a-secret'")  # imports the kinds of secrets
    kit.compile_templates()
    course()
    regions()
    transport.install()
    for service in dispatch.OPERATIONS:
        fresh_session().client(service, "us-east-1")


def _become_kernel(arguments: list[str], env: dict[str, str], cwd: str | None) -> None:
    """Be a kernel that ends when the server does."""
    import ipykernel_launcher
    from ipykernel import kernelapp

    os.setsid()
    os.environ.clear()
    os.environ.update(env)
    os.chdir(cwd or ".")
    sys.argv = [ipykernel_launcher.__file__, *arguments]
    kernelapp.launch_new_instance(parent_handle=os.getppid())
