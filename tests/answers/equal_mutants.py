"""Mutants of solutions that are as right as the solution: by exercise, each mutant's name and the reason."""

EQUAL: dict[str, dict[str, str]] = {
    "take_one": {
        "take_one: line 4, 0 -> -1": "A receive that names no MaxNumberOfMessages brings one message at most, so the "
        "last one is the first.",
    },
    "queue_names": {
        "queue_names: line 3, 1000 -> 999": "A page may be smaller than the largest, as long as every page is taken.",
    },
    "pack_and_pass_on": {
        "pack_and_pass_on: line 2, 60 -> 61": "How much longer than the work the lease is, is a matter of taste.",
        "pack_and_pass_on: line 2, 60 -> 59": "How much longer than the work the lease is, is a matter of taste.",
    },
    "ensure_queue": {
        "ensure_queue: line 8, 60 -> 61": "A second more than the 60 that SQS asks for.",
    },
}
