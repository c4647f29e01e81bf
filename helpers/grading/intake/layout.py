"""Which files are whose, by the layout of the folder and the list of learners. Opens no hand-in."""

from collections import defaultdict
from dataclasses import dataclass, field, replace
from pathlib import Path

from helpers.course import Course
from helpers.errors import CourseError
from helpers.grading.intake import names as naming
from helpers.grading.intake.archives import Bulk
from helpers.grading.intake.files import FoundFile, files_below, is_hand_in, is_nearly, list_folder, shown
from helpers.grading.intake.names import (
    FOLDER,
    GUESS,
    PLATFORM,
    Name,
    folded,
    name_of_file,
    name_of_folder,
    platform_name,
)
from helpers.grading.intake.roster import LIST, LearnerList, Listed, in_one_form

_SUBMITTED = "submitted"
_NBGRADER = ("source", "release", "autograded", "feedback")  # beside `submitted`, in a course of nbgrader
_OF_NBGRADER = (_SUBMITTED, *_NBGRADER, "gradebook.db", "nbgrader_config.py")
# What platforms add to a bulk download, about all learners.
_OF_PLATFORMS = ("index.html",)


@dataclass
class Place:
    """What one learner handed in at one place. where: the place, for people.

    listed: the learner's row in the list, when it names the place. names: what each file's own name adds, such as when
    it was handed in.
    """

    name: Name
    where: str
    files: list[FoundFile] = field(default_factory=list)
    listed: Listed | None = None
    names: dict[FoundFile, Name] = field(default_factory=dict)


@dataclass
class Layout:
    """All places, beginning with those whose name is certain.

    remarks: about what belongs to nobody. missing: the rows of the list without a file, each with the reason.
    bulks: the bulk downloads that hold files, opened, by their paths.
    """

    places: list[Place]
    remarks: list[str]
    missing: list[tuple[Listed, tuple[str, ...]]]
    bulks: dict[Path, Bulk] = field(default_factory=dict)


def lay_out(folder: Path, learners: LearnerList, listed: Course) -> Layout:
    """Return what is in the folder, or in a bulk download in its place; CourseError when it can't be opened."""
    tops = _Tops(folder, listed)
    files = tops.files
    by_row, missing = _named_by(learners.rows, [file for each in files.values() for file in each], list(files))
    claimed = {file for _, each in by_row for file in each}
    usual = naming.usual_platform((top.name for top in files), listed)
    named = naming.without_titles({top: _name(top, listed, usual) for top in files})
    named = naming.of_classroom(named)
    few = _are_few([name for top, name in named.items() if is_hand_in(top.name) and not _is_folder(top)])
    single = naming.unshared(name for name in named.values() if name.number)
    numbers = {file: named[top].number for top, each in files.items() for file in each if named[top].number in single}
    places = [
        Place(Name(row.learner, _common(each, numbers)), shown("/".join(row.parts)), each, row) for row, each in by_row
    ]
    prefix = _prefix_of_repositories(list(files))
    certain: dict[tuple[str, str], Place] = {}
    alone: list[Place] = []
    for top, each in files.items():
        rest = [file for file in each if file not in claimed]
        if not rest and (each or any(row.parts == in_one_form(top.parts) for row, _ in by_row)):
            continue
        name = named[top]
        is_claim = few and is_hand_in(top.name)
        if (is_claim or name.number not in single) and not _is_folder(top) and name.number:
            name = replace(name, number="", basis=GUESS, handed_in="" if is_claim else name.handed_in)
        if name.basis == FOLDER:
            name = replace(name, learner=name.learner.removeprefix(prefix) or name.learner)
        where = shown("/".join(top.parts))
        if name.number in learners.nobody:
            tops.remarks.append(f"'{where}' is what Canvas's test student handed in, so it's left out.")
        elif name.certain:
            place = certain.setdefault((folded(name.learner), name.number), Place(name, where))
            place.files += rest
            place.names |= dict.fromkeys(rest, name)
        elif is_hand_in(top.name) or is_nearly(top.name):
            alone.append(Place(name, where, rest, names=dict.fromkeys(rest, name)))
        elif top.name not in _OF_PLATFORMS and top.parts != (LIST,):
            tops.remarks.append(f"'{where}' {top.problem or _left_out(top.name)}")
    return Layout([*places, *certain.values(), *alone], tops.remarks, missing, tops.bulks)


