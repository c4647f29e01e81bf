"""Numbers that come as text."""


def whole(text: object) -> int | None:
    """Return the whole number, not negative, that this text of digits writes; None for any other text."""
    if isinstance(text, str) and text.isascii() and text.isdigit() and len(text) <= 18:
        return int(text)
    return None


def within(text: object, lowest: int, highest: int) -> bool:
    """Return whether the text writes a whole number between these two."""
    number = whole(text)
    return number is not None and lowest <= number <= highest
