"""What contributors and instructors are told to do: .github/CONTRIBUTING.md and .github/docs/own_exercises.md.

The worked example is carried out to the letter in a copy of the course, and the walk along one call is walked.
"""

import importlib
import json
import os
import re
import shlex
import subprocess
import sys
import tarfile
from functools import cache
from pathlib import Path

import boto3
import pytest
import typer
import yaml

from helpers import cli, show
from helpers.course import HOME

GITHUB = HOME / ".github"
PAGES = ("CONTRIBUTING.md", "CHANGELOG.md", "docs/grading.md", "docs/own_exercises.md", "docs/without_installing.md")
BIN = Path(sys.prefix) / ("Scripts" if os.name == "nt" else "bin")


@cache
def page(name="CONTRIBUTING.md"):
    """Return a page's text."""
    return (GITHUB / name).read_text(encoding="utf-8")


def part(title):
    """Return the text of a section of CONTRIBUTING."""
    titles = re.findall(r"(?m)^- \[(.+)\]\(#", page())  # as listed at the top; an example has a heading of its own
    rest = page().partition(f"\n## {title}\n")[2]
    return rest.partition(f"\n## {titles[titles.index(title) + 1]}\n")[0]


def blocks(text, language):
    """Return the code blocks in this language: what's written behind the language, and the block."""
    return re.findall(rf"(?ms)^```{language} ?([^\n]*)\n(.*?)\n```$", text)


# --- what the pages name ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", PAGES)
def test_links_lead_somewhere(name):
    """To a file, or to a heading of the same page."""
    titles = re.findall(r"(?m)^#+ (.+)", page(name))
    headings = {re.sub(r"[^\w -]", "", title).lower().replace(" ", "-") for title in titles}
    for target in re.findall(r"\]\(([^)]+)\)", page(name)):
        if target.startswith("#"):
            assert target[1:] in headings
        elif not target.startswith("https://"):
            assert (GITHUB / name).parent.joinpath(target.partition("#")[0]).exists(), target


def test_the_named_files_are_there():
    """Every path in backquotes that begins with a room of the course; the example's own file isn't there yet."""
    named = set(re.findall(r"`((?:helpers|tests|lessons|solutions|exercises)/[\w./]*)`", page()))
    missing = {name for name in named if not (HOME / name).exists()}
    assert len(named) > 20
    assert missing == {"tests/checks/answers/lesson_03_give_back.py"}


@pytest.mark.parametrize("name", PAGES)
def test_commands_exist_with_their_options(name):
    """What they tell to type is a command of `course`, with these options."""
    text = page(name)
    typed = re.findall(r"`(course [^`]+)`", text) + re.findall(r"(?m)^(course .+)$", text)
    assert typed
    for words in map(str.split, typed):
        command = typer.main.get_command(cli.app)
        while getattr(command, "commands", None) and len(words) > 1 and words[1] in command.commands:
            command, words = command.commands[words[1]], words[1:]
        assert not getattr(command, "commands", None) or words in (["new"], ["new", "FOLDER"]), typed
        options = {option for param in command.params for option in param.opts}
        assert {word for word in words if word.startswith("--")} <= options, words


def test_extras_exist():
    """What's installed with `pip install -e '.[...]'` is declared."""
    project = (HOME / "pyproject.toml").read_text(encoding="utf-8")
    for extra in re.findall(r"'\.\[(\w+)\]'", page()):
        assert re.search(rf"(?m)^{extra} = \[", project), extra


# --- the walk along one call -----------------------------------------------------------------------------------------


def walked(cell):
    """Return the functions of the course that this cell of the walk calls, in order, as path and name."""
    found = []

    def note(frame, event, _):
        path = frame.f_code.co_filename
        if event == "call" and path.startswith(str(HOME / "helpers")):
            found.append((Path(path).relative_to(HOME).as_posix(), frame.f_code.co_name))

    queue_url = boto3.client("sqs").create_queue(QueueName="orders")["QueueUrl"]
    names = {"sqs": boto3.client("sqs"), "show": show, "queue_url": queue_url}
    code = compile(cell, "<cell>", "eval")
    sys.setprofile(note)
    try:
        value = eval(code, names)
        if hasattr(value, "_repr_html_"):
            value._repr_html_()
    finally:
        sys.setprofile(None)
    return found


