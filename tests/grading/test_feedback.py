"""What a learner gets back: everything that helps, nothing of others, no solution, and no markup of their own."""

import dataclasses
import hashlib
import html
import itertools
import json
import re
import unicodedata
from html.parser import HTMLParser

import nbformat
import pytest
from markdown_it import MarkdownIt
from markupsafe import escape

from helpers.checks.outcome import CORRECT, ERROR, NOT_ATTEMPTED, NOT_YET, STUMBLED, outcome
from helpers.checks.solutions import answer_source
from helpers.course import course
from helpers.errors import NotebookError
from helpers.grading.gradebook import row
from helpers.grading.output import file_names
from helpers.grading.records import Graded, HandIn, Learner
from helpers.grading.reports import pages, texts
from helpers.grading.reports.explain import without_blame
from helpers.grading.reports.feedback import LARGEST, write_feedback
from helpers.grading.reports.notebook_copies import annotated

LESSONS = course().lessons[:2]
FIRST, SECOND, THIRD = LESSONS[0].exercises[:3]
ALL = [exercise for lesson in LESSONS for exercise in lesson.exercises]
EVIL = "<script>alert(1)</script><img src=//x.test/a.png onerror=alert(1)>\"'&amp;"
MISSED = {
    "did": "clients_for('eu-west-1')",
    "got": "a queue in us-east-1",
    "expected": "a queue in eu-west-1",
    "why": "A client works where it was made for; `region_name` says where.",
    "printed": "I was here\n",
}
RAISED = {"did": "session_for()", "got": "NameError: boto", "line_number": 7, "line": "    boto.Session()"}


def learner_row(name="Ada", *outcomes, remarks=(), running=()):
    """Return the row of a learner whose first lesson had these outcomes; without any it was not handed in.

    remarks: on files. running: remarks on running them.
    """
    return row(Learner(name, remarks=remarks), {LESSONS[0].slug: Graded(outcomes, running)} if outcomes else {}, ALL)


@pytest.fixture
def told(tmp_path):
    """Return a function that writes feedback for these rows and returns the first learner's page and text."""

    def write(*rows):
        page_file = tmp_path / write_feedback(tmp_path, rows, LESSONS, "The course")[rows[0].learner]
        return page_file.read_text(encoding="utf-8"), page_file.with_suffix(".txt").read_text(encoding="utf-8")

    return write


def words(markup):
    """Return what a reader of the page sees, on one line."""
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", markup.partition("<body>")[2])).split())


def squeezed(text):
    """Return the text without its line breaks, spaces and the marks of code."""
    return re.sub(r"[\s`]+", "", text)


def outcomes(*said):
    """Return outcomes of the first exercises: pairs of a status and what is said."""
    return tuple(outcome(exercise, status, **more) for exercise, (status, more) in zip(ALL, said, strict=False))


class Structure(HTMLParser):
    """Collects tags, attributes and headings of a page."""

    def __init__(self, markup):
        super().__init__()
        self.tags, self.attributes, self.open = [], [], []
        self.feed(markup)

    def handle_starttag(self, tag, attrs):
        """Keep the tag."""
        self.tags.append(tag)
        self.attributes += [(tag, *pair) for pair in attrs]
        if tag not in ("meta", "br"):
            self.open.append(tag)

    def handle_endtag(self, tag):
        """Each tag closes the one that was opened last."""
        assert self.open.pop() == tag


class Cell(Structure):
    """A cell of feedback: its texts, and its rows of a label and a text, as a reader sees them."""

    def __init__(self, markup):
        self.texts, self.rows = [], []
        super().__init__(markup)

    def handle_starttag(self, tag, attrs):
        """Begin a row, or a line in it."""
        super().handle_starttag(tag, attrs)
        if tag == "th":
            self.rows.append(("", ""))
        if tag == "br":
            self.handle_data("\n")

    def handle_data(self, data):
        """Keep what is read."""
        self.texts.append(data)
        if "th" in self.open:
            self.rows[-1] = (self.rows[-1][0] + data.replace("\xa0", " "), "")
        elif "td" in self.open:
            self.rows[-1] = (self.rows[-1][0], self.rows[-1][1] + data)


# --- what is said ----------------------------------------------------------------------------------------------------


