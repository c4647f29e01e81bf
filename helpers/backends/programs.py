"""Several programs side by side in the cloud's own time: what `cloud.run` does.

Each program is a function in a thread of this kernel. Only one of them goes on at a time, and time passes only while
all of them wait (helpers.simulation.scheduler). So the same programs give the same run, wherever and whenever they run.
"""

import inspect
import math
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from random import Random
from typing import Any

from helpers.backends import stored_runs
from helpers.backends.run_progress import RunProgress
from helpers.backends.run_report import ProgramEnd, RunReport, make_report
from helpers.errors import ClockError, CloudError, Stopped
from helpers.simulation import browser_tab, stopping, tab_threads
from helpers.simulation.clock import END, TOO_LATE, Clock
from helpers.simulation.kernel_run import KernelRun
from helpers.simulation.member_console import LONGEST, Printed, console, exits_raise
from helpers.simulation.member_process import own_process
from helpers.simulation.scheduler import ENDED, STUCK, TERMINATED, TICKS, TIME_IS_OVER, Program
from helpers.simulation.source_lines import line_of, namespace_of, place
from helpers.simulation.threads import THREADS, Threads
from helpers.simulation.worlds import World

MOST_PROGRAMS = 50
MOST_CALLS = 30_000
MOST_WAITS = 400_000
MOST_SECONDS = 120.0  # real ones, for the whole run
MOST_AT_ONCE = 10.0  # real seconds that a program can go on without waiting
_GIVE_UP = 0.5  # real seconds to end threads that don't wait
_CUT = f"(More was printed. The first {LONGEST:,} characters of each program are kept.)"
_CALLS, _BUSY = "calls", "busy"  # why a run was stopped, beside the scheduler's words
_perf_counter = time.perf_counter

IN_A_TAB = (
    "This browser can't pause one program while another one goes on, so cloud.run can't run yours in this tab. Cells "
    "that don't need its report still work. An up-to-date Chrome or Edge can run programs side by side. "
    f"{browser_tab.INSTEAD}"
)
STORED = (
    "This browser can't pause one program while another one goes on. So nothing runs here, and you see what the same "
    "programs did in the course's own copy of this lesson."
)
NESTED = "A program can't begin another run. Call cloud.run from a cell, outside the functions that it runs."
ONE_AT_A_TIME = "Another run isn't over yet. Wait until it is, or interrupt it."

Programs = Mapping[str, Callable[[], Any]]
Moments = Mapping[str, float]


@dataclass
class _Going:
    """One program of a run. calls: how many it made. exited, exited_at: how and when os._exit or a
    signal ended it.
    """

    name: str
    function: Callable[[], Any]
    starts: float
    namespace: dict[str, Any]
    program: Program = field(init=False)
    end: ProgramEnd = field(default_factory=ProgramEnd)
    calls: int = 0
    printed: Any = None
    exited: str = ""
    exited_at: float = 0

    @property
    def was_ended(self) -> str:
        """How it was ended where it was, by a signal or by os._exit, or ""; whatever it did after that."""
        return self.exited or ("was stopped" if self.program.was_terminated else "")

    @property
    def ended_at(self) -> float:
        """When that was, in seconds of the run."""
        return self.exited_at if self.exited else self.end.told or 0


@dataclass(frozen=True)
class RunCloud:
    """A cloud whose time only a run moves.

    world: as the programs see it, with the clock that the run moves. before: the journal's entries and the messages'
    steps from before the run. entries: those since it began, complete once it's over.
    """

    world: World
    before: list[Any]
    entries: list[Any]


@contextmanager
def in_this_kernel(world: World) -> Iterator[RunCloud]:
    """Return a context manager: within its block only the run moves the time of this kernel's own cloud."""
    assert isinstance(world.clock, Clock)
    before, world.pauses = world.pauses, Random(PAUSES_SEED)
    try:
        with world.clock.frozen(), world.journal.copied() as entries:
            yield RunCloud(world, list(world.journal), entries)
    finally:
        world.pauses = before


PAUSES_SEED = 2026  # of how long boto3 waits between its attempts in a run, so that it's the same on every cloud
_runs: threading.Thread | None = None  # the thread that waits for a run
_guard = threading.Lock()


@contextmanager
def _one_at_a_time() -> Iterator[None]:
    """Raise CloudError while another thread runs programs, in whichever world: each run replaces Python's functions."""
    global _runs
    with _guard:
        if _runs and _runs is not threading.current_thread() and _runs.is_alive():
            raise CloudError(ONE_AT_A_TIME)
        _runs = threading.current_thread()
    try:
        yield
    finally:
        _runs = None


