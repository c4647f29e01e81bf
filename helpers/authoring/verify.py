"""Runs lessons and solutions on another cloud, and says whether their outputs there mean the same as the stored ones.

What differs between any two clouds is replaced first: accounts, ids and receipt handles by the order in which they
first appear, so that "the same id again" is still compared; hosts, signatures and moments by a word.
"""

import os
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass
from difflib import unified_diff
from pathlib import Path
from tempfile import gettempdir
from typing import Any
from urllib.parse import urlsplit

import nbformat
from nbformat.v4 import new_code_cell, new_notebook

from helpers import kernels
from helpers.backends.addresses import is_loopback
from helpers.backends.aws import consent
from helpers.backends.not_available import SAID
from helpers.backends.running import COMPARED
from helpers.course import HOME, Lesson
from helpers.errors import CloudError

KINDS = ("lessons", "solutions")
ACCOUNT = "123456789012"  # on a course server, as in the stored outputs
LONGEST = 600  # seconds
_PATIENCE = 120  # seconds for the first call
# What a notebook does first. A start alone sends nothing to most clouds.
_FIRST_CALL = 'from helpers import client, start\nstart()\nclient("sqs").list_queues(MaxResults=1)'

SAME, PASSED_OVER, DIFFERS = "same", "passed over", "differs"
_WORDS = (
    (r"(?m)^Requests to your account: .*\n?", ""),
    (r"(?m)^(?:Offline cloud, account|Course cloud|Endpoint|REAL AWS,) .*$", "<which cloud>"),
    (r"https?://[\w.:\[\]-]+/\?\S*", "<link>"),
    (r"https://[\w.-]+\.amazonaws\.com/Simple\S*", "<link>"),
    (r'("MessageId" : ")[0-9a-f-]{1,35}(?![0-9a-f-])', r"\1<the begin of an id>"),
    (r"https?://[\w.:\[\]-]+/(?=\d{12}/)", "<host>/"),
    (r"(?m)^( *> Host: ).*$", r"\1<host>"),
    (r"\b\d{8}(?:T\d{6}Z|(?=/[a-z0-9-]+/s[qn]s/aws4_request))", "<moment>"),  # as requests are signed with
    (r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:\.\d+)?(?:\+00:00|Z| UTC)?", "<moment>"),
    (r"\b\d\d:\d\d:\d\d\b", "<moment>"),
    (r"\b1[5-9]\d{8}(?:\d{3})?\b", "<moment>"),  # seconds or milliseconds since 1970
)
# Numbered in the order in which they first appear. The long ones are receipt handles and signatures, whole or cut off.
_ORDINALS = re.compile(
    r"(?P<id>[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})|(?P<account>(?<!\d)\d{12}(?!\d))"
    r"|(?P<long>(?<![\w+/=-])(?=[\w+/=-]*\d)(?=[\w+/=-]*[A-Z])(?=[\w+/=-]*[a-z])[\w+/=-]{28,}|(?<!\w)[a-z]{40,})"
    r"|(?P<md5>(?<!\w)[0-9a-f]{32}(?!\w))"
)
_SHOWN = 6  # lines of a difference


@dataclass(frozen=True)
class Row:
    """The outcome of one cell. why: what the course said instead, or the first lines that differ."""

    cell: str  # its id
    verdict: str  # SAME, PASSED_OVER or DIFFERS
    why: str = ""


def verify(
    lessons: Iterable[Lesson],
    cloud: str,
    kinds: Iterable[str] = KINDS,
    env: Mapping[str, str] | None = None,
    say: Callable[[str], None] = lambda name: None,
    longest: int = LONGEST,
) -> Iterator[tuple[str, list[Row]]]:
    """Yield the name of each notebook and its rows.

    cloud: "offline", "aws", or an endpoint's URL. kinds: of KINDS. env: variables besides this process's. say: gets
    each notebook's name before it runs. longest: seconds for a cell, waits among them. A cell that raises, or takes
    longer, does not keep the next from running. CloudError if the cloud can't be reached or used at all.
    """
    _reach(cloud, env or {})
    for lesson in lessons:
        for kind in kinds:
            name = f"{kind}/{lesson.slug}.ipynb"
            say(name)
            yield name, _run(HOME / name, cloud, env or {}, longest)


def _environment(cloud: str, more: Mapping[str, str]) -> dict[str, str]:
    return {"COURSE_ACCOUNT": ACCOUNT, **os.environ, COMPARED: "1", "COURSE_CLOUD": cloud, **more}


