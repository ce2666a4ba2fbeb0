"""The bare RSA private operation, done by OpenSSL: m ↦ m^d mod n.

`cryptography` offers no private operation without padding, and Python's `pow` leaks the exponent through its timing.
This calls the libcrypto that Python's own `hashlib` is linked with: OpenSSL blinds the base, works in constant time
with the Chinese remainder theorem and checks its result against faults. `undone` gives s^e for the caller's own check.
"""

from __future__ import annotations

import _hashlib
import ctypes
import ctypes.util
from functools import cache
from typing import Any

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

_NO_PADDING = 3  # RSA_NO_PADDING of openssl/rsa.h


class OpenSslUnusable(Exception):
    """This Python brings no OpenSSL 3 that can be called, or OpenSSL refused an operation. The message says which."""


@cache
def _libcrypto() -> Any:
    # dlsym also looks into what a library was linked with, so this is the very OpenSSL that Python uses.
    candidates = [getattr(_hashlib, "__file__", None), ctypes.util.find_library("crypto")]
    for path in candidates:
        if path is None:
            continue
        try:
            library = ctypes.CDLL(path)
            return _typed(library)
        except (OSError, AttributeError):
            continue
    raise OpenSslUnusable("no libcrypto of OpenSSL 3 was found; install the system's package libssl3")


def _typed(library: ctypes.CDLL) -> ctypes.CDLL:
    pointer, size = ctypes.c_void_p, ctypes.c_size_t
    signatures: dict[str, tuple[Any, list[Any]]] = {
        "d2i_AutoPrivateKey": (pointer, [pointer, ctypes.POINTER(ctypes.c_char_p), ctypes.c_long]),
        "EVP_PKEY_CTX_new": (pointer, [pointer, pointer]),
        "EVP_PKEY_CTX_free": (None, [pointer]),
        "EVP_PKEY_free": (None, [pointer]),
        "EVP_PKEY_sign_init": (ctypes.c_int, [pointer]),
        "EVP_PKEY_CTX_set_rsa_padding": (ctypes.c_int, [pointer, ctypes.c_int]),
        "EVP_PKEY_sign": (
            ctypes.c_int,
            [pointer, ctypes.c_char_p, ctypes.POINTER(size), ctypes.c_char_p, size],
        ),
        "EVP_PKEY_verify_recover_init": (ctypes.c_int, [pointer]),
        "EVP_PKEY_verify_recover": (
            ctypes.c_int,
            [pointer, ctypes.c_char_p, ctypes.POINTER(size), ctypes.c_char_p, size],
        ),
        "ERR_clear_error": (None, []),
    }
    for name, (result, arguments) in signatures.items():
        function = getattr(library, name)
        function.restype, function.argtypes = result, arguments
    return library


class RawPrivateKey:
    """An RSA private key that can be applied to a number. `close` frees it; OpenSSL then overwrites it with zeros."""

    def __init__(self, key: RSAPrivateKey) -> None:
        self._library = _libcrypto()
        self._context: int | None = None
        self._inverse: int | None = None
        self._key: int | None = None
        self.size = (key.key_size + 7) // 8
        """Length of the modulus in bytes."""
        der = key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
        start = ctypes.c_char_p(der)
        self._key = self._library.d2i_AutoPrivateKey(None, ctypes.byref(start), len(der))
        if not self._key:
            raise self._failure("read the key")
        self._context = self._library.EVP_PKEY_CTX_new(self._key, None)
        if (
            not self._context
            or self._library.EVP_PKEY_sign_init(self._context) != 1
            or self._library.EVP_PKEY_CTX_set_rsa_padding(self._context, _NO_PADDING) != 1
        ):
            raise self._failure("prepare the key")
        self._inverse = self._library.EVP_PKEY_CTX_new(self._key, None)
        if (
            not self._inverse
            or self._library.EVP_PKEY_verify_recover_init(self._inverse) != 1
            or self._library.EVP_PKEY_CTX_set_rsa_padding(self._inverse, _NO_PADDING) != 1
        ):
            raise self._failure("prepare the public key")

    def apply(self, message: bytes) -> bytes:
        """message^d mod n, for 0 ≤ message < n in the modulus' length. Raises `OpenSslUnusable`. Not for several
        threads at once."""
        return self._call("EVP_PKEY_sign", self._context, message)

    def undone(self, signature: bytes) -> bytes:
        """signature^e mod n. Twelve times faster than Python's `pow`. Raises `OpenSslUnusable`; one thread at once."""
        return self._call("EVP_PKEY_verify_recover", self._inverse, signature)

    def close(self) -> None:
        """Free the key; afterwards nothing can be signed with it. May be called again."""
        for context in (self._context, self._inverse):
            if context:
                self._library.EVP_PKEY_CTX_free(context)
        if self._key:
            self._library.EVP_PKEY_free(self._key)
        self._context = self._inverse = self._key = None

    def __del__(self) -> None:
        self.close()

    def _call(self, name: str, context: int | None, data: bytes) -> bytes:
        if context is None:
            raise OpenSslUnusable("the key was destroyed")
        if len(data) != self.size:
            raise OpenSslUnusable("a number is given in the modulus' length")
        result, length = ctypes.create_string_buffer(self.size), ctypes.c_size_t(self.size)
        done = getattr(self._library, name)(context, result, ctypes.byref(length), data, self.size)
        if done != 1 or length.value != self.size:
            raise self._failure(f"do {name}")
        return result.raw

    def _failure(self, what: str) -> OpenSslUnusable:
        self._library.ERR_clear_error()
        return OpenSslUnusable(f"OpenSSL could not {what}")
