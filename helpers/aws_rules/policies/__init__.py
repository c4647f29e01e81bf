"""What queue and topic policies allow."""
