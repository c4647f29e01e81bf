"""The learner's folder: copied once, added to by an upgrade, and never written over."""

import errno
import hashlib
import json
import os
from pathlib import Path

import nbformat
import pytest

from helpers.course import HOME, Course, course
from helpers.errors import CourseError, NotebookError
from helpers.folders import is_inside, unused, write, writing
from helpers.learner import working_copy
from helpers.learner.working_copy import WorkingCopy, default_folder, read_notebook

LESSON = course().lessons[0]
ONE_LESSON = Course("", (LESSON,))


@pytest.fixture
def copy(tmp_path):
    """A working copy of one lesson, in a folder with a name that needs care."""
    copy = WorkingCopy(tmp_path / "Kurs für Ähnliches")
    copy.copy_missing(ONE_LESSON)
    return copy


@pytest.fixture
def upgrade(monkeypatch):
    """Has the course ship another edition of lesson 01, whose first cell says this text."""
    shipped = working_copy.shipped

    def upgrade(text):
        def another(kind, lesson):
            notebook = json.loads(shipped(kind, lesson))
            if kind == "lessons":
                notebook["cells"][0]["source"] = text
            return json.dumps(notebook)

        monkeypatch.setattr(working_copy, "shipped", another)

    return upgrade


def contents(folder):
    """Return what lies in the folder: each file's path and bytes, without the record of what was copied."""
    paths = [path for path in folder.rglob("*") if path.is_file() and path.name != "laid.json"]
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in paths}


# --- copying ----------------------------------------------------------------------------------------------------------


def test_lessons_and_exercises_are_copied_without_outputs_and_solutions_are_not(tmp_path):
    """Every lesson and its exercises are copied, ready to be run; no solution is."""
    copy = WorkingCopy(tmp_path / "new")
    copied = copy.copy_missing()
    wanted = {f"{kind}/{lesson.slug}.ipynb" for kind in ("lessons", "exercises") for lesson in course().lessons}
    pages = set(working_copy.PAGES)
    assert set(copied.new) == wanted | pages == set(contents(copy.folder))
    for name in wanted:
        cells = nbformat.read(copy.folder / name, as_version=4).cells
        assert all(not cell.outputs and cell.execution_count is None for cell in cells if cell.cell_type == "code")


def test_what_a_learner_wrote_stays(copy):
    """Copied again, a notebook keeps what was written into it, and nothing is put beside it."""
    mine = copy.path("exercises", LESSON)
    mine.write_text("what I wrote", encoding="utf-8")
    before = contents(copy.folder)
    copied = copy.copy_missing(ONE_LESSON)
    assert (copied.new, copied.newer) == ([], [])
    assert contents(copy.folder) == before


def test_a_notebook_that_was_deleted_comes_back(copy):
    """A notebook that is missing is copied again, and no other is touched."""
    before = contents(copy.folder)
    copy.path("lessons", LESSON).unlink()
    assert copy.copy_missing(ONE_LESSON).new == [f"lessons/{LESSON.slug}.ipynb"]
    assert contents(copy.folder) == before


def test_an_upgrade_adds_and_never_replaces(copy, upgrade):
    """Each new edition is put beside the learner's notebook under a name of its own, once."""
    before = contents(copy.folder)
    added = []
    for text in ("second edition", "third edition"):
        upgrade(text)
        (name,) = copy.copy_missing(ONE_LESSON).newer
        assert text in (copy.folder / name).read_text(encoding="utf-8")
        added.append(name)
        assert copy.copy_missing(ONE_LESSON).newer == []
    after = contents(copy.folder)
    assert {name: after[name] for name in before} == before
    assert set(after) - set(before) == set(added)
    assert len(set(added)) == 2


def test_an_edition_that_the_learner_has_already_is_not_added(copy, upgrade):
    """Who has deleted the old notebook, or copied it again, has the new edition and gets no second one."""
    upgrade("second edition")
    mine = copy.path("lessons", LESSON)
    mine.write_text(working_copy.cleared(working_copy.shipped("lessons", LESSON)), encoding="utf-8", newline="\n")
    assert copy.copy_missing(ONE_LESSON).newer == []


def test_what_only_a_tool_reads_makes_no_newer_edition(copy):
    """An earlier version stored less about the language; nobody is given twelve notebooks with the same cells again."""
    record = copy.folder / ".course" / "laid.json"
    recorded = json.loads(record.read_text(encoding="utf-8"))
    for path in copy.folder.rglob("*.ipynb"):
        notebook = nbformat.read(path, as_version=4)
        notebook.metadata.language_info = {"name": "python"}
        text = nbformat.writes(notebook, version=4) + "\n"
        path.write_text(text, encoding="utf-8", newline="\n")
        recorded[path.relative_to(copy.folder).as_posix()] = hashlib.sha256(text.encode()).hexdigest()
    record.write_text(json.dumps(recorded), encoding="utf-8")
    before = contents(copy.folder)
    assert copy.copy_missing(ONE_LESSON).newer == []
    assert contents(copy.folder) == before


