"""What the charts of a run show, and its words tell: how full a queue was, and when."""

from collections import Counter
from collections.abc import Mapping
from typing import Any

Points = list[tuple[float, float]]  # seconds of the run and values


def busiest(run: Mapping[str, Any]) -> str:
    """Return the queue that most was sent to and received from; "" for none."""
    done = {name: one["sent"] + one["received"] for name, one in run["queues"].items() if run["waiting"].get(name)}
    best = max(done, key=lambda name: done[name], default="")
    return best if done.get(best) else ""


def waiting(run: Mapping[str, Any], queue: str) -> Points:
    """Return how many messages could be received, each number from its second on."""
    return [(at, count) for at, count in run["waiting"].get(queue) or [(0.0, 0)]]


def in_flight(run: Mapping[str, Any], queue: str) -> Points:
    """Return how many messages programs had, each number from its second on."""
    changes: Counter[float] = Counter({0.0: 0})
    for each in run["held"]:
        if each["queue"] == queue:
            changes[each["begin"]] += 1
            changes[each["end"]] -= each["how"] != "still held"
    found, count = Points(), 0
    for at in sorted(changes):
        count += changes[at]
        found.append((at, count))
    return found


def ages(run: Mapping[str, Any], queue: str) -> Points:
    """Return the age of the oldest message that could be received, from point to point; [] where it isn't known."""
    oldest = run.get("oldest", {}).get(queue) or []
    ends = [*(at for at, _ in oldest[1:]), run["seconds"]]
    found = Points()
    for (at, sent), until in zip(oldest, ends, strict=False):
        found += [(at, 0.0), (until, 0.0)] if sent is None else [(at, at - sent), (until, until - sent)]
    return found
