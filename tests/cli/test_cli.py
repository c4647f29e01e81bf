"""The `course` command as its user meets it: help, tables, questions, errors in words, and exit codes."""

import io
import json
import subprocess
import sys

import pytest
import typer
from typer.testing import CliRunner

from helpers import cli
from helpers.authoring import scaffold, slideshow
from helpers.checks.outcome import CORRECT, ERROR, NOT_YET, outcome
from helpers.cli import authors, learners, shared
from helpers.course import Course, course
from helpers.errors import NotebookError
from helpers.learner import doctor, lab, marking, pack
from helpers.learner.working_copy import WorkingCopy

COMMANDS = ["lab", "check", "doctor", "reset", "pack", "plan", "slides", "release", "serve", "build"]
LESSON = course().lessons[0]


@pytest.fixture(autouse=True)
def machine(tmp_path, monkeypatch):
    """A home of its own with a working copy, and a terminal of a known width."""
    monkeypatch.setenv("COURSE_FOLDER", str(tmp_path / "course"))
    monkeypatch.setenv("JUPYTER_RUNTIME_DIR", str(tmp_path / "runtime"))
    monkeypatch.setenv("COLUMNS", "100")
    for name in ("FORCE_COLOR", "CLICOLOR_FORCE", "NO_COLOR", "GITHUB_ACTIONS", "TERM", "COURSE_CLOUD"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def copy(tmp_path):
    """The working copy with the notebooks of one lesson."""
    copy = WorkingCopy(tmp_path / "course")
    copy.copy_missing(Course("", (LESSON,)))
    return copy


@pytest.fixture
def course_command(monkeypatch, capsys):
    """Runs `course` with these words as the console script does; returns exit code, output and errors."""

    def run(*words, says=""):
        monkeypatch.setattr(sys, "argv", ["course", *map(str, words)])
        monkeypatch.setattr(sys, "stdin", io.StringIO(says))
        with pytest.raises(SystemExit) as ended:
            cli.main()
        said = capsys.readouterr()
        assert "Traceback" not in said.out + said.err
        return ended.value.code or 0, said.out, said.err

    return run


@pytest.fixture
def marked(monkeypatch, copy):
    """Has `course check` find these outcomes in place of running notebooks; an exception is raised."""

    def marked(*found):
        queue = list(found)

        def mark(path, lesson, only=None):
            result = queue.pop(0)
            if isinstance(result, Exception):
                raise result
            return result

        monkeypatch.setattr(marking, "mark", mark)

    return marked


def outcomes(*statuses, **said):
    """Return outcomes of lesson 01's first exercises."""
    return [outcome(exercise, status, **said) for exercise, status in zip(LESSON.exercises, statuses, strict=False)]


# --- help ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("words", [["--help"], []])
def test_help_names_every_command(words):
    """`course` alone, and with --help, lists the commands by who needs them."""
    said = CliRunner().invoke(cli.app, words).output
    assert [name for name in COMMANDS if f" {name} " not in said] == []
    assert [word for word in (shared.LEARNERS, shared.INSTRUCTORS, shared.AUTHORS) if word not in said] == []


@pytest.mark.parametrize("command", COMMANDS)
def test_help_of_a_command_reads(command):
    """Each says what it does, and each of its arguments and options what it is for."""
    done = CliRunner().invoke(cli.app, [command, "--help"])
    assert done.exit_code == 0
    said = " ".join(done.output.split())
    declared = typer.main.get_command(cli.app).commands[command]
    assert " ".join(declared.help.split()) in said
    assert declared.params
    assert [param.name for param in declared.params if len((param.help or "").split()) < 3] == []
    assert ("COURSE_FOLDER" in said) == (command in ("lab", "check", "reset", "pack"))


@pytest.mark.parametrize("words", ["lesson", "check 1 2", "lab --port 99999", "doctor --port 0", "reset"])
def test_words_that_the_command_does_not_know(course_command, words):
    """They are refused with exit code 2 and the way to the help."""
    code, _, errors = course_command(*words.split())
    assert code == 2
    assert "--help" in errors


# --- errors ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["check"], "`course lab` creates it"),
        (["check", "99"], "Lessons: 01"),
        (["check", "01.9"], "01.4 take_one"),
        (["lab", "99"], "Lessons: 01"),
        (["reset", "take_two", "--yes"], "Lessons: 01"),
        (["pack", "--name", "Ada"], "--folder"),
        (["release", "."], "isn't empty"),
    ],
)
def test_an_error_is_said_in_words(course_command, tmp_path, monkeypatch, words, said):
    """What the user can mend goes to stderr, with what to do, exit code 1 and no traceback; nothing is written."""
    (tmp_path / "something").touch()
    monkeypatch.chdir(tmp_path)
    code, output, errors = course_command(*words)
    assert (code, output) == (1, "")
    assert said in errors
    assert [path.name for path in tmp_path.iterdir()] == ["something"]


