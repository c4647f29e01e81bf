"""`course slides`: what's on the slides by the rule, and a page that needs nothing but a browser."""

import re

import pytest
from browsing import picture, tab
from looking import axe
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from helpers.authoring import normal, slides, slideshow
from helpers.course import HOME, course
from helpers.errors import CourseError, NotebookError

LESSON = course().lessons[0]
TEN = "Billing asks for a queue and gets one in no time."
FAULTS = """axe.run({runOnly: ['wcag2a', 'wcag2aa']})
    .then(done => done.violations.map(fault => [fault.id, fault.nodes.map(node => node.html)]))"""


def made(*cells):
    """Return the slides of a notebook with these cells."""
    return list(slides.slides(new_notebook(cells=list(cells)), LESSON))


def code(source, cell_id="a", *outputs):
    """Return a cell of code with its id and outputs."""
    return new_code_cell(source, id=cell_id, outputs=list(outputs))


def stored(lesson):
    """Return a lesson's notebook."""
    return normal.read(HOME / "lessons" / f"{lesson.slug}.ipynb")


# --- the rule --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("block", "shown"),
    [
        (f"{TEN} And more.", TEN),
        (f"So it is. {TEN} And more.", f"So it is. {TEN}"),
        ("It came back: nobody deleted it. And more.", "It came back: nobody deleted it. And more."),
        (TEN.replace("a queue", "boto3.client") + " And more.", TEN.replace("a queue", "boto3.client")),
        (f"**What just happened?** {TEN} And more.", f"**What just happened?** {TEN}"),
        (f"**{TEN} Words** in bold. The end.", f"**{TEN} Words** in bold."),
        ("- One. Two.\n- Three. Four.", "- One. Two.\n- Three. Four."),
        ("| a. B | c |\n|---|---|", "| a. B | c |\n|---|---|"),
        ("> **Careful.** It doesn't. Really.", "> **Careful.** It doesn't. Really."),
    ],
)
def test_of_a_paragraph_the_beginning_is_shown(block, shown):
    """That's ten words or more, in whole sentences. Other blocks are shown whole, and bold words aren't cut in two."""
    assert slides.brief(block) == shown


def test_a_heading_begins_a_slide():
    """Folds and what's behind the lesson's end are left out; a comment in code is no heading; notes have all prose."""
    first, second = made(
        new_markdown_cell(
            f"{TEN} More.\n\n<details><summary>More</summary>\n\nFolded\n\n</details>\n\n## 1. A\n\n[x](y.md)"
        ),
        new_markdown_cell("## In practice\n\nCosts."),
        code("gone()"),
    )
    assert (first.steps, first.notes) == ((TEN,), f"{TEN} More.")
    assert (second.section, second.steps, second.notes) == ("1. A", ("## 1. A\n\nx",), "")
    [fenced] = made(new_markdown_cell("```ini\n# a comment\n```"))
    assert fenced.steps == ("```ini\n# a comment\n```",)


def test_code_comes_before_its_output():
    """They're two steps of a slide; a cell without an output has one."""
    shown, silent = made(code("1", "one", new_output("stream", text="1")), code("x = 1", "two"))
    assert [type(step) for step in shown.steps] == [slides.Code, slides.Output]
    assert [type(step) for step in silent.steps] == [slides.Code]


def test_the_answer_comes_behind_the_cell_that_settles_it():
    """A prediction's slide has the question alone. A quiz is answered in a second step."""
    asked, quiz = LESSON.predictions[0], LESSON.quizzes[0]
    question, cell, answer, check = made(
        code(f'show.predict("{asked.id}")', "p"), code("x", asked.settled_by), code(f'show.quiz("{quiz.id}")', "q")
    )
    why = [choice.why for choice in asked.choices]
    assert asked.question in question.steps[0]
    assert not [text for text in why if text in "".join(map(str, (*question.steps, *cell.steps)))]
    assert [text for text in why if text not in answer.steps[0]] == []
    assert [quiz.choices[0].why in step for step in check.steps] == [False, True]


@pytest.mark.full
@pytest.mark.parametrize("lesson", course().lessons, ids=lambda lesson: lesson.number)
def test_every_lesson_has_slides(lesson):
    """Each question is asked before it's answered, once, and every section is there."""
    found = list(slides.slides(stored(lesson), lesson))
    text = ["\n".join(step for step in slide.steps if isinstance(step, str)) for slide in found]
    for asked in lesson.predictions:
        [question] = [n for n, shown in enumerate(text) if "Predict, then run" in shown and asked.question in shown]
        [answer] = [n for n, shown in enumerate(text) if asked.choices[0].why in shown]
        cells = [n for n, slide in enumerate(found) if any(_is(step, asked.settled_by) for step in slide.steps)]
        assert question < cells[0] < answer
    sections = re.findall(r"(?m)^## (\d+\. .+)$", "\n".join(text))
    assert [title[0] for title in sections] == [str(n) for n in range(1, len(sections) + 1)]
    assert len(sections) > 3
    assert "What to remember" in text[-1]
    assert "<details" not in "".join(text)


