"""The browser edition as a learner finds it: a plain file server, Chromium, and no host but this one in reach."""

import csv
import json
import re
from pathlib import Path

import pytest
from browsing import SHUT, another, command, installed, opened, picture, scroll_to, tab
from endless_loops import LOOPS
from site_in_a_tab import QUIET, RUN, STARTED, build, outputs, served, stored
from typer.testing import CliRunner

from helpers.aws_rules.sns import signing
from helpers.cli import app
from helpers.course import HOME, course
from helpers.grading.intake.names import name_of_file
from helpers.simulation import browser_tab as a_tab
from helpers.site import stand_ins

pytestmark = pytest.mark.browser
LESSONS = course().lessons
FIRST = f"lessons/{LESSONS[0].slug}.ipynb"
EXERCISES = f"exercises/{LESSONS[0].slug}.ipynb"
NOBODY_ELSE = "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"
COMPARED = "import os; os.environ['COURSE_OUTPUTS_COMPARED'] = '1'"
ANSWER = """def clients_for(region):
    return {name: boto3.client(name, region_name=region) for name in ("sqs", "sns")}
"""
ENDLESS = """def clients_for(region):
    while True:
        try:
            region += ""
        except:
            pass
"""
KERNEL = "() => window.jupyterapp.shell.currentWidget.sessionContext.session?.kernel"
SAVE = """async ([path, cells]) => {
    const empty = {cell_type: 'code', metadata: {}, outputs: [], execution_count: null};
    const content = {
        cells: cells.map((source, number) => ({...empty, id: `cell${number}`, source})),
        metadata: {kernelspec: {name: 'python', display_name: 'Python'}, language_info: {name: 'python'}},
        nbformat: 4, nbformat_minor: 5};
    await window.jupyterapp.serviceManager.contents.save(path, {type: 'notebook', format: 'json', content});
}"""
REPLACE = """([id, source]) => {
    const cell = window.jupyterapp.shell.currentWidget.content.widgets.find(w => w.model.id === id);
    cell.model.sharedModel.setSource(source);
}"""


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """The site, as a folder."""
    installed("jupyterlite_core", "site")
    return build(tmp_path_factory.mktemp("browser") / "site")


@pytest.fixture(scope="module")
def url(built):
    """Where the built site is served."""
    with served(built) as server:
        yield server.url


@pytest.fixture(scope="module")
def visitor(url):
    """A tab at the site's address, which opened lesson 1."""
    with tab(NOBODY_ELSE) as page:
        page.complaints = complaints(page)
        page.goto(url)
        opened(page, FIRST)
        yield page


def complaints(page):
    """Return the list to which this tab's errors are added: its console's, and those that no script caught."""
    found = []
    page.on("console", lambda said: found.append(f"{said.text} {said.location}") if said.type == "error" else None)
    page.on("pageerror", lambda problem: found.append(str(problem)))
    return found


@pytest.fixture
def page(visitor):
    """The same tab; afterwards the notebook is closed and its kernel ended, and nothing was asked for elsewhere."""
    yield visitor
    if visitor.evaluate("() => !!window.jupyterapp.shell.currentWidget?.sessionContext"):
        visitor.evaluate(SHUT)
    assert visitor.elsewhere == []


def show(page, path):
    """Open a notebook."""
    command(page, "docmanager:open", {"path": path})
    opened(page, path)


def run(page, *sources):
    """Return the outputs of a new notebook with these cells, by their ids."""
    page.evaluate(SAVE, ["mine.ipynb", list(sources)])
    show(page, "mine.ipynb")
    return outputs(page.evaluate(RUN))


def said(found, cell="cell0"):
    """Return a cell's outputs as one text."""
    return json.dumps(found[cell], ensure_ascii=False)


def test_the_build_says_how_far_it_is(built):
    """While it compiles, which takes longest, the terminal counts."""
    log = built.with_name("build.log").read_text(encoding="utf-8")
    assert log.index("Getting Python") < log.index("Compiling") < log.index("Building JupyterLite")
    counted = {int(done) / int(total) for done, total in re.findall(r"Compiling for the browser: (\d+) of (\d+)", log)}
    assert any(0 < share < 1 for share in counted)


