"""From outcomes to marks: the instructor's points, who is excused, and what being late costs."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from helpers.grading.arrivals import Arrival, arrival
from helpers.grading.gradebook import few, not_marked
from helpers.grading.manual import Manual, Said
from helpers.grading.records import Late, Learner, Mark, Row
from helpers.grading.reports.texts import number
from helpers.grading.rules import Rules

_UNKNOWN = (
    "There's a deadline, and I don't know when {} handed in their work, so nothing was taken off. Write the times into "
    "marks.csv, in the column “handed in”."
)


def settle(row: Row, learner: Learner, rules: Rules, manual: Manual, folder: Path) -> Row:
    """Return the row with the points that the instructor's two files lead to. folder: of the hand-ins."""
    said = manual.of(learner.name)
    marks = tuple(_mark(_scaled(mark, rules.points), said) for mark in row.marks)
    comments = tuple((each.about, each.comment) for each in said if each.comment)
    before = not_marked(row.marks)
    remarks = tuple(remark for remark in row.about_running if remark not in before) + not_marked(marks)
    found = replace(row, marks=marks, comments=comments, about_running=remarks)
    came = {hand_in.lesson[:2]: hand_in for hand_in in learner.hand_ins}
    late = []
    for lesson in sorted({mark.exercise[:2] for mark in marks}):
        if lesson in came:
            when = arrival(learner, came[lesson], folder, rules, manual)
            late += [each] if (each := _late(lesson, when, found.of_lesson(lesson)[0], rules)) else []
    return replace(found, late=tuple(late))


def without_a_time(
    learners: Mapping[str, Learner], rows: Sequence[Row], rules: Rules, manual: Manual, folder: Path
) -> str:
    """Return a sentence on hand-ins that have a deadline and no known time; "" when there are none."""
    unknown = []
    for row in rows:
        lessons = {mark.exercise[:2] for mark in row.marks if not mark.excused}
        for hand_in in learners[row.learner].hand_ins if row.learner in learners else ():
            if hand_in.lesson[:2] in lessons and rules.due(hand_in.lesson[:2]).deadline:
                when = arrival(learners[row.learner], hand_in, folder, rules, manual)
                if not when.when and when.late is None:
                    unknown.append(row.learner)
                    break
    if not unknown:
        return ""
    return _UNKNOWN.format(few(set(unknown)))


def _scaled(mark: Mark, points: Mapping[str, float]) -> Mark:
    """Return the mark on the scale of grading.toml."""
    of = points.get(mark.exercise)
    if of is None or of == mark.of:
        return mark
    part = mark.points / mark.of if mark.of else float(mark.outcome is not None and mark.outcome.correct)
    return replace(mark, points=part * of, of=of)


def _mark(mark: Mark, said: Sequence[Said]) -> Mark:
    """Return the mark as the instructor wants it: of several rows, the last one for the exercise counts."""
    for each in said:
        if each.about not in ("", mark.exercise[:2], mark.exercise):
            continue
        if each.excused:
            mark = replace(mark, excused=True)
        elif each.points is not None:
            checked = mark.points if mark.checked is None else mark.checked
            mark = replace(mark, points=each.points, by_hand=True, excused=False, checked=checked)
    return mark


def _late(lesson: str, came: Arrival, points: float, rules: Rules) -> Late | None:
    """Return what being late costs; None when it came in time, or nobody knows."""
    due = rules.due(lesson)
    if not due.deadline:
        return None
    if came.when:
        over = came.when - due.deadline
        if over <= due.grace:
            return None
        how = _long(over)
    elif came.late:
        over, how = timedelta(days=1), "late, as your learning platform says"
    else:
        return None
    percent = due.percent(over)
    minus = round(points * percent / 100, 2)
    points_off = f"{number(minus)} point{'' if minus == 1 else 's'}"
    cost = f"That takes {number(percent)} % off: {points_off}." if minus else "That costs no points."
    return Late(lesson, minus, f"You handed in lesson {lesson} {how}. {cost}")


def _long(over: timedelta) -> str:
    """Return "1 day and 2 hours late"."""
    minutes = max(1, int(over.total_seconds() // 60))
    days, hours, left = minutes // 1440, minutes % 1440 // 60, minutes % 60
    parts = [(days, "day"), (hours, "hour"), (0 if days else left, "minute")]
    words = [f"{count} {word}{'' if count == 1 else 's'}" for count, word in parts if count]
    return f"{' and '.join(words[:2])} late"
