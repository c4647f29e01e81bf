"""What SNS sent elsewhere than to queues: e-mail, SMS, mobile push, web addresses."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from helpers.views import parts

_LONGEST, _WHOLE = 90, 20_000  # characters of a message, and of what is behind the fold


@dataclass(frozen=True)
class InboxList:
    """Draws mails with at, protocol, endpoint, subject, message and link (of a request to confirm, else "")."""

    mails: Sequence[Mapping[str, Any]]

    def __repr__(self) -> str:
        if not self.mails:
            return "The inbox is empty."
        cells = [
            [str(n), mail["at"], mail["protocol"], mail["endpoint"], short(mail), _next(n, mail)]
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
                f"{parts.text(short(mail))}{self._whole(mail)}",
                f"<code>{parts.text(_next(n, mail))}</code>" if mail["link"] else "",
            ]
            for n, mail in enumerate(self.mails)
        ]
        return parts.table(self.title, ["", "at", "by", "to", "message", "to confirm, run"], cells)

    @property
    def title(self) -> str:
        """How many messages there are."""
        count = len(self.mails)
        return f"Inbox: {count} message{'s' * (count != 1)}"

    @staticmethod
    def _whole(mail: Mapping[str, Any]) -> str:
        whole = f'<pre style="white-space:pre-wrap;overflow-wrap:anywhere">{parts.raw(mail["message"][:_WHOLE])}</pre>'
        return f"<details><summary{parts.KEYS}>more of it</summary>{whole}</details>"


def short(mail: Mapping[str, Any]) -> str:
    """Return subject and text on one line, cut off."""
    return parts.cut(f"{mail['subject']}: {mail['message']}" if mail["subject"] else mail["message"], _LONGEST)


def _next(number: int, mail: Mapping[str, Any]) -> str:
    return f"cloud.follow(cloud.inbox[{number}].confirm_url)" if mail["link"] else ""
