"""Whether an answer is right, and why not: the engine, the runner to the answer, and one module of checks per lesson.

A lesson's checks (lesson_NN.py) import no engine: a check is a function named after the answer, and gets a case.Case.
"""
