"""nbval, as the course runs it, finds what it should; and the tests get the workers and keywords that they should.

What nbval does in a kernel is tested by a pytest that runs made-up notebooks: one such run serves most of the tests.
"""

import contextlib
import os
import re
import signal
import subprocess
import sys
from copy import deepcopy
from pathlib import Path
from types import SimpleNamespace

import cpu_seconds
import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook, new_output

from helpers import forked_kernels, pytest_plugin
from helpers.course import HOME, course
from helpers.forked_kernels import ForkedProcess, ForkingKernelManager
from helpers.pytest_plugin import CourseKernel


def run_pytest(*arguments, **environment):
    """Return the completed run of another pytest with the course's settings, in one process."""
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-n0",
        "-c",
        str(HOME / "pyproject.toml"),
        "-p",
        "no:cacheprovider",
        "-p",
        "no:hypothesispytest",  # imports hypothesis, where it's installed
    ]
    env = {name: value for name, value in os.environ.items() if name != "PYTEST_ADDOPTS"} | environment
    return subprocess.run([*command, *arguments], capture_output=True, text=True, cwd=HOME, env=env, check=False)


def notebook(tmp_path, *cells, folder="lessons", kernel="python3"):
    """Write a notebook of pairs (source, stored output or None) and return its path."""
    made = []
    for number, (source, output) in enumerate(cells, start=1):
        outputs = [output] if output else []
        made.append(new_code_cell(source, execution_count=number, outputs=outputs))
    path = tmp_path / folder / "made_up.ipynb"
    path.parent.mkdir(exist_ok=True)
    metadata = {"kernelspec": {"name": kernel, "display_name": kernel, "language": "python"}}
    nbformat.write(new_notebook(cells=made, metadata=metadata), path)
    return str(path)


def result(text):
    """Return a stored result."""
    return new_output("execute_result", {"text/plain": text}, execution_count=1)


def change(output):
    """Put one more character into a stored output."""
    if output.output_type == "stream":
        output.text = longer(output.text)
    elif output.output_type == "error":
        output.evalue = longer(output.evalue)
    else:
        kind = min(output.data, key=lambda kind: kind != "text/plain")
        output.data[kind] = longer(output.data[kind])


def longer(value):
    """Return a text, as a notebook stores it, with one more character."""
    return value + "!" if isinstance(value, str) else [*value, "!"]


def processes_of(folder):
    """Return what started the processes that were given this folder or a file of it; nothing where there is no /proc.

    A kernel is given its file by its command, and a fork server TMPDIR, which its kernels keep.
    """
    found = []
    for path in (path for kind in ("cmdline", "environ") for path in Path("/proc").glob(f"[0-9]*/{kind}")):
        with contextlib.suppress(OSError):  # a process that ended meanwhile
            found.append(path.read_text(errors="replace"))
    return [command for command in found if str(folder) in command]


def left_behind(folder):
    """Return what is left of kernels whose files are in this folder: processes, and files of connections."""
    return processes_of(folder) + list(folder.glob("*.json"))


each_kind = pytest.mark.parametrize("kind", ["lessons", "solutions"])
each_lesson = pytest.mark.parametrize("lesson", course().lessons, ids=lambda lesson: lesson.slug)


@each_kind
@each_lesson
def test_no_changed_output_is_taken_for_the_stored_one(kind, lesson, request):
    """Change any one stored output of a notebook, and nbval's comparison of that cell fails."""
    path = HOME / kind / f"{lesson.slug}.ipynb"
    collected = pytest_plugin.CourseNotebook.from_parent(request.session, path=path)
    cells = [cell for cell in collected.collect() if cell.cell.outputs]
    assert collected.compare_outputs
    assert len(cells) >= 5
    for cell in cells:
        stored = cell.cell.outputs
        assert cell.compare_outputs(deepcopy(stored), stored), cell.nodeid
        for number in range(len(stored)):
            ran = deepcopy(stored)
            change(ran[number])
            assert not cell.compare_outputs(ran, stored), f"{cell.nodeid}, output {number}"


