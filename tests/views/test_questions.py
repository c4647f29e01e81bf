"""The lessons' questions: what the manifest can contain, the card that shows them, and when an answer opens."""

import html
import json
import re
from types import SimpleNamespace

import pytest
from IPython.core.interactiveshell import ExecutionInfo, ExecutionResult

from helpers import progress, questions, show
from helpers.backends import front_end
from helpers.course import HOME, course, parse
from helpers.errors import CourseError, ManifestError
from helpers.views.question_card import PREDICT, QUIZ, QuestionCard

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


def predict(*choices, settled_by='settled_by = "x"', **named):
    """Return the part of a manifest with one prediction."""
    text = quiz(*choices, **named).replace("lesson.quiz", "lesson.predict")
    return text.replace("question =", f"{settled_by}\nquestion =")


def test_a_prediction_names_the_cell_that_settles_it():
    """It's a question with that in addition."""
    (asked,) = parse(LESSON + predict(WRONG, RIGHT)).lessons[0].predictions
    assert (asked.id, asked.settled_by, [choice.right for choice in asked.choices]) == ("q", "x", [False, True])


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (quiz(WRONG, WRONG), "'q' has no right choice"),
        (quiz(RIGHT), "'q' needs at least two choices"),
        (quiz(RIGHT, WRONG).replace('why = "Not so."\n', ""), "choice 2 of the question 'q' has no 'why'"),
        (quiz(RIGHT, ("No", " ", "false")), "choice 2 of the question 'q' needs a 'why'"),
        (quiz(RIGHT, ("", "Not so.", "false")), "needs a 'text'"),
        (quiz(RIGHT, ("No", "Not so.", '"false"')), "right = true or right = false"),
        (quiz(RIGHT, WRONG).replace("right = false\n", ""), "choice 2 of the question 'q' has no 'right'"),
        (quiz(RIGHT, WRONG, question=""), "'q' needs a 'question'"),
        (quiz(RIGHT, WRONG).replace('id = "q"\n', ""), "a question of 01_first has no 'id'"),
        (quiz(RIGHT, WRONG) + quiz(RIGHT, WRONG), "these ids belong to more than one question: .'q'"),
        (quiz(RIGHT, WRONG) + predict(RIGHT, WRONG), "these ids belong to more than one question: .'q'"),
        (predict(RIGHT, WRONG, settled_by=""), "'q' has no 'settled_by'"),
        (predict(RIGHT, WRONG, settled_by='settled_by = " "'), "'q' needs a 'settled_by'"),
        (predict(RIGHT), "'q' needs at least two choices"),
        (predict(RIGHT, *[WRONG] * 4), "'q' has 5 choices, but a prediction needs two to four"),
        (predict(WRONG, WRONG), "'q' has no right choice"),
    ],
)
def test_a_question_that_cannot_be_is_refused(text, says):
    """Every mistake in a question is reported with its place."""
    with pytest.raises(ManifestError, match=says):
        parse(LESSON + text)


def test_two_lessons_do_not_share_a_question_s_id():
    """show.quiz finds a question by its id alone."""
    second = LESSON.replace("01_first", "02_second").partition('"A course"')[2]
    with pytest.raises(ManifestError, match="more than one question"):
        parse(LESSON + quiz(RIGHT, WRONG) + second + quiz(RIGHT, WRONG))


def test_an_unknown_question_is_answered_with_those_that_are_known():
    """The error for a mistyped id lists the existing ones."""
    with pytest.raises(CourseError, match=r"no quiz 'nope'.*slow-worker, three-departments"):
        show.quiz("nope")
    with pytest.raises(CourseError, match=r"no prediction 'slow-worker'.*after-a-crash"):
        show.predict("slow-worker")


# --- the manifest and the lessons -----------------------------------------------------------------------------------

LESSONS = [pytest.param(lesson, id=lesson.slug) for lesson in course().lessons]


