"""Programs that a process with the offline cloud starts reach nothing, whichever way they start; forks are refused.

The quick run reads the environment that some ways hand on. CI does so for all of them, and has a program use boto3 in
each, under a guard.
"""

import asyncio
import json
import multiprocessing
import os
import shlex
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from contextlib import closing
from multiprocessing import forkserver
from pathlib import Path
from typing import Any

import boto3
import guarded_worker
import psutil
import pytest
from fake_aws import ACCOUNT, FakeAws
from IPython.utils import process as ipython_process
from nbformat.v4 import new_code_cell, new_notebook

from helpers import kernels, start
from helpers.backends import environment
from helpers.backends.base import Cloud
from helpers.backends.offline.offline_cloud import make_world
from helpers.errors import CloudError
from helpers.simulation import worlds

pty = pytest.importorskip("pty", reason="these are POSIX's ways to start a program")

NOBODY = "http://127.0.0.1:"
EXPLANATION = "/the-cloud-is-only-in-the-process-that-called-start"
PROXY = "http://203.0.113.1:3128"  # an address for documentation; nobody has it
# What a caller hands on that would lead a program to a real account.
REAL = {
    "AWS_ACCESS_KEY_ID": "AKIAIOSFODNN7EXAMPLE",
    "AWS_SECRET_ACCESS_KEY": "a-real-secret",
    "AWS_SESSION_TOKEN": "a-real-token",
    "AWS_PROFILE": "work",
    "AWS_ENDPOINT_URL_SQS": "http://203.0.113.2:4566",
    "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "true",
    "AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://203.0.113.3/keys",
    "AWS_DEFAULT_REGION": "eu-west-1",
    "HTTP_PROXY": PROXY,
    "HTTPS_PROXY": PROXY,
}

# ---- Ways to start a program: each runs a shell's command and waits for it


def own() -> dict[str, str]:
    """An environment that a caller puts together, with what it needs of this process's."""
    return {**os.environ, **REAL}


def waited(pid: int) -> None:
    """Wait for a program."""
    assert os.waitpid(pid, 0)[1] == 0


def forked(replace: Callable[[], Any], fork: Callable[[], Any] = os.fork) -> None:
    """Start a program as a shell does: fork, then replace the fork by it."""
    result = fork()
    pid, terminal = result if isinstance(result, tuple) else (result, None)
    if pid == 0:
        try:
            replace()
        finally:
            os._exit(1)
    waited(pid)
    if terminal is not None:
        os.close(terminal)


def of_asyncio(start: Callable[..., Any], *arguments: str, **options: Any) -> None:
    """Start a program in an event loop."""

    async def run() -> None:
        assert await (await start(*arguments, **options)).wait() == 0

    asyncio.run(run())


def in_terminal(command: str) -> None:
    """Start a program in a terminal of its own."""
    assert pty.spawn(["sh", "-c", command], lambda terminal: os.read(terminal, 1024)) == 0


def popen(command: str) -> None:
    """Start a program by os.popen."""
    with os.popen(command) as output:
        output.read()


