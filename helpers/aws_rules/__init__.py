"""What AWS does and plain moto does not: one rule, or one close family, a module."""
