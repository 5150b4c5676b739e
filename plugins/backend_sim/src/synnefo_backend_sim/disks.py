# SPDX-License-Identifier: Apache-2.0
"""The disks of simulated instances: files of a directory that several clusters may reach.

A disk is empty when it is made; what a guest or an operator writes on it stays there until the disk
goes. What a guest was told at its first boot lies beside, as on a disk of its own. Each thing is done
twice without harm, since a cluster's transaction may be.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from pathlib import Path
from urllib.parse import quote

from synnefo_backend_sim import seeds


def make_table(db: sqlite3.Connection, store: Path) -> None:
    """Remember where the disks of a cluster lie; it is asked only once."""
    db.execute("CREATE TABLE IF NOT EXISTS store (path TEXT NOT NULL)")
    if db.execute("SELECT 1 FROM store").fetchone() is None:
        db.execute(
            "INSERT INTO store SELECT ? WHERE NOT EXISTS (SELECT 1 FROM store)", (str(store),)
        )


def store(db: sqlite3.Connection) -> Path:
    """Return where the disks of a cluster lie."""
    return Path(db.execute("SELECT path FROM store").fetchone()["path"])


def make(db: sqlite3.Connection, names: Iterable[str]) -> None:
    """Make disks; those that are there stay as they are."""
    here = store(db)
    here.mkdir(mode=0o700, parents=True, exist_ok=True)
    for name in names:
        _file(here, name).touch(mode=0o600)


def remove(db: sqlite3.Connection, instance: str, names: Iterable[str]) -> None:
    """Remove the disks of an instance with all that is on them."""
    here = store(db)
    for name in (*names, _seed(instance)):
        _file(here, name).unlink(missing_ok=True)


def missing(db: sqlite3.Connection, names: Iterable[str]) -> list[str]:
    """Return which disks are not there."""
    here = store(db)
    return [name for name in names if not _file(here, name).exists()]


def write(db: sqlite3.Connection, name: str, content: bytes) -> None:
    """Put something on a disk."""
    make(db, [name])
    _file(store(db), name).write_bytes(content)


def read(db: sqlite3.Connection, name: str) -> bytes:
    """Return what is on a disk."""
    return _file(store(db), name).read_bytes()


def keep_seed(db: sqlite3.Connection, instance: str) -> None:
    """Leave what a guest was told where another cluster finds it."""
    told = seeds.told(db, instance)
    if told is not None:
        write(db, _seed(instance), told.pack().encode())


def find_seed(db: sqlite3.Connection, instance: str) -> None:
    """Have a guest that was taken in know what it was told elsewhere."""
    if not missing(db, [_seed(instance)]):
        seeds.tell(db, instance, read(db, _seed(instance)).decode())


def _seed(instance: str) -> str:
    return f"seed-{instance}"


def _file(here: Path, name: str) -> Path:
    return here / quote(name, safe="")
