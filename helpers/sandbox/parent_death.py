"""Ends a process when its parent ends, whatever way that happens."""

import contextlib
import ctypes
import os
import signal
import sys

_PARENT_DEATH_SIGNAL = 1  # PR_SET_PDEATHSIG of prctl(2)


def end_with_parent(parent: int) -> None:
    """Have Linux kill this process when the thread that started it ends. Elsewhere this does nothing.

    parent: the id of the process that started this one; 0 where it can't be seen from here. When it has ended already,
    this process ends now.
    """
    if sys.platform != "linux":
        return
    with contextlib.suppress(OSError):
        ctypes.CDLL(None, use_errno=True).prctl(_PARENT_DEATH_SIGNAL, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:
        os._exit(1)
