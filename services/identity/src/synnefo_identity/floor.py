# SPDX-License-Identifier: Apache-2.0
"""The floor under refusals: how long a login is refused after says nothing of the reason.

Methods do the same work for everybody as far as they can. They can't where a directory answers
some names sooner, or where a hash was made when hashes were cheaper.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager

from synnefo_core.context import RequestContext
from synnefo_core.errors import Unauthenticated


@contextmanager
def under_refusals(context: RequestContext) -> Iterator[None]:
    """Let a refusal out at a whole multiple of ``[auth] refusal_floor_s`` after the beginning.

    Nothing is held meanwhile but the request's own thread.

    Raises:
        Unauthenticated: What the block raised.
    """
    clock, floor_s = context.cloud.clock, context.cloud.config.auth.refusal_floor_s
    begun = clock.monotonic()
    try:
        yield
    except Unauthenticated:
        if floor_s:
            took = clock.monotonic() - begun
            clock.wait(max(1, math.ceil(took / floor_s)) * floor_s - took)
        raise
