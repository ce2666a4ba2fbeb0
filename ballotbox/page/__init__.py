"""The deputies' page: one self-contained file, the same for all. Its hash stands in the manifest of every poll.

Sources are in `src/`; `npm run build` writes `bundle/`, which is committed, so that an installation needs no node.
"""

from __future__ import annotations

from importlib.resources import files

from ballotbox.secret.encoding import sha256


def page_bytes() -> bytes:
    """The page, as it is served and as its hash is taken."""
    return files(__name__).joinpath("bundle", "ballot.html").read_bytes()


def page_hash() -> str:
    """SHA-256 of the page, in hexadecimal digits."""
    return sha256(page_bytes()).hex()
