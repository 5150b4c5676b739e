# SPDX-License-Identifier: Apache-2.0
"""The file that a cluster lives in: connections, transactions and patience.

Another process may hold the file's write lock. SQLite would wait for it inside C, which stops
every green thread of an eventlet server, so its own waiting is switched off and we wait here.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from synnefo_backend_sim import disks, media, networks, schema, seeds, simulation
from synnefo_backend_sim.layout import Layout
from synnefo_core.clock import Clock
from synnefo_core.contracts.compute import DEFAULT_TIMEOUT_S, BackendError, BackendUnavailable

T = TypeVar("T")

_FIRST_PAUSE_S = 0.001
_LONGEST_PAUSE_S = 0.025
_NO_CLUSTER = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB})
_HELD_BY_OTHERS = frozenset({sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED})
_OUT_OF_ORDER = frozenset(
    {
        sqlite3.SQLITE_CANTOPEN,
        sqlite3.SQLITE_FULL,
        sqlite3.SQLITE_IOERR,
        sqlite3.SQLITE_PERM,
        sqlite3.SQLITE_READONLY,
    }
)


@dataclass(frozen=True)
class Turn:
    """One turn at the cluster: its database, and the time that it is there."""

    db: sqlite3.Connection
    now: float


Work = Callable[[Turn], T]


class ClusterFile:
    """A cluster's file; any number of processes and threads may use it at once.

    Args:
        path: The file.
        layout: What the cluster is made of if it is new; without it the file must exist.
        clock: What time it is in the cluster; the system's clock if None.
    """

    def __init__(
        self, path: Path, *, layout: Layout | None = None, clock: Clock | None = None
    ) -> None:
        self.path = path
        self._layout = layout
        self._clock = clock or Clock()
        self._idle: list[sqlite3.Connection] = []

    def look(self, work: Work[T], *, timeout_s: float = DEFAULT_TIMEOUT_S) -> T:
        """Return what ``work`` sees once all that was due has happened.

        Takes the write lock only when something was due.
        """

        def looked(db: sqlite3.Connection) -> T:
            turn = Turn(db, self._clock.now())
            if simulation.is_due(db, turn.now):
                with _transaction(db):
                    simulation.advance(db, turn.now)
            return work(turn)

        return self._patiently(looked, timeout_s)

    def change(self, work: Work[T], *, timeout_s: float = DEFAULT_TIMEOUT_S) -> T:
        """Return what ``work`` returns, after all that was due and in the same transaction.

        ``work`` is called again if the transaction could not be committed.
        """

        def changed(db: sqlite3.Connection) -> T:
            with _transaction(db):
                turn = Turn(db, self._clock.now())
                simulation.advance(db, turn.now)
                return work(turn)

        return self._patiently(changed, timeout_s)

    def close(self) -> None:
        """Close the connections that are not in use; closing twice is harmless."""
        while self._idle:
            self._idle.pop().close()

    def _patiently(self, attempt: Callable[[sqlite3.Connection], T], timeout_s: float) -> T:
        deadline = time.monotonic() + timeout_s
        pause_s = _FIRST_PAUSE_S
        while True:
            try:
                with self._connection() as db:
                    return attempt(db)
            except sqlite3.OperationalError as error:
                if not _is_held_by_others(error):
                    raise
                if time.monotonic() + pause_s > deadline:
                    raise BackendUnavailable(f"{self.path} stayed locked") from error
            # No condition tells that another process let go of a file lock.
            time.sleep(pause_s)
            pause_s = min(2 * pause_s, _LONGEST_PAUSE_S)

    @contextmanager
    def _connection(self) -> Iterator[sqlite3.Connection]:
        """Lend a connection that nobody else uses."""
        try:
            db = self._idle.pop()
        except IndexError:
            db = self._open()
        try:
            yield db
        except sqlite3.DatabaseError as error:
            _explain(error, self.path)
            raise
        finally:
            if db.in_transaction:  # it could not even be rolled back
                db.close()
            else:
                self._idle.append(db)

    def _open(self) -> sqlite3.Connection:
        if self._layout is None and not self.path.exists():
            raise BackendUnavailable(f"there is no cluster at {self.path}")
        try:
            self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            self.path.touch(mode=0o600)
            db = sqlite3.connect(
                self.path, timeout=0, isolation_level=None, check_same_thread=False
            )
        except (OSError, sqlite3.OperationalError) as error:
            raise BackendUnavailable(f"{self.path}: {error}") from error
        try:
            self._prepare(db)
        except (BackendError, sqlite3.DatabaseError) as error:
            db.close()
            _explain(error, self.path)
            raise
        return db

    def _prepare(self, db: sqlite3.Connection) -> None:
        db.row_factory = sqlite3.Row
        if schema.version(db) not in (0, schema.VERSION):
            raise BackendError(f"{self.path} holds no cluster of this version")
        # With a write-ahead log, a commit that SIGKILL interrupts is there whole or not at all,
        # and readers don't wait for the writer.
        db.execute("PRAGMA journal_mode = WAL")
        db.execute("PRAGMA synchronous = NORMAL")
        if self._layout is None:
            return
        if schema.version(db) == 0:
            with _transaction(db):
                # Another process may have been quicker.
                if schema.version(db) == 0:
                    schema.make(db, self._layout)
        seeds.make_table(db)
        media.make_table(db)
        networks.make_table(db)
        disks.make_table(db, self._layout.store)
        schema.keep_pace(db, self._layout.pace)


@contextmanager
def _transaction(db: sqlite3.Connection) -> Iterator[None]:
    db.execute("BEGIN IMMEDIATE")
    try:
        yield
        db.execute("COMMIT")
    finally:
        if db.in_transaction:
            db.execute("ROLLBACK")


def _explain(error: Exception, path: Path) -> None:
    """Raise what the contract calls this error, unless it is a lock or our own mistake."""
    code = _primary_code(error)
    if code in _OUT_OF_ORDER:
        raise BackendUnavailable(f"{path}: {error}") from error
    if code in _NO_CLUSTER:
        raise BackendError(f"{path}: {error}") from error


def _is_held_by_others(error: sqlite3.OperationalError) -> bool:
    return _primary_code(error) in _HELD_BY_OTHERS


def _primary_code(error: Exception) -> int:
    # Only errors that SQLite itself raised carry a code.
    return int(getattr(error, "sqlite_errorcode", sqlite3.SQLITE_OK)) & 0xFF
