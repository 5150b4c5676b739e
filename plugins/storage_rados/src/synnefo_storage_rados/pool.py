# SPDX-License-Identifier: Apache-2.0
"""A pool of a Ceph cluster: the calls of librados that a store makes, in the words of the contract.

The binding comes from the system (python3-rados) and not from a package index, so it is looked for
when a store is opened. It lets other threads run during its calls, but knows nothing of green ones.
"""

from __future__ import annotations

import errno
import importlib
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from itertools import islice
from typing import Any

from synnefo_core.contracts.driver import Misconfigured
from synnefo_core.contracts.storage import (
    StorageError,
    StorageFull,
    StorageUnavailable,
    StoreUsage,
)
from synnefo_storage_rados.gates import Gate
from synnefo_storage_rados.options import Options

FULL = frozenset({errno.ENOSPC, errno.EDQUOT})
REFUSED = frozenset({errno.EACCES, errno.EPERM, errno.EINVAL, errno.ENOENT})
"""When a store is opened these are mistakes of its settings; later, of somebody's at the cluster."""

MISMATCH = 4095
"""Where a comparison fails librados gives this and the position as the number of the error."""
PAGE = 1000
_ATTEMPTS = 2
_ANY = "synnefo-store"

MISSING_BINDING = (
    "Python finds no module rados: install the system's python3-rados and make it importable"
)

Change = Callable[[Any], None]
"""Adds one step to an operation; all its steps are done or none."""


def binding() -> Any:
    """Return librados' module for Python.

    Raises:
        Misconfigured: There is none.
    """
    try:
        return importlib.import_module("rados")
    except ImportError as missing:
        raise Misconfigured(MISSING_BINDING) from missing


class Mismatch(Exception):
    """An object is not what it was compared with, or not there."""


