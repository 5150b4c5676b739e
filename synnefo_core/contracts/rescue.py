# SPDX-License-Identifier: Apache-2.0
"""The facet of compute backends that lets an instance start from something else than its disk.

It is a part of the contract :mod:`synnefo_core.contracts.compute`, and optional.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping

from synnefo_core.contracts.compute import DEFAULT_TIMEOUT_S

Boot = Mapping[str, str | int | bool]
"""From what an instance starts, in words of the driver's own: nobody else looks into them.

They are what JSON can hold, so that they can be kept and put back much later.
"""

DEFAULT_MEDIUM = ""
"""The name of the medium for those who name none."""


class Rescue(ABC):
    """Start instances from a medium by which a guest that does not start any more is put right.

    Attributes:
        media: What an instance can start from, by name: an image's id, or :data:`DEFAULT_MEDIUM`.
            Only what the cluster's operator has laid there is among them. Where there is nothing,
            what was rescued before can still be put back.
    """

    media: Mapping[str, Boot]

    @abstractmethod
    def boot(self, name: str, *, timeout_s: float = DEFAULT_TIMEOUT_S) -> Boot:
        """Return from what an instance starts the next time.

        Raises:
            InstanceMissing: There is none of this name.
        """

    @abstractmethod
    def set_boot(self, name: str, boot: Boot, *, timeout_s: float = DEFAULT_TIMEOUT_S) -> str:
        """Submit that a stopped instance starts from this, one of ``media`` or what it had before.

        The same once more succeeds. What is wrong is told as by
        :class:`~synnefo_core.contracts.compute.Lifecycle`.
        """
