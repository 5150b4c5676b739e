# SPDX-License-Identifier: Apache-2.0
"""Start a server that does not start any more from a medium of its cluster, to put it right.

From what it started before is asked of its cluster first and kept in its row, so that it comes
back however long that takes. Rescuing costs nothing but what a running server costs (CYC-043).
"""

from __future__ import annotations

from sqlalchemy.orm import Session

import synnefo_backends
import synnefo_quota
from synnefo_compute import admission, charges, states
from synnefo_compute.kinds import RESCUE, UNRESCUE
from synnefo_compute.models import ServerRow
from synnefo_core import sagas
from synnefo_core.context import RequestContext
from synnefo_core.contracts.rescue import DEFAULT_MEDIUM
from synnefo_core.errors import InvalidField, Unbuilt


def rescue_server(
    context: RequestContext, server_id: str, *, image_id: str = DEFAULT_MEDIUM
) -> None:
    """Have a server run from a medium: that of an image, or the one that its cluster has for all.

    Raises:
        NotFound: The caller has none of this id.
        InvalidState: It is locked, rescued already, waits for a decision, or something is being
            done to it.
        InvalidField: Its cluster has no medium of this image, or none for all.
        QuotaExceeded: It was stopped and the project has not enough left.
        Unbuilt: Its cluster rescues no servers.
    """
    with context.unit_of_work() as session:
        row = admission.admitted(context, session, server_id, states.RESCUE)
        _require_medium(context, row.backend_id, image_id)
        _begin(context, session, row, states.RESCUE, RESCUE, medium=image_id)


def _require_medium(context: RequestContext, backend_id: str, image_id: str) -> None:
    media = synnefo_backends.rescue_media(context, backend_id)
    if not media:
        what = "rescuing servers of this cluster"
        raise Unbuilt(what)
    if image_id in media:
        return
    name = "rescue_image_ref"
    if image_id == DEFAULT_MEDIUM:
        known = ", ".join(sorted(media))
        raise InvalidField(name, f"this server's cluster has no medium for all, only {known}")
    msg = f"the cluster of this server has no medium of the image {image_id} to start from"
    raise InvalidField(name, f"{msg}; without an image it takes the one that the operator chose")


def unrescue_server(context: RequestContext, server_id: str) -> None:
    """Have a rescued server run from its own disk again.

    Raises:
        NotFound: The caller has none of this id.
        InvalidState: It is locked, not rescued, or something is being done to it.
        QuotaExceeded: It does not run, and the project has not enough left.
    """
    with context.unit_of_work() as session:
        row = admission.admitted(context, session, server_id, states.UNRESCUE)
        _begin(context, session, row, states.UNRESCUE, UNRESCUE)


def _begin(
    context: RequestContext,
    session: Session,
    row: ServerRow,
    transition: states.Transition,
    kind: str,
    **about: str,
) -> None:
    data = {"from": row.vm_state, "is_running": row.is_active_charged, **about}
    if not row.is_active_charged:
        synnefo_quota.charge(context, charges.of_activity(row))
        row.is_active_charged = True
    admission.begin(context, session, row, transition)
    sagas.begin(context, session, kind, subject_id=row.id, data=data)
