"""Says which files of a folder are whose, as its layout and the list of learners have it. Opens no hand-in."""

from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path

from helpers.course import Course
from helpers.grading.intake import folders, naming
from helpers.grading.intake.folders import Found
from helpers.grading.intake.naming import Name, shown
from helpers.grading.intake.roster import NAME, LearnerList, Row, in_one_form

_SUBMITTED = "submitted"
_NBGRADER = ("source", "release", "autograded", "feedback")  # beside `submitted`, in a course of nbgrader
_HANDED_IN = (".ipynb", ".zip", ".ipynb.txt", ".ipynb.json")  # a browser may add the last of them
_NEARLY = (".7z", ".rar", ".tar", ".gz", ".tgz")


@dataclass
class Place:
    """What one learner handed in at one place. where: for people.

    row: the learner's in the list, when it names the place. own_name: whether a manifest may name the learner.
    """

    name: Name
    where: str
    files: list[Found] = field(default_factory=list)
    row: Row | None = None
    own_name: bool = False


@dataclass
class Layout:
    """All places, those first whose name is certain.

    remarks: what belongs to nobody. missing: the rows of the list without a file, each with the reason.
    """

    places: list[Place]
    remarks: list[str]
    missing: list[tuple[Row, tuple[str, ...]]]


def is_hand_in(name: str) -> bool:
    """Return whether a file of this name is looked at."""
    return name.lower().endswith(_HANDED_IN)


def is_nearly(name: str) -> bool:
    """Return whether a file of this name was meant as a hand-in, but cannot be looked into."""
    return name.lower().endswith(_NEARLY)


def look(folder: Path, learners: LearnerList, listed: Course) -> Layout:
    """Return what lies in the folder; CourseError when it cannot be opened."""
    tops, remarks = _tops(folder)
    files = {top: list(folders.below(top)) if top.folder else [top] for top in tops}
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
            name = naming.of_folder(top.name)
            key = (name.learner.casefold(), name.number)
            in_folders.setdefault(key, Place(name, shown("/".join(top.parts)))).files += rest
        elif is_hand_in(top.name) or is_nearly(top.name) or naming.canvas(top.name):
            name = naming.of_file(top.name, listed)
            alone.append(Place(name, shown("/".join(top.parts)), rest, own_name=True))
        elif top.parts != (NAME,):
            remarks.append(f"'{shown('/'.join(top.parts))}' {top.problem or _left_out(top.name)}")
    alone.sort(key=lambda place: not place.name.number)  # Canvas vouches for a number, nobody for a plain name
    return Layout([*listed_places, *in_folders.values(), *alone], remarks, missing)


def _tops(folder: Path) -> tuple[list[Found], list[str]]:
    """Return what stands at the top of the folder, and of nbgrader's folder of hand-ins in it, and remarks."""
    tops = folders.inside(folder)
    submitted = next((top for top in tops if top.name == _SUBMITTED and top.folder), None)
    if not submitted:
        return tops, []
    rest = [top for top in tops if top.name not in (_SUBMITTED, *_NBGRADER) or not top.folder]
    left = [top.name for top in tops if top.name in _NBGRADER and top.folder]
    remarks = [f"{name} is nbgrader's own folder, not a learner's. It is left out." for name in left]
    return folders.inside(submitted.path, submitted.parts) + rest, remarks


def _left_out(name: str) -> str:
    """Return why a file is left out; Canvas exports a list of learners under a name of its own."""
    a_list = f" Is it your list of learners? Then call it {NAME}." if name.lower().endswith(".csv") else ""
    return f"is no hand-in. It is left out.{a_list}"


def _named_by(
    rows: list[Row], files: list[Found], tops: list[Found]
) -> tuple[list[tuple[Row, list[Found]]], list[tuple[Row, tuple[str, ...]]]]:
    """Return the rows with the files that they name, and with a reason the rows for which there are none."""
    under: dict[tuple[str, ...], list[Found]] = defaultdict(list)
    wanted = {row.parts for row in rows if row.parts}
    for top in tops:
        if top.folder and in_one_form(top.parts) in wanted:
            under[in_one_form(top.parts)] = []
    for file in files:
        parts = in_one_form(file.parts)
        # A row that names the file goes before one that names a folder around it.
        if place := next((parts[:n] for n in range(len(parts), 0, -1) if parts[:n] in wanted), None):
            under[place].append(file)
    found, missing, taken = [], [], set()
    for row in rows:
        said = f"{NAME} names {shown('/'.join(row.parts))} for this learner,"
        if not row.parts:
            missing.append((row, row.remarks))
        elif row.parts not in under:
            missing.append((row, (f"{said} and it is not in the folder.",)))
        elif row.parts in taken:
            missing.append((row, (f"{said} and for another one above, who has it.",)))
        else:
            taken.add(row.parts)
            found.append((row, under[row.parts]))
    return found, missing