def faults(lesson, cells):
    """Return what is wrong with the lesson's predictions, given its notebook's cells in sequence."""
    code = {cell["id"]: n for n, cell in enumerate(cells) if cell["cell_type"] == "code"}
    found = []
    for asked in lesson.predictions:
        shown = [n for n, cell in enumerate(cells) if f'show.predict("{asked.id}")' in "".join(cell["source"])]
        if asked.settled_by not in code:
            found.append(f"{asked.id}: no code cell is {asked.settled_by}")
        elif shown and max(shown) >= code[asked.settled_by]:
            found.append(f"{asked.id}: {asked.settled_by} comes before the question")
    return found


@pytest.mark.parametrize("lesson", LESSONS)
def test_a_cell_after_the_question_settles_it(lesson):
    """Otherwise its answer would never open."""
    notebook = json.loads((HOME / "lessons" / f"{lesson.slug}.ipynb").read_text(encoding="utf-8"))
    assert faults(lesson, notebook["cells"]) == []


def test_a_cell_that_settles_nothing_is_found():
    """One that isn't there, isn't code, or comes before the question."""
    (lesson,) = parse(LESSON + predict(WRONG, RIGHT)).lessons
    cells = [{"id": "x", "cell_type": "code", "source": ["1"]}]
    asks = {"id": "y", "cell_type": "code", "source": ['show.predict("q")']}
    assert faults(lesson, [asks, *cells]) == []
    assert faults(lesson, [*cells, asks]) == ["q: x comes before the question"]
    assert faults(lesson, [asks]) == ["q: no code cell is x"]
    assert faults(lesson, [asks, cells[0] | {"cell_type": "markdown"}]) == ["q: no code cell is x"]


# --- the card without a kernel ---------------------------------------------------------------------------------------


def words(markup):
    """Return what a reader of the HTML reads, without its style sheet."""
    text = re.sub(r"<style>.*?</style>|<[^>]+>", " ", markup, flags=re.DOTALL)
    return " ".join(html.unescape(text).split())


SHOWN = [
    pytest.param(kind, question.id, id=question.id)
    for kind in ("quiz", "predict")
    for lesson in course().lessons
    for question in (lesson.quizzes if kind == "quiz" else lesson.predictions)
]


@pytest.mark.parametrize(("kind", "question_id"), SHOWN)
def test_the_card_and_its_text_say_the_same(kind, question_id):
    """Question, choices and answers are the same, in the same sequence; the marks are the text's own."""
    card = getattr(show, kind)(question_id)
    text = re.sub(r"[✓○`]", "", repr(card)).replace(f"{card.kind}. ", f"{card.kind} ").replace("chosen:", "chosen")
    plain = " ".join(text.replace("run the cell:", "run the cell").split())
    assert "".join(words(card._repr_html_()).split()) == "".join(plain.split())


@pytest.mark.parametrize(("kind", "question_id"), SHOWN)
def test_a_reader_can_think_first(kind, question_id):
    """Before the text's gap and the picture's closed fold are the question and its choices, and nothing else."""
    card = getattr(show, kind)(question_id)
    before, _, after = repr(card).partition("\n\n\nAnswers, once you have ")
    above, _, fold = card._repr_html_().partition("<details")
    assert not fold.startswith(" open")
    assert all(why in after for _, why, _ in card.choices)
    asked = card.question + "".join(f"{chr(ord('A') + n)}.{text}" for n, (text, _, _) in enumerate(card.choices))
    for said, begins in ((before, f"{card.kind}."), (words(above), card.kind)):
        assert re.sub(r"[\s`]", "", said) == re.sub(r"[\s`]", "", begins + asked)
    assert [word == "Right" for word in re.findall(r"<b>(Right|Not quite)\.</b>", fold)] == [
        right for _, _, right in card.choices
    ]


EVIL = "<script>alert(1)</script> & \"x\" 'y' </summary></details><img src=x onerror=alert(2)> `<b>`"


def test_nothing_in_a_question_can_be_a_tag():
    """HTML in a question, choice or reason is shown as text, in every form of the card."""
    card = QuestionCard(EVIL, ((EVIL, EVIL, True), (EVIL, EVIL, False)))
    for drawn, times in ((card._repr_html_(), 5), (card.draw("asking", 0, EVIL), 3), (card.draw("opened", 0, EVIL), 5)):
        assert "<script" not in drawn
        assert "<img" not in drawn
        assert words(drawn).count(EVIL.replace("`", "")) == times
    assert repr(card).count(EVIL) == 5


