# SPDX-License-Identifier: Apache-2.0
"""MAC addresses: a prefix of three bytes for each network, three more for each port."""

from __future__ import annotations

import re
import secrets

from sqlalchemy.orm import Session

from synnefo_core.context import RequestContext
from synnefo_core.errors import InvalidField
from synnefo_network import claims
from synnefo_network.errors import NoMacPrefixLeft
from synnefo_network.models import MacPrefixRow

_OF_PORTS = 0xFFFF00
"""What is above is of the nodes: who tells guests their addresses ends in ``ff:ff:fe`` (decision 0014)."""
_FORM = re.compile(r"^[0-9a-f]{2}(:[0-9a-f]{2}){5}$")


def give_prefix(context: RequestContext, session: Session, network_id: str) -> str:
    """Give a network a MAC prefix of its own and return it.

    Raises:
        NoMacPrefixLeft: Every prefix of the pool has a network.
    """

    def try_claim(position: int) -> bool:
        values = {"position": position, "network_id": network_id}
        return claims.claim(session, MacPrefixRow, values, key=f"mac {position}")

    config = context.cloud.config.network
    book = claims.Book(session, MacPrefixRow, {})
    position = claims.draw([(0, config.mac_count - 1)], book, try_claim)
    if position is None:
        raise NoMacPrefixLeft
    number = int(config.mac_first.replace(":", ""), 16) + position
    return ":".join(f"{byte:02x}" for byte in number.to_bytes(3, "big"))


def position_of(context: RequestContext, prefix: str) -> int | None:
    """Return the place of a prefix in the pool, None for one that is not of the pool."""
    config = context.cloud.config.network
    first, given = (int(text.replace(":", ""), 16) for text in (config.mac_first, prefix))
    return given - first if 0 <= given - first < config.mac_count else None


def random_mac(prefix: str) -> str:
    """Return a MAC address with a prefix; whether it is free shows at its insertion."""
    own = secrets.randbelow(_OF_PORTS).to_bytes(3, "big")
    return ":".join([prefix, *(f"{byte:02x}" for byte in own)])


def parse(text: str) -> str:
    """Return a MAC address in its usual form.

    Raises:
        InvalidField: It is none, or is one of a group or of nobody.
    """
    mac = text.strip().lower().replace("-", ":")
    if not _FORM.match(mac):
        raise InvalidField("mac_address", f"{text!r} is not a MAC address")
    if int(mac[:2], 16) & 1 or mac == "00:00:00:00:00:00":
        raise InvalidField("mac_address", f"{text!r} can't be the address of one card")
    return mac