SH = "/bin/sh"
INHERITED: dict[str, Callable[[str], Any]] = {
    "subprocess.run": lambda command: subprocess.run([SH, "-c", command], check=True),
    "subprocess by posix_spawn": lambda command: subprocess.run([SH, "-c", command], check=True, close_fds=False),
    "subprocess with preexec_fn": lambda command: subprocess.run([SH, "-c", command], preexec_fn=lambda: None),
    "subprocess with a shell": lambda command: subprocess.check_output(command, shell=True),
    "subprocess.getoutput": subprocess.getoutput,
    "os.system": lambda command: os.system(command),
    "os.popen": popen,
    "os.spawnv": lambda command: os.spawnv(os.P_WAIT, SH, ["sh", "-c", command]),
    "os.spawnl": lambda command: os.spawnl(os.P_WAIT, SH, "sh", "-c", command),
    "os.spawnvp": lambda command: os.spawnvp(os.P_WAIT, "sh", ["sh", "-c", command]),
    "os.posix_spawn": lambda command: waited(os.posix_spawn(SH, ["sh", "-c", command], os.environ)),
    "os.posix_spawnp": lambda command: waited(os.posix_spawnp("sh", ["sh", "-c", command], os.environ)),
    "os.execv": lambda command: forked(lambda: os.execv(SH, ["sh", "-c", command])),
    "os.execl": lambda command: forked(lambda: os.execl(SH, "sh", "-c", command)),
    "os.execlp": lambda command: forked(lambda: os.execlp("sh", "sh", "-c", command)),
    "os.execvp": lambda command: forked(lambda: os.execvp("sh", ["sh", "-c", command])),
    "pty.fork": lambda command: forked(lambda: os.execv(SH, ["sh", "-c", command]), pty.fork),
    "os.forkpty": lambda command: forked(lambda: os.execv(SH, ["sh", "-c", command]), os.forkpty),
    "pty.spawn": in_terminal,
    "asyncio": lambda command: of_asyncio(asyncio.create_subprocess_exec, SH, "-c", command),
    "asyncio with a shell": lambda command: of_asyncio(asyncio.create_subprocess_shell, command),
    "IPython's !": ipython_process.system,
    "IPython's !!": ipython_process.getoutput,
}

SHELL = ["sh", "-c"]
EXPLICIT: dict[str, Callable[[str], Any]] = {
    "subprocess.run": lambda command: subprocess.run([SH, "-c", command], check=True, env=own()),
    "subprocess by posix_spawn": lambda command: subprocess.run([SH, "-c", command], close_fds=False, env=own()),
    "subprocess.Popen": lambda command: subprocess.Popen(command, shell=True, env=own()).wait(),
    "os.spawnve": lambda command: os.spawnve(os.P_WAIT, SH, [*SHELL, command], own()),
    "os.spawnle": lambda command: os.spawnle(os.P_WAIT, SH, *SHELL, command, own()),
    "os.spawnvpe": lambda command: os.spawnvpe(os.P_WAIT, "sh", [*SHELL, command], own()),
    "os.posix_spawn": lambda command: waited(os.posix_spawn(SH, [*SHELL, command], own())),
    "os.posix_spawn with bytes": lambda command: waited(os.posix_spawn(SH, [*SHELL, command], in_bytes(own()))),
    "os.posix_spawnp": lambda command: waited(os.posix_spawnp("sh", [*SHELL, command], own())),
    "os.execve": lambda command: forked(lambda: os.execve(SH, [*SHELL, command], own())),
    "os.execve with a name": lambda command: forked(lambda: os.execve(SH, [*SHELL, command], env=own())),
    "os.execle": lambda command: forked(lambda: os.execle(SH, *SHELL, command, own())),
    "os.execvpe": lambda command: forked(lambda: os.execvpe("sh", [*SHELL, command], own())),
    "os.execlpe": lambda command: forked(lambda: os.execlpe("sh", *SHELL, command, own())),
    "asyncio": lambda command: of_asyncio(asyncio.create_subprocess_exec, SH, "-c", command, env=own()),
}
# The quick run has one for each function in which they end.
QUICK = ("subprocess.run", "subprocess by posix_spawn", "os.posix_spawnp", "os.system", "pty.fork", "os.execve, env=")
WAYS = INHERITED | {f"{name}, env=": way for name, way in EXPLICIT.items()}


def in_bytes(variables: dict[str, str]) -> dict[bytes, bytes]:
    """The same variables as the system has them."""
    return {os.fsencode(name): os.fsencode(value) for name, value in variables.items()}


# ---- What a program gets


@pytest.fixture
def machine(no_cloud: None) -> Cloud:
    """The offline cloud on a machine with a real account and a proxy."""
    os.environ.update(REAL)
    return start()


