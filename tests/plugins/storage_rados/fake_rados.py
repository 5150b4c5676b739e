# SPDX-License-Identifier: Apache-2.0
"""A module as librados' for Python, with a cluster in memory; as much of it as a store uses.

What it does at the edges was seen on Ceph 16: a read of nothing is an error, an operation without a
time makes an object of 1970, and cutting off an object that is not there makes none.
"""

from __future__ import annotations

import errno
import threading
import time
from collections import deque
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass, field

LIBRADOS_CREATE_EXCLUSIVE = 1


class Error(Exception):
    def __init__(self, message, errno=None):
        super().__init__(message)
        self.errno = errno


class OSError(Error):  # noqa: A001  # librados' name
    pass


class ObjectNotFound(OSError):
    pass


class ObjectExists(OSError):
    pass


BY_NUMBER = {errno.ENOENT: ObjectNotFound, errno.EEXIST: ObjectExists}


def fault(number):
    return BY_NUMBER.get(number, OSError)(f"[errno {number}]", errno=number)


@dataclass
class Stored:
    """An object; ``is_there`` is false while an operation has not made it."""

    content: bytes = b""
    modified_at: float = 0.0
    attributes: dict = field(default_factory=dict)
    keys: dict = field(default_factory=dict)
    is_there: bool = True


class Cluster:
    """What all connections see.

    Attributes:
        failures: Numbers of errors by call: ``"*"`` for all calls.
        hangs: How often a list is not gone on with in time, behind ``hangs_behind`` names.
        waited_s: For how long that was waited for.
    """

    def __init__(self):
        self.lock = threading.RLock()
        self.pools = {"blocks": {}}
        self.users = {"synnefo"}
        self.failures = {}
        self.hangs, self.hangs_behind, self.waited_s = 0, 0, 0.0
        self.connections = 0
        self.room = {"kb": 0, "kb_used": 0, "kb_avail": 0, "num_objects": 0}

    def serve(self, call):
        number = self.failures.get(call) or self.failures.get("*")
        if number:
            raise fault(number)


class Rados:
    cluster: Cluster

    def __init__(self, conffile, rados_id, conf):
        self.conffile, self.user, self.conf = conffile, rados_id, conf
        self._is_connected = False

    def connect(self, timeout):
        assert timeout > 0
        self.cluster.serve("connect")
        if self.user not in self.cluster.users:
            raise fault(errno.EPERM)
        self._is_connected = True
        self.cluster.connections += 1

    def open_ioctx(self, pool):
        if pool not in self.cluster.pools:
            raise fault(errno.ENOENT)
        return Ioctx(self.cluster, self.cluster.pools[pool])

    def get_cluster_stats(self):
        self.cluster.serve("get_cluster_stats")
        return dict(self.cluster.room)

    def shutdown(self):
        self.cluster.connections -= self._is_connected
        self._is_connected = False


class Ioctx:
    page = 3  # keys at a time, so that lists have pages

    def __init__(self, cluster, pool):
        self._cluster, self._pool = cluster, pool
        self._objects = pool.setdefault("", {})
        self._full_try = False

    def set_namespace(self, namespace):
        self._objects = self._pool.setdefault(namespace, {})

    def set_osdmap_full_try(self):
        self._full_try = True

    def stat(self, name):
        with self._cluster.lock:
            found = self._found("stat", name)
            return len(found.content), time.localtime(int(found.modified_at))

    def read(self, name, length, offset):
        with self._cluster.lock:
            found = self._found("read", name)
            if not length:
                raise fault(errno.ERANGE)
            return found.content[offset : offset + length]

    def remove_object(self, name):
        with self._cluster.lock:
            self._found("remove_object", name)
            del self._objects[name]

    def operate_write_op(self, operation, name, mtime=0):
        assert self._full_try, "it would wait for ever when the cluster is full"
        with self._cluster.lock:
            self._cluster.serve("operate_write_op")
            draft = deepcopy(self._objects.get(name)) or Stored(is_there=False)
            for step in operation.steps:
                step(draft)
            if draft.is_there:
                draft.modified_at = mtime
                self._objects[name] = draft

    def set_omap(self, operation, keys, values):
        operation.add(lambda draft: draft.keys.update(zip(keys, values, strict=True)))

    def remove_omap_keys(self, operation, keys):
        def remove(draft):
            for key in keys:
                draft.keys.pop(key, None)

        operation.add(remove)

    def get_omap_vals(self, operation, after, prefix, most):
        found = []

        def read(stored):
            keys = sorted(k for k in stored.keys if k > after and k.startswith(prefix))
            found.extend((key, stored.keys[key]) for key in keys[: min(most, self.page)])

        operation.append(read)
        return found, 0

    def operate_read_op(self, operation, name):
        with self._cluster.lock:
            stored = self._found("operate_read_op", name)
            for step in operation:
                step(stored)

    def get_xattrs(self, name):
        with self._cluster.lock:
            return list(self._found("get_xattrs", name).attributes.items())

    def list_objects(self):
        with self._cluster.lock:
            self._cluster.serve("list_objects")
            names = sorted(self._objects, key=hash)
        return Listing(self._cluster, names)

    def close(self):
        pass

    def _found(self, call, name):
        self._cluster.serve(call)
        if name not in self._objects:
            raise fault(errno.ENOENT)
        return self._objects[name]


class Listing:
    """Ends where the cluster does not answer, as librados' does, and goes on when asked again."""

    def __init__(self, cluster, names):
        self._cluster, self._names, self._given = cluster, deque(names), 0

    def __iter__(self):
        return self

    def __next__(self):
        if self._names and self._given >= self._cluster.hangs_behind and self._cluster.hangs:
            self._cluster.hangs -= 1
            self._cluster.waited_s += 60
            raise StopIteration
        if not self._names:
            raise StopIteration
        self._given += 1
        return Listed(self._names.popleft())


@dataclass
class Listed:
    key: str


@contextmanager
def ReadOpCtx():  # noqa: N802  # librados' name
    yield []


class WriteOpCtx:
    def __init__(self):
        self.steps = []

    def __enter__(self):
        return self

    def __exit__(self, *_):
        pass

    def add(self, change):
        """Add a step that makes the object if there is none."""

        def step(draft):
            draft.is_there = True
            change(draft)

        self.steps.append(step)

    def new(self, exclusive):
        def step(draft):
            if draft.is_there and exclusive:
                raise fault(errno.EEXIST)
            draft.is_there = True

        self.steps.append(step)

    def write_full(self, new):
        assert isinstance(new, bytes)
        self.add(lambda draft: setattr(draft, "content", new))

    def write(self, data, offset):
        assert isinstance(data, bytes)

        def step(draft):
            whole = draft.content.ljust(offset, b"\0")
            draft.content = whole[:offset] + data + whole[offset + len(data) :]

        self.add(step)

    def truncate(self, length):
        def step(draft):
            if draft.is_there:
                draft.content = draft.content[:length].ljust(length, b"\0")

        self.steps.append(step)

    def cmpext(self, expected, offset):
        def step(draft):
            found = draft.content[offset : offset + len(expected)].ljust(len(expected), b"\0")
            for at, (one, other) in enumerate(zip(expected, found, strict=True)):
                if one != other:
                    raise fault(4095 + at)

        self.steps.append(step)

    def set_xattr(self, name, value):
        self.add(lambda draft: draft.attributes.update({name: value}))

    def rm_xattr(self, name):
        self.steps.append(lambda draft: draft.attributes.pop(name, None))
