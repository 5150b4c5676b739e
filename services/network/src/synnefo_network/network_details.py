# SPDX-License-Identifier: Apache-2.0
"""What is shown of networks and is not in their own rows, read for many of them at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import Table, select
from sqlalchemy.orm import Session

import synnefo_backends
from synnefo_core.context import RequestContext
from synnefo_core.db.among import among
from synnefo_core.db.prepared import Prepared
from synnefo_network.models import SubnetRow
from synnefo_network.pool_models import SubnetPoolRow
from synnefo_network.presence_models import PRESENT, PresenceRow


@dataclass
class Details:
    """What belongs to a network.

    Attributes:
        subnet_ids: In their order.
        scopes: The address scope of its subnets by their IP version, where they have one.
        zones: The availability zones of the clusters in which it is, in their order.
    """

    subnet_ids: list[str] = field(default_factory=list)
    scopes: dict[int, str] = field(default_factory=dict)
    zones: tuple[str, ...] = ()


NOTHING = Details()
"""What belongs to a network that was just made."""
_subnet: Table = SubnetRow.__table__  # type: ignore[assignment]  # declared as FromClause
_pool: Table = SubnetPoolRow.__table__  # type: ignore[assignment]  # declared as FromClause
_presence: Table = PresenceRow.__table__  # type: ignore[assignment]  # declared as FromClause
_SUBNETS = Prepared(
    select(_subnet.c.network_id, _subnet.c.id, _subnet.c.ip_version, _pool.c.scope_id)
    .outerjoin(_pool, _pool.c.id == _subnet.c.pool_id)
    .where(among(_subnet.c.network_id, "networks"))
    .order_by(_subnet.c.id)
)
_PRESENT = Prepared(
    select(_presence.c.network_id, _presence.c.backend_id).where(
        among(_presence.c.network_id, "networks"), _presence.c.state == PRESENT
    )
)


def details_of(
    context: RequestContext, session: Session, network_ids: Sequence[str]
) -> Mapping[str, Details]:
    """Return what belongs to some networks, with three statements for all of them."""
    found = {network_id: Details() for network_id in network_ids}
    session.flush()  # what is prepared does not ask for it
    subnets = _SUBNETS.all(session, {"networks": network_ids})
    for network_id, subnet_id, version, scope_id in subnets:
        found[network_id].subnet_ids.append(subnet_id)
        if scope_id is not None:
            found[network_id].scopes[version] = scope_id
    for network_id, zones in _zones(context, session, network_ids).items():
        found[network_id].zones = tuple(sorted(zones))
    return found


def _zones(
    context: RequestContext, session: Session, network_ids: Sequence[str]
) -> Mapping[str, set[str]]:
    rows = _PRESENT.all(session, {"networks": network_ids})
    known = synnefo_backends.zones_of_backends(context) if rows else {}
    found: dict[str, set[str]] = {}
    for network_id, backend_id in rows:
        if backend_id in known:
            found.setdefault(network_id, set()).add(known[backend_id])
    return found
