"""What the instructor learns about the class: the numbers, the reasons, the changes; as HTML and as text."""

import base64
import dataclasses
import hashlib
import html
import re

import pytest

from helpers.checks.outcome import (
    CHECK_FAILED,
    CORRECT,
    ERROR,
    NOT_ATTEMPTED,
    NOT_YET,
    OLDER,
    STUMBLED,
    UNREACHABLE,
    outcome,
)
from helpers.course import course
from helpers.grading.gradebook import Change, row
from helpers.grading.records import Graded, Learner
from helpers.grading.reports.class_report import report, write_report
from helpers.grading.reports.next_steps import NOBODY, NOTHING
from helpers.grading.reports.texts import number

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

    def write(rows, remarks=(), changes=None, pages=None, similar=()):
        write_report(tmp_path, report(rows, remarks, changes, "The course", pages, similar=similar))
        return tuple((tmp_path / f"report.{kind}").read_text(encoding="utf-8") for kind in ("html", "txt"))

    return write


def words(page):
    """Return what a reader of the page sees, on one line."""
    body = page.partition("<body>")[2]
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", body)).split())


def cells(page, first):
    """Return the cells of the table's row that begins so."""
    found = [re.findall(r"<t[dh][^>]*>(.*?)</t[dh]>", line) for line in page.splitlines() if line.startswith("<tr")]
    return next([words(f"<body>{cell}") for cell in line] for line in found if line and first in line[0])


def not_yet(why):
    """Return an outcome with this reason."""
    return {"status": NOT_YET, "why": why}


def part(page, exercise):
    """Return what a reader of the page sees of one exercise."""
    return words("<body>" + page.partition(f'aria-label="{exercise}">')[2].partition("</section>")[0])


def steps(page):
    """Return what the page says to do next."""
    return [
        words(f"<body>{step}")
        for step in re.findall(r"<li>(.*?)</li>", page.partition('class="next"')[2].partition("</ol>")[0])
    ]


def test_three_figures_lead(told):
    """Handed in, passed and to look at; they come before anything else, with what to do next below them."""
    rows = [learner_row("Ada", CORRECT, CORRECT, CORRECT), learner_row("Ben", CORRECT, NOT_YET, remarks=("Odd.",))]
    page, text = told([*rows, learner_row("Cem")], ("A stray file.",))
    seen = words(page)
    assert seen.startswith("The class The course 2 of 3 learners handed in 4 of 5 answers passed 1")
    assert "1 learner passed every exercise 2 to look at 1 learner, and files that belong to nobody" in seen
    assert seen.index("to look at") < seen.index("What to do next") < seen.index("Exercises, hardest first")
    assert text.splitlines()[:4] == [
        "The class",
        "2 of 3 learners handed in",
        "4 of 5 answers passed (1 learner passed every exercise)",
        "2 to look at (1 learner, and files that belong to nobody)",
    ]


def test_what_to_do_next_is_said_in_sentences(told):
    """Files of nobody, who is missing, and what most learners failed, with what most of them met."""
    missed = {"status": NOT_YET, "why": "A lease ended.", "reason": "lease"}
    rows = [learner_row("Ada", CORRECT, missed), learner_row("Ben", missed, missed), learner_row("Cem")]
    page, text = told(rows, ("A stray file.",))
    said = steps(page)
    assert [one.split()[0] for one in said] == ["Look", "Ask", "Go"]
    assert said[1] == "Ask for hand-ins: nothing came from Cem."
    assert said[2] == f"Go over 01.2 again, “{EXERCISES[1].title}”. {NOBODY} What 2 learners met: A lease ended."
    assert all(one in " ".join(text.split()) for one in said)


def test_an_exercise_that_nobody_tried_was_failed_by_nobody(told):
    """It comes last, counts as no answer, and isn't called unfair."""
    page, _ = told([learner_row("Ada", NOT_ATTEMPTED, CORRECT), learner_row("Ben", NOT_ATTEMPTED, NOT_ATTEMPTED)])
    assert "1 of 1 answers passed" in words(page)
    assert re.findall(r'class="exercise" aria-label="([^"]+)"', page) == ["01.2", "01.1", "01.3"]
    assert steps(page) == [NOTHING]


