"""What SQS, SNS and STS share."""
