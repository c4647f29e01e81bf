"""botocore's models of the services: which operations there are, and the shapes of their parameters and results."""

from functools import lru_cache
from typing import Any

from botocore.exceptions import UnknownServiceError
from botocore.loaders import Loader, create_loader
from botocore.model import OperationModel, OperationNotFoundError, ServiceModel

_read: dict[Any, Any] = {}


def loader(search_paths: str | None = None) -> Loader:
    """Return a new loader of botocore's models; those in the usual places are read once and kept."""
    made = create_loader(search_paths)
    if search_paths is None:
        made._cache = _read
    return made


@lru_cache
def service_model(service: str) -> ServiceModel:
    """Return botocore's model of the service; UnknownServiceError when there is no such service."""
    return ServiceModel(loader().load_service_model(service, "service-2"), service)


def protocol(service: str) -> str:
    """Return the protocol, among those of the service, that boto3 speaks to it: "json", "query"."""
    return str(service_model(service).resolved_protocol)


@lru_cache
def operation_model(service: str, name: str) -> OperationModel | None:
    """Return botocore's model of an operation; None when there is no such operation, or no such service."""
    try:
        return service_model(service).operation_model(name)
    except (UnknownServiceError, OperationNotFoundError):
        return None
