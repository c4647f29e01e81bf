"""A default session of boto3 as a new process has it, without the 0.1 s that the first one takes."""

from copy import copy
from functools import lru_cache
from typing import Any

import boto3
import botocore.session
from botocore.hooks import HierarchicalEmitter
from botocore.loaders import Loader, create_loader

_models: dict[Any, Any] = {}


def fresh_session() -> boto3.Session:
    """Return a new session. What each one would read and register anew is taken from the first.

    Sessions that an answer makes for itself read botocore's models only once in this process, too.
    """
    botocore.session.create_loader = _loader
    hooks = copy(_handlers())
    return boto3.Session(botocore_session=botocore.session.Session(event_hooks=hooks, include_builtin_handlers=False))


@lru_cache
def _handlers() -> HierarchicalEmitter:
    """Return the event handlers that every new session of botocore registers."""
    hooks = HierarchicalEmitter()
    botocore.session.Session(event_hooks=hooks)
    return hooks


def _loader(search_paths: str | None = None) -> Loader:
    """Return a new loader of botocore's models; those in the usual places are read once and kept."""
    loader = create_loader(search_paths)
    if search_paths is None:
        loader._cache = _models
    return loader
