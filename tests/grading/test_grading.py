"""One hand-in, graded in the sandbox: fair to right answers in any notebook; a crash or a loop costs one question."""

import json
import os
import re
import subprocess
import sys

import pytest
from botocore.exceptions import EndpointConnectionError
from in_sandbox import needs_fork
from one_sandbox import ANSWERS, EXERCISES, FEW, SETUP, graded, hasty, only, solved, statuses, text

from helpers.checks.outcome import CHECK_FAILED, CORRECT, ERROR, NOT_ATTEMPTED, NOT_YET, STUMBLED, UNREACHABLE
from helpers.errors import CourseError
from helpers.grading import exercise_set, workers
from helpers.sandbox import launcher as launchers

pytestmark = needs_fork
full = pytest.mark.full

ODD = {
    "extra cells that raise, warn and print": [
        *solved(),
        "1 / 0",
        "import warnings, sys\nwarnings.warn('old')\nprint('x' * 100_000)\nprint('e', file=sys.stderr)",
        "check(hand_over); hint(hand_over); solution(hand_over); show.progress()",
    ],
    "magics and a shell command": [
        "%matplotlib inline",
        "%load_ext autoreload\n%autoreload 2",
        "!ls",
        "%pip install something",
        "%%time\n" + SETUP,
        *solved()[1:],
        "%timeit -n 1 -r 1 pass",
    ],
    "await at the top": ["import asyncio\nawait asyncio.sleep(60)", *solved()],
    "a cell that is no Python": ["this is a note, not code", *solved(), "def broken(:"],
    "a cell that never ends": [*solved(), "while True:\n    pass"],
    "a cell that ends the process": [*solved()[:2], "import os\nos._exit(0)", *solved()[2:]],
    "a cell that waits for somebody": [*solved(), "input('your name? ')", "import time\ntime.sleep(86_400)"],
    "own experiments in the cloud": [
        *solved(),
        "import boto3\nsqs = boto3.client('sqs')\nurl = sqs.create_queue(QueueName='mine')['QueueUrl']\n"
        "sqs.send_message(QueueUrl=url, MessageBody='x')\nassert sqs.receive_message(QueueUrl=url)['Messages']\n"
        "clock.advance(hours=1)",
    ],
    "imports that stand last": [*solved()[1:], SETUP],
    "an answer above the names that it needs": [
        "def hand_over(sqs, queue_url, order, dumps=dumps):\n"
        "    return sqs.send_message(QueueUrl=queue_url, MessageBody=dumps(order))['MessageId']",
        *(cell for cell in solved() if not cell.startswith("def hand_over(")),
        "from json import dumps",
    ],
    "the stub once more below the answer": [*solved(), "def hand_over(sqs, queue_url, order):\n    return ..."],
    "every cell twice": [*solved(), *solved()],
    "an answer that is a class's method": solved(
        hand_over=text(
            """
            class Shop:
                def __init__(self, dumps):
                    self.dumps = dumps

                def hand_over(self, sqs, queue_url, order):
                    reply = sqs.send_message(QueueUrl=queue_url, MessageBody=self.dumps(order))
                    print(reply)
                    return reply["MessageId"]

            hand_over = Shop(json.dumps).hand_over
            """
        )
    ),
    "an answer in the style of resources": solved(
        take_one=text(
            """
            import boto3
            def take_one(sqs, sns, queue_url, topic_arn):
                for message in boto3.resource("sqs").Queue(queue_url).receive_messages():
                    order = json.loads(message.body)
                    boto3.resource("sns").Topic(topic_arn).publish(Message=order["order_id"])
                    message.delete()
                    return order
            """
        )
    ),
    "an answer that runs async code": solved(
        hand_over=text(
            """
            import asyncio
            def hand_over(sqs, queue_url, order):
                async def send():
                    await asyncio.sleep(30)
                    return sqs.send_message(QueueUrl=queue_url, MessageBody=json.dumps(order))["MessageId"]
                return asyncio.run(send())
            """
        )
    ),
    "an answer that works in threads": solved(
        hand_over=text(
            """
            from concurrent.futures import ThreadPoolExecutor
            def hand_over(sqs, queue_url, order):
                with ThreadPoolExecutor(16) as pool:
                    send = pool.submit(sqs.send_message, QueueUrl=queue_url, MessageBody=json.dumps(order))
                return send.result()["MessageId"]
            """
        )
    ),
    "an answer that writes a file": solved(
        hand_over=text(
            """
            import pathlib, sqlite3
            def hand_over(sqs, queue_url, order):
                pathlib.Path("order.json").write_text(json.dumps(order))
                with sqlite3.connect("orders.db") as db:
                    db.execute("create table if not exists orders (body)")
                body = pathlib.Path("order.json").read_text()
                return sqs.send_message(QueueUrl=queue_url, MessageBody=body)["MessageId"]
            """
        )
    ),
    "an answer that changes what is everybody's": solved(
        hand_over=text(
            """
            import os, boto3
            def hand_over(sqs, queue_url, order):
                os.environ["AWS_DEFAULT_REGION"] = "eu-west-1"
                boto3.setup_default_session(region_name="ap-south-1")
                os.chdir("/")
                return sqs.send_message(QueueUrl=queue_url, MessageBody=json.dumps(order))["MessageId"]
            """
        )
    ),
}
ODD["a cell split in two"] = [
    cell for source in solved() for cell in (source.split("\n    ", 1) if "def take_one(" in source else [source])
]
ODD["a cell split in two"] = [
    f"    {cell}" if before.startswith("def take_one(") and "\n" not in before else cell
    for before, cell in zip(["", *ODD["a cell split in two"]], ODD["a cell split in two"], strict=False)
]


