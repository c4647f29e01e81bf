"""Who may use a queue: AddPermission, RemovePermission, queue policies, other accounts and other regions."""

import json
from typing import Any

from behaviours.book import behaviour, refused
from behaviours.labs import Lab

LIFECYCLE = "localstack snapshot test_sqs_permission_lifecycle[sqs]"
EVALUATION = "IAM user guide, policy evaluation logic; SQS developer guide, access policy language"
CROSS_ACCOUNT = "SQS developer guide, limitations of custom policies: cross-account access"
DENIED = "AccessDenied"


def _statement(arn: str, action: Any, principal: Any = "*", effect: str = "Allow", **more: Any) -> dict[str, Any]:
    """Return one statement of a queue policy."""
    return {"Effect": effect, "Principal": principal, "Action": action, "Resource": arn} | more


def _root(account: str) -> dict[str, str]:
    """Return the principal that names a whole account."""
    return {"AWS": f"arn:aws:iam::{account}:root"}


def _let(lab: Lab, queue_url: str, *statements: dict[str, Any]) -> None:
    """Give the queue a policy of these statements."""
    policy = json.dumps({"Version": "2012-10-17", "Statement": list(statements)})
    lab.sqs.set_queue_attributes(QueueUrl=queue_url, Attributes={"Policy": policy})


def _open(lab: Lab, action: Any = "sqs:*", principal: Any = None, name: str = "orders") -> str:
    """Create a queue that lets the other account do these actions; return its URL."""
    url = lab.queue(name)
    _let(lab, url, _statement(lab.arn(url), action, principal or _root(lab.other_account)))
    return url


def _other(lab: Lab) -> Any:
    """Return the other account's client."""
    return lab.client("sqs", account="other")


def _send(lab: Lab, queue_url: str, client: Any = None) -> str:
    """Send as the other account, or with this client; return "ok" or the error's code."""
    return lab.code((client or _other(lab)).send_message, QueueUrl=queue_url, MessageBody="hello")


def _policy(lab: Lab, queue_url: str) -> Any:
    """Return the queue's policy, None if it has none."""
    found = lab.sqs.get_queue_attributes(QueueUrl=queue_url, AttributeNames=["Policy"]).get("Attributes", {})
    return json.loads(found["Policy"]) if "Policy" in found else None


def _add(lab: Lab, queue_url: str, label: str, accounts: list[str], actions: list[str]) -> Any:
    """Call AddPermission and return "ok", or what the error says."""
    params = {"QueueUrl": queue_url, "Label": label, "AWSAccountIds": accounts, "Actions": actions}
    return lab.attempt(lab.sqs.add_permission, **params)


# --- AddPermission and RemovePermission ---------------------------------------------------------------------------


@behaviour(
    aws={
        "Version": "2008-10-17",
        "Id": "arn:aws:sqs:us-east-1:<account>:orders/SQSDefaultPolicy",
        "Statement": [
            {
                "Sid": "partner",
                "Effect": "Allow",
                "Principal": {"AWS": "arn:aws:iam::<other>:root"},
                "Action": "SQS:ReceiveMessage",
                "Resource": "arn:aws:sqs:us-east-1:<account>:orders",
            }
        ],
    },
    source=LIFECYCLE,
)
def the_policy_that_add_permission_writes(lab: Lab) -> object:
    """AddPermission writes a queue policy: the label becomes the Sid, the action gets the prefix SQS:."""
    url = lab.queue()
    _add(lab, url, "partner", [lab.other_account], ["ReceiveMessage"])
    return _policy(lab, url)


@behaviour(aws=["arn:aws:iam::<account>:root", "arn:aws:iam::<other>:root"], source=LIFECYCLE)
def a_permission_for_two_accounts(lab: Lab) -> object:
    """Several accounts become a list of principals in one statement."""
    url = lab.queue()
    _add(lab, url, "partner", [lab.account, lab.other_account], ["ReceiveMessage"])
    return sorted(_policy(lab, url)["Statement"][0]["Principal"]["AWS"])


@behaviour(
    aws=["SQS:ReceiveMessage", "SQS:SendMessage"], source=f"{LIFECYCLE} (one action); SQS API reference, AddPermission"
)
def a_permission_for_two_actions(lab: Lab) -> object:
    """Several actions become a list in one statement."""
    url = lab.queue()
    _add(lab, url, "partner", [lab.other_account], ["SendMessage", "ReceiveMessage"])
    return sorted(_policy(lab, url)["Statement"][0]["Action"])


