"""Where the running product is: written by `jiandu up`, read by a second one and by the other subcommands."""

from __future__ import annotations

import os
from collections.abc import Mapping

from pydantic import BaseModel, ValidationError

from runtime.ballot_parts import Part, office_url, origin
from runtime.settings import Settings


class Addresses(BaseModel):
    """Addresses of a running `jiandu up`."""

    pid: int
    web: str
    temporal: str
    temporal_ui: str | None = None
    ballot: dict[str, str] = {}
    """Origins of the ballot's parts that it runs."""
    count_desk_port: int | None = None


def announce(
    settings: Settings, web: str, temporal: str, temporal_ui: str | None, ballot: Mapping[str, str], desk: int
) -> Addresses:
    """Write down where this process' servers are."""
    addresses = Addresses(
        pid=os.getpid(), web=web, temporal=temporal, temporal_ui=temporal_ui, ballot=dict(ballot), count_desk_port=desk
    )
    (settings.data_dir / "addresses.json").write_text(addresses.model_dump_json(), encoding="utf-8")
    return addresses


def announced(settings: Settings) -> Addresses | None:
    """What was written last; it is true while the data folder is taken. None when nothing was, or it cannot be read."""
    try:
        return Addresses.model_validate_json((settings.data_dir / "addresses.json").read_text(encoding="utf-8"))
    except (FileNotFoundError, ValidationError):
        return None


def withdraw(settings: Settings) -> None:
    """The servers are stopping."""
    (settings.data_dir / "addresses.json").unlink(missing_ok=True)


def part_url(settings: Settings, part: Part) -> str:
    """Where a part of the ballot is reached from this machine: as the settings say, else where `jiandu up` put it."""
    running = announced(settings)
    named = getattr(settings, f"ballot_{part}_office_url", None) or getattr(settings, f"ballot_{part}_url")
    if named is None and running is not None and part in running.ballot:
        return running.ballot[part]
    return origin(settings, part) if part == "board" else office_url(settings, part)
