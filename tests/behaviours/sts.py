"""STS: who a caller is, a role's session, and its temporary keys."""

from typing import Any

from behaviours.book import behaviour, refused
from behaviours.labs import Lab

ONE = "1 validation error detected: "


def _role(lab: Lab, name: str = "packer") -> str:
    return f"arn:aws:iam::{lab.account}:role/{name}"


def _assume(lab: Lab, **params: Any) -> dict[str, Any]:
    return lab.client("sts").assume_role(**({"RoleArn": _role(lab), "RoleSessionName": "anna"} | params))


def _with_keys_of(lab: Lab, service: str, assumed: dict[str, Any]) -> Any:
    keys = assumed["Credentials"]
    return lab.with_keys(service, keys["AccessKeyId"], keys["SecretAccessKey"], keys["SessionToken"])


def _attempt(lab: Lab, **params: Any) -> Any:
    asked = {"RoleArn": _role(lab), "RoleSessionName": "anna"} | params
    return lab.attempt(lab.client("sts").assume_role, **asked)


@behaviour(
    aws=["AIDA", 21],
    source="STS API reference, GetCallerIdentity; IAM user guide, unique identifiers",
)
def the_id_of_a_user(lab: Lab) -> object:
    """A user's id has 21 characters and begins with AIDA, while keys begin with AKIA."""
    found = lab.client("sts").get_caller_identity()["UserId"]
    return [found[:4], len(found)]


@behaviour(
    aws=["AROA", "anna", True],
    source="STS API reference, AssumeRole and GetCallerIdentity; IAM user guide, unique identifiers",
)
def the_id_of_a_session(lab: Lab) -> object:
    """A session's id is the role's id, a colon and the session's name. GetCallerIdentity has the same."""
    assumed = _assume(lab)
    given = assumed["AssumedRoleUser"]["AssumedRoleId"]
    role, _, session = given.partition(":")
    found = _with_keys_of(lab, "sts", assumed).get_caller_identity()["UserId"]
    return [role[:4], session, found == given]


@behaviour(aws=[True, False], source="IAM user guide, unique identifiers")
def two_sessions_of_a_role(lab: Lab) -> object:
    """All sessions of a role have the role's id in theirs; another role has another."""
    sessions = [{"RoleSessionName": "ben"}, {"RoleArn": _role(lab, "reader")}]
    first, *others = [_assume(lab, **each)["AssumedRoleUser"]["AssumedRoleId"] for each in [{}, *sessions]]
    return [each.partition(":")[0] == first.partition(":")[0] for each in others]


@behaviour(aws=[True, True], source="SQS API reference, ReceiveMessage, SenderId (the user's id, or the role's)")
def the_sender_of_a_message(lab: Lab) -> object:
    """A message's SenderId is the id that GetCallerIdentity tells its sender: the user's or the session's."""
    url, assumed = lab.queue(), _assume(lab)
    senders = [(lab.sqs, lab.client("sts"))]
    senders += [(_with_keys_of(lab, "sqs", assumed), _with_keys_of(lab, "sts", assumed))]
    for sqs, _ in senders:
        sqs.send_message(QueueUrl=url, MessageBody="m")
    found = {message["Attributes"]["SenderId"] for message in lab.receive(url)}
    return [sts.get_caller_identity()["UserId"] in found for _, sts in senders]


@behaviour(
    aws=refused(
        "ValidationError",
        f"{ONE}Value 'Packer/anna' at 'roleSessionName' failed to satisfy constraint: Member must satisfy regular "
        "expression pattern: [\\w+=,.@-]*",
    ),
    source="zalando-stups/aws-credentials-service issue 7 (AWS's answer)",
)
def characters_of_a_sessions_name(lab: Lab) -> object:
    """A session's name has letters, digits and + = , . @ - _, and no slash or space."""
    return _attempt(lab, RoleSessionName="Packer/anna")


