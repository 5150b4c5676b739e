# SPDX-License-Identifier: Apache-2.0
"""Bodies that break off or make no sense, whatever server reads them."""

from __future__ import annotations

import sys


def broken() -> tuple[type[Exception], ...]:
    """Return what servers raise when a client breaks off or sends chunks that are none."""
    gunicorn = sys.modules.get("gunicorn.http.errors")
    own = () if gunicorn is None else (gunicorn.ParseException,)
    return (OSError, ValueError, *own)
