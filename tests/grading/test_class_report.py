"""What the instructor learns about the class: the numbers, the reasons, the changes; as HTML and as text."""

import html
import re

import pytest

from helpers.checks.outcome import CORRECT, ERROR, NOT_ATTEMPTED, NOT_YET, outcome
from helpers.course import course
from helpers.grading.gradebook import Change, row
from helpers.grading.records import Graded, Learner
from helpers.grading.reports.class_report import NOBODY, write_report

EXERCISES = course().lessons[0].exercises[:3]
EVIL = "<script>alert(1)</script><img src=//x.test/a.png>"
TYPE_ERROR = {"status": ERROR, "got": "TypeError: f() got an unexpected keyword argument"}


def learner_row(name, *outcomes, remarks=()):
    """Return a row; each outcome is a status, or what an outcome says."""
    said = [{"status": one} if isinstance(one, str) else one for one in outcomes]
    made = tuple(outcome(exercise, **one) for exercise, one in zip(EXERCISES, said, strict=False))
    return row(Learner(name, remarks=remarks), {"01": Graded(made)} if made else {}, EXERCISES)


@pytest.fixture
def told(tmp_path):
    """Return a function that writes a report and returns its page and its text."""

    def write(rows, remarks=(), changes=None, pages=None):
        write_report(tmp_path, rows, remarks, changes, "The course", pages)
        return tuple((tmp_path / f"report.{kind}").read_text(encoding="utf-8") for kind in ("html", "txt"))

    return write


def words(page):
    """Return what a reader of the page sees, on one line."""
    body = page.partition("<body>")[2]
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", body)).split())


def cells(page, first):
    """Return the cells of the table's row that begins so."""
    found = [re.findall(r"<t[dh][^>]*>(.*?)</t[dh]>", line) for line in page.splitlines() if line.startswith("<tr>")]
    return next([words(f"<body>{cell}") for cell in line] for line in found if line and first in line[0])


def not_yet(why):
    """Return an outcome with this reason."""
    return {"status": NOT_YET, "why": why}


def test_each_exercise_has_its_numbers(told):
    """How many passed, not yet, error, not attempted, not handed in, and the mean; a picture and its text twin."""
    rows = [learner_row(f"p{n}", CORRECT) for n in range(3)] + [learner_row("n", NOT_YET), learner_row("g")]
    rows += [learner_row("e1", TYPE_ERROR), learner_row("e2", TYPE_ERROR), learner_row("a", NOT_ATTEMPTED)]
    page, text = told(rows)
    assert cells(page, "01.1")[2:] == ["3", "1", "2", "0", "1", "1", "0.38 of 1"]
    assert re.search(r"^01\.1 .*✓✓✓○✗✗…–\s+3\s+1\s+2\s+0\s+1\s+1\s+0\.38 of 1$", text, re.MULTILINE)
    bar = re.search(r'class="bar" aria-hidden="true">(.*?)</div>', page).group(1)
    assert re.findall(r"flex: (\d+) 0 0", bar) == ["3", "1", "2", "1", "1"]
    assert re.findall(r">([✓○✗…–])<", bar) == list("✓○✗…–")


def test_the_bar_of_a_large_class_is_as_long_as_that_of_a_small_one(told):
    """Marks stand for several learners then, in the right parts."""
    _, text = told([learner_row(f"{n:04}", CORRECT if n < 750 else NOT_YET) for n in range(1000)])
    assert re.search(r"^01\.1 .*  ✓{22}○{8}  750 +250", text, re.MULTILINE)


def test_an_exercise_that_nobody_passes_is_flagged(told):
    """Where somebody passes, or nobody handed in, there is nothing to ask."""
    page, text = told([learner_row("Ada", CORRECT, NOT_YET), learner_row("Ben", NOT_YET, TYPE_ERROR)])
    assert page.count(NOBODY) == text.count(NOBODY) == 1
    assert NOBODY in cells(page, "01.2")[0]
    assert f"01.2: {NOBODY}" in text


def test_misconceptions_are_grouped_and_counted(told):
    """By the reason, with how often and how many learners; errors by their type; what most met comes first."""
    rows = [
        learner_row("Ada", not_yet("A lease ended."), not_yet("A lease ended.")),
        learner_row("Ben", not_yet("A lease ended."), not_yet("Another thing.")),
        learner_row("Cem", {"status": CORRECT, "why": "The takeaway."}, TYPE_ERROR, TYPE_ERROR),
    ]
    page, text = told(rows)
    assert cells(page, "A lease ended.")[1:] == ["01.1, 01.2", "2", "3"]
    assert cells(page, "Another thing.")[1:] == ["01.2", "1", "1"]
    assert cells(page, "Error: TypeError")[1:] == ["01.2, 01.3", "1", "2"]
    assert "unexpected keyword" in cells(page, "Error: TypeError")[0]
    assert "The takeaway." not in page + text
    assert "- 2 learners, 3 times, in 01.1, 01.2: A lease ended." in text
    assert text.index("A lease ended.") < text.index("TypeError") < text.index("Another thing.")


def test_the_points_are_spread_over_tenths(told):
    """Nothing is in the first, everything in the last."""
    page, _ = told([learner_row("Ada", CORRECT, CORRECT, CORRECT), learner_row("Ben"), learner_row("Cem")])
    assert (cells(page, "0 to 9")[-1], cells(page, "50 to 59")[-1], cells(page, "90 to 100")[-1]) == ("2", "0", "1")
    assert "3 learners, 2 without a hand-in that could be graded." in words(page)


