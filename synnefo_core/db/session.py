# SPDX-License-Identifier: Apache-2.0
"""Transactions: one unit of work a request, whoever joins it.

``unit_of_work`` writes, ``reading`` reads. Both join the one that is open in the same
thread or green thread; only the outermost commits. No network call is made inside.

On SQLite there is one writer at a time in the whole file: writers of this process queue at
a lock and those of other processes retry, so neither ever holds up an event loop inside C.
"""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from contextvars import ContextVar
from typing import Any, NoReturn, cast

from sqlalchemy import (
    Connection,
    CursorResult,
    Delete,
    Engine,
    Executable,
    PoolProxiedConnection,
    Result,
    Update,
    create_engine,
    event,
    literal,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import make_url
from sqlalchemy.exc import OperationalError, TimeoutError as PoolTimeout
from sqlalchemy.orm import DeclarativeBase, Session

from synnefo_core import json_text
from synnefo_core.contracts.driver import Misconfigured
from synnefo_core.db import liveness, prepared
from synnefo_core.errors import Unavailable

Deferred = Callable[[Session], None]

_WRITES = "synnefo_writes"
_SHARES = "synnefo_shares"
_SCHEMA_LOCK = 0x53796E6E65666F
"""The number by which PostgreSQL knows our lock on the schema: "Synnefo"."""


class Database:
    """The cloud's database.

    Attributes:
        engine: SQLAlchemy's engine.
        is_sqlite: Whether there is one file and one writer.
    """

    def __init__(self, url: str, *, pool_size: int = 20, busy_timeout_s: float = 30.0) -> None:
        """Prepare to connect; nothing is opened yet.

        Raises:
            Misconfigured: The URL's driver is not installed or not supported.
        """
        backend = make_url(url).get_backend_name()
        if backend not in ("sqlite", "postgresql"):
            msg = f"the database must be sqlite or postgresql, not {backend}"
            raise Misconfigured(msg)
        self.is_sqlite = backend == "sqlite"
        self._busy_timeout_s = busy_timeout_s
        self._writer = threading.Lock() if self.is_sqlite else nullcontext()
        self._current: ContextVar[Session | None] = ContextVar(f"session-{id(self)}", default=None)
        self.engine = self._engine(url, pool_size)
        # Made once: an engine with options costs more than a short transaction.
        self._writing = self.engine.execution_options(**{_WRITES: True})
        self._reading = self.engine
        if not self.is_sqlite:
            # Each statement sees what is committed then, in a transaction or without one: without
            # it there are two round trips less.
            self._reading = self.engine.execution_options(isolation_level="AUTOCOMMIT")

    def _engine(self, url: str, pool_size: int) -> Engine:
        arguments: dict[str, Any] = {
            "pool_size": pool_size,
            "max_overflow": pool_size,
            # The one that was used last has its plans, and its part of the processor's cache.
            "pool_use_lifo": True,
            "json_deserializer": json_text.read,
        }
        if self.is_sqlite:
            # isolation_level None: Python must not begin transactions by itself.
            arguments["connect_args"] = {
                "check_same_thread": False,
                "timeout": 0,
                "isolation_level": None,
            }
        try:
            engine = create_engine(url, **arguments)
        except ImportError as cause:
            msg = f"the database driver is not installed: {cause}"
            raise Misconfigured(msg) from cause
        if self.is_sqlite:
            event.listen(engine, "connect", _prepare_sqlite)
            event.listen(engine, "begin", self._begin_sqlite)
        else:
            event.listen(engine, "checkout", liveness.require(engine.dialect.do_ping))
        return engine

    def _begin_sqlite(self, connection: Connection) -> None:
        writes = connection.get_execution_options().get(_WRITES)
        statement = "BEGIN IMMEDIATE" if writes else "BEGIN"
        give_up = time.monotonic() + self._busy_timeout_s
        wait_s = 0.001
        while True:
            try:
                connection.exec_driver_sql(statement)
            except OperationalError as cause:
                if _sqlite_code(cause) != sqlite3.SQLITE_BUSY or time.monotonic() > give_up:
                    raise
                time.sleep(wait_s)
                wait_s = min(wait_s * 2, 0.05)
            else:
                return

    @property
    def is_in_transaction(self) -> bool:
        """Whether this thread has a transaction open."""
        return self._current.get() is not None

    @property
    def is_writing(self) -> bool:
        """Whether this thread has a unit of work open."""
        current = self._current.get()
        return current is not None and bool(current.info.get(_WRITES))

    @contextmanager
    def unit_of_work(self) -> Iterator[Session]:
        """Join the open unit of work, or begin one that commits at the end.

        An exception rolls all of it back. Inside ``reading`` it can't begin.

        Raises:
            Unavailable: The database does not answer, or took back the transaction.
        """
        current = self._current.get()
        if current is not None:
            if not current.info.get(_WRITES):
                msg = "a unit of work can't begin inside of a read-only transaction"
                raise RuntimeError(msg)
            yield current
            return
        with self._writer:
            session = self._session(writes=True)
            token = self._current.set(session)
            try:
                with _outages():
                    yield session
                    _run_deferred(session)
                    session.commit()
            except BaseException:
                session.rollback()
                raise
            finally:
                self._current.reset(token)
                session.close()
        for call in session.info.get("after_commit", ()):
            call()

    @contextmanager
    def reading(self, *, is_snapshot: bool = False) -> Iterator[Session]:
        """Join the open transaction, or read without one; nothing can be written.

        With ``is_snapshot`` all statements see one moment (SQLite always does).

        Raises:
            RuntimeError: Something was to be written.
            Unavailable: The database does not answer.
        """
        current = self._current.get()
        if current is not None:
            yield current
            return
        session = self._session(writes=False, is_snapshot=is_snapshot)
        token = self._current.set(session)
        try:
            with _outages():
                yield session
        finally:
            self._current.reset(token)
            session.close()  # rolls back, and leaves what was loaded readable

    @contextmanager
    def changing_schema(self) -> Iterator[Connection]:
        """Begin a transaction of its own in which nobody else changes the schema.

        Raises:
            Unavailable: The database does not answer.
        """
        engine = self.engine.execution_options(**{_WRITES: True})
        with self._writer, _outages(), engine.begin() as connection:
            if not self.is_sqlite:
                connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_SCHEMA_LOCK})")
            yield connection

    def _session(self, *, writes: bool, is_snapshot: bool = False) -> Session:
        if writes:
            session = Session(self._writing, expire_on_commit=False, autoflush=True)
        else:
            engine = self._reading
            if is_snapshot and not self.is_sqlite:
                engine = self.engine.execution_options(isolation_level="REPEATABLE READ")
            session = _ReadOnlySession(engine, expire_on_commit=False, autoflush=True)
        session.info[_WRITES] = writes
        session.info[prepared.DATABASE] = self
        session.info[_SHARES] = not (writes or is_snapshot or self.is_sqlite)
        return session

    @property
    def is_observed(self) -> bool:
        """Whether somebody listens to SQLAlchemy's statements, so that all must go through it."""
        return bool(self.engine.dispatch.before_cursor_execute)

    def require_writing(self, session: Session, statement: Executable) -> None:
        """Refuse a statement that changes something in a session that only reads.

        Raises:
            RuntimeError: It only reads.
        """
        if not session.info[_WRITES]:
            _refuse(statement)

    def reads_without_transaction(self, session: Session) -> bool:
        """Say whether any connection will do for what a session reads."""
        return bool(session.info[_SHARES]) and not session.in_transaction()

    @contextmanager
    def lent(self) -> Iterator[PoolProxiedConnection]:
        """Lend a connection of PostgreSQL's on which each statement is for itself."""
        connection = self._connection()
        driver: Any = connection.driver_connection
        try:
            yield connection
        finally:
            if connection.is_valid and not driver.closed:
                driver.autocommit = False
            connection.close()

    def _connection(self) -> PoolProxiedConnection:
        """Return a connection on which each statement is for itself."""
        dialect = self.engine.dialect
        try:
            connection = self.engine.raw_connection()
            connection.driver_connection.autocommit = True  # type: ignore[union-attr]  # psycopg's
        except dialect.loaded_dbapi.Error as error:
            raise prepared.as_sqlalchemys(error, dialect, is_lost=True) from error
        return connection

    def close(self) -> None:
        """Close all connections."""
        self.engine.dispose()


