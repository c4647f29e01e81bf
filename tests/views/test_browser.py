"""JupyterLab in headless Chromium, opened by `course lab`. Needs Chromium and the extra `browser`."""

import json
import re
import shutil
import subprocess
from pathlib import Path

import nbformat
import pytest
from browsing import command, course_lab, opened, picture, scroll_to, tab

from helpers.course import HOME, course

pytestmark = pytest.mark.browser

LESSON = "lessons/01_messaging_fundamentals.ipynb"
GALLERY = Path(__file__).parent / "gallery" / "gallery.ipynb"
EXERCISE = "exercises/01_messaging_fundamentals.ipynb"
ANSWER = """def clients_for(region):
    return {name: boto3.client(name, region_name=region) for name in ("sqs", "sns")}
"""
RUN_ALL = """async () => {
    const app = window.jupyterapp, panel = app.shell.currentWidget;
    await panel.context.ready;
    await panel.sessionContext.ready;
    await app.commands.execute('notebook:run-all-cells');
    await panel.context.save();
    return panel.content.widgets.filter(w => w.model.type === 'code').map(w => ({
        id: w.model.id, count: w.model.executionCount,
        errors: w.model.outputs.toJSON().filter(o => o.output_type === 'error').map(o => o.evalue)}));
}"""


@pytest.fixture
def lab(tmp_path):
    """`course lab` in a new home folder, as a learner starts it; its address and working copy."""
    with course_lab(tmp_path) as lab:
        yield lab


@pytest.fixture
def page(lab):
    """Chromium with the address that `course lab` printed."""
    with tab() as page:
        page.goto(lab[0])
        opened(page, LESSON)
        yield page


def test_a_learner_runs_the_lesson_and_answers_an_exercise(page, lab):
    """Lesson 01 opens without a click, all cells run, an answer is correct, and nothing leaves the computer."""
    assert page.locator(".jp-FileBrowser").is_visible()
    assert page.locator(".jp-Dialog").count() == 0
    picture(page, "lesson-01-opened")

    cells = page.evaluate(RUN_ALL)
    assert [cell for cell in cells if cell["errors"]] == []
    assert all(cell["count"] for cell in cells)
    for cell_id in ("direct-call", "lease-predict", "same-question", "two-profiles"):
        scroll_to(page, cell_id)
        picture(page, f"lesson-01-{cell_id}")
    command(page, "apputils:change-theme", {"theme": "JupyterLab Dark"})
    page.wait_for_timeout(500)
    for cell_id in ("direct-call", "same-question"):
        scroll_to(page, cell_id)
        picture(page, f"lesson-01-{cell_id}-dark")

    command(page, "docmanager:open", {"path": EXERCISE})
    opened(page, EXERCISE)
    page.evaluate(
        """([id, source]) => {
            const cell = window.jupyterapp.shell.currentWidget.content.widgets.find(w => w.model.id === id);
            cell.model.sharedModel.setSource(source);
        }""",
        ["clients_for", ANSWER],
    )
    cells = page.evaluate(RUN_ALL)
    assert [cell for cell in cells if cell["errors"]] == []
    scroll_to(page, "check-clients_for")
    picture(page, "exercise-01-correct-dark")
    command(page, "apputils:change-theme", {"theme": "JupyterLab Light"})
    page.wait_for_timeout(500)
    picture(page, "exercise-01-correct")
    saved = json.loads((lab[1] / EXERCISE).read_text())
    outputs = {cell["id"]: json.dumps(cell.get("outputs", [])) for cell in saved["cells"]}
    assert "Correct" in outputs["check-clients_for"]
    assert "Not attempted" in outputs["check-take_one"]
    assert page.elsewhere == []


