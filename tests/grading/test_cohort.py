"""A cohort from a folder to a grade book: what goes on after a stop, what is graded again, and what is not."""

import csv
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest
from handin_files import SLUG, notebook, packed, put
from in_sandbox import needs_fork
from one_sandbox import grade_here, launcher
from typer.testing import CliRunner

from helpers.authoring import custom_set
from helpers.checks.outcome import CHECK_FAILED, CORRECT, UNREACHABLE, outcome
from helpers.checks.solutions import answer_source
from helpers.cli import app
from helpers.course import HOME, course
from helpers.errors import CourseError
from helpers.grading import cluster, workers
from helpers.grading.exercise_set import of_folder, own
from helpers.grading.output import private
from helpers.grading.records import Graded
from helpers.grading.run import Options, grade_cohort
from helpers.grading.store import FOLDER
from helpers.sandbox import launcher as launchers

pytestmark = needs_fork
full = pytest.mark.full
RIGHT = {name: answer_source(course().exercise(name)) for name in ("hand_over", "take_one")}
WRONG = "def hand_over(sqs, queue_url, order):\n    return 'handed over'"


@pytest.fixture
def own_sandbox():
    """Named by a test whose gradings start a fork server of their own, and workers, as `course grade` does."""


@pytest.fixture
def worker_processes():
    """Named by a test whose gradings start workers, as `course grade` does."""


@pytest.fixture(autouse=True)
def one_sandbox(request, monkeypatch):
    """All other gradings share one fork server, and do the jobs in this process: to start others takes longer."""
    if "worker_processes" in request.fixturenames:
        monkeypatch.setattr(workers, "launcher", lambda task: launcher())
    elif "own_sandbox" not in request.fixturenames:
        grade_here(monkeypatch)


@pytest.fixture
def folder(tmp_path):
    """Three learners' hand-ins: one with two right answers, one with a wrong one, one blank, and a damaged file."""
    return put(tmp_path / "handed-in", files())


def files():
    """Return the files of this folder."""
    return {
        f"lovelace_{SLUG}.ipynb": notebook(**RIGHT),
        "grace.zip": packed("Grace Hopper", (SLUG, notebook(hand_over=WRONG))),
        f"kurt/{SLUG}.ipynb": notebook(),
        "edsger/handed_in.ipynb": b"{",
    }


@pytest.fixture(scope="module")
def graded_once(tmp_path_factory):
    """The folder graded, and what was done."""
    folder = put(tmp_path_factory.mktemp("once") / "handed-in", files())
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(workers, "launcher", lambda task: launcher())
        done, out = graded(folder, copies=True)
    return done, out


@pytest.fixture
def known(graded_once, tmp_path):
    """The folder, with what an earlier grading wrote beside it."""
    _, out = graded_once
    shutil.copytree(out.parent, tmp_path, dirs_exist_ok=True)
    return tmp_path / "handed-in"


def only_lovelace(folder):
    """Take the other hand-ins away."""
    shutil.rmtree(folder / "kurt")
    (folder / "grace.zip").unlink()


def graded(folder, **options):
    """Grade the folder beside itself; return what was done, and the folder of results."""
    out = folder.with_name("graded")
    return grade_cohort(own(), Options(folder, out, **options)), out


