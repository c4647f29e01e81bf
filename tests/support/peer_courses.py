"""The same exercises and hand-ins for nbgrader, otter-grader and the course, and what those two make of them.

Holds no test. Under both tools a cell that checks is the course's own `check(...)`, so all of them run the same checks.
"""

import ast
import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import nbformat
import psutil
from answer_files import answers
from nbformat import NotebookNode

from helpers.authoring.release import nbgrader_course
from helpers.checks.solutions import answer_source
from helpers.course import HOME, Exercise, Lesson, course

LESSON = course().lesson("03")
NBGRADER_CELL_SECONDS = 10  # its default is 30; as long as a check lets an answer run
OTTER_SECONDS = 40  # for a hand-in; `otter run` has no limit of its own
OTTER_PYTHON = "COURSE_OTTER_PYTHON"  # names the python of an environment with otter-grader and this course

# Each learner's answers by their names in tests/checks/answers; what is not named is the solution.
TAME = {
    "solution": (),
    "labels": (
        "next_parcel__all_attributes",
        "fits__one_text",
        "pick__lease_afterwards",
        "take_or_set_aside__recursion",
        "pack_and_pass_on__lease_in_hand",
    ),
    "resources": (
        "next_parcel__resource",
        "fits__resource",
        "pick__resource",
        "take_or_set_aside__resource",
        "pack_and_pass_on__longest",
    ),
    "careful": (
        "next_parcel__key_errors",
        "fits__small_functions",
        "pick__batch",
        "take_or_set_aside__older_spelling",
        "pack_and_pass_on__beats",
    ),
    "stubborn": (
        "next_parcel__all_attributes",
        "fits__small_functions",
        "pick__resource",
        "take_or_set_aside__older_spelling",
        "pack_and_pass_on__tries_again",
    ),
    "generous": ("next_parcel__key_errors", "fits__one_text", "pick__batch", "pack_and_pass_on__twice_as_long"),
    "threads": ("next_parcel__resource", "pick__lease_afterwards", "pack_and_pass_on__heartbeat"),
    "asks_for_nothing": ("next_parcel__does_not_ask", "take_or_set_aside__does_not_ask"),
    "counts_letters": ("fits__characters", "pick__batch"),
    "keeps_all": ("pick__gives_nothing_back", "fits__one_text"),
    "compares_texts": ("take_or_set_aside__compares_texts", "fits__compares_with_a_string"),
    "deletes_first": ("take_or_set_aside__deletes_first", "pack_and_pass_on__deletes_first"),
    "expects_messages": ("next_parcel__no_message", "take_or_set_aside__no_message", "pack_and_pass_on__no_message"),
    "takes_ten": ("next_parcel__takes_ten", "take_or_set_aside__takes_ten", "pack_and_pass_on__takes_ten"),
    "all_wrong": (
        "next_parcel__any_attribute",
        "fits__body_alone",
        "pick__no_lease",
        "take_or_set_aside__one_too_few",
        "pack_and_pass_on__never_deletes",
    ),
}
BLANK = "blank"

# Those that misbehave: the body of one answer; the others are solutions.
WILD = {
    "loops": ("fits", "while True:\n        pass"),
    "ends_the_process": ("pick", "import os\n\n    os._exit(0)"),
    "leaves": ("take_or_set_aside", "import sys\n\n    sys.exit(0)"),
}
RAISES_OUTSIDE = "raises_outside"
OUTSIDE = ('raise RuntimeError("this stands outside every function")', "def broken(:\n    pass")

# Cells that make a check say yes, where the check runs in the hand-in's own process.
FORGERIES = {
    "defines_check": "def check(answer):\n    pass",
    "patches_check": "import helpers\n\nhelpers.check = check = lambda answer: None",
    "patches_boto3": "import boto3, unittest.mock\n\nboto3.client = boto3.resource = unittest.mock.MagicMock()",
    "patches_the_engine": "import gc\n\nfor found in gc.get_objects():\n"
    "    if type(found) is dict and found.get('__name__', '') == 'helpers.checks.engine':\n"
    "        from helpers.checks.outcome import outcome\n\n"
    "        found['examine'] = lambda exercise, *_, **__: outcome(exercise, 'correct')",
    "patches_ipython": "get_ipython().run_cell = get_ipython().run_cell_async = lambda *_, **__: None",
}


@dataclass(frozen=True)
class Run:
    """What a tool did with the hand-ins.

    seconds: wall-clock time. cpu: CPU seconds of all its processes. marks: points by learner and answer; an empty
    dictionary where the tool gave none, None where it left the question open. each: seconds by learner, where one
    process graded each.
    """

    seconds: float
    cpu: float
    marks: dict[str, dict[str, float | None]]
    each: dict[str, float]


