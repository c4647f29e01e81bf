"""The environment variables that boto3 reads, replaced for clouds that must not use this machine's own.

boto3 finds regions, keys, profiles and endpoints in variables and files. The offline cloud replaces all of them, so a
lesson neither needs nor touches this machine's settings.
"""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

REGION = "us-east-1"
PROFILES = Path(__file__).parent / "offline" / "profiles"

# MOTO_ variables could change the account number that the lessons show.
_READ_BY_BOTO3 = ("AWS_", "BOTO_", "MOTO_")

_of_this_machine: dict[str, str] | None = None  # the variables that the first `replace` removed


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


def replace(variables: Mapping[str, str]) -> None:
    """Remove every variable that boto3 reads, and set these instead."""
    global _of_this_machine
    removed = {name: os.environ.pop(name) for name in list(os.environ) if name.startswith(_READ_BY_BOTO3)}
    if _of_this_machine is None:
        _of_this_machine = removed
    os.environ.update(variables)


@contextmanager
def of_this_machine() -> Iterator[None]:
    """Restore the variables that `replace` removed, for good; if the block raises, undo the restoring."""
    global _of_this_machine
    before, removed = dict(os.environ), _of_this_machine
    if removed is not None:
        replace(removed)
        _of_this_machine = None
    try:
        yield
    except BaseException:
        _reset(before, removed)
        raise


@contextmanager
def kept() -> Iterator[None]:
    """Restore all environment variables after the block, whatever happens in it."""
    before, removed = dict(os.environ), _of_this_machine
    try:
        yield
    finally:
        _reset(before, removed)


def _reset(variables: Mapping[str, str], removed: dict[str, str] | None) -> None:
    global _of_this_machine
    os.environ.clear()
    os.environ.update(variables)
    _of_this_machine = removed


@contextmanager
def without(*names: str) -> Iterator[None]:
    """Remove these variables for the block."""
    with kept():
        for name in names:
            os.environ.pop(name, None)
        yield
