# SPDX-License-Identifier: Apache-2.0
"""Marker paging: a page starts behind the row that the last one ended with.

Every list is ordered by columns with an index, the last of which is unique, so a page
costs the same wherever it starts.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeVarTuple

from sqlalchemy import BindParameter, ColumnElement, Select, and_, or_
from sqlalchemy.orm import InstrumentedAttribute

Columns = TypeVarTuple("Columns")

Order = Sequence[tuple[ColumnElement[Any] | InstrumentedAttribute[Any], bool]]
"""Columns with whether each descends; the last one is unique."""


def behind(order: Order, values: Sequence[Any]) -> ColumnElement[bool]:
    """Return the condition that a row comes behind ``values`` in an order.

    Args:
        order: Columns with whether each descends.
        values: The marker's value for each.
    """
    steps: list[ColumnElement[bool]] = []
    for index, (column, descends) in enumerate(order):
        same = [left == value for (left, _), value in zip(order[:index], values, strict=False)]
        beyond = column < values[index] if descends else column > values[index]
        steps.append(and_(*same, beyond))
    # What follows from it already, said so that an index can begin there: databases take no
    # range out of an OR.
    first, descends = order[0]
    reach = first <= values[0] if descends else first >= values[0]
    return and_(reach, or_(*steps))


def page(
    query: Select[*Columns],
    order: Order,
    *,
    limit: int | BindParameter[int] | None,
    marker: Sequence[Any] | None = None,
) -> Select[*Columns]:
    """Order a query and cut one page out of it; ``marker`` are the values of a row.

    For a prepared statement the limit and the marker's values are bound by their names.
    """
    if marker is not None:
        query = query.where(behind(order, marker))
    query = query.order_by(*(column.desc() if down else column.asc() for column, down in order))
    return query if limit is None else query.limit(limit)
