"""The cells of a hand-in do in the sandbox what they do in a notebook."""

import textwrap
import time

import pytest
from answer_files import answers
from handin_files import SLUG
from in_sandbox import in_sandbox, needs_fork
from one_sandbox import launcher
from solution_imports import imports

from helpers.checks import limits
from helpers.checks.engine import examine, find
from helpers.checks.outcome import CORRECT, ERROR
from helpers.checks.solutions import answer_source
from helpers.course import course
from helpers.grading.grader import grade
from helpers.sandbox import hand_in_process
from helpers.sandbox import launcher as launchers

pytestmark = needs_fork
EXERCISE = course().exercise("hand_over")
SOLUTION = answer_source(EXERCISE)


def graded(*cells, by=None):
    """Return the outcome of hand_over in a notebook of these cells, and the remarks."""
    found = grade([imports(SLUG), *cells], [(EXERCISE, find(EXERCISE))], by or launcher(), 1)
    return found.outcomes[0], found.remarks


def test_a_busy_machine_costs_no_marks(monkeypatch):
    """Where each call takes 40 ms more, a right answer with 290 of them isn't too slow, though its 10 s have passed."""
    slow, longest = [], []
    served = hand_in_process.HandInProcess._served
    monkeypatch.setattr(
        hand_in_process.HandInProcess, "_served", lambda *arguments: slow.append(0.04) or served(*arguments)
    )
    monkeypatch.setattr(hand_in_process, "_monotonic", lambda: time.monotonic() + sum(slow))
    answer = answers("03")["pack_and_pass_on__renews_every_twenty_seconds"]
    make_runner = in_sandbox(answer.source, answer.function)

    def timed(world):
        runner = make_runner(world)
        ask = runner.ask

        def asked(*command):
            before = len(slow)
            reply = ask(*command)
            longest.append(sum(slow[before:]))
            return reply

        runner.ask = asked
        return runner

    outcome = examine(answer.exercise, timed)
    assert outcome.status == CORRECT, outcome.got
    assert max(longest) > limits.SECONDS


def test_a_module_that_a_cell_writes_can_be_imported():
    """Though it was not there a moment before, and though an older one of the same length was there a moment ago."""
    wrong, right = SOLUTION.replace("MessageBody=", "MessageBdoy="), SOLUTION
    assert wrong != right
    outcome, remarks = graded(
        "try:\n    import mine\nexcept ImportError:\n    pass",
        f"%%writefile mine.py\n{imports(SLUG)}\n{wrong}",
        "import mine, sys\ndel sys.modules['mine']",
        f"%%writefile mine.py\n{imports(SLUG)}\n{right}",
        "from mine import hand_over",
    )
    assert (outcome.status, remarks) == (CORRECT, ())


@pytest.mark.parametrize("isolated", [True, pytest.param(False, marks=pytest.mark.full)])
def test_no_hand_in_imports_what_another_one_wrote(isolated):
    """Each has its own folder, with and without isolation."""
    by = launcher() if isolated else launchers.launcher(isolated=False)
    graded("%%writefile mine.py\nx = 1", SOLUTION, by=by)
    outcome, remarks = graded("import mine", SOLUTION, by=by)
    if not isolated:
        by.close()
    assert outcome.status == CORRECT
    assert "No module named 'mine'" in remarks[0]


@pytest.mark.parametrize("end", ["exit()", "quit()", "exit(0)", "import sys; sys.exit()", "raise SystemExit"])
def test_an_answer_that_ends_the_program_is_named_as_such(end):
    """`exit` and `quit` are IPython's; in a notebook they end the kernel."""
    outcome, _ = graded(f"def hand_over(sqs, queue_url, order):\n    {end}")
    assert (outcome.status, outcome.got.partition(":")[0]) == (ERROR, "SystemExit")
    assert "Your function ended the whole program. `exit()`, `quit()`" in outcome.why


@pytest.mark.parametrize(
    ("end", "line"), [("exit()", "exit()"), ("exit", "exit()"), ("import sys; sys.exit()", "import sys; sys.exit()")]
)
def test_a_cell_that_ends_the_program_is_named_as_such(end, line):
    """And the cells below it count all the same."""
    outcome, remarks = graded(end, SOLUTION)
    assert outcome.status == CORRECT
    assert remarks == (
        f"In lesson 01, the cell that begins with `{end}` ended Python itself (os._exit, sys.exit, exit and quit do "
        f"that, and so does a crash) (line 1: `{line}`).",
    )


def test_a_cell_that_ends_the_program_before_its_answer_is_defined():
    """The outcome says that the program ended, not that a name is missing."""
    outcome, _ = graded(f"exit()\n{SOLUTION}")
    assert (outcome.status, outcome.got) == (ERROR, "SystemExit")
    assert "ended Python itself (os._exit, sys.exit, exit and quit do that" in outcome.why
    assert "hand_over wasn't defined" in outcome.why


HOARD = """
def hand_over(sqs, queue_url, order):
    import mmap
    hold = []
    try:
        while len(hold) < 100:
            hold.append(mmap.mmap(-1, 16 << 20) if KIND == "shared" else bytearray(16 << 20))
    except (OSError, MemoryError):
        pass
    raise ValueError(len(hold))
"""


@pytest.mark.parametrize("kind", ["shared", "own"])
def test_a_hand_in_has_so_much_memory_and_no_more(kind):
    """Two at a time and their graders fit into a gigabyte, whatever they do."""
    outcome, _ = graded(HOARD.replace("KIND", repr(kind)))
    megabytes = 16 * int(outcome.got.removeprefix("ValueError: ").rstrip("."))
    assert 128 <= megabytes <= 192


def test_there_is_memory_for_many_threads():
    """Sixty at a time, each of which calls functions as deep as Python allows."""
    cell = """
        import threading
        all_there, deep = threading.Barrier(60), []
        def down():
            down()
        def work():
            all_there.wait()
            try:
                down()
            except RecursionError:
                deep.append(1)
        threads = [threading.Thread(target=work) for _ in range(60)]
        for thread in threads: thread.start()
        for thread in threads: thread.join()
        assert len(deep) == 60
    """
    outcome, remarks = graded(textwrap.dedent(cell), SOLUTION)
    assert (outcome.status, remarks) == (CORRECT, ())
