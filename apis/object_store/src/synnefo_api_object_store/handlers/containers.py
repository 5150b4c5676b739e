# SPDX-License-Identifier: Apache-2.0
"""Containers.

Source: OpenStack API reference, object storage, "Containers".
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from webob import Request

import synnefo_object_store as store
from synnefo_api_object_store import (
    container_policies,
    criteria,
    domains,
    headers,
    moments,
    permits,
    refusals,
    windows,
)
from synnefo_api_object_store.handlers import bulk, forms
from synnefo_api_object_store.parameters import parameters
from synnefo_api_object_store.paths import account_id, check_delimiter
from synnefo_api_object_store.views import container as container_view, listing
from synnefo_core.context import RequestContext
from synnefo_core.contracts.api import Reply
from synnefo_core.errors import Invalid

_TEXT = "text/plain; charset=utf-8"


def show(context: RequestContext, request: Request, account: str, container: str) -> Reply:
    """Tell a container's counts and metadata (HEAD)."""
    refusals.check(request, "container")
    query = parameters(request)
    found = _found(context, request, account, container)
    told = _told(context, found)
    if "meta" in query and not found.is_guest:
        moments.check_keys(query)
        told |= container_view.keys(
            store.keys_in_use(context, found.account, container, domains.asked(request))
        )
    return Reply(status=204, headers=told, content_type=_TEXT)


def index(
    context: RequestContext,
    request: Request,
    query: Mapping[str, str],
    account: str,
    container: str,
) -> Reply:
    """List a container's objects."""
    refusals.check(request, "container")
    window = windows.window(query, most=store.LIMITS.container_listing)
    asked = criteria.asked(request)
    moment = moments.until(query)
    if moment is not None:
        return _past(context, request, window, account, container, moment=moment)
    found = store.show_container(context, account_id(account), container)
    if "versions" in query:
        windows.require_json(request, query)
        marker = query.get("version_marker")
        past = store.list_versions(context, found.account, container, window, version_marker=marker)
        return replace(listing.versions(past), headers=_told(context, found))
    media_type = windows.media_type(request, query)
    is_plain = windows.is_plain(query, media_type, account)
    rows = store.list_objects(
        context,
        found.account,
        container,
        window,
        is_shared="shared" in query,
        is_public="public" in query,
        criteria=asked,
        has_state=not is_plain,
    )
    names = [] if is_plain else [row.name for row in rows if isinstance(row, store.ListedObject)]
    told = permits.told_among(context, found.account, container, names)
    tells_writers = not is_plain and store.is_owner(context, found.account)
    shown = listing.objects(container, rows, media_type, told, tells_writers=tells_writers)
    return replace(shown, headers=_told(context, found))


def _past(
    context: RequestContext,
    request: Request,
    window: store.Window,
    account: str,
    container: str,
    *,
    moment: float,
) -> Reply:
    """List what was in a container."""
    query = parameters(request)
    moments.check_listing(query)
    media_type = windows.media_type(request, query)
    rows = store.list_objects_at(
        context,
        account_id(account),
        container,
        window,
        moment,
        criteria=criteria.asked(request),
    )
    told = {}
    if not window.marker:
        # Counts of the past are a scan of it: once for all pages.
        told = _told(context, _found(context, request, account, container))
    return replace(listing.objects(container, rows, media_type, tells_writers=True), headers=told)


def _found(
    context: RequestContext, request: Request, account: str, container: str
) -> store.ContainerInfo:
    """Return the container as it is, or as it was."""
    moment = moments.until(parameters(request))
    if moment is None:
        return store.show_container(context, account_id(account), container)
    return store.show_container_at(context, account_id(account), container, moment)


def _told(context: RequestContext, found: store.ContainerInfo) -> dict[str, str]:
    is_owner = store.is_owner(context, found.account)
    policies = container_policies.told(found) if is_owner else {}
    blocks = container_view.blocks(store.engine(context.cloud).storage.properties.block_bytes)
    return container_view.headers(found, is_owner=is_owner) | blocks | policies


def create(context: RequestContext, request: Request, account: str, container: str) -> Reply:
    """Make a container, or change the metadata of one that is there."""
    refusals.check(request, "container")
    if "extract-archive" in parameters(request):
        return bulk.extract(context, request, account_id(account), container)
    policy = headers.given(request.environ, "X-Storage-Policy")
    if policy and policy.lower() != container_view.POLICY:
        raise Invalid(f"there is no storage policy {policy[:64]}")
    is_new = store.create_container(context, account_id(account), container, *_changes(request))
    return Reply(status=201 if is_new else 202)


def update(context: RequestContext, request: Request, account: str, container: str) -> Reply:
    """Change a container's metadata, or take the files of a form."""
    if forms.is_form(request):
        return forms.post(context, request, account, container, "")
    refusals.check(request, "container")
    store.update_container(context, account_id(account), container, *_changes(request))
    return Reply(status=204)


def _changes(request: Request) -> tuple[dict[str, str], dict[str, str]]:
    """Return the metadata and the settings that a request changes."""
    settings = {**container_view.SETTINGS, **container_view.SECRETS}
    limits, switches = container_policies.asked(request.environ)
    return (
        headers.metadata_changes(request.environ, "container") | limits,
        headers.settings(request.environ, settings) | switches,
    )


def delete(context: RequestContext, request: Request, account: str, container: str) -> Reply:
    """Remove an empty container, with a delimiter all that is in it, or what is past."""
    refusals.check(request, "container")
    query = parameters(request)
    moment = moments.until(query)
    if moment is not None:
        moments.check_purge(query)
        store.purge_container(context, account_id(account), container, moment)
        return Reply(status=204)
    if "delimiter" in query:
        check_delimiter(query)
        store.empty_container(context, account_id(account), container)
        return Reply(status=204)
    store.delete_container(context, account_id(account), container)
    return Reply(status=204)
