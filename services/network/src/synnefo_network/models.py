# SPDX-License-Identifier: Apache-2.0
"""The tables of networks, prefix ``network``.

What says that an address, a MAC or a MAC prefix is taken is a row under a unique constraint
(see :mod:`synnefo_network.claims`); there is no second book that could differ from it.
"""

from __future__ import annotations

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint, false, text, true
from sqlalchemy.orm import Mapped, mapped_column

from synnefo_core.db.base import (
    Base,
    Big,
    BigNumber,
    Id,
    JsonList,
    Key,
    LongText,
    Moment,
    Name,
    new_metadata,
)

IP_CHARACTERS = 45
MAC_CHARACTERS = 17
MAC_FILTERED = "MAC_FILTERED"
"""The kind of network that tenants make unless the operator says otherwise."""


class Model(Base):
    """The root of the network models."""

    __abstract__ = True
    metadata = new_metadata()


class NetworkRow(Model):
    """A network: a layer-2 segment of one project, perhaps open to others.

    ``is_hidden`` is true of one that leads outside for single projects only. ``kind``,
    ``physical_network`` and ``segmentation_id`` say how nodes carry it (see
    :mod:`synnefo_network.wiring`); ``mode`` and ``link`` follow from them. One that is drained gets
    no new ports.
    """

    __tablename__ = "network_network"
    __table_args__ = (
        Index("ix_network_network_project", "project_id", "id"),
        Index("ix_network_network_shared", "is_shared"),
        Index("ix_network_network_external", "is_external"),
        Index(
            "uq_network_network_routed_link",
            "link",
            unique=True,
            sqlite_where=text("kind = 'IP_LESS_ROUTED'"),
            postgresql_where=text("kind = 'IP_LESS_ROUTED'"),
        ),
        Index(
            "uq_network_network_default",
            "is_default",
            unique=True,
            sqlite_where=text("is_default"),
            postgresql_where=text("is_default"),
        ),
    )

    id: Mapped[Key]
    project_id: Mapped[Id]
    user_id: Mapped[Id]
    name: Mapped[Name]
    description: Mapped[LongText]
    is_shared: Mapped[bool]
    is_external: Mapped[bool]
    is_hidden: Mapped[bool] = mapped_column(default=False, server_default=false())
    is_admin_up: Mapped[bool]
    mtu: Mapped[int]
    mac_prefix: Mapped[str] = mapped_column(String(8))
    mode: Mapped[Id]
    link: Mapped[Id]
    is_port_secured: Mapped[bool] = mapped_column(default=True, server_default=true())
    kind: Mapped[str] = mapped_column(String(32), default=MAC_FILTERED, server_default=MAC_FILTERED)
    physical_network: Mapped[Id | None]
    segmentation_id: Mapped[int | None]
    is_drained: Mapped[bool] = mapped_column(default=False, server_default=false())
    is_default: Mapped[bool] = mapped_column(default=False, server_default=false())
    zone_hints: Mapped[JsonList] = mapped_column(default=list, server_default=text("'[]'"))
    dns_domain: Mapped[Name] = mapped_column(default="", server_default=text("''"))
    revision: Mapped[int]
    created_at: Mapped[Moment]
    updated_at: Mapped[Moment]


class MacPrefixRow(Model):
    """The MAC prefix of a network: its distance from the first one of the pool."""

    __tablename__ = "network_mac_prefix"

    position: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    network_id: Mapped[Id] = mapped_column(unique=True)


class VlanRow(Model):
    """The VLAN of a network, and so the bridge of that number."""

    __tablename__ = "network_vlan"

    position: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    network_id: Mapped[Id] = mapped_column(unique=True)


class SubnetRow(Model):
    """A range of addresses of a network.

    ``pools`` holds ``[first, last]`` addresses: from these a port gets one that names none;
    ``pool_id`` is the subnet pool from which the range was cut.
    """

    __tablename__ = "network_subnet"
    __table_args__ = (
        Index("ix_network_subnet_network", "network_id", "id"),
        Index("ix_network_subnet_project", "project_id", "id"),
        Index("ix_network_subnet_pool", "pool_id"),
    )

    id: Mapped[Key]
    network_id: Mapped[str] = mapped_column(ForeignKey("network_network.id"))
    project_id: Mapped[Id]
    name: Mapped[Name]
    description: Mapped[LongText]
    ip_version: Mapped[int]
    cidr: Mapped[str] = mapped_column(String(IP_CHARACTERS + 4))
    pool_id: Mapped[Id | None]
    gateway_ip: Mapped[str | None] = mapped_column(String(IP_CHARACTERS))
    pools: Mapped[JsonList]
    is_dhcp_enabled: Mapped[bool]
    dns_servers: Mapped[JsonList]
    host_routes: Mapped[JsonList]
    ipv6_ra_mode: Mapped[str | None] = mapped_column(String(32))
    ipv6_address_mode: Mapped[str | None] = mapped_column(String(32))
    revision: Mapped[int]
    created_at: Mapped[Moment]
    updated_at: Mapped[Moment]


