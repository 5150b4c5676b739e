# SPDX-License-Identifier: Apache-2.0
"""Texts that whoever has the public key knows to be the cloud's own (Ed25519).

A signed text is a JSON object: ``key`` (the first 16 hex digits of the SHA-256 of the public key),
``signature`` (base64) and ``text``, the very characters that were signed, so nothing depends on how
JSON is written. Before them goes the purpose: what is signed for one is nothing for another.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterable
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import (
    Ed25519PrivateKey,
    Ed25519PublicKey,
)

KEY_BYTES = 32


class Forged(Exception):
    """A text is not signed by a known key."""


class Signer:
    """Signs texts for one purpose."""

    def __init__(self, key: bytes, purpose: str) -> None:
        """Take a private key of 32 bytes."""
        self._key = Ed25519PrivateKey.from_private_bytes(key)
        self._purpose = purpose

    @staticmethod
    def new_key() -> bytes:
        """Return a new private key."""
        return Ed25519PrivateKey.generate().private_bytes_raw()

    @property
    def public_key(self) -> bytes:
        """What verifiers have to know; 32 bytes."""
        return self._key.public_key().public_bytes_raw()

    def sign(self, text: str) -> str:
        """Return the signed text."""
        signature = self._key.sign(_signed(self._purpose, text))
        return json.dumps(
            {
                "key": _name(self.public_key),
                "signature": base64.b64encode(signature).decode(),
                "text": text,
            }
        )


class Verifier:
    """Opens texts that were signed for one purpose by one of some keys."""

    def __init__(self, keys: Iterable[bytes], purpose: str) -> None:
        """Take public keys of 32 bytes: several while they are being changed."""
        self._keys = {_name(key): Ed25519PublicKey.from_public_bytes(key) for key in keys}
        self._purpose = purpose

    def open(self, signed: str) -> str:
        """Return the text that was signed.

        Raises:
            Forged: It was not, or by a key that is not known, or for another purpose.
        """
        try:
            content = json.loads(signed)
            key, text = self._keys[content["key"]], content["text"]
            key.verify(base64.b64decode(content["signature"]), _signed(self._purpose, text))
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as cause:
            raise Forged("not a text signed by a known key") from cause
        except InvalidSignature:
            raise Forged("the signature is wrong") from None
        return str(text)


def read_keys(file: Path) -> list[bytes]:
    """Return the keys of a file with one a line, in base64.

    Raises:
        ValueError: A line is none.
        OSError: It can't be read.
    """
    keys = [base64.b64decode(line, validate=True) for line in file.read_text().split()]
    if not all(len(key) == KEY_BYTES for key in keys):
        msg = f"{file}: a key has {KEY_BYTES} bytes"
        raise ValueError(msg)
    return keys


def _name(key: bytes) -> str:
    return hashlib.sha256(key).hexdigest()[:16]


def _signed(purpose: str, text: str) -> bytes:
    return f"{purpose}\0{text}".encode()