def test_page_and_text_say_everything(told):
    """Name, points, status, what was done, seen, was expected and why, the line, the print, the remarks."""
    said = outcomes((NOT_YET, MISSED), (ERROR, RAISED), (CORRECT, {"why": "Well done because."}), (NOT_ATTEMPTED, {}))
    markup, text = told(learner_row("Ada Lovelace", *said, remarks=("Two cells were alike.",)))
    of = sum(exercise.points for exercise in ALL)
    expected = [
        *("Feedback for Ada Lovelace", f"{THIRD.points} of {of} points", f"1 of {len(ALL)} exercises correct"),
        *("Two cells were alike.", "○ Not yet", "✗ Error in your code", "✓ Correct", "… Not attempted"),
        *(f"0 of {FIRST.points} point", f"{THIRD.points} of {THIRD.points} points"),
        *("clients_for('eu-west-1')", "a queue in us-east-1", "a queue in eu-west-1", MISSED["why"], "I was here"),
        *("line 7: boto.Session()", "It raised", "NameError: boto", "Well done because.", "You didn't try this one"),
        *(FIRST.title, SECOND.title, THIRD.title, f"01 {LESSONS[0].title}", ALL[3].hints[0]),
        *(f"Have another look at the lesson 01 {LESSONS[0].title}", f"until check({FIRST.answer}) says it's correct"),
    ]
    for told_one in (words(markup), text):
        missing = [one for one in expected if squeezed(one) not in squeezed(told_one)]
        assert missing == []


def test_only_the_first_hint_and_only_where_it_helps(told):
    """Who was right, or was told why not, needs none; the later ones, and the solution, are never given away."""
    said = outcomes((CORRECT, {}), (NOT_YET, MISSED), (ERROR, RAISED), (NOT_ATTEMPTED, {}), (NOT_YET, {"got": "1"}))
    markup, text = told(learner_row("Ada", *said))
    for told_one in (words(markup), text):
        for exercise, helps in zip(ALL, (False, False, False, True, True), strict=False):
            assert (squeezed(exercise.hints[0]) in squeezed(told_one)) == helps
        assert not any(squeezed(hint) in squeezed(told_one) for exercise in ALL for hint in exercise.hints[1:])
        for exercise in ALL:
            lines = [line for line in answer_source(exercise).splitlines() if len(line.strip()) > 25]
            assert not any(squeezed(line) in squeezed(told_one) for line in lines if not line.startswith("def "))


def test_a_lesson_that_was_not_handed_in_is_one_line(told):
    """It is named with what it is worth, and nothing is said about its exercises one by one."""
    markup, text = told(learner_row("Ada", *outcomes((CORRECT, {}))))
    for told_one in (words(markup), text):
        assert f"{LESSONS[1].number} {LESSONS[1].title} · 0 of" in told_one
        assert "Not handed in" in told_one
        assert LESSONS[1].exercises[0].title not in told_one


def test_each_exercise_says_how_to_go_on(told):
    """In the notebook, with the check that is there; who was right is done."""
    markup, text = told(learner_row("Ada", *outcomes((CORRECT, {}), (NOT_YET, MISSED), (NOT_ATTEMPTED, {}))))
    for told_one in (words(markup), text):
        assert squeezed(f"Change it in the notebook until check({SECOND.answer}) says") in squeezed(told_one)
        assert squeezed(f"and run check({THIRD.answer}).") in squeezed(told_one)
        assert f"check({FIRST.answer})" not in squeezed(told_one)


def test_a_set_of_ones_own_leads_to_no_lesson_and_no_check(tmp_path):
    """There is neither."""
    lessons = [dataclasses.replace(lesson, title="Exam") for lesson in LESSONS]
    name = write_feedback(tmp_path, [learner_row("Ada", *outcomes((NOT_YET, MISSED)))], lessons, "The exam")["Ada"]
    said = (tmp_path / name).read_text(encoding="utf-8")
    assert "Exam" in said
    assert not re.search(r"Look into|check\(|hint\(|course pack", said)


