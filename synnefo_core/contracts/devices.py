# SPDX-License-Identifier: Apache-2.0
"""Facets of compute backends that change what is plugged into an instance.

They are parts of the contract :mod:`synnefo_core.contracts.compute`; each is optional. Each method
submits one job and returns its id, and tells what is wrong as those of
:class:`~synnefo_core.contracts.compute.Lifecycle` do.
"""

from __future__ import annotations

from abc import ABC, abstractmethod

from synnefo_core.contracts.compute import DEFAULT_TIMEOUT_S, NicSpec


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
