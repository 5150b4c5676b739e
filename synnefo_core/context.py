# SPDX-License-Identifier: Apache-2.0
"""Who asks, and the unit of work in which the answer is found.

Every service call takes a :class:`RequestContext` first. It is made by the authentication
middleware for a request and by the worker for its own work.
"""

from __future__ import annotations

import uuid
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from synnefo_core.errors import Forbidden

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from synnefo_core.cloud import Cloud
    from synnefo_core.contracts.directory import Claims

ADMIN_ROLE = "admin"


def new_request_id() -> str:
    """Return a request id in OpenStack's form."""
    return f"req-{uuid.uuid4()}"


@dataclass(frozen=True)
class RequestContext:
    """Who asks for what on whose behalf.

    Attributes:
        cloud: The assembled cloud.
        request_id: Shown to the client and in every log line.
        user_id: The user; empty for an anonymous caller and for the worker.
        project_id: The project of the token; empty when it is not scoped to one.
        roles: The user's roles in the token's scope, implied ones included.
        claims: All that the token says; None for an anonymous caller and for the worker.
    """

    cloud: Cloud = field(repr=False)
    request_id: str = field(default_factory=new_request_id)
    user_id: str = ""
    project_id: str = ""
    roles: frozenset[str] = frozenset()
    claims: Claims | None = None

    @property
    def is_admin(self) -> bool:
        """Whether the caller is an administrator of the cloud."""
        return ADMIN_ROLE in self.roles

    @property
    def is_anonymous(self) -> bool:
        """Whether no token came with the request."""
        return self.claims is None and not self.is_admin

    def unit_of_work(self) -> AbstractContextManager[Session]:
        """Begin or join the transaction that writes."""
        return self.cloud.database.unit_of_work()

    def reading(self, *, is_snapshot: bool = False) -> AbstractContextManager[Session]:
        """Begin or join a transaction that reads; a snapshot sees one moment."""
        return self.cloud.database.reading(is_snapshot=is_snapshot)

    def now(self) -> float:
        """Return the time in seconds since the epoch."""
        return self.cloud.clock.now()

    def require_project(self) -> str:
        """Return the project of the token.

        Raises:
            Forbidden: The token is not scoped to a project.
        """
        if not self.project_id:
            msg = "the token is not scoped to a project"
            raise Forbidden(msg)
        return self.project_id


def for_claims(cloud: Cloud, claims: Claims, request_id: str) -> RequestContext:
    """Return the context of a request with a valid token."""
    return RequestContext(
        cloud=cloud,
        request_id=request_id,
        user_id=claims.user_id,
        project_id=claims.project_id or "",
        roles=claims.roles,
        claims=claims,
    )


def for_worker(cloud: Cloud, request_id: str = "") -> RequestContext:
    """Return the context of the cloud's own work: an administrator without a project."""
    return RequestContext(
        cloud=cloud,
        request_id=request_id or new_request_id(),
        roles=frozenset({ADMIN_ROLE, "service"}),
    )