def variables(path: Path) -> dict[str, str]:
    """The environment that a program noted."""
    return dict(line.partition("=")[::2] for line in path.read_text().splitlines() if "=" in line)


@pytest.mark.parametrize(
    "way",
    [pytest.param(way, id=name, marks=[] if name in QUICK else pytest.mark.full) for name, way in WAYS.items()],
)
def test_a_program_gets_no_key_and_no_endpoint(machine: Cloud, tmp_path: Path, way: Callable[[str], Any]) -> None:
    """Its endpoint is a port of this computer where nobody listens, past any proxy, and the address tells why.

    Its keys and its files are the course's. What else the caller hands on, it gets. This process keeps its variables.
    """
    before, note = dict(os.environ), tmp_path / "environment"
    os.environ["AMONG_OTHERS"] = "a=b, ü"
    try:
        way(f"env > {shlex.quote(str(note))}")
    finally:
        del os.environ["AMONG_OTHERS"]
    found = variables(note)
    url = found.pop("AWS_ENDPOINT_URL")
    assert url.startswith(NOBODY)
    assert url.endswith(EXPLANATION)
    assert url.split("/")[2] in found["no_proxy"].split(",")
    assert found["AMONG_OTHERS"] == "a=b, ü"
    expected = environment.offline() | {"AWS_MAX_ATTEMPTS": "1"}
    del expected["AWS_IGNORE_CONFIGURED_ENDPOINT_URLS"]
    if way in EXPLICIT.values():
        expected["AWS_DEFAULT_REGION"] = REAL["AWS_DEFAULT_REGION"]
    assert {name: value for name, value in found.items() if name.startswith("AWS_")} == expected
    assert dict(os.environ) == before


def test_the_exit_status_of_a_command_is_the_systems(machine: Cloud) -> None:
    """os.system returns what it always returned: a code in the second byte, a signal in the first."""
    assert [os.system(command) for command in ("exit 0", "exit 3", "kill -9 $$")] == [0, 3 << 8, 9]


# ---- What boto3 in a program does


@pytest.fixture
def report(tmp_path: Path) -> Path:
    """Where a worker writes its report."""
    return tmp_path / "report.json"


def worker(report: Path) -> str:
    """The shell's command that runs the worker."""
    return shlex.join([sys.executable, guarded_worker.__file__, str(report)])


def assert_reached_nothing(report: Path) -> None:
    """Fail unless boto3 found nobody at the closed address, and nothing tried to go elsewhere."""
    found = json.loads(report.read_text())
    assert found["attempts"] == []
    assert found["outcome"].startswith(f'EndpointConnectionError: Could not connect to the endpoint URL: "{NOBODY}')
    assert EXPLANATION in found["outcome"]


@pytest.mark.full
def test_the_worker_would_be_seen(no_cloud: None, report: Path) -> None:
    """Where no cloud runs, its request goes to AWS or to the proxy: so its silence elsewhere means something."""
    os.environ.update(REAL)
    del os.environ["AWS_PROFILE"], os.environ["HTTP_PROXY"], os.environ["HTTPS_PROXY"]
    os.environ["AWS_MAX_ATTEMPTS"] = "1"
    os.system(worker(report))
    assert json.loads(report.read_text())["attempts"] == ["sqs.eu-west-1.amazonaws.com"]
    os.environ["HTTPS_PROXY"] = PROXY
    os.system(worker(report))
    assert set(json.loads(report.read_text())["attempts"]) == {"203.0.113.1"}


@pytest.mark.full
@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
def test_boto3_in_a_program_reaches_nothing(machine: Cloud, report: Path, way: Callable[[str], Any]) -> None:
    """However it starts, whatever the caller hands on; the error's address tells why."""
    way(worker(report))
    assert_reached_nothing(report)


