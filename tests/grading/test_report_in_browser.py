"""The report in a browser: its script sorts and searches, nothing else runs, and it fits a telephone and paper."""

import pytest
from browsing import another, tab

from helpers.checks.outcome import CORRECT, NOT_YET, outcome
from helpers.course import course
from helpers.grading.gradebook import row
from helpers.grading.records import Graded, Learner
from helpers.grading.reports.class_report import report as gathered
from helpers.grading.reports.class_report import write_report

pytestmark = pytest.mark.browser

EXERCISES = [exercise for lesson in course().lessons for exercise in lesson.exercises]
NAMES = {"Ólafur Jónsson": 2, "ada": 10, "Bo <b>": 0}  # and how many exercises are right
SHOWN = "rows => rows.filter(row => row.offsetParent).map(row => row.cells[0].innerText)"


@pytest.fixture(scope="module")
def report(tmp_path_factory):
    """The page of a class of three, of whom one has something to look at."""
    folder, rows = tmp_path_factory.mktemp("report"), []
    for name, right in NAMES.items():
        found = tuple(outcome(each, CORRECT if n < right else NOT_YET, why="w") for n, each in enumerate(EXERCISES))
        rows.append(row(Learner(name, remarks=("Odd.",) if name == "ada" else ()), {"01": Graded(found)}, EXERCISES))
    write_report(folder, gathered(rows, (), None, "The course"))
    return (folder / "report.html").as_uri()


def learners(page):
    """Return the names that are seen, in their order."""
    return page.eval_on_selector_all("table.learners tbody tr", SHOWN)


def test_learners_can_be_sorted_and_searched(report):
    """By each column and back, by names without their accents, and only those to look at."""
    with tab() as page:
        said = []
        page.on("console", lambda message: said.append(message.text))
        page.goto(report)
        assert learners(page) == ["ada", "Bo <b>", "Ólafur Jónsson"]
        page.click("th button:has-text('percent')")
        assert learners(page) == ["Bo <b>", "Ólafur Jónsson", "ada"]
        page.click("th button:has-text('percent')")
        assert learners(page) == ["ada", "Ólafur Jónsson", "Bo <b>"]
        assert page.get_attribute("th:has(button:has-text('percent'))", "aria-sort") == "descending"
        page.fill("input[type=search]", "jons olaf")
        assert learners(page) == ["Ólafur Jónsson"]
        assert page.inner_text("[role=status]") == "1 of 3 learners"
        page.fill("input[type=search]", "")
        page.check("input[type=checkbox]")
        assert learners(page) == ["ada"]
        page.evaluate(
            "document.body.append(Object.assign(document.createElement('script'), {text: 'window.evil = 1'}))"
        )
        assert page.evaluate("window.evil") is None
        assert [one for one in said if "Content Security Policy" not in one] == []


@pytest.mark.parametrize("width", [360, 900, 1300])
def test_the_page_is_as_wide_as_the_screen(report, width):
    """No part of it sticks out, and each learner's results are seen whole."""
    with tab() as page, another(page.context.browser, width) as narrow:
        narrow.goto(report)
        assert narrow.evaluate("document.documentElement.scrollWidth") == width
        assert narrow.evaluate(
            "(box => box.scrollWidth <= box.clientWidth)(document.querySelector('.wide:has(.learners)'))"
        )


def test_it_prints_without_what_only_a_screen_needs(report):
    """Neither the search nor the list of links."""
    with tab() as page:
        page.goto(report)
        page.emulate_media(media="print")
        assert not page.is_visible(".tools")
        assert not page.is_visible("nav")
        assert page.is_visible("table.learners")