def test_the_installed_command_ends_with_the_code_of_an_error():
    """In a process of its own: exit code 1, the error's own words, and nothing on stdout."""
    done = subprocess.run([sys.executable, "-m", "helpers.cli", "check", "99"], capture_output=True, timeout=60)
    assert (done.returncode, done.stdout) == (1, b"")
    assert (
        done.stderr.decode().strip()
        == "There's no lesson '99'. Lessons: " + ", ".join(lesson.number for lesson in course().lessons) + "."
    )


def test_a_long_path_is_not_broken(course_command, tmp_path):
    """It can be copied from the terminal, however narrow that is."""
    folder = tmp_path / ("long-" * 30)
    _, _, errors = course_command("pack", "--folder", folder)
    assert str(folder) in errors


# --- check -----------------------------------------------------------------------------------------------------------


def test_check_shows_what_was_seen(course_command, marked):
    """Each exercise with its outcome; for an error the learner's own line; exit code 1 until all are correct."""
    right = outcomes(CORRECT, why="takeaway")
    wrong = outcomes(*[NOT_YET] * 2, got="nothing", why="A queue keeps it.")[1:]
    raised = outcomes(*[ERROR] * 3, got="KeyError: 'Messages'", line="response['Messages']", line_number=3)[2:]
    marked(right + wrong + raised)
    code, output, _ = course_command("check", "01")
    assert code == 1
    assert "01.1 clients_for" in output
    assert "A queue keeps it." in output
    assert "line 3: response['Messages']" in output
    assert "KeyError: 'Messages'" in output
    assert "takeaway" not in output
    assert "1 of 3 correct." in output
    marked(right)
    assert course_command("check", "01.1")[0] == 0


def test_check_for_programs(course_command, marked):
    """With --json stdout is JSON and nothing else, in ASCII, with every field of each outcome."""
    found = outcomes(CORRECT, NOT_YET, got="Zoë [bold]")
    marked(found)
    code, output, _ = course_command("check", "01", "--json")
    assert code == 1
    assert output.isascii()
    assert json.loads(output) == json.loads(json.dumps([one.as_dict() for one in found]))


def test_a_notebook_that_cannot_be_read_does_not_hide_the_others(course_command, marked, monkeypatch):
    """Its error goes to stderr, the table shows the rest, and the exit code is 1 although the rest is correct."""
    monkeypatch.setattr(learners, "course", lambda: Course("", (LESSON, LESSON)))
    marked(NotebookError("01.ipynb is empty."), outcomes(CORRECT))
    code, output, errors = course_command("check")
    assert code == 1
    assert "01.ipynb is empty." in errors
    assert "1 of 1 correct." in output
    marked(NotebookError("one"), NotebookError("two"))
    assert course_command("check", "--json")[:2] == (1, "[]\n")


def test_what_an_answer_made_is_shown_as_it_is(course_command, marked):
    """Neither brackets nor words between colons are taken for markup: ARNs are full of them."""
    arn = "arn:aws:sns:us-east-1:1:bell:x"
    marked(outcomes(NOT_YET, got=f"{arn} [bold]x[/]"))
    _, output, _ = course_command("check", "01")
    assert f"{arn} [bold]x[/]" in output


def test_a_terminal_without_a_tick(marked, monkeypatch):
    """Where the output's encoding has no sign for it, as in a pipe on Windows, the words are printed all the same."""
    marked(outcomes(CORRECT, NOT_YET, got="Zoë \u2603"))
    output = io.TextIOWrapper(io.BytesIO(), encoding="cp1252")
    monkeypatch.setattr(sys, "stdout", output)
    monkeypatch.setattr(sys, "argv", ["course", "check", "01"])
    with pytest.raises(SystemExit):
        cli.main()
    output.seek(0)
    said = output.read()
    assert "1 of 2 correct." in said
    assert "Zoë ?" in said


# --- doctor ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("mend", "code"), [("", 0), ("pip install [x]", 1)])
def test_doctor_says_what_to_do(course_command, monkeypatch, mend, code):
    """Exit code 0 when the machine can take the course, 1 and what to do when it can't."""
    monkeypatch.setattr(doctor, "examine", lambda port: iter([doctor.Finding("moto", f"port {port}", mend)]))
    done, output, _ = course_command("doctor", "--port", "7777")
    assert done == code
    assert "port 7777" in output
    assert mend in output
    assert ("This machine is ready for the course." in output) == (not mend)


