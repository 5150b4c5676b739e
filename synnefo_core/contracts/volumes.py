# SPDX-License-Identifier: Apache-2.0
"""What a node must be shown before it serves a volume: a ticket that the cloud has signed.

A ticket lies in the cluster's configuration for as long as the disk does, and the cluster starts and
moves guests without asking anybody. So it never expires; it is outdone by one of a later
generation. ``docs/decisions/0020-*`` tells how it travels.
"""

from __future__ import annotations

import base64
import json
import re
from dataclasses import asdict, dataclass
from enum import StrEnum

from synnefo_core.signatures import Forged, Signer, Verifier

PURPOSE = "synnefo volume ticket"
"""What tickets are signed for."""

FORMAT = 1
GENERATION_BITS = 32

_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,99}")
_STORE = re.compile(r"[0-9A-Za-z_-]{1,64}")
_KINDS = {
    "volume": str,
    "store": str,
    "generation": int,
    "size_bytes": int,
    "origin": str,
    "mode": str,
    "instance": str,
    "is_kept": bool,
}


class InvalidTicket(ValueError):
    """A ticket is not the cloud's, or says what can't be."""


class Mode(StrEnum):
    """What a server may do with a volume."""

    READ_WRITE = "rw"
    READ_ONLY = "ro"


@dataclass(frozen=True)
class Ticket:
    """The right of one server to one volume.

    Attributes:
        volume: The volume's name in its store.
        store: The store, by the name that nodes know it by.
        generation: Counts the times that the volume was given to a server; 1 at first. A later one
            ends all before, wherever their servers run.
        size_bytes: The size of a volume that is made for this ticket.
        origin: What such a volume reads as, as the text of a reference; empty for zeros.
        mode: What may be done.
        instance: The server, for people.
        is_kept: Whether the volume outlives the disk.
    """

    volume: str
    store: str
    generation: int
    size_bytes: int
    origin: str = ""
    mode: Mode = Mode.READ_WRITE
    instance: str = ""
    is_kept: bool = True

    def __post_init__(self) -> None:
        _require(bool(_NAME.fullmatch(self.volume)), "volume")
        _require(bool(_STORE.fullmatch(self.store)), "store")
        _require(0 < self.generation < 1 << GENERATION_BITS - 1, "generation")
        _require(self.size_bytes >= 0, "size_bytes")

    @property
    def epochs(self) -> range:
        """The numbers that writers may take: each start of the server takes the next one."""
        return epochs_of(self.generation)

    def to_json(self) -> str:
        """Return it as text, the same for the same ticket."""
        return json.dumps({"format": FORMAT, **asdict(self)}, sort_keys=True, separators=(",", ":"))

    @classmethod
    def from_json(cls, text: str) -> Ticket:
        """Read what :meth:`to_json` wrote.

        Raises:
            InvalidTicket: It is none, or one of another format.
        """
        try:
            content = json.loads(text)
        except (ValueError, RecursionError):
            raise InvalidTicket("a ticket that is no JSON") from None
        if not isinstance(content, dict) or content.pop("format", None) != FORMAT:
            raise InvalidTicket("a ticket of another format")
        _require(content.keys() <= _KINDS.keys(), "its names")
        _require(all(type(value) is _KINDS[name] for name, value in content.items()), "its types")
        try:
            return cls(**{**content, "mode": Mode(content.get("mode", Mode.READ_WRITE))})
        except (TypeError, ValueError) as cause:
            raise InvalidTicket(f"a ticket that says what can't be: {cause}") from None


def epochs_of(generation: int) -> range:
    """Return the numbers that the writers of a generation may take."""
    return range(generation << GENERATION_BITS, generation + 1 << GENERATION_BITS)


def seal(signer: Signer, ticket: Ticket) -> str:
    """Return a signed ticket as text without commas and quotes: a parameter of a disk."""
    return base64.urlsafe_b64encode(signer.sign(ticket.to_json()).encode()).decode()


def unseal(verifier: Verifier, sealed: str) -> Ticket:
    """Return the ticket that was signed.

    Raises:
        InvalidTicket: It was not, or says what can't be.
    """
    try:
        text = verifier.open(base64.urlsafe_b64decode(sealed).decode())
    except (Forged, ValueError) as cause:
        raise InvalidTicket(f"not a ticket of the cloud's: {cause}") from None
    return Ticket.from_json(text)


def _require(is_so: bool, name: str) -> None:
    if not is_so:
        raise InvalidTicket(f"a ticket that says what can't be: {name}")
