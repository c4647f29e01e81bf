"""The log of what was created in real accounts. An entry is written before the request, so a killed kernel loses none.

The file has one JSON object per line and only ever grows at its end. So kernels that run side by side need no lock,
and a half-written line, left by a power cut, costs that line alone.
"""

import json
import os
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import psutil

from helpers.backends.aws.aws_resources import AwsResource

# The function itself: while an answer is checked, the module `time` shows another time.
_wall_time = time.time


@dataclass(frozen=True)
class Entry:
    """A resource that was, or may have been, created. at: seconds since 1970; pid, born: of the creating process."""

    resource: AwsResource
    at: float
    pid: int
    born: float

    @property
    def by_this_process(self) -> bool:
        """Whether this process created it."""
        return self.pid == os.getpid() and self.born == _start_time(self.pid)

    @property
    def in_use(self) -> bool:
        """Whether the process that created it is still running."""
        return _start_time(self.pid) == self.born


class CreationLog:
    """The log in the file at this path."""

    def __init__(self, path: Path):
        self.path = path

    def created(self, resource: AwsResource) -> None:
        """Log that this is about to be created."""
        pid = os.getpid()
        self._append({"made": asdict(resource), "at": _wall_time(), "pid": pid, "born": _start_time(pid)})

    def gone(self, resource: AwsResource, deleted: bool = True) -> None:
        """Log that this doesn't exist any more. deleted: whether it existed until now."""
        self._append({"gone": asdict(resource), "at": _wall_time(), "deleted": deleted})

    def present(self, account: str) -> list[Entry]:
        """Return what may still exist in this account, oldest first."""
        found: dict[AwsResource, Entry] = {}
        for line in self._lines():
            if "made" in line:
                resource = AwsResource(**line["made"])
                found.pop(resource, None)
                found[resource] = Entry(resource, line["at"], line["pid"], line["born"])
            else:
                found.pop(AwsResource(**line["gone"]), None)
        return [entry for resource, entry in found.items() if resource.account == account]

    def deleted_queues(self, account: str, region: str) -> dict[str, float]:
        """Return the names of deleted queues, each with the time of its last deletion in seconds since 1970."""
        found: dict[str, float] = {}
        for line in self._lines():
            resource = AwsResource(**line["gone"]) if line.get("deleted") else None
            if resource and (resource.service, resource.account, resource.region) == ("sqs", account, region):
                found[resource.name] = line["at"]
        return found

    def regions(self, account: str) -> list[str]:
        """Return the regions in which anything was ever created in this account, sorted."""
        created = (AwsResource(**line["made"]) for line in self._lines() if "made" in line)
        return sorted({resource.region for resource in created if resource.account == account})

    def _append(self, line: dict[str, Any]) -> None:
        # The leading line break keeps a half-written line before it from spoiling this one.
        text = "\n" + json.dumps(line) + "\n"
        file = os.open(self.path, os.O_APPEND | os.O_CREAT | os.O_WRONLY, 0o600)
        try:
            os.write(file, text.encode())
            os.fsync(file)
        finally:
            os.close(file)

    def _lines(self) -> list[dict[str, Any]]:
        try:
            text = self.path.read_text(encoding="utf-8", errors="replace")
        except FileNotFoundError:
            return []
        found = []
        for line in text.splitlines():
            try:
                entry = json.loads(line)
                AwsResource(**(entry.get("made") or entry["gone"]))
            except (ValueError, KeyError, TypeError, AttributeError):
                continue
            found.append(entry)
        return found


def _start_time(pid: int) -> float:
    """Return when the process started, or 0 if there is none. It tells a process from a later one with the same id."""
    try:
        return psutil.Process(pid).create_time()
    except psutil.Error:
        return 0.0
