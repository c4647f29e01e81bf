"""botocore's models of the services: which operations there are, and the shapes of their parameters and results."""

from functools import lru_cache

from botocore.exceptions import UnknownServiceError
from botocore.loaders import Loader, create_loader
from botocore.model import OperationModel, OperationNotFoundError, ServiceModel


@lru_cache
def _loader() -> Loader:
    return create_loader()


@lru_cache
def service_model(service: str) -> ServiceModel:
    """Return botocore's model of the service; UnknownServiceError when there is no such service."""
    return ServiceModel(_loader().load_service_model(service, "service-2"), service)


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
