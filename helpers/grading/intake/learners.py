"""Whose a hand-in is: names from files and folders, the list of learners, and bringing together what each handed in."""

import csv
import io
import os
import re
import unicodedata
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath, PureWindowsPath

from helpers.course import Course
from helpers.errors import CourseError
from helpers.grading.intake.files import LONGEST_NAME, clean, read_file, shown
from helpers.grading.records import HandIn, Learner

_PACKED = "mastering-aws-messaging-"  # how the file of `course pack` begins

# Canvas: lovelaceada_LATE_12345_67890_whatever-it-was-called.ipynb, the numbers being the user's and the hand-in's.
_CANVAS_FILE = re.compile(r"([^_]+)_(?:LATE_)?(\d+)_(\d+)_.+", re.DOTALL)
# Moodle: Ada Lovelace_123_assignsubmission_file_
_MOODLE_FOLDER = re.compile(r"(.+?)_(\d+)_assignsubmission_[a-z]+_?", re.DOTALL)
# What a browser or JupyterLab puts behind the name of a second copy: " (1)", "-Copy1".
_COPY = re.compile(r"(?: ?\(\d+\)|-Copy\d*)$")
LIST = "learners.csv"
_LARGEST_LIST = 20_000_000
_CANVAS_COLUMNS = ("ID", "SIS User ID", "SIS Login ID", "Integration ID", "Root Account", "Section")
_LOGINS = ("SIS Login ID", "SIS User ID")
_MOST_REMARKS = 20

# --- names ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Name:
    """Whose a file or folder is. number: what distinguishes people of the same name, such as "canvas 123", or empty."""

    learner: str
    number: str = ""


def folded(name: str) -> str:
    """Return the name in the form in which names are compared: case doesn't count."""
    return clean(name).casefold()


def name_of_folder(folder: str) -> Name:
    """Return whose folder this is, by its name: in Moodle's form, or the learner's name alone."""
    if found := _MOODLE_FOLDER.fullmatch(folder):
        return Name(clean(found[1]) or _nameless(folder), f"moodle {found[2]}")
    return Name(clean(folder) or _nameless(folder), f"folder {folder}")


def name_of_file(file: str, listed: Course) -> Name:
    """Return whose file this is: its name without the lesson's slug and without what Canvas adds.

    Where nothing is left, it is the whole name of the file.
    """
    if found := canvas_name(file):
        return found
    stem = re.sub(r"(\.ipynb|\.zip|\.tar)?\.\w+$", "", file)
    rest = _COPY.sub("", stem)
    for lesson in listed.lessons:
        slug = lesson.slug.replace("_", "[_ -]")
        # The browser edition puts the folder's name in front of it.
        rest = re.sub(rf"[_ .-]*(?:exercises_)?{slug}[_ .-]*", "_", rest, flags=re.IGNORECASE)
    rest = _COPY.sub("", rest.strip("_ .-")).removeprefix(_PACKED)
    return Name(clean(rest) or clean(stem) or _nameless(file))


def canvas_name(file: str) -> Name | None:
    """Return whose file this is when Canvas named it, or None."""
    found = _CANVAS_FILE.fullmatch(file)
    return Name(clean(found[1]) or _nameless(file), f"canvas {found[2]}") if found else None


def alike(one: str, other: str) -> bool:
    """Return whether two names can be one person's: "Ada Lovelace", "Lovelace, Ada", "lovelaceada"."""
    words = [re.findall(r"\w+", folded(name)) for name in (one, other)]
    if sorted(words[0]) == sorted(words[1]):
        return True
    # "Ada King Lovelace" is "lovelaceadaking" to Canvas: some rotation of the words gives it.
    joined = ["".join(each) for each in words]
    turns = [{"".join(each[n:] + each[:n]) for n in range(len(each) or 1)} for each in words]
    return joined[0] in turns[1] or joined[1] in turns[0]


def numbered(name: str, taken: set[str], file: str = "") -> str:
    """Return the name if nobody has it, or a new one that mentions the file; at most 80 characters."""
    if not file and name.casefold() not in taken:
        return name
    mark = f" (file {clean(shown(file))[-LONGEST_NAME // 2 :]})" if file else ""
    number = 1
    while True:
        end = mark if number == 1 else f"{mark} {number}"
        if (made := f"{name[: LONGEST_NAME - len(end)].strip()}{end}").casefold() not in taken:
            return made
        number += 1


def _nameless(raw: str) -> str:
    return clean(shown(raw)) or "no name"


