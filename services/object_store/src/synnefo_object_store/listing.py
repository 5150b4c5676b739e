# SPDX-License-Identifier: Apache-2.0
"""Listings: range scans of an index, whose cost is that of what is shown.

A delimiter makes one row of all names that begin alike; the scan jumps over them, so a folder
costs a look-up however much is in it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, Generic, TypeVar

from sqlalchemy import (
    Column,
    ColumnElement,
    Row as DatabaseRow,
    Select,
    Table,
    literal_column,
    select,
)
from sqlalchemy.orm import Session

from synnefo_core.context import RequestContext
from synnefo_object_store import containers, folders
from synnefo_object_store.access import require
from synnefo_object_store.containers import BYTES, OBJECTS
from synnefo_object_store.models import ContainerRow, ObjectRow
from synnefo_object_store.text_order import successor
from synnefo_object_store.values import Folder, ListedContainer, ListedObject, Window

Row = TypeVar("Row")

_container: Table = ContainerRow.__table__  # type: ignore[assignment]  # declared as FromClause
_object: Table = ObjectRow.__table__  # type: ignore[assignment]  # declared as FromClause

_FEW = 100
"""Rows read at a time while folders are looked for: more would often be jumped over."""


def list_containers(
    context: RequestContext, account: str, window: Window
) -> list[ListedContainer | Folder]:
    """Return the containers of an account in the order of their names.

    Raises:
        Forbidden: The account is not the caller's.
    """
    require(context, account, "object_store:account:read")
    query = select(_container.c.name, OBJECTS, BYTES, _container.c.modified_at).where(
        _container.c.account == account
    )
    with context.reading() as session:
        return _Scan(session, query, _container.c.name, ListedContainer, window).rows()


def list_objects(
    context: RequestContext, account: str, container: str, window: Window
) -> list[ListedObject | Folder]:
    """Return the objects of a container in the order of their names.

    Raises:
        Forbidden: The account is not the caller's.
        NotFound: There is no such container.
    """
    number = containers.number(context, account, container)
    with context.reading() as session:
        query = select(
            _object.c.name,
            _object.c.size_bytes,
            _object.c.etag,
            _object.c.content_type,
            _object.c.modified_at,
        ).where(_object.c.container_id == number, _object.c.is_current)
        rows = _Scan(session, query, _object.c.name, ListedObject, window).rows()
        return _with_specials(session, number, rows)


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
        replace(row, special=specials[row.name])
        if isinstance(row, ListedObject) and row.name in specials
        else row
        for row in rows
    ]


class _Scan(Generic[Row]):
    """One listing.

    ``_from`` and ``_to`` bound the names that are still to come: (name, whether it counts).
    """

    def __init__(
        self,
        session: Session,
        query: Select[Any],
        name: Column[str],
        make: Callable[..., Row],
        window: Window,
    ) -> None:
        self._session, self._query, self._name, self._make = session, query, name, make
        self._window = window
        self._low: tuple[str, bool] = (window.prefix, True)
        end = successor(window.prefix)
        self._high: tuple[str, bool] | None = None if end is None else (end, False)
        self._narrow()

    def _narrow(self) -> None:
        window = self._window
        low, high = window.marker, window.end_marker
        if window.is_reverse:
            low, high = high, low
        if low and low >= self._low[0]:
            self._low = (low, False)
        if high and (self._high is None or high < self._high[0]):
            self._high = (high, False)

    def rows(self) -> list[Row | Folder]:
        """Return what is in the window."""
        window = self._window
        has_runs = not (window.is_reverse or window.hides_folders)
        found: list[Row | Folder] = []
        while len(found) < window.limit:
            folder = self._scan(found)
            if folder is None:
                break
            self._jump(folder)
            if self._shows(folder):
                found.append(Folder(folder))
            if has_runs and len(found) < window.limit and not self._run(folder, found):
                break
        return found

    def _run(self, last: str, found: list[Row | Folder]) -> bool:
        """Add the folders that come next behind ``last``; say whether there may be more names."""
        window, most = self._window, self._window.limit - len(found)
        names = folders.run(
            self._session,
            self._below(self._query.with_only_columns(self._name)),
            self._name,
            first=self._above(),
            prefix=window.prefix,
            delimiter=window.delimiter,
            most=most,
        )
        for name in names:
            folder = self._folder(name)
            if folder is None:
                self._low = (name, True)
                return True
            if folder != last:
                last = folder
                self._jump(folder)
                found.append(Folder(folder))
        return len(names) == most

    def _scan(self, found: list[Row | Folder]) -> str | None:
        """Add rows until the window is full or at its end; return the folder that stops it."""
        window = self._window
        at_once = _FEW if window.delimiter else window.limit
        while len(found) < window.limit:
            batch = self._batch(min(at_once, window.limit - len(found)))
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

    def _batch(self, limit: int) -> Sequence[DatabaseRow[Any]]:
        query = self._below(self._query.where(self._above()) if self._low[0] else self._query)
        order = self._name.desc() if self._window.is_reverse else self._name.asc()
        return self._session.execute(query.order_by(order).limit(limit)).all()

    def _above(self) -> ColumnElement[bool]:
        low, is_in = self._low
        return self._name >= low if is_in else self._name > low

    def _below(self, query: Select[Any]) -> Select[Any]:
        if self._high is None:
            return query
        high, is_in = self._high
        return query.where(self._name <= high if is_in else self._name < high)

    def _folder(self, name: str) -> str | None:
        """Return the folder in which a name is."""
        window = self._window
        if not window.delimiter:
            return None
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
        if self._window.is_reverse:
            self._high = (name, False)
        else:
            self._low = (name, False)

    def _jump(self, folder: str) -> None:
        """Go on behind all that is in a folder."""
        if self._window.is_reverse:
            self._high = (folder, self._window.hides_folders)
            return
        end = successor(folder)
        # Nothing sorts behind the last character that there is.
        self._low = (folder, False) if end is None else (end, True)
