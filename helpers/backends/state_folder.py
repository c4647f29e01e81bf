"""The folder for what has to outlive a kernel and is nobody else's business: consent to accounts, logs and tokens."""

import os
from pathlib import Path

import platformdirs

from helpers.errors import CloudError

NAME = "mastering-aws-messaging"
VARIABLE = "COURSE_STATE"  # names another folder


def folder() -> Path:
    """Return the folder, created if needed, which only its owner can read. CloudError if it can't be created."""
    chosen = os.environ.get(VARIABLE)
    path = Path(chosen) if chosen else platformdirs.user_state_path(NAME)
    try:
        path.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as problem:
        raise CloudError(f"{problem}. Set {VARIABLE} to another folder for the course's records.") from None
    return path
