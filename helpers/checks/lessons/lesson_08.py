"""The checks of lesson 08. Each gets a helpers.checks.case.Case and calls `case.not_yet(...)` at the first fault."""
