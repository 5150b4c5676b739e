# SPDX-License-Identifier: Apache-2.0
"""Changes on condition. Source: Networking API v2.0, "Revisions", ``If-Match``."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

from webob import Request

import synnefo_network
from synnefo_core.context import RequestContext
from synnefo_core.errors import Invalid

_CONDITION = re.compile(r"\s*revision_number=([0-9]{1,9})\s*", re.ASCII)


@contextmanager
def matched(context: RequestContext, request: Request, kind: str, thing_id: str) -> Iterator[None]:
    """Let a block change a thing only at the revision that the request's ``If-Match`` names.

    Raises:
        Invalid: The header names none.
        PreconditionFailed: The thing is at another revision.
    """
    header = request.headers.get("If-Match")
    if header is None:
        yield
        return
    condition = _CONDITION.fullmatch(header)
    if condition is None:
        msg = "If-Match must be revision_number=NUMBER"
        raise Invalid(msg)
    with context.unit_of_work():
        synnefo_network.require_revision(context, kind, thing_id, int(condition[1]))
        yield
