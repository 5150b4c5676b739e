# SPDX-License-Identifier: Apache-2.0
"""Which projects may use the types that are not public, and which is a project's default."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import select

import synnefo_quota
from synnefo_core.context import RequestContext
from synnefo_core.errors import Conflict, InvalidField, NotFound
from synnefo_volume import types
from synnefo_volume.models import DefaultTypeRow, TypeAccessRow, TypeRow

_DEFAULT = "default volume type of the project"


def list_type_access(context: RequestContext, type_id: str) -> Sequence[str]:
    """Return the ids of the projects that may use a type that is not public.

    Raises:
        NotFound: There is no such type, or it is public.
    """
    query = select(TypeAccessRow.project_id).where(TypeAccessRow.type_id == type_id)
    with context.reading() as session:
        row = session.get(TypeRow, type_id)
        if row is None:
            raise NotFound(types.NOUN, type_id)
        if row.is_public:
            noun = "access list of the public volume type"
            raise NotFound(noun, type_id)
        return session.scalars(query.order_by(TypeAccessRow.project_id)).all()


def allow_type(context: RequestContext, type_id: str, project_id: str) -> None:
    """Let a project use a type.

    Raises:
        Conflict: The type is public, or for this project already.
        InvalidField: There is no such project.
        NotFound: There is no such type.
    """
    _require_project(context, project_id)
    with context.unit_of_work() as session:
        if types.lock(session, type_id).is_public:
            msg = "the volume type is public; nobody needs to be let use it"
            raise Conflict(msg)
        if session.get(TypeAccessRow, (type_id, project_id)) is not None:
            msg = f"the project {project_id} may use the volume type {type_id} already"
            raise Conflict(msg)
        session.add(TypeAccessRow(type_id=type_id, project_id=project_id))


def forbid_type(context: RequestContext, type_id: str, project_id: str) -> None:
    """Let a project use a type no longer; its volumes keep it.

    Raises:
        Conflict: The type is public.
        NotFound: There is no such type, or the project might not use it.
    """
    with context.unit_of_work() as session:
        if types.lock(session, type_id).is_public:
            msg = "the volume type is public; nobody can be kept from it"
            raise Conflict(msg)
        row = session.get(TypeAccessRow, (type_id, project_id))
        if row is None:
            noun = f"access to the volume type {type_id} of the project"
            raise NotFound(noun, project_id)
        session.delete(row)


def list_default_types(context: RequestContext) -> Mapping[str, str]:
    """Return the ids of the projects' own default types, by the projects'."""
    query = select(DefaultTypeRow).order_by(DefaultTypeRow.project_id)
    with context.reading() as session:
        return {row.project_id: row.type_id for row in session.scalars(query)}


def show_default_type(context: RequestContext, project_id: str) -> str:
    """Return the id of a project's own default type.

    Raises:
        NotFound: It has none.
    """
    with context.reading() as session:
        row = session.get(DefaultTypeRow, project_id)
        if row is None:
            raise NotFound(_DEFAULT, project_id)
        return row.type_id


def set_default_type(context: RequestContext, project_id: str, type_name: str) -> str:
    """Have a project's new volumes be of a type unless they say otherwise; return its id.

    Raises:
        InvalidField: There is no such project, or it may not use the type.
        NotFound: There is no type of this id or name.
    """
    _require_project(context, project_id)
    with context.unit_of_work() as session:
        found = types.resolve(context, type_name)
        if not found.is_public and session.get(TypeAccessRow, (found.id, project_id)) is None:
            field = "volume_type"
            raise InvalidField(field, f"project {project_id} may not use {found.name}")
        session.merge(DefaultTypeRow(project_id=project_id, type_id=found.id))
        return found.id


def unset_default_type(context: RequestContext, project_id: str) -> None:
    """Have the cloud's default hold for a project again.

    Raises:
        NotFound: It has none of its own.
    """
    with context.unit_of_work() as session:
        row = session.get(DefaultTypeRow, project_id)
        if row is None:
            raise NotFound(_DEFAULT, project_id)
        session.delete(row)


def _require_project(context: RequestContext, project_id: str) -> None:
    try:
        synnefo_quota.require_people(context.cloud, user_ids=[], project_ids=[project_id])
    except NotFound as cause:
        field = "project"
        raise InvalidField(field, f"there is no project {project_id}") from cause
