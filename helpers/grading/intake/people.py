"""Brings together what each learner handed in. What only a hand-in itself says never displaces what others say."""

from collections import Counter, defaultdict
from dataclasses import dataclass, field, replace

from helpers.grading.intake.attempts import counting
from helpers.grading.intake.files import LONGEST_NAME, clean
from helpers.grading.intake.names import GUESS, NOBODY, Name, alike, folded, numbered, without_number, words_of
from helpers.grading.intake.roster import LIST, Listed
from helpers.grading.records import HandIn, Learner

_MOST_REMARKS = 20
_LONGEST = LONGEST_NAME // 2  # characters of a file's name in a learner's
_NAMED = 5  # files in one remark
_GIVERS = {"canvas": "ID", "moodle": "Participant", "brightspace": "ID"}  # of numbers that people can look up


@dataclass
class Handed:
    """What is at one place, such as a learner's folder, or one file of several. where: the place, for people."""

    name: Name
    where: str
    hand_ins: list[HandIn]
    remarks: list[str]


@dataclass(eq=False)
class _Person:
    name: str
    columns: tuple[tuple[str, str], ...] = ()
    listed_as: str = ""
    numbers: dict[str, str] = field(default_factory=dict)  # by who gave it: Canvas, Moodle, a folder's name
    hand_ins: list[HandIn] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)

    @property
    def number(self) -> str:
        """The first of its numbers, as a Name has it; empty when there is none."""
        return next((f"{giver} {number}" for giver, number in self.numbers.items()), "")

    def may_be(self, name: Name) -> bool:
        """Return whether no number shows that this is another person of the same name."""
        giver, _, number = name.number.partition(" ")
        return self.numbers.get(giver, number) == number

    def add(self, handed: Handed) -> None:
        """Add what is at a place; a second copy of the same needs no remark."""
        self.remarks += handed.remarks
        for hand_in in handed.hand_ins:
            if not any(_same(hand_in, other) for other in self.hand_ins):
                self.hand_ins.append(hand_in)

    def learner(self, attempts: str) -> Learner:
        """Return this person as a learner of the cohort."""
        remarks = list(dict.fromkeys(self.remarks))
        if len(remarks) > _MOST_REMARKS:
            remarks[_MOST_REMARKS:] = [f"There are {len(remarks) - _MOST_REMARKS} more remarks."]
        own = tuple(replace(hand_in, learner=self.name) for hand_in in self.hand_ins)
        numbers = tuple((giver, number) for giver, number in self.numbers.items() if giver in _GIVERS)
        made = Learner(self.name, own, self.columns, tuple(remarks), (), self.listed_as, numbers)
        return counting(made, attempts)


