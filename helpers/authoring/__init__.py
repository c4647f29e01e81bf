"""For authors: builds, proves and releases what they write. Only `cli` imports it; no notebook does."""
