"""Namespaces: a separate view of the system, with no network, no other process, and only the files that are needed.

See namespaces(7), user_namespaces(7), pid_namespaces(7) and mount_namespaces(7) of the Linux manual.
"""

import ctypes
import os
import stat
from pathlib import Path
from typing import NamedTuple

_NEW_USER, _NEW_PID, _NEW_NET = 0x10000000, 0x20000000, 0x40000000
_NEW_MOUNTS, _NEW_IPC, _NEW_NAMES = 0x00020000, 0x08000000, 0x04000000
_READ_ONLY, _NO_SUID, _NO_DEVICES, _NO_PROGRAMS, _BIND, _RECURSIVE, _PRIVATE = 1, 2, 4, 8, 0x1000, 0x4000, 0x40000
_HOST = b"course"  # what a hand-in's computer is called
_DROP_CAPABILITY, _NO_NEW_RIGHTS, _LAST_CAPABILITY = 24, 38, 63  # of prctl(2)

_libc = ctypes.CDLL(None, use_errno=True)


class View(NamedTuple):
    """What a process sees of the system's files, at their own places.

    shown: files and folders. covered: those among them whose content it doesn't see. links: the symbolic links that it
    sees besides, with what they lead to.
    """

    shown: list[Path]
    covered: list[Path]
    links: dict[Path, str]


def enter(scratch: Path, megabytes: int, view: View) -> None:
    """Put the calling process into new namespaces; its next child is the first process in them, and can `go_inside`.

    scratch: a folder, in which a file system for that child is put together. Inside, it's an empty folder in memory, of
    this many megabytes, the only place to write to. OSError when the system doesn't allow it.
    """
    user, group = os.geteuid(), os.getegid()
    _call("unshare", _NEW_USER | _NEW_PID | _NEW_NET | _NEW_MOUNTS | _NEW_IPC | _NEW_NAMES)
    _write("/proc/self/setgroups", "deny")
    _write("/proc/self/uid_map", f"{user} {user} 1")
    _write("/proc/self/gid_map", f"{group} {group} 1")
    for name in ("sethostname", "setdomainname"):
        _call(name, _HOST, len(_HOST))
    _call("mount", b"none", b"/", None, _RECURSIVE | _PRIVATE, None)
    _tmpfs(scratch, 0, "size=4m,mode=0755")
    for path in view.shown:
        _bind(path, _inside(scratch, path))
    for link, target in view.links.items():
        place = _inside(scratch, link)
        place.parent.mkdir(parents=True, exist_ok=True)
        place.symlink_to(target)
    for path in view.covered:
        place = _inside(scratch, path)
        if path.is_dir():
            _tmpfs(place, _READ_ONLY, "size=4k,mode=0555")
        else:
            _call("mount", b"/dev/null", os.fsencode(place), None, _BIND, None)
    place = _inside(scratch, scratch)
    place.mkdir(parents=True, exist_ok=True)
    _tmpfs(place, 0, f"size={megabytes}m,nr_inodes=1000,mode=0700")
    # Python looks again at what is in a folder whose time has changed, and a hand-in can't list these.
    for folder in {above for path in view.shown for above in path.parents} - {Path("/")}:
        original = folder.stat()
        os.utime(_inside(scratch, folder), ns=(original.st_atime_ns, original.st_mtime_ns))


def go_inside(scratch: Path) -> None:
    """Leave the calling process nothing but the file system that `enter` has put together."""
    os.chroot(scratch)
    os.chdir("/")


def _inside(root: Path, path: Path) -> Path:
    return root / path.relative_to("/")


def _bind(path: Path, place: Path) -> None:
    """Show a file or folder at another place. What doesn't exist, or what this user can't get at, isn't shown."""
    try:
        is_folder = stat.S_ISDIR(path.stat().st_mode)
    except OSError:
        return
    if is_folder:
        place.mkdir(parents=True, exist_ok=True)
    else:
        place.parent.mkdir(parents=True, exist_ok=True)
        place.touch()
    _call("mount", os.fsencode(path), os.fsencode(place), None, _BIND | _RECURSIVE, None)


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
