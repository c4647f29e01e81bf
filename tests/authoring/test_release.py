"""`course release`: what is handed out, and where it can be written."""

import re
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from helpers import cli
from helpers.authoring import release
from helpers.course import HOME, course
from helpers.errors import CourseError


def test_a_release_has_everything_but_the_solutions(tmp_path):
    """The package, lessons, exercises and what builds them are there; no solution, test or cache is."""
    out = tmp_path / "deep" / "release"
    names = release.release(out)
    top = [
        ".binder",
        ".devcontainer",
        ".gitignore",
        "LICENSE",
        "README.md",
        "exercises",
        "helpers",
        "lessons",
        "pyproject.toml",
        "solutions",
    ]
    assert names == sorted(top)
    assert [file.name for file in (out / "solutions").iterdir()] == ["README.md"]
    wanted = {f"{lesson.slug}.ipynb" for lesson in course().lessons}
    for kind in ("lessons", "exercises"):
        assert {file.name for file in (out / kind).glob("*.ipynb")} == wanted
    assert (out / "helpers/learner/lab_settings/overrides.json").is_file()
    assert (out / "helpers/backends/offline/profiles/config").is_file()


def test_a_release_has_no_leftovers(tmp_path, monkeypatch):
    """What Python and JupyterLab leave behind in a clone stays there, and so do tests and the notes for instructors."""
    clone = tmp_path / "clone"
    wanted = {"helpers/cli/shared.py", "lessons/01.ipynb", "exercises/01.ipynb"}
    wanted |= {"pyproject.toml", "README.md", "LICENSE", ".devcontainer/Dockerfile"}
    leftovers = {
        "helpers/__pycache__/cli.pyc",
        "lessons/.ipynb_checkpoints/01.ipynb",
        "solutions/01.ipynb",
        "lessons/notes/01.md",
        "tests/a.py",
        ".github/workflows/tests.yml",
    }
    for name in wanted | leftovers:
        (clone / name).parent.mkdir(parents=True, exist_ok=True)
        (clone / name).touch()
    monkeypatch.setattr(release, "HOME", clone)
    monkeypatch.setattr(release, "_PACKAGE", clone / "helpers")
    (clone / "pyproject.toml").write_text("[project]\n\n[tool.hatch.build]\n\n[tool.pytest]\n", encoding="utf-8")
    out = tmp_path / "out"
    release.release(out)
    assert (out / "pyproject.toml").read_text(encoding="utf-8") == "[project]\n\n[tool.hatch.build]\n"
    found = {path.relative_to(out).as_posix() for path in out.rglob("*") if path.is_file()}
    assert found == wanted | {"solutions/README.md"}


@pytest.mark.parametrize("inside", [".", "new", "helpers/new", "lessons/new"])
def test_a_release_is_not_written_into_the_course(inside, monkeypatch):
    """The course's own files are no place for it, however it is named, and nothing is written there."""
    monkeypatch.chdir(HOME / "tests")
    for out in (HOME / inside, Path("..", inside)):
        with pytest.raises(CourseError, match="inside the course's own files"):
            release.release(out)
    assert not (HOME / inside / "pyproject.toml").exists() or inside == "."


def test_a_release_is_written_into_a_new_folder_only(tmp_path):
    """A folder with something in it, a file, and a folder in a file raise CourseError; what was there stays alone."""
    (tmp_path / "mine.txt").write_text("mine", encoding="utf-8")
    for name, said in ((".", "isn't empty"), ("mine.txt", "can't write"), ("mine.txt/x", "can't write")):
        out = tmp_path / name
        with pytest.raises(CourseError, match=said):
            release.release(out)
    assert {path.name for path in tmp_path.iterdir()} == {"mine.txt"}
    assert (tmp_path / "mine.txt").read_text(encoding="utf-8") == "mine"


# --- its README ------------------------------------------------------------------------------------------------------


def test_the_readme_is_for_learners():
    """It has the lessons, and of the commands those for learners alone, each of which exists."""
    text = release.readme()
    for lesson in course().lessons:
        assert f"[{lesson.number} {lesson.title}](lessons/{lesson.slug}.ipynb) | {lesson.able_to}" in text
    named = set(re.findall(r"(?:`|bin/|Scripts.)course (\w+)", text))
    commands = typer.main.get_command(cli.app).commands
    assert named == {name for name, each in commands.items() if each.rich_help_panel == cli.shared.LEARNERS}
    for typed in re.findall(r"\| `(course [^`]+)`", text):
        done = CliRunner().invoke(cli.app, [*typed.split()[1:2], "--help"])
        assert done.exit_code == 0, typed


def test_the_readme_leads_to_files_of_the_release():
    """Its links that aren't addresses lead to what a release has."""
    links = re.findall(r"\]\((?!https:)([^)]+)\)", release.readme())
    assert "lessons/when_something_goes_wrong.md" in links
    for link in links:
        assert link.startswith(("lessons/", "exercises/")), link
        assert (HOME / link).is_file(), link
