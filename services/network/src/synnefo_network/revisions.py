# SPDX-License-Identifier: Apache-2.0
"""Revisions of things: who changes one may require that nobody else did meanwhile."""

from __future__ import annotations

from sqlalchemy import select

from synnefo_core.context import RequestContext
from synnefo_core.errors import NotFound, PreconditionFailed
from synnefo_network.kinds import KINDS


def require_revision(context: RequestContext, kind: str, thing_id: str, revision: int) -> None:
    """Lock a thing at a revision, in the caller's unit of work, so that it stays at it until then.

    Raises:
        NotFound: There is no such thing, or the caller may not see it.
        PreconditionFailed: It is at another revision.
    """
    known = KINDS[kind]
    with context.unit_of_work() as session:
        known.show(context, thing_id)
        query = select(known.model.revision).where(known.model.id == thing_id)
        found = session.scalar(query.with_for_update())
        if found is None:
            raise NotFound(kind, thing_id)
        if found != revision:
            msg = f"constrained to {revision}, but current revision is {found}"
            raise PreconditionFailed(msg)
