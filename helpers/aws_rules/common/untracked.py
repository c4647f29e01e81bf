"""Objects of moto's classes that moto does not remember.

moto: keeps every instance of its models in a list, for ever, so that each message would stay in memory.
"""

from typing import Any


class Untracked:
    """First base of a subclass of a moto model: its instances are made as Python makes them."""

    def __new__(cls, *args: Any, **kwargs: Any) -> Any:
        """Return a new instance; the constructor fills it."""
        return object.__new__(cls)
