"""Right answers keep their marks wherever packages are; a sandbox in which they lose them is found out beforehand."""

import importlib.util
import json
import os
import subprocess
import sys
import sysconfig
import venv
from pathlib import Path
from types import SimpleNamespace

import pytest
from in_sandbox import a_world
from one_sandbox import launcher
from solution_imports import imports

import helpers
from helpers.checks.solutions import answer_source
from helpers.course import course
from helpers.errors import CourseError
from helpers.grading import exercise_set, known_answer, workers
from helpers.sandbox import fork_server
from helpers.sandbox import launcher as launchers
from helpers.sandbox.hand_in_process import HandInProcess
from helpers.sandbox.isolation.import_places import copies_of_the_course, import_places
from helpers.sandbox.isolation.layers import Isolation, _without
from helpers.sandbox.isolation.links import on_the_way

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


def relative(places, folder):
    """Return those of the places that are in a folder, as texts."""
    return {str(place.relative_to(folder)) for place in places if place.is_relative_to(folder)}


def test_what_imports_lead_to_can_be_read_and_nothing_hidden(tmp_path, monkeypatch):
    """The parts of `sys.path` and of loaded modules; no course, no hand-ins, and no folder that holds a home."""
    for name in (
        "overlay/site-packages",
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
    (tmp_path / "linked").symlink_to(tmp_path / "overlay" / "site-packages")
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
    assert relative(places, tmp_path) == {
        "overlay/site-packages",
        "home/sources/inside",
        "home/alone.py",
        "hand-ins/env/site-packages",
    }
    assert {Path(sys.prefix).resolve(), Path(sys.base_prefix).resolve()} <= places
    assert not any(CLONE.is_relative_to(place) for place in places)


def project(folder):
    """Lay out a project as somebody writes one, with more in it than can be imported."""
    for name in (
        *(".env", ".git/config", ".hidden.py", ".tools/__init__.py", "data/learners.csv", "notes.txt", "README.md"),
        *("good/__init__.py", "good/part.py", "bound.libs/libx.so", "single.py", "fast.abi3.so", "scripts/deploy.py"),
    ):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text("TOKEN = 1\n" if name.endswith(".py") else "a key of somebody's\n")
    return {"good", "bound.libs", "single.py", "fast.abi3.so"}


def test_of_another_project_only_what_can_be_imported_is_open(tmp_path, monkeypatch):
    """As an editable install or PYTHONPATH puts it on `sys.path`: its keys, its history and its data stay closed."""
    expected = project(tmp_path / "other-project")
    monkeypatch.setattr(sys, "path", [str(tmp_path / "other-project")])
    assert relative(import_places([CLONE], tmp_path / "home"), tmp_path / "other-project") == expected


@pytest.mark.full
@pytest.mark.parametrize("name", ["teaching", "site-packages"])
@pytest.mark.parametrize("copy", ["old", "years/old", "good/old"])
def test_no_copy_of_the_course_is_opened_with_the_folder_above_it(name, copy, tmp_path, monkeypatch):
    """Nor with a package around it, nor as a folder of packages; what is beside it can be imported."""
    teaching = tmp_path / name
    expected = project(teaching) if name == "teaching" else {"."}
    for part in ("lessons/course.toml", "solutions/01.ipynb", "helpers/__init__.py", "alone.py"):
        (teaching / copy / part).parent.mkdir(parents=True, exist_ok=True)
        (teaching / copy / part).touch()
    (teaching / "good").mkdir(exist_ok=True)
    (teaching / "good" / "__init__.py").touch()

    def opened(*entries):
        monkeypatch.setattr(sys, "path", [str(entry) for entry in entries])
        places = import_places([CLONE], tmp_path / "home")
        copies = copies_of_the_course(places)
        assert copies >= ({teaching / copy} if teaching in entries else set())
        readable = [part for place in places for part in _without(place, list(copies))]
        assert not any(part.is_relative_to(teaching / copy) for part in readable)
        assert any(part.is_relative_to(teaching / "good") for part in readable) == (teaching in entries)
        return relative(places, teaching)

    assert opened(teaching) == opened(teaching, teaching / copy) == expected
    assert opened(teaching / copy) == opened(teaching / copy / "solutions") == set()


@needs_isolation
def test_the_copy_of_the_course_that_an_editable_install_makes_cannot_be_read(tmp_path, monkeypatch):
    """The wheel's copy, among the packages of the environment in which a clone is installed, or of the one below."""
    site = tmp_path / "lib" / "python3.99" / "site-packages"
    for part in ("helpers/_course/lessons/course.toml", "helpers/_course/solutions/01.ipynb", "boto3/__init__.py"):
        (site / part).parent.mkdir(parents=True)
        (site / part).touch()
    (tmp_path / "scratch").mkdir()
    assert site / "helpers" / "_course" in copies_of_the_course([tmp_path])
    monkeypatch.setattr(sys, "path", [str(site)])
    copies = copies_of_the_course([])
    assert copies == {site / "helpers" / "_course"}
    assert Isolation(tmp_path / "scratch", [tmp_path / "lib"], copies)._covered == [*copies]


@needs_isolation
def test_of_two_hidden_folders_one_in_the_other_the_outer_one_is_covered(tmp_path):
    """As an installed wheel has the course inside its package: under the first cover there is no second folder."""
    for name in ("scratch", "lib/helpers/_course"):
        (tmp_path / name).mkdir(parents=True)
    helpers_there = tmp_path / "lib" / "helpers"
    made = Isolation(tmp_path / "scratch", [tmp_path / "lib"], [helpers_there, helpers_there / "_course"])
    assert made._covered == [helpers_there]


def test_hand_ins_below_a_folder_of_packages_stay_hidden(tmp_path, monkeypatch):
    """What makes a folder one of packages is looked for below what is hidden, not above it."""
    hidden = tmp_path / "site-packages" / "hand-ins"
    (hidden / "learner" / "env" / "dist-packages").mkdir(parents=True)
    (hidden / "learner" / "theirs.py").touch()
    on_path = [hidden / "learner", hidden / "learner" / "env" / "dist-packages"]
    monkeypatch.setattr(sys, "path", [str(path) for path in on_path])
    assert relative(import_places([hidden], tmp_path / "home"), hidden) == {"learner/env/dist-packages"}


def test_what_is_in_each_folder_of_imports_is_known_before_it_is_closed(tmp_path, monkeypatch):
    """Python lists such a folder once, and again when it has changed; a hand-in isn't allowed to."""
    project(tmp_path)
    monkeypatch.setattr(sys, "path", [str(tmp_path)])
    fork_server._list_import_places()
    with monkeypatch.context() as patch:  # of the module that Python's imports use
        patch.setattr(sys.modules[os.name], "listdir", lambda *_: pytest.fail("it was listed again"))
        found = importlib.util.find_spec("single")
    assert found.origin == str(tmp_path / "single.py")


@needs_isolation
def test_no_hand_in_reads_the_solutions_wherever_a_copy_of_them_is():
    """Those of this clone, and those that its installation put among the packages."""
    copies = {CLONE, *copies_of_the_course([PACKAGES])}
    files = [str(path) for copy in copies for path in (copy / "solutions").glob("*.ipynb")]
    assert len(files) >= len(course().lessons)
    cell = f"""
opened = []
for name in {files!r}:
    try:
        open(name).read()
        opened.append(name)
    except OSError:
        pass
raise ValueError(opened)
"""
    process = HandInProcess(launcher().start())
    try:
        ((_, error),) = process.load([cell], [], [], a_world())["failed"]
    finally:
        process.close()
    assert (error["type"], error["message"]) == ("ValueError", "[]")


@needs_isolation
@pytest.mark.full
def test_a_hand_in_imports_from_another_project_and_reads_nothing_else_of_it(tmp_path, monkeypatch):
    """Its packages and modules, though nothing imported them before and the folder can't be listed."""
    project(tmp_path)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    cell = f"""
import good.part, single
closed = []
for name in (".env", ".git/config", "data/learners.csv", "notes.txt", "scripts/deploy.py"):
    try:
        open({str(tmp_path)!r} + "/" + name).read()
    except OSError:
        closed.append(name)
assert good.part.TOKEN == single.TOKEN == 1
raise ValueError(len(closed))
"""
    by = launchers.launcher([CLONE])
    process = HandInProcess(by.start())
    try:
        ((_, error),) = process.load([cell], [], [], a_world())["failed"]
    finally:
        process.close()
        by.close()
    assert (error["type"], error["message"]) == ("ValueError", "5")


@needs_isolation
def test_links_on_the_way_are_kept(tmp_path):
    """Also a link that leads to a link, relative or not; a circle ends."""
    for name in ("real/lib", "other"):
        (tmp_path / name).mkdir(parents=True)
    for name, target in {"first": "other/second", "other/second": str(tmp_path / "real"), "circle": "circle"}.items():
        (tmp_path / name).symlink_to(target)
    found = on_the_way([str(tmp_path / "first" / "lib"), str(tmp_path / "circle"), "relative", str(tmp_path / "none")])
    assert found == {
        tmp_path / "first": "other/second",
        tmp_path / "other" / "second": str(tmp_path / "real"),
        tmp_path / "circle": "circle",
    }


def test_of_a_python_of_the_system_only_its_own_folder_is_readable(tmp_path, monkeypatch):
    """As Debian's, whose prefix is /usr, with everything else that is installed."""
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    for name in (f"usr/lib/{version}", "usr/local/share/secrets", "usr/bin"):
        (tmp_path / name).mkdir(parents=True)
    usr = tmp_path / "usr"
    monkeypatch.setattr("helpers.sandbox.isolation.import_places._SHARED", (usr,))
    for name in ("prefix", "exec_prefix", "base_prefix"):
        monkeypatch.setattr(sys, name, str(usr))
    monkeypatch.setattr(sys, "path", [str(usr / "lib" / version)])
    assert relative(import_places([CLONE], tmp_path / "home"), usr) == {f"lib/{version}"}


@needs_isolation
def test_an_environment_inside_the_hidden_course_stays_readable(tmp_path):
    """As the README makes it: the course below a folder that can be read, with `.venv` in it."""
    for name in ("scratch", "usr/course/.venv/lib", "usr/course/solutions"):
        (tmp_path / name).mkdir(parents=True)
    course, environment = tmp_path / "usr" / "course", tmp_path / "usr" / "course" / ".venv"
    made = Isolation(tmp_path / "scratch", [tmp_path / "usr", environment], [course])
    assert made._covered == [course / "solutions"]


@pytest.mark.parametrize("ignores", [False, True])
def test_what_python_was_told_to_ignore_is_not_passed_on(ignores, tmp_path, monkeypatch):
    """PYTHONPATH and PYTHONHOME. Otherwise their folders are."""
    flags = SimpleNamespace(ignore_environment=ignores)
    monkeypatch.setattr(launchers, "sys", SimpleNamespace(flags=flags))
    ours = {name: str(tmp_path) for name in ("PYTHONPATH", "PYTHONHOME", "PYTHONNOUSERSITE", "PYTHONUSERBASE")}
    for name, value in ours.items():
        monkeypatch.setenv(name, value)
    passed = launchers._environment()
    assert {name: passed[name] for name in ours if name in passed} == (
        {"PYTHONUSERBASE": str(tmp_path)} if ignores else ours
    )


@pytest.mark.full
@pytest.mark.parametrize("option", ["-E", "-I"])
def test_what_python_was_told_to_ignore_reaches_no_hand_in(option, tmp_path):
    """Neither PYTHONPATH nor PYTHONHOME; without the option the folders are passed on."""
    code = "import json; from helpers.sandbox import launcher; print(json.dumps(launcher._environment()))"
    shown = {}
    for options in ([], [option]):
        done = subprocess.run(
            [sys.executable, *options, "-c", code],
            env=os.environ | {"PYTHONPATH": str(tmp_path), "PYTHONUSERBASE": str(tmp_path)},
            capture_output=True,
            text=True,
            check=True,
        )
        shown[bool(options)] = json.loads(done.stdout)
    assert shown[False]["PYTHONPATH"] == str(tmp_path)
    assert "PYTHONPATH" not in shown[True]
    assert shown[True]["PYTHONHASHSEED"] == "0"


def test_a_machine_on_which_a_right_answer_fails_is_named_before_any_hand_in(monkeypatch):
    """`course grade` stops, with what was seen and what to do; nothing of the sandbox is left running."""
    cell = known_answer._CELLS[-1].replace("return", "open('/nowhere/data.json')\n    return")
    monkeypatch.setattr(known_answer, "_CELLS", (*known_answer._CELLS[:-1], cell))
    monkeypatch.setattr(workers, "_launchers", {})
    closed = []
    made = SimpleNamespace(holes=[], start=launcher().start, close=lambda: closed.append(True))
    monkeypatch.setattr(launchers, "launcher", lambda *_: made)
    with pytest.raises(CourseError, match=r"known to be right.*FileNotFoundError.*python3 -m venv") as told:
        workers.launcher(workers.Task(exercise_set.own(), 1))
    assert "\n" not in str(told.value)
    assert (closed, workers._launchers) == ([True], {})