def _reach(cloud: str, more: Mapping[str, str]) -> None:
    """Start the cloud and call it once, as a notebook would. CloudError if it can't be reached or used."""
    if cloud == "offline":
        return
    _check_choice(cloud, more)
    notebook = new_notebook(cells=[new_code_cell(_FIRST_CALL)])
    env = {**_environment(cloud, more), "AWS_MAX_ATTEMPTS": "1"}
    kernels.execute(notebook, Path(gettempdir()), env, timeout=_PATIENCE, allow_errors=True)
    for output in notebook.cells[0].outputs:
        if output.output_type == "error":
            why = " ".join(re.sub(r"\x1b\[[0-9;]*m", "", output.evalue).split())
            raise CloudError(f"I can't use {cloud}, so I compared nothing. {why.rstrip('.')}. {_advice(cloud)}")


def _check_choice(cloud: str, more: Mapping[str, str]) -> None:
    """CloudError if nothing has to be tried to know that it can't work."""
    if cloud == "aws":
        if not consent.accounts(more.get("COURSE_YES")):
            raise CloudError(
                "That would use a real AWS account, and nothing has been sent yet. If you mean it, say which one by "
                "setting COURSE_YES to its twelve digits."
            )
        return
    host = urlsplit(cloud).hostname if "://" in cloud else None
    if not host:
        raise CloudError(f"There's no cloud {cloud!r}. --cloud takes offline, aws, or an endpoint's URL.")
    if not is_loopback(host):
        raise CloudError(
            f"{host} isn't this computer, and `course verify` only uses clouds that are. Run it there, or bring the "
            f"cloud's port here: ssh -L 4577:localhost:PORT {host}, then --cloud http://localhost:4577"
        )


def _advice(cloud: str) -> str:
    if cloud == "aws":
        return "The profile is AWS_PROFILE's, and the region is the profile's or AWS_DEFAULT_REGION's."
    return "Is its server running, and is that its address? A `course serve` with a token needs it in COURSE_TOKEN."


def _run(path: Path, cloud: str, more: Mapping[str, str], longest: int) -> list[Row]:
    stored = nbformat.read(path, as_version=4)
    notebook = deepcopy(stored)
    env = _environment(cloud, more)
    kernels.execute(notebook, path.parent, env, timeout=longest, interrupt_on_timeout=True, allow_errors=True)
    return compare(stored, notebook)


def compare(stored: Mapping[str, Any], run: Mapping[str, Any]) -> list[Row]:
    """Return a row for each code cell of these two notebooks, which stay as they are.

    A cell that differs is passed over if the course said, in it or in a cell before it, that this cloud cannot do what
    was asked for: what follows then shows things as they are there.
    """
    rows, said = [], ""
    for (cell, before, _), (_, now, word) in zip(_texts(stored), _texts(run), strict=True):
        said = word or said
        if before == now:
            rows.append(Row(cell, SAME))
        elif said:
            rows.append(Row(cell, PASSED_OVER, said))
        else:
            rows.append(Row(cell, DIFFERS, _difference(before, now)))
    return rows


def _texts(notebook: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    """Yield each code cell's id, its outputs without what may differ, and what the course said instead, if anything."""
    seen: dict[str, dict[str, int]] = {}

    def ordinal(found: re.Match[str]) -> str:
        kind = found.lastgroup or ""
        numbers = seen.setdefault(kind, {})
        return f"<{kind} {numbers.setdefault(found[0], len(numbers) + 1)}>"

    for cell in notebook["cells"]:
        if cell["cell_type"] == "code":
            text = _whole(cell["outputs"])
            found = re.search(rf"{SAID}.*", text)
            for pattern, word in _WORDS:
                text = re.sub(pattern, word, text)
            yield cell["id"], _ORDINALS.sub(ordinal, text.rstrip()), found[0] if found else ""


def _whole(outputs: list[Mapping[str, Any]]) -> str:
    """Return all outputs as one text; what was printed may have come in pieces."""
    pieces = [_shown(output) if output["output_type"] == "stream" else f"\n{_shown(output)}\n" for output in outputs]
    return "\n".join(line for line in "".join(pieces).splitlines() if line)


def _shown(output: Mapping[str, Any]) -> str:
    if output["output_type"] == "stream":
        return str(output["text"])
    if output["output_type"] == "error":
        return f"{output['ename']}: {output['evalue']}"
    return str(output["data"].get("text/plain", ""))


def _difference(before: str, now: str) -> str:
    lines = unified_diff(before.splitlines(), now.splitlines(), lineterm="", n=0)
    return "\n".join([line[:200] for line in lines if not line.startswith(("---", "+++", "@@"))][:_SHOWN])
