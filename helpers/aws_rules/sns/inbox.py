"""Where everything arrives that SNS sends elsewhere than to queues: e-mail, SMS, mobile push, web addresses.

AWS: has the world to deliver to; the offline cloud has this list.
"""

from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True)
class Arrived:
    """One thing that arrived. message: the text, for http and https the body of the POST. at: by the cloud's clock.

    confirm_url: the link of a request to confirm a subscription; "" for anything else.
    """

    at: datetime
    protocol: str
    endpoint: str
    message: str
    subject: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    confirm_url: str = ""
