"""Chinese names found by pinyin: by initials (`lyz` → 林业站) or spelled out (`linye`), any reading of a character."""

from __future__ import annotations

import os
from functools import lru_cache


def spelled(query: str) -> bool:
    """Whether a query can be pinyin at all: letters of the Latin alphabet, two or more."""
    return len(query) >= 2 and query.isascii() and query.isalpha()


def sounds_like(text: str, query: str) -> bool:
    """Whether some part of `text` has these initials or this spelling. `query` is in small letters."""
    readings = [_readings(character) for character in text]
    return any(_begins(readings[start:], query) for start in range(len(readings)))


def _begins(readings: list[frozenset[str]], query: str) -> bool:
    """Whether the query is used up from here on, each character giving its initial or its whole reading."""
    if not query:
        return True
    if not readings:
        return False
    for reading in readings[0]:
        # The last one may be cut short: `liny` finds 林业.
        if reading.startswith(query):
            return True
        for said in {reading[:1], reading}:
            if said and query.startswith(said) and _begins(readings[1:], query[len(said) :]):
                return True
    return False


@lru_cache(maxsize=8192)
def _readings(character: str) -> frozenset[str]:
    if character.isascii():
        return frozenset({character.lower()})
    # Its dictionary of phrases takes 45 MB and is of no use for single characters; it is left out when first imported.
    os.environ.setdefault("PYPINYIN_NO_PHRASES", "true")
    from pypinyin import Style, pinyin

    found = pinyin(character, style=Style.NORMAL, heteronym=True, errors="ignore")
    return frozenset(found[0]) if found else frozenset()
