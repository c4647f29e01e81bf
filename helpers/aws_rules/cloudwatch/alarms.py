"""Alarms: their definition, state and history, and looking at them as time goes by.

AWS: a new alarm is in INSUFFICIENT_DATA until it's evaluated, and a changed one keeps its state. Actions happen when
the state changes, unless they're disabled. The history has changes of the state and of the configuration, and actions,
for 30 days, even of a deleted alarm. Source: CloudWatch API reference, PutMetricAlarm, SetAlarmState and
DescribeAlarmHistory; CloudWatch user guide, "Using Amazon CloudWatch alarms"; recorded answers. The members of a
configuration's history are inferred.
moto: has no state but the one that's set, and of the history one item for each such call.

Nothing happens per minute while nothing changes: what has passed since the last look is looked at in days, and only
those evaluations are really made that change the state, each at its own time. Of one jump of the clock this misses one
thing: if an alarm's message goes to a queue that an earlier alarm watches, that one hears of it after the jump.
"""

import math
from bisect import bisect_left
from collections import deque
from collections.abc import Iterator
from typing import Any, NamedTuple

from helpers.aws_rules.cloudwatch import alarm_actions, alarm_data, alarm_texts
from helpers.aws_rules.cloudwatch.alarm_data import Settings
from helpers.aws_rules.cloudwatch.evaluation import ALARM, INSUFFICIENT_DATA, OK, decide
from helpers.aws_rules.cloudwatch.statistics import DAY
from helpers.aws_rules.common.accounts import Account
from helpers.aws_rules.common.regions import partition

CONFIGURATION, STATE, ACTION = "ConfigurationUpdate", "StateUpdate", "Action"
_NOT_CHECKED = "Unchecked: Initial alarm creation"
_ACTIONS = {OK: "OKActions", ALARM: "AlarmActions", INSUFFICIENT_DATA: "InsufficientDataActions"}
_KEPT = 30 * DAY  # seconds for which there's a history
_MOST_ITEMS = 10_000  # of the history of one region, so that an alarm that changes all the time doesn't fill the memory
_AT_ONCE = 1_440  # evaluations that are looked at together


class HistoryItem(NamedTuple):
    """One item of the history. at: in seconds since 1970. data: JSON. state: the new one of a state update."""

    at: float
    alarm: str
    kind: str
    summary: str
    data: str
    state: str = ""


