"""Starting a cloud, and the one that is running: what `start`, `cloud`, `clock`, `session`, `client` stand for."""

import os
from typing import Any

import boto3

from helpers.backends.base import Cloud
from helpers.errors import ClockError, CloudError
from helpers.simulation import browser_tab, worlds
from helpers.simulation.clock import NOT_BY_AN_ANSWER, Clock, RealClock

COMPARED = "COURSE_OUTPUTS_COMPARED"  # set by the pytest plugin and by `course build`: time stands within cells too
WAYS = (
    "start() is the offline cloud, start(<a URL>) an endpoint, and "
    'start("aws", yes="<the twelve digits of the account>") a real account.'
)

_running: Cloud | None = None
_cells_followed = False


def start(which: str | None = None, **options: Any) -> Cloud:
    """Start the cloud and return it; it shows which one it is.

    which: "offline" (moto in this kernel), "aws" (a real account), or an endpoint's URL. Without it the variable
    COURSE_CLOUD decides, else "offline". Started again, the offline cloud is new and empty.
    options: for an endpoint `allow_remote=True`; for aws see helpers.backends.aws.aws_cloud.AwsCloud: `yes=`, `region_name=`,
    `profile_name=`, `remember=`, `prefix=`, `limit=`, `send_to=`.
    A cloud that is unknown or refuses to start raises CloudError; the one that ran before is then left running.
    """
    global _running
    cloud = _make(which or os.environ.get("COURSE_CLOUD") or "offline", options)
    _running = cloud
    worlds.set_default(cloud.world)
    _follow_cells()
    cloud.world.clock.run()
    return cloud


def _make(which: str, options: dict[str, Any]) -> Cloud:
    if browser_tab.IN_A_TAB and which != "offline":
        raise CloudError(browser_tab.ONLY_OFFLINE)
    # Each kind is imported when it is chosen: nobody waits for one that is not used.
    try:
        if which == "offline":
            from helpers.backends.offline.offline_cloud import OfflineCloud

            return OfflineCloud(still=bool(os.environ.get(COMPARED)), **options)
        if which == "aws":
            from helpers.backends.aws.aws_cloud import AwsCloud

            return AwsCloud(**options)
        if "://" in which:
            from helpers.backends.endpoint.endpoint_cloud import EndpointCloud

            return EndpointCloud(which, still=bool(os.environ.get(COMPARED)), **options)
    except TypeError as problem:
        raise CloudError(f"The cloud {which!r} has no such option: {problem}.") from None
    raise CloudError(f'There is no cloud {which!r}. Choose "offline", "aws", or an endpoint\'s URL.')


def running() -> Cloud:
    """Return the running cloud; CloudError when none was started."""
    if _running is None:
        raise CloudError("No cloud is running yet. Run the notebook's first cell, or call start().")
    return _running


def _follow_cells() -> None:
    """Let time pass while a cell runs and stand between cells. Outside IPython it simply passes."""
    global _cells_followed
    if _cells_followed:
        return
    _cells_followed = True
    if browser_tab.IN_A_TAB:
        browser_tab.install()
    from helpers import secret_scan
    from helpers.simulation import frozen_sleep

    frozen_sleep.install()
    import sys

    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython else None
    if shell is not None:
        secret_scan.watch()
        shell.events.register("pre_run_cell", lambda *_: running().world.clock.run())
        shell.events.register("post_run_cell", _after_cell)


def _after_cell(*_: Any) -> None:
    cloud = running()
    cloud.world.clock.hold()
    if said := cloud.after_cell():
        print(said)


class RunningCloud:
    """The running cloud under its public name; attributes and methods are those of helpers.backends.base.Cloud."""

    def __getattr__(self, name: str) -> Any:
        return getattr(running(), name)

    def __setattr__(self, name: str, value: Any) -> None:
        setattr(running(), name, value)

    def __repr__(self) -> str:
        return repr(running()) if _running else "No cloud is running yet; start() starts one."


class CurrentClock:
    """The clock of the cloud that the calling code is in; see helpers.simulation.clock.Clock."""

    def __getattr__(self, name: str) -> Any:
        if name == "advance" and worlds.in_private_world():
            raise ClockError(NOT_BY_AN_ANSWER)
        return getattr(worlds.require().clock, name)

    def __setattr__(self, name: str, value: Any) -> None:
        setattr(worlds.require().clock, name, value)

    def __repr__(self) -> str:
        world = worlds.current()
        return repr(world.clock) if world else "No cloud is running yet, so there is no clock."


cloud = RunningCloud()
clock: Clock | RealClock = CurrentClock()  # type: ignore[assignment]


def session(region_name: str | None = None, profile_name: str | None = None) -> boto3.Session:
    """Return a boto3.Session for the running cloud; see Cloud.session."""
    return running().session(region_name, profile_name)


def client(service_name: str, region_name: str | None = None, profile_name: str | None = None) -> Any:
    """Return a boto3 client for the running cloud; see Cloud.client."""
    return running().client(service_name, region_name, profile_name)


def resource(service_name: str, region_name: str | None = None, profile_name: str | None = None) -> Any:
    """Return a boto3 resource for the running cloud; see Cloud.resource."""
    return running().resource(service_name, region_name, profile_name)
