"""What every cloud stands on: a clock, a source of ids, a journal, and the question whose world a thread is in."""
