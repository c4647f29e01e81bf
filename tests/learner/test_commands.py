"""What the `course` command does for a learner: reset, pack, doctor, the arguments for JupyterLab, and checks."""

import dataclasses
import hashlib
import json
import os
import re
import socket
import threading
import zipfile
from datetime import datetime
from http.server import BaseHTTPRequestHandler, HTTPServer
from importlib import metadata

import nbformat
import pytest
from typer.testing import CliRunner

from helpers.backends.aws import aws_cloud
from helpers.cli import app
from helpers.course import Course, course
from helpers.errors import CourseError, NotebookError, UnknownExercise
from helpers.findings import all_well
from helpers.learner import doctor, marking, pack, packed_notebook, reset
from helpers.learner.working_copy import WorkingCopy, nbgrader

LESSON = course().lessons[0]
ONE_LESSON = Course("", (LESSON,))
CLIENTS_FOR = LESSON.exercises[0]
RIGHT = "def clients_for(region):\n    return {name: boto3.client(name, region_name=region) for name in ('sqs', 'sns')}"


@pytest.fixture
def copy(tmp_path):
    """A working copy with the notebooks of one lesson."""
    copy = WorkingCopy(tmp_path / "course")
    copy.copy_missing(ONE_LESSON)
    return copy


@pytest.fixture
def path(copy):
    """The exercises of lesson 01 in it."""
    return copy.path("exercises", LESSON)


@pytest.fixture(autouse=True)
def runtime(tmp_path, monkeypatch):
    """An empty folder in which Jupyter servers announce themselves, in place of this user's."""
    folder = tmp_path / "runtime"
    folder.mkdir()
    monkeypatch.setenv("JUPYTER_RUNTIME_DIR", str(folder))
    return folder


def cell(notebook, answer):
    """Return the cell in which an exercise is answered."""
    return next(cell for cell in notebook.cells if nbgrader(cell).get("grade_id") == answer)


def edit(path, **answers):
    """Write these sources into the cells of these exercises."""
    notebook = nbformat.read(path, as_version=4)
    for answer, source in answers.items():
        cell(notebook, answer).source = source
    nbformat.write(notebook, path)


def add(path, *sources):
    """Add cells at the end of the notebook."""
    notebook = json.loads(path.read_text(encoding="utf-8"))
    empty = {"cell_type": "code", "metadata": {}, "outputs": [], "execution_count": None}
    notebook["cells"] += [{**empty, "id": f"added-{n}", "source": source} for n, source in enumerate(sources)]
    path.write_text(json.dumps(notebook), encoding="utf-8")


def sources(path):
    """Return the sources of the notebook's cells."""
    return [cell.source for cell in nbformat.read(path, as_version=4).cells]


def fail(*_, **__):
    """Act as a disk that cannot be written."""
    raise OSError(28, "No space left on device")


# --- reset -----------------------------------------------------------------------------------------------------------


def test_one_exercise_is_laid_anew_and_the_rest_stays(copy, path):
    """Only the cell of the exercise becomes what it was; the whole notebook as it stood is kept aside."""
    fresh = sources(path)
    edit(path, clients_for=RIGHT, take_one="my own take_one")
    before = path.read_bytes()
    done = reset.reset(copy, LESSON, CLIENTS_FOR)
    assert done.aside.read_bytes() == before
    assert done.others == 0
    after = sources(path)
    assert "my own take_one" in after
    assert [source for source in after if source not in fresh] == ["my own take_one"]


def test_a_whole_lesson_is_laid_anew(copy, path):
    """Without an exercise all of the lesson's are as shipped, and the notebook as it stood is kept aside."""
    fresh = path.read_bytes()
    edit(path, clients_for=RIGHT, take_one="my own take_one")
    before = path.read_bytes()
    assert reset.reset(copy, LESSON, None).aside.read_bytes() == before
    assert path.read_bytes() == fresh
    assert copy.copy_missing(ONE_LESSON).newer == []


def test_two_resets_in_one_second_keep_two_notebooks_aside(copy, path, monkeypatch):
    """What was put aside first is not written over by what is put aside next."""

    class Stopped(datetime):
        @classmethod
        def now(cls, tz=None):
            return cls(2026, 1, 2, 3, 4, 5)

    monkeypatch.setattr(reset, "datetime", Stopped)
    kept = []
    for text in ("first", "second"):
        edit(path, clients_for=text)
        kept.append(reset.reset(copy, LESSON, CLIENTS_FOR).aside)
    assert ["first" in sources(kept[0]), "second" in sources(kept[1])] == [True, True]
    assert kept[0].name == f"{LESSON.slug}.2026-01-02-030405.ipynb"  # a name that Windows takes too


