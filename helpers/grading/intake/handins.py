"""Collects what a cohort handed in: whose it is, which lesson, and the code in it, whatever the files are like."""

import os
from pathlib import Path

from helpers.course import Course, course
from helpers.errors import CourseError
from helpers.grading.intake import archives, folders, layouts, naming, notebooks, roster
from helpers.grading.intake.folders import Found
from helpers.grading.intake.layouts import Place
from helpers.grading.intake.naming import Name, shown
from helpers.grading.intake.people import Handed, People
from helpers.grading.records import Cohort, HandIn

_MOST_OF_ONE = 200_000_000  # bytes of one learner's files
_TOLD = 5  # remarks in the error of a folder without a hand-in


def collect(folder: Path, listed: Course) -> Cohort:
    """Return everybody who handed in something in this folder, and everybody whom its list names.

    What cannot be read, or is odd, is told in remarks. CourseError when the folder is not there or is no folder, and
    when nothing in it is a hand-in.
    """
    if not os.path.exists(folder):
        raise CourseError(f"There is no folder {folder}. Name the one that holds the hand-ins.")
    if not os.path.isdir(folder):
        raise CourseError(f"{folder} is no folder. Put what was handed in into a folder, and name that.")
    learners = roster.read(folder)
    try:
        layout = layouts.look(folder, learners, listed)
    except CourseError as problem:
        raise CourseError(f"{folder} {problem}") from None
    people = People(learners.rows)
    for row, remarks in layout.missing:
        people.remark(row, remarks)
    for place in layout.places:
        reader = _Reader(place, listed)
        reader.read()
        people.add(reader.name, place.row, place.where, reader.handed, reader.remarks)
    cohort = Cohort(people.learners(), (*learners.remarks, *layout.remarks))
    if not any(learner.hand_ins for learner in cohort.learners):
        raise CourseError(_nothing(folder, cohort, listed))
    return cohort


def _nothing(folder: Path, cohort: Cohort, listed: Course) -> str:
    told = [*(remark for learner in cohort.learners for remark in learner.remarks), *cohort.remarks]
    more = [f"... and {len(told) - _TOLD} more."] if len(told) > _TOLD else []
    return "\n".join(
        [
            f"Nothing in {folder} is a hand-in. Looked for: zip files that `course pack` made, notebooks of exercises, "
            "and a folder of these for each learner. Name the folder in which they lie.",
            *told[:_TOLD],
            *more,
            "Are they exercises of your own? Add --exercises FOLDER."
            if listed is course()
            else "Are they exercises of the course itself? Leave --exercises out.",
        ]
    )


class _Reader:
    """Reads what lies at one place. name: whose it is, as the place says, or a manifest where it may."""

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
            except Exception as problem:  # the content is hostile: whatever it breaks is its own matter
                self.remarks.append(f"{label} cannot be read ({type(problem).__name__}).")
        if not any(each.hand_ins for each in self.handed) and not self.remarks:
            self.remarks.append(f"{self._place.where} holds no notebook and no zip file.")
        if self._place.own_name and any(self.name.learner == lesson.slug for lesson in self._listed.lessons):
            self.remarks.append(f"{self._place.where} names no learner. Put the learner's name in front of it.")

    def _read(self, file: Found, label: str) -> None:
        if file.problem:
            raise CourseError(file.problem)
        if not layouts.is_hand_in(file.name):
            if self._place.own_name or layouts.is_nearly(file.name):
                raise CourseError("is no notebook and no zip file. Ask for one of these.")
            return
        zipped = file.name.lower().endswith(".zip")
        content = folders.read(file.path, archives.LARGEST if zipped else notebooks.LARGEST)
        self._left -= len(content)
        if self._left < 0:
            raise CourseError(f"is left out: the files of this learner are more than {_MOST_OF_ONE // 1_000_000} MB.")
        if zipped:
            self._archive(content, label)
        else:
            self.handed.append(Handed(label, [self._notebook(content, label)]))

    def _archive(self, content: bytes, label: str) -> None:
        archive = archives.read(content)
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
            self.remarks.append(f"{label} holds no notebook that can be read.")
        self.handed += [whole, *again]

    def _names(self, claimed: str, label: str) -> None:
        """Let a zip file that stands alone name the learner; elsewhere a folder, a list or Canvas has the last word."""
        own = self._place.own_name
        if not claimed:
            if own:
                self.remarks.append(f"{label} holds no name of a learner, so the file's own name is taken.")
        elif own and (not self.name.number or naming.alike(claimed, self.name.learner)):
            self.name = Name(claimed, self.name.number)
        elif not naming.alike(claimed, self.name.learner):
            said = f"{label} says that it is from {claimed}. It counts for {self.name.learner}, as it lies with theirs."
            self.remarks.append(said)

    def _notebook(self, content: bytes, label: str, remarks: tuple[str, ...] = ()) -> HandIn:
        found = notebooks.read(content, label, self._listed)
        return HandIn(self.name.learner, found.lesson, label, found.cells, (*remarks, *found.remarks), content)