def run(
    world: World,
    programs: Programs,
    seconds: float,
    starts: Moments,
    stops: Moments,
    where: Callable[[World], AbstractContextManager[RunCloud]] = in_this_kernel,
) -> RunReport:
    """Run the programs for this many seconds of the world's clock, or until all have returned; return the report.

    starts: when each program starts, in seconds. stops: when it gets a SIGTERM. where: prepares the cloud that the
    world's calls go to. CloudError if an argument is wrong or a program had to be stopped because it didn't come to an
    end; ClockError beyond the last year of Python.
    """
    _check(programs, seconds, starts, stops)
    how = [seconds, dict(starts), dict(stops)]
    if browser_tab.IN_A_TAB and not tab_threads.can_suspend():
        if (stored := stored_runs.find(programs, how)) is None:
            raise CloudError(IN_A_TAB)
        print(STORED)
        return stored
    if world.scheduler is not None and world.scheduler.member():
        raise CloudError(NESTED)
    if world.clock.time() + seconds > END:
        raise ClockError(TOO_LATE.format(seconds))
    with _one_at_a_time():
        quiet = world.clock.still  # where outputs are compared
        with where(world) as cloud:
            if not quiet:
                clock = cloud.world.clock
                clock.advance(math.ceil(clock.time()) - clock.time())  # so that each run's times are the same
            threads = tab_threads.TabThreads() if browser_tab.IN_A_TAB else THREADS
            going = _Run(world, cloud.world, programs, seconds, starts, stops, threads)
            with threads:
                going.go(quiet)
        report = going.report(cloud)
    stored_runs.record(programs, how, report)
    return report


def _check(programs: Programs, seconds: float, starts: Moments, stops: Moments) -> None:
    if (
        not isinstance(programs, Mapping)
        or not programs
        or not all(isinstance(name, str) and name for name in programs)
    ):
        raise CloudError('Give cloud.run a dictionary of names and functions: cloud.run({"Kim": packer}, minutes=30)')
    if len(programs) > MOST_PROGRAMS:
        raise CloudError(f"cloud.run runs up to {MOST_PROGRAMS} programs, and you gave it {len(programs)}.")
    for name, function in programs.items():
        _check_program(name, function)
    if not (isinstance(seconds, (int, float)) and 0 < seconds < math.inf):
        raise CloudError("Say for how long, as in cloud.run(programs, minutes=30); seconds and hours work, too.")
    for word, moments in (("starts", starts), ("stops", stops)):
        if not isinstance(moments, Mapping):
            raise CloudError(f'{word}= takes seconds by the programs\' names, as in {word}={{"Kim": 60}}.')
        for name, at in moments.items():
            if name not in programs:
                raise CloudError(
                    f"{word}= names {name!r}, but no program has that name. Yours are: {', '.join(programs)}."
                )
            if isinstance(at, bool) or not (isinstance(at, (int, float)) and 0 <= at <= seconds):
                raise CloudError(
                    f"{word}= needs seconds from 0 to the end of the run, which is {seconds:g}. {name!r} has {at!r}."
                )


def _check_program(name: str, function: Any) -> None:
    if not callable(function):
        raise CloudError(
            f"{name!r} needs a function, not {function!r:.60}. Write the function's name without parentheses."
        )
    if inspect.iscoroutinefunction(function):
        raise CloudError(f"{name!r} is an async function. Wrap it: lambda: asyncio.run(your_function())")
    try:
        inspect.signature(function, follow_wrapped=False).bind()
    except TypeError:
        raise CloudError(
            f"cloud.run calls each function without arguments, but {name!r} needs some. Wrap it: "
            "lambda: your_function(queue_url)"
        ) from None
    except ValueError:  # a function without a signature, written in C
        pass