class Pool:
    """A namespace of a pool; every call but :meth:`close` may be made from several threads."""

    def __init__(self, told: Options) -> None:
        """Connect.

        Raises:
            Misconfigured: The cluster does not know the user or the pool.
            StorageUnavailable: It does not answer.
        """
        self._rados = binding()
        self._gate = Gate()
        self._is_closed = False
        self._timeout_s = told.operation_timeout_s
        self._cluster: Any = None
        what = f"{told.place} was not opened"
        try:
            self._cluster = self._rados.Rados(
                conffile=told.conf_file, rados_id=told.user, conf=told.ceph
            )
            self._cluster.connect(timeout=told.connect_timeout_s)
            self._ioctx = self._cluster.open_ioctx(told.pool)
        except self._rados.Error as fault:
            self._shut_down()
            if fault.errno in REFUSED:
                raise Misconfigured(f"{what}: {fault}") from fault
            raise _explained(fault, what) from fault
        self._ioctx.set_namespace(told.namespace)
        # A full cluster says so instead of waiting for room, and lets us delete.
        self._ioctx.set_osdmap_full_try()

    def stat(self, name: str) -> tuple[int, float] | None:
        """Return an object's size and when it was last changed, in whole seconds; None: no object."""
        try:
            with self._translated(f"{name} was not looked at"):
                size_bytes, modified_at = self._ioctx.stat(name)
        except self._rados.ObjectNotFound:
            return None
        return int(size_bytes), time.mktime(modified_at)

    def read(self, name: str, offset: int, length: int) -> bytes | None:
        """Return 1 or more bytes, fewer at the end; None: no object."""
        try:
            with self._translated(f"{name} was not read"):
                return bytes(self._ioctx.read(name, length, offset))
        except self._rados.ObjectNotFound:
            return None

    def create(self, name: str, content: bytes) -> bool:
        """Make an object with a content; False when there was one."""
        exclusive = self._rados.LIBRADOS_CREATE_EXCLUSIVE
        try:
            self.operate(name, lambda op: op.new(exclusive), lambda op: op.write_full(content))
        except self._rados.ObjectExists:
            return False
        return True

    def swap(self, name: str, expected: bytes, content: bytes) -> bool:
        """Replace what begins with ``expected``; False when the object is another, or none."""
        try:
            self.operate(name, lambda op: op.cmpext(expected, 0), lambda op: op.write_full(content))
        except Mismatch:
            return False
        return True

    def attributes(self, name: str) -> list[str]:
        """Return the names of an object's attributes; none where there is no object."""
        try:
            with self._translated(f"{name} was not looked at"):
                return [key for key, _ in self._ioctx.get_xattrs(name)]
        except self._rados.ObjectNotFound:
            return []

    def mark(self, name: str, key: str) -> None:
        """Add a key to an object's list; it is made if there is none."""
        self.operate(name, lambda op: self._ioctx.set_omap(op, (key,), (b"",)))

    def unmark(self, name: str, key: str) -> None:
        """Remove a key from an object's list."""
        with suppress(self._rados.ObjectNotFound):
            self.operate(name, lambda op: self._ioctx.remove_omap_keys(op, (key,)))

    def marks(self, name: str) -> Iterator[str]:
        """Yield the keys of an object's list in alphabetical order; none where there is no object."""
        keys, after = self._marks(name, ""), ""
        while keys:
            yield from keys
            after = keys[-1]
            keys = self._marks(name, after)

    def _marks(self, name: str, after: str) -> list[str]:
        try:
            with self._translated(f"{name} was not read"), self._rados.ReadOpCtx() as operation:
                found, _ = self._ioctx.get_omap_vals(operation, after, "", PAGE)
                self._ioctx.operate_read_op(operation, name)
                return [key for key, _ in found]
        except self._rados.ObjectNotFound:
            return []

    def operate(self, name: str, *changes: Change) -> None:
        """Do all changes to an object, or none; it is as old as now then.

        Raises:
            Mismatch: A comparison among the changes fails.
            Error: librados', when another condition among them does not hold.
        """
        with self._translated(f"{name} was not written"), self._rados.WriteOpCtx() as operation:
            for change in changes:
                change(operation)
            # Without a time Ceph 16 takes 1970.
            self._ioctx.operate_write_op(operation, name, mtime=int(time.time()))

    def remove(self, name: str) -> bool:
        """Remove an object; say whether it was there."""
        try:
            with self._translated(f"{name} was not removed"):
                self._ioctx.remove_object(name)
        except self._rados.ObjectNotFound:
            return False
        return True

    def names(self) -> Iterator[str]:
        """Yield the names of all objects, in no order.

        Raises:
            StorageUnavailable: The cluster did not answer to the end.
        """
        with self._translated("the pool was not listed"):
            listed = iter(self._ioctx.list_objects())
        while names := self._some(listed):
            yield from names
        # Who may no longer read is told so here; the binding would say that this is all.
        self.stat(_ANY)

    def _some(self, listed: Iterator[Any]) -> list[str]:
        """Return the next names, none at the end.

        The binding ends a list where the cluster does not answer in time as it does where there is
        no more, and goes on when it is asked again. Only at the end it answers at once, asking nobody.
        """
        for _ in range(_ATTEMPTS):
            begun_at = time.monotonic()
            with self._translated("the pool was not listed"):
                names = [found.key for found in islice(listed, PAGE)]
            if names or time.monotonic() - begun_at < self._timeout_s / 2:
                return names
        raise StorageUnavailable("the pool was not listed: the cluster did not answer in time")

    def usage(self) -> StoreUsage:
        """Return the cluster's room; unknown without a manager daemon, which counts it."""
        with self._translated("nobody said how much room there is"):
            told = self._cluster.get_cluster_stats()
        if not told["kb"]:
            return StoreUsage(None, None)
        return StoreUsage(told["kb"] * 1024, told["kb_avail"] * 1024)

    def close(self) -> None:
        """Give back the connection, once no call is under way: librados would crash."""
        with self._gate.alone():
            self._is_closed = True
            self._ioctx.close()
            self._shut_down()

    def _shut_down(self) -> None:
        if self._cluster is not None:
            self._cluster.shutdown()

    @contextmanager
    def _translated(self, what: str) -> Iterator[None]:
        """Raise what librados says as an error of the contract, but for what callers ask about."""
        with self._gate.together():
            if self._is_closed:
                raise StorageUnavailable(f"{what}: the store was closed")
            try:
                yield
            except (self._rados.ObjectNotFound, self._rados.ObjectExists):
                raise
            except self._rados.Error as fault:
                if fault.errno is not None and fault.errno >= MISMATCH:
                    raise Mismatch from fault
                raise _explained(fault, what) from fault


def _explained(fault: Any, what: str) -> StorageError:
    reason = f"{what}: {fault}"
    return StorageFull(reason) if fault.errno in FULL else StorageUnavailable(reason)