@pytest.mark.full
@pytest.mark.parametrize("number", [0, 1], ids=["call", "picture"])
def test_the_walk_goes_this_way(offline, number):
    """Each function that a list names is called after the one before it."""
    text = part("A walk along one call")
    [(_, call), (_, picture)] = blocks(text, "python")
    stations = [
        (path, name)
        for line in re.findall(r"(?m)^\d+\. (.+)$", text.split("```python")[number + 1])
        for path, names in re.findall(r"`(helpers/[\w/]+\.py)`: ((?:`\w+`(?:, then )?)+)", line)
        for name in re.findall(r"`(\w+)`", names)
    ]
    assert len(stations) == (12, 3)[number]
    way = iter(walked((call, picture)[number]))
    assert [station for station in stations if station not in way] == []


# --- the worked example ----------------------------------------------------------------------------------------------


@pytest.fixture
def copy(tmp_path):
    """A copy of the course as git has it, with what isn't committed yet."""
    listed = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard", "-z"], cwd=HOME, capture_output=True, check=False
    )
    if listed.returncode:
        pytest.skip("not a git checkout")
    with tarfile.open(tmp_path / "copy.tar", "w") as packed:
        for name in listed.stdout.decode().split("\0"):
            if name and (HOME / name).is_file():
                packed.add(HOME / name, name)
    with tarfile.open(tmp_path / "copy.tar") as packed:
        packed.extractall(tmp_path / "copy")
    return tmp_path / "copy"


