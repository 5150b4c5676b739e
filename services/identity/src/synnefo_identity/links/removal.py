# SPDX-License-Identifier: Apache-2.0
"""Take a login method from an account; never the last by which its user can come."""

from __future__ import annotations

import logging

from sqlalchemy import select
from sqlalchemy.orm import Session

from synnefo_core.context import RequestContext
from synnefo_core.errors import Conflict, Forbidden, NotFound
from synnefo_identity import changes, methods
from synnefo_identity.changes import Change, Kind
from synnefo_identity.links import overview
from synnefo_identity.models import LinkRow, UserRow

log = logging.getLogger(__name__)


def remove(context: RequestContext, user_id: str, method: str, *, subject: str = "") -> None:
    """Remove a link; of a method that keeps passwords here, the password too. All tokens end.

    Args:
        context: The user's own, or an administrator's, whom policies don't bind.
        user_id: Whose.
        method: The configured name.
        subject: Which, where the account has several of the method.

    Raises:
        Forbidden: The account is another's, or the method may not be removed.
        NotFound: There is no such link.
        Conflict: It is the last by which the user can log in, or there are several.
    """
    require_own(context, user_id)
    with context.unit_of_work() as session:
        user = lock(session, user_id)
        policy = overview.policy(context.cloud, session, method, user_id)
        if not (context.is_admin or policy.remove):
            msg = f"the login method {method} can't be removed"
            raise Forbidden(msg)
        row = _find(session, user_id, method, subject)
        if not _others(context, session, row):
            raise Conflict("the last login method of an account can't be removed")
        session.delete(row)
        end_sessions(context, session, user)
        kept = dict(methods.methods(context.cloud)).get(method)
        if kept is not None and kept.passwords is not None:
            kept.passwords.remove(user_id)
    log.info("login method removed", extra={"user": user_id, "login_method": method})


def require_own(context: RequestContext, user_id: str) -> None:
    """Refuse who may not change how a user logs in.

    Raises:
        Forbidden: It is neither the user, with all that a user may do, nor an administrator.
    """
    claims = context.claims
    if claims is not None and claims.application_credential_id:
        # It would outlive the credential and its limits.
        raise Forbidden("an application credential can't change login methods")
    if not context.is_admin and context.user_id != user_id:
        raise Forbidden


def lock(session: Session, user_id: str) -> UserRow:
    """Return a user's row; others who change how the user logs in wait until the commit.

    Raises:
        NotFound: There is none.
    """
    row = session.get(UserRow, user_id, with_for_update=True)
    if row is None:
        raise NotFound("user", user_id)
    return row


def end_sessions(context: RequestContext, session: Session, user: UserRow) -> None:
    """Make all of a user's tokens invalid: one may be of who came by what is gone."""
    user.token_epoch += 1
    changes.note(context, session, Change(Kind.USER, user.id))


def _find(session: Session, user_id: str, method: str, subject: str) -> LinkRow:
    query = select(LinkRow).where(LinkRow.user_id == user_id, LinkRow.method == method)
    if subject:
        query = query.where(LinkRow.subject == subject)
    rows = session.scalars(query).all()
    if not rows:
        noun = "login method"
        raise NotFound(noun, method)
    if len(rows) > 1:
        msg = f"there are {len(rows)} links of {method}: name the subject of one"
        raise Conflict(msg)
    return rows[0]


def _others(context: RequestContext, session: Session, removed: LinkRow) -> list[LinkRow]:
    """Return the other links by which the user can log in."""
    query = select(LinkRow).where(LinkRow.user_id == removed.user_id)
    rows = [row for row in session.scalars(query) if row is not removed]
    return [row for row in rows if _is_good(context, session, row)]


def _is_good(context: RequestContext, session: Session, row: LinkRow) -> bool:
    """Tell whether somebody can log in by a link."""
    if not overview.policy(context.cloud, session, row.method, row.user_id).login:
        return False
    passwords = methods.find(context.cloud, row.method).passwords
    own = row.subject == row.user_id
    return passwords is None or not own or passwords.state(row.user_id) is not None