def test_every_other_lesson_runs_in_jupyterlab(page, lab):
    """Every lesson, exercise notebook and solution runs from top to bottom with the menu's command."""
    for lesson in course().lessons[1:]:
        shutil.copy(HOME / "solutions" / f"{lesson.slug}.ipynb", lab[1] / f"solved_{lesson.number}.ipynb")
        for path in (f"lessons/{lesson.slug}.ipynb", f"exercises/{lesson.slug}.ipynb", f"solved_{lesson.number}.ipynb"):
            command(page, "docmanager:open", {"path": path})
            opened(page, path)
            cells = page.evaluate(RUN_ALL)
            assert [cell for cell in cells if cell["errors"]] == []
            assert all(cell["count"] for cell in cells)
            scroll_to(page, cells[len(cells) // 2]["id"])
            picture(page, path.replace("/", "-").removesuffix(".ipynb"))
        solved = (lab[1] / f"solved_{lesson.number}.ipynb").read_text()
        assert solved.count("✓ Correct") >= len(lesson.exercises)
    assert page.elsewhere == []


# --- the gallery -----------------------------------------------------------------------------------------------------


def fresh(page):
    """Run the gallery from the top, and redraw the live queue, which the cells below it have changed."""
    cells = page.evaluate(RUN_ALL)
    assert [cell for cell in cells if cell["errors"]] == []
    scroll_to(page, "queue")
    page.get_by_role("button", name="Move the clock by 10 seconds").click()
    page.wait_for_function("() => document.querySelector('.course-queue [role=status]').textContent.startsWith('The')")


def in_flight(page):
    """Return the number of messages in flight that the live queue shows."""
    return int(re.search(r"(\d+) in flight", page.locator(".course-queue strong").inner_text())[1])


def the_live_queue_takes_clicks(page):
    """Every button works, the picture is redrawn, and a sentence for screen readers describes the result."""
    status = page.locator(".course-queue [role=status]")
    before = in_flight(page)
    page.get_by_role("button", name="Receive one message").click()
    page.wait_for_function("() => document.querySelector('.course-queue [role=status]').textContent.startsWith('Rec')")
    assert in_flight(page) == before + 1
    page.get_by_role("button", name="30 seconds more for order 2").click()
    page.wait_for_function("() => document.querySelector('.course-queue [role=status]').textContent.startsWith('30')")
    page.get_by_role("button", name="Delete order 2").click()
    page.wait_for_function("() => document.querySelector('.course-queue [role=status]').textContent == 'Deleted.'")
    assert in_flight(page) == before
    for _ in range(8):
        page.get_by_role("button", name="Move the clock by 10 seconds").click()
    page.wait_for_function("() => /0 delayed/.test(document.querySelector('.course-queue strong').textContent)")
    assert status.inner_text() == "The clock moved by 10 seconds."


def the_live_queue_follows_the_clock(page):
    """While the clock runs, the visibility timeout counts down; while it is held, nothing moves."""
    page.get_by_role("button", name="Receive one message").click()
    page.get_by_role("button", name="Let the clock run").click()
    left = "() => parseInt(document.querySelector('.course-queue td[data-left] span').textContent)"
    page.wait_for_selector(".course-queue td[data-left] span")
    first = page.evaluate(left)
    page.wait_for_function(f"first => ({left})() < first", arg=first)
    page.get_by_role("button", name="Hold the clock").click()
    page.wait_for_selector("button:has-text('Let the clock run')")


def the_live_queue_works_by_keyboard(page):
    """Tab reaches the buttons, Enter presses them, and JupyterLab's shortcuts leave the notebook alone."""
    cells = page.evaluate("() => window.jupyterapp.shell.currentWidget.content.widgets.length")
    before = in_flight(page)
    page.get_by_role("button", name="Receive one message").focus()
    page.keyboard.press("Enter")
    page.wait_for_function("() => document.querySelector('.course-queue [role=status]').textContent.startsWith('Rec')")
    assert in_flight(page) == before + 1
    assert page.evaluate("() => document.activeElement.getAttribute('aria-label')") == "Receive one message"
    page.keyboard.press("Tab")
    assert page.evaluate("() => document.activeElement.getAttribute('aria-label')") == "Move the clock by 10 seconds"
    for key in ("b", "d", "d", "ArrowDown"):
        page.keyboard.press(key)
    assert page.evaluate("() => window.jupyterapp.shell.currentWidget.content.widgets.length") == cells


def the_inbox_confirms_by_a_click(page):
    """The button follows the link; a sentence for screen readers names the confirmed endpoint."""
    scroll_to(page, "inbox")
    page.get_by_role("button", name="Confirm ada@shop.example").click()
    page.wait_for_selector(".course-inbox [role=status]:has-text('ada@shop.example has confirmed.')")


def a_quiz_works_by_keyboard(page):
    """Tab reaches every choice, Enter chooses it and opens the reasons, and the notebook stays as it is."""
    cells = page.evaluate("() => window.jupyterapp.shell.currentWidget.content.widgets.length")
    scroll_to(page, "quiz")
    page.locator("[data-pic=question] button").first.focus()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_selector("[data-pic=question].opened .guessed >> text=your answer")
    assert page.evaluate("() => document.activeElement.dataset.key") == "says"
    for key in ("b", "d", "d"):
        page.keyboard.press(key)
    assert page.evaluate("() => window.jupyterapp.shell.currentWidget.content.widgets.length") == cells


def the_switch_starts_a_cloud(page):
    """It shows the chosen cloud's fields; Start starts it, or explains why not and sends nothing."""
    scroll_to(page, "switch")
    cloud, account = page.get_by_label("Cloud", exact=True), page.get_by_label("I mean the account")
    assert not account.is_visible()
    cloud.select_option("aws")
    assert account.is_visible()
    start, status = page.get_by_role("button", name="Start", exact=True), ".course-switch [role=status]"
    start.click()
    page.wait_for_function(f"() => document.querySelector('{status}').textContent.startsWith('Nothing was sent')")
    cloud.select_option("offline")
    assert not account.is_visible()
    start.press("Enter")
    page.wait_for_function(f"() => document.querySelector('{status}').textContent.startsWith('Offline cloud')")


def no_picture_has_a_serious_fault_for_a_screen_reader(page, tmp_path):
    """axe-core finds nothing serious in any output, in the light and the dark theme."""
    subprocess.run(["npm", "i", "--silent", "--prefix", str(tmp_path), "axe-core@4"], check=True)
    page.add_script_tag(path=tmp_path / "node_modules" / "axe-core" / "axe.min.js")
    for theme in ("Light", "Dark"):
        command(page, "apputils:change-theme", {"theme": f"JupyterLab {theme}"})
        page.wait_for_timeout(500)
        for cell_id in ("fan-out", "inbox", "queue", "timeline", "calls", "run", "quiz", "progress", "check", "switch"):
            scroll_to(page, cell_id)
            picture(page, f"gallery-{cell_id}-{theme.lower()}")
            found = page.evaluate("async () => (await axe.run('.jp-OutputArea-output')).violations")
            serious = [f"{one['id']}: {one['help']}" for one in found if one["impact"] in ("serious", "critical")]
            assert serious == [], cell_id
    assert page.elsewhere == []


def test_the_gallery(page, lab, tmp_path):
    """Every picture in one JupyterLab: clicked, used by keyboard, audited and photographed in both themes."""
    shutil.copy(GALLERY, lab[1] / "lessons" / "gallery.ipynb")
    command(page, "docmanager:open", {"path": "lessons/gallery.ipynb"})
    opened(page, "lessons/gallery.ipynb")
    for part in (
        the_live_queue_takes_clicks,
        the_live_queue_follows_the_clock,
        the_live_queue_works_by_keyboard,
        the_inbox_confirms_by_a_click,
        a_quiz_works_by_keyboard,
        the_switch_starts_a_cloud,
    ):
        fresh(page)
        part(page)
    fresh(page)
    no_picture_has_a_serious_fault_for_a_screen_reader(page, tmp_path)


# --- cards with words ------------------------------------------------------------------------------------------------

CARDS = [
    ("setup", "from helpers import check, show, start\n\nstart()"),
    ("asks", 'show.predict("after-a-crash")'),
    ("other", "1 + 1"),
    ("lease-over", "1 / 0"),
    ("quiz", 'show.quiz("slow-worker")'),
    ("answer", "def hand_over(sqs, queue_url, order):\n    return 'wrong'"),
    ("check", "check(hand_over)"),
    ("slow", "def hand_over(sqs, queue_url, order):\n    for _ in range(10**8):\n        pass\n    return 'wrong'"),
    ("check-slow", "check(hand_over)"),
]
RUN = """async id => {
    const app = window.jupyterapp, notebook = app.shell.currentWidget.content;
    await app.shell.currentWidget.sessionContext.ready;
    notebook.activeCellIndex = notebook.widgets.findIndex(w => w.model.id === id);
    app.commands.execute('notebook:run-cell').then(() => { window.ended = id; });
}"""


def run(page, cell_id):
    """Run one cell and wait for its end."""
    page.evaluate(RUN, cell_id)
    page.wait_for_function("id => window.ended === id", arg=cell_id)


def test_predictions_and_hints(page, lab):
    """A guess by keyboard, the answer after its cell, hints by keyboard; the file has none of that."""
    path = lab[1] / "lessons" / "cards.ipynb"
    made = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source, id=name) for name, source in CARDS])
    made.metadata = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    nbformat.write(made, path)
    command(page, "docmanager:open", {"path": "lessons/cards.ipynb"})
    opened(page, "lessons/cards.ipynb")
    for cell_id in ("setup", "asks", "other"):
        run(page, cell_id)
    question = page.locator("[data-pic=question]")
    question.locator("button").first.focus()
    page.keyboard.press("Space")
    page.wait_for_selector("[data-pic=question] [aria-pressed=true] >> text=your guess")
    assert page.evaluate("() => document.activeElement.dataset.key") == "choose 0"
    picture(page, "predict-guessed")
    run(page, "lease-over")
    page.wait_for_selector("[data-pic=question].opened >> text=Not what you guessed.")
    picture(page, "predict-opened")
    recorded = json.loads((lab[1] / ".course" / "progress.json").read_text())
    assert list(recorded["guesses"]) == ["after-a-crash"]

    for cell_id in ("answer", "check"):
        run(page, cell_id)
    scroll_to(page, "check")
    page.wait_for_selector("[data-pic=check] button")
    page.locator("[data-pic=check] button").focus()
    for number in (1, 2, 3):
        page.keyboard.press("Enter")
        page.wait_for_selector(f"[data-pic=check] >> text=Hint {number} of 3")
    assert page.evaluate("() => document.activeElement.dataset.key") == "given 3"
    page.keyboard.press("Tab")
    assert page.evaluate("() => document.activeElement.textContent") == "Show the solution"
    page.keyboard.press("Enter")
    page.wait_for_selector("[data-pic=check] pre >> text=json.dumps")
    assert page.evaluate("() => document.activeElement.dataset.key") == "given 4"
    for key in ("d", "d"):
        page.keyboard.press(key)
    picture(page, "check-with-hints")
    beside = "row => row.children[0].getBoundingClientRect().right < row.children[1].getBoundingClientRect().left"
    assert page.evaluate(f"() => [...document.querySelectorAll('.pic-row:not(.code)')].every({beside})")

    run(page, "slow")
    page.evaluate(RUN, "check-slow")
    scroll_to(page, "check-slow")
    page.wait_for_selector("text=/Checking hand_over … [1-9] s/")
    picture(page, "check-goes-on")
    page.wait_for_function("id => window.ended === id", arg="check-slow")
    page.wait_for_selector("[data-pic=check] >> nth=1")
    command(page, "docmanager:save")
    saved = json.loads(path.read_text())
    assert [cell["id"] for cell in saved["cells"]] == [name for name, _ in CARDS]
    text = json.dumps([cell["outputs"] for cell in saved["cells"]])
    assert not any(words in text for words in ("your guess", "Hint 1 of 3", "Checking hand_over", "json.dumps(order)"))
    assert [len(cell["outputs"]) for cell in saved["cells"] if cell["id"].startswith("check")] == [1, 1]
    assert page.elsewhere == []
