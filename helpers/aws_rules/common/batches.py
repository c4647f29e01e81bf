"""Batches: what refuses the whole call, and what fails for one entry alone.

AWS: an empty batch, more than ten entries, ids that repeat or have other characters, and a sum beyond 1 MiB refuse the
call; whatever is wrong with one entry is told under `Failed`, and the others are done. Source: SQS API reference,
SendMessageBatch, DeleteMessageBatch, ChangeMessageVisibilityBatch; recorded answers.
moto: refuses the whole call for one entry that is too large, and takes eleven deletes.
"""

import re
from collections.abc import Callable
from typing import Any

from helpers.aws_rules.common.refusals import Refused

MOST = 10
_ID = re.compile(r"[A-Za-z0-9_\-]{1,80}")
_PREFIX = "AWS.SimpleQueueService."


def check(entries: list[dict[str, Any]], kind: str) -> None:
    """Refuse the call for what is wrong with the batch as a whole. kind: as in "SendMessage"."""
    if not entries:
        text = f"There should be at least one {kind}BatchRequestEntry in the request."
        raise Refused(f"{_PREFIX}EmptyBatchRequest", text)
    if len(entries) > MOST:
        text = f"Maximum number of entries per request are {MOST}. You have sent {len(entries)}."
        raise Refused(f"{_PREFIX}TooManyEntriesInBatchRequest", text)
    seen = set()
    for entry in entries:
        if not _ID.fullmatch(entry["Id"]):
            text = (
                "A batch entry id can only contain alphanumeric characters, hyphens and underscores. It can be at most "
            )
            raise Refused(f"{_PREFIX}InvalidBatchEntryId", f"{text}80 letters long.")
        if entry["Id"] in seen:
            raise Refused(f"{_PREFIX}BatchEntryIdsNotDistinct", f"Id {entry['Id']} repeated.")
        seen.add(entry["Id"])


def check_sum(total: int, most: int) -> None:
    """Refuse a batch that is longer, in bytes, than it may be."""
    if total > most:
        text = f"Batch requests cannot be longer than {most} bytes. You have sent {total} bytes."
        raise Refused(f"{_PREFIX}BatchRequestTooLong", text)


def each(entries: list[dict[str, Any]], do: Callable[[dict[str, Any]], dict[str, Any] | None]) -> dict[str, Any]:
    """Do it for each entry and return what a batch answers; no list stands there empty."""
    done: list[dict[str, Any]] = []
    failed: list[dict[str, Any]] = []
    for entry in entries:
        try:
            done.append({"Id": entry["Id"]} | (do(entry) or {}))
        except Refused as problem:
            failed.append({"Id": entry["Id"], "SenderFault": True, "Code": problem.code, "Message": problem.message})
    return {name: found for name, found in (("Successful", done), ("Failed", failed)) if found}
