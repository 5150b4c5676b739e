# SPDX-License-Identifier: Apache-2.0
"""Machines at the bridges of gateways that open connections and say what became of them."""

from __future__ import annotations

from typing import Any

from tests.system.labs.wires import Machine

WITHIN_S = 30.0
"""For what must come."""
BRIEFLY_S = 0.7
"""For what must not."""


class Host:
    """A machine with one card on a bridge of the gateway."""

    def __init__(self, world, gate, name: str, bridge: str, *, mac: str, lines: str) -> None:
        self.machine: Machine = world.machine(name)
        end = f"to-{name}"
        world.cable((gate.machine, end), (self.machine, "eth0"), mac=mac)
        gate.machine.ip(f"link set {end} master {bridge}")
        self.machine.ip(lines)
        self.port: dict[str, Any] = {}

    def listen(self, address: str, port: int) -> None:
        self.machine.ask("listen", address=address, port=port)

    def reaches(self, address: str, port: int, *, name: str = "c", must: bool = True) -> bool:
        """Whether it can open a connection, which it then has by a name."""
        within_s = WITHIN_S if must else BRIEFLY_S
        return self.machine.ask("connect", address=address, port=port, name=name, within_s=within_s)

    def peer(self, name: str) -> str:
        """Return who it is at the other end of a connection that it opened."""
        return self.machine.ask("answer", name=name, text="who am I?", within_s=WITHIN_S)

    def is_answered(self, name: str) -> bool:
        return self.machine.ask("say", name=name, text="hello", within_s=WITHIN_S)