def test_an_answer_in_another_cell_is_told(copy, path):
    """The exercise's own cell is laid anew; that another cell defines the answer too is said, and that cell stays."""
    add(path, RIGHT)
    assert reset.reset(copy, LESSON, CLIENTS_FOR).others == 1
    assert sources(path)[-1] == RIGHT


def test_a_cell_that_lost_its_name_is_found_by_what_it_defines(copy, path):
    """Where the exercise's cell was pasted without its metadata, it is laid anew all the same."""
    fresh = sources(path)
    notebook = nbformat.read(path, as_version=4)
    mine = cell(notebook, "clients_for")
    mine.source, mine.metadata = RIGHT, {}
    nbformat.write(notebook, path)
    assert reset.reset(copy, LESSON, CLIENTS_FOR).others == 0
    assert sources(path) == fresh
    assert cell(nbformat.read(path, as_version=4), "clients_for")


@pytest.mark.parametrize("minor", [4, 5])
def test_a_cell_that_was_deleted_comes_back_before_its_check(copy, path, minor):
    """The notebook can then be run from top to bottom, and is a valid one in its own format."""
    fresh = sources(path)
    notebook = nbformat.read(path, as_version=4)
    notebook.cells.remove(cell(notebook, "clients_for"))
    if minor == 4:
        notebook.nbformat_minor = 4
        for other in notebook.cells:
            del other["id"]
    nbformat.write(notebook, path)
    reset.reset(copy, LESSON, CLIENTS_FOR)
    assert sources(path) == fresh
    nbformat.validate(json.loads(path.read_text(encoding="utf-8")))


def test_a_damaged_notebook_is_reset_as_a_whole_only(copy, path):
    """One exercise of a file that cannot be read raises NotebookError and changes nothing; all of them lays it anew."""
    path.write_text("{damaged", encoding="utf-8")
    before = sorted(file.name for file in path.parent.iterdir())
    with pytest.raises(NotebookError, match="course reset 01"):
        reset.reset(copy, LESSON, CLIENTS_FOR)
    assert sorted(file.name for file in path.parent.iterdir()) == before
    aside = reset.reset(copy, LESSON, None).aside
    assert aside.read_text(encoding="utf-8") == "{damaged"
    assert any("def clients_for" in source for source in sources(path))


def test_a_reset_that_fails_leaves_the_notebook_where_it_was(copy, path, monkeypatch):
    """When the disk is full the learner's notebook is still in its place, whole."""
    edit(path, clients_for=RIGHT)
    before = path.read_bytes()
    monkeypatch.setattr(reset, "write", fail)
    with pytest.raises(CourseError, match="No space left"):
        reset.reset(copy, LESSON, CLIENTS_FOR)
    assert path.read_bytes() == before


def test_an_exercise_of_a_folder_that_is_not_there_yet(tmp_path):
    """The lesson's exercises are laid out; there is nothing to keep aside."""
    copy = WorkingCopy(tmp_path / "new")
    assert reset.reset(copy, LESSON, CLIENTS_FOR) == reset.Reset(None, 0)
    assert copy.path("exercises", LESSON).is_file()


@pytest.mark.parametrize("name", ["01.4", "1.4", "take_one"])
def test_an_exercise_has_three_names(name):
    """The id, with or without its zero, and the function's name."""
    lesson, exercise = reset.target(course(), name)
    assert (lesson, exercise.answer) == (LESSON, "take_one")


@pytest.mark.parametrize(("name", "said"), [("01.9", "01.4 take_one"), ("99", "Lessons: 01"), ("two", "Lessons: 01")])
def test_an_unknown_name_is_told_what_there_is(name, said):
    """The error lists the exercises for what looks like one, and else the lessons."""
    with pytest.raises(UnknownExercise, match=said):
        reset.target(course(), name)


# --- pack ------------------------------------------------------------------------------------------------------------