@behaviour(
    aws=refused(
        "ValidationError",
        f"{ONE}Value '{'a' * 65}' at 'roleSessionName' failed to satisfy constraint: Member must have length less "
        "than or equal to 64",
    ),
    source="youyo/awslogin pull request 20 (AWS's answer)",
)
def the_length_of_a_sessions_name(lab: Lab) -> object:
    """A session's name has up to 64 characters."""
    return _attempt(lab, RoleSessionName="a" * 65)


@behaviour(
    aws=[
        "ok",
        "ok",
        refused(
            "ValidationError",
            f"{ONE}Value '43201' at 'durationSeconds' failed to satisfy constraint: Member must have value less than "
            "or equal to 43200",
        ),
    ],
    source="STS API reference, AssumeRole, DurationSeconds (900 to 43200)",
)
def how_long_a_session_can_last(lab: Lab) -> object:
    """A session lasts from 15 minutes to 12 hours. botocore itself refuses what is shorter."""
    return [_attempt(lab, DurationSeconds=seconds) for seconds in (900, 43_200, 43_201)]


@behaviour(
    aws=[
        "ok",
        refused(
            "ValidationError",
            "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining.",
        ),
    ],
    source="coinbase/assume-role issue 24 (AWS's answer); IAM user guide, role chaining",
)
def a_role_from_a_role(lab: Lab) -> object:
    """A session that assumes a role gets an hour at most."""
    chained = _with_keys_of(lab, "sts", _assume(lab))
    asked = {"RoleArn": _role(lab, "reader"), "RoleSessionName": "anna"}
    return [lab.attempt(chained.assume_role, DurationSeconds=seconds, **asked) for seconds in (3600, 3601)]


@behaviour(
    aws=["ok", *[refused("ExpiredToken", "The security token included in the request is expired", 403)] * 3],
    source="kifi/franz issue 63 and celery/kombu issue 2217 (AWS's answers)",
)
def keys_after_their_end(lab: Lab) -> object:
    """A role's keys are refused once their session is over."""
    assumed = _assume(lab, DurationSeconds=900)
    sqs, sns, sts = (_with_keys_of(lab, service, assumed) for service in ("sqs", "sns", "sts"))
    lab.advance(890)
    before = lab.code(sqs.list_queues)
    lab.advance(20)
    return [before, *(lab.attempt(call) for call in (sqs.list_queues, sns.list_topics, sts.get_caller_identity))]


@behaviour(
    aws=[refused("InvalidClientTokenId", "The security token included in the request is invalid.", 403)] * 2,
    source="seppevs/move-sqs issue 129 (AWS's answer); aws-sdk-php-symfony issue 41",
)
def keys_without_their_token(lab: Lab) -> object:
    """A role's keys work only together with their session token."""
    keys = _assume(lab)["Credentials"]
    others = [lab.with_keys(name, keys["AccessKeyId"], keys["SecretAccessKey"], "x") for name in ("sqs", "sns")]
    return [lab.attempt(others[0].list_queues), lab.attempt(others[1].list_topics)]


@behaviour(aws=["ada", None], source="STS API reference, AssumeRole, SourceIdentity")
def the_source_of_a_session(lab: Lab) -> object:
    """AssumeRole repeats the source identity that it was given."""
    return [_assume(lab, SourceIdentity="ada").get("SourceIdentity"), _assume(lab).get("SourceIdentity")]


@behaviour(
    aws=["MalformedPolicyDocument", "ok"],
    source="STS API reference, AssumeRole, errors; ansible-collections/amazon.aws pull request 2778 (AWS's answer)",
)
def a_session_policy_that_is_no_json(lab: Lab) -> object:
    """A session policy has to be JSON."""
    policies = ("invalid", '{"Version": "2012-10-17", "Statement": []}')
    return [found if found == "ok" else found["Code"] for found in (_attempt(lab, Policy=text) for text in policies)]