def book(out):
    """Return points by learner and exercise, as the grade book's table has them."""
    with (out / "gradebook.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.reader(file))
    return {row[0]: dict(zip([head[:4] for head in rows[0]], row, strict=True)) for row in rows[1:]}


def test_from_a_folder_to_a_grade_book_and_feedback(graded_once):
    """Everybody is in it, with marks, feedback, and what was odd."""
    done, out = graded_once
    assert (done.graded, done.known) == (3, 0)
    marks = book(out)
    assert sorted(marks) == ["Grace Hopper", "edsger", "kurt", "lovelace"]
    assert [marks[name]["tota"] for name in sorted(marks)] == ["0", "0", "0", "5"]
    assert (marks["lovelace"]["01.3"], marks["lovelace"]["01.4"]) == ("2", "3")
    assert "damaged" in marks["edsger"]["rema"]
    pages = {path.stem for path in (out / "feedback").glob("*.html")}
    assert pages == {"Grace-Hopper", "lovelace", "edsger", "kurt"}
    assert {path.parent.name for path in (out / "notebooks").rglob("*.ipynb")} == {"Grace-Hopper", "lovelace", "kurt"}
    assert "hand_over" in (out / "feedback" / "Grace-Hopper.txt").read_text(encoding="utf-8")
    assert "01.3" in (out / "report.txt").read_text(encoding="utf-8")


def test_feedback_holds_neither_an_answer_nor_another_learner(graded_once):
    """No line of a solution and no other name, in no file for a learner."""
    _, out = graded_once
    for path in (*(out / "feedback").iterdir(), *(out / "notebooks").rglob("*.ipynb")):
        if path.name.startswith("."):
            continue
        said = path.read_text(encoding="utf-8")
        owner = path.stem if path.parent.name == "feedback" else path.parent.name
        assert [name for name in ("lovelace", "Hopper", "kurt", "edsger") if name in said and name not in owner] == []
        if owner != "lovelace":
            for source in RIGHT.values():
                assert not any(line.strip() in said for line in source.splitlines() if "send_message(" in line)


def test_only_the_owner_can_read_the_results(graded_once):
    """Whatever umask: the seed, the kept outcomes, the grade book and the feedback."""
    _, out = graded_once
    found = [out, *out.rglob("*")]
    assert len(found) > 20
    assert [path for path in found if path.stat().st_mode & 0o077] == []


def test_results_of_an_earlier_version_are_closed_too(tmp_path):
    """They could be read by everybody on the computer."""
    (tmp_path / FOLDER).mkdir(parents=True)
    for path in (tmp_path, tmp_path / FOLDER):
        path.chmod(0o755)
    before = os.umask(0o022)
    try:
        with private(tmp_path):
            (tmp_path / "new").touch()
        (tmp_path / "later").touch()
    finally:
        os.umask(before)
    modes = [path.stat().st_mode & 0o777 for path in (tmp_path, tmp_path / FOLDER, tmp_path / "new")]
    assert modes == [0o700, 0o700, 0o600]
    assert (tmp_path / "later").stat().st_mode & 0o777 == 0o644


def test_marks_by_hand_survive_grading_again(known):
    """They stand beside the hand-ins; nothing runs again for them, and each change has its reason."""
    put(
        known.parent,
        {
            "marks.csv": "learner,exercise,points,excused,comment\nkurt,1.3,1.5,,Explained it in person.\n"
            "Grace Hopper,01,,yes,Was ill.\nedsger,01.4,2,,\nAda,01,,yes,\n",
            "grading.toml": "[points]\n01.4 = 6\n",
        },
    )
    done, out = graded(known)
    assert done.graded == 0
    for grading in (done, graded(known)[0]):
        assert [remark for remark in grading.remarks if "marks.csv" in remark] == [
            "marks.csv has marks for Ada, and there's no such learner. Write the name as gradebook.csv has it."
        ]
        marks = book(out)
        assert (marks["kurt"]["01.3"], marks["kurt"]["tota"], marks["edsger"]["01.4"]) == ("1.5", "1.5", "2")
        assert {marks["Grace Hopper"][each] for each in ("01.1", "01.3")} == {"excused"}
        assert (marks["lovelace"]["01.4"], marks["lovelace"]["tota"]) == ("6", "8")
    why = {change.reason for change in done.changes if change.learner in ("kurt", "Grace Hopper")}
    assert why == {"you changed it in marks.csv"}
    assert {change.reason for change in done.changes if change.learner == "lovelace"} == {
        "you changed its points in grading.toml"
    }
    for name in ("kurt.txt", "kurt.html"):
        assert "01.3: Explained it in person." in (out / "feedback" / name).read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("file", "content"),
    [("marks.csv", "learner,points\nkurt,1\n"), ("grading.toml", "dead_line = 2026-03-01")],
)
def test_a_mistake_in_the_instructor_s_files_stops_before_anything_is_written(known, file, content):
    """Otherwise a grade book without the marks would be given out."""
    put(known.parent, {file: content})
    before = {path: path.read_bytes() for path in known.with_name("graded").rglob("*") if path.is_file()}
    with pytest.raises(CourseError, match=file):
        graded(known)
    assert {path: path.read_bytes() for path in known.with_name("graded").rglob("*") if path.is_file()} == before


