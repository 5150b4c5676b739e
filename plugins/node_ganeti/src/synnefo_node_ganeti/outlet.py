# SPDX-License-Identifier: Apache-2.0
"""Tell the cloud what is in the spool, and that we live."""

from __future__ import annotations

import logging
import time

from synnefo_core.contracts.bus import Bus, BusUnavailable, Message
from synnefo_node_ganeti.spool import Spool

log = logging.getLogger(__name__)

NOTICES, NETWORKS = "compute.job", "network.job"
HEARTBEATS = "compute.heartbeat"

_AT_ONCE = 50
_TIMEOUT_S = 5.0
_FIRST_PAUSE_S = 0.5
_LONGEST_PAUSE_S = 5.0


class Outlet:
    """Publishes in order; while the broker is away it tries again after growing pauses."""

    def __init__(self, bus: Bus, spool: Spool, *, heartbeat_s: float) -> None:
        self._bus, self._spool = bus, spool
        self._heartbeat_s = heartbeat_s
        self._pause_s = _FIRST_PAUSE_S
        self._retry_at = self._beat_at = 0.0
        self._is_out = False

    def tell(self) -> None:
        """Publish some of what is to be told, and a heartbeat when it is time, unless in a pause."""
        if time.monotonic() < self._retry_at:
            return
        try:
            self._tell_some()
            self._beat()
        except BusUnavailable as reason:
            self._fail(reason)
        else:
            self._recover()

    @property
    def due_in_s(self) -> float:
        """How long until there is something to publish again."""
        now = time.monotonic()
        if self._is_out:
            return max(0.0, self._retry_at - now)
        return 0.0 if self._spool.number else max(0.0, self._beat_at - now)

    def _tell_some(self) -> None:
        told = None
        try:
            for notice in self._spool.first(_AT_ONCE):
                topic = NETWORKS if "network" in notice.payload else NOTICES
                self._bus.publish(Message(topic, notice.payload), timeout_s=_TIMEOUT_S)
                told = notice
        finally:
            if told is not None:
                self._spool.told(told)

    def _beat(self) -> None:
        now = time.monotonic()
        if now >= self._beat_at:
            self._bus.publish(Message(HEARTBEATS, {"at": time.time()}), timeout_s=_TIMEOUT_S)
            self._beat_at = now + self._heartbeat_s

    def _fail(self, reason: BusUnavailable) -> None:
        if not self._is_out:
            log.warning("the broker is away: %s", reason, extra={"waiting": self._spool.number})
        self._is_out = True
        self._retry_at = time.monotonic() + self._pause_s
        self._pause_s = min(2 * self._pause_s, _LONGEST_PAUSE_S)

    def _recover(self) -> None:
        if self._is_out:
            log.info("the broker is back", extra={"waiting": self._spool.number})
        self._is_out, self._pause_s = False, _FIRST_PAUSE_S