@pytest.mark.parametrize("record", ["", "[]", "5", '{"lessons', "\x00"])
def test_a_damaged_record_costs_nothing(copy, record):
    """When the record of what was copied cannot be read, everything stays and the record is made anew."""
    place = copy.folder / ".course" / "laid.json"
    place.write_text(record, encoding="utf-8")
    before = contents(copy.folder)
    copied = copy.copy_missing(ONE_LESSON)
    assert (copied.new, copied.newer) == ([], [])
    assert contents(copy.folder) == before
    assert set(json.loads(place.read_text(encoding="utf-8"))) == set(before)


def test_a_page_moves_on_unless_the_learner_wrote_in_it(copy, monkeypatch, tmp_path):
    """A page that nobody changed is copied anew with the course; one that was changed, or a damaged record, stays."""
    name, *others = working_copy.PAGES
    shipped = tmp_path / "shipped"
    (shipped / "lessons").mkdir(parents=True)
    (shipped / name).write_text("second edition", encoding="utf-8")
    for other in others:
        (shipped / other).write_text("another page", encoding="utf-8")
    monkeypatch.setattr(working_copy, "HOME", shipped)
    monkeypatch.setattr(working_copy, "KINDS", ())
    assert copy.copy_missing(ONE_LESSON).new == []
    assert (copy.folder / name).read_text(encoding="utf-8") == "second edition"
    (copy.folder / name).write_text("my notes", encoding="utf-8")
    (shipped / name).write_text("third edition", encoding="utf-8")
    assert copy.copy_missing(ONE_LESSON).new == []
    assert (copy.folder / name).read_text(encoding="utf-8") == "my notes"


# --- folders that cannot be ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("inside", [".", "mine", "lessons/mine", "exercises/../mine"])
def test_the_course_s_own_files_are_no_working_copy(inside):
    """A folder in the clone is refused, since there a learner's work would stand among tracked files."""
    with pytest.raises(CourseError, match="inside the course's own files"):
        WorkingCopy(HOME / inside)


def test_a_link_into_the_clone_is_the_clone(tmp_path):
    """It is refused by whatever way it is reached."""
    link = tmp_path / "link"
    try:
        link.symlink_to(HOME, target_is_directory=True)
    except OSError:
        pytest.skip("this user may not make links")
    with pytest.raises(CourseError, match="inside the course's own files"):
        WorkingCopy(link / "mine")


def test_the_clone_is_known_in_capital_letters(tmp_path):
    """On systems where a case does not tell one name from another, neither does it here."""
    (tmp_path / "clone").mkdir()
    if not (tmp_path / "CLONE").exists():
        pytest.skip("on this disk a case tells two names apart")
    assert is_inside(tmp_path / "CLONE" / "mine", tmp_path / "clone")


def test_a_file_is_no_folder(tmp_path):
    """A file in the folder's place raises CourseError and stays."""
    place = tmp_path / "file"
    place.write_text("mine", encoding="utf-8")
    with pytest.raises(CourseError, match="can't write to"):
        WorkingCopy(place).copy_missing()
    assert place.read_text(encoding="utf-8") == "mine"


@pytest.mark.skipif(os.name == "nt", reason="Windows guesses a home directory for any name")
def test_a_user_who_does_not_exist_has_no_folder():
    """A ~ that leads nowhere raises CourseError."""
    with pytest.raises(CourseError, match="--folder"):
        WorkingCopy(Path("~nobody-of-this-name/course"))


def test_a_full_disk_leaves_no_half_notebook(copy, monkeypatch):
    """When writing fails the error names the reason, the old files are whole, and no parts lie about."""
    copy.path("lessons", LESSON).unlink()
    before = contents(copy.folder)

    def full(self, content):
        self.touch()
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(CourseError, match="No space left on device"):
        copy.copy_missing(ONE_LESSON)
    assert contents(copy.folder) == before


def test_two_processes_can_write_one_file_at_once(tmp_path, monkeypatch):
    """Each writes a part of its own, so neither takes the other's away, and the last one wins."""
    path, replace = tmp_path / "a.json", Path.replace

    def after_another(self, target):
        monkeypatch.setattr(Path, "replace", replace)
        monkeypatch.setattr(os, "getpid", lambda: 2)
        write(path, "the other's")
        return self.replace(target)

    monkeypatch.setattr(os, "getpid", lambda: 1)
    monkeypatch.setattr(Path, "replace", after_another)
    write(path, "mine")
    assert contents(tmp_path) == {"a.json": b"mine"}


