"""Where boto3's calls go: one package for each kind of cloud, and what they share. `running` has the one in use."""
