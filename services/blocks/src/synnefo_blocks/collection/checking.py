# SPDX-License-Identifier: Apache-2.0
"""Check that everything that an owner refers to is there; bring back what another store has."""

from __future__ import annotations

from synnefo_blocks.collection.collector import collect
from synnefo_blocks.collection.ledger import Ledger
from synnefo_blocks.collection.repair import good_copy, replace
from synnefo_blocks.collection.sweeping import Periods
from synnefo_blocks.progress import Tell, silent
from synnefo_core.context import RequestContext
from synnefo_core.contracts.storage import Kind


def check(
    context: RequestContext,
    store: str,
    periods: Periods,
    *,
    repair_from: str = "",
    tell: Tell = silent,
) -> tuple[Ledger, int]:
    """Follow every reference; return what was found at last and how much was repaired.

    A map that comes back names leaves and blocks that were not known to be missing, so it looks
    again until nothing more can be repaired. Contents of blocks are not read: that is a scrub.

    Raises:
        Busy: A collection of the store is running.
        OwnerAway: An owner that ever wrote can't be asked.
        StorageUnavailable: One of the stores does not answer.
    """
    repaired = 0
    while True:
        ledger = collect(context, store, periods, is_dry_run=True, tell=tell)
        brought = _bring_back(context, store, repair_from, ledger) if repair_from else 0
        repaired += brought
        if not brought:
            return ledger, repaired


def _bring_back(context: RequestContext, store: str, repair_from: str, ledger: Ledger) -> int:
    blocks = context.cloud.store(store).blocks
    sources = [blocks, context.cloud.store(repair_from).blocks]
    # A map that is lost is told twice: as one that can't be read, and as one that is missing.
    wanted = {*ledger.missing, *((Kind.MAP, name) for name, _ in ledger.damaged)}
    brought = 0
    for kind, name in sorted(wanted, key=lambda item: (item[0].value, item[1])):
        content = good_copy(sources, kind, name)
        if content is not None:
            replace(blocks, kind, name, content)
            brought += 1
    return brought
