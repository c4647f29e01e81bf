"""JupyterLab, or JupyterLite, in headless Chromium: what tests do with either."""

import json
import os
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from contextlib import contextmanager
from pathlib import Path

import pytest

ARTIFACTS = Path(__file__).parents[2] / "artifacts"
FLAGS = [
    "--no-sandbox",
    "--disable-dev-shm-usage",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--disable-default-apps",
    "--disable-domain-reliability",
    "--disable-features=Translate,OptimizationHints,MediaRouter",
]


LESSON = "lessons/01_messaging_fundamentals.ipynb"  # what `course lab` opens at first
RUN_ALL = """async () => {
    const app = window.jupyterapp, panel = app.shell.currentWidget;
    await panel.context.ready;
    await panel.sessionContext.ready;
    await app.commands.execute('notebook:run-all-cells');
    await panel.context.save();
    return panel.content.widgets.filter(w => w.model.type === 'code').map(w => ({
        id: w.model.id, count: w.model.executionCount,
        errors: w.model.outputs.toJSON().filter(o => o.output_type === 'error').map(o => o.evalue)}));
}"""
# Ends the kernel and closes the notebook, which is saved first.
SHUT = """async () => {
    const panel = window.jupyterapp.shell.currentWidget;
    await panel.context.save();
    await panel.sessionContext.shutdown();
    panel.dispose();
}"""


def installed(module, extra):
    """Skip the test where the extra that brings this module is not installed; in CI it has to be."""
    if not os.environ.get("CI"):
        pytest.importorskip(module, reason=f"the extra `{extra}` is not installed")


def chromium():
    """Return the path of a Chromium on this machine."""
    for name in ("chromium", "chromium-browser", "google-chrome"):
        if path := shutil.which(name):
            return path
    if os.environ.get("CI"):
        pytest.fail("CI has to install a Chromium")
    pytest.skip("no Chromium on this machine")
    return None


@contextmanager
def tab(*flags):
    """Yield an empty tab. `elsewhere` collects the URLs of requests that leave the computer."""
    installed("playwright.sync_api", "browser")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=chromium(), headless=True, args=[*FLAGS, *flags])
        with another(browser) as page:
            yield page
        browser.close()


@contextmanager
def another(browser, width=1440):
    """Yield an empty tab of a visitor of its own, who has been nowhere yet."""
    context = browser.new_context(viewport={"width": width, "height": 900})
    elsewhere = []
    context.on("request", lambda request: elsewhere.append(request.url) if is_elsewhere(request.url) else None)
    page = context.new_page()
    page.set_default_timeout(180_000)  # only what fails takes that long
    page.elsewhere = elsewhere
    yield page
    context.close()


def is_elsewhere(url):
    """Return whether a request to this URL leaves the computer."""
    return not url.startswith(("http://127.0.0.1:", "ws://127.0.0.1:", "data:", "blob:"))


@contextmanager
def course_lab(tmp_path):
    """Run `course lab` in a new home folder, as a learner starts it. Yield its address and the working copy."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    home = tmp_path / "home"
    home.mkdir()
    env = {
        **os.environ,
        "HOME": str(home),
        "USERPROFILE": str(home),
        "JUPYTER_CONFIG_DIR": str(home / "config"),
        "JUPYTER_DATA_DIR": str(home / "data"),
        "JUPYTER_RUNTIME_DIR": str(home / "runtime"),
        "JUPYTERLAB_SETTINGS_DIR": str(home / "settings"),
        "IPYTHONDIR": str(home / "ipython"),
        "AWS_ACCESS_KEY_ID": "AKIAIOSFODNN7EXAMPLE",
        "AWS_SECRET_ACCESS_KEY": "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
        "AWS_SESSION_TOKEN": "a-session-token",
        "AWS_ENDPOINT_URL": "http://203.0.113.1:9",
    }
    env.pop("COURSE_FOLDER", None)
    log = tmp_path / "lab.log"
    command = [sys.executable, "-m", "helpers.cli", "lab", "--no-browser", "--port", str(port)]
    (home / "config").mkdir()
    # Gives the test access to JupyterLab's commands; a learner's JupyterLab doesn't have it.
    exposed = {"LabApp": {"expose_app_in_browser": True}}
    (home / "config" / "jupyter_lab_config.json").write_text(json.dumps(exposed))
    with log.open("w") as out:
        process = subprocess.Popen(command, env=env, stdout=out, stderr=subprocess.STDOUT)
    try:
        yield _address(process, log), home / "mastering-aws-messaging"
    finally:
        process.terminate()
        process.wait(60)


def _address(process, log):
    """Return the printed address once the server answers."""
    deadline = time.monotonic() + 180
    while time.monotonic() < deadline and process.poll() is None:
        found = re.search(r"http://127\.0\.0\.1:\d+/\S*token=\w+", log.read_text())
        if found:
            urllib.request.urlopen(found[0], timeout=60).read()
            return found[0]
        time.sleep(0.1)
    raise AssertionError(log.read_text())


@contextmanager
def learner(folder):
    """Yield Chromium at the address that `course lab` printed, with `work`, the learner's working copy."""
    with course_lab(folder) as (address, work), tab() as page:
        page.goto(address)
        opened(page, LESSON)
        page.work = work
        yield page


def show_notebook(page, path):
    """Open a notebook of the working copy."""
    command(page, "docmanager:open", {"path": path})
    opened(page, path)


def shut_all(page):
    """Save and close the open notebooks, and end their kernels."""
    while page.evaluate("() => Boolean(window.jupyterapp.shell.currentWidget?.sessionContext)"):
        page.evaluate(SHUT)
        page.wait_for_timeout(100)


def themed(page, theme):
    """Choose JupyterLab's theme, "Light" or "Dark"."""
    command(page, "apputils:change-theme", {"theme": f"JupyterLab {theme}"})
    page.wait_for_function("theme => document.body.dataset.jpThemeName === `JupyterLab ${theme}`", arg=theme)


def opened(page, path):
    """Wait until this notebook is open and shown."""
    page.wait_for_function("path => window.jupyterapp?.shell?.currentWidget?.context?.path === path", arg=path)
    page.wait_for_selector("#jupyterlab-splash", state="detached")
    page.wait_for_selector(".jp-NotebookPanel:not(.lm-mod-hidden) .jp-Cell")


def command(page, name, arguments=None):
    """Execute one of JupyterLab's commands and wait for it."""
    execute = "([name, args]) => window.jupyterapp.commands.execute(name, args).then(() => null)"
    page.evaluate(execute, [name, arguments or {}])


def picture(page, name):
    """Keep a screenshot as a test artefact."""
    ARTIFACTS.mkdir(exist_ok=True)
    page.screenshot(path=ARTIFACTS / f"{name}.png")


def scroll_to(page, cell_id):
    """Bring a cell to the top of the view."""
    page.evaluate(
        """async id => {
            const notebook = window.jupyterapp.shell.currentWidget.content;
            const index = notebook.widgets.findIndex(w => w.model.id === id);
            notebook.activeCellIndex = index;
            await notebook.scrollToItem(index, 'start');
        }""",
        cell_id,
    )
    page.wait_for_timeout(500)
