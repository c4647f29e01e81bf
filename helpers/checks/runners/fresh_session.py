"""A default session of boto3 as a new process has it, without what making one costs."""

from typing import Any

import boto3
import botocore.session
from botocore.loaders import create_loader

_models: dict[Any, Any] = {}


def fresh_session() -> boto3.Session:
    """Return a new session; botocore's models are read once in a process, since that costs 0.1 s."""
    session, loader = botocore.session.get_session(), create_loader()
    loader._cache = _models
    session.register_component("data_loader", loader)
    return boto3.Session(botocore_session=session)
