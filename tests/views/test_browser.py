"""JupyterLab in headless Chromium, opened by `course lab`. Needs Chromium and the extra `browser`."""

import json
import shutil
from pathlib import Path

import pytest
from browsing import ARTIFACTS, RUN_ALL, learner, picture, scroll_to, show_notebook, shut_all, themed
from looking import MEASURE, axe

from helpers.course import HOME, course

pytestmark = pytest.mark.browser

GALLERY = Path(__file__).parent / "gallery" / "gallery.ipynb"
EXERCISE = "exercises/01_messaging_fundamentals.ipynb"
ANSWER = """def clients_for(region):
    return {name: boto3.client(name, region_name=region) for name in ("sqs", "sns")}
"""


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    """Chromium at `course lab`; `work` is the learner's working copy."""
    with learner(tmp_path_factory.mktemp("browser")) as page:
        yield page


@pytest.fixture
def page(lab):
    """The same tab, in the light theme; afterwards nothing was asked for elsewhere."""
    yield lab
    shut_all(lab)
    themed(lab, "Light")
    assert lab.elsewhere == []


def test_a_learner_runs_the_lesson_and_answers_an_exercise(page):
    """Lesson 01 opens without a click, all cells run, an answer is correct, and nothing leaves the computer."""
    assert page.locator(".jp-FileBrowser").is_visible()
    assert page.locator(".jp-Dialog").count() == 0
    picture(page, "lesson-01-opened")

    cells = page.evaluate(RUN_ALL)
    assert [cell for cell in cells if cell["errors"]] == []
    assert all(cell["count"] for cell in cells)
    for cell_id in ("direct-call", "lease-over", "same-question", "two-profiles"):
        scroll_to(page, cell_id)
        picture(page, f"lesson-01-{cell_id}")
    themed(page, "Dark")
    for cell_id in ("direct-call", "same-question"):
        scroll_to(page, cell_id)
        picture(page, f"lesson-01-{cell_id}-dark")

    show_notebook(page, EXERCISE)
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
    themed(page, "Light")
    picture(page, "exercise-01-correct")
    saved = json.loads((page.work / EXERCISE).read_text())
    outputs = {cell["id"]: json.dumps(cell.get("outputs", [])) for cell in saved["cells"]}
    assert "Correct" in outputs["check-clients_for"]
    assert "Not attempted" in outputs["check-take_one"]


