"""The offline cloud: moto and the rules in this process. No request leaves it, whatever keys, endpoints or profiles
there are."""

from collections.abc import Callable
from functools import lru_cache
from random import Random

import boto3
import botocore.session
from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.exceptions import EndpointConnectionError
from moto.core.botocore_stubber import MockRawResponse

from helpers.cloud import environment, transport
from helpers.cloud.base import Cloud
from helpers.errors import CloudError
from helpers.rules import answering
from helpers.rules.accounts import Account, Accounts
from helpers.world.clock import Clock
from helpers.world.journal import Journal
from helpers.world.worlds import World

ACCOUNT = "123456789012"  # what the profile "shop" and the default keys open
OTHER_ACCOUNT = "210987654321"  # what the profile "partner" opens
SEED = 2026
_OTHER_KEY = "OFFLINEPARTNER"


def make_world(still: bool, seed: int = SEED, account: str = ACCOUNT, other_account: str = OTHER_ACCOUNT) -> World:
    """Return an empty world whose calls the rules answer.

    still: whether its clock stands even while code runs. seed: draws its ids. account, other_account: twelve digits
    each. Two worlds share nothing.
    """
    accounts = Accounts()

    def send(request: AWSPreparedRequest, network: Callable[[], AWSResponse]) -> AWSResponse:
        target = transport.scope(request)
        if target.service not in answering.OPERATIONS:
            known = ", ".join(answering.OPERATIONS)
            raise CloudError(
                f"The offline cloud has no service {target.service!r}; it knows {known}. Nothing was sent."
            )
        if target.region not in regions():
            # What a client for a region that does not exist meets on AWS: nobody answers at that name.
            raise EndpointConnectionError(endpoint_url=request.url)
        owner, identity = accounts.of_key(target.access_key) or _of_profile(target.access_key)
        headers = {name.lower(): transport.text(value) for name, value in request.headers.items()}
        host = f"https://{target.service}.{target.region}.amazonaws.com"
        found = answering.answer(owner, identity, target.service, target.region, host, headers, transport.body(request))
        status, reply_headers, reply = found
        return AWSResponse(request.url, status, reply_headers, MockRawResponse(reply))

    def _of_profile(key: str) -> tuple[Account, str]:
        owner = theirs if key == _OTHER_KEY else ours
        return owner, f"arn:aws:iam::{owner.number}:user/learner"

    world = World(Clock(still), Journal(), Random(seed), send, accounts)
    ours, theirs = accounts.open(account, world), accounts.open(other_account, world)
    return world


@lru_cache
def regions() -> frozenset[str]:
    """Return the names of all regions in which AWS has queues."""
    session = botocore.session.get_session()
    partitions = session.get_available_partitions()
    return frozenset(region for name in partitions for region in session.get_available_regions("sqs", name))


class OfflineCloud(Cloud):
    """moto and the rules in the kernel, the default: no account, no keys, no network."""

    name = "offline"
    abilities = frozenset({"time travel", "reset", "private checks"})

    def __init__(self, still: bool = False):
        transport.install()
        environment.replace(environment.offline())
        boto3.DEFAULT_SESSION = None  # it may hold keys, a profile or a region of this machine
        super().__init__(make_world(still), environment.REGION)

    def __str__(self) -> str:
        return f"Offline cloud, account {ACCOUNT}, region {self.region}. Nothing leaves this computer."


def any_account(draw: Random) -> str:
    """Return twelve digits that are no account of the learner's offline cloud."""
    while (account := str(draw.randrange(10**11, 10**12))) in (ACCOUNT, OTHER_ACCOUNT):
        pass
    return account
