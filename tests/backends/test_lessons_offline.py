"""Every lesson runs on a machine full of real-looking AWS settings, shows its stored outputs, and reaches nobody.

The quick run has the calls of lesson 01, which makes sessions and clients in every way; CI has all lessons in kernels.
"""

import inspect
import os
from typing import Any

import pytest
from conftest import Guard
from nbformat.v4 import new_code_cell

from helpers import cloud, kernels
from helpers.authoring import normal
from helpers.backends.running import COMPARED
from helpers.course import HOME, course

CONFIG = """
[default]
region = ap-south-1
endpoint_url = http://203.0.113.1:9
services = elsewhere
[profile work]
region = ap-south-1
[services elsewhere]
sqs =
  endpoint_url = http://203.0.113.2:9
"""
CREDENTIALS = """
[default]
aws_access_key_id = AKIAIOSFODNN7EXAMPLE
aws_secret_access_key = wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY
"""


@pytest.fixture
def machine(tmp_path, no_cloud):
    """The environment of a machine with keys, a session token, endpoints and profiles."""
    (tmp_path / "config").write_text(CONFIG)
    (tmp_path / "credentials").write_text(CREDENTIALS)
    return {
        **os.environ,
        COMPARED: "1",
        "AWS_CONFIG_FILE": str(tmp_path / "config"),
        "AWS_SHARED_CREDENTIALS_FILE": str(tmp_path / "credentials"),
        "AWS_ACCESS_KEY_ID": "AKIAIOSFODNN7EXAMPLE",
        "AWS_SECRET_ACCESS_KEY": "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
        "AWS_SESSION_TOKEN": "IQoJb3JpZ2luX2VjEXAMPLETOKEN",
        "AWS_ENDPOINT_URL": "http://203.0.113.3:9",
        "AWS_PROFILE": "work",
        "AWS_REGION": "ap-south-1",
        "AWS_DEFAULT_REGION": "ap-south-1",
    }


def outputs(notebook):
    """Return the outputs of the code cells, in normal form and without execution counts."""
    cells = [cell for cell in normal.normal(notebook).cells if cell.cell_type == "code"]
    return [
        [{key: value for key, value in output.items() if key != "execution_count"} for output in cell.outputs]
        for cell in cells
    ]


def test_the_calls_of_a_lesson_reach_nobody(machine, guard, capsys):
    """In this process, under the guard, all of lesson 01's calls are answered offline."""
    os.environ.update(machine)
    slug = course().lessons[0].slug
    namespace: dict[str, Any] = {"__name__": "__main__", "display": print}
    for cell in normal.read(HOME / "lessons" / f"{slug}.ipynb").cells:
        if cell.cell_type == "code":
            exec(cell.source, namespace)
    assert len(cloud.calls()) > 20
    assert guard.attempts == []


@pytest.mark.full
@pytest.mark.parametrize("lesson", course().lessons, ids=lambda lesson: lesson.slug)
def test_a_lesson_reaches_nobody(lesson, machine):
    """With the guard in the kernel, each output is the stored one and no socket was opened to another computer."""
    notebook = normal.read(HOME / "lessons" / f"{lesson.slug}.ipynb")
    stored = outputs(notebook)
    guard = "import ipaddress, socket, sys\nfrom typing import Any\n" + inspect.getsource(Guard)
    first = new_code_cell(f"{guard}\n_guard = Guard()\n_guard.on = True")
    last = new_code_cell("print(_guard.attempts)")
    notebook.cells = [first, *notebook.cells, last]
    kernels.execute(notebook, HOME / "lessons", machine, timeout=60)
    shown = outputs(notebook)
    assert shown[-1][0]["text"] == "[]\n"
    assert shown[1:-1] == stored
