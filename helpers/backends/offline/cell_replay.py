"""Running a lesson's cell twice: the second run starts from the cloud as it was before the first.

So a second click sends no second message and moves the clock no further, and the cells below show what they did. It
holds for a cell that runs twice in a row and whose id is a name, as the ids of the course's own cells are; cells that a
learner adds have ids drawn by chance, and do what they do each time.
"""

import re

from helpers.backends.offline.copies import freeze, thaw
from helpers.simulation.worlds import World

_NAME = re.compile(r"[a-z][a-z_-]*[a-z0-9]")


class CellReplay:
    """Knows how an offline cloud was before the last cell. world: the cloud's."""

    def __init__(self, world: World):
        self._world = world
        self._cell = ""
        self._before: tuple[bytes, int] = b"", 0

    def begin(self, cell_id: str) -> None:
        """Take the cloud back if this cell was the last one, and remember how it is now."""
        if not _NAME.fullmatch(cell_id):
            self._cell = ""
            return
        if cell_id == self._cell:
            self._take_back()
        else:
            self._cell, self._before = cell_id, (freeze(self._world), self._world.journal.mark())

    def _take_back(self) -> None:
        world, (frozen, mark) = self._world, self._before
        then = thaw(frozen)
        with world.accounts.changed:
            world.accounts.take_over(then.accounts, world)
            world.ids.setstate(then.ids.getstate())
            world.journal.take_back(mark)
            world.clock.take_back(then.clock.time())  # type: ignore[union-attr]  # an offline cloud's can be moved
