# SPDX-License-Identifier: Apache-2.0
"""Which part of an object a request changes, and by what."""

from __future__ import annotations

import re
from dataclasses import dataclass

import synnefo_object_store as store
from synnefo_api_object_store import headers, names
from synnefo_api_object_store.headers import Environ
from synnefo_api_object_store.paths import place
from synnefo_core.context import RequestContext
from synnefo_core.errors import Invalid
from synnefo_object_store import ObjectInfo

_FORM = re.compile(r"bytes (?:\*|([0-9]{1,18})-([0-9]{0,18}))/(?:\*|[0-9]{1,18})", re.ASCII)


@dataclass(frozen=True)
class Span:
    """Where new bytes go: from ``start`` (None: to the end); ``size_bytes`` None: all that come."""

    start: int | None
    size_bytes: int | None

    @classmethod
    def of(cls, environ: Environ) -> Span | None:
        """Return what Content-Range says; ``bytes */*`` appends. None without one.

        Raises:
            Invalid: It can't be understood.
        """
        text = headers.given(environ, "Content-Range")
        if not text:
            return None
        match = _FORM.fullmatch(text.strip())
        if match is None:
            msg = "Content-Range must be like bytes 0-9/*, bytes 5-/* or bytes */*"
            raise Invalid(msg)
        if match[1] is None:
            return cls(None, None)
        start = int(match[1])
        if not match[2]:
            return cls(start, None)
        if int(match[2]) < start:
            msg = "Content-Range ends before it begins"
            raise Invalid(msg)
        return cls(start, int(match[2]) - start + 1)

    def require(self, size_bytes: int | None) -> None:
        """Refuse a body that is not as long as the span.

        Raises:
            Invalid: It is longer or shorter, or its length is not known.
        """
        if self.size_bytes not in (None, size_bytes):
            msg = f"Content-Range is of {self.size_bytes} bytes, the body of {size_bytes}"
            raise Invalid(msg)


def source(context: RequestContext, environ: Environ, account: str) -> ObjectInfo | None:
    """Return the object that X-Source-Object names, None without one.

    Raises:
        NotFound: There is none, or not in the version of X-Source-Version.
    """
    text = headers.given(environ, "X-Source-Object")
    if not text:
        return None
    out_of = names.account_given(context, environ, "X-Source-Account") or account
    found, version = place("X-Source-Object", text, out_of)
    version = headers.given(environ, "X-Source-Version") or version
    return store.find_object(context, found.account, found.container, found.name, version=version)
