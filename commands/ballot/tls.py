"""The trust of a command that reads the ballot's addresses: the system's, or one certificate of the hall's server."""

from __future__ import annotations

import ssl
from pathlib import Path

from commands.outcome import invalid_input


def tls_context(authority: Path | None) -> ssl.SSLContext | None:
    """A context that trusts only this PEM file; None for the system's trust."""
    if authority is None:
        return None
    try:
        return ssl.create_default_context(cafile=str(authority))
    except (ssl.SSLError, OSError) as error:
        raise invalid_input(f"证书文件 {authority} 读不了：{error}", "请用会场服务器的证书（PEM）。") from error
