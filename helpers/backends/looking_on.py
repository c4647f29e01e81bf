"""Says, when a cloud starts, that the instructor can see how the learner gets on, and how to be left out."""

from collections.abc import Callable

from helpers import progress, sharing
from helpers.backends.base import Cloud

SEEN = (
    "Your instructor can see how you're getting on: which exercises you've checked, how often, and why the "
    "last check refused. Your code isn't sent. To be left out, add share_progress=False to start(...)."
)
LEFT_OUT = "Your progress isn't shared with your instructor. To share it, add share_progress=True to start()."


def begin(cloud: Cloud, share: bool | None, say: Callable[[str], object]) -> None:
    """Share the learner's progress once `say` has got the sentence on that, or don't. Nothing where nobody looks on.

    share: the learner's wish; None for the one that the working copy remembers, if any.
    """
    folder = progress.find()
    if folder and share is not None:
        (sharing.join if share else sharing.leave)(folder)
    is_watched = folder is not None and sharing.is_watched(folder)
    if not cloud.has_room and not is_watched:
        return
    if share is False or sharing.is_left_out(folder):
        say(LEFT_OUT)
        cloud.leave_room()
        return
    say(SEEN)
    if folder and is_watched:
        sharing.begin(folder)
    cloud.enter_room(sharing.so_far(folder))
