# SPDX-License-Identifier: Apache-2.0
"""Accounts.

Source: OpenStack API reference, object storage, "Accounts".
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from webob import Request

import synnefo_object_store as store
from synnefo_api_object_store import headers, refusals, windows
from synnefo_api_object_store.paths import account_id
from synnefo_api_object_store.views import account as account_view, listing
from synnefo_core.context import RequestContext
from synnefo_core.contracts.api import Reply


def show(context: RequestContext, request: Request, account: str) -> Reply:
    """Tell an account's counts and metadata (HEAD)."""
    refusals.check(request, "account")
    found = store.show_account(context, account_id(account))
    return Reply(
        status=204, headers=account_view.headers(found), content_type="text/plain; charset=utf-8"
    )


def index(
    context: RequestContext, request: Request, query: Mapping[str, str], account: str
) -> Reply:
    """List an account's containers."""
    refusals.check(request, "account")
    media_type = windows.media_type(request, query)
    window = windows.window(query, most=store.LIMITS.account_listing, has_paths=False)
    found = store.show_account(context, account_id(account))
    rows = store.list_containers(context, found.id, window)
    return replace(
        listing.containers(account, rows, media_type), headers=account_view.headers(found)
    )


def update(context: RequestContext, request: Request, account: str) -> Reply:
    """Change an account's metadata."""
    refusals.check(request, "account")
    changes = headers.metadata_changes(request.environ, "account")
    settings = headers.settings(request.environ, account_view.SETTINGS)
    changes.pop("Quota-Bytes", None)
    store.update_account(context, account_id(account), changes, settings)
    return Reply(status=204)
