"""Which hand-ins the report puts side by side: those that share rare code, whatever things are called in them."""

import re
import time
from random import Random

import pytest

from helpers.checks.solutions import answer_source
from helpers.course import course
from helpers.grading.records import HandIn, Learner
from helpers.grading.reports import similar

LESSON = course().lessons[3]
EXERCISE = LESSON.exercises[1]
RARE = """def send_all(sqs, queue_url, bodies):
    refused, waiting = [], list(enumerate(bodies))
    while waiting:
        chunk = [waiting.pop() for _ in range(min(10, len(waiting)))][::-1]
        entries = [{"Id": f"n{n}", "MessageBody": body or " "} for n, body in chunk]
        answer = sqs.send_message_batch(QueueUrl=queue_url, Entries=entries)
        known = {entry["Id"][1:]: entry for entry in answer.get("Failed", ())}
        refused.extend(sorted((n, body) for n, body in chunk if str(n) in known))
    return [body for _, body in sorted(refused)]
"""
SIGNS = ("=", "+", "-", ".a", ".b", "[", "]", "(", ")", "if", "for", "in", "and", "not", ",", "lambda")
RENAMED = (
    re.sub(r"\b(refused|waiting|chunk|entries|answer|known|entry|body|n)\b", r"my_\1", RARE)
    .replace('"Id": f"n{my_n}"', '"Id": f"item{my_n}"')
    .replace("    while", "\n    # take them in tens\n    while")
)


def class_of(*codes):
    """Return learners "0", "1", ... whose hand-ins have these answers."""
    return [
        Learner(f"{n}", (HandIn(f"{n}", LESSON.slug, "f.ipynb", (code,)),) if code else ())
        for n, code in enumerate(codes)
    ]


def other(n):
    """Return an answer that is nobody else's."""
    draw = Random(n)
    lines = "".join(f"    x {' y '.join(draw.choices(SIGNS, k=8))} z\n" for _ in range(8))
    return f"def send_all(sqs, queue_url, bodies):\n{lines}    return x"


def found(*codes):
    """Return the pairs' names and reasons."""
    return [(pair["first"], pair["second"], pair["reason"]) for pair in similar.pairs(class_of(*codes), [LESSON])]


def test_renaming_comments_and_layout_hide_nothing():
    """The pair has a reason, which names the exercise and quotes what is the same to the letter."""
    ((first, second, reason),) = found(*map(other, range(12)), RARE, RENAMED)
    assert (first, second) == ("12", "13")
    assert reason.startswith(f"In {EXERCISE.id} all of the shorter answer's own code is rare and in both")
    assert "No line is the same to the letter." in reason
    assert "such as `entries = [{" in found(other(1), RARE, RARE)[0][2]


def test_what_many_have_is_not_rare():
    """An answer that half of a class wrote is how this exercise is solved."""
    assert found(*map(other, range(12)), *[RARE] * 10) == []


@pytest.mark.parametrize("code", ["stub", "solution"])
def test_what_the_exercise_brings_along_does_not_count(code):
    """Two copies of its stub, or of the course's own solution, say nothing."""
    given = next(source for source in similar.given(LESSON) if f"def {EXERCISE.answer}(" in source)
    assert found(*[{"stub": given, "solution": answer_source(EXERCISE)}[code]] * 2, other(3)) == []


def test_short_answers_are_alike_by_chance():
    """Few lines can be written in few ways, even in a class of two."""
    short = (
        "def send_all(sqs, queue_url, bodies):\n    for body in bodies:\n        sqs.send_message(QueueUrl=queue_url)"
    )
    assert found(short, short) == []


def test_one_part_of_a_longer_answer_is_found():
    """What is added around it is the other one's own, and the part is told."""
    ((*_, reason),) = found(*map(other, range(6)), RARE, RARE + "\n" + other(99).replace("send_all", "mine"))
    assert "all of the shorter answer's own code" in reason


def test_the_same_class_has_the_same_pairs():
    """Whatever order the learners come in."""
    learners = class_of(RARE, other(1), RENAMED)
    assert similar.pairs(learners, [LESSON]) == similar.pairs(learners[::-1], [LESSON])
    assert similar.pairs([], [LESSON]) == similar.pairs(class_of("", ""), [LESSON]) == []


@pytest.mark.parametrize("unit", ['"\\"', "'''", '"""', "x.", "# ", "\\", "a" * 5000, "\n", "f("])
def test_no_source_takes_long(unit):
    """Quotes that never close, endless names: time grows with the length, and the length has an end."""
    begun = time.process_time()
    found(*[f"def send_all(x):\n    {unit * (400_000 // len(unit))}"] * 3)
    assert time.process_time() - begun < 1.0
