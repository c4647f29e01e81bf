"""Making the offline cloud unkind on purpose, for a while or for good, and listing afterwards what it did."""

from dataclasses import fields
from typing import Any

from helpers.aws_rules.common.accounts import Accounts
from helpers.aws_rules.common.unkindness import Unkindness
from helpers.errors import CloudError


class Unkind:
    """An unkind cloud, from when this is made. In a `with` block it ends with the block.

    done: what was done to the program, in order, in words.
    """

    def __init__(self, accounts: Accounts, kinds: dict[str, Any]):
        known = [kind.name for kind in fields(Unkindness) if kind.name != "done"]
        if unknown := sorted(set(kinds) - set(known)):
            raise CloudError(f"There's no unkindness called {', '.join(unknown)}. Known: {', '.join(known)}.")
        try:
            self._unkindness = Unkindness(**kinds)
        except ValueError as problem:
            raise CloudError(str(problem)) from None
        self._accounts = accounts.all()
        self._before = [account.unkindness for account in self._accounts]
        for account in self._accounts:
            account.unkindness = self._unkindness

    @property
    def done(self) -> list[str]:
        """What was done to the program so far, in order."""
        return list(self._unkindness.done)

    def __enter__(self) -> "Unkind":
        return self

    def __exit__(self, *problem: object) -> None:
        for account, before in zip(self._accounts, self._before, strict=True):
            account.unkindness = before

    def __repr__(self) -> str:
        on = [f"{kind.name}={getattr(self._unkindness, kind.name)}" for kind in fields(Unkindness)[:-2]]
        on = [text for text in on if not text.endswith("=0")]
        if not on:
            return "The cloud is kind."
        told = "; ".join(self.done) or "nothing yet"
        return f"The cloud is unkind ({', '.join(on)}, seed {self._unkindness.seed}). Done so far: {told}."