def test_what_is_handed_in(copy, path, tmp_path):
    """A zip of the exercise notebooks as they are on the disk, and a manifest with name, version and checksums."""
    edit(path, clients_for=RIGHT)
    made = pack.write(pack.look(copy, ONE_LESSON), "  Zoë   O'Neill ", tmp_path)
    assert made == tmp_path / "mastering-aws-messaging-Zoë-O-Neill.zip"
    with zipfile.ZipFile(made) as archive:
        inside = f"exercises/{path.name}"
        assert archive.read(inside) == path.read_bytes()
        manifest = json.loads(archive.read("manifest.json"))
    assert manifest["learner"] == "Zoë O'Neill"
    assert manifest["version"] == metadata.version("mastering-aws-messaging")
    assert manifest["sha256"][inside] == hashlib.sha256(path.read_bytes()).hexdigest()


@pytest.mark.full
def test_outputs_are_left_out_and_everything_else_stays(copy, path, tmp_path):
    """A notebook that printed 25 MB packs to kilobytes, and grading reads it."""
    edit(path, clients_for=RIGHT)
    before = nbformat.read(path, as_version=4)
    small = path.read_bytes()
    printed = "".join(f"line {n}\n" for n in range(300_000)) * 8
    before.cells[1].outputs = [nbformat.v4.new_output("stream", text=printed)]
    path.write_text(json.dumps(before), encoding="utf-8")
    assert path.stat().st_size > 25_000_000
    made = pack.write(pack.look(copy, ONE_LESSON), "Ada", tmp_path)
    with zipfile.ZipFile(made) as archive:
        after = nbformat.reads(archive.read(f"exercises/{path.name}").decode(), as_version=4)
    assert made.stat().st_size < 100_000
    assert after == nbformat.reads(small.decode(), as_version=4)


def test_pack_says_how_large_its_file_is(copy, path):
    """Some learning platforms have a limit."""
    done = CliRunner().invoke(app, ["pack", "--name", "Ada", "--folder", str(copy.folder)])
    assert re.search(r"Hand in this file \(\d{1,2} kB\):", done.output)


@pytest.mark.parametrize(("cells", "said"), [(["x"] * 2_001, "2,000 cells"), (["x" * 500_001], "500,000 characters")])
def test_what_grading_would_refuse_is_not_packed(copy, path, cells, said):
    """It's named with the reason."""
    add(path, *cells)
    with pytest.raises(CourseError, match=said) as told:
        pack.look(copy, ONE_LESSON)
    assert str(path) in str(told.value)


KEY = "AKIA" + "Q7ZR4M2N8KLP3WXY"
SECRET = "abcdEFGH1234/+zyXW" * 2 + "Q9s8"


def test_nothing_of_a_key_is_in_the_file(copy, path):
    """Wherever in the notebook it was: in pieces, in Markdown, without a name in another cell, in an output."""
    edit(path, clients_for=f'id = "{KEY[:10]}" \\\n    "{KEY[10:]}"\nid, token = "{KEY}", "{SECRET * 3}"')
    add(path, f"mine = '''\n{SECRET}\n'''")
    notebook = nbformat.read(path, as_version=4)
    notebook.cells[-1].outputs = [nbformat.v4.new_output("stream", text=f"{KEY} {SECRET}")]
    notebook.cells.append(nbformat.v4.new_markdown_cell(f"My keys:\n\n    {KEY}\n    {SECRET}"))
    nbformat.write(notebook, path)
    contents = pack.look(copy, ONE_LESSON)
    [packed] = [content.decode() for name, content in contents.notebooks.items() if path.name in name]
    assert len(contents.secrets) > 5
    assert not [piece for piece in (KEY[:10], KEY[10:], SECRET[:10], SECRET[-10:]) if piece in packed]


def test_check_names_a_key_and_says_what_to_do(copy, path, monkeypatch):
    """Beside the table, and not in what scripts read."""
    monkeypatch.setattr("helpers.learner.marking.mark", lambda *asked: [])
    edit(path, clients_for=f'key = "{KEY}"')
    done = CliRunner().invoke(app, ["check", "01", "--json", "--folder", str(copy.folder)])
    assert json.loads(done.stdout) == []
    said = " ".join(done.stderr.split())
    assert re.search(rf"A secret\? {path.name}, cell \d+ \(exercise 01\.1\), line 1: an AWS access key id", said)
    assert "deactivate the key in IAM" in said
    assert "profile_name=" in said
    assert KEY not in done.output


