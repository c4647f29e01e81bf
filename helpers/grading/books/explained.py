"""README.md of the results: what each file and each column is."""

from collections.abc import Sequence

from helpers.checks.outcome import CHECK_FAILED, OLDER
from helpers.course import Lesson
from helpers.grading.books import moodle
from helpers.grading.books.canvas import CANVAS
from helpers.grading.books.table import TABLE
from helpers.grading.gradebook import BOOK, EXCUSED
from helpers.grading.intake.roster import GUESSES, LIST
from helpers.grading.manual import FILE as MARKS
from helpers.grading.records import Row
from helpers.grading.rules import FILE as RULES

README = "README.md"

_TEXT = """\
# The results

Only you can read this folder. When more hand-ins arrive, run the same command again.

Learners can read the checks that come with the course. Marks that matter need exercises of your own, which \
`course new set` begins.

- `report.html`: what the class understood, and which hand-ins need a look. `report.txt` says the same as text.
- `feedback/`: a page and a text for each learner.
- `{table}`: the marks, for a spreadsheet.
- `{canvas}`: the marks, for Canvas.{moodle}
- `{book}`: everything above, for programs.
- `{guesses}`: whose I took each file for that only its own name speaks for. Correct it and save it as `{list}` beside \
the folder of hand-ins.
- `.course-results/`: what has been graded, so that it isn't graded again. Leave it here.

## {table}

| column | what it holds |
|---|---|
| learner | the learner's name |{own}
| {first} | the points for this exercise, and the most that there are. “{older}”: it isn't marked, because the \
exercise has changed since this learner got their copy. “{failed}”: it isn't marked, because the check \
couldn't finish. “{excused}”: it doesn't count for this learner. |
| late | the points that were taken off because a lesson came late |
| total | all points, without those that were taken off |
| percent | the total, as a part of the points that count for this learner |
| comments | what was late, and your comments |
| remarks | what was odd about the files, or when they ran |

## {canvas}

In Canvas, choose *Grades*, then *Import*.

| column | what it holds |
|---|---|
| Student | the name as Canvas has it |
| ID, SIS User ID, SIS Login ID, Section | as in your list of learners; Canvas finds learners by them. Without a list, \
the ID is the one that Canvas put on their files. |
| {lesson} | the points for this lesson, without those taken off for being late. It's empty when nothing was handed in \
or something isn't marked, so Canvas keeps what it has. EX: excused. If only some exercises are excused, the others \
count for more. |

Canvas makes a new assignment for each column. To fill one that's there, name it in `{rules}`, with its number as in a \
book that you export from Canvas. Its points there have to be those in the row Points Possible. If \
Canvas has a late policy of its own, turn it off, or lateness costs twice.
{moodle_columns}
## {book}

`learners` has one entry for each learner, with the columns of `{table}`. Each of their `marks` has the exercise, the \
points, `of` (the most that there are), the status and what the check saw. If you changed a mark, `by_hand` or \
`excused` is true, and `checked` has the points that the check gave.

## What you can change

These two files belong beside the folder of hand-ins, not in it. Grading only reads them. After a change, run the same \
command again: nothing runs again, only the marks change.

`{marks}` has a row for each thing that you decide. Only `learner` is needed, as it's written in `{table}`.

| column | what to write |
|---|---|
| exercise | an exercise such as 01.3, or its function's name if your spreadsheet makes a date of 01.3; a lesson such \
as 03; or nothing for everything |
| points | the points for an exercise, in place of those that the check gave, and no more than it's worth. Lateness \
costs a part of these, too. |
| excused | yes, if it shouldn't count for this learner |
| handed in | when the lesson was handed in, such as 2026-03-01 18:00 |
| comment | what the learner should read in their feedback |

`{rules}` has the rules for everybody. Leave out what you don't need:

```toml
timezone = "Europe/Berlin"       # of the times in these files; without it, your computer's
deadline = 2026-03-01 18:00:00
grace_minutes = 15               # later than that is late
late_percent_per_day = 10        # of the points earned, for each day that has begun
late_percent_at_most = 50
file_times = false               # true: a file's time on your disk is when it was handed in

[lessons.{number}]                     # what's different for one lesson
deadline = 2026-03-08 18:00:00

[points]
"{exercise}" = 4

[canvas]
"{number}" = "{title} (4711)"
```

The time of a hand-in is the one in `{marks}`, or in `learners.csv`, in a column “handed in” or Moodle's own “Last \
modified (submission)”, or in the name that Blackboard, Brightspace or nbgrader gave it. Canvas only says that a file \
was late, so that counts as one day.
"""
_MOODLE_FILES = f"""
- `{moodle.WORKSHEET}`: the marks, a grading worksheet for Moodle.
- `{moodle.ZIP}`: the pages of feedback, for Moodle."""
_MOODLE_COLUMNS = f"""
## {moodle.WORKSHEET} and {moodle.ZIP}

In the assignment in Moodle, choose *View all submissions*. The worksheet goes to *Upload grading worksheet*, and the \
zip file to *Upload multiple feedback files in a zip*. The assignment's settings need *Offline grading worksheet*, \
*Feedback comments* and *Feedback files*. To replace grades that are in Moodle already, tick the box that allows \
updating records that have been modified more recently. The worksheet is in English, so switch Moodle to English \
before you upload it.

| column | what it holds |
|---|---|
| Identifier | Moodle's number for the learner |
| Full name, Email address, Status | as in your list of learners; without a list, the name on their files |
| Grade | all points together. It's empty when nothing was handed in or something isn't marked. If your list of \
learners has Moodle's own column Maximum Grade, the points are scaled to it. If some exercises are excused, the others \
count for more. |
| Maximum Grade | the most that there are. Moodle reads only the grade, so the assignment's maximum there has to be \
this one. |
| Last modified (grade) | as in your list of learners |
| Feedback comments | the points, what was late, and your comments |
"""


def explained(rows: Sequence[Row], lessons: Sequence[Lesson], has_moodle: bool) -> str:
    """Return the text. has_moodle: whether Moodle's files are there."""
    own = list(dict.fromkeys(key for row in rows for key, _ in row.columns))
    lesson = lessons[0]
    exercise = lesson.exercises[0]
    return _TEXT.format(
        table=TABLE,
        canvas=CANVAS,
        book=BOOK,
        guesses=GUESSES,
        list=LIST,
        marks=MARKS,
        rules=RULES,
        older=OLDER,
        failed=CHECK_FAILED,
        excused=EXCUSED,
        moodle=_MOODLE_FILES if has_moodle else "",
        moodle_columns=_MOODLE_COLUMNS if has_moodle else "",
        own=f"\n| {', '.join(_plain(name) for name in own)} | as in your list of learners |" if own else "",
        first=f"{exercise.id} {exercise.title}, and so on",
        lesson=f"{lesson.number} {lesson.title}, and so on",
        number=lesson.number,
        exercise=exercise.id,
        title=lesson.title,
    )


def _plain(name: str) -> str:
    """Return a column's name so that it stays within its cell."""
    return " ".join(name.replace("|", "/").split())
