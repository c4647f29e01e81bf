"""The accounts that the learner has consented to use, by their twelve digits: now, by a variable, or remembered."""

import json
import os
import re
from datetime import datetime, timezone
from pathlib import Path

from helpers.backends import state_folder
from helpers.errors import CloudError

_FILE = "accounts.json"
_ID = re.compile(r"[0-9]{12}")


def accounts(yes: str | int | None = None) -> list[str]:
    """Return the accounts that may be used: the one in `yes`, or COURSE_YES's, or the remembered ones.

    CloudError if `yes` or COURSE_YES isn't an account's id, which is found out before anything is sent.
    """
    named = str(yes or os.environ.get("COURSE_YES") or "").strip()
    if named and not _ID.fullmatch(named):
        raise CloudError(
            f"A yes is the twelve digits of one account's id, not {named[:30]!r}. Nothing was sent. You'll find the id "
            "in AWS's console at the top right."
        )
    return [named] if named else remembered()


def remembered() -> list[str]:
    """Return the remembered accounts; none if the file is missing or damaged."""
    return list(_read())


def remember(account: str) -> None:
    """Save the consent to this account, so that later starts don't ask."""
    known = _read() | {account: datetime.now(timezone.utc).isoformat(timespec="seconds")}
    _path().write_text(json.dumps(known, indent=1), encoding="utf-8")


def forget(account: str) -> None:
    """Remove the saved consent to this account."""
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
