# SPDX-License-Identifier: Apache-2.0
"""Keypairs: a user's public SSH keys."""

from __future__ import annotations

import base64
import binascii
import hashlib
from dataclasses import dataclass, field

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from sqlalchemy import select

from synnefo_compute.models import KeypairRow
from synnefo_core.context import RequestContext
from synnefo_core.db.paging import page
from synnefo_core.errors import Duplicate, InvalidField, NotFound

RSA_BITS = 3072


@dataclass(frozen=True)
class Keypair:
    """A public key; the fingerprint is the MD5 of its blob as OpenSSH once showed it."""

    user_id: str
    name: str
    public_key: str
    fingerprint: str
    created_at: float


@dataclass(frozen=True)
class NewKeypair:
    """A keypair just made; the private key is shown this once and kept nowhere."""

    keypair: Keypair
    private_key: str = field(default="", repr=False)


def _shown(row: KeypairRow) -> Keypair:
    return Keypair(row.user_id, row.name, row.public_key, row.fingerprint, row.created_at)


def fingerprint(public_key: str) -> str:
    """Return the fingerprint of an OpenSSH public key.

    Raises:
        InvalidField: It is not one.
    """
    try:
        serialization.load_ssh_public_key(public_key.encode())
        blob = base64.b64decode(public_key.split()[1], validate=True)
    except (ValueError, IndexError, binascii.Error, UnsupportedAlgorithm) as cause:
        name = "keypair.public_key"
        raise InvalidField(name, "it is not an OpenSSH public key") from cause
    digest = hashlib.md5(blob, usedforsecurity=False).hexdigest()
    return ":".join(digest[i : i + 2] for i in range(0, 32, 2))


def generate() -> tuple[str, str]:
    """Return a new (public, private) RSA key in OpenSSH's form; takes a while."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=RSA_BITS)
    public = key.public_key().public_bytes(
        serialization.Encoding.OpenSSH, serialization.PublicFormat.OpenSSH
    )
    private = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.TraditionalOpenSSL,
        serialization.NoEncryption(),
    )
    return f"{public.decode()} Generated-by-Synnefo", private.decode()


def create(context: RequestContext, *, name: str, public_key: str = "") -> NewKeypair:
    """Keep a public key for the caller, or make a pair when none is given.

    Raises:
        Duplicate: The caller has one of this name.
        InvalidField: The key is not an OpenSSH public key.
    """
    private_key = ""
    if not public_key:
        public_key, private_key = context.cloud.offload.run(generate)
    printed = fingerprint(public_key)
    with context.unit_of_work() as session:
        if session.get(KeypairRow, (context.user_id, name)) is not None:
            noun = "key pair"
            raise Duplicate(noun, name)
        row = KeypairRow(
            user_id=context.user_id,
            name=name,
            public_key=public_key,
            fingerprint=printed,
            created_at=context.now(),
        )
        session.add(row)
        return NewKeypair(_shown(row), private_key)


def show(context: RequestContext, name: str) -> Keypair:
    """Return one of the caller's keypairs.

    Raises:
        NotFound: The caller has none of this name.
    """
    with context.reading() as session:
        row = session.get(KeypairRow, (context.user_id, name))
    if row is None:
        noun = "keypair"
        raise NotFound(noun, name)
    return _shown(row)


def listing(
    context: RequestContext, *, limit: int | None = None, marker: str = ""
) -> list[Keypair]:
    """Return the caller's keypairs in the order of their names."""
    query = select(KeypairRow).where(KeypairRow.user_id == context.user_id)
    behind = [marker] if marker else None
    query = page(query, [(KeypairRow.name, False)], limit=limit, marker=behind)
    with context.reading() as session:
        return [_shown(row) for row in session.scalars(query)]


def delete(context: RequestContext, name: str) -> None:
    """Forget one of the caller's keypairs.

    Raises:
        NotFound: The caller has none of this name.
    """
    with context.unit_of_work() as session:
        row = session.get(KeypairRow, (context.user_id, name))
        if row is None:
            noun = "keypair"
            raise NotFound(noun, name)
        session.delete(row)
