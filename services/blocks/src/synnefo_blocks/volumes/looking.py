# SPDX-License-Identifier: Apache-2.0
"""Read a volume beside its writer."""

from __future__ import annotations

from synnefo_blocks.volumes import catalog
from synnefo_blocks.volumes.opening import loaded
from synnefo_blocks.volumes.view import View
from synnefo_core.contracts.storage import Storage


def look(storage: Storage, name: str) -> View:
    """Return how a volume reads now, without a right to write it.

    It is good until what it is made of is replaced: then reading raises NoSuchThing.
    """
    return loaded(storage, name, catalog.show(storage, name), is_written=False)
