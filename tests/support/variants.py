"""Writes an answer as another answer with a few words changed; answer_files.py makes a function of it."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Variant:
    """An answer that differs from its base in some words.

    base: "solution", or the name of another answer in the files of the same lesson. changes: pairs of a text that the
    base has exactly once, and the text that takes its place. says: the reason id with which the check refuses it.
    """

    base: str
    changes: tuple[tuple[str, str], ...]
    says: str


def variant(base: str, *texts: str, says: str) -> Variant:
    """Return the answer that has, in the base's source, the second text in place of the first, and so on by pairs.

    The name that it's assigned to says which exercise it answers: `fits__at_limit = variant("solution", "<=", "<",
    says="at-the-limit")`.
    """
    return Variant(base, tuple(zip(texts[::2], texts[1::2], strict=True)), says)
