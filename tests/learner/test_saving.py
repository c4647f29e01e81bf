"""A notebook that `course lab` saves: what its outputs keep of live pictures."""

import copy
import logging
from types import SimpleNamespace

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook, new_output

from helpers.learner import lab, saving

ASKED = (SimpleNamespace(slug="01_x"), "lessons", True, None)
LIVE = {saving.WIDGET: {"model_id": "a", "version_major": 2, "version_minor": 0}, "text/plain": "Queue orders"}


@pytest.fixture
def save(tmp_path):
    """Saves a notebook as JupyterLab does that `course lab` started, and returns what the file holds."""
    from jupyter_server.services.contents.filemanager import FileContentsManager

    (hook,) = [word.split("=")[1] for word in lab.arguments(tmp_path, *ASKED) if "pre_save_hook" in word]
    manager = FileContentsManager(root_dir=str(tmp_path), pre_save_hook=hook, log=logging.getLogger("saving"))

    def saved(notebook):
        content = copy.deepcopy(notebook)  # what the browser sends
        manager.save({"type": "notebook", "format": "json", "content": content}, "a.ipynb")
        return nbformat.read(tmp_path / "a.ipynb", as_version=4)

    return saved


def test_a_live_picture_is_saved_as_the_still_one_beside_it(save):
    """Its live half, of which a later kernel knows nothing, is left out; streams, texts and markdown stay."""
    live = new_output("execute_result", {**LIVE, "text/html": "<p>Queue orders</p>"})
    said = new_output("stream", text="Hello")
    notebook = new_notebook(cells=[new_code_cell("show.queue()", outputs=[said, live])])
    (cell,) = save(notebook).cells
    assert cell.outputs[0] == said
    assert dict(cell.outputs[1].data) == {"text/plain": "Queue orders", "text/html": "<p>Queue orders</p>"}
    assert saving.WIDGET in live.data


def test_a_widget_without_a_still_picture_is_saved_as_it_is(save):
    """It's the learner's own, and there is nothing else to show."""
    mine = new_output("display_data", LIVE)
    (cell,) = save(new_notebook(cells=[new_code_cell("IntSlider()", outputs=[mine])])).cells
    assert cell.outputs == [mine]


def test_what_is_no_notebook_is_saved_as_it_is():
    """A text file, and a folder, which has no content."""
    for model in ({"type": "file", "content": "text"}, {"type": "directory"}, {"type": "notebook", "content": None}):
        before = copy.deepcopy(model)
        saving.before_saving(model=model, path="x", contents_manager=None)
        assert model == before
