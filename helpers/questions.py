"""The lessons' questions in a notebook: what a click does, what's remembered, and when the answer opens."""

import re
from collections.abc import Mapping
from typing import Any

from helpers import progress
from helpers.backends import front_end
from helpers.course import Question
from helpers.views.question_card import PREDICT, QUIZ, QuestionCard

# An id as notebooks have them. VS Code sends addresses instead, and a browser tab sends nothing.
_CELL_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
_waiting: dict[str, "_Asked"] = {}  # predictions whose answer isn't open yet, by the question's id
_followed: Any = None  # the shell that tells `_after_cell` when a cell ends

_HOW_IT_WENT = {
    (QUIZ, True): "Right. See also why the others aren't.",
    (QUIZ, False): "Not quite. Read why, then go on.",
    (PREDICT, True): "You guessed right. See if your reason was the same.",
    (PREDICT, False): "Not what you guessed. Read why, then go on.",
    (PREDICT, None): "You made no guess this time. Read why, then go on.",
}
_ONE_OF_SEVERAL = "Right, and it isn't the only right one. Read why."


def ask(question: Question) -> Any:
    """Return the question, with choices to click in a notebook, and elsewhere with its answers in a fold.

    A quiz opens its answers at the click. A prediction opens them when the cell that settles it has run, and remembers
    the choice in the learner's progress; when it's shown again, it's asked again, with that choice marked.
    """
    choices = tuple((choice.text, choice.why, choice.right) for choice in question.choices)
    card = QuestionCard(question.question, choices, PREDICT if question.settled_by else QUIZ)
    return _Asked(question, card).widget if front_end.can_click() else card


class _Asked:
    """One question that's being asked."""

    def __init__(self, question: Question, card: QuestionCard):
        from helpers.views.live_card import LiveCard  # importing widgets takes time

        self._question, self._card, self._open = question, card, False
        self._guess: int | None = None
        self._own_id: str | None = None  # of the cell that asks, known when it has ended; "" if no ids are sent
        if question.settled_by:
            self._guess = _remembered(question)
            _follow_cells()
            _waiting[question.id] = self
        self._from_before = self._guess is not None
        self.widget = LiveCard(self._draw, card, self._act)

    @property
    def _several(self) -> bool:
        return sum(choice.right for choice in self._question.choices) > 1

    def _draw(self) -> str:
        if self._open:
            return self._card.draw("opened", self._guess, self._how_it_went())
        return self._card.draw("asking", self._guess, self._what_to_do())

    def _act(self, act: str, content: Mapping[str, Any]) -> str:
        """Do what was clicked; return what a screen reader says."""
        if self._open:
            return ""
        if act == "open" and self._question.settled_by:
            return self._opens()
        places = [str(place) for place in range(len(self._question.choices))]
        if act != "choose" or content.get("value") not in places:
            return ""
        self._guess, self._from_before = int(content["value"]), False
        if not self._question.settled_by:
            return self._opens()
        if folder := progress.find():
            progress.record_guess(folder, self._question.id, self._question.choices[self._guess].text)
        return self._what_to_do()

    def _opens(self) -> str:
        self._open = True
        if _waiting.get(self._question.id) is self:
            del _waiting[self._question.id]
        return self._how_it_went()

    def cell_ended(self, cell_id: str) -> None:
        """Open the answer if this cell settles it. Without ids that's the first cell after the one that asks."""
        known = cell_id if _CELL_ID.fullmatch(cell_id) else ""
        if self._own_id is None:
            self._own_id = known
        elif not self._own_id or known == self._question.settled_by:
            self.widget.redraw(self._opens())

    def _what_to_do(self) -> str:
        if not self._question.settled_by:
            return f"{'More than one is right. ' if self._several else ''}Choose one to open all the answers."
        if self._guess is None:
            return "Choose one, then run the cell below."
        if self._from_before:
            return "That was your guess last time. Keep it or choose another, then run the cell below."
        return "Noted. Now run the cell below."

    def _how_it_went(self) -> str:
        right = None if self._guess is None else self._question.choices[self._guess].right
        if self._several and right and not self._question.settled_by:
            return _ONE_OF_SEVERAL
        return _HOW_IT_WENT[self._card.kind, right]


def _remembered(question: Question) -> int | None:
    """Return the place of the choice that the learner made before, if it's still one of the choices."""
    folder = progress.find()
    text = progress.guess(folder, question.id) if folder else ""
    return next((place for place, choice in enumerate(question.choices) if choice.text == text), None)


def _follow_cells() -> None:
    """Have IPython tell when a cell has ended, from this one on."""
    global _followed
    shell = front_end.shell()
    if shell is not _followed:
        shell.events.register("post_run_cell", _after_cell)
        _followed = shell


def _after_cell(result: Any) -> None:
    """Open what this cell settles. What a cell runs itself isn't stored; a cell with a syntax error didn't run."""
    if result.info.store_history and result.error_before_exec is None:
        for asked in list(_waiting.values()):
            asked.cell_ended(getattr(result.info, "cell_id", None) or "")
