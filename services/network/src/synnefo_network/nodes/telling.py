# SPDX-License-Identifier: Apache-2.0
"""What upper rooms say: that a device is told something else, or that it is about to start."""

from __future__ import annotations

from sqlalchemy import select

from synnefo_core.context import RequestContext
from synnefo_network.models import PortRow
from synnefo_network.nodes import changes, documents, versions
from synnefo_network.nodes.changes import Kind


def note_device(context: RequestContext, device_id: str) -> None:
    """Have nodes be told soon what a device is told now, and where; in the caller's unit of work."""
    with context.unit_of_work() as session:
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