class _Tops:
    """What is directly in the folder, with the files of each: a learner's folder, or a file.

    Layouts around it are seen through only where nothing else is in the folder: a learner who hands in something that
    looks like one can't hide the others' work, or hand in under their names.
    """

    def __init__(self, folder: Path, listed: Course):
        self.remarks: list[str] = []
        self.bulks: dict[Path, Bulk] = {}
        self._listed = listed
        if folder.is_file():
            self.files = self._of_bulk(FoundFile((folder.name,), folder))
            return
        tops = self._without_nbgrader(list_folder(folder))
        if len(tops) == 1 and tops[0].folder and self._is_of_many(inner := list_folder(tops[0].path, tops[0].parts)):
            tops = inner
        self.files = self._of_bulks(tops) or {top: list(files_below(top)) if top.folder else [top] for top in tops}

    def _without_nbgrader(self, tops: list[FoundFile]) -> list[FoundFile]:
        """Return what is in nbgrader's folder of hand-ins, where all that there is is nbgrader's."""
        submitted = next((top for top in tops if top.name == _SUBMITTED and top.folder), None)
        if not submitted:
            return tops
        if any(top.name not in _OF_NBGRADER for top in tops):
            self.remarks.append(
                f"If '{_SUBMITTED}' is nbgrader's folder and not a learner's, grade that folder itself."
            )
            return tops
        left = [top.name for top in tops if top.name in _NBGRADER and top.folder]
        self.remarks += [f"{name} is nbgrader's own folder, not a learner's, so it's left out." for name in left]
        return list_folder(submitted.path, submitted.parts)

    def _is_of_many(self, tops: list[FoundFile]) -> bool:
        """Return whether learning platforms named these after two learners or more."""
        names = [found for top in tops if (found := platform_name(top.name, self._listed))]
        return len({name.number for name in names}) > 1

    def _of_bulks(self, tops: list[FoundFile]) -> dict[FoundFile, list[FoundFile]]:
        """Return the files of bulk downloads, where there is nothing but these."""
        if not tops or not all(top.name.lower().endswith(".zip") and not top.problem for top in tops):
            return {}
        found: dict[FoundFile, list[FoundFile]] = {}
        for top in tops:
            try:
                inside = self._of_bulk(top)
            except CourseError:
                return {}
            packed = [each for each in inside if each.name.lower().endswith(".zip")]
            if not self._is_of_many(list(inside)) and (len(packed) < 2 or len(packed) < len(inside)):
                return {}
            found |= inside
        return found

    def _of_bulk(self, top: FoundFile) -> dict[FoundFile, list[FoundFile]]:
        """Return what is in a bulk download, as if it were a folder."""
        bulk = self.bulks[top.path] = self.bulks.get(top.path) or Bulk(top.path)
        files = [replace(each, parts=(*top.parts, *each.parts)) for each in bulk.files()]
        level = len(top.parts)
        while len({file.parts[level] for file in files}) == 1 and all(len(file.parts) > level + 1 for file in files):
            inner = [FoundFile(file.parts[: level + 2], top.path) for file in files]
            if not self._is_of_many(inner) and not all(each.name.lower().endswith(".zip") for each in inner):
                break
            level += 1  # a folder around all of them
        found: dict[FoundFile, list[FoundFile]] = defaultdict(list)
        for file in files:
            inside = len(file.parts) > level + 1
            found[FoundFile(file.parts[: level + 1], top.path, True) if inside else file].append(file)
        return dict(found)


def _name(top: FoundFile, listed: Course, usual: str) -> Name:
    return (name_of_folder if _is_folder(top) else name_of_file)(top.name, listed, usual)


def _are_few(names: list[Name]) -> bool:
    """Return whether a platform gave less than half of these names of files: learners can have called theirs so."""
    return sum(name.basis == PLATFORM for name in names) * 2 < len(names)


def _is_folder(top: FoundFile) -> bool:
    return top.folder or bool(top.problem and "." not in top.name)


def _common(files: list[FoundFile], numbers: dict[FoundFile, str]) -> str:
    """Return the number that a learning platform gave all these files; empty when there's none, or several."""
    found = {numbers.get(file, "") for file in files}
    return found.pop() if len(found) == 1 else ""


def _prefix_of_repositories(tops: list[FoundFile]) -> str:
    """Return what GitHub Classroom puts in front of each learner's name, where all folders are its repositories."""
    if len(tops) < 2 or not all(top.folder and (top.path / ".git").exists() for top in tops):
        return ""
    return "".join(naming.common_start(top.name for top in tops).rpartition("-")[:2])


def _left_out(name: str) -> str:
    """Return why a file is left out; platforms export lists of learners under other names."""
    a_list = f" If it's your list of learners, call it {LIST}, and put it beside the folder."
    return f"isn't a hand-in, so it's left out.{a_list if name.lower().endswith('.csv') else ''}"


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
