# SPDX-License-Identifier: Apache-2.0
"""A container as headers."""

from __future__ import annotations

from synnefo_api_object_store.headers import http_date, shown_metadata, timestamp
from synnefo_object_store import ContainerInfo

POLICY = "default"
"""The one storage policy that there is."""


def headers(container: ContainerInfo) -> dict[str, str]:
    """Return what is told of a container."""
    return {
        "X-Container-Object-Count": str(container.objects),
        "X-Container-Bytes-Used": str(container.bytes),
        "X-Timestamp": timestamp(container.created_at),
        "X-Storage-Policy": POLICY,
        "Last-Modified": http_date(container.modified_at),
        **shown_metadata("container", container.metadata),
    }
