"""Namespaces: a separate view of the system, with no network, no other process, and covers over what must be hidden.

See namespaces(7), user_namespaces(7) and pid_namespaces(7) of the Linux manual.
"""

import ctypes
import os
from collections.abc import Iterable
from pathlib import Path

_NEW_USER, _NEW_PID, _NEW_NET = 0x10000000, 0x20000000, 0x40000000
_NEW_MOUNTS, _NEW_IPC, _NEW_NAMES = 0x00020000, 0x08000000, 0x04000000
_READ_ONLY, _NO_SUID, _NO_DEVICES, _NO_PROGRAMS, _RECURSIVE, _PRIVATE = 1, 2, 4, 8, 0x4000, 0x40000
_DROP_CAPABILITY, _NO_NEW_RIGHTS, _LAST_CAPABILITY = 24, 38, 63  # of prctl(2)

_libc = ctypes.CDLL(None, use_errno=True)


def enter(scratch: Path, megabytes: int, covered: Iterable[Path]) -> None:
    """Put the calling process into new namespaces; its next child is the first process in them.

    scratch: a folder that becomes an empty one in memory, of this many megabytes, the only place to write to. covered:
    files and folders whose content can't be seen in there. OSError when the system doesn't allow it.
    """
    user, group = os.geteuid(), os.getegid()
    _call("unshare", _NEW_USER | _NEW_PID | _NEW_NET | _NEW_MOUNTS | _NEW_IPC | _NEW_NAMES)
    _write("/proc/self/setgroups", "deny")
    _write("/proc/self/uid_map", f"{user} {user} 1")
    _write("/proc/self/gid_map", f"{group} {group} 1")
    _call("mount", b"none", b"/", None, _RECURSIVE | _PRIVATE, None)
    for path in covered:
        if path.is_dir():
            _tmpfs(path, _READ_ONLY, "size=4k,mode=0555")
        else:
            _call("mount", b"/dev/null", os.fsencode(path), None, 0x1000, None)  # bound over it
    _tmpfs(scratch, 0, f"size={megabytes}m,nr_inodes=1000,mode=0700")


def give_up_rights() -> None:
    """Take every capability from the calling process for good, also those that root has in a namespace."""
    for capability in range(_LAST_CAPABILITY + 1):
        if _libc.prctl(_DROP_CAPABILITY, capability, 0, 0, 0):
            break  # this kernel has no further capabilities
    header = (ctypes.c_uint32 * 2)(0x20080522, 0)  # the version of the structure; this process
    _call("capset", header, (ctypes.c_uint32 * 6)())
    _call("prctl", _NO_NEW_RIGHTS, 1, 0, 0, 0)


def _tmpfs(path: Path, flags: int, options: str) -> None:
    how = flags | _NO_SUID | _NO_DEVICES | _NO_PROGRAMS
    _call("mount", b"tmpfs", os.fsencode(path), b"tmpfs", ctypes.c_ulong(how), options.encode())


def _write(path: str, text: str) -> None:
    with open(path, "w", encoding="ascii") as file:
        file.write(text)


def _call(name: str, *arguments: object) -> None:
    if getattr(_libc, name)(*arguments):
        number = ctypes.get_errno()
        raise OSError(number, f"{name}: {os.strerror(number)}")
