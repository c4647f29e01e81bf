"""Makes what Canvas and Moodle give an instructor who downloads all hand-ins of a class.

Forty learners, and each oddity that a real class has. Names of files are made as the platforms make them:
https://github.com/instructure/canvas-lms/blob/master/lib/content_zipper.rb
https://github.com/moodle/moodle/blob/main/mod/assign/classes/downloader.php
"""

import csv
import io
import json
import re
import unicodedata
import zipfile
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from answer_files import answers
from handin_files import notebook, packed, zipped

from helpers.checks.solutions import answer_source
from helpers.course import course

LESSONS = {lesson.number: lesson for lesson in course().lessons}
FIRST, SECOND, THIRD, OTHER = (LESSONS[number].slug for number in ("01", "02", "03", "04"))
EARLIER = Path(__file__).parents[1] / "kept_promises" / "hand_ins.zip"
PDF, IMAGE = b"%PDF-1.7\n%\xe2\xe3\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n", b"\x89PNG\r\n\x1a\n" + bytes(64)
OUTPUT = 25_000_000  # bytes of printed output
LATE = ("Bruno", "Farah", "Zoë")  # first names

# First name, last name, what's odd.
CLASS = (
    ("Ada", "Lovelace", "earlier release"),
    ("泽东", "毛", "notebook"),
    ("伟", "王", "pack"),
    ("伟", "王", "notebook"),
    ("فاطمة", "الزهراء", "copy of"),
    ("Фёдор", "Достоевский", "parentheses"),
    ("Zoe\u0308", "O'Neill", "dated"),  # ë as two characters, as a Mac writes it
    ("Jean-Luc", "d’Arc", "resubmitted"),
    ("Ngũgĩ", "wa Thiong'o", "several attempts"),
    ("María José", "García Márquez", "three notebooks"),
    ("Nguyễn", "Thị Minh Khai", "zip of zips"),
    ("Bruno", "de la Cruz", "folder"),
    ("Farah", "Al-Sayed", "browser"),
    ("Otto", "Printer", "large output"),
    ("Pia", "Papier", "pdf"),
    ("Wolf", "Wort", "docx"),
    ("Bild", "Berta", "image"),
    ("Leer", "Lena", "empty"),
    ("Kap", "Putt", "broken"),
    ("Nina", "Nichts", "nothing"),
    ("Noel", "Nothing", "nothing"),
    ("Anders", "Andersen", "other lesson"),
    ("Tess", "Text", "text"),
    ("Tom", "Both", "text and notebook"),
    ("Sam", "Smith", "pack"),
    ("Sam", "Smith", "pack"),  # in another section
    ("Madonna", "", "pack"),
    ("Łukasz", "Żółć", "pack"),
    ("Ἑλένη", "Παππᾶ", "colab"),
    ("Seán", "Ó Briain", "wrong name inside"),
    ("José", "Peña", "blank"),
    ("Ann", "Lee_Kim", "pack"),
    ("R2", "D2", "notebook"),
    ("Hamza", "bin-Laith", "jupyter copy"),
    ("Ida", "Idle", "pack"),
    ("Jo", "Jung", "loop"),
    ("Kai", "Kern", "pack"),
    ("Liv", "Lund", "raw download"),
    ("Mo", "Möller", "pack"),
    ("Uma", "Unger", "pdf and notebook"),
)


@dataclass(frozen=True)
class Person:
    """A learner. n: their place in the class. kind: what's odd about their hand-in."""

    n: int
    first: str
    last: str
    kind: str

    @property
    def name(self):
        """As people and Moodle write it."""
        return f"{self.first} {self.last}".strip()

    @property
    def listed(self):
        """As Canvas sorts it."""
        return f"{self.last}, {self.first}" if self.last else self.first

    @property
    def section(self):
        """One of two."""
        return "Tuesday" if self.n % 3 else "Monday"

    @property
    def right(self):
        """The answers that are right, by lesson: every learner has others."""
        return {
            number: {exercise.answer for n, exercise in enumerate(LESSONS[number].exercises) if (self.n + n) % 4}
            for number in ("01", "02", "03")
        }

    def expected(self):
        """Return the ids of the exercises that have all points, or None when nothing can be read."""
        lessons = {"nothing": (), "pdf": (), "docx": (), "image": (), "empty": (), "broken": (), "text": ()}.get(
            self.kind, ("01", "02", "03") if self.kind in _WHOLE else ("03",)
        )
        if not lessons or self.kind in ("other lesson", "earlier release"):
            return None
        if self.kind == "blank":
            return set()
        return {
            exercise.id
            for number in lessons
            for exercise in LESSONS[number].exercises
            if exercise.answer in self.right[number]
        }


