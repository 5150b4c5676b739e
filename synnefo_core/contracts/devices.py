# SPDX-License-Identifier: Apache-2.0
"""Facets of compute backends that change what is plugged into an instance.

They are parts of the contract :mod:`synnefo_core.contracts.compute`; each is optional. Each method
submits one job and returns its id, and tells what is wrong as those of
:class:`~synnefo_core.contracts.compute.Lifecycle` do.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Collection, Mapping

from synnefo_core.contracts.compute import DEFAULT_TIMEOUT_S, DiskSpec, NicSpec


class Cards(ABC):
    """Give instances other network cards.

    What runs has another card at once where the cluster plugs into what runs
    (:attr:`~synnefo_core.contracts.compute.Capabilities.has_hotplug`), else from its next start on.
    The cluster lists in both cases what it will have.
    """

    @abstractmethod
    def plug(self, name: str, nic: NicSpec, *, timeout_s: float = DEFAULT_TIMEOUT_S) -> str:
        """Give an instance one more card, behind the others.

        The job fails if the instance has a card of this name.
        """

    @abstractmethod
    def unplug(self, name: str, nic: str, *, timeout_s: float = DEFAULT_TIMEOUT_S) -> str:
        """Take the card of this name from an instance; the job fails if it has none."""

    def lacking(
        self, prefix: str = "", *, timeout_s: float = DEFAULT_TIMEOUT_S
    ) -> Mapping[str, Collection[str]]:
        """Return the MACs of cards that could not be plugged into guests and are to come with their next start.

        By the names of instances that start with ``prefix``, without those that lack none. That a
        backend says nothing of a card does not mean that the guest has it: not every one can know.
        """
        del prefix, timeout_s
        return {}


class Volumes(ABC):
    """Give instances volumes for disks, which are in a store that their nodes reach.

    An instance is made on volumes by disks of :meth:`disk`. What is on a volume is not the cluster's:
    it stays when the disk goes, unless its ticket says otherwise. Freezing and growing a volume is
    the store's affair, too; the cluster need only be told of another size.

    As with :class:`Cards`, what runs has another disk at once where the cluster plugs into what runs.

    Attributes:
        template: The disk template that an instance must have been made with.
        is_default: Whether an instance is made with it whose spec names no template.
    """

    template: str
    is_default: bool = False

    @abstractmethod
    def disk(self, name: str, *, size_mib: int, ticket: str) -> DiskSpec:
        """Return a volume as a disk; nothing is done yet.

        Args:
            name: Our name for the disk, unique in the cluster.
            size_mib: The size of the volume.
            ticket: What :func:`synnefo_core.contracts.volumes.seal` returned.
        """

    @abstractmethod
    def attach(self, name: str, disk: DiskSpec, *, timeout_s: float = DEFAULT_TIMEOUT_S) -> str:
        """Give an instance one more disk, behind the others.

        The job fails if the instance has a disk of this name.
        """

    @abstractmethod
    def detach(self, name: str, disk: str, *, timeout_s: float = DEFAULT_TIMEOUT_S) -> str:
        """Take the disk of this name from an instance; the job fails if it has none."""

    @abstractmethod
    def tell_size(
        self, name: str, disk: str, *, size_mib: int, timeout_s: float = DEFAULT_TIMEOUT_S
    ) -> str:
        """Tell the cluster of the size of a volume that has grown.

        Raises:
            InstanceMissing: There is none of this name.
            RequestRefused: It has no such disk.
        """
