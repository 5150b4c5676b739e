# SPDX-License-Identifier: Apache-2.0
"""Give a server another flavor, which its owner then confirms or reverts.

While a resize is not decided the row holds a second size beside its own: first the one to come,
then the one to go back to. The larger of both is charged and booked. Processors and memory change
at once, the server being stopped for it; its disk grows when the resize is confirmed, for what has
grown does not shrink.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from sqlalchemy import select
from sqlalchemy.orm import Session

import synnefo_backends
import synnefo_quota
from synnefo_backends import Demand
from synnefo_compute import admission, charges, flavors, root_disks, states, volumes
from synnefo_compute.flavors import Flavor
from synnefo_compute.kinds import CONFIRM, RESIZE, REVERT
from synnefo_compute.models import FlavorRow, ServerRow
from synnefo_core import sagas
from synnefo_core.context import RequestContext, for_worker
from synnefo_core.errors import Conflict, InvalidField, NotFound, Unbuilt

log = logging.getLogger(__name__)

GIB_MIB = 1024
AT_ONCE = 100
"""How many resizes one turn of the worker confirms."""


def resize_server(
    context: RequestContext, server_id: str, flavor_id: str, *, is_disk_auto: bool | None = None
) -> None:
    """Have a server get another flavor's processors and memory; one that runs is restarted.

    Raises:
        NotFound: The caller has none of this id.
        InvalidState: It is locked, neither running nor stopped, or something is being done to it.
        InvalidField: The flavor is not there, is the one that it has, or has another kind of disk
            or a smaller one.
        QuotaExceeded: The project has not enough left.
        NoRoomAnywhere: Its cluster has not.
        Unbuilt: Its cluster does not change servers.
    """
    with context.unit_of_work() as session:
        row = admission.admitted(context, session, server_id, states.RESIZE)
        if not synnefo_backends.has_facet(context, row.backend_id, "reshape"):
            what = "changing servers of this cluster"
            raise Unbuilt(what)
        flavor = flavors.usable(context, flavor_id)
        if volumes.starts_from_one(session, row.id):
            # What it starts from is extended as a volume.
            flavor = replace(flavor, disk_gib=0)
        _check(context, session, row, flavor)
        with recharged(context, row):
            row.held_flavor_id, row.held_disk_gib = flavor.id, flavor.disk_gib
            row.held_vcpus, row.held_ram_mib = flavor.vcpus, flavor.ram_mib
        if is_disk_auto is not None:
            row.is_disk_auto = is_disk_auto
        admission.begin(context, session, row, states.RESIZE)
        _begin(context, session, row, RESIZE)


def _check(context: RequestContext, session: Session, row: ServerRow, flavor: Flavor) -> None:
    name = "flavorRef"
    if flavor.id == row.flavor_id:
        raise InvalidField(name, "the server has this flavor already")
    if flavor.disk_gib < row.disk_gib:
        raise InvalidField(name, "the flavor's disk is smaller than the server's")
    if flavor.disk_gib and not row.disk_gib:
        raise InvalidField(name, "the server has no disk that could grow")
    old = session.get(FlavorRow, row.flavor_id)
    wanted = [each.disk_template for each in (old, flavor) if each is not None]
    if len({synnefo_backends.disk_template(context, row.backend_id, each) for each in wanted}) > 1:
        raise InvalidField(name, "the flavor has another kind of disk")


def confirm_resize(context: RequestContext, server_id: str) -> None:
    """Keep the new flavor, and have the disk grow to its size.

    Raises:
        NotFound: The caller has none of this id.
        InvalidState: It is locked, was not resized, or something is being done to it.
    """
    with context.unit_of_work() as session:
        row = admission.admitted(context, session, server_id, states.CONFIRM_RESIZE)
        admission.begin(context, session, row, states.CONFIRM_RESIZE)
        disk_mib = max(row.disk_gib, row.held_disk_gib) * GIB_MIB
        disk = root_disks.reserve_growth(context, row)
        data = {"disk_mib": disk_mib, "is_running": row.is_active_charged, **disk}
        sagas.begin(context, session, CONFIRM, subject_id=server_id, data=data)


def revert_resize(context: RequestContext, server_id: str) -> None:
    """Go back to the old flavor; a server that runs is restarted.

    Raises:
        NotFound: The caller has none of this id.
        InvalidState: It is locked, was not resized, or something is being done to it.
    """
    with context.unit_of_work() as session:
        row = admission.admitted(context, session, server_id, states.REVERT_RESIZE)
        admission.begin(context, session, row, states.REVERT_RESIZE)
        _begin(context, session, row, REVERT)


def _begin(context: RequestContext, session: Session, row: ServerRow, kind: str) -> None:
    """Have the worker change the server from its own size to the one that it holds."""
    data = {
        "origin": [row.vcpus, row.ram_mib],
        "target": [row.held_vcpus, row.held_ram_mib],
        "is_running": row.is_active_charged,
    }
    sagas.begin(context, session, kind, subject_id=row.id, data=data)


def swap(row: ServerRow) -> None:
    """Make the size that was held the server's own, and hold its own; the disk is not changed."""
    row.flavor_id, row.held_flavor_id = row.held_flavor_id, row.flavor_id
    row.vcpus, row.held_vcpus = row.held_vcpus, row.vcpus
    row.ram_mib, row.held_ram_mib = row.held_ram_mib, row.ram_mib


def drop(row: ServerRow) -> None:
    """Hold no second size any more."""
    row.held_flavor_id = ""
    row.held_vcpus = row.held_ram_mib = row.held_disk_gib = 0
    row.resized_at = 0.0


@contextmanager
def recharged(context: RequestContext, row: ServerRow) -> Iterator[None]:
    """Charge and book what a server costs more after this block, or give back what it costs less.

    Raises:
        QuotaExceeded: At the end of the unit of work: the project has not enough left.
        NoRoomAnywhere: It grows, and its cluster has no room.
    """
    before = charges.of_server(row)
    yield
    synnefo_quota.charge(context, charges.difference(before, charges.of_server(row)))
    demand = Demand(
        vcpus=max(row.vcpus, row.held_vcpus),
        ram_mib=max(row.ram_mib, row.held_ram_mib),
        disk_mib=max(row.disk_gib, row.held_disk_gib) * GIB_MIB,
        disk_template=flavors.show(context, row.flavor_id).disk_template,
    )
    synnefo_backends.rebook(context, row.id, demand)


def confirm_what_is_due(context: RequestContext) -> None:
    """Confirm the resizes that nobody has decided on for ``[compute] resize_confirm_window_s``."""
    window_s = context.cloud.config.compute.resize_confirm_window_s
    if not window_s:
        return
    query = select(ServerRow.id).where(
        ServerRow.vm_state == states.RESIZED,
        ServerRow.resized_at > 0.0,
        ServerRow.resized_at <= context.now() - window_s,
        ServerRow.task_state == states.NO_TASK,
        ServerRow.is_deleted.is_(False),
    )
    with context.reading() as session:
        due = list(session.scalars(query.order_by(ServerRow.resized_at).limit(AT_ONCE)))
    for server_id in due:
        try:
            confirm_resize(for_worker(context.cloud), server_id)
        except (Conflict, NotFound) as other:
            log.info("a resize was decided", extra={"server": server_id, "problem": str(other)})
