"""Grading a cohort: collecting hand-ins, checking each in the sandbox, the grade book and the reports."""