def typed(line, folder, *more):
    """Run a line in this folder, of whose course it has to be; return what it printed."""
    word, *rest = shlex.split(line)
    module = {"course": "helpers.cli", "pytest": "pytest"}[word]
    env = {**os.environ, "PYTHONPATH": str(folder), "PYTHONDONTWRITEBYTECODE": "1"}
    words = [sys.executable, "-m", module, *rest, *more]
    done = subprocess.run(words, cwd=folder, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def lines(text):
    """Return the lines to type in this text, in order."""
    return [line for _, block in blocks(text, "sh") for line in block.splitlines()]


@pytest.mark.full
def test_the_example_of_an_exercise_works_to_the_letter(copy):
    """The command, what's written into the four files, the build and the tests of the new exercise."""
    text = part("Add an exercise")
    begin, build, tests = lines(text)
    said = typed(begin, copy)
    files = re.findall(r"(?m)^\*\*\d\. `(.+?)`", text)
    assert re.findall(r"(?m)^\d\. (\S+):", said) == files
    assert (build in said, tests in said) == (True, True)
    fill(copy, text)
    assert "exercises/03_messages.ipynb" in typed(build, copy)
    released = (copy / "exercises" / "03_messages.ipynb").read_text(encoding="utf-8")
    assert "def give_back(" in released
    assert "change_message_visibility(" not in released.partition("def give_back(")[2]
    assert tests == "pytest -k lesson_03"
    # The new exercise's tests, and of the others those that look at all exercises of the lesson.
    rooms = ("test_answers_lesson_03.py", "test_reasons.py", "test_contracts.py", "test_answer_files.py")
    files = [*(f"tests/checks/{name}" for name in rooms), "tests/authoring/test_exercises.py"]
    chosen = "give_back or (lesson_03 and not test_answers_lesson_03)"
    assert " passed" in typed(f"pytest -q -n 0 -k '{chosen}'", copy, *files)


def fill(copy, text):
    """Write the example's blocks where its text says they belong."""
    notebook = copy / "solutions" / "03_messages.ipynb"
    solved = json.loads(notebook.read_text(encoding="utf-8"))
    cells = {cell["id"]: cell for cell in solved["cells"]}
    written = set()
    for name, block in blocks(text, "md") + blocks(text, "py") + blocks(text, "toml"):
        path = copy / name
        written.add(name)
        if name in cells:
            cells[name]["source"] = block
        elif name.startswith("tests/"):
            path.write_text(f"{block}\n", encoding="utf-8")
        else:
            begin = block.splitlines()[0 if name.endswith(".py") else 1]
            whole = path.read_text(encoding="utf-8")
            head, _, rest = whole.partition(begin)
            head = head if name.endswith(".py") else head.removesuffix("[[lesson.exercise]]\n")
            tail = rest.partition("\n[[lesson]]")[2]
            path.write_text(f"{head}{block}\n" + (f"\n[[lesson]]{tail}" if tail else ""), encoding="utf-8")
    assert {"task-give_back", "give_back", "why-give_back"} < written
    assert len(written) == 6
    notebook.write_text(json.dumps(solved), encoding="utf-8")


@pytest.mark.full
def test_an_instructors_own_exercises_work_to_the_letter(tmp_path):
    """The page's commands, one after the other; what's handed in is the solution."""
    begin, build, grade = lines(page("docs/own_exercises.md"))
    typed(begin, tmp_path)
    assert "exam/exercises/90_exam.ipynb" in typed(build, tmp_path)
    (tmp_path / "hand-ins").mkdir()
    (tmp_path / "exam/solutions/90_exam.ipynb").rename(tmp_path / "hand-ins" / "ada.ipynb")
    assert "graded now: 1" in typed(grade, tmp_path)


# --- what GitHub reads -----------------------------------------------------------------------------------------------


def read(name):
    """Return what a file of YAML says."""
    return yaml.safe_load((HOME / name).read_text(encoding="utf-8"))


def test_the_workflow_runs_the_quick_tests_on_every_python_that_is_declared():
    """On every push the README's tests, on the versions in pyproject.toml; at night what CI runs."""
    jobs = read(".github/workflows/tests.yml")["jobs"]
    declared = re.findall(r"Python :: (3\.\d+)", (HOME / "pyproject.toml").read_text(encoding="utf-8"))
    assert jobs["quick"]["strategy"]["matrix"]["python"] == declared
    assert [step["run"] for step in jobs["quick"]["steps"] if "run" in step][-1] == "python -m pytest"
    assert [step["run"] for step in jobs["nightly"]["steps"] if "run" in step][-1] == ".ci/run"


def test_what_runs_before_a_commit_is_installed_with_the_extra():
    """Each hook that runs here is a command of a package that the extra `authors`, or the course itself, brings."""
    [local] = read(".pre-commit-config.yaml")["repos"]
    project = (HOME / "pyproject.toml").read_text(encoding="utf-8")
    entries = {hook["entry"].split()[0].removesuffix("-hook") for hook in local["hooks"]}
    programs = {"pre-commit-hooks" if entry.startswith("check-") else entry for entry in entries}
    assert (local["repo"], programs) == ("local", {"ruff", "detect-secrets", "pre-commit-hooks"})
    assert all(f'"{program}>=' in project for program in (*programs, "pre-commit"))


def test_issue_forms_are_whole():
    """Each asks for something, and its fields have names of their own."""
    forms = [read(path) for path in (GITHUB / "ISSUE_TEMPLATE").glob("*.yml") if path.stem != "config"]
    assert len(forms) >= 3
    for form in forms:
        assert {"name", "description", "body"} <= set(form)
        fields = [field["id"] for field in form["body"] if field["type"] != "markdown"]
        assert fields
        assert len(fields) == len(set(fields))


def test_the_version_is_in_the_changelog():
    """Who raises the version says what's new."""
    version = re.search(r'(?m)^version = "(.+)"', (HOME / "pyproject.toml").read_text(encoding="utf-8"))
    assert f"\n## {version[1]}" in page("CHANGELOG.md")
    assert importlib.import_module("helpers").__all__
