# SPDX-License-Identifier: Apache-2.0
"""A face's table as a WSGI application.

For each request: find the row (404, 405), bound the body, require a token, pass the policy
rule, check query and body against their schemas, call the handler, make the response.
"""

from __future__ import annotations

import inspect
import json
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from routes import Mapper
from webob import Request, Response

from synnefo_core import errors
from synnefo_core.contracts.api import Api, Reply, Route
from synnefo_core.wsgi import microversions
from synnefo_core.wsgi.middleware import context_of
from synnefo_core.wsgi.validation import Schema, parse_json, query_values, require_storable

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

    from synnefo_core.cloud import Cloud

_OFFERED = frozenset({"context", "body", "query", "request", "version"})


class Row:
    """A route, compiled."""

    def __init__(self, route: Route) -> None:
        """Compile the schemas and see what the handler wants to be told."""
        self.route = route
        self.body = Schema(route.body) if route.body is not None else None
        self.query = Schema(route.query) if route.query is not None else None
        parameters = inspect.signature(route.handler).parameters
        self.wanted = frozenset(parameters) & _OFFERED
        self.takes_path = frozenset(parameters) - _OFFERED
        self.takes_all = any(p.kind is p.VAR_KEYWORD for p in parameters.values())


class Router:
    """The WSGI application of one face."""

    def __init__(self, cloud: Cloud, api: Api) -> None:
        """Compile the table."""
        self._cloud, self._api = cloud, api
        self._rows = [Row(route) for route in api.routes]
        self._mappers = self._compile()

    def _compile(self) -> dict[str, Mapper]:
        """Return a mapper for each method.

        Routes turns defaults into text and adds names of its own, so only the number of
        the row goes through it.
        """
        tables: dict[str, list[tuple[str, int]]] = {}
        for number, row in enumerate(self._rows):
            tables.setdefault(row.route.method, []).append((row.route.path, number))
        for path, number in tables.get("GET", []):
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
        return response(environ, start_response)

    def _find(self, request: Request) -> tuple[Row, dict[str, str]]:
        path = _path(request)
        mapper = self._mappers.get(request.method)
        match = mapper.match(path) if mapper else None
        if match is None:
            others = [m for m, mapper in self._mappers.items() if mapper.match(path) is not None]
            if others:
                raise errors.MethodNotAllowed(request.method, others)
            noun = "the resource"
            raise errors.NotFound(noun, path)
        return self._rows[int(match.pop("row"))], match

    def _answer(self, request: Request, row: Row, parameters: dict[str, str]) -> Response:
        context = context_of(request.environ, is_public=row.route.is_public)
        headers: dict[str, str] = {}
        arguments: dict[str, Any] = {}
        if self._api.microversions is not None:
            version = microversions.requested(self._api.microversions, request.headers)
            headers = microversions.answered(self._api.microversions, version)
            arguments["version"] = version
        if row.route.rule is not None:
            self._cloud.policy.require(context, row.route.rule)
        if "query" in row.wanted or row.query is not None:
            arguments["query"] = query_values(row.query, _query_pairs(request))
        if "body" in row.wanted:
            arguments["body"] = _body(request, row)
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


def _query_pairs(request: Request) -> list[tuple[str, str]]:
    try:
        pairs = list(request.GET.items())
    except UnicodeDecodeError as cause:
        msg = "the query is not UTF-8"
        raise errors.Invalid(msg) from cause
    require_storable([list(pair) for pair in pairs])
    return pairs


def _body(request: Request, row: Row) -> Any:
    limit = row.route.max_bytes
    if (request.content_length or 0) > limit:
        raise errors.TooLarge(limit)
    # A chunked body has no length: never read more than one byte beyond the limit.
    raw = request.environ["wsgi.input"].read(
        limit + 1 if request.content_length is None else request.content_length
    )
    if len(raw) > limit:
        raise errors.TooLarge(limit)
    if not raw and row.body is None:
        return None
    value = parse_json(raw)
    if row.body is not None:
        row.body.check(value)
    return value


def make_response(outcome: object, status: int, headers: Mapping[str, str]) -> Response:
    """Return the response for what a handler returned."""
    reply = outcome if isinstance(outcome, Reply) else Reply(body=outcome)
    response = Response(status=reply.status or status)
    response.headers.pop("Content-Type", None)
    response.headers.pop("Content-Length", None)
    body = reply.body
    if body is None:
        if response.status_int not in (204, 304) and reply.content_length is None:
            response.content_length = 0
    elif isinstance(body, bytes):
        response.body = body
    elif isinstance(body, Mapping | list):
        response.body = json.dumps(body, separators=(",", ":")).encode()
        response.headers["Content-Type"] = "application/json"
    else:
        response.app_iter = body  # type: ignore[assignment]  # an iterable of bytes
    if reply.content_length is not None:
        response.content_length = reply.content_length
    if reply.content_type is not None:
        response.headers["Content-Type"] = reply.content_type
    for name, value in (*headers.items(), *reply.headers.items()):
        response.headers[name] = value
    return response


def unbuilt() -> None:
    """Answer a known operation that this cloud does not do; a handler for any row."""
    raise errors.Unbuilt
