"""Pictures without their styles and drawings, as GitHub, a mail or a stranger's notebook shows them.

Each picture of the gallery, from its stored output.
"""

import re
from pathlib import Path

import nbformat
import pytest
from looking import run_together, simplified

GALLERY = nbformat.read(Path(__file__).parent / "gallery" / "gallery.ipynb", as_version=4)
PICTURES = [
    pytest.param(output.data, id=cell.id)
    for cell in GALLERY.cells
    for output in cell.get("outputs", [])
    if "text/html" in output.get("data", {})
]


@pytest.mark.parametrize("picture", PICTURES)
def test_what_is_left_of_a_picture_reads_well_alone(picture):
    """A drawing leaves sentences at most, no words run together, and the whole text is there, line by line."""
    blocks, preformatted, drawn = simplified(picture["text/html"])
    assert [words for words in drawn if not words.endswith(".")] == []
    assert run_together(blocks) == []
    if "The same in words" in ["".join(block).strip() for block in blocks]:
        assert preformatted[-1] == picture["text/plain"]
        return
    left = " ".join(["".join(block) for block in blocks] + preformatted)
    missing = [word for word in re.findall(r"\w+", picture["text/plain"]) if word not in left]
    assert missing == []


def test_the_gallery_has_a_picture_of_each_kind():
    """So nothing above is proved of nothing."""
    assert len(PICTURES) >= 20
