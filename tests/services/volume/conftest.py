# SPDX-License-Identifier: Apache-2.0
"""Volumes to work with, and what a node would do with them."""

from __future__ import annotations

import io
import threading
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path

import pytest

import synnefo_image as images
import synnefo_object_store as objects
import synnefo_volume as service
from synnefo_blocks import volumes
from synnefo_core.contracts.driver import DriverSetup
from synnefo_core.contracts.storage import StorageError
from synnefo_core.testing.fakes import MemoryStorage
from synnefo_core.testing.fixtures import StillClock


@pytest.fixture
def stranger(member):
    return replace(member, user_id="u2", project_id="p2")


@pytest.fixture
def admin(member):
    return replace(member, user_id="boss", project_id="p0", roles=frozenset({"admin", "member"}))


@pytest.fixture
def standard(admin):
    """The type of volumes for which none is named."""
    return service.create_type(admin, name="standard")


class Node:
    """Opens volumes as a node does."""

    def __init__(self, cloud, store=""):
        self.storage = cloud.store(store or cloud.stores()[0])
        self._cloud, self._clock = cloud, StillClock()

    def open(self, volume):
        epoch = volumes.show(self.storage, volume.id).epoch + 1
        return volumes.open_volume(self.storage, volume.id, epoch=epoch, clock=self._clock)

    @contextmanager
    def serving(self, disk, *, moves=True):
        """Renew the right to write, and do what is wished, until the block ends."""
        ended = threading.Event()

        def serve():
            while not ended.wait(0.02):
                disk.renew()
                disk.obey()
                if disk.wanted_store and moves:
                    self._move(disk, disk.wanted_store)

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield
        finally:
            ended.set()
            thread.join()

    def _move(self, disk, store):
        to = volumes.Destination(store, self._cloud.store(store), volumes.LeaseTerms())
        # It may have been given up meanwhile; as long as it is wished it is tried again.
        with suppress(StorageError):
            volumes.cross(disk, to, clock=self._clock)

    def write(self, volume, content, offset=0):
        disk = self.open(volume)
        disk.write(offset, content)
        disk.close()

    def read(self, volume, length, offset=0):
        disk = self.open(volume)
        try:
            return disk.read(offset, length)
        finally:
            disk.close()

    def names(self):
        return list(volumes.names(self.storage))


@pytest.fixture
def node(cloud):
    return Node(cloud)


@pytest.fixture
def second(cloud):
    """Return another store of volumes."""
    stores = [*cloud.stores(), "second"]
    cloud.config.set_override("stores", stores, group="storage")
    setup = DriverSetup("memory", {}, Path("/nowhere"))
    return cloud.shared("driver.store.second", lambda: MemoryStorage(setup))


@pytest.fixture
def elsewhere(cloud, second):
    """Return a node with that one."""
    return Node(cloud, "second")


@pytest.fixture
def make(member, worker, standard):
    """Make a volume that is ready."""

    def call(**rest):
        made = service.create_volume(member, service.VolumeSpec(**{"size_gib": 1, **rest}))
        worker.drain()
        return service.show_volume(member, made.id)

    return call


@pytest.fixture
def snap(member, worker):
    """Take a snapshot that is ready."""

    def call(volume, **rest):
        taken = service.create_snapshot(member, service.SnapshotSpec(volume.id, **rest))
        worker.drain()
        return service.show_snapshot(member, taken.id)

    return call


@pytest.fixture
def disk_image(member):
    """Make a raw image of a content."""

    def call(content, **rest):
        project = member.project_id
        objects.create_container(member, project, "disks", {})
        incoming = objects.Incoming("application/octet-stream", size_bytes=len(content))
        objects.put_object(
            member, project, "disks", "disk", read=io.BytesIO(content).read, incoming=incoming
        )
        spec = images.ImageSpec(
            name="a disk",
            disk_format="raw",
            container_format="bare",
            location=images.Location(project, "disks", "disk"),
        )
        return images.create(member, replace(spec, **rest))

    return call
