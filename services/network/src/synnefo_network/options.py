# SPDX-License-Identifier: Apache-2.0
"""The section ``[network]``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from oslo_config import cfg

MAC_PREFIX_FORM = r"^[0-9a-f][26ae]:[0-9a-f]{2}:[0-9a-f]{2}$"

NETWORK = [
    cfg.StrOpt(
        "public_cidr",
        default="10.64.0.0/16",
        help="The subnet of the network `public` that an empty cloud is given; empty: none.",
    ),
    cfg.StrOpt(
        "public_mode",
        default="",
        choices=["", "bridged", "routed", "openvswitch"],
        help="How cards of `public` are attached in Ganeti; empty: the cluster's default.",
    ),
    cfg.StrOpt(
        "public_link",
        default="",
        help="The bridge or routing table of `public`; empty: the cluster's default.",
    ),
    cfg.StrOpt(
        "mac_first",
        # Ganeti gives cards that nobody named a MAC of aa:00:00 by default: stay clear of it.
        default="aa:01:00",
        regex=MAC_PREFIX_FORM,
        help="The first MAC prefix that a network is given; locally administered, unicast.",
    ),
    cfg.IntOpt(
        "mac_count",
        default=65280,
        min=1,
        max=65536,
        help="How many MAC prefixes there are from the first one on.",
    ),
    cfg.StrOpt(
        "tenant_type",
        default="MAC_FILTERED",
        choices=["MAC_FILTERED", "PHYSICAL_VLAN", "IP_LESS_ROUTED"],
        help="How networks are carried of which nobody says it.",
    ),
    cfg.StrOpt(
        "mac_filtered_link",
        default="",
        help="The bridge of all MAC_FILTERED networks; empty: the cluster's default.",
    ),
    cfg.IntOpt(
        "vlan_first", default=100, min=1, max=4094, help="The first VLAN of PHYSICAL_VLAN networks."
    ),
    cfg.IntOpt(
        "vlan_count",
        default=0,
        min=0,
        max=4094,
        help="How many VLANs there are for networks from the first one on.",
    ),
    cfg.StrOpt(
        "vlan_bridge_prefix",
        default="prv",
        regex="^[A-Za-z0-9_.-]{1,11}$",
        help="How the bridges of VLANs are called on nodes, before the VLAN's number.",
    ),
    cfg.StrOpt(
        "vlan_physical_network",
        default="physical",
        help="What the network that carries the VLANs is called (provider:physical_network).",
    ),
    cfg.StrOpt(
        "cluster_prefix",
        default="snf-net-",
        regex="^[A-Za-z0-9_.-]{1,32}$",
        help="How the names of the cloud's networks begin in clusters.",
    ),
    cfg.IntOpt(
        "keep_unused_s",
        default=3600,
        min=0,
        help="So many seconds a network stays in a cluster in which no server has a card on it.",
    ),
    cfg.StrOpt(
        "gateway_link",
        default="",
        regex="^[A-Za-z0-9_.-]{0,15}$",
        help="The bridge, on gateways, of networks that have the cluster's default one; empty: routers with such a network are in ERROR.",
    ),
    cfg.IntOpt(
        "gateway_away_s",
        default=180,
        min=1,
        help="So many seconds a gateway may be silent before other gateways of its cluster have its routers; more than its hello_s.",
    ),
    cfg.IntOpt("mtu", default=1500, min=68, max=65535, help="MTU of a network that names none."),
]

SECTIONS: Mapping[str, Sequence[cfg.Opt]] = {"network": NETWORK}
