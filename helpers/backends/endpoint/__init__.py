"""Any HTTP endpoint that speaks AWS's protocols, such as `course serve` or LocalStack."""
