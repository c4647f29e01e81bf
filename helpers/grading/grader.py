"""Grades one hand-in: its cells run in the sandbox, and its answers are checked one by one, whatever they do."""

import contextlib
import time
from collections.abc import Sequence
from functools import partial
from random import Random
from typing import Any

from helpers.backends import transport
from helpers.backends.offline.offline_cloud import any_account, make_world
from helpers.checks.case import Check
from helpers.checks.engine import EXPECTED, examine
from helpers.checks.older import cell_is_older, judged
from helpers.checks.outcome import ERROR, NOT_ATTEMPTED, Outcome, outcome
from helpers.course import Exercise
from helpers.errors import CourseError, Stopped
from helpers.grading.records import Graded
from helpers.grading.reports import explain
from helpers.sandbox.channel import Broken
from helpers.sandbox.grader_limits import limited
from helpers.sandbox.hand_in_process import Answer, HandInProcess
from helpers.sandbox.launcher import Launcher
from helpers.simulation.worlds import World, enter

MOST_STOPS = 3  # cells that may end or hold up the process; what comes after one more is not run
CELL_CALLS = 1000  # to AWS, that the notebook's own cells may make together
MOST_REMARKS, LONGEST_REMARK = 5, 500
COMPUTING = 15.0  # seconds that the cloud and a check may compute for one answer; a right one takes less than one
LONGEST = 120.0  # real seconds for a hand-in; what is not checked by then is not checked
TOO_LONG = "The answers before this one took so long that I stopped this notebook before I got here."
TOO_MUCH = "I stopped grading this answer, because looking at all it sent and left in the cloud took too long."


def grade(cells: Sequence[str], exercises: Sequence[tuple[Exercise, Check]], launcher: Launcher, seed: int) -> Graded:
    """Return the outcomes of a hand-in's answers to these exercises, each with its check.

    cells: the sources of its code cells. seed: draws names, counts and orders. The same hand-in and seed get the same
    outcomes. Nothing that the hand-in does raises here; a cell or an answer that ends its process costs only itself.
    """
    one = _HandIn(cells, [exercise for exercise, _ in exercises], launcher, seed)
    try:
        return Graded(tuple(one.outcome(exercise, check) for exercise, check in exercises), one.remarks())
    finally:
        one.close()


class _HandIn:
    """One hand-in while it is graded: its process, and a new one when that ended."""

    def __init__(self, cells: Sequence[str], exercises: list[Exercise], launcher: Launcher, seed: int):
        self._exercises, self._answers = exercises, [exercise.answer for exercise in exercises]
        self._handed, self._cells = list(cells), list(cells)  # the second are those that still run
        self._launcher, self._seed = launcher, seed
        self._lesson = exercises[0].lesson[:2] if exercises else ""
        self._process: HandInProcess | None = None
        self._stops: dict[int, str] = {}  # why, by the place of the cell
        self._failed: dict[int, dict[str, Any]] = {}  # the error, by the place of the cell
        self._found: dict[str, int] = {}
        self._until = time.monotonic() + LONGEST

    def outcome(self, exercise: Exercise, check: Check) -> Outcome:
        """Return the check's outcome for the newest definition that is more than the stub."""
        if time.monotonic() > self._until:
            return outcome(exercise, ERROR, got=TOO_LONG, expected="a notebook that finishes")
        try:
            with limited(COMPUTING):
                return self._checked(exercise, check)
        except Stopped:
            self.close()
            return outcome(exercise, ERROR, got=TOO_MUCH, expected=EXPECTED)

    def _checked(self, exercise: Exercise, check: Check) -> Outcome:
        self._ready()
        cells = [source for source in self._handed if explain.answers(source, exercise)]
        older = [cell_is_older(exercise, source) for source in reversed(cells)] or [False]  # the newest first
        if not self._found.get(exercise.answer):
            return judged(self._missing(exercise), exercise, older[0])
        for back in range(self._found[exercise.answer]):
            found = explain.without_blame(examine(exercise, partial(self._runner, exercise, back), self._seed, check))
            if found.status != NOT_ATTEMPTED or time.monotonic() > self._until:
                break
        return judged(found, exercise, older[min(back, len(older) - 1)])

    def remarks(self) -> tuple[str, ...]:
        """Return remarks on cells that did not run to their end, a sentence each."""
        lesson, asked = self._lesson, self._exercises
        said = [explain.stopped_cell(lesson, self._source(place), asked, why) for place, why in self._stops.items()]
        said += [explain.failed_cell(lesson, self._source(place), asked, why) for place, why in self._failed.items()]
        more = len(said) - MOST_REMARKS
        said = [remark[:LONGEST_REMARK].encode("utf-8", "backslashreplace").decode() for remark in said]
        rest = [f"{explain.of_lesson(self._lesson)}{more} more cells didn't finish."] if more > 0 else []
        return tuple(said[:MOST_REMARKS] + rest)

    def _source(self, place: int) -> str:
        return self._handed[place] if 0 <= place < len(self._handed) else ""

    def close(self) -> None:
        """End the process."""
        if self._process:
            self._process.close()

    def _ready(self) -> HandInProcess:
        """Return a process in which the cells ran, without those that end it."""
        while self._process is None or self._process.ended:
            self._process = HandInProcess(self._launcher.start())
            late = len(self._stops) > MOST_STOPS
            cells = self._cells[: max(self._stops)] if late else self._cells
            try:
                self._load(self._process, cells)
            except Broken as problem:
                if not cells:
                    raise CourseError(f"Even an empty hand-in can't run on this computer: {problem}.") from None
                if self._process.cell in self._stops or not 0 <= self._process.cell < len(cells) or late:
                    self._cells = []  # it does not say which cell it was, so none is run
                self._stops[self._process.cell] = str(problem)
        return self._process

    def _load(self, process: HandInProcess, cells: list[str]) -> None:
        draw = Random(self._seed)
        world = make_world(True, draw.getrandbits(32), any_account(draw), any_account(draw))
        world.journal.recording = False
        _limit_calls(world)
        transport.install()
        with enter(world):
            reply = process.load(cells, sorted(self._stops), self._answers, world)
        self._failed = {int(place): error for place, error in reply["failed"]}
        self._found = {name: int(reply["found"].get(name, 0)) for name in self._answers}

    def _runner(self, exercise: Exercise, back: int, world: World) -> Answer:
        for _ in range(2):  # an earlier answer can have left the process in such a state that it ends now
            with contextlib.suppress(Broken):
                return self._ready().begin(exercise.answer, back, world)
        return Answer(HandInProcess(self._launcher.start()), world)  # in which nothing is defined

    def _missing(self, exercise: Exercise) -> Outcome:
        """Return the outcome of an answer that is not defined: its cell raised, or there is no such cell."""
        for place, why in self._stops.items():
            if explain.answers(self._source(place), exercise):
                return explain.of_stopped_cell(exercise, why)
        for place, error in self._failed.items():
            if explain.answers(self._source(place), exercise):
                return explain.of_failed_cell(exercise, error)
        return outcome(exercise, NOT_ATTEMPTED, got=f"This notebook doesn't define a function {exercise.answer}.")


def _limit_calls(world: World) -> None:
    """Stop a notebook whose cells call AWS without end."""
    answer, made = world.send, 0

    def send(request: Any, network: Any) -> Any:
        nonlocal made
        made += 1
        if made > CELL_CALLS:
            world.open = False
            raise Stopped("the notebook's cells made too many calls to AWS")
        return answer(request, network)

    world.send = send