def test_when_nothing_is_left_to_do_that_is_said(told):
    """And an exercise that most learners passed needn't be taught again."""
    rows = [learner_row("Ada", CORRECT, CORRECT, CORRECT), learner_row("Ben", CORRECT, NOT_YET, CORRECT)]
    assert all(NOTHING in one for one in told(rows))


def test_a_check_that_failed_is_told_as_such(told):
    """It costs no points and is no misconception; what to do depends on whether it finished for anybody."""
    failed = {"status": CHECK_FAILED, "reason": STUMBLED, "got": "the check raised NameError: x"}
    rows = [learner_row("Ada", failed, failed), learner_row("Ben", CORRECT, failed)]
    assert [(one.points, one.of) for one in rows] == [(0, EXERCISES[2].points), (1, 1 + EXERCISES[2].points)]
    page, _ = told(rows)
    first, second = steps(page)
    assert "The same check finished for other learners, so begin with these answers." in first
    assert "couldn't finish for Ada and Ben" in second
    assert "It finished for nobody, so begin with the check. It said: the check raised NameError: x" in second
    assert "2 learners Not marked, because the check itself couldn't finish." in part(page, "01.2")
    assert "1 of 1 passed" in part(page, "01.1")


def test_an_unreachable_cloud_is_told_as_such(told):
    """Nobody is blamed, and grading again is all there is to do."""
    failed = {"status": CHECK_FAILED, "reason": UNREACHABLE, "got": "The check couldn't reach its cloud: refused"}
    (said,) = steps(told([learner_row("Ada", failed, failed, CORRECT)])[0])
    assert said.startswith(
        "Grade again once the cloud can be reached: 2 answers couldn't be checked without it (01.1, "
    )


def test_older_copies_are_for_the_instructor_to_decide(told):
    """With the learners' names."""
    (said,) = steps(told([learner_row("Ada", {"status": OLDER}, CORRECT)])[0])
    assert "Ada handed some in." in said


def test_each_exercise_has_its_numbers(told):
    """How many passed, not yet, error, not attempted, not handed in, and the mean; a picture and its text twin."""
    rows = [learner_row(f"p{n}", CORRECT) for n in range(3)] + [learner_row("n", NOT_YET), learner_row("g")]
    rows += [learner_row("e1", TYPE_ERROR), learner_row("e2", TYPE_ERROR), learner_row("a", NOT_ATTEMPTED)]
    page, text = told(rows)
    counts = ["3 correct", "1 not yet", "2 error", "1 not attempted", "1 not handed in"]
    assert f"3 of 6 passed ✓ ○ ✗ … – {' · '.join(counts)} · mean 0.38 of 1" in part(page, "01.1")
    assert re.search(r"^01\.1 .*: 3 of 6 passed, mean 0\.38 of 1$", text, re.MULTILINE)
    assert f"✓✓✓○✗✗…–  {', '.join(counts)}" in text
    bar = re.search(r'class="bar" aria-hidden="true">(.*?)</div>', page).group(1)
    assert re.findall(r"flex: (\d+) 0 0", bar) == ["3", "1", "2", "1", "1"]
    assert re.findall(r">([✓○✗…–])<", bar) == list("✓○✗…–")


def test_the_bar_of_a_large_class_is_as_long_as_that_of_a_small_one(told):
    """Marks stand for several learners then, in the right parts."""
    _, text = told([learner_row(f"{n:04}", CORRECT if n < 750 else NOT_YET) for n in range(1000)])
    assert f"  {'✓' * 22}{'○' * 8}  750 correct, 250 not yet\n" in text


