"""The environment variables that boto3 reads, replaced for clouds that must not use this machine's own.

boto3 finds regions, keys, profiles and endpoints in variables and files. The offline cloud replaces all of them, so a
lesson neither needs nor touches this machine's settings.
"""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

from helpers.backends.addresses import is_loopback

REGION = "us-east-1"
PROFILES = Path(__file__).parent / "offline" / "profiles"

# MOTO_ variables could change the account number that the lessons show.
_READ_BY_BOTO3 = ("AWS_", "BOTO_", "MOTO_")


class _Replaced(NamedTuple):
    """The variables that the first `replace` removed, and those that the latest one set."""

    removed: dict[str, str]
    current: dict[str, str]


_replaced: _Replaced | None = None


def offline(profiles: Path = PROFILES) -> dict[str, str]:
    """Return the variables with which boto3 works offline: a region, dummy keys, and the course's config files.

    profiles: a folder with copies of these files, for code that may write into them.
    """
    return {
        "AWS_DEFAULT_REGION": REGION,
        "AWS_ACCESS_KEY_ID": "OFFLINESHOP",
        "AWS_SECRET_ACCESS_KEY": "not-a-secret",
        "AWS_CONFIG_FILE": str(profiles / "config"),
        "AWS_SHARED_CREDENTIALS_FILE": str(profiles / "credentials"),
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "true",
    }


def write_credentials(path: Path, keys: Mapping[str, str]) -> None:
    """Write a credentials file with these access keys, by the names of their profiles."""
    secret = "aws_secret_access_key = not-a-secret"
    path.write_text("\n".join(f"[{name}]\naws_access_key_id = {key}\n{secret}\n" for name, key in keys.items()))


def no_proxy(url: str, variables: Mapping[str, str]) -> dict[str, str]:
    """Return the variable that makes botocore bypass a proxy on the way to this computer itself, if the URL is here.

    variables: those among which it will be.
    """
    parts = urlsplit(url)
    others = variables.get("no_proxy") or variables.get("NO_PROXY") or ""
    if not is_loopback(parts.hostname or "") or others == "*" or parts.netloc in others.split(","):
        return {}
    return {"no_proxy": f"{others},{parts.netloc}".lstrip(",")}


def is_read_by_boto3(name: str) -> bool:
    """Return whether boto3 or moto may read the variable of this name."""
    return name.upper().startswith(_READ_BY_BOTO3)


def replace(variables: Mapping[str, str]) -> None:
    """Remove every variable that boto3 reads, and set these instead."""
    global _replaced
    removed = {name: os.environ.pop(name) for name in list(os.environ) if is_read_by_boto3(name)}
    _replaced = _Replaced(_replaced.removed if _replaced else removed, dict(variables))
    os.environ.update(variables)


def replacement() -> dict[str, str] | None:
    """Return the variables that are set instead of this machine's own; None if its own are in force."""
    return _replaced.current if _replaced else None


@contextmanager
def of_this_machine() -> Iterator[None]:
    """Restore the variables that `replace` removed, for good; if the block raises, undo the restoring."""
    global _replaced
    before, replaced = dict(os.environ), _replaced
    if replaced is not None:
        replace(replaced.removed)
        _replaced = None
    try:
        yield
    except BaseException:
        _reset(before, replaced)
        raise


@contextmanager
def kept() -> Iterator[None]:
    """Restore all environment variables after the block, whatever happens in it."""
    before, replaced = dict(os.environ), _replaced
    try:
        yield
    finally:
        _reset(before, replaced)


def _reset(variables: Mapping[str, str], replaced: _Replaced | None) -> None:
    global _replaced
    os.environ.clear()
    os.environ.update(variables)
    _replaced = replaced


@contextmanager
def without(*names: str) -> Iterator[None]:
    """Remove these variables for the block."""
    with kept():
        for name in names:
            os.environ.pop(name, None)
        yield
