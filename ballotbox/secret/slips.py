"""A scrutineer's slip 监票人密钥条: the share of the box's key and the key they sign with, as text to type or to scan.

57 bytes and a checksum, in 24 groups of five characters of Crockford's base32 (no I, L, O, U; case, spaces and dashes
do not matter)::

    number (1) · share (16) · seed of the Ed25519 key (32) · first 8 bytes of the manifest's hash · checksum (3)

The fifth character of a group checks the four before it and the group's place, so that a slip of the hand is named by
its group. A QR code holds the same characters without spaces.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from ballotbox.secret.encoding import sha256
from ballotbox.secret.manifest import Poll
from ballotbox.secret.shares import SCRUTINEERS, SEED_LENGTH, share_hash
from transparency.signed_note import NoteKey, NoteSigner

GROUPS = 24
ROW = 6
"""Groups in a printed row."""
_DIGITS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_VALUES = {digit: value for value, digit in enumerate(_DIGITS)} | {"O": 0, "I": 1, "L": 1}
_DATA = 4
GROUP_LENGTH = _DATA + 1
_SIGNING_LENGTH = 32
_POLL_LENGTH = 8
_CHECKSUM_LENGTH = 3
_FIELD = 0b100101
"""x^5 + x^2 + 1, irreducible over GF(2): the field of the check characters."""


class SlipRefused(Exception):
    """A slip cannot be read, or is not of this poll. The message says in Chinese what is wrong and where.

    `group`: the place of the one group that has to be typed again, where that is known.
    """

    def __init__(self, message: str, group: int | None = None) -> None:
        super().__init__(message)
        self.group = group


class Slip(NamedTuple):
    """What one scrutineer holds, and nobody else. Never stored, never logged."""

    number: int
    share: bytes
    signing_seed: bytes
    poll: bytes
    """First 8 bytes of the manifest's hash."""

    def __repr__(self) -> str:
        return f"Slip(number={self.number})"  # a share in a traceback would be a share in a log

    @property
    def signer(self) -> NoteSigner:
        """The key that the scrutineer signs statements with."""
        return NoteSigner(scrutineer_name(self.number), Ed25519PrivateKey.from_private_bytes(self.signing_seed))

    def groups(self) -> tuple[str, ...]:
        """The 24 groups, as printed."""
        data = bytes([self.number]) + self.share + self.signing_seed + self.poll
        bits = int.from_bytes(data + sha256(data)[:_CHECKSUM_LENGTH], "big")
        digits = [bits >> 5 * place & 31 for place in reversed(range(GROUPS * _DATA))]
        groups = [digits[start : start + _DATA] for start in range(0, len(digits), _DATA)]
        return tuple(
            "".join(_DIGITS[value] for value in (*group, _check(place, group))) for place, group in enumerate(groups, 1)
        )

    def encode(self) -> str:
        """The text to type: groups with spaces, six in a row."""
        groups = self.groups()
        return "\n".join(" ".join(groups[start : start + ROW]) for start in range(0, GROUPS, ROW))

    def qr_text(self) -> str:
        """The text in the QR code."""
        return "".join(self.groups())

    @classmethod
    def decode(cls, text: str, poll: Poll | None = None) -> Slip:
        """Read a slip as it was typed or scanned; with `poll`, check that it was dealt for it. Raises `SlipRefused`."""
        digits = [value for group in _groups_of(text) for value in _values(*group)]
        bits = 0
        for value in digits:
            bits = bits << 5 | value
        data = bits.to_bytes(GROUPS * _DATA * 5 // 8, "big")
        body, checksum = data[:-_CHECKSUM_LENGTH], data[-_CHECKSUM_LENGTH:]
        if sha256(body)[:_CHECKSUM_LENGTH] != checksum or not 1 <= body[0] <= SCRUTINEERS:
            raise SlipRefused("密钥条整体校验不符：可能有两处以上输错，请整张重新核对或扫码")
        share_end = 1 + SEED_LENGTH
        signing_end = share_end + _SIGNING_LENGTH
        slip = cls(body[0], body[1:share_end], body[share_end:signing_end], body[signing_end:])
        if poll is not None:
            slip.check(poll)
        return slip

    def check(self, poll: Poll) -> None:
        """Raises `SlipRefused` unless this slip was dealt for this poll."""
        if self.poll != poll.hash[:_POLL_LENGTH]:
            raise SlipRefused(f"第 {self.number} 号密钥条不是本次测评的：请取出写有“{poll.manifest.event}”的那一张")
        key = NoteKey.parse(poll.manifest.scrutineer_keys[self.number - 1])
        if share_hash(self.number, self.share) != poll.manifest.share_hashes[self.number - 1] or self.signer.key != key:
            raise SlipRefused(f"第 {self.number} 号密钥条不是本次测评分发的那一份，不能使用")


def scrutineer_name(number: int) -> str:
    """The name under which a scrutineer's key stands in the manifest."""
    return f"scrutineer-{number}"


def slip_of(number: int, share: bytes, signing_seed: bytes, poll: Poll) -> Slip:
    """A slip for a holder of this poll."""
    return Slip(number, share, signing_seed, poll.hash[:_POLL_LENGTH])


def _check(place: int, group: list[int]) -> int:
    # Horner's rule in GF(32), begun with the place: one wrong character, two that changed places, and a group that
    # stands elsewhere all change it.
    check = place
    for value in group:
        check = _double(check) ^ value
    return _double(check)


def _double(value: int) -> int:
    doubled = value << 1
    return doubled ^ _FIELD if doubled > 31 else doubled


def _groups_of(text: str) -> list[tuple[int, str]]:
    """The groups with their places. A group that was typed too short or too long is named where spaces show it."""
    typed = re.split(r"[\s\-—－，,。.]+", text.strip().upper())
    joined = "".join(typed)
    if len(joined) == GROUPS * GROUP_LENGTH:
        return [(place, joined[(place - 1) * GROUP_LENGTH : place * GROUP_LENGTH]) for place in range(1, GROUPS + 1)]
    if len(typed) > GROUPS // 2:
        for place, group in enumerate(typed, 1):
            if len(group) != GROUP_LENGTH:
                raise SlipRefused(f"{_where(place)}应有 {GROUP_LENGTH} 个字符，读到 {len(group)} 个")
        raise SlipRefused(f"密钥条有 {GROUPS} 组字符，读到 {len(typed)} 组")
    places = range(1, len(joined) // GROUP_LENGTH + 1)
    for place in places[:GROUPS]:
        try:
            _values(place, joined[(place - 1) * GROUP_LENGTH : place * GROUP_LENGTH])
        except SlipRefused as wrong:  # from there on everything may have moved: one group typed again mends nothing
            raise SlipRefused(f"{wrong}；从这一组起可能漏了或多了字符") from None
    raise SlipRefused(f"密钥条有 {GROUPS * GROUP_LENGTH} 个字符，读到 {len(joined)} 个")


def _values(place: int, group: str) -> list[int]:
    values = [_VALUES.get(character, -1) for character in group]
    if -1 in values:
        raise SlipRefused(f"{_where(place)}有不会出现在密钥条上的字符，请对照纸条重新输入这一组", place)
    if _check(place, values[:_DATA]) != values[_DATA]:
        raise SlipRefused(f"{_where(place)}有误，请对照纸条重新输入这一组", place)
    return values[:_DATA]


def _where(place: int) -> str:
    row, column = divmod(place - 1, ROW)
    return f"第 {place} 组（第 {row + 1} 行第 {column + 1} 个）"
