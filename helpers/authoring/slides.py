"""Which parts of a lesson are on its slides, and in which sequence. `slideshow` makes a page of them.

Prose: each heading begins a slide. Lists, tables, pictures, quotes and code are shown whole, and of a paragraph only
its beginning; all of the prose is in the slide's notes. Folds are for readers at home. Code: the cell first, its
output in a second step. A question has a slide of its own, and its answers are on the slide after the cell that settles
it, or for a quiz in a second step. What's left out: the lesson's "In practice", its clean-up and the links at the end.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from nbformat import NotebookNode

from helpers.course import Choice, Lesson, Question

LEFT_OUT = ("In practice", "Clean up")
_HEADING = re.compile(r"^#{1,2} (?P<title>.+)\n?")
_FOLD = re.compile(r"<details>.*?</details>\n*", re.DOTALL)
_FENCE = re.compile(r"^```.*?^```$", re.DOTALL | re.MULTILINE)
_BLOCK = re.compile(rf"{_FENCE.pattern}|(?:[^\n]+(?:\n|$))+", re.DOTALL | re.MULTILINE)
_WHOLE = re.compile(r"[-*] |\d+\. |\||>|!\[|```|#|\(")  # how a block begins that's shown whole
_END = re.compile(r"[.!?][)*\"”]*(?=\s+[\w`*(_\[\"“])")  # of a sentence that another one follows
_WORDS = 10  # a shorter beginning, such as "What just happened?", says too little
_LINK = re.compile(r"(?<!!)\[([^\]]+)\]\((?!https?:)[^)]+\)")  # to a file of the course, which isn't beside the slides
_ASKED = re.compile(r"show\.(?:predict|quiz)\(\"([\w-]+)\"\)")


@dataclass(frozen=True)
class Slide:
    """A slide. steps: what it shows, one after the other: Markdown, a cell's code, or a cell's output.

    section: the heading that it belongs to. name: what the list of slides calls it. notes: Markdown.
    """

    section: str
    name: str
    steps: tuple["str | Code | Output", ...]
    notes: str = ""


@dataclass(frozen=True)
class Code:
    """The source of a cell."""

    cell: NotebookNode


@dataclass(frozen=True)
class Output:
    """What a cell displayed."""

    cell: NotebookNode


def slides(notebook: NotebookNode, lesson: Lesson) -> Iterator[Slide]:
    """Yield the slides of a lesson's notebook."""
    section = lesson.title
    questions = {asked.id: asked for asked in (*lesson.predictions, *lesson.quizzes)}
    for cell in notebook.cells:
        if cell.cell_type == "markdown" and cell.id != "next":
            for title, prose in _parts(cell.source):
                section = title or section
                if section not in LEFT_OUT and (title or prose):
                    yield _prose(section, title, prose)
        elif cell.cell_type == "code" and section not in LEFT_OUT:
            asked = _ASKED.fullmatch(cell.source.strip())
            yield _question(section, questions[asked[1]]) if asked else _code(section, cell)
            for settled in lesson.predictions:
                if settled.settled_by == cell.id:
                    yield Slide(section, "The answer", (_answers(settled),))


def _parts(source: str) -> Iterator[tuple[str, str]]:
    """Yield the parts of a cell, each with its heading, or "" for what's before the first one. Without the folds."""
    text = _LINK.sub(r"\1", _FOLD.sub("", source))
    in_code = [range(*fence.span()) for fence in _FENCE.finditer(text)]  # where "# " begins a comment
    starts = [found.start() for found in re.finditer(r"^#{1,2} ", text, re.MULTILINE)]
    starts = [0, *(start for start in starts if start and not any(start in fence for fence in in_code)), len(text)]
    for part in (text[start:end] for start, end in pairwise(starts)):
        heading = _HEADING.match(part)
        prose = part[heading.end() :] if heading else part
        if heading or prose.strip():
            yield (heading["title"] if heading else ""), prose.strip()


def _prose(section: str, title: str, prose: str) -> Slide:
    shown = "\n\n".join(brief(block.strip()) for block in _BLOCK.findall(prose))
    text = f"## {title}\n\n{shown}" if title else shown
    return Slide(section, title or _plain(shown), (text,), notes=prose if shown != prose else "")


def brief(block: str) -> str:
    """Return the beginning of a paragraph, as many sentences as make ten words, and any other block as it is."""
    for end in [] if _WHOLE.match(block) else _END.finditer(block):
        text = block[: end.end()]
        # Bold words or code that the end of a sentence would cut in two are kept together.
        if len(text.split()) >= _WORDS and not (text.count("**") % 2 or text.count("`") % 2):
            return text
    return block


def _plain(text: str) -> str:
    words = re.sub(r"[*`#>|\[\]]", "", text).split()
    return " ".join(words[:8]) + (" …" if len(words) > 8 else "")


def _code(section: str, cell: NotebookNode) -> Slide:
    steps: Sequence[Code | Output] = (Code(cell), Output(cell)) if cell.outputs else (Code(cell),)
    return Slide(section, f"Code: {cell.id.replace('-', ' ')}", tuple(steps))


def _question(section: str, asked: Question) -> Slide:
    if asked.settled_by:
        return Slide(section, "Predict, then run", (f"### Predict, then run\n\n{_choices(asked)}",))
    quiz = Slide(section, "Check yourself", (f"### Check yourself\n\n{_choices(asked)}",))
    return replace(quiz, steps=(*quiz.steps, _answers(asked)))


def _choices(asked: Question) -> str:
    return "\n".join([f"{asked.question}\n", *(f"- **{letter}.** {one.text}" for letter, one in _lettered(asked))])


def _answers(asked: Question) -> str:
    verdict = {True: "✓ Right.", False: "Not quite."}
    lines = [f"- **{letter}.** {one.text} **{verdict[one.right]}** {one.why}" for letter, one in _lettered(asked)]
    return "\n".join([f"### {asked.question if asked.settled_by else 'Answers'}\n", *lines])


def _lettered(asked: Question) -> list[tuple[str, Choice]]:
    return list(zip("ABCDEFGH", asked.choices, strict=False))
