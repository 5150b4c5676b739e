# SPDX-License-Identifier: Apache-2.0
"""RBAC policies: what a network's owner lets other projects do with it, one by one."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from synnefo_core.context import RequestContext
from synnefo_core.errors import Duplicate, NotFound
from synnefo_network import networks, policies, sharing
from synnefo_network.floating_errors import ExternalNetworkInUse
from synnefo_network.models import NetworkRow
from synnefo_network.pages import select_page
from synnefo_network.rbac_errors import RbacPolicyInUse, SharedNetworkInUse
from synnefo_network.rbac_models import RbacRow
from synnefo_network.values import Listing


@dataclass(frozen=True)
class RbacPolicy:
    """A permission.

    Attributes:
        action: "access_as_shared" or "access_as_external".
        target: A project, or ``*`` for all.
    """

    id: str
    project_id: str
    network_id: str
    action: str
    target: str


_COLUMNS = {
    "id": RbacRow.id,
    "project_id": RbacRow.project_id,
    "network_id": RbacRow.network_id,
    "action": RbacRow.action,
    "target": RbacRow.target,
}


def _visible(context: RequestContext) -> list[ColumnElement[bool]]:
    return [] if context.is_admin else [RbacRow.project_id == context.project_id]


def create_rbac_policy(
    context: RequestContext, *, network_id: str, action: str, target: str
) -> RbacPolicy:
    """Open a network of the caller's to a project or to all.

    Raises:
        Duplicate: It is open to them already.
        Forbidden: The network is another's, or only administrators may do this: let it lead
            outside, or open it to all.
        NotFound: There is no such network, or the caller may not see it.
    """
    _require_right(context, action, target)
    with context.unit_of_work() as session:
        network = networks.lock_own(context, session, network_id, is_for_delete=True)
        _require_new(session, network, action, target)
        was_external = network.is_external
        row = sharing.allow(session, network, action, target)
        networks.settle_cost(context, network, was_external=was_external)
        return _shown(row)


def _require_right(context: RequestContext, action: str, target: str) -> None:
    if action == sharing.EXTERNAL or target == sharing.EVERYBODY:
        context.cloud.policy.require(context, policies.PUBLISH)


def _require_new(session: Session, network: NetworkRow, action: str, target: str) -> None:
    if target in sharing.targets(session, network.id, action):
        noun = "RBAC policy"
        raise Duplicate(noun, f"{action} for {target}")


def show_rbac_policy(context: RequestContext, policy_id: str) -> RbacPolicy:
    """Return a policy.

    Raises:
        NotFound: There is none, or the caller may not see it.
    """
    with context.reading() as session:
        return _shown(_own(context, session, policy_id))


def _own(context: RequestContext, session: Session, policy_id: str) -> RbacRow:
    row = session.scalar(select(RbacRow).where(RbacRow.id == policy_id, *_visible(context)))
    if row is None:
        noun = "RBAC policy"
        raise NotFound(noun, policy_id)
    return row


def list_rbac_policies(context: RequestContext, listing: Listing) -> list[RbacPolicy]:
    """Return a page of the policies of the caller's networks."""
    with context.reading() as session:
        rows = select_page(
            session,
            RbacRow,
            listing,
            noun="RBAC policy",
            columns=_COLUMNS,
            visible=_visible(context),
        )
        return [_shown(row) for row in rows]


def update_rbac_policy(context: RequestContext, policy_id: str, *, target: str) -> RbacPolicy:
    """Open a network to another project instead.

    Raises:
        Duplicate: It is open to that one already.
        Forbidden: Only administrators open one to all.
        NotFound: There is no such policy, or the caller may not see it.
        RbacPolicyInUse: Those who could use it do.
    """
    with context.unit_of_work() as session:
        row = _own(context, session, policy_id)
        _require_right(context, row.action, target)
        network = networks.lock_own(context, session, row.network_id, is_for_delete=True)
        if target != row.target:
            _require_new(session, network, row.action, target)
            before, row.target = row.target, target
            session.flush()
            _close(session, network, row, before)
        return _shown(row)


def delete_rbac_policy(context: RequestContext, policy_id: str) -> None:
    """Close a network to those to whom a policy opens it.

    Raises:
        NotFound: There is no such policy, or the caller may not see it.
        RbacPolicyInUse: They use it.
    """
    with context.unit_of_work() as session:
        row = _own(context, session, policy_id)
        network = networks.lock_own(context, session, row.network_id, is_for_delete=True)
        was_external = network.is_external
        _close(session, network, row, row.target)
        networks.settle_cost(context, network, was_external=was_external)


def _close(session: Session, network: NetworkRow, row: RbacRow, target: str) -> None:
    try:
        sharing.forbid(session, network, row.action, [target])
    except (SharedNetworkInUse, ExternalNetworkInUse) as cause:
        raise RbacPolicyInUse(row.id, network.id) from cause


def _shown(row: RbacRow) -> RbacPolicy:
    return RbacPolicy(row.id, row.project_id, row.network_id, row.action, row.target)
