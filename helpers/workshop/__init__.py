"""`course serve`: the offline cloud over HTTP, for a room of learners or another SDK."""
