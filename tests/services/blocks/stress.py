# SPDX-License-Identifier: Apache-2.0
"""One process of the stress of garbage collection: ``python -m … ROLE STORES DIRECTORY URL SEED``.

Grace periods are nothing here, so that everything may be moved while it is being written. What they
stand for, that nothing lasts from one collection to the next but one, is a lock: who writes or
reads holds it with others, who collects has it alone for a moment between two collections.
"""

from __future__ import annotations

import fcntl
import io
import json
import os
import random
import signal
import sys
from contextlib import contextmanager
from pathlib import Path

import synnefo_object_store as objects
from synnefo_blocks.collection import Periods, collect, migrate
from synnefo_core.cloud import assemble
from synnefo_core.context import RequestContext, for_worker
from synnefo_core.errors import Conflict, NotFound, Unavailable
from synnefo_core.timetable import forget_leases
from synnefo_object_store import Incoming

BLOCK = 4096
CONTENTS, NAMES = 12, 40
ONE, BEFORE, AFTER = ("local",), ("local", "new"), ("new", "local")
"""The stores of a cloud that has one, and that moves from it to another."""


def content_of(number):
    """Return one of a few contents, so that what is garbage is soon written again."""
    pieces = random.Random(number)
    return b"".join(bytes([pieces.randrange(1, 6)]) * BLOCK for _ in range(number * 9 % 80))


def tell(directory, stores, settings):
    """Write down where stores are, for all processes; those that are not told of are directories."""
    told = {
        name: {"driver": "nfs", "path": str(directory / name), "fsync": False} for name in stores
    }
    told = {name: settings.get(name, told[name]) | {"block_bytes": BLOCK} for name in stores}
    (directory / "stores.json").write_text(json.dumps(told))


def open_cloud(directory, url, stores=ONE):
    told = json.loads((directory / "stores.json").read_text())
    lines = ["[storage]", f"stores = {','.join(stores)}"]
    for name in stores:
        lines += [f"[store_{name}]", *(f"{key} = {value}" for key, value in told[name].items())]
    config = directory / f"{'-'.join(stores)}.conf"
    config.write_text("\n".join(lines))
    return assemble(
        data_dir=directory / "data", files=(config,), overrides={("database", "url"): url}
    )


def member_of(cloud):
    roles = frozenset({"member", "reader"})
    return RequestContext(cloud=cloud, user_id="u1", project_id="p1", roles=roles)


class Barrier:
    """A lock that who wants it alone gets soon, however many hold it together."""

    def __init__(self, directory):
        self._door, self._room = (
            os.open(directory / name, os.O_RDWR | os.O_CREAT) for name in ("door", "room")
        )

    @contextmanager
    def together(self):
        fcntl.flock(self._door, fcntl.LOCK_EX)
        fcntl.flock(self._room, fcntl.LOCK_SH)
        fcntl.flock(self._door, fcntl.LOCK_UN)
        try:
            yield
        finally:
            fcntl.flock(self._room, fcntl.LOCK_UN)

    def wait_for_all(self):
        fcntl.flock(self._door, fcntl.LOCK_EX)
        fcntl.flock(self._room, fcntl.LOCK_EX)
        fcntl.flock(self._room, fcntl.LOCK_UN)
        fcntl.flock(self._door, fcntl.LOCK_UN)


def step():
    sys.stdout.write("done\n")
    sys.stdout.flush()


def write_and_delete(cloud, barrier, chance):
    """Put, read and delete objects; say each step once it is acknowledged."""
    context = member_of(cloud)
    while True:
        name, number = f"o{chance.randrange(NAMES)}", chance.randrange(CONTENTS)
        with barrier.together():
            try:
                chance.choice((put, put, get, get, delete))(context, name, number)
            except (NotFound, Conflict, Unavailable):
                continue
        step()


def put(context, name, number):
    read = io.BytesIO(content_of(number)).read
    metadata = {"number": str(number)}
    incoming = Incoming(content_type="text/plain", metadata=metadata)
    objects.put_object(context, "p1", "c", name, read=read, incoming=incoming)


def get(context, name, _number=0):
    found = objects.find_object(context, "p1", "c", name)
    content = b"".join(objects.open_object(context, found).read())
    if content != content_of(int(found.metadata["number"])):
        raise AssertionError(f"{name} is not what was put")


def delete(context, name, _number):
    objects.delete_object(context, "p1", "c", name)


def collect_and_die(cloud, barrier, chance):
    """Collect without grace; be killed at a move or deletion now and then."""
    context = for_worker(cloud)
    forget_leases(context)
    for store in cloud.stores():
        make_deadly(cloud.store(store).blocks, ("move", "delete"), chance, of_100=1)
    while True:
        for store in cloud.stores():
            collect(context, store, Periods(0, 0))
        barrier.wait_for_all()
        step()


def move_and_die(cloud, barrier, chance):
    """Empty the second store into the first; be killed at a block now and then."""
    target, source = cloud.stores()
    make_deadly(cloud.store(target).blocks, ("put", "touch"), chance, of_100=0.2)
    while True:
        with barrier.together():
            migrate(for_worker(cloud), source, target, tell=lambda *_: step())


def make_deadly(blocks, names, chance, of_100):
    """Have calls kill the process before or after they are done, some of a hundred."""

    def deadly(call):
        def called(*arguments):
            die_perhaps()
            done = call(*arguments)
            die_perhaps()
            return done

        return called

    def die_perhaps():
        if chance.random() * 100 < of_100:
            os.kill(os.getpid(), signal.SIGKILL)

    for name in names:
        setattr(blocks, name, deadly(getattr(blocks, name)))


ROLES = {"writer": write_and_delete, "collector": collect_and_die, "mover": move_and_die}


def main(role, stores, directory, url, seed):
    cloud = open_cloud(Path(directory), url, stores.split(","))
    ROLES[role](cloud, Barrier(Path(directory)), random.Random(seed))


if __name__ == "__main__":
    main(*sys.argv[1:])
