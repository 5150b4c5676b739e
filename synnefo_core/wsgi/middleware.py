# SPDX-License-Identifier: Apache-2.0
"""What every request passes, outermost first; a small, fixed list.

* :class:`RequestId` first, so that everything behind it can be traced.
* :class:`AccessLog` next, so that it sees the final status of every request.
* The composer picks the face by the path.
* ``Faults`` of that face, so that its own dialect words what goes wrong behind it.
* :class:`Authenticate` last: who asks is found out once, before any row is looked at.
"""

from __future__ import annotations

import logging
import re
import time
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import unquote_plus

from synnefo_core import errors, logs, metrics
from synnefo_core.context import RequestContext, for_claims, new_request_id
from synnefo_core.wsgi.faults import REQUEST_ID

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

    from synnefo_core.cloud import Cloud
    from synnefo_core.contracts.directory import Claims

access = logging.getLogger("synnefo.access")

CONTEXT = "synnefo.context"
LOGGED_PATH = "synnefo.logged_path"
"""What the access log shows instead of a path that holds a secret."""
REFUSAL = "synnefo.refusal"
"""Why the token of a request says nothing."""
_IN_QUERY = "X-Auth-Token"
"""The header's name, which the original's clients may give as a query parameter (AST-037)."""
_ID_FORM = re.compile(r"req-[0-9a-f-]{36}\Z")
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "COPY"})


class RequestId:
    """Gives each request an id; one that a client brings is logged beside it."""

    def __init__(self, application: WSGIApplication) -> None:
        """Wrap the rest."""
        self._application = application

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Pass the request on with an id; tell the client."""
        environ[REQUEST_ID] = request_id = new_request_id()

        def start(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Any:
            headers.append(("X-Openstack-Request-Id", request_id))
            return start_response(status, headers, exc_info)

        with logs.request(request_id):
            return self._application(environ, cast("StartResponse", start))


class AccessLog:
    """One line a request: method, path, status, milliseconds to the first byte."""

    def __init__(self, application: WSGIApplication) -> None:
        """Wrap the rest."""
        self._application = application

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Pass the request on and write down how it went."""
        begun = time.monotonic()

        def start(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Any:
            took_s = time.monotonic() - begun
            code = status.split(" ", 1)[0]
            face = environ.get("synnefo.face", "none")
            method = environ["REQUEST_METHOD"]
            # Anybody may make up methods; a label for each would fill the memory.
            metrics.requests(face, method if method in _METHODS else "other", code).inc()
            metrics.request_seconds(face).observe(took_s)
            if access.isEnabledFor(logging.INFO):
                fields = {"method": method, "path": _path(environ), "status": code}
                if _ID_FORM.match(given := environ.get("HTTP_X_OPENSTACK_REQUEST_ID", "")):
                    fields["global_request_id"] = given
                access.info("request", extra={**fields, "took_ms": round(took_s * 1000, 1)})
            return start_response(status, headers, exc_info)

        return self._application(environ, cast("StartResponse", start))


def _path(environ: WSGIEnvironment) -> str:
    """Return the path for the log, without the query: it may hold secrets (signatures)."""
    if LOGGED_PATH in environ:
        return str(environ[LOGGED_PATH])
    path: str = environ.get("SCRIPT_NAME", "") + environ.get("PATH_INFO", "")
    return path if path.isascii() else path.encode("latin-1").decode(errors="replace")


class Authenticate:
    """Finds out who asks from the token and puts a context into the environ."""

    def __init__(self, application: WSGIApplication, cloud: Cloud, service_type: str = "") -> None:
        """Wrap a face, whose type tokens may be bound to."""
        self._application, self._cloud = application, cloud
        self._service_type = service_type

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Pass the request on with its context; a bad token is refused by who needs one."""
        token = environ.get("HTTP_X_AUTH_TOKEN") or environ.get("HTTP_X_STORAGE_TOKEN", "")
        if _IN_QUERY in environ.get("QUERY_STRING", ""):
            told = _taken_from_query(environ)
            token = environ["HTTP_X_AUTH_TOKEN"] = token or told
        environ[CONTEXT] = self._context(token, environ)
        return self._application(environ, start_response)

    def _context(self, token: str, environ: WSGIEnvironment) -> RequestContext | None:
        request_id = environ[REQUEST_ID]
        if not token:
            return RequestContext(cloud=self._cloud, request_id=request_id)
        directory = self._cloud.directory
        claims = directory.claims(token) if directory else None
        if claims is None and directory:
            environ[REFUSAL] = directory.refusal(token)
        if claims is None or not self._permits(claims, environ):
            return None
        return for_claims(self._cloud, claims, request_id)

    def _permits(self, claims: Claims, environ: WSGIEnvironment) -> bool:
        """Return whether a token is for this request; most are for all."""
        if claims.access_rules is None:
            return True
        return claims.permits(self._service_type, environ["REQUEST_METHOD"], _path(environ))


def _taken_from_query(environ: WSGIEnvironment) -> str:
    """Return the token in a query, which is left without: no handler or link repeats it."""
    pairs = [(part, part.partition("=")) for part in environ["QUERY_STRING"].split("&")]
    environ["QUERY_STRING"] = "&".join(part for part, (name, _, _) in pairs if name != _IN_QUERY)
    return next((unquote_plus(value) for _, (name, _, value) in pairs if name == _IN_QUERY), "")


def context_of(environ: WSGIEnvironment, *, is_public: bool) -> RequestContext:
    """Return the context of a request.

    Raises:
        Unauthenticated: There is no token where one is needed, or it is not valid.
    """
    context: RequestContext | None = environ[CONTEXT]
    if context is None or (context.is_anonymous and not is_public):
        reason = environ.get(REFUSAL, "") if context is None else "there is no token"
        raise errors.Unauthenticated(reason=reason)
    return context
