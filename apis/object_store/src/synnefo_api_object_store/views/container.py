# SPDX-License-Identifier: Apache-2.0
"""A container as headers."""

from __future__ import annotations

from collections.abc import Iterable

from synnefo_api_object_store.headers import (
    encoded,
    http_date,
    shown_metadata,
    shown_settings,
    timestamp,
)
from synnefo_object_store import ContainerInfo

POLICY = "default"
"""The one storage policy that there is."""
_HEADER_BYTES = 4096


SETTINGS = {
    "Versions-Enabled": "versions_enabled",
    "Versions-Location": "versions_location",
    "History-Location": "history_location",
}
"""Headers, without X-, of a container's settings."""
SECRETS = {"Container-Read": "read", "Container-Write": "write"}
"""Those that only who may change the container sees."""


def blocks(block_bytes: int) -> dict[str, str]:
    """Return what is told of the blocks in which contents are kept."""
    return {"X-Container-Block-Size": str(block_bytes), "X-Container-Block-Hash": "sha256"}


def keys(names: Iterable[str]) -> dict[str, str]:
    """Return the keys that the metadata of objects have, as many as a header holds."""
    text, separator = "", ""
    for name in names:
        longer = text + separator + name
        if len(longer.encode()) > _HEADER_BYTES:
            break
        text, separator = longer, ","
    return {"X-Container-Object-Meta": encoded(text)}


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
        **until("Container", container.changed_at),
        **shown_settings(settings, container.settings),
        **shown_metadata("container", container.metadata, is_owner=is_owner),
    }


def until(noun: str, changed_at: float | None) -> dict[str, str]:
    """Return when an account or container that is seen as it was had last changed at that moment."""
    return {} if changed_at is None else {f"X-{noun}-Until-Timestamp": http_date(changed_at)}
