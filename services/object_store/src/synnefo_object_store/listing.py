# SPDX-License-Identifier: Apache-2.0
"""Listings: range scans of an index, whose cost is that of what is shown.

A delimiter makes one row of all names that begin alike; the scan jumps over them, so a folder
costs a look-up however much is in it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from sqlalchemy import Column, Row as DatabaseRow, Select, Table, literal_column, null, select
from sqlalchemy.orm import Session

from synnefo_core.context import RequestContext
from synnefo_object_store import access, containers, folders, sharing
from synnefo_object_store.containers import BYTES, OBJECTS
from synnefo_object_store.criteria import Criterion, Matching
from synnefo_object_store.models import ContainerRow, ObjectRow, PublicRow
from synnefo_object_store.ranges import Range, Source
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
_BESIDE = (_object.c.id, _object.c.version, _object.c.object_hash, _object.c.metadata)

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
    counts = (null(), null()) if is_guest else (OBJECTS, BYTES)
    query = select(_container.c.name, *counts, _container.c.modified_at).where(
        _container.c.account == account
    )
    if is_guest or is_shared:
        grantees = access.grantees(context, account)
        query = query.where(_container.c.id.in_(sharing.containers_with(account, grantees)))
    with context.reading() as session:
        source = _Whole(session, query, _container.c.name)
        return _Scan(source, ListedContainer, window).rows()


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
    query = select(*_SHOWN, *(_BESIDE if is_wide else ())).where(
        _object.c.container_id == number, _object.c.is_current
    )
    if is_public:
        access.require_owner(context, account)
    grantees = access.grantees(context, account) if is_guest or is_shared else None
    with context.reading() as session:
        sources: list[Source] = []
        if is_guest or is_shared:
            sources.append(sharing.Roots(session, query, account, number, grantees))
        if is_public:
            public = query.join(PublicRow, sharing.addresses.IS_PUBLIC)
            sources.append(_Whole(session, public, _object.c.name))
        whole = _Whole(session, query, _object.c.name)
        source: Source = _Either(sources) if sources else whole
        if criteria:
            source = Matching(source, criteria)
        rows = _Scan(source, _with_state if is_wide else ListedObject, window).rows()
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
    source: Source = _Whole(session, query, name)
    if criteria:
        source = Matching(source, criteria)
    return _Scan(source, make, window).rows()


def _with_specials(
    session: Session, number: int, rows: list[ListedObject | Folder]
) -> list[ListedObject | Folder]:
    """Add what is special to those rows that are: few, so the scan is spared their columns."""
    if not rows:
        return rows
    names = (rows[0].name, rows[-1].name)
    found = session.execute(
        select(_object.c.name, _object.c.special).where(
            _object.c.container_id == number,
            _object.c.is_current,
            _object.c.nature != literal_column("''"),
            _object.c.name >= min(names),
            _object.c.name <= max(names),
        )
    )
    specials: dict[str, Any] = {row.name: row.special for row in found}
    return [
        row._replace(special=specials[row.name])
        if isinstance(row, ListedObject) and row.name in specials
        else row
        for row in rows
    ]


def _with_state(*row: Any) -> ListedObject:
    shown = len(_SHOWN)
    state = State(*row[shown : shown + len(State._fields)])
    return ListedObject._make((*row[:shown], {}, state))


@dataclass(frozen=True)
class _Whole:
    """All that a query finds."""

    session: Session
    query: Select[Any]
    name: Column[str]

    def batch(self, bounds: Range, limit: int, *, is_reverse: bool) -> Sequence[DatabaseRow[Any]]:
        order = self.name.desc() if is_reverse else self.name.asc()
        query = self.query.where(bounds.holds(self.name)).order_by(order).limit(limit)
        return self.session.execute(query).all()

    def run(self, bounds: Range, window: Window, most: int) -> Sequence[str]:
        """Return names of the next folders, and the first one behind them that is in none."""
        names = self.query.with_only_columns(self.name)
        return folders.run(
            self.session,
            names.where(Range(end=bounds.end).holds(self.name)),
            self.name,
            first=Range(bounds.start).holds(self.name),
            prefix=window.prefix,
            delimiter=window.delimiter,
            most=most,
        )


@dataclass(frozen=True)
class _Either:
    """What any of several sources has."""

    sources: Sequence[Source]

    def batch(self, bounds: Range, limit: int, *, is_reverse: bool) -> Sequence[DatabaseRow[Any]]:
        parts = (each.batch(bounds, limit, is_reverse=is_reverse) for each in self.sources)
        rows = {row.name: row for part in parts for row in part}
        return [rows[name] for name in sorted(rows, reverse=is_reverse)[:limit]]


class _Scan(Generic[Row]):
    """One listing; ``_bounds`` is the range of the names that are still to come."""

    def __init__(self, source: Source, make: Callable[..., Row], window: Window) -> None:
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
            return [self._make(*row) for row in batch]
        whole = self._source if isinstance(self._source, _Whole) else None
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

    def _run(self, whole: _Whole, last: str, found: list[Row | Folder]) -> bool:
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
                    found.append(self._make(*row))
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
