# SPDX-License-Identifier: Apache-2.0
"""Addresses at which objects are public: nobody guesses one, and each is gone with its end."""

from __future__ import annotations

import secrets
from typing import Any

from sqlalchemy import Row, Table, and_, delete, insert, select
from sqlalchemy.orm import Session

from synnefo_core.context import RequestContext
from synnefo_object_store.models import ContainerRow, ObjectRow, PublicRow
from synnefo_object_store.values import ObjectInfo
from synnefo_object_store.versions import Slot

_ADDRESS_BYTES = 24

_container: Table = ContainerRow.__table__  # type: ignore[assignment]  # declared as FromClause
_object: Table = ObjectRow.__table__  # type: ignore[assignment]  # declared as FromClause
_public: Table = PublicRow.__table__  # type: ignore[assignment]  # declared as FromClause

IS_PUBLIC = and_(
    _public.c.container_id == _object.c.container_id,
    _public.c.name == _object.c.name,
    _public.c.object_id == _object.c.id,
)
"""How an object and its address find each other."""


def publish(session: Session, slot: Slot, found: ObjectInfo) -> None:
    """Give an object that was found an address unless it has one; who calls holds it."""
    is_it = and_(_public.c.container_id == slot.container, _public.c.name == slot.name)
    there = session.scalar(select(_public.c.object_id).where(is_it))
    if there == found.id:
        return
    session.execute(delete(_public).where(is_it))
    values = {
        "address": secrets.token_urlsafe(_ADDRESS_BYTES),
        "container_id": slot.container,
        "name": slot.name,
        "object_id": found.id,
    }
    session.execute(insert(_public), values)


def unpublish(session: Session, slot: Slot) -> None:
    """Take away an object's address; it comes never back."""
    is_it = and_(_public.c.container_id == slot.container, _public.c.name == slot.name)
    session.execute(delete(_public).where(is_it))


def address_of(context: RequestContext, found: ObjectInfo) -> str | None:
    """Return the address of an object that was found, None without one."""
    query = (
        select(_public.c.address)
        .join(_container, _public.c.container_id == _container.c.id)
        .where(
            _container.c.account == found.account,
            _container.c.name == found.container,
            _public.c.name == found.name,
            _public.c.object_id == found.id,
        )
    )
    with context.reading() as session:
        address: str | None = session.scalar(query)
    return address


def find(session: Session, address: str) -> Row[Any] | None:
    """Return the columns of the object at an address, and its account and container."""
    query = (
        select(
            _container.c.account.label("of_account"),
            _container.c.name.label("of_container"),
            _object,
        )
        .select_from(_public)
        .join(_object, and_(IS_PUBLIC, _object.c.is_current))
        .join(_container, _container.c.id == _object.c.container_id)
        .where(_public.c.address == address)
    )
    return session.execute(query).first()
