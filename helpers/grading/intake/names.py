"""Whose a file or folder is, by the name that a learning platform, an instructor or a learner gave it."""

import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timezone

from helpers.course import Course
from helpers.grading.intake.files import LONGEST_NAME, FoundFile, clean, shown

PLATFORM, FOLDER, CLAIM, GUESS, NOBODY = "platform", "folder", "claim", "guess", "nobody"

_PACKED = "mastering-aws-messaging-"  # how the file of `course pack` begins
# Moodle: Ada Lovelace_123_assignsubmission_file_, a folder, or the same in front of the file's own name.
_MOODLE = re.compile(r"(.+?)_(\d+)_assignsubmission_[a-z]+(?:_(.*))?", re.DOTALL)
# Blackboard: Homework 1_ada_attempt_2026-03-01-12-00-00_x.ipynb. Both the title and the user's name can hold a "_".
_BLACKBOARD = re.compile(r"(.+?)_([^_]+)_attempt_(\d{4}(?:-\d\d){5})(?:_(.*)|\.txt)?", re.DOTALL)
# Brightspace: 123-456 - Ada Lovelace - Mar 1, 2026 1200 PM, a folder, or the same in front of the file's own name.
_BRIGHTSPACE = re.compile(
    r"(\d+)-\d+ ?- ?(.+?) ?- ?([^\W\d]{3,9}\.? \d{1,2}, \d{4},? \d{1,2}[:._]?\d\d(?: ?[AP]M)?)(?: ?- ?(.*))?",
    re.DOTALL | re.IGNORECASE,
)
# nbgrader's exchange: ada+assignment+2026-03-01 12:00:00.000000 UTC+random
_EXCHANGE = re.compile(r"([^+]+)\+[^+]+\+(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d)(?:\.\d+)? (\w+)(?:\+.*)?")
# Canvas: lovelaceada_LATE_12345_67890_whatever-it-was-called.ipynb: the user's number, and the file's. What was typed
# into Canvas, or a link, has no number and no name: lovelaceada_12345_text.html.
_CANVAS = re.compile(r"(.+?)_(LATE_)?(\d+)_(?:(\d+)_(.+)|(?:text|link)\.html)", re.DOTALL)
_CANVAS_TELLS = re.compile(r"[^\WA-Z]+")  # what names have in Canvas's names of files
_BY_TITLE = "blackboard "  # in front of a number that begins with the assignment's title
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")

_SUFFIX = re.compile(r"(\.ipynb|\.zip|\.tar)?\.\w+$")
# What browsers, JupyterLab, Colab, a Mac and Windows add to the name of a copy.
_COPY = re.compile(r"(?: ?\((\d+)\)|[ -]*-[ ]?Copy(?: ?\(?(\d+)\)?)?|-Copy(\d*)| copy(?: (\d+))?)$")
_COPY_OF = re.compile(r"(?:^|(?<= - ))(?:(?:copy of|copia de|copie de|kopie von) +)+", re.IGNORECASE)
_AGAIN = re.compile(r"(?<!\d{4})(?<!-\d\d)-(\d{1,2})$")  # Canvas numbers the files of further attempts; it's no date
_DATE = re.compile(
    r"(?<!\d)(?:(?:19|20)\d\d([-_.]?)[01]\d\1[0-3]\d|[0-3]\d\.[01]\d\.(?:19|20)\d\d|(?:19|20)\d\d(?=[_ .-]*$))"
    r"(?:[T_ .-]+(?:at )?\d\d[-_.:h]?\d\d(?:[-_.:]?\d\d)?Z?(?!\d))?"
)


@dataclass(frozen=True)
class Name:
    """Whose a file or folder is. number: what distinguishes people of the same name, such as "canvas 123", or empty.

    basis: PLATFORM and FOLDER come from outside the hand-in. CLAIM is what a manifest says, GUESS what a file's own
    name seems to say, and NOBODY means that it says nothing. handed_in, late: as in a HandIn. order: greater for a
    later attempt, by what the name says.
    """

    learner: str
    number: str = ""
    basis: str = GUESS
    handed_in: str = ""
    late: bool | None = None
    order: tuple[float, ...] = (0, 0, 0)

    @property
    def certain(self) -> bool:
        """Whether somebody other than the learner gave it."""
        return self.basis in (PLATFORM, FOLDER)


def name_of_folder(folder: str, listed: Course, usual: str = "") -> Name:
    """Return whose folder this is, by its name: a learning platform's, or the learner's name alone."""
    if found := platform_name(folder, listed, usual):
        return found
    return Name(clean(folder) or nameless(folder), f"folder {folder}", FOLDER)