# One of each kind: what is around the answers, what ends the process, how cells are cut, how an answer works.
OFTEN = (
    "magics and a shell command",
    "a cell that ends the process",
    "a cell split in two",
    "an answer that writes a file",
)


@pytest.mark.parametrize("oddity", OFTEN)
def test_an_odd_notebook_with_right_answers_loses_no_mark(oddity):
    """Whatever else is in the notebook, and however an answer is written; of two exercises."""
    assert statuses(ODD[oddity]) == [CORRECT] * len(FEW)


@full
@pytest.mark.parametrize("oddity", ODD)
def test_an_odd_notebook_with_right_answers_gets_full_marks(oddity):
    """Whatever else is in the notebook, and however an answer is written; of all exercises."""
    by = hasty() if oddity == "a cell that never ends" else None
    assert statuses(ODD[oddity], EXERCISES, by) == [CORRECT] * len(ANSWERS)


MISBEHAVING = {
    "an endless loop": ("while True:\n        pass", "compute for 2 seconds"),
    "a loop that waits": ("import time\n    while True:\n        time.sleep(1)", "40,000 times"),
    "a loop of calls": ("while True:\n        sqs.receive_message(QueueUrl=queue_url)", "300 calls to AWS"),
    "the process's end": ("import os\n    os._exit(0)", "the process ended"),
    "sys.exit": ("import sys\n    sys.exit(0)", "SystemExit"),
    "a crash of Python": ("import ctypes\n    ctypes.string_at(0)", "the process ended"),
    "recursion": ("return hand_over(sqs, queue_url, order)", "RecursionError"),
    "too much memory": ("return len(bytearray(8 << 30))", "MemoryError"),
}


def costs_one_question(what, exercises, by=None):
    """Assert that the other answers of the notebook get their marks, and that the feedback says what happened."""
    body, said = MISBEHAVING[what]
    cells = solved(hand_over=f"def hand_over(sqs, queue_url, order):\n    {body}")
    found = graded(cells, exercises, by).outcomes
    assert [outcome.status for outcome in found] == only("hand_over", ERROR, exercises)
    assert said in next(outcome.got for outcome in found if outcome.answer == "hand_over")


