"""A deputy's personal code: twelve characters of Crockford's base32 in three groups, the last one a check character.

It only identifies; it never carries a manifest. 55 random bits; A's and B's codes of one deputy are different and
independent. What is stored is a keyed hash with the poll in it: a copy of the database tells nobody a code.
"""

from __future__ import annotations

import hmac
import re
import secrets

from ballotbox.secret.encoding import labelled

LENGTH = 12
_GROUP = 4
_DIGITS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_VALUES = {digit: value for value, digit in enumerate(_DIGITS)} | {"O": 0, "I": 1, "L": 1}
_FIELD = 0b100101
"""x^5 + x^2 + 1, irreducible over GF(2)."""


def new_code() -> str:
    """A code as it is printed: XXXX-XXXX-XXXX."""
    values = [secrets.randbelow(32) for _ in range(LENGTH - 1)]
    text = "".join(_DIGITS[value] for value in (*values, _check(values)))
    return "-".join(text[start : start + _GROUP] for start in range(0, LENGTH, _GROUP))


def read_code(typed: str) -> str | None:
    """A typed or scanned code in its one form, without dashes; case, spaces and dashes do not matter, O is 0, I and L
    are 1. None for what no printed code can be: one wrong character, or two that changed places."""
    values = [_VALUES.get(character, -1) for character in re.sub(r"[\s\-‐-―－]", "", typed.upper())]
    if len(values) != LENGTH or -1 in values or _check(values[:-1]) != values[-1]:
        return None
    return "".join(_DIGITS[value] for value in values)


def code_hash(key: bytes, manifest: bytes, code: str) -> bytes:
    """What is stored of a code in its one form. `key` lies among the issuer's key files."""
    return hmac.digest(key, labelled("code", manifest, code.encode()), "sha256")


def _check(values: list[int]) -> int:
    # Horner's rule in GF(32): every position has another weight, none of them zero.
    check = 0
    for value in values:
        check = _double(check) ^ value
    return _double(check)


def _double(value: int) -> int:
    doubled = value << 1
    return doubled ^ _FIELD if doubled > 31 else doubled
