# SPDX-License-Identifier: Apache-2.0
"""Uploads under way: what they have stored is of no object yet, but not garbage.

Garbage collection spares what is young. So only an upload that lasts must tell what it has stored:
after :data:`RECORD_EVERY_S`, and again as often, a thread of the process writes that down, also
while the client is silent. Short uploads cost nothing. What a dead process wrote down goes after
:data:`FORGOTTEN_AFTER_S`.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from sqlalchemy import Table, delete, insert, select, update
from sqlalchemy.exc import SQLAlchemyError

from synnefo_blocks import split
from synnefo_core.context import RequestContext, for_worker
from synnefo_core.db.base import new_id
from synnefo_core.errors import Unavailable
from synnefo_object_store.models import UploadPartRow, UploadRow

if TYPE_CHECKING:
    from synnefo_core.cloud import Cloud

log = logging.getLogger(__name__)

RECORD_EVERY_S = 15.0
"""An upload that is younger has written nothing down; grace periods are far longer."""
FORGOTTEN_AFTER_S = 3600.0
EXPIRE_EVERY_S = 300.0

_upload: Table = UploadRow.__table__  # type: ignore[assignment]  # declared as FromClause
_part: Table = UploadPartRow.__table__  # type: ignore[assignment]  # declared as FromClause


class Upload:
    """One upload under way in this process; it has an id once it is written down."""

    def __init__(self, store: str, begun_at: float) -> None:
        self.store, self.begun_at = store, begun_at
        self.id = ""
        self.renewed_at = begun_at
        self.parts = 0
        self._names = bytearray()

    def stored(self, name: bytes) -> None:
        """Learn that a block is durable."""
        self._names += name

    def unrecorded(self) -> bytes:
        """Return the names that are not written down yet, concatenated."""
        return bytes(self._names)

    def recorded(self, names: bytes, now: float, upload_id: str) -> None:
        """Learn that these names, the first of those that waited, are written down."""
        del self._names[: len(names)]
        self.parts += bool(names)
        self.id, self.renewed_at = upload_id, now


class Uploads:
    """The uploads of this process and the thread that writes the long ones down."""

    def __init__(self, cloud: Cloud) -> None:
        self._context = for_worker(cloud)
        self._lock = threading.Lock()
        self._running: set[Upload] = set()
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None

    @contextmanager
    def begin(self, store: str) -> Iterator[Upload]:
        """Have an upload counted as under way until the block ends."""
        upload = Upload(store, self._context.now())
        self._running.add(upload)
        if self._thread is None:
            self._start()
        try:
            yield upload
        finally:
            self._end(upload)

    def record(self) -> None:
        """Write down what the uploads that last have stored."""
        now = self._context.now()
        due = [u for u in list(self._running) if now - u.renewed_at >= RECORD_EVERY_S]
        for upload in due:
            with self._lock:
                if upload in self._running:
                    self._record(upload, now)

    def close(self) -> None:
        """End the thread."""
        self._stopping.set()
        if self._thread is not None:
            self._thread.join()

    def _start(self) -> None:
        with self._lock:
            if self._thread is None:
                self._thread = threading.Thread(target=self._keep, name="uploads", daemon=True)
                self._thread.start()

    def _keep(self) -> None:
        while not self._stopping.wait(RECORD_EVERY_S):
            try:
                self.record()
            except (SQLAlchemyError, Unavailable):
                log.warning("uploads under way were not written down", exc_info=True)

    def _record(self, upload: Upload, now: float) -> None:
        names, is_first = upload.unrecorded(), not upload.id
        upload_id = upload.id or new_id()
        with self._context.unit_of_work() as session:
            if is_first:
                values = {"id": upload_id, "store": upload.store, "begun_at": upload.begun_at}
                session.execute(insert(_upload), {**values, "renewed_at": now})
            else:
                session.execute(
                    update(_upload).where(_upload.c.id == upload_id).values(renewed_at=now)
                )
            if names:
                part = {"upload_id": upload_id, "number": upload.parts, "names": names}
                session.execute(insert(_part), part)
        upload.recorded(names, now, upload_id)

    def _end(self, upload: Upload) -> None:
        # The lock waits for a record that is being written; no transaction is open here.
        with self._lock:
            self._running.discard(upload)
        if upload.id:
            try:
                _forget(self._context, [upload.id])
            except (SQLAlchemyError, Unavailable):
                # The upload itself is done; the worker forgets it later.
                log.warning("an upload that has ended is still written down", exc_info=True)


def uploads(cloud: Cloud) -> Uploads:
    """Return the uploads of this process."""
    return cloud.shared("object_store.uploads", lambda: Uploads(cloud))


def expire(context: RequestContext) -> None:
    """Forget the uploads of processes that have died."""
    dead = select(_upload.c.id).where(_upload.c.renewed_at < context.now() - FORGOTTEN_AFTER_S)
    with context.reading() as session:
        ids = session.scalars(dead).all()
    if ids:
        _forget(context, ids)


def _forget(context: RequestContext, ids: Sequence[str]) -> None:
    with context.unit_of_work() as session:
        session.execute(delete(_part).where(_part.c.upload_id.in_(ids)))
        session.execute(delete(_upload).where(_upload.c.id.in_(ids)))


def stored_names(context: RequestContext, store: str) -> Iterator[bytes]:
    """Yield the names of the blocks that uploads under way have stored in a store."""
    query = (
        select(_part.c.names)
        .join(_upload, _upload.c.id == _part.c.upload_id)
        .where(_upload.c.store == store)
    )
    with context.reading(is_snapshot=True) as session:
        for names in session.scalars(query.execution_options(yield_per=16)):
            yield from split(names)
