# SPDX-License-Identifier: Apache-2.0
"""Whether routers work, as far as the cloud can say it.

=======  ==========================================================================================
ACTIVE   a gateway has it; what changes in it is told to the gateway within a second
DOWN     it is switched off, or there is no gateway that could have it
ERROR    no gateway can have a router like this one; ``synnefo node routers`` says why
=======  ==========================================================================================

A floating IP that stands for something is in the state of its router, and else DOWN.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

from sqlalchemy import ColumnElement, and_, false, or_, select
from sqlalchemy.orm import Session

from synnefo_core.db.among import among
from synnefo_network.nodes.models import SpotRow
from synnefo_network.router_models import RouterRow

ACTIVE, DOWN, ERROR = "ACTIVE", "DOWN", "ERROR"


def of_routers(session: Session, router_ids: Collection[str]) -> dict[str, str]:
    """Return the states of routers by id; one that is not there is DOWN."""
    found = dict.fromkeys(router_ids, DOWN)
    query = (
        select(SpotRow.router_id, SpotRow.problem)
        .join(RouterRow, RouterRow.id == SpotRow.router_id)
        .where(among(SpotRow.router_id, found), RouterRow.is_admin_up.is_(True))
    )
    for router_id, problem in session.execute(query) if found else ():
        found[router_id] = ERROR if problem else ACTIVE
    return found


def are(router_id: Any, wanted: Iterable[str]) -> ColumnElement[bool]:
    """Return what is true where the router that a column names is in one of some states."""
    there = (
        select(SpotRow.router_id)
        .join(RouterRow, RouterRow.id == SpotRow.router_id)
        .where(RouterRow.is_admin_up.is_(True))
    )
    conditions = {
        ACTIVE: router_id.in_(there.where(SpotRow.problem == "")),
        ERROR: router_id.in_(there.where(SpotRow.problem != "")),
        DOWN: or_(router_id.is_(None), and_(router_id.is_not(None), router_id.not_in(there))),
    }
    return or_(false(), *(conditions[each] for each in wanted if each in conditions))