@pytest.mark.parametrize(
    ("source", "kept"),
    [
        (f'a = 1\nkey = "{KEY}"\nb = 2', 'a = 1\nkey = "removed"\nb = 2'),
        (f"client(\n    key='{KEY}',\n    b=2)", 'client(\n    key="removed",\n    b=2)'),
        (f"    # {KEY}\nb = 2", "    ...  # `course pack` took a secret out of this line\nb = 2"),
        ("a = 1  # no key", "a = 1  # no key"),
        (f'key = (\n    "{KEY[:9]}"\n    "{KEY[9:]}"\n)', 'key = (\n    "removed"\n    "removed"\n)'),
        (f'key = "{KEY}", (\n"{SECRET}"\n)', 'key = "removed", (\n"removed"\n)'),
    ],
)
def test_nothing_of_a_secret_is_packed(source, kept):
    """The line stays Python where that's possible."""
    assert packed_notebook.without_secrets(source) == kept


def test_no_line_of_a_private_key_is_packed():
    """Only its first line looks like one."""
    begin, end = ("-----" + word + " RSA PRIVATE " + "KEY-----" for word in ("BEGIN", "END"))
    kept = packed_notebook.without_secrets(f"k = (\n'''{begin}\nMIIabc\n{end}'''\n)\nb = 2")
    assert "MIIabc" not in kept
    assert kept.endswith("\n)\nb = 2")


@pytest.mark.parametrize(
    ("name", "stem"),
    [
        ("Jürgen Müller", "Jürgen-Müller"),
        ("Ju\u0308rgen", "Jürgen"),  # macOS writes it so
        ("李雷", "李雷"),
        ("../../etc/passwd", "etc-passwd"),
        ("a/b\\c:d*?", "a-b-c-d"),
        ("con.", "con"),
        ("a\nb\x00", "a-b"),
        ("\udce4 Ada", "Ada"),  # what Python makes of a terminal with another encoding
        ("x" * 500, "x" * 60),
    ],
)
def test_a_name_becomes_a_file_s_name_on_every_system(copy, tmp_path, name, stem):
    """Letters of any language stay; what some system forbids in a file's name does not."""
    made = pack.write(pack.look(copy, ONE_LESSON), name, tmp_path)
    assert made.name == f"mastering-aws-messaging-{stem}.zip"
    assert made.is_file()


@pytest.mark.parametrize("name", ["", "   ", "-_-", "..", "/", "\U0001f642"])
def test_a_name_without_a_letter_is_refused(copy, tmp_path, name):
    """Nothing is written without a name by which the work can be told."""
    with pytest.raises(CourseError, match="give your name"):
        pack.write(pack.look(copy, ONE_LESSON), name, tmp_path)
    assert list(tmp_path.glob("*.zip")) == []


@pytest.mark.parametrize("out", ["not-there", "course/exercises/01_messaging_fundamentals.ipynb"])
def test_the_file_goes_into_a_folder_that_is_there(copy, tmp_path, out):
    """A folder that is missing, or a file, raises CourseError."""
    with pytest.raises(CourseError, match="There's no folder"):
        pack.write(pack.look(copy, ONE_LESSON), "Ada", tmp_path / out)


def test_a_file_that_cannot_be_written_leaves_the_earlier_one(copy, tmp_path, monkeypatch):
    """What was packed before is replaced by a whole file or not at all."""
    contents = pack.look(copy, ONE_LESSON)
    before = pack.write(contents, "Ada", tmp_path).read_bytes()
    monkeypatch.setattr("pathlib.Path.write_bytes", fail)
    with pytest.raises(CourseError, match="No space left"):
        pack.write(contents, "Ada", tmp_path)
    assert (tmp_path / "mastering-aws-messaging-Ada.zip").read_bytes() == before


def test_what_is_unanswered(copy, path):
    """A stub is unanswered. A function in any cell, a name that is assigned, and code that does not parse are not."""
    assert len(pack.look(copy, course()).unanswered) == len(course().exercises)
    stub = 'def hand_over(sqs, queue_url, order):\n    """As it was."""\n    raise NotImplementedError("later")'
    edit(path, hand_over=stub, take_one="def take_one(sqs, queue_url):\n    return (", join_late="# moved down")
    add(path, RIGHT, "session_for = boto3.Session", 'def join_late(sqs):\n    x = 1\n    return ...\n"\\d"')
    found = pack.look(copy, ONE_LESSON)
    assert found.unanswered == ["01.3 Hand an order over"]
    assert pack.missing(found, course()) == ["Unanswered: 01.3 Hand an order over"]


