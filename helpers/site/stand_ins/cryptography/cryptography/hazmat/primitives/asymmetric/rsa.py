"""RSA's signature as RFC 8017 has it, for a key whose numbers are given. Slower, and not safe from being timed: the key
is a toy."""

import hashlib
from dataclasses import dataclass
from typing import Any


def rsa_crt_dmp1(private: int, p: int) -> int:
    """Return the exponent for the first prime."""
    return private % (p - 1)


def rsa_crt_dmq1(private: int, q: int) -> int:
    """Return the exponent for the second prime."""
    return private % (q - 1)


def rsa_crt_iqmp(p: int, q: int) -> int:
    """Return the coefficient."""
    return pow(q, -1, p)


@dataclass(frozen=True)
class RSAPublicNumbers:
    """The public half of a key."""

    e: int
    n: int


@dataclass(frozen=True)
class RSAPrivateNumbers:
    """A key by its numbers, under the names that the real package gives them."""

    p: int
    q: int
    d: int
    dmp1: int
    dmq1: int
    iqmp: int
    public_numbers: RSAPublicNumbers

    def private_key(self) -> "RSAPrivateKey":
        """Return the key."""
        return RSAPrivateKey(self)


class RSAPrivateKey:
    """A key that can sign."""

    def __init__(self, numbers: RSAPrivateNumbers):
        self._numbers = numbers

    def sign(self, text: bytes, padding: Any, algorithm: Any) -> bytes:
        """Return the signature of the text: PKCS #1 v1.5 with this hash, of `hashes`."""
        key = self._numbers
        length = (key.public_numbers.n.bit_length() + 7) // 8
        told = algorithm.prefix + hashlib.new(algorithm.name, text).digest()
        padded = b"\x00\x01".ljust(length - len(told) - 1, b"\xff") + b"\x00" + told
        number = int.from_bytes(padded, "big")
        # By the Chinese remainder theorem, four times as fast as pow(number, d, n).
        first, second = pow(number, key.dmp1, key.p), pow(number, key.dmq1, key.q)
        return (second + (first - second) * key.iqmp % key.p * key.q).to_bytes(length, "big")

    def public_key(self) -> RSAPublicNumbers:
        """Return the public half."""
        return self._numbers.public_numbers
