# SPDX-License-Identifier: Apache-2.0
"""Heads of volumes as directories with a sparse file."""

from __future__ import annotations

import errno
import shutil
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TypeVar

from synnefo_core.contracts.storage import (
    CLUSTER_BYTES,
    Fenced,
    Head,
    HeadExists,
    HeadStore,
    LentHead,
    NoSuchThing,
    StorageError,
    StorageUnavailable,
)
from synnefo_storage_nfs import files, record
from synnefo_storage_nfs.faults import STALE, translated, twice_if_stale
from synnefo_storage_nfs.headview import CLUSTERS, CONTROL, DATA, RECORD, HeadView
from synnefo_storage_nfs.headwriter import HeadWriter, Outdated
from synnefo_storage_nfs.layout import HEAD_SUFFIX, Layout
from synnefo_storage_nfs.lent import LentView, LentWriter
from synnefo_storage_nfs.locks import Locks
from synnefo_storage_nfs.writers import Writers

CONTROL_BYTES = 64 * 1024
ATTEMPTS = 5

Result = TypeVar("Result")


class DirectoryHeads(HeadStore):
    """Heads, each a directory. What compares and swaps holds a lock that other machines see."""

    def __init__(self, layout: Layout, disk: files.Files, *, is_shared: bool) -> None:
        self._layout = layout
        self._is_shared = is_shared
        self._disk = disk
        self._locks = Locks(layout.locks)
        self._writers = Writers(
            lambda name: HeadWriter(name, layout.head(name), disk, is_shared=is_shared)
        )

    def create(self, name: str, size_bytes: int, *, epoch: int = 1) -> Head:
        _require_size(size_bytes)
        directory = self._layout.head(name)
        head = Head(name, size_bytes, epoch, CLUSTER_BYTES)
        draft = self._layout.heads / files.draft_name()
        with translated(f"head {name} was not made"):
            try:
                self._draft(draft, head)
                draft.rename(directory)
            except OSError as fault:
                shutil.rmtree(draft, ignore_errors=True)
                if fault.errno in (errno.EEXIST, errno.ENOTEMPTY):
                    raise HeadExists(f"head {name} is there already") from None
                raise
            self._disk.sync_directory(self._layout.heads)
        return head

    def show(self, name: str) -> Head:
        return record.decode(name, self._content(name, RECORD))

    def names(self) -> Iterator[str]:
        """Yield the names; abandoned drafts are removed on the way."""
        with translated("the heads were not listed"):
            found = list(self._layout.heads.iterdir())
        for path in found:
            if files.is_draft(path.name):
                files.remove_if_abandoned(path)
        yield from sorted(
            path.name.removesuffix(HEAD_SUFFIX) for path in found if path.suffix == HEAD_SUFFIX
        )

    def read(self, name: str, offset: int, length: int) -> bytes:
        return self._viewing(name, lambda view: view.read(offset, length))

    def write(self, name: str, epoch: int, offset: int, data: bytes | memoryview) -> None:
        self._writing(name, epoch, lambda writer: writer.write(epoch, offset, data))

    def lend(self, name: str, *, epoch: int | None = None) -> LentHead:
        with translated(f"head {name} was not opened"):
            if epoch is None:
                return self._lent_view(name)
            return LentWriter(
                self,
                name,
                epoch,
                borrow=lambda: self._writers.lend(name, partial(self._check, name, epoch)),
            )

    def discard(self, name: str, epoch: int, offset: int, length: int) -> None:
        self._writing(name, epoch, lambda writer: writer.discard(epoch, offset, length))

    def present(self, name: str) -> list[tuple[int, int]]:
        return self._viewing(name, lambda view: view.present(), ask_server=True)

    def flush(self, name: str, epoch: int) -> None:
        self._writing(name, epoch, lambda writer: writer.flush(epoch))

    def resize(self, name: str, epoch: int, size_bytes: int) -> Head:
        _require_size(size_bytes)
        with self._locked(name):
            return self._writing(
                name, epoch, lambda writer: writer.resize(epoch, size_bytes, self._publish)
            )

    def advance(self, name: str, *, expected: int, epoch: int) -> Head:
        with self._locked(name), self._writers.known(name) as writer:
            head = self.show(name)
            if head.epoch != expected or epoch <= expected:
                raise Fenced(f"head {name} is at epoch {head.epoch}: {expected} to {epoch} is void")
            changed = replace(head, epoch=epoch)
            if writer is None:
                self._publish(changed)
                return changed
            with suppress(StorageError, Outdated):
                writer.flush(expected)
            with writer.stopped():
                self._publish(changed)
            self._writers.retire(writer)
            return changed

    def read_control(self, name: str) -> bytes:
        return self._content(name, CONTROL)

    def write_control(self, name: str, record: bytes, *, expected: bytes) -> None:
        if len(record) > CONTROL_BYTES:
            raise ValueError(f"a control record has at most {CONTROL_BYTES} bytes")
        with self._locked(name), translated(f"the control record of {name} was not written"):
            if self._content(name, CONTROL) != expected:
                raise Fenced(f"the control record of head {name} is another by now")
            self._disk.publish(self._layout.head(name) / CONTROL, record)

    def delete(self, name: str) -> bool:
        directory = self._layout.head(name)
        waste = self._layout.heads / files.draft_name()
        with self._locked(name), self._writers.known(name) as writer:
            if writer is not None:
                self._writers.retire(writer)
            with translated(f"head {name} was not removed"):
                files.require_directory(self._layout.heads)
                try:
                    directory.rename(waste)
                except FileNotFoundError:
                    return False
                self._disk.sync_directory(self._layout.heads)
        shutil.rmtree(waste, ignore_errors=True)
        return True

    def close(self) -> None:
        """Flush what this process wrote and close its files."""
        for writer in self._writers.all():
            try:
                with suppress(Outdated, Fenced):
                    writer.flush(writer.head.epoch)
            finally:
                self._writers.retire(writer)

    def _draft(self, draft: Path, head: Head) -> None:
        draft.mkdir(mode=0o700)
        self._disk.create(draft / RECORD, record.encode(head))
        for name in (DATA, CLUSTERS, CONTROL):
            self._disk.create(draft / name, b"")
        self._disk.sync_directory(draft)

    def _publish(self, head: Head) -> None:
        with translated(f"the record of head {head.name} was not written"):
            self._disk.publish(self._layout.head(head.name) / RECORD, record.encode(head))

    def _content(self, name: str, part: str) -> bytes:
        directory = self._layout.head(name)

        def read() -> bytes:
            # As in HeadView: a writer of ours has the old record open.
            files.is_there(directory)
            return files.read_whole(directory / part)

        with translated(f"head {name} was not read"):
            return self._there(name, read)

    def _there(self, name: str, call: Callable[[], Result]) -> Result:
        """Return what ``call`` returns; a miss is asked again, as for blocks."""
        try:
            return twice_if_stale(call)
        except FileNotFoundError:
            files.require_directory(self._layout.heads)
        try:
            return twice_if_stale(call)
        except FileNotFoundError:
            raise NoSuchThing(f"there is no head {name}") from None

    def _viewing(
        self, name: str, call: Callable[[HeadView], Result], *, ask_server: bool = False
    ) -> Result:
        """Call with the writer of this process if it is the head's, else with a fresh view."""
        directory = self._layout.head(name)

        def fresh() -> Result:
            view = HeadView(name, directory, is_shared=self._is_shared)
            try:
                return call(view)
            finally:
                view.close()

        with translated(f"head {name} was not read"):
            with self._writers.known(name) as writer, self._forgetting_if_outdated(writer):
                if writer is not None:
                    writer.require_current(ask_server=ask_server)
                    return call(writer)
            return self._there(name, fresh)

    def _writing(self, name: str, epoch: int, call: Callable[[HeadWriter], Result]) -> Result:
        """Call with the writer of this process; open it again when it is outdated."""
        with translated(f"head {name} was not written"):
            for _ in range(ATTEMPTS):
                with (
                    self._writers.opened(name, partial(self._check, name, epoch)) as writer,
                    self._forgetting_if_outdated(writer),
                ):
                    return call(writer)
        raise StorageUnavailable(f"head {name} changes all the time")

    def _check(self, name: str, epoch: int) -> None:
        head = self.show(name)
        if head.epoch != epoch:
            raise Fenced(f"head {name} is at epoch {head.epoch}, not {epoch}")

    def _lent_view(self, name: str) -> LentView:
        directory = self._layout.head(name)
        with self._writers.known(name) as writer:
            view = self._there(name, lambda: HeadView(name, directory, is_shared=self._is_shared))
            return LentView(view, writer if writer and writer.is_unflushed else None)

    @contextmanager
    def _forgetting_if_outdated(self, writer: HeadWriter | None) -> Iterator[None]:
        """Swallow that the files of a writer are no longer the head's, and forget the writer."""
        try:
            yield
        except Outdated:
            self._outdate(writer)
        except OSError as fault:
            if fault.errno not in STALE:
                raise
            self._outdate(writer)

    def _outdate(self, writer: HeadWriter | None) -> None:
        """Forget a writer whose files are no longer the head's.

        Raises:
            StorageUnavailable: With it go writes that its epoch would still have to flush.
        """
        assert writer is not None
        self._writers.retire(writer)
        head = writer.head
        if writer.is_unflushed and self.show(head.name).epoch == head.epoch:
            raise StorageUnavailable(f"head {head.name} was replaced: what was not flushed is lost")

    def _locked(self, name: str) -> AbstractContextManager[None]:
        """Let nobody else, on any machine, compare and swap this head."""
        return self._locks.held(self._layout.head(name).name)


def _require_size(size_bytes: int) -> None:
    if size_bytes < 0:
        raise ValueError("a head cannot be smaller than nothing")
