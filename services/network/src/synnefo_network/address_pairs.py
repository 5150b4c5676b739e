# SPDX-License-Identifier: Apache-2.0
"""Let ports send from other addresses, one by one, whoever else changes them meanwhile."""

from __future__ import annotations

from collections.abc import Sequence

from synnefo_core.context import RequestContext
from synnefo_network import port_security, ports
from synnefo_network.values import AddressPair, Port


def add_address_pairs(context: RequestContext, port_id: str, pairs: Sequence[AddressPair]) -> Port:
    """Let a port send from more addresses; those from which it may already stay as they are.

    Raises:
        Forbidden: The network is another's.
        InvalidField: A pair makes no sense, or there would be too many.
        NotFound: There is no such port, or the caller may not see it.
        Unsecured: Its traffic is not filtered.
    """
    with context.unit_of_work() as session:
        row = ports.lock(context, session, port_id)
        there = _pairs(row.address_pairs)
        more = [
            pair for pair in _pairs(port_security.parse_pairs(pairs, row.mac)) if pair not in there
        ]
        return ports.update_port(context, port_id, {"address_pairs": [*there, *more]})


def remove_address_pairs(
    context: RequestContext, port_id: str, pairs: Sequence[AddressPair]
) -> Port:
    """Let a port send from some addresses no more; from which it may not anyway is no error.

    Raises:
        Forbidden: The network is another's.
        InvalidField: A pair makes no sense.
        NotFound: There is no such port, or the caller may not see it.
    """
    with context.unit_of_work() as session:
        row = ports.lock(context, session, port_id)
        going = _pairs(port_security.parse_pairs(pairs, row.mac))
        left = [pair for pair in _pairs(row.address_pairs) if pair not in going]
        return ports.update_port(context, port_id, {"address_pairs": left})


def _pairs(stored: Sequence[Sequence[str]]) -> list[AddressPair]:
    return [AddressPair(ip, mac) for mac, ip in stored]
