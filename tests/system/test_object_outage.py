# SPDX-License-Identifier: Apache-2.0
"""A store that is full or away for a while: clients are told so, and lose nothing.

``SCALE=full`` has stores be away for 30 s.
"""

from __future__ import annotations

import contextlib
import os
import threading
from collections.abc import Callable, Iterator

import pytest

from tests.plugins.storage_s3.server import Gate, running_server, settings_of
from tests.system.deployment import Settings, deployed
from tests.system.labs.waiting import until
from tests.system.storm import stores
from tests.system.storm.disks import small_disk
from tests.system.storm.storm import Storm, storm

pytestmark = pytest.mark.system

IS_FULL = os.environ.get("SCALE", "ci") == "full"
AWAY_S, STEPS = (30, 200) if IS_FULL else (3, 30)
DISK_BYTES = 24 << 20

Site = tuple[Settings, Callable[[], None]]
"""What a cloud is told of its store, and what has that be away for a while."""


@pytest.fixture
def begin(tmp_path) -> Iterator[Callable[[Settings], Storm]]:
    """Return a function that serves a cloud on a store."""
    with contextlib.ExitStack() as stack:

        def begin(settings: Settings) -> Storm:
            made = deployed(tmp_path / "cloud", settings, path=tmp_path / "binding")
            deployment = stack.enter_context(made)
            deployment.synnefo("bootstrap")
            deployment.serve()
            return stack.enter_context(storm(deployment, STEPS))

        yield begin


@pytest.fixture
def disk(tmp_path):
    """A small disk."""
    with small_disk(tmp_path, DISK_BYTES) as mountpoint:
        yield mountpoint


@pytest.mark.timeout(300)
def test_a_disk_that_fills_refuses_and_has_room_again(begin, disk):
    with stores.directory(disk) as settings:
        blowing = begin(settings)
    blowing.blow(STEPS, [])

    blowing.fill()
    blowing.blow(STEPS, [])

    refused = blowing.seen["refused"]
    assert refused
    blowing.look()

    blowing.make_room()
    blowing.blow(STEPS, [])

    assert refused == blowing.seen["refused"]
    blowing.look()
    blowing.clear()


def pause() -> None:
    """Wait for as long as a store is away."""
    threading.Event().wait(AWAY_S)


@pytest.fixture
def nfs_site(tmp_path) -> Iterator[Site]:
    """A directory that is not mounted for a while."""
    with stores.directory(tmp_path) as settings:
        store = settings[f"store_{stores.NAME}"]["path"]

        def be_away() -> None:
            store.rename(tmp_path / "aside")
            pause()
            (tmp_path / "aside").rename(store)

        yield settings, be_away


@pytest.fixture
def s3_site() -> Iterator[Site]:
    """A server that refuses everything for a while."""
    with running_server() as port, contextlib.closing(Gate(port)) as gate:

        def be_away() -> None:
            gate.is_shut = True
            pause()
            gate.is_shut = False

        told = settings_of(port) | {"endpoint_url": gate.url}
        yield stores.told("s3", told), be_away


@pytest.fixture
def rados_site(ceph_lab, tmp_path) -> Iterator[Site]:
    """A cluster whose daemon hangs for a while."""

    def be_away() -> None:
        ceph_lab.pause()
        pause()
        ceph_lab.resume()

    with stores.pool(ceph_lab, tmp_path / "binding", "outage") as settings:
        settings[f"store_{stores.NAME}"]["operation_timeout_s"] = 2
        yield settings, be_away


@pytest.mark.timeout(600)
@pytest.mark.parametrize("store", ["nfs", "s3", "rados"])
def test_a_store_that_is_away_for_a_while_loses_nothing(request, begin, store):
    settings, be_away = request.getfixturevalue(f"{store}_site")
    blowing = begin(settings)

    blowing.blow(STEPS, [be_away])

    assert blowing.seen["refused"]
    blowing.look()
    until(lambda: is_calm(blowing), "nothing to be refused any more", within_s=60)
    blowing.look()
    blowing.clear()


def is_calm(blowing: Storm) -> bool:
    """Have clients go on, and say whether they were served."""
    refused = blowing.seen["refused"]
    blowing.blow(STEPS, [])
    return refused == blowing.seen["refused"]