@pytest.mark.parametrize(
    ("maybe_open", "said"),
    [
        (False, "I can't write to {folder}: No space left on device. Choose another folder."),
        (
            True,
            "I can't write {file}: No space left on device. "
            "If another program has the file open, close it. Or choose another folder.",
        ),
    ],
)
def test_what_cannot_be_written_is_named(tmp_path, monkeypatch, maybe_open, said):
    """The folder, or the file itself where another program may have it open; never the part that is written first."""

    def full(self, target):
        raise OSError(errno.ENOSPC, "No space left on device", str(self))

    monkeypatch.setattr(Path, "replace", full)
    file = tmp_path / "a.csv"
    with pytest.raises(CourseError) as raised, writing(tmp_path, maybe_open):
        write(file, "half a character: \ud800")
    assert str(raised.value) == said.format(folder=tmp_path, file=file)
    assert contents(tmp_path) == {}


def test_where_a_learner_works_by_default(monkeypatch, tmp_path):
    """COURSE_FOLDER names the folder; without it there is one in the home directory."""
    monkeypatch.setenv("COURSE_FOLDER", str(tmp_path / "elsewhere"))
    assert WorkingCopy(default_folder()).folder == (tmp_path / "elsewhere").resolve()
    monkeypatch.delenv("COURSE_FOLDER")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    assert WorkingCopy(default_folder()).folder == (tmp_path / "mastering-aws-messaging").resolve()


def test_an_unused_name(tmp_path):
    """A name that is taken gets a number."""
    path = tmp_path / "01.v1.ipynb"
    assert unused(path) == path
    path.touch()
    (tmp_path / "01.v1-2.ipynb").touch()
    assert unused(path).name == "01.v1-3.ipynb"


# --- notebooks that can and cannot be read ---------------------------------------------------------------------------

CODE = '{"cell_type": "code", "metadata": {}, "outputs": [], "execution_count": null%s}'
NOTEBOOK = '{"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": [%s]}'


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", "is empty"),
        (" \n", "is empty"),
        ('{"cells": [', "a notebook that I can read"),
        ("[]", "a notebook that I can read"),
        ("5", "a notebook that I can read"),
        ("{}", "a notebook that I can read"),
        (NOTEBOOK % "1", "a notebook that I can read"),
        (NOTEBOOK % (CODE % ""), "'source' is a required property"),
        (NOTEBOOK % (CODE % ', "source": 5'), "a notebook that I can read"),
        (NOTEBOOK.replace('"nbformat": 4', '"nbformat": 9') % "", "version 9"),
        ((NOTEBOOK % "").encode("utf-16"), "UTF-8"),
    ],
)
def test_a_damaged_notebook_is_named_with_what_to_do(tmp_path, content, said):
    """What is no notebook raises NotebookError: the file, what is wrong with it, and the way out. The file stays."""
    path = tmp_path / "01_messaging_fundamentals.ipynb"
    content = content if isinstance(content, bytes) else content.encode()
    path.write_bytes(content)
    with pytest.raises(NotebookError, match=said) as raised:
        read_notebook(path)
    assert str(path) in str(raised.value)
    assert "course reset 01" in str(raised.value)
    assert path.read_bytes() == content


def test_a_missing_notebook_is_named_with_what_to_do(tmp_path):
    """Where nothing was copied yet the error says how to."""
    with pytest.raises(NotebookError, match="course lab"):
        read_notebook(tmp_path / "01_messaging_fundamentals.ipynb")


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize(
    "text",
    [
        "\ufeff" + NOTEBOOK % (CODE % ', "id": "one", "source": "print(1)"'),
        NOTEBOOK % (CODE % ', "id": "one", "unknown": 1, "source": ["print(1)"]'),
        NOTEBOOK % ", ".join([CODE % ', "id": "one", "source": "print(1)"'] * 2),
        NOTEBOOK % (CODE % ', "source": "print(1)"'),
        '{"nbformat": 3, "nbformat_minor": 0, "metadata": {"name": ""}, "worksheets": [{"metadata": {}, "cells": '
        '[{"cell_type": "code", "language": "python", "metadata": {}, "outputs": [], "input": "print(1)"}]}]}',
    ],
    ids=["byte order mark", "unknown key", "an id twice", "no id", "format 3"],
)
def test_an_odd_notebook_is_read_all_the_same(tmp_path, text):
    """What other editors and older Jupyters write is read, without a word about it."""
    path = tmp_path / "01_messaging_fundamentals.ipynb"
    path.write_text(text, encoding="utf-8")
    assert {cell.source for cell in read_notebook(path).cells} == {"print(1)"}
