# SPDX-License-Identifier: Apache-2.0
"""Addresses that carry their own right (TempURL).

Source: OpenStack API reference, object storage, "Temporary URL".
"""

from __future__ import annotations

import base64
import binascii
import calendar
import ipaddress
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from email.utils import formatdate
from urllib.parse import quote

from webob import Request

import synnefo_object_store as store
from synnefo_api_object_store.parameters import parameters
from synnefo_api_object_store.paths import account_id
from synnefo_core.context import RequestContext
from synnefo_core.contracts.api import Reply
from synnefo_core.errors import Invalid, Unauthenticated
from synnefo_object_store import Signature, Visitor

METHODS = ("GET", "HEAD", "PUT", "POST", "DELETE")
# Whoever may read or write may look first.
_ALSO = {"HEAD": ("HEAD", "GET", "POST", "PUT")}
_LENGTHS = {40: "sha1", 64: "sha256", 128: "sha512"}
_FORMS = ("%Y-%m-%dT%H:%M:%SZ", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d")
# What would point to more than was signed for.
_DISALLOWED = (
    "HTTP_X_COPY_FROM",
    "HTTP_X_COPY_FROM_ACCOUNT",
    "HTTP_X_MOVE_FROM",
    "HTTP_X_OBJECT_MANIFEST",
    "HTTP_X_SOURCE_ACCOUNT",
    "HTTP_X_SOURCE_OBJECT",
    "HTTP_X_SYMLINK_TARGET",
)


@dataclass(frozen=True)
class SignedUrl:
    """A request whose address is signed, checked.

    Attributes:
        context: Who asks: the account, as far as was signed.
        expires: Until when; seconds since the epoch.
        disposition: Content-Disposition of what is read, unless the object has its own.
        is_own: The disposition counts more than the object's.
    """

    context: Visitor
    expires: int
    disposition: str
    is_own: bool

    def shown(self, reply: Reply) -> Reply:
        """Return the answer to a request to read, without the object's private metadata."""
        kept = {
            name: value
            for name, value in reply.headers.items()
            if not name.lower().startswith("x-object-meta-")
            or name.lower().startswith("x-object-meta-public-")
        }
        if self.is_own or "Content-Disposition" not in kept:
            kept["Content-Disposition"] = self.disposition
        kept["Expires"] = formatdate(self.expires, usegmt=True)
        return replace(reply, headers=kept)


def is_signed(request: Request) -> bool:
    """Say whether the address claims to carry a right."""
    query = parameters(request)
    return "temp_url_sig" in query or "temp_url_expires" in query


def check(
    context: RequestContext, request: Request, account: str, container: str, name: str
) -> SignedUrl:
    """Return who asks by a signed address for an object.

    Only the right to that object, or to those with the signed prefix, comes of it; what else the
    query says does not count.

    Raises:
        Invalid: The request has headers that point to more than was signed for.
        Unauthenticated: The address is not, or no longer, or not from there, or not so signed.
    """
    query = parameters(request)
    expires = expiry(query.get("temp_url_expires", ""))
    prefix = query.get("temp_url_prefix")
    if request.method not in METHODS or expires < context.now():
        raise Unauthenticated
    if prefix is not None and not name.startswith(prefix):
        raise Unauthenticated
    _check_address(request, query.get("temp_url_ip_range"))
    visitor = store.deputised(
        context,
        account_id(account),
        container,
        signature(query.get("temp_url_sig", "")),
        _messages(request, expires, query, f"/{account}/{container}/"),
    )
    _check_headers(request)
    request.environ["QUERY_STRING"] = ""
    disposition, is_own = _disposition(query, name)
    return SignedUrl(visitor, expires, disposition, is_own)


def expiry(text: str) -> int:
    """Return the moment that a signature ends with.

    Raises:
        Unauthenticated: It is none.
    """
    if text.isascii() and text.isdecimal() and len(text) <= 12:
        return int(text)
    for form in _FORMS:
        try:
            return calendar.timegm(time.strptime(text, form))
        except ValueError:
            continue
    raise Unauthenticated


def signature(text: str) -> Signature:
    """Return a signature from hexadecimal digits, or from ``algorithm:base64``.

    Raises:
        Unauthenticated: It is none.
    """
    algorithm, colon, encoded = text.partition(":")
    try:
        if not colon:
            algorithm, digest = _LENGTHS.get(len(text), ""), bytes.fromhex(text)
        else:
            digest = base64.b64decode(encoded.translate(_URL_SAFE) + "==", validate=True)
    except (binascii.Error, ValueError) as cause:
        raise Unauthenticated from cause
    if algorithm not in store.ALGORITHMS:
        raise Unauthenticated
    return Signature(algorithm, digest)


_URL_SAFE = str.maketrans("-_", "+/", "=")


def prefixes(request: Request) -> Iterator[str]:
    """Yield how a signed path may begin: as it is here, or as it is with Swift."""
    yield request.script_name
    yield "/v1"


def _messages(
    request: Request, expires: int, query: Mapping[str, str], folder: str
) -> Iterator[bytes]:
    """Yield all that may have been signed for this request."""
    ip_range, prefix = query.get("temp_url_ip_range"), query.get("temp_url_prefix")
    path = request.environ["PATH_INFO"].encode("latin-1")
    if prefix is not None:
        path = f"{folder}{prefix}".encode(errors="surrogateescape")
    for begin in prefixes(request):
        for method in _ALSO.get(request.method, (request.method,)):
            address = f"ip={ip_range}\n" if ip_range else ""
            what = "prefix:" if prefix is not None else ""
            yield f"{address}{method}\n{expires}\n{what}{begin}".encode() + path


def _check_address(request: Request, ip_range: str | None) -> None:
    if not ip_range:
        return
    try:
        network = ipaddress.ip_network(ip_range)
        is_inside = ipaddress.ip_address(request.environ.get("REMOTE_ADDR", "")) in network
    except ValueError as cause:
        raise Unauthenticated from cause
    if not is_inside:
        raise Unauthenticated


def _check_headers(request: Request) -> None:
    for key in _DISALLOWED:
        if key in request.environ and request.method in ("PUT", "POST"):
            header = key.removeprefix("HTTP_").replace("_", "-").title()
            raise Invalid(f"the header {header} is not allowed in a signed address")


def _disposition(query: Mapping[str, str], name: str) -> tuple[str, bool]:
    """Return the Content-Disposition that is asked for, and whether it is."""
    filename = query.get("filename")
    if "inline" in query:
        return named("inline", filename) if filename else "inline", True
    if filename:
        return named("attachment", filename), True
    return named("attachment", name.rstrip("/").rpartition("/")[2]), False


def named(kind: str, filename: str) -> str:
    """Return a Content-Disposition with a name for the file."""
    plain = "".join("_" if not c.isprintable() or c in '"\\' else c for c in filename)
    ascii_only = plain.encode("ascii", "replace").decode()
    full = quote(filename.encode(errors="replace"), safe="")
    return f"{kind}; filename=\"{ascii_only}\"; filename*=UTF-8''{full}"
