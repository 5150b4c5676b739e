# SPDX-License-Identifier: Apache-2.0
"""Catalogs: from the ids of users to their login names, and back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy import select

from synnefo_core.context import RequestContext
from synnefo_identity import listing
from synnefo_identity.models import UserRow


@dataclass(frozen=True)
class Catalog:
    """Names by id and ids by name, as far as there are such users."""

    names: Mapping[str, str]
    ids: Mapping[str, str]


def look_up(
    context: RequestContext, *, ids: Iterable[str] | None, names: Iterable[str] | None
) -> Catalog:
    """Return names of users and users of names; None: of all there are.

    Names are those of the domain in which people register.
    """
    columns = (UserRow.id, UserRow.name)
    domain_id = context.cloud.config.accounts.domain
    own = select(*columns).where(UserRow.domain_id == domain_id)
    with context.reading() as session:
        if ids is None:
            by_id = session.execute(select(*columns)).all()
        else:
            by_id = list(listing.by_id(session, UserRow.id, ids, *columns))
        if names is None:
            by_name = session.execute(own).all()
        else:
            by_name = session.execute(own.where(UserRow.name.in_(sorted(set(names))))).all()
    return Catalog(
        names={row.id: row.name for row in by_id},
        ids={row.name: row.id for row in by_name},
    )
