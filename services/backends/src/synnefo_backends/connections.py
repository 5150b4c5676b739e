# SPDX-License-Identifier: Apache-2.0
"""Talking to clusters: a pooled driver object each, and a breaker in front of it.

A cluster that does not answer is left alone for a while, so that it slows down nobody:
calls to it fail at once instead of waiting for another time-out. One that takes its time to
answer never has more than half of a worker's hands waiting for it. That it can't be reached,
and that it can again, is written down at once, for all processes to know.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from typing import TypeVar, cast

from synnefo_backends.registry import Backend, brief, find, note_problem
from synnefo_core.cloud import Cloud, make_driver
from synnefo_core.context import RequestContext
from synnefo_core.contracts.compute import BackendBusy, BackendUnavailable, ComputeBackend
from synnefo_core.plugins import driver_class

Answer = TypeVar("Answer")

FAILURES = 3
"""So many failures in a row open the breaker."""
PAUSE_S = 10.0
"""So long it stays open; then one call is let through to try."""
QUEUE_S = 0.5
"""So long a call waits for others to the same cluster to end."""


class LeftAlone(BackendUnavailable):
    """The cluster was not asked: it is offline, or did not answer just before."""


class Breaker:
    """Counts failures in a row; open, it refuses calls."""

    def __init__(self, clock: Callable[[], float]) -> None:
        """Begin closed."""
        self._clock, self._lock = clock, threading.Lock()
        self._failures, self._tried_at = 0, 0.0

    def admit(self, name: str) -> None:
        """Let a call through, or refuse it.

        Raises:
            LeftAlone: The cluster did not answer lately.
        """
        with self._lock:
            if self._failures < FAILURES:
                return
            now = self._clock()
            if now < self._tried_at + PAUSE_S:
                msg = f"the cluster {name} does not answer"
                raise LeftAlone(msg)
            self._tried_at = now  # this call tries; others wait for how it goes

    def failed(self) -> bool:
        """Count a failure; return whether it is the one that opens."""
        with self._lock:
            self._failures += 1
            self._tried_at = self._clock()
            return self._failures == FAILURES

    def succeeded(self) -> bool:
        """Close; return whether it was open."""
        with self._lock:
            was_open, self._failures = self._failures >= FAILURES, 0
            return was_open


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
        self._places = threading.BoundedSemaphore(max(1, cloud.config.worker.sagas // 2))

    @contextmanager
    def place(self, name: str) -> Iterator[None]:
        """Be one of the calls that are under way at once.

        Raises:
            BackendBusy: There are as many as may be, and none ended in time.
        """
        if not self._places.acquire(timeout=QUEUE_S):
            msg = f"the cluster {name} still works on earlier calls"
            raise BackendBusy(msg)
        try:
            yield
        finally:
            self._places.release()


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

    def known(self, backend_id: str, version: int) -> _Connection | None:
        """Return the connection that is there, if it was made for this version of the settings."""
        with self._lock:
            found = self._connections.get(backend_id)
            return found if found is not None and found.version == version else None

    def close(self) -> None:
        with self._lock:
            for connection in self._connections.values():
                connection.backend.close()
            self._connections.clear()


def has_facet(context: RequestContext, backend_id: str, facet: str) -> bool:
    """Return whether the driver of a cluster has an optional facet; the cluster is not asked."""
    return getattr(_driver(context, backend_id), facet) is not None


def volume_template(context: RequestContext, backend_id: str) -> str:
    """Return the disk template of a cluster's volumes, empty for none; the cluster is not asked."""
    volumes = _driver(context, backend_id).volumes
    return "" if volumes is None else volumes.template


def disk_template(context: RequestContext, backend_id: str, wanted: str) -> str:
    """Return the disk template of a new server's disks; the cluster is not asked.

    Args:
        context: Whose cloud it is.
        backend_id: Where the server is made.
        wanted: What its flavor says, empty for nothing.

    Returns:
        That of the cluster's volumes where nothing is wanted and they are what it makes then.
    """
    if wanted:
        return wanted
    volumes = _driver(context, backend_id).volumes
    return volumes.template if volumes and volumes.is_default else ""


def rescue_media(context: RequestContext, backend_id: str) -> Collection[str]:
    """Return the names of what a cluster's servers can be rescued with; the cluster is not asked."""
    rescue = _driver(context, backend_id).rescue
    return () if rescue is None else rescue.media.keys()


def _connection(context: RequestContext, backend_id: str, version: int) -> _Connection:
    """Return the connection to a cluster; what it needs is read only where it is new."""
    pool = _pool(context.cloud)
    return pool.known(backend_id, version) or pool.get(find(context, backend_id))


def _pool(cloud: Cloud) -> _Pool:
    return cloud.shared("backends.pool", lambda: _Pool(cloud))


def _driver(context: RequestContext, backend_id: str) -> ComputeBackend:
    """Return the driver object of a cluster, which is only asked what it is able to do.

    Raises:
        NotFound: There is no such cluster.
    """
    told = brief(context, backend_id)
    return _connection(context, told.id, told.version).backend


def call(
    context: RequestContext, backend_id: str, do: Callable[[ComputeBackend], Answer]
) -> Answer:
    """Make a call to a cluster; never inside a unit of work.

    Raises:
        LeftAlone: It is offline, or did not answer just before.
        BackendUnavailable: It did not answer.
        BackendBusy: It leaves too many calls waiting already.
        BackendError: As the contract says.
    """
    if context.cloud.database.is_in_transaction:
        msg = "a cluster is never called inside a unit of work"
        raise RuntimeError(msg)
    backend = brief(context, backend_id)
    if backend.is_offline:
        msg = f"the cluster {backend.name} is offline"
        raise LeftAlone(msg)
    connection = _connection(context, backend.id, backend.version)
    connection.breaker.admit(backend.name)
    try:
        with connection.place(backend.name):
            answer = do(connection.backend)
    except BackendUnavailable as cause:
        if connection.breaker.failed():
            note_problem(context, backend.id, str(cause))
        raise
    if connection.breaker.succeeded():
        note_problem(context, backend.id, "")
    return answer
