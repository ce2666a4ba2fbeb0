"""The key that signs checkpoints: made once, kept in the data folder, its public half given to everybody who asks."""

from __future__ import annotations

from pathlib import Path

from eventstore.signed_note import NoteKey, NoteSigner
from runtime.keys import kept_secret
from runtime.settings import Settings


def signer_file(settings: Settings) -> Path:
    """Where the private key is; its public half is beside it under `.pub`."""
    return settings.codec_key.parent / "checkpoint.key"


def checkpoint_signer(settings: Settings) -> NoteSigner:
    """The signer of this installation's checkpoints, made when there is none."""
    path = signer_file(settings)
    made = NoteSigner.generate(f"jiandu-{settings.town}")
    signer = NoteSigner.parse(kept_secret(path, made.secret))
    path.with_suffix(".pub").write_text(f"{signer.key}\n", encoding="utf-8")
    return signer


def note_keys(settings: Settings) -> list[NoteKey]:
    """The public keys by which this installation believes a checkpoint: those in the key folder's `.pub` files."""
    folder = signer_file(settings).parent
    return [NoteKey.parse(path.read_text(encoding="utf-8")) for path in sorted(folder.glob("*.pub"))]
