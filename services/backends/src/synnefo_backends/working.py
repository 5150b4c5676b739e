# SPDX-License-Identifier: Apache-2.0
"""What works for servers, as Nova tells it: the workers, taken for one, and the clusters."""

from __future__ import annotations

from dataclasses import dataclass

from synnefo_backends.refresh import LATE_S, TASK
from synnefo_backends.registry import Backend, listing
from synnefo_core import timetable
from synnefo_core.context import RequestContext

WORKER = "worker"
WORKER_ID = "f7c1c3a2-0e2c-5c3c-9d9b-6d5e1c0a7b11"
"""A constant: services are known by such ids, and the workers are taken for one."""
CLUSTER = "nova-compute"
"""The binary of what is a cluster."""
INTERNAL = "internal"
"""The zone of what is not a cluster."""


@dataclass(frozen=True)
class Service:
    """A service by Nova's words: binary, host and zone; ``updated_at`` is 0 when unknown."""

    id: str
    binary: str
    host: str
    zone: str
    is_up: bool
    is_enabled: bool = True
    disabled_reason: str = ""
    updated_at: float = 0.0


def services(context: RequestContext, *, host: str = "", binary: str = "") -> list[Service]:
    """Return the worker and the clusters, or those of a host or binary."""
    found = [_worker(context), *(_of(backend) for backend in listing(context))]
    return [each for each in found if host in ("", each.host) and binary in ("", each.binary)]


def _worker(context: RequestContext) -> Service:
    """Return all workers as one: up while the clusters are asked in time."""
    is_late = timetable.is_overdue(context, TASK, by_s=LATE_S)
    return Service(WORKER_ID, "nova-scheduler", WORKER, INTERNAL, is_up=not is_late)


def _of(backend: Backend) -> Service:
    return Service(
        id=backend.id,
        binary=CLUSTER,
        host=backend.name,
        zone=backend.zone,
        is_up=backend.is_up,
        is_enabled=backend.is_enabled,
        disabled_reason=backend.closed_because,
        updated_at=backend.refreshed_at,
    )
