# SPDX-License-Identifier: Apache-2.0
"""The period that a query for usage asks for.

Source: docs.openstack.org/api-ref/compute, "Usage reports (os-simple-tenant-usage)".
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from synnefo_compute import Period
from synnefo_core.context import RequestContext
from synnefo_core.errors import Invalid, InvalidField

_FORMS = ("%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M:%S.%f", "%Y-%m-%d %H:%M:%S.%f")


def of(context: RequestContext, query: Mapping[str, Any]) -> Period:
    """Return the period from ``start`` to ``end``; both are now unless told, and none is later.

    Raises:
        Invalid: It begins after its end.
        InvalidField: A moment is none.
    """
    now = context.now()
    start, end = _moment(query, "start", now), _moment(query, "end", now)
    if start > end or ("start" in query and start == end):
        msg = "invalid start time. The start time cannot occur after the end time"
        raise Invalid(msg)
    return Period(start, max(start, min(end, now)))


def _moment(query: Mapping[str, Any], name: str, now: float) -> float:
    text = query.get(name)
    if not text:
        return now
    for form in _FORMS:
        try:
            return datetime.strptime(text, form).replace(tzinfo=UTC).timestamp()
        except (OverflowError, ValueError):
            continue
    raise InvalidField(name, "datetime is in invalid format")
