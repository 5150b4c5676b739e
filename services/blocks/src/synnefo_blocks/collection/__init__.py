# SPDX-License-Identifier: Apache-2.0
"""Garbage collection, scrubbing and checking: what goes over everything in a store.

They run in a cloud, beside its writers. Writing and reading need none of this.
"""

from synnefo_blocks.collection.collector import Damaged, OwnerAway, claim, collect
from synnefo_blocks.collection.lease import Busy
from synnefo_blocks.collection.ledger import Fate, Ledger

__all__ = ["Busy", "Damaged", "Fate", "Ledger", "OwnerAway", "claim", "collect"]
