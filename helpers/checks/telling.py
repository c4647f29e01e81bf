"""Tells the instructor how a check went, if the learner's cloud or working copy is shared with them."""

from collections.abc import Sequence
from pathlib import Path

from helpers import sharing
from helpers.backends.running import tell_room
from helpers.checks.outcome import CORRECT, ERROR, Outcome
from helpers.sharing import LONGEST_WHY, Shared


def tell(outcomes: Sequence[Outcome], folder: Path | None) -> None:
    """Hand on these outcomes of exercises that were tried. folder: the working copy's `.course` folder, if any."""
    whys = {outcome.answer: refusal(outcome) for outcome in outcomes}
    known = sharing.add(folder, whys) if folder else {}
    # Without a working copy the server counts the tries.
    tell_room(
        {
            outcome.answer: known.get(outcome.answer) or Shared(1, outcome.correct, whys[outcome.answer])
            for outcome in outcomes
        },
        counted=bool(known),
    )


def refusal(outcome: Outcome) -> str:
    """Return in a few words why the answer was refused; "" if it wasn't. Of an error, only the name is told."""
    if outcome.status == CORRECT:
        return ""
    kind, _, name = outcome.reason.partition(":")
    if outcome.status == ERROR:
        return (outcome.got if kind == "stopped" else f"It raised {name or 'an error'}.")[:LONGEST_WHY]
    return " ".join((outcome.why or outcome.expected or outcome.got).split())[:LONGEST_WHY]
