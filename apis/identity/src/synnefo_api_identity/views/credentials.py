# SPDX-License-Identifier: Apache-2.0
"""Credentials and the keys of the EC2 API as JSON."""

from __future__ import annotations

import synnefo_identity
from synnefo_api_identity.views import links
from synnefo_api_identity.views.links import Json
from synnefo_core.context import RequestContext


def credential(context: RequestContext, shown: synnefo_identity.credentials.Kept) -> Json:
    """Show a credential with what it keeps, to whom it is for."""
    return {
        "id": shown.id,
        "type": shown.type,
        "blob": shown.blob,
        "user_id": shown.user_id,
        "project_id": shown.project_id,
        "links": links.of(context, "credentials", shown.id),
    }


def keys(context: RequestContext, shown: synnefo_identity.credentials.Kept) -> Json:
    """Show the keys of the EC2 API."""
    access = shown.content["access"]
    return {
        "user_id": shown.user_id,
        "tenant_id": shown.project_id,
        "access": access,
        "secret": shown.content["secret"],
        "trust_id": None,
        "links": links.of(context, "users", shown.user_id, "credentials", "OS-EC2", access),
    }
