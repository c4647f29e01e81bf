"""Hand-ins that attack the grader get no mark, do no harm, take no time without end, and leave the next one alone."""

import contextlib
import json
import os
import re
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import attacks
import pytest

from helpers.backends.offline.offline_cloud import make_world
from helpers.checks.outcome import CORRECT
from helpers.checks.runners import in_process
from helpers.course import HOME
from helpers.errors import CourseError, Stopped
from helpers.grading import exercise_set, workers
from helpers.grading.reports.feedback import feedback_page
from helpers.sandbox import grader_limits, launcher
from helpers.sandbox.channel import Broken, message
from helpers.sandbox.hand_in_process import HandInProcess

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="only Linux isolates hand-ins")

ROOT = hasattr(os, "geteuid") and os.geteuid() == 0
MINUTE = 120  # real seconds for all attacks together, on a slow machine
LONGEST = 20  # for one, with the limits that `attacks` sets
NOBODY = 65534


class Attacked:
    """The attacks of these names, graded as one user, and the place that they are to harm.

    A few are graded by workers of this process, since a program would first import everything anew.
    """

    def __init__(self, folder: Path, as_nobody: bool, names: list[str]):
        self.names, self.program = names, None
        self.place = folder / "class"
        self.place.mkdir(parents=True)
        (self.place / "secret").write_text("SECRET\n")
        self.log = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.log.bind(os.path.relpath(self.place / "log"))
        self.server = socket.create_server(("127.0.0.1", 0))
        self.server.setblocking(False)
        self.log.setblocking(False)
        for path, mode in ((self.place, 0o755), (self.place / "secret", 0o600), (self.place / "log", 0o666)):
            if as_nobody:
                os.chown(path, NOBODY, NOBODY)
            path.chmod(mode)
        self.before = self.now()
        if len(names) > len(attacks.FEW):
            self._start_program(folder, as_nobody)

    def _start_program(self, folder: Path, as_nobody: bool) -> None:
        command = [sys.executable, attacks.__file__, str(self.place), str(self.server.getsockname()[1]), *self.names]
        environment = {name: value for name, value in os.environ.items() if not name.startswith(("COURSE_", "PYTEST"))}
        if as_nobody:
            command = _as_nobody(command, folder, [self.place])
            environment |= {"HOME": "/", "PYTHONDONTWRITEBYTECODE": "1"}
        self.program = subprocess.Popen(
            command, env=environment, cwd="/", stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )

    def now(self) -> list[tuple]:
        """Return all that an attack could change."""
        paths = [self.place, *sorted(self.place.iterdir())]
        return [(path.name, *_facts(path.stat()), os.listxattr(path)) for path in paths] + [
            (self.place / "secret").read_text()
        ]

    def come_of_it(self) -> dict[str, dict]:
        """Return what came of each attack."""
        if self.program is None:
            return attacks.grade_all(self.place, self.server.getsockname()[1], self.names, count=2)
        try:
            said, complained = self.program.communicate(timeout=MINUTE)
        except subprocess.TimeoutExpired:
            self.program.kill()
            raise
        assert self.program.returncode == 0, complained
        return json.loads(said)


def _facts(stat: os.stat_result) -> tuple:
    return stat.st_mode, stat.st_uid, stat.st_gid, stat.st_size, stat.st_mtime_ns, stat.st_nlink


def _as_nobody(command: list[str], aside: Path, more: list[Path]) -> list[str]:
    """Return the command as an ordinary user runs it, in a view of the disk in which that user may read what it needs.

    Nothing changes for anybody else: the folders are laid open in a mount namespace that ends with the command.
    """
    needed = {Path(path).resolve() for path in (sys.base_prefix, HOME, Path(attacks.__file__).parent, *more)}
    needed.add(Path(sys.prefix))
    closed = {place for path in needed for place in [_closed_above(path)] if place}
    hidden = sorted(path for path in needed if any(path.is_relative_to(place) for place in closed))
    hidden = [path for path in hidden if not any(path != other and path.is_relative_to(other) for other in hidden)]
    steps = ["set -e"]
    for number, path in enumerate(hidden):
        kept = aside / f"kept{number}"
        kept.mkdir()
        steps.append(f"mount --bind {shlex.quote(str(path))} {shlex.quote(str(kept))}")
    # What is kept may lie below a closed place itself, so it is held by descriptors.
    for number in range(len(hidden)):
        steps.append(f"exec {number + 3}< {shlex.quote(str(aside / f'kept{number}'))}")
    steps += [f"mount -t tmpfs -o mode=755 tmpfs {shlex.quote(str(place))}" for place in sorted(closed)]
    for number, path in enumerate(hidden):
        where = shlex.quote(str(path))
        steps.append(f"mkdir -p {where}; mount --bind /proc/self/fd/{number + 3} {where}; exec {number + 3}<&-")
    drop = ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups"]
    steps.append(f"exec {shlex.join([*drop, *command])}")
    return ["unshare", "-m", "bash", "-c", "\n".join(steps)]


