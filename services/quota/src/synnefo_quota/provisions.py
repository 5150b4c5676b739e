# SPDX-License-Identifier: Apache-2.0
"""What a commission is made of, and how it is refused."""

from __future__ import annotations

from dataclasses import dataclass

from synnefo_core.errors import Conflict, QuotaExceeded

Key = tuple[str, str, str]
"""(holder, source, resource), in the order in which rows are locked."""


@dataclass(frozen=True)
class Provision:
    """So much of a resource for a holder out of a source; negative gives back.

    ``holder`` is ``user:ID`` or ``project:ID``; ``source`` is ``project:ID`` for a user's
    share and empty for a project's own total.
    """

    holder: str
    source: str
    resource: str
    quantity: int

    @property
    def key(self) -> Key:
        """Return which holding it changes."""
        return self.holder, self.source, self.resource


class ProvisionRefused(QuotaExceeded):
    """A provision can't be had; says which, and how the holding stands."""

    code = "provision_refused"

    def __init__(self, provision: Provision, *, limit: int, usage: int) -> None:
        """Name the provision, the limit and the usage."""
        super().__init__(provision.resource, provision.quantity, max(0, limit - usage))
        self.provision, self.limit, self.usage = provision, limit, usage


class NothingToGiveBack(Conflict):
    """A provision gives back more than is held."""

    code = "below_zero"

    def __init__(self, provision: Provision, *, usage: int) -> None:
        """Name the provision and the usage."""
        super().__init__(
            f"{-provision.quantity} of {provision.resource} can't be given back, {usage} are held"
        )
        self.provision, self.usage = provision, usage
