"""How a check reaches an answer.

base says what any runner does. in_process runs the answer in a thread of this kernel, one_thread in the check's own
thread (a browser tab has no other). The runner of a sandbox is in helpers.sandbox.hand_in_process. Whichever it is,
answer_host calls the answer.
"""
