# SPDX-License-Identifier: Apache-2.0
"""A way out of a network of its own to a port on this machine's loopback."""

from __future__ import annotations

import ctypes
import os
import socket
import threading
from contextlib import suppress
from typing import Protocol, Self

from .errors import LabFailed

_CLONE_NEWNET = 0x40000000


class Machine(Protocol):
    """What has a network of its own, and a process there."""

    @property
    def name(self) -> str: ...
    @property
    def pid(self) -> int: ...


class Relay:
    """Listens at 127.0.0.1:PORT inside a machine, and connects to 127.0.0.1:PORT here."""

    def __init__(self, machine: Machine, port: int) -> None:
        self._port = port
        self._listener = _listening_in(machine, port)
        threading.Thread(target=self._accept, daemon=True).start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        # Closing alone does not wake who accepts.
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                inner, _ = self._listener.accept()
                threading.Thread(target=self._join, args=(inner,), daemon=True).start()

    def _join(self, inner: socket.socket) -> None:
        try:
            outer = socket.create_connection(("127.0.0.1", self._port), timeout=10)
        except OSError:  # nobody is there, as the other side will see
            inner.close()
            return
        outer.settimeout(None)
        back = threading.Thread(target=_pump, args=(outer, inner), daemon=True)
        back.start()
        _pump(inner, outer)
        back.join()
        inner.close()
        outer.close()


def _pump(source: socket.socket, target: socket.socket) -> None:
    with suppress(OSError):
        while content := source.recv(65536):
            target.sendall(content)
    for end in (source, target):
        with suppress(OSError):
            end.shutdown(socket.SHUT_RDWR)


def _listening_in(machine: Machine, port: int) -> socket.socket:
    """Return a socket of a machine's network: a thread goes there to make it, and ends."""
    made: list[socket.socket] = []

    def make() -> None:
        namespace = os.open(f"/proc/{machine.pid}/ns/net", os.O_RDONLY)
        try:
            if ctypes.CDLL(None, use_errno=True).setns(namespace, _CLONE_NEWNET) == 0:
                made.append(socket.create_server(("127.0.0.1", port)))
        finally:
            os.close(namespace)

    maker = threading.Thread(target=make)
    maker.start()
    maker.join()
    if not made:
        raise LabFailed(f"{machine.name}: nothing can listen there")
    return made[0]
