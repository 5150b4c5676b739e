# SPDX-License-Identifier: Apache-2.0
"""Show the screens of simulated instances: the contract's facet ``Consoles``.

The process that asks for a console serves it too, on a port of its own at the loopback.
"""

from __future__ import annotations

import socket
import threading

from synnefo_backend_sim.clusterfile import ClusterFile
from synnefo_backend_sim.display import Display
from synnefo_backend_sim.frontdoor import FrontDoor
from synnefo_backend_sim.instances import select
from synnefo_core.contracts.compute import (
    DEFAULT_TIMEOUT_S,
    BackendError,
    Console,
    ConsoleKind,
    Consoles,
    InstanceMissing,
    PowerState,
    RequestRefused,
)

_LOOPBACK = "127.0.0.1"
_PATIENCE_S = 5.0


class SimConsoles(Consoles):
    """Displays of the instances that somebody has asked for, while this object is open."""

    def __init__(self, door: FrontDoor, cluster: ClusterFile) -> None:
        self._door, self._cluster = door, cluster
        self._lock = threading.Lock()
        self._listening: dict[str, socket.socket] = {}
        self._waiting: list[threading.Thread] = []

    def console(self, name: str, *, timeout_s: float = DEFAULT_TIMEOUT_S) -> Console | None:
        power = self._door.ask(
            lambda turn: [each.power for each in select(turn.db, first=name, last=name)],
            timeout_s=timeout_s,
        )
        if not power:
            raise InstanceMissing(f"instance {name!r} not known")
        if power != [PowerState.RUNNING]:
            raise RequestRefused(f"instance {name!r} does not run")
        with self._lock:
            if name not in self._listening:
                self._listening[name] = self._listen(name)
            port: int = self._listening[name].getsockname()[1]
        return Console(ConsoleKind.VNC, _LOOPBACK, port)

    def close(self) -> None:
        """Take no more connections; closing twice is harmless."""
        with self._lock:
            while self._listening:
                _, listening = self._listening.popitem()
                # Who waits for a connection there wakes, and closes it. Closed here, its number
                # could be that of another socket while eventlet still waits for the old one.
                listening.shutdown(socket.SHUT_RDWR)
            while self._waiting:
                self._waiting.pop().join(_PATIENCE_S)

    def _listen(self, name: str) -> socket.socket:
        listening = socket.create_server((_LOOPBACK, 0))
        waiting = threading.Thread(
            target=self._accept, args=(name, listening), name=f"screen of {name}", daemon=True
        )
        self._waiting.append(waiting)
        waiting.start()
        return listening

    def _accept(self, name: str, listening: socket.socket) -> None:
        with listening:
            while True:
                try:
                    client, _ = listening.accept()
                except OSError:  # shut down
                    return
                display = Display(client, name, is_on=lambda: self._runs(name))
                threading.Thread(target=display.serve, daemon=True).start()

    def _runs(self, name: str) -> bool:
        """Return whether an instance runs; nobody knows once its cluster's file is gone."""
        try:
            found = self._cluster.look(lambda turn: select(turn.db, first=name, last=name))
        except BackendError:
            return False
        return [each.power for each in found] == [PowerState.RUNNING]
