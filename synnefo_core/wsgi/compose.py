# SPDX-License-Identifier: Apache-2.0
"""All faces as one WSGI application: the path's beginning picks the face."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from synnefo_core import __version__, errors
from synnefo_core.contracts.api import Api
from synnefo_core.contracts.driver import Misconfigured
from synnefo_core.wsgi.faults import Faults, plain
from synnefo_core.wsgi.middleware import AccessLog, Authenticate, RequestId
from synnefo_core.wsgi.responses import make_response
from synnefo_core.wsgi.routing import Router

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

    from synnefo_core.cloud import Cloud

Document = Callable[[str], tuple[int, Any]]


def faces(cloud: Cloud) -> list[Api]:
    """Return the APIs of all plugins in the order of their names.

    Raises:
        Misconfigured: Two have one name or one prefix, or a prefix is no path.
    """
    found = sorted(
        (api for answer in cloud.plugins.hook.apis(cloud=cloud) for api in answer),
        key=lambda api: api.name,
    )
    names = [api.name for api in found]
    prefixes = [prefix for api in found for prefix in (api.prefix, *api.aliases)]
    for attribute, values in (("name", names), ("prefix", prefixes)):
        if len(set(values)) != len(values):
            msg = f"two APIs have the same {attribute}: {sorted(values)}"
            raise Misconfigured(msg)
    for prefix in prefixes:
        if not prefix.startswith("/") or prefix.endswith("/"):
            msg = f"the prefix of an API must be like /name, not {prefix!r}"
            raise Misconfigured(msg)
    return found


class Composer:
    """Hands a request to its face, or answers for the house itself."""

    def __init__(self, cloud: Cloud) -> None:
        """Build every face once."""
        self._cloud = cloud
        self._faces: dict[str, tuple[str, WSGIApplication]] = {}
        self._documents: dict[str, Document] = {"/": self._root, "/healthz": self._health}
        self._apis = faces(cloud)
        for api in self._apis:
            router = Authenticate(Router(cloud, api), cloud, api.service_type)
            served = (api.name, Faults(router, api.dialect))
            self._faces |= dict.fromkeys((api.prefix, *api.aliases), served)
            self._documents |= api.versions
        # The longest prefix first, so that "/a/b" is not taken for "/a".
        self._prefixes = sorted(self._faces, key=len, reverse=True)

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Serve a request."""
        path = environ.get("PATH_INFO", "/") or "/"
        for prefix in self._prefixes:
            if path.startswith(prefix) and path[len(prefix) : len(prefix) + 1] in ("", "/"):
                environ["synnefo.face"], application = self._faces[prefix]
                environ["SCRIPT_NAME"] = environ.get("SCRIPT_NAME", "") + prefix
                environ["PATH_INFO"] = path[len(prefix) :]
                return application(environ, start_response)
        status, body = self._own(environ["REQUEST_METHOD"], path)
        return make_response(body, status, {})(environ, start_response)

    def _own(self, method: str, path: str) -> tuple[int, Any]:
        """Answer what belongs to no face: version documents, health, 404."""
        document = self._documents.get(path.rstrip("/") or "/")
        if document is None:
            noun = "the path"
            raise errors.NotFound(noun)
        if method not in ("GET", "HEAD"):
            raise errors.MethodNotAllowed(method, ["GET", "HEAD"])
        return document(self._cloud.public_url)

    def _root(self, base: str) -> tuple[int, Any]:
        apis = [
            {"name": api.name, "type": api.service_type, "href": base + api.prefix}
            for api in self._apis
        ]
        return 200, {"name": "Synnefo", "version": __version__, "apis": apis}

    def _health(self, _base: str) -> tuple[int, Any]:
        """Answer 200 when the database answers; broken plugins are named in any case."""
        broken = [plugin.name for plugin in self._cloud.plugins.broken]
        with self._cloud.database.reading() as session:
            session.connection().exec_driver_sql("SELECT 1")
        return 200, {"status": "degraded" if broken else "ok", "broken_plugins": broken}


def application(cloud: Cloud) -> WSGIApplication:
    """Return the whole cloud as one WSGI application."""
    return RequestId(AccessLog(Faults(Composer(cloud), plain)))