@pytest.mark.full
@each_kind
@each_lesson
def test_one_changed_output_is_found(kind, lesson, tmp_path):
    """Change one stored output of a notebook and its run fails, in that cell alone."""
    stored = nbformat.read(HOME / kind / f"{lesson.slug}.ipynb", as_version=4)
    code = [cell for cell in stored.cells if cell.cell_type == "code"]
    number, output = next((n, cell.outputs[0]) for n, cell in reversed(list(enumerate(code))) if cell.outputs)
    change(output)
    path = tmp_path / kind / "changed.ipynb"
    path.parent.mkdir()
    nbformat.write(stored, path)
    said = run_pytest(path)
    assert f"{len(code) - 1} passed" in said.stdout, said.stdout
    assert "1 failed" in said.stdout
    assert f"Cell {number}" in said.stdout


HERE = "(os.path.basename(os.getcwd()), os.environ['COURSE_OUTPUTS_COMPARED'])"
# Jupyter keeps a file of connections for each kernel that runs: this one's, and the next notebook's.
KERNELS = "import tempfile; from pathlib import Path; len(list(Path(tempfile.gettempdir()).glob('*.json')))"
LESSON = [  # source, stored output, whether it passes
    (KERNELS, result("2"), True),
    ("mine = 40 + 1; mine;", None, True),
    ("1 + 1", result("2"), True),
    ("_ + 1", result("3"), True),
    (f"import os; {HERE}", result("('lessons', '1')"), True),
    ("'a'", result("'a!'"), False),
    ("print('a')", new_output("stream", text="a!\n"), False),
    ("1 + 1", None, False),
    ("None", result("2"), False),
    ("import os; os._exit(1)", None, False),
]
EXERCISE = [
    ("assert 'mine' not in globals()", None, True),
    (f"import os; assert {HERE} == ('exercises', '1')", None, True),
    ("1 + 1", result("3"), True),
    ("1 / 0", None, False),
]


@pytest.fixture(scope="module")
def made_up(tmp_path_factory):
    """What a pytest says of a lesson, an exercise and a solution whose kernel is missing; the outcome of each cell."""
    folder = tmp_path_factory.mktemp("made_up")
    notebooks = [
        notebook(folder, *(cell[:2] for cell in LESSON)),
        notebook(folder, *(cell[:2] for cell in EXERCISE), folder="exercises"),
        notebook(folder, ("1 + 1", result("2")), folder="solutions", kernel="unheard_of"),
    ]
    said = run_pytest("-rA", f"--rootdir={folder}", *notebooks, TMPDIR=str(folder)).stdout
    outcomes = re.findall(r"(?m)^(PASSED|FAILED|ERROR) \S*?(\w+)/made_up\.ipynb::Cell (\d+)", said)
    outcomes = {(kind, int(number)): outcome for outcome, kind, number in outcomes}
    return SimpleNamespace(said=said, outcomes=outcomes, left_behind=left_behind(folder))


def of_cells(cells):
    """Return the parameters for a test of each cell."""
    passes = [pytest.param(number, cell[2], id=f"cell {number}") for number, cell in enumerate(cells)]
    return pytest.mark.parametrize(("number", "passes"), passes)


@of_cells(LESSON)
def test_a_lesson_behaves_as_in_jupyterlab_and_each_other_output_is_found(number, passes, made_up):
    """A `;` silences a result, `_` is the last one; outputs changed, new or missing fail."""
    assert made_up.outcomes["lessons", number] == ("PASSED" if passes else "FAILED"), made_up.said


@of_cells(EXERCISE)
def test_an_exercise_has_a_kernel_of_its_own_and_must_reach_the_bottom(number, passes, made_up):
    """Its kernel sees nothing of the lesson's. Outputs are not compared, but an error fails."""
    assert made_up.outcomes["exercises", number] == ("PASSED" if passes else "FAILED"), made_up.said


def test_a_kernel_that_dies_is_named(made_up):
    """It fails its cell at once, with the reason, and not at the cell's time limit."""
    assert "the kernel died" in made_up.said
    assert "Timeout of 60" not in made_up.said


