"""A real AWS account, kept safe: consent, limits, a log of what was created, and clean-up."""