_WHOLE = ("pack", "three notebooks", "zip of zips", "folder", "wrong name inside")  # of three lessons
PEOPLE = tuple(Person(n, *each) for n, each in enumerate(CLASS))


def files(person):
    """Return what a learner hands in, by name; the last is the newest."""
    own, third = lambda slug: lesson(slug, person), f"{THIRD}.ipynb"
    whole = {slug: own(slug) for slug in (FIRST, SECOND, THIRD)} if person.kind in _WHOLE else {}
    if person.kind in ("pack", "wrong name inside"):
        name = "Somebody Else" if person.kind == "wrong name inside" else person.name
        return {f"mastering-aws-messaging-{name.replace(' ', '-')}.zip": packed(name, *whole.items())}
    if person.kind == "earlier release":
        with zipfile.ZipFile(EARLIER) as archive:
            return {name: archive.read(name) for name in archive.namelist() if name.endswith(".zip")}
    if person.kind == "zip of zips":
        return {"all.zip": zipped({f"{slug}.zip": packed(person.name, (slug, whole[slug])) for slug in whole})}
    if person.kind == "folder":
        inside = {f"my work/exercises/{slug}.ipynb": content for slug, content in whole.items()}
        return {"my work.zip": zipped({**inside, "__MACOSX/my work/._x.ipynb": b"x", "my work/.DS_Store": b"x"})}
    return {
        "notebook": lambda: {third: own(THIRD)},
        "copy of": lambda: {f"Copy of {third}": own(THIRD)},
        "parentheses": lambda: {f"{THIRD} (1).ipynb": own(THIRD)},
        "dated": lambda: {f"2026-03-01 {third}": own(THIRD)},
        "resubmitted": lambda: {f"{THIRD}-1.ipynb": own(THIRD)},
        "several attempts": lambda: {
            third: notebook(THIRD),
            f"{THIRD}-1.ipynb": notebook(THIRD, mark="second"),
            f"{THIRD}-2.ipynb": own(THIRD),
        },
        "three notebooks": lambda: {f"{slug}.ipynb": content for slug, content in whole.items()},
        "browser": lambda: {f"exercises_{third}": own(THIRD)},
        "large output": lambda: {third: printed(own(THIRD))},
        "pdf": lambda: {"homework.pdf": PDF},
        "docx": lambda: {"Homework 3.docx": zipped({"word/document.xml": "<x/>", "[Content_Types].xml": "<x/>"})},
        "image": lambda: {"IMG_2041.png": IMAGE},
        "empty": lambda: {third: b""},
        "broken": lambda: {third: own(THIRD)[:2000]},
        "nothing": dict,
        "other lesson": lambda: {f"{OTHER}.ipynb": notebook(OTHER)},
        "text": dict,
        "text and notebook": lambda: {third: own(THIRD)},
        "colab": lambda: {f"Copy of Copy of {third}": own(THIRD)},
        "blank": lambda: {third: notebook(THIRD)},
        "jupyter copy": lambda: {f"{THIRD}-Copy1.ipynb": own(THIRD)},
        "loop": lambda: {third: own(THIRD)},
        "raw download": lambda: {f"{third}.txt": own(THIRD)},
        "pdf and notebook": lambda: {"notes.pdf": PDF, third: own(THIRD)},
    }[person.kind]()


@lru_cache
def lesson(slug, person):
    """Return a learner's notebook of a lesson: some answers are right, and the others are of the wrong ones."""
    number, said = slug[:2], {}
    for n, exercise in enumerate(LESSONS[number].exercises):
        if exercise.answer in person.right[number]:
            said[exercise.answer] = answer_source(exercise)
        else:
            wrong = [each.source for each in _short(number) if each.exercise == exercise]
            said[exercise.answer] = wrong[(person.n * 7 + n) % len(wrong)].replace(
                _name(number, wrong, person, n), exercise.answer
            )
    if person.kind == "loop" and slug == THIRD:
        said["pick"] = "def pick(sqs, queue_url, town):\n    while True:\n        pass"
    return notebook(slug, mark=f"by {person.n}", **said)