def test_whose_file_was_damaged_is_not_told_that_there_was_none(told):
    """What was wrong stands above, what to do below; who handed in nothing reads that, and the same."""
    damaged = learner_row("Ada", remarks=("'01.ipynb' is damaged: it isn't the JSON of a notebook.",))
    ran = learner_row("Ada", *outcomes((CORRECT, {})), running=("In lesson 01, the cell of x raised NameError.",))
    for row_, there_was_none in ((damaged, False), (learner_row("Ada"), True), (ran, True)):
        markup, text = told(row_)
        for told_one in (words(markup), " ".join(text.replace("`", "").split())):
            assert ("You didn't hand in a notebook for this" in told_one) == there_was_none
            assert ("Not handed in" in told_one) == there_was_none
            assert ("I couldn't grade any notebook of yours" in told_one) != there_was_none
            assert squeezed("Then run course pack, and hand in the file") in squeezed(told_one)


@pytest.mark.parametrize(
    ("got", "label"),
    [
        ("NameError: name 'x' is not defined", "It raised"),
        ("SystemExit", "It raised"),
        ("I stopped it after 2 seconds of computing.", "I saw"),
    ],
)
def test_an_error_is_told_from_what_the_grader_saw(told, got, label):
    """Only what has an error's name was raised."""
    markup, text = told(learner_row("Ada", *outcomes((ERROR, {"got": got}))))
    assert f"<dt>{label}</dt>" in markup
    assert re.search(rf"{label} +{re.escape(got)}", text)


def test_an_answer_that_is_missing_is_not_called_open(told):
    """It was deleted, or has another name."""
    gone = f"This notebook doesn't define a function {FIRST.answer}."
    for told_one in told(learner_row("Ada", *outcomes((NOT_ATTEMPTED, {"got": gone})))):
        assert gone in html.unescape(told_one)
        assert "You didn't try this one" not in html.unescape(told_one)


def test_nothing_of_another_learner_is_told(told, tmp_path):
    """Two learners, and neither page holds a word of the other."""
    hers = learner_row("Ada", *outcomes((NOT_YET, {"got": "hers"})), remarks=("her remark",))
    his = learner_row("Ben", *outcomes((NOT_YET, {"got": "his-own"})), remarks=("his-remark",))
    told(hers, his)
    for name, other in (("Ada", ("Ben", "his-")), ("Ben", ("Ada", "hers", "her remark"))):
        for kind in ("html", "txt"):
            found = (tmp_path / "feedback" / f"{name}.{kind}").read_text(encoding="utf-8")
            assert not any(word in found for word in other)


# --- what the page is made of ----------------------------------------------------------------------------------------


def test_the_page_stands_alone(told):
    """A language, a title, headings without a gap, no script, nothing from the network, anchors that lead somewhere."""
    markup, _ = told(learner_row("Ada", *outcomes((NOT_YET, MISSED), (ERROR, RAISED)), remarks=("r",)))
    found = Structure(markup)
    assert found.open == []
    assert ("html", "lang", "en") in found.attributes
    assert "<title>Feedback for Ada</title>" in markup
    headings = [int(tag[1]) for tag in found.tags if re.fullmatch("h[1-6]", tag)]
    assert headings[0] == 1
    assert headings.count(1) == 1
    assert all(after <= before + 1 for before, after in itertools.pairwise(headings))
    assert not {"script", "link", "img", "iframe", "object", "form", "base"} & set(found.tags)
    assert not any(name.startswith("on") or name == "src" for _, name, _ in found.attributes)
    policy = "default-src 'none'; style-src 'unsafe-inline'"
    assert ("meta", "content", policy) in found.attributes
    assert not re.search(r"url\(|@import|https?:", markup)
    ids = {value for _, name, value in found.attributes if name == "id"}
    assert {value for _, name, value in found.attributes if name == "href"} == {f"#{one}" for one in ids}
    assert "prefers-color-scheme: dark" in markup
    assert "@media print" in markup


