# SPDX-License-Identifier: Apache-2.0
"""The lasting way to one virtual host: links to it, one after the other."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Collection

from synnefo_bus_amqp.addresses import Alternatives
from synnefo_bus_amqp.link import Link
from synnefo_bus_amqp.options import Options
from synnefo_core.contracts.bus import BusUnavailable

log = logging.getLogger(__name__)

_FIRST_PAUSE_S = 0.5


class Line:
    """Keeps a link to one cluster of brokers, whichever of them answers.

    Connecting has a thread of its own, so that a broker that does not answer holds up no other.
    Everything else belongs to the thread that receives.
    """

    def __init__(
        self,
        alternatives: Alternatives,
        told: Options,
        *,
        wake: Callable[[], None],
        topics: Collection[str] = (),
    ) -> None:
        """Connect to nothing yet.

        Args:
            alternatives: The brokers, the preferred one first.
            told: The settings.
            wake: Called from another thread when a link is there.
            topics: What is wanted; for a node.
        """
        self.link: Link | None = None
        self._alternatives, self._told, self._wake = alternatives, told, wake
        self._topics = topics
        self._lock = threading.Lock()
        self._dialled: Link | None = None
        self._dialler: threading.Thread | None = None
        self._place = 0
        self._pause_s, self._due_at = _FIRST_PAUSE_S, 0.0
        self._is_closed = False

    def keep(self) -> None:
        """Take over a link that was made meanwhile, or have one made when it is time."""
        if self.link is not None:
            return
        with self._lock:
            self.link, self._dialled = self._dialled, None
            is_idle = self._dialler is None and self.link is None
        if is_idle and time.monotonic() >= self._due_at:
            self._dialler = threading.Thread(target=self._dial, name="amqp-dial", daemon=True)
            self._dialler.start()

    @property
    def due_in_s(self) -> float:
        """How long until something is to be done, if nothing comes."""
        if self.link is not None:
            return self._told.heartbeat_s / 4
        if self._dialler is not None:
            return self._told.heartbeat_s
        return max(0.0, self._due_at - time.monotonic())

    def lose(self, reason: BusUnavailable) -> None:
        """Give up a link that failed; the next one goes to another broker, if there is one."""
        link, self.link = self.link, None
        if link is not None:
            link.close()
        self._failed(reason)

    def close(self) -> None:
        """Leave the brokers for good."""
        with self._lock:
            self._is_closed = True
            links = [self.link, self._dialled]
        self.link = self._dialled = None
        for link in links:
            if link is not None:
                link.close()

    def _dial(self) -> None:
        address = self._alternatives[self._place]
        try:
            link = Link(address, self._told, topics=list(self._topics))
        except BusUnavailable as reason:
            self._failed(reason)
        else:
            log.info("receiving from the broker", extra={"broker": str(address)})
            self._pause_s = _FIRST_PAUSE_S
            with self._lock:
                is_too_late = self._is_closed
                self._dialled = None if is_too_late else link
            if is_too_late:
                link.close()
        self._dialler = None
        self._wake()

    def _failed(self, reason: BusUnavailable) -> None:
        log.warning("no messages from the broker: %s", reason)
        self._place = (self._place + 1) % len(self._alternatives)
        self._due_at = time.monotonic() + self._pause_s
        self._pause_s = min(2 * self._pause_s, self._told.reconnect_max_s)
