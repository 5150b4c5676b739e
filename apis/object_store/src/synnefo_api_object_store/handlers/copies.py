# SPDX-License-Identifier: Apache-2.0
"""Copies of objects, asked for with COPY, or with PUT and X-Copy-From; moves likewise.

Source: OpenStack API reference, object storage, "Copy object".
"""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import quote

from webob import Request

import synnefo_object_store as store
from synnefo_api_object_store import (
    conditions,
    domains,
    headers,
    moments,
    names,
    paths,
    refusals,
    symlinks,
)
from synnefo_api_object_store.parameters import parameters
from synnefo_api_object_store.paths import RESELLER, account_id, place
from synnefo_api_object_store.views import object as object_view
from synnefo_core.context import RequestContext
from synnefo_core.contracts.api import Reply
from synnefo_core.errors import Invalid, PreconditionFailed
from synnefo_object_store import Copying, ObjectInfo, Place, within


def copy(
    context: RequestContext, request: Request, account: str, container: str, name: str
) -> Reply:
    """Copy the object of the path to its Destination."""
    refusals.check(request, "object")
    query, source = parameters(request), Place(account_id(account), container, name)
    if "delimiter" in query:
        target = _target(context, request, account)
        made = store.copy_folder(context, source, target, _copying(context, request))
        return _told(request, source, made)
    version = paths.version(query) or headers.given(request.environ, "X-Source-Version")
    found = store.show_object(context, source.account, container, name, version=version)
    return _copied(context, request, found, _target(context, request, account))


def move(
    context: RequestContext, request: Request, account: str, container: str, name: str
) -> Reply:
    """Move the object of the path to its Destination."""
    source = Place(account_id(account), container, name)
    store.require_owner(context, source.account)
    return _moved(context, request, source, _target(context, request, account))


def move_from(context: RequestContext, request: Request, target: Place, text: str) -> Reply:
    """Move what X-Move-From says to the path of a PUT."""
    _check_empty(request)
    out_of = names.account_given(context, request.environ, "X-Source-Account")
    source, _ = place("X-Move-From", text, out_of or target.account)
    return _moved(context, request, source, target)


def _moved(context: RequestContext, request: Request, source: Place, target: Place) -> Reply:
    refusals.check(request, "object")
    has_delimiter = "delimiter" in parameters(request)
    move = store.move_folder if has_delimiter else store.move_object
    return _told(request, source, move(context, source, target, _copying(context, request)))


def _target(context: RequestContext, request: Request, account: str) -> Place:
    text = headers.given(request.environ, "Destination")
    if text is None:
        msg = "the header Destination is needed"
        raise PreconditionFailed(msg)
    into = names.account_given(context, request.environ, "Destination-Account")
    return place("Destination", text, into or account)[0]


def copy_from(context: RequestContext, request: Request, target: Place, text: str) -> Reply:
    """Copy what X-Copy-From says to the path of a PUT."""
    _check_empty(request)
    out_of = names.account_given(context, request.environ, "X-Copy-From-Account")
    source, version = place("X-Copy-From", text, out_of or target.account)
    version = version or headers.given(request.environ, "X-Source-Version")
    found = store.show_object(
        context, source.account, source.container, source.name, version=version
    )
    return _copied(context, request, found, target)


def _check_empty(request: Request) -> None:
    if request.content_length:
        msg = "a copy has no body"
        raise Invalid(msg)


def _copied(context: RequestContext, request: Request, found: ObjectInfo, target: Place) -> Reply:
    if not symlinks.is_itself(request):
        found = store.follow(context, found)
    is_whole = parameters(request).get("multipart-manifest") != "get"
    copied = store.copy_whole if is_whole else store.copy_object
    made = copied(context, found, target, _copying(context, request))
    told = _told(request, Place(found.account, found.container, found.name), made)
    at = {"X-Copied-From-Last-Modified": headers.http_date(found.modified_at)}
    return replace(told, headers={**told.headers, **at})


def _copying(context: RequestContext, request: Request) -> Copying:
    """Return what a copy is to be besides its content."""
    environ, query = request.environ, parameters(request)
    paths.check_delimiter(query)
    content_type = headers.content_type(environ)
    return Copying(
        metadata=domains.metadata(request),
        headers=headers.kept(environ),
        content_type=None if "ignore_content_type" in query else content_type,
        is_fresh=headers.is_true(headers.given(environ, "X-Fresh-Metadata")),
        condition=conditions.for_writing(environ),
        expires_at=moments.end(environ, context.now()),
    )


def _told(request: Request, source: Place, made: ObjectInfo | None) -> Reply:
    """Tell what came to be at the target, and where it was; None: only what is below it."""
    told = {
        "X-Copied-From": quote(f"{source.container}/{source.name}"),
        "X-Copied-From-Account": quote(f"{RESELLER}{source.account}"),
    }
    if made is not None:
        told |= object_view.state(made) | headers.shown_metadata(
            "object", within(made.metadata, domains.asked(request))
        )
    return Reply(status=201, headers=told)
