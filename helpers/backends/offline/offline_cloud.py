"""The offline cloud: moto and the rules in this process. No request leaves it, whatever keys, endpoints and profiles
the computer has."""

import re
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from functools import partial
from random import Random
from string import ascii_uppercase, digits
from typing import TYPE_CHECKING, Any

import boto3
from botocore.awsrequest import AWSResponse
from botocore.exceptions import EndpointConnectionError

from helpers.aws_rules import absent, dispatch
from helpers.aws_rules.common.accounts import Account, Accounts, Key, Web
from helpers.aws_rules.common.identities import LEARNER, user_arn
from helpers.aws_rules.common.regions import host, regions
from helpers.aws_rules.common.request import Request
from helpers.aws_rules.common.steps import Step
from helpers.aws_rules.sns.inbox import Arrived
from helpers.backends import environment, transport
from helpers.backends.base import Cloud
from helpers.backends.offline.cell_replay import CellReplay
from helpers.backends.offline.loopback import Loopback
from helpers.backends.offline.unkind import Unkind
from helpers.errors import CloudError
from helpers.simulation.clock import Clock
from helpers.simulation.journal import Journal
from helpers.simulation.worlds import World

if TYPE_CHECKING:
    from helpers.backends.metrics_snapshot import Wanted
    from helpers.backends.programs import RunCloud

ACCOUNT = "123456789012"  # what the profile "shop" and the default keys open
OTHER_ACCOUNT = "210987654321"  # what the profile "partner" opens
SEED = 2026

_LONGEST_DELAY = 3_600  # seconds
_OTHER_KEY = "OFFLINEPARTNER"


def make_world(
    still: bool, seed: int = SEED, account: str = ACCOUNT, other_account: str = OTHER_ACCOUNT, web: Web | None = None
) -> World:
    """Return an empty world whose calls the rules answer. Two worlds share nothing.

    still: whether its clock is frozen even while code runs. seed: draws its ids. account, other_account: twelve digits
    each. web: what reaches web addresses; a check's world has none, since an answer could make it send requests.
    """
    accounts = Accounts(web)
    world = World(Clock(still), Journal(), Random(seed), partial(_send, accounts), accounts)
    accounts.open(account, world)
    accounts.open(other_account, world)
    return world


def _send(accounts: Accounts, request: Request, network: Callable[[], AWSResponse]) -> AWSResponse:
    """Return the rules' response to what boto3 sends; CloudError for a service that isn't there."""
    if request.service not in dispatch.OPERATIONS:
        text = absent.no_service("The offline cloud", request.service, dispatch.OPERATIONS)
        raise CloudError(f"{text} Nothing was sent.")
    if request.region not in regions():
        # A client for a region that doesn't exist finds nobody at that name on AWS either.
        raise EndpointConnectionError(endpoint_url=request.url)
    request.account, request.identity = caller(accounts, request.access_key, request.region)
    identify_program(request)
    request.host = f"https://{host(request.service, request.region)}"
    return transport.response(request.url, *dispatch.answer_now(request))


def caller(accounts: Accounts, access_key: str, region: str) -> tuple[Account, str]:
    """Return the account that an access key opens and the caller's ARN in this region's partition.

    accounts: those of `make_world`. A key that is none of a role's opens one of them by its profile.
    """
    if key := accounts.of_key(access_key):
        return key.account, key.identity or user_arn(key.account.number, LEARNER, region)
    ours, theirs = accounts.all()
    owner = theirs if access_key == _OTHER_KEY else ours
    return owner, user_arn(owner.number, LEARNER, region)


def draw_profile_keys(world: World, draw: Random) -> None:
    """Give the world keys of its own for the profiles `shop` and `partner`, which no code can know."""
    for name, account in zip(("shop", "partner"), world.accounts.all(), strict=True):
        world.profile_keys[name] = key = f"OFFLINE{''.join(draw.choices(ascii_uppercase + digits, k=13))}"
        world.accounts.add_key(Key(account, "", key, "not-a-secret"))


def identify_program(request: Request) -> None:
    """Make the caller of a program's request the program's own IAM user, unless it has other keys than the learner."""
    number, region = request.account.number, request.region
    if request.program and request.identity == user_arn(number, LEARNER, region):
        request.identity = user_arn(number, user_name(request.program), region)


def user_name(program: str) -> str:
    """Return the name of a program's IAM user, which has only characters that IAM allows."""
    return re.sub(r"[^\w+=,.@-]", "-", program, flags=re.ASCII)[:64]


def inbox_of(world: World) -> list[Arrived]:
    """Return what SNS sent elsewhere than to queues in this world, oldest first."""
    return list(world.accounts.get(ACCOUNT).inbox)


def follow(world: World, link: str) -> None:
    """Open a link that SNS sent to confirm or end a subscription in this world. CloudError when it doesn't work."""
    found = dispatch.follow(world.accounts, link)
    if found is None:
        raise CloudError(f"That link isn't from this cloud's SNS: {link[:100]!r}")
    if found[0] >= 300:
        raise CloudError(f"The link doesn't work, or no longer does. SNS says: {found[2].decode()}")


