# SPDX-License-Identifier: Apache-2.0
"""Which versions are spoken, and the documents that tell clients so."""

from __future__ import annotations

from typing import Any

from synnefo_core.context import RequestContext
from synnefo_core.contracts.api import MicroversionRange
from synnefo_core.wsgi.microversions import text

PREFIX = "/volume/v3"

# The first microversion with each thing in which the versions differ here.
BOOTABLE_FILTER = (3, 2)
MESSAGES = (3, 3)
GLANCE_FILTER = (3, 4)
MANAGEABLE = (3, 8)
UPDATED_BACKUPS = (3, 9)
SUMMARY = (3, 12)
GROUPS = (3, 13)
GROUP_SNAPSHOTS = (3, 14)
BACKUP_PROJECT = (3, 18)
PROVIDER_ID = (3, 21)
SNAPSHOT_METADATA_FILTER = (3, 22)
ATTACHMENTS = (3, 27)
RESOURCE_FILTERS = (3, 33)
LIKE_FILTERS = (3, 34)
SUMMARY_METADATA = (3, 36)
REVERT = (3, 40)
SNAPSHOT_USER = (3, 41)
EXTEND_ATTACHED = (3, 42)
BACKUP_METADATA = (3, 43)
ATTACHMENT_COMPLETE = (3, 44)
COUNTS = (3, 45)
FROM_BACKUP = (3, 47)
SHARED_TARGETS = (3, 48)
ATTACH_MODE = (3, 54)
TRANSFERS_WITH_SNAPSHOTS = (3, 55)
BACKUP_USER = (3, 56)
TRANSFER_PROJECTS = (3, 57)
TIME_FILTERS = (3, 60)
CLUSTER_NAME = (3, 61)
DEFAULT_TYPES = (3, 62)
TYPE_ID = (3, 63)
ENCRYPTION_KEYS = (3, 64)
CONSUMES_QUOTA = (3, 65)
SNAPSHOTS_OF_ATTACHED = (3, 66)
NEWEST = (3, 70)

RANGE = MicroversionRange(service="volume", minimum=(3, 0), maximum=NEWEST)


def _document(base: str) -> dict[str, Any]:
    return {
        "id": "v3.0",
        "status": "CURRENT",
        "version": text(RANGE.maximum),
        "min_version": text(RANGE.minimum),
        "updated": "2023-08-31T00:00:00Z",
        "links": [
            {
                "rel": "describedby",
                "type": "text/html",
                "href": "https://docs.openstack.org/api-ref/block-storage/",
            },
            {"rel": "self", "href": f"{base}{PREFIX}/"},
        ],
        "media-types": [
            {
                "base": "application/json",
                "type": "application/vnd.openstack.volume+json;version=3",
            }
        ],
    }


def choices(base: str) -> tuple[int, Any]:
    """Return the document of ``GET /volume``."""
    return 300, {"versions": [_document(base)]}


def show(context: RequestContext) -> dict[str, Any]:
    """Return the document of ``GET /volume/v3/``."""
    return {"versions": [_document(context.cloud.public_url)]}
