# SPDX-License-Identifier: Apache-2.0
"""Names of what assignments speak of, looked up all at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from synnefo_core.context import RequestContext
from synnefo_identity.assignments import Assignment
from synnefo_identity.listing import by_id
from synnefo_identity.models import DomainRow, GroupRow, ProjectRow, RoleRow, UserRow
from synnefo_identity.payload import ScopeKind
from synnefo_identity.standing import GROUP, USER

Located = Mapping[str, tuple[str, str]]
"""Names with their domains' ids, by id."""


@dataclass(frozen=True)
class Names:
    """Names by id; ``actors`` by their kind first. What is gone has none."""

    actors: Mapping[str, Located]
    projects: Located
    domains: Mapping[str, str]
    roles: Mapping[str, str]


def names_of(context: RequestContext, assignments: Sequence[Assignment]) -> Names:
    """Return the names of all that some assignments speak of."""
    with context.reading() as session:
        actors = {
            kind: _located(session, model, [a.actor[1] for a in assignments if a.actor[0] == kind])
            for kind, model in ((USER, UserRow), (GROUP, GroupRow))
        }
        of_projects = [a.target.id for a in assignments if a.target.kind is ScopeKind.PROJECT]
        projects = _located(session, ProjectRow, of_projects)
        domain_ids = [a.target.id for a in assignments if a.target.kind is ScopeKind.DOMAIN]
        for located in (*actors.values(), projects):
            domain_ids += [domain_id for _, domain_id in located.values()]
        return Names(
            actors=actors,
            projects=projects,
            domains=_plain(session, DomainRow, domain_ids),
            roles=_plain(session, RoleRow, [a.role_id for a in assignments]),
        )


def _located(session: Session, model: Any, ids: Sequence[str]) -> Located:
    rows = by_id(session, model.id, ids, model.id, model.name, model.domain_id)
    return {row.id: (row.name, row.domain_id) for row in rows}


def _plain(session: Session, model: Any, ids: Sequence[str]) -> Mapping[str, str]:
    return {row.id: row.name for row in by_id(session, model.id, ids, model.id, model.name)}
