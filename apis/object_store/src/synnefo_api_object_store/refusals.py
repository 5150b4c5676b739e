# SPDX-License-Identifier: Apache-2.0
"""What clients may ask for that this cloud does not do: refused, never passed over."""

from __future__ import annotations

from collections.abc import Iterable

from webob import Request

from synnefo_api_object_store.parameters import parameters
from synnefo_core.errors import Invalid, Unbuilt

ACCOUNT = (
    "X-Account-Access-Control",
    "X-Account-Policy-",
)

CONTAINER = ("X-Container-Sync-",)


def _keys(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(f"HTTP_{name.upper().replace('-', '_')}" for name in names)


_HEADERS = {"account": _keys(ACCOUNT), "container": _keys(CONTAINER), "object": ()}
_LOOK_BACK = frozenset({"GET", "HEAD", "DELETE"})


def check(request: Request, noun: str) -> None:
    """Refuse a request that asks for what is not done; empty headers ask for nothing.

    Raises:
        Invalid: It wants to change the past.
        Unbuilt: Names the header.
    """
    if request.method not in _LOOK_BACK and "until" in parameters(request):
        msg = "until is for GET, HEAD and DELETE"
        raise Invalid(msg)
    prefixes = _HEADERS[noun]
    for key, value in request.environ.items():
        if key.startswith(prefixes) and value:
            header = key.removeprefix("HTTP_").replace("_", "-").title()
            raise Unbuilt(f"the header {header[:128]}")
