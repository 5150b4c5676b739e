# SPDX-License-Identifier: Apache-2.0
"""The databases of the clouds that are measured."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from tools.bench.processes import cpu_s

if TYPE_CHECKING:
    from tests.system.labs import PostgresLab

KINDS = ("sqlite", "postgresql")

# Tests may lose everything with the machine; what is measured may not.
_DURABLE = {"fsync": "on", "synchronous_commit": "on", "full_page_writes": "on"}


class Databases:
    """Where each cloud gets a database of its own; without a server that is a file of its own."""

    def __init__(self, server: PostgresLab | None) -> None:
        self._server = server

    def url(self, name: str) -> str:
        """Return the URL of a new database; empty for the cloud's default."""
        return self._server.create_database(name) if self._server else ""

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
