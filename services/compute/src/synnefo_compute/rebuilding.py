# SPDX-License-Identifier: Apache-2.0
"""Write a server's disk anew: the same server, with the same addresses, from an image."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypedDict, Unpack

import synnefo_backends
import synnefo_quota
from synnefo_compute import (
    admission,
    charges,
    images,
    metadata as items,
    root_disks,
    servers,
    states,
    volumes,
)
from synnefo_compute.first_boot import keeping, wishes
from synnefo_compute.first_boot.wishes import FirstBoot
from synnefo_compute.kinds import REBUILD
from synnefo_compute.values import Server
from synnefo_core import sagas
from synnefo_core.context import RequestContext
from synnefo_core.errors import InvalidField, Unbuilt


class Details(TypedDict, total=False):
    """What can be said anew, as :func:`synnefo_compute.update_server` takes it."""

    name: str | None
    description: str | None
    access_ipv4: str | None
    access_ipv6: str | None
    is_disk_auto: bool | None
    hostname: str | None


def rebuild_server(
    context: RequestContext,
    server_id: str,
    *,
    image_id: str,
    metadata: Mapping[str, str] | None = None,
    key_name: str | None = None,
    first_boot: FirstBoot = wishes.NOTHING,
    **details: Unpack[Details],
) -> Server:
    """Have a server begin again with an image; what its disk held is lost.

    A stopped server is stopped afterwards, any other one runs.

    Args:
        context: The caller.
        server_id: The server.
        image_id: What its disk begins with.
        metadata: All its metadata from now on; None for what it has.
        key_name: The keypair of the caller's that it has from now on; empty for none, None for the
            one that it has.
        first_boot: What the guest is told; without user data those that it had.
        **details: What else is said anew.

    Raises:
        NotFound: The caller has none of this id.
        InvalidState: It is locked, waits for a decision, or something is being done to it.
        InvalidField: The image or the keypair is not there or does not fit.
        Forbidden: There is more metadata, or there are more files, than a server may have.
        QuotaExceeded: It was not running, and the project has not enough left.
        Unbuilt: Its cluster does not rebuild servers.
    """
    wishes.check(first_boot.files)
    with context.unit_of_work() as session:
        row = admission.admitted(context, session, server_id, states.REBUILD)
        if not synnefo_backends.has_facet(context, row.backend_id, "reshape"):
            what = "rebuilding servers of this cluster"
            raise Unbuilt(what)
        if volumes.starts_from_one(session, row.id):
            name = "imageRef"
            raise InvalidField(name, "the server starts from a volume, which is not written anew")
        size = {"ram_mib": row.ram_mib, "disk_gib": row.disk_gib}
        properties = images.require_bootable(context, image_id, **size)
        was, is_running = row.vm_state, row.vm_state != states.STOPPED
        if is_running and not row.is_active_charged:
            synnefo_quota.charge(context, charges.of_activity(row))
            row.is_active_charged = True
        row.image_id, row.image_properties = image_id, dict(properties)
        if key_name is not None:
            servers.require_key(context, key_name)
            row.key_name = key_name
        if metadata is not None:
            items.check_size(metadata)
            row.metadata_ = dict(metadata)
        keeping.renew(context.cloud, session, row.id, first_boot)
        admission.begin(context, session, row, states.REBUILD)
        disk = root_disks.reserve_rewriting(context, row)
        data = {"from": was, "is_running": is_running, **disk}
        sagas.begin(context, session, REBUILD, subject_id=server_id, data=data)
        return servers.update_server(context, server_id, **details)
