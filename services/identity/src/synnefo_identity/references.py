# SPDX-License-Identifier: Apache-2.0
"""How requests name users and projects, and the rows that they name."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import Select, bindparam, select
from sqlalchemy.orm import Session

from synnefo_identity.models import DomainRow, ProjectRow, UserRow


@dataclass(frozen=True)
class Reference:
    """How a request names a thing of a domain: by id, or by name and domain."""

    id: str | None = None
    name: str | None = None
    domain_id: str | None = None
    domain_name: str | None = None


def find(session: Session, model: type[UserRow | ProjectRow], named: Reference) -> Any:
    """Return the id, the name and the domain's id of what is named; None when there is none."""
    if named.id is not None:
        return session.execute(_by_id(model), {"id": named.id}).first()
    is_by_id = named.domain_id is not None
    values = {"name": named.name, "domain": named.domain_id if is_by_id else named.domain_name}
    return session.execute(_by_name(model, is_by_id=is_by_id), values).first()


# Each is made once: logins ask them all the time.
@cache
def _by_id(model: Any) -> Select[Any]:
    return select(model.id, model.name, model.domain_id).where(model.id == bindparam("id"))


@cache
def _by_name(model: Any, *, is_by_id: bool) -> Select[Any]:
    domain: Any = DomainRow.id if is_by_id else DomainRow.name
    return (
        select(model.id, model.name, model.domain_id)
        .join(DomainRow, DomainRow.id == model.domain_id)
        .where(model.name == bindparam("name"), domain == bindparam("domain"))
    )
