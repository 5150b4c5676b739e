# SPDX-License-Identifier: Apache-2.0
"""The original's firewall profiles, as security groups of the project (CYC-067, NET-005).

A profile is the only group of a port. The names are the original's: ``ENABLED`` lets in less than
``PROTECTED``.
"""

from __future__ import annotations

import synnefo_network
from synnefo_compute import locks
from synnefo_compute.rows import owned
from synnefo_core.context import RequestContext
from synnefo_core.errors import Invalid, NotFound
from synnefo_network import Listing, Port, SecurityGroupSpec, SecurityRuleSpec

ENABLED, PROTECTED, DISABLED = "ENABLED", "PROTECTED", "DISABLED"
PROFILES = (ENABLED, PROTECTED, DISABLED)

_ICMP = {"IPv4": "icmp", "IPv6": "ipv6-icmp"}
_SSH, _RDP = 22, 3389
_NAMES = {profile: f"firewall-{profile.lower()}" for profile in PROFILES}
_PROFILES = {name: profile for profile, name in _NAMES.items()}


def set_firewall(context: RequestContext, server_id: str, port_id: str, profile: str) -> None:
    """Have one of :data:`PROFILES` decide what reaches a port of a server.

    The project gets the group of the profile when it is first used there, and pays for it.

    Raises:
        NotFound: The caller has no such server, or it has no such port.
        Invalid: The traffic of the port is not filtered.
        Forbidden: The server is suspended.
        QuotaExceeded: The project can have no more groups or rules.
    """
    with context.unit_of_work() as session:
        locks.require_not_suspended(context, owned(context, session, server_id))
        ports = {port.id: port for port in synnefo_network.ports_of_one(context, server_id)}
        if port_id not in ports:
            noun = f"network card of server {server_id}"
            raise NotFound(noun, port_id)
        if not ports[port_id].is_secured:
            msg = f"what reaches port {port_id} is not filtered"
            raise Invalid(msg)
        group_id = _group(context, ports[port_id].project_id, profile)
        synnefo_network.update_port(context, port_id, {"security_group_ids": [group_id]})


def firewall_of(port: Port) -> str:
    """Return the profile of a port; empty for one that has other groups than a profile's."""
    if not port.is_secured:
        return DISABLED
    names = port.security_group_names
    return _PROFILES.get(names[0], "") if len(names) == 1 else ""


def _group(context: RequestContext, project_id: str, profile: str) -> str:
    """Return the group of a profile, which is made when there is none."""
    name = _NAMES[profile]
    listing = Listing({"project_id": [project_id], "name": [name]})
    found = synnefo_network.list_security_groups(context, listing)
    if found:
        return min(group.id for group in found)
    spec = SecurityGroupSpec(
        name=name, description=f"The firewall profile {profile}", project_id=project_id
    )
    group = synnefo_network.create_security_group(context, spec)
    for rule in _rules(group.id, profile):
        synnefo_network.create_security_rule(context, rule)
    return group.id


def _rules(group_id: str, profile: str) -> list[SecurityRuleSpec]:
    """Return what a profile lets in; answers to the guest's own words come in anyway."""
    found = []
    for ethertype, icmp in _ICMP.items():
        everything = SecurityRuleSpec(group_id, "ingress", ethertype)
        if profile == DISABLED:
            found.append(everything)
            continue
        found.append(SecurityRuleSpec(group_id, "ingress", ethertype, icmp))
        if profile == PROTECTED:
            found += [
                SecurityRuleSpec(group_id, "ingress", ethertype, "tcp", port, port)
                for port in (_SSH, _RDP)
            ]
    return found
