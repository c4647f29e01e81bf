"""Secrets in cells: what is found, what is ignored, and where a learner is warned. Every key here is made up."""

import logging
import os
import random
from types import SimpleNamespace

import nbformat
import pytest

from helpers import kernels, secret_scan
from helpers.course import HOME
from helpers.learner import lab, saving

KEY_ID = "AKIA" + "Q7ZR4M2N8KLP3WXY"  # in two parts, so that secret scanners don't report this file
SECRET = "abcdEFGH1234/+zyXW" * 2 + "Q9s8"
TOKEN = SECRET * 3
PEM = "-----BEGIN RSA " + "PRIVATE KEY-----"
NOTEBOOKS = sorted(path for kind in ("lessons", "exercises", "solutions") for path in (HOME / kind).glob("*.ipynb"))
A_KEY, A_SECRET, A_TOKEN = "an AWS access key id", "an AWS secret access key", "an AWS session token"


@pytest.mark.parametrize(
    ("source", "kinds"),
    [
        (f'sqs = boto3.client("sqs", aws_access_key_id="{KEY_ID}")', [A_KEY]),
        (f'key = "ASIA{KEY_ID[4:]}"', [A_KEY]),
        (f'sqs = boto3.client("sqs", aws_secret_access_key="{SECRET}")', [A_SECRET]),
        (f'os.environ["AWS_SECRET_ACCESS_KEY"] = "{SECRET}"', [A_SECRET]),
        (f"%env AWS_SECRET_ACCESS_KEY={SECRET}", [A_SECRET]),
        (f"!export AWS_SECRET_ACCESS_KEY={SECRET} && aws sqs list-queues", [A_SECRET]),
        (f"{{'aws_secret_access_key': '{SECRET}'}}", [A_SECRET]),
        (f'boto3.Session(aws_session_token="{TOKEN}")', [A_TOKEN]),
        (f'pem = """{PEM}', ["a private key"]),
        ('url = "https://example.org/?token=0123456789abcdef0123"', ["a token in a URL"]),
        ('url = "https://bob:hunter22@example.org/"', ["a password in a URL"]),
        ("%env DB_PASSWORD=hunter22", ["a password"]),
        ('password = "hunter22"', ["a password"]),
        ('ClientKey: "hunter22"', ["a password"]),
        ("xox" + "b-123456789012-abcdef", ["a token"]),
        ("ghp_" + "a1B2" * 9, ["a token"]),
        ("eyJhbGciOiJIUzI1NiJ9." + "eyJhIjoxfQ.abc", ["a token"]),
        ("//r.org/:_auth" + "Token=npm_abc", ["a token"]),
    ],
)
def test_what_is_found(source, kinds):
    """Every spelling is found in its line, and the finding doesn't contain the secret."""
    found = secret_scan.find(f"import boto3\n{source}")
    assert [(finding.line, finding.kind) for finding in found] == [(2, kind) for kind in kinds]
    assert not any(secret in repr(found) for secret in (KEY_ID[4:], SECRET, "hunter22", "0123456789abcdef"))


@pytest.mark.parametrize(
    ("source", "found"),
    [
        (f'key = "AKIA" + "{KEY_ID[4:]}"', [(1, 1, A_KEY)]),
        (f'key = (\n    "{KEY_ID[:9]}"  # one half\n    "{KEY_ID[9:]}"\n)', [(2, 3, A_KEY)]),
        (f"key = '{KEY_ID[:9]}' \\\n    f'{KEY_ID[9:]}'", [(1, 2, A_KEY)]),
        (f'key = "{KEY_ID[:9]}\\\n{KEY_ID[9:]}"', [(1, 2, A_KEY)]),
        (f'aws_secret_access_key=("{SECRET[:20]}"\n    "{SECRET[20:]}")', [(1, 2, A_SECRET)]),
        (f'"SessionToken":\n "{TOKEN[:76]}" +\n "{TOKEN[76:]}"', [(2, 3, A_TOKEN)]),
        (f'mine = ["{SECRET}"]', [(1, 1, A_SECRET)]),
        (f'Session(\n"{KEY_ID}",\n"{SECRET}",\n"{TOKEN}")', [(2, 2, A_KEY), (3, 3, A_SECRET), (4, 4, A_TOKEN)]),
        (f"| {KEY_ID} |\n| {SECRET} |", [(1, 1, A_KEY), (2, 2, A_SECRET)]),
    ],
)
def test_a_key_in_pieces_and_one_without_a_name_are_found(source, found):
    """With all lines that it's on. Beside a key's id, its other parts need no names."""
    assert [(each.line, each.end, each.kind) for each in secret_scan.find(source)] == found


