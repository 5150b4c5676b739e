# SPDX-License-Identifier: Apache-2.0
"""The tables of a cluster's file.

``cluster`` has one row. A node's ``used_*`` columns are kept by triggers, so that no change of
an instance can forget them. A job's ``id`` is never used twice, even when the job is forgotten.
``job.ended_at`` is null while the job is open.
"""

from __future__ import annotations

import sqlite3

from synnefo_backend_sim.layout import Layout, Pace

VERSION = 1

_STATEMENTS = (
    """
    CREATE TABLE cluster (
        name TEXT PRIMARY KEY,
        jobs_at_once INTEGER NOT NULL,
        delay_min_s REAL NOT NULL,
        delay_max_s REAL NOT NULL,
        archive_after_s INTEGER NOT NULL,
        is_drained INTEGER NOT NULL DEFAULT 0,
        is_unreachable INTEGER NOT NULL DEFAULT 0
    )
    """,
    """
    CREATE TABLE node (
        id INTEGER PRIMARY KEY,
        name TEXT NOT NULL UNIQUE,
        is_online INTEGER NOT NULL DEFAULT 1,
        vcpus INTEGER NOT NULL,
        ram_mib INTEGER NOT NULL,
        disk_mib INTEGER NOT NULL,
        used_ram_mib INTEGER NOT NULL DEFAULT 0,
        used_disk_mib INTEGER NOT NULL DEFAULT 0
    )
    """,
    """
    CREATE TABLE instance (
        name TEXT PRIMARY KEY,
        node INTEGER NOT NULL,
        power TEXT NOT NULL,
        vcpus INTEGER NOT NULL,
        ram_mib INTEGER NOT NULL,
        disk_mib INTEGER NOT NULL,
        disks TEXT NOT NULL,
        nics TEXT NOT NULL,
        tags TEXT NOT NULL,
        created_at REAL NOT NULL
    )
    """,
    """
    CREATE TRIGGER instance_made AFTER INSERT ON instance BEGIN
        UPDATE node SET used_ram_mib = used_ram_mib + new.ram_mib,
                        used_disk_mib = used_disk_mib + new.disk_mib WHERE id = new.node;
    END
    """,
    """
    CREATE TRIGGER instance_removed AFTER DELETE ON instance BEGIN
        UPDATE node SET used_ram_mib = used_ram_mib - old.ram_mib,
                        used_disk_mib = used_disk_mib - old.disk_mib WHERE id = old.node;
    END
    """,
    """
    CREATE TRIGGER instance_changed AFTER UPDATE OF node, ram_mib, disk_mib ON instance BEGIN
        UPDATE node SET used_ram_mib = used_ram_mib - old.ram_mib,
                        used_disk_mib = used_disk_mib - old.disk_mib WHERE id = old.node;
        UPDATE node SET used_ram_mib = used_ram_mib + new.ram_mib,
                        used_disk_mib = used_disk_mib + new.disk_mib WHERE id = new.node;
    END
    """,
    """
    CREATE TABLE job (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        operation TEXT NOT NULL,
        instance TEXT NOT NULL,
        request TEXT NOT NULL,
        state TEXT NOT NULL DEFAULT 'queued',
        fault TEXT NOT NULL DEFAULT '',
        fault_message TEXT NOT NULL DEFAULT '',
        slower_s REAL NOT NULL DEFAULT 0,
        ends_at REAL,
        ended_at REAL,
        error TEXT NOT NULL DEFAULT '',
        is_transient INTEGER NOT NULL DEFAULT 0,
        already_exists INTEGER NOT NULL DEFAULT 0
    )
    """,
    "CREATE INDEX job_open ON job (instance, id) WHERE ended_at IS NULL",
    "CREATE INDEX job_due ON job (ends_at, id) WHERE ended_at IS NULL AND ends_at IS NOT NULL",
    "CREATE INDEX job_waiting ON job (id) WHERE ended_at IS NULL AND ends_at IS NULL",
    "CREATE INDEX job_age ON job (ended_at) WHERE ended_at IS NOT NULL",
    """
    CREATE TABLE fault (
        id INTEGER PRIMARY KEY,
        kind TEXT NOT NULL,
        operation TEXT NOT NULL,
        instance TEXT NOT NULL,
        count INTEGER NOT NULL,
        slower_s REAL NOT NULL,
        message TEXT NOT NULL
    )
    """,
)


def make(db: sqlite3.Connection, layout: Layout) -> None:
    """Make the tables and the nodes of a new cluster, within the caller's transaction."""
    for statement in _STATEMENTS:
        db.execute(statement)
    db.execute(
        "INSERT INTO cluster (name, jobs_at_once, delay_min_s, delay_max_s, archive_after_s)"
        " VALUES (?, ?, ?, ?, ?)",
        (layout.name, *_figures(layout.pace)),
    )
    db.executemany(
        "INSERT INTO node (name, vcpus, ram_mib, disk_mib) VALUES (?, ?, ?, ?)",
        [
            (f"node{number}.{layout.name}", layout.vcpus, layout.ram_mib, layout.disk_mib)
            for number in range(1, layout.nodes + 1)
        ],
    )
    db.execute(f"PRAGMA user_version = {VERSION:d}")


def keep_pace(db: sqlite3.Connection, pace: Pace) -> None:
    """Give an existing cluster the pace of the settings; writes only what differs."""
    db.execute(
        """
        UPDATE cluster
        SET (jobs_at_once, delay_min_s, delay_max_s, archive_after_s) = (?, ?, ?, ?)
        WHERE (jobs_at_once, delay_min_s, delay_max_s, archive_after_s) <> (?, ?, ?, ?)
        """,
        2 * _figures(pace),
    )


def version(db: sqlite3.Connection) -> int:
    """Return the version of the tables in a file; 0 when there are none."""
    return int(db.execute("PRAGMA user_version").fetchone()[0])


def _figures(pace: Pace) -> tuple[float, ...]:
    return (pace.jobs_at_once, pace.delay_min_s, pace.delay_max_s, pace.archive_after_s)
