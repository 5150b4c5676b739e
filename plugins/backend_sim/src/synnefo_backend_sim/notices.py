# SPDX-License-Identifier: Apache-2.0
"""What a cluster would say of its jobs: each time one comes to another state."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass

from synnefo_backend_sim.clusterfile import ClusterFile, Turn
from synnefo_backend_sim.operations import NETWORK

_NEWS = """
    SELECT id, operation, instance, state, ended_at FROM job
    WHERE (id > ? OR id IN (SELECT value FROM json_each(?))) AND coalesce(ended_at, ?) >= ?
    ORDER BY coalesce(ended_at, ?), id
"""


@dataclass(frozen=True)
class Notice:
    """A job and the state that it came to, ``at`` so many seconds since the epoch."""

    job: str
    instance: str
    operation: str
    state: str
    at: float

    @property
    def is_of_network(self) -> bool:
        """Whether the job is about a network, whose name is in the instance's place."""
        return self.operation.startswith(NETWORK)

    @property
    def payload(self) -> dict[str, object]:
        """What the cloud is told, as by the daemon of real clusters."""
        told = dict(vars(self))
        if self.is_of_network:
            told["network"] = told.pop("instance")
        return told


class Notices:
    """The news of a cluster since the last look; what came and went between two looks is not seen."""

    def __init__(self, cluster: ClusterFile, *, since: float = 0.0) -> None:
        """Begin with the jobs that are open, and those that have ended since then."""
        self._cluster, self._since = cluster, since
        self._last, self._open = 0, dict[int, str]()

    def new(self) -> list[Notice]:
        """Return what is new, in the order in which it happened."""
        return self._cluster.look(self._seen)

    def _seen(self, turn: Turn) -> list[Notice]:
        known = json.dumps(list(self._open))
        asked = (self._last, known, turn.now, self._since, turn.now)
        rows = turn.db.execute(_NEWS, asked).fetchall()
        self._last = max([self._last, *(row["id"] for row in rows)])
        was, self._open = self._open, {}
        return list(self._changed(rows, was, turn.now))

    def _changed(
        self, rows: Iterable[sqlite3.Row], was: dict[int, str], now: float
    ) -> Iterable[Notice]:
        for row in rows:
            if row["ended_at"] is None:
                self._open[row["id"]] = row["state"]
            if was.get(row["id"]) != row["state"]:
                at = now if row["ended_at"] is None else row["ended_at"]
                yield Notice(str(row["id"]), row["instance"], row["operation"], row["state"], at)
