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
        "pack_and_pass_on: line 3, 60 -> 61": "How much longer than the work the timeout is, is a matter of taste.",
        "pack_and_pass_on: line 3, 60 -> 59": "How much longer than the work the timeout is, is a matter of taste.",
    },
    "ensure_queue": {
        "ensure_queue: line 8, 60 -> 61": "A second more than the 60 that SQS asks for.",
    },
    "drain": {
        "drain: line 4, 20 -> 19": "A poll of 19 seconds asks all servers, too.",
    },
    "bill_orders": {
        "bill_orders: line 1, 1 -> 2": "The first pause may be longer.",
        "bill_orders: line 8, `time.time() >= end` -> `time.time() > end`": "It makes a difference for one moment.",
        "bill_orders: line 18, 2 -> 3": "The pauses may grow faster.",
        "bill_orders: line 18, 20 -> 19": "The longest pause may be a little shorter.",
        "bill_orders: line 20, 1 -> 2": "The first pause may be longer.",
        "bill_orders: line 26, 20 -> 19": "A poll of 19 seconds waits nearly as long.",
        "bill_orders: line 44, 90 -> 91": "Any visibility timeout will do that outlasts a few pages.",
        "bill_orders: line 44, 90 -> 89": "Any visibility timeout will do that outlasts a few pages.",
    },
    "announce": {
        "announce: line 1, 100 -> 99": "AWS documents less than 100 characters, and accepts 100. The contract has both.",
    },
    "group_of": {
        "group_of: line 14, '-' -> '-x'": "What stands between the word and the hash is a matter of taste.",
    },
    "send_day": {
        "send_day: line 6, '-' -> '-x'": "What stands between the numbers is a matter of taste.",
        "send_day: line 6, '-' -> '-x' (2)": "What stands between the numbers is a matter of taste.",
    },
    "apply_messages": {
        "apply_messages: line 2, 'versions' -> 'versionsx'": "The answer's own keys can have any names.",
        "apply_messages: line 2, 'seen' -> 'seenx'": "The answer's own keys can have any names.",
        "apply_messages: line 17, `version > versions.get(order_id, 0)` -> `version >= versions.get(order_id, 0)`": "A "
        "version belongs to one status, so setting it again changes nothing.",
        "apply_messages: line 17, 0 -> -1": "The lowest version is 1.",
    },
    "sort_dead_letters": {
        "sort_dead_letters: line 35, 20 -> 19": "A poll of 19 seconds asks all servers, too.",
    },
    "charge_orders": {
        "charge_orders: line 9, 500 -> 499": "AWS has no error with the status 499.",
        "charge_orders: line 12, `time.time() < end` -> `time.time() <= end`": "It makes a difference for one moment.",
        "charge_orders: line 14, 20 -> 19": "A poll of 19 seconds waits nearly as long.",
        "charge_orders: line 20, 1 -> 2": "The first wait may be longer.",
        "charge_orders: line 21, `time.time() < end` -> `time.time() <= end`": "It makes a difference for one moment.",
        "charge_orders: line 26, 90 -> 91": "Any visibility timeout will do that outlasts the next wait and the call.",
        "charge_orders: line 26, 90 -> 89": "Any visibility timeout will do that outlasts the next wait and the call.",
        "charge_orders: line 27, 0 -> 1": "A wait has a random share all the same.",
        "charge_orders: line 28, 2 -> 3": "The waits may grow faster.",
        "charge_orders: line 28, 60 -> 61": "The longest wait is a second too long, and random waits hardly reach it.",
        "charge_orders: line 28, 60 -> 59": "The longest wait may be a little shorter.",
    },
    "redrive_fixed": {
        "redrive_fixed: line 3, drop the argument `WaitTimeSeconds=20`": "A short poll of a FIFO queue finds what's "
        "there, here at least.",
        "redrive_fixed: line 5, 20 -> 19": "A poll of 19 seconds asks all servers, too.",
        "redrive_fixed: line 5, 20 -> 0": "A short poll of a FIFO queue finds what's there, here at least.",
        "redrive_fixed: line 6, 120 -> 121": "Any visibility timeout will do that's well below five minutes.",
        "redrive_fixed: line 6, 120 -> 119": "Any visibility timeout will do that's well below five minutes.",
    },
    "watch_dead_letters": {
        "watch_dead_letters: line 17, 1 -> 2": "Two minutes in a row are still seen within five minutes.",
    },
}