def test_while_it_loads_it_says_how_far_it_is(visitor, url, built):
    """A bar and a number of megabytes, in sight and by name, also while one of the files is still missing."""
    largest = max((built / "static" / "pyodide").glob("*.whl"), key=lambda path: path.stat().st_size)
    with another(visitor.context.browser) as page:
        page.route(f"**/{largest.name}", lambda route: None)
        page.goto(url)
        line = page.locator("#course-progress")
        line.get_by_text(re.compile(r"^[1-9]\d*\.\d of \d+\.\d MB$")).wait_for()
        assert line.get_by_role("status").inner_text() == "Loading Python and the course. Nothing gets installed."
        bar = page.get_by_role("progressbar", name="Loading Python and the course")
        assert 0 < bar.evaluate("bar => bar.value / bar.max") < 1
        picture(page, "site-loading")
        page.unroute_all()  # lets go of what was held
        page.wait_for_selector(STARTED)


def test_it_opens_at_lesson_1_and_tells_how_far_it_is(page):
    """The link leads to the lesson, and its tab says so; a line says when Python runs; no dialog, and no error."""
    page.wait_for_selector(STARTED)
    assert page.complaints == []
    label = ".lm-DockPanel-tabBar .lm-TabBar-tab[title*='lessons/'] .lm-TabBar-tabLabel"
    said_first = page.locator(label).evaluate("node => getComputedStyle(node, '::before').content")
    assert said_first == '"Lesson · "'
    assert page.locator(".jp-FileBrowser").is_visible()
    assert page.locator(".jp-Dialog").count() == 0
    picture(page, "site-opened")
    page.get_by_role("button", name="Hide this line").click()
    assert not page.locator("#course-progress").is_visible()


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda lesson: lesson.number)
def test_a_lesson_shows_what_is_stored(page, lesson):
    """Every cell of the lesson runs, and each output is the stored one."""
    path = f"lessons/{lesson.slug}.ipynb"
    show(page, path)
    page.evaluate(QUIET, COMPARED)
    assert outputs(page.evaluate(RUN)) == stored(HOME / path)
    picture(page, f"site-lesson-{lesson.number}")


def test_a_lesson_and_its_exercises_run_side_by_side(page):
    """They have one name, in two folders. Each has its own kernel, in its own folder; and Tab completes in it."""
    where = "() => window.jupyterapp.shell.currentWidget.sessionContext.session.kernel.id"
    asking = """code => window.jupyterapp.shell.currentWidget.sessionContext.session.kernel
        .requestComplete({code, cursor_pos: code.length}).then(reply => reply.content.matches)"""
    ids = []
    for path in (FIRST, EXERCISES):
        show(page, path)
        page.evaluate(QUIET, f"import boto3, helpers; helpers.start(); {Path(path).parent} = boto3.client('sqs')")
        ids.append(page.evaluate(where))
    assert ids[0] != ids[1]
    assert page.evaluate(asking, "exercises.send_mess") == [".send_message", ".send_message_batch"]
    assert page.evaluate(asking, "lessons") == []
    page.evaluate(SHUT)
    show(page, FIRST)
    assert page.evaluate(asking, "lessons.send_mess") == [".send_message", ".send_message_batch"]


def test_lesson_1_leads_to_help(page):
    """A click on its link opens the page to be read, beside the lesson."""
    show(page, FIRST)
    page.get_by_role("link", name="When something goes wrong").click()
    page.locator(".jp-MarkdownViewer h1", has_text="When something goes wrong").wait_for()
    picture(page, "site-help")
    command(page, "application:close")
    opened(page, FIRST)


def test_an_exercise_is_solved_and_all_of_it_is_kept(page, url):
    """A right answer is correct; it and the progress are kept without saving; it can be downloaded, and begun anew."""
    show(page, EXERCISES)
    page.evaluate(REPLACE, ["clients_for", ANSWER])
    found = outputs(page.evaluate(RUN))
    assert "Correct" in said(found, "check-clients_for")
    assert "Not attempted" in said(found, "check-take_one")
    scroll_to(page, "check-clients_for")
    picture(page, "site-exercise")
    page.wait_for_function("() => !window.jupyterapp.shell.currentWidget.context.model.dirty")  # it saves by itself
    page.goto(url)
    opened(page, FIRST)
    page.evaluate(QUIET, "None")  # Python runs, so all that was open is open again
    show(page, EXERCISES)
    with page.expect_download() as download:
        command(page, "docmanager:download")
    kept = json.loads(download.value.path().read_text(encoding="utf-8"))
    assert ANSWER in ["".join(cell["source"]) for cell in kept["cells"]]
    page.evaluate(SHUT)
    progress = said(run(page, "from helpers import show, start\nstart()\nshow.progress()"))
    assert re.search(r"01\.1.*?correct", progress)
    page.evaluate(SHUT)
    page.evaluate("path => window.jupyterapp.serviceManager.contents.delete(path)", EXERCISES)
    show(page, EXERCISES)
    source = "() => window.jupyterapp.shell.currentWidget.content.widgets.map(w => w.model.sharedModel.source)"
    assert ANSWER not in page.evaluate(source)


