"""A list of what SNS delivered to anything but queues: e-mail, SMS, mobile push, web addresses."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from helpers.views import parts

_LONGEST_LINE, _LONGEST_FOLD = 90, 20_000  # characters of a message


@dataclass(frozen=True)
class InboxList:
    """The list of deliveries with at, protocol, endpoint, subject, message and link (for confirming, or "")."""

    mails: Sequence[Mapping[str, Any]]
    controls: Mapping[str, Any] | None = None
    asleep: str = ""

    def __repr__(self) -> str:
        if not self.mails:
            return "The inbox is empty."
        cells = [
            [str(n), mail["at"], mail["protocol"], mail["endpoint"], short(mail), _confirm_code(n, mail)]
            for n, mail in enumerate(self.mails)
        ]
        return f"{self.title}\n{parts.columns(cells, '  ')}"

    def _repr_html_(self) -> str:
        if not self.mails:
            return "<p>The inbox is empty.</p>"
        cells = [
            [
                str(n),
                parts.text(mail["at"]),
                parts.text(mail["protocol"]),
                parts.text(mail["endpoint"]),
                f"{parts.text(short(mail))}{self._folded(mail)}",
                f"<code>{parts.text(_confirm_code(n, mail))}</code>" if mail["link"] else "",
            ]
            for n, mail in enumerate(self.mails)
        ]
        return parts.table(self.title, ["", "at", "by", "to", "message", "to confirm, run"], cells)

    @property
    def title(self) -> str:
        """The heading, with the number of messages."""
        count = len(self.mails)
        return f"Inbox: {count} message{'s' * (count != 1)}"

    @staticmethod
    def _folded(mail: Mapping[str, Any]) -> str:
        message = parts.raw(mail["message"][:_LONGEST_FOLD])
        pre = f'<pre style="white-space:pre-wrap;overflow-wrap:anywhere">{message}</pre>'
        return f"<details><summary{parts.KEYS}>more of it</summary>{pre}</details>"


def short(mail: Mapping[str, Any]) -> str:
    """Return subject and message on one line, cut to length."""
    return parts.cut(f"{mail['subject']}: {mail['message']}" if mail["subject"] else mail["message"], _LONGEST_LINE)


def _confirm_code(number: int, mail: Mapping[str, Any]) -> str:
    return f"cloud.follow(cloud.inbox[{number}].confirm_url)" if mail["link"] else ""
