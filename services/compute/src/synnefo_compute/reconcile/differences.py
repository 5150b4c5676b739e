# SPDX-License-Identifier: Apache-2.0
"""The ways in which rows and clusters disagree, as values; nothing is asked or changed here."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import ClassVar

from synnefo_compute import names, states
from synnefo_compute.reconcile.recorded import Recorded
from synnefo_compute.servers import GIB_MIB
from synnefo_core.contracts.compute import Instance, PowerState

SETTLED = frozenset({states.ACTIVE, states.STOPPED})
"""The states of which a cluster is the judge."""

EITHER = frozenset({states.RESIZED, states.RESCUED})
"""The states in which a server may run or not."""


@dataclass(frozen=True)
class Difference(ABC):
    """Something about one server, or about an instance that is nobody's."""

    kind: ClassVar[str]
    server_id: str

    @abstractmethod
    def __str__(self) -> str:
        """Say it in a few words."""


@dataclass(frozen=True)
class Stale(Difference):
    """A server without an instance; ``is_marked`` if its row says so already."""

    kind: ClassVar[str] = "stale"
    is_marked: bool = False

    def __str__(self) -> str:
        return "no instance" + (", as the row says" if self.is_marked else "")


@dataclass(frozen=True)
class Orphan(Difference):
    """An instance under a name of ours without a server; ``is_ours`` if it has our tag, too."""

    kind: ClassVar[str] = "orphans"
    instance: str
    is_ours: bool

    def __str__(self) -> str:
        return "no server" if self.is_ours else "no server, and not tagged as ours"


@dataclass(frozen=True)
class Double(Difference):
    """A second instance of a server that is in another cluster, as a move can leave one."""

    kind: ClassVar[str] = "doubles"
    instance: str
    power: PowerState

    def __str__(self) -> str:
        return f"{self.power.value} here, though the server is in another cluster"


@dataclass(frozen=True)
class Power(Difference):
    """It runs, or not, other than the row says."""

    kind: ClassVar[str] = "power"
    vm_state: str
    power: PowerState

    def __str__(self) -> str:
        return f"{self.vm_state} here, {self.power.value} there"


@dataclass(frozen=True)
class Medium(Difference):
    """It starts from its own disk again, or still from a medium, other than the row says."""

    kind: ClassVar[str] = "medium"
    is_rescued: bool

    def __str__(self) -> str:
        if self.is_rescued:
            return "not rescued here, starts from a medium there"
        return "rescued here, starts from its own disk there"


@dataclass(frozen=True)
class Size(Difference):
    """Other processors or memory; pairs of what is recorded and what there is."""

    kind: ClassVar[str] = "size"
    vcpus: tuple[int, int]
    ram_mib: tuple[int, int]

    def __str__(self) -> str:
        here, there = zip(self.vcpus, self.ram_mib, strict=True)
        return "{} vCPUs and {} MiB here, {} and {} there".format(*here, *there)


@dataclass(frozen=True)
class Nics(Difference):
    """Other network cards.

    Attributes:
        missing: The ports whose cards the instance has no more.
        awaited: The ports whose cards it has still to get.
        arrived: Those of whose cards that is not known yet.
        left: The names of cards whose ports are not the server's any more.
        unknown: The MACs of other cards that no port has.
        moved: Ports whose cards have another address: port, and the address there.
        lacking: Ports whose cards the guest that runs could not be given.
    """

    kind: ClassVar[str] = "nics"
    missing: tuple[str, ...] = ()
    awaited: tuple[str, ...] = ()
    arrived: tuple[str, ...] = ()
    left: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()
    moved: tuple[tuple[str, str], ...] = ()
    lacking: tuple[str, ...] = ()

    def __str__(self) -> str:
        said = [f"no card for port {port}" for port in self.missing]
        said += [f"no card yet for port {port}" for port in self.awaited]
        said += [f"port {port} has its card" for port in self.arrived]
        said += [f"card {name} without its port" for name in self.left]
        said += [f"unknown card {mac}" for mac in self.unknown]
        said += [
            f"the guest has no card for port {port} before it starts anew" for port in self.lacking
        ]
        return ", ".join([*said, *(f"port {port} has {ip} there" for port, ip in self.moved)])


@dataclass(frozen=True)
class Disks(Difference):
    """Other disks; sizes in GiB as they are counted (begun ones in full), in their order."""

    kind: ClassVar[str] = "disks"
    recorded_gib: tuple[int, ...]
    found_gib: tuple[int, ...]

    def __str__(self) -> str:
        here, there = (_sizes(sizes) for sizes in (self.recorded_gib, self.found_gib))
        return f"{here} here, {there} there"


