"""What a doctor finds out about a machine, part by part, and the verdict."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

READY = "This machine is ready for the course."


@dataclass(frozen=True)
class Finding:
    """One part of the machine. repair: what to do about it, empty when all is well."""

    what: str
    found: str
    repair: str = ""

    @property
    def well(self) -> bool:
        """Whether nothing has to be done."""
        return not self.repair


def all_well(findings: Sequence[Finding], say: Callable[[str], None], ready: str = READY) -> bool:
    """Say the verdict, and return whether nothing has to be repaired."""
    broken = [finding for finding in findings if not finding.well]
    say(f"Things to fix: {len(broken)}." if broken else ready)
    return not broken