def test_a_lesson_that_is_not_begun_is_one_word(copy, path):
    """Who hands in the first lesson isn't told of every exercise of the others."""
    copy.copy_missing(Course("", course().lessons[:2]))
    edit(path, clients_for=RIGHT)
    first, *others = pack.missing(pack.look(copy, course()), course())
    assert first.startswith("Unanswered: 01.2 No key in your code, 01.3")
    assert others == [f"Not begun: lessons {', '.join(lesson.number for lesson in course().lessons[1:])}"]


def test_a_notebook_that_cannot_be_read_is_named_and_left_out(copy, path):
    """The others are packed; of a notebook that is not there every exercise is unanswered."""
    damaged, missing = (dataclasses.replace(LESSON, slug=slug) for slug in ("02_damaged", "03_missing"))
    copy.path("exercises", damaged).write_text("{", encoding="utf-8")
    found = pack.look(copy, Course("", (LESSON, damaged, missing)))
    assert list(found.notebooks) == [f"exercises/{path.name}"]
    assert len(found.unreadable) == 1
    assert "02_damaged.ipynb" in found.unreadable[0]
    assert len(found.unanswered) == 2 * len(LESSON.exercises)


def test_nothing_to_hand_in(tmp_path, copy, path):
    """A folder without exercises, or without one that can be read, raises CourseError in place of an empty file."""
    with pytest.raises(CourseError, match="--folder"):
        pack.look(WorkingCopy(tmp_path / "elsewhere"), course())
    path.write_text("", encoding="utf-8")
    with pytest.raises(CourseError, match="is empty"):
        pack.look(copy, ONE_LESSON)


@pytest.fixture
def jupyter(runtime, tmp_path):
    """A server that answers as Jupyter's does, and announces itself as running over a folder of our choice."""

    class Answer(BaseHTTPRequestHandler):
        def do_GET(self):
            asked.append(self.path)
            self.send_response(200)
            self.end_headers()
            self.wfile.write(server.said.encode())

        def log_message(self, *_):
            pass

    asked = []
    with HTTPServer(("127.0.0.1", 0), Answer) as server:
        server.asked, server.said = asked, ""
        info = {"pid": os.getpid(), "token": "t&t", "url": f"http://127.0.0.1:{server.server_port}/base/"}

        def announce(root, notebook, last_activity):
            session = {"path": notebook, "kernel": {"last_activity": last_activity}}
            server.said = json.dumps([session])
            (runtime / "jpserver-1.json").write_text(json.dumps({**info, "root_dir": str(root)}), encoding="utf-8")

        server.announce = announce
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        yield server
        server.shutdown()


@pytest.mark.parametrize("root", ["course", ".", "course/exercises"])
def test_a_notebook_that_was_run_after_it_was_saved_is_told(copy, path, tmp_path, jupyter, root):
    """Wherever the Jupyter server was started: run later than saved is reported, saved later than run is not."""
    os.utime(path, (1e9, 1e9))  # in September 2001
    notebook = path.relative_to((tmp_path / root).resolve()).as_posix()
    jupyter.announce(tmp_path / root, notebook, "2001-09-10T01:46:40.000000Z")
    assert pack.look(copy, ONE_LESSON).unsaved == [path.name]
    jupyter.announce(tmp_path / root, notebook, "2001-09-08T01:46:40.000000Z")
    assert pack.look(copy, ONE_LESSON).unsaved == []


def test_a_server_is_asked_with_its_token_and_past_every_proxy(copy, path, tmp_path, jupyter, monkeypatch):
    """The token of a server of this computer goes to that server, not to the proxy of a company."""
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    monkeypatch.setenv("no_proxy", "")
    jupyter.announce(tmp_path, f"course/exercises/{path.name}", "2100-01-01T00:00:00Z")
    assert pack.look(copy, ONE_LESSON).unsaved == [path.name]
    assert jupyter.asked == ["/base/api/sessions?token=t%26t"]


