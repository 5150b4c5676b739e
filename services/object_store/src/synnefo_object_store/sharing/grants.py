# SPDX-License-Identifier: Apache-2.0
"""Who may use which path."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, Select, Table, and_, delete, func, insert, select
from sqlalchemy.orm import Session

from synnefo_core.context import RequestContext
from synnefo_core.errors import Invalid
from synnefo_object_store.limits import LIMITS, check_text
from synnefo_object_store.models import ContainerRow, GrantRow, ObjectRow
from synnefo_object_store.sharing.groups import grantees_of, is_in_any
from synnefo_object_store.values import ObjectInfo
from synnefo_object_store.versions import Place, Slot

EVERYBODY = "*"
_FOLDERS = frozenset({"application/directory", "application/folder"})

_container: Table = ContainerRow.__table__  # type: ignore[assignment]  # declared as FromClause
_grant: Table = GrantRow.__table__  # type: ignore[assignment]  # declared as FromClause
_object: Table = ObjectRow.__table__  # type: ignore[assignment]  # declared as FromClause

GRANTED = (
    select(
        _grant.c.name,
        _grant.c.grantee,
        _grant.c.is_writer,
        _object.c.content_type,
        _object.c.expires_at,
    )
    .select_from(_grant)
    .join(
        _object,
        and_(
            _object.c.container_id == _grant.c.container_id,
            _object.c.name == _grant.c.name,
            _object.c.id == _grant.c.object_id,
            _object.c.is_current,
        ),
    )
)
"""Grants of what is there, and what decides whether they count."""


@dataclass(frozen=True)
class Sharing:
    """Who may read and who may write, which is to read too; nobody: it is not shared.

    Names are ids of users, ``*`` for all users, or ``account:group``.
    """

    readers: frozenset[str] = frozenset()
    writers: frozenset[str] = frozenset()

    @property
    def everyone(self) -> frozenset[str]:
        """All that may do something."""
        return self.readers | self.writers

    def check(self) -> None:
        """Refuse what can't be kept.

        Raises:
            Invalid: A name is too long, or there are too many.
        """
        if len(self.everyone) > LIMITS.grantees:
            raise Invalid(f"at most {LIMITS.grantees} users and groups can be named")
        for grantee in self.everyone:
            user_or_account, _, group = grantee.partition(":")
            check_text("name of who may", user_or_account, LIMITS.user_id_bytes)
            if ":" in grantee:
                check_text("group name", group, LIMITS.group_name_bytes)


@dataclass(frozen=True)
class Shared:
    """What counts for a path, and the name of the object that says so: itself or a folder."""

    name: str
    sharing: Sharing


def replace(session: Session, slot: Slot, found: ObjectInfo, sharing: Sharing) -> None:
    """Share an object that was found so from now on; who calls holds it."""
    forget(session, slot)
    rows = [
        {
            "grantee": grantee,
            "account": found.account,
            "container_id": slot.container,
            "name": slot.name,
            "object_id": found.id,
            "is_writer": grantee in sharing.writers,
        }
        for grantee in sorted(sharing.everyone)
    ]
    if rows:
        session.execute(insert(_grant), rows)


def forget(session: Session, slot: Slot) -> None:
    """Share a path no more."""
    is_it = and_(_grant.c.container_id == slot.container, _grant.c.name == slot.name)
    session.execute(delete(_grant).where(is_it))


def nearest(context: RequestContext, place: Place) -> Shared | None:
    """Return what counts for a path, whether anything is there or not."""
    query = GRANTED.join(_container, _container.c.id == _grant.c.container_id).where(
        _container.c.account == place.account,
        _container.c.name == place.container,
        _grant.c.name.in_(list(upwards(place.name))),
    )
    with context.reading() as session:
        rows = session.execute(query).all()
    counting = [row for row in rows if _counts(row, place, context.now())]
    name = max((row.name for row in counting), key=len, default=None)
    if name is None:
        return None
    of_it = [row for row in counting if row.name == name]
    writers = frozenset(row.grantee for row in of_it if row.is_writer)
    return Shared(name, Sharing(frozenset(row.grantee for row in of_it) - writers, writers))


def upwards(name: str) -> Iterator[str]:
    """Yield a path and the names that folders above it may have, with a slash or without."""
    yield name
    for at, character in enumerate(name):
        if character == "/":
            yield from (name[:at], name[: at + 1])


def _counts(row: Row[Any, Any, Any, Any, Any], place: Place, now: float) -> bool:
    is_there = row.expires_at is None or row.expires_at > now
    return is_there and (row.name == place.name or is_folder(row.content_type))


def is_folder(content_type: str) -> bool:
    """Say whether an object of this type stands for all below it."""
    return content_type.partition(";")[0].strip().lower() in _FOLDERS


def allows(context: RequestContext, shared: Shared | None, *, writes: bool = False) -> bool:
    """Say whether a path is shared so with who asks."""
    if shared is None or not context.user_id:
        return False
    names = shared.sharing.writers if writes else shared.sharing.everyone
    if context.user_id in names or EVERYBODY in names:
        return True
    return is_in_any(context, (name for name in names if ":" in name))


def is_any_granted(
    context: RequestContext, account: str, container: str = "", *, writes: bool = False
) -> bool:
    """Say whether anything in a container, or in an account, is shared with who asks."""
    if not context.user_id:
        return False
    query = (
        select(_grant.c.name)
        .join(_container, _grant.c.container_id == _container.c.id)
        .where(_grant.c.grantee.in_(grantees_of(context)), _grant.c.account == account)
    )
    if container:
        query = query.where(_container.c.account == account, _container.c.name == container)
    if writes:
        query = query.where(_grant.c.is_writer)
    with context.reading() as session:
        return session.execute(query.limit(1)).first() is not None


def containers_with(account: str, grantees: Sequence[str] | None) -> Select[tuple[int]]:
    """Return a query of the containers in which something is shared, with these or anybody."""
    query = select(_grant.c.container_id).where(_grant.c.account == account)
    return query if grantees is None else query.where(_grant.c.grantee.in_(grantees))


def accounts_with(grantee: str, marker: str, limit: int) -> Select[tuple[str]]:
    """Return a query of the accounts that share with one, from behind a marker on.

    It goes from account to account, however much each one shares.
    """
    first = select(func.min(_grant.c.account).label("account")).where(
        _grant.c.grantee == grantee, _grant.c.account > marker
    )
    steps = first.cte("steps", recursive=True)
    next_one = (
        select(func.min(_grant.c.account))
        .where(_grant.c.grantee == grantee, _grant.c.account > steps.c.account)
        .scalar_subquery()
    )
    steps = steps.union_all(select(next_one).where(steps.c.account.is_not(None)))
    return select(steps.c.account).where(steps.c.account.is_not(None)).limit(limit)
