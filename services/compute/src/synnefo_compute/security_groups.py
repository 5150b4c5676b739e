# SPDX-License-Identifier: Apache-2.0
"""The security groups of servers: those of all their ports."""

from __future__ import annotations

import synnefo_network
from synnefo_compute import locks
from synnefo_compute.rows import owned
from synnefo_core.context import RequestContext
from synnefo_core.errors import Invalid, NotFound
from synnefo_network import DefaultGroup, Listing, SecurityGroup, SecurityGroupInUse


def add_security_group(context: RequestContext, server_id: str, name: str) -> None:
    """Have a group, given by its name or id, apply to every filtered port of a server.

    Raises:
        AmbiguousGroup: Several groups have the name.
        Invalid: The server has no such port.
        NotFound: The caller has no such server or group.
        Forbidden: The server is suspended.
    """
    with context.unit_of_work() as session:
        locks.require_not_suspended(context, owned(context, session, server_id))
        (group_id,) = synnefo_network.find_security_groups(context, [name])
        ports = [p for p in synnefo_network.ports_of_one(context, server_id) if p.is_secured]
        if not ports:
            msg = f"server {server_id} has no port to which a security group applies"
            raise Invalid(msg)
        for port in ports:
            ids = [*port.security_group_ids, group_id]
            synnefo_network.update_port(context, port.id, {"security_group_ids": ids})


def remove_security_group(context: RequestContext, server_id: str, name: str) -> None:
    """Have a group, given by its name or id, apply to no port of a server any more.

    Raises:
        AmbiguousGroup: Several groups have the name.
        NotFound: The caller has no such server or group, or it is not the server's.
        Forbidden: The server is suspended.
    """
    with context.unit_of_work() as session:
        locks.require_not_suspended(context, owned(context, session, server_id))
        (group_id,) = synnefo_network.find_security_groups(context, [name])
        ports = synnefo_network.ports_of_one(context, server_id)
        members = [port for port in ports if group_id in port.security_group_ids]
        if not members:
            noun = f"security group of server {server_id}"
            raise NotFound(noun, name)
        for port in members:
            ids = [each for each in port.security_group_ids if each != group_id]
            synnefo_network.update_port(context, port.id, {"security_group_ids": ids})


def security_groups_of(context: RequestContext, server_id: str) -> list[SecurityGroup]:
    """Return the groups that apply to ports of a server.

    Raises:
        NotFound: The caller has no such server.
    """
    with context.reading() as session:
        owned(context, session, server_id)
        ports = synnefo_network.ports_of_one(context, server_id)
        ids = {group_id for port in ports for group_id in port.security_group_ids}
        if not ids:
            return []
        return synnefo_network.list_security_groups(context, Listing(where={"id": sorted(ids)}))


def delete_security_group(context: RequestContext, group_id: str) -> None:
    """Delete a group in Nova's words: what is in use or the default one is a bad request.

    Raises:
        Invalid: It applies to ports, or is the project's default one.
        NotFound: The caller has no such group.
    """
    try:
        synnefo_network.delete_security_group(context, group_id)
    except (DefaultGroup, SecurityGroupInUse) as cause:
        raise Invalid(str(cause)) from cause
