"""Pairs of hand-ins that share code which hardly anybody else wrote, with what they share. Never more than a reason.

The code is compared as Moss does it: names, strings, numbers, comments and layout are left out, every few tokens in
a row have a fingerprint, and of neighbouring fingerprints the smallest is kept ("winnowing", Schleimer, Wilkerson and
Aiken 2003, https://theory.stanford.edu/~aiken/publications/papers/sigmod03.pdf). What the exercise itself brings along,
what its solution has, and what many learners have, doesn't count. Nothing is parsed or run.
"""

import json
import keyword
import re
import zlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from itertools import combinations
from typing import Any

from helpers.checks.solutions import answer_source
from helpers.course import HOME, Lesson
from helpers.grading.records import Learner
from helpers.grading.reports.answer_code import answer_code
from helpers.views.words import counted

_TOKENS = 10  # in a row, that make one fingerprint
_WINDOW = 4  # of neighbouring fingerprints the smallest is kept
_LONGEST = 20_000  # characters of an answer that are compared
_FEWEST = 15  # shared fingerprints that are worth a look: three lines or more
_PART = 0.4  # of the smaller answer's own code
_RARE = 0.1  # of the learners can have code that still counts as rare,
_HOLDERS = 8  # and no more than these
_SHORTEST_LINE = 20  # characters of a line that is quoted
_MOST = 30  # pairs
_NAMED = 3  # exercises of a pair

# Each piece has an end, so that no text takes longer than its length.
_TOKEN = re.compile(
    r"""(?P<comment>\#[^\n]*)
    |(?P<text>\"{3}[^\"]{0,2000}\"{3}|'{3}[^']{0,2000}'{3}|"(?:\\.|[^"\\\n]){0,200}"|'(?:\\.|[^'\\\n]){0,200}')
    |(?P<attribute>\.[ ]?[A-Za-z_]\w{0,80})
    |(?P<name>[^\W\d]\w{0,80})
    |(?P<number>\d[\w.]{0,80})
    |(?P<sign>\S)""",
    re.VERBOSE,
)


def pairs(learners: Sequence[Learner], lessons: Sequence[Lesson]) -> list[dict[str, Any]]:
    """Return pairs of learners as plain data, those that share most first: first, second and reason.

    lessons: those that count. reason: what the two share, a sentence for each exercise.
    """
    found: dict[tuple[str, str], list[tuple[int, str]]] = {}
    for lesson in lessons:
        handed_in = {
            learner.name: hand_in.cells
            for learner in learners
            for hand_in in learner.hand_ins
            if hand_in.lesson == lesson.slug
        }
        brought_along = given(lesson)
        for exercise in lesson.exercises:
            codes = {name: answer_code(exercise, cells)[:_LONGEST] for name, cells in handed_in.items()}
            known = [*brought_along, answer_source(exercise) or ""]
            for pair, shared, said in _of_exercise({name: code for name, code in codes.items() if code}, known):
                found.setdefault(pair, []).append((shared, f"In {exercise.id} {said}"))
    ranked = sorted(found.items(), key=lambda each: (-sum(shared for shared, _ in each[1]), each[0]))
    return [{"first": one, "second": two, "reason": _reason(shared)} for (one, two), shared in ranked[:_MOST]]


def _reason(shared: Sequence[tuple[int, str]]) -> str:
    most = sorted(shared, key=lambda each: -each[0])
    more = len(most) - _NAMED
    said = [sentence for _, sentence in most[:_NAMED]]
    return " ".join(said + ([f"{counted(more, 'more exercise')} are alike, too."] if more > 0 else []))


def given(lesson: Lesson) -> list[str]:
    """Return the sources that the exercise itself brings along; none for a custom exercise set."""
    try:
        text = (HOME / "exercises" / f"{lesson.slug}.ipynb").read_text(encoding="utf-8")
    except OSError:
        return []
    return ["".join(cell["source"]) for cell in json.loads(text)["cells"] if cell["cell_type"] == "code"]


def _of_exercise(codes: Mapping[str, str], known: Sequence[str]) -> Iterable[tuple[tuple[str, str], int, str]]:
    """Yield pairs of learners, how many rare fingerprints they share, and what that means in words.

    codes: each learner's answer. known: sources that don't count.
    """
    without = frozenset().union(*(_fingerprints(source, 1) for source in known))
    own = {name: _fingerprints(code) - without for name, code in codes.items()}
    holders: dict[int, list[str]] = {}
    for name in sorted(own):
        for fingerprint in own[name]:
            holders.setdefault(fingerprint, []).append(name)
    rare = max(2, min(_HOLDERS, int(_RARE * len(codes))))
    shared: Counter[tuple[str, str]] = Counter()
    for names in holders.values():
        if 2 <= len(names) <= rare:
            shared.update(combinations(names, 2))
    lines = {line for source in known for line in _lines(source)}
    for (one, two), count in shared.items():
        fewer = min(len(own[one]), len(own[two]))
        if count >= _FEWEST and count >= _PART * fewer:
            yield (one, two), count, _words(count / fewer, codes[one], codes[two], lines)


def _words(part: float, one: str, other: str, known: set[str]) -> str:
    """Return what two answers share, in words that say what was compared, and no more."""
    alike = "all" if part > 0.95 else f"about {round(10 * part) * 10} percent"
    said = f"{alike} of the shorter answer's own code is rare and in both, whatever things are called."
    same = [line for line in _lines(one) if line in set(_lines(other)) and line not in known]
    if not same:
        return f"{said} No line is the same to the letter."
    quoted = max(same, key=len)[:100].replace("`", "'")
    lines = "One line is" if len(same) == 1 else f"{len(same)} lines are"
    return f"{said} {lines} the same to the letter, such as `{quoted}`."


def _lines(source: str) -> list[str]:
    """Return the lines that are long enough to say something, each once."""
    lines = (" ".join(line.split()) for line in source.splitlines())
    return list(dict.fromkeys(line for line in lines if len(line) >= _SHORTEST_LINE))


@lru_cache(maxsize=4096)
def _fingerprints(source: str, window: int = _WINDOW) -> frozenset[int]:
    """Return the fingerprints of a source, the same on every machine. window: 1 keeps all of them."""
    tokens = [token for match in _TOKEN.finditer(source) if (token := _plain(match))]
    grams = [zlib.crc32(" ".join(tokens[n : n + _TOKENS]).encode()) for n in range(len(tokens) - _TOKENS + 1)]
    return (
        frozenset(min(grams[n : n + window]) for n in range(max(1, len(grams) - window + 1))) if grams else frozenset()
    )


def _plain(match: re.Match[str]) -> str:
    """Return what stands for a token when things are compared; "" for what doesn't count."""
    text = match[0]
    if match.lastgroup == "comment":
        return ""
    if match.lastgroup == "name":
        return text if keyword.iskeyword(text) else "n"
    return {"text": "s", "number": "0"}.get(match.lastgroup or "", text.replace(" ", ""))
