"""What `course lab` tells JupyterLab, and what a learner sees of it: tabs, file names, room for text and code."""

import json
import os
import re
from pathlib import Path

import pytest
import typer
from browsing import command, course_lab, opened, picture, tab

from helpers import cli
from helpers.course import HOME, course
from helpers.errors import CourseError
from helpers.learner import lab
from helpers.learner.working_copy import HELP

LESSON = course().lessons[0]


def settings():
    """Return the settings that the course brings for JupyterLab."""
    return json.loads((lab.SETTINGS / "overrides.json").read_text(encoding="utf-8"))


# --- what JupyterLab is told -----------------------------------------------------------------------------------------


def test_jupyterlab_opens_at_the_lesson_in_the_learner_s_folder(tmp_path):
    """Root, page, browser and port are as asked for, and a port that was asked for is not exchanged for another."""
    asked = lab.arguments(tmp_path, LESSON, "exercises", browser=False, port=9999)
    assert f"--ServerApp.root_dir={tmp_path}" in asked
    assert f"--LabApp.default_url=/lab/workspaces/course/tree/exercises/{LESSON.slug}.ipynb" in asked
    assert {"--no-browser", "--ServerApp.port=9999", "--ServerApp.port_retries=0"} <= set(asked)
    plain = lab.arguments(tmp_path, LESSON, "lessons", browser=True, port=None)
    assert f"--LabApp.default_url=/lab/workspaces/course/tree/lessons/{LESSON.slug}.ipynb" in plain
    assert [word for word in plain if word.startswith(("--no-browser", "--ServerApp.port"))] == []


def test_only_root_is_allowed_to_be_root(tmp_path, monkeypatch):
    """A container's root may start JupyterLab; for others, and on Windows, the option is not given."""

    def allowed():
        return "--ServerApp.allow_root=True" in lab.arguments(tmp_path, LESSON, "lessons", browser=True, port=None)

    monkeypatch.setattr(os, "geteuid", lambda: 0, raising=False)
    assert allowed()
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    assert not allowed()
    monkeypatch.delattr(os, "geteuid")
    assert not allowed()


def test_the_layout_is_laid_once(tmp_path):
    """JupyterLab stores the learner's own layout in the same place, and it is not replaced."""
    lab.arguments(tmp_path, LESSON, "lessons", browser=True, port=None)
    (stored,) = (tmp_path / ".course/workspaces").iterdir()
    assert json.loads(stored.read_text(encoding="utf-8"))["metadata"]["id"] == "course"
    stored.write_text("mine", encoding="utf-8")
    lab.arguments(tmp_path, LESSON, "lessons", browser=True, port=None)
    assert [file.read_text(encoding="utf-8") for file in (tmp_path / ".course/workspaces").iterdir()] == ["mine"]


def test_a_layout_that_cannot_be_laid_is_told(tmp_path):
    """A file where the folder should be raises CourseError."""
    (tmp_path / ".course").touch()
    with pytest.raises(CourseError, match="can't write"):
        lab.arguments(tmp_path, LESSON, "lessons", browser=True, port=None)


def test_jupyterlab_accepts_the_arguments(tmp_path):
    """It finds the course's style sheet through them, whatever characters are in its path."""
    from jupyter_server.serverapp import ServerApp
    from jupyterlab.labapp import LabApp

    words = lab.arguments(tmp_path, LESSON, "lessons", browser=True, port=None)
    server, app = ServerApp(), LabApp()
    server.parse_command_line([word for word in words if word.startswith("--ServerApp")])
    app.parse_command_line([word for word in words if word.startswith("--LabApp")])
    assert server.tornado_settings == {"static_custom_path": str(lab.STYLES.parent)}
    assert app.custom_css
    assert lab.STYLES.name == "custom.css"


def test_a_server_that_another_program_starts_opens_the_course(tmp_path, monkeypatch):
    """A new working copy, its first lesson, and what `course lab` sets; what the hub has set already stays."""
    from traitlets.config import Config

    monkeypatch.setenv("COURSE_FOLDER", str(tmp_path / "mine"))
    config = Config({"ServerApp": {"port": 7777}})
    lab.configure(config)
    wanted = lab.settings(tmp_path / "mine", LESSON, "lessons")
    assert config == {**wanted, "ServerApp": {**wanted["ServerApp"], "port": 7777}}
    assert config.ServerApp.default_url == f"/lab/workspaces/course/tree/lessons/{LESSON.slug}.ipynb"
    assert (tmp_path / "mine" / "lessons" / f"{LESSON.slug}.ipynb").is_file()


