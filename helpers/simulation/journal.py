"""A journal of what happened in a cloud, in order. It knows nothing about AWS, and forgets the oldest entries."""

import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

LIMIT = 10_000  # entries; the oldest go first


class Journal:
    """An ordered list of entries, which can be read from a mark on. limit: how many it keeps; None for all of them."""

    def __init__(self, limit: int | None = LIMIT, recording: bool = True):
        self.recording = recording
        self._paused = threading.local()  # `here`: whether the calling thread is in a block of `paused`
        self._entries: deque[tuple[int, Any]] = deque(maxlen=limit)
        self._count = 0
        self._copies: list[list[Any]] = []

    def append(self, entry: Any) -> None:
        """Add an entry, if the journal is recording."""
        if self.records():
            self.keep(entry)

    def records(self) -> bool:
        """Return whether what the calling thread does now is recorded."""
        return self.recording and not getattr(self._paused, "here", False)

    def keep(self, entry: Any) -> None:
        """Add an entry, whether the journal is recording or not, as for what began while it was."""
        self._entries.append((self._count, entry))
        for copy in self._copies:
            copy.append(entry)
        self._count += 1

    @contextmanager
    def paused(self) -> Iterator[None]:
        """Return a context manager: nothing that the calling thread does within its block is recorded."""
        before, self._paused.here = getattr(self._paused, "here", False), True
        try:
            yield
        finally:
            self._paused.here = before

    @contextmanager
    def copied(self) -> Iterator[list[Any]]:
        """Return a context manager with a list of all entries that are added within its block, however many."""
        entries: list[Any] = []
        self._copies.append(entries)
        try:
            yield entries
        finally:
            self._copies = [copy for copy in self._copies if copy is not entries]

    def take_back(self, mark: int) -> None:
        """Forget what was added after the mark."""
        self._entries = deque((kept for kept in self._entries if kept[0] < mark), self._entries.maxlen)
        self._count = mark

    def mark(self) -> int:
        """Return the place after the newest entry, for `since`."""
        return self._count

    def since(self, mark: int) -> list[Any]:
        """Return the entries that were added after the mark and are still kept, oldest first."""
        return [entry for number, entry in list(self._entries) if number >= mark]

    def __iter__(self) -> Iterator[Any]:
        return iter(self.since(0))

    def __len__(self) -> int:
        return len(self._entries)
