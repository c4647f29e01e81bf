"""Right answers keep their marks wherever packages are; a sandbox in which they lose them is found out beforehand."""

import json
import os
import subprocess
import sys
import sysconfig
import venv
from pathlib import Path

import pytest
from solution_imports import imports

import helpers
from helpers.checks.solutions import answer_source
from helpers.course import course
from helpers.errors import CourseError
from helpers.grading import exercise_set, known_answer, workers
from helpers.sandbox.isolation.import_places import import_places
from helpers.sandbox.isolation.layers import Isolation

LESSON = course().lessons[0]
PACKAGES = Path(sysconfig.get_path("purelib"))
CLONE = Path(helpers.__file__).parent.parent
# Grades the solutions of lesson 01, without the known answer, which would stop before; prints the outcomes.
GRADE = """
import json, sys
from helpers.grading import exercise_set, workers
from helpers.grading.store import Job
workers.check_sandbox = lambda *_: None
job = Job("", sys.argv[1], tuple(json.loads(sys.argv[2])))
graded = workers.do(workers.Task(exercise_set.own(), 1), job)
workers.close()
print(json.dumps([[outcome.status, outcome.got] for outcome in graded.outcomes]))
"""


def graded(python, **environment):
    """Return statuses and findings of the solutions of lesson 01, graded by a Python in this environment."""
    cells = [imports(LESSON.slug), *(answer_source(exercise) for exercise in LESSON.exercises)]
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "COURSE_", "VIRTUAL"))}
    command = [str(python), "-c", GRADE, LESSON.slug, json.dumps(cells)]
    done = subprocess.run(command, env=kept | environment, cwd="/", capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


RIGHT = [["correct", ""]] * len(LESSON.exercises)
needs_isolation = pytest.mark.skipif(sys.platform != "linux", reason="only Linux isolates hand-ins")


@needs_isolation
@pytest.mark.full
def test_packages_that_a_pth_file_names_can_be_read(tmp_path):
    """An environment without packages, on top of another one that has them."""
    venv.create(tmp_path / "overlay", symlinks=True)
    python = tmp_path / "overlay" / "bin" / "python"
    site = next((tmp_path / "overlay" / "lib").glob("python3*")) / "site-packages"
    (site / "overlay.pth").write_text(f"{PACKAGES}\n{CLONE}\n")
    assert graded(python) == RIGHT


@needs_isolation
@pytest.mark.full
def test_packages_of_one_user_can_be_read(tmp_path):
    """As `pip install --user` puts them into the user's folder, for a Python that knows none of them itself."""
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    site = tmp_path / "user" / "lib" / version / "site-packages"
    site.parent.mkdir(parents=True)
    (tmp_path / "packages").mkdir()
    for each in PACKAGES.iterdir():
        (tmp_path / "packages" / each.name).symlink_to(each)
    (tmp_path / "packages" / "course.pth").write_text(f"{CLONE}\n")
    site.symlink_to(tmp_path / "packages")
    assert graded(sys._base_executable, PYTHONUSERBASE=str(tmp_path / "user")) == RIGHT


def test_what_imports_lead_to_can_be_read_and_nothing_hidden(tmp_path, monkeypatch):
    """The parts of `sys.path` and of loaded modules; no course, no hand-ins, and no folder that holds a home."""
    for name in (
        "overlay",
        "home/sources/inside",
        "hand-ins/learner",
        "hand-ins/env/site-packages",
        "copy/lessons",
        "around/secret",
    ):
        (tmp_path / name).mkdir(parents=True)
    for name in (
        "home/sources/inside/__init__.py",
        "home/alone.py",
        "hand-ins/learner/theirs.py",
        "copy/lessons/course.toml",
    ):
        (tmp_path / name).touch()
    (tmp_path / "linked").symlink_to(tmp_path / "overlay")
    on_path = [
        "linked",
        "nowhere",
        "home",
        "hand-ins",
        "hand-ins/learner",
        "hand-ins/env/site-packages",
        "copy",
        "around",
    ]
    monkeypatch.setattr(sys, "path", ["", *(str(tmp_path / name) for name in on_path)])
    for name, place in (("inside_of_it", "home/sources/inside/__init__.py"), ("alone_of_it", "home/alone.py")):
        module = type(sys)(name)
        module.__file__ = str(tmp_path / place)
        if place.endswith("__init__.py"):
            module.__path__ = [str((tmp_path / place).parent)]
        monkeypatch.setitem(sys.modules, name, module)
    places = import_places([tmp_path / "hand-ins", tmp_path / "around" / "secret", CLONE], tmp_path / "home")
    here = {str(place.relative_to(tmp_path)) for place in places if place.is_relative_to(tmp_path)}
    assert here == {"overlay", "home/sources/inside", "home/alone.py", "hand-ins/env/site-packages"}
    assert {Path(sys.prefix).resolve(), Path(sys.base_prefix).resolve()} <= places
    assert not any(CLONE.is_relative_to(place) for place in places)


@needs_isolation
def test_an_environment_inside_the_hidden_course_stays_readable(tmp_path):
    """As the README makes it: the course below a folder that can be read, with `.venv` in it."""
    for name in ("scratch", "usr/course/.venv/lib", "usr/course/solutions"):
        (tmp_path / name).mkdir(parents=True)
    course, environment = tmp_path / "usr" / "course", tmp_path / "usr" / "course" / ".venv"
    made = Isolation(tmp_path / "scratch", [tmp_path / "usr", environment], [course])
    assert made._covered == [course / "solutions"]


def test_a_machine_on_which_a_right_answer_fails_is_named_before_any_hand_in(monkeypatch):
    """`course grade` stops, with what was seen and what to do; nothing of the sandbox is left running."""
    cell = known_answer._CELLS[-1].replace("return", "open('/nowhere/data.json')\n    return")
    monkeypatch.setattr(known_answer, "_CELLS", (*known_answer._CELLS[:-1], cell))
    monkeypatch.setattr(workers, "_launchers", {})
    with pytest.raises(CourseError, match=r"known to be right.*FileNotFoundError.*python3 -m venv") as told:
        workers.launcher(workers.Task(exercise_set.own(), 1, hidden=("/nowhere",)))
    assert "\n" not in str(told.value)
    assert workers._launchers == {}
