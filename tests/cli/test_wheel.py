"""The course as a wheel, installed where there is no clone, and a release made from it. Takes a minute."""

import importlib.util
import json
import os
import subprocess
import sys
import sysconfig
import venv
import zipfile
from pathlib import Path

import pytest

from helpers.checks.solutions import answer_source
from helpers.course import HOME, course

pytestmark = pytest.mark.full

LESSON = course().lessons[0]
BIN = "Scripts" if os.name == "nt" else "bin"


def wheel_of(folder, out):
    """Return the wheel that is built from this folder."""
    # With what builds it at hand no network is needed.
    at_hand = ["--no-build-isolation"] if importlib.util.find_spec("hatchling") else []
    run(sys.executable, "-m", "pip", "wheel", "--no-deps", *at_hand, "--wheel-dir", out, folder)
    (made,) = out.glob("*.whl")
    return made


def run(*words, **options):
    """Return what a process prints, errors and all."""
    done = ended(*words, **options)
    return done.stdout + done.stderr


def ended(*words, code=0, **options):
    """Return a process that ended with this code."""
    done = subprocess.run([*map(str, words)], capture_output=True, encoding="utf-8", timeout=300, **options)
    assert done.returncode == code, done.stdout + done.stderr
    return done


class Installed:
    """A wheel in a virtual environment of its own, next to the packages of this one but without the clone."""

    def __init__(self, wheel, folder):
        self.place = folder / "venv"
        venv.create(self.place, with_pip=False, symlinks=os.name != "nt")
        self.python = self.place / BIN / f"python{'.exe' if os.name == 'nt' else ''}"
        install = ["--python", self.python, "install", "-q", "--no-deps", "--no-index", wheel]
        run(sys.executable, "-m", "pip", *install)
        # A path in a .pth file brings no .pth files of its own, such as the one of an editable install.
        inside = Path(self.said("import sysconfig; print(sysconfig.get_path('purelib'))", cwd=folder))
        packages = {sysconfig.get_path("purelib"), sysconfig.get_path("platlib")}
        (inside / "packages.pth").write_text("\n".join(sorted(packages)), encoding="utf-8")
        self.empty = folder / "empty"
        self.empty.mkdir()
        self.env = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "COURSE_"))}
        self.env |= {"COURSE_FOLDER": str(folder / "course"), "COLUMNS": "200", "PYTHONIOENCODING": "utf-8"}
        self.env |= {"HOME": str(folder), "USERPROFILE": str(folder), "JUPYTER_RUNTIME_DIR": str(folder / "runtime")}

    def said(self, code, **options):
        """Return what this code prints there."""
        return run(self.python, "-c", code, **options).strip()

    def does(self, code):
        """Return what this code prints there, from an empty folder."""
        return self.said(code, cwd=self.empty, env=self.env)

    def course(self, *words, code=0):
        """Return what the command `course` says there, from an empty folder."""
        return run(self.place / BIN / "course", *words, code=code, cwd=self.empty, env=self.env)


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """The wheel of this clone."""
    return wheel_of(HOME, tmp_path_factory.mktemp("wheel"))


@pytest.fixture(scope="module")
def whole(wheel, tmp_path_factory):
    """The course, installed from its wheel."""
    return Installed(wheel, tmp_path_factory.mktemp("whole"))


@pytest.fixture(scope="module")
def released(whole, tmp_path_factory):
    """A release that was made by the installed course, as a folder."""
    out = tmp_path_factory.mktemp("handed out") / "release"
    whole.course("release", out)
    return out


@pytest.fixture(scope="module")
def without_solutions(released, tmp_path_factory):
    """The release, installed from a wheel of its own."""
    wheel = wheel_of(released, tmp_path_factory.mktemp("released wheel"))
    return Installed(wheel, tmp_path_factory.mktemp("without solutions"))


def names(wheel):
    """Return the paths in a wheel."""
    with zipfile.ZipFile(wheel) as archive:
        return set(archive.namelist())


def test_the_wheel_brings_the_course_along(wheel):
    """Notebooks, manifest and README are in it, and whatever else the package reads: settings, profiles, templates."""
    found = names(wheel)
    kinds = ("lessons", "exercises", "solutions")
    wanted = {f"{kind}/{lesson.slug}.ipynb" for kind in kinds for lesson in course().lessons}
    wanted |= {"lessons/course.toml", "pyproject.toml", "README.md"}
    assert {f"helpers/_course/{name}" for name in wanted} <= found
    settings = {f"learner/lab_settings/{name}" for name in ("overrides.json", "page_config.json", "custom/custom.css")}
    profiles = {"backends/offline/profiles/config", "backends/offline/profiles/credentials"}
    templates = {f"grading/reports/templates/{name}" for name in ("base.html", "class.html", "feedback.html")}
    others = {"backends/aws/lessons_operations.json", "py.typed"}
    assert {f"helpers/{name}" for name in settings | profiles | templates | others} <= found


