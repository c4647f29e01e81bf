"""An hour with a class: `course serve --room`, real kernels, and what the instructor sees of them."""

import csv
import html
import os
import re
import subprocess
import sys
import threading
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError

from helpers.backends import running
from helpers.backends.endpoint.joined_class import JOINED, LEFT, THERE
from helpers.course import HOME, course
from helpers.learner.working_copy import WorkingCopy

LESSON = course().lesson("03")
EXERCISE = LESSON.exercises[0]
NAMES = ("Zoë Müller", "李小龍", "सीता शर्मा")
FORGETS = "MessageAttributeNames"


@contextmanager
def served(folder: Path) -> Iterator[tuple[list[str], str]]:
    """Run the command for this class. Yield what each learner types to start, and the page's link."""
    roster = folder / "class.csv"
    roster.write_text("\n".join(("learner", *NAMES)), encoding="utf-8")
    command = [sys.executable, "-m", "helpers.cli", "serve", "--port", "0", "--learners", str(roster), "--room"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, encoding="utf-8") as process:
        assert process.stdout
        try:
            said = "".join(iter(process.stdout.readline, "Ctrl-C stops it.\n"))
            with open(folder / "class-tokens.csv", encoding="utf-8-sig", newline="") as file:
                starts = [row["start"] for row in csv.DictReader(file)]
            yield starts, re.findall(r"Who is stuck: (\S+)", said)[0]
        finally:
            process.terminate()


@pytest.fixture
def kernels(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Kernels of this clone in which somebody works, with a folder of their own for what outlives them."""
    for name in (running.COMPARED, "CI"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("COURSE_STATE", str(tmp_path / "state"))
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(filter(None, (str(HOME), os.environ.get("PYTHONPATH")))))


def right_answer() -> str:
    """Return the course's own answer."""
    solved = nbformat.read(HOME / "solutions" / f"{LESSON.slug}.ipynb", 4)
    return next(cell.source for cell in solved.cells if cell.id == EXERCISE.answer)


def work(copy: Path, start: str, answers: list[str], kind: str = "exercises") -> str:
    """Do what a learner does in their working copy, in a kernel. Return what the first cell printed."""
    working = WorkingCopy(copy)
    working.copy_missing()
    path = working.path(kind, LESSON)
    notebook = nbformat.read(path, 4)
    cells = {cell.id: cell for cell in notebook.cells}
    cells["setup"].source = cells["setup"].source.replace("start()", start)
    client = NotebookClient(notebook, timeout=60, resources={"metadata": {"path": str(path.parent)}})
    with client.setup_kernel():
        client.execute_cell(cells["setup"], notebook.cells.index(cells["setup"]))
        for answer in answers:
            cells[EXERCISE.answer].source = answer
            for name in (EXERCISE.answer, f"check-{EXERCISE.answer}"):
                client.execute_cell(cells[name], notebook.cells.index(cells[name]))
    return "".join(output.get("text", "") for output in cells["setup"].outputs)


@pytest.mark.full
def test_a_room_of_three(tmp_path: Path, kernels: None) -> None:
    """One is right, one is wrong four times, and one only opens the notebook; the page tells them apart."""
    right = right_answer()
    wrong = re.sub(rf", {FORGETS}=\[.*?\]", "", right)
    assert wrong != right
    printed: dict[int, str] = {}
    with served(tmp_path) as (starts, link):

        def learner(place: int, answers: list[str]) -> None:
            printed[place] = work(tmp_path / "room" / str(place), starts[place], answers)

        threads = [
            threading.Thread(target=learner, args=(place, answers))
            for place, answers in enumerate(([right], [wrong] * 4, []))
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        page = html.unescape(urllib.request.urlopen(link, timeout=10).read().decode())
    assert [text.startswith("Your instructor can see") for _, text in sorted(printed.items())] == [True] * 3
    assert "1 learner is stuck." in page
    halves = page.split("The exercises")
    assert len(halves) == 2
    stuck, table = ({name: row for row in part.split("<tr>") for name in NAMES if name in row} for part in halves)
    assert list(stuck) == ["李小龍"]
    assert FORGETS in stuck["李小龍"]
    assert "solved after 1 try" in table["Zoë Müller"]
    assert "stuck after 4 tries" in table["李小龍"]
    assert "no answer checked yet" in table["सीता शर्मा"]


@pytest.mark.full
def test_a_line_is_pasted_once(tmp_path: Path, kernels: None) -> None:
    """The page shows what a second notebook does after a plain `start()`. After the class, one line leads back."""
    copy, other = tmp_path / "ada", tmp_path / "bob"
    with served(tmp_path) as (starts, link):
        assert JOINED in work(copy, starts[0], [], "lessons")
        assert THERE in work(copy, "start()", [right_answer()])
        assert work(other, "start()", [right_answer()]) == ""
        page = html.unescape(urllib.request.urlopen(link, timeout=10).read().decode())
    (row,) = [row for row in page.split("The exercises")[1].split("<tr>") if NAMES[0] in row]
    assert "solved after 1 try" in row
    assert page.count("solved after 1 try") == 1
    with pytest.raises(CellExecutionError, match="ask your instructor"):
        work(copy, "start()", [])
    assert LEFT in work(copy, 'start("offline")', [])
    assert work(copy, "start()", []) == ""
