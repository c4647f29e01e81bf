"""The check engine: four outcomes, a cloud and a clock of its own, no loop that outlives it, alike in both runners."""

import builtins
import datetime
import html
import inspect
import io
import linecache
import os
import queue
import sys
import textwrap
import threading
import time
import types

import boto3
import pytest
from in_sandbox import in_sandbox, needs_fork
from IPython.core.autocall import ZMQExitAutocall

from helpers import clock
from helpers.backends import environment
from helpers.checks import learner, limits
from helpers.checks.engine import examine
from helpers.checks.outcome import CORRECT, ERROR, NOT_ATTEMPTED, NOT_YET
from helpers.checks.runners.in_process import InProcess
from helpers.checks.runners.one_thread import OneThread
from helpers.checks.values import show, show_difference
from helpers.course import Exercise, course
from helpers.errors import CheckFailed, UnknownExercise
from helpers.sandbox import launcher as launchers
from helpers.simulation import stopping, worlds
from helpers.views.card import check_card, note_card

EXERCISE = Exercise("99.1", "made_up", "Made up", 1, 1, "So it is.", ("a", "b", "c"), "99_made_up")

# Answers as a learner would have them in a notebook; each is run in a thread and in a child process.
ANSWERS = """\
import asyncio, time
import datetime as dt
from datetime import datetime
from time import sleep as pause

def right(sqs, queue_url):
    return sqs.send_message(QueueUrl=queue_url, MessageBody="x")["MessageId"]

def stub(sqs, queue_url):
    return ...

def other_stub(sqs, queue_url):
    raise NotImplementedError()

def nothing(sqs, queue_url):
    return None

def raises(sqs, queue_url):
    orders = {}
    return orders["Messages"]

def exits(sqs, queue_url):
    raise SystemExit(3)

def prints(sqs, queue_url):
    print("<b>hello</b>")
    return right(sqs, queue_url)

def prints_it(sqs, queue_url):
    print("here it is:")
    print(right(sqs, queue_url))

def too_many(sqs, queue_url):
    while True:
        sqs.get_queue_attributes(QueueUrl=queue_url)

def swallows(sqs, queue_url):
    while True:
        try:
            sqs.get_queue_attributes(QueueUrl=queue_url)
        except:
            pass

def nests(sqs, queue_url):
    while True:
        try:
            while True:
                try:
                    sum(range(100))
                except:
                    pass
        except:
            pass

def spins(sqs, queue_url):
    while True:
        pass

def waits(sqs, queue_url):
    before = [time.time(), time.monotonic(), datetime.now(dt.timezone.utc).timestamp()]
    time.sleep(1000)
    pause(1000)
    asyncio.run(asyncio.sleep(1000))
    sqs.receive_message(QueueUrl=queue_url, WaitTimeSeconds=20)
    after = [time.time(), time.monotonic(), datetime.now(dt.timezone.utc).timestamp()]
    return [round(b - a) for a, b in zip(before, after)]

def moves_time(sqs, queue_url):
    from helpers import clock
    clock.advance(seconds=60)

def asks_for_no_queue(sqs, queue_url):
    sqs.get_queue_url(QueueName="no")

def writes_into_the_profiles(sqs, queue_url):
    import os
    for name in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"):
        try:
            with open(os.environ[name], "w") as file:
                file.write("[default]\\n")
        except PermissionError:
            pass
    return right(sqs, queue_url)

def changes(sqs, queue_url):
    import boto3, os
    os.environ["AWS_DEFAULT_REGION"] = "eu-west-1"
    boto3.setup_default_session(region_name="eu-west-1")
    boto3.client("sqs").create_queue(QueueName="mine")
    return right(sqs, queue_url)
"""


def made_up(case):
    """Want a message's id."""
    queue_url = case.queue()
    returned = case.run(queue_url=queue_url)
    sent = case.sqs.receive_message(QueueUrl=queue_url).get("Messages", [])
    if [message["MessageId"] for message in sent] != [returned]:
        case.not_yet("no-id", got=returned, expected="the message's id", why="A reason.")


