# SPDX-License-Identifier: Apache-2.0
"""Nodes that hear a cloud by its broker."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from synnefo_core.contracts.gateways import GatewayDocument
from synnefo_core.contracts.nodes import PortDocument
from tests.plugins.bus_amqp.brokers import url
from tests.system.deployment import Deployment, Settings, deployed
from tests.system.labs import RabbitLab
from tests.system.wired import Node


@dataclass
class Far:
    """A node that hears the cloud by the broker, and its daemon."""

    node: Node
    config: Path
    log: Path
    daemon: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        words = self.node.words("--config", str(self.config), "--check-s", "5", "run")
        mortal = self.node.machine.words("setpriv", "--pdeathsig", "KILL", *words)
        with self.log.open("ab") as text:
            self.daemon = subprocess.Popen(mortal, stderr=text)

    def kill(self) -> None:
        if self.daemon is not None:
            self.node.kill(self.daemon)
            self.daemon = None

    def document(self, port_id: str) -> PortDocument | None:
        """Return what the node has of a port."""
        file = self.node.state / f"documents/{port_id}.json"
        return PortDocument.from_json(file.read_text()) if file.exists() else None

    def router(self, router_id: str) -> GatewayDocument | None:
        """Return what the node has of a router."""
        file = self.node.state / f"routers/{router_id}.json"
        return GatewayDocument.from_json(file.read_text()) if file.exists() else None


def by_broker(broker: RabbitLab, *, namespace: str) -> Settings:
    """Return the settings of a cloud that is told by a broker, and tells nodes."""
    bus = {"driver": "amqp", "urls": url(broker, "cloud"), "namespace": namespace}
    return {"bus": {"driver": "amqp"}, "bus_amqp": {**bus, "reconnect_max_s": 1}}


@contextmanager
def told(directory: Path, broker: RabbitLab, *, namespace: str) -> Iterator[Deployment]:
    """Have a cloud with a simulated cluster called east, as the broker calls it, too."""
    settings = {"backends": {"embedded": "false"}, **by_broker(broker, namespace=namespace)}
    with deployed(directory, settings) as cloud:
        cloud.run().wait_until_it_says("receiving from the broker")
        cloud.synnefo("backend", "add", "east", "--driver", "sim")
        yield cloud


def joined(
    node: Node, cloud: Deployment, directory: Path, *, broker: str, namespace: str, lines: str = ""
) -> Far:
    """Set a node up as operators are told to; its daemon is not started.

    Args:
        node: The node.
        cloud: Whose keys it gets.
        directory: For its configuration and log.
        broker: The address of the cluster's user at the broker.
        namespace: Of the broker's names.
        lines: More of the configuration's first section.
    """
    node.keys = directory / "keys"
    node.keys.write_text(cloud.synnefo("node", "key", "show"))
    config = directory / "nodenet.conf"
    config.write_text(
        f"[DEFAULT]\nnode_name = {node.machine.name}\nhello_s = 1\n{lines}"
        f"[bus]\ndriver = amqp\nurls = {broker}\nnamespace = {namespace}\n"
        "reconnect_max_s = 1\n"
    )
    return Far(node, config, directory / "daemon.log")
