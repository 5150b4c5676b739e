# SPDX-License-Identifier: Apache-2.0
"""Many uploads in one request: the files of an archive, each stored for itself."""

from __future__ import annotations

import mimetypes

import synnefo_object_store as store
from synnefo_api_object_store.archives import File
from synnefo_api_object_store.faults import status_of, title
from synnefo_api_object_store.views import bulk
from synnefo_core.context import RequestContext
from synnefo_core.contracts.api import Reply
from synnefo_core.errors import CloudError, Forbidden, NotFound, Unauthenticated
from synnefo_object_store import Incoming

MOST_FAILURES = 1000
_UNKNOWN = "application/octet-stream"


class Extraction:
    """What became of an archive's files so far."""

    def __init__(self, context: RequestContext, account: str, folder: str) -> None:
        """Begin below a folder of an account: container and beginning of names, or nothing."""
        self._context, self._account, self._folder = context, account, folder
        self._created = 0
        self._errors: list[tuple[str, str]] = []

    def store(self, file: File) -> None:
        """Store a file; what is wrong with one is told, and is no reason not to go on.

        Raises:
            Forbidden: The caller may not write there.
            Unauthenticated: Nobody knows who asks.
        """
        path = "/".join(part for part in (self._folder, *_parts(file.name)) if part)
        container, _, name = path.partition("/")
        if not name:
            return
        try:
            self._put(container, name, file)
        except (Forbidden, Unauthenticated):
            raise
        except CloudError as error:
            status = status_of(error)
            self._errors.append((bulk.path(path), f"{status} {title(status)}"))
        else:
            self._created += 1

    @property
    def is_hopeless(self) -> bool:
        """Whether so much went wrong that the rest is not tried."""
        return len(self._errors) >= MOST_FAILURES

    def _put(self, container: str, name: str, file: File) -> None:
        guessed = mimetypes.guess_type(name)[0] or _UNKNOWN
        incoming = Incoming(
            content_type=file.content_type or guessed,
            metadata=store.qualified(file.metadata),
            size_bytes=file.size_bytes,
        )
        place = (self._context, self._account, container)
        try:
            store.show_container(*place)
        except NotFound:
            store.create_container(*place, {})
        except Forbidden:
            # Who may write need not be allowed to look.
            pass
        store.put_object(*place, name, read=file.read, incoming=incoming)

    def reply(self, media_type: str, *, problem: str = "") -> Reply:
        """Return the answer; a problem ended it before all was done."""
        status = "201 Created"
        if not (self._created or self._errors or problem):
            problem = "invalid tar file: no valid files"
        if self._errors or problem:
            status = "400 Bad Request"
        counts = {"Number Files Created": self._created}
        return bulk.shown(
            counts, self._errors, status=status, body=problem, media_type=media_type, root="extract"
        )


def _parts(name: str) -> list[str]:
    """Return the parts of a file's path that name something."""
    parts = name.strip().split("/")
    return [part for part in parts if part not in ("", ".")]
