# SPDX-License-Identifier: Apache-2.0
"""What is still to be told, and what was noticed already: one SQLite file.

Both change in one transaction that is on disk when it returns. So whoever is killed at any
instruction has told everything or will tell it, at worst twice.
"""

from __future__ import annotations

import json
import logging
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from synnefo_node_ganeti.jobs import Step

log = logging.getLogger(__name__)

_SCHEMA = """
CREATE TABLE IF NOT EXISTS notice (id INTEGER PRIMARY KEY AUTOINCREMENT, content TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS seen (
    job INTEGER NOT NULL, place INTEGER NOT NULL, state TEXT NOT NULL, at REAL NOT NULL,
    PRIMARY KEY (job, place)
) WITHOUT ROWID;
"""

_SEEN = """
INSERT INTO seen (job, place, state, at) VALUES (?, ?, ?, ?)
ON CONFLICT (job, place) DO UPDATE SET state = excluded.state, at = excluded.at
WHERE state != excluded.state
"""

_FILES = ("", "-wal", "-shm")


class SpoolFull(Exception):
    """Too much is still to be told."""


@dataclass(frozen=True)
class Notice:
    """Something to be told.

    Attributes:
        id: Greater than those of all that came before.
    """

    id: int
    payload: Mapping[str, Any]


class Spool:
    """Keeps at most ``limit`` notices; once full it takes none until half of them are gone."""

    def __init__(self, file: Path, *, limit: int) -> None:
        """Open the file, or begin a new one in the place of one that is damaged.

        Raises:
            sqlite3.OperationalError: It can't be opened or written now.
        """
        self._limit = limit
        try:
            self._database, self.number = _opened(file)
        except sqlite3.OperationalError:
            raise  # says nothing about what is in it
        except sqlite3.DatabaseError as problem:
            log.error("the spool is damaged and begun anew: %s", problem)  # noqa: TRY400  # no trace
            _put_aside(file)
            self._database, self.number = _opened(file)
        self._is_full = self.number >= limit

    @property
    def has_room(self) -> bool:
        """Whether it takes notices."""
        self._is_full = self._is_full and self.number > self._limit // 2
        return not self._is_full

    def note(self, steps: Iterable[Step]) -> int:
        """Keep what is new among some steps; return how much that is.

        Raises:
            SpoolFull: Not all of it has room; what came first was noted.
        """
        before = self.number
        with self._transaction() as database:
            number = before
            for step in steps:
                if number >= self._limit:
                    self._is_full = True
                    break
                number += self._note_one(database, step)
        self.number = number
        if self._is_full:
            raise SpoolFull
        return number - before

    @staticmethod
    def _note_one(database: sqlite3.Connection, step: Step) -> int:
        seen = (step.job, step.place, step.state, step.at)
        is_new: bool = database.execute(_SEEN, seen).rowcount > 0
        if is_new:
            content = json.dumps(step.notice)
            database.execute("INSERT INTO notice (content) VALUES (?)", (content,))
        return int(is_new)

    def first(self, most: int) -> list[Notice]:
        """Return what is to be told next, in order."""
        rows = self._database.execute("SELECT id, content FROM notice ORDER BY id LIMIT ?", (most,))
        return [Notice(number, json.loads(content)) for number, content in rows]

    def told(self, last: Notice) -> None:
        """Forget all notices up to one."""
        with self._transaction() as database:
            gone = database.execute("DELETE FROM notice WHERE id <= ?", (last.id,)).rowcount
        self.number -= gone

    def forget(self, before: float) -> None:
        """Forget what came to its state before a moment; its job files are not looked at any more."""
        with self._transaction() as database:
            database.execute("DELETE FROM seen WHERE at < ?", (before,))

    def close(self) -> None:
        self._database.close()

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        self._database.execute("BEGIN IMMEDIATE")
        try:
            yield self._database
        except BaseException:
            self._database.execute("ROLLBACK")
            raise
        self._database.execute("COMMIT")


def _opened(file: Path) -> tuple[sqlite3.Connection, int]:
    """Return the database and how many notices it has."""
    file.touch(mode=0o600)
    with ExitStack() as on_failure:
        database = sqlite3.connect(file, isolation_level=None)
        on_failure.callback(database.close)
        database.execute("PRAGMA journal_mode = WAL")
        # Not only before a checkpoint: a power cut must not take back what was noted.
        database.execute("PRAGMA synchronous = FULL")
        database.executescript(_SCHEMA)
        (number,) = database.execute("SELECT count(*) FROM notice").fetchone()
        on_failure.pop_all()
    return database, int(number)


def _put_aside(file: Path) -> None:
    for suffix in _FILES:
        damaged = file.with_name(file.name + suffix)
        if damaged.exists():
            damaged.rename(damaged.with_name(damaged.name + ".damaged"))
