# SPDX-License-Identifier: Apache-2.0
"""Who keeps references into a store: noted in the store itself, so that nobody is forgotten.

An owner is a plugin that answers the hook ``storage_roots``, in one cloud. A store that several
clouds write to can be collected by none of them.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from synnefo_blocks import notes
from synnefo_core.contracts.storage import Kind, Storage

ABOUT = "owner"


@dataclass(frozen=True)
class Owner:
    """A plugin of a cloud, by the cloud's id and the plugin's name."""

    cloud: str
    name: str


def claim(storage: Storage, cloud: str, names: Iterable[str]) -> None:
    """Note that these plugins of a cloud may keep references into a store from now on."""
    known = recorded(storage)
    for owner in sorted({Owner(cloud, name) for name in names} - known, key=lambda o: o.name):
        notes.write(storage.blocks, {"note": ABOUT, "cloud": owner.cloud, "owner": owner.name})


def recorded(storage: Storage) -> set[Owner]:
    """Return every owner that ever claimed a store.

    Raises:
        CorruptNote: A note is damaged: there may be one more.
    """
    return {
        Owner(note.fields["cloud"], note.fields["owner"])
        for note in notes.read(storage.blocks, ABOUT)
    }


def forget(storage: Storage, owner: Owner) -> bool:
    """Forget an owner that is gone for good: its data becomes garbage. Was it there?"""
    found = [
        note.digest
        for note in notes.read(storage.blocks, ABOUT)
        if Owner(note.fields["cloud"], note.fields["owner"]) == owner
    ]
    for digest in found:
        storage.blocks.delete(Kind.NOTE, digest)
    return bool(found)