def test_files_with_a_meaning_are_not_read_from_among_the_hand_ins(known):
    """A learner can hand in files with any name."""
    evil = "learner,exercise,points\nkurt,01.3,100\n"
    put(known, {"kurt/marks.csv": evil, "marks.csv": evil, "grading.toml": "[points]\n01.3 = 100\n"})
    _, out = graded(known)
    assert (book(out)["kurt"]["01.3"], book(out)["lovelace"]["01.3"]) == ("0", "2")


def test_lessons_that_nobody_began_do_not_count(known):
    """`course pack` packs all lessons; an untouched notebook makes no mark worse, unless it is asked for."""
    second, folder = course().lesson("02").slug, known
    put(folder, {f"kurt/{second}.ipynb": notebook(second)})
    done, out = graded(folder)
    assert "02.1" not in book(out)["kurt"]
    assert done.counted == "Lessons that count: 01. Nobody began 02. `--lesson 02` counts it anyway."
    assert done.counted in (out / "report.txt").read_text(encoding="utf-8").replace("\n", " ")
    again, _ = graded(folder, lessons=("01, 02",))
    assert "02.1" in book(out)["kurt"]
    assert (again.graded, again.changes, again.counted) == (0, [], "Lessons that count: 01, 02.")
    assert again.news == ["Different lessons count this time: now 01, 02, before 01."]
    changed = (out / "report.txt").read_text(encoding="utf-8").partition("What changed")[2].partition("odd")[0]
    assert again.news[0] in " ".join(changed.split())


@pytest.mark.parametrize("make", ["results", "course", "exercises"])
def test_a_folder_that_holds_no_hand_ins_is_refused(folder, make, tmp_path):
    """The course itself, a part of it, and what an earlier grading wrote."""
    put(tmp_path, {"lessons/course.toml": ""})
    place = {"results": folder.with_name("in-graded"), "course": HOME, "exercises": folder.with_name("exercises")}[make]
    if make != "course":
        folder.rename(place)
        (place / FOLDER).mkdir()
    said = "holds the results of" if make == "results" else "belongs to the course itself"
    with pytest.raises(CourseError, match=said):
        grade_cohort(own(), Options(place, tmp_path.with_name("elsewhere")))


def test_no_file_that_a_learner_plants_keeps_others_from_being_graded(folder):
    """Files and folders that mean something elsewhere are nobody's, or a learner's."""
    only_lovelace(folder)
    planted = {f"{FOLDER}/seed": "1", "lessons/course.toml": "", "submitted/x.ipynb": b"{", "source/x": ""}
    put(folder, {**planted, "learners.csv": f"file,learner\nlovelace_{SLUG}.ipynb,Mallory\n"})
    done, out = graded(folder)
    assert book(out)["lovelace"]["tota"] == "5"
    assert "Mallory" not in book(out)
    assert any("learners.csv" in remark and "move it" in remark for remark in done.remarks)


def test_names_that_only_files_say_are_listed_for_confirmation(graded_once):
    """The list can be corrected and used as it is."""
    done, out = graded_once
    assert (out / "names-to-confirm.csv").read_text().splitlines() == [
        "file,learner",
        f"lovelace_{SLUG}.ipynb,lovelace",
    ]
    assert any("name of 1 file. names-to-confirm.csv" in remark for remark in done.remarks)


