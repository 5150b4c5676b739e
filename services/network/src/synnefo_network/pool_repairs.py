# SPDX-License-Identifier: Apache-2.0
"""Make good what of the pools of MAC prefixes and VLANs is taken and not used (GNT-060)."""

from __future__ import annotations

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from synnefo_core.context import RequestContext
from synnefo_network import macs
from synnefo_network.claims import insert_unless_taken
from synnefo_network.models import MacPrefixRow, NetworkRow, VlanRow


def settle(context: RequestContext, network_id: str) -> bool:
    """Have a network hold of the pools what it has, and nothing else; return whether it does.

    Of a network that is not there nothing is held. What another network holds stays that one's.
    """
    with context.unit_of_work() as session:
        query = select(NetworkRow).where(NetworkRow.id == network_id)
        network = session.scalar(query.with_for_update(key_share=True))
        prefix = None if network is None else macs.position_of(context, network.mac_prefix)
        vlan = None if network is None else network.segmentation_id
        held = [
            _hold(session, MacPrefixRow, network_id, prefix),
            _hold(session, VlanRow, network_id, vlan),
        ]
        return all(held) and (network is None or prefix is not None)


def _hold(
    session: Session,
    model: type[MacPrefixRow | VlanRow],
    network_id: str,
    position: int | None,
) -> bool:
    """Have a network hold one position of a pool, or none; return whether it does."""
    mine = model.network_id == network_id
    others = mine if position is None else mine & (model.position != position)
    session.execute(delete(model).where(others))
    if position is None:
        return True
    insert_unless_taken(session, model, {"position": position, "network_id": network_id})
    holder = select(model.network_id).where(model.position == position)
    return session.scalar(holder) == network_id
