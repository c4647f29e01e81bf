"""Time in a run: threads, timers, pools, event loops and signals of an answer, the same through every runner."""

import linecache
import signal
import threading

import pytest
from in_sandbox import in_sandbox, needs_fork

from helpers.checks import limits
from helpers.checks.engine import examine
from helpers.checks.outcome import CORRECT, ERROR, NOT_HERE
from helpers.checks.runners.in_process import InProcess
from helpers.checks.runners.one_thread import OneThread
from helpers.course import Exercise
from helpers.simulation import browser_tab

EXERCISE = Exercise("99.1", "made_up", "Made up", 1, 1, "So it is.", ("a", "b", "c"), "99_made_up")

# Each answer returns what it saw of its time, rounded to a tenth where calls are in it.
ANSWERS = '''\
import asyncio, queue, signal, threading, time
from concurrent.futures import ThreadPoolExecutor
from threading import Lock
from time import monotonic, sleep

lock, again, shelf, pool = Lock(), threading.RLock(), queue.SimpleQueue(), ThreadPoolExecutor(2)
condition, event = threading.Condition(), threading.Event()
sorted(pool.map(str, range(3)))  # its workers run already

def beats_beside_work(sqs, queue_url):
    """A thread beats while another one works; neither's sleep is the other's."""
    beats, done, begun = [], threading.Event(), monotonic()
    def beat():
        while not done.wait(30):
            beats.append(round(monotonic() - begun))
    thread = threading.Thread(target=beat)
    thread.start()
    for _ in range(4):
        sleep(25)
    done.set()
    thread.join()
    return [beats, round(monotonic() - begun)]

def polls_side_by_side(sqs, queue_url):
    """Two long polls wait at the same time, and the second message reaches the second one at once."""
    begun, got = monotonic(), []
    def poll():
        found = sqs.receive_message(QueueUrl=queue_url, WaitTimeSeconds=20)
        got.append([round(monotonic() - begun), len(found.get("Messages", []))])
    threads = [threading.Thread(target=poll) for _ in range(3)]
    for thread in threads:
        thread.start()
    for _ in range(2):
        sleep(5)
        sqs.send_message(QueueUrl=queue_url, MessageBody="x")
    for thread in threads:
        thread.join()
    return got

def uses_what_was_made_before(sqs, queue_url):
    """Locks, queues, pools and events of the notebook."""
    begun, held = monotonic(), []
    def hold():
        with lock, again, again:
            sleep(10)
            shelf.put("late")
            held.append(round(monotonic() - begun))
            sleep(2)
    threading.Thread(target=hold).start()
    sleep(1)
    held.append(shelf.get())
    with lock:
        held.append(round(monotonic() - begun))
    jobs = [pool.submit(lambda: sleep(7) or round(monotonic() - begun)) for _ in range(3)]
    threading.Timer(50, event.set).start()
    held.append([job.result() for job in jobs])
    event.wait(100)
    with condition:
        condition.wait(3)
    return [*held, round(monotonic() - begun)]

def meets(sqs, queue_url):
    """A barrier, a semaphore, and a condition's predicate."""
    begun, box, barrier, gate = monotonic(), [], threading.Barrier(3), threading.Semaphore(1)
    filled = threading.Condition()
    def meet(seconds):
        sleep(seconds)
        barrier.wait()
        with gate:
            sleep(1)
        with filled:
            box.append(round(monotonic() - begun))
            filled.notify()
    for seconds in (1, 6):
        threading.Thread(target=meet, args=(seconds,)).start()
    barrier.wait()
    with filled:
        filled.wait_for(lambda: len(box) == 2, timeout=60)
    return box

def waits_for_each_other(sqs, queue_url):
    mine = threading.current_thread()
    other = threading.Thread(target=lambda: mine.join(), name="packer")
    other.start()
    other.join()

def waits_for_nobody(sqs, queue_url):
    threading.Event().wait()

def counts_time_down(sqs, queue_url):
    """Polls for whole seconds until the end: it gets there, since calls and looks at the clock take time."""
    end, calls = time.time() + 45, 0
    while time.time() < end:
        sqs.receive_message(QueueUrl=queue_url, WaitTimeSeconds=min(20, int(end - time.time())))
        calls += 1
    while time.time() < end + 60:
        pass
    return [calls < 50, round(time.time() - end) >= 60]

def calls_take_time(sqs, queue_url):
    begun = time.time()
    for _ in range(10):
        sqs.send_message(QueueUrl=queue_url, MessageBody="x")
    return round(time.time() - begun, 3)

def is_throttled(sqs, queue_url):
    begun = time.time()
    for _ in range(20):
        try:
            sqs.send_message(QueueUrl=queue_url, MessageBody="x")
        except sqs.exceptions.ClientError:
            pass
    return [round(time.time() - begun, 3), threading.Thread().name, ThreadPoolExecutor()._thread_name_prefix]

def leaves_a_thread(sqs, queue_url):
    def beat():
        while True:
            time.sleep(60)
            sqs.send_message(QueueUrl=queue_url, MessageBody="beat")
    threading.Thread(target=beat).start()
    time.sleep(100)

def stops_when_told(sqs, queue_url):
    told, work = [], []
    before = signal.signal(signal.SIGTERM, lambda number, frame: told.append(number))
    while not told:
        time.sleep(60)
        work.append(len(work))
    return [before == signal.SIG_DFL, told, work]

def stops_a_poll_when_told(sqs, queue_url):
    """An exception of the handler leaves the wait at once."""
    def handler(number, frame):
        raise TimeoutError(f"signal {int(number)}")
    signal.signal(signal.SIGTERM, handler)
    begun = monotonic()
    try:
        while True:
            sqs.receive_message(QueueUrl=queue_url, WaitTimeSeconds=20)
    except TimeoutError as problem:
        return [str(problem), round(monotonic() - begun)]

def stops_a_loop_when_told(sqs, queue_url):
    async def main():
        told = asyncio.Event()
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, told.set)
        await told.wait()
        return round(monotonic() - begun)
    begun = monotonic()
    return asyncio.run(main())

def ignores_it(sqs, queue_url):
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    sleep(600)
    return signal.getsignal(signal.SIGTERM) == signal.SIG_IGN

def is_not_told(sqs, queue_url):
    sleep(600)

def prints_from_threads(sqs, queue_url):
    def say(word):
        for number in range(3):
            sleep(1)
            print(word, number)
        if word == "b":
            raise ValueError("in a thread")
    threads = [threading.Thread(target=say, args=(word,)) for word in "abc"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    print("end")
'''

