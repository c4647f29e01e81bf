"""The accounts to which the learner said yes for good, by their twelve digits."""

import json
from datetime import datetime, timezone
from pathlib import Path

from helpers.cloud.account import state

_FILE = "accounts.json"


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
    return state.folder() / _FILE


def _read() -> dict[str, str]:
    try:
        found = json.loads(_path().read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}
