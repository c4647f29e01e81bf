"""`course doctor --workshop`: tries what a room of learners will need of this machine, and says what to mend."""

import csv
import os
import queue
import re
import shutil
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory, gettempdir
from typing import Any, NamedTuple

import psutil

from helpers.findings import Finding
from helpers.workshop.serving import PORT, own_address
from helpers.workshop.tokens import tokens_file

READY = (
    "This machine is ready for the room. It can't know what lies between it and the other laptops, so try one of them: "
    "start `course serve --host 0.0.0.0 --learners class.csv` here, and open the address that it prints there, with "
    '/_course/ at its end. You should see one line that begins with "course".'
)
SECONDS, LEARNERS = 10.0, 30
_PACE = 1.0  # seconds between a learner's rounds of three requests; people need longer
_SLOW, _BUSY = 2.0, 0.8  # seconds for a round, and the part of one core, that are too much
_STARTING = 60.0  # seconds
_NEEDED = 1_000_000_000  # bytes
_OPEN_FILES = 1_024  # a connection is a file, and some SDKs keep one for each client
# Names of interfaces that lead to containers, virtual machines or another network, and to no laptop in the room.
_VIRTUAL = re.compile(r"docker|br-|veth|virbr|vboxnet|vmnet|vmenet|bridge|tun|tap|utun|wg|zt|tailscale|vethernet", re.I)


class Load(NamedTuple):
    """How the server did with rounds of three requests, and how many learners couldn't go on.

    slowest: seconds within which 95 of 100 rounds were answered. busy: of one core. problem: why nothing was tried.
    """

    rounds: int
    failed: int
    slowest: float
    busy: float
    problem: str = ""


@dataclass(frozen=True)
class Room:
    """What the room needs: a port, a folder for what's handed in, and so many learners for so many seconds.

    host: the address to listen on.
    """

    port: int
    folder: Path
    learners: int = LEARNERS
    seconds: float = SECONDS
    host: str = "0.0.0.0"


def examine(room: Room) -> Iterator[Finding]:
    """Yield one finding after the other. The load comes last, and only if the port is free. Nothing leaves the machine.

    For that long other computers can reach the port, as later in the room; they'd need a token that nobody gets.
    """
    yield address_found(own_address(), _addresses(), room.port)
    port = port_found(room.port)
    yield port
    yield files_found(_open_files())
    for what, place in {"disk": room.folder, "disk, for temporary files": Path(gettempdir())}.items():
        yield disk_found(what, place, shutil.disk_usage(place).free)
    if port.well:
        yield load_found(room, load(room))


def address_found(own: str, others: Sequence[tuple[str, str]], port: int) -> Finding:
    """Return whether there's an address that other laptops can use.

    own: the one that `course serve` prints. others: interfaces and their addresses.
    """
    named = {address: interface for interface, address in others}
    real = [address for interface, address in others if not _VIRTUAL.match(interface)]
    if not others:
        return Finding("address", "none: this machine is in no network", "Join the network that the room will use.")
    start = f"course serve --host 0.0.0.0 --url http://{real[0] if real else 'ADDRESS'}:{port}"
    if own not in named:
        return Finding("address", f"{own}, which other laptops may not know", f"Start it with: {start}")
    url = f"http://{own}:{port}"
    if own not in real:
        found = f"{url} ({named[own]}), which probably no other laptop reaches"
        return Finding(
            "address", found, f"{'Start' if real else 'Find an address that they reach, and start'} it with: {start}"
        )
    more = [f"{address} ({named[address]})" for address in real if address != own]
    also = f". If learners can't reach it, these may do: {', '.join(more)}" if more else ""
    return Finding("address", f"{url} ({named[own]}){also}")


def port_found(port: int) -> Finding:
    """Return whether the port is free on all of this machine's addresses."""
    with socket.socket() as probe:
        if sys.platform != "win32":
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as the server itself
        try:
            probe.bind(("", port))
        except PermissionError:
            return Finding("port", f"{port} is reserved for system services", "Choose one from 1024 up: --port")
        except OSError:
            another = f"--port {port + 1 if port < 65_535 else PORT}"
            repair = f"Stop what uses it, perhaps another `course serve`, or try another one: {another}"
            return Finding("port", f"{port} is in use", repair)
    return Finding("port", f"{port} is free")


def files_found(most: int | None) -> Finding:
    """Return whether a process can have enough connections.

    most: how many files it can have open; None for no limit.
    """
    if most is None or most >= _OPEN_FILES:
        return Finding("connections", "as many as a room needs")
    return Finding("connections", f"at most {most}", "In the terminal, before `course serve`: ulimit -n 4096")


def disk_found(what: str, place: Path, free: int) -> Finding:
    """Return whether there's room on the disk for hand-ins, results and what's written while they're graded."""
    found = f"{free / 1e9:,.1f} GB free for {place}"
    missing = f"Free {(_NEEDED - free) / 1e9:,.2f} GB, or use another disk."
    return Finding(what, found, "" if free >= _NEEDED else missing)