def test_a_question_over_several_lines_is_one_line_of_text():
    """A manifest can break lines; a choice stays on one, so that no text looks like another choice."""
    card = QuestionCard("Is\nit?", (("No\n  B. Yes", "a\nb", False), ("Yes", "c", True)))
    assert len(re.findall(r"(?m)^  [A-Z]\. ", repr(card))) == 4
    assert "A. No B. Yes" in repr(card)


# --- in a notebook ---------------------------------------------------------------------------------------------------

ASKED = course().prediction("after-a-crash")
RIGHT_PLACE = [choice.right for choice in ASKED.choices].index(True)


class Shell:
    """What of IPython's shell is needed: it tells when a cell has ended."""

    kernel = "a kernel"

    def __init__(self):
        self._hooks = []
        self.events = SimpleNamespace(register=lambda event, hook: self._hooks.append(hook))

    def ran(self, cell_id, stored=True, error_before=None):
        """Tell that a cell has ended."""
        info = ExecutionInfo("", stored, False, True, cell_id)
        result = ExecutionResult(info)
        result.error_before_exec = error_before
        for hook in self._hooks:
            hook(result)


@pytest.fixture
def shell(no_cloud, monkeypatch, tmp_path):
    """A notebook in a working copy, in which somebody can click."""
    made = Shell()
    monkeypatch.setattr(front_end, "shell", lambda: made)
    monkeypatch.setattr(questions, "_followed", None)
    monkeypatch.setattr(questions, "_waiting", {})
    (tmp_path / ".course").mkdir()
    monkeypatch.chdir(tmp_path)
    return made


def click(widget, act, value=None):
    """Click as the browser does, and return the sentence that's said."""
    widget._clicked(widget, {"act": act, "value": value}, [])
    return widget.says


def is_open(widget):
    """Return whether the reasons can be read."""
    return all(choice.why[:20] in html.unescape(widget.html) for choice in ASKED.choices)


def test_a_quiz_opens_at_the_click(shell):
    """It marks the answer, says for each choice why, and remembers nothing."""
    asked = course().quiz("slow-worker")
    widget = show.quiz("slow-worker")
    assert asked.choices[0].why not in words(widget.html)
    assert click(widget, "choose", "0") == "Not quite. Read why, then go on."
    for choice in asked.choices:
        assert choice.why in words(widget.html)
    assert words(widget.html).count("your answer") == 1
    assert list((progress.find()).iterdir()) == []
    assert click(show.quiz("slow-worker"), "choose", "1").startswith("Right.")


def test_a_prediction_opens_when_its_cell_has_run(shell):
    """Not at the click, nor at the question's own cell or at others; and it marks the guess."""
    widget = show.predict(ASKED.id)
    assert click(widget, "choose", "0") == "Noted. Now run the cell below."
    assert 'aria-pressed="true"' in widget.html
    shell.ran("asks")
    shell.ran("another-cell")
    assert not is_open(widget)
    shell.ran(ASKED.settled_by)
    assert is_open(widget)
    assert widget.says == "Not what you guessed. Read why, then go on."
    guessed = re.search(r'<li class="choice guessed">.*?</li>', widget.html, re.DOTALL)[0]
    assert ASKED.choices[0].why in html.unescape(guessed)
    assert click(widget, "choose", "1") == ""
    assert "Not what you guessed" in widget.html


@pytest.mark.parametrize(("place", "says"), [(RIGHT_PLACE, "You guessed right."), (None, "You made no guess")])
def test_it_says_how_the_guess_went(shell, place, says):
    """A right guess is told so; none is no fault."""
    widget = show.predict(ASKED.id)
    if place is not None:
        click(widget, "choose", str(place))
    shell.ran("asks")
    shell.ran(ASKED.settled_by)
    assert widget.says.startswith(says)


def test_show_anyway(shell):
    """It opens without the cell, which then changes nothing."""
    widget = show.predict(ASKED.id)
    assert click(widget, "open").startswith("You made no guess")
    assert is_open(widget)
    before = widget.html
    shell.ran(ASKED.settled_by)
    assert widget.html == before