class People:
    """The learners of a cohort, in the order of the list, then in the order in which they were found."""

    def __init__(self, rows: list[Listed]) -> None:
        """Begin with the learners of the list. Two rows are one learner when everything but the file is the same."""
        self._people: list[_Person] = []
        self._taken: set[str] = set()
        self._named: dict[str, list[_Person]] = {}
        self._by_number: dict[str, _Person] = {}
        self._rows: dict[tuple[object, ...], _Person] = {}
        shared = Counter(learner for learner, _ in {_whole(row) for row in rows})
        for row in rows:
            if _whole(row) in self._rows:
                continue
            apart = _told(row.number) if shared[row.learner.casefold()] > 1 else ""
            person = self._rows[_whole(row)] = self._new(row.learner, row.columns, apart)
            person.listed_as = row.learner
            self._known_by(person, row.number)
            for name in row.goes_by():
                self._named.setdefault(name, []).append(person)

    def remark(self, row: Listed, remarks: tuple[str, ...]) -> None:
        """Add remarks about a learner of the list."""
        self._rows[_whole(row)].remarks += remarks

    def add_listed(self, row: Listed, handed: Handed) -> None:
        """Add what the list says is this learner's."""
        person = self._rows[_whole(row)]
        person.add(handed)
        giver, _, number = handed.name.number.partition(" ")
        if number:
            person.numbers.setdefault(giver, number)

    def add_certain(self, handed: Handed) -> None:
        """Add what a learning platform or a learner's own folder names."""
        self._find(handed.name, handed.where).add(handed)

    def add_uncertain(self, all_handed: list[Handed]) -> None:
        """Add what only the files themselves name; all of them at once, since two of one name are both kept apart."""
        groups: dict[str, list[Handed]] = defaultdict(list)
        for handed in all_handed:
            groups[folded(handed.name.learner)].append(handed)
        for name, group in groups.items():
            known = self._named.get(name, [])
            if len(known) <= 1 and (_agree(group) or _handed_in_again(group)) and not (known and known[0].hand_ins):
                person = known[0] if known else self._new(group[0].name.learner)
                for handed in group:
                    person.add(handed)
                continue
            if len(known) == 1 and all(_holds(known[0], handed) for handed in group):
                continue  # second copies of what is there
            self._apart(group, known)

    def learners(self, attempts: str) -> tuple[Learner, ...]:
        """Return all of them. attempts: which of several counts."""
        return tuple(person.learner(attempts) for person in self._people)

    def _apart(self, group: list[Handed], known: list[_Person]) -> None:
        """Make a learner of each; nobody gets the plain name by chance."""
        name = (known[0].name if len(known) == 1 else "") or group[0].name.learner
        files = ", ".join(f"'{handed.where}'" for handed in group[:_NAMED])
        files += f" and {len(group) - _NAMED} more" if len(group) > _NAMED else ""
        said = f"Only the files themselves say that {name} made them: {files}."
        said += f" There's also {name}, named by something else." if known else ""
        said += f" I kept them apart. Check whose they are, and put them into a folder with that name, or into {LIST}."
        for handed in group:
            person = self._new(name, apart=_file(handed.where))
            person.add(handed)
            person.remarks.append(said)
        for person in known:
            person.remarks.append(said)

    def _find(self, name: Name, where: str) -> _Person:
        """Return the person with this number or name; a new one when there is none, or it isn't clear which one."""
        if known := self._by_number.get(name.number):
            shared = {*words_of(name.learner)} & {*words_of(known.listed_as)}
            if known.listed_as and not shared and not alike(name.learner, known.listed_as):  # of a team, for example
                said = f"{where} has the number of {known.name} in {LIST}, but another name. Check whose it is."
                known.remarks.append(said)
            return known
        named = self._named.setdefault(folded(name.learner), [])
        possible = [person for person in named if person.may_be(name)]
        if len(possible) == 1:
            person = possible[0]
        elif named and (apart := _told(name.number)) and all(_told(p.number) and not p.listed_as for p in named):
            for other in named:  # a platform knows that they are several people
                if other.name == name.learner:
                    other.name = numbered(name.learner, self._taken, _told(other.number))
                    self._taken.add(other.name.casefold())
            person = self._new(name.learner, apart=apart)
            named.append(person)
        elif named or name.learner.casefold() in self._taken:
            person = self._new(name.learner, apart=_file(where))
            person.remarks.append(f"{where}: there's another {name.learner}. Check whose it is.")
            for other in named:
                other.remarks.append(f"{where} has the same name. It's marked as {person.name}. Check whose it is.")
        else:
            person = self._new(name.learner)
            named.append(person)
        self._known_by(person, name.number)
        return person

    def _new(self, name: str, columns: tuple[tuple[str, str], ...] = (), apart: str = "") -> _Person:
        person = _Person(numbered(name, self._taken, apart), columns)
        self._taken.add(person.name.casefold())
        self._people.append(person)
        return person

    def _known_by(self, person: _Person, number: str) -> None:
        if number:
            giver, _, its = number.partition(" ")
            person.numbers[giver] = its
            self._by_number.setdefault(number, person)


def _agree(group: list[Handed]) -> bool:
    """Return whether these can be one learner's: one file, copies of one, or files that are named alike, each with
    another lesson. A name inside several files proves nothing, not even for different lessons."""
    if len(group) == 1:
        return True
    first = _Person("")
    first.add(group[0])
    if all(_holds(first, handed) for handed in group):
        return True
    lessons = [hand_in.lesson for handed in group for hand_in in handed.hand_ins]
    return all(handed.name.basis in (GUESS, NOBODY) for handed in group) and len(lessons) == len(set(lessons))


def _handed_in_again(group: list[Handed]) -> bool:
    """Return whether these are attempts of one learner: Google Classroom puts the learner's name in front, and what
    was handed in again has a number behind. Which one counts is told, and their names are to be confirmed."""
    files = {without_number(_last(handed.where)) for handed in group}
    return len(files) == 1 and " - " in files.pop() and all(handed.name.basis == GUESS for handed in group)


def _holds(person: _Person, handed: Handed) -> bool:
    return bool(handed.hand_ins) and all(
        any(_same(hand_in, other) for other in person.hand_ins) for hand_in in handed.hand_ins
    )


def _same(one: HandIn, other: HandIn) -> bool:
    return one.lesson == other.lesson and one.cells == other.cells


def _whole(row: Listed) -> tuple[object, ...]:
    return row.learner.casefold(), row.columns


def _file(where: str) -> str:
    """Return what tells apart somebody whom only a file names."""
    return f"file {clean(_last(where))[-_LONGEST:]}"


def _last(where: str) -> str:
    return where.rsplit("/", 1)[-1]


def _told(number: str) -> str:
    """Return what tells apart two people of one name: "ID 123". Empty when nobody could look it up."""
    giver, _, its = number.partition(" ")
    return f"{_GIVERS[giver]} {its}" if giver in _GIVERS else ""
