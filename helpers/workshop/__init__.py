"""`course serve`: the offline cloud over HTTP, for a class, or for any other AWS SDK."""