def test_the_hardest_exercise_comes_first(told):
    """By the part of the answers that are right; what nobody handed in comes last."""
    rows = [learner_row("Ada", CORRECT, NOT_YET), learner_row("Ben", NOT_YET, NOT_YET)]
    page, text = told(rows)
    assert re.findall(r'class="exercise" aria-label="([^"]+)"', page) == ["01.2", "01.1", "01.3"]
    assert "nobody tried this" in part(page, "01.3")
    assert text.index("\n01.2 ") < text.index("\n01.1 ") < text.index("\n01.3 ")


def test_an_exercise_that_nobody_passes_is_flagged(told):
    """Where somebody passes, or nobody handed in, there is nothing to ask."""
    page, text = told([learner_row("Ada", CORRECT, NOT_YET), learner_row("Ben", NOT_YET, TYPE_ERROR)])
    assert [NOBODY in part(page, exercise) for exercise in ("01.1", "01.2", "01.3")] == [False, True, False]
    assert text.count(f"  ! {NOBODY}") == 1


def test_misconceptions_are_counted_by_exercise(told):
    """By the reason, with how many learners had each; errors by their type; what most met comes first."""
    rows = [
        learner_row("Ada", not_yet("A lease ended."), not_yet("A lease ended.")),
        learner_row("Ben", not_yet("A lease ended."), not_yet("Another thing.")),
        learner_row("Cem", {"status": CORRECT, "why": "The takeaway."}, TYPE_ERROR, TYPE_ERROR),
    ]
    page, text = told(rows)
    assert "2 learners A lease ended." in part(page, "01.1")
    assert "1 learner A lease ended. 1 learner Another thing. 1 learner Error: TypeError" in part(page, "01.2")
    assert "Error: TypeError For example: TypeError: f() got an unexpected keyword" in part(page, "01.3")
    assert "The takeaway." not in page + text
    assert "  - 2 learners: A lease ended." in text


def test_the_points_are_spread_over_tenths(told):
    """Nothing is in the first, everything in the last."""
    page, _ = told([learner_row("Ada", CORRECT, CORRECT, CORRECT), learner_row("Ben"), learner_row("Cem")])
    assert (cells(page, "0 to 9")[-1], cells(page, "50 to 59")[-1], cells(page, "90 to 100")[-1]) == ("2", "0", "1")
    assert "Both include the 2 without a hand-in that could be graded." in words(page)


def test_odd_hand_ins_stand_by_learner(told):
    """And what belongs to nobody stands first."""
    for told_one in told(
        [learner_row("Ben", remarks=("Two cells.",)), learner_row("Ada", CORRECT)], ("A stray file.",)
    ):
        said = words(f"<body>{told_one}")
        odd = said[said.rindex("Hand-ins to look at") :].split("Similar hand-ins")[0]
        assert odd.index("A stray file.") < odd.index("Ben") < odd.index("Two cells.")
        assert "Ada" not in odd


def test_changes_stand_with_their_reasons(told):
    """What was, what is and why; and two ways of there being none."""
    change = Change("Ada", "01.1", "Clients", 0, NOT_YET, 1.5, CORRECT, "handed in again")
    page, text = told([learner_row("Ada", CORRECT)], changes=[change])
    changed = page.partition(">What changed since last time</h2>")[2]
    assert cells(changed, "Ada") == ["Ada", "01.1 Clients", "0, not yet", "1.5, correct", "handed in again"]
    assert "- Ada, 01.1 Clients: before: 0, not yet; now: 1.5, correct (handed in again)" in text
    assert all("No mark has changed" in one for one in told([], changes=[]))
    assert all("first grade book" in one for one in told([], changes=None))


def test_learners_stand_by_name(told):
    """Ascending, with points and a mark for each exercise, and a link to the page where there is one."""
    rows = [learner_row("zoe"), learner_row("Bob", CORRECT), learner_row("ann", NOT_YET)]
    page, text = told(rows, pages={"Bob": 'feedback/Bö"b.html'})
    listed = page[page.index(">Learners</h2>") : page.index(">Hand-ins to look at</h2>")]
    assert listed.index("ann") < listed.index("Bob") < listed.index("zoe")
    assert 'href="feedback/B%C3%B6%22b.html"' in listed
    assert 'aria-label="correct, not handed in, not handed in"' in listed
    assert re.search(r"^Bob +1 of 5 +20 +✓ – –$", text, re.MULTILINE)


