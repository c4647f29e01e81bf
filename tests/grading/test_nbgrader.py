"""The course in nbgrader: what it releases, the marks it gives and its feedback. Most of it needs the extra `peers`."""

import copy
import html

import nbformat
import pytest
from peer_courses import NbgraderCourse, cells, notebook, solved, write
from solution_imports import imports

from helpers.authoring import release
from helpers.checks.engine import examine
from helpers.checks.runners.in_process import InProcess
from helpers.course import HOME, course
from helpers.errors import CourseError
from helpers.grading.gradebook import row
from helpers.grading.records import Graded, Learner

LESSON = course().lesson("01")
SOLVED = solved(LESSON)
LOUD = SOLVED["take_one"].replace(
    "    messages =",
    "    import sys, warnings\n    warnings.warn('soon gone', DeprecationWarning)\n"
    "    print('debug', file=sys.stderr)\n    messages =",
)

# The answers of each learner by name; what is missing is left as the stub. One lesson: nbgrader takes seconds for each.
HAND_INS = {
    "solved": SOLVED,
    "blank": {},
    "some_wrong": SOLVED | cells(["clients_for__default_session", "join_late__subscribes_last"]),
    "partly": SOLVED | cells(["take_one__hides_the_others", "join_late__subscribes_last"]),
    "half": {"hand_over": SOLVED["hand_over"], "take_one": LOUD},
    "check_deleted": SOLVED | cells(["hand_over__str"]),
    "doubled": SOLVED | cells(["session_for__no_region"]),
    "moved": SOLVED | cells(["clients_for__swapped"]),
}


def place(made, name):
    """Return the index of the notebook's cell with this id."""
    return next(number for number, cell in enumerate(made.cells) if cell.id == name)


def check_deleted(made):
    """The learner deleted a cell that checks."""
    del made.cells[place(made, "check-take_one")]


def doubled(made):
    """The learner copied an answer's cell, went on in the copy, and copied the check along."""
    for name in ("take_one", "check-take_one"):
        copied = copy.deepcopy(made.cells[place(made, name)])
        copied["id"] = f"{name}-copy"
        made.cells.insert(place(made, name) + 1, copied)
    made.cells[
        place(made, "take_one")
    ].source = "def take_one(sqs, sns, queue_url, topic_arn):\n    return 'a first try'"


def moved(made):
    """The learner deleted an answer with its check, and wrote the answer into a cell of the own at the end."""
    check_deleted(made)
    answer = made.cells.pop(place(made, "take_one"))
    made.cells.append(nbformat.v4.new_code_cell(answer.source))


ODD = {"check_deleted": check_deleted, "doubled": doubled, "moved": moved}


def ours(answers):
    """Return the points that the course's own grade book has for these answers, by answer."""
    outcomes = []
    for exercise in LESSON.exercises:
        namespace = {}
        stub = f"def {exercise.answer}(*arguments, **more): return ..."
        exec(f"{imports(LESSON.slug)}\n{answers.get(exercise.answer, stub)}", namespace)
        answer = namespace[exercise.answer]
        outcomes.append(examine(exercise, lambda world, answer=answer: InProcess(answer, world)))
    line = row(Learner("anybody"), {LESSON.slug: Graded(tuple(outcomes))}, LESSON.exercises)
    return {exercise.answer: mark.points for exercise, mark in zip(LESSON.exercises, line.marks, strict=True)}


@pytest.fixture(scope="module")
def graded(tmp_path_factory):
    """A course of nbgrader with one lesson, in which the hand-ins are marked and have their feedback."""
    pytest.importorskip("nbgrader", reason="the extra `peers` is not installed")
    folder = tmp_path_factory.mktemp("nbgrader")
    made = NbgraderCourse(folder / "course", LESSON)
    for learner, answers in HAND_INS.items():
        handed_in = notebook(LESSON, answers, extra=["raise ValueError('an experiment of the learner')"])
        ODD.get(learner, lambda made: None)(handed_in)
        made.submit(learner, write(folder / "hand_ins" / learner, LESSON, handed_in))
    made.said = made.run("autograde", "--create").said
    made.run("generate_feedback")
    return made


@pytest.mark.peers
def test_nbgrader_releases_the_exercises(graded):
    """Cell by cell the same ids, source and metadata as in exercises/; what explains the solutions is gone."""
    name = f"{LESSON.slug}.ipynb"
    released = nbformat.read(graded.folder / "release" / LESSON.slug / name, as_version=4)
    shipped = nbformat.read(HOME / "exercises" / name, as_version=4)
    assert released.metadata == shipped.metadata
    for theirs, our in zip(released.cells, shipped.cells, strict=True):
        assert (theirs.id, theirs.source, theirs.metadata) == (our.id, our.source, our.metadata)


