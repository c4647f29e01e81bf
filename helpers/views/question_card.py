"""A question with choices, and a reason for each of them: folded, until the learner has chosen or has seen."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from helpers.views import kit
from helpers.views.words import cut

QUIZ, PREDICT = "Check yourself", "Predict, then run"
_MARKS = {True: "✓ Right", False: "○ Not quite"}
_ANSWERS = {QUIZ: "Answers, once you have chosen", PREDICT: "Answers, once you have run the cell"}


@dataclass(frozen=True)
class QuestionCard:
    """A question and its choices: the text, why it's right or wrong, and whether it's right. kind: QUIZ or PREDICT."""

    question: str
    choices: Sequence[tuple[str, str, bool]]
    kind: str = QUIZ

    def __repr__(self) -> str:
        choices = [f"  {one['letter']}. {cut(one['text'])}" for one in self._lettered()]
        answers = [f"  {one['letter']}. {_MARKS[one['right']]}. {cut(one['why'])}" for one in self._lettered()]
        gap = ["", "", "", f"{_ANSWERS[self.kind]}:"]
        return "\n".join([f"{self.kind}. {cut(self.question)}", *choices, *gap, *answers])

    def _repr_html_(self) -> str:
        return self.draw("still")

    def draw(self, state: str, guess: int | None = None, says: str = "") -> str:
        """Return the HTML. state: "still", "asking" with choices as buttons, or "opened" with the answers.

        guess: the choice that was made. says: what to do, or how the guess went, in words.
        """
        return kit.draw(
            "question",
            kind=self.kind,
            label=f"{self.kind}: a question with {len(self.choices)} choices",
            look=state,
            state=state,
            question=self.question,
            choices=self._lettered(),
            answers=_ANSWERS[self.kind],
            predicts=self.kind == PREDICT,
            guess=-1 if guess is None else guess,
            says=says,
        )

    def _lettered(self) -> list[dict[str, Any]]:
        return [
            {"letter": chr(ord("A") + n), "text": text, "why": why, "right": right}
            for n, (text, why, right) in enumerate(self.choices)
        ]