def load_found(room: Room, was: Load) -> Finding:
    """Return whether the server kept up with the learners."""
    what = f"{room.learners} learners"
    if was.problem:
        return Finding(what, was.problem, "Mend that first, and run this again.")
    found = (
        f"{was.rounds:,} times send, receive and delete in {room.seconds:.0f} s, 95 of 100 within "
        f"{was.slowest * 1000:,.0f} ms, {was.busy:.0%} of a core"
    )
    if was.failed or not was.rounds:
        found += f"; {was.failed} of the learners couldn't go on"
        repair = "Close other programs and run this again. If it stays, give learners the offline cloud: start()"
    elif was.slowest > _SLOW or was.busy > _BUSY:
        repair = "Close other programs, plug in the power supply, or use a faster machine."
    else:
        repair = ""
    return Finding(what, found, repair)


def load(room: Room) -> Load:
    """Run `course serve` as in the room, with learners who send, receive and delete, and return how it did."""
    with TemporaryDirectory(prefix="course-") as folder:
        roster = Path(folder, "class.csv")
        roster.write_text("\n".join(["learner", *(f"Learner {n + 1}" for n in range(room.learners))]), encoding="utf-8")
        with _served(room, roster) as (server, said):
            url = _url(said)
            if not url:
                return Load(0, 0, 0, 0, "`course serve` didn't start: " + " ".join(said.split())[:300])
            with open(tokens_file(roster), encoding="utf-8-sig", newline="") as file:
                rows = list(csv.DictReader(file))
            return _use(url, rows, room.seconds, psutil.Process(server.pid))


@contextmanager
def _served(room: Room, roster: Path) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """Run the command for a block, and yield its process and what it said until it was ready or ended."""
    words = ["serve", "--host", room.host, "--port", str(room.port), "--learners", str(roster), "--room"]
    server = subprocess.Popen(
        [sys.executable, "-m", "helpers.cli", *words],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        encoding="utf-8",
        errors="replace",
        env={**os.environ, "PYTHONUNBUFFERED": "1", "PYTHONIOENCODING": "utf-8"},
    )
    lines: queue.Queue[str] = queue.Queue()
    threading.Thread(target=_read, args=(server.stdout, lines.put), daemon=True).start()
    said, end = "", time.monotonic() + _STARTING
    try:
        while "Who is stuck" not in said and time.monotonic() < end and (server.poll() is None or not lines.empty()):
            with suppress(queue.Empty):
                said += lines.get(timeout=0.1)
        yield server, said
    finally:
        server.kill()
        server.wait()


def _read(stream: Any, put: Callable[[str], None]) -> None:
    with suppress(ValueError):  # it's closed once the server has ended
        for line in stream:
            put(line)


def _url(said: str) -> str:
    found = re.search(r"is at (http://\S+)", said)
    return found[1] if found and "Who is stuck" in said else ""


def _use(url: str, rows: Sequence[dict[str, str]], seconds: float, server: psutil.Process) -> Load:
    took: list[float] = []
    failed: list[Exception] = []
    end = threading.Event()
    clients = _clients(url, rows)
    before, began = _computed(server), time.monotonic()

    def learn(number: int, client: Any) -> None:
        pause = _PACE * number / len(clients)  # they aren't in step
        try:
            url = client.create_queue(QueueName="dry-run")["QueueUrl"]
            while not end.wait(pause):
                started = time.monotonic()
                client.send_message(QueueUrl=url, MessageBody="hello")
                (message,) = client.receive_message(QueueUrl=url, WaitTimeSeconds=5)["Messages"]
                client.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
                took.append(time.monotonic() - started)
                pause = _PACE
        except Exception as problem:  # of the network, of AWS's kind, or that a message is missing
            failed.append(problem)

    threads = [threading.Thread(target=learn, args=one, daemon=True) for one in enumerate(clients)]
    for thread in threads:
        thread.start()
    end.wait(seconds)
    end.set()
    for thread in threads:
        thread.join(30)
    busy = (_computed(server) - before) / (time.monotonic() - began)
    took.sort()
    return Load(len(took), len(failed), took[int(len(took) * 0.95)] if took else 0.0, busy)


def _clients(url: str, rows: Sequence[dict[str, str]]) -> list[Any]:
    """Return a client for each learner, which uses nothing of this machine's settings."""
    import boto3
    from botocore.config import Config

    config = Config(retries={"total_max_attempts": 1}, proxies={}, connect_timeout=5, read_timeout=15)
    session = boto3.Session()
    return [
        session.client(
            "sqs",
            "us-east-1",
            endpoint_url=url,
            aws_access_key_id=row["account"],
            aws_secret_access_key=row["token"],
            config=config,
        )
        for row in rows
    ]


def _computed(process: psutil.Process) -> float:
    times = process.cpu_times()
    return float(times.user + times.system)


def _addresses() -> list[tuple[str, str]]:
    """Return this machine's interfaces that are up and their addresses, without those that only it can use."""
    up = {name for name, state in psutil.net_if_stats().items() if state.isup}
    return [
        (name, one.address)
        for name, found in psutil.net_if_addrs().items()
        if name in up
        for one in found
        if one.family == socket.AF_INET and not one.address.startswith(("127.", "169.254."))
    ]


def _open_files() -> int | None:
    try:
        import resource
    except ImportError:  # Windows has no such limit
        return None
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    return None if most == resource.RLIM_INFINITY else most
