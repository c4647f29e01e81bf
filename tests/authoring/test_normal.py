"""The normal form of notebooks: what tools read of it, and that no machine's version is in it."""

import json

import nbformat
import pytest
from nbconvert.exporters import ScriptExporter

from helpers.authoring import normal
from helpers.course import HOME, course


@pytest.mark.parametrize("kind", ["lessons", "exercises", "solutions"])
def test_a_notebook_converts_to_a_python_file(kind):
    """`jupyter nbconvert --to script` writes a .py file; without the language's file extension it was .txt."""
    path = HOME / kind / f"{course().lessons[0].slug}.ipynb"
    source, resources = ScriptExporter().from_filename(str(path))
    assert resources["output_extension"] == ".py"
    assert "from helpers import" in source


def test_the_language_is_stored_without_its_version():
    """A kernel stores the version of its Python, which is another one on the next machine."""
    raw = nbformat.v4.new_notebook(metadata={"language_info": {"name": "python", "version": "3.11.4"}, "widgets": {}})
    stored = json.loads(normal.text(normal.normal(raw)))["metadata"]
    assert set(stored) == {"kernelspec", "language_info"}
    assert stored["language_info"] == {
        "file_extension": ".py",
        "mimetype": "text/x-python",
        "name": "python",
        "nbconvert_exporter": "python",
        "pygments_lexer": "ipython3",
    }
