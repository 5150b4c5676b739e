# SPDX-License-Identifier: Apache-2.0
"""What is shared in a container, as ranges of names: no listing reads more than it shows.

A root is a path that is shared; a folder stands for all below it but what shares something else
itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, Table, and_, or_, select, union
from sqlalchemy.orm import Session, aliased

from synnefo_object_store.models import GrantRow, ObjectRow
from synnefo_object_store.ranges import Range, chosen
from synnefo_object_store.sharing.grants import is_folder, upwards
from synnefo_object_store.text_order import successor

_AT_ONCE = 200
"""Ranges or names in one statement."""

_object: Table = ObjectRow.__table__  # type: ignore[assignment]  # declared as FromClause


@dataclass(frozen=True)
class _Root:
    name: str
    content_type: str

    def ranges(self) -> Iterator[Range]:
        """Yield the range of its name, and that of all below it."""
        yield Range.of_one(self.name)
        if is_folder(self.content_type):
            yield self.below

    @property
    def below(self) -> Range:
        prefix = self.name if self.name.endswith("/") else f"{self.name}/"
        return Range(prefix, successor(prefix))


class Roots:
    """The objects of a container that are shared, read range by range."""

    def __init__(
        self,
        session: Session,
        query: Select[Any],
        account: str,
        number: int,
        grantees: Sequence[str] | None,
    ) -> None:
        """Look at a container.

        Args:
            session: In which it is read.
            query: Selects rows of current objects of the container.
            account: The container's.
            number: The container's.
            grantees: All names under which things are shared with who looks; None: look at all
                that is shared with anybody.
        """
        self._session, self._query, self._grantees = session, query, grantees
        self._account, self._number = account, number

    def batch(self, bounds: Range, limit: int, *, is_reverse: bool) -> Sequence[Row[Any]]:
        """Return the first rows within bounds, or the last."""
        found: list[Row[Any]] = []
        order = _object.c.name.desc() if is_reverse else _object.c.name.asc()
        for condition in self._conditions(bounds, limit, is_reverse=is_reverse):
            query = self._query.where(condition).order_by(order).limit(limit - len(found))
            found += self._session.execute(query).all()
            if len(found) >= limit:
                break
        return found

    def _conditions(
        self, bounds: Range, limit: int, *, is_reverse: bool
    ) -> Iterator[ColumnElement[bool]]:
        # Forwards so many roots are as many rows, and none behind the last is wanted. Backwards
        # what is below a folder comes before what follows the folder's name.
        roots = self._roots(bounds, None if is_reverse else limit)
        choices = {(root, True) for root in roots}
        choices |= {(root, False) for root in self._closed(bounds, roots)}
        ranges: dict[Range, bool] = {}
        for root, is_open in sorted(choices, key=lambda each: len(each[0].name)):
            ranges |= dict.fromkeys(root.ranges(), is_open)
        found = [part for each in chosen(ranges) if (part := each.within(bounds)) is not None]
        return _grouped(found[::-1] if is_reverse else found)

    def _roots(self, bounds: Range, limit: int | None) -> list[_Root]:
        """Return what is shared within bounds, and above their beginning."""
        above = GrantRow.name.in_(list(upwards(bounds.start.removesuffix("\0"))))
        within = bounds.holds(GrantRow.name)
        parts = [self._granted(above)]
        for grantee in [None] if self._grantees is None else self._grantees:
            one = [] if grantee is None else [GrantRow.grantee == grantee]
            # Each for itself: so the index has the first ones in order.
            first = self._granted(within, *one).order_by(GrantRow.name).limit(limit)
            parts.append(select(first.subquery()))
        return [_Root(*row) for row in self._session.execute(union(*parts))]

    def _granted(self, *conditions: ColumnElement[bool]) -> Select[Any]:
        query = _with_objects(select(GrantRow.name, _object.c.content_type), GrantRow)
        query = query.where(
            GrantRow.account == self._account, GrantRow.container_id == self._number, *conditions
        )
        if self._grantees is None:
            return query.distinct()
        return query.where(GrantRow.grantee.in_(self._grantees))

    def _closed(self, bounds: Range, roots: Iterable[_Root]) -> Iterator[_Root]:
        """Yield what is below roots and shared with others only."""
        if self._grantees is None:
            return
        folders = [root for root in roots if is_folder(root.content_type)]
        above = list(upwards(bounds.start.removesuffix("\0")))
        own = aliased(GrantRow)
        is_mine = (
            select(own.name)
            .where(
                own.container_id == self._number,
                own.name == GrantRow.name,
                own.grantee.in_(self._grantees),
            )
            .exists()
        )
        for first in range(0, len(folders), _AT_ONCE):
            some = folders[first : first + _AT_ONCE]
            query = (
                _with_objects(select(GrantRow.name, _object.c.content_type), GrantRow)
                .where(
                    GrantRow.container_id == self._number,
                    or_(*(folder.below.holds(GrantRow.name) for folder in some)),
                    or_(bounds.holds(GrantRow.name), GrantRow.name.in_(above)),
                    ~is_mine,
                )
                .distinct()
            )
            yield from (_Root(*row) for row in self._session.execute(query))


def _with_objects(query: Select[Any], grant: type[GrantRow]) -> Select[Any]:
    is_its = and_(
        _object.c.container_id == grant.container_id,
        _object.c.name == grant.name,
        _object.c.id == grant.object_id,
        _object.c.is_current,
    )
    return query.join(_object, is_its)


def _grouped(ranges: Iterable[Range]) -> Iterator[ColumnElement[bool]]:
    """Yield conditions in the order of ranges: one for many names, one for a range."""
    names: list[str] = []
    for each in ranges:
        if each.is_of_one:
            names.append(each.start)
        if names and (not each.is_of_one or len(names) == _AT_ONCE):
            yield _object.c.name.in_(names)
            names = []
        if not each.is_of_one:
            yield each.holds(_object.c.name)
    if names:
        yield _object.c.name.in_(names)