# --- lab -------------------------------------------------------------------------------------------------------------


def test_lab_lays_the_folder_and_opens_it(course_command, monkeypatch, tmp_path):
    """A lesson's number opens the lesson, an exercise its notebook of exercises; the folder is named."""
    opened = []
    monkeypatch.setattr(lab, "open_lab", opened.append)
    folder = tmp_path / "[red]Ordner für mich"
    code, output, _ = course_command("lab", "--no-browser", "--port", "7777", "--folder", folder)
    assert code == 0
    assert str(folder) in output
    assert (folder / "lessons" / f"{LESSON.slug}.ipynb").is_file()
    assert "If something goes wrong, open lessons/when_something_goes_wrong.md" in output
    assert (folder / "lessons/when_something_goes_wrong.md").is_file()
    course_command("lab", "01.4", "--folder", folder)
    first, second = (next(word for word in words if "default_url" in word) for words in opened)
    assert first.endswith(f"lessons/{LESSON.slug}.ipynb")
    assert second.endswith(f"exercises/{LESSON.slug}.ipynb")
    assert {"--no-browser", "--ServerApp.port=7777"} <= set(opened[0])
    assert "--no-browser" not in opened[1]


# --- reset -----------------------------------------------------------------------------------------------------------


def test_reset_asks_first(course_command, copy):
    """No, and no answer at all, change nothing; yes lays the exercise anew and says where the old notebook is."""
    path = copy.path("exercises", LESSON)
    fresh = path.read_text(encoding="utf-8")
    path.write_text(fresh.replace("return ...", "return 1", 1), encoding="utf-8")
    mine = path.read_bytes()
    code, output, _ = course_command("reset", "01.1", says="n\n")
    assert (code, path.read_bytes()) == (0, mine)
    assert "Nothing was changed." in output
    assert course_command("reset", "01.1", says="")[0] == 1
    assert path.read_bytes() == mine
    code, output, _ = course_command("reset", "01.1", says="y\n")
    assert (code, path.read_text(encoding="utf-8")) == (0, fresh)
    (aside,) = path.parent.glob(f"{path.stem}.*.ipynb")
    assert aside.read_bytes() == mine
    assert str(aside) in output


def test_reset_tells_of_an_answer_in_another_cell(course_command, copy):
    """It would win over the one that was laid anew."""
    path = copy.path("exercises", LESSON)
    notebook = json.loads(path.read_text(encoding="utf-8"))
    other = {"cell_type": "code", "id": "other", "metadata": {}, "outputs": [], "execution_count": None}
    notebook["cells"].append({**other, "source": "def clients_for(region): return 1"})
    path.write_text(json.dumps(notebook), encoding="utf-8")
    code, output, _ = course_command("reset", "clients_for", "--yes")
    assert code == 0
    assert "Another cell defines clients_for too" in output


# --- pack ------------------------------------------------------------------------------------------------------------


def test_pack_asks_for_the_name(course_command, copy):
    """It says what is unanswered, asks for the name where none is given, and names the file to hand in."""
    code, output, _ = course_command("pack", says="Zoë\n")
    assert code == 0
    assert "Not begun: lessons 01, 02," in output
    (made,) = copy.folder.glob("*.zip")
    assert made.name == "mastering-aws-messaging-Zoë.zip"
    assert str(made) in output


def test_pack_does_not_go_on_without_a_name(course_command, copy):
    """No file is made when the answer is blank, or there is nobody to answer."""
    code, _, errors = course_command("pack", says="   \n")
    assert code == 1
    assert "give your name" in errors
    assert course_command("pack")[0] == 1
    assert list(copy.folder.glob("*.zip")) == []


@pytest.mark.parametrize(("answer", "code"), [("n\n", 1), ("", 1), ("y\n", 0)])
def test_pack_asks_before_it_packs_what_is_not_saved_or_not_readable(course_command, copy, monkeypatch, answer, code):
    """Both are named, and only a yes goes on."""
    contents = pack.look(copy, course())
    contents.unsaved.append("01.ipynb")
    contents.unreadable.append("02.ipynb is empty.")
    monkeypatch.setattr(pack, "look", lambda *_: contents)
    done, output, _ = course_command("pack", "--name", "Ada", says=answer)
    assert done == code
    assert "You ran 01.ipynb after you last saved it" in output
    assert "02.ipynb is empty." in output
    assert len(list(copy.folder.glob("*.zip"))) == (code == 0)


