# SPDX-License-Identifier: Apache-2.0
"""A face's table as a WSGI application.

For each request: find the row (404, 405), bound the body, require a token, pass the policy
rule, check query and body against their schemas, call the handler, make the response.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from routes import Mapper
from webob import Request, Response

from synnefo_core import errors
from synnefo_core.contracts.api import Api, Route, Version
from synnefo_core.contracts.driver import Misconfigured
from synnefo_core.wsgi import microversions
from synnefo_core.wsgi.faults import REQUEST_ID
from synnefo_core.wsgi.middleware import LOGGED_PATH, context_of
from synnefo_core.wsgi.responses import make_response
from synnefo_core.wsgi.streams import broken
from synnefo_core.wsgi.validation import (
    Schema,
    compiled,
    parse_form,
    parse_json,
    query_values,
    require_storable,
)

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

    from synnefo_core.cloud import Cloud
    from synnefo_core.context import RequestContext

_OFFERED = frozenset({"context", "body", "query", "request", "version"})
_STARS = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)
_PARAMETER = re.compile(r"{(\w+)")
_PROJECT = re.compile(r"/([0-9a-f-]{32,64})(?=/|\Z)")
"""The project at the beginning of a path; no table has such a word there."""
_NEWLINE = "\udc0a"
"""Stands for a newline while a path is matched; no decoded text holds it."""


class Row:
    """A route, compiled."""

    def __init__(self, route: Route) -> None:
        """Compile the schemas and see what the handler wants to be told.

        Raises:
            TypeError: The handler wants something that it won't be told.
        """
        self.route = route
        self._bodies = compiled(route.body)
        self._queries = compiled(route.query)
        parameters = inspect.signature(route.handler).parameters
        self.wanted = frozenset(parameters) & _OFFERED
        self.takes_path = frozenset(parameters) - _OFFERED
        self.takes_all = any(p.kind is p.VAR_KEYWORD for p in parameters.values())
        needed = {n for n, p in parameters.items() if p.default is p.empty and p.kind not in _STARS}
        untold = needed - _OFFERED - set(_PARAMETER.findall(route.path))
        if untold:
            msg = f"{route.method} {route.path}: the handler wants {sorted(untold)}"
            raise TypeError(msg)

    def body(self, version: Version) -> Schema | None:
        """Return the schema of the body in a microversion, None when there is no body."""
        return next((schema for since, schema in self._bodies if since <= version), None)

    def query(self, version: Version) -> Schema | None:
        """Return the schema of the query in a microversion, None when any may be."""
        return next((schema for since, schema in self._queries if since <= version), None)


class Router:
    """The WSGI application of one face."""

    def __init__(self, cloud: Cloud, api: Api) -> None:
        """Compile the table.

        Raises:
            Misconfigured: A row names a policy rule that no plugin has.
        """
        self._cloud, self._api = cloud, api
        self._rows = [Row(route) for route in api.routes]
        for route in api.routes:
            if route.rule is not None and not cloud.policy.has(route.rule):
                msg = f"{api.name}: {route.method} {route.path}: no policy rule is {route.rule}"
                raise Misconfigured(msg)
        self._mappers = self._compile()

    def _compile(self) -> dict[str, Mapper]:
        """Return a mapper for each method.

        Routes turns defaults into text and adds names of its own, so only the number of
        the row goes through it.
        """
        own = {row.route.path for row in self._rows if row.route.method == "HEAD"}
        tables: dict[str, list[tuple[str, int]]] = {}
        for number, row in enumerate(self._rows):
            path, method = row.route.path, row.route.method
            tables.setdefault(method, []).append((path, number))
            if method == "GET" and path not in own:
                tables.setdefault("HEAD", []).append((path, number))
        mappers = {}
        for method, table in tables.items():
            mapper = Mapper(explicit=True, always_scan=False)
            mapper.minimization = False
            for path, number in table:
                mapper.connect(None, path, row=str(number))
            mapper.create_regs([])
            mappers[method] = mapper
        return mappers

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Serve a request below the face's prefix."""
        request = Request(environ)
        row, parameters = self._find(request)
        response = self._answer(request, row, parameters)
        if self._api.request_id_header:
            response.headers[self._api.request_id_header] = environ[REQUEST_ID]
        return response(environ, start_response)

    def _find(self, request: Request) -> tuple[Row, dict[str, str]]:
        path = _path(request)
        if self._api.takes_project:
            path = _PROJECT.sub("", path, count=1) if _PROJECT.match(path) else path
        match = self._match(request.method, path)
        if match is None:
            others = {m: found for m in self._mappers if (found := self._match(m, path))}
            self._keep_from_log(request, *others.values())
            if others:
                raise errors.MethodNotAllowed(request.method, others)
            noun = "the resource"
            raise errors.NotFound(noun, path)
        self._keep_from_log(request, match)
        return self._rows[int(match.pop("row"))], match

    def _keep_from_log(self, request: Request, *matches: dict[str, str]) -> None:
        for route in (self._rows[int(match["row"])].route for match in matches):
            if route.is_secret:
                request.environ[LOGGED_PATH] = f"{request.script_name}{route.path}"

    def _match(self, method: str, path: str) -> dict[str, str] | None:
        """Return the parameters; a slash at the end matters only to a row that says so."""
        mapper = self._mappers.get(method)
        if mapper is None:
            return None
        if "\n" in path:
            # Regular expressions stop before a newline at the end and "." leaves all out.
            match = self._match(method, path.replace("\n", _NEWLINE))
            return match and {n: v.replace(_NEWLINE, "\n") for n, v in match.items()}
        found: dict[str, str] | None = mapper.match(path)
        if found is None and path.endswith("/"):
            found = mapper.match(path.rstrip("/") or "/")
        return found

    def _answer(self, request: Request, row: Row, parameters: dict[str, str]) -> Response:
        context = context_of(request.environ, is_public=row.route.is_public)
        if self._api.takes_project:
            _require_own_project(context, request)
        headers: dict[str, str] = {}
        arguments: dict[str, Any] = {}
        version: Version = (0, 0)
        if self._api.microversions is not None:
            version = microversions.requested(self._api.microversions, request.headers)
            headers = microversions.answered(self._api.microversions, version)
            arguments["version"] = version
        if not row.route.since <= version <= row.route.until:
            noun = "the resource"
            raise errors.NotFound(noun, request.path_info)
        if row.route.rule is not None:
            self._cloud.policy.require(context, row.route.rule)
        query = row.query(version)
        if "query" in row.wanted or query is not None:
            arguments["query"] = query_values(query, _query_pairs(request))
        body = row.body(version)
        if "body" in row.wanted or body is not None:
            arguments["body"] = _body(request, row.route, body)
        arguments |= {"context": context, "request": request}
        told = {name: value for name, value in arguments.items() if name in row.wanted}
        path = {n: v for n, v in parameters.items() if row.takes_all or n in row.takes_path}
        outcome = row.route.handler(**told, **path)
        return make_response(outcome, row.route.status, headers)


