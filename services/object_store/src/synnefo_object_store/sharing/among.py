# SPDX-License-Identifier: Apache-2.0
"""What counts for many paths of a container at once: few statements for a page of a listing."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, TypeVar

from sqlalchemy import Table, and_, select
from sqlalchemy.orm import Session

from synnefo_object_store.models import GrantRow, ObjectRow, PublicRow
from synnefo_object_store.sharing.addresses import IS_PUBLIC
from synnefo_object_store.sharing.grants import GRANTED, Shared, Sharing, is_folder, upwards

_AT_ONCE = 1000
"""Names in one statement."""

Item = TypeVar("Item")

_grant: Table = GrantRow.__table__  # type: ignore[assignment]  # declared as FromClause
_object: Table = ObjectRow.__table__  # type: ignore[assignment]  # declared as FromClause
_public: Table = PublicRow.__table__  # type: ignore[assignment]  # declared as FromClause

_PUBLISHED = select(_public.c.name, _public.c.address).join(
    _object, and_(IS_PUBLIC, _object.c.is_current)
)


def shared_among(
    session: Session, number: int, names: Sequence[str], now: float
) -> Mapping[str, Shared]:
    """Return what counts for those of some paths that are shared, by their names."""
    is_its = _grant.c.container_id == number
    if session.execute(select(_grant.c.name).where(is_its).limit(1)).first() is None:
        return {}
    found: dict[str, list[Any]] = defaultdict(list)
    for some in _some(sorted({each for name in names for each in upwards(name)})):
        for row in session.execute(GRANTED.where(is_its, _grant.c.name.in_(some))):
            if row.expires_at is None or row.expires_at > now:
                found[row.name].append(row)
    sharing = {name: _sharing(rows) for name, rows in found.items()}
    folders = {name for name, rows in found.items() if is_folder(rows[0].content_type)}
    pairs = ((name, _nearest(name, sharing, folders)) for name in names)
    return {name: shared for name, shared in pairs if shared is not None}


def _sharing(rows: Sequence[Any]) -> Sharing:
    writers = frozenset(row.grantee for row in rows if row.is_writer)
    return Sharing(frozenset(row.grantee for row in rows) - writers, writers)


def _nearest(name: str, sharing: Mapping[str, Sharing], folders: set[str]) -> Shared | None:
    own, *above = upwards(name)
    if own in sharing:
        return Shared(own, sharing[own])
    return next((Shared(each, sharing[each]) for each in above[::-1] if each in folders), None)


def addresses_among(session: Session, number: int, names: Sequence[str]) -> Mapping[str, str]:
    """Return the addresses of those of some objects that are public, by their names."""
    is_its = _public.c.container_id == number
    if session.execute(select(_public.c.name).where(is_its).limit(1)).first() is None:
        return {}
    return {
        row.name: row.address
        for some in _some(names)
        for row in session.execute(_PUBLISHED.where(is_its, _public.c.name.in_(some)))
    }


def _some(items: Sequence[Item]) -> Iterator[Sequence[Item]]:
    for first in range(0, len(items), _AT_ONCE):
        yield items[first : first + _AT_ONCE]
