# SPDX-License-Identifier: Apache-2.0
"""A cluster on disk, a bus that remembers, and the daemon between them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from synnefo_core.contracts.bus import Bus, BusUnavailable, Message
from synnefo_core.offload import is_green
from synnefo_node_ganeti.options import Options
from tests.plugins.node_ganeti.cluster import NODE, Cluster

# The daemon has one native thread of its own on a node; its library finds no poll() on green ones.
if is_green():
    collect_ignore_glob = ["test_*.py"]


class MemoryBus(Bus):
    """Remembers what is published; ``left`` more messages are taken, if that is not None."""

    def __init__(self, setup: object = None) -> None:
        self.messages: list[Message] = []
        self.left: int | None = None

    def publish(self, message: Message, *, timeout_s: float = 10.0) -> None:
        if self.left == 0:
            raise BusUnavailable("the broker is away")
        if self.left is not None:
            self.left -= 1
        self.messages.append(message)

    def subscribe(self, topic, receiver) -> None:
        raise AssertionError("a node receives nothing")

    def receive(self, *, timeout_s: float) -> int:
        raise AssertionError("a node receives nothing")

    def told(self) -> list[tuple[str, str]]:
        """Return the jobs and states that were told of."""
        payloads = [m.payload for m in self.messages if m.topic == "compute.job"]
        return [(payload["job"], payload["state"]) for payload in payloads]

    def heartbeats(self) -> int:
        return len([m for m in self.messages if m.topic == "compute.heartbeat"])


@pytest.fixture
def cluster(tmp_path: Path) -> Cluster:
    return Cluster(tmp_path / "ganeti")


@pytest.fixture
def bus() -> MemoryBus:
    return MemoryBus()


@pytest.fixture
def make(tmp_path: Path, cluster: Cluster, bus: MemoryBus) -> Iterator[Callable]:
    """Return a function that starts the daemon; what ran before was killed."""
    (tmp_path / "state").mkdir()
    from synnefo_node_ganeti.eventd import Eventd  # only where it runs

    made = []

    def make(**changes):
        told = {
            "instance_prefix": "snf-",
            "network_prefix": "snf-net-",
            "node_name": NODE,
            "ganeti_directory": cluster.directory,
            "state_directory": tmp_path / "state",
            "spool_limit": 1000,
            "catch_up_s": 3600.0,
            "heartbeat_s": 3600.0,
            "check_s": 1.0,
            "log_format": "text",
            "log_level": "INFO",
        }
        made.append(Eventd(Options(**{**told, **changes}), bus))
        return made[-1]

    yield make
    for eventd in made:
        eventd.close()
