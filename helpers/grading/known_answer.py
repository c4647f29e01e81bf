"""One answer that is known to be right: it goes through the whole sandbox before the first hand-in does.

It proves that the sandbox of this machine can read what right answers need, not only what was loaded beforehand: data
files of boto3, and modules that nothing has imported yet.
"""

from helpers.checks.case import Case
from helpers.checks.outcome import Outcome
from helpers.course import Exercise
from helpers.errors import CourseError
from helpers.grading.grader import grade
from helpers.sandbox.launcher import Launcher

# In no list of exercises.
_EXERCISE = Exercise("00.1", "hand_on", "The sandbox itself", 1, 1, "", ("", "", ""), "00_known_answer")
_CELLS = (
    "%%writefile of_the_notebook.py\nimport sqlite3, wave\nfrom json import dumps",
    "import boto3, botocore.session\nfrom of_the_notebook import dumps",
    """def hand_on(sqs, queue_url, order):
    botocore.session.get_session().get_component("data_loader").load_service_model("sts", "service-2")
    boto3.Session(region_name="eu-west-1")
    return sqs.send_message(QueueUrl=queue_url, MessageBody=dumps(order))["MessageId"]
""",
)
TRIES = 3  # what fails once on a busy machine is not wrong with it
_TRUST = "If you trust these learners, you can grade with --without-wall."


def _check(case: Case) -> None:
    queue_url, order = case.queue(), {"order": case.name("known")}
    returned = case.run(queue_url=queue_url, order=order)
    messages = case.state(queue_url)["messages"]
    if [message["id"] for message in messages] != [returned]:
        case.not_yet("known-answer", got=returned, expected="the message's id", why="The answer is right.")


def check_sandbox(launcher: Launcher, isolated: bool, seed: int) -> None:
    """Grade the known answer; CourseError says what is wrong with the machine when it does not come out as correct.

    isolated: whether hand-ins are isolated.
    """
    for _ in range(TRIES):
        graded = grade(_CELLS, [(_EXERCISE, _check)], launcher, seed)
        (outcome,) = graded.outcomes
        if outcome.correct:
            return
    raise CourseError(_what_is_wrong(outcome, graded.remarks, isolated))


def _what_is_wrong(outcome: Outcome, remarks: tuple[str, ...], isolated: bool) -> str:
    saw = " ".join([outcome.got or outcome.status, *remarks])
    if not isolated:
        return (
            "I can't grade on this computer: an answer that's known to be right fails in the process for hand-ins, "
            f"with {saw} Run `course doctor`, and install the course again in a new environment."
        )
    return (
        "I can't grade on this computer: an answer that's known to be right fails in the sandbox, so right answers "
        f"would lose marks. It failed with {saw} Most likely, the sandbox can't read the folder of a package. Install "
        f"the course and its packages in a new environment (python3 -m venv), and grade from there. {_TRUST}"
    )
