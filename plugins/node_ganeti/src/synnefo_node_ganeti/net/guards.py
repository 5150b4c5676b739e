# SPDX-License-Identifier: Apache-2.0
"""What the guest behind a card may say who it is: MAC, ARP, IPv4, IPv6 and neighbour discovery."""

from __future__ import annotations

from collections.abc import Iterable

from synnefo_node_ganeti.net.cards import Card, Prefix

_NO_ADDRESS = "0.0.0.0"  # noqa: S104  # nothing listens on it
# While it looks whether somebody has its address (RFC 4862), and says what it listens to (RFC 3810).
_WITHOUT_ADDRESS = (
    "nd-neighbor-solicit, nd-router-solicit, mld-listener-report, mld2-listener-report"
)


def frames(card: Card) -> Iterable[str]:
    """Yield rules for what a guest behind a bridge's port sends; what none drops may pass."""
    prefix = card.document.network.mac_prefix
    if card.is_filtered:
        yield f"ether saddr & ff:ff:ff:00:00:00 != {prefix}:00:00:00 drop"
    if not card.document.is_guarded:
        return
    yield "ether type vlan drop"
    yield f"ether saddr != {{ {', '.join(card.macs)} }} drop"
    yield "meta protocol != { arp, ip, ip6 } drop"
    # Who looks whether an address is free (RFC 5227) has none yet.
    known = card.sources(4, also=_NO_ADDRESS)
    pairs = ", ".join(f"{mac} . {mac} . {prefix}" for mac, prefix in known)
    yield f"meta protocol arp ether saddr . arp saddr ether . arp saddr ip != {{ {pairs} }} drop"
    yield from packets(card)


def packets(card: Card) -> Iterable[str]:
    """Yield rules for the addresses that a guest sends from; what none drops may pass."""
    if not card.document.is_guarded:
        return
    # A client is known by what it says of itself in the request (chaddr), not by the frame.
    yield f"meta protocol ip udp dport 67 @th,288,48 != 0x{card.document.mac.replace(':', '')} drop"
    yield f"ip saddr {_NO_ADDRESS} udp sport 68 udp dport 67 accept"
    four = ", ".join(f"{mac} . {prefix}" for mac, prefix in card.sources(4))
    yield "meta protocol ip " + (f"ether saddr . ip saddr != {{ {four} }} drop" if four else "drop")
    yield f"ip6 saddr :: icmpv6 type {{ {_WITHOUT_ADDRESS} }} accept"
    advertised = ", ".join(f"{mac} . {_numbers(prefix)}" for mac, prefix in card.sources(6))
    yield f"icmpv6 type nd-neighbor-advert ether saddr . @th,64,128 != {{ {advertised} }} drop"
    six = ", ".join(f"{mac} . {prefix}" for mac, prefix in card.sources(6))
    yield f"meta protocol ip6 ether saddr . ip6 saddr != {{ {six} }} drop"


def _numbers(prefix: Prefix) -> str:
    """Write addresses as the numbers that they are in a packet."""
    first, last = int(prefix.network_address), int(prefix.broadcast_address)
    return f"0x{first:032x}" if first == last else f"0x{first:032x}-0x{last:032x}"
