# SPDX-License-Identifier: Apache-2.0
"""Components as values. Each is a user with no password and one role: ``service``."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from sqlalchemy import delete, or_, select
from sqlalchemy.orm import Session

import synnefo_quota
from synnefo_core.context import RequestContext
from synnefo_core.errors import Conflict, NotFound
from synnefo_identity import assignments, ladder, service_tokens, users
from synnefo_identity.catalog import offers
from synnefo_identity.domains import DEFAULT
from synnefo_identity.listing import by_id
from synnefo_identity.models import ComponentRow, EndpointRow, RoleRow, ServiceRow
from synnefo_identity.payload import Scope, ScopeKind
from synnefo_identity.standing import USER


@dataclass(frozen=True)
class Component:
    """A component; moments are seconds since the epoch.

    Attributes:
        id: The user's that it is.
        name: The user's, too.
        base_url: Below it are the endpoints of services that say none.
        ui_url: Where people look at it.
        token_issued_at: Since when its token is what it is.
        token_expires_at: Until when it is good.
        services: The names of its services.
        is_shown: Whether one of them is public, so that menus show the component.
    """

    id: str
    name: str
    base_url: str
    ui_url: str
    token_issued_at: float
    token_expires_at: float
    services: tuple[str, ...] = ()
    is_shown: bool = False


@dataclass(frozen=True)
class Made:
    """A component and its new token, which nobody can see again; None: it has the old one."""

    component: Component
    token: str | None = field(repr=False)


def add(context: RequestContext, name: str, *, base_url: str = "", ui_url: str = "") -> Made:
    """Make a component.

    Raises:
        Duplicate: There is a user of this name.
    """
    described = {"name": name, "description": "a component beside this cloud"}
    with context.unit_of_work() as session:
        user = users.add(context, session, DEFAULT, described, None)
        # It is no member of its own project: it has nothing to do there.
        assignments.forget_actor(session, USER, user.id)
        role = session.scalars(select(RoleRow.id).where(RoleRow.name == ladder.SERVICE)).one()
        scope = Scope(ScopeKind.PROJECT, user.id)
        assignments.add(context, session, (USER, user.id), scope, role)
        row = ComponentRow(id=user.id, name=name, base_url=base_url, ui_url=ui_url)
        token = service_tokens.renew(context, session, row)
        session.add(row)
        session.flush()
        return Made(_value(session, row), token)


def index(context: RequestContext) -> Sequence[Component]:
    """Return all components, by name."""
    with context.reading() as session:
        return _values(session, session.scalars(select(ComponentRow)))


def find(context: RequestContext, text: str) -> Component:
    """Return the component of an id or a name.

    Raises:
        NotFound: There is none.
    """
    with context.reading() as session:
        return _value(session, row_of(session, text))


def modify(
    context: RequestContext,
    text: str,
    *,
    base_url: str | None = None,
    ui_url: str | None = None,
    is_renewed: bool = False,
) -> Made:
    """Change where a component is; renewed, its token is void and it gets another one.

    Endpoints that were made of the base URL stay where they are until they are imported again.

    Raises:
        NotFound: There is none.
    """
    with context.unit_of_work() as session:
        row = row_of(session, text, is_locked=True)
        row.base_url = row.base_url if base_url is None else base_url
        row.ui_url = row.ui_url if ui_url is None else ui_url
        token = service_tokens.renew(context, session, row) if is_renewed else None
        session.flush()
        offers.note(context, session)
        return Made(_value(session, row), token)


def remove(context: RequestContext, text: str, *, is_purged: bool = False) -> None:
    """Remove a component; purged, with its services. What is held of its resources stays.

    Raises:
        NotFound: There is none.
        Conflict: It has services, which are to stay.
    """
    with context.unit_of_work() as session:
        row = row_of(session, text, is_locked=True)
        of = select(ServiceRow.id).where(ServiceRow.component_id == row.id)
        ids = list(session.scalars(of))
        if ids and not is_purged:
            msg = f"the component {row.name} has services"
            raise Conflict(msg)
        session.execute(delete(EndpointRow).where(EndpointRow.service_id.in_(ids)))
        session.execute(delete(ServiceRow).where(ServiceRow.id.in_(ids)))
        offers.note(context, session)
        synnefo_quota.declared.withdraw(context, row.id)
        user_id = row.id
        session.delete(row)
        session.flush()
        users.remove(context, session, user_id)


def row_of(session: Session, text: str, *, is_locked: bool = False) -> ComponentRow:
    """Return a component's row by its id or name.

    Raises:
        NotFound: There is none.
    """
    query = select(ComponentRow).where(or_(ComponentRow.id == text, ComponentRow.name == text))
    row = session.scalars(query.with_for_update() if is_locked else query).first()
    if row is None:
        noun = "component"
        raise NotFound(noun, text)
    return row


def _value(session: Session, row: ComponentRow) -> Component:
    return _values(session, [row])[0]


def _values(session: Session, rows: Iterable[ComponentRow]) -> list[Component]:
    """Return the values of rows by name, their services read all at once."""
    found = sorted(rows, key=lambda row: row.name)
    columns = ServiceRow.component_id, ServiceRow.name, ServiceRow.is_public
    services: dict[str, list[tuple[str, bool]]] = {}
    ids = [row.id for row in found]
    for component_id, name, is_public in by_id(session, ServiceRow.component_id, ids, *columns):
        services.setdefault(component_id, []).append((name, is_public))
    return [
        Component(
            id=row.id,
            name=row.name,
            base_url=row.base_url,
            ui_url=row.ui_url,
            token_issued_at=row.issued_at,
            token_expires_at=row.expires_at,
            services=tuple(sorted(name for name, _ in services.get(row.id, ()))),
            is_shown=any(is_public for _, is_public in services.get(row.id, ())),
        )
        for row in found
    ]
