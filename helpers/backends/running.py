"""The cloud that is running, and how one is started: `start`, `cloud`, `clock`, `session`, `client`, `resource`."""

import inspect
import os
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import boto3

from helpers.backends import child_processes, front_end
from helpers.backends.base import Cloud
from helpers.errors import ClockError, CloudError
from helpers.simulation import browser_tab, worlds
from helpers.simulation.clock import NOT_BY_A_PROGRAM, Clock, RealClock

if TYPE_CHECKING:
    from helpers.sharing import Shared

COMPARED = front_end.COMPARED  # where it's set, clocks are frozen within cells too
WAYS_TO_START = (
    "start() is the offline cloud, start(<a URL>) an endpoint, and "
    'start("aws", yes="<the twelve digits of the account>") a real account.'
)

_LOOKS = ("now", "time")  # what tells a clock's time
_MOVES = ("advance", "run", "stand", "sleep")  # what changes how a clock's time passes
STARTED_AGAIN = (
    "This is a new, empty cloud. What the one before it held is gone, so run the cells below again, from the top."
)
IN_A_CLOUD = (
    "A function that's checked, or that cloud.run runs, is in a cloud already, and can't start another one. Leave "
    "start() to the notebook's first cell."
)

_running: Cloud | None = None
_cells_followed = False
_cell: Any = None  # what IPython knows about the cell that runs; a cell can run others, as %%capture does


def start(which: str | None = None, **options: Any) -> Cloud:
    """Start the cloud and return it; it shows which one it is.

    which: "offline" (moto in this kernel), "aws" (a real account), or an endpoint's URL. The default is the variable
        COURSE_CLOUD, or your class's cloud if you've joined it in this working copy, or "offline". You join by a URL
        with `token=`, and leave by "offline". Starting the offline cloud again makes a new, empty one.
    options: `share_progress=False` keeps your progress from the instructor, where they can see it. For an
        endpoint `allow_remote=True`, and `account=` and `token=` for a workshop's server; for "aws" `yes=`,
        `region_name=`, `profile_name=`, `remember=`, `prefix=`, `limit=`, `send_to=`, see
        helpers.backends.aws.aws_cloud.AwsCloud.
    CloudError if there is no such cloud or option, or if it can't start; the cloud that ran before goes on running.
    """
    global _running
    if worlds.in_private_world() and _running is not None:
        raise CloudError(IN_A_CLOUD)
    share = options.pop("share_progress", None)
    if share not in (None, True, False):
        raise CloudError(f"share_progress is True or False, not {share!r}.")
    cloud, about_class = _chosen_cloud(which, options)
    before = _running if _running is not None and _running.name == cloud.name == "offline" else None
    if before is not None and before.calls() and not os.environ.get(COMPARED):
        print(STARTED_AGAIN)
    between_cells = _running is not None and _running.world.clock.between_cells  # a widget's callback starts it
    child_processes.install()
    _running = cloud
    worlds.set_default(cloud.world)
    _follow_cells()
    if between_cells:
        cloud.world.clock.cell_ends()
    else:
        cloud.world.clock.cell_begins()
    _say_who_looks_on(cloud, share)
    if about_class:
        print(about_class)
    return cloud


def _say_who_looks_on(cloud: Cloud, share: bool | None) -> None:
    if browser_tab.IN_A_TAB or os.environ.get(COMPARED) or os.environ.get("NBGRADER_EXECUTION"):
        return
    from helpers.backends import looking_on

    looking_on.begin(cloud, share, print)


def tell_room(tried: "Mapping[str, Shared]", counted: bool) -> None:
    """Tell the running cloud's room how checks went, by the exercises' functions; see Cloud.tell_room."""
    if _running is not None:
        _running.tell_room(tried, counted)


def _chosen_cloud(which: str | None, options: dict[str, Any]) -> tuple[Cloud, str]:
    """Return the cloud, and what the learner should know about the class that they're joining, in, or leaving."""
    named, copy = which or os.environ.get("COURSE_CLOUD"), _copy_that_is_worked_in()
    if copy is None:
        return _new_cloud(named or "offline", options), ""
    from helpers.backends.endpoint import joined_class

    line = None if named or options else joined_class.find(copy)
    if line is None:
        cloud = _new_cloud(named or "offline", options)
        said = joined_class.after_start(copy, cloud, which, options)
        return cloud, said or ("" if named else joined_class.elsewhere(copy))
    try:
        return _new_cloud(line.url, line.options), joined_class.THERE
    except CloudError as problem:
        raise line.refused(problem) from None


