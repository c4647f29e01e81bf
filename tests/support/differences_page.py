"""The page that tells learners where the offline cloud differs from AWS, made from the book of behaviours."""

from pathlib import Path

from behaviours.book import Behaviour

PATH = Path(__file__).parents[2] / "lessons" / "differences_from_aws.md"

_PAGE = """\
# Where the offline cloud differs from AWS

This page is made from experiments that run each time the course is tested. What AWS comes to in each is recorded or \
documented. {agreeing} of them come to the same in the offline cloud: the same results and error codes and, where \
AWS's were recorded, the same words. The {differing} below do not, and each is tested to be different still.

| on AWS | in the offline cloud | source |
|---|---|---|
{rows}

Two more things no experiment shows. The offline cloud knows SQS, SNS and a little of STS, and no other service. And \
a call takes about a millisecond, while one to AWS crosses a network. Only in a function that `check` runs, each call \
takes 30 milliseconds of the simulated time.
"""


def page(behaviours: list[Behaviour]) -> str:
    """Return the page's text."""
    differing = [behaviour for behaviour in behaviours if behaviour.differs]
    rows = "\n".join(f"| {b.says} | {b.differs[0].upper()}{b.differs[1:]}. | {b.source} |" for b in differing)
    return _PAGE.format(agreeing=len(behaviours) - len(differing), differing=len(differing), rows=rows)
