"""What a `course serve` tells a learner about the accounts that are theirs, and does to them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from helpers.backends.endpoint.served_clock import Control
from helpers.errors import CloudError


class ServedUnkindness:
    """What a served cloud does to a program, from when this is made. In a `with` block it ends with the block."""

    def __init__(self, controls: Sequence[Control], kinds: dict[str, Any]):
        self._controls = controls
        self._before = [_settings(control.get("unkind")) for control in controls]
        for control in controls:
            control.post("unkind", **kinds)

    @property
    def done(self) -> list[str]:
        """What was done to the program so far, in order."""
        return [text for control in self._controls for text in control.get("unkind")["done"]]

    def __enter__(self) -> "ServedUnkindness":
        return self

    def __exit__(self, *problem: object) -> None:
        for control, before in zip(self._controls, self._before, strict=True):
            control.post("unkind", **before)

    def __repr__(self) -> str:
        return f"The cloud is unkind. Done so far: {'; '.join(self.done) or 'nothing yet'}."


class Served:
    """The learner's two accounts on a served cloud, with the abilities of the offline one."""

    def __init__(self, controls: Sequence[Control]):
        self._controls = controls

    @property
    def inbox(self) -> list[Any]:
        """What SNS sent elsewhere than to queues, oldest first."""
        from helpers.aws_rules.sns.inbox import Arrived  # the rules bring moto along, which other endpoints do without

        told = self._controls[0].get("inbox")["inbox"]
        return [Arrived(**{**one, "at": datetime.fromisoformat(one["at"])}) for one in told]

    def follow(self, link: str) -> None:
        """Open a link that SNS sent. CloudError when it does not work, or leads elsewhere than to this server."""
        self._controls[0].fetch(link)

    def certificate(self, url: str) -> bytes:
        """Return the certificate at an envelope's SigningCertURL, as PEM. CloudError for any other address."""
        from helpers.aws_rules.sns import signing

        if not signing.is_certificate(url):
            raise CloudError(f"That is no SigningCertURL of this cloud's SNS: {url[:100]!r}")
        return self._controls[0].fetch(f"{self._controls[0].url}{urlsplit(url).path}")

    def web_fails(self, url: str, status: int = 503) -> None:
        """Let a web address answer with this HTTP status from now on; SNS then tries again, or gives up."""
        self._controls[0].post("web", url=url, status=status)

    def web_works(self, url: str) -> None:
        """Let a web address take what SNS sends again."""
        self._controls[0].post("web", url=url, status=0)

    def steps(self, message_id: str = "") -> list[Any]:
        """Return what happened to one message, or to all of them, oldest first, each step with its reason."""
        from helpers.aws_rules.common.steps import Step

        told = [one for control in self._controls for one in control.get("steps")["steps"]]
        found = [Step(**{**one, "at": datetime.fromisoformat(one["at"])}) for one in told]
        # Steps of one moment stay in the order of their account.
        return sorted((s for s in found if not message_id or s.message == message_id), key=lambda step: step.at)

    def unkind(self, **kinds: Any) -> ServedUnkindness:
        """Make the accounts unkind until they are told otherwise or the `with` block ends; see OfflineCloud.unkind."""
        return ServedUnkindness(self._controls, kinds)

    def look_at_queue(self, region: str, url: str) -> dict[str, Any]:
        """Return what a queue holds now, as helpers.backends.offline.snapshot.queue does."""
        number = urlsplit(url).path.strip("/").partition("/")[0]
        control = next((one for one in self._controls if one.account == number), self._controls[0])
        return control.post("queue", region=region, url=url)["queue"]

    def look_at_topics(self, region: str) -> list[dict[str, Any]]:
        """Return the subscriptions of the accounts' topics, as helpers.backends.offline.snapshot.fan_out does."""
        return [row for control in self._controls for row in control.post("topics", region=region)["rows"]]


def _settings(told: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in told.items() if name != "done"}