@pytest.fixture(autouse=True)
def _lesson_99(monkeypatch):
    module = types.ModuleType("helpers.checks.lessons.lesson_99")
    module.made_up = made_up
    monkeypatch.setitem(sys.modules, module.__name__, module)


@pytest.fixture(scope="module")
def source(tmp_path_factory):
    """A file with the answers."""
    path = tmp_path_factory.mktemp("answers") / "answers.py"
    path.write_text(textwrap.dedent(ANSWERS))
    return path


@pytest.fixture(params=["in process", pytest.param("in the sandbox", marks=needs_fork)])
def outcome_of(request, source):
    """Returns the outcome for the answer of this name, through one of the runners."""

    def outcome(name):
        if request.param == "in the sandbox":
            return examine(EXERCISE, in_sandbox(source.read_text(), name))
        namespace = {}
        exec(compile(source.read_text(), str(source), "exec"), namespace)
        return examine(EXERCISE, lambda world: InProcess(namespace[name], world))

    return outcome


STATUSES = {
    "right": CORRECT,
    "stub": NOT_ATTEMPTED,
    "other_stub": NOT_ATTEMPTED,
    "nothing": NOT_YET,
    "raises": ERROR,
    "exits": ERROR,
}


@pytest.mark.parametrize(("name", "status"), STATUSES.items())
def test_there_are_four_outcomes(outcome_of, name, status):
    """Right, not written, something else, and an error are told apart, through both runners."""
    assert outcome_of(name).status == status


def test_an_outcome_names_the_sandboxs_limit():
    """How long an answer may compute is the same number for the check that reports it and the sandbox that stops it."""
    assert inspect.signature(launchers.launcher).parameters["computing"].default == limits.COMPUTING


REASONS = {
    "right": "",
    "stub": "",
    "nothing": "no-id",
    "raises": "error:KeyError",
    "asks_for_no_queue": "error:AWS.SimpleQueueService.NonExistentQueue",
    "exits": "error:SystemExit",
    "too_many": "stopped:calls",
    "spins": "stopped:time",
}


@pytest.mark.parametrize(("name", "reason"), REASONS.items())
def test_what_is_wrong_has_a_stable_id(outcome_of, name, reason, monkeypatch):
    """A check's own id, the error's name or AWS's code for it, and why an answer was stopped."""
    monkeypatch.setattr(limits, "SECONDS", 0.2 if name == "spins" else 10)
    monkeypatch.setattr(limits, "CALLS", 20)
    assert outcome_of(name).reason == reason


class Scripted:
    """A runner whose answer always replies the same."""

    unable = ""

    printed = ""

    def __init__(self, reply):
        self.reply = reply

    def ask(self, command, seconds):
        """Return the reply."""
        return self.reply

    def close(self):
        """There is nothing to stop."""


@pytest.mark.parametrize(
    ("reply", "reason"),
    [
        ({"stopped": "computing"}, "stopped:computing"),
        ({"stopped": "time"}, "stopped:time"),
        ({"stopped": "the check that this call belongs to is over"}, "stopped:calls"),
        ({"error": {"type": "ValueError", "message": "An error"}}, "error:ValueError"),
        ({"value": {"$": "foreign", "type": "set", "text": "{1}"}}, "no-id"),
    ],
)
def test_whatever_a_runner_replies_has_a_stable_id(reply, reason):
    """The sandbox's runner stops an answer that computes too much, which no runner here can do."""
    assert examine(EXERCISE, lambda world: Scripted(reply)).reason == reason


def test_a_check_that_cannot_go_on_has_a_stable_id():
    """The answer left something behind that the check didn't foresee."""
    outcome = examine(EXERCISE, lambda world: Scripted({"value": 1}), check=lambda case: case.run()["MessageId"])
    assert (outcome.status, outcome.reason) == (NOT_YET, "check-stumbled")
    assert "TypeError" in outcome.got