# --- the list of learners ---------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Listed:
    """One row of the list. parts: the path of the learner's file or folder, empty when the list has none.

    columns: everything else in the row. remarks: what is wrong with the row, a sentence each.
    """

    learner: str
    columns: tuple[tuple[str, str], ...] = ()
    parts: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()

    @property
    def number(self) -> str:
        """The learner's number in Canvas, as names of files have it; empty when the list has none."""
        number = dict(self.columns).get("ID", "").strip()
        return f"canvas {number}" if number else ""

    def goes_by(self) -> set[str]:
        """Return the names that the learner's files can have, folded."""
        last, comma, first = self.learner.partition(",")
        columns = dict(self.columns)
        names = {self.learner, f"{first} {last}" if comma else "", *(columns.get(each, "") for each in _LOGINS)}
        return {folded(name) for name in names} - {""}


@dataclass
class LearnerList:
    """The list. remarks: what is wrong with the whole of it, a sentence each."""

    rows: list[Listed] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)


def read_list(folder: Path) -> LearnerList:
    """Return the list in the folder, an empty one when there is none or it cannot be read.

    Only a file with this very name counts: any other table can be what a learner handed in.
    """
    path = folder / LIST
    if not os.path.lexists(path):
        return LearnerList()
    try:
        return LearnerList(_rows(read_file(path, _LARGEST_LIST).decode("utf-8-sig")))
    except UnicodeDecodeError:
        problem = "isn't saved as UTF-8. In a spreadsheet, choose the format “CSV UTF-8”."
    except csv.Error as error:
        problem = f"isn't a list that I can read ({error})."
    except CourseError as error:
        problem = str(error)
    return LearnerList(remarks=[f"'{LIST}' {problem} I named the hand-ins without it."])


def in_one_form(parts: tuple[str, ...]) -> tuple[str, ...]:
    """Return a path in the form in which paths are compared: a Mac writes é as two characters, a list as one."""
    return tuple(unicodedata.normalize("NFC", part) for part in parts)


def _rows(text: str) -> list[Listed]:
    head = text.split("\n", 1)[0]
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=max(",;\t", key=head.count))
    titles = [clean(title) for title in next(lines, [])]
    named = {title.casefold(): title for title in titles}
    whole = [dict(zip(titles, line + [""] * len(titles), strict=False)) for line in lines]
    if "learner" in named:  # without files, the learners are found by their names
        return [row for line in whole if (row := _own_row(line, named["learner"], named.get("file", "")))]
    if {"Student", "ID"} <= set(titles):
        return [row for line in whole if (row := _canvas_row(line))]
    raise CourseError("needs the columns “learner” and “file”, unless it's a grade book exported from Canvas.")


def _own_row(line: dict[str, str], learner: str, file: str) -> Listed | None:
    name, place = clean(line.get(learner, "")), line.get(file, "").strip()
    if not name:
        if not place:
            return None
        name = clean(shown(place))
    columns = tuple((key, value) for key, value in line.items() if key not in (learner, file) and key)
    path = PurePosixPath(place.replace("\\", "/"))
    if path.is_absolute() or ".." in path.parts or PureWindowsPath(place).drive:
        said = f"{LIST} names the file {shown(place)}, which is outside the folder, so I didn't read it."
        return Listed(name, columns, remarks=(said,))
    return Listed(name, columns, in_one_form(path.parts))


def _canvas_row(line: dict[str, str]) -> Listed | None:
    name = clean(line.get("Student", ""))
    if name in ("", "Points Possible", "Student, Test"):  # Canvas adds the last one for teachers
        return None
    # Without the marks of other assignments: they can have changed by the time the grade book is imported.
    return Listed(name, tuple((key, line[key]) for key in _CANVAS_COLUMNS if key in line))


# --- bringing together ------------------------------------------------------------------------------------------------


@dataclass
class Handed:
    """What one file held: at most one hand-in for each lesson. file: its name, for people."""

    file: str
    hand_ins: list[HandIn]


@dataclass(eq=False)
class _Person:
    name: str
    columns: tuple[tuple[str, str], ...] = ()
    numbers: dict[str, str] = field(default_factory=dict)  # by who gave it: Canvas, Moodle, a folder's name
    hand_ins: dict[str, HandIn] = field(default_factory=dict)
    remarks: list[str] = field(default_factory=list)

    def may_be(self, name: Name) -> bool:
        """Return whether no number shows that this is another person of the same name."""
        giver, _, number = name.number.partition(" ")
        return self.numbers.get(giver, number) == number

    def learner(self) -> Learner:
        """Return this person as a learner of the cohort."""
        ordered = [replace(self.hand_ins[lesson], learner=self.name) for lesson in sorted(self.hand_ins)]
        remarks = list(dict.fromkeys(self.remarks))
        if len(remarks) > _MOST_REMARKS:
            remarks[_MOST_REMARKS:] = [f"There are {len(remarks) - _MOST_REMARKS} more remarks."]
        return Learner(self.name, tuple(ordered), self.columns, tuple(remarks))


