# SPDX-License-Identifier: Apache-2.0
"""Where contents are: the store that takes new ones, and those that have older ones."""

from __future__ import annotations

from dataclasses import dataclass

from synnefo_blocks import collection
from synnefo_core.cloud import Cloud
from synnefo_core.contracts.storage import Storage
from synnefo_core.offload import Offload


@dataclass(frozen=True)
class Engine:
    """What an upload needs of this process; looked up once.

    Attributes:
        store: The name of the store that takes new contents.
        largest_bytes: The most that one upload may bring.
    """

    store: str
    storage: Storage
    offload: Offload
    largest_bytes: int


def engine(cloud: Cloud) -> Engine:
    """Return this process' engine."""
    return cloud.shared("object_store.engine", lambda: _make(cloud))


def _make(cloud: Cloud) -> Engine:
    store = cloud.stores()[0]
    collection.claim(cloud, store)
    largest = int(cloud.config.object_store.max_object_bytes)
    return Engine(store, cloud.store(store), cloud.offload, largest)


def storage_of(cloud: Cloud, store: str) -> Storage:
    """Return the store that has a content."""
    ours = engine(cloud)
    return ours.storage if store == ours.store else cloud.store(store)
