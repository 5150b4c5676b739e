# SPDX-License-Identifier: Apache-2.0
"""Metrics in Prometheus' form, on a loopback listener of their own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from prometheus_client import Counter, Histogram, start_http_server

from synnefo_core.contracts.driver import Misconfigured

if TYPE_CHECKING:
    from synnefo_core.cloud import Cloud

REQUESTS = Counter("synnefo_requests_total", "Requests answered", ["face", "method", "status"])
REQUEST_SECONDS = Histogram(
    "synnefo_request_seconds", "Seconds to the first byte of the answer", ["face"]
)
SAGAS = Counter("synnefo_sagas_total", "Sagas ended", ["kind", "state"])
EVENTS = Counter("synnefo_events_total", "Events handed out", ["type", "outcome"])


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
