"""The picture of metrics: values, gaps, alarms and marks, the same in words and in the drawing."""

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any
from xml.etree import ElementTree

import pytest
from looking import run_together, simplified
from test_views import EVIL, assert_same_words

from helpers.views import charts
from helpers.views.metrics_picture import Alarm, Mark, MetricsPicture, Panel
from helpers.views.time_axis import TimeAxis

START = 1767603600.0  # Monday, 5 January 2026, 9:00 in UTC
AGE, SENT = "ApproximateAgeOfOldestMessage", "NumberOfMessagesSent"


def at(minute: float) -> float:
    """Return a minute of the picture in seconds since 1970."""
    return START + 60 * minute


def values(*found: float | None) -> list[tuple[float, float]]:
    """Return a value for each minute; None is a gap."""
    return [(at(minute), value) for minute, value in enumerate(found) if value is not None]


def too_old(*states: tuple[str, float, float]) -> Alarm:
    """Return an alarm on the age, with states from one minute until another."""
    return Alarm("too-old", "GreaterThanThreshold", 180, [(state, at(begin), at(end)) for state, begin, end in states])


def ten_minutes(*alarms: Alarm, marks: Sequence[Mark] = ()) -> MetricsPicture:
    """Return what a queue's age and sends were for ten minutes, the last two of which aren't known yet."""
    ages = [0, 0, 60, 120, 180, 240, 300, 0, None, None]
    sent = [4, 0, 0, None, None, 0, 2, 1, None, None]
    panels = [
        Panel("orders", AGE, "Seconds", "Maximum", values(*ages), alarms),
        Panel("orders", SENT, "Count", "Sum", values(*sent)),
    ]
    return MetricsPicture(START, at(10), 60, panels, marks)


ALARM = too_old(("INSUFFICIENT_DATA", 1, 2), ("OK", 2, 6), ("ALARM", 6, 9), ("OK", 9, 10))


def tree(picture: MetricsPicture) -> ElementTree.Element:
    """Return the HTML's elements; fail where it isn't well-formed."""
    card = picture._repr_html_().partition("</style>")[2].replace("&nbsp;", "&#160;")
    return ElementTree.fromstring(f"<body>{card}</body>")


def of(found: ElementTree.Element, look: str) -> list[ElementTree.Element]:
    """Return the elements of this class, in order."""
    return [each for each in found.iter() if look in each.get("class", "").split()]


def drawn(picture: MetricsPicture, look: str) -> list[ElementTree.Element]:
    """Return the elements of this class in the charts, without the key below them."""
    return [each for chart in of(tree(picture), "chart") for each in of(chart, look)]


# --- in words --------------------------------------------------------------------------------------------------------


def test_the_words_have_a_table_for_each_metric() -> None:
    """With unit, statistic and period, gaps as gaps, the alarm's states, and the marks in order."""
    assert repr(ten_minutes(ALARM, marks=[Mark(at(5.5), "Kim crashes.")])).splitlines() == [
        "Metrics of orders, 5 Jan, 09:00 to 09:10, one value per minute",
        "",
        "ApproximateAgeOfOldestMessage (Maximum per minute, Seconds). Last 0 s at 09:07; at most 5 min at 09:06.",
        "  09:00 to 09:02  0 s",
        "  09:02           60 s",
        "  09:03           2 min",
        "  09:04           3 min",
        "  09:05           4 min",
        "  09:06           5 min",
        "  09:07           0 s",
        "  09:08 to 09:10  no value",
        "  Alarm too-old, above 3 min: INSUFFICIENT_DATA from 09:01 to 09:02, OK from 09:02 to 09:06, "
        "ALARM from 09:06 to 09:09, OK from 09:09 to 09:10.",
        "",
        "NumberOfMessagesSent (Sum per minute, Count). Last 1 at 09:07; at most 4 at 09:00; 7 in all.",
        "  09:00           4",
        "  09:01 to 09:03  0",
        "  09:03 to 09:05  no value",
        "  09:05           0",
        "  09:06           2",
        "  09:07           1",
        "  09:08 to 09:10  no value",
        "",
        "Marked:",
        "  09:01  too-old is in INSUFFICIENT_DATA.",
        "  09:02  too-old changes from INSUFFICIENT_DATA to OK.",
        "  09:05:30  Kim crashes.",
        "  09:06  too-old changes from OK to ALARM.",
        "  09:09  too-old changes from ALARM to OK.",
    ]