@behaviour(
    aws=refused("InvalidParameterValue", "Value partner for parameter Label is invalid. Reason: Already exists."),
    source=LIFECYCLE,
)
def a_label_that_is_taken(lab: Lab) -> object:
    """A label can be used once, for whatever account."""
    url = lab.queue()
    _add(lab, url, "partner", [lab.account], ["ReceiveMessage"])
    return _add(lab, url, "partner", [lab.other_account], ["ReceiveMessage"])


@behaviour(
    aws=refused("InvalidParameterValue", "Value partner for parameter Label is invalid. Reason: can't find label."),
    source=LIFECYCLE,
)
def removing_an_unknown_label(lab: Lab) -> object:
    """A label that is not there cannot be removed."""
    return lab.attempt(lab.sqs.remove_permission, QueueUrl=lab.queue(), Label="partner")


@behaviour(aws=[["two"], None], source=LIFECYCLE)
def removing_permissions(lab: Lab) -> object:
    """RemovePermission takes one statement away; with the last one the Policy attribute is gone."""
    url = lab.queue()
    for label in ("one", "two"):
        _add(lab, url, label, [lab.other_account], ["ReceiveMessage"])
    lab.sqs.remove_permission(QueueUrl=url, Label="one")
    left = [statement["Sid"] for statement in _policy(lab, url)["Statement"]]
    lab.sqs.remove_permission(QueueUrl=url, Label="two")
    return [left, _policy(lab, url)]


@behaviour(
    aws=[
        refused("MissingParameter", "The request must contain the parameter Actions."),
        refused("InvalidParameterValue", "Value [] for parameter PrincipalId is invalid. Reason: Unable to verify."),
    ],
    source="getmoto/moto test_sqs.py test_add_permission_errors, whose other texts are AWS's",
)
def a_permission_without_actions(lab: Lab) -> object:
    """A permission names at least one action and one account."""
    url, add = lab.queue(), lab.sqs.add_permission
    return [
        lab.attempt(add, QueueUrl=url, Label="one", AWSAccountIds=accounts, Actions=actions)
        for accounts, actions in (([lab.other_account], []), ([], ["SendMessage"]))
    ]


@behaviour(aws=["ok", "refused"], source="SQS API reference, AddPermission: a maximum of seven actions per statement")
def seven_actions_at_most(lab: Lab) -> object:
    """A permission has seven actions at most."""
    actions = [
        "SendMessage",
        "ReceiveMessage",
        "DeleteMessage",
        "ChangeMessageVisibility",
        "GetQueueAttributes",
        "GetQueueUrl",
        "PurgeQueue",
        "ListDeadLetterSourceQueues",
    ]
    url = lab.queue()
    outcomes = [_add(lab, url, f"l{n}", [lab.other_account], actions[:n]) for n in (7, 8)]
    return [outcome if outcome == "ok" else "refused" for outcome in outcomes]


@behaviour(aws=["refused", "refused", "ok"], source="SQS API reference, AddPermission Label")
def characters_of_a_label(lab: Lab) -> object:
    """A label has up to 80 letters, digits, hyphens and underscores."""
    url = lab.queue()
    labels = ["my partner", "l" * 81, "l" * 80]
    outcomes = [_add(lab, url, label, [lab.other_account], ["SendMessage"]) for label in labels]
    return [outcome if outcome == "ok" else "refused" for outcome in outcomes]


@behaviour(
    aws=[
        refused(
            "InvalidParameterValue",
            f"Value SQS:{action} for parameter ActionName is invalid. Reason: {reason}",
        )
        for action, reason in (
            ("SendLetter", "Please refer to the appropriate WSDL for a list of valid actions."),
            ("DeleteQueue", "Only the queue owner is allowed to invoke this action."),
        )
    ],
    source="SQS API reference, AddPermission Actions: the name of any action or *; local-aws-sqs project (texts)",
)
def an_action_that_does_not_exist(lab: Lab) -> object:
    """An action that SQS does not have is refused, and so is one that cannot be shared."""
    url = lab.queue()
    return [_add(lab, url, "partner", [lab.other_account], [action]) for action in ("SendLetter", "DeleteQueue")]


@behaviour(aws=[DENIED, "ok", DENIED], source="SQS API reference, AddPermission and RemovePermission")
def a_permission_opens_and_closes_the_queue(lab: Lab) -> object:
    """Another account may send from AddPermission to RemovePermission."""
    url = lab.queue()
    found = [_send(lab, url)]
    _add(lab, url, "partner", [lab.other_account], ["SendMessage"])
    found.append(_send(lab, url))
    lab.sqs.remove_permission(QueueUrl=url, Label="partner")
    return [*found, _send(lab, url)]


