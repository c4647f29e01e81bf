"""Collects what a cohort handed in: whose it is, which lesson, and the code in it, whatever the files are like."""

import os
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path

from helpers.course import Course, course
from helpers.errors import CourseError
from helpers.grading.intake.files import (
    LARGEST_ARCHIVE,
    LARGEST_NOTEBOOK,
    FoundFile,
    files_below,
    is_hand_in,
    is_nearly,
    list_folder,
    read_archive,
    read_file,
    shown,
)
from helpers.grading.intake.learners import (
    LIST,
    Handed,
    LearnerList,
    Listed,
    Name,
    People,
    alike,
    canvas_name,
    in_one_form,
    name_of_file,
    name_of_folder,
    read_list,
)
from helpers.grading.intake.notebooks import read_notebook
from helpers.grading.records import Cohort, HandIn

_MOST_OF_ONE = 200_000_000  # bytes of one learner's files
_MOST_REMARKS_SHOWN = 5  # remarks in the error of a folder without a hand-in
_SUBMITTED = "submitted"
_NBGRADER = ("source", "release", "autograded", "feedback")  # beside `submitted`, in a course of nbgrader


@dataclass
class Place:
    """What one learner handed in at one place. where: the place, for people.

    listed: the learner's row in the list, when it names the place. own_name: whether a manifest can name the learner.
    """

    name: Name
    where: str
    files: list[FoundFile] = field(default_factory=list)
    listed: Listed | None = None
    own_name: bool = False


@dataclass
class Layout:
    """All places, beginning with those whose name is certain.

    remarks: about what belongs to nobody. missing: the rows of the list without a file, each with the reason.
    """

    places: list[Place]
    remarks: list[str]
    missing: list[tuple[Listed, tuple[str, ...]]]


def collect(folder: Path, listed: Course) -> Cohort:
    """Return everybody who handed in something in this folder, and everybody in its list.

    Remarks say what is odd or can't be read. CourseError when there is no such folder, and when nothing in it is a
    hand-in.
    """
    if not os.path.exists(folder):
        raise CourseError(f"There's no folder {folder}. Name the one that holds the hand-ins.")
    if not os.path.isdir(folder):
        raise CourseError(f"{folder} isn't a folder. Put the hand-ins into a folder, and name that.")
    learners = read_list(folder)
    try:
        layout = _layout(folder, learners, listed)
    except CourseError as problem:
        raise CourseError(f"{folder} {problem}") from None
    people = People(learners.rows)
    for row, remarks in layout.missing:
        people.remark(row, remarks)
    for place in layout.places:
        reader = _Reader(place, listed)
        reader.read()
        people.add(reader.name, place.listed, place.where, reader.handed, reader.remarks)
    cohort = Cohort(people.learners(), (*learners.remarks, *layout.remarks))
    if not any(learner.hand_ins for learner in cohort.learners):
        raise CourseError(_nothing(folder, cohort, listed))
    return cohort


def _nothing(folder: Path, cohort: Cohort, listed: Course) -> str:
    remarks = [*(remark for learner in cohort.learners for remark in learner.remarks), *cohort.remarks]
    more = [f"... and {len(remarks) - _MOST_REMARKS_SHOWN} more."] if len(remarks) > _MOST_REMARKS_SHOWN else []
    return "\n".join(
        [
            f"There's no hand-in in {folder}. I looked for zip files made by `course pack`, notebooks of exercises, "
            "and a folder of these for each learner. Name the folder that they're in.",
            *remarks[:_MOST_REMARKS_SHOWN],
            *more,
            "Are they exercises of your own? Add --exercises FOLDER."
            if listed is course()
            else "Are they the course's own exercises? Leave out --exercises.",
        ]
    )


class _Reader:
    """Reads what is at one place. name: whose it is, as the place says, or a manifest where it can."""

    def __init__(self, place: Place, listed: Course):
        self.name = place.name
        self.handed: list[Handed] = []
        self.remarks: list[str] = []
        self._place = place
        self._listed = listed
        self._left = _MOST_OF_ONE

    def read(self) -> None:
        """Read all files; what goes wrong with one is a remark."""
        for file in self._place.files:
            label = shown("/".join(file.parts))
            try:
                self._read(file, label)
            except CourseError as problem:
                self.remarks.append(f"{label} {problem}")
            except Exception as problem:  # the content is hostile: what it breaks concerns this file alone
                self.remarks.append(f"{label} can't be read ({type(problem).__name__}).")
        if not any(each.hand_ins for each in self.handed) and not self.remarks:
            self.remarks.append(f"{self._place.where} has no notebook or zip file in it.")
        if self._place.own_name and any(self.name.learner == lesson.slug for lesson in self._listed.lessons):
            self.remarks.append(f"{self._place.where} doesn't say whose it is. Put the learner's name in front of it.")

    def _read(self, file: FoundFile, label: str) -> None:
        if file.problem:
            raise CourseError(file.problem)
        if not is_hand_in(file.name):
            if self._place.own_name or is_nearly(file.name):
                raise CourseError("isn't a notebook or a zip file. Ask for one of these.")
            return
        zipped = file.name.lower().endswith(".zip")
        content = read_file(file.path, LARGEST_ARCHIVE if zipped else LARGEST_NOTEBOOK)
        self._left -= len(content)
        if self._left < 0:
            raise CourseError(
                f"is left out, because this learner's files have more than {_MOST_OF_ONE // 1_000_000} MB."
            )
        if zipped:
            self._archive(content, label)
        else:
            self.handed.append(Handed(label, [self._notebook(content, label)]))

    def _archive(self, content: bytes, label: str) -> None:
        archive = read_archive(content)
        self.remarks += [f"{label}/{remark}" for remark in archive.remarks]
        self._names(archive.learner, label)
        whole, again = Handed(label, []), []
        for inside, text, remarks in archive.notebooks:
            name = f"{label}/{shown(inside)}"
            try:
                hand_in = self._notebook(text, name, remarks)
            except CourseError as problem:
                self.remarks.append(f"{name} {problem}")
                continue
            if any(hand_in.lesson == other.lesson for other in whole.hand_ins):
                again.append(Handed(name, [hand_in]))
            else:
                whole.hand_ins.append(hand_in)
        if not archive.notebooks:
            self.remarks.append(f"{label} has no readable notebook in it.")
        self.handed += [whole, *again]

    def _names(self, claimed: str, label: str) -> None:
        """Take the name from a zip file that is not in a learner's folder, unless a list or Canvas has named it."""
        own = self._place.own_name
        if not claimed:
            if own:
                self.remarks.append(f"{label} doesn't say whose it is, so I used the file's own name.")
        elif own and (not self.name.number or alike(claimed, self.name.learner)):
            self.name = Name(claimed, self.name.number)
        elif not alike(claimed, self.name.learner):
            said = (
                f"{label} says it's from {claimed}. It counts for {self.name.learner}, because it's with their files."
            )
            self.remarks.append(said)

    def _notebook(self, content: bytes, label: str, remarks: tuple[str, ...] = ()) -> HandIn:
        found = read_notebook(content, label, self._listed)
        return HandIn(self.name.learner, found.lesson, label, found.cells, (*remarks, *found.remarks), content)