@pytest.mark.parametrize("hours", [3, 48, 14 * 24])
def test_a_long_table_has_ranges_of_values(hours: int) -> None:
    """Few rows, whatever the length; a long gap has one of its own, and the first and last minutes are there."""
    found = [(at(minute), float(minute % 7)) for minute in range(60 * hours) if not 40 <= minute < 90]
    lines = repr(MetricsPicture(START, at(60 * hours), 60, [Panel("orders", SENT, "Count", "Sum", found)])).splitlines()
    table = [line for line in lines if line.startswith("  ")]
    assert len(table) <= 16
    assert sum("no value" in line for line in table) == 1
    assert table[0].split("  ")[1].split(" to ")[0].endswith("09:00")
    assert f"{sum(value for _, value in found):,.0f} in all" in lines[2]


def test_gaps_that_are_many_are_counted() -> None:
    """Every other minute has none."""
    found = [(at(minute), 3.0 + minute % 4) for minute in range(0, 60, 2)]
    text = repr(MetricsPicture(START, at(60), 60, [Panel("orders", SENT, "Count", "Sum", found)]))
    assert "  09:00 to 09:05  3 to 5, 2 gaps" in text.splitlines()


@pytest.mark.parametrize(
    ("unit", "value", "told"),
    [
        ("Count", 1234567, "1,234,567"),
        ("Count", 0.25, "0.250"),
        ("Count", 2.25, "2.2"),
        ("Seconds", 90000, "25 h"),
        ("Seconds", 0.25, "0.250 s"),
        ("Bytes", 262144, "262,144 bytes"),
        ("", 3, "3"),
    ],
)
def test_values_have_the_unit_that_people_say(unit: str, value: float, told: str) -> None:
    """Seconds as a length of time; counts as a number."""
    assert Panel("orders", "M", unit, "Average").say(value) == told


@pytest.mark.parametrize(
    ("comparison", "threshold", "told"),
    [
        ("GreaterThanOrEqualToThreshold", 1, "at least 1"),
        ("LessThanThreshold", 3, "below 3"),
        ("LessThanLowerThreshold", None, "LessThanLowerThreshold"),
    ],
)
def test_an_alarm_says_what_sets_it_off(comparison: str, threshold: float | None, told: str) -> None:
    """In words for what AWS calls comparison operators; an alarm on a band has no threshold to tell."""
    alarm = Alarm("dead-letters", comparison, threshold)
    panel = Panel("orders", "M", "Count", "Maximum", values(1, 2), [alarm])
    assert f"Alarm dead-letters, {told}: no state in this time." in repr(MetricsPicture(START, at(2), 60, [panel]))


def test_a_picture_without_values_is_a_sentence() -> None:
    """Only where no metric has any: else the one without is drawn as one long gap."""
    nothing = Panel("orders", "NumberOfMessagesDeleted", "Count", "Sum")
    picture = MetricsPicture(START, at(5), 60, [nothing])
    said = "CloudWatch has no values for orders in this time. Those of a minute arrive some minutes after it."
    assert said in repr(picture)
    assert said in picture._repr_html_()
    assert "CloudWatch has no values in this time." in repr(MetricsPicture(START, at(5), 60, []))
    assert of(tree(picture), "chart") == []
    both = replace(picture, panels=[nothing, Panel("orders", SENT, "Count", "Sum", values(0, 0, 0, 0, 0))])
    assert "No values in this time." in repr(both)
    assert "no values in this time" in both._repr_html_()
    (gap,) = drawn(both, "gap")
    assert gap.get("style") == "left:0%;width:100%"


# --- the drawing -----------------------------------------------------------------------------------------------------