def test_a_downloaded_exercise_carries_the_learner_s_name(page):
    """They're asked, and find the name there the next time; a lesson is downloaded as it is. Grading reads the name."""
    show(page, EXERCISES)
    asked = []

    def answer(dialog):
        asked.append(dialog.default_value)
        dialog.accept("Zoë O'Neill/" if not dialog.default_value else dialog.default_value)

    page.on("dialog", answer)
    for _ in range(2):
        with page.expect_download() as download:
            command(page, "docmanager:download")
        assert name_of_file(download.value.suggested_filename, course()).learner == "Zoë O'Neill"
    assert asked == ["", "Zoë O'Neill"]
    show(page, FIRST)
    with page.expect_download() as download:
        command(page, "docmanager:download")
    assert len(asked) == 2


def test_a_learner_hands_in(page, tmp_path):
    """By keyboard: a name, Enter, and the link. What was written a moment ago is in the file, and is marked."""
    show(page, EXERCISES)
    show(page, "hand_in.ipynb")
    page.evaluate(RUN)
    show(page, EXERCISES)
    page.evaluate(REPLACE, ["clients_for", ANSWER])
    show(page, "hand_in.ipynb")
    form = page.locator(".jp-NotebookPanel:not(.lm-mod-hidden) [data-pic=hand_in]")
    form.get_by_label("Your name").fill("Zoë O'Neill")
    page.keyboard.press("Enter")
    link = form.get_by_role("link", name="Download mastering-aws-messaging-Zoë-O-Neill.zip")
    link.wait_for()
    picture(page, "site-hand-in")
    with page.expect_download() as download:
        link.press("Enter")
    page.evaluate(SHUT)
    page.evaluate(SHUT)
    page.evaluate("path => window.jupyterapp.serviceManager.contents.delete(path)", EXERCISES)
    download.value.save_as(tmp_path / "in" / download.value.suggested_filename)
    graded = CliRunner().invoke(app, ["grade", str(tmp_path / "in"), "--lesson", LESSONS[0].number])
    assert graded.exit_code == 0, graded.output
    with (tmp_path / "in-graded" / "gradebook.csv").open(encoding="utf-8-sig", newline="") as file:
        [marks] = csv.DictReader(file)
    assert (marks["learner"], marks["total"]) == ("Zoë O'Neill", str(LESSONS[0].exercises[0].points))


WATCH = """
import json
from helpers import start
start()
from helpers.checks import limits
from helpers.checks.engine import examine
from helpers.checks.runners.one_thread import OneThread
from helpers.course import course
limits.SECONDS = 0.1
exercise = course().exercise("clients_for")
for name, source in json.loads({loops!r}).items():
    namespace = {{"__name__": "__main__"}}
    exec(compile("import boto3, functools, time\\n" + source, "<a cell>", "exec"), namespace)
    print(name, "|", examine(exercise, lambda world: OneThread(namespace["clients_for"], world)).got)
"""


def test_every_loop_without_end_is_ended(page):
    """Those that test_one_thread.py has, with the Python that a tab has."""
    text = run(page, WATCH.format(loops=json.dumps(LOOPS)))["cell0"][0][1]
    assert [line.split(" | ")[0] for line in text.splitlines() if "so I stopped it" in line] == list(LOOPS)


def test_an_answer_that_does_not_end_is_ended(page):
    """Not even one that catches everything and calls nothing keeps the tab."""
    show(page, EXERCISES)
    page.evaluate(QUIET, "from helpers.checks import limits; limits.SECONDS = 0.2")
    page.evaluate(REPLACE, ["clients_for", ENDLESS])
    found = outputs(page.evaluate(RUN))
    assert "so I stopped it" in said(found, "check-clients_for")
    assert "region +=" in said(found, "check-clients_for") or "while True" in said(found, "check-clients_for")
    assert "Not attempted" in said(found, "check-take_one")


