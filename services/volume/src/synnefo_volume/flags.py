# SPDX-License-Identifier: Apache-2.0
"""What is said of a volume as a whole, and states that are set by hand."""

from __future__ import annotations

from synnefo_core.context import RequestContext
from synnefo_core.errors import InvalidField, InvalidState
from synnefo_volume import states
from synnefo_volume.models import SnapshotRow, VolumeRow
from synnefo_volume.rows import VOLUME, owned

READONLY = "readonly"
"""The word by which clients see that."""


def set_bootable(
    context: RequestContext, volume_id: str, is_bootable: bool
) -> None:  # it is what is said
    """Say whether servers may start from a volume.

    Raises:
        NotFound: The caller has none of this id.
    """
    with context.unit_of_work() as session:
        row = owned(context, session, VolumeRow, volume_id, is_locked=True)
        row.is_bootable, row.updated_at = is_bootable, context.now()


def set_readonly(
    context: RequestContext, volume_id: str, is_readonly: bool
) -> None:  # it is what is said
    """Say whether servers to which it is attached from now on may only read it.

    Raises:
        InvalidState: It is in use.
        NotFound: The caller has none of this id.
    """
    with context.unit_of_work() as session:
        row = owned(context, session, VolumeRow, volume_id, is_locked=True)
        if row.status != states.AVAILABLE:
            raise InvalidState(VOLUME, row.status, "change who may write")
        row.is_readonly, row.updated_at = is_readonly, context.now()
        row.metadata_ = {**row.metadata_, READONLY: str(is_readonly)}


def reset_volume_status(
    context: RequestContext,
    volume_id: str,
    *,
    status: str = "",
    attach_status: str = "",
    migration_status: str | None = None,
) -> None:
    """Set the state of a volume by hand; its head and its attachments stay as they are.

    Args:
        context: An administrator.
        volume_id: The volume.
        status: Its state; empty for no change.
        attach_status: Follows from the attachments, so nothing is changed by it.
        migration_status: None for no change.

    Raises:
        InvalidField: There is no such state.
        NotFound: There is no such volume.
    """
    del attach_status
    _require_state(status, states.VOLUME)
    with context.unit_of_work() as session:
        row = owned(context, session, VolumeRow, volume_id, is_locked=True)
        row.status = status or row.status
        if migration_status is not None:
            row.migration_status = migration_status
        row.updated_at = context.now()


def reset_snapshot_status(context: RequestContext, snapshot_id: str, status: str) -> None:
    """Set the state of a snapshot by hand.

    Raises:
        InvalidField: There is no such state, or it needs a content and has none.
        NotFound: There is no such snapshot.
    """
    _require_state(status, states.SNAPSHOT)
    with context.unit_of_work() as session:
        row = owned(context, session, SnapshotRow, snapshot_id, is_locked=True)
        if status == states.AVAILABLE and not row.reference:
            name = "status"
            raise InvalidField(name, "the snapshot has no content")
        row.status, row.updated_at = status, context.now()


def _require_state(status: str, known: frozenset[str]) -> None:
    if status and status not in known:
        name = "status"
        raise InvalidField(name, f"there is no state {status!r}")