def test_the_best_of_several_attempts_counts_when_asked(tmp_path):
    """All attempts are graded then; the grade book has the points of the best."""
    folder = put(tmp_path / "in", {"ada/a.ipynb": notebook(**RIGHT), "ada/b.ipynb": notebook(hand_over=WRONG)})
    for place, name in enumerate("ab"):
        os.utime(folder / "ada" / f"{name}.ipynb", (place, place))
    assert (graded(folder)[0].graded, book(folder.with_name("graded"))["ada"]["tota"]) == (1, "0")
    again, out = graded(folder, attempts="best")
    assert (again.graded, book(out)["ada"]["tota"]) == (1, "5")
    assert "The best counts, 'ada/a.ipynb', and not 'ada/b.ipynb'." in book(out)["ada"]["rema"]


def test_results_do_not_go_among_other_files(folder):
    """Such as another folder of hand-ins; what was there stays as it was."""
    put(folder.with_name("graded"), {"mine.txt": "x"})
    with pytest.raises(CourseError, match="holds other files"):
        graded(folder)
    assert [path.name for path in folder.with_name("graded").iterdir()] == ["mine.txt"]


def test_what_a_system_leaves_in_a_folder_is_no_other_file(folder):
    """A Mac writes .DS_Store into each folder that somebody has looked at."""
    put(folder.with_name("graded"), {".DS_Store": "x"})
    only_lovelace(folder)
    assert graded(folder)[0].graded == 1


def test_only_what_changed_is_graded_again(known):
    """A second start grades nothing; a notebook that was handed in again is graded, and the report says why."""
    folder = known
    again, _ = graded(folder)
    assert (again.graded, again.known, again.changes) == (0, 3, [])
    (folder / "kurt" / f"{SLUG}.ipynb").write_bytes(notebook(hand_over=RIGHT["hand_over"]))
    third, out = graded(folder)
    assert (third.graded, third.known) == (1, 2)
    (change,) = third.changes
    assert (change.learner, change.exercise, change.before, change.after) == ("kurt", "01.3", 0, 2)
    assert change.reason == "handed in again"
    assert "handed in again" in (out / "report.txt").read_text(encoding="utf-8")
    assert graded(folder, again=True)[0].graded == 3


def test_a_changed_check_grades_all_anew(known):
    """What a mark depends on is part of what is kept."""
    only_lovelace(known)
    other = own()
    changed = type(other)(other.listed, {**other.sources, SLUG: other.sources[SLUG] + "\n# changed\n"})
    assert grade_cohort(changed, Options(known, known.with_name("graded"))).graded == 1


DAMAGES = {"empty": b"", "begun": b"{", "a list": b"[]", "no text": b"\xff", "deep": b"[" * 100_000}


@pytest.mark.parametrize(
    "damage",
    [b'{"outcomes": [{}], "remarks": []}', *(pytest.param(DAMAGES[id], id=id, marks=full) for id in DAMAGES)],
)
def test_a_damaged_result_is_graded_anew(known, damage):
    """A full disk, or an edited file, costs no mark."""
    folder, out = known, known.with_name("graded")
    before = book(out)
    next(path for path in (out / FOLDER).glob("*.json")).write_bytes(damage)
    done, _ = graded(folder)
    assert (done.graded, done.changes) == (1, [])
    assert book(out) == before


KILLED = """
import os, signal, sys
from pathlib import Path
from helpers.grading.output import private
from helpers.grading.run import Options, grade_cohort
from helpers.grading.exercise_set import own

def progress(done, of):
    if done == int(sys.argv[3]):
        os.kill(os.getpid(), signal.SIGKILL)

grade_cohort(own(), Options(Path(sys.argv[1]), Path(sys.argv[2]), processes=2), progress)
"""


