"""The form with which learners hand in from a browser tab."""

from collections.abc import Sequence

from helpers.views import kit


def hand_in_form(lines: Sequence[str], asks: str, file: tuple[str, str, str] | None) -> str:
    """Return the HTML of the form: a field for the name, a button, and what came of the last click.

    lines: what the learner should know. asks: why nothing is packed yet; "" where nothing keeps the learner from it.
    file: name, size and base64 of what was packed, which the form links to.
    """
    return kit.draw(
        "hand_in",
        kind="Hand in",
        name="Your exercises",
        label="Pack your exercises into one file with your name",
        lines=lines,
        asks=asks,
        file=file,
    )
