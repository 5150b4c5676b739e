# SPDX-License-Identifier: Apache-2.0
"""Where volumes lie: the stores that keep heads, and which one takes a new volume."""

from __future__ import annotations

from synnefo_blocks import collection
from synnefo_core.cloud import Cloud
from synnefo_core.contracts.storage import Storage
from synnefo_core.errors import Conflict
from synnefo_volume.values import VolumeType

GIB = 2**30

STORE = "volume_backend_name"
"""What is said of a type whose volumes lie in a certain store."""


def storage_of(cloud: Cloud, store: str) -> Storage:
    """Return a store of volumes; the first call in a process notes who keeps references into it."""
    cloud.shared(f"volume.claimed.{store}", lambda: _claimed(cloud, store))
    return cloud.store(store)


def _claimed(cloud: Cloud, store: str) -> bool:
    collection.claim(cloud, store)
    return True


def store_for(cloud: Cloud, kind: VolumeType) -> str:
    """Return the store for new volumes of a type: the type's, the configured, or the first that can.

    Raises:
        Conflict: It is not configured, or keeps no volumes.
    """
    named = kind.extra_specs.get(STORE) or cloud.config.volume.store
    known = cloud.stores()
    for store in [named] if named else known:
        if store in known and cloud.store(store).heads is not None:
            return store
    msg = f"no store keeps volumes of the type {kind.name}"
    raise Conflict(msg)
