"""The accounts to which the learner said yes, by their twelve digits: now, by a variable, or for good."""

import json
import os
from datetime import datetime, timezone
from pathlib import Path

from helpers.backends.aws import state_folder
from helpers.errors import CloudError

_FILE = "accounts.json"


def yeses(yes: str | int | None = None) -> list[str]:
    """Return the accounts that are meant: the one that was named, else COURSE_YES's, else those that are remembered."""
    said = str(yes or os.environ.get("COURSE_YES") or "")
    return [said] if said else accounts()


def accounts() -> list[str]:
    """Return the remembered accounts; none where the file is missing or damaged."""
    return list(_read())


def remember(account: str) -> None:
    """Write down that the learner wants to be asked no more about this account."""
    known = _read() | {account: datetime.now(timezone.utc).isoformat(timespec="seconds")}
    _path().write_text(json.dumps(known, indent=1), encoding="utf-8")


def forget(account: str) -> None:
    """Have the learner be asked about this account again."""
    known = {number: since for number, since in _read().items() if number != account}
    _path().write_text(json.dumps(known, indent=1), encoding="utf-8")


def _path() -> Path:
    return state_folder.folder() / _FILE


def _read() -> dict[str, str]:
    try:
        found = json.loads(_path().read_text(encoding="utf-8"))
    except (OSError, ValueError, CloudError):
        return {}
    return found if isinstance(found, dict) else {}