@full
def test_a_grading_that_is_killed_goes_on_where_it_was(tmp_path, own_sandbox):
    """Signal 9 after the third of eight: the second start grades the five others, and the marks are the same."""
    files = {f"learner{n}_{SLUG}.ipynb": notebook(hand_over=f"{RIGHT['hand_over']}\n# {n}") for n in range(8)}
    folder = put(tmp_path / "handed-in", files)
    script = [sys.executable, "-c", KILLED, str(folder), str(tmp_path / "graded")]
    assert subprocess.run([*script, "3"], check=False).returncode == -signal.SIGKILL
    kept = {path: path.read_bytes() for path in (tmp_path / "graded" / FOLDER).glob("*.json")}
    assert len(kept) == 3
    done, out = graded(folder)
    assert (done.graded, done.known) == (5, 3)
    assert all(path.read_bytes() == content for path, content in kept.items())
    assert {row["01.3"] for row in book(out).values()} == {"2"}
    assert len(book(out)) == 8


def test_hand_ins_that_are_alike_are_graded_once(tmp_path):
    """Ten blank notebooks are one job, and ten rows."""
    folder = put(tmp_path / "handed-in", {f"learner{n}_{SLUG}.ipynb": notebook() for n in range(10)})
    done, out = graded(folder)
    assert (done.graded, len(book(out))) == (1, 10)


def test_each_grading_draws_other_names_and_keeps_to_them(known):
    """A learner who knows the seed of another grading gains nothing; within one grading it stays the same."""
    folder, out = known, known.with_name("graded")
    only_lovelace(folder)
    seed = (out / FOLDER / "seed").read_text()
    graded(folder, again=True)
    assert (out / FOLDER / "seed").read_text() == seed
    grade_cohort(own(), Options(folder, folder.with_name("other")))
    assert (folder.with_name("other") / FOLDER / "seed").read_text() != seed


@full
def test_an_answer_whose_check_failed_is_graded_again(folder, monkeypatch):
    """It isn't marked and costs nothing; the next grading tries it again, and keeps what it finds then."""
    only_lovelace(folder)
    plain = workers.do

    def do(task, job):
        found = plain(task, job).outcomes
        failed = outcome(course().exercise("hand_over"), CHECK_FAILED, got="refused", reason=UNREACHABLE)
        return Graded(tuple(failed if one.answer == "hand_over" else one for one in found))

    monkeypatch.setattr(workers, "do", do)
    done, out = graded(folder)
    (lovelace,) = [row for row in done.rows if row.learner == "lovelace"]
    assert (book(out)["lovelace"]["01.3"], lovelace.points) == (CHECK_FAILED, 3)
    assert lovelace.of == sum(exercise.points for exercise in course().lesson(SLUG).exercises) - 2
    assert any("A check couldn't finish for these learners: lovelace." in remark for remark in done.remarks)
    assert "Grade again once the cloud can be reached" in (out / "report.txt").read_text(encoding="utf-8")
    monkeypatch.setattr(workers, "do", plain)
    again, out = graded(folder)
    assert (again.graded, book(out)["lovelace"]["01.3"]) == (1, "2")
    assert graded(folder)[0].graded == 0


def test_a_worker_that_is_lost_is_replaced(folder, monkeypatch, worker_processes):
    """A job is tried twice; then the grader says that it could not go on, keeps no mark for it, and does the others."""
    plain = workers.do

    def do(task, job):
        if any("handed over" in cell for cell in job.cells):
            os._exit(1)
        return plain(task, job)

    monkeypatch.setattr(workers, "do", do)
    done, out = graded(folder, processes=2)
    assert book(out)["lovelace"]["tota"] == "5"
    assert {mark.outcome.status for row in done.rows if row.learner == "Grace Hopper" for mark in row.marks} == {
        CHECK_FAILED
    }
    assert "Please look at it yourself" in (out / "report.txt").read_text(encoding="utf-8")
    monkeypatch.setattr(workers, "do", plain)
    assert graded(folder)[0].graded == 1


@full
def test_a_worker_that_hangs_is_replaced(folder, monkeypatch, worker_processes):
    """Whatever a hand-in found to hold up the grader with."""
    plain = workers.do
    plain_give = workers._Worker.give

    def give(worker, job):
        plain_give(worker, job)
        if "handed over" in str(job.cells):
            worker.deadline = 0.0

    monkeypatch.setattr(workers._Worker, "give", give)
    hang = lambda task, job: signal.pause() if "handed over" in str(job.cells) else plain(task, job)  # noqa: E731
    monkeypatch.setattr(workers, "do", hang)
    done, out = graded(folder, processes=2)
    assert book(out)["lovelace"]["tota"] == "5"
    assert len(done.rows) == 4