def test_a_kernel_that_cannot_start_is_told_in_its_own_notebook(made_up):
    """The notebook before it, beside which it would have started, has its own outcomes; nothing but this one errs."""
    errors = [cell for cell, outcome in made_up.outcomes.items() if outcome == "ERROR"]
    assert errors == [("solutions", 0)], made_up.said
    assert "unheard_of" in made_up.said
    assert len(made_up.outcomes) == len(LESSON) + len(EXERCISE) + 1


def test_a_run_leaves_no_kernel_behind(made_up):
    """The next notebook's kernel is there while the first notebook runs; after the run there is none."""
    assert made_up.left_behind == []


@pytest.mark.full
@pytest.mark.parametrize(
    ("last", "options", "outcome"),
    [
        ("1 / 0", ["-x"], "1 failed, 1 passed"),
        ("import os, signal; os.kill(os.getppid(), signal.SIGINT)", [], "1 passed"),
        ("None", ["--deselect", "::Cell 1"], "2 passed, 1 deselected"),
    ],
    ids=["first failure", "interrupt", "some cells"],
)
def test_no_kernel_is_left_behind(last, options, outcome, tmp_path):
    """Neither by a run that ends early nor by one of some cells."""
    files = tmp_path / "files"
    files.mkdir()
    first = notebook(tmp_path, (KERNELS, result("2")), (last, None))
    second = notebook(tmp_path, (KERNELS, result("1")), folder="solutions")
    said = run_pytest(*options, first, second, TMPDIR=str(files))
    assert left_behind(files) == []
    assert outcome in said.stdout, said.stdout


# ---- Forked kernels


COMMAND = [sys.executable, "-m", "ipykernel_launcher", "-f", "a.json"]
SHARED = {"LANG": "C"}
ENV = SHARED | {"PYTEST_CURRENT_TEST": "one"}

linux = pytest.mark.skipif(sys.platform != "linux", reason="kernels are forked on Linux alone")


@pytest.fixture
def no_server(monkeypatch):
    """A place for a server of this test."""
    monkeypatch.setattr(ForkingKernelManager, "server", None)


class NotedServer(SimpleNamespace):
    """A fork server that only notes what it's asked, or is gone."""

    def ask(self, **question):
        """Note the question."""
        if self.gone:
            raise ConnectionError
        self.asked.append(question)
        return 4711


def server(gone=False):
    """Put such a server in its place and return it."""
    starts = (COMMAND[:1], SHARED)
    ForkingKernelManager.server = NotedServer(starts=starts, asked=[], gone=gone)
    return ForkingKernelManager.server


@linux
def test_a_kernel_is_forked_with_its_own_arguments(no_server):
    """Whatever test it's for, whose name is the kernel's own variable."""
    asked = server().asked
    process = forked_kernels.fork(COMMAND, ENV, "lessons")
    assert process.pid == 4711
    assert asked == [{"arguments": ["-f", "a.json"], "env": ENV, "cwd": "lessons"}]


@pytest.mark.parametrize(
    ("command", "env", "gone"),
    [
        (["another-python", *COMMAND[1:]], ENV, False),
        ([*COMMAND[:2], "another_kernel", *COMMAND[3:]], ENV, False),
        ([*COMMAND[:1], "-I", *COMMAND[1:]], ENV, False),
        (COMMAND, ENV | {"AWS_REGION": "eu-west-1"}, False),
        (COMMAND, {}, False),
        (COMMAND, ENV, True),
    ],
    ids=["another Python", "another kernel", "another option", "another variable", "a variable less", "no server"],
)
def test_any_other_kernel_is_started_by_its_command(command, env, gone, no_server):
    """Nothing that was imported may have depended on what is different."""
    asked = server(gone).asked
    assert forked_kernels.fork(command, env, None) is None
    assert asked == []


def test_without_a_fork_each_kernel_is_started_by_its_command(no_server, monkeypatch):
    """And no server is."""
    monkeypatch.setattr(sys, "platform", "win32")
    assert forked_kernels.fork(COMMAND, ENV, None) is None
    assert ForkingKernelManager.server is None


def test_without_its_server_a_kernel_has_ended():
    """Nobody could tell any more, and it ends itself soon."""
    assert ForkedProcess(NotedServer(gone=True), 4711).poll() == -signal.SIGKILL


