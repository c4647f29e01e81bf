"""The regions of AWS."""

from functools import lru_cache

import botocore.session


@lru_cache
def regions() -> frozenset[str]:
    """Return the names of all regions that have SQS."""
    session = botocore.session.get_session()
    partitions = session.get_available_partitions()
    return frozenset(region for name in partitions for region in session.get_available_regions("sqs", name))
