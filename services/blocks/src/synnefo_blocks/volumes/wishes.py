# SPDX-License-Identifier: Apache-2.0
"""Have a volume frozen or grown by somebody who is not its writer.

Of a volume that nobody has open the record is changed here. Else the wish is put into the record:
the writer sees it when it renews its right to write, and what it has done is in the record, too.
Everything here may be called again, by several at once, and says the same.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace

from synnefo_blocks.volumes import catalog
from synnefo_blocks.volumes.overlay import LARGEST_BYTES, head_bytes
from synnefo_blocks.volumes.record import Layer, VolumeRecord, head_name
from synnefo_blocks.volumes.volume import MOST_LAYERS, TooManyLayers
from synnefo_core.contracts.storage import Fenced, Storage


def freeze(storage: Storage, name: str, number: int) -> bool:
    """Have what a volume holds kept as its layer ``number``; return whether it is, durably.

    False: the writer has been asked to. Call again until it has.

    Args:
        storage: Where the volume is.
        name: Its name.
        number: That of its top, as it was when the caller first meant to freeze it.

    Raises:
        NoSuchThing: There is no such volume.
        TooManyLayers: So many wait to be sealed.
    """
    record = catalog.show(storage, name)
    if record.top > number:
        return all(layer.is_settled for layer in record.layers if layer.number <= number)
    if not record.is_open:
        return _frozen_here(storage, name, record)
    catalog.change(storage, name, lambda now: replace(now, wanted_top=number + 1))
    return False


def _frozen_here(storage: Storage, name: str, record: VolumeRecord) -> bool:
    """Freeze a volume that nobody has open: all that it holds is durable."""
    if len(record.layers) >= MOST_LAYERS:
        raise TooManyLayers(f"{len(record.layers)} layers of volume {name} are not sealed")
    heads, top = catalog.heads_of(storage), record.top + 1
    with suppress(Fenced):
        # Whoever opens it meanwhile changes the record, so that this one is not written.
        catalog.fresh_head(heads, name, top, size_bytes=record.size_bytes, epoch=record.epoch)
        layers = (*record.layers, Layer(record.top, is_settled=True))
        frozen = replace(record, layers=layers, top=top)
        heads.write_control(name, frozen.encode(), expected=record.encode())
        return True
    return False


def grow(storage: Storage, name: str, size_bytes: int) -> bool:
    """Have a volume grown; return whether it is. What is new reads as zeros.

    False: the writer has been asked to. Call again until it has.

    Raises:
        NoSuchThing: There is no such volume.
        ValueError: No volume is so large.
    """
    if size_bytes > LARGEST_BYTES:
        raise ValueError(f"no volume has {size_bytes} bytes")
    record = catalog.show(storage, name)
    if record.size_bytes >= size_bytes:
        return True
    if not record.is_open:
        return _grown_here(storage, name, record, size_bytes=size_bytes)
    catalog.change(storage, name, lambda now: replace(now, wanted_bytes=size_bytes))
    return False


def _grown_here(storage: Storage, name: str, record: VolumeRecord, *, size_bytes: int) -> bool:
    heads = catalog.heads_of(storage)
    with suppress(Fenced):
        top = head_name(name, record.top)
        if heads.show(top).size_bytes < head_bytes(size_bytes):
            heads.resize(top, record.epoch, head_bytes(size_bytes))
        grown = replace(record, size_bytes=size_bytes)
        heads.write_control(name, grown.encode(), expected=record.encode())
        return True
    return False


def forget_wishes(storage: Storage, name: str) -> None:
    """Ask the writer of a volume for nothing any more.

    Raises:
        NoSuchThing: There is no such volume.
    """
    catalog.change(
        storage, name, lambda now: replace(now, wanted_top=0, wanted_bytes=0, wanted_store="")
    )
