# SPDX-License-Identifier: Apache-2.0
"""Folders of a listing: one statement finds a run of them, at the cost of a look-up each.

A recursive query steps from the first name in a folder to the first one behind all that is in it.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    Integer,
    Select,
    String,
    bindparam,
    func,
    literal,
    select,
)

from synnefo_core.db.prepared import Prepared

_LAST = "\U0010ffff"
"""A folder's name and this character sort behind all names in it, but for those that go on so."""
_POSITION = {"sqlite": func.instr, "postgresql": func.strpos}


def prepared(
    names: Select[Any], name: Column[str], *, first: ColumnElement[bool], dialect: str
) -> Prepared:
    """Return what finds a name of each folder of a run, and the first name behind it that is in none.

    Its values are, besides those of what it is made of: ``start``, the place of the first character
    behind what all names begin with; ``delimiter``, what ends a folder's name; ``length``, how much
    longer the two make a name; ``most``, how many names at most. A folder whose names begin with the
    last character that there is may come twice.

    Args:
        names: Selects those that are listed.
        name: Their column.
        first: Says which of them the run may begin with; it begins with the first of those.
        dialect: The database's name.
    """
    position_of = _POSITION[dialect]
    start, length = bindparam("start", type_=Integer), bindparam("length", type_=Integer)

    def first_of(condition: ColumnElement[bool]) -> Select[Any]:
        return names.where(condition).order_by(name.asc()).limit(1)

    steps = select(first_of(first).scalar_subquery().label("name"), literal(1).label("number")).cte(
        "steps", recursive=True
    )
    at = position_of(func.substr(steps.c.name, start), bindparam("delimiter", type_=String))
    folder = func.substr(steps.c.name, 1, at + length)
    behind = first_of(name > folder.op("||")(_LAST)).correlate(steps).scalar_subquery()
    is_left = steps.c.number < bindparam("most", type_=Integer)
    steps = steps.union_all(select(behind, steps.c.number + 1).where(at > 0, is_left))
    query = select(steps.c.name).where(steps.c.name.is_not(None)).order_by(steps.c.number)
    return Prepared(query)


def values(prefix: str, delimiter: str, most: int) -> dict[str, Any]:
    """Return the values of what :func:`prepared` returns."""
    length = len(prefix) + len(delimiter) - 1
    return {"start": len(prefix) + 1, "length": length, "delimiter": delimiter, "most": most}
