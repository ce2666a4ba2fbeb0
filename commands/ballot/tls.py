"""The trust of a command that reads the ballot's addresses: the system's, and the certificate of the hall's server."""

from __future__ import annotations

import ssl
from pathlib import Path

from ballotbox.services.client import trust
from commands.outcome import invalid_input


def tls_context(authority: Path | None) -> ssl.SSLContext | None:
    """A context that believes this PEM file too; None for the system's trust alone."""
    if authority is None:
        return None
    try:
        return trust(authority)
    except (ssl.SSLError, OSError) as error:
        raise invalid_input(f"证书文件 {authority} 读不了：{error}", "请用会场服务器的证书（PEM）。") from error
