# SPDX-License-Identifier: Apache-2.0
"""The terms of use: versions of them, and who has agreed to which.

Who has not agreed to the newest gets unscoped tokens only, enough to agree with one. Programs and
those who run the cloud owe nothing: a new version must not stop it.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import ScalarSelect, func, select
from sqlalchemy.orm import Session

from synnefo_core.context import ADMIN_ROLE, RequestContext
from synnefo_core.db.session import add_if_absent
from synnefo_core.errors import Conflict, NotFound
from synnefo_identity import changes
from synnefo_identity.ladder import SERVICE
from synnefo_identity.models import AgreementRow, TermsRow, UserRow
from synnefo_identity.values import Role

log = logging.getLogger(__name__)

OWE_NOTHING = frozenset({ADMIN_ROLE, SERVICE})
"""The roles in a scope that free from agreeing."""


@dataclass(frozen=True)
class Terms:
    """A version of the terms of use."""

    version: int
    location: str
    published_at: float

    @classmethod
    def of(cls, row: TermsRow) -> Terms:
        """Return a row's value."""
        return cls(row.version, row.location, row.published_at)


def newest() -> ScalarSelect[int]:
    """Return the subquery of the newest version, null when there are no terms."""
    return select(func.max(TermsRow.version)).scalar_subquery()


def agreed(user_id: str) -> ScalarSelect[int]:
    """Return the subquery of the newest version that a user agreed to."""
    query = select(func.max(AgreementRow.version)).where(AgreementRow.user_id == user_id)
    return query.scalar_subquery()


def are_owed(newest: int | None, agreed: int | None, roles: Iterable[Role]) -> bool:
    """Return whether somebody of these roles in a scope has to agree before using them."""
    roles = tuple(roles)
    is_behind = newest is not None and newest > (agreed or 0)
    return is_behind and bool(roles) and OWE_NOTHING.isdisjoint(role.name for role in roles)


def publish(context: RequestContext, location: str) -> Terms:
    """Make a new version that all have to agree to; all tokens are looked at anew."""
    with context.unit_of_work() as session:
        last = session.scalar(select(func.max(TermsRow.version)).select_from(TermsRow)) or 0
        row = TermsRow(version=last + 1, location=location, published_at=context.now())
        session.add(row)
        session.flush()
        changes.note(context, session, changes.EVERYTHING)
        log.info("terms published", extra={"version": row.version})
        return Terms.of(row)


def index(context: RequestContext) -> Sequence[Terms]:
    """Return all versions, the newest first."""
    with context.reading() as session:
        rows = session.scalars(select(TermsRow).order_by(TermsRow.version.desc()))
        return [Terms.of(row) for row in rows]


def show(context: RequestContext) -> Terms:
    """Return the newest version.

    Raises:
        NotFound: There is none.
    """
    with context.reading() as session:
        row = session.scalar(select(TermsRow).where(TermsRow.version == newest()))
    if row is None:
        noun = "terms of use"
        raise NotFound(noun)
    return Terms.of(row)


def version_of(context: RequestContext, user_id: str) -> int | None:
    """Return the newest version that a user agreed to, None when to none."""
    with context.reading() as session:
        return session.scalar(select(agreed(user_id)))


def agree(context: RequestContext, user_id: str, version: int) -> None:
    """Note that a user agrees to the newest version; a second time changes nothing.

    Raises:
        NotFound: There is no such user.
        Conflict: It is not the newest: nobody agrees to what was not shown.
    """
    with context.unit_of_work() as session:
        require_newest(session, version)
        if session.get(UserRow, user_id) is None:
            noun = "user"
            raise NotFound(noun, user_id)
        keep(session, user_id, version, context.now())
        log.info("terms agreed to", extra={"user": user_id, "version": version})


def require_newest(session: Session, version: int | None) -> None:
    """Refuse what is not the newest version, and none where there are terms.

    Raises:
        Conflict: It is not.
    """
    if version != session.scalar(select(newest())):
        msg = "these are not the terms of use of today"
        raise Conflict(msg)


def keep(session: Session, user_id: str, version: int, agreed_at: float) -> None:
    """Note an agreement."""
    row = {"user_id": user_id, "version": version, "agreed_at": agreed_at}
    add_if_absent(session, AgreementRow, row)
