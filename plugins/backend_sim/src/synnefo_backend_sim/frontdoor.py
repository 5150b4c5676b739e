# SPDX-License-Identifier: Apache-2.0
"""The cluster's remote API: what the cloud goes through, and an operator does not."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from synnefo_backend_sim import faults, simulation
from synnefo_backend_sim.clusterfile import ClusterFile, Turn, Work
from synnefo_backend_sim.faults import FaultKind
from synnefo_core.contracts.compute import BackendBusy, BackendUnavailable

T = TypeVar("T")

_FAILING = (FaultKind.ERROR, FaultKind.TRANSIENT, FaultKind.PARTIAL)


@dataclass(frozen=True)
class _Receipt:
    """What became of a request: the job's id, and the fault that struck it."""

    job_id: str
    fault: FaultKind | None = None


@dataclass(frozen=True)
class FrontDoor:
    """Answers what the contract asks, unless the cluster is cut off."""

    cluster: ClusterFile

    def ask(self, work: Work[T], *, timeout_s: float) -> T:
        """Return what ``work`` sees."""

        def asked(turn: Turn) -> T:
            _refuse_if_unreachable(turn.db)
            return work(turn)

        return self.cluster.look(asked, timeout_s=timeout_s)

    def order(self, work: Work[T], *, timeout_s: float) -> T:
        """Return what ``work`` returns, which may change the cluster."""

        def ordered(turn: Turn) -> T:
            _refuse_if_unreachable(turn.db)
            return work(turn)

        return self.cluster.change(ordered, timeout_s=timeout_s)

    def submit(
        self, operation: str, instance: str, request: Mapping[str, Any], *, timeout_s: float
    ) -> str:
        """Write a job down and return its id."""

        def submitted(turn: Turn) -> _Receipt:
            return _submit(turn, operation, instance, json.dumps(request))

        receipt = self.order(submitted, timeout_s=timeout_s)
        # Only now: an exception inside the transaction would take back what the fault did.
        if receipt.fault is FaultKind.BUSY:
            raise BackendBusy("the job queue is full")
        if receipt.fault in (FaultKind.UNAVAILABLE, FaultKind.UNANSWERED):
            raise BackendUnavailable("the cluster did not answer")
        return receipt.job_id


def _submit(turn: Turn, operation: str, instance: str, request: str) -> _Receipt:
    db = turn.db
    if db.execute("SELECT is_drained FROM cluster").fetchone()[0]:
        raise BackendBusy("the job queue is drained")
    db.execute(
        "DELETE FROM job WHERE ended_at < ? - (SELECT archive_after_s FROM cluster)", (turn.now,)
    )
    fault = faults.take(db, operation=operation, instance=instance)
    kind = None if fault is None else fault.kind
    if kind in (FaultKind.BUSY, FaultKind.UNAVAILABLE):
        return _Receipt("", kind)
    job_id = db.execute(
        "INSERT INTO job (operation, instance, request, fault, fault_message, slower_s)"
        " VALUES (?, ?, ?, ?, ?, ?)",
        (
            operation,
            instance,
            request,
            kind.value if kind in _FAILING else "",
            "" if fault is None else fault.message,
            0.0 if fault is None else fault.slower_s,
        ),
    ).lastrowid
    if kind is FaultKind.LOST:
        db.execute("DELETE FROM job WHERE id = ?", (job_id,))
    simulation.start_ready(db, turn.now)
    return _Receipt(str(job_id), kind)


def _refuse_if_unreachable(db: sqlite3.Connection) -> None:
    if db.execute("SELECT is_unreachable FROM cluster").fetchone()[0]:
        raise BackendUnavailable("the cluster can't be reached")