def test_jupyterlab_has_each_setting():
    """Each is in the schema of the installed version, so none is a word that it ignores."""
    from jupyterlab.commands import get_app_dir

    for plugin, set_there in settings().items():
        package, _, name = plugin.partition(":")
        schema = json.loads((Path(get_app_dir()) / "schemas" / package / f"{name}.json").read_text(encoding="utf-8"))
        assert set(set_there) <= set(schema["properties"]), plugin


def test_what_goes_wrong_has_a_page():
    """Lesson 01 leads to it before its first cell of code, and its commands and menus' words are there."""
    cells = json.loads((HOME / "lessons" / f"{LESSON.slug}.ipynb").read_text(encoding="utf-8"))["cells"]
    start = "".join(cells[0]["source"])
    assert f"]({HELP.removeprefix('lessons/')})" in start
    text = (HOME / HELP).read_text(encoding="utf-8")
    commands = set(re.findall(r"`course (\w+)", text))
    assert commands == {"lab", "check", "doctor", "reset", "pack"}
    assert commands <= typer.main.get_command(cli.app).commands.keys()


# --- what a learner sees ---------------------------------------------------------------------------------------------

MEASURES = """() => {
    const wide = (node) => node.getBoundingClientRect().width;
    const cut = (node) => node.scrollWidth > node.clientWidth;
    const line = document.querySelector('.jp-NotebookPanel:not(.lm-mod-hidden) .jp-CodeCell .cm-line');
    const probe = document.createElement('span');
    probe.textContent = 'x'.repeat(88);
    line.append(probe);
    const code = {line: wide(probe), room: line.clientWidth - 8};
    probe.remove();
    const labels = [...document.querySelectorAll('.lm-DockPanel-tabBar .lm-TabBar-tabLabel')];
    const files = [...document.querySelectorAll('.jp-DirListing-itemText')];
    return {
        code,
        text: wide(document.querySelector('#jp-main-dock-panel')),
        tabs: labels.map((node) => getComputedStyle(node, '::before').content.slice(1, -1) + node.textContent),
        cut: [...labels, ...files].filter(cut).map((node) => node.textContent),
        files: files.map((node) => node.textContent)};
}"""


@pytest.mark.browser
def test_the_frame_leaves_room_and_tells_a_lesson_from_its_exercises(tmp_path):
    """Tabs differ, names are whole, the text has 65 % of 1440 pixels, and a line of 88 columns fits into 1280."""
    name = f"{LESSON.slug}.ipynb"
    with course_lab(tmp_path) as (address, copy), tab() as page:
        (copy / "solutions").mkdir()
        (copy / "solutions" / name).write_bytes((copy / "exercises" / name).read_bytes())
        for width in (1280, 1440):
            page.set_viewport_size({"width": width, "height": 900})
            page.goto(address)
            opened(page, f"lessons/{name}")
            if width == 1280:
                page.get_by_role("link", name="When something goes wrong").click()
                page.locator(".jp-MarkdownViewer h1", has_text="When something goes wrong").wait_for()
                picture(page, "help")
                command(page, "application:close")
            for kind in ("exercises", "lessons"):
                command(page, "docmanager:open", {"path": f"{kind}/{name}"})
                opened(page, f"{kind}/{name}")
            page.wait_for_selector(".lm-DockPanel-tabBar .lm-TabBar-tab[title*='exercises/']")
            page.locator(".jp-DirListing-itemText", has_text=name).first.wait_for()
            picture(page, f"frame-{width}")
            seen = page.evaluate(MEASURES)
            assert sorted(seen["tabs"]) == [f"Exercises · {name}", f"Lesson · {name}"]
            assert (name in seen["files"], seen["cut"]) == (True, [])
            assert seen["code"]["line"] <= seen["code"]["room"]
            assert seen["text"] >= 0.65 * width
        command(page, "docmanager:open", {"path": f"solutions/{name}"})
        opened(page, f"solutions/{name}")
        page.wait_for_selector(".lm-DockPanel-tabBar .lm-TabBar-tab[title*='solutions/']")
        assert f"Solution · {name}" in page.evaluate(MEASURES)["tabs"]
        command(page, "toc:show-panel")
        page.wait_for_selector("#table-of-contents:not(.lm-mod-hidden)")
