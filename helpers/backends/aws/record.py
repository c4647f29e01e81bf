"""What was made in real accounts, written down before it is made, so that a killed kernel leaves nothing unknown.

A file of lines, each a JSON object, which only grows at its end: kernels that run side by side need no lock, and half a
line, from a machine that lost its power, costs that line alone.
"""

import json
import os
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import psutil

from helpers.backends.aws.aws_resources import Thing

# The function itself, so that an answer that is shown another time cannot date the record.
_wall = time.time


@dataclass(frozen=True)
class Entry:
    """Something that was, or may have been, made. at: seconds since 1970; pid, born: of the process that made it."""

    thing: Thing
    at: float
    pid: int
    born: float

    @property
    def mine(self) -> bool:
        """Whether this process made it."""
        return self.pid == os.getpid() and self.born == _born(self.pid)

    @property
    def in_use(self) -> bool:
        """Whether the process that made it still lives."""
        return _born(self.pid) == self.born


class Record:
    """The file at this path."""

    def __init__(self, path: Path):
        self.path = path

    def made(self, thing: Thing) -> None:
        """Write down that this is about to be made."""
        self._append({"made": asdict(thing), "at": _wall(), "pid": os.getpid(), "born": _born(os.getpid())})

    def gone(self, thing: Thing, deleted: bool = True) -> None:
        """Write down that this is no more. deleted: whether it was there until now."""
        self._append({"gone": asdict(thing), "at": _wall(), "deleted": deleted})

    def present(self, account: str) -> list[Entry]:
        """Return what may still be there in this account, oldest first."""
        found: dict[Thing, Entry] = {}
        for line in self._lines():
            if "made" in line:
                thing = Thing(**line["made"])
                found.pop(thing, None)
                found[thing] = Entry(thing, line["at"], line["pid"], line["born"])
            else:
                found.pop(Thing(**line["gone"]), None)
        return [entry for thing, entry in found.items() if thing.account == account]

    def deleted(self, account: str, region: str) -> dict[str, float]:
        """Return when queues of this account and region were last deleted: names and seconds since 1970."""
        found: dict[str, float] = {}
        for line in self._lines():
            thing = Thing(**line["gone"]) if line.get("deleted") else None
            if thing and (thing.service, thing.account, thing.region) == ("sqs", account, region):
                found[thing.name] = line["at"]
        return found

    def regions(self, account: str) -> list[str]:
        """Return the regions in which anything was ever made in this account, sorted."""
        made = (Thing(**line["made"]) for line in self._lines() if "made" in line)
        return sorted({thing.region for thing in made if thing.account == account})

    def _append(self, line: dict[str, Any]) -> None:
        # It begins a new line, so that half a line before it does not spoil it.
        text = "\n" + json.dumps(line) + "\n"
        place = os.open(self.path, os.O_APPEND | os.O_CREAT | os.O_WRONLY, 0o600)
        try:
            os.write(place, text.encode())
            os.fsync(place)
        finally:
            os.close(place)

    def _lines(self) -> list[dict[str, Any]]:
        try:
            text = self.path.read_text(encoding="utf-8", errors="replace")
        except FileNotFoundError:
            return []
        found = []
        for line in text.splitlines():
            try:
                entry = json.loads(line)
                Thing(**(entry.get("made") or entry["gone"]))
            except (ValueError, KeyError, TypeError, AttributeError):
                continue
            found.append(entry)
        return found


def _born(pid: int) -> float:
    """Return when the process began; 0 where there is none. With the number it tells one process from a later one."""
    try:
        return psutil.Process(pid).create_time()
    except psutil.Error:
        return 0.0
