"""Certificates, which the stand-in cannot make."""

from typing import NoReturn

from cryptography.x509.oid import NameOID

__all__ = ["CertificateBuilder", "Name", "NameAttribute", "NameOID"]


class NameAttribute:
    """One field of a name."""

    def __init__(self, *_: object):
        pass


class Name(NameAttribute):
    """A name."""


def CertificateBuilder(*_: object) -> NoReturn:  # noqa: N802 - the real one is a class
    """Say that there is none."""
    raise NotImplementedError(
        "A browser tab can't make a certificate, because the cryptography package doesn't exist for it. The course on "
        "your own computer can. Its README tells you how to start."
    )
