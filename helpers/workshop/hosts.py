"""The names by which requests can address a server: the one rule about the header Host.

A web page can have its own name lead to this computer (DNS rebinding), and its scripts could then use the server as if
it were theirs. Their requests have the page's name in Host. A page can't do that with an IP address.
"""

import ipaddress
import re

_HOST = re.compile(r"(?:([\w.-]+)|\[([0-9a-fA-F:.]+)\])(?::\d+)?", re.ASCII)
_OF_AWS = re.compile(r"(?:sqs|sns|sts|monitoring)(?:\.[a-z0-9-]+)?\.amazonaws\.com(?:\.cn)?", re.ASCII)


class Hosts:
    """Accepts IP addresses, "localhost", the services' own names, as a proxy for AWS leaves them, and these names.

    Ports don't matter, since they can be forwarded.
    """

    def __init__(self, *names: str):
        self._names = {"localhost", *map(_folded, names)}

    def accepts(self, host: str) -> bool:
        """Return whether a request with this Host is meant for the server."""
        found = _HOST.fullmatch(host)
        if not found:
            return False
        name = _folded(found[1] or found[2])
        return name in self._names or _is_address(name) or bool(_OF_AWS.fullmatch(name))


def _folded(name: str) -> str:
    return name.lower().rstrip(".")


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True
