# SPDX-License-Identifier: Apache-2.0
"""Listings: range scans of an index, whose cost is that of what is shown.

A delimiter makes one row of all names that begin alike; the scan jumps over them, so a folder
costs a look-up however much is in it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any, Generic, TypeVar

from sqlalchemy import (
    Column,
    Row as DatabaseRow,
    Select,
    Table,
    bindparam,
    literal_column,
    null,
    select,
)
from sqlalchemy.orm import Session

from synnefo_core.context import RequestContext
from synnefo_core.db.prepared import Prepared
from synnefo_object_store import access, containers, sharing
from synnefo_object_store.containers import BYTES, OBJECTS
from synnefo_object_store.criteria import Criterion, Matching
from synnefo_object_store.models import ContainerRow, ObjectRow, PublicRow
from synnefo_object_store.ranges import Range, Source
from synnefo_object_store.scans import Either, Once, Scanned, Whole
from synnefo_object_store.text_order import successor
from synnefo_object_store.values import Folder, ListedContainer, ListedObject, State, Window

Row = TypeVar("Row")

_container: Table = ContainerRow.__table__  # type: ignore[assignment]  # declared as FromClause
_object: Table = ObjectRow.__table__  # type: ignore[assignment]  # declared as FromClause

_SHOWN = (
    _object.c.name,
    _object.c.size_bytes,
    _object.c.etag,
    _object.c.content_type,
    _object.c.modified_at,
)
"""All that an index has of what is current: most listings read nothing else."""
_BESIDE = (*(_object.c[field] for field in State._fields), _object.c.metadata)

_CONTAINERS = Scanned(
    select(_container.c.name, OBJECTS, BYTES, _container.c.modified_at).where(
        _container.c.account == bindparam("of_account")
    ),
    _container.c.name,
)
_OF_CONTAINER = _object.c.container_id == bindparam("of_container")
_OBJECTS = {
    is_wide: Scanned(
        select(*_SHOWN, *(_BESIDE if is_wide else ())).where(_OF_CONTAINER, _object.c.is_current),
        _object.c.name,
    )
    for is_wide in (False, True)
}
_PUBLIC = {
    is_wide: Scanned(scanned.query.join(PublicRow, sharing.addresses.IS_PUBLIC), _object.c.name)
    for is_wide, scanned in _OBJECTS.items()
}
_SPECIALS = Prepared(
    select(_object.c.name, _object.c.special).where(
        _OF_CONTAINER,
        _object.c.is_current,
        _object.c.nature != literal_column("''"),
        _object.c.name >= bindparam("low"),
        _object.c.name <= bindparam("high"),
    )
)

_NOTHING: Mapping[str, Any] = MappingProxyType({})
_FEW = 100
"""Rows read at a time while folders are looked for: more would often be jumped over."""


def list_containers(
    context: RequestContext, account: str, window: Window, *, is_shared: bool = False
) -> list[ListedContainer | Folder]:
    """Return the containers of an account in the order of their names.

    Guests see those in which something is shared with them.

    Args:
        context: Who asks.
        account: The account.
        window: Which part.
        is_shared: Only those in which something is shared.

    Raises:
        Forbidden: The account is not the caller's, and nothing is shared.
    """
    is_guest = access.is_guest(context, account)
    with context.reading() as session:
        source: Source = Whole(session, _CONTAINERS, {"of_account": account})
        if is_guest or is_shared:
            counts = (null(), null()) if is_guest else (OBJECTS, BYTES)
            among = sharing.containers_with(account, access.grantees(context, account))
            query = select(_container.c.name, *counts, _container.c.modified_at).where(
                _container.c.account == account, _container.c.id.in_(among)
            )
            source = Once(session, query, _container.c.name)
        return _Scan(source, _container_row, window).rows()


def list_objects(
    context: RequestContext,
    account: str,
    container: str,
    window: Window,
    *,
    is_shared: bool = False,
    is_public: bool = False,
    criteria: Sequence[Criterion] = (),
    has_state: bool = False,
) -> list[ListedObject | Folder]:
    """Return the objects of a container in the order of their names.

    Guests see those that are shared with them.

    Args:
        context: Who asks.
        account: The container's.
        container: Its name.
        window: Which part.
        is_shared: Only those that are shared, or public if that is asked for.
        is_public: Only those that are public; for their owner.
        criteria: Only those whose metadata answer yes to all. The objects in the window are looked
            at until it is full, so who asks for what few have waits for as many.
        has_state: Tell the state of each.

    Raises:
        Forbidden: The account is not the caller's, and nothing is shared.
        NotFound: There is no such container.
    """
    is_guest = access.is_guest(context, account, container)
    number = containers.find_number(context, account, container)
    is_wide = has_state or bool(criteria)
    objects, values = _OBJECTS[is_wide], {"of_container": number}
    if is_public:
        access.require_owner(context, account)
    grantees = access.grantees(context, account) if is_guest or is_shared else None
    with context.reading() as session:
        sources: list[Source] = []
        if is_guest or is_shared:
            query = objects.query.params(values)
            sources.append(sharing.Roots(session, query, account, number, grantees))
        if is_public:
            sources.append(Whole(session, _PUBLIC[is_wide], values))
        source: Source = Either(sources) if sources else Whole(session, objects, values)
        if criteria:
            source = Matching(source, criteria)
        rows = _Scan(source, _with_state if is_wide else _plain, window).rows()
        return _with_specials(session, number, rows)


def list_accounts(context: RequestContext, window: Window) -> list[str]:
    """Return the accounts of others that share something with who asks."""
    own = {context.project_id, context.user_id}
    found: set[str] = set()
    with context.reading() as session:
        for grantee in sharing.grantees_of(context):
            query = sharing.accounts_with(grantee, window.marker, window.limit + len(own))
            found |= set(session.scalars(query))
    return sorted(found - own)[: window.limit]


def scan(
    session: Session,
    query: Select[Any],
    name: Column[str],
    make: Callable[..., Row],
    window: Window,
    *,
    criteria: Sequence[Criterion] = (),
) -> list[Row | Folder]:
    """Return a window of what a query finds; its first column is ``name``, and no two are alike."""
    source: Source = Whole(session, Scanned(query, name), {})
    if criteria:
        source = Matching(source, criteria)
    return _Scan(source, lambda row: make(*row), window).rows()


def _with_specials(
    session: Session, number: int, rows: list[ListedObject | Folder]
) -> list[ListedObject | Folder]:
    """Add what is special to those rows that are: few, so the scan is spared their columns."""
    if not rows:
        return rows
    low, high = sorted((rows[0].name, rows[-1].name))
    found = _SPECIALS.all(session, {"of_container": number, "low": low, "high": high})
    specials: dict[str, Any] = {row.name: row.special for row in found}
    if not specials:
        return rows
    return [
        row._replace(special=specials[row.name])
        if isinstance(row, ListedObject) and row.name in specials
        else row
        for row in rows
    ]


def _container_row(row: Any) -> ListedContainer:
    return ListedContainer(*row)


def _plain(row: DatabaseRow[Any]) -> ListedObject:
    # What ``ListedObject(*row)`` does in a third of its time: there are many.
    return tuple.__new__(ListedObject, (*row, _NOTHING, None))


def _with_state(row: DatabaseRow[Any]) -> ListedObject:
    shown = len(_SHOWN)
    state = State(*row[shown : shown + len(State._fields)])
    return ListedObject._make((*row[:shown], {}, state))


class _Scan(Generic[Row]):
    """One listing; ``_bounds`` is the range of the names that are still to come."""

    def __init__(self, source: Source, make: Callable[[Any], Row], window: Window) -> None:
        self._source, self._make, self._window = source, make, window
        self._bounds = Range(window.prefix, successor(window.prefix))
        low, high = window.marker, window.end_marker
        if window.is_reverse:
            low, high = high, low
        if low:
            self._bounds = self._bounds.behind(low)
        if high:
            self._bounds = self._bounds.before(high)

    def rows(self) -> list[Row | Folder]:
        """Return what is in the window."""
        window = self._window
        if not window.delimiter:
            batch = self._source.batch(self._bounds, window.limit, is_reverse=window.is_reverse)
            return [self._make(row) for row in batch]
        whole = self._source if isinstance(self._source, Whole) else None
        if window.is_reverse or window.hides_folders:
            whole = None
        found: list[Row | Folder] = []
        while len(found) < window.limit:
            folder = self._scan(found)
            if folder is None:
                break
            self._jump(folder)
            if self._shows(folder):
                found.append(Folder(folder))
            if whole and len(found) < window.limit and not self._run(whole, folder, found):
                break
        return found

    def _run(self, whole: Whole, last: str, found: list[Row | Folder]) -> bool:
        """Add the folders that come next behind ``last``; say whether there may be more names."""
        most = self._window.limit - len(found)
        names = whole.run(self._bounds, self._window, most)
        for name in names:
            folder = self._folder(name)
            if folder is None:
                self._bounds = Range(name, self._bounds.end)
                return True
            if folder != last:
                last = folder
                self._jump(folder)
                found.append(Folder(folder))
        return len(names) == most

    def _scan(self, found: list[Row | Folder]) -> str | None:
        """Add rows until the window is full or at its end; return the folder that stops it."""
        window = self._window
        at_once = _FEW
        while len(found) < window.limit:
            most = min(at_once, window.limit - len(found))
            batch = self._source.batch(self._bounds, most, is_reverse=window.is_reverse)
            for row in batch:
                folder = self._folder(row.name)
                if folder is not None:
                    return folder
                if not window.hides_folders or row.name != window.prefix:
                    found.append(self._make(row))
            if len(batch) < at_once:
                return None
            self._pass(batch[-1].name)
            at_once *= 2
        return None

    def _folder(self, name: str) -> str | None:
        """Return the folder in which a name is."""
        window = self._window
        at = name.find(window.delimiter, len(window.prefix))
        folder = name[: at + len(window.delimiter)]
        if at < 0 or (window.hides_folders and folder == name):
            return None
        return folder

    def _shows(self, folder: str) -> bool:
        """Say whether a folder is to be seen: the last page may have ended with it."""
        window = self._window
        last = window.end_marker if window.is_reverse else window.marker
        return not window.hides_folders and folder != last

    def _pass(self, name: str) -> None:
        """Go on behind a name."""
        bounds = self._bounds
        self._bounds = bounds.before(name) if self._window.is_reverse else bounds.behind(name)

    def _jump(self, folder: str) -> None:
        """Go on behind all that is in a folder."""
        end = successor(folder)
        if self._window.is_reverse:
            hides = self._window.hides_folders
            self._bounds = self._bounds.upto(folder) if hides else self._bounds.before(folder)
        elif end is None:
            # Nothing sorts behind the last character that there is.
            self._bounds = self._bounds.behind(folder)
        else:
            self._bounds = Range(end, self._bounds.end)
