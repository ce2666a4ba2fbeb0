"""What an issuer keeps in files for each poll: its private keys, and who has collected. In no backup.

A folder for each set of keys. A link named after the poll leads to it, and once collecting has begun another one named
after the manifest's hash::

    stamp.keys       the RSA keys, destroyed when collecting ends
    code.key         keys the hashes of personal codes; destroyed with them
    statement.key    signs the statements
    manifest.json    the one manifest for which these keys serve
    collected        a line for each commitment; no signature leaves before its line is durable
    restored         collecting ended because the database was restored from an old copy
    ending.json      the signed statements: collecting has ended
"""

from __future__ import annotations

import errno
import json
import os
import re
import secrets
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Literal

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_der_private_key,
)
from pydantic import BaseModel, ConfigDict

from ballotbox.offices import Collected, IssuerName, IssuerStatements
from ballotbox.polls import PollKey
from ballotbox.refusals import other_setup
from ballotbox.secret.blind_rsa import BlindSigner
from ballotbox.secret.ceremony import public_keys
from ballotbox.secret.encoding import canonical, sha256
from ballotbox.secret.issuer import IssuerSecrets
from ballotbox.secret.manifest import RSA_BITS, IssuerKeys, Manifest, Poll
from ballotbox.services.files import alone_in, overwrite_and_remove, sync_folder, write_private
from transparency.signed_note import NoteSigner

Way = Literal["phone", "paper"]
"""How a deputy collected."""
_MANIFEST = re.compile(r"[0-9a-f]{64}")


class Ending(BaseModel):
    """What an issuer says when collecting ends."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    statements: IssuerStatements
    collected: Collected


class PollFiles:
    """The files of one poll. Blocking calls; several processes may work on one folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._collected: set[tuple[Way, str]] = set()
        self._read_to = 0
        self._lock = threading.Lock()

    @property
    def stamp_keys(self) -> Path:
        """While it is there the issuer can stamp; hold it (`files.held`) while stamping."""
        return self.folder / "stamp.keys"

    @property
    def restored(self) -> bool:
        """Whether collecting ended because an old database was restored."""
        return (self.folder / "restored").exists()

    def poll(self) -> Poll:
        """The poll for which these keys serve."""
        return Poll((self.folder / "manifest.json").read_bytes())

    def secrets(self) -> IssuerSecrets | None:
        """All private keys; None when the stamp keys are destroyed."""
        try:
            kept = json.loads(self.stamp_keys.read_bytes())
        except FileNotFoundError:
            return None
        slices, tokens = ({name: _signer(key) for name, key in kept[kind].items()} for kind in ("slices", "tokens"))
        return IssuerSecrets(self.statement_signer(), slices, tokens)

    def statement_signer(self) -> NoteSigner:
        """The key of the statements."""
        return NoteSigner.parse((self.folder / "statement.key").read_text("utf-8"))

    def code_key(self) -> bytes | None:
        """The key under which codes are hashed; None when it is destroyed."""
        try:
            return (self.folder / "code.key").read_bytes()
        except FileNotFoundError:
            return None

    def collected(self) -> frozenset[tuple[Way, str]]:
        """Who has collected and how, as far as it is durable here."""
        with self._lock:
            self._read_on()
            return frozenset(self._collected)

    def collect(self, way: Way, deputies: Sequence[str]) -> None:
        """Note durably that these have collected. Again: changes nothing."""
        with self._lock:
            self._read_on()
            missing = [deputy for deputy in deputies if (way, deputy) not in self._collected]
            if not missing:
                return
            lines = b"".join(canonical([way, deputy]) + b"\n" for deputy in missing)
            descriptor = os.open(
                self.folder / "collected", os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600
            )
            try:
                # Begun with a line feed: a line that a crash tore must not swallow this one.
                written = os.write(descriptor, b"\n" + lines)
                if written < len(lines) + 1:  # what is torn is read as nothing, and nothing may be signed
                    raise OSError(errno.ENOSPC, "the line of who collected was not written whole")
                os.fsync(descriptor)
            finally:
                os.close(descriptor)
            sync_folder(self.folder)
            self._collected.update((way, deputy) for deputy in missing)

    def end_restored(self) -> None:
        """The database is older than what was collected: nothing is stamped any more."""
        write_private(self.folder / "restored", b"")
        overwrite_and_remove(self.stamp_keys)

    def ending(self) -> Ending | None:
        """What was said at the end; None while collecting has not ended."""
        try:
            return Ending.model_validate_json((self.folder / "ending.json").read_bytes())
        except FileNotFoundError:
            return None

    def keep_ending(self, ending: Ending) -> None:
        """From now on this is what was said."""
        write_private(self.folder / "ending.json", ending.model_dump_json().encode())

    def destroy(self) -> None:
        """Overwrite and remove every key and the lines of who collected. Waits for stamps under way; again: nothing."""
        for name in ("stamp.keys", "code.key", "statement.key", "collected"):
            overwrite_and_remove(self.folder / name)

    def _read_on(self) -> None:
        try:
            with (self.folder / "collected").open("rb") as file:
                if os.fstat(file.fileno()).st_size == self._read_to:
                    return
                file.seek(self._read_to)
                data = file.read()
        except FileNotFoundError:
            return
        whole = data[: data.rfind(b"\n") + 1]
        self._read_to += len(whole)
        for line in whole.split(b"\n"):
            if line:
                try:
                    way, deputy = json.loads(line)
                except ValueError:
                    continue  # torn by a crash before it was durable: no signature had left
                self._collected.add((way, deputy))


