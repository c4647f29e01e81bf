"""The commands for instructors."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Optional

import typer
from rich.markup import escape

from helpers.cli.shared import INSTRUCTORS, app, complain, console, errors, say
from helpers.errors import CourseError

if TYPE_CHECKING:
    from rich.progress import Progress

    from helpers.grading.exercise_set import ExerciseSet
    from helpers.grading.run import Options, Summary


@app.command(rich_help_panel=INSTRUCTORS)
def plan(
    name: Annotated[
        Optional[str],  # noqa: UP045
        typer.Argument(help="half-day, one-day, two-days or six-evenings. Default: all four."),
    ] = None,
) -> None:
    """Print timetables for a class: what to show, what to practise, when to stop, and what to leave out."""
    from rich.markdown import Markdown

    from helpers.authoring.plan import FORMATS, named
    from helpers.authoring.plan_page import shown
    from helpers.course import course

    text = shown(course(), [named(name)] if name else FORMATS)
    if console.is_terminal:
        console.print(Markdown(text))
    else:
        print(text)


@app.command(rich_help_panel=INSTRUCTORS)
def slides(
    out: Annotated[Path, typer.Argument(help="A new or empty folder for the slides.")],
    lesson: Annotated[Optional[str], typer.Option(help="A lesson's number, such as 03. Default: all lessons.")] = None,  # noqa: UP045
) -> None:
    """Make slides of the lessons: a web page for each, which needs no network and can be printed."""
    from helpers.authoring.slideshow import slideshow

    made = slideshow(out, lesson, say=lambda text: say(f"[dim]{text}[/]"))
    for path in made:
        say(f"  [bold]{escape(str(path))}[/]")
    say("Open one in a browser. The arrow keys turn the slides, N shows the notes, and T changes the theme.")


@app.command(rich_help_panel=INSTRUCTORS)
def release(
    out: Annotated[Path, typer.Argument(help="A new folder for the copy.")],
    nbgrader: Annotated[bool, typer.Option("--nbgrader", help="Write a course folder for nbgrader instead.")] = False,
) -> None:
    """Write a copy of the course without the solutions, to give to learners."""
    from helpers.authoring.release import nbgrader_course
    from helpers.authoring.release import release as write_release

    if nbgrader:
        names, place = nbgrader_course(out), escape(str(out))
        say(f"{place} has {len(names)} assignments. In that folder, run: nbgrader generate_assignment {names[0]}")
        return
    names = write_release(out)
    say(f"Your learners' copy is in {escape(str(out))}: {', '.join(names)}. Its README tells them how to start.")


@app.command(rich_help_panel=INSTRUCTORS)
def serve(
    port: Annotated[int, typer.Option(min=0, max=65535, help="The port to listen on. 0 chooses a free one.")] = 4577,
    host: Annotated[str, typer.Option(help="The address to listen on. Other computers need a token.")] = "127.0.0.1",
    learners: Annotated[
        Optional[Path],  # noqa: UP045
        typer.Option(help="A CSV file with a column named learner. Each of them gets a token, in a file beside it."),
    ] = None,
    url: Annotated[str, typer.Option(help="Where learners reach it, if that isn't the address it finds.")] = "",
    room: Annotated[
        bool, typer.Option("--room", help="Show who is stuck, on a page that only this computer can open.")
    ] = False,
) -> None:
    """Run the offline cloud as a server, with an account for each learner. Ctrl-C stops it."""
    from helpers.workshop.serving import serve as serve_cloud

    serve_cloud(host, port, lambda text: say(escape(text)), learners, url, room)


@app.command(rich_help_panel=INSTRUCTORS)
def watch(
    folder: Annotated[Path, typer.Argument(help="The folder that your learners' working copies are in.")],
    port: Annotated[int, typer.Option(min=0, max=65535, help="The page's port. 0 chooses a free one.")] = 0,
) -> None:
    """Show who is stuck, on a page that only this computer can open. Ctrl-C stops it."""
    from helpers.workshop.room.folder import watch as watch_folder

    watch_folder(folder, port, lambda text: say(escape(text)))


@app.command(rich_help_panel=INSTRUCTORS)
def grade(
    folder: Annotated[
        Path,
        typer.Argument(help="The folder with the hand-ins, or the zip file that your learning platform made of them."),
    ],
    out: Annotated[Optional[Path], typer.Option(help="The folder for the results. Default: FOLDER-graded.")] = None,  # noqa: UP045
    lesson: Annotated[
        Optional[list[str]], typer.Option(help="Which lessons count: 01, or 01,02. Default: all that a learner began.")  # noqa: UP045
    ] = None,
    exercises: Annotated[
        Optional[Path], typer.Option(help="A set of exercises of your own, from `course new set`.")  # noqa: UP045
    ] = None,
    jobs: Annotated[int, typer.Option(min=0, help="How many hand-ins to grade at once. 0 means one per core.")] = 0,
    scheduler: Annotated[str, typer.Option(help="The address of a Dask cluster to grade on.")] = "",
    notebooks: Annotated[
        bool, typer.Option("--notebooks", help="Also write each learner's notebooks with feedback.")
    ] = False,
    watch: Annotated[
        bool, typer.Option("--watch", help="Keep waiting, and grade what's new. Ctrl-C stops it.")
    ] = False,
    attempts: Annotated[
        str, typer.Option(help="Which of a learner's attempts at a lesson counts: latest, best or first.")
    ] = "latest",
    again: Annotated[bool, typer.Option("--again", help="Grade everything again, even what hasn't changed.")] = False,
    without_wall: Annotated[
        bool,
        typer.Option("--without-wall", help="Grade without the sandbox. Only for learners you trust."),
    ] = False,
) -> None:
    """Grade a folder of hand-ins: you get a grade book, feedback for each learner and a report on the class."""
    from helpers.grading.exercise_set import of_folder, own
    from helpers.grading.run import Options

    chosen = of_folder(exercises) if exercises else own()
    out = out or folder.resolve().with_name(f"{folder.resolve().name.removesuffix('.zip')}-graded")
    hidden = (exercises,) if exercises else ()
    shown = (again, not without_wall, notebooks)
    options = Options(folder, out, tuple(lesson or ()), jobs, scheduler, *shown, hidden=hidden, attempts=attempts)
    if watch and folder.exists():
        _grade_what_is_new(chosen, options)
    else:
        _grade_once(chosen, options)


def _grade_once(exercises: "ExerciseSet", options: "Options") -> None:
    from dataclasses import replace

    from helpers.grading.run import grade_cohort

    with _progress() as bar:
        options = replace(options, say=lambda text: bar.console.print(escape(text), soft_wrap=True))
        task = bar.add_task("Reading", total=None)

        def progress(done: int, of: int) -> None:
            bar.update(task, completed=done, total=of, description="Grading" if done < of else "Writing")

        try:
            done = grade_cohort(exercises, options, progress)
        except KeyboardInterrupt:
            bar.stop()
            kept = "I've kept what's graded so far. To go on from there, run the same command again."
            errors().print(f"Stopped. {kept}", soft_wrap=True)
            raise typer.Exit(130) from None
    _show_grades(done, options.out, options.copies)


def _grade_what_is_new(exercises: "ExerciseSet", options: "Options") -> None:
    """Grade until Ctrl-C. What is wrong with the files, such as a mark that can't be read, can be mended meanwhile."""
    from dataclasses import replace

    from helpers.grading.watch import Watch

    watch = Watch(options.folder)
    while True:
        try:
            _grade_once(exercises, options)
        except CourseError as problem:
            complain(problem)
        options = replace(options, again=False)
        say("Waiting for something new. Ctrl-C stops it.")
        try:
            watch.wait()
        except KeyboardInterrupt:
            return


