"""`course new lesson` and `course new exercise`: what they write, what they refuse, and what's left to write."""

import shutil

import pytest
from nbformat import NotebookNode

from helpers.authoring import normal, scaffold
from helpers.authoring.exercise import answers_in, checked_in
from helpers.authoring.new_exercise import new_exercise
from helpers.authoring.new_lesson import new_lesson
from helpers.authoring.solution_faults import Solved, faults
from helpers.course import HOME, Lesson, parse
from helpers.errors import CourseError, NotebookError

MOST = 4  # files that an author has to write in


@pytest.fixture
def clone(tmp_path):
    """What the two commands read and write of a clone."""
    needed = (
        "lessons/course.toml",
        "lessons/notes/README.md",
        "solutions/03_messages.ipynb",
        "helpers/checks/lessons/lesson_03.py",
    )
    for name in needed:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(HOME / name, tmp_path / name)
    return tmp_path


def files(folder):
    """Return the text of every file in this folder, by path."""
    paths = (path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_text(encoding="utf-8") for path in paths}


def solved(clone, lesson) -> tuple[Lesson, NotebookNode]:
    """Return a lesson of the clone and its solution notebook."""
    listed = parse(scaffold.manifest(clone)).lesson(lesson)
    return listed, normal.read(clone / "solutions" / f"{listed.slug}.ipynb")


def test_an_exercise_is_begun_whole(clone):
    """It's listed last in its lesson, its notebook can become an exercise, and its check and answers are Python."""
    before = parse(scaffold.manifest(clone))
    new_exercise(clone, "3", "give_back")
    lesson, notebook = solved(clone, "03")
    added = lesson.exercises[-1]
    assert (added.id, added.answer, added.title) == ("03.6", "give_back", "Give back")
    assert parse(scaffold.manifest(clone)).lessons[3:] == before.lessons[3:]
    assert faults(Solved(lesson, notebook, "x"), with_checks=True) == []
    ids = [cell.id for cell in notebook.cells]
    assert ids[-5:] == ["task-give_back", "give_back", "check-give_back", "why-give_back", "next"]
    assert answers_in(notebook.cells[-4], [added]) == [added] == [checked_in(notebook.cells[-3], [added])]
    for name in ("helpers/checks/lessons/lesson_03.py", "tests/checks/answers/lesson_03_give_back.py"):
        compile((clone / name).read_text(encoding="utf-8"), name, "exec")


def test_an_exercise_adds_and_changes_nothing_else(clone):
    """Every line that was there still is, in the same sequence."""
    before = files(clone)
    new_exercise(clone, "03", "give_back")
    after = files(clone)
    assert set(after) - set(before) == {"tests/checks/answers/lesson_03_give_back.py"}
    for name, text in before.items():
        rest = iter(after[name].splitlines())
        assert [line for line in text.splitlines() if line not in rest] == [], name


@pytest.mark.parametrize(
    ("begin", "words"),
    [(new_exercise, ("03", "give_back")), (new_lesson, ("09_security",))],
    ids=["exercise", "lesson"],
)
def test_at_most_four_files_are_left_to_write(clone, begin, words):
    """Each is there, and has a TODO in it; no file that was written and has one goes unsaid."""
    before = files(clone)
    begun = begin(clone, *words)
    written = {name for name, text in files(clone).items() if before.get(name) != text}
    to_do = {name for name in written if "TODO" in files(clone)[name]}
    assert {step.path for step in begun.steps} == to_do
    assert len(begun.steps) <= MOST


@pytest.mark.parametrize("slug", ["09_security", "00_welcome"])
def test_a_lesson_is_begun_whole(clone, slug):
    """It's listed at its place, and its notebooks and modules are there; an exercise can be added to it."""
    new_lesson(clone, slug)
    numbers = [lesson.number for lesson in parse(scaffold.manifest(clone)).lessons]
    assert slug[:2] in numbers
    assert numbers == sorted(numbers)
    assert normal.read(clone / "lessons" / f"{slug}.ipynb").cells[0].source.startswith(f"# {slug[:2]} ")
    assert f"({slug}.md)" in (clone / "lessons/notes/README.md").read_text(encoding="utf-8")
    new_exercise(clone, slug[:2], "give_back")
    lesson, notebook = solved(clone, slug[:2])
    assert [one.id for one in lesson.exercises] == [f"{slug[:2]}.1"]
    assert faults(Solved(lesson, notebook, "x"), with_checks=True) == []


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("03", "Give"), "lowercase letters"),
        (("03", "give-back"), "lowercase letters"),
        (("03", "pass"), "means something else"),
        (("03", "list"), "means something else"),
        (("03", "shop"), "means something else"),
        (("03", "check"), "means something else"),
        (("03", "fits"), "already: 03.2"),
        (("99", "give_back"), "no lesson '99'"),
        (("lesson", "3_messages"), "such as 09_security"),
        (("lesson", "09_Security"), "such as 09_security"),
        (("lesson", "03_security"), "already: 03_messages. The next free number is 09"),
    ],
)
def test_a_name_that_does_not_fit_is_refused(clone, words, said):
    """In a sentence, and nothing is written."""
    before = files(clone)
    begin = new_lesson if words[0] == "lesson" else new_exercise
    with pytest.raises(CourseError, match=said):
        begin(clone, *(words[1:] if words[0] == "lesson" else words))
    assert files(clone) == before


def test_a_lesson_that_is_full_gets_no_exercise(clone):
    """It's said at once, and nothing is written."""
    new_exercise(clone, "03", "give_back")
    before = files(clone)
    with pytest.raises(CourseError, match="Lesson 03 has 6 exercises already"):
        new_exercise(clone, "03", "pack_again")
    assert files(clone) == before


def test_a_file_that_is_there_stays(clone):
    """An author's file is never written over."""
    mine = clone / "tests/checks/answers/lesson_03_give_back.py"
    mine.parent.mkdir(parents=True)
    mine.write_text("mine")
    before = files(clone)
    with pytest.raises(CourseError, match=r"lesson_03_give_back\.py already"):
        new_exercise(clone, "03", "give_back")
    assert files(clone) == before


def test_a_build_wants_every_placeholder_written(clone):
    """A TODO never reaches a learner: each place is named."""
    shutil.copy(HOME / "lessons/03_messages.ipynb", clone / "lessons")
    scaffold.require_finished(clone, [Solved(*solved(clone, "03"), "solutions/03_messages.ipynb")])
    new_exercise(clone, "03", "give_back")
    with pytest.raises(NotebookError) as problem:
        scaffold.require_finished(clone, [Solved(*solved(clone, "03"), "solutions/03_messages.ipynb")])
    said = str(problem.value)
    for place in ("takeaway", "hints", "cell 'task-give_back'", "cell 'give_back'", "cell 'why-give_back'"):
        assert place in said
    assert "helpers/checks/lessons/lesson_03.py, lines " in said
    assert "tests/checks/answers/lesson_03_give_back.py, lines " in said
    assert len(said.splitlines()) == 8
