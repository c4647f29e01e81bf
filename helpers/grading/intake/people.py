"""Brings together what each learner handed in, so that nothing is lost and nobody can push out another's work."""

from dataclasses import dataclass, field, replace

from helpers.grading.intake.naming import Name, folded, numbered
from helpers.grading.intake.roster import Row
from helpers.grading.records import HandIn, Learner

_MOST_REMARKS = 20


@dataclass
class Handed:
    """What one file held: hand-ins, one a lesson at most. file: for people."""

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
        """Return whether no number says that this is somebody else of the same name."""
        giver, _, number = name.number.partition(" ")
        return self.numbers.get(giver, number) == number

    def learner(self) -> Learner:
        """Return what is known of them."""
        ordered = [replace(self.hand_ins[lesson], learner=self.name) for lesson in sorted(self.hand_ins)]
        remarks = list(dict.fromkeys(self.remarks))
        if len(remarks) > _MOST_REMARKS:
            remarks[_MOST_REMARKS:] = [f"There are {len(remarks) - _MOST_REMARKS} more remarks."]
        return Learner(self.name, tuple(ordered), self.columns, tuple(remarks))


class People:
    """The learners of a cohort, in the order of the list, then as they were found."""

    def __init__(self, rows: list[Row]) -> None:
        """Take in the learners of the list. Two rows are one learner when all but the file is the same."""
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

    def remark(self, row: Row, remarks: tuple[str, ...]) -> None:
        """Say this of a learner of the list."""
        self._rows[_whole(row)].remarks += remarks

    def add(self, name: Name, row: Row | None, where: str, handed: list[Handed], remarks: list[str]) -> None:
        """Take in what lies at one place. What is there twice goes to a learner of its own, and both are told."""
        person = self._rows[_whole(row)] if row else self._find(name, where)
        person.remarks += remarks
        for each in handed:
            new = []
            for hand_in in each.hand_ins:
                first = person.hand_ins.get(hand_in.lesson)
                if not (first and first.cells == hand_in.cells):  # a second copy of the same needs no word
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
        """Return who goes by this number or name; somebody new when nobody does, or it cannot be told who."""
        if name.number in self._by_number:
            return self._by_number[name.number]
        named = self._named.setdefault(folded(name.learner), [])
        possible = [person for person in named if person.may_be(name)]
        if len(possible) == 1:
            person = possible[0]
        elif named or name.learner.casefold() in self._taken:
            person = self._new(name.learner, file=_last(where))
            person.remarks.append(f"{where}: there is another {name.learner}. Look whose it is.")
            for other in named:
                other.remarks.append(f"{where} is from this name too. It is marked as {person.name}. Look whose it is.")
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
        said = f"{person.name} handed in {numbers} twice, and not the same: '{first}' and '{file}'."
        person.remarks.append(f"{said} The second is marked as '{other.name}'. Look which one counts.")
        other.remarks.append(f"{said} This is the second. Look which one counts.")

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


def _whole(row: Row) -> tuple[object, ...]:
    return row.learner.casefold(), row.columns


def _last(file: str) -> str:
    return file.rsplit("/", 1)[-1]
