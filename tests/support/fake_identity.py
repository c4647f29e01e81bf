"""Where boto3 finds keys, on loopback: a metadata service, a container's, SSO's portal, and STS for web identities."""

import json
from datetime import datetime, timedelta, timezone

from fake_aws import ACCOUNT

from helpers.workshop.http_server import HttpRequest, HttpResponse

ROLE = f"arn:aws:iam::{ACCOUNT}:role/learner"
_METADATA = "/latest/meta-data/iam/security-credentials/"
_WEB = """<AssumeRoleWithWebIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">
<AssumeRoleWithWebIdentityResult><Credentials><AccessKeyId>{key}</AccessKeyId><SecretAccessKey>any</SecretAccessKey>
<SessionToken>token</SessionToken><Expiration>{end}</Expiration></Credentials>
<AssumedRoleUser><Arn>{role}</Arn><AssumedRoleId>A:b</AssumedRoleId></AssumedRoleUser>
</AssumeRoleWithWebIdentityResult></AssumeRoleWithWebIdentityResponse>"""


def answer(asked: HttpRequest) -> HttpResponse | None:
    """Return keys of account 111111111111 in the form of the service that was asked; None for any other request."""
    end = (datetime.now(timezone.utc) + timedelta(hours=6)).strftime("%Y-%m-%dT%H:%M:%SZ")
    keys = {"AccessKeyId": ACCOUNT, "SecretAccessKey": "any", "Token": "token", "Expiration": end, "Code": "Success"}
    if asked.path == "/latest/api/token":
        return 200, {"x-aws-ec2-metadata-token-ttl-seconds": "21600"}, b"metadata-token"
    if asked.path == _METADATA:
        return 200, {}, b"learner"
    if asked.path in (f"{_METADATA}learner", "/container"):
        return _json(keys)
    if asked.path == "/federation/credentials":
        millis = int((datetime.now(timezone.utc) + timedelta(hours=6)).timestamp() * 1000)
        given = {"accessKeyId": ACCOUNT, "secretAccessKey": "any", "sessionToken": "token", "expiration": millis}
        return _json({"roleCredentials": given})
    if b"Action=AssumeRoleWithWebIdentity" in asked.body:
        return 200, {"Content-Type": "text/xml"}, _WEB.format(key=ACCOUNT, end=end, role=ROLE).encode()
    return None


def _json(body: object) -> HttpResponse:
    return 200, {"Content-Type": "application/json"}, json.dumps(body).encode()