def _closed_above(path: Path) -> Path | None:
    """Return the topmost folder on the way to a path that others cannot go through."""
    return next((place for place in reversed([path, *path.parents]) if not place.stat().st_mode & 0o001), None)


_can_drop = ROOT and all(map(shutil.which, ("unshare", "setpriv", "bash", "mount")))
USERS = ["root", "an ordinary user"] if ROOT else ["an ordinary user"]
# The quick run has a few of each kind, by one user.
RUNS = {f"a few, by {USERS[0]}": (USERS[0], list(attacks.FEW))}
RUNS |= {f"all, by {user}": (user, list(attacks.ATTACKS)) for user in USERS}


@pytest.fixture(scope="module")
def _running(request, tmp_path_factory):
    """All runs that are asked for, begun together: most of their time is waiting."""
    folder, begun = tmp_path_factory.mktemp("a"), {}
    asked = {item.callspec.params.get("attacked") for item in request.session.items if hasattr(item, "callspec")}
    for number, (run, (user, names)) in enumerate(RUNS.items()):
        dropping = ROOT and user != "root"
        if run in asked and (not dropping or _can_drop):
            begun[run] = Attacked(folder / str(number), dropping, names)
    results = {run: [attacked, None] for run, attacked in begun.items()}
    yield results
    for attacked, _ in results.values():
        if attacked.program:
            attacked.program.kill()
        attacked.log.close(), attacked.server.close()


@pytest.fixture(
    params=[pytest.param(run, marks=[pytest.mark.full] if run.startswith("all") else []) for run in RUNS],
    scope="module",
)
def attacked(request, _running):
    """The attacks of one run, and what came of them."""
    if request.param not in _running:
        pytest.skip("this system cannot become an ordinary user")
    pair = _running[request.param]
    if pair[1] is None:
        pair[1] = pair[0].come_of_it()
    return pair


def test_the_attacks_know_the_names_of_the_sandbox():
    """What an attack reaches for by its name is there; otherwise it would attack nothing."""
    source = Path(attacks.__file__).read_text(encoding="utf-8")
    rooms = (Path(launcher.__file__).parent, Path(in_process.__file__).parent)
    code = "\n".join(path.read_text(encoding="utf-8") for room in rooms for path in room.glob("*.py"))
    classes = set(re.findall(r"""inner\(['"](\w+)""", source))
    assert classes == {"_Work", "SandboxClient", "AnswerHost"}
    assert all(f"class {name}" in code for name in classes)
    reached = set(re.findall(r"""(?:inner\(['"]\w+['"]\)|\b(?:work|other))\.(\w+)""", source))
    assert reached >= {"_host", "_begin", "_end", "ask", "_setitimer"}
    assert {name for name in reached if not re.search(rf"(?:self\.|def ){name}\b", code)} == set()


def _of_attacks(found):
    return {name: result for name, result in found.items() if not name.startswith(attacks.RIGHT)}


def test_no_attack_gets_a_mark(attacked):
    """Whatever it forges, no exercise comes out correct, and none has reached a part of its points."""
    found = _of_attacks(attacked[1])
    assert set(found) == set(attacked[0].names)
    marked = [
        name
        for name, result in found.items()
        for outcome in result["outcomes"]
        if outcome["status"] == CORRECT or outcome["reached"]
    ]
    assert marked == []


def test_each_attack_has_an_outcome_for_each_exercise(attacked):
    """Nothing that a hand-in does is an error of the grader's."""
    assert [name for name, result in attacked[1].items() if not result["stood"] or len(result["outcomes"]) != 5] == []


def test_no_attack_reaches_anything(attacked):
    """What an attack reached it says; only the one that tries what it may has reached something."""
    printed = {
        name: {line for outcome in result["outcomes"] for line in outcome["printed"].splitlines() if "HARM" in line}
        for name, result in _of_attacks(attacked[1]).items()
    }
    assert printed.pop("nothing"), "the probes do not notice anything"
    assert {name: lines for name, lines in printed.items() if lines} == {}


