"""The commands for learners."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Optional

import typer
from rich.markup import escape
from rich.table import Table

from helpers.cli.shared import LEARNERS, Folder, app, complain, console, errors, say
from helpers.course import course
from helpers.errors import NotebookError

if TYPE_CHECKING:  # imported where they are used, since a mistyped command should be answered at once
    from helpers.learner import marking
    from helpers.learner.working_copy import WorkingCopy

_MARKS = {
    "correct": "[green]✓[/]",
    "not yet": "[yellow]○[/]",
    "not attempted": "[dim]…[/]",
    "older copy": "[yellow]↻[/]",
}


def _copy(folder: Path | None) -> "WorkingCopy":
    from helpers.learner.working_copy import WorkingCopy, default_folder

    return WorkingCopy(folder or default_folder())


@app.command(rich_help_panel=LEARNERS)
def lab(
    lesson: Annotated[str, typer.Argument(help="A lesson's number, or an exercise such as 01.3.")] = "01",
    folder: Folder = None,
    browser: Annotated[bool, typer.Option(help="Open a browser, or only print the address.")] = True,
    port: Annotated[
        Optional[int],  # noqa: UP045
        typer.Option(min=1, max=65535, help="The port for JupyterLab. Default: the first free one from 8888."),
    ] = None,
) -> None:
    """Open a lesson in JupyterLab, in your own copy of the course."""
    from helpers.learner import lab as jupyterlab
    from helpers.learner.reset import target
    from helpers.learner.working_copy import HELP

    copy = _copy(folder)
    chosen, exercise = target(course(), lesson)
    copied = copy.copy_missing()
    say(f"Your working copy: [bold]{escape(str(copy.folder))}[/]")
    for name in copied.newer:
        say(f"There's a newer edition, and I put it beside your notebook: {escape(name)}")
    say(f"If something goes wrong, open {HELP} in the list of files. Ctrl-C here stops JupyterLab.")
    kind = "exercises" if exercise else "lessons"
    jupyterlab.open_lab(jupyterlab.arguments(copy.folder, chosen, kind, browser, port))


@app.command(rich_help_panel=LEARNERS)
def check(
    what: Annotated[
        Optional[str], typer.Argument(help="A lesson's number, or an exercise such as 01.3. Default: all.")  # noqa: UP045
    ] = None,
    folder: Folder = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON, for use in scripts.")] = False,
) -> None:
    """Check your answers and show a table of the results. The exit code is 0 if all are correct, else 1."""
    from helpers.learner.reset import target

    copy, listed = _copy(folder), course()
    wanted = [target(listed, what)] if what else [(lesson, None) for lesson in listed.lessons]
    from helpers.learner.marking import mark  # takes seconds; what was mistyped is said before
    from helpers.learner.pack import ADVICE, secrets_in
    from helpers.learner.working_copy import read_notebook

    outcomes: list[marking.Outcome] = []
    unread = False
    secrets: list[str] = []
    for lesson, exercise in wanted:
        try:
            with errors().status(f"Running exercises/{lesson.slug}.ipynb"):
                path = copy.path("exercises", lesson)
                secrets += secrets_in(read_notebook(path), path.name, lesson)
                outcomes += mark(path, lesson, exercise)
        except NotebookError as problem:  # the other lessons can be checked all the same
            unread = True
            complain(problem)
    if as_json:
        print(json.dumps([outcome.as_dict() for outcome in outcomes], indent=1))
    elif outcomes:
        _show(outcomes)
    for place in secrets:
        errors().print(f"[yellow]A secret?[/] {escape(place)}")
    if secrets:
        errors().print(escape(ADVICE))
    raise typer.Exit(0 if all(outcome.correct for outcome in outcomes) and not unread else 1)


def _show(outcomes: "list[marking.Outcome]") -> None:
    table = Table("exercise", "", "outcome", "what I saw")
    for outcome in outcomes:
        mark = _MARKS.get(outcome.status, "[red]✗[/]")
        where = f"line {outcome.line_number}: {outcome.line}\n" if outcome.line else ""
        seen = "" if outcome.correct else f"{where}{outcome.got}\n{outcome.why or outcome.expected}".strip()
        table.add_row(f"{outcome.exercise} {outcome.answer}", mark, outcome.status, escape(seen))
    console.print(table)
    right = sum(outcome.correct for outcome in outcomes)
    say(f"{right} of {len(outcomes)} correct.")


@app.command(rich_help_panel=LEARNERS)
def doctor(
    port: Annotated[
        Optional[int],  # noqa: UP045
        typer.Option(min=1, max=65535, help="The port you'd like to use: 8888 for JupyterLab, 4577 for a room."),
    ] = None,
    workshop: Annotated[
        bool, typer.Option("--workshop", help="For instructors: try what a room of 30 learners will need.")
    ] = False,
) -> None:
    """Find out whether this machine is ready for the course, and how to fix what isn't."""
    from helpers.findings import READY, all_well

    if workshop:
        from helpers.workshop import dry_run
        from helpers.workshop.serving import PORT

        found, ready = dry_run.examine(dry_run.Room(port or PORT, Path.cwd())), dry_run.READY
        doing = "Trying it with 30 learners for ten seconds"
    else:
        from helpers.learner.doctor import examine

        found, ready, doing = examine(port or 8888), READY, "Looking"
    table = Table("", "what", "found", "what to do")
    findings = []
    with errors().status(doing):
        for finding in found:
            findings.append(finding)
            mark = "[green]✓[/]" if finding.well else "[red]✗[/]"
            table.add_row(mark, finding.what, escape(finding.found), escape(finding.repair))
    console.print(table)
    raise typer.Exit(0 if all_well(findings, lambda text: say(escape(text)), ready) else 1)


