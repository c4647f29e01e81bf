"""The page that tells learners where the offline cloud differs from AWS, made from botocore's models and the book."""

from pathlib import Path

from behaviours.book import Behaviour

from helpers.aws_rules import absent, dispatch
from helpers.aws_rules.common import models
from helpers.aws_rules.common.refusals import Refused

PATH = Path(__file__).parents[2] / absent.PAGE

_PAGE = """\
# Where the offline cloud differs from AWS

## Operations

Which operations a service has is taken from botocore's models.

| service | in the offline cloud |
|---|---|
| SQS | {sqs} operations |
| SNS | {sns} operations |
| CloudWatch | {cloudwatch} operations |
| STS | the two that the course uses, AssumeRole and GetCallerIdentity |

| not in the offline cloud | why |
|---|---|
{absent}
| {others_of_cloudwatch} | The course needs metrics and metric alarms. The others are about dashboards, logs, anomaly \
detection, composite alarms and what other services do. The error of each says why it isn't here. |
| {other_services} | The offline cloud has SQS, SNS, their metrics in CloudWatch and a little of STS, because the \
course is about messaging. |

## Behaviour

This part is made from experiments that run each time the course is tested. What AWS does in each is recorded or \
documented. In {agreeing} of them the offline cloud does the same: it has the same results and error codes and, where \
AWS's were recorded, the same words. It differs on purpose in the {differing} below, and each is tested to differ still.

| on AWS | in the offline cloud, and why | source |
|---|---|---|
{rows}

Two more things no experiment shows. A call takes about a millisecond, while one to AWS crosses a network. Only in a \
function that `check` runs, each call takes 30 milliseconds of the simulated time. And here SNS's metrics have \
only the dimension TopicName. AWS also reports push notifications by application and platform, and text messages by \
country and type.
"""


def operations(service: str) -> dict[str, bool]:
    """Return the service's operations in botocore's model, and whether the offline cloud has each."""
    return {name: _is_here(service, name) for name in models.service_model(service).operation_names}


def _is_here(service: str, name: str) -> bool:
    try:
        dispatch.find(service, name)
    except Refused:
        return False
    return True


def page(behaviours: list[Behaviour]) -> str:
    """Return the page's text."""
    differing = [behaviour for behaviour in behaviours if behaviour.differs]
    return _PAGE.format(
        sqs=_count("sqs"),
        sns=_count("sns"),
        cloudwatch=_count("cloudwatch"),
        absent="\n".join(
            f"| {service.upper()}: {name} | {why} |"
            for (service, name), why in absent.OPERATIONS.items()
            if absent.line(service, name) == name
        ),
        others_of_cloudwatch=absent.OTHERS_OF_CLOUDWATCH,
        other_services=absent.OTHER_SERVICES,
        agreeing=len(behaviours) - len(differing),
        differing=len(differing),
        rows="\n".join(f"| {b.says} | {b.differs[0].upper()}{b.differs[1:]}. | {b.source} |" for b in differing),
    )


def _count(service: str) -> str:
    """Return how many of a service's operations are there, such as "40 of 42"."""
    found = operations(service)
    return f"{sum(found.values())} of {len(found)}"