# --- notebooks --------------------------------------------------------------------------------------------------------


def hand_ins(folder: Path) -> dict[str, Path]:
    """Write 20 hand-ins of lesson 03, of which 4 misbehave, as folder/LEARNER/SLUG.ipynb; return them by learner."""
    notebooks = {learner: notebook(LESSON, solved(LESSON) | cells(names)) for learner, names in TAME.items()}
    notebooks[BLANK] = notebook(LESSON, {})
    for learner, (answer, body) in WILD.items():
        head = solved(LESSON)[answer].partition('"""')[0]
        notebooks[learner] = notebook(LESSON, solved(LESSON) | {answer: f"{head}{body}"})
    notebooks[RAISES_OUTSIDE] = notebook(LESSON, solved(LESSON), OUTSIDE)
    return {learner: write(folder / learner, LESSON, made) for learner, made in notebooks.items()}


def forgeries(folder: Path) -> dict[str, Path]:
    """Write hand-ins whose answers return None, each with a cell of FORGERIES; return them by learner."""
    nothing = {name: source.partition('"""')[0] + "return None" for name, source in solved(LESSON).items()}
    return {
        learner: write(folder / learner, LESSON, notebook(LESSON, nothing, [cell]))
        for learner, cell in FORGERIES.items()
    }


def right_answers() -> list[tuple[str, str]]:
    """Return learner and answer, for each right answer of `hand_ins`."""
    names, every = answers(LESSON.number), [exercise.answer for exercise in LESSON.exercises]
    wrong = {(who, name.partition("__")[0]) for who, listed in TAME.items() for name in listed if not names[name].right}
    wrong |= {(who, answer) for who, (answer, _) in WILD.items()}
    return [(who, answer) for who in (*TAME, *WILD, RAISES_OUTSIDE) for answer in every if (who, answer) not in wrong]


def notebook(lesson: Lesson, answers: Mapping[str, str], extra: Iterable[str] = ()) -> NotebookNode:
    """Return the lesson's exercises with these sources in the cells of the answers, and extra cells after the setup."""
    made = nbformat.read(HOME / "exercises" / f"{lesson.slug}.ipynb", as_version=4)
    for cell in made.cells:
        cell.source = answers.get(cell.metadata.get("nbgrader", {}).get("grade_id"), cell.source)
    place = next(number for number, cell in enumerate(made.cells) if cell.id == "setup") + 1
    made.cells[place:place] = [nbformat.v4.new_code_cell(source) for source in extra]
    return made


def write(folder: Path, lesson: Lesson, made: NotebookNode) -> Path:
    """Write the notebook under the lesson's name into this folder, which is made, and return its path."""
    folder.mkdir(parents=True)
    path = folder / f"{lesson.slug}.ipynb"
    nbformat.write(made, path)
    return path


def solved(lesson: Lesson) -> dict[str, str]:
    """Return the sources of the lesson's solutions by answer."""
    return {exercise.answer: answer_source(exercise) for exercise in lesson.exercises}


def cells(names: Iterable[str]) -> dict[str, str]:
    """Return the sources of cells for these answers of tests/checks/answers, by the answer's proper name."""
    return {name.partition("__")[0]: cell(name) for name in names}


def cell(name: str) -> str:
    """Return an answer of tests/checks/answers as a learner's cell: imports, helpers, and it under its proper name.

    Helpers get names of their own, since another answer in the notebook may have a helper of the same name.
    """
    answer = name.partition("__")[0]
    found = answers(course().exercise(answer).id[:2])[name]
    text, name = found.source, found.function
    lines, defined = text.splitlines(), {}
    for node in ast.parse(text).body:
        first = min([node.lineno, *(decorator.lineno for decorator in getattr(node, "decorator_list", []))])
        source = "\n".join(lines[first - 1 : node.end_lineno])
        defined |= dict.fromkeys(_told(node), (source, node))
    needed = _needed(name, defined)
    sources = dict.fromkeys(source for told, (source, _) in defined.items() if told in needed)  # each once, in order
    text = "\n\n".join(sources)
    for told in needed:
        if not isinstance(defined[told][1], (ast.Import, ast.ImportFrom)):
            text = re.sub(rf"\b{told}\b", answer if told == name else f"{told}_of_{answer}", text)
    return text


def _told(node: ast.stmt) -> list[str]:
    """Return the names that a statement at the top of a module gives."""
    if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
        return [node.name]
    if isinstance(node, (ast.Import, ast.ImportFrom)):
        return [(alias.asname or alias.name).partition(".")[0] for alias in node.names]
    return [target.id for target in getattr(node, "targets", []) if isinstance(target, ast.Name)]


