"""A whole cohort from a folder of hand-ins to a grade book, feedback and a report."""

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

from helpers.checks.outcome import CHECK_FAILED, NOT_ATTEMPTED
from helpers.cores import cores
from helpers.course import Lesson
from helpers.errors import CourseError
from helpers.folders import write
from helpers.grading.books.write import write_books
from helpers.grading.cluster import run_on_cluster
from helpers.grading.exercise_set import ExerciseSet
from helpers.grading.gradebook import Change, book, changes, comings_and_goings, few, read_book, row
from helpers.grading.intake.attempts import BEST, LATEST, best
from helpers.grading.intake.collect import collect
from helpers.grading.intake.roster import GUESSES, guessed
from helpers.grading.manual import Manual, read_manual
from helpers.grading.marking import settle, without_a_time
from helpers.grading.output import private, refuse_other_folders, writing
from helpers.grading.records import Cohort, Graded, HandIn, Learner, Row
from helpers.grading.reports import class_report, feedback, similar
from helpers.grading.reports.notebook_copies import write_copies
from helpers.grading.rules import Rules, read_rules
from helpers.grading.store import Job, Store
from helpers.grading.workers import Task, run
from helpers.views.words import counted

_RARE = 10  # a lesson that fewer than one in so many learners began is pointed out
Progress = Callable[[int, int], None]  # how many hand-ins are done, and of how many


@dataclass(frozen=True)
class Options:
    """How to grade. folder: the hand-ins. out: the folder for the results.

    lessons: what counts; without any: every lesson in which somebody attempted something. processes: at once; 0 takes
    the number of cores. scheduler: the address of a Dask cluster that does the work instead. again: grade what was
    graded before, too. isolated: refuse where hand-ins cannot be isolated. copies: write notebooks with feedback beside
    the answers. attempts: which of several at a lesson counts: latest, best or first. say: is told what it waits for.
    """

    folder: Path
    out: Path
    lessons: tuple[str, ...] = ()
    processes: int = 0
    scheduler: str = ""
    again: bool = False
    isolated: bool = True
    copies: bool = False
    hidden: tuple[Path, ...] = ()
    attempts: str = LATEST
    say: Callable[[str], None] = lambda text: None


@dataclass(frozen=True)
class Summary:
    """What was done. graded: notebooks that were run now; known: already graded.

    news: what else is new since the last grading. counted: which lessons count, and which do not, since nobody began
    them; a sentence.
    """

    rows: list[Row]
    graded: int
    known: int
    changes: list[Change] = field(default_factory=list)
    news: list[str] = field(default_factory=list)
    remarks: tuple[str, ...] = ()
    counted: str = ""


@dataclass(frozen=True)
class Own:
    """What the instructor wrote beside the folder: the rules, and marks by hand."""

    rules: Rules
    manual: Manual


def grade_cohort(exercises: ExerciseSet, options: Options, progress: Progress = lambda done, of: None) -> Summary:
    """Grade every hand-in of the folder, and write grade book, feedback and report into `out`.

    What is graded stays graded: ended in the middle and started again, it resumes. Only the owner can read the
    results. CourseError when the folder holds no hand-in, `out` cannot be written, grading.toml or marks.csv beside the
    folder is wrong, or this computer or cluster cannot grade.
    """
    with private(options.out):
        return _graded(exercises, options, progress)


def _graded(exercises: ExerciseSet, options: Options, progress: Progress) -> Summary:
    folder, out = options.folder.resolve(), options.out.resolve()
    if out.is_relative_to(folder):
        raise CourseError(
            f"{options.out} is inside {options.folder}, which holds the hand-ins. Choose another folder with --out."
        )
    refuse_other_folders(folder, out)
    beside = Path(os.path.abspath(options.folder)).parent  # of a link to a folder, too
    rules = read_rules(beside, exercises.listed)
    own = Own(rules, read_manual(beside, exercises.listed, rules.points))
    cohort = collect(options.folder, exercises.listed, options.attempts)
    _lessons(cohort, exercises, options.lessons)  # what is mistyped is told before anything is written
    with closing(Store(options.out)) as store:
        return _into(store, cohort, exercises, options, progress, own)


