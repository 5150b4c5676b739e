# SPDX-License-Identifier: Apache-2.0
"""What a login method governs of a user, the user can't change: the next login would undo it."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy.orm import Session

from synnefo_core.errors import Forbidden
from synnefo_identity.links import overview


def require_free(session: Session, user_id: str, names: Collection[str]) -> None:
    """Refuse a change of attributes that a linked method governs.

    Raises:
        Forbidden: One of them is; says which, and by which method.
    """
    for method, links in overview.of_user(session, user_id).items():
        for link in links:
            if taken := sorted(set(link.forced) & set(names)):
                msg = f"{taken[0]} comes from the login method {method}"
                raise Forbidden(msg)
