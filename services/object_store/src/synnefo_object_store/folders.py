# SPDX-License-Identifier: Apache-2.0
"""Folders of a listing: one statement finds a run of them, at the cost of a look-up each.

A recursive query steps from the first name in a folder to the first one behind all that is in it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Column, ColumnElement, Select, func, literal, select
from sqlalchemy.orm import Session

_LAST = "\U0010ffff"
"""A folder's name and this character sort behind all names in it, but for those that go on so."""
_POSITION = {"sqlite": func.instr, "postgresql": func.strpos}


def run(
    session: Session,
    names: Select[Any],
    name: Column[str],
    *,
    first: ColumnElement[bool],
    prefix: str,
    delimiter: str,
    most: int,
) -> Sequence[str]:
    """Return a name of each folder of a run, and the first name behind it that is in none.

    A folder whose names begin with the last character that there is may come twice.

    Args:
        session: Where the names are.
        names: Selects those that are listed.
        name: Their column.
        first: Says which of them the run may begin with; it begins with the first of those.
        prefix: What all names begin with.
        delimiter: What ends a folder's name, behind the prefix.
        most: How many names at most.
    """
    position_of = _POSITION[session.get_bind().dialect.name]

    def first_of(condition: ColumnElement[bool]) -> Select[Any]:
        return names.where(condition).order_by(name.asc()).limit(1)

    steps = select(first_of(first).scalar_subquery().label("name"), literal(1).label("number")).cte(
        "steps", recursive=True
    )
    at = position_of(func.substr(steps.c.name, len(prefix) + 1), delimiter)
    folder = func.substr(steps.c.name, 1, at + len(prefix) + len(delimiter) - 1)
    behind = first_of(name > folder.op("||")(_LAST)).correlate(steps).scalar_subquery()
    steps = steps.union_all(select(behind, steps.c.number + 1).where(at > 0, steps.c.number < most))
    query = select(steps.c.name).where(steps.c.name.is_not(None)).order_by(steps.c.number)
    return session.scalars(query).all()
