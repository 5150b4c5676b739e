# SPDX-License-Identifier: Apache-2.0
"""What the simulated instances start from, where that is not their disk."""

from __future__ import annotations

import json
import sqlite3
from typing import Any

DISK: dict[str, Any] = {"medium": "disk"}
"""How an instance starts that was told nothing else."""


def make_table(db: sqlite3.Connection) -> None:
    """Make the table in a cluster that has none yet."""
    db.execute("CREATE TABLE IF NOT EXISTS boot (instance TEXT PRIMARY KEY, words TEXT NOT NULL)")


def put(db: sqlite3.Connection, instance: str, words: dict[str, Any]) -> None:
    """Let an instance start from this from now on."""
    db.execute("INSERT OR REPLACE INTO boot VALUES (?, ?)", (instance, json.dumps(words)))


def of(db: sqlite3.Connection, instance: str) -> dict[str, Any]:
    """Return from what an instance starts."""
    row = db.execute("SELECT words FROM boot WHERE instance = ?", (instance,)).fetchone()
    return dict(json.loads(row["words"])) if row else DISK


def rename(db: sqlite3.Connection, instance: str, new_name: str) -> None:
    """Follow an instance to its new name."""
    db.execute("UPDATE boot SET instance = ? WHERE instance = ?", (new_name, instance))


def forget(db: sqlite3.Connection, instance: str) -> None:
    """Forget an instance that is gone."""
    db.execute("DELETE FROM boot WHERE instance = ?", (instance,))
