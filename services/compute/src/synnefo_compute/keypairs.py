# SPDX-License-Identifier: Apache-2.0
"""Keypairs: a user's public keys. Administrators have their hands on those of all users."""

from __future__ import annotations

from dataclasses import dataclass, field

from sqlalchemy import select

from synnefo_compute import policies
from synnefo_compute.key_material import SSH, fingerprint, generate
from synnefo_compute.models import KeypairRow
from synnefo_core.context import RequestContext
from synnefo_core.db.paging import page
from synnefo_core.errors import Duplicate, NotFound


@dataclass(frozen=True)
class Keypair:
    """A public key; type and fingerprint are of :mod:`synnefo_compute.key_material`."""

    user_id: str
    name: str
    public_key: str
    fingerprint: str
    type: str
    created_at: float


@dataclass(frozen=True)
class NewKeypair:
    """A keypair just made; the private key is shown this once and kept nowhere."""

    keypair: Keypair
    private_key: str = field(default="", repr=False)


def _shown(row: KeypairRow) -> Keypair:
    return Keypair(row.user_id, row.name, row.public_key, row.fingerprint, row.type, row.created_at)


def _owner(context: RequestContext, user_id: str) -> str:
    """Return whose keypairs are meant: the caller's own when nobody is named."""
    if user_id and user_id != context.user_id:
        context.cloud.policy.require(context, policies.KEYPAIRS_OF_OTHERS)
    return user_id or context.user_id


def create(
    context: RequestContext,
    *,
    name: str,
    public_key: str = "",
    key_type: str = SSH,
    user_id: str = "",
) -> NewKeypair:
    """Keep a public key for a user, or make a pair when none is given.

    Args:
        context: Who asks.
        name: Unique among the user's.
        public_key: Empty to have a pair made.
        key_type: Of :mod:`synnefo_compute.key_material`.
        user_id: Whose it is to be; empty for the caller's own.

    Raises:
        Duplicate: The user has one of this name.
        Forbidden: Only administrators make them for others.
        InvalidField: The key is not of its type.
    """
    owner, private_key = _owner(context, user_id), ""
    if not public_key:
        offload = context.cloud.offload
        public_key, private_key = offload.run(generate, key_type, owner, context.now())
    printed = fingerprint(public_key, key_type)
    with context.unit_of_work() as session:
        if session.get(KeypairRow, (owner, name)) is not None:
            noun = "key pair"
            raise Duplicate(noun, name)
        row = KeypairRow(
            user_id=owner,
            name=name,
            public_key=public_key,
            fingerprint=printed,
            type=key_type,
            created_at=context.now(),
        )
        session.add(row)
        return NewKeypair(_shown(row), private_key)


def show(context: RequestContext, name: str, *, user_id: str = "") -> Keypair:
    """Return one of a user's keypairs; of the caller's own when nobody is named.

    Raises:
        Forbidden: Only administrators see those of others.
        NotFound: The user has none of this name.
    """
    owner = _owner(context, user_id)
    with context.reading() as session:
        row = session.get(KeypairRow, (owner, name))
    if row is None:
        noun = "keypair"
        raise NotFound(noun, name)
    return _shown(row)


def listing(
    context: RequestContext, *, limit: int | None = None, marker: str = "", user_id: str = ""
) -> list[Keypair]:
    """Return a user's keypairs in the order of their names; the caller's when nobody is named.

    Raises:
        Forbidden: Only administrators see those of others.
    """
    query = select(KeypairRow).where(KeypairRow.user_id == _owner(context, user_id))
    behind = [marker] if marker else None
    query = page(query, [(KeypairRow.name, False)], limit=limit, marker=behind)
    with context.reading() as session:
        return [_shown(row) for row in session.scalars(query)]


def delete(context: RequestContext, name: str, *, user_id: str = "") -> None:
    """Forget one of a user's keypairs; of the caller's own when nobody is named.

    Raises:
        Forbidden: Only administrators forget those of others.
        NotFound: The user has none of this name.
    """
    owner = _owner(context, user_id)
    with context.unit_of_work() as session:
        row = session.get(KeypairRow, (owner, name))
        if row is None:
            noun = "keypair"
            raise NotFound(noun, name)
        session.delete(row)