@pytest.fixture(scope="module")
def kernels():
    """Starts kernels, which are forked if they can be, and stops them and the server in the end."""
    started = []

    def start(**options):
        kernel = CourseKernel("python3", **options)
        started.append(kernel)
        kernel.wait_until_ready()
        return kernel

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(CourseKernel, "manager", ForkingKernelManager)
        patch.setattr(ForkingKernelManager, "server", None)
        yield start
        for kernel in started:
            kernel.stop()
        forked_kernels.close()


def said(kernel, source):
    """Return what the source prints in the kernel."""
    printed = []
    kernel.kc.execute_interactive(source, output_hook=lambda message: printed.append(message["content"].get("text")))
    return "".join(text for text in printed if text)


STATE = """
import os, sys, time, threading, boto3, helpers
from helpers.backends import child_processes, environment, running
from helpers.simulation import worlds
print(running._running, worlds.current(), environment._replaced, boto3.DEFAULT_SESSION, time.sleep.__module__,
    child_processes._address,
    "mine" in globals(), os.environ.get("MINE"), os.environ.get("AWS_CONFIG_FILE"), sys.path, sys.flags, sys.argv[0],
    os.path.basename(os.getcwd()), threading.main_thread() is threading.current_thread(), sys.modules["__main__"])
"""


@linux
@pytest.mark.full
def test_a_forked_kernel_has_what_a_started_one_has(kernels, tmp_path, monkeypatch):
    """No cloud, no session, no names: neither the server's nor those of a kernel that was there before."""
    used = kernels(cwd=str(tmp_path))
    state = said(used, STATE)
    said(used, "import os; mine = os.environ['MINE'] = '1'; helpers.start(); boto3.client('sqs').list_queues()")
    assert said(kernels(cwd=str(tmp_path)), STATE) == state
    assert isinstance(used.km.provisioner.process, ForkedProcess)
    monkeypatch.setattr(CourseKernel, "manager", CourseKernel.manager.__base__)
    started = kernels(cwd=str(tmp_path))
    assert isinstance(started.km.provisioner.process, subprocess.Popen)
    assert said(started, STATE) == state


@linux
@pytest.mark.full
def test_how_a_forked_kernel_ends_is_known(kernels):
    """By itself, by a signal, and an interrupt isn't an end."""
    ended, killed = kernels(), kernels()
    ended.kc.execute("import os; os._exit(3)")
    assert ended.km.provisioner.process.wait() == 3
    assert not ended.is_alive()
    killed.interrupt()
    assert said(killed, "print(1)") == "1\n"
    killed.km.provisioner.process.kill()
    assert killed.km.provisioner.process.wait() == -signal.SIGKILL


@linux
@pytest.mark.full
def test_the_seconds_of_a_forked_kernel_count(kernels):
    """Once it has ended, as those of any child."""
    kernel = kernels()
    kernel.is_alive()
    before = cpu_seconds.spent()
    said(kernel, "import time\nuntil = time.process_time() + 1\nwhile time.process_time() < until: pass")
    kernel.km.provisioner.process.kill()
    kernel.km.provisioner.process.wait()
    assert cpu_seconds.spent() - before > 1


@linux
@pytest.mark.full
def test_when_the_server_is_gone_kernels_are_started(kernels):
    """The next one is a process of its own, and those that were forked have ended."""
    forked = kernels()
    os.kill(ForkingKernelManager.server._process.pid, signal.SIGKILL)
    ForkingKernelManager.server._process.wait()
    assert not forked.is_alive()
    assert said(kernels(), "print(1)") == "1\n"


# ---- Workers and keywords


@pytest.mark.full
def test_on_workers_a_notebook_s_cells_share_a_kernel(tmp_path):
    """Two notebooks on two workers: each cell sees what the one before it did, and no kernel is left.

    The kernels are forked, if they can be.
    """
    files = tmp_path / "files"
    files.mkdir()
    forked = f"import sys; ('moto' in sys.modules) == {sys.platform == 'linux'}"
    cells = [("mine = 1", None), (forked, result("True")), ("mine += 1", None), ("mine", result("2"))]
    first, second = (notebook(tmp_path, *cells, folder=folder) for folder in ("lessons", "solutions"))
    said = run_pytest("-n2", f"--rootdir={tmp_path}", first, second, TMPDIR=str(files))
    assert "8 passed" in said.stdout, said.stdout
    assert left_behind(files) == []


