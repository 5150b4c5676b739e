# SPDX-License-Identifier: Apache-2.0
"""Answers that are asked for all the time, kept as the bytes that are sent.

What an answer is made of is compared by identity: the room returns the same object as long as it
remembers a token (or the catalog), and another one once something has changed.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable

from synnefo_api_identity.views.links import Json
from synnefo_core.cloud import Cloud
from synnefo_core.wsgi.responses import as_json

MOST = 4000
"""How many answers are kept, of some 4 KiB each; the oldest quarter goes when there are more."""

Parts = tuple[object, ...]


class Rendered:
    """The answers that this process gave."""

    def __init__(self) -> None:
        self._kept: dict[Hashable, tuple[Parts, bytes]] = {}

    def body(self, key: Hashable, parts: Parts, make: Callable[[], Json]) -> bytes:
        """Return the answer that ``make`` makes of ``parts``; of the same parts it is made once."""
        found = self._kept.get(key)
        if found is not None and all(a is b for a, b in zip(found[0], parts, strict=True)):
            return found[1]
        body = as_json(make())
        self._kept[key] = parts, body
        if len(self._kept) > MOST:
            for oldest in list(self._kept)[: MOST // 4]:
                self._kept.pop(oldest, None)
        return body


def rendered(cloud: Cloud) -> Rendered:
    """Return the answers of this process."""
    return cloud.shared("api_identity.rendered", Rendered)