@pytest.mark.parametrize("said", ["", "[]", "{}", '[{"path": "x"}]', '[{"path": "x", "kernel": null}]', "<html>"])
def test_a_server_that_says_something_else_does_not_keep_anybody_from_packing(copy, path, jupyter, tmp_path, said):
    """A server with a password, one of another version, or what is no Jupyter at all: passed over."""
    jupyter.announce(tmp_path, path.name, "2100-01-01T00:00:00Z")
    jupyter.said = said
    assert pack.look(copy, ONE_LESSON).unsaved == []
    assert jupyter.asked


def test_a_secret_in_a_notebook_is_told_before_it_is_handed_in(copy, path):
    """Exercise, cell, line and kind are named, in the source and in an output; the secret is not."""
    key = "AKIA" + "Q7ZR4M2N8KLP3WXY"
    assert pack.look(copy, ONE_LESSON).secrets == []
    edit(path, clients_for=f'# mine\nkey = "{key}"')
    add(path, "show()")
    notebook = nbformat.read(path, as_version=4)
    notebook.cells[-1].outputs = [nbformat.v4.new_output("stream", text=key)]
    nbformat.write(notebook, path)
    told = pack.look(copy, ONE_LESSON).secrets
    assert [said.split(", ", 2)[2] for said in told] == ["line 2: an AWS access key id", "output: an AWS access key id"]
    assert "(exercise 01.1)" in told[0]
    assert told[1].startswith(f"{path.name}, cell {len(notebook.cells)},")
    assert key not in str(told)


@pytest.mark.parametrize(("answer", "code"), [("n\n", 1), ("y\n", 0)])
def test_pack_asks_before_it_packs_a_secret(copy, path, answer, code):
    """Only who says yes hands it in, and what is printed does not hold the secret."""
    key = "AKIA" + "Q7ZR4M2N8KLP3WXY"
    edit(path, clients_for=f'key = "{key}"')
    done = CliRunner().invoke(app, ["pack", "--name", "Ada", "--folder", str(copy.folder)], input=answer)
    assert done.exit_code == code
    assert "an AWS access key id" in done.output
    assert key not in done.output
    assert len(list(copy.folder.glob("*.zip"))) == (code == 0)
    for made in copy.folder.glob("*.zip"):
        with zipfile.ZipFile(made) as archive:
            assert not any(key.encode() in archive.read(name) for name in archive.namelist())


# --- doctor ----------------------------------------------------------------------------------------------------------


def test_this_machine_can_take_the_course(no_cloud):
    """Python, each package of the manifest, kernel, port and cloud are looked at, and here all are well."""
    found = {finding.what: finding for finding in doctor.examine(0)}
    assert {"Python", "boto3", "moto", "jupyterlab", "kernel", "port", "cloud"} <= set(found)
    assert "nbgrader" not in found  # an extra
    assert found["kernel"].found == "starts, with this Python"
    assert [finding for finding in found.values() if not finding.well] == []


def test_packages_out_of_range_or_missing_are_named_with_the_command_that_mends_them(monkeypatch):
    """The command can be pasted into any shell: this Python, and the range in double quotes."""
    real = metadata.version

    def version(name):
        if name == "moto":
            return "4.0.0"
        if name == "nbval":
            raise metadata.PackageNotFoundError(name)
        return real(name)

    monkeypatch.setattr(metadata, "version", version)
    broken = {finding.what: finding for finding in doctor._packages() if not finding.well}
    assert {what: finding.found for what, finding in broken.items()} == {"moto": "4.0.0", "nbval": "not installed"}
    assert broken["moto"].repair.startswith(doctor._PYTHON)
    assert broken["moto"].repair.endswith('-m pip install "moto<5.3,>=5.2.3"')


def test_a_course_that_is_not_installed_is_told(monkeypatch):
    """Who runs it from a clone without installing it gets the command for it."""

    def missing(name):
        raise metadata.PackageNotFoundError(name)

    monkeypatch.setattr(metadata, "requires", missing)
    (finding,) = doctor._packages()
    assert finding.repair.endswith("-m pip install -e .")


@pytest.mark.parametrize(
    ("said", "found"),
    [(os.path.abspath(os.sep), "runs another Python"), ("", "can't import helpers"), (OSError("no room"), "no room")],
)
def test_a_kernel_that_is_not_the_course_s_is_told(monkeypatch, said, found):
    """A kernel of another Python, one without the course, and one that does not start: each with what mends it."""

    def kernel(source):
        if isinstance(said, Exception):
            raise said
        return said

    monkeypatch.setattr(doctor, "_printed_by_kernel", kernel)
    finding = doctor._kernel()
    assert found in finding.found
    assert "ipykernel" in finding.repair


