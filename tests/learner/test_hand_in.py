"""Handing in from a browser tab, without one: the form, what it packs, and what it says when it can't."""

import base64
import json
import re
import sys
import zipfile

import pytest

from helpers.backends import front_end
from helpers.course import HOME, course
from helpers.learner import hand_in, pack
from helpers.learner.working_copy import WorkingCopy

LESSON = course().lessons[0]
NAME = f"exercises/{LESSON.slug}.ipynb"
ZIP = "mastering-aws-messaging-Zoë-O-Neill.zip"
KEY = "AKIA" + "Q7ZR4M2N8KLP3WXY"


@pytest.fixture
def files(tmp_path, monkeypatch):
    """The files of a tab with one exercise notebook, with hand_in.ipynb's kernel in their folder; no nbformat there."""
    monkeypatch.setattr(front_end, "can_click", lambda: True)
    monkeypatch.chdir(tmp_path)
    for name in ("nbformat", "jupyter_server", "jupyter_server.serverapp"):
        monkeypatch.setitem(sys.modules, name, None)
    (tmp_path / "exercises").mkdir()
    (tmp_path / NAME).write_bytes((HOME / NAME).read_bytes())
    return tmp_path


def click(card, act="pack", name="Zoë O'Neill"):
    """Click a button of the form, and return what a screen reader says."""
    card._clicked(card, {"act": act, "learner": name}, [])
    return card.says


def write_a_key(files):
    """Have an answer with a key in it."""
    notebook = json.loads((files / NAME).read_text(encoding="utf-8"))
    cell = next(cell for cell in notebook["cells"] if cell["id"] == LESSON.exercises[0].answer)
    cell["source"] = [f'key = "{KEY}"\n', "def clients_for(region):\n", "    return {}"]
    (files / NAME).write_text(json.dumps(notebook), encoding="utf-8")


def test_it_packs_what_course_pack_packs(files, monkeypatch):
    """The same notebooks, byte for byte, and the name; the link downloads the file that lies in the list of files."""
    card = hand_in.form()
    assert click(card) == f"{ZIP} is packed. The link below the button downloads it."
    [linked] = re.findall(rf'<a href="data:application/zip;base64,(.+?)" download="{ZIP}"', card.html)
    assert base64.b64decode(linked) == (files / ZIP).read_bytes()
    assert "Not begun: lessons 01, 02" in card.html
    with zipfile.ZipFile(files / ZIP) as made:
        packed = {name: made.read(name) for name in made.namelist()}
    manifest = json.loads(packed.pop("manifest.json"))
    monkeypatch.undo()
    assert packed == pack.look(WorkingCopy(files), course()).notebooks
    assert manifest["learner"] == "Zoë O'Neill"


def test_a_key_is_told_before_anything_is_packed(files):
    """The learner can mend it, or pack without it. Its place is named, and the key is nowhere."""
    write_a_key(files)
    card = hand_in.form()
    said = click(card)
    assert re.search(r"A secret\? 01_\w+\.ipynb, cell \d+ \(exercise 01\.1\), line 1: an AWS access key id", said)
    assert said.endswith("Put this right and pack again, or pack anyway.")
    assert not (files / ZIP).exists()
    assert 'data-act="anyway"' in card.html
    click(card, "anyway")
    with zipfile.ZipFile(files / ZIP) as made:
        assert KEY[:10] not in made.read(NAME).decode()
    assert KEY not in card.html
    assert 'data-act="anyway"' not in card.html


def test_what_cannot_be_packed_is_said(files):
    """No name; a damaged notebook, alone and beside a good one; no notebooks within reach."""
    card = hand_in.form()
    assert click(card, name=" - ").startswith("Please give your name")
    assert "Please give your name" in card.html
    damaged = files / f"exercises/{course().lessons[1].slug}.ipynb"
    for content in ("{", "[]", '{"cells": 1}', '{"cells": [{"source": "x"}]}'):
        damaged.write_text(content, encoding="utf-8")
        assert f"Left out: {damaged} isn't a notebook that I can read." in click(card)
    (files / NAME).unlink()
    assert click(card).startswith(f"{damaged} isn't a notebook")
    damaged.rename(files / "elsewhere.ipynb")
    assert "came over plain http" in click(card)
    assert list(files.glob("*.zip")) == []


def test_without_clicks_a_call_does_the_same(files, monkeypatch):
    """The form's note names it. It works in a folder below, says where the file is, and asks about a key, too."""
    monkeypatch.setattr(front_end, "can_click", lambda: False)
    assert 'print(hand_in.pack("Ada Lovelace"))' in repr(hand_in.form())
    monkeypatch.chdir(files / "exercises")
    said = str(hand_in.pack("Ada Lovelace"))
    assert re.search(r"\nHand in mastering-aws-messaging-Ada-Lovelace\.zip \(\d+ kB\)\. It's in the first", said)
    assert (files / "mastering-aws-messaging-Ada-Lovelace.zip").is_file()
    write_a_key(files)
    assert str(hand_in.pack("Zoë O'Neill")).endswith("or pack anyway. For that, add `anyway=True`.")
    assert hand_in.pack("Zoë O'Neill", anyway=True).path == files / ZIP
