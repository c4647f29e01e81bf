"""`course new lesson`: adds a lesson without exercises, which `course new exercise` then fills."""

import re
from pathlib import Path
from string import Template

from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from helpers.authoring import normal
from helpers.authoring.build import NEXT
from helpers.authoring.scaffold import MANIFEST, Scaffold, Step, in_words, manifest, write
from helpers.course import Course, parse
from helpers.errors import CourseError

_MINUTES = 40
_ENTRY = Template("""[[lesson]]
slug = "$slug"
title = "$title"
able_to = "TODO: what learners can do afterwards"
minutes = $minutes
needs = []
teaches = ["TODO: the terms that later lessons build on"]

[[lesson.predict]]
id = "$stem-first"
question = "TODO: a question that the next cell answers"
settled_by = "first"

[[lesson.predict.choice]]
text = "TODO: what happens"
why = "TODO: why it happens"
right = true

[[lesson.predict.choice]]
text = "TODO: what learners expect"
why = "TODO: why it doesn't happen"
right = false
""")
_TITLE = Template("""# $number $title

TODO: what learners will have done by the end, in one sentence.

**You will be able to**

- TODO: a goal for each of two to five ideas.

**You need** TODO: the lesson before this one and about $minutes minutes.""")
_SETUP = "import boto3\n\nfrom helpers import show, start\nstart()"
_SECTION = """## 1. TODO: the idea, in a few words

TODO: what the shop needs, and the naive way to do it. Show it before you name it."""
_CALL = 'sqs = boto3.client("sqs")\nqueue_url = sqs.create_queue(QueueName="orders")["QueueUrl"]'
_REMEMBER = "## What to remember\n\n- **TODO.** An answer to each goal, in the same sequence."
_PRACTICE = """## In practice

- **TODO.** Limits and costs.
- **Kinder than AWS.** TODO: where the offline cloud is. See [all the differences](differences_from_aws.md).

## Clean up"""
_EXERCISES = Template("""# Exercises $number: $words

You'll write a function for each task below. Each task says about how many minutes it takes.

- `check(...)` runs your function in a cloud of its own, with new names and orders each time, and tells you what it saw.
- `hint(...)` gives you one more hint each time, up to three.
- `solution(...)` shows one way to do it, once you've tried.

Your function gets what it needs as arguments: `sqs` is a boto3 client. In a check, `time.sleep` takes no real time.""")
_CHECKS = Template(
    '''"""The checks of lesson $number. Each gets a helpers.checks.case.Case and calls `case.not_yet(...)` at the '''
    '''first fault."""
'''
)
_TESTS = Template('''"""The checks of lesson $number accept right answers and refuse wrong ones; see answer_tests.py."""

from answer_tests import *  # noqa: F403

LESSON = "$number"
''')
_STATEMENTS = """# How to read this: see tests/lessons/test_statements.py.

nothing_of_aws = []

[[statement]]
says = "TODO: the lesson's own words about AWS"
source = "TODO: where AWS documents it, or the behaviour in tests/behaviours/ that records it"
shown = ["TODO: a behaviour, a test, or a cell of the lesson"]
"""


_NOTES = Template("""# $number $title

## Show

- TODO: the cards, runs and pictures that are worth doing on the big screen, each with what to say about it.

## Ask the room

**TODO: a question to put before you run the cell that answers it**
TODO: when to ask it, and the answer.

## Where learners get stuck

| exercise | reason | what they did | what to ask them |
|---|---|---|---|
| $number.1 | `TODO` | TODO: what their code did. | TODO: a question that leads on? |

## Skip

- TODO: what to leave out when you run late.

## Discuss

**TODO: a question about their own work**
TODO: the answer.

**TODO: another one**
TODO: the answer.
""")
_INDEX = "lessons/notes/README.md"
_LAST_PAGE = re.compile(r"\]\((\d\d_\w+\.md)\)\.")


