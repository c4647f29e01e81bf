"""Names of learners and files: made fit to be shown, and read from what a course system calls a hand-in."""

import re
import unicodedata
from dataclasses import dataclass

from helpers.course import Course

LONGEST = 80  # characters of a learner's name
_LONGEST_FILE = 200
_PACKED = "mastering-aws-messaging-"  # how the file of `course pack` begins

# Canvas: lovelaceada_LATE_12345_67890_whatever-it-was-called.ipynb, the numbers being the user's and the hand-in's.
_CANVAS = re.compile(r"([^_]+)_(?:LATE_)?(\d+)_(\d+)_.+", re.DOTALL)
# Moodle: Ada Lovelace_123_assignsubmission_file_
_MOODLE = re.compile(r"(.+?)_(\d+)_assignsubmission_[a-z]+_?", re.DOTALL)
# What a browser or JupyterLab puts behind the name of a second copy: " (1)", "-Copy1".
_COPY = re.compile(r"(?: ?\(\d+\)|-Copy\d*)$")


@dataclass(frozen=True)
class Name:
    """Whom a file or folder is from. number: what tells people of one name apart, such as "canvas 123", else empty."""

    learner: str
    number: str = ""


def clean(text: str) -> str:
    """Return a learner's name as it is shown and compared: printable, single spaces, at most 80 characters."""
    printable = "".join(c if c.isprintable() else " " for c in unicodedata.normalize("NFC", text))
    return " ".join(printable.split())[:LONGEST].strip()


def shown(file: str) -> str:
    """Return a file's name for people: what cannot be printed is spelled out, and what is very long is cut."""
    short = file if len(file) <= _LONGEST_FILE else f"{file[: _LONGEST_FILE // 2]}...{file[-_LONGEST_FILE // 2 :]}"
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in short)


def folded(name: str) -> str:
    """Return the name as names are compared: without regard to case."""
    return clean(name).casefold()


def of_folder(folder: str) -> Name:
    """Return whose folder this is: Moodle's form is known, and any other name is the learner's."""
    if found := _MOODLE.fullmatch(folder):
        return Name(clean(found[1]) or _nameless(folder), f"moodle {found[2]}")
    return Name(clean(folder) or _nameless(folder), f"folder {folder}")


def of_file(file: str, listed: Course) -> Name:
    """Return whose file this is: its name without the lesson's slug and without what Canvas adds.

    Where nothing is left of it, the file's whole name has to do.
    """
    if found := canvas(file):
        return found
    stem = re.sub(r"(\.ipynb|\.zip|\.tar)?\.\w+$", "", file)
    rest = _COPY.sub("", stem)
    for lesson in listed.lessons:
        slug = lesson.slug.replace("_", "[_ -]")
        # A browser tab puts the folder's name before it.
        rest = re.sub(rf"[_ .-]*(?:exercises_)?{slug}[_ .-]*", "_", rest, flags=re.IGNORECASE)
    rest = _COPY.sub("", rest.strip("_ .-")).removeprefix(_PACKED)
    return Name(clean(rest) or clean(stem) or _nameless(file))


def canvas(file: str) -> Name | None:
    """Return whose file this is when Canvas named it, else None."""
    found = _CANVAS.fullmatch(file)
    return Name(clean(found[1]) or _nameless(file), f"canvas {found[2]}") if found else None


def alike(one: str, other: str) -> bool:
    """Return whether two names may well be one person's: "Ada Lovelace", "Lovelace, Ada", "lovelaceada"."""
    words = [re.findall(r"\w+", folded(name)) for name in (one, other)]
    if sorted(words[0]) == sorted(words[1]):
        return True
    # "Ada King Lovelace" is "lovelaceadaking" to Canvas: some turn of the words gives it.
    joined = ["".join(each) for each in words]
    turns = [{"".join(each[n:] + each[:n]) for n in range(len(each) or 1)} for each in words]
    return joined[0] in turns[1] or joined[1] in turns[0]


def numbered(name: str, taken: set[str], file: str = "") -> str:
    """Return the name if nobody has it, else one that nobody has, which says the file; at most 80 characters."""
    if not file and name.casefold() not in taken:
        return name
    mark = f" (file {clean(shown(file))[-LONGEST // 2 :]})" if file else ""
    number = 1
    while True:
        end = mark if number == 1 else f"{mark} {number}"
        if (made := f"{name[: LONGEST - len(end)].strip()}{end}").casefold() not in taken:
            return made
        number += 1


def _nameless(raw: str) -> str:
    return clean(shown(raw)) or "no name"
