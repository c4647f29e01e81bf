"""Cohort grading: collecting hand-ins, the wall around each, the runner, the grade book and the feedback."""
