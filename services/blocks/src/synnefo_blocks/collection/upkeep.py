# SPDX-License-Identifier: Apache-2.0
"""Collection by the worker: each store in its turn, when the last time is long enough ago."""

from __future__ import annotations

import logging

from synnefo_blocks import notes
from synnefo_blocks.collection.collector import collect, last_collection
from synnefo_blocks.collection.sweeping import Periods
from synnefo_core.cloud import Cloud
from synnefo_core.context import RequestContext
from synnefo_core.contracts.driver import DriverError
from synnefo_core.errors import CloudError

log = logging.getLogger(__name__)

LOOK_EVERY_S = 600.0


def periods(cloud: Cloud) -> Periods:
    """Return the configured periods."""
    section = cloud.config.blocks
    return Periods(float(section.grace_s), float(section.quarantine_s))


def collect_what_is_due(context: RequestContext) -> None:
    """Collect every store whose turn it is; what one store refuses does not stop the others."""
    every_s = context.cloud.config.blocks.collect_every_s
    for store in context.cloud.stores() if every_s else ():
        try:
            if _is_due(context.cloud, store, every_s):
                collect(context, store, periods(context.cloud))
        except (CloudError, DriverError) as refusal:
            log.warning("store not collected: %s", refusal, extra={"store": store})


def _is_due(cloud: Cloud, store: str, every_s: float) -> bool:
    storage = cloud.store(store)
    last = last_collection(storage)
    return last is None or last.written_at + every_s <= notes.store_time(storage.blocks)
