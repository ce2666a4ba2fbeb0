"""Free ports of this machine."""

from __future__ import annotations

import errno
import socket

_HOST = "127.0.0.1"


def free_port(wished: int) -> int:
    """`wished` when nobody listens there, else another free one of 127.0.0.1 (0: any)."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        # As the servers do: a port whose old connections are still closing counts as free.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((_HOST, wished))
        except OSError as error:
            if error.errno not in {errno.EADDRINUSE, errno.EACCES}:
                raise
            probe.bind((_HOST, 0))
        return int(probe.getsockname()[1])