@pytest.mark.parametrize("what", ["an endless loop", "a loop that waits", "a loop of calls", "the process's end"])
def test_an_answer_that_misbehaves_costs_one_question_of_two(what):
    """By what bounds it: the processor's time, the number of sleeps, the number of calls, and its own end.

    None of these is real time, so that a busy machine finds the same.
    """
    costs_one_question(what, FEW, hasty() if what == "an endless loop" else None)


@pytest.fixture(scope="module")
def patient():
    """A launcher with the limits of the product."""
    made = launchers.launcher()
    yield made
    made.close()


@full
@pytest.mark.parametrize("what", MISBEHAVING)
def test_an_answer_that_misbehaves_costs_one_question(what, patient):
    """The same for all exercises, with the limits of the product."""
    costs_one_question(what, EXERCISES, patient)


def test_the_feedback_names_the_line_of_a_loop():
    """Where the answer was when its time was up."""
    source = "def hand_over(sqs, queue_url, order):\n    count = 0\n    while True:\n        count += 1"
    found = graded(solved(hand_over=source), by=hasty()).outcomes[0]
    assert found.line in ("while True:", "count += 1")
    assert found.line_number in (3, 4)


def test_an_answer_that_is_not_there_is_told_from_one_whose_cell_raises():
    """Deleted: not attempted. In a cell that raises: an error, with what was raised."""
    deleted = [cell for cell in solved() if "def hand_over(" not in cell]
    assert statuses(deleted) == only("hand_over", NOT_ATTEMPTED)
    found = graded(solved(hand_over="1 / 0\ndef hand_over(sqs, queue_url, order): pass"))
    assert found.outcomes[0].got == "ZeroDivisionError: division by zero"
    assert found.remarks == (
        "In lesson 01, the cell of exercise 01.3, `hand_over`, raised ZeroDivisionError: division by zero "
        "(line 1: `1 / 0`).",
    )


def outcome_of(source, name="hand_over", by=None):
    """Return the outcome of one answer, and the remarks, for a hand-in in which its cell has this source."""
    found = graded(solved(**{name: text(source)}), FEW[:1], by)
    return found.outcomes[0], found.remarks


@pytest.mark.parametrize(
    ("source", "type_", "number", "line"),
    [
        ("def hand_over(sqs, queue_url, order):\n    return sqs.send(", "SyntaxError", 2, "return sqs.send("),
        ("def hand_over(sqs, queue_url, order):\n  if sqs:\n  return 1", "IndentationError", 3, "return 1"),
        ("import jsn\ndef hand_over(sqs, queue_url, order): ...", "ModuleNotFoundError", 1, "import jsn"),
    ],
)
def test_what_keeps_a_cell_from_defining_its_answer_is_shown_with_its_line(source, type_, number, line):
    """What Python cannot read has a line, too; no name of a file inside of IPython is shown."""
    found, remarks = outcome_of(source)
    assert (found.status, found.line_number, found.line) == (ERROR, number, line)
    assert found.got.startswith(f"{type_}: ")
    assert f"(line {number}: `{line}`)" in remarks[0]
    assert remarks[0].startswith(f"In lesson 01, the cell of exercise 01.3, `hand_over`, raised {type_}: ")
    assert "ipython-input" not in found.got + remarks[0]
    assert found.why


def test_a_cell_of_no_exercise_is_named_by_its_beginning():
    """As far as one line goes, whatever is in it; Python counts its lines from the first that is not empty."""
    long = "# `<b>`" + "x" * 1000
    found = graded([*solved(), f"\n\n{long}\nqeue.send()"], FEW[:1])
    begins = long.replace("`", "'")[:60]
    assert found.remarks == (
        f"In lesson 01, the cell that begins with `{begins}...` raised NameError: name 'qeue' is not defined "
        "(line 2: `qeue.send()`).",
    )


