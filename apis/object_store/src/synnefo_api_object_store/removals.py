# SPDX-License-Identifier: Apache-2.0
"""Many removals in one request: each is done for itself, and what failed is told."""

from __future__ import annotations

from collections.abc import Callable

from synnefo_api_object_store.faults import status_of, title
from synnefo_api_object_store.views import bulk
from synnefo_core.contracts.api import Reply
from synnefo_core.errors import CloudError, Forbidden, NotFound, Unauthenticated


class Removals:
    """What became of removals so far."""

    def __init__(self) -> None:
        """Begin with none."""
        self._removed = self._missing = 0
        self._errors: list[tuple[str, str]] = []
        self._is_refused = False

    def attempt(self, path: str, remove: Callable[[], object]) -> None:
        """Remove one thing; what is not there is no error."""
        try:
            remove()
        except NotFound:
            self._missing += 1
        except CloudError as error:
            self._is_refused |= isinstance(error, Forbidden | Unauthenticated)
            self.fail(path, status_of(error))
        else:
            self._removed += 1

    def fail(self, path: str, status: int) -> None:
        """Note what could not be removed."""
        self._errors.append((path, f"{status} {title(status)}"))

    def reply(self, media_type: str, *, problem: str = "") -> Reply:
        """Return the answer; a problem ended it before all was done."""
        status = "200 OK"
        if not (self._removed or self._missing or self._errors or problem):
            problem = "nothing was named"
        if self._errors or problem:
            status = "400 Bad Request"
        if self._is_refused:
            status = "401 Unauthorized"
        counts = {"Number Deleted": self._removed, "Number Not Found": self._missing}
        return bulk.shown(
            counts,
            self._errors,
            status=status,
            body=problem,
            media_type=media_type,
            root="delete",
        )
