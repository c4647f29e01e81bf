"""A default session of boto3 as a new process has it, without the 0.1 s that the first one takes."""

from copy import copy
from functools import lru_cache

import boto3
import botocore.session
from botocore.hooks import HierarchicalEmitter

from helpers.aws_rules.common import models


def fresh_session() -> boto3.Session:
    """Return a new session. What each one would read and register anew is taken from the first.

    Sessions that an answer makes for itself read botocore's models only once in this process, too.
    """
    botocore.session.create_loader = models.loader
    hooks = copy(_handlers())
    return boto3.Session(botocore_session=botocore.session.Session(event_hooks=hooks, include_builtin_handlers=False))


@lru_cache
def _handlers() -> HierarchicalEmitter:
    """Return the event handlers that every new session of botocore registers."""
    hooks = HierarchicalEmitter()
    botocore.session.Session(event_hooks=hooks)
    return hooks
