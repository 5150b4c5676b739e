# SPDX-License-Identifier: Apache-2.0
"""Read documents that were written for nodes: JSON objects as values whose every part was checked.

A value is an object with the names of its attributes, a tuple a list, an enumeration its text. A
name that is not known is refused: what is not understood must not be passed over. So what a
document's kind did not have at first (``LATER``) is left out where it says nothing: nodes of
before read all documents that need none of it.
"""

from __future__ import annotations

import base64
import ipaddress
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import asdict, fields
from enum import StrEnum
from functools import cache
from types import UnionType
from typing import TYPE_CHECKING, Any, TypeVar, get_args, get_origin, get_type_hints

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

FORMAT = 1

LATER = {"later": True}
"""The ``metadata`` of a dataclass's field that came after the first format."""

ID = re.compile(r"[0-9A-Za-z](?:[0-9A-Za-z-]{0,62}[0-9A-Za-z])?")
MAC = re.compile(r"[0-9a-f]{2}(?::[0-9a-f]{2}){5}")


_Value = TypeVar("_Value")
_Json = Any  # what json.loads returns


class InvalidDocument(ValueError):
    """A document says what can't be; the message names the attribute and never the content."""


def to_json(document: DataclassInstance) -> str:
    """Return a document as text, the same for the same document."""
    content = {"format": FORMAT, **asdict(document)}
    for each in fields(document):
        if "later" in each.metadata and not content[each.name]:
            del content[each.name]
    return json.dumps(content, sort_keys=True, separators=(",", ":"))


def from_json(kind: Callable[..., _Value], text: str) -> _Value:
    """Read what :func:`to_json` wrote of a kind of documents.

    Raises:
        InvalidDocument: It is none, or one of another format.
    """
    try:
        content = json.loads(text)
    except (ValueError, RecursionError):
        raise InvalidDocument("no JSON") from None
    if not isinstance(content, dict) or content.pop("format", None) != FORMAT:
        raise InvalidDocument("format")
    return read(kind, content, "document")


def read(kind: Callable[..., _Value], content: _Json, name: str) -> _Value:
    """Make a dataclass of a JSON object."""
    require(isinstance(content, dict), name)
    kinds = _kinds(kind)
    require(content.keys() <= kinds.keys(), name)
    try:
        return kind(**{key: _convert(kinds[key], value, key) for key, value in content.items()})
    except TypeError:  # something that has no default is not there
        raise InvalidDocument(name) from None


@cache
def _kinds(kind: Callable[..., object]) -> dict[str, Any]:
    return get_type_hints(kind)


def _convert(kind: Any, value: _Json, name: str) -> Any:
    """Return a JSON value as one of a type."""
    if get_origin(kind) is UnionType:
        return None if value is None else _convert(get_args(kind)[0], value, name)
    if get_origin(kind) is tuple:
        require(isinstance(value, list), name)
        return tuple(_convert(get_args(kind)[0], each, name) for each in value)
    if get_origin(kind) is Mapping:
        require(isinstance(value, dict), name)
        return {key: _convert(str, each, name) for key, each in value.items()}
    if kind is float:
        require(type(value) in (int, float), name)
        return float(value)
    if kind in (str, int, bool):
        require(type(value) is kind, name)
        return value
    if issubclass(kind, StrEnum):
        require(value in list(kind), name)
        return kind(value)
    return read(kind, value, name)


def is_base64(text: str) -> bool:
    try:
        base64.b64decode(text, validate=True)
    except ValueError:
        return False
    return True


def require(is_so: bool, name: str) -> None:
    if not is_so:
        raise InvalidDocument(name)


def ip_of(text: str, name: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address:
    """Read an address in its canonical form, without a zone."""
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        raise InvalidDocument(name) from None
    require(str(address) == text and "%" not in text, name)
    return address


def network_of(text: str, name: str) -> ipaddress.IPv4Network | ipaddress.IPv6Network:
    """Read a CIDR in its canonical form."""
    try:
        network = ipaddress.ip_network(text)
    except ValueError:
        raise InvalidDocument(name) from None
    require(str(network) == text, name)
    return network