@behaviour(aws=["ok", DENIED], source="SQS API reference, AddPermission Actions")
def a_permission_is_for_its_actions(lab: Lab) -> object:
    """A permission to send does not allow receiving."""
    url = lab.queue()
    _add(lab, url, "partner", [lab.other_account], ["SendMessage"])
    return [_send(lab, url), lab.code(_other(lab).receive_message, QueueUrl=url)]


# --- other accounts -----------------------------------------------------------------------------------------------


@behaviour(
    aws={"send": [DENIED, 403], "receive": [DENIED, 403], "attributes": [DENIED, 403]},
    source="SQS developer guide, troubleshooting AccessDenied; aws/serverless-application-model issue 3633 (code)",
)
def a_queue_without_a_policy_is_closed(lab: Lab) -> object:
    """Without a policy no other account may use a queue; the refusal is a 403."""
    url, other = lab.queue(), _other(lab)
    outcomes = {
        "send": lab.attempt(other.send_message, QueueUrl=url, MessageBody="hello"),
        "receive": lab.attempt(other.receive_message, QueueUrl=url),
        "attributes": lab.attempt(other.get_queue_attributes, QueueUrl=url, AttributeNames=["All"]),
    }
    return {name: found if found == "ok" else [found["Code"], found["Status"]] for name, found in outcomes.items()}


@behaviour(aws=["for partner", "0/0/0"], source="SQS developer guide, grant cross-account permissions")
def a_policy_lets_another_account_receive_and_delete(lab: Lab) -> object:
    """With a policy for it another account can receive and delete."""
    url, other = _open(lab, ["sqs:ReceiveMessage", "sqs:DeleteMessage"]), _other(lab)
    lab.sqs.send_message(QueueUrl=url, MessageBody="for partner")
    message = other.receive_message(QueueUrl=url)["Messages"][0]
    other.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
    return [message["Body"], lab.counts(url)]


@behaviour(
    aws={"owner's": ["hello"], "partner's": []},
    source="SQS developer guide, queue and message identifiers: the URL names the account",
)
def the_account_in_the_url_decides(lab: Lab) -> object:
    """With one name in both accounts, the account in the URL says which queue is meant."""
    url = _open(lab, "sqs:SendMessage")
    own = lab.queue("orders", account="other")
    _other(lab).send_message(QueueUrl=url, MessageBody="hello")
    found = _other(lab).receive_message(QueueUrl=own).get("Messages", [])
    return {"owner's": lab.bodies(url), "partner's": [message["Body"] for message in found]}


@behaviour(aws=["ok", DENIED, DENIED], source=EVALUATION)
def a_policy_is_for_its_actions(lab: Lab) -> object:
    """A policy that allows sending allows nothing else."""
    url, other = _open(lab, "sqs:SendMessage"), _other(lab)
    return [
        _send(lab, url),
        lab.code(other.receive_message, QueueUrl=url),
        lab.code(other.get_queue_attributes, QueueUrl=url, AttributeNames=["QueueArn"]),
    ]


@behaviour(aws="ok", source="SQS API reference, AddPermission: SendMessage also grants SendMessageBatch")
def sending_includes_batches(lab: Lab) -> object:
    """The permission to send includes SendMessageBatch."""
    url = _open(lab, "sqs:SendMessage")
    entries = [{"Id": "1", "MessageBody": "hello"}]
    return lab.code(_other(lab).send_message_batch, QueueUrl=url, Entries=entries)


@behaviour(
    aws={"star": "ok", "AWS star": "ok", "root": "ok", "number": "ok", "in a list": "ok", "somebody else": DENIED},
    source="IAM user guide, policy elements: Principal",
)
def principals_of_a_policy(lab: Lab) -> object:
    """An account is named by its root ARN or its number; a star stands for everybody."""
    other = lab.other_account
    principals = {
        "star": "*",
        "AWS star": {"AWS": "*"},
        "root": _root(other),
        "number": {"AWS": other},
        "in a list": {"AWS": [lab.account, other]},
        "somebody else": _root(lab.account),
    }
    return {kind: _send(lab, _open(lab, "sqs:*", who, f"q{n}")) for n, (kind, who) in enumerate(principals.items())}


@behaviour(aws=[DENIED, "ok"], source="IAM user guide, policy elements: Resource")
def a_policy_is_for_its_resource(lab: Lab) -> object:
    """A statement holds for the resource that it names; a star is every queue the policy is attached to."""
    url = lab.queue()
    found = []
    for arn in (lab.arn(url).replace("orders", "returns"), "*"):
        _let(lab, url, _statement(arn, "sqs:SendMessage"))
        found.append(_send(lab, url))
    return found