THREADS = {
    "beats_beside_work": [[30, 60, 90], 100],
    "polls_side_by_side": [[5, 1], [10, 1], [20, 0]],
    "meets": [7, 8],
    "uses_what_was_made_before": [10, "late", 12, [19, 19, 26], 65],
}
ALONE = {"counts_time_down": [True, True], "calls_take_time": 0.3}
TOLD = {
    "stops_when_told": [True, [15], [0, 1]],
    "stops_a_poll_when_told": ["signal 15", 90],
    "stops_a_loop_when_told": 90,
    "ignores_it": True,
}
SANDBOX = pytest.param("in the sandbox", marks=[needs_fork, pytest.mark.full])
RUNNERS = ["in process", "in one thread", SANDBOX]
WITH_THREADS = ["in process", SANDBOX]


@pytest.fixture
def outcome_of(monkeypatch):
    """Return what runs a check of one of the answers through a runner, and returns the outcome."""

    def outcome(name, runner, check):
        if runner == "in the sandbox":
            return examine(EXERCISE, in_sandbox(ANSWERS, name), check=check)
        file = f"<{__name__}>"
        linecache.cache[file] = (len(ANSWERS), None, ANSWERS.splitlines(True), file)
        namespace = {"__name__": "notebook"}
        exec(compile(ANSWERS, file, "exec"), namespace)
        if runner == "in process":
            return examine(EXERCISE, lambda world: InProcess(namespace[name], world), check=check)
        monkeypatch.setattr(browser_tab, "_plain_start", None)
        return examine(EXERCISE, lambda world: OneThread(namespace[name], world), check=check)

    return outcome


def returning(expected, after=None):
    """Return a check that wants this value; after: seconds until the answer is told to end."""

    def check(case):
        if after is not None:
            case.terminate(after)
        value = case.run(queue_url=case.queue())
        if value != expected:
            case.not_yet("other", got=value, expected=str(expected), why="")

    return check


@pytest.mark.parametrize("runner", ["in process", pytest.param("in the sandbox", marks=needs_fork)])
@pytest.mark.parametrize("name", THREADS)
def test_each_thread_has_its_own_wait(name, runner, outcome_of):
    """Sleeps, long polls, locks, pools and timers take as long as with real time."""
    outcome = outcome_of(name, runner, returning(THREADS[name]))
    assert (outcome.status, outcome.got) == (CORRECT, "")


@pytest.mark.parametrize("runner", RUNNERS)
@pytest.mark.parametrize("name", ALONE)
def test_a_call_takes_time(name, runner, outcome_of):
    """So a loop that goes by the clock ends, wherever the answer runs."""
    outcome = outcome_of(name, runner, returning(ALONE[name]))
    assert (outcome.status, outcome.got) == (CORRECT, "")


@pytest.mark.parametrize("runner", RUNNERS)
@pytest.mark.parametrize("name", TOLD)
def test_sigterm_comes_when_the_check_says(name, runner, outcome_of):
    """Its handler runs where the answer waits, and the wait goes on unless the handler raises."""
    outcome = outcome_of(name, runner, returning(TOLD[name], after=90))
    assert (outcome.status, outcome.got) == (CORRECT, "")