def test_a_port_in_use_is_told_and_no_obstacle():
    """JupyterLab takes the next one, so there is nothing to mend."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        finding = doctor._port(taken.getsockname()[1])
    assert "is in use" in finding.found
    assert finding.well


@pytest.fixture
def cloud(no_cloud, monkeypatch):
    """What the doctor finds about the cloud that COURSE_CLOUD and other variables name."""

    def cloud(which, **variables):
        for name, value in {"COURSE_CLOUD": which, "AWS_EC2_METADATA_DISABLED": "true", **variables}.items():
            monkeypatch.setenv(name, value)
        return doctor._cloud()

    return cloud


KEYS = {"AWS_ACCESS_KEY_ID": "AKIAIOSFODNN7EXAMPLE", "AWS_SECRET_ACCESS_KEY": "x", "AWS_DEFAULT_REGION": "us-east-1"}


@pytest.mark.parametrize(
    ("which", "mend"),
    [
        ("", ""),
        ("offline", ""),
        ("nonsense", "Unset COURSE_CLOUD"),
        ("http://", "isn't the URL of an endpoint"),
        ("http://localhost:notaport", "isn't the URL of an endpoint"),
        ("http://203.0.113.1:5000", "allow_remote=True"),
        ("http://127.0.0.1:9", "Start its server"),
    ],
)
def test_which_cloud_is_told(cloud, which, mend):
    """What COURSE_CLOUD says is well, or said to be wrong with what to do. Nothing is sent elsewhere."""
    finding = cloud(which)
    assert mend in finding.repair
    assert finding.well == (not mend)


def test_an_endpoint_that_answers_is_well(cloud, jupyter):
    """A server that takes a connection at the URL is enough, and the variables are as before."""
    before = {name: value for name, value in os.environ.items() if name.startswith("AWS_")}
    finding = cloud(f"http://127.0.0.1:{jupyter.server_port}")
    assert finding.well
    after = {name: value for name, value in os.environ.items() if name.startswith("AWS_")}
    assert after == {**before, "AWS_EC2_METADATA_DISABLED": "true"}


@pytest.mark.parametrize(
    ("variables", "mend"),
    [
        ({}, "AWS_DEFAULT_REGION"),
        ({"AWS_DEFAULT_REGION": "us-east-1"}, "Unable to locate credentials"),
        ({**KEYS, "AWS_PROFILE": "nobody"}, "ProfileNotFound"),
        ({**KEYS, "AWS_ENDPOINT_URL": "nonsense"}, "Invalid endpoint"),
        ({**KEYS, "AWS_ENDPOINT_URL": "http://127.0.0.1:9"}, "Could not connect"),
    ],
)
def test_what_keeps_real_aws_from_being_used_is_told(cloud, variables, mend):
    """Region, credentials, profile, endpoint, network: what is missing or wrong is said, and nothing is raised."""
    finding = cloud("aws", COURSE_YES="111122223333", **variables)
    assert mend in finding.repair


def test_real_aws_is_told_with_account_region_and_identity(cloud, monkeypatch):
    """Whose account it is stands there, so that nobody works in the wrong one. Without a yes nobody is asked."""
    monkeypatch.setattr(aws_cloud, "identity", lambda session: ("111122223333", "arn:aws:iam::111122223333:user/ada"))
    unasked = cloud("aws", **KEYS)
    assert not unasked.well
    assert "I sent nothing" in unasked.found
    assert "COURSE_YES" in unasked.repair
    finding = cloud("aws", COURSE_YES="111122223333", **KEYS)
    assert finding.well
    assert all(fact in finding.found for fact in ("111122223333", "us-east-1", "user/ada"))
    other = cloud("aws", COURSE_YES="444455556666", **KEYS)
    assert "yes to account 444455556666" in other.repair


def test_the_verdict():
    """It counts what there is to mend."""
    well, broken = doctor.Finding("a", "x"), doctor.Finding("b", "y", "do this")
    said = []
    assert all_well([well], said.append)
    assert not all_well([well, broken], said.append)
    assert said == ["This machine is ready for the course.", "Things to fix: 1."]


# --- marking ---------------------------------------------------------------------------------------------------------

NOISE = """
import io, sys, threading, time
def noise(out=sys.stdout):
    while True:
        out.write("noise")
        time.sleep(0.01)
