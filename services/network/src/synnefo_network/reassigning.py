# SPDX-License-Identifier: Apache-2.0
"""Give networks and floating IPs to other projects (CYC-060, CYC-065)."""

from __future__ import annotations

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from synnefo_core.context import RequestContext
from synnefo_core.errors import Conflict, Invalid
from synnefo_network import floating_ips, networks, policies, sharing, subnet_pools
from synnefo_network.devices import RESERVED
from synnefo_network.errors import NetworkInUse
from synnefo_network.floating_errors import FloatingIpForwards
from synnefo_network.floating_values import FloatingIp
from synnefo_network.gateways import NOBODY
from synnefo_network.models import NetworkRow, PortRow, SubnetRow
from synnefo_network.rbac_models import RbacRow
from synnefo_network.values import Network
from synnefo_quota import charge


def reassign_network(context: RequestContext, network_id: str, project_id: str) -> Network:
    """Have another project own a network and be charged for it; return it.

    Its subnets go with it, and what it lets others do stays. Ports stay their projects'.

    Raises:
        Conflict: It leads outside, which is nobody's to have.
        Forbidden: The caller may not give things away.
        Invalid: There is no such project.
        NetworkInUse: Ports are on it whose projects could not use it any more.
        NotFound: There is none, or the caller may not see it.
        PoolQuotaExceeded: A subnet was cut from a pool of which the other project has enough.
        QuotaExceeded: The other project, or the network's user in it, has not enough left.
    """
    _require_say(context, project_id)
    with context.unit_of_work() as session:
        row = networks.lock_own(context, session, network_id, is_for_delete=True)
        if row.project_id == project_id:
            return networks.show_network(context, network_id)
        if row.is_external:
            raise Conflict(f"network {network_id} leads outside and stays where it is")
        _require_unused(session, row, project_id)
        before, row.project_id = row.project_id, project_id
        moving = SubnetRow.network_id == row.id, SubnetRow.project_id == before
        coming = session.scalars(select(SubnetRow).where(*moving)).all()
        subnet_pools.require_shares(session, coming, project_id)
        session.execute(
            update(SubnetRow)
            .where(*moving)
            .values(project_id=project_id, revision=SubnetRow.revision + 1)
        )
        session.execute(
            update(RbacRow).where(RbacRow.network_id == row.id).values(project_id=project_id)
        )
        row.revision += 1
        row.updated_at = context.now()
        session.flush()
        charge(context, networks.costs_of_move(row, before))
        return networks.show_network(context, network_id)


def _require_say(context: RequestContext, project_id: str) -> None:
    """Refuse those who may give nothing away, and a project that is not there."""
    context.cloud.policy.require(context, policies.FOR_OTHERS)
    directory = context.cloud.directory
    if directory is not None and project_id not in directory.projects([project_id]):
        msg = f"there is no project {project_id}"
        raise Invalid(msg)


def _require_unused(session: Session, network: NetworkRow, project_id: str) -> None:
    """Refuse to take a network away from those who have ports on it and are not let."""
    there = select(PortRow.project_id).where(
        PortRow.network_id == network.id, PortRow.device_owner != RESERVED
    )
    let = sharing.targets(session, network.id, sharing.SHARED)
    is_left_out = set(session.scalars(there.distinct())) - let - {project_id, NOBODY}
    if is_left_out and sharing.EVERYBODY not in let:
        raise NetworkInUse(network.id)


def reassign_floating_ip(
    context: RequestContext, floating_ip_id: str, project_id: str
) -> FloatingIp:
    """Have another project own a floating IP and be charged for it; return it.

    Raises:
        Conflict: It stands for an address, or has port forwardings.
        Forbidden: The caller may not give things away.
        Invalid: There is no such project.
        NotFound: There is none, or the caller may not see it.
        QuotaExceeded: The other project, or the floating IP's user in it, has not enough left.
    """
    _require_say(context, project_id)
    with context.unit_of_work() as session:
        row = floating_ips.lock(context, session, floating_ip_id)
        if row.port_id is not None:
            raise Conflict(f"floating IP {floating_ip_id} stands for an address of {row.port_id}")
        if row.router_id is not None:
            raise FloatingIpForwards(floating_ip_id)
        if row.project_id != project_id:
            before, row.project_id = row.project_id, project_id
            row.revision += 1
            row.updated_at = context.now()
            session.flush()
            charge(context, floating_ips.costs_of_move(row, before))
        return floating_ips.show_floating_ip(context, floating_ip_id)
