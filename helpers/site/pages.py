"""What a visitor of the site sees: the notebooks, the page that opens, how far it is, and a page about this edition."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from string import Template
from typing import Any
from urllib.parse import quote

from helpers.course import HOME, Course
from helpers.errors import CourseError
from helpers.learner import lab
from helpers.learner.working_copy import KINDS, PAGES, cleared, shipped
from helpers.site import stand_ins

_FRONT = Path(__file__).parent / "front"
_SCRIPTS = ("progress.js", "narrow.js", "saving.js", "naming.js", "handing_in.js")
TITLE = "Mastering Messaging with the AWS SDK for Python"
ABOUT = "about_this_edition.md"
HAND_IN = "hand_in.ipynb"
_SAVES_AFTER = 10  # seconds, since a tab is quickly closed
_ICON = "icon-120x120.png"
_RUNTIME = {".wasm", ".mjs", ".zip", ".whl"}  # what Python is made of


def contents(listed: Course) -> Iterator[tuple[str, str]]:
    """Yield the name and text of each file that a learner sees: notebooks without outputs, as in a working copy."""
    for kind in KINDS:
        for lesson in listed.lessons:
            yield f"{kind}/{lesson.slug}.ipynb", cleared(shipped(kind, lesson))
    for name in (*PAGES, "README.md"):
        yield name, (HOME / name).read_text(encoding="utf-8")


def lay(lite: Path, listed: Course, lock: dict[str, Any], name: str) -> None:
    """Write what JupyterLite's build takes from its folder: the learner's files, settings and layout.

    lock: the packages of a tab. name: of the file that lists them, beside Python's core.
    """
    for place, text in contents(listed):
        path = lite / "files" / place
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    packages = sorted(lock["packages"])
    settings = json.loads((lab.SETTINGS / "page_config.json").read_text(encoding="utf-8"))
    kernel = {
        "pyodideUrl": "./static/pyodide/pyodide.mjs",
        "disablePyPIFallback": True,
        "loadPyodideOptions": {"lockFileURL": f"./static/pyodide/{name}", "packages": packages},
    }
    config = {
        "appName": settings["appName"],
        "disabledExtensions": list(settings["disabledExtensions"]),
        "faviconUrl": f"./{_ICON}",  # the usual one has 300 kB
        "exposeAppInBrowser": True,  # progress.js shows how far it is
        "litePluginSettings": {"@jupyterlite/pyodide-kernel-extension:kernel": kernel},
    }
    _write(lite / "jupyter-lite.json", {"jupyter-lite-schema-version": 0, "jupyter-config-data": config})
    overrides = json.loads((lab.SETTINGS / "overrides.json").read_text(encoding="utf-8"))
    overrides["@jupyterlab/docmanager-extension:plugin"]["autosaveInterval"] = _SAVES_AFTER
    _write(lite / "overrides.json", overrides)
    _write(lite / f"{lab.WORKSPACE}.jupyterlab-workspace", lab.layout())
    (lite / "files" / ABOUT).write_text(about(lock), encoding="utf-8")
    shutil.copy(_FRONT / HAND_IN, lite / "files")


def _write(path: Path, content: Any) -> None:
    path.write_text(json.dumps(content, indent=1), encoding="utf-8")


def about(lock: dict[str, Any]) -> str:
    """Return the page about this edition, which lists its packages."""
    versions = {name: entry["version"] for name, entry in lock["packages"].items()}
    rows = "\n".join(f"| {name} | {stand_ins.told(name)} |" for name in stand_ins.NAMES)
    others = ", ".join(f"{name} {versions[name]}" for name in sorted(versions) if name not in stand_ins.NAMES)
    text = Template((_FRONT / ABOUT).read_text(encoding="utf-8"))
    return text.substitute(stand_ins=rows, packages=others, python=lock["info"]["python"])


def finish(out: Path, listed: Course) -> None:
    """Make the built site open at the first lesson, and show how far it is while Python starts."""
    first = quote(f"lessons/{listed.lessons[0].slug}.ipynb")
    start = f"lab/index.html?workspace={lab.WORKSPACE}&path={first}"
    index = Template((_FRONT / "index.html").read_text(encoding="utf-8")).substitute(title=TITLE, start=start)
    (out / "index.html").write_text(index, encoding="utf-8")
    for name in _SCRIPTS:
        shutil.copy(_FRONT / name, out)
    page = out / "lab" / "index.html"
    text = page.read_text(encoding="utf-8")
    if (text.count("</head>"), text.count("</body>")) != (1, 1):
        raise CourseError("JupyterLite's page doesn't look as this course expects.")
    text = text.replace("</head>", f'<link rel="icon" href="../{_ICON}">\n</head>')
    page.write_text(text.replace("</body>", f"{_scripts(out)}</body>"), encoding="utf-8")
    # A browser asks for a text's pictures beside the page, before JupyterLab has told it where they are.
    for name in PAGES:
        if name.endswith(".svg"):
            shutil.copy(HOME / name, page.parent)


def _scripts(out: Path) -> str:
    """Return what puts our scripts and styles into JupyterLab's page, with the files to load and their sizes."""
    runtime = sorted(path for path in (out / "static" / "pyodide").iterdir() if path.suffix in _RUNTIME)
    files = [[f"../static/pyodide/{quote(path.name)}", path.stat().st_size] for path in runtime]
    data = f'<script id="course-files" type="application/json">{json.dumps(files)}</script>'
    tags = [f'<script type="module" src="../{name}"></script>' for name in _SCRIPTS]
    styles = f"<style>{lab.STYLES.read_text(encoding='utf-8')}</style>"
    return "\n".join([styles, data, *tags, ""])
