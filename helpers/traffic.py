"""Customers of the shop: orders that arrive one by one, each in its own time. The same seed gives the same orders.

    for order in steady(orders=40, per_minute=20, seed=7):
        sqs.send_message(QueueUrl=url, MessageBody=json.dumps(order))

The loop waits with `time.sleep` until the next order arrives. To compute with the orders without waiting, use
`arrivals`. An order is a dict such as {"order_id": "A-100", "customer": "Ada", "items": {"tea": 2}}.
"""

import math
import time
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from copy import deepcopy
from dataclasses import dataclass
from itertools import accumulate, chain
from random import Random
from typing import Any

SHOPPERS = ["Ada", "Grace", "Edsger", "Barbara", "Alan", "Frances", "Kurt", "Mary"]
GOODS = ["tea", "mugs", "honey", "candles", "soap", "jam"]
SHOPS = ("toys", "books", "flowers", "records")

Order = dict[str, Any]
_MOST_ITEMS = 4  # of one kind in an order


@dataclass(frozen=True, repr=False)
class Traffic:
    """Orders and when they arrive. A loop over it waits for each of them.

    arrivals: pairs of seconds since the beginning, in whole milliseconds, and the order; earliest first.
    """

    arrivals: tuple[tuple[float, Order], ...]

    def __iter__(self) -> Iterator[Order]:
        """Yield each order when it arrives. The time that the loop's body takes delays all later ones."""
        before = 0.0
        for seconds, order in self.arrivals:
            if seconds > before:
                time.sleep(round(seconds - before, 3))
            before = seconds
            yield deepcopy(order)  # which the loop's body can change

    def __len__(self) -> int:
        return len(self.arrivals)

    def __repr__(self) -> str:
        last = f"; the last one arrives after {self.arrivals[-1][0]:g} s" if self.arrivals else ""
        return f"Traffic of {len(self)} orders{last}. Loop over it to get each order when it arrives."


def steady(*, orders: int, per_minute: float, seed: int = 0, first: int = 100) -> Traffic:
    """Return orders that arrive at a steady pace, some a bit sooner and some a bit later. Loop over them:

        for order in steady(orders=40, per_minute=20):
            sqs.send_message(QueueUrl=url, MessageBody=json.dumps(order))

    orders: how many. per_minute: how many arrive in a minute on average. seed: another one gives other orders at other
    times. first: the number of the first order, so 100 means "A-100". ValueError for a negative number of orders or a
    pace that isn't above zero.
    """
    count, draw = _whole("orders", orders), _draw(seed)
    gap = 60_000 / _above_zero("per_minute", per_minute)
    times, now = [], 0.0
    for _ in range(count):
        now += gap * (0.5 + draw.random())
        times.append(int(now))
    return _traffic(draw, first, times)


def bursts(*, orders: int, size: int, every: float, seed: int = 0, first: int = 100) -> Traffic:
    """Return orders that arrive in bursts, as after a mention on the radio, with none in between.

    Loop over them as in `steady`, which explains seed and first, too. orders: how many in all. size: how many in a
    burst; the last burst can be smaller. every: seconds from one burst to the next; a burst is over after a tenth of
    them. ValueError for a negative number of orders, and for a size or a time that isn't above zero.
    """
    count, draw = _whole("orders", orders), _draw(seed)
    size, milliseconds = _whole("size", size, least=1), 1000 * _above_zero("every", every)
    starts = (milliseconds * (number // size) for number in range(count))
    return _traffic(draw, first, [int(start + draw.random() * milliseconds / 10) for start in starts])


def sale_day(*, orders: int, minutes: float, peak: float = 8, seed: int = 0, first: int = 100) -> Traffic:
    """Return the orders of a day with a sale, which begins after a third of it and has calmed down after two thirds.

    Loop over them as in `steady`, which explains seed and first, too. orders: how many in all. minutes: how long the
    day is. peak: how many times as many orders as usual arrive when the sale begins; from then on there are fewer.
    ValueError for a negative number of orders, a length that isn't above zero, and a peak below 1.
    """
    count, draw = _whole("orders", orders), _draw(seed)
    part = 60_000 * _above_zero("minutes", minutes) / 12
    if _above_zero("peak", peak) < 1:
        raise ValueError(f"peak has to be 1 or more, not {peak!r}.")
    # How many orders arrive in each twelfth of the day, compared to a usual one, and how many have arrived by its end.
    crowd = [1.0] * 4 + [1 + (peak - 1) * rest / 4 for rest in (4, 3, 2, 1)] + [1.0] * 4
    come = [0.0, *accumulate(crowd)]
    times = []
    for _ in range(count):
        which = draw.random() * come[-1]
        number = bisect_right(come, which) - 1
        times.append(int(part * (number + (which - come[number]) / crowd[number])))
    return _traffic(draw, first, times)


def noisy_tenant(
    *,
    orders: int,
    minutes: float,
    share: float = 0.8,
    shops: Sequence[str] = SHOPS,
    seed: int = 0,
    first: int = 100,
) -> Traffic:
    """Return the orders of several shops that share one queue. The first shop sends most of them, in one burst.

    Each order has a "shop", too, which can be its MessageGroupId. Loop over them as in `steady`, which explains seed
    and first. orders: how many in all. minutes: the time over which the other shops' orders are spread; the burst
    begins after a quarter of it and takes a tenth of it. share: the first shop's part of all orders. ValueError for a
    negative number of orders, a length that isn't above zero, a share that isn't between 0 and 1, and fewer than two
    different shops.
    """
    count, draw = _whole("orders", orders), _draw(seed)
    milliseconds = 60_000 * _above_zero("minutes", minutes)
    if not 0 < _above_zero("share", share) < 1:
        raise ValueError(f"share has to be between 0 and 1, not {share!r}.")
    if isinstance(shops, str) or len(set(shops)) < max(2, len(shops)):
        raise ValueError(f"shops needs at least two different names, not {shops!r}.")
    noisy, *others = shops
    loud = int(count * share + 0.5)
    burst = ((int(milliseconds * (0.25 + draw.random() / 10)), noisy) for _ in range(loud))
    calm = ((int(milliseconds * draw.random()), others[number % len(others)]) for number in range(count - loud))
    come = sorted(chain(burst, calm), key=lambda pair: pair[0])
    return _traffic(draw, first, [at for at, _ in come], [shop for _, shop in come])


def _traffic(draw: Random, first: int, milliseconds: list[int], shops: Sequence[str] = ()) -> Traffic:
    """Return traffic with an order at each of these times."""
    number = _whole("first", first)
    arrivals = []
    for index, at in enumerate(sorted(milliseconds)):
        order: Order = {"order_id": f"A-{number + index}"}
        if shops:
            order["shop"] = shops[index]
        order["customer"] = SHOPPERS[int(draw.random() * len(SHOPPERS))]
        order["items"] = {GOODS[int(draw.random() * len(GOODS))]: 1 + int(draw.random() * _MOST_ITEMS)}
        arrivals.append((at / 1000, order))
    return Traffic(tuple(arrivals))


def _draw(seed: int) -> Random:
    # Only `random()` is used: Python promises that its numbers stay the same in every version.
    return Random(_whole("seed", seed))


def _whole(name: str, value: int, least: int = 0) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value < least:
        raise ValueError(f"{name} has to be a whole number, {least} or more, not {value!r}.")
    return value


def _above_zero(name: str, value: float) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 < value < math.inf:
        raise ValueError(f"{name} has to be a number above 0, not {value!r}.")
    return value
