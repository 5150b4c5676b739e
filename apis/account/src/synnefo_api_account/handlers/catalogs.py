# SPDX-License-Identifier: Apache-2.0
"""From ids of users to their login names, and back."""

from __future__ import annotations

from typing import Any

import synnefo_identity
from synnefo_core.context import RequestContext


def look_up(context: RequestContext, body: dict[str, Any]) -> dict[str, Any]:
    """Answer ``POST /user_catalogs``."""
    return _answer(context, body.get("uuids") or (), body.get("displaynames") or ())


def look_up_all(context: RequestContext, body: dict[str, Any]) -> dict[str, Any]:
    """Answer ``POST /service/user_catalogs``, where null asks for everybody."""
    return _answer(context, body.get("uuids", ()), body.get("displaynames", ()))


def _answer(context: RequestContext, ids: Any, names: Any) -> dict[str, Any]:
    found = synnefo_identity.accounts.look_up(context, ids=ids, names=names)
    return {"uuid_catalog": dict(found.names), "displayname_catalog": dict(found.ids)}