@pytest.mark.parametrize(
    "source",
    [
        'boto3.Session("OFFLINESHOP", aws_secret_access_key="not-a-secret")',
        'os.environ["AWS_SECRET_ACCESS_KEY"] = "anything"',
        'aws_access_key_id="AKIAIOSFODNN7EXAMPLE", aws_secret_access_key="wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"',
        'key = ("AKIAIOSFODNN7"\n    "EXAMPLE"), "wJalrXUtnFEMI/K7MDENG/" + "bPxRfiCYEXAMPLEKEY"',
        f'aws_session_token="AQoEXAMPLE{TOKEN}"',
        f'commit = "{"0123456789abcdef0a0a" * 2}"',
        "password = getpass()",
        "%env AWS_PROFILE=shop",
    ],
)
def test_what_is_no_secret_is_passed_over(source):
    """The course's dummy keys, AWS's documented ones, and code that reads a secret from elsewhere are ignored."""
    assert secret_scan.find(source) == []


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_the_course_s_own_notebooks_are_silent(path):
    """No cell and no output of the course looks like a secret."""
    cells = nbformat.read(path, as_version=4).cells
    assert [told for cell in cells for told in secret_scan.in_cell(cell)] == []


def test_any_text_can_be_looked_at():
    """Random text raises no error."""
    dice = random.Random(1)
    parts = [
        "aws_",
        "secret",
        "token",
        "=",
        '"',
        "'",
        "\n",
        "\\",
        "://",
        "@",
        "%env ",
        "\x00",
        "\ud800",
        "é",
        " ",
        "x" * 700,
    ]
    for _ in range(50):
        secret_scan.find("".join(dice.choices(parts, k=dice.randrange(40))))


def test_a_secret_in_an_output_is_told():
    """Printed text is scanned like source."""
    output = nbformat.v4.new_output("stream", text=f"aws_access_key_id = {KEY_ID}\n")
    assert secret_scan.in_cell(nbformat.v4.new_code_cell("show()", outputs=[output])) == [f"output: {A_KEY}"]


def test_in_a_notebook_with_a_key_s_id_the_rest_of_it_is_found_in_other_cells():
    """In a Markdown cell, too."""
    cells = [nbformat.v4.new_code_cell(f'a = "{KEY_ID}"'), nbformat.v4.new_markdown_cell(f"Mine:\n{SECRET}")]
    assert list(secret_scan.in_cells(cells)) == [(1, f"line 1: {A_KEY}"), (2, f"line 2: {A_SECRET}")]
    assert list(secret_scan.in_cells(cells[1:])) == []


def test_nothing_is_raised_into_a_learner_s_cell(monkeypatch):
    """Whatever fails during the scan, the cell runs."""
    monkeypatch.setattr(secret_scan, "find", lambda _: 1 / 0)
    secret_scan._before_cell(SimpleNamespace(raw_cell=None))


def test_a_cell_is_warned_about_before_it_runs(tmp_path):
    """In a real kernel the warning is above the cell's output, once, and without the secret."""
    sources = [
        "from helpers import secret_scan\nsecret_scan.watch()\nsecret_scan.watch()",
        f'key = "{KEY_ID}"\nprint("ran")',
        "1",
    ]
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source) for source in sources])
    kernels.execute(notebook, tmp_path, dict(os.environ))
    quiet, warned, after = (cell.outputs for cell in notebook.cells)
    assert (len(quiet), len(after)) == (0, 1)
    assert [output.output_type for output in warned] == ["display_data", "stream"]
    assert 'role="alert"' in warned[0].data["text/html"]
    assert f"Line 1 looks like it holds {A_KEY}." in warned[0].data["text/plain"]
    assert KEY_ID not in str(warned)


def test_a_notebook_with_a_secret_is_saved_as_it_is_and_told_once(tmp_path, caplog, monkeypatch):
    """Jupyter's contents manager calls the hook: the file is complete, and the log has cell, line and kind."""
    from jupyter_server.services.contents.filemanager import FileContentsManager

    monkeypatch.setattr(saving, "_warned", set())
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(f'key = "{KEY_ID}"')])
    (hook,) = [word.split("=")[1] for word in lab.arguments(tmp_path, *ASKED) if "pre_save_hook" in word]
    manager = FileContentsManager(root_dir=str(tmp_path), pre_save_hook=hook, log=logging.getLogger("saving"))
    with caplog.at_level(logging.WARNING, "saving"):
        for _ in range(2):
            manager.save({"type": "notebook", "format": "json", "content": notebook}, "a.ipynb")
    assert KEY_ID in (tmp_path / "a.ipynb").read_text(encoding="utf-8")
    said = [record.getMessage() for record in caplog.records if "secret" in record.getMessage()]
    assert len(said) == 1
    assert f"a.ipynb, cell 1, line 1: {A_KEY}" in said[0]
    assert KEY_ID not in caplog.text


ASKED = (SimpleNamespace(slug="01_x"), "lessons", True, None)
