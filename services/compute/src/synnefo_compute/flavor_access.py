# SPDX-License-Identifier: Apache-2.0
"""Which projects may use the flavors that are not for all."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from synnefo_compute.flavors import there
from synnefo_compute.models import FlavorAccessRow
from synnefo_core.context import RequestContext
from synnefo_core.errors import Conflict, Invalid, NotFound


def listing(context: RequestContext, flavor_id: str) -> Sequence[str]:
    """Return the ids of the projects that may use a flavor that is not for all.

    Raises:
        NotFound: There is no such flavor, or it is for all.
    """
    with context.reading() as session:
        if there(session, flavor_id).is_public:
            noun = "access list of the flavor"
            raise NotFound(noun, flavor_id)
        return of(session, flavor_id)


def allow(context: RequestContext, flavor_id: str, project_id: str) -> Sequence[str]:
    """Let a project use a flavor; return all those that may.

    Raises:
        NotFound: There is no such flavor.
        Conflict: It is for all, or for this project already.
        Invalid: There is no such project.
    """
    directory = context.cloud.directory
    if directory is not None and project_id not in directory.projects([project_id]):
        msg = f"there is no project {project_id}"
        raise Invalid(msg)
    with context.unit_of_work() as session:
        if there(session, flavor_id).is_public:
            msg = "the flavor is for all; nobody needs to be let use it"
            raise Conflict(msg)
        if session.get(FlavorAccessRow, (flavor_id, project_id)) is not None:
            msg = f"the project {project_id} may use the flavor {flavor_id} already"
            raise Conflict(msg)
        session.add(FlavorAccessRow(flavor_id=flavor_id, project_id=project_id))
        session.flush()
        return of(session, flavor_id)


def forbid(context: RequestContext, flavor_id: str, project_id: str) -> Sequence[str]:
    """Let a project use a flavor no longer; its servers keep it. Return those that still may.

    Raises:
        NotFound: There is no such flavor, or the project might not use it.
    """
    with context.unit_of_work() as session:
        there(session, flavor_id)
        row = session.get(FlavorAccessRow, (flavor_id, project_id))
        if row is None:
            noun = f"access to the flavor {flavor_id} of the project"
            raise NotFound(noun, project_id)
        session.delete(row)
        session.flush()
        return of(session, flavor_id)


def of(session: Session, flavor_id: str) -> Sequence[str]:
    """Return the ids of the projects that were let use a flavor."""
    query = select(FlavorAccessRow.project_id).where(FlavorAccessRow.flavor_id == flavor_id)
    return session.scalars(query.order_by(FlavorAccessRow.project_id)).all()
