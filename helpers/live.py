"""What the buttons of live pictures do. Those of a queue and of the inbox play in a private copy of the cloud."""

import math
from collections.abc import Callable, Mapping
from typing import Any

import botocore.session

from helpers.backends import environment, running
from helpers.backends.base import Cloud
from helpers.backends.offline import snapshot
from helpers.backends.offline.copies import freeze, thaw
from helpers.backends.offline.offline_cloud import follow, inbox_of
from helpers.backends.offline.queue_play import RATES, QueuePlay
from helpers.errors import ClockError, CloudError
from helpers.views.card import Card
from helpers.views.inbox_list import InboxList
from helpers.views.live_card import LiveCard
from helpers.views.queue_picture import MOST, QueuePicture
from helpers.views.switch_form import switch_form

_FIELDS = ("which", "url", "account", "profile", "region", "prefix")  # of the switch, each with a text

Acts = Mapping[str, Callable[[Mapping[str, Any]], str]]


def queue(cloud: Cloud, region: str, url: str) -> LiveCard:
    """Return a live picture of an offline queue, which plays in a copy of the cloud as it stands now."""
    play = QueuePlay(cloud.world, region, url)

    def set_rate(value: str) -> str:
        play.rate = {str(rate): rate for rate in RATES}.get(value, play.rate)
        return ""

    acts: Acts = {
        "send": lambda given: play.send(_value(given) == "delay") if _value(given) in ("", "delay") else "",
        "receive": lambda given: play.receive(_value(given)),
        "delete": lambda given: play.delete(_value(given)),
        "extend": lambda given: play.extend(_value(given)),
        "rate": lambda given: set_rate(_value(given)),
        "advance": lambda given: play.advance(_seconds(given)),
        "clock": lambda given: play.drag(_seconds(given), given.get("drag")),
        "tick": lambda given: play.advance(_seconds(given)) if play.rate else "",
        "restart": lambda given: play.start_over(),
    }

    def draw() -> str:
        return QueuePicture(play.look(MOST), play.controls())._repr_html_()

    return LiveCard(draw, QueuePicture(play.look(MOST)), lambda act, given: _do(acts, act, given))


def inbox(cloud: Cloud) -> LiveCard:
    """Return the live inbox of the offline cloud. Its buttons confirm subscriptions in a copy of the cloud."""
    frozen = freeze(cloud.world)
    played, note = thaw(frozen), ""

    def mails() -> tuple[dict[str, Any], ...]:
        arrived = inbox_of(played)
        return tuple(snapshot.inbox(arrived, snapshot.confirmed(played, arrived)))

    def confirm(given: Mapping[str, Any]) -> str:
        nonlocal note
        asked = {str(number): mail for number, mail in enumerate(mails()) if mail["link"]}.get(_value(given))
        if asked is None:
            return ""
        try:
            follow(played, asked["link"])
        except CloudError as problem:
            note = str(problem)
        else:
            code = f"cloud.follow(cloud.inbox[{_value(given)}].confirm_url)"
            note = f"In this copy of the cloud, {asked['endpoint']} is confirmed. To confirm it in the lesson: `{code}`"
        return note.replace("`", "")

    def restart(given: Mapping[str, Any]) -> str:
        nonlocal played, note
        played, note = thaw(frozen), ""
        return "Everything is as it was at first."

    acts: Acts = {"confirm": confirm, "restart": restart}

    def draw() -> str:
        return InboxList(mails(), {"note": note})._repr_html_()

    return LiveCard(draw, InboxList(mails()), lambda act, given: _do(acts, act, given))


def switch(still: Card) -> LiveCard:
    """Return a form that calls `start` with what was filled in. still: what's shown without a kernel."""
    with environment.kept(), environment.of_this_machine():  # this machine's profiles, not the offline cloud's
        session = botocore.session.get_session()
        profiles, regions = session.available_profiles, session.get_available_regions("sqs")
    status = str(running.cloud)

    def start(given: Mapping[str, Any]) -> str:
        nonlocal status
        form = {name: str(given.get(name) or "").strip() for name in _FIELDS}
        status = _start(form, remember=given.get("remember") is True)
        return status

    return LiveCard(
        lambda: switch_form(status, profiles, regions), still, lambda act, given: _do({"start": start}, act, given)
    )


def _start(form: Mapping[str, str], remember: bool) -> str:
    """Start the cloud that the form asks for. Return which one runs, or why it can't start."""
    which, options = form["which"], dict[str, Any]()
    if which == "endpoint":
        which = form["url"]
        if "://" not in which:
            return "An endpoint needs its URL, such as http://127.0.0.1:4577"
    if which == "aws":
        if not form["account"]:
            return "Nothing was sent. Type the twelve digits of the account that you mean."
        options = {"yes": form["account"], "prefix": form["prefix"] or None, "remember": remember or None}
        options |= {"profile_name": form["profile"] or None, "region_name": form["region"] or None}
    try:
        return str(running.start(which, **options))
    except CloudError as problem:
        return str(problem)


def _do(acts: Acts, act: str, given: Mapping[str, Any]) -> str:
    """Do what was clicked and return a sentence about it. A browser can send anything; what makes no sense is left."""
    try:
        return acts[act](given) if act in acts else ""
    except (CloudError, ClockError) as problem:
        return str(problem)


def _value(given: Mapping[str, Any]) -> str:
    value = given.get("value")
    return value if isinstance(value, str) else "not a text"


def _seconds(given: Mapping[str, Any]) -> float:
    """Return the number of seconds that was sent, or 0 for anything else."""
    try:
        found = float(given.get("value"))  # type: ignore[arg-type]
    except (TypeError, ValueError, OverflowError):
        return 0.0
    return found if 0 <= found < math.inf else 0.0