@pytest.mark.parametrize("told", [False, pytest.param(True, marks=full)])
def test_without_isolation_it_grades_only_when_told_to(told, folder, own_sandbox, monkeypatch):
    """One line says what is missing and what that means."""
    only_lovelace(folder)
    fresh = launchers.PlainLauncher
    monkeypatch.setattr(launchers, "launcher", lambda hidden, isolated: fresh())
    if told:
        _, out = graded(folder, isolated=False)
        assert book(out)["lovelace"]["tota"] == "5"
        return
    with pytest.raises(CourseError, match=r"do whatever you can do.*--without-wall") as refused:
        graded(folder)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"folder": Path("nowhere")}, "There's no folder nowhere"),
        ({"out": "inside"}, "is inside"),
        ({"lessons": ("77",)}, "There's no lesson '77'"),
        ({"scheduler": "tcp://127.0.0.1:1"}, "Dask"),
    ],
)
def test_what_was_mistyped_is_told(folder, change, said, monkeypatch):
    """Nothing is graded, and the words say what to do."""
    monkeypatch.setattr(cluster, "CONNECT_SECONDS", 0.5)
    if change.get("out"):
        change = {"out": folder / "graded"}
    with pytest.raises(CourseError, match=said):
        grade_cohort(own(), Options(**{"folder": folder, "out": folder.with_name("graded"), **change}))


def test_the_command_grades(folder, own_sandbox):
    """As an instructor types it, with a lesson that counts; a second time it says that all was known."""
    only_lovelace(folder)
    words = ["grade", folder, "--lesson", "01", "--notebooks"]
    first = said_by_command(words)
    assert "2 learners. Notebooks graded now: 1, unchanged since last time: 0." in first
    assert "Lessons that count: 01." in first
    assert f"{folder.with_name('handed-in-graded') / 'notebooks'}  each learner's" in first.replace("\n", "")
    out = folder.with_name("handed-in-graded")
    assert str(out / "report.html") in first.replace("\n", "")
    assert json.loads((out / "gradebook.json").read_text(encoding="utf-8"))["learners"]
    assert graded_by_command(words) == "graded now: 0, unchanged since last time: 1"


def said_by_command(words):
    """Return what the command printed, run within this process."""
    said = CliRunner().invoke(app, [str(word) for word in words])
    assert said.exit_code == 0
    return said.output


def graded_by_command(words):
    """Return what the command says it graded."""
    return re.search(r"graded now: \d+, unchanged since last time: \d+", said_by_command(words))[0]


@pytest.fixture
def exam(tmp_path):
    """A set of exercises as `course new` lays it and `course build` makes it."""
    folder = tmp_path / "exam"
    custom_set.new(folder)
    custom_set.write(folder, custom_set.read(folder, of_folder(folder).listed))
    return folder


def test_an_instructor_s_own_exercises(exam, tmp_path):
    """Laid, built, proven and graded; the half that works is worth its milestone's points."""
    shipped = (exam / "exercises" / "90_exam.ipynb").read_text(encoding="utf-8")
    assert "delete_message" not in shipped
    half = json.loads(shipped)
    cell = next(cell for cell in half["cells"] if cell["id"] == "hand_on")
    body = "sqs.receive_message(QueueUrl=from_url)['Messages'][0]['Body']"
    cell["source"] = f"def hand_on(sqs, from_url, to_url):\n    sqs.send_message(QueueUrl=to_url, MessageBody={body})"
    solved = (exam / "solutions" / "90_exam.ipynb").read_bytes()
    folder = put(
        tmp_path / "handed-in",
        {"lovelace.ipynb": solved, "grace.ipynb": json.dumps(half).encode(), "kurt.ipynb": shipped.encode()},
    )
    out = tmp_path / "graded"
    assert graded_by_command(["grade", folder, "--exercises", exam, "--out", out]).startswith("graded now: 3")
    assert {name: row["tota"] for name, row in book(out).items()} == {"lovelace": "2", "grace": "1", "kurt": "0"}


