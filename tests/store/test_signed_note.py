"""Signed notes against the example of the C2SP specification (Go's note package), and against forgery."""

from __future__ import annotations

import pytest

from transparency.signed_note import NoteKey, NoteRefused, NoteSigner, open_note, text_of

# golang.org/x/mod/sumdb/note, package example
KEY = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
SECRET = "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz"
TEXT = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n"
NOTE = (
    TEXT
    + "\n— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
)


def test_the_published_example() -> None:
    assert NoteSigner.parse(SECRET).sign(TEXT) == NOTE
    assert str(NoteSigner.parse(SECRET).key) == KEY
    assert NoteSigner.parse(SECRET).secret() == SECRET
    assert open_note(NOTE, [NoteKey.parse(KEY)]) == TEXT


def test_a_changed_text_is_refused() -> None:
    with pytest.raises(NoteRefused, match="does not fit"):
        open_note(NOTE.replace("answer", "Answer"), [NoteKey.parse(KEY)])


def test_an_unknown_signer_is_not_enough() -> None:
    stranger = NoteSigner.generate("PeterNeumann")
    with pytest.raises(NoteRefused, match="none of the known keys"):
        open_note(stranger.sign(TEXT), [NoteKey.parse(KEY)])


def test_a_second_signature_does_not_hurt() -> None:
    other = NoteSigner.generate("archive")
    line = other.sign(TEXT).splitlines(keepends=True)[-1]
    assert open_note(NOTE + line, [NoteKey.parse(KEY)]) == TEXT
    assert open_note(NOTE + line, [other.key]) == TEXT


@pytest.mark.parametrize("note", ["", TEXT, TEXT + "\n", TEXT + "\nPeterNeumann abc\n", NOTE.rstrip("\n")])
def test_what_is_no_note_is_refused(note: str) -> None:
    with pytest.raises(NoteRefused):
        text_of(note)


@pytest.mark.parametrize("key", ["", "name", KEY.replace("c74f20a3", "c74f20a4"), KEY.replace("+AR", "+AB")])
def test_a_damaged_key_is_refused(key: str) -> None:
    with pytest.raises(ValueError, match="key"):
        NoteKey.parse(key)


def test_a_name_with_a_space_is_refused() -> None:
    with pytest.raises(ValueError, match="no spaces"):
        NoteSigner.generate("安集 镇")


def test_only_a_line_feed_ends_a_signature_line() -> None:
    """`str.splitlines` also breaks at control characters: two readers would see different signatures in one note."""
    line = NoteSigner.generate("archive").sign(TEXT).splitlines(keepends=True)[-1]
    with pytest.raises(NoteRefused, match="base64"):
        open_note(NOTE[:-1] + "\v" + line, [NoteKey.parse(KEY)])
