# SPDX-License-Identifier: Apache-2.0
"""Garbage collection, scrubbing and checking: what goes over everything in a store.

They run in a cloud, beside its writers. Writing and reading need none of this.
"""

from synnefo_blocks.collection.checking import check
from synnefo_blocks.collection.collector import Damaged, OwnerAway, claim, collect
from synnefo_blocks.collection.lease import Busy
from synnefo_blocks.collection.ledger import Fate, Ledger
from synnefo_blocks.collection.migration import Migrated, copy, migrate
from synnefo_blocks.collection.scrubbing import Fault, Scrubbed, scrub
from synnefo_blocks.collection.sweeping import Periods

__all__ = [
    "Busy",
    "Damaged",
    "Fate",
    "Fault",
    "Ledger",
    "Migrated",
    "OwnerAway",
    "Periods",
    "Scrubbed",
    "check",
    "claim",
    "collect",
    "copy",
    "migrate",
    "scrub",
]
