# SPDX-License-Identifier: Apache-2.0
"""What the simulated guests were told, packed: on a real cluster it would be a disk of theirs.

``handed`` is what an instance's next reinstallation will tell its guest.
"""

from __future__ import annotations

import sqlite3

from synnefo_core.contracts.seed import Seed


def make_table(db: sqlite3.Connection) -> None:
    """Make the table in a cluster that has none yet."""
    db.execute(
        "CREATE TABLE IF NOT EXISTS seed"
        " (instance TEXT PRIMARY KEY, told TEXT NOT NULL DEFAULT '', handed TEXT NOT NULL DEFAULT '')"
    )


def tell(db: sqlite3.Connection, instance: str, packed: str) -> None:
    """Let a guest begin with a seed."""
    db.execute("INSERT OR REPLACE INTO seed (instance, told) VALUES (?, ?)", (instance, packed))


def hand(db: sqlite3.Connection, instance: str, packed: str) -> None:
    """Keep a seed until the instance begins anew."""
    db.execute("INSERT OR IGNORE INTO seed (instance) VALUES (?)", (instance,))
    db.execute("UPDATE seed SET handed = ? WHERE instance = ?", (packed, instance))


def begin_anew(db: sqlite3.Connection, instance: str) -> None:
    """Tell a guest what was handed; without anything it is told the same again."""
    db.execute(
        "UPDATE seed SET told = handed, handed = '' WHERE instance = ? AND handed <> ''",
        (instance,),
    )


def rename(db: sqlite3.Connection, instance: str, new_name: str) -> None:
    """Follow an instance to its new name."""
    db.execute("UPDATE seed SET instance = ? WHERE instance = ?", (new_name, instance))


def forget(db: sqlite3.Connection, instance: str) -> None:
    """Remove what an instance was told."""
    db.execute("DELETE FROM seed WHERE instance = ?", (instance,))


def told(db: sqlite3.Connection, instance: str) -> Seed | None:
    """Return what a guest reads, None for nothing."""
    row = db.execute("SELECT told FROM seed WHERE instance = ?", (instance,)).fetchone()
    return Seed.unpack(row["told"]) if row and row["told"] else None
