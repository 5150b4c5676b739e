# SPDX-License-Identifier: Apache-2.0
"""Hashmaps and lists of hashes: JSON, XML or lines of text."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from http import HTTPStatus

from webob import Request

from synnefo_api_object_store import domains
from synnefo_api_object_store.parameters import parameters
from synnefo_api_object_store.views import object as object_view
from synnefo_core.contracts.api import Reply
from synnefo_object_store import Hashmap, ObjectInfo

_JSON = "application/json; charset=utf-8"
_TEXT = "text/plain; charset=utf-8"
_XML = "application/xml; charset=utf-8"


def hashmap(request: Request, found: ObjectInfo, shown: Hashmap) -> Reply:
    """Show the blocks of an object; they are sent as they are read."""
    is_xml = parameters(request).get("format") == "xml"
    body = _as_xml(shown) if is_xml else _as_json(shown)
    media_type = _XML if is_xml else _JSON
    told = object_view.headers(found, domains.asked(request))
    return Reply(body=body, headers=told, content_type=media_type)


def _as_json(shown: Hashmap) -> Iterator[bytes]:
    head = {"block_hash": "sha256", "block_size": shown.block_bytes, "bytes": shown.size_bytes}
    yield json.dumps(head)[:-1].encode() + b', "hashes": ['
    separator = ""
    for some in shown.names:
        yield (separator + json.dumps(_hashes(some))[1:-1]).encode()
        separator = ", "
    yield b"]}"


def _as_xml(shown: Hashmap) -> Iterator[bytes]:
    size = f'block_size="{shown.block_bytes}" bytes="{shown.size_bytes}"'
    head = f'<?xml version="1.0" encoding="UTF-8"?>\n<object {size} block_hash="sha256">'
    yield head.encode()
    for some in shown.names:
        yield "".join(f"<hash>{each}</hash>" for each in _hashes(some)).encode()
    yield b"</object>"


def missing(names: Sequence[bytes]) -> Reply:
    """Tell which blocks a client has to send."""
    body = json.dumps(_hashes(names)).encode()
    return Reply(body=body, status=HTTPStatus.CONFLICT, content_type=_JSON)


def stored(request: Request, names: Sequence[bytes]) -> Reply:
    """Tell the names of blocks that a client has sent."""
    if parameters(request).get("format") == "json":
        body, media_type = json.dumps(_hashes(names)), _JSON
    else:
        body, media_type = "".join(f"{each}\n" for each in _hashes(names)), _TEXT
    return Reply(body=body.encode(), status=HTTPStatus.ACCEPTED, content_type=media_type)


def _hashes(names: Iterable[bytes]) -> list[str]:
    return [name.hex() for name in names]
