"""Collects what a cohort handed in: whose it is, which lesson, and the code in it, whatever the files are like."""

import os
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO

from helpers.course import Course, course
from helpers.errors import CourseError
from helpers.grading.intake import attempts as choosing
from helpers.grading.intake.archives import Archive, Bulk
from helpers.grading.intake.bounds import LARGEST_ARCHIVE, LARGEST_NOTEBOOK, Budget, of_class, of_learner
from helpers.grading.intake.files import FoundFile, is_hand_in, is_nearly, open_file, shown
from helpers.grading.intake.layout import Layout, Place, lay_out
from helpers.grading.intake.names import CLAIM, GUESS, NOBODY, Name, alike, before_dash, copy_number
from helpers.grading.intake.notebooks import read_notebook
from helpers.grading.intake.people import Handed, People
from helpers.grading.intake.roster import read_list
from helpers.grading.records import Cohort, HandIn, Origin

_MOST_REMARKS_SHOWN = 5  # remarks in the error of a folder without a hand-in
_MOST_NAMED = 3  # files that are no hand-ins, in one remark


def collect(folder: Path, listed: Course, attempts: str = choosing.LATEST) -> Cohort:
    """Return everybody who handed in something in this folder or bulk download, and everybody in the list beside it.

    attempts: which of several counts; see `helpers.grading.intake.attempts`. Remarks say what is odd or can't be read.
    CourseError when there is no such folder, and when nothing in it is a hand-in.
    """
    choosing.check(attempts)
    if not os.path.exists(folder):
        raise CourseError(f"There's no folder {folder}. Name the one that holds the hand-ins.")
    if not os.path.isdir(folder) and not folder.name.lower().endswith(".zip"):
        raise CourseError(f"{folder} isn't a folder. Put the hand-ins into a folder, and name that.")
    learners = read_list(folder)
    try:
        layout = lay_out(folder, learners, listed)
    except CourseError as problem:
        raise CourseError(f"{folder} {problem}") from None
    people = People(learners.rows)
    for row, remarks in layout.missing:
        people.remark(row, remarks)
    guesses = _read_all(layout, people, listed)
    cohort = Cohort(people.learners(attempts), (*learners.remarks, *layout.remarks), tuple(guesses))
    if not any(learner.hand_ins for learner in cohort.learners):
        raise CourseError(_nothing(folder, cohort, listed))
    return cohort


