# SPDX-License-Identifier: Apache-2.0
"""What upper rooms say: that a device is told something else, or that it is about to start."""

from __future__ import annotations

from sqlalchemy import select, update

from synnefo_core.context import RequestContext
from synnefo_network.models import PortRow
from synnefo_network.nodes import changes, documents, versions
from synnefo_network.nodes.changes import Kind
from synnefo_network.nodes.models import DocumentRow


def note_device(context: RequestContext, device_id: str) -> None:
    """Have nodes be told soon what a device is told now, and where; in the caller's unit of work."""
    with context.unit_of_work() as session:
        changes.note(session, Kind.DEVICE, device_id)


def tell_anew(context: RequestContext, device_id: str) -> None:
    """Have nodes be told soon all that they were told of a device once more, as if it were new."""
    own = select(PortRow.id).where(PortRow.device_id == device_id)
    with context.unit_of_work() as session:
        versions.alone(session)
        # What was said is forgotten, so whatever there is to say gets a next version, which nodes take.
        query = update(DocumentRow).where(DocumentRow.thing_id.in_(own))
        session.execute(query.values(digest=""), execution_options={"synchronize_session": False})
        changes.note(session, Kind.DEVICE, device_id)


def tell_nodes_of_device(context: RequestContext, device_id: str) -> None:
    """Send now what is new about a device that is about to start; outside of any transaction.

    What no broker takes waits for the nodes to ask.

    Raises:
        Misconfigured: There is no key to sign with.
    """
    query = select(PortRow.id).where(PortRow.device_id == device_id).order_by(PortRow.id)
    with context.reading() as session:
        if not versions.clusters(session):
            return
        ports = list(session.scalars(query))
    documents.refresh(context, ports)
