"""What a browser tab cannot do, said in a sentence with what does it instead."""

import sys
import threading

IN_A_TAB = sys.platform == "emscripten"
INSTEAD = "The course on your own computer can; see about_this_edition.md, in the list of files."
ONLY_OFFLINE = f"In a browser tab there is the offline cloud alone, since no keys belong into a web page. {INSTEAD}"
NO_THREADS = f"In a browser tab there are no threads, so this one cannot start. {INSTEAD}"

_plain_start = threading.Thread.start


def _start(thread: threading.Thread) -> None:
    try:
        _plain_start(thread)
    except RuntimeError as problem:
        if thread.ident is not None:  # it was started before
            raise problem
        raise RuntimeError(NO_THREADS) from None


def install() -> None:
    """Have a thread that cannot start say so in the course's words; safe to call twice."""
    threading.Thread.start = _start  # type: ignore[method-assign]
