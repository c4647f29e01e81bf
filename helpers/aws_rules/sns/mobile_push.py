"""Mobile push: platform applications, and platform endpoints, which are devices with such an application.

AWS: an application needs a credential and, unless it's for GCM, a principal. Its attributes are shown without them.
Creating an endpoint again is fine with the same token and attributes. A deleted endpoint leaves its subscriptions.
Source: SNS API reference, CreatePlatformApplication, CreatePlatformEndpoint and DeleteEndpoint; recorded answers.
moto: shows the credentials, and checks no names, tokens or ARNs.

AWS has Apple, Google and others check the credentials. The offline cloud accepts all of them.
"""

import re
from dataclasses import dataclass

from helpers.aws_rules.common import arns
from helpers.aws_rules.common.accounts import Account
from helpers.aws_rules.common.numbers import is_between
from helpers.aws_rules.common.refusals import Refused, invalid
from helpers.aws_rules.sns.region import SnsRegion

PLATFORMS = (
    *("ADM", "APNS", "APNS_SANDBOX", "APNS_VOIP", "APNS_VOIP_SANDBOX", "BAIDU", "GCM", "MACOS", "MACOS_SANDBOX"),
    *("MPNS", "WNS"),
)
_CREDENTIALS = ("PlatformCredential", "PlatformPrincipal")
_APPLICATION_ATTRIBUTES = (
    *(*_CREDENTIALS, "EventEndpointCreated", "EventEndpointDeleted", "EventEndpointUpdated", "EventDeliveryFailure"),
    *("SuccessFeedbackRoleArn", "FailureFeedbackRoleArn", "SuccessFeedbackSampleRate", "Enabled"),
    *("ApplePlatformTeamID", "ApplePlatformBundleID"),
)
_ENDPOINT_ATTRIBUTES = ("CustomUserData", "Enabled", "Token")
_WRONG_ID = "ARN specifies an invalid endpointId: UUID must be encoded in exactly 36 characters."


@dataclass
class Application:
    """An application of one platform. settings: its attributes, including the credentials."""

    arn: str
    platform: str
    settings: dict[str, str]

    @property
    def shown(self) -> dict[str, str]:
        """The attributes as AWS shows them."""
        return {"Enabled": "true"} | {name: value for name, value in self.settings.items() if name not in _CREDENTIALS}


@dataclass
class Endpoint:
    """A device. settings: its attributes, all of which are shown."""

    arn: str
    application: Application
    settings: dict[str, str]


# --- valid names and attributes ---------------------------------------------------------------------------------------


def check_name(name: str, platform: str) -> None:
    """Raise Refused if a new application can't have this name or platform."""
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


def check_application(settings: dict[str, str], platform: str = "") -> None:
    """Raise Refused if an application can't have these attributes. platform: of a new one, which needs credentials."""
    _check_names(settings, _APPLICATION_ATTRIBUTES)
    rate = settings.get("SuccessFeedbackSampleRate", "0")
    if not is_between(rate, 0, 100):
        raise _wrong("SuccessFeedbackSampleRate", f"{rate} value provided is not an integer between 0-100")
    needed = {"": (), "GCM": _CREDENTIALS[:1]}.get(platform, _CREDENTIALS)
    for name in _CREDENTIALS:
        if not settings.get(name, "-" if name not in needed else ""):
            raise _wrong(name, "cannot be empty")


def check_endpoint(settings: dict[str, str]) -> None:
    """Raise Refused if an endpoint can't have these attributes."""
    _check_names(settings, _ENDPOINT_ATTRIBUTES)
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


# --- finding ----------------------------------------------------------------------------------------------------------


def application(region: SnsRegion, arn: str) -> Application:
    """Return the application with this ARN. Raise Refused if there is none."""
    arns.check(arn, "PlatformApplicationArn")
    if arn not in region.platform_apps:
        raise Refused("NotFound", "PlatformApplication does not exist")
    return region.platform_apps[arn]


def endpoint(region: SnsRegion, arn: str) -> Endpoint:
    """Return the endpoint with this ARN. Raise Refused if there is none."""
    check_endpoint_arn(arn)
    if arn not in region.devices:
        raise Refused("NotFound", "Endpoint does not exist")
    return region.devices[arn]


def check_endpoint_arn(arn: str, parameter: str = "EndpointArn") -> None:
    """Raise Refused if this isn't the ARN of an endpoint."""
    arns.check(arn, parameter, like="EndpointArn")
    if len(arn.rpartition("/")[2]) != 36:
        raise invalid(f"{parameter} Reason: {_WRONG_ID}")


def target(region: SnsRegion, arn: str) -> Endpoint:
    """Return the endpoint to publish to. Raise Refused if it doesn't exist or is disabled."""
    check_endpoint_arn(arn, "TargetArn")
    found = region.devices.get(arn)
    if found is None:
        raise invalid("TargetArn Reason: No endpoint found for the target arn specified")
    if why_not := disabled(found):
        raise why_not
    return found


def disabled(found: Endpoint) -> Refused | None:
    """Return the error for an endpoint that is disabled, or None if it isn't."""
    if found.settings["Enabled"].lower() == "false":
        return Refused("EndpointDisabled", "Endpoint is disabled")
    if found.application.shown["Enabled"].lower() == "false":
        return Refused("PlatformApplicationDisabled", "Platform application is disabled")
    return None


def check_subscriber(account: Account, region: str, arn: str) -> None:
    """Raise Refused if this isn't an endpoint of this account, so it can't subscribe."""
    try:
        check_endpoint_arn(arn)
    except Refused:
        raise invalid(f"Application endpoint arn invalid:{arn}") from None
    if arn not in account.service(SnsRegion, region).devices:
        raise invalid(f"Endpoint Reason: Endpoint does not exist for endpoint arn{arn}")


def subscriber(account: Account, arn: str) -> Endpoint | None:
    """Return the endpoint that subscribed with this ARN; None if it was deleted."""
    return account.service(SnsRegion, arn.split(":")[3]).devices.get(arn)
