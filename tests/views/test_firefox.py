"""The gallery in Firefox, as a page of its own. Needs Firefox, npm and node."""

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest
from browsing import ARTIFACTS
from looking import MEASURE, axe, node_modules, page_of

pytestmark = pytest.mark.browser

GALLERY = Path(__file__).parent / "gallery" / "gallery.ipynb"
DRIVER = Path(__file__).parents[1] / "support" / "firefox.mjs"


@pytest.fixture(scope="module")
def firefox():
    """The path of a Firefox on this machine."""
    found = shutil.which("firefox-esr") or shutil.which("firefox")
    if not found and os.environ.get("CI"):
        pytest.fail("CI has to install a Firefox")
    return found or pytest.skip("no Firefox on this machine")


@pytest.mark.parametrize(("theme", "width"), [("light", 700), ("dark", 1200)])
def test_pictures_look_the_same_in_firefox(firefox, tmp_path, theme, width):
    """Nothing scrolls sideways or moves, no word breaks, and axe-core finds nothing serious."""
    page, script = tmp_path / "gallery.html", tmp_path / "measure.js"
    page.write_text(page_of(GALLERY, theme), encoding="utf-8")
    script.write_text(MEASURE, encoding="utf-8")
    ARTIFACTS.mkdir(exist_ok=True)
    modules = node_modules("puppeteer-core@24").parent
    shot = ARTIFACTS / f"firefox-{width}-{theme}.png"
    arguments = [modules, firefox, page, width, script, axe(), shot]
    node = [shutil.which("node") or "node", str(DRIVER), *map(str, arguments)]
    done = subprocess.run(node, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    seen = json.loads(done.stdout)
    assert "Firefox" in seen["browser"]
    assert seen["pictures"] >= 15
    assert (seen["faults"], seen["serious"], seen["moving"]) == ([], [], 0)
