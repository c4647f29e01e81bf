"""`course build --watch`: it builds what an author has saved, and a build doesn't start another one."""

import json
import shutil
from itertools import islice

import pytest

from helpers.authoring import build, custom_set, proof, watch
from helpers.course import HOME, course
from helpers.errors import NotebookError

LESSON = course().lesson("03")


@pytest.fixture
def clone(tmp_path):
    """What is watched of a clone, with lesson 03 alone."""
    for name in ("lessons", "solutions"):
        (tmp_path / name).mkdir()
        shutil.copy(HOME / name / f"{LESSON.slug}.ipynb", tmp_path / name)
    checks = tmp_path / "helpers" / "checks" / "lessons"
    checks.mkdir(parents=True)
    for name in ("shop.py", "lesson_03.py"):
        shutil.copy(HOME / "helpers" / "checks" / "lessons" / name, checks)
    text = (HOME / "lessons" / "course.toml").read_text(encoding="utf-8")
    start, end = text.index('[[lesson]]\nslug = "03'), text.index('[[lesson]]\nslug = "04')
    alone = f'title = "x"\n{text[start:end]}'.replace("needs = [", "needs = [] #")
    (tmp_path / "lessons" / "course.toml").write_text(alone, encoding="utf-8")
    return tmp_path


def edit(path, change):
    """Change the notebook in this file."""
    notebook = json.loads(path.read_text(encoding="utf-8"))
    change(notebook["cells"])
    path.write_text(json.dumps(notebook), encoding="utf-8")


def spoil(cells):
    """Change what a build writes: the outputs, and the text of the last cell."""
    for cell in cells:
        if cell["cell_type"] == "code":
            cell["outputs"], cell["execution_count"] = [], 99
    cells[-1]["source"] = "another"


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("lessons/03_messages.ipynb", lambda cells: cells[0].update(source="x")),
        ("solutions/03_messages.ipynb", lambda cells: cells[3].update(source="x")),
        ("solutions/03_messages.ipynb", lambda cells: cells[3].update(id="x")),
        ("solutions/03_messages.ipynb", lambda cells: cells.pop(3)),
    ],
)
def test_what_an_author_writes_counts(clone, name, change):
    """A cell's text, its name, and whether it's there."""
    before = watch.lessons_of(clone)
    edit(clone / name, spoil)
    assert watch.lessons_of(clone) == before
    edit(clone / name, change)
    assert watch.lessons_of(clone) != before


@pytest.mark.parametrize("name", ["lessons/course.toml", "helpers/checks/lessons/lesson_03.py"])
def test_a_lessons_entry_and_checks_count(clone, name):
    """So does what all checks share."""
    before = watch.lessons_of(clone)
    text = (clone / name).read_text(encoding="utf-8")
    (clone / name).write_text(text.replace("bytes", "octets"), encoding="utf-8")
    assert watch.lessons_of(clone) != before


def test_a_set_of_exercises_is_watched_too(tmp_path):
    """Its list, its checks and its solutions, but not what's made from them."""
    folder = tmp_path / "exam"
    custom_set.new(folder)
    before = watch.set_of(folder)
    (folder / "exercises").mkdir()
    (folder / "exercises" / "90_exam.ipynb").touch()
    assert watch.set_of(folder) == before
    edit(folder / "solutions" / "90_exam.ipynb", lambda cells: cells.pop(0))
    assert watch.set_of(folder) != before


def test_only_what_has_settled_is_built():
    """What's half saved, or still changes, is looked at again later. Each change counts once."""
    looks = iter(["a", "a", OSError(), "b", "c", "c", "c", ValueError(), "c", "d", "d"])

    def look():
        now = next(looks)
        if isinstance(now, Exception):
            raise now
        return {"03": now, "04": "same"}

    assert list(islice(watch.changes(look, pause=lambda seconds: None), 2)) == [["03"], ["03"]]


def test_a_build_writes_nothing_over_what_was_saved_meanwhile(clone, monkeypatch):
    """An author goes on writing while the lesson runs."""
    for name in ("README.md", "helpers/checks/lessons/lesson_03.py"):
        shutil.copy(HOME / name, clone / name)
    saved = clone / "solutions" / f"{LESSON.slug}.ipynb"

    def run(notebook, path):
        edit(saved, lambda cells: cells[0].update(source="written meanwhile"))
        return set()

    monkeypatch.setattr(build, "run", run)
    monkeypatch.setattr(proof, "require", lambda *_, **__: None)
    with pytest.raises(NotebookError, match=r"03_messages\.ipynb was saved while it was being built"):
        build.build(clone, "03", say=lambda text: None)
    assert "written meanwhile" in saved.read_text(encoding="utf-8")
    assert not (clone / "exercises").exists()