def test_nothing_of_the_instructor_changed(attacked):
    """Files, their rights and times, the log's socket and the server are as they were."""
    one = attacked[0]
    assert one.now() == one.before
    with pytest.raises(BlockingIOError):
        one.log.recv(100)
    with pytest.raises(BlockingIOError):
        one.server.accept()
    for folder in ("/tmp", "/var/tmp", "/dev/shm", "/run", "/"):
        assert not Path(folder, "attack").exists()


def test_each_attack_ends_in_time(attacked):
    """None takes longer than the limits allow."""
    assert {name: r["seconds"] for name, r in attacked[1].items() if r["seconds"] > LONGEST} == {}


def test_right_hand_ins_between_the_attacks_get_full_marks(attacked):
    """The same workers and the same fork server grade them, and nothing of an attack is left."""
    right = {name: result for name, result in attacked[1].items() if name.startswith(attacks.RIGHT)}
    assert len(right) > len(attacked[0].names) / attacks.EVERY
    wrong = [name for name, r in right.items() if {outcome["status"] for outcome in r["outcomes"]} != {CORRECT}]
    assert wrong == []


def test_no_process_is_left(attacked):
    """Each hand-in's processes ended with it: none names this folder any more."""
    place = str(attacked[0].place).encode()
    left = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            if place in (folder / "cmdline").read_bytes():
                left.append(folder.name)
        except OSError:
            pass
    assert left == []


def test_texts_of_attacks_are_short_and_writable(attacked):
    """Every text can be written to a file, and is no longer than a reader has patience for."""
    for name, result in attacked[1].items():
        texts = [value for outcome in result["outcomes"] for value in outcome.values() if isinstance(value, str)]
        for text in (*texts, *result["remarks"]):
            assert len(text.encode()) <= 60_000, name
        assert len(result["remarks"]) <= 7, name


def test_texts_of_attacks_are_texts_on_a_page(attacked):
    """A page shows what an attack said; none of it becomes part of the page."""
    result = attacked[1]["texts for pages"]
    worth = {"points": 0, "of": 1, "hint": ""}
    exercises = [outcome | worth | {"id": outcome["exercise"]} for outcome in result["outcomes"]]
    lesson = {"title": "=1+1", "points": 0, "of": 5, "handed_in": True, "next": "", "exercises": exercises}
    learner = "<img src=x onerror=alert(1)>"
    points = {"points": 0, "of": 5}
    remarks = {"remarks": result["remarks"], "odd": False}
    page = feedback_page({"learner": learner, "course": "c", **points, **remarks, "lessons": [lesson]})
    assert "<script>alert" not in page
    assert "<img src=x" not in page
    assert "&lt;script&gt;alert(1)" in page
    assert not {"\x1b", "\x00", "\x07", "\u202e"} & set(page)


# --- pieces ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "line",
    [
        b'{"reply": {"value": {"$": "client", "number": 1e999}}}',
        b'{"sleep": 1' + b"0" * 400 + b"}",
        b'{"cell": ' + b"9" * 4299 + b"}",
        b'{"reply": {"failed": [[' + b"9" * 4299 + b', "x"]], "found": {}}}',
        b'{"reply": {"failed": [], "found": {"a": 21}}}',
        b'{"reply": {"failed": [[0, {"type": "' + b"x" * 2001 + b'", "message": "", "number": 1, "line": ""}]], '
        b'"found": {}}}',
        b'{"reply": {"failed": [[0, {"type": "", "message": "", "number": "1", "line": ""}]], "found": {}}}',
        b'{"reply": {"value": "' + b"x" * (2 << 20) + b'"}}',
        b'{"request": ["POST", "", [["a", "' + b"x" * 9000 + b'"]], ""]}',
        b'{"request": ["POST", "", [' + b'["a", "b"],' * 64 + b'["a", "b"]], ""]}',
        b'{"request": ["POST", "", [], "' + b"JiYm" * 500 + b'"]}',
        b'{"request": ["POST", "", [["X-Amz-Target", ""]], "' + b"JiYm" * 500 + b'"]}',
        b'{"request": ["POST", "", [], "' + b"AAAA" * (2 << 20) + b'"]}',
        b'{"request": ["POST", "", [], "=="]}',
        b'{"reply": {"value": 1, "changed": 5}}',
        b'{"reply": {"value": 1, "changed": ["' + b"x" * 201 + b'"]}}',
        b'{"reply": {"value": 1}, "sleep": 1}',
        b"\xff",
        b"",
    ],
)
def test_a_message_that_no_process_of_ours_sends_ends_it(line):
    """Only Broken is raised, whatever is said: any other error would be the grader's own."""
    with pytest.raises(Broken):
        message(line)


