# SPDX-License-Identifier: Apache-2.0
"""What all tests share: the database that ``SYNNEFO_TEST_DATABASE`` asks for."""

from __future__ import annotations

import os
import sqlite3
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import event
from sqlalchemy.pool import Pool

from synnefo_core.testing.database import SERVER

pytest_plugins = ["synnefo_core.testing.fixtures"]

sys.path.insert(0, str(Path(__file__).parent / "system"))


@pytest.fixture(scope="session", autouse=True)
def _database_server() -> Iterator[None]:
    """Start PostgreSQL when the tests are to run on it and no server is given."""
    if os.environ.get("SYNNEFO_TEST_DATABASE", "sqlite") != "postgresql" or SERVER in os.environ:
        yield
        return
    from labs import PostgresLab  # only where it is needed

    with PostgresLab() as lab:
        os.environ[SERVER] = lab.url
        yield
        del os.environ[SERVER]


@event.listens_for(Pool, "connect")
@event.listens_for(Pool, "checkin")
def _require_read_to_the_end(connection, _record) -> None:
    """Refuse to take back a connection of SQLite's on which a result was not read to its end.

    That would keep seeing the past, and nobody could begin to write on it. A function can't be
    defined anew while a statement is under way, which is how SQLite can be asked for that.
    """
    if isinstance(connection, sqlite3.Connection):
        connection.create_function("read_to_the_end", 0, str)