class Alarm:
    """One metric alarm.

    settings: the parameters of PutMetricAlarm. created, updated, told, changed: when it was created, and when its
    settings, its state or reason, and its state last changed, in seconds since 1970. at, acts_at: see Watch.
    """

    def __init__(self, name: str, region: "AlarmsRegion", settings: Settings, tags: dict[str, str]):
        self.name, self._home, self.tags = name, region, dict(tags)
        self.settings = settings
        self.state, self.reason, self.reason_data = INSUFFICIENT_DATA, _NOT_CHECKED, ""
        self.created = self.updated = self.told = self.changed = self.owner.time()
        self._coming: deque[int] = deque()  # when the state will change, as far as that's known
        self._seen = 0  # the last evaluation that was looked at
        self.at, self.acts_at = 0.0, math.inf
        self._begin()

    @property
    def owner(self) -> Account:
        """The account that has the alarm."""
        return self._home.owner

    @property
    def region(self) -> str:
        """The region that it's in."""
        return self._home.region

    @property
    def arn(self) -> str:
        """Its ARN."""
        return f"arn:{partition(self.region)}:cloudwatch:{self.region}:{self.owner.number}:alarm:{self.name}"

    def actions(self, state: str) -> list[str]:
        """Return what the alarm does when it comes into this state."""
        return list(self.settings.get(_ACTIONS[state], []))

    def update(self, settings: Settings) -> None:
        """Give it another configuration. The state stays until the next evaluation."""
        self.settings, self.updated = settings, self.owner.time()
        self._begin()

    def enable(self, whether: bool) -> None:
        """Allow or stop the alarm's actions."""
        self.settings, self.updated = self.settings | {"ActionsEnabled": whether}, self.owner.time()

    def set_state(self, state: str, reason: str, data: str) -> None:
        """Put it into this state now, and do what it does then if it's another one."""
        before = self.state, self.reason, self.reason_data
        self.state, self.reason, self.reason_data, self.told = state, reason, data, self.owner.time()
        if state == before[0]:
            return
        self.changed = self.told
        change = {"version": "1.0", "oldState": _as_told(*before), "newState": _as_told(state, reason, data)}
        summary = f"Alarm updated from {before[0]} to {state}"
        self._home.record(self.name, STATE, summary, alarm_texts.as_json(change), state)
        if self.settings.get("ActionsEnabled", True):
            for action in self.actions(state):
                self._home.record(self.name, ACTION, *alarm_actions.execute(self, action, before[0]))

    # ---- Looking at it as time goes by

    def _begin(self) -> None:
        """Look at it next at its first evaluation from now on."""
        step = alarm_data.step_of(self.settings)
        self._coming.clear()
        self.at, self.acts_at = float((self.owner.time() // step + 1) * step), math.inf

    def look(self, until: float) -> None:
        """Evaluate it as of `at`, or find out when its state changes from then on. until: by then all else happened."""
        step = alarm_data.step_of(self.settings)
        clock: Any = self.owner.world.clock
        if self._coming:
            moment = self._coming.popleft()
            with clock.as_of(float(moment)):
                self._evaluate()
            self._go_on(step)
            return
        first, state, rule = int(self.at), self.state, alarm_data.rule_of(self.settings)
        times = min(int((until - first) // step) + 1, _AT_ONCE)
        with clock.as_of(until):
            found = alarm_data.marks_from(self.owner, self.region, self.settings, first, times)
            known: dict[bytes, str | None] = {}
            for number, marks in enumerate(found):
                if marks not in known:
                    known[marks] = decide(marks, rule)
                new = known[marks] or state
                if new != state:
                    state = new
                    self._coming.append(first + number * step)
        self._seen = first + (times - 1) * step
        self._go_on(step)

    def _go_on(self, step: int) -> None:
        self.acts_at = float(self._coming[0]) if self._coming else math.inf
        self.at = min(self.acts_at, float(self._seen + step))

    def _evaluate(self) -> None:
        settings, now = self.settings, self.owner.time()
        found = alarm_data.readings(self.owner, self.region, settings, now)
        state = decide(alarm_data.marks_of(found, settings), alarm_data.rule_of(settings))
        if state is not None and state != self.state:
            reason, data = alarm_texts.reason(state, found, settings), alarm_texts.reason_data(found, settings, now)
            self.set_state(state, reason, data)


def _as_told(state: str, reason: str, data: str) -> dict[str, Any]:
    found: dict[str, Any] = {"stateValue": state, "stateReason": reason}
    return found | ({"stateReasonData": alarm_texts.load(data)} if data else {})


class AlarmsRegion:
    """The alarms of one region of an account, by name, and their history, oldest first."""

    def __init__(self, owner: Account, region: str):
        self.owner, self.region = owner, region
        self.alarms: dict[str, Alarm] = {}
        self._history: list[HistoryItem] = []

    def put(self, name: str, settings: Settings, tags: dict[str, str]) -> None:
        """Create an alarm, or change the one of this name, which keeps its tags."""
        alarm = self.alarms.get(name)
        if alarm is None:
            alarm = self.alarms[name] = Alarm(name, self, settings, tags)
            self.owner.watches.append(alarm)
            self._record_configuration(alarm, "Create", "created")
        else:
            alarm.update(settings)
            self._record_configuration(alarm, "Update", "updated")

    def delete(self, name: str) -> None:
        """Delete the alarm of this name if there is one. Its history stays."""
        if (alarm := self.alarms.pop(name, None)) is not None:
            self.owner.watches.remove(alarm)
            self._record_configuration(alarm, "Delete", "deleted")

    def enable(self, name: str, whether: bool) -> None:
        """Allow or stop the actions of the alarm of this name if there is one."""
        if (alarm := self.alarms.get(name)) is not None:
            alarm.enable(whether)
            self._record_configuration(alarm, "Update", "updated")

    def _record_configuration(self, alarm: Alarm, kind: str, what: str) -> None:
        about = {"alarmName": alarm.name, "alarmArn": alarm.arn, "stateValue": alarm.state}
        about |= {_small(name): value for name, value in alarm.settings.items()}
        data = {"version": "1.0", "type": kind, f"{what}Alarm": about}
        self.record(alarm.name, CONFIGURATION, f'Alarm "{alarm.name}" {what}', alarm_texts.as_json(data))

    def record(self, alarm: str, kind: str, summary: str, data: str, state: str = "") -> None:
        """Add an item to the history that happens now."""
        now = self.owner.time()
        old = bisect_left(self._history, now - _KEPT, key=lambda item: item.at)
        del self._history[: max(old, len(self._history) - _MOST_ITEMS)]
        self._history.append(HistoryItem(now, alarm, kind, summary, data, state))

    def history(self) -> Iterator[HistoryItem]:
        """Yield the items of the last 30 days, oldest first."""
        since = self.owner.time() - _KEPT
        return (item for item in self._history if item.at >= since)

    def states(self, alarm: Alarm) -> list[tuple[float, str]]:
        """Return the alarm's states of the last 30 days: the moment at which each began, and the state."""
        items = [item for item in self.history() if (item.alarm, item.kind) == (alarm.name, STATE)]
        changes = [(item.at, item.state) for item in items if item.at >= alarm.created]
        if not changes:
            return [(alarm.changed, alarm.state)]
        before = alarm_texts.load(items[-len(changes)].data)["oldState"]["stateValue"]
        return [(max(alarm.created, self.owner.time() - _KEPT), before), *changes]


def _small(name: str) -> str:
    return "okactions" if name == "OKActions" else name[:1].lower() + name[1:]
