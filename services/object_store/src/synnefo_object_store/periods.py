# SPDX-License-Identifier: Apache-2.0
"""When versions were current.

The time of a version begins with its number, and its row says when that time ended. Only a version
that was restored has further times; each has a row of its own. So whoever never restores anything
pays for none of this, and no two versions of a name were ever current at once.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    ColumnElement,
    Row,
    Table,
    and_,
    bindparam,
    case,
    delete,
    exists,
    func,
    insert,
    or_,
    select,
    update,
)
from sqlalchemy.orm import Session

from synnefo_core.db.prepared import Prepared
from synnefo_object_store.models import ContainerRow, ObjectRow, PeriodRow
from synnefo_object_store.versions import DELETED, Place, Slot

_container: Table = ContainerRow.__table__  # type: ignore[assignment]  # declared as FromClause
_object: Table = ObjectRow.__table__  # type: ignore[assignment]  # declared as FromClause
_period: Table = PeriodRow.__table__  # type: ignore[assignment]  # declared as FromClause

_OF_ONE = and_(
    _period.c.container_id == bindparam("of_container"),
    _period.c.name == bindparam("of_name"),
    _period.c.version == bindparam("of_version"),
)
_BEGIN = insert(_period)
_END = update(_period).where(_OF_ONE, _period.c.ended_us.is_(None))
_FORGET = delete(_period).where(_OF_ONE)

_NEWEST = Prepared(
    select(_object.c.version, func.coalesce(_object.c.ended_us, 0).label("ended"))
    .where(
        _object.c.container_id == bindparam("of_container"),
        _object.c.name == bindparam("of_name"),
    )
    .order_by(_object.c.version.desc())
    .limit(1)
)
_NEWEST_AGAIN = Prepared(
    select(_period.c.begun_us, func.coalesce(_period.c.ended_us, 0).label("ended"))
    .where(
        _period.c.container_id == bindparam("of_container"),
        _period.c.name == bindparam("of_name"),
    )
    .order_by(_period.c.begun_us.desc())
    .limit(1)
)


def instant(moment: float) -> int:
    """Return a moment as versions are numbered: in microseconds since the epoch."""
    return round(moment * 1_000_000)


def begin(session: Session, slot: Slot, version: int, at: int) -> None:
    """Note that a version is current again."""
    values = {"container_id": slot.container, "name": slot.name, "version": version}
    session.execute(_BEGIN, {**values, "begun_us": at, "ended_us": None})


def end(session: Session, slot: Slot, version: int, at: int) -> None:
    """Note that a version that was restored is current no more."""
    session.execute(_END, {**_key(slot), "of_version": version, "ended_us": at})


def forget(session: Session, slot: Slot, version: int) -> None:
    """Forget when a version that was restored was current: it goes."""
    session.execute(_FORGET, {**_key(slot), "of_version": version})


def last(session: Session, slot: Slot) -> int:
    """Return when something last became of a name, as far as that is known; 0 for never."""
    found = (query.first(session, _key(slot)) for query in (_NEWEST, _NEWEST_AGAIN))
    return max((number for row in found if row is not None for number in row), default=0)


def _key(slot: Slot) -> dict[str, Any]:
    return {"of_container": slot.container, "of_name": slot.name}


def held(at: int) -> ColumnElement[bool]:
    """Return the condition that a row of an object was the current version at an instant."""
    is_open = and_(_object.c.ended_us.is_(None), _object.c.is_current)
    first = and_(_object.c.version <= at, or_(_object.c.ended_us > at, is_open))
    again = _again(_period.c.begun_us <= at, _lasts(at))
    return and_(_object.c.nature != DELETED, or_(first, again))


def is_over(at: int) -> ColumnElement[bool]:
    """Return the condition that a version was current for the last time before an instant."""
    return and_(
        ~_object.c.is_current,
        _object.c.nature != DELETED,
        func.coalesce(_object.c.ended_us, _object.c.version) <= at,
        ~_again(_lasts(at)),
    )


def _lasts(at: int) -> ColumnElement[bool]:
    return or_(_period.c.ended_us > at, _period.c.ended_us.is_(None))


def _again(*conditions: ColumnElement[bool]) -> ColumnElement[bool]:
    return (
        exists()
        .where(
            _period.c.container_id == _object.c.container_id,
            _period.c.name == _object.c.name,
            _period.c.version == _object.c.version,
            *conditions,
        )
        .correlate(_object)
    )


def changed(at: int) -> ColumnElement[int]:
    """Return when a row of an object last began or ceased to be current, up to an instant."""
    return case((_object.c.ended_us <= at, _object.c.ended_us), else_=_object.c.version)


def changed_again(at: int) -> ColumnElement[int]:
    """Return the same of a time that a restored version had."""
    return case((_period.c.ended_us <= at, _period.c.ended_us), else_=_period.c.begun_us)


def find(session: Session, place: Place, at: int) -> Row[Any] | None:
    """Return the columns of what was the current version at an instant, or None."""
    query = (
        select(_container.c.id.label("container"), _object)
        .select_from(_object.join(_container, _object.c.container_id == _container.c.id))
        .where(
            _container.c.account == place.account,
            _container.c.name == place.container,
            _object.c.name == place.name,
            held(at),
        )
    )
    return session.execute(query).first()
