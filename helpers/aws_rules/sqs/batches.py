"""Batches of SQS: what makes the whole call fail, and what makes a single entry fail.

AWS: the whole call is refused if the batch is empty, has more than ten entries or more than 1 MiB, or if an id is
repeated or has invalid characters. Anything wrong with a single entry is reported under `Failed`, and the other entries
are done. `SenderFault` is false if SQS had a problem with an entry. Source: SQS API reference, SendMessageBatch,
DeleteMessageBatch, ChangeMessageVisibilityBatch, BatchResultErrorEntry; recorded answers.
moto: refuses the whole call for one entry that is too large, and accepts eleven deletes.
"""

import re
from collections.abc import Callable, Hashable
from typing import Any

from helpers.aws_rules.common.refusals import Refused
from helpers.aws_rules.common.unkindness import INTERNAL_ERROR, Unkindness

MAX_ENTRIES = 10
_ID = re.compile(r"[A-Za-z0-9_\-]{1,80}")
_PREFIX = "AWS.SimpleQueueService."


def check_batch(entries: list[dict[str, Any]], kind: str) -> None:
    """Raise Refused if the batch as a whole is invalid. kind: such as "SendMessage"."""
    if not entries:
        text = f"There should be at least one {kind}BatchRequestEntry in the request."
        raise Refused(f"{_PREFIX}EmptyBatchRequest", text)
    if len(entries) > MAX_ENTRIES:
        text = f"Maximum number of entries per request are {MAX_ENTRIES}. You have sent {len(entries)}."
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


def check_total_size(total: int, largest: int) -> None:
    """Raise Refused if the batch is too large. total, largest: in bytes."""
    if total > largest:
        text = f"Batch requests cannot be longer than {largest} bytes. You have sent {total} bytes."
        raise Refused(f"{_PREFIX}BatchRequestTooLong", text)


def for_each(
    entries: list[dict[str, Any]],
    do: Callable[[dict[str, Any]], dict[str, Any] | None],
    unkind: Unkindness,
    what: Callable[[dict[str, Any]], Hashable],
) -> dict[str, Any]:
    """Call `do` with each entry and return the answer of the batch, which has no empty list.

    unkind: decides which entries meet an error of the service. what: says what an entry does to which message, so that
    a second try can be told.
    """
    done: list[dict[str, Any]] = []
    failed: list[dict[str, Any]] = []
    for entry in entries:
        if unkind.strikes_entry(what(entry)):
            unkind.tell(f"entry {entry['Id']} of a batch met an error of the service")
            failed.append({"Id": entry["Id"], "SenderFault": False, "Code": "InternalError", "Message": INTERNAL_ERROR})
            continue
        try:
            done.append({"Id": entry["Id"]} | (do(entry) or {}))
        except Refused as problem:
            failed.append({"Id": entry["Id"], "SenderFault": True, "Code": problem.code, "Message": problem.message})
    return {name: found for name, found in (("Successful", done), ("Failed", failed)) if found}
