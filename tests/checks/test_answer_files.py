"""How answers are written: variants that fail loudly, reason ids, real functions with their source."""

import inspect
import linecache

import answer_files
import peer_courses
import pytest
from answer_files import AnswerFileError, answers
from variants import variant

from helpers.checks.engine import examine
from helpers.checks.runners.in_process import InProcess
from helpers.course import course

LESSONS = [lesson.number for lesson in course().lessons]


@pytest.fixture
def written(tmp_path, monkeypatch):
    """Return what reads the answers of lesson 01 from files with these texts."""

    def read(wrong, right=""):
        (tmp_path / "lesson_01_wrong.py").write_text(wrong)
        (tmp_path / "lesson_01_right.py").write_text(right)
        monkeypatch.setattr(answer_files, "FOLDER", tmp_path)
        return answers.__wrapped__("01")

    return read


IMPORT = "from variants import variant\n"


def test_a_variant_is_the_solution_with_one_text_changed(written):
    """It's a function, with the source of the solution's cell and the imports of its notebook."""
    found = written(f'{IMPORT}hand_over__str = variant("solution", "json.dumps(order)", "str(order)", says="not-json")')
    answer = found["hand_over__str"]
    function = answer.load()
    assert (answer.says, answer.right, answer.function) == ("not-json", False, "hand_over")
    assert "MessageBody=str(order)" in inspect.getsource(function)
    assert "json" in function.__globals__
    assert linecache.getline(answer.file, function.__code__.co_firstlineno).startswith("def hand_over(")


@pytest.mark.parametrize("old", ["json.loads(order)", "order"])
def test_a_text_that_is_not_there_once_fails(written, old):
    """A solution that changed, or a text that's too short, is no reason to prove something else."""
    with pytest.raises(AnswerFileError, match=r"hand_over__str: solution has \d+ times, and not once"):
        written(f'{IMPORT}hand_over__str = variant("solution", "{old}", "x", says="not-json")')


def test_two_answers_of_one_name_fail(written):
    """The second would take the first one's place, and the first would never be tried."""
    one = 'hand_over__str = variant("solution", "json.dumps(order)", "str(order)", says="not-json")\n'
    with pytest.raises(AnswerFileError, match=r"lesson_01_wrong\.py has more than one hand_over__str"):
        written(f"{IMPORT}{one}{one}")


def test_a_variant_of_another_answer(written):
    """Its base may be a right answer or an earlier variant; what the file says beside it is there as well."""
    right = 'NAME = "queue"\n\ndef hand_over__named(sqs, queue_url, order):\n    """By name."""\n    return NAME\n'
    wrong = (
        f'{IMPORT}hand_over__twice = variant("hand_over__named", "return NAME", "return NAME * 2", says="not-the-id")\n'
        'hand_over__thrice = variant("hand_over__twice", "2", "3", says="not-the-id")\n'
    )
    found = written(wrong, right)
    assert found["hand_over__twice"].load()(None, None, None) == "queuequeue"
    assert found["hand_over__thrice"].load()(None, None, None) == "queuequeuequeue"
    assert found["hand_over__named"].right


def test_texts_of_a_variant_come_in_pairs():
    """An old text without a new one is a mistake."""
    with pytest.raises(ValueError, match="argument 2 is shorter"):
        variant("solution", "one", "two", "three", says="not-json")


@pytest.mark.parametrize("text", ['"""Says: This is not JSON"""', '"""not-json"""', '"""Says: """', "pass"])
def test_a_wrong_answer_without_a_reason_id_fails(written, text):
    """Its docstring is "Says: " and one id."""
    with pytest.raises(AnswerFileError, match="hand_over__str"):
        written(f"def hand_over__str(sqs, queue_url, order):\n    {text}\n")


def test_an_error_in_a_variant_shows_its_line():
    """The check finds the line that raised, as in a notebook's cell."""
    answer = answers("01")["hand_over__dictionary_as_body"]
    outcome = examine(answer.exercise, lambda world: InProcess(answer.load(), world))
    assert outcome.line == "response = sqs.send_message(QueueUrl=queue_url, MessageBody=order)"


def test_what_an_answer_remembers_is_gone_when_it_is_loaded_again():
    """Two runs of an answer don't share what its module holds."""
    answer = answers("01")["take_one__always_the_first_order"]
    one, other = answer.load(), answer.load()
    one.__globals__["_orders"].append("A-1")
    assert other.__globals__["_orders"] == []


@pytest.mark.parametrize("lesson", LESSONS)
def test_every_exercise_has_right_and_wrong_answers(lesson):
    """No check goes unproven, and an answer's cell needs nothing of the tests."""
    found = answers(lesson).values()
    exercises = {exercise.answer for exercise in course().lesson(lesson).exercises}
    assert {answer.exercise.answer for answer in found if answer.right} == exercises
    assert {answer.exercise.answer for answer in found if not answer.right} == exercises
    assert [answer.name for answer in found if "variant" in answer.source] == []


def test_the_benches_hand_in_answers_that_there_are():
    """Their learners' answers are named in another place, which no other test reads."""
    assert all(list(peer_courses.cells(names)) for names in peer_courses.TAME.values() if names)
    assert {learner for learner, _ in peer_courses.right_answers()} > set(peer_courses.WILD)
