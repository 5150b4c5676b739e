# SPDX-License-Identifier: Apache-2.0
"""Talking to clusters: a pooled driver object each, and a breaker in front of it.

A cluster that does not answer is left alone for a while, so that it slows down nobody:
calls to it fail at once instead of waiting for another time-out.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TypeVar, cast

from synnefo_backends.registry import Backend, find
from synnefo_core.cloud import Cloud, make_driver
from synnefo_core.context import RequestContext
from synnefo_core.contracts.compute import BackendUnavailable, ComputeBackend
from synnefo_core.plugins import driver_class

Answer = TypeVar("Answer")

FAILURES = 3
"""So many failures in a row open the breaker."""
PAUSE_S = 10.0
"""So long it stays open; then one call is let through to try."""


class Breaker:
    """Counts failures in a row; open, it refuses calls."""

    def __init__(self, clock: Callable[[], float]) -> None:
        """Begin closed."""
        self._clock, self._lock = clock, threading.Lock()
        self._failures, self._tried_at = 0, 0.0

    def admit(self, name: str) -> None:
        """Let a call through, or refuse it.

        Raises:
            BackendUnavailable: The cluster did not answer lately.
        """
        with self._lock:
            if self._failures < FAILURES:
                return
            now = self._clock()
            if now < self._tried_at + PAUSE_S:
                msg = f"the cluster {name} does not answer"
                raise BackendUnavailable(msg)
            self._tried_at = now  # this call tries; others wait for how it goes

    def failed(self) -> None:
        """Count a failure."""
        with self._lock:
            self._failures += 1
            self._tried_at = self._clock()

    def succeeded(self) -> None:
        """Close."""
        with self._lock:
            self._failures = 0


class _Connection:
    """A driver object, made for one version of the cluster's settings."""

    def __init__(self, cloud: Cloud, backend: Backend) -> None:
        driver = driver_class("compute_backend", backend.driver)
        self.version = backend.version
        self.backend = cast(
            "ComputeBackend",
            make_driver(
                cloud,
                driver,
                name=backend.name,
                kind="compute_backend",
                settings={**backend.settings, **backend.secrets},
            ),
        )
        self.breaker = Breaker(cloud.clock.now)


class _Pool:
    """The connections of this process, by the id of the cluster."""

    def __init__(self, cloud: Cloud) -> None:
        self._cloud, self._lock = cloud, threading.Lock()
        self._connections: dict[str, _Connection] = {}

    def get(self, backend: Backend) -> _Connection:
        with self._lock:
            found = self._connections.get(backend.id)
            if found is None or found.version != backend.version:
                # The old one is left to the calls that are under way and then forgotten.
                found = self._connections[backend.id] = _Connection(self._cloud, backend)
            return found

    def close(self) -> None:
        with self._lock:
            for connection in self._connections.values():
                connection.backend.close()
            self._connections.clear()


def has_facet(context: RequestContext, backend_id: str, facet: str) -> bool:
    """Return whether the driver of a cluster has an optional facet; the cluster is not asked."""
    backend, cloud = find(context, backend_id), context.cloud
    connection = cloud.shared("backends.pool", lambda: _Pool(cloud)).get(backend)
    return getattr(connection.backend, facet) is not None


def call(
    context: RequestContext, backend_id: str, do: Callable[[ComputeBackend], Answer]
) -> Answer:
    """Make a call to a cluster; never inside a unit of work.

    Raises:
        BackendUnavailable: It is offline, or did not answer now or just before.
        BackendError: As the contract says.
    """
    if context.cloud.database.is_in_transaction:
        msg = "a cluster is never called inside a unit of work"
        raise RuntimeError(msg)
    backend = find(context, backend_id)
    if backend.is_offline:
        msg = f"the cluster {backend.name} is offline"
        raise BackendUnavailable(msg)
    cloud = context.cloud
    connection = cloud.shared("backends.pool", lambda: _Pool(cloud)).get(backend)
    connection.breaker.admit(backend.name)
    try:
        answer = do(connection.backend)
    except BackendUnavailable:
        connection.breaker.failed()
        raise
    connection.breaker.succeeded()
    return answer
