"""The regions of AWS, and the partition of each: what its ARNs begin with, and what its hosts' names end with.

AWS: China (aws-cn), GovCloud (aws-us-gov) and others are partitions of their own. Source: botocore's partitions.json;
AWS general reference, "Amazon Resource Names".
"""

import re
from functools import lru_cache

import botocore.session

from helpers.aws_rules.common import models


@lru_cache
def regions() -> frozenset[str]:
    """Return the names of all regions that have SQS."""
    session = botocore.session.get_session()
    partitions = session.get_available_partitions()
    return frozenset(region for name in partitions for region in session.get_available_regions("sqs", name))


@lru_cache
def _partition(region: str) -> tuple[str, str]:
    """Return the name of the region's partition, and what the names of its hosts end with."""
    for each in models.loader().load_data("partitions")["partitions"]:
        if re.match(each["regionRegex"], region):
            return each["id"], each["outputs"]["dnsSuffix"]
    return "aws", "amazonaws.com"


def partition(region: str) -> str:
    """Return the name of the region's partition, as ARNs have it: "aws", "aws-cn"."""
    return _partition(region)[0]


def host(service: str, region: str) -> str:
    """Return the name of the service's host in this region."""
    return f"{service}.{region}.{_partition(region)[1]}"