def test_a_zero_is_drawn_and_a_gap_is_not() -> None:
    """Counts are columns: one of 0 is a line at the bottom. Minutes without a value are hatched."""
    picture = ten_minutes()
    sent = of(tree(picture), "chart")[1]
    (line,) = of(sent, "line")
    starts = [float(place) for place in re.findall(r"M([\d.]+) ", line.get("d", ""))]
    assert [int(place // 100) for place in starts] == [0, 1, 2, 5, 6, 7]
    assert re.findall(r"M[\d.]+ ([\d.]+)H", line.get("d", ""))[1:4] == ["47.3"] * 3
    assert [gap.get("style") for gap in of(sent, "gap")] == ["left:30%;width:20%", "left:80%;width:20%"]


def test_a_line_ends_at_a_gap_and_goes_on_behind_it() -> None:
    """It doesn't fall to zero in between, and a single value is seen."""
    picture = MetricsPicture(START, at(10), 60, [Panel("q", AGE, "Seconds", "Maximum", values(9, 9, None, 9, None, 9))])
    (line,) = drawn(picture, "line")
    pieces = line.get("d", "").split("M")[1:]
    assert [(piece.split("L")[0], piece.split("L")[-1]) for piece in pieces] == [
        ("0 6.6", "200 6.6"),
        ("300 6.6", "400 6.6"),
        ("500 6.6", "600 6.6"),
    ]


def test_an_alarm_is_a_band_and_a_line() -> None:
    """ALARM and INSUFFICIENT_DATA have bands, OK has none; the threshold is on the scale, with the alarm's name."""
    picture = ten_minutes(ALARM)
    assert [band.get("style") for band in drawn(picture, "alarm")] == ["left:60%;width:30%"]
    assert [band.get("style") for band in drawn(picture, "unsure")] == ["left:10%;width:10%"]
    (level,) = drawn(picture, "level")
    assert level.get("data-t") == "too-old: above 3 min"
    assert float(re.findall(r"[\d.]+", level.get("style", ""))[0]) == pytest.approx(100 * 46 / 48 * 3 / 5, abs=0.01)
    high = ten_minutes(replace(ALARM, threshold=36000))
    assert [chart.get("data-top") for chart in of(tree(high), "chart")] == ["10 h", "4"]


def test_a_state_from_before_the_picture_is_drawn_and_not_marked() -> None:
    """So is one that goes on after it."""
    picture = ten_minutes(too_old(("ALARM", -30, 4), ("OK", 4, 8), ("ALARM", 8, 99)))
    assert [band.get("style") for band in drawn(picture, "alarm")] == ["left:0%;width:40%", "left:80%;width:20%"]
    assert "ALARM from 09:00 to 09:04, OK from 09:04 to 09:08, ALARM from 09:08 to 09:10." in repr(picture)
    assert repr(picture).count("changes from") == 2


def test_marks_are_numbered_as_the_list_below() -> None:
    """What has room has its words beside it; a badge is square at an end, and each has a line through all charts."""
    marks = [Mark(at(1), "Kim crashes.", "Kim crashes", "dead", True), Mark(at(6), "Kim is back.", "back")]
    picture = ten_minutes(marks=[*marks, Mark(at(6.1), "Lee, too."), Mark(at(9.9), "The end.", "the end")])
    found = tree(picture)
    (row,) = of(found, "marks")
    assert [(one.get("data-t"), "sq" in one.get("class", "")) for one in of(row, "badge")] == [
        ("1", True),
        ("2,3", False),
        ("4", False),
    ]
    assert [one.get("data-t") for one in of(row, "short")] == ["Kim crashes", "the end"]
    assert "left" in of(row, "short")[1].get("class", "").split()
    assert [len(of(chart, "stem")) for chart in of(found, "chart")] == [3, 3]
    (story,) = of(found, "story")
    assert [badge.get("data-t") for badge in of(story, "badge")] == ["1", "2", "3", "4"]


def test_of_many_marks_the_first_are_told() -> None:
    """The rest is counted."""
    picture = ten_minutes(marks=[Mark(at(minute / 3), f"Moment {minute}.") for minute in range(30)])
    assert repr(picture).endswith("09:05  Moment 15.\n+ 14 more marks")
    assert "+ 14 more marks" in picture._repr_html_()


def test_several_queues_have_a_heading_each() -> None:
    """One alone is in the card's head."""
    panels = [Panel(name, SENT, "Count", "Sum", values(1)) for name in ("orders", "bills", "parcels", "orders", "dead")]
    picture = MetricsPicture(START, at(2), 60, panels)
    assert [head.text for head in of(tree(picture), "whose")] == ["orders", "bills", "parcels", "dead"]
    assert repr(picture).startswith("Metrics of orders, bills and 2 more, 5 Jan, 09:00 to 09:02")
    assert "bills: NumberOfMessagesSent" in repr(picture)
    assert of(tree(replace(picture, panels=panels[:1])), "whose") == []


def test_a_day_of_minutes_is_drawn_in_fewer_steps() -> None:
    """Each shows the most of its minutes, a note says so, and the drawing stays small."""
    found = [(at(minute), 100.0 if minute == 777 else 1.0) for minute in range(1440)]
    picture = MetricsPicture(START, at(1440), 60, [Panel("orders", SENT, "Count", "Sum", found)])
    (area,) = drawn(picture, "area")
    heights = re.findall(r"V([\d.]+)H", area.get("d", ""))
    assert len(heights) == 240
    assert heights.count("2") == 1
    assert "Each step of a chart is 6 min long and shows the most of its values." in picture._repr_html_()
    assert len(area.get("d", "")) < 8000


# --- for everybody ---------------------------------------------------------------------------------------------------


def hostile() -> MetricsPicture:
    """Return a picture in which every text is a tag, and long."""
    name = EVIL + "x" * 300
    states = [(name, at(0), at(3)), ("ALARM", at(3), at(99))]
    panel = Panel(name, name, name, name, values(1, None, 3e15), [Alarm(name, name, 2.5, states)] * 3)
    return MetricsPicture(START, at(5), 60, [panel], [Mark(at(2), name, name)])


@pytest.mark.parametrize("picture", [ten_minutes(ALARM, marks=[Mark(at(5), "Kim crashes.")]), hostile()])
def test_the_html_tells_what_the_text_tells_without_a_tag_of_its_own(picture: MetricsPicture) -> None:
    """With styles and without them; no id that could clash; the same bytes each time."""
    assert_same_words(picture)
    markup = picture._repr_html_()
    assert markup == picture._repr_html_()
    assert "<script" not in markup
    assert "<img" not in markup
    assert not re.search(r"<[^>]*\sid=", re.sub(r'"[^"]*"', '""', markup))
    blocks, preformatted, titles = simplified(markup)
    assert preformatted == [repr(picture)]
    assert run_together(blocks) == []
    assert [words for words in titles if not words.endswith(".")] == []


def test_without_its_drawing_the_picture_names_each_metric_and_its_numbers() -> None:
    """As a reader on a site that shows only simple tags sees it."""
    blocks, _, _ = simplified(ten_minutes(ALARM)._repr_html_())
    lines = [" ".join("".join(block).split()) for block in blocks]
    assert f"{AGE} Maximum per minute, Seconds 0 s last, at most 5 min" in lines
    assert f"{SENT} Sum per minute, Count 1 last, at most 4, 7 in all" in lines
    assert any("too-old changes from OK to ALARM." in line for line in lines)


def test_a_screen_reader_hears_counts_first() -> None:
    """Then each chart's summary with its alarm."""
    card = of(tree(ten_minutes(ALARM)), "pic")[0]
    assert card.get("aria-label", "").endswith("2 metrics, 1 alarm, 4 marks told below")
    (first, _) = card.iter("desc")
    assert str(first.text).startswith("Last 0 s at 09:07; at most 5 min at 09:06. Alarm too-old, above 3 min:")


# --- the chart -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("most", "top"), [(0, "1"), (7, "8"), (1500, "1,500"), (20_000, "20k"), (1_400_000, "1.5M")])
def test_a_scale_ends_with_a_short_round_number(most: float, top: str) -> None:
    """One that's not below the largest value."""
    axis: Any = TimeAxis(START, 60)  # type: ignore[arg-type]
    assert charts.of_periods(axis, [(0, most)], 60, columns=True)["top"] == top
