"""The tables of contracts: for each sentence of a contract the wrong answers that break it.

They're in tests/checks/contracts/lesson_NN.toml. An exercise that has a file of answers for itself has its table there,
as CONTRACT: each sentence with the names of the wrong answers, or with a text that says how it's among the cases.
"""

import ast
import sys
from functools import lru_cache
from pathlib import Path
from typing import Any

from answer_files import files, parsed

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

FOLDER = Path(__file__).parents[1] / "checks" / "contracts"


@lru_cache
def blocks(lesson: str) -> dict[str, list[dict[str, Any]]]:
    """Return a lesson's blocks by the name of the function, each a sentence and what stands behind it."""
    table = FOLDER / f"lesson_{lesson}.toml"
    found = tomllib.loads(table.read_text(encoding="utf-8")) if table.is_file() else {}
    return found | {answer: _rows(contract) for answer, contract in constants(lesson, "CONTRACT").items()}


def _rows(contract: dict[str, str | list[str]]) -> list[dict[str, Any]]:
    return [
        {"sentence": sentence, "given" if isinstance(proof, str) else "broken_by": proof}
        for sentence, proof in contract.items()
    ]


@lru_cache
def constants(lesson: str, name: str) -> dict[str, Any]:
    """Return what the files of a lesson's single exercises assign to this name, by the exercise."""
    found = {}
    for path in files(lesson):
        for node in parsed(path.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == name:
                found[path.stem.removeprefix(f"lesson_{lesson}_")] = ast.literal_eval(node.value)
    return found


def foremost(lesson: str) -> set[str]:
    """Return the names of the answers that come first behind a sentence: they prove each of the lesson's sentences."""
    named = (block.get("broken_by", ()) for those in blocks(lesson).values() for block in those)
    return {names[0] for names in named if names}