def luminance(colour):
    """Return the relative luminance of #abc or #aabbcc, as WCAG defines it."""
    digits = colour[1:] if len(colour) == 7 else "".join(digit * 2 for digit in colour[1:])
    parts = [int(digits[n : n + 2], 16) / 255 for n in (0, 2, 4)]
    linear = [part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("scheme", [0, 1, 2], ids=["light", "dark", "print"])
def test_the_contrast_is_good(scheme):
    """All text on both grounds, and the paper on what fills a bar: 4.5 to 1 at least (WCAG AA)."""
    sets = re.findall(r":root \{(.*?)\}", pages.render("base.html", title="t"), re.DOTALL)
    colours = dict(re.findall(r"--(\w+): (#\w+)", sets[0])) | dict(re.findall(r"--(\w+): (#\w+)", sets[scheme]))
    for ink in ("ink", "soft", "good", "waits", "bad", "plain", "link"):
        for ground in ("paper", "panel"):
            light, dark = sorted((luminance(colours[ink]), luminance(colours[ground])), reverse=True)
            assert (light + 0.05) / (dark + 0.05) >= 4.5, (ink, ground)


@pytest.mark.parametrize("field", ["did", "got", "expected", "why", "line", "printed"])
def test_nothing_of_the_learner_is_markup(told, field):
    """Whatever an answer makes the check say, names included, it is shown as text."""
    row = learner_row(EVIL, *outcomes((NOT_YET, {field: EVIL, "line_number": 3})), remarks=(EVIL,))
    markup, text = told(row)
    assert "<script" not in markup
    assert "<img" not in markup
    assert markup.count(str(escape(EVIL))) >= 4  # title, heading, remark, field
    assert EVIL in text
    assert Structure(markup).open == []


@pytest.mark.parametrize(
    "unit",
    ["&", "\n", "😀", "\u202e", *(pytest.param(unit, marks=pytest.mark.full) for unit in ('"', "\x00", "`", "a "))],
)
def test_a_page_stays_small(told, unit):
    """Under 200 kB whatever was printed, with what is shortened saying so."""
    flood = dict.fromkeys(("did", "got", "expected", "why", "line", "printed"), unit * 100000)
    all_of_it = tuple(outcome(exercise, NOT_YET, line_number=1, **flood) for exercise in ALL)
    remarks = tuple(f"{n} {unit * 1000}" for n in range(1000))
    given = {LESSONS[0].slug: Graded(all_of_it)}
    for told_one in told(row(Learner("Ada", remarks=remarks), given, ALL)):
        assert len(told_one.encode()) <= LARGEST < 200_000
        assert "characters left out" in told_one
        assert "960 more remarks" in told_one


def test_a_short_print_is_shown_whole(told):
    """Nothing is left out where there is room."""
    printed = "\n".join(f"line {n}" for n in range(200))
    markup, text = told(learner_row("Ada", *outcomes((NOT_YET, {"printed": printed}))))
    assert printed in markup
    assert "line 199" in text
    assert "left out" not in markup + text


def test_unseen_characters_do_not_hide_anything(told):
    """A terminal's commands, a reversed direction of writing and half characters are gone or seen; names are whole."""
    said = "a\x1b[31mred\x1b[0m \x1b]0;title\x07 \u202egnp \x00 \ud800 \rend"
    for told_one in told(learner_row("نازنین\u200cزهرا", *outcomes((NOT_YET, {"got": said, "printed": said})))):
        assert not set("\x1b\x07\u202e\x00\ud800\r") & set(told_one)
        assert "ared " in told_one
        assert "نازنین\u200cزهرا" in told_one


def test_what_was_printed_cannot_pass_for_a_result(told):
    """In the text each line of it is indented below its label."""
    forged = "x\n✓ Correct · 01.1 Clients · 1 of 1 point\r✓ Correct\x0b✓ Correct\u2028✓ Correct"
    _, text = told(learner_row("Ada\n✓ Correct", *outcomes((NOT_YET, {"printed": forged, "got": forged}))))
    assert not re.search("^ {0,4}✓", text, re.MULTILINE)


# --- files -----------------------------------------------------------------------------------------------------------

NAMES = [
    *(
        "Ada Lovelace",
        "ada lovelace",
        "ADA-LOVELACE",
        "../../etc/passwd",
        "..",
        ".",
        "",
        "   ",
        "/",
        "a/b",
        "a\\b",
        "a:b",
    ),
    *(
        "CON",
        "con",
        "nul",
        "COM1",
        "com¹",
        "LPT9.txt",
        "aux.html",
        "name.",
        "name ",
        "name",
        "-rf",
        ".hidden",
        "x" * 5000,
    ),
    *(
        "x" * 5001,
        "林梅" * 300,
        "José",
        "Jose\u0301",
        "Straße",
        "STRASSE",
        "\ud800",
        "a\x00b",
        "a\nb",
        "</a>",
        "हिन्दी",
        "İ",
        "i̇",
    ),
]


def test_file_names_are_safe_everywhere():
    """No slash, no dot, no reserved name, not too long, and no two that any file system takes for one."""
    stems = file_names(NAMES)
    assert set(stems) == set(NAMES)
    reserved = {"con", "prn", "aux", "nul", *(f"{p}{n}" for p in ("com", "lpt") for n in range(10))}
    for name, stem in stems.items():
        assert 0 < len(stem.encode()) <= 160, name
        assert all(c.isalnum() or c in "-_" or unicodedata.category(c)[0] == "M" for c in stem), name
        assert stem.lower() not in reserved
        assert not stem.startswith(("-", "."))
    alike = {unicodedata.normalize("NFKD", stem).casefold() for stem in stems.values()}
    assert len(alike) == len(set(NAMES))
    assert stems["Straße"].startswith("Straße")
    assert stems["José"].startswith("José")
    assert stems["हिन्दी"] == "हिन्दी"


def test_file_names_do_not_depend_on_the_order():
    """Nor on who else is there, as long as nobody is called alike."""
    assert file_names(reversed(NAMES)) == file_names(NAMES)
    assert file_names(["Ada Lovelace", "Ben"]) == {"Ada Lovelace": "Ada-Lovelace", "Ben": "Ben"}


def test_nobody_can_take_another_s_file_name():
    """A name chosen to be what a collision leads to gets another one."""
    taken = file_names(["Ann", "ann"])["ann"]
    stems = file_names(["Ann", "ann", taken])
    assert len({stem.casefold() for stem in stems.values()}) == 3


def test_pages_of_who_is_gone_are_removed(told, tmp_path):
    """If they were ours and nobody changed them; other files stay."""
    folder = tmp_path / "feedback"
    told(learner_row("Ada"), learner_row("Ben"), learner_row("Cem"))
    (folder / "notes.html").write_text("mine")
    (folder / "Cem.txt").write_text("with a word of mine")
    told(learner_row("Ada"))
    assert {path.name for path in folder.iterdir()} == {"Ada.html", "Ada.txt", "notes.html", "Cem.txt", ".written.json"}
    told(learner_row("ADA"))
    assert "ADA" in (folder / "ADA.html").read_text(encoding="utf-8")


OUTSIDE = json.dumps({"../outside.html": hashlib.sha256(b"x").hexdigest(), "Ben.html": 1})


@pytest.mark.parametrize("record", ["", "[]", OUTSIDE, "[" * 100_000])
def test_a_damaged_record_removes_nothing(told, tmp_path, record):
    """What cannot be told to be ours stays, and nothing outside of the folder is touched."""
    told(learner_row("Ada"), learner_row("Ben"))
    (tmp_path / "outside.html").write_text("x")
    (tmp_path / "feedback" / ".written.json").write_text(record)
    told(learner_row("Ada"))
    assert (tmp_path / "feedback" / "Ben.html").exists()
    assert (tmp_path / "outside.html").exists()


# --- the learner's notebook, with feedback ---------------------------------------------------------------------------


def notebook(*cells, **more):
    """Return the bytes of a notebook with these cells: sources of code, or whole cells."""
    whole = [
        {"cell_type": "code", "metadata": {}, "outputs": [], "execution_count": 1, "source": cell}
        if isinstance(cell, str | list)
        else cell
        for cell in cells
    ]
    return json.dumps({"cells": whole, "metadata": {}, "nbformat": 4, "nbformat_minor": 5, **more}).encode()


def cells_of(content, *said):
    """Return the cells of the copy with the feedback, which must be a valid notebook."""
    copy = nbformat.reads(annotated(content, learner_row("Ada", *outcomes(*said)), LESSONS[0]).decode(), as_version=4)
    nbformat.validate(copy)
    return copy.cells


def test_feedback_stands_below_the_last_definition():
    """Of a function that is there twice the last one counts; what is defined nowhere comes at the end."""
    content = notebook(
        "def clients_for(region):\n  return 1",
        ["x = 1\n", "async def clients_for(region):\n", "  pass"],
        "def clients_for_all(): pass\n# def clients_for(",
        "session_for = lambda: 1",
    )
    cells = cells_of(content, (NOT_YET, MISSED), (ERROR, RAISED), (CORRECT, {"why": "Because."}))
    found = [cell.metadata.get("feedback", "own") for cell in cells]
    assert found == ["own", "own", "clients_for", "own", "own", "session_for", "hand_over"]
    assert "○ Not yet" in cells[2].source
    said = Cell(cells[2].source)
    assert ("Expected", MISSED["expected"]) in said.rows
    assert ("Why", MISSED["why"].replace("`", "")) in said.rows
    labels = [label for label, _ in said.rows]
    assert labels == ["I called", "I saw", "Expected", "Why", "It printed", "Next"]
    assert "✓ Correct" in cells[-1].source


def test_outputs_and_everything_else_are_left_behind():
    """Sources alone come along: no output, no attachment, no metadata."""
    output = {"output_type": "display_data", "data": {"text/html": EVIL}, "metadata": {}}
    loaded = {"cell_type": "code", "metadata": {"x": EVIL}, "outputs": [output], "execution_count": 5, "source": "1"}
    prose = {"cell_type": "markdown", "metadata": {}, "attachments": {"a": {"image/png": "x"}}, "source": "# Mine"}
    cells = cells_of(notebook(loaded, prose, metadata={"x": EVIL}), (CORRECT, {}))
    assert [cell.source for cell in cells][:2] == ["1", "# Mine"]
    assert cells[0].outputs == []
    assert EVIL not in json.dumps(cells)


@pytest.mark.parametrize(
    "evil",
    [
        EVIL,
        "![x](http://x.test/a.png) [click](javascript:alert(1)) <b>bold</b>",
        "```\n<script>alert(1)</script>\n```",
        "`````````` \n# heading\n``````````",
        "~~~\n<img src=x>\n~~~",
        "\r```\r<img src=x>\r",
        "\n\n<img src=x>\n\n| a |\n|---|\n$$x$$\n---\nhttp://x.test",
        "[a]: http://x.test\n\n[a]\n\n> quote\n* list",
        "\u2028```\u2028<img src=x>",
        "\\(x\\) \\[y\\] $z$ \\begin{align}a\\end{align} \\$",
        "a`b<i>`c\\`d`",
    ],
)
def test_feedback_in_a_notebook_is_text(evil):
    """Whatever the learner made the check say stays text in one table: no HTML, link, image, heading or formula."""
    said = {**dict.fromkeys(("did", "got", "expected", "why", "line", "printed"), evil), "line_number": 1}
    for status in (NOT_YET, ERROR):
        source = cells_of(notebook("x"), (status, said))[-1].source
        tokens = MarkdownIt("gfm-like", {"linkify": False, "html": True}).parse(source)
        assert [token.type for token in tokens] == ["html_block"]
        assert not set("$`[]*_!|~^\\") & set(source)  # JupyterLab looks for formulas before it looks for HTML
        cell = Cell(source)
        assert set(cell.tags) <= {"p", "strong", "table", "tr", "th", "td", "br", "code", "span"}
        assert {name for _, name, _ in cell.attributes} <= {"width", "align", "valign"}
        assert cell.open == []
        assert not any(set("$\\") & set(text) and len(text) > 1 for text in cell.texts)  # MathJax finds no formula
        shown = [squeezed(text) for label, text in cell.rows if label in ("I called", "Why")]
        assert shown == [squeezed(texts.tidy(evil))] * 2


def test_feedback_in_a_notebook_has_an_end():
    """And nothing unseen in it."""
    source = cells_of(notebook("x"), (NOT_YET, {"printed": "\x1b\u202e" + "x" * 1_000_000}))[-1].source
    assert len(source) < 5000
    assert not set("\x1b\u202e") & set(source)


@pytest.mark.parametrize(
    "content",
    [b"", b"\xff", b"[]", b"null", b"{}", b'{"cells": 1}', b"[" * 100_000, b'{"worksheets": [1, {"cells": 2}]}'],
)
def test_what_is_no_notebook_is_an_error_for_people(content):
    """One bad file has no copy, and raises an error about it."""
    with pytest.raises(NotebookError, match="can't be read"):
        annotated(content, learner_row("Ada"), LESSONS[0])


def test_odd_notebooks_have_a_copy():
    """Cells that are none, sources that are none, the format before, a mark at the start, a number without end."""
    odd = [1, None, {}, {"cell_type": "code", "source": 5}, {"cell_type": "code", "source": ["a", 1, "\ud800"]}]
    assert cells_of(notebook(*odd), (CORRECT, {}))
    old = {"nbformat": 3, "worksheets": [{"cells": [{"cell_type": "code", "input": "def clients_for(): 1"}]}]}
    found = cells_of(b"\xef\xbb\xbf" + json.dumps(old).encode(), (CORRECT, {}))
    assert [cell.cell_type for cell in found] == ["code", "markdown"]
    assert cells_of(b'{"cells": [], "n": ' + b"9" * 1_000_000 + b"}", (CORRECT, {}))
    with pytest.raises(NotebookError):
        annotated(b" " * 20_000_001, learner_row("Ada"), LESSONS[0])


# --- the learner's code ----------------------------------------------------------------------------------------------

CELLS = (
    "import boto3",
    "def clients_for(region):\n    return 'an earlier one'",
    "x = 1\ndef clients_for(region):\n    return boto.Session(region)",
    "def clients_for(region):\n    # YOUR CODE HERE\n    return ...",
)
OF_THE_LINE = {"got": "NameError: boto", "line_number": 3, "line": "    return boto.Session(region)"}


@pytest.fixture
def with_code(tmp_path):
    """Return a function that writes the page of a learner with this outcome and these cells, and returns it."""

    def write(status=ERROR, said=OF_THE_LINE, cells=CELLS):
        hand_in = HandIn("Ada", LESSONS[0].slug, "f.ipynb", cells)
        row = learner_row("Ada", *outcomes((status, said)))
        where = write_feedback(tmp_path, [row], LESSONS, "The course", [Learner("Ada", (hand_in,))])["Ada"]
        return (tmp_path / where).read_text(encoding="utf-8")

    return write


def code_on(markup):
    """Return the code that a page shows."""
    return [
        html.unescape(re.sub("<[^>]+>", "", code))
        for code in re.findall('<pre class="code"[^>]*>(.*?)</pre>', markup, re.DOTALL)
    ]


def test_the_learners_code_stands_beside_what_the_check_saw(with_code):
    """The newest definition that is more than the stub, with the line that the error came from."""
    markup = with_code()
    assert code_on(markup) == [CELLS[2] + "\n"]
    assert re.findall("<mark>(.*?)</mark>", markup) == ["    return boto.Session(region)"]
    assert Structure(markup).open == []


@pytest.mark.parametrize("changed", [{"line_number": 2}, {"line": "other"}, {"line_number": 99}, {"line_number": None}])
def test_only_the_line_that_raised_is_pointed_at(with_code, changed):
    """A line with that number and another text, as one of an imported module, is not it."""
    assert "<mark>" not in with_code(said={**OF_THE_LINE, **changed})


def test_where_there_is_no_answer_no_code_is_shown(with_code):
    """Neither a stub nor a cell that defines something else."""
    assert code_on(with_code(NOT_ATTEMPTED, {})) == code_on(with_code(cells=CELLS[:1])) == []


def test_the_learners_code_is_text(with_code):
    """And however long, the page stays small."""
    markup = with_code(cells=(f"def clients_for(region):\n    return '''{EVIL}'''",))
    assert "<script" not in markup
    assert EVIL in code_on(markup)[0]
    assert len(with_code(cells=("def clients_for(region):\n" + "    x\n" * 300_000,)).encode()) <= LARGEST


def test_a_failed_check_is_no_mistake_of_the_learners(told):
    """It's told as such, costs no points, and nobody is sent to change a right answer."""
    failed = {"got": "the check itself raised NameError: x", "reason": STUMBLED}
    found = without_blame(outcome(FIRST, NOT_YET, **failed))
    for told_one in told(learner_row("Ada", found)):
        said = squeezed(told_one if "<body>" not in told_one else words(told_one))
        assert squeezed("? Check failed") in said
        assert squeezed("so it isn't marked and costs you no points. Your instructor is told.") in said
        assert squeezed("0 of 1 point") not in said
        assert squeezed("Change it in the notebook until") not in said
