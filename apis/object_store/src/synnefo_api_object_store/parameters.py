# SPDX-License-Identifier: Apache-2.0
"""The query of a request that may hold any bytes."""

from __future__ import annotations

from urllib.parse import parse_qsl

from webob import Request


def parameters(request: Request) -> dict[str, str]:
    """Return the parameters; what is not UTF-8 is replaced, so it means nothing."""
    return dict(parse_qsl(request.query_string, keep_blank_values=True))
