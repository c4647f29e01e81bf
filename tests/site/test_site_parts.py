"""What the browser edition is made of, without building it: packages, stand-ins, pages, and its words."""

import json
import os
import subprocess
import sys
import tarfile
import threading
import time
from functools import cache
from importlib import metadata
from pathlib import Path

import cryptography
import pytest
import yaml
from rich.status import Status
from typer.testing import CliRunner

from helpers import start
from helpers.aws_rules.sns import signing
from helpers.cli import app
from helpers.course import HOME, course
from helpers.errors import CloudError, CourseError
from helpers.simulation import browser_tab
from helpers.site import build, jupyterlite, packages, pages, pyodide, stand_ins

PYTHON = "3.14.2"
# What a lesson imports on this machine, by module: what a tab needs.
MODULES = """
import sys
from helpers import check, show, start, clock
start()
import boto3
session = boto3.Session()
sqs, sns = session.client("sqs"), session.client("sns")
url = sqs.create_queue(QueueName="orders")["QueueUrl"]
arn = sns.create_topic(Name="news")["TopicArn"]
sns.subscribe(TopicArn=arn, Protocol="sqs", Endpoint="arn:aws:sqs:us-east-1:123456789012:orders")
sns.publish(TopicArn=arn, Message="Honey")
boto3.resource("sqs"), boto3.resource("sns"), boto3.resource("cloudwatch")
show.queue(url), show.fan_out(), show.metrics(url)
cloudwatch = session.client("cloudwatch")
cloudwatch.put_metric_data(Namespace="Shop", MetricData=[{"MetricName": "orders", "Value": 1}])
stat = {"Metric": {"Namespace": "Shop", "MetricName": "orders"}, "Period": 60, "Stat": "Sum"}
queries = [{"Id": "m1", "MetricStat": stat}, {"Id": "e1", "Expression": "FILL(m1, 0)"}]
cloudwatch.get_metric_data(MetricDataQueries=queries, StartTime=clock.time() - 600, EndTime=clock.time())
from helpers.secret_scan import find
find("aws_secret_access_key = 'x'")
from helpers.learner import hand_in
hand_in.form()
print(*sorted(file for module in list(sys.modules.values()) if (file := getattr(module, "__file__", None))), sep="\\n")
"""


@cache
def packed():
    """Return the paths within site-packages of all that a tab has."""
    found = {path for needed in packages.needed(PYTHON) for path, _ in packages.files(needed)}
    found |= {path for name in stand_ins.NAMES for path, _ in stand_ins.files(name)}
    return found | {path for path, _ in packages.course_files(course())}


@pytest.mark.full
def test_a_tab_has_each_module_that_a_lesson_imports():
    """What is left out of packages is nothing that the first cells of a lesson import."""
    env = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run([sys.executable, "-c", MODULES], capture_output=True, text=True, check=True, env=env)
    known = packed()
    places = [Path(metadata.distribution("boto3").locate_file("")).resolve(), HOME.resolve()]
    imported = [Path(line).resolve() for line in done.stdout.splitlines() if line.endswith((".py", ".so"))]
    inside = [path.relative_to(place).as_posix() for path in imported for place in places if place in path.parents]
    wanted = {path for path in inside if "site-packages" not in path and not path.endswith(".so")}
    elsewhere = ("cryptography/", "cffi/", "_cffi", "psutil/", "_distutils_hack/")  # the last is of setuptools
    missing = {path for path in wanted - known if not path.startswith(elsewhere)}
    assert missing == set()
    assert any(path.startswith("moto/sqs/") for path in wanted)


def test_a_tab_has_the_models_of_the_services_that_are_taught_and_of_no_others():
    """Of botocore's data a tab has what SQS, SNS, STS and CloudWatch need; moto's additions to the models are there."""
    services = {path.split("/")[2] for path in packed() if path.startswith("botocore/data/") and path.count("/") > 2}
    assert services == {"sqs", "sns", "sts", "cloudwatch"}
    assert any(path.startswith("moto/sqs/2012-11-05/") for path in packed())
    assert not any(path.endswith(".pem") for path in packed())
    assert not any(path.startswith(("moto/ec2/", "helpers/site/")) for path in packed())
    # Of grading there's what reads a notebook, and nothing that marks it.
    assert {path for path in packed() if path.startswith("helpers/grading/")} == {
        f"helpers/grading/{name}.py"
        for name in ("__init__", "intake/__init__", "intake/bounds", "intake/notebooks", "intake/outputs")
    }


