# SPDX-License-Identifier: Apache-2.0
"""What may be in a container when some answers never came.

Each write that was broken off may have happened or not, as a whole. So there are as many worlds as
ways things may have gone; what is found at last must be one of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

World = dict[str, bytes]
Change = Callable[[World], None]


class Worlds:
    """All worlds that what was acknowledged, and what was not, leave possible."""

    def __init__(self) -> None:
        """Begin with one where nothing is."""
        self._all: list[World] = [{}]

    def happened(self, change: Change) -> None:
        """Learn that a change was acknowledged."""
        self._all = _different(_changed(world, change) for world in self._all)

    def may_have_happened(self, change: Change) -> None:
        """Learn that nobody answered."""
        self._all = _different([*self._all, *(_changed(world, change) for world in self._all)])

    def contents(self, name: str) -> list[bytes | None]:
        """Return what may be found under a name; None: nothing."""
        found: list[bytes | None] = []
        for world in self._all:
            content = world.get(name)
            if content not in found:
                found.append(content)
        return found

    def known(self) -> World:
        """Return what is there in all worlds alike."""
        first, *others = self._all
        return {
            name: content
            for name, content in first.items()
            if all(other.get(name) == content for other in others)
        }

    def settle(self, found: World) -> None:
        """Learn what is there, when nobody writes any more; fail when it can't be."""
        if found not in self._all:
            raise AssertionError(_difference(found, self._all[0]))
        self._all = [found]


def put(name: str, content: bytes) -> Change:
    """Return the change that puts an object."""
    return lambda world: world.__setitem__(name, content)


def removal(name: str) -> Change:
    """Return the change that removes an object, if it is there."""
    return lambda world: world.pop(name, None) and None


def move(source: str, target: str) -> Change:
    """Return the change that moves an object."""
    return lambda world: world.__setitem__(target, world.pop(source))


def _changed(world: World, change: Change) -> World:
    changed = dict(world)
    change(changed)
    return changed


def _different(worlds: Iterable[World]) -> list[World]:
    found: list[World] = []
    for world in worlds:
        if world not in found:
            found.append(world)
    return found


def _difference(found: World, expected: World) -> str:
    names = sorted(found.keys() | expected.keys())
    wrong = [name for name in names if found.get(name) != expected.get(name)]
    told = [f"{name}: {_told(found.get(name))}, not {_told(expected.get(name))}" for name in wrong]
    return "in no world there is this: " + "; ".join(told)


def _told(content: bytes | None) -> str:
    return "nothing" if content is None else f"{len(content)} bytes {content[:8].hex()}…"
