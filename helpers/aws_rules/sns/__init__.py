"""What SNS does and moto does not."""