class Shell:
    """A notebook's shell, which ends its kernel when it's asked to exit."""

    asked = 0
    keepkernel_on_exit = False

    def ask_exit(self):
        """Note that it was asked."""
        self.asked += 1


@pytest.mark.parametrize("runner", [InProcess, OneThread])
@pytest.mark.parametrize("call", ["exit()", "quit(2)", "sys.exit()", "sys.exit('I am done')", "raise SystemExit"])
@pytest.mark.parametrize("where", ["notebook", "script"])
def test_an_answer_that_ends_the_program_is_told_so(call, runner, where, monkeypatch):
    """It doesn't end the kernel; the outcome says what happened, where, and how to leave a function."""
    monkeypatch.setattr(sys, "stdin", io.StringIO())
    shell = Shell()
    namespace = {}
    if where == "notebook":
        namespace = {"exit": ZMQExitAutocall(shell), "quit": ZMQExitAutocall(shell)}
    before = dict(namespace), builtins.exit, builtins.quit
    source = f"import sys\n\ndef made_up(sqs, queue_url):\n    {call}\n    return 1\n"
    exec(compile(source, "<a cell>", "exec"), namespace)
    linecache.cache["<a cell>"] = (len(source), None, source.splitlines(keepends=True), "<a cell>")
    outcome = examine(EXERCISE, lambda world: runner(namespace["made_up"], world))
    assert (outcome.status, outcome.reason) == (ERROR, "error:SystemExit")
    assert outcome.got.partition(":")[0] == "SystemExit"
    assert not outcome.got.endswith(" ")
    assert "ended the whole program" in outcome.why
    assert (outcome.line_number, outcome.line) == (4, call)
    assert (shell.asked, sys.stdin.closed) == (0, False)
    assert {name: namespace[name] for name in before[0]} == before[0]
    assert (builtins.exit, builtins.quit) == before[1:]


def test_the_notebooks_own_exit_works_in_other_threads():
    """Only the answer's is replaced while it is checked."""
    shell, done = Shell(), threading.Event()
    namespace = {"exit": ZMQExitAutocall(shell), "elsewhere": None}
    source = "def made_up(sqs, queue_url):\n    elsewhere()\n    return 1\n\ndef leave():\n    exit()\n"
    exec(source, namespace)
    asked, answered = queue.SimpleQueue(), queue.SimpleQueue()

    def other():
        asked.get()
        namespace["leave"]()
        answered.put(True)
        done.set()

    threading.Thread(target=other, daemon=True).start()
    namespace["elsewhere"] = lambda: (asked.put(True), answered.get())
    examine(EXERCISE, lambda world: InProcess(namespace["made_up"], world))
    assert done.wait(60)
    assert shell.asked == 1


def test_a_wrong_answer_is_told_what_was_seen(outcome_of):
    """What was called, what came back, what was expected, and why."""
    outcome = outcome_of("nothing")
    assert outcome.did.startswith("made_up(queue_url=")
    assert (outcome.got, outcome.expected, outcome.why) == ("None", "the message's id", "A reason.")


def test_print_in_place_of_return_is_told(outcome_of):
    """Where None was refused and something was printed, its last line is shown; nowhere else."""
    found = outcome_of("prints_it")
    assert (found.status, found.reason, found.got) == (NOT_YET, "no-id", "None")
    printed = found.printed.splitlines()[-1]
    assert found.why.startswith(f"Your function printed {printed!r} and returned None. Did you mean `return`")
    assert found.why.endswith("A reason.")
    assert "print" not in outcome_of("nothing").why
    assert "print" not in outcome_of("prints").why


def test_print_is_no_reason_where_another_value_was_refused():
    """The answer may return None there, and print whatever it likes."""

    def check(case):
        case.run()
        case.not_yet("left-behind", got=["a message"], expected="nothing", why="A reason.")

    namespace = {}
    exec("def made_up():\n    print('done')\n", namespace)
    assert examine(EXERCISE, lambda world: InProcess(namespace["made_up"], world), check=check).why == "A reason."


