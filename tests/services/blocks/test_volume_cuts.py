# SPDX-License-Identifier: Apache-2.0
"""Moments of a volume that hardly any history meets by chance."""

import io

import pytest

from synnefo_blocks import Reader, volumes, write
from synnefo_core.contracts.storage import CLUSTER_BYTES
from tests.services.blocks.lossy import LossyStorage, PowerCut

BASE, WRITTEN, ZEROS = b"b" * CLUSTER_BYTES, b"w" * CLUSTER_BYTES, bytes(CLUSTER_BYTES)


@pytest.fixture
def storage(offload):
    return LossyStorage()


@pytest.fixture
def make(storage, offload):
    base = write(storage, offload, io.BytesIO(BASE).read).reference

    def call(name):
        volumes.create(storage, name, 4 * CLUSTER_BYTES, base=base)
        return volumes.open_volume(storage, name, epoch=2)

    return call


@pytest.mark.parametrize("fuse", range(5))
def test_what_lies_beneath_never_comes_back_through_a_discard(storage, make, fuse):
    for kept in range(8):
        volume = make(f"disk-{kept}")
        volume.write(0, WRITTEN)
        volume.flush()
        volume.zero(0, CLUSTER_BYTES)
        storage.heads.fuse = fuse
        try:
            volume.flush()
        except PowerCut:
            fates = iter([kept & 1, kept & 2, kept & 4])
            storage.heads.lose(lambda: next(fates))  # noqa: B023
        storage.heads.fuse = None

        found = volumes.open_volume(storage, f"disk-{kept}", epoch=3).read(0, CLUSTER_BYTES)

        assert found in (WRITTEN, ZEROS)


def test_what_is_discarded_and_written_while_a_freeze_begins_is_in_the_layer(
    storage, make, offload, monkeypatch
):
    volume = make("disk")
    volume.write(0, WRITTEN)
    create = storage.heads.create

    def meanwhile(*arguments, **rest):
        volume.zero(0, 2 * CLUSTER_BYTES)
        volume.write(5, b"again")
        return create(*arguments, **rest)

    monkeypatch.setattr(storage.heads, "create", meanwhile)
    number = volume.freeze()
    volume.write(0, b"later")

    reference = volumes.seal_layers(storage, offload, "disk", number)

    content = b"".join(Reader(storage, offload, reference).read())
    assert bytes(5) + b"again" + bytes(4 * CLUSTER_BYTES - 10) == content