@pytest.mark.parametrize(
    ("file", "old", "new", "said"),
    [
        pytest.param(
            *("solutions/90_exam.ipynb", "sqs.delete_message(", "dict(", "comes out as 'not yet'"), marks=full
        ),
        ("solutions/90_exam.ipynb", "def hand_on", "def other", "no cell that defines hand_on"),
        ("checks/lesson_90.py", "def hand_on", "def other", "no function hand_on"),
        (
            "checks/lesson_90.py",
            "def hand_on",
            "1 / 0\ndef hand_on",
            "can't load the checks of 90_exam: ZeroDivisionError",
        ),
        ("course.toml", "points = 2", "points = 1", "partial"),
        ("course.toml", "90_exam", "91_exam", "lesson_91.py"),
    ],
)
def test_a_set_that_cannot_be_right_is_told(exam, file, old, new, said):
    """Before a learner meets it."""
    path = exam / file
    path.write_text(path.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")
    with pytest.raises(CourseError, match=re.escape(said)):
        custom_set.build(exam)


def test_a_set_is_laid_into_a_new_folder_only(tmp_path):
    """Nothing of an instructor's is overwritten."""
    put(tmp_path, {"mine.txt": b"x"})
    with pytest.raises(CourseError, match="isn't empty"):
        custom_set.new(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


LOCAL = {"threads_per_worker": 1, "dashboard_address": None, "protocol": "tcp", "host": "127.0.0.1"}


@pytest.mark.cluster
def test_a_dask_cluster_gives_the_same_marks(tmp_path):
    """Two worker processes, each with a wall of its own."""
    distributed = pytest.importorskip("distributed", reason="the extra `cluster` is not installed")
    sources = [
        RIGHT["hand_over"],
        WRONG,
        "def hand_over(: ...",
        "import os\nos._exit(0)",
        textwrap.dedent(RIGHT["take_one"]),
    ]
    files = {
        f"learner{n}_{SLUG}.ipynb": notebook(
            hand_over=f"{sources[n % len(sources)]}\n# {n}", take_one=RIGHT["take_one"]
        )
        for n in range(30)
    }
    folder, out = put(tmp_path / "handed-in", files), tmp_path / "cluster"
    here, _ = graded(folder)
    (out / FOLDER).mkdir(parents=True)
    (out / FOLDER / "seed").write_text((folder.with_name("graded") / FOLDER / "seed").read_text())
    with distributed.LocalCluster(n_workers=2, **LOCAL, processes=True) as started:
        there = grade_cohort(own(), Options(folder, out, scheduler=started.scheduler_address))
    assert there.graded == 30
    assert there.rows == here.rows
    assert CORRECT in {mark.outcome.status for row in there.rows for mark in row.marks}


@pytest.mark.cluster
@pytest.mark.parametrize("grows", ["by hand", "by itself"])
def test_a_cluster_without_workers_is_waited_for(grows, tmp_path):
    """Until somebody starts a worker, or the cluster itself does because there's work; and the instructor is told."""
    distributed = pytest.importorskip("distributed", reason="the extra `cluster` is not installed")
    folder, said = put(tmp_path / "handed-in", files()), []
    with distributed.LocalCluster(n_workers=0, **LOCAL, processes=False) as started:
        if grows == "by itself":
            started.adapt(minimum=0, maximum=1, interval="50 ms")

        def say(text):
            said.append(text)
            if grows == "by hand":
                started.scale(1)

        address = started.scheduler_address
        there, _ = graded(folder, scheduler=address, say=say)
    assert there.graded == 3
    assert book(tmp_path / "graded")["lovelace"]["tota"] == "5"
    assert said == [f"The Dask cluster at {address} has no workers, so I'm waiting for one. Ctrl-C stops it."]
