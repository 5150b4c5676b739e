# SPDX-License-Identifier: Apache-2.0
"""The databases of the clouds that are measured."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from sqlalchemy import Engine, create_engine, text

from tools.bench.processes import cpu_s

if TYPE_CHECKING:
    from tests.system.labs import PostgresLab

KINDS = ("sqlite", "postgresql")

# Tests may lose everything with the machine; what is measured may not.
_DURABLE = {"fsync": "on", "synchronous_commit": "on", "full_page_writes": "on"}


def analyze(engine: Engine) -> None:
    """Have PostgreSQL look at tables that have just grown, as it does by itself within a minute.

    Until then it keeps to plans that it has made for small ones.
    """
    with engine.connect() as connection:
        connection.execution_options(isolation_level="AUTOCOMMIT").execute(text("ANALYZE"))


class Databases:
    """Where each cloud gets a database of its own; without a server that is a file of its own."""

    def __init__(self, server: PostgresLab | None) -> None:
        self._server = server
        self._urls: list[str] = []

    def url(self, name: str) -> str:
        """Return the URL of a new database; empty for the cloud's default."""
        if self._server is None:
            return ""
        self._urls.append(self._server.create_database(name))
        return self._urls[-1]

    def analyze(self) -> None:
        """Have PostgreSQL look at what its tables hold now."""
        for url in self._urls:
            engine = create_engine(url)
            analyze(engine)
            engine.dispose()

    def cpu_s(self) -> float:
        """Return the processor time of the database's own processes, 0 if it has none."""
        return cpu_s(self._server.record.parts[0].process.pid) if self._server else 0.0


@contextmanager
def databases(kind: str) -> Iterator[Databases]:
    """Provide databases of a kind; a PostgreSQL server is started and taken away again."""
    if kind == "sqlite":
        yield Databases(None)
        return
    from tests.system.labs import PostgresLab, postgres  # only where it is needed

    postgres.SETTINGS.update(_DURABLE)
    with PostgresLab() as server:
        yield Databases(server)