def run_process(method: str, function: Callable[..., None], *arguments: str) -> None:
    """Run a function in a process of multiprocessing."""
    process = multiprocessing.get_context(method).Process(target=function, args=arguments)
    process.start()
    process.join()
    assert process.exitcode == 0


@pytest.mark.full
@pytest.mark.parametrize("method", ["spawn", "forkserver"])
@pytest.mark.parametrize("pool", [False, True], ids=["Process", "ProcessPoolExecutor"])
def test_boto3_in_a_process_of_multiprocessing_reaches_nothing(
    machine: Cloud, report: Path, method: str, pool: bool
) -> None:
    """Not in one that is started anew, nor in one that a fork server forks."""
    if pool:
        with ProcessPoolExecutor(1, multiprocessing.get_context(method)) as executor:
            executor.submit(guarded_worker.work, str(report)).result()
    else:
        run_process(method, guarded_worker.work, str(report))
    assert_reached_nothing(report)


@pytest.mark.full
def test_a_fork_server_from_before_start_is_used_no_more(no_cloud: None, report: Path) -> None:
    """Its processes would have the environment from before. Its own process and its last child end by themselves."""
    forkserver._forkserver._stop()  # the one of another test
    os.environ.update(REAL)
    run_process("forkserver", guarded_worker.nothing)
    before = forkserver._forkserver._forkserver_pid
    assert before is not None
    start()
    run_process("forkserver", guarded_worker.work, str(report))
    assert_reached_nothing(report)
    psutil.Process(before).wait(timeout=10)


@pytest.mark.full
def test_boto3_in_what_a_notebooks_cells_start_reaches_nothing(no_cloud: None, tmp_path: Path) -> None:
    """By `!`, `!!`, `%%bash`, `%%script` and `%system` of a kernel."""
    reports = [tmp_path / f"{number}.json" for number in range(6)]
    commands = [worker(report) for report in reports]
    sources = (
        "from helpers import start; start()",
        f"!{commands[0]}",
        f"found = !{commands[1]}",
        f"!!{commands[2]}",
        f"%%bash\n{commands[3]}",
        f"%%script sh\n{commands[4]}",
        f"%system {commands[5]}",
    )
    notebook = new_notebook(cells=[new_code_cell(source) for source in sources])
    kernels.execute(notebook, tmp_path, {**os.environ, **REAL}, timeout=60)
    for report in reports:
        assert_reached_nothing(report)


# ---- Forks


def in_fork(step: Callable[[], Any]) -> str:
    """Return what the step returns in a fork of this process, or the error that it raises there, as text."""
    reading, writing = os.pipe()
    if os.fork() == 0:
        signal.alarm(20)  # ends a fork that waits for ever
        try:
            said = str(step())
        except BaseException as problem:
            said = f"{type(problem).__name__}: {problem}"
        os.write(writing, said.encode())
        os._exit(0)
    os.close(writing)
    with open(reading) as pipe:
        said = pipe.read()
    os.wait()
    return said


def test_a_fork_cannot_use_its_copy_of_the_cloud(sqs: Any) -> None:
    """Its requests are refused with a sentence that says what to do instead; this process's cloud goes on."""
    queue = sqs.create_queue(QueueName="orders")["QueueUrl"]
    said = in_fork(lambda: sqs.send_message(QueueUrl=queue, MessageBody="from a fork"))
    assert said.startswith("CloudError: This process was forked from the one that called start()")
    assert "thread" in said
    assert "Messages" not in sqs.receive_message(QueueUrl=queue)


def test_a_fork_that_calls_start_has_a_cloud_of_its_own(sqs: Any) -> None:
    """It's empty and works, and this process doesn't see what happens in it."""
    sqs.create_queue(QueueName="orders")

    def step() -> Any:
        start()
        return sqs.list_queues().get("QueueUrls"), sqs.create_queue(QueueName="another")["QueueUrl"]

    assert in_fork(step) == "(None, 'https://sqs.us-east-1.amazonaws.com/123456789012/another')"
    assert [url.split("/")[-1] for url in sqs.list_queues()["QueueUrls"]] == ["orders"]


