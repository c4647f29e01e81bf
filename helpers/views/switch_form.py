"""The form for choosing a cloud."""

from collections.abc import Sequence

from helpers.views import kit

CHOICES = (("offline", "offline, in this kernel"), ("endpoint", "an endpoint's URL"), ("aws", "a real AWS account"))


def switch_form(status: str, profiles: Sequence[str], regions: Sequence[str]) -> str:
    """Return the HTML of the form: which cloud, and for one elsewhere its URL, account, profile, region and prefix.

    status: which cloud is running, or why another one couldn't start. profiles, regions: those to choose from.
    """
    return kit.draw(
        "switch",
        kind="Switch",
        name="Which cloud",
        label=f"Choose the cloud. {status}",
        status=status,
        choices=CHOICES,
        profiles=[("", "as boto3 finds keys"), *((name, name) for name in profiles)],
        regions=[("", "as this machine says"), *((name, name) for name in regions)],
    )
