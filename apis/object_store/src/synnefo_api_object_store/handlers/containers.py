# SPDX-License-Identifier: Apache-2.0
"""Containers.

Source: OpenStack API reference, object storage, "Containers".
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from webob import Request

import synnefo_object_store as store
from synnefo_api_object_store import headers, refusals, windows
from synnefo_api_object_store.paths import account_id
from synnefo_api_object_store.views import container as container_view, listing
from synnefo_core.context import RequestContext
from synnefo_core.contracts.api import Reply
from synnefo_core.errors import Invalid


def show(context: RequestContext, request: Request, account: str, container: str) -> Reply:
    """Tell a container's counts and metadata (HEAD)."""
    refusals.check(request, "container")
    found = store.show_container(context, account_id(account), container)
    return Reply(
        status=204, headers=container_view.headers(found), content_type="text/plain; charset=utf-8"
    )


def index(
    context: RequestContext,
    request: Request,
    query: Mapping[str, str],
    account: str,
    container: str,
) -> Reply:
    """List a container's objects."""
    refusals.check(request, "container")
    media_type = windows.media_type(request, query)
    window = windows.window(query, most=store.LIMITS.container_listing)
    found = store.show_container(context, account_id(account), container)
    rows = store.list_objects(context, found.account, container, window)
    return replace(
        listing.objects(container, rows, media_type), headers=container_view.headers(found)
    )


def create(context: RequestContext, request: Request, account: str, container: str) -> Reply:
    """Make a container, or change the metadata of one that is there."""
    refusals.check(request, "container")
    policy = headers.given(request.environ, "X-Storage-Policy")
    if policy and policy.lower() != container_view.POLICY:
        raise Invalid(f"there is no storage policy {policy[:64]}")
    changes = headers.metadata_changes(request.environ, "container")
    is_new = store.create_container(context, account_id(account), container, changes)
    return Reply(status=201 if is_new else 202)


def update(context: RequestContext, request: Request, account: str, container: str) -> Reply:
    """Change a container's metadata."""
    refusals.check(request, "container")
    changes = headers.metadata_changes(request.environ, "container")
    store.update_container(context, account_id(account), container, changes)
    return Reply(status=204)


def delete(context: RequestContext, request: Request, account: str, container: str) -> Reply:
    """Remove an empty container."""
    refusals.check(request, "container")
    store.delete_container(context, account_id(account), container)
    return Reply(status=204)
