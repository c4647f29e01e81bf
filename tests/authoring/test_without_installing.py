"""Starts without an installation: containers, Binder, JupyterHub. They install one list, which is installed here once.

No image is built here. The steps that an image takes are run in a new virtual environment.
"""

import json
import os
import re
import socket
import subprocess
import sys
import time
import urllib.request

import pytest
from packaging.requirements import Requirement
from packaging.version import Version

from helpers.authoring import release
from helpers.course import HOME, course
from helpers.learner import lab

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

CONTAINER, BINDER = HOME / ".devcontainer", HOME / ".binder"
FIRST = f"lessons/{course().lessons[0].slug}.ipynb"


def lines(path):
    """Return a file's lines that aren't comments."""
    return [line for line in path.read_text(encoding="utf-8").splitlines() if line and not line.startswith("#")]


def test_every_version_is_pinned_and_no_host_is_named():
    """Each line is a name and a version; what the course requires is among them, in the tested ranges."""
    pinned = {}
    for line in lines(CONTAINER / "constraints.txt"):
        name, version = re.fullmatch(r"([\w.-]+)==([\w.]+)", line).groups()
        pinned[name.lower().replace("_", "-")] = Version(version)
    project = tomllib.loads((HOME / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    for wanted in map(Requirement, project["dependencies"]):
        if wanted.marker is None or wanted.marker.evaluate({"python_version": "3.11", "sys_platform": "linux"}):
            assert pinned[wanted.name.lower()] in wanted.specifier, wanted


def test_every_start_installs_the_same_list():
    """The image does, the editors' container is that image, and Binder's file leads to the list."""
    assert lines(CONTAINER / "requirements.txt") == ["-c constraints.txt", "."]
    image = (CONTAINER / "Dockerfile").read_text(encoding="utf-8")
    assert "\nRUN python3 -m pip install --no-cache-dir -r .devcontainer/requirements.txt\n" in image
    text = re.sub(r"(?m)^\s*//.*$", "", (CONTAINER / "devcontainer.json").read_text(encoding="utf-8"))
    assert json.loads(text)["build"] == {"dockerfile": "Dockerfile", "context": ".."}
    assert lines(BINDER / "requirements.txt") == ["-r ../.devcontainer/requirements.txt"]
    versions = {re.search(r"python[:-](3\.\d+)", text)[1] for text in (image, lines(BINDER / "runtime.txt")[0])}
    assert versions == {"3.11"}


def test_a_codespace_s_address_may_use_the_server_and_no_other(monkeypatch):
    """Its page comes from GitHub; anywhere else JupyterLab keeps to its own address."""
    from traitlets.config import Config

    source = (CONTAINER / "jupyter_server_config.py").read_text(encoding="utf-8")
    monkeypatch.setattr(lab, "configure", lambda config: None)  # test_lab.py has it

    def configured():
        config = Config()
        exec(source, {"get_config": lambda: config})
        return config.ServerApp

    monkeypatch.delenv("CODESPACE_NAME", raising=False)
    assert not {"allow_origin_pat", "allow_remote_access"} & configured().keys()
    monkeypatch.setenv("CODESPACE_NAME", "fuzzy-potato")
    pattern = re.compile(configured().allow_origin_pat + "$")
    assert pattern.match("https://fuzzy-potato-8888.app.github.dev")
    assert not pattern.match("https://other-potato-8888.app.github.dev")
    assert not pattern.match("https://fuzzy-potato-8888.appxgithub.dev")


# --- run -------------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def released(tmp_path_factory):
    """A release with a virtual environment in it, where the list of requirements was installed."""
    out = tmp_path_factory.mktemp("handed out") / "release"
    release.release(out)
    subprocess.run([sys.executable, "-m", "venv", out / ".venv"], check=True)
    install = ["-m", "pip", "install", "-q", "--no-compile", "-r", ".devcontainer/requirements.txt"]
    subprocess.run([out / ".venv" / "bin" / "python", *install], cwd=out, check=True)
    return out


@pytest.fixture
def env(tmp_path):
    """The environment of somebody who has just come: an empty home, no settings."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "COURSE_", "JUPYTER"))}
    return {**kept, "HOME": str(tmp_path), "JUPYTER_RUNTIME_DIR": str(tmp_path / "runtime"), "COLUMNS": "200"}


def answered(process, log):
    """Return what the server's page tells of the place that it opens, once it answers; then end the server."""
    try:
        deadline = time.monotonic() + 60
        while not (found := re.search(r"http://127\.0\.0\.1:\d+/\S*token=\w+", log.read_text())):
            assert process.poll() is None, log.read_text()
            assert time.monotonic() < deadline, log.read_text()
            time.sleep(0.1)
        with urllib.request.urlopen(found[0], timeout=20) as page:
            return page.url, page.read().decode()
    finally:
        process.terminate()
        process.wait(20)


@pytest.mark.full
def test_what_is_installed_is_what_is_pinned(released):
    """In a new environment the list gives these versions, and nothing that isn't in it."""
    done = subprocess.run(
        [released / ".venv/bin/python", "-m", "pip", "freeze", "--exclude", "mastering-aws-messaging"],
        capture_output=True,
        text=True,
        check=True,
    )
    if sys.version_info[:2] == (3, 11):
        assert set(done.stdout.split()) <= set(lines(CONTAINER / "constraints.txt"))


@pytest.mark.full
def test_binder_opens_the_course(released, env, tmp_path):
    """After its own step, JupyterLab opens lesson 01 without being told on the command line, as a hub starts it too."""
    place = released / ".venv"
    subprocess.run([released / ".binder/postBuild"], cwd=released, env={**env, "NB_PYTHON_PREFIX": place}, check=True)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    log = tmp_path / "log"
    with log.open("w") as out:
        command = [place / "bin/jupyter", "lab", "--no-browser", f"--port={port}", "--allow-root"]
        process = subprocess.Popen(command, env=env, stdout=out, stderr=out, cwd=released)
    address, page = answered(process, log)
    assert f"/lab/workspaces/course/tree/{FIRST}" in address
    assert '"appName": "Mastering AWS Messaging"' in page
    assert (tmp_path / "mastering-aws-messaging" / FIRST).is_file()


@pytest.mark.full
def test_the_release_s_readme_is_all_a_learner_types(released, env, tmp_path):
    """Its first lines install it and open lesson 01; an exercise is checked; what it says to hand in is a file."""
    start, hand_in = re.findall(r"(?s)```sh\n(.*?)\n```", (released / "README.md").read_text(encoding="utf-8"))
    install, start = start.splitlines()
    subprocess.run(["bash", "-c", install], cwd=released, env=env, check=True)
    log = tmp_path / "log"
    with log.open("w") as out:
        command = ["bash", "-c", f"exec {start} --no-browser"]
        process = subprocess.Popen(command, cwd=released, env=env, stdout=out, stderr=out)
    address, _ = answered(process, log)
    assert f"/tree/{FIRST}" in address
    command = ["bash", "-c", hand_in]
    done = subprocess.run(command, cwd=released, env=env, input="Ada\n", capture_output=True, text=True, check=True)
    [path] = (tmp_path / "mastering-aws-messaging").glob("*.zip")
    assert str(path) in done.stdout
