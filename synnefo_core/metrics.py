# SPDX-License-Identifier: Apache-2.0
"""Metrics in Prometheus' form, on a loopback listener of their own."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from prometheus_client import Counter, Gauge, Histogram, start_http_server

from synnefo_core.contracts.driver import Misconfigured

if TYPE_CHECKING:
    from synnefo_core.cloud import Cloud

REQUESTS = Counter("synnefo_requests_total", "Requests answered", ["face", "method", "status"])
REQUEST_SECONDS = Histogram(
    "synnefo_request_seconds", "Seconds to the first byte of the answer", ["face"]
)
SAGAS = Counter("synnefo_sagas_total", "Sagas ended", ["kind", "state"])
NOTICES = Counter("synnefo_notices_total", "Messages of the bus heard", ["topic", "outcome"])
HEARTBEAT_LAG = Gauge(
    "synnefo_heartbeat_lag_seconds", "How long a place's word takes to come here", ["place"]
)
HEARTBEAT_AT = Gauge("synnefo_heartbeat_at_seconds", "When a place was last heard of", ["place"])
DIFFERENCES = Gauge(
    "synnefo_differences",
    "What differed between rows and a place at the last look",
    ["place", "kind"],
)
REPAIRS = Counter("synnefo_repairs_total", "Differences repaired unasked", ["place", "kind"])
GUEST_CPU = Counter(
    "synnefo_guest_cpu_seconds_total",
    "Processor time that servers used since this worker began",
    ["backend", "node"],
)
GUEST_NETWORK = Counter(
    "synnefo_guest_network_bytes_total",
    "Bytes that servers received (rx) and sent (tx)",
    ["backend", "node", "way"],
)
GUEST_DISK = Counter(
    "synnefo_guest_disk_bytes_total",
    "Bytes that servers read from their disks and wrote to them",
    ["backend", "node", "way"],
)
EVENTS = Counter("synnefo_events_total", "Events handed out", ["type", "outcome"])


@cache
def requests(face: str, method: str, status: str) -> Counter:
    """Return the counter of requests of a kind; looked up once, as each request needs it."""
    return REQUESTS.labels(face, method, status)


@cache
def request_seconds(face: str) -> Histogram:
    """Return the times of a face's requests."""
    return REQUEST_SECONDS.labels(face)


def listen(cloud: Cloud) -> None:
    """Serve ``/metrics`` on 127.0.0.1 if the configuration names a port.

    Raises:
        Misconfigured: The port is taken.
    """
    port = cloud.config.server.metrics_port
    if not port:
        return
    try:
        start_http_server(port, addr="127.0.0.1")
    except OSError as cause:
        msg = f"can't listen on the metrics_port {port}: {cause.strerror}"
        raise Misconfigured(msg) from cause