class People:
    """The learners of a cohort, in the order of the list, then in the order in which they were found."""

    def __init__(self, rows: list[Listed]) -> None:
        """Begin with the learners of the list. Two rows are one learner when everything but the file is the same."""
        self._people: list[_Person] = []
        self._taken: set[str] = set()
        self._named: dict[str, list[_Person]] = {}
        self._by_number: dict[str, _Person] = {}
        self._rows: dict[tuple[object, ...], _Person] = {}
        for row in rows:
            if _whole(row) in self._rows:
                continue
            person = self._rows[_whole(row)] = self._new(row.learner, columns=row.columns)
            self._known_by(person, row.number)
            for name in row.goes_by():
                self._named.setdefault(name, []).append(person)

    def remark(self, row: Listed, remarks: tuple[str, ...]) -> None:
        """Add remarks about a learner of the list."""
        self._rows[_whole(row)].remarks += remarks

    def add(self, name: Name, row: Listed | None, where: str, handed: list[Handed], remarks: list[str]) -> None:
        """Add what is at one place. A second, different hand-in becomes a learner by itself, with a remark on both."""
        person = self._rows[_whole(row)] if row else self._find(name, where)
        person.remarks += remarks
        for each in handed:
            new = []
            for hand_in in each.hand_ins:
                first = person.hand_ins.get(hand_in.lesson)
                if not (first and first.cells == hand_in.cells):  # a second copy of the same needs no remark
                    new.append(hand_in)
            if any(hand_in.lesson in person.hand_ins for hand_in in new):
                self._apart(person, each.file, new)
                continue
            for hand_in in new:
                person.hand_ins[hand_in.lesson] = hand_in

    def learners(self) -> tuple[Learner, ...]:
        """Return all of them."""
        return tuple(person.learner() for person in self._people)

    def _find(self, name: Name, where: str) -> _Person:
        """Return the person with this number or name; a new one when there is none, or it isn't clear which one."""
        if name.number in self._by_number:
            return self._by_number[name.number]
        named = self._named.setdefault(folded(name.learner), [])
        possible = [person for person in named if person.may_be(name)]
        if len(possible) == 1:
            person = possible[0]
        elif named or name.learner.casefold() in self._taken:
            person = self._new(name.learner, file=_last(where))
            person.remarks.append(f"{where}: there's another {name.learner}. Check whose it is.")
            for other in named:
                other.remarks.append(f"{where} has the same name. It's marked as {person.name}. Check whose it is.")
        else:
            person = self._new(name.learner)
            named.append(person)
        self._known_by(person, name.number)
        return person

    def _apart(self, person: _Person, file: str, hand_ins: list[HandIn]) -> None:
        other = self._new(person.name, file=_last(file))
        other.hand_ins = {hand_in.lesson: hand_in for hand_in in hand_ins}
        both = [hand_in.lesson for hand_in in hand_ins if hand_in.lesson in person.hand_ins]
        numbers = f"lesson{'' if len(both) == 1 else 's'} {', '.join(lesson[:2] for lesson in both)}"
        first = person.hand_ins[both[0]].file
        said = f"{person.name} handed in {numbers} twice, with different contents: '{first}' and '{file}'."
        person.remarks.append(f"{said} The second is marked as '{other.name}'. Decide which one counts.")
        other.remarks.append(f"{said} This is the second. Decide which one counts.")

    def _new(self, name: str, columns: tuple[tuple[str, str], ...] = (), file: str = "") -> _Person:
        person = _Person(numbered(name, self._taken, file), columns)
        self._taken.add(person.name.casefold())
        self._people.append(person)
        return person

    def _known_by(self, person: _Person, number: str) -> None:
        if number:
            giver, _, its = number.partition(" ")
            person.numbers[giver] = its
            self._by_number.setdefault(number, person)


def _whole(row: Listed) -> tuple[object, ...]:
    return row.learner.casefold(), row.columns


def _last(file: str) -> str:
    return file.rsplit("/", 1)[-1]
