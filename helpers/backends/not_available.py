"""The word that the course says where a cloud cannot do what a cell asks for, so that the cell goes on."""

from helpers.simulation.clock import SAID  # `course verify` knows such a word by it

TIMELINE = SAID + "nobody keeps what happened to each message. The offline cloud has its timeline."
INBOX = SAID + "what SNS sends goes to its real receivers, and a person confirms by the link in the mail."
UNKIND = SAID + "it is as kind or unkind as it is; nothing is done to your program on purpose."
# What a cell goes on with has no stand-in, so these are errors. By the name of what was asked for.
MISSING = {
    "inbox": "there is no inbox to look into: what SNS sends arrives at its real receivers.",
    "follow": "the link is in a real mailbox, and opening it there confirms.",
    "certificate": "the certificate is fetched from its SigningCertURL, which the course does not do.",
    "web_fails": "a web address fails when its server does.",
    "web_works": "a web address works when its server does.",
    "steps": "nobody keeps what happened to each message.",
}


class AsItIs:
    """Stands in a `with` block for unkindness that this cloud cannot be asked for."""

    done: tuple[str, ...] = ()

    def __enter__(self) -> "AsItIs":
        return self

    def __exit__(self, *problem: object) -> None:
        """Nothing was changed."""

    def __repr__(self) -> str:
        return UNKIND