def _copy_that_is_worked_in() -> Path | None:
    """Return the `.course` folder of the working copy, if somebody runs a notebook in it; None in a test or in CI."""
    if browser_tab.IN_A_TAB or os.environ.get("CI") or not front_end.can_click():
        return None
    from helpers import progress

    return progress.find()


def _new_cloud(which: str, options: dict[str, Any]) -> Cloud:
    if browser_tab.IN_A_TAB and which != "offline":
        raise CloudError(browser_tab.ONLY_OFFLINE)
    frozen = bool(os.environ.get(COMPARED))
    # Each kind of cloud is imported only when it is chosen, since imports take time.
    if which == "offline":
        from helpers.backends.offline.offline_cloud import OfflineCloud

        return _built(OfflineCloud, which, (), {"still": frozen}, options)
    if which == "aws":
        from helpers.backends.aws.aws_cloud import AwsCloud

        return _built(AwsCloud, which, (), {}, options)
    if "://" in which:
        from helpers.backends.endpoint.endpoint_cloud import EndpointCloud

        return _built(EndpointCloud, which, (which,), {"still": frozen}, options)
    raise CloudError(f'There\'s no cloud {which!r}. Choose "offline", "aws", or an endpoint\'s URL.')


def _built(
    kind: Callable[..., Cloud], which: str, arguments: tuple[Any, ...], given: dict[str, Any], options: dict[str, Any]
) -> Cloud:
    """Return the cloud; CloudError for an option that its constructor doesn't have.

    Only the signature decides about that, so a TypeError from inside the constructor is raised as it is.
    """
    try:
        inspect.signature(kind).bind(*arguments, **given, **options)
        known = True
    except TypeError:
        known = False
    try:
        return kind(*arguments, **given, **options)
    except TypeError as problem:  # Python's own message names the option
        if known:
            raise
        raise CloudError(f"The cloud {which!r} doesn't have that option: {problem}.") from None


def running() -> Cloud:
    """Return the running cloud; CloudError if none was started."""
    if _running is None:
        raise CloudError("No cloud is running yet. Run the notebook's first cell, or call start().")
    return _running


def _follow_cells() -> None:
    """Tell the clock when a notebook's cells begin and end. Outside IPython time passes as in one endless cell."""
    global _cells_followed
    if _cells_followed:
        return
    _cells_followed = True
    if browser_tab.IN_A_TAB:
        browser_tab.install()
    from helpers import secret_scan
    from helpers.simulation import frozen_sleep

    frozen_sleep.install()
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython else None
    if shell is not None:
        secret_scan.watch()
        shell.events.register("pre_run_cell", _before_cell)
        shell.events.register("post_run_cell", _after_cell)


def _before_cell(info: Any = None) -> None:
    global _cell
    clock = running().world.clock
    if clock.between_cells:
        _cell = info
        running().before_cell(getattr(info, "cell_id", None) or "")
        clock.cell_begins()


def _after_cell(result: Any = None) -> None:
    if _cell is not None and result is not None and result.info is not _cell:
        return  # the cell that ran this one goes on
    cloud = running()
    cloud.world.catch_up()
    cloud.world.clock.cell_ends()
    if line := cloud.after_cell():
        print(line)


class RunningCloud:
    """The running cloud, under the learner's name `cloud`. Its attributes are those of helpers.backends.base.Cloud."""

    def __getattr__(self, name: str) -> Any:
        return getattr(running(), name)

    def __setattr__(self, name: str, value: Any) -> None:
        setattr(running(), name, value)

    def __repr__(self) -> str:
        return repr(running()) if _running else "No cloud is running yet; start() starts one."


class CurrentClock:
    """The clock of the calling code's cloud: the running one's or a check's. See helpers.simulation.clock.Clock."""

    def __getattr__(self, name: str) -> Any:
        if name in _MOVES and worlds.in_private_world():
            raise ClockError(NOT_BY_A_PROGRAM)
        found = worlds.require().clock
        if name in _LOOKS:
            found.expect_an_end()
        return getattr(found, name)

    def __setattr__(self, name: str, value: Any) -> None:
        setattr(worlds.require().clock, name, value)

    def advance(self, *args: Any, **units: float) -> Any:
        """Move the time forward, let happen what is due by then, and return the clock."""
        moved = self.__getattr__("advance")(*args, **units)
        worlds.require().catch_up()
        return moved

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
