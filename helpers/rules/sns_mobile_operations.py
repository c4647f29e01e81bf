"""The operations of SNS for SMS and mobile push: each takes a request and returns what AWS answers, or is Refused."""

import re
from typing import Any

from helpers.rules import publishing
from helpers.rules.finding_topics import sns_of
from helpers.rules.inbox import Arrived
from helpers.rules.pages import page
from helpers.rules.refusals import Refused, invalid
from helpers.rules.requests import Request

Answer = dict[str, Any]
PLATFORMS = (
    "ADM",
    "APNS",
    "APNS_SANDBOX",
    "APNS_VOIP",
    "APNS_VOIP_SANDBOX",
    "BAIDU",
    "FCM",
    "GCM",
    "MACOS",
    "MPNS",
    "WNS",
)
_NAME = re.compile(r"[A-Za-z0-9_.\-]{1,256}")


def set_sms_attributes(request: Request) -> Answer:
    """Set the account's settings for SMS."""
    sns_of(request).set_sms_attributes(request.params["attributes"])
    return {}


def get_sms_attributes(request: Request) -> Answer:
    """Return the account's settings for SMS."""
    known = {"MonthlySpendLimit": "1"} | sns_of(request).sms_attributes
    names = request.params.get("attributes") or list(known)
    return {"attributes": {name: value for name, value in known.items() if name in names}}


def get_sms_sandbox_account_status(request: Request) -> Answer:
    """Return whether SMS go to verified numbers only; a new account's do."""
    return {"IsInSandbox": True}


def create_sms_sandbox_phone_number(request: Request) -> Answer:
    """Add a phone number to the sandbox; a one-time password arrives there."""
    account, number = request.account, request.params["PhoneNumber"]
    publishing.check_phone_number(number)
    password = f"{account.world.ids.randrange(10**6):06}"
    sns_of(request).sandbox[number] = password
    account.post(Arrived(account.world.clock.now(), "sms", number, f"Your verification code is {password}"))
    return {}


def verify_sms_sandbox_phone_number(request: Request) -> Answer:
    """Verify a number of the sandbox with its one-time password."""
    numbers, number = _sandbox(request), request.params["PhoneNumber"]
    if numbers[number] and numbers[number] != request.params["OneTimePassword"]:
        raise Refused("VerificationException", "The one-time password (OTP) is not the one that was sent.")
    numbers[number] = ""
    return {}


def delete_sms_sandbox_phone_number(request: Request) -> Answer:
    """Take a number from the sandbox."""
    del _sandbox(request)[request.params["PhoneNumber"]]
    return {}


def list_sms_sandbox_phone_numbers(request: Request) -> Answer:
    """Return the numbers of the sandbox."""
    numbers = sns_of(request).sandbox.items()
    shown = [{"PhoneNumber": number, "Status": "Pending" if code else "Verified"} for number, code in numbers]
    return page(request, shown, "PhoneNumbers")


def _sandbox(request: Request) -> dict[str, str]:
    """Return the sandbox's numbers; Refused when the request's is none of them."""
    numbers = sns_of(request).sandbox
    if request.params["PhoneNumber"] not in numbers:
        raise Refused("ResourceNotFound", "Phone number does not exist in the sandbox.")
    return numbers


def check_if_phone_number_is_opted_out(request: Request) -> Answer:
    """Return whether a number wants no more SMS."""
    number = request.params["phoneNumber"]
    publishing.check_phone_number(number)
    return {"isOptedOut": number in sns_of(request).opt_out_numbers}


def list_phone_numbers_opted_out(request: Request) -> Answer:
    """Return the numbers that want no more SMS."""
    return {"phoneNumbers": list(sns_of(request).opt_out_numbers)}


def opt_in_phone_number(request: Request) -> Answer:
    """Let a number get SMS again."""
    sns_of(request).opt_in_phone_number(request.params["phoneNumber"])
    return {}


def create_platform_application(request: Request) -> Answer:
    """Create an application for mobile push."""
    params = request.params
    if not _NAME.fullmatch(params["Name"]) or params["Platform"] not in PLATFORMS:
        raise invalid("Name" if params["Platform"] in PLATFORMS else "Platform Reason: not supported")
    made = sns_of(request).create_platform_application(params["Name"], params["Platform"], params["Attributes"])
    return {"PlatformApplicationArn": made.arn}


def delete_platform_application(request: Request) -> Answer:
    """Delete an application and its endpoints; fine when there is none."""
    region, arn = sns_of(request), request.params["PlatformApplicationArn"]
    if arn in region.applications:
        region.delete_platform_application(arn)
    return {}


def list_platform_applications(request: Request) -> Answer:
    """Return the applications."""
    found = sns_of(request).applications.values()
    return {"PlatformApplications": [{"PlatformApplicationArn": a.arn, "Attributes": a.attributes} for a in found]}


def create_platform_endpoint(request: Request) -> Answer:
    """Create an endpoint: one device of an application."""
    region, params = sns_of(request), request.params
    application = region.get_application(params["PlatformApplicationArn"])
    made = region.create_platform_endpoint(
        application, params.get("CustomUserData", ""), params["Token"], dict(params.get("Attributes", {}))
    )
    return {"EndpointArn": made.arn}


def delete_endpoint(request: Request) -> Answer:
    """Delete an endpoint; fine when there is none."""
    sns_of(request).delete_endpoint(request.params["EndpointArn"])
    return {}
