# SPDX-License-Identifier: Apache-2.0
"""Which part of a listing a request asks for, and in which form."""

from __future__ import annotations

from collections.abc import Mapping

from webob import Request

from synnefo_api_object_store import paths
from synnefo_api_object_store.headers import is_true
from synnefo_core.errors import Invalid, NotAcceptable, PreconditionFailed
from synnefo_object_store import Window

TEXT, JSON, XML = "text/plain", "application/json", "application/xml"

_FORMATS = {"plain": TEXT, "json": JSON, "xml": XML}
_OF_PITHOS = frozenset({"meta", "public", "shared", "until"})
_OFFERS = [TEXT, JSON, XML, "text/xml"]


def window(query: Mapping[str, str], *, most: int, has_paths: bool = True) -> Window:
    """Return the window that a query asks for.

    Raises:
        Invalid: The limit is not a number.
        PreconditionFailed: The limit is larger than ``most``.
    """
    prefix, delimiter = query.get("prefix", ""), query.get("delimiter", "")
    path = query.get("path") if has_paths else None
    if path is not None:
        prefix, delimiter = (path.rstrip("/") + "/" if path else ""), "/"
    return Window(
        limit=_limit(query.get("limit"), most),
        marker=query.get("marker", ""),
        end_marker=query.get("end_marker", ""),
        prefix=prefix,
        delimiter=delimiter,
        hides_folders=path is not None,
        is_reverse=is_true(query.get("reverse")),
    )


def _limit(text: str | None, most: int) -> int:
    if not text:
        return most
    if not (text.isascii() and text.isdecimal() and len(text) < 20):
        msg = "limit must be a number"
        raise Invalid(msg)
    if int(text) > most:
        msg = f"maximum limit is {most}"
        raise PreconditionFailed(msg)
    return int(text)


def is_plain(query: Mapping[str, str], media_type: str, account: str) -> bool:
    """Say whether a listing of objects is to be Swift's, without what Pithos tells besides.

    Clients of Pithos name the account by its id alone, or use parameters that Swift has not.
    """
    return media_type == TEXT or not (paths.is_plain(account) or _OF_PITHOS & query.keys())


def require_json(request: Request, query: Mapping[str, str]) -> None:
    """Refuse a client that wants a listing in another form; versions have but the one.

    Raises:
        Invalid: It asks for a part that such listings don't have.
        NotAcceptable: It takes no JSON.
    """
    if is_true(query.get("reverse")) or query.get("delimiter") or query.get("meta"):
        msg = "versions are listed in their order, without folders, whatever their metadata"
        raise Invalid(msg)
    if not request.accept.acceptable_offers([JSON]):
        msg = f"versions are listed as {JSON}"
        raise NotAcceptable(msg)


def media_type(request: Request, query: Mapping[str, str]) -> str:
    """Return the form in which a listing is to be shown: the query decides, then Accept.

    Raises:
        NotAcceptable: The client takes none of those that there are.
    """
    named = _FORMATS.get(query.get("format", "").lower())
    if named is not None:
        return named
    if request.environ.get("HTTP_ACCEPT", "*/*") in ("*/*", ""):
        return TEXT
    offers = request.accept.acceptable_offers(_OFFERS)
    if not offers:
        msg = f"listings are {', '.join(_OFFERS)}"
        raise NotAcceptable(msg)
    # Of what a client likes equally the first offer counts.
    return str(offers[0][0])