def _show_grades(done: "Summary", out: Path, notebooks: bool) -> None:
    for remark in done.remarks:
        say(f"[yellow]Please look:[/] {escape(remark)}")
    odd = sum(bool(row.remarks) for row in done.rows)
    say(
        f"{_many(len(done.rows), 'learner')}. "
        f"Notebooks graded now: {done.graded}, unchanged since last time: {done.known}."
    )
    for said in (done.counted, *done.news):
        say(escape(said))
    if odd:
        say(f"Look at what {_many(odd, 'learner')} handed in. The report and the grade book say why.")
    if done.changes:
        say(f"{_many(len(done.changes), 'mark')} changed since last time. The report says why.")
    for name, what in (
        ("report.html", "what the class understood"),
        ("gradebook.csv", "the marks, also as gradebook.json, and as canvas.csv for Canvas"),
        *([("moodle.csv", "the marks for Moodle, with moodle-feedback.zip")] if (out / "moodle.csv").exists() else []),
        ("feedback", "a page for each learner"),
        ("README.md", "what each column means, and how to change a mark"),
        *([("notebooks", "each learner's notebooks with the feedback in them")] if notebooks else []),
    ):
        say(f"  [bold]{escape(str(out / name))}[/]  {what}")


def _many(count: int, what: str) -> str:
    return f"{count} {what}{'' if count == 1 else 's'}"


