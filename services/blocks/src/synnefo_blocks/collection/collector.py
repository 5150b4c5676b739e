# SPDX-License-Identifier: Apache-2.0
"""Garbage collection of one store: mark, grace, quarantine, delete; writers go on meanwhile.

Source: docs/design/blocks-format.rst, "Garbage collection".
"""

from __future__ import annotations

import logging
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from synnefo_blocks import notes, owners
from synnefo_blocks.clouds import cloud_id
from synnefo_blocks.collection.lease import only_one
from synnefo_blocks.collection.ledger import Fate, Ledger
from synnefo_blocks.collection.marking import Marks, mark
from synnefo_blocks.collection.sweeping import Periods, Sweep
from synnefo_blocks.owners import Owner
from synnefo_blocks.progress import Tell, silent
from synnefo_core.cloud import Cloud
from synnefo_core.context import RequestContext
from synnefo_core.contracts.storage import Kind, Storage, StorageFull
from synnefo_core.errors import Conflict

log = logging.getLogger(__name__)

SWEPT = (Kind.BLOCK, Kind.MAP, Kind.LAYER)


class OwnerAway(Conflict):
    """Somebody who keeps references into the store can't be asked for them."""

    code = "owner_away"

    def __init__(self, store: str, away: list[Owner], cloud: str) -> None:
        """Name who is away; an owner of another cloud with its cloud."""
        names = ", ".join(
            owner.name if owner.cloud == cloud else f"{owner.name} of the cloud {owner.cloud}"
            for owner in away
        )
        super().__init__(
            f"the store {store} holds data of {names}, which can't be asked what it needs; "
            "nothing was collected"
        )
        self.store, self.away = store, away


class Damaged(Conflict):
    """Maps can't be read, so nobody knows which blocks they need."""

    code = "store_damaged"

    def __init__(self, ledger: Ledger) -> None:
        """Say how many, and name one."""
        name, problem = ledger.damaged[0]
        super().__init__(
            f"{len(ledger.damaged)} maps of the store {ledger.store} can't be read "
            f"({name.hex()}: {problem}); nothing was collected"
        )
        self.ledger = ledger


def collect(
    context: RequestContext,
    store: str,
    periods: Periods,
    *,
    is_dry_run: bool = False,
    despite_damage: bool = False,
    tell: Tell = silent,
) -> Ledger:
    """Delete what no owner needs any more, in steps that each can be taken back or repeated.

    Killed at any moment, the next call goes on. In a full store what there is no room to move
    stays, and the next call goes on too. A dry run changes nothing and tells what a call would do.

    Raises:
        Busy: Another collection of the store is running.
        Corrupt: The store's notes are damaged.
        Damaged: A map can't be read; not with ``despite_damage``, which gives up its blocks.
        OwnerAway: An owner that ever wrote is not there, or is of another cloud.
        StorageUnavailable: The store does not answer.
    """
    storage = context.cloud.store(store)
    with only_one(context, store) as renew, _scratch(context.cloud, store) as directory:

        def told(stage: str, done: int, share: float | None = None) -> None:
            renew()
            tell(stage, done, share)

        require_owners(context.cloud, storage, store)
        ledger = Ledger(store, notes.store_time(storage.blocks), is_dry_run)
        marks = Marks(directory)
        mark(context, storage, marks, ledger, told)
        if ledger.damaged and not (is_dry_run or despite_damage):
            raise Damaged(ledger)
        sweep = Sweep(storage.blocks, context.cloud.offload, ledger, periods)
        for kind in SWEPT:
            sweep.run(kind, marks, told)
        if not is_dry_run:
            _note(storage, ledger)
    if ledger.stuck:
        log.warning("store too full to collect all", extra={"store": store, "stuck": ledger.stuck})
    return ledger


def claim(cloud: Cloud, store: str) -> None:
    """Note in a store that the owners of this process may refer to it."""
    storage = cloud.store(store)
    owners.claim(storage, cloud_id(cloud), _present(cloud))
    notes.write(storage.blocks, notes.CLOCK)  # in a full store there would be no room for it


def require_owners(cloud: Cloud, storage: Storage, store: str) -> None:
    """Refuse to go on while somebody who ever wrote to the store can't be asked.

    Raises:
        OwnerAway: There is one.
    """
    ours = cloud_id(cloud)
    present = {Owner(ours, name) for name in _present(cloud)}
    away = owners.recorded(storage) - present
    if away:
        raise OwnerAway(store, sorted(away, key=lambda owner: (owner.cloud, owner.name)), ours)
    owners.claim(storage, ours, (owner.name for owner in present))


def last_collection(storage: Storage) -> notes.Note | None:
    """Return the note that the last collection left, if there was one."""
    found = sorted(notes.read(storage.blocks, "collection"), key=lambda note: note.written_at)
    return found[-1] if found else None


def _present(cloud: Cloud) -> list[str]:
    implementations = cloud.plugins.hook.storage_roots.get_hookimpls()
    return [implementation.plugin_name for implementation in implementations]


def _note(storage: Storage, ledger: Ledger) -> None:
    older = [note.digest for note in notes.read(storage.blocks, "collection")]
    fields = {"note": "collection", "began_at": f"{ledger.began_at:.3f}"}
    fields |= {fate.value: str(ledger.total(fate)) for fate in Fate}
    try:
        written = notes.write(storage.blocks, fields)
    except StorageFull:
        ledger.stuck += 1
        return
    for digest in older:
        if digest != written:
            storage.blocks.delete(Kind.NOTE, digest)
    log.info("store collected", extra=fields | {"store": ledger.store})


@contextmanager
def _scratch(cloud: Cloud, store: str) -> Iterator[Path]:
    """Make an empty directory; what a dead collection left there goes."""
    directory = cloud.data_dir / "collection" / store
    directory.parent.mkdir(mode=0o700, exist_ok=True)
    shutil.rmtree(directory, ignore_errors=True)
    directory.mkdir(mode=0o700)
    try:
        yield directory
    finally:
        shutil.rmtree(directory, ignore_errors=True)
