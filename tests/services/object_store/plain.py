# SPDX-License-Identifier: Apache-2.0
"""What an account should be like: the same containers and versions in plain lists, without any SQL."""

from __future__ import annotations

from dataclasses import dataclass, field

from synnefo_object_store import Folder


@dataclass(eq=False)
class Version:
    """A version of an object, or the mark of a removal; ``times`` are when it was current."""

    number: int
    content: bytes = b""
    metadata: dict[str, str] = field(default_factory=dict)
    user: str = ""
    id: str = ""
    is_mark: bool = False
    is_kept: bool = False
    is_paid: bool = True
    times: list[list[int | None]] = field(default_factory=list)

    def was_current(self, at):
        return any(begin <= at and (end is None or end > at) for begin, end in self.times)

    @property
    def is_current(self):
        return any(end is None for _, end in self.times)

    def is_over(self, at):
        return not self.is_mark and all(end is not None and end <= at for _, end in self.times)


class Container:
    """Versions by name, in the order in which they came to be."""

    def __init__(self):
        self.keeps = False
        self.versions: dict[str, list[Version]] = {}

    def of(self, name):
        return self.versions.setdefault(name, [])

    def at(self, name, at=None):
        """Return what is current, or was at an instant; None for nothing."""
        for each in self.of(name):
            if each.is_current if at is None else each.was_current(at):
                return each
        return None

    def tree(self, at=None):
        found = ((name, self.at(name, at)) for name in sorted(self.versions))
        return {name: each for name, each in found if each is not None}

    def all(self):
        """Return all versions as they are listed: by name, the newest of a name first."""
        return [
            (name, each)
            for name in sorted(self.versions)
            for each in sorted(self.of(name), key=lambda each: -each.number)
        ]


class Plain:
    """An account; ``now`` is in microseconds, and no two changes happen at once."""

    def __init__(self, containers):
        self.containers = {name: Container() for name in containers}
        self.is_free = True

    def at(self, place, at=None):
        return self.containers[place[0]].at(place[1], at)

    def _retire(self, version, now):
        version.times[-1][1] = now
        version.is_kept, version.is_paid = True, not self.is_free

    def put(self, place, new):
        container, old = self.containers[place[0]], self.at(place)
        new.is_kept, new.times = container.keeps, [[new.number, None]]
        if old is not None:
            assert new.id == old.id
            if container.keeps or old.is_kept:
                self._retire(old, new.number)
            else:
                container.of(place[1]).remove(old)
        container.of(place[1]).append(new)

    def update(self, place, metadata, now):
        version = self.at(place)
        version.metadata = metadata
        if not version.is_kept:
            version.number, version.times = now, [[now, None]]

    def remove(self, place, now):
        container, old = self.containers[place[0]], self.at(place)
        if container.keeps or old.is_kept:
            self._retire(old, now)
        else:
            container.of(place[1]).remove(old)
        if container.keeps:
            container.of(place[1]).append(Version(now, is_mark=True, is_kept=True))

    def restore(self, place, version, now):
        if version.is_current:
            return
        current = self.at(place)
        if current is not None:
            self._retire(current, now)
        version.times.append([now, None])
        version.is_paid = True

    def drop(self, place, version):
        self.containers[place[0]].of(place[1]).remove(version)

    def purge(self, container, names, at):
        for name in names:
            left = [each for each in self.containers[container].of(name) if not each.is_over(at)]
            self.containers[container].versions[name] = [
                each
                for each in left
                if not each.is_mark
                or each.number > at
                or any(not one.is_mark and one.number < each.number for one in left)
            ]

    def paid(self):
        return sum(
            len(version.content)
            for container in self.containers.values()
            for _, version in container.all()
            if version.is_paid
        )


def listing(names, window):
    """Return what a window shows of names: the definition, at the cost of looking at all."""
    found: list[str | Folder] = []
    for name in sorted(names, reverse=window.is_reverse):
        if not name.startswith(window.prefix):
            continue
        if window.marker and (
            name >= window.marker if window.is_reverse else name <= window.marker
        ):
            continue
        at = name.find(window.delimiter, len(window.prefix)) if window.delimiter else -1
        row = name if at < 0 else Folder(name[: at + 1])
        if row not in found and row != Folder(window.marker):
            found.append(row)
    return found[: window.limit]
