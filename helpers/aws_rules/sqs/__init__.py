"""What SQS does and moto does not."""
