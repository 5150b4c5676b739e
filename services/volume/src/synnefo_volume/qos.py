# SPDX-License-Identifier: Apache-2.0
"""Quality of service specs: what several types have in common, and who is to heed it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from sqlalchemy import select, update as sql_update
from sqlalchemy.orm import Session

from synnefo_core.context import RequestContext
from synnefo_core.db.base import new_id
from synnefo_core.db.paging import page
from synnefo_core.errors import Conflict, Duplicate, Invalid, InvalidField, NotFound, TooLarge
from synnefo_volume import types
from synnefo_volume.models import QosRow, TypeRow
from synnefo_volume.type_specs import MOST_SPECS
from synnefo_volume.values import Qos, VolumeType

CONSUMERS = ("back-end", "front-end", "both")
"""Who heeds them: where volumes lie, where guests run, or both."""
_NOUN = "qos specs"


def create_qos(
    context: RequestContext, *, name: str, consumer: str = CONSUMERS[0], specs: Mapping[str, str]
) -> Qos:
    """Make quality of service specs.

    Raises:
        Duplicate: The name is taken.
        TooLarge: They say too much.
    """
    if len(specs) > MOST_SPECS:
        raise TooLarge(MOST_SPECS)
    with context.unit_of_work() as session:
        if session.scalar(select(QosRow.id).where(QosRow.name == name)) is not None:
            raise Duplicate(_NOUN, name)
        row = QosRow(
            id=new_id(), name=name, consumer=consumer, specs=dict(specs), created_at=context.now()
        )
        session.add(row)
        return _shown(row)


def list_qos(
    context: RequestContext,
    *,
    limit: int | None = None,
    marker: str = "",
    is_descending: bool = True,
) -> list[Qos]:
    """Return a page of quality of service specs in the order of their making.

    Raises:
        InvalidField: There are none ``marker``.
    """
    order = [(QosRow.created_at, is_descending), (QosRow.id, is_descending)]
    with context.reading() as session:
        behind = None
        if marker:
            found = session.get(QosRow, marker)
            if found is None:
                field = "marker"
                raise InvalidField(field, f"there are no qos specs {marker}")
            behind = (found.created_at, found.id)
        query = page(select(QosRow), order, limit=limit, marker=behind)
        return [_shown(row) for row in session.scalars(query)]


def show_qos(context: RequestContext, qos_id: str) -> Qos:
    """Return quality of service specs.

    Raises:
        NotFound: There are none of this id.
    """
    with context.reading() as session:
        return _shown(_there(session, qos_id))


def merge_qos(
    context: RequestContext, qos_id: str, specs: Mapping[str, str], *, consumer: str = ""
) -> None:
    """Say more, or otherwise; what is not named stays.

    Raises:
        NotFound: There are none of this id.
        TooLarge: They would say too much.
    """
    with context.unit_of_work() as session:
        row = _there(session, qos_id, is_changed=True)
        merged = {**row.specs, **specs}
        if len(merged) > MOST_SPECS:
            raise TooLarge(MOST_SPECS)
        row.specs = merged
        row.consumer = consumer or row.consumer


def remove_qos_specs(context: RequestContext, qos_id: str, names: Iterable[str]) -> None:
    """Say some things no longer.

    Raises:
        NotFound: There are none of this id.
        Invalid: One of them was not said.
    """
    gone = set(names)
    with context.unit_of_work() as session:
        row = _there(session, qos_id, is_changed=True)
        unknown = sorted(gone - row.specs.keys())
        if unknown:
            msg = f"the qos specs {qos_id} have no {', '.join(unknown)}"
            raise Invalid(msg)
        row.specs = {name: value for name, value in row.specs.items() if name not in gone}


def delete_qos(context: RequestContext, qos_id: str, *, is_forced: bool = False) -> None:
    """Remove quality of service specs.

    Args:
        context: An administrator's.
        qos_id: Which.
        is_forced: Whether types that have them lose them.

    Raises:
        NotFound: There are none of this id.
        Conflict: Types have them.
    """
    with context.unit_of_work() as session:
        row = _there(session, qos_id, is_changed=True)
        users = select(TypeRow.id).where(TypeRow.qos_id == qos_id)
        if not is_forced and session.scalars(users).first() is not None:
            msg = f"the qos specs {qos_id} are those of volume types"
            raise Conflict(msg)
        _release(session, qos_id)
        session.delete(row)


def list_qos_types(context: RequestContext, qos_id: str) -> list[VolumeType]:
    """Return the types that have these quality of service specs.

    Raises:
        NotFound: There are none of this id.
    """
    query = select(TypeRow).where(TypeRow.qos_id == qos_id).order_by(TypeRow.name)
    with context.reading() as session:
        _there(session, qos_id)
        return [types.shown(row) for row in session.scalars(query)]


def associate_qos(context: RequestContext, qos_id: str, type_id: str) -> None:
    """Say something of a type by quality of service specs.

    Raises:
        NotFound: There are none of this id, or no such type.
        Conflict: The type has others.
    """
    with context.unit_of_work() as session:
        _there(session, qos_id)
        row = types.lock(session, type_id)
        if row.qos_id not in ("", qos_id):
            msg = f"the volume type {type_id} has the qos specs {row.qos_id}"
            raise Conflict(msg)
        row.qos_id = qos_id


def disassociate_qos(context: RequestContext, qos_id: str, type_id: str) -> None:
    """Say nothing more of a type by these specs.

    Raises:
        NotFound: There are none of this id, or no such type.
        Conflict: The type has them not.
    """
    with context.unit_of_work() as session:
        _there(session, qos_id)
        row = types.lock(session, type_id)
        if row.qos_id != qos_id:
            msg = f"the volume type {type_id} has not the qos specs {qos_id}"
            raise Conflict(msg)
        row.qos_id = ""


def disassociate_qos_everywhere(context: RequestContext, qos_id: str) -> None:
    """Say nothing more of any type by these specs.

    Raises:
        NotFound: There are none of this id.
    """
    with context.unit_of_work() as session:
        _there(session, qos_id)
        _release(session, qos_id)


def _release(session: Session, qos_id: str) -> None:
    session.execute(sql_update(TypeRow).where(TypeRow.qos_id == qos_id).values(qos_id=""))


def _there(session: Session, qos_id: str, *, is_changed: bool = False) -> QosRow:
    row = session.get(QosRow, qos_id, with_for_update=is_changed)
    if row is None:
        raise NotFound(_NOUN, qos_id)
    return row


def _shown(row: QosRow) -> Qos:
    return Qos(id=row.id, name=row.name, consumer=row.consumer, specs=dict(row.specs))
