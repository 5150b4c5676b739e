# SPDX-License-Identifier: Apache-2.0
"""What the room hands out, and what it is asked for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from synnefo_network.dns_names import host_name


@dataclass(frozen=True)
class Network:
    """A network.

    Attributes:
        mac_prefix: The first three bytes of its ports' MAC addresses, of no other network's.
        mode: How its cards are attached in Ganeti; empty for the cluster's default.
        link: The bridge or routing table; empty for the cluster's default.
        is_port_secured: Whether traffic of its new ports is filtered unless they say otherwise.
        kind: How nodes carry it: "MAC_FILTERED", "PHYSICAL_VLAN", "CUSTOM", "IP_LESS_ROUTED".
        physical_network: The bridge, the routing table or the name of the VLANs' pool, if any.
        segmentation_id: The VLAN, if it has one.
        is_drained: Whether it gets no new ports.
        is_default: Whether it is the one that leads outside where none is named.
        zone_hints: The availability zones for which it was made.
        zones: The availability zones of the clusters in which it is.
        dns_domain: The DNS domain of its ports that name none; it ends with a dot, or is empty.
        subnet_ids: In the order of their ids.
        ipv4_scope_id: The address scope of its IPv4 subnets, if they were cut from a pool of one.
        ipv6_scope_id: That of its IPv6 subnets.
    """

    id: str
    project_id: str
    name: str
    description: str
    is_shared: bool
    is_external: bool
    is_admin_up: bool
    mtu: int
    mac_prefix: str
    mode: str
    link: str
    is_port_secured: bool
    kind: str
    physical_network: str | None
    segmentation_id: int | None
    is_drained: bool
    is_default: bool
    zone_hints: tuple[str, ...]
    zones: tuple[str, ...]
    dns_domain: str
    subnet_ids: tuple[str, ...]
    ipv4_scope_id: str | None
    ipv6_scope_id: str | None
    revision: int
    created_at: float
    updated_at: float


@dataclass(frozen=True)
class NetworkSpec:
    """A network to be made; ``project_id`` and ``mtu`` None for the caller's and the default.

    How it is carried is told by ``kind``, ``physical_network`` and ``segmentation_id``, or for the
    clusters themselves by ``mode`` and ``link``.
    """

    name: str = ""
    description: str = ""
    project_id: str | None = None
    is_shared: bool = False
    is_external: bool = False
    is_admin_up: bool = True
    mtu: int | None = None
    mode: str = ""
    link: str = ""
    is_port_secured: bool = True
    kind: str = ""
    physical_network: str | None = None
    segmentation_id: int | None = None
    is_drained: bool = False
    is_default: bool = False
    zone_hints: Sequence[str] = ()
    dns_domain: str = ""


@dataclass(frozen=True)
class Subnet:
    """A range of addresses of a network.

    Attributes:
        pools: First and last address of what ports get addresses from.
        pool_id: The subnet pool from which it was cut.
        host_routes: Destination (CIDR) and next hop.
    """

    id: str
    network_id: str
    project_id: str
    name: str
    description: str
    ip_version: int
    cidr: str
    gateway_ip: str | None
    pools: tuple[tuple[str, str], ...]
    is_dhcp_enabled: bool
    dns_servers: tuple[str, ...]
    host_routes: tuple[tuple[str, str], ...]
    ipv6_ra_mode: str | None
    ipv6_address_mode: str | None
    revision: int
    created_at: float
    updated_at: float
    pool_id: str | None = None


FIRST_ADDRESS = "first"
"""The gateway of a subnet that names none: its first address."""


@dataclass(frozen=True)
class SubnetSpec:
    """A subnet to be made.

    Attributes:
        cidr: Its range; empty for any of the pool.
        gateway_ip: None for no gateway.
        pools: None for every address but the gateway's.
        pool_id: The subnet pool from which its range is cut, ``ANY_POOL`` for the default one.
        prefix_length: Of any range of the pool; None for the pool's own.
    """

    network_id: str
    cidr: str = ""
    ip_version: int = 4
    name: str = ""
    description: str = ""
    project_id: str | None = None
    gateway_ip: str | None = FIRST_ADDRESS
    pools: Sequence[tuple[str, str]] | None = None
    is_dhcp_enabled: bool = True
    dns_servers: Sequence[str] = ()
    host_routes: Sequence[tuple[str, str]] = ()
    ipv6_ra_mode: str | None = None
    ipv6_address_mode: str | None = None
    pool_id: str | None = None
    prefix_length: int | None = None


@dataclass(frozen=True)
class FixedIp:
    """An address of a port; ``version`` is 4 or 6."""

    subnet_id: str
    ip: str
    version: int


@dataclass(frozen=True)
class FixedIpRequest:
    """An address wanted for a port: this one, any of this subnet, or both named."""

    subnet_id: str | None = None
    ip: str | None = None


@dataclass(frozen=True)
class AddressPair:
    """What else may come from a port: an address or a range (CIDR), under its MAC or another."""

    ip: str
    mac: str | None = None


@dataclass(frozen=True)
class ExtraDhcpOption:
    """What a port's guest is told by DHCP besides what its subnets say; by name or number."""

    version: int
    name: str
    value: str


@dataclass(frozen=True)
class DhcpOptionChange:
    """What is to become of one of a port's DHCP options; a value of None takes it away."""

    version: int
    name: str
    value: str | None


