"""What a browser tab can't do: whether this is one, and the sentences that name what to use instead."""

import sys
import threading
from pathlib import Path

IN_A_TAB = sys.platform == "emscripten"
INSTEAD = (
    "On your own computer, the course can do this. See about_this_edition.md, in the first folder of the list of files."
)
ONLY_OFFLINE = (
    "In a browser tab, there's only the offline cloud. Python has no network here, and keys don't belong in a web "
    f"page. {INSTEAD}"
)
NO_THREADS = f"A browser tab has no threads, so this one can't start. {INSTEAD}"
THREADS_NEEDED = f"Your function starts a thread. A browser tab has none, so I can't check it here. {INSTEAD}"

_STORAGE = Path("/drive")  # where Python finds JupyterLite's files
_plain_start = threading.Thread.start


def _start(thread: threading.Thread) -> None:
    try:
        _plain_start(thread)
    except RuntimeError:
        if thread.ident is not None:  # it was started before
            raise
        raise RuntimeError(NO_THREADS) from None


def install() -> None:
    """Prepare a kernel in a tab; safe to call twice.

    Starting a thread raises RuntimeError with the course's explanation. The folder for progress is created in the
    browser's storage.
    """
    threading.Thread.start = _start  # type: ignore[method-assign, assignment]
    if _STORAGE.is_dir():
        (_STORAGE / ".course").mkdir(exist_ok=True)