class _Run:
    def __init__(
        self,
        outer: World,
        world: World,
        programs: Programs,
        seconds: float,
        starts: Moments,
        stops: Moments,
        threads: Threads,
    ):
        assert isinstance(world.clock, Clock)
        self._threads = threads
        self._outer, self._clock, self._seconds, self._calls = outer, world.clock, seconds, 0
        self._start, self._begins = self._clock.time(), self._clock.now()
        self._interrupted = self._interruptible = False
        self._said: list[tuple[float, str, str]] = []  # what was printed: when, by whom, and the text
        self._going = [
            _Going(name, function, float(starts.get(name, 0)), namespace_of(function))
            for name, function in programs.items()
        ]
        namespaces = {id(each.namespace): each.namespace for each in self._going}
        self._namespaces = list(namespaces.values())
        # The members have a world of their own, which is closed at the end, so that later calls are refused.
        self._world = replace(world, open=True)
        self._kernel_run = KernelRun(
            self._world, self._namespaces, self._before_call, MOST_WAITS, list(programs.values()), threads
        )
        self._scheduler = self._kernel_run.scheduler
        for each in self._going:
            thread = threading.Thread(target=stopping.shielded, args=(partial(self._live, each),), name=each.name)
            signals = [(float(stops[each.name]), int(signal.SIGTERM))] if each.name in stops else []
            each.end.told = float(stops[each.name]) if each.name in stops else None
            each.program = Program(thread, signals)
            each.printed = Printed(partial(self._say, each.name))

    def go(self, quiet: bool) -> None:
        """Run all of them. CloudError if one had to be stopped. quiet: whether to show no progress."""
        self._progress = RunProgress(self._clock, self._seconds, quiet)
        previous, self._outer.scheduler = self._outer.scheduler, self._scheduler
        with self._interrupts_kept():
            try:
                runaway = self._run()
            finally:
                self._end()
                self._outer.scheduler = previous
        if self._interrupted:
            raise KeyboardInterrupt
        self._took = self._passed()
        for each in self._going:
            if not each.end.how:
                each.end.how = each.was_ended or "still going"
                each.end.at = each.ended_at if each.was_ended else self._took  # it ended, and its code went on
        self._print()
        if runaway:
            raise CloudError(runaway)

    def report(self, cloud: RunCloud) -> RunReport:
        """Return what happened."""
        ends = {each.name: each.end for each in self._going}
        return make_report(self._begins, self._took, ends, cloud.entries, cloud.before)

    def _run(self) -> str:
        """Let the programs go on until the run ends; return the sentence about one that had to be stopped, or ""."""
        self._waits, self._since = 0, _perf_counter()
        self._busy: tuple[_Going, dict[str, Any]] | None = None  # who went on for too long in a tab, and where
        with ExitStack() as stack:
            for namespace in self._namespaces:
                stack.enter_context(exits_raise(self._kernel_run.is_member, namespace))
            stack.enter_context(self._kernel_run.time)
            stack.enter_context(own_process(self._scheduler, self._leaves))
            stack.enter_context(console(self._printed))
            stack.enter_context(self._progress)
            stack.enter_context(self._threads.watched(self._namespaces, self._stop_if_busy))
            try:
                self._interruptible = True
                programs = [each.program for each in self._going]
                return self._runaway(self._scheduler.run(programs, MOST_SECONDS, self._look, self._seconds))
            finally:
                self._interruptible = False
                self._scheduler.stop(self._scheduler.outcome)
                self._scheduler.end()

    @contextmanager
    def _interrupts_kept(self) -> Iterator[None]:
        """Let an interrupt end the run at once within the block, but not while it puts things in place or back.

        Those are noted, as Python ignores one that comes in an object's last steps; `_look` finds them.
        """
        before = signal.getsignal(signal.SIGINT)

        def note(number: int, frame: Any) -> None:
            self._interrupted = True
            if self._interruptible:
                before(number, frame)  # type: ignore[operator,misc]

        if threading.current_thread() is not threading.main_thread() or not callable(before):
            yield
            return
        try:
            signal.signal(signal.SIGINT, note)
            yield
        finally:
            signal.signal(signal.SIGINT, before)

    def _live(self, each: _Going) -> None:
        """Be one program, from its start to its end."""
        end = each.end
        try:
            try:
                if each.starts:
                    self._scheduler.sleep(each.starts, doing="hasn't begun yet")
                end.began = self._passed()
                _expect_no_work(stopping.stoppable(each.function))
                end.how = "returned"
            except SystemExit as problem:
                end.how = _how_it_exits(problem.code)
            except Exception as problem:
                end.how, end.error = "raised", describe(problem)
                end.number, end.line = line_of(problem, each.namespace).values()
            end.at = self._passed()
            if each.was_ended:
                raise Stopped(each.was_ended)  # which the program caught
            self._scheduler.finish()
        except BaseException as problem:  # it was stopped, or raised what ends a process
            if end.how and not each.was_ended:
                return  # it had ended, and only its threads were left
            end.at, end.error = self._passed(), ""
            end.how = each.was_ended or "still going"
            if not each.was_ended and not isinstance(problem, Stopped):
                end.how, end.error = "raised", describe(problem)
            end.number, end.line = line_of(problem, each.namespace).values()

    def _leaves(self, code: int) -> None:
        each = self._of_member()
        if each and not each.was_ended:
            each.exited, each.exited_at = _how_it_exits(code), self._passed()

    def _end(self) -> None:
        """End every thread that's left, wherever it is, and refuse its later calls."""
        self._world.open = False
        if self._scheduler.end():
            threads = lambda: [member.thread for member in self._scheduler.members]  # noqa: E731
            mine = {id(namespace) for namespace in self._namespaces}
            stopping.stop(threads, lambda frame: id(frame.f_globals) in mine, _GIVE_UP)

    def _passed(self) -> float:
        return round(self._scheduler.now / TICKS, 6)

    def _say(self, name: str, text: str) -> None:
        self._said.append((self._passed(), name, text))

    def _of_member(self) -> _Going | None:
        member = self._scheduler.member()
        return next((each for each in self._going if member and each.program is member.program), None)

    def _printed(self) -> Printed | None:
        each = self._of_member()
        return each.printed if each else None

    def _before_call(self, request: Any) -> None:
        if request.poll is not None:  # it looks again
            return
        each = self._of_member()
        if each:
            request.program = each.name
            each.calls += 1
        self._calls += 1
        if self._calls > MOST_CALLS:
            self._scheduler.stop(_CALLS)
            self._scheduler.sleep(0)  # from which it doesn't return, so that the place where it is can be seen

    def _look(self) -> bool:
        """Do what has to be done now and then while programs run: show progress, and stop one that never waits."""
        if self._interrupted:
            raise KeyboardInterrupt
        now = _perf_counter()
        if self._scheduler.waits != self._waits:
            self._waits, self._since = self._scheduler.waits, now
        elif now - self._since > MOST_AT_ONCE:
            self._scheduler.stop(_BUSY)
        self._progress.show(self._calls)
        return False

    def _stop_if_busy(self) -> None:
        """In a tab, end a program that goes on without waiting from within, since nothing else runs meanwhile."""
        each = self._of_member()
        if each is None:
            return
        self._look()
        if _perf_counter() - self._since > MOST_AT_ONCE:
            self._busy = self._busy or (each, place(threading.current_thread(), each.namespace))
            raise Stopped(_BUSY)

    def _runaway(self, outcome: str) -> str:
        """Return the sentence about the program that had to be stopped; "" if the run ended by itself."""
        if outcome in (ENDED, TIME_IS_OVER, TERMINATED):
            return ""
        thread = self._scheduler.at()
        member = next((member for member in self._scheduler.members if member.thread is thread), None)
        each = next((each for each in self._going if member and each.program is member.program), None)
        if outcome == _CALLS or (outcome == STUCK and self._scheduler.waits > MOST_WAITS):
            each = max(self._going, key=lambda each: each.calls if outcome == _CALLS else each.program.waits)
            thread = each.program.thread
        why = {
            _CALLS: f"it made {each.calls if each else 0:,} of the run's {MOST_CALLS:,} calls",
            _BUSY: f"it ran for {MOST_AT_ONCE:g} real seconds without waiting for anything",
        }.get(outcome, f"the run took more than {MOST_SECONDS:g} real seconds")
        if outcome == STUCK and self._scheduler.waits > MOST_WAITS:
            why = f"it waited {each.program.waits if each else 0:,} times"
        where = place(thread, each.namespace) if thread and each else {"number": None, "line": ""}
        if self._busy:
            each, where = self._busy
        at = f", in line {where['number']}: {where['line'].rstrip(':')}" if where["line"] else ""
        who = each.name if each else "A program"
        return (
            f"The run ended after {self._passed():,.0f} of {self._seconds:,.0f} seconds because of {who!r}: {why}{at}. "
            "Have it sleep or use a long poll, or make the run shorter."
        )

    def _print(self) -> None:
        """Print what the programs printed, each line with its moment and its program's name."""
        started: dict[str, list[Any]] = {}
        lines: list[tuple[float, str, str]] = []
        for at, name, text in self._said:
            for piece in text.splitlines(keepends=True):
                begun = started.setdefault(name, [at, ""])
                begun[1] += piece
                if piece.endswith("\n"):
                    lines.append((begun[0], name, begun[1].rstrip("\n")))
                    del started[name]
        lines += [(at, name, text) for name, (at, text) in started.items()]
        lines += [(self._took, each.name, _CUT) for each in self._going if each.printed.is_full]
        for at, name, text in lines:
            text = text.encode(errors="backslashreplace").decode()  # half a surrogate can't be printed
            print(f"{time.strftime('%H:%M:%S', time.gmtime(self._start + at))} {name}: {text}")


def _how_it_exits(code: Any) -> str:
    """Return how a program ends that exits with this code, of which Python prints one that's no number."""
    if code is not None and not isinstance(code, int):
        print(code, file=sys.stderr)
        code = 1
    return f"ended with exit code {int(code)}" if code else "returned"


def _expect_no_work(result: Any) -> None:
    """Raise CloudError if a program returned something that would do its work, and nothing has it do that."""
    if inspect.iscoroutine(result):
        result.close()
        raise CloudError("it returned a coroutine, which nothing runs. Run it: asyncio.run(your_function())")
    if inspect.isgenerator(result):
        raise CloudError("it returned a generator, which nothing runs. A program is a function without yield.")


def describe(problem: BaseException) -> str:
    """Return an exception like the last line of its traceback."""
    try:
        text = str(problem)[:500]
    except Exception as worse:
        text = f"(its text can't be shown: {type(worse).__name__})"
    return f"{type(problem).__name__}: {text}" if text else type(problem).__name__
