"""Whole numbers in attributes and tokens, where AWS's API has them as text."""


def parse_whole_number(text: object) -> int | None:
    """Return the number if the value is a text of digits, without a sign; None for anything else."""
    if isinstance(text, str) and text.isascii() and text.isdigit() and len(text) <= 18:
        return int(text)
    return None


def is_between(text: object, lowest: int, highest: int) -> bool:
    """Return whether the text is a whole number in this range, ends included."""
    number = parse_whole_number(text)
    return number is not None and lowest <= number <= highest