def test_odd_hand_ins_stand_by_learner(told):
    """And what belongs to nobody stands first."""
    for told_one in told(
        [learner_row("Ben", remarks=("Two cells.",)), learner_row("Ada", CORRECT)], ("A stray file.",)
    ):
        said = words(f"<body>{told_one}")
        odd = said[said.rindex("Hand-ins to look at") :].split("Learners")[0]
        assert odd.index("A stray file.") < odd.index("Ben") < odd.index("Two cells.")
        assert "Ada" not in odd


def test_changes_stand_with_their_reasons(told):
    """What was, what is and why; and two ways of there being none."""
    change = Change("Ada", "01.1", "Clients", 0, NOT_YET, 1.5, CORRECT, "handed in again")
    page, text = told([learner_row("Ada", CORRECT)], changes=[change])
    assert cells(page, "Ada") == ["Ada", "01.1 Clients", "0, not yet", "1.5, correct", "handed in again"]
    assert "- Ada, 01.1 Clients: before: 0, not yet; now: 1.5, correct (handed in again)" in text
    assert all("No mark has changed" in one for one in told([], changes=[]))
    assert all("first grade book" in one for one in told([], changes=None))


def test_learners_stand_by_name(told):
    """Ascending, with points and a mark for each exercise, and a link to the page where there is one."""
    rows = [learner_row("zoe"), learner_row("Bob", CORRECT), learner_row("ann", NOT_YET)]
    page, text = told(rows, pages={"Bob": 'feedback/Bö"b.html'})
    listed = page[page.index(">Learners</h2>") : page.index(">How the points are distributed</h2>")]
    assert listed.index("ann") < listed.index("Bob") < listed.index("zoe")
    assert 'href="feedback/B%C3%B6%22b.html"' in listed
    assert 'aria-label="correct, not handed in, not handed in"' in listed
    assert re.search(r"^Bob +1 of 5 +20 +✓ – –$", text, re.MULTILINE)


def test_nothing_of_a_learner_is_markup(told):
    """Names, reasons, errors, remarks and changes are text, and the page loads and runs nothing."""
    change = Change(EVIL, "01.1", "t", 0, NOT_YET, 1, CORRECT, "r")
    rows = [learner_row(EVIL, not_yet(EVIL), {"status": ERROR, "got": f"{EVIL}: x"}, not_yet(""), remarks=(EVIL,))]
    page, _ = told(rows, (EVIL,), [change], {EVIL: "feedback/x.html"})
    assert EVIL not in page
    assert page.count(html.escape(EVIL)) >= 5
    assert not re.search(
        r"<(script|img|link|iframe|object)|\bon\w+=|src=|http:|https:|@import|url\(",
        page.replace(html.escape(EVIL), ""),
    )
    assert "default-src 'none'; style-src 'unsafe-inline'" in page


def test_the_report_has_an_end(told):
    """However much is odd, it is counted and not all listed."""
    rows = [
        learner_row(f"{n:03}", not_yet(f"reason {n} " + "x" * 5000), remarks=tuple(f"{n} {m}" for m in range(90)))
        for n in range(100)
    ]
    page, text = told(rows)
    assert len(page) < 400_000
    assert "There are 40 more." in page
    assert "There are 70 more." in text
    assert all("99 19" in one and "99 20" not in one for one in (page, text))


def test_an_empty_class_has_a_report(told):
    """It says that there is nobody."""
    assert all("There are no learners." in one for one in told([]))


def test_what_has_no_name_of_an_error_is_one_kind(told):
    """Answers that never ended, or ended their process, whatever was said of each."""
    rows = [
        learner_row(f"p{n}", {"status": ERROR, "got": f"Your function was still running. {n} seconds."})
        for n in range(2)
    ]
    page, _ = told(rows)
    assert cells(page, "Error: the check never finished")[1:] == ["01.1", "2", "2"]


def test_each_part_is_a_click_away(told):
    """What is odd about hand-ins, and the learners, stand before the picture of how points are spread."""
    page, text = told([learner_row("Ada", CORRECT)])
    links = re.findall(r'<a href="#(\w+)">([^<]+)</a>', page)
    assert links == re.findall(r'<h2 id="(\w+)">([^<]+)</h2>', page)
    names = [name for _, name in links]
    assert names.index("Hand-ins to look at") < names.index("Learners")
    assert names[-1] == "How the points are distributed"
    assert [text.index(f"{name}\n=") for name in names] == sorted(text.index(f"{name}\n=") for name in names)


def test_a_misconception_is_counted_by_its_reason_not_by_its_wording(told):
    """Two learners with one reason are one finding, although a drawn number makes their texts differ."""
    said = [{"status": NOT_YET, "got": "1", "why": f"It kept {n} of 9.", "reason": "kept-some"} for n in (3, 4)]
    other = {"status": NOT_YET, "got": "1", "why": "It kept none.", "reason": "kept-none"}
    _, text = told([learner_row("Ada", said[0]), learner_row("Grace", said[1]), learner_row("Alan", other)])
    assert "It kept 3 of 9." in text
    assert "It kept 4 of 9." not in text
    assert "It kept none." in text
