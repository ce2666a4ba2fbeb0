"""`jiandu rehearse`: a scenario on virtual time, on servers of its own."""

from __future__ import annotations

import asyncio
from pathlib import Path

from rehearsal.command import rehearse as play
from runtime.settings import load_settings


def rehearse(file: Path, out: str | None) -> int:
    """Play a scenario; of the settings only the engine's program is used, never its address or the database."""
    return asyncio.run(play(file, out, temporal_program=load_settings().temporal_binary))
