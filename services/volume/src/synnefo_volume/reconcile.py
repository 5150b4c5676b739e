# SPDX-License-Identifier: Apache-2.0
"""What differs between the rows of volumes and the heads in their stores.

Rows come first and heads after, and heads go before rows; so what worker and request did at their worst is
a row that a saga still works on. What is reported here is what somebody else did.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from sqlalchemy import select

from synnefo_blocks import volumes
from synnefo_core.context import RequestContext
from synnefo_core.contracts.storage import Corrupt, NoSuchThing, Storage
from synnefo_volume import states
from synnefo_volume.engine import GIB, storage_of
from synnefo_volume.first_boot_seed import SEED
from synnefo_volume.models import VolumeRow

HEADLESS = "headless"
"""A row whose head is lost, or whose record cannot be understood: what it held is gone."""
ORPHAN = "orphan"
"""A head that no row is of: of another cloud, or left behind."""
SIZE = "size"
"""A head that is not as large as the row says."""

KINDS = (HEADLESS, ORPHAN, SIZE)
SETTLED = frozenset({states.AVAILABLE, states.IN_USE})
"""The worker does nothing to volumes in these."""


@dataclass(frozen=True)
class Difference:
    """One difference; ``volume_id`` is the name of the head, ``detail`` is for people."""

    kind: str
    store: str
    volume_id: str
    detail: str


def differences(context: RequestContext) -> Iterator[Difference]:
    """Yield what differs, store by store; changes nothing.

    Raises:
        StorageUnavailable: A store does not answer, so nothing is known of it.
    """
    for store in context.cloud.stores():
        if context.cloud.store(store).heads is not None:
            yield from _of_store(context, store)


def _of_store(context: RequestContext, store: str) -> Iterator[Difference]:
    storage = storage_of(context.cloud, store)
    # The heads before the rows: one that is made meanwhile has its row already.
    heads = list(volumes.names(storage))
    rows = _rows(context, store)
    for name in heads:
        owner = name.removesuffix(SEED)
        if owner not in rows and not _is_known(context, owner):
            yield Difference(ORPHAN, store, name, "no volume is of this head")
    for volume_id, seen in rows.items():
        if seen[0] not in SETTLED:
            continue
        kind, detail = _compared(storage, volume_id, seen[1])
        if kind and _is_still(context, volume_id, seen):
            yield Difference(kind, store, volume_id, detail)


def _compared(storage: Storage, volume_id: str, size_gib: int) -> tuple[str, str]:
    """Return the kind of what differs, and what that is; empty for nothing."""
    try:
        record = volumes.show(storage, volume_id)
    except (NoSuchThing, Corrupt) as problem:
        return HEADLESS, str(problem)
    if record.size_bytes != size_gib * GIB:
        return SIZE, f"the head has {record.size_bytes} bytes, the volume {size_gib} GiB"
    return "", ""


def _rows(context: RequestContext, store: str) -> Mapping[str, tuple[str, int]]:
    query = select(VolumeRow.id, VolumeRow.status, VolumeRow.size_gib).where(
        VolumeRow.store == store
    )
    with context.reading() as session:
        return {row.id: (row.status, row.size_gib) for row in session.execute(query)}


def _is_known(context: RequestContext, volume_id: str) -> bool:
    with context.reading() as session:
        return session.get(VolumeRow, volume_id) is not None


def _is_still(context: RequestContext, volume_id: str, seen: tuple[str, int]) -> bool:
    """Say whether a row is what it was: else somebody works on it, and the next look tells."""
    with context.reading() as session:
        row = session.get(VolumeRow, volume_id)
        return row is not None and (row.status, row.size_gib) == seen


def repair(context: RequestContext, difference: Difference) -> str:
    """Do what is safe, and return what was done; empty for nothing.

    A volume whose head is lost goes into "error", so that nobody is given it. No head is removed:
    what no row is of may be of a server, or of somebody who is not asked here.
    """
    if difference.kind != HEADLESS:
        return ""
    with context.unit_of_work() as session:
        row = session.get(VolumeRow, difference.volume_id, with_for_update=True)
        if row is None or row.status not in SETTLED:
            return ""
        row.status, row.error = states.ERROR, f"its data are lost: {difference.detail}"
        row.updated_at = context.now()
        return "set to error"
