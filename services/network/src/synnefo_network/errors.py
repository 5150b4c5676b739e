# SPDX-License-Identifier: Apache-2.0
"""What can go wrong with networks beyond what the core knows."""

from __future__ import annotations

from synnefo_core.errors import Conflict, Forbidden, Invalid


class NetworkInUse(Conflict):
    """A network has ports."""

    code = "network_in_use"

    def __init__(self, network_id: str) -> None:
        """Say which network."""
        super().__init__(f"network {network_id} still has ports")
        self.network_id = network_id


class SubnetInUse(Conflict):
    """Ports have addresses of a subnet."""

    code = "subnet_in_use"

    def __init__(self, subnet_id: str) -> None:
        """Say which subnet."""
        super().__init__(f"ports have addresses of subnet {subnet_id}")
        self.subnet_id = subnet_id


class GatewayInUse(Conflict):
    """A router is at the gateway's address of a subnet."""

    code = "gateway_ip_in_use"

    def __init__(self, ip: str, port_id: str) -> None:
        """Say which address, and which port has it."""
        super().__init__(f"the gateway {ip} is in use by port {port_id} and can't be another")
        self.ip, self.port_id = ip, port_id


class PortInUse(Conflict):
    """A port belongs to a device."""

    code = "port_in_use"

    def __init__(self, port_id: str, device_id: str) -> None:
        """Say which port and which device."""
        super().__init__(f"port {port_id} is in use by device {device_id}")
        self.port_id, self.device_id = port_id, device_id


class PortWithheld(Forbidden):
    """The device of a port is withheld from its project by the operators."""

    code = "port_withheld"

    def __init__(self, port_id: str) -> None:
        """Say which port."""
        super().__init__(
            f"port {port_id} is of a device that the operators of this cloud have suspended"
        )
        self.port_id = port_id


class AddressInUse(Conflict):
    """Another port has the address."""

    code = "address_in_use"

    def __init__(self, ip: str) -> None:
        """Say which address."""
        super().__init__(f"the address {ip} is in use")
        self.ip = ip


class MacInUse(Conflict):
    """Another port of the network has the MAC address."""

    code = "mac_in_use"

    def __init__(self, mac: str) -> None:
        """Say which MAC address."""
        super().__init__(f"the MAC address {mac} is in use on this network")
        self.mac = mac


class NoAddressLeft(Conflict):
    """No pool of a network has a free address."""

    code = "no_address_left"

    def __init__(self, network_id: str) -> None:
        """Say which network."""
        super().__init__(f"no more addresses are free on network {network_id}")
        self.network_id = network_id


class NoMacPrefixLeft(Conflict):
    """Each MAC prefix belongs to a network."""

    code = "no_mac_prefix_left"

    def __init__(self) -> None:
        """Say it; only an operator can help."""
        super().__init__("no MAC prefix is free for another network")


class NoVlanLeft(Conflict):
    """Each VLAN of the pool belongs to a network."""

    code = "no_vlan_left"

    def __init__(self) -> None:
        """Say it; only an operator can help."""
        super().__init__("no VLAN is free for another network")


class VlanInUse(Conflict):
    """Another network has the VLAN."""

    code = "vlan_in_use"

    def __init__(self, vlan: int) -> None:
        """Say which VLAN."""
        super().__init__(f"the VLAN {vlan} is in use")
        self.vlan = vlan


class LinkInUse(Conflict):
    """Another network has the routing table."""

    code = "link_in_use"

    def __init__(self, link: str) -> None:
        """Say which table."""
        super().__init__(f"the routing table {link} is in use")
        self.link = link


class NetworkDrained(Conflict):
    """A network gets no new ports."""

    code = "network_drained"

    def __init__(self, network_id: str) -> None:
        """Say which network."""
        super().__init__(f"network {network_id} is drained: it gets no new ports")
        self.network_id = network_id


class PoolConflict(Conflict):
    """Allocation pools overlap each other or hold the gateway."""

    code = "pool_conflict"


class AmbiguousNetwork(Conflict):
    """A device is to be plugged in somewhere, and there are several places."""

    code = "ambiguous_network"

    def __init__(self) -> None:
        """Say what helps."""
        super().__init__("multiple possible networks found, use a network id to be more specific")


class AddressOutside(Invalid):
    """An address lies in no subnet of the network."""

    code = "address_outside"

    def __init__(self, ip: str) -> None:
        """Say which address."""
        super().__init__(f"{ip} is not a valid address in any subnet of this network")
        self.ip = ip


class SecurityGroupInUse(Conflict):
    """A security group applies to ports."""

    code = "security_group_in_use"

    def __init__(self, group_id: str) -> None:
        """Say which group."""
        super().__init__(f"security group {group_id} in use")
        self.group_id = group_id


class DefaultGroup(Conflict):
    """A project has one default group, under its name, and keeps it."""

    code = "default_security_group"


class AmbiguousGroup(Conflict):
    """Several security groups have the name by which one is wanted."""

    code = "ambiguous_security_group"

    def __init__(self, name: str) -> None:
        """Say which name."""
        super().__init__(f"multiple security groups are named {name}, use an id instead")
        self.name = name


class SecurityRuleExists(Conflict):
    """A group allows already what a new rule would."""

    code = "security_rule_exists"

    def __init__(self, group_id: str) -> None:
        """Say which group."""
        super().__init__(f"security group {group_id} has a rule that allows the same already")
        self.group_id = group_id


class Unsecured(Conflict):
    """A port whose traffic is not filtered can have no groups and no address pairs."""

    code = "port_not_secured"
