"""A live picture after its kernel is gone: saved and reopened, from a stranger, and on a page without JupyterLab."""

import json
import shutil
from pathlib import Path

import nbformat
import pytest
from browsing import ARTIFACTS, RUN_ALL, SHUT, learner, show_notebook
from looking import MEASURE, page_of

from helpers.learner.saving import WIDGET

pytestmark = pytest.mark.browser

GALLERY = Path(__file__).parent / "gallery" / "gallery.ipynb"
PATH, STRANGE = "lessons/gallery.ipynb", "lessons/strange.ipynb"
LIVE = ("queue", "inbox", "switch")  # cells with a live picture
OUTPUT = ".jp-NotebookPanel:not(.lm-mod-hidden) .jp-OutputArea-output"
OUTPUTS = f"[...document.querySelectorAll('{OUTPUT}')]"
HOLDS_LIVE = """mime => window.jupyterapp.shell.currentWidget.content.widgets
    .filter(cell => cell.model.type === 'code' && cell.model.outputs.toJSON().some(one => one.data?.[mime]))
    .map(cell => cell.model.id)"""
TRUSTED = """() => [...window.jupyterapp.shell.currentWidget.content.model.cells]
    .filter(cell => cell.type === 'code').map(cell => cell.trusted)"""
SETTLES = 1500  # milliseconds in which the manager of widgets finds that a picture's model is gone
PATIENCE = 80  # times that long


@pytest.fixture(scope="module")
def page(tmp_path_factory):
    """The gallery in `course lab`, run from top to bottom and saved."""
    with learner(tmp_path_factory.mktemp("reopened")) as page:
        shutil.copy(GALLERY, page.work / PATH)
        show_notebook(page, PATH)
        assert [cell for cell in page.evaluate(RUN_ALL) if cell["errors"]] == []
        page.locator(f"{OUTPUT}:has([data-act])").first.wait_for()
        page.evaluate("() => window.jupyterapp.shell.currentWidget.context.save()")
        page.held = page.evaluate(HOLDS_LIVE, WIDGET)
        page.awake = page.locator(f"{OUTPUT} [data-act]").count(), page.locator(".is-asleep, .jp-Dialog").count()
        page.evaluate(SHUT)
        yield page


def reopen(page, path):
    """Open a saved notebook after its kernel was ended, and return what each code cell shows."""
    if page.evaluate("path => window.jupyterapp.shell.currentWidget?.context?.path === path", path):
        page.evaluate(SHUT)
    show_notebook(page, path)
    page.wait_for_timeout(SETTLES)
    for _ in range(PATIENCE):  # JupyterLab draws what's out of sight when it has time
        if not not_shown(page, OUTPUT):
            break
        page.wait_for_timeout(SETTLES)
    code = "window.jupyterapp.shell.currentWidget.content.widgets.filter(cell => cell.model.type === 'code')"
    return dict(page.evaluate(f"() => {code}.map(cell => [cell.model.id, cell.outputArea.node.innerText])"))


def not_shown(page, selector):
    """Return the texts of saved pictures that aren't in the folds of what's shown."""
    outputs = [output for cell in saved(page).cells for output in cell.get("outputs", []) if "data" in output]
    texts = [one.data["text/plain"] for one in outputs if "The same in words" in one.data.get("text/html", "")]
    assert texts
    folds = f"[...document.querySelectorAll('{selector} details > pre')]"
    found = page.evaluate(f"() => {folds}.map(node => node.textContent)")
    return [text for text in texts if text.strip() not in [one.strip() for one in found]]


def saved(page):
    """Return the saved gallery."""
    return nbformat.read(page.work / PATH, as_version=4)


def test_an_open_picture_stays_awake_when_it_is_saved(page):
    """The file has none that's live; the open notebook keeps its own, and meets no changed file when it saves again."""
    assert WIDGET not in json.dumps(saved(page))
    assert set(LIVE) <= set(page.held)
    buttons, asleep_or_dialogs = page.awake
    assert buttons > 0
    assert asleep_or_dialogs == 0


def test_a_reopened_notebook_shows_still_pictures(page):
    """Each says what it said, and one line says how to play with it."""
    texts = reopen(page, PATH)
    ARTIFACTS.mkdir(exist_ok=True)
    for name in LIVE:
        page.evaluate(
            "name => window.jupyterapp.shell.currentWidget.content.widgets"
            ".find(cell => cell.model.id === name).node.scrollIntoView()",
            name,
        )
        page.screenshot(path=ARTIFACTS / f"reopened-{name}.png")
    assert "Error displaying widget" not in "".join(texts.values())
    assert [name for name in LIVE if not texts[name]] == []
    assert [name for name in ("queue", "inbox") if "Run this cell again" not in texts[name]] == []
    assert not_shown(page, OUTPUT) == []


def test_a_stranger_s_notebook_reads_well(page):
    """JupyterLab doesn't trust it, and leaves no style and no drawing. The words are there, and apart."""
    notebook = saved(page)
    notebook.cells.append(nbformat.v4.new_code_cell("# Somebody has changed it.", outputs=notebook.cells[3].outputs))
    nbformat.write(notebook, page.work / STRANGE)
    texts = reopen(page, STRANGE)
    assert not any(page.evaluate(TRUSTED))
    assert "Error displaying widget" not in "".join(texts.values())
    page.add_script_tag(content=MEASURE)
    assert page.evaluate(f"() => {OUTPUTS}.flatMap(node => glued(node))") == []
    assert page.locator(f"{OUTPUT} [data-pic]").count() == 0
    assert not_shown(page, OUTPUT) == []
    page.set_viewport_size({"width": 1440, "height": 6000})
    page.screenshot(path=ARTIFACTS / "untrusted.png")


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_page_made_of_it_shows_still_pictures(page, theme, tmp_path):
    """nbconvert's page has them with their styles, and nothing on it waits for a kernel."""
    made = tmp_path / "gallery.html"
    made.write_text(page_of(page.work / PATH, theme), encoding="utf-8")
    other = page.context.new_page()
    other.goto(made.as_uri())
    assert "Error displaying widget" not in other.inner_text("body")
    assert other.locator("[data-pic] .asleep").count() >= 2
    other.work = page.work
    assert not_shown(other, ".jp-OutputArea-output") == []
    other.screenshot(path=ARTIFACTS / f"nbconvert-{theme}.png", full_page=True)
    other.close()
