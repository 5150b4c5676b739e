# SPDX-License-Identifier: Apache-2.0
"""Access tokens in the hands of whoever is to serve something for them: each is good once."""

from __future__ import annotations

from sqlalchemy import delete
from sqlalchemy.orm import Session

from synnefo_core.context import RequestContext
from synnefo_core.errors import NotFound
from synnefo_identity.models import RevocationRow
from synnefo_identity.oauth2.grants import Access, has_dots, hashed
from synnefo_identity.oauth2.models import AccessRow
from synnefo_identity.payload import UNSCOPED
from synnefo_identity.standing import Standing, read


def spend(context: RequestContext, text: str, path: str) -> tuple[Access, Standing]:
    """Take an access token for a path; return it and who allowed it. It is good no more.

    Raises:
        NotFound: It is unknown, spent, too old, or for another path; or its user is disabled, or
            gave back the token by which it was allowed.
    """
    with context.unit_of_work() as session:
        gone = delete(AccessRow).where(AccessRow.hash == hashed(text)).returning(AccessRow)
        row = session.scalars(gone).first()
        standing = _standing(context, session, row, path) if row is not None else None
        if row is not None and standing is not None:
            lasts_s = row.expires_at - context.now()
            return Access(text, row.user_id, row.client_id, row.scope, lasts_s), standing
    # Outside: one that is refused is spent as well.
    noun = "token"
    raise NotFound(noun)


def _standing(
    context: RequestContext, session: Session, row: AccessRow, path: str
) -> Standing | None:
    """Return the standing of who allowed a token, None when it is not good for a path."""
    if row.expires_at <= context.now() or not _is_below(path, row.scope):
        return None
    if session.get(RevocationRow, row.audit_id) is not None:
        return None
    found = read(session, row.user_id, UNSCOPED)
    return found if found is not None and found.epoch == row.epoch else None


def _is_below(path: str, scope: str) -> bool:
    """Tell whether a path is a scope or below it; "/a/bc" and "/a/b/../c" are not below "/a/b"."""
    if has_dots(path):
        return False
    return path == scope or path.startswith(f"{scope.rstrip('/')}/")
