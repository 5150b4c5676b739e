# SPDX-License-Identifier: Apache-2.0
"""Move what a cloud keeps in one store to another, while both serve.

For each reference that an owner names: its content is copied and verified, then the owner changes the
reference in one transaction. Readers that have begun go on where they are; what was copied stays in
the first store until garbage collection finds that nobody refers to it there.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from synnefo_blocks import volumes
from synnefo_blocks.clouds import cloud_id
from synnefo_blocks.collection.collector import claim, require_owners
from synnefo_blocks.collection.repair import problem_of
from synnefo_blocks.collection.upkeep import periods
from synnefo_blocks.contents import Content
from synnefo_blocks.digests import ZERO_BLOCK
from synnefo_blocks.errors import CorruptBlock, CorruptMap
from synnefo_blocks.owners import Owner, recorded
from synnefo_blocks.progress import Tell, silent
from synnefo_blocks.quarantine import fetch
from synnefo_blocks.references import Reference
from synnefo_blocks.writer import settle
from synnefo_core.cloud import Cloud
from synnefo_core.context import RequestContext
from synnefo_core.contracts.storage import Corrupt, Kind, Moving
from synnefo_core.errors import Conflict
from synnefo_core.offload import Pending

COPIES_AT_ONCE = 8
MOST_ROUNDS = 10
MOST_PASSES = 3
"""How often a content is copied that takes half a grace period: it begins with the first block."""


@dataclass
class Migrated:
    """The result of a migration.

    Attributes:
        contents: References that were moved.
        things: Blocks, maps and leaves that the other store did not have.
        left: References of the last round that are still into the first store.
        damaged: What can't be copied, with the reason.
    """

    contents: int = 0
    things: int = 0
    left: int = 0
    damaged: dict[str, str] = field(default_factory=dict)


def migrate(context: RequestContext, source: str, target: str, *, tell: Tell = silent) -> Migrated:
    """Move every reference from a store to another; safe to run again after a crash.

    Raises:
        Conflict: New data still goes to the first store, their blocks are of different sizes, or an
            owner can't move its references.
        OwnerAway: An owner that ever wrote to the first store can't be asked.
        StorageFull: The second store has no room; what was moved stays moved.
        StorageUnavailable: One of the stores does not answer.
    """
    cloud = context.cloud
    _require_possible(cloud, source, target)
    claim(cloud, target)
    copier = _Copier(cloud, source, target)
    result = Migrated()
    for _ in range(MOST_ROUNDS):
        seen, before, result.damaged = 0, result.contents, {}
        for moving in _everything(context, source, target):
            seen += 1
            result.contents += _move(copier, moving, result)
            result.things = copier.new_things
            tell("contents", result.contents)
        result.left = seen - (result.contents - before)
        if not result.left or result.contents == before:
            break
    return result


def copy(cloud: Cloud, source: str, target: str, reference: Reference) -> int:
    """Have a content of one store in another too, whole and young; return what was new there.

    Whoever calls refers to it within a grace period. Safe to call again.

    Raises:
        Conflict: The blocks of the two are of different sizes.
        Corrupt: It is not whole in the first one.
        StorageFull: The second one has no room.
        StorageUnavailable: One of them does not answer.
    """
    _require_alike(cloud, source, target)
    copier = _Copier(cloud, source, target)
    copier.copy(reference)
    return copier.new_things


def _require_alike(cloud: Cloud, source: str, target: str) -> None:
    if cloud.store(source).properties.block_bytes != cloud.store(target).properties.block_bytes:
        msg = f"the blocks of {source} and {target} are of different sizes"
        raise Conflict(msg)


def _require_possible(cloud: Cloud, source: str, target: str) -> None:
    first = cloud.store(source)
    if source == target or cloud.stores()[0] == source:
        msg = f"new data goes to {source}: name another store first in [storage] stores"
        raise Conflict(msg)
    _require_alike(cloud, source, target)
    require_owners(cloud, first, source)
    ours = cloud_id(cloud)
    movers = cloud.plugins.hook.storage_move.get_hookimpls()
    able = {Owner(ours, mover.plugin_name) for mover in movers}
    unable = sorted(owner.name for owner in recorded(first) - able)
    if unable:
        msg = f"these can't move what they keep: {', '.join(unable)}"
        raise Conflict(msg)
    name = next(volumes.names(first), None)
    if name is not None:
        msg = f"{source} holds volumes ({name} and maybe more), which stay where they are"
        raise Conflict(msg)


def _everything(context: RequestContext, source: str, target: str) -> Iterator[Moving]:
    answers = context.cloud.plugins.answers(
        "storage_move", context=context, source=source, target=target
    )
    for _, references in answers:
        yield from references


def _move(copier: _Copier, moving: Moving, result: Migrated) -> int:
    reference = Reference(moving.kind, moving.digest, moving.size_bytes)
    try:
        copier.copy(reference)
    except Corrupt as damage:
        result.damaged[str(reference)] = str(damage)
        return 0
    return int(moving.moved())


class _Copier:
    """Copies contents from one store to another, several blocks at once."""

    def __init__(self, cloud: Cloud, source: str, target: str) -> None:
        self._source, self._target = cloud.store(source), cloud.store(target)
        self._offload = cloud.offload
        self._quick_s = periods(cloud).grace_s / 2
        self.new_things = 0

    def copy(self, reference: Reference) -> None:
        """Have a content in the other store, whole and young.

        Raises:
            Corrupt: It is not whole in the first one.
        """
        if not reference.is_stored:
            return
        for _ in range(MOST_PASSES):
            began_at = time.monotonic()
            self._copy(reference)
            if time.monotonic() - began_at < self._quick_s:
                break

    def _copy(self, reference: Reference) -> None:
        if reference.kind is Kind.BLOCK:
            self._copy_all(Kind.BLOCK, [reference.digest])
            return
        content = self._offload.run(Content, self._source, reference)
        # A map comes after what it names, so that what is there is whole.
        self._copy_all(Kind.BLOCK, content.block_names())
        self._copy_all(Kind.MAP, content.leaf_names())
        self._copy_all(Kind.MAP, [reference.digest])

    def _copy_all(self, kind: Kind, names: Iterable[bytes]) -> None:
        ahead: deque[Pending[bool]] = deque()
        try:
            for name in names:
                if name != ZERO_BLOCK:
                    ahead.append(self._offload.submit(self._copy_one, kind, name))
                if len(ahead) >= COPIES_AT_ONCE:
                    self.new_things += ahead.popleft().result()
            while ahead:
                self.new_things += ahead.popleft().result()
        finally:
            settle(ahead)

    def _copy_one(self, kind: Kind, name: bytes) -> bool:
        """Copy one thing; return whether the other store did not have it."""
        while not self._target.blocks.touch(kind, name):
            content = fetch(self._source.blocks, kind, name)
            problem = problem_of(kind, name, content)
            if problem:
                raise (CorruptMap if kind is Kind.MAP else CorruptBlock)(name, problem)
            if self._target.blocks.put(kind, name, content):
                return True
        return False
