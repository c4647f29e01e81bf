"""The notes for instructors: they name cards, sections, exercises and reasons that are there."""

import json
import re

import answer_files
import pytest

from helpers.course import HOME, course
from helpers.learner import working_copy

NOTES = HOME / "lessons" / "notes"
LESSONS = course().lessons
PARTS = ["Show", "Ask the room", "Where learners get stuck", "Skip", "Discuss"]
each_lesson = pytest.mark.parametrize("lesson", LESSONS, ids=lambda lesson: lesson.number)


def page(lesson):
    """Return the text of a lesson's page."""
    return (NOTES / f"{lesson.slug}.md").read_text(encoding="utf-8")


def part(lesson, title):
    """Return the text below a heading of a lesson's page."""
    return page(lesson).partition(f"\n## {title}\n")[2].partition("\n## ")[0]


def test_each_lesson_has_its_page_and_the_index_links_to_all():
    """No page is missing or left over."""
    pages = {f"{lesson.slug}.md" for lesson in LESSONS}
    there = {path.name for path in NOTES.iterdir()}
    assert there == pages | {"README.md", "plan.md"}, "write a page for a new lesson, and link to it in README.md"
    index = (NOTES / "README.md").read_text(encoding="utf-8")
    assert set(re.findall(r"\]\((\w+\.md)\)", index)) == pages | {"plan.md"}


@each_lesson
def test_a_page_is_short_and_has_its_parts(lesson):
    """It fits on two sheets: one question for the room, and two to discuss, each with an answer."""
    text = page(lesson)
    assert text.startswith(f"# {lesson.number} {lesson.title}\n")
    assert re.findall(r"(?m)^## (.+)$", text) == PARTS
    assert len(text.split()) < 900
    for title, count in (("Ask the room", 1), ("Discuss", 2)):
        answered = re.findall(r"(?m)^\*\*.+\*\*\n\S", part(lesson, title))
        assert len(answered) == count, title


@each_lesson
def test_the_cards_and_sections_are_in_the_lesson(lesson):
    """Cards are predictions or quizzes of the lesson, and sections have numbers that it has."""
    notebook = json.loads((HOME / "lessons" / f"{lesson.slug}.ipynb").read_text(encoding="utf-8"))
    prose = "".join("".join(cell["source"]) + "\n" for cell in notebook["cells"] if cell["cell_type"] == "markdown")
    sections = set(re.findall(r"(?m)^## (\d+)\. ", prose))
    cards = {asked.id for asked in lesson.predictions + lesson.quizzes}
    named = re.findall(r"[Cc]ards? `([\w-]+)`(?: and `([\w-]+)`)?", page(lesson))
    assert len(named) > 2
    assert {card for pair in named for card in pair if card} <= cards
    assert set(re.findall(r"[Ss]ection (\d+)", page(lesson))) <= sections


@pytest.mark.full
@each_lesson
def test_the_reasons_are_given_by_the_checks(lesson):
    """A wrong answer to that exercise gets this reason. A new exercise can go without a row."""
    says = {(answer.exercise.id, said) for answer in answers(lesson) for said in answer.says.split(" or ")}
    table = part(lesson, "Where learners get stuck")
    rows = re.findall(r"(?m)^\| (\d\d\.\d) \| `([\w-]+)` \| .+ \| .+\? \|$", table)
    assert len(rows) == table.count("\n| ") - 1
    assert {row for row in rows if row not in says} == set()
    assert len({exercise for exercise, _ in rows}) >= min(5, len(lesson.exercises))


def answers(lesson):
    """Return the answers to a lesson's exercises."""
    return answer_files.answers(lesson.number).values()


@each_lesson
def test_the_exercises_and_their_minutes_are_those_of_the_list(lesson):
    """What a page says about time is what course.toml says."""
    minutes = {exercise.id: exercise.minutes for exercise in course().exercises}
    assert set(re.findall(r"\b\d\d\.\d\b", page(lesson))) <= set(minutes)
    timed = r"[Ee]xercises? (\d\d\.\d)(?: and (\d\d\.\d))?, which takes? (\d+) of the (\d+) minutes"
    found = re.findall(timed, page(lesson))
    assert len(found) == page(lesson).count(", which take")
    for *names, spent, of in found:
        assert sum(minutes[name] for name in names if name) == int(spent)
        assert sum(exercise.minutes for exercise in lesson.exercises) == int(of)


def test_no_copy_of_a_learner_has_the_notes():
    """Neither a working copy nor the browser edition, which take these kinds and pages; test_release has the rest."""
    assert not [name for name in (*working_copy.KINDS, *working_copy.PAGES) if "notes" in name]
