"""Landlock: which files a process can read and write, and that it can run none. See landlock(7) of the Linux manual."""

import ctypes
import os
from collections.abc import Iterable
from pathlib import Path

_CREATE, _ADD, _RESTRICT = 444, 445, 446  # the same on every architecture
_BENEATH, _VERSION = 1, 1
_EXECUTE, _WRITE, _READ, _LIST = 1, 2, 4, 8
# What each version of the interface knows more than the one before; by version, all rights on files together.
_KNOWN = {1: 13, 2: 14, 3: 15, 4: 15, 5: 16}
_NETWORK_SINCE, _SCOPES_SINCE = 4, 6
_OF_FILES = _READ | _WRITE | 1 << 14  # rights that a single file can have; the last one is to truncate it

_libc = ctypes.CDLL(None, use_errno=True)


class _Rules(ctypes.Structure):
    _fields_ = [("files", ctypes.c_uint64), ("network", ctypes.c_uint64), ("scoped", ctypes.c_uint64)]


class _Beneath(ctypes.Structure):
    _pack_ = 1
    _layout_ = "ms"
    _fields_ = [("allowed", ctypes.c_uint64), ("parent", ctypes.c_int32)]


def version() -> int:
    """Return the version of Landlock that the running kernel offers, 0 without one."""
    return max(0, _libc.syscall(_CREATE, None, ctypes.c_size_t(0), _VERSION))


def rules(readable: Iterable[Path], writable: Iterable[Path], listable: Iterable[Path] = ()) -> int:
    """Return a file descriptor of rules under which these files and folders can be read or also written, and no others.

    listable: folders of which the names of files can be read, at any depth. Nothing can be run, no TCP spoken, and no
    process outside signalled. OSError where there is no Landlock.
    """
    known = version()
    files = (1 << _KNOWN.get(known, _KNOWN[5])) - 1
    attributes = _Rules(files, 3 if known >= _NETWORK_SINCE else 0, 3 if known >= _SCOPES_SINCE else 0)
    size = 24 if known >= _SCOPES_SINCE else 16 if known >= _NETWORK_SINCE else 8
    handle = _call(_CREATE, ctypes.byref(attributes), ctypes.c_size_t(size), 0)
    for path in listable:
        _allow(handle, path, _LIST)
    for path in readable:
        _allow(handle, path, _READ | _LIST)
    for path in writable:
        _allow(handle, path, files & ~_EXECUTE)
    return handle


def restrict(handle: int) -> None:
    """Put the calling process, which must have given up gaining rights, under these rules for good."""
    _call(_RESTRICT, handle, 0)
    os.close(handle)


def _allow(handle: int, path: Path, rights: int) -> None:
    try:
        place = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except OSError:
        return  # it doesn't exist
    try:
        if not path.is_dir():
            rights &= _OF_FILES
        if not rights:
            return
        rule = _Beneath(rights, place)
        _call(_ADD, handle, _BENEATH, ctypes.byref(rule), 0)
    finally:
        os.close(place)


def _call(number: int, *arguments: object) -> int:
    result = _libc.syscall(number, *arguments)
    if result < 0:
        raise OSError(ctypes.get_errno(), f"landlock: {os.strerror(ctypes.get_errno())}")
    return result
