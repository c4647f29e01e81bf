"""What AWS has and this cloud doesn't: operations and services, each with the reason.

The page PAGE has a line for each, and the errors name the page and that line.
"""

from collections.abc import Iterable

PAGE = "lessons/differences_from_aws.md"

_DATA_PROTECTION = "AWS has closed data protection to new customers, so the course doesn't teach it."
_KEYS = "The course needs no keys beyond those of its profiles and of a role."
_OF_AN_ORGANIZATION = "It serves organizations and identity providers, which aren't simulated."
_NOTHING_ENCODED = "SQS and SNS say in plain text why they refuse a call."
# By service and operation.
OPERATIONS = {
    ("sns", "GetDataProtectionPolicy"): _DATA_PROTECTION,
    ("sns", "PutDataProtectionPolicy"): _DATA_PROTECTION,
    ("sts", "AssumeRoleWithSAML"): _OF_AN_ORGANIZATION,
    ("sts", "AssumeRoleWithWebIdentity"): _OF_AN_ORGANIZATION,
    ("sts", "AssumeRoot"): _OF_AN_ORGANIZATION,
    ("sts", "DecodeAuthorizationMessage"): _NOTHING_ENCODED,
    ("sts", "GetAccessKeyInfo"): _KEYS,
    ("sts", "GetDelegatedAccessToken"): _OF_AN_ORGANIZATION,
    ("sts", "GetFederationToken"): _KEYS,
    ("sts", "GetScopedCredentials"): _KEYS,
    ("sts", "GetSessionToken"): _KEYS,
    ("sts", "GetWebIdentityToken"): _OF_AN_ORGANIZATION,
}
OTHER_SERVICES = "Other services"


def see(line: str) -> str:
    """Return the sentence that leads to this line of the page."""
    return f'See "{line}" in {PAGE}.'


def no_operation(service: str, name: str) -> str:
    """Return the text of the error for an operation that only AWS has."""
    why = OPERATIONS.get((service, name), "")
    text = f"{name} is an AWS operation that this course's offline cloud doesn't have. You need real AWS for it."
    return f"{text} {why} {see(name)}" if why else text


def no_service(cloud: str, service: str, known: Iterable[str]) -> str:
    """Return the text of the error for a service that only AWS has. cloud: who says so."""
    return f"{cloud} doesn't have the service {service!r}. It has {', '.join(known)}. {see(OTHER_SERVICES)}"
