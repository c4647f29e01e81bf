"""A journal of what happened in a cloud, in order. It knows nothing about AWS, and forgets the oldest entries."""

from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

LIMIT = 10_000  # entries; the oldest go first


class Journal:
    """An ordered list of entries with a limited length, which can be read from a mark on."""

    def __init__(self, limit: int = LIMIT, recording: bool = True):
        self.recording = recording
        self._entries: deque[tuple[int, Any]] = deque(maxlen=limit)
        self._count = 0

    def append(self, entry: Any) -> None:
        """Add an entry, if the journal is recording."""
        if self.recording:
            self._entries.append((self._count, entry))
            self._count += 1

    @contextmanager
    def paused(self) -> Iterator[None]:
        """Return a context manager: within its block nothing is recorded."""
        before, self.recording = self.recording, False
        try:
            yield
        finally:
            self.recording = before

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
