"""What SNS delivered to anything but queues: emails, SMS, pushes to phones, requests to web addresses."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from helpers.views import kit
from helpers.views.message_name import envelope_of
from helpers.views.words import counted, cut, cut_at_word, end_of_arn

_LONGEST_LINE, _LONGEST_ENDPOINT, _LONGEST_FOLD = 240, 60, 20_000  # characters
_WORDS = {
    "email": "email",
    "email-json": "email as JSON",
    "application": "push",
    "sms": "SMS",
    "http": "web request",
    "https": "web request",
}


@dataclass(frozen=True)
class InboxList:
    """The deliveries, oldest first.

    Each has at, protocol, endpoint, subject, message, link (which confirms a subscription; "" for none) and, where
    that's known, confirmed. controls: of a live inbox, with `note`, what the last click did; None for a still one.
    """

    mails: Sequence[Mapping[str, Any]]
    controls: Mapping[str, str] | None = None

    def __repr__(self) -> str:
        if not self.mails:
            return "The inbox is empty."
        lines = [f"Inbox: {', '.join(self._facts())}"]
        for mail in self._drawn():
            told = [mail["subject"], mail["text"]]
            if mail["code"]:
                told.append(f"to confirm, run {mail['code']}")
            if mail["confirmed"]:
                told.append("✓ confirmed")
            lines.append(f"  [{mail['number']}]  {mail['at']}  {mail['word']} to {mail['to']}")
            lines += [f"       {line}" for line in told if line]
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        return kit.draw(
            "inbox",
            kind="SNS",
            name="Inbox",
            facts=self._facts(),
            label=", ".join(["Inbox", *self._facts()]),
            twin=repr(self) if self.mails else "",
            mails=self._drawn(),
            play=self.controls is not None,
            note=(self.controls or {}).get("note", ""),
        )

    def _facts(self) -> list[str]:
        if not self.mails:
            return []
        asked = [f"{self._asked()} to confirm"] if self._asked() else []
        return [counted(len(self.mails), "message"), *asked, "numbered as in cloud.inbox"]

    def _asked(self) -> int:
        return sum(_is_open(mail) for mail in self.mails)

    def _drawn(self) -> list[dict[str, Any]]:
        return [_drawn(number, mail) for number, mail in enumerate(self.mails)]


def _is_open(mail: Mapping[str, Any]) -> bool:
    """Return whether it's a request to confirm that wasn't followed yet."""
    return bool(mail["link"]) and not mail.get("confirmed")


def _drawn(number: int, mail: Mapping[str, Any]) -> dict[str, Any]:
    message, envelope = mail["message"], envelope_of(mail["message"])
    subject = mail["subject"] if mail["protocol"] == "email" else ""  # phones and raw deliveries get none
    if envelope:
        message, subject = envelope["Message"], str(envelope.get("Subject") or "")
    shown = cut_at_word(message.replace(mail["link"], "") if mail["link"] else message, _LONGEST_LINE)
    whole = envelope or shown != cut(message)
    return {
        "number": number,
        "at": mail["at"],
        "protocol": mail["protocol"],
        "word": _WORDS.get(mail["protocol"], mail["protocol"]),
        "to": cut(end_of_arn(mail["endpoint"]), _LONGEST_ENDPOINT),
        "subject": cut(subject, _LONGEST_LINE),
        "text": shown,
        "fold": ("The JSON around it" if envelope else "The whole message") if whole else "",
        "whole": mail["message"][:_LONGEST_FOLD],
        "code": f"cloud.follow(cloud.inbox[{number}].confirm_url)" if _is_open(mail) else "",
        "confirmed": bool(mail["link"]) and not _is_open(mail),
    }