@pytest.mark.parametrize(
    ("pause", "times", "said"),
    [(30, 20, ""), (10, 20, "more than 3 calls to AWS in a minute"), (30, 31, "still running after 30 calls to AWS")],
)
def test_calls_are_too_many_when_they_come_fast_or_never_end(monkeypatch, pause, times, said):
    """A heartbeat goes on for as long as the work does."""
    monkeypatch.setattr(limits, "CALLS", 3)
    monkeypatch.setattr(limits, "MOST_CALLS", 30)
    namespace = {}
    exec(
        "import time\n"
        "def made_up(sqs, queue_url):\n"
        f"    for _ in range({times}):\n"
        "        sqs.get_queue_attributes(QueueUrl=queue_url)\n"
        f"        time.sleep({pause})\n",
        namespace,
    )
    found = examine(
        EXERCISE,
        lambda world: InProcess(namespace["made_up"], world),
        check=lambda case: case.run(queue_url=case.queue()),
    )
    assert (found.status == CORRECT) == (not said), found
    assert said in found.got


@pytest.mark.parametrize(
    ("reply", "said"),
    [
        ({"stopped": "calls"}, "more than 300 calls to AWS in a minute"),
        ({"stopped": "memory"}, "more memory than a check has"),
        ({"stopped": "time"}, "waited 40,000 times"),
        ({"stopped": "computing"}, f"compute for {limits.COMPUTING:g} seconds"),
    ],
)
def test_an_answer_that_was_stopped_is_told_why(reply, said):
    """A sentence, which nobody raised."""
    found = examine(EXERCISE, lambda world: Scripted(reply))
    assert said in found.got
    assert str(check_card(found.as_dict())).count("I saw") == 1
    assert "It raised" not in str(check_card(found.as_dict()))


def test_an_error_is_told_with_the_learner_s_own_line(outcome_of):
    """The line of the learner's code that led to it, with its number."""
    outcome = outcome_of("raises")
    assert outcome.line == 'return orders["Messages"]'
    assert ANSWERS.splitlines()[outcome.line_number - 1].strip() == outcome.line
    assert outcome.got == "KeyError: 'Messages'"


def test_an_error_s_text_is_the_same_in_each_run():
    """It has no addresses of objects."""

    def fails(queue_url):
        raise ValueError(object())

    assert examine(EXERCISE, lambda world: InProcess(fails, world)).got == "ValueError: <object object>"


def test_what_an_answer_prints_is_kept(outcome_of):
    """Prints are shown with the outcome and do not go where the check prints."""
    assert outcome_of("prints").printed == "<b>hello</b>\n"


def test_an_answer_sees_the_check_s_time(outcome_of, monkeypatch):
    """Sleeping and asking for the time follow the check's clock, at once: 3,020 seconds pass in far less than one."""
    seen = []
    module = sys.modules["helpers.checks.lessons.lesson_99"]
    monkeypatch.setattr(module, "made_up", lambda case: seen.append(case.run(queue_url=case.queue())))
    began = time.monotonic()
    outcome_of("waits")
    assert seen == [[3020, 3020, 3020]]
    assert time.monotonic() - began < 60


def test_an_answer_is_given_the_clients_that_a_check_asks_for(outcome_of, monkeypatch):
    """With them it works in another account and region; the next run has clients with defaults again."""
    elsewhere = {"profile_name": "partner", "region_name": "sa-east-1"}

    def sent(case):
        sqs = case.client("sqs", "sa-east-1", "partner")
        places = [(elsewhere, sqs.create_queue(QueueName="theirs")["QueueUrl"]), (None, case.queue())]
        for session, queue_url in places:
            case.run(session, queue_url=queue_url)
            seen.append((case.did, case.calls[-1].region))

    seen = []
    monkeypatch.setattr(sys.modules["helpers.checks.lessons.lesson_99"], "made_up", sent)
    assert outcome_of("right").status == CORRECT
    (theirs, their_region), (ours, our_region) = seen
    assert theirs.endswith(", with clients of boto3.Session(profile_name='partner', region_name='sa-east-1')")
    assert "Session" not in ours
    assert (their_region, our_region) == ("sa-east-1", "us-east-1")