threading.Thread(target=noise, daemon=True).start()
print("past Jupyter", file=sys.__stdout__, flush=True)
sys.stdout = globals = print = io.StringIO()
"""


@pytest.mark.full
def test_answers_are_found_wherever_they_stand(path, monkeypatch, capfd):
    """In another cell, after an endless loop, among threads that print; what is missing and why is said. One kernel."""
    monkeypatch.setattr(marking, "CELL_SECONDS", 20)  # only the endless loop takes that long
    notebook = nbformat.read(path, as_version=4)
    notebook.cells.remove(cell(notebook, "hand_over"))
    cell(notebook, "check-clients_for").source = "import os\nos._exit(1)"  # a check's cell is the course's, not theirs
    nbformat.write(notebook, path)
    edit(path, session_for="def session_for(profile, region):\n    return (", join_late="1 / 0\ndef join_late(): 1")
    add(path, NOISE, "while True: pass", RIGHT, "assert False")
    before = path.read_bytes()
    outcomes = {outcome.answer: outcome for outcome in marking.mark(path, LESSON)}
    assert list(outcomes) == [exercise.answer for exercise in LESSON.exercises]
    assert outcomes["clients_for"].status == "correct"
    assert outcomes["take_one"].status == "not attempted"
    assert outcomes["hand_over"].status == "not attempted"
    assert "doesn't define a function hand_over" in outcomes["hand_over"].expected
    assert outcomes["session_for"].status == outcomes["join_late"].status == "error in your code"
    assert outcomes["session_for"].got.endswith("(line 2)")
    assert outcomes["join_late"].got == "ZeroDivisionError: division by zero"
    assert path.read_bytes() == before
    assert capfd.readouterr().out == ""


@pytest.mark.full
def test_a_cell_that_ends_the_kernel_is_named(path):
    """Nothing can be checked then; the error shows which cell it was."""
    add(path, "import os\nos._exit(3)")
    with pytest.raises(NotebookError, match=r"the kernel ended in this cell: import os os\._exit\(3\)"):
        marking.mark(path, LESSON, CLIENTS_FOR)


TIMED_OUT, QUIT, OK = {"timed_out": True}, {"payload": [{"source": "ask_exit"}]}, {"payload": []}


@pytest.mark.parametrize(
    ("replies", "said"),
    [
        ([TIMED_OUT, TIMED_OUT], r"got stuck in this cell: while True: \.\.\.\."),
        ([OK, QUIT], r"ended in this cell: 1 \+ 1\."),
        ([TIMED_OUT, OK, TIMED_OUT], "I couldn't check clients_for: it didn't finish"),
    ],
)
def test_a_cell_after_which_nothing_can_be_checked_is_named(path, monkeypatch, replies, said):
    """A kernel that is busy through a second time limit, or was asked to quit, is given up: which cell is to blame?"""
    add(path, "while True: ...", "1 + 1")

    def execute(notebook, folder, env, on_cell_execute, on_cell_executed, **_):
        for cell, content in zip(notebook.cells[-3:], replies, strict=False):  # the two, and the check
            on_cell_execute(cell=cell, cell_index=0)
            on_cell_executed(cell=cell, cell_index=0, execute_reply={"content": content})

    monkeypatch.setattr(marking.kernels, "execute", execute)
    with pytest.raises(NotebookError, match=said):
        marking.mark(path, LESSON, CLIENTS_FOR)


def test_a_kernel_that_does_not_start_leads_to_the_doctor(path, monkeypatch):
    """The error names the command that looks into it."""

    def dead(*_, **__):
        raise RuntimeError("Kernel died before replying to kernel_info")

    monkeypatch.setattr(marking.kernels, "execute", dead)
    with pytest.raises(NotebookError, match="course doctor"):
        marking.mark(path, LESSON)


def test_a_terminal_never_reaches_a_real_account(monkeypatch):
    """`course check` runs the learner's cells offline, whatever cloud the terminal has chosen."""
    monkeypatch.setenv("COURSE_CLOUD", "aws")
    assert marking._environment()["COURSE_CLOUD"] == "offline"
