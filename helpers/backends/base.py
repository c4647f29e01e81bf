"""What every kind of cloud offers: boto3's own objects, a list of abilities, and one line that names the cloud."""

import math
import os
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Any

import boto3
import botocore.session

from helpers.backends import environment, not_available
from helpers.backends.calls import Call, calls
from helpers.errors import CloudError
from helpers.simulation.worlds import World

if TYPE_CHECKING:
    from helpers.backends.metrics_snapshot import Wanted
    from helpers.backends.programs import RunCloud
    from helpers.backends.run_report import RunReport
    from helpers.sharing import Shared

TAUGHT = ("sqs", "sns", "cloudwatch")
ABILITIES = {"time travel", "reset", "private checks", "inbox", "steps", "unkindness"}


def longest_wait() -> float:
    """Return how many seconds a real wait may take: COURSE_WAIT, else 120."""
    try:
        return float(os.environ.get("COURSE_WAIT") or 120)
    except ValueError:
        raise CloudError("Set COURSE_WAIT to a number of seconds.") from None


class Cloud:
    """Where boto3's calls go in this kernel.

    abilities: what `can` answers. "time travel": the clock moves at once. "private checks": checks run in a cloud of
    their own. "reset": each start is empty. "inbox": what SNS sends elsewhere than to queues is kept. "steps": what
    happened to each message is known. "unkindness": the cloud can be unkind on purpose.
    """

    name = ""
    abilities: frozenset[str] = frozenset()

    def __init__(self, world: World, region: str):
        self.world = world
        self.region = region

    def can(self, ability: str) -> bool:
        """Return whether this cloud can do it; CloudError for an ability that no cloud has."""
        if ability not in ABILITIES:
            raise CloudError(f"No cloud has the ability {ability!r}. Known: {', '.join(sorted(ABILITIES))}.")
        return ability in self.abilities

    def calls(self) -> list[Call]:
        """Return the calls that boto3 made in this cloud so far, oldest first."""
        return calls(self.world.journal)

    def session(self, region_name: str | None = None, profile_name: str | None = None) -> boto3.Session:
        """Return a boto3.Session for this cloud.

        region_name, profile_name: as boto3.Session takes them. A region or profile that does not exist raises
        CloudError, which names those that do.
        """
        self._know_profile(profile_name)
        self._know_region(region_name)
        return boto3.Session(profile_name=profile_name, region_name=region_name)

    def client(self, service_name: str, region_name: str | None = None, profile_name: str | None = None) -> Any:
        """Return a boto3 client of a service that the course teaches; errors as `session` and for other services."""
        self._know_service(service_name)
        return self._maker(region_name, profile_name).client(service_name, region_name=region_name)

    def resource(self, service_name: str, region_name: str | None = None, profile_name: str | None = None) -> Any:
        """Return a boto3 resource of a service that the course teaches; errors as `session` and for other services."""
        self._know_service(service_name)
        return self._maker(region_name, profile_name).resource(service_name, region_name=region_name)

    def without_region(self) -> AbstractContextManager[None]:
        """Return a context manager: within its block boto3 finds no region."""
        return environment.without("AWS_DEFAULT_REGION", "AWS_REGION")

    def _maker(self, region_name: str | None, profile_name: str | None) -> Any:
        """Return what makes clients: the default session if possible, since each new session costs 0.1 s."""
        self._know_region(region_name)
        return self.session(region_name, profile_name) if profile_name else boto3

    @staticmethod
    def _know_service(service: str) -> None:
        if service not in TAUGHT:
            *others, last = map(repr, TAUGHT)
            raise CloudError(f"This course doesn't cover {service!r}, only {', '.join(others)} and {last}.")

    @staticmethod
    def _know_profile(profile: str | None) -> None:
        if profile is None:
            return
        known = botocore.session.get_session().available_profiles
        if profile not in known:
            names = ", ".join(known) or "none"
            raise CloudError(f"There's no profile {profile!r} here. Profiles in the config file: {names}.")

    @staticmethod
    def _know_region(region: str | None) -> None:
        if region is None:
            return
        known = botocore.session.get_session().get_available_regions("sqs")
        if region not in known:
            close = [name for name in known if name[:2] == region[:2]] or known
            raise CloudError(f"AWS has no region {region!r} for SQS. For example: {', '.join(close[:6])}.")

    @property
    def has_room(self) -> bool:
        """Whether the instructor can see on this cloud's server how learners get on."""
        return False

    def enter_room(self, so_far: "Mapping[str, Shared]") -> None:
        """Share the learner's progress with the room, if this cloud has one. so_far: by the exercises' functions."""

    def leave_room(self) -> None:
        """Share nothing more with the room, and take back what was shared."""

    def tell_room(self, tried: "Mapping[str, Shared]", counted: bool) -> None:
        """Tell the room how checks went, by the exercises' functions, if the learner shares that.

        counted: whether the tries are all so far; otherwise the room counts them.
        """

    def before_cell(self, cell_id: str) -> None:
        """Note that a notebook's cell is about to run. cell_id: "" where the front end doesn't say."""

    def after_cell(self) -> str:
        """Return the text to print below a cell that has run; "" for none."""
        return ""

    def unkind(self, **kinds: float) -> Any:
        """Return a context manager that changes nothing, after printing that this cloud can't be unkind on purpose."""
        print(not_available.UNKIND)
        return not_available.AsItIs()

    def run(
        self,
        programs: Mapping[str, Callable[[], Any]],
        *,
        seconds: float = 0,
        minutes: float = 0,
        hours: float = 0,
        starts: Mapping[str, float] | None = None,
        stops: Mapping[str, float] | None = None,
    ) -> "RunReport":
        """Run several programs side by side in the cloud's own time, and return a report of what happened.

            day = cloud.run({"web shop": customers, "Kim": packer, "Lee": packer}, minutes=30, starts={"Lee": 60})

        An hour takes a moment. The same programs give the same run, but one that draws random numbers needs a seed for
        that, as in random.Random(7). The report shows itself as a picture; its attributes have the numbers, as in
        day.programs["Kim"].deleted.

        programs: a name and a function without arguments for each. seconds, minutes, hours: how long the run is, added
        up; it ends earlier once all programs have returned. starts, stops: when a program starts, and when it gets a
        SIGTERM, in seconds of the run, by name. CloudError if an argument is wrong, if a program had to be stopped
        because it never waits or makes too many calls, or if this cloud can't run programs.
        """
        try:
            length = seconds + 60 * minutes + 3600 * hours
        except TypeError:  # something that's no number
            length = math.nan
        where = self._where_programs_run()
        if where is None:
            raise CloudError(not_available.RUN)
        from helpers.backends import programs as several  # most lessons run none

        return several.run(self.world, programs, length, starts or {}, stops or {}, where)

    def _where_programs_run(self) -> "Callable[[World], AbstractContextManager[RunCloud]] | None":
        """Return what prepares this cloud for a run (see helpers.backends.programs.run); None where there is none."""
        return None

    def look_at_queue(self, region: str, url: str, most: int) -> dict[str, Any]:
        """Return what is known about a queue, as plain data for a picture: on most clouds what the API reports.

        most: how many of its messages in each state to describe, where the cloud can.
        """
        from helpers.backends import api_snapshot  # imports moto, which most other clouds never need

        with self.world.journal.paused():
            return api_snapshot.queue(self.client("sqs", region), url)

    def look_at_topics(self, region: str) -> list[dict[str, Any]]:
        """Return what is known about topics and their subscriptions, as plain data for a picture."""
        from helpers.backends import api_snapshot

        with self.world.journal.paused():
            return api_snapshot.fan_out(self.client("sns", region))

    def look_at_metrics(
        self, region: str, what: Sequence[str], names: Sequence[str], statistic: str, period: int, span: float
    ) -> dict[str, Any]:
        """Return what CloudWatch's API reports about queues and topics, as plain data for a picture.

        what: queue URLs and ARNs; region is for URLs that name none. names: of metrics, or [] for the usual ones.
        statistic: "" for the one that fits each. period: in seconds. span: seconds to look back; 0 for since the first
        value, at most three hours.
        """
        from helpers.backends import metrics_snapshot

        sources = [metrics_snapshot.source(one, region) for one in what]
        wanted = metrics_snapshot.wanted(sources, names, statistic)
        return self._metrics(wanted, period, span)

    def _metrics(self, wanted: "Sequence[Wanted]", period: int, span: float) -> dict[str, Any]:
        from helpers.backends import metrics_snapshot

        def client(region: str) -> Any:
            return self.session(region).client("cloudwatch")

        read, alarms = metrics_snapshot.read_from(client), metrics_snapshot.alarms_from(client)
        with self.world.journal.paused():
            return metrics_snapshot.snapshot(self.world.clock.time(), wanted, period, span, read, alarms)

    def __getattr__(self, name: str) -> Any:
        if name in not_available.MISSING:
            raise CloudError(
                f"{not_available.SAID}{not_available.MISSING[name]} You can go on with the next cell. The "
                'offline cloud has this: start("offline").'
            )
        raise AttributeError(f"{type(self).__name__} has no {name!r}")

    def __setattr__(self, name: str, value: Any) -> None:
        if name in not_available.MISSING and not hasattr(type(self), name):
            self.__getattr__(name)
        super().__setattr__(name, value)

    def __str__(self) -> str:
        raise NotImplementedError

    def __repr__(self) -> str:
        return str(self)