def name_of_file(file: str, listed: Course, usual: str = "") -> Name:
    """Return whose file this is: a platform's name, or a guess without the lesson's slug, dates and marks of copies.

    Where nothing is left, it's the whole name of the file.
    """
    if found := platform_name(file, listed, usual):
        return found
    stem = _SUFFIX.sub("", file)
    rest, copy = _without_copy(_COPY_OF.sub("", stem))
    rest = rest.removeprefix(_PACKED)
    for lesson in listed.lessons:
        slug = lesson.slug.replace("_", "[_ -]")
        # The browser edition puts the folder's name in front of it.
        rest = re.sub(rf"[_ .-]*(?:exercises_)?{slug}(?:-\d\d?$)?[_ .-]*", "_", rest, flags=re.IGNORECASE)
    rest = _DATE.sub("", _without_copy(rest.strip("_ .-"))[0])
    rest = clean(_without_copy(rest.strip("_ .-"))[0].strip("_ .-"))
    if any(character.isalpha() for character in rest):
        return Name(rest, order=(0, 0, copy))
    return Name(clean(stem) or nameless(file), basis=NOBODY)


def without_number(file: str) -> str:
    """Return the file's name without what tells it from others that had the same name."""
    return _AGAIN.sub("", _without_copy(_SUFFIX.sub("", file))[0])


def platform_name(name: str, listed: Course, usual: str = "") -> Name | None:
    """Return whose file or folder this is when a learning platform named it, or None.

    A learner's own file name is in it, and can look like another platform's. usual: the platform of the names around
    it, which decides; see `usual_platform`. Without one, such a name says nothing.
    """
    found = _by_platform(name, listed)
    return found.get(usual) if len(found) > 1 else next(iter(found.values()), None)


def usual_platform(names: Iterable[str], listed: Course) -> str:
    """Return the platform that gave most of these names, counting only those that no other one can have given."""
    clear = Counter(next(iter(found)) for name in names if len(found := _by_platform(name, listed)) == 1)
    return max(clear, key=lambda platform: clear[platform], default="")


def _by_platform(name: str, listed: Course) -> dict[str, Name]:
    """Return whose it is, by each platform that can have given this name."""
    made: dict[str, Name] = {}
    if found := _MOODLE.fullmatch(name):
        made["moodle"] = _named(found[1], f"moodle {found[2]}", found[3])
    if found := _BLACKBOARD.fullmatch(name):
        when = _time(found[3], "%Y-%m-%d-%H-%M-%S")
        made["blackboard"] = _named(found[2], f"{_BY_TITLE}{found[1]}_{found[2]}", found[4], when)
    if found := _BRIGHTSPACE.fullmatch(name):
        made["brightspace"] = _named(found[2], f"brightspace {found[1]}", found[4], _spelled(found[3]))
    if found := _EXCHANGE.fullmatch(name):
        utc = timezone.utc if found[3] == "UTC" else None
        when = _time(found[2], "%Y-%m-%d %H:%M:%S", utc)
        made["nbgrader"] = _named(found[1], f"nbgrader {found[1]}", "", when)
    if (found := _CANVAS.fullmatch(name)) and not _is_own(found, listed) and _is_canvas_s(found):
        own = _named(found[1], f"canvas {found[3]}", found[5])
        made["canvas"] = replace(own, late=bool(found[2]), order=(0, float((found[4] or "0")[:15]), own.order[2]))
    return made


def _is_own(found: "re.Match[str]", listed: Course) -> bool:
    """Return whether Canvas's numbers are in truth a lesson's, or a date's: ada_2026_03_messages."""
    rest = f"{found[4]}_{found[5]}".replace("-", "_").casefold()
    is_lesson = any(rest.startswith(lesson.slug.casefold()) for lesson in listed.lessons)
    return is_lesson or bool(re.fullmatch("(?:19|20)\\d\\d", found[3]) and len(found[4] or "") <= 2)


def _is_canvas_s(found: "re.Match[str]") -> bool:
    """Return whether a name with a "_" in it is Canvas's. Few people have one; chosen names have many."""
    marks = "".join(character for character in found[1] if not unicodedata.category(character).startswith("M"))
    return "_" not in found[1] or bool(_CANVAS_TELLS.fullmatch(marks) and (not found[4] or len(found[4]) > 4))


def without_titles(names: Mapping[FoundFile, Name]) -> dict[FoundFile, Name]:
    """Return the names with Blackboard's users told apart from the assignments' titles: both can hold a "_".

    A title is what two users share. Users of whom that isn't clear are nobody else, whatever their names end in.
    """
    heads = {name.number.removeprefix(_BY_TITLE) for name in names.values() if name.number.startswith(_BY_TITLE)}
    titles = Counter(head.rpartition("_")[0] for head in heads)
    clear = {head for head in heads if titles[head.rpartition("_")[0]] > 1 or len(heads) == 1}
    same = common_start(heads).rpartition("_")[0]

    def told(name: Name) -> Name:
        head = name.number.removeprefix(_BY_TITLE)
        if head in clear:
            return replace(name, number=f"{_BY_TITLE}{name.learner}")
        return replace(name, learner=clean(head.removeprefix(f"{same}_") if same else head))

    return {top: told(name) if name.number.startswith(_BY_TITLE) else name for top, name in names.items()}


