"""What every cloud is built on: a clock, a source of ids, a journal, and which world a thread belongs to."""
