# SPDX-License-Identifier: Apache-2.0
"""What a node finds out of its instances, from files as the kernel and Ganeti write them."""

from __future__ import annotations

import json

import pytest

from synnefo_core.contracts.bus import Bus, BusUnavailable
from synnefo_core.contracts.figures import Card, Disk, sampled, used_at
from synnefo_node_ganeti import sampler as module
from synnefo_node_ganeti.net.cloud import CloudLine
from synnefo_node_ganeti.net.connections import Connection, Connections
from synnefo_node_ganeti.sampler import Sampler

NAME = "snf-5f0a"
DEV = """\
Inter-|   Receive                                                |  Transmit
 face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo colls carrier compressed
    lo:       9       9    0    0    0     0          0         0        9       9    0    0    0     0       0          0
  tap0:    1000      10    0    1    0     0          0         0     2000      20    0    2    0     0       0          0
  tap1:      30       3    0    0    0     0          0         0       40       4    0    0    0     0       0          0
"""
IO = "rchar: 1\nwchar: 2\nsyscr: 3\nsyscw: 4\nread_bytes: 4096\nwrite_bytes: 8192\ncancelled_write_bytes: 0\n"


class Machine:
    """The directories of a node with one guest."""

    def __init__(self, directory) -> None:
        self.proc, self.ganeti = directory / "proc", directory / "ganeti"
        self.kvm = self.ganeti / "kvm-hypervisor"
        for path in (self.proc / "net", self.kvm / "pid", self.kvm / "conf", self.kvm / "nic"):
            path.mkdir(parents=True)
        (self.proc / "stat").write_text("cpu 1 2 3\nbtime 1795000000\nprocesses 7\n")
        (self.proc / "net" / "dev").write_text(DEV)

    def run(self, name, pid, taps=()):
        """Let an instance run."""
        process = self.proc / str(pid)
        process.mkdir()
        (process / "cmdline").write_bytes(b"\0".join([b"qemu", b"-name", name.encode(), b""]))
        words = ["S", *["0"] * 10, "150", "50", *["0"] * 6, "100000", *["0"] * 30]
        (process / "stat").write_text(f"{pid} (CPU 0) (x) {' '.join(words)}\n")
        (process / "statm").write_text("900000 131072 1 1 0 1 0\n")
        (process / "io").write_text(IO)
        (self.kvm / "pid" / name).write_text(f"{pid}\n")
        (self.kvm / "nic" / name).mkdir()
        for number, tap in enumerate(taps):
            (self.kvm / "nic" / name / str(number)).write_text(tap)
        self.serve(name, "")
        return process

    def serve(self, name, *uris, disk="disk"):
        """Give an instance disks at addresses, empty for one of the node's own."""
        disks = [
            [{"name": disk if n == 0 else None}, "/dev/null", uri] for n, uri in enumerate(uris)
        ]
        runtime = [["qemu"], [], {}, disks]
        (self.kvm / "conf" / f"{name}.runtime").write_text(json.dumps(runtime))


@pytest.fixture
def machine(tmp_path, monkeypatch):
    monkeypatch.setattr(module, "_TICKS", 100)
    monkeypatch.setattr(module, "_PAGE_BYTES", 4096)
    return Machine(tmp_path)


@pytest.fixture
def sampler(machine):
    cards = {"tap0": "nic-a", "tap9": "nic-b"}
    interfaces = machine.proc / "net" / "dev"
    return Sampler("node1", "snf-", machine.ganeti, lambda: cards, machine.proc, interfaces)


def test_a_guest_is_seen_with_its_process_its_cards_and_its_disks(machine, sampler):
    machine.run(NAME, 42, taps=["tap0", "tap1"])

    (found,) = sampler.samples()

    assert (NAME, "node1", 2.0, 512) == (found.instance, found.node, found.cpu_s, found.ram_mib)
    assert 1795000000 + 1000 == found.began_at
    assert (
        Card("nic-a", 2000, 20, 2, 1000, 10, 1),
        Card("1", 40, 4, 0, 30, 3, 0),
    ) == found.cards
    assert (Disk("", read_bytes=4096, write_bytes=8192),) == found.disks


def test_others_instances_are_not_told_of_and_come_by_name(machine, sampler):
    for pid, name in ((42, "snf-b"), (43, "theirs"), (44, "snf-a")):
        machine.run(name, pid)

    assert ["snf-a", "snf-b"] == [found.instance for found in sampler.samples()]


def test_a_disk_that_another_process_serves_is_not_said_to_be_idle(machine, sampler):
    machine.run(NAME, 42)
    machine.serve(NAME, "nbd:unix:/run/volume.sock")

    assert () == sampler.samples()[0].disks


