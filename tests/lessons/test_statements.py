"""What the lessons say of AWS: tests/lessons/statements/ has each statement with its source, and with what shows it.

A table is a TOML file named after its lesson. Each [[statement]] in it has
  says: the lesson's own words, or a list where the lesson says it more than once;
  source: where it is recorded or documented;
  shown: behaviours, tests as "tests/test_x.py::test_y" and cells as "lessons/02_queues.ipynb::set-int";
  or not_shown: why nothing offline can show it.
At its top, nothing_of_aws lists sentences that look like a statement about AWS and are none.
"""

import importlib
import pkgutil
import re
import sys
from functools import cache

import behaviours
import boto3
import pytest
from behaviours.book import BOOK
from botocore.exceptions import ClientError, ParamValidationError

from helpers.authoring import normal
from helpers.authoring.build import NEXT
from helpers.course import HOME, course

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

for module in pkgutil.iter_modules(behaviours.__path__):
    importlib.import_module(f"behaviours.{module.name}")

each_lesson = pytest.mark.parametrize("lesson", [pytest.param(lesson, id=lesson.slug) for lesson in course().lessons])

SERVICE = r"\b(?:AWS|SQS|SNS|STS|IAM|KMS|S3|Lambda|Firehose|CloudWatch|CloudFormation|boto3)\b"
DIGITS = r"(?<![\w-])\d+(?:[.,]\d+)*"
NUMBER = r"\b(?:an?|one|two|three|four|five|six|seven|eight|nine|ten|twelve|twenty|hundred|thousand)"
UNIT = r"(?:\w+ )?(?:seconds?|minutes?|hours?|days?|months?|bytes|messages|queues|times)\b"
TELLING = re.compile(rf"{SERVICE}|{DIGITS}|(?i:{NUMBER} {UNIT})")
OF_THE_COURSE = re.compile(r"(?i:\b(?:lesson|section)s? )\d+(?: and \d+)*")


def table_of(lesson):
    """Return the lesson's table; a failure that says what to write where there is none."""
    path = HOME / "tests" / "lessons" / "statements" / f"{lesson.slug}.toml"
    if not path.is_file():
        pytest.fail(
            f"{lesson.slug} has no table: say in tests/lessons/statements/{path.name} where its statements come from.",
            pytrace=False,
        )
    return tomllib.loads(path.read_text(encoding="utf-8"))


def quotes_of(table):
    """Return all words of the lesson that the table's statements quote, with single spaces."""
    says = [statement["says"] for statement in table["statement"]]
    return [plain(quote) for one in says for quote in ([one] if isinstance(one, str) else one)]


def plain(text):
    """Return the text with single spaces."""
    return " ".join(text.split())


@cache
def cells_of(slug, cell_type):
    """Return the sources of the lesson's cells of this type, by id."""
    cells = normal.read(HOME / "lessons" / f"{slug}.ipynb").cells
    return {cell.id: cell.source for cell in cells if cell.cell_type == cell_type}


def prose_of(lesson):
    """Return the lesson's text and questions. A wrong choice is no statement, but why it is wrong is one."""
    texts = [source for cell_id, source in cells_of(lesson.slug, "markdown").items() if cell_id != NEXT]
    for quiz in lesson.quizzes + lesson.predictions:
        texts.append(quiz.question)
        texts += [choice.text for choice in quiz.choices if choice.right]
        texts += [choice.why for choice in quiz.choices]
    return "\n".join(texts)


def sentences(prose):
    """Return the sentences of Markdown, a table's row as one, without headings, code, addresses and predictions."""
    for passed_over in (
        r"(?s)```.*?```",
        r"(?m)^#.*$",
        r"(?m)^\*Predict: .*$",
        r"(?m)^\|[-|: ]+$",
        r"(?m)^[->] ",
        r"</?\w+>",
    ):
        prose = re.sub(passed_over, "\n", prose)
    prose = re.sub(r"\]\([^)]*\)", "]", prose)
    found = []
    for line in prose.splitlines():
        ends = r"(?:(?<=[.!?])|(?<=[.!?][)\"*])|(?<=[.!?]\*\*)|(?<=[.!?]\"\)))\s+"
        found += [line] if line.startswith("|") else re.split(ends, line)
    return [plain(sentence) for sentence in found if sentence.strip()]


def uncovered(prose, quotes):
    """Return the sentences of which a telling part is in no quote."""
    found = []
    for sentence in sentences(prose):
        if any(sentence in quote for quote in quotes):
            continue
        places = [(sentence.find(quote), len(quote)) for quote in quotes if quote in sentence]
        of_aws = OF_THE_COURSE.sub(lambda number: " " * len(number[0]), sentence)
        for part in TELLING.finditer(of_aws):
            if not any(start <= part.start() and part.end() <= start + length for start, length in places):
                found.append(sentence)
                break
    return found


def is_there(name):
    """Return whether this behaviour agrees with AWS, or this test or cell exists."""
    path, _, inner = name.partition("::")
    if not inner:
        return name in BOOK and not BOOK[name].differs
    if path.endswith(".ipynb"):
        return inner in cells_of(path.removeprefix("lessons/").removesuffix(".ipynb"), "code")
    file = HOME / path
    return file.is_file() and f"\ndef {inner}(" in file.read_text(encoding="utf-8")


