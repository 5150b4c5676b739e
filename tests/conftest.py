# SPDX-License-Identifier: Apache-2.0
"""What all tests share: the database that ``SYNNEFO_TEST_DATABASE`` asks for."""

from __future__ import annotations

import os
import sqlite3
import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from sqlalchemy import event
from sqlalchemy.pool import Pool

from synnefo_core.testing.database import SERVER

pytest_plugins = ["synnefo_core.testing.fixtures"]

sys.path.insert(0, str(Path(__file__).parent / "system"))

# How long an example takes is the machine's affair.
settings.register_profile(
    "untimed", parent=settings(), deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("untimed")


def _is_on_postgresql() -> bool:
    return os.environ.get("SYNNEFO_TEST_DATABASE", "sqlite") == "postgresql"


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out on PostgreSQL what tests a plugin alone, without a cloud: it has no database."""
    if not _is_on_postgresql():
        return
    plugins = Path(__file__).parent / "plugins"
    alone = [
        item
        for item in items
        if item.path.is_relative_to(plugins)
        and "database_templates" not in getattr(item, "fixturenames", ())
    ]
    config.hook.pytest_deselected(items=alone)
    left_out = set(alone)
    items[:] = [item for item in items if item not in left_out]


@pytest.fixture(scope="session", autouse=True)
def _database_server() -> Iterator[None]:
    """Start PostgreSQL when the tests are to run on it and no server is given."""
    if not _is_on_postgresql() or SERVER in os.environ:
        yield
        return
    from labs import PostgresLab  # only where it is needed

    with PostgresLab() as lab:
        os.environ[SERVER] = lab.url
        yield
        del os.environ[SERVER]


_unread: list[str] = []
"""What SQLite said of connections that were given back too early."""


@event.listens_for(Pool, "connect")
@event.listens_for(Pool, "checkin")
def _look_for_unread_results(connection, _record) -> None:
    """Note when a connection of SQLite's is given back before a result was read to its end.

    That would keep seeing the past, and nobody could begin to write on it. A function can't be
    defined anew while a statement is under way, which is how SQLite can be asked for that.
    """
    if not isinstance(connection, sqlite3.Connection):
        return
    try:
        connection.create_function("read_to_the_end", 0, str)
    except sqlite3.OperationalError as problem:
        _unread.append("".join(traceback.format_stack(limit=12)) + str(problem))


@pytest.fixture(autouse=True)
def _require_read_to_the_end() -> Iterator[None]:
    """Fail a test that gave back a connection with a result that was not read to its end."""
    _unread.clear()
    yield
    assert not _unread, _unread[0]


@pytest.fixture
def statements(cloud):
    """Return a context manager that collects the statements that are run in it."""

    @contextmanager
    def collected():
        seen = []

        def note(*arguments):
            if arguments[2] != "BEGIN":
                seen.append(arguments[2])

        event.listen(cloud.database.engine, "before_cursor_execute", note)
        try:
            yield seen
        finally:
            event.remove(cloud.database.engine, "before_cursor_execute", note)

    return collected
