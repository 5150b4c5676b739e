# SPDX-License-Identifier: Apache-2.0
"""The keys that sign documents.

The oldest one that is not retired signs. So a key is changed by adding one, giving both public
keys to all nodes, and retiring the old one.
"""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from synnefo_core.bootstrap import once
from synnefo_core.cloud import Cloud
from synnefo_core.context import RequestContext, for_worker
from synnefo_core.contracts.driver import Misconfigured
from synnefo_core.contracts.nodes import PURPOSE
from synnefo_core.errors import Conflict, NotFound
from synnefo_core.keys import KeyRing, key_ring
from synnefo_core.signatures import Signer
from synnefo_network.nodes.models import SigningKeyRow

RING = "network"
"""The keys that seal the private parts."""


@dataclass(frozen=True)
class SigningKey:
    """A key as operators see it.

    Attributes:
        id: The first 16 hex digits of the SHA-256 of the public part.
        public: The public part in base64.
        does_sign: Whether it is the one that signs now.
    """

    id: str
    public: str
    created_at: float
    is_retired: bool
    does_sign: bool


def make_first(cloud: Cloud) -> None:
    """Make the first key of an empty cloud."""
    with once(cloud, "network.signing_key") as is_first:
        if is_first:
            add_signing_key(for_worker(cloud))


def add_signing_key(context: RequestContext) -> SigningKey:
    """Make a key, which signs once all that are older are retired."""
    private = Signer.new_key()
    public = Signer(private, PURPOSE).public_key
    row = SigningKeyRow(
        id=hashlib.sha256(public).hexdigest()[:16],
        public=base64.b64encode(public).decode(),
        private=_ring(context.cloud).seal(base64.b64encode(private).decode()),
        is_retired=False,
        created_at=context.now(),
    )
    with context.unit_of_work() as session:
        session.add(row)
        session.flush()
        return _shown(session, row)


def list_signing_keys(context: RequestContext) -> list[SigningKey]:
    """Return all keys, the oldest first."""
    with context.reading() as session:
        rows = session.scalars(select(SigningKeyRow).order_by(*_AGE))
        return [_shown(session, row) for row in rows.all()]


def retire_signing_key(context: RequestContext, key_id: str) -> SigningKey:
    """Have a key sign nothing any more; nodes may forget its public part then.

    Raises:
        Conflict: There is no other one.
        NotFound: There is no such key.
    """
    with context.unit_of_work() as session:
        rows = list(session.scalars(_USED.with_for_update()))
        row = next((each for each in rows if each.id == key_id), None)
        if row is None:
            noun = "signing key in use"
            raise NotFound(noun, key_id)
        if len(rows) == 1:
            msg = "this is the only signing key: add another one first"
            raise Conflict(msg)
        row.is_retired = True
        session.flush()
        return _shown(session, row)


def signer(context: RequestContext, purpose: str) -> Signer:
    """Return what signs documents of a kind now.

    Raises:
        Misconfigured: There is no key, or it can't be read.
    """
    with context.reading() as session:
        row = session.scalars(_USED.limit(1)).first()
    if row is None:
        raise Misconfigured("there is no signing key: run `synnefo node key add`")
    private = _ring(context.cloud).open(row.private)
    return Signer(base64.b64decode(private), purpose)


_AGE = (SigningKeyRow.created_at, SigningKeyRow.id)
_USED = select(SigningKeyRow).where(SigningKeyRow.is_retired.is_(False)).order_by(*_AGE)


def _shown(session: Session, row: SigningKeyRow) -> SigningKey:
    first = session.scalars(_USED.limit(1)).first()
    return SigningKey(
        id=row.id,
        public=row.public,
        created_at=row.created_at,
        is_retired=row.is_retired,
        does_sign=first is not None and first.id == row.id,
    )


def _ring(cloud: Cloud) -> KeyRing:
    ring = key_ring(cloud, RING)
    ring.make()
    return ring