def _into(
    store: Store, cohort: Cohort, exercises: ExerciseSet, options: Options, progress: Progress, own: Own
) -> Summary:
    folder, out = options.folder.resolve(), options.out.resolve()
    lessons = _lessons(cohort, exercises, options.lessons)
    jobs = _jobs(cohort, lessons, exercises, store, options.attempts)
    results = {} if options.again else {key: done for key, job in jobs.items() if (done := store.get(job))}
    known = len(results)
    todo = [job for key, job in jobs.items() if key not in results]
    progress(0, len(todo))
    hidden = tuple(str(path) for path in (folder, out, *options.hidden))
    for job, graded, certain in _run(Task(exercises, store.seed, options.isolated, hidden), todo, options):
        if certain and not any(outcome.status == CHECK_FAILED for outcome in graded.outcomes):
            store.put(job, graded)
        results[job.key] = graded
        progress(len(results) - known, len(todo))
    if options.attempts == BEST:
        cohort = best(cohort, partial(_points, lessons, exercises, store, results))
    begun = lessons if options.lessons else _begun(lessons, results)
    plain = _rows(cohort, begun, exercises, store, results)
    counted = _counted(begun, [lesson for lesson in lessons if lesson not in begun], [] if options.lessons else plain)
    rows = [
        settle(each, learner, own.rules, own.manual, folder)
        for each, learner in zip(plain, cohort.learners, strict=True)
    ]
    found, news, remarks = _write(cohort, begun, exercises, rows, options, counted, own)
    return Summary(rows, len(todo), known, found, news, remarks, counted)


def _lessons(cohort: Cohort, exercises: ExerciseSet, wanted: Sequence[str]) -> list[Lesson]:
    if wanted:
        asked = [exercises.listed.lesson(name.strip()) for each in wanted for name in each.split(",")]
        return [lesson for lesson in exercises.listed.lessons if lesson in asked]
    handed_in = {hand_in.lesson for learner in cohort.learners for hand_in in learner.hand_ins}
    return [lesson for lesson in exercises.listed.lessons if lesson.slug in handed_in]


def _begun(lessons: Sequence[Lesson], results: dict[str, Graded]) -> list[Lesson]:
    """Return the lessons in which somebody attempted something; all when nobody attempted anything.

    `course pack` packs the notebooks of all lessons, also those to which nobody has come yet.
    """
    begun = {
        outcome.exercise[:2]
        for graded in results.values()
        for outcome in graded.outcomes
        if outcome.status != NOT_ATTEMPTED
    }
    return [lesson for lesson in lessons if lesson.number in begun] or list(lessons)


def _counted(lessons: Sequence[Lesson], left: Sequence[Lesson], rows: Sequence[Row]) -> str:
    """Return which lessons count, and what else could. rows: where nobody asked for these lessons, who began them."""
    said = f"Lessons that count: {', '.join(lesson.number for lesson in lessons)}."
    if left:
        numbers = ", ".join(lesson.number for lesson in left)
        said += f" Nobody began {numbers}. `--lesson {left[0].number}` counts it anyway."
    began = {lesson.number: [row.learner for row in rows if _has_begun(row, lesson)] for lesson in lessons}
    rare = [number for number, names in began.items() if len(names) * _RARE < len(rows)]
    if rare and len(rare) < len(lessons):
        names = {name for number in rare for name in began[number]}
        others = ",".join(number for number in began if number not in rare)
        said += f" Only {few(names)} began {', '.join(rare)}. `--lesson {others}` leaves that out."
    return said


def _has_begun(row: Row, lesson: Lesson) -> bool:
    marks = (mark for mark in row.marks if mark.exercise[:2] == lesson.number and mark.outcome)
    return any(mark.outcome and mark.outcome.status != NOT_ATTEMPTED for mark in marks)


def _jobs(
    cohort: Cohort, lessons: Sequence[Lesson], exercises: ExerciseSet, store: Store, attempts: str
) -> dict[str, Job]:
    """Return the jobs by their keys; hand-ins that are alike are one job."""

    def run_of(learner: Learner) -> tuple[HandIn, ...]:
        return (*learner.hand_ins, *learner.others) if attempts == BEST else learner.hand_ins

    digests = {lesson.slug: exercises.digest(lesson.slug) for lesson in lessons}
    made = [
        store.job(hand_in.lesson, hand_in.cells, digests[hand_in.lesson])
        for learner in cohort.learners
        for hand_in in run_of(learner)
        if hand_in.lesson in digests
    ]
    return {job.key: job for job in made}


