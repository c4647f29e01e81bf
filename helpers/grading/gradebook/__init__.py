"""What outcomes are worth, and the grade book."""
