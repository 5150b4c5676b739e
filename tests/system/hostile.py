# SPDX-License-Identifier: Apache-2.0
"""What a hostile client sends: requests made from the tables of routes, raw bytes, wrong values."""

from __future__ import annotations

import contextlib
import re
import socket
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlsplit

import requests

from synnefo_core.cloud import Cloud
from synnefo_core.contracts.api import Route
from synnefo_core.wsgi.compose import faces
from synnefo_core.wsgi.validation import compiled
from tests.system.client import Client

_SENTENCES = ("message", "detail", "error_description")
MISSING = "00000000-0000-4000-8000-000000000000"
NOWHERE = "00000000-0000-4000-8000-000000000001"
_NO_VERSION = (9999, 0)
_PARAMETER = re.compile(r"\{(\w+)(:[^}]*)?\}")
_TAG = re.compile(r"<(title|h1)>.*?</\1>|<[^>]*>", re.DOTALL)

DEEP = b'{"a":' * 50_000 + b"1" + b"}" * 50_000

CHANGING = (
    "core_task",
    "object_store_delta",
    "backends_booked",
    "network_change",
    "compute_figure",
    "compute_graph",
)
"""Tables that change by themselves: turns of tasks, sums and notes that are folded."""

NO_DOCUMENT = {
    "cut off": b'{"server": {"name": "x"',
    "not UTF-8": b'{"a": "\xff\xfe"}',
    "nothing": b"",
    "nested": DEEP,
    "a constant that JSON has not": b'{"a": NaN}',
    "two documents": b"{}{}",
}
"""Bodies that are no JSON document."""

WRONG_DOCUMENTS = {
    "a list": b"[]",
    "a text": b'"text"',
    "a number": b"1",
    "null": b"null",
    "another noun": b'{"nonsense": {"a": 1}}',
    "a huge number": b'{"server": ' + b"9" * 5000 + b"}",
    "NUL": b'{"a\\u0000": "\\u0000"}',
    "half a surrogate pair": b'{"\\ud800": "\\udfff"}',
}
"""Bodies that are JSON, but nothing that any route takes."""

WRONG_VALUES: tuple[Any, ...] = (
    None,
    True,
    -1,
    2**70,
    "9" * 5000,
    1.5,
    "",
    "x" * 300,
    "a\x00b",
    "\ud800",
    "a\r\nX-Injected: yes",
    "../../../etc/passwd",
    "'; DROP TABLE compute_server; --",
    [],
    {},
    [[]],
    [None],
    {"a": {"b": []}},
)
"""Values that hardly any field takes; some do, which is as well."""


@dataclass(frozen=True)
class Probe:
    """A route with a path that can be asked for."""

    face: str
    route: Route
    path: str

    @property
    def version(self) -> Mapping[str, str]:
        """The headers by which a route is found: in the newest microversion that has it."""
        if self.route.until >= _NO_VERSION:
            return {"OpenStack-API-Version": f"{self.face} latest"}
        major, minor = self.route.until
        return {"OpenStack-API-Version": f"{self.face} {major}.{minor}"}

    def __str__(self) -> str:
        """Name it in a message."""
        return f"{self.route.method} {self.path}"


def ask(client: Client, probe: Probe, **arguments: Any) -> requests.Response:
    """Send something to a route, in a microversion that has it."""
    headers = {**arguments.pop("headers", {}), **probe.version}
    return client.ask(probe.route.method, probe.path, headers=headers, **arguments)


def probes(
    cloud: Cloud, values: Mapping[str, str] | None = None, missing: str = MISSING
) -> Iterator[Probe]:
    """Yield every route of every face, its parameters filled in with what is not there.

    Args:
        cloud: Whose plugins are asked.
        values: What else parameters are filled in with, by name.
        missing: What all others are filled in with.
    """
    for api in faces(cloud):
        for route in api.routes:
            path = _PARAMETER.sub(lambda m: _value(m, values or {}, missing), route.path)
            yield Probe(api.name, _newest(route), api.prefix + path)


def _newest(route: Route) -> Route:
    """Return a route with the schema of the newest microversion only."""
    schemas = compiled(route.body)
    return replace(route, body=schemas[0][1].schema if schemas else None)