def test_a_live_picture_takes_clicks_and_is_saved_still(page):
    """A click receives a message, and the picture follows. Without its kernel the still picture is there."""
    source = """from helpers import show, start
import boto3
start()
sqs = boto3.client("sqs")
url = sqs.create_queue(QueueName="orders")["QueueUrl"]
sqs.send_message(QueueUrl=url, MessageBody="A-100")
show.queue(url)"""
    run(page, source)
    place = page.locator(".jp-NotebookPanel:not(.lm-mod-hidden) .jp-OutputArea-output")
    place.locator("[data-act=receive]").first.click()
    place.locator("[data-act=delete]").first.wait_for()
    picture(page, "site-queue")
    page.evaluate("() => window.jupyterapp.shell.currentWidget.context.save()")
    assert place.locator("[data-act=delete]").count() > 0
    page.evaluate(SHUT)
    show(page, "mine.ipynb")
    place.get_by_text("Run this cell again").wait_for()
    assert "Error displaying widget" not in place.last.inner_text()


REFUSED = {
    'start("aws", yes="123456789012")': f"CloudError: {a_tab.ONLY_OFFLINE}",
    'start("http://127.0.0.1:5000")': f"CloudError: {a_tab.ONLY_OFFLINE}",
    "threading.Thread(target=print).start()": f"RuntimeError: {a_tab.NO_THREADS}",
    "%pip install numpy": "RuntimeError: Nothing can be installed here",
    f'cloud.certificate("{signing.url("us-east-1")}")': "NotImplementedError: A browser tab can't make a certificate",
}


def test_a_restarted_kernel_and_a_page_that_is_no_notebook(visitor, url):
    """The line waits for each notebook's kernel, and goes where none is started; a missing file causes an alert."""
    with another(visitor.context.browser) as page:
        page.goto(url)
        opened(page, FIRST)
        page.wait_for_function(KERNEL)
        page.evaluate(f"() => void ({KERNEL})().restart()")
        page.wait_for_selector(STARTED)
        command(page, "notebook:run-cell-and-select-next")
        command(page, "notebook:run-cell-and-select-next")
        page.wait_for_selector("#course-progress", state="hidden")
        command(page, "docmanager:open", {"path": f"lessons/{LESSONS[1].slug}.ipynb"})
        page.wait_for_selector("#course-progress [role=status]:has-text('Starting Python for this notebook')")
        command(page, "docmanager:open", {"path": "about_this_edition.md"})
        page.wait_for_selector(".jp-MarkdownViewer h1")
        page.wait_for_selector("#course-progress", state="hidden")
    with another(visitor.context.browser) as page:
        page.route("**/python_stdlib.zip", lambda route: route.fulfill(status=404))
        page.goto(url)
        page.wait_for_selector("#course-progress [role=alert]:has-text('is not there (404). Reload the page')")


def test_in_a_narrow_window_the_lesson_has_the_room(visitor, url):
    """As on a phone, or at twice the size."""
    with another(visitor.context.browser, width=500) as page:
        page.goto(url)
        opened(page, FIRST)
        page.wait_for_selector(STARTED)
        assert page.evaluate("() => document.querySelector('.jp-NotebookPanel').clientWidth") > 350
        picture(page, "site-narrow")


def test_what_cannot_work_says_so(page):
    """A real account, an endpoint, a thread, an installation: each is refused in a sentence that says what to do."""
    first = "import threading\nfrom helpers import cloud, start\nstart()"
    trying = "try:\n    {}\nexcept Exception as problem:\n    print(f'{{type(problem).__name__}}: {{problem}}')"
    found = run(page, first, *(trying.format(source) for source in REFUSED))
    for number, text in enumerate(REFUSED.values(), start=1):
        assert found[f"cell{number}"][0][1].startswith(text)


def test_the_page_about_it_names_what_stands_in(page):
    """It is among the files, and tells of each stand-in."""
    content = "() => window.jupyterapp.serviceManager.contents.get('about_this_edition.md', {content: true})"
    text = page.evaluate(content)["content"]
    for name in stand_ins.NAMES:
        assert f"| {name} | {stand_ins.told(name)} |" in text
    assert "$" not in text
    command(page, "docmanager:open", {"path": "about_this_edition.md"})
    page.wait_for_selector(".jp-MarkdownViewer h1")
    picture(page, "site-about")