def _name(number, wrong, person, n):
    source = wrong[(person.n * 7 + n) % len(wrong)]
    return next(each.function for each in _short(number) if each.source == source)


@lru_cache
def _short(number):
    """Return the wrong answers that are short, because they're written as changes of a solution."""
    return [each for each in answers(number).values() if not each.right and len(each.source) < 2500]


def printed(content):
    """Return a notebook in which a cell printed very much."""
    made = json.loads(content)
    cell = next(cell for cell in made["cells"] if cell["cell_type"] == "code")
    line = "received a message, and another message, and one more\n"
    cell["outputs"] = [{"name": "stdout", "output_type": "stream", "text": [line] * (OUTPUT // len(line))}]
    return json.dumps(made).encode()


# --- Canvas -----------------------------------------------------------------------------------------------------------


def canvas():
    """Return the files of Canvas's submissions.zip, by name. The test student's is there too."""
    made = {}
    for person in (*PEOPLE, Person(40, "Test", "Student", "notebook")):
        head = _canvas_head(person)
        for place, (name, content) in enumerate(files(person).items()):
            kept = re.sub(r'[\x00/\\:*?"<>|]+', "_", name)
            made[f"{head}_{91000 + 10 * person.n + place}_{kept}"] = content
        if person.kind.startswith("text"):
            made[f"{head}_text.html"] = b"<html><body><p>I did it all.</p></body></html>"
    return made


def _canvas_head(person):
    late = "LATE" if person.first.startswith(LATE) else None
    name = re.sub(r"_(\d+)_", r"\1", person.listed if person.n < 40 else "Student, Test").lower()
    return "".join(c for c in "_".join(filter(None, (name, late, str(5000 + person.n)))) if _is_word(c))


def _is_word(character):
    """Ruby's [[:word:]] knows marks, such as accents that are characters of their own; Python's doesn't."""
    return character == "_" or unicodedata.category(character)[0] in "LMN"


def canvas_book(points=10):
    """Return the grade book that Canvas exports, as text."""
    title = "Messages (4711)"
    head = ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", title, "Current Score", "Final Score"]
    lines = [head, ["", "", "", "", "", "Manual Posting", "(read only)", "(read only)"]]
    lines.append(["    Points Possible", "", "", "", "", f"{points:.2f}", "(read only)", "(read only)"])
    for person in PEOPLE:
        login = f"user{person.n}@example.org"
        lines.append([person.listed, 5000 + person.n, f"sis-{person.n}", login, person.section, "", "", ""])
    lines.append(["Student, Test", 5040, "", "5d41402abc4b2a76b9719d911017c592", "Monday", "", "", ""])
    return _csv(lines)


# --- Moodle -----------------------------------------------------------------------------------------------------------


def moodle(flat=False, ending="_"):
    """Return the files of Moodle's download, by path. ending: "_" up to Moodle 4.0, "" later."""
    made = {}
    for person in PEOPLE:
        head = f"{person.name.replace('_', ' ')}_{810 + person.n}_assignsubmission"
        for name, content in files(person).items():
            made[f"{head}_file_{name}" if flat else f"{head}_file{ending}/{name}"] = content
        if person.kind.startswith("text"):
            text = "<p>I did it all.</p>"
            name = "onlinetext.html"
            made[f"{head}_onlinetext_{name}" if flat else f"{head}_onlinetext{ending}/{name}"] = text
    return made


def moodle_sheet(most="100.00"):
    """Return the grading worksheet that Moodle exports, as text."""
    head = ["Identifier", "Full name", "Email address", "Status", "Grade", "Maximum Grade", "Grade can be changed"]
    lines = [[*head, "Last modified (submission)", "Last modified (grade)", "Feedback comments"]]
    for person in PEOPLE:
        late = person.first.startswith(LATE)
        status = "Submitted for grading - " + ("1 day 3 hours late" if late else "")
        when = f"{'Tuesday, 3' if late else 'Sunday, 1'} March 2026, 2:{10 + person.n} PM"
        if person.kind == "nothing":
            status, when = "No submission - ", "-"
        row = [f"Participant {810 + person.n}", person.name, f"user{person.n}@example.org", status.strip(" -"), ""]
        lines.append([*row, most, "Yes", when, "-", ""])
    return _csv(lines)


def _csv(lines):
    made = io.StringIO()
    csv.writer(made).writerows(lines)
    return made.getvalue()
