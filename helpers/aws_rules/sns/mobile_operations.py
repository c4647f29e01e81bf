"""The operations of SNS for mobile push: each takes a request and returns AWS's answer, or raises Refused."""

from typing import Any

from helpers.aws_rules.common.refusals import invalid
from helpers.aws_rules.common.request import Request
from helpers.aws_rules.sns import mobile_push
from helpers.aws_rules.sns.mobile_push import Application, Endpoint
from helpers.aws_rules.sns.paging import page
from helpers.aws_rules.sns.region import region_of

Answer = dict[str, Any]


def create_platform_application(request: Request) -> Answer:
    """Create an application for mobile push, or return the existing one with the same attributes."""
    name, platform = request.params["Name"], request.params["Platform"]
    settings, region = dict(request.params["Attributes"]), region_of(request)
    mobile_push.check_name(name, platform)
    mobile_push.check_application(settings, platform)
    arn = f"arn:{region.partition}:sns:{request.region}:{request.account.number}:app/{platform}/{name}"
    made = region.platform_apps.setdefault(arn, Application(arn, platform, settings))
    if made.settings != settings:
        raise invalid("Name Reason: An application with the same name but different properties already exists")
    return {"PlatformApplicationArn": arn}


def delete_platform_application(request: Request) -> Answer:
    """Delete an application and its endpoints, if there is one."""
    region, arn = region_of(request), request.params["PlatformApplicationArn"]
    if region.platform_apps.pop(arn, None):
        for endpoint in _endpoints_of(request, arn):
            del region.devices[endpoint.arn]
    return {}


def _endpoints_of(request: Request, arn: str) -> list[Endpoint]:
    return [one for one in region_of(request).devices.values() if one.application.arn == arn]


def list_platform_applications(request: Request) -> Answer:
    """Return the applications, in pages of a hundred."""
    found = region_of(request).platform_apps.values()
    shown = [{"PlatformApplicationArn": one.arn, "Attributes": one.shown} for one in found]
    return page(request, shown, "PlatformApplications")


def get_platform_application_attributes(request: Request) -> Answer:
    """Return an application's attributes, without its credentials."""
    found = mobile_push.application(region_of(request), request.params["PlatformApplicationArn"])
    return {"Attributes": found.shown}


def set_platform_application_attributes(request: Request) -> Answer:
    """Set attributes of an application."""
    found = mobile_push.application(region_of(request), request.params["PlatformApplicationArn"])
    mobile_push.check_application(request.params["Attributes"])
    found.settings |= request.params["Attributes"]
    return {}


def create_platform_endpoint(request: Request) -> Answer:
    """Create an endpoint: a device with the application."""
    region, params = region_of(request), request.params
    application = mobile_push.application(region, params["PlatformApplicationArn"])
    if not params["Token"]:
        raise invalid("Token Reason: cannot be empty")
    user = {"CustomUserData": params["CustomUserData"]} if params.get("CustomUserData") else {}
    settings = {"Enabled": "true", "Token": params["Token"]} | user | dict(params.get("Attributes", {}))
    mobile_push.check_endpoint(settings)
    for other in _endpoints_of(request, application.arn):
        if other.settings["Token"] == settings["Token"]:
            if other.settings == settings:
                return {"EndpointArn": other.arn}
            reason = f"Endpoint {other.arn} already exists with the same Token, but different attributes."
            raise invalid(f"Token Reason: {reason}")
    arn = f"{application.arn.replace(':app/', ':endpoint/', 1)}/{request.account.new_id()}"
    region.devices[arn] = Endpoint(arn, application, settings)
    return {"EndpointArn": arn}


def delete_endpoint(request: Request) -> Answer:
    """Delete an endpoint, if there is one."""
    arn = request.params["EndpointArn"]
    mobile_push.check_endpoint_arn(arn)
    region_of(request).devices.pop(arn, None)
    return {}


def list_endpoints_by_platform_application(request: Request) -> Answer:
    """Return an application's endpoints, in pages of a hundred."""
    arn = mobile_push.application(region_of(request), request.params["PlatformApplicationArn"]).arn
    shown = [{"EndpointArn": one.arn, "Attributes": one.settings} for one in _endpoints_of(request, arn)]
    return page(request, shown, "Endpoints")


def get_endpoint_attributes(request: Request) -> Answer:
    """Return an endpoint's attributes."""
    return {"Attributes": mobile_push.endpoint(region_of(request), request.params["EndpointArn"]).settings}


def set_endpoint_attributes(request: Request) -> Answer:
    """Set attributes of an endpoint, such as a new token."""
    found = mobile_push.endpoint(region_of(request), request.params["EndpointArn"])
    mobile_push.check_endpoint(request.params["Attributes"])
    found.settings |= request.params["Attributes"]
    return {}
