"""Any HTTP endpoint that speaks AWS, such as `course serve` or LocalStack."""
