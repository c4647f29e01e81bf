"""What an answer may use while it's checked. More than that, and it's stopped.

When it runs in the sandbox, sandbox/hand_in_process.py also limits all runs of one check together, and adds a little
time for each call.
"""

SECONDS = 10.0  # real seconds for one run of an answer; a slow machine must not make a right one wrong
COMPUTING = 2.0  # seconds of the processor's time for one cell or run of an answer, in the sandbox
CALLS = (
    300  # calls to AWS that an answer can make within a minute of the cloud's time; a loop without a pause makes more
)
MOST_CALLS = 1_000  # in one run; a heartbeat every ten seconds makes fewer in two hours
