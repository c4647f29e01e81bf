"""The operations of SNS for SMS: each takes a request and returns AWS's answer, or raises Refused.

AWS: a number whose owner answered STOP gets no SMS until it's opted in, which is possible once every 30 days. Source:
SNS API reference, CheckIfPhoneNumberIsOptedOut, OptInPhoneNumber and CreateSMSSandboxPhoneNumber.
"""

import re
from typing import Any

from helpers.aws_rules.common import constraints
from helpers.aws_rules.common.numbers import is_between
from helpers.aws_rules.common.refusals import Refused, invalid
from helpers.aws_rules.common.request import Request
from helpers.aws_rules.sns import publishing
from helpers.aws_rules.sns.inbox import Arrived
from helpers.aws_rules.sns.paging import page
from helpers.aws_rules.sns.region import region_of

Answer = dict[str, Any]
_ATTRIBUTES = (
    *("MonthlySpendLimit", "DeliveryStatusIAMRole", "DeliveryStatusSuccessSamplingRate", "DefaultSenderID"),
    *("DefaultSMSType", "UsageReportS3Bucket"),
)
_SENDER = re.compile(r"(?=.*[A-Za-z])[A-Za-z0-9]{1,11}")
_MAX_SANDBOX_NUMBERS = 10  # in the sandbox
_OPT_IN_SECONDS = 30 * 86_400


def set_sms_attributes(request: Request) -> Answer:
    """Set the account's SMS attributes."""
    settings = request.params["attributes"]
    for name, value in settings.items():
        if name not in _ATTRIBUTES:
            raise Refused("InvalidParameter", f"{name} is not a valid attribute")
        if name == "DeliveryStatusSuccessSamplingRate" and not is_between(value, 0, 100):
            raise Refused("InvalidParameter", f"{name} is not an integer between 0-100")
        if name == "DefaultSenderID" and value and not _SENDER.fullmatch(value):
            raise Refused("InvalidParameter", f"{name} is invalid")
        if name == "DefaultSMSType" and value not in ("Promotional", "Transactional"):
            raise Refused("InvalidParameter", f"{name} is invalid")
        if name == "UsageReportS3Bucket" and value:
            raise invalid(f"{name} Reason: The bucket you provided does not exist")
    region_of(request).set_sms_attributes(settings)
    return {}


def get_sms_attributes(request: Request) -> Answer:
    """Return the account's SMS attributes."""
    known = {"MonthlySpendLimit": "1"} | region_of(request).sms_attributes
    names = request.params.get("attributes") or list(known)
    return {"attributes": {name: value for name, value in known.items() if name in names}}


def get_sms_sandbox_account_status(request: Request) -> Answer:
    """Return that the account is in the SMS sandbox, as a new one is: it can send only to verified numbers."""
    return {"IsInSandbox": True}


def create_sms_sandbox_phone_number(request: Request) -> Answer:
    """Add a phone number to the SMS sandbox and send it a one-time password."""
    constraints.check(request)
    account, numbers, number = request.account, region_of(request).sandbox, request.params["PhoneNumber"]
    if region_of(request).opted_out(number):
        raise Refused("OptedOut", "The phone number opted out of receiving SMS messages.")
    if number not in numbers and len(numbers) >= _MAX_SANDBOX_NUMBERS:
        raise Refused("UserError", f"The sandbox has at most {_MAX_SANDBOX_NUMBERS} phone numbers.")
    password = f"{account.world.ids.randrange(10**6):06}"
    numbers[number] = password
    account.post(Arrived(account.world.clock.now(), "sms", number, f"Your verification code is {password}"))
    return {}


def verify_sms_sandbox_phone_number(request: Request) -> Answer:
    """Verify a number in the SMS sandbox with its one-time password."""
    numbers, number = _sandbox(request), request.params["PhoneNumber"]
    if numbers[number] and numbers[number] != request.params["OneTimePassword"]:
        raise Refused("VerificationException", "The one-time password (OTP) is not the one that was sent.")
    numbers[number] = ""
    return {}


def delete_sms_sandbox_phone_number(request: Request) -> Answer:
    """Remove a number from the SMS sandbox."""
    del _sandbox(request)[request.params["PhoneNumber"]]
    return {}


def list_sms_sandbox_phone_numbers(request: Request) -> Answer:
    """Return the numbers in the SMS sandbox."""
    constraints.check(request)
    numbers = region_of(request).sandbox.items()
    shown = [{"PhoneNumber": number, "Status": "Pending" if code else "Verified"} for number, code in numbers]
    return page(request, shown, "PhoneNumbers")


def _sandbox(request: Request) -> dict[str, str]:
    """Return the numbers in the SMS sandbox. Raise Refused if the request's isn't one of them."""
    constraints.check(request)
    numbers = region_of(request).sandbox
    if request.params["PhoneNumber"] not in numbers:
        raise Refused("ResourceNotFound", "Phone number does not exist in the sandbox.")
    return numbers


def list_origination_numbers(request: Request) -> Answer:
    """Return the numbers that the account owns to send from: none."""
    constraints.check(request)
    return {"PhoneNumbers": []}


def check_if_phone_number_is_opted_out(request: Request) -> Answer:
    """Return whether a number opted out of SMS."""
    return {"isOptedOut": region_of(request).opted_out(_number(request))}


def list_phone_numbers_opted_out(request: Request) -> Answer:
    """Return the numbers that opted out of SMS."""
    return page(request, list(region_of(request).opt_out_numbers), "phoneNumbers", "nextToken")


def opt_in_phone_number(request: Request) -> Answer:
    """Opt a number in to SMS again."""
    number, region, now = _number(request), region_of(request), request.account.time()
    if region.opted_out(number):
        if now - region.opted_in.get(number, now - _OPT_IN_SECONDS) < _OPT_IN_SECONDS:
            raise invalid("PhoneNumber Reason: a phone number can be opted in only once every 30 days")
        region.opt_in_phone_number(number)
        region.opted_in[number] = now
    return {}


def _number(request: Request) -> str:
    number = request.params["phoneNumber"]
    try:
        publishing.check_phone_number(number)
    except Refused:
        raise invalid("PhoneNumber Reason: input incorrectly formatted") from None
    return number