@behaviour(aws=DENIED, source=EVALUATION)
def deny_beats_allow(lab: Lab) -> object:
    """A statement that denies beats every statement that allows."""
    url = lab.queue()
    arn = lab.arn(url)
    _let(lab, url, _statement(arn, "sqs:*"), _statement(arn, "sqs:SendMessage", _root(lab.other_account), "Deny"))
    return _send(lab, url)


@behaviour(aws=["ok", "ok"], source=EVALUATION)
def the_owner_needs_no_policy(lab: Lab) -> object:
    """A policy that allows another account takes nothing from the owner's."""
    url = _open(lab, "sqs:SendMessage")
    return [_send(lab, url, lab.sqs), _send(lab, url)]


@behaviour(aws=[DENIED, "ok"], source=EVALUATION)
def the_owner_can_be_denied(lab: Lab) -> object:
    """An explicit deny holds for the owner's account, too, and for the denied actions only."""
    url = lab.queue()
    _let(lab, url, _statement(lab.arn(url), "sqs:SendMessage", "*", "Deny"))
    return [_send(lab, url, lab.sqs), lab.code(lab.sqs.receive_message, QueueUrl=url)]


@behaviour(aws=[DENIED, "ok"], source=EVALUATION)
def a_removed_policy_denies_no_more(lab: Lab) -> object:
    """Once the policy is removed, so is its deny."""
    url = lab.queue()
    _let(lab, url, _statement(lab.arn(url), "sqs:SendMessage", "*", "Deny"))
    found = [_send(lab, url, lab.sqs)]
    lab.sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": ""})
    return [*found, _send(lab, url, lab.sqs)]


@behaviour(
    aws=dict.fromkeys(["delete", "set", "add", "tag", "tags", "move", "remove", "untag"], "refused"),
    source=CROSS_ACCOUNT,
)
def what_no_policy_can_share(lab: Lab) -> object:
    """Even sqs:* does not let another account delete, configure or tag a queue, or start move tasks."""
    url, other = _open(lab), _other(lab)
    permission = {"Label": "mine", "AWSAccountIds": [lab.other_account], "Actions": ["SendMessage"]}
    codes = {
        "delete": lab.code(other.delete_queue, QueueUrl=url),
        "set": lab.code(other.set_queue_attributes, QueueUrl=url, Attributes={"DelaySeconds": "1"}),
        "add": lab.code(other.add_permission, QueueUrl=url, **permission),
        "tag": lab.code(other.tag_queue, QueueUrl=url, Tags={"a": "b"}),
        "tags": lab.code(other.list_queue_tags, QueueUrl=url),
        "move": lab.code(other.start_message_move_task, SourceArn=lab.arn(url)),
        "remove": lab.code(other.remove_permission, QueueUrl=url, Label="mine"),
        "untag": lab.code(other.untag_queue, QueueUrl=url, TagKeys=["a"]),
    }
    return {action: code if code == "ok" else "refused" for action, code in codes.items()}


@behaviour(aws=["ok", "ok", "ok"], source=f"{CROSS_ACCOUNT} (these actions are not in the list)")
def what_a_policy_can_share(lab: Lab) -> object:
    """With sqs:* another account may read the attributes, list the sources and purge."""
    url, other = _open(lab), _other(lab)
    return [
        lab.code(other.get_queue_attributes, QueueUrl=url, AttributeNames=["All"]),
        lab.code(other.list_dead_letter_source_queues, QueueUrl=url),
        lab.code(other.purge_queue, QueueUrl=url),
    ]


@behaviour(aws=["theirs"], source="SQS API reference, ListQueues: the queues of the caller's account")
def listing_shows_own_queues_only(lab: Lab) -> object:
    """ListQueues shows the caller's own queues, whatever is shared with him."""
    _open(lab)
    lab.queue("theirs", account="other")
    return [url.split("/")[-1] for url in _other(lab).list_queues().get("QueueUrls", [])]


# --- finding a queue of another account ----------------------------------------------------------------------------


@behaviour(aws=True, source="SQS API reference, GetQueueUrl QueueOwnerAWSAccountId")
def finding_a_queue_of_another_account(lab: Lab) -> object:
    """GetQueueUrl with QueueOwnerAWSAccountId finds a shared queue of that account."""
    url = _open(lab, ["sqs:GetQueueUrl", "sqs:SendMessage"])
    reply = _other(lab).get_queue_url(QueueName="orders", QueueOwnerAWSAccountId=lab.account)
    return reply["QueueUrl"] == url


