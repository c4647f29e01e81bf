"""Who is stuck: what learners share while they work, as a page for the instructor."""
