"""Who is stuck: what learners share while they work, as a page for whoever holds the class."""
