"""Limits on what a process may use: memory, files, and seconds of CPU time."""

import contextlib
import resource
import threading

MEMORY = 192 << 20  # bytes of address space beyond what the fork server has
STACK = 2 << 20  # bytes of it for each thread, in place of 8 MiB
FILE = 8 << 20  # bytes of one file
OPEN_FILES = 128
COMPUTING = 120  # seconds in a whole hand-in; a single command has a shorter limit
THREADS = 200  # the system counts them for ordinary users only


def limit() -> None:
    """Limit the calling process for good; its threads then take less of what it has."""
    threading.stack_size(STACK)
    memory = _address_space() + MEMORY
    for what, most in (
        (resource.RLIMIT_AS, memory),
        (resource.RLIMIT_FSIZE, FILE),
        (resource.RLIMIT_NOFILE, OPEN_FILES),
        (resource.RLIMIT_CPU, COMPUTING),
        (resource.RLIMIT_CORE, 0),
    ):
        _lower(what, most)
    if hasattr(resource, "RLIMIT_NPROC"):
        _lower(resource.RLIMIT_NPROC, THREADS)


def _lower(what: int, most: int) -> None:
    hard = resource.getrlimit(what)[1]
    if hard == resource.RLIM_INFINITY or hard > most:
        with contextlib.suppress(ValueError, OSError):  # macOS does not know every limit
            resource.setrlimit(what, (most, most))


def _address_space() -> int:
    """Return the bytes of address space in use; where the system does not tell, as if it were 1 GiB."""
    try:
        with open("/proc/self/statm", encoding="ascii") as file:
            return int(file.read().split()[0]) * resource.getpagesize()
    except OSError:
        return 1 << 30