def _points(
    lessons: Sequence[Lesson], exercises: ExerciseSet, store: Store, results: dict[str, Graded], hand_in: HandIn
) -> float:
    """Return what this attempt is worth; 0 when its lesson doesn't count."""
    asked = [exercise for lesson in lessons if lesson.slug == hand_in.lesson for exercise in lesson.exercises]
    if not asked:
        return 0
    job = store.job(hand_in.lesson, hand_in.cells, exercises.digest(hand_in.lesson))
    return row(Learner(""), {hand_in.lesson: results[job.key]}, asked).points


def _run(task: Task, jobs: Sequence[Job], options: Options) -> Iterator[tuple[Job, Graded, bool]]:
    if not jobs:
        return iter(())
    if options.scheduler:
        return run_on_cluster(task, jobs, options.scheduler, options.say)
    return run(task, jobs, options.processes or cores())


def _rows(
    cohort: Cohort, lessons: Sequence[Lesson], exercises: ExerciseSet, store: Store, results: dict[str, Graded]
) -> list[Row]:
    asked = [exercise for lesson in lessons for exercise in lesson.exercises]
    digests = {lesson.slug: exercises.digest(lesson.slug) for lesson in lessons}
    rows = []
    for learner in cohort.learners:
        graded = {
            hand_in.lesson: results[store.job(hand_in.lesson, hand_in.cells, digests[hand_in.lesson]).key]
            for hand_in in learner.hand_ins
            if hand_in.lesson in digests
        }
        rows.append(row(learner if graded else _of_other_lessons(learner), graded, asked))
    return rows


def _of_other_lessons(learner: Learner) -> Learner:
    """Return the learner with a remark, if they handed in nothing but lessons that don't count."""
    numbers = ", ".join(sorted({hand_in.lesson[:2] for hand_in in learner.hand_ins}))
    said = (f"Only lesson {numbers} was handed in, and it doesn't count.",) if numbers else ()
    return replace(learner, remarks=learner.remarks + said)


def _write(
    cohort: Cohort,
    lessons: Sequence[Lesson],
    exercises: ExerciseSet,
    rows: list[Row],
    options: Options,
    counted: str,
    own: Own,
) -> tuple[list[Change], list[str], tuple[str, ...]]:
    """Write everything that people read; return what changed, what is new, and what the instructor should know."""
    title = exercises.listed.title
    before = read_book(options.out)
    whole = book(rows, cohort.learners, {lesson.number: exercises.digest(lesson.slug) for lesson in lessons})
    found, news = changes(before, whole), comings_and_goings(before, whole)
    learners = {learner.name: learner for learner in cohort.learners}
    unclear = without_a_time(learners, rows, own.rules, own.manual, options.folder)
    remarks = (*cohort.remarks, *own.manual.unknown(cohort.learners), *([unclear] if unclear else []))
    pages = feedback.write_feedback(options.out, rows, lessons, title, cohort.learners)
    compared = found if before else None
    said = _guesses(options.out, cohort)
    alike = similar.pairs(cohort.learners, lessons)
    gathered = class_report.report(rows, remarks, compared, title, pages, news, counted, alike, said)
    class_report.write_report(options.out, gathered)
    said += write_copies(options.out, cohort, rows, lessons) if options.copies else []
    said += write_books(options.out, rows, lessons, whole, learners=cohort.learners, pages=pages, rules=own.rules)
    return found, news, (*remarks, *said)


def _guesses(out: Path, cohort: Cohort) -> list[str]:
    """Write whose files only their own names say, for the instructor to confirm; return a sentence about it."""
    with writing(out):
        if not cohort.guesses:
            (out / GUESSES).unlink(missing_ok=True)
            return []
        write(out / GUESSES, guessed(cohort.guesses))
    return [
        f"I took the learner's name from the name of {counted(len(cohort.guesses), 'file')}. {GUESSES} lists these. If "
        "one is wrong, correct it there, and save it as learners.csv beside the folder of hand-ins."
    ]