@dataclass(frozen=True)
class Port:
    """A card on a network.

    Attributes:
        device_id: What uses it; empty when it is free.
        status: "ACTIVE" while it is used and up, "BUILD" while it is to be, else "DOWN".
        is_temporary: Whether it goes with its device.
        is_awaited: Whether its device has still to get the card.
        is_secured: Whether its traffic is filtered: nothing comes from addresses that are not its
            own, and only what its groups allow.
        security_group_ids: The groups whose rules apply, in the order of their ids.
        security_group_names: What these are called, in the same order.
        address_pairs: What may come from it besides its own addresses.
        network_name: For those who show servers' addresses by network.
        is_external: Whether its network leads outside.
        floating_ips: Addresses of its own with the floating IPs that stand for them; not told
            of a port that was just made or changed.
        mode: The network's, for a Ganeti NIC; empty for the cluster's default.
        link: The network's, for a Ganeti NIC; empty for the cluster's default.
        dns_name: What it is called in its DNS domain; empty for names made of its addresses.
        dns_domain: Its own DNS domain, which ends with a dot; empty for its network's.
        dns_suffix: The DNS domain that it is in.
        dhcp_options: What its guest is told besides.
    """

    id: str
    network_id: str
    network_name: str
    project_id: str
    name: str
    description: str
    mac: str
    fixed_ips: tuple[FixedIp, ...]
    device_id: str
    device_owner: str
    is_admin_up: bool
    is_temporary: bool
    is_awaited: bool
    is_secured: bool
    security_group_ids: tuple[str, ...]
    security_group_names: tuple[str, ...]
    address_pairs: tuple[AddressPair, ...]
    is_external: bool
    mode: str
    link: str
    dns_name: str
    dns_domain: str
    dns_suffix: str
    dhcp_options: tuple[ExtraDhcpOption, ...]
    revision: int
    created_at: float
    updated_at: float
    floating_ips: tuple[tuple[str, str], ...] = ()

    @property
    def status(self) -> str:
        """Whether traffic may flow."""
        if not self.device_id or not self.is_admin_up:
            return "DOWN"
        return "BUILD" if self.is_awaited else "ACTIVE"

    @property
    def host_names(self) -> Mapping[str, str]:
        """What each of its addresses is called in its DNS domain, by address."""
        return {fixed.ip: host_name(self.dns_name, fixed.ip) for fixed in self.fixed_ips}


@dataclass(frozen=True)
class PortSpec:
    """A port to be made.

    Attributes:
        fixed_ips: None for an address of each kind that there is.
        is_secured: None for what its network says.
        security_group_ids: None for the project's default group.
    """

    network_id: str
    name: str = ""
    description: str = ""
    project_id: str | None = None
    mac: str | None = None
    fixed_ips: Sequence[FixedIpRequest] | None = None
    device_id: str = ""
    device_owner: str = ""
    is_admin_up: bool = True
    is_secured: bool | None = None
    security_group_ids: Sequence[str] | None = None
    address_pairs: Sequence[AddressPair] = ()
    dhcp_options: Sequence[DhcpOptionChange] = ()
    dns_name: str = ""
    dns_domain: str = ""


@dataclass(frozen=True)
class PlugRequest:
    """Where a device is to be plugged in: a port that there is, or a new one on a network.

    ``fixed_ip`` is the address that a new port shall have.
    """

    network_id: str | None = None
    port_id: str | None = None
    fixed_ip: str | None = None


@dataclass(frozen=True)
class SecurityRule:
    """Something that a security group allows.

    Attributes:
        direction: "ingress" or "egress".
        ethertype: "IPv4" or "IPv6".
        protocol: Its name or number as it was given, None for each.
        port_min: The first port, or the type of an ICMP message; None for each.
        port_max: The last port, or the code of an ICMP message; None for each.
        remote_group_id: Only with the ports of this group.
        remote_prefix: Only with addresses of this range, as it was given.
        is_of_default: Whether it is a project's default group's.
    """

    id: str
    group_id: str
    project_id: str
    description: str
    direction: str
    ethertype: str
    protocol: str | None
    port_min: int | None
    port_max: int | None
    remote_group_id: str | None
    remote_prefix: str | None
    is_of_default: bool
    revision: int
    created_at: float
    updated_at: float


@dataclass(frozen=True)
class SecurityRuleSpec:
    """A rule to be made; see :class:`SecurityRule`."""

    group_id: str
    direction: str
    ethertype: str = "IPv4"
    protocol: str | None = None
    port_min: int | None = None
    port_max: int | None = None
    remote_group_id: str | None = None
    remote_prefix: str | None = None
    description: str = ""


@dataclass(frozen=True)
class SecurityGroup:
    """A set of rules for what may reach a port and leave it.

    Attributes:
        is_default: Whether it applies to ports of its project that name none.
        is_stateful: Whether answers to what is allowed are allowed.
        rules: In the order in which they were made.
    """

    id: str
    project_id: str
    name: str
    description: str
    is_default: bool
    is_stateful: bool
    rules: tuple[SecurityRule, ...]
    revision: int
    created_at: float
    updated_at: float


@dataclass(frozen=True)
class SecurityGroupSpec:
    """A group to be made; ``project_id`` None for the caller's."""

    name: str = ""
    description: str = ""
    project_id: str | None = None
    is_stateful: bool = True


@dataclass(frozen=True)
class Listing:
    """Which things of a kind are wanted, in which order, and which page of them.

    Attributes:
        where: Accepted values by attribute; a thing has one of each.
        order: Attributes with whether each descends; the id comes last by itself.
        marker: The id of the thing behind which the page begins.
        limit: The size of the page; None for all.
        is_reversed: The page before the marker instead, still in the given order.
    """

    where: Mapping[str, Sequence[Any]] = field(default_factory=dict)
    order: Sequence[tuple[str, bool]] = ()
    marker: str | None = None
    limit: int | None = None
    is_reversed: bool = False