@pytest.mark.parametrize(
    ("cell", "said"),
    [
        ("import os\nos._exit(0)", "it ended Python itself (os._exit, sys.exit, exit and quit do that"),
        ("while True:\n    pass", "it was still computing when I stopped it."),
    ],
)
def test_a_cell_that_was_left_out_is_told_in_words(cell, said):
    """In the remark, and in the outcome of an answer that stood in it."""
    source = f"{cell}\ndef hand_over(sqs, queue_url, order): ..."
    found, remarks = outcome_of(source, by=hasty() if "while" in cell else None)
    assert f"`hand_over`, was left out: {said}" in remarks[0]
    assert said[3:] in found.got
    assert "hand_over wasn't defined" in found.why


@pytest.mark.parametrize(
    "body", ["import os; os._exit(0)", pytest.param("import sys; sys.exit()", marks=full), "quit()"]
)
def test_an_answer_that_ends_python_is_told_to_return(body):
    """The learner reads what to take out."""
    found, _ = outcome_of(f"def hand_over(sqs, queue_url, order):\n    {body}")
    assert found.status == ERROR
    assert "`os._exit()` do that" in found.why
    assert "Leave a function with `return`" in found.why


def test_a_thread_of_one_answer_does_not_reach_into_the_next():
    """It is ended with its answer; where it cannot be, the process is a new one for the next."""
    source = """
    import threading, time
    def hand_over(sqs, queue_url, order):
        def go_on():
            while True:
                try:
                    while True:
                        sqs.send_message(QueueUrl=queue_url, MessageBody="again")
                except BaseException:
                    pass
        threading.Thread(target=go_on).start()
        return "x"
    """
    assert statuses(solved(hand_over=text(source))) == only("hand_over", NOT_YET)


def test_an_answer_that_spoils_the_process_costs_no_other():
    """What it changed ends the process only when the next answer is made ready, which then gets a new one."""
    source = """
    import os
    def hand_over(sqs, queue_url, order):
        os.environ.clear = lambda: os._exit(0)
    """
    assert statuses(solved(hand_over=text(source))) == only("hand_over", NOT_YET)


@pytest.mark.parametrize(
    ("times", "seeds", "exercises"), [(2, 1, EXERCISES[-3:]), pytest.param(20, 5, EXERCISES, marks=full)]
)
def test_the_same_hand_in_graded_again_gets_the_same_marks(times, seeds, exercises):
    """Outcome for outcome, texts included, for one seed; and for any seed the same marks."""
    cells = solved(hand_over="def hand_over(sqs, queue_url, order):\n    return order", take_one="def take_one(: ...")
    first = graded(cells, exercises)
    assert [graded(cells, exercises) for _ in range(times - 1)] == [first] * (times - 1)
    expected = [outcome.status for outcome in first.outcomes]
    assert {NOT_YET, ERROR, CORRECT} <= {*expected}
    assert [statuses(cells, exercises, seed=seed) for seed in range(seeds)] == [expected] * seeds


def test_without_a_fork_each_hand_in_gets_a_new_program():
    """As on Windows: no isolation, the same marks."""
    fresh = launchers.PlainLauncher()
    assert fresh.holes
    assert statuses(solved(), FEW, fresh) == [CORRECT] * len(FEW)


def test_the_process_of_a_hand_in_holds_no_check_no_cloud_and_no_key():
    """Neither in its modules nor in its environment, though the grader's had keys when the fork server was started."""
    look = text(
        """
        import os, sys
        def hand_over(sqs, queue_url, order):
            print(*sorted(sys.modules), *os.environ, *os.environ.values())
            return sqs.send_message(QueueUrl=queue_url, MessageBody=json.dumps(order))["MessageId"]
        """
    )
    found = graded(solved(hand_over=look + "\n    1 / 0"), FEW[:1]).outcomes[0]
    held = found.printed.split()
    assert "boto3" in held
    assert [name for name in held if name.startswith(("moto", "helpers."))] == []
    assert not {*held} & {"MY_TOKEN", "machine"}