def test_every_other_exercise_runs_in_jupyterlab(page):
    """Every exercise notebook and solution runs from top to bottom with the menu's command."""
    for lesson in course().lessons[1:]:
        shutil.copy(HOME / "solutions" / f"{lesson.slug}.ipynb", page.work / f"solved_{lesson.number}.ipynb")
        for path in (f"exercises/{lesson.slug}.ipynb", f"solved_{lesson.number}.ipynb"):
            show_notebook(page, path)
            cells = page.evaluate(RUN_ALL)
            assert [cell for cell in cells if cell["errors"]] == []
            assert all(cell["count"] for cell in cells)
            scroll_to(page, cells[len(cells) // 2]["id"])
            picture(page, path.replace("/", "-").removesuffix(".ipynb"))
        shut_all(page)
        solved = (page.work / f"solved_{lesson.number}.ipynb").read_text()
        assert solved.count("✓ Correct") >= len(lesson.exercises)


# --- the gallery -----------------------------------------------------------------------------------------------------

WIDTH = """width => {
    const style = document.getElementById('width') ?? document.head.appendChild(document.createElement('style'));
    style.id = 'width';
    style.textContent = `.jp-OutputArea-output { width: ${width}px !important; flex: none !important; }`;
}"""
OUTPUTS = """window.jupyterapp.shell.currentWidget.content.widgets
    .flatMap(cell => [...cell.node.querySelectorAll('.jp-OutputArea-output')].map(node => [cell.model.id, node]))"""
# What the keyboard has to reach: of a group of radio buttons one, since the arrows lead to the others.
CONTROLS = """node => [...node.querySelectorAll('button, input, select, summary, [tabindex="0"]')]
    .filter(one => one.checkVisibility() && !one.disabled)
    .filter((one, n, all) => one.type !== 'radio' || all.findIndex(other => other.name === one.name) === n)"""
WATCH = """node => {
    window.reached = new Set();
    window.unseen = [];
    window.redrawn = 0;
    window.runs = 0;
    window.clicked = 0;
    node.addEventListener('click', () => window.clicked++);
    node.addEventListener('focusin', event => {
        window.reached.add(event.target);
        const style = getComputedStyle(event.target);
        if (style.outlineStyle === 'none' && style.boxShadow === 'none') window.unseen.push(event.target.outerHTML);
    });
    new MutationObserver(() => window.redrawn++).observe(node, { childList: true, subtree: true });
    const look = () => { window.runs += document.getAnimations().length; requestAnimationFrame(look); };
    look();
}"""


@pytest.fixture(scope="module")
def gallery(lab):
    """The gallery, run from top to bottom, in a tab that's as wide as its widest pictures need."""
    lab.set_viewport_size({"width": 1900, "height": 1000})
    shutil.copy(GALLERY, lab.work / "lessons" / "gallery.ipynb")
    show_notebook(lab, "lessons/gallery.ipynb")
    assert [cell for cell in lab.evaluate(RUN_ALL) if cell["errors"]] == []
    lab.add_script_tag(content=MEASURE)
    lab.add_script_tag(path=axe())
    yield lab
    shut_all(lab)
    themed(lab, "Light")


@pytest.mark.parametrize("theme", ["Light", "Dark"])
@pytest.mark.parametrize("width", [700, 1200])
def test_no_picture_scrolls_sideways_or_breaks_a_word(gallery, theme, width):
    """Nor does axe-core find anything serious. Folds are looked into as well."""
    themed(gallery, theme)
    gallery.evaluate(WIDTH, width)
    gallery.wait_for_timeout(300)
    found = gallery.evaluate(
        f"() => {OUTPUTS}.flatMap(([id, node]) => faults(node).map(fault => `${{id}}: ${{fault}}`))"
    )
    for cell, output in gallery.evaluate(f"() => {OUTPUTS}.map(([id], n) => [id, n])"):
        node = gallery.evaluate_handle(f"n => {OUTPUTS}[n][1]", output).as_element()
        if node.is_visible():
            node.scroll_into_view_if_needed()
            ARTIFACTS.mkdir(exist_ok=True)
            node.screenshot(path=ARTIFACTS / f"gallery-{cell}-{width}-{theme.lower()}.png")
    assert found == []
    assert gallery.evaluate("() => serious('.jp-NotebookPanel:not(.lm-mod-hidden) .jp-OutputArea-output')") == []


@pytest.fixture(params=["queue", "inbox"])
def played(request, gallery):
    """The output of a live picture, in view and watched, and its page."""
    gallery.evaluate(WIDTH, 900)
    scroll_to(gallery, request.param)
    output = gallery.evaluate_handle(
        f"id => {OUTPUTS}.find(([name, node]) => name === id && node.querySelector('[data-act]'))[1]", request.param
    ).as_element()
    output.evaluate(WATCH)
    yield gallery, output
    gallery.emulate_media(reduced_motion="no-preference")


def test_the_keyboard_reaches_and_works_every_control(played):
    """Tab leads through all of them, each shows the focus, Enter or an arrow works it, and no cell is changed."""
    page, output = played
    cells = page.evaluate("() => window.jupyterapp.shell.currentWidget.content.widgets.length")
    output.evaluate(f"node => ({CONTROLS})(node)[0].focus()")
    for _ in range(output.evaluate(f"node => ({CONTROLS})(node).length") + 2):
        for key in ("b", "d", "d"):
            page.keyboard.press(key)
        page.keyboard.press("Tab")
    missed = output.evaluate(f"node => ({CONTROLS})(node).filter(one => !reached.has(one)).map(one => one.outerHTML)")
    assert missed == []
    assert page.evaluate("() => window.unseen") == []
    for name in output.evaluate("node => [...node.querySelectorAll('[data-act]')].map(one => one.dataset.key)"):
        worked = output.evaluate(
            """(node, name) => {
                const one = [...node.querySelectorAll('[data-act]')].find(one => one.dataset.key === name);
                if (!one || one.disabled || !one.checkVisibility()) return false;
                one.focus();
                window.clicked = 0;
                return true;
            }""",
            name,
        )
        if worked:
            page.keyboard.press("Enter")
            page.wait_for_function("() => window.clicked")
            page.wait_for_timeout(50)  # it may be redrawn, with another focus
    assert page.evaluate("() => window.redrawn")
    assert page.evaluate("() => window.jupyterapp.shell.currentWidget.content.widgets.length") == cells


def test_motion_can_be_turned_off(played):
    """A message grows into its lane, unless the reader's system asks for less motion."""
    page, output = played
    if not output.query_selector("[data-move]"):
        pytest.skip("nothing in this picture moves")
    for wish, moves in (("no-preference", True), ("reduce", False)):
        page.emulate_media(reduced_motion=wish)
        output.evaluate("node => node.querySelector('[data-act=restart]').click()")
        page.wait_for_timeout(1000)
        page.evaluate("() => { window.runs = 0; window.redrawn = 0; }")
        output.evaluate("node => node.querySelector('[data-act=send]').click()")
        page.wait_for_function("() => window.redrawn")
        page.wait_for_timeout(500)
        assert (page.evaluate("() => window.runs") > 0) == moves


def test_a_fold_and_a_question_work_by_keyboard(gallery):
    """Enter opens the answers, the focus goes to what they say, and JupyterLab's keys leave the notebook alone."""
    scroll_to(gallery, "quiz")
    cells = gallery.evaluate("() => window.jupyterapp.shell.currentWidget.content.widgets.length")
    output = gallery.evaluate_handle(f"() => {OUTPUTS}.find(([name]) => name === 'quiz')[1]").as_element()
    output.evaluate(f"node => ({CONTROLS})(node)[0].focus()")
    gallery.keyboard.press("Enter")
    gallery.wait_for_function("() => document.activeElement.dataset.key === 'says'")
    for key in ("b", "d", "d"):
        gallery.keyboard.press(key)
    assert output.evaluate("node => node.contains(document.activeElement)")
    assert gallery.evaluate("() => window.jupyterapp.shell.currentWidget.content.widgets.length") == cells


def test_the_switch_starts_a_cloud(gallery):
    """It shows the chosen cloud's fields; Start starts it, or explains why not and sends nothing."""
    scroll_to(gallery, "switch")
    output = gallery.locator(".jp-OutputArea-output:has(select)")
    cloud, account = output.get_by_label("Cloud", exact=True), output.get_by_label("I mean the account")
    start, status = output.get_by_role("button", name="Start", exact=True), output.locator("[role=status]")
    assert not account.is_visible()
    cloud.select_option("aws")
    account.wait_for(state="visible")
    start.click()
    status.filter(has_text="Nothing was sent").wait_for(state="attached")
    cloud.select_option("offline")
    account.wait_for(state="hidden")
    start.press("Enter")
    status.filter(has_text="Offline cloud").wait_for(state="attached")
