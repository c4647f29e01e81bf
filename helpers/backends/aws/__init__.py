"""What keeps a real account safe: the yes, the bounds, the record of what was made, and its deletion."""
