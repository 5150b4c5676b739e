# SPDX-License-Identifier: Apache-2.0
"""How long it takes until nodes have heard what is new: from rows on PostgreSQL over a broker onto a node's shelf."""

from __future__ import annotations

import resource
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import insert, select

import synnefo_network
from synnefo_bus_amqp import AmqpBus
from synnefo_core.contracts.bus import Message
from synnefo_core.contracts.nodes import DOCUMENT, HELLO, KNOWN, PURPOSE
from synnefo_core.signatures import Verifier
from synnefo_network import (
    PortChanges,
    PortSpec,
    SecurityGroupSpec,
    SecurityRuleSpec,
)
from synnefo_network.models import PortGroupRow, PortRow
from synnefo_network.nodes import changes, hellos, rounds, signing
from synnefo_network.nodes.changes import Kind
from synnefo_node_ganeti.net.shelf import PORTS, Shelf
from tests.plugins.bus_amqp.brokers import is_up
from tests.system.labs.waiting import until
from tools.bench.asking import Tell
from tools.bench.brokers import CLUSTER, listener
from tools.bench.fleet import Fleet

NUMBER, MEMBERS = 10_000, 1_000
_PATIENCE_S = 1800.0


class _Node:
    """A node that keeps what it hears, in a thread of its own."""

    def __init__(self, bus: AmqpBus, name: str) -> None:
        self.name, self._bus = name, bus
        self.heard: list[str] = []
        for topic in (DOCUMENT, f"{DOCUMENT}.{name}"):
            self._bus.subscribe(topic, self._keep)
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._hear, daemon=True)
        self._thread.start()
        until(lambda: is_up(self._bus), "the node's queue", within_s=_PATIENCE_S)

    def _hear(self) -> None:
        while not self._closing.is_set():
            self._bus.receive(timeout_s=0.2)

    def _keep(self, messages: Sequence[Message]) -> None:
        self.heard += [str(each.payload["document"]) for each in messages]

    def take(self, number: int) -> list[str]:
        """Return so many documents once they have come, and forget them."""
        until(lambda: len(self.heard) >= number, f"{number} documents", within_s=_PATIENCE_S)
        taken, self.heard = self.heard, []
        return taken

    def close(self) -> None:
        """Leave the bus."""
        self._closing.set()
        self._thread.join()
        self._bus.close()


@dataclass(frozen=True)
class _Bench:
    """A cloud with servers on one network, some of them in one group, and how a node comes to it."""

    fleet: Fleet
    network_id: str
    group_id: str
    node: Callable[[str], _Node]

    def grow(self, servers: int, *, are_members: bool) -> None:
        """Add servers of which nodes have not been told."""
        context = self.fleet.context
        self.fleet.grow(servers, has_instances=False)
        with context.unit_of_work() as session:
            if are_members:
                some = session.scalars(select(PortRow.id).where(PortRow.device_id != ""))
                rows = [{"port_id": each, "group_id": self.group_id} for each in some]
                session.execute(insert(PortGroupRow), rows)
            changes.note(session, Kind.CLUSTER, CLUSTER)

    def allow(self) -> None:
        """Allow the group something more."""
        spec = SecurityRuleSpec(
            self.group_id, "ingress", "IPv4", protocol="tcp", port_min=80, port_max=80
        )
        synnefo_network.create_security_rule(self.fleet.member, spec)

    def join(self) -> None:
        """Add a port to the group, of which the rules of all others in it speak."""
        groups: PortChanges = {"security_group_ids": [self.group_id]}
        port = synnefo_network.create_port(self.fleet.member, PortSpec(self.network_id))
        synnefo_network.update_port(self.fleet.member, port.id, groups)

    def hello(self, node: _Node) -> None:
        """Have a node say that it is there, with nothing."""
        said = {"node": node.name, "documents": 0, "digest": ""}
        hellos.hear_hellos(self.fleet.context, [Message(HELLO, said, sender=CLUSTER)])

    def lack(self, node: _Node) -> None:
        """Have a node say that it knows nothing."""
        said: dict[str, object] = {"node": node.name, "after": None, "until": None, "known": {}}
        hellos.hear_known(self.fleet.context, [Message(KNOWN, said, sender=CLUSTER)])

    def tell(self, act: Callable[[], None], node: _Node, number: int) -> tuple[list[str], str]:
        """Do something, and what the worker then does; return what a node heard, and what it took."""
        began, cpu_s = time.monotonic(), time.thread_time()
        act()
        rounds.run(self.fleet.context)
        cpu_s = time.thread_time() - cpu_s
        heard = node.take(number)
        took_s = time.monotonic() - began
        kib = sum(map(len, heard)) / 1024
        return heard, (
            f"{len(heard)} documents of {kib / len(heard):.1f} KiB in {took_s:.1f} s,"
            f" {len(heard) / took_s:.0f} per s, {1000 * cpu_s / len(heard):.2f} ms CPU each"
        )