@pytest.mark.parametrize("cell_id", [None, "vscode-notebook-cell:/home/ada/01.ipynb#W3sZmlsZQ=="])
def test_where_no_ids_are_sent_the_next_cell_settles_it(shell, cell_id):
    """A browser tab's kernel is told none, and VS Code has others. What a cell runs itself is no cell."""
    widget = show.predict(ASKED.id)
    shell.ran(None, stored=False)
    shell.ran(cell_id)
    assert not is_open(widget)
    shell.ran(cell_id, error_before=SyntaxError())
    shell.ran(None, stored=False)
    assert not is_open(widget)
    shell.ran(cell_id)
    assert is_open(widget)


def test_shown_again_it_is_asked_again_with_the_guess_marked(shell):
    """So a learner who comes back tomorrow can think again; the cell opens the newest one."""
    first = show.predict(ASKED.id)
    click(first, "choose", "0")
    shell.ran("asks")
    shell.ran(ASKED.settled_by)
    again = show.predict(ASKED.id)
    shell.ran("asks")
    assert not is_open(again)
    assert 'data-value="0" data-key="choose 0" data-next="says" data-then="next" aria-pressed="true"' in again.html
    assert "That was your guess last time." in words(again.html)
    click(again, "choose", str(RIGHT_PLACE))
    shell.ran(ASKED.settled_by)
    assert again.says.startswith("You guessed right.")
    assert first.says.startswith("Not what you guessed.")


@pytest.mark.parametrize("content", [("choose", "9"), ("choose", "-1"), ("choose", None), ("drop", "0"), ("open", "")])
def test_other_clicks_do_nothing(shell, content):
    """The browser can send anything; a quiz has nothing to show anyway."""
    for widget in (show.quiz("slow-worker"), *([show.predict(ASKED.id)] if content[0] != "open" else [])):
        before = widget.html
        assert click(widget, *content) == ""
        assert widget.html == before


def test_outside_a_working_copy_it_works_too(shell, tmp_path, monkeypatch):
    """The guess is then known until the kernel ends."""
    (tmp_path / ".course").rmdir()
    widget = show.predict(ASKED.id)
    click(widget, "choose", "0")
    shell.ran("asks")
    shell.ran(ASKED.settled_by)
    assert widget.says.startswith("Not what you guessed.")
    assert list(tmp_path.glob("**/progress.json")) == []


def test_what_is_stored_is_the_same_for_everyone(shell):
    """Whatever a learner chose and saw, the notebook has the question with its answers folded."""
    still = QuestionCard(ASKED.question, tuple((c.text, c.why, c.right) for c in ASKED.choices), PREDICT)
    widget = show.predict(ASKED.id)
    click(widget, "choose", "2")
    shell.ran("asks")
    shell.ran(ASKED.settled_by)
    bundle, asked = widget._repr_mimebundle_(), show.predict(ASKED.id)._repr_mimebundle_()
    assert (bundle["text/html"], bundle["text/plain"]) == (asked["text/html"], repr(still))
    assert bundle["text/html"].startswith(still._repr_html_().removesuffix("</figure>"))


@pytest.mark.parametrize("name", [front_end.COMPARED, "NBGRADER_EXECUTION"])
def test_where_outputs_are_compared_or_graded_it_is_still(shell, monkeypatch, name):
    """No widget, and nothing is recorded."""
    monkeypatch.setenv(name, "1")
    assert isinstance(show.predict(ASKED.id), QuestionCard)
    assert show.quiz("slow-worker").kind == QUIZ
    assert questions._waiting == {}
    shell.ran(ASKED.settled_by)
    assert list((progress.find()).iterdir()) == []


@pytest.mark.parametrize(
    ("place", "says"), [(0, "Right, and it isn't the only right one."), (2, "Not quite. Read why, then go on.")]
)
def test_a_quiz_with_several_right_answers_says_so(shell, place, says):
    """Before the click and after it."""
    widget = show.quiz("lost-attribute")
    assert "More than one is right." in widget.html
    assert says in click(widget, "choose", str(place)).replace("&#39;", "'")
