# SPDX-License-Identifier: Apache-2.0
"""The ways in which networks here and in a cluster disagree, as values (GNT-059, GNT-060)."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from ipaddress import ip_address
from typing import ClassVar

from synnefo_core.contracts.networks import ClusterNetwork
from synnefo_network.cluster_networks import inside


@dataclass(frozen=True)
class Recorded:
    """What is known here of a network in a cluster.

    Attributes:
        name: What it is called there.
        state: One of :mod:`synnefo_network.presences`; empty when it should not be there.
        is_busy: Whether it is on its way there or away now.
        own: The addresses that the cloud has without cards, but for those that come from there.
        copied: Those that were reserved there and are kept here therefore.
        put: Those that the cloud has reserved there.
        used: Those of ports with cards, as far as they are reserved there.
    """

    network_id: str
    name: str
    state: str = ""
    is_busy: bool = False
    own: frozenset[str] = frozenset()
    copied: frozenset[str] = frozenset()
    put: frozenset[str] = frozenset()
    used: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Difference(ABC):
    """Something about one network, or about one in a cluster that is nobody's."""

    kind: ClassVar[str]
    network_id: str

    @abstractmethod
    def __str__(self) -> str:
        """Say it in a few words."""


@dataclass(frozen=True)
class Missing(Difference):
    """It should be there."""

    kind: ClassVar[str] = "missing"

    def __str__(self) -> str:
        return "the cluster has it no more"


@dataclass(frozen=True)
class Hanging(Difference):
    """It is there, but not connected to some groups of nodes."""

    kind: ClassVar[str] = "hanging"
    groups: tuple[str, ...]

    def __str__(self) -> str:
        return f"not connected to {', '.join(self.groups)}"


@dataclass(frozen=True)
class Parted(Difference):
    """It is there, and nothing is known of that."""

    kind: ClassVar[str] = "parted"

    def __str__(self) -> str:
        return "the cluster has it, which is not known here"


@dataclass(frozen=True)
class Halted(Difference):
    """It was on its way and nobody goes on with it."""

    kind: ClassVar[str] = "halted"
    state: str

    def __str__(self) -> str:
        return f"{self.state}, but nobody goes on"


@dataclass(frozen=True)
class Orphan(Difference):
    """A network under a name of ours that is none of ours; ``is_ours`` if it is tagged so."""

    kind: ClassVar[str] = "orphans"
    name: str
    is_ours: bool

    def __str__(self) -> str:
        return "no such network here" + ("" if self.is_ours else ", and not tagged as ours")


@dataclass(frozen=True)
class Reservations(Difference):
    """Other addresses are reserved there than here.

    Attributes:
        taken: Reserved there, and not kept here yet.
        freed: Kept here for the cluster, which does not reserve them any more.
        wanted: The cloud's own, not reserved there.
        kept: Reserved there for the cloud, which has them no more.
    """

    kind: ClassVar[str] = "reservations"
    taken: tuple[str, ...] = ()
    freed: tuple[str, ...] = ()
    wanted: tuple[str, ...] = ()
    kept: tuple[str, ...] = ()

    def __str__(self) -> str:
        said = {
            "reserved there only": self.taken,
            "reserved there no more": self.freed,
            "to be reserved there": self.wanted,
            "to be free there": self.kept,
        }
        return ", ".join(f"{words}: {' '.join(ips)}" for words, ips in said.items() if ips)


@dataclass(frozen=True)
class Clash(Difference):
    """An address is reserved there, and a port has it: a person must decide."""

    kind: ClassVar[str] = "clashes"
    ips: tuple[str, ...]

    def __str__(self) -> str:
        return f"reserved there, though ports have them: {' '.join(self.ips)}"


@dataclass(frozen=True)
class Leaked(Difference):
    """Something of a pool is taken and not used, or the other way round."""

    kind: ClassVar[str] = "leaks"
    problem: str

    def __str__(self) -> str:
        return self.problem


NETWORKS = {each.kind: each for each in (Missing, Hanging, Parted, Halted, Orphan)}
POOLS = {each.kind: each for each in (Reservations, Clash, Leaked)}


def of_networks(
    recorded: Mapping[str, Recorded],
    found: Iterable[ClusterNetwork],
    *,
    own_tag: str,
    awaited: Collection[str] = (),
) -> Iterator[Difference]:
    """Yield how the networks of a cluster disagree with those that should be there.

    Args:
        recorded: What is known here, by name.
        found: What the cluster has under names of ours.
        own_tag: How the tag of a network of ours begins.
        awaited: The ids of networks on which servers there have ports.
    """
    there = {each.name: each for each in found}
    for name, known in recorded.items():
        other = there.get(name)
        if known.is_busy:
            continue
        if known.state and known.state != "present":
            if known.state == "leaving" or known.network_id in awaited:
                yield Halted(known.network_id, known.state)
        elif known.state and other is None:
            yield Missing(known.network_id)
        elif other is not None and not known.state:
            yield Parted(known.network_id)
        elif other is not None and not other.is_connected:
            yield Hanging(known.network_id, other.unconnected)
    for name, other in there.items():
        if name not in recorded:
            is_ours = any(tag.startswith(own_tag) for tag in other.tags)
            yield Orphan("", name, is_ours)


def of_pools(known: Recorded, found: ClusterNetwork) -> Iterator[Difference]:
    """Yield how the addresses that are reserved in a network of a cluster disagree with ours."""
    gateway = {found.gateway} if found.gateway else set()
    there = frozenset(inside(found.reserved - gateway, found.cidr))
    own = frozenset(inside(known.own, found.cidr)) - gateway
    put = known.put - known.copied
    strange = there - put - own - known.copied
    clashes = strange & known.used
    difference = Reservations(
        known.network_id,
        taken=_sorted(strange - clashes),
        freed=_sorted(known.copied - there),
        wanted=_sorted(own - there),
        kept=_sorted((put & there) - own),
    )
    if str(difference):
        yield difference
    if clashes:
        yield Clash(known.network_id, _sorted(clashes))


def _sorted(ips: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(ips, key=ip_address))
