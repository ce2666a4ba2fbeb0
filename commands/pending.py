"""A note in the data folder that the engine must be given the open cases again, at the next start."""

from __future__ import annotations

from pathlib import Path

from runtime.settings import Settings


def _note(settings: Settings) -> Path:
    return settings.data_dir / "recovery.pending"


def ask_for_recovery(settings: Settings) -> None:
    """The next `jiandu up` starts every open case from its stream before it does anything else."""
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    _note(settings).touch()


def recovery_asked_for(settings: Settings) -> bool:
    """Whether a recovery has been asked for and not been done."""
    return _note(settings).exists()


def recovery_done(settings: Settings) -> None:
    """All open cases run again."""
    _note(settings).unlink(missing_ok=True)
