"""Base classes that make models of moto fit for the offline cloud.

moto: keeps every instance of its models in a list for ever, so every message would stay in memory.
"""

from typing import Any


class Untracked:
    """First base of a subclass of a moto model: moto doesn't keep its instances."""

    def __new__(cls, *args: Any, **kwargs: Any) -> Any:
        """Return a new instance; the constructor fills it."""
        return object.__new__(cls)


class UntrackedResource(Untracked):
    """The same for a model that moto lets CloudFormation create, which the offline cloud doesn't have.

    moto leaves these two methods abstract in some models; nothing calls them.
    """

    def is_created(self) -> bool:
        """Return True."""
        return True

    @classmethod
    def delete_from_cloudformation_json(
        cls, resource_name: str, cloudformation_json: Any, account_id: str, region_name: str
    ) -> None:
        """Raise NotImplementedError."""
        raise NotImplementedError