class PortRow(Model):
    """A card on a network, used by a device or waiting for one.

    ``is_temporary`` is true of a port that was made with its device and goes with it,
    ``is_awaited`` of one whose device has still to get the card, ``is_secured`` of one whose
    traffic is filtered, ``is_withheld`` of one whose device's project may not change it now.
    ``address_pairs`` holds ``[mac, address or range]``: what may also
    come from it; ``dhcp_options`` ``[IP version, name, value]``.
    """

    __tablename__ = "network_port"
    __table_args__ = (
        UniqueConstraint("network_id", "mac"),
        Index("ix_network_port_project", "project_id", "id"),
        Index("ix_network_port_network", "network_id", "id"),
        Index("ix_network_port_device", "device_id"),
    )

    id: Mapped[Key]
    network_id: Mapped[str] = mapped_column(ForeignKey("network_network.id"))
    project_id: Mapped[Id]
    name: Mapped[Name]
    description: Mapped[LongText]
    mac: Mapped[str] = mapped_column(String(MAC_CHARACTERS))
    is_admin_up: Mapped[bool]
    device_id: Mapped[Name]
    device_owner: Mapped[Name]
    is_temporary: Mapped[bool]
    is_awaited: Mapped[bool] = mapped_column(default=False, server_default=false())
    is_secured: Mapped[bool] = mapped_column(default=True, server_default=true())
    is_withheld: Mapped[bool] = mapped_column(default=False, server_default=false())
    address_pairs: Mapped[JsonList] = mapped_column(default=list, server_default=text("'[]'"))
    dns_name: Mapped[Name] = mapped_column(default="", server_default=text("''"))
    dns_domain: Mapped[Name] = mapped_column(default="", server_default=text("''"))
    dhcp_options: Mapped[JsonList] = mapped_column(default=list, server_default=text("'[]'"))
    revision: Mapped[int]
    created_at: Mapped[Moment]
    updated_at: Mapped[Moment]


class AddressRow(Model):
    """An address in use.

    ``position`` is its distance from the subnet's first address, by which gaps are found;
    None where no pool can reach (far inside a large IPv6 subnet).
    """

    __tablename__ = "network_address"
    __table_args__ = (
        UniqueConstraint("subnet_id", "ip"),
        Index("ix_network_address_position", "subnet_id", "position"),
        Index("ix_network_address_port", "port_id"),
        Index("ix_network_address_ip", "ip"),
    )

    id: Mapped[Key]
    subnet_id: Mapped[str] = mapped_column(ForeignKey("network_subnet.id"))
    port_id: Mapped[str] = mapped_column(ForeignKey("network_port.id"))
    ip: Mapped[str] = mapped_column(String(IP_CHARACTERS))
    position: Mapped[Big | None]


class SecurityGroupRow(Model):
    """A set of rules for what may reach a port and leave it.

    ``default_of`` is the project whose default group it is, of which there is one.
    """

    __tablename__ = "network_security_group"
    __table_args__ = (Index("ix_network_security_group_project", "project_id", "id"),)

    id: Mapped[Key]
    project_id: Mapped[Id]
    user_id: Mapped[Id]
    default_of: Mapped[str | None] = mapped_column(String(64), unique=True)
    name: Mapped[Name]
    description: Mapped[LongText]
    is_stateful: Mapped[bool]
    revision: Mapped[int]
    created_at: Mapped[Moment]
    updated_at: Mapped[Moment]


class SecurityRuleRow(Model):
    """Something that is allowed.

    ``meaning`` is the same for two rules that allow the same; ``is_charged`` is false of those
    that a default group came with.
    """

    __tablename__ = "network_security_rule"
    __table_args__ = (
        UniqueConstraint("group_id", "meaning"),
        Index("ix_network_security_rule_project", "project_id", "id"),
        Index("ix_network_security_rule_remote", "remote_group_id"),
    )

    id: Mapped[Key]
    group_id: Mapped[str] = mapped_column(ForeignKey("network_security_group.id"))
    project_id: Mapped[Id]
    user_id: Mapped[Id]
    description: Mapped[LongText]
    direction: Mapped[str] = mapped_column(String(8))
    ethertype: Mapped[str] = mapped_column(String(4))
    protocol: Mapped[str | None] = mapped_column(String(32))
    port_min: Mapped[int | None]
    port_max: Mapped[int | None]
    remote_group_id: Mapped[str | None] = mapped_column(ForeignKey("network_security_group.id"))
    remote_prefix: Mapped[str | None] = mapped_column(String(IP_CHARACTERS + 4))
    meaning: Mapped[str] = mapped_column(String(255))
    is_charged: Mapped[bool]
    revision: Mapped[int]
    created_at: Mapped[Moment]
    updated_at: Mapped[Moment]


class PortGroupRow(Model):
    """A security group that applies to a port."""

    __tablename__ = "network_port_group"
    __table_args__ = (Index("ix_network_port_group_group", "group_id"),)

    port_id: Mapped[str] = mapped_column(ForeignKey("network_port.id"), primary_key=True)
    group_id: Mapped[str] = mapped_column(ForeignKey("network_security_group.id"), primary_key=True)


class IpHistoryRow(Model):
    """A server got a public address, or lost it: see :mod:`synnefo_network.history`.

    Rows are only ever added; the larger ``id`` is the later one.
    """

    __tablename__ = "network_ip_history"
    __table_args__ = (
        Index("ix_network_ip_history_ip", "ip", "id"),
        Index("ix_network_ip_history_device", "device_id", "id"),
    )

    id: Mapped[int] = mapped_column(BigNumber, primary_key=True, autoincrement=True)
    at: Mapped[Moment]
    ip: Mapped[str] = mapped_column(String(IP_CHARACTERS))
    device_id: Mapped[Id]
    project_id: Mapped[Id]
    user_id: Mapped[Id]
    is_attached: Mapped[bool]
    because: Mapped[Id]


class TagRow(Model):
    """A word of the owner's on a network, subnet, port, security group, router or floating IP."""

    __tablename__ = "network_tag"
    __table_args__ = (Index("ix_network_tag_tag", "tag", "thing_id"),)

    thing_id: Mapped[Key]
    tag: Mapped[Name] = mapped_column(primary_key=True)
