"""Which of several attempts at a lesson counts."""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import replace

from helpers.errors import CourseError
from helpers.grading.records import Cohort, HandIn, Learner

LATEST, FIRST, BEST = "latest", "first", "best"
CHOICES = (LATEST, BEST, FIRST)
_SHOWN = 5  # names of files in one remark
MOST_COMPARED = 5  # attempts at a lesson that are graded to find the best; each can take two minutes


def check(attempts: str) -> None:
    """Raise CourseError unless this is a way of choosing."""
    if attempts not in CHOICES:
        raise CourseError(f"'{attempts}' isn't a way to choose between attempts. Use {', '.join(CHOICES)}.")


def counting(learner: Learner, attempts: str) -> Learner:
    """Return the learner with one hand-in for each lesson, the others listed. Of BEST, the latest until it's known."""
    by_lesson: dict[str, list[HandIn]] = defaultdict(list)
    for hand_in in sorted((*learner.hand_ins, *learner.others), key=lambda each: (each.order, each.file)):
        by_lesson[hand_in.lesson].append(hand_in)
    counted, others = [], []
    for lesson in sorted(by_lesson):
        several = _compared(by_lesson[lesson]) if attempts == BEST else by_lesson[lesson]
        chosen = several[0 if attempts == FIRST else -1]
        counted.append(chosen if attempts == BEST else _told(chosen, several, attempts))
        others += [each for each in several if each is not chosen]
    return replace(learner, hand_ins=tuple(counted), others=tuple(others))


def best(cohort: Cohort, points: Callable[[HandIn], float]) -> Cohort:
    """Return the cohort with each learner's best attempts. points: what an attempt is worth. Of equals, the latest."""
    learners = []
    for learner in cohort.learners:
        counted, others = [], list(learner.others)
        for latest in learner.hand_ins:
            several = [*(each for each in learner.others if each.lesson == latest.lesson), latest]
            chosen = max(reversed(several), key=points)
            counted.append(_told(chosen, several, BEST))
            others = [each for each in (*others, latest) if each is not chosen]
        kept = [each for each in others if not any(each is hand_in for hand_in in counted)]
        learners.append(replace(learner, hand_ins=tuple(counted), others=tuple(kept)))
    return replace(cohort, learners=tuple(learners))


def _compared(several: list[HandIn]) -> list[HandIn]:
    """Return the latest attempts, of which one is the best; where there are others, the last one has a remark on it."""
    if len(several) <= MOST_COMPARED:
        return several
    *kept, last = several[-MOST_COMPARED:]
    said = f"Of {len(several)} attempts at lesson {last.lesson[:2]}, only the latest {MOST_COMPARED} are compared."
    return [*kept, replace(last, remarks=(*last.remarks, said))]


def _told(chosen: HandIn, several: list[HandIn], attempts: str) -> HandIn:
    """Return the attempt with a remark about the others."""
    if len(several) == 1:
        return chosen
    others = [f"'{each.file}'" for each in several if each is not chosen]
    more = f" and {len(others) - _SHOWN} more" if len(others) > _SHOWN else ""
    said = f"Lesson {chosen.lesson[:2]} was handed in {len(several)} times. The {attempts} counts, '{chosen.file}', "
    said += f"and not {', '.join(others[:_SHOWN])}{more}."
    if attempts != BEST and len({each.order for each in several}) < len(several):
        said += " I can't tell in which sequence they were handed in, so please check."
    return replace(chosen, remarks=(*chosen.remarks, said))