def _progress() -> "Progress":
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    return Progress(*columns, console=errors(), transient=True)


@app.command(rich_help_panel=INSTRUCTORS)
def verify(
    lesson: Annotated[
        Optional[str], typer.Argument(help="A lesson's number, such as 03. Default: all lessons.")  # noqa: UP045
    ] = None,
    cloud: Annotated[str, typer.Option(help="offline, aws (with COURSE_YES), or an endpoint's URL.")] = "offline",
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON, for use in scripts.")] = False,
) -> None:
    """Run the lessons and solutions on a cloud, and list the cells whose output differs from the stored one."""
    import json
    from dataclasses import asdict

    from rich.table import Table

    from helpers.authoring.verify import DIFFERS, SAME
    from helpers.authoring.verify import verify as run
    from helpers.course import course

    chosen = [course().lesson(lesson)] if lesson else course().lessons
    found = {}
    with errors().status("Starting") as status:
        for name, rows in run(chosen, cloud, say=lambda name: status.update(f"Running {name}")):
            found[name] = rows
    counts = {name: sum(row.verdict == SAME for row in rows) for name, rows in found.items()}
    if as_json:
        print(json.dumps({name: [asdict(row) for row in rows] for name, rows in found.items()}, indent=1))
    else:
        table = Table("notebook", "cell", "", "why")
        for name, rows in found.items():
            table.add_row(name, f"{counts[name]} of {len(rows)} cells match", "", "")
            for row in rows:
                if row.verdict != SAME:
                    table.add_row("", row.cell, row.verdict, escape(row.why))
        console.print(table)
    raise typer.Exit(any(row.verdict == DIFFERS for rows in found.values() for row in rows))


@app.command(rich_help_panel=INSTRUCTORS)
def policy(
    account: Annotated[str, typer.Argument(help="The account's id, twelve digits.")],
    learner: Annotated[Optional[str], typer.Option(help="The learner it's for. Default: you.")] = None,  # noqa: UP045
    prefix: Annotated[str, typer.Option(help='What every name begins with, as in start("aws", prefix=...).')] = "",
    workshop: Annotated[
        bool, typer.Option("--workshop", help="Print one policy for all IAM users of an account.")
    ] = False,
    people: Annotated[
        bool, typer.Option("--people", help="Also allow subscribing email addresses and phones.")
    ] = False,
) -> None:
    """Print an IAM policy for a real account: all that the lessons need, on the learner's own queues and topics."""
    import json

    from helpers.backends.aws import iam_policy as iam
    from helpers.backends.aws import tags

    who = iam.USER_NAME if workshop else learner or tags.learner()
    made = iam.policy(account, who, f"{iam.USER_NAME}-" if workshop else prefix, people)
    print(json.dumps(made, indent=2))
