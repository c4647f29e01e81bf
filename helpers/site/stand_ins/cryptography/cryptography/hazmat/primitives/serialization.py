"""Nothing of it is needed until a certificate is written, and there is none here."""
