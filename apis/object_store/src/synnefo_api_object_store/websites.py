# SPDX-License-Identifier: Apache-2.0
"""Containers as websites (StaticWeb): index pages, listings and pages for errors.

Source: OpenStack Swift documentation, "StaticWeb".
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import quote

from webob import Request

import synnefo_object_store as store
from synnefo_api_object_store import headers
from synnefo_api_object_store.faults import status_of
from synnefo_api_object_store.handlers import objects
from synnefo_api_object_store.paths import account_id
from synnefo_api_object_store.views import pages
from synnefo_core.context import RequestContext
from synnefo_core.contracts.api import Reply
from synnefo_core.errors import CloudError, Forbidden, NotFound, Unauthenticated
from synnefo_object_store import LIMITS, Place, Window

Handler = Callable[..., Reply]
_FOLDER = "application/directory"
_PAGE = "the page"


def shown(handler: Handler) -> Handler:
    """Have a handler's place be part of a website when somebody unknown looks at it."""

    @functools.wraps(handler)
    def answer(
        *, context: RequestContext, request: Request, account: str, container: str, **rest: Any
    ) -> Reply:
        def plain() -> Reply:
            named = {"account": account, "container": container}
            return handler(context=context, request=request, **named, **rest)

        wants = headers.is_true(headers.given(request.environ, "X-Web-Mode"))
        if (context.user_id and not wants) or request.method not in ("GET", "HEAD"):
            return plain()
        said = store.published(context, account_id(account), container)
        if not ("Web-Index" in said or headers.is_true(said.get("Web-Listings"))):
            return plain()
        place = Place(account_id(account), container, rest.get("name", ""))
        return Website(context, request, account, said).visit(place, plain)

    return answer


@dataclass(frozen=True)
class Website:
    """A container as a website; ``said`` is its metadata about that."""

    context: RequestContext
    request: Request
    account: str
    said: Mapping[str, str]

    def visit(self, place: Place, plain: Callable[[], Reply]) -> Reply:
        """Return what is to be seen at a place, or a page that says what is wrong."""
        try:
            if place.name and not self._is_folder(place):
                return plain()
            return self._folder(place)
        except NotFound as error:
            return self._missing(place, error)
        except (Unauthenticated, Forbidden) as error:
            return self._failed(place, error)

    def _is_folder(self, place: Place) -> bool:
        """Say whether an object only stands for what is below it."""
        if place.name.endswith("/"):
            return True
        kind = self.said.get("Web-Directory-Type", _FOLDER)
        found = store.show_object(self.context, place.account, place.container, place.name)
        return found.content_type == kind

    def _missing(self, place: Place, error: CloudError) -> Reply:
        """Return the folder of a name that is no object, or the page for what is not there."""
        if place.name and not place.name.endswith("/"):
            try:
                return self._folder(place)
            except CloudError as also:
                error = also if isinstance(also, Unauthenticated | Forbidden) else error
        return self._failed(place, error)

    def _folder(self, place: Place) -> Reply:
        """Return the index of a folder, or what is in it.

        Raises:
            NotFound: There is neither.
        """
        prefix = f"{place.name.rstrip('/')}/" if place.name else ""
        index = self.said.get("Web-Index")
        if index is not None:
            try:
                return self._page(replace(place, name=prefix + index))
            except NotFound:
                if not headers.is_true(self.said.get("Web-Listings")):
                    raise
        if not headers.is_true(self.said.get("Web-Listings")):
            raise NotFound(_PAGE)
        return self._listing(place, prefix)

    def _page(self, place: Place) -> Reply:
        store.show_object(self.context, place.account, place.container, place.name)
        if not self.request.path_info.endswith("/"):
            return self._with_slash()
        return objects.get(
            context=self.context,
            request=self.request,
            account=self.account,
            container=place.container,
            name=place.name,
        )

    def _listing(self, place: Place, prefix: str) -> Reply:
        window = Window(limit=LIMITS.container_listing, prefix=prefix, delimiter="/")
        rows = store.list_objects(self.context, place.account, place.container, window)
        rows = [row for row in rows if row.name != prefix]
        if prefix and not rows:
            raise NotFound(_PAGE)
        if not self.request.path_info.endswith("/"):
            return self._with_slash()
        label = self.said.get("Web-Listings-Label", f"{self.account}/{place.container}")
        css = self.said.get("Web-Listings-Css")
        return pages.listing(label, prefix, rows, css=css and self._css(place, css))

    def _css(self, place: Place, css: str) -> str:
        if css.startswith(("http://", "https://")):
            return css
        return quote(f"{self.request.script_name}/{self.account}/{place.container}/{css}")

    def _with_slash(self) -> Reply:
        path = self.request.script_name + self.request.path_info
        return Reply(status=301, headers={"Location": f"{quote(path)}/"})

    def _failed(self, place: Place, error: CloudError) -> Reply:
        """Return the container's own page for an error, under the error's status.

        Raises:
            CloudError: It has none.
        """
        name = self.said.get("Web-Error")
        if name is None:
            raise error
        status = status_of(error)
        try:
            found = store.show_object(
                self.context, place.account, place.container, f"{status}{name}"
            )
        except CloudError:
            raise error from None
        return Reply(
            body=store.assembled(self.context, found).read(),
            status=status,
            content_type=headers.encoded(found.content_type),
            content_length=store.measured(self.context, found).size_bytes,
        )