@behaviour(
    aws=[
        refused(
            "AWS.SimpleQueueService.NonExistentQueue",
            "The specified queue does not exist or you do not have access to it.",
        )
    ]
    * 2,
    source="SQS API reference, GetQueueUrl: the owner must grant the permission; fluent-plugin-s3 issue 342 (reply of "
    "AWS)",
)
def a_queue_that_is_not_shared_is_not_found(lab: Lab) -> object:
    """Without the owner's permission GetQueueUrl answers the same, whether there is such a queue or not."""
    lab.queue()
    find = _other(lab).get_queue_url
    return [lab.attempt(find, QueueName=name, QueueOwnerAWSAccountId=lab.account) for name in ("orders", "nowhere")]


@behaviour(aws="AWS.SimpleQueueService.NonExistentQueue", source="SQS API reference, GetQueueUrl")
def a_shared_queue_without_its_owner(lab: Lab) -> object:
    """Without QueueOwnerAWSAccountId GetQueueUrl looks in the caller's account only."""
    _open(lab)
    return lab.code(_other(lab).get_queue_url, QueueName="orders")


@behaviour(aws=True, source="SQS API reference, GetQueueUrl QueueOwnerAWSAccountId")
def the_own_account_may_be_named(lab: Lab) -> object:
    """QueueOwnerAWSAccountId may be the caller's own number."""
    url = lab.queue()
    return lab.sqs.get_queue_url(QueueName="orders", QueueOwnerAWSAccountId=lab.account)["QueueUrl"] == url


@behaviour(aws=["<account>", "<other>"], source="SQS API reference, GetQueueUrl QueueOwnerAWSAccountId")
def one_name_in_two_accounts(lab: Lab) -> object:
    """With one name in both accounts, the number decides which URL is returned."""
    _open(lab)
    lab.queue("orders", account="other")
    urls = [
        _other(lab).get_queue_url(QueueName="orders", QueueOwnerAWSAccountId=owner)["QueueUrl"]
        for owner in (lab.account, lab.other_account)
    ]
    return [url.split("/")[-2] for url in urls]


# --- other regions --------------------------------------------------------------------------------------------------


@behaviour(
    aws=refused(
        "InvalidAddress", "The address https://sqs.us-east-1.amazonaws.com/ is not valid for this endpoint.", 404
    ),
    source="aws-sdk-net issue 437 and python-sqs-listener issue 30 (replies of AWS); tests of the Ballerina connector "
    "for SQS (status)",
)
def a_queue_url_of_another_region(lab: Lab) -> object:
    """A client of one region cannot use a queue of another one by its URL."""
    url = "https://sqs.us-east-1.amazonaws.com/" + "/".join(lab.queue().split("/")[-2:])
    return lab.attempt(lab.client("sqs", "eu-west-1").send_message, QueueUrl=url, MessageBody="m")


@behaviour(aws="AWS.SimpleQueueService.NonExistentQueue", source="SQS API reference, GetQueueUrl")
def a_queue_name_of_another_region(lab: Lab) -> object:
    """GetQueueUrl looks in the client's region."""
    lab.queue()
    return lab.code(lab.client("sqs", "eu-west-1").get_queue_url, QueueName="orders")


@behaviour(
    aws={
        "aws:PrincipalType": True,
        "aws:RequestedRegion": True,
        "aws:userid": True,
        "aws:username": True,
        "none": False,
    },
    source="IAM user guide, global condition context keys (all of them are in every request of a user)",
)
def condition_keys_of_a_user(lab: Lab) -> object:
    """A policy's conditions can be about the caller's type, name and id, and about the region that was asked."""
    url, user = lab.queue(), lab.client("sts", account="other").get_caller_identity()
    keys = {
        "aws:PrincipalType": "User",
        "aws:RequestedRegion": "us-east-1",
        "aws:userid": user["UserId"],
        "aws:username": user["Arn"].rpartition("/")[2],
        "none": "x",
    }
    sqs, found = lab.client("sqs", account="other"), {}
    for key, value in keys.items():
        condition = {"StringEquals": {key if key != "none" else "aws:userid": value}}
        statement = {"Effect": "Allow", "Principal": "*", "Action": "sqs:SendMessage", "Resource": lab.arn(url)}
        policy = json.dumps({"Version": "2012-10-17", "Statement": [statement | {"Condition": condition}]})
        lab.sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": policy})
        found[key] = lab.code(sqs.send_message, QueueUrl=url, MessageBody="m") == "ok"
    return found
