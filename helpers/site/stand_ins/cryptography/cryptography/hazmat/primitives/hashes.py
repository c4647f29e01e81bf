"""The two hashes with which SNS signs."""


class SHA1:
    """SHA-1, of signature version 1. prefix: how PKCS #1 names it, before the digest (RFC 8017, section 9.2)."""

    name = "sha1"
    prefix = bytes.fromhex("3021300906052b0e03021a05000414")


class SHA256:
    """SHA-256, of signature version 2."""

    name = "sha256"
    prefix = bytes.fromhex("3031300d060960864801650304020105000420")