@app.command(rich_help_panel=LEARNERS)
def reset(
    exercise: Annotated[str, typer.Argument(help="An exercise such as 01.3 or take_one, or a lesson's number.")],
    folder: Folder = None,
    yes: Annotated[bool, typer.Option("--yes", help="Don't ask for confirmation.")] = False,
) -> None:
    """Start an exercise over. A copy of your notebook is kept."""
    from helpers.learner import reset as resetting

    copy = _copy(folder)
    lesson, one = resetting.target(course(), exercise)
    name = f"{one.id} {one.title}" if one else f"all exercises of lesson {lesson.number}"
    if not yes and not typer.confirm(f"Start {name} over?"):
        say("Nothing was changed.")
        return
    done = resetting.reset(copy, lesson, one)
    say(f"You can start over: {escape(name)}. If the notebook is open, choose File > Reload Notebook from Disk.")
    if one and done.others:
        say(f"Another cell defines {one.answer} too, and whichever you run last counts. Delete the other cell.")
    if done.aside:
        say(f"Your old notebook is here: {escape(str(done.aside))}")


@app.command(rich_help_panel=LEARNERS)
def sweep(
    yes: Annotated[str, typer.Option(help="The account's id, twelve digits. You're asked if you leave it out.")] = "",
    profile: Annotated[Optional[str], typer.Option(help="A profile from your AWS configuration.")] = None,  # noqa: UP045
    region: Annotated[Optional[list[str]], typer.Option(help="A region to look in. Repeat it for more.")] = None,  # noqa: UP045
    all_regions: Annotated[bool, typer.Option("--all-regions", help="Look in every region.")] = False,
    everybody: Annotated[
        bool, typer.Option("--everybody", help="For instructors: find what any learner created.")
    ] = False,
    delete: Annotated[bool, typer.Option("--delete", help="Delete without asking.")] = False,
) -> None:
    """Find what the course left in a real AWS account, by its tag, and delete it once you agree."""
    from helpers.backends.aws import consent
    from helpers.backends.aws.aws_cloud import AwsCloud

    if not consent.accounts(yes):
        yes = typer.prompt("Which account (its twelve digits)")
    first = region[0] if region else None
    cloud = AwsCloud(yes, region_name=first, profile_name=profile, tidy=False, command="course sweep")
    say(escape(f"Account {cloud.account}, as {cloud.caller_arn}."))
    regions = cloud.session().get_available_regions("sqs") if all_regions else region or ()
    with errors().status("Looking") as status:
        found = cloud.find(regions, everybody, lambda name: status.update(f"Looking in {name}"))
    for problem in found.problems:
        say(f"[yellow]I couldn't look:[/] {escape(problem)}")
    if found.closed_regions:
        say(f"Skipped, because they aren't enabled or these keys can't use them: {', '.join(found.closed_regions)}")
    for resource, owner in found.resources.items():
        say(f"  {escape(str(resource))}, made for {escape(owner)}")
    if not found.resources:
        say("The course left nothing behind.")
    elif not delete and not typer.confirm(
        f"Delete {'it' if len(found.resources) == 1 else f'all {len(found.resources)}'}?"
    ):
        say("Nothing was deleted.")
    else:
        cleaned = cloud.delete(found.resources, everybody)
        say(escape(str(cleaned)))
        raise typer.Exit(1 if cleaned.left or found.problems else 0)
    raise typer.Exit(1 if found.problems else 0)


@app.command(rich_help_panel=LEARNERS)
def pack(
    name: Annotated[
        Optional[str], typer.Option(help="Your name. You're asked if you leave it out.", show_default=False)  # noqa: UP045
    ] = None,
    folder: Folder = None,
    out: Annotated[
        Optional[Path], typer.Option(help="The folder to put the file in.", show_default="your folder")  # noqa: UP045
    ] = None,
) -> None:
    """Pack your exercises into the file that you hand in."""
    from helpers.learner import pack as packing

    copy = _copy(folder)
    contents = packing.look(copy, course())
    for problem in contents.unreadable:
        say(f"[red]Left out:[/] {escape(problem)}")
    for notebook in contents.unsaved:
        say(f"[yellow]Not saved?[/] You ran {notebook} after you last saved it. Save it in JupyterLab first.")
    for place in contents.secrets:
        say(f"[yellow]A secret?[/] {escape(place)}")
    if contents.secrets:
        say(escape(packing.WITHOUT_SECRETS))
    for line in packing.missing(contents, course()):
        say(escape(line))
    if contents.unreadable or contents.unsaved or contents.secrets:
        typer.confirm("Pack anyway?", abort=True)
    path = packing.write(contents, name or typer.prompt("Your name"), out or copy.folder)
    kilobytes = max(1, round(path.stat().st_size / 1000))
    say(f"Hand in this file ({kilobytes} kB): [bold]{escape(str(path))}[/]")