def new_lesson(root: Path, slug: str) -> Scaffold:
    """Add a lesson to this clone, and return what is left to write.

    slug: such as 09_security. CourseError says what keeps it from being added; nothing is written then.
    """
    listed = parse(manifest(root))
    if not re.fullmatch(r"\d\d_[a-z_]*[a-z]", slug):
        raise CourseError(
            f"{slug!r} can't be a lesson's name. Write two digits and a name in lowercase letters and underscores, "
            f"such as {_free(listed)}_security."
        )
    number, title = slug[:2], in_words(slug[3:])
    if number in (lesson.number for lesson in listed.lessons):
        raise CourseError(
            f"There's a lesson {number} already: {listed.lesson(number).slug}. The next free number is {_free(listed)}."
        )
    given = {"slug": slug, "number": number, "title": title, "words": title.lower(), "minutes": str(_MINUTES)}
    given["stem"] = slug[3:].replace("_", "-")
    lesson, notes, statements = (
        f"lessons/{slug}.ipynb",
        f"lessons/notes/{slug}.md",
        f"tests/lessons/statements/{slug}.toml",
    )
    index = (root / _INDEX).read_text(encoding="utf-8")
    write(
        root,
        {
            MANIFEST: _with_entry(manifest(root), number, _ENTRY.substitute(given)),
            lesson: _stored(_lesson(given)),
            notes: _NOTES.substitute(given),
            _INDEX: _LAST_PAGE.sub(rf"](\1),\n  [{number}]({slug}.md).", index, count=1),
            f"solutions/{slug}.ipynb": _stored(_exercises(given)),
            f"helpers/checks/lessons/lesson_{number}.py": _CHECKS.substitute(given),
            f"tests/checks/test_answers_lesson_{number}.py": _TESTS.substitute(given),
            statements: _STATEMENTS,
        },
        replaced=[MANIFEST, _INDEX],
    )
    steps = (
        Step(MANIFEST, f"{slug}: what learners can do afterwards, minutes, terms, predictions and quizzes"),
        Step(lesson, "the lesson itself, in four to eight sections"),
        Step(statements, "where each of its statements about AWS comes from"),
        Step(notes, "a page for the instructor; write it when the exercises are there"),
    )
    commands = (f"course new exercise {number} NAME", "course build", f"pytest --record-cpu -k lesson_{number}")
    return Scaffold(f"lesson {slug}", steps, commands)


def _free(listed: Course) -> str:
    return f"{max((int(lesson.number) for lesson in listed.lessons), default=0) + 1:02}"


def _with_entry(text: str, number: str, entry: str) -> str:
    """Return the manifest's text with the entry before the first lesson that has a higher number."""
    for found in re.finditer(r'(?m)^\[\[lesson\]\]\nslug = "(\d\d)', text):
        if found[1] > number:
            return f"{text[: found.start()]}{entry}\n{text[found.start() :]}"
    return f"{text.rstrip()}\n\n{entry}"


def _stored(notebook: NotebookNode) -> str:
    return normal.text(normal.normal(notebook))


def _lesson(given: dict[str, str]) -> NotebookNode:
    """Return a lesson with its frame and the beginning of a first section."""
    return new_notebook(
        cells=[
            new_markdown_cell(_TITLE.substitute(given), id="title"),
            new_code_cell(_SETUP, id="setup"),
            new_markdown_cell(_SECTION, id="first-section"),
            new_code_cell(f'show.predict("{given["stem"]}-first")', id="first-predict"),
            new_code_cell(_CALL, id="first"),
            new_markdown_cell("TODO: what just happened, and why.", id="first-why"),
            new_markdown_cell(_REMEMBER, id="remember"),
            new_markdown_cell(_PRACTICE, id="practice"),
            new_code_cell("response = sqs.delete_queue(QueueUrl=queue_url)", id="clean-up"),
            new_markdown_cell("", id=NEXT),
        ]
    )


def _exercises(given: dict[str, str]) -> NotebookNode:
    """Return a solution notebook without any exercise."""
    return new_notebook(
        cells=[
            new_markdown_cell(_EXERCISES.substitute(given), id="title"),
            new_code_cell("import json\nfrom helpers import check, hint, solution, start\nstart()", id="setup"),
            new_markdown_cell("", id=NEXT),
        ]
    )
