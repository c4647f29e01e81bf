"""The symbolic links on the way to files, which a file system of one's own has to have, too."""

import os
from collections.abc import Iterable
from pathlib import Path

_MOST = 40  # links on one way, as Linux follows them


def on_the_way(paths: Iterable[str]) -> dict[Path, str]:
    """Return every symbolic link that leads to one of these absolute paths, with what is written in it."""
    found: dict[Path, str] = {}
    seen: set[str] = set()
    for path in paths:
        if os.path.isabs(path):
            _walk(os.path.normpath(path), found, seen, _MOST)
    return found


def _walk(path: str, found: dict[Path, str], seen: set[str], most: int) -> None:
    if path in seen or path == "/" or not most:
        return
    seen.add(path)
    parent, name = os.path.split(path)
    _walk(parent, found, seen, most)
    place = os.path.join(os.path.realpath(parent), name)
    try:
        target = os.readlink(place)
    except OSError:  # it's no link
        return
    found[Path(place)] = target
    _walk(os.path.normpath(os.path.join(os.path.dirname(place), target)), found, seen, most - 1)
