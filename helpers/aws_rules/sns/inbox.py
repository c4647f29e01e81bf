"""What SNS delivers to anything but queues, such as email and SMS: the offline cloud collects it in an inbox."""

from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True)
class Arrived:
    """One delivery. at: by the cloud's clock. message: the text; for http and https the body of the POST request.

    confirm_url: the link in a request to confirm a subscription; "" in anything else.
    """

    at: datetime
    protocol: str
    endpoint: str
    message: str
    subject: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    confirm_url: str = ""
