"""Drawings that explain, without data: each stands alone, in both themes, and says in words what it shows."""

import re
from pathlib import Path
from xml.etree import ElementTree

import pytest

from helpers.course import HOME

DRAWINGS = sorted((HOME / "lessons").glob("*.svg"))
SVG = "{http://www.w3.org/2000/svg}"


@pytest.mark.parametrize("drawing", DRAWINGS, ids=[path.stem for path in DRAWINGS])
def test_a_drawing_stands_alone(drawing: Path) -> None:
    """It's an image with a title and a description, for light and dark, that loads nothing and runs nothing."""
    text = drawing.read_text(encoding="utf-8")
    root = ElementTree.fromstring(text)
    described = {one.get("id"): one.text for one in root if one.tag in (f"{SVG}title", f"{SVG}desc")}
    assert root.get("role") == "img"
    assert all(described[name] for name in str(root.get("aria-labelledby")).split())
    assert "prefers-color-scheme: dark" in text
    assert not re.search(r"url\(|href|@import|<script|<foreignObject|\bon\w+=", text)
    used = set(re.findall(r"var\((--[\w-]+)\)", text))
    _, light, dark = text.split("svg {")
    assert used <= set(re.findall(r"(--[\w-]+):", light))
    assert used <= set(re.findall(r"(--[\w-]+):", dark))
