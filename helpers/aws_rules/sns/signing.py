"""The signature of SNS messages, and the certificate to verify it with.

AWS: signature version 1 is RSA with SHA-1, version 2 is RSA with SHA-256. The signed text has the fields in a fixed
sequence. Source: SNS developer guide, "Verifying the signatures of Amazon SNS messages".
moto: signs with version 2 only, and with a new key for each subscription, so every run prints another signature.
"""

import base64
from datetime import timedelta
from functools import lru_cache
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from helpers.aws_rules.common.regions import host
from helpers.simulation.clock import START

# The two primes of the offline cloud's key. It's fixed, so that the same message always has the same signature, and it
# protects nothing, so it doesn't have to be secret.
_P = int(
    "d42e4a0b553981258ffa0f8d1fd5fc5acca09bbae5ee22cb73e3afa7ef7ac2007509104d58a88eeb94ee8cff0efa353d"
    "fe8fd6e5bae1b7b00e5549b6f836a8475a4755ab07d85ad1102b1133a66813befbed557b07b715b1a452d2c250c7d331"
    "d06238749cb44f733883ddd71711adcf6c0fb1948f9eeac2a9b996b98ee692c1",
    16,
)
_Q = int(
    "c5e0381b466761ac00589704a41ad78013c2a1ba4d77ccd87c03c7990fbe23d3453020fea83086466830db71872227a4"
    "d3ec098cfdb08c20257209b3ccb329b3a8b3d8896b46212fbbdcf0764e10c6e6ecee3a38f6eb992013e43ec83e27bbd3"
    "84fc58d58eaa1429b52719a3511826ecfc7b0d5a1d9628cb7ababd9230a97753",
    16,
)
_EXPONENT = 65537
_FILE = "SimpleNotificationService-0c6a1b6f3c5d4e7f8a9b0c1d2e3f4a5b.pem"
_NOTIFICATION = ("Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type")
_CONFIRMATION = ("Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type")


def sign(envelope: dict[str, Any], version: str) -> str:
    """Return the signature of an envelope in base64."""
    return _signature(signed_text(envelope), version)


@lru_cache(maxsize=4)  # a message has the same one for all subscriptions
def _signature(text: bytes, version: str) -> str:
    algorithm = hashes.SHA1() if version == "1" else hashes.SHA256()
    return base64.b64encode(_key().sign(text, padding.PKCS1v15(), algorithm)).decode()


def signed_text(envelope: dict[str, Any]) -> bytes:
    """Return the text that is signed: the name and the value of each field, on a line each."""
    names = _NOTIFICATION if envelope["Type"] == "Notification" else _CONFIRMATION
    return "".join(f"{name}\n{envelope[name]}\n" for name in names if name in envelope).encode("utf-8", "replace")


def url(region: str) -> str:
    """Return the certificate's address."""
    return f"https://{host('sns', region)}/{_FILE}"


def is_certificate(url: str) -> bool:
    """Return whether this is the certificate's address or path."""
    return url.rpartition("/")[2] == _FILE


@lru_cache
def _key() -> rsa.RSAPrivateKey:
    private = pow(_EXPONENT, -1, (_P - 1) * (_Q - 1))
    crt = rsa.rsa_crt_dmp1(private, _P), rsa.rsa_crt_dmq1(private, _Q), rsa.rsa_crt_iqmp(_P, _Q)
    return rsa.RSAPrivateNumbers(_P, _Q, private, *crt, rsa.RSAPublicNumbers(_EXPONENT, _P * _Q)).private_key()


@lru_cache
def certificate() -> bytes:
    """Return the certificate at SigningCertURL, as PEM."""
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "sns.amazonaws.com")])
    made = (
        x509.CertificateBuilder(name, name, _key().public_key(), 2026)
        .not_valid_before(START - timedelta(days=365))
        .not_valid_after(START + timedelta(days=36_500))
        .sign(_key(), hashes.SHA256())
    )
    return made.public_bytes(serialization.Encoding.PEM)
