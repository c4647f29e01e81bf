"""Cuts the outputs out of a notebook's JSON before it is parsed: they can be huge, and no mark depends on them."""

import re

from helpers.errors import NotebookError

_CUT = (b'"outputs"', b'"attachments"')  # pictures in texts are attachments
_MOST_TOKENS = 4_000_000  # quotes and brackets
_BEGIN = re.compile(rb'["\[\]{}]')
_VALUE = re.compile(rb"\s*:\s*[\[{]")


def without_outputs(content: bytes) -> bytes:
    """Return the notebook with empty outputs and attachments. What is no JSON comes back with other parts missing.

    NotebookError when it has too many parts. Takes time in proportion to the length, and little memory.
    """
    if not any(key in content for key in _CUT):
        return content
    kept: list[bytes] = []
    start = at = seen = depth = 0  # depth: of brackets, within what is being cut out
    while begin := _BEGIN.search(content, at):
        sign, at = begin[0], begin.end()
        seen += 1
        if sign == b'"':
            at, quotes = _after_string(content, at, _MOST_TOKENS - seen)
            seen += quotes
            if not depth and content[begin.start() : at] in _CUT and (value := _VALUE.match(content, at)):
                at, depth = value.end(), 1
                kept.append(content[start:at])
        elif depth:
            depth += 1 if sign in (b"[", b"{") else -1
            start = begin.start()
        if seen > _MOST_TOKENS:
            raise NotebookError("has too many parts to be read.")
    return b"".join([*kept, b"" if depth else content[start:]])


def _after_string(content: bytes, at: int, most: int) -> tuple[int, int]:
    """Return where the string ends in which this place is, and how many quotes were looked at."""
    for quotes in range(1, max(most, 1) + 1):
        end = content.find(b'"', at)
        if end < 0:
            return len(content), quotes
        slashes = end
        while slashes > at and content[slashes - 1] == 0x5C:
            slashes -= 1
        at = end + 1
        if (end - slashes) % 2 == 0:
            return at, quotes
    return at, most + 1
