# SPDX-License-Identifier: Apache-2.0
"""Facets of compute backends that move instances: from node to node, or to another cluster.

They are parts of the contract :mod:`synnefo_core.contracts.compute`, and optional. What lies on a
store of disks that two clusters reach needs not be copied: the one takes the instance in, stopped,
while the other still has it, stopped too; then that one gives it up, and the disks are left.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from synnefo_core.contracts.compute import DEFAULT_TIMEOUT_S, InstanceSpec


@dataclass(frozen=True)
class Lodging:
    """Where the disks of an instance lie.

    Attributes:
        store: The store, empty for an instance without disks: every cluster can take that in.
        problem: Why no other cluster can take them over; empty where those can that reach the store.
    """

    store: str = ""
    problem: str = ""


@dataclass(frozen=True)
class MovingDisk:
    """A disk that goes along.

    Attributes:
        parameters: What says to the driver how it is found in its store.
        is_volume: Whether it is a volume of the cloud's: who takes it in is told of it by a ticket of
            its own, the parameters of :meth:`~synnefo_core.contracts.devices.Volumes.disk`.
    """

    name: str
    size_mib: int
    parameters: Mapping[str, str] = field(default_factory=dict)
    is_volume: bool = False


@dataclass(frozen=True)
class Baggage:
    """What another cluster must be told of the disks of an instance; ``store`` is of Lodging."""

    store: str = ""
    disk_template: str = ""
    disks: tuple[MovingDisk, ...] = ()

    def pack(self) -> dict[str, Any]:
        """Return it as JSON."""
        return asdict(self)

    @classmethod
    def unpack(cls, packed: Mapping[str, Any]) -> Baggage:
        """Return what was packed."""
        disks = tuple(MovingDisk(**disk) for disk in packed["disks"])
        return cls(packed["store"], packed["disk_template"], disks)


class Migration(ABC):
    """Move instances between the nodes of their cluster. Optional."""

    @abstractmethod
    def migrate(self, name: str, *, node: str = "", timeout_s: float = DEFAULT_TIMEOUT_S) -> str:
        """Submit that an instance moves while it runs, to a node or to one that has room.

        Its guest does not notice. The job of one that does not run, or whose disks can't be
        moved, fails. What is wrong is told as by
        :class:`~synnefo_core.contracts.compute.Lifecycle`.
        """

    @abstractmethod
    def failover(self, name: str, *, node: str = "", timeout_s: float = DEFAULT_TIMEOUT_S) -> str:
        """Submit that an instance moves while it is stopped, likewise.

        One that runs is shut down for it and started there; one that is stopped stays so.
        """


class Movable(ABC):
    """Give instances up without their data, and take them in.

    What is wrong is told as by :class:`~synnefo_core.contracts.compute.Lifecycle`.
    """

    @abstractmethod
    def stores(self, *, timeout_s: float = DEFAULT_TIMEOUT_S) -> frozenset[str]:
        """Return the stores of disks that the cluster reaches and others may reach, too."""

    @abstractmethod
    def lodgings(
        self, names: Iterable[str], *, timeout_s: float = DEFAULT_TIMEOUT_S
    ) -> Mapping[str, Lodging]:
        """Return where the disks lie of those of ``names`` that there are, in few requests."""

    @abstractmethod
    def baggage(self, name: str, *, timeout_s: float = DEFAULT_TIMEOUT_S) -> Baggage:
        """Return what another cluster must be told to take an instance in.

        Raises:
            InstanceMissing: There is none of this name.
            RequestRefused: Its disks can't be taken over; says why.
        """

    @abstractmethod
    def take_in(
        self, spec: InstanceSpec, baggage: Baggage, *, timeout_s: float = DEFAULT_TIMEOUT_S
    ) -> str:
        """Submit that an instance is made, stopped, of disks that are there; return the job.

        ``spec`` has neither disks nor what would be written on them. The job fails if the name is
        in use (``already_exists``), or a disk is not there.

        Raises:
            RequestRefused: The disks are out of reach, or a volume comes without a ticket.
        """

    @abstractmethod
    def give_up(self, name: str, *, timeout_s: float = DEFAULT_TIMEOUT_S) -> str:
        """Submit that a stopped instance is forgotten, its disks left as they are; return the job.

        One that runs is refused, by :class:`~synnefo_core.contracts.compute.RequestRefused` or by the
        job's error.
        """
