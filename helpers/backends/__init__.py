"""Where boto3's calls go: sessions, clients and resources, one module per kind of cloud."""