def test_an_answer_cannot_move_the_clock(outcome_of):
    """The clock is a tool of the lessons; on AWS nobody can move time, so an answer that does it is no answer."""
    outcome = outcome_of("moves_time")
    assert outcome.status == ERROR
    assert outcome.line == "clock.advance(seconds=60)"
    assert "time.sleep(60)" in outcome.got


@pytest.mark.parametrize("name", ["too_many", "swallows", "spins"])
def test_a_loop_ends_by_time_or_by_calls(outcome_of, name, monkeypatch):
    """An endless loop is ended, even one that catches everything."""
    monkeypatch.setattr(limits, "SECONDS", 1.0)
    monkeypatch.setattr(limits, "CALLS", 20)
    outcome = outcome_of(name)
    assert outcome.status == ERROR
    assert "Is there a loop that never ends" in outcome.got


def state():
    """Return what a check must leave as it was."""
    return {
        "environment": dict(os.environ),
        "session": boto3.DEFAULT_SESSION,
        "queues": boto3.client("sqs").list_queues().get("QueueUrls"),
        "clock": clock.now(),
        "time": [getattr(time, name) for name in ("time", "sleep", "monotonic")],
        "datetime": (datetime.datetime, datetime.date),
        "output": (sys.stdout, sys.stderr),
        "world": worlds.current(),
    }


@pytest.mark.parametrize("name", ["right", "raises", "swallows", "spins", "waits", "changes"])
def test_a_check_leaves_everything_as_it_was(offline, source, name, monkeypatch):
    """Cloud, clock, environment, default session and Python's own time are as before, whatever the answer did."""
    monkeypatch.setattr(limits, "SECONDS", 0.5)
    monkeypatch.setattr(limits, "CALLS", 20)
    boto3.client("sqs").create_queue(QueueName="learners")
    before = state()
    namespace = {}
    exec(compile(source.read_text(), str(source), "exec"), namespace)
    examine(EXERCISE, lambda world: InProcess(namespace[name], world))
    assert state() == before


@pytest.mark.parametrize("name", ["swallows", "spins", "nests"])
def test_a_loop_costs_nothing_afterwards(offline, source, name, monkeypatch):
    """What is left of an endless answer, even one that catches everything, waits and does no more work."""
    monkeypatch.setattr(limits, "SECONDS", 0.5)
    monkeypatch.setattr(limits, "CALLS", 20)
    namespace = {}
    exec(compile(source.read_text(), str(source), "exec"), namespace)
    examine(EXERCISE, lambda world: InProcess(namespace[name], world))
    left = [thread for thread in threading.enumerate() if thread.name == "answer"]
    assert [thread for thread in left if not stopping.is_parked(thread)] == []


def test_a_learner_s_thread_goes_on_in_the_learner_s_cloud(offline, source):
    """A consumer that was running before the check still sees the learner's queue, during the check and after it."""
    sqs = boto3.client("sqs")
    sqs.create_queue(QueueName="learners")
    seen, go_on, done = [], threading.Event(), threading.Event()

    def consumer():
        go_on.wait()
        seen.append(sqs.list_queues()["QueueUrls"][0].rsplit("/", 1)[-1])
        done.set()

    threading.Thread(target=consumer).start()

    def answer(sqs, queue_url):
        go_on.set()
        done.wait()
        return sqs.send_message(QueueUrl=queue_url, MessageBody="x")["MessageId"]

    assert examine(EXERCISE, lambda world: InProcess(answer, world)).correct
    assert seen == ["learners"]


