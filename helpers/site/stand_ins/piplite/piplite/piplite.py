"""Where the kernel writes its settings when it starts, which nothing reads.

What the first cell of each lesson needs is imported here, while the learner still reads what stands before it. And
boto3 is kept from asking a computer in Amazon's cloud for keys, should it be used before that cell.
"""

import os

import boto3  # noqa: F401

import helpers.backends.offline.offline_cloud
import helpers.show  # noqa: F401

os.environ["AWS_EC2_METADATA_DISABLED"] = "true"
