"""Every behaviour of the book, against the offline cloud and plain moto."""

import importlib
import pkgutil
from typing import Any

import pytest

import behaviours
from behaviours.book import BOOK, Behaviour
from behaviours.labs import MotoLab, OfflineLab

for module in pkgutil.iter_modules(behaviours.__path__):
    importlib.import_module(f"behaviours.{module.name}")


def outcome(make_lab: Any, behaviour: Behaviour) -> Any:
    """Return what the experiment comes to in this kind of lab; a text that starts with ! for a Python error."""
    with make_lab() as lab:
        try:
            return lab.scrubbed(behaviour.run(lab))
        except Exception as problem:
            return f"!{type(problem).__name__}: {problem}"


@pytest.mark.parametrize("behaviour", BOOK.values(), ids=lambda behaviour: behaviour.name)
def test_the_offline_cloud_behaves_as_aws(behaviour: Behaviour) -> None:
    found = outcome(OfflineLab, behaviour)
    if behaviour.differs:
        assert found != behaviour.aws, f"{behaviour.name} agrees now: take its `differs` out"
    else:
        assert found == behaviour.aws, behaviour.says
