"""Where the parts of the secret ballot are: clusters, addresses and office keys, by the settings."""

from __future__ import annotations

import secrets
from pathlib import Path
from typing import Literal

from pydantic import SecretStr

from runtime.keys import kept_secret
from runtime.postgres import EmbeddedPostgres
from runtime.settings import Settings

Part = Literal["a", "b", "box", "board"]
PARTS: tuple[Part, ...] = ("a", "b", "box", "board")
WITH_CLUSTER: tuple[Part, ...] = ("a", "b", "box")
NAMES: dict[Part, str] = {"a": "发票方甲", "b": "发票方乙", "box": "票箱", "board": "公告栏"}
"""What people call them."""


def embedded_clusters(settings: Settings) -> dict[Part, EmbeddedPostgres]:
    """The clusters that this installation runs itself, started or not."""
    return {
        part: embedded_cluster(settings, part)
        for part in WITH_CLUSTER
        if part in settings.ballot_parts and _setting(settings, part, "database_url") is None
    }


def embedded_cluster(settings: Settings, part: Part) -> EmbeddedPostgres:
    """A part's own small cluster."""
    name = f"postgres-{part}"
    return EmbeddedPostgres(
        settings.ballot_folder(part) / "postgres", settings.logs / f"{name}.log", name=name, small=True
    )


def cluster_url(settings: Settings, part: Part) -> str:
    """The address of a part's database: by the settings, else of the embedded one."""
    named = _setting(settings, part, "database_url")
    return embedded_cluster(settings, part).url if named is None else named


def port_of(settings: Settings, part: Part) -> int:
    """Where a part listens."""
    port: int = getattr(settings, f"ballot_{part}_port")
    return port


def origin(settings: Settings, part: Part) -> str:
    """A part's address as phones and the organiser reach it, such as `https://10.1.2.3:8091`."""
    named = getattr(settings, f"ballot_{part}_url")
    if named is not None:
        return str(named).rstrip("/")
    scheme = "http" if settings.ballot_certificate is None else "https"
    host = "127.0.0.1" if settings.ballot_host in ("0.0.0.0", "::") else settings.ballot_host  # noqa: S104 - compared
    return f"{scheme}://{host}:{port_of(settings, part)}"


def office_url(settings: Settings, part: Part) -> str:
    """Where the organiser reaches a part."""
    named = getattr(settings, f"ballot_{part}_office_url")
    return origin(settings, part) if named is None else str(named).rstrip("/")


def office_key(settings: Settings, part: Part) -> str:
    """The key of a part's office: by the settings, else kept in the part's folder, made when first asked for."""
    named = _setting(settings, part, "office_key")
    return kept_secret(office_key_file(settings, part), lambda: secrets.token_hex(32)) if named is None else named


def office_key_file(settings: Settings, part: Part) -> Path:
    """Where a part's office key is kept."""
    return settings.ballot_folder(part) / "office.key"


def _setting(settings: Settings, part: Part, name: str) -> str | None:
    value: SecretStr | None = getattr(settings, f"ballot_{part}_{name}", None)
    return None if value is None else value.get_secret_value()
