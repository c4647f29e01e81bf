"""Where the kernel writes its settings when it starts, which nothing reads.

What the first cell of each lesson needs is imported here, while the learner still reads what stands before it.
"""

import boto3  # noqa: F401

import helpers.cloud.offline
import helpers.show  # noqa: F401