def test_licences_go_along():
    """Publishing the site hands these packages on."""
    licences = {path.split("-")[0].lower() for path in packed() if ".dist-info/" in path}
    assert {"boto3", "botocore", "moto", "ipython", "ipywidgets"} <= licences


def test_what_is_compiled_and_needed_ends_the_build(monkeypatch):
    """A package whose compiled part nobody replaced is named."""
    monkeypatch.setattr(stand_ins, "NAMES", ())
    with pytest.raises(CourseError, match=r"cryptography is compiled \(.*\), and a browser tab can only use Python"):
        list(packages.files(metadata.distribution("cryptography")))


def test_a_package_that_is_not_installed_is_named():
    """The build says which one is missing."""
    with pytest.raises(CourseError, match="needs no-such-package, which isn't installed here"):
        packages.needed(PYTHON, ["no-such-package"])


ENVELOPE = '{"Type": "Notification", "Message": "Honey", "MessageId": "1", "Timestamp": "now", "TopicArn": "arn"}'
SIGN = """
import json, sys
from helpers.aws_rules.sns import signing
import cryptography
print(cryptography.__file__)
for version in ("1", "2"):
    print(signing.sign(json.loads(sys.argv[1]), version))
"""


def test_the_stand_in_signs_as_cryptography_does():
    """The same key gives the same signatures, bit by bit, in both versions."""
    place = str(Path(stand_ins.__file__).parent / "cryptography")
    assert not cryptography.__file__.startswith(place)
    ours = [signing.sign(json.loads(ENVELOPE), version) for version in ("1", "2")]
    env = {**os.environ, "PYTHONPATH": os.pathsep.join([place, str(HOME)])}
    done = subprocess.run([sys.executable, "-c", SIGN, ENVELOPE], capture_output=True, text=True, check=True, env=env)
    imported, *theirs = done.stdout.splitlines()
    assert imported.startswith(place)
    assert theirs == ours


def test_each_stand_in_says_what_it_is():
    """A sentence of each stands on the page about the edition, and those who have no module refuse."""
    assert stand_ins.NAMES == ("cryptography", "jedi", "micropip", "piplite")
    lock = pyodide.lock({"python": PYTHON}, [])
    lock["packages"] = {"boto3": {"version": "1.2"}, "jedi": {"version": "0"}}
    text = pages.about(lock)
    for name in stand_ins.NAMES:
        assert stand_ins.told(name).endswith(".")
        assert f"| {name} | {stand_ins.told(name)} |" in text
    assert "Python 3.14.2, and: boto3 1.2." in text


def test_a_wheel_s_name_tells_its_content(tmp_path, monkeypatch):
    """So no browser takes an older one from its cache, and the same files make the same bytes whenever it is built."""
    folder = tmp_path / "files"
    folder.mkdir()
    made = []
    for text, now in (("a = 1", 1.7e9), ("a = 2", 1.7e9), ("a = 1", 1.8e9)):
        monkeypatch.setattr(time, "time", lambda now=now: now)
        (folder / "module.py").write_text(text)
        os.utime(folder / "module.py", (now, now))
        path = packages.write_wheel(tmp_path, "some-name", "1.0", folder)
        made.append((path.name, path.read_bytes()))
    assert made[0] == made[2]
    assert made[0][0] != made[1][0]
    assert made[0][0].startswith("some_name-1.0-0x")
    entry = pyodide.lock({}, [tmp_path / made[0][0]])["packages"]["some-name"]
    assert (entry["version"], entry["file_name"]) == ("1.0", made[0][0])
    assert pyodide.write_lock({"a": 1}, tmp_path) != pyodide.write_lock({"a": 2}, tmp_path)


SCRIPT = "async startNew(e){var t;let{path:a,name:i}=e,o=this._sessions.find(e=>e.name===i);if(o)return o;let l=1}"