def _is(step, cell_id):
    return isinstance(step, slides.Code) and step.cell.id == cell_id


# --- the page --------------------------------------------------------------------------------------------------------


def test_slides_need_stored_outputs(tmp_path):
    """A notebook that wasn't built is named, and a folder with something in it stays as it is."""
    with pytest.raises(NotebookError, match="`course build 01`"):
        slideshow.page(LESSON, new_notebook(cells=[code("1")]))
    (tmp_path / "mine.txt").touch()
    with pytest.raises(CourseError, match="isn't empty"):
        slideshow.slideshow(tmp_path)


@pytest.mark.full
def test_a_page_brings_everything_along(tmp_path):
    """It loads nothing: pictures are in it, and links lead to web pages only."""
    said = []
    [path] = slideshow.slideshow(tmp_path / "out", "1", said.append)
    text = path.read_text(encoding="utf-8")
    assert path.name == f"{LESSON.slug}.html"
    assert said == [f"rendering {LESSON.number} {LESSON.title}"]
    assert re.findall(r"<link|@import|<script [^>]*src|<iframe", text) == []
    loaded = re.findall(r"(?:src=\"|url\()[\"']?([^\"')]+)", text)
    assert loaded
    assert [url[:30] for url in loaded if not url.startswith(("data:", "#"))] == []
    assert [url for url in re.findall(r'href="([^"]+)"', text) if not url.startswith(("https://", "#"))] == []
    assert re.search(r'<\w+ [^>]*data-pic="queue"', text)


@pytest.fixture(scope="module")
def deck(tmp_path_factory):
    """Chromium with the slides of lesson 01, from a file and without a network."""
    [path] = slideshow.slideshow(tmp_path_factory.mktemp("slides") / "out", "1", lambda text: None)
    with tab() as page:
        page.errors = []
        page.on("pageerror", lambda error: page.errors.append(str(error)))
        page.on("console", lambda message: page.errors.append(message.text) if message.type == "error" else None)
        page.goto(path.as_uri())
        yield page
        assert page.errors == []
        assert [url for url in page.elsewhere if not url.startswith(path.as_uri())] == []


@pytest.mark.browser
def test_the_keyboard_turns_the_slides(deck):
    """One step at a time, there and back; the notes and the list of slides work as well."""
    press, says = deck.keyboard.press, deck.locator("nav output")
    visible = deck.locator(".slide:visible")
    press("Home")
    assert visible.count() == 1
    while "Predict, then run" not in visible.inner_text():
        press("ArrowRight")
    assert "Right." not in visible.inner_text()
    press("ArrowRight")
    assert visible.locator(".step:visible").count() == 1
    assert says.inner_text().endswith("more to come")
    press("Space")
    assert visible.locator(".step:visible").count() == 2
    press("PageDown")
    assert "Right." in visible.inner_text()
    for _ in range(3):
        press("ArrowLeft")
    assert "Predict, then run" in visible.inner_text()
    press("Home")
    notes = visible.locator(".notes")
    assert not notes.is_visible()
    press("n")
    assert notes.is_visible()
    press("n")
    deck.locator("nav select").select_option("4")
    assert visible.get_attribute("aria-label").startswith("Slide 5 of ")
    assert deck.url.endswith("#5")


@pytest.mark.browser
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_both_themes_are_readable(deck, theme):
    """axe finds no fault by WCAG A and AA on slides of each kind, and nothing is wider than the window."""
    deck.evaluate(
        "dark => { if ((document.documentElement.dataset.theme === 'dark') !== dark) does.theme(); }", theme == "dark"
    )
    deck.add_script_tag(path=axe())
    for name in ("lease over", "The answer", "Check yourself", "access", "What to remember"):
        deck.evaluate("name => show(slides.findIndex(s => s.ariaLabel.includes(name)), 9)", name)
        picture(deck, f"slide-{name.replace(' ', '-').lower()}-{theme}")
        assert deck.evaluate(FAULTS) == [], name
        assert deck.evaluate("document.documentElement.scrollWidth <= innerWidth"), name


@pytest.mark.browser
def test_the_print_has_all_slides(deck):
    """On paper every slide and every step is there, without the buttons, and the screen is as before afterwards."""
    deck.emulate_media(media="print")
    deck.evaluate("dispatchEvent(new Event('beforeprint'))")
    count = deck.locator(".slide").count()
    assert count > 40
    assert deck.locator(".slide:visible").count() == count
    assert deck.locator(".step:visible").count() == deck.locator(".step").count()
    assert not deck.locator("nav").is_visible()
    deck.evaluate("dispatchEvent(new Event('afterprint'))")
    deck.emulate_media(media="screen")
    assert deck.locator(".slide:visible").count() == 1
