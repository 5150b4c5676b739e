# SPDX-License-Identifier: Apache-2.0
"""Accounts.

Source: OpenStack API reference, object storage, "Accounts".
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from webob import Request

import synnefo_object_store as store
from synnefo_api_object_store import headers, moments, names, permits, refusals, windows
from synnefo_api_object_store.handlers import bulk
from synnefo_api_object_store.parameters import parameters
from synnefo_api_object_store.paths import account_id
from synnefo_api_object_store.views import account as account_view, listing
from synnefo_core.context import RequestContext
from synnefo_core.contracts.api import Reply
from synnefo_core.errors import MethodNotAllowed

_METHODS = ["GET", "HEAD", "OPTIONS", "POST"]


def show(context: RequestContext, request: Request, account: str) -> Reply:
    """Tell an account's counts and metadata (HEAD)."""
    refusals.check(request, "account")
    found = _found(context, request, account)
    told = _told(context, found)
    if store.is_owner(context, found.id):
        told |= account_view.policies(store.limits_of_payers(context, found.id))
    return Reply(status=204, headers=told, content_type="text/plain; charset=utf-8")


def sharing_with_me(context: RequestContext, request: Request, query: Mapping[str, str]) -> Reply:
    """List the accounts that share something with who asks."""
    media_type = windows.media_type(request, query)
    window = windows.window(query, most=store.LIMITS.account_listing, has_paths=False)
    window = replace(window, marker=account_id(names.account(context, window.marker)))
    found = store.list_accounts(context, window)
    called = names.shown(context, found)
    return listing.accounts([called.get(account, account) for account in found], media_type)


def index(
    context: RequestContext, request: Request, query: Mapping[str, str], account: str
) -> Reply:
    """List an account's containers."""
    refusals.check(request, "account")
    media_type = windows.media_type(request, query)
    window = windows.window(query, most=store.LIMITS.account_listing, has_paths=False)
    moment = moments.until(query)
    if moment is not None:
        moments.check_listing(query)
        then = store.list_containers_at(context, account_id(account), window, moment)
        # Counts of the past are a scan of it: once for all pages.
        told = {} if window.marker else _told(context, _found(context, request, account))
        return replace(listing.containers(account, then, media_type), headers=told)
    found = store.show_account(context, account_id(account))
    is_shared = "shared" in query
    rows = store.list_containers(context, found.id, window, is_shared=is_shared)
    return replace(listing.containers(account, rows, media_type), headers=_told(context, found))


def _found(context: RequestContext, request: Request, account: str) -> store.AccountInfo:
    """Return the account as it is, or as it was."""
    moment = moments.until(parameters(request))
    if moment is None:
        return store.show_account(context, account_id(account))
    return store.show_account_at(context, account_id(account), moment)


def _told(context: RequestContext, found: store.AccountInfo) -> dict[str, str]:
    told = account_view.headers(found, is_owner=store.is_owner(context, found.id))
    return told | permits.told_groups(context, found.id)


def update(context: RequestContext, request: Request, account: str) -> Reply:
    """Change an account's metadata, or do much at once in it."""
    refusals.check(request, "account")
    if "bulk-delete" in parameters(request):
        return bulk.delete(context, request, account_id(account))
    changes = headers.metadata_changes(request.environ, "account")
    settings = headers.settings(request.environ, account_view.SETTINGS)
    changes.pop("Quota-Bytes", None)
    groups = permits.groups(context, request.environ)
    store.update_account(context, account_id(account), changes, settings, groups)
    return Reply(status=204)


def delete(context: RequestContext, request: Request, account: str) -> Reply:
    """Remove much at once; the account itself stays as long as its project."""
    refusals.check(request, "account")
    if "bulk-delete" in parameters(request):
        return bulk.delete(context, request, account_id(account))
    store.show_account(context, account_id(account))
    raise MethodNotAllowed(request.method, _METHODS)


def put(context: RequestContext, request: Request, account: str) -> Reply:
    """Store an archive; accounts are made with their projects."""
    refusals.check(request, "account")
    if "extract-archive" in parameters(request):
        return bulk.extract(context, request, account_id(account), "")
    store.show_account(context, account_id(account))
    raise MethodNotAllowed(request.method, _METHODS)