def test_jupyterlite_s_sessions_are_told_apart_by_path(tmp_path):
    """One place is mended; another form of it ends the build."""
    (tmp_path / "build").mkdir()
    script = tmp_path / "build" / "1.js"
    script.write_text(f"first();{SCRIPT};last()")
    jupyterlite.patch_scripts(tmp_path)
    assert script.read_text() == f"first();{SCRIPT.replace('e.name===i', 'e.path===a')};last()"
    with pytest.raises(CourseError, match="in another way than this course knows"):
        jupyterlite.patch_scripts(tmp_path)


def test_the_kernel_completes_without_jedi():
    """One line of one file is mended; another form of it ends the build."""
    file = "pyodide_kernel/interpreter.py"
    assert jupyterlite.patch_python(file, b"self.Completer.use_jedi = True\n") == b"self.Completer.use_jedi = False\n"
    assert jupyterlite.patch_python("other.py", b"self.Completer.use_jedi = True") == b"self.Completer.use_jedi = True"
    with pytest.raises(CourseError, match="completes in another way"):
        jupyterlite.patch_python(file, b"")


def test_learners_get_notebooks_without_outputs():
    """As in a working copy, with the README that says how to start on one's own computer."""
    texts = dict(pages.contents(course()))
    assert json.loads(texts["lessons/01_messaging_fundamentals.ipynb"])["cells"][1]["outputs"] == []
    assert texts["README.md"] == (HOME / "README.md").read_text(encoding="utf-8")
    assert not any(name.startswith("solutions/") for name in texts)


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("", "built with npm and node, and npm isn't installed"),
        (None, r"npm pack pyodide@0\.0\.0 failed\. It says: no such version"),
    ],
)
def test_what_the_build_needs_of_npm_is_said(tmp_path, monkeypatch, path, said):
    """Without npm, and where npm cannot get Python for the browser, the error is a readable sentence."""
    if path is None:
        npm = tmp_path / "npm"
        npm.write_text('#!/bin/sh\ncase "$*" in *silent*) ;; *) echo no such version >&2 ;; esac\nexit 1\n')
        npm.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/bin:/usr/bin" if path is None else path)
    with pytest.raises(CourseError, match=said):
        pyodide.fetch("0.0.0", tmp_path)


def test_another_form_of_npm_s_package_is_told(tmp_path, monkeypatch):
    """A file that is not in it is named."""

    def pack(program, *arguments):
        with tarfile.open(Path(arguments[-1]) / "pyodide-0.0.0.tgz", "w:gz"):
            pass

    monkeypatch.setattr(pyodide, "_run", pack)
    with pytest.raises(CourseError, match=r"npm's package of pyodide has no pyodide\.mjs"):
        pyodide.fetch("0.0.0", tmp_path)


def test_the_command_says_what_is_missing(tmp_path, monkeypatch):
    """Without the extra it names the extra, and writes nothing."""
    monkeypatch.setitem(sys.modules, "jupyterlite_core", None)
    result = CliRunner().invoke(app, ["site", str(tmp_path / "out")])
    assert isinstance(result.exception, CourseError)
    assert "pip install 'mastering-aws-messaging[site]'" in str(result.exception)
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("place", ["not empty", "in the course"])
def test_a_folder_that_is_not_new_is_left_alone(tmp_path, monkeypatch, place):
    """Nothing is mixed up, and nothing is fetched before that is clear."""
    monkeypatch.setattr(jupyterlite, "pyodide_version", lambda: pytest.fail("it went on"))
    (tmp_path / "thesis.txt").write_text("mine")
    out, said = (tmp_path, "isn't empty") if place == "not empty" else (HOME / "_site", "inside the course's own files")
    with pytest.raises(CourseError, match=said):
        build.site(out, told)
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.txt"]
    assert not (HOME / "_site").exists()


def told(step, done, total):
    """Hear how far a build is, and do nothing."""


def test_the_command_says_how_far_the_build_is(tmp_path, monkeypatch):
    """Each step once, and on a terminal also how much of it is done."""

    def built(out, tell):
        tell("Getting Python", 0, 0)
        for done in range(3):
            tell("Compiling", done, 2)

    shown = []
    monkeypatch.setattr(build, "site", built)
    monkeypatch.setattr(Status, "update", lambda status, text: shown.append(text))
    result = CliRunner().invoke(app, ["site", str(tmp_path / "out")])
    assert result.stderr.splitlines() == ["Getting Python", "Compiling"]
    assert shown == ["Getting Python", "Compiling: 0 of 2", "Compiling: 1 of 2", "Compiling: 2 of 2"]


