"""The form for choosing a cloud."""

from collections.abc import Sequence
from dataclasses import dataclass

from helpers.views import kit

CHOICES = (("offline", "offline, in this kernel"), ("endpoint", "an endpoint's URL"), ("aws", "a real AWS account"))


@dataclass(frozen=True)
class SwitchForm:
    """The form: which cloud, and for one that runs elsewhere its URL, account, profile, region and prefix of names.

    status: which cloud is running, or why another one couldn't start. ways: the calls that do the same. profiles,
    regions: those to choose from. Without `controls` it is a note with these calls.
    """

    status: str
    ways: str
    profiles: Sequence[str] = ()
    regions: Sequence[str] = ()
    controls: bool = False

    def __repr__(self) -> str:
        return f"{self.status} {self.ways}"

    def _repr_html_(self) -> str:
        return kit.draw(
            "switch",
            kind="Switch",
            name="Which cloud",
            label=f"Choose the cloud. {self.status}",
            status=self.status,
            ways=self.ways,
            choices=CHOICES,
            profiles=[("", "as boto3 finds keys"), *((name, name) for name in self.profiles)],
            regions=[("", "as this machine says"), *((name, name) for name in self.regions)],
            controls=self.controls,
        )
