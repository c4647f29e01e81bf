"""Whether an answer is right, and if not, why not.

How a check runs, from the call to the card that a learner sees:

1. `learner.check(answer)` in a notebook, or the grader, calls `engine.examine` with the exercise and a runner.
2. The engine makes a private cloud with a clock of its own, and a `case.Case` around it.
3. It calls the exercise's check, a function in `lessons/` that is named after the answer and gets the Case.
4. The check sets the scene with its own clients (`direct_client`) and reaches the answer by `case.run(...)`, within
   what `limits` allows.
5. That goes through a runner (`runners/`) to where the answer lives: a thread of this kernel, or the sandbox.
6. The check looks at what was returned, what is in the cloud and what the answer called. `case.not_yet(...)` ends it.
7. The engine turns that, an error in the answer, or a check that ends by itself, into one `outcome.Outcome`.

A lesson's checks import neither engine nor runner, so they run alike everywhere.
"""
