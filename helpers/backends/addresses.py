"""Which host names mean this computer itself."""

import ipaddress


def is_loopback(host: str) -> bool:
    """Return whether the host is this computer's loopback interface, which no other computer can reach."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
