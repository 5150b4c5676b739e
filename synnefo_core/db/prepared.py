# SPDX-License-Identifier: Apache-2.0
"""Statements that are executed so often that they go to the database's driver themselves.

SQLAlchemy compiles each once; what a session does around a statement costs several times what the
driver and PostgreSQL's client take for it. Only statements whose text is always the same can be
prepared: no lists of values (``IN``; see :mod:`synnefo_core.db.among`), no ORM entities, no defaults that Python makes.
"""

from __future__ import annotations

import re
from collections import namedtuple
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import TYPE_CHECKING, Any

from sqlalchemy import BindParameter, Delete, Insert, Select, Update, table
from sqlalchemy.dialects import sqlite
from sqlalchemy.exc import DBAPIError

if TYPE_CHECKING:
    from sqlalchemy.engine import Dialect
    from sqlalchemy.engine.interfaces import DBAPICursor
    from sqlalchemy.orm import Session

    from synnefo_core.db.session import Database

DATABASE = "synnefo_database"
"""Under what name a session knows the :class:`~synnefo_core.db.session.Database` that made it."""
FIRST = table("c0")
"""From this a change selects that is made only where the first of several together met a row.

Where :func:`are_made_as_one` is true; it has a row for each that the first one met.
"""
_CURSOR = "synnefo_cursor"
_BOUND = re.compile(r"%\((\w+)\)s")

_Convert = Callable[[Any], Any]
_Statement = Select[Any] | Insert | Update | Delete


class Prepared:
    """A statement of SQLAlchemy's that is compiled once for each kind of database.

    What it returns are tuples with the columns' names, which need not be SQLAlchemy's own rows.
    """

    def __init__(self, statement: _Statement) -> None:
        self.statement = statement
        self._changes = not isinstance(statement, Select)
        self._compiled: dict[tuple[str, tuple[str, ...]], _Compiled] = {}

    def all(self, session: Session, values: Mapping[str, Any]) -> list[Any]:
        """Execute it and return all rows."""
        database: Database | None = session.info.get(DATABASE)
        if database is None or database.is_observed:
            return list(session.execute(self.statement, dict(values)).all())
        compiled = self._for(database, session, values)
        with _cursor(database, session) as cursor:
            _execute(database, cursor, compiled.text, compiled.bound(values))
            return compiled.rows(cursor)

    def first(self, session: Session, values: Mapping[str, Any]) -> Any | None:
        """Execute it and return the first row, None without one."""
        rows = self.all(session, values)
        return rows[0] if rows else None

    def execute(self, session: Session, values: Mapping[str, Any]) -> int:
        """Execute what changes rows and returns none; say how many it met."""
        database: Database | None = session.info.get(DATABASE)
        if database is None or database.is_observed:
            return int(session.execute(self.statement, dict(values)).rowcount)  # type: ignore[attr-defined]  # of what changes rows
        compiled = self._for(database, session, values)
        with _cursor(database, session) as cursor:
            _execute(database, cursor, compiled.text, compiled.bound(values))
            return int(cursor.rowcount)

    def _for(self, database: Database, session: Session, values: Mapping[str, Any]) -> _Compiled:
        if self._changes:
            database.require_writing(session, self.statement)
        dialect = database.engine.dialect
        key = dialect.name, tuple(values)
        found = self._compiled.get(key)
        if found is None:
            found = self._compiled[key] = _Compiled(self.statement, dialect, list(values))
        return found


@dataclass(frozen=True)
class Change:
    """A prepared statement that changes rows, and its values.

    Attributes:
        statement: The statement.
        values: Its values.
        told: Of which column the value is told, in place of how many rows it met; it meets one
            at most, and together with others.
    """

    statement: Prepared
    values: Mapping[str, Any]
    told: str | None = None


def execute_together(session: Session, changes: Sequence[Change]) -> list[Any]:
    """Execute several changes; return how many rows each met, or what it is to tell.

    None may rely on what another does, but for :data:`FIRST`: PostgreSQL makes all of them as one
    statement.
    """
    database: Database | None = session.info.get(DATABASE)
    if database is None or len(changes) < 2 or not are_made_as_one(session):
        return [each.statement.execute(session, each.values) for each in changes]
    return _execute_as_one(database, session, changes)


def are_made_as_one(session: Session) -> bool:
    """Return whether several changes together are one statement: PostgreSQL's are."""
    database: Database | None = session.info.get(DATABASE)
    return not (database is None or database.is_observed or database.is_sqlite)


def _execute_as_one(database: Database, session: Session, changes: Sequence[Change]) -> list[Any]:
    parts = [(each.statement._for(database, session, each.values), each.values) for each in changes]  # noqa: SLF001  # of this module
    texts = tuple(compiled.text for compiled, _ in parts)
    text = _joined(texts, tuple(each.told for each in changes))
    bound = {
        f"c{place}_{name}": value
        for place, (compiled, values) in enumerate(parts)
        for name, value in compiled.bound(values).items()
    }
    with _cursor(database, session) as cursor:
        _execute(database, cursor, text, bound)
        return list(cursor.fetchone() or ())


@lru_cache(maxsize=256)
def _joined(texts: tuple[str, ...], told: tuple[str | None, ...]) -> str:
    """Return one statement that makes several changes and tells of each how many rows it met."""
    changes, answers = [], []
    for place, (text, column) in enumerate(zip(texts, told, strict=True)):
        own = _BOUND.sub(lambda bound, place=place: f"%(c{place}_{bound[1]})s", text)  # type: ignore[misc]  # a default is typed nowhere
        changes.append(f"c{place} AS ({own} RETURNING {column or 1})")
        answers.append(f"(SELECT {column or 'count(*)'} FROM c{place})")  # noqa: S608  # our own names
    return " ".join(("WITH", ", ".join(changes), "SELECT", ", ".join(answers)))