def test_the_panel_s_text_says_what_its_picture_says():
    """Each fact is in the HTML and in the text; what a learner prints or returns cannot inject anything."""
    outcome = {"exercise": "1", "answer": "f", "title": "T", "status": "not yet", "did": "f(<i>)", "got": "<script>"}
    outcome |= {"expected": "e", "why": "w", "line_number": 7, "line": "x < y", "printed": "<b>"}
    card = check_card(outcome)
    text, picture = repr(card), card._repr_html_()
    for fact in ("f(<i>)", "line 7: x < y", "<script>", "hint(f)", "<b>"):
        assert fact in text
        assert html.escape(fact) in picture
    assert "<script>" not in picture


def test_names_of_code_are_set_as_code():
    """A name in backticks is code in the picture, and stays as it is in the text."""
    card = note_card("1", "T", "Ask `subscribe` <b>.")
    assert "<code>subscribe</code> &lt;b&gt;" in card._repr_html_()
    assert "`subscribe` <b>" in repr(card)


def hand_over(sqs, queue_url, order):
    """Return nothing yet."""
    return ...


def test_a_learner_gets_hints_and_after_a_try_the_solution(offline, capsys, monkeypatch):
    """Three hints, each one step further, then no more; the solution only after a try, or when insisted on."""
    monkeypatch.setattr(learner, "_steps", {})
    monkeypatch.setattr(learner, "_tried", {})
    exercise = course().exercise("hand_over")
    for text in (*exercise.hints, "You've seen all 3 hints"):
        learner.hint(hand_over)
        assert text in capsys.readouterr().out
    learner.check(hand_over)
    learner.solution(hand_over)
    assert "Try it first" in capsys.readouterr().out
    learner.solution(hand_over, insist=True)
    assert "json.dumps(order)" in capsys.readouterr().out


def test_a_wrong_argument_is_answered_kindly(offline):
    """Called with a result, or with a function that answers nothing, check says what it takes."""
    with pytest.raises(UnknownExercise, match="without calling it"):
        learner.check(None)
    with pytest.raises(UnknownExercise, match="hand_over"):
        learner.check(state)


def test_nbgrader_gets_an_exception_and_no_word_on_stderr(offline, capsys, monkeypatch):
    """Under nbgrader a check raises unless the answer is correct; elsewhere it never raises, and returns None."""
    assert learner.check(hand_over) is None
    monkeypatch.setenv("NBGRADER_EXECUTION", "autograde")
    with pytest.raises(CheckFailed, match="Not attempted"):
        learner.check(hand_over)
    assert capsys.readouterr().err == ""


def test_values_are_shown_as_python_writes_them():
    """A text has the same quotes alone and in a list."""
    assert show({"a": ["it", None]}) == "{'a': ['it', None]}"
    assert show("it") == "'it'"


@pytest.mark.parametrize(
    ("got", "wanted", "said", "expected"),
    [
        (["a"], ["a", "b"], "['a']", "['a', 'b']"),
        (
            [*range(1000, 1040)],
            [*range(1000, 1006), 0, *range(1007, 1040)],
            "40 items, item 7 is the first that differs: [..., 1004, 1005, 1006, 1007, 1008, ...]",
            "[..., 1004, 1005, 0, 1007, 1008, ...]",
        ),
        (
            [*range(100, 199)],
            [*range(100, 200)],
            "99 items, it ends after item 99: [..., 197, 198]",
            "[..., 197, 198, 199]",
        ),
        (["x" * 900], [], f"1 item, item 1 is the first that differs: [{show('x' * 900, 60)}]", "[]"),
    ],
)
def test_of_long_lists_the_difference_is_shown(got, wanted, said, expected):
    """With its neighbours; short ones are shown whole."""
    assert show_difference(got, wanted) == (said, expected)


def test_what_an_answer_writes_into_boto3_s_files_is_gone_with_its_check(outcome_of):
    """The course's own files are never those that it's given."""
    files = [environment.PROFILES / name for name in ("config", "credentials")]
    before = [file.read_text() for file in files]
    assert outcome_of("writes_into_the_profiles").status == CORRECT
    assert [file.read_text() for file in files] == before