class IssuerFiles:
    """All polls of an issuer."""

    def __init__(self, issuer: IssuerName, folder: Path) -> None:
        """`folder` is the part's own."""
        self.issuer = issuer
        self._folder = folder / "polls"
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)

    def of(self, manifest: str) -> PollFiles | None:
        """The files of a poll that has begun, by its manifest's hash."""
        link = self._folder / manifest
        return PollFiles(link.resolve()) if _MANIFEST.fullmatch(manifest) and link.is_symlink() else None

    def begun(self) -> list[str]:
        """The manifests of all polls that have begun, ended ones included."""
        return sorted(path.name for path in self._folder.iterdir() if _MANIFEST.fullmatch(path.name))

    def prepare(self, poll: PollKey, slots: Sequence[str], subjects: Sequence[str]) -> IssuerKeys:
        """The public keys of a poll, made where there are none. Keys for other columns are made anew until collecting
        begins, and refused (`other_setup`) from then on."""
        with alone_in(self._folder):
            folder = (self._folder / _name(poll)).resolve()
            keys = self._public(folder)
            if keys is not None and (set(keys.slices), set(keys.tokens)) == (set(slots), set(subjects)):
                return keys
            if (folder / "manifest.json").exists():
                raise other_setup(poll.poll_id)
            fresh = self._folder / f"{_name(poll)}-{secrets.token_hex(4)}"
            fresh.mkdir(mode=0o700)
            keys = self._make(fresh, slots, subjects)
            former = PollFiles(folder) if folder.is_dir() else None
            self._link(_name(poll), fresh)
            if former is not None:
                former.destroy()
            return keys

    def begin(self, poll: Poll) -> PollFiles | None:
        """Bind the keys to their one manifest; None when these are not its keys, or they serve another."""
        with alone_in(self._folder):
            folder = (self._folder / _name(PollKey(poll.manifest.town, poll.manifest.poll))).resolve()
            file = folder / "manifest.json"
            if file.exists():
                if file.read_bytes() != poll.data:
                    return None
            elif self._public(folder) != poll.manifest.issuers[self.issuer]:
                return None
            else:
                write_private(file, poll.data)
            self._link(poll.hash.hex(), folder)
        return self.of(poll.hash.hex())

    def make_room(self, poll: Poll) -> None:
        """After a poll was discarded the next one of its name gets new keys. Again: changes nothing."""
        with alone_in(self._folder):
            link = self._folder / _name(PollKey(poll.manifest.town, poll.manifest.poll))
            if link.is_symlink() and link.resolve() == (self._folder / poll.hash.hex()).resolve():
                link.unlink()
                sync_folder(self._folder)

    def _link(self, name: str, folder: Path) -> None:
        fresh = self._folder / f".{name}"
        fresh.unlink(missing_ok=True)
        fresh.symlink_to(folder.name, target_is_directory=True)
        fresh.replace(self._folder / name)
        sync_folder(self._folder)

    def _public(self, folder: Path) -> IssuerKeys | None:
        begun = folder / "manifest.json"
        if begun.exists():
            return Manifest.model_validate_json(begun.read_bytes()).issuers[self.issuer]
        secrets_ = PollFiles(folder).secrets()
        return None if secrets_ is None else public_keys(secrets_)

    def _make(self, folder: Path, slots: Sequence[str], subjects: Sequence[str]) -> IssuerKeys:
        names = [*slots, *subjects]
        # Making a key needs no lock of the interpreter: as many at once as there are cores.
        with ThreadPoolExecutor(os.cpu_count() or 1) as threads:
            made = list(threads.map(lambda _: _new_key(), names))
        slices, tokens = made[: len(slots)], made[len(slots) :]
        kept = {
            "slices": {name: _der(key) for name, key in zip(slots, slices, strict=True)},
            "tokens": {name: _der(key) for name, key in zip(subjects, tokens, strict=True)},
        }
        write_private(folder / "statement.key", NoteSigner.generate(f"issuer-{self.issuer}").secret().encode())
        write_private(folder / "code.key", secrets.token_bytes(32))
        write_private(folder / "stamp.keys", canonical(kept))
        keys = self._public(folder)
        if keys is None:
            raise FileNotFoundError(folder / "stamp.keys")
        return keys


def _name(poll: PollKey) -> str:
    return sha256(canonical(list(poll))).hex()[:32]


def _new_key() -> RSAPrivateKey:
    return generate_private_key(public_exponent=65537, key_size=RSA_BITS)


def _der(key: RSAPrivateKey) -> str:
    return key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption()).hex()


def _signer(der: str) -> BlindSigner:
    key = load_der_private_key(bytes.fromhex(der), None, unsafe_skip_rsa_key_validation=True)
    if not isinstance(key, RSAPrivateKey):
        raise TypeError("a stamp key is an RSA key")
    return BlindSigner(key)