def test_a_build_counts_what_is_done():
    """Before each item and after the last one."""
    heard = []
    items = build._counted(["a", "b"], "Packing", lambda *told: heard.append(told))
    assert next(items) == "a"
    assert heard == [("Packing", 0, 2)]
    assert [*items] == ["b"]
    assert heard == [("Packing", 0, 2), ("Packing", 1, 2), ("Packing", 2, 2)]


def test_a_program_s_lines_are_handed_on_at_once(tmp_path):
    """It isn't waited for its end: this one ends only when its first line has been heard."""
    heard = tmp_path / "heard"
    waits = f'echo 1; while ! test -e "{heard}"; do sleep 0.01; done; echo 2'
    lines = []

    def hear(line):
        lines.append(line.strip())
        heard.touch()

    pyodide._run("sh", "-c", waits, heard=hear)
    assert lines == ["1", "2"]


def test_a_build_that_fails_leaves_nothing(tmp_path, monkeypatch):
    """Neither half a site nor an empty folder."""

    def fails(*_):
        raise CourseError("npm failed")

    monkeypatch.setattr(jupyterlite, "pyodide_version", lambda: "0.0.0")
    monkeypatch.setattr(pyodide, "fetch", fails)
    with pytest.raises(CourseError, match="npm failed"):
        build.site(tmp_path / "out", told)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("which", ["aws", "http://127.0.0.1:5000"])
def test_in_a_tab_there_is_the_offline_cloud_alone(no_cloud, monkeypatch, which):
    """Any other is refused before anything is sent, by argument and by variable."""
    monkeypatch.setattr(browser_tab, "IN_A_TAB", True)
    with pytest.raises(CloudError, match="there's only the offline cloud"):
        start(which, yes="123456789012")
    monkeypatch.setenv("COURSE_CLOUD", which)
    with pytest.raises(CloudError, match=r"about_this_edition\.md"):
        start()


def test_a_thread_that_cannot_start_says_so(monkeypatch):
    """Only that word is the course's; a thread that is started twice is refused in Python's own."""

    def cannot(thread):
        raise RuntimeError("can't start new thread")

    plain = threading.Thread.start
    monkeypatch.setattr(threading.Thread, "start", browser_tab._start)
    again = threading.Thread(target=int)
    again.start()
    with pytest.raises(RuntimeError, match="threads can only be started once"):
        again.start()
    monkeypatch.setattr(browser_tab, "_plain_start", cannot)
    with pytest.raises(RuntimeError, match="no threads"):
        threading.Thread(target=int).start()
    monkeypatch.undo()
    assert threading.Thread.start is plain


def test_progress_is_kept_where_a_tab_keeps_files(tmp_path, monkeypatch):
    """The folder is made in the browser's storage, where there is one."""
    monkeypatch.setattr(threading.Thread, "start", threading.Thread.start)
    monkeypatch.setattr(browser_tab, "_STORAGE", tmp_path / "none")
    browser_tab.install()
    assert not (tmp_path / "none").exists()
    monkeypatch.setattr(browser_tab, "_STORAGE", tmp_path)
    browser_tab.install()
    browser_tab.install()
    assert (tmp_path / ".course").is_dir()


def test_the_workflow_publishes_what_the_readme_says():
    """It installs the extra, builds with the same command, and uploads that folder; the README names the file."""
    workflow = HOME / ".github" / "workflows" / "site.yml"
    steps = yaml.safe_load(workflow.read_text(encoding="utf-8"))["jobs"]["publish"]["steps"]
    folder = "${{ runner.temp }}/site"  # in the clone it would be refused, as the test above shows
    assert [step["run"] for step in steps if "run" in step] == [
        "python -m pip install -e '.[site]'",
        f'course site "{folder}"',
    ]
    assert [step["with"]["path"] for step in steps if "upload" in step.get("uses", "")] == [folder]
    readme = (HOME / "README.md").read_text(encoding="utf-8")
    assert workflow.relative_to(HOME).as_posix() in readme
    assert "`pip install -e '.[site]'`, then `course site OUT`" in readme
