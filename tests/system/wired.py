# SPDX-License-Identifier: Apache-2.0
"""Two nodes with guests, all of them network namespaces, kept to documents by the real programs."""

from __future__ import annotations

import base64
import fcntl
import itertools
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import IO

from synnefo_core.contracts import gateways
from synnefo_core.contracts.gateways import GatewayDocument
from synnefo_core.contracts.nodes import PURPOSE, Mode, PortDocument
from synnefo_core.signatures import Signer
from tests.plugins.node_ganeti.listing import in_order
from tests.system.labs import frames
from tests.system.labs.waiting import until
from tests.system.labs.wires import Machine, Wires

COMMAND = str(Path(sys.executable).with_name("synnefo-nodenet"))
WITHIN_S = 5.0

_marks = itertools.count(1)


@dataclass
class Guest:
    """A guest: a machine with one interface, and what its node is told of it."""

    machine: Machine
    node: Node
    document: PortDocument
    bridge: str

    @property
    def mac(self) -> str:
        return self.document.mac

    @property
    def tap(self) -> str:
        return f"tap-{self.machine.name}"

    def ip(self, version: int = 4) -> str:
        """Return its address of an IP version."""
        return next(
            each.ip for each in self.document.addresses if (":" in each.ip) == (version == 6)
        )

    def change(self, **changes) -> None:
        """Tell its node something else of it, in the next version."""
        self.document = replace(self.document, version=self.document.version + 1, **changes)
        self.node.tell(self.document)
        self.node.run("apply")

    def send(self, frame: bytes) -> None:
        self.machine.ask("send", interface="eth0", frames=[frame.hex()])

    def connects(
        self, other: Guest, port: int, *, name: str = "", within_s: float = WITHIN_S
    ) -> bool:
        """Whether it can open a connection, which it then has by a name."""
        return self.machine.ask(
            "connect", address=other.ip(), port=port, name=name or str(port), within_s=within_s
        )

    def is_answered(self, name: str, text: str = "hello") -> bool:
        """Whether what it says on a connection comes back."""
        return self.machine.ask("say", name=name, text=text, within_s=WITHIN_S)


@dataclass
class Node:
    """A node: a machine with bridges, and the state directory of its agent."""

    machine: Machine
    state: Path
    keys: Path
    key: bytes
    guests: list[Guest] = field(default_factory=list)

    def words(self, *words: str) -> list[str]:
        """Return the command with the state of this node."""
        return [COMMAND, "--state", str(self.state), "--keys", str(self.keys), *words]

    def start(self) -> subprocess.Popen[bytes]:
        """Start the daemon; what is killed is the daemon itself, not only who entered the machine."""
        words = self.words("--check-s", "0.2", "run")
        mortal = self.machine.words("setpriv", "--pdeathsig", "KILL", *words)
        process = subprocess.Popen(mortal, stderr=subprocess.DEVNULL)
        until(lambda: _is_mortal(process), "the daemon to begin", within_s=30)
        return process

    def kill(self, process: subprocess.Popen[bytes]) -> None:
        """Kill a daemon, and wait until the kernel has forgotten it."""
        process.kill()
        process.wait()
        with (self.state / "daemon").open("a") as lock:
            until(lambda: _is_free(lock), "the daemon's end", within_s=30)

    def run(self, *words: str, environment: Mapping[str, str] | None = None) -> str:
        """Run the command on this node."""
        return self.machine.run(*self.words(*words), environment=environment)

    def tell(self, document: PortDocument | GatewayDocument) -> None:
        """Leave a signed document where the agent looks."""
        if isinstance(document, GatewayDocument):
            name, purpose = document.router, gateways.PURPOSE
        else:
            name, purpose = document.port, PURPOSE
        incoming = self.state / "incoming"
        incoming.mkdir(parents=True, exist_ok=True)
        draft = incoming / f".{name}"
        draft.write_text(Signer(self.key, purpose).sign(document.to_json()))
        draft.rename(incoming / name)

    def rules(self) -> str:
        """Return the rules of the kernel here, without counters and handles."""
        return rules_of(self.machine)

    def plug(self, tap: str, document: PortDocument, link: str) -> None:
        """Connect a card as Ganeti has it done."""
        mode = "routed" if document.network.mode is Mode.ROUTED else "bridged"
        environment = {
            "INTERFACE": tap,
            "INTERFACE_NAME": f"nic-{document.port}",
            "MAC": document.mac,
            "MODE": mode,
            "LINK": link,
            "INSTANCE": "snf-1",
        }
        self.run("plug", environment=environment)


