# SPDX-License-Identifier: Apache-2.0
"""Pages of rows: filters, order and marker of a :class:`~synnefo_network.values.Listing`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeVar, cast

from sqlalchemy import ColumnElement, Select, select
from sqlalchemy.orm import Session

from synnefo_core.db.paging import page
from synnefo_core.errors import InvalidField, NotFound
from synnefo_network import tag_filters
from synnefo_network.models import Model
from synnefo_network.values import Listing

Row = TypeVar("Row", bound=Model)
Columns = Mapping[str, Any]


def select_page(
    session: Session,
    model: type[Row],
    listing: Listing,
    *,
    noun: str,
    columns: Columns,
    visible: Sequence[ColumnElement[bool]],
    wanted: Sequence[ColumnElement[Any]] = (),
) -> list[Row]:
    """Return one page of the rows that the caller may see, to be read only.

    They are plain rows with a model's attributes: objects that could be changed cost several times as much.

    Args:
        session: A transaction.
        model: The rows.
        listing: What is wanted.
        noun: What a row is called when the marker is none of them.
        columns: By which attributes may be filtered and sorted.
        visible: What makes a row visible.
        wanted: The columns that are; all if none is named.

    Raises:
        InvalidField: The listing names an attribute that is not among ``columns``.
        NotFound: The marker is none of the rows.
    """
    row_id = cast("Any", model).id
    query: Select[Any] = select(*(wanted or model.__table__.c)).where(*visible)
    for name, values in listing.where.items():
        query = query.where(_condition(columns, row_id, name=name, values=values))
    order = [(_column(columns, name), descends) for name, descends in listing.order]
    if all(column is not row_id for column, _ in order):
        order.append((row_id, False))
    if listing.is_reversed:
        order = [(column, not descends) for column, descends in order]
    marker = None
    if listing.marker is not None:
        places = select(*(column for column, _ in order)).where(*visible)
        marker = session.execute(places.where(row_id == listing.marker)).first()
        if marker is None:
            raise NotFound(noun, listing.marker)
    session.flush()  # which is not done for what selects no objects
    rows = session.execute(page(query, order, limit=listing.limit, marker=marker)).all()
    return cast("list[Row]", rows[::-1] if listing.is_reversed else rows)


def _condition(
    columns: Columns, row_id: Any, *, name: str, values: Sequence[Any]
) -> ColumnElement[bool]:
    if name in tag_filters.FILTERS:
        return tag_filters.condition(row_id, name, values)
    is_one: ColumnElement[bool] = _column(columns, name).in_(list(values))
    return is_one


def _column(columns: Columns, name: str) -> Any:
    if name not in columns:
        raise InvalidField(name, "things of this kind can't be chosen by this")
    return columns[name]
