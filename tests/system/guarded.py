# SPDX-License-Identifier: Apache-2.0
"""A node of a real cluster whose guests are kept to what the cloud says.

It is set up as docs/operators/node-networks.rst has it, and Ganeti itself calls for each card.
"""

from __future__ import annotations

import ipaddress
import re
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from synnefo_core.contracts.nodes import PortDocument
from tests.plugins.bus_amqp.brokers import url
from tests.plugins.node_ganeti.listing import in_order
from tests.system.deployment import Deployment
from tests.system.labs import GanetiLab, RabbitLab
from tests.system.labs.fixtures import require
from tests.system.labs.relay import Relay
from tests.system.labs.waiting import until

COMMAND = str(Path(sys.executable).with_name("synnefo-nodenet"))
STATE = "/var/lib/synnefo-nodenet"
LOG = "log/nodenet.log"
CONFIGURATION = """\
[DEFAULT]
hello_s = 1

[bus]
driver = amqp
urls = {urls}
namespace = {namespace}
"""


@dataclass(frozen=True)
class Guarded:
    """A node with the daemon and the hook.

    Attributes:
        lab: The cluster that it is the node of.
        before: What was there when no card was connected.
    """

    lab: GanetiLab
    before: str

    def document(self, port_id: str) -> PortDocument | None:
        """Return what the node has of a port."""
        file = self.lab.inside(f"{STATE}/documents/{port_id}.json")
        return PortDocument.from_json(file.read_text()) if file.exists() else None

    def left(self) -> str:
        """Return what of the node's network is there now."""
        return _left(self.lab)


def _left(lab: GanetiLab) -> str:
    """Return rules, interfaces, ways, name spaces, servers and files of cards; the same are the same text."""
    rules = in_order(lab.run("nft", "-s", "list", "ruleset").stdout)
    script = f"""
        ip -o link | cut -d: -f2 | sort
        ip rule; ip -6 rule; ip route show table all; ip neighbour show proxy
        readlink /proc/[0-9]*/ns/net | sort -u | wc -l
        pgrep -a dnsmasq
        ls {STATE}/cards {STATE}/servers {STATE}/incoming; grep -o '".*"' {STATE}/zones.json
    """
    return rules + lab.run("sh", "-c", script, check=False).stdout


def _is_set(lab: GanetiLab) -> bool:
    rules = lab.run("nft", "list", "tables").stdout
    return "inet synnefo\n" in rules and "closing" not in rules


@contextmanager
def guarded(
    lab: GanetiLab, cloud: Deployment, *, broker: RabbitLab, namespace: str
) -> Iterator[Guarded]:
    """Set a cluster's node up, which hears the cloud by a broker as the cluster ``east``."""
    require("wires")
    lab.run("install", "-d", "/etc/synnefo")
    etc = lab.inside("/etc/synnefo")
    (etc / "nodenet.keys").write_text(cloud.synnefo("node", "key", "show"))
    urls = url(broker, "east")
    config = etc / "nodenet.conf"
    config.touch(0o600)
    config.write_text(CONFIGURATION.format(urls=urls, namespace=namespace))
    hook = "/etc/ganeti/kvm-vif-bridge"
    lab.run("sh", "-c", f"{COMMAND} show-hook > {hook} && chmod 0755 {hook}")
    metad = 'METAD_ARGS="-b 127.0.0.1"'
    lab.run("sh", "-c", f"echo '{metad}' >> /etc/default/ganeti")
    lab.run("/usr/lib/ganeti/daemon-util", "stop", "ganeti-metad", check=False)
    with Relay(lab, broker.port), _running(lab) as daemon:
        until(lambda: _is_set(lab), "the rules of a node without guests", within_s=60)
        until(lambda: cloud.listing("node", "list"), "the node's hello", within_s=60)
        yield Guarded(lab, _left(lab))
        assert daemon.poll() is None
        assert "no metadata" not in (lab.directory / LOG).read_text()


@contextmanager
def _running(lab: GanetiLab) -> Iterator[subprocess.Popen[bytes]]:
    """Have the daemon run, with no more rights than its unit gives it."""
    unit = lab.run(COMMAND, "show-unit").stdout
    (named,) = re.findall("(?m)^CapabilityBoundingSet=(.*)$", unit)
    rights = ",".join(f"+{each.removeprefix('CAP_').lower()}" for each in named.split())
    confined = ["setpriv", "--no-new-privs", f"--bounding-set=-all,{rights}"]
    words = lab.words("setpriv", "--pdeathsig", "KILL", *confined, COMMAND, "run")
    with (lab.directory / LOG).open("ab") as log:
        daemon = subprocess.Popen(words, stdout=log, stderr=log)
    try:
        yield daemon
    finally:
        daemon.kill()
        daemon.wait()


@contextmanager
def overheard(link: str) -> Iterator[list[tuple[str, str]]]:
    """Fill a list with what came by an interface of this machine, once the block has ended.

    Of each frame of IPv4 and ARP the MAC that sent it, and the address in whose name.
    """
    named: list[tuple[str, str]] = []
    with socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(_ALL)) as line:
        line.bind((link, 0))
        yield named
        line.setblocking(False)
        for frame in _waiting(line):
            if frame[12:14] in _NAMES:
                place = _NAMES[frame[12:14]]
                name = ipaddress.IPv4Address(frame[place : place + 4])
                named.append((frame[6:12].hex(":"), str(name)))


_ALL = 3
_NAMES = {b"\x08\x00": 26, b"\x08\x06": 28}
"""Where in a frame of a type (IPv4, ARP) it says in whose name it is sent."""


def _waiting(line: socket.socket) -> Iterator[bytes]:
    with suppress(BlockingIOError):
        while True:
            yield line.recv(65536)
