"""`course new exercise`: adds an exercise to a lesson, with a check that refuses everything so far."""

import ast
import re
from pathlib import Path
from string import Template

from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell

from helpers.authoring import normal
from helpers.authoring.build import NEXT
from helpers.authoring.exercise import BEGIN, END, EXPLANATION
from helpers.authoring.scaffold import MANIFEST, Scaffold, Step, in_words, manifest, require_name, write
from helpers.course import Lesson, parse
from helpers.errors import CourseError

MOST = 6  # exercises of a lesson
_MINUTES = 5
_ENTRY = Template("""
[[lesson.exercise]]
answer = "$answer"
title = "$title"
minutes = $minutes
points = 1
takeaway = "TODO: what to remember, in a sentence that's true of every right answer."
hints = [
  "TODO: a question that points in the right direction.",
  "TODO: which part of boto3 helps.",
  "TODO: nearly the answer.",
]
""")
_TASK = Template("""## $id $title

*$minutes minutes.* TODO: what happens in the shop, and what the function is needed for.""")
_ANSWER = Template(f'''def $answer(sqs, queue_url):
    """TODO: what the function does and returns, a sentence for each thing that's checked."""
    {BEGIN}
    pass
    {END}''')
_CHECK = Template('''

# --- $id $line


def $answer(case):
    """TODO: which cases there are."""
    queue_url = case.queue()
    returned = case.run(queue_url=queue_url)
    case.not_yet(
        "check-not-written",
        got=returned,
        expected="TODO: what a right answer returns, or leaves behind",
        why="TODO: the reason, in AWS's terms.",
    )
''')
_ANSWERS = Template('''"""Right and wrong answers to $id, and what proves each sentence of its contract."""

# Each sentence or clause of the docstring, in its order; then each sentence of the task that asks for something. Behind
# it: the wrong answers that break it, or, where it says what the function is given, how that is among the cases.
CONTRACT = {
    "TODO: what the function does and returns, a sentence for each thing that's checked.": ["${answer}__nothing"],
}

# --- right, in another style than the solution $right


def ${answer}__another_way(sqs, queue_url):
    """TODO: what's different about it."""
    raise NotImplementedError("TODO: write an answer that the check has to accept")


# --- wrong, as learners write them; each with the reason id of its refusal $wrong


def ${answer}__nothing(sqs, queue_url):
    """Says: check-not-written"""
''')


def new_exercise(root: Path, lesson: str, answer: str) -> Scaffold:
    """Add an exercise to this clone's lesson, and return what is left to write.

    lesson: its number or slug. answer: the name of the function that learners will write. CourseError says what keeps
    it from being added; nothing is written then.
    """
    listed = parse(manifest(root))
    to = listed.lesson(lesson)
    solutions, checks = f"solutions/{to.slug}.ipynb", f"helpers/checks/lessons/lesson_{to.number}.py"
    answers = f"tests/checks/answers/lesson_{to.number}_{answer}.py"
    notebook, module = normal.read(root / solutions), (root / checks).read_text(encoding="utf-8")
    if answer in (one.answer for one in listed.exercises):
        raise CourseError(f"There's an exercise {answer} already: {listed.exercise(answer).id}.")
    if len(to.exercises) >= MOST:
        raise CourseError(f"Lesson {to.number} has {MOST} exercises already, and that's the most a lesson can have.")
    require_name(answer, [*_names(module), *_imported(notebook)])
    given = {
        "id": f"{to.number}.{len(to.exercises) + 1}",
        "answer": answer,
        "title": in_words(answer),
        "minutes": str(_MINUTES),
        "line": "-" * 108,
        "right": "-" * 71,
        "wrong": "-" * 43,
    }
    _add_cells(notebook, given)
    write(
        root,
        {
            MANIFEST: _with_entry(manifest(root), to, _ENTRY.substitute(given)),
            solutions: normal.text(normal.normal(notebook)),
            checks: module + _CHECK.substitute(given),
            answers: _ANSWERS.substitute(given),
        },
        replaced=[MANIFEST, solutions, checks],
    )
    cells = f"cells task-{answer}, {answer} and why-{answer}"
    steps = (
        Step(solutions, f"{cells}: the task, the contract in the docstring, the solution and why it works"),
        Step(checks, f"the function {answer} at the end: the cases, and what a right answer returns or leaves behind"),
        Step(answers, "right answers, wrong ones, and the sentences of the contract that they break"),
        Step(MANIFEST, f"{given['id']} {answer}: title, minutes, points, takeaway and three hints"),
    )
    commands = (f"course build {to.number}", f"pytest -k lesson_{to.number}")
    return Scaffold(f"{given['id']} {answer}", steps, commands)


def _names(source: str) -> list[str]:
    """Return the names that a module defines or imports at its top."""
    names = []
    for node in ast.parse(source).body:
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            names.append(node.name)
        elif isinstance(node, (ast.Import, ast.ImportFrom)):
            names += [alias.asname or alias.name for alias in node.names]
    return names


def _imported(notebook: NotebookNode) -> list[str]:
    """Return the words in the notebook's imports."""
    lines = "\n".join(cell.source for cell in notebook.cells if cell.cell_type == "code").splitlines()
    return re.findall(r"\w+", " ".join(line for line in lines if line.startswith(("import ", "from "))))


def _add_cells(notebook: NotebookNode, given: dict[str, str]) -> None:
    """Put the exercise's four cells before the notebook's last one."""
    answer = given["answer"]
    cells = [
        new_markdown_cell(_TASK.substitute(given), id=f"task-{answer}"),
        new_code_cell(_ANSWER.substitute(given), id=answer),
        new_code_cell(f"check({answer})  # stuck? In a new cell: hint({answer})", id=f"check-{answer}"),
        new_markdown_cell(
            "**Why it works.** TODO: the one or two decisions that matter.",
            id=f"why-{answer}",
            metadata={"tags": [EXPLANATION]},
        ),
    ]
    last = next((n for n, cell in enumerate(notebook.cells) if cell.id == NEXT), len(notebook.cells))
    notebook.cells[last:last] = cells


def _with_entry(text: str, lesson: Lesson, entry: str) -> str:
    """Return the manifest's text with the entry at the end of the lesson's part."""
    start = re.search(rf'(?m)^slug = "{lesson.slug}"', text)
    assert start, f"course.toml lists {lesson.slug} in another way than one line: slug = ..."
    after = re.compile(r"(?m)^\[\[lesson\]\]").search(text, start.end())
    end = after.start() if after else len(text)
    rest = text[end:]
    return text[:end].rstrip("\n") + "\n" + entry + ("\n" + rest if rest else "")
