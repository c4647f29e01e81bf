"""JupyterLab, or JupyterLite, in headless Chromium: what tests do with either."""

import os
import shutil
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
    page.set_default_timeout(45_000)
    page.elsewhere = elsewhere
    yield page
    context.close()


def is_elsewhere(url):
    """Return whether a request to this URL leaves the computer."""
    return not url.startswith(("http://127.0.0.1:", "ws://127.0.0.1:", "data:", "blob:"))


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