def test_nothing_of_a_learner_is_markup(told):
    """Names, reasons, errors, remarks and changes are text, and the page loads and runs nothing."""
    change = Change(EVIL, "01.1", "t", 0, NOT_YET, 1, CORRECT, "r")
    rows = [learner_row(EVIL, not_yet(EVIL), {"status": ERROR, "got": f"{EVIL}: x"}, not_yet(""), remarks=(EVIL,))]
    pair = {"first": EVIL, "second": "Ben", "reason": EVIL}
    page, _ = told(rows, (EVIL,), [change], {EVIL: "feedback/x.html"}, [pair])
    assert EVIL not in page
    assert page.count(html.escape(EVIL)) >= 7
    (script,) = re.findall(r"<script>(.*?)</script>", page, re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-{digest}'"
    assert f'content="{policy}"' in page
    rest = page.replace(html.escape(EVIL), "").replace(f"<script>{script}</script>", "")
    assert not re.search(r"<(script|img|link|iframe|object)|\bon\w+=|src=|http:|https:|@import|url\(", rest)


def test_the_script_is_the_same_whatever_is_in_the_report(told):
    """No value gets into it, and it makes no markup of what it finds on the page."""
    scripts = {
        re.search(r"<script>(.*?)</script>", told(rows)[0], re.DOTALL)[1]
        for rows in ([], [learner_row(EVIL, NOT_YET, remarks=(EVIL,))])
    }
    assert len(scripts) == 1
    assert not re.search(r"innerHTML|outerHTML|insertAdjacent|document\.write|eval|Function", scripts.pop())


def test_similar_hand_ins_are_pairs_with_a_reason_and_no_accusation(told):
    """Both pages are linked, and what else can explain it stands first."""
    pair = {"first": "Ada", "second": "Ben", "reason": "In 01.1 two lines are alike."}
    page, text = told(
        [learner_row("Ada", CORRECT), learner_row("Ben", CORRECT)], similar=[pair], pages={"Ben": "b.html"}
    )
    assert cells(page.partition(">Similar hand-ins</h2>")[2], "Ada") == ["Ada", "Ben", pair["reason"]]
    assert '<a href="b.html">Ben</a></td><td data-label="share">' in page
    assert "- Ada and Ben: In 01.1 two lines are alike." in text
    for one in (page, text):
        assert "Read both answers before you talk to anybody." in one
        assert not re.search("plagiari|cheat|copied|suspic", one, re.IGNORECASE)


def test_the_report_has_an_end(told):
    """However much is odd, it is counted and not all listed."""
    rows = [
        learner_row(f"{n:03}", not_yet(f"reason {n} " + "x" * 5000), remarks=tuple(f"{n} {m}" for m in range(90)))
        for n in range(100)
    ]
    page, text = told(rows)
    assert len(page) < 400_000
    assert all("There are 92 more." in one and "There are 70 more." in one for one in (page, text))
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
    assert "2 learners Error: the check never finished" in part(page, "01.1")


def test_each_part_is_a_click_away(told):
    """What to do stands first, and the picture of how points are spread last."""
    page, text = told([learner_row("Ada", CORRECT)])
    links = re.findall(r'<a href="#(\w+)">([^<]+)</a>', page)
    assert links == re.findall(r'<h2 id="(\w+)">([^<]+)</h2>', page)
    names = [name for _, name in links]
    assert names[0] == "What to do next"
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


def test_who_is_excused_from_everything_is_in_no_mean(told):
    """Neither as nothing nor as full points."""
    ill = learner_row("Ill", NOT_YET)
    ill = dataclasses.replace(ill, marks=tuple(dataclasses.replace(mark, excused=True) for mark in ill.marks))
    right = learner_row("Right", CORRECT, CORRECT)
    _, text = told([ill, right])
    most = number(right.points)
    assert f"Mean {most} of" in text
    assert f"median {most}." in text
