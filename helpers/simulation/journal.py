"""What happened in a cloud, in order. It knows nothing of AWS: it keeps what it is given and forgets the oldest."""

from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

LIMIT = 10_000  # entries; the oldest go first


class Journal:
    """An ordered, bounded list of entries that can be read from a mark on."""

    def __init__(self, limit: int = LIMIT, recording: bool = True):
        self.recording = recording
        self._entries: deque[tuple[int, Any]] = deque(maxlen=limit)
        self._count = 0

    def append(self, entry: Any) -> None:
        """Write the entry down, unless the journal is not recording."""
        if self.recording:
            self._entries.append((self._count, entry))
            self._count += 1

    @contextmanager
    def paused(self) -> Iterator[None]:
        """Write nothing down within the block."""
        before, self.recording = self.recording, False
        try:
            yield
        finally:
            self.recording = before

    def mark(self) -> int:
        """Return the place after the newest entry, for `since`."""
        return self._count

    def since(self, mark: int) -> list[Any]:
        """Return the entries written after the mark, oldest first, as far as they are still kept."""
        return [entry for number, entry in list(self._entries) if number >= mark]

    def __iter__(self) -> Iterator[Any]:
        return iter(self.since(0))

    def __len__(self) -> int:
        return len(self._entries)
