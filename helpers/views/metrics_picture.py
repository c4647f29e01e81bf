"""Metrics over time: a chart for each, one below the other, with alarms as bands and with marks for what happened."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from helpers.views import charts, kit, time_axis
from helpers.views.metrics_words import Alarm, Mark, MetricsWords, Panel, length_of
from helpers.views.words import counted, cut

__all__ = ["Alarm", "Mark", "MetricsPicture", "Panel"]

_COLOURS = {  # by what a metric's name has in it; all others are blue
    "NotVisible|Received|Inflight": "held",
    "Deleted|Delivered": "good",
    "Failed|Noisy|RedrivenToDlq": "dead",
    "Age|Delayed|Filtered|Empty|Size": "late",
}
_BANDS = {"ALARM": "alarm", "INSUFFICIENT_DATA": "unsure"}  # states that are drawn
_KEY = {"gap": "no value, which isn't the same as 0", "alarm": "ALARM", "unsure": "INSUFFICIENT_DATA"}
_LETTER, _BADGE = 1.4, 5.0  # percent of the axis for a letter beside a mark, and for the mark, where words are shown


@dataclass(frozen=True)
class MetricsPicture:
    """Metrics from one moment until another, in seconds since 1970, with a value for each `period` of seconds.

    panels: one for each metric. marks: moments that matter; those at which an alarm changes its state are added.
    """

    start: float
    end: float
    period: int
    panels: Sequence[Panel]
    marks: Sequence[Mark] = ()

    def __repr__(self) -> str:
        return self._words.text()

    def _repr_html_(self) -> str:
        words, alarms = self._words, {alarm.name for panel in self.panels for alarm in panel.alarms}
        counts = [counted(len(self.panels), "metric")] + ([counted(len(alarms), "alarm")] if alarms else [])
        counts += [counted(len(words.story), "mark") + " told below"] if words.story else []
        groups = {name: [self._chart(panel) for panel in panels] for name, panels in words.groups.items()}
        looks = {one["look"] for group in groups.values() for chart in group for one in chart["behind"]}
        return kit.draw(
            "metrics",
            sheets=("time",),
            kind="Metrics",
            name=words.of,
            facts=[words.from_to, f"one value {words.every}"],
            label=f"{words.title}: {', '.join(counts)}",
            twin=repr(self),
            axis=words.axis.drawn(),
            groups=[(name if len(groups) > 1 else "", group) for name, group in groups.items()],
            marks=self._placed(),
            story=words.story,
            untold=words.untold,
            key=[(look, says) for look, says in _KEY.items() if look in looks],
            note=self._note(),
            empty=words.empty,
        )

    @cached_property
    def _words(self) -> MetricsWords:
        return MetricsWords(self.start, self.end, self.period, self.panels, self.marks)

    def _placed(self) -> Sequence[Mapping[str, Any]]:
        """Return the badges above the charts. Those that have room beside them have words."""
        moments = [
            {"number": one.number, "at": one.mark.at - self.start, "tone": one.mark.tone, "square": one.mark.is_end}
            for one in self._words.story
        ]
        badges = time_axis.merged(self._words.axis, moments)
        short = {str(one.number): cut(one.mark.short, 24) for one in self._words.story}
        found, used = [], 0.0
        for n, badge in enumerate(badges):
            words, x = short.get(badge["says"], ""), badge["x"]
            begin, end, needs = x - _BADGE / 2, x + _BADGE / 2, _LETTER * len(words) + 1
            after = badges[n + 1]["x"] - _BADGE / 2 if n + 1 < len(badges) else 100.0
            side = "" if not words else "right" if end + needs <= after else "left" if begin - needs >= used else ""
            found.append({**badge, "words": words if side else "", "side": side})
            used = end + (needs if side == "right" else 0)
        return found

    def _note(self) -> str:
        together = charts.together((self.end - self.start) / self.period)
        length = length_of(together * self.period)
        return f"Each step of a chart is {length} long and shows the most of its values." if together > 1 else ""

    def _chart(self, panel: Panel) -> Mapping[str, Any]:
        fixed = [alarm for alarm in panel.alarms if alarm.threshold is not None]
        levels = [alarm.threshold for alarm in fixed if alarm.threshold is not None]
        most = max([*levels, *(value for _, value in panel.values)], default=0)
        of, unit = charts.time_scale(most) if panel.unit == "Seconds" and not panel.counts_samples else (1, "")
        chart = charts.of_periods(
            self._words.axis,
            [(at - self.start, value) for at, value in panel.values],
            self.period,
            columns=panel.is_count,
            levels=levels,
            of=of,
        )
        tone = next((tone for names, tone in _COLOURS.items() if re.search(names, panel.metric)), "wait")
        bands = [one for row, alarm in enumerate(panel.alarms) for one in self._bands(alarm, row)]
        lines = [
            {"y": y, "says": f"{cut(alarm.name, 30)}: {panel.condition(alarm)}", "below": y > 70, "n": n}
            for n, (alarm, y) in enumerate(zip(fixed, chart["levels"], strict=True))
        ]
        says = " ".join([self._words.summary(panel), *(self._words.states(panel, alarm) for alarm in panel.alarms)])
        return {
            "name": panel.name,
            "kind": self._words.kind(panel),
            "numbers": self._words.numbers(panel),
            "tone": tone,
            "says": says,
            "top": f"{chart['top']} {unit}".strip(),
            "area": chart["area"],
            "line": chart["line"],
            "behind": [*({"look": "gap", **gap} for gap in chart["gaps"]), *bands],
            "lines": lines,
        }

    def _bands(self, alarm: Alarm, row: int) -> Sequence[Mapping[str, Any]]:
        found = []
        for state, begin, end in alarm.states:
            if state in _BANDS and end > self.start and begin < self.end:
                place = self._words.axis.place(begin - self.start, end - self.start)
                found.append({"look": _BANDS[state], **place, "row": row})
        return found