def measure(place: Path, number: int, tell: Tell) -> None:
    """Measure a group of :data:`MEMBERS` that changes, and a node that lacks so many documents."""
    with _cloud(place) as bench:
        first = bench.node("n1")
        bench.hello(first)
        rounds.run(bench.fleet.context)
        acts: list[tuple[str, Callable[[], None], int]] = [
            ("a new group", lambda: bench.grow(MEMBERS, are_members=True), MEMBERS),
            ("a rule more", bench.allow, MEMBERS),
            ("a member more", bench.join, MEMBERS),
            (
                "new servers",
                lambda: bench.grow(number - MEMBERS, are_members=False),
                number - MEMBERS,
            ),
        ]
        for name, act, expected in acts:
            _, told = bench.tell(act, first, expected)
            tell(f"{name}: {told}")
        away = bench.node("n2")
        bench.hello(away)
        heard, told = bench.tell(lambda: bench.lack(away), away, number)
        tell(f"a node that was away: {told}")
        tell(_shelved(bench, place / "shelf", heard))
        peak_mib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        tell(f"memory of the worker, two nodes and all that they heard: at most {peak_mib:.0f} MiB")


def _shelved(bench: _Bench, directory: Path, heard: Sequence[str]) -> str:
    """Put documents onto a shelf as the daemon does; say what that took."""
    keys = [signing.signer(bench.fleet.context, PURPOSE).public_key]
    shelf, now = Shelf(directory, Verifier(keys, PURPOSE), PORTS), time.time()
    began, cpu_s = time.monotonic(), time.process_time()
    for each in heard:
        shelf.take(each, now=now)
    shelf.sync()
    took_s, cpu_s = time.monotonic() - began, time.process_time() - cpu_s
    return (
        f"onto the node's disk: {len(heard) / took_s:.0f} per s,"
        f" {1000 * cpu_s / len(heard):.2f} ms CPU each"
    )


@contextmanager
def _cloud(place: Path) -> Iterator[_Bench]:
    with ExitStack() as stack:
        heard = stack.enter_context(listener(place, "documents"))
        # The exchanges are made by who receives first.
        heard.cloud.bus.receive(timeout_s=5)

        def node(name: str) -> _Node:
            made = _Node(heard.bus(node=name), name)
            stack.callback(made.close)
            return made

        yield _bench(Fleet(heard.cloud, heard.token, [CLUSTER], cidr="10.0.0.0/8"), node)


def _bench(fleet: Fleet, node: Callable[[str], _Node]) -> _Bench:
    group_id = synnefo_network.create_security_group(
        fleet.member, SecurityGroupSpec(name="members")
    ).id
    spec = SecurityRuleSpec(group_id, "ingress", "IPv4", remote_group_id=group_id)
    synnefo_network.create_security_rule(fleet.member, spec)
    return _Bench(fleet, fleet.network_id, group_id, node)