class _ReadOnlySession(Session):
    """A session that refuses to write: what it wrote might be kept."""

    def flush(self, objects: Sequence[Any] | None = None) -> None:
        """Refuse to write what was added, changed or deleted."""
        if self.new or self.dirty or self.deleted:
            _refuse([*self.new, *self.dirty, *self.deleted])
        super().flush(objects)

    def execute(self, statement: Executable, *arguments: Any, **options: Any) -> Result[Any]:
        """Execute a statement that reads."""
        if statement.is_dml:
            _refuse(statement)
        return super().execute(statement, *arguments, **options)


def _refuse(what: object) -> NoReturn:
    msg = f"nothing can be written while reading: {what}"
    raise RuntimeError(msg)


_OUTAGES = {
    sqlite3.SQLITE_BUSY,
    sqlite3.SQLITE_CANTOPEN,
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_LOCKED,
    sqlite3.SQLITE_READONLY,
}
"""SQLite's codes for what is not the statement's fault."""


@contextmanager
def _outages() -> Iterator[None]:
    """Tell a database that is away, full or busy from a mistake of ours."""
    try:
        yield
    except OperationalError as cause:
        # PostgreSQL's are all of this kind: connections, deadlocks, time limits, resources.
        if _sqlite_code(cause) in (None, *_OUTAGES):
            msg = "the database does not answer; try again later"
            raise Unavailable(msg) from cause
        raise
    except PoolTimeout as cause:
        msg = "the database is busy; try again later"
        raise Unavailable(msg) from cause


