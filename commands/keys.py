"""The public keys by which this installation believes a checkpoint."""

from __future__ import annotations

from runtime.settings import Settings
from transparency.signed_note import NoteKey


def note_keys(settings: Settings) -> list[NoteKey]:
    """Those in the `.pub` files of the key folder: this installation's own, and any that was put beside it."""
    folder = settings.checkpoint_key.parent
    return [NoteKey.parse(path.read_text(encoding="utf-8")) for path in sorted(folder.glob("*.pub"))]