def noted(socket, **used):
    """Write down what who serves a disk says of it; return the disk's address."""
    told = {"read_bytes": 1, "write_bytes": 2, "reads": 3, "writes": 4, **used}
    used_at(socket).write_text(json.dumps(told))
    return f"nbd:unix:{socket}"


def test_what_our_server_noted_of_a_disk_is_told_by_its_name(machine, sampler, tmp_path):
    machine.run(NAME, 42)
    first, second = (noted(tmp_path / name, reads=n) for n, name in enumerate("ab"))
    machine.serve(NAME, first, second, disk="vol-1")

    assert (Disk("vol-1", 1, 2, 0, 4), Disk("1", 1, 2, 1, 4)) == sampler.samples()[0].disks


def test_disks_of_the_node_are_told_of_beside_those_that_are_served(machine, sampler, tmp_path):
    machine.run(NAME, 42)
    machine.serve(NAME, "", noted(tmp_path / "a"))

    assert (Disk("", 4096, 8192), Disk("1", 1, 2, 3, 4)) == sampler.samples()[0].disks


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"reads": "x"}'])
def test_a_note_that_says_nothing_hides_no_guest(machine, sampler, tmp_path, content):
    machine.run(NAME, 42)
    machine.serve(NAME, noted(tmp_path / "a"))
    used_at(tmp_path / "a").write_text(content)

    assert () == sampler.samples()[0].disks


def test_a_disk_whose_name_nobody_takes_hides_no_guest(machine, sampler, tmp_path):
    machine.run(NAME, 42)
    machine.serve(NAME, noted(tmp_path / "a"), disk="my disk")

    assert () == sampler.samples()[0].disks


@pytest.mark.parametrize("lost", ["cmdline", "stat", "statm", "io"])
def test_a_guest_that_ends_meanwhile_does_not_hide_the_others(machine, sampler, lost):
    machine.run("snf-a", 42)
    (machine.run("snf-b", 43) / lost).unlink()

    assert ["snf-a"] == [found.instance for found in sampler.samples()]


def test_a_process_that_has_only_the_number_of_an_old_one_is_not_the_guest(machine, sampler):
    (machine.run(NAME, 42) / "cmdline").write_bytes(b"sshd\0")
    (machine.kvm / "pid" / "snf-empty").write_text("")

    assert [] == sampler.samples()


def test_a_tap_that_is_gone_is_no_card(machine, sampler):
    machine.run(NAME, 42, taps=["tap7", "tap1"])

    assert ["1"] == [card.name for card in sampler.samples()[0].cards]


def test_a_node_without_guests_has_nothing_to_tell(tmp_path, sampler):
    assert [] == Sampler("node1", "snf-", tmp_path / "nothing", dict).samples()
    assert [] == sampler.samples()


def test_cards_have_the_names_that_ganeti_knows(tmp_path):
    connections = Connections(tmp_path)
    connections.put(Connection("tap0", "5f0a", "br0"))

    assert {"tap0": "nic-5f0a"} == connections.names()


class Broker(Bus):
    """Keeps what is published; may be away."""

    def __init__(self) -> None:
        self.came, self.is_away = [], False

    def publish(self, message, *, timeout_s=10.0):
        if self.is_away:
            raise BusUnavailable("away")
        self.came.append(message)

    def subscribe(self, topic, receiver):
        pass

    def receive(self, *, timeout_s):
        return 0

    def figures(self):
        return [sampled(m.payload) for m in self.came if m.topic == "compute.figures"]


def line(broker, tmp_path, samples, *, figures_s):
    return CloudLine(
        broker,
        node="node1",
        incoming=tmp_path,
        versions=dict,
        routers=dict,
        is_gateway=False,
        hello_s=3600,
        samples=samples,
        figures_s=figures_s,
    )


def test_a_node_tells_in_rounds_and_what_is_lost_is_lost(machine, sampler, tmp_path):
    machine.run(NAME, 42)
    broker, empty = Broker(), tmp_path / "incoming"
    empty.mkdir()
    told = line(broker, empty, sampler.samples, figures_s=0)

    told.turn()
    broker.is_away = True
    told.turn()
    broker.is_away = False
    told.turn()

    assert [[NAME]] * 2 == [[each.instance for each in round_] for round_ in broker.figures()]


def test_between_rounds_nothing_is_told(machine, sampler, tmp_path):
    machine.run(NAME, 42)
    broker, empty = Broker(), tmp_path / "incoming"
    empty.mkdir()
    often, never = (line(broker, empty, each, figures_s=3600) for each in (sampler.samples, None))

    for each in (often, often, never):
        each.turn()

    assert 1 == len(broker.figures())