def _needed(name: str, defined: Mapping[str, tuple[str, ast.stmt]]) -> set[str]:
    """Return the name and all names of the module that it leads to."""
    needed, left = set(), [name]
    while left:
        if (told := left.pop()) not in needed:
            needed.add(told)
            used = {node.id for node in ast.walk(defined[told][1]) if isinstance(node, ast.Name)}
            left += used & defined.keys()
    return needed


# --- nbgrader ---------------------------------------------------------------------------------------------------------


class NbgraderCourse:
    """A course of nbgrader with one lesson generated."""

    def __init__(self, folder: Path, lesson: Lesson):
        self.folder, self.lesson = folder, lesson
        nbgrader_course(folder)
        self.run("generate_assignment")

    def run(self, command: str, *more: str, check: bool = True) -> "Ended":
        """Return what came of a command of nbgrader for the lesson; RuntimeError with what it said when it failed."""
        return run([sys.executable, "-m", "nbgrader", command, self.lesson.slug, *more], self.folder, check=check)

    def submit(self, learner: str, notebook: Path) -> None:
        """Put a hand-in where nbgrader looks for it."""
        place = self.folder / "submitted" / learner / self.lesson.slug
        place.mkdir(parents=True)
        (place / f"{self.lesson.slug}.ipynb").write_bytes(notebook.read_bytes())

    def marks(self, learner: str) -> dict[str, float | None]:
        """Return the points in nbgrader's grade book by answer; None where nbgrader could not mark."""
        from nbgrader.api import Gradebook

        with Gradebook(f"sqlite:///{self.folder / 'gradebook.db'}") as book:
            grades = book.find_submission_notebook(self.lesson.slug, self.lesson.slug, learner).grades
            return {grade.name.removeprefix("check-"): grade.auto_score for grade in grades}


def run_nbgrader(folder: Path, hand_ins: Mapping[str, Path]) -> Run:
    """Return what `nbgrader autograde` does with the hand-ins in this new folder; cells may take 10 seconds each."""
    made = NbgraderCourse(folder, LESSON)
    for learner, notebook in hand_ins.items():
        made.submit(learner, notebook)
    ended = made.run("autograde", "--create", f"--Execute.timeout={NBGRADER_CELL_SECONDS}", check=False)
    (folder / "autograde.log").write_text(ended.said, encoding="utf-8")
    return Run(ended.seconds, ended.cpu, {learner: made.marks(learner) for learner in hand_ins}, {})


# --- otter-grader -----------------------------------------------------------------------------------------------------

TEST = """
OK_FORMAT = False
from otter.test_files import test_case
name, points = {answer!r}, {points}

@test_case()
def test_as_the_course_does({answer}):
    import os
    os.environ["NBGRADER_EXECUTION"] = "autograde"  # so that a check raises, or returns points for what is partly right
    from helpers import check
    assert check({answer}) in (None, {points})
"""
API = """
import contextlib, json, sys
from otter.api import grade_submission
out, autograder, *pairs = sys.argv[1:]
for learner, path in zip(pairs[::2], pairs[1::2]):
    tests = []
    with contextlib.suppress(Exception):
        graded = grade_submission(path, autograder, quiet=True)
        tests = [{"name": name, "score": graded.get_score(name)} for name in graded.test_files]
    with open(f"{out}/{learner}.json", "w") as file:
        json.dump({"tests": tests}, file)
"""


def run_otter(folder: Path, hand_ins: Mapping[str, Path]) -> Run:
    """Return what `otter run` does with the hand-ins, a process for each, killed after 40 seconds."""
    autograder, notebooks = _otter_course(folder, hand_ins)
    marks, each, cpu = {}, {}, 0.0
    for learner, path in notebooks.items():
        out = folder / "out" / learner
        out.mkdir(parents=True)
        command = [_otter(), "-m", "otter", "run", "-a", str(autograder), "-o", str(out), "--no-logo", str(path)]
        ended = run(command, folder, seconds=OTTER_SECONDS, check=False)
        (out / "log").write_text(ended.said, encoding="utf-8")
        marks[learner], each[learner], cpu = _otter_marks(out / "results.json"), ended.seconds, cpu + ended.cpu
    return Run(sum(each.values()), cpu, marks, each)


def run_otter_api(folder: Path, hand_ins: Mapping[str, Path]) -> Run:
    """Return what otter.api.grade_submission does with the hand-ins, all in one process."""
    autograder, notebooks = _otter_course(folder, hand_ins)
    out = folder / "out"
    out.mkdir()
    pairs = [word for learner, path in notebooks.items() for word in (learner, str(path))]
    ended = run([_otter(), "-c", API, str(out), str(autograder), *pairs], folder, check=False)
    (folder / "api.log").write_text(ended.said, encoding="utf-8")
    return Run(ended.seconds, ended.cpu, {learner: _otter_marks(out / f"{learner}.json") for learner in notebooks}, {})


