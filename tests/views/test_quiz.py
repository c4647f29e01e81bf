"""The lessons' questions: what the manifest can contain, and the card that shows them."""

import html
import re
from html.parser import HTMLParser

import pytest

from helpers import show
from helpers.course import course, parse
from helpers.errors import CourseError, ManifestError
from helpers.views.quiz_card import QuizCard

LESSON = """
title = "A course"
[[lesson]]
slug = "01_first"
title = "T"
able_to = "do"
minutes = 5
needs = []
teaches = []
"""
RIGHT, WRONG = ("Yes", "So it is.", "true"), ("No", "Not so.", "false")


def quiz(*choices, quiz_id="q", question="Is it?"):
    """Return the part of a manifest with one question."""
    text = f'[[lesson.quiz]]\nid = "{quiz_id}"\nquestion = "{question}"\n'
    return text + "".join(
        f'[[lesson.quiz.choice]]\ntext = "{choice}"\nwhy = "{why}"\nright = {right}\n' for choice, why, right in choices
    )


def test_a_question_is_read_with_its_choices():
    """Every choice has its text, its reason and whether it's right, in sequence."""
    (asked,) = parse(LESSON + quiz(WRONG, RIGHT)).lessons[0].quizzes
    assert (asked.id, asked.question, asked.lesson) == ("q", "Is it?", "01_first")
    assert [(choice.text, choice.why, choice.right) for choice in asked.choices] == [
        ("No", "Not so.", False),
        ("Yes", "So it is.", True),
    ]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (quiz(WRONG, WRONG), "'q' has no right choice"),
        (quiz(RIGHT), "'q' must have two choices"),
        (quiz(RIGHT, WRONG).replace('why = "Not so."\n', ""), "choice 2 of the question 'q' has no 'why'"),
        (quiz(RIGHT, ("No", " ", "false")), "choice 2 of the question 'q' has an empty 'why'"),
        (quiz(RIGHT, ("", "Not so.", "false")), "empty 'text'"),
        (quiz(RIGHT, ("No", "Not so.", '"false"')), "right = true or right = false"),
        (quiz(RIGHT, WRONG).replace("right = false\n", ""), "choice 2 of the question 'q' has no 'right'"),
        (quiz(RIGHT, WRONG, question=""), "'q' has an empty 'question'"),
        (quiz(RIGHT, WRONG).replace('id = "q"\n', ""), "a question of 01_first has no 'id'"),
        (quiz(RIGHT, WRONG) + quiz(RIGHT, WRONG), "these ids name two questions: .'q'"),
    ],
)
def test_a_question_that_cannot_be_is_refused(text, says):
    """Every mistake in a question is reported with its place."""
    with pytest.raises(ManifestError, match=says):
        parse(LESSON + text)


def test_two_lessons_do_not_share_a_question_s_id():
    """show.quiz finds a question by its id alone."""
    second = LESSON.replace("01_first", "02_second").partition('"A course"')[2]
    with pytest.raises(ManifestError, match="two questions"):
        parse(LESSON + quiz(RIGHT, WRONG) + second + quiz(RIGHT, WRONG))


def test_an_unknown_question_is_answered_with_those_that_are_known():
    """The error for a mistyped id lists the existing ones."""
    with pytest.raises(CourseError, match=r"no question 'nope'.*slow-worker, three-departments"):
        show.quiz("nope")


class Page(HTMLParser):
    """Reads a card as a browser does. folds: summary and content of every fold, as a reader sees them."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.summaries, self.contents, self.before = [], [], [], ""
        self.summary_attributes, self._in_summary = [], False
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        """Record the tag; `details` starts a fold."""
        self.tags.append(tag)
        if tag == "details":
            self.summaries.append("")
            self.contents.append("")
        if tag == "summary":
            self.summary_attributes.append(dict(attrs))
            self._in_summary = True

    def handle_endtag(self, tag):
        """Record the end of a summary."""
        self._in_summary = self._in_summary and tag != "summary"

    def handle_data(self, data):
        """Add the text to its summary or content."""
        if not self.summaries:
            self.before += data
        elif self._in_summary:
            self.summaries[-1] += data
        else:
            self.contents[-1] += data


CARDS = [pytest.param(quiz.id, id=quiz.id) for lesson in course().lessons for quiz in lesson.quizzes]


@pytest.mark.parametrize("quiz_id", CARDS)
def test_the_card_and_its_text_say_the_same(quiz_id):
    """Question, choices and answers are the same, in the same sequence."""
    card = show.quiz(quiz_id)
    page = Page(card._repr_html_())
    asked, _, answers = repr(card).replace("`", "").partition("Answers, once you have chosen:")
    assert [line.strip() for line in asked.strip().splitlines()] == [page.before, *page.summaries]
    letters = [summary[:3] for summary in page.summaries]
    told = [f"{letter}{content}" for letter, content in zip(letters, page.contents, strict=True)]
    assert [line.strip().replace(". ", ".", 1) for line in answers.strip().splitlines()] == [
        line.replace(". ", ".", 1) for line in told
    ]


@pytest.mark.parametrize("quiz_id", CARDS)
def test_a_reader_of_the_text_can_think_first(quiz_id):
    """In both forms no answer comes before the line that announces the answers."""
    card, asked = show.quiz(quiz_id), course().quiz(quiz_id)
    before, _, after = repr(card).partition("\n\n\nAnswers, once you have chosen:\n")
    for choice in asked.choices:
        assert choice.why not in before
        assert choice.why in after
    assert "Right" not in before
    page = Page(card._repr_html_())
    assert [("Right" in text, "Not quite" in text) for text in page.contents] == [
        (choice.right, not choice.right) for choice in asked.choices
    ]
    assert not any(word in page.before + "".join(page.summaries) for word in ("Right", "Not quite", "✓", "○"))


def test_a_choice_is_opened_by_keyboard_alone():
    """It takes the focus, and JupyterLab's shortcuts are off meanwhile. There's no script and no style sheet."""
    page = Page(show.quiz("slow-worker")._repr_html_())
    assert page.summary_attributes == [{"tabindex": "0", "data-lm-suppress-shortcuts": "true"}] * 3
    assert set(page.tags) <= {"div", "p", "strong", "details", "summary", "span", "code"}


EVIL = "<script>alert(1)</script> & \"x\" 'y' </summary></details><img src=x onerror=alert(2)> `<b>`"


def test_nothing_in_a_question_can_be_a_tag():
    """HTML in a question, choice or reason is shown as text."""
    card = QuizCard(EVIL, ((EVIL, EVIL, True), (EVIL, EVIL, False)))
    picture, page = card._repr_html_(), Page(card._repr_html_())
    seen = EVIL.replace("`", "")
    assert set(page.tags) <= {"div", "p", "strong", "details", "summary", "span", "code"}
    assert page.tags.count("details") == 2
    assert page.summaries == [f"A. {seen}", f"B. {seen}"]
    assert page.contents == [f"✓ Right. {seen}", f"○ Not quite. {seen}"]
    assert html.escape("<script>") in picture
    assert repr(card).count(EVIL) == 5


def test_a_question_over_several_lines_is_one_line_of_text():
    """A manifest can break lines; a choice stays on one, so that no text looks like another choice."""
    card = QuizCard("Is\nit?", (("No\n  B. Yes", "a\nb", False), ("Yes", "c", True)))
    assert len(re.findall(r"(?m)^  [A-Z]\. ", repr(card))) == 4
    assert "A. No B. Yes" in repr(card)
