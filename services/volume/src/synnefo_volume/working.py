# SPDX-License-Identifier: Apache-2.0
"""What works for volumes, as Cinder tells it: the workers, taken for one, and the stores."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import synnefo_backends
from synnefo_core.cloud import Cloud
from synnefo_core.context import RequestContext
from synnefo_core.contracts.storage import StorageUnavailable, StoreUsage


@dataclass(frozen=True)
class Service:
    """A service by Cinder's words: binary, host and zone."""

    binary: str
    host: str
    zone: str
    is_up: bool


def zone(cloud: Cloud) -> str:
    """Return the name of the zone that all stores are in."""
    name: str = cloud.config.volume.availability_zone
    return name


def stores(cloud: Cloud) -> Sequence[str]:
    """Return the names of the stores that keep volumes."""
    return [name for name in cloud.stores() if cloud.store(name).heads is not None]


def usage_of(cloud: Cloud, store: str) -> StoreUsage:
    """Return the room in a store; of one that does not answer nothing is known."""
    try:
        return cloud.offload.run(cloud.store(store).usage)
    except StorageUnavailable:
        return StoreUsage(None, None)


def services(context: RequestContext) -> list[Service]:
    """Return what works for volumes; the workers do what is done in a store."""
    (worker,) = synnefo_backends.services(context, host=synnefo_backends.WORKER)
    here = zone(context.cloud)
    hosts = [f"synnefo@{name}" for name in stores(context.cloud)]
    return [
        Service("cinder-scheduler", worker.host, here, worker.is_up),
        *(Service("cinder-volume", host, here, worker.is_up) for host in hosts),
    ]
