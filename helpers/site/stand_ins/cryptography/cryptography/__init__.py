"""Signs what SNS sends, in plain Python. Certificates cannot be made with it, and so `cloud.certificate` has none."""