def of_classroom(names: Mapping[FoundFile, Name]) -> dict[FoundFile, Name]:
    """Return the names with what Google Classroom puts in front of most files: "Ada Lovelace - my work.zip"."""
    parted = {top: head for top in names if (head := before_dash(top.name)) and not names[top].certain}
    if 2 * len(parted) < len(names):
        return dict(names)
    return {
        top: replace(name, learner=parted[top], basis=GUESS) if top in parted else name for top, name in names.items()
    }


def before_dash(file: str) -> str:
    """Return what a file's name has before " - ", if that can be a learner's name; empty otherwise."""
    head, dash, _ = file.partition(" - ")
    return clean(head) if dash and any(character.isalpha() for character in head) else ""


def unshared(names: Iterable[Name]) -> set[str]:
    """Return the numbers that belong to one name only. A number of several names isn't a person's."""
    owners: dict[str, set[str]] = defaultdict(set)
    for name in names:
        owners[name.number].add(folded(name.learner))
    return {number for number, learners in owners.items() if len(learners) == 1}


def common_start(names: Iterable[str]) -> str:
    """Return what all names begin with."""
    first, last = min(names := list(names), default=""), max(names, default="")
    return first[: next((n for n, (a, b) in enumerate(zip(first, last, strict=False)) if a != b), len(first))]


def copy_number(file: str) -> int:
    """Return which copy of a file this is, by its name: 2 for "x (2).ipynb" and "x-2.ipynb", 0 for "x.ipynb"."""
    stem, copy = _without_copy(_SUFFIX.sub("", file))
    again = _AGAIN.search(stem)
    return copy or (int(again[1]) if again else 0)


def folded(name: str) -> str:
    """Return the name in the form in which names are compared: case doesn't count."""
    return clean(name).casefold()


def alike(one: str, other: str) -> bool:
    """Return whether two names can be one person's: "Ada Lovelace", "Lovelace, Ada", "lovelaceada"."""
    words = [words_of(name) for name in (one, other)]
    if sorted(words[0]) == sorted(words[1]):
        return True
    # "Ada King Lovelace" is "lovelaceadaking" to Canvas: some rotation of the words gives it.
    joined = ["".join(each) for each in words]
    turns = [{"".join(each[n:] + each[:n]) for n in range(len(each) or 1)} for each in words]
    return joined[0] in turns[1] or joined[1] in turns[0]


def words_of(name: str) -> list[str]:
    """Return the words of a name, in the form in which they are compared."""
    return re.findall(r"[^\W_]+", folded(name))


def numbered(name: str, taken: set[str], apart: str = "") -> str:
    """Return the name if nobody has it, or a new one with what tells it apart; at most 80 characters."""
    if not apart and name.casefold() not in taken:
        return name
    mark = f" ({apart})" if apart else ""
    number = 1
    while True:
        end = mark if number == 1 else f"{mark} {number}"
        if (made := f"{name[: LONGEST_NAME - len(end)].strip()}{end}").casefold() not in taken:
            return made
        number += 1


def nameless(raw: str) -> str:
    """Return a name for what has none that can be shown."""
    return clean(shown(raw)) or "no name"


def _named(learner: str, number: str, rest: str | None, handed_in: datetime | None = None) -> Name:
    order = (_seconds(handed_in), 0.0, float(copy_number(rest or "")))
    return Name(
        clean(learner) or nameless(learner), number, PLATFORM, handed_in.isoformat() if handed_in else "", order=order
    )


def _without_copy(stem: str) -> tuple[str, int]:
    """Return the name without the marks of a copy, and the number in the last of them; 1 when it has none."""
    number = 0
    while found := _COPY.search(stem):
        digits = next((each for each in found.groups() if each), "1")
        number, stem = number or int(digits[:9]), stem[: found.start()]
    return stem, number


def _seconds(moment: datetime | None) -> float:
    try:
        return moment.timestamp() if moment else 0.0
    except (OverflowError, OSError, ValueError):
        return 0.0


def _time(text: str, form: str, zone: timezone | None = None) -> datetime | None:
    try:
        return datetime.strptime(text, form).replace(tzinfo=zone)
    except ValueError:
        return None


def _spelled(text: str) -> datetime | None:
    """Return the time in "Mar 1, 2026 1200 PM", whatever this computer's language."""
    found = re.fullmatch(r"(\w{3})\w*\.? (\d+), (\d+),? (\d{1,2})[:._]?(\d\d)(?: ?([AP])M)?", text, re.IGNORECASE)
    if not found or found[1].casefold() not in _MONTHS:
        return None
    hour = int(found[4]) if not found[6] else int(found[4]) % 12 + (12 if found[6] in "pP" else 0)
    try:
        month = _MONTHS.index(found[1].casefold()) + 1
        return datetime(int(found[3]), month, int(found[2]), hour, int(found[5]))
    except ValueError:
        return None