# --- release and build -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("words", [[], ["one-day"]])
def test_plan_prints_the_sums_and_the_timetables(course_command, words):
    """All of them or one, with the minutes of all lessons and exercises; into a pipe as Markdown."""
    code, said, _ = course_command("plan", *words)
    assert code == 0
    assert f"| total | {sum(lesson.minutes for lesson in course().lessons)} | " in said
    assert said.count("\n## ") == (1 if words else 4)
    assert "## One day" in said


def test_slides_says_what_it_made(course_command, tmp_path, monkeypatch):
    """Each page's path, and the keys."""
    asked = []

    def make(out, only, say):
        asked.append((out, only))
        return [out / "03_messages.html"]

    monkeypatch.setattr(slideshow, "slideshow", make)
    code, said, _ = course_command("slides", tmp_path / "out", "--lesson", "03")
    assert (code, asked) == (0, [(tmp_path / "out", "03")])
    assert str(tmp_path / "out" / "03_messages.html") in said
    assert "arrow keys" in said


def test_plan_names_the_plans(course_command):
    """A name that doesn't exist gets the ones that do."""
    code, _, errors = course_command("plan", "week")
    assert code == 1
    assert "half-day, one-day" in errors


def test_release_says_what_it_wrote(course_command, tmp_path, monkeypatch):
    """A relative folder is one in the current folder."""
    monkeypatch.chdir(tmp_path)
    code, output, _ = course_command("release", "out")
    assert code == 0
    assert "solutions" in output
    assert "Its README tells them how to start." in output
    assert (tmp_path / "out" / "README.md").is_file()


def test_build_is_for_clones(course_command, tmp_path, monkeypatch):
    """An installed course, or one without tests, is not built; the error says where to."""
    monkeypatch.setattr("helpers.course.HOME", tmp_path)
    code, _, errors = course_command("build")
    assert code == 1
    assert "in a clone" in errors


@pytest.mark.parametrize("words", [("exercise", "03", "give_back"), ("lesson", "09_security")])
def test_new_is_for_clones(course_command, tmp_path, monkeypatch, words):
    """So are lessons and exercises of the course; sets of one's own are not."""
    monkeypatch.setattr("helpers.course.HOME", tmp_path / "installed")
    code, _, errors = course_command("new", *words)
    assert (code, "in a clone" in errors) == (1, True)
    assert course_command("new", "set", tmp_path / "exam")[0] == 0


@pytest.mark.parametrize("words", [["set"], []])
def test_new_begins_a_set(course_command, tmp_path, words):
    """`course new FOLDER` still works, as it did when there was nothing else to begin."""
    code, said, _ = course_command("new", *words, tmp_path / "exam")
    assert code == 0
    assert f"course build --exercises {tmp_path / 'exam'}" in said
    assert (tmp_path / "exam" / "course.toml").is_file()


def test_new_says_what_is_left_to_write(course_command, monkeypatch):
    """The files in order, and what to type then."""
    steps = (scaffold.Step("one.py", "the check"), scaffold.Step("two.toml", "the hints"))
    begun = scaffold.Scaffold("03.6 give_back", steps, ("course build 03", "pytest -k lesson_03"))
    monkeypatch.setattr("helpers.authoring.new_exercise.new_exercise", lambda *_: begun)
    code, said, _ = course_command("new", "exercise", "03", "give_back")
    assert code == 0
    assert said.splitlines()[1:] == [
        "1. one.py: the check",
        "2. two.toml: the hints",
        "Then run: course build 03",
        "and: pytest -k lesson_03",
    ]


@pytest.mark.parametrize(
    ("words", "first", "saved", "built"),
    [
        ((), [], ["03", "04"], [["03"], ["04"]]),
        (("03",), [["03"]], ["03", "04"], [["03"]]),
        (("--exercises", "exam"), [["--exercises", "exam"]], ["exam"], [["--exercises", "exam"]]),
    ],
)
def test_build_watch_builds_what_was_saved(course_command, monkeypatch, words, first, saved, built):
    """The named lesson at once, then what has changed, each in a process of its own, until Ctrl-C."""
    runs = []

    def changes(look):
        yield saved
        raise KeyboardInterrupt

    monkeypatch.setattr("helpers.authoring.watch.changes", changes)
    monkeypatch.setattr(authors.subprocess, "run", lambda command, **_: runs.append(command[4:]))
    code, said, _ = course_command("build", "--watch", *words)
    assert (code, runs) == (0, first + built)
    assert said.count("Ctrl-C stops it") == 2