def _is_mortal(process: subprocess.Popen[bytes]) -> bool:
    """Whether the daemon will end with who entered its machine, or has ended."""
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children")
    try:
        names = [Path(f"/proc/{pid}/comm").read_text() for pid in children.read_text().split()]
    except OSError:
        names = []
    begun = bool(names) and not {"nsenter\n", "setpriv\n"} & set(names)
    return begun or process.poll() is not None


def _is_free(lock: IO[str]) -> bool:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def rules_of(machine: Machine) -> str:
    """Return the rules of a machine's kernel; the same ones are the same text."""
    return in_order(machine.run("nft", "-s", "list", "ruleset"))


class World:
    """Machines, cables, nodes and guests."""

    def __init__(self, wires: Wires, directory: Path) -> None:
        self._wires, self._directory = wires, directory
        self._key = Signer.new_key()
        self._keys = directory / "keys"
        public = Signer(self._key, PURPOSE).public_key
        self._keys.write_text(base64.b64encode(public).decode())

    def machine(self, name: str) -> Machine:
        return self._wires.machine(name)

    def cable(self, one: tuple[Machine, str], other: tuple[Machine, str], *, mac: str = "") -> None:
        """Join two machines; the other end has a MAC."""
        self._wires.cable(one, other, mac=mac)

    def node(self, name: str, *bridges: str) -> Node:
        """Return a new node with bridges."""
        machine = self.machine(name)
        for bridge in bridges:
            machine.ip(f"link add {bridge} type bridge\nlink set {bridge} up")
        return Node(machine, self._directory / name, self._keys, self._key)

    def join(self, one: Node, other: Node, bridge: str) -> None:
        """Join the bridges of one name of two nodes."""
        end = f"up-{bridge}"
        self._wires.cable((one.machine, end), (other.machine, end))
        for node in (one, other):
            node.machine.ip(f"link set {end} master {bridge}")

    def guest(
        self, name: str, node: Node, document: PortDocument, link: str, *, is_static: bool = True
    ) -> Guest:
        """Return a new guest that is connected; with its addresses, unless it has to ask for them."""
        guest = Guest(self.machine(name), node, document, link)
        self._wires.cable((node.machine, guest.tap), (guest.machine, "eth0"), mac=document.mac)
        node.machine.ip(f"link set {guest.tap} down")
        if is_static:
            self.address(guest)
        node.tell(document)
        node.plug(guest.tap, document, link)
        guest.machine.ask("watch", interface="eth0")
        node.guests.append(guest)
        return guest

    def address(self, guest: Guest) -> None:
        """Give a guest's interface its addresses by hand."""
        lengths = {each.id: each.cidr.partition("/")[2] for each in guest.document.subnets}
        for each in guest.document.addresses:
            guest.machine.ip(f"address add {each.ip}/{lengths[each.subnet]} dev eth0 nodad")


def arrives(sender: Guest, receiver: Guest, frame: bytes) -> bool:
    """Whether a frame that one guest sends comes out at another one."""
    sender.send(frame)
    # The IP layer, through which bridged packets are led, takes away what fills a frame up.
    return frame in [each.ljust(60, b"\0") for each in since(sender, receiver)]


def since(sender: Guest, receiver: Guest) -> list[bytes]:
    """Return what came to a guest since this was asked last.

    A frame that must arrive is sent for it, so nobody waits for what does not come.
    """
    number = next(_marks)
    mark = frames.arp(sender.mac, sender.ip(), f"10.255.{number // 256}.{number % 256}")
    sender.send(mark)
    came = receiver.machine.ask("seen", interface="eth0", mark=mark.hex(), within_s=WITHIN_S)
    assert came is not None, f"nothing comes from {sender.machine.name} to {receiver.machine.name}"
    return [bytes.fromhex(each) for each in came]
