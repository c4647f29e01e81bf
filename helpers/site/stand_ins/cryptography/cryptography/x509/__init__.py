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
        "In a browser tab no certificate can be made: cryptography has no form for it. On your own computer the course "
        "has one; its README says how to start."
    )