@each_lesson
def test_every_quote_stands_in_its_lesson(lesson):
    """Who changes a sentence looks at its source again."""
    prose = plain(prose_of(lesson))
    strange = [quote for quote in quotes_of(table_of(lesson)) if quote not in prose]
    assert strange == [], f"Not in the lesson: change tests/lessons/statements/{lesson.slug}.toml along with it."


@each_lesson
def test_every_statement_has_a_source_and_something_that_shows_it(lesson):
    """What shows it exists and agrees with AWS; or it says why nothing does."""
    for statement in table_of(lesson)["statement"]:
        assert statement["source"].strip(), f"no source: {statement['says']}"
        assert set(statement) in ({"says", "source", "shown"}, {"says", "source", "not_shown"}), statement["says"]
        assert statement.get("shown", statement.get("not_shown")), (
            f"shown by nothing, and no reason: {statement['says']}"
        )
        missing = [name for name in statement.get("shown", []) if not is_there(name)]
        assert missing == [], f"no such behaviour, test or cell, or one that differs: {statement['says']}"
        differing = re.findall(r"differences\.\w+", statement.get("not_shown", ""))
        assert all(BOOK[name].differs for name in differing), statement["says"]


@each_lesson
def test_every_sentence_about_aws_is_in_the_table(lesson):
    """A sentence with a service's name or a number is quoted, or listed as one that says nothing about AWS."""
    table = table_of(lesson)
    open_ = [s for s in uncovered(prose_of(lesson), quotes_of(table)) if s not in table["nothing_of_aws"]]
    remedy = (
        f"Say in tests/lessons/statements/{lesson.slug}.toml where this comes from, or list it under nothing_of_aws."
    )
    assert open_ == [], "\n".join([remedy, *open_])


@each_lesson
def test_nothing_of_aws_lists_only_what_is_needed(lesson):
    """A sentence that has left the lesson, or that is quoted, is not listed any more."""
    table = table_of(lesson)
    needed = uncovered(prose_of(lesson), quotes_of(table))
    assert [sentence for sentence in table["nothing_of_aws"] if sentence not in needed] == []


# --- how prose is taken apart -----------------------------------------------------------------------------------


PROSE = """# 2 headings of SQS

SQS keeps it *four days*. (Then, no more.) **Now** see [the guide](https://aws.amazon.com/4).

*Predict: what does AWS say?*

> **Careful.** We wait two minutes (lesson 03).

| limit | 10 |
|---|---|
| kept. For ever | 14 days |

```python
sqs = 3
```
- <b>Goal</b> 7."""


def test_prose_is_taken_apart_into_sentences():
    """Rows stay whole; headings, code, addresses, marks of lists and predictions are left out."""
    assert sentences(PROSE) == [
        "SQS keeps it *four days*.",
        "(Then, no more.)",
        "**Now** see [the guide].",
        "**Careful.**",
        "We wait two minutes (lesson 03).",
        "| limit | 10 |",
        "| kept. For ever | 14 days |",
        "Goal",
        "7.",
    ]


def test_each_telling_part_of_a_sentence_wants_a_quote():
    """A service, a number and a number word with its unit tell; a lesson's number does not; a part is not the whole."""
    tell = [
        "SQS keeps it *four days*.",
        "We wait two minutes (lesson 03).",
        "| limit | 10 |",
        "| kept. For ever | 14 days |",
    ]
    assert uncovered(PROSE, []) == [*tell, "7."]
    assert uncovered(PROSE, ["SQS keeps it", "| limit | 10 |", "7.", "For ever | 14 days", "two minutes"]) == tell[:1]
    assert uncovered("SQS keeps it. Up to 14 days.", ["SQS keeps it. Up to 14 days."]) == []


# --- what nothing else shows ------------------------------------------------------------------------------------


def test_clients_reach_every_operation_and_resources_do_not(offline):
    """A client has a method for each operation; no object of a resource tags queues or publishes in batches."""
    for service in ("sqs", "sns"):
        client = boto3.client(service)
        assert set(client.meta.method_to_api_mapping.values()) == set(client.meta.service_model.operation_names)
    queue, topic = boto3.resource("sqs").Queue("url"), boto3.resource("sns").Topic("arn")
    assert hasattr(queue, "send_messages")
    assert hasattr(topic, "publish")
    assert [name for name in dir(queue) if "tag" in name] == []
    assert [name for name in dir(topic) if "batch" in name] == []


def test_every_class_of_an_error_is_a_client_error(offline):
    """What hangs on a client's exceptions is a ClientError; what boto3 refuses by itself is none."""
    for client in (boto3.client("sqs"), boto3.client("sns")):
        shapes = [shape.name for shape in client.meta.service_model.error_shapes]
        assert len(shapes) > 20
        assert all(issubclass(getattr(client.exceptions, name), ClientError) for name in shapes)
    assert not issubclass(ParamValidationError, ClientError)
