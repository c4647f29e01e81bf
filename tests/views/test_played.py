"""Learners play in every live picture of every lesson, wildly, and the cells below show what they would have shown."""

import re

import nbformat
import pytest
from browsing import SHUT, learner, show_notebook
from site_in_a_tab import QUIET, outputs, stored

from helpers.course import HOME, course

pytestmark = pytest.mark.browser

# Pictures are live although the clock is frozen, so that every output can be compared to the last second.
LIVE = re.compile(r"^show\.(queue|inbox|quiz|predict)\(", re.M)
FROZEN = """import os
os.environ["COURSE_OUTPUTS_COMPARED"] = "1"
from helpers import show
from helpers.backends import front_end
show._is_interactive = front_end.can_click = lambda: True"""
STEPS = 12  # clicks in a picture, each time when it's played with
# Runs the notebook up to each live picture. In this and in an earlier one every control that's there is worked, first
# each once, then at random; then it runs on below. Returns how often which control was worked, and all outputs.
PLAY = """async ([seed, steps, ids]) => {
    const app = window.jupyterapp, panel = app.shell.currentWidget, notebook = panel.content, done = {};
    await panel.context.ready;
    await panel.sessionContext.ready;
    const next = () => seed = (seed * 1103515245 + 12345) % 2147483648;
    const dice = sides => Math.floor(next() / 2147483648 * sides);
    const pause = time => new Promise(resolve => setTimeout(resolve, time));
    const idle = () => panel.sessionContext.session.kernel.requestExecute({ code: '', silent: true }).done;
    const all = '[data-act], [data-slide], summary, select, input[type=radio]';
    const controls = place => [...place.querySelectorAll(all)]
        .filter(one => !one.disabled && one.checkVisibility());
    const name = one => one.dataset.slide ?? one.dataset.act ?? one.tagName.toLowerCase();

    async function work(one) {
        done[name(one)] = (done[name(one)] ?? 0) + 1;
        if (one.type === 'range') {
            for (let drag = 0; drag < 3; drag++) {
                one.value = Number(one.min) + dice(101) / 100 * (one.max - one.min);
                one.dispatchEvent(new Event('input', { bubbles: true }));
            }
            one.dispatchEvent(new Event('change', { bubbles: true }));
        } else if (one.tagName === 'SELECT') {
            one.selectedIndex = dice(one.options.length);
            one.dispatchEvent(new Event('change', { bubbles: true }));
        } else one.click();
        await pause(5);
        await idle();
        await pause(5);
    }

    async function play(place) {
        const known = new Set();
        for (let step = 0; step < steps; step++) {
            const all = controls(place);
            if (!all.length) return;
            const one = all.find(each => !known.has(name(each))) ?? all[dice(all.length)];
            known.add(name(one));
            await work(one);
        }
    }

    const places = [];
    let from = 0;
    for (const id of [...ids, null]) {
        const to = id ? notebook.widgets.findIndex(cell => cell.model.id === id) : notebook.widgets.length - 1;
        notebook.deselectAll();
        notebook.activeCellIndex = from;
        if (to > from) notebook.extendContiguousSelectionTo(to);
        await app.commands.execute('notebook:run-cell');
        from = to + 1;
        if (places.length) await play(places[dice(places.length)]);
        if (!id) break;
        const place = notebook.widgets[to].outputArea.node;
        for (let wait = 0; wait < 200 && !controls(place).length; wait++) await pause(50);
        if (!controls(place).length) throw Error(`${id}: its live picture doesn't come`);
        await play(place);
        places.push(place);
    }
    return [done, notebook.widgets.filter(cell => cell.model.type === 'code')
        .map(cell => [cell.model.id, cell.model.outputs.toJSON()])];
}"""


@pytest.fixture(scope="module")
def page(tmp_path_factory):
    """JupyterLab, opened by `course lab`."""
    with learner(tmp_path_factory.mktemp("played")) as page:
        yield page


def texts(found):
    """Return each cell's outputs as texts."""
    return {
        name: [output if isinstance(output, tuple) else output["text/plain"] for output in cell]
        for name, cell in found.items()
    }


@pytest.mark.parametrize("lesson", course().lessons, ids=lambda lesson: lesson.number)
def test_playing_changes_no_cell_below(page, lesson):
    """Every button is clicked and every slider dragged, and the cells below show what is stored."""
    path = f"lessons/{lesson.slug}.ipynb"
    show_notebook(page, path)
    page.evaluate(QUIET, FROZEN)
    lives = [cell.id for cell in nbformat.read(HOME / path, as_version=4).cells if LIVE.search(cell.source)]
    worked, found = page.evaluate(PLAY, [int(lesson.number), STEPS, lives])
    page.evaluate(SHUT)
    assert texts(outputs(found)) == texts(stored(HOME / path))
    assert sum(worked.values()) >= len(lives)
    assert page.locator(".jp-Dialog").count() == 0