def test_a_fork_cannot_use_its_copy_of_a_checks_cloud(sqs: Any) -> None:
    """An answer that forks while it's checked isn't told that its fork sent something."""
    with worlds.enter(make_world(True)):
        said = in_fork(lambda: sqs.create_queue(QueueName="orders"))
        assert "QueueUrls" not in sqs.list_queues()
    assert said.startswith("CloudError: This process was forked")


@pytest.mark.full
def test_a_fork_of_a_program_does_not_wait_for_those_beside_it(offline: Cloud, sqs: Any) -> None:
    """The others are only in the original, so a fork that left its turn to one would wait for ever. The run goes on."""
    said = []

    def forks() -> None:
        time.sleep(1)
        said.append(in_fork(lambda: (time.sleep(3), sqs.list_queues())))
        time.sleep(1)
        said.append("went on")

    def sleeps() -> None:
        for _ in range(10):
            time.sleep(1)

    offline.run({"Kim": forks, "Lee": sleeps}, minutes=1)
    assert said[0].startswith("CloudError: This process was forked")
    assert said[1:] == ["went on"]


@pytest.mark.full
def test_the_fork_of_a_pool_cannot_use_its_copy_of_the_cloud(offline: Cloud) -> None:
    """The refusal arrives where the pool's result is asked for."""
    with ProcessPoolExecutor(1, multiprocessing.get_context("fork")) as pool, pytest.raises(CloudError, match="forked"):
        pool.submit(_create_queue).result()


def _create_queue() -> str:
    return boto3.client("sqs").create_queue(QueueName="orders")["QueueUrl"]


# ---- Other clouds


@pytest.mark.full
def test_a_program_gets_the_endpoint_of_a_cloud_that_has_one(no_cloud: None, tmp_path: Path) -> None:
    """It's the same cloud for both, so it reaches that and nothing else, whatever the caller hands on."""
    note = tmp_path / "environment"
    start("http://127.0.0.1:9")
    expected = {name: value for name, value in os.environ.items() if name.startswith("AWS_")}
    EXPLICIT["subprocess.run"](f"env > {shlex.quote(str(note))}")
    found = variables(note)
    assert found["AWS_ENDPOINT_URL"] == "http://127.0.0.1:9"
    assert found["no_proxy"] == "127.0.0.1:9"
    expected["AWS_DEFAULT_REGION"] = REAL["AWS_DEFAULT_REGION"]
    assert {name: value for name, value in found.items() if name.startswith("AWS_")} == expected


@pytest.mark.full
def test_a_program_gets_the_real_account_that_was_chosen(no_cloud: None, tmp_path: Path) -> None:
    """With a real account, also after an offline cloud, programs get what they always got."""
    note, fake = tmp_path / "environment", FakeAws()
    machine = {"AWS_ENDPOINT_URL": fake.url, "AWS_DEFAULT_REGION": "eu-central-1"}
    machine |= {"AWS_CONFIG_FILE": os.devnull, "no_proxy": "127.0.0.1"}
    # A program that gives keys, as many companies have one: boto3 runs it while the account's cloud starts.
    credentials = tmp_path / "credentials"
    keys = json.dumps({"Version": 1, "AccessKeyId": ACCOUNT, "SecretAccessKey": "any"})
    credentials.write_text(f"[default]\ncredential_process = sh -c 'env > {note}; echo $KEYS'\n")
    machine |= {"AWS_SHARED_CREDENTIALS_FILE": str(credentials), "KEYS": keys}
    os.environ.update(machine)
    start()
    with closing(fake):
        start("aws", yes=ACCOUNT, tidy=False)
        assert machine.items() <= variables(note).items()
        note.unlink()
        os.system(f"env > {note}")
        assert variables(note)["AWS_ENDPOINT_URL"] == fake.url