class _Compiled:
    """The text of a statement, and what is done to values on their way in and out."""

    def __init__(self, statement: _Statement, dialect: Dialect, names: list[str]) -> None:
        # SQLite's own way is to bind values by their order; this one binds them by name.
        self._dialect = sqlite.dialect(paramstyle="named") if dialect.name == "sqlite" else dialect
        if isinstance(statement, Insert):
            statement = statement.inline()  # asks for no new key
        is_written = isinstance(statement, Insert | Update)
        compiled = statement.compile(
            dialect=self._dialect, column_keys=names if is_written else None
        )
        self.text = str(compiled)
        self._fixed: dict[str, Any] = {}
        self._given: list[tuple[str, str, _Convert | None]] = []
        for parameter, name in compiled.bind_names.items():
            convert = parameter.type.dialect_impl(self._dialect).bind_processor(self._dialect)
            if parameter.key in names:
                self._given.append((name, parameter.key, convert))
            else:
                value = _fixed(parameter)
                self._fixed[name] = value if convert is None else convert(value)
        self._columns = list(statement.exported_columns) if _returns(statement) else []
        names_of = [column.name for column in self._columns]
        self._row = maker_of_rows(names_of)
        self._converted: list[tuple[int, _Convert]] | None = None

    def bound(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """Return the driver's parameters."""
        bound = self._fixed.copy()
        for name, key, convert in self._given:
            bound[name] = values[key] if convert is None else convert(values[key])
        return bound

    def rows(self, cursor: DBAPICursor) -> list[Any]:
        """Return what a cursor has found."""
        if self._converted is None:
            self._converted = self._conversions(cursor)
        found: Iterable[Any] = cursor.fetchall()
        if self._converted:
            found = map(self._convert, found)
        return [self._row(row) for row in found]

    def _conversions(self, cursor: DBAPICursor) -> list[tuple[int, _Convert]]:
        """Return what is converted: SQLAlchemy's types may ask for the driver's name of the type."""
        dialect = self._dialect
        of_types = [
            column.type.dialect_impl(dialect).result_processor(dialect, told[1])
            for column, told in zip(self._columns, cursor.description, strict=True)
        ]
        return [(place, convert) for place, convert in enumerate(of_types) if convert is not None]

    def _convert(self, row: Iterable[Any]) -> list[Any]:
        converted = list(row)
        for place, convert in self._converted or ():
            converted[place] = convert(converted[place])
        return converted


def maker_of_rows(names: list[str]) -> Callable[[Iterable[Any]], Any]:
    """Return what makes tuples whose places have names."""
    row: Any = namedtuple("Row", names)  # type: ignore[misc]  # noqa: PYI024  # a typed one has names in its source
    # Its own ``_make`` is written in Python and takes ten times as long.
    return partial(tuple.__new__, row)


def _returns(statement: _Statement) -> bool:
    return isinstance(statement, Select) or bool(statement._returning)  # noqa: SLF001  # is told nowhere else


def _fixed(parameter: BindParameter[Any]) -> Any:
    if parameter.expanding or parameter.required:
        msg = f"{parameter.key} is not given, or a list: that can't be prepared"
        raise TypeError(msg)
    return parameter.effective_value


def _execute(database: Database, cursor: DBAPICursor, text: str, bound: Mapping[str, Any]) -> None:
    """Execute a statement; have PostgreSQL keep it from the first time on."""
    if database.is_sqlite:
        cursor.execute(text, bound)
    else:
        cursor.execute(text, bound, prepare=True)  # type: ignore[call-arg]  # psycopg's


@contextmanager
def _cursor(database: Database, session: Session) -> Iterator[DBAPICursor]:
    """Lend a cursor: of the open transaction, or of a connection that reads without one."""
    if not database.reads_without_transaction(session):
        cursor: DBAPICursor | None = session.info.get(_CURSOR)
        if cursor is None:
            cursor = session.info[_CURSOR] = session.connection().connection.cursor()
        with _translated(database, session.connection().invalidate, cursor):
            yield cursor
        return
    with database.lent() as connection:
        cursor = connection.cursor()
        with _translated(database, connection.invalidate, cursor):
            yield cursor


@contextmanager
def _translated(
    database: Database, invalidate: Callable[[BaseException], None], cursor: DBAPICursor
) -> Iterator[None]:
    """Raise the driver's errors as SQLAlchemy does, without the values."""
    dialect = database.engine.dialect
    driver: Any = dialect.loaded_dbapi
    try:
        yield
    except driver.Error as error:
        is_lost = dialect.is_disconnect(error, cursor.connection, cursor)
        if is_lost:
            invalidate(error)
        raise as_sqlalchemys(error, dialect, is_lost=is_lost) from error


def as_sqlalchemys(error: Exception, dialect: Dialect, *, is_lost: bool) -> BaseException:
    """Return a driver's error as SQLAlchemy raises it, without the values."""
    driver: Any = dialect.loaded_dbapi
    return DBAPIError.instance(
        "a prepared statement",
        None,
        error,
        driver.Error,
        hide_parameters=True,
        connection_invalidated=is_lost,
        dialect=dialect,
    )
