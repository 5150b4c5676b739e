# SPDX-License-Identifier: Apache-2.0
"""What Ganeti asks of a provider of external storage: by variables of the environment.

Source: Ganeti's man page ganeti-extstorage-interface.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from synnefo_core.contracts.volumes import Mode, Ticket, unseal
from synnefo_core.signatures import Verifier

MIB = 1024 * 1024

TICKET = "ticket"
PART = "part"
PARAMETERS = {
    TICKET: "which volume this is, signed by the cloud",
    PART: "empty for the volume itself, seed for the small disk beside it",
}

SEED = "seed"
MOST_SEED_MIB = 64


class Refused(Exception):
    """It can't be done; says why in one line."""


@dataclass(frozen=True)
class Request:
    """What is asked, of which volume.

    Attributes:
        ticket: What the cloud has signed.
        is_seed: Whether it is about the small disk beside the volume.
        size_mib: How large a new disk, or one that grows, is to be; 0 where it is not said.
        is_exclusive: Whether nobody else has the volume from now on.
    """

    ticket: Ticket
    is_seed: bool = False
    size_mib: int = 0
    is_exclusive: bool = True

    @classmethod
    def of(cls, environment: Mapping[str, str], verifier: Verifier) -> Request:
        """Read a request.

        Raises:
            InvalidTicket: The cloud did not sign that.
            Refused: It is none that we can fulfil.
        """
        ticket = unseal(verifier, environment.get(f"EXTP_{TICKET.upper()}", ""))
        part = environment.get(f"EXTP_{PART.upper()}", "")
        if part not in ("", SEED):
            raise Refused(f"a volume has no part {part!r}")
        if ticket.mode is not Mode.READ_WRITE:
            raise Refused("volumes that may only be read are not served yet")
        size = environment.get("VOL_NEW_SIZE") or environment.get("VOL_SIZE") or "0"
        return cls(
            ticket=ticket,
            is_seed=part == SEED,
            size_mib=int(size),
            is_exclusive=environment.get("VOL_OPEN_EXCLUSIVE", "True") == "True",
        )

    @property
    def volume(self) -> str:
        """The name in the store."""
        return f"{self.ticket.volume}-{SEED}" if self.is_seed else self.ticket.volume