def test_the_wheel_brings_nothing_else(wheel):
    """No tests, no caches, no pictures: the package and its metadata are all."""
    found = names(wheel)
    assert {name.split("/")[0] for name in found} == {"helpers", "mastering_aws_messaging-0.1.0.dist-info"}
    unwanted = ("tests/", "__pycache__", ".pyc", ".ipynb_checkpoints", "artifacts", ".part")
    assert [name for name in found if any(part in name for part in unwanted)] == []


def test_the_clone_is_out_of_sight(whole):
    """What follows is about the installed files."""
    path = Path(whole.does("import helpers; print(helpers.__file__)"))
    assert whole.place.resolve() in path.resolve().parents
    assert str(HOME) not in whole.does("import sys; print(*sys.path, sep='\\n')").splitlines()


def test_an_installed_course_lays_a_working_copy(whole):
    """The notebooks come from the wheel, and JupyterLab is started on them with settings that are there."""
    code = """
        import json
        from pathlib import Path
        from helpers.course import course
        from helpers.learner import lab
        from helpers.learner.working_copy import WorkingCopy, default_folder
        copy = WorkingCopy(default_folder())
        copy.copy_missing()
        words = lab.arguments(copy.folder, course().lessons[0], "lessons", True, None)
        print(json.dumps(dict(word.split("=", 1) for word in words if "=" in word)))
    """
    words = json.loads(whole.does("if True:" + code))
    folder = Path(words["--ServerApp.root_dir"])
    copied = {path.relative_to(folder).as_posix() for path in folder.rglob("*.ipynb")}
    assert copied == {f"{kind}/{lesson.slug}.ipynb" for kind in ("lessons", "exercises") for lesson in course().lessons}
    assert Path(words["--LabApp.app_settings_dir"], "overrides.json").is_file()


def test_an_installed_course_refuses_its_own_folder(whole):
    """A working copy among the installed files would be lost with the next upgrade."""
    inside = whole.does("from helpers.course import HOME; print(HOME)")
    assert "inside the course's own files" in whole.course("check", "--folder", Path(inside, "mine"), code=1)


def answered(installed):
    """Lay a working copy there, with the right answer to the first exercise, and return what `course check` finds."""
    installed.course("reset", "01", "--yes")
    path = Path(installed.env["COURSE_FOLDER"], "exercises", f"{LESSON.slug}.ipynb")
    notebook = json.loads(path.read_text(encoding="utf-8"))
    for cell in notebook["cells"]:
        if cell["id"] == "clients_for":
            cell["source"] = answer_source(LESSON.exercises[0])
    path.write_text(json.dumps(notebook), encoding="utf-8")
    words = [installed.place / BIN / "course", "check", "01", "--json"]
    # The JSON stands alone on the standard output; on the other, a kernel's ZeroMQ may have a last word.
    found = ended(*words, code=1, cwd=installed.empty, env=installed.env).stdout
    return [outcome["status"] for outcome in json.loads(found)]


def test_an_installed_course_checks(whole):
    """`course check` runs the learner's notebook in a kernel of that environment."""
    assert answered(whole) == ["correct"] + ["not attempted"] * (len(LESSON.exercises) - 1)


SOLUTION = "from helpers import solution, start; start(); solution('take_one', insist=True)"


def test_an_installed_course_finds_its_solutions(whole):
    """`solution` shows the source out of the wheel."""
    assert "delete_message" in whole.does(SOLUTION)


def test_an_installed_course_is_not_built(whole):
    """Its notebooks are made in a clone."""
    assert "Run `course build` in a clone" in whole.course("build", code=1)


def test_a_release_of_an_installed_course_holds_no_answer(released):
    """No cell of any of its notebooks, and no other file, has the code of a solution."""
    bodies = [answer_source(exercise).split('"""')[-1].strip() for exercise in course().exercises]
    long = [body for body in bodies if body.count("\n") > 2]
    assert long
    for path in released.rglob("*"):
        if path.suffix == ".ipynb":
            cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
            text = "\n".join("".join(cell["source"]) for cell in cells)
        elif path.is_file():
            text = path.read_text(encoding="utf-8")
        assert path.is_dir() or [body for body in long if body in text] == [], path


def test_a_release_is_a_course(without_solutions):
    """It is built, installed and checks as the whole one does."""
    assert answered(without_solutions) == ["correct"] + ["not attempted"] * (len(LESSON.exercises) - 1)


def test_a_release_says_that_its_solutions_are_kept_away(without_solutions):
    """The command for one says who has it."""
    said = without_solutions.does(SOLUTION)
    assert "has no solutions" in said
    assert "delete_message" not in said


def test_a_release_can_be_released(without_solutions, tmp_path):
    """What has no solutions is handed on as it is."""
    without_solutions.course("release", tmp_path / "again")
    assert [path.name for path in (tmp_path / "again" / "solutions").iterdir()] == ["README.md"]
