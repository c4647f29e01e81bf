"""How large the browser edition is, and how quick: pytest -m bench -s tests/bench/test_site_bench.py prints it."""

import statistics
import time

import pytest
from browsing import opened, tab
from site_in_a_tab import RUN, build, served

from helpers.course import course

pytestmark = pytest.mark.bench
LESSON = f"lessons/{course().lessons[0].slug}.ipynb"
FIRST = """async () => {
    const app = window.jupyterapp, panel = app.shell.currentWidget, notebook = panel.content;
    await panel.context.ready;
    await panel.sessionContext.ready;
    notebook.activeCellIndex = notebook.widgets.findIndex(w => w.model.type === 'code');
    await app.commands.execute('notebook:run-cell');
    return notebook.activeCell.model.outputs.length;
}"""


def _visit(folder, packing):
    """Return the bytes sent, the seconds to the first cell's output, and those of all cells, for a new visitor."""
    with served(folder, packing) as server, tab() as page:
        began = time.perf_counter()
        page.goto(server.url)
        opened(page, LESSON)
        assert page.evaluate(FIRST) == 1
        first = time.perf_counter()
        page.evaluate(RUN)
        return server.sent, first - began, time.perf_counter() - first


def test_a_first_visit(tmp_path):
    """Five visitors, each with an empty cache, on a host that packs what can be packed, and on a plain file server."""
    folder = build(tmp_path / "site")
    for packing in (True, False):
        _visit(folder, packing)  # the disk and the packed files are warm
        visits = [_visit(folder, packing) for _ in range(5)]
        sent, first, whole = (statistics.median(column) for column in zip(*visits, strict=True))
        bytes_sent = f"{sent / 1e6:.1f} MB, " if packing else ""
        print(f"\n{'packing host' if packing else 'plain server'}: {bytes_sent}first output {first:.1f} s", end="")
        print(f" ({', '.join(f'{it[1]:.1f}' for it in visits)}), lesson 01 {whole:.1f} s")
