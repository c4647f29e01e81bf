"""The shop's customers: the same for the same seed, coming as they are said to, without any real wait."""

import json
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest

from helpers import clock
from helpers.simulation import frozen_sleep
from helpers.simulation.clock import START
from helpers.traffic import SHOPS, Traffic, bursts, noisy_tenant, sale_day, steady

EACH: dict[str, tuple[Callable[..., Traffic], dict[str, Any]]] = {
    "steady": (steady, {"orders": 200, "per_minute": 20}),
    "bursts": (bursts, {"orders": 200, "size": 50, "every": 300}),
    "sale_day": (sale_day, {"orders": 200, "minutes": 60}),
    "noisy_tenant": (noisy_tenant, {"orders": 200, "minutes": 30}),
}
ALL = pytest.mark.parametrize("kind", EACH)


def made(kind: str, **changes: Any) -> Traffic:
    """Return traffic of this kind."""
    function, options = EACH[kind]
    return function(**options | changes)


def moments(traffic: Traffic) -> list[float]:
    """Return the seconds at which the orders come."""
    return [seconds for seconds, _ in traffic.arrivals]


# What every version of Python has to draw: the first order of seed 7, and when the first four come.
CANDLES = {"customer": "Ada", "items": {"candles": 4}}
DRAWN = {
    "steady": ([2.471, 4.424, 7.876, 9.594], CANDLES),
    "bursts": ([1.124, 1.397, 1.739, 1.788], CANDLES),
    "sale_day": ([2.064, 36.228, 199.681, 204.397], CANDLES),
    "noisy_tenant": ([50.286, 52.164, 300.675, 354.071], {"shop": "records"} | CANDLES),
}


@ALL
def test_a_seed_draws_the_same_on_every_python(kind: str) -> None:
    """Times and orders are those that were stored once; another seed draws others."""
    times, order = DRAWN[kind]
    traffic = made(kind, seed=7)
    assert moments(traffic)[:4] == times
    assert traffic.arrivals[0][1] == {"order_id": "A-100", **order}
    assert traffic == made(kind, seed=7)
    assert traffic != made(kind, seed=8)


@ALL
def test_orders_come_in_sequence_with_ids_in_sequence(kind: str) -> None:
    """As many as asked for, in whole milliseconds, with ids that count from the first one; each can become JSON."""
    traffic = made(kind, first=7)
    assert len(traffic) == len(traffic.arrivals) == 200
    assert repr(traffic).startswith("Traffic of 200 orders; the last one arrives after ")
    assert [order["order_id"] for _, order in traffic.arrivals] == [f"A-{number}" for number in range(7, 207)]
    assert moments(traffic) == sorted(moments(traffic))
    assert all(seconds >= 0 and seconds == round(seconds, 3) for seconds in moments(traffic))
    assert all(json.loads(json.dumps(order)) == order for _, order in traffic.arrivals)
    assert len({order["customer"] for _, order in traffic.arrivals}) == 8
    assert made(kind, orders=0).arrivals == ()


@ALL
def test_a_loop_waits_for_each_order(kind: str, offline: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """In the cloud's time it gets each order when it comes, and no real time passes."""
    monkeypatch.setattr(frozen_sleep, "_real_sleep", lambda seconds: pytest.fail("this would really wait"))
    traffic = made(kind, orders=50)
    seen = [(round(clock.time() - START.timestamp(), 3), order) for order in traffic]
    assert tuple(seen) == traffic.arrivals
    assert seen[-1][0] > 20


def test_a_loop_can_change_its_orders(offline: Any) -> None:
    """The traffic doesn't, so a second loop gets the same."""
    traffic = made("steady", orders=3)
    for order in traffic:
        order["items"].clear()
    assert list(traffic) == [order for _, order in traffic.arrivals]
    assert all(order["items"] for order in traffic)


def test_steady_customers_come_at_one_pace() -> None:
    """20 a minute: one every three seconds, at least 1.5 and at most 4.5 after the one before."""
    times = moments(steady(orders=600, per_minute=20))
    gaps = [later - sooner for sooner, later in zip([0.0, *times], times, strict=False)]
    assert 1.498 < min(gaps) < 1.6
    assert 4.4 < max(gaps) < 4.502
    assert times[-1] == pytest.approx(1800, rel=0.05)


def test_bursts_burst() -> None:
    """Each has its size and takes a tenth of the time to the next, in which nobody else comes; the last is smaller."""
    times = moments(bursts(orders=130, size=50, every=300))
    assert Counter(int(seconds // 300) for seconds in times) == {0: 50, 1: 50, 2: 30}
    assert max(seconds % 300 for seconds in times) < 30


def test_a_sale_day_has_a_peak() -> None:
    """Six times as many come when the sale begins as before; then fewer and fewer; in the end it's a usual day."""
    twelfths = Counter(int(seconds // 300) for seconds in moments(sale_day(orders=6000, minutes=60, peak=6)))
    assert sorted(twelfths) == list(range(12))
    usual = sum(twelfths[each] for each in (0, 1, 2, 3, 8, 9, 10, 11)) / 8
    assert twelfths[4] > twelfths[5] > twelfths[6] > twelfths[7] > usual
    assert twelfths[4] / usual == pytest.approx(6, rel=0.1)
    flat = Counter(int(seconds // 1200) for seconds in moments(sale_day(orders=6000, minutes=60, peak=1)))
    assert min(flat.values()) == pytest.approx(2000, rel=0.05)


def test_one_tenant_is_noisy() -> None:
    """The first shop sends its share in a tenth of the time; the others share the rest evenly, over all of it."""
    traffic = noisy_tenant(orders=400, minutes=30, share=0.7)
    assert Counter(order["shop"] for _, order in traffic.arrivals) == dict(zip(SHOPS, (280, 40, 40, 40), strict=True))
    noisy = [seconds for seconds, order in traffic.arrivals if order["shop"] == "toys"]
    others = [seconds for seconds, order in traffic.arrivals if order["shop"] != "toys"]
    assert 450 <= min(noisy) < max(noisy) < 630
    assert min(others) < 60
    assert 1740 < max(others) < 1800
    two = noisy_tenant(orders=10, minutes=1, shops=["a", "b"])
    assert Counter(order["shop"] for _, order in two.arrivals) == {"a": 8, "b": 2}


BAD = {
    "steady": [{"per_minute": 0}, {"per_minute": -1}, {"per_minute": float("nan")}, {"per_minute": "20"}],
    "bursts": [{"size": 0}, {"size": 2.5}, {"every": 0}, {"every": float("inf")}],
    "sale_day": [{"minutes": 0}, {"peak": 0.5}, {"peak": 0}],
    "noisy_tenant": [{"minutes": -1}, {"share": 0}, {"share": 1}, {"shops": ["a"]}, {"shops": "ab"}, {"shops": "aba"}],
}
EVERYWHERE: list[dict[str, Any]] = [{"orders": -1}, {"orders": 1.5}, {"orders": True}, {"seed": None}, {"first": -1}]


@pytest.mark.parametrize(("kind", "bad"), [(kind, bad) for kind in EACH for bad in [*BAD[kind], *EVERYWHERE]], ids=str)
def test_what_makes_no_sense_is_refused(kind: str, bad: dict[str, Any]) -> None:
    """With a ValueError that names the parameter and what was given, before any order comes."""
    [(name, value)] = bad.items()
    with pytest.raises(ValueError, match=rf"^{name} (has to be|needs) .*") as problem:
        made(kind, **bad)
    assert repr(value) in str(problem.value)
