"""Answers that never end, each in another way: for the runner of a browser tab, here and in a real tab."""

LOOP = "while True:\n        region += ''"
LOOPS = {
    "a loop": f"def clients_for(region):\n    {LOOP}",
    "one that catches everything": (
        "def clients_for(region):\n    while True:\n        try:\n            region += ''\n"
        "        except:\n            pass"
    ),
    "a recursion that catches everything": (
        "def clients_for(region):\n    try:\n        clients_for(region)\n    except:\n        pass\n"
        "    clients_for(region)"
    ),
    "in a function that it calls": (
        "def wait():\n    for _ in iter(int, 1):\n        pass\n\ndef clients_for(region):\n    wait()"
    ),
    "in a class": (
        "class Waiter:\n    @staticmethod\n    def wait():\n        while True:\n            pass\n\n"
        "def clients_for(region):\n    Waiter.wait()"
    ),
    "behind a decorator": (
        "def named(function):\n    @functools.wraps(function)\n    def inner(**given):\n"
        f"        return function(**given)\n    return inner\n\n@named\ndef clients_for(region):\n    {LOOP}"
    ),
    "behind a cache": (
        f"@functools.lru_cache\ndef wait(region):\n    {LOOP}\n\ndef clients_for(region):\n    wait(region)"
    ),
    "in a lambda in a list": (
        "waits = [lambda: [None for _ in iter(int, 1)]]\n\ndef clients_for(region):\n    waits[0]()"
    ),
    "caught, and then right": (
        f"def wait(region):\n    {LOOP}\n\ndef clients_for(region):\n    try:\n        wait(region)\n    except:\n"
        "        pass\n    return {name: boto3.client(name, region_name=region) for name in ('sqs', 'sns')}"
    ),
    "left by finally, and then right": (
        f"def wait(region):\n    {LOOP}\n\ndef clients_for(region):\n    try:\n        wait(region)\n    finally:\n"
        "        return {name: boto3.client(name, region_name=region) for name in ('sqs', 'sns')}"
    ),
    "over a class that holds itself": f"class A:\n    pass\n\nA.a = A\n\ndef clients_for(region):\n    {LOOP}",
}
