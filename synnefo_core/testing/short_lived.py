# SPDX-License-Identifier: Apache-2.0
"""Databases of tests: what is right for one that lasts is left out.

An engine remembers what it has compiled, under the statement and its dialect. Every test has a database and
so an engine of its own, and nearly a third of the tests' time went into compiling the same again. And
what a test has written need not outlive the machine.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import Engine, create_engine
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite
from sqlalchemy.util import LRUCache

from synnefo_core.db import session

_DIALECTS = (PGDialect_psycopg, SQLiteDialect_pysqlite)
_MOST = 5_000


@contextmanager
def short_lived() -> Iterator[None]:
    """Let all engines that are made meanwhile share what they compile, and not wait for disks.

    All databases of a kind must be on one server, as they are in tests: what is compiled may
    depend on its version.
    """
    compiled: LRUCache[Any, Any] = LRUCache(_MOST)

    def make(*words: Any, **options: Any) -> Engine:
        return create_engine(*words, execution_options={"compiled_cache": compiled}, **options)

    prepare = session.__dict__["_prepare_sqlite"]

    def prepare_unsynced(connection: sqlite3.Connection, record: object) -> None:
        prepare(connection, record)
        # Only of the machine's end it keeps less: a process may die at any time.
        connection.execute("PRAGMA synchronous = OFF")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(session, "create_engine", make)
        patch.setattr(session, "_prepare_sqlite", prepare_unsynced)
        for dialect in _DIALECTS:
            patch.setattr(dialect, "__eq__", _is_same_kind)
            patch.setattr(dialect, "__hash__", lambda dialect: hash(type(dialect)))
        yield


def _is_same_kind(dialect: object, other: object) -> bool:
    return type(dialect) is type(other)