@dataclass(frozen=True)
class Volumes(Difference):
    """Other volumes.

    Attributes:
        missing: The volumes whose disks the instance has no more.
        awaited: The volumes that it has still to get.
        arrived: Those of whose disks that is not known yet.
        left: The attachments of disks that are not the server's any more.
        outgrown: The volumes that are larger than their disks.
    """

    kind: ClassVar[str] = "volumes"
    missing: tuple[str, ...] = ()
    awaited: tuple[str, ...] = ()
    arrived: tuple[str, ...] = ()
    left: tuple[str, ...] = ()
    outgrown: tuple[str, ...] = ()

    def __str__(self) -> str:
        said = [f"no disk for volume {volume}" for volume in self.missing]
        said += [f"no disk yet for volume {volume}" for volume in self.awaited]
        said += [f"volume {volume} has its disk" for volume in self.arrived]
        said += [f"disk of attachment {attachment} without a volume" for attachment in self.left]
        return ", ".join([*said, *(f"volume {volume} has grown" for volume in self.outgrown)])


@dataclass(frozen=True)
class Tags(Difference):
    """The instance lost the tag by which it is known as ours."""

    kind: ClassVar[str] = "tags"
    missing: str

    def __str__(self) -> str:
        return f"no tag {self.missing}"


@dataclass(frozen=True)
class PendingTask(Difference):
    """A task that nobody works on; ``power`` is None if there is no instance."""

    kind: ClassVar[str] = "tasks"
    vm_state: str
    task_state: str
    power: PowerState | None

    def __str__(self) -> str:
        there = "no instance" if self.power is None else self.power.value
        return f"{self.task_state or self.vm_state} here without end, {there} there"


@dataclass(frozen=True)
class Node(Difference):
    """It moved to another node, which is nothing that its owner would see."""

    kind: ClassVar[str] = "node"
    recorded: str
    found: str

    def __str__(self) -> str:
        return f"on {self.recorded or 'no node'} here, on {self.found} there"


KINDS: Mapping[str, type[Difference]] = {
    kind.kind: kind
    for kind in (
        Stale,
        Orphan,
        Double,
        Power,
        Medium,
        Size,
        Nics,
        Disks,
        Volumes,
        Tags,
        PendingTask,
        Node,
    )
}
"""All kinds by the name that operators use."""


def compare(
    servers: Iterable[Recorded],
    instances: Iterable[Instance],
    *,
    server_id: Callable[[str], str],
    known: Collection[str],
    elsewhere: Collection[str] = (),
    lacking: Mapping[str, Collection[str]] = MappingProxyType({}),
    made_before: float,
) -> list[Difference]:
    """Return what differs between servers and the instances of their cluster.

    Args:
        servers: The rows to compare.
        instances: All instances that could be theirs.
        server_id: Returns the id in an instance's name.
        known: Ids whose instances are no orphans.
        elsewhere: Ids of servers that are in other clusters, and have been for a while.
        lacking: The MACs of cards that guests could not be given, by the names of instances.
        made_before: Instances that are younger are no orphans yet: seconds since the epoch.
    """
    by_id = {server_id(instance.name): instance for instance in instances}
    found: list[Difference] = []
    for server in servers:
        instance = by_id.pop(server.id, None)
        found += of_server(server, instance, lacking.get(instance.name, ()) if instance else ())
    for its_id, instance in by_id.items():
        if its_id not in known and (instance.created_at or 0.0) < made_before:
            is_ours = names.own_tag(its_id) in instance.tags
            found.append(Orphan(its_id, instance=instance.name, is_ours=is_ours))
        elif its_id in elsewhere and names.own_tag(its_id) in instance.tags:
            found.append(Double(its_id, instance=instance.name, power=instance.power))
    return found


def of_server(
    server: Recorded, instance: Instance | None, lacking: Collection[str] = ()
) -> list[Difference]:
    """Return what differs between a server and its instance; nothing while a saga is at it.

    ``lacking`` are the MACs of cards that its guest could not be given.
    """
    if server.is_busy:
        return []
    if server.task_state != states.NO_TASK or server.vm_state == states.BUILDING:
        power = None if instance is None else instance.power
        return [PendingTask(server.id, server.vm_state, server.task_state, power)]
    if not server.was_made:
        return []  # what has its name is a stranger's
    if instance is None:
        return [Stale(server.id, is_marked=server.is_lost)]
    found: list[Difference | None] = [_tags(server, instance), _node(server, instance)]
    if server.vm_state in SETTLED | {states.RESCUED}:
        found.append(_medium(server, instance))
    if server.vm_state in EITHER:
        found.append(_power(server, instance))
    if server.vm_state in SETTLED or server.is_lost:
        found += [
            _power(server, instance),
            _size(server, instance),
            _nics(server, instance, lacking),
            _disks(server, instance),
            _volumes(server, instance),
        ]
    return [each for each in found if each is not None]


