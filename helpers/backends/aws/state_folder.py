"""The folder of what has to outlive a kernel: the accounts that were said yes to, and what was made in them."""

import os
from pathlib import Path

import platformdirs

from helpers.errors import CloudError

NAME = "mastering-aws-messaging"
VARIABLE = "COURSE_STATE"  # names another folder


def folder() -> Path:
    """Return the folder, made when there is none; only its owner may look into it. CloudError where it cannot be."""
    chosen = os.environ.get(VARIABLE)
    place = Path(chosen) if chosen else platformdirs.user_state_path(NAME)
    try:
        place.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as problem:
        raise CloudError(f"{problem}. Name another folder for the course's records: {VARIABLE}.") from None
    return place