def test_a_json_body_may_hold_any_sign():
    """Only a form is limited in its fields."""
    line = b'{"request": ["POST", "", [["X-Amz-Target", "AmazonSQS.SendMessage"]], "' + b"JiYm" * 500 + b'"]}'
    assert "request" in message(line)


def test_who_computes_too_long_is_stopped():
    """The limit on the grader's own computing works within a single long step, and is gone afterwards."""
    with pytest.raises(Stopped), grader_limits.limited(0.05):
        re.match("(a+)+$", "a" * 60 + "b")  # takes years, in C
    sum(range(3_000_000))


@pytest.mark.full
def test_what_is_hidden_may_be_named_from_here(tmp_path, monkeypatch):
    """The process that hides it works in another folder; and it isn't told by arguments, which everybody can see."""
    hidden = Path(tempfile.mkdtemp(dir=sys.prefix, prefix="hidden-"))
    try:
        (hidden / "checks.py").write_text("SECRET = 1\n")
        monkeypatch.chdir(hidden.parent)
        own = launcher.launcher([Path(hidden.name)])
        arguments = Path(f"/proc/{own._process.pid}/cmdline").read_bytes()
        process = HandInProcess(own.start())
        cell = f"open({str(hidden / 'checks.py')!r}).read()"
        ((_, error),) = process.load([cell], [], [], make_world(True, 1, "1" * 12, "2" * 12))["failed"]
        process.close()
        own.close()
    finally:
        shutil.rmtree(hidden)
    assert error["type"] in ("FileNotFoundError", "PermissionError")
    assert hidden.name.encode() not in arguments


@pytest.mark.full
@pytest.mark.parametrize("how", ["SIGKILL", "SIGTERM", "SIGHUP"])
def test_nothing_outlives_the_grader(tmp_path, how):
    """Whatever ends it while hand-ins run: neither workers, nor the fork server, nor hand-ins, nor their folders."""
    (tmp_path / "ada").mkdir()
    (tmp_path / "temporary").mkdir()
    notebook = json.loads((HOME / "exercises" / "03_messages.ipynb").read_text(encoding="utf-8"))
    notebook["cells"][1:1] = [
        {"cell_type": "code", "id": "slow", "metadata": {}, "source": "while True: pass", "outputs": []}
    ]
    (tmp_path / "ada" / "03_messages.ipynb").write_text(json.dumps(notebook), encoding="utf-8")
    command = [sys.executable, "-m", "helpers.cli", "grade", str(tmp_path / "ada"), "--jobs", "2"]
    environment = os.environ | {"TMPDIR": str(tmp_path / "temporary")}
    program = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    known = {str(program.pid)}  # it and all that came from it, also when that has another parent by now

    def running() -> list[str]:
        parents = {}
        for file in Path("/proc").glob("[0-9]*/stat"):
            with contextlib.suppress(OSError):
                state, parent = file.read_text(errors="replace").rpartition(")")[2].split()[:2]
                parents[file.parent.name] = "" if state == "Z" else parent
        while new := {pid for pid, parent in parents.items() if parent in known} - known:
            known.update(new)
        return [pid for pid in known if parents.get(pid)]

    def wait_until(holds) -> bool:
        until = time.monotonic() + 60
        while not (done := holds()) and time.monotonic() < until:
            time.sleep(0.05)
        return done

    # The grader, the fork server, a worker, and for the hand-in its guard and itself.
    assert wait_until(lambda: len(running()) >= 5)
    program.send_signal(getattr(signal, how))
    program.wait()
    assert wait_until(lambda: not running()), running()
    assert list((tmp_path / "temporary").iterdir()) == []


def test_without_whole_isolation_nothing_is_graded(monkeypatch):
    """A hole is named, and the way out; with the instructor's word that it may be so, it is graded."""

    class Holey:
        holes = ["read your files", "use the network"]  # noqa: RUF012

        def close(self):
            closed.append(True)

    closed: list[bool] = []
    monkeypatch.setattr(launcher, "launcher", lambda hidden, isolated: Holey())
    monkeypatch.setattr(workers, "_launchers", {})
    with pytest.raises(CourseError, match=r"one could read your files, use the network.*--without-wall"):
        workers.launcher(workers.Task(exercise_set.own(), 1))
    assert closed == [True]
    monkeypatch.setattr(workers, "check_sandbox", lambda *_: None)
    assert workers.launcher(workers.Task(exercise_set.own(), 1, isolated=False)).holes
