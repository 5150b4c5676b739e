# SPDX-License-Identifier: Apache-2.0
"""Faults that are told to a cluster beforehand and strike the jobs that come in."""

from __future__ import annotations

import enum
import sqlite3
from dataclasses import dataclass

from synnefo_backend_sim.clusterfile import ClusterFile, Turn
from synnefo_backend_sim.operations import OPERATIONS

ANY = "*"


class FaultKind(enum.Enum):
    """What goes wrong."""

    ERROR = "error"
    """The job ends as an error that will not go away."""

    TRANSIENT = "transient"
    """The job ends as an error; the next one may succeed."""

    PARTIAL = "partial"
    """As ERROR, but a create leaves its instance behind, stopped, as when an OS script fails."""

    SLOW = "slow"
    """The job takes ``slower_s`` seconds more."""

    LOST = "lost"
    """The job's id is answered, but the job never runs and nobody knows it afterwards."""

    BUSY = "busy"
    """The request is refused as with a full queue; there is no job."""

    UNAVAILABLE = "unavailable"
    """The request gets no answer; there is no job."""

    UNANSWERED = "unanswered"
    """The job is there and will run, but its request gets no answer."""


@dataclass(frozen=True)
class Fault:
    """A fault that strikes the next ``count`` jobs it fits.

    Attributes:
        kind: What goes wrong.
        operation: "create", "delete", "start", "stop", "reboot", or "*" for each.
        instance: The instances it fits, as a glob (``*``, ``?``, ``[…]``).
        count: How often it strikes; 1 or more.
        slower_s: For SLOW, the seconds to add.
        message: The error that the job tells.
    """

    kind: FaultKind
    operation: str = ANY
    instance: str = ANY
    count: int = 1
    slower_s: float = 0.0
    message: str = "injected fault"

    def __post_init__(self) -> None:
        if self.operation != ANY and self.operation not in OPERATIONS:
            raise ValueError(f"there is no operation {self.operation!r}")
        if self.count < 1:
            raise ValueError("a fault strikes at least once")
        if (self.slower_s > 0) != (self.kind is FaultKind.SLOW):
            raise ValueError("slower_s belongs to SLOW, and SLOW needs it")


def inject(cluster: ClusterFile, fault: Fault) -> None:
    """Add a fault; of several that fit a job, the oldest strikes it."""

    def injected(turn: Turn) -> None:
        turn.db.execute(
            "INSERT INTO fault (kind, operation, instance, count, slower_s, message)"
            " VALUES (?, ?, ?, ?, ?, ?)",
            (
                fault.kind.value,
                fault.operation,
                fault.instance,
                fault.count,
                fault.slower_s,
                fault.message,
            ),
        )

    cluster.change(injected)


def standing(cluster: ClusterFile) -> list[Fault]:
    """Return the faults that have not struck yet, with the count that is left, oldest first."""

    def seen(turn: Turn) -> list[Fault]:
        return [_shown(row) for row in turn.db.execute("SELECT * FROM fault ORDER BY id")]

    return cluster.look(seen)


def clear(cluster: ClusterFile) -> None:
    """Remove all faults; what they did to jobs already there stays."""

    def cleared(turn: Turn) -> None:
        turn.db.execute("DELETE FROM fault")

    cluster.change(cleared)


def take(db: sqlite3.Connection, *, operation: str, instance: str) -> Fault | None:
    """Return the fault that strikes a new job, if any, and count it off."""
    row = db.execute(
        "SELECT * FROM fault WHERE operation IN (?, '*') AND ? GLOB instance ORDER BY id LIMIT 1",
        (operation, instance),
    ).fetchone()
    if row is None:
        return None
    db.execute("UPDATE fault SET count = count - 1 WHERE id = ?", (row["id"],))
    db.execute("DELETE FROM fault WHERE count = 0")
    return _shown(row)


def _shown(row: sqlite3.Row) -> Fault:
    return Fault(
        kind=FaultKind(row["kind"]),
        operation=row["operation"],
        instance=row["instance"],
        count=row["count"],
        slower_s=row["slower_s"],
        message=row["message"],
    )
