"""Every sentence of a contract has a wrong answer that breaks it: the tables in `contracts` name them.

A table has a block for each sentence or clause of an exercise's docstring, in order, and for each of the task above it
that demands something. `broken_by` names wrong answers of answers/lesson_NN_wrong.py; the tests of the answers prove
that they're refused. Where a sentence says what a function is given, `given` says how that is among the cases.
"""

import ast
from functools import lru_cache

import nbformat
import pytest
from answer_files import answers
from contract_tables import blocks

from helpers.authoring.exercise import answers_in
from helpers.course import HOME, course

LESSONS = {lesson.number: lesson for lesson in course().lessons}


def folded(text):
    """Return the text with each run of white space as one space."""
    return " ".join(text.split())


@lru_cache
def contracts(number):
    """Return the docstring of each answer in a lesson and the text of the task above it, by the answer's name."""
    lesson, found, task = LESSONS[number], {}, ""
    for cell in nbformat.read(HOME / "solutions" / f"{lesson.slug}.ipynb", as_version=4).cells:
        if cell.cell_type == "markdown":
            task = cell.source
        for exercise in answers_in(cell, lesson.exercises):
            made = [node for node in ast.parse(cell.source).body if getattr(node, "name", "") == exercise.answer]
            found[exercise.answer] = folded(ast.get_docstring(made[0])), folded(task)
    return found


def faults(name, docstring, task, blocks, wrong):
    """Return what is wrong with the blocks of one answer, a sentence each. wrong: the names of its wrong answers."""
    said, rest = [], docstring
    for block in blocks:
        sentence = folded(block.get("sentence", ""))
        if sentence and rest.startswith(sentence):
            rest = rest[len(sentence) :].lstrip()
        elif not sentence or sentence not in task:
            said.append(f"{name}: the contract doesn't go on with {sentence!r}, but with {rest[:60]!r}")
        named = block.get("broken_by", [])
        said += [f"{name}: {answer} is no wrong answer" for answer in named if answer not in wrong]
        if bool(named) == bool(block.get("given")) or not block.keys() <= {"sentence", "broken_by", "given"}:
            said.append(f"{name}: {sentence!r} needs either wrong answers or a word on what is given")
    return said + ([f"{name}: nothing stands for {rest!r}"] if rest else [])


@pytest.mark.parametrize("number", [pytest.param(number, id=f"lesson_{number}") for number in LESSONS])
def test_every_sentence_has_an_answer_that_breaks_it(number):
    """The sentences are the contract's, all of them, and each names wrong answers that exist."""
    table = blocks(number)
    texts, said = contracts(number), []
    wrong = {name: answer for name, answer in answers(number).items() if not answer.right}
    for name, (docstring, task) in texts.items():
        own = {each for each, answer in wrong.items() if answer.exercise.answer == name}
        said += faults(name, docstring, task, table.get(name, []), own)
    assert said + [f"{name} is no answer" for name in table if name not in texts] == []


CONTRACT = "Add one, or two. Nothing else changes."
TASK = "The shop is open. Send it once."
BLOCKS = [
    {"sentence": "Add one,", "broken_by": ["a__no"]},
    {"sentence": "or two.", "given": "One and two are cases."},
    {"sentence": "Nothing\n  else changes.", "broken_by": ["a__no"]},
    {"sentence": "Send it once.", "broken_by": ["a__no"]},
]


@pytest.mark.parametrize(
    ("blocks", "said"),
    [
        (BLOCKS, ""),
        ([*BLOCKS[:1], *BLOCKS[2:]], "nothing stands for"),
        ([BLOCKS[1], BLOCKS[0], *BLOCKS[2:]], "doesn't go on with 'or two.'"),
        ([*BLOCKS, {"sentence": "Send it twice.", "broken_by": ["a__no"]}], "doesn't go on with 'Send it twice.'"),
        ([*BLOCKS[:3], {"sentence": "Send it once."}], "needs either"),
        ([*BLOCKS[:3], {"sentence": "Send it once.", "broken_by": [], "given": ""}], "needs either"),
        ([*BLOCKS[:3], {"sentence": "Send it once.", "broken_by": ["a__no"], "given": "x"}], "needs either"),
        ([*BLOCKS[:3], {"sentence": "Send it once.", "brokenby": ["a__no"], "given": "x"}], "needs either"),
        ([*BLOCKS[:3], {"sentence": "Send it once.", "broken_by": ["b__no"]}], "b__no is no wrong answer"),
        ([*BLOCKS, {"sentence": "", "broken_by": ["a__no"]}], "doesn't go on with ''"),
        ([], "nothing stands for"),
    ],
)
def test_what_a_table_lacks_is_named(blocks, said):
    """A sentence left out, in another place, or made up; and an entry without a proof."""
    found = faults("a", CONTRACT, TASK, blocks, {"a__no"})
    assert any(said in fault for fault in found) if said else found == []


@pytest.mark.parametrize("exercise", [each for each in course().exercises if each.older], ids=lambda each: each.answer)
def test_no_older_sentence_is_in_today_s_contract(exercise):
    """Otherwise every copy would pass for an older one."""
    docstring, _ = contracts(exercise.lesson[:2])[exercise.answer]
    assert [clause for clause in exercise.older if folded(clause) in docstring] == []
