# SPDX-License-Identifier: Apache-2.0
"""A Neutron that has nothing; Nova asks one for the ports and security groups of servers."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any


def application(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
    """Answer every list with nothing in it; run by uwsgi in Nova's own environment."""
    noun = environ["PATH_INFO"].rstrip("/").rpartition("/")[2].removesuffix(".json")
    body = json.dumps({noun.replace("-", "_") or "nothing": []}).encode()
    start_response(
        "200 OK", [("Content-Type", "application/json"), ("Content-Length", str(len(body)))]
    )
    return [body]
