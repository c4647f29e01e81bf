"""System calls that a hand-in can't make: starting processes, opening sockets, and what reaches into the kernel.

A refused call fails as for lack of permission. libseccomp does the work, through the package pyseccomp.
"""

import contextlib
import errno
from typing import Any

_REFUSED = (
    *("fork", "vfork", "execve", "execveat"),  # threads are allowed, processes are not: see `load`
    *("socket", "connect", "bind", "listen", "accept", "accept4"),  # socketpair stays: asyncio needs it
    *("kill", "tkill", "tgkill", "rt_sigqueueinfo", "rt_tgsigqueueinfo", "pidfd_open", "pidfd_send_signal"),
    *("ptrace", "process_vm_readv", "process_vm_writev", "process_madvise", "kcmp", "pidfd_getfd"),
    *("unshare", "setns", "mount", "umount2", "pivot_root", "chroot", "move_mount", "open_tree", "fsopen", "fsmount"),
    *("mount_setattr", "name_to_handle_at", "open_by_handle_at", "mknod", "mknodat"),
    *("io_uring_setup", "io_uring_enter", "io_uring_register", "bpf", "perf_event_open", "userfaultfd"),
    # Landlock doesn't restrict what a file's owner can do without opening it.
    *("chmod", "fchmod", "fchmodat", "chown", "fchown", "lchown", "fchownat"),
    *("utime", "utimes", "utimensat", "futimesat", "setxattr", "lsetxattr", "fsetxattr"),
    *("removexattr", "lremovexattr", "fremovexattr", "syslog"),
    *("fanotify_init", "inotify_init", "inotify_init1", "fspick", "fsconfig", "kexec_file_load", "reboot"),
    *("keyctl", "add_key", "request_key", "memfd_create", "memfd_secret", "shmget", "msgget", "semget", "mq_open"),
    *("init_module", "finit_module", "kexec_load", "personality", "prlimit64", "setpriority", "sched_setscheduler"),
    "io_setup",  # there are so many of these for the whole computer
    *("sched_setattr", "ioprio_set", "sethostname", "settimeofday", "clock_settime", "acct", "swapon", "quotactl"),
)
# Calls that are younger than most copies of libseccomp, by their numbers, which every architecture shares: fchmodat2,
# statmount, listmount, lsm_get_self_attr, lsm_set_self_attr, lsm_list_modules, setxattrat, removexattrat,
# open_tree_attr, file_setattr, listns.
_YOUNG = (452, 457, 458, 459, 460, 461, 463, 466, 467, 469, 470)
_PEER = (17, 59, 75, 77)  # of getsockopt(2): who is at the other end of a socket, and a handle of that process
_FILE_FLAGS = (0x40086602, 0x401C5820)  # of ioctl(2): set a file's flags, which its owner may without writing to it
_STREAM = 1  # the type of socket that a pair may have
_THREAD = 0x00010000  # the flag of clone(2) that makes a thread


def usable() -> bool:
    """Return whether there is a libseccomp to work with."""
    try:
        import pyseccomp
    except (ImportError, OSError, RuntimeError):
        return False
    return bool(pyseccomp.get_api())


def prepared() -> Any:
    """Return the rules, for `load`. ImportError where there is no libseccomp."""
    import pyseccomp

    rules = pyseccomp.SyscallFilter(pyseccomp.ALLOW)
    with contextlib.suppress(OSError, ValueError):  # otherwise such a call ends one thread only
        rules.set_attr(pyseccomp.Attr.ACT_BADARCH, pyseccomp.KILL_PROCESS)
    refused = pyseccomp.ERRNO(errno.EPERM)
    for name in (*_REFUSED, *_YOUNG):
        with contextlib.suppress(OSError):  # a call that this architecture does not have
            rules.add_rule(refused, name)
    rules.add_rule(refused, "clone", pyseccomp.Arg(0, pyseccomp.MASKED_EQ, _THREAD, 0))
    for flags in _FILE_FLAGS:
        rules.add_rule(refused, "ioctl", pyseccomp.Arg(1, pyseccomp.MASKED_EQ, 0xFFFFFFFF, flags))
    for option in _PEER:
        rules.add_rule(refused, "getsockopt", pyseccomp.Arg(2, pyseccomp.MASKED_EQ, 0xFFFFFFFF, option))
    for kind in range(16):
        if kind != _STREAM:  # with any other a message can be sent to a socket of the computer by its path
            rules.add_rule(refused, "socketpair", pyseccomp.Arg(1, pyseccomp.MASKED_EQ, 15, kind))
    rules.add_rule(pyseccomp.ERRNO(errno.ENOSYS), "clone3")  # its flags can't be seen; the C library takes clone
    return rules


def load(rules: Any) -> None:
    """Put the calling thread, and all that it starts, under these rules for good."""
    rules.load()