@pytest.mark.peers
@pytest.mark.filterwarnings("ignore:soon gone")  # by the loud answer
@pytest.mark.parametrize("learner", HAND_INS)
def test_nbgrader_gives_the_marks_of_our_own_checks(learner, graded, offline):
    """Exercise by exercise the same points, whatever else the notebook holds or lacks."""
    assert graded.marks(learner) == ours(HAND_INS[learner])


@pytest.mark.peers
def test_the_solution_gets_all_points_and_the_stub_none(graded):
    """The two ends of the scale, so that equal marks cannot be equally wrong."""
    assert graded.marks("solved") == {exercise.answer: exercise.points for exercise in LESSON.exercises}
    assert set(graded.marks("blank").values()) == {0}


@pytest.mark.peers
def test_what_is_partly_right_has_the_points_of_its_milestone(graded):
    """nbgrader takes the points that a check returns, and the feedback has what the check printed."""
    worth = {answer: max(course().exercise(answer).partial.values()) for answer in ("take_one", "join_late")}
    assert graded.marks("partly") == graded.marks("solved") | worth
    page = (graded.folder / "feedback" / "partly" / LESSON.slug / f"{LESSON.slug}.html").read_text(encoding="utf-8")
    assert "Other packers can't receive" in html.unescape(page)


@pytest.mark.peers
def test_what_an_answer_says_on_stderr_costs_nothing(graded):
    """nbgrader gives 0 for a cell with anything on stderr; a check keeps what an answer says there to itself."""
    assert SOLVED["take_one"] != LOUD
    assert graded.marks("half")["take_one"] == course().exercise("take_one").points


@pytest.mark.peers
def test_nbgrader_has_nothing_to_complain_of(graded):
    """Its log holds no error, and no warning but those of the cells that a learner doubled."""
    loud = [line for line in graded.said.splitlines() if "WARNING]" in line or "ERROR]" in line]
    assert [line for line in loud if "exists multiple times" not in line] == []


@pytest.mark.peers
@pytest.mark.filterwarnings("ignore:soon gone")  # by the loud answer
@pytest.mark.parametrize("learner", HAND_INS)
def test_the_feedback_says_what_a_check_said(learner, graded, offline):
    """Each learner has a page, and where an answer is worth nothing the page has the reason that a check gives."""
    page = (graded.folder / "feedback" / learner / LESSON.slug / f"{LESSON.slug}.html").read_text(encoding="utf-8")
    assert LESSON.exercises[0].title in page
    assert ("CheckFailed" in page) == (0 in ours(HAND_INS[learner]).values())


def test_a_course_for_nbgrader_has_a_source_for_each_lesson(tmp_path):
    """Its settings and the solutions are where nbgrader looks for them, with the metadata that nbgrader reads."""
    names = release.nbgrader_course(tmp_path / "course")
    assert names == [lesson.slug for lesson in course().lessons]
    assert (tmp_path / "course" / "nbgrader_config.py").is_file()
    for name in names:
        source = nbformat.read(tmp_path / "course" / "source" / name / f"{name}.ipynb", as_version=4)
        solution = nbformat.read(HOME / "solutions" / f"{name}.ipynb", as_version=4)
        assert [(cell.id, cell.source) for cell in source.cells] == [(cell.id, cell.source) for cell in solution.cells]
        points = [cell.metadata["nbgrader"].get("points") for cell in source.cells if "nbgrader" in cell.metadata]
        assert sum(filter(None, points)) == sum(exercise.points for exercise in course().lesson(name).exercises)


def test_a_course_for_nbgrader_needs_the_solutions(tmp_path, monkeypatch):
    """A copy that was released without them raises an error, and nothing is written."""
    monkeypatch.setattr(release, "HOME", tmp_path / "released")
    with pytest.raises(CourseError, match="has none"):
        release.nbgrader_course(tmp_path / "course")
    assert not (tmp_path / "course").exists()


def test_a_course_for_nbgrader_is_not_mixed_with_other_files(tmp_path):
    """A folder with something in it, and one of the course's own, are refused."""
    (tmp_path / "mine.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(CourseError, match="isn't empty"):
        release.nbgrader_course(tmp_path)
    with pytest.raises(CourseError, match="inside the course"):
        release.nbgrader_course(HOME / "solutions" / "nbgrader")