# --- which files are whose; opens no hand-in --------------------------------------------------------------------------


def _layout(folder: Path, learners: LearnerList, listed: Course) -> Layout:
    """Return what is in the folder; CourseError when it cannot be opened."""
    tops, remarks = _tops(folder)
    files = {top: list(files_below(top)) if top.folder else [top] for top in tops}
    by_row, missing = _named_by(learners.rows, [file for each in files.values() for file in each], tops)
    claimed = {file for _, each in by_row for file in each}
    listed_places = [Place(Name(row.learner), shown("/".join(row.parts)), each, row) for row, each in by_row]
    in_folders: dict[tuple[str, str], Place] = {}
    alone: list[Place] = []
    for top, each in files.items():
        rest = [file for file in each if file not in claimed]
        if not rest and (each or any(row.parts == in_one_form(top.parts) for row, _ in by_row)):
            continue
        if top.folder or (top.problem and "." not in top.name):
            name = name_of_folder(top.name)
            key = (name.learner.casefold(), name.number)
            in_folders.setdefault(key, Place(name, shown("/".join(top.parts)))).files += rest
        elif is_hand_in(top.name) or is_nearly(top.name) or canvas_name(top.name):
            name = name_of_file(top.name, listed)
            alone.append(Place(name, shown("/".join(top.parts)), rest, own_name=True))
        elif top.parts != (LIST,):
            remarks.append(f"'{shown('/'.join(top.parts))}' {top.problem or _left_out(top.name)}")
    alone.sort(key=lambda place: not place.name.number)  # a number comes from Canvas, a plain name from anybody
    return Layout([*listed_places, *in_folders.values(), *alone], remarks, missing)


def _tops(folder: Path) -> tuple[list[FoundFile], list[str]]:
    """Return what is directly in the folder, and in nbgrader's folder of hand-ins in it, and remarks."""
    tops = list_folder(folder)
    submitted = next((top for top in tops if top.name == _SUBMITTED and top.folder), None)
    if not submitted:
        return tops, []
    rest = [top for top in tops if top.name not in (_SUBMITTED, *_NBGRADER) or not top.folder]
    left = [top.name for top in tops if top.name in _NBGRADER and top.folder]
    remarks = [f"{name} is nbgrader's own folder, not a learner's, so it's left out." for name in left]
    return list_folder(submitted.path, submitted.parts) + rest, remarks


def _left_out(name: str) -> str:
    """Return why a file is left out; Canvas exports a list of learners under another name."""
    a_list = f" If it's your list of learners, call it {LIST}." if name.lower().endswith(".csv") else ""
    return f"isn't a hand-in, so it's left out.{a_list}"


def _named_by(
    rows: list[Listed], files: list[FoundFile], tops: list[FoundFile]
) -> tuple[list[tuple[Listed, list[FoundFile]]], list[tuple[Listed, tuple[str, ...]]]]:
    """Return the rows with the files that they name, and with a reason the rows for which there are none."""
    under: dict[tuple[str, ...], list[FoundFile]] = defaultdict(list)
    wanted = {row.parts for row in rows if row.parts}
    for top in tops:
        if top.folder and in_one_form(top.parts) in wanted:
            under[in_one_form(top.parts)] = []
    for file in files:
        parts = in_one_form(file.parts)
        # A row that names the file wins over one that names a folder around it.
        if place := next((parts[:n] for n in range(len(parts), 0, -1) if parts[:n] in wanted), None):
            under[place].append(file)
    found, missing, taken = [], [], set()
    for row in rows:
        said = f"{LIST} lists {shown('/'.join(row.parts))} for this learner,"
        if not row.parts:
            missing.append((row, row.remarks))
        elif row.parts not in under:
            missing.append((row, (f"{said} but it isn't in the folder.",)))
        elif row.parts in taken:
            missing.append((row, (f"{said} but also for an earlier one, who gets it.",)))
        else:
            taken.add(row.parts)
            found.append((row, under[row.parts]))
    return found, missing