def _value(parameter: re.Match[str], values: Mapping[str, str], missing: str) -> str:
    name, form = parameter[1], (parameter[2] or ":.*")[1:]
    return next(
        v for v in (values.get(name, missing), missing, "987654321") if re.fullmatch(form, v)
    )


def parameters(route: Route) -> list[str]:
    """Return the names of a route's parameters."""
    return [name for name, _ in _PARAMETER.findall(route.path)]


def wrong_queries(route: Route, values: Iterable[str]) -> Iterator[dict[str, bytes]]:
    """Yield queries that make no sense for a route."""
    known = (route.query or {}).get("properties", ())
    for name in {"limit", "marker", "sort", "name", *known}:
        for value in values:
            yield {name: value.encode(errors="surrogateescape")}


def sentence(answer: requests.Response) -> str:
    """Return what an error says to a person, in whatever dialect."""
    if "json" in answer.headers.get("Content-Type", ""):
        return " ".join(_texts(answer.json()))
    return " ".join(_TAG.sub(" ", answer.text).split())


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for name, inner in value.items():
            if name in _SENTENCES and isinstance(inner, str):
                yield inner
            else:
                yield from _texts(inner)


# -- Documents from a schema -----------------------------------------------------------------


def wrong_documents(schema: Mapping[str, Any], values: tuple[Any, ...]) -> Iterator[Any]:
    """Yield documents that fit a schema but for one field, which has one of the values."""
    for path in _fields(schema):
        for value in values:
            yield _filled(schema, path, value)


def _fields(schema: Mapping[str, Any]) -> Iterator[tuple[str, ...]]:
    for name, inner in schema.get("properties", {}).items():
        yield (name,)
        for path in _fields(inner):
            yield (name, *path)


def _filled(schema: Mapping[str, Any], path: tuple[str, ...], value: Any) -> Any:
    document = {
        name: _minimal(schema["properties"][name])
        for name in schema.get("required", ())
        if name in schema.get("properties", {})
    }
    name, *rest = path
    inner = schema["properties"][name]
    document[name] = _filled(inner, tuple(rest), value) if rest else value
    return document


def _minimal(schema: Mapping[str, Any]) -> Any:
    """Return the least that fits a schema, as far as one can tell easily."""
    if "enum" in schema:
        return schema["enum"][0]
    kind = schema.get("type", "object")
    if isinstance(kind, list):
        kind = kind[0]
    if kind == "object":
        required = [n for n in schema.get("required", ()) if n in schema.get("properties", {})]
        return {name: _minimal(schema["properties"][name]) for name in required}
    return {"array": [], "string": "x", "integer": 1, "number": 1, "boolean": True}.get(kind)


# -- Raw bytes -------------------------------------------------------------------------------


def connect(url: str) -> socket.socket:
    """Return a connection to a cloud."""
    where = urlsplit(url)
    return socket.create_connection((where.hostname, where.port), timeout=20)


def head(method: str, path: str, token: str = "", **headers: str) -> bytes:
    """Return the head of a request; ``_`` in a header's name stands for ``-``."""
    lines = [f"{method} {path} HTTP/1.1", "Host: cloud"]
    lines += [f"X-Auth-Token: {token}"] if token else []
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, "", ""]).encode()


def answered(connection: socket.socket) -> int:
    """Return the status that a server answers, 0 when it hangs up without one."""
    received = b""
    while b"\r\n" not in received:
        try:
            more = connection.recv(4096)
        except ConnectionError:
            break
        if not more:
            break
        received += more
    return int(received.split(None, 2)[1]) if received.startswith(b"HTTP/") else 0


def answer_to_endless(url: str, probe: Probe, token: str) -> int:
    """Send chunks beyond a route's limit; return the status, 0 when the server hung up."""
    chunk = b"10000\r\n" + b" " * 0x10000 + b"\r\n"
    with connect(url) as endless:
        endless.sendall(head(probe.route.method, probe.path, token, Transfer_Encoding="chunked"))
        with contextlib.suppress(ConnectionError):  # it may hang up on us
            for _ in range(2 * probe.route.max_bytes // 0x10000):
                endless.sendall(chunk)
        return answered(endless)
