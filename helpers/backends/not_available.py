"""What the course says if a cloud can't do what a cell asks for. The cell goes on, except for what MISSING lists."""

from helpers.simulation.clock import SAID  # `course verify` recognises these texts by it

TIMELINE = SAID + "there's no record of what happened to each message. The offline cloud keeps one: its timeline."
INBOX = SAID + "SNS sends to real receivers, and a person confirms with the link in the mail."
UNKIND = SAID + "unkindness can't be switched on, so your program meets the service as it is."
RUN = (
    SAID
    + "several programs can't run side by side, because time can't be moved. An hour of cloud.run would take a real "
    'hour, and AWS would bill you for its calls. The offline cloud runs that hour in a moment: start("offline").'
)
# The following code needs a result from these attributes of Cloud, so using them is an error. By attribute.
MISSING = {
    "inbox": "there's no inbox to look into, because SNS sends to real receivers.",
    "follow": "the link is in a real mailbox, and whoever opens it there confirms the subscription.",
    "certificate": "the certificate would have to come from its SigningCertURL, and the course doesn't fetch it.",
    "web_fails": "a web address fails only when its server does.",
    "web_works": "a web address works only when its server does.",
    "metrics_delay": "CloudWatch has metrics when it has them, some minutes late.",
    "steps": "there's no record of what happened to each message.",
}


class AsItIs:
    """What `unkind` returns on a cloud that has no unkindness: a `with` block that changes nothing."""

    done: tuple[str, ...] = ()

    def __enter__(self) -> "AsItIs":
        return self

    def __exit__(self, *problem: object) -> None:
        """Nothing was changed."""

    def __repr__(self) -> str:
        return UNKIND
