"""Refuses to install anything: nothing comes from elsewhere, and the site brings what the course needs."""

from typing import NoReturn


async def install(*_: object, **__: object) -> NoReturn:
    """Say that nothing can be installed."""
    raise RuntimeError(
        "Nothing can be installed here, because this site loads nothing from elsewhere. It has all the course needs."
    )