def _otter() -> str:
    return os.environ[OTTER_PYTHON]


def _otter_course(folder: Path, hand_ins: Mapping[str, Path]) -> tuple[Path, dict[str, Path]]:
    """Return otter's file for grading, and the hand-ins as a course of otter's would have them."""
    tests = folder / "tests"
    tests.mkdir(parents=True)
    for exercise in LESSON.exercises:
        test = TEST.format(answer=exercise.answer, points=exercise.points)
        (tests / f"{exercise.answer}.py").write_text(test, encoding="utf-8")
    run([_otter(), "-m", "otter", "generate", "-t", "tests", "-o", "autograder.zip", "--no-environment"], folder)
    return folder / "autograder.zip", {
        learner: write(folder / "submitted" / learner, LESSON, _with_otter(nbformat.read(path, as_version=4)))
        for learner, path in hand_ins.items()
    }


def _with_otter(made: NotebookNode) -> NotebookNode:
    """Return the notebook with otter's way to check in place of the course's."""
    made.cells.insert(0, nbformat.v4.new_code_cell("import otter\ngrader = otter.Notebook()"))
    for cell in made.cells:
        if cell.metadata.get("nbgrader", {}).get("grade"):
            cell.source = f'grader.check("{cell.metadata.nbgrader.grade_id.removeprefix("check-")}")'
    return made


def _otter_marks(file: Path) -> dict[str, float | None]:
    if not file.exists():
        return {}
    tests = {test["name"]: test.get("score") for test in json.loads(file.read_text(encoding="utf-8"))["tests"]}
    return {_answer(name): score for name, score in tests.items() if _answer(name)}


def _answer(name: str) -> str:
    """Return the answer that one of otter's tests is for, "" for none."""
    return next((exercise.answer for exercise in LESSON.exercises if exercise.answer == name.partition(" ")[0]), "")


# --- processes --------------------------------------------------------------------------------------------------------

# JupyterLab brings along a grammar of web addresses that jsonschema then reads for seconds, in each process that knows
# notebooks. Neither tool needs it, and otter alone has no JupyterLab: `otter run` would take more than twice as long.
SITE = "import sys\nsys.modules.setdefault('rfc3987_syntax', None)\n"


@dataclass(frozen=True)
class Ended:
    """A process that ended: its code, what it said, and what it took with all the processes it started."""

    code: int
    said: str
    seconds: float
    cpu: float


def run(command: list[str], folder: Path, seconds: float | None = None, check: bool = True) -> Ended:
    """Return what came of this command in this folder, killed with all it started after so many seconds.

    The programs beside its python come first on the PATH. With `check` a failure raises RuntimeError with what it said.
    """
    site = folder / "site"
    site.mkdir(exist_ok=True)
    (site / "sitecustomize.py").write_text(SITE, encoding="utf-8")
    env = {name: value for name, value in os.environ.items() if not name.startswith("COURSE_")}
    env["PATH"] = os.pathsep.join([str(Path(command[0]).parent), env.get("PATH", "")])  # nbgrader wants a bare alembic
    env["PYTHONPATH"] = str(site)
    log = folder / "said.log"
    began, left = time.perf_counter(), 0.0
    with open(log, "wb") as said:
        process = subprocess.Popen(command, cwd=folder, env=env, stdout=said, stderr=subprocess.STDOUT)
        try:
            _, status, used = _wait(process, seconds)
        except TimeoutError:
            left = _kill(process)
            _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    text = log.read_text(encoding="utf-8", errors="replace")
    if check and process.returncode:
        raise RuntimeError(f"{command} ended with {process.returncode}:\n{text}")
    cpu = used.ru_utime + used.ru_stime + left
    return Ended(process.returncode, text, time.perf_counter() - began, cpu)


def _wait(process: "subprocess.Popen[bytes]", seconds: float | None):
    """Return what os.wait4 says of the process; TimeoutError when it does not end in so many seconds."""
    if seconds is None:
        return os.wait4(process.pid, 0)
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if (ended := os.wait4(process.pid, os.WNOHANG))[0]:
            return ended
        time.sleep(0.02)
    raise TimeoutError


def _kill(process: "subprocess.Popen[bytes]") -> float:
    """Kill the process and all that it started, and return the seconds that nobody will have waited for."""
    parent, used = psutil.Process(process.pid), 0.0
    parent.suspend()  # it would react to the end of its kernel
    for child in parent.children(recursive=True):
        times = child.cpu_times()
        used += times.user + times.system
        child.kill()
    parent.kill()
    return used


def points(exercises: Iterable[Exercise], marks: Mapping[str, float | None]) -> float:
    """Return the sum of the marks, where what was not marked is worth nothing."""
    return sum(marks.get(exercise.answer) or 0.0 for exercise in exercises)
