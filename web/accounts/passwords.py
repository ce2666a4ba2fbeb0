"""Passwords: hashed with Argon2id, and refused when they are easy to guess."""

from __future__ import annotations

from functools import cache

from pwdlib import PasswordHash

from domain.acts import Refusal

SHORTEST = 10
_COMMON = ("password", "12345678", "87654321", "qwerty", "jiandu", "abcdefg", "11111111", "88888888", "66666666")


@cache
def _hasher() -> PasswordHash:
    return PasswordHash.recommended()


def hash_password(password: str) -> str:
    """The hash to keep. Slow on purpose: call it in a thread."""
    return _hasher().hash(password)


def matches(password: str, hashed: str) -> bool:
    """Whether this is the password. Slow on purpose: call it in a thread."""
    return _hasher().verify(password, hashed)


@cache
def nobodys_hash() -> str:
    """Compared with where there is no such account, so that an answer's time does not tell whether there is one."""
    return hash_password("nobody has this password")


def refuse_weak(password: str, login: str) -> None:
    """Refuse a password that a neighbour would guess (NIST SP 800-63B: length counts, composition does not)."""
    lowered = password.lower()
    if len(password) < SHORTEST:
        raise Refusal("weak_password", f"口令至少 {SHORTEST} 位；可用一句容易记的话。")
    if login in lowered or any(common in lowered for common in _COMMON) or len(set(password)) < 5:
        raise Refusal("weak_password", "口令太容易被猜到：不要用登录名、连续数字或常见口令。")
