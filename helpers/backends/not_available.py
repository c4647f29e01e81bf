"""What the course says if a cloud can't do what a cell asks for. The cell goes on, except for what MISSING lists."""

from helpers.simulation.clock import SAID  # `course verify` recognises these texts by it

TIMELINE = SAID + "nobody keeps what happened to each message. The offline cloud has its timeline."
INBOX = SAID + "what SNS sends goes to its real receivers, and a person confirms by the link in the mail."
UNKIND = SAID + "it is as kind or unkind as it is; nothing is done to your program on purpose."
RUN = (
    SAID
    + "cloud.run isn't available, since time can't be moved. An hour of your programs would take a real hour, and AWS "
    'would bill you for their calls. The offline cloud runs that hour in a moment: start("offline").'
)
# The following code needs a result from these attributes of Cloud, so using them is an error. By attribute.
MISSING = {
    "inbox": "there is no inbox to look into: what SNS sends arrives at its real receivers.",
    "follow": "the link is in a real mailbox, and opening it there confirms.",
    "certificate": "the certificate is fetched from its SigningCertURL, which the course does not do.",
    "web_fails": "a web address fails when its server does.",
    "web_works": "a web address works when its server does.",
    "steps": "nobody keeps what happened to each message.",
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