class OfflineCloud(Cloud):
    """moto and the rules in the kernel, the default: no account, no keys, no network."""

    name = "offline"
    abilities = frozenset({"time travel", "reset", "private checks", "inbox", "steps", "unkindness"})

    def __init__(self, still: bool = False):
        transport.install()
        environment.replace(environment.offline())
        boto3.DEFAULT_SESSION = None  # it may hold keys, a profile or a region of this machine
        super().__init__(make_world(still, web=Loopback()), environment.REGION)
        self._replay = CellReplay(self.world)

    def before_cell(self, cell_id: str) -> None:
        """Take the cloud back to where it was, if this is a lesson's cell that runs twice in a row."""
        self._replay.begin(cell_id)

    @property
    def inbox(self) -> list[Arrived]:
        """What SNS sent elsewhere than to queues, oldest first: email, SMS, mobile push, web addresses."""
        return inbox_of(self.world)

    def follow(self, link: str) -> None:
        """Open a link that SNS sent to confirm or end a subscription. CloudError when it doesn't work."""
        follow(self.world, link)

    def certificate(self, url: str) -> bytes:
        """Return the certificate at an envelope's SigningCertURL, as PEM. CloudError for any other address."""
        from helpers.aws_rules.sns import signing  # imports cryptography, which takes 0.1 s

        if not signing.is_certificate(url):
            raise CloudError(f"That isn't a SigningCertURL of this cloud's SNS: {url[:100]!r}")
        return signing.certificate()

    def web_fails(self, url: str, status: int = 503) -> None:
        """Have a web address answer with this HTTP status from now on; SNS then retries, or gives up."""
        self._account.down[url] = status

    def web_works(self, url: str) -> None:
        """Have a web address accept again what SNS sends."""
        self._account.down.pop(url, None)

    @property
    def metrics_delay(self) -> float:
        """How many seconds after the end of a minute CloudWatch has the metrics of queues and topics; 120 at first.

        Alarms act on what CloudWatch has, so they are late as well. With 0 nothing is late. AWS takes some minutes, and
        doesn't say how many. What a program publishes itself with PutMetricData is there at once.
        """
        return float(self.world.accounts.metrics_delay)

    @metrics_delay.setter
    def metrics_delay(self, seconds: float) -> None:
        is_number = isinstance(seconds, int | float) and not isinstance(seconds, bool)
        if not is_number or not 0 <= seconds <= _LONGEST_DELAY:
            raise CloudError(
                f"metrics_delay is a number of seconds from 0 to {_LONGEST_DELAY}, and {seconds!r} isn't one. "
                "For metrics without a delay, set it to 0."
            )
        self.world.accounts.metrics_delay = float(seconds)

    def steps(self, message_id: str = "") -> list[Step]:
        """Return what happened to one message, or to all of them, oldest first, each step with its reason."""
        found = [entry for entry in self.world.journal if isinstance(entry, Step)]
        return [step for step in found if not message_id or step.message == message_id]

    def unkind(self, **kinds: float) -> Unkind:
        """Make the cloud unkind, with a seed, until the next call of this or the end of the `with` block.

        kinds: chances between 0 and 1 for duplicates, missed (short polls that miss messages), disorder, throttling,
        errors and entries (of a batch, which meet an error); entry_errors, how often that happens at most to what's
        done to one message; lag, the seconds by which counters are behind; seed.
        Without any, the cloud is kind again. The returned object lists afterwards what was done. CloudError for an
        unknown kind.
        """
        return Unkind(self.world.accounts, kinds)

    def _where_programs_run(self) -> "Callable[[World], AbstractContextManager[RunCloud]] | None":
        from helpers.backends.programs import in_this_kernel  # most lessons run none

        return in_this_kernel

    def look_at_queue(self, region: str, url: str, most: int) -> dict[str, Any]:
        """Return what a queue holds now. It makes no call."""
        from helpers.backends.offline import snapshot

        return snapshot.queue(self.world, region, url, most)

    def look_at_topics(self, region: str) -> list[dict[str, Any]]:
        """Return topics, subscriptions and what became of the last publishes. It makes no call."""
        from helpers.backends.offline import snapshot

        return snapshot.fan_out(self.world, region)

    def _metrics(self, wanted: "Sequence[Wanted]", period: int, span: float) -> dict[str, Any]:
        from helpers.backends.offline import metrics_look

        return metrics_look.metrics(self.world, wanted, period, span)

    def look_at_message(self, message_id: str) -> dict[str, Any]:
        """Return the life of a message, or for "" of the one to which something happened last. It makes no call."""
        from helpers.backends.offline import snapshot

        steps = self.steps()
        endpoints = snapshot.endpoints(self.world, steps)
        return snapshot.timeline(steps, message_id, self.world.clock.now(), self.calls(), endpoints)

    def look_at_inbox(self) -> list[dict[str, Any]]:
        """Return the inbox as plain data for a picture. It makes no call."""
        from helpers.backends.offline import snapshot

        return snapshot.inbox(self.inbox, snapshot.confirmed(self.world, self.inbox))

    @property
    def _account(self) -> Account:
        return self.world.accounts.get(ACCOUNT)

    def __str__(self) -> str:
        return f"Offline cloud, account {ACCOUNT}, region {self.region}. Nothing leaves this computer."


def any_account(draw: Random) -> str:
    """Return twelve digits that aren't one of the accounts of the learner's offline cloud."""
    while (account := str(draw.randrange(10**11, 10**12))) in (ACCOUNT, OTHER_ACCOUNT):
        pass
    return account
