"""How people write: invisible characters, full-width forms, spaces that only line things up."""

from __future__ import annotations

import unicodedata

_INVISIBLE = dict.fromkeys([0x200B, 0x200C, 0x200D, 0x200E, 0x200F, 0x2060, 0xFEFF])


def visible(text: str) -> str:
    """A text without characters that nobody sees, and without blanks around it."""
    return text.translate(_INVISIBLE).strip()


def plain(text: str) -> str:
    """A text without any whitespace, full-width letters and digits made plain: １３８ 0013 becomes 1380013."""
    return "".join(unicodedata.normalize("NFKC", visible(text)).split())


def heading_of(text: str) -> str:
    """A heading or a sheet's name to compare by: 姓　名 * and 姓名 are the same."""
    return plain(text).rstrip("*:")
