"""The tables in tests/checks/contracts: for each sentence of a contract the wrong answers that break it."""

import sys
from functools import lru_cache
from pathlib import Path
from typing import Any

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

FOLDER = Path(__file__).parents[1] / "checks" / "contracts"


@lru_cache
def blocks(lesson: str) -> dict[str, list[dict[str, Any]]]:
    """Return a lesson's blocks by the name of the function, each a sentence and what stands behind it."""
    return tomllib.loads((FOLDER / f"lesson_{lesson}.toml").read_text(encoding="utf-8"))


def foremost(lesson: str) -> set[str]:
    """Return the names of the answers that come first behind a sentence: they prove each of the lesson's sentences."""
    named = (block.get("broken_by", ()) for those in blocks(lesson).values() for block in those)
    return {names[0] for names in named if names}
