"""Mobile push: applications, and endpoints, which are devices that have an application.

AWS: shows an application's attributes without its credentials; creating an endpoint again is fine with the same token
and attributes. Source: SNS API reference, CreatePlatformApplication and CreatePlatformEndpoint; recorded answers.
moto: shows the credentials, and checks no names, tokens or ARNs. The services of Apple, Google and others, which AWS
asks whether the credentials are theirs, are not there: every one is taken.
"""

import re
from dataclasses import dataclass
from typing import Any

from helpers.aws_rules.common.accounts import Account
from helpers.aws_rules.common.numbers import within
from helpers.aws_rules.common.refusals import Refused, invalid
from helpers.aws_rules.sns.topics import SnsRegion

PLATFORMS = (
    *("ADM", "APNS", "APNS_SANDBOX", "APNS_VOIP", "APNS_VOIP_SANDBOX", "BAIDU", "GCM", "MACOS", "MACOS_SANDBOX"),
    *("MPNS", "WNS"),
)
_SECRET = ("PlatformCredential", "PlatformPrincipal")
_OF_APPLICATION = (
    *(*_SECRET, "EventEndpointCreated", "EventEndpointDeleted", "EventEndpointUpdated", "EventDeliveryFailure"),
    *("SuccessFeedbackRoleArn", "FailureFeedbackRoleArn", "SuccessFeedbackSampleRate", "Enabled"),
    *("ApplePlatformTeamID", "ApplePlatformBundleID"),
)
_OF_ENDPOINT = ("CustomUserData", "Enabled", "Token")
_WRONG_ID = "ARN specifies an invalid endpointId: UUID must be encoded in exactly 36 characters."


@dataclass
class Application:
    """An application of one platform. settings: its attributes, with the secret ones."""

    arn: str
    platform: str
    settings: dict[str, str]

    @property
    def shown(self) -> dict[str, str]:
        """The attributes as AWS shows them."""
        return {"Enabled": "true"} | {name: value for name, value in self.settings.items() if name not in _SECRET}


@dataclass
class Endpoint:
    """A device. settings: its attributes, all of which are shown."""

    arn: str
    application: Application
    settings: dict[str, str]


# --- what may be set -------------------------------------------------------------------------------------------------


def check_name(name: str, platform: str) -> None:
    """Refuse the name or the platform of a new application."""
    reason = ""
    if not name:
        reason = "cannot be empty"
    elif len(name) > 256:
        reason = "must be at most 256 characters long"
    elif not re.fullmatch(r"[A-Za-z0-9._-]+", name):
        reason = "must contain only characters 'a'-'z', 'A'-'Z', '0'-'9', '_', '-', and '.'"
    if reason:
        raise invalid(f"{name} Reason: {reason}")
    if platform not in PLATFORMS:
        raise invalid(f"Platform Reason: {platform} is not supported")


def check_application(settings: dict[str, str]) -> None:
    """Refuse attributes that an application cannot have."""
    _check_names(settings, _OF_APPLICATION)
    rate = settings.get("SuccessFeedbackSampleRate", "0")
    if not within(rate, 0, 100):
        raise _wrong("SuccessFeedbackSampleRate", f"{rate} value provided is not an integer between 0-100")
    if settings.get("PlatformCredential") == "":
        raise _wrong("PlatformCredential", "cannot be empty")


def check_endpoint(settings: dict[str, str]) -> None:
    """Refuse attributes that an endpoint cannot have."""
    _check_names(settings, _OF_ENDPOINT)
    if settings.get("Token") == "":
        raise _wrong("Token", "cannot be empty")
    if len(settings.get("CustomUserData", "").encode("utf-8", "surrogatepass")) > 2048:
        raise _wrong("CustomUserData", "must be at most 2048 bytes long in UTF-8 encoding")


def _check_names(settings: dict[str, str], known: tuple[str, ...]) -> None:
    for name in settings:
        if name not in known:
            raise invalid(f"Attributes Reason: Invalid attribute name: {name}")
    if settings.get("Enabled", "true").lower() not in ("true", "false"):
        raise _wrong("Enabled", "must be true or false")


def _wrong(name: str, reason: str) -> Refused:
    return invalid(f"Attributes Reason: Invalid value for attribute: {name}: {reason}")


# --- finding ---------------------------------------------------------------------------------------------------------


def application(region: SnsRegion, arn: str) -> Application:
    """Return the application of this ARN; Refused when there is none."""
    _check_arn(arn, "PlatformApplicationArn", 3)
    if arn not in region.applications:
        raise Refused("NotFound", "PlatformApplication does not exist")
    return region.applications[arn]


def endpoint(region: SnsRegion, arn: str) -> Endpoint:
    """Return the endpoint of this ARN; Refused when there is none."""
    check_endpoint_arn(arn)
    if arn not in region.platform_endpoints:
        raise Refused("NotFound", "Endpoint does not exist")
    return region.platform_endpoints[arn]


def check_endpoint_arn(arn: str, parameter: str = "EndpointArn") -> None:
    """Refuse what is not the ARN of an endpoint."""
    _check_arn(arn, parameter, 4)
    if len(arn.rpartition("/")[2]) != 36:
        raise invalid(f"{parameter} Reason: {_WRONG_ID}")


def _check_arn(arn: str, parameter: str, steps: int) -> None:
    parts = arn.split(":")
    if len(parts) < 6:
        raise invalid(f"{parameter} Reason: An ARN must have at least 6 elements, not {len(parts)}")
    if len(":".join(parts[5:]).split("/")) != steps:
        raise invalid(f"{parameter} Reason: Wrong number of slashes in relative portion of the ARN.")


def target(region: SnsRegion, arn: str) -> Endpoint:
    """Return the endpoint to publish to; Refused when it is not there, or switched off."""
    check_endpoint_arn(arn, "TargetArn")
    found = region.platform_endpoints.get(arn)
    if found is None:
        raise invalid("TargetArn Reason: No endpoint found for the target arn specified")
    if why_not := disabled(found):
        raise why_not
    return found


def disabled(found: Endpoint) -> Refused | None:
    """Return why nothing may be sent to the endpoint, or None."""
    if found.settings["Enabled"].lower() == "false":
        return Refused("EndpointDisabled", "Endpoint is disabled")
    if found.application.shown["Enabled"].lower() == "false":
        return Refused("PlatformApplicationDisabled", "Platform application is disabled")
    return None


def check_subscriber(account: Account, region: str, arn: str) -> None:
    """Refuse to subscribe what is not an endpoint of this account."""
    try:
        check_endpoint_arn(arn)
    except Refused:
        raise invalid(f"Application endpoint arn invalid:{arn}") from None
    if arn not in account.service(SnsRegion, region).platform_endpoints:
        raise invalid(f"Endpoint Reason: Endpoint does not exist for endpoint arn{arn}")


def subscriber(account: Account, arn: str) -> Endpoint | None:
    """Return the endpoint that subscribed under this ARN; None when it is gone."""
    found: dict[str, Any] = account.service(SnsRegion, arn.split(":")[3]).platform_endpoints
    return found.get(arn)