def _read_all(layout: Layout, people: People, listed: Course) -> list[tuple[str, str]]:
    """Give the people what is at each place; return the guesses."""
    whole, known = of_class(), dict[str, str]()
    uncertain, guesses = [], []
    try:
        for place in layout.places:
            handed = _Reader(place, listed, layout.bulks, of_learner(whole), known).read()
            if place.listed:
                people.add_listed(place.listed, handed)
            elif handed.name.certain:
                people.add_certain(handed)
            else:
                uncertain.append(handed)
                if handed.name.basis == GUESS:
                    guesses.append((place.where, handed.name.learner))
    finally:
        for bulk in layout.bulks.values():
            bulk.close()
    people.add_uncertain(uncertain)
    return guesses


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
    """Reads what is at one place. known: cells that were read before; equal ones are kept once."""

    def __init__(self, place: Place, listed: Course, bulks: dict[Path, Bulk], budget: Budget, known: dict[str, str]):
        self._place, self._listed, self._bulks, self._budget, self._known = place, listed, bulks, budget, known
        self._name = place.name  # as the place says, or a manifest where it can
        self._own = not place.listed and not place.name.certain  # whether a manifest can name the learner
        self._hand_ins: list[HandIn] = []
        self._remarks: list[str] = []
        self._others: list[str] = []  # files that are no hand-ins

    def read(self) -> Handed:
        """Return what is in all files; what goes wrong with one is a remark."""
        for file in self._place.files:
            label = shown("/".join(file.parts))
            try:
                with self._budget.reading():
                    self._read(file, label)
            except CourseError as problem:
                self._remarks.append(f"{label} {problem}")
            except Exception as problem:  # the content is hostile: what it breaks concerns this file alone
                self._remarks.append(f"{label} can't be read ({type(problem).__name__}).")
        where = self._place.where
        if not self._hand_ins and not self._remarks:
            self._remarks.append(self._nothing(where))
        if self._own and self._name.basis == NOBODY:
            self._remarks.append(f"{where} doesn't say whose it is. Put the learner's name in front of it.")
        return Handed(self._name, where, self._hand_ins, self._remarks)

    def _nothing(self, where: str) -> str:
        if self._others == [where]:
            return f"{where} isn't a notebook or a zip file. Ask for one of these."
        inside = [other.removeprefix(f"{where}/") for other in self._others]
        more = f" and {len(inside) - _MOST_NAMED} more" if len(inside) > _MOST_NAMED else ""
        only = f", only {', '.join(inside[:_MOST_NAMED])}{more}. Ask for one of these" if inside else ""
        return f"{where} has no notebook or zip file in it{only}."

    def _read(self, file: FoundFile, label: str) -> None:
        if file.problem:
            raise CourseError(file.problem)
        if not is_hand_in(file.name):
            if len(file.parts) == 1 or is_nearly(file.name):
                raise CourseError("isn't a notebook or a zip file. Ask for one of these.")
            self._others.append(label)
            return
        zipped = file.name.lower().endswith(".zip")
        with self._opened(file, LARGEST_ARCHIVE if zipped else LARGEST_NOTEBOOK) as opened:
            where = Origin(file.path, () if file.member is None else (file.member,))
            if zipped:
                self._archive(opened, label, file, where)
                return
            content = opened.read(LARGEST_NOTEBOOK + 1)
        self._notebook(content, label, file, where, file.modified)

    def _opened(self, file: FoundFile, largest: int) -> BinaryIO:
        if file.member is not None:
            return self._bulks[file.path].open(file, self._budget)
        opened = open_file(file.path, largest)
        try:
            self._budget.take("bytes", os.fstat(opened.fileno()).st_size)
        except CourseError:
            opened.close()
            raise
        return opened

    def _archive(self, opened: BinaryIO, label: str, file: FoundFile, where: Origin) -> None:
        archive, found = Archive(opened, self._budget), False
        for each in archive.notebooks():
            found, name = True, f"{label}/{shown(each.name)}"
            try:
                origin = replace(where, members=(*where.members, *each.members))
                self._notebook(each.content, name, file, origin, each.modified, each.remarks)
            except CourseError as problem:
                self._remarks.append(f"{name} {problem}")
        self._remarks += [f"{label}/{remark}" for remark in archive.remarks]
        self._names(archive.learner, label)
        if not found:
            self._remarks.append(f"{label} has no readable notebook in it.")

    def _names(self, claimed: str, label: str) -> None:
        """Take the name from a zip file that nobody else has named; a platform's short name is only spelled out."""
        name = self._name
        if not claimed:
            if self._own:
                self._remarks.append(f"{label} doesn't say whose it is, so I used the file's own name.")
        elif self._own:
            if (head := before_dash(label)) and not alike(claimed, head):
                self._remarks.append(f"{label} says it's from {claimed}, though it's named after {head}.")
            self._name = Name(claimed, basis=CLAIM)
        elif name.number.startswith("canvas ") and " " not in name.learner and alike(claimed, name.learner):
            self._name = replace(name, learner=claimed)
        elif not alike(claimed, name.learner):
            said = f"{label} says it's from {claimed}. It counts for {name.learner}, because it's with their files."
            self._remarks.append(said)

    def _notebook(
        self,
        content: bytes,
        label: str,
        file: FoundFile,
        origin: Origin,
        modified: float,
        remarks: tuple[str, ...] = (),
    ) -> None:
        self._budget.check_time()
        self._budget.take("notebooks", 1)
        found = read_notebook(content, label, self._listed)
        self._budget.take("cells", found.read)
        cells = tuple(self._known.get(cell, cell) for cell in found.cells)
        self._budget.take("characters", sum(map(len, cells)))
        self._known.update((cell, cell) for cell in cells)
        name = self._place.names.get(file, self._place.name)
        order = (*name.order[:2], max(name.order[2], copy_number(label.rsplit("/", 1)[-1])), modified)
        self._hand_ins.append(
            HandIn(
                *(name.learner, found.lesson, label, cells, (*remarks, *found.remarks)),
                *(origin, name.handed_in, name.late, order),
            )
        )