def _sqlite_code(error: OperationalError) -> int | None:
    if isinstance(error.orig, sqlite3.Error):
        return error.orig.sqlite_errorcode & 0xFF  # without the extended part
    return None


def changed_rows(session: Session, statement: Update | Delete) -> int:
    """Execute an UPDATE or DELETE and return how many rows it met."""
    result = cast("CursorResult[Any]", session.execute(statement))
    return int(result.rowcount)


def add_if_absent(session: Session, model: type[DeclarativeBase], row: Mapping[str, Any]) -> bool:
    """Add a row unless there is one with its key; return whether it was added.

    Others who add the same row at the same time are waited for.
    """
    # RETURNING tells it in every dialect; psycopg counts no rows of an ORM insert.
    statement = _insert_if_absent(session, model).values(row).returning(literal(1))
    return session.execute(statement).first() is not None


def add_all_if_absent(
    session: Session, model: type[DeclarativeBase], rows: Sequence[Mapping[str, Any]]
) -> None:
    """Add those of the rows whose keys are not there, in this order and in one round trip."""
    if rows:
        session.execute(_insert_if_absent(session, model), rows)


def _insert_if_absent(
    session: Session, model: type[DeclarativeBase]
) -> postgresql.Insert | sqlite.Insert:
    insert = sqlite.insert if session.get_bind().dialect.name == "sqlite" else postgresql.insert
    return insert(model).on_conflict_do_nothing()


def defer(session: Session, name: str, call: Deferred) -> None:
    """Have ``call`` made as one of the last statements before the commit.

    For rows that many transactions want (quota holdings): the later they are locked, the
    shorter others wait. Calls are made in the order of their names, each name once.
    """
    session.info.setdefault("deferred", {})[name] = call


def after_commit(session: Session, call: Callable[[], None]) -> None:
    """Have ``call`` made once the commit is done; not when it fails."""
    calls = session.info.setdefault("after_commit", [])
    if call not in calls:
        calls.append(call)


def _run_deferred(session: Session) -> None:
    session.flush()
    deferred: dict[str, Deferred] = session.info.get("deferred", {})
    for name in sorted(deferred):
        deferred[name](session)


def _prepare_sqlite(connection: sqlite3.Connection, _record: object) -> None:
    # FULL: what was acknowledged survives a power cut. Only here SQLite itself may wait, for
    # another process that opens or closes the file; later waiting is done in Python.
    pragmas = ("busy_timeout=2000", "journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON")
    for pragma in (*pragmas, "busy_timeout=0"):
        connection.execute(f"PRAGMA {pragma}")