@needs_fork
def test_boto3_s_pauses_and_python_s_names_are_the_same_everywhere(outcome_of):
    """In each run, wherever it runs and whatever ran before: a check's text may show them."""
    seen = []

    def check(case):
        for _ in range(2):
            queue_url = case.queue()
            with case.unkind(throttling=0.5):
                seen.append(case.run(queue_url=queue_url))

    for runner in ("in process", "in one thread", "in the sandbox"):
        outcome = outcome_of("is_throttled", runner, check)
        assert (outcome.status, outcome.got) == (CORRECT, "")
    assert seen[0][0] > 1
    assert seen[0][1:] == ["Thread-1", "ThreadPoolExecutor-0"]
    assert seen == seen[:2] * 3


@pytest.mark.parametrize("runner", RUNNERS)
def test_sigterm_without_a_handler_ends_the_run(runner, outcome_of):
    """As it ends a process. The kernel's own handlers are what they were."""
    before = signal.getsignal(signal.SIGTERM)
    outcome = outcome_of("is_not_told", runner, returning(None, after=90))
    assert (outcome.status, outcome.reason) == (ERROR, "stopped:terminated")
    assert "SIGTERM" in outcome.got
    assert outcome.line == "sleep(600)"
    assert signal.getsignal(signal.SIGTERM) is before


@pytest.mark.parametrize("runner", RUNNERS)
def test_ctrl_c_raises_keyboard_interrupt(runner, outcome_of):
    """In the middle of a sleep, as in a process of its own."""

    def check(case):
        case.interrupt(after=90)
        result = case.attempt(queue_url=case.queue())
        assert result.error.type == "KeyboardInterrupt"
        assert result.error.line == "sleep(600)"

    outcome = outcome_of("is_not_told", runner, check)
    assert (outcome.status, outcome.got) == (CORRECT, "")


def test_a_signal_for_one_run_does_not_reach_the_next(outcome_of):
    """The run that it was meant for was over before."""

    def check(case):
        case.terminate(after=90)
        case.run(queue_url=case.queue())
        case.clock.advance(1000)
        case.run(queue_url=case.queue())

    assert outcome_of("calls_take_time", "in process", check).status == CORRECT


@pytest.mark.parametrize("runner", RUNNERS)
def test_an_answer_that_waits_for_ever_is_told_who_waits(runner, outcome_of):
    """In a sentence with what each thread waits for, and not as a loop without an end."""
    name = "waits_for_nobody" if runner == "in one thread" else "waits_for_each_other"
    outcome = outcome_of(name, runner, returning(None))
    assert (outcome.status, outcome.reason) == (ERROR, "stopped:waiting")
    if name == "waits_for_each_other":
        assert "your function waits for the end of packer; packer waits for the end of your function" in outcome.got


@pytest.mark.parametrize("runner", WITH_THREADS)
def test_a_thread_that_is_left_goes_on_in_the_next_run(runner, outcome_of):
    """Between the two its time stands; the limit of calls is for each run."""

    def check(case):
        urls = [case.queue(), case.queue()]
        for url in urls:
            case.run(queue_url=url)
        counts = [len(case.state(url)["messages"]) for url in urls]
        if counts != [3, 1]:
            case.not_yet("other", got=counts, expected="[3, 1]", why="")

    outcome = outcome_of("leaves_a_thread", runner, check)
    assert (outcome.status, outcome.got) == (CORRECT, "")


@pytest.mark.parametrize("runner", RUNNERS)
def test_the_limit_of_calls_is_for_each_run(runner, outcome_of, monkeypatch):
    """Thirty runs with ten calls each are no three hundred calls of one run."""
    monkeypatch.setattr(limits, "CALLS", 10)

    def check(case):
        for _ in range(3):
            case.run(queue_url=case.queue())

    assert outcome_of("calls_take_time", runner, check).status == CORRECT


@pytest.mark.parametrize("runner", WITH_THREADS)
def test_what_threads_print_comes_in_one_order(runner, outcome_of):
    """That of their time; an error in a thread is printed before others go on."""
    lines = outcome_of("prints_from_threads", runner, returning(None)).printed.splitlines()
    said = [line for line in lines if line[:1] in "abce" and len(line) < 4]
    assert said == [f"{word} {number}" for number in range(3) for word in "abc"] + ["end"]
    assert lines.index(
        "Exception in thread Thread-2 (say), in the line 'raise ValueError(\"in a thread\")': ValueError: in a thread"
    ) < lines.index("c 2")


def test_without_threads_an_answer_that_needs_them_is_told(outcome_of):
    """In one sentence; it isn't called wrong."""
    outcome = outcome_of("beats_beside_work", "in one thread", returning(THREADS["beats_beside_work"]))
    assert (outcome.status, outcome.reason) == (NOT_HERE, "")
    assert outcome.why == browser_tab.THREADS_NEEDED


def test_the_kernel_s_names_are_its_own_again(outcome_of):
    """After a check the notebook's locks and pools are those that it made, and Python's waits are Python's."""
    before = threading.Lock, threading.Thread.start, signal.signal
    assert outcome_of("uses_what_was_made_before", "in process", returning(THREADS["uses_what_was_made_before"]))
    assert (threading.Lock, threading.Thread.start, signal.signal) == before
