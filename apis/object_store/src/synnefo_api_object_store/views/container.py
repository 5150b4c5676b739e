# SPDX-License-Identifier: Apache-2.0
"""A container as headers."""

from __future__ import annotations

from synnefo_api_object_store.headers import http_date, shown_metadata, shown_settings, timestamp
from synnefo_object_store import ContainerInfo

POLICY = "default"
"""The one storage policy that there is."""


SETTINGS = {
    "Versions-Enabled": "versions_enabled",
    "Versions-Location": "versions_location",
    "History-Location": "history_location",
}
"""Headers, without X-, of a container's settings."""
SECRETS = {"Container-Read": "read", "Container-Write": "write"}
"""Those that only who may change the container sees."""


def headers(container: ContainerInfo, *, is_owner: bool) -> dict[str, str]:
    """Return what is told of a container."""
    if container.is_guest:
        return {
            "X-Timestamp": timestamp(container.created_at),
            "Last-Modified": http_date(container.modified_at),
        }
    settings = {**SETTINGS, **SECRETS} if is_owner else SETTINGS
    return {
        "X-Container-Object-Count": str(container.objects),
        "X-Container-Bytes-Used": str(container.bytes),
        "X-Timestamp": timestamp(container.created_at),
        "X-Storage-Policy": POLICY,
        "Last-Modified": http_date(container.modified_at),
        **shown_settings(settings, container.settings),
        **shown_metadata("container", container.metadata, is_owner=is_owner),
    }
