# SPDX-License-Identifier: Apache-2.0
"""Whether a text is one of many, with the many as a single value.

``IN`` with a hundred values is a text of its own for each number of them, with a place for every
value: SQLAlchemy and the driver write it anew each time, and the database reads it anew. Here the
statement is always the same, so it can be prepared (:mod:`synnefo_core.db.prepared`).
"""

from __future__ import annotations

import json
from collections.abc import Collection
from typing import TYPE_CHECKING, Any

from sqlalchemy import BindParameter, Boolean, ColumnElement, String, bindparam
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import TypeDecorator

if TYPE_CHECKING:
    from sqlalchemy.engine import Dialect
    from sqlalchemy.orm import InstrumentedAttribute
    from sqlalchemy.sql.compiler import SQLCompiler


class Texts(TypeDecorator[Collection[str]]):
    """Texts as the text of one value: of PostgreSQL's array, elsewhere of a JSON array."""

    impl = String
    cache_ok = True

    def process_bind_param(self, value: Collection[str] | None, dialect: Dialect) -> Any:
        """Return what is sent for some texts."""
        texts = value or ()
        return _array(texts) if _has_arrays(dialect) else json.dumps(list(texts))


def _array(texts: Collection[str]) -> str:
    """Return an array as PostgreSQL writes it: the driver looks at each text several times."""
    if not texts:
        return "{}"
    joined = '","'.join(text.replace("\\", r"\\").replace('"', r"\"") for text in texts)
    return f'{{"{joined}"}}'


def _has_arrays(dialect: Dialect) -> bool:
    return dialect.name == "postgresql"


class _Among(FunctionElement[bool]):
    """A text and the many; compiled below."""

    inherit_cache = True
    type = Boolean()


def among(
    column: ColumnElement[str] | InstrumentedAttribute[str], texts: Collection[str] | str
) -> ColumnElement[bool]:
    """Return the condition that a column is one of some texts; of none, it never is.

    Args:
        column: What is compared.
        texts: The texts; or the name under which a prepared statement is given them.
    """
    bound: BindParameter[Any] = (
        bindparam(texts, type_=Texts())
        if isinstance(texts, str)
        else bindparam(None, list(texts), type_=Texts(), unique=True)
    )
    return _Among(column, bound)


@compiles(_Among)
def _as_json(element: _Among, compiler: SQLCompiler, **options: Any) -> str:
    column, texts = (compiler.process(each, **options) for each in element.clauses)
    return f"{column} IN (SELECT value FROM json_each({texts}))"  # noqa: S608  # compiled parts


@compiles(_Among, "postgresql")
def _as_array(element: _Among, compiler: SQLCompiler, **options: Any) -> str:
    column, texts = (compiler.process(each, **options) for each in element.clauses)
    return f"{column} = ANY (CAST({texts} AS VARCHAR[]))"