def configured(*arguments, **options):
    """Return what the plugin sees of a pytest run with these arguments."""
    chosen = {"usepdb": False, "trace": False, "capture": "fd", "collectonly": False} | options
    return SimpleNamespace(args=list(arguments), option=SimpleNamespace(**chosen))


FILE = "tests/lessons/test_nbval.py"
RUNS = {
    "everything": (configured("tests", "lessons"), 4),
    "a room": (configured("tests/lessons"), 4),
    "one file": (configured(FILE), 0),
    "one test": (configured(f"{FILE}::test_x[a-b]"), 0),
    "two tests of a file": (configured(f"{FILE}::test_x", f"{FILE}::test_y"), 0),
    "two files": (configured(FILE, "tests/conftest.py"), 2),
    "nothing captured": (configured("tests", capture="no"), 0),
    "a debugger": (configured("tests", usepdb=True), 0),
    "a debugger at once": (configured("tests", trace=True), 0),
    "collecting": (configured("tests", collectonly=True), 0),
}


@pytest.mark.parametrize(("config", "workers"), RUNS.values(), ids=RUNS)
def test_a_run_gets_workers_where_they_help(config, workers, monkeypatch):
    """As many as there are cores and files, and none where a person wants to see one process."""
    monkeypatch.chdir(HOME)
    monkeypatch.setenv("PYTEST_XDIST_AUTO_NUM_WORKERS", "4")
    assert pytest_plugin._workers(config) == workers


def test_there_are_no_more_workers_than_help(monkeypatch):
    """A big machine gets eight; one core runs all in this process."""
    monkeypatch.setenv("PYTEST_XDIST_AUTO_NUM_WORKERS", "64")
    assert pytest_plugin._workers(configured("tests")) == 8
    monkeypatch.setenv("PYTEST_XDIST_AUTO_NUM_WORKERS", "1")
    assert pytest_plugin._workers(configured("tests")) == 0


def test_the_longest_files_start_first(pytestconfig, tmp_path):
    """A file that the table doesn't know may be long. Within a file nothing moves."""
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests" / "budget.toml").write_text('[seconds]\n"a" = 1.0\n"b" = 2.5\n')
    items = [SimpleNamespace(nodeid=name) for name in ("a::2", "b::2", "a::1", "new::1", "b::1")]
    pytest_plugin._longest_first(SimpleNamespace(rootpath=tmp_path), items)
    assert [item.nodeid for item in items] == ["new::1", "b::2", "b::1", "a::2", "a::1"]


class Item(SimpleNamespace):
    """What the plugin sees of a collected test."""

    def __init__(self, nodeid, *markers):
        super().__init__(nodeid=nodeid, get_closest_marker=markers.__contains__, extra_keyword_matches=set())


@pytest.mark.parametrize(
    ("item", "keywords"),
    [
        (Item("exercises/03_messages.ipynb::Cell 4"), {"lesson_03"}),
        (Item("tests/lessons/test_notebooks.py::test_x[solutions/02_queues]"), {"lesson_02"}),
        (Item("tests/checks/test_x.py::test_y[publish_all__forgets]"), {"lesson_05"}),
        (Item("tests/checks/test_x.py::test_y"), set()),
        (Item("tests/views/test_x.py::test_y[publish_all]"), set()),
        (Item("tests/x.py::test_y", "every_lesson"), {f"lesson_{lesson.number}" for lesson in course().lessons}),
    ],
    ids=lambda value: getattr(value, "nodeid", None),
)
def test_a_lesson_s_tests_have_its_keyword(item, keywords, pytestconfig):
    """`pytest -k lesson_03` selects notebooks, answers, and what looks at all lessons."""
    pytest_plugin.pytest_collection_modifyitems(SimpleNamespace(), [item])
    assert item.extra_keyword_matches == keywords