def _power(server: Recorded, instance: Instance) -> Power | None:
    if instance.power is PowerState.UNKNOWN:
        return None
    is_running = instance.power is PowerState.RUNNING
    if server.vm_state in EITHER:
        is_same = server.is_running == is_running
    else:
        is_same = server.vm_state == (states.ACTIVE if is_running else states.STOPPED)
    return None if is_same else Power(server.id, server.vm_state, instance.power)


def _medium(server: Recorded, instance: Instance) -> Medium | None:
    if not server.own_boot or instance.boot is None:
        return None
    is_rescued = dict(server.own_boot) != dict(instance.boot)
    is_same = is_rescued == (server.vm_state == states.RESCUED)
    return None if is_same else Medium(server.id, is_rescued)


def _size(server: Recorded, instance: Instance) -> Size | None:
    vcpus, ram_mib = (server.vcpus, instance.vcpus), (server.ram_mib, instance.ram_mib)
    is_same = len(set(vcpus)) == len(set(ram_mib)) == 1
    return None if is_same else Size(server.id, vcpus, ram_mib)


def _nics(server: Recorded, instance: Instance, lacking: Collection[str]) -> Nics | None:
    cards = {card.mac.lower(): card for card in server.cards}
    there = {nic.mac.lower(): nic for nic in instance.nics}
    both = [(cards[mac], there[mac]) for mac in cards if mac in there]
    strange = {mac: nic for mac, nic in there.items() if mac not in cards}
    absent = [card for mac, card in cards.items() if mac not in there]
    is_running = instance.power is PowerState.RUNNING
    difference = Nics(
        server.id,
        missing=tuple(card.port_id for card in absent if not card.is_awaited),
        awaited=tuple(card.port_id for card in absent if card.is_awaited),
        arrived=tuple(card.port_id for card, _ in both if card.is_awaited),
        left=tuple(nic.name for nic in strange.values() if names.port_id(nic.name)),
        unknown=tuple(mac for mac, nic in strange.items() if not names.port_id(nic.name)),
        # A card without an address says nothing of it: the guest asks for one.
        moved=tuple((card.port_id, nic.ip) for card, nic in both if nic.ip and nic.ip != card.ip),
        lacking=tuple(
            card.port_id for card, nic in both if is_running and nic.mac.lower() in lacking
        ),
    )
    return difference if difference != Nics(server.id) else None


def _disks(server: Recorded, instance: Instance) -> Disks | None:
    has_own = server.disk_gib and not any(volume.is_root for volume in server.volumes)
    recorded = (server.disk_gib,) if has_own else ()
    own = (disk for disk in instance.disks if not names.attachment_id(disk.name))
    found = tuple(-(-disk.size_mib // GIB_MIB) for disk in own)
    return None if recorded == found else Disks(server.id, recorded, found)


def _volumes(server: Recorded, instance: Instance) -> Volumes | None:
    disks = {names.attachment_id(disk.name): disk.size_mib for disk in instance.disks}
    disks.pop("", None)
    known = {volume.attachment_id: volume for volume in server.volumes}
    absent = [volume for each, volume in known.items() if each not in disks]
    there = [(volume, disks[each]) for each, volume in known.items() if each in disks]
    difference = Volumes(
        server.id,
        # What it starts from is not given up because a cluster has lost it.
        missing=tuple(each.volume_id for each in absent if not (each.is_awaited or each.is_root)),
        awaited=tuple(each.volume_id for each in absent if each.is_awaited),
        arrived=tuple(each.volume_id for each, _ in there if each.is_awaited),
        left=tuple(each for each in disks if each not in known),
        outgrown=tuple(
            each.volume_id for each, size_mib in there if size_mib < each.size_gib * GIB_MIB
        ),
    )
    return difference if difference != Volumes(server.id) else None


def _tags(server: Recorded, instance: Instance) -> Tags | None:
    wanted = names.own_tag(server.id)
    return None if wanted in instance.tags else Tags(server.id, wanted)


def _node(server: Recorded, instance: Instance) -> Node | None:
    if instance.node in ("", server.node):
        return None
    return Node(server.id, server.node, instance.node)


def _sizes(sizes_gib: tuple[int, ...]) -> str:
    return " + ".join(f"{size} GiB" for size in sizes_gib) or "no disk"
