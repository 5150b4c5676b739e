# SPDX-License-Identifier: Apache-2.0
"""Make a content of the layers of a volume: the slow part of a snapshot, beside its writer.

Only blocks that a layer touches are read and stored; the others keep their names, so that
snapshots share their blocks and leaves.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import replace

from synnefo_blocks.digests import ZERO_BLOCK
from synnefo_blocks.maps import block_count, seal
from synnefo_blocks.references import Reference
from synnefo_blocks.volumes import catalog
from synnefo_blocks.volumes.base import Base
from synnefo_blocks.volumes.overlay import Overlay, clusters_in, head_bytes
from synnefo_blocks.volumes.record import VolumeRecord, head_name
from synnefo_blocks.volumes.states import FIRST_SLOT
from synnefo_blocks.volumes.view import View
from synnefo_blocks.writer import IN_FLIGHT_BYTES, settle, store_block, store_map
from synnefo_core.contracts.storage import CLUSTER_BYTES, NoSuchThing, Storage
from synnefo_core.offload import Offload, Pending


def seal_layers(storage: Storage, offload: Offload, name: str, number: int) -> Reference:
    """Put the layers of a volume up to ``number`` into its base; return what it held then.

    The content is a root by the record until a later layer is sealed: refer to it before that. A
    call that was broken off may be made again, and one that succeeded says the same again.

    Args:
        storage: Where the volume is.
        offload: Where hashing and the driver are run.
        name: The volume's name.
        number: What :meth:`Volume.freeze` returned.

    Raises:
        NoSuchThing: There is no such volume, or no such layer any more or yet.
        StorageFull: What was stored so far is garbage.
    """
    record = catalog.show(storage, name)
    if record.sealed == number:
        return record.base
    _require_settled(record, name, number)
    view, size_bytes = _frozen_view(storage, name, record, number)
    names = b"".join(_block_names(storage, offload, view, size_bytes=size_bytes))
    sealed = seal(names, size_bytes, storage.properties.block_bytes)
    store_map(storage.blocks, sealed)

    def lowered(now: VolumeRecord) -> VolumeRecord:
        if (now.base, now.sealed) != (record.base, record.sealed):
            raise NoSuchThing(f"the layers of volume {name} changed meanwhile")
        gone = tuple(layer.number for layer in now.layers if layer.number <= number)
        return replace(
            now,
            base=sealed.reference,
            sealed=number,
            layers=tuple(layer for layer in now.layers if layer.number > number),
            waste=(*now.waste, *gone),
        )

    if not catalog.change(storage, name, lowered).is_open:
        catalog.remove_waste(storage, name)
    return sealed.reference


def _require_settled(record: VolumeRecord, name: str, number: int) -> None:
    taken = [layer for layer in record.layers if layer.number <= number]
    if not taken or taken[-1].number != number or not all(each.is_settled for each in taken):
        raise NoSuchThing(f"volume {name} has no layer {number} that can be sealed")


def _frozen_view(
    storage: Storage, name: str, record: VolumeRecord, number: int
) -> tuple[View, int]:
    """Return what the volume held when a layer was frozen, and its size then."""
    heads = catalog.heads_of(storage)
    size_bytes = heads.show(head_name(name, number)).size_bytes - head_bytes(0)
    states = bytearray(clusters_in(size_bytes))
    overlays = {}
    taken = (layer.number for layer in record.layers if layer.number <= number)
    for slot, each in enumerate(taken, FIRST_SLOT):
        overlays[slot] = Overlay.opened(heads, head_name(name, each), epoch=record.epoch)
        overlays[slot].load(states, slot)
    return View(states, overlays, max(overlays), Base(storage, record.base)), size_bytes


def _block_names(
    storage: Storage, offload: Offload, view: View, *, size_bytes: int
) -> Iterator[bytes]:
    """Yield the names of the blocks in order; those that layers touch are stored first."""
    block_bytes = storage.properties.block_bytes
    depth = max(2, IN_FLIGHT_BYTES // block_bytes)
    under_way: deque[Pending[bytes]] = deque()

    def stored(start: int, length: int) -> bytes:
        return store_block(storage.blocks, view.read(start, length))[0]

    known: deque[bytes | None] = deque()
    try:
        for number in range(block_count(size_bytes, block_bytes)):
            start = number * block_bytes
            length = min(block_bytes, size_bytes - start)
            name = _name_beneath(view, number, start=start, length=length, block_bytes=block_bytes)
            known.append(name)
            if name is None:
                under_way.append(offload.submit(stored, start, length))
            while known and (known[0] is not None or len(under_way) >= depth):
                name = known.popleft()
                yield under_way.popleft().result() if name is None else name
        for name in known:
            yield under_way.popleft().result() if name is None else name
    finally:
        settle(under_way)


def _name_beneath(
    view: View, number: int, *, start: int, length: int, block_bytes: int
) -> bytes | None:
    """Return the name that a block has in the base, or None when it has to be made."""
    touched = view.states[start // CLUSTER_BYTES : clusters_in(start + length)].strip(b"\0")
    if touched or (view.base.block_bytes != block_bytes and start < view.base.size_bytes):
        return None
    # Longer or shorter at the end of the base: names leave out zeros, so it is the same.
    return view.base.name(number) if start < view.base.size_bytes else ZERO_BLOCK
