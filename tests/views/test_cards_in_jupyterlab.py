"""Predictions, the panel of a check and its hints in JupyterLab, by keyboard."""

import json

import nbformat
import pytest
from browsing import command, learner, picture, scroll_to, show_notebook

pytestmark = pytest.mark.browser


@pytest.fixture
def page(tmp_path):
    """Chromium at `course lab`; `work` is the learner's working copy."""
    with learner(tmp_path) as page:
        yield page


CARDS = [
    ("setup", "from helpers import check, show, start\n\nstart()"),
    ("asks", 'show.predict("after-a-crash")'),
    ("other", "1 + 1"),
    ("lease-over", "1 / 0"),
    ("tells", "# Ada's order was received again"),
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


ACTIVE_CELL = "() => window.jupyterapp.shell.currentWidget.content.activeCell.model.id"

RUNS = """id => window.jupyterapp.shell.currentWidget.content.widgets.find(w => w.model.id === id)
    .model.executionCount"""


def run(page, cell_id):
    """Run one cell and wait for its end."""
    page.evaluate(RUN, cell_id)
    page.wait_for_function("id => window.ended === id", arg=cell_id)


def test_predictions_and_hints(page):
    """A guess by keyboard, the answer after its cell, hints by keyboard; the file has none of that."""
    path = page.work / "lessons" / "cards.ipynb"
    new = {True: nbformat.v4.new_markdown_cell, False: nbformat.v4.new_code_cell}
    made = nbformat.v4.new_notebook(cells=[new[source.startswith("# ")](source, id=name) for name, source in CARDS])
    made.metadata = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    nbformat.write(made, path)
    show_notebook(page, "lessons/cards.ipynb")
    for cell_id in ("setup", "asks"):
        run(page, cell_id)
    question = page.locator("[data-pic=question]")
    question.locator("button").first.focus()
    page.keyboard.press("Space")
    page.wait_for_selector("[data-pic=question] [aria-pressed=true] >> text=your guess")
    assert page.evaluate(ACTIVE_CELL) == "other"  # the next one, so that Shift+Enter runs it, as the card says
    higher = (
        "[...document.querySelectorAll('.jp-OutputArea-output')].filter(one => one.scrollHeight > one.clientHeight)"
    )
    assert page.evaluate(f"() => {higher}.length") == 0  # nothing to scroll within an output
    text = page.locator(".jp-RenderedMarkdown", has_text="received again")
    assert text.evaluate("text => text.inert")  # the text that tells the answer is covered until its cell has run
    picture(page, "predict-guessed")
    page.keyboard.press("Shift+Enter")
    page.wait_for_function(f"() => ({ACTIVE_CELL})() === 'lease-over'")
    page.wait_for_selector(".jp-OutputArea-output >> text=/^2$/")
    run(page, "lease-over")
    page.wait_for_selector("[data-pic=question].opened >> text=Not what you guessed.")
    assert not text.evaluate("text => text.inert")
    picture(page, "predict-opened")
    recorded = json.loads((page.work / ".course" / "progress.json").read_text())
    assert list(recorded["guesses"]) == ["after-a-crash"]

    run(page, "quiz")
    scroll_to(page, "quiz")
    page.locator("[data-pic=question]:has-text('Check yourself') button").first.click()
    page.wait_for_selector("[data-pic=question].opened >> text=Not quite. Read why")
    assert page.evaluate(ACTIVE_CELL) == "answer"  # so Shift+Enter doesn't ask again and lose the answer

    for cell_id in ("answer", "check"):
        run(page, cell_id)
    scroll_to(page, "check")
    page.wait_for_selector("[data-pic=check] button")
    page.locator("[data-pic=check] button").focus()
    runs = page.evaluate(RUNS, "check")
    page.keyboard.press("Shift+Enter")  # is JupyterLab's, wherever the focus is, and runs the card's cell again
    page.wait_for_function(f"before => ({RUNS})('check') > before", arg=runs)
    assert page.evaluate(ACTIVE_CELL) == "slow"
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
    text = json.dumps([cell.get("outputs", []) for cell in saved["cells"]])
    assert not any(words in text for words in ("your guess", "Hint 1 of 3", "Checking hand_over", "json.dumps(order)"))
    assert [len(cell["outputs"]) for cell in saved["cells"] if cell["id"].startswith("check")] == [1, 1]
    assert page.elsewhere == []
