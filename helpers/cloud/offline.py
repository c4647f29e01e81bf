"""The offline cloud: moto in this process. No request leaves it, whatever keys, endpoints or profiles there are."""

from collections.abc import Callable
from random import Random

import boto3
from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.exceptions import EndpointConnectionError

from helpers.cloud import environment, moto_engine, transport
from helpers.cloud.base import Cloud
from helpers.errors import CloudError
from helpers.world.clock import Clock
from helpers.world.journal import Journal
from helpers.world.worlds import World

ACCOUNT = "123456789012"  # what the profile "shop" and the default keys open
OTHER_ACCOUNT = "210987654321"  # what the profile "partner" opens
SEED = 2026
_OTHER_KEY = "OFFLINEPARTNER"


def make_world(still: bool, seed: int = SEED, account: str = ACCOUNT, other_account: str = OTHER_ACCOUNT) -> World:
    """Return an empty world whose calls moto answers.

    still: whether its clock stands even while code runs. seed: draws its ids. account, other_account: twelve digits
    each; two worlds with other accounts share nothing.
    """
    moto_engine.forget({account, other_account})
    accounts = {_OTHER_KEY: other_account}

    def send(request: AWSPreparedRequest, network: Callable[[], AWSResponse]) -> AWSResponse:
        target = transport.scope(request)
        if target.service not in moto_engine.SERVICES:
            raise CloudError(
                f"The offline cloud has no service {target.service!r}; it knows {', '.join(moto_engine.SERVICES)}. "
                "Nothing was sent."
            )
        owner = accounts.get(target.access_key, account)
        if not moto_engine.has_region(target.region, owner):
            # What a client for a region that does not exist meets on AWS: nobody answers at that name.
            raise EndpointConnectionError(endpoint_url=request.url)
        return moto_engine.respond(request, target.service, target.region, owner)

    return World(Clock(still), Journal(), Random(seed), send)


class OfflineCloud(Cloud):
    """moto in the kernel, the default: no account, no keys, no network."""

    name = "offline"
    abilities = frozenset({"time travel", "reset", "private checks"})

    def __init__(self, still: bool = False):
        moto_engine.install()
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
