"""The grade book as files for people and for learning platforms."""
