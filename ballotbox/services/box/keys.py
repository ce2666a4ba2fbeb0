"""The box's private keys of a poll, each in a file that only the service can read; in no backup.

Beside the keys of receipts and of the log there is one that ciphertexts are encrypted with once more before they are
stored: a database keeps deleted rows in its write-ahead log and in old copies, and a destroyed key makes them rubbish.
"""

from __future__ import annotations

import os
import secrets
import tempfile
from collections.abc import Callable
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from ballotbox.offices import BoxKeys
from ballotbox.polls import PollKey
from ballotbox.secret.encoding import canonical, sha256
from ballotbox.secret.signing import public_bytes
from ballotbox.services.box.refusals import emptied, keys_missing
from ballotbox.services.files import overwrite_and_remove, private_folder, sync_folder
from transparency.signed_note import NoteSigner

_NONCE = 12
_STORAGE = "ciphertexts.key"


class Keys:
    """The keys of one poll. Made when first asked for; the same ever after."""

    def __init__(self, folder: Path, poll: PollKey) -> None:
        """`folder` holds the keys of all polls."""
        self._folder = folder / sha256(canonical(list(poll))).hex()
        seed = _kept(self._folder / "receipt.key", lambda: secrets.token_hex(32))
        self.receipts = Ed25519PrivateKey.from_private_bytes(bytes.fromhex(seed))
        self.log = NoteSigner.parse(
            _kept(self._folder / "log.key", lambda: NoteSigner.generate(f"{poll.town}-log").secret())
        )
        self._storage: AESGCM | None = None

    @property
    def public(self) -> BoxKeys:
        """What the manifest says of them."""
        return BoxKeys(receipt_key=public_bytes(self.receipts).hex(), log_key=str(self.log.key))

    def make_storage(self) -> None:
        """Make the key of the stored ciphertexts, before the poll is announced. Again: changes nothing."""
        _kept(self._folder / _STORAGE, lambda: secrets.token_hex(32))

    def lock_away(self, ciphertext: bytes, token: bytes) -> bytes:
        """A ciphertext as it is stored. The same nonce never comes twice under one key: it is random. Refused when
        the key is destroyed, or not in its place: under another one nothing could be opened."""
        nonce = os.urandom(_NONCE)
        try:
            return nonce + self._stored().encrypt(nonce, ciphertext, token)
        except FileNotFoundError:
            raise keys_missing() from None

    def take_out(self, sealed: bytes, token: bytes) -> bytes:
        """The ciphertext. Refused when its key is destroyed, or is not the one that it was stored with."""
        try:
            return self._stored().decrypt(sealed[:_NONCE], sealed[_NONCE:], token)
        except (InvalidTag, FileNotFoundError):
            raise emptied() from None

    def _stored(self) -> AESGCM:
        if self._storage is None:
            kept = (self._folder / _STORAGE).read_text(encoding="ascii")
            self._storage = AESGCM(bytes.fromhex(kept.strip()))
        return self._storage

    def forget_ciphertexts(self) -> None:
        """Overwrite and remove the key of the stored ciphertexts. Again: changes nothing."""
        self._storage = None
        overwrite_and_remove(self._folder / _STORAGE)


def _kept(path: Path, make: Callable[[], str]) -> str:
    # Two processes that start at once get the same secret: the file appears whole or not at all; the first wins.
    try:
        return path.read_text(encoding="utf-8").strip()
    except FileNotFoundError:
        private_folder(path.parent)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}-")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(make() + "\n")
            file.flush()
            os.fsync(file.fileno())
        os.link(name, path)
    except FileExistsError:
        pass  # another process was first
    finally:
        Path(name).unlink()
    sync_folder(path.parent)
    return path.read_text(encoding="utf-8").strip()
