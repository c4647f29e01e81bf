"""`course doctor --workshop`: what it finds out about a machine, and what it says is to be mended."""

import socket
from pathlib import Path

import pytest
from typer.testing import CliRunner

from helpers.cli import app
from helpers.workshop import dry_run
from helpers.workshop.dry_run import Load, Room, address_found, disk_found, files_found, load_found, port_found

HERE = Room(4577, Path())


@pytest.mark.parametrize(
    ("own", "others", "found", "repair"),
    [
        ("192.0.2.7", [("wlan0", "192.0.2.7")], "http://192.0.2.7:4577 (wlan0)", ""),
        (
            "192.0.2.7",
            [("wlan0", "192.0.2.7"), ("eth0", "192.0.2.9"), ("docker0", "172.17.0.1")],
            "192.0.2.9 (eth0)",
            "",
        ),
        ("10.8.0.2", [("tun0", "10.8.0.2"), ("wlan0", "192.0.2.7")], "(tun0)", "--url http://192.0.2.7:4577"),
        ("10.8.0.2", [("tun0", "10.8.0.2")], "(tun0)", "--url http://ADDRESS:4577"),
        ("vm", [("wlan0", "192.0.2.7")], "vm, which other laptops may not know", "--url http://192.0.2.7:4577"),
        ("vm", [], "in no network", "Join the network"),
    ],
)
def test_the_address_is_one_that_other_laptops_reach(
    own: str, others: list[tuple[str, str]], found: str, repair: str
) -> None:
    """Not the host's name, nor an address that leads to containers or through a VPN."""
    finding = address_found(own, others, 4577)
    assert found in finding.found
    assert repair in finding.repair
    assert finding.well is not bool(repair)
    assert "172.17.0.1" not in finding.found


def test_a_port_in_use_is_told() -> None:
    """With the next one to try."""
    with socket.socket() as taken:
        taken.bind(("", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert not port_found(port).well
        assert f"--port {port + 1}" in port_found(port).repair
    assert port_found(port).well


def test_what_is_scarce_is_told() -> None:
    """Connections and the disk."""
    assert files_found(None).well
    assert files_found(4096).well
    assert "ulimit -n 4096" in files_found(256).repair
    assert disk_found("disk", Path(), 2_000_000_000).well
    assert disk_found("disk", Path(), 900_000_000).repair == "Free 0.10 GB, or use another disk."


@pytest.mark.parametrize(
    ("was", "repair"),
    [
        (Load(300, 0, 0.1, 0.2), ""),
        (Load(300, 1, 0.1, 0.2), "Close other programs"),
        (Load(0, 0, 0.0, 0.0), "Close other programs"),
        (Load(300, 0, 3.0, 0.2), "faster machine"),
        (Load(300, 0, 0.1, 0.9), "faster machine"),
        (Load(0, 0, 0.0, 0.0, "It didn't start."), "Mend that first"),
    ],
)
def test_a_server_that_cannot_keep_up_is_told(was: Load, repair: str) -> None:
    """Failures, slow answers, and a core that has nothing left."""
    assert repair in load_found(HERE, was).repair
    assert load_found(HERE, was).well is not bool(repair)


def test_the_command_says_what_to_try_next(monkeypatch: pytest.MonkeyPatch) -> None:
    """The exit code is for programs; without a free port there's no load."""
    monkeypatch.setattr(dry_run, "own_address", lambda: "192.0.2.7")
    monkeypatch.setattr(dry_run, "_addresses", lambda: [("wlan0", "192.0.2.7")])
    monkeypatch.setattr(dry_run, "load", lambda room: Load(300, 0, 0.1, 0.2))
    with socket.socket() as probe:
        probe.bind(("", 0))
        port = str(probe.getsockname()[1])
        probe.listen()
        bad = CliRunner().invoke(app, ["doctor", "--workshop", "--port", port])
    good = CliRunner().invoke(app, ["doctor", "--workshop", "--port", port])
    assert (bad.exit_code, good.exit_code) == (1, 0)
    assert "30 learners" not in bad.output
    assert "30 learners" in good.output
    assert "try one of them" in " ".join(good.output.split())


@pytest.mark.full
def test_the_load_is_a_real_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`course serve` as in the room; and what it says where it can't start."""
    monkeypatch.setattr(dry_run, "_PACE", 0.01)
    with socket.socket() as probe:
        probe.bind(("", 0))
        port = probe.getsockname()[1]
    was = dry_run.load(Room(port, tmp_path, 3, 1.0, "127.0.0.1"))
    assert (was.failed, was.problem) == (0, "")
    assert was.rounds >= 3
    assert was.busy > 0
    with socket.socket() as taken:
        taken.bind(("", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert f"can't use port {port}" in dry_run.load(Room(port, tmp_path, 3, 1.0, "127.0.0.1")).problem