def _path(request: Request) -> str:
    try:
        path = str(request.path_info) or "/"
    except UnicodeDecodeError as cause:
        msg = "the path is not UTF-8"
        raise errors.Invalid(msg) from cause
    require_storable(path)
    return path


def _require_own_project(context: RequestContext, request: Request) -> None:
    """Refuse a path that begins with another project than the token's; who shows none is asked for none."""
    named = _PROJECT.match(_path(request))
    if named is not None and not context.is_anonymous and named[1] != context.project_id:
        msg = "the project in the path is not the one of the token"
        raise errors.Invalid(msg)


def _query_pairs(request: Request) -> list[tuple[str, str]]:
    if not request.environ.get("QUERY_STRING"):
        return []
    try:
        pairs = list(request.GET.items())
    except UnicodeDecodeError as cause:
        msg = "the query is not UTF-8"
        raise errors.Invalid(msg) from cause
    require_storable([list(pair) for pair in pairs])
    return pairs


def _body(request: Request, route: Route, schema: Schema | None) -> Any:
    raw = _read(request, route.max_bytes)
    if not raw and schema is None:
        return None
    value = parse_form(raw) if route.is_form else parse_json(raw)
    if schema is not None:
        schema.check(value)
    return value


def _read(request: Request, limit: int) -> bytes:
    length = request.content_length
    if length is None and not _is_chunked(request):
        return b""
    if length is not None and length < 0:
        msg = "the length of the body is negative"
        raise errors.Invalid(msg)
    if length is not None and length > limit:
        raise errors.TooLarge(limit)
    try:
        # A chunked body has no length: never read more than one byte beyond the limit.
        raw: bytes = request.environ["wsgi.input"].read(limit + 1 if length is None else length)
    except broken() as cause:
        msg = "the body could not be read to its end"
        raise errors.Invalid(msg) from cause
    if len(raw) > limit:
        raise errors.TooLarge(limit)
    return raw


def _is_chunked(request: Request) -> bool:
    return "chunked" in request.environ.get("HTTP_TRANSFER_ENCODING", "").lower()


def unbuilt() -> None:
    """Answer a known operation that this cloud does not do; a handler for any row."""
    raise errors.Unbuilt
