# SPDX-License-Identifier: Apache-2.0
"""The contract of an API frontend ("face"): a table of routes and a dialect of errors.

The hook ``apis`` returns :class:`Api` values. The core turns the rows into a WSGI
application: 404, 405 with ``Allow``, size limit, authentication, policy, schema.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from synnefo_core.errors import CloudError

Handler = Callable[..., object]
"""Called with what it names of: ``context``, ``body``, ``query``, ``request``, ``version``
and the parameters of its path. Returns a JSON value, None for no body, or a :class:`Reply`."""

JSON_BODY_BYTES = 1024 * 1024

Version = tuple[int, int]
"""A microversion."""

Schemas = Mapping[str, Any] | Mapping[Version, Mapping[str, Any]]
"""A JSON schema, or schemas by the microversion from which on each applies."""


@dataclass(frozen=True)
class Route:
    """One row of a face's table.

    Attributes:
        method: The HTTP method. ``GET`` serves ``HEAD`` too unless that has its own row.
        path: Below the face's prefix; ``{name}`` is one segment, ``{name:.*}`` the rest.
        handler: See :data:`Handler`.
        rule: The policy rule that the caller's roles must pass; None when the handler
            checks by itself (actions) or anyone may call it.
        status: The status of a plain answer.
        body: JSON schema of the body (see :data:`Schemas`); None when there is none or it is a stream.
        query: JSON schema of the query (see :data:`Schemas`; each parameter is a string, or a list
            of strings when the schema says ``array``); None lets any pass.
        is_form: The body is a form (``application/x-www-form-urlencoded``) instead of JSON: an
            object of strings.
        is_public: No token is needed (one that is given must be valid all the same).
        is_secret: The path holds a secret: the access log shows this row's instead.
        is_stream: The handler reads ``request.stream`` itself; no size limit.
        max_bytes: The largest body.
        since: The microversion that brought it; who asks for an older one finds nothing.
        until: The last microversion with it; who asks for a newer one finds nothing either.
    """

    method: str
    path: str
    handler: Handler
    rule: str | None = None
    status: int = 200
    body: Schemas | None = None
    query: Schemas | None = None
    is_form: bool = False
    is_public: bool = False
    is_secret: bool = False
    is_stream: bool = False
    max_bytes: int = JSON_BODY_BYTES
    since: Version = (0, 0)
    until: Version = (9999, 0)


@dataclass(frozen=True)
class Reply:
    """An answer whose status, headers or bytes a handler decides.

    ``body`` is a JSON value, bytes, an iterable of bytes (closed after use) or None. In headers
    each character stands for one byte, as WSGI wants it.
    """

    body: object = None
    status: int | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    content_type: str | None = None
    content_length: int | None = None


@dataclass(frozen=True)
class Fault:
    """An error in an API's own words: what goes over the wire."""

    status: int
    body: Mapping[str, Any] | bytes
    content_type: str = "application/json"
    headers: Mapping[str, str] = field(default_factory=dict)


Dialect = Callable[["CloudError", str], Fault]
"""Words an error (and the request id) as one API does."""


@dataclass(frozen=True)
class MicroversionRange:
    """The microversions that a face speaks: ``("compute", (2, 1), (2, 96))``.

    ``legacy_header`` is the older header of the same meaning, if there is one.
    """

    service: str
    minimum: Version
    maximum: Version
    legacy_header: str | None = None


@dataclass(frozen=True)
class Api:
    """A face.

    Attributes:
        name: Unique: "compute".
        prefix: Where it lives: "/compute/v2.1".
        service_type: The catalog's word; the same type may be served twice (legacy views),
            then only the one with ``is_listed`` is in the catalog.
        title: The catalog's service name.
        routes: The table.
        dialect: Words errors.
        endpoint: Appended to prefix in the catalog; may hold ``%(project_id)s``.
        versions: Other documents at paths outside of the prefix ("/compute"), by path;
            each is called with the base URL and returns (status, JSON value).
        microversions: The range, or None.
        is_listed: Whether the catalog shows it.
        request_id_header: An older header of the API's own that tells the request's id too.
        base: What the catalog shows instead of the prefix, where clients add the version by
            themselves ("/network").
        aliases: Other prefixes under which older clients know the same face ("/compute/v2").
        older_types: Other words for the service type under which older clients look for it in the
            catalog ("volumev3").
        takes_project: A path may begin with the caller's project, which the table leaves out.
    """

    name: str
    prefix: str
    service_type: str
    title: str
    routes: Sequence[Route]
    dialect: Dialect
    endpoint: str = ""
    versions: Mapping[str, Callable[[str], tuple[int, Any]]] = field(default_factory=dict)
    microversions: MicroversionRange | None = None
    is_listed: bool = True
    request_id_header: str = ""
    base: str = ""
    aliases: tuple[str, ...] = ()
    older_types: tuple[str, ...] = ()
    takes_project: bool = False


Apis = Iterable[Api]
