# SPDX-License-Identifier: Apache-2.0
"""How nodes carry networks: the original's types, and what each takes of the operator's pools.

===============  ==================================================  ==========================
type             carried by                                          told by
===============  ==================================================  ==========================
MAC_FILTERED     one bridge for all of them, apart by MAC prefix     nothing
PHYSICAL_VLAN    the bridge of a VLAN from the pool                  the VLAN, or any
CUSTOM           a bridge that the operator names                    the bridge
IP_LESS_ROUTED   a routing table of its own, proxy ARP               the table, or a new name
===============  ==================================================  ==========================

``provider:physical_network`` is the bridge or the table, and the pool's name for a VLAN.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from sqlalchemy import delete
from sqlalchemy.orm import Session

from synnefo_core.context import RequestContext
from synnefo_core.errors import InvalidField
from synnefo_network import claims
from synnefo_network.errors import NoVlanLeft, VlanInUse
from synnefo_network.models import MAC_FILTERED, VlanRow
from synnefo_network.values import NetworkSpec

PHYSICAL_VLAN = "PHYSICAL_VLAN"
CUSTOM = "CUSTOM"
IP_LESS_ROUTED = "IP_LESS_ROUTED"
TYPES = (MAC_FILTERED, PHYSICAL_VLAN, CUSTOM, IP_LESS_ROUTED)

_BRIDGE = re.compile(r"[A-Za-z0-9_.-]{1,15}")
_TABLE = re.compile(r"[A-Za-z0-9_.-]{1,64}")
_BRIDGED, _ROUTED = "bridged", "routed"
_KIND, _PHYSICAL, _VLAN = (
    "provider:network_type",
    "provider:physical_network",
    "provider:segmentation_id",
)


@dataclass(frozen=True)
class Wiring:
    """How a network is carried; ``mode`` and ``link`` empty for the cluster's default."""

    kind: str
    physical_network: str | None = None
    segmentation_id: int | None = None
    mode: str = ""
    link: str = ""


def is_chosen(spec: NetworkSpec) -> bool:
    """Return whether somebody says how a new network is to be carried."""
    return bool(
        spec.kind
        or spec.physical_network
        or spec.segmentation_id is not None
        or spec.mode
        or spec.link
    )


def choose(context: RequestContext, session: Session, network_id: str, spec: NetworkSpec) -> Wiring:
    """Return how a new network is carried, and take for it what that needs.

    Raises:
        InvalidField: What was named makes no sense for the type, or there is no such type.
        NoVlanLeft: Every VLAN of the pool has a network.
        VlanInUse: The VLAN that was named has one.
    """
    if spec.mode or spec.link:
        return Wiring(_kind_of(spec), spec.link or None, None, spec.mode, spec.link)
    kind = spec.kind or context.cloud.config.network.tenant_type
    if kind not in _CHOICES:
        raise InvalidField(_KIND, f"must be one of {', '.join(TYPES)}, not {kind}")
    if kind != PHYSICAL_VLAN and spec.segmentation_id is not None:
        raise InvalidField(_VLAN, f"a network of type {kind} has none")
    return _CHOICES[kind](context, session, network_id, spec)


def _kind_of(spec: NetworkSpec) -> str:
    if spec.kind:
        return spec.kind
    # Tables that the operator names for the cloud's first network need not be apart.
    return CUSTOM if spec.link else MAC_FILTERED


def _filtered(
    context: RequestContext, _session: Session, _network_id: str, spec: NetworkSpec
) -> Wiring:
    if spec.physical_network:
        raise InvalidField(_PHYSICAL, f"a network of type {MAC_FILTERED} has none")
    link = context.cloud.config.network.mac_filtered_link
    return Wiring(MAC_FILTERED, mode=_BRIDGED if link else "", link=link)


def _vlan(context: RequestContext, session: Session, network_id: str, spec: NetworkSpec) -> Wiring:
    config = context.cloud.config.network
    if spec.physical_network not in (None, config.vlan_physical_network):
        raise InvalidField(_PHYSICAL, f"VLANs are of {config.vlan_physical_network}")

    def try_claim(vlan: int) -> bool:
        values = {"position": vlan, "network_id": network_id}
        return claims.claim(session, VlanRow, values, key=f"vlan {vlan}")

    first, last = config.vlan_first, config.vlan_first + config.vlan_count - 1
    vlan = spec.segmentation_id
    if vlan is None:
        vlan = claims.draw([(first, last)], claims.Book(session, VlanRow, {}), try_claim)
        if vlan is None:
            raise NoVlanLeft
    elif not first <= vlan <= last:
        raise InvalidField(_VLAN, f"{vlan} is not among the VLANs of the cloud")
    elif not try_claim(vlan):
        raise VlanInUse(vlan)
    return Wiring(
        PHYSICAL_VLAN,
        config.vlan_physical_network,
        vlan,
        _BRIDGED,
        f"{config.vlan_bridge_prefix}{vlan}",
    )


def _custom(
    _context: RequestContext, _session: Session, _network_id: str, spec: NetworkSpec
) -> Wiring:
    bridge = spec.physical_network or ""
    if not _BRIDGE.fullmatch(bridge):
        raise InvalidField(_PHYSICAL, f"a network of type {CUSTOM} names the bridge of the nodes")
    return Wiring(CUSTOM, bridge, None, _BRIDGED, bridge)


def _routed(
    _context: RequestContext, _session: Session, network_id: str, spec: NetworkSpec
) -> Wiring:
    table = spec.physical_network or f"snf-link-{network_id}"
    if not _TABLE.fullmatch(table):
        raise InvalidField(_PHYSICAL, "must be the name of a routing table")
    return Wiring(IP_LESS_ROUTED, table, None, _ROUTED, table)


_CHOICES: Mapping[str, Callable[[RequestContext, Session, str, NetworkSpec], Wiring]] = {
    MAC_FILTERED: _filtered,
    PHYSICAL_VLAN: _vlan,
    CUSTOM: _custom,
    IP_LESS_ROUTED: _routed,
}


def give_back(session: Session, network_id: str) -> None:
    """Free what a network took of the pools."""
    session.execute(delete(VlanRow).where(VlanRow.network_id == network_id))
