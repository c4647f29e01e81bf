"""The class's cloud that a working copy has joined, so that a plain `start()` goes there in each of its notebooks.

The learner joins by running their own line, start(<URL>, token=...), and leaves by start("offline"). The line is kept
in the state folder, in a file that only its owner can read, so it isn't packed, shared or committed with the working
copy. That has the file's id alone, in `.course/class`. The file names the working copy's path: one that was copied or
moved has to join again, and so has a new one at the same place, which has no id.
"""

import json
import os
import re
import secrets
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from helpers.backends import state_folder
from helpers.backends.base import Cloud
from helpers.errors import CloudError

MARK = "class"
JOINED = (
    "From now on, a plain start() brings every notebook of your working copy to this cloud, so you can put start() "
    'back into this cell. To go back to the offline cloud, in all your notebooks: start("offline")'
)
THERE = (
    "Your working copy has joined your class's cloud, so start() goes there, and empties your account. To go back to "
    'the offline cloud, in all your notebooks: start("offline")'
)
LEFT = (
    "Your working copy has left your class's cloud, so a plain start() is the offline cloud again. To go back, run "
    "your line from your instructor once more."
)
ELSEWHERE = (
    "Your working copy joined your class's cloud while it was in another folder. Here, start() is the offline cloud. "
    "To join from here too, run your line from your instructor once more. To stay offline, and not be told again: "
    'start("offline")'
)
_ID = re.compile(r"[0-9a-f]{16}")


@dataclass(frozen=True)
class Line:
    """What a learner was given to start with, and the `.course` folder of the working copy in which they used it."""

    copy: str
    url: str
    account: str
    token: str
    allow_remote: bool

    @property
    def options(self) -> dict[str, Any]:
        """The options of `start`, beside the URL."""
        return {"account": self.account, "token": self.token, "allow_remote": self.allow_remote}

    def refused(self, problem: CloudError) -> CloudError:
        """Return the error for a cloud that can't be started."""
        return CloudError(
            f"start() goes to your class's cloud at {self.url}, and that didn't work. If your class goes on, ask your "
            "instructor whether the cloud is running and your line is still right. If it's over, or you'd rather work "
            f'without it, use start("offline"), and all your notebooks will. The reason: {problem}'
        )


def find(copy: Path) -> Line | None:
    """Return the line with which this `.course` folder's working copy has joined a class, or None."""
    line = _kept(copy)
    return line if line and line.copy == str(copy) else None


def elsewhere(copy: Path) -> str:
    """Return what a learner should know whose working copy has joined in another folder, or ""."""
    line = _kept(copy)
    return ELSEWHERE if line and line.copy != str(copy) else ""


def after_start(copy: Path, cloud: Cloud, which: str | None, options: Mapping[str, Any]) -> str:
    """Join or leave, if that's what the learner's `start` means. Return what they should know, or ""."""
    if which == "offline":
        return LEFT if _leave(copy) else ""
    token = options.get("token")
    if which and token:  # nothing but a `course serve` starts with one
        return _join(Line(str(copy), which, cloud.account, token, bool(options.get("allow_remote"))))
    return ""


def _join(line: Line) -> str:
    copy = Path(line.copy)
    _leave(copy)
    try:
        (copy / MARK).write_text(secrets.token_hex(8), encoding="utf-8")
        handle = os.open(_file(copy), os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with open(handle, "w", encoding="utf-8") as file:
            json.dump(asdict(line), file)
    except (OSError, CloudError) as problem:
        return f"I couldn't keep your line, so each notebook needs it in place of start(). The reason: {problem}"
    return JOINED


def _leave(copy: Path) -> bool:
    """Delete the line. Return whether there was one."""
    joined = find(copy) is not None
    with suppress(OSError, ValueError, CloudError):
        if joined:
            _file(copy).unlink()
        (copy / MARK).unlink()
    return joined


def _kept(copy: Path) -> Line | None:
    try:
        return Line(**json.loads(_file(copy).read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError, CloudError):
        return None


def _file(copy: Path) -> Path:
    """Return where the working copy's line is; ValueError or OSError if the working copy has no id."""
    number = (copy / MARK).read_text(encoding="utf-8")
    if not _ID.fullmatch(number):
        raise ValueError(f"{copy / MARK} isn't an id")
    return state_folder.folder() / f"class-{number}.json"