LAYERS = {
    "none": "pass",
    "no rules for files": "landlock.version = lambda: 0",
    "no rules for system calls": "isolation._calls = None",
}


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux isolates")
@pytest.mark.parametrize(
    ("without", "holes"),
    [
        pytest.param("none", [], marks=full),  # which each start of the fork server finds out, too
        pytest.param("no rules for files", ["change the files of this Python"], marks=full),
        ("no rules for system calls", ["start other programs"]),
    ],
)
def test_the_isolation_is_tried_out_and_each_hole_is_named(without, holes, tmp_path):
    """A missing layer is found out by what a process can do."""
    source = f"""
    import json, pathlib, sys
    from helpers.sandbox.isolation import landlock
    from helpers.sandbox.isolation.layers import Isolation, holes
    folder = pathlib.Path({str(tmp_path)!r})
    (folder / "scratch").mkdir(); (folder / "secret").touch()
    isolation = Isolation(folder / "scratch", [pathlib.Path(sys.prefix), pathlib.Path(sys.base_prefix)], [])
    {LAYERS[without]}
    print(json.dumps(holes(isolation, folder / "secret")))
    """
    done = subprocess.run([sys.executable, "-c", text(source)], capture_output=True, text=True, check=True)
    assert [hole for hole in json.loads(done.stdout) if hole in holes] == holes
    assert bool(json.loads(done.stdout)) == bool(holes)


def test_a_sandbox_in_which_no_process_starts_is_named(tmp_path, monkeypatch):
    """In a sentence about that, not as something that a hand-in could do."""
    from helpers.sandbox.isolation.layers import NO_PROCESS, Isolation, holes

    (tmp_path / "secret").touch()
    isolation = Isolation(tmp_path, [], [])
    monkeypatch.setattr(isolation, "apply_in_parent", lambda: 1 / 0)
    assert holes(isolation, tmp_path / "secret") == [NO_PROCESS]

    class Unable:
        holes = [NO_PROCESS]  # noqa: RUF012

        def close(self):
            """Nothing was started."""

    monkeypatch.setattr(launchers, "launcher", lambda hidden, isolated: Unable())
    monkeypatch.setattr(workers, "_launchers", {})
    with pytest.raises(CourseError, match=r"hand-ins: no process could be started in the sandbox\. Grade on Linux"):
        workers.launcher(workers.Task(exercise_set.own(), 1))


def test_no_process_and_no_file_stays(tmp_path, monkeypatch):
    """When a launcher is closed, its processes and folders are gone, also those of a hand-in that still runs."""
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    own = launchers.launcher()
    server = own._process.pid
    channel = own.start()
    channel.send({"do": "load", "cells": ["while True: pass"], "skip": [], "answers": [], "time": 0.0})
    own.close()
    channel.close()
    with pytest.raises(ProcessLookupError):
        os.kill(server, 0)
    assert list(tmp_path.iterdir()) == []


# --- who is to blame -------------------------------------------------------------------------------------------------


def _mistyped(case):
    """Check with a typo of its author's."""
    case.run(queue_url=case.queue(), order={})
    case.not_yte("typo")


def _far(case):
    """Check that asks a cloud elsewhere."""
    raise EndpointConnectionError(endpoint_url="http://127.0.0.1:9/")


@pytest.mark.parametrize(("check", "reason"), [(_mistyped, STUMBLED), (_far, UNREACHABLE)])
def test_a_check_that_cannot_go_on_blames_nobody(check, reason):
    """The outcome says so, and the others of the hand-in are as they were."""
    (broken, _), fine = FEW
    failed, other = graded(solved(), [(broken, check), fine]).outcomes
    assert (failed.status, failed.reason, other.status) == (CHECK_FAILED, reason, CORRECT)
    assert "costs you no points" in failed.why
    assert ("not_yte" if reason == STUMBLED else "127.0.0.1:9") in failed.got
    assert (re.search(r"\(line \d+ of test_grading\.py\)", failed.got) is not None) == (reason == STUMBLED)
