"""The checks, one module per lesson."""
