"""The list of the course: lessons/course.toml and what must agree with it."""

import pytest

from helpers.course import HOME, course, parse
from helpers.errors import ManifestError, UnknownExercise

pytestmark = pytest.mark.every_lesson

LESSON = """
title = "A course"
[[lesson]]
slug = "{slug}"
title = "T"
able_to = "do"
minutes = 5
needs = {needs}
teaches = {teaches}
"""
EXERCISE = """
[[lesson.exercise]]
answer = "{answer}"
title = "E"
minutes = 3
points = 1
takeaway = "So."
hints = {hints}
"""


def lesson(slug="01_first", needs="[]", teaches="[]"):
    """Return a manifest with one lesson."""
    return LESSON.format(slug=slug, needs=needs, teaches=teaches)


def exercise(answer="f", hints='["a", "b", "c"]'):
    """Return the part of a manifest that lists one exercise."""
    return EXERCISE.format(answer=answer, hints=hints)


def test_an_exercise_is_found_by_id_and_by_its_function():
    """ "01.4", "1.4" and the function's name mean the same exercise."""
    found = {course().exercise(name).id for name in ("01.4", "1.4", "take_one")}
    assert found == {"01.4"}


def test_an_unknown_name_is_answered_with_those_that_are_known():
    """The error for a mistyped exercise or lesson names the right ones."""
    with pytest.raises(UnknownExercise, match="take_one"):
        course().exercise("take_two")
    with pytest.raises(UnknownExercise, match="01"):
        course().lesson("99")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("title = ", "not valid TOML"),
        (lesson(slug="first"), "must look like"),
        (lesson().replace('able_to = "do"\n', ""), "no 'able_to'"),
        (lesson(needs='["queue"]'), "no earlier lesson teaches"),
        (lesson(slug="02_b") + lesson(slug="01_a").partition('"A course"')[2], "ascending sequence"),
        (lesson() + exercise(hints='["a", "b"]'), "three hints"),
        (lesson() + exercise() + exercise(), "more than one exercise"),
    ],
)
def test_a_manifest_that_cannot_be_is_refused(text, says):
    """Each mistake in course.toml is named."""
    with pytest.raises(ManifestError, match=says):
        parse(text)


def test_needs_are_met_by_an_earlier_lesson():
    """A lesson may need what an earlier one teaches."""
    second = lesson(slug="02_b", needs='["queue"]').partition('"A course"')[2]
    assert len(parse(lesson(teaches='["queue"]') + second).lessons) == 2


@pytest.mark.parametrize("kind", ["lessons", "exercises", "solutions"])
def test_the_folders_hold_the_listed_notebooks_and_nothing_else(kind):
    """No notebook is missing, none is unlisted; a stray file would be shipped to learners."""
    listed = {f"{lesson.slug}.ipynb" for lesson in course().lessons}
    pages = {"course.toml", "differences_from_aws.md", "notes", "queue_and_topic.svg", "when_something_goes_wrong.md"}
    allowed = listed | (pages if kind == "lessons" else set())
    found = {path.name for path in (HOME / kind).iterdir() if not path.name.startswith(".")}
    assert found == allowed, "delete what is not listed in lessons/course.toml, or list it there"


def test_the_top_level_is_the_fixed_one():
    """The user fixed what stands at the top of the project."""
    import subprocess

    tracked = subprocess.run(["git", "ls-files"], cwd=HOME, capture_output=True, text=True, check=False)
    if tracked.returncode:
        pytest.skip("not a git checkout")
    top = {line.split("/")[0] for line in tracked.stdout.splitlines()}
    fixed = {"pyproject.toml", "README.md", "LICENSE", "lessons", "helpers", "exercises", "solutions", "tests"}
    assert {name for name in top if not name.startswith(".")} == fixed
