# SPDX-License-Identifier: Apache-2.0
"""Stores that a cloud is given: a directory, a bucket, a pool."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.plugins.storage_s3.server import running_server, settings_of
from tests.system.deployment import Settings
from tests.system.labs import CephLab, ceph

BLOCK = 4096
NAME = "files"


def told(driver: str, settings: Mapping[str, object]) -> Settings:
    """Return what makes a store the one of a cloud; nobody but the test collects."""
    return {
        "storage": {"stores": NAME},
        f"store_{NAME}": {"driver": driver, "block_bytes": BLOCK, **settings},
        "blocks": {"collect_every_s": 0},
    }


@contextmanager
def directory(place: Path) -> Iterator[Settings]:
    """Have a store in a directory."""
    yield told("nfs", {"path": place / "store"})


@contextmanager
def bucket() -> Iterator[Settings]:
    """Have a store in a bucket of a server that runs for as long as the block."""
    with running_server() as port:
        yield told("s3", settings_of(port))


@contextmanager
def pool(lab: CephLab, place: Path, namespace: str) -> Iterator[Settings]:
    """Have a store in a pool, and the system's binding found here and below ``place``."""
    place.mkdir()
    for file in ceph.BINDING.glob("rados.*.so"):
        (place / file.name).symlink_to(file)
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(sys.modules, "rados", ceph.binding())
        yield told("rados", lab.settings | {"namespace": namespace})
