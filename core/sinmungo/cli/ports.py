"""Is the port free, and is the web server up? Asked by the demo before and after it starts."""

import http.client
import socket
import time
from collections.abc import Callable


def port_taken(port: int) -> bool:
    """Return whether something listens on this port of 127.0.0.1 already."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return True
    return False


def ready(port: int) -> bool:
    """Return whether the web server answers that it is ready."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=2)
    try:
        connection.request("GET", "/health/ready")
        return connection.getresponse().status == http.client.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def wait_ready(port: int, seconds: float, alive: Callable[[], bool]) -> bool:
    """Wait until the web server is ready, it dies, or time is up; return whether it is ready."""
    end = time.monotonic() + seconds
    while alive() and time.monotonic() < end:
        if ready(port):
            return True
        time.sleep(0.05)
    return False
