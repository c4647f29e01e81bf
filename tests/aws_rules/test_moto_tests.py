"""moto's own tests of SQS and SNS, in the offline cloud: which of them fail, and what AWS does instead.

The tests are in moto's source distribution, which pip gets. They aren't part of this repository. What fails has to
be in moto_tests.toml with a behaviour of AWS; moto_tests.md is the table. --update-differences writes the table.
"""

import importlib
import json
import os
import pkgutil
import subprocess
import sys
import tarfile
from collections import Counter
from pathlib import Path

import behaviours
import moto
import pytest
from behaviours.book import BOOK

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

for module in pkgutil.iter_modules(behaviours.__path__):
    importlib.import_module(f"behaviours.{module.name}")

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
TABLE = HERE / "moto_tests.md"
# test_server.py tests moto's own web server, test_utils.py its own functions, and test_sqs_integration.py its Lambda.
LEFT_OUT = ("test_server.py", "test_utils.py", "test_sqs_integration.py")
NO_SERVICE = "The offline cloud doesn't have the service"
HEAD = """\
# moto's own tests in the offline cloud

Made by `tests/aws_rules/test_moto_tests.py` with moto {version}. Of moto's {all} test functions of SQS and SNS, without
those of its server and its Lambda functions, {passed} pass in the offline cloud. {policy} more pass as soon as nothing
checks policies: they publish to queues whose policy doesn't let SNS send. {service} need another service (IAM,
CloudFormation, Config). The other {listed} want something that AWS doesn't do, or that only moto has:

| moto's test | why it fails here | source |
|---|---|---|
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Get moto's source distribution, of the version that is installed; return the folder with its tests."""
    place = tmp_path_factory.mktemp("moto")
    asked = [sys.executable, "-m", "pip", "download", f"moto=={moto.__version__}", "--no-deps", "--no-binary", "moto"]
    got = subprocess.run([*asked, "-q", "--disable-pip-version-check", "-d", str(place)], timeout=300)
    if got.returncode:
        pytest.skip("pip can't get moto's source distribution here")
    wanted = ("tests/__init__.py", "tests/conftest.py", "tests/markers.py", "tests/test_sqs/", "tests/test_sns/")
    wanted += ("tests/test_core/__init__.py", "tests/test_core/utilities.py")
    with tarfile.open(next(place.glob("moto-*.tar.gz"))) as archive:
        members = [one for one in archive if one.name.partition("/")[2].startswith(wanted)]
        archive.extractall(place, members, filter="data")
    return place / f"moto-{moto.__version__}"


def outcomes(folder: Path, tests: list[str], no_policies: bool) -> dict[str, str]:
    """Run these tests in another process and return what each came to: "passed", or its error."""
    told = folder / "outcomes.json"
    env = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "PYTEST_"))}
    env |= {"OUTCOMES": str(told), "NO_POLICIES": "yes" if no_policies else "", "AWS_CONFIG_FILE": os.devnull}
    env |= {"AWS_ACCESS_KEY_ID": "FOOBARKEY", "AWS_SECRET_ACCESS_KEY": "-", "AWS_SHARED_CREDENTIALS_FILE": os.devnull}
    env |= {"PYTHONPATH": os.pathsep.join([str(ROOT / "tests" / "support"), str(ROOT)])}
    plain = ["-p", "in_place_of_moto", "-p", "no:cacheprovider", "-c", os.devnull, "--rootdir", ".", "-q", "--tb=no"]
    plain += ["-W", "ignore"]
    left_out = [f"--ignore-glob=*/{name}" for name in LEFT_OUT]
    command = [sys.executable, "-m", "pytest", *plain, *left_out, *tests]
    done = subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True, timeout=600)
    assert done.returncode in (0, 1), done.stdout + done.stderr
    return json.loads(told.read_text(encoding="utf-8"))


@pytest.mark.full
def test_what_fails_of_motos_own_tests(folder: Path, request: pytest.FixtureRequest) -> None:
    """Every failure has its reason, every reason is needed, and the table says the same."""
    known = tomllib.loads((HERE / "moto_tests.toml").read_text(encoding="utf-8"))
    found = outcomes(folder, ["tests/test_sqs", "tests/test_sns"], no_policies=False)
    failing = [name for name, came_to in found.items() if came_to != "passed"]
    again = outcomes(folder, [f"tests/{name}" for name in failing], no_policies=True)
    kinds = {name: kind(came_to) for name, came_to in again.items()}
    assert {name: again[name] for name in again if kinds[name] == "listed" and name not in known["tests"]} == {}
    assert {name for name in known["tests"] if kinds.get(name) != "listed"} == set(), "these have no need to be listed"
    made = table(len(found), Counter(kinds.values()), known)
    if request.config.getoption("--update-differences"):
        TABLE.write_text(made, encoding="utf-8", newline="\n")
    assert TABLE.read_text(encoding="utf-8") == made


def kind(came_to: str) -> str:
    """Return why a test failed that came to this where nothing checks policies."""
    if came_to == "passed":
        return "policy"
    return "service" if NO_SERVICE in came_to else "listed"


def table(count: int, kinds: Counter[str], known: dict[str, dict[str, str]]) -> str:
    """Return the table's text."""
    numbers = {"all": count, "passed": count - kinds.total(), **{name: kinds[name] for name in ("policy", "service")}}
    rows = []
    for test, why in known["tests"].items():
        behaviour = BOOK.get(why)
        says, source = (behaviour.says, behaviour.source) if behaviour else (known["reasons"][why], "")
        rows.append(f"| {test.rpartition('::')[2]} | {says.replace('|', ', ')} | {source.replace('|', ', ')} |\n")
    return HEAD.format(version=moto.__version__, listed=kinds["listed"], **numbers) + "".join(rows)


def test_every_reason_is_known() -> None:
    """Each listed test has a behaviour in the book that says what AWS does, or a reason that is written down."""
    known = tomllib.loads((HERE / "moto_tests.toml").read_text(encoding="utf-8"))
    assert {why for why in known["tests"].values() if why not in BOOK and why not in known["reasons"]} == set()
