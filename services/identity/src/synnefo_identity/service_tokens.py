# SPDX-License-Identifier: Apache-2.0
"""Service tokens: by one a component speaks as itself, without logging in first (AST-048).

A token is random and long, so its SHA-256 is all that is kept and all that is compared.
"""

from __future__ import annotations

import hashlib
import secrets

from sqlalchemy import select
from sqlalchemy.orm import Session

from synnefo_core.context import RequestContext
from synnefo_identity import changes
from synnefo_identity.changes import Change, Kind
from synnefo_identity.models import ComponentRow, UserRow
from synnefo_identity.payload import Payload, Scope, ScopeKind

PREFIX = "svc-"
METHOD = "service_token"
DAY_S = 86400.0
_AUDIT_ID = 22
"""The characters of a digest by which a token is spoken of."""


def renew(context: RequestContext, session: Session, row: ComponentRow) -> str:
    """Give a component a new token and return it; the one before is void, and what came of it."""
    text = PREFIX + secrets.token_urlsafe(32)
    row.digest, row.issued_at = _digest(text), round(context.now(), 6)
    days = context.cloud.config.identity.service_token_days
    row.expires_at = row.issued_at + days * DAY_S
    user = session.get_one(UserRow, row.id, with_for_update=True)
    user.token_epoch += 1
    changes.note(context, session, Change(Kind.USER, row.id))
    return text


def is_one(text: str) -> bool:
    """Tell whether a text looks like a service token."""
    return text.startswith(PREFIX)


def read(session: Session, text: str) -> Payload | None:
    """Return what a service token says, None when it is nobody's; says nothing of its time."""
    digest = _digest(text)
    query = select(ComponentRow, UserRow.token_epoch).where(
        ComponentRow.digest == digest, UserRow.id == ComponentRow.id
    )
    found = session.execute(query).first()
    if found is None:
        return None
    row, epoch = found
    return Payload(
        user_id=row.id,
        epoch=epoch,
        scope=Scope(ScopeKind.PROJECT, row.id),
        methods=(METHOD,),
        issued_at=row.issued_at,
        expires_at=row.expires_at,
        audit_ids=(digest[:_AUDIT_ID],),
    )


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
