"""The README: its table is current, and what it tells to type exists."""

import re
import shlex

import pytest
import typer
from typer.testing import CliRunner

from helpers import cli
from helpers.authoring import contents
from helpers.course import HOME, course

README = (HOME / "README.md").read_text(encoding="utf-8")
COMMANDS = re.findall(r"(?m)^\| `course (\w+)", README.partition("\n## The command\n")[2])


def test_the_table_of_lessons_is_current():
    """The table is what course.toml makes of it."""
    assert contents.readme(README, course()) == README, "run `course build`"


def test_the_two_commands_are_one_line_each_and_alike():
    """Both prepare the same virtual environment; one opens JupyterLab, the other runs pytest. CI types both."""
    lab, test = re.findall(r"(?s)```sh\n(.*?)\n```", README)
    assert "\n" not in lab + test
    assert lab.removesuffix(".venv/bin/course lab") == test.removesuffix(".venv/bin/python -m pytest")
    assert shlex.split(lab)[0] == "python3"


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_exists(command):
    """Each command in the README's table has help."""
    said = CliRunner().invoke(cli.app, [command, "--help"])
    assert said.exit_code == 0
    assert "Usage" in said.output


def test_the_readme_lists_every_command():
    """No command is left out of the table."""
    assert set(COMMANDS) == set(typer.main.get_command(cli.app).commands)


@pytest.mark.parametrize("typed", sorted(set(re.findall(r"`course ([a-z]+ [^`]*--[^`]+)`", README))))
def test_every_option_exists(typed):
    """What the README says to add to a command is one of its options."""
    name, *rest = typed.split()
    options = {option for param in typer.main.get_command(cli.app).commands[name].params for option in param.opts}
    assert {word for word in rest if word.startswith("--")} <= options


def test_the_linked_lessons_are_there():
    """Links into the course lead somewhere."""
    for path in re.findall(r"\]\(((?:lessons|exercises|\.github)/[^)]+)\)", README):
        assert (HOME / path).is_file()
